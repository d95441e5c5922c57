//! Which zones may be believed: RFC 5782 §5 control points, asked at start and hourly in the background.
//!
//! A zone whose test entry is missing is empty or gone; one that lists the entry that must not exist lists everything.
//! Either is set aside: its lists answer "not determined" until it is sound again.

use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use futures_util::future::{join, join_all};

use super::{Table, Zone};
use crate::dns::{Answer, Data, Dns, RecordType, Upstream};

/// What the last round of control points found. A zone that was never looked at is looked at when it is first asked.
#[derive(Debug, Default)]
pub struct Health {
    zones: RwLock<BTreeMap<String, Option<Fault>>>,
    trusting: bool,
}

/// What is known of a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Sound,
    SetAside(Fault),
    /// Its control points have not been asked yet.
    Unknown,
}

/// Why a zone is set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The entry that every list has is not there.
    Empty,
    /// The entry that no list has is there.
    ListsAll,
    /// The list refuses this resolver.
    Refused,
    /// Nothing answers.
    NoAnswer,
}

impl Fault {
    pub const ALL: [Fault; 4] = [Fault::Empty, Fault::ListsAll, Fault::Refused, Fault::NoAnswer];

    /// As in [`super::Listing::why`].
    pub fn why(self) -> &'static str {
        match self {
            Fault::Empty => "control_point",
            Fault::ListsAll => "lists_all",
            Fault::Refused => "refused",
            Fault::NoAnswer => "no_answer",
        }
    }
}

const ROUND: Duration = Duration::from_secs(3600);
/// A zone that fails is tried again sooner: one lost packet must not cost it an hour.
const RETRY: Duration = Duration::from_secs(300);

impl Health {
    /// Every zone is believed: for a world that a zone file describes, whose author need not invent control points.
    pub fn trusting() -> Health {
        Health { trusting: true, ..Health::default() }
    }

    pub fn state(&self, zone: &str) -> State {
        if self.trusting {
            return State::Sound;
        }
        match self.zones.read().ok().and_then(|zones| zones.get(zone).copied()) {
            Some(None) => State::Sound,
            Some(Some(fault)) => State::SetAside(fault),
            None => State::Unknown,
        }
    }

    /// Every zone that is set aside, and why.
    pub fn failing(&self) -> BTreeMap<String, Fault> {
        let failing = |zones: &BTreeMap<String, Option<Fault>>| {
            zones.iter().filter_map(|(zone, fault)| fault.map(|fault| (zone.clone(), fault))).collect()
        };
        self.zones.read().map(|zones| failing(&zones)).unwrap_or_default()
    }

    /// Asks the control points of these zones, all at once.
    pub async fn check(&self, dns: &Dns, zones: impl IntoIterator<Item = &Zone>) {
        let verdicts = join_all(zones.into_iter().map(async |zone| (&zone.zone, fault(dns, zone).await))).await;
        let Ok(mut zones) = self.zones.write() else { return };
        // One line for all that fail alike: without a resolver they all do.
        let mut failing: BTreeMap<Fault, Vec<&str>> = BTreeMap::new();
        for (zone, fault) in verdicts {
            metrics::gauge!("vaglio_list_usable", "zone" => zone.clone()).set(f64::from(u8::from(fault.is_none())));
            let before = zones.insert(zone.clone(), fault).flatten();
            match (before, fault) {
                (before, Some(fault)) if before != Some(fault) => failing.entry(fault).or_default().push(zone),
                (Some(_), None) => tracing::info!(zone, "DNS list in use again"),
                _ => {}
            }
        }
        for (fault, zones) in failing {
            let zones = zones.join(" ");
            tracing::warn!(?fault, zones, "DNS lists set aside: their control points fail");
        }
    }

    /// Checks at once and then for ever; run it as a task beside the service and drop it to stop.
    pub async fn watch(self: Arc<Self>, upstream: Arc<dyn Upstream>, table: Arc<Table>) {
        let mut rounds = tokio::time::interval(RETRY);
        let per_round = ROUND.as_secs() / RETRY.as_secs();
        for tick in 0_u64.. {
            rounds.tick().await;
            let dns = Dns::new(upstream.clone());
            if tick % per_round == 0 {
                self.check(&dns, &table.zones).await;
            } else {
                let failing = table.zones.iter().filter(|zone| matches!(self.state(&zone.zone), State::SetAside(_)));
                self.check(&dns, failing).await;
            }
        }
    }
}

pub(super) async fn fault(dns: &Dns, zone: &Zone) -> Option<Fault> {
    let (always, never) = (zone.always_listed(), zone.never_listed());
    let (always, never) = (format!("{always}.{}", zone.zone), format!("{never}.{}", zone.zone));
    let (always, never) = join(dns.ask(&always, RecordType::A), dns.ask(&never, RecordType::A)).await;
    if is_entry(&never.answer) {
        return Some(Fault::ListsAll);
    }
    match &always.answer {
        answer if is_entry(answer) => None,
        Answer::Refused => Some(Fault::Refused),
        Answer::Records { records, .. } if records.iter().any(is_refusal) => Some(Fault::Refused),
        // An address that is no entry is a parked domain's, or a resolver's that lies.
        Answer::NxDomain | Answer::NoData | Answer::Records { .. } => Some(Fault::Empty),
        _ => Some(Fault::NoAnswer),
    }
}

/// An entry, whatever it means: test entries often have codes of their own. A refusal (127.255.255.x) is none.
fn is_entry(answer: &Answer) -> bool {
    answer.records().iter().any(|data| matches!(data, Data::A(ip) if ip.is_loopback() && !is_refusal(data)))
}

/// What lists answer to a resolver that they refuse.
fn is_refusal(data: &Data) -> bool {
    matches!(data, Data::A(ip) if matches!(ip.octets(), [127, 255, 255, _]))
}
