//! `GET /api/v1/tests/{key}/events`: a test's progress as server-sent events (`connected`, `arriving`, `refused`, `received`,
//! `section`, `ready`, `failed`).
//!
//! First what has happened already, from the store; then what happens. Each event's data is JSON with a sentence in the
//! reader's language, so that a page need only show it. A stream ends after `ready` or `failed`, or after a while: browsers ask again.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::http::HeaderName;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};
use tokio_stream::StreamExt;
use tokio_stream::wrappers::ReceiverStream;

use super::problem::Problem;
use super::{Web, pages};
use crate::address::TestId;
use crate::analyse::Progress;
use crate::events::{self, Subscription, Told};
use crate::lang::Lang;
use crate::receive::Notice;
use crate::store::DeliveryState;

/// How long one stream lasts.
const LIFETIME: Duration = Duration::from_secs(30 * 60);
/// How often the store is read although no event has come.
const REREAD: Duration = Duration::from_secs(15);
/// More than one message causes.
const QUEUE: usize = 32;

#[derive(Deserialize)]
pub struct EventsQuery {
    lang: Option<String>,
    /// Which message; the latest when absent.
    delivery: Option<u32>,
}

pub async fn stream(State(web): State<Web>, Path(key): Path<String>, Query(query): Query<EventsQuery>) -> Response {
    let Some(test) = web.book.test_of_key(&key) else { return Problem::unknown_test().into_response() };
    let Ok(place) = web.streams.clone().try_acquire_owned() else { return Problem::busy().into_response() };
    let lang = query.lang.as_deref().and_then(Lang::parse).unwrap_or_default();
    // Subscribed before the store is read, so that nothing falls between the two.
    let subscription = web.bus.subscribe(test);
    let (sender, receiver) = mpsc::channel(QUEUE);
    let watch = Watch { web, test, lang, wanted: query.delivery, received: false, sender };
    tokio::spawn(async move {
        watch.run(subscription).await;
        drop(place);
    });
    let events = ReceiverStream::new(receiver).map(Ok::<Event, Infallible>);
    let no_buffering = (HeaderName::from_static("x-accel-buffering"), "no");
    ([no_buffering], Sse::new(events).keep_alive(KeepAlive::default())).into_response()
}

struct Watch {
    web: Web,
    test: TestId,
    lang: Lang,
    wanted: Option<u32>,
    /// `received` has been told.
    received: bool,
    sender: mpsc::Sender<Event>,
}

/// The stream has said its last word, or nobody listens.
struct Over;

impl Watch {
    async fn run(mut self, mut subscription: Subscription) {
        let end = Instant::now() + LIFETIME;
        let mut next = self.recall().await;
        if next.is_ok() {
            next = self.reread().await;
        }
        while next.is_ok() && Instant::now() < end {
            let gone = self.sender.clone();
            next = tokio::select! {
                () = gone.closed() => Err(Over),
                event = timeout_at(end.min(Instant::now() + REREAD), subscription.next()) => match event {
                    Ok(Some(events::Event::Progress(progress))) => self.tell(progress).await,
                    Ok(Some(events::Event::Notice(told))) => self.tell_notice(&told).await,
                    Ok(Some(events::Event::Reread)) | Err(_) => self.reread().await,
                    Ok(None) => Err(Over),
                },
            };
        }
    }

    /// What the door has noticed before anybody listened.
    async fn recall(&mut self) -> Result<(), Over> {
        for told in self.web.bus.heard(self.test) {
            self.tell_notice(&told).await?;
        }
        Ok(())
    }

    async fn tell_notice(&mut self, told: &Told) -> Result<(), Over> {
        self.sender.send(notice(told, self.lang)).await.map_err(|_| Over)
    }

    /// What the store knows, told as events.
    async fn reread(&mut self) -> Result<(), Over> {
        let deliveries = match self.web.store.deliveries(self.test).await {
            Ok(deliveries) => deliveries,
            Err(error) => {
                tracing::warn!(%error, "a waiting page could not be told its state");
                return Ok(());
            }
        };
        let chosen = match self.wanted {
            Some(number) => deliveries.iter().find(|delivery| delivery.number == number),
            None => deliveries.last(),
        };
        let Some(delivery) = chosen else { return Ok(()) };
        let number = delivery.number;
        if !self.received {
            let tls = match self.web.store.stored(self.test, Some(number)).await {
                Ok(Some(stored)) => stored.delivery.session.tls.seen().is_some_and(Option::is_some),
                _ => false,
            };
            self.tell(Progress::Received { delivery: number, size: delivery.size, tls }).await?;
        }
        match delivery.state {
            DeliveryState::Ready if !delivery.rechecking => self.tell(Progress::Ready { delivery: number }).await,
            DeliveryState::Failed => self.tell(Progress::Failed { delivery: number }).await,
            DeliveryState::Ready | DeliveryState::Analysing => Ok(()),
        }
    }

    async fn tell(&mut self, progress: Progress) -> Result<(), Over> {
        let number = match &progress {
            Progress::Received { delivery, .. }
            | Progress::Section { delivery, .. }
            | Progress::Ready { delivery }
            | Progress::Failed { delivery } => *delivery,
        };
        if self.wanted.is_some_and(|wanted| wanted != number) || (self.received && is_received(&progress)) {
            return Ok(());
        }
        self.received |= is_received(&progress);
        let over = matches!(progress, Progress::Ready { .. } | Progress::Failed { .. });
        self.sender.send(event(&progress, self.lang)).await.map_err(|_| Over)?;
        if over { Err(Over) } else { Ok(()) }
    }
}

fn is_received(progress: &Progress) -> bool {
    matches!(progress, Progress::Received { .. })
}

fn notice(told: &Told, lang: Lang) -> Event {
    let name = match told.notice {
        Notice::Recipient { .. } => "connected",
        Notice::Content { .. } => "arriving",
        Notice::Refused(_) => "refused",
    };
    let time = pages::waiting::clock(told.at);
    let data = json!({"text": pages::waiting::heard(&told.notice, lang), "time": time});
    Event::default().event(name).data(data.to_string())
}

fn event(progress: &Progress, lang: Lang) -> Event {
    let clock = || pages::waiting::clock(Timestamp::now());
    let (name, data) = match progress {
        Progress::Received { delivery, size, tls } => {
            let words = [("size", pages::size(*size, lang).into()), ("tls", if *tls { "yes" } else { "no" }.into())];
            let text = lang.with("web-event-received", words);
            ("received", json!({"delivery": delivery, "size": size, "tls": tls, "text": text, "time": clock()}))
        }
        Progress::Section { delivery, id, ms } => {
            let text = lang.text(&format!("section-{}", id.id()));
            ("section", json!({"delivery": delivery, "id": id, "ms": ms, "text": text, "time": format!("{ms} ms")}))
        }
        Progress::Ready { delivery } => {
            ("ready", json!({"delivery": delivery, "text": lang.text("web-progress-ready"), "time": clock()}))
        }
        Progress::Failed { delivery } => {
            ("failed", json!({"delivery": delivery, "text": lang.text("web-trouble-failed"), "time": clock()}))
        }
    };
    Event::default().event(name).data(data.to_string())
}
