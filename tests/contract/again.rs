//! What can be done with a report: ask again, rehearse, take the evidence along; and the probes' results.

use std::io::Write as _;

use serde_json::{Value, json};

use super::cli::{out, refused, vaglio, zone_file};
use super::service::{Service, Test, has};
use super::world;
use crate::support::smtp::send;

/// The world before its administrator looked at it: SPF names another server.
fn wrong() -> String {
    let right = "v=spf1 ip4:192.0.2.10 -all";
    assert!(world::zone().contains(right));
    world::zone().replace(right, "v=spf1 ip4:192.0.2.99 -all")
}

async fn until(service: &Service, test: &Test, wanted: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..600 {
        let report = service.get(&format!("/api/v1/tests/{}/report", test.key)).await.json();
        if wanted(&report) {
            return report;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the report never came to be as wanted");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cure_is_rehearsed_published_and_seen_by_the_recheck() {
    let dns = world::dns().await;
    dns.publish(&wrong());
    let service = world::start(&dns, &[]).await;
    let (test, _) = world::deliver(&service).await;
    let before = service.report(&test, 1).await;
    assert_eq!(before["auth"]["spf"]["result"], "fail");

    let path = format!("/api/v1/tests/{}", test.key);
    let cure = json!({"zone": "good.example TXT \"v=spf1 ip4:192.0.2.10 -all\""}).to_string();
    let typed = |body: String| {
        let request = super::service::client().post(service.url(&format!("{path}/rehearse")));
        request.header("content-type", "application/json").body(body).send()
    };
    let rehearsed: Value = serde_json::from_slice(&typed(cure).await.unwrap().bytes().await.unwrap()).unwrap();
    assert_eq!(rehearsed["auth"]["spf"]["result"], "pass");
    assert!(rehearsed["score"].as_f64() > before["score"].as_f64(), "{}", rehearsed["score"]);
    assert!(rehearsed["rehearsal"].is_object(), "what would change is told");
    let stored = service.get(&format!("{path}/report")).await.json();
    assert_eq!(stored["score"], before["score"], "a rehearsal keeps nothing");
    let nonsense = typed(json!({"zone": "this is no record"}).to_string()).await.unwrap();
    assert_eq!(nonsense.status(), 400);
    assert!(nonsense.text().await.unwrap().contains("zone"));
    assert_eq!(typed("{".to_owned()).await.unwrap().status(), 400);

    dns.publish(&world::zone());
    assert_eq!(service.http("POST", &format!("{path}/recheck"), b"").await.status, 202);
    let after = until(&service, &test, |report| report["auth"]["spf"]["result"] == "pass").await;
    assert_eq!(after["score"], rehearsed["score"], "what was rehearsed came true");
    assert_eq!(after["received_at"], before["received_at"], "the message is as old as it was");
    assert!(after["since_last"].is_object(), "what changed since is told");
    assert_eq!(service.http("POST", "/api/v1/tests/nosuchkey/recheck", b"").await.status, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn evidence_is_judged_again_offline_to_the_same_report() {
    let dns = world::dns().await;
    let service = world::start(&dns, &[]).await;
    let (test, letter) = world::deliver(&service).await;
    let online = service.report(&test, 1).await;
    let bundle = service.get(&format!("/t/{}/evidence.zip", test.key)).await;
    assert_eq!((bundle.status, bundle.content_type.as_str()), (200, "application/zip"));
    drop(dns);
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&bundle.body).unwrap();
    let replay = ["check", "--replay", file.path().to_str().unwrap(), "--format", "json", "--lang", "en"];
    let output = vaglio(&replay, b"", &[]);
    let offline: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    for part in
        ["score", "received_at", "session", "envelope", "message", "auth", "sections", "providers", "blocklists", "dns"]
    {
        assert_eq!(offline[part], online[part], "{part}");
    }
    let masked = service.get(&format!("/t/{}/evidence.zip?mask=1", test.key)).await.body;
    let holds = |needle: &str| masked.windows(needle.len()).any(|window| window == needle.as_bytes());
    assert!(!holds("anna@good.example") && !letter.is_empty());
    refused(&vaglio(&["check", "--replay", "/nonexistent.zip"], b"", &[]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn probe_results_are_public_and_a_words_are_apart() {
    let dns = world::dns().await;
    let service = world::start(&dns, &[]).await;
    for to in ["spf@vaglio.test", "dkim@vaglio.test", "dmarc@vaglio.test", "spf+Tulip@vaglio.test"] {
        send(service.smtp(), &world::GOOD, to, world::letter(to).as_bytes()).await.unwrap();
    }
    let results = |path: &str| {
        let url = format!("/api/v1/probes/{path}");
        let service = &service;
        async move {
            for _ in 0..600 {
                let rows = service.get(&url).await.json()["results"].as_array().unwrap().clone();
                if !rows.is_empty() {
                    return rows;
                }
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
            panic!("no row at {url}");
        }
    };
    for (probe, tag) in [("spf", "|OK| spf-pass"), ("dkim", "|OK| dkim-pass"), ("dmarc", "|OK| dmarc-pass")] {
        let rows = results(probe).await;
        assert_eq!(rows.len(), 1, "mail with a word is not among them: {rows:?}");
        let row = &rows[0];
        assert_eq!((&row["tag"], &row["domain"]), (&tag.into(), &"good.example".into()));
        assert_eq!((&row["client_ip"], &row["word"]), (&"192.0.2.10".into(), &Value::Null));
        assert!(row["id"].is_string() || row["id"].is_u64(), "{row}");
        assert!(row["at"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok(), "{row}");
        assert!(!row.to_string().contains("anna@"), "local parts are masked");
    }
    let rows = results("spf?word=tulip").await;
    assert_eq!(rows[0]["word"], "tulip");
    let page = service.get("/spf/tulip").await;
    assert!(page.status == 200 && String::from_utf8(page.body).unwrap().contains("good.example"));
    assert_eq!(service.get("/api/v1/probes/nothing").await.status, 404);
}

#[test]
fn a_domain_is_examined_without_a_message() {
    let zone = zone_file();
    let ask = |name: &str, format: &str| {
        let zone = zone.path().to_str().unwrap();
        vaglio(&["domain", name, "--selector", "s", "--zone", zone, "--format", format], b"", &[])
    };
    let good: Value = serde_json::from_slice(&ask("good.example", "json").stdout).unwrap();
    let bare: Value = serde_json::from_slice(&ask("bare.example", "json").stdout).unwrap();
    assert!(!has(&good, "dmarc.none", "deducted") && !good["sections"].to_string().contains("\"code\":\"dmarc.none\""));
    assert!(bare["sections"].to_string().contains("\"code\":\"dmarc.none\""), "{bare:#}");
    assert!(out(&ask("good.example", "text")).contains("good.example"));
    refused(&ask("not a domain", "json"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_of_ones_own_are_asked_and_their_codes_believed() {
    let dns = world::dns().await;
    let listed = "\n2.0.0.127.dnsbl.example. IN A 127.0.0.2\n10.2.0.192.dnsbl.example. IN A 127.0.0.2\n\
                  10.2.0.192.dnsbl.example. IN TXT \"seen sending to traps\"\n";
    dns.publish(&(world::zone() + listed));
    let mut lists = tempfile::NamedTempFile::new().unwrap();
    let table = "[[list]]\nzone = \"dnsbl.example\"\nkind = \"ip\"\nweight = \"minor\"\n\
                 lookup = \"https://dnsbl.example/lookup\"\n[[list.codes]]\ncode = \"127.0.0.2\"\nmeaning = \"Spam source\"\n";
    lists.write_all(table.as_bytes()).unwrap();
    let service = world::start(&dns, &["--lists", lists.path().to_str().unwrap()]).await;
    let (test, _) = world::deliver(&service).await;
    let report = service.report(&test, 1).await;
    let rows = report["blocklists"].as_array().unwrap();
    assert_eq!(rows.len(), 1, "only the table that was given: {rows:?}");
    assert_eq!((&rows[0]["zone"], &rows[0]["subject"]), (&"dnsbl.example".into(), &"ip".into()));
    assert_eq!((&rows[0]["value"], &rows[0]["result"]), (&"192.0.2.10".into(), &"listed".into()));
    assert_eq!(rows[0]["codes"], json!(["127.0.0.2"]));
    assert!(report["score"].as_f64().unwrap() < 10.0);
    let mut broken = tempfile::NamedTempFile::new().unwrap();
    broken.write_all(b"[[list]]\nzone = 7\n").unwrap();
    let broken = broken.path().to_str().unwrap();
    assert!(
        refused(&vaglio(&["check", "-", "--lists", broken], b"From: a@good.example\n\nx\n", &[])).contains("line 2")
    );
    assert!(refused(&vaglio(&["serve", "--config", broken], b"", &[])).contains("list"));
}
