//! The public surface as INTERFACE names it, against the real binary over real sockets: the command line, HTTP, the report's
//! fields, and how the service behaves towards silent resolvers, hostile clients and its operator.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

#[path = "../support/service.rs"]
mod service;
#[path = "../support/mod.rs"]
mod support;

mod again;
mod check;
mod cli;
mod door;
mod hostile;
mod http;
mod operate;
mod world;
