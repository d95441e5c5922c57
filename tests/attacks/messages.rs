//! Messages and DNS made to hurt: each gets its report, soon, and no examination ends in a panic.

use std::sync::Arc;
use std::time::{Duration, Instant};

use vaglio::analyse::{Choices, Examiner};
use vaglio::auth::SpfResult;
use vaglio::dns::Zone;
use vaglio::report::Report;

use super::delivery::sample;

/// Debug builds on a busy machine; what blows up takes minutes.
const SOON: Duration = Duration::from_secs(60);

async fn examined(raw: impl Into<Vec<u8>>, zone: Zone) -> Report {
    let delivery = sample(raw.into());
    let began = Instant::now();
    let (report, _) = Examiner::new(Arc::new(zone)).examine(Arc::new(delivery), Choices::default(), &|_, _| ()).await;
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    // What is shown must be writable too.
    serde_json::to_string(&report).unwrap();
    report
}

const HEAD: &str = "From: anna@example.org\r\nDate: Sun, 22 Nov 2026 02:29:00 +0000\r\nMessage-ID: <1@example.org>\r\nMIME-Version: 1.0\r\n";

async fn examined_alone(raw: impl Into<Vec<u8>>) -> Report {
    examined(raw, Zone::default()).await
}

#[tokio::test]
async fn mime_nested_by_the_thousand() {
    let mut raw = HEAD.to_owned();
    for n in 0..5000 {
        raw += &format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n");
    }
    examined_alone(raw).await;
    let mut raw = HEAD.to_owned();
    for _ in 0..5000 {
        raw += "Content-Type: message/rfc822\r\n\r\n";
    }
    examined_alone(raw).await;
    let parts = "--b\r\nContent-Type: text/plain\r\n\r\nx\r\n".repeat(50_000);
    examined_alone(format!("{HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n{parts}--b--\r\n")).await;
}

#[tokio::test]
async fn a_hundred_thousand_header_fields() {
    let fields: String = (0..100_000).map(|n| format!("X-{n}: {n}\r\n")).collect();
    examined_alone(format!("{HEAD}{fields}\r\nHello\r\n")).await;
    // The same field again and again, where only one may be; and hops without end.
    let again = "From: a@example.org\r\nReceived: from a by b; Sun, 22 Nov 2026 02:28:00 +0000\r\n".repeat(20_000);
    examined_alone(format!("{again}\r\nHello\r\n")).await;
    let signatures = "DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=x; h=from; bh=eA==; b=eA==\r\n".repeat(2000);
    examined_alone(format!("{signatures}{HEAD}\r\nHello\r\n")).await;
}

#[tokio::test]
async fn an_empty_message() {
    for raw in ["", "\r\n", "\n", "\0", "\r", "."] {
        let report = examined_alone(raw).await;
        assert!(report.ledger.score < 100, "{raw:?}");
    }
}

#[tokio::test]
async fn a_header_line_without_a_colon() {
    for line in ["this is no field", ":", " folded into nothing", "\u{feff}From: a@example.org", "A\0B: c"] {
        examined_alone(format!("{line}\r\n{HEAD}\r\nHello\r\n")).await;
        examined_alone(format!("{HEAD}{line}\r\n\r\nHello\r\n")).await;
    }
}

#[tokio::test]
async fn the_longest_line_that_is_taken() {
    let base64 = "QUJD".repeat(6 << 20);
    examined_alone(format!(
        "{HEAD}Content-Type: application/octet-stream; name=x\r\nContent-Transfer-Encoding: base64\r\n\r\n{base64}"
    ))
    .await;
    examined_alone(format!("{HEAD}Subject: {}\r\n\r\nHello\r\n", "x".repeat(5 << 20))).await;
}

#[tokio::test]
async fn bombs_are_not_lit() {
    // What names itself an archive or a picture is looked at in its first octets, never unpacked.
    let zip = "UEsDBBQAAAAIAAAAIQAAAAAA////////////////AQAAAHhtUUFB".repeat(1000);
    let png = "iVBORw0KGgoAAAANSUhEUn////9/////CAYAAAA=";
    examined_alone(format!(
        "{HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n\
         --b\r\nContent-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n{zip}\r\n\
         --b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n{png}\r\n\
         --b\r\nContent-Type: application/gzip; name=a.gz.zip.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n{zip}\r\n--b--\r\n"
    ))
    .await;
}

#[tokio::test]
async fn charsets_that_lie() {
    for charset in ["utf-8", "utf-7", "utf-16", "iso-2022-jp", "hz-gb-2312", "x-unheard-of", "\"", "utf-8\0"] {
        let mut raw = format!(
            "{HEAD}Subject: =?{charset}?B?//79/Pv6?= =?{charset}?Q?=ff=fe=00?=\r\nContent-Type: text/html; charset=\"{charset}\"\r\n\r\n<p>"
        )
        .into_bytes();
        raw.extend((0..=255).cycle().take(4096));
        examined_alone(raw).await;
    }
}

