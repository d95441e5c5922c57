//! What a message gives lists to judge: the client's address, and the names it speaks for or links to.

use std::net::IpAddr;

use crate::address::domain_to_ascii;
use crate::auth::{dkim, psl};
use crate::delivery::Delivery;
use crate::message::{Message, UrlPlace};

/// An address or name to ask lists about, and where it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Candidate {
    Ip {
        ip: IpAddr,
        role: &'static str,
    },
    Name {
        /// A-labels.
        full: String,
        /// By the public suffix list; the same as `full` where it is one.
        organizational: String,
        role: &'static str,
    },
}

/// The role of a server that handed the message on before the client did.
pub const HOP: &str = "hop";

/// Servers of the trace asked about; a message that loops has more.
const MOST_HOPS: usize = 10;

/// The public addresses of the Received trace, the client's left out, latest first (asked only on request).
pub fn hops(delivery: &Delivery, message: &Message) -> Vec<Candidate> {
    let client = delivery.session.client_ip.seen().map(|ip| ip.to_canonical());
    let mut addresses: Vec<IpAddr> = Vec::new();
    for ip in message.received().iter().filter(|hop| hop.is_public()).filter_map(|hop| hop.ip) {
        if Some(ip) != client && !addresses.contains(&ip) && addresses.len() < MOST_HOPS {
            addresses.push(ip);
        }
    }
    addresses.into_iter().map(|ip| Candidate::Ip { ip, role: HOP }).collect()
}

/// Everything worth asking about, each once, those that weigh most first (a limit cuts from the end).
pub fn candidates(delivery: &Delivery, message: &Message) -> Vec<Candidate> {
    let mut found = Vec::new();
    if let Some(ip) = delivery.session.client_ip.seen() {
        found.push(Candidate::Ip { ip: *ip, role: "client" });
    }
    for (_, address) in message.mailboxes("From") {
        add(&mut found, domain_of(&address), "from");
    }
    if let Some(mailbox) = delivery.envelope.reverse_path.seen().and_then(|path| path.mailbox()) {
        add(&mut found, &mailbox.domain, "return_path");
    }
    if let Some(helo) = delivery.session.helo.seen() {
        add(&mut found, helo, "helo");
    }
    for domain in dkim::signing_domains(&message.raw) {
        add(&mut found, &domain, "dkim");
    }
    for (_, address) in message.mailboxes("Reply-To") {
        add(&mut found, domain_of(&address), "reply_to");
    }
    for url in &message.urls {
        let parsed = url::Url::parse(url.text.trim()).ok();
        let host = parsed.as_ref().filter(|url| matches!(url.scheme(), "http" | "https")).and_then(url::Url::domain);
        if let Some(host) = host {
            add(&mut found, host, if url.place == UrlPlace::ListUnsubscribe { "list_unsubscribe" } else { "link" });
        }
    }
    found
}

fn domain_of(address: &str) -> &str {
    address.rsplit_once('@').map_or("", |(_, domain)| domain)
}

fn add(found: &mut Vec<Candidate>, domain: &str, role: &'static str) {
    let Some(full) = domain_to_ascii(domain) else { return };
    // Name lists are never asked about an address (FIELD: "names only"), and a single label is nobody's domain.
    if !full.contains('.') || full.parse::<IpAddr>().is_ok() || !full.bytes().all(is_host_octet) {
        return;
    }
    if found.iter().any(|other| matches!(other, Candidate::Name { full: known, .. } if *known == full)) {
        return;
    }
    let organizational = psl::organizational_domain(&full).to_owned();
    found.push(Candidate::Name { full, organizational, role });
}

fn is_host_octet(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_' | b'.')
}
