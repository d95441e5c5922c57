//! `vaglio spf`: one SPF evaluation with its trace, without a message.

use std::net::{IpAddr, SocketAddr};
use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;
use tokio::time::Instant;

use super::{Format, print, refuse, world};
use crate::address::{Mailbox, ReversePath};
use crate::analyse::DEADLINE;
use crate::auth::spf::{Request, check_host};
use crate::config::resolver;
use crate::dns::{Dns, Limits};
use crate::lang::Lang;
use crate::report::{spf_text, words};

#[derive(Args, Debug)]
pub struct SpfOptions {
    /// The client's address
    #[arg(long, value_name = "IP")]
    pub ip: IpAddr,
    /// What the client said in HELO or EHLO; alone, the HELO identity is evaluated
    #[arg(long, value_name = "NAME")]
    pub helo: Option<String>,
    /// The reverse path; '' is the null one, for which HELO stands in (RFC 7208 section 2.4)
    #[arg(long, value_name = "ADDR")]
    pub mail_from: Option<String>,
    /// The resolver to ask [default: the system's]
    #[arg(long, value_name = "IP[:PORT]", value_delimiter = ',', value_parser = resolver, env = "VAGLIO_DNS")]
    pub dns: Vec<SocketAddr>,
    /// Answer DNS from this zone file alone, with no network
    #[arg(long, value_name = "FILE", conflicts_with = "dns")]
    pub zone: Option<std::path::PathBuf>,
    /// Output; text on a terminal, otherwise json
    #[arg(long, value_enum)]
    pub format: Option<Format>,
}

/// Evaluates and prints; the JSON is the report's `auth.spf`.
pub async fn run(options: SpfOptions) -> ExitCode {
    let helo = options.helo.unwrap_or_default();
    let now = Timestamp::now();
    let request = match options.mail_from.as_deref().map(|text| text.trim_matches(['<', '>'])) {
        None if helo.is_empty() => {
            return refuse("spf needs a domain to ask: add --mail-from ADDR (the return path), or --helo NAME");
        }
        None => Request::helo(options.ip, &helo, "localhost", now),
        Some("") if helo.is_empty() => {
            return refuse("a null --mail-from needs --helo: its domain is evaluated instead");
        }
        Some("") => Request::mail_from(options.ip, &ReversePath::Null, &helo, "localhost", now),
        Some(text) => {
            // A bare domain is as good: RFC 7208 §4.3 puts postmaster before it.
            let mailbox = Mailbox::parse(text).or_else(|| {
                let domain = text.trim_start_matches('@').to_owned();
                (!domain.is_empty()).then(|| Mailbox { local_part: "postmaster".to_owned(), domain })
            });
            let Some(mailbox) = mailbox else { return refuse(format!("--mail-from {text:?} is not a mail address")) };
            Request::mail_from(options.ip, &ReversePath::Mailbox(mailbox), &helo, "localhost", now)
        }
    };
    let upstream = match world::upstream(&options.dns, options.zone.as_deref()) {
        Ok(upstream) => upstream,
        Err(error) => return refuse(error),
    };
    let dns = Dns::with_limits(upstream, Limits { deadline: Some(Instant::now() + DEADLINE), ..Limits::default() });
    let spf = check_host(&dns, &request).await;
    match Format::or_terminal(options.format) {
        Format::Json => match serde_json::to_string_pretty(&words::spf(&spf, Lang::En)) {
            Ok(json) => print(&(json + "\n")),
            Err(error) => return refuse(error),
        },
        Format::Text | Format::Markdown => print(&spf_text::spf(&spf)),
    }
    ExitCode::SUCCESS
}
