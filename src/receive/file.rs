//! A message that comes from a file or an API call instead of an SMTP session.
//!
//! What nobody says about its session is `Missing`: those checks are not determined.

use std::net::IpAddr;

use bytes::Bytes;
use jiff::Timestamp;

use crate::address::{Mailbox, ReversePath};
use crate::delivery::{Delivery, Envelope, KnownBy, Observed, Session, TlsInfo, Why};
use crate::message::Message;

/// What was said about the session; `None` where nothing was said.
#[derive(Clone, Debug, Default)]
pub struct Given {
    pub client_ip: Option<IpAddr>,
    pub helo: Option<String>,
    /// `""` and `"<>"` are the null reverse path.
    pub mail_from: Option<String>,
    pub forward_paths: Vec<String>,
    pub tls: Option<GivenTls>,
    /// When the message is judged.
    pub now: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, serde::Deserialize)]
pub enum GivenTls {
    #[value(name = "none")]
    #[serde(rename = "none")]
    None,
    #[value(name = "TLSv1.2")]
    #[serde(rename = "TLSv1.2")]
    Tls12,
    #[value(name = "TLSv1.3")]
    #[serde(rename = "TLSv1.3")]
    Tls13,
}

/// What was said to be an address and is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    #[error("{0:?} is neither empty (the null reverse path) nor a mail address such as a@example.org")]
    MailFrom(String),
    #[error("{0:?} is not a mail address such as b@example.net")]
    Rcpt(String),
}

/// Makes a delivery of a message and what is known about it.
///
/// Where no client address is given, client, HELO, TLS and time are those of the topmost credible Received field. What tells
/// no client may still tell the time: a signature that was good when the message came has not expired since. `clock` is used
/// when nothing else tells the time. What a mailbox file or an editor puts before the message is left out.
///
/// # Errors
///
/// `mail_from` is neither empty nor a mail address, or a forward path is none.
pub fn delivery(raw: Bytes, given: Given, clock: Timestamp) -> Result<Delivery, BadAddress> {
    let raw = without_wrapping(raw);
    let message = Message::parse(raw.clone());
    let hop = match given.client_ip {
        Some(_) => None,
        None => message.client(),
    };
    let past = |time: &Timestamp| *time <= clock;
    let arrived = || message.received().into_iter().filter_map(|hop| hop.time).find(past);
    let (client_ip, known_by) = match (given.client_ip, hop.as_ref().and_then(|hop| hop.ip)) {
        (Some(ip), _) => (Observed::Seen(ip), KnownBy::Given),
        (None, Some(ip)) => (Observed::Seen(ip), KnownBy::Received),
        (None, None) => (missing(), KnownBy::Unknown),
    };
    let helo = given.helo.or_else(|| hop.as_ref().and_then(|hop| hop.helo.clone()));
    let reverse_path = match given.mail_from {
        Some(text) => Observed::Seen(reverse_path(&text)?),
        None => return_path(&message).map_or_else(missing, Observed::Seen),
    };
    let forward_paths: Result<Vec<String>, BadAddress> =
        given.forward_paths.iter().map(|text| forward_path(text)).collect();
    let tls = match given.tls {
        Some(GivenTls::None) => Observed::Seen(None),
        Some(GivenTls::Tls12) => Observed::Seen(Some(tls_info("TLSv1.2", None))),
        Some(GivenTls::Tls13) => Observed::Seen(Some(tls_info("TLSv1.3", None))),
        // A hop that does not tell of TLS may still have used it.
        None => match hop.as_ref().and_then(|hop| Some((hop.tls.as_deref()?, hop.cipher.as_deref()))) {
            Some((version, cipher)) => Observed::Seen(Some(tls_info(version, cipher))),
            None => missing(),
        },
    };
    Ok(Delivery {
        session: Session {
            client_ip,
            client_port: None,
            client_known_by: known_by,
            helo: helo.map_or_else(missing, Observed::Seen),
            tls,
            transcript: Vec::new(),
        },
        envelope: Envelope {
            reverse_path,
            forward_paths: forward_paths?,
            smtputf8: false,
            body: None,
            size: None,
            dsn: None,
        },
        raw,
        received_at: given.now.or(hop.and_then(|hop| hop.time)).or_else(arrived).unwrap_or(clock),
    })
}

/// Without a byte order mark, and without the line that begins a message in a mailbox file (RFC 4155, appendix A): neither
/// is a part of the message. A field may have a space before its colon (RFC 5322 §4.5), and that is no such line.
fn without_wrapping(raw: Bytes) -> Bytes {
    let marked = if raw.starts_with(b"\xef\xbb\xbf") { raw.slice(3..) } else { raw };
    let is_field = |rest: &[u8]| rest.trim_ascii_start().starts_with(b":");
    match marked.iter().position(|&octet| octet == b'\n') {
        Some(end) if marked.strip_prefix(b"From ").is_some_and(|rest| !is_field(rest)) => marked.slice(end + 1..),
        _ => marked,
    }
}

fn missing<T>() -> Observed<T> {
    Observed::Missing(Why::NotGiven)
}

fn tls_info(version: &str, cipher: Option<&str>) -> TlsInfo {
    TlsInfo { version: version.to_owned(), cipher: cipher.unwrap_or_default().to_owned() }
}

fn reverse_path(text: &str) -> Result<ReversePath, BadAddress> {
    let inner = bare(text);
    if inner.is_empty() {
        return Ok(ReversePath::Null);
    }
    Mailbox::parse(inner).map(ReversePath::Mailbox).ok_or_else(|| BadAddress::MailFrom(text.to_owned()))
}

