//! SPF: what the result for MAIL FROM means to the sender (RFC 7208).
//!
//! HELO is reported apart and never scored. The record's own faults, whatever the result, are in `lint.rs`;
//! the proposed records are `cure.rs`'s, by the text edits of `edit.rs` and `mend.rs`.

mod cure;
mod edit;
mod forwarded;
mod lint;
mod mend;
mod tree;

use super::Basis::{Must, Practice, Should};
use super::Verdict::{Deduct, Good, NotDetermined, Notice};
use super::{Evidence, Finding, Findings, Rule, Section, client};
use crate::auth::{Fault, Spf, SpfProblem, SpfResult, SpfStepKind};
use crate::delivery::Observed;
use crate::dns::{RecordType, reverse_name};
use crate::facts::Facts;

const S: Section = Section::Authentication;

const PASS: Rule = Rule::new("spf.result.pass", S, Good, Must("RFC 7208 §8.3"));
const FAIL: Rule = Rule::new("spf.result.fail", S, Deduct(25), Must("RFC 7208 §8.4"));
const SOFTFAIL: Rule = Rule::new("spf.result.softfail", S, Deduct(15), Should("RFC 7208 §8.5"));
const NEUTRAL: Rule = Rule::new("spf.result.neutral", S, Deduct(10), Must("RFC 7208 §8.2"));
const NONE: Rule = Rule::new("spf.result.none", S, Deduct(15), Practice("RFC 7208 §8.1"));
const TEMPERROR: Rule = Rule::new("spf.result.temperror", S, NotDetermined, Must("RFC 7208 §8.6"));
const FORWARDED: Rule = Rule::new("spf.forwarded", S, Notice, Practice("RFC 7208 §10.3"));
const CLIENT_LOCAL: Rule = Rule::new("spf.client.local", S, NotDetermined, Practice("RFC 1918 §3"));
const UNKNOWN: Rule = Rule::new("spf.not_determined", S, NotDetermined, Must("RFC 7208 §2.3"));

// Each kind of permerror has its own code, since each has its own cure.
const SEVERAL_RECORDS: Rule = Rule::new("spf.several_records", S, Deduct(20), Must("RFC 7208 §4.5"));
const SYNTAX: Rule = Rule::new("spf.syntax", S, Deduct(20), Must("RFC 7208 §4.6"));
const LOOKUPS: Rule = Rule::new("spf.lookups.exceeded", S, Deduct(20), Must("RFC 7208 §4.6.4"));
const VOID_LOOKUPS: Rule = Rule::new("spf.void_lookups.exceeded", S, Deduct(20), Should("RFC 7208 §4.6.4"));
const NAMES: Rule = Rule::new("spf.names.exceeded", S, Deduct(20), Must("RFC 7208 §4.6.4"));
const NO_TARGET: Rule = Rule::new("spf.target.no_record", S, Deduct(20), Must("RFC 7208 §5.2"));

const NULL_PATH: Rule = Rule::new("spf.null_path", S, Notice, Must("RFC 7208 §2.4"));
const NULL_PATH_NONE: Rule = Rule::new("spf.null_path.none", S, Notice, Practice("RFC 7208 §2.4"));
const HELO_PASS: Rule = Rule::new("spf.helo.pass", S, Good, Should("RFC 7208 §2.3"));
const HELO_FAIL: Rule = Rule::new("spf.helo.fail", S, Notice, Should("RFC 7208 §2.3"));

pub const RULES: &[Rule] = &[
    FAIL,
    SEVERAL_RECORDS,
    SYNTAX,
    LOOKUPS,
    VOID_LOOKUPS,
    NAMES,
    NO_TARGET,
    SOFTFAIL,
    NONE,
    NEUTRAL,
    TEMPERROR,
    FORWARDED,
    CLIENT_LOCAL,
    UNKNOWN,
    PASS,
    NULL_PATH,
    NULL_PATH_NONE,
    HELO_PASS,
    HELO_FAIL,
    lint::ALL_PASS,
    lint::ALL_NEUTRAL,
    lint::ALL_MISSING,
    lint::AFTER_ALL,
    lint::REDIRECT_IGNORED,
    lint::PTR,
    lint::WIDE,
    lint::REPEATED,
    lint::LONG,
    lint::JOINED,
    lint::OVER,
    lint::NEAR_LIMIT,
    lint::VOID,
    lint::DANGLING,
];

