//! `/t/{key}` when there is a report. `finding.rs` draws one finding, `drawings.rs` SPF, signatures and alignment, `tables.rs`
//! lists, links and filters, `changes.rs` the rehearsal, `keep.rs` what can be taken along. Prose and points come from [`View`]; nothing is judged here.

pub mod changes;
pub mod drawings;
pub mod finding;
mod keep;
pub mod tables;

pub use finding::anchor;
use maud::{Markup, html};
use unicode_width::UnicodeWidthChar as _;

use super::{Page, prose, size, time};
use crate::check::Section;
use crate::facts::Purpose;
use crate::lang::Lang;
use crate::report::Report;
use crate::report::view::{FindingView, SectionView, View};
use crate::store::{DeliveryState, DeliverySummary};
use crate::web::drawing::{self, Sign};
use crate::web::reader::Reader;
use crate::web::rehearse::Compared;
use changes::{Offer, Tried};

/// Marks on one letter: Vietnamese and Hebrew have up to three, Tibetan some more.
const MOST_MARKS: u32 = 8;

/// Who may have this report beside the reader.
pub enum Share {
    /// Nobody: a pasted message is not kept.
    NotKept,
    /// Whoever has this address, which shows neither message nor people.
    Link(String),
    /// That other reader, here and now.
    ReadOnly,
}

/// What the page knows beside the report itself.
pub struct Around<'a> {
    /// `/t/{key}`; `None` for a pasted message, which is not kept, and for other eyes.
    pub path: Option<&'a str>,
    /// Which of the test's messages.
    pub number: u32,
    pub deliveries: &'a [DeliverySummary],
    /// Where to watch when the message is being examined again.
    pub events: Option<String>,
    /// The last attempt at a newer report was given up.
    pub recheck_failed: bool,
    pub compared: Compared,
    /// What stands in the rehearsal's form.
    pub tried: Tried,
    /// The cures of the real report, where the one shown is a rehearsal.
    pub offered: Option<Vec<Offer>>,
    pub share: Share,
    /// What the reader said that the message is, when it was judged as something else.
    pub said: Option<Purpose>,
}

impl Around<'_> {
    /// Of a message that is not kept, or of which no more is known yet.
    pub fn of(number: u32) -> Around<'static> {
        Around {
            path: None,
            number,
            deliveries: &[],
            events: None,
            recheck_failed: false,
            compared: Compared::default(),
            tried: Tried::default(),
            offered: None,
            share: Share::NotKept,
            said: None,
        }
    }
}

pub fn page<'a>(reader: &'a Reader, report: &Report, around: &Around) -> Page<'a> {
    let lang = reader.lang;
    let view = View::new(report, lang);
    let t = |id: &str| lang.text(id);
    let checking = around.events.as_ref().zip(around.path);
    let content = html! {
        @if let Some((events, path)) = checking {
            div.note data-events=(events) data-report=(path) {
                span.watching { span.pulse {} (t("web-rechecking")) }
            }
        }
        @if let Share::ReadOnly = around.share { p.note { (t("web-share-read-only")) } }
        @if let Some((purpose, path)) = around.said.zip(around.path) { (said(purpose, path, around.number, lang)) }
        @if around.recheck_failed { p.note.warn { (t("web-recheck-failed")) } }
        div.now #now data-rehearsed {
            @if let (Some(_), Some(path)) = (&around.compared.rehearsal, around.path) { (changes::banner(path, around.number, lang)) }
            (verdict(reader, report, &view, around))
        }
        (changes::since(around.compared.since_last.as_ref(), around.compared.since_previous.as_ref(), lang))
        @if !view.best_cures.is_empty() { (cures(&view, lang)) }
        section.stack aria-labelledby="sections" {
            h2 #sections { (t("web-sections-title")) }
            ul.marks.wide #marks data-rehearsed { @for section in &view.sections { li { (mark(section, lang)) } } }
        }
        (tables::providers(&view, lang))
        (undetermined(&view, lang))
        div.sections {
            @for section in &view.sections {
                (section_details(section, around.path.is_some(), lang, &extra(section.id, report, &view, lang)))
            }
        }
        @if let Some(path) = around.path {
            @let offers = around.offered.clone().unwrap_or_else(|| changes::offered(&view));
            @let outcome = changes::outcome(around.compared.rehearsal.as_ref(), &around.tried, lang);
            (changes::rehearsal(path, around.number, &offers, &around.tried, outcome, lang))
        }
        (keep::section(&view, around, lang))
        @if around.deliveries.len() > 1 { (deliveries(lang, around)) }
        @if let Some(path) = around.path { (changes::bar(path, around.number, around.compared.rehearsal.as_ref(), lang)) }
    };
    Page { reader, title: t("web-report-name"), refresh: checking.map(|_| 5), content }
}

