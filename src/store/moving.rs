//! A store copied whole: SQLite to a file while it runs, or any store into an empty one of the other kind.

use std::path::Path;

use super::db::{Db, Row, Value, values};
use super::{Store, StoreError};

/// Rows read at once.
const PAGE: usize = 100;

impl Store {
    /// Writes a consistent copy of a SQLite store to a new file while it goes on working.
    ///
    /// # Errors
    /// [`StoreError::Unsupported`] with PostgreSQL, which has its own tools.
    pub async fn backup_to(&self, path: &Path) -> Result<(), StoreError> {
        let Db::Sqlite { read, .. } = &self.db else {
            return Err(StoreError::Unsupported("use pg_dump to back a PostgreSQL store up"));
        };
        let path = path.to_str().ok_or(StoreError::Unsupported("a path that is not UTF-8"))?;
        sqlx::query("VACUUM INTO $1").bind(path.to_owned()).execute(read).await?;
        Ok(())
    }

    /// Copies everything into an empty store: the secret too, so that addresses and report links stay valid.
    ///
    /// # Errors
    /// [`StoreError::Unsupported`] when the other store holds anything. Then, and after any error, it is as it was.
    pub async fn copy_to(&self, other: &Store) -> Result<u64, StoreError> {
        let mut tx = other.db.begin().await?;
        if !tx.run("SELECT 1 FROM deliveries LIMIT 1", values![]).await?.is_empty() {
            return Err(StoreError::Unsupported("the other store is not empty"));
        }
        for own in ["DELETE FROM settings", "DELETE FROM tallies", "DELETE FROM self_tests"] {
            tx.run(own, values![]).await?;
        }
        let mut copied = 0;
        for table in TABLES {
            let mut offset = 0i64;
            loop {
                let rows = self.db.read(table.select, values![PAGE as i64, offset]).await?;
                for row in &rows {
                    tx.run(table.insert, table.values(row)?).await?;
                    copied += 1;
                }
                if rows.len() < PAGE {
                    break;
                }
                offset += PAGE as i64;
            }
        }
        if tx.is_postgres() {
            for sql in SEQUENCES {
                tx.run(sql, values![]).await?;
            }
        }
        tx.commit().await?;
        Ok(copied)
    }
}

/// PostgreSQL counts ids apart from the rows that have them.
const SEQUENCES: [&str; 3] = [
    "SELECT setval(pg_get_serial_sequence('contents', 'id'), (SELECT coalesce(max(id), 0) + 1 FROM contents), false)",
    "SELECT setval(pg_get_serial_sequence('deliveries', 'id'), (SELECT coalesce(max(id), 0) + 1 FROM deliveries), false)",
    "SELECT setval(pg_get_serial_sequence('jobs', 'id'), (SELECT coalesce(max(id), 0) + 1 FROM jobs), false)",
];

struct Table {
    /// A letter a column: `i`nteger, `t`ext, `b`lob.
    kinds: &'static str,
    select: &'static str,
    insert: &'static str,
}

impl Table {
    fn values(&self, row: &Row) -> Result<Vec<Value>, StoreError> {
        let value = |(column, kind)| {
            Ok(match kind {
                'i' => Value::Int(row.int_or_null(column)?),
                't' => Value::Text(row.text_or_null(column)?),
                _ => Value::Blob(row.blob_or_null(column)?.map(Into::into)),
            })
        };
        self.kinds.chars().enumerate().map(value).collect()
    }
}

/// In order of reference.
const TABLES: [Table; 9] = [
    Table {
        kinds: "tb",
        select: "SELECT name, value FROM settings ORDER BY name LIMIT $1 OFFSET $2",
        insert: "INSERT INTO settings (name, value) VALUES ($1, $2)",
    },
    Table {
        kinds: "biii",
        select: "SELECT id, taken, touched, deleted FROM tests ORDER BY id LIMIT $1 OFFSET $2",
        insert: "INSERT INTO tests (id, taken, touched, deleted) VALUES ($1, $2, $3, $4)",
    },
    Table {
        kinds: "iibb",
        select: "SELECT id, size, session, raw FROM contents ORDER BY id LIMIT $1 OFFSET $2",
        insert: "INSERT INTO contents (id, size, session, raw) VALUES ($1, $2, $3, $4)",
    },
    Table {
        kinds: "iibttiittt",
        select: "SELECT id, content, test, probe, word, number, received, network, purpose, failure FROM deliveries \
                 ORDER BY id LIMIT $1 OFFSET $2",
        insert: "INSERT INTO deliveries (id, content, test, probe, word, number, received, network, purpose, failure) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    },
    Table {
        kinds: "iittiii",
        select: "SELECT id, delivery, reason, network, rank, due, attempt FROM jobs ORDER BY id LIMIT $1 OFFSET $2",
        insert: "INSERT INTO jobs (id, delivery, reason, network, rank, due, attempt) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    },
    Table {
        kinds: "iiittibb",
        select: "SELECT delivery, number, made, reason, purpose, score, report, evidence FROM analyses \
                 ORDER BY delivery, number LIMIT $1 OFFSET $2",
        insert: "INSERT INTO analyses (delivery, number, made, reason, purpose, score, report, evidence) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    },
    Table {
        kinds: "tttiiittttb",
        select: "SELECT id, probe, word, received, latest, count, network, domain, ip, tag, evidence FROM probe_results \
                 ORDER BY id LIMIT $1 OFFSET $2",
        insert: "INSERT INTO probe_results (id, probe, word, received, latest, count, network, domain, ip, tag, evidence) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    },
    Table {
        kinds: "titi",
        select: "SELECT grain, at, name, count FROM tallies ORDER BY grain, at, name LIMIT $1 OFFSET $2",
        insert: "INSERT INTO tallies (grain, at, name, count) VALUES ($1, $2, $3, $4)",
    },
    Table {
        kinds: "iiitt",
        select: "SELECT at, accepted, ready, stage, detail FROM self_tests ORDER BY at LIMIT $1 OFFSET $2",
        insert: "INSERT INTO self_tests (at, accepted, ready, stage, detail) VALUES ($1, $2, $3, $4, $5)",
    },
];
