//! Dialogues as data: each `dialogues/*.txt` is played against the session machine, whole and octet by octet.
//!
//! `== name` begins a dialogue; `! setting` lines say how the session is set up; `C:` is a line of the client (escapes as in
//! Rust: `\0`, `\xff`, `\n` without CR LF added when it ends in `\`); `S:` is a line of the server, `...` at its end standing for anything.
//! `{fresh}`, `{fresh2}` and `{expired}` are addresses. What needs the world is shown by the server side in brackets.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use vaglio::delivery::{Delivery, KnownBy, Observed, TlsInfo};
use vaglio::receive::limits::{Limits, Memory};
use vaglio::receive::session::{Clock, Rules, Session, Step};
use vaglio::receive::xclient::Peer;
use vaglio::receive::{Gate, OpenGate, Refusal, Wait};

use crate::fixture::{URL, book};

const NOW: &str = "2026-11-22T10:00:00Z";

struct Dialogue {
    name: String,
    settings: Vec<String>,
    client: Vec<u8>,
    server: Vec<String>,
}

struct ClosedGate;

impl Gate for ClosedGate {
    fn message(&self, _: std::net::IpAddr) -> Result<(), Wait> {
        Err(Wait(Duration::from_secs(40)))
    }
}

/// What a session said and did.
pub struct Played {
    pub said: Vec<String>,
    pub deliveries: Vec<Delivery>,
}

pub fn session(settings: &[String]) -> Session {
    let mut limits = Limits::default();
    let mut peer = Peer {
        ip: Observed::Seen("198.51.100.9".parse().unwrap()),
        port: Some(4000),
        known_by: KnownBy::Connection,
        our_ip: Some("192.0.2.25".parse().unwrap()),
        trusted: false,
        exempt: false,
    };
    let mut tls = true;
    let mut gate: Arc<dyn Gate> = Arc::new(OpenGate);
    for setting in settings {
        match setting.split_once('=').unwrap_or((setting, "")) {
            ("trusted", _) => (peer.trusted, peer.exempt) = (true, true),
            ("no-tls", _) => tls = false,
            ("gate-closed", _) => gate = Arc::new(ClosedGate),
            ("command_line", n) => limits.command_line = n.parse().unwrap(),
            ("message_size", n) => limits.message_size = n.parse().unwrap(),
            ("drain", n) => limits.drain = n.parse().unwrap(),
            ("recipients", n) => limits.recipients = n.parse().unwrap(),
            ("errors", n) => limits.errors = n.parse().unwrap(),
            ("commands", n) => limits.commands = n.parse().unwrap(),
            ("memory", n) => limits.memory = n.parse().unwrap(),
            ("deliver", _) => {}
            other => panic!("no such setting: {other:?}"),
        }
    }
    let memory = Memory::new(limits.memory);
    let rules = Rules { book: Arc::new(book()), public_url: URL.to_owned(), limits, tls, gate, memory };
    Session::new(Arc::new(rules), peer)
}

pub fn play(settings: &[String], client: &[u8], chunk: usize) -> Played {
    let mut session = session(settings);
    let clock = Clock { now: NOW.parse().unwrap(), ms: 0 };
    let refusal = settings.iter().find_map(|setting| match setting.as_str() {
        "deliver=full" => Some(Refusal::Full),
        "deliver=deleted" => Some(Refusal::Deleted),
        "deliver=busy" => Some(Refusal::Busy),
        "deliver=fault" => Some(Refusal::Fault),
        _ => None,
    });
    let mut played = Played { said: Vec::new(), deliveries: Vec::new() };
    let mut out = Vec::new();
    session.greet(&mut out, clock);
    // What is sent after STARTTLS comes when TLS is on: in these scripts it is a new flight.
    let mut flights: Vec<&[u8]> = Vec::new();
    let mut rest = client;
    while let Some(end) = find(rest, b"STARTTLS\r\n") {
        flights.push(&rest[..end]);
        rest = &rest[end..];
    }
    flights.push(rest);
    for piece in flights.iter().flat_map(|flight| flight.chunks(chunk.max(1))) {
        let mut input = piece;
        loop {
            let step = session.step(&mut input, &mut out, clock);
            said(&mut out, &mut played.said);
            match step {
                Step::Read => break,
                Step::Deliver(delivery, destinations) => {
                    played.said.push(format!("[{} octets for {}]", delivery.raw.len(), destinations.len()));
                    played.deliveries.push(*delivery);
                    session.delivered(refusal.map_or(Ok(()), Err), &mut out, clock);
                    said(&mut out, &mut played.said);
                }
                Step::StartTls => {
                    played.said.push("[TLS]".to_owned());
                    let info = TlsInfo { version: "TLSv1.3".to_owned(), cipher: "TLS_AES_128_GCM_SHA256".to_owned() };
                    session.tls_established(info, clock);
                }
                Step::Close => {
                    played.said.push("[closed]".to_owned());
                    return played;
                }
            }
        }
    }
    played
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle).map(|at| at + needle.len())
}

fn said(out: &mut Vec<u8>, into: &mut Vec<String>) {
    into.extend(String::from_utf8(std::mem::take(out)).unwrap().split_terminator("\r\n").map(str::to_owned));
}

