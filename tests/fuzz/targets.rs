//! What is fuzzed: each function takes any octets, and must neither panic nor hang nor break what it asserts.
//!
//! `fuzz_targets/` hands them to libFuzzer, `tests/fuzz_corpus.rs` replays what was found. How to run: `tests/fuzz/run`.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a broken assumption is a finding")]

use std::sync::Arc;

use axum::response::IntoResponse;
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;
use vaglio::address::{AddressBook, Mailbox, ReversePath, TestId};
use vaglio::analyse::{Choices, Examiner};
use vaglio::auth::{dmarc, spf};
use vaglio::delivery::{Delivery, Envelope, KnownBy, Observed, Session, TlsInfo};
use vaglio::dns::wire::{self, Reply};
use vaglio::dns::{Answer, Data, Dns, Lookup, Question, RecordType, Text, Upstream, Zone};
use vaglio::gather::{lists, spamd};
use vaglio::lang::Lang;
use vaglio::message::{Message, header, html, urls};
use vaglio::receive::session::{Clock, Rules, Session as Smtp, Step};
use vaglio::receive::xclient::Peer;
use vaglio::receive::{Limits, OpenGate, limits::Memory};
use vaglio::report::view::View;
use vaglio::report::{markdown, text};
use vaglio::web::preview::{self, Look};
use vaglio::web::{pages, reader::Reader};

pub type Target = fn(&[u8]);

/// By the names of the fuzz targets and of the folders of the corpus.
pub const TARGETS: &[(&str, Target)] = &[
    ("session", session),
    ("message_report", message_report),
    ("spf_record", spf_record),
    ("dmarc_record", dmarc_record),
    ("dkim_signature", dkim_signature),
    ("html", html),
    ("urls", urls),
    ("headers", headers),
    ("list_answers", list_answers),
    ("spamd_reply", spamd_reply),
];

/// An SMTP client that says this: in one piece or in many, the answers and the messages are the same.
pub fn session(octets: &[u8]) {
    let whole = talk(octets, octets.len().max(1), false);
    for piece in [1, 7] {
        assert_eq!(talk(octets, piece, false), whole, "in pieces of {piece}");
    }
    // What follows STARTTLS in the same piece is thrown away, so with TLS the pieces do matter.
    talk(octets, octets.len().max(1), true);
}

/// The replies, and each message with its forward paths.
pub fn talk(octets: &[u8], piece: usize, tls: bool) -> (String, Vec<(Bytes, Vec<String>)>) {
    const MOST: u64 = 4000;
    let limits = Limits {
        command_line: 600,
        message_size: MOST,
        drain: 8000,
        recipients: 3,
        commands: 200,
        memory: 10_000,
        transcript_lines: 30,
        ..Limits::default()
    };
    let book = AddressBook::new(&[7; 32], "test.example", SignedDuration::from_hours(24));
    let rules = Rules {
        book: Arc::new(book),
        public_url: "https://test.example/".to_owned(),
        tls,
        gate: Arc::new(OpenGate),
        memory: Memory::new(limits.memory),
        limits,
    };
    let peer = Peer {
        ip: Observed::Seen([192, 0, 2, 1].into()),
        port: Some(40_025),
        known_by: KnownBy::Connection,
        our_ip: None,
        trusted: true,
        exempt: true,
    };
    let clock = Clock { now: now(), ms: 1 };
    let mut session = Smtp::new(Arc::new(rules), peer);
    let (mut replies, mut messages) = (Vec::new(), Vec::new());
    session.greet(&mut replies, clock);
    'talk: for piece in octets.chunks(piece) {
        let mut input = piece;
        loop {
            match session.step(&mut input, &mut replies, clock) {
                Step::Read => break,
                Step::Deliver(delivery, destinations) => {
                    assert!(delivery.raw.len() as u64 <= MOST && !destinations.is_empty());
                    messages.push((delivery.raw.clone(), delivery.envelope.forward_paths.clone()));
                    session.delivered(Ok(()), &mut replies, clock);
                }
                Step::StartTls => {
                    let info = TlsInfo { version: "TLSv1.3".to_owned(), cipher: "none".to_owned() };
                    session.tls_established(info, clock);
                }
                Step::Close => break 'talk,
            }
        }
        assert!(input.is_empty(), "Read means that all input was used");
    }
    session.lost();
    session.take_notices();
    (String::from_utf8(replies).unwrap(), messages)
}

