//! `/t/{key}` before there is a report: what has happened so far, and help when nothing has.

use maud::{Markup, html};

use super::{Page, address, copy_button};
use crate::check::Section;
use crate::web::Fresh;
use crate::web::reader::Reader;

/// How often a browser without script asks again, seconds.
const REFRESH: u32 = 4;
/// How long nothing may come before the page offers help, seconds.
const PATIENCE: u32 = 60;

pub(in crate::web) fn page<'a>(reader: &'a Reader, fresh: &Fresh, report_path: &str, received: bool) -> Page<'a> {
    let lang = reader.lang;
    let t = |id: &str| lang.text(id);
    let title = t(if received { "web-wait-received-title" } else { "web-wait-title" });
    let content = html! {
        section.stack {
            h1 { (title) }
            @if !received {
                p.lead { (t("web-wait-lead")) }
                div.row {
                    (address(&fresh.address))
                    (copy_button(lang, "address", &t("web-copy-address"), ""))
                }
                p.soft.small { (fresh.terms(lang)) }
            }
            noscript { p.note { (lang.with("web-wait-noscript", [("seconds", REFRESH.into())])) } }
        }
        section.panel data-events=(fresh.events_path(lang)) data-report=(report_path) aria-labelledby="progress" {
            div.stack {
                h2 #progress { (t("web-progress-title")) }
                ol.progress.wide {
                    (step("connected", &t("web-progress-connected"), received))
                    (step("received", &t("web-progress-received"), received))
                    @for section in Section::ALL {
                        (step(section.id(), &t(&format!("section-{}", section.id())), false))
                    }
                    (step("ready", &t("web-progress-ready"), false))
                }
            }
        }
        @if !received {
            details.panel data-after=(PATIENCE) {
                summary { strong { (t("web-help-title")) } }
                ul.prose {
                    @for cause in ["address", "greylisting", "queue", "port", "bounce"] {
                        li { (t(&format!("web-help-{cause}"))) }
                    }
                }
                p { a href="/" { (t("web-new-address")) } }
            }
        }
    };
    Page { reader, title, refresh: Some(REFRESH), content }
}

fn step(name: &str, label: &str, done: bool) -> Markup {
    html! {
        li data-step=(name) class=[done.then_some("done")] {
            span data-text { (label) }
            span.numbers.small data-time {}
        }
    }
}
