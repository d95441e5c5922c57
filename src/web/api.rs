//! The API under `/api/v1` (`/api/v1/openapi.json` describes it). Whoever holds a test's key may do everything with the test.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use clap::ValueEnum;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::envelope::EnvelopeQuery;
use super::problem::Problem;
use super::rehearse::Compared;
use super::{Fresh, MAX_BODY, Web};
use crate::address::TestId;
use crate::facts::Purpose;
use crate::lang::Lang;
use crate::report::Report;
use crate::report::view::View;
use crate::store::{DeliveryState, DeliverySummary, StoreError};

/// A new test.
#[derive(Serialize, ToSchema)]
pub struct Created {
    /// Where to send the message.
    address: String,
    /// Opens the report; keep it to yourself.
    key: String,
    report_url: String,
    events_url: String,
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

#[derive(Serialize, ToSchema)]
pub struct TestView {
    state: Stage,
    address: String,
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// Oldest first.
    deliveries: Vec<DeliveryView>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = TestState)]
enum Stage {
    Waiting,
    Received,
    Analysing,
    Ready,
    Expired,
}

#[derive(Serialize, ToSchema)]
struct DeliveryView {
    number: u32,
    #[schema(value_type = String, format = DateTime)]
    received_at: Timestamp,
    /// Octets as sent.
    size: u64,
    /// `analysing`, `ready` or `failed`.
    state: &'static str,
    /// Of the latest report.
    score: Option<f64>,
    /// A newer report is being made.
    rechecking: bool,
    #[schema(value_type = Option<String>)]
    purpose: Option<Purpose>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Which of the test's messages, from 1; the latest when absent.
    delivery: Option<u32>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Again {
    /// Which of the test's messages, from 1; the latest when absent.
    delivery: Option<u32>,
    /// What the message is for: `personal`, `transactional` or `bulk`, kept from now on; `auto`: to be told from it again.
    purpose: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HowToShow {
    /// Which of the test's messages, from 1; the latest when absent.
    pub(super) delivery: Option<u32>,
    /// `en` or `it`; by Accept-Language when absent.
    pub(super) lang: Option<String>,
    /// `json`, `text` or `markdown`.
    format: Option<String>,
}

pub(super) type Answer<T> = Result<T, Problem>;

/// Ask for an address.
#[utoipa::path(post, path = "/api/v1/tests", tag = "tests", responses((status = 201, body = Created), (status = 429, body = Problem)))]
pub async fn create(State(web): State<Web>) -> Answer<Response> {
    let now = Timestamp::now();
    let id = web.book.fresh(now).map_err(|error| {
        tracing::error!(%error, "no fresh address");
        Problem::ours()
    })?;
    let fresh = Fresh::of(&web, id, now);
    let report_url = web.absolute(&fresh.path());
    let created = Created {
        events_url: web.absolute(&format!("/api/v1/tests/{}/events", fresh.key)),
        report_url: report_url.clone(),
        address: fresh.address,
        key: fresh.key,
        expires_at: fresh.expires_at,
    };
    Ok((StatusCode::CREATED, [(header::LOCATION, report_url)], Json(created)).into_response())
}

/// What a test has received, and how far its examination is.
#[utoipa::path(get, path = "/api/v1/tests/{key}", tag = "tests", params(("key" = String, Path)),
    responses((status = 200, body = TestView), (status = 404, body = Problem)))]
pub async fn test(State(web): State<Web>, Path(key): Path<String>) -> Answer<Json<TestView>> {
    let id = known(&web, &key)?;
    let now = Timestamp::now();
    let deliveries = web.store.deliveries(id).await.map_err(ours)?;
    let deleted = web.store.test(id).await.map_err(ours)?.is_some_and(|test| test.deleted);
    let state = match deliveries.last() {
        None if deleted || web.book.expired(id, now) => Stage::Expired,
        None => Stage::Waiting,
        Some(last) if last.score.is_some() => Stage::Ready,
        Some(last) if last.state == DeliveryState::Analysing => Stage::Analysing,
        Some(_) => Stage::Received,
    };
    let fresh = Fresh::of(&web, id, now);
    let deliveries = deliveries.iter().map(DeliveryView::new).collect();
    Ok(Json(TestView { state, address: fresh.address, expires_at: fresh.expires_at, deliveries }))
}

/// The latest report of a message.
#[utoipa::path(get, path = "/api/v1/tests/{key}/report", tag = "tests", params(("key" = String, Path), HowToShow),
    responses((status = 200, description = "The report, schema 1"), (status = 404, body = Problem)))]
pub async fn report(
    State(web): State<Web>,
    Path(key): Path<String>,
    query: Result<Query<HowToShow>, QueryRejection>,
    headers: HeaderMap,
) -> Answer<Response> {
    let Query(query) = query.map_err(|error| Problem::bad_request(error.body_text()))?;
    let id = known(&web, &key)?;
    let Some((number, report)) = web.store.report(id, query.delivery).await.map_err(ours)? else {
        let some = web.store.deliveries(id).await.map_err(ours)?;
        let exists = query.delivery.is_none_or(|number| some.iter().any(|delivery| delivery.number == number));
        return Err(if exists { Problem::not_ready() } else { Problem::no_message() });
    };
    let lang = language(query.lang.as_deref(), &headers);
    let compared = Compared::of(&web, id, number, &report, lang).await.map_err(ours)?;
    show(&report, compared, lang, query.format.as_deref())
}

