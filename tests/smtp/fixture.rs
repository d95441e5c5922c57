//! A receiver on loopback with an inbox that collects, and a client that speaks line by line.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use vaglio::address::{AddressBook, Destination, TestId};
use vaglio::delivery::Delivery;
use vaglio::receive::{Inbox, Notice, OpenGate, Receiver, Refusal, Settings};
use vaglio::tls;

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
    pub address: std::net::SocketAddr,
    pub shutdown: CancellationToken,
    pub running: JoinHandle<()>,
}

pub async fn start(change: impl FnOnce(&mut Settings)) -> Server {
    let mut settings = Settings { public_url: URL.to_owned(), ..Settings::default() };
    change(&mut settings);
    let inbox = Arc::new(Collecting::default());
    let book = Arc::new(book());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let acceptor = tls::acceptor(tls::certificates(None, None, DOMAIN).unwrap(), &[]).unwrap();
    let collecting: Arc<dyn Inbox> = Arc::clone(&inbox) as Arc<dyn Inbox>;
    let receiver = Receiver::new(settings, Arc::clone(&book), collecting, Some(acceptor), Arc::new(OpenGate));
    let shutdown = CancellationToken::new();
    let running = tokio::spawn(receiver.run(vec![listener], shutdown.clone()));
    Server { inbox, book, address, shutdown, running }
}

impl Server {
    pub fn fresh(&self) -> (TestId, String) {
        fresh_address(&self.book)
    }

    pub async fn connect(&self) -> Client<TcpStream> {
        Client::new(TcpStream::connect(self.address).await.unwrap())
    }

    /// Connected, greeted, EHLO said.
    pub async fn ready(&self) -> Client<TcpStream> {
        let mut client = self.connect().await;
        client.expect("220 ").await;
        client.say("EHLO client.example", "250 ").await;
        client
    }
}

pub struct Client<S> {
    pub stream: S,
    pending: Vec<u8>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    pub fn new(stream: S) -> Client<S> {
        Client { stream, pending: Vec::new() }
    }

    pub async fn send(&mut self, octets: impl AsRef<[u8]>) {
        self.stream.write_all(octets.as_ref()).await.unwrap();
        self.stream.flush().await.unwrap();
    }

    /// One line; `None` when the server has closed.
    pub async fn line(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.pending.windows(2).position(|pair| pair == b"\r\n") {
                let line: Vec<u8> = self.pending.drain(..end + 2).collect();
                return Some(String::from_utf8(line[..end].to_vec()).unwrap());
            }
            let mut octets = [0; 4096];
            match self.stream.read(&mut octets).await {
                Ok(0) | Err(_) => return None,
                Ok(n) => self.pending.extend_from_slice(&octets[..n]),
            }
        }
    }

    /// A whole reply, of which the last line must begin so.
    pub async fn expect(&mut self, beginning: &str) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            let Some(line) = self.line().await else { panic!("closed instead of {beginning:?}, after {lines:?}") };
            let last = line.as_bytes().get(3) == Some(&b' ');
            lines.push(line);
            if last {
                break;
            }
        }
        let last = lines.last().unwrap();
        assert!(last.starts_with(beginning), "{last:?} instead of {beginning:?}");
        lines
    }

    pub async fn say(&mut self, command: &str, beginning: &str) -> Vec<String> {
        self.send(format!("{command}\r\n")).await;
        self.expect(beginning).await
    }

    pub async fn closed(&mut self) {
        let line = self.line().await;
        assert_eq!(line, None);
    }

    /// A whole transaction.
    pub async fn message(&mut self, to: &str, content: &[u8], beginning: &str) {
        self.say("MAIL FROM:<a@client.example>", "250 2.1.0").await;
        self.say(&format!("RCPT TO:<{to}>"), "250 2.1.5").await;
        self.say("DATA", "354 ").await;
        self.send(content).await;
        self.send(b".\r\n").await;
        self.expect(beginning).await;
    }
}

/// As most senders on port 25: any certificate will do.
pub async fn start_tls(
    mut client: Client<TcpStream>,
    version: &'static rustls::SupportedProtocolVersion,
) -> Client<tokio_rustls::client::TlsStream<TcpStream>> {
    client.say("STARTTLS", "220 ").await;
    Client::new(handshake(client.stream, version).await.unwrap())
}

pub async fn handshake(
    stream: TcpStream,
    version: &'static rustls::SupportedProtocolVersion,
) -> std::io::Result<tokio_rustls::client::TlsStream<TcpStream>> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[version])
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Trusting(provider)))
        .with_no_client_auth();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    connector.connect(ServerName::try_from(DOMAIN).unwrap(), stream).await
}

#[derive(Debug)]
struct Trusting(Arc<rustls::crypto::CryptoProvider>);

impl ServerCertVerifier for Trusting {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &rustls::DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(
            message,
            certificate,
            signature,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &rustls::DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
