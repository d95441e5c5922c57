//! What of a report or a message is somebody's own, and how it is taken out.
//!
//! Here is where the local parts of addresses are found in any octets, and `macros.rs` finds those that SPF's macros spell out;
//! `shared.rs` hides them in a report for other eyes, `bundle.rs` gives each person a stand-in in an evidence bundle. Nothing else
//! decides what is personal.

mod bundle;
mod macros;
mod shared;
#[cfg(test)]
mod testing;

use std::ops::Range;

pub use bundle::masked as bundle;
pub use macros::{CUT, Spelt};
pub use shared::masked as report;

/// An address in a text: where its local part stands, and where its domain.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Address {
    local: Range<usize>,
    domain: Range<usize>,
}

/// Every `local@domain` and, as URLs have it, `local%40domain`, in their order.
fn addresses(text: &[u8]) -> Vec<Address> {
    let mut found = Vec::new();
    // Where the last address ended: a local part never reaches into it.
    let mut free = 0;
    let mut at = 0;
    while at < text.len() {
        let rest = text.get(at..).unwrap_or_default();
        let Some(sign) = ["@", "%40"].into_iter().find(|sign| rest.starts_with(sign.as_bytes())) else {
            at += 1;
            continue;
        };
        let domain = at + sign.len();
        let host = text.get(domain..).unwrap_or_default();
        let length = host.iter().position(|octet| !is_host(*octet)).unwrap_or(host.len());
        let literal = host.starts_with(b"[");
        let start = at - local_part(text.get(free..at).unwrap_or_default(), sign);
        if start < at && (literal || host.iter().take(length).any(u8::is_ascii_alphanumeric)) {
            found.push(Address { local: start..at, domain: domain..domain + length });
        }
        at = domain;
        free = domain;
    }
    found
}

/// Octets of the local part that ends here (RFC 5321 §4.1.2, RFC 6531 §3.3), quoted or not.
fn local_part(before: &[u8], sign: &str) -> usize {
    if let Some(inside) = before.strip_suffix(b"\"") {
        return inside.iter().rposition(|octet| *octet == b'"').map_or(0, |open| before.len() - open);
    }
    // RFC 3986 §3.2.1: who logs in stands between `://` and `@`, a password too.
    if let Some(scheme) = before.windows(3).rposition(|three| three == b"://") {
        let user = before.get(scheme + 3..).unwrap_or_default();
        if !user.iter().any(|octet| octet.is_ascii_whitespace() || b"/?#\\\"'<>".contains(octet)) {
            return user.len();
        }
    }
    let from = before.iter().rposition(|octet| !is_local(*octet)).map_or(0, |at| at + 1);
    let local = before.get(from..).unwrap_or_default();
    // In a URL, `/`, `?`, `=` and `&` part what comes before from the address.
    if sign == "%40" || local.starts_with(b"//") {
        return local.iter().rev().take_while(|octet| !b"=/?&".contains(octet)).count();
    }
    // `i=anna@example.org` begins at its sign; `bounce+anna=example.net@example.org` does not.
    match local.iter().rposition(|octet| *octet == b'=') {
        Some(sign) if sign < 12 && !local.iter().take(sign).any(|octet| *octet == b'+') => local.len() - sign - 1,
        _ => local.len(),
    }
}

fn is_local(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || b".!#$%&'*+-/=?^_`{|}~".contains(&octet) || octet >= 128
}

fn is_host(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || matches!(octet, b'.' | b'-' | b'_') || octet >= 128
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locals(text: &str) -> Vec<&str> {
        addresses(text.as_bytes()).into_iter().map(|address| &text[address.local]).collect()
    }

    #[test]
    fn local_parts_are_found_wherever_addresses_stand() {
        for (text, found) in [
            ("Anna <anna.rossi@example.org>, b@x.example", vec!["anna.rossi", "b"]),
            ("\"two words\"@example.org è.b@[192.0.2.1]", vec!["\"two words\"", "è.b"]),
            ("i=@example.org; i=anna@example.org", vec!["anna"]),
            ("MAIL FROM:<b+anna=a.test@l.test> SIZE=3", vec!["b+anna=a.test"]),
            ("https://x.example/u/anna@a.test?m=bob%40b.test&y", vec!["anna", "bob"]),
            ("mailto:anna@a.test, a @ b, @, x@", vec!["anna"]),
            ("see http://anna:pass*word@a.test/x and http://b.test: bob@b.test", vec!["anna:pass*word", "bob"]),
        ] {
            assert_eq!(locals(text), found, "{text}");
        }
    }
}
