//! Who waits for a test or watches a probe is told of its progress, within this process and from other nodes.
//!
//! The bus keeps nothing: **subscribe first, then read the state from the store**. What happens in between then comes twice
//! rather than never, and a subscriber must bear that. An entry exists only while somebody waits, and a slow reader loses
//! the oldest events, so that nothing here grows. Read on in [`crate::store`], `relay.rs`.

mod heard;

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::{Stream, StreamExt};
use serde::{Deserialize, Serialize};
use tokio::sync::{broadcast, mpsc};
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::wrappers::errors::BroadcastStreamRecvError;
use tokio_util::sync::CancellationToken;

use crate::address::{Probe, TestId};
use crate::analyse::Progress;
use crate::receive::Notice;
use crate::store::{Remote, Store};

use heard::Heard;
pub use heard::Told;

/// More than one message causes: received, the seven sections, ready.
const KEPT: usize = 16;
/// Events that may wait for the database before other nodes are told; beyond, they are not.
const OUTGOING: usize = 1024;

/// What a page may wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    Test(TestId),
    /// Another message to this probe has been judged, whatever its word.
    Probe(Probe),
}

impl From<TestId> for Topic {
    fn from(test: TestId) -> Topic {
        Topic::Test(test)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    Progress(Progress),
    /// What the door says of a sender that names this test; of this process only.
    Notice(Told),
    /// Something may have been missed: read the state from the store.
    Reread,
}

/// A handle, cheap to clone.
#[derive(Clone, Default)]
pub struct Bus {
    waiting: Arc<Mutex<HashMap<Topic, broadcast::Sender<Event>>>>,
    heard: Arc<Mutex<Heard>>,
    outgoing: Option<mpsc::Sender<(Topic, Progress)>>,
}

impl Bus {
    /// A bus of this process alone.
    pub fn new() -> Bus {
        Bus::default()
    }

    /// A bus that the store's nodes share, until the token is cancelled. With SQLite it is one process's own.
    pub fn shared(store: &Store, shutdown: CancellationToken) -> Bus {
        let (outgoing, to_tell) = mpsc::channel(OUTGOING);
        let bus = Bus { outgoing: Some(outgoing), ..Bus::default() };
        let (told, teller, until) = (bus.clone(), store.clone(), shutdown.clone());
        tokio::spawn(async move { until.run_until_cancelled(tell(teller, to_tell)).await });
        let store = store.clone();
        tokio::spawn(async move { shutdown.run_until_cancelled(listen(store, told)).await });
        bus
    }

    /// Never waits. Events that cannot be delivered are dropped: the store has the state.
    pub fn publish(&self, topic: impl Into<Topic>, progress: Progress) {
        let topic = topic.into();
        if let (Topic::Test(test), Progress::Received { .. }) = (topic, &progress) {
            self.lock_heard().forget(test);
        }
        self.publish_here(topic, Event::Progress(progress.clone()));
        if let Some(outgoing) = &self.outgoing {
            drop(outgoing.try_send((topic, progress)));
        }
    }

    /// Tells what the door has noticed, and remembers it for a page that is opened a moment later.
    pub fn notice(&self, test: TestId, notice: Notice) {
        let told = Told { at: jiff::Timestamp::now(), notice };
        self.lock_heard().record(test, told.clone());
        self.publish_here(test.into(), Event::Notice(told));
    }

    /// What the door has noticed of the latest sender to this test, oldest first.
    pub fn heard(&self, test: TestId) -> Vec<Told> {
        self.lock_heard().of(test)
    }

    fn lock_heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Events from now on. Read the state from the store *after* this.
    pub fn subscribe(&self, topic: impl Into<Topic>) -> Subscription {
        let topic = topic.into();
        let mut waiting = self.waiting();
        let sender = waiting.entry(topic).or_insert_with(|| broadcast::Sender::new(KEPT));
        Subscription { events: Some(BroadcastStream::new(sender.subscribe())), topic, bus: self.clone() }
    }

    /// How many topics somebody waits for.
    pub fn len(&self) -> usize {
        self.waiting().len()
    }

    pub fn is_empty(&self) -> bool {
        self.waiting().is_empty()
    }

    fn publish_here(&self, topic: Topic, event: Event) {
        if let Some(sender) = self.waiting().get(&topic) {
            drop(sender.send(event));
        }
    }

