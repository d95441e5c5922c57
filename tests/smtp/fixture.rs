//! A receiver on loopback, at two ports, with an inbox that collects.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use vaglio::address::{AddressBook, Destination, TestId};
use vaglio::delivery::Delivery;
use vaglio::receive::{Inbox, Notice, OpenGate, Receiver, Refusal, Settings};
use vaglio::tls;

use crate::support::smtp::Client;

pub const DOMAIN: &str = "test.example";
pub const URL: &str = "https://test.example/";

pub fn book() -> AddressBook {
    AddressBook::new(&[7; 32], DOMAIN, SignedDuration::from_hours(24))
}

pub fn fresh_address(book: &AddressBook) -> (TestId, String) {
    let id = book.fresh(Timestamp::now()).unwrap();
    (id, book.address(id))
}

/// Keeps what it is given, and answers as told.
#[derive(Default)]
pub struct Collecting {
    pub taken: Mutex<Vec<(Delivery, Vec<Destination>)>>,
    pub notices: Mutex<Vec<(TestId, Notice)>>,
    pub refuse: Mutex<Option<Refusal>>,
    pub delay: Mutex<Duration>,
}

impl Collecting {
    pub fn only(&self) -> Delivery {
        let taken = self.taken.lock().unwrap();
        assert_eq!(taken.len(), 1, "deliveries");
        taken[0].0.clone()
    }

    pub fn count(&self) -> usize {
        self.taken.lock().unwrap().len()
    }
}

impl Inbox for Collecting {
    fn deliver(&self, delivery: Delivery, destinations: Vec<Destination>) -> BoxFuture<'_, Result<(), Refusal>> {
        async move {
            let delay = *self.delay.lock().unwrap();
            tokio::time::sleep(delay).await;
            if let Some(why) = *self.refuse.lock().unwrap() {
                return Err(why);
            }
            self.taken.lock().unwrap().push((delivery, destinations));
            Ok(())
        }
        .boxed()
    }

    fn noticed(&self, test: TestId, notice: Notice) {
        self.notices.lock().unwrap().push((test, notice));
    }
}

pub struct Server {
    pub inbox: Arc<Collecting>,
    pub book: Arc<AddressBook>,
    pub address: SocketAddr,
    pub second: SocketAddr,
    pub shutdown: CancellationToken,
    pub running: JoinHandle<()>,
}

pub async fn start(change: impl FnOnce(&mut Settings)) -> Server {
    let mut settings = Settings { public_url: URL.to_owned(), ..Settings::default() };
    change(&mut settings);
    let inbox = Arc::new(Collecting::default());
    let book = Arc::new(book());
    let listeners = [(); 2].map(|()| std::net::TcpListener::bind("127.0.0.1:0").unwrap());
    let [address, second] = listeners.each_ref().map(|listener| listener.local_addr().unwrap());
    let listeners = listeners.map(|listener| {
        listener.set_nonblocking(true).unwrap();
        TcpListener::from_std(listener).unwrap()
    });
    let acceptor = tls::acceptor(tls::certificates(None, None, DOMAIN).unwrap(), &[]).unwrap();
    let collecting: Arc<dyn Inbox> = Arc::clone(&inbox) as Arc<dyn Inbox>;
    let receiver = Receiver::new(settings, Arc::clone(&book), collecting, Some(acceptor), Arc::new(OpenGate));
    let shutdown = CancellationToken::new();
    let running = tokio::spawn(receiver.run(listeners.into(), shutdown.clone()));
    Server { inbox, book, address, second, shutdown, running }
}

impl Server {
    pub fn fresh(&self) -> (TestId, String) {
        fresh_address(&self.book)
    }

    pub async fn connect(&self) -> Client {
        Client::open(self.address).await.unwrap()
    }

    /// Connected, greeted, EHLO said.
    pub async fn ready(&self) -> Client {
        let mut client = self.connect().await;
        client.expect("220 ").await;
        client.say("EHLO client.example", "250 ").await;
        client
    }
}

/// A whole transaction.
pub async fn message(client: &mut Client, to: &str, content: &[u8], beginning: &str) {
    client.say("MAIL FROM:<a@client.example>", "250 2.1.0").await;
    client.say(&format!("RCPT TO:<{to}>"), "250 2.1.5").await;
    client.say("DATA", "354 ").await;
    client.send(content).await;
    client.send(b".\r\n").await;
    client.expect(beginning).await;
}
