//! `vaglio check`: statuses, formats, what is given and what is read from the message.

use serde_json::Value;

use super::cli::{out, refused, vaglio, zone_file};
use super::service::has;
use super::world;

fn check(message: &str, more: &[&str]) -> std::process::Output {
    let zone = zone_file();
    let mut args = vec!["check", "-", "--zone", zone.path().to_str().unwrap()];
    args.extend(more);
    vaglio(&args, message.as_bytes(), &[])
}

const SESSION: &[&str] =
    &["--ip", "192.0.2.10", "--helo", "mail.good.example", "--mail-from", "anna@good.example", "--tls", "TLSv1.3"];

fn report(message: &str, more: &[&str]) -> Value {
    let output = check(message, &[SESSION, &["--format", "json"], more].concat());
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

#[test]
fn a_good_message_passes_and_ends_with_status_0() {
    let letter = world::letter("b@elsewhere.example");
    let output = check(&letter, &[SESSION, &["--min-score", "10"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", out(&output));
    let report = report(&letter, &[]);
    assert_eq!(report["score"], 10.0, "{report:#}");
    assert_eq!(report["auth"]["spf"]["result"], "pass");
    assert_eq!(report["auth"]["dmarc"]["result"], "pass");
}

#[test]
fn a_score_under_the_least_ends_with_status_1_after_printing_the_report() {
    let letter = world::letter("b@elsewhere.example").replace("minutes, as", "minutes as");
    let output = check(&letter, &[SESSION, &["--min-score", "9.9", "--format", "text"]].concat());
    assert_eq!(output.status.code(), Some(1));
    assert!(out(&output).contains("DKIM") && output.stderr.is_empty(), "{output:?}");
}

#[test]
fn unreadable_input_ends_with_status_2_and_one_line() {
    refused(&vaglio(&["check", "/nonexistent.eml"], b"", &[]));
    refused(&check("", &[]));
    refused(&check("From: a@good.example\n\nx\n", &["--ip", "300.1.1.1"]));
    refused(&check("From: a@good.example\n\nx\n", &["--mail-from", "no address"]));
    refused(&check("From: a@good.example\n\nx\n", &["--now", "yesterday"]));
    refused(&check("From: a@good.example\n\nx\n", &["--min-score", "eleven"]));
    refused(&vaglio(&["check", "-", "--zone", "/nonexistent.zone"], b"From: a@good.example\n\nx\n", &[]));
    refused(&vaglio(&["check"], b"", &[]));
}

#[test]
fn formats_and_languages_say_the_same() {
    let letter = world::letter("b@elsewhere.example");
    let said = |more: &[&str]| out(&check(&letter, &[SESSION, more].concat()));
    let (text, markdown) = (said(&["--format", "text"]), said(&["--format", "markdown"]));
    assert!(text.contains("10.0") && markdown.contains("10.0") && markdown.starts_with('#'), "{text}\n{markdown}");
    assert!(serde_json::from_str::<Value>(&said(&[])).is_ok(), "json where nobody reads");
    let italian = said(&["--format", "text", "--lang", "it"]);
    assert!(italian != text && italian.contains("10,0"), "{italian}");
}

#[test]
fn the_null_reverse_path_is_not_an_absent_one() {
    let null = ["--ip", "192.0.2.10", "--helo", "mail.good.example", "--mail-from", "", "--format", "json"];
    let report: Value = serde_json::from_slice(&check(&world::letter("b@e.example"), &null).stdout).unwrap();
    assert_eq!(report["envelope"]["mail_from"], "");
    assert_eq!(report["auth"]["spf"]["domain"], "mail.good.example");
    let unknown: Value =
        serde_json::from_slice(&check("From: a@good.example\n\nx\n", &["--format", "json"]).stdout).unwrap();
    assert_eq!(unknown["envelope"]["mail_from"], Value::Null);
    assert_eq!(unknown["auth"]["spf"], Value::Null);
}

#[test]
fn without_an_ip_the_topmost_credible_received_field_tells_it() {
    let received = "Received: from mail.good.example (mail.good.example [192.0.2.10])\r\n\tby mx.elsewhere.example \
        with ESMTPS id 1;\r\n\tSun, 22 Nov 2026 02:30:00 +0000\r\nReturn-Path: <anna@good.example>\r\n";
    let output = check(&(received.to_owned() + &world::letter("b@e.example")), &["--format", "json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["session"]["client_ip"], "192.0.2.10");
    assert_eq!(report["session"]["client_known_by"], "received");
    assert_eq!(report["auth"]["spf"]["result"], "pass");
}

#[test]
fn what_is_not_known_costs_nothing() {
    let output = check(&world::letter("b@e.example"), &["--format", "json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["score"], 10.0, "{report:#}");
    assert!(report["not_determined"].as_u64().unwrap() > 0);
}

#[test]
fn purpose_and_time_can_be_given() {
    let letter = world::letter("b@e.example");
    assert_eq!(report(&letter, &["--purpose", "bulk"])["purpose"], "bulk");
    assert!(has(&report(&letter, &["--purpose", "bulk"]), "unsubscribe.header.missing", "deducted"));
    let later = report(&letter, &["--now", "2030-01-01T00:00:00Z"]);
    assert_eq!(later["received_at"], "2030-01-01T00:00:00Z");
}

#[test]
fn the_resolver_can_come_from_the_environment() {
    let args = ["check", "-", "--ip", "192.0.2.10", "--mail-from", "anna@good.example", "--no-links"];
    let silent = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let place = silent.local_addr().unwrap().to_string();
    let output = vaglio(&args, world::letter("b@e.example").as_bytes(), &[("VAGLIO_DNS", &place)]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["auth"]["spf"]["result"], "temperror");
    assert_eq!(report["score"], 10.0, "{report:#}");
}
