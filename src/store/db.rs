//! One way to speak to both databases: statements in shared `$1` SQL, three kinds of value, rows that may be unreadable.
//!
//! SQLite has one connection that writes and a few that read, so that writers of this process never meet a lock.
//! A statement is text of this program, never built from input.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions, PgRow};
use sqlx::sqlite::{
    SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow,
};
use sqlx::sqlite::{SqliteConnection, SqliteSynchronous};
use sqlx::{Connection, Postgres, Row as _, Sqlite, Transaction};

use super::StoreError;

static SQLITE: sqlx::migrate::Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: sqlx::migrate::Migrator = sqlx::migrate!("migrations/postgres");

/// How long another process may hold SQLite's lock before we answer with an error.
const BUSY: Duration = Duration::from_secs(4);
/// The same, to set it again.
pub(super) const BUSY_PRAGMA: &str = "PRAGMA busy_timeout = 4000";
/// How long to wait for a free connection.
const ACQUIRE: Duration = Duration::from_secs(8);
const READERS: u32 = 4;
const POSTGRES_CONNECTIONS: u32 = 12;

#[derive(Clone)]
pub(super) enum Db {
    Sqlite { write: SqlitePool, read: SqlitePool },
    Postgres(PgPool),
}

impl Db {
    /// Opens the database, creates it if it is a file that is not there, and brings its tables up to date.
    pub(super) async fn open(url: &str) -> Result<Db, StoreError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            // A server set up for speed must not make us acknowledge what it could lose.
            let options: PgConnectOptions = url.parse::<PgConnectOptions>()?.options([("synchronous_commit", "on")]);
            let pool = PgPoolOptions::new()
                .max_connections(POSTGRES_CONNECTIONS)
                .acquire_timeout(ACQUIRE)
                .connect_with(options.clone());
            let pool = match pool.await {
                // A pool waits for a server that is still starting, and then says only that it waited. One more try says why.
                Err(sqlx::Error::PoolTimedOut) => {
                    PgConnection::connect_with(&options).await?.close().await?;
                    return Err(sqlx::Error::PoolTimedOut.into());
                }
                pool => pool?,
            };
            // Nodes that start together wait for each other here: the migrator holds an advisory lock.
            POSTGRES.run(&pool).await?;
            return Ok(Db::Postgres(pool));
        }
        // SQLite would take any text for the name of a file.
        if url.split_once("://").is_some_and(|(kind, _)| kind != "sqlite") {
            return Err(StoreError::Kind);
        }
        let options = sqlite_options(url)?;
        let in_memory = url.contains(":memory:") || url.contains("mode=memory");
        if !in_memory {
            prepare_file(&options).await?;
        }
        let write = sqlite_pool(1).connect_with(options.clone()).await?;
        migrate_sqlite(&write).await?;
        let read = if in_memory { write.clone() } else { sqlite_pool(READERS).connect_with(options).await? };
        Ok(Db::Sqlite { write, read })
    }

    pub(super) async fn begin(&self) -> Result<Tx, StoreError> {
        Ok(match self {
            // The lock is taken at once: a transaction that begins as a reader could fail half-way.
            Db::Sqlite { write, .. } => Tx::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?, Later::default()),
            Db::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// One statement that only reads.
    pub(super) async fn read(&self, sql: &'static str, values: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        Ok(match self {
            Db::Sqlite { read, .. } => values
                .into_iter()
                .fold(sqlx::query(sql), bind_sqlite)
                .fetch_all(read)
                .await?
                .into_iter()
                .map(Row::Sqlite)
                .collect(),
            Db::Postgres(pool) => values
                .into_iter()
                .fold(sqlx::query(sql), bind_postgres)
                .fetch_all(pool)
                .await?
                .into_iter()
                .map(Row::Postgres)
                .collect(),
        })
    }

    /// One statement in a transaction of its own.
    pub(super) async fn write(&self, sql: &'static str, values: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        let mut tx = self.begin().await?;
        let rows = tx.run(sql, values).await?;
        tx.commit().await?;
        Ok(rows)
    }

    pub(super) async fn close(&self) {
        match self {
            Db::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Db::Postgres(pool) => pool.close().await,
        }
    }
}

