//! The public probes over HTTP: pages here, `api.rs` for programs, `live.rs` for rows that appear by themselves.
//!
//! What is shown here is public: it comes from [`crate::store`]'s probe results, which hold no content and no local part.

pub mod api;
pub mod live;

use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use jiff::Timestamp;
use serde::Deserialize;

use super::Web;
use super::pages::probe as page;
use super::pages::probe::Listed;
use super::pages::trouble::Trouble;
use super::reader::Reader;
use crate::address::{Probe, is_probe_word};

/// Rows that a list shows.
pub const ROWS: u32 = 50;

/// `/spf`, `/spf/{word}` and `/spf/r/{id}`, and the same of every other probe.
pub fn pages() -> Router<Web> {
    Probe::ALL.into_iter().fold(Router::new(), |router, probe| {
        let path = format!("/{}", probe.name());
        router
            .route(
                &path,
                get(
                    async move |State(web): State<Web>,
                                reader: Reader,
                                query: Result<Query<ListQuery>, QueryRejection>| {
                        let Ok(Query(query)) = query else { return Trouble::BadRequest.page(&reader) };
                        match query.word {
                            Some(word) => to_word(probe, &word, &reader),
                            None => list(&web, reader, probe, None).await,
                        }
                    },
                ),
            )
            .route(
                &format!("{path}/{{word}}"),
                get(async move |State(web): State<Web>, reader: Reader, Path(word): Path<String>| {
                    list(&web, reader, probe, Some(word.to_ascii_lowercase())).await
                }),
            )
            .route(
                &format!("{path}/r/{{id}}"),
                get(async move |State(web): State<Web>, reader: Reader, Path(id): Path<String>| {
                    result(&web, &reader, probe, &id).await
                }),
            )
    })
}

#[derive(Deserialize)]
pub struct ListQuery {
    /// From the form, which knows no other way to say it.
    word: Option<String>,
}

fn to_word(probe: Probe, word: &str, reader: &Reader) -> Response {
    let word = word.trim().to_ascii_lowercase();
    match word.as_str() {
        "" => Redirect::to(&format!("/{}", probe.name())).into_response(),
        word if is_probe_word(word) => Redirect::to(&format!("/{}/{word}", probe.name())).into_response(),
        _ => Trouble::NoWord.page(reader),
    }
}

async fn list(web: &Web, reader: Reader, probe: Probe, word: Option<String>) -> Response {
    if word.as_deref().is_some_and(|word| !is_probe_word(word)) {
        return Trouble::NoWord.page(&reader);
    }
    // Read before the rows: what comes in between is told twice rather than never.
    let now = Timestamp::now();
    match web.store.probe_results(probe, word.as_deref(), ROWS).await {
        Ok(rows) => {
            let listed = Listed { probe, domain: web.book.domain(), word: word.as_deref(), rows: &rows, now };
            page::list(&reader, &listed).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "a probe's results cannot be read");
            Trouble::Ours.page(&reader)
        }
    }
}

async fn result(web: &Web, reader: &Reader, probe: Probe, id: &str) -> Response {
    match web.store.probe_result(probe, id).await {
        Ok(Some((row, evidence))) => {
            page::result::page(reader, probe, web.book.domain(), &row, &evidence).into_response()
        }
        Ok(None) => Trouble::NotFound.page(reader),
        Err(error) => {
            tracing::error!(%error, "a probe's result cannot be read");
            Trouble::Ours.page(reader)
        }
    }
}
