//! The queue: jobs are rows, and a claim is a lease. Nothing is lost when a worker dies: its leases run out.
//!
//! A job's `attempt` is its fencing token: whoever holds an older one can no longer change the job. Finishing is idempotent:
//! it removes the job and writes the analysis in one transaction, and only who removes it writes.

use std::sync::Arc;
use std::time::Duration;

use super::db::{Row, Tx, values};
use super::{Store, StoreError, destination, filing, milliseconds, now, pack, retention, writer};
use crate::address::{Destination, TestId};
use crate::analyse::Evidence;
use crate::delivery::Delivery;
use crate::facts::Purpose;
use crate::report::Report;

/// Leases and back-offs are shorter. A job that is due later than this has seen the clock jump back, and is due now.
pub const LONGEST_WAIT: Duration = Duration::from_secs(120);
/// Analyses kept of a delivery, besides the first.
const HISTORY: i64 = 30;

/// A database row that a worker has leased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    pub id: i64,
    pub delivery: i64,
    /// 1 at the first try.
    pub attempt: u32,
    pub reason: Reason,
    /// Of the message, octets.
    pub size: u64,
    /// Whom it counts for: the client's /24 or /48.
    pub network: String,
}

/// Why an analysis is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    Initial,
    /// The reader asked to ask the world again.
    Recheck,
    /// The reader said what the message is for.
    Purpose,
}

/// What a job is about.
#[derive(Clone, Debug)]
pub struct Task {
    pub destination: Destination,
    pub number: u32,
    pub delivery: Delivery,
    /// The reader's choice; `None`: to be told from the message.
    pub purpose: Option<Purpose>,
}

impl Reason {
    pub(super) fn name(self) -> &'static str {
        match self {
            Reason::Initial => "initial",
            Reason::Recheck => "recheck",
            Reason::Purpose => "purpose",
        }
    }

    pub(super) fn parse(name: &str) -> Result<Reason, StoreError> {
        match name {
            "initial" => Ok(Reason::Initial),
            "recheck" => Ok(Reason::Recheck),
            "purpose" => Ok(Reason::Purpose),
            other => Err(StoreError::Corrupt(format!("no such reason: {other}"))),
        }
    }
}

impl Store {
    /// Leases up to `most` jobs for this long, the networks in turn, the oldest first within each.
    pub async fn claim(&self, most: u32, lease: Duration) -> Result<Vec<Job>, StoreError> {
        self.claim_but(most, lease, &[]).await
    }

    /// The same, leaving the jobs of these networks for later.
    pub async fn claim_but(&self, most: u32, lease: Duration, busy: &[String]) -> Result<Vec<Job>, StoreError> {
        let busy = if busy.is_empty() { String::new() } else { format!(",{},", busy.join(",")) };
        match self.ask(writer::Work::Claim { most, lease, busy }).await? {
            writer::Outcome::Claimed(jobs) => Ok(jobs),
            _ => Err(StoreError::Closed),
        }
    }

