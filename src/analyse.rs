//! The story: gather -> check -> score -> report.

use serde::{Deserialize, Serialize};

use crate::check::Section;
use crate::delivery::Observed;
use crate::dns::Lookup;
use crate::facts::Facts;
use crate::gather::{links::Link, spam::SpamReport};
use crate::report::Report;
use crate::{check, score};

/// Everything an examination learnt from outside, ready to be stored and judged again to the same report.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Evidence {
    pub dns: Vec<Lookup>,
    pub links: Observed<Vec<Link>>,
    pub spamd: Observed<SpamReport>,
    pub rspamd: Observed<SpamReport>,
}

/// What a waiting page is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum Progress {
    /// The message is stored.
    Received {
        delivery: u32,
        size: u64,
        tls: bool,
    },
    /// The facts that this section needs are there.
    Section {
        delivery: u32,
        id: Section,
        ms: u32,
    },
    Ready {
        delivery: u32,
    },
    /// Given up after several tries: our fault, and the page says so.
    Failed {
        delivery: u32,
    },
}

/// Judges facts. Pure: the same facts give the same report.
pub fn judge(facts: &Facts) -> Report {
    let ledger = score::score(check::all(facts));
    Report::new(facts, ledger)
}
