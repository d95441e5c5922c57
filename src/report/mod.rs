//! The report: its stored form here (codes and arguments, never prose), rendered by `view.rs` (the public JSON), `text.rs` and
//! `markdown.rs`; `words.rs` says the codes that stand within it.

pub mod difference;
pub mod markdown;
pub mod spf_text;
pub mod text;
pub mod view;
pub mod words;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::auth::Auth;
use crate::check::Section;
use crate::check::providers::{ProviderReport, providers};
use crate::delivery::{Envelope, Observed, Session};
use crate::dns::Lookup;
use crate::facts::{Facts, Purpose};
use crate::gather::{links::Link, lists::Listing, spam::SpamReport};
use crate::score::{Ledger, SCORING, Status};

/// The version of the stored form; older ones are upgraded when read.
pub const SCHEMA: u32 = 1;

/// What is stored of one examination.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub schema: u32,
    pub scoring: u32,
    pub software: String,
    pub received_at: Timestamp,
    pub purpose: Purpose,
    pub session: Session,
    pub envelope: Envelope,
    pub message: Summary,
    pub auth: Auth,
    /// Rows in order of the sections and, within one, of the families.
    pub ledger: Ledger,
    #[serde(default)]
    pub providers: Vec<ProviderReport>,
    pub lists: Observed<Vec<Listing>>,
    pub links: Observed<Vec<Link>>,
    pub spamd: Observed<SpamReport>,
    pub rspamd: Observed<SpamReport>,
    pub dns: Vec<Lookup>,
    /// Personal data was replaced by stand-ins.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub masked: bool,
}

/// The few words of a message that a list of reports shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// The From field, decoded.
    pub from: String,
    pub subject: String,
    /// Octets as sent.
    pub size: u64,
}

impl Report {
    pub fn new(facts: &Facts, ledger: Ledger) -> Report {
        Report {
            schema: SCHEMA,
            scoring: SCORING,
            software: concat!("vaglio ", env!("CARGO_PKG_VERSION")).to_owned(),
            received_at: facts.delivery.received_at,
            purpose: facts.purpose,
            session: facts.delivery.session.clone(),
            envelope: facts.delivery.envelope.clone(),
            message: Summary {
                from: facts.message.decoded("From").map(|from| from.trim().to_owned()).unwrap_or_default(),
                subject: facts.message.subject().unwrap_or_default(),
                size: facts.message.raw.len() as u64,
            },
            auth: facts.auth.clone(),
            providers: providers(facts, &ledger),
            ledger,
            lists: facts.lists.clone(),
            links: facts.links.clone(),
            spamd: facts.spamd.clone(),
            rspamd: facts.rspamd.clone(),
            dns: facts.dns.all().to_vec(),
            masked: false,
        }
    }

    /// How many checks gave an answer, and how many could not be made.
    pub fn determined(&self) -> (usize, usize) {
        let unknown = self.ledger.rows.iter().filter(|row| row.status == Status::NotDetermined).count();
        let not_applicable = self.ledger.rows.iter().filter(|row| row.status == Status::NotApplicable).count();
        (self.ledger.rows.len() - unknown - not_applicable, unknown)
    }

    /// Points of one section, tenths, zero or below.
    pub fn section_points(&self, section: Section) -> i32 {
        let of_section = |code: &str| crate::check::rule(code).is_some_and(|rule| rule.section == section);
        self.ledger.rows.iter().filter(|row| of_section(&row.finding.code)).map(|row| row.points).sum()
    }
}
