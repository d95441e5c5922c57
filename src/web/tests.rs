//! The router, asked as browsers, programs and other people's pages ask it.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use jiff::SignedDuration;
use tower::ServiceExt;

use super::{Site, Web, router};
use crate::address::AddressBook;

fn site() -> Web {
    Arc::new(Site {
        book: Arc::new(AddressBook::new(&[7; 32], "vaglio.example", SignedDuration::from_hours(24))),
        public_url: "https://vaglio.example/".parse().unwrap(),
        retention: Duration::from_secs(7 * 86_400),
        max_deliveries: 20,
    })
}

struct Got {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

async fn ask(request: axum::http::request::Builder, body: impl Into<Body>) -> Got {
    let response = router(site()).oneshot(request.body(body.into()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    Got { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&body).into_owned() }
}

async fn get(path: &str) -> Got {
    ask(Request::get(path), Body::empty()).await
}

#[tokio::test]
async fn home_shows_a_fresh_address_without_script() {
    let (one, two) = (get("/").await, get("/").await);
    assert_eq!(one.status, StatusCode::OK);
    let address = |page: &Got| {
        let (_, after) = page.body.split_once("translate=\"no\">").unwrap();
        after.split_once('<').unwrap().0.to_owned()
    };
    assert!(address(&one).ends_with("@vaglio.example"), "{}", address(&one));
    assert_ne!(address(&one), address(&two));
    assert!(one.body.contains("mailto:"));
    assert!(one.body.contains("role=\"img\" aria-label=\"QR code of the test address\""));
}

#[tokio::test]
async fn switching_the_language_keeps_the_address() {
    let page = get("/").await;
    let (_, after) = page.body.split_once("hreflang=\"en\"").unwrap();
    let href = after.split_once("href=\"").unwrap().1.split_once('"').unwrap().0.replace("&amp;", "&");
    assert!(href.contains("lang=it"), "{href}");
    let italian = get(&href).await;
    let address = page.body.split_once("translate=\"no\">").unwrap().1.split_once('<').unwrap().0;
    assert!(italian.body.contains(address));
    assert!(italian.body.contains("La tua email arriverà?"));
    assert!(italian.headers.get("set-cookie").unwrap().to_str().unwrap().starts_with("lang=it; Path=/"));
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
