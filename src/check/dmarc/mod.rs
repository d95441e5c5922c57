//! DMARC: what the author's domain asks receivers to do, and whether this message satisfies it (RFC 9989).
//!
//! Also the finding that neither SPF nor DKIM passes, since it needs both. A verdict that an unanswered question could
//! have changed is not determined. The proposed records are made in `edit.rs` and `mend.rs`.

mod edit;
mod mend;

use super::Basis::{Must, Practice, Provider};
use super::Verdict::{Deduct, DeductUpTo, Good, NotApplicable, NotDetermined, Notice};
use super::{Arg, Cure, Evidence, Finding, Findings, Rule, Section, Uncovered, dkim, spf};
use crate::auth::dmarc::record::{RecordProblem, RecordProblemKind};
use crate::auth::tags::TagProblemKind;
use crate::auth::{DkimResult, Dmarc, DmarcProblem, DmarcResult, Fault, Policy, PolicyTag, SpfResult};
use crate::dns::RecordType;
use crate::facts::Facts;

const S: Section = Section::Authentication;
const GMAIL: &str = "https://support.google.com/mail/answer/81126";

const NONE_PASSES: Rule = Rule::new("auth.none_passes", S, Notice, Provider("Gmail", GMAIL)).refused();
const PASS: Rule = Rule::new("dmarc.result.pass", S, Good, Must("RFC 9989 §5.3.5"));
/// 2.0 where a policy is asked for; 1.0 where none is, as receivers then do nothing about it (RFC 9989 §5.4).
const FAIL: Rule = Rule::new("dmarc.result.fail", S, DeductUpTo(20), Must("RFC 9989 §5.3.5"));
const FAIL_REJECT: Rule = Rule::new("dmarc.result.fail_reject", S, Deduct(20), Provider("Gmail", GMAIL)).refused();
const NONE: Rule = Rule::new("dmarc.none", S, Deduct(10), Provider("Gmail", GMAIL));
const SEVERAL_RECORDS: Rule = Rule::new("dmarc.several_records", S, DeductUpTo(10), Must("RFC 9989 §4.10"));
const BAD_RECORD: Rule = Rule::new("dmarc.bad_record", S, Deduct(10), Must("RFC 9989 §4.10.1"));
const TEMPERROR: Rule = Rule::new("dmarc.result.temperror", S, NotDetermined, Must("RFC 9989 §5.3.6"));
const UNKNOWN: Rule = Rule::new("dmarc.not_determined", S, NotDetermined, Must("RFC 9989 §5.3.6"));
const NO_AUTHOR: Rule = Rule::new("dmarc.no_author", S, NotApplicable, Must("RFC 9989 §5.3.1"));

/// Nothing while mail fails: then none is the right policy.
const POLICY_NONE: Rule = Rule::new("dmarc.policy.none", S, DeductUpTo(2), Practice("RFC 9989 §5.1.7"));
const TESTING: Rule = Rule::new("dmarc.testing", S, Notice, Must("RFC 9989 §4.7"));
const READ_AS_NONE: Rule = Rule::new("dmarc.read_as_none", S, Notice, Must("RFC 9989 §4.10.1"));
const REMOVED_TAGS: Rule = Rule::new("dmarc.tags.removed", S, Notice, Practice("RFC 9989 §C.5.2"));
const INVALID_TAGS: Rule = Rule::new("dmarc.tags.invalid", S, Notice, Must("RFC 9989 §4.8"));
const SUBDOMAINS_WEAKER: Rule = Rule::new("dmarc.subdomains.weaker", S, Notice, Practice("RFC 9989 §4.7"));
const ONLY_SPF: Rule = Rule::new("dmarc.only_spf", S, Notice, Practice("RFC 9989 §7.4"));
const REPORTS_NONE: Rule = Rule::new("dmarc.reports.none", S, Notice, Practice("RFC 9989 §5.1.3"));
const REPORTS_INVALID: Rule = Rule::new("dmarc.reports.invalid", S, Notice, Must("RFC 9989 §4.8"));
const REPORTS_REFUSED: Rule = Rule::new("dmarc.reports.unauthorized", S, Notice, Must("RFC 9990 §4"));
const OLDER_DIFFERS: Rule = Rule::new("dmarc.rfc7489.differs", S, Notice, Practice("RFC 7489 §3.2"));

