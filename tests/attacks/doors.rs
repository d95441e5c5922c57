//! Floods at both doors of a whole service. Clients come through a proxy on loopback, which gives each a network of its own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use vaglio::command::serve::{self, Running};
use vaglio::config::{Config, ServeOptions};
use vaglio::dns::{Lookup, Question, Upstream, Zone};

struct Service {
    running: Running,
    _folder: tempfile::TempDir,
}

async fn service() -> Service {
    service_with(Arc::new(Zone::default())).await
}

async fn service_with(dns: Arc<dyn Upstream>) -> Service {
    let folder = tempfile::tempdir().unwrap();
    let config = Config::new(ServeOptions {
        smtp_listen: vec!["127.0.0.1:0".parse().unwrap()],
        http_listen: Some("127.0.0.1:0".parse().unwrap()),
        domain: Some("vaglio.example".to_owned()),
        database: Some(format!("sqlite://{}", folder.path().join("vaglio.db").display())),
        trust_proxy: vec!["127.0.0.0/8".parse().unwrap()],
        ..ServeOptions::default()
    })
    .unwrap();
    let running = serve::start_with(&config, Some(dns)).await.unwrap();
    Service { running, _folder: folder }
}

impl Service {
    fn smtp(&self) -> SocketAddr {
        self.running.smtp[0]
    }

    /// Connected as this client.
    async fn client(&self, ip: &str) -> TcpStream {
        let mut socket = TcpStream::connect(self.smtp()).await.unwrap();
        socket.write_all(format!("PROXY TCP4 {ip} 192.0.2.1 4000 25\r\n").as_bytes()).await.unwrap();
        socket
    }

    /// Everything said to these commands, which are sent at once and end the session.
    async fn says(&self, ip: &str, commands: &str) -> String {
        let mut socket = self.client(ip).await;
        // A server that hangs up early still says why.
        drop(socket.write_all(format!("{commands}QUIT\r\n").as_bytes()).await);
        let mut said = Vec::new();
        drop(socket.read_to_end(&mut said).await);
        String::from_utf8(said).unwrap()
    }

    async fn asks(&self, ip: &str, request: &str, body: &[u8]) -> String {
        let mut socket = TcpStream::connect(self.running.http.unwrap()).await.unwrap();
        let head = format!(
            "{request} HTTP/1.1\r\nHost: vaglio.example\r\nX-Forwarded-For: {ip}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        socket.write_all(head.as_bytes()).await.unwrap();
        drop(socket.write_all(body).await);
        let mut said = Vec::new();
        drop(socket.read_to_end(&mut said).await);
        String::from_utf8_lossy(&said).into_owned()
    }
}

#[tokio::test]
async fn a_network_that_connects_without_end_is_told_when_to_come_again() {
    let service = service().await;
    let mut refused = None;
    for n in 0..200 {
        let said = service.says(&format!("198.51.100.{n}"), "").await;
        if !said.starts_with("220 ") {
            refused = Some((n, said));
            break;
        }
    }
    let (after, said) = refused.expect("a limit");
    // Some come back while a slow machine connects.
    assert!((100..=190).contains(&after), "{after}");
    assert!(
        said.starts_with("421 4.7.1 vaglio.example Too many connections from your network; come again in "),
        "{said}"
    );
    assert!(service.says("203.0.113.9", "").await.starts_with("220 "), "another network");
    service.running.stop().await;
}

#[tokio::test]
async fn a_network_that_guesses_addresses_is_sent_away_and_no_other_is() {
    let service = service().await;
    let guess = |n: u32| {
        let rcpt: String = (0..15).map(|i| format!("RCPT TO:<{n}{i}aaaaaaaaaaaaaaa@vaglio.example>\r\n")).collect();
        format!("EHLO x.example\r\nMAIL FROM:<>\r\n{rcpt}")
    };
    let mut said = String::new();
    for n in 0..4 {
        said = service.says(&format!("198.51.100.{n}"), &guess(n)).await;
    }
    assert!(said.contains("450 4.7.1 Too many unknown addresses from your network; come again in "), "{said}");
    assert!(!said.contains("550 5.1.1"), "no more is told: {said}");
    let other = service.says("203.0.113.9", &guess(9)).await;
    assert!(other.contains("550 5.1.1") && !other.contains("450 4.7.1"), "{other}");
    service.running.stop().await;
}

#[tokio::test]
async fn ten_thousand_recipients_are_told_to_come_in_parts() {
    let service = service().await;
    let test = service.running.book.fresh(jiff::Timestamp::now()).unwrap();
    let rcpt = format!("RCPT TO:<{}>\r\n", service.running.book.address(test));
    let said = service.says("127.0.0.1", &format!("EHLO x.example\r\nMAIL FROM:<>\r\n{}", rcpt.repeat(10_000))).await;
    assert_eq!(said.matches("250 2.1.5").count(), 100);
    assert!(said.contains("452 4.5.3 Too many recipients"));
    assert!(
        said.ends_with("421 4.7.0 vaglio.example Too many commands in one session\r\n"),
        "{}",
        &said[said.len() - 200..]
    );
    service.running.stop().await;
}

#[tokio::test]
async fn a_thousand_idle_clients_hold_up_nobody() {
    let service = service().await;
    let mut idle = Vec::new();
    for _ in 0..1000 {
        idle.push(service.client("127.0.0.1").await);
    }
    let test = service.running.book.fresh(jiff::Timestamp::now()).unwrap();
    let address = service.running.book.address(test);
    let began = Instant::now();
    let said = service
        .says(
            "203.0.113.9",
            &format!("EHLO x.example\r\nMAIL FROM:<>\r\nRCPT TO:<{address}>\r\nDATA\r\nSubject: x\r\n\r\nx\r\n.\r\n"),
        )
        .await;
    assert!(said.contains("250 2.6.0"), "{said}");
    assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
    drop(idle);
    service.running.stop().await;
}

/// Answers at once, but for names below `slow.example`.
struct SlowInPart(Zone);

impl Upstream for SlowInPart {
    fn ask(&self, question: Question) -> BoxFuture<'_, Lookup> {
        async {
            if question.name.ends_with("slow.example") {
                tokio::time::sleep(Duration::from_secs(3)).await;
            }
            self.0.ask(question).await
        }
        .boxed()
    }
}

