//! A report as plain text, for a terminal or a ticket.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr as _;

use super::view::{FindingView, View};
use crate::check::{Arg, Cure, Evidence};
use crate::dns::quoted;
use crate::domain::DomainView;
use crate::lang::Lang;
use crate::score::Status;

const WIDTH: usize = 96;

/// The whole report. Control characters of the sender's never reach the terminal.
pub fn render(view: &View, lang: Lang) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{}  {}/10", view.software, lang.tenths(tenths(view.score)));
    paragraph(&mut out, "", &view.verdict);
    if view.not_determined > 0 {
        paragraph(&mut out, "", &lang.with("report-not-determined", [("count", Arg::from(view.not_determined))]));
    }
    let head = head(view, lang);
    let width = head.iter().map(|(label, _)| label.width()).max().unwrap_or(0);
    for (label, value) in head {
        let _ = writeln!(out, "  {label}{:gap$} {}", "", clean(&value), gap = width - label.width());
    }
    for section in &view.sections {
        if section.findings.is_empty() {
            continue;
        }
        let _ = writeln!(out, "\n{}  {}", section.title, points(tenths(section.points), lang));
        for finding in &section.findings {
            render_finding(&mut out, finding, lang);
        }
    }
    out
}

/// From whom, when, how: the lines under the score.
pub fn head(view: &View, lang: Lang) -> Vec<(String, String)> {
    let mut head = vec![
        (lang.text("web-from"), view.message.from.clone()),
        (lang.text("web-subject"), view.message.subject.clone()),
        (lang.text("web-received"), lang.instant(view.received_at)),
    ];
    if let Some(mail_from) = &view.envelope.mail_from {
        head.push(("MAIL FROM".to_owned(), format!("<{mail_from}>")));
    }
    if let Some(ip) = &view.session.client_ip {
        head.push((lang.text("web-client"), format!("{ip} ({})", view.session.helo.as_deref().unwrap_or("?"))));
    }
    head
}

/// A domain without a message.
pub fn domain(view: &DomainView, lang: Lang) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{}  {}", view.software, view.domain);
    if view.exists {
        paragraph(&mut out, "", &lang.text("domain-no-score"));
    }
    for (name, record) in [("SPF", &view.spf.record), ("DMARC", &view.dmarc.record)] {
        if let Some(record) = record {
            let _ = writeln!(out, "  {name:<6}{}", clean(record));
        }
    }
    for section in view.sections.iter().filter(|section| !section.findings.is_empty()) {
        let _ = writeln!(out, "\n{}", section.title);
        for finding in &section.findings {
            render_finding(&mut out, finding, lang);
        }
    }
    out
}

fn render_finding(out: &mut String, finding: &FindingView, lang: Lang) {
    let points =
        if finding.points < 0.0 { format!("{} ", points(tenths(finding.points), lang)) } else { String::new() };
    paragraph(out, &format!("  {} ", mark(finding.status)), &format!("{points}{}", finding.title));
    if matches!(finding.status, Status::Good | Status::NotApplicable) {
        return;
    }
    for text in [&finding.why, &finding.note].into_iter().flatten() {
        paragraph(out, "      ", text);
    }
    if finding.fix.is_some() || !finding.cures.is_empty() {
        let fix = finding.fix.as_deref().unwrap_or_default();
        paragraph(out, "      ", &format!("{}: {fix}", lang.text("web-what-to-change")));
    }
    for cure in &finding.cures {
        let _ = writeln!(out, "        {}", clean(&cure_line(cure)));
    }
    if !finding.evidence.is_empty() {
        let _ = writeln!(out, "      {}:", lang.text("web-what-we-saw"));
    }
    for evidence in finding.evidence.iter().take(5) {
        let _ = writeln!(out, "        {}", clean(&evidence_line(evidence)));
    }
    let _ = writeln!(out, "      {} · {}", finding.code, finding.basis);
}

pub fn mark(status: Status) -> char {
    match status {
        Status::Deducted => '✗',
        Status::Notice => '!',
        Status::Good => '✓',
        Status::NotApplicable => '–',
        Status::NotDetermined => '?',
    }
}

pub fn points(tenths: i32, lang: Lang) -> String {
    if tenths == 0 { "0".to_owned() } else { lang.tenths(tenths) }
}

/// A cure as one line: the zone-file line of a record, or the line to write.
pub fn cure_line(cure: &Cure) -> String {
    match cure {
        Cure::Record { name, rtype, value, .. } if rtype == "TXT" => format!("{name}. IN TXT {}", quoted(value)),
        // In a zone file a name without its final dot would get the zone's added.
        Cure::Record { name, rtype, value, .. } if rtype == "PTR" && !value.ends_with('.') => {
            format!("{name}. IN {rtype} {value}.")
        }
        Cure::Record { name, rtype, value, .. } => format!("{name}. IN {rtype} {value}"),
        Cure::Line { text } => text.clone(),
    }
}

pub fn evidence_line(evidence: &Evidence) -> String {
    match evidence {
        Evidence::Record { name, rtype, text, .. } => format!("{name} {rtype} {text}"),
        Evidence::Header { name, text, .. } => format!("{name}: {}", text.trim()),
        Evidence::Line { number, text } => format!("{number}: {text}"),
        Evidence::Session { text } | Evidence::Text { text } | Evidence::Said { id: text, .. } => text.clone(),
    }
}

/// Steps of 0.1, back as tenths.
pub fn tenths(decimal: f64) -> i32 {
    (decimal * 10.0).round() as i32
}

/// Without control characters: a subject must not move a terminal's cursor. Long lines are cut.
pub fn clean(text: &str) -> String {
    const MOST: usize = 500;
    let mut clean: String =
        text.chars().map(|c| if c.is_control() || is_bidi_control(c) { ' ' } else { c }).take(MOST).collect();
    if text.chars().nth(MOST).is_some() {
        clean.push('…');
    }
    clean
}

/// Characters that reorder what follows them (Unicode Bidirectional Algorithm §2).
pub fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{061c}')
}

/// Wrapped at [`WIDTH`] columns, every line after the first indented as far as `first` is wide.
fn paragraph(out: &mut String, first: &str, text: &str) {
    let indent = first.width();
    out.push_str(first);
    let mut column = indent;
    for word in clean(text).split_whitespace() {
        if column > indent && column + 1 + word.width() > WIDTH {
            let _ = write!(out, "\n{:indent$}", "");
            column = indent;
        }
        if column > indent {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += word.width();
    }
    out.push('\n');
}
