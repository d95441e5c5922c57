//! `/about`: what this is, and what happens to a message.

use maud::html;

use super::{Page, prose};
use crate::web::Site;
use crate::web::reader::Reader;

pub fn page<'a>(reader: &'a Reader, site: &Site) -> Page<'a> {
    let lang = reader.lang;
    let t = |id: &str| lang.text(id);
    let title = t("web-about-title");
    let content = html! {
        section.stack.prose {
            h1 { (title) }
            p.lead { (t("web-about-lead")) }
            p { (t("web-about-name")) }
        }
        section.stack.prose aria-labelledby="privacy" {
            h2 #privacy { (t("web-privacy-title")) }
            ul.stack.tight {
                li { (t("web-privacy-link")) }
                li { (lang.with("web-privacy-kept", [("days", site.retention_days().into())])) }
                li { (t("web-privacy-asked")) }
                li { (t("web-privacy-cookies")) }
                li { (t("web-privacy-logs")) }
            }
        }
        section.stack.prose aria-labelledby="score" {
            h2 #score { (t("web-about-score-title")) }
            p { (t("web-about-score")) }
            p { (t("web-about-score-unknown")) }
        }
        section.stack.prose aria-labelledby="programs" {
            h2 #programs { (t("web-about-api-title")) }
            p { (prose(&t("web-about-api"))) " " a href="/api/v1/openapi.json" { "OpenAPI" } }
            p { a href="/codes" { (t("codes-title")) } }
        }
    };
    Page::new(reader, title, content)
}
