//! Our own misfortunes, on a whole service: no resolver, no file descriptors. Those of the database are in `tests/store`.

use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;
use vaglio::command::serve;
use vaglio::config::{Config, ServeOptions};

const MESSAGE: &str = "From: anna@example.org\r\nSubject: x\r\n\r\nx\r\n";

async fn send(smtp: SocketAddr, to: &str) -> String {
    let mut socket = TcpStream::connect(smtp).await.unwrap();
    let commands =
        format!("EHLO x.example\r\nMAIL FROM:<anna@example.org>\r\nRCPT TO:<{to}>\r\nDATA\r\n{MESSAGE}.\r\nQUIT\r\n");
    socket.write_all(commands.as_bytes()).await.unwrap();
    let mut said = String::new();
    drop(socket.read_to_string(&mut said).await);
    said
}

#[tokio::test]
async fn without_a_resolver_it_starts_takes_mail_and_says_what_it_could_not_find_out() {
    let folder = tempfile::tempdir().unwrap();
    // Nobody is there: a port that was free a moment ago.
    let dead = std::net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let config = Config::new(ServeOptions {
        smtp_listen: vec!["127.0.0.1:0".parse().unwrap()],
        http_listen: Some("127.0.0.1:0".parse().unwrap()),
        database: Some(format!("sqlite://{}", folder.path().join("vaglio.db").display())),
        dns: vec![dead],
        spamd: Some("127.0.0.1:1".to_owned()),
        ..ServeOptions::default()
    })
    .unwrap();
    let running = serve::start(&config).await.unwrap();
    let test = running.book.fresh(jiff::Timestamp::now()).unwrap();
    let said = send(running.smtp[0], &running.book.address(test)).await;
    assert!(said.contains("250 2.6.0"), "{said}");
    let path = format!("/api/v1/tests/{}/report", running.book.key(test));
    let report = timeout(Duration::from_secs(60), async {
        loop {
            let mut socket = TcpStream::connect(running.http.unwrap()).await.unwrap();
            let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            socket.write_all(request.as_bytes()).await.unwrap();
            let mut said = String::new();
            socket.read_to_string(&mut said).await.unwrap();
            if said.starts_with("HTTP/1.1 200") {
                return said.split_once("\r\n\r\n").unwrap().1.to_owned();
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    })
    .await
    .expect("a report");
    assert!(report.contains("\"not_determined\""), "{report}");
    assert!(report.contains("\"result\":\"temperror\""), "{report}");
    running.stop().await;
}

/// Ends with the test.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

#[tokio::test]
async fn out_of_file_descriptors_it_waits_and_goes_on_when_there_are_some() {
    let folder = tempfile::tempdir().unwrap();
    let free = || std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (smtp, http) = (free(), free());
    let child = Command::new("sh")
        .args(["-c", "ulimit -n 60; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_vaglio")])
        .args(["serve", "--smtp-listen", &smtp.to_string(), "--http-listen", &http.to_string()])
        .args([
            "--database",
            &format!("sqlite://{}", folder.path().join("vaglio.db").display()),
            "--dns",
            "127.0.0.1:1",
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut process = Process(child);
    let greeted = async || {
        let socket = TcpStream::connect(smtp).await.ok()?;
        let mut socket = BufReader::new(socket);
        let mut line = String::new();
        timeout(Duration::from_millis(500), socket.read_line(&mut line)).await.ok()?.ok()?;
        line.starts_with("220 ").then_some(socket)
    };
    timeout(Duration::from_secs(30), async {
        while greeted().await.is_none() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    })
    .await
    .expect("started");
    let mut held = Vec::new();
    let mut turned_away = 0;
    for _ in 0..100 {
        match greeted().await {
            Some(socket) => held.push(socket),
            None => turned_away += 1,
        }
        if turned_away >= 3 {
            break;
        }
    }
    assert!(turned_away >= 3 && held.len() < 60, "{} were let in", held.len());
    assert!(process.0.try_wait().unwrap().is_none(), "it still runs");
    drop(held);
    timeout(Duration::from_secs(20), async {
        while greeted().await.is_none() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    })
    .await
    .expect("it goes on");
}
