//! What one SMTP transaction leaves behind: session, envelope and the raw bytes as sent.
//!
//! Owns the vocabulary that every later stage reads. It does no I/O and has no opinions.
//! Made by [`crate::receive`] (or from a file by the command line); read through [`crate::facts::Facts`].

use std::net::IpAddr;

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::address::ReversePath;

/// Something that was observed, or the reason why it is not known.
///
/// The third value of every question: never a pass, never an accusation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Observed<T> {
    Seen(T),
    Missing(Why),
}

/// Why something was not observed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The message came from a file and nobody said.
    NotGiven,
    /// This service has not been set up to ask (no spamd, no block lists, `--no-links`, ...).
    NotConfigured,
    /// The deadline came first.
    TimedOut,
    /// The other side answered with an error; the text says which.
    Failed(String),
    /// The question makes no sense for this message.
    NotApplicable,
}

impl<T> Observed<T> {
    pub fn seen(&self) -> Option<&T> {
        match self {
            Observed::Seen(value) => Some(value),
            Observed::Missing(_) => None,
        }
    }

    pub fn missing(&self) -> Option<&Why> {
        match self {
            Observed::Seen(_) => None,
            Observed::Missing(why) => Some(why),
        }
    }
}

/// One message as one client handed it over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Delivery {
    pub session: Session,
    pub envelope: Envelope,
    /// The content exactly as sent: dots unstuffed, everything else untouched (bare LF, 8-bit and NUL included).
    #[serde(skip)]
    pub raw: Bytes,
    pub received_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// The client as the network, PROXY or XCLIENT names it.
    pub client_ip: Observed<IpAddr>,
    pub client_port: Option<u16>,
    /// How we know the client.
    pub client_known_by: KnownBy,
    /// The argument of the last HELO or EHLO, as sent.
    pub helo: Observed<String>,
    /// `Seen(None)`: the session was in plain text.
    pub tls: Observed<Option<TlsInfo>>,
    pub transcript: Vec<Line>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KnownBy {
    Connection,
    Proxy,
    Xclient,
    Xforward,
    /// Told on the command line or in the API call.
    Given,
    /// Read from the topmost credible Received field.
    Received,
    Unknown,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TlsInfo {
    /// As in RFC 8446's own name: `TLSv1.2`, `TLSv1.3`.
    pub version: String,
    /// IANA name of the cipher suite; empty when it was not told.
    pub cipher: String,
}

/// One line of the SMTP conversation. Message content is not in it; a line tells its size instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Milliseconds since the connection was accepted.
    pub at_ms: u64,
    pub from: Side,
    /// Without the line ending; bytes that are not UTF-8 are shown as U+FFFD, NUL as U+2400.
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    Client,
    Server,
    /// Not said by either: "TLS established", "content, 5213 octets".
    Note,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    pub reverse_path: Observed<ReversePath>,
    /// Every accepted forward path, as given between the angle brackets.
    pub forward_paths: Vec<String>,
    pub smtputf8: bool,
    pub body: Option<BodyType>,
    /// The client's own declaration (RFC 1870), octets; never trusted.
    pub size: Option<u64>,
    pub dsn: Option<Dsn>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BodyType {
    SevenBit,
    EightBitMime,
    BinaryMime,
}

/// RFC 3461 parameters, recorded and otherwise without effect: Vaglio never sends a notification.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dsn {
    pub ret: Option<String>,
    pub envid: Option<String>,
    /// NOTIFY and ORCPT of each forward path, in order, as sent.
    pub recipients: Vec<String>,
}
