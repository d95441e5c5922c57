//! `vaglio probe`: does a Vaglio service work, as somebody elsewhere sees it? One mail to it, and the wait for its report.
//!
//! Nothing of it stays at the service. What it does is [`crate::selftest`]'s, the same that the service does to itself.

use std::net::{IpAddr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use lettre::transport::smtp::extension::ClientId;
use serde_json::json;
use url::Url;

use super::{Format, print, refuse, world};
use crate::address::Mailbox;
use crate::config::{duration, resolver};
use crate::dns::Dns;
use crate::net::has_port;
use crate::selftest::courier::Courier;
use crate::selftest::remote::Api;
use crate::selftest::{Outcome, round};

#[derive(Args, Clone, Debug)]
pub struct ProbeOptions {
    /// The service's page, such as https://vaglio.example
    #[arg(value_name = "URL", value_parser = page)]
    pub url: Url,
    /// Its SMTP server: HOST or HOST:PORT [default: the MX of its addresses' domain, port 25]
    #[arg(long, value_name = "HOST:PORT")]
    pub smtp: Option<String>,
    /// Our name in EHLO [default: this host's]
    #[arg(long, value_name = "NAME")]
    pub helo: Option<String>,
    /// The sender's address [default: postmaster at our name]
    #[arg(long, value_name = "MAILBOX")]
    pub from: Option<String>,
    /// How long the report may take
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "90s")]
    pub timeout: Duration,
    /// The resolver to ask for the MX [default: the system's]
    #[arg(long, value_name = "IP[:PORT]", value_delimiter = ',', value_parser = resolver, env = "VAGLIO_DNS")]
    pub dns: Vec<SocketAddr>,
    /// Output; text on a terminal, otherwise json
    #[arg(long, value_enum)]
    pub format: Option<Format>,
}

/// Ends with 0 when the report was ready in time, else with 1.
pub async fn run(options: ProbeOptions) -> ExitCode {
    if let Some(smtp) = options.smtp.as_deref().filter(|smtp| !is_server(smtp)) {
        return refuse(format!("--smtp {smtp:?}: want HOST or HOST:PORT, such as mx.vaglio.example:25"));
    }
    if let Some(from) = options.from.as_deref().filter(|from| Mailbox::parse(from).is_none()) {
        return refuse(format!("--from {from:?} is not a mail address such as a@example.org"));
    }
    let dns = match world::upstream(&options.dns, None) {
        Ok(upstream) => Dns::new(upstream),
        Err(error) => return refuse(error),
    };
    let api = match Api::new(options.url.clone(), options.smtp.clone(), dns) {
        Ok(api) => api,
        Err(error) => return refuse(error),
    };
    let helo = options.helo.clone().unwrap_or_else(|| ClientId::default().to_string());
    let from = options.from.clone().unwrap_or_else(|| format!("postmaster@{helo}"));
    let courier = Courier { helo, from, proxied: false };
    let outcome = round(&api, &courier, options.timeout).await;
    print(&told(&options, &outcome));
    if outcome.result.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn page(text: &str) -> Result<Url, String> {
    let web = |url: &Url| matches!(url.scheme(), "http" | "https");
    Url::parse(text).ok().filter(web).ok_or_else(|| format!("{text:?}: want an address such as https://vaglio.example"))
}

fn is_server(text: &str) -> bool {
    has_port(text) || text.parse::<IpAddr>().is_ok() || (!text.is_empty() && !text.contains([':', ' ']))
}

fn told(options: &ProbeOptions, outcome: &Outcome) -> String {
    let milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let accepted = outcome.accepted.map(milliseconds);
    let failure = outcome.result.as_ref().err();
    let ready = outcome.result.as_ref().ok().copied().map(milliseconds);
    match (Format::or_terminal(options.format), failure) {
        (Format::Json, _) => {
            let said = json!({"ok": failure.is_none(), "at": outcome.at.to_string(), "service": options.url.as_str(),
                "accepted_ms": accepted, "ready_ms": ready, "stage": failure.map(|failure| failure.stage.word()),
                "detail": failure.map(|failure| failure.detail.as_str())});
            format!("{said}\n")
        }
        (_, None) => {
            let (accepted, ready) = (accepted.unwrap_or_default(), ready.unwrap_or_default());
            format!("ok: accepted after {accepted} ms, its report ready after {ready} ms\n")
        }
        (_, Some(failure)) => format!("failed ({}): {}\n", failure.stage.word(), failure.detail),
    }
}