pub fn check(facts: &Facts, findings: &mut Findings) {
    match &facts.auth.spf {
        Observed::Seen(spf) => {
            judge(spf, null_path(facts), facts, findings);
            lint::check(spf, facts, findings);
        }
        Observed::Missing(_) => {
            findings.add(&UNKNOWN);
        }
    }
    // Without a return path HELO is the identity that has been judged just now (RFC 7208 §2.4).
    if let Observed::Seen(helo) = &facts.auth.spf_helo
        && !null_path(facts)
    {
        judge_helo(helo, findings);
    }
}

fn null_path(facts: &Facts) -> bool {
    facts.delivery.envelope.reverse_path.seen().is_some_and(|path| path.mailbox().is_none())
}

fn judge(spf: &Spf, null_path: bool, facts: &Facts, findings: &mut Findings) {
    if null_path {
        findings.add(&NULL_PATH).arg("domain", &spf.domain);
    }
    if let Some(forwarding) = forwarded::forwarding(spf, facts) {
        let finding = findings.add(&FORWARDED);
        let signature = if forwarding.signed { "holds" } else { "open" };
        finding
            .arg("forwarder", &forwarding.by)
            .arg("origin", forwarding.origin.to_string())
            .arg("signature", signature);
        describe(finding, spf);
        return;
    }
    let silent = silent_ptr(facts, spf);
    let rule = match (spf.result, &spf.problem) {
        (SpfResult::Pass, _) => &PASS,
        _ if depends_on_local_client(facts, spf.result) => &CLIENT_LOCAL,
        _ if silent.is_some() => &TEMPERROR,
        (SpfResult::Fail, _) => &FAIL,
        (SpfResult::Softfail, _) => &SOFTFAIL,
        (SpfResult::Neutral, _) => &NEUTRAL,
        // A bounce has no domain of its own, and HELO names seldom have a record: worth knowing, no fault.
        (SpfResult::None, _) if null_path => &NULL_PATH_NONE,
        (SpfResult::None, _) => &NONE,
        (SpfResult::Permerror, Some(SpfProblem::SeveralRecords { .. })) => &SEVERAL_RECORDS,
        (SpfResult::Permerror, Some(SpfProblem::Syntax { .. })) => &SYNTAX,
        (SpfResult::Permerror, Some(SpfProblem::TooManyLookups { .. })) => &LOOKUPS,
        (SpfResult::Permerror, Some(SpfProblem::TooManyVoidLookups { .. })) => &VOID_LOOKUPS,
        (SpfResult::Permerror, Some(SpfProblem::TooManyNames { .. })) => &NAMES,
        (SpfResult::Permerror, Some(SpfProblem::NoRecordAtTarget { .. })) => &NO_TARGET,
        // `auth::spf` names one of the causes above with every permerror.
        (SpfResult::Temperror | SpfResult::Permerror, _) => &TEMPERROR,
    };
    let finding = findings.add(rule);
    describe(finding, spf);
    if let Some(name) = silent {
        finding.arg("name", name);
    }
    cure::of_result(finding, spf, facts);
}

/// True when the result is about an address that no record can name: the message came past its own mail server, or through
/// a gateway that hides the client.
pub fn depends_on_local_client(facts: &Facts, result: SpfResult) -> bool {
    matches!(result, SpfResult::Fail | SpfResult::Softfail | SpfResult::Neutral) && client::is_local(facts)
}

/// True when nobody knows what the result would have been, had every question been answered and the client been seen.
pub fn is_open(facts: &Facts, spf: &Spf) -> bool {
    spf.result == SpfResult::Temperror || depends_on_local_client(facts, spf.result) || silent_ptr(facts, spf).is_some()
}

/// True when it failed for a forwarder, so that it says nothing about the sender's own server.
pub fn was_forwarded(facts: &Facts, spf: &Spf) -> bool {
    forwarded::forwarding(spf, facts).is_some()
}

