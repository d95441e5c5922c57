//! The `vaglio` program: parses flags and hands over to [`vaglio::command`].

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use vaglio::command::doctor::DoctorOptions;
use vaglio::command::probe::ProbeOptions;
use vaglio::command::setup::SetupOptions;
use vaglio::command::upkeep::{BackupOptions, MigrateOptions, RestoreOptions};
use vaglio::command::{self, check::CheckOptions, domain::DomainOptions, spf::SpfOptions};
use vaglio::config::{Config, LogFormat, ServeOptions};
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
    /// Run the service: receive messages, examine them, show the reports
    Serve(Box<ServeOptions>),
    /// Examine a message file
    Check(Box<CheckOptions>),
    /// Evaluate SPF for a client and a sender, with every step
    Spf(SpfOptions),
    /// Print the DNS records to publish
    Setup(SetupOptions),
    /// Look at everything the service needs: DNS, ports, resolver, spamd, disk, database
    Doctor(Box<DoctorOptions>),
    /// Send a mail to a Vaglio service elsewhere and wait for its report: does it work?
    Probe(ProbeOptions),
    /// Copy a SQLite store to a new file while the service runs
    Backup(BackupOptions),
    /// Put such a copy in a SQLite store's place
    Restore(RestoreOptions),
    /// Bring a store up to this version, or copy it into another one
    Migrate(MigrateOptions),
    /// Look at a domain without a message: SPF, DKIM keys, DMARC, MX, transport policies, block lists
    Domain(DomainOptions),
    /// What a code of a report means, what it costs, and its cure
    Explain {
        /// Such as spf.result.softfail; all codes when absent
        code: Option<String>,
        #[arg(long, value_enum, default_value_t)]
        lang: Lang,
    },
}

fn main() -> ExitCode {
    // A service that waits needs a few megabytes; pages of two megabytes each would treble that. Where there are none: well.
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::disable_transparent_huge_pages(true);
    let mut args: Vec<_> = std::env::args_os().collect();
    let first = args.get(1).and_then(|arg| arg.to_str());
    if first.is_none_or(|arg| arg.starts_with('-') && !matches!(arg, "-h" | "--help" | "-V" | "--version")) {
        args.insert(1, "serve".into());
    }
    let command = match Cli::try_parse_from(args) {
        Ok(cli) => cli.command,
        Err(error) if error.use_stderr() => return command::refuse(one_line(&error)),
        Err(help) => help.exit(),
    };

    match command {
        Command::Explain { code, lang } => command::explain::run(code.as_deref(), lang),
        Command::Serve(options) => match Config::new(*options) {
            Ok(config) => {
                vaglio::logs::start("info", config.log_format);
                block_on(async {
                    match command::serve::run(config).await {
                        Ok(()) => ExitCode::SUCCESS,
                        Err(error) => command::fail(&error),
                    }
                })
            }
            Err(error) => command::refuse(error),
        },
        Command::Setup(options) => command::setup::run(&options),
        other => {
            vaglio::logs::start("error", LogFormat::Text);
            block_on(run(other))
        }
    }
}

/// What asks the world, and ends.
async fn run(command: Command) -> ExitCode {
    match command {
        Command::Check(options) => command::check::run(*options).await,
        Command::Spf(options) => command::spf::run(options).await,
        Command::Domain(options) => command::domain::run(options).await,
        Command::Doctor(options) => command::doctor::run(*options).await,
        Command::Probe(options) => command::probe::run(options).await,
        Command::Backup(options) => command::upkeep::backup(options).await,
        Command::Restore(options) => command::upkeep::restore(options).await,
        Command::Migrate(options) => command::upkeep::migrate(options).await,
        Command::Serve(_) | Command::Explain { .. } | Command::Setup(_) => ExitCode::SUCCESS,
    }
}

/// What clap says in several lines, without its usage.
fn one_line(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let said = text.lines().map(str::trim).take_while(|line| !line.starts_with("Usage:"));
    let said: Vec<&str> = said.filter(|line| !line.is_empty() && !line.starts_with("For more information")).collect();
    format!("{} (see --help)", said.join(" ").trim_start_matches("error: "))
}

fn block_on(future: impl Future<Output = ExitCode>) -> ExitCode {
    match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(future),
        Err(error) => command::refuse(error),
    }
}
