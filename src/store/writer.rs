//! Group commit: one task writes what many callers bring in one transaction, so that they share one sync to disk.
//!
//! While a transaction is being synced the next batch gathers; nobody waits for a batch to fill. One bad item never fails
//! its neighbours: the batch is then done again one by one.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{Notify, mpsc, oneshot};

use super::db::{Db, Tx, Value, values};
use super::{Filed, Job, Options, ProbeFiled, StoreError, jobs, now, pack, probes};
use crate::address::Destination;
use crate::delivery::{Delivery, Observed};

/// Requests that may wait. Beyond, callers wait: the receiver's own limit on memory in flight comes first.
const WAITING: usize = 1024;
const BATCH: usize = 256;
const BATCH_OCTETS: usize = 64 << 20;
/// A transaction that takes longer has failed, as far as its callers can wait.
const PATIENCE: Duration = Duration::from_secs(20);
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

pub(super) enum Work {
    Accept(Parcel),
    Claim { most: u32, lease: Duration, busy: String },
    Finish(jobs::Outcome),
    Probe(probes::ProbeWork),
}

pub(super) enum Outcome {
    /// Empty: all were full.
    Filed(Vec<Filed>),
    Claimed(Vec<Job>),
    /// False: there was no such job any more.
    Finished(bool),
    Probe(ProbeFiled),
}

pub(super) struct Request {
    work: Work,
    answer: oneshot::Sender<Result<Outcome, StoreError>>,
}

/// Gives the work to the writer and waits until it is on disk.
pub(super) async fn ask(writer: &mpsc::Sender<Request>, work: Work) -> Result<Outcome, StoreError> {
    let (answer, answered) = oneshot::channel();
    writer.send(Request { work, answer }).await.map_err(|_| StoreError::Closed)?;
    answered.await.map_err(|_| StoreError::Closed)?
}

/// The task ends when the last handle on the store is dropped.
pub(super) fn start(db: Db, options: Options, wake: Arc<Notify>, commits: Arc<AtomicU64>) -> mpsc::Sender<Request> {
    let (sender, requests) = mpsc::channel(WAITING);
    tokio::spawn(Writer { db, options, wake, commits }.run(requests));
    sender
}

struct Writer {
    db: Db,
    options: Options,
    wake: Arc<Notify>,
    commits: Arc<AtomicU64>,
}

/// Where a batch failed: an item may be to blame, or the database itself.
enum Fault {
    Item(StoreError),
    Database(StoreError),
}

impl Writer {
    async fn run(self, mut requests: mpsc::Receiver<Request>) {
        while let Some(first) = requests.recv().await {
            let mut octets = first.work.octets();
            let mut batch = vec![first];
            while batch.len() < BATCH && octets < BATCH_OCTETS {
                let Ok(next) = requests.try_recv() else { break };
                octets += next.work.octets();
                batch.push(next);
            }
            let new_jobs = batch.iter().any(|request| matches!(request.work, Work::Accept(_)));
            self.write(batch).await;
            if new_jobs {
                self.wake.notify_one();
                self.db.notify_jobs().await;
            }
        }
    }

    async fn write(&self, batch: Vec<Request>) {
        let (work, answers): (Vec<Work>, Vec<_>) =
            batch.into_iter().map(|request| (request.work, request.answer)).unzip();
        match self.transact(&work).await {
            Ok(outcomes) => {
                answers.into_iter().zip(outcomes).for_each(|(answer, outcome)| drop(answer.send(Ok(outcome))))
            }
            Err(Fault::Item(_)) if work.len() > 1 => self.write_apart(work, answers).await,
            Err(Fault::Item(error) | Fault::Database(error)) => refuse(answers, error),
        }
    }

    /// One transaction each, until the database itself fails.
    async fn write_apart(&self, work: Vec<Work>, answers: Vec<oneshot::Sender<Result<Outcome, StoreError>>>) {
        let mut answers = answers.into_iter();
        for work in work {
            let outcome = self.transact(std::slice::from_ref(&work)).await;
            let Some(answer) = answers.next() else { return };
            match outcome {
                Ok(outcomes) => drop(answer.send(outcomes.into_iter().next().ok_or(StoreError::Closed))),
                Err(Fault::Item(error)) => drop(answer.send(Err(error))),
                Err(Fault::Database(error)) => {
                    return refuse(std::iter::once(answer).chain(answers).collect(), error);
                }
            }
        }
    }

    async fn transact(&self, work: &[Work]) -> Result<Vec<Outcome>, Fault> {
        let transaction = async {
            let mut tx = self.db.begin().await.map_err(Fault::Database)?;
            let mut outcomes = Vec::with_capacity(work.len());
            for work in work {
                outcomes.push(self.perform(&mut tx, work).await.map_err(Fault::Item)?);
            }
            tx.commit().await.map_err(Fault::Database)?;
            self.commits.fetch_add(1, Ordering::Relaxed);
            Ok(outcomes)
        };
        let late = |_| Err(Fault::Database(StoreError::Unavailable("it took too long".to_owned())));
        tokio::time::timeout(PATIENCE, transaction).await.unwrap_or_else(late)
    }

