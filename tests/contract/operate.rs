//! What the operator sees of the service: its mail to itself, `vaglio probe`, metrics without pages.

use std::process::Output;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::cli::vaglio;
use super::service::{self, Service};
use super::world;

/// The status, once this many self-tests are there.
async fn status(service: &Service, tests: u64) -> Value {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        let told = service.get("/api/v1/status").await.json();
        if told["tests"].as_u64().unwrap() >= tests {
            return told;
        }
        assert!(Instant::now() < end, "{told}; the log:\n{}", service.log());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn metrics(text: &[u8], name: &str) -> f64 {
    let text = String::from_utf8_lossy(text).into_owned();
    let line = text.lines().find(|line| line.starts_with(name)).map(str::to_owned);
    line.and_then(|line| line.rsplit(' ').next().and_then(|value| value.parse().ok())).unwrap_or(0.0)
}

async fn probe(service: &Service, smtp: std::net::SocketAddr, format: &str) -> Output {
    let (url, smtp, format) = (service.url("/"), smtp.to_string(), format.to_owned());
    tokio::task::spawn_blocking(move || vaglio(&["probe", &url, "--smtp", &smtp, "--format", &format], b"", &[]))
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_service_mails_itself_and_no_user_count_shows_it() {
    let dns = world::dns().await;
    let service = Service::start(dns.addr, &["--self-test", "1s"]).await;
    let told = status(&service, 2).await;
    assert_eq!((&told["state"], &told["interval"]), (&"ok".into(), &1.into()), "{told}");
    let last = &told["last"];
    assert!(last["ok"] == true && last["ready_ms"].as_u64() >= last["accepted_ms"].as_u64(), "{told}");
    assert_eq!(told["last_failure"], Value::Null);
    let text = service.get("/metrics").await.body;
    assert!(metrics(&text, "vaglio_messages_total{result=\"self_test\"}") >= 2.0);
    assert_eq!(metrics(&text, "vaglio_messages_total{result=\"accepted\"}"), 0.0);
    assert_eq!(metrics(&text, "vaglio_examinations_total"), 0.0);
    assert!(metrics(&text, "vaglio_self_tests_total{result=\"ok\"}") >= 2.0);
    assert_eq!(metrics(&text, "vaglio_self_test_ok"), 1.0);
    let page = service.get("/status").await;
    assert!(String::from_utf8_lossy(&page.body).contains("The service works."));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_a_proxy_on_this_machine_the_service_still_mails_itself() {
    let dns = world::dns().await;
    let service = Service::start(dns.addr, &["--self-test", "1s", "--trust-proxy", "127.0.0.0/8"]).await;
    assert_eq!(status(&service, 1).await["state"], "ok");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_whose_examinations_never_end_says_that_it_fails() {
    let dns = world::dns().await;
    // No worker: mail is accepted, no report is made.
    let service = Service::start(dns.addr, &["--self-test", "1s", "--roles", "smtp,web"]).await;
    // The self-test itself waits for a minute and a half: the probe is less patient, and is the same code.
    let url = service.url("/");
    let smtp = service.smtp().to_string();
    let args = ["probe".to_owned(), url, "--smtp".to_owned(), smtp, "--timeout".to_owned(), "2s".to_owned()];
    let output = tokio::task::spawn_blocking(move || {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        vaglio(&args, b"", &[])
    });
    let output = output.await.unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&said["ok"], &said["stage"]), (&false.into(), &"report".into()), "{said}");
    assert!(said["accepted_ms"].is_u64());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_probe_from_elsewhere_tells_the_time_or_where_it_failed_and_leaves_nothing() {
    let dns = world::dns().await;
    let mut service = Service::start(dns.addr, &["--self-test", "off"]).await;
    let output = probe(&service, service.smtp(), "json").await;
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(output.status.success() && said["ok"] == true && said["ready_ms"].as_u64().unwrap() > 0, "{said}");
    let text = String::from_utf8(probe(&service, service.smtp(), "text").await.stdout).unwrap();
    assert!(text.starts_with("ok: accepted after ") && text.contains(" ms, its report ready after "), "{text}");
    let nobody = std::net::SocketAddr::from(([127, 0, 0, 1], service::free_port()));
    let output = probe(&service, nobody, "json").await;
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &said["stage"]), (Some(1), &"connect".into()), "{said}");
    assert_eq!(service.get("/api/v1/status").await.json()["state"], "off");
    service.kill();
    let output = probe(&service, service.smtp(), "json").await;
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &said["stage"]), (Some(1), &"address".into()), "{said}");
    let refused = vaglio(&["probe", "ftp://x.example"], b"", &[]);
    assert_eq!(refused.status.code(), Some(2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_without_pages_has_its_metrics_on_a_listener_of_their_own() {
    let dns = world::dns().await;
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite://{}", folder.path().join("v.db").display());
    let (smtp, own) = (service::free_port(), service::free_port());
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_vaglio"))
        .args(["serve", "--roles", "smtp", "--database", &database, "--dns", &dns.addr.to_string()])
        .args(["--smtp-listen", &format!("127.0.0.1:{smtp}"), "--metrics-listen", &format!("127.0.0.1:{own}")])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let client = service::client();
    let end = Instant::now() + Duration::from_secs(60);
    let asked = async |path: &str| client.get(format!("http://127.0.0.1:{own}{path}")).send().await;
    while !asked("/readyz").await.is_ok_and(|answer| answer.status() == 200) {
        assert!(Instant::now() < end, "it is not ready");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let text = asked("/metrics").await.unwrap().bytes().await.unwrap();
    let text = String::from_utf8_lossy(&text).into_owned();
    assert!(text.contains("vaglio_jobs_queued 0") && text.contains("vaglio_jobs_running 0"), "{text}");
    assert_eq!(asked("/healthz").await.unwrap().status(), 200);
    assert_eq!(asked("/").await.unwrap().status(), 404, "no page is here");
    child.kill().unwrap();
    child.wait().unwrap();
}

/// What the operator sees who has entered with this token.
async fn operators_page(service: &Service, token: &str) -> String {
    let entered = service::client()
        .post(service.url("/operator"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("token={token}"))
        .send()
        .await
        .unwrap();
    assert_eq!(entered.status(), 303);
    let cookie = entered.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let page = service::client().get(service.url("/operator")).header("cookie", &cookie).send().await.unwrap();
    assert_eq!(page.status(), 200);
    String::from_utf8(page.bytes().await.unwrap().to_vec()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_operators_page_is_opened_by_its_token_and_shows_the_log() {
    let dns = world::dns().await;
    let token = "0123456789abcdef0123";
    let more = ["--operator-token", token, "--self-test", "off", "--trust-xclient", "127.0.0.0/8"];
    let service = Service::start(dns.addr, &more).await;
    assert_eq!(service.get("/operator").await.status, 403);
    let (test, _) = world::deliver(&service).await;
    service.report(&test, 1).await;
    let page = operators_page(&service, token).await;
    assert!(page.contains("report ready") && page.contains("smtp{session="), "{page}");
    assert!(!page.contains("good.example") && !page.contains("192.0.2.10"), "no personal data in the log");
    let bare = Service::start(dns.addr, &[]).await;
    assert_eq!(bare.get("/operator").await.status, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn counts_survive_a_restart() {
    let dns = world::dns().await;
    let token = "0123456789abcdef0123";
    let more = ["--operator-token", token, "--self-test", "off", "--trust-xclient", "127.0.0.0/8"];
    let mut service = Service::start(dns.addr, &more).await;
    let (test, _) = world::deliver(&service).await;
    service.report(&test, 1).await;
    service.terminate();
    assert!(service.ended().await.success());
    service.restart().await;
    let page = operators_page(&service, token).await;
    assert!(page.contains("Last 24 hours: 1 to one-time addresses, 0 to probes"), "{page}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_service_ends_soon_though_pages_wait_with_open_event_streams() {
    let dns = world::dns().await;
    let mut service = Service::start(dns.addr, &["--self-test", "off"]).await;
    let mut streams = Vec::new();
    for _ in 0..5 {
        let test = service.test().await;
        let events = service.url(&format!("/api/v1/tests/{}/events", test.key));
        let stream = service::client().get(events).send().await.unwrap();
        assert_eq!(stream.status(), 200);
        streams.push(stream);
    }
    let began = Instant::now();
    service.terminate();
    assert!(service.ended().await.success());
    // Streams are cut off after a grace of five seconds; a busy machine may take some more.
    assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
}
