//! Brings one message to one SMTP server (RFC 5321), encrypted where the server offers it, as senders do.

use std::net::SocketAddr;
use std::sync::Arc;

use jiff::{Timestamp, fmt::rfc2822, tz::TimeZone};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufStream};
use tokio::net::TcpStream;
use tokio::time::{Duration, timeout};
use tokio_rustls::TlsConnector;

/// For a connection, and for each reply. RFC 5321 §4.5.3.2 grants minutes; a service that needs them does not work.
const PATIENCE: Duration = Duration::from_secs(20);
/// RFC 5321 §4.5.3.1.5 has 512 octets a line, and a reply may have some lines.
const REPLY: u64 = 16 << 10;

/// How the message is brought.
#[derive(Clone, Debug)]
pub struct Courier {
    /// Our name in EHLO.
    pub helo: String,
    /// 5321.MailFrom and 5322.From.
    pub from: String,
    /// The server expects a PROXY header: it is told of the connection as it is.
    pub proxied: bool,
}

#[derive(Debug)]
pub enum Trouble {
    Connect(String),
    Tls(String),
    Refused(String),
}

type Wire = BufStream<Box<dyn Stream>>;

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

impl Courier {
    /// Sends a short message, which says what it is.
    pub(super) async fn send(&self, door: SocketAddr, to: &str) -> Result<(), Trouble> {
        let connect = |error: &dyn std::fmt::Display| Trouble::Connect(error.to_string());
        let mut socket = match timeout(PATIENCE, TcpStream::connect(door)).await {
            Ok(connected) => connected.map_err(|error| connect(&error))?,
            Err(_) => return Err(Trouble::Connect(format!("no connection in {} s", PATIENCE.as_secs()))),
        };
        if self.proxied {
            // PROXY protocol 2.1: the client itself is the connection's other end.
            let family = if door.is_ipv4() { "TCP4" } else { "TCP6" };
            let here = socket.local_addr().map_err(|error| connect(&error))?;
            let header = format!("PROXY {family} {} {} {} {}\r\n", here.ip(), door.ip(), here.port(), door.port());
            socket.write_all(header.as_bytes()).await.map_err(|error| connect(&error))?;
        }
        let mut wire: Wire = BufStream::new(Box::new(socket));
        reply(&mut wire, 220).await.map_err(|why| Trouble::Connect(why.to_owned()))?;
        let mut offers = self.greet(&mut wire).await?;
        if offers.to_ascii_uppercase().contains("STARTTLS") {
            command(&mut wire, "STARTTLS", 220).await.map_err(Trouble::Tls)?;
            wire = encrypt(wire).await.map_err(Trouble::Tls)?;
            offers = self.greet(&mut wire).await?;
        }
        drop(offers);
        let message = self.message(to);
        for (line, awaited) in
            [(format!("MAIL FROM:<{}>", self.from), 250), (format!("RCPT TO:<{to}>"), 250), ("DATA".to_owned(), 354)]
        {
            command(&mut wire, &line, awaited).await.map_err(Trouble::Refused)?;
        }
        command(&mut wire, &format!("{message}."), 250).await.map_err(Trouble::Refused)?;
        // It is accepted; whether the farewell arrives does not matter.
        let _ = command(&mut wire, "QUIT", 221).await;
        Ok(())
    }

    async fn greet(&self, wire: &mut Wire) -> Result<String, Trouble> {
        command(wire, &format!("EHLO {}", self.helo), 250).await.map_err(Trouble::Refused)
    }

    /// No line of it begins with a dot.
    fn message(&self, to: &str) -> String {
        let now = Timestamp::now();
        let date = rfc2822::to_string(&now.to_zoned(TimeZone::UTC)).unwrap_or_default();
        let domain = self.from.rsplit('@').next().unwrap_or("localhost");
        format!(
            "From: Vaglio <{}>\r\nTo: <{to}>\r\nSubject: Is the service working?\r\nDate: {date}\r\n\
             Message-ID: <{}.{:08x}@{domain}>\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n\
             Content-Type: text/plain; charset=us-ascii\r\n\r\n\
             This message asks whether the service receives mail and makes its report.\r\n\
             Nobody needs to read it: it is deleted as soon as the report is ready.\r\n",
            self.from,
            now.as_millisecond(),
            rand::random::<u32>()
        )
    }
}

/// One command and its reply; what is said instead of the reply awaited is the error.
async fn command(wire: &mut Wire, line: &str, awaited: u16) -> Result<String, String> {
    let write = async {
        wire.write_all(format!("{line}\r\n").as_bytes()).await?;
        wire.flush().await
    };
    match timeout(PATIENCE, write).await {
        Ok(written) => written.map_err(|error| error.to_string())?,
        Err(_) => return Err("it does not read".to_owned()),
    }
    reply(wire, awaited).await
}

async fn reply(wire: &mut Wire, awaited: u16) -> Result<String, String> {
    let read = async {
        let mut said = String::new();
        let mut limited = wire.take(REPLY);
        loop {
            let start = said.len();
            match limited.read_line(&mut said).await {
                Ok(0) => return Err(format!("it hung up {}", said.trim_end()).trim_end().to_owned()),
                Ok(_) => {}
                Err(error) => return Err(error.to_string()),
            }
            let line = said.get(start..).unwrap_or_default();
            if line.as_bytes().get(3) == Some(&b'-') {
                continue;
            }
            let code = line.get(..3).and_then(|code| code.parse::<u16>().ok());
            return if code == Some(awaited) { Ok(said) } else { Err(said.trim_end().to_owned()) };
        }
    };
    timeout(PATIENCE, read).await.unwrap_or_else(|_| Err("it says nothing".to_owned()))
}

async fn encrypt(wire: Wire) -> Result<Wire, String> {
    // RFC 7435: senders take any certificate on port 25.
    let name = ServerName::try_from("localhost").map_err(|error| error.to_string())?;
    let connector = TlsConnector::from(any_certificate().map_err(|error| error.to_string())?);
    match timeout(PATIENCE, connector.connect(name, wire.into_inner())).await {
        Ok(Ok(stream)) => Ok(BufStream::new(Box::new(stream))),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("the handshake does not end".to_owned()),
    }
}

fn any_certificate() -> Result<Arc<ClientConfig>, rustls::Error> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyCertificate(provider)))
        .with_no_client_auth();
    Ok(Arc::new(config))
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
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
