//! `/domain`: a domain without a message.

use maud::{Markup, html};

use super::report::{drawings, finding, tables};
use super::{Page, time};
use crate::check::Section;
use crate::domain::DomainView;
use crate::lang::Lang;
use crate::web::reader::Reader;

/// Empty, or with what was no domain.
pub fn form<'a>(reader: &'a Reader, given: &str, wrong: bool) -> Page<'a> {
    let t = |id: &str| reader.lang.text(id);
    let content = html! {
        section.stack {
            h1 { (t("domain-title")) }
            p.lead { (t("domain-lead")) }
            @if wrong { p.note.bad role="alert" { (t("domain-wrong")) } }
        }
        (ask(given, reader.lang))
    };
    Page::new(reader, t("domain-title"), content)
}

pub fn page<'a>(reader: &'a Reader, view: &DomainView) -> Page<'a> {
    let lang = reader.lang;
    let title = lang.with("domain-of", [("domain", (&view.domain).into())]);
    let content = html! {
        section.stack {
            h1 { (title) }
            p.soft.small { (time(view.asked_at, lang)) " · " a href={ "/api/v1/domains/" (view.domain) "?lang=" (lang.code()) } { "JSON" } }
            @if view.exists { p.soft.prose { (lang.text("domain-no-score")) } }
        }
        @for section in &view.sections {
            @let records = match section.id {
                Section::Authentication if view.exists => drawings::published(&view.domain, &view.spf, &view.dmarc, lang),
                _ => html! {},
            };
            @if !section.findings.is_empty() || !records.0.is_empty() {
                section.stack aria-labelledby={ "section-" (section.id.id()) } {
                    h2 id={ "section-" (section.id.id()) } { (section.title) }
                    div.findings.wide { @for row in &section.findings { (finding::details(row, false, lang)) } (records) }
                    @if section.id == Section::Blocklists && view.exists { (tables::blocklists(&view.blocklists, lang)) }
                }
            }
        }
        (ask(&view.domain, lang))
    };
    Page::new(reader, title, content)
}

fn ask(given: &str, lang: Lang) -> Markup {
    let t = |id: &str| lang.text(id);
    html! {
        form.stack.panel method="get" action="/domain" {
            div.fields.wide {
                label.field {
                    span { (t("domain-name")) }
                    input type="text" name="name" value=(given) placeholder="example.org" autocomplete="off" spellcheck="false" required;
                }
                label.field {
                    span { (t("domain-selector")) }
                    input type="text" name="selector" placeholder="s1, s2" autocomplete="off" spellcheck="false";
                }
            }
            button.button.main type="submit" { (t("domain-go")) }
        }
    }
}
