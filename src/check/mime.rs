//! MIME structure and encodings (RFC 2045, 2046): what a reader's program must guess at, it may guess wrong.

use crate::delivery::{BodyType, KnownBy, Side};
use crate::facts::Facts;
use crate::message::{DefectKind, Message};

use super::{Basis, Cure, Evidence, Findings, Rule, Section::Format, Verdict};

const VERSION: Rule = Rule::new("mime.version.missing", Format, Verdict::Deduct(2), Basis::Must("RFC 2045 §4"));
const VERSION_OTHER: Rule = Rule::new("mime.version.other", Format, Verdict::Notice, Basis::Must("RFC 2045 §4"));
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
const EIGHT_BIT: Rule = Rule::new("mime.encoding.eight_bit", Format, Verdict::Deduct(3), Basis::Must("RFC 2045 §6.2"));
const CHARSET_UNKNOWN: Rule =
    Rule::new("mime.charset.unknown", Format, Verdict::Deduct(5), Basis::Must("RFC 2046 §4.1.2"));
const CHARSET_BROKEN: Rule =
    Rule::new("mime.charset.broken", Format, Verdict::Deduct(3), Basis::Must("RFC 2046 §4.1.2"));
const CHARSET_MISREAD: Rule =
    Rule::new("mime.charset.misread", Format, Verdict::Deduct(3), Basis::Must("RFC 2046 §4.1.2"));
const CHARSET_META: Rule = Rule::new(
    "mime.charset.meta",
    Format,
    Verdict::Notice,
    Basis::Practice("https://html.spec.whatwg.org/multipage/parsing.html#determining-the-character-encoding"),
);
const PART_HEADER: Rule =
    Rule::new("mime.header.eight_bit", Format, Verdict::Deduct(2), Basis::Must("RFC 2045 §5.1, RFC 2231 §4"));
const NAME_ENCODED: Rule =
    Rule::new("mime.header.name_encoded", Format, Verdict::Notice, Basis::Must("RFC 2047 §5, RFC 2231 §4"));
const LINES: Rule = Rule::new("mime.encoding.lines", Format, Verdict::Notice, Basis::Must("RFC 2045 §6.7, §6.8"));
const UNDECLARED: Rule =
    Rule::new("mime.eight_bit.undeclared", Format, Verdict::Notice, Basis::Must("RFC 5321 §2.4, RFC 6152 §3"));
const GOOD: Rule = Rule::new("mime.structure.good", Format, Verdict::Good, Basis::Must("RFC 2045"));
const PLAIN: Rule = Rule::new("mime.structure.plain", Format, Verdict::NotApplicable, Basis::Must("RFC 2045 §5.2"));

pub const RULES: &[Rule] = &[
    VERSION,
    VERSION_OTHER,
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
    CHARSET_MISREAD,
    CHARSET_META,
    PART_HEADER,
    NAME_ENCODED,
    LINES,
    UNDECLARED,
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
    if let Some(field) = message.first("MIME-Version").filter(|field| !is_one_point_nought(&field.value)) {
        let finding = findings.add(&VERSION_OTHER).evidence(Evidence::field(field));
        finding.cure(Cure::Line { text: "MIME-Version: 1.0".to_owned() });
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
        (DefectKind::CharsetMisread, &CHARSET_MISREAD),
        (DefectKind::EncodedParameter, &NAME_ENCODED),
        (DefectKind::EncodedLineLong, &LINES),
    ] {
        defects(message, kind, rule, findings);
    }
    if let Some(broken) = findings.0.iter_mut().find(|finding| finding.code == ENCODING_BROKEN.code) {
        let first = message.defects.iter().find(|defect| defect.kind == DefectKind::EncodingBroken);
        // The defect says the encoding and what stands where it breaks; the line is the evidence.
        broken.arg("text", first.and_then(|defect| defect.text.split(':').next()).unwrap_or_default());
    }
    // RFC 6532 §3.2: with SMTPUTF8 the headers of parts may hold UTF-8, too.
    if !facts.delivery.envelope.smtputf8 && super::lines::came_by_smtp(facts) {
        defects(message, DefectKind::PartHeader8bit, &PART_HEADER, findings);
    }
    meta_charset(message, findings);
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
    // Where the message itself says 7bit, that is the fault, and its cure is this one's too.
    if !as_seven_bit {
        undeclared(facts, findings);
    }
}

