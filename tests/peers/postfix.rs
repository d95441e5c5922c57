//! Postfix with OpenDKIM, delivering into the service with STARTTLS; and Postfix in front of it, handing on by XFORWARD.
//! What we say of SPF and DKIM is compared with pyspf and dkimpy for the same octets and session.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::net::TcpStream;

use super::service::{Service, Test, verdicts};
use super::support::smtp::{Sender, send};
use super::{Daemon, folder, free_port, python, world};

/// Postfix with two doors: one signs, and sends from 127.0.0.10; the other hands everything on with XFORWARD.
struct Mta {
    submission: u16,
    front: u16,
    _daemons: Vec<Daemon>,
    folder: tempfile::TempDir,
}

impl Mta {
    async fn start(service: &Service, keys: &[(&str, &str, &world::Key)]) -> Mta {
        let folder = folder();
        let (submission, front) = (free_port(), free_port());
        let mut daemons = Vec::new();
        let mut milters = Vec::new();
        for (selector, algorithm, key) in keys {
            let port = free_port();
            // Ed25519 needs an instance of its own: beside RSA keys OpenDKIM refuses both.
            daemons.push(opendkim(folder.path(), selector, algorithm, key, port));
            milters.push(format!("inet:127.0.0.1:{port}"));
        }
        for milter in &milters {
            listening(milter.rsplit(':').next().unwrap().parse().unwrap()).await;
        }
        configure(folder.path(), service, submission, front, &milters.join(", "));
        let config = folder.path().join("etc");
        daemons.push(Daemon::start("/usr/lib/postfix/sbin/master", &["-c", config.to_str().unwrap()]));
        let mta = Mta { submission, front, _daemons: daemons, folder };
        for port in [submission, front] {
            listening(port).await;
        }
        mta
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("postfix.log")).unwrap_or_default()
    }

    async fn give(&self, port: u16, sender: &Sender<'_>, to: &str, message: &[u8]) {
        let given = send(([127, 0, 0, 1], port).into(), sender, to, message).await;
        given.unwrap_or_else(|error| panic!("{error}\n{}", self.log()));
    }
}

fn opendkim(home: &Path, selector: &str, algorithm: &str, key: &world::Key, port: u16) -> Daemon {
    let file = home.join(format!("{selector}.pem"));
    std::fs::write(&file, &key.pem).unwrap();
    let config = home.join(format!("{selector}.conf"));
    let (pid, file) = (home.join(format!("{selector}.pid")), file.display());
    let text = format!(
        "Syslog no\nBackground no\nMode s\nSocket inet:{port}@127.0.0.1\nPidFile {}\nDomain good.example\n\
         Selector {selector}\nKeyFile {file}\nInternalHosts 127.0.0.0/8\nCanonicalization relaxed/simple\n\
         OversignHeaders From\nRequireSafeKeys no\nSignatureAlgorithm {algorithm}\n",
        pid.display()
    );
    std::fs::write(&config, text).unwrap();
    Daemon::start("opendkim", &["-f", "-x", config.to_str().unwrap()])
}

