//! Faults of an SPF record that its result does not show: found whatever the result, each with the mended record.

use std::net::IpAddr;

use ipnet::IpNet;

use super::super::Basis::{Must, Practice, Should};
use super::super::Verdict::{Deduct, Notice};
use super::super::reach::has_address;
use super::super::{Evidence, Finding, Findings, Rule, client};
use super::cure::{propose, without_target};
use super::{S, edit, mend, tree, txt};
use crate::auth::spf::record::{DualCidr, Mechanism, Qualifier, Term};
use crate::auth::{Spf, SpfProblem, SpfResult, SpfStep};
use crate::dns::{Answer, RecordType};
use crate::facts::Facts;

pub const ALL_PASS: Rule = Rule::new("spf.all.pass", S, Deduct(10), Practice("RFC 9989 §7.1"));
pub const ALL_NEUTRAL: Rule = Rule::new("spf.all.neutral", S, Notice, Practice("RFC 7208 §5.1"));
pub const ALL_MISSING: Rule = Rule::new("spf.all.missing", S, Notice, Should("RFC 7208 §4.7"));
pub const AFTER_ALL: Rule = Rule::new("spf.all.not_last", S, Notice, Must("RFC 7208 §5.1"));
pub const REDIRECT_IGNORED: Rule = Rule::new("spf.redirect.ignored", S, Notice, Must("RFC 7208 §6.1"));
pub const PTR: Rule = Rule::new("spf.ptr", S, Notice, Should("RFC 7208 §5.5"));
pub const WIDE: Rule = Rule::new("spf.network.wide", S, Notice, Practice("RFC 9989 §7.1"));
pub const REPEATED: Rule = Rule::new("spf.terms.repeated", S, Notice, Practice("RFC 7208 §4.6.4"));
pub const LONG: Rule = Rule::new("spf.record.long", S, Notice, Should("RFC 7208 §3.4"));
pub const JOINED: Rule = Rule::new("spf.strings.joined", S, Notice, Must("RFC 7208 §3.3"));
pub const OVER: Rule = Rule::new("spf.lookups.over", S, Notice, Must("RFC 7208 §4.6.4"));
pub const NEAR_LIMIT: Rule = Rule::new("spf.lookups.near_limit", S, Notice, Practice("RFC 7208 §4.6.4"));
pub const VOID: Rule = Rule::new("spf.void_lookups.some", S, Notice, Should("RFC 7208 §4.6.4"));
pub const DANGLING: Rule = Rule::new("spf.target.dangling", S, Notice, Must("RFC 7208 §5.2"));

/// The limit of RFC 7208 §4.6.4, and where we begin to say that it is near.
const LOOKUP_LIMIT: u32 = 10;
const LOOKUPS_NEAR: u32 = 9;
/// A record should fit one UDP answer together with its neighbours (RFC 7208 §3.4).
const LONG_RECORD: usize = 450;
/// Networks larger than these hold strangers.
const WIDE_IPV4: u8 = 12;
const WIDE_IPV6: u8 = 28;

pub fn check(spf: &Spf, facts: &Facts, findings: &mut Findings) {
    let Some(record) = spf.record.as_deref() else { return };
    strings(spf, record, facts, findings);
    // A record that breaks the grammar, or stands beside another, is judged as that and not term by term.
    if matches!(spf.problem, Some(SpfProblem::Syntax { .. } | SpfProblem::SeveralRecords { .. })) {
        return;
    }
    all(spf, record, facts, findings);
    single_terms(spf, record, facts, findings);
    limits(spf, record, facts, findings);
}

fn add<'a>(
    findings: &'a mut Findings,
    rule: &'static Rule,
    spf: &Spf,
    record: &str,
    mark: Option<&Term>,
) -> &'a mut Finding {
    let finding = findings.add(rule);
    let term = mark.map_or("", |term| term.text.as_str());
    finding.arg("domain", &spf.domain).arg("term", term).evidence(txt(&spf.domain, record, mark.map(|term| term.span)))
}