/// An 8-bit body, and no BODY=8BITMIME with MAIL: only the client's own session tells.
fn undeclared(facts: &Facts, findings: &mut Findings) {
    let (session, declared) = (&facts.delivery.session, facts.delivery.envelope.body);
    // A front end that forwards repeats its own MAIL, not its client's.
    let own_session = matches!(session.client_known_by, KnownBy::Connection | KnownBy::Proxy | KnownBy::Xclient);
    if !own_session || matches!(declared, Some(BodyType::EightBitMime | BodyType::BinaryMime)) {
        return;
    }
    let message = &facts.message;
    let body = message.raw.get(message.body_start..).unwrap_or_default();
    let Some(at) = body.iter().position(|octet| !octet.is_ascii()) else { return };
    let before = message.raw.get(..message.body_start + at).unwrap_or_default();
    let line = before.iter().filter(|octet| **octet == b'\n').count() + 1;
    let finding = findings.add(&UNDECLARED).arg("line", line);
    let mail = |said: &&crate::delivery::Line| {
        said.from == Side::Client && said.text.get(..5).is_some_and(|verb| verb.eq_ignore_ascii_case("MAIL "))
    };
    if let Some(said) = session.transcript.iter().rfind(mail) {
        finding.evidence(Evidence::Session { text: said.text.clone() });
    }
    finding.evidence(Evidence::line(message, line));
}

/// `1.0`, comments (RFC 2045 §4) and white space aside.
fn is_one_point_nought(value: &str) -> bool {
    let mut depth = 0_usize;
    let bare = value.chars().filter(|c| {
        match c {
            '(' => depth += 1,
            ')' => {
                depth = depth.saturating_sub(1);
                return false;
            }
            _ => {}
        }
        depth == 0 && !c.is_whitespace()
    });
    bare.eq("1.0".chars())
}