/// RFC 5321 §4.1.1.3: a mailbox, or `Postmaster` without a domain.
fn forward_path(text: &str) -> Result<String, BadAddress> {
    let inner = bare(text);
    let known = Mailbox::parse(inner).is_some() || inner.eq_ignore_ascii_case("postmaster");
    known.then(|| inner.to_owned()).ok_or_else(|| BadAddress::Rcpt(text.to_owned()))
}

fn bare(text: &str) -> &str {
    text.trim().trim_start_matches('<').trim_end_matches('>')
}

/// What the delivering MTA wrote on top (RFC 5321 §4.4).
fn return_path(message: &Message) -> Option<ReversePath> {
    reverse_path(&message.first("Return-Path")?.value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(raw: &'static str, given: Given) -> Delivery {
        delivery(Bytes::from_static(raw.as_bytes()), given, Timestamp::UNIX_EPOCH).unwrap()
    }

    #[test]
    fn nothing_said_and_nothing_written_is_not_known() {
        let delivery = of("Subject: x\r\n\r\n", Given::default());
        assert!(delivery.session.client_ip.seen().is_none());
        assert!(delivery.session.tls.seen().is_none());
        assert!(delivery.envelope.reverse_path.seen().is_none());
    }

    #[test]
    fn a_message_without_a_client_came_when_its_trace_says_so() {
        let clock: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
        let at = |raw: &'static str, given: Given| {
            delivery(Bytes::from_static(raw.as_bytes()), given, clock).unwrap().received_at.to_string()
        };
        let submitted =
            "Received: from [192.168.1.5] by smtp.good.example with ESMTPSA; Fri, 2 Jan 2026 10:00:00 +0000\r\n\r\n";
        assert_eq!(at(submitted, Given::default()), "2026-01-02T10:00:00Z");
        let ip = Given { client_ip: Some([192, 0, 2, 1].into()), ..Given::default() };
        assert_eq!(at(submitted, ip), "2026-01-02T10:00:00Z");
        // No message comes before it was sent, and none from the future.
        let forged =
            "Received: x; Sat, 2 Jan 2027 10:00:00 +0000\r\nReceived: x; Fri, 2 Jan 2026 10:00:00 +0000\r\n\r\n";
        assert_eq!(at(forged, Given::default()), "2026-01-02T10:00:00Z");
        assert_eq!(at("Received: x\r\n\r\n", Given::default()), "2026-11-22T10:00:00Z");
        assert_eq!(
            at(submitted, Given { now: Some(Timestamp::UNIX_EPOCH), ..Given::default() }),
            "1970-01-01T00:00:00Z"
        );
    }

    #[test]
    fn what_a_mailbox_file_or_an_editor_puts_before_the_message_is_no_part_of_it() {
        for wrapped in [
            "From anna@good.example Sun Nov 22 10:00:00 2026\nSubject: x\r\n\r\n",
            "\u{feff}Subject: x\r\n\r\n",
            "\u{feff}From - Sun Nov 22 10:00:00 2026\r\nSubject: x\r\n\r\n",
            "Subject: x\r\n\r\n",
        ] {
            assert_eq!(of(wrapped, Given::default()).raw, "Subject: x\r\n\r\n");
        }
        for field in ["From: a@b.example\r\n\r\n", "From : a@b.example\r\n\r\n"] {
            assert_eq!(of(field, Given::default()).raw, field);
        }
    }

    #[test]
    fn version_and_cipher_are_those_that_the_receiver_wrote() {
        let of = |how: &str| {
            let raw = format!(
                "Received: from mail.example.org (mail.example.org [192.0.2.25])\r\n\t({how})\r\n\
                 \tby mx.example.net with ESMTPS id 1; Sun, 22 Nov 2026 10:00:01 +0000\r\n\r\n"
            );
            let read = delivery(Bytes::from(raw), Given::default(), Timestamp::UNIX_EPOCH).unwrap();
            let tls = read.session.tls.seen().unwrap().clone().unwrap();
            (tls.version, tls.cipher)
        };
        let expected = |version: &str, cipher: &str| (version.to_owned(), cipher.to_owned());
        assert_eq!(of("using TLSv1.2 with cipher AES256-SHA (256/256 bits)"), expected("TLSv1.2", "AES256-SHA"));
        let gmail = "version=TLS1_3 cipher=TLS_AES_256_GCM_SHA384 bits=256/256";
        assert_eq!(of(gmail), expected("TLSv1.3", "TLS_AES_256_GCM_SHA384"));
        let exchange = "version=TLS1_2, cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384";
        assert_eq!(of(exchange), expected("TLSv1.2", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"));
    }

    #[test]
    fn the_return_path_field_stands_in_for_mail_from_and_empty_is_null() {
        let read = of("Return-Path: <a@b.example>\r\n\r\n", Given::default());
        assert_eq!(read.envelope.reverse_path.seen().unwrap().to_string(), "a@b.example");
        let null = of("Subject: x\r\n\r\n", Given { mail_from: Some(String::new()), ..Given::default() });
        assert_eq!(null.envelope.reverse_path.seen(), Some(&ReversePath::Null));
        let wrong = Given { mail_from: Some("nobody".to_owned()), ..Given::default() };
        assert!(super::delivery(Bytes::new(), wrong, Timestamp::UNIX_EPOCH).is_err());
    }
}
