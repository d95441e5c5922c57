//! DNS as this program knows it: a question, an answer that is always a value, and the recording [`Dns`] of one test.
//!
//! Remote misbehaviour is data: no function here returns an error for it. Within one [`Dns`] a question is asked once and shared.
//! Behind it stands an [`Upstream`]: [`Live`] resolvers, a [`Zone`] file, the [`Replay`] of a recording, or one of these with
//! [`Overrides`]. Never a cache between tests: who has just mended a record must see it ([`Habits`]
//! remembers questions, not answers).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RecordType {
    A,
    Aaaa,
    Mx,
    Txt,
    Ptr,
    Cname,
    Ns,
    Soa,
    Tlsa,
}

/// Name in lower-case A-labels without the final dot, and type. The class is always IN.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Question {
    pub name: String,
    pub rtype: RecordType,
}

/// What came back. Only `NoData` and `NxDomain` say that something does not exist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// At least one record of the type asked, in the order received; `ttl` is the smallest of the set, in seconds.
    Records {
        records: Vec<Data>,
        ttl: u32,
    },
    NoData,
    NxDomain,
    ServFail,
    Refused,
    TimedOut,
    /// Anything else that is no answer: wrong question, unparsable packet, CNAME loop.
    Broken(Unusable),
    /// Not asked: the name cannot exist in DNS, or the replay holds no answer for it.
    NotAsked(Unusable),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Data {
    A(Ipv4Addr),
    Aaaa(Ipv6Addr),
    Mx {
        preference: u16,
        exchange: String,
    },
    Txt(Text),
    Ptr(String),
    Cname(String),
    Ns(String),
    Tlsa {
        usage: u8,
        selector: u8,
        matching: u8,
        data: Vec<u8>,
    },
    /// In presentation form.
    Other(String),
}

/// The strings of one TXT record joined, octet for octet (RFC 7208 §3.3), and how many there were.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    #[serde(with = "octets")]
    pub octets: Vec<u8>,
    pub strings: usize,
}

/// Octets as JSON text: printable ASCII as it is, `\` and all else as `\DDD` (RFC 1035 §5.1).
mod octets {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(octets: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&super::escape(octets))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        super::unescape(&text).ok_or_else(|| D::Error::custom("bad \\DDD escape"))
    }
}

/// Printable ASCII as it is, `\` and all else as `\DDD` (RFC 1035 §5.1).
pub fn escape(octets: &[u8]) -> String {
    let mut text = String::with_capacity(octets.len());
    for &octet in octets {
        match octet {
            b' '..=b'~' if octet != b'\\' => text.push(octet as char),
            _ => text.push_str(&format!("\\{octet:03}")),
        }
    }
    text
}

fn unescape(text: &str) -> Option<Vec<u8>> {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        if *first == b'\\' {
            let (digits, tail) = tail.split_at_checked(3)?;
            octets.push(std::str::from_utf8(digits).ok()?.parse().ok()?);
            rest = tail;
        } else {
            octets.push(*first);
            rest = tail;
        }
    }
    Some(octets)
}

/// One question with its answer: the unit of recording and of evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lookup {
    pub question: Question,
    pub answer: Answer,
    /// The chain of CNAME targets that led to the answer, in order; empty in most answers.
    pub aliases: Vec<String>,
    /// The AD bit: the resolver says that DNSSEC validated this.
    pub authenticated: bool,
    /// Which resolver answered.
    pub server: Option<String>,
    /// From asking to the answer, milliseconds.
    pub ms: u32,
}

impl Answer {
    /// The kind of answer, in one word.
    pub fn word(&self) -> &'static str {
        match self {
            Answer::Records { .. } => "records",
            Answer::NoData => "nodata",
            Answer::NxDomain => "nxdomain",
            Answer::ServFail => "servfail",
            Answer::Refused => "refused",
            Answer::TimedOut => "timeout",
            Answer::Broken(_) => "broken",
            Answer::NotAsked(_) => "not_asked",
        }
    }

    pub fn records(&self) -> &[Data] {
        match self {
            Answer::Records { records, .. } => records,
            _ => &[],
        }
    }

    /// True when the answer tells that there is no such record (RFC 7208 §4.6.4 calls it a void look-up).
    pub fn is_void(&self) -> bool {
        matches!(self, Answer::NoData | Answer::NxDomain)
    }

    /// True when the answer tells nothing: never a pass, never a deduction.
    pub fn is_unknown(&self) -> bool {
        !self.is_void() && !matches!(self, Answer::Records { .. })
    }

    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        self.records().iter().filter_map(|data| match data {
            Data::A(ip) => Some(IpAddr::V4(*ip)),
            Data::Aaaa(ip) => Some(IpAddr::V6(*ip)),
            _ => None,
        })
    }

    pub fn texts(&self) -> impl Iterator<Item = &Text> {
        self.records().iter().filter_map(|data| match data {
            Data::Txt(text) => Some(text),
            _ => None,
        })
    }

    /// Preference and exchange, as answered.
    pub fn exchanges(&self) -> impl Iterator<Item = (u16, &str)> {
        self.records().iter().filter_map(|data| match data {
            Data::Mx { preference, exchange } => Some((*preference, exchange.as_str())),
            _ => None,
        })
    }

    pub fn pointers(&self) -> impl Iterator<Item = &str> {
        self.records().iter().filter_map(|data| match data {
            Data::Ptr(name) => Some(name.as_str()),
            _ => None,
        })
    }
}

mod habits;
mod live;
mod master;
mod name;
mod pasted;
mod replay;
mod resolver;
mod unusable;
pub mod wire;
mod zone;

pub use habits::Habits;
pub use live::{Live, ResolverError};
pub use master::ZoneError;
pub use name::{labels as name_labels, normal as normal_name, text as name_text};
pub use pasted::{pasted, quoted};
pub use replay::{Overrides, Replay};
pub use resolver::{Addresses, Dns, Limits, Upstream, reverse_name};
pub use unusable::{Unusable, UnusableKind};
pub use zone::Zone;
