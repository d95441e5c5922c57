//! What the operator looks back on, and what all nodes agree on: counts over time, the self-tests, leases, settings.
//!
//! Everything here is bounded: hours are folded into days after a week and forgotten after a year, self-tests after two days.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::db::{Row, values};
use super::jobs::LONGEST_WAIT;
use super::read::readable;
use super::{Store, StoreError, milliseconds, now, timestamp};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// Hours are kept as such for the week's chart, days for the year's.
const HOURS_KEPT: i64 = 8 * DAY;
const DAYS_KEPT: i64 = 400 * DAY;
const SELF_TESTS_KEPT: i64 = 2 * DAY;
/// Counts whose name begins so are of one hour alone and never folded: client networks.
pub const FLEETING: &str = "networks.";

/// So many of this in the span that begins then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    pub at: Timestamp,
    pub name: String,
    pub count: u64,
}

/// The service's mail to itself, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelfTest {
    pub at: Timestamp,
    /// Until the message was accepted; `None`: it was not.
    pub accepted: Option<Duration>,
    /// Until its report was ready; `None`: it failed.
    pub ready: Option<Duration>,
    /// Where it failed, a word of [`crate::selftest::Stage`].
    pub stage: Option<String>,
    /// What was seen there; for the operator alone.
    pub detail: Option<String>,
}

/// How the work stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Queue {
    pub waiting: u64,
    pub running: u64,
    /// Age of the oldest message that waits for its first report.
    pub oldest: Duration,
    /// Messages that are kept and whose examination was given up.
    pub failed: u64,
}

impl Queue {
    /// Examinations waiting or running.
    pub fn all(&self) -> u64 {
        self.waiting.saturating_add(self.running)
    }
}

impl Store {
    /// Adds these counts to the hour of `at`; what other nodes have counted stays.
    pub async fn add_tallies(&self, at: Timestamp, counts: &BTreeMap<String, u64>) -> Result<(), StoreError> {
        let add = "INSERT INTO tallies (grain, at, name, count) VALUES ('hour', $1, $2, $3) \
                   ON CONFLICT (grain, at, name) DO UPDATE SET count = tallies.count + excluded.count";
        let hour = at.as_millisecond() - at.as_millisecond().rem_euclid(HOUR);
        let mut tx = self.db.begin().await?;
        // In the order of names, so that nodes that write at once never wait for each other in a circle.
        for (name, count) in counts {
            let count = i64::try_from(*count).unwrap_or(i64::MAX);
            tx.run(add, values![hour, name.as_str(), count]).await?;
        }
        tx.commit().await
    }

    /// The sums of each span of `width` since `since`, counted from 1970.
    pub async fn tallies(&self, since: Timestamp, width: Duration) -> Result<Vec<Tally>, StoreError> {
        let select = "SELECT at - at % $2, name, CAST(sum(count) AS BIGINT) FROM tallies WHERE at >= $1 \
                      GROUP BY at - at % $2, name ORDER BY 1, 2";
        let rows = self.db.read(select, values![since.as_millisecond(), milliseconds(width).max(1)]).await?;
        let tally = |row: &Row| {
            Ok(Tally { at: timestamp(row.int(0)?)?, name: row.text(1)?, count: row.int(2)?.unsigned_abs() })
        };
        Ok(rows.iter().filter_map(|row| readable(tally(row))).collect())
    }

    /// Folds hours into days, and forgets what is too old. Any node may do so at any time.
    pub async fn fold_tallies(&self, at: Timestamp) -> Result<(), StoreError> {
        let at = at.as_millisecond();
        let before = at - at.rem_euclid(DAY) - HOURS_KEPT;
        let mut tx = self.db.begin().await?;
        // Whoever else folds waits here, and then finds nothing left to fold.
        let turn = "INSERT INTO leases (name, until) VALUES ('fold', 0) ON CONFLICT (name) DO UPDATE SET until = 0";
        tx.run(turn, values![]).await?;
        let fleeting = "DELETE FROM tallies WHERE at < $1 AND name LIKE 'networks.%'";
        tx.run(fleeting, values![before]).await?;
        let fold = "INSERT INTO tallies (grain, at, name, count) \
                    SELECT 'day', at - at % 86400000, name, CAST(sum(count) AS BIGINT) FROM tallies \
                    WHERE grain = 'hour' AND at < $1 GROUP BY at - at % 86400000, name \
                    ON CONFLICT (grain, at, name) DO UPDATE SET count = tallies.count + excluded.count";
        tx.run(fold, values![before]).await?;
        tx.run("DELETE FROM tallies WHERE grain = 'hour' AND at < $1", values![before]).await?;
        tx.run("DELETE FROM tallies WHERE at < $1", values![at - DAYS_KEPT]).await?;
        tx.run("DELETE FROM self_tests WHERE at < $1", values![at - SELF_TESTS_KEPT]).await?;
        tx.commit().await
    }

