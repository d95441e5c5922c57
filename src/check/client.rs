//! What several families need to know about the client.

use std::net::IpAddr;

use crate::delivery::Observed;
use crate::facts::Facts;

/// True when the client has an address of a private network, or this very machine's, and DNS knows nothing about it:
/// then the message came past its own mail server, and names and records for that address make no sense.
pub fn is_local(facts: &Facts) -> bool {
    let Observed::Seen(ip) = &facts.delivery.session.client_ip else { return false };
    let known_to_dns = facts.auth.iprev.seen().is_some_and(|iprev| !iprev.names.is_empty());
    is_private(*ip) && !known_to_dns
}

/// The client's address, where a record can name it: somebody connected, and over the internet.
pub fn nameable(facts: &Facts) -> Option<IpAddr> {
    facts.delivery.session.client_ip.seen().copied().filter(|_| !is_local(facts))
}

/// Loopback, link-local and the networks that anyone may use at home (RFC 1918, RFC 4193, RFC 6598).
pub fn is_private(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            let [a, b, ..] = ip.octets();
            let shared = a == 100 && (64..128).contains(&b);
            ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_unspecified() || shared
        }
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local() || ip.is_unspecified(),
    }
}
