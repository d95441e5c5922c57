//! Postfix with OpenDKIM, delivering into the service with STARTTLS; and Postfix in front of it, handing on by XFORWARD.
//! What we say of SPF and DKIM is compared with pyspf and dkimpy for the same octets and session.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::mta::Mta;
use super::service::{Service, Test, verdicts};
use super::support::smtp::{Sender, send};
use super::{free_port, python, world};

/// Postfix with two doors: one signs, and sends from 127.0.0.10; the other hands everything on with XFORWARD.
struct Doors {
    submission: u16,
    front: u16,
    mta: Mta,
}

impl Doors {
    async fn open(service: &Service, keys: &[(&str, &str, &world::Key)]) -> Doors {
        let mut mta = Mta::new();
        let mut milters = Vec::new();
        for (selector, algorithm, key) in keys {
            let file = mta.home().join(format!("{selector}.pem"));
            std::fs::write(&file, &key.pem).unwrap();
            let settings = format!(
                "Domain good.example\nSelector {selector}\nKeyFile {}\nCanonicalization relaxed/simple\n\
                 SignatureAlgorithm {algorithm}\n",
                file.display()
            );
            // Ed25519 needs an instance of its own: beside RSA keys OpenDKIM refuses both.
            milters.push(mta.opendkim(selector, &settings).await);
        }
        let (submission, front) = (free_port(), free_port());
        let (port, milters) = (service.smtp().port(), milters.join(", "));
        let main = format!(
            "myhostname = mail.good.example\nmynetworks = 127.0.0.0/8 198.18.0.0/15\n\
             smtpd_authorized_xclient_hosts = 127.0.0.0/8\nsmtputf8_enable = yes\nrelayhost = [127.0.0.1]:{port}\n\
             smtp_tls_security_level = encrypt\nsmtpd_milters = {milters}\nmilter_default_action = tempfail\n"
        );
        let doors = format!(
            "127.0.0.1:{submission} inet n - n - - smtpd\n\
             127.0.0.1:{front} inet n - n - - smtpd -o smtpd_milters= -o content_filter=front:[127.0.0.1]:{port}\n\
             smtp unix - - n - - smtp -o smtp_bind_address=127.0.0.10 -o smtp_helo_name=mail.good.example\n\
             front unix - - n - - smtp -o smtp_send_xforward_command=yes -o smtp_tls_security_level=none\n"
        );
        mta.postfix(&main, &doors, &[submission, front]).await;
        Doors { submission, front, mta }
    }

    async fn give(&self, port: u16, sender: &Sender<'_>, to: &str, message: &[u8]) {
        let given = send(([127, 0, 0, 1], port).into(), sender, to, message).await;
        given.unwrap_or_else(|error| panic!("{error}\n{}", self.mta.log()));
    }
}

