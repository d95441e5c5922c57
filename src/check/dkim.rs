//! DKIM: what the signatures prove, and what to publish or sign otherwise (RFC 6376, RFC 8301).
//!
//! One aligned signature that passes is enough: a broken second one is told, and never costs a point.

use super::Basis::{Must, Practice, Provider, Should};
use super::Verdict::{Deduct, DeductUpTo, Good, NotDetermined, Notice};
use super::{Arg, Cure, Evidence, Finding, Findings, Rule, Section};
use crate::auth::{Dkim, DkimReason, DkimResult};
use crate::facts::Facts;

const S: Section = Section::Authentication;
const GMAIL: &str = "https://support.google.com/mail/answer/81126";

const PASS: Rule = Rule::new("dkim.result.pass", S, Good, Should("RFC 6376 §6.1"));
const NONE: Rule = Rule::new("dkim.none", S, Deduct(15), Provider("Gmail", GMAIL));
/// There is no one Author Domain that it could belong to: DMARC does not apply, and its own finding says why.
const NO_AUTHOR: Rule = Rule::new("dkim.result.no_author", S, Good, Should("RFC 6376 §6.1"));
const UNALIGNED: Rule = Rule::new("dkim.unaligned", S, DeductUpTo(10), Must("RFC 9989 §4.4.1"));
const ALSO_SIGNED: Rule = Rule::new("dkim.also_signed", S, Good, Should("RFC 6376 §6.1"));
const ALIGNMENT_UNKNOWN: Rule = Rule::new("dkim.alignment.not_determined", S, NotDetermined, Must("RFC 9989 §4.4.1"));
const TEMPERROR: Rule = Rule::new("dkim.result.temperror", S, NotDetermined, Must("RFC 6376 §6.1.2"));

// Broken signatures: the points are those of `price`, where no aligned signature passes.
const BODY_HASH: Rule = Rule::new("dkim.fail.body_hash", S, DeductUpTo(20), Must("RFC 6376 §6.1.3"));
const SIGNATURE: Rule = Rule::new("dkim.fail.signature", S, DeductUpTo(20), Must("RFC 6376 §6.1.3"));
const KEY_MISSING: Rule = Rule::new("dkim.key.missing", S, DeductUpTo(10), Must("RFC 6376 §6.1.2"));
const KEY_REVOKED: Rule = Rule::new("dkim.key.revoked", S, DeductUpTo(10), Must("RFC 6376 §3.6.1"));
const KEY_UNUSABLE: Rule = Rule::new("dkim.key.unusable", S, DeductUpTo(10), Must("RFC 6376 §3.6.1"));
const KEY_TOO_SHORT: Rule = Rule::new("dkim.key.too_short", S, DeductUpTo(10), Must("RFC 8301 §3.2"));
const KEY_DISALLOWS: Rule = Rule::new("dkim.key.disallows", S, DeductUpTo(10), Must("RFC 6376 §3.6.1"));
const ALGORITHM_RETIRED: Rule = Rule::new("dkim.algorithm.retired", S, DeductUpTo(10), Must("RFC 8301 §3.1"));
const ALGORITHM_UNKNOWN: Rule = Rule::new("dkim.algorithm.unknown", S, DeductUpTo(10), Must("RFC 6376 §3.3.4"));
const FROM_UNSIGNED: Rule = Rule::new("dkim.from_not_signed", S, DeductUpTo(10), Must("RFC 6376 §5.4"));
const IDENTITY: Rule = Rule::new("dkim.identity_mismatch", S, DeductUpTo(10), Must("RFC 6376 §3.5"));
const EXPIRED: Rule = Rule::new("dkim.expired", S, DeductUpTo(10), Practice("RFC 6376 §3.5"));
const UNPARSABLE: Rule = Rule::new("dkim.unparsable", S, DeductUpTo(10), Must("RFC 6376 §6.1.1"));
const BODY_CUT: Rule = Rule::new("dkim.fail.body_cut", S, DeductUpTo(20), Must("RFC 6376 §3.5"));
const KEY_SEVERAL: Rule = Rule::new("dkim.key.several", S, DeductUpTo(10), Must("RFC 6376 §3.6.2.2"));
const IN_FUTURE: Rule = Rule::new("dkim.in_future", S, DeductUpTo(10), Practice("RFC 6376 §3.5"));
const NOT_VERIFIED: Rule = Rule::new("dkim.not_verified", S, NotDetermined, Practice("RFC 6376 §6.1"));

