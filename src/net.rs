//! Kinds of IP addresses: which are public, which must never be fetched from, which network a client counts in.