#[tokio::test]
async fn a_flood_of_one_sender_delays_another_by_less_than_a_second() {
    let service = service_with(Arc::new(SlowInPart(Zone::default()))).await;
    let letter = |from: &str| {
        let test = service.running.book.fresh(jiff::Timestamp::now()).unwrap();
        let address = service.running.book.address(test);
        let commands = format!(
            "EHLO x.example\r\nMAIL FROM:<a@{from}>\r\nRCPT TO:<{address}>\r\nDATA\r\nFrom: a@{from}\r\n\r\nx\r\n.\r\n"
        );
        (service.running.book.key(test), commands)
    };
    let ready = async |key: &str| loop {
        if service.asks("203.0.113.9", &format!("GET /api/v1/tests/{key}"), b"").await.contains("\"ready\"") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let alone = {
        let (key, commands) = letter("quick.example");
        let began = Instant::now();
        service.says("203.0.113.9", &commands).await;
        ready(&key).await;
        began.elapsed()
    };
    // As many as its network may send at once, each of which takes seconds to examine.
    let mut flood = Vec::new();
    for n in 0..110 {
        let (key, commands) = letter("slow.example");
        if service.says(&format!("198.51.100.{n}"), &commands).await.contains("250 2.6.0") {
            flood.push(key);
        }
    }
    assert!(flood.len() > 64, "that was no flood: {}", flood.len());
    let last = format!("GET /api/v1/tests/{}", flood.last().unwrap());
    // A busy machine may stand still for a second; who waits for the flood is late until it has passed.
    loop {
        let (key, commands) = letter("quick.example");
        let began = Instant::now();
        assert!(service.says("203.0.113.9", &commands).await.contains("250 2.6.0"));
        ready(&key).await;
        let beside = began.elapsed();
        let passed = service.asks("203.0.113.9", &last, b"").await.contains("\"ready\"");
        assert!(!passed, "alone {alone:?}, beside the flood {beside:?}");
        if beside < alone + Duration::from_secs(1) {
            break;
        }
    }
    service.running.stop().await;
}

#[tokio::test]
async fn a_network_that_asks_without_end_is_told_when_to_come_again() {
    let service = service().await;
    for (request, body) in
        [("POST /api/v1/tests", ""), ("GET /", ""), ("POST /api/v1/check?mail_from=", "Subject: x\r\n\r\nx")]
    {
        let mut refused = None;
        for n in 0..100 {
            let said = service.asks(&format!("198.51.100.{n}"), request, body.as_bytes()).await;
            if said.starts_with("HTTP/1.1 429") {
                refused = Some((n, said));
                break;
            }
            assert!(said.starts_with("HTTP/1.1 20"), "{request}: {said}");
        }
        // The home page and the API give addresses from one budget.
        let (after, said) = refused.unwrap_or_else(|| panic!("{request} without end"));
        assert!(after <= 70, "{request}: {after}");
        assert!(said.contains("\r\nretry-after: "), "{said}");
        let form = if request.contains("/api/") { "application/problem+json" } else { "text/html" };
        assert!(said.contains(form), "{said}");
    }
    assert!(
        service.asks("203.0.113.9", "POST /api/v1/tests", b"").await.starts_with("HTTP/1.1 201"),
        "another network"
    );
    assert!(service.asks("198.51.100.1", "GET /healthz", b"").await.starts_with("HTTP/1.1 200"));
    service.running.stop().await;
}

#[tokio::test]
async fn guessing_keys_finds_nothing_and_ends_in_429() {
    let service = service().await;
    let mut last = String::new();
    for n in 0..800 {
        last = service.asks("198.51.100.1", &format!("GET /api/v1/tests/{n:024}"), b"").await;
        if !last.starts_with("HTTP/1.1 404") {
            break;
        }
    }
    assert!(last.starts_with("HTTP/1.1 429"), "{last}");
    service.running.stop().await;
}

#[tokio::test]
async fn a_body_without_end_is_refused() {
    let service = service().await;
    let body = vec![b'['; 30 << 20];
    for request in ["POST /api/v1/check", "POST /check"] {
        let said = service.asks("203.0.113.9", request, &body).await;
        // Refused by its declared length, the connection may be reset before the answer is read.
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 4"), "{request}: {}", &said[..200.min(said.len())]);
    }
    assert!(service.asks("203.0.113.9", "GET /about", b"").await.starts_with("HTTP/1.1 200"), "and it goes on");
    service.running.stop().await;
}

#[tokio::test]
async fn what_happens_is_counted_for_the_operator() {
    let service = service().await;
    service.says("203.0.113.9", "EHLO x.example\r\nMAIL FROM:<>\r\nRCPT TO:<nobody@vaglio.example>\r\n").await;
    let test = service.running.book.fresh(jiff::Timestamp::now()).unwrap();
    let (address, key) = (service.running.book.address(test), service.running.book.key(test));
    service
        .says(
            "203.0.113.9",
            &format!("EHLO x.example\r\nMAIL FROM:<>\r\nRCPT TO:<{address}>\r\nDATA\r\nSubject: x\r\n\r\nx\r\n.\r\n"),
        )
        .await;
    for _ in 0..200 {
        if service.asks("203.0.113.9", &format!("GET /api/v1/tests/{key}"), b"").await.contains("\"ready\"") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let metrics = service.asks("127.0.0.1", "GET /metrics", b"").await;
    for name in [
        "vaglio_smtp_connections_total",
        "vaglio_smtp_connections ",
        "vaglio_smtp_refusals_total{code=\"550\",status=\"5.1.1\"}",
        "vaglio_messages_total{result=\"accepted\"}",
        "vaglio_examinations_total{result=\"ready\"}",
        "vaglio_stage_seconds_bucket{stage=\"commit\"",
        "vaglio_stage_seconds_bucket{stage=\"authentication\"",
        "vaglio_stage_seconds_bucket{stage=\"received_to_ready\"",
        "vaglio_http_requests_total{route=\"/api/v1/tests/{key}\",status=\"200\"}",
        "vaglio_jobs_queued",
        "vaglio_waiting_pages",
    ] {
        assert!(metrics.contains(name), "{name} is not in\n{metrics}");
    }
    for private in [address.as_str(), key.as_str(), "203.0.113", "x.example"] {
        assert!(!metrics.contains(private), "{private}");
    }
    service.running.stop().await;
}
