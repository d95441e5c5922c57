//! Images: what is read where they are not shown, and images that show nothing.

use std::collections::HashSet;

use crate::facts::{Facts, Purpose};
use crate::message::DefectKind;
use crate::message::html::{Html, Image};

use super::super::{Basis, Evidence, Findings, Rule, Section::Content, Verdict};
use super::first;

pub const IMAGES_ONLY: Rule = Rule::new(
    "content.images.only",
    Content,
    Verdict::Deduct(5),
    Basis::Practice("https://www.w3.org/TR/WCAG22/#images-of-text"),
);
pub const IMAGES_ALT: Rule = Rule::new(
    "content.images.alt",
    Content,
    Verdict::DeductUpTo(4),
    Basis::Practice("https://www.w3.org/TR/WCAG22/#non-text-content"),
);
pub const IMAGES_SIZE: Rule = Rule::new(
    "content.images.size",
    Content,
    Verdict::Notice,
    Basis::Practice("https://html.spec.whatwg.org/multipage/embedded-content-other.html"),
);
pub const IMAGES_SOURCE: Rule =
    Rule::new("content.images.source", Content, Verdict::Deduct(3), Basis::Practice("RFC 2392 §2"));
pub const IMAGES_GOOD: Rule = Rule::new(
    "content.images.good",
    Content,
    Verdict::Good,
    Basis::Practice("https://www.w3.org/TR/WCAG22/#non-text-content"),
);
pub const PIXEL: Rule = Rule::new(
    "content.images.pixel",
    Content,
    Verdict::Notice,
    Basis::Practice("https://support.apple.com/guide/mail/mlhl03be2866/mac"),
);

pub fn check(facts: &Facts, html: &Html, findings: &mut Findings) {
    shown(html, facts.purpose, findings);
    sources(facts, html, findings);
}

fn shown(html: &Html, purpose: Purpose, findings: &mut Findings) {
    let shown: Vec<_> = html.images.iter().filter(|image| !image.is_pixel()).collect();
    let counts = |image: &&Image| image.is_pixel() && image.src.contains("://") && !is_spacer(&image.src);
    let pixels: Vec<_> = html.images.iter().filter(counts).collect();
    if let Some(pixel) = pixels.first() {
        findings.add(&PIXEL).arg("count", pixels.len()).evidence(Evidence::text(first(&pixel.src, 300)));
    }
    if shown.is_empty() {
        return;
    }
    let letters = html.visible.chars().filter(|c| c.is_alphanumeric()).count();
    // A photo or a logo in a short personal note hides no text.
    let hides_text = shown.iter().any(|image| !image.is_small());
    if letters < 60 && !html.cut && hides_text && purpose != Purpose::Personal {
        findings.add(&IMAGES_ONLY).arg("images", shown.len()).arg("letters", letters);
    }
    let without: Vec<_> = shown.iter().filter(|image| image.alt.is_none()).collect();
    if without.is_empty() {
        if !html.cut {
            findings.add(&IMAGES_GOOD).arg("count", shown.len());
        }
    } else {
        let tenths = (4 * without.len()).div_ceil(shown.len());
        let finding = findings.add(&IMAGES_ALT).arg("missing", without.len()).arg("count", shown.len());
        finding.points(i32::try_from(tenths).unwrap_or(4));
        for image in without.iter().take(5) {
            finding.evidence(Evidence::text(first(&image.src, 200)));
        }
    }
    let unsized_: Vec<_> = shown.iter().filter(|image| !image.sized).collect();
    if !unsized_.is_empty() {
        let finding = findings.add(&IMAGES_SIZE).arg("missing", unsized_.len()).arg("count", shown.len());
        for image in unsized_.iter().take(3) {
            finding.evidence(Evidence::text(first(&image.src, 200)));
        }
    }
}

/// An invisible image that holds a table open, as its name says.
fn is_spacer(source: &str) -> bool {
    let path = source.split(['?', '#']).next().unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    let stem = name.split('.').next().unwrap_or_default();
    ["spacer", "blank", "clear", "transparent", "shim", "px", "1x1"].contains(&stem) && !source.contains('?')
}

