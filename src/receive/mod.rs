//! The SMTP door: bytes in, replies and a [`Delivery`] out.
//!
//! `session.rs` is the sans-IO RFC 5321 machine (`command.rs` reads its lines, `content.rs` its messages, `reply.rs` has its
//! answers, `xclient.rs` the two commands of trusted front ends); `limits.rs` holds every limit with its section. `listener.rs`
//! accepts connections, `connection.rs` drives one of them: sockets, [`crate::tls`], PROXY headers (`proxy.rs`), deadlines.
//!
//! What it must never do: look into a message, change a byte of it, or answer 250 before [`Inbox::deliver`] has said so.

pub mod command;
pub mod connection;
pub mod content;
pub mod file;
pub mod limits;
pub mod listener;
pub mod proxy;
pub mod reply;
pub mod session;
pub mod transcript;
pub mod xclient;

use std::net::IpAddr;

use futures_util::future::BoxFuture;

use crate::address::{Destination, TestId};
use crate::delivery::{Delivery, Observed, TlsInfo};

pub use limits::Limits;
pub use listener::{Receiver, Settings};

/// Takes over what has been received. Implemented by the store.
pub trait Inbox: Send + Sync {
    /// Commits one message for every destination that still has room.
    ///
    /// The client reads `250` only after `Ok`; so `Ok` means that it is on disk.
    ///
    /// # Errors
    /// [`Refusal::Full`] when none of the destinations has room, [`Refusal::Deleted`] when all were deleted; the others when nothing could be committed.
    fn deliver(&self, delivery: Delivery, destinations: Vec<Destination>) -> BoxFuture<'_, Result<(), Refusal>>;

    /// Tells whoever waits for this test how far the sender has come. Must return at once.
    fn noticed(&self, _test: TestId, _notice: Notice) {}
}

/// Why an inbox did not take a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Every destination has taken all the messages it may: for good.
    Full,
    /// The tests were deleted by who had them: for good.
    Deleted,
    /// Too much to do just now: the client should come again.
    Busy,
    /// Our own fault, already logged where it arose: the client should come again.
    Fault,
}

/// What a page that waits for a test can show before the message is there.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// A client named this test's address and was let in.
    Recipient {
        client_ip: Observed<IpAddr>,
        helo: Option<String>,
        tls: Observed<Option<TlsInfo>>,
    },
    /// So many octets of the message have come.
    Content {
        octets: u64,
    },
    Refused(Refused),
}

/// Why a client that named this test's address went away without success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The address is too old.
    Expired,
    /// The message is larger than we take.
    TooBig,
    /// The address has taken all the messages it may.
    Full,
    /// The test was deleted.
    Deleted,
    /// Too much to do just now, or our own fault: the client will come again.
    TryLater,
    /// The connection ended, or grew too slow, before the message was whole.
    Interrupted,
}

/// How long a client that was not admitted should stay away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait(pub std::time::Duration);

/// The one place where rates are limited. Loopback and `--trust-xclient` networks are never asked about.
///
/// Each answer is whether the client may go on; when not, it is told when to come again.
pub trait Gate: Send + Sync {
    /// A client has connected; its address is the one that PROXY names.
    ///
    /// # Errors
    /// When to come again.
    fn connect(&self, _client: IpAddr) -> Result<(), Wait> {
        Ok(())
    }

    /// A client has named an address in our domain that was never given out.
    ///
    /// # Errors
    /// When to come again.
    fn unknown_recipient(&self, _client: IpAddr) -> Result<(), Wait> {
        Ok(())
    }

    /// A client begins a message for somebody here.
    ///
    /// # Errors
    /// When to come again.
    fn message(&self, _client: IpAddr) -> Result<(), Wait> {
        Ok(())
    }
}

/// Lets everybody in.
pub struct OpenGate;

impl Gate for OpenGate {}