fn verdict(reader: &Reader, report: &Report, view: &View, around: &Around) -> Markup {
    let lang = reader.lang;
    let t = |id: &str| lang.text(id);
    let subject = if view.message.subject.is_empty() { t("web-no-subject") } else { clip(&view.message.subject, 200) };
    html! {
        section.panel aria-labelledby="verdict" {
            div.verdict {
                div {
                    p.score {
                        span.hidden-text { (t("web-score")) " " }
                        (lang.tenths(report.ledger.score)) small { " / 10" }
                    }
                    (drawing::grains(report.ledger.score))
                }
                div.stack {
                    h1 #verdict { (sentence(view)) }
                    dl.facts.small {
                        dt { (t("web-from")) } dd { bdi { (clip(&view.message.from, 200)) } }
                        dt { (t("web-subject")) } dd { bdi { (subject) } }
                        dt { (t("web-received")) } dd { (time(view.received_at, lang)) ", " (size(view.message.size, lang)) }
                        @if let Some(ip) = &view.session.client_ip { dt { (t("web-client")) } dd { (ip) } }
                        dt { (t("web-purpose-judged")) } dd { (t(&format!("web-purpose-{}", tables::word(&view.purpose)))) }
                    }
                    @if let Some(path) = around.path { (other_purpose(path, around.number, view, lang)) }
                    @if let Some(path) = around.path {
                        div.row {
                            a.button href={ (path) "/message?delivery=" (around.number) } { (t("web-see-message")) }
                            form method="post" action={ (path) "/recheck" } {
                                input type="hidden" name="delivery" value=(around.number);
                                button.button type="submit" { (t("web-recheck")) }
                            }
                        }
                        p.small.soft.off-paper { (t("web-recheck-why")) }
                    }
                }
            }
        }
    }
}

/// The verdict with its cause, a finding's title, on a line of its own.
fn sentence(view: &View) -> Markup {
    let titles = view.sections.iter().flat_map(|section| &section.findings).map(|finding| finding.title.as_str());
    let parts =
        titles.filter(|title| !title.is_empty()).find_map(|title| Some((view.verdict.strip_suffix(title)?, title)));
    html! {
        @match parts {
            Some((verdict, cause)) => { (verdict) span.cause { (prose(cause)) } },
            None => (prose(&view.verdict)),
        }
    }
}

/// Said before the message came, and not yet applied: where script runs, it is at once.
fn said(purpose: Purpose, path: &str, number: u32, lang: Lang) -> Markup {
    let name = purpose.name();
    let kind = lang.text(&format!("web-purpose-{name}"));
    html! {
        form.note.row method="post" action={ (path) "/purpose" } data-when="now" {
            input type="hidden" name="delivery" value=(number);
            input type="hidden" name="purpose" value=(name);
            span { (lang.with("web-purpose-said", [("purpose", kind.into())])) }
            button.button.small type="submit" { (lang.text("web-purpose-apply")) }
        }
    }
}

/// Judged as something else? A fold with the other choices.
fn other_purpose(path: &str, number: u32, view: &View, lang: Lang) -> Markup {
    let t = |id: &str| lang.text(id);
    html! {
        details.small {
            summary { (t("web-purpose-other")) }
            form.row method="post" action={ (path) "/recheck" } {
                input type="hidden" name="delivery" value=(number);
                @for purpose in Purpose::ALL {
                    @if purpose != view.purpose {
                        @let purpose = purpose.name();
                        button.button.small type="submit" name="purpose" value=(purpose) { (t(&format!("web-purpose-{purpose}"))) }
                    }
                }
            }
        }
    }
}

fn cures(view: &View, lang: Lang) -> Markup {
    let t = |id: &str| lang.text(id);
    html! {
        section.stack aria-labelledby="cures" {
            h2 #cures { (t("web-cures-title")) }
            ol.cures.wide {
                @for cure in &view.best_cures {
                    li {
                        a href={ "#" (finding::anchor(&cure.code)) } {
                            span {
                                strong { (prose(&cure.title)) }
                                @if let Some(fix) = &cure.fix { br; span.soft.small { (prose(&clip(fix, 240))) } }
                            }
                            @if cure.needs_alignment { span.soft.small { (t("web-cure-needs-alignment")) } }
                            @else if cure.held_back { span.soft.small { (t("web-cure-held-back")) } }
                            @else { span.gain { "→ " (lang.tenths(tenths(cure.score))) } }
                        }
                    }
                }
            }
        }
    }
}

fn mark(section: &SectionView, lang: Lang) -> Markup {
    let sign = sign(section);
    html! {
        a href={ "#section-" (section.id.id()) } {
            (sign.draw())
            strong { (section.title) }
            span.soft { (standing(section, sign, lang)) }
        }
    }
}

/// The worst of a section's findings, as a sign. What is only told, with nothing to change, leaves all in order.
fn sign(section: &SectionView) -> Sign {
    let signs = section.findings.iter().map(|finding| match finding::sign(finding) {
        Sign::Note if !finding.proposes() => Sign::Good,
        sign => sign,
    });
    signs.max().unwrap_or(Sign::None)
}

/// The same in words.
fn standing(section: &SectionView, sign: Sign, lang: Lang) -> String {
    match sign {
        Sign::Bad | Sign::Warn if section.points < 0.0 => lang.tenths(tenths(section.points)),
        Sign::Bad | Sign::Warn | Sign::Note => lang.text("web-standing-notice"),
        Sign::Unknown => lang.text("web-standing-unknown"),
        Sign::Good => lang.text("web-standing-good"),
        Sign::None => lang.text("web-standing-none"),
    }
}

