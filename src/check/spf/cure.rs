//! The SPF record that a report proposes: only one that can be read, lets somebody send, and shuts out nobody whom its owner
//! let in. In doubt there is none, and the text has to do.

use super::super::{Cure, Evidence, Finding, Uncovered, client};
use super::{FAIL, NEUTRAL, SOFTFAIL, edit, is_open, lint, mend, tree, txt};
use crate::address::plain_domain;
use crate::auth::spf::record::{self, Mechanism, Qualifier, Term};
use crate::auth::{Spf, SpfProblem, SpfResult};
use crate::dns::RecordType;
use crate::facts::Facts;

/// Proposes this record in place of that one, if it will do.
pub fn propose(finding: &mut Finding, domain: &str, value: Option<String>, replaces: Option<&str>, facts: &Facts) {
    if let Some(value) = value.filter(|value| Some(value.as_str()) != replaces && will_do(value, replaces, facts)) {
        let (name, replaces) = (domain.to_owned(), replaces.map(str::to_owned));
        finding.cure(Cure::Record { name, rtype: "TXT".into(), value, replaces });
    }
}

fn will_do(value: &str, replaces: Option<&str>, facts: &Facts) -> bool {
    let record = record::parse(value.as_bytes());
    let targets = |record: &record::Record| -> Vec<String> {
        record.asking().filter_map(Term::leads_to).filter_map(|spec| spec.fixed_domain()).collect()
    };
    let known = replaces.map(|old| targets(&record::parse(old.as_bytes()))).unwrap_or_default();
    let leads_nowhere =
        |target: &String| tree::records_at(target, &facts.dns).is_some_and(|records| records.len() != 1);
    record.error().is_none()
        && allows_somebody(&record.terms)
        && !targets(&record).iter().any(|target| !known.contains(target) && leads_nowhere(target))
}

fn allows_somebody(terms: &[Term]) -> bool {
    let passes =
        |term: &Term| matches!(term.directive(), Some((Qualifier::Pass, mechanism)) if *mechanism != Mechanism::All);
    terms.iter().any(|term| passes(term) || edit::is_redirect(term))
}

/// The record that cures the result itself.
pub fn of_result(finding: &mut Finding, spf: &Spf, facts: &Facts) {
    let record = spf.record.as_deref();
    let own = |domain: &str| domain == spf.domain;
    if spf.result == SpfResult::Neutral {
        finding.arg("end", if record.is_some_and(has_open_end) { "open" } else { "kept" });
    }
    let value = match (spf.result, &spf.problem) {
        (SpfResult::Fail | SpfResult::Softfail | SpfResult::Neutral, _) => {
            record.filter(|_| !is_open(facts, spf)).map(|record| allowing_client(record, spf))
        }
        (SpfResult::None, _) => return of_none(finding, spf, facts),
        (SpfResult::Permerror, Some(SpfProblem::SeveralRecords { domain, .. })) if own(domain) => {
            let records = tree::records_at(domain, &facts.dns).unwrap_or_default();
            for record in &records {
                finding.evidence(txt(domain, record, None));
            }
            let merged = mend::mended(&edit::merged(&records)).map(|value| gently(&value, spf, facts));
            // They go at once; the evidence shows them.
            propose(finding, &spf.domain, merged, None, facts);
            return uncover(finding, spf, facts);
        }
        (SpfResult::Permerror, Some(SpfProblem::Syntax { domain, .. })) if own(domain) => record.and_then(mend::mended),
        (SpfResult::Permerror, Some(SpfProblem::NoRecordAtTarget { domain, term, .. })) if own(domain) => {
            record.and_then(|record| mend::parted(record, term).or_else(|| without_target(record, term, facts)))
        }
        (SpfResult::Permerror, Some(SpfProblem::TooManyLookups { .. })) => {
            let tree = tree::tree(&spf.domain, &facts.dns);
            if !tree.lines.is_empty() {
                finding.evidence(Evidence::Text { text: tree.lines.join("\n") });
            }
            record.and_then(|record| lint::lighter(record, &spf.domain, facts))
        }
        _ => None,
    };
    let broken = spf.result == SpfResult::Permerror;
    let value = value.map(|value| if broken { gently(&value, spf, facts) } else { value });
    propose(finding, &spf.domain, value, record, facts);
    if broken {
        uncover(finding, spf, facts);
    }
}

