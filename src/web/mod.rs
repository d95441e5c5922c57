//! Pages and API over HTTP.
//!
//! `site.rs` answers for pages and `api.rs` for programs, `probes/` for both where it is about the public probes; `pages/`
//! holds what a page shows, `events.rs` the live progress,
//! `preview.rs` the frame that a message's HTML is locked into. `guard.rs` has the headers and the same-origin rule,
//! `rates.rs` how often a client may ask, `listen.rs` its connections, `reader.rs` language and theme, `brand.rs` what the
//! operator has set. Links to ourselves are made from the configured public URL or are relative, never from
//! the Host field. Prose lives in `src/lang/*/web.ftl`, looks in `static/`.

mod api;
mod assets;
mod brand;
mod codes;
mod domain;
mod drawing;
mod envelope;
mod events;
mod evidence;
mod guard;
pub mod listen;
pub mod operate;
mod operator;
pub mod pages;
pub mod preview;
mod probes;
mod problem;
mod rates;
pub mod reader;
mod rehearse;
mod site;
mod status;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use axum::body::to_bytes;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use ipnet::IpNet;
use jiff::Timestamp;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use url::Url;

use crate::address::{AddressBook, TestId};
use crate::analyse::{Choices, Examiner};
use crate::config::Config;
use crate::delivery::Delivery;
use crate::events::Bus;
use crate::lang::Lang;
use crate::limits::Limiter;
use crate::report::Report;
use crate::store::Store;
use brand::{Brand, BrandError};
use operate::Operate;
use pages::trouble::Trouble;
use problem::Problem;
use reader::Reader;

/// The most of a request's body that is read, octets: a message of the largest size, and the form around it.
const MAX_BODY: usize = 26 * 1024 * 1024 + 64 * 1024;
/// How long one request may take. Event streams end themselves.
const PATIENCE: Duration = Duration::from_secs(30);

/// Pasted messages that are examined at one time, and how long another one waits for its turn.
const CHECKS: usize = 8;
const TURN: Duration = Duration::from_secs(10);
/// Event streams at one time; beyond, a page must ask again.
const STREAMS: usize = 4096;

/// What the web needs of the rest, and what the operator has set.
pub struct Site {
    pub book: Arc<AddressBook>,
    pub store: Store,
    pub bus: Bus,
    pub examiner: Examiner,
    /// Where readers find us; links for the outside are made from it.
    pub public_url: Url,
    pub retention: Duration,
    /// How many messages an address takes.
    pub max_deliveries: u32,
    pub limiter: Arc<Limiter>,
    /// Reverse proxies whose X-Forwarded-For is believed, beside loopback.
    pub trust_proxy: Vec<IpNet>,
    /// How often the service mails itself; `None`: it does not.
    pub self_test: Option<Duration>,
    operator: Option<operator::Token>,
    /// The pages have a listener with TLS of their own.
    https: bool,
    brand: Arc<Brand>,
    checks: Semaphore,
    streams: Arc<Semaphore>,
}

/// Shared by all requests.
pub type Web = Arc<Site>;

