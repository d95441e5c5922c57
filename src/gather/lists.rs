//! DNS block and allow lists (RFC 5782): what each list of the table says about the addresses and names of a message.
//!
//! A listing is a documented code of that zone; NXDOMAIN is clear; everything else is not determined, with the reason.
//! `table.rs` holds the lists, `candidates.rs` finds what to ask about, `health.rs` decides whether a zone may be believed.
//! What a listing costs is not decided here but in [`crate::check`].

use std::net::{IpAddr, Ipv4Addr};

use futures_util::future::{join, join_all};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, timeout_at};

use crate::dns::{Answer, Data, Dns, RecordType, reverse_name};

mod candidates;
mod health;
mod table;

pub use candidates::{Candidate, HOP, candidates, hops};
pub use health::State;
pub use health::{Fault, Health};
pub use table::{Codes, Meaning, Names, Table, TableError, Warning, Zone};

/// One name or address asked at one list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    pub zone: String,
    pub subject: Subject,
    /// The address or name asked about.
    pub value: String,
    /// Where in the message it was found: `client`, `hop`, `from`, `helo`, `dkim`, `link`, ...
    pub role: String,
    pub result: ListResult,
    /// The documented codes of the answer.
    pub codes: Vec<String>,
    /// What the codes mean, by the list's table.
    pub meanings: Vec<String>,
    /// The list's own TXT reason.
    pub reason: Option<String>,
    pub weight: Weight,
    /// Every code of the answer says where the address belongs (an end user's connection), not that it misbehaved.
    #[serde(default)]
    pub policy: bool,
    /// Where to read about a listing, and how to get off.
    pub lookup: Option<String>,
    /// Why it is not determined: `timeout`, `servfail`, `refused`, `no_answer`, `no_data`, `control_point` (its test entry is
    /// missing), `lists_all`, `limit`, `broken`, or `undocumented` with the answer.
    pub why: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    Ip,
    Domain,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListResult {
    Listed,
    Clear,
    NotDetermined,
}

/// From the gravest to the kindest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    Major,
    Minor,
    Info,
    Allow,
}

/// So many names at most are asked about in one test; the rest is not determined.
pub const MAX_NAMES: usize = 40;

/// Asks every list of the table about every candidate that it is for, all at once, until the deadline.
///
/// Addresses are asked whatever they are: a list that holds a private address says so, and the others answer NXDOMAIN.
/// A zone that [`Health`] has set aside is not asked.
pub async fn ask(
    dns: &Dns,
    table: &Table,
    health: &Health,
    candidates: &[Candidate],
    deadline: Instant,
) -> Vec<Listing> {
    let mut questions = Vec::new();
    for zone in &table.zones {
        let mut names = 0;
        for candidate in candidates {
            match (zone.kind, candidate) {
                (Subject::Ip, Candidate::Ip { ip, role }) => {
                    let ip = ip.to_canonical();
                    if ip.is_ipv4() || zone.ipv6 {
                        questions.push(Question {
                            zone,
                            label: ip_label(ip),
                            value: ip.to_string(),
                            role,
                            over: false,
                        });
                    }
                }
                (Subject::Domain, Candidate::Name { full, organizational, role }) => {
                    names += 1;
                    let forms: &[&String] = match zone.names {
                        Names::Full => &[full],
                        Names::Organizational => &[organizational],
                        Names::Both if full == organizational => &[full],
                        Names::Both => &[organizational, full],
                    };
                    for form in forms {
                        if !questions.iter().any(|q: &Question| q.zone.zone == zone.zone && q.value == **form) {
                            let (label, value) = ((*form).clone(), (*form).clone());
                            questions.push(Question { zone, label, value, role, over: names > MAX_NAMES });
                        }
                    }
                }
                _ => {}
            }
        }
    }
    join_all(questions.into_iter().map(|question| question.ask(dns, health, deadline))).await
}

struct Question<'a> {
    zone: &'a Zone,
    /// What goes before the zone's name.
    label: String,
    value: String,
    role: &'a str,
    over: bool,
}

impl Question<'_> {
    async fn ask(self, dns: &Dns, health: &Health, deadline: Instant) -> Listing {
        let zone = self.zone;
        let mut listing = Listing {
            zone: zone.zone.clone(),
            subject: zone.kind,
            value: self.value,
            role: self.role.to_owned(),
            result: ListResult::NotDetermined,
            codes: Vec::new(),
            meanings: Vec::new(),
            reason: None,
            weight: zone.weight,
            policy: false,
            lookup: zone.lookup.clone(),
            why: None,
        };
        if self.over {
            listing.why = Some("limit".to_owned());
            return listing;
        }
        let name = format!("{}.{}", self.label, zone.zone);
        let asked = async {
            match health.state(&zone.zone) {
                State::SetAside(fault) => (Some(fault), None),
                State::Sound => (None, Some(dns.ask(&name, RecordType::A).await)),
                State::Unknown => {
                    let (fault, lookup) = join(health::fault(dns, zone), dns.ask(&name, RecordType::A)).await;
                    (fault, Some(lookup))
                }
            }
        };
        let lookup = match timeout_at(deadline, asked).await {
            Ok((None, Some(lookup))) => lookup,
            Ok((fault, _)) => {
                listing.why = Some(fault.unwrap_or(Fault::NoAnswer).why().to_owned());
                return listing;
            }
            Err(_) => {
                listing.why = Some("timeout".to_owned());
                return listing;
            }
        };
        match zone.read(&lookup.answer) {
            Reading::Clear => listing.result = ListResult::Clear,
            Reading::Unknown(why) => listing.why = Some(why),
            Reading::Listed { codes, meanings } => {
                // A zone that lists everything lists nothing (RFC 5782 §5: this entry must not exist).
                let control = format!("{}.{}", zone.never_listed(), zone.zone);
                let reason = async {
                    let control = timeout_at(deadline, dns.ask(&control, RecordType::A)).await;
                    let text = timeout_at(deadline, dns.ask(&name, RecordType::Txt)).await;
                    (control, text.ok().and_then(|lookup| reason(&lookup.answer)))
                };
                let (control, reason) = reason.await;
                if control.is_ok_and(|lookup| matches!(lookup.answer, Answer::Records { .. })) {
                    listing.why = Some(Fault::ListsAll.why().to_owned());
                    return listing;
                }
                listing.result = ListResult::Listed;
                listing.codes = codes;
                listing.weight = meanings.iter().map(|meaning| meaning.weight).min().unwrap_or(zone.weight);
                listing.policy = meanings.iter().all(|meaning| meaning.policy);
                listing.meanings = meanings.into_iter().map(|meaning| meaning.text).collect();
                listing.reason = reason;
            }
        }
        listing
    }
}

