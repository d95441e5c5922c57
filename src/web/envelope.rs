//! A message that came without a session: its envelope from query parameters or a form.

use bytes::Bytes;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::analyse::Choices;
use crate::delivery::Delivery;
use crate::facts::Purpose;
use crate::receive::file::{self, BadAddress, Given, GivenTls};

/// What is known of how the message was handed over. What is absent is read from the topmost credible Received field and
/// Return-Path; what they do not tell is not determined.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub struct EnvelopeQuery {
    /// Address of the client that handed the message over; the Received field's, with its HELO and time, when absent.
    pub ip: Option<String>,
    /// Its HELO or EHLO name.
    pub helo: Option<String>,
    /// The reverse path; empty for the null reverse path.
    pub mail_from: Option<String>,
    /// A forward path.
    pub rcpt: Option<String>,
    /// `none`, `TLSv1.2` or `TLSv1.3`.
    pub tls: Option<String>,
    /// When the message is judged (RFC 3339); when it was received, or now, when absent.
    pub now: Option<String>,
    /// `personal`, `transactional` or `bulk`; told from the message when absent.
    #[param(value_type = Option<String>)]
    pub purpose: Option<Purpose>,
    /// Ask the DNS lists about every public server of the Received fields too; shown, never scored.
    pub hops: bool,
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
    #[error("`rcpt` is not an address such as b@example.net")]
    Rcpt,
    #[error("`tls` is neither none, TLSv1.2 nor TLSv1.3")]
    Tls,
    #[error("`now` is not a time such as 2026-11-22T10:00:00Z")]
    Now,
}

impl EnvelopeQuery {
    pub fn choices(&self) -> Choices {
        Choices { purpose: self.purpose, hops: self.hops }
    }

    /// # Errors
    ///
    /// A parameter that cannot be read.
    pub fn delivery(&self, raw: Bytes, now: Timestamp) -> Result<Delivery, EnvelopeError> {
        fn said(text: &Option<String>) -> Option<&str> {
            text.as_deref().map(str::trim).filter(|text| !text.is_empty())
        }
        let given = Given {
            client_ip: said(&self.ip).map(str::parse).transpose().map_err(|_| EnvelopeError::Ip)?,
            helo: said(&self.helo).map(str::to_owned),
            mail_from: self.mail_from.as_deref().map(|text| text.trim().to_owned()),
            forward_paths: said(&self.rcpt).into_iter().map(str::to_owned).collect(),
            tls: match said(&self.tls) {
                None => None,
                Some("none") => Some(GivenTls::None),
                Some("TLSv1.2") => Some(GivenTls::Tls12),
                Some("TLSv1.3") => Some(GivenTls::Tls13),
                Some(_) => return Err(EnvelopeError::Tls),
            },
            now: said(&self.now).map(str::parse).transpose().map_err(|_| EnvelopeError::Now)?,
        };
        file::delivery(raw, given, now).map_err(|error| match error {
            BadAddress::MailFrom(_) => EnvelopeError::MailFrom,
            BadAddress::Rcpt(_) => EnvelopeError::Rcpt,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::ReversePath;
    use crate::delivery::{KnownBy, Observed, Why};

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
    fn without_an_address_the_trace_tells_the_client() {
        let raw = Bytes::from_static(
            b"Return-Path: <a@example.org>\r\nReceived: from mail.example.org (mail.example.org [192.0.2.25])\r\n\
              \tby mx.example.net with ESMTPS; Sun, 22 Nov 2026 10:00:00 +0000\r\n\r\n",
        );
        let read = EnvelopeQuery::default().delivery(raw, Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(read.session.client_ip.seen().map(ToString::to_string).as_deref(), Some("192.0.2.25"));
        assert_eq!(read.session.client_known_by, KnownBy::Received);
        assert_eq!(read.envelope.reverse_path.seen().unwrap().to_string(), "a@example.org");
        assert_eq!(read.received_at.to_string(), "2026-11-22T10:00:00Z");
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let query = |change: fn(&mut EnvelopeQuery)| {
            let mut query = EnvelopeQuery::default();
            change(&mut query);
            read(&query).unwrap_err()
        };
        assert_eq!(query(|q| q.rcpt = Some("foo".to_owned())), EnvelopeError::Rcpt);
        assert_eq!(query(|q| q.ip = Some("localhost".to_owned())), EnvelopeError::Ip);
        assert_eq!(query(|q| q.mail_from = Some("nobody".to_owned())), EnvelopeError::MailFrom);
        assert_eq!(query(|q| q.tls = Some("SSLv3".to_owned())), EnvelopeError::Tls);
        assert_eq!(query(|q| q.now = Some("yesterday".to_owned())), EnvelopeError::Now);
    }
}
