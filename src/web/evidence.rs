//! `evidence.zip`: a test's message with all that its report was made from, to keep or to hand to whoever can help.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Web;
use super::api::{Answer, known, ours};
use super::pages::trouble::Trouble;
use super::problem::Problem;
use super::reader::Reader;
use crate::bundle::Bundle;
use crate::store::StoreError;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Which of the test's messages, from 1; the latest when absent.
    delivery: Option<u32>,
    /// `1`: local parts, names, the subject and attachments are replaced by stand-ins.
    mask: Option<u8>,
}

enum Refused {
    NoMessage,
    NotReady,
    Ours,
}

/// The stored message with its session, every recorded answer and the report, as a ZIP archive.
///
/// `vaglio check --replay FILE` judges it offline to the same report.
#[utoipa::path(get, path = "/api/v1/tests/{key}/evidence.zip", tag = "tests", params(("key" = String, Path), Wanted),
    responses((status = 200, content_type = "application/zip"), (status = 404, body = Problem)))]
pub async fn api(
    State(web): State<Web>,
    Path(key): Path<String>,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Answer<Response> {
    let Query(wanted) = query.map_err(|error| Problem::bad_request(error.body_text()))?;
    known(&web, &key)?;
    archive(&web, &key, &wanted).await.map_err(|refused| match refused {
        Refused::NoMessage => Problem::no_message(),
        Refused::NotReady => Problem::not_ready(),
        Refused::Ours => Problem::ours(),
    })
}

/// `GET /t/{key}/evidence.zip`
pub async fn page(
    State(web): State<Web>,
    reader: Reader,
    Path(key): Path<String>,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Response {
    let Ok(Query(wanted)) = query else { return Trouble::BadRequest.page(&reader) };
    match archive(&web, &key, &wanted).await {
        Ok(response) => response,
        Err(Refused::NoMessage | Refused::NotReady) => Trouble::NotFound.page(&reader),
        Err(Refused::Ours) => Trouble::Ours.page(&reader),
    }
}

async fn archive(web: &Web, key: &str, wanted: &Wanted) -> Result<Response, Refused> {
    let store = |error: StoreError| {
        let _ = ours(error);
        Refused::Ours
    };
    let id = web.book.test_of_key(key).ok_or(Refused::NoMessage)?;
    let stored = web.store.stored(id, wanted.delivery).await.map_err(store)?.ok_or(Refused::NoMessage)?;
    let (Some(report), Some(evidence)) = (stored.report, stored.evidence) else { return Err(Refused::NotReady) };
    let mut bundle = Bundle::new(stored.delivery, evidence, stored.purpose);
    let mut report = report;
    if wanted.mask == Some(1) {
        (bundle, report) = crate::mask::bundle(&bundle, &report).await;
    }
    let written = tokio::task::spawn_blocking(move || bundle.write(&report)).await;
    let archive = written.map_err(|_| Refused::Ours)?.map_err(|error| {
        tracing::error!(%error, "an evidence bundle could not be written");
        Refused::Ours
    })?;
    let headers = [
        (header::CONTENT_TYPE, "application/zip".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"evidence-{}.zip\"", stored.number)),
    ];
    Ok((headers, archive).into_response())
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use tower::ServiceExt;

    use super::super::router;
    use super::super::tests::{get_of, received, site};
    use super::*;

    #[tokio::test]
    async fn the_holder_of_the_key_gets_the_bundle_whole_or_masked() {
        let web = site().await;
        let message = "From: Anna <anna@example.org>\nSubject: Secret\n\nHello\n";
        let id = received(&web, message, true).await;
        let key = web.book.key(id);
        for path in [format!("/t/{key}/evidence.zip"), format!("/api/v1/tests/{key}/evidence.zip?mask=1")] {
            let response = router(web.clone()).oneshot(Request::get(&path).body(Body::empty()).unwrap()).await.unwrap();
            assert_eq!(response.headers()["content-type"], "application/zip", "{path}");
            let bundle = Bundle::read(&to_bytes(response.into_body(), usize::MAX).await.unwrap()).unwrap();
            assert_eq!(bundle.masked, path.contains("mask"));
            let raw = String::from_utf8(bundle.delivery.raw.to_vec()).unwrap();
            assert_eq!(raw.contains("Secret") && raw.contains("anna@"), !bundle.masked, "{raw}");
        }
        let waiting = received(&web, message, false).await;
        let key = web.book.key(waiting);
        assert_eq!(get_of(&web, &format!("/api/v1/tests/{key}/evidence.zip")).await.status, 404);
        assert_eq!(get_of(&web, "/api/v1/tests/nobody/evidence.zip").await.status, 404);
    }
}
