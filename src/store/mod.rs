//! The only SQL. Deliveries, jobs, analyses, settings, retention; SQLite now, PostgreSQL behind the same interface.
//!
//! **Nothing acknowledged is lost**: [`Store::accept`] returns only when the delivery and its job are on disk. Many callers
//! share one durable transaction (group commit), so safety does not cost throughput.

use bytes::Bytes;
use jiff::Timestamp;

use crate::address::{Destination, TestId};
use crate::analyse::Evidence;
use crate::delivery::Delivery;
use crate::report::Report;

/// Our own faults. The receiver answers them with 4xx.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    #[error("migration: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    #[error("unreadable row: {0}")]
    Corrupt(String),
    /// The address has already taken as many messages as it may.
    #[error("the address has taken all the messages it may")]
    Full,
    #[error("the store is shutting down")]
    Closed,
}

/// A database row that a worker has leased.
#[derive(Clone, Debug)]
pub struct Job {
    pub id: i64,
    pub delivery: i64,
    /// 1 at the first try.
    pub attempt: u32,
}

/// What the list of a test's messages shows.
#[derive(Clone, Debug)]
pub struct DeliverySummary {
    /// Counted from 1 within its test.
    pub number: u32,
    pub received_at: Timestamp,
    pub size: u64,
    pub state: DeliveryState,
    /// Tenths; of the latest report.
    pub score: Option<i32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// Waits for a worker, or is being examined.
    Analysing,
    Ready,
    /// Given up after several tries.
    Failed,
}

/// A stored message with its latest report.
#[derive(Clone, Debug)]
pub struct Stored {
    pub number: u32,
    pub delivery: Delivery,
    pub report: Option<Report>,
    pub evidence: Option<Evidence>,
}

/// To be replaced by an enum of pools.
pub struct Store;

/// What is asked of a store; see the methods of [`Store`].
#[expect(async_fn_in_trait, reason = "a sketch of the interface, replaced by inherent methods")]
pub trait Interface {
    async fn secret(&self) -> Result<[u8; 32], StoreError>;
    /// Gives each destination's row id and number within its test.
    async fn accept(&self, delivery: Delivery, to: Vec<Destination>) -> Result<Vec<(i64, u32)>, StoreError>;
    async fn claim(&self, most: usize, lease_seconds: u32) -> Result<Vec<Job>, StoreError>;
    async fn delivery(&self, id: i64) -> Result<Option<(Destination, u32, Delivery)>, StoreError>;
    async fn finish(&self, job: &Job, report: &Report, evidence: &Evidence) -> Result<(), StoreError>;
    async fn retry(&self, job: &Job, after_seconds: u32, why: &str) -> Result<(), StoreError>;
    async fn deliveries(&self, test: TestId) -> Result<Vec<DeliverySummary>, StoreError>;
    /// `None` as number: the latest.
    async fn stored(&self, test: TestId, number: Option<u32>) -> Result<Option<Stored>, StoreError>;
    async fn raw(&self, test: TestId, number: Option<u32>) -> Result<Option<Bytes>, StoreError>;
    async fn recheck(&self, test: TestId, number: Option<u32>) -> Result<bool, StoreError>;
    async fn delete(&self, test: TestId) -> Result<(), StoreError>;
    /// Deletes what is older; gives how many deliveries went.
    async fn sweep(&self, before: Timestamp) -> Result<u64, StoreError>;
}
