//! A message's HTML in a frame of its own: sanitised, and locked by a content security policy of its own besides.
//!
//! Either lock alone would do. Nothing in the frame runs, submits, navigates, or reaches another host unless the reader asked
//! for remote images.

use std::collections::{HashMap, HashSet};

use ammonia::{Builder, UrlRelative};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::message::Message;

/// Inline images are put into the page itself, up to this many octets of base64 in all.
const INLINE_IMAGES: usize = 6 * 1024 * 1024;
const IMAGES: &[&str] = &["image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"];

/// What the reader chose.
#[derive(Clone, Copy, Debug, Default)]
pub struct Look {
    pub images: bool,
    pub dark: bool,
}

/// The frame's document.
pub fn respond(message: &Message, look: Look) -> Response {
    let policy = format!(
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:{}; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'self'",
        if look.images { " https: http:" } else { "" }
    );
    let headers =
        [(header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()), (header::CONTENT_SECURITY_POLICY, policy)];
    (headers, document(message, look)).into_response()
}

fn document(message: &Message, look: Look) -> String {
    let html = message.html.as_deref().unwrap_or_default();
    let body = sanitise(&(body_opening(html) + html), inline_images(message), look.images);
    let scheme = if look.dark { "dark" } else { "light" };
    format!(
        "<!DOCTYPE html><html><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <meta name=\"color-scheme\" content=\"{scheme}\"><title>-</title></head><body>{body}</body></html>"
    )
}

/// The body's own colours and margins on an element that stands for it: a sanitised fragment has no body.
fn body_opening(html: &str) -> String {
    let document = scraper::Html::parse_document(html);
    let body = scraper::Selector::parse("body").ok().and_then(|selector| document.select(&selector).next());
    let Some(body) = body else { return String::new() };
    let attribute = |name: &str| body.attr(name).map(|value| value.replace('&', "&amp;").replace('"', "&quot;"));
    let colour = attribute("bgcolor").filter(|colour| colour.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'#'));
    let colour = colour.map(|colour| format!("background-color:{colour};")).unwrap_or_default();
    let style = attribute("style").unwrap_or_default();
    let mut opening = format!("<div style=\"min-height:100vh;{colour}{style}\"");
    for name in ["class", "dir", "lang"] {
        if let Some(value) = attribute(name) {
            opening.push_str(&format!(" {name}=\"{value}\""));
        }
    }
    opening + ">"
}

fn sanitise(html: &str, inline: HashMap<String, String>, images: bool) -> String {
    let generic: HashSet<&str> = [
        "style",
        "class",
        "id",
        "align",
        "valign",
        "bgcolor",
        "color",
        "width",
        "height",
        "border",
        "cellpadding",
        "cellspacing",
        "dir",
        "lang",
        "title",
        "role",
        "size",
        "face",
        "nowrap",
        "hspace",
        "vspace",
        "background",
    ]
    .into();
    Builder::default()
        .add_tags(["style", "font", "section", "main", "big", "u", "picture"])
        .rm_clean_content_tags(["style"])
        .generic_attributes(generic)
        .url_schemes(["http", "https", "mailto", "tel", "cid", "data"].into())
        .url_relative(UrlRelative::Deny)
        // Without `allow-popups` in the sandbox such a link does nothing, which is what a preview's links should do.
        .set_tag_attribute_value("a", "target", "_blank")
        .set_tag_attribute_value("area", "target", "_blank")
        .attribute_filter(move |element, attribute, value| match (element, attribute) {
            ("img", "src") => image(value, &inline, images).map(Into::into),
            (_, "background") => remote(value, images).map(Into::into),
            ("a" | "area", "href") if value.trim_start().get(..5).is_some_and(|s| s.eq_ignore_ascii_case("data:")) => {
                None
            }
            _ => Some(value.into()),
        })
        .clean(html)
        .to_string()
}

fn image(value: &str, inline: &HashMap<String, String>, images: bool) -> Option<String> {
    let value = value.trim();
    if let Some(id) = value.get(..4).filter(|scheme| scheme.eq_ignore_ascii_case("cid:")).and_then(|_| value.get(4..)) {
        return inline.get(id).cloned();
    }
    let embedded = IMAGES.iter().any(|kind| value.starts_with(&format!("data:{kind};base64,")));
    if embedded { Some(value.to_owned()) } else { remote(value, images) }
}