pub const RULES: &[Rule] = &[
    NONE_PASSES,
    FAIL_REJECT,
    FAIL,
    NONE,
    SEVERAL_RECORDS,
    BAD_RECORD,
    TEMPERROR,
    UNKNOWN,
    NO_AUTHOR,
    PASS,
    POLICY_NONE,
    TESTING,
    READ_AS_NONE,
    REMOVED_TAGS,
    INVALID_TAGS,
    SUBDOMAINS_WEAKER,
    ONLY_SPF,
    REPORTS_NONE,
    REPORTS_INVALID,
    REPORTS_REFUSED,
    OLDER_DIFFERS,
];

/// The findings so far whose cure makes SPF or DKIM pass: of those that cost a point or more, since smaller ones are blemishes.
fn failures(findings: &Findings) -> Vec<String> {
    let weighty = |finding: &&Finding| {
        let method = finding.code.starts_with("spf.") || finding.code.starts_with("dkim.");
        let points = match super::rule(&finding.code).map(|rule| rule.verdict) {
            Some(Deduct(points)) => points,
            Some(DeductUpTo(_)) => finding.points.unwrap_or(0),
            _ => 0,
        };
        method && points >= 10 && finding.uncovers.is_empty()
    };
    findings.0.iter().filter(weighty).map(|finding| finding.code.clone()).collect()
}

pub fn check(facts: &Facts, findings: &mut Findings) {
    let causes = failures(findings);
    if let Some(false) = something_passes(facts) {
        findings.add(&NONE_PASSES).cured_by.clone_from(&causes);
    }
    let dmarc = &facts.auth.dmarc;
    let Some(author) = dmarc.author_domain.as_deref() else {
        findings.add(&NO_AUTHOR);
        return;
    };
    let rule = verdict(facts);
    let finding = findings.add(rule);
    let points = match rule.code {
        "dmarc.result.fail" if is_enforced(dmarc) => 20,
        "dmarc.result.fail" | "dmarc.several_records" => 10,
        _ => 0,
    };
    if points > 0 {
        finding.points(points);
    }
    if dmarc.result == DmarcResult::Fail {
        // A method that passes for another organization would not align.
        let own_signature = facts.auth.dkim.iter().any(|signature| signature.aligned);
        let cures = |code: &&String| match code.as_str() {
            "dkim.none" | "dkim.unaligned" => true,
            code if code.starts_with("dkim.") => own_signature,
            _ => dmarc.spf_domain_aligned,
        };
        finding.cured_by = causes.iter().filter(cures).cloned().collect();
    }
    describe(finding, dmarc, author);
    let near = if rule.code == NONE.code { near_miss(facts, author) } else { None };
    first_record(finding, dmarc, near, author);
    finding.uncovers = uncovered(finding, facts);
    // Where another record applies, those that are discarded do no harm.
    if rule.code != SEVERAL_RECORDS.code
        && let Some(DmarcProblem::SeveralRecords(name)) = &dmarc.problem
    {
        several(findings.add(&SEVERAL_RECORDS).points(0).arg("name", name), dmarc);
    }
    if let Some(record) = dmarc.record.as_deref() {
        lint(dmarc, record, author, facts, findings);
    }
    if let Some(older) = &dmarc.rfc7489 {
        let what = match (older.result == dmarc.result, older.policy == dmarc.policy) {
            (false, _) => "result",
            // RFC 7489 knows no np=.
            (true, false) if dmarc.policy_tag == Some(PolicyTag::Np) => "np",
            (true, false) => "policy",
            (true, true) => "domain",
        };
        let finding = findings.add(&OLDER_DIFFERS);
        finding
            .arg("what", what)
            .arg("author", author)
            .arg("policy", policy_word(dmarc.policy))
            .arg("old_policy", policy_word(older.policy))
            .arg("new", result_word(dmarc.result))
            .arg("old", result_word(older.result))
            .arg("old_domain", &older.organizational_domain)
            .arg("new_domain", dmarc.organizational_domain.as_deref().unwrap_or(author));
    }
}

/// Receivers are asked to do something about mail that fails.
pub fn is_enforced(dmarc: &Dmarc) -> bool {
    matches!(dmarc.policy, Some(Policy::Quarantine | Policy::Reject)) && !dmarc.testing
}

