//! Errors of the API: `application/problem+json` (RFC 9457). Pages show the same errors as pages (`pages::trouble`).

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// What went wrong, for a program and its reader.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Problem {
    /// A short sentence, the same for every occurrence.
    pub title: &'static str,
    pub status: u16,
    /// What to do about it.
    pub detail: String,
}

impl Problem {
    fn new(status: StatusCode, title: &'static str, detail: impl Into<String>) -> Problem {
        Problem { title, status: status.as_u16(), detail: detail.into() }
    }

    pub fn bad_request(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, "The request cannot be understood", detail)
    }

    pub fn forbidden(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::FORBIDDEN, "Not from here", detail)
    }

    pub fn unknown_test() -> Problem {
        let detail = "No test has this key. Keys are given by POST /api/v1/tests.";
        Problem::new(StatusCode::NOT_FOUND, "No such test", detail)
    }

    pub fn not_ready() -> Problem {
        let detail = "No report is ready yet. Watch the test's events, or ask again in a moment.";
        Problem::new(StatusCode::NOT_FOUND, "No report yet", detail)
    }

    pub fn no_message() -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "No such message", "This test has not received that message.")
    }

    pub fn not_found() -> Problem {
        let detail = "See /api/v1/openapi.json for everything that can be asked.";
        Problem::new(StatusCode::NOT_FOUND, "Nothing is here", detail)
    }

    pub fn wrong_method() -> Problem {
        let detail = "See /api/v1/openapi.json for the methods that are answered here.";
        Problem::new(StatusCode::METHOD_NOT_ALLOWED, "This method is not answered here", detail)
    }

    pub fn too_large(most: usize) -> Problem {
        let detail = format!("At most {most} octets are accepted.");
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "The request is too large", detail)
    }

    /// `after`: seconds, as in Retry-After.
    pub fn too_many(after: u64) -> Problem {
        let wait = if after == 1 { "a second".to_owned() } else { format!("{after} seconds") };
        let detail = format!("Too many requests from your network. Try again after {wait}.");
        Problem::new(StatusCode::TOO_MANY_REQUESTS, "Too many requests", detail)
    }

    pub fn busy() -> Problem {
        let detail = "Too much is going on here. Try again in a moment.";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "Too busy at this moment", detail)
    }

    pub fn slow() -> Problem {
        let detail = "The answer took too long. Try again in a moment.";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "Too slow", detail)
    }

    /// Our own fault; logged where it is made, and told without internals.
    pub fn ours() -> Problem {
        let detail = "This is our fault, not yours. Try again in a moment.";
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "Something broke here", detail)
    }

    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::to_string(&self).unwrap_or_default();
        (self.status(), [(header::CONTENT_TYPE, "application/problem+json")], body).into_response()
    }
}
