//! Content: DATA (RFC 5321 §4.1.1.4) and BDAT (RFC 3030), until there is a [`Delivery`] to hand over.

use std::sync::Arc;

use bytes::Bytes;

use super::{Clock, PROGRESS, Record, Session, State, Step};
use crate::address::Destination;
use crate::delivery::{BodyType, Delivery, Line, Side};
use crate::receive::content::{Content, DotReader, Spoilt};
use crate::receive::reply::{self, Reply};
use crate::receive::{Notice, Refused};

/// The rest of one BDAT chunk (RFC 3030 §2).
pub(super) struct Chunk {
    left: u64,
    size: u64,
    last: bool,
    /// The octets must be taken off the line all the same.
    refused: Option<Reply>,
}

impl Session {
    pub(super) fn data(&mut self) -> Reply {
        let rules = Arc::clone(&self.rules);
        match &mut self.transaction {
            None => reply::MAIL_FIRST,
            Some(transaction) if transaction.content.is_some() => reply::BDAT_BEGUN,
            Some(transaction) if transaction.destinations.is_empty() => reply::NO_RECIPIENT,
            // RFC 3030 §3.
            Some(transaction) if transaction.mail.body == Some(BodyType::BinaryMime) => reply::BINARY_NEEDS_BDAT,
            Some(transaction) => {
                transaction.content = Some(Content::new(rules.limits.message_size, &rules.memory));
                self.state = State::Data(DotReader::new());
                reply::GO_AHEAD
            }
        }
    }

    pub(super) fn read_data(&mut self, input: &mut &[u8], out: &mut Vec<u8>, clock: Clock) -> Option<Step> {
        let State::Data(reader) = &mut self.state else { return None };
        let content = self.transaction.as_mut().and_then(|transaction| transaction.content.as_mut());
        let Some(content) = content else {
            self.state = State::Command;
            return None;
        };
        let (used, over) = reader.read(input, |run| content.push(run));
        *input = input.get(used..).unwrap_or_default();
        if over {
            return self.finish(out, clock);
        }
        if content.length > self.rules.limits.drain {
            self.notice_refused(Refused::TooBig);
            self.close(reply::TOO_BIG, out, clock);
            return None;
        }
        self.notice_progress();
        Some(Step::Read)
    }

    pub(super) fn bdat(&mut self, size: u64, last: bool, out: &mut Vec<u8>, clock: Clock) {
        let rules = Arc::clone(&self.rules);
        let refused = match &mut self.transaction {
            None => Some(reply::MAIL_FIRST),
            Some(transaction) if transaction.destinations.is_empty() => Some(reply::NO_RECIPIENT),
            Some(transaction) => {
                let memory = &rules.memory;
                let content =
                    transaction.content.get_or_insert_with(|| Content::new(rules.limits.message_size, memory));
                content.announce(size);
                None
            }
        };
        let taken = self.transaction.as_ref().and_then(|transaction| transaction.content.as_ref());
        if size.saturating_add(taken.map_or(0, |content| content.length)) > self.rules.limits.drain {
            self.notice_refused(Refused::TooBig);
            return self.close(reply::TOO_BIG, out, clock);
        }
        self.state = State::Chunk(Chunk { left: size, size, last, refused });
    }

    pub(super) fn read_chunk(&mut self, input: &mut &[u8], out: &mut Vec<u8>, clock: Clock) -> Option<Step> {
        let State::Chunk(chunk) = &mut self.state else { return None };
        let most = usize::try_from(chunk.left).unwrap_or(usize::MAX).min(input.len());
        let (part, rest) = input.split_at_checked(most)?;
        *input = rest;
        chunk.left = chunk.left.saturating_sub(u64::try_from(most).unwrap_or(u64::MAX));
        let content = self.transaction.as_mut().and_then(|transaction| transaction.content.as_mut());
        if let (Some(content), None) = (content, &chunk.refused) {
            content.push(part);
        }
        if chunk.left > 0 {
            self.notice_progress();
            return Some(Step::Read);
        }
        let State::Chunk(chunk) = std::mem::replace(&mut self.state, State::Command) else { return None };
        let spoilt = self.transaction.as_ref().and_then(|t| t.content.as_ref()).is_some_and(|c| c.spoilt.is_some());
        match chunk.refused {
            Some(reply) => self.answer(reply, out, clock),
            None if chunk.last || spoilt => return self.finish(out, clock),
            None => {
                self.transcript.note(clock.ms, &format!("content, {} octets", chunk.size));
                self.answer(Reply::told(250, "2.0.0", format!("{} octets taken", chunk.size)), out, clock);
            }
        }
        None
    }

    /// All content is here, or what is here is spoilt.
    fn finish(&mut self, out: &mut Vec<u8>, clock: Clock) -> Option<Step> {
        self.state = State::Command;
        let content = self.transaction.as_mut().and_then(|transaction| transaction.content.take())?;
        self.transcript.note(clock.ms, &format!("content, {} octets in all", content.length));
        if let Some(why) = content.spoilt {
            self.notice_refused(match why {
                Spoilt::TooBig => Refused::TooBig,
                Spoilt::NoRoom => Refused::TryLater,
            });
            self.answer(reply::spoilt(why), out, clock);
            self.reset();
            return None;
        }
        let octets = content.length;
        let (raw, room) = content.into_parts();
        let session = self.record(clock);
        let transaction = self.transaction.as_ref()?;
        let destinations = transaction.destinations.clone();
        for destination in &destinations {
            if let Destination::Test(id) = destination {
                self.notices.push((*id, Notice::Content { octets }));
            }
        }
        let envelope = transaction.envelope();
        let delivery = Delivery { session, envelope, raw: Bytes::from(raw), received_at: clock.now };
        self.state = State::Delivering(room);
        Some(Step::Deliver(Box::new(delivery), destinations))
    }

    fn record(&self, clock: Clock) -> Record {
        let mut transcript = self.transcript.lines();
        // The delivery is kept only if this is what the client reads.
        transcript.push(Line { at_ms: clock.ms, from: Side::Server, text: reply::TAKEN.to_string() });
        let peer = self.client();
        Record {
            client_ip: peer.ip,
            client_port: peer.port,
            client_known_by: peer.known_by,
            helo: self.client_helo(),
            tls: self.client_tls(),
            transcript,
        }
    }

    fn notice_progress(&mut self) {
        let Some(transaction) = &mut self.transaction else { return };
        let octets = transaction.content.as_ref().map_or(0, |content| content.length);
        if octets >= transaction.next_notice {
            transaction.next_notice = octets.saturating_add(PROGRESS);
            let tests = transaction.tests();
            self.notices.extend(tests.into_iter().map(|id| (id, Notice::Content { octets })));
        }
    }

    pub(super) fn notice_refused(&mut self, why: Refused) {
        if let Some(transaction) = &self.transaction {
            self.notices.extend(transaction.tests().into_iter().map(|id| (id, Notice::Refused(why))));
        }
    }
}
