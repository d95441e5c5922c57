//! A mail to a Vaglio service, and the wait for its report: what the service does to itself every ten minutes (`own.rs`), and
//! what `vaglio probe` does to it from another host (`remote.rs`). Both are one [`round`].
//!
//! It is real: SMTP to the listener (`courier.rs`), the store, the queue, a worker, the report. It must never look at what the
//! report says: that the service works, not how it judges, is asked here.

pub mod courier;
pub mod own;
pub mod remote;

use std::net::SocketAddr;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{Instant, sleep, timeout};

use courier::{Courier, Trouble};

/// How long a report may take. An examination gives itself up after a minute.
pub const PATIENCE: Duration = Duration::from_secs(90);
/// How often it is asked whether the report is ready.
const POLL: Duration = Duration::from_millis(100);

/// Where addresses come from and reports go to: the service itself, or its API.
pub trait Desk: Sync {
    /// What opens the report.
    type Key: Send + Sync;

    /// An address to write to.
    fn fresh(&self) -> impl Future<Output = Result<(String, Self::Key), String>> + Send;

    /// The SMTP server that takes mail to this address.
    fn door(&self, address: &str) -> impl Future<Output = Result<SocketAddr, String>> + Send;

    /// How far it has come.
    fn state(&self, key: &Self::Key) -> impl Future<Output = Result<State, String>> + Send;

    /// Leaves nothing behind. Best effort.
    fn forget(&self, key: &Self::Key) -> impl Future<Output = ()> + Send;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Waiting,
    Ready,
    /// The examination was given up.
    Failed,
}

/// Where it failed. The words are stored and shown in JSON: they are for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// No address was to be had.
    Address,
    /// Nobody answered at the SMTP port.
    Connect,
    /// TLS was offered and did not come about.
    Tls,
    /// The message was not accepted.
    Refused,
    /// The report was not ready in time.
    Report,
    /// The examination was given up.
    Examination,
}

impl Stage {
    pub const ALL: [Stage; 6] =
        [Stage::Address, Stage::Connect, Stage::Tls, Stage::Refused, Stage::Report, Stage::Examination];

    pub fn word(self) -> &'static str {
        match self {
            Stage::Address => "address",
            Stage::Connect => "connect",
            Stage::Tls => "tls",
            Stage::Refused => "refused",
            Stage::Report => "report",
            Stage::Examination => "examination",
        }
    }
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub at: Timestamp,
    /// Until the message was accepted.
    pub accepted: Option<Duration>,
    /// Until its report was ready.
    pub result: Result<Duration, Failure>,
}

#[derive(Clone, Debug)]
pub struct Failure {
    pub stage: Stage,
    /// What was seen, in the words of whoever said it.
    pub detail: String,
}

/// Sends one message and waits for its report.
pub async fn round<D: Desk>(desk: &D, courier: &Courier, patience: Duration) -> Outcome {
    let (at, began) = (Timestamp::now(), Instant::now());
    let mut accepted = None;
    let failed = |stage, detail: String| Failure { stage, detail };
    let result = async {
        let (address, key) = desk.fresh().await.map_err(|why| failed(Stage::Address, why))?;
        let sent = async {
            let door = desk.door(&address).await.map_err(Trouble::Connect)?;
            courier.send(door, &address).await
        };
        let sent = timeout(patience, sent).await;
        let sent = sent.unwrap_or_else(|_| Err(Trouble::Refused("it says nothing".to_owned())));
        if let Err(trouble) = sent {
            desk.forget(&key).await;
            return Err(match trouble {
                Trouble::Connect(why) => failed(Stage::Connect, why),
                Trouble::Tls(why) => failed(Stage::Tls, why),
                Trouble::Refused(why) => failed(Stage::Refused, why),
            });
        }
        accepted = Some(began.elapsed());
        let ready = timeout(patience, until_ready(desk, &key)).await;
        let ready = ready
            .unwrap_or_else(|_| Err(failed(Stage::Report, format!("no report after {} seconds", patience.as_secs()))));
        let took = began.elapsed();
        desk.forget(&key).await;
        ready.map(|()| took)
    };
    let result = result.await;
    Outcome { at, accepted, result }
}

async fn until_ready<D: Desk>(desk: &D, key: &D::Key) -> Result<(), Failure> {
    let mut unknown = 0;
    loop {
        match desk.state(key).await {
            Ok(State::Ready) => return Ok(()),
            Ok(State::Failed) => {
                return Err(Failure { stage: Stage::Examination, detail: "the examination was given up".to_owned() });
            }
            Ok(State::Waiting) => unknown = 0,
            // One lost answer is not yet a failure.
            Err(detail) if unknown >= 20 => return Err(Failure { stage: Stage::Report, detail }),
            Err(_) => unknown += 1,
        }
        sleep(POLL).await;
    }
}
