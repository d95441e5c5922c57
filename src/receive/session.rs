//! The SMTP session as a machine without I/O: octets go in, replies come out, and now and then a [`Step`] that needs the world.
//!
//! Owns the order of commands (RFC 5321 §4.1.4) and the mail transaction. It must never wait, read a clock or touch a socket;
//! `connection.rs` does that for it. Splitting the input differently never changes what it does.

mod data;
mod origin;
mod transaction;

use std::net::IpAddr;
use std::sync::Arc;

use jiff::Timestamp;

use self::data::Chunk;
use self::transaction::Transaction;
use crate::address::{AddressBook, Destination, TestId};
use crate::delivery::{Delivery, Observed, Session as Record, TlsInfo};
use crate::metering;
use crate::receive::command::{self, Command, Fault};
use crate::receive::content::DotReader;
use crate::receive::limits::{Limits, Memory, Share};
use crate::receive::reply::{self, Reply};
use crate::receive::transcript::Transcript;
use crate::receive::xclient::{self, Peer, Told};
use crate::receive::{Gate, Notice, Refusal, Refused, Wait};

/// A waiting page is told of progress this often.
const PROGRESS: u64 = 256 << 10;

/// What all sessions share.
pub struct Rules {
    pub book: Arc<AddressBook>,
    /// Where new addresses are to be had; said in refusals.
    pub public_url: String,
    pub limits: Limits,
    /// Is STARTTLS offered?
    pub tls: bool,
    pub gate: Arc<dyn Gate>,
    /// What all sessions together may hold of message content.
    pub memory: Memory,
}

/// The time, told by the caller.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    pub now: Timestamp,
    /// Since the connection was accepted.
    pub ms: u64,
}

/// What the session needs before it can go on.
#[derive(Debug)]
pub enum Step {
    /// All input has been used.
    Read,
    /// To be answered with [`Session::delivered`].
    Deliver(Box<Delivery>, Vec<Destination>),
    /// The reply is to be written, then the handshake made, then [`Session::tls_established`] told.
    StartTls,
    /// The replies are to be written, then the connection closed.
    Close,
}

/// What the client is expected to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Command,
    Content,
    Closed,
}

pub struct Session {
    rules: Arc<Rules>,
    peer: Peer,
    state: State,
    /// The beginning of a command line whose end has not come yet.
    line: Vec<u8>,
    greeted: bool,
    helo: Option<String>,
    /// The HELO that XCLIENT told: it names the original client, whatever the front end says for itself later.
    told_helo: Option<Observed<String>>,
    xforward: Option<Told>,
    tls: Observed<Option<TlsInfo>>,
    encrypted: bool,
    transaction: Option<Box<Transaction>>,
    errors: u32,
    commands: u32,
    transcript: Transcript,
    notices: Vec<(TestId, Notice)>,
}

enum State {
    Command,
    /// Inside a command line that is too long: nothing of it is kept.
    Overlong,
    Data(DotReader),
    Chunk(Chunk),
    /// The room of the content that the inbox is being asked to take.
    Delivering(#[expect(dead_code, reason = "held until the message is committed")] Share),
    Closed,
}

impl Session {
    pub fn new(rules: Arc<Rules>, peer: Peer) -> Session {
        let transcript = Transcript::new(rules.limits.transcript_lines, rules.limits.transcript_octets);
        Session {
            rules,
            peer,
            state: State::Command,
            line: Vec::new(),
            greeted: false,
            helo: None,
            told_helo: None,
            xforward: None,
            tls: Observed::Seen(None),
            encrypted: false,
            transaction: None,
            errors: 0,
            commands: 0,
            transcript,
            notices: Vec::new(),
        }
    }

    /// The 220 that opens the session (RFC 5321 §3.1).
    pub fn greet(&mut self, out: &mut Vec<u8>, clock: Clock) {
        let banner = self.banner();
        self.answer(banner, out, clock);
    }

    /// Uses input, and adds replies to `out`, until something is needed.
    pub fn step(&mut self, input: &mut &[u8], out: &mut Vec<u8>, clock: Clock) -> Step {
        loop {
            let used = match &mut self.state {
                State::Closed => return Step::Close,
                State::Delivering(_) => return Step::Read,
                State::Command => self.read_line(input, out, clock),
                State::Overlong => self.skip_line(input, out, clock),
                State::Data(_) => self.read_data(input, out, clock),
                State::Chunk(_) => self.read_chunk(input, out, clock),
            };
            if let Some(step) = used {
                return step;
            }
        }
    }

    /// The inbox has answered [`Step::Deliver`].
    pub fn delivered(&mut self, result: Result<(), Refusal>, out: &mut Vec<u8>, clock: Clock) {
        self.state = State::Command;
        match result {
            Ok(()) => self.answer(reply::TAKEN, out, clock),
            Err(why) => {
                self.notice_refused(match why {
                    Refusal::Full => Refused::Full,
                    Refusal::Deleted => Refused::Deleted,
                    Refusal::Busy | Refusal::Fault => Refused::TryLater,
                });
                self.answer(reply::refusal(why), out, clock);
            }
        }
        self.reset();
    }

