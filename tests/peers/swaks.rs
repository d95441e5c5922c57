//! swaks, the postmaster's own tool: plain, STARTTLS, PIPELINING, 8-bit, and addresses claimed by XCLIENT and PROXY.

use serde_json::{Value, json};
use std::process::Command;

use super::service::{Service, Test};
use super::world;

/// Sends by swaks, and gives the report.
async fn report(service: &Service, more: &[&str]) -> (Value, Test) {
    let test = service.test().await;
    let server = service.smtp().to_string();
    let output = Command::new("swaks")
        .args([
            "--server",
            &server,
            "--to",
            &test.address,
            "--from",
            "anna@good.example",
            "--helo",
            "mail.good.example",
        ])
        .args(["--timeout", "20s"])
        .args(more)
        .output()
        .unwrap_or_else(|error| panic!("swaks: {error}; see tests/peers/install"));
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{more:?}\n{said}{}", String::from_utf8_lossy(&output.stderr));
    (service.report(&test, 1).await, test)
}

fn said_by_client(report: &Value, line: &str) -> bool {
    let transcript = report["session"]["transcript"].as_array().unwrap();
    transcript.iter().any(|said| said["text"].as_str().unwrap().starts_with(line))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn swaks_is_heard_plain_encrypted_and_pipelined() {
    let dns = world::dns(&[]).await;
    let service = Service::start(dns.addr, &[]).await;

    let (plain, _) = report(&service, &["--li", "127.0.0.10"]).await;
    assert_eq!(plain["session"]["client_ip"], "127.0.0.10");
    assert_eq!((&plain["session"]["tls"], &plain["session"]["helo"]), (&Value::Null, &json!("mail.good.example")));
    assert_eq!((&plain["auth"]["spf"]["result"], &plain["auth"]["dmarc"]["result"]), (&json!("pass"), &json!("pass")));

    let (tls, _) = report(&service, &["--li", "127.0.0.10", "--tls"]).await;
    assert_eq!(tls["session"]["tls"]["version"], "TLSv1.3");
    let (old, _) = report(&service, &["--tls", "--tls-protocol", "tlsv1_2"]).await;
    assert_eq!(old["session"]["tls"]["version"], "TLSv1.2");
    assert_eq!(old["auth"]["spf"]["result"], "fail", "127.0.0.1 may not send for good.example");

    let (pipelined, _) = report(&service, &["--pipeline"]).await;
    assert!(said_by_client(&pipelined, "MAIL FROM:<anna@good.example>"));
    let (hello, _) = report(&service, &["--protocol", "SMTP"]).await;
    assert!(said_by_client(&hello, "HELO mail.good.example"));

    let body = "Gr\u{fc}\u{df}e aus K\u{f6}ln, perch\u{e9} no\n..dots\n.\nend";
    let (eight_bit, test) = report(
        &service,
        &[
            "--body",
            body,
            "--add-header",
            "MIME-Version: 1.0",
            "--add-header",
            "Content-Type: text/plain; charset=utf-8",
        ],
    )
    .await;
    let stored = service.message(&test).await;
    assert!(String::from_utf8(stored).unwrap().contains(&body.replace('\n', "\r\n")), "{eight_bit}");

    let (null, _) = report(&service, &["--from", "<>"]).await;
    assert_eq!(
        (&null["envelope"]["mail_from"], &null["auth"]["spf"]["domain"]),
        (&json!(""), &json!("mail.good.example"))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn swaks_claims_an_address_by_xclient_where_it_is_trusted() {
    let dns = world::dns(&[]).await;
    let service = Service::start(dns.addr, &["--trust-xclient", "127.0.0.1"]).await;
    let (claimed, _) = report(&service, &["--xclient", "NAME=[UNAVAILABLE] ADDR=198.18.0.10"]).await;
    assert_eq!(
        (&claimed["session"]["client_ip"], &claimed["session"]["client_known_by"]),
        (&json!("198.18.0.10"), &json!("xclient"))
    );
    assert_eq!(claimed["auth"]["spf"]["result"], "pass");
    let (six, _) = report(&service, &["--xclient", "ADDR=IPV6:2001:db8::7 HELO=six.example"]).await;
    assert_eq!(
        (&six["session"]["client_ip"], &six["session"]["helo"]),
        (&json!("2001:db8::7"), &json!("six.example")),
        "XCLIENT tells the original client's name, whatever the front end says for itself"
    );
    let (stranger, _) =
        report(&service, &["--li", "127.0.0.10", "--xclient-optional", "--xclient", "ADDR=198.18.0.10"]).await;
    assert_eq!(stranger["session"]["client_ip"], "127.0.0.10", "nobody else is believed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn swaks_behind_a_proxy_is_known_by_its_header() {
    let dns = world::dns(&[]).await;
    let service = Service::start(dns.addr, &["--trust-proxy", "127.0.0.0/8"]).await;
    let ends = [
        "--proxy-source",
        "198.18.0.10",
        "--proxy-source-port",
        "4000",
        "--proxy-dest",
        "127.0.0.1",
        "--proxy-dest-port",
        "25",
    ];
    let one = [&["--proxy-version", "1", "--proxy-family", "TCP4"][..], &ends].concat();
    let two = [
        &[
            "--proxy-version",
            "2",
            "--proxy-family",
            "AF_INET",
            "--proxy-protocol",
            "STREAM",
            "--proxy-command",
            "PROXY",
        ][..],
        &ends,
    ]
    .concat();
    for version in [one, two] {
        let (report, _) = report(&service, &version).await;
        assert_eq!(
            (&report["session"]["client_ip"], &report["session"]["client_known_by"]),
            (&json!("198.18.0.10"), &json!("proxy"))
        );
        assert_eq!(report["auth"]["spf"]["result"], "pass");
    }
    let test = service.test().await;
    let server = service.smtp().to_string();
    let bare =
        Command::new("swaks").args(["--server", &server, "--to", &test.address, "--timeout", "8s"]).output().unwrap();
    assert!(!bare.status.success(), "without its header there is no conversation");
}