/// The address as lists want it: RFC 5782 §2.1 and §2.4.
fn ip_label(ip: IpAddr) -> String {
    let name = reverse_name(ip);
    name.trim_end_matches(".in-addr.arpa").trim_end_matches(".ip6.arpa").to_owned()
}

/// What an answer of a zone means.
#[derive(Debug, PartialEq, Eq)]
enum Reading {
    Listed { codes: Vec<String>, meanings: Vec<Meaning> },
    Clear,
    Unknown(String),
}

impl Zone {
    fn read(&self, answer: &Answer) -> Reading {
        let unknown = |why: &str| Reading::Unknown(why.to_owned());
        match answer {
            Answer::NxDomain => Reading::Clear,
            // A name below this one is listed, and this one is not (an empty non-terminal, RFC 8020).
            Answer::NoData if self.kind == Subject::Domain => Reading::Clear,
            Answer::NoData => unknown("no_data"),
            Answer::ServFail => unknown("servfail"),
            Answer::Refused => unknown("refused"),
            Answer::TimedOut => unknown("timeout"),
            Answer::Broken(_) | Answer::NotAsked(_) => unknown("broken"),
            Answer::Records { records, .. } => {
                let addresses: Vec<Ipv4Addr> =
                    records.iter().filter_map(|data| if let Data::A(ip) = data { Some(*ip) } else { None }).collect();
                self.read_addresses(&addresses)
            }
        }
    }

    fn read_addresses(&self, addresses: &[Ipv4Addr]) -> Reading {
        if addresses.iter().any(|ip| matches!(ip.octets(), [127, 255, 255, _])) {
            return Reading::Unknown("refused".to_owned());
        }
        if let Some(ip) = addresses.iter().find(|ip| !ip.is_loopback()) {
            return Reading::Unknown(format!("undocumented {ip}"));
        }
        let mut codes = Vec::new();
        let mut meanings: Vec<Meaning> = Vec::new();
        for ip in addresses {
            let of_this = self.meanings_of(*ip);
            if !of_this.is_empty() {
                codes.push(ip.to_string());
            }
            meanings.extend(of_this.into_iter().cloned());
        }
        meanings.dedup();
        codes.sort();
        match (codes.is_empty(), addresses.first()) {
            (false, _) => Reading::Listed { codes, meanings },
            // Bit 1 of a bit list is its way to refuse us; elsewhere an undocumented 127.0.0.1 is no better known.
            (true, Some(ip)) if *ip == Ipv4Addr::LOCALHOST => Reading::Unknown("refused".to_owned()),
            (true, Some(ip)) => Reading::Unknown(format!("undocumented {ip}")),
            (true, None) => Reading::Unknown("broken".to_owned()),
        }
    }

    fn meanings_of(&self, ip: Ipv4Addr) -> Vec<&Meaning> {
        match &self.codes {
            Codes::Addresses(codes) => {
                let ip = u32::from(ip);
                codes.iter().filter(|(first, last, _)| (first..=last).contains(&&ip)).map(|(.., m)| m).collect()
            }
            Codes::Bits(bits) => {
                let [127, 0, 0, mask] = ip.octets() else { return Vec::new() };
                let documented = |bit: u8| bits.iter().any(|(known, _)| *known == bit);
                if mask & 1 == 1 && !documented(1) {
                    return Vec::new();
                }
                bits.iter().filter(|(bit, _)| mask & bit != 0).map(|(_, meaning)| meaning).collect()
            }
        }
    }

    /// The entry that no list may have (RFC 5782 §5).
    fn never_listed(&self) -> &'static str {
        match self.kind {
            Subject::Ip => "1.0.0.127",
            Subject::Domain => "invalid",
        }
    }

    /// The label of the entry that is always there.
    fn always_listed(&self) -> String {
        self.test.parse().map_or_else(|_| self.test.clone(), ip_label)
    }
}

/// The first TXT string, made safe to show: one line, 300 characters at most.
fn reason(answer: &Answer) -> Option<String> {
    let text = answer.texts().next()?;
    let text = String::from_utf8_lossy(&text.octets);
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect();
    let line = line.trim();
    (!line.is_empty()).then(|| line.to_owned())
}

#[cfg(test)]
mod tests;
