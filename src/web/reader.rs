//! Who reads: language and theme, from the address (`?lang=it`, `?theme=dark`), a cookie, or the browser's own wish.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::middleware::Next;
use axum::response::Response;

use super::Web;
use super::brand::Brand;
use crate::lang::Lang;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// As the system has it.
    System,
    Light,
    Dark,
}

impl Theme {
    pub const ALL: [Theme; 3] = [Theme::System, Theme::Light, Theme::Dark];

    pub fn code(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    fn parse(text: &str) -> Option<Theme> {
        Theme::ALL.into_iter().find(|theme| theme.code() == text)
    }
}

/// The reader of a page, and the page asked for.
#[derive(Clone, Debug)]
pub struct Reader {
    pub lang: Lang,
    pub theme: Theme,
    /// Whose pages these are.
    pub brand: Arc<Brand>,
    /// Path and query as asked, without `lang` and `theme`.
    here: String,
}

impl Reader {
    pub fn of(uri: &Uri, headers: &HeaderMap, brand: &Arc<Brand>) -> Reader {
        let lang = asked(uri, "lang").or_else(|| cookie(headers, "lang")).and_then(|tag| Lang::parse(&tag));
        let wish = || headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).map(Lang::negotiate);
        let theme = asked(uri, "theme").or_else(|| cookie(headers, "theme")).and_then(|text| Theme::parse(&text));
        Reader {
            lang: lang.or_else(wish).unwrap_or_default(),
            theme: theme.unwrap_or(Theme::System),
            brand: brand.clone(),
            here: without(uri, &["lang", "theme"]),
        }
    }

    /// This page with one more (or another) parameter.
    pub fn here_with(&self, name: &str, value: &str) -> String {
        let here: Uri = self.here.parse().unwrap_or_else(|_| Uri::from_static("/"));
        let bare = without(&here, &[name]);
        let mark = if bare.contains('?') { '&' } else { '?' };
        format!("{bare}{mark}{name}={value}")
    }

    /// The same reader on another page, for pages that are shown in answer to a POST or under a passing address.
    pub fn at(mut self, here: String) -> Reader {
        self.here = here;
        self
    }
}

impl FromRequestParts<Web> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Reader, Infallible> {
        Ok(Reader::of(&parts.uri, &parts.headers, &web.brand))
    }
}

/// A choice made by `?lang=` or `?theme=` is remembered for a year; the cookie holds nothing else.
pub async fn remember(State(web): State<Web>, request: Request, next: Next) -> Response {
    let mut cookies: Vec<String> = Vec::new();
    if let Some(lang) = asked(request.uri(), "lang").and_then(|tag| Lang::parse(&tag)) {
        cookies.push(format!("lang={}", lang.code()));
    }
    if let Some(theme) = asked(request.uri(), "theme").and_then(|text| Theme::parse(&text)) {
        cookies.push(format!("theme={}", theme.code()));
    }
    let mut response = next.run(request).await;
    for cookie in cookies {
        let cookie = format!("{cookie}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly{}", secure(&web));
        if let Ok(value) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    response
}

fn asked(uri: &Uri, name: &str) -> Option<String> {
    pairs(uri).find(|(key, _)| key == name).map(|(_, value)| value)
}

fn pairs(uri: &Uri) -> impl Iterator<Item = (String, String)> + '_ {
    url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned()
}

fn without(uri: &Uri, names: &[&str]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(pairs(uri).filter(|(key, _)| !names.contains(&key.as_str())));
    match query.finish() {
        query if query.is_empty() => uri.path().to_owned(),
        query => format!("{}?{query}", uri.path()),
    }
}

/// What a cookie says besides, where pages are reached by HTTPS: that it is for HTTPS alone.
pub fn secure(web: &Web) -> &'static str {
    if web.public_url.scheme() == "https" { "; Secure" } else { "" }
}

/// The value of the client's cookie of this name.
pub fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader(uri: &'static str, cookie: &str, accept: &str) -> Reader {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, cookie.parse().unwrap());
        headers.insert(header::ACCEPT_LANGUAGE, accept.parse().unwrap());
        Reader::of(&Uri::from_static(uri), &headers, &Arc::default())
    }

    #[test]
    fn the_address_beats_the_cookie_which_beats_the_browser() {
        assert_eq!(reader("/?lang=it", "lang=en", "en").lang, Lang::It);
        assert_eq!(reader("/", "theme=dark; lang=it", "en").lang, Lang::It);
        assert_eq!(reader("/", "theme=dark; lang=it", "en").theme, Theme::Dark);
        assert_eq!(reader("/", "", "it-IT,it;q=0.9,en;q=0.8").lang, Lang::It);
        assert_eq!(reader("/", "lang=xx", "de").lang, Lang::En);
    }

    #[test]
    fn a_switch_keeps_the_rest_of_the_address() {
        let reader = reader("/t/abc?delivery=2&lang=it", "", "");
        assert_eq!(reader.here_with("lang", "en"), "/t/abc?delivery=2&lang=en");
        assert_eq!(reader.here_with("delivery", "1"), "/t/abc?delivery=1");
    }
}