fn undetermined(view: &View, lang: Lang) -> Markup {
    let unknown: Vec<&FindingView> = view.undetermined().collect();
    html! {
        @if !unknown.is_empty() {
            section.note.unknown.stack.tight aria-labelledby="unknown" {
                h2 #unknown { (lang.with("web-unknown-title", [("count", unknown.len().into())])) }
                p { (lang.with("web-unknown-text", [("count", unknown.len().into())])) }
                ul { @for finding in unknown { li { (prose(&finding.title)) } } }
            }
        }
    }
}

fn section_details(section: &SectionView, rehearses: bool, lang: Lang, extra: &Markup) -> Markup {
    let sign = sign(section);
    html! {
        details.section id={ "section-" (section.id.id()) } open[section.points < 0.0] {
            summary {
                (sign.draw())
                h2 { (section.title) }
                span.soft { (standing(section, sign, lang)) }
            }
            div.findings {
                @if section.findings.is_empty() { p.soft { (lang.text("web-section-empty")) } }
                @for finding in &section.findings { (finding::details(finding, rehearses, lang)) }
                (extra)
            }
        }
    }
}

/// What a section shows beside its findings.
fn extra(section: Section, report: &Report, view: &View, lang: Lang) -> Markup {
    match section {
        Section::Authentication => drawings::authentication(&report.auth, lang),
        Section::Blocklists => tables::blocklists(&view.blocklists, lang),
        Section::Links => tables::links(&view.links, lang),
        Section::Spam => html! {
            @for spam in [&view.spamassassin, &view.rspamd].into_iter().flatten() { (tables::filter(spam, lang)) }
        },
        Section::Server | Section::Format | Section::Content => html! {},
    }
}

/// Earlier messages to the same address.
fn deliveries(lang: Lang, around: &Around) -> Markup {
    let t = |id: &str| lang.text(id);
    let path = around.path.unwrap_or("/");
    html! {
        section.stack aria-labelledby="earlier" {
            h2 #earlier { (t("web-deliveries-title")) }
            table.wide {
                thead { tr { th scope="col" { (t("web-deliveries-number")) } th scope="col" { (t("web-received")) } th.numbers scope="col" { (t("web-score")) } } }
                tbody {
                    @for delivery in around.deliveries {
                        tr {
                            td {
                                a href={ (path) "?delivery=" (delivery.number) } aria-current=[(delivery.number == around.number).then_some("page")] {
                                    (lang.with("web-deliveries-link", [("number", delivery.number.into())]))
                                }
                            }
                            td { (time(delivery.received_at, lang)) }
                            td.numbers {
                                @match (delivery.state, delivery.score) {
                                    (_, Some(score)) => (lang.tenths(score)),
                                    (DeliveryState::Analysing, None) => (t("web-state-analysing")),
                                    (_, None) => (t("web-state-failed")),
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A text that a sender wrote, cut to a length that a page can bear, and with nothing in it that plays with the layout.
pub fn clip(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", readable(text.get(..at).unwrap_or_default())),
        None => readable(text),
    }
}

/// Controls of writing direction are shown by their number, since they would let a name pass for another one. Of marks heaped
/// on one letter, more than any script has are left out: no line can be broken between them.
pub fn readable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut heaped = 0_u32;
    for c in text.chars() {
        heaped = if c.width() == Some(0) { heaped.saturating_add(1) } else { 0 };
        if heaped > MOST_MARKS {
            continue;
        }
        match c {
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}' => {
                shown.push_str(&format!("⟨U+{:04X}⟩", u32::from(c)));
            }
            '\0' => shown.push('␀'),
            _ => shown.push(c),
        }
    }
    shown
}

/// Points back from the public JSON's decimals.
fn tenths(decimal: f64) -> i32 {
    (decimal * 10.0).round() as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_plays_with_the_layout_is_shown_for_what_it_is() {
        assert_eq!(readable("moc.\u{202e}knab"), "moc.⟨U+202E⟩knab");
        assert_eq!(readable("Việt ẹ\u{301}"), "Việt ẹ\u{301}");
        assert_eq!(readable(&format!("Z{}o", "\u{351}".repeat(500))).chars().count(), 10);
        assert_eq!(clip("abcdef", 3), "abc…");
    }

    #[test]
    fn what_is_only_told_leaves_a_section_in_order_and_what_should_change_does_not() {
        let facts = crate::check::testing::facts_of("From: a@a.example\nSubject: x\n\nHello\n");
        let mut view = View::new(&crate::analyse::judge(&facts), Lang::En);
        let told = |finding: &FindingView| finding.code == "purpose.message.detected";
        let section = view.sections.iter_mut().find(|section| section.findings.iter().any(told)).unwrap();
        section.findings.retain(told);
        assert_eq!(standing(section, sign(section), Lang::En), "All good");
        section.findings[0].fix = Some("Change it".to_owned());
        assert_eq!(standing(section, sign(section), Lang::En), "Worth a look");
    }
}