    /// RFC 3207 §4.2: everything that the client said before the handshake is forgotten.
    pub fn tls_established(&mut self, info: TlsInfo, clock: Clock) {
        self.transcript.note(clock.ms, &format!("TLS established: {} {}", info.version, info.cipher));
        self.tls = Observed::Seen(Some(info));
        self.encrypted = true;
        self.helo = None;
        self.greeted = self.told_helo.is_some();
        self.reset();
    }

    /// The client was too slow.
    pub fn time_out(&mut self, out: &mut Vec<u8>, clock: Clock) {
        self.notice_refused(Refused::Interrupted);
        let reply = reply::timed_out(self.rules.book.domain());
        self.close(reply, out, clock);
    }

    /// The service is stopping.
    pub fn shut_down(&mut self, out: &mut Vec<u8>, clock: Clock) {
        self.notice_refused(Refused::TryLater);
        let reply = reply::shutting_down(self.rules.book.domain());
        self.close(reply, out, clock);
    }

    /// The connection has ended without QUIT.
    pub fn lost(&mut self) {
        self.notice_refused(Refused::Interrupted);
        self.state = State::Closed;
    }

    pub fn phase(&self) -> Phase {
        match self.state {
            State::Command | State::Overlong => Phase::Command,
            State::Data(_) | State::Chunk(_) | State::Delivering(_) => Phase::Content,
            State::Closed => Phase::Closed,
        }
    }

    /// Between MAIL and its end?
    pub fn in_transaction(&self) -> bool {
        self.transaction.is_some()
    }

    /// How many whole commands have come.
    pub fn commands(&self) -> u32 {
        self.commands
    }

    /// What waiting pages should be told, since the last call.
    pub fn take_notices(&mut self) -> Vec<(TestId, Notice)> {
        std::mem::take(&mut self.notices)
    }

    fn read_line(&mut self, input: &mut &[u8], out: &mut Vec<u8>, clock: Clock) -> Option<Step> {
        if input.is_empty() {
            return Some(Step::Read);
        }
        let end = input.iter().position(|byte| *byte == b'\n').map(|lf| lf.saturating_add(1));
        let length = self.line.len().saturating_add(end.unwrap_or(input.len()));
        if length > self.rules.limits.command_line {
            self.line = Vec::new();
            self.state = State::Overlong;
            return None;
        }
        let (part, rest) = input.split_at_checked(end.unwrap_or(input.len()))?;
        *input = rest;
        self.line.extend_from_slice(part);
        end?;
        let line = std::mem::take(&mut self.line);
        self.count_command(out, clock);
        if matches!(self.state, State::Closed) {
            return None;
        }
        match line.strip_suffix(b"\r\n") {
            Some(line) => self.command(line, input, out, clock),
            None => {
                self.transcript.client(clock.ms, line.strip_suffix(b"\n").unwrap_or(&line));
                self.answer(reply::BARE_LF, out, clock);
                None
            }
        }
    }

    /// RFC 5321 §4.5.3.1.9: the whole line is passed over, so that its tail is never taken for a command.
    fn skip_line(&mut self, input: &mut &[u8], out: &mut Vec<u8>, clock: Clock) -> Option<Step> {
        let Some(lf) = input.iter().position(|byte| *byte == b'\n') else {
            *input = &[];
            return Some(Step::Read);
        };
        *input = input.get(lf.saturating_add(1)..).unwrap_or_default();
        self.state = State::Command;
        self.count_command(out, clock);
        if !matches!(self.state, State::Closed) {
            self.transcript.note(clock.ms, "a command line that was too long");
            self.answer(reply::LINE_TOO_LONG, out, clock);
        }
        None
    }

