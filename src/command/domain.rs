//! `vaglio domain NAME`: everything that can be told of a domain without a message.

use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;

use super::world::{self, World};
use super::{Format, print, refuse};
use crate::domain::{self, DomainView};
use crate::lang::Lang;
use crate::report::text;

#[derive(Args, Debug)]
pub struct DomainOptions {
    /// The domain, such as example.org
    #[arg(value_name = "NAME")]
    pub name: String,
    /// A DKIM selector to look at beside the common ones; may be repeated
    #[arg(long, value_name = "S", value_delimiter = ',')]
    pub selector: Vec<String>,
    #[command(flatten)]
    pub world: World,
    /// Output; text on a terminal, otherwise json
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    #[arg(long, value_enum, default_value_t)]
    pub lang: Lang,
}

/// Asks and prints.
pub async fn run(options: DomainOptions) -> ExitCode {
    let name = match domain::name(&options.name) {
        Ok(name) => name,
        Err(error) => return refuse(error),
    };
    if let Some(wrong) = options.selector.iter().find(|selector| !domain::is_selector(selector)) {
        return refuse(format!("--selector {wrong:?} is not a DKIM selector"));
    }
    let examiner = match world::examiner(&options.world, "localhost", true) {
        Ok(examiner) => examiner,
        Err(error) => return refuse(error),
    };
    let report = domain::examine(&examiner, &name, &options.selector, Timestamp::now()).await;
    let view = DomainView::new(&report, options.lang);
    match Format::or_terminal(options.format) {
        Format::Json => match serde_json::to_string_pretty(&view) {
            Ok(json) => print(&(json + "\n")),
            Err(error) => return refuse(error),
        },
        Format::Text | Format::Markdown => print(&text::domain(&view, options.lang)),
    }
    ExitCode::SUCCESS
}