// Weaknesses of a signature that passes.
const KEY_SHORT: Rule = Rule::new("dkim.key.short", S, DeductUpTo(2), Should("RFC 8301 §3.2"));
const BODY_LENGTH: Rule = Rule::new("dkim.body_length", S, DeductUpTo(5), Practice("RFC 6376 §8.2"));
const KEY_TESTING: Rule = Rule::new("dkim.key.testing", S, DeductUpTo(3), Must("RFC 6376 §3.6.1"));
const EXPIRES_SOON: Rule = Rule::new("dkim.expires_soon", S, Notice, Practice("RFC 6376 §3.5"));
const UNSIGNED_FIELDS: Rule = Rule::new("dkim.fields.unsigned", S, Notice, Should("RFC 6376 §5.4.1"));
const OVERSIGNED: Rule = Rule::new("dkim.fields.oversigned", S, Good, Practice("RFC 6376 §8.15"));
const TEST_SELECTOR: Rule = Rule::new("dkim.selector.test", S, Notice, Practice("RFC 6376 §3.1"));
const ED25519_ONLY: Rule = Rule::new("dkim.ed25519_only", S, Notice, Practice("RFC 8463 §6"));

pub const RULES: &[Rule] = &[
    BODY_HASH,
    SIGNATURE,
    NONE,
    UNALIGNED,
    ALSO_SIGNED,
    ALIGNMENT_UNKNOWN,
    KEY_MISSING,
    KEY_REVOKED,
    KEY_UNUSABLE,
    KEY_TOO_SHORT,
    KEY_DISALLOWS,
    ALGORITHM_RETIRED,
    ALGORITHM_UNKNOWN,
    FROM_UNSIGNED,
    IDENTITY,
    EXPIRED,
    UNPARSABLE,
    BODY_CUT,
    KEY_SEVERAL,
    IN_FUTURE,
    NOT_VERIFIED,
    TEMPERROR,
    PASS,
    NO_AUTHOR,
    KEY_SHORT,
    BODY_LENGTH,
    KEY_TESTING,
    EXPIRES_SOON,
    UNSIGNED_FIELDS,
    OVERSIGNED,
    TEST_SELECTOR,
    ED25519_ONLY,
];

/// Shorter RSA keys are weak, though they may still be used (RFC 8301 §3.2).
const GOOD_BITS: u32 = 2048;
/// A queue may hold mail for days; a signature that ends within one is a risk. Seconds.
const SOON: i64 = 86_400;
/// What a reader sees or acts on, and RFC 6376 §5.4.1 names.
const IMPORTANT: [&str; 13] = [
    "Subject",
    "Date",
    "To",
    "Cc",
    "Reply-To",
    "Sender",
    "Message-ID",
    "In-Reply-To",
    "References",
    "MIME-Version",
    "Content-Type",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
];

pub fn check(facts: &Facts, findings: &mut Findings) {
    let signatures = &facts.auth.dkim;
    if signatures.is_empty() {
        none(facts, findings);
        return;
    }
    let passes: Vec<&Dkim> = signatures.iter().filter(|dkim| dkim.result == DkimResult::Pass).collect();
    let aligned: Vec<&Dkim> = passes.iter().copied().filter(|dkim| dkim.aligned).collect();
    let mut to_pay = due(facts);
    for dkim in signatures {
        let points = price(dkim).min(if Some(culprit(dkim)) == to_pay { 20 } else { 0 });
        if points > 0 {
            to_pay = None;
        }
        judge(dkim, points, facts, findings);
    }
    if let Some(best) = best(&aligned).or_else(|| best(&passes)) {
        weaknesses(best, facts, findings);
    }
    let ed25519 = |dkim: &&Dkim| dkim.algorithm.eq_ignore_ascii_case("ed25519-sha256");
    if !aligned.is_empty()
        && aligned.iter().all(ed25519)
        && let Some(dkim) = aligned.first()
    {
        describe(findings.add(&ED25519_ONLY), dkim);
    }
}

