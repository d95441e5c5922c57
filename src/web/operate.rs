//! For operators and programs: health, metrics, the OpenAPI document.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use utoipa::OpenApi;

use super::{Web, api, domain, evidence, probes, problem, rehearse, status};
use crate::acme;
use crate::events::Bus;
use crate::store::Store;

#[derive(OpenApi)]
#[openapi(
    info(title = "Vaglio", description = "Tells from one real message whether mail will be delivered, why not, and what to change."),
    paths(api::create, api::test, api::report, api::message, api::recheck, rehearse::api, evidence::api, api::delete, api::check, domain::api,
        probes::api::results, probes::api::result, status::api),
    components(schemas(problem::Problem)),
    tags(
        (name = "tests", description = "One-time addresses, and what was sent to them. Progress comes from /api/v1/tests/{key}/events \
            as server-sent events: connected, arriving, refused, received, section, ready, failed."),
        (name = "probes", description = "What the public addresses spf@, dkim@ and dmarc@ say of mail to them; kept for a day. \
            New rows come from /api/v1/probes/{probe}/events as server-sent events: row."),
        (name = "service", description = "Does the service work? It mails itself to find out."),
        (name = "check", description = "A message's source instead of a message."),
    )
)]
struct Document;

/// `GET /api/v1/openapi.json`
pub async fn openapi(State(web): State<Web>) -> Json<utoipa::openapi::OpenApi> {
    let mut document = Document::openapi();
    document.servers = Some(vec![utoipa::openapi::Server::new(web.public_url.as_str().trim_end_matches('/'))]);
    Json(document)
}

/// `GET /.well-known/acme-challenge/{token}` (RFC 8555 §8.3): what an authority comes to see.
pub async fn acme(State(web): State<Web>, Path(token): Path<String>) -> Response {
    match acme::answer(&web.store, &token).await {
        Ok(Some(answer)) => ([(header::CONTENT_TYPE, "application/octet-stream")], answer).into_response(),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            tracing::error!(%error, "a challenge cannot be answered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// `GET /.well-known/mta-sts.txt` (RFC 8461 §3.2), for whoever comes by TLS to `mta-sts.` and our domain.
pub async fn mta_sts(State(web): State<Web>) -> Response {
    let policy = crate::command::setup::sts_policy(web.book.domain());
    ([(header::CONTENT_TYPE, "text/plain")], policy.replace('\n', "\r\n")).into_response()
}

/// What health and metrics are told from: any node has it, whatever its roles.
#[derive(Clone)]
pub struct Operate {
    pub store: Store,
    pub bus: Bus,
}

/// `/healthz`, `/readyz` and `/metrics` alone, for `--metrics-listen`; with the pages they are on the pages' listener.
pub fn router(operate: Operate) -> Router {
    routes(operate)
}

pub(super) fn routes<S: Clone + Send + Sync + 'static>(operate: Operate) -> Router<S> {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .with_state(operate)
}

/// `GET /healthz`: the process answers.
async fn healthz() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: so does the database.
async fn readyz(State(operate): State<Operate>) -> Response {
    if operate.store.ready().await {
        "ready\n".into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response()
    }
}

/// `GET /metrics`, in Prometheus' text format.
async fn metrics(State(operate): State<Operate>) -> Response {
    let Some(handle) = crate::metering::handle() else { return StatusCode::NOT_IMPLEMENTED.into_response() };
    metrics::gauge!("vaglio_waiting_pages").set(operate.bus.len() as f64);
    if let Ok(queue) = operate.store.queue().await {
        metrics::gauge!("vaglio_jobs_queued").set(queue.all() as f64);
        metrics::gauge!("vaglio_jobs_running").set(queue.running as f64);
        metrics::gauge!("vaglio_jobs_oldest_seconds").set(queue.oldest.as_secs_f64());
        metrics::gauge!("vaglio_jobs_failed").set(queue.failed as f64);
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], handle.render()).into_response()
}
