//! Forgetting: on request at once, and by age. Deleted bytes are gone from the files too, freelist and log included.
//!
//! SQLite overwrites what is deleted (`secure_delete`), and the write-ahead log is emptied afterwards ([`Store::scrub`]).
//! PostgreSQL keeps dead rows, which no query sees, until its vacuum; a sweep asks for one.

use std::time::Duration;

use jiff::Timestamp;
use sqlx::sqlite::SqlitePool;

use super::db::{BUSY_PRAGMA, Db, Row, Tx, values};
use super::{Store, StoreError, milliseconds, now};
use crate::address::TestId;

/// Mail to the probes is public, so it is kept for a day at most.
const PROBE_RETENTION: Duration = Duration::from_secs(24 * 3600);
/// Deliveries forgotten in one transaction: others must get their turn.
const STEP: u32 = 200;

impl Store {
    /// Deletes everything of this test, at once and for good. Its address takes no more mail.
    pub async fn delete(&self, test: TestId) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        // Locks out deliveries that arrive meanwhile.
        let mark = "INSERT INTO tests (id, taken, touched, deleted) VALUES ($1, 0, $2, $2) \
                    ON CONFLICT (id) DO UPDATE SET deleted = $2";
        tx.run(mark, values![test.0.as_slice(), now()]).await?;
        let rows = tx.run("SELECT id, content FROM deliveries WHERE test = $1", values![test.0.as_slice()]).await?;
        forget(&mut tx, &rows).await?;
        tx.commit().await?;
        // A vacuum reads whole tables: not while somebody waits.
        if let Db::Sqlite { .. } = self.db { self.scrub().await } else { Ok(()) }
    }

    /// Deletes what was received before this time, and probes older than a day; gives how many deliveries went.
    pub async fn sweep(&self, before: Timestamp) -> Result<u64, StoreError> {
        let now = now();
        let select =
            "SELECT id, content FROM deliveries WHERE received < $1 OR (received < $2 AND probe IS NOT NULL) LIMIT $3";
        let mut gone = 0u64;
        loop {
            let mut tx = self.db.begin().await?;
            let rows =
                tx.run(select, values![before.as_millisecond(), now - milliseconds(PROBE_RETENTION), STEP]).await?;
            forget(&mut tx, &rows).await?;
            tx.commit().await?;
            gone += rows.len() as u64;
            if rows.len() < STEP as usize {
                break;
            }
        }
        let mut tx = self.db.begin().await?;
        super::probes::sweep(&mut tx, now - milliseconds(PROBE_RETENTION)).await?;
        tx.commit().await?;
        // Only addresses that have expired: a test is first touched after its address was made.
        let expired = now - milliseconds(self.options.address_lifetime);
        let forget_tests = "DELETE FROM tests WHERE touched < $1 \
                            AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.test = tests.id)";
        self.db.write(forget_tests, values![expired]).await?;
        // Even when nothing went: the last deletion may have met a reader.
        self.scrub().await?;
        Ok(gone)
    }

    /// Takes what was deleted out of the files.
    pub async fn scrub(&self) -> Result<(), StoreError> {
        match &self.db {
            Db::Sqlite { write, .. } => {
                // A reader inside an old snapshot (a backup) holds the log up: the connection is not kept while it does.
                for _ in 0..20 {
                    if empty_log(write).await? {
                        return Ok(());
                    }
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                tracing::warn!("the write-ahead log could not be emptied yet; the next sweep tries again");
                Ok(())
            }
            Db::Postgres(pool) => {
                sqlx::query("VACUUM contents, analyses, deliveries, jobs, probe_results").execute(pool).await?;
                Ok(())
            }
        }
    }
}

/// True when the file has shrunk to what it holds and the log is empty; false at once when a reader is in the way.
async fn empty_log(write: &SqlitePool) -> Result<bool, StoreError> {
    let mut connection = write.acquire().await?;
    sqlx::query("PRAGMA incremental_vacuum").fetch_all(&mut *connection).await?;
    sqlx::query("PRAGMA busy_timeout = 0").fetch_all(&mut *connection).await?;
    let emptied: Result<(i64, i64, i64), sqlx::Error> =
        sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut *connection).await;
    sqlx::query(BUSY_PRAGMA).fetch_all(&mut *connection).await?;
    match emptied {
        Ok((busy, ..)) => Ok(busy == 0),
        Err(error) if error.as_database_error().is_some_and(|error| error.message().contains("locked")) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Deletes these deliveries (`id`, `content`) and the contents that nobody else has.
pub(super) async fn forget(tx: &mut Tx, rows: &[Row]) -> Result<(), StoreError> {
    // Jobs first, as when one is finished: no dead-lock.
    for row in rows {
        tx.run("DELETE FROM jobs WHERE delivery = $1", values![row.int(0)?]).await?;
    }
    for row in rows {
        tx.run("DELETE FROM analyses WHERE delivery = $1", values![row.int(0)?]).await?;
        tx.run("DELETE FROM deliveries WHERE id = $1", values![row.int(0)?]).await?;
        let orphan =
            "DELETE FROM contents WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.content = $1)";
        tx.run(orphan, values![row.int(1)?]).await?;
    }
    Ok(())
}
