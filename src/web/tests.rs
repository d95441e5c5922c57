//! The router, asked as browsers, programs and other people's pages ask it.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Semaphore;
use tower::ServiceExt;

use super::{CHECKS, Site, Web, router};
use crate::address::{AddressBook, Destination, TestId};
use crate::analyse::{self, Evidence, Examiner};
use crate::check::testing::facts_of;
use crate::delivery::{Delivery, Observed, Why};
use crate::dns::Zone;
use crate::events::Bus;
use crate::limits::{Limiter, Rates};
use crate::report::Report;
use crate::store::{Options, Store};

/// Everything in it that a sender can write is hostile.
const HOSTILE: &str = "From: \"<script>alert(1)</script>\" <a@example.org>\nSubject: <img src=x onerror=alert(2)>\u{202e}gpj.exe\n\
    Date: Sun, 22 Nov 2026 02:29:00 +0000\nMessage-ID: <1@example.org>\nX-<b>Odd: <svg onload=alert(3)>\n\
    Received: from \"><script>alert(4)</script> by mx.example.net; Sun, 22 Nov 2026 02:28:00 +0000\n\
    MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n\
    --b\nContent-Type: text/html\n\n<p onclick=alert(5)>Hello</p><script>alert(6)</script>\
    <img src=\"https://tracker.example/p.gif\">\n\
    --b\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=\"<script>alert(7)</script>.pdf\"\n\nx\n--b--\n";

fn report(delivery: &Delivery) -> Report {
    let mut facts = facts_of(&String::from_utf8_lossy(&delivery.raw));
    facts.delivery = Arc::new(delivery.clone());
    analyse::judge(&facts)
}

pub(super) async fn site() -> Web {
    let bus = Bus::new();
    Arc::new(Site {
        book: Arc::new(AddressBook::new(&[7; 32], "vaglio.example", SignedDuration::from_hours(24))),
        store: Store::open("sqlite::memory:", Options::default()).await.unwrap(),
        bus,
        examiner: Examiner::new(Arc::new(Zone::default())),
        public_url: "https://vaglio.example/".parse().unwrap(),
        retention: Duration::from_secs(7 * 86_400),
        max_deliveries: 20,
        limiter: Arc::new(Limiter::new(Rates::default(), Vec::new())),
        trust_proxy: Vec::new(),
        self_test: Some(Duration::from_secs(600)),
        operator: None,
        https: false,
        brand: Arc::default(),
        checks: Semaphore::new(CHECKS),
        streams: Arc::new(Semaphore::new(1)),
    })
}

/// A test that has received this message; judged, when asked for.
pub(super) async fn received(web: &Web, raw: &str, judged: bool) -> TestId {
    let id = web.book.fresh(Timestamp::now()).unwrap();
    let delivery = Delivery { received_at: Timestamp::now(), ..(*facts_of(raw).delivery).clone() };
    web.store.accept(delivery.clone(), vec![Destination::Test(id)]).await.unwrap();
    if judged {
        finish(web).await;
    }
    id
}

/// What a worker would do.
pub(super) async fn finish(web: &Web) {
    for job in web.store.claim(10, Duration::from_secs(60)).await.unwrap() {
        let task = web.store.delivery(job.delivery).await.unwrap().unwrap();
        let missing = || Observed::Missing(Why::NotConfigured);
        let evidence = Evidence {
            lists: Observed::Missing(Why::NotConfigured),
            dns: Vec::new(),
            links: missing(),
            spamd: Observed::Missing(Why::NotConfigured),
            rspamd: Observed::Missing(Why::NotConfigured),
            policies: Default::default(),
            auth: None,
        };
        web.store.finish(&job, &report(&task.delivery), &evidence).await.unwrap();
    }
}