/// Whether SPF or any signature passes; `None` while an unanswered question could still change it.
pub fn something_passes(facts: &Facts) -> Option<bool> {
    let spf = facts.auth.spf.seen();
    let dkim_passes = facts.auth.dkim.iter().any(|dkim| dkim.result == DkimResult::Pass);
    if dkim_passes || spf.is_some_and(|spf| spf.result == SpfResult::Pass) {
        return Some(true);
    }
    let spf_open = spf.is_none_or(|spf| spf::is_open(facts, spf));
    let open = spf_open || facts.auth.dkim.iter().any(dkim::may_pass);
    (!open).then_some(false)
}

fn verdict(facts: &Facts) -> &'static Rule {
    let dmarc = &facts.auth.dmarc;
    match (dmarc.result, &dmarc.problem) {
        (DmarcResult::Pass, _) => &PASS,
        // An SPF that nobody could evaluate, or a signature that nobody could check, might have aligned.
        (_, Some(DmarcProblem::SpfUnknown)) => &UNKNOWN,
        (DmarcResult::Temperror, _) | (_, Some(DmarcProblem::Dns(_))) => &TEMPERROR,
        (DmarcResult::Fail, _) if could_have_passed(facts) => &UNKNOWN,
        (DmarcResult::Fail, _) if dmarc.policy == Some(Policy::Reject) && !dmarc.testing => &FAIL_REJECT,
        (DmarcResult::Fail, _) => &FAIL,
        (_, Some(DmarcProblem::SeveralRecords(_))) => &SEVERAL_RECORDS,
        (_, Some(DmarcProblem::BadRecord(_))) | (DmarcResult::Permerror, _) => &BAD_RECORD,
        (DmarcResult::None, _) => &NONE,
    }
}

/// What keeps the records of a domain from being used, with the record to publish instead; `None` where one can be, or none is
/// there.
pub fn unusable(dmarc: &Dmarc) -> Option<Finding> {
    let author = dmarc.author_domain.as_deref().filter(|_| dmarc.registered_result() == DmarcResult::Permerror)?;
    let rule = match &dmarc.problem {
        Some(DmarcProblem::SeveralRecords(_)) => &SEVERAL_RECORDS,
        _ => &BAD_RECORD,
    };
    let mut findings = Findings::default();
    let finding = findings.add(rule);
    describe(finding, dmarc, author);
    first_record(finding, dmarc, None, author);
    findings.0.pop()
}

/// True while an unanswered question could still make something align.
pub fn could_have_passed(facts: &Facts) -> bool {
    let spf_open = facts.auth.spf.seen().is_none_or(|spf| spf::is_open(facts, spf));
    spf_open || facts.auth.dkim.iter().any(|signature| signature.aligned && dkim::may_pass(signature))
}

fn describe(finding: &mut Finding, dmarc: &Dmarc, author: &str) {
    let by = match (dmarc.spf_aligned, dmarc.dkim_aligned) {
        (true, true) => "SPF + DKIM",
        (true, false) => "SPF",
        (false, true) => "DKIM",
        (false, false) => "-",
    };
    let domain = dmarc.policy_domain.as_deref().unwrap_or(author);
    finding.arg("author", author).arg("domain", domain).arg("by", by).arg("policy", policy_word(dmarc.policy));
    if let Some(record) = &dmarc.record {
        let mark = dmarc.policy_tag.and_then(|tag| edit::tag_span(record, tag_name(tag)));
        finding.evidence(txt(domain, record, mark));
    }
    match &dmarc.problem {
        Some(DmarcProblem::SeveralRecords(name)) => {
            several(finding.arg("name", name), dmarc);
        }
        Some(DmarcProblem::BadRecord(_)) => faults(finding, problems(dmarc)),
        _ => {}
    }
}

/// The records of which there should be one.
fn several(finding: &mut Finding, dmarc: &Dmarc) {
    for step in dmarc.walk.iter().filter(|step| step.records.len() > 1) {
        for record in &step.records {
            let (name, rtype) = (step.name.clone(), "TXT".to_owned());
            finding.evidence(Evidence::Record { name, rtype, text: record.clone(), mark: None });
        }
    }
}

fn problems(dmarc: &Dmarc) -> impl Iterator<Item = &RecordProblem> {
    dmarc.parsed.iter().flat_map(|record| &record.problems)
}

