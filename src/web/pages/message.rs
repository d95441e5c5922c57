//! `/t/{key}/message`: the message as it looks, as it is built, and as it was handed over.

use jiff::Timestamp;
use maud::{Markup, html};

use super::report::{anchor, clip, readable};
use super::{Page, prose, size, utc};
use crate::check::Evidence;
use crate::delivery::{Delivery, Side};
use crate::lang::Lang;
use crate::message::Message;
use crate::message::received::Hop;
use crate::report::view::{FindingView, View};
use crate::score::Status;
use crate::web::preview::Look;
use crate::web::reader::Reader;

/// The most that is written into the page; the whole can be downloaded. Octets.
const MOST_SOURCE: usize = 200_000;
const MOST_TEXT: usize = 100_000;
/// Rows of each table.
const MOST_ROWS: usize = 300;

pub struct Shown<'a> {
    /// `/t/{key}`
    pub path: &'a str,
    pub number: u32,
    pub delivery: &'a Delivery,
    pub message: &'a Message,
    /// `None` before there is a report.
    pub view: Option<&'a View>,
    pub look: Look,
}

pub fn page<'a>(reader: &'a Reader, shown: &Shown) -> Page<'a> {
    let lang = reader.lang;
    let t = |id: &str| lang.text(id);
    let subject = shown.message.subject().filter(|subject| !subject.trim().is_empty());
    let subject = subject.map_or_else(|| t("web-no-subject"), |subject| clip(&subject, 200));
    let part = |id: &str, open: bool, content: Markup| {
        html! {
            details.section id=(id) open[open] {
                summary { h2 { (t(&format!("web-message-{id}"))) } }
                div.findings { (content) }
            }
        }
    };
    let content = html! {
        section.stack {
            p { a href={ (shown.path) "?delivery=" (shown.number) } { "← " (t("web-message-back")) } }
            h1 { bdi { (subject) } }
        }
        div.sections {
            @if shown.message.html.is_some() { (part("preview", true, preview(reader, shown))) }
            @if let Some(text) = &shown.message.text { (part("text", shown.message.html.is_none(), html! { pre dir="auto" { (clip(text, MOST_TEXT)) } })) }
            (part("headers", false, headers(shown, lang)))
            (part("hops", false, hops(&shown.message.received(), lang)))
            (part("parts", false, parts(shown.message, lang)))
            @if !shown.delivery.session.transcript.is_empty() { (part("talk", false, talk(shown.delivery, lang))) }
            @if let Some(view) = shown.view { (part("dns", false, dns(view, lang))) }
            (part("source", false, source(shown, lang)))
        }
    };
    Page::new(reader, t("web-message-name"), content)
}

fn preview(reader: &Reader, shown: &Shown) -> Markup {
    let lang = reader.lang;
    let t = |id: &str| lang.text(id);
    let flag = |on: bool| if on { "1" } else { "0" };
    let look = shown.look;
    let frame = format!(
        "{}/message/frame?delivery={}&images={}&dark={}",
        shown.path,
        shown.number,
        flag(look.images),
        flag(look.dark)
    );
    html! {
        div.preview {
            fieldset {
                legend { (t("web-preview-width")) }
                div.choices {
                    @for (width, checked) in [("phone", false), ("tablet", false), ("desktop", true)] {
                        label { input type="radio" name="width" id={ "width-" (width) } checked[checked]; (t(&format!("web-preview-{width}"))) }
                    }
                }
            }
            div.choices {
                a href=(reader.here_with("images", flag(!look.images))) aria-current=[look.images.then_some("true")] {
                    (t(if look.images { "web-preview-images-off" } else { "web-preview-images-on" }))
                }
                a href=(reader.here_with("dark", flag(!look.dark))) aria-current=[look.dark.then_some("true")] {
                    (t(if look.dark { "web-preview-light" } else { "web-preview-dark" }))
                }
            }
            @if !look.images { p.small.soft { (t("web-preview-images-why")) } }
            @if let Some(view) = shown.view { (unsupported(view)) }
            iframe sandbox="" src=(frame) title=(t("web-preview-title")) referrerpolicy="no-referrer" loading="lazy" {}
        }
    }
}

