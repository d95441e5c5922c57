//! The store against real databases: SQLite always; PostgreSQL with `--features peers`, a private server of its own.
#![cfg(test)]

mod cases;
mod crash;
#[cfg(feature = "peers")]
mod postgres;
mod sample;
mod sqlite;
mod worker;
