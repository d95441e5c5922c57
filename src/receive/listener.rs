//! Accepts connections, as many as there may be, and stops in good order.

use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::address::AddressBook;
use crate::receive::connection::{Door, serve};
use crate::receive::limits::{Limits, Memory, Networks};
use crate::receive::session::Rules;
use crate::receive::{Gate, Inbox, reply};

/// How long to wait when the system has no more sockets to give.
const EXHAUSTED: Duration = Duration::from_millis(100);

#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Where new addresses are to be had; said in refusals.
    pub public_url: String,
    pub limits: Limits,
    /// Networks whose clients must begin with a PROXY header.
    pub trust_proxy: Vec<IpNet>,
    /// Networks whose clients may use XCLIENT and XFORWARD.
    pub trust_xclient: Vec<IpNet>,
}

/// The SMTP service: any number of listeners with common limits.
pub struct Receiver {
    settings: Settings,
    book: Arc<AddressBook>,
    inbox: Arc<dyn Inbox>,
    tls: Option<TlsAcceptor>,
    gate: Arc<dyn Gate>,
}

impl Receiver {
    /// Without `tls`, STARTTLS is not offered.
    pub fn new(
        settings: Settings,
        book: Arc<AddressBook>,
        inbox: Arc<dyn Inbox>,
        tls: Option<TlsAcceptor>,
        gate: Arc<dyn Gate>,
    ) -> Receiver {
        Receiver { settings, book, inbox, tls, gate }
    }

    /// Serves until `shutdown`; then takes no new connections, tells idle clients 421, and lets messages in flight finish.
    pub async fn run(self, listeners: Vec<TcpListener>, shutdown: CancellationToken) {
        let limits = self.settings.limits.clone();
        let rules = Rules {
            book: self.book,
            public_url: self.settings.public_url,
            tls: self.tls.is_some(),
            gate: self.gate,
            memory: Memory::new(limits.memory),
            limits: limits.clone(),
        };
        let door = Arc::new(Door {
            rules: Arc::new(rules),
            inbox: self.inbox,
            tls: self.tls,
            trust_proxy: self.settings.trust_proxy,
            trust_xclient: self.settings.trust_xclient,
            networks: Networks::default(),
            shutdown: shutdown.clone(),
        });
        let places = Arc::new(Semaphore::new(limits.connections));
        let connections = TaskTracker::new();
        let doors = TaskTracker::new();
        for listener in listeners {
            doors.spawn(accept(listener, Arc::clone(&door), Arc::clone(&places), connections.clone()));
        }
        doors.close();
        doors.wait().await;
        connections.close();
        // Every connection keeps the grace itself; the rest is for its last commit and last words.
        let patience = limits.grace_time.saturating_add(limits.commit_time).saturating_add(limits.write_time);
        if timeout(patience, connections.wait()).await.is_err() {
            tracing::warn!(left = connections.len(), "SMTP connections outlived the grace time");
        }
    }
}

async fn accept(listener: TcpListener, door: Arc<Door>, places: Arc<Semaphore>, connections: TaskTracker) {
    loop {
        let accepted = tokio::select! {
            biased;
            () = door.shutdown.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((socket, remote)) => match Arc::clone(&places).try_acquire_owned() {
                Ok(place) => {
                    let door = Arc::clone(&door);
                    connections.spawn(async move {
                        serve(door, socket, remote).await;
                        drop(place);
                    });
                }
                Err(_) => turn_away(&socket, door.rules.book.domain()),
            },
            Err(fault) => {
                tracing::warn!(%fault, "SMTP connection not accepted");
                sleep(EXHAUSTED).await;
            }
        }
    }
}

/// Without waiting: the send buffer of a new connection has room for one line.
fn turn_away(socket: &TcpStream, domain: &str) {
    let _ = socket.try_write(format!("{}\r\n", reply::too_many_connections(domain)).as_bytes());
}
