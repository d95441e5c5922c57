//! What *we* think of the facts: one file a family, each with its rules (codes, points, basis), its logic and its tests.
//!
//! A check is a pure function of [`Facts`]: no I/O, no clock, and it cannot fail. Points are given by [`crate::score`],
//! prose by [`crate::lang`]. **To add a check**: one [`Rule`] and a few lines in a family's file here, its texts in
//! `src/lang/*/`, one corpus case. A new family also takes one line in [`FAMILIES`].

pub mod arc;
pub mod attachments;
pub mod autopsy;
pub mod blocklists;
mod client;
pub mod clients;
pub mod content;
pub mod dkim;
pub mod dmarc;
pub mod header;
#[cfg(test)]
pub(crate) mod lab;
pub mod lines;
pub mod links;
pub mod mime;
pub mod policies;
pub mod providers;
pub mod published;
mod reach;
pub mod server;
pub mod spam;
mod spelling;
pub mod spf;
#[cfg(test)]
pub(crate) mod testing;
pub mod transport;
pub mod unsubscribe;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::auth::Fault;
use crate::facts::Facts;
use crate::message::header::unfold;
use crate::message::{Field, Message};

/// A family of checks: one file of this folder.
pub struct Family {
    pub name: &'static str,
    pub rules: &'static [Rule],
    pub check: fn(&Facts, &mut Findings),
}

/// In the order in which findings of equal weight are shown.
pub const FAMILIES: &[Family] = &[
    Family { name: "spf", rules: spf::RULES, check: spf::check },
    Family { name: "dkim", rules: dkim::RULES, check: dkim::check },
    Family { name: "autopsy", rules: autopsy::RULES, check: autopsy::check },
    Family { name: "dmarc", rules: dmarc::RULES, check: dmarc::check },
    Family { name: "arc", rules: arc::RULES, check: arc::check },
    Family { name: "server", rules: server::RULES, check: server::check },
    Family { name: "transport", rules: transport::RULES, check: transport::check },
    Family { name: "policies", rules: policies::RULES, check: policies::check },
    Family { name: "published", rules: published::RULES, check: published::of_message },
    Family { name: "blocklists", rules: blocklists::RULES, check: blocklists::check },
    Family { name: "links", rules: links::RULES, check: links::check },
    Family { name: "spam", rules: spam::RULES, check: spam::check },
    Family { name: "header", rules: header::RULES, check: header::check },
    Family { name: "lines", rules: lines::RULES, check: lines::check },
    Family { name: "mime", rules: mime::RULES, check: mime::check },
    Family { name: "unsubscribe", rules: unsubscribe::RULES, check: unsubscribe::check },
    Family { name: "content", rules: content::RULES, check: content::check },
    Family { name: "attachments", rules: attachments::RULES, check: attachments::check },
    Family { name: "clients", rules: clients::RULES, check: clients::check },
];

/// The sections of a report, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Section {
    Authentication,
    Server,
    Blocklists,
    Format,
    Content,
    Links,
    Spam,
}

impl Section {
    pub const ALL: [Section; 7] = [
        Section::Authentication,
        Section::Server,
        Section::Blocklists,
        Section::Format,
        Section::Content,
        Section::Links,
        Section::Spam,
    ];

    /// As in the report's JSON, URLs and catalogues.
    pub fn id(self) -> &'static str {
        match self {
            Section::Authentication => "authentication",
            Section::Server => "server",
            Section::Blocklists => "blocklists",
            Section::Format => "format",
            Section::Content => "content",
            Section::Links => "links",
            Section::Spam => "spam",
        }
    }
}

/// A code's entry in the registry. Codes are for ever: never renamed or reused after a release.
///
/// The texts of `spf.result.softfail` are the Fluent message `spf-result-softfail` with the attributes `.why` and `.fix`.
#[derive(Debug)]
pub struct Rule {
    pub code: &'static str,
    pub section: Section,
    pub verdict: Verdict,
    pub basis: Basis,
    /// The sum of all findings of a group is capped.
    pub group: Option<Group>,
    /// A big provider documents that it refuses such mail: the total is capped at 4.9 (FIELD: "The score").
    pub refused: bool,
}

/// What finding such a code means. Points are tenths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Deduct(i32),
    /// The finding brings its own points, up to this many.
    DeductUpTo(i32),
    /// Worth knowing, not scored.
    Notice,
    Good,
    NotApplicable,
    NotDetermined,
}

/// Groups whose points are capped together, in tenths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    IpLists,
    NameLists,
    BrokenLinks,
    SpamAssassin,
}

impl Group {
    pub fn cap(self) -> i32 {
        match self {
            Group::IpLists | Group::NameLists => 30,
            Group::BrokenLinks => 15,
            Group::SpamAssassin => 50,
        }
    }
}