/// What of this HTML the common mail programs do not show, or only in part.
fn unsupported(view: &View) -> Markup {
    let findings = view.sections.iter().flat_map(|section| &section.findings);
    let lacking: Vec<&FindingView> = findings
        .filter(|finding| finding.code.starts_with("clients.support.") && !finding.evidence.is_empty())
        .collect();
    html! {
        @for finding in lacking {
            details.note {
                summary { (prose(&finding.title)) }
                ul.small {
                    @for evidence in &finding.evidence {
                        @if let Evidence::Text { text } = evidence { li { (clip(text, 400)) } }
                    }
                }
            }
        }
    }
}

/// The findings that show a field of this name, and want something of it.
fn odd<'a>(shown: &Shown<'a>, name: &str) -> Vec<&'a FindingView> {
    let of_field =
        |evidence: &Evidence| matches!(evidence, Evidence::Header { name: of, .. } if of.eq_ignore_ascii_case(name));
    let findings = shown.view.into_iter().flat_map(|view| &view.sections).flat_map(|section| &section.findings);
    findings
        .filter(|finding| {
            matches!(finding.status, Status::Deducted | Status::Notice) && finding.evidence.iter().any(of_field)
        })
        .collect()
}

fn headers(shown: &Shown, lang: Lang) -> Markup {
    let t = |id: &str| lang.text(id);
    html! {
        @if !shown.message.defects.is_empty() {
            div.note.warn {
                p { strong { (t("web-defects")) } }
                ul {
                    @for defect in shown.message.defects.iter().take(50) {
                        li {
                            @if let Some(line) = defect.line { (lang.with("web-evidence-line", [("number", line.into())])) ": " }
                            code { (clip(&defect.text, 200)) }
                        }
                    }
                }
            }
        }
        div.scroll {
            table.stacks {
                thead { tr { th scope="col" { (t("web-headers-name")) } th scope="col" { (t("web-headers-value")) } } }
                tbody {
                    @for field in shown.message.fields.iter().take(MOST_ROWS) {
                        @let odd = odd(shown, &field.name);
                        tr class=[(!odd.is_empty()).then_some("odd")] {
                            th scope="row" { (clip(&field.name, 80)) }
                            td {
                                bdi { (clip(crate::message::header::unfold(&field.value).trim(), 2000)) }
                                @for finding in odd {
                                    p.small {
                                        a href={ (shown.path) "?delivery=" (shown.number) "#" (anchor(&finding.code)) } { (prose(&finding.title)) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        (left_out(shown.message.fields.len(), lang))
    }
}

/// The way of the message, oldest hop first, with the time each one took.
fn hops(received: &[Hop], lang: Lang) -> Markup {
    let t = |id: &str| lang.text(id);
    let mut before: Option<Timestamp> = None;
    let mut rows: Vec<(&Hop, Option<i64>)> = Vec::new();
    for hop in received.iter().rev() {
        let took = hop.time.zip(before).map(|(now, then)| now.as_second() - then.as_second());
        before = hop.time.or(before);
        rows.push((hop, took));
    }
    html! {
        p.soft { (t("web-hops-text")) }
        @if rows.is_empty() { p { (t("web-hops-none")) } }
        ol.hops {
            @for (hop, took) in rows {
                li {
                    p {
                        strong { bdi { (clip(hop.helo.as_deref().unwrap_or("?"), 120)) } }
                        @if let Some(ip) = hop.ip { " [" (ip) "]" }
                        " → " strong { bdi { (clip(hop.by.as_deref().unwrap_or("?"), 120)) } }
                    }
                    p.small.soft {
                        @if let Some(at) = hop.time { (utc(at, lang)) }
                        @if let Some(seconds) = took { " · " (lang.with("web-hops-took", [("seconds", seconds.into())])) }
                        @if let Some(with) = &hop.with { " · " (clip(with, 40)) }
                        @if let Some(tls) = &hop.tls { " · " (clip(tls, 40)) }
                    }
                }
            }
        }
    }
}

/// The MIME tree, and the attachments in it.
fn parts(message: &Message, lang: Lang) -> Markup {
    let t = |id: &str| lang.text(id);
    html! {
        div.scroll {
            table {
                thead {
                    tr {
                        @for id in ["web-parts-type", "web-parts-name", "web-parts-encoding"] { th scope="col" { (t(id)) } }
                        th.numbers scope="col" { (t("web-parts-size")) }
                    }
                }
                tbody {
                    @for part in message.parts.iter().take(MOST_ROWS) {
                        tr {
                            td {
                                span.soft aria-hidden="true" { (indent(message, part.parent)) }
                                code { (clip(&part.content_type, 100)) }
                                @if let Some(charset) = &part.charset { " " span.small.soft { (clip(charset, 40)) } }
                            }
                            td {
                                @if let Some(name) = &part.filename { bdi { (clip(name, 160)) } }
                                @if part.is_attachment() { " " span.count { (t("web-parts-attachment")) } }
                            }
                            td { (clip(&part.encoding, 40)) }
                            td.numbers { (size(part.decoded_size as u64, lang)) }
                        }
                    }
                }
            }
        }
        (left_out(message.parts.len(), lang))
    }
}

/// How deep a part stands, drawn; the depth a reader can follow.
fn indent(message: &Message, mut parent: Option<usize>) -> String {
    let mut depth: usize = 0;
    while let Some(index) = parent
        && depth < 12
    {
        depth += 1;
        parent = message.parts.get(index).and_then(|part| part.parent);
    }
    if depth == 0 { String::new() } else { format!("{}└ ", "\u{2003}".repeat(depth - 1)) }
}

fn talk(delivery: &Delivery, lang: Lang) -> Markup {
    let t = |id: &str| lang.text(id);
    html! {
        div.scroll {
            table.talk {
                thead { tr { @for id in ["web-talk-time", "web-talk-who", "web-talk-line"] { th scope="col" { (t(id)) } } } }
                tbody {
                    @for line in delivery.session.transcript.iter().take(MOST_ROWS) {
                        @let (class, who) = match line.from {
                            Side::Client => ("client", t("web-talk-client")),
                            Side::Server => ("server", t("web-talk-server")),
                            Side::Note => ("note-line", t("web-talk-note")),
                        };
                        tr class=(class) { td.numbers { (line.at_ms) " ms" } td { (who) } td { bdi { (clip(&line.text, 1000)) } } }
                    }
                }
            }
        }
    }
}

fn dns(view: &View, lang: Lang) -> Markup {
    let t = |id: &str| lang.text(id);
    html! {
        div.scroll {
            table.stacks {
                thead {
                    tr {
                        @for id in ["web-dns-name", "web-dns-type", "web-dns-answer"] { th scope="col" { (t(id)) } }
                        @for id in ["web-dns-ttl", "web-dns-ms"] { th.numbers scope="col" { (t(id)) } }
                    }
                }
                tbody {
                    @for lookup in view.dns.iter().take(MOST_ROWS) {
                        tr {
                            th scope="row" { (clip(&lookup.name, 260)) }
                            td { (lookup.rtype) }
                            td {
                                @match &lookup.said { Some(said) => (said), None => code { (clip(&lookup.answer, 800)) } }
                            }
                            td.numbers data-label=(t("web-dns-ttl")) { @if let Some(ttl) = lookup.ttl { (ttl) } }
                            td.numbers data-label=(t("web-dns-ms")) { (lookup.ms) }
                        }
                    }
                }
            }
        }
        (left_out(view.dns.len(), lang))
    }
}

fn source(shown: &Shown, lang: Lang) -> Markup {
    let raw = &shown.delivery.raw;
    let key = shown.path.trim_start_matches("/t/");
    let cut = raw.get(..raw.len().min(MOST_SOURCE)).unwrap_or_default();
    html! {
        p {
            a.button href={ "/api/v1/tests/" (key) "/message?delivery=" (shown.number) } download {
                (lang.with("web-source-download", [("size", size(raw.len() as u64, lang).into())]))
            }
        }
        pre.source tabindex="0" translate="no" { (readable(&String::from_utf8_lossy(cut))) }
        @if raw.len() > MOST_SOURCE { p.small.soft { (lang.text("web-source-cut")) } }
    }
}

fn left_out(count: usize, lang: Lang) -> Markup {
    html! {
        @if count > MOST_ROWS { p.small.soft { (lang.with("web-rows-cut", [("count", (count - MOST_ROWS).into())])) } }
    }
}
