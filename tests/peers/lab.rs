//! The whole service in a laboratory of real mail software, in a network namespace of its own: name servers, a resolver,
//! block lists, signing MTAs, spam filters, a web. Runs where `VAGLIO_LAB` names its folder; passes over it otherwise.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use serde_json::{Value, json};

use super::service::{Service, Setting, Test, has, verdicts};
use super::support::smtp::{Sender, send};

/// Set in the process that runs inside the lab.
const INSIDE: &str = "VAGLIO_INSIDE_LAB";

#[test]
fn in_the_lab_every_sender_gets_the_verdicts_that_its_table_states() {
    let Some(lab) = std::env::var_os("VAGLIO_LAB").map(PathBuf::from) else { return };
    let script = lab.join("lab");
    let up = Command::new(&script).arg("up").status();
    assert!(up.unwrap().success(), "lab up");
    // The rest of this file, inside the namespace.
    let own = std::env::current_exe().unwrap();
    let inside = ["--exact", "lab::inside_the_lab", "--nocapture"];
    let work = std::env::var_os("LAB").map_or_else(|| std::env::temp_dir().join("vaglio-lab"), PathBuf::from);
    let output = Command::new(script)
        .args(["run".as_ref(), own.as_os_str()])
        .args(inside)
        .env(INSIDE, "1")
        .env("SSL_CERT_FILE", work.join("keys/ca.crt"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("1 passed"), "{said}{}", String::from_utf8_lossy(&output.stderr));
}

/// The child of the test above.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn inside_the_lab() {
    if std::env::var_os(INSIDE).is_none() {
        return;
    }
    let lab = PathBuf::from(std::env::var_os("VAGLIO_LAB").unwrap());
    spf_cases(&lab);
    domains();

    let folder = tempfile::tempdir().unwrap();
    let more = [
        "--spamd",
        "127.0.0.1:7830",
        "--rspamd",
        "http://127.0.0.1:11333",
        "--allow-private-links",
        "--trust-xclient",
        "127.0.0.1",
    ];
    let service = Service::with(Setting {
        smtp: "127.0.0.26:25".parse().unwrap(),
        http: "127.0.0.26:8080".parse().unwrap(),
        dns: "127.0.0.53:53".parse().unwrap(),
        database: folder.path().join("vaglio.db"),
        more: more.iter().map(ToString::to_string).collect(),
    })
    .await;
    for row in TABLE {
        row.check(&service, &lab).await;
    }
    in_front(&service, &lab).await;
}

