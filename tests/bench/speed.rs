//! Speed and size, measured on the real program: `cargo bench --bench speed -- latency` (`receive`, `analyse`, `idle`, `page`,
//! `nodes`, `large`; all without a name).
//!
//! Each prints its figures beside what they should be, and is bounded in count and time. Where a peer is to be beaten it runs in
//! the same run, on the same disk, with the same client. Nothing here fails because a machine is slow or busy.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "it prints figures, and stops at what it did not expect")]

mod analyse;
mod idle;
mod large;
mod latency;
mod nodes;
mod page;
#[path = "../support/postgres.rs"]
mod postgres;
mod receive;
mod service;
#[path = "../support/mod.rs"]
mod support;

use std::time::Duration;

fn main() {
    // Ten thousand clients need as many descriptors as the service.
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    let most = rustix::process::Rlimit { current: limit.maximum, maximum: limit.maximum };
    let _ = rustix::process::setrlimit(rustix::process::Resource::Nofile, most);
    // reqwest, which speaks no TLS here, wants it all the same.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let wanted: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let measure = |name: &str, run: &dyn Fn()| {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            println!("\n{name}");
            run();
        }
    };
    measure("latency", &|| runtime.block_on(latency::run()));
    measure("receive", &|| runtime.block_on(receive::run()));
    measure("analyse", &|| runtime.block_on(analyse::run()));
    measure("idle", &|| runtime.block_on(idle::run()));
    measure("page", &|| runtime.block_on(page::run()));
    measure("nodes", &|| runtime.block_on(nodes::run()));
    measure("large", &|| runtime.block_on(large::run()));
}

/// One line: what, how much, and what it should be.
pub fn figure(what: &str, measured: impl std::fmt::Display, target: &str) {
    println!("  {what:<58} {measured:>14}   {target}");
}

/// The share `q` of 1 of sorted times, milliseconds.
pub fn quantile(times: &mut [Duration], q: f64) -> String {
    times.sort();
    let at = ((times.len() as f64 * q) as usize).min(times.len().saturating_sub(1));
    format!("{:.2} ms", times.get(at).copied().unwrap_or_default().as_secs_f64() * 1000.0)
}

pub fn median(rates: &mut [f64]) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied().unwrap_or_default()
}