/// What pyspf and dkimpy say of it.
async fn second_opinion(service: &Service, test: &Test, report: &Value) -> Value {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut child = Command::new(python())
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/verdicts.py"))
        .arg(service.setting.dns.port().to_string())
        .args([
            text(&report["session"]["client_ip"]),
            text(&report["envelope"]["mail_from"]),
            text(&report["session"]["helo"]),
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("python: {error}; see tests/peers/install"));
    child.stdin.take().unwrap().write_all(&service.message(test).await).unwrap();
    let output = child.wait_with_output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Ours in the same form.
fn ours(report: &Value) -> Value {
    let signatures = report["auth"]["dkim"].as_array().unwrap().iter();
    let dkim: Vec<Value> = signatures.map(|s| json!([s["domain"], s["selector"], s["result"] == "pass"])).collect();
    json!({"spf": report["auth"]["spf"]["result"], "spf_helo": report["auth"]["spf_helo"]["result"], "dkim": dkim})
}

fn letter(from: &str, to: &str, body: &str) -> String {
    format!(
        "From: Anna <{from}>\r\nTo: {to}\r\nSubject: Minutes\r\nMIME-Version: 1.0\r\n\
        Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{body}"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postfix_and_opendkim_are_judged_as_dkimpy_and_pyspf_judge_them() {
    let (rsa, ed, wrong) = (world::rsa(), world::ed25519(), world::rsa());
    let names =
        [("r._domainkey.good.example", &rsa), ("e._domainkey.good.example", &ed), ("w._domainkey.good.example", &rsa)];
    let dns = world::dns(&names).await;
    let service = Service::start(dns.addr, &[]).await;
    let keys = [("r", "rsa-sha256", &rsa), ("e", "ed25519-sha256", &ed), ("w", "rsa-sha256", &wrong)];
    let doors = Doors::open(&service, &keys).await;

    // Postfix breaks lines over 998 octets after the milters have signed: a real way to lose a signature.
    let long = format!("{}\r\n", "word ".repeat(400));
    let bodies = ["Hello.\r\n", "Perch\u{e9} no?\r\n \r\n\t\r\n\r\n", "", "..dots\r\n.\r\nend\r\n", &long];
    for (number, body) in bodies.into_iter().enumerate() {
        for sender in ["anna@good.example", "bob@other.example", ""] {
            let test = service.test().await;
            let message = letter(if sender.is_empty() { "anna@good.example" } else { sender }, &test.address, body);
            let from = Sender { ip: None, helo: "client.example", tls: false, mail_from: sender };
            doors.give(doors.submission, &from, &test.address, message.as_bytes()).await;
            let report = service.report(&test, 1).await;
            assert_eq!(ours(&report), second_opinion(&service, &test, &report).await, "body {number} of {sender:?}");
            assert_eq!(
                (&report["session"]["client_ip"], &report["session"]["helo"]),
                (&json!("127.0.0.10"), &json!("mail.good.example"))
            );
            assert!(report["session"]["tls"]["version"].is_string(), "Postfix was told to encrypt");

            if sender == "bob@other.example" {
                assert_eq!(verdicts(&report), json!({"spf": "softfail", "dkim": [], "dmarc": "fail"}));
                continue;
            }
            let good = if number == 4 { "fail" } else { "pass" };
            let signed = [("w", "fail"), ("e", good), ("r", good)]
                .map(|(selector, result)| json!(["good.example", selector, result]));
            assert_eq!(verdicts(&report), json!({"spf": "pass", "dkim": signed, "dmarc": "pass"}), "body {number}");
            let reasons: Vec<_> =
                report["auth"]["dkim"].as_array().unwrap().iter().map(|s| s["reason"].clone()).collect();
            let expected = if number == 4 {
                json!(["body_hash", "body_hash", "body_hash"])
            } else {
                json!(["signature", null, null])
            };
            assert_eq!(json!(reasons), expected);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_postfix_the_client_is_the_one_that_xforward_names() {
    let rsa = world::rsa();
    let dns = world::dns(&[("r._domainkey.good.example", &rsa)]).await;
    let service = Service::start(dns.addr, &["--trust-xclient", "127.0.0.1"]).await;
    let doors = Doors::open(&service, &[("r", "rsa-sha256", &rsa)]).await;
    for (ip, spf) in [("198.18.0.10", "pass"), ("198.18.0.77", "fail")] {
        let test = service.test().await;
        let claimed = Sender {
            ip: Some(ip.parse().unwrap()),
            helo: "mail.good.example",
            tls: false,
            mail_from: "anna@good.example",
        };
        doors
            .give(doors.front, &claimed, &test.address, letter("anna@good.example", &test.address, "x\r\n").as_bytes())
            .await;
        let report = service.report(&test, 1).await;
        let session = &report["session"];
        assert_eq!((&session["client_ip"], &session["client_known_by"]), (&json!(ip), &json!("xforward")));
        assert_eq!((&session["helo"], &report["auth"]["spf"]["result"]), (&json!("mail.good.example"), &json!(spf)));
        // Whether its session with Postfix was encrypted, XFORWARD does not say.
        assert_eq!((&session["tls"], &session["tls_known"]), (&Value::Null, &json!(false)));
    }
}