/// The record with this client named where the term that is to go is all that lets it in, so that the cure does not shut
/// it out; unchanged where there is no address to name, and then there is nothing to propose.
fn keeping(spf: &Spf, record: &str, facts: &Facts, gone: &Term) -> Option<String> {
    if spf.result != SpfResult::Pass || spf.matched.as_deref() != Some(&gone.text) {
        return Some(record.to_owned());
    }
    client::nameable(facts).map(|ip| edit::with_address(record, ip, spf.matched.as_deref()))
}

fn all(spf: &Spf, record: &str, facts: &Facts, findings: &mut Findings) {
    let terms = edit::terms(record);
    let redirect = terms.iter().find(|term| edit::is_redirect(term));
    let propose = |finding: &mut Finding, value| propose(finding, &spf.domain, value, Some(record), facts);
    let Some(at) = terms.iter().position(Term::is_all) else {
        if redirect.is_none() && spf.result != SpfResult::Neutral {
            propose(add(findings, &ALL_MISSING, spf, record, None), edit::ending_in(record, "~all"));
        }
        return;
    };
    let Some((all, (qualifier, _))) = terms.get(at).and_then(|all| Some((all, all.directive()?))) else { return };
    match qualifier {
        Qualifier::Pass => {
            let ended = keeping(spf, record, facts, all).and_then(|kept| edit::ending_in(&kept, "~all"));
            propose(add(findings, &ALL_PASS, spf, record, Some(all)), ended);
        }
        Qualifier::Neutral if spf.result != SpfResult::Neutral => {
            propose(add(findings, &ALL_NEUTRAL, spf, record, Some(all)), edit::ending_in(record, "~all"));
        }
        _ => {}
    }
    // An end that is to change takes the redirect along.
    let strict = matches!(qualifier, Qualifier::Fail | Qualifier::Softfail);
    if let Some(redirect) = redirect {
        let without = strict.then(|| edit::without(record, edit::is_redirect));
        propose(add(findings, &REDIRECT_IGNORED, spf, record, Some(redirect)), without);
    }
    let dead = terms.iter().skip(at + 1).find(|term| !term.is_modifier());
    if let Some(dead) = dead {
        // The owner meant these terms: they move before `all`.
        let others = terms.iter().filter(|term| !term.is_all() && !term.is_modifier());
        let modifiers = terms.iter().filter(|term| term.is_modifier());
        let kept: Vec<&str> = others.chain([all]).chain(modifiers).map(|term| term.text.as_str()).collect();
        let only_allow = terms.iter().skip(at + 1).filter_map(Term::directive).all(|(q, _)| q == Qualifier::Pass);
        let moved = (only_allow && strict).then(|| format!("v=spf1 {}", kept.join(" ")));
        propose(add(findings, &AFTER_ALL, spf, record, Some(dead)), moved);
    }
}

fn single_terms(spf: &Spf, record: &str, facts: &Facts, findings: &mut Findings) {
    let terms = edit::terms(record);
    // Whom a `ptr` lets in, only its owner knows.
    if let Some(ptr) = terms.iter().find(|term| edit::is_ptr(term)) {
        add(findings, &PTR, spf, record, Some(ptr));
    }
    if let Some(wide) = terms.iter().find(|term| is_wide(term)) {
        add(findings, &WIDE, spf, record, Some(wide));
    }
    let repeated = terms
        .iter()
        .enumerate()
        .find(|(at, term)| terms.iter().take(*at).any(|earlier| earlier.text.eq_ignore_ascii_case(&term.text)));
    if let Some((_, repeated)) = repeated {
        let finding = add(findings, &REPEATED, spf, record, Some(repeated));
        propose(finding, &spf.domain, Some(edit::unrepeated(record)), Some(record), facts);
    }
}

/// An `ip4` or `ip6` that passes a network too large to be anyone's own.
fn is_wide(term: &Term) -> bool {
    match term.directive() {
        Some((Qualifier::Pass, Mechanism::Ip4(_, prefix))) => *prefix < WIDE_IPV4,
        Some((Qualifier::Pass, Mechanism::Ip6(_, prefix))) => *prefix < WIDE_IPV6,
        _ => false,
    }
}

