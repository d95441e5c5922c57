//! The stub resolver against a name server on real sockets, with all that goes wrong on the way.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

#[path = "../support/delivery.rs"]
mod delivery;
#[path = "../support/mod.rs"]
mod support;

mod rounds;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use support::dns::{Odd, Server};
use vaglio::dns::{Answer, Dns, Limits, Live, RecordType, Zone};

const ZONE: &str = "\
    a.test. 300 A 192.0.2.1\n\
    a.test. AAAA 2001:db8::1\n\
    a.test. MX 10 mail.a.test.\n\
    a.test. MX 20 a.test.\n\
    a.test. TXT \"v=spf1 \" \"-all\"\n\
    one.test. 60 CNAME two.test.\n\
    two.test. CNAME a.test.\n\
    gone.test. CNAME nowhere.test.\n\
    1.2.0.192.in-addr.arpa. PTR a.test.\n\
    _25._tcp.a.test. TLSA 3 1 1 00ff\n\
    odd.test. A 192.0.2.9\n";

fn dns(servers: impl IntoIterator<Item = SocketAddr>) -> Dns {
    Dns::new(Arc::new(Live::new(servers)))
}

async fn odd(odd: Odd) -> (Server, Dns) {
    let server = Server::serve(Zone::parse(ZONE).unwrap(), [("odd.test", odd)]).await;
    let dns = dns([server.addr]);
    (server, dns)
}

#[tokio::test]
async fn every_kind_of_answer_arrives_as_what_it_is() {
    let zone = Zone::parse(ZONE).unwrap().servfail("fail.test").refused("no.test");
    let server = Server::serve(zone, []).await;
    let dns = dns([server.addr]);
    assert_eq!(dns.addresses("A.TEST.").await.all().count(), 2);
    assert!(matches!(dns.ask("a.test", RecordType::A).await.answer, Answer::Records { ttl: 300, .. }));
    let mx = dns.mx("a.test").await;
    assert_eq!(mx.answer.exchanges().collect::<Vec<_>>(), [(10, "mail.a.test"), (20, "a.test")]);
    assert_eq!(mx.server.as_deref(), Some(server.addr.to_string().as_str()));
    assert!(!mx.authenticated);
    assert_eq!(dns.txt("a.test").await.answer.texts().next().unwrap().octets, b"v=spf1 -all");
    assert_eq!(dns.ptr("192.0.2.1".parse().unwrap()).await.answer.pointers().collect::<Vec<_>>(), ["a.test"]);
    assert_eq!(dns.ask("_25._tcp.a.test", RecordType::Tlsa).await.answer.records().len(), 1);
    assert_eq!(dns.txt("two.a.test").await.answer, Answer::NxDomain);
    assert_eq!(dns.mx("mail.a.test").await.answer, Answer::NxDomain);
    assert_eq!(dns.mx("2.0.192.in-addr.arpa").await.answer, Answer::NoData);
    assert_eq!(dns.mx("fail.test").await.answer, Answer::ServFail);
    assert_eq!(dns.mx("no.test").await.answer, Answer::Refused);
}

#[tokio::test]
async fn aliases_are_followed_and_recorded() {
    let server = Server::start(ZONE).await;
    let dns = dns([server.addr]);
    let lookup = dns.ask("one.test", RecordType::A).await;
    assert_eq!(lookup.aliases, ["two.test", "a.test"]);
    assert_eq!(lookup.answer.addresses().count(), 1);
    let lookup = dns.txt("gone.test").await;
    assert_eq!(
        (lookup.answer.clone(), lookup.aliases.as_slice()),
        (Answer::NxDomain, &["nowhere.test".to_owned()][..])
    );
}

#[tokio::test]
async fn a_truncated_answer_is_asked_for_again_by_tcp() {
    let (server, dns) = odd(Odd::Truncate).await;
    assert_eq!(dns.ask("odd.test", RecordType::A).await.answer.addresses().count(), 1);
    assert_eq!(server.asked(), (1, 1));
}

#[tokio::test]
async fn an_answer_too_long_for_udp_comes_whole_by_tcp() {
    let long = format!("big.test. TXT {}", "\"0123456789012345678901234567890123456789\" ".repeat(100));
    let server = Server::start(&long).await;
    let lookup = dns([server.addr]).txt("big.test").await;
    assert_eq!(lookup.answer.texts().next().unwrap().octets.len(), 4000);
    assert_eq!(server.asked(), (1, 1));
}

#[tokio::test]
async fn a_closed_tcp_connection_after_truncation_is_no_answer() {
    let (_server, dns) = odd(Odd::TruncateAndClose).await;
    assert!(matches!(dns.ask("odd.test", RecordType::A).await.answer, Answer::Broken(_)));
}