/// What in the record cannot be read.
fn faults<'a>(finding: &mut Finding, problems: impl Iterator<Item = &'a RecordProblem>) {
    for problem in problems {
        let id = match problem.kind {
            RecordProblemKind::Syntax(kind) => {
                let (what, at) = (problem.value.clone(), Some(problem.span.0));
                finding.evidence(Evidence::fault(&Fault { kind: kind.into(), what, at }));
                continue;
            }
            RecordProblemKind::BadValue => "dmarc-fault-value",
            RecordProblemKind::BadUri => "dmarc-fault-uri",
            RecordProblemKind::PolicyMissing => "dmarc-fault-policy",
            // These do no harm.
            RecordProblemKind::UnknownTag | RecordProblemKind::ObsoleteTag | RecordProblemKind::ObsoleteSize => {
                continue;
            }
        };
        let args = [("tag", Arg::from(&problem.tag)), ("value", Arg::from(&problem.value))];
        finding.evidence(Evidence::said(id, args));
    }
}

/// The record to start from, or the mended one.
fn first_record(finding: &mut Finding, dmarc: &Dmarc, near: Option<(String, String)>, author: &str) {
    let organizational = dmarc.organizational_domain.as_deref().unwrap_or(author);
    let fresh = |name: &str| Some(format!("v=DMARC1; p=none; rua=mailto:dmarc@{name}"));
    let (name, value, replaces) = match (finding.code.as_str(), &dmarc.record, &dmarc.problem) {
        ("dmarc.several_records", _, Some(DmarcProblem::SeveralRecords(name))) => (name.clone(), fresh(name), None),
        ("dmarc.none", ..) => {
            finding.arg("near", if near.is_some() { "yes" } else { "no" });
            match near {
                Some((name, near)) => {
                    finding.evidence(txt(&name, &near, None));
                    (name, mended(&near, dmarc), Some(near))
                }
                None => (organizational.to_owned(), fresh(organizational), None),
            }
        }
        ("dmarc.bad_record", Some(record), _) => {
            let name = dmarc.policy_domain.as_deref().unwrap_or(organizational);
            (name.to_owned(), mended(record, dmarc), Some(record.clone()))
        }
        _ => return,
    };
    finding.arg("record", if value.is_some() { "yes" } else { "no" });
    if let Some(value) = value {
        finding.cure(Cure::Record { name: format!("_dmarc.{name}"), rtype: "TXT".into(), value, replaces });
    }
}

/// A text that was meant as the record, and where: at the author's domain, else at its organizational domain.
fn near_miss(facts: &Facts, author: &str) -> Option<(String, String)> {
    let organizational = facts.auth.dmarc.organizational_domain.as_deref();
    std::iter::once(author).chain(organizational).find_map(|domain| {
        let lookup = facts.dns.find(&format!("_dmarc.{domain}"), RecordType::Txt)?;
        let near = lookup.answer.texts().find(|text| mend::is_near_miss(&text.octets))?;
        Some((domain.to_owned(), String::from_utf8_lossy(&near.octets).into_owned()))
    })
}

/// What a record that counts brings up where none did: a message that fails, or that passes for a policy of nothing.
fn uncovered(finding: &Finding, facts: &Facts) -> Vec<Uncovered> {
    let dmarc = &facts.auth.dmarc;
    let Some(Cure::Record { value, .. }) = finding.cures.first() else { return Vec::new() };
    let (rule, points) = match dmarc.spf_aligned || dmarc.dkim_aligned {
        true if edit::tag_value(value, "p").is_some_and(|policy| policy.eq_ignore_ascii_case("none")) => {
            (&POLICY_NONE, 2)
        }
        false if !could_have_passed(facts) => (&FAIL, 10),
        _ => return Vec::new(),
    };
    vec![Uncovered { code: rule.code.to_owned(), points: Some(points) }]
}

/// The record with its faults mended. While nothing aligns it asks for no policy: one that did not count so far must not
/// begin by having this sender's mail refused (RFC 9989 §5.1.6).
fn mended(record: &str, dmarc: &Dmarc) -> Option<String> {
    let mended = mend::mended(record)?;
    match dmarc.spf_aligned || dmarc.dkim_aligned {
        true => Some(mended),
        false => Some(edit::with_tag(&edit::without_tags(&mended, &["sp", "np"]), "p", "none")),
    }
}

