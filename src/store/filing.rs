//! Filing what was received: many messages, for however many places, in half a dozen statements.
//!
//! Ids are drawn before the rows are written, so that which row is whose never depends on the order in which a database
//! answers. Called by the writer alone, within its transaction.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::db::{Rows, Tx, Value, values};
use super::{Filed, StoreError, jobs, now, pack};
use crate::address::{Destination, TestId};
use crate::delivery::{Delivery, Observed};

/// Above this, compression is handed to a thread that may block.
const SMALL: usize = 64 << 10;
/// What one job counts for when the queue shares its time among networks, milliseconds.
const TURN: i64 = 50;

/// A message packed and ready to be written.
#[derive(Clone)]
pub(super) struct Parcel {
    session: Arc<[u8]>,
    raw: Arc<[u8]>,
    size: i64,
    received: i64,
    network: String,
    to: Vec<Destination>,
}

impl Parcel {
    /// `None` when nothing of it is to be stored.
    pub(super) async fn pack(delivery: Delivery, to: Vec<Destination>) -> Result<Option<Parcel>, StoreError> {
        let mut kept: Vec<Destination> = Vec::new();
        for destination in to {
            if destination != Destination::Postmaster && !kept.contains(&destination) {
                kept.push(destination);
            }
        }
        if kept.is_empty() {
            return Ok(None);
        }
        let large = delivery.raw.len() > SMALL;
        let make = move || {
            Ok(Some(Parcel {
                session: pack::pack_json(&delivery)?.into(),
                raw: pack::pack(&delivery.raw)?.into(),
                size: i64::try_from(delivery.raw.len()).unwrap_or(i64::MAX),
                received: delivery.received_at.as_millisecond(),
                network: network(&delivery),
                to: kept,
            }))
        };
        if large { tokio::task::spawn_blocking(make).await.map_err(|_| StoreError::Closed)? } else { make() }
    }

    pub(super) fn octets(&self) -> usize {
        self.raw.len() + self.session.len()
    }
}

/// Files each parcel for those of its destinations that have room; what came of each, in the order given.
pub(super) async fn file(tx: &mut Tx, parcels: &[&Parcel], most: u32) -> Result<Vec<Vec<Filed>>, StoreError> {
    let now = now();
    let mut places = take_places(tx, parcels, most.into(), now).await?;
    // Which parcel, for whom, and its number there.
    let mut rows: Vec<(usize, &Destination, i64)> = Vec::new();
    for (at, parcel) in parcels.iter().enumerate() {
        for destination in &parcel.to {
            let number = match destination {
                Destination::Test(test) => places.get_mut(test).and_then(Iterator::next),
                Destination::Probe { .. } => Some(1),
                Destination::Postmaster => None,
            };
            rows.extend(number.map(|number| (at, destination, number)));
        }
    }
    let mut filed: Vec<Vec<Filed>> = vec![Vec::new(); parcels.len()];
    if rows.is_empty() {
        return Ok(filed);
    }
    let ids = fresh_ids(tx, rows.len()).await?;
    let (mut contents, mut deliveries, mut queue) = (Vec::new(), Vec::new(), Vec::new());
    let mut last = None;
    for ((at, destination, number), (fresh, delivery)) in rows.into_iter().zip(ids) {
        let (Some(parcel), Some(filed)) = (parcels.get(at), filed.get_mut(at)) else { continue };
        let content = match last {
            Some((other, content)) if other == at => content,
            _ => {
                contents.push(values![fresh, parcel.size, &parcel.session, &parcel.raw]);
                fresh
            }
        };
        last = Some((at, content));
        let (test, probe, word) = columns(destination);
        let (received, network) = (parcel.received, &*parcel.network);
        deliveries.push(vec![
            delivery.into(),
            content.into(),
            test,
            probe,
            word,
            number.into(),
            received.into(),
            network.into(),
        ]);
        queue.push((delivery, network));
        let number = u32::try_from(number).map_err(|_| StoreError::Corrupt("number".to_owned()))?;
        filed.push(Filed { delivery, destination: destination.clone(), number });
    }
    static CONTENTS: Rows = Rows::new(0, "INSERT INTO contents (id, size, session, raw) VALUES", 4, "");
    tx.insert_later(&CONTENTS, contents).await?;
    static DELIVERIES: Rows = Rows::new(
        0,
        "INSERT INTO deliveries (id, content, test, probe, word, number, received, network) VALUES",
        8,
        "",
    );
    tx.insert_later(&DELIVERIES, deliveries).await?;
    enqueue(tx, &queue, jobs::Reason::Initial, now).await?;
    Ok(filed)
}

