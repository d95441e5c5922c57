//! PROXY, XCLIENT and XFORWARD over real sockets: who is believed, and what becomes of it.

use std::net::IpAddr;

use vaglio::delivery::{KnownBy, Observed, Session, Why};
use vaglio::receive::Settings;

use crate::fixture::{Server, message, start};
use crate::support::smtp::Client;

fn trusting_proxy(settings: &mut Settings) {
    settings.trust_proxy = vec!["127.0.0.0/8".parse().unwrap()];
}

fn trusting_xclient(settings: &mut Settings) {
    settings.trust_xclient = vec!["127.0.0.0/8".parse().unwrap()];
}

fn ip(text: &str) -> Observed<IpAddr> {
    Observed::Seen(text.parse().unwrap())
}

async fn after_header(server: &Server, header: &[u8]) -> Session {
    let (_, to) = server.fresh();
    let mut client = server.connect().await;
    client.send(header).await;
    client.expect("220 ").await;
    client.say("EHLO client.example", "250 ").await;
    message(&mut client, &to, b"text\r\n", "250 ").await;
    server.inbox.taken.lock().unwrap().pop().unwrap().0.session
}

fn version_two(command: u8, family: u8, addresses: &[u8]) -> Vec<u8> {
    let length = u16::try_from(addresses.len()).unwrap().to_be_bytes();
    [&b"\r\n\r\n\x00\r\nQUIT\n"[..], &[command, family], &length, addresses].concat()
}

#[tokio::test]
async fn a_proxy_names_the_client_in_either_version() {
    let server = start(trusting_proxy).await;
    let one = after_header(&server, b"PROXY TCP4 198.51.100.7 192.0.2.25 4000 25\r\n").await;
    let two =
        after_header(&server, &version_two(0x21, 0x11, &[198, 51, 100, 7, 192, 0, 2, 25, 0x0f, 0xa0, 0, 25])).await;
    for session in [one, two] {
        assert_eq!(session.client_ip, ip("198.51.100.7"));
        assert_eq!((session.client_port, session.client_known_by), (Some(4000), KnownBy::Proxy));
    }
    let mut addresses = [0u8; 36];
    addresses[..16].copy_from_slice(&"2001:db8::7".parse::<std::net::Ipv6Addr>().unwrap().octets());
    let six = after_header(&server, &version_two(0x21, 0x21, &addresses)).await;
    assert_eq!(six.client_ip, ip("2001:db8::7"));
}

#[tokio::test]
async fn a_proxy_that_speaks_for_itself_keeps_its_own_address() {
    let server = start(trusting_proxy).await;
    for header in [version_two(0x20, 0x00, &[]), b"PROXY UNKNOWN\r\n".to_vec()] {
        let session = after_header(&server, &header).await;
        assert_eq!((session.client_ip, session.client_known_by), (ip("127.0.0.1"), KnownBy::Connection));
    }
}

