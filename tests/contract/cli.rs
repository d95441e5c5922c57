//! `vaglio spf`, `explain`, and how `serve` is configured.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use super::world;

pub fn vaglio(args: &[&str], input: &[u8], env: &[(&str, &str)]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_vaglio"))
        .args(args)
        .envs(env.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may refuse its arguments without reading.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

pub fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Bad usage or input: status 2, nothing printed, one line on standard error.
pub fn refused(output: &Output) -> String {
    let said = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(output.stdout.is_empty());
    assert_eq!(said.trim_end().lines().count(), 1, "one clear line: {said}");
    said
}

pub fn zone_file() -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(world::zone().as_bytes()).unwrap();
    file
}

#[test]
fn spf_tells_result_and_trace_as_text_and_json() {
    let zone = zone_file();
    let zone = zone.path().to_str().unwrap();
    let ask = |ip: &str, format: &str| {
        vaglio(&["spf", "--ip", ip, "--mail-from", "a@good.example", "--zone", zone, "--format", format], b"", &[])
    };
    let pass: Value = serde_json::from_slice(&ask("192.0.2.10", "json").stdout).unwrap();
    assert_eq!((&pass["result"], &pass["domain"]), (&"pass".into(), &"good.example".into()));
    for field in ["record", "matched", "explanation", "lookups", "void_lookups", "trace"] {
        assert!(pass.get(field).is_some(), "{field} in {pass}");
    }
    let fail = ask("192.0.2.11", "text");
    assert!(fail.status.success() && out(&fail).contains("fail") && out(&fail).contains("-all"), "{}", out(&fail));
    let helo = ["spf", "--ip", "192.0.2.10", "--helo", "mail.good.example", "--mail-from", "", "--zone", zone];
    let null: Value = serde_json::from_slice(&vaglio(&helo, b"", &[]).stdout).unwrap();
    assert_eq!((&null["result"], &null["domain"]), (&"pass".into(), &"mail.good.example".into()));
    refused(&vaglio(&["spf", "--ip", "192.0.2.10", "--mail-from", "", "--zone", zone], b"", &[]));
}

#[test]
fn wrong_usage_is_told_in_one_line() {
    refused(&vaglio(&["spf", "--ip", "nonsense", "--mail-from", "a@b.example"], b"", &[]));
    refused(&vaglio(&["spf", "--mail-from", "a@b.example"], b"", &[]));
    refused(&vaglio(&["no-such-thing"], b"", &[]));
    refused(&vaglio(&["serve", "--no-such-flag"], b"", &[]));
    refused(&vaglio(&["explain", "no.such.code"], b"", &[]));
    refused(&vaglio(&["serve"], b"", &[("VAGLIO_SMTP_LISTEN", "nowhere")]));
    refused(&vaglio(&["serve", "--config", "/nonexistent.toml"], b"", &[]));
    refused(&vaglio(&["serve", "--tls-cert", "only.pem"], b"", &[]));
}

#[test]
fn a_value_of_the_wrong_form_is_refused_with_what_is_wanted() {
    let zone = zone_file();
    let zone = zone.path().to_str().unwrap();
    let check = ["check", "-", "--zone", zone];
    let said = |args: &[&str], wanted: &str| {
        let told = refused(&vaglio(args, b"Subject: x\r\n\r\n", &[]));
        assert!(told.contains(wanted), "{args:?}: {told}");
    };
    said(&["check", "-", "--dns", "nowhere"], "127.0.0.1:53");
    said(&["check", "-", "--dns", "1.1.1.1:x"], "127.0.0.1:53");
    said(&[&check[..], &["--rcpt", "foo"]].concat(), "--rcpt \"foo\" is not a mail address");
    said(&[&check[..], &["--mail-from", "foo"]].concat(), "--mail-from \"foo\"");
    said(&[&check[..], &["--spamd", "foo"]].concat(), "--spamd \"foo\": want HOST:PORT");
    said(&[&check[..], &["--rspamd", "foo"]].concat(), "--rspamd \"foo\": want");
    said(&["serve", "--spamd", "foo"], "--spamd \"foo\": want HOST:PORT");
    said(&["serve", "--rspamd", "localhost:11333"], "--rspamd \"localhost:11333\": want");
    said(&["spf", "--ip", "192.0.2.1"], "add --mail-from ADDR (the return path), or --helo NAME");
    said(&["probe", "vaglio.example"], "want an address such as https://vaglio.example");
    said(&["probe", "http://127.0.0.1:1", "--smtp", "mx.example:smtp"], "--smtp \"mx.example:smtp\": want HOST");
    said(&["probe", "http://127.0.0.1:1", "--from", "anna"], "--from \"anna\" is not a mail address");
    // What shows only when the service starts; its resolver is one that nobody answers at.
    let here = ["--smtp-listen", "127.0.0.1:0", "--http-listen", "127.0.0.1:0", "--dns", "127.0.0.1:1"];
    for (flag, value, wanted) in [
        ("--contact", "anna", "--contact \"anna\": want"),
        ("--reply-smarthost", "a b", "--reply-smarthost \"a b\": want"),
        ("--lists", "/nonexistent.toml", "/nonexistent.toml: "),
        ("--site-logo", "/nonexistent", "--site-logo /nonexistent: want"),
    ] {
        let args = [&["serve", "--database", "sqlite::memory:", flag, value], &here[..]].concat();
        let told = vaglio(&args, b"", &[]);
        let said = String::from_utf8_lossy(&told.stderr).into_owned();
        assert!(
            told.status.code() == Some(2) && said.lines().last().is_some_and(|line| line.contains(wanted)),
            "{said}"
        );
    }
    said(&["serve", "--database", "mysql://x"], "want sqlite://FILE or postgres://HOST/NAME");
    // An address alone is asked at port 53: nothing to refuse, whoever answers there.
    let alone = vaglio(&["spf", "--ip", "192.0.2.1", "--helo", "good.example", "--dns", "127.255.255.254"], b"", &[]);
    assert!(alone.status.success(), "{}", String::from_utf8_lossy(&alone.stderr));
}

#[test]
fn help_names_every_flag_of_the_interface_and_its_default() {
    // It wraps its lines.
    let help = |command: &str| {
        let text = out(&vaglio(&[command, "--help"], b"", &[]));
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let serve = help("serve");
    let flags = "smtp-listen http-listen domain public-url database dns spamd rspamd lists tls-cert tls-key trust-proxy \
        trust-xclient roles allow-private-links retention address-lifetime max-deliveries config self-test operator-token \
        operator-token-file metrics-listen https-listen acme acme-contact acme-name acme-root";
    for flag in flags.split_whitespace() {
        assert!(serve.contains(&format!("--{flag}")), "serve --{flag}");
        assert!(serve.contains(&format!("VAGLIO_{}", flag.replace('-', "_").to_uppercase())), "VAGLIO_ for {flag}");
    }
    for default in ["127.0.0.1:2525", "127.0.0.1:8080", "localhost", "sqlite://vaglio.db", "7d", "24h", "20"] {
        assert!(serve.contains(&format!("default: {default}")), "{default}");
    }
    let check = help("check");
    let flags = "ip helo mail-from rcpt tls now purpose dns zone spamd rspamd lists no-links hops allow-private-links format \
        lang min-score";
    for flag in flags.split_whitespace() {
        assert!(check.contains(&format!("--{flag}")), "check --{flag}");
    }
    let spf = help("spf");
    for flag in ["ip", "helo", "mail-from", "dns", "format"] {
        assert!(spf.contains(&format!("--{flag}")), "spf --{flag}");
    }
    let probe = help("probe");
    for flag in ["smtp", "helo", "from", "timeout", "dns", "format"] {
        assert!(probe.contains(&format!("--{flag}")), "probe --{flag}");
    }
    assert!(out(&vaglio(&["--version"], b"", &[])).starts_with("vaglio "));
}

#[test]
fn explain_speaks_both_languages() {
    let english = out(&vaglio(&["explain", "spf.result.softfail"], b"", &[]));
    let italian = out(&vaglio(&["explain", "spf.result.softfail", "--lang", "it"], b"", &[]));
    assert!(english.contains("RFC 7208") && italian.contains("RFC 7208") && english != italian);
    let all = out(&vaglio(&["explain"], b"", &[]));
    assert!(all.lines().count() > 100 && all.contains("dmarc.none"), "{all}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flag_beats_the_environment_which_beats_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let (http, smtp) = (super::service::free_port(), super::service::free_port());
    let file = folder.path().join("vaglio.toml");
    let said = format!(
        "domain = \"file.test\"\nsmtp-listen = [\"127.0.0.1:{smtp}\"]\npublic_url = \"https://file.test\"\nmax-deliveries = 1\n"
    );
    std::fs::write(&file, said).unwrap();
    let database = format!("sqlite://{}", folder.path().join("vaglio.db").display());
    let mut child = Command::new(env!("CARGO_BIN_EXE_vaglio"))
        .args(["--config", file.to_str().unwrap(), "--domain", "flag.test", "--database", &database])
        .env("VAGLIO_DOMAIN", "environment.test")
        .env("VAGLIO_PUBLIC_URL", "https://environment.test")
        .env("VAGLIO_HTTP_LISTEN", format!("127.0.0.1:{http}"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let url = format!("http://127.0.0.1:{http}/api/v1/tests");
    let mut made = None;
    for _ in 0..600 {
        if let Ok(answer) = super::service::client().post(&url).send().await {
            made = Some(serde_json::from_slice::<Value>(&answer.bytes().await.unwrap()).unwrap());
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let listens = std::net::TcpStream::connect(("127.0.0.1", smtp)).is_ok();
    child.kill().unwrap();
    child.wait().unwrap();
    let made = made.expect("an answer");
    assert!(made["address"].as_str().unwrap().ends_with("@flag.test"), "{made}");
    assert!(made["report_url"].as_str().unwrap().starts_with("https://environment.test/t/"), "{made}");
    assert!(listens, "the file's port");
}