/// The numbers that each test has left for what is to be filed for it now. A test that is full or deleted is not among them.
async fn take_places(
    tx: &mut Tx,
    parcels: &[&Parcel],
    most: i64,
    now: i64,
) -> Result<HashMap<TestId, std::ops::RangeInclusive<i64>>, StoreError> {
    // In one order everywhere: two nodes that lock the same tests never wait for each other.
    let mut wanted: BTreeMap<[u8; 7], i64> = BTreeMap::new();
    for destination in parcels.iter().flat_map(|parcel| &parcel.to) {
        if let Destination::Test(test) = destination {
            *wanted.entry(test.0).or_default() += 1;
        }
    }
    static TAKE: Rows = Rows::new(
        1,
        "INSERT INTO tests (id, taken, touched) VALUES",
        3,
        "ON CONFLICT (id) DO UPDATE SET taken = tests.taken + excluded.taken, touched = excluded.touched \
         WHERE tests.taken < $1 AND tests.deleted IS NULL RETURNING id, taken",
    );
    let rows = wanted.iter().map(|(test, wanted)| values![test.as_slice(), *wanted, now]).collect();
    let mut places = HashMap::with_capacity(wanted.len());
    for row in tx.insert_returning(&TAKE, &[most.into()], rows).await? {
        let (test, taken) = (row.blob(0)?, row.int(1)?);
        let test: [u8; 7] =
            test.try_into().map_err(|_| StoreError::Corrupt("a test's id is not 7 octets".to_owned()))?;
        let first = taken - wanted.get(&test).copied().unwrap_or(0) + 1;
        places.insert(TestId(test), first..=taken.min(most));
        if taken > most {
            tx.run("UPDATE tests SET taken = $2 WHERE id = $1", values![test.as_slice(), most]).await?;
        }
    }
    Ok(places)
}

/// So many ids that nobody else has: of contents, and of deliveries.
async fn fresh_ids(tx: &mut Tx, count: usize) -> Result<Vec<(i64, i64)>, StoreError> {
    // The transaction holds SQLite's only lock, and writing a larger id moves its count on.
    const SQLITE: &str = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'contents'), 0), \
                          coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'deliveries'), 0)";
    const POSTGRES: &str = "SELECT nextval(pg_get_serial_sequence('contents', 'id')), \
                            nextval(pg_get_serial_sequence('deliveries', 'id')) FROM generate_series(1, $1)";
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    if tx.is_postgres() {
        let rows = tx.run(POSTGRES, values![count]).await?;
        return rows.iter().map(|row| Ok((row.int(0)?, row.int(1)?))).collect();
    }
    let rows = tx.run(SQLITE, values![]).await?;
    let row = rows.first().ok_or_else(|| StoreError::Corrupt("no sequence".to_owned()))?;
    let (content, delivery) = (row.int(0)?, row.int(1)?);
    Ok((1..=count).map(|n| (content + n, delivery + n)).collect())
}

/// Queues each of these deliveries (with its network) behind those of its own network, but not behind those of others: each
/// network's jobs take turns of [`TURN`] on one line of time, and the queue is served in that order. A delivery that has a
/// job already keeps that.
pub(super) async fn enqueue(
    tx: &mut Tx,
    deliveries: &[(i64, &str)],
    reason: jobs::Reason,
    now: i64,
) -> Result<(), StoreError> {
    let mut next: BTreeMap<&str, i64> = deliveries.iter().map(|(_, network)| (*network, now)).collect();
    for (network, rank) in &mut next {
        let rows = tx.run("SELECT max(rank) FROM jobs WHERE network = $1", values![*network]).await?;
        if let Some(last) = rows.first().map(|row| row.int_or_null(0)).transpose()?.flatten() {
            *rank = now.max(last + TURN);
        }
    }
    let mut rows = Vec::with_capacity(deliveries.len());
    for (delivery, network) in deliveries {
        let rank = next.get_mut(network).map_or(now, |next| std::mem::replace(next, *next + TURN));
        rows.push(values![*delivery, reason.name(), *network, rank, now]);
    }
    static JOBS: Rows = Rows::new(
        0,
        "INSERT INTO jobs (delivery, reason, network, rank, due) VALUES",
        5,
        "ON CONFLICT (delivery) DO NOTHING",
    );
    tx.insert_later(&JOBS, rows).await?;
    Ok(())
}

fn columns(destination: &Destination) -> (Value, Value, Value) {
    match destination {
        Destination::Test(test) => (test.0.as_slice().into(), Value::Text(None), Value::Text(None)),
        Destination::Probe { probe, word } => (Value::Blob(None), probe.name().into(), word.as_deref().into()),
        Destination::Postmaster => (Value::Blob(None), Value::Text(None), Value::Text(None)),
    }
}

/// Whom a message counts for: the client's /24 or /48; all that is not known together.
fn network(delivery: &Delivery) -> String {
    match &delivery.session.client_ip {
        Observed::Seen(ip) => crate::net::client_network(*ip).to_string(),
        Observed::Missing(_) => String::new(),
    }
}