#[tokio::test]
async fn text_that_makes_searches_slow() {
    const PIECES: &[&str] = &[
        "<",
        "<a href=\"",
        "<!--",
        "&",
        "((((",
        "http://",
        "a@",
        "unsubscribe ",
        "=?",
        ";;",
        "\"",
        "<div style=\"a:b;",
        "<p style='color:#fff;background:#fff'>x",
        "<style>a{b:url(",
        "<img srcset='a 1x,",
        "<!--[if mso]><v:fill src=",
        "{{ x",
        "[[",
        "%%a",
        "*|",
        "<a href=x>unsubscribe</a>",
        "<table><tr><td>",
        "</p>",
        "<b><i>",
        "<option><select>",
        "<img src=cid:x>",
        "@media (",
        "url(",
    ];
    for piece in PIECES {
        let text = piece.repeat((400 << 10) / piece.len());
        examined_alone(format!("{HEAD}Content-Type: text/html\r\n\r\n{text}")).await;
        examined_alone(format!("{HEAD}Content-Type: text/plain\r\nList-Unsubscribe: {text}\r\n\r\n{text}")).await;
        examined_alone(format!("{HEAD}Received: {text}\r\nTo: {text}\r\n\r\nHello\r\n")).await;
    }
    // Encoded words whose end is looked for again and again, in as many fields as fit.
    let words = format!("Subject: {}?=\r\n", "=?a?qq?x".repeat(1500));
    examined_alone(format!("{HEAD}{}\r\nHello\r\n", words.repeat(80))).await;
    // Beyond the limit of parts, each with a fault of its own.
    let parts = "--b\r\nContent-Transfer-Encoding: x\r\n\r\n".repeat(25_000) + &"--b\r\n".repeat(400_000);
    examined_alone(format!("{HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n{parts}")).await;
}

fn letter() -> String {
    format!("{HEAD}To: b@vaglio.example\r\nSubject: Hello\r\n\r\nHello\r\n")
}

fn spf(report: &Report) -> SpfResult {
    report.auth.spf.seen().unwrap().result
}

#[tokio::test]
async fn aliases_that_go_in_circles() {
    let zone = "example.org. TXT \"v=spf1 include:a.example.org mx:b.example.org -all\"\n\
                a.example.org. CNAME b.example.org.\nb.example.org. CNAME a.example.org.\n\
                c.example.org. CNAME c.example.org.\n_dmarc.example.org. CNAME c.example.org.\n";
    let report = examined(letter(), Zone::parse(zone).unwrap()).await;
    // Nobody knows what would have matched: no accusation.
    assert_eq!(spf(&report), SpfResult::Temperror);
}

#[tokio::test]
async fn includes_without_end() {
    let zone = "example.org. TXT \"v=spf1 include:example.org -all\"\n";
    assert_eq!(spf(&examined(letter(), Zone::parse(zone).unwrap()).await), SpfResult::Permerror);
    // A tree: every record names ten more.
    let mut zone = String::new();
    for n in 0..200 {
        let includes: Vec<_> = (1..=10).map(|i| format!("include:s{}.e.org", (n * 10 + i) % 200)).collect();
        let owner = if n == 0 { "example.org".to_owned() } else { format!("s{n}.e.org") };
        zone += &format!("{owner}. TXT \"v=spf1 {} -all\"\n", includes.join(" "));
    }
    let report = examined(letter(), Zone::parse(&zone).unwrap()).await;
    assert_eq!(spf(&report), SpfResult::Permerror);
    assert!(report.dns.len() < 300, "{} questions", report.dns.len());
}

#[tokio::test]
async fn a_huge_record() {
    let huge =
        |word: &str| (0..200).map(|_| format!("\"{}\"", word.repeat(250 / word.len()))).collect::<Vec<_>>().join(" ");
    let zone = format!(
        "example.org. TXT \"v=spf1 \" {} \"-all\"\n_dmarc.example.org. TXT \"v=DMARC1; p=none; \" {}\nexample.org. TXT {}\n",
        huge("ip4:192.0.2.1 "),
        huge("x=y;"),
        huge("a"),
    );
    examined(letter(), Zone::parse(&zone).unwrap()).await;
}

#[tokio::test]
async fn a_world_that_never_answers_is_left_at_the_deadline_and_costs_no_points() {
    // It takes every question and says nothing.
    let silent = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let examiner = Examiner::new(Arc::new(vaglio::dns::Live::new([silent.local_addr().unwrap()])));
    let delivery = sample(letter());
    tokio::time::pause();
    let began = tokio::time::Instant::now();
    let (report, _) = examiner.examine(Arc::new(delivery), Choices::default(), &|_, _| ()).await;
    assert!(began.elapsed() < vaglio::analyse::DEADLINE + Duration::from_secs(3), "{:?}", began.elapsed());
    for row in &report.ledger.rows {
        let code = &row.finding.code;
        let of_dns = ["spf.", "dmarc.", "dkim.key", "iprev.", "server.ptr", "reach."]
            .iter()
            .any(|family| code.starts_with(family));
        assert!(!of_dns || row.points == 0, "{code} costs {}", row.points);
    }
    assert_eq!(spf(&report), SpfResult::Temperror);
}
