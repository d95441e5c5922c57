//! Every limit of the receiver, each with its section or its reason, and the shared budgets that enforce the common ones.
//!
//! RFC 5321 §4.5.3.1 gives least sizes that must be accepted and §4.5.3.2 least times; nothing here is below them. That each
//! holds is shown in `tests/smtp`: those on what is said in `dialogues/limits.txt` and `attacks.txt`, those on time and
//! connections in `limits.rs`, those on a transcript beside it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ipnet::IpNet;

use crate::net::client_network;

#[derive(Clone, Debug)]
pub struct Limits {
    /// Octets of a command line, CR LF included. RFC 5321 §4.5.3.1.4 asks for 512; SIZE (RFC 1870 §3) adds 26, BODY 17,
    /// SMTPUTF8 (RFC 6531 §3.4) 10 and internationalised addresses, DSN (RFC 3461 §4) 500 and more, XCLIENT lines likewise.
    pub command_line: usize,
    /// Octets of a message, counted as they come; declared as SIZE (RFC 1870 §4). RFC 5321 §4.5.3.1.7 asks for 64 KiB.
    pub message_size: u64,
    /// Octets of one message that are read and thrown away before the connection is closed in mid-message.
    pub drain: u64,
    /// Forward paths of one message. RFC 5321 §4.5.3.1.8 asks for 100; beyond, 452 (§4.5.3.1.10).
    pub recipients: usize,
    /// Commands refused with 5xx, unknown recipients included, before 421 (RFC 5321 §4.2.5 on refusing further service).
    pub errors: u32,
    /// Commands of any kind in one session: no sender needs so many.
    pub commands: u32,
    /// From one reply to the whole of the next command line. RFC 5321 §4.5.3.2.7: at least 5 minutes.
    pub command_time: Duration,
    /// Without a single octet inside a message. RFC 5321 §4.5.3.2.5: 3 minutes.
    pub block_time: Duration,
    /// For the whole of one message. RFC 5321 §4.5.3.2.6 has clients wait 10 minutes for its end.
    pub message_time: Duration,
    /// For the whole of one connection: a client that drips octets may not hold it for ever.
    pub session_time: Duration,
    /// For the TLS handshake.
    pub handshake_time: Duration,
    /// For the PROXY header, which a proxy sends at once.
    pub proxy_time: Duration,
    /// For a reply to be taken off our hands.
    pub write_time: Duration,
    /// For the inbox to commit a message.
    pub commit_time: Duration,
    /// For messages in flight when the service is asked to stop.
    pub grace_time: Duration,
    /// Connections in all.
    pub connections: usize,
    /// Connections of one client network (IPv4 /24, IPv6 /48); loopback and trusted networks are exempt.
    pub connections_per_network: usize,
    /// Octets of message content held by all sessions together.
    pub memory: usize,
    /// Lines and octets of one transcript.
    pub transcript_lines: usize,
    pub transcript_octets: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            command_line: 2048,
            message_size: 25 << 20,
            drain: 100 << 20,
            recipients: 100,
            errors: 20,
            commands: 2000,
            command_time: Duration::from_secs(300),
            block_time: Duration::from_secs(180),
            message_time: Duration::from_secs(900),
            session_time: Duration::from_secs(1800),
            handshake_time: Duration::from_secs(30),
            proxy_time: Duration::from_secs(5),
            write_time: Duration::from_secs(60),
            commit_time: Duration::from_secs(60),
            grace_time: Duration::from_secs(20),
            connections: 12_000,
            connections_per_network: 100,
            memory: 150 << 20,
            transcript_lines: 300,
            transcript_octets: 32 << 10,
        }
    }
}

/// Octets that all sessions together may hold.
#[derive(Clone, Debug)]
pub struct Memory {
    left: Arc<AtomicUsize>,
}

/// A share of a [`Memory`], given back when dropped.
#[derive(Debug)]
pub struct Share {
    memory: Memory,
    octets: usize,
}

impl Memory {
    pub fn new(octets: usize) -> Memory {
        Memory { left: Arc::new(AtomicUsize::new(octets)) }
    }

    /// An empty share, to be enlarged.
    pub fn share(&self) -> Share {
        Share { memory: self.clone(), octets: 0 }
    }

    pub fn left(&self) -> usize {
        self.left.load(Ordering::Relaxed)
    }
}

impl Share {
    pub fn memory(&self) -> Memory {
        self.memory.clone()
    }

    /// Enlarges the share to `octets` in all; `false`, and no change, when that is more than is left.
    pub fn enlarge(&mut self, octets: usize) -> bool {
        let more = octets.saturating_sub(self.octets);
        let taken = self.memory.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(more));
        if taken.is_ok() {
            self.octets = self.octets.saturating_add(more);
        }
        taken.is_ok()
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.memory.left.fetch_add(self.octets, Ordering::Relaxed);
    }
}

/// The open connections of each client network.
#[derive(Clone, Debug, Default)]
pub struct Networks {
    open: Arc<Mutex<HashMap<IpNet, usize>>>,
}

/// One connection's place in [`Networks`], given back when dropped.
#[derive(Debug)]
pub struct Place {
    networks: Networks,
    network: IpNet,
}

impl Networks {
    /// `None` when the client's network already has `most` connections.
    pub fn enter(&self, client: IpAddr, most: usize) -> Option<Place> {
        let network = client_network(client);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(network).or_insert(0);
        if *count >= most {
            return None;
        }
        *count = count.saturating_add(1);
        Some(Place { networks: self.clone(), network })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.networks.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.network) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                open.remove(&self.network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_below_what_the_rfc_asks_for() {
        let limits = Limits::default();
        assert!(limits.command_line >= 512 && limits.message_size >= 64 << 10 && limits.recipients >= 100);
        let minutes = |n: u64| Duration::from_secs(60 * n);
        assert!(limits.command_time >= minutes(5) && limits.block_time >= minutes(3));
        assert!(limits.message_time >= minutes(10) && limits.session_time > limits.message_time);
        assert!(limits.memory > usize::try_from(limits.message_size).unwrap(), "one message of full size has room");
    }

    #[test]
    fn a_share_is_refused_when_too_little_is_left_and_comes_back_when_dropped() {
        let memory = Memory::new(100);
        let (mut one, mut two) = (memory.share(), memory.share());
        assert!(one.enlarge(40) && one.enlarge(60));
        assert!(!two.enlarge(41));
        assert!(two.enlarge(40));
        assert_eq!(memory.left(), 0);
        drop(one);
        assert_eq!(memory.left(), 60);
        drop(two);
        assert_eq!(memory.left(), 100);
    }

    #[test]
    fn a_network_has_its_number_of_places() {
        let networks = Networks::default();
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let first = networks.enter(ip("192.0.2.1"), 2).unwrap();
        let _second = networks.enter(ip("::ffff:192.0.2.2"), 2).unwrap();
        assert!(networks.enter(ip("192.0.2.3"), 2).is_none());
        let _elsewhere = networks.enter(ip("192.0.3.3"), 2).unwrap();
        drop(first);
        assert!(networks.enter(ip("192.0.2.3"), 2).is_some());
        let _v6 = networks.enter(ip("2001:db8::1"), 1).unwrap();
        assert!(networks.enter(ip("2001:db8:0:ffff::1"), 1).is_none());
        assert!(networks.enter(ip("2001:db8:1::1"), 1).is_some());
    }
}
