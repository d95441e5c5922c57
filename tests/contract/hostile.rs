//! Clients that no server should trust: whatever they do, the service goes on answering others, and takes no message that
//! was not sent to it as such.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::service::Service;
use super::world;
use crate::support::smtp::send;

const SECONDS: Duration = Duration::from_secs(20);

/// Writes it all at once and reads whatever comes until the peer is silent or gone.
async fn talk(server: SocketAddr, octets: &[u8]) -> String {
    let mut stream = TcpStream::connect(server).await.unwrap();
    let mut greeting = [0; 512];
    let _ = timeout(SECONDS, stream.read(&mut greeting)).await.unwrap().unwrap();
    // It may hang up in the middle of it.
    let _ = timeout(SECONDS, stream.write_all(octets)).await;
    let _ = stream.shutdown().await;
    let mut said = Vec::new();
    let _ = timeout(SECONDS, stream.read_to_end(&mut said)).await;
    String::from_utf8_lossy(&said).into_owned()
}

async fn is_well(service: &Service) {
    let began = Instant::now();
    let (test, _) = world::deliver(service).await;
    assert_eq!(service.report(&test, 1).await["auth"]["dmarc"]["result"], "pass");
    assert!(began.elapsed() < SECONDS, "{:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_but_crlf_dot_crlf_ends_a_message() {
    let dns = world::dns().await;
    let service = world::start(&dns, &[]).await;
    let ends: [&[u8]; 8] =
        [b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r\n.\n", b"\r\n.\r", b"\r.\r\n", b"\n\x00.\r\n", b"\r\n\x00.\r\n"];
    for end in ends {
        let (test, victim) = (service.test().await, service.test().await);
        let mut octets =
            format!("EHLO a.example\r\nMAIL FROM:<a@good.example>\r\nRCPT TO:<{}>\r\nDATA\r\n", test.address)
                .into_bytes();
        octets.extend(b"Subject: outer\r\n\r\nouter");
        octets.extend(end);
        let smuggled = format!(
            "MAIL FROM:<ceo@good.example>\r\nRCPT TO:<{}>\r\nDATA\r\nSubject: inner\r\n\r\ninner",
            victim.address
        );
        octets.extend(smuggled.as_bytes());
        octets.extend(b"\r\n.\r\nQUIT\r\n");
        let said = talk(service.smtp(), &octets).await;
        assert!(said.contains("221 "), "{end:?}: {said}");
        service.report(&test, 1).await;
        let kept = service.message(&test).await;
        assert!(kept.windows(5).any(|window| window == b"inner"), "{end:?} ended the message");
        let state = service.get(&format!("/api/v1/tests/{}", victim.key)).await.json();
        assert_eq!(state["state"], "waiting", "{end:?} let a second message in");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_before_starttls_are_thrown_away_with_it() {
    let dns = world::dns().await;
    let service = world::start(&dns, &[]).await;
    let test = service.test().await;
    // RFC 3207 §4.2: nothing said before the handshake may count after it.
    let injected =
        format!("EHLO a.example\r\nSTARTTLS\r\nMAIL FROM:<a@good.example>\r\nRCPT TO:<{}>\r\n", test.address);
    let said = talk(service.smtp(), injected.as_bytes()).await;
    assert!(!said.contains("250 2.1.0") && !said.contains("250 2.1.5"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_recipients_are_refused_without_harm() {
    let dns = world::dns().await;
    let service = world::start(&dns, &[]).await;
    let test = service.test().await;
    let mut octets = b"EHLO a.example\r\nMAIL FROM:<a@good.example>\r\n".to_vec();
    for _ in 0..10_000 {
        octets.extend(format!("RCPT TO:<{}>\r\n", test.address).as_bytes());
    }
    octets.extend(b"RSET\r\nQUIT\r\n");
    let said = talk(service.smtp(), &octets).await;
    assert!(said.contains("452 4.5.3"), "{}", said.lines().nth(150).unwrap_or_default());
    let strangers: String = (0..10_000).map(|n| format!("RCPT TO:<guess{n}@vaglio.test>\r\n")).collect();
    let said = talk(service.smtp(), format!("EHLO a.example\r\nMAIL FROM:<>\r\n{strangers}").as_bytes()).await;
    assert!(said.matches("550 5.1.1").count() < 100 && said.contains("421 "), "{said}");
    is_well(&service).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn garbage_endless_lines_and_half_open_connections_leave_others_unharmed() {
    let dns = world::dns().await;
    let service = world::start(&dns, &[]).await;
    // An early talker, octets that mean nothing, a line without an end, a TLS hello to a clear port, HTTP.
    let noise: Vec<u8> = (0..200_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    for octets in [
        &noise[..],
        &vec![b'A'; 5 << 20],
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\0\0\0\0",
        b"",
    ] {
        let said = talk(service.smtp(), octets).await;
        assert!(!said.contains("250 2.6.0"), "{said}");
    }
    // Three hundred who connect and say nothing, or stop in the middle of a message.
    let test = service.test().await;
    let half =
        format!("EHLO a.example\r\nMAIL FROM:<a@good.example>\r\nRCPT TO:<{}>\r\nDATA\r\nSubject: half", test.address);
    let mut open = Vec::new();
    for n in 0..300 {
        let mut stream = TcpStream::connect(service.smtp()).await.unwrap();
        if n % 2 == 0 {
            stream.write_all(half.as_bytes()).await.unwrap();
        }
        open.push(stream);
    }
    is_well(&service).await;
    drop(open);
    is_well(&service).await;
    let state = service.get(&format!("/api/v1/tests/{}", test.key)).await.json();
    assert_eq!(state["state"], "waiting", "half a message is none");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_clients_and_slow_readers_hold_up_nobody() {
    let dns = world::dns().await;
    let service = world::start(&dns, &[]).await;
    let smtp = service.smtp();
    let drips: Vec<_> = (0..100)
        .map(|_| {
            tokio::spawn(async move {
                let mut stream = TcpStream::connect(smtp).await.unwrap();
                for octet in b"EHLO slow.example\r\n".iter().cycle() {
                    if stream.write_all(&[*octet]).await.is_err() {
                        break;
                    }
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            })
        })
        .collect();
    // Asks without end, and never reads an answer.
    let deaf = tokio::spawn(async move {
        let mut stream = TcpStream::connect(smtp).await.unwrap();
        while stream.write_all(&b"EHLO deaf.example\r\n".repeat(1000)).await.is_ok() {}
    });
    for _ in 0..3 {
        is_well(&service).await;
    }
    assert!(service.memory() < 300 << 10, "{} kB", service.memory());
    drips.iter().for_each(tokio::task::JoinHandle::abort);
    deaf.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_made_to_choke_parsers_give_a_report() {
    let dns = world::dns().await;
    let service = world::start(&dns, &[]).await;
    let mut parts = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n".to_owned();
    parts.push_str(&"--b\r\n\r\nx\r\n".repeat(10_000));
    let mut nested = String::new();
    for n in 0..2000 {
        nested.push_str(&format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n"));
    }
    let fields = "X-Many: 1\r\n".repeat(100_000) + "\r\nx\r\n";
    let html = format!("Content-Type: text/html\r\n\r\n{}", "<div><a href=//x>".repeat(20_000).replace("><", ">\r\n<"));
    for (what, message) in [("parts", parts), ("nested", nested), ("fields", fields), ("html", html + "\r\n")] {
        let test = service.test().await;
        send(service.smtp(), &world::GOOD, &test.address, message.as_bytes())
            .await
            .unwrap_or_else(|error| panic!("{what}: {error}"));
        let report = service.report(&test, 1).await;
        assert!(report["score"].is_f64(), "{what}");
    }
    assert!(service.memory() < 300 << 10, "{} kB", service.memory());
    is_well(&service).await;
}
