//! What the reader sees: text and HTML, and what programs for mail strip, hide or fear. `images.rs` has the images,
//! `placeholders.rs` what a template left behind.

use std::collections::HashSet;

use crate::facts::{Facts, Purpose};
use crate::message::html::Html;
use crate::message::{DefectKind, Message};

use super::{Basis, Cure, Evidence, Findings, Rule, Section::Content, Verdict};

mod images;
mod placeholders;

pub(super) use placeholders::FIELDS;

const EMPTY: Rule = Rule::new("content.body.empty", Content, Verdict::Deduct(5), Basis::Practice("RFC 5322 §3.5"));
const TEXT_MISSING: Rule =
    Rule::new("content.text.missing", Content, Verdict::Deduct(5), Basis::Practice("RFC 2046 §5.1.4"));
const TEXT_DIFFERS: Rule =
    Rule::new("content.text.differs", Content, Verdict::Notice, Basis::Should("RFC 2046 §5.1.4"));
const TEXT_GOOD: Rule = Rule::new("content.text.good", Content, Verdict::Good, Basis::Should("RFC 2046 §5.1.4"));
const HTML_NONE: Rule =
    Rule::new("content.html.none", Content, Verdict::NotApplicable, Basis::Practice("RFC 2046 §5.1.4"));
const HTML_CUT: Rule =
    Rule::new("content.html.cut", Content, Verdict::NotDetermined, Basis::Practice("https://www.caniemail.com/"));
const HTML_LARGE: Rule = Rule::new(
    "content.html.large",
    Content,
    Verdict::Deduct(2),
    Basis::Practice("https://www.spamresource.com/2022/01/what-is-gmail-clipping-and-what-to-do.html"),
);
const RATIO_LOW: Rule = Rule::new(
    "content.html.share",
    Content,
    Verdict::Notice,
    Basis::Practice("https://spamassassin.apache.org/tests_3_3_x.html"),
);
const DANGEROUS: Rule = Rule::new(
    "content.html.dangerous",
    Content,
    Verdict::Deduct(10),
    Basis::Practice("https://www.caniemail.com/search/?s=form"),
);
const ACTIVE: Rule =
    Rule::new("content.html.active", Content, Verdict::Notice, Basis::Practice("https://www.caniemail.com/"));
const HTML_GOOD: Rule =
    Rule::new("content.html.good", Content, Verdict::Good, Basis::Practice("https://www.caniemail.com/"));
const EXTERNAL_CSS: Rule = Rule::new(
    "content.css.external",
    Content,
    Verdict::Notice,
    Basis::Practice("https://www.caniemail.com/features/html-link/"),
);
const FONTS: Rule = Rule::new(
    "content.css.fonts",
    Content,
    Verdict::Notice,
    Basis::Practice("https://www.caniemail.com/features/css-at-font-face/"),
);
const HIDDEN: Rule = Rule::new(
    "content.text.hidden",
    Content,
    Verdict::Notice,
    Basis::Practice("https://support.google.com/mail/answer/81126"),
);
const PREHEADER: Rule =
    Rule::new("content.preheader.missing", Content, Verdict::Notice, Basis::Practice("https://www.caniemail.com/"));

pub const RULES: &[Rule] = &[
    EMPTY,
    TEXT_MISSING,
    TEXT_DIFFERS,
    TEXT_GOOD,
    HTML_NONE,
    HTML_CUT,
    HTML_LARGE,
    RATIO_LOW,
    images::IMAGES_ONLY,
    images::IMAGES_ALT,
    images::IMAGES_SIZE,
    images::IMAGES_SOURCE,
    images::IMAGES_GOOD,
    DANGEROUS,
    ACTIVE,
    HTML_GOOD,
    EXTERNAL_CSS,
    FONTS,
    HIDDEN,
    images::PIXEL,
    PREHEADER,
    placeholders::PLACEHOLDER,
];

/// Gmail shows this much of an HTML part, and a link to the rest.
const CLIPPED: usize = 102 * 1024;
/// Elements that every webmail removes, and that filters take for an attack.
const FORBIDDEN: &[&str] = &["script", "form", "iframe", "object", "embed", "applet", "frame", "frameset"];

pub fn check(facts: &Facts, findings: &mut Findings) {
    let message = &facts.message;
    placeholders::check(facts, findings);
    let Some(html) = &message.page else {
        if is_empty(message) {
            findings.add(&EMPTY);
        }
        findings.add(&HTML_NONE);
        return;
    };
    if html.cut {
        findings.add(&HTML_CUT);
    }
    texts(message, html, findings);
    let size = message.html.as_deref().map_or(0, str::len);
    if size > CLIPPED {
        findings.add(&HTML_LARGE).arg("kilobytes", size.div_ceil(1024)).arg("styles", html.style_size.div_ceil(1024));
    }
    share(size, html, findings);
    images::check(facts, html, findings);
    dangers(html, findings);
    styles(html, findings);
    let hidden = html.hidden.chars().count();
    if !html.cut && hidden > 200 && hidden * 5 > html.visible.chars().count() {
        findings.add(&HIDDEN).arg("characters", hidden).evidence(Evidence::text(first(&html.hidden, 300)));
    }
    if facts.purpose == Purpose::Bulk && html.preheader.is_none() {
        findings
            .add(&PREHEADER)
            .evidence(Evidence::text(first(&html.visible, 100)))
            .cure(Cure::Line { text: "<div style=\"display:none;max-height:0;overflow:hidden\">…</div>".to_owned() });
    }
}

