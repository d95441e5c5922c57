//! The pages' handlers: fetch what a page shows, and answer forms.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Deserialize;

use super::pages::trouble::Trouble;
use super::pages::{about as about_page, home as home_page, paste as paste_page};
use super::reader::Reader;
use super::{Fresh, Web};

#[derive(Deserialize)]
pub struct HomeQuery {
    /// The key of an address that was already shown, so that switching language keeps it.
    test: Option<String>,
}

/// `GET /`
pub async fn home(State(web): State<Web>, reader: Reader, Query(query): Query<HomeQuery>) -> Response {
    let now = Timestamp::now();
    let shown = query.test.and_then(|key| web.book.test_of_key(&key)).filter(|id| !web.book.expired(*id, now));
    let id = match shown.map_or_else(|| web.book.fresh(now), Ok) {
        Ok(id) => id,
        Err(error) => {
            tracing::error!(%error, "no fresh address");
            return Trouble::Ours.page(&reader);
        }
    };
    let fresh = Fresh::of(&web, id, now);
    let reader = reader.at(format!("/?test={}", fresh.key));
    home_page::page(&reader, &fresh).into_response()
}

/// `GET /about`
pub async fn about(State(web): State<Web>, reader: Reader) -> Response {
    about_page::page(&reader, &web).into_response()
}

/// `GET /check`
pub async fn paste(reader: Reader) -> Response {
    paste_page::page(&reader, &paste_page::Filled::default()).into_response()
}
