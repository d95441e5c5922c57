//! The `vaglio` program: parses flags and hands over to [`vaglio::command`].

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use vaglio::command;
use vaglio::lang::Lang;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Tells you, from one real test message, whether your mail will be delivered, why not, and exactly what to change.
///
/// Without a subcommand: `vaglio serve`.
#[derive(Parser)]
#[command(name = "vaglio", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// What a code of a report means, what it costs, and its cure
    Explain {
        /// Such as spf.result.softfail; all codes when absent
        code: Option<String>,
        #[arg(long, value_enum, default_value_t)]
        lang: Lang,
    },
}

fn main() -> ExitCode {
    let mut args: Vec<_> = std::env::args_os().collect();
    let first = args.get(1).and_then(|arg| arg.to_str());
    if first.is_none_or(|arg| arg.starts_with('-') && !matches!(arg, "-h" | "--help" | "-V" | "--version")) {
        args.insert(1, "serve".into());
    }
    match Cli::parse_from(args).command {
        Command::Explain { code, lang } => command::explain::run(code.as_deref(), lang),
    }
}
