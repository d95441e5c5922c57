//! Counts that outlive the process: gathered here, added to the store's hours every so often, shown to the operator.
//!
//! The names are stored and shown, so they are for ever. They are words of ours, reply codes and client networks: never an
//! address. Networks are for the operator's page alone, and the store forgets them after a week.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::net::client_network;
use crate::store::{FLEETING, Store};

/// SMTP connections.
pub const CONNECTIONS: &str = "connections";
/// Messages accepted for one-time addresses, and for the probes.
pub const TESTS: &str = "messages.test";
pub const PROBES: &str = "messages.probe";
/// Examinations that came to an end, those given up, and the milliseconds from receipt to report of all that were ready.
pub const READY: &str = "reports.ready";
pub const FAILED: &str = "reports.failed";
pub const READY_MS: &str = "reports.ms";
/// With a reply code and enhanced status behind it: `refusals.550 5.1.1`.
pub const REFUSALS: &str = "refusals.";
/// With an outcome behind it: `dns.timeout`.
pub const DNS: &str = "dns.";

/// Networks told apart in one hour; the rest is counted together.
const NETWORKS: usize = 200;
const OTHERS: &str = "networks.other";
/// How often the store is told. What a process has not told when it is killed is lost: counts are not mail.
const EVERY: Duration = Duration::from_secs(30);
/// How often hours are folded into days.
const FOLD: Duration = Duration::from_secs(3600);

static COUNTS: Mutex<Counts> = Mutex::new(Counts { hour: 0, networks: BTreeSet::new(), counts: BTreeMap::new() });

struct Counts {
    hour: i64,
    /// Those named in this hour, told to the store already or not.
    networks: BTreeSet<String>,
    counts: BTreeMap<String, u64>,
}

impl Counts {
    fn add(&mut self, name: &str, more: u64) {
        match self.counts.get_mut(name) {
            Some(count) => *count = count.saturating_add(more),
            None => drop(self.counts.insert(name.to_owned(), more)),
        }
    }
}

/// Counts one of this.
pub fn count(name: &str) {
    add(name, 1);
}

/// Counts so many of this.
pub fn add(name: &str, more: u64) {
    lock().add(name, more);
}

/// Counts a refusal for the client's network.
pub(super) fn network(client: IpAddr) {
    let name = format!("{FLEETING}{}", client_network(client.to_canonical()));
    let hour = Timestamp::now().as_second() / 3600;
    let mut all = lock();
    if all.hour != hour {
        all.hour = hour;
        all.networks.clear();
    }
    if all.networks.len() < NETWORKS {
        all.networks.insert(name.clone());
    }
    if all.networks.contains(&name) { all.add(&name, 1) } else { all.add(OTHERS, 1) }
}

fn lock() -> MutexGuard<'static, Counts> {
    COUNTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Tells the store until shutdown, and once more then.
pub async fn keep(store: Store, shutdown: CancellationToken) {
    let mut rounds = tokio::time::interval(EVERY);
    let mut folded: Option<tokio::time::Instant> = None;
    let mut fault = false;
    loop {
        let running = shutdown.run_until_cancelled(rounds.tick()).await.is_some();
        match tell(&store).await {
            Ok(()) => fault = false,
            Err(error) if !std::mem::replace(&mut fault, true) => {
                tracing::warn!(%error, "what was counted cannot be stored yet");
            }
            Err(_) => {}
        }
        if !running {
            return;
        }
        if folded.is_none_or(|at| at.elapsed() >= FOLD) {
            folded = Some(tokio::time::Instant::now());
            if let Err(error) = store.fold_tallies(Timestamp::now()).await {
                tracing::warn!(%error, "old counts could not be folded");
            }
        }
    }
}

/// What could not be stored is counted again for the next time.
async fn tell(store: &Store) -> Result<(), crate::store::StoreError> {
    let counts = std::mem::take(&mut lock().counts);
    if counts.is_empty() {
        return Ok(());
    }
    let told = store.add_tallies(Timestamp::now(), &counts).await;
    if told.is_err() {
        for (name, more) in counts {
            add(&name, more);
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Options;

    #[tokio::test]
    async fn what_is_counted_reaches_the_store_and_a_flood_of_networks_is_bounded() {
        let store = Store::open("sqlite::memory:", Options::default()).await.unwrap();
        for n in 0..1000_u32 {
            network(IpAddr::V4((0x0b00_0000 + (n << 8)).into()));
        }
        add("tally-test", 2);
        count("tally-test");
        let began = Timestamp::now();
        tell(&store).await.unwrap();
        let told = store.tallies(began - jiff::SignedDuration::from_hours(2), Duration::from_secs(3600)).await.unwrap();
        let sum = |name: &str| -> u64 { told.iter().filter(|one| one.name == name).map(|one| one.count).sum() };
        assert_eq!(sum("tally-test"), 3);
        let networks: Vec<_> = told.iter().filter(|one| one.name.starts_with(FLEETING)).collect();
        assert!(networks.len() <= 2 * NETWORKS + 2, "{}", networks.len());
        assert!(sum(OTHERS) >= 1000 - 2 * NETWORKS as u64);
    }
}
