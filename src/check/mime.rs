//! MIME structure and encodings (RFC 2045, 2046): what a reader's program must guess at, it may guess wrong.

use crate::facts::Facts;
use crate::message::{DefectKind, Message};

use super::{Basis, Cure, Evidence, Findings, Rule, Section::Format, Verdict};

const VERSION: Rule = Rule::new("mime.version.missing", Format, Verdict::Deduct(2), Basis::Must("RFC 2045 §4"));
const BOUNDARY_MISSING: Rule =
    Rule::new("mime.boundary.missing", Format, Verdict::Deduct(5), Basis::Must("RFC 2046 §5.1.1"));
const BOUNDARY_UNCLOSED: Rule =
    Rule::new("mime.boundary.unclosed", Format, Verdict::Deduct(3), Basis::Must("RFC 2046 §5.1.1"));
const NESTING: Rule = Rule::new("mime.nesting.deep", Format, Verdict::Deduct(5), Basis::Practice("RFC 2046 §5.1"));
const PARTS: Rule = Rule::new("mime.parts.many", Format, Verdict::Deduct(5), Basis::Practice("RFC 2046 §5.1"));
const ENCODING_UNKNOWN: Rule =
    Rule::new("mime.encoding.unknown", Format, Verdict::Deduct(5), Basis::Must("RFC 2045 §6.1"));
const ENCODING_MULTIPART: Rule =
    Rule::new("mime.encoding.multipart", Format, Verdict::Deduct(3), Basis::Must("RFC 2045 §6.4"));
const ENCODING_BROKEN: Rule =
    Rule::new("mime.encoding.broken", Format, Verdict::Deduct(5), Basis::Must("RFC 2045 §6.7, §6.8"));
const EIGHT_BIT: Rule = Rule::new("mime.encoding.eight_bit", Format, Verdict::Deduct(3), Basis::Must("RFC 2045 §2.7"));
const CHARSET_UNKNOWN: Rule =
    Rule::new("mime.charset.unknown", Format, Verdict::Deduct(5), Basis::Must("RFC 2046 §4.1.2"));
const CHARSET_BROKEN: Rule =
    Rule::new("mime.charset.broken", Format, Verdict::Deduct(3), Basis::Must("RFC 2046 §4.1.2"));
const GOOD: Rule = Rule::new("mime.structure.good", Format, Verdict::Good, Basis::Must("RFC 2045"));
const PLAIN: Rule = Rule::new("mime.structure.plain", Format, Verdict::NotApplicable, Basis::Must("RFC 2045 §5.2"));

pub const RULES: &[Rule] = &[
    VERSION,
    BOUNDARY_MISSING,
    BOUNDARY_UNCLOSED,
    NESTING,
    PARTS,
    ENCODING_UNKNOWN,
    ENCODING_MULTIPART,
    ENCODING_BROKEN,
    EIGHT_BIT,
    CHARSET_UNKNOWN,
    CHARSET_BROKEN,
    GOOD,
    PLAIN,
];

pub fn check(facts: &Facts, findings: &mut Findings) {
    let message = &facts.message;
    let before = findings.0.len();
    let uses_mime = message.first("Content-Type").is_some() || message.first("Content-Transfer-Encoding").is_some();
    if uses_mime && message.first("MIME-Version").is_none() {
        findings.add(&VERSION).cure(Cure::Line { text: "MIME-Version: 1.0".to_owned() });
    }
    for (kind, rule) in [
        (DefectKind::BoundaryMissing, &BOUNDARY_MISSING),
        (DefectKind::BoundaryUnclosed, &BOUNDARY_UNCLOSED),
        (DefectKind::NestingTooDeep, &NESTING),
        (DefectKind::TooManyParts, &PARTS),
        (DefectKind::EncodingUnknown, &ENCODING_UNKNOWN),
        (DefectKind::EncodingOnMultipart, &ENCODING_MULTIPART),
        (DefectKind::EncodingBroken, &ENCODING_BROKEN),
        (DefectKind::CharsetUnknown, &CHARSET_UNKNOWN),
    ] {
        defects(message, kind, rule, findings);
    }
    let as_seven_bit = message.defects.iter().any(|defect| defect.kind == DefectKind::EightBitAs7bit);
    if as_seven_bit {
        defects(message, DefectKind::EightBitAs7bit, &EIGHT_BIT, findings);
        if let Some(finding) = findings.0.last_mut() {
            finding.cure(Cure::Line { text: "Content-Transfer-Encoding: 8bit".to_owned() });
        }
    }
    // Undeclared octets of a plain message are one fault, not two.
    // Nor are the octets that a wrong decoding gave.
    let misread = findings.0.iter().skip(before).any(|finding| finding.code == ENCODING_BROKEN.code);
    if (uses_mime || !as_seven_bit) && !misread {
        defects(message, DefectKind::CharsetBroken, &CHARSET_BROKEN, findings);
    }
    if findings.0.len() == before {
        findings.add(if uses_mime { &GOOD } else { &PLAIN }).arg("parts", message.parts.len());
    }
}

