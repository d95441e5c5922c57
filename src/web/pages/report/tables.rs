//! The tables of a report: providers, block lists, links, what spam filters count.

use std::collections::BTreeMap;

use maud::{Markup, html};
use serde::Serialize;

use super::finding;
use crate::check::providers::Verdict;
use crate::gather::links::{Link, LinkResult};
use crate::gather::lists::{HOP, ListResult, Listing};
use crate::gather::spam::SpamReport;
use crate::lang::{Lang, message_id};
use crate::report::view::{ProviderRuleView, View};
use crate::web::drawing::Sign;

/// An enum's own word, as the public JSON has it.
pub fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

pub fn blocklists(listings: &[Listing], lang: Lang) -> Markup {
    let t = |id: &str| lang.text(id);
    if listings.is_empty() {
        return html! {};
    }
    html! {
        details.finding {
            summary { (Sign::None.draw()) h3 { (lang.with("web-lists-all", [("count", listings.len().into())])) } }
            div.body {
                div.scroll {
                    table.stacks {
                        thead { tr { @for id in ["web-lists-zone", "web-lists-value", "web-lists-result"] { th scope="col" { (t(id)) } } } }
                        tbody {
                            @for listing in listings {
                                tr {
                                    th scope="row" { (listing.zone) }
                                    td { (super::clip(&listing.value, 120)) }
                                    td {
                                        (t(match listing.result {
                                            ListResult::Listed => "web-lists-listed",
                                            ListResult::Clear => "web-lists-clear",
                                            ListResult::NotDetermined => "web-lists-unknown",
                                        }))
                                        @for meaning in &listing.meanings { br; span.small.soft { (meaning) } }
                                        @if listing.role == HOP { br; span.small.soft { (t("web-lists-hop")) } }
                                        @if let Some(why) = &listing.why { br; span.small.soft { (super::clip(&unknown(why, lang), 160)) } }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Why a list gave no usable answer, in words.
fn unknown(why: &str, lang: Lang) -> String {
    let (word, detail) = why.split_once(' ').unwrap_or((why, ""));
    let id = format!("lists-why-{}.short", message_id(word));
    lang.find(&id, &BTreeMap::from([("detail".to_owned(), detail.into())])).unwrap_or_else(|| why.to_owned())
}

pub fn links(links: &[Link], lang: Lang) -> Markup {
    let t = |id: &str| lang.text(id);
    if links.is_empty() {
        return html! {};
    }
    html! {
        details.finding {
            summary { (Sign::None.draw()) h3 { (lang.with("web-links-all", [("count", links.len().into())])) } }
            div.body {
                div.scroll {
                    table.stacks {
                        thead { tr { th scope="col" { (t("web-links-url")) } th scope="col" { (t("web-lists-result")) } } }
                        tbody {
                            @for link in links {
                                tr {
                                    // Never a link: these addresses are a stranger's.
                                    td {
                                        code { (super::clip(&link.url, 300)) }
                                        @if let Some(end) = link.final_url.as_ref().filter(|end| **end != link.url) {
                                            br; span.small.soft { "→ " (super::clip(end, 300)) }
                                        }
                                    }
                                    td {
                                        (t(match link.result {
                                            LinkResult::Ok => "web-links-ok",
                                            LinkResult::Broken => "web-links-broken",
                                            LinkResult::Redirected => "web-links-redirected",
                                            LinkResult::Refused => "web-links-refused",
                                            LinkResult::NotDetermined => "web-lists-unknown",
                                        }))
                                        @if let Some(status) = link.status { " (" (status) ")" }
                                        @if let Some(why) = &link.why { br; span.small.soft { (lang.with("links-why", [("why", why.as_str().into())])) } }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

pub fn filter(spam: &SpamReport, lang: Lang) -> Markup {
    let t = |id: &str| lang.text(id);
    let mut rules: Vec<_> = spam.rules.iter().collect();
    rules.sort_by(|a, b| b.score.total_cmp(&a.score));
    html! {
        details.finding {
            summary {
                (Sign::None.draw())
                h3 { (spam.engine) }
                span.cost { (number(spam.score, lang)) " / " (number(spam.required, lang)) }
            }
            div.body {
                p.small.soft { (t("web-filter-text")) }
                div.scroll {
                    table {
                        thead { tr { th.numbers scope="col" { (t("web-filter-score")) } th scope="col" { (t("web-filter-rule")) } } }
                        tbody {
                            @for rule in rules {
                                tr {
                                    td.numbers { (number(rule.score, lang)) }
                                    td { code { (rule.name) } br; span.small.soft { (super::clip(&rule.description, 240)) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn number(value: f64, lang: Lang) -> String {
    let text = format!("{value:.1}").replace('-', "−");
    if lang == Lang::It { text.replace('.', ",") } else { text }
}

/// What the big providers publish that they want: how much of it each finds, and rule by rule.
pub fn providers(view: &View, lang: Lang) -> Markup {
    let t = |id: &str| lang.text(id);
    let mut rules: Vec<&ProviderRuleView> = Vec::new();
    for rule in view.providers.iter().flat_map(|provider| &provider.rules) {
        if !rules.iter().any(|known| known.id == rule.id) {
            rules.push(rule);
        }
    }
    if rules.is_empty() {
        return html! {};
    }
    html! {
        section.stack aria-labelledby="providers" {
            h2 #providers { (t("web-providers-title")) }
            ul.providers.wide #provider-counts data-rehearsed {
                @for provider in &view.providers {
                    li {
                        strong { (provider.name) }
                        @if provider.of == 0 { span.soft { (t("web-providers-none")) } }
                        @else {
                            span.numbers { (lang.with("web-providers-met", [("met", provider.met.into()), ("of", provider.of.into())])) }
                            (bar(provider.met, provider.of))
                        }
                    }
                }
            }
            details.wide {
                summary { (t("web-providers-rules")) }
                div.scroll #provider-rules data-rehearsed {
                    table.rules {
                        thead {
                            tr {
                                th scope="col" { (t("web-providers-rule")) }
                                @for provider in &view.providers { th scope="col" { (provider.name) } }
                            }
                        }
                        tbody { @for rule in rules { (rule_row(rule, view, lang)) } }
                    }
                }
            }
            p.soft.small.prose { (t("web-providers-text")) }
        }
    }
}

fn rule_row(rule: &ProviderRuleView, view: &View, lang: Lang) -> Markup {
    let shown = |code: &&String| {
        view.sections.iter().flat_map(|section| &section.findings).any(|finding| finding.code == **code)
    };
    html! {
        tr {
            th scope="row" {
                @match rule.code.as_ref().filter(shown) {
                    Some(code) => a href={ "#" (finding::anchor(code)) } { (rule.title) },
                    None => (rule.title),
                }
            }
            @for provider in &view.providers {
                td {
                    @if let Some(rule) = provider.rules.iter().find(|other| other.id == rule.id) {
                        @let word = lang.text(&format!("provider-verdict-{}", word(&rule.verdict).replace('_', "-")));
                        span title=(word) { (verdict_sign(rule.verdict).draw()) span.hidden-text { (word) } }
                    }
                }
            }
        }
    }
}

fn verdict_sign(verdict: Verdict) -> Sign {
    match verdict {
        Verdict::Met => Sign::Good,
        Verdict::Unmet => Sign::Bad,
        Verdict::NotDetermined => Sign::Unknown,
        Verdict::NotCheckable | Verdict::NotApplicable => Sign::None,
    }
}

/// So much of so many, drawn.
fn bar(met: usize, of: usize) -> Markup {
    html! {
        svg.bar-drawn viewBox=(format!("0 0 {} 4", (of * 12).saturating_sub(2))) preserveAspectRatio="none" aria-hidden="true" focusable="false" {
            @for i in 0..of { rect x=(i * 12) y="0" width="10" height="4" class=(if i < met { "met" } else { "unmet" }) {} }
        }
    }
}
