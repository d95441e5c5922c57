//! A report as Markdown, to paste into a ticket.

use std::fmt::Write as _;

use super::text::{clean, cure_line, evidence_line, head, mark, points, tenths};
use super::view::{FindingView, View};
use crate::check::Arg;
use crate::lang::Lang;
use crate::score::Status;

/// The whole report; what is good is one list at the end of its section.
pub fn render(view: &View, lang: Lang) -> String {
    let mut out = format!("# {}/10 — {}\n\n", lang.tenths(tenths(view.score)), escape(&view.verdict));
    if view.not_determined > 0 {
        let _ = writeln!(out, "{}\n", lang.with("report-not-determined", [("count", Arg::from(view.not_determined))]));
    }
    for (label, value) in head(view, lang) {
        let _ = writeln!(out, "- {label}: {}", code(&value));
    }
    for section in view.sections.iter().filter(|section| !section.findings.is_empty()) {
        let _ = writeln!(out, "\n## {} ({})\n", section.title, points(tenths(section.points), lang));
        for finding in &section.findings {
            render_finding(&mut out, finding, lang);
        }
    }
    let _ = writeln!(out, "\n{} · {}", view.software, view.received_at);
    out
}

/// One finding, as the page's "copy for a ticket" gives it.
pub fn render_finding(out: &mut String, finding: &FindingView, lang: Lang) {
    let cost =
        if finding.points < 0.0 { format!(" ({})", points(tenths(finding.points), lang)) } else { String::new() };
    if matches!(finding.status, Status::Good | Status::NotApplicable) {
        let _ = writeln!(out, "- {} {}", mark(finding.status), escape(&finding.title));
        return;
    }
    let _ = writeln!(out, "- {} **{}**{cost}", mark(finding.status), escape(&finding.title));
    for text in [&finding.why, &finding.note].into_iter().flatten() {
        let _ = writeln!(out, "  {}  ", escape(text));
    }
    if finding.fix.is_some() || !finding.cures.is_empty() {
        let fix = finding.fix.as_deref().unwrap_or_default();
        let _ = writeln!(out, "  {}: {}  ", lang.text("web-what-to-change"), escape(fix));
    }
    for cure in &finding.cures {
        let _ = writeln!(out, "  → {}  ", code(&cure_line(cure)));
    }
    for (i, evidence) in finding.evidence.iter().take(5).enumerate() {
        let label = if i == 0 { format!("{}: ", lang.text("web-what-we-saw")) } else { String::new() };
        let _ = writeln!(out, "  {label}{}  ", code(&evidence_line(evidence)));
    }
    let _ = writeln!(out, "  {} · {}", code(&finding.code), escape(&finding.basis));
}

/// Prose with a sender's words in it: nothing of it may become markup.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in clean(text).chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '!') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A code span that no backtick inside can end (CommonMark §6.1).
fn code(text: &str) -> String {
    let text = clean(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    if longest == 0 { format!("`{text}`") } else { format!("{fence} {text} {fence}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_s_words_never_become_markup() {
        assert_eq!(escape("[click](https://x) <b>"), "\\[click\\](https://x) \\<b\\>");
        assert_eq!(code("a `b` ``c"), "``` a `b` ``c ```");
        assert_eq!(code("plain"), "`plain`");
    }
}