/// Images that show nothing, whatever the network says: without a source, or with one that no part of the message is
/// (RFC 2392). Answers and forwards lose their images often, so people are let be.
fn sources(facts: &Facts, html: &Html, findings: &mut Findings) {
    let message = &facts.message;
    let misread = message.defects.iter().any(|defect| {
        matches!(defect.kind, DefectKind::BoundaryMissing | DefectKind::NestingTooDeep | DefectKind::TooManyParts)
    });
    if facts.purpose == Purpose::Personal || misread || html.cut {
        return;
    }
    let known: HashSet<&str> = message.parts.iter().filter_map(|part| part.content_id.as_deref()).collect();
    let lost = |source: &str| {
        let scheme = source.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("cid:"));
        let id = source.get(4..).unwrap_or_default();
        source.is_empty() || scheme && !known.contains(id) && !known.contains(unescaped(id).as_str())
    };
    let lost: Vec<&str> = html.images.iter().map(|image| image.src.as_str()).filter(|source| lost(source)).collect();
    if !lost.is_empty() {
        let finding = findings.add(&IMAGES_SOURCE).arg("count", lost.len());
        for source in lost.into_iter().take(5) {
            let shown = if source.is_empty() { "<img src=\"\">" } else { source };
            finding.evidence(Evidence::text(first(shown, 200)));
        }
    }
}

/// `%40` and its like undone.
fn unescaped(text: &str) -> String {
    let mut pieces = text.split('%');
    let mut octets = pieces.next().unwrap_or_default().as_bytes().to_vec();
    for piece in pieces {
        match piece.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(octet) => {
                octets.push(octet);
                octets.extend(piece.bytes().skip(2));
            }
            None => octets.extend(format!("%{piece}").bytes()),
        }
    }
    String::from_utf8_lossy(&octets).into_owned()
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{facts_of, found};
    use super::super::tests::{has, html};
    use super::*;

    #[test]
    fn alternative_texts_cost_by_their_share() {
        let facts = html(
            "<p>long enough text to be read without any of the images, thank you very much indeed</p><img src=a><img src=b alt=''><img src=c alt=c>",
        );
        let finding = found(super::super::check, &facts)
            .into_iter()
            .find(|finding| finding.code == "content.images.alt")
            .unwrap();
        assert_eq!(finding.points, Some(2));
        assert!(has(&facts, "content.images.size") && !has(&facts, "content.images.only"));
        let only_image = Facts { purpose: Purpose::Bulk, ..html("<img src=a alt=a>") };
        assert!(has(&only_image, "content.images.only"));
        let photo = Facts { purpose: Purpose::Personal, ..only_image };
        assert!(!has(&photo, "content.images.only"));
        let logo = Facts { purpose: Purpose::Bulk, ..html("<p>See you at nine.</p><img src=a alt=a width=100>") };
        assert!(!has(&logo, "content.images.only"));
        assert!(has(&html("<img src=https://t.example/o.gif width=1 height=1>"), "content.images.pixel"));
    }

    #[test]
    fn an_image_without_a_source_or_with_a_lost_one_is_seen() {
        let image = |source: &str, purpose| {
            let html = format!(
                "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html\n\n\
                 <p>x</p><img alt=x src='{source}'>\n--b\nContent-Type: image/png\nContent-ID: <logo@x>\n\nx\n--b--\n"
            );
            has(&Facts { purpose, ..facts_of(&html) }, "content.images.source")
        };
        assert!(image("cid:other", Purpose::Bulk) && image("", Purpose::Transactional));
        assert!(!image("cid:logo@x", Purpose::Bulk) && !image("CID:logo%40x", Purpose::Bulk));
        assert!(!image("cid:other", Purpose::Personal) && !image("https://x.example/a.png", Purpose::Bulk));
    }

    #[test]
    fn a_spacer_counts_nobody() {
        let pixel =
            |source: &str| has(&html(&format!("<img src='{source}' width=1 height=1>")), "content.images.pixel");
        assert!(pixel("https://t.example/o/8fa2.gif") && pixel("https://t.example/spacer.gif?u=1"));
        assert!(!pixel("https://t.example/img/spacer.gif"));
    }
}