fn lint(dmarc: &Dmarc, record: &str, author: &str, facts: &Facts, findings: &mut Findings) {
    let domain = dmarc.policy_domain.as_deref().unwrap_or(author);
    let note = |findings: &mut Findings, rule: &'static Rule, tag: &str, value: Option<String>| {
        let finding = findings.add(rule);
        finding.arg("author", author).arg("domain", domain).evidence(txt(domain, record, edit::tag_span(record, tag)));
        if let Some(value) = value {
            let (name, replaces) = (format!("_dmarc.{domain}"), Some(record.to_owned()));
            finding.cure(Cure::Record { name, rtype: "TXT".into(), value, replaces });
        }
    };
    let ignored = matches!(dmarc.result, DmarcResult::None | DmarcResult::Permerror);
    // A stricter policy is worth having once mail passes; before, it would only have it refused (RFC 9989 §5.1.6).
    let passes = dmarc.result == DmarcResult::Pass;
    // A public suffix's record is not this sender's to change.
    let own = dmarc.organizational_domain.as_deref().is_none_or(|organization| domain.len() >= organization.len());
    let stricter = |value: String| Some(value).filter(|_| passes && own);
    if dmarc.policy == Some(Policy::None) && !ignored {
        let misread = matches!(dmarc.problem, Some(DmarcProblem::BadRecord(_)));
        if misread {
            let mended = mended(record, dmarc);
            let known = if mended.is_some() { "yes" } else { "no" };
            note(findings, &READ_AS_NONE, "p", mended);
            if let Some(finding) = findings.0.last_mut() {
                faults(finding.arg("record", known), problems(dmarc));
            }
        }
        let tag = dmarc.policy_tag.map_or("p", tag_name);
        // The owner of a record that cannot be read may have asked for more already.
        let quarantine = (!misread).then(|| edit::with_tag(record, tag, "quarantine"));
        note(findings, &POLICY_NONE, tag, quarantine.and_then(stricter));
        if let Some(finding) = findings.0.last_mut() {
            finding.points(if passes { 2 } else { 0 });
            if misread {
                finding.cured_by = vec![READ_AS_NONE.code.to_owned()];
            }
        }
    }
    if !ignored && !matches!(dmarc.problem, Some(DmarcProblem::BadRecord(_))) {
        invalid_tags(dmarc, record, findings, &note);
    }
    if dmarc.testing {
        note(findings, &TESTING, "t", stricter(edit::without_tags(record, &["t"])));
    }
    let removed: Vec<&str> =
        ["pct", "rf", "ri"].into_iter().filter(|tag| edit::tag_span(record, tag).is_some()).collect();
    if let Some(first) = removed.first() {
        let pct = edit::tag_value(record, "pct");
        let kept = edit::without_tags(record, &removed);
        // What pct=0 asked for is today's t=y (RFC 9989 §C.5.2).
        let cured = if pct.as_deref() == Some("0") { edit::with_tag(&kept, "t", "y") } else { kept };
        note(findings, &REMOVED_TAGS, first, Some(cured));
        if let Some(finding) = findings.0.last_mut() {
            // How much of the mail that fails is meant, for receivers that still read pct=.
            let share = match pct.as_deref() {
                None | Some("100") => "all",
                Some("0") => "none",
                _ => "some",
            };
            finding.arg("tags", removed.join(", ")).arg("share", share).arg("pct", pct.unwrap_or_default());
        }
    }
    let strong = |tag: &str| edit::tag_value(record, tag).is_some_and(|value| !value.eq_ignore_ascii_case("none"));
    let weaker = edit::tag_value(record, "sp").is_some_and(|value| value.eq_ignore_ascii_case("none"));
    if strong("p") && weaker {
        note(findings, &SUBDOMAINS_WEAKER, "sp", stricter(edit::without_tags(record, &["sp"])));
        if let Some(finding) = findings.0.last_mut() {
            finding.arg("np", if strong("np") { "strong" } else { "none" });
        }
    }
    if dmarc.result == DmarcResult::Pass
        && dmarc.spf_aligned
        && !dmarc.dkim_aligned
        && !facts.auth.dkim.iter().any(|signature| dkim::is_open(signature) || signature.alignment_open)
    {
        note(findings, &ONLY_SPF, "p", None);
    }
    if !ignored {
        reports(dmarc, record, findings, &note);
    }
}

