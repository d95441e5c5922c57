//! `/codes` and `/codes/{code}`: every code a report can hold, from the registry and the catalogues alone.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::{Page, prose};
use crate::check::{FAMILIES, Group, Rule, Section, Verdict};
use crate::lang::{Lang, message_id};
use crate::report::view::{basis, basis_url};
use crate::web::reader::Reader;

/// All codes, by the sections of a report.
pub fn list(reader: &Reader) -> Page<'_> {
    let lang = reader.lang;
    let t = |id: &str| lang.text(id);
    let title = t("codes-title");
    let content = html! {
        section.stack {
            h1 { (title) }
            p.lead { (t("codes-lead")) }
        }
        @for section in Section::ALL {
            section.stack aria-labelledby={ "codes-" (section.id()) } {
                h2 id={ "codes-" (section.id()) } { (t(&format!("section-{}", section.id()))) }
                table.wide {
                    thead { tr { th scope="col" { (t("codes-code")) } th scope="col" { (t("codes-meaning")) } th scope="col" { (t("codes-points")) } } }
                    tbody {
                        @for rule in rules().filter(|rule| rule.section == section) {
                            tr {
                                td { a href=(path(rule.code)) { code { (rule.code) } } }
                                td { (prose(&text(rule, "", lang).unwrap_or_default())) }
                                td.numbers { (points(rule, lang)) }
                            }
                        }
                    }
                }
            }
        }
    };
    Page::new(reader, title, content)
}

/// One code: what it means, what it costs and why, what it stands on, and its cure.
pub fn one<'a>(reader: &'a Reader, rule: &'static Rule) -> Page<'a> {
    let lang = reader.lang;
    let t = |id: &str| lang.text(id);
    let part = |attribute: &str| text(rule, attribute, lang);
    let content = html! {
        article.stack {
            p { a href="/codes" { (t("codes-all")) } }
            h1 { (prose(&part("").unwrap_or_default())) }
            dl.facts {
                dt { (t("codes-code")) } dd { code { (rule.code) } }
                dt { (t("codes-section")) } dd { (t(&format!("section-{}", rule.section.id()))) }
                dt { (t("codes-points")) } dd { (points(rule, lang)) " " (cap(rule, lang)) }
                dt { (t("codes-basis")) }
                dd {
                    @let words = basis(rule.basis);
                    @if let Some(url) = basis_url(rule.basis) { a href=(url) rel="noopener noreferrer" { (words) } } @else { (words) }
                }
            }
            @if let Some(why) = part(".why") { h2 { (t("codes-why")) } p.prose { (prose(&why)) } }
            @if let Some(fix) = part(".fix") { h2 { (t("codes-fix")) } p.prose { (prose(&fix)) } }
            @if rule.refused { p.note.bad { (t("report-refused")) } }
            @if part("").is_some_and(|title| title.contains('‹')) || part(".fix").is_some_and(|fix| fix.contains('‹')) {
                p.small.soft { (t("codes-placeholders")) }
            }
        }
    };
    Page::new(reader, rule.code.to_owned(), content)
}

/// Where a code is explained.
pub fn path(code: &str) -> String {
    format!("/codes/{code}")
}

fn rules() -> impl Iterator<Item = &'static Rule> {
    FAMILIES.iter().flat_map(|family| family.rules)
}

fn text(rule: &Rule, attribute: &str, lang: Lang) -> Option<String> {
    lang.find(&format!("{}{attribute}", message_id(rule.code)), &BTreeMap::new())
}

fn points(rule: &Rule, lang: Lang) -> String {
    match rule.verdict {
        Verdict::Deduct(points) => lang.tenths(-points),
        Verdict::DeductUpTo(most) => lang.with("codes-up-to", [("points", lang.tenths(-most).into())]),
        Verdict::Notice => lang.text("codes-notice"),
        Verdict::Good => lang.text("codes-good"),
        Verdict::NotApplicable => lang.text("codes-not-applicable"),
        Verdict::NotDetermined => lang.text("codes-not-determined"),
    }
}

fn cap(rule: &Rule, lang: Lang) -> Markup {
    let cap = |group: Group| lang.with("codes-capped", [("points", lang.tenths(-group.cap()).into())]);
    html! { @if let Some(group) = rule.group { span.small.soft { (cap(group)) } } }
}