/// What a signature is, for the question which of them costs points.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Culprit {
    AlignedBroken,
    Unaligned,
    OtherBroken,
    Nothing,
}

fn culprit(dkim: &Dkim) -> Culprit {
    match (dkim.result, dkim.aligned) {
        _ if is_open(dkim) => Culprit::Nothing,
        (DkimResult::Pass, true) => Culprit::Nothing,
        (DkimResult::Pass, false) if dkim.alignment_open => Culprit::Nothing,
        (DkimResult::Pass, false) => Culprit::Unaligned,
        (_, true) => Culprit::AlignedBroken,
        (_, false) => Culprit::OtherBroken,
    }
}

/// True when nobody knows whether this signature is good.
pub fn is_open(dkim: &Dkim) -> bool {
    dkim.result == DkimResult::Temperror || matches!(dkim.reason, Some(DkimReason::NotVerified | DkimReason::Dns(_)))
}

/// True where some receivers take it for good and others do not: RFC 6376 §3.5 leaves a time in the future to them.
pub fn may_pass(dkim: &Dkim) -> bool {
    is_open(dkim) || dkim.reason == Some(DkimReason::InFuture)
}

/// Which kind costs points, once: none where an aligned signature passes, or might have, had it been checked. Without an
/// Author Domain there is nothing to align with. Another's signature that could not be checked excuses no broken one of the
/// author's, only those of others, whose best it might have been.
fn due(facts: &Facts) -> Option<Culprit> {
    let (signatures, anonymous) = (&facts.auth.dkim, facts.auth.dmarc.author_domain.is_none());
    let could_align = |dkim: &Dkim| dkim.aligned || dkim.alignment_open || anonymous;
    if signatures.iter().any(|dkim| could_align(dkim) && (is_open(dkim) || dkim.result == DkimResult::Pass)) {
        return None;
    }
    let any = |kind: Culprit| signatures.iter().any(|dkim| culprit(dkim) == kind);
    let kind = [Culprit::AlignedBroken, Culprit::Unaligned, Culprit::OtherBroken].into_iter().find(|&kind| any(kind));
    kind.filter(|&kind| kind != Culprit::OtherBroken || !signatures.iter().any(is_open))
}

/// Tenths, as the ledger has them: 2.0 for a signature that does not match, 1.0 for one that cannot be used or aligned.
fn price(dkim: &Dkim) -> i32 {
    match (dkim.result, &dkim.reason) {
        (DkimResult::Pass, _) => 10,
        (_, Some(DkimReason::BodyHash | DkimReason::Signature | DkimReason::LengthOverBody(_)))
        | (DkimResult::Fail, None) => 20,
        _ => 10,
    }
}

