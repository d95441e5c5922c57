//! `/spf`, `/dkim`, `/dmarc` and their words: the address, the latest results, and what the tags mean. `result.rs` is the
//! page of one result.

pub mod result;

use jiff::Timestamp;
use maud::{Markup, html};

use super::{Page, address, copy_button, prose, time};
use crate::address::{MAX_WORD, Probe};
use crate::lang::Lang;
use crate::probe::{Mark, Tag, tags};
use crate::store::ProbeResult;
use crate::web::drawing::Sign;
use crate::web::reader::Reader;

/// How often a browser without script asks again, seconds.
const REFRESH: u32 = 5;

/// What a list shows.
pub struct Listed<'a> {
    pub probe: Probe,
    pub domain: &'a str,
    pub word: Option<&'a str>,
    /// Newest first.
    pub rows: &'a [ProbeResult],
    /// Before the rows were read.
    pub now: Timestamp,
}

impl Listed<'_> {
    fn address(&self) -> String {
        match self.word {
            Some(word) => format!("{}+{word}@{}", self.probe.name(), self.domain),
            None => format!("{}@{}", self.probe.name(), self.domain),
        }
    }

    fn events(&self, lang: Lang) -> String {
        let word = self.word.map(|word| format!("&word={word}")).unwrap_or_default();
        let since = self.now.as_millisecond();
        format!("/api/v1/probes/{}/events?lang={}&since={since}{word}", self.probe.name(), lang.code())
    }
}

pub fn list<'a>(reader: &'a Reader, listed: &Listed) -> Page<'a> {
    let lang = reader.lang;
    let t = |id: &str| lang.text(id);
    let name = listed.probe.name();
    let mailbox = listed.address();
    let title = t(&format!("probe-title-{name}"));
    let content = html! {
        section.stack {
            nav.choices aria-label=(t("probe-others")) {
                @for probe in Probe::ALL {
                    a href={ "/" (probe.name()) } aria-current=[(probe == listed.probe).then_some("page")] { (probe.name().to_uppercase()) }
                }
            }
            h1 { (title) }
            p.lead { (t(&format!("probe-lead-{name}"))) }
        }
        section.panel {
            div.stack {
                p.soft { (t("probe-address-label")) }
                (address(&mailbox))
                div.row {
                    (copy_button(lang, "address", &t("web-copy-address"), "main"))
                    a.button href={ "mailto:" (mailbox) } { (t("web-mailto")) }
                }
                p.small.soft { (t(&format!("probe-send-{name}"))) }
            }
        }
        section.stack aria-labelledby="results" {
            h2 #results { @match listed.word {
                Some(word) => (lang.with("probe-results-word", [("word", word.into())])),
                None => (t("probe-results")),
            } }
            p.small.soft {
                (t(if listed.word.is_some() { "probe-kept-word" } else { "probe-kept" })) " "
                span.watching.copy { span.pulse {} (t("probe-watching")) }
                noscript { (lang.with("web-wait-noscript", [("seconds", REFRESH.into())])) }
            }
            p.note #empty hidden[!listed.rows.is_empty()] { (t("probe-empty")) }
            ol.results.wide data-rows=(listed.events(lang)) data-most=(crate::web::probes::ROWS) {
                @for result in listed.rows { (row(listed.probe, result, lang)) }
            }
        }
        (own_list(listed, lang))
        (legend(listed.probe, lang))
        (alignment(lang))
    };
    Page { reader, title, refresh: Some(REFRESH), content }
}

/// One row: a message, or a flood of them. Also sent by itself to pages that are open.
pub fn row(probe: Probe, result: &ProbeResult, lang: Lang) -> Markup {
    let domain = result.domain.as_deref().map_or_else(|| lang.text("probe-no-domain"), |domain| clip(domain, 120));
    html! {
        li #{ "r-" (result.id) } {
            a href={ "/" (probe.name()) "/r/" (result.id) } {
                (sign(result.tag).draw())
                span.tag translate="no" { (result.tag) }
                span.domain translate="no" { bdi { (domain) } }
                span.numbers.small.soft { @if let Some(ip) = result.client_ip { (ip) } }
                span.when.small.soft { (time(result.received_at, lang)) }
                span.meaning.small {
                    (prose(&lang.text(&format!("probe-tag-{}", result.tag.code()))))
                    @if result.count > 1 { " " strong { (flood(result, lang)) } }
                }
            }
        }
    }
}

/// The row in one sentence, for readers who hear it.
pub fn row_text(result: &ProbeResult, lang: Lang) -> String {
    let meaning = lang.text(&format!("probe-tag-{}", result.tag.code())).replace('`', "");
    format!("{}: {meaning}", result.domain.as_deref().unwrap_or_default())
}

fn flood(result: &ProbeResult, lang: Lang) -> String {
    let count = i64::try_from(result.count).unwrap_or(i64::MAX);
    lang.with("probe-flood", [("count", count.into())])
}

pub fn sign(tag: Tag) -> Sign {
    match tag.mark {
        Mark::Ok | Mark::Nearly => Sign::Good,
        Mark::Bad if tag.name.ends_with("temperror") => Sign::Unknown,
        Mark::Bad if matches!(tag.name, "spf-softfail" | "spf-neutral" | "spf-none" | "dkim-none" | "dmarc-none") => {
            Sign::Warn
        }
        Mark::Bad => Sign::Bad,
    }
}

/// A list of one's own, behind a word.
fn own_list(listed: &Listed, lang: Lang) -> Markup {
    let t = |id: &str| lang.text(id);
    let name = listed.probe.name();
    let example = format!("{name}+‹{}›@{}", t("probe-word-example"), listed.domain);
    html! {
        section.stack aria-labelledby="own" {
            h2 #own { (t("probe-word-title")) }
            p.prose { (prose(&lang.with("probe-word-text", [("address", example.into())]))) " " (t("probe-word-rule")) }
            form.row action={ "/" (name) } method="get" {
                label.field { span { (t("probe-word-label")) } input type="text" name="word" maxlength=(MAX_WORD) pattern="[A-Za-z0-9\\-]+" title=(t("probe-word-rule")) autocomplete="off" spellcheck="false" value=[listed.word]; }
                button.button type="submit" { (t("probe-word-go")) }
            }
            p.note.warn.small { (t("probe-word-secret")) }
        }
    }
}

fn legend(probe: Probe, lang: Lang) -> Markup {
    html! {
        section.stack aria-labelledby="tags" {
            h2 #tags { (lang.text("probe-tags-title")) }
            dl.legend.wide {
                @for tag in tags(probe) {
                    dt { (sign(*tag).draw()) span.tag translate="no" { (tag) } }
                    dd { (prose(&lang.text(&format!("probe-tag-{}", tag.code())))) }
                }
            }
        }
    }
}

fn alignment(lang: Lang) -> Markup {
    let t = |id: &str| lang.text(id);
    html! {
        section.stack.prose aria-labelledby="alignment" {
            h2 #alignment { (t("probe-align-title")) }
            p { (prose(&t("probe-align-text"))) }
            p { (prose(&t("probe-align-relaxed"))) }
            p { (prose(&t("probe-align-strict"))) }
        }
        section.stack.prose aria-labelledby="privacy" {
            h2 #privacy { (t("probe-privacy-title")) }
            p { (t("probe-privacy-text")) }
        }
    }
}

fn clip(text: &str, most: usize) -> String {
    super::report::clip(text, most)
}