/// A transaction; dropped without [`Tx::commit`], it never was.
pub(super) enum Tx {
    Sqlite(Transaction<'static, Sqlite>, Later),
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    pub(super) async fn run(&mut self, sql: &'static str, values: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        Ok(match self {
            Tx::Sqlite(tx, later) => {
                later.add(sql, values);
                later.take().fetch_all(&mut **tx).await?.into_iter().map(Row::Sqlite).collect()
            }
            Tx::Postgres(tx) => {
                let query = values.into_iter().fold(sqlx::query(sql), bind_postgres);
                query.fetch_all(&mut **tx).await?.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    /// A statement that returns nothing, run before the next that does and at the latest by the commit: SQLite's thread is
    /// then spoken to once for all of them.
    pub(super) async fn later(&mut self, sql: &'static str, values: Vec<Value>) -> Result<(), StoreError> {
        match self {
            Tx::Sqlite(_, later) if later.values.len() < Later::MOST => later.add(sql, values),
            _ => drop(self.run(sql, values).await?),
        }
        Ok(())
    }

    /// Inserts all of these rows in as few statements as can be; what they return, in no order that counts.
    pub(super) async fn insert_returning(
        &mut self,
        into: &'static Rows,
        shared: &[Value],
        rows: Vec<Vec<Value>>,
    ) -> Result<Vec<Row>, StoreError> {
        let mut returned = Vec::new();
        for (sql, values) in into.statements(shared, rows) {
            returned.extend(self.run(sql, values).await?);
        }
        Ok(returned)
    }

    /// The same as [`Tx::later`].
    pub(super) async fn insert_later(&mut self, into: &'static Rows, rows: Vec<Vec<Value>>) -> Result<(), StoreError> {
        for (sql, values) in into.statements(&[], rows) {
            self.later(sql, values).await?;
        }
        Ok(())
    }

    pub(super) fn is_postgres(&self) -> bool {
        matches!(self, Tx::Postgres(_))
    }

    pub(super) async fn commit(self) -> Result<(), StoreError> {
        match self {
            Tx::Sqlite(mut tx, mut later) => {
                if !later.sql.is_empty() {
                    later.take().execute(&mut *tx).await?;
                }
                tx.commit().await?;
            }
            Tx::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }
}

/// Statements gathered as one text, in order.
#[derive(Default)]
pub(super) struct Later {
    sql: String,
    values: Vec<Value>,
}

impl Later {
    /// Values: texts much longer than this would be too many to keep prepared.
    const MOST: usize = 700;

    /// The numbers of its values follow those that are there.
    fn add(&mut self, sql: &str, values: Vec<Value>) {
        let offset = self.values.len();
        let mut parts = sql.split('$');
        self.sql.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let digits = part.len() - part.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (number, rest) = part.split_at(digits);
            let number = number.parse::<usize>().map_or(0, |number| number + offset);
            self.sql.push_str(&format!("${number}{rest}"));
        }
        self.sql.push(';');
        self.values.extend(values);
    }

    fn take(&mut self) -> SqliteQuery {
        let Later { sql, values } = std::mem::take(self);
        values.into_iter().fold(sqlx::query(sqlx::AssertSqlSafe(sql)), bind_sqlite)
    }
}

/// An INSERT of any number of rows. Databases keep prepared what they are asked again and again: there is one text for each
/// number of rows, up to the most that one statement takes.
pub(super) struct Rows {
    shared: usize,
    head: &'static str,
    columns: usize,
    tail: &'static str,
    texts: [OnceLock<String>; MOST_ROWS],
}

const MOST_ROWS: usize = 32;

impl Rows {
    /// `$1` to `$shared` stand for values that every row shares; the rows' own, `columns` each, follow.
    pub(super) const fn new(shared: usize, head: &'static str, columns: usize, tail: &'static str) -> Rows {
        Rows { shared, head, columns, tail, texts: [const { OnceLock::new() }; MOST_ROWS] }
    }

    fn statements(
        &'static self,
        shared: &[Value],
        rows: Vec<Vec<Value>>,
    ) -> impl Iterator<Item = (&'static str, Vec<Value>)> {
        let mut rows = rows.into_iter();
        std::iter::from_fn(move || {
            let (sql, count) = self.statement(rows.len())?;
            Some((sql, shared.iter().cloned().chain(rows.by_ref().take(count).flatten()).collect()))
        })
    }

    /// The statement for as many of `left` rows as it takes, and for how many that is; `None` when none is left.
    fn statement(&'static self, left: usize) -> Option<(&'static str, usize)> {
        let count = left.min(MOST_ROWS);
        Some((self.texts.get(count.checked_sub(1)?)?.get_or_init(|| self.text(count)), count))
    }

    fn text(&self, count: usize) -> String {
        let mut numbers = self.shared + 1..;
        let row = |_| {
            let places: Vec<String> = numbers.by_ref().take(self.columns).map(|number| format!("${number}")).collect();
            format!("({})", places.join(", "))
        };
        let rows: Vec<String> = (0..count).map(row).collect();
        format!("{} {} {}", self.head, rows.join(", "), self.tail)
    }
}

/// The kinds of value that tables hold, each of which may be NULL.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Int(Option<i64>),
    Text(Option<String>),
    Blob(Option<Arc<[u8]>>),
}

type SqliteQuery = sqlx::query::Query<'static, Sqlite, sqlx::sqlite::SqliteArguments>;
type PostgresQuery = sqlx::query::Query<'static, Postgres, sqlx::postgres::PgArguments>;

fn bind_sqlite(query: SqliteQuery, value: Value) -> SqliteQuery {
    match value {
        Value::Int(value) => query.bind(value),
        Value::Text(value) => query.bind(value),
        Value::Blob(value) => query.bind(value),
    }
}

fn bind_postgres(query: PostgresQuery, value: Value) -> PostgresQuery {
    match value {
        Value::Int(value) => query.bind(value),
        Value::Text(value) => query.bind(value),
        Value::Blob(value) => query.bind(value),
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Value {
        Value::Int(Some(value))
    }
}
impl From<u32> for Value {
    fn from(value: u32) -> Value {
        Value::Int(Some(value.into()))
    }
}
impl From<&str> for Value {
    fn from(value: &str) -> Value {
        Value::Text(Some(value.to_owned()))
    }
}
impl From<Option<&str>> for Value {
    fn from(value: Option<&str>) -> Value {
        Value::Text(value.map(str::to_owned))
    }
}
impl From<&[u8]> for Value {
    fn from(value: &[u8]) -> Value {
        Value::Blob(Some(value.into()))
    }
}
impl From<&Arc<[u8]>> for Value {
    fn from(value: &Arc<[u8]>) -> Value {
        Value::Blob(Some(value.clone()))
    }
}

/// The values of a statement, in order.
macro_rules! values {
    ($($value:expr),* $(,)?) => { vec![$($crate::store::db::Value::from($value)),*] };
}
pub(super) use values;

/// A row; columns are counted from 0. A value of the wrong kind makes the row corrupt, not the program.
pub(super) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    pub(super) fn int(&self, column: usize) -> Result<i64, StoreError> {
        self.int_or_null(column)?.ok_or_else(|| missing(column))
    }

    pub(super) fn text(&self, column: usize) -> Result<String, StoreError> {
        self.text_or_null(column)?.ok_or_else(|| missing(column))
    }

    pub(super) fn blob(&self, column: usize) -> Result<Vec<u8>, StoreError> {
        self.blob_or_null(column)?.ok_or_else(|| missing(column))
    }

    pub(super) fn int_or_null(&self, column: usize) -> Result<Option<i64>, StoreError> {
        match self {
            Row::Sqlite(row) => row.try_get(column),
            Row::Postgres(row) => row.try_get(column),
        }
        .map_err(corrupt)
    }

    pub(super) fn text_or_null(&self, column: usize) -> Result<Option<String>, StoreError> {
        match self {
            Row::Sqlite(row) => row.try_get(column),
            Row::Postgres(row) => row.try_get(column),
        }
        .map_err(corrupt)
    }

    pub(super) fn blob_or_null(&self, column: usize) -> Result<Option<Vec<u8>>, StoreError> {
        match self {
            Row::Sqlite(row) => row.try_get(column),
            Row::Postgres(row) => row.try_get(column),
        }
        .map_err(corrupt)
    }
}

fn corrupt(error: sqlx::Error) -> StoreError {
    StoreError::Corrupt(error.to_string())
}

fn missing(column: usize) -> StoreError {
    StoreError::Corrupt(format!("column {column} is NULL"))
}

fn sqlite_options(url: &str) -> Result<SqliteConnectOptions, StoreError> {
    Ok(url
        .parse::<SqliteConnectOptions>()?
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // FULL: the write-ahead log is synced at every commit. NORMAL would lose acknowledged mail with the power.
        .synchronous(SqliteSynchronous::Full)
        .pragma("fullfsync", "ON")
        // Pages: under load the log is moved into the database four times less often than by default.
        .pragma("wal_autocheckpoint", "4000")
        // Deleted content is overwritten with zeros, not only unlinked.
        .pragma("secure_delete", "ON")
        .foreign_keys(true)
        // Every text of every `Rows` beside the others.
        .statement_cache_capacity(6 * MOST_ROWS)
        .busy_timeout(BUSY))
}

/// Connections are checked when they come back: when SQLite itself rolled a transaction back (disk full, I/O error), sqlx
/// still counts it as open, and the next one would begin inside it.
fn sqlite_pool(most: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(most)
        .acquire_timeout(ACQUIRE)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .after_release(|connection: &mut SqliteConnection, _| {
            Box::pin(async move {
                if connection.is_in_transaction() {
                    // Waits until a roll-back that was only begun is done.
                    connection.ping().await?;
                }
                Ok(!connection.is_in_transaction())
            })
        })
}

/// Makes the file one that can shrink. This must come before its first table, and it writes: not for every connection.
async fn prepare_file(options: &SqliteConnectOptions) -> Result<(), StoreError> {
    let options = options.clone().auto_vacuum(SqliteAutoVacuum::Incremental);
    Ok(SqliteConnection::connect_with(&options).await?.close().await?)
}

/// SQLite's migrator has no lock: of two processes that start together on a new file, the second tries again.
async fn migrate_sqlite(pool: &SqlitePool) -> Result<(), StoreError> {
    let mut tries = 0;
    loop {
        match SQLITE.run(pool).await {
            Err(error) if tries == 5 => return Err(error.into()),
            Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
            Ok(()) => return Ok(()),
        }
        tries += 1;
    }
}
