//! Attachments: what providers refuse, what scanners fear, what readers cannot open.

use crate::facts::Facts;
use crate::message::Part;
use crate::message::attachment::{NameKind, name_kind};

use super::{Basis, Evidence, Findings, Rule, Section::Content, Verdict};

const BLOCKED: Basis = Basis::Provider("Gmail", "https://support.google.com/mail/answer/6590");
const RUNS: Rule = Rule::new("attachments.program.found", Content, Verdict::Deduct(10), BLOCKED);
const DISGUISED: Rule = Rule::new("attachments.program.disguised", Content, Verdict::Deduct(20), BLOCKED);
const MACROS: Rule = Rule::new(
    "attachments.macros.found",
    Content,
    Verdict::Deduct(3),
    Basis::Practice("https://learn.microsoft.com/deployoffice/security/internet-macros-blocked"),
);
const OLD_OFFICE: Rule = Rule::new(
    "attachments.macros.possible",
    Content,
    Verdict::Notice,
    Basis::Practice("https://learn.microsoft.com/deployoffice/security/internet-macros-blocked"),
);
const PAGE: Rule = Rule::new(
    "attachments.page.found",
    Content,
    Verdict::Notice,
    Basis::Practice("https://attack.mitre.org/techniques/T1027/006/"),
);
const LOCKED: Rule = Rule::new("attachments.archive.locked", Content, Verdict::Notice, BLOCKED);
const MISMATCH: Rule = Rule::new("attachments.type.differs", Content, Verdict::Notice, Basis::Practice("RFC 2046 §4"));
const NAMELESS: Rule =
    Rule::new("attachments.name.missing", Content, Verdict::Notice, Basis::Practice("RFC 2183 §2.3"));
const LARGE: Rule = Rule::new("attachments.size.large", Content, Verdict::Notice, Basis::Practice("RFC 1870"));
const GOOD: Rule = Rule::new("attachments.all.good", Content, Verdict::Good, BLOCKED);
const NONE: Rule = Rule::new("attachments.all.none", Content, Verdict::NotApplicable, BLOCKED);

pub const RULES: &[Rule] = &[RUNS, DISGUISED, MACROS, OLD_OFFICE, PAGE, LOCKED, MISMATCH, NAMELESS, LARGE, GOOD, NONE];

/// Many servers take messages up to 10 MB in all, encoding included.
const LARGE_OCTETS: usize = 10_000_000;

pub fn check(facts: &Facts, findings: &mut Findings) {
    let parts: Vec<&Part> = facts.message.parts.iter().filter(|part| part.is_attachment()).collect();
    if parts.is_empty() {
        findings.add(&NONE);
        return;
    }
    let before = findings.0.len();
    let by_name = |kind: NameKind| {
        let all = parts.iter().copied();
        all.filter(move |part| part.filename.as_deref().is_some_and(|name| name_kind(name) == kind)).collect::<Vec<_>>()
    };
    let disguised = by_name(NameKind::Disguised);
    let mut programs = by_name(NameKind::Runs);
    for part in &parts {
        // The content is a program whatever its name says.
        let program = matches!(part.magic, Some("application/vnd.microsoft.portable-executable" | "application/x-elf"));
        // An archive's first file names itself without being unpacked.
        let packed = part.packed.as_ref().map(|packed| name_kind(&packed.name));
        let program = program || matches!(packed, Some(NameKind::Runs | NameKind::Disguised));
        let known = programs.iter().chain(&disguised).any(|other| std::ptr::eq(*other, *part));
        if program && !known {
            programs.push(part);
        }
    }
    add(findings, &DISGUISED, &disguised);
    add(findings, &RUNS, &programs);
    add(findings, &MACROS, &by_name(NameKind::Macros));
    add(findings, &OLD_OFFICE, &by_name(NameKind::OldOffice));
    add(findings, &PAGE, &by_name(NameKind::Page));
    let locked = |part: &&Part| part.packed.as_ref().is_some_and(|packed| packed.encrypted);
    add(findings, &LOCKED, &parts.iter().copied().filter(locked).collect::<Vec<_>>());
    let differing: Vec<&Part> = parts.iter().copied().filter(|part| differs(part)).collect();
    add(findings, &MISMATCH, &differing);
    // Inline images are known by their Content-ID, calendars and messages by their type.
    let nameless: Vec<&Part> = parts
        .iter()
        .copied()
        .filter(|part| {
            part.filename.is_none() && part.content_id.is_none() && part.disposition.as_deref() == Some("attachment")
        })
        .filter(|part| !part.content_type.starts_with("message/"))
        .collect();
    add(findings, &NAMELESS, &nameless);
    let size = facts.message.raw.len();
    if size > LARGE_OCTETS {
        findings.add(&LARGE).arg("megabytes", size.div_ceil(1_000_000));
    }
    if findings.0.len() == before {
        let finding = findings.add(&GOOD).arg("count", parts.len());
        for part in parts.iter().take(20) {
            finding.evidence(Evidence::text(describe(part)));
        }
    }
}

