//! One finding: what we saw, why it matters, what to change, and the evidence.

use maud::{Markup, html};

use super::{changes, readable, tenths};
use crate::check::{Cure, Evidence};
use crate::lang::{Lang, message_id};
use crate::report::markdown;
use crate::report::view::FindingView;
use crate::score::Status;
use crate::web::drawing::Sign;
use crate::web::pages::{codes, copy_button, prose};

/// The most of one piece of evidence that is drawn, octets.
const MOST_EVIDENCE: usize = 4000;

pub fn anchor(code: &str) -> String {
    format!("finding-{}", message_id(code))
}

pub fn sign(finding: &FindingView) -> Sign {
    match finding.status {
        Status::Deducted if finding.refused || finding.points <= -1.0 => Sign::Bad,
        Status::Deducted => Sign::Warn,
        Status::NotDetermined => Sign::Unknown,
        Status::Good => Sign::Good,
        Status::Notice => Sign::Note,
        Status::NotApplicable => Sign::None,
    }
}

/// `rehearses`: the page has the form that a record can be tried in.
pub fn details(finding: &FindingView, rehearses: bool, lang: Lang) -> Markup {
    drawn(finding, finding.status == Status::Deducted, rehearses, lang)
}

pub fn drawn(finding: &FindingView, open: bool, rehearses: bool, lang: Lang) -> Markup {
    let t = |id: &str| lang.text(id);
    let id = anchor(&finding.code);
    html! {
        details.finding id=(id) open[open] {
            summary {
                (sign(finding).draw())
                h3 { span.hidden-text { (t(status(finding.status))) ": " } (prose(&finding.title)) }
                @if finding.status == Status::Deducted { span.cost.bad { (lang.tenths(tenths(finding.points))) } }
            }
            div.body {
                @if let Some(why) = &finding.why { p { (prose(why)) } }
                @if let Some(note) = &finding.note { p.small.soft { (note) } }
                @if finding.fix.is_some() || !finding.cures.is_empty() {
                    div.cure {
                        h4 { (t("web-what-to-change")) }
                        @if let Some(fix) = &finding.fix { p { (prose(fix)) } }
                        @for (i, cure) in finding.cures.iter().enumerate() { (change(cure, &format!("{id}-cure-{i}"), rehearses, lang)) }
                    }
                }
                @if !finding.evidence.is_empty() {
                    div {
                        h4 { (t("web-what-we-saw")) }
                        @for evidence in &finding.evidence { (seen(evidence, lang)) }
                    }
                }
                @if !matches!(finding.status, Status::Good | Status::NotApplicable) { (for_ticket(finding, &id, lang)) }
                p.small.soft {
                    (t("web-basis")) " "
                    @if let Some(url) = &finding.basis_url { a href=(url) rel="noopener noreferrer" { (finding.basis) } }
                    @else { (finding.basis) }
                    " · " a href=(codes::path(&finding.code)) title=(t("codes-explain")) { code { (finding.code) } }
                }
            }
        }
    }
}

/// The whole finding as Markdown, to paste where the work is done.
fn for_ticket(finding: &FindingView, id: &str, lang: Lang) -> Markup {
    let mut text = String::new();
    markdown::render_finding(&mut text, finding, lang);
    let id = format!("{id}-ticket");
    html! {
        pre id=(id) hidden { (text) }
        div { (copy_button(lang, &id, &lang.text("web-copy-ticket"), "small")) }
    }
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Deducted => "web-status-deducted",
        Status::Notice => "web-status-notice",
        Status::Good => "web-status-good",
        Status::NotApplicable => "web-status-not-applicable",
        Status::NotDetermined => "web-status-not-determined",
    }
}

/// The exact thing to write, ready to copy.
fn change(cure: &Cure, id: &str, rehearses: bool, lang: Lang) -> Markup {
    let t = |id: &str| lang.text(id);
    match cure {
        Cure::Line { text } => html! {
            div.stack.tight {
                pre id=(id) translate="no" { (text) }
                (copy_button(lang, id, &t("web-copy"), "small"))
            }
        },
        Cure::Record { name, rtype, value, replaces } => html! {
            div.stack.tight {
                dl.facts {
                    dt { (t("web-record-host")) }
                    dd {
                        code { (name) }
                        @if let Some(short) = relative(name) { br; span.small.soft { (lang.with("web-record-short", [("host", short.into())])) } }
                    }
                    dt { (t("web-record-type")) } dd { code { (rtype) } }
                    dt { (t("web-record-value")) } dd { pre id=(id) translate="no" { (value) } }
                    @if let Some(old) = replaces { dt { (t("web-record-replaces")) } dd { del { code { (clip(old)) } } } }
                }
                div.row {
                    (copy_button(lang, id, &t("web-record-copy"), "small"))
                    @if rehearses && let Some(line) = changes::zone_line(cure) { (changes::tick(&line, lang)) }
                }
            }
        },
    }
}

/// The host as panels want it that add the domain themselves: `@`, `_dmarc`, `s1._domainkey`.
fn relative(name: &str) -> Option<String> {
    let zone = psl::domain_str(name)?;
    let host = name.strip_suffix(zone)?.trim_end_matches('.');
    Some(if host.is_empty() { "@".to_owned() } else { host.to_owned() })
}

fn seen(evidence: &Evidence, lang: Lang) -> Markup {
    let figure = |caption: String, text: &str, mark: Option<(usize, usize)>| {
        html! { figure.evidence { figcaption { (caption) } pre { (marked(text, mark)) } } }
    };
    match evidence {
        Evidence::Record { name, rtype, text, mark } => figure(format!("{rtype} {name}"), text, *mark),
        Evidence::Header { name, text, mark } => {
            figure(lang.with("web-evidence-header", [("name", name.into())]), text, *mark)
        }
        Evidence::Line { number, text } => {
            figure(lang.with("web-evidence-line", [("number", (*number).into())]), text, None)
        }
        Evidence::Session { text } => figure(lang.text("web-evidence-session"), text, None),
        Evidence::Text { text } | Evidence::Said { id: text, .. } => html! { pre { (clip(text)) } },
    }
}

/// The text with its decisive octets marked; unmarked where the range does not fit it.
pub fn marked(text: &str, range: Option<(usize, usize)>) -> Markup {
    let split = range.and_then(|(from, to)| Some((text.get(..from)?, text.get(from..to)?, text.get(to..)?)));
    html! {
        @match split {
            Some((before, decisive, after)) if !decisive.is_empty() && text.len() <= MOST_EVIDENCE => {
                (readable(before)) mark { (readable(decisive)) } (readable(after))
            }
            _ => (clip(text)),
        }
    }
}

fn clip(text: &str) -> String {
    super::clip(text, MOST_EVIDENCE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_decisive_part_is_marked_and_everything_is_escaped() {
        assert_eq!(marked("v=spf1 +all <b>", Some((7, 11))).into_string(), "v=spf1 <mark>+all</mark> &lt;b&gt;");
        assert_eq!(marked("è", Some((1, 2))).into_string(), "è");
    }

    #[test]
    fn the_host_is_also_given_as_panels_want_it() {
        assert_eq!(relative("_dmarc.example.org").as_deref(), Some("_dmarc"));
        assert_eq!(relative("example.co.uk").as_deref(), Some("@"));
    }
}
