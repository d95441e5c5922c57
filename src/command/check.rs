//! `vaglio check FILE`: the whole examination of a message file, for people and for continuous integration.

use std::io::Read as _;
use std::net::IpAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use bytes::Bytes;
use clap::Args;
use jiff::Timestamp;

use super::world::{self, World};
use super::{Format, print, refuse};
use crate::analyse::Choices;
use crate::facts::Purpose;
use crate::lang::Lang;
use crate::receive::file::{self, Given, GivenTls};
use crate::report::view::View;
use crate::report::{markdown, text};
use crate::score::MAX;

#[derive(Args, Debug)]
pub struct CheckOptions {
    /// The message, as sent; - reads standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
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
    let raw = match read(&options.file) {
        Ok(raw) => raw,
        Err(error) => return refuse(format!("{}: {error}", options.file.display())),
    };
    if raw.is_empty() {
        return refuse(format!("{}: the message is empty", options.file.display()));
    }
    let given = Given {
        client_ip: options.ip,
        helo: options.helo,
        mail_from: options.mail_from,
        forward_paths: options.rcpt,
        tls: options.tls,
        now: options.now,
    };
    let delivery = match file::delivery(raw, given, Timestamp::now()) {
        Ok(delivery) => Arc::new(delivery),
        Err(error) => return refuse(format!("--mail-from: {error}")),
    };
    let examiner = match world::examiner(&options.world, "localhost", !options.no_links) {
        Ok(examiner) => examiner,
        Err(error) => return refuse(error),
    };
    let choices = Choices { purpose: options.purpose };
    let (report, _) = examiner.examine(delivery, choices, &|_, _| ()).await;

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

/// At most as much as the receiver would take.
fn read(path: &std::path::Path) -> std::io::Result<Bytes> {
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
