//! Lines as sent: their length and their endings (RFC 5322 §2.1.1, §2.3; RFC 5321 §2.3.8).

use crate::delivery::KnownBy;
use crate::facts::Facts;

use super::{Basis, Evidence, Findings, Rule, Section::Format, Verdict};

const LONG: Rule = Rule::new("lines.length.exceeded", Format, Verdict::Deduct(5), Basis::Must("RFC 5322 §2.1.1"));
const NEAR: Rule = Rule::new("lines.length.near", Format, Verdict::Notice, Basis::Practice("RFC 5321 §4.5.3.1.6"));
const BARE_LF: Rule = Rule::new("lines.ending.bare_lf", Format, Verdict::Deduct(5), Basis::Must("RFC 5321 §2.3.8"));
const BARE_CR: Rule = Rule::new("lines.ending.bare_cr", Format, Verdict::Deduct(5), Basis::Must("RFC 5322 §2.3"));
const UNKNOWN: Rule = Rule::new("lines.ending.unknown", Format, Verdict::NotDetermined, Basis::Must("RFC 5321 §2.3.8"));
const NUL: Rule = Rule::new("lines.nul.used", Format, Verdict::Deduct(5), Basis::Must("RFC 5322 §4.1"));
const GOOD: Rule = Rule::new("lines.all.good", Format, Verdict::Good, Basis::Must("RFC 5322 §2.1.1"));

pub const RULES: &[Rule] = &[LONG, NEAR, BARE_LF, BARE_CR, UNKNOWN, NUL, GOOD];

pub fn check(facts: &Facts, findings: &mut Findings) {
    let (message, lines) = (&facts.message, &facts.message.lines);
    let before = findings.0.len();
    if let Some(first) = lines.first_over_998 {
        let finding = findings.add(&LONG).arg("count", lines.over_998).arg("longest", lines.longest);
        finding.arg("line", first).evidence(Evidence::line(message, first));
    } else if let Some(first) = lines.first_over_990 {
        let finding = findings.add(&NEAR).arg("count", lines.over_990).arg("longest", lines.longest);
        finding.arg("line", first).evidence(Evidence::line(message, first));
    }
    if let Some(first) = lines.first_bare_lf {
        // A file whose every line ends in LF was saved by a Unix program: what went over the wire is not known.
        let all = lines.bare_lf + 1 >= lines.count;
        let rule = if all && !came_by_smtp(facts) { &UNKNOWN } else { &BARE_LF };
        let finding = findings.add(rule).arg("count", lines.bare_lf).arg("line", first);
        finding.evidence(Evidence::line(message, first));
    }
    if let Some(first) = lines.first_bare_cr {
        let finding = findings.add(&BARE_CR).arg("count", lines.bare_cr).arg("line", first);
        finding.evidence(Evidence::line(message, first));
    }
    if let Some(first) = lines.first_nul {
        findings.add(&NUL).arg("count", lines.nul).arg("line", first).evidence(Evidence::line(message, first));
    }
    if findings.0.len() == before {
        findings.add(&GOOD).arg("longest", lines.longest);
    }
}

/// True when we hold the octets that a client sent, not a file that somebody saved.
pub fn came_by_smtp(facts: &Facts) -> bool {
    matches!(
        facts.delivery.session.client_known_by,
        KnownBy::Connection | KnownBy::Proxy | KnownBy::Xclient | KnownBy::Xforward
    )
}

#[cfg(test)]
mod tests {
    use super::super::testing::{codes, facts_of, facts_of_bytes};
    use super::*;

    #[test]
    fn lines_up_to_the_limit_are_good_and_one_more_octet_is_not() {
        assert_eq!(codes(check, &facts_of("A: b\n\nx\n")), ["lines.all.good"]);
        assert_eq!(codes(check, &facts_of(&format!("A: b\n\n{}\n", "x".repeat(990)))), ["lines.all.good"]);
        assert_eq!(codes(check, &facts_of(&format!("A: b\n\n{}\n", "x".repeat(998)))), ["lines.length.near"]);
        assert_eq!(codes(check, &facts_of(&format!("A: b\n\n{}\n", "x".repeat(999)))), ["lines.length.exceeded"]);
    }

    #[test]
    fn bare_ends_and_nul_are_found_where_they_stand() {
        assert_eq!(codes(check, &facts_of_bytes(b"A: b\r\n\r\nx\ny\r\n")), ["lines.ending.bare_lf"]);
        assert_eq!(codes(check, &facts_of_bytes(b"A: b\r\n\r\nx\ry\r\n")), ["lines.ending.bare_cr"]);
        assert_eq!(codes(check, &facts_of_bytes(b"A: b\r\n\r\nx\0y\r\n")), ["lines.nul.used"]);
    }

    #[test]
    fn a_file_saved_with_unix_line_ends_accuses_nobody() {
        let mut facts = facts_of_bytes(b"A: b\n\nx\n");
        assert_eq!(codes(check, &facts), ["lines.ending.bare_lf"]);
        std::sync::Arc::make_mut(&mut facts.delivery).session.client_known_by = KnownBy::Given;
        assert_eq!(codes(check, &facts), ["lines.ending.unknown"]);
    }
}
