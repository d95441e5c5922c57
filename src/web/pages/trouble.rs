//! Errors as pages, in the same hand as the rest.

use axum::http::StatusCode;
use axum::response::Response;
use maud::html;

use super::Page;
use crate::web::reader::Reader;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    NotFound,
    UnknownTest,
    Expired,
    /// Just now, as asked.
    Deleted,
    /// Some time ago.
    Gone,
    Forbidden,
    TooLarge,
    TooMany,
    /// Too much is going on here, whoever asked.
    Busy,
    BadRequest,
    /// Not one that may follow the `+` of a probe's address.
    NoWord,
    WrongMethod,
    /// The message could not be examined after several tries.
    Failed,
    Slow,
    Ours,
}

impl Trouble {
    fn status(self) -> StatusCode {
        match self {
            Trouble::NotFound | Trouble::UnknownTest | Trouble::NoWord => StatusCode::NOT_FOUND,
            Trouble::Expired | Trouble::Gone => StatusCode::GONE,
            Trouble::Deleted => StatusCode::OK,
            Trouble::Forbidden => StatusCode::FORBIDDEN,
            Trouble::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Trouble::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Trouble::BadRequest => StatusCode::BAD_REQUEST,
            Trouble::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Trouble::Busy | Trouble::Slow => StatusCode::SERVICE_UNAVAILABLE,
            Trouble::Failed | Trouble::Ours => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn id(self) -> &'static str {
        match self {
            Trouble::NotFound => "web-trouble-not-found",
            Trouble::UnknownTest => "web-trouble-unknown-test",
            Trouble::Expired => "web-trouble-expired",
            Trouble::Deleted | Trouble::Gone => "web-trouble-deleted",
            Trouble::Forbidden => "web-trouble-forbidden",
            Trouble::TooLarge => "web-trouble-too-large",
            Trouble::TooMany => "web-trouble-too-many",
            Trouble::Busy => "web-trouble-busy",
            Trouble::BadRequest => "web-trouble-bad-request",
            Trouble::NoWord => "web-trouble-no-word",
            Trouble::WrongMethod => "web-trouble-wrong-method",
            Trouble::Failed => "web-trouble-failed",
            Trouble::Slow => "web-trouble-slow",
            Trouble::Ours => "web-trouble-ours",
        }
    }

    pub fn page(self, reader: &Reader) -> Response {
        let t = |id: &str| reader.lang.text(id);
        let title = t(self.id());
        let content = html! {
            section.stack {
                h1 { (title) }
                p.lead { (t(&format!("{}-text", self.id()))) }
                p { a.button.main href="/" { (t("web-new-address")) } }
            }
        };
        Page::new(reader, title.clone(), content).with_status(self.status())
    }
}
