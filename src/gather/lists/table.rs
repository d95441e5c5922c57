//! The table of DNS lists: which zones are asked with what, and what their answers mean. TOML in, checked values out.

use std::net::Ipv4Addr;

use serde::Deserialize;

use super::{Subject, Weight};
use crate::address::domain_to_ascii;

/// Every list that may be asked.
#[derive(Clone, Debug)]
pub struct Table {
    pub zones: Vec<Zone>,
}

/// One list.
#[derive(Clone, Debug)]
pub struct Zone {
    /// Lower-case A-labels without the final dot.
    pub zone: String,
    pub kind: Subject,
    pub weight: Weight,
    pub lookup: Option<String>,
    /// False: it holds IPv4 addresses only, so "not there" would say nothing about an IPv6 address.
    pub ipv6: bool,
    pub names: Names,
    /// The entry that is always listed.
    pub test: String,
    pub codes: Codes,
}

/// Which form of a name a list wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Names {
    Full,
    Organizational,
    #[default]
    Both,
}

/// How answers are read.
#[derive(Clone, Debug)]
pub enum Codes {
    /// Whole addresses, or ranges of them.
    Addresses(Vec<(u32, u32, Meaning)>),
    /// Bits of the last octet of 127.0.0.x.
    Bits(Vec<(u8, Meaning)>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meaning {
    pub text: String,
    pub weight: Weight,
    /// Says where an address belongs (an end user's connection), not that it misbehaved.
    pub policy: bool,
}

/// Why a table cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    #[error("not a table of lists: {0}")]
    Toml(String),
    #[error("list {zone}: {problem}")]
    List { zone: String, problem: String },
}

/// Something that works, and should not be done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Warning {
    #[error("list {0} is dead: it no longer answers, or answers that everything is listed; take it out of the table")]
    Dead(String),
}

/// Lists that have closed (FIELD: "Never ask"); a name starting with a dot also stands for everything below it.
const DEAD: &[&str] = &[
    ".sorbs.net",
    "ix.dnsbl.manitu.net",
    "cbl.abuseat.org",
    "ubl.unsubscore.com",
    "db.wpbl.info",
    "dnsbl.cyberlogic.net",
    ".msrbl.net",
    "virbl.bit.nl",
    "wormrbl.imp.ch",
    "dnsbl.inps.de",
    "bl.emailbasura.org",
    "bl.spamcannibal.org",
    ".njabl.org",
    ".ahbl.org",
    ".ordb.org",
    ".dsbl.org",
    ".nszones.com",
    "bad.psky.me",
];

impl Table {
    /// The table that ships with the program.
    pub fn builtin() -> Table {
        // A test proves that the file is sound; should it ever not be, no list is asked rather than none told.
        Table::parse(include_str!("../lists.toml")).map_or(Table { zones: Vec::new() }, |(table, _)| table)
    }

    /// Reads a table in the form of `lists.toml`.
    ///
    /// # Errors
    /// Bad TOML (with its line), an unknown key, or a list that makes no sense (named, with what is wrong).
    pub fn parse(text: &str) -> Result<(Table, Vec<Warning>), TableError> {
        let file: File = crate::config::from_toml(text).map_err(TableError::Toml)?;
        let mut zones: Vec<Zone> = Vec::new();
        let mut warnings = Vec::new();
        for raw in file.list {
            let name = raw.zone.clone();
            let zone = raw.zone().map_err(|problem| TableError::List { zone: name.clone(), problem })?;
            if zones.iter().any(|other| other.zone == zone.zone) {
                return Err(TableError::List { zone: name, problem: "stands twice in the table".to_owned() });
            }
            if is_dead(&zone.zone) {
                warnings.push(Warning::Dead(zone.zone.clone()));
            }
            zones.push(zone);
        }
        Ok((Table { zones }, warnings))
    }
}

