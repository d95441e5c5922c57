//! For operators and programs: health, metrics, the OpenAPI document.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use utoipa::OpenApi;

use super::{Web, api, domain, evidence, probes, problem, rehearse};

#[derive(OpenApi)]
#[openapi(
    info(title = "Vaglio", description = "Tells from one real message whether mail will be delivered, why not, and what to change."),
    paths(api::create, api::test, api::report, api::message, api::recheck, rehearse::api, evidence::api, api::delete, api::check, domain::api,
        probes::api::results, probes::api::result),
    components(schemas(problem::Problem)),
    tags(
        (name = "tests", description = "One-time addresses, and what was sent to them. Progress comes from /api/v1/tests/{key}/events \
            as server-sent events: received, section, ready, failed."),
        (name = "probes", description = "What the public addresses spf@, dkim@ and dmarc@ say of mail to them; kept for a day. \
            New rows come from /api/v1/probes/{probe}/events as server-sent events: row."),
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

/// `GET /healthz`: the process answers.
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: so does the database.
pub async fn readyz(State(web): State<Web>) -> Response {
    if web.store.ready().await {
        "ready\n".into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response()
    }
}

/// `GET /metrics`, in Prometheus' text format.
pub async fn metrics(State(web): State<Web>) -> Response {
    let Some(handle) = crate::metering::handle() else { return StatusCode::NOT_IMPLEMENTED.into_response() };
    metrics::gauge!("vaglio_waiting_pages").set(web.bus.len() as f64);
    if let Ok((jobs, oldest)) = web.store.queue().await {
        metrics::gauge!("vaglio_jobs_queued").set(jobs as f64);
        metrics::gauge!("vaglio_jobs_oldest_seconds").set(oldest.as_secs_f64());
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], handle.render()).into_response()
}
