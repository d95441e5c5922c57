//! A message as the receiver hands it on, in plain circumstances. Included by itself: `#[path = "../support/delivery.rs"]`.

use bytes::Bytes;
use jiff::Timestamp;
use vaglio::address::{Mailbox, ReversePath};
use vaglio::delivery::{Delivery, Envelope, KnownBy, Observed, Session};

/// From `anna@example.org`, by `mail.example.org` at 192.0.2.25, without TLS.
pub fn sample(raw: impl Into<Bytes>) -> Delivery {
    Delivery {
        session: Session {
            client_ip: Observed::Seen("192.0.2.25".parse().unwrap()),
            client_port: Some(40025),
            client_known_by: KnownBy::Connection,
            helo: Observed::Seen("mail.example.org".to_owned()),
            tls: Observed::Seen(None),
            transcript: Vec::new(),
        },
        envelope: Envelope {
            reverse_path: Observed::Seen(ReversePath::Mailbox(Mailbox::parse("anna@example.org").unwrap())),
            forward_paths: vec!["test@vaglio.example".to_owned()],
            smtputf8: false,
            body: None,
            size: None,
            dsn: None,
        },
        raw: raw.into(),
        // Whole milliseconds: what the store's columns hold.
        received_at: Timestamp::from_millisecond(Timestamp::now().as_millisecond()).unwrap(),
    }
}
