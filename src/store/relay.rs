//! Telling other nodes through PostgreSQL's LISTEN and NOTIFY. With SQLite there is one node, and nothing to tell.
//!
//! What is told here is a hint: it may be lost with a connection, and nothing depends on it but speed.

use futures_util::stream::{self, Stream, StreamExt};
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgListener;

use super::db::Db;
use super::{Store, StoreError};
use crate::analyse::Progress;
use crate::events::Topic;

const JOBS: &str = "vaglio_jobs";
const PROGRESS: &str = "vaglio_progress";

/// What another node did.
#[derive(Clone, Debug, PartialEq)]
pub enum Remote {
    Progress(Topic, Progress),
    /// The connection was lost for a while: who waits should look at the store again.
    Missed,
}

#[derive(Serialize, Deserialize)]
struct Note {
    node: u64,
    topic: Topic,
    progress: Progress,
}

impl Store {
    /// Tells the other nodes; does nothing with SQLite.
    pub async fn announce(&self, topic: Topic, progress: &Progress) -> Result<(), StoreError> {
        let Db::Postgres(pool) = &self.db else { return Ok(()) };
        let note = Note { node: self.node, topic, progress: progress.clone() };
        let note = serde_json::to_string(&note).map_err(|error| StoreError::Pack(error.into()))?;
        sqlx::query("SELECT pg_notify($1, $2)").bind(PROGRESS).bind(note).execute(pool).await?;
        Ok(())
    }

    /// What other nodes announce from now on. It also wakes [`Store::job_ready`] for their jobs, so somebody must read it.
    /// With SQLite the stream never gives anything. It connects again by itself.
    pub async fn watch(&self) -> Result<impl Stream<Item = Remote> + Send + use<>, StoreError> {
        let listener = match &self.db {
            Db::Sqlite { .. } => None,
            Db::Postgres(pool) => {
                let mut listener = PgListener::connect_with(pool).await?;
                listener.listen_all([JOBS, PROGRESS]).await?;
                Some(listener)
            }
        };
        let Some(listener) = listener else { return Ok(stream::pending().left_stream()) };
        let store = self.clone();
        Ok(stream::unfold((listener, store), |(mut listener, store)| async move {
            let remote = next(&mut listener, &store).await;
            Some((remote, (listener, store)))
        })
        .right_stream())
    }
}

async fn next(listener: &mut PgListener, store: &Store) -> Remote {
    loop {
        match listener.try_recv().await {
            Ok(Some(told)) if told.channel() == JOBS => store.wake.notify_one(),
            Ok(Some(told)) => match serde_json::from_str::<Note>(told.payload()) {
                Ok(note) if note.node != store.node => return Remote::Progress(note.topic, note.progress),
                _ => {}
            },
            Ok(None) => {
                store.wake.notify_one();
                return Remote::Missed;
            }
            Err(error) => {
                tracing::warn!(%error, "the database's notifications cannot be heard");
                tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            }
        }
    }
}

impl Db {
    /// Wakes the workers of other nodes. If it fails they look by themselves within a second.
    pub(super) async fn notify_jobs(&self) {
        if let Db::Postgres(pool) = self
            && let Err(error) = sqlx::query("SELECT pg_notify($1, '')").bind(JOBS).execute(pool).await
        {
            tracing::debug!(%error, "other nodes could not be told of a job");
        }
    }
}
