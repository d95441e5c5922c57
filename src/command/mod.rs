//! What the subcommands do, apart from parsing their flags (that is `main.rs`).
//!
//! Each gives its exit status; the only place of the library that writes to standard output and to standard error.

pub mod explain;

use std::process::ExitCode;

/// Bad usage or unreadable input: one clear line on standard error (INTERFACE: "Command line").
pub const USAGE: u8 = 2;

/// Writes to standard output. A reader that has gone away (`vaglio check | head`) is not a fault.
fn print(text: &str) {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes());
    let _ = out.flush();
}

/// Says what is wrong with the input, and ends with status 2.
fn refuse(why: impl std::fmt::Display) -> ExitCode {
    eprintln!("vaglio: {why}");
    ExitCode::from(USAGE)
}