/// `spf-cases.tsv`: client address, MAIL FROM, one or more results, why.
fn spf_cases(lab: &Path) {
    let text = std::fs::read_to_string(lab.join("spf-cases.tsv")).unwrap();
    let mut wrong = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split('\t').collect();
        let output = Command::new(env!("CARGO_BIN_EXE_vaglio"))
            .args([
                "spf",
                "--ip",
                fields[0],
                "--mail-from",
                fields[1],
                "--helo",
                "helo.lab.test",
                "--dns",
                "127.0.0.53:53",
            ])
            .args(["--format", "json"])
            .output()
            .unwrap();
        let spf: Value = serde_json::from_slice(&output.stdout).unwrap();
        if !fields[2].split('/').any(|result| spf["result"] == result) {
            wrong.push(format!("{line}: {}", spf["result"]));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Domains that are looked at without a message: what the lab's zones are made to show, and what must not be said of them.
fn domains() {
    let cases: &[(&str, &[&str], &[&str])] = &[
        ("nullmx.test", &["server.from.null_mx"], &[]),
        ("nomx.test", &["server.from.receives"], &[]),
        ("noaddr.test", &["server.from.unreachable"], &[]),
        ("mxip.test", &["server.from.unreachable", "server.mx.ip_literal"], &[]),
        ("mxcname.test", &["server.mx.alias"], &["server.from.unreachable"]),
        // third.test agrees to take its reports, refuse.test does not.
        ("report.test", &["dmarc.policy.none", "dmarc.reports.unauthorized"], &[]),
        ("weak.test", &["dmarc.tags.removed"], &["dmarc.result.fail_reject"]),
    ];
    let mut wrong = Vec::new();
    for (domain, said, unsaid) in cases {
        let output = Command::new(env!("CARGO_BIN_EXE_vaglio"))
            .args(["domain", domain, "--dns", "127.0.0.53:53", "--format", "json"])
            .output()
            .unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let sections = report["sections"].as_array().unwrap().iter();
        let findings: Vec<&Value> = sections.flat_map(|section| section["findings"].as_array().unwrap()).collect();
        let codes: Vec<&str> = findings.iter().map(|finding| finding["code"].as_str().unwrap()).collect();
        let lacks: Vec<&&str> = said.iter().filter(|code| !codes.contains(code)).collect();
        let has: Vec<&&str> = unsaid.iter().filter(|code| codes.contains(code)).collect();
        if !lacks.is_empty() || !has.is_empty() {
            wrong.push(format!("{domain}: lacks {lacks:?}, has {has:?}, of {codes:?}"));
        }
        let refusing = findings.iter().filter(|finding| finding["code"] == "dmarc.reports.unauthorized");
        let told: Vec<String> = refusing.map(|finding| finding["title"].to_string()).collect();
        if *domain == "report.test" && (told.len() != 1 || !told[0].contains("refuse.test")) {
            wrong.push(format!("{domain}: {told:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// One row of the lab's table of senders.
struct Row {
    sender: &'static str,
    ip: &'static str,
    helo: &'static str,
    spf: &'static str,
    /// Signing domain, selector, aligned; each of them passes.
    dkim: &'static [(&'static str, &'static str, bool)],
    dmarc: &'static str,
    policy: Option<&'static str>,
    iprev: &'static str,
    /// Zones that list the client's address or a name.
    listed: &'static [&'static str],
    findings: &'static [(&'static str, &'static str)],
}

const TABLE: &[Row] = &[
    Row {
        sender: "alice@good.test",
        ip: "127.0.0.10",
        helo: "mail.good.test",
        spf: "pass",
        dkim: &[("good.test", "ed", true), ("good.test", "s2048", true)],
        dmarc: "pass",
        policy: Some("reject"),
        iprev: "pass",
        listed: &[],
        findings: &[("spf.result.pass", "good"), ("dmarc.result.pass", "good")],
    },
    Row {
        sender: "a@example.com",
        ip: "127.0.0.10",
        helo: "mail.good.test",
        spf: "pass",
        dkim: &[("example.com", "s2048", true)],
        dmarc: "pass",
        policy: Some("reject"),
        iprev: "pass",
        listed: &[],
        findings: &[],
    },
    Row {
        sender: "bob@bad.test",
        ip: "127.0.0.20",
        helo: "localhost",
        spf: "fail",
        dkim: &[("bad.test", "s2048", true)],
        dmarc: "none",
        policy: None,
        iprev: "pass",
        listed: &["zen.spamhaus.org", "dbl.spamhaus.org"],
        findings: &[
            ("spf.result.fail", "deducted"),
            ("dmarc.none", "deducted"),
            ("server.helo.not_a_name", "deducted"),
            ("blocklists.ip.major", "deducted"),
            ("blocklists.name.major", "deducted"),
        ],
    },
    Row {
        sender: "b@example.net",
        ip: "127.0.0.20",
        helo: "localhost",
        spf: "fail",
        dkim: &[("example.net", "s2048", true)],
        dmarc: "none",
        policy: None,
        iprev: "pass",
        listed: &["zen.spamhaus.org", "dbl.spamhaus.org"],
        findings: &[("spf.result.fail", "deducted"), ("dmarc.none", "deducted")],
    },
    Row {
        sender: "c@example.org",
        ip: "127.0.0.50",
        helo: "mail.strict.test",
        spf: "pass",
        dkim: &[("mail.example.org", "s2048", false)],
        dmarc: "pass",
        policy: Some("reject"),
        iprev: "pass",
        listed: &[],
        findings: &[("dkim.unaligned", "deducted")],
    },
    Row {
        sender: "carol@strict.test",
        ip: "127.0.0.50",
        helo: "mail.strict.test",
        spf: "pass",
        dkim: &[("mail.strict.test", "s2048", false)],
        dmarc: "pass",
        policy: Some("reject"),
        iprev: "pass",
        listed: &[],
        findings: &[("dkim.unaligned", "deducted")],
    },
    Row {
        sender: "dave@isp.test",
        ip: "127.0.0.21",
        helo: "127-0-0-21.dyn.isp.test",
        spf: "none",
        dkim: &[],
        dmarc: "none",
        policy: None,
        iprev: "fail",
        listed: &["zen.spamhaus.org"],
        findings: &[("spf.result.none", "deducted"), ("dkim.none", "deducted"), ("dmarc.none", "deducted")],
    },
    Row {
        sender: "erin@fwd.test",
        ip: "127.0.0.60",
        helo: "mail.fwd.test",
        spf: "pass",
        dkim: &[],
        dmarc: "pass",
        policy: Some("none"),
        iprev: "pass",
        listed: &[],
        findings: &[("dkim.none", "deducted"), ("dmarc.policy.none", "deducted")],
    },
    Row {
        sender: "frank@weak.test",
        ip: "127.0.0.10",
        helo: "mail.good.test",
        spf: "pass",
        dkim: &[],
        dmarc: "pass",
        policy: Some("quarantine"),
        iprev: "pass",
        listed: &[],
        findings: &[("dmarc.tags.removed", "notice"), ("dkim.none", "deducted")],
    },
];

impl Row {
    /// Through the lab's Postfix, which signs and delivers by MX from the sender's own address.
    async fn check(&self, service: &Service, lab: &Path) {
        let test = service.test().await;
        let from = Sender { ip: None, helo: "client.lab.test", tls: false, mail_from: self.sender };
        let server: SocketAddr = "127.0.0.1:2510".parse().unwrap();
        send(server, &from, &test.address, compose(lab, self.sender, &test).as_bytes()).await.unwrap();
        let report = service.report(&test, 1).await;

        let (session, auth) = (&report["session"], &report["auth"]);
        assert_eq!((&session["client_ip"], &session["helo"]), (&json!(self.ip), &json!(self.helo)), "{}", self.sender);
        assert!(session["tls"]["version"].is_string(), "{}", self.sender);
        let mut signatures: Vec<_> = auth["dkim"].as_array().unwrap().iter().collect();
        signatures.sort_by_key(|signature| signature["selector"].as_str());
        let found: Vec<_> =
            signatures.iter().map(|s| json!([s["domain"], s["selector"], s["result"], s["aligned"]])).collect();
        let stated: Vec<_> =
            self.dkim.iter().map(|(domain, selector, aligned)| json!([domain, selector, "pass", aligned])).collect();
        assert_eq!(found, stated, "{}", self.sender);
        assert_eq!(auth["spf"]["result"], self.spf, "{}", self.sender);
        assert_eq!(
            (&auth["dmarc"]["result"], &auth["dmarc"]["policy"]),
            (&json!(self.dmarc), &json!(self.policy)),
            "{}",
            self.sender
        );
        assert_eq!(auth["iprev"]["result"], self.iprev, "{}", self.sender);

        let listed = listed(&report);
        assert_eq!(listed.is_empty(), self.listed.is_empty(), "{}: {listed:?}", self.sender);
        assert!(
            self.listed.iter().all(|zone| listed.iter().any(|listed| listed == zone)),
            "{}: {listed:?}",
            self.sender
        );
        for (code, status) in self.findings {
            assert!(
                has(&report, code, status),
                "{}: {code} {status} among {:?}",
                self.sender,
                super::service::findings(&report)
            );
        }
        assert!(
            report["spamassassin"]["score"].is_number() && report["rspamd"]["score"].is_number(),
            "{}",
            self.sender
        );
        let link = |url: &str| {
            report["links"].as_array().unwrap().iter().find(|link| link["url"] == url).unwrap()["result"].clone()
        };
        assert_eq!((link("https://www.lab.test/ok"), link("http://www.lab.test/404")), (json!("ok"), json!("broken")));
    }
}

fn listed(report: &Value) -> Vec<String> {
    let lists = report["blocklists"].as_array().unwrap().iter().filter(|listing| listing["result"] == "listed");
    lists.map(|listing| listing["zone"].as_str().unwrap().to_owned()).collect()
}

/// The lab's sample message, by this sender and of this moment.
fn compose(lab: &Path, sender: &str, test: &Test) -> String {
    let sample = std::fs::read_to_string(lab.join("good.eml")).unwrap();
    let now = Timestamp::now();
    let date = rfc2822::to_string(&now.to_zoned(jiff::tz::TimeZone::UTC)).unwrap();
    let line = |line: &str| match line.split_once(':').map(|(name, _)| name) {
        Some("Date") => format!("Date: {date}\r\n"),
        Some("Message-ID") => format!("Message-ID: <{}@mail.lab.test>\r\n", now.as_nanosecond()),
        _ => format!("{line}\r\n"),
    };
    let message: String = sample.lines().map(line).collect();
    message.replace("alice@good.test", sender).replace("probe-1@tester.test", &test.address)
}

/// Postfix in front of the service names the client by XFORWARD.
async fn in_front(service: &Service, lab: &Path) {
    for (ip, spf, on_zen) in [("198.18.0.10", "pass", false), ("198.18.0.20", "fail", true)] {
        let test = service.test().await;
        let from =
            Sender { ip: Some(ip.parse().unwrap()), helo: "mail.good.test", tls: false, mail_from: "alice@good.test" };
        let server: SocketAddr = "127.0.0.1:2532".parse().unwrap();
        send(server, &from, &test.address, compose(lab, "alice@good.test", &test).as_bytes()).await.unwrap();
        let report = service.report(&test, 1).await;
        assert_eq!(
            (&report["session"]["client_ip"], &report["session"]["client_known_by"]),
            (&json!(ip), &json!("xforward"))
        );
        assert_eq!(verdicts(&report)["spf"], spf);
        assert_eq!(listed(&report).contains(&"zen.spamhaus.org".to_owned()), on_zen, "{ip}");
    }
}
