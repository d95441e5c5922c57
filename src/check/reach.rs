//! Whether a domain can receive mail, as DNS tells it (RFC 5321 §5.1): read from what was recorded.

use std::net::IpAddr;

use crate::dns::{Answer, RecordType};
use crate::facts::Recorded;

use super::client::is_private;

/// How mail to a domain would travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// By MX, or by its own address where it has no MX.
    Receives,
    /// `MX 0 .` (RFC 7505): it says that it takes no mail.
    NullMx,
    /// No MX and no address, or the name does not exist.
    Nothing,
    /// It has MX records, and none of them leads to an address.
    DeadMx,
    Unknown,
}

/// What is wrong with one MX host, while mail may still arrive by another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MxFault {
    /// RFC 2181 §10.3 forbids an alias here; the host that it leads to.
    Alias {
        host: String,
        target: String,
    },
    AddressLiteral(String),
    /// Every address is one that the internet cannot reach.
    Private(String),
    Dangling(String),
}

pub fn reach(domain: &str, dns: &Recorded) -> Reach {
    let Some(mx) = dns.find(domain, RecordType::Mx) else { return Reach::Unknown };
    match &mx.answer {
        Answer::Records { .. } => {
            let hosts: Vec<&str> = mx.answer.exchanges().map(|(_, host)| host).collect();
            if hosts.iter().all(|host| host.trim_matches('.').is_empty()) {
                return Reach::NullMx;
            }
            let states: Vec<_> = hosts.iter().map(|host| has_address(host, dns)).collect();
            if states.contains(&Some(true)) {
                Reach::Receives
            } else if states.contains(&None) {
                Reach::Unknown
            } else {
                Reach::DeadMx
            }
        }
        // Without MX the domain itself is the host (RFC 5321 §5.1).
        answer if answer.is_void() => match has_address(domain, dns) {
            Some(true) => Reach::Receives,
            Some(false) => Reach::Nothing,
            None => Reach::Unknown,
        },
        _ => Reach::Unknown,
    }
}

/// Faults of single MX hosts. Private addresses are a fault only seen from the public internet.
pub fn mx_faults(domain: &str, dns: &Recorded, from_public: bool) -> Vec<MxFault> {
    let Some(mx) = dns.find(domain, RecordType::Mx) else { return Vec::new() };
    let mut faults = Vec::new();
    for (_, host) in mx.answer.exchanges().filter(|(_, host)| !host.trim_matches('.').is_empty()) {
        let host = host.trim_end_matches('.');
        if is_literal(host) {
            faults.push(MxFault::AddressLiteral(host.to_owned()));
            continue;
        }
        let lookups: Vec<_> = [RecordType::A, RecordType::Aaaa].iter().filter_map(|t| dns.find(host, *t)).collect();
        if let Some(target) = lookups.iter().find_map(|lookup| lookup.aliases.last()) {
            faults.push(MxFault::Alias { host: host.to_owned(), target: target.clone() });
        }
        match has_address(host, dns) {
            Some(false) => faults.push(MxFault::Dangling(host.to_owned())),
            Some(true) if from_public => {
                let addresses: Vec<IpAddr> = lookups.iter().flat_map(|lookup| lookup.answer.addresses()).collect();
                if addresses.iter().all(|ip| is_private(*ip)) {
                    faults.push(MxFault::Private(host.to_owned()));
                }
            }
            _ => {}
        }
    }
    faults
}

/// True when the name has an address of any family; `None` while an unanswered question could tell so.
pub fn has_address(name: &str, dns: &Recorded) -> Option<bool> {
    if is_literal(name) {
        return Some(false);
    }
    let answers: Vec<Option<&Answer>> =
        [RecordType::A, RecordType::Aaaa].iter().map(|t| dns.find(name, *t).map(|lookup| &lookup.answer)).collect();
    if answers.iter().flatten().any(|answer| answer.addresses().next().is_some()) {
        return Some(true);
    }
    let known = |answer: &Option<&Answer>| answer.is_some_and(Answer::is_void);
    answers.iter().all(known).then_some(false)
}

/// An address where a name belongs; `1.2.3.4` in an MX is asked as a name and never exists.
fn is_literal(host: &str) -> bool {
    host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::lab::zone;

    #[test]
    fn a_domain_receives_by_mx_or_by_its_own_address() {
        let by_mx = zone(&[
            ("a.example", "MX", "10 m.example"),
            ("m.example", "A", "TIMEOUT"),
            ("m.example", "AAAA", "2001:db8::1"),
        ]);
        assert_eq!(reach("a.example", &by_mx), Reach::Receives);
        let by_address =
            zone(&[("a.example", "MX", "NODATA"), ("a.example", "A", "192.0.2.1"), ("a.example", "AAAA", "NODATA")]);
        assert_eq!(reach("a.example", &by_address), Reach::Receives);
    }

    #[test]
    fn only_complete_answers_say_that_a_domain_cannot_receive() {
        let cases = [
            (["NXDOMAIN", "NXDOMAIN", "NXDOMAIN"], Reach::Nothing),
            (["NODATA", "NODATA", "NODATA"], Reach::Nothing),
            (["NODATA", "NODATA", "SERVFAIL"], Reach::Unknown),
            (["TIMEOUT", "NODATA", "NODATA"], Reach::Unknown),
            (["0 .", "NODATA", "NODATA"], Reach::NullMx),
            (["10 gone.example", "192.0.2.1", "NODATA"], Reach::Unknown),
            (["10 192.0.2.9", "NODATA", "NODATA"], Reach::DeadMx),
        ];
        for ([mx, a, aaaa], expected) in cases {
            let dns = zone(&[("a.example", "MX", mx), ("a.example", "A", a), ("a.example", "AAAA", aaaa)]);
            assert_eq!(reach("a.example", &dns), expected, "{mx} {a} {aaaa}");
        }
        assert_eq!(reach("never-asked.example", &zone(&[])), Reach::Unknown);
    }

    #[test]
    fn faults_of_single_hosts_are_named() {
        let dns = zone(&[
            ("a.example", "MX", "10 gone.example"),
            ("a.example", "MX", "20 192.0.2.7"),
            ("a.example", "MX", "30 lan.example"),
            ("gone.example", "A", "NXDOMAIN"),
            ("gone.example", "AAAA", "NXDOMAIN"),
            ("lan.example", "A", "10.0.0.1"),
            ("lan.example", "AAAA", "NODATA"),
        ]);
        let dangling = MxFault::Dangling("gone.example".into());
        let literal = MxFault::AddressLiteral("192.0.2.7".into());
        let private = MxFault::Private("lan.example".into());
        assert_eq!(mx_faults("a.example", &dns, true), [dangling.clone(), literal.clone(), private]);
        assert_eq!(mx_faults("a.example", &dns, false), [dangling, literal]);
    }
}