/// No text, no HTML, nothing attached. Encrypted and signed messages have their parts.
fn is_empty(message: &Message) -> bool {
    // A body that could not be taken apart is not an empty one.
    let misread = [DefectKind::BoundaryMissing, DefectKind::NestingTooDeep, DefectKind::TooManyParts];
    if message.defects.iter().any(|defect| misread.contains(&defect.kind)) {
        return false;
    }
    let text = message.text.as_deref().is_some_and(|text| !text.trim().is_empty());
    let other = message.parts.iter().any(|part| {
        !part.content_type.starts_with("multipart/")
            && !matches!(part.content_type.as_str(), "text/plain" | "text/html")
            || part.is_attachment()
    });
    !text && !other
}

fn texts(message: &Message, html: &Html, findings: &mut Findings) {
    // An invitation has its text in the calendar part, too.
    let text = message.text.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let Some(text) = text else {
        findings.add(&TEXT_MISSING).cure(Cure::Line { text: "Content-Type: multipart/alternative".to_owned() });
        return;
    };
    if html.cut {
        return;
    }
    let (plain, shown) = (words(text), words(&html.visible));
    // Short texts differ by a greeting; and a stub in place of the text shows by how little of the HTML it holds.
    if shown.len() >= 20 && !plain.is_empty() {
        let common = shown.intersection(&plain).count();
        let share = common * 100 / shown.len();
        if share < 30 {
            findings.add(&TEXT_DIFFERS).arg("percent", share).evidence(Evidence::text(first(text, 300)));
            return;
        }
    }
    findings.add(&TEXT_GOOD);
}

/// Distinct words of letters, URLs left out.
fn words(text: &str) -> HashSet<String> {
    text.split_whitespace()
        .filter(|word| !word.contains("://"))
        .map(|word| word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>())
        .filter(|word| !word.is_empty())
        .take(20_000)
        .collect()
}

/// How much of the HTML is text that people read. Small messages are mostly frame, and that is nobody's fault.
fn share(size: usize, html: &Html, findings: &mut Findings) {
    const SMALL: usize = 20 * 1024;
    const LOW: usize = 2;
    let percent = (100 * html.visible.len()).checked_div(size).unwrap_or(100);
    if size > SMALL && percent < LOW && !html.cut {
        findings.add(&RATIO_LOW).arg("percent", percent).arg("kilobytes", size.div_ceil(1024));
    }
}

fn dangers(html: &Html, findings: &mut Findings) {
    let found: Vec<String> = FORBIDDEN
        .iter()
        .filter_map(|name| html.elements.get(*name).map(|count| format!("<{name}> × {count}")))
        .collect();
    if !found.is_empty() {
        let finding = findings.add(&DANGEROUS).arg("elements", found.join(", "));
        for element in found {
            finding.evidence(Evidence::text(element));
        }
    }
    let mut active: Vec<String> = html.handlers.iter().take(5).cloned().collect();
    let script = |url: &str| {
        let scheme: String = url.chars().filter(|c| !c.is_whitespace()).take(11).flat_map(char::to_lowercase).collect();
        scheme.starts_with("javascript:") || scheme.starts_with("vbscript:")
    };
    active.extend(html.urls.iter().filter(|(_, url)| script(url)).take(5).map(|(_, url)| first(url, 100)));
    if html.meta_refresh {
        active.push("<meta http-equiv=\"refresh\">".to_owned());
    }
    if !active.is_empty() {
        let finding = findings.add(&ACTIVE).arg("count", active.len());
        for what in active {
            finding.evidence(Evidence::text(what));
        }
    } else if !html.cut && !FORBIDDEN.iter().any(|name| html.elements.contains_key(*name)) {
        findings.add(&HTML_GOOD);
    }
}

fn styles(html: &Html, findings: &mut Findings) {
    // A style sheet of a font service holds nothing but fonts.
    let (services, sheets): (Vec<&String>, Vec<&String>) =
        html.external_css.iter().partition(|url| is_font_service(url));
    let fonts = html.styles.fonts.iter().chain(services).collect();
    for (rule, list) in [(&EXTERNAL_CSS, sheets), (&FONTS, fonts)] {
        if !list.is_empty() {
            let finding = findings.add(rule).arg("count", list.len());
            for url in list.iter().take(5) {
                finding.evidence(Evidence::text(first(url, 200)));
            }
        }
    }
}

fn is_font_service(url: &str) -> bool {
    const SERVICES: &[&str] =
        &["fonts.googleapis.com", "use.typekit.net", "fonts.bunny.net", "fast.fonts.net", "use.fontawesome.com"];
    let host = url.split_once("//").map_or(url, |(_, rest)| rest).split(['/', '?']).next().unwrap_or_default();
    SERVICES.contains(&host)
}

