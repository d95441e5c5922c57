//! All that a check may see. Filled once by [`crate::gather`], never changed afterwards.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::auth::Auth;
use crate::delivery::{Delivery, Observed};
use crate::dns::{Lookup, Question, RecordType};
use crate::gather::{links::Link, lists::Listing, policies::Policies, spam::SpamReport};
use crate::message::Message;

/// The record of one examination.
pub struct Facts {
    pub delivery: Arc<Delivery>,
    pub message: Message,
    pub auth: Auth,
    pub dns: Recorded,
    pub lists: Observed<Vec<Listing>>,
    pub links: Observed<Vec<Link>>,
    /// Documents that the author domain's records promise.
    pub policies: Policies,
    pub spamd: Observed<SpamReport>,
    pub rspamd: Observed<SpamReport>,
    pub purpose: Purpose,
    /// When the message is judged: the time of receipt, so that an old message gives the same verdict for ever.
    pub now: Timestamp,
}

/// What the message is for; many rules depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    Personal,
    Transactional,
    Bulk,
}

impl Purpose {
    pub const ALL: [Purpose; 3] = [Purpose::Personal, Purpose::Transactional, Purpose::Bulk];

    /// As forms, the API and the store write it.
    pub fn name(self) -> &'static str {
        match self {
            Purpose::Personal => "personal",
            Purpose::Transactional => "transactional",
            Purpose::Bulk => "bulk",
        }
    }

    pub fn named(name: &str) -> Option<Purpose> {
        Purpose::ALL.into_iter().find(|purpose| purpose.name() == name)
    }
}

/// Every DNS question of this examination with its answer.
#[derive(Clone, Debug, Default)]
pub struct Recorded {
    lookups: Vec<Lookup>,
}

impl Recorded {
    pub fn new(lookups: Vec<Lookup>) -> Recorded {
        Recorded { lookups }
    }

    /// The answer to this question; `None` when it was not asked.
    pub fn find(&self, name: &str, rtype: RecordType) -> Option<&Lookup> {
        let asked = Question { name: name.trim_end_matches('.').to_ascii_lowercase(), rtype };
        self.lookups.iter().find(|lookup| lookup.question == asked)
    }

    pub fn all(&self) -> &[Lookup] {
        &self.lookups
    }
}
