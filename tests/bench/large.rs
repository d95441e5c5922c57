//! Messages of the largest size: what the service holds at the most while it receives and examines them.

use std::time::Duration;

use futures_util::future::join_all;

use crate::figure;
use crate::service::{Service, World, wait_for};

const OCTETS: usize = 25 << 20;

pub async fn run() {
    let world = World::new(1, Duration::ZERO).await;
    let head = "From: Anna <anna@d0.example.org>\r\nSubject: Large\r\nMIME-Version: 1.0\r\n";
    let fill = |line: &str| line.repeat((OCTETS - 4000) / line.len());
    let text = format!("{head}Content-Type: text/plain\r\n\r\n{}", fill("The quick brown fox jumps over the dog.\r\n"));
    let html = format!(
        "{head}Content-Type: text/html\r\n\r\n{}",
        fill("<p><b>x</b> <a href=\"https://d0.example.org/\">y</a>\r\n")
    );
    let attachment = format!(
        "{head}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHello\r\n--b\r\nContent-Type: application/zip\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{}--b--\r\n",
        fill("UEsDBBQAAAAIAAAAIQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n")
    );
    let parts = format!(
        "{head}Content-Type: multipart/mixed; boundary=b\r\n\r\n{}--b--\r\n",
        "--b\r\nContent-Type: text/plain\r\n\r\nx\r\n".repeat(10_000)
    );
    let fields = format!("{head}{}\r\nx\r\n", "X-Field: value\r\n".repeat(100_000));
    let kinds = [
        ("text", &text),
        ("HTML", &html),
        ("attachment", &attachment),
        ("10,000 parts", &parts),
        ("100,000 fields", &fields),
    ];
    for (name, message) in kinds {
        let service = Service::start(world.dns.addr, &[]).await;
        let took = send(&service, &world.key.sign("d0.example.org", "s", message)).await;
        let most = format!("{:.0} MB", service.memory().1);
        figure(&format!("{name}: most memory (report after {took:.1} s)"), most, "< 300 MB");
    }
    let service = Service::start(world.dns.addr, &[]).await;
    let signed = world.key.sign("d0.example.org", "s", &attachment);
    join_all((0..4).map(|_| send(&service, &signed))).await;
    figure("four at once: most memory", format!("{:.0} MB", service.memory().1), "bounded");
}

/// Seconds from the final dot to the report.
async fn send(service: &Service, message: &str) -> f64 {
    let test = service.test().await;
    let mut events = service.events(&test).await;
    // Where room is short the client is asked to come again.
    for _ in 0..40 {
        let mut client = service.client().await;
        match client.deliver("anna@d0.example.org", &test.address, message.as_bytes()).await {
            Ok(_) => {
                let began = std::time::Instant::now();
                assert!(wait_for(&mut events, "ready").await, "no report");
                return began.elapsed().as_secs_f64();
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(500)).await,
        }
    }
    panic!("a large message was never taken");
}
