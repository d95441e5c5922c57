//! What is found only when a domain is looked at without a message (`vaglio domain`): the DKIM keys that it publishes, and
//! that there is no such name.

use super::Basis::{Must, Practice, Should};
use super::Verdict::{Good, NotDetermined, Notice};
use super::{Evidence, Findings, Rule, Section, dkim};
use crate::auth::DkimReason;
use crate::auth::dkim::PublishedKey;
use crate::facts::Facts;

const S: Section = Section::Authentication;

const GOOD: Rule = Rule::new("dkim.published.good", S, Good, Should("RFC 8301 §3.2"));
const SHORT: Rule = Rule::new("dkim.published.short", S, Notice, Should("RFC 8301 §3.2"));
const TESTING: Rule = Rule::new("dkim.published.testing", S, Notice, Must("RFC 6376 §3.6.1"));
const REVOKED: Rule = Rule::new("dkim.published.revoked", S, Good, Must("RFC 6376 §3.6.1"));
const UNUSABLE: Rule = Rule::new("dkim.published.unusable", S, Notice, Must("RFC 6376 §3.6.1"));
const MISSING: Rule = Rule::new("dkim.published.missing", S, Notice, Must("RFC 6376 §3.6.2.2"));
const UNKNOWN: Rule = Rule::new("dkim.published.not_determined", S, NotDetermined, Practice("RFC 6376 §3.6.2.2"));
const NONE: Rule = Rule::new("dkim.published.none_known", S, NotDetermined, Practice("RFC 6376 §3.1"));

const NO_SUCH_NAME: Rule = Rule::new("domain.nonexistent", S, Notice, Must("RFC 8020 §2"));

pub const RULES: &[Rule] = &[NO_SUCH_NAME, UNUSABLE, MISSING, SHORT, TESTING, GOOD, REVOKED, UNKNOWN, NONE];

/// A message's keys are judged with its signatures, in [`super::dkim`].
pub fn of_message(_: &Facts, _: &mut Findings) {}

/// All there is to say of a name that DNS does not know.
pub fn nonexistent(domain: &str, findings: &mut Findings) {
    findings.add(&NO_SUCH_NAME).arg("domain", domain);
}

/// Judges the keys found; `asked` are the selectors that the reader named.
pub fn check(domain: &str, keys: &[PublishedKey], asked: &[String], findings: &mut Findings) {
    let mut any = false;
    for key in keys {
        let rule = match &key.problem {
            None if key.testing => &TESTING,
            None if key.kind == "rsa" && key.bits.is_some_and(|bits| bits < 2048) => &SHORT,
            None => &GOOD,
            Some(DkimReason::KeyMissing) if asked.contains(&key.selector) => &MISSING,
            Some(DkimReason::KeyMissing) => continue,
            Some(DkimReason::KeyRevoked) => &REVOKED,
            Some(DkimReason::Dns(_)) if asked.contains(&key.selector) => &UNKNOWN,
            Some(DkimReason::Dns(_)) => continue,
            Some(_) => &UNUSABLE,
        };
        any = true;
        let name = format!("{}._domainkey.{domain}", key.selector);
        let finding = findings.add(rule);
        finding
            .arg("domain", domain)
            .arg("selector", &key.selector)
            .arg("name", &name)
            .arg("kind", &key.kind)
            .arg("bits", key.bits.unwrap_or(0))
            .arg("fault", fault(key.problem.as_ref()));
        if let Some(DkimReason::KeyUnusable(fault) | DkimReason::Dns(fault)) = &key.problem {
            finding.evidence(Evidence::fault(fault));
        }
        if let Some(text) = &key.record {
            if key.problem.is_none() && key.testing {
                finding.cure(dkim::in_earnest(name.clone(), text));
            }
            finding.evidence(Evidence::Record { name, rtype: "TXT".into(), text: text.clone(), mark: None });
        }
    }
    if !any {
        // Selectors cannot be listed: that none of those we know is there proves nothing.
        findings.add(&NONE).arg("domain", domain);
    }
}

/// Why a key cannot be used, in the catalogue's words.
fn fault(problem: Option<&DkimReason>) -> &'static str {
    match problem {
        Some(DkimReason::SeveralKeys(_)) => "several",
        Some(DkimReason::KeyTooShort) => "short",
        Some(DkimReason::KeyDisallows(_)) => "limited",
        _ => "unreadable",
    }
}
