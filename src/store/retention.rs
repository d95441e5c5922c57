//! Forgetting: on request at once, and by age. Deleted bytes are gone from the files too, freelist and log included.
//!
//! SQLite overwrites what is deleted (`secure_delete`), and the write-ahead log is emptied afterwards ([`Store::scrub`]).
//! PostgreSQL keeps dead rows until its vacuum: [`Store::scrub`] asks for one there.

use std::time::Duration;

use jiff::Timestamp;

use super::db::{Db, Row, Tx, values};
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
        self.scrub().await
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
        // Only addresses that have expired: a test is first touched after its address was made.
        let expired = now - milliseconds(self.options.address_lifetime);
        let forget_tests = "DELETE FROM tests WHERE touched < $1 \
                            AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.test = tests.id)";
        self.db.write(forget_tests, values![expired]).await?;
        if gone > 0 {
            self.scrub().await?;
        }
        Ok(gone)
    }

    /// Takes what was deleted out of the files.
    pub async fn scrub(&self) -> Result<(), StoreError> {
        match &self.db {
            Db::Sqlite { write, .. } => {
                let mut connection = write.acquire().await?;
                sqlx::query("PRAGMA incremental_vacuum").fetch_all(&mut *connection).await?;
                // A reader that is still inside an old snapshot holds the log up; readers here are short.
                for _ in 0..5 {
                    let busy: (i64, i64, i64) =
                        sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut *connection).await?;
                    if busy.0 == 0 {
                        return Ok(());
                    }
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                tracing::warn!("the write-ahead log could not be emptied yet; the next sweep tries again");
                Ok(())
            }
            Db::Postgres(pool) => {
                sqlx::query("VACUUM contents, analyses, deliveries, jobs").execute(pool).await?;
                Ok(())
            }
        }
    }
}

/// Deletes these deliveries (`id`, `content`) and the contents that nobody else has.
async fn forget(tx: &mut Tx, rows: &[Row]) -> Result<(), StoreError> {
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
        super::jobs::drop_raw(tx, row.int(1)?).await?;
    }
    Ok(())
}