    async fn perform(&self, tx: &mut Tx, work: &Work) -> Result<Outcome, StoreError> {
        match work {
            Work::Accept(parcel) => parcel.file(tx, self.options.max_deliveries.max(1)).await.map(Outcome::Filed),
            Work::Claim { most, lease, busy } => jobs::claim(tx, *most, *lease, busy).await.map(Outcome::Claimed),
            Work::Finish(outcome) => outcome.write(tx).await.map(Outcome::Finished),
            Work::Probe(work) => work.write(tx).await.map(Outcome::Probe),
        }
    }
}

/// Tells everyone of one fault. An error cannot be cloned: the first gets it, the others its text.
fn refuse(answers: Vec<oneshot::Sender<Result<Outcome, StoreError>>>, error: StoreError) {
    let text = error.to_string();
    let mut error = Some(error);
    for answer in answers {
        drop(answer.send(Err(error.take().unwrap_or_else(|| StoreError::Unavailable(text.clone())))));
    }
}

impl Work {
    fn octets(&self) -> usize {
        match self {
            Work::Accept(parcel) => parcel.raw.len() + parcel.session.len(),
            Work::Finish(outcome) => outcome.octets(),
            Work::Probe(work) => work.octets(),
            Work::Claim { .. } => 0,
        }
    }
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

    async fn file(&self, tx: &mut Tx, most: u32) -> Result<Vec<Filed>, StoreError> {
        let now = now();
        let mut taken = Vec::with_capacity(self.to.len());
        for destination in &self.to {
            let number = match destination {
                Destination::Test(test) => {
                    let take = "INSERT INTO tests (id, taken, touched) VALUES ($1, 1, $2) \
                                ON CONFLICT (id) DO UPDATE SET taken = tests.taken + 1, touched = $2 \
                                WHERE tests.taken < $3 AND tests.deleted IS NULL RETURNING taken";
                    let rows = tx.run(take, values![test.0.as_slice(), now, most]).await?;
                    rows.first().map(|row| row.int(0)).transpose()?
                }
                Destination::Probe { .. } => Some(1),
                Destination::Postmaster => None,
            };
            taken.extend(number.map(|number| (destination, number)));
        }
        if taken.is_empty() {
            return Ok(Vec::new());
        }
        let insert = "INSERT INTO contents (size, session, raw) VALUES ($1, $2, $3) RETURNING id";
        let content = only(&tx.run(insert, values![self.size, &self.session, &self.raw]).await?)?;
        let mut filed = Vec::with_capacity(taken.len());
        for (destination, number) in taken {
            let (test, probe, word) = columns(destination);
            let insert = "INSERT INTO deliveries (content, test, probe, word, number, received, network) \
                          VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id";
            let row =
                vec![content.into(), test, probe, word, number.into(), self.received.into(), (&*self.network).into()];
            let delivery = only(&tx.run(insert, row).await?)?;
            enqueue(tx, delivery, jobs::Reason::Initial, &self.network, now).await?;
            let number = u32::try_from(number).map_err(|_| StoreError::Corrupt("number".to_owned()))?;
            filed.push(Filed { delivery, destination: destination.clone(), number });
        }
        Ok(filed)
    }
}

/// Queues a job behind those of its own network, but not behind those of others: each network's jobs take turns of
/// [`TURN`] on one line of time, and the queue is served in that order. False when the delivery has a job already.
pub(super) async fn enqueue(
    tx: &mut Tx,
    delivery: i64,
    reason: jobs::Reason,
    network: &str,
    now: i64,
) -> Result<bool, StoreError> {
    let insert = "INSERT INTO jobs (delivery, reason, network, rank, due) VALUES ($1, $2, $3, \
                  (SELECT CASE WHEN max(rank) + $5 > $4 THEN max(rank) + $5 ELSE $4 END FROM jobs WHERE network = $3), $4) \
                  ON CONFLICT (delivery) DO NOTHING RETURNING id";
    Ok(!tx.run(insert, values![delivery, reason.name(), network, now, TURN]).await?.is_empty())
}

fn columns(destination: &Destination) -> (Value, Value, Value) {
    match destination {
        Destination::Test(test) => (test.0.as_slice().into(), Value::Text(None), Value::Text(None)),
        Destination::Probe { probe, word } => (Value::Blob(None), probe.name().into(), word.as_deref().into()),
        Destination::Postmaster => (Value::Blob(None), Value::Text(None), Value::Text(None)),
    }
}

fn only(rows: &[super::db::Row]) -> Result<i64, StoreError> {
    rows.first().ok_or_else(|| StoreError::Corrupt("no row came back".to_owned()))?.int(0)
}

/// Whom a message counts for: the client's /24 or /48; all that is not known together.
fn network(delivery: &Delivery) -> String {
    match &delivery.session.client_ip {
        Observed::Seen(ip) => crate::net::client_network(*ip).to_string(),
        Observed::Missing(_) => String::new(),
    }
}
