//! What the receiver refuses and how, what a silent resolver changes, and how the service ends.

use std::time::{Duration, Instant};

use tokio::net::UdpSocket;

use super::service::{Service, findings};
use super::world;
use crate::support::dns::Server;
use crate::support::smtp::{Client, send};

async fn refusal(service: &Service, to: &str, message: &[u8]) -> String {
    send(service.smtp(), &world::GOOD, to, message).await.unwrap_err().to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_are_right_and_kind() {
    let dns = world::dns().await;
    let service = world::start(&dns, &["--max-deliveries", "3"]).await;
    let unknown = refusal(&service, "stranger@vaglio.test", b"x\r\n").await;
    assert!(unknown.starts_with("550 5.1.1"), "{unknown}");
    let relay = refusal(&service, "somebody@elsewhere.example", b"x\r\n").await;
    assert!(relay.starts_with("55") && relay.contains("5.7.1"), "{relay}");
    let (test, _) = world::deliver(&service).await;
    for _ in 0..2 {
        send(service.smtp(), &world::GOOD, &test.address, b"From: a@good.example\r\n\r\nx\r\n").await.unwrap();
    }
    let full = refusal(&service, &test.address, b"From: a@good.example\r\n\r\nx\r\n").await;
    assert!(full.starts_with("552 5.2.2"), "{full}");
    service.report(&test, 3).await;

    let fresh = service.test().await;
    let mut client = Client::connect(service.smtp()).await.unwrap();
    let offered = client.greet("mail.good.example").await.unwrap();
    for extension in [
        "SIZE 26214400",
        "PIPELINING",
        "8BITMIME",
        "SMTPUTF8",
        "STARTTLS",
        "CHUNKING",
        "ENHANCEDSTATUSCODES",
        "DSN",
        "XCLIENT",
    ] {
        assert!(offered.contains(extension), "{extension} in {offered}");
    }
    let declared = client.command("MAIL FROM:<a@good.example> SIZE=99999999", 552).await.unwrap();
    assert!(declared.starts_with("552 5.3.4"), "{declared}");
    let mut message = b"Subject: big\r\n\r\n".to_vec();
    message.resize(26 << 20, b'x');
    message.extend(b"\r\n");
    let real = refusal(&service, &fresh.address, &message).await;
    assert!(real.starts_with("552 5.3.4"), "{real}");
    assert!(service.memory() < 300 << 10, "{} kB", service.memory());
    send(service.smtp(), &world::GOOD, "postmaster@vaglio.test", b"x\r\n").await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expired_address_says_where_to_get_a_new_one() {
    let dns = world::dns().await;
    let service = world::start(&dns, &["--address-lifetime", "1s", "--public-url", "https://vaglio.example"]).await;
    let test = service.test().await;
    tokio::time::sleep(Duration::from_millis(2200)).await;
    let expired = refusal(&service, &test.address, b"x\r\n").await;
    assert!(expired.starts_with("550 5.2.1") && expired.contains("https://vaglio.example"), "{expired}");
    assert_eq!(service.get(&format!("/api/v1/tests/{}", test.key)).await.json()["state"], "expired");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_twenty_first_message_is_refused_where_nothing_else_is_said() {
    let dns = world::dns().await;
    let service = world::start(&dns, &[]).await;
    let test = service.test().await;
    for _ in 0..20 {
        send(service.smtp(), &world::GOOD, &test.address, b"From: a@good.example\r\n\r\nx\r\n").await.unwrap();
    }
    let full = refusal(&service, &test.address, b"From: a@good.example\r\n\r\nx\r\n").await;
    assert!(full.starts_with("552 5.2.2"), "{full}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_silent_resolver_the_report_comes_within_8_seconds_and_takes_no_point() {
    let silent = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let more = ["--trust-xclient", "127.0.0.0/8"];
    let service = Service::start(silent.local_addr().unwrap(), &more).await;
    // Somebody's busy machine may stand still for a second, but not each time.
    let report = async {
        loop {
            let began = Instant::now();
            let (test, _) = world::deliver(&service).await;
            let report = service.report(&test, 1).await;
            if began.elapsed() < Duration::from_secs(8) {
                return report;
            }
        }
    };
    let report = tokio::time::timeout(Duration::from_secs(60), report).await.expect("a report within eight seconds");
    assert_eq!(report["score"], 10.0, "{:#}", report["sections"]);
    let auth = &report["auth"];
    assert_eq!((&auth["spf"]["result"], &auth["spf_helo"]["result"]), (&"temperror".into(), &"temperror".into()));
    assert_eq!((&auth["dkim"][0]["result"], &auth["dmarc"]["result"]), (&"temperror".into(), &"temperror".into()));
    assert_eq!(auth["iprev"]["result"], "temperror");
    let open: Vec<_> = findings(&report).into_iter().filter(|(_, status)| status == "not_determined").collect();
    assert!(open.len() >= 6, "{open:?}");
    assert_eq!(report["not_determined"], open.len());
    assert!(report["blocklists"].as_array().unwrap().iter().all(|listing| listing["result"] == "not_determined"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sigterm_finishes_messages_in_flight_and_tells_idle_clients() {
    let dns = Server::start(&world::zone()).await;
    let mut service = world::start(&dns, &[]).await;
    let test = service.test().await;
    let mut idle = Client::connect(service.smtp()).await.unwrap();
    idle.greet("idle.example").await.unwrap();
    let mut sending = Client::connect(service.smtp()).await.unwrap();
    sending.greet("mail.good.example").await.unwrap();
    sending.command("MAIL FROM:<anna@good.example>", 250).await.unwrap();
    sending.command(&format!("RCPT TO:<{}>", test.address), 250).await.unwrap();
    sending.command("DATA", 354).await.unwrap();

    service.terminate();
    let farewell = idle.reply(421).await.unwrap();
    assert!(farewell.starts_with("421 4.3.2"), "{farewell}");
    sending.command("From: anna@good.example\r\n\r\nIn flight.\r\n.", 250).await.unwrap();
    assert_eq!(service.ended().await.code(), Some(0), "{}", service.log());

    service.restart().await;
    let report = service.report(&test, 1).await;
    assert_eq!(report["envelope"]["mail_from"], "anna@good.example");
}
