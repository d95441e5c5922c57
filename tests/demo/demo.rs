//! `cargo run --example demo`: the service with a world of its own, and a dozen instructive messages sent to it.
//!
//! DNS is answered from `zone.txt` beside this file, so nothing leaves the machine. Each message goes through a real SMTP
//! session (addresses claimed by XCLIENT) and its report's URL is printed.

#![expect(clippy::print_stdout, reason = "it tells where the reports are")]

#[path = "../support/mod.rs"]
mod support;

mod messages;

use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use jiff::Timestamp;
use messages::{LISTS, compose, demos, zone};
use support::sign::Key;
use support::smtp::{Sender, send};
use vaglio::command::serve;
use vaglio::config::{Config, ServeOptions};

/// Everything that `vaglio serve` takes, such as other ports.
#[derive(Parser)]
struct Flags {
    #[command(flatten)]
    said: ServeOptions,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let key = Key::generate();
    let zone = zone(&key)?;

    let folder = tempfile::tempdir()?;
    let Flags { said } = Flags::parse();
    let database = format!("sqlite://{}", folder.path().join("demo.db").display());
    let config = Config::new(ServeOptions {
        database: said.database.or(Some(database)),
        trust_xclient: vec!["127.0.0.0/8".parse()?],
        lists: said.lists.or(Some(LISTS.into())),
        ..said
    })?;
    let running = serve::start_with(&config, Some(Arc::new(zone))).await?;
    let Some(server) = running.smtp.first().copied() else { anyhow::bail!("no receiver") };

    println!("Vaglio at {}\n", running.public_url);
    for demo in demos() {
        let now = Timestamp::now();
        let test = running.book.fresh(now)?;
        let to = running.book.address(test);
        let message = compose(&demo, &to, now, &key);
        let sender = Sender { ip: Some(demo.ip.parse()?), helo: demo.helo, tls: demo.tls, mail_from: demo.mail_from };
        send(server, &sender, &to, message.as_bytes()).await?;
        println!("{}\n    {}/t/{}", demo.what, running.public_url, running.book.key(test));
    }
    println!("\nThe reports are kept until you press Ctrl-C.");
    tokio::signal::ctrl_c().await?;
    // Event streams of open pages must not hold up the end.
    let _ = tokio::time::timeout(Duration::from_secs(5), running.stop()).await;
    Ok(())
}