fn remote(value: &str, images: bool) -> Option<String> {
    let scheme = value.trim().split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase())?;
    (images && matches!(scheme.as_str(), "http" | "https")).then(|| value.trim().to_owned())
}

/// Content-IDs of the message's own images, as `data:` addresses. Only base64, as every mail program writes them.
fn inline_images(message: &Message) -> HashMap<String, String> {
    let mut left = INLINE_IMAGES;
    let mut images = HashMap::new();
    for part in &message.parts {
        let (Some(id), true) = (&part.content_id, part.encoding == "base64") else { continue };
        if !IMAGES.contains(&part.content_type.as_str()) {
            continue;
        }
        let body = message.raw.get(part.span.0..part.span.1).unwrap_or_default();
        if body.len() > left {
            continue;
        }
        left -= body.len();
        let base64 = body.iter().filter(|b| b.is_ascii_alphanumeric() || b"+/=".contains(b));
        let base64: String = base64.map(|&b| char::from(b)).collect();
        images.insert(id.clone(), format!("data:{};base64,{base64}", part.content_type));
    }
    images
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clean(html: &str, images: bool) -> String {
        let inline = HashMap::from([("logo@x".to_owned(), "data:image/png;base64,AAAA".to_owned())]);
        sanitise(html, inline, images)
    }

    #[test]
    fn nothing_that_runs_or_navigates_is_left() {
        let hostile = r#"<p onclick="x()">a</p><script>x()</script><a href="javascript:x()">b</a><a href=" JaVaScRiPt:x()">c</a>
            <a href="data:text/html,<script>x()</script>">d</a><form action="https://evil.example"><input name=a></form>
            <iframe src="https://evil.example"></iframe><meta http-equiv="refresh" content="0;url=https://evil.example">
            <base href="https://evil.example/"><object data="x"></object><svg onload=x()><math><mi xlink:href="javascript:x()">
            <link rel="stylesheet" href="https://evil.example/x.css"><img src=x onerror=x()><body onload=x()>"#;
        let clean = clean(hostile, true);
        for bad in [
            "script",
            "onclick",
            "onload",
            "onerror",
            "<form",
            "<iframe",
            "<meta",
            "<base",
            "<object",
            "<svg",
            "<link",
            "data:text",
            "<input",
        ] {
            assert!(!clean.to_ascii_lowercase().contains(bad), "{bad} in {clean}");
        }
    }

    #[test]
    fn the_bodys_own_style_is_shown_and_cannot_break_out() {
        let shown = |html: &str| sanitise(&(body_opening(html) + html), HashMap::new(), false);
        let page = shown("<html><body bgcolor=#112233 style='color:red' class=x onload=x()><p>a</p></body></html>");
        assert!(
            page.contains("background-color:#112233;color:red")
                && page.contains("class=\"x\"")
                && !page.contains("onload"),
            "{page}"
        );
        let page = shown("<body style='\"><script>x()</script>'>a");
        assert!(!page.contains("<script"), "{page}");
    }

    #[test]
    fn a_style_element_cannot_be_broken_out_of() {
        let clean =
            clean("<style>p{color:red}</style><style><!--</style><script>x()</script>--></style><p>a</p>", false);
        assert!(clean.contains("color:red") && !clean.contains("<script"), "{clean}");
    }

    #[test]
    fn remote_images_wait_until_they_are_asked_for() {
        let html = r#"<img src="https://a.example/p.gif" alt="x"><td background="http://b.example/x.png"></td>"#;
        let table = format!("<table><tr>{html}</tr></table>");
        assert!(!clean(&table, false).contains("example"));
        assert!(clean(&table, true).contains("https://a.example/p.gif"));
    }

    #[test]
    fn the_messages_own_images_are_shown_and_svg_is_not() {
        assert!(clean(r#"<img src="cid:logo@x">"#, false).contains("data:image/png;base64,AAAA"));
        assert!(!clean(r#"<img src="data:image/svg+xml;base64,AAAA">"#, true).contains("svg"));
        assert!(!clean(r#"<img src="cid:other">"#, true).contains("src="));
    }
}