    pub async fn record_self_test(&self, test: &SelfTest) -> Result<(), StoreError> {
        let insert = "INSERT INTO self_tests (at, accepted, ready, stage, detail) VALUES ($1, $2, $3, $4, $5) \
                      ON CONFLICT (at) DO NOTHING";
        let time = |time: Option<Duration>| super::db::Value::Int(time.map(milliseconds));
        let row = vec![
            test.at.as_millisecond().into(),
            time(test.accepted),
            time(test.ready),
            test.stage.as_deref().into(),
            test.detail.as_deref().into(),
        ];
        self.db.write(insert, row).await.map(drop)
    }

    /// The self-tests since then, oldest first.
    pub async fn self_tests(&self, since: Timestamp) -> Result<Vec<SelfTest>, StoreError> {
        let select = "SELECT at, accepted, ready, stage, detail FROM self_tests WHERE at >= $1 ORDER BY at";
        let rows = self.db.read(select, values![since.as_millisecond()]).await?;
        let time = |milliseconds: Option<i64>| milliseconds.map(|time| Duration::from_millis(time.unsigned_abs()));
        let test = |row: &Row| {
            Ok(SelfTest {
                at: timestamp(row.int(0)?)?,
                accepted: time(row.int_or_null(1)?),
                ready: time(row.int_or_null(2)?),
                stage: row.text_or_null(3)?,
                detail: row.text_or_null(4)?,
            })
        };
        Ok(rows.iter().filter_map(|row| readable(test(row))).collect())
    }

    /// True for one caller of all nodes, until this long from now: then somebody may have it again. A lease that a clock which
    /// jumped back left in the far future counts as free.
    pub async fn lease(&self, name: &str, length: Duration) -> Result<bool, StoreError> {
        let take = "INSERT INTO leases (name, until) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET until = $2 \
                    WHERE leases.until <= $3 OR leases.until > $4 RETURNING name";
        let (now, length) = (now(), milliseconds(length));
        let far = now + length + milliseconds(LONGEST_WAIT);
        Ok(!self.db.write(take, values![name, now + length, now, far]).await?.is_empty())
    }

    /// Gives a lease back before its time.
    pub async fn end_lease(&self, name: &str) -> Result<(), StoreError> {
        self.db.write("DELETE FROM leases WHERE name = $1", values![name]).await.map(drop)
    }

    /// A setting that all nodes share.
    pub async fn setting(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let rows = self.db.read("SELECT value FROM settings WHERE name = $1", values![name]).await?;
        rows.first().map(|row| row.blob(0)).transpose()
    }

    pub async fn set_setting(&self, name: &str, value: &[u8]) -> Result<(), StoreError> {
        let set = "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2";
        self.db.write(set, values![name, value]).await.map(drop)
    }

    pub async fn drop_setting(&self, name: &str) -> Result<(), StoreError> {
        self.db.write("DELETE FROM settings WHERE name = $1", values![name]).await.map(drop)
    }

    /// How the work stands: what waits, what is being done, what was given up.
    pub async fn queue(&self) -> Result<Queue, StoreError> {
        // A claimed job is due when its lease runs out; one that waits for another try is due soon, too, and counts as running.
        let select = "SELECT count(*), coalesce(sum(CASE WHEN j.attempt > 0 AND j.due > $1 THEN 1 ELSE 0 END), 0), \
                      min(CASE WHEN j.reason = 'initial' THEN d.received END) \
                      FROM jobs j JOIN deliveries d ON d.id = j.delivery";
        let now = now();
        let rows = self.db.read(select, values![now]).await?;
        let failed = "SELECT count(*) FROM deliveries WHERE failure IS NOT NULL";
        let failed = self.db.read(failed, values![]).await?;
        let (Some(row), Some(failed)) = (rows.first(), failed.first()) else { return Ok(Queue::default()) };
        let (all, running) = (row.int(0)?.unsigned_abs(), row.int(1)?.unsigned_abs());
        let age = row.int_or_null(2)?.map_or(0, |oldest| now.saturating_sub(oldest));
        Ok(Queue {
            waiting: all.saturating_sub(running),
            running,
            oldest: Duration::from_millis(u64::try_from(age).unwrap_or(0)),
            failed: failed.int(0)?.unsigned_abs(),
        })
    }
}