/// A message in an empty world: its report, in every form, in both languages.
pub fn message_report(octets: &[u8]) {
    let delivery = Arc::new(delivery(octets, "anna", "mail.example.org"));
    let examiner = Examiner::new(Arc::new(Zone::default()));
    let examined = block_on(examiner.examine(delivery.clone(), Choices::default(), &|_, _| ()));
    let (report, evidence) = examined;
    let score = report.ledger.score;
    assert!((0..=100).contains(&score), "{score}");
    let message = Message::parse(delivery.raw.clone());
    for lang in [Lang::En, Lang::It] {
        let view = View::new(&report, lang);
        text::render(&view, lang);
        markdown::render(&view, lang);
        serde_json::to_string(&view).unwrap();
        let uri = format!("/t/key?lang={}", lang.code()).parse().unwrap();
        let reader = Reader::of(&uri, &axum::http::HeaderMap::new(), &Default::default());
        let around = pages::report::Around::of(1);
        drop(pages::report::page(&reader, &report, &around).into_response());
        let look = Look { images: lang == Lang::It, dark: false };
        let shown = pages::message::Shown {
            path: "/t/key",
            number: 1,
            delivery: &delivery,
            message: &message,
            view: Some(&view),
            look,
        };
        drop(pages::message::page(&reader, &shown).into_response());
        drop(preview::respond(&message, look));
    }
    let stored = serde_json::to_vec(&report).unwrap();
    let report: vaglio::report::Report = serde_json::from_slice(&stored).unwrap();
    let again = block_on(examiner.replay(delivery, Choices::default(), &evidence));
    assert_eq!(again.ledger.score, report.ledger.score, "the same facts give the same score");
}

/// First line: the local part. Second: HELO. Third: the SPF record of example.org; then those of a.example.org, b.example.org, ...
pub fn spf_record(octets: &[u8]) {
    spf::record::parse(octets);
    let mut lines = octets.split(|octet| *octet == b'\n');
    let mut line = || String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
    let (local_part, helo) = (line(), line());
    let mut zone = Zone::default();
    let owners = ["example.org", "a.example.org", "b.example.org", "c.example.org", "_spf.example.org"];
    for (owner, record) in owners.into_iter().zip(lines) {
        zone.insert(owner, RecordType::Txt, 60, txt(record));
        zone.insert(owner, RecordType::A, 60, Data::A([192, 0, 2, 7].into()));
        zone.insert(owner, RecordType::Mx, 60, Data::Mx { preference: 1, exchange: "a.example.org".to_owned() });
    }
    zone.insert("1.2.0.192.in-addr.arpa", RecordType::Ptr, 60, Data::Ptr("a.example.org".to_owned()));
    let dns = Dns::new(Arc::new(zone));
    let path = ReversePath::Mailbox(Mailbox { local_part, domain: "example.org".to_owned() });
    let (client, now) = ([192, 0, 2, 1].into(), now());
    let (spf, _) = block_on(spf::evaluate(&dns, client, &path, &helo, "test.example", now));
    // RFC 7208 §4.6.4: the eleventh look-up ends it.
    assert!(spf.lookups <= 11, "{}", spf.lookups);
    vaglio::report::spf_text::spf(&spf);
}

/// First line: the DMARC record. Second: that of the organizational domain. Third: the From field.
pub fn dmarc_record(octets: &[u8]) {
    let mut lines = octets.splitn(3, |octet| *octet == b'\n');
    let (record, parent) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    dmarc::record::is_record(record);
    dmarc::record::Record::parse(record);
    let mut zone = Zone::default();
    zone.insert("_dmarc.news.example.org", RecordType::Txt, 60, txt(record));
    zone.insert("_dmarc.example.org", RecordType::Txt, 60, txt(parent));
    let from = lines.next().unwrap_or(b"anna@news.example.org");
    let raw = [b"From: ", from, b"\r\nSubject: x\r\n\r\nx\r\n"].concat();
    judge(zone, &raw);
}

/// First line: the key record of s._domainkey.example.org. The rest is a message with a signature by it.
pub fn dkim_signature(octets: &[u8]) {
    let (record, raw) = octets.split_at(octets.iter().position(|octet| *octet == b'\n').unwrap_or(0));
    let mut zone = Zone::default();
    zone.insert("s._domainkey.example.org", RecordType::Txt, 60, txt(record));
    judge(zone, raw.get(1..).unwrap_or_default());
}

pub fn html(octets: &[u8]) {
    let source = String::from_utf8_lossy(octets);
    html::Html::read(&source);
    let raw = [b"From: a@example.org\r\nContent-Type: text/html; charset=utf-8\r\n\r\n", octets].concat();
    let message = Message::parse(raw.into());
    drop(preview::respond(&message, Look { images: true, dark: false }));
}

pub fn urls(octets: &[u8]) {
    urls::list(&String::from_utf8_lossy(octets));
    let raw = [b"From: a@example.org\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n", octets].concat();
    let delivery = delivery(&raw, "anna", "mail.example.org");
    lists::candidates(&delivery, &Message::parse(delivery.raw.clone()));
}