pub(super) struct Got {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

pub(super) async fn ask_of(web: &Web, request: axum::http::request::Builder, body: impl Into<Body>) -> Got {
    let response = router(web.clone()).oneshot(request.body(body.into()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    Got { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&body).into_owned() }
}

pub(super) async fn get_of(web: &Web, path: &str) -> Got {
    ask_of(web, Request::get(path), Body::empty()).await
}

async fn ask(request: axum::http::request::Builder, body: impl Into<Body>) -> Got {
    ask_of(&site().await, request, body).await
}

pub(super) async fn get(path: &str) -> Got {
    ask(Request::get(path), Body::empty()).await
}

#[tokio::test]
async fn home_shows_a_fresh_address_without_script() {
    let web = site().await;
    let (one, two) = (get_of(&web, "/").await, get_of(&web, "/").await);
    assert_eq!(one.status, StatusCode::OK);
    let address = |page: &Got| {
        let (_, after) = page.body.split_once("href=\"mailto:").unwrap();
        after.split_once('?').unwrap().0.to_owned()
    };
    assert!(address(&one).ends_with("@vaglio.example"), "{}", address(&one));
    assert_ne!(address(&one), address(&two));
    assert!(one.body.contains("mailto:"));
    assert!(one.body.contains("role=\"img\" aria-label=\"QR code of the test address\""));
}

#[tokio::test]
async fn a_panic_is_told_as_a_page_to_people_and_as_a_problem_to_programs() {
    let web = site().await;
    let boom = || {
        axum::routing::get(|| async {
            if true {
                panic!("as asked")
            }
        })
    };
    let routes = axum::Router::new().route("/boom", boom()).route("/api/v1/boom", boom());
    let app = super::in_its_frame(routes, web);
    for (path, kind, words) in [
        ("/boom", "text/html; charset=utf-8", "Qualcosa si è rotto"),
        ("/api/v1/boom", "application/problem+json", "Something broke here"),
    ] {
        let request = Request::get(path).header("accept-language", "it").body(Body::empty()).unwrap();
        let response = app.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(response.headers()["content-type"], kind, "{path}");
        assert!(response.headers().contains_key("content-security-policy"));
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let body = String::from_utf8_lossy(&body);
        assert!(body.contains(words) && !body.contains("as asked"), "{body}");
    }
}

#[tokio::test]
async fn switching_the_language_keeps_the_address() {
    let page = get("/").await;
    let (_, after) = page.body.split_once("hreflang=\"en\"").unwrap();
    let href = after.split_once("href=\"").unwrap().1.split_once('"').unwrap().0.replace("&amp;", "&");
    assert!(href.contains("lang=it"), "{href}");
    let italian = get(&href).await;
    let address = page.body.split_once("href=\"mailto:").unwrap().1.split_once('?').unwrap().0;
    assert!(italian.body.contains(address));
    assert!(italian.body.contains("La tua email arriverà?"));
    let cookie = italian.headers["set-cookie"].to_str().unwrap();
    assert_eq!(cookie, "lang=it; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly; Secure");
}

#[tokio::test]
async fn the_browsers_language_is_spoken() {
    let page = ask(Request::get("/about").header("accept-language", "it-IT,it;q=0.9,en;q=0.5"), Body::empty()).await;
    assert!(page.body.contains("<html lang=\"it\""));
    assert!(page.headers.get("set-cookie").is_none());
}

#[tokio::test]
async fn every_page_is_locked_down() {
    for path in ["/", "/about", "/check", "/nothing", "/t/nothing"] {
        let page = get(path).await;
        let header = |name: &str| page.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default();
        let policy = header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{path}");
        assert_eq!(header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("cross-origin-opener-policy"), "same-origin", "{path}");
        assert_eq!(header("cache-control"), "no-store", "{path}");
        assert!(header("strict-transport-security").starts_with("max-age="), "{path}");
        assert!(
            !page.body.contains(" style=") && !page.body.contains("<style") && !page.body.contains("onclick"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn no_text_is_missing_from_a_page() {
    for path in ["/", "/about", "/check", "/nothing"] {
        for lang in ["en", "it"] {
            let page = get(&format!("{path}?lang={lang}")).await;
            for gap in ["web-", "section-", "verdict-", "‹"] {
                let shown = page.body.match_indices(&format!(">{gap}")).count();
                assert_eq!(shown, 0, "{path} {lang} shows an id that begins with {gap}");
            }
        }
    }
}

#[tokio::test]
async fn static_files_are_kept_for_ever_under_their_hash() {
    let page = get("/").await;
    for name in ["vaglio.css", "vaglio.js", "mark.svg"] {
        let end = page.body.find(name).unwrap() + name.len();
        let start = page.body[..end].rfind("/static/").unwrap();
        let file = get(&page.body[start..end]).await;
        assert_eq!(file.status, StatusCode::OK, "{name}");
        assert_eq!(file.headers["cache-control"], "public, max-age=31536000, immutable");
    }
    assert_eq!(get("/static/000000000000/vaglio.css").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn errors_are_pages_for_people_and_problems_for_programs() {
    let page = get("/nothing?lang=it").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.body.contains("Qui non c’è niente"));
    let problem = get("/api/v1/nothing").await;
    assert_eq!(problem.status, StatusCode::NOT_FOUND);
    assert_eq!(problem.headers["content-type"], "application/problem+json");
    let body: serde_json::Value = serde_json::from_str(&problem.body).unwrap();
    assert_eq!(body["status"], 404);
}

#[tokio::test]
async fn the_host_field_never_reaches_a_link() {
    for path in ["/", "/about", "/check"] {
        let page = ask(Request::get(path).header("host", "evil.example"), Body::empty()).await;
        assert!(!page.body.contains("evil.example"), "{path}");
    }
}

#[tokio::test]
async fn a_theme_is_chosen_by_link_and_remembered() {
    let page = get("/about?theme=dark").await;
    assert!(page.body.contains("data-theme=\"dark\""));
    let cookie = page.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("theme=dark;") && cookie.contains("SameSite=Lax"));
    let later = ask(Request::get("/about").header("cookie", "theme=dark"), Body::empty()).await;
    assert!(later.body.contains("data-theme=\"dark\""));
}

/// Nothing that a sender wrote is markup.
fn assert_harmless(page: &Got, what: &str) {
    let body = page.body.to_ascii_lowercase();
    for bad in ["<script>", "onerror=alert(2)>", "<svg onload", "<img src=x", "\u{202e}", "<b>odd"] {
        assert!(!body.contains(bad), "{what} holds {bad}");
    }
}

#[tokio::test]
async fn a_message_becomes_a_report_in_both_languages() {
    let web = site().await;
    let id = received(&web, "From: Anna <a@example.org>\nSubject: Hello\n\nHi\n", true).await;
    let path = format!("/t/{}", web.book.key(id));
    let english = get_of(&web, &path).await;
    assert_eq!(english.status, StatusCode::OK);
    assert!(english.body.contains("At a glance") && english.body.contains("Hello"));
    let italian = get_of(&web, &format!("{path}?lang=it")).await;
    assert!(italian.body.contains("A colpo d’occhio") && italian.body.contains("Autenticazione"));
    for page in [&english, &italian] {
        for gap in [">web-", ">section-", ">verdict-", "‹"] {
            assert!(!page.body.contains(gap), "{gap}");
        }
        assert!(page.body.len() < 100_000, "{} octets before compression", page.body.len());
    }
}

#[tokio::test]
async fn hostile_messages_stay_text() {
    let web = site().await;
    let id = received(&web, HOSTILE, true).await;
    let path = format!("/t/{}", web.book.key(id));
    let report = get_of(&web, &path).await;
    assert_harmless(&report, "the report");
    let message = get_of(&web, &format!("{path}/message")).await;
    assert_eq!(message.status, StatusCode::OK);
    assert_harmless(&message, "the message page");
    assert!(message.body.contains("sandbox=\"\""));
    assert!(message.body.contains("⟨U+202E⟩"));
    let frame = get_of(&web, &format!("{path}/message/frame")).await;
    assert_harmless(&frame, "the frame");
    assert!(frame.body.contains("Hello") && !frame.body.contains("tracker.example") && !frame.body.contains("onclick"));
    let policy = frame.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("sandbox; default-src 'none'") && policy.contains("img-src data:;"), "{policy}");
    let images = get_of(&web, &format!("{path}/message/frame?images=1")).await;
    assert!(images.body.contains("tracker.example"));
}

#[tokio::test]
async fn a_test_waits_then_expires_then_is_unknown() {
    let web = site().await;
    let id = web.book.fresh(Timestamp::now()).unwrap();
    let path = format!("/t/{}", web.book.key(id));
    let waiting = get_of(&web, &path).await;
    assert!(
        waiting.body.contains("Waiting for your message")
            && waiting.body.contains(web.book.address(id).split('@').next().unwrap())
    );
    assert!(waiting.body.contains("<noscript><meta http-equiv=\"refresh\" content=\"4\">"));
    let old = web.book.fresh(Timestamp::now() - SignedDuration::from_hours(48)).unwrap();
    let expired = get_of(&web, &format!("/t/{}", web.book.key(old))).await;
    assert_eq!(expired.status, StatusCode::GONE);
    let unknown = get_of(&web, "/t/00000000000000000000000000000000").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    let arrived = received(&web, "From: a@example.org\n\nHi\n", false).await;
    let page = get_of(&web, &format!("/t/{}", web.book.key(arrived))).await;
    assert!(page.body.contains("Your message is here"));
}

#[tokio::test]
async fn the_api_tells_the_state_gives_the_report_and_deletes() {
    let web = site().await;
    let created = ask_of(&web, Request::post("/api/v1/tests").header("host", "evil.example"), Body::empty()).await;
    assert_eq!(created.status, StatusCode::CREATED);
    let test: serde_json::Value = serde_json::from_str(&created.body).unwrap();
    let key = test["key"].as_str().unwrap();
    assert_eq!(test["report_url"], format!("https://vaglio.example/t/{key}"));
    let api = format!("/api/v1/tests/{key}");
    assert!(get_of(&web, &api).await.body.contains("\"state\":\"waiting\""));
    assert_eq!(get_of(&web, &format!("{api}/report")).await.status, StatusCode::NOT_FOUND);

    let id = received(&web, "From: a@example.org\nSubject: x\n\nHi\n", true).await;
    let api = format!("/api/v1/tests/{}", web.book.key(id));
    let state: serde_json::Value = serde_json::from_str(&get_of(&web, &api).await.body).unwrap();
    assert_eq!((&state["state"], &state["deliveries"][0]["number"]), (&"ready".into(), &1.into()));
    let report: serde_json::Value = serde_json::from_str(&get_of(&web, &format!("{api}/report")).await.body).unwrap();
    assert_eq!(report["schema"], 1);
    let text = get_of(&web, &format!("{api}/report?format=text&lang=it")).await;
    assert!(text.headers["content-type"].to_str().unwrap().starts_with("text/plain"));
    let message = get_of(&web, &format!("{api}/message")).await;
    assert_eq!(message.body, "From: a@example.org\r\nSubject: x\r\n\r\nHi\r\n");
    let missing = get_of(&web, &format!("{api}/report?delivery=9")).await;
    assert_eq!(missing.headers["content-type"], "application/problem+json");
    assert_eq!(ask_of(&web, Request::post(format!("{api}/recheck")), Body::empty()).await.status, StatusCode::ACCEPTED);
    assert!(get_of(&web, &api).await.body.contains("\"rechecking\":true"));
    assert_eq!(ask_of(&web, Request::delete(&api), Body::empty()).await.status, StatusCode::NO_CONTENT);
    assert!(get_of(&web, &api).await.body.contains("\"state\":\"expired\""));
    assert_eq!(get_of(&web, &format!("{api}/message")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn another_sites_page_can_neither_change_nor_listen() {
    let web = site().await;
    let id = received(&web, "From: a@example.org\n\nHi\n", true).await;
    let key = web.book.key(id);
    for (method, path) in [
        ("POST", format!("/t/{key}/delete")),
        ("DELETE", format!("/api/v1/tests/{key}")),
        ("GET", format!("/api/v1/tests/{key}/events")),
    ] {
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.example"),
            ("origin", "null"),
        ] {
            let got =
                ask_of(&web, Request::builder().method(method).uri(&path).header(name, value), Body::empty()).await;
            assert_eq!(got.status, StatusCode::FORBIDDEN, "{method} {path} {name}: {value}");
        }
    }
    let own =
        Request::post(format!("/t/{key}/delete")).header("origin", "null").header("sec-fetch-site", "same-origin");
    let deleted = ask_of(&web, own, Body::empty()).await;
    assert!(deleted.body.contains("Deleted"));
}

#[tokio::test]
async fn an_event_stream_tells_what_has_happened_and_ends() {
    let web = site().await;
    let id = received(&web, "From: a@example.org\n\nHi\n", true).await;
    let path = format!("/api/v1/tests/{}/events?lang=it", web.book.key(id));
    let stream = ask_of(&web, Request::get(&path).header("accept-encoding", "br, gzip"), Body::empty()).await;
    assert_eq!(stream.headers["content-type"], "text/event-stream");
    assert!(stream.headers.get("content-encoding").is_none());
    let (received, ready) = (stream.body.find("event: received"), stream.body.find("event: ready"));
    assert!(received.is_some() && received < ready, "{}", stream.body);
    assert!(stream.body.contains("cifrato con TLS"));
}

#[tokio::test]
async fn a_pasted_message_is_examined_and_not_kept() {
    let form = "--x\r\nContent-Disposition: form-data; name=\"source\"\r\n\r\nFrom: a@example.org\r\nSubject: Pasted\r\n\r\nHi\r\n--x\r\n\
        Content-Disposition: form-data; name=\"ip\"\r\n\r\nIP\r\n--x--\r\n";
    let post = || Request::post("/check").header("content-type", "multipart/form-data; boundary=x");
    let report = ask(post(), form.replace("IP", "192.0.2.1")).await;
    assert!(report.body.contains("Pasted") && report.body.contains("not kept"), "{}", report.body);
    let wrong = ask(post(), form.replace("IP", "nowhere")).await;
    assert!(wrong.body.contains("is not an IP address") && wrong.body.contains("Subject: Pasted"));

    let json = ask(Request::post("/api/v1/check?ip=192.0.2.1&lang=it"), "From: a@example.org\r\n\r\nHi\r\n").await;
    assert_eq!(json.status, StatusCode::OK);
    for (query, body) in [("?ip=nowhere", "x"), ("?no=such", "x"), ("", "")] {
        let refused = ask(Request::post(format!("/api/v1/check{query}")), body).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{query}");
        assert_eq!(refused.headers["content-type"], "application/problem+json");
    }
    let huge = ask(Request::post("/api/v1/check"), vec![b'x'; super::MAX_BODY + 1]).await;
    assert_eq!(huge.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn pages_are_compressed_and_the_service_is_described() {
    let page = ask(Request::get("/").header("accept-encoding", "br"), Body::empty()).await;
    assert_eq!(page.headers["content-encoding"], "br");
    let document: serde_json::Value = serde_json::from_str(&get("/api/v1/openapi.json").await.body).unwrap();
    assert!(document["paths"]["/api/v1/tests/{key}/report"].is_object());
    assert_eq!(get("/healthz").await.status, StatusCode::OK);
    assert_eq!(get("/readyz").await.status, StatusCode::OK);
}

#[test]
fn every_text_that_the_code_names_exists() {
    let mut files = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src/web"))];
    let mut named = std::collections::BTreeSet::new();
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if !path.ends_with("tests.rs") {
            let source = std::fs::read_to_string(path).unwrap();
            let literals = source.split('"').filter(|text| {
                let prefixes = ["web-", "changes-", "rehearse-", "codes-", "domain-"];
                prefixes.iter().any(|prefix| text.starts_with(prefix)) && !text.ends_with('-')
            });
            named.extend(literals.filter(|text| !text.contains(['{', ' '])).map(str::to_owned));
        }
    }
    assert!(named.len() > 100);
    for lang in crate::lang::Lang::ALL {
        let gaps: Vec<_> = named.iter().filter(|id| lang.find(id, &Default::default()).is_none()).collect();
        assert!(gaps.is_empty(), "{lang:?} lacks {gaps:?}");
    }
}

#[tokio::test]
async fn where_there_is_tls_strangers_are_led_to_it_and_authorities_and_proxies_are_not() {
    let plain = site().await;
    let https = Arc::new(Site { https: true, ..Arc::into_inner(site().await).unwrap() });
    let from = |peer: &str, path: &str| {
        let peer: std::net::SocketAddr = peer.parse().unwrap();
        Request::get(path).extension(axum::extract::ConnectInfo(peer))
    };
    let led = ask_of(&https, from("203.0.113.9:4000", "/t/x?lang=it"), Body::empty()).await;
    assert_eq!(led.status, StatusCode::PERMANENT_REDIRECT);
    assert_eq!(led.headers["location"], "https://vaglio.example/t/x?lang=it");
    for (web, peer, path) in [
        (&https, "127.0.0.1:4000", "/about"),
        (&https, "203.0.113.9:4000", "/healthz"),
        (&plain, "203.0.113.9:4000", "/about"),
    ] {
        assert_eq!(ask_of(web, from(peer, path), Body::empty()).await.status, StatusCode::OK, "{peer} {path}");
    }
    let by_tls = from("203.0.113.9:4000", "/about").extension(super::listen::OverTls);
    assert_eq!(ask_of(&https, by_tls, Body::empty()).await.status, StatusCode::OK);
    https.store.set_setting("acme.challenge.abc", b"abc.thumb").await.unwrap();
    let answer = ask_of(&https, from("203.0.113.9:4000", "/.well-known/acme-challenge/abc"), Body::empty()).await;
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, "abc.thumb"));
    assert_eq!(answer.headers["content-type"], "application/octet-stream");
    let unknown = ask_of(&https, from("203.0.113.9:4000", "/.well-known/acme-challenge/abd"), Body::empty()).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    let policy = get_of(&https, "/.well-known/mta-sts.txt").await;
    assert!(
        policy.body.starts_with("version: STSv1\r\n") && policy.body.contains("mx: vaglio.example\r\n"),
        "{}",
        policy.body
    );
}

#[tokio::test]
async fn every_refusal_is_a_page_or_a_problem() {
    let web = site().await;
    let id = received(&web, "From: a@example.org\n\nHello\n", true).await;
    let (page, api) = (format!("/t/{}", web.book.key(id)), format!("/api/v1/tests/{}", web.book.key(id)));
    let pages = ["/t/%FF", "/s/%FF", "/spf/%FF", "/spf/r/%FF", "/codes/%FF", "/domain/%FF", "/spf?word=a&word=b"];
    let programs =
        ["/api/v1/tests/%FF", "/api/v1/domains/%FF", "/api/v1/probes/%FF", "/api/v1/probes/spf/events?since=x"];
    let posted = ["purpose", "recheck", "rehearse"].map(|what| format!("{page}/{what}?delivery=x"));
    let requests =
        pages.iter().chain(&programs).map(|path| Request::get(*path)).chain(posted.iter().map(Request::post));
    for request in
        requests.chain([Request::post(format!("{api}/rehearse")), Request::post(format!("{api}/recheck?delivery=x"))])
    {
        let request = request.header("content-type", "text/nothing");
        let path = request.uri_ref().unwrap().to_string();
        let got = ask_of(&web, request, Body::from("x=1")).await;
        assert!(got.status.is_client_error(), "{path}: {}", got.status);
        let wanted = if path.starts_with("/api/") { "application/problem+json" } else { "text/html; charset=utf-8" };
        assert_eq!(got.headers["content-type"], wanted, "{path}: {}", got.body);
    }
}
