//! What pages and the API show. Reads only; each row stands for itself, so that a damaged one hides no other.

use bytes::Bytes;
use jiff::Timestamp;

use super::db::{Row, values};
use super::jobs::{Reason, number, purpose, unpack_delivery};
use super::{Store, StoreError, pack, timestamp};
use crate::address::TestId;
use crate::analyse::Evidence;
use crate::delivery::Delivery;
use crate::facts::Purpose;
use crate::report::Report;

/// What the list of a test's messages shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliverySummary {
    /// Counted from 1 within its test.
    pub number: u32,
    pub received_at: Timestamp,
    /// Octets as sent.
    pub size: u64,
    pub state: DeliveryState,
    /// Tenths; of the latest report.
    pub score: Option<i32>,
    /// How many reports there are.
    pub analyses: u32,
    /// A newer report is being made.
    pub rechecking: bool,
    /// The last attempt at a newer report was given up.
    pub recheck_failed: bool,
    /// The reader's choice.
    pub purpose: Option<Purpose>,
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
    /// The reader's choice.
    pub purpose: Option<Purpose>,
}

/// One report of a delivery's history.
#[derive(Clone, Debug)]
pub struct Analysis {
    /// Counted from 1 within its delivery.
    pub number: u32,
    pub made_at: Timestamp,
    pub reason: Reason,
    /// The reader's choice at that time.
    pub purpose: Option<Purpose>,
    pub report: Report,
}

/// What is known of a one-time address that has taken mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TestState {
    pub taken: u32,
    pub deleted: bool,
}

impl Store {
    /// `None`: no message has come, or so long ago that the address itself has expired.
    pub async fn test(&self, test: TestId) -> Result<Option<TestState>, StoreError> {
        let rows = self.db.read("SELECT taken, deleted FROM tests WHERE id = $1", values![test.0.as_slice()]).await?;
        let state = |row| Ok(TestState { taken: number(row, 0)?, deleted: row.int_or_null(1)?.is_some() });
        rows.first().map(state).transpose()
    }

    /// The messages of a test, oldest first. Rows that cannot be read are logged and left out.
    pub async fn deliveries(&self, test: TestId) -> Result<Vec<DeliverySummary>, StoreError> {
        let select = "SELECT d.number, d.received, c.size, d.failure, d.purpose, \
                      (SELECT a.score FROM analyses a WHERE a.delivery = d.id ORDER BY a.number DESC LIMIT 1), \
                      (SELECT max(a.number) FROM analyses a WHERE a.delivery = d.id), \
                      (SELECT j.id FROM jobs j WHERE j.delivery = d.id) \
                      FROM deliveries d JOIN contents c ON c.id = d.content WHERE d.test = $1 ORDER BY d.number";
        let rows = self.db.read(select, values![test.0.as_slice()]).await?;
        Ok(rows.iter().filter_map(|row| readable(summary(row))).collect())
    }

    /// A message whole, with its latest report and evidence (`None` as number: the latest message).
    pub async fn stored(&self, test: TestId, number: Option<u32>) -> Result<Option<Stored>, StoreError> {
        let select = "SELECT d.number, d.purpose, c.size, c.session, c.raw, a.report, a.evidence \
                      FROM deliveries d JOIN contents c ON c.id = d.content \
                      LEFT JOIN analyses a ON a.delivery = d.id \
                      WHERE d.test = $1 AND ($2 = 0 OR d.number = $2) ORDER BY d.number DESC, a.number DESC LIMIT 1";
        let Some(row) = self.of(select, test, number).await? else { return Ok(None) };
        Ok(Some(Stored {
            number: self::number(&row, 0)?,
            purpose: purpose(&row, 1)?,
            delivery: unpack_delivery(&row, 2)?,
            report: row.blob_or_null(5)?.map(|packed| pack::unpack_json(&packed)).transpose()?,
            evidence: row.blob_or_null(6)?.map(|packed| pack::unpack_json(&packed)).transpose()?,
        }))
    }