fn limits(spf: &Spf, record: &str, facts: &Facts, findings: &mut Findings) {
    let tree = tree::tree(&spf.domain, &facts.dns);
    // An evaluation that ended in permerror has already been judged by its own code.
    if spf.result != SpfResult::Permerror {
        let rule = match tree.lookups {
            count if count > LOOKUP_LIMIT => Some(&OVER),
            count if count >= LOOKUPS_NEAR => Some(&NEAR_LIMIT),
            _ => None,
        };
        if let Some(rule) = rule {
            let finding = findings.add(rule);
            finding.arg("domain", &spf.domain).arg("total", tree.lookups);
            finding.evidence(Evidence::Text { text: tree.lines.join("\n") });
            propose(finding, &spf.domain, lighter(record, &spf.domain, facts), Some(record), facts);
        }
        if let Some((term, target, domain)) = tree.dangling.first() {
            let finding = findings.add(&DANGLING);
            finding.arg("domain", domain).arg("term", term).arg("target", target);
            if *domain == spf.domain {
                let mark = edit::terms(record).into_iter().find(|known| known.text == *term).map(|known| known.span);
                finding.evidence(txt(domain, record, mark));
                propose(finding, &spf.domain, without_target(record, term, facts), Some(record), facts);
            }
        }
        let dead: Vec<&SpfStep> = void_steps(spf).filter(|step| leads_nowhere(step, facts)).collect();
        if !dead.is_empty() {
            let finding = findings.add(&VOID);
            finding.arg("domain", &spf.domain).arg("count", dead.len());
            for step in dead {
                finding.evidence(Evidence::Text { text: format!("{}: {}", step.domain, step.term) });
            }
        }
    }
}

/// The terms whose question found nothing.
fn void_steps(spf: &Spf) -> impl Iterator<Item = &SpfStep> {
    let counts = std::iter::once(0).chain(spf.trace.iter().map(|step| step.void_lookups));
    spf.trace.iter().zip(counts).filter(|(step, before)| step.void_lookups > *before).map(|(step, _)| step)
}

/// A macro makes a name for every client, and most of them are not there: that is how it works. A host without an address of
/// this client's family may have one of the other, and a client without a name is no fault of the record.
fn leads_nowhere(step: &SpfStep, facts: &Facts) -> bool {
    let Some(target) = step.target.as_deref().filter(|_| !step.term.contains('%')) else { return false };
    let answer = |rtype| facts.dns.find(target, rtype).map(|lookup| &lookup.answer);
    let term = edit::terms(&format!("v=spf1 {}", step.term)).into_iter().next();
    match term.as_ref().and_then(Term::directive) {
        Some((_, Mechanism::Ptr(_))) | None => false,
        Some((_, Mechanism::Mx(..))) => answer(RecordType::Mx).is_some_and(Answer::is_void),
        Some(_) => {
            let gone = |rtype| matches!(answer(rtype), Some(Answer::NxDomain));
            gone(RecordType::A) || gone(RecordType::Aaaa) || has_address(target, &facts.dns) == Some(false)
        }
    }
}

/// The record with fewer look-ups, where that can be done without knowing the owner's mind: nothing twice, and the domain's
/// own `a` and `mx` as the addresses that they are today.
pub fn lighter(record: &str, domain: &str, facts: &Facts) -> Option<String> {
    let slim = edit::unrepeated(record);
    let mut texts: Vec<String> = Vec::new();
    for term in edit::terms(&slim) {
        match own_addresses(&term, domain, facts) {
            Some(addresses) => texts.extend(addresses.into_iter().map(edit::address_term)),
            None => texts.push(term.text),
        }
    }
    let mut seen: Vec<String> = Vec::new();
    for text in texts {
        if !seen.contains(&text) {
            seen.push(text);
        }
    }
    let lighter = format!("v=spf1 {}", seen.join(" "));
    (lighter != record && lighter.len() <= LONG_RECORD).then_some(lighter)
}