fn judge(dkim: &Dkim, points: i32, facts: &Facts, findings: &mut Findings) {
    // Where the author's own signature stands, its finding says what there is to do.
    let own = facts.auth.dkim.iter().any(|other| other.aligned);
    let rule = match (dkim.result, &dkim.reason) {
        (DkimResult::Pass, _) if dkim.aligned => &PASS,
        (DkimResult::Pass, _) if facts.auth.dmarc.author_domain.is_none() => &NO_AUTHOR,
        (DkimResult::Pass, _) if own => &ALSO_SIGNED,
        (DkimResult::Pass, _) if dkim.alignment_open => &ALIGNMENT_UNKNOWN,
        (DkimResult::Pass, _) => &UNALIGNED,
        (DkimResult::Temperror, _) | (_, Some(DkimReason::Dns(_))) => &TEMPERROR,
        (_, Some(DkimReason::BodyHash)) => &BODY_HASH,
        (_, Some(DkimReason::Signature)) => &SIGNATURE,
        (_, Some(DkimReason::KeyMissing)) => &KEY_MISSING,
        (_, Some(DkimReason::KeyRevoked)) => &KEY_REVOKED,
        (_, Some(DkimReason::KeyUnusable(_))) => &KEY_UNUSABLE,
        (_, Some(DkimReason::KeyTooShort)) => &KEY_TOO_SHORT,
        (_, Some(DkimReason::KeyDisallows(_))) => &KEY_DISALLOWS,
        (_, Some(DkimReason::AlgorithmRetired)) => &ALGORITHM_RETIRED,
        (_, Some(DkimReason::AlgorithmUnknown(_))) => &ALGORITHM_UNKNOWN,
        (_, Some(DkimReason::FromNotSigned)) => &FROM_UNSIGNED,
        (_, Some(DkimReason::IdentityMismatch)) => &IDENTITY,
        (_, Some(DkimReason::Expired)) => &EXPIRED,
        (_, Some(DkimReason::Unparsable(_))) => &UNPARSABLE,
        (_, Some(DkimReason::LengthOverBody(_))) => &BODY_CUT,
        (_, Some(DkimReason::SeveralKeys(_))) => &KEY_SEVERAL,
        (_, Some(DkimReason::InFuture)) => &IN_FUTURE,
        (_, Some(DkimReason::NotVerified)) => &NOT_VERIFIED,
        (_, None) => &SIGNATURE,
    };
    // Relays of one provider may each sign; that it is not the author's domain is said once.
    let said = |known: &Finding| known.code == rule.code && known.args.get("domain") == Some(&Arg::from(&dkim.domain));
    let alike = [&UNALIGNED, &ALSO_SIGNED, &ALIGNMENT_UNKNOWN, &NOT_VERIFIED].iter().any(|one| one.code == rule.code);
    if alike && findings.0.iter().any(said) {
        return;
    }
    let finding = findings.add(rule);
    describe(finding, dkim);
    finding.arg("author", facts.auth.dmarc.author_domain.as_deref().unwrap_or("-"));
    if matches!(rule.verdict, DeductUpTo(_)) {
        finding.points(points);
    }
    match &dkim.reason {
        Some(DkimReason::KeyUnusable(fault) | DkimReason::Unparsable(fault) | DkimReason::Dns(fault)) => {
            finding.evidence(Evidence::fault(fault));
        }
        // What the field or the record says, as it stands there.
        Some(DkimReason::AlgorithmUnknown(detail) | DkimReason::KeyDisallows(detail)) => {
            finding.evidence(Evidence::Text { text: detail.clone() });
        }
        _ => {}
    }
    if let Some(cure) = key_cure(dkim) {
        finding.cure(cure);
    }
}

/// What stands after a field's name.
fn value(field: &str) -> String {
    field.split_once(':').map_or(field, |(_, value)| value.trim_start()).to_owned()
}

fn describe(finding: &mut Finding, dkim: &Dkim) {
    finding
        .arg("domain", if dkim.domain.is_empty() { "-" } else { dkim.domain.as_str() })
        .arg("selector", &dkim.selector)
        .arg("algorithm", &dkim.algorithm)
        .arg("bits", dkim.key_bits.unwrap_or(0))
        .arg("name", key_name(dkim))
        .evidence(Evidence::Header { name: "DKIM-Signature".into(), text: value(&dkim.header), mark: None });
    if let Some(record) = &dkim.key_record {
        finding.evidence(Evidence::Record {
            name: key_name(dkim),
            rtype: "TXT".into(),
            text: record.clone(),
            mark: None,
        });
    }
}

fn key_name(dkim: &Dkim) -> String {
    format!("{}._domainkey.{}", dkim.selector, dkim.domain)
}

/// The key record to publish, with a placeholder where only the signer knows the key.
fn key_cure(dkim: &Dkim) -> Option<Cure> {
    let missing = matches!(
        dkim.reason,
        Some(
            DkimReason::KeyMissing
                | DkimReason::KeyRevoked
                | DkimReason::KeyUnusable(_)
                | DkimReason::KeyTooShort
                | DkimReason::KeyDisallows(_)
                | DkimReason::SeveralKeys(_)
        )
    );
    if !missing || dkim.domain.is_empty() || dkim.selector.is_empty() {
        return None;
    }
    let kind = if dkim.algorithm.starts_with("ed25519") { "ed25519" } else { "rsa" };
    let value = format!("v=DKIM1; k={kind}; p=PUBLIC-KEY");
    Some(Cure::Record { name: key_name(dkim), rtype: "TXT".into(), value, replaces: dkim.key_record.clone() })
}