/// What a rule stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// A MUST of the named section.
    Must(&'static str),
    Should(&'static str),
    /// A provider's published rule: its name and page.
    Provider(&'static str, &'static str),
    /// Good practice; where one can read about it.
    Practice(&'static str),
}

impl Rule {
    /// A rule of this section; the builder methods below add what is rarer.
    pub const fn new(code: &'static str, section: Section, verdict: Verdict, basis: Basis) -> Rule {
        Rule { code, section, verdict, basis, group: None, refused: false }
    }

    pub const fn group(mut self, group: Group) -> Rule {
        self.group = Some(group);
        self
    }

    pub const fn refused(mut self) -> Rule {
        self.refused = true;
        self
    }
}

/// Everything found, in order of finding.
#[derive(Debug, Default)]
pub struct Findings(pub Vec<Finding>);

impl Findings {
    /// Adds a finding of this rule; the builder given back takes arguments, evidence and cures.
    pub fn add(&mut self, rule: &'static Rule) -> &mut Finding {
        self.0.push_mut(Finding { code: rule.code.to_owned(), ..Finding::default() })
    }
}

/// A code with its arguments: no prose, no points of its own unless the rule says `DeductUpTo`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    pub code: String,
    /// What the texts interpolate.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, Arg>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// Exact changes, ready to copy and to rehearse.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cures: Vec<Cure>,
    /// Tenths, positive: only for `DeductUpTo` rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<i32>,
    /// Codes of this report whose cure alone cures this one too: DMARC fails since SPF does, for example.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cured_by: Vec<String>,
    /// What costs in its place once it is cured: the first DMARC record makes the message fail, while nothing is aligned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uncovers: Vec<Uncovered>,
}

/// A finding that a cure brings up: its code, and its points where the rule is `DeductUpTo`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Uncovered {
    pub code: String,
    pub points: Option<i32>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Arg {
    Number(f64),
    Text(String),
}

impl From<&str> for Arg {
    fn from(text: &str) -> Arg {
        Arg::Text(text.to_owned())
    }
}
impl From<String> for Arg {
    fn from(text: String) -> Arg {
        Arg::Text(text)
    }
}
impl From<&String> for Arg {
    fn from(text: &String) -> Arg {
        Arg::Text(text.clone())
    }
}
impl From<f64> for Arg {
    fn from(number: f64) -> Arg {
        Arg::Number(number)
    }
}
impl From<usize> for Arg {
    fn from(number: usize) -> Arg {
        Arg::Number(number as f64)
    }
}
impl From<u64> for Arg {
    fn from(number: u64) -> Arg {
        Arg::Number(number as f64)
    }
}
impl From<u32> for Arg {
    fn from(number: u32) -> Arg {
        Arg::Number(number.into())
    }
}
impl From<i64> for Arg {
    fn from(number: i64) -> Arg {
        Arg::Number(number as f64)
    }
}

/// What we saw, exactly.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Evidence {
    /// A DNS record; `mark` is the octet range that decides, end exclusive.
    Record {
        name: String,
        rtype: String,
        text: String,
        mark: Option<(usize, usize)>,
    },
    /// A header field as it stands in the message.
    Header {
        name: String,
        text: String,
        mark: Option<(usize, usize)>,
    },
    /// A line of the message source, counted from 1.
    Line {
        number: usize,
        text: String,
    },
    /// A line of the SMTP conversation.
    Session {
        text: String,
    },
    Text {
        text: String,
    },
    /// A text of the catalogues, said in the reader's language; views have it as `Text`.
    Said {
        id: String,
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        args: BTreeMap<String, Arg>,
    },
}

impl Evidence {
    /// A header field of the message, unfolded, cut to what a reader can take in.
    pub fn field(field: &Field) -> Evidence {
        let text = unfold(&field.value);
        let cut = text.get(..text.floor_char_boundary(1000)).unwrap_or_default();
        Evidence::Header { name: field.name.clone(), text: cut.to_owned(), mark: None }
    }

    pub fn text(text: impl Into<String>) -> Evidence {
        Evidence::Text { text: text.into() }
    }

    /// The catalogues' text of this id.
    pub fn said<'a>(id: impl Into<String>, args: impl IntoIterator<Item = (&'a str, Arg)>) -> Evidence {
        let args = args.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Evidence::Said { id: id.into(), args }
    }

    /// `fault-<kind>`; octets are counted from 1 for a reader, and 0 says that there is no place.
    pub fn fault(fault: &Fault) -> Evidence {
        let at = fault.at.map_or(0, |at| at.saturating_add(1));
        let id = format!("fault-{}", crate::lang::message_id(&fault.word()));
        Evidence::said(id, [("what", Arg::from(&fault.what)), ("at", Arg::from(at))])
    }

    /// This line of the message source, counted from 1.
    pub fn line(message: &Message, number: usize) -> Evidence {
        let line = message.raw.split(|&octet| octet == b'\n').nth(number.saturating_sub(1)).unwrap_or_default();
        let line = line.get(..200).unwrap_or(line);
        Evidence::Line {
            number,
            text: String::from_utf8_lossy(line).replace('\r', "\u{240d}").replace('\0', "\u{2400}"),
        }
    }
}

/// A change that cures a finding, as exact as it can be computed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Cure {
    /// Publish this record; `replaces` is the record that must go.
    Record { name: String, rtype: String, value: String, replaces: Option<String> },
    /// Write this header field, or this line of a configuration or template.
    Line { text: String },
}

impl Finding {
    pub fn arg(&mut self, name: &str, value: impl Into<Arg>) -> &mut Finding {
        self.args.insert(name.to_owned(), value.into());
        self
    }

    pub fn evidence(&mut self, evidence: Evidence) -> &mut Finding {
        self.evidence.push(evidence);
        self
    }

    pub fn cure(&mut self, cure: Cure) -> &mut Finding {
        self.cures.push(cure);
        self
    }

    /// Tenths, positive; only for rules that say `DeductUpTo`.
    pub fn points(&mut self, tenths: i32) -> &mut Finding {
        self.points = Some(tenths);
        self
    }
}

/// The registry entry of a code.
pub fn rule(code: &str) -> Option<&'static Rule> {
    FAMILIES.iter().flat_map(|family| family.rules).find(|rule| rule.code == code)
}

/// Every check of every family.
pub fn all(facts: &Facts) -> Findings {
    let mut findings = Findings::default();
    for family in FAMILIES {
        (family.check)(facts, &mut findings);
    }
    findings
}
