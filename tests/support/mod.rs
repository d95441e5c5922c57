//! What several test crates share. Included by `#[path = "../support/mod.rs"] mod support;`.
#![allow(dead_code, reason = "each test crate uses a part of it")]

pub mod daemon;
pub mod dns;
pub mod sign;
pub mod smtp;
pub mod spamd;
