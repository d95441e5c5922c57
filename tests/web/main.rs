//! The pages in a real browser, from the real binary. `tests/peers/install` installs what is needed; run them with
//! `cargo test --features browser --test web`. Screenshots are kept in `target/screenshots/`.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops at what it did not expect"
)]

mod browser;
mod hands;
mod hostile;
mod path;
mod probes;
mod service;
mod survey;
mod trials;
mod troubles;

#[path = "../demo/messages.rs"]
mod messages;
#[path = "../support/mod.rs"]
mod support;