    /// The latest report of a message that has one, without reading its content (`None`: of the latest such message).
    pub async fn report(&self, test: TestId, number: Option<u32>) -> Result<Option<(u32, Report)>, StoreError> {
        let select = "SELECT d.number, a.report FROM deliveries d JOIN analyses a ON a.delivery = d.id \
                      WHERE d.test = $1 AND ($2 = 0 OR d.number = $2) ORDER BY d.number DESC, a.number DESC LIMIT 1";
        let Some(row) = self.of(select, test, number).await? else { return Ok(None) };
        Ok(Some((self::number(&row, 0)?, pack::unpack_json(&row.blob(1)?)?)))
    }

    /// The report of a message before its latest one, and when it was made. One that cannot be read is logged, and as if it were
    /// not there: it hides no later one.
    pub async fn report_before(&self, test: TestId, number: u32) -> Result<Option<(Timestamp, Report)>, StoreError> {
        let select = "SELECT a.made, a.report FROM deliveries d JOIN analyses a ON a.delivery = d.id \
                      WHERE d.test = $1 AND ($2 = 0 OR d.number = $2) ORDER BY a.number DESC LIMIT 1 OFFSET 1";
        let Some(row) = self.of(select, test, Some(number)).await? else { return Ok(None) };
        let before = || Ok((timestamp(row.int(0)?)?, pack::unpack_json(&row.blob(1)?)?));
        Ok(readable(before()))
    }

    /// The bytes as sent.
    pub async fn raw(&self, test: TestId, number: Option<u32>) -> Result<Option<Bytes>, StoreError> {
        let select = "SELECT c.size, c.raw FROM deliveries d JOIN contents c ON c.id = d.content \
                      WHERE d.test = $1 AND ($2 = 0 OR d.number = $2) ORDER BY d.number DESC LIMIT 1";
        let Some(row) = self.of(select, test, number).await? else { return Ok(None) };
        Ok(Some(pack::unpack(&row.blob(1)?, row.int(0)?.unsigned_abs())?.into()))
    }

    /// Every report of one message, oldest first. Rows that cannot be read are logged and left out.
    pub async fn analyses(&self, test: TestId, number: u32) -> Result<Vec<Analysis>, StoreError> {
        let select = "SELECT a.number, a.made, a.reason, a.purpose, a.report \
                      FROM deliveries d JOIN analyses a ON a.delivery = d.id \
                      WHERE d.test = $1 AND d.number = $2 ORDER BY a.number";
        let rows = self.db.read(select, values![test.0.as_slice(), number]).await?;
        Ok(rows.iter().filter_map(|row| readable(analysis(row))).collect())
    }

    async fn of(&self, select: &'static str, test: TestId, number: Option<u32>) -> Result<Option<Row>, StoreError> {
        let rows = self.db.read(select, values![test.0.as_slice(), number.unwrap_or(0)]).await?;
        Ok(rows.into_iter().next())
    }
}

pub(super) fn readable<T>(row: Result<T, StoreError>) -> Option<T> {
    row.inspect_err(|error| tracing::error!(%error, "a stored row cannot be read and is left out")).ok()
}

fn summary(row: &Row) -> Result<DeliverySummary, StoreError> {
    let (failed, score) = (row.text_or_null(3)?.is_some(), row.int_or_null(5)?);
    let pending = row.int_or_null(7)?.is_some();
    Ok(DeliverySummary {
        number: number(row, 0)?,
        received_at: timestamp(row.int(1)?)?,
        size: row.int(2)?.unsigned_abs(),
        state: match (score, failed) {
            (Some(_), _) => DeliveryState::Ready,
            (None, true) => DeliveryState::Failed,
            (None, false) => DeliveryState::Analysing,
        },
        score: score.map(i32::try_from).transpose().map_err(|error| StoreError::Corrupt(error.to_string()))?,
        analyses: if score.is_some() { number(row, 6)? } else { 0 },
        rechecking: score.is_some() && pending,
        recheck_failed: score.is_some() && failed,
        purpose: purpose(row, 4)?,
    })
}

fn analysis(row: &Row) -> Result<Analysis, StoreError> {
    Ok(Analysis {
        number: number(row, 0)?,
        made_at: timestamp(row.int(1)?)?,
        reason: Reason::parse(&row.text(2)?)?,
        purpose: purpose(row, 3)?,
        report: pack::unpack_json(&row.blob(4)?)?,
    })
}
