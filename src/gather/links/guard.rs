//! Where a request may go. Everything a message says about a URL is believed by nobody: the host is judged as parsed, and
//! every address that our DNS gives for it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use futures_util::future::join;
use ipnet::IpNet;
use url::{Host, Url};

use crate::dns::{Dns, RecordType};
use crate::net::is_public;

/// The verdict on one hop.
#[derive(Debug, PartialEq, Eq)]
pub enum Admission {
    /// Connect to one of these and nowhere else.
    Go(Vec<IpAddr>),
    Refused(&'static str),
    /// The host does not exist, or has no address.
    NoHost,
    /// DNS gave no answer.
    Unknown,
}

/// Judges a URL: scheme, userinfo, host, every resolved address, port. `allowed` networks may be reached at any port although
/// they are private (a lab, or an intranet's own service).
pub async fn admit(dns: &Dns, url: &Url, allowed: &[IpNet]) -> Admission {
    if !matches!(url.scheme(), "http" | "https") {
        return Admission::Refused("scheme");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Admission::Refused("userinfo");
    }
    // The parser has turned 0x7f.1, 2130706433, 0177.0.0.1 and their full-width forms into addresses (WHATWG URL §3.5).
    let addresses = match url.host() {
        Some(Host::Ipv4(ip)) => vec![IpAddr::V4(ip)],
        Some(Host::Ipv6(ip)) => vec![IpAddr::V6(ip)],
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            // RFC 6761 §6.3: never a question for DNS.
            if name == "localhost" || name.ends_with(".localhost") {
                vec![IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)]
            } else {
                let (v4, v6) = join(dns.ask(name, RecordType::A), dns.ask(name, RecordType::Aaaa)).await;
                let found: Vec<IpAddr> = v4.answer.addresses().chain(v6.answer.addresses()).collect();
                if found.is_empty() && (v4.answer.is_unknown() || v6.answer.is_unknown()) {
                    return Admission::Unknown;
                }
                found
            }
        }
        None => return Admission::Refused("scheme"),
    };
    if addresses.is_empty() {
        return Admission::NoHost;
    }
    let lab = |ip: &IpAddr| allowed.iter().any(|net| net.contains(ip));
    let usual_port = matches!(url.port_or_known_default(), Some(80 | 443));
    let usable: Vec<IpAddr> =
        addresses.iter().copied().filter(|ip| lab(ip) || (usual_port && is_public(*ip))).collect();
    if !usable.is_empty() {
        return Admission::Go(usable);
    }
    let private = !addresses.into_iter().any(is_public);
    Admission::Refused(if private { "private_address" } else { "port" })
}
