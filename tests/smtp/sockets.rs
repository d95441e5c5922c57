//! The receiver over real sockets: what comes in at the door is what the inbox is given.

use std::time::Duration;

use vaglio::address::Destination;
use vaglio::delivery::{BodyType, KnownBy, Observed, Side, TlsInfo};
use vaglio::receive::{Notice, Refusal, Refused};

use crate::fixture::{message, start};
use crate::support::smtp::Client;

#[tokio::test]
async fn a_message_arrives_whole_with_its_session_and_envelope() {
    let server = start(|_| {}).await;
    let (id, to) = server.fresh();
    let mut client = server.connect().await;
    let port = client.local.port();
    client.expect("220 test.example ESMTP").await;
    client.say("EHLO client.example", "250 ").await;
    client.say("MAIL FROM:<A@client.example> BODY=8BITMIME SIZE=99 RET=HDRS", "250 ").await;
    client.say(&format!("RCPT TO:<{to}> NOTIFY=NEVER"), "250 ").await;
    client.say("RCPT TO:<spf+word@test.example>", "250 ").await;
    client.say("DATA", "354 ").await;
    client.send(b"Subject: x\r\n\r\n..dot\r\nbare\nlf\x00\xff\r\n.\r\n").await;
    client.expect("250 2.6.0").await;
    client.say("QUIT", "221 ").await;
    client.closed().await;

    let delivery = server.inbox.only();
    assert_eq!(&delivery.raw[..], b"Subject: x\r\n\r\n.dot\r\nbare\nlf\x00\xff\r\n");
    let session = &delivery.session;
    assert_eq!(session.client_ip, Observed::Seen("127.0.0.1".parse().unwrap()));
    assert_eq!((session.client_port, session.client_known_by), (Some(port), KnownBy::Connection));
    assert_eq!(session.helo, Observed::Seen("client.example".to_owned()));
    assert_eq!(session.tls, Observed::Seen(None));
    let envelope = &delivery.envelope;
    assert_eq!(envelope.reverse_path.seen().unwrap().to_string(), "A@client.example");
    assert_eq!(envelope.forward_paths, [to.clone(), "spf+word@test.example".to_owned()]);
    assert_eq!((envelope.body, envelope.size), (Some(BodyType::EightBitMime), Some(99)));
    let dsn = envelope.dsn.as_ref().unwrap();
    assert_eq!(
        (dsn.ret.as_deref(), dsn.recipients.as_slice()),
        (Some("HDRS"), &["NOTIFY=NEVER".to_owned(), String::new()][..])
    );
    assert_eq!(server.inbox.taken.lock().unwrap()[0].1[0], Destination::Test(id));

    let said: Vec<_> = session.transcript.iter().map(|line| (line.from, line.text.as_str())).collect();
    assert_eq!(said.first(), Some(&(Side::Server, "220 test.example ESMTP Vaglio")));
    assert!(said.contains(&(Side::Client, "EHLO client.example")));
    assert!(said.contains(&(Side::Note, "content, 31 octets in all")), "{said:?}");
    assert!(said.last().unwrap().1.starts_with("250 2.6.0"));
    assert!(!said.iter().any(|(_, text)| text.contains("Subject")), "content is never in the transcript");
}

#[tokio::test]
async fn a_waiting_page_hears_of_each_step() {
    let server = start(|_| {}).await;
    let (id, to) = server.fresh();
    let mut client = server.ready().await;
    message(&mut client, &to, b"text\r\n", "250 ").await;
    let told: Vec<Notice> =
        server.inbox.notices.lock().unwrap().iter().filter(|n| n.0 == id).map(|n| n.1.clone()).collect();
    let Notice::Recipient { client_ip, helo, tls } = &told[0] else { panic!("{told:?}") };
    assert_eq!(client_ip, &Observed::Seen("127.0.0.1".parse().unwrap()));
    assert_eq!((helo.as_deref(), tls), (Some("client.example"), &Observed::Seen(None)));
    assert_eq!(told.last(), Some(&Notice::Content { octets: 6 }));
}

