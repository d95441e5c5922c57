//! The tables of a report: providers, block lists, links, what spam filters count.

use maud::{Markup, html};
use serde::Serialize;

use crate::gather::links::{Link, LinkResult};
use crate::gather::lists::{ListResult, Listing};
use crate::gather::spam::SpamReport;
use crate::lang::Lang;
use crate::report::view::View;
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
                    table {
                        thead { tr { @for id in ["web-lists-zone", "web-lists-value", "web-lists-result"] { th scope="col" { (t(id)) } } } }
                        tbody {
                            @for listing in listings {
                                tr {
                                    td { (listing.zone) }
                                    td { (super::clip(&listing.value, 120)) }
                                    td {
                                        (t(match listing.result {
                                            ListResult::Listed => "web-lists-listed",
                                            ListResult::Clear => "web-lists-clear",
                                            ListResult::NotDetermined => "web-lists-unknown",
                                        }))
                                        @for meaning in &listing.meanings { br; span.small.soft { (meaning) } }
                                        @if let Some(why) = &listing.why { br; span.small.soft { (super::clip(why, 160)) } }
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
                    table {
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
                                        @if let Some(why) = &link.why { br; span.small.soft { (why) } }
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
                        thead { tr { th scope="col" { (t("web-filter-score")) } th scope="col" { (t("web-filter-rule")) } } }
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

/// Gmail, Yahoo, Outlook, iCloud: how many of their published rules are met.
pub fn providers(_view: &View, _lang: Lang) -> Markup {
    html! {}
}
