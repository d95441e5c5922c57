//! A message that came without a session: its envelope from query parameters or a form.

use bytes::Bytes;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::address::{Mailbox, ReversePath};
use crate::delivery::{Delivery, Envelope, KnownBy, Observed, Session, TlsInfo, Why};
use crate::facts::Purpose;

/// What is known of how the message was handed over; whatever is absent is not determined.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub struct EnvelopeQuery {
    /// Address of the client that handed the message over.
    pub ip: Option<String>,
    /// Its HELO or EHLO name.
    pub helo: Option<String>,
    /// The reverse path; empty for the null reverse path.
    pub mail_from: Option<String>,
    /// A forward path.
    pub rcpt: Option<String>,
    /// `none`, `TLSv1.2` or `TLSv1.3`.
    pub tls: Option<String>,
    /// When the message is judged (RFC 3339); now, when absent.
    pub now: Option<String>,
    /// `personal`, `transactional` or `bulk`; told from the message when absent.
    #[param(value_type = Option<String>)]
    pub purpose: Option<Purpose>,
    /// The report's language.
    pub lang: Option<String>,
}

/// Which parameter cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    #[error("`ip` is not an IP address")]
    Ip,
    #[error("`mail_from` is neither empty nor an address such as a@example.org")]
    MailFrom,
    #[error("`tls` is neither none, TLSv1.2 nor TLSv1.3")]
    Tls,
    #[error("`now` is not a time such as 2026-11-22T10:00:00Z")]
    Now,
}

impl EnvelopeQuery {
    pub fn delivery(&self, raw: Bytes, now: Timestamp) -> Result<Delivery, EnvelopeError> {
        let client_ip = match self.ip.as_deref().map(str::trim) {
            None | Some("") => Observed::Missing(Why::NotGiven),
            Some(text) => Observed::Seen(text.parse().map_err(|_| EnvelopeError::Ip)?),
        };
        let reverse_path = match self.mail_from.as_deref().map(str::trim) {
            None => Observed::Missing(Why::NotGiven),
            Some("" | "<>") => Observed::Seen(ReversePath::Null),
            Some(text) => {
                let text = text.trim_start_matches('<').trim_end_matches('>');
                Observed::Seen(ReversePath::Mailbox(Mailbox::parse(text).ok_or(EnvelopeError::MailFrom)?))
            }
        };
        let tls = match self.tls.as_deref() {
            None | Some("") => Observed::Missing(Why::NotGiven),
            Some("none") => Observed::Seen(None),
            Some(version @ ("TLSv1.2" | "TLSv1.3")) => {
                Observed::Seen(Some(TlsInfo { version: version.to_owned(), cipher: String::new() }))
            }
            Some(_) => return Err(EnvelopeError::Tls),
        };
        let received_at = match self.now.as_deref() {
            None | Some("") => now,
            Some(text) => text.parse().map_err(|_| EnvelopeError::Now)?,
        };
        let helo = self.helo.as_deref().map(str::trim).filter(|helo| !helo.is_empty());
        Ok(Delivery {
            session: Session {
                client_known_by: if client_ip.seen().is_some() { KnownBy::Given } else { KnownBy::Unknown },
                client_ip,
                client_port: None,
                helo: helo.map_or(Observed::Missing(Why::NotGiven), |helo| Observed::Seen(helo.to_owned())),
                tls,
                transcript: Vec::new(),
            },
            envelope: Envelope {
                reverse_path,
                forward_paths: self.rcpt.iter().filter(|rcpt| !rcpt.is_empty()).cloned().collect(),
                smtputf8: false,
                body: None,
                size: None,
                dsn: None,
            },
            raw,
            received_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &EnvelopeQuery) -> Result<Delivery, EnvelopeError> {
        query.delivery(Bytes::from_static(b"From: a@example.org\r\n\r\n"), Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn what_is_absent_is_not_known_and_what_is_empty_is_the_null_path() {
        let nothing = read(&EnvelopeQuery::default()).unwrap();
        assert_eq!(nothing.envelope.reverse_path, Observed::Missing(Why::NotGiven));
        assert_eq!(nothing.session.client_ip, Observed::Missing(Why::NotGiven));
        assert_eq!(nothing.session.tls, Observed::Missing(Why::NotGiven));
        let null = read(&EnvelopeQuery { mail_from: Some(String::new()), ..Default::default() }).unwrap();
        assert_eq!(null.envelope.reverse_path, Observed::Seen(ReversePath::Null));
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let query = |change: fn(&mut EnvelopeQuery)| {
            let mut query = EnvelopeQuery::default();
            change(&mut query);
            read(&query).unwrap_err()
        };
        assert_eq!(query(|q| q.ip = Some("localhost".to_owned())), EnvelopeError::Ip);
        assert_eq!(query(|q| q.mail_from = Some("nobody".to_owned())), EnvelopeError::MailFrom);
        assert_eq!(query(|q| q.tls = Some("SSLv3".to_owned())), EnvelopeError::Tls);
        assert_eq!(query(|q| q.now = Some("yesterday".to_owned())), EnvelopeError::Now);
    }
}