/// The name that did not answer a `ptr` on which a bad result depends. RFC 7208 §5.5 lets such a `ptr` match nothing, so that
/// the result is what follows in the record: right for a receiver, who has to decide, and no ground for saying that the record
/// forbids this client.
fn silent_ptr(facts: &Facts, spf: &Spf) -> Option<String> {
    let negative = matches!(spf.result, SpfResult::Fail | SpfResult::Softfail | SpfResult::Neutral);
    let asks = |term: &str| {
        edit::terms(&format!("v=spf1 {term}")).iter().any(edit::is_ptr) || term.to_ascii_lowercase().contains("%{p")
    };
    if !negative || !spf.trace.iter().any(|step| step.kind != SpfStepKind::Record && asks(&step.term)) {
        return None;
    }
    let client = spf.client_ip.to_canonical();
    let family = if client.is_ipv4() { RecordType::A } else { RecordType::Aaaa };
    let reverse = reverse_name(client);
    let answer = &facts.dns.find(&reverse, RecordType::Ptr)?.answer;
    if answer.is_unknown() {
        return Some(reverse);
    }
    let silent = |name: &&str| facts.dns.find(name, family).is_some_and(|lookup| lookup.answer.is_unknown());
    answer.pointers().find(silent).map(str::to_owned)
}

/// Arguments and evidence that every result has.
fn describe(finding: &mut Finding, spf: &Spf) {
    finding
        .arg("domain", &spf.domain)
        .arg("name", &spf.domain)
        .arg("ip", spf.client_ip.to_string())
        .arg("matched", spf.matched.as_deref().unwrap_or("-"))
        .arg("lookups", spf.lookups);
    if let Some(record) = &spf.record {
        let mark = spf
            .trace
            .iter()
            .find(|step| step.kind == SpfStepKind::Match && step.depth == 0 && step.domain == spf.domain)
            .and_then(|step| step.span);
        finding.evidence(txt(&spf.domain, record, mark));
    }
    if let Some(explanation) = &spf.explanation {
        finding.evidence(Evidence::Text { text: explanation.clone() });
    }
    match &spf.problem {
        Some(SpfProblem::SeveralRecords { domain, count }) => {
            finding.arg("where", domain).arg("count", *count);
        }
        Some(SpfProblem::Syntax { domain, term, span, fault }) => {
            finding.arg("where", domain).arg("term", term).arg("position", span.0 + 1);
            if let Some(record) = record_of(spf, domain) {
                finding.evidence.clear();
                finding.evidence(txt(domain, &record, Some(*span)));
            }
            if let Some(fault) = fault {
                finding.evidence(Evidence::fault(fault));
            }
        }
        Some(
            SpfProblem::TooManyLookups { domain, term }
            | SpfProblem::TooManyVoidLookups { domain, term }
            | SpfProblem::TooManyNames { domain, term },
        ) => {
            finding.arg("where", domain).arg("term", term);
        }
        Some(SpfProblem::NoRecordAtTarget { domain, term, target }) => {
            let several = record_of(spf, domain).is_some_and(|record| mend::parted(&record, term).is_some());
            let terms = match several {
                true if mend::are_two(term) => "two",
                true => "list",
                false => "one",
            };
            finding.arg("where", domain).arg("term", term).arg("target", target).arg("terms", terms);
        }
        Some(SpfProblem::Dns { name, fault }) => {
            finding.arg("name", name);
            if let Some(fault) = fault {
                finding.evidence(Evidence::fault(&Fault { what: name.clone(), ..fault.clone() }));
            }
        }
        None => {}
    }
}

/// HELO, quietly: a pass is good, a fail is worth knowing, and everything else needs no word (RFC 7208 §2.3).
fn judge_helo(helo: &Spf, findings: &mut Findings) {
    let rule = match helo.result {
        SpfResult::Pass => &HELO_PASS,
        SpfResult::Fail | SpfResult::Permerror => &HELO_FAIL,
        _ => return,
    };
    let finding = findings.add(rule);
    finding
        .arg("domain", &helo.domain)
        .arg("ip", helo.client_ip.to_string())
        .arg("result", if helo.result == SpfResult::Fail { "fail" } else { "permerror" });
    if let Some(record) = &helo.record {
        finding.evidence(txt(&helo.domain, record, None));
    }
}

fn txt(name: &str, text: &str, mark: Option<(usize, usize)>) -> Evidence {
    Evidence::Record { name: name.to_owned(), rtype: "TXT".to_owned(), text: text.to_owned(), mark }
}

/// The record of one of the domains that the evaluation went through.
fn record_of(spf: &Spf, domain: &str) -> Option<String> {
    let of_step = spf.trace.iter().find(|step| step.kind == SpfStepKind::Record && step.domain == domain);
    of_step.map(|step| step.term.clone()).or_else(|| spf.record.clone().filter(|_| spf.domain == domain))
}

#[cfg(test)]
mod tests;
