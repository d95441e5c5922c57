//! Tests against real software, which each file starts for itself on free loopback ports and ends again.
//! `tests/peers/install` installs what they need; run them with `cargo test --features peers --test peers`.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at what it did not expect")]

#[path = "../support/service.rs"]
mod service;
#[path = "../support/mod.rs"]
mod support;

mod acme;
mod endure;
mod kill;
mod lab;
mod mta;
mod postfix;
mod probes;
mod rbldnsd;
mod reply;
mod rspamd;
mod smtplib;
mod spamassassin;
mod swaks;
mod world;

use std::net::TcpListener;

pub use support::daemon::Daemon;

/// A port that was free a moment ago, for TCP and as likely for UDP.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A folder that daemons under another user may write to.
pub fn folder() -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
    folder
}

/// The environment that `tests/peers/install` makes.
pub fn python() -> &'static str {
    concat!(env!("CARGO_MANIFEST_DIR"), "/target/peers-venv/bin/python")
}
