//! Facts for the families' tests: a message without any authentication, as if DNS had been silent.

use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;

use crate::address::{Mailbox, ReversePath};
use crate::auth::{Arc as ArcSeal, ArcResult, Auth, Dmarc};
use crate::delivery::{BodyType, Delivery, Envelope, KnownBy, Observed, Session, TlsInfo, Why};
use crate::facts::{Facts, Purpose, Recorded};
use crate::message::Message;

use super::{Finding, Findings};

/// When every test message is judged.
pub const NOW: &str = "2026-11-22T02:30:00Z";

/// Facts of this message, LF written for CRLF: a TLS session of mail.example.org, 192.0.2.25.
pub fn facts_of(raw: &str) -> Facts {
    facts_of_bytes(raw.replace("\r\n", "\n").replace('\n', "\r\n").as_bytes())
}

/// The same, every octet as given.
pub fn facts_of_bytes(raw: &[u8]) -> Facts {
    let raw = Bytes::copy_from_slice(raw);
    let now: Timestamp = NOW.parse().unwrap();
    let delivery = Delivery {
        session: Session {
            client_ip: Observed::Seen("192.0.2.25".parse().unwrap()),
            client_port: Some(40025),
            client_known_by: KnownBy::Connection,
            helo: Observed::Seen("mail.example.org".to_owned()),
            tls: Observed::Seen(Some(TlsInfo { version: "TLSv1.3".to_owned(), cipher: String::new() })),
            transcript: Vec::new(),
        },
        envelope: Envelope {
            reverse_path: Observed::Seen(ReversePath::Mailbox(Mailbox::parse("anna@example.org").unwrap())),
            forward_paths: vec!["test@vaglio.example".to_owned()],
            smtputf8: false,
            body: Some(BodyType::EightBitMime),
            size: None,
            dsn: None,
        },
        raw: raw.clone(),
        received_at: now,
    };
    Facts {
        delivery: Arc::new(delivery),
        message: Message::parse(raw),
        auth: no_auth(),
        dns: Recorded::default(),
        lists: Observed::Missing(Why::NotConfigured),
        links: Observed::Missing(Why::NotConfigured),
        policies: crate::gather::policies::Policies::default(),
        spamd: Observed::Missing(Why::NotConfigured),
        rspamd: Observed::Missing(Why::NotConfigured),
        purpose: Purpose::Personal,
        now,
    }
}

fn no_auth() -> Auth {
    Auth {
        spf: Observed::Missing(Why::NotGiven),
        spf_helo: Observed::Missing(Why::NotGiven),
        dkim: Vec::new(),
        arc: ArcSeal { result: ArcResult::None, instances: 0, sealers: Vec::new(), reason: None },
        dmarc: Dmarc::default(),
        iprev: Observed::Missing(Why::NotGiven),
    }
}

/// What one family finds.
pub fn found(check: fn(&Facts, &mut Findings), facts: &Facts) -> Vec<Finding> {
    let mut findings = Findings::default();
    check(facts, &mut findings);
    findings.0
}

/// The codes of what one family finds, in order.
pub fn codes(check: fn(&Facts, &mut Findings), facts: &Facts) -> Vec<String> {
    found(check, facts).into_iter().map(|finding| finding.code).collect()
}

#[test]
fn test_facts_hold_the_message_that_was_given() {
    let facts = facts_of("Subject: hello\n\nbody\n");
    assert_eq!(facts.now.to_string(), NOW);
    assert_eq!(facts.message.raw, facts_of_bytes(b"Subject: hello\r\n\r\nbody\r\n").message.raw);
    let nothing = |_: &Facts, _: &mut Findings| {};
    assert!(found(nothing, &facts).is_empty() && codes(nothing, &facts).is_empty());
}
