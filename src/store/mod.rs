//! The only SQL. Deliveries, jobs, analyses, settings, retention; SQLite, or PostgreSQL for many nodes.
//!
//! **Nothing acknowledged is lost**: [`Store::accept`] returns only when the delivery and its job are on disk. Many callers
//! share one durable transaction (group commit, `writer.rs`), so safety does not cost throughput.
//!
//! It knows tests by [`TestId`] only, never by address or key, and must never log what it holds. `db.rs` speaks to the
//! databases, `filing.rs` writes what was received, `jobs.rs` is the queue, `read.rs` what pages show, `probes.rs` what the
//! probes said, `retention.rs` forgets, `moving.rs` copies, `relay.rs` tells other nodes,
//! `operate.rs` is the operator's. Read on in [`crate::worker`].

mod db;
mod filing;
mod jobs;
mod moving;
mod operate;
mod pack;
mod probes;
mod read;
mod relay;
mod retention;
mod writer;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use rand::TryRngCore;
use tokio::sync::{Notify, mpsc};

use crate::address::{Destination, Probe, TestId};
use crate::delivery::Delivery;
use db::{Db, values};

pub use jobs::{Job, Reason, Task};
pub use operate::{FLEETING, Queue, SelfTest, Tally};
pub use probes::{ProbeFiled, ProbeResult};
pub use read::{Analysis, DeliveryState, DeliverySummary, Stored, TestState};
pub use relay::Remote;

/// Our own faults. The receiver answers them with 4xx.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    #[error("migration: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// This row only; its neighbours are fine.
    #[error("unreadable row: {0}")]
    Corrupt(String),
    #[error("cannot pack: {0}")]
    Pack(std::io::Error),
    /// The transaction that many shared failed, or took too long.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// Every address has already taken as many messages as it may.
    #[error("the address has taken all the messages it may")]
    Full,
    /// Every address belongs to a test that its owner deleted.
    #[error("the test was deleted")]
    Deleted,
    #[error("the store is shutting down")]
    Closed,
    #[error("not for this database: {0}")]
    Unsupported(&'static str),
    #[error("no database of this kind; want sqlite://FILE or postgres://HOST/NAME")]
    Kind,
}

#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How many messages an address takes; 1 makes it strictly one-shot.
    pub max_deliveries: u32,
    /// For how long a used-up or deleted address must be remembered: at least as long as it is valid.
    pub address_lifetime: Duration,
}

impl Default for Options {
    fn default() -> Options {
        Options { max_deliveries: 20, address_lifetime: Duration::from_secs(24 * 3600) }
    }
}

/// One row of an accepted message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filed {
    /// The row, for jobs; unique for ever.
    pub delivery: i64,
    pub destination: Destination,
    /// Counted from 1 within its test; always 1 for a probe.
    pub number: u32,
}

/// A handle, cheap to clone. It must be opened inside a Tokio runtime.
#[derive(Clone)]
pub struct Store {
    db: Db,
    options: Options,
    writer: mpsc::Sender<writer::Request>,
    wake: Arc<Notify>,
    commits: Arc<AtomicU64>,
    /// Tells our own notifications from those of other nodes.
    node: u64,
}

impl Store {
    /// Opens `sqlite://FILE`, `sqlite::memory:` (one connection, for tests) or `postgres://…`; creates and migrates as needed.
    pub async fn open(url: &str, options: Options) -> Result<Store, StoreError> {
        let db = Db::open(url).await?;
        let (wake, commits) = (Arc::new(Notify::new()), Arc::new(AtomicU64::new(0)));
        let writer = writer::start(db.clone(), options, wake.clone(), commits.clone());
        Ok(Store { db, options, writer, wake, commits, node: rand::random() })
    }

    /// The secret that addresses and report keys are made with: made once, the same on every node.
    pub async fn secret(&self) -> Result<[u8; 32], StoreError> {
        let mut fresh = [0u8; 32];
        rand::rngs::OsRng.try_fill_bytes(&mut fresh).map_err(|error| StoreError::Pack(std::io::Error::other(error)))?;
        let insert = "INSERT INTO settings (name, value) VALUES ('secret', $1) ON CONFLICT DO NOTHING";
        self.db.write(insert, values![fresh.as_slice()]).await?;
        let rows = self.db.read("SELECT value FROM settings WHERE name = 'secret'", values![]).await?;
        let secret = rows.first().ok_or_else(|| StoreError::Corrupt("no secret".to_owned()))?.blob(0)?;
        secret.try_into().map_err(|_| StoreError::Corrupt("the secret is not 32 octets".to_owned()))
    }

    /// Files the delivery and its jobs; when this returns, they are on disk. [`Destination::Postmaster`] is not stored.
    ///
    /// An address that is full is left out of the answer.
    ///
    /// # Errors
    /// [`StoreError::Full`] when every address is full, [`StoreError::Deleted`] when every test was deleted; all else is a fault
    /// of ours, and nothing was stored.
    pub async fn accept(&self, delivery: Delivery, to: Vec<Destination>) -> Result<Vec<Filed>, StoreError> {
        let tests: Vec<TestId> = to.iter().filter_map(Destination::test).collect();
        let Some(parcel) = filing::Parcel::pack(delivery, to).await? else { return Ok(Vec::new()) };
        match self.ask(writer::Work::Accept(parcel)).await? {
            writer::Outcome::Filed(filed) if filed.is_empty() => Err(self.why_none(&tests).await?),
            writer::Outcome::Filed(filed) => Ok(filed),
            _ => Err(StoreError::Closed),
        }
    }

    /// Why none of these tests took a message.
    async fn why_none(&self, tests: &[TestId]) -> Result<StoreError, StoreError> {
        for test in tests {
            if !self.test(*test).await?.is_some_and(|state| state.deleted) {
                return Ok(StoreError::Full);
            }
        }
        Ok(StoreError::Deleted)
    }

    /// How many durable transactions the writer has made: fewer than the deliveries, under load.
    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// Completes when there may be a job to claim, on this node or another. It may miss some: look once a second as well.
    pub async fn job_ready(&self) {
        self.wake.notified().await;
    }

    /// Completes [`Store::job_ready`] once more on this node.
    pub fn look_again(&self) {
        self.wake.notify_one();
    }

    /// True when the database answers (`/readyz`).
    pub async fn ready(&self) -> bool {
        self.db.read("SELECT 1", values![]).await.is_ok()
    }

    /// Ends all connections once their statements are done. Other handles get errors from then on.
    pub async fn close(&self) {
        self.db.close().await;
    }

    async fn ask(&self, work: writer::Work) -> Result<writer::Outcome, StoreError> {
        writer::ask(&self.writer, work).await
    }
}

fn now() -> i64 {
    Timestamp::now().as_millisecond()
}

fn timestamp(milliseconds: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_millisecond(milliseconds).map_err(|error| StoreError::Corrupt(error.to_string()))
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// The columns `test`, `probe` and `word`.
fn destination(row: &db::Row, first: usize) -> Result<Destination, StoreError> {
    if let Some(id) = row.blob_or_null(first)? {
        let id = id.try_into().map_err(|_| StoreError::Corrupt("a test's id is not 7 octets".to_owned()))?;
        return Ok(Destination::Test(TestId(id)));
    }
    let name = row.text(first + 1)?;
    let probe = Probe::parse(&name).ok_or_else(|| StoreError::Corrupt(format!("no such probe: {name}")))?;
    Ok(Destination::Probe { probe, word: row.text_or_null(first + 2)? })
}