#[tokio::test]
async fn an_answer_to_another_question_is_not_taken() {
    for bad in [Odd::WrongQuestion, Odd::Garbage] {
        let (_server, dns) = odd(bad).await;
        let lookup = dns.ask("odd.test", RecordType::A).await;
        assert!(matches!(lookup.answer, Answer::Broken(_)), "{bad:?}: {lookup:?}");
    }
}

#[tokio::test]
async fn the_right_answer_is_still_taken_after_a_wrong_one() {
    let (_server, dns) = odd(Odd::WrongThenRight).await;
    assert_eq!(dns.ask("odd.test", RecordType::A).await.answer.addresses().count(), 1);
}

#[tokio::test]
async fn an_answer_with_another_id_is_as_none() {
    let (_server, dns) = odd(Odd::WrongId).await;
    let started = Instant::now();
    assert_eq!(dns.ask("odd.test", RecordType::A).await.answer, Answer::TimedOut);
    assert!((4900..5900).contains(&started.elapsed().as_millis()), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_lost_packet_is_sent_once_more() {
    let (server, dns) = odd(Odd::DropFirst).await;
    let lookup = dns.ask("odd.test", RecordType::A).await;
    assert_eq!(lookup.answer.addresses().count(), 1);
    assert!((1900..3500).contains(&lookup.ms), "{} ms", lookup.ms);
    assert_eq!(server.asked(), (2, 0));
}

#[tokio::test]
async fn a_late_answer_is_an_answer() {
    let (_server, dns) = odd(Odd::Delay(Duration::from_millis(400))).await;
    let lookup = dns.ask("odd.test", RecordType::A).await;
    assert_eq!(lookup.answer.addresses().count(), 1);
    assert!(lookup.ms >= 400);
}

#[tokio::test]
async fn what_the_resolver_validated_is_told() {
    let (_server, dns) = odd(Odd::Authenticated).await;
    assert!(dns.ask("odd.test", RecordType::A).await.authenticated);
}

#[tokio::test]
async fn a_silent_resolver_is_left_at_the_deadline() {
    let server = Server::silent().await;
    let deadline = tokio::time::Instant::now() + Duration::from_millis(300);
    let limits = Limits { deadline: Some(deadline), ..Limits::default() };
    let dns = Dns::with_limits(Arc::new(Live::new([server.addr])), limits);
    let asks = (0..50).map(|i| {
        let dns = dns.clone();
        async move { dns.txt(&format!("n{i}.test")).await.answer.clone() }
    });
    // Nobody answers: time may leap.
    tokio::time::pause();
    let started = tokio::time::Instant::now();
    let answers = futures_util::future::join_all(asks).await;
    assert!(started.elapsed() < Duration::from_secs(1), "beside each other, and no longer than allowed");
    assert!(answers.iter().all(|answer| *answer == Answer::TimedOut));
    assert_eq!(dns.lookups().len(), 50);
}

#[tokio::test]
async fn the_second_resolver_helps_when_the_first_fails() {
    let refusing = Server::serve(Zone::default().refused("a.test"), []).await;
    let good = Server::start(ZONE).await;
    let lookup = dns([refusing.addr, good.addr]).ask("a.test", RecordType::A).await;
    assert_eq!(lookup.answer.addresses().count(), 1);
    assert_eq!(lookup.server.as_deref(), Some(good.addr.to_string().as_str()));

    let silent = Server::silent().await;
    let lookup = dns([silent.addr, good.addr]).ask("a.test", RecordType::A).await;
    assert_eq!(lookup.answer.addresses().count(), 1);
}

#[tokio::test]
async fn a_resolver_that_is_not_there_is_said_to_be_out_of_reach() {
    let gone = Server::start(ZONE).await.addr;
    tokio::time::sleep(Duration::from_millis(20)).await;
    let lookup = dns([gone]).ask("a.test", RecordType::A).await;
    assert!(matches!(lookup.answer, Answer::Broken(_)), "not waited for: {lookup:?}");
}

#[tokio::test]
async fn a_thousand_questions_at_once_all_get_their_own_answer() {
    let zone: String = (0..1000).map(|i| format!("n{i}.test. TXT \"{i}\"\n")).collect();
    let server = Server::start(&zone).await;
    let dns = dns([server.addr]);
    let asks = (0..1000).map(|i| {
        let dns = dns.clone();
        async move {
            let lookup = dns.txt(&format!("n{i}.test")).await;
            let octets = lookup.answer.texts().next().map(|text| text.octets.clone());
            assert_eq!(octets, Some(i.to_string().into_bytes()), "{lookup:?}");
        }
    });
    futures_util::future::join_all(asks).await;
}
