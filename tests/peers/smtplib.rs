//! Python's smtplib, as most programs send: SIZE, STARTTLS, SMTPUTF8, several recipients, BDAT.

use serde_json::{Value, json};
use std::process::Command;

use super::python;
use super::service::{Service, Test};
use super::world;

async fn send(service: &Service, case: &str, to: &[&Test]) -> Value {
    let server = service.smtp();
    let output = Command::new(python())
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/send.py"))
        .args([server.ip().to_string(), server.port().to_string(), case.to_owned()])
        .args(to.iter().map(|test| &test.address))
        .output()
        .unwrap_or_else(|error| panic!("python: {error}; see tests/peers/install"));
    assert!(output.status.success(), "{case}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn smtplib_sends_as_programs_do() {
    let dns = world::dns(&[]).await;
    let service = Service::start(dns.addr, &[]).await;

    for case in ["plain", "starttls", "size"] {
        let test = service.test().await;
        let offered = send(&service, case, &[&test]).await;
        assert!(offered.as_array().unwrap().contains(&json!("chunking")), "{offered}");
        let report = service.report(&test, 1).await;
        assert_eq!(report["message"]["subject"], case);
        assert_eq!(report["session"]["tls"].is_object(), case == "starttls");
        assert_eq!(report["auth"]["spf"]["result"], "pass");
    }

    let (one, other) = (service.test().await, service.test().await);
    send(&service, "several", &[&one, &other]).await;
    assert_eq!(service.report(&one, 1).await["envelope"]["rcpt_to"], json!([one.address, other.address]));
    assert_eq!(service.message(&one).await, service.message(&other).await);
    assert!(service.message(&one).await.ends_with(b"Hello from smtplib.\r\n.leading dot\r\n"));

    let international = service.test().await;
    send(&service, "smtputf8", &[&international]).await;
    let report = service.report(&international, 1).await;
    assert_eq!(report["envelope"]["mail_from"], "žofie@good.example");
    assert_eq!(
        (&report["envelope"]["smtputf8"], &report["message"]["subject"]),
        (&json!(true), &json!("příliš žluťoučký"))
    );

    let chunked = service.test().await;
    send(&service, "bdat", &[&chunked]).await;
    service.report(&chunked, 1).await;
    assert!(service.message(&chunked).await.ends_with(b"\r\n\r\none\r\n.\r\ntwo\r\n\x00\xff last"), "byte for byte");
}
