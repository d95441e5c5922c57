//! `vaglio check FILE`: the whole examination of a message file, for people and for continuous integration.

use std::io::Read as _;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use bytes::Bytes;
use clap::Args;
use jiff::Timestamp;

use super::world::{self, World};
use super::{Format, print, refuse};
use crate::analyse::{Choices, Examiner};
use crate::bundle::Bundle;
use crate::delivery::Delivery;
use crate::dns::Replay;
use crate::facts::Purpose;
use crate::lang::Lang;
use crate::receive::file::{self, BadAddress, Given, GivenTls};
use crate::report::Report;
use crate::report::view::View;
use crate::report::{markdown, text};
use crate::score::MAX;

#[derive(Args, Debug)]
pub struct CheckOptions {
    /// The message, as sent; - reads standard input
    #[arg(value_name = "FILE", required_unless_present = "replay")]
    pub file: Option<PathBuf>,
    /// Judge an evidence bundle (evidence.zip) again, with no network
    #[arg(long, value_name = "FILE", conflicts_with_all = ["file", "ip", "helo", "mail_from", "rcpt", "tls", "now", "no_links",
        "dns", "zone", "spamd", "rspamd", "lists", "allow_private_links", "hops"])]
    pub replay: Option<PathBuf>,
    /// Write an evidence bundle that --replay reads
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
    /// With --save: replace local parts, names, the subject and attachments by stand-ins
    #[arg(long, requires = "save")]
    pub mask: bool,
    /// The client's address [default: that of the topmost credible Received field]
    #[arg(long, value_name = "IP")]
    pub ip: Option<IpAddr>,
    /// What the client said in HELO or EHLO
    #[arg(long, value_name = "NAME")]
    pub helo: Option<String>,
    /// The reverse path; '' is the null one [default: the Return-Path field]
    #[arg(long, value_name = "ADDR")]
    pub mail_from: Option<String>,
    /// The forward path; may be repeated
    #[arg(long, value_name = "ADDR", value_delimiter = ',')]
    pub rcpt: Vec<String>,
    /// Whether the session was encrypted
    #[arg(long, value_enum, value_name = "VERSION")]
    pub tls: Option<GivenTls>,
    /// Judge as of this time, such as 2026-11-22T10:00:00Z [default: the Received field's, else the present]
    #[arg(long, value_name = "RFC3339")]
    pub now: Option<Timestamp>,
    /// What the message is for [default: read from the message]
    #[arg(long, value_enum)]
    pub purpose: Option<Purpose>,
    /// Ask the DNS lists about every public server of the Received fields too; shown, never scored
    #[arg(long)]
    pub hops: bool,
    #[command(flatten)]
    pub world: World,
    /// Do not fetch links
    #[arg(long)]
    pub no_links: bool,
    /// Output; text on a terminal, otherwise json
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    #[arg(long, value_enum, default_value_t)]
    pub lang: Lang,
    /// Exit with status 1 when the score is lower
    #[arg(long, value_name = "X", value_parser = score)]
    pub min_score: Option<i32>,
}

/// Tenths.
fn score(text: &str) -> Result<i32, String> {
    let wrong = || format!("{text:?}: want a score from 0 to 10, such as 8.5");
    let value: f64 = text.replace(',', ".").parse().map_err(|_| wrong())?;
    let tenths = value * 10.0;
    (0.0..=f64::from(MAX)).contains(&tenths).then_some(tenths.round() as i32).ok_or_else(wrong)
}