/// What of a record that counts cannot be read: receivers pass over it, or differ about it. An `rua` has its own finding.
fn invalid_tags(
    dmarc: &Dmarc,
    record: &str,
    findings: &mut Findings,
    note: &impl Fn(&mut Findings, &'static Rule, &str, Option<String>),
) {
    let unread = |problem: &&RecordProblem| match problem.kind {
        // An empty tag says nothing, and one of an odd name is as good as unknown: both are passed over by everybody.
        RecordProblemKind::Syntax(kind) => !matches!(kind, TagProblemKind::Empty | TagProblemKind::Name),
        RecordProblemKind::BadValue => true,
        RecordProblemKind::BadUri => problem.tag != "rua",
        _ => false,
    };
    let Some(first) = problems(dmarc).find(unread) else { return };
    let mended = mend::mended(record);
    let known = if mended.is_some() { "yes" } else { "no" };
    note(findings, &INVALID_TAGS, &first.tag, mended);
    if let Some(finding) = findings.0.last_mut() {
        finding.arg("record", known);
        faults(finding, problems(dmarc).filter(unread));
    }
}

fn reports(
    dmarc: &Dmarc,
    record: &str,
    findings: &mut Findings,
    note: &impl Fn(&mut Findings, &'static Rule, &str, Option<String>),
) {
    let Some(parsed) = &dmarc.parsed else { return };
    let bad = parsed.problems.iter().find(|problem| problem.kind == RecordProblemKind::BadUri && problem.tag == "rua");
    if parsed.rua.is_empty() && bad.is_none() {
        // Somebody else's record (a parent's, a public suffix's) is not this sender's to mend.
        if dmarc.policy_domain == dmarc.organizational_domain {
            let domain = dmarc.policy_domain.as_deref().unwrap_or_default();
            note(findings, &REPORTS_NONE, "p", Some(edit::with_tag(record, "rua", &format!("mailto:dmarc@{domain}"))));
        }
        return;
    }
    if let Some(bad) = bad {
        let mended = edit::tag_value(record, "rua").and_then(|value| mend::uris(&value));
        note(findings, &REPORTS_INVALID, "rua", mended.map(|value| edit::with_tag(record, "rua", &value)));
        if let Some(finding) = findings.0.last_mut() {
            finding.arg("uri", &bad.value);
        }
    }
    let mut refusing: Vec<&str> = Vec::new();
    for report in dmarc.reports.iter().filter(|report| report.tag == "rua" && report.authorised == Some(false)) {
        let (Some(destination), Some(name)) = (&report.domain, &report.authorisation) else { continue };
        if refusing.contains(&name.as_str()) {
            continue;
        }
        refusing.push(name);
        note(findings, &REPORTS_REFUSED, "rua", None);
        if let Some(finding) = findings.0.last_mut() {
            finding.arg("destination", destination);
            finding.cure(Cure::Record {
                name: name.clone(),
                rtype: "TXT".into(),
                value: "v=DMARC1".into(),
                replaces: None,
            });
        }
    }
}

fn txt(domain: &str, record: &str, mark: Option<(usize, usize)>) -> Evidence {
    Evidence::Record { name: format!("_dmarc.{domain}"), rtype: "TXT".to_owned(), text: record.to_owned(), mark }
}

fn tag_name(tag: PolicyTag) -> &'static str {
    match tag {
        PolicyTag::P => "p",
        PolicyTag::Sp => "sp",
        PolicyTag::Np => "np",
    }
}

fn policy_word(policy: Option<Policy>) -> &'static str {
    match policy {
        Some(Policy::None) => "none",
        Some(Policy::Quarantine) => "quarantine",
        Some(Policy::Reject) => "reject",
        None => "-",
    }
}

fn result_word(result: DmarcResult) -> &'static str {
    match result {
        DmarcResult::None => "none",
        DmarcResult::Pass => "pass",
        DmarcResult::Fail => "fail",
        DmarcResult::Temperror => "temperror",
        DmarcResult::Permerror => "permerror",
    }
}

#[cfg(test)]
mod tests;
