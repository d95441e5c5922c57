#![doc = include_str!("ARCHITECTURE.md")]

// In the order in which data flows: receive -> store -> gather -> check -> score -> render.
pub mod config;

pub mod address;
pub mod delivery;
pub mod inbox;
pub mod limits;
pub mod receive;
pub mod store;

pub mod message;

pub mod auth;
pub mod dns;
pub mod facts;
pub mod gather;

pub mod bundle;
pub mod check;
pub mod probe;
pub mod score;

pub mod analyse;
pub mod domain;
pub mod events;
pub mod worker;

mod kinds;
pub mod lang;
pub mod logs;
pub mod mask;
pub mod metering;
pub mod report;
pub mod web;

pub mod acme;
pub mod command;
pub mod net;
pub mod selftest;
pub mod tls;