#[tokio::test]
async fn a_waiting_page_hears_why_nothing_came() {
    let server = start(|settings| settings.limits.message_size = 10).await;
    let (id, to) = server.fresh();
    let mut client = server.ready().await;
    message(&mut client, &to, b"more than ten\r\n", "552 5.3.4").await;
    *server.inbox.refuse.lock().unwrap() = Some(Refusal::Full);
    message(&mut client, &to, b"text\r\n", "552 5.2.2").await;
    client.say("MAIL FROM:<>", "250 ").await;
    client.say(&format!("RCPT TO:<{to}>"), "250 ").await;
    drop(client);
    let refused = |why| (id, Notice::Refused(why));
    for _ in 0..100 {
        if server.inbox.notices.lock().unwrap().contains(&refused(Refused::Interrupted)) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let told = server.inbox.notices.lock().unwrap();
    for why in [Refused::TooBig, Refused::Full, Refused::Interrupted] {
        assert!(told.contains(&refused(why)), "{why:?} in {told:?}");
    }
}

#[tokio::test]
async fn both_versions_of_tls_are_spoken_and_recorded() {
    for (version, name) in [(&rustls::version::TLS13, "TLSv1.3"), (&rustls::version::TLS12, "TLSv1.2")] {
        let server = start(|_| {}).await;
        let (_, to) = server.fresh();
        let mut client = server.ready().await;
        client.say("STARTTLS", "220 ").await;
        let mut client = client.handshake(&[version]).await.unwrap();
        client.say("MAIL FROM:<>", "503 5.5.1").await;
        let extensions = client.say("EHLO inside.example", "250 ").await;
        assert!(!extensions.iter().any(|line| line.contains("STARTTLS")));
        message(&mut client, &to, b"text\r\n", "250 ").await;
        let session = server.inbox.only().session;
        assert_eq!(session.helo, Observed::Seen("inside.example".to_owned()));
        let Observed::Seen(Some(TlsInfo { version, cipher })) = session.tls else { panic!("{:?}", session.tls) };
        assert_eq!(version, name);
        assert!(cipher.starts_with("TLS_") && !cipher.contains("TLS13"), "{cipher}");
    }
}

#[tokio::test]
async fn what_was_sent_in_plain_text_after_starttls_is_thrown_away() {
    let server = start(|_| {}).await;
    let mut client = server.ready().await;
    // In one segment: the injected commands must not be answered inside TLS (CVE-2011-0411).
    client.send(b"STARTTLS\r\nEHLO evil.example\r\nMAIL FROM:<evil@client.example>\r\n").await;
    client.expect("220 2.0.0").await;
    let mut client = client.handshake(rustls::ALL_VERSIONS).await.unwrap();
    client.say("MAIL FROM:<a@client.example>", "503 5.5.1 Say EHLO or HELO first").await;
    client.say("EHLO client.example", "250 ").await;
    client.say("RCPT TO:<spf@test.example>", "503 5.5.1").await;
}

#[tokio::test]
async fn a_failed_handshake_ends_the_connection_and_nothing_else() {
    let server = start(|_| {}).await;
    let mut client = server.ready().await;
    client.say("STARTTLS", "220 ").await;
    client.send(b"EHLO in plain text\r\n").await;
    while client.line().await.is_some() {}
    server.ready().await.say("NOOP", "250 ").await;
}

#[tokio::test]
async fn pipelined_commands_are_answered_in_order() {
    let server = start(|_| {}).await;
    let (_, to) = server.fresh();
    let mut client = server.connect().await;
    let all = format!(
        "HELO a\r\nMAIL FROM:<>\r\nRCPT TO:<nobody@test.example>\r\nRCPT TO:<{to}>\r\nDATA\r\none\r\n.\r\n\
         MAIL FROM:<>\r\nRCPT TO:<{to}>\r\nBDAT 3 LAST\r\ntwoQUIT\r\n"
    );
    client.send(all).await;
    for reply in ["220", "250", "250", "550", "250", "354", "250 2.6", "250", "250", "250 2.6", "221"] {
        client.expect(reply).await;
    }
    client.closed().await;
    let taken = server.inbox.taken.lock().unwrap();
    let raw: Vec<&[u8]> = taken.iter().map(|(delivery, _)| &delivery.raw[..]).collect();
    assert_eq!(raw, [&b"one\r\n"[..], b"two"]);
}

#[tokio::test]
async fn every_listener_leads_to_the_same_inbox() {
    let server = start(|_| {}).await;
    let (_, to) = server.fresh();
    for address in [server.address, server.second] {
        let mut client = Client::connect(address).await.unwrap();
        client.say("EHLO client.example", "250 ").await;
        message(&mut client, &to, b"text\r\n", "250 ").await;
    }
    assert_eq!(server.inbox.count(), 2);
}

#[tokio::test]
async fn a_large_message_comes_byte_for_byte_through_data_and_bdat() {
    let server = start(|_| {}).await;
    let (_, to) = server.fresh();
    let line: Vec<u8> = (0..=255u8).filter(|byte| !b"\r\n.".contains(byte)).chain(*b"\r\n").collect();
    let content = line.repeat(20_000);
    let mut client = server.ready().await;
    message(&mut client, &to, &content, "250 ").await;
    client.say("MAIL FROM:<>", "250 ").await;
    client.say(&format!("RCPT TO:<{to}>"), "250 ").await;
    for (i, chunk) in content.chunks(1 << 20).enumerate() {
        let last = if (i + 1) << 20 >= content.len() { " LAST" } else { "" };
        client.send(format!("BDAT {}{last}\r\n", chunk.len())).await;
        client.send(chunk).await;
        client.expect("250 ").await;
    }
    let taken = server.inbox.taken.lock().unwrap();
    assert_eq!(taken.len(), 2);
    assert!(taken.iter().all(|(delivery, _)| delivery.raw == content));
}

#[tokio::test]
async fn the_250_comes_only_after_the_inbox_has_committed() {
    let server = start(|_| {}).await;
    let (_, to) = server.fresh();
    *server.inbox.delay.lock().unwrap() = Duration::from_millis(200);
    let mut client = server.ready().await;
    client.say("MAIL FROM:<>", "250 ").await;
    client.say(&format!("RCPT TO:<{to}>"), "250 ").await;
    client.say("DATA", "354 ").await;
    client.send(b".\r\n").await;
    assert_eq!(server.inbox.count(), 0);
    client.expect("250 2.6.0").await;
    assert_eq!(server.inbox.count(), 1);
}

#[tokio::test]
async fn a_client_that_goes_in_mid_message_leaves_nothing() {
    let server = start(|_| {}).await;
    let (_, to) = server.fresh();
    let mut client = server.ready().await;
    client.say("MAIL FROM:<>", "250 ").await;
    client.say(&format!("RCPT TO:<{to}>"), "250 ").await;
    client.say("DATA", "354 ").await;
    client.send(b"half a mess").await;
    drop(client);
    message(&mut server.ready().await, &to, b"whole\r\n", "250 ").await;
    assert_eq!(&server.inbox.only().raw[..], b"whole\r\n");
}

mod shutdown {
    use super::*;
    use tokio::net::TcpStream;
    use tokio::time::timeout;

    #[tokio::test]
    async fn idle_clients_are_told_and_new_ones_not_let_in() {
        let server = start(|_| {}).await;
        let mut client = server.ready().await;
        server.shutdown.cancel();
        client.expect("421 4.3.2").await;
        client.closed().await;
        timeout(Duration::from_secs(60), server.running).await.unwrap().unwrap();
        assert!(TcpStream::connect(server.address).await.is_err());
    }

    #[tokio::test]
    async fn a_message_in_flight_finishes() {
        let server = start(|_| {}).await;
        let (_, to) = server.fresh();
        let mut client = server.ready().await;
        client.say("MAIL FROM:<>", "250 ").await;
        client.say(&format!("RCPT TO:<{to}>"), "250 ").await;
        client.say("DATA", "354 ").await;
        client.send(b"first half, ").await;
        server.shutdown.cancel();
        tokio::time::sleep(Duration::from_millis(50)).await;
        client.send(b"second half\r\n.\r\n").await;
        client.expect("250 2.6.0").await;
        client.expect("421 4.3.2").await;
        client.closed().await;
        timeout(Duration::from_secs(60), server.running).await.unwrap().unwrap();
        assert_eq!(&server.inbox.only().raw[..], b"first half, second half\r\n");
    }

    #[tokio::test]
    async fn a_message_that_never_ends_is_cut_off_after_the_grace() {
        let server = start(|_| {}).await;
        let (_, to) = server.fresh();
        let mut client = server.ready().await;
        client.say("MAIL FROM:<>", "250 ").await;
        client.say(&format!("RCPT TO:<{to}>"), "250 ").await;
        client.say("DATA", "354 ").await;
        tokio::time::pause();
        server.shutdown.cancel();
        client.expect("421 4.3.2").await;
        drop(client);
        timeout(Duration::from_secs(60), server.running).await.unwrap().unwrap();
        assert_eq!(server.inbox.count(), 0);
    }
}
