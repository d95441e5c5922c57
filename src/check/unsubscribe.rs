//! The way out of a mailing: List-Unsubscribe (RFC 2369), one click (RFC 8058), and a link that people see.
//!
//! Everything here depends on the purpose: a person who writes to a person is never told to add such fields.

use crate::auth::dmarc::author;
use crate::auth::{Dkim, DkimResult};
use crate::facts::{Facts, Purpose};
use crate::message::header::unfold;
use crate::message::way_out::WayOut;
use crate::message::{purpose, urls, way_out};

use super::{Basis, Cure, Evidence, Findings, Rule, Section::Content, Verdict, dkim};

const SENDERS: Basis = Basis::Provider("Gmail, Yahoo", "https://support.google.com/a/answer/81126#subscriptions");
const PURPOSE: Rule = Rule::new("purpose.message.detected", Content, Verdict::Notice, SENDERS);
const NOT_BULK: Rule = Rule::new("unsubscribe.header.unneeded", Content, Verdict::NotApplicable, SENDERS);
const MISSING: Rule = Rule::new("unsubscribe.header.missing", Content, Verdict::Deduct(10), SENDERS);
const SYNTAX: Rule = Rule::new("unsubscribe.header.syntax", Content, Verdict::Deduct(3), Basis::Must("RFC 2369 §2"));
const REPEATED: Rule =
    Rule::new("unsubscribe.header.repeated", Content, Verdict::Deduct(3), Basis::Must("RFC 2369 §3"));
const ONE_CLICK_MISSING: Rule = Rule::new("unsubscribe.one_click.missing", Content, Verdict::Deduct(10), SENDERS);
const POST_SYNTAX: Rule =
    Rule::new("unsubscribe.one_click.syntax", Content, Verdict::Deduct(10), Basis::Must("RFC 8058 §3.1"));
const NOT_HTTPS: Rule =
    Rule::new("unsubscribe.one_click.https", Content, Verdict::Deduct(10), Basis::Must("RFC 8058 §3.1"));
const UNSIGNED: Rule =
    Rule::new("unsubscribe.one_click.unsigned", Content, Verdict::DeductUpTo(5), Basis::Must("RFC 8058 §4"));
const UNKNOWN: Rule =
    Rule::new("unsubscribe.one_click.unknown", Content, Verdict::NotDetermined, Basis::Must("RFC 8058 §4"));
const GOOD: Rule = Rule::new("unsubscribe.one_click.good", Content, Verdict::Good, SENDERS);
const LINK_MISSING: Rule = Rule::new("unsubscribe.link.missing", Content, Verdict::Deduct(5), SENDERS);
const LINK_UNKNOWN: Rule = Rule::new("unsubscribe.link.unknown", Content, Verdict::NotDetermined, SENDERS);
const LINK_GOOD: Rule = Rule::new("unsubscribe.link.good", Content, Verdict::Good, SENDERS);

pub const RULES: &[Rule] = &[
    PURPOSE,
    NOT_BULK,
    MISSING,
    SYNTAX,
    REPEATED,
    ONE_CLICK_MISSING,
    POST_SYNTAX,
    NOT_HTTPS,
    UNSIGNED,
    UNKNOWN,
    GOOD,
    LINK_MISSING,
    LINK_UNKNOWN,
    LINK_GOOD,
];

const ONE_CLICK: &str = "List-Unsubscribe=One-Click";

pub fn check(facts: &Facts, findings: &mut Findings) {
    told_purpose(facts, findings);
    if facts.purpose != Purpose::Bulk {
        findings.add(&NOT_BULK).arg("purpose", word(facts.purpose));
        return;
    }
    header(facts, findings);
    match way_out::of(&facts.message) {
        WayOut::Shown(text) => {
            findings.add(&LINK_GOOD).evidence(Evidence::text(text.chars().take(300).collect::<String>()));
        }
        WayOut::Missing => {
            findings.add(&LINK_MISSING).arg("purpose", word(facts.purpose));
        }
        WayOut::Unknown => {
            findings.add(&LINK_UNKNOWN);
        }
    }
}

