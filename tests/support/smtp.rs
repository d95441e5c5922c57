//! A small SMTP client: whole messages with an address claimed by XCLIENT, or a conversation line by line, which panics where
//! the server says something else. With or without TLS; any certificate will do.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufStream};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{
    self, ALL_VERSIONS, ClientConfig, DigitallySignedStruct, SignatureScheme, SupportedProtocolVersion,
};

pub trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

/// How a message comes.
#[derive(Clone, Debug)]
pub struct Sender<'a> {
    /// Claimed by XCLIENT.
    pub ip: Option<IpAddr>,
    pub helo: &'a str,
    pub tls: bool,
    /// Empty: the null reverse path.
    pub mail_from: &'a str,
}

pub struct Client {
    wire: BufStream<Box<dyn Wire>>,
    pub local: SocketAddr,
}

/// Sends one message, and takes its leave; line endings must be CRLF.
///
/// # Errors
///
/// The connection's, or the server's reply where it is not the one awaited.
pub async fn send(server: SocketAddr, sender: &Sender<'_>, to: &str, message: &[u8]) -> io::Result<()> {
    hand_over(server, sender, to, message).await?.command("QUIT", 221).await.map(drop)
}

/// The same up to the reply to the final dot, by which the message is accepted.
#[allow(dead_code, reason = "each test crate uses a part of it")]
pub async fn hand_over(server: SocketAddr, sender: &Sender<'_>, to: &str, message: &[u8]) -> io::Result<Client> {
    let mut client = Client::connect(server).await?;
    client.greet(sender.helo).await?;
    if sender.tls {
        client = client.start_tls().await?;
        client.greet(sender.helo).await?;
    }
    if let Some(ip) = sender.ip {
        client.command(&format!("XCLIENT ADDR={ip} NAME=[UNAVAILABLE]"), 220).await?;
        client.greet(sender.helo).await?;
    }
    client.deliver(sender.mail_from, to, message).await?;
    Ok(client)
}

impl Client {
    /// Connects and takes the greeting.
    pub async fn connect(server: SocketAddr) -> io::Result<Client> {
        let mut client = Client::open(server).await?;
        client.reply(220).await?;
        Ok(client)
    }

    /// Connects; nothing has been read.
    pub async fn open(server: SocketAddr) -> io::Result<Client> {
        let stream = TcpStream::connect(server).await?;
        stream.set_nodelay(true)?;
        let local = stream.local_addr()?;
        Ok(Client { wire: BufStream::new(Box::new(stream)), local })
    }

    pub async fn greet(&mut self, helo: &str) -> io::Result<String> {
        self.command(&format!("EHLO {helo}"), 250).await
    }

    pub async fn start_tls(mut self) -> io::Result<Client> {
        self.command("STARTTLS", 220).await?;
        self.handshake(ALL_VERSIONS).await
    }

    /// The handshake alone.
    pub async fn handshake(self, versions: &[&'static SupportedProtocolVersion]) -> io::Result<Client> {
        let name = ServerName::try_from("localhost").map_err(io::Error::other)?;
        let stream = TlsConnector::from(any_certificate(versions)).connect(name, self.wire.into_inner()).await?;
        Ok(Client { wire: BufStream::new(Box::new(stream)), local: self.local })
    }

    /// One transaction; gives the reply to the final dot.
    pub async fn deliver(&mut self, mail_from: &str, to: &str, message: &[u8]) -> io::Result<String> {
        self.envelope(mail_from, to).await?;
        self.content(message).await
    }

    /// A transaction up to the 354.
    pub async fn envelope(&mut self, mail_from: &str, to: &str) -> io::Result<()> {
        self.command(&format!("MAIL FROM:<{mail_from}>"), 250).await?;
        self.command(&format!("RCPT TO:<{to}>"), 250).await?;
        self.command("DATA", 354).await.map(drop)
    }

    /// The message and the final dot; gives the reply to it.
    pub async fn content(&mut self, message: &[u8]) -> io::Result<String> {
        let mut stuffed = Vec::with_capacity(message.len() + 8);
        for line in message.split_inclusive(|octet| *octet == b'\n') {
            if line.first() == Some(&b'.') {
                stuffed.push(b'.');
            }
            stuffed.extend_from_slice(line);
        }
        if !message.ends_with(b"\r\n") {
            stuffed.extend_from_slice(b"\r\n");
        }
        stuffed.extend_from_slice(b".\r\n");
        self.wire.write_all(&stuffed).await?;
        self.wire.flush().await?;
        self.reply(250).await
    }

    pub async fn command(&mut self, line: &str, awaited: u16) -> io::Result<String> {
        self.wire.write_all(format!("{line}\r\n").as_bytes()).await?;
        self.wire.flush().await?;
        self.reply(awaited).await
    }

    /// The next reply, whole.
    pub async fn reply(&mut self, awaited: u16) -> io::Result<String> {
        let mut reply = String::new();
        loop {
            let start = reply.len();
            if self.wire.read_line(&mut reply).await? == 0 {
                return Err(io::Error::other(format!("the server hung up after {reply:?}")));
            }
            let line = reply.get(start..).unwrap_or_default();
            if line.as_bytes().get(3) == Some(&b'-') {
                continue;
            }
            return match line.get(..3).and_then(|code| code.parse::<u16>().ok()) {
                Some(code) if code == awaited => Ok(reply),
                _ => Err(io::Error::other(reply)),
            };
        }
    }
}

/// The conversation line by line.
impl Client {
    pub async fn send(&mut self, octets: impl AsRef<[u8]>) {
        self.wire.write_all(octets.as_ref()).await.expect("written");
        self.wire.flush().await.expect("written");
    }

    /// One line without its CR LF; `None` when the server has closed.
    pub async fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = self.wire.read_line(&mut line).await.unwrap_or_default();
        (read > 0).then(|| line.strip_suffix("\r\n").unwrap_or(&line).to_owned())
    }

    /// A whole reply, of which the last line must begin so.
    pub async fn expect(&mut self, beginning: &str) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            let Some(line) = self.line().await else { panic!("closed instead of {beginning:?}, after {lines:?}") };
            let last = line.as_bytes().get(3) == Some(&b' ');
            assert!(!last || line.starts_with(beginning), "{line:?} instead of {beginning:?}");
            lines.push(line);
            if last {
                return lines;
            }
        }
    }

    pub async fn say(&mut self, command: &str, beginning: &str) -> Vec<String> {
        self.send(format!("{command}\r\n")).await;
        self.expect(beginning).await
    }

    pub async fn closed(&mut self) {
        let line = self.line().await;
        assert_eq!(line, None);
    }
}

/// Opportunistic TLS (RFC 7435), as most senders use it: any certificate will do.
fn any_certificate(versions: &[&'static SupportedProtocolVersion]) -> Arc<ClientConfig> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(versions)
        .expect("the provider's own versions")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyCertificate(provider)))
        .with_no_client_auth();
    Arc::new(config)
}

#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
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
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
