//! What the subcommands do, apart from parsing their flags (that is `main.rs`).
//!
//! Each gives its exit status; the only place of the library that writes to standard output and to standard error.

pub mod check;
mod descriptors;
pub mod doctor;
pub mod domain;
pub mod explain;
pub mod probe;
pub mod serve;
pub mod setup;
pub mod spf;
pub mod upkeep;
pub mod world;

use std::process::ExitCode;

use crate::config::ConfigError;
use crate::store::StoreError;

/// Bad usage or unreadable input: one clear line on standard error (INTERFACE: "Command line").
pub const USAGE: u8 = 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    Text,
    Json,
    Markdown,
}

impl Format {
    /// Text for a person, JSON for a program.
    fn or_terminal(said: Option<Format>) -> Format {
        use std::io::IsTerminal as _;
        said.unwrap_or_else(|| if std::io::stdout().is_terminal() { Format::Text } else { Format::Json })
    }
}

/// Writes to standard output. A reader that has gone away (`vaglio check | head`) is not a fault.
fn print(text: &str) {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes());
    let _ = out.flush();
}

/// Says what is wrong with the input, and ends with status 2.
pub fn refuse(why: impl std::fmt::Display) -> ExitCode {
    eprintln!("vaglio: {why}");
    ExitCode::from(USAGE)
}

/// Says why the service could not go on, with its causes in one line, and ends with status 1; or 2 for bad usage.
pub fn fail(error: &anyhow::Error) -> ExitCode {
    eprintln!("vaglio: {}", causes(error));
    let usage = error.is::<ConfigError>() || matches!(error.downcast_ref(), Some(StoreError::Kind));
    if usage { ExitCode::from(USAGE) } else { ExitCode::FAILURE }
}

/// What was said is wrong, as shows only when it is put to use.
fn unusable(error: impl std::fmt::Display) -> ConfigError {
    ConfigError::Contradiction(error.to_string())
}

/// What went wrong and why, each once: many errors say their cause in their own text.
fn causes(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |said, cause| match said.as_str() {
        "" => cause,
        known if known.contains(&cause) => said,
        _ => format!("{said}: {cause}"),
    })
}

#[cfg(test)]
mod tests {
    use super::causes;

    #[test]
    fn a_cause_that_its_error_has_told_is_not_told_again() {
        let refused = anyhow::anyhow!("connection refused");
        assert_eq!(causes(&refused), "connection refused");
        let told = anyhow::anyhow!("connection refused").context("database: connection refused").context("no start");
        assert_eq!(causes(&told), "no start: database: connection refused");
    }
}