/// The stored message, byte for byte.
#[utoipa::path(get, path = "/api/v1/tests/{key}/message", tag = "tests", params(("key" = String, Path), Which),
    responses((status = 200, content_type = "message/rfc822"), (status = 404, body = Problem)))]
pub async fn message(
    State(web): State<Web>,
    Path(key): Path<String>,
    query: Result<Query<Which>, QueryRejection>,
) -> Answer<Response> {
    let Query(query) = query.map_err(|error| Problem::bad_request(error.body_text()))?;
    let raw = web.store.raw(known(&web, &key)?, query.delivery).await.map_err(ours)?.ok_or_else(Problem::no_message)?;
    let headers = [
        (header::CONTENT_TYPE, "message/rfc822"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"message.eml\""),
        // Should a browser ever show it: nothing in it runs or loads.
        (header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"),
    ];
    Ok((headers, raw).into_response())
}

/// Ask the world again about a stored message. The old report stays until the new one is ready.
#[utoipa::path(post, path = "/api/v1/tests/{key}/recheck", tag = "tests", params(("key" = String, Path), Again),
    responses((status = 202), (status = 400, body = Problem), (status = 404, body = Problem)))]
pub async fn recheck(
    State(web): State<Web>,
    Path(key): Path<String>,
    query: Result<Query<Again>, QueryRejection>,
) -> Answer<StatusCode> {
    let Query(query) = query.map_err(|error| Problem::bad_request(error.body_text()))?;
    let id = known(&web, &key)?;
    let queued = match query.purpose.as_deref() {
        None => web.store.recheck(id, query.delivery).await,
        Some("auto") => web.store.choose_purpose(id, query.delivery, None).await,
        Some(text) => {
            let wrong = || Problem::bad_request("`purpose` is neither personal, transactional, bulk nor auto.");
            let purpose = Purpose::from_str(text, false).map_err(|_| wrong())?;
            web.store.choose_purpose(id, query.delivery, Some(purpose)).await
        }
    };
    let queued = queued.map_err(ours)?;
    if queued { Ok(StatusCode::ACCEPTED) } else { Err(Problem::no_message()) }
}

/// Delete everything of this test, at once.
#[utoipa::path(delete, path = "/api/v1/tests/{key}", tag = "tests", params(("key" = String, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
pub async fn delete(State(web): State<Web>, Path(key): Path<String>) -> Answer<StatusCode> {
    web.store.delete(known(&web, &key)?).await.map_err(ours)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Examine a message at once, without keeping it.
#[utoipa::path(post, path = "/api/v1/check", tag = "check", params(EnvelopeQuery),
    request_body(content = Vec<u8>, content_type = "message/rfc822"),
    responses((status = 200, description = "The report, schema 1"), (status = 400, body = Problem), (status = 413, body = Problem)))]
pub async fn check(
    State(web): State<Web>,
    query: Result<Query<EnvelopeQuery>, QueryRejection>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Answer<Response> {
    let Query(query) = query.map_err(|error| Problem::bad_request(error.body_text()))?;
    let body = body.map_err(|error| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(MAX_BODY),
        _ => Problem::bad_request("The body could not be read."),
    })?;
    if body.is_empty() {
        return Err(Problem::bad_request("The body is empty: it should be a message (message/rfc822)."));
    }
    let delivery = query.delivery(body, Timestamp::now()).map_err(|error| Problem::bad_request(format!("{error}.")))?;
    let report = web.examine(delivery, query.choices()).await.ok_or_else(Problem::busy)?;
    show(&report, Compared::default(), language(query.lang.as_deref(), &headers), None)
}

fn show(report: &Report, compared: Compared, lang: Lang, format: Option<&str>) -> Answer<Response> {
    let text = |media: &'static str, text: String| {
        ([(header::CONTENT_TYPE, media), (header::CONTENT_LANGUAGE, lang.code())], text).into_response()
    };
    let mut view = View::new(report, lang);
    compared.put(&mut view);
    match format {
        None | Some("json") => Ok(([(header::CONTENT_LANGUAGE, lang.code())], Json(view)).into_response()),
        Some("text") => Ok(text("text/plain; charset=utf-8", crate::report::text::render(&view, lang))),
        Some("markdown") => Ok(text("text/markdown; charset=utf-8", crate::report::markdown::render(&view, lang))),
        Some(_) => Err(Problem::bad_request("`format` is neither json, text nor markdown.")),
    }
}

pub(super) fn language(asked: Option<&str>, headers: &HeaderMap) -> Lang {
    let wish = || headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).map(Lang::negotiate);
    asked.and_then(Lang::parse).or_else(wish).unwrap_or_default()
}

pub(super) fn known(web: &Web, key: &str) -> Answer<TestId> {
    web.book.test_of_key(key).ok_or_else(Problem::unknown_test)
}

pub(super) fn ours(error: StoreError) -> Problem {
    tracing::error!(%error, "the store failed a request");
    Problem::ours()
}

impl DeliveryView {
    fn new(summary: &DeliverySummary) -> DeliveryView {
        DeliveryView {
            number: summary.number,
            received_at: summary.received_at,
            size: summary.size,
            state: match summary.state {
                DeliveryState::Analysing => "analysing",
                DeliveryState::Ready => "ready",
                DeliveryState::Failed => "failed",
            },
            score: summary.score.map(|tenths| f64::from(tenths) / 10.0),
            rechecking: summary.rechecking,
            purpose: summary.purpose,
        }
    }
}
