//! `vaglio doctor`: is everything there that the service needs? Each check says what it saw and, when it is bad, the cure.
//!
//! It reads the same flags, environment and file as `serve`, changes nothing, and asks only the resolver, spamd, Rspamd, the
//! database and this server's own ports. `machine.rs` looks at this machine, `asked.rs` at what examinations ask, `published.rs`
//! at the domain's DNS. Whether port 25 can be reached from outside, only the outside can tell (`vaglio probe`).

mod asked;
mod machine;
mod published;

use std::fmt::Write as _;
use std::net::IpAddr;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use serde::Serialize;
use tokio::time::Instant;

use super::{Format, print, refuse, world};
use crate::config::{Config, ServeOptions};
use crate::dns::{Dns, Limits};
use crate::gather::lists::Health;

#[derive(Args, Clone, Debug)]
pub struct DoctorOptions {
    #[command(flatten)]
    pub serve: ServeOptions,
    /// This server's public addresses, to compare with DNS
    #[arg(long, value_name = "IP", value_delimiter = ',')]
    pub ip: Vec<IpAddr>,
    /// Answer DNS from this zone file alone, with no network
    #[arg(long, value_name = "FILE")]
    pub zone: Option<std::path::PathBuf>,
    /// Output; text on a terminal, otherwise json
    #[arg(long, value_enum)]
    pub format: Option<Format>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    Ok,
    /// It works, but not as well as it could.
    Warning,
    /// The service does not work so.
    Bad,
    /// Nobody could say.
    Unknown,
}

/// One thing that was looked at.
#[derive(Clone, Debug, Serialize)]
pub struct Found {
    pub check: String,
    pub status: Standing,
    /// What was seen, and the cure.
    pub detail: String,
}

impl Found {
    fn new(check: impl Into<String>, status: Standing, detail: impl Into<String>) -> Found {
        Found { check: check.into(), status, detail: detail.into() }
    }
}

/// For any one answer of the outside.
const PATIENCE: Duration = Duration::from_secs(6);

/// Ends with 0 when nothing is bad, else with 1.
pub async fn run(options: DoctorOptions) -> ExitCode {
    let config = match Config::new(options.serve.clone()) {
        Ok(config) => config,
        Err(error) => return refuse(error),
    };
    let upstream = match world::upstream(&config.dns, options.zone.as_deref()) {
        Ok(upstream) => upstream,
        Err(error) => return refuse(error),
    };
    let table = match world::table(config.lists.as_deref()) {
        Ok(table) => table,
        Err(error) => return refuse(error),
    };
    let limits = Limits { deadline: Some(Instant::now() + PATIENCE), ..Limits::default() };
    let dns = Dns::with_limits(upstream, limits);
    let health = Health::default();
    let (mut found, records, resolver, (), spamd, rspamd) = tokio::join!(
        machine::look(&config),
        published::compare_all(&dns, &config, &options.ip),
        asked::resolver(&dns),
        health.check(&dns, &table.zones),
        asked::spamassassin(config.spamd.as_deref()),
        asked::rspamd(config.rspamd.as_deref()),
    );
    // A zone file stands for a world without a network.
    if options.zone.is_none() {
        found.extend(machine::from_inside(&options.ip, &config.domain).await);
    }
    found.extend(resolver);
    found.push(asked::lists(&health, table.zones.len()));
    found.extend([spamd, rspamd]);
    found.extend(records);
    match Format::or_terminal(options.format) {
        Format::Json => match serde_json::to_string_pretty(&found) {
            Ok(json) => print(&(json + "\n")),
            Err(error) => return refuse(error),
        },
        Format::Text | Format::Markdown => print(&text(&found)),
    }
    let bad = found.iter().any(|found| found.status == Standing::Bad);
    if bad { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn text(found: &[Found]) -> String {
    let mut out = String::new();
    for Found { check, status, detail } in found {
        let word = match status {
            Standing::Ok => "ok",
            Standing::Warning => "warning",
            Standing::Bad => "BAD",
            Standing::Unknown => "unknown",
        };
        let _ = writeln!(out, "{word:<8} {check:<24} {detail}");
    }
    out
}
