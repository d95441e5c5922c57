//! The files of `static/`, embedded into the binary and served under addresses that hold their content's hash.
//!
//! A changed file has a changed address, so that browsers may keep each for ever.

use std::collections::HashMap;
use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "static/"]
// Those are for README.md.
#[exclude = "screenshots/*"]
struct Files;

static URLS: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    Files::iter()
        .filter_map(|name| {
            let hash = Files::get(&name)?.metadata.sha256_hash();
            let short: String = hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
            Some((name.to_string(), format!("/static/{short}/{name}")))
        })
        .collect()
});

/// The address of a file of `static/`; empty for a file that is not there.
pub fn url(name: &str) -> &'static str {
    URLS.get(name).map_or("", String::as_str)
}

/// `GET /static/{hash}/{name}`.
pub async fn serve(Path((hash, name)): Path<(String, String)>) -> Response {
    if url(&name) != format!("/static/{hash}/{name}") {
        return StatusCode::NOT_FOUND.into_response();
    }
    let Some(file) = Files::get(&name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let media_type = match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    };
    let headers = [(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    (headers, file.data).into_response()
}
