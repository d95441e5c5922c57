//! The service's mail to itself: every so often, by one node of all, through that node's own SMTP port.

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use jiff::Timestamp;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::courier::Courier;
use super::{Desk, Outcome, PATIENCE, State, round};
use crate::address::{AddressBook, TestId};
use crate::store::{DeliveryState, SelfTest, Store};

/// No self-test sooner after the start: what else starts shall be there.
const FIRST: Duration = Duration::from_secs(60);
/// Outcomes that wait for a database that is away.
const KEPT: usize = 500;

/// This node's part in testing the service.
pub struct Tester {
    store: Store,
    book: Arc<AddressBook>,
    door: SocketAddr,
    courier: Courier,
    interval: Duration,
    patience: Duration,
}

impl Tester {
    /// `listening` is an address that our SMTP listener is bound to.
    pub fn new(
        store: Store,
        book: Arc<AddressBook>,
        listening: SocketAddr,
        trust_proxy: &[IpNet],
        interval: Duration,
    ) -> Tester {
        let door = reachable(listening);
        let domain = book.domain().to_owned();
        // From loopback we come as 127.0.0.1; to any other address of ours, as that address.
        let proxied = trust_proxy.iter().any(|network| network.contains(&door.ip()));
        let courier = Courier { helo: domain.clone(), from: format!("postmaster@{domain}"), proxied };
        Tester { store, book, door, courier, interval, patience: PATIENCE }
    }

    /// Takes its turn among the nodes until shutdown.
    pub async fn run(self, shutdown: CancellationToken) {
        shutdown.run_until_cancelled(self.go_on()).await;
    }

    async fn go_on(self) {
        let look = (self.interval / 20).clamp(Duration::from_millis(200), Duration::from_secs(15));
        let mut unsaid: VecDeque<SelfTest> = VecDeque::new();
        let mut last: Option<Instant> = None;
        sleep(FIRST.min(self.interval)).await;
        loop {
            let due = match self.store.lease("self-test", self.interval).await {
                Ok(due) => due,
                // Nobody can say whose turn it is; that mail is refused now is worth knowing all the same.
                Err(_) => last.is_none_or(|last| last.elapsed() >= self.interval),
            };
            if due {
                last = Some(Instant::now());
                let outcome = round(&self, &self.courier, self.patience).await;
                count(&outcome);
                unsaid.push_back(row(outcome));
                unsaid.truncate(KEPT);
            }
            while let Some(test) = unsaid.front() {
                if let Err(error) = self.store.record_self_test(test).await {
                    tracing::debug!(%error, "a self-test's result cannot be stored yet");
                    break;
                }
                unsaid.pop_front();
            }
            sleep(look).await;
        }
    }
}

/// An address that a client of this machine can connect to.
fn reachable(listening: SocketAddr) -> SocketAddr {
    let ip = match listening.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, listening.port())
}

fn count(outcome: &Outcome) {
    let result = match &outcome.result {
        Ok(took) => {
            metrics::histogram!("vaglio_self_test_seconds").record(took.as_secs_f64());
            "ok"
        }
        Err(failure) => {
            tracing::warn!(
                stage = failure.stage.word(),
                detail = failure.detail,
                "the service's mail to itself failed"
            );
            failure.stage.word()
        }
    };
    metrics::counter!("vaglio_self_tests_total", "result" => result).increment(1);
    metrics::gauge!("vaglio_self_test_ok").set(f64::from(u8::from(outcome.result.is_ok())));
}

fn row(outcome: Outcome) -> SelfTest {
    let (ready, failure) = match outcome.result {
        Ok(took) => (Some(took), None),
        Err(failure) => (None, Some(failure)),
    };
    SelfTest {
        at: outcome.at,
        accepted: outcome.accepted,
        ready,
        stage: failure.as_ref().map(|failure| failure.stage.word().to_owned()),
        detail: failure.map(|failure| failure.detail),
    }
}

impl Desk for Tester {
    type Key = TestId;

    async fn fresh(&self) -> Result<(String, TestId), String> {
        let id = self.book.fresh_self_test(Timestamp::now()).map_err(|error| error.to_string())?;
        Ok((self.book.address(id), id))
    }

    async fn door(&self, _: &str) -> Result<SocketAddr, String> {
        Ok(self.door)
    }

    async fn state(&self, id: &TestId) -> Result<State, String> {
        let deliveries = self.store.deliveries(*id).await.map_err(|error| error.to_string())?;
        Ok(match deliveries.last().map(|delivery| delivery.state) {
            Some(DeliveryState::Ready) => State::Ready,
            Some(DeliveryState::Failed) => State::Failed,
            Some(DeliveryState::Analysing) | None => State::Waiting,
        })
    }

    async fn forget(&self, id: &TestId) {
        if let Err(error) = self.store.delete(*id).await {
            tracing::debug!(%error, "a self-test is left to the retention");
        }
    }
}