fn add(findings: &mut Findings, rule: &'static Rule, parts: &[&Part]) {
    let Some(part) = parts.first() else { return };
    let finding = findings.add(rule).arg("count", parts.len()).arg("name", part.filename.as_deref().unwrap_or("?"));
    finding.arg("declared", &part.content_type).arg("real", part.magic.unwrap_or("?"));
    for part in parts.iter().take(20) {
        finding.evidence(Evidence::text(describe(part)));
    }
}

/// A declared image or PDF whose first octets are of another kind. Office files are ZIP archives, and generic types
/// say nothing.
fn differs(part: &Part) -> bool {
    let Some(magic) = part.magic else { return false };
    let exact = ["application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp"];
    let declared = match part.content_type.as_str() {
        "image/jpg" | "image/pjpeg" => "image/jpeg",
        "image/x-png" => "image/png",
        "application/x-pdf" => "application/pdf",
        declared => declared,
    };
    exact.contains(&declared) && declared != magic
}

fn describe(part: &Part) -> String {
    let name = part.filename.as_deref().unwrap_or("–");
    let inner = part.packed.as_ref().filter(|_| name_kind(name) == NameKind::Archive);
    let inner = inner.map(|packed| format!(" ({}, …)", packed.name)).unwrap_or_default();
    format!("{name}{inner} · {} · {} B", part.content_type, part.decoded_size)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{codes, facts_of};
    use super::*;

    fn attached(kind: &str, name: &str, base64: &str) -> Vec<String> {
        let raw = format!(
            "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\ntext\n--b\nContent-Type: {kind}\n\
             Content-Disposition: attachment; filename=\"{name}\"\nContent-Transfer-Encoding: base64\n\n{base64}\n--b--\n"
        );
        codes(check, &facts_of(&raw))
    }

    #[test]
    fn harmless_attachments_and_none_at_all_are_fine() {
        assert_eq!(codes(check, &facts_of("Subject: x\n\nhello\n")), ["attachments.all.none"]);
        assert_eq!(attached("application/pdf", "a.pdf", "JVBERi0xLjQK"), ["attachments.all.good"]);
        assert_eq!(attached("application/octet-stream", "a.docx", "UEsDBBQ="), ["attachments.all.good"]);
    }

    #[test]
    fn a_message_that_many_servers_are_too_small_for_is_told() {
        assert_eq!(attached("application/pdf", "a.pdf", &"JVBE".repeat(2_600_000)), ["attachments.size.large"]);
    }

    #[test]
    fn an_smime_signature_is_no_attachment() {
        let raw = "Content-Type: multipart/signed; boundary=b; protocol=\"application/pkcs7-signature\"\n\n--b\n\nx\n--b\n\
            Content-Type: application/pkcs7-signature; name=smime.p7s\nContent-Disposition: attachment; filename=smime.p7s\n\nx\n--b--\n";
        assert_eq!(codes(check, &facts_of(raw)), ["attachments.all.none"]);
    }

    #[test]
    fn programs_are_known_by_name_by_disguise_and_by_content() {
        assert_eq!(attached("application/octet-stream", "a.exe", "TVqQAA=="), ["attachments.program.found"]);
        assert_eq!(attached("application/pdf", "a.pdf.exe", "AAAA"), ["attachments.program.disguised"]);
        assert_eq!(attached("application/octet-stream", "a.dat", "TVqQAA=="), ["attachments.program.found"]);
        assert_eq!(attached("application/octet-stream", "a.xlsm", "UEsDBBQ="), ["attachments.macros.found"]);
        assert_eq!(attached("application/msword", "a.doc", "0M8R4KGxGuE="), ["attachments.macros.possible"]);
        assert_eq!(attached("image/png", "a.png", "JVBERi0xLjQK"), ["attachments.type.differs"]);
        assert_eq!(attached("text/html", "scan.html", "PGh0bWw+"), ["attachments.page.found"]);
    }

    #[test]
    fn an_archive_tells_its_first_file_and_whether_it_is_locked() {
        // PK 03 04, version, flags, eighteen octets, length 5, no extra field, name.
        let exe = "UEsDBBQAAAAIAAAAAAAAAAAAAAAAAAAAAAAFAAAAYS5leGU=";
        assert_eq!(attached("application/zip", "a.zip", exe), ["attachments.program.found"]);
        let locked = "UEsDBBQAAQAIAAAAAAAAAAAAAAAAAAAAAAAFAAAAYS50eHQ=";
        assert_eq!(attached("application/zip", "a.zip", locked), ["attachments.archive.locked"]);
        let text = "UEsDBBQAAAAIAAAAAAAAAAAAAAAAAAAAAAAFAAAAYS50eHQ=";
        assert_eq!(attached("application/zip", "a.zip", text), ["attachments.all.good"]);
    }
}
