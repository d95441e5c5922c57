//! The SMTP door: bytes in, replies and a [`crate::delivery::Delivery`] out.
//!
//! `session.rs` is the sans-IO RFC 5321 machine, `limits.rs` every limit with its section, `listener.rs` owns sockets, TLS,
//! PROXY protocol and deadlines.
