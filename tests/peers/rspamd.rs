//! Rspamd with its stock rules and no network.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{Instant, sleep};
use vaglio::address::{Mailbox, ReversePath};
use vaglio::delivery::{Delivery, Envelope, KnownBy, Observed, Session};
use vaglio::gather::rspamd::Rspamd;
use vaglio::gather::spam::received_copy;

use super::{Daemon, folder, free_port};

/// Modules that need the outside world or keep state.
const OFF: &[&str] = &[
    "antivirus",
    "arc",
    "asn",
    "bimi",
    "clickhouse",
    "dcc",
    "dkim",
    "dmarc",
    "elastic",
    "fuzzy_check",
    "greylist",
    "history_redis",
    "mx_check",
    "neural",
    "phishing",
    "ratelimit",
    "rbl",
    "replies",
    "reputation",
    "rspamd_update",
    "spf",
    "url_redirector",
];

fn delivery() -> Arc<Delivery> {
    let raw = "From: Ann <a@example.com>\r\nTo: b@vaglio.test\r\nSubject: FREE!!!\r\n\r\n\
        Hello, click http://8.8.8.8/ now\r\n";
    Arc::new(Delivery {
        session: Session {
            client_ip: Observed::Seen("198.18.0.20".parse().unwrap()),
            client_port: None,
            client_known_by: KnownBy::Given,
            helo: Observed::Seen("mail.example.com".to_owned()),
            tls: Observed::Seen(None),
            transcript: Vec::new(),
        },
        envelope: Envelope {
            reverse_path: Observed::Seen(ReversePath::Mailbox(Mailbox::parse("a@example.com").unwrap())),
            forward_paths: vec!["b@vaglio.test".to_owned()],
            smtputf8: false,
            body: None,
            size: None,
            dsn: None,
        },
        raw: raw.into(),
        received_at: "2026-11-22T02:30:00Z".parse::<Timestamp>().unwrap(),
    })
}

#[tokio::test]
async fn rspamd_judges_symbol_by_symbol() {
    let (home, port) = (folder(), free_port());
    let root = home.path().to_str().unwrap();
    std::fs::create_dir(home.path().join("local.d")).unwrap();
    for module in OFF {
        std::fs::write(home.path().join(format!("local.d/{module}.conf")), "enabled = false;\n").unwrap();
    }
    let config = home.path().join("rspamd.conf");
    let text = format!(
        r#"
        .include "$CONFDIR/common.conf"
        options {{
            pidfile = "$RUNDIR/rspamd.pid";
            .include "$CONFDIR/options.inc"
            dns {{ nameserver = ["127.0.0.1:9"]; timeout = 0.1s; retransmits = 1; }}
            control_socket = "$RUNDIR/control.sock mode=0600";
        }}
        logging {{ type = "console"; level = "error"; }}
        worker "normal" {{ bind_socket = "127.0.0.1:{port}"; count = 1; }}
        "#
    );
    std::fs::write(&config, text).unwrap();
    let vars: Vec<String> =
        ["LOCAL_CONFDIR", "DBDIR", "RUNDIR", "LOGDIR"].iter().map(|name| format!("--var={name}={root}")).collect();
    let mut args = vec!["-f", "-i", "-c", config.to_str().unwrap()];
    args.extend(vars.iter().map(String::as_str));
    let _rspamd = Daemon::start("rspamd", &args);

    let rspamd = Rspamd::new(&format!("http://127.0.0.1:{port}").parse().unwrap()).unwrap();
    let delivery = delivery();
    // The first start compiles the rules.
    let patience = Instant::now() + Duration::from_secs(120);
    let report = loop {
        let copy = received_copy(&delivery, None, "vaglio.test");
        match rspamd.ask(&delivery, None, copy, Instant::now() + Duration::from_secs(20)).await {
            Observed::Seen(report) => break report,
            Observed::Missing(why) => assert!(Instant::now() < patience, "rspamd does not answer: {why:?}"),
        }
        sleep(Duration::from_millis(300)).await;
    };
    assert!(report.action.is_some() && report.required > 0.0 && report.engine.starts_with("Rspamd"), "{report:?}");
    assert!(
        report.rules.iter().any(|rule| rule.name == "MISSING_DATE" && rule.score > 0.0 && !rule.description.is_empty()),
        "{report:?}"
    );
}
