//! Between the door and the store: files what was received, and tells the page that waits.
//!
//! It answers only when the store has the message on disk. It must never log what a message says or who sent it.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use crate::address::{Destination, TestId};
use crate::analyse::Progress;
use crate::delivery::Delivery;
use crate::events::Bus;
use crate::metering::tally;
use crate::receive::{Inbox, Notice, Refusal};
use crate::store::{Store, StoreError};

/// The receiver's inbox of a service with a store.
#[derive(Clone)]
pub struct StoreInbox {
    store: Store,
    bus: Bus,
}

impl StoreInbox {
    pub fn new(store: Store, bus: Bus) -> StoreInbox {
        StoreInbox { store, bus }
    }

    async fn file(&self, delivery: Delivery, destinations: Vec<Destination>) -> Result<(), Refusal> {
        let size = delivery.raw.len() as u64;
        let tls = delivery.session.tls.seen().is_some_and(Option::is_some);
        if destinations.contains(&Destination::Postmaster) {
            tracing::info!(size, "mail to postmaster, not kept");
        }
        let filed = self.store.accept(delivery, destinations).await.map_err(|error| match error {
            StoreError::Full => Refusal::Full,
            StoreError::Deleted => Refusal::Deleted,
            error => {
                tracing::error!(%error, "a message could not be stored; its client was asked to come again");
                Refusal::Fault
            }
        })?;
        for row in filed {
            match &row.destination {
                destination if destination.is_self_test() => {}
                Destination::Probe { .. } => tally::count(tally::PROBES),
                Destination::Test(_) | Destination::Postmaster => tally::count(tally::TESTS),
            }
            if let Destination::Test(test) = row.destination {
                self.bus.publish(test, Progress::Received { delivery: row.number, size, tls });
            }
        }
        Ok(())
    }
}

impl Inbox for StoreInbox {
    fn deliver(&self, delivery: Delivery, destinations: Vec<Destination>) -> BoxFuture<'_, Result<(), Refusal>> {
        self.file(delivery, destinations).boxed()
    }

    fn noticed(&self, test: TestId, notice: Notice) {
        self.bus.notice(test, notice);
    }
}