/// A setting that the web cannot work with.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    #[error("public URL: {0}")]
    PublicUrl(#[from] url::ParseError),
    #[error(transparent)]
    Brand(#[from] BrandError),
}

impl Site {
    /// # Errors
    ///
    /// The public URL is not a URL; the logo cannot be read.
    pub fn new(
        config: &Config,
        book: Arc<AddressBook>,
        store: Store,
        bus: Bus,
        examiner: Examiner,
        limiter: Arc<Limiter>,
    ) -> Result<Site, SiteError> {
        Ok(Site {
            book,
            store,
            bus,
            examiner,
            public_url: config.public_url.parse()?,
            retention: config.retention,
            max_deliveries: config.max_deliveries,
            limiter,
            trust_proxy: config.trust_proxy.clone(),
            self_test: config.self_test,
            operator: config.operator_token.as_deref().map(operator::Token::new),
            https: config.https_listen.is_some(),
            brand: Arc::new(Brand::new(config)?),
            checks: Semaphore::new(CHECKS),
            streams: Arc::new(Semaphore::new(STREAMS)),
        })
    }

    /// `None` when too many others are being examined.
    async fn examine(&self, delivery: Delivery, choices: Choices) -> Option<Report> {
        let _turn = timeout(TURN, self.checks.acquire()).await.ok()?.ok()?;
        let (report, _) = self.examiner.examine(Arc::new(delivery), choices, &|_, _| ()).await;
        Some(report)
    }

    fn retention_days(&self) -> u32 {
        u32::try_from(self.retention.as_secs().div_ceil(86_400)).unwrap_or(u32::MAX)
    }

    /// An absolute address of ours.
    fn absolute(&self, path: &str) -> String {
        format!("{}{path}", self.public_url.as_str().trim_end_matches('/'))
    }
}

/// A test as its owner sees it: the address to write to, and the key that opens the report.
#[derive(Clone, Debug)]
struct Fresh {
    address: String,
    key: String,
    expires_at: Timestamp,
    max_deliveries: u32,
}

impl Fresh {
    fn of(site: &Site, id: TestId, now: Timestamp) -> Fresh {
        Fresh {
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

    /// Opens a mail program on a message to the address.
    fn mailto(&self, lang: Lang) -> String {
        let subject =
            url::form_urlencoded::byte_serialize(lang.text("web-mailto-subject").as_bytes()).collect::<String>();
        format!("mailto:{}?subject={}", self.address, subject.replace('+', "%20"))
    }
}

/// The whole of our HTTP.
pub fn router(web: Web) -> Router {
    let pages = Router::new()
        .route("/", get(site::home))
        .route("/about", get(site::about))
        .route("/check", get(site::paste).post(site::pasted))
        .route("/domain", get(domain::form))
        .route("/domain/{name}", get(domain::page))
        .route("/codes", get(codes::list))
        .route("/codes/{code}", get(codes::one))
        .route("/t/{key}", get(site::test))
        .route("/t/{key}/message", get(site::message))
        .route("/t/{key}/message/frame", get(site::frame))
        .route("/t/{key}/purpose", post(site::purpose))
        .route("/t/{key}/recheck", post(site::recheck))
        .route("/t/{key}/evidence.zip", get(evidence::page))
        .route("/t/{key}/rehearse", post(rehearse::page))
        .route("/t/{key}/delete", post(site::delete))
        .route("/s/{key}", get(site::shared))
        .route("/status", get(status::page))
        .route("/operator", get(operator::page).post(operator::enter))
        .route("/operator/leave", post(operator::leave))
        .route("/logo", get(brand::logo))
        .merge(probes::pages());
    let programs = Router::new()
        .route("/api/v1/tests", post(api::create))
        .route("/api/v1/tests/{key}", get(api::test).delete(api::delete))
        .route("/api/v1/tests/{key}/report", get(api::report))
        .route("/api/v1/tests/{key}/message", get(api::message))
        .route("/api/v1/tests/{key}/recheck", post(api::recheck))
        .route("/api/v1/tests/{key}/evidence.zip", get(evidence::api))
        .route("/api/v1/tests/{key}/rehearse", post(rehearse::api))
        .route("/api/v1/domains/{name}", get(domain::api))
        .route("/api/v1/check", post(api::check))
        .route("/api/v1/probes/{probe}", get(probes::api::results))
        .route("/api/v1/probes/{probe}/results/{id}", get(probes::api::result))
        .route("/api/v1/openapi.json", get(operate::openapi))
        .route("/api/v1/status", get(status::api))
        .route("/.well-known/acme-challenge/{token}", get(operate::acme))
        .route("/.well-known/mta-sts.txt", get(operate::mta_sts))
        .merge(operate::routes(Operate { store: web.store.clone(), bus: web.bus.clone() }));
    in_its_frame(pages.merge(programs), web)
}

/// These routes, and around them all that every request goes through.
fn in_its_frame(routes: Router<Web>, web: Web) -> Router {
    routes
        .layer(middleware::from_fn_with_state(web.clone(), patience))
        // An event stream lasts, and ends itself.
        .route("/api/v1/tests/{key}/events", get(events::stream))
        .route("/api/v1/probes/{probe}/events", get(probes::live::stream))
        .route("/static/{hash}/{name}", get(assets::serve))
        .fallback(nothing_here)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(CatchPanicLayer::custom(|_| (StatusCode::INTERNAL_SERVER_ERROR, Extension(Panicked)).into_response()))
        .layer(middleware::from_fn_with_state(web.clone(), caught))
        // Its default leaves event streams alone: a compressor would hold back what should be seen at once.
        // Half of a page's time was compression, for a tenth of its size.
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        .layer(middleware::from_fn_with_state(web.clone(), guard::same_origin))
        .layer(middleware::from_fn_with_state(web.clone(), rates::limit))
        .layer(middleware::from_fn_with_state(web.clone(), guard::to_https))
        .layer(middleware::from_fn_with_state(web.clone(), reader::remember))
        .layer(middleware::from_fn_with_state(web.clone(), guard::headers))
        .layer(middleware::from_fn(rates::measure))
        .with_state(web)
}

/// What takes too long is given up, and says so.
async fn patience(State(web): State<Web>, request: Request, next: Next) -> Response {
    let (uri, headers) = (request.uri().clone(), request.headers().clone());
    match timeout(PATIENCE, next.run(request)).await {
        Ok(response) => response,
        Err(_) => error(&web, &uri, &headers, Trouble::Slow, Problem::slow()),
    }
}

/// A handler has panicked, which is our fault.
#[derive(Clone)]
struct Panicked;

/// Whoever asked is told what went wrong in the form they can read, also where no handler of ours has told it.
async fn caught(State(web): State<Web>, request: Request, next: Next) -> Response {
    let (uri, headers) = (request.uri().clone(), request.headers().clone());
    let response = next.run(request).await;
    if response.extensions().get::<Panicked>().is_some() {
        return error(&web, &uri, &headers, Trouble::Ours, Problem::ours());
    }
    match response.status() {
        StatusCode::BAD_REQUEST | StatusCode::UNSUPPORTED_MEDIA_TYPE | StatusCode::UNPROCESSABLE_ENTITY
            if is_plain(&response) =>
        {
            let said = to_bytes(response.into_body(), 1000).await.unwrap_or_default();
            let problem = Problem::bad_request(String::from_utf8_lossy(&said));
            error(&web, &uri, &headers, Trouble::BadRequest, problem)
        }
        StatusCode::PAYLOAD_TOO_LARGE if is_plain(&response) => {
            error(&web, &uri, &headers, Trouble::TooLarge, Problem::too_large(MAX_BODY))
        }
        _ => response,
    }
}

/// In the words of axum, which refuses by itself what no handler can be given: a path that is not UTF-8, a form that is none.
fn is_plain(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("text/plain"))
}

async fn nothing_here(State(web): State<Web>, uri: Uri, headers: HeaderMap) -> Response {
    error(&web, &uri, &headers, Trouble::NotFound, Problem::not_found())
}

async fn wrong_method(State(web): State<Web>, uri: Uri, headers: HeaderMap) -> Response {
    error(&web, &uri, &headers, Trouble::WrongMethod, Problem::wrong_method())
}

/// The same error as a page, or for a program.
fn error(web: &Web, uri: &Uri, headers: &HeaderMap, trouble: Trouble, problem: Problem) -> Response {
    if uri.path().starts_with("/api/") {
        problem.into_response()
    } else {
        trouble.page(&Reader::of(uri, headers, &web.brand))
    }
}