fn configure(home: &Path, service: &Service, submission: u16, front: u16, milters: &str) {
    let etc = home.join("etc");
    std::fs::create_dir(&etc).unwrap();
    for (name, owner) in [("queue", "root"), ("data", "postfix")] {
        std::fs::create_dir(home.join(name)).unwrap();
        let done = std::process::Command::new("chown").arg(owner).arg(home.join(name)).status();
        assert!(done.unwrap().success(), "Postfix's tests need root");
    }
    let (port, root) = (service.smtp().port(), home.display());
    let main = format!(
        "compatibility_level = 3.6\nqueue_directory = {root}/queue\ndata_directory = {root}/data\n\
         maillog_file = {root}/postfix.log\nmaillog_file_prefixes = {root}\ncommand_directory = /usr/sbin\n\
         daemon_directory = /usr/lib/postfix/sbin\nmail_owner = postfix\nsetgid_group = postdrop\n\
         myhostname = mail.good.example\nmydestination =\nlocal_transport = error:no local mail\n\
         inet_interfaces = 127.0.0.1\ninet_protocols = ipv4\nmynetworks = 127.0.0.0/8 198.18.0.0/15\n\
         smtpd_authorized_xclient_hosts = 127.0.0.0/8\nsmtpd_relay_restrictions = permit_mynetworks, reject\n\
         smtpd_recipient_restrictions =\nsmtputf8_enable = yes\nrelayhost = [127.0.0.1]:{port}\n\
         smtp_tls_security_level = encrypt\nsmtpd_milters = {milters}\nmilter_default_action = tempfail\n\
         minimal_backoff_time = 5s\nqueue_run_delay = 5s\nin_flow_delay = 0\nbounce_queue_lifetime = 0\n"
    );
    std::fs::write(etc.join("main.cf"), main).unwrap();
    let master = format!(
        "127.0.0.1:{submission} inet n - n - - smtpd\n\
         127.0.0.1:{front} inet n - n - - smtpd -o smtpd_milters= -o content_filter=front:[127.0.0.1]:{port}\n\
         smtp unix - - n - - smtp -o smtp_bind_address=127.0.0.10 -o smtp_helo_name=mail.good.example\n\
         front unix - - n - - smtp -o smtp_send_xforward_command=yes -o smtp_tls_security_level=none\n\
         cleanup unix n - n - 0 cleanup\nqmgr unix n - n 300 1 qmgr\ntlsmgr unix - - n 1000? 1 tlsmgr\n\
         rewrite unix - - n - - trivial-rewrite\nbounce unix - - n - 0 bounce\ndefer unix - - n - 0 bounce\n\
         trace unix - - n - 0 bounce\nverify unix - - n - 1 verify\nflush unix n - n 1000? 0 flush\n\
         proxymap unix - - n - - proxymap\nerror unix - - n - - error\nretry unix - - n - - error\n\
         scache unix - - n - 1 scache\nanvil unix - - n - 1 anvil\nshowq unix n - n - - showq\n\
         postlog unix-dgram n - n - 1 postlogd\n"
    );
    std::fs::write(etc.join("master.cf"), master).unwrap();
    let made = std::process::Command::new("postfix").arg("-c").arg(&etc).arg("check").status();
    assert!(made.unwrap().success(), "postfix check");
}

async fn listening(port: u16) {
    let end = Instant::now() + Duration::from_secs(30);
    while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        assert!(Instant::now() < end, "nothing listens on {port}");
        tokio::time::sleep(Duration::from_millis(50)).await;
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
    let mta = Mta::start(&service, &keys).await;

    // Postfix breaks lines over 998 octets after the milters have signed: a real way to lose a signature.
    let long = format!("{}\r\n", "word ".repeat(400));
    let bodies = ["Hello.\r\n", "Perch\u{e9} no?\r\n \r\n\t\r\n\r\n", "", "..dots\r\n.\r\nend\r\n", &long];
    for (number, body) in bodies.into_iter().enumerate() {
        for sender in ["anna@good.example", "bob@other.example", ""] {
            let test = service.test().await;
            let message = letter(if sender.is_empty() { "anna@good.example" } else { sender }, &test.address, body);
            let from = Sender { ip: None, helo: "client.example", tls: false, mail_from: sender };
            mta.give(mta.submission, &from, &test.address, message.as_bytes()).await;
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
    let mta = Mta::start(&service, &[("r", "rsa-sha256", &rsa)]).await;
    for (ip, spf) in [("198.18.0.10", "pass"), ("198.18.0.77", "fail")] {
        let test = service.test().await;
        let claimed = Sender {
            ip: Some(ip.parse().unwrap()),
            helo: "mail.good.example",
            tls: false,
            mail_from: "anna@good.example",
        };
        mta.give(mta.front, &claimed, &test.address, letter("anna@good.example", &test.address, "x\r\n").as_bytes())
            .await;
        let report = service.report(&test, 1).await;
        let session = &report["session"];
        assert_eq!((&session["client_ip"], &session["client_known_by"]), (&json!(ip), &json!("xforward")));
        assert_eq!((&session["helo"], &report["auth"]["spf"]["result"]), (&json!("mail.good.example"), &json!(spf)));
        // Whether its session with Postfix was encrypted, XFORWARD does not say.
        assert_eq!((&session["tls"], &session["tls_known"]), (&Value::Null, &json!(false)));
    }
}
