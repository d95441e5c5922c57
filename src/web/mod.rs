//! Pages and API over HTTP.
//!
//! `site.rs` answers for pages and `api.rs` for programs; `pages/` holds what a page shows, `events.rs` the live progress,
//! `preview.rs` the frame that a message's HTML is locked into. `guard.rs` has the headers and the same-origin rule,
//! `reader.rs` language and theme. Links to ourselves are made from the configured public URL or are relative, never from
//! the Host field. Prose lives in `src/lang/*/web.ftl`, looks in `static/`.

mod assets;
pub mod drawing;
mod guard;
pub mod pages;
pub mod problem;
pub mod reader;
mod site;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jiff::Timestamp;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;
use url::Url;

use crate::address::{AddressBook, TestId};
use crate::lang::Lang;
use pages::trouble::Trouble;
use problem::Problem;
use reader::Reader;

/// The most of a request's body that is read, octets: a message of the largest size, and the form around it.
const MAX_BODY: usize = 26 * 1024 * 1024 + 64 * 1024;
/// How long one request may take. Event streams end themselves.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the web needs of the rest, and what the operator has set.
pub struct Site {
    pub book: Arc<AddressBook>,
    /// Where readers find us; links for the outside are made from it.
    public_url: Url,
    pub retention: Duration,
    /// How many messages an address takes.
    pub max_deliveries: u32,
}

/// Shared by all requests.
pub type Web = Arc<Site>;

impl Site {
    fn retention_days(&self) -> u32 {
        u32::try_from(self.retention.as_secs().div_ceil(86_400)).unwrap_or(u32::MAX)
    }

    /// An absolute address of ours.
    pub fn absolute(&self, path: &str) -> String {
        format!("{}{path}", self.public_url.as_str().trim_end_matches('/'))
    }
}

/// A test as its owner sees it: the address to write to, and the key that opens the report.
#[derive(Clone, Debug)]
pub struct Fresh {
    pub id: TestId,
    address: String,
    key: String,
    expires_at: Timestamp,
    max_deliveries: u32,
}

impl Fresh {
    fn of(site: &Site, id: TestId, now: Timestamp) -> Fresh {
        Fresh {
            id,
            address: site.book.address(id),
            key: site.book.key(id),
            expires_at: site.book.expires_at(id, now),
            max_deliveries: site.max_deliveries,
        }
    }

    fn path(&self) -> String {
        format!("/t/{}", self.key)
    }

    fn events_path(&self, lang: Lang) -> String {
        format!("/api/v1/tests/{}/events?lang={}", self.key, lang.code())
    }

    /// Until when the address works, and for how many messages.
    fn terms(&self, lang: Lang) -> String {
        let until = self.expires_at.strftime("%Y-%m-%d %H:%M UTC").to_string();
        lang.with("web-address-terms", [("until", until.into()), ("count", self.max_deliveries.into())])
    }
}

/// The whole of our HTTP.
pub fn router(web: Web) -> Router {
    let pages =
        Router::new().route("/", get(site::home)).route("/about", get(site::about)).route("/check", get(site::paste));
    Router::new()
        .merge(pages)
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, PATIENCE))
        .route("/static/{hash}/{name}", get(assets::serve))
        .fallback(nothing_here)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(CatchPanicLayer::custom(|_| Problem::ours().into_response()))
        // Its default leaves event streams alone: a compressor would hold back what should be seen at once.
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn_with_state(web.clone(), guard::same_origin))
        .layer(middleware::from_fn(reader::remember))
        .layer(middleware::from_fn_with_state(web.clone(), guard::headers))
        .with_state(web)
}

async fn nothing_here(uri: Uri, headers: HeaderMap) -> Response {
    error(&uri, &headers, Trouble::NotFound, Problem::not_found())
}

async fn wrong_method(uri: Uri, headers: HeaderMap) -> Response {
    error(&uri, &headers, Trouble::WrongMethod, Problem::wrong_method())
}

/// The same error as a page, or for a program.
fn error(uri: &Uri, headers: &HeaderMap, trouble: Trouble, problem: Problem) -> Response {
    if uri.path().starts_with("/api/") { problem.into_response() } else { trouble.page(&Reader::of(uri, headers)) }
}
