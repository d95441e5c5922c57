//! Every endpoint of the API, and every field of the report that INTERFACE names.

use std::collections::BTreeSet;

use serde_json::Value;

use super::service::{Answer, client};
use super::world;
use crate::support::smtp::{Client, send};

fn problem(answer: &Answer, status: u16) -> Value {
    assert_eq!((answer.status, answer.content_type.as_str()), (status, "application/problem+json"));
    let problem = answer.json();
    assert_eq!(problem["status"], status);
    assert!(problem["title"].is_string() && problem["detail"].is_string(), "{problem}");
    problem
}

fn fields(value: &Value, names: &str) {
    for name in names.split_whitespace() {
        assert!(value.get(name).is_some(), "{name} in {value:#}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_report_has_every_field_that_is_relied_on() {
    let dns = world::dns().await;
    let service = world::start(&dns, &[]).await;
    let (test, letter) = world::deliver(&service).await;
    let report = service.report(&test, 1).await;

    fields(
        &report,
        "schema scoring software score max capped_by determined not_determined received_at purpose session envelope \
         message auth sections providers blocklists links dns",
    );
    assert_eq!((&report["schema"], &report["max"]), (&1.into(), &10.0.into()));
    assert!(report["software"].as_str().unwrap().starts_with("vaglio "));
    fields(&report["session"], "client_ip helo tls transcript");
    assert_eq!(report["session"]["client_ip"], "192.0.2.10");
    fields(&report["session"]["tls"], "version cipher");
    assert_eq!(report["session"]["tls"]["version"], "TLSv1.3");
    assert_eq!(report["envelope"]["mail_from"], "anna@good.example");
    assert_eq!(report["envelope"]["rcpt_to"][0], test.address.as_str());
    fields(&report["message"], "from subject size");
    assert_eq!(report["message"]["size"], letter.len());

    let auth = &report["auth"];
    for spf in ["spf", "spf_helo"] {
        fields(&auth[spf], "result domain record matched explanation lookups void_lookups trace");
        assert_eq!(auth[spf]["result"], "pass");
    }
    fields(&auth["dkim"][0], "result domain selector algorithm key_bits aligned reason");
    assert_eq!((&auth["dkim"][0]["result"], &auth["dkim"][0]["key_bits"]), (&"pass".into(), &2048.into()));
    assert_eq!((&auth["dkim"][0]["aligned"], &auth["dkim"][0]["reason"]), (&true.into(), &Value::Null));
    assert_eq!((&auth["arc"]["result"], &auth["arc"]["instances"]), (&"none".into(), &0.into()));
    fields(&auth["dmarc"], "result author_domain policy_domain policy testing spf_aligned dkim_aligned record");
    assert_eq!((&auth["dmarc"]["result"], &auth["dmarc"]["policy"]), (&"pass".into(), &"reject".into()));
    assert_eq!((&auth["iprev"]["result"], &auth["iprev"]["names"][0]), (&"pass".into(), &"mail.good.example".into()));

    let ids: Vec<_> = report["sections"].as_array().unwrap().iter().map(|section| section["id"].clone()).collect();
    assert_eq!(ids, ["authentication", "server", "blocklists", "format", "content", "links", "spam"]);
    let mut tenths = 100.0;
    for section in report["sections"].as_array().unwrap() {
        fields(section, "id points findings");
        let mut sum = 0.0;
        for finding in section["findings"].as_array().unwrap() {
            fields(finding, "code status points title why fix basis evidence");
            let words = ["deducted", "notice", "good", "not_applicable", "not_determined"];
            assert!(words.contains(&finding["status"].as_str().unwrap()), "{finding}");
            let points = finding["points"].as_f64().unwrap();
            assert_eq!(points < 0.0, finding["status"] == "deducted", "{finding}");
            sum += points;
        }
        assert!((sum - section["points"].as_f64().unwrap()).abs() < 0.01, "{section:#}");
        tenths += sum * 10.0;
    }
    assert!((tenths.max(0.0) - report["score"].as_f64().unwrap() * 10.0).abs() < 0.01, "the points add up");

    for provider in report["providers"].as_array().unwrap() {
        fields(provider, "id met of rules");
        fields(&provider["rules"][0], "id verdict");
    }
    let ids: BTreeSet<_> = report["providers"].as_array().unwrap().iter().map(|p| p["id"].as_str().unwrap()).collect();
    assert_eq!(ids, BTreeSet::from(["gmail", "yahoo", "outlook", "icloud"]));
    let listing = &report["blocklists"][0];
    fields(listing, "zone subject value result codes");
    let question = &report["dns"][0];
    fields(question, "name type answer ttl ms");
    let txt = report["dns"].as_array().unwrap().iter().find(|lookup| lookup["name"] == "good.example").unwrap();
    assert!(txt["ttl"].is_u64(), "{txt}");

    assert_eq!(service.message(&test).await, letter.as_bytes(), "byte for byte");
    assert_same_spf(dns.addr, &report);
}

/// INTERFACE: "`vaglio spf --format json` prints the report's `auth.spf` object".
fn assert_same_spf(dns: std::net::SocketAddr, report: &Value) {
    let dns = dns.to_string();
    let args = ["spf", "--ip", "192.0.2.10", "--helo", "mail.good.example", "--mail-from", "anna@good.example"];
    let output = super::cli::vaglio(&[&args[..], &["--dns", &dns, "--format", "json"]].concat(), b"", &[]);
    let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(printed, report["auth"]["spf"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_test_lives_from_waiting_to_deleted() {
    let dns = world::dns().await;
    let service = world::start(&dns, &["--public-url", "https://vaglio.example"]).await;
    let made = service.http("POST", "/api/v1/tests", b"").await;
    assert_eq!(made.status, 201);
    let made = made.json();
    fields(&made, "address key report_url events_url expires_at");
    let key = made["key"].as_str().unwrap().to_owned();
    let address = made["address"].as_str().unwrap().to_owned();
    assert_eq!(made["report_url"], format!("https://vaglio.example/t/{key}"));
    assert_eq!(made["events_url"], format!("https://vaglio.example/api/v1/tests/{key}/events"));
    let path = format!("/api/v1/tests/{key}");
    let waiting = service.get(&path).await.json();
    assert_eq!((&waiting["state"], &waiting["deliveries"]), (&"waiting".into(), &Value::Array(Vec::new())));
    problem(&service.get(&format!("{path}/report")).await, 404);
    problem(&service.get(&format!("{path}/message")).await, 404);
    problem(&service.get("/api/v1/tests/nosuchkey").await, 404);
    problem(&service.get("/api/v1/nothing").await, 404);
    problem(&service.http("PUT", &path, b"").await, 405);

    let test = super::service::Test { address, key };
    for (number, to) in [(1, &test.address), (2, &test.address.to_uppercase())] {
        let letter = world::letter(&test.address).replace("Thursday", &format!("Thursday {number}"));
        send(service.smtp(), &world::GOOD, to, letter.as_bytes()).await.unwrap();
    }
    let latest = service.report(&test, 2).await;
    assert_eq!(latest["message"]["subject"], "Minutes of Thursday 2");
    let first = service.get(&format!("{path}/report?delivery=1")).await.json();
    assert_eq!(first["message"]["subject"], "Minutes of Thursday 1");
    assert!(service.get(&format!("{path}/message?delivery=1")).await.body.windows(10).any(|w| w == b"Thursday 1"));
    problem(&service.get(&format!("{path}/report?delivery=3")).await, 404);
    problem(&service.get(&format!("{path}/report?delivery=x")).await, 400);
    let state = service.get(&path).await.json();
    assert_eq!((&state["state"], state["deliveries"].as_array().unwrap().len()), (&"ready".into(), 2));
    let italian = service.get(&format!("{path}/report?lang=it")).await.json();
    assert!(italian["sections"] != latest["sections"] && italian["score"] == latest["score"]);

    assert_eq!(service.http("POST", &format!("{path}/recheck"), b"").await.status, 202);
    assert_eq!(service.get(&format!("{path}/report")).await.status, 200, "the old report stays meanwhile");

    assert_eq!(service.http("DELETE", &path, b"").await.status, 204);
    for gone in ["report", "message", "report?delivery=1"] {
        problem(&service.get(&format!("{path}/{gone}")).await, 404);
    }
    assert_eq!(service.get(&path).await.json()["state"], "expired");
    let refused = send(service.smtp(), &world::GOOD, &test.address, b"x\r\n").await.unwrap_err().to_string();
    assert!(refused.starts_with("5"), "an address whose test is deleted takes no more: {refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_come_in_their_order_live_and_afterwards() {
    let dns = world::dns().await;
    let service = world::start(&dns, &[]).await;
    let test = service.test().await;
    let url = service.url(&format!("/api/v1/tests/{}/events", test.key));
    let events = |url: String| async move {
        let mut answer = client().get(url).send().await.unwrap();
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        let mut text = String::new();
        while let Some(chunk) = answer.chunk().await.unwrap() {
            text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
        text.lines().filter_map(|line| line.strip_prefix("event: ").map(str::to_owned)).collect::<Vec<_>>()
    };
    let live = tokio::spawn(events(url.clone()));
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    send(service.smtp(), &world::GOOD, &test.address, world::letter(&test.address).as_bytes()).await.unwrap();
    let mut live = live.await.unwrap();
    // What is told before the message is there may come too.
    live.retain(|event| !matches!(event.as_str(), "connected" | "arriving"));
    assert_eq!((live.first().unwrap(), live.last().unwrap()), (&"received".to_owned(), &"ready".to_owned()));
    let middle = &live[1..live.len() - 1];
    assert!(middle.len() >= 6 && middle.iter().all(|event| event == "section"), "{live:?}");
    let mut afterwards = events(url).await;
    afterwards.retain(|event| !matches!(event.as_str(), "connected" | "arriving"));
    assert_eq!(afterwards, ["received", "ready"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_can_be_checked_without_being_sent() {
    let dns = world::dns().await;
    let service = world::start(&dns, &[]).await;
    let letter = world::letter("b@elsewhere.example");
    let query = "ip=192.0.2.10&helo=mail.good.example&mail_from=anna@good.example&tls=TLSv1.3";
    let answer = service.http("POST", &format!("/api/v1/check?{query}"), letter.as_bytes()).await;
    assert_eq!(answer.status, 200);
    let report = answer.json();
    assert_eq!(report["auth"]["dmarc"]["result"], "pass");
    assert_eq!(report["message"]["size"], letter.len());
    problem(&service.http("POST", "/api/v1/check", b"").await, 400);
    problem(&service.http("POST", "/api/v1/check?ip=x", letter.as_bytes()).await, 400);
    problem(&service.http("POST", "/api/v1/check?tls=SSLv3", letter.as_bytes()).await, 400);
    problem(&service.http("POST", "/api/v1/check", &vec![b'x'; 27 << 20]).await, 413);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn operators_and_programs_find_their_endpoints() {
    let dns = world::dns().await;
    let service = world::start(&dns, &[]).await;
    assert_eq!(service.get("/healthz").await.status, 200);
    assert_eq!(service.get("/readyz").await.status, 200);
    let metrics = String::from_utf8(service.get("/metrics").await.body).unwrap();
    assert!(metrics.contains("vaglio_jobs_queued 0"), "{metrics}");
    let document = service.get("/api/v1/openapi.json").await.json();
    let paths = document["paths"].as_object().unwrap();
    let of = |path: &str, method: &str| assert!(paths[path].get(method).is_some(), "{method} {path}");
    of("/api/v1/tests", "post");
    of("/api/v1/tests/{key}", "get");
    of("/api/v1/tests/{key}", "delete");
    of("/api/v1/tests/{key}/report", "get");
    of("/api/v1/tests/{key}/message", "get");
    of("/api/v1/tests/{key}/recheck", "post");
    of("/api/v1/check", "post");
    of("/api/v1/status", "get");
    for page in ["/", "/check", "/status"] {
        let page = service.get(page).await;
        assert!(page.status == 200 && page.content_type.starts_with("text/html"), "{}", page.status);
    }
    let (test, _) = world::deliver(&service).await;
    service.report(&test, 1).await;
    for page in ["", "/message"] {
        assert_eq!(service.get(&format!("/t/{}{page}", test.key)).await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_forward_paths_and_the_null_reverse_path_are_told() {
    let dns = world::dns().await;
    let service = world::start(&dns, &[]).await;
    let (one, other) = (service.test().await, service.test().await);
    let mut client = Client::connect(service.smtp()).await.unwrap();
    client.greet("mail.good.example").await.unwrap();
    client.command("MAIL FROM:<>", 250).await.unwrap();
    for test in [&one, &other] {
        client.command(&format!("RCPT TO:<{}>", test.address), 250).await.unwrap();
    }
    client.command("DATA", 354).await.unwrap();
    client.command("From: a@good.example\r\n\r\nx\r\n.", 250).await.unwrap();
    for test in [&one, &other] {
        let report = service.report(test, 1).await;
        assert_eq!(report["envelope"]["mail_from"], "");
        assert_eq!(report["session"]["tls"], Value::Null);
    }
}
