//! What every response carries, and which requests are turned away: security headers, and the same-origin rule for
//! requests that change something.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use super::Web;
use super::listen::{OverTls, is_proxy};
use super::pages::trouble::Trouble;
use super::problem::Problem;

/// For pages. Nothing inline, nothing from elsewhere; frames only for a message's preview.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Adds the headers that a handler has not set itself.
pub async fn headers(State(web): State<Web>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut default = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    default(header::CONTENT_SECURITY_POLICY, PAGE_POLICY);
    default(header::REFERRER_POLICY, "no-referrer");
    default(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    default(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    default(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    default(
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()",
    );
    // Everything but static files is for one reader, and may be deleted at any time.
    default(header::CACHE_CONTROL, "no-store");
    default(HeaderName::from_static("x-robots-tag"), "noindex");
    if web.public_url.scheme() == "https" {
        default(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    response
}

/// Where the pages have a listener with TLS, the one without leads there: all but what is asked for without TLS by nature, and
/// what comes from a web server in front, which has done TLS itself.
pub async fn to_https(State(web): State<Web>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let plain = path.starts_with("/.well-known/acme-challenge/") || matches!(path, "/healthz" | "/readyz" | "/metrics");
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip().to_canonical());
    let stranger = peer.is_some_and(|peer| !is_proxy(&web.trust_proxy, peer));
    if web.https && stranger && !plain && request.extensions().get::<OverTls>().is_none() {
        let there = request.uri().path_and_query().map_or("/", |path| path.as_str());
        return Redirect::permanent(&web.absolute(there)).into_response();
    }
    next.run(request).await
}

/// Turns away what another site's page asks for in a reader's name: changes, and reading an event stream.
pub async fn same_origin(State(web): State<Web>, request: Request, next: Next) -> Response {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let streams = request.uri().path().ends_with("/events");
    if (changes || streams) && !is_own(request.headers(), &web) {
        let problem = Problem::forbidden("Another site asked for this. Open the page itself and try again.");
        return super::error(&web, request.uri(), request.headers(), Trouble::Forbidden, problem);
    }
    next.run(request).await
}

/// Browsers tell where a request comes from; programs without a browser tell nothing and are welcome.
fn is_own(headers: &HeaderMap, web: &Web) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    match text("origin") {
        None => true,
        // `Referrer-Policy: no-referrer` makes a form's own Origin "null" (Fetch standard), and browsers keep
        // Sec-Fetch-Site for https and loopback.
        Some("null") => web.public_url.scheme() == "http",
        Some(origin) => origin == web.public_url.origin().ascii_serialization(),
    }
}
