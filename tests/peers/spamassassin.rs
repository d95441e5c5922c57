//! SpamAssassin's spamd, asked over TCP and over its Unix socket.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use vaglio::delivery::Observed;
use vaglio::gather::spam::SpamReport;
use vaglio::gather::spamd::{Address, ask};

use super::{Daemon, folder, free_port};

const SPAM: &[u8] = b"Return-Path: <a@example.com>\r\n\
    Received: from mail.example.com (unknown [198.18.0.20])\r\n\tby vaglio.test (Vaglio) with ESMTP id 1;\r\n\
    \tSun, 22 Nov 2026 02:30:00 +0000\r\n\
    From: a@example.com\r\nTo: b@vaglio.test\r\nSubject: test\r\nDate: Sun, 22 Nov 2026 02:30:00 +0000\r\n\
    Message-ID: <1@example.com>\r\n\r\n\
    XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X\r\n";

async fn answer(address: &Address) -> SpamReport {
    // It compiles its rules first: tried until it answers.
    let patience = Instant::now() + Duration::from_secs(60);
    loop {
        match ask(address, SPAM, Instant::now() + Duration::from_secs(20)).await {
            Observed::Seen(report) => return report,
            Observed::Missing(why) => assert!(Instant::now() < patience, "spamd does not answer: {why:?}"),
        }
        sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test]
async fn spamd_judges_rule_by_rule_over_tcp_and_unix() {
    let (home, port) = (folder(), free_port());
    let (home_path, socket) = (home.path().to_str().unwrap(), home.path().join("spamd.sock"));
    let listen = format!("127.0.0.1:{port}");
    let (socket_flag, path) = (format!("--socketpath={}", socket.display()), Address::Unix(socket.clone()));
    let user = if is_root() { ["-u", "nobody"].as_slice() } else { &[] };
    let mut args = vec!["-L", "-x", "-4", "-i", &listen, &socket_flag, "-H", home_path, "-m", "1", "-s", "stderr"];
    args.extend(user);
    let _spamd = Daemon::start("spamd", &args);

    let by_tcp = answer(&Address::Tcp(listen.clone())).await;
    assert!(by_tcp.score >= 1000.0 && by_tcp.required > 0.0, "{by_tcp:?}");
    let gtube = by_tcp.rules.iter().find(|rule| rule.name == "GTUBE").expect("GTUBE is among the rules");
    assert_eq!(gtube.score, 1000.0);
    assert!(gtube.description.contains("Generic Test"), "{}", gtube.description);
    let sum: f64 = by_tcp.rules.iter().map(|rule| rule.score).sum();
    assert!((sum - by_tcp.score).abs() < 0.1 * by_tcp.rules.len() as f64, "the rules add up: {by_tcp:?}");
    // The client is the one that our Received line names.
    assert!(by_tcp.rules.iter().any(|rule| rule.name.starts_with("RDNS_NONE")), "{by_tcp:?}");

    assert_eq!(answer(&path).await, by_tcp);
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}