/// A program that saves the HTML, or trusts it more than the part's header, reads it by the charset of `meta`.
fn meta_charset(message: &Message, findings: &mut Findings) {
    let part = message.parts.iter().find(|part| part.content_type == "text/html" && !part.is_attachment());
    let Some((part, claimed)) = part.zip(message.page.as_ref().and_then(|page| page.charset.as_deref())) else {
        return;
    };
    let declared = part.charset.as_deref().unwrap_or("us-ascii");
    let encoding = |label: &str| encoding_rs::Encoding::for_label(label.trim().trim_matches(['"', '\'']).as_bytes());
    // US-ASCII reads the same in all of them.
    let ascii = part.text.as_deref().is_none_or(str::is_ascii);
    if !ascii && encoding(claimed).is_some() && encoding(claimed) != encoding(declared) {
        findings.add(&CHARSET_META).arg("claimed", claimed).arg("declared", declared);
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
    fn an_8_bit_body_that_mail_did_not_declare_is_a_notice_where_the_session_is_known() {
        let raw =
            "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\na\nè\n";
        let codes_with = |known_by: KnownBy, body: Option<BodyType>| {
            let mut facts = facts_of(raw);
            let delivery = std::sync::Arc::make_mut(&mut facts.delivery);
            (delivery.session.client_known_by, delivery.envelope.body) = (known_by, body);
            codes(check, &facts)
        };
        let told = ["mime.structure.good", "mime.eight_bit.undeclared"];
        for known_by in [KnownBy::Connection, KnownBy::Proxy, KnownBy::Xclient] {
            assert_eq!(codes_with(known_by, None), told);
            assert_eq!(codes_with(known_by, Some(BodyType::SevenBit)), told);
            assert_eq!(codes_with(known_by, Some(BodyType::EightBitMime)), told[..1]);
            assert_eq!(codes_with(known_by, Some(BodyType::BinaryMime)), told[..1]);
        }
        for unknown in [KnownBy::Xforward, KnownBy::Given, KnownBy::Received, KnownBy::Unknown] {
            assert_eq!(codes_with(unknown, None), told[..1]);
        }
        // Said once: a part that calls itself 7bit is told of already.
        let mut lying = facts_of(&raw.replace("8bit", "7bit"));
        std::sync::Arc::make_mut(&mut lying.delivery).envelope.body = None;
        assert_eq!(codes(check, &lying), ["mime.encoding.eight_bit"]);
    }

    #[test]
    fn an_attached_message_with_faults_accuses_nobody() {
        let raw = "MIME-Version: 1.0\nContent-Type: multipart/report; boundary=b\n\n--b\n\nfailed\n--b\n\
            Content-Type: message/rfc822\n\nContent-Type: multipart/mixed; boundary=lost\n\nnonsense\n--b--\n";
        assert_eq!(codes_of(raw), ["mime.structure.good"]);
    }

    #[test]
    fn an_attached_file_is_no_text_that_readers_see() {
        let attached = |kind: &str, disposition: &str, body: &str| {
            codes_of(&format!(
                "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nhello\n--b\n\
                 Content-Type: {kind}\n{disposition}Content-Transfer-Encoding: base64\n\n{body}\n--b--\n"
            ))
        };
        let file = "Content-Disposition: attachment; filename=x\n";
        // "è;1" in Latin-1, a byte order mark before "x", "è" in UTF-16.
        for body in ["6DsxCg==", "77u/eAo=", "//7oAA=="] {
            for kind in
                ["text/csv", "text/plain", "text/plain; charset=us-ascii", "text/html", "text/xml", "text/x-patch"]
            {
                assert_eq!(attached(kind, file, body), ["mime.structure.good"], "{kind} {body}");
            }
            assert_eq!(attached("text/calendar", "", body), ["mime.structure.good"]);
            assert_eq!(
                attached("text/plain; name=notes.txt", "Content-Disposition: inline\n", body),
                ["mime.structure.good"]
            );
        }
        assert_eq!(attached("text/plain", "", "6DsxCg=="), ["mime.charset.broken"]);
        assert_eq!(
            attached("text/plain; charset=utf-8", "Content-Disposition: inline\n", "6DsxCg=="),
            ["mime.charset.broken"]
        );
    }

    #[test]
    fn a_fault_of_a_field_shows_that_field() {
        let line = |raw: &str| {
            let found = super::super::testing::found(check, &facts_of(raw));
            let [finding] = found.as_slice() else { panic!("{found:?}") };
            let Some(Evidence::Line { number, .. }) = finding.evidence.first() else { panic!("{finding:?}") };
            (finding.code.clone(), *number)
        };
        let head = "Subject: x\nMIME-Version: 1.0\n";
        let unknown = format!("{head}Content-Type: text/plain\nContent-Transfer-Encoding: utf8\n\nx");
        assert_eq!(line(&unknown), ("mime.encoding.unknown".to_owned(), 4));
        let missing = format!("{head}Content-Type: multipart/mixed\n\nx");
        assert_eq!(line(&missing), ("mime.boundary.missing".to_owned(), 3));
        let lost = format!("{head}Content-Type: multipart/mixed; boundary=b\n\nx");
        assert_eq!(line(&lost), ("mime.boundary.missing".to_owned(), 3));
        let multipart = format!(
            "{head}Content-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: base64\n\n--b\n\nx\n--b--"
        );
        assert_eq!(line(&multipart), ("mime.encoding.multipart".to_owned(), 4));
    }

    #[test]
    fn a_name_in_encoded_words_is_told_unless_the_right_form_stands_beside_it() {
        let named = |parameters: &str| {
            codes_of(&format!(
                "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b\n\
                 Content-Type: application/pdf\nContent-Disposition: attachment; {parameters}\n\nx\n--b--\n"
            ))
        };
        assert_eq!(named("filename=\"=?utf-8?Q?perch=C3=A9.pdf?=\""), ["mime.header.name_encoded"]);
        assert_eq!(named("filename==?utf-8?Q?perch=C3=A9.pdf?="), ["mime.header.name_encoded"]);
        assert_eq!(named("filename*=utf-8''perch%C3%A9.pdf"), ["mime.structure.good"]);
        let both = "filename=\"=?utf-8?Q?perch=C3=A9.pdf?=\"; filename*=utf-8''perch%C3%A9.pdf";
        assert_eq!(named(both), ["mime.structure.good"]);
    }

    #[test]
    fn utf_8_that_calls_itself_latin_is_seen_and_latin_is_not_accused() {
        let quoted = |charset: &str, text: &str| {
            codes_of(&format!(
                "MIME-Version: 1.0\nContent-Type: text/plain; charset={charset}\n\
                 Content-Transfer-Encoding: quoted-printable\n\n{text}\n"
            ))
        };
        assert_eq!(quoted("iso-8859-1", "perch=C3=A9 no, citt=C3=A0"), ["mime.charset.misread"]);
        assert_eq!(quoted("windows-1252", "perch=C3=A9 no, citt=C3=A0"), ["mime.charset.misread"]);
        for text in ["perch=E9 no, citt=E0", "=C3=A9", "=C3=A9 =E9 =C3=A9"] {
            assert_eq!(quoted("iso-8859-1", text), ["mime.structure.good"], "{text}");
        }
    }

    #[test]
    fn a_meta_that_contradicts_the_part_is_told_where_it_can_matter() {
        let html = |meta: &str, text: &str| {
            codes_of(&format!(
                "MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n\
                 <meta charset={meta}><p>{text}</p>\n"
            ))
        };
        assert_eq!(html("iso-8859-1", "però"), ["mime.charset.meta"]);
        assert_eq!(html("iso-8859-1", "pero"), ["mime.structure.good"]);
        assert_eq!(html("UTF-8", "però"), ["mime.structure.good"]);
        assert_eq!(html("klingon", "però"), ["mime.structure.good"]);
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
        assert_eq!(codes_of("MIME-Version: 1\nContent-Type: text/plain\n\nx"), ["mime.version.other"]);
        assert_eq!(
            codes_of("MIME-Version: 1.0 (by (my) mailer)\nContent-Type: text/plain\n\nx"),
            ["mime.structure.good"]
        );
        let base64 = "Content-Transfer-Encoding: base64\n\n";
        assert_eq!(codes_of(&format!("{mime}text/plain\n{base64}{}\n", "QUJD".repeat(20))), ["mime.encoding.lines"]);
        let part = "--b\nContent-Type: text/plain; name=\"perché.txt\"\n\nx\n--b--\n";
        assert_eq!(codes_of(&format!("{mime}multipart/mixed; boundary=b\n\n{part}")), ["mime.header.eight_bit"]);
        assert_eq!(
            codes_of(&format!(
                "{mime}text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n=E8=20x"
            )),
            ["mime.charset.broken"]
        );
    }
}
