//! What can be done with a report: show it to somebody, paste it into a ticket, take the data along, delete it.

use maud::{Markup, html};

use super::{Around, Share};
use crate::lang::Lang;
use crate::report::markdown;
use crate::report::view::View;
use crate::web::pages::copy_button;

pub fn section(view: &View, around: &Around, lang: Lang) -> Markup {
    let t = |id: &str| lang.text(id);
    html! {
        section.stack aria-labelledby="keep" {
            h2 #keep { (t("web-keep-title")) }
            div.keep.wide {
                @if let Share::Link(link) = &around.share { (for_other_eyes(link, lang)) }
                @match around.path {
                    Some(path) => {
                        (for_a_ticket(path, around.number, lang))
                        (for_programs(path, around.number, lang))
                    },
                    None => (as_it_stands(view, lang)),
                }
            }
            @match (around.path, &around.share) {
                (Some(path), _) => (delete(path, lang)),
                (None, Share::ReadOnly) => p.soft.prose { (t("web-share-what")) },
                (None, _) => p.soft.prose { (t("web-not-kept")) },
            }
            p.soft.small { (view.software) " · " (lang.with("web-determined", [("count", view.determined.into())])) }
        }
    }
}

fn for_other_eyes(link: &str, lang: Lang) -> Markup {
    let t = |id: &str| lang.text(id);
    html! {
        div.stack.tight {
            h3 { (t("web-share-title")) }
            p.small.soft { (t("web-share-text")) }
            code #share { a href=(link) rel="noopener" { (link) } }
            (copy_button(lang, "share", &t("web-share-copy"), ""))
        }
    }
}

fn for_a_ticket(path: &str, number: u32, lang: Lang) -> Markup {
    let t = |id: &str| lang.text(id);
    let report = api(path, number, lang);
    let copy = |format: &str| {
        html! {
            button.button.copy type="button" data-copy-from={ (report) "&format=" (format) }
                data-copied=(t("web-copied")) data-gone=(t("web-copy-gone")) { (t(&format!("web-copy-{format}"))) }
        }
    };
    html! {
        div.stack.tight {
            h3 { (t("web-keep-ticket")) }
            p.small.soft { (t("web-keep-text")) }
            div.row {
                (copy("markdown"))
                (copy("text"))
                a.button.unscripted href={ (report) "&format=text" } { (t("web-as-text")) }
            }
            (print(lang))
        }
    }
}

fn for_programs(path: &str, number: u32, lang: Lang) -> Markup {
    let t = |id: &str| lang.text(id);
    let evidence = format!("{path}/evidence.zip?delivery={number}");
    html! {
        div.stack.tight {
            h3 { (t("web-keep-data")) }
            p.small.soft { (t("changes-evidence-text")) }
            div.row {
                a.button href=(evidence) download { (t("changes-evidence")) }
                a.button href={ (evidence) "&mask=1" } download { (t("changes-evidence-masked")) }
                a.button href=(api(path, number, lang)) { "JSON" }
            }
        }
    }
}

/// A report that has no address of its own can still be copied.
fn as_it_stands(view: &View, lang: Lang) -> Markup {
    html! {
        div.stack.tight {
            h3 { (lang.text("web-keep-ticket")) }
            pre #markdown hidden { (markdown::render(view, lang)) }
            (copy_button(lang, "markdown", &lang.text("web-copy-markdown"), ""))
            (print(lang))
        }
    }
}

fn print(lang: Lang) -> Markup {
    html! { button.button.copy type="button" data-print { (lang.text("web-print")) } }
}

fn delete(path: &str, lang: Lang) -> Markup {
    let t = |id: &str| lang.text(id);
    html! {
        details {
            summary { (t("web-delete")) }
            form.stack.note.bad method="post" action={ (path) "/delete" } {
                p { (t("web-delete-sure")) }
                button.button.danger type="submit" { (t("web-delete-now")) }
            }
        }
    }
}

/// The report for programs.
fn api(path: &str, number: u32, lang: Lang) -> String {
    format!("/api/v1/tests/{}/report?delivery={number}&lang={}", path.trim_start_matches("/t/"), lang.code())
}