fn is_dead(zone: &str) -> bool {
    DEAD.iter().any(|dead| match dead.strip_prefix('.') {
        Some(parent) => zone == parent || zone.ends_with(dead),
        None => zone == *dead,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    list: Vec<RawZone>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawZone {
    zone: String,
    kind: Subject,
    weight: Weight,
    lookup: Option<String>,
    ipv6: Option<bool>,
    #[serde(default)]
    names: Names,
    test: Option<String>,
    #[serde(default)]
    codes: Vec<RawCode>,
    #[serde(default)]
    bits: Vec<RawBit>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCode {
    code: String,
    meaning: String,
    weight: Option<Weight>,
    #[serde(default)]
    policy: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBit {
    bit: u8,
    meaning: String,
    weight: Option<Weight>,
}

impl RawZone {
    fn zone(self) -> Result<Zone, String> {
        let name = domain_to_ascii(&self.zone)
            .filter(|name| {
                name.contains('.') && name.parse::<Ipv4Addr>().is_err() && !name.contains(char::is_whitespace)
            })
            .ok_or("not a domain name")?;
        if let Some(lookup) = &self.lookup
            && !url::Url::parse(lookup).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
        {
            return Err(format!("lookup {lookup:?} is not a web address"));
        }
        let codes = match (self.codes.is_empty(), self.bits.is_empty()) {
            (true, true) => return Err("has neither codes nor bits".to_owned()),
            (false, false) => return Err("has both codes and bits".to_owned()),
            (false, true) => Codes::Addresses(
                self.codes.into_iter().map(|code| code.range(self.weight)).collect::<Result<_, String>>()?,
            ),
            (true, false) => {
                Codes::Bits(self.bits.into_iter().map(|bit| bit.checked(self.weight)).collect::<Result<_, String>>()?)
            }
        };
        let test = match (self.test, self.kind) {
            (Some(test), Subject::Ip) => {
                test.parse::<std::net::IpAddr>().map_err(|_| format!("test {test:?} is not an address"))?;
                test
            }
            (Some(test), Subject::Domain) => {
                domain_to_ascii(&test).ok_or_else(|| format!("test {test:?} is not a domain name"))?
            }
            // RFC 5782 §5
            (None, Subject::Ip) => "127.0.0.2".to_owned(),
            (None, Subject::Domain) => "test".to_owned(),
        };
        Ok(Zone {
            zone: name,
            kind: self.kind,
            weight: self.weight,
            lookup: self.lookup,
            ipv6: self.ipv6.unwrap_or(true),
            names: self.names,
            test,
            codes,
        })
    }
}

impl RawCode {
    fn range(self, weight: Weight) -> Result<(u32, u32, Meaning), String> {
        let (first, last) = self.code.split_once('-').unwrap_or((&self.code, &self.code));
        let address = |text: &str| {
            let ip: Ipv4Addr =
                text.trim().parse().map_err(|_| format!("code {:?} is not an IPv4 address", self.code))?;
            // RFC 5782 §2.1: the values lie in 127/8; refusals are no listings, whatever a table says.
            if !ip.is_loopback() || matches!(ip.octets(), [127, 255, 255, _]) {
                return Err(format!("code {:?} cannot mean a listing: want 127.0.0.0 to 127.255.254.255", self.code));
            }
            Ok(u32::from(ip))
        };
        let (first, last) = (address(first)?, address(last)?);
        if last < first {
            return Err(format!("code {:?} ends before it begins", self.code));
        }
        let meaning = Meaning { text: self.meaning, weight: self.weight.unwrap_or(weight), policy: self.policy };
        Ok((first, last, meaning))
    }
}

impl RawBit {
    fn checked(self, weight: Weight) -> Result<(u8, Meaning), String> {
        if !self.bit.is_power_of_two() {
            return Err(format!("bit {} is not one of 1, 2, 4, 8, 16, 32, 64, 128", self.bit));
        }
        Ok((self.bit, Meaning { text: self.meaning, weight: self.weight.unwrap_or(weight), policy: false }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> String {
        Table::parse(text).unwrap_err().to_string()
    }

    fn one(rest: &str) -> String {
        format!("[[list]]\nzone = \"bl.example\"\nkind = \"ip\"\nweight = \"major\"\n{rest}")
    }

    #[test]
    fn the_built_in_table_is_sound_and_names_no_dead_zone() {
        let (table, warnings) = Table::parse(include_str!("../lists.toml")).unwrap();
        assert_eq!(warnings, []);
        assert!(table.zones.len() > 15);
        assert_eq!(Table::builtin().zones.len(), table.zones.len());
    }

    #[test]
    fn a_dead_zone_is_warned_of() {
        let text =
            one("[[list.codes]]\ncode = \"127.0.0.2\"\nmeaning = \"x\"").replace("bl.example", "dnsbl.SORBS.net");
        let (table, warnings) = Table::parse(&text).unwrap();
        assert_eq!(warnings, [Warning::Dead("dnsbl.sorbs.net".to_owned())]);
        assert_eq!(table.zones.len(), 1);
    }

    #[test]
    fn the_documented_form_is_read_with_ranges_and_bits() {
        let (table, _) = Table::parse(&one("[[list.codes]]\ncode = \"127.0.0.4-127.0.0.7\"\nmeaning = \"x\"")).unwrap();
        let Codes::Addresses(codes) = &table.zones[0].codes else { panic!() };
        assert_eq!((codes[0].0, codes[0].1), (0x7f00_0004, 0x7f00_0007));
        let (table, _) = Table::parse(&one("[[list.bits]]\nbit = 2\nmeaning = \"black\"")).unwrap();
        assert!(matches!(&table.zones[0].codes, Codes::Bits(bits) if bits[0].0 == 2));
    }

    #[test]
    fn what_is_wrong_is_said_with_the_name_of_the_list() {
        assert!(problem("[[list]]\nzone = 3").contains("line 2"));
        assert!(problem("[[list]]\nzone = \"x.y\"\nkind = \"ip\"\nweight = \"big\"").contains("big"));
        assert!(problem(&one("color = 1")).contains("color"));
        assert_eq!(problem(&one("")), "list bl.example: has neither codes nor bits");
        for (code, said) in [
            ("8.8.8.8", "cannot mean a listing"),
            ("127.255.255.254", "cannot mean a listing"),
            ("127.0.0.7-127.0.0.4", "ends before it begins"),
            ("two", "is not an IPv4 address"),
        ] {
            let text = problem(&one(&format!("[[list.codes]]\ncode = \"{code}\"\nmeaning = \"x\"")));
            assert!(text.starts_with("list bl.example: ") && text.contains(said), "{text}");
        }
        assert!(problem(&one("[[list.bits]]\nbit = 3\nmeaning = \"x\"")).contains("bit 3"));
        let good = one("[[list.codes]]\ncode = \"127.0.0.2\"\nmeaning = \"x\"\n");
        assert!(problem(&format!("{good}{good}")).contains("twice"));
        assert!(problem(&good.replace("bl.example", "no dots")).contains("not a domain name"));
        assert!(
            problem(&good.replace("kind = \"ip\"", "kind = \"ip\"\nlookup = \"javascript:x\"")).contains("web address")
        );
    }
}
