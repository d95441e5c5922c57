//! What changed between two reports, and the rehearsal: cures to tick, records to paste, and what they would change.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::{clip, finding, tables, tenths};
use crate::check::Cure;
use crate::dns;
use crate::lang::Lang;
use crate::report::difference::ChangesView;
use crate::report::text::cure_line;
use crate::report::view::{FindingView, View};
use crate::web::drawing::Sign;
use crate::web::pages::{prose, time};

/// What the reader has tried; empty at first.
#[derive(Clone, Debug, Default)]
pub struct Tried {
    pub zone: String,
    /// Lines of cures that were ticked.
    pub ticked: Vec<String>,
    /// The pasted line that is no record, and its number.
    pub wrong: Option<(usize, String)>,
}

/// A cure that can be tried: its record as a line of a zone file, and the finding it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    pub line: String,
    pub title: String,
    pub code: String,
}

/// Every record that the report proposes, each once.
pub fn offered(view: &View) -> Vec<Offer> {
    let mut offers: Vec<Offer> = Vec::new();
    for finding in view.sections.iter().flat_map(|section| &section.findings) {
        for line in finding.cures.iter().filter_map(zone_line) {
            if !offers.iter().any(|known| known.line == line) {
                offers.push(Offer { line, title: finding.title.clone(), code: finding.code.clone() });
            }
        }
    }
    offers
}

/// The cure as a line of a zone file; `None` when it is no record, or has a gap that only its reader can fill.
pub fn zone_line(cure: &Cure) -> Option<String> {
    let Cure::Record { .. } = cure else { return None };
    let line = cure_line(cure);
    let complete = !line.contains(['<', '>', '…', '‹']) && !line.contains("PUBLIC-KEY") && dns::pasted(&line).is_ok();
    complete.then_some(line)
}

/// Beside a cure: tries its record at once where script runs, else leads to the form where it is listed.
pub fn tick(line: &str, lang: Lang) -> Markup {
    let text = lang.text("rehearse-this");
    html! {
        label.tick.scripted-only.small { input type="checkbox" data-tick=(line) autocomplete="off"; (text) }
        a.unscripted.small href="#rehearse" { (text) }
    }
}

/// The form of the rehearsal, with its outcome once there is one.
pub fn rehearsal(path: &str, number: u32, offers: &[Offer], tried: &Tried, outcome_now: Markup, lang: Lang) -> Markup {
    let t = |id: &str| lang.text(id);
    let open = !tried.zone.is_empty() || !tried.ticked.is_empty();
    html! {
        section.stack aria-labelledby="rehearse" {
            h2 #rehearse { (t("rehearse-title")) }
            p.soft.prose { (t("rehearse-text")) }
            form.stack.panel method="post" action={ (path) "/rehearse#rehearse" } data-rehearsal {
                input type="hidden" name="delivery" value=(number);
                @if !offers.is_empty() {
                    fieldset.stack.tight.wide {
                        legend { (t("rehearse-cures")) }
                        @for offer in offers {
                            label.tick {
                                input type="checkbox" name="record" value=(offer.line) autocomplete="off" checked[tried.ticked.contains(&offer.line)];
                                span { (prose(&offer.title)) br; code.small { (clip(&offer.line, 300)) } }
                            }
                        }
                    }
                }
                details.wide open[offers.is_empty() || open && !tried.zone.is_empty()] {
                    summary { (t("rehearse-paste")) }
                    label.field.wide {
                        span { (t("rehearse-records")) }
                        textarea name="zone" rows="4" spellcheck="false" autocomplete="off"
                            placeholder="example.org TXT \"v=spf1 mx -all\"" { "\n" (tried.zone) }
                        span.small.soft { (t("rehearse-syntax")) }
                    }
                }
                button.button type="submit" { (t("rehearse-go")) }
                div #rehearsal .wide data-rehearsed aria-live="polite" { (outcome_now) }
            }
        }
    }
}

/// What the tried records would change.
pub fn outcome(changes: Option<&ChangesView>, tried: &Tried, lang: Lang) -> Markup {
    html! {
        @if let Some((number, line)) = &tried.wrong {
            @if line.trim().is_empty() { p.note.bad role="alert" { (lang.text("rehearse-empty")) } }
            @else {
                p.note.bad role="alert" {
                    (lang.with("rehearse-wrong", [("line", (*number).into())])) " " code { (clip(line, 200)) }
                }
            }
        }
        @if let Some(changes) = changes {
            div.note.stack.tight {
                p { strong { (lang.text("rehearse-is-one")) } }
                (list(changes, lang))
            }
        }
    }
}