fn first(text: &str, characters: usize) -> String {
    let mut cut: String = text.chars().take(characters).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::super::testing::{codes, facts_of};
    use super::*;

    pub fn html(body: &str) -> Facts {
        facts_of(&format!("Subject: x\nMIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n{body}\n"))
    }

    pub fn both(text: &str, html: &str) -> Facts {
        facts_of(&format!(
            "MIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=b\n\n--b\n\n{text}\n--b\n\
             Content-Type: text/html\n\n{html}\n--b--\n"
        ))
    }

    pub fn has(facts: &Facts, code: &str) -> bool {
        codes(check, facts).iter().any(|found| found == code)
    }

    #[test]
    fn plain_mail_is_asked_for_no_html() {
        assert_eq!(codes(check, &facts_of("Subject: x\n\nhello\n")), ["content.html.none"]);
        assert_eq!(codes(check, &facts_of("Subject: x\n\n\n")), ["content.body.empty", "content.html.none"]);
        let encrypted = "Content-Type: multipart/encrypted; boundary=b\n\n--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b--";
        assert_eq!(codes(check, &facts_of(encrypted)), ["content.html.none"]);
    }

    #[test]
    fn text_beside_html_must_be_there_and_say_the_same() {
        assert!(has(&html("<p>hello</p>"), "content.text.missing"));
        let words = "uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove venti";
        assert!(has(&both(words, &format!("<p>{words}</p>")), "content.text.good"));
        assert!(has(&both("This mail needs HTML.", &format!("<p>{words}</p>")), "content.text.differs"));
    }

    #[test]
    fn what_webmail_strips_is_named() {
        for element in ["script", "form", "iframe", "object"] {
            assert!(has(&html(&format!("<{element}></{element}>")), "content.html.dangerous"), "{element}");
        }
        assert!(has(&html("<a onclick=x() href=#>x</a>"), "content.html.active"));
        assert!(has(&html("<a href='java\tscript:x()'>x</a>"), "content.html.active"));
        assert!(has(&html("<p>x</p>"), "content.html.good"));
        assert!(has(&html("<link rel=stylesheet href=https://x.example/a.css>"), "content.css.external"));
        assert!(has(&html("<style>@font-face{src:url(https://x.example/f)}</style>"), "content.css.fonts"));
    }

    #[test]
    fn size_hidden_text_and_forgotten_marks_are_seen() {
        assert!(has(&html(&"<p>text</p>".repeat(10_000)), "content.html.large"));
        assert!(has(
            &html(&format!("<p>x</p><p style=display:none>{}</p>", "hidden ".repeat(100))),
            "content.text.hidden"
        ));
        assert!(!has(
            &html(&format!("<p style=display:none>{}</p><p>x</p>", "preheader ".repeat(100))),
            "content.text.hidden"
        ));
        let mut facts = html("<p>Dear {{ first_name }},</p>");
        assert!(!has(&facts, "content.placeholder.left"));
        facts.purpose = Purpose::Bulk;
        assert!(has(&facts, "content.placeholder.left") && has(&facts, "content.preheader.missing"));
    }

    #[test]
    fn a_page_that_was_not_read_whole_gets_neither_praise_nor_blame_for_the_rest() {
        let long = format!("<p style=display:none>{}</p><p>x</p>{}", "hidden ".repeat(100), "<div>".repeat(3000));
        let facts =
            Facts { purpose: Purpose::Bulk, ..both("another text altogether", &format!("{long}<img src=a alt=a>")) };
        let found = codes(check, &facts);
        assert!(found.contains(&"content.html.cut".to_owned()));
        for code in [
            "content.html.good",
            "content.images.good",
            "content.images.only",
            "content.text.hidden",
            "content.text.good",
        ] {
            assert!(!found.iter().any(|found| found == code), "{code}");
        }
        assert!(has(&html(&format!("<form></form>{}", "<div>".repeat(3000))), "content.html.dangerous"));
    }

    #[test]
    fn data_for_gmail_is_no_script_and_a_font_service_no_style_sheet() {
        assert!(has(&html("<script type='application/ld+json'>{}</script><p>x</p>"), "content.html.good"));
        let facts = html("<link rel=stylesheet href='https://fonts.googleapis.com/css?family=Lato'>");
        assert!(has(&facts, "content.css.fonts") && !has(&facts, "content.css.external"));
    }

    #[test]
    fn hardly_any_text_in_much_html_is_told() {
        let frame = "<table><tr><td style='padding:0'></td></tr></table>".repeat(600);
        assert!(has(&html(&format!("{frame}<p>Short.</p>")), "content.html.share"));
        assert!(!has(&html(&format!("{frame}<p>{}</p>", "word ".repeat(400))), "content.html.share"));
        assert!(!has(&html("<table><tr><td></td></tr></table><p>x</p>"), "content.html.share"));
    }
}
