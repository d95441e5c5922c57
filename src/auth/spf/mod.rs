//! SPF (RFC 7208) with the trace of the very evaluation that gave the result.
//!
//! `record.rs` reads records, `macros.rs` expands them, `names.rs` finds the names that they ask for, `check_host.rs`
//! evaluates and traces, `reason.rs` says what decided each step. No opinions here: those are in [`crate::check`], which also
//! counts what a record would ask if no term matched.

pub mod macros;
pub mod record;

mod check_host;
mod names;
mod reason;
#[cfg(test)]
mod tests;

use std::net::IpAddr;

use jiff::Timestamp;

use super::{Spf, SpfIdentity};
use crate::address::{Mailbox, ReversePath};
use crate::dns::Dns;

pub use check_host::check_host;
pub use reason::SpfReason;

/// RFC 7208 §4.6.4: terms that ask DNS, in one evaluation.
pub const MAX_LOOKUPS: u32 = 10;
/// RFC 7208 §4.6.4: of these, how many may find nothing.
pub const MAX_VOID_LOOKUPS: u32 = 2;
/// RFC 7208 §4.6.4: exchanges of one `mx`, names of one `ptr`.
pub const MAX_NAMES: usize = 10;

/// One evaluation to make: the arguments of `check_host()` (RFC 7208 §4.1) and what macros ask for.
#[derive(Clone, Debug)]
pub struct Request {
    /// An IPv4-mapped IPv6 address counts as the IPv4 address it holds (§5).
    pub client_ip: IpAddr,
    pub identity: SpfIdentity,
    /// As given: a U-label or a malformed name may be here.
    pub domain: String,
    /// Local part and domain.
    pub sender: Mailbox,
    pub helo: String,
    /// Who checks, for `%{r}`.
    pub receiver: String,
    pub now: Timestamp,
}

impl Request {
    /// For the MAIL FROM identity; the null reverse path stands for `postmaster@<helo>` (§2.4).
    pub fn mail_from(
        client_ip: IpAddr,
        reverse_path: &ReversePath,
        helo: &str,
        receiver: &str,
        now: Timestamp,
    ) -> Request {
        match reverse_path {
            ReversePath::Null => {
                Request { identity: SpfIdentity::MailFrom, ..Request::helo(client_ip, helo, receiver, now) }
            }
            ReversePath::Mailbox(mailbox) => {
                // §4.3: without a local part it is postmaster's.
                let local_part = if mailbox.local_part.is_empty() { "postmaster" } else { &mailbox.local_part };
                Request {
                    client_ip,
                    identity: SpfIdentity::MailFrom,
                    domain: mailbox.domain.clone(),
                    sender: Mailbox { local_part: local_part.to_owned(), domain: mailbox.domain.clone() },
                    helo: helo.to_owned(),
                    receiver: receiver.to_owned(),
                    now,
                }
            }
        }
    }

    /// For the HELO identity (§2.3).
    pub fn helo(client_ip: IpAddr, helo: &str, receiver: &str, now: Timestamp) -> Request {
        Request {
            client_ip,
            identity: SpfIdentity::Helo,
            domain: helo.to_owned(),
            sender: Mailbox { local_part: "postmaster".to_owned(), domain: helo.to_owned() },
            helo: helo.to_owned(),
            receiver: receiver.to_owned(),
            now,
        }
    }
}

/// Both identities of one message, at the same time: MAIL FROM, then HELO.
pub async fn evaluate(
    dns: &Dns,
    client_ip: IpAddr,
    reverse_path: &ReversePath,
    helo: &str,
    receiver: &str,
    now: Timestamp,
) -> (Spf, Spf) {
    let mail_from = Request::mail_from(client_ip, reverse_path, helo, receiver, now);
    let helo = Request::helo(client_ip, helo, receiver, now);
    tokio::join!(check_host(dns, &mail_from), check_host(dns, &helo))
}