/// Examines, prints the report, and compares the score.
pub async fn run(options: CheckOptions) -> ExitCode {
    let judged = match &options.replay {
        Some(path) => replay(path, options.purpose).await,
        None => examine(&options).await,
    };
    let (report, bundle) = match judged {
        Ok(judged) => judged,
        Err(why) => return refuse(why),
    };
    if let Some(path) = &options.save
        && let Err(why) = save(path, bundle, &report, options.mask).await
    {
        return refuse(format!("{}: {why}", path.display()));
    }
    let view = View::new(&report, options.lang);
    match Format::or_terminal(options.format) {
        Format::Text => print(&text::render(&view, options.lang)),
        Format::Markdown => print(&markdown::render(&view, options.lang)),
        Format::Json => match serde_json::to_string_pretty(&view) {
            Ok(json) => print(&(json + "\n")),
            Err(error) => return refuse(error),
        },
    }
    match options.min_score {
        Some(least) if report.ledger.score < least => ExitCode::FAILURE,
        _ => ExitCode::SUCCESS,
    }
}

/// Asks the world about a message file.
async fn examine(options: &CheckOptions) -> Result<(Report, Bundle), String> {
    let path = options.file.as_deref().unwrap_or(Path::new("-"));
    let raw = read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    if raw.is_empty() {
        return Err(format!("{}: the message is empty", path.display()));
    }
    let given = Given {
        client_ip: options.ip,
        helo: options.helo.clone(),
        mail_from: options.mail_from.clone(),
        forward_paths: options.rcpt.clone(),
        tls: options.tls,
        now: options.now,
    };
    let delivery = Arc::new(file::delivery(raw, given, Timestamp::now()).map_err(|error| match error {
        BadAddress::MailFrom(_) => format!("--mail-from {error}"),
        BadAddress::Rcpt(_) => format!("--rcpt {error}"),
    })?);
    let examiner = world::examiner(&options.world, "localhost", !options.no_links)?;
    let choices = Choices { purpose: options.purpose, hops: options.hops };
    let (report, evidence) = examiner.examine(delivery.clone(), choices, &|_, _| ()).await;
    Ok((report, Bundle::new(Delivery::clone(&delivery), evidence, options.purpose)))
}

/// Judges a bundle again, from what it holds alone.
async fn replay(path: &Path, purpose: Option<Purpose>) -> Result<(Report, Bundle), String> {
    const MOST: u64 = 64 << 20;
    let wrong = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let mut octets = Vec::new();
    let file = std::fs::File::open(path).map_err(|error| wrong(&error))?;
    file.take(MOST).read_to_end(&mut octets).map_err(|error| wrong(&error))?;
    let mut bundle = Bundle::read(&octets).map_err(|error| wrong(&error))?;
    bundle.purpose = purpose.or(bundle.purpose);
    // No world at all: what the bundle does not hold stays undetermined.
    let examiner = Examiner::new(Arc::new(Replay::new([])));
    let mut report = examiner.replay(Arc::new(bundle.delivery.clone()), bundle.choices(), &bundle.evidence).await;
    if bundle.masked {
        report.masked = true;
        let lost = if bundle.lost.is_empty() { "none".to_owned() } else { bundle.lost.join(", ") };
        eprintln!(
            "vaglio: this bundle is masked: SPF, DKIM, ARC and DMARC are as recorded with the original; findings of the \
             original that the masked copy cannot show: {lost}"
        );
    }
    Ok((report, bundle))
}

async fn save(path: &Path, bundle: Bundle, report: &Report, mask: bool) -> Result<(), String> {
    let archive = if mask && !bundle.masked {
        let (bundle, report) = crate::mask::bundle(&bundle, report).await;
        bundle.write(&report)
    } else {
        bundle.write(report)
    };
    let archive = archive.map_err(|error| error.to_string())?;
    std::fs::write(path, archive).map_err(|error| error.to_string())
}

/// At most as much as the receiver would take.
fn read(path: &Path) -> std::io::Result<Bytes> {
    let most = crate::receive::Limits::default().message_size;
    let mut raw = Vec::new();
    if path.as_os_str() == "-" {
        std::io::stdin().take(most + 1).read_to_end(&mut raw)?;
    } else {
        std::fs::File::open(path)?.take(most + 1).read_to_end(&mut raw)?;
    }
    if raw.len() as u64 > most {
        return Err(std::io::Error::other(format!("larger than {} MiB, the most that is taken", most >> 20)));
    }
    Ok(raw.into())
}
