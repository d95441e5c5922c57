//! The store against real databases: SQLite always; PostgreSQL with `--features peers`, a private server of its own.
#![cfg(test)]

mod cases;
mod crash;
#[path = "../support/delivery.rs"]
mod plain;
#[cfg(feature = "peers")]
mod postgres;
#[cfg(feature = "peers")]
#[path = "../support/postgres.rs"]
mod postgres_server;
mod sample;
mod sqlite;
mod worker;
