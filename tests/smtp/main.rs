//! The SMTP door from outside: scripted dialogues with the session, and the whole receiver over real sockets.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may panic as tests do")]

mod dialogues;
mod fixture;
mod limits;
mod sockets;
mod trust;

#[path = "../support/mod.rs"]
mod support;