/// What the message was taken for, and why: everything else here follows from it.
fn told_purpose(facts: &Facts, findings: &mut Findings) {
    let (detected, reason) = purpose::detect(&facts.message, &facts.delivery.envelope);
    let reason = if detected == facts.purpose { reason } else { "chosen" };
    findings.add(&PURPOSE).arg("purpose", word(facts.purpose)).arg("reason", reason);
}

fn header(facts: &Facts, findings: &mut Findings) {
    let message = &facts.message;
    let domain = author::of(message).unwrap_or_else(|| "example.org".to_owned());
    let right = [
        format!("List-Unsubscribe: <https://{domain}/unsubscribe?id=...>, <mailto:unsubscribe@{domain}>"),
        format!("List-Unsubscribe-Post: {ONE_CLICK}"),
    ];
    let cure = |text: &str| Cure::Line { text: text.to_owned() };
    let [list_line, post_line] = &right;
    let Some(field) = message.first("List-Unsubscribe") else {
        findings.add(&MISSING).arg("purpose", word(facts.purpose)).cure(cure(list_line)).cure(cure(post_line));
        return;
    };
    for name in ["List-Unsubscribe", "List-Unsubscribe-Post"] {
        let all: Vec<_> = message.all(name).collect();
        if all.len() > 1 {
            let finding = findings.add(&REPEATED).arg("name", name).arg("count", all.len());
            all.into_iter().take(5).for_each(|field| {
                finding.evidence(Evidence::field(field));
            });
        }
    }
    let targets = urls::list(&field.value);
    let known = |target: &&String| ["https:", "http:", "mailto:"].iter().any(|scheme| starts(target, scheme));
    if !targets.iter().any(|target| known(&target)) {
        findings.add(&SYNTAX).evidence(Evidence::field(field)).cure(cure(list_line));
        return;
    }
    let Some(post) = message.first("List-Unsubscribe-Post") else {
        let finding = findings.add(&ONE_CLICK_MISSING).arg("purpose", word(facts.purpose));
        finding.evidence(Evidence::field(field)).cure(cure(post_line));
        if !targets.iter().any(|target| starts(target, "https:")) {
            finding.cure(cure(list_line));
        }
        return;
    };
    // RFC 8058 §3.1: exactly this key and value. Case is let pass, since receivers do.
    if !unfold(&post.value).eq_ignore_ascii_case(ONE_CLICK) {
        findings.add(&POST_SYNTAX).evidence(Evidence::field(post)).cure(cure(post_line));
        return;
    }
    if !targets.iter().any(|target| starts(target, "https:")) {
        findings.add(&NOT_HTTPS).evidence(Evidence::field(field)).cure(cure(list_line));
        return;
    }
    signed(facts, findings);
}

/// RFC 8058 §4: one valid signature must cover both fields.
fn signed(facts: &Facts, findings: &mut Findings) {
    let covers = |signed: &[String], name: &str| signed.iter().any(|field| field.trim().eq_ignore_ascii_case(name));
    let passes = |dkim: &&Dkim| dkim.result == DkimResult::Pass;
    let mut covering = facts.auth.dkim.iter().filter(|dkim| {
        let names = &dkim.signed_headers;
        covers(names, "List-Unsubscribe") && covers(names, "List-Unsubscribe-Post")
    });
    if covering.clone().any(|dkim| passes(&dkim)) {
        findings.add(&GOOD);
    } else if covering.any(dkim::is_open) {
        findings.add(&UNKNOWN);
    } else {
        let passing = facts.auth.dkim.iter().find(passes);
        // Where nothing passes, that has been paid for already, and its cure may well cure this too.
        let finding = findings.add(&UNSIGNED).points(if passing.is_some() { 5 } else { 0 });
        if let Some(dkim) = passing {
            let mut names = dkim.signed_headers.clone();
            for name in ["List-Unsubscribe", "List-Unsubscribe-Post"] {
                if !covers(&names, name) {
                    names.push(name.to_owned());
                }
            }
            finding.cure(Cure::Line { text: format!("h={}", names.join(":")) });
            finding.evidence(Evidence::text(format!("d={} h={}", dkim.domain, dkim.signed_headers.join(":"))));
        }
    }
}