#[tokio::test]
async fn a_header_and_the_first_commands_may_come_together() {
    let server = start(trusting_proxy).await;
    let mut client = server.connect().await;
    client.send(b"PROXY TCP4 198.51.100.7 192.0.2.25 4000 25\r\nHELO client.example\r\nNOOP\r\n").await;
    for reply in ["220 ", "250 test.example", "250 2.0.0"] {
        client.expect(reply).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_broken_or_missing_header_from_a_trusted_network_closes_the_connection() {
    let server = start(trusting_proxy).await;
    for header in [&b"EHLO client.example\r\n"[..], b"PROXY TCP4 nobody nowhere 1 2\r\n", b"PROXY TCP4 198.51", b""] {
        let mut client = server.connect().await;
        client.send(header).await;
        client.closed().await;
    }
}

#[tokio::test]
async fn nobody_elses_header_is_believed() {
    let server = start(|settings| settings.trust_proxy = vec!["192.0.2.0/24".parse().unwrap()]).await;
    let (_, to) = server.fresh();
    let mut client = server.connect().await;
    client.expect("220 ").await;
    client.say("PROXY TCP4 198.51.100.7 192.0.2.25 4000 25", "500 5.5.2").await;
    client.say("EHLO client.example", "250 ").await;
    message(&mut client, &to, b"text\r\n", "250 ").await;
    assert_eq!(server.inbox.only().session.client_ip, ip("127.0.0.1"));
}

#[tokio::test]
async fn xclient_names_client_and_helo() {
    let server = start(trusting_xclient).await;
    let (_, to) = server.fresh();
    let mut client = server.ready().await;
    client
        .say("XCLIENT ADDR=198.51.100.8 PORT=4001 HELO=mail.client.example NAME=[UNAVAILABLE] PROTO=ESMTP", "220 ")
        .await;
    client.say("EHLO front.example", "250 ").await;
    message(&mut client, &to, b"text\r\n", "250 ").await;
    let session = server.inbox.only().session;
    assert_eq!((session.client_ip, session.client_port), (ip("198.51.100.8"), Some(4001)));
    assert_eq!(session.client_known_by, KnownBy::Xclient);
    assert_eq!(session.helo, Observed::Seen("mail.client.example".to_owned()));
    // Plain text between us and the front end accuses nobody.
    assert_eq!(session.tls, Observed::Missing(Why::NotGiven));
}

#[tokio::test]
async fn without_a_helo_of_its_own_xclient_leaves_the_next_one_to_be_said() {
    let server = start(trusting_xclient).await;
    let (_, to) = server.fresh();
    let mut client = server.ready().await;
    client.say("XCLIENT ADDR=IPV6:2001:db8::8", "220 ").await;
    client.say("MAIL FROM:<>", "503 5.5.1").await;
    client.say("EHLO real.example", "250 ").await;
    let mut client = client.start_tls().await.unwrap();
    client.say("EHLO real.example", "250 ").await;
    message(&mut client, &to, b"text\r\n", "250 ").await;
    let session = server.inbox.only().session;
    assert_eq!(session.client_ip, ip("2001:db8::8"));
    assert_eq!(session.helo, Observed::Seen("real.example".to_owned()));
    assert!(matches!(session.tls, Observed::Seen(Some(_))));
}

#[tokio::test]
async fn a_proxied_client_may_be_a_trusted_front_end() {
    let server = start(|settings| {
        trusting_proxy(settings);
        settings.trust_xclient = vec!["198.51.100.0/24".parse().unwrap()];
    })
    .await;
    for (from, trusted) in [("198.51.100.7", true), ("203.0.113.7", false)] {
        let mut client = server.connect().await;
        client.send(format!("PROXY TCP4 {from} 192.0.2.25 4000 25\r\n")).await;
        client.expect("220 ").await;
        let offered = client.say("EHLO a.example", "250 ").await;
        assert_eq!(offered.iter().any(|line| line.contains("XCLIENT")), trusted);
        assert_eq!(offered.iter().any(|line| line.contains("XFORWARD")), trusted);
        client.say("XCLIENT ADDR=192.0.2.1", if trusted { "220 " } else { "550 5.7.0" }).await;
    }
}

async fn forward(client: &mut Client, to: &str, attributes: &str) {
    client.say(&format!("XFORWARD {attributes}"), "250 ").await;
    message(client, to, b"text\r\n", "250 ").await;
}

#[tokio::test]
async fn xforward_names_the_client_of_one_message() {
    let server = start(trusting_xclient).await;
    let (_, to) = server.fresh();
    let mut client = server.ready().await;
    forward(&mut client, &to, "NAME=a.example ADDR=198.51.100.9 PORT=4002 HELO=a.example SOURCE=REMOTE").await;
    forward(&mut client, &to, "ADDR=[UNAVAILABLE] HELO=[UNAVAILABLE] SOURCE=LOCAL").await;
    message(&mut client, &to, b"text\r\n", "250 ").await;
    let taken = server.inbox.taken.lock().unwrap();
    let sessions: Vec<&Session> = taken.iter().map(|(delivery, _)| &delivery.session).collect();
    assert_eq!((&sessions[0].client_ip, sessions[0].client_known_by), (&ip("198.51.100.9"), KnownBy::Xforward));
    assert_eq!((&sessions[0].helo, sessions[0].client_port), (&Observed::Seen("a.example".to_owned()), Some(4002)));
    assert_eq!(sessions[0].tls, Observed::Missing(Why::NotGiven));
    assert_eq!(sessions[1].client_ip, Observed::Missing(Why::NotGiven));
    assert_eq!(sessions[1].helo, Observed::Missing(Why::NotGiven));
    assert_eq!((&sessions[2].client_ip, sessions[2].client_known_by), (&ip("127.0.0.1"), KnownBy::Connection));
    assert_eq!(sessions[2].helo, Observed::Seen("client.example".to_owned()));
}