    /// What a job's delivery holds. `None`: it was deleted meanwhile.
    pub async fn delivery(&self, id: i64) -> Result<Option<Task>, StoreError> {
        let select = "SELECT d.test, d.probe, d.word, d.number, d.purpose, c.size, c.session, c.raw \
                      FROM deliveries d JOIN contents c ON c.id = d.content WHERE d.id = $1";
        let rows = self.db.read(select, values![id]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        Ok(Some(Task {
            destination: destination(row, 0)?,
            number: number(row, 3)?,
            purpose: purpose(row, 4)?,
            delivery: unpack_delivery(row, 5)?,
        }))
    }

    /// Writes the analysis and removes the job. False when the job was finished or deleted already: then nothing is written.
    pub async fn finish(&self, job: &Job, report: &Report, evidence: &Evidence) -> Result<bool, StoreError> {
        let outcome = Outcome {
            job: job.id,
            score: report.ledger.score.into(),
            judged_as: report.purpose.name(),
            report: pack::pack_json(report)?.into(),
            evidence: pack::pack_json(evidence)?.into(),
        };
        match self.ask(writer::Work::Finish(outcome)).await? {
            writer::Outcome::Finished(written) => {
                // It may have queued the message again.
                self.wake.notify_one();
                Ok(written)
            }
            _ => Err(StoreError::Closed),
        }
    }

    /// Lengthens the lease. False when the job is no longer ours.
    pub async fn extend(&self, job: &Job, lease: Duration) -> Result<bool, StoreError> {
        self.postpone(job, lease, 0).await
    }

    /// Gives the job back, to be tried again after this long.
    pub async fn retry(&self, job: &Job, after: Duration) -> Result<bool, StoreError> {
        self.postpone(job, after, 0).await
    }

    /// Gives the job back untried, to be claimed again after this long: at shutdown, or when the fault was the store's.
    pub async fn release(&self, job: &Job, after: Duration) -> Result<bool, StoreError> {
        let released = self.postpone(job, after, 1).await;
        self.wake.notify_one();
        released
    }

    async fn postpone(&self, job: &Job, after: Duration, less: i64) -> Result<bool, StoreError> {
        let update = "UPDATE jobs SET due = $3, attempt = attempt - $4 WHERE id = $1 AND attempt = $2 RETURNING id";
        let due = now() + milliseconds(after.min(LONGEST_WAIT));
        Ok(!self.db.write(update, values![job.id, job.attempt, due, less]).await?.is_empty())
    }

    /// Removes the job without an analysis and says why: the delivery is then seen as failed, or its re-check as failed.
    pub async fn give_up(&self, job: &Job, why: &str) -> Result<bool, StoreError> {
        let mut tx = self.db.begin().await?;
        let remove = "DELETE FROM jobs WHERE id = $1 AND attempt = $2 RETURNING delivery";
        let removed = tx.run(remove, values![job.id, job.attempt]).await?;
        if !removed.is_empty() {
            tx.run("UPDATE deliveries SET failure = $2 WHERE id = $1", values![job.delivery, why]).await?;
            // Nobody has a page that could say so, and nothing sent to a probe is kept longer than needed.
            let probes = "SELECT id, content FROM deliveries WHERE id = $1 AND probe IS NOT NULL";
            let probes = tx.run(probes, values![job.delivery]).await?;
            retention::forget(&mut tx, &probes).await?;
        }
        tx.commit().await?;
        Ok(!removed.is_empty())
    }

    /// Queues a new examination of a stored message (`None`: the latest); the old report stays until the new one is ready.
    /// False when there is no such message. A job that waits already is enough.
    pub async fn recheck(&self, test: TestId, number: Option<u32>) -> Result<bool, StoreError> {
        let mut tx = self.db.begin().await?;
        let found = self.queue_again(&mut tx, test, number, Reason::Recheck).await?;
        tx.commit().await?;
        self.tell_workers().await;
        Ok(found.is_some())
    }

    /// Keeps the reader's word on what the message is for (`None`: to be told from it) and queues a new examination.
    pub async fn choose_purpose(
        &self,
        test: TestId,
        number: Option<u32>,
        purpose: Option<Purpose>,
    ) -> Result<bool, StoreError> {
        let mut tx = self.db.begin().await?;
        let found = self.queue_again(&mut tx, test, number, Reason::Purpose).await?;
        if let Some(delivery) = found {
            let update = "UPDATE deliveries SET purpose = $2 WHERE id = $1";
            tx.run(update, values![delivery, purpose.map(Purpose::name)]).await?;
        }
        tx.commit().await?;
        self.tell_workers().await;
        Ok(found.is_some())
    }

    async fn queue_again(
        &self,
        tx: &mut Tx,
        test: TestId,
        number: Option<u32>,
        reason: Reason,
    ) -> Result<Option<i64>, StoreError> {
        let select = "SELECT id, network FROM deliveries WHERE test = $1 AND ($2 = 0 OR number = $2) \
                      ORDER BY number DESC LIMIT 1";
        let rows = tx.run(select, values![test.0.as_slice(), number.unwrap_or(0)]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let delivery = row.int(0)?;
        filing::enqueue(tx, &[(delivery, &row.text(1)?)], reason, now()).await?;
        tx.run("UPDATE deliveries SET failure = NULL WHERE id = $1", values![delivery]).await?;
        Ok(Some(delivery))
    }

    async fn tell_workers(&self) {
        self.wake.notify_one();
        self.db.notify_jobs().await;
    }
}

/// A finished examination, packed and ready to be written.
pub(super) struct Outcome {
    job: i64,
    score: i64,
    judged_as: &'static str,
    report: Arc<[u8]>,
    evidence: Arc<[u8]>,
}

impl Outcome {
    pub(super) fn octets(&self) -> usize {
        self.report.len() + self.evidence.len()
    }

    pub(super) async fn write(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        // Jobs are locked before deliveries, as `retention` does: no dead-lock.
        let removed = tx.run("DELETE FROM jobs WHERE id = $1 RETURNING delivery, reason", values![self.job]).await?;
        let Some(row) = removed.first() else { return Ok(false) };
        let (delivery, reason) = (row.int(0)?, row.text(1)?);
        let insert = "INSERT INTO analyses (delivery, number, made, reason, purpose, score, report, evidence) \
                      SELECT d.id, 1 + coalesce((SELECT max(a.number) FROM analyses a WHERE a.delivery = d.id), 0), \
                      $2, $3, d.purpose, $4, $5, $6 FROM deliveries d WHERE d.id = $1 RETURNING number";
        let row = values![delivery, now(), &*reason, self.score, &self.report, &self.evidence];
        let inserted = tx.run(insert, row).await?;
        let number = inserted.first().map_or(Ok(1), |row| row.int(0))?;
        if number > 1 {
            let prune = "DELETE FROM analyses WHERE delivery = $1 AND number > 1 AND number <= $2";
            tx.run(prune, values![delivery, number - HISTORY]).await?;
        }
        tx.run("UPDATE deliveries SET failure = NULL WHERE id = $1", values![delivery]).await?;
        // A purpose chosen while this examination was under way found its job there, and could not queue another.
        let select = "SELECT network FROM deliveries WHERE id = $1 AND purpose IS NOT NULL AND purpose <> $2";
        if let Some(row) = tx.run(select, values![delivery, self.judged_as]).await?.first() {
            filing::enqueue(tx, &[(delivery, &row.text(0)?)], Reason::Purpose, now()).await?;
        }
        Ok(true)
    }
}

pub(super) async fn claim(tx: &mut Tx, most: u32, lease: Duration, busy: &str) -> Result<Vec<Job>, StoreError> {
    const SQLITE: &str = "UPDATE jobs SET due = $2, attempt = attempt + 1 WHERE id IN \
                          (SELECT id FROM jobs WHERE (due <= $1 OR due > $4) AND instr($5, ',' || network || ',') = 0 \
                          ORDER BY rank, id LIMIT $3) \
                          RETURNING rank, id, delivery, attempt, reason, network, \
                          (SELECT c.size FROM deliveries d JOIN contents c ON c.id = d.content WHERE d.id = jobs.delivery)";
    const POSTGRES: &str = "UPDATE jobs SET due = $2, attempt = attempt + 1 WHERE id IN \
                            (SELECT id FROM jobs WHERE (due <= $1 OR due > $4) AND strpos($5, ',' || network || ',') = 0 \
                            ORDER BY rank, id LIMIT $3 FOR UPDATE SKIP LOCKED) \
                            RETURNING rank, id, delivery, attempt, reason, network, \
                          (SELECT c.size FROM deliveries d JOIN contents c ON c.id = d.content WHERE d.id = jobs.delivery)";
    let sql = if tx.is_postgres() { POSTGRES } else { SQLITE };
    let (now, longest) = (now(), milliseconds(LONGEST_WAIT));
    let due = now + milliseconds(lease.min(LONGEST_WAIT));
    let rows = tx.run(sql, values![now, due, most, now + longest + 1000, busy]).await?;
    let mut jobs: Vec<(i64, Job)> = Vec::with_capacity(rows.len());
    for row in &rows {
        match job(row) {
            Ok(job) => jobs.push((row.int(0)?, job)),
            // Its lease runs out and it comes again: visible in the log, in nobody's way.
            Err(error) => tracing::error!(%error, "a job cannot be read"),
        }
    }
    jobs.sort_by_key(|(rank, job)| (*rank, job.id));
    Ok(jobs.into_iter().map(|(_, job)| job).collect())
}

fn job(row: &Row) -> Result<Job, StoreError> {
    Ok(Job {
        id: row.int(1)?,
        delivery: row.int(2)?,
        attempt: number(row, 3)?,
        reason: Reason::parse(&row.text(4)?)?,
        network: row.text(5)?,
        size: row.int(6)?.unsigned_abs(),
    })
}

pub(super) fn number(row: &Row, column: usize) -> Result<u32, StoreError> {
    u32::try_from(row.int(column)?).map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// The columns `size`, `session` and `raw`.
pub(super) fn unpack_delivery(row: &Row, first: usize) -> Result<Delivery, StoreError> {
    let mut delivery: Delivery = pack::unpack_json(&row.blob(first + 1)?)?;
    delivery.raw = pack::unpack(&row.blob(first + 2)?, row.int(first)?.unsigned_abs())?.into();
    Ok(delivery)
}

pub(super) fn purpose(row: &Row, column: usize) -> Result<Option<Purpose>, StoreError> {
    let Some(name) = row.text_or_null(column)? else { return Ok(None) };
    Purpose::named(&name).map(Some).ok_or_else(|| StoreError::Corrupt(format!("no such purpose: {name}")))
}
