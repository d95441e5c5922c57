//! `GET /api/v1/probes/{probe}/events`: new and changed rows as server-sent events (`row`), drawn in the reader's language,
//! and which rows there still are (`rows`), since a flood takes in those that it began with.
//!
//! The bus only says that something has changed; the rows come from the store. Under a flood the store is asked a few times
//! a second, however many messages come.

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout_at};
use tokio_stream::StreamExt;
use tokio_stream::wrappers::ReceiverStream;

use super::{ROWS, api};
use crate::address::Probe;
use crate::events::{Subscription, Topic};
use crate::lang::Lang;
use crate::web::Web;
use crate::web::pages::probe::{row, row_text};
use crate::web::problem::Problem;

const LIFETIME: Duration = Duration::from_secs(30 * 60);
/// How often the store is read although nothing was heard.
const REREAD: Duration = Duration::from_secs(15);
/// The shortest time between two readings.
const PACE: Duration = Duration::from_millis(250);
const QUEUE: usize = 64;

#[derive(Deserialize)]
pub struct LiveQuery {
    lang: Option<String>,
    word: Option<String>,
    /// What the page shows already, milliseconds since 1970.
    since: Option<i64>,
}

pub async fn stream(
    State(web): State<Web>,
    Path(name): Path<String>,
    query: Result<Query<LiveQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let Query(query) = match query {
        Ok(query) => query,
        Err(error) => return Problem::bad_request(error.body_text()).into_response(),
    };
    let asked = api::known(&name).and_then(|probe| Ok((probe, api::word(query.word)?)));
    let (probe, word) = match asked {
        Ok(asked) => asked,
        Err(problem) => return problem.into_response(),
    };
    let seen_by_browser = headers.get("last-event-id").and_then(|id| id.to_str().ok()).and_then(|id| id.parse().ok());
    let since = seen_by_browser.or(query.since).unwrap_or_else(|| Timestamp::now().as_millisecond());
    let subscription = web.bus.subscribe(Topic::Probe(probe));
    let (sender, receiver) = mpsc::channel(QUEUE);
    let lang = query.lang.as_deref().and_then(Lang::parse).unwrap_or_default();
    let watch = Watch { web, probe, word, lang, since, told: HashMap::new(), listed: None, sender };
    tokio::spawn(watch.run(subscription));
    let events = ReceiverStream::new(receiver).map(Ok::<Event, Infallible>);
    let no_buffering = (HeaderName::from_static("x-accel-buffering"), "no");
    ([no_buffering], Sse::new(events).keep_alive(KeepAlive::default())).into_response()
}

struct Watch {
    web: Web,
    probe: Probe,
    word: Option<String>,
    lang: Lang,
    since: i64,
    /// The count that each row was last told with.
    told: HashMap<String, u64>,
    /// The list as it was last read; `None` before the first time.
    listed: Option<HashSet<String>>,
    sender: mpsc::Sender<Event>,
}

/// Nobody listens any more.
struct Gone;

impl Watch {
    async fn run(mut self, mut subscription: Subscription) {
        let end = Instant::now() + LIFETIME;
        while self.tell().await.is_ok() && Instant::now() < end {
            let sender = self.sender.clone();
            tokio::select! {
                () = sender.closed() => return,
                event = timeout_at(end.min(Instant::now() + REREAD), subscription.next()) => {
                    if let Ok(None) = event {
                        return;
                    }
                }
            }
            // What comes meanwhile is told with the next reading: nothing is lost, and nothing is read twice as fast.
            let next = Instant::now() + PACE;
            if self.tell().await.is_err() {
                return;
            }
            sleep(next.saturating_duration_since(Instant::now())).await;
        }
    }

    /// The rows that are new or have grown, oldest first.
    async fn tell(&mut self) -> Result<(), Gone> {
        let rows = match self.web.store.probe_results(self.probe, self.word.as_deref(), ROWS).await {
            Ok(rows) => rows,
            Err(error) => {
                tracing::warn!(%error, "a watching page could not be told of results");
                return Ok(());
            }
        };
        for result in rows.iter().rev() {
            let latest = result.latest_at.as_millisecond();
            if latest < self.since || self.told.get(&result.id) == Some(&result.count) {
                continue;
            }
            let html = row(self.probe, result, self.lang).into_string();
            let data = json!({ "html": html, "text": row_text(result, self.lang) });
            let event = Event::default().event("row").id(latest.to_string()).data(data.to_string());
            self.sender.send(event).await.map_err(|_| Gone)?;
            self.told.insert(result.id.clone(), result.count);
        }
        let now: HashSet<String> = rows.into_iter().map(|row| row.id).collect();
        self.told.retain(|id, _| now.contains(id));
        // The first time, too: the page may have been drawn just before a row went.
        if self.listed.as_ref().is_none_or(|before| !before.is_subset(&now)) {
            let event = Event::default().event("rows").data(json!(now).to_string());
            self.sender.send(event).await.map_err(|_| Gone)?;
        }
        self.listed = Some(now);
        Ok(())
    }
}
