//! `cargo run --example demo`: the service with a world of its own, and a dozen instructive messages sent to it.
//!
//! DNS is answered from `zone.txt` beside this file, so nothing leaves the machine. Each message goes through a real SMTP
//! session (addresses claimed by XCLIENT) and its report's URL is printed.

#![expect(clippy::print_stdout, reason = "it tells where the reports are")]

#[path = "../support/mod.rs"]
mod support;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use support::sign::Key;
use support::smtp::{Sender, send};
use vaglio::command::serve;
use vaglio::config::{Config, ServeOptions};
use vaglio::dns::Zone;

/// One message of the demonstration.
struct Demo {
    what: &'static str,
    ip: &'static str,
    helo: &'static str,
    tls: bool,
    mail_from: &'static str,
    /// Whose key signs, if any.
    signed_by: Option<&'static str>,
    /// What happens on the way after signing.
    on_the_way: fn(String) -> String,
    message: &'static str,
}

const PLAIN: Demo = Demo {
    what: "",
    ip: "192.0.2.10",
    helo: "mail.good.example",
    tls: true,
    mail_from: "anna@good.example",
    signed_by: Some("good.example"),
    on_the_way: |message| message,
    message: "",
};

const LETTER: &str = include_str!("letter.eml");
const NEWSLETTER: &str = include_str!("newsletter.eml");

fn demos() -> Vec<Demo> {
    vec![
        Demo { what: "perfect: signed, aligned, encrypted", message: LETTER, ..PLAIN },
        Demo {
            what: "forwarded by a list that adds a footer: DKIM breaks, SPF is the list's",
            ip: "192.0.2.60",
            helo: "lists.forward.example",
            mail_from: "owner@forward.example",
            on_the_way: |message| message + "_______________________\r\nThe list's own footer\r\n",
            message: LETTER,
            ..PLAIN
        },
        Demo {
            what: "spoofed: a stranger's server writes as good.example",
            ip: "203.0.113.66",
            helo: "host66.pool.example.net",
            tls: false,
            signed_by: None,
            message: LETTER,
            ..PLAIN
        },
        Demo { what: "newsletter as it should be", message: NEWSLETTER, ..PLAIN },
        Demo {
            what: "newsletter without a way to unsubscribe",
            on_the_way: |message| message,
            message: include_str!("newsletter-no-unsubscribe.eml"),
            ..PLAIN
        },
        Demo {
            what: "DKIM broken: a gateway rewrote the subject after signing",
            on_the_way: |message| message.replace("Subject: ", "Subject: [EXTERNAL] "),
            message: LETTER,
            ..PLAIN
        },
        Demo {
            what: "new office server: not in SPF, not signed, no PTR",
            ip: "198.51.100.7",
            helo: "OFFICE-PC",
            tls: false,
            mail_from: "info@bakery.example",
            signed_by: None,
            message: include_str!("invoice.eml"),
            ..PLAIN
        },
        Demo {
            what: "SPF with more than ten look-ups",
            ip: "192.0.2.30",
            helo: "mail.many.example",
            mail_from: "ops@many.example",
            signed_by: None,
            message: include_str!("many.eml"),
            ..PLAIN
        },
        Demo {
            what: "third-party sender: passes SPF and DKIM, but nothing aligns with From",
            ip: "192.0.2.60",
            helo: "lists.forward.example",
            mail_from: "bounce@forward.example",
            signed_by: Some("forward.example"),
            message: LETTER,
            ..PLAIN
        },
        Demo { what: "a bounce: null reverse path", mail_from: "", message: include_str!("bounce.eml"), ..PLAIN },
        Demo {
            what: "HTML only, with a script, a form and images without descriptions",
            message: include_str!("html.eml"),
            ..PLAIN
        },
        Demo {
            what: "DNS that does not answer: nothing is held against the sender",
            ip: "192.0.2.90",
            helo: "mail.silent.example",
            mail_from: "ops@silent.example",
            signed_by: None,
            message: include_str!("silent.eml"),
            ..PLAIN
        },
    ]
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let key = Key::generate();
    // A character-string holds 255 octets at most (RFC 1035 §3.3).
    let (front, back) = key.record.split_at(200);
    let zone = include_str!("zone.txt").replace("@KEY@", &format!("{front}\" \"{back}"));
    let zone = Zone::parse(&zone)
        .map_err(anyhow::Error::msg)?
        .timeout("silent.example")
        .timeout("_dmarc.silent.example")
        .timeout("mail.silent.example")
        .timeout("90.2.0.192.in-addr.arpa");

    let folder = tempfile::tempdir()?;
    let config = Config::new(ServeOptions {
        smtp_listen: vec!["127.0.0.1:2525".parse()?],
        database: Some(format!("sqlite://{}", folder.path().join("demo.db").display())),
        trust_xclient: vec!["127.0.0.0/8".parse()?],
        lists: Some(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/demo/lists.toml").into()),
        ..ServeOptions::default()
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

/// The message as it arrives: dated, addressed, signed, and what happened on the way.
fn compose(demo: &Demo, to: &str, now: Timestamp, key: &Key) -> String {
    let date = rfc2822::to_string(&now.to_zoned(jiff::tz::TimeZone::UTC)).unwrap_or_default();
    let id = now.as_nanosecond().to_string();
    let message = demo.message.replace("@DATE@", &date).replace("@TO@", to).replace("@ID@", &id);
    let message = message.replace("\r\n", "\n").replace('\n', "\r\n");
    let signed = match demo.signed_by {
        Some(domain) => key.sign(domain, "demo", &message),
        None => message,
    };
    (demo.on_the_way)(signed)
}