fn read(text: &str) -> Vec<Dialogue> {
    let book = book();
    let now: Timestamp = NOW.parse().unwrap();
    let (fresh, fresh2) = (book.address(book.fresh(now).unwrap()), book.address(book.fresh(now).unwrap()));
    let expired = book.address(book.fresh("2026-11-20T10:00:00Z".parse().unwrap()).unwrap());
    let mut dialogues: Vec<Dialogue> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let line = line.replace("{fresh}", &fresh).replace("{fresh2}", &fresh2).replace("{expired}", &expired);
        if let Some(name) = line.strip_prefix("== ") {
            let name = name.to_owned();
            dialogues.push(Dialogue { name, settings: vec![], client: vec![], server: vec![] });
            continue;
        }
        let dialogue = dialogues.last_mut().expect("a dialogue begins with its name");
        match line.split_at(2) {
            ("! ", setting) => dialogue.settings.push(setting.to_owned()),
            ("C:", text) => dialogue.client.extend(unescape(text.strip_prefix(' ').unwrap_or(text))),
            ("S:", text) => dialogue.server.push(text.trim().to_owned()),
            _ => panic!("{line}"),
        }
    }
    dialogues
}

/// A line with its CR LF, or without when it ends in a backslash.
fn unescape(text: &str) -> Vec<u8> {
    let (text, end) = match text.strip_suffix('\\') {
        Some(text) => (text, &b""[..]),
        None => (text, &b"\r\n"[..]),
    };
    let mut octets = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        octets.extend_from_slice(&rest.as_bytes()[..at]);
        let (octet, length) = match &rest[at + 1..at + 2] {
            "n" => (b'\n', 2),
            "r" => (b'\r', 2),
            "0" => (0, 2),
            "x" => (u8::from_str_radix(&rest[at + 2..at + 4], 16).unwrap(), 4),
            other => panic!("escape {other:?}"),
        };
        octets.push(octet);
        rest = &rest[at + length..];
    }
    octets.extend_from_slice(rest.as_bytes());
    octets.extend_from_slice(end);
    octets
}

fn matches(expected: &str, said: &str) -> bool {
    match expected.strip_suffix("...") {
        Some(beginning) => said.starts_with(beginning),
        None => said == expected,
    }
}

fn check(text: &str) {
    let dialogues = read(text);
    assert!(!dialogues.is_empty());
    for dialogue in dialogues {
        for chunk in [usize::MAX, 1, 7] {
            let said = play(&dialogue.settings, &dialogue.client, chunk).said;
            let agree = said.len() == dialogue.server.len()
                && dialogue.server.iter().zip(&said).all(|(expected, said)| matches(expected, said));
            assert!(agree, "{} (by {chunk}):\nexpected {:#?}\nsaid {said:#?}", dialogue.name, dialogue.server);
        }
    }
}

#[test]
fn the_order_of_commands_is_as_the_rfc_says() {
    check(include_str!("dialogues/order.txt"));
}

#[test]
fn addresses_are_answered_kindly_and_rightly() {
    check(include_str!("dialogues/addresses.txt"));
}

#[test]
fn extensions_do_what_they_promise() {
    check(include_str!("dialogues/extensions.txt"));
}

#[test]
fn attacks_lead_nowhere() {
    check(include_str!("dialogues/attacks.txt"));
}

#[test]
fn limits_hold() {
    check(include_str!("dialogues/limits.txt"));
}

#[test]
fn trusted_front_ends_tell_who_the_client_is() {
    check(include_str!("dialogues/trusted.txt"));
}

mod properties {
    use super::*;
    use proptest::prelude::*;

    fn piece(fresh: String) -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            4 => prop::sample::select(vec![
                "EHLO a.example\r\n".to_owned(), "MAIL FROM:<a@b.example>\r\n".to_owned(), format!("RCPT TO:<{fresh}>\r\n"),
                "DATA\r\n".to_owned(), "\r\n.\r\n".to_owned(), "BDAT 5\r\n".to_owned(), "BDAT 0 LAST\r\n".to_owned(),
                "BDAT 3 LAST\r\n".to_owned(), "RSET\r\n".to_owned(), "NOOP\n".to_owned(), ".\r\n".to_owned(),
                "XCLIENT ADDR=192.0.2.1\r\n".to_owned(), "XFORWARD HELO=b\r\n".to_owned(), "x".repeat(300),
            ]).prop_map(String::into_bytes),
            1 => proptest::collection::vec(prop_oneof![Just(b'\r'), Just(b'\n'), Just(b'.'), any::<u8>()], 0..40),
        ]
    }

    proptest! {
        #[test]
        fn any_octets_in_any_chunks_give_one_result(
            pieces in proptest::collection::vec(piece({
                let book = book();
                book.address(book.fresh(NOW.parse().unwrap()).unwrap())
            }), 0..25),
            chunk in 1usize..40,
        ) {
            let settings = ["trusted".to_owned(), "command_line=200".to_owned(), "message_size=400".to_owned()];
            let client = pieces.concat();
            // STARTTLS throws away what came with it, so there chunks matter by design.
            prop_assume!(!client.windows(8).any(|window| window.eq_ignore_ascii_case(b"starttls")));
            let whole = play(&settings, &client, usize::MAX);
            let parts = play(&settings, &client, chunk);
            prop_assert_eq!(&whole.said, &parts.said);
            prop_assert_eq!(&whole.deliveries, &parts.deliveries);
        }
    }
}