/// What the domain's own `a` or `mx` stands for today; `None` for every other term, and where DNS did not tell all of it.
fn own_addresses(term: &Term, domain: &str, facts: &Facts) -> Option<Vec<IpAddr>> {
    match term.directive() {
        Some((Qualifier::Pass, Mechanism::A(None, DualCidr::HOST))) => addresses_of(domain, facts),
        Some((Qualifier::Pass, Mechanism::Mx(None, DualCidr::HOST))) => mx_addresses(domain, facts),
        _ => None,
    }
}

/// What a record says of this client, where that can be told without asking: it names addresses alone, or this client.
pub fn plain_result(record: &str, spf: &Spf, facts: &Facts) -> Option<SpfResult> {
    let client = spf.client_ip.to_canonical();
    for term in edit::terms(record) {
        if names(&term, &spf.domain, client, facts) {
            return Some(SpfResult::Pass);
        }
        match term.directive() {
            Some((qualifier, Mechanism::All)) => {
                return Some(match qualifier {
                    Qualifier::Pass => SpfResult::Pass,
                    Qualifier::Fail => SpfResult::Fail,
                    Qualifier::Softfail => SpfResult::Softfail,
                    Qualifier::Neutral => SpfResult::Neutral,
                });
            }
            Some((Qualifier::Pass, Mechanism::Ip4(..) | Mechanism::Ip6(..))) => {}
            _ if own_addresses(&term, &spf.domain, facts).is_some() => {}
            _ => return None,
        }
    }
    Some(SpfResult::Neutral)
}

/// True when this term of a domain's record plainly lets an address send: by its network, or as the domain's own `a` or `mx`.
pub fn names(term: &Term, domain: &str, ip: IpAddr, facts: &Facts) -> bool {
    let network = match term.directive() {
        Some((Qualifier::Pass, Mechanism::Ip4(network, prefix))) => IpNet::new((*network).into(), *prefix),
        Some((Qualifier::Pass, Mechanism::Ip6(network, prefix))) => IpNet::new((*network).into(), *prefix),
        _ => return own_addresses(term, domain, facts).is_some_and(|known| known.contains(&ip)),
    };
    network.is_ok_and(|network| network.contains(&ip))
}

/// `None` unless both A and AAAA were answered and there is at least one address.
fn addresses_of(name: &str, facts: &Facts) -> Option<Vec<IpAddr>> {
    let mut addresses = Vec::new();
    for rtype in [RecordType::A, RecordType::Aaaa] {
        let answer = &facts.dns.find(name, rtype)?.answer;
        if answer.is_unknown() {
            return None;
        }
        addresses.extend(answer.addresses());
    }
    (!addresses.is_empty()).then_some(addresses)
}

fn mx_addresses(domain: &str, facts: &Facts) -> Option<Vec<IpAddr>> {
    let exchanges = facts.dns.find(domain, RecordType::Mx)?;
    let mut addresses = Vec::new();
    for (_, host) in exchanges.answer.exchanges() {
        addresses.extend(addresses_of(host, facts)?);
    }
    (!addresses.is_empty()).then_some(addresses)
}

/// How the record is cut into strings, and how long it is.
fn strings(spf: &Spf, record: &str, facts: &Facts, findings: &mut Findings) {
    let lookup = facts.dns.find(&spf.domain, RecordType::Txt);
    let strings = lookup
        .and_then(|lookup| lookup.answer.texts().find(|text| text.octets == record.as_bytes()))
        .map_or(1, |text| text.strings);
    if let Some(SpfProblem::Syntax { domain, term, .. } | SpfProblem::NoRecordAtTarget { domain, term, .. }) =
        &spf.problem
        && *domain == spf.domain
        && strings > 1
        && mend::are_two(term)
    {
        // A string ends without the space that the next one needs. The cure is that of the error itself.
        let joined = edit::terms(record).into_iter().find(|known| known.text == *term);
        add(findings, &JOINED, spf, record, joined.as_ref());
    }
    if record.len() > LONG_RECORD {
        let finding = findings.add(&LONG);
        finding.arg("domain", &spf.domain).arg("length", record.len()).arg("strings", strings);
        finding.evidence(txt(&spf.domain, record, None));
    }
}
