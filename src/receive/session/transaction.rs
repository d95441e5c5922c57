//! The envelope of a mail transaction: MAIL (RFC 5321 §4.1.1.2) and RCPT (§4.1.1.3), until there is content.

use super::{Clock, Session};
use crate::address::{Destination, Recipient, TestId};
use crate::delivery::{Dsn, Envelope, Observed};
use crate::receive::command::{ForwardPath, Mail, Rcpt};
use crate::receive::content::Content;
use crate::receive::reply::{self, Reply};
use crate::receive::{Notice, Refused};

pub(super) struct Transaction {
    pub(super) mail: Mail,
    pub(super) forward_paths: Vec<String>,
    pub(super) destinations: Vec<Destination>,
    pub(super) dsn: Vec<String>,
    pub(super) content: Option<Content>,
    /// Octets at which waiting pages are told again.
    pub(super) next_notice: u64,
}

impl Session {
    pub(super) fn mail(&mut self, mail: Mail) -> Reply {
        if !self.greeted {
            return reply::HELO_FIRST;
        }
        if self.transaction.is_some() {
            return reply::MAIL_TWICE;
        }
        // RFC 6531 §3.5.
        if !mail.smtputf8 && !mail.reverse_path.to_string().is_ascii() {
            return reply::NEEDS_SMTPUTF8;
        }
        // RFC 1870 §6.1: worth refusing early; the octets themselves are counted again as they come.
        if mail.size.is_some_and(|size| size > self.rules.limits.message_size) {
            return reply::TOO_BIG;
        }
        if let Err(wait) = self.gate(|gate, ip| gate.message(ip)) {
            return reply::too_often(wait);
        }
        self.transaction = Some(Box::new(Transaction {
            mail,
            forward_paths: Vec::new(),
            destinations: Vec::new(),
            dsn: Vec::new(),
            content: None,
            next_notice: 1,
        }));
        reply::SENDER_OK
    }

    pub(super) fn rcpt(&mut self, rcpt: Rcpt, clock: Clock) -> Reply {
        let Some(transaction) = &self.transaction else {
            return if self.greeted { reply::MAIL_FIRST } else { reply::HELO_FIRST };
        };
        if transaction.content.is_some() {
            return reply::BDAT_BEGUN;
        }
        let path = rcpt.forward_path.to_string();
        if !transaction.mail.smtputf8 && !path.is_ascii() {
            return reply::NEEDS_SMTPUTF8;
        }
        if transaction.forward_paths.len() >= self.rules.limits.recipients {
            return reply::TOO_MANY_RECIPIENTS;
        }
        let recipient = match &rcpt.forward_path {
            ForwardPath::Postmaster(_) => Recipient::Postmaster,
            ForwardPath::Mailbox(mailbox) => self.rules.book.resolve(mailbox, self.peer.our_ip, clock.now),
        };
        let destination = match recipient {
            Recipient::Test(id) => {
                let (client_ip, helo, tls) = (self.client_ip(), self.client_helo(), self.client_tls());
                self.notices.push((id, Notice::Recipient { client_ip, helo: helo.seen().cloned(), tls }));
                Destination::Test(id)
            }
            Recipient::Probe { probe, word } => Destination::Probe { probe, word },
            Recipient::Postmaster => Destination::Postmaster,
            Recipient::Expired(id) => {
                self.notices.push((id, Notice::Refused(Refused::Expired)));
                return reply::expired(&self.rules.public_url);
            }
            unknown @ (Recipient::NoWord | Recipient::Unknown) => {
                return match self.gate(|gate, ip| gate.unknown_recipient(ip)) {
                    Ok(()) if unknown == Recipient::NoWord => reply::no_word(),
                    Ok(()) => reply::unknown(&self.rules.public_url),
                    Err(wait) => reply::too_many_unknown(wait),
                };
            }
            Recipient::Elsewhere => return reply::RELAYING_DENIED,
        };
        if let Some(transaction) = &mut self.transaction {
            transaction.forward_paths.push(path);
            transaction.dsn.push(rcpt.dsn.unwrap_or_default());
            // The same place named twice gets one copy.
            if !transaction.destinations.contains(&destination) {
                transaction.destinations.push(destination);
            }
        }
        reply::RECIPIENT_OK
    }
}

impl Transaction {
    pub(super) fn tests(&self) -> Vec<TestId> {
        let test = |destination: &Destination| match destination {
            Destination::Test(id) => Some(*id),
            _ => None,
        };
        self.destinations.iter().filter_map(test).collect()
    }

    pub(super) fn envelope(&self) -> Envelope {
        let mail = &self.mail;
        let asked = mail.ret.is_some() || mail.envid.is_some() || self.dsn.iter().any(|dsn| !dsn.is_empty());
        Envelope {
            reverse_path: Observed::Seen(mail.reverse_path.clone()),
            forward_paths: self.forward_paths.clone(),
            smtputf8: mail.smtputf8,
            body: mail.body,
            size: mail.size,
            dsn: asked.then(|| Dsn { ret: mail.ret.clone(), envid: mail.envid.clone(), recipients: self.dsn.clone() }),
        }
    }
}