pub fn headers(octets: &[u8]) {
    let message = Message::parse(Bytes::copy_from_slice(octets));
    for field in &message.fields {
        header::decode(&field.value);
        header::addresses(&field.value);
        header::date(&field.value);
        header::Typed::parse(&field.value);
        assert!(!message.field_bytes(field).is_empty());
    }
    message.subject();
    message.received();
    message.client();
}

/// First octet: the type asked for. The rest: what follows the question in the packet of an answer, its flags and counts first.
pub fn list_answers(octets: &[u8]) {
    let types = [RecordType::A, RecordType::Txt, RecordType::Mx, RecordType::Cname, RecordType::Tlsa, RecordType::Ptr];
    let Some((first, rest)) = octets.split_first() else { return };
    let rtype = types[usize::from(*first) % types.len()];
    let question = Question { name: "2.0.0.127.zen.spamhaus.org".to_owned(), rtype };
    answer(rest, &question);
    wire::decode(octets, &question);
    let world = Dns::new(Arc::new(Says(rest.to_vec())));
    let table = lists::Table::builtin();
    let health = lists::Health::default();
    let asked = lists::Candidate::Ip { ip: [127, 0, 0, 2].into(), role: "client" };
    block_on(async {
        lists::ask(&world, &table, &health, &[asked], Instant::now() + core::time::Duration::from_secs(9)).await
    });
}

pub fn spamd_reply(octets: &[u8]) {
    if let Ok(report) = spamd::read_report(octets) {
        assert!(report.score.is_finite() && report.rules.iter().all(|rule| rule.score.is_finite()));
    }
}

/// A name server whose answers all go on like this.
struct Says(Vec<u8>);

impl Upstream for Says {
    fn ask(&self, question: Question) -> BoxFuture<'_, Lookup> {
        let (answer, aliases) = match answer(&self.0, &question) {
            Reply::Answered { answer, aliases, .. } => (answer, aliases),
            Reply::Truncated | Reply::WrongQuestion(_) => (Answer::TimedOut, Vec::new()),
        };
        async move { Lookup { question, answer, aliases, authenticated: false, server: None, ms: 0 } }.boxed()
    }
}

fn answer(rest: &[u8], question: &Question) -> Reply {
    let mut packet = wire::encode(7, question).unwrap();
    // The EDNS record of the question is its last 11 octets; the counts of the additional section go with it.
    packet.truncate(packet.len() - 11);
    let mut rest = rest.iter().copied();
    // Flags; the count of questions stays; the counts of answers, authorities and additional records are small.
    for at in [2, 3, 7, 9, 11] {
        packet[at] = rest.next().unwrap_or_default();
    }
    packet[2] |= 0x80;
    packet.extend(rest);
    wire::decode(&packet, question)
}

fn judge(zone: Zone, raw: &[u8]) {
    let delivery = Arc::new(delivery(raw, "anna", "mail.example.org"));
    let examiner = Examiner::new(Arc::new(zone));
    let (report, _) = block_on(examiner.examine(delivery, Choices::default(), &|_, _| ()));
    let view = View::new(&report, Lang::En);
    text::render(&view, Lang::En);
}

fn delivery(raw: &[u8], local_part: &str, helo: &str) -> Delivery {
    let path = Mailbox { local_part: local_part.to_owned(), domain: "example.org".to_owned() };
    Delivery {
        session: Session {
            client_ip: Observed::Seen([192, 0, 2, 1].into()),
            client_port: None,
            client_known_by: KnownBy::Connection,
            helo: Observed::Seen(helo.to_owned()),
            tls: Observed::Seen(None),
            transcript: Vec::new(),
        },
        envelope: Envelope {
            reverse_path: Observed::Seen(ReversePath::Mailbox(path)),
            forward_paths: vec!["someone@test.example".to_owned()],
            smtputf8: false,
            body: None,
            size: None,
            dsn: None,
        },
        raw: Bytes::copy_from_slice(raw),
        received_at: now(),
    }
}

fn txt(octets: &[u8]) -> Data {
    Data::Txt(Text { octets: octets.to_vec(), strings: 1 })
}

/// The 22nd of November 2026, noon.
pub fn now() -> Timestamp {
    Timestamp::from_second(1_795_348_800).unwrap()
}

/// The address that the corpus of `session` sends to.
pub fn address() -> String {
    let book = AddressBook::new(&[7; 32], "test.example", SignedDuration::from_hours(24));
    book.address(test())
}

fn test() -> TestId {
    // 28 bits of seconds since 2026, then 28 random ones.
    let seconds = 1_795_348_800_u64 - 1_767_225_600 - 60;
    let [_, id @ ..] = (seconds << 28).to_be_bytes();
    TestId(id)
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    thread_local! {
        static RUNTIME: tokio::runtime::Runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    }
    RUNTIME.with(|runtime| runtime.block_on(future))
}
