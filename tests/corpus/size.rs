//! The largest messages give a report, and the whole process stays small.

use std::process::Command;
use std::time::{Duration, Instant};

/// MiB.
const MOST: u64 = 300;

const HEAD: &str = "From: Anna <anna@good.example>\r\nTo: test@vaglio.example\r\nSubject: A large one\r\n\
    Date: Sun, 22 Nov 2026 10:00:00 +0000\r\nMessage-ID: <large@good.example>\r\nMIME-Version: 1.0\r\n";

#[test]
fn a_message_of_25_mib_is_examined_within_300_mib() {
    let line = format!("{}\r\n", "QUJD".repeat(19));
    let head = format!(
        "{HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nAttached.\r\n--b\r\n\
         Content-Type: application/pdf; name=a.pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n"
    );
    let size = (25 << 20) - head.len() - 100;
    check("25 MiB of base64", format!("{head}{}--b--\r\n", line.repeat(size / line.len())));
    let text = format!("{HEAD}Content-Type: text/plain; charset=utf-8\r\n\r\n");
    let line = "A line of https://www.good.example/page?id=1 and words, as people write them.\r\n";
    check("25 MiB of text", format!("{text}{}", line.repeat(((25 << 20) - text.len()) / line.len())));
    let html = format!("{HEAD}Content-Type: text/html; charset=utf-8\r\n\r\n<html><body>\r\n");
    let line = "<p style=\"color:red\">A <a href=\"https://www.good.example/\">link</a> and <b>words</b>.</p>\r\n";
    check("25 MiB of HTML", format!("{html}{}", line.repeat(((25 << 20) - html.len()) / line.len())));
}

#[test]
fn ten_thousand_parts_are_examined_within_300_mib() {
    let part = "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nOne part.\r\n";
    let head = format!("{HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n");
    check("10,000 parts", format!("{head}{}--b--\r\n", part.repeat(10_000)));
    let nested: String =
        (0..10_000).map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n")).collect();
    check("10,000 parts in each other", format!("{HEAD}{nested}\r\n\r\nAt last.\r\n"));
}

#[test]
fn a_hundred_thousand_fields_are_examined_within_300_mib() {
    let fields: String = (0..100_000).map(|n| format!("X-Field-{n}: value {n}\r\n")).collect();
    check("100,000 fields", format!("{HEAD}{fields}\r\nHello\r\n"));
    let same = "To: test@vaglio.example\r\nReceived: from a by b; Sun, 22 Nov 2026 10:00:00 +0000\r\n".repeat(50_000);
    check("100,000 repeated fields", format!("{HEAD}{same}\r\nHello\r\n"));
}

/// Examines it in a process of its own, whose greatest size the kernel keeps as VmHWM.
fn check(what: &str, message: String) {
    let zone = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/world.zone");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("message.eml");
    std::fs::write(&file, message).unwrap();
    let began = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_vaglio"))
        .arg("check")
        .arg(&file)
        .args(["--format", "json", "--zone", zone])
        .stdout(std::fs::File::create(folder.path().join("report.json")).unwrap())
        .spawn()
        .unwrap();
    let mut most = 0;
    let status = loop {
        most = memory(child.id()).unwrap_or(most);
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    eprintln!("{what}: {} MiB, {} ms", most >> 10, began.elapsed().as_millis());
    assert!(status.success(), "{what}: {status}");
    let report = std::fs::read_to_string(folder.path().join("report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert!(report["score"].is_number(), "{what}: no score");
    assert!(most >> 10 < MOST, "{what}: {} MiB", most >> 10);
}

/// The greatest resident size so far, KiB. A process that has ended has none.
fn memory(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