/// What the proposed record, once it counts, says of this client that is no pass.
fn uncover(finding: &mut Finding, spf: &Spf, facts: &Facts) {
    let Some(Cure::Record { value, .. }) = finding.cures.first() else { return };
    let rule = match lint::plain_result(value, spf, facts) {
        Some(SpfResult::Softfail) => &SOFTFAIL,
        Some(SpfResult::Neutral) => &NEUTRAL,
        Some(SpfResult::Fail) => &FAIL,
        _ => return,
    };
    finding.uncovers = vec![Uncovered { code: rule.code.to_owned(), points: None }];
}

/// The record with this client in it. One that says nothing about others, by its own `?all` or by having no end, gets one;
/// what stands behind a redirect, or is neutral about this client alone, was meant so.
fn allowing_client(record: &str, spf: &Spf) -> String {
    let allowed = edit::with_address(record, spf.client_ip, spf.matched.as_deref());
    let ended =
        (spf.result == SpfResult::Neutral && has_open_end(record)).then(|| edit::ending_in(&allowed, "~all")).flatten();
    ended.unwrap_or(allowed)
}

/// True for a record that says nothing about whom it does not name.
fn has_open_end(record: &str) -> bool {
    let terms = edit::terms(record);
    match terms.iter().find(|term| term.is_all()).and_then(Term::directive) {
        Some((qualifier, _)) => qualifier == Qualifier::Neutral,
        None => !terms.iter().any(edit::is_redirect),
    }
}

/// Where there is no record: the one that was meant to be one, or one to start from.
fn of_none(finding: &mut Finding, spf: &Spf, facts: &Facts) {
    let near = near_misses(&spf.domain, facts);
    for text in &near {
        finding.evidence(txt(&spf.domain, text, None));
    }
    // At an address literal no record can stand (RFC 7208 §4.3).
    let named = plain_domain(&spf.domain).is_some();
    let kind = if !named {
        "literal"
    } else if near.is_empty() {
        "none"
    } else {
        "near"
    };
    finding.arg("kind", kind);
    match near.as_slice() {
        [] if named => propose(finding, &spf.domain, Some(first_record(spf, facts)), None, facts),
        [near] => {
            let value = mend::restored(near).map(|value| gently(&value, spf, facts));
            propose(finding, &spf.domain, value, Some(near), facts);
            uncover(finding, spf, facts);
        }
        _ => {}
    }
}

/// The texts at this domain that its owner took for SPF records.
fn near_misses(domain: &str, facts: &Facts) -> Vec<String> {
    let texts = facts.dns.find(domain, RecordType::Txt).into_iter().flat_map(|lookup| lookup.answer.texts());
    let near = texts.filter(|text| mend::is_near_miss(&text.octets));
    near.map(|text| String::from_utf8_lossy(&text.octets).into_owned()).collect()
}

/// A record to start from: the domain's own mail servers, if it has any, and this client.
fn first_record(spf: &Spf, facts: &Facts) -> String {
    let has_mx = facts
        .dns
        .find(&spf.domain, RecordType::Mx)
        .is_some_and(|lookup| lookup.answer.exchanges().any(|(_, host)| !host.trim_matches('.').is_empty()));
    let mut record = "v=spf1".to_owned();
    if has_mx {
        record.push_str(" mx");
    }
    if let Some(ip) = client::nameable(facts) {
        record = format!("{record} {}", edit::address_term(ip));
    }
    record + " ~all"
}

/// The record without a term that leads to nothing; this client in its place, if nobody else is left.
pub fn without_target(record: &str, term: &str, facts: &Facts) -> Option<String> {
    let redirected = edit::terms(record).iter().any(|known| known.text == term && edit::is_redirect(known));
    let without = edit::without(record, |known| known.text == term);
    let kept = match allows_somebody(&edit::terms(&without)) {
        true => without,
        false => edit::with_address(&without, client::nameable(facts)?, None),
    };
    // With the redirect went the end of the record.
    if redirected { edit::ending_in(&kept, "~all") } else { Some(kept) }
}

/// The record with a soft end, unless it plainly names this client: one that did not count so far must not begin by having
/// its owner's mail refused.
fn gently(record: &str, spf: &Spf, facts: &Facts) -> String {
    let client = spf.client_ip.to_canonical();
    match edit::terms(record).iter().any(|term| lint::names(term, &spf.domain, client, facts)) {
        true => record.to_owned(),
        false => edit::softened(record),
    }
}