fn starts(target: &str, scheme: &str) -> bool {
    target.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme))
}

fn word(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Personal => "personal",
        Purpose::Transactional => "transactional",
        Purpose::Bulk => "bulk",
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{codes, facts_of, found};
    use super::*;
    use crate::auth::Dkim;

    fn bulk(header: &str, body: &str) -> Facts {
        let mut facts = facts_of(&format!("From: news@shop.example\nSubject: News\n{header}\n{body}\n"));
        facts.purpose = Purpose::Bulk;
        facts
    }

    fn signature(result: DkimResult, names: &[&str]) -> Dkim {
        Dkim {
            result,
            domain: "shop.example".to_owned(),
            selector: "s".to_owned(),
            algorithm: "rsa-sha256".to_owned(),
            identity: None,
            canonicalization: ("relaxed".to_owned(), "relaxed".to_owned()),
            signed_headers: names.iter().map(|name| (*name).to_owned()).collect(),
            body_length: None,
            signed_at: None,
            expires_at: None,
            key_bits: Some(2048),
            testing: false,
            key_record: None,
            aligned: true,
            aligned_relaxed: true,
            aligned_strict: true,
            alignment_open: false,
            reason: None,
            autopsy: Vec::new(),
            header: String::new(),
        }
    }

    #[test]
    fn a_personal_mail_is_not_nagged() {
        let codes = codes(check, &facts_of("From: a@b.example\nSubject: hi\n\nhello\n"));
        assert_eq!(codes, ["purpose.message.detected", "unsubscribe.header.unneeded"]);
    }

    #[test]
    fn a_mailing_without_the_field_is_given_both_lines() {
        let findings = found(check, &bulk("", "hello"));
        let missing = findings.iter().find(|finding| finding.code == "unsubscribe.header.missing").unwrap();
        assert_eq!(missing.cures.len(), 2);
        assert!(format!("{:?}", missing.cures).contains("https://shop.example/unsubscribe"));
        assert!(findings.iter().any(|finding| finding.code == "unsubscribe.link.missing"));
    }

    #[test]
    fn each_fault_of_one_click_has_its_code() {
        let code =
            |header: &str| codes(check, &bulk(header, "Unsubscribe: https://a.example/")).get(1).cloned().unwrap();
        assert_eq!(code("List-Unsubscribe: https://a.example/u\n"), "unsubscribe.header.syntax");
        assert_eq!(code("List-Unsubscribe: <https://a.example/u>\n"), "unsubscribe.one_click.missing");
        let list = "List-Unsubscribe: <https://a.example/u>\n";
        assert_eq!(code(&format!("{list}List-Unsubscribe-Post: yes\n")), "unsubscribe.one_click.syntax");
        let post = "List-Unsubscribe-Post: List-Unsubscribe=One-Click\n";
        assert_eq!(code(&format!("List-Unsubscribe: <mailto:u@a.example>\n{post}")), "unsubscribe.one_click.https");
        assert_eq!(code(&format!("{list}{post}")), "unsubscribe.one_click.unsigned");
        assert_eq!(code(&format!("{list}{list}{post}")), "unsubscribe.header.repeated");
    }

    #[test]
    fn only_a_passing_signature_over_both_fields_covers_them() {
        let header = "List-Unsubscribe: <https://a.example/u>\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\n";
        let mut facts = bulk(header, "Unsubscribe: https://a.example/");
        let both = ["From", "list-unsubscribe", "List-Unsubscribe-Post"];
        for (result, names, code) in [
            (DkimResult::Pass, &both[..], "unsubscribe.one_click.good"),
            (DkimResult::Pass, &both[..2], "unsubscribe.one_click.unsigned"),
            (DkimResult::Fail, &both[..], "unsubscribe.one_click.unsigned"),
            (DkimResult::Temperror, &both[..], "unsubscribe.one_click.unknown"),
        ] {
            facts.auth.dkim = vec![signature(result, names)];
            assert_eq!(codes(check, &facts).get(1).unwrap(), code);
        }
        assert!(codes(check, &facts).contains(&"unsubscribe.link.good".to_owned()));
    }
}
