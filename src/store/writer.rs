//! Group commit: one task writes what many callers bring in one transaction, so that they share one sync to disk, and what
//! they bring to be filed shares its statements as well (`filing.rs`).
//!
//! While a transaction is being synced the next batch gathers; nobody waits by the clock for a batch to fill. One bad item never fails
//! its neighbours: the batch is then done again one by one.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{Notify, mpsc, oneshot};

use super::db::{Db, Tx};
use super::filing::{self, Parcel};
use super::{Filed, Job, Options, ProbeFiled, StoreError, jobs, probes};

/// Requests that may wait. Beyond, callers wait: the receiver's own limit on memory in flight comes first.
const WAITING: usize = 1024;
const BATCH: usize = 256;
const BATCH_OCTETS: usize = 64 << 20;
/// How often others are let go first, as long as each time somebody brings something: a sync costs as much as many messages.
const GATHERING: usize = 8;
/// A transaction that takes longer has failed, as far as its callers can wait.
const PATIENCE: Duration = Duration::from_secs(20);

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
        let mut batch = Vec::new();
        while requests.recv_many(&mut batch, BATCH).await > 0 {
            let mut octets: usize = batch.iter().map(|request: &Request| request.work.octets()).sum();
            for _ in 0..GATHERING {
                // Whoever is ready to bring something does so before this goes on; it costs a lone message microseconds.
                tokio::task::yield_now().await;
                let before = batch.len();
                while batch.len() < BATCH && octets < BATCH_OCTETS {
                    let Ok(next) = requests.try_recv() else { break };
                    octets += next.work.octets();
                    batch.push(next);
                }
                if batch.len() == before {
                    break;
                }
            }
            let mut batch = std::mem::take(&mut batch);
            // A worker that died meanwhile must not lease what its neighbours in this batch bring.
            batch.retain(|request| !(matches!(request.work, Work::Claim { .. }) && request.answer.is_closed()));
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
            let outcomes = self.perform(&mut tx, work).await.map_err(Fault::Item)?;
            tx.commit().await.map_err(Fault::Database)?;
            self.commits.fetch_add(1, Ordering::Relaxed);
            Ok(outcomes)
        };
        let late = |_| Err(Fault::Database(StoreError::Unavailable("it took too long".to_owned())));
        tokio::time::timeout(PATIENCE, transaction).await.unwrap_or_else(late)
    }

    /// What is to be filed is filed together, first; then the rest in its order.
    async fn perform(&self, tx: &mut Tx, work: &[Work]) -> Result<Vec<Outcome>, StoreError> {
        let parcels: Vec<&Parcel> = work.iter().filter_map(Work::parcel).collect();
        let mut filed = filing::file(tx, &parcels, self.options.max_deliveries.max(1)).await?.into_iter();
        let mut outcomes = Vec::with_capacity(work.len());
        for work in work {
            outcomes.push(match work {
                Work::Accept(_) => Outcome::Filed(filed.next().unwrap_or_default()),
                Work::Claim { most, lease, busy } => Outcome::Claimed(jobs::claim(tx, *most, *lease, busy).await?),
                Work::Finish(outcome) => Outcome::Finished(outcome.write(tx).await?),
                Work::Probe(work) => Outcome::Probe(work.write(tx).await?),
            });
        }
        Ok(outcomes)
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
    fn parcel(&self) -> Option<&Parcel> {
        if let Work::Accept(parcel) = self { Some(parcel) } else { None }
    }

    fn octets(&self) -> usize {
        match self {
            Work::Accept(parcel) => parcel.octets(),
            Work::Finish(outcome) => outcome.octets(),
            Work::Probe(work) => work.octets(),
            Work::Claim { .. } => 0,
        }
    }
}