    fn reread_all(&self) {
        for sender in self.waiting().values() {
            drop(sender.send(Event::Reread));
        }
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<Topic, broadcast::Sender<Event>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Forwards to other nodes, in order.
async fn tell(store: Store, mut to_tell: mpsc::Receiver<(Topic, Progress)>) {
    while let Some((topic, progress)) = to_tell.recv().await {
        if let Err(error) = store.announce(topic, &progress).await {
            tracing::debug!(%error, "other nodes could not be told of progress");
        }
    }
}

/// Forwards from other nodes; listens again when the database was gone.
async fn listen(store: Store, bus: Bus) {
    loop {
        match store.watch().await {
            Ok(remote) => {
                let mut remote = std::pin::pin!(remote);
                while let Some(remote) = remote.next().await {
                    match remote {
                        Remote::Progress(topic, progress) => bus.publish_here(topic, Event::Progress(progress)),
                        Remote::Missed => bus.reread_all(),
                    }
                }
            }
            Err(error) => tracing::warn!(%error, "the database's notifications cannot be heard"),
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// The events of one topic. Dropped, it leaves nothing behind.
pub struct Subscription {
    /// Always there until it is dropped.
    events: Option<BroadcastStream<Event>>,
    topic: Topic,
    bus: Bus,
}

impl Stream for Subscription {
    type Item = Event;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Event>> {
        let Some(events) = self.events.as_mut() else { return Poll::Ready(None) };
        events.poll_next_unpin(context).map(|event| {
            event.map(|event| match event {
                Ok(event) => event,
                Err(BroadcastStreamRecvError::Lagged(_)) => Event::Reread,
            })
        })
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        // Our own receiver goes first, so that the count tells who else waits; the lock keeps a new one from slipping in.
        let mut waiting = self.bus.waiting();
        drop(self.events.take());
        if waiting.get(&self.topic).is_some_and(|sender| sender.receiver_count() == 0) {
            waiting.remove(&self.topic);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEST: TestId = TestId([1; 7]);

    fn ready(delivery: u32) -> Progress {
        Progress::Ready { delivery }
    }

    #[tokio::test]
    async fn everyone_who_waits_for_a_test_is_told_and_nobody_else() {
        let bus = Bus::new();
        let (mut one, mut two) = (bus.subscribe(TEST), bus.subscribe(TEST));
        let mut other = bus.subscribe(TestId([2; 7]));
        bus.publish(TEST, ready(1));
        assert_eq!(one.next().await, Some(Event::Progress(ready(1))));
        assert_eq!(two.next().await, Some(Event::Progress(ready(1))));
        assert!(futures_util::poll!(other.next()).is_pending());
    }

    #[tokio::test]
    async fn nothing_is_kept_when_the_last_one_leaves() {
        let bus = Bus::new();
        let (one, two) = (bus.subscribe(TEST), bus.subscribe(TEST));
        bus.publish(TestId([9; 7]), ready(1));
        assert_eq!(bus.len(), 1);
        drop(one);
        assert_eq!(bus.len(), 1);
        drop(two);
        assert!(bus.is_empty());
    }

    #[tokio::test]
    async fn a_slow_reader_is_told_to_read_the_state_again_and_gets_the_newest() {
        let bus = Bus::new();
        let mut slow = bus.subscribe(TEST);
        for delivery in 0..100 {
            bus.publish(TEST, ready(delivery));
        }
        assert_eq!(slow.next().await, Some(Event::Reread));
        let rest: Vec<Event> =
            std::iter::from_fn(|| futures_util::FutureExt::now_or_never(slow.next()).flatten()).collect();
        assert_eq!(rest.last(), Some(&Event::Progress(ready(99))));
        assert_eq!(rest.len(), KEPT);
    }

    #[tokio::test]
    async fn ten_thousand_waiting_pages_are_each_told() {
        let bus = Bus::new();
        let id = |n: u32| TestId([0, 0, 0, (n >> 16) as u8, (n >> 8) as u8, n as u8, 7]);
        let mut pages: Vec<Subscription> = (0..10_000).map(|n| bus.subscribe(id(n))).collect();
        for n in 0..10_000 {
            bus.publish(id(n), ready(n));
        }
        for (n, page) in (0..).zip(&mut pages) {
            assert_eq!(page.next().await, Some(Event::Progress(ready(n))));
        }
        drop(pages);
        assert!(bus.is_empty());
    }
}
