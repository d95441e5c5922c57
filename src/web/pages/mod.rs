//! The pages: each file gives one page's content, [`Page`] the frame around it. Functions of values only: what a page shows
//! is fetched by `site.rs`.

pub mod about;
pub mod chart;
pub mod codes;
pub mod domain;
pub mod home;
pub mod message;
pub mod operator;
pub mod paste;
pub mod probe;
pub mod report;
pub mod status;
pub mod trouble;
pub mod waiting;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};

use super::Fresh;
use super::assets;
use super::drawing;
use super::reader::{Reader, Theme};
use crate::lang::Lang;

/// One page, whole.
pub struct Page<'a> {
    pub reader: &'a Reader,
    pub title: String,
    /// Seconds after which a browser without script asks again.
    pub refresh: Option<u32>,
    pub content: Markup,
}

impl Page<'_> {
    pub fn new(reader: &Reader, title: String, content: Markup) -> Page<'_> {
        Page { reader, title, refresh: None, content }
    }

    pub fn with_status(self, status: StatusCode) -> Response {
        (status, self.render()).into_response()
    }

    fn render(&self) -> Markup {
        let (reader, lang) = (self.reader, self.reader.lang);
        let t = |id: &str| lang.text(id);
        let theme = (reader.theme != Theme::System).then(|| reader.theme.code());
        html! {
            (DOCTYPE)
            html lang=(lang.code()) data-theme=[theme] {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content=(theme.unwrap_or("light dark"));
                    title { (self.title) " · " (reader.brand.name()) }
                    meta name="description" content=(t("web-description"));
                    link rel="icon" type="image/svg+xml" href=(assets::url("mark.svg"));
                    link rel="stylesheet" href=(assets::url("vaglio.css"));
                    script src=(assets::url("vaglio.js")) defer {}
                    @if let Some(seconds) = self.refresh {
                        noscript { meta http-equiv="refresh" content=(seconds); }
                    }
                }
                body {
                    a.skip href="#content" { (t("web-skip")) }
                    header.bar {
                        a.name href="/" {
                            @match reader.brand.logo_url() {
                                Some(logo) => img src=(logo) alt="" height="34";,
                                None => (drawing::mark(30)),
                            }
                            (reader.brand.name())
                        }
                        nav aria-label=(t("web-nav")) {
                            a href="/" { (t("web-nav-test")) }
                            a href="/check" { (t("web-nav-paste")) }
                            a href="/domain" { (t("domain-nav")) }
                            a href="/spf" { (t("web-nav-probes")) }
                            a href="/about" { (t("web-nav-about")) }
                        }
                    }
                    main #content tabindex="-1" { (self.content) }
                    p #live .hidden-text role="status" {}
                    footer.foot {
                        p {
                            @match &reader.brand.footer { Some(footer) => (footer), None => (t("web-foot")) }
                            @if let Some((href, contact)) = reader.brand.contact() { " " a href=(href) { (contact) } }
                            " " a href="/status" { (t("operate-status-title")) }
                        }
                        (switches(reader))
                    }
                }
            }
        }
    }
}

impl IntoResponse for Page<'_> {
    fn into_response(self) -> Response {
        self.render().into_response()
    }
}

/// Language and theme: links, so that they work without script.
fn switches(reader: &Reader) -> Markup {
    let t = |id: &str| reader.lang.text(id);
    html! {
        nav.switches aria-label=(t("web-language")) {
            @for lang in Lang::ALL {
                a href=(reader.here_with("lang", lang.code())) lang=(lang.code()) hreflang=(lang.code()) rel="nofollow"
                    aria-current=[(lang == reader.lang).then_some("true")] { (lang.own_name()) }
            }
        }
        nav.switches aria-label=(t("web-theme")) {
            @for theme in Theme::ALL {
                a href=(reader.here_with("theme", theme.code())) rel="nofollow"
                    aria-current=[(theme == reader.theme).then_some("true")] { (t(&format!("web-theme-{}", theme.code()))) }
            }
        }
    }
}

/// A button that copies the text of the element with this id; shown only where script runs.
pub fn copy_button(lang: Lang, id: &str, label: &str, class: &str) -> Markup {
    html! {
        button type="button" class={ "button copy " (class) } data-copy={ "#" (id) }
            data-copied=(lang.text("web-copied")) data-failed=(lang.text("web-copy-failed")) { (label) }
    }
}

/// The test address in large type; where it does not fit one line it breaks before the `@`.
pub fn address(address: &str) -> Markup {
    let (local, domain) = address.split_at(address.find('@').unwrap_or(address.len()));
    html! { p.address #address translate="no" { span { (local) } wbr; span { (domain) } } }
}

/// Octets as people read them: `512 B`, `5.2 kB`, `1.4 MB` (powers of 1000).
pub fn size(octets: u64, lang: Lang) -> String {
    let (unit, tenths) = match octets {
        ..1000 => return format!("{octets}\u{a0}B"),
        1000..1_000_000 => ("kB", octets / 100),
        _ => ("MB", octets / 100_000),
    };
    format!("{}\u{a0}{unit}", lang.tenths(i32::try_from(tenths).unwrap_or(i32::MAX)))
}

/// An instant, to the second, in UTC; where script runs, as the reader's own clock has it.
pub fn time(at: jiff::Timestamp, lang: Lang) -> Markup {
    html! { time.numbers datetime=(at.to_string()) data-local { (lang.instant(at)) } }
}

/// The same, and always in UTC: to compare with what servers wrote.
pub fn utc(at: jiff::Timestamp, lang: Lang) -> Markup {
    html! { time.numbers datetime=(at.to_string()) { (lang.instant(at)) } }
}

/// Until when the address works, and for how many messages.
fn terms(fresh: &Fresh, lang: Lang) -> Markup {
    // The instant is marked up, so the text goes around a place held for it.
    const PLACE: &str = "\u{1}";
    let text = lang.with("web-address-terms", [("until", PLACE.into()), ("count", fresh.max_deliveries.into())]);
    let (before, after) = text.split_once(PLACE).unwrap_or((&text, ""));
    html! { p.soft.small { (before) (time(fresh.expires_at, lang)) (after) } }
}

/// Catalogue prose, with `code` between backticks; a sender's words may stand in it.
pub fn prose(text: &str) -> Markup {
    html! {
        @for (i, piece) in text.split('`').enumerate() {
            @if i % 2 == 1 { code { (report::readable(piece)) } } @else { (report::readable(piece)) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_written_as_the_language_writes_numbers() {
        assert_eq!(size(512, Lang::En), "512\u{a0}B");
        assert_eq!(size(5_213, Lang::En), "5.2\u{a0}kB");
        assert_eq!(size(1_449_999, Lang::It), "1,4\u{a0}MB");
        assert_eq!(size(999_999, Lang::En), "999.9\u{a0}kB");
    }
}