/// No signature at all: which record to publish, and where.
fn none(facts: &Facts, findings: &mut Findings) {
    let finding = findings.add(&NONE);
    let author = facts.auth.dmarc.author_domain.as_deref();
    finding.arg("author", author.unwrap_or("-"));
    if let Some(author) = author {
        let name = format!("mail._domainkey.{author}");
        let value = "v=DKIM1; k=rsa; p=PUBLIC-KEY".to_owned();
        finding.cure(Cure::Record { name, rtype: "TXT".into(), value, replaces: None });
    }
}

/// The signature that a receiver gains most from: long key, whole body, not in testing.
fn best<'a>(signatures: &[&'a Dkim]) -> Option<&'a Dkim> {
    signatures.iter().copied().max_by_key(|dkim| (!is_short(dkim), dkim.body_length.is_none(), !dkim.testing))
}

fn is_short(dkim: &Dkim) -> bool {
    dkim.algorithm.starts_with("rsa") && dkim.key_bits.is_some_and(|bits| bits < GOOD_BITS)
}

/// Weaknesses of the best signature: one good signature makes up for a weak one beside it.
fn weaknesses(dkim: &Dkim, facts: &Facts, findings: &mut Findings) {
    if is_short(dkim) {
        describe(findings.add(&KEY_SHORT).points(2), dkim);
    }
    if let Some(length) = dkim.body_length {
        let body = facts.message.raw.len().saturating_sub(facts.message.body_start);
        let finding = findings.add(&BODY_LENGTH).points(5).arg("length", length).arg("body", body);
        describe(finding, dkim);
    }
    if dkim.testing {
        let finding = findings.add(&KEY_TESTING).points(3);
        describe(finding, dkim);
        if let Some(record) = &dkim.key_record {
            finding.cure(in_earnest(key_name(dkim), record));
        }
    }
    if let Some(expires) = dkim.expires_at.and_then(|at| i64::try_from(at).ok()) {
        let left = expires.saturating_sub(facts.now.as_second());
        if (0..SOON).contains(&left) {
            describe(findings.add(&EXPIRES_SOON).arg("hours", left / 3600), dkim);
        }
    }
    signed_fields(dkim, facts, findings);
    let selector = dkim.selector.to_ascii_lowercase();
    if selector
        .split(['-', '_', '.'])
        .any(|word| matches!(word.trim_end_matches(|c: char| c.is_ascii_digit()), "test" | "testing"))
    {
        describe(findings.add(&TEST_SELECTOR), dkim);
    }
}

/// The key record without its flag for tests.
pub fn in_earnest(name: String, record: &str) -> Cure {
    let kept = record.split(';').map(str::trim).filter(|tag| !tag.is_empty()).filter_map(untested);
    let value = kept.collect::<Vec<_>>().join("; ");
    Cure::Record { name, rtype: "TXT".into(), value, replaces: Some(record.to_owned()) }
}

/// The tag without the flag `y`; `None` when nothing is left of it.
fn untested(tag: &str) -> Option<String> {
    let Some((_, flags)) = tag.split_once('=').filter(|(name, _)| name.trim() == "t") else {
        return Some(tag.to_owned());
    };
    let kept: Vec<&str> = flags.split(':').map(str::trim).filter(|flag| *flag != "y").collect();
    (!kept.is_empty()).then(|| format!("t={}", kept.join(":")))
}

fn signed_fields(dkim: &Dkim, facts: &Facts, findings: &mut Findings) {
    let times_signed =
        |name: &str| dkim.signed_headers.iter().filter(|signed| signed.trim().eq_ignore_ascii_case(name)).count();
    let unsigned: Vec<&str> =
        IMPORTANT.into_iter().filter(|name| facts.message.first(name).is_some() && times_signed(name) == 0).collect();
    if !unsigned.is_empty() {
        describe(findings.add(&UNSIGNED_FIELDS).arg("fields", unsigned.join(", ")), dkim);
    }
    // Signed once more than it stands there: nobody can add another (RFC 6376 §8.15).
    let oversigned: Vec<&str> = std::iter::once("From")
        .chain(IMPORTANT)
        .filter(|name| times_signed(name) > facts.message.all(name).count())
        .collect();
    if oversigned.contains(&"From") {
        describe(findings.add(&OVERSIGNED).arg("fields", oversigned.join(", ")), dkim);
    }
}

#[cfg(test)]
mod tests;