/// Stays in sight while a rehearsal is shown: what it brings, and the way back. The page's script fills it, too.
pub fn bar(path: &str, number: u32, changes: Option<&ChangesView>, lang: Lang) -> Markup {
    html! {
        div.rehearsal-bar #rehearsal-bar data-rehearsed {
            @if let Some(changes) = changes {
                p { strong { (lang.text("rehearse-bar")) } " " span.numbers { (gain(changes, lang)) } }
                a href="#rehearse" { (lang.text("rehearse-what")) }
                a href={ (path) "?delivery=" (number) } data-rehearsal-end { (lang.text("rehearse-back")) }
            }
        }
    }
}

/// A rehearsed report says so before anything else.
pub fn banner(path: &str, number: u32, lang: Lang) -> Markup {
    html! {
        p.note.warn {
            strong { (lang.text("rehearse-is-one")) } " "
            a href={ (path) "?delivery=" (number) } data-rehearsal-end { (lang.text("rehearse-back")) }
        }
    }
}

/// Since the last report, and against the message before: folds, since the report itself comes first.
pub fn since(last: Option<&ChangesView>, previous: Option<&ChangesView>, lang: Lang) -> Markup {
    html! {
        @if let Some(changes) = last {
            // Unfolded for whoever has changed DNS; not for a choice of the reader's own, such as the purpose.
            details.section open[!changes.dns.is_empty()] {
                summary {
                    h2 { (lang.text("changes-since-last")) }
                    span.soft { (gain(changes, lang)) }
                }
                div.stack {
                    @if let Some(since) = changes.since { p.small.soft { (lang.text("changes-made")) " " (time(since, lang)) } }
                    (list(changes, lang))
                }
            }
        }
        @if let Some(changes) = previous {
            details.section {
                summary {
                    h2 { (lang.with("changes-since-message", [("number", changes.delivery.unwrap_or_default().into())])) }
                    span.soft { (gain(changes, lang)) }
                }
                div.stack { (list(changes, lang)) }
            }
        }
    }
}

fn gain(changes: &ChangesView, lang: Lang) -> String {
    let (before, after) = (tenths(changes.score_before), tenths(changes.score_after));
    format!("{} → {}", lang.tenths(before), lang.tenths(after))
}

fn list(changes: &ChangesView, lang: Lang) -> Markup {
    let t = |id: &str| lang.text(id);
    html! {
        p { (t("web-score")) " " strong.numbers { (gain(changes, lang)) } }
        @if changes.is_empty() { p { (t("changes-none")) } }
        (rows(&t("changes-cured"), &changes.cured, true, lang))
        (rows(&t("changes-new"), &changes.new, false, lang))
        @if !changes.providers.is_empty() {
            h3 { (t("changes-providers")) }
            ul {
                @for change in &changes.providers {
                    @let verdict = |verdict| t(&format!("changes-rule-{}", tables::word(verdict).replace('_', "-")));
                    li {
                        (t(&format!("changes-provider-{}", tables::word(&change.id)))) ": "
                        (prose(&rule(&change.rule, lang))) ": "
                        (verdict(&change.before)) " → " strong { (verdict(&change.after)) }
                    }
                }
            }
        }
        @if !changes.dns.is_empty() {
            h3 { (t("changes-dns")) }
            ul {
                @for change in &changes.dns {
                    li {
                        code { (change.rtype) " " (change.name) } br;
                        del { (answer(&change.before, change.before_said.as_deref())) } br;
                        ins { (answer(&change.after, change.after_said.as_deref())) }
                        @if let Some(seconds) = change.cached_for {
                            br; span.small.soft { (lang.with("changes-cached", [("seconds", seconds.into())])) }
                        }
                    }
                }
            }
        }
    }
}

/// A provider's rule in words; its id where there are none.
fn rule(id: &str, lang: Lang) -> String {
    lang.find(&format!("provider-{}", id.replace('_', "-")), &BTreeMap::new()).unwrap_or_else(|| id.to_owned())
}

/// `cured`: they are gone, and their points are back.
fn rows(title: &str, findings: &[FindingView], cured: bool, lang: Lang) -> Markup {
    html! {
        @if !findings.is_empty() {
            h3 { (title) }
            ul.plain {
                @for row in findings {
                    li {
                        @if cured { (Sign::Good.draw()) } @else { (finding::sign(row).draw()) }
                        span { (prose(&row.title)) }
                        @if row.points < 0.0 {
                            @if cured { span.gain { "+" (lang.tenths(-tenths(row.points))) } }
                            @else { span.cost.bad { (lang.tenths(tenths(row.points))) } }
                        }
                    }
                }
            }
        }
    }
}
fn answer(records: &str, said: Option<&str>) -> Markup {
    html! { @match said { Some(said) => span.small { (said) }, None => code.small { (clip(records, 300)) } } }
}
