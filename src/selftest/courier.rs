//! Brings one message to one SMTP server (RFC 5321), encrypted where the server offers it, as senders do.

use std::net::SocketAddr;

use jiff::{Timestamp, fmt::rfc2822, tz::TimeZone};
use lettre::Address;
use lettre::address::Envelope;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::{Duration, timeout};

/// For each step of the dialogue. RFC 5321 §4.5.3.2 grants minutes; a service that needs them does not work.
const PATIENCE: Duration = Duration::from_secs(20);

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
        let helo = ClientId::Domain(self.helo.clone());
        let mut connection = step(AsyncSmtpConnection::connect_with_transport(Box::new(socket), &helo))
            .await
            .map_err(Trouble::Connect)?;
        if connection.can_starttls() {
            // RFC 7435: senders take any certificate on port 25.
            let any = TlsParameters::builder(self.helo.clone())
                .dangerous_accept_invalid_certs(true)
                .dangerous_accept_invalid_hostnames(true)
                .build_rustls()
                .map_err(|error| Trouble::Tls(told(&error)))?;
            step(connection.starttls(any, &helo)).await.map_err(Trouble::Tls)?;
        }
        let address =
            |text: &str| text.parse::<Address>().map_err(|error| Trouble::Refused(format!("{text}: {error}")));
        let envelope = Envelope::new(Some(address(&self.from)?), vec![address(to)?]);
        let envelope = envelope.map_err(|error| Trouble::Refused(error.to_string()))?;
        step(connection.send(&envelope, self.message(to).as_bytes())).await.map_err(Trouble::Refused)?;
        // It is accepted; whether the farewell arrives does not matter.
        let _ = step(connection.quit()).await;
        Ok(())
    }

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

async fn step<T>(doing: impl Future<Output = Result<T, SmtpError>>) -> Result<T, String> {
    match timeout(PATIENCE, doing).await {
        Ok(done) => done.map_err(|error| told(&error)),
        Err(_) => Err("it says nothing".to_owned()),
    }
}

/// With its cause, where the first words do not say it.
fn told(error: &SmtpError) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}