    fn command(&mut self, line: &[u8], input: &mut &[u8], out: &mut Vec<u8>, clock: Clock) -> Option<Step> {
        let parsed = command::parse(line);
        if let Ok(Command::Mail(_)) = parsed
            && self.transaction.is_none()
        {
            self.transcript.begin_transaction(clock.ms);
        }
        self.transcript.client(clock.ms, line);
        let reply = match parsed {
            Ok(Command::Ehlo(host)) => {
                self.hello(host);
                self.extensions(out, clock);
                return None;
            }
            Ok(Command::Helo(host)) => {
                self.hello(host);
                Reply::told(250, "", self.rules.book.domain().to_owned())
            }
            Ok(Command::Mail(mail)) => self.mail(mail),
            Ok(Command::Rcpt(rcpt)) => self.rcpt(rcpt, clock),
            Ok(Command::Data) => self.data(),
            Ok(Command::Bdat { size, last }) => {
                self.bdat(size, last, out, clock);
                return None;
            }
            Ok(Command::StartTls) => match self.start_tls() {
                Ok(()) => {
                    self.answer(reply::START_TLS, out, clock);
                    // RFC 3207 §4.2 and CVE-2011-0411: what was sent before the handshake could be anybody's.
                    if !input.is_empty() {
                        self.transcript.note(clock.ms, "what was sent after STARTTLS in plain text was thrown away");
                        *input = &[];
                    }
                    return Some(Step::StartTls);
                }
                Err(reply) => reply,
            },
            Ok(Command::Rset) => {
                self.reset();
                reply::OK
            }
            Ok(Command::Noop) => reply::OK,
            Ok(Command::Quit) => {
                let reply = reply::quit(self.rules.book.domain());
                self.notice_refused(Refused::Interrupted);
                self.close(reply, out, clock);
                return None;
            }
            Ok(Command::Vrfy) => reply::NOT_VERIFIED,
            Ok(Command::Expn) => reply::NO_EXPN,
            Ok(Command::Help) => Reply::told(214, "2.0.0", format!("See {}", self.rules.public_url)),
            Ok(Command::Auth) => reply::NO_AUTH,
            Ok(Command::Xclient(attributes)) => self.xclient(&attributes),
            Ok(Command::Xforward(attributes)) => self.xforward(&attributes),
            Err(Fault::BdatSyntax) => {
                // How many octets follow cannot be known; to take them for commands would be dangerous.
                self.close(reply::fault(Fault::BdatSyntax), out, clock);
                return None;
            }
            Err(fault) => reply::fault(fault),
        };
        self.answer(reply, out, clock);
        None
    }

    /// RFC 5321 §4.1.4: HELO and EHLO also end a transaction.
    fn hello(&mut self, host: String) {
        self.reset();
        self.helo = Some(host);
        self.greeted = true;
    }

    fn extensions(&mut self, out: &mut Vec<u8>, clock: Clock) {
        let mut lines = vec![self.rules.book.domain().to_owned(), "PIPELINING".to_owned()];
        lines.push(format!("SIZE {}", self.rules.limits.message_size));
        if self.rules.tls && !self.encrypted {
            lines.push("STARTTLS".to_owned());
        }
        if self.peer.trusted {
            lines.extend([xclient::XCLIENT.to_owned(), xclient::XFORWARD.to_owned()]);
        }
        let plain = ["8BITMIME", "ENHANCEDSTATUSCODES", "SMTPUTF8", "CHUNKING", "BINARYMIME", "DSN"];
        lines.extend(plain.map(str::to_owned));
        lines.push("HELP".to_owned());
        let last = lines.len();
        for (i, line) in lines.iter().enumerate() {
            let dash = if i.saturating_add(1) == last { ' ' } else { '-' };
            self.say(&format!("250{dash}{line}"), out, clock);
        }
    }

    fn start_tls(&mut self) -> Result<(), Reply> {
        if self.encrypted {
            return Err(reply::TLS_ALREADY);
        }
        if self.rules.tls { Ok(()) } else { Err(reply::NO_STARTTLS) }
    }

    /// May the client go on, as far as rates are concerned?
    fn gate(&self, ask: impl Fn(&dyn Gate, IpAddr) -> Result<(), Wait>) -> Result<(), Wait> {
        match self.peer.ip {
            Observed::Seen(ip) if !self.peer.exempt => ask(self.rules.gate.as_ref(), ip),
            _ => Ok(()),
        }
    }

    fn reset(&mut self) {
        self.transaction = None;
        self.xforward = None;
    }

    fn banner(&self) -> Reply {
        Reply::told(220, "", format!("{} ESMTP Vaglio", self.rules.book.domain()))
    }

    fn count_command(&mut self, out: &mut Vec<u8>, clock: Clock) {
        self.commands = self.commands.saturating_add(1);
        if self.commands > self.rules.limits.commands {
            let reply = reply::too_many_commands(self.rules.book.domain());
            self.close(reply, out, clock);
        }
    }

    fn close(&mut self, reply: Reply, out: &mut Vec<u8>, clock: Clock) {
        self.count_refusal(&reply);
        self.say(&reply.to_string(), out, clock);
        self.transaction = None;
        self.state = State::Closed;
    }

    fn answer(&mut self, reply: Reply, out: &mut Vec<u8>, clock: Clock) {
        if reply.is_error() {
            self.errors = self.errors.saturating_add(1);
            if self.errors > self.rules.limits.errors {
                let reply = reply::too_many_errors(self.rules.book.domain());
                return self.close(reply, out, clock);
            }
        }
        self.count_refusal(&reply);
        self.say(&reply.to_string(), out, clock);
    }

    fn count_refusal(&self, reply: &Reply) {
        if reply.code >= 400 {
            metering::refusal(reply.code, reply.status, self.peer.ip.seen().copied());
        }
    }

    fn say(&mut self, line: &str, out: &mut Vec<u8>, clock: Clock) {
        self.transcript.server(clock.ms, line);
        out.extend_from_slice(line.as_bytes());
        out.extend_from_slice(b"\r\n");
    }
}