/// One finding for all defects of a kind, each as evidence.
pub(super) fn defects(message: &Message, kind: DefectKind, rule: &'static Rule, findings: &mut Findings) {
    let all: Vec<_> = message.defects.iter().filter(|defect| defect.kind == kind).collect();
    let Some(first) = all.first() else { return };
    let finding = findings.add(rule).arg("count", all.len()).arg("text", &first.text);
    for defect in all.into_iter().take(5) {
        finding.evidence(match defect.line {
            Some(number) => Evidence::line(message, number),
            None => Evidence::text(&defect.text),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{codes, facts_of};
    use super::*;

    fn codes_of(raw: &str) -> Vec<String> {
        codes(check, &facts_of(raw))
    }

    #[test]
    fn plain_and_well_built_messages_are_let_be() {
        assert_eq!(codes_of("Subject: x\n\nhello\n"), ["mime.structure.plain"]);
        let raw = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--\n";
        assert_eq!(codes_of(raw), ["mime.structure.good"]);
        let raw = "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nè\n";
        assert_eq!(codes_of(raw), ["mime.structure.good"]);
    }

    #[test]
    fn an_attached_message_with_faults_accuses_nobody() {
        let raw = "MIME-Version: 1.0\nContent-Type: multipart/report; boundary=b\n\n--b\n\nfailed\n--b\n\
            Content-Type: message/rfc822\n\nContent-Type: multipart/mixed; boundary=lost\n\nnonsense\n--b--\n";
        assert_eq!(codes_of(raw), ["mime.structure.good"]);
    }

    #[test]
    fn each_fault_has_its_code() {
        let mime = "MIME-Version: 1.0\nContent-Type: ";
        assert_eq!(codes_of("Content-Type: text/plain\n\nx"), ["mime.version.missing"]);
        assert_eq!(codes_of(&format!("{mime}multipart/mixed\n\nx")), ["mime.boundary.missing"]);
        assert_eq!(codes_of(&format!("{mime}multipart/mixed; boundary=b\n\n--b\n\nx")), ["mime.boundary.unclosed"]);
        assert_eq!(
            codes_of(&format!(
                "{mime}multipart/mixed; boundary=b\nContent-Transfer-Encoding: base64\n\n--b\n\nx\n--b--"
            )),
            ["mime.encoding.multipart"]
        );
        assert_eq!(
            codes_of(&format!("{mime}text/plain\nContent-Transfer-Encoding: utf8\n\nx")),
            ["mime.encoding.unknown"]
        );
        assert_eq!(
            codes_of(&format!("{mime}text/plain\nContent-Transfer-Encoding: quoted-printable\n\n=ZZ")),
            ["mime.encoding.broken"]
        );
        assert_eq!(codes_of(&format!("{mime}text/plain; charset=utf-8\n\nè")), ["mime.encoding.eight_bit"]);
        assert_eq!(codes_of("Subject: x\n\nè"), ["mime.encoding.eight_bit"]);
        assert_eq!(codes_of(&format!("{mime}text/plain; charset=klingon\n\nx")), ["mime.charset.unknown"]);
        assert_eq!(
            codes_of(&format!(
                "{mime}text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n=E8=20x"
            )),
            ["mime.charset.broken"]
        );
    }
}
