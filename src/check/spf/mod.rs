//! SPF: what the result for MAIL FROM means to the sender, and the record that would cure it (RFC 7208).
//!
//! HELO is reported apart and never scored. The record's own faults, whatever the result, are in `lint.rs`;
//! the text edits behind every proposed record are in `edit.rs`.

mod edit;
mod lint;
mod tree;

use super::Basis::{Must, Practice, Should};
use super::Verdict::{Deduct, Good, NotDetermined, Notice};
use super::{Cure, Evidence, Finding, Findings, Rule, Section, client};
use crate::auth::{Spf, SpfProblem, SpfResult, SpfStepKind};
use crate::delivery::Observed;
use crate::dns::{RecordType, reverse_name};
use crate::facts::Facts;

const S: Section = Section::Authentication;

const PASS: Rule = Rule::new("spf.result.pass", S, Good, Must("RFC 7208 §8.3"));
const FAIL: Rule = Rule::new("spf.result.fail", S, Deduct(25), Must("RFC 7208 §8.4"));
const SOFTFAIL: Rule = Rule::new("spf.result.softfail", S, Deduct(15), Should("RFC 7208 §8.5"));
const NEUTRAL: Rule = Rule::new("spf.result.neutral", S, Deduct(10), Must("RFC 7208 §8.2"));
const NONE: Rule = Rule::new("spf.result.none", S, Deduct(15), Practice("RFC 7208 §8.1"));
const PERMERROR: Rule = Rule::new("spf.result.permerror", S, Deduct(20), Must("RFC 7208 §8.7"));
const TEMPERROR: Rule = Rule::new("spf.result.temperror", S, NotDetermined, Must("RFC 7208 §8.6"));
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
    PERMERROR,
    SOFTFAIL,
    NONE,
    NEUTRAL,
    TEMPERROR,
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
    let rule = match (spf.result, &spf.problem) {
        (SpfResult::Pass, _) => &PASS,
        _ if depends_on_local_client(facts, spf.result) => &CLIENT_LOCAL,
        _ if depends_on_silent_ptr(facts, spf) => &TEMPERROR,
        (SpfResult::Fail, _) => &FAIL,
        (SpfResult::Softfail, _) => &SOFTFAIL,
        (SpfResult::Neutral, _) => &NEUTRAL,
        // A bounce has no domain of its own, and HELO names seldom have a record: worth knowing, no fault.
        (SpfResult::None, _) if null_path => &NULL_PATH_NONE,
        (SpfResult::None, _) => &NONE,
        (SpfResult::Temperror, _) => &TEMPERROR,
        (SpfResult::Permerror, Some(SpfProblem::SeveralRecords { .. })) => &SEVERAL_RECORDS,
        (SpfResult::Permerror, Some(SpfProblem::Syntax { .. })) => &SYNTAX,
        (SpfResult::Permerror, Some(SpfProblem::TooManyLookups { .. })) => &LOOKUPS,
        (SpfResult::Permerror, Some(SpfProblem::TooManyVoidLookups { .. })) => &VOID_LOOKUPS,
        (SpfResult::Permerror, Some(SpfProblem::TooManyNames { .. })) => &NAMES,
        (SpfResult::Permerror, Some(SpfProblem::NoRecordAtTarget { .. })) => &NO_TARGET,
        (SpfResult::Permerror, _) => &PERMERROR,
    };
    let finding = findings.add(rule);
    describe(finding, spf);
    cure(finding, spf, facts);
}

/// True when the result is about an address that no record can name: the message came past its own mail server, or through
/// a gateway that hides the client.
pub fn depends_on_local_client(facts: &Facts, result: SpfResult) -> bool {
    matches!(result, SpfResult::Fail | SpfResult::Softfail | SpfResult::Neutral) && client::is_local(facts)
}

/// True when nobody knows what the result would have been, had every question been answered and the client been seen.
pub fn is_open(facts: &Facts, spf: &Spf) -> bool {
    spf.result == SpfResult::Temperror
        || depends_on_local_client(facts, spf.result)
        || depends_on_silent_ptr(facts, spf)
}

/// RFC 7208 §5.5 lets a `ptr` whose question fails match nothing, so that the result is what follows in the record: right for
/// a receiver, who has to decide, and no ground for saying that the record forbids this client.
fn depends_on_silent_ptr(facts: &Facts, spf: &Spf) -> bool {
    let negative = matches!(spf.result, SpfResult::Fail | SpfResult::Softfail | SpfResult::Neutral);
    let asks = |term: &str| {
        edit::terms(&format!("v=spf1 {term}")).iter().any(edit::is_ptr) || term.to_ascii_lowercase().contains("%{p")
    };
    let client = spf.client_ip.to_canonical();
    let family = if client.is_ipv4() { RecordType::A } else { RecordType::Aaaa };
    let silent = |name: &str, rtype| facts.dns.find(name, rtype).is_some_and(|lookup| lookup.answer.is_unknown());
    negative
        && spf.trace.iter().any(|step| step.kind != SpfStepKind::Record && asks(&step.term))
        && (silent(&reverse_name(client), RecordType::Ptr)
            || facts
                .dns
                .find(&reverse_name(client), RecordType::Ptr)
                .is_some_and(|lookup| lookup.answer.pointers().any(|name| silent(name, family))))
}

/// Arguments and evidence that every result has.
fn describe(finding: &mut Finding, spf: &Spf) {
    finding
        .arg("domain", &spf.domain)
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
        Some(SpfProblem::Syntax { domain, term, span, detail }) => {
            finding.arg("where", domain).arg("term", term).arg("detail", detail).arg("position", span.0 + 1);
            if let Some(record) = record_of(spf, domain) {
                finding.evidence.clear();
                finding.evidence(txt(domain, &record, Some(*span)));
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
            finding.arg("where", domain).arg("term", term).arg("target", target);
        }
        Some(SpfProblem::Dns { name, detail }) => {
            finding.arg("name", name).arg("detail", detail);
        }
        None => {}
    }
}

/// The exact record to publish, where it can be computed.
fn cure(finding: &mut Finding, spf: &Spf, facts: &Facts) {
    let record = spf.record.as_deref();
    let value = match (spf.result, &spf.problem) {
        (SpfResult::Fail | SpfResult::Softfail | SpfResult::Neutral, _) => {
            record.filter(|_| !is_open(facts, spf)).map(|record| {
                let allowed = edit::with_address(record, spf.client_ip, spf.matched.as_deref());
                // A neutral result usually comes from `?all` or no `all`: then the record says nothing about anyone.
                if spf.result == SpfResult::Neutral { edit::ending_in(&allowed, "~all") } else { allowed }
            })
        }
        (SpfResult::None, _) => Some(first_record(spf, facts)),
        (SpfResult::Permerror, Some(SpfProblem::SeveralRecords { domain, .. })) if *domain == spf.domain => {
            tree::records_at(domain, &facts.dns).map(|records| edit::merged(&records))
        }
        (SpfResult::Permerror, Some(SpfProblem::Syntax { domain, span, .. })) if *domain == spf.domain => {
            record.map(|record| edit::mended(record, *span))
        }
        (SpfResult::Permerror, Some(SpfProblem::NoRecordAtTarget { domain, term, .. })) if *domain == spf.domain => {
            record.map(|record| edit::without(record, |known| known.text == *term))
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
    let value = value.map(|value| if broken { lint::gently(&value, spf, facts) } else { value });
    let replaces = match &spf.problem {
        // Several records go at once; the evidence shows them.
        Some(SpfProblem::SeveralRecords { domain, .. }) => {
            let records = tree::records_at(domain, &facts.dns).unwrap_or_default();
            for record in &records {
                finding.evidence(txt(domain, record, None));
            }
            None
        }
        _ => spf.record.clone(),
    };
    if let Some(value) = value.filter(|value| Some(value.as_str()) != record) {
        finding.cure(Cure::Record { name: spf.domain.clone(), rtype: "TXT".into(), value, replaces });
    }
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
    if !client::is_local(facts) {
        record = format!("{record} {}", edit::address_term(spf.client_ip));
    }
    record + " ~all"
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
mod tests {
    use super::*;
    use crate::address::ReversePath;
    use crate::auth::{SpfIdentity, SpfStep};
    use crate::check::lab::{self, codes, cost, facts, found, zone_with};
    use crate::delivery::Why;

    /// Facts whose SPF evaluation of this record gave this result.
    fn with(result: SpfResult, record: &str, matched: Option<&str>) -> Facts {
        let mut facts = facts();
        facts.dns = zone_with(&[("example.com", "TXT", record)]);
        let spf = Spf { record: Some(record.into()), matched: matched.map(Into::into), ..lab::spf(result) };
        facts.auth.spf = Observed::Seen(spf);
        facts
    }

    fn with_problem(record: &str, problem: SpfProblem) -> Facts {
        let mut facts = with(SpfResult::Permerror, record, None);
        let spf = Spf { record: Some(record.into()), problem: Some(problem), ..lab::spf(SpfResult::Permerror) };
        facts.auth.spf = Observed::Seen(spf);
        facts
    }

    fn cure(finding: &Finding) -> &str {
        match finding.cures.as_slice() {
            [Cure::Record { value, .. }] => value,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_pass_is_good_and_costs_nothing() {
        let found = found(check, &facts());
        assert_eq!(codes(&found), ["spf.result.pass"]);
        assert_eq!(cost(found), 0);
    }

    #[test]
    fn fail_softfail_and_neutral_come_with_the_record_that_allows_the_client() {
        let cases = [
            (
                SpfResult::Fail,
                "v=spf1 mx ip4:198.51.100.1 -all",
                "-all",
                "v=spf1 mx ip4:198.51.100.1 ip4:192.0.2.10 -all",
                -25,
            ),
            (
                SpfResult::Softfail,
                "v=spf1 include:a.example ~all",
                "~all",
                "v=spf1 include:a.example ip4:192.0.2.10 ~all",
                -15,
            ),
            (SpfResult::Neutral, "v=spf1 mx ?all", "?all", "v=spf1 mx ip4:192.0.2.10 ~all", -10),
        ];
        for (result, record, matched, cured, points) in cases {
            let found = found(check, &with(result, record, Some(matched)));
            assert_eq!(cure(&found[0]), cured);
            assert_eq!(cost(found), points);
        }
    }

    #[test]
    fn a_domain_without_a_record_gets_one_to_start_from() {
        let mut facts = with(SpfResult::None, "NODATA", None);
        facts.auth.spf = Observed::Seen(Spf { record: None, matched: None, ..lab::spf(SpfResult::None) });
        let found = found(check, &facts);
        assert_eq!(codes(&found), ["spf.result.none"]);
        assert_eq!(cure(&found[0]), "v=spf1 mx ip4:192.0.2.10 ~all");
        assert_eq!(cost(found), -15);
    }

    #[test]
    fn a_private_client_is_never_accused_nor_put_into_a_record() {
        let mut facts = with(SpfResult::Fail, "v=spf1 mx -all", Some("-all"));
        lab::session(&mut facts).client_ip = Observed::Seen("10.0.0.7".parse().unwrap());
        facts.auth.iprev = Observed::Missing(Why::NotApplicable);
        let found = found(check, &facts);
        assert_eq!(codes(&found), ["spf.client.local"]);
        assert!(found[0].cures.is_empty());
        assert_eq!(cost(found), 0);
    }

    #[test]
    fn a_ptr_that_got_no_answer_leaves_the_result_open() {
        let mut facts = with(SpfResult::Fail, "v=spf1 ptr -all", Some("-all"));
        let Observed::Seen(spf) = &mut facts.auth.spf else { panic!() };
        spf.trace = vec![SpfStep {
            depth: 0,
            domain: "example.com".into(),
            term: "ptr".into(),
            kind: SpfStepKind::NoMatch,
            span: Some((7, 10)),
            target: Some("example.com".into()),
            lookups: 1,
            void_lookups: 0,
            detail: None,
        }];
        assert_eq!(codes(&found(check, &facts))[0], "spf.result.fail");
        facts.dns = zone_with(&[("10.2.0.192.in-addr.arpa", "PTR", "SERVFAIL")]);
        let found = found(check, &facts);
        assert_eq!(codes(&found)[0], "spf.result.temperror");
        assert!(found[0].cures.is_empty());
        assert_eq!(cost(found), 0);
    }

    #[test]
    fn each_permerror_has_its_own_code_and_cure() {
        let domain = || "example.com".to_owned();
        let syntax = SpfProblem::Syntax {
            domain: domain(),
            term: "ipv4:192.0.2.10".into(),
            span: (7, 22),
            detail: String::new(),
        };
        let found_syntax = found(check, &with_problem("v=spf1 ipv4:192.0.2.10 -all", syntax));
        assert_eq!(codes(&found_syntax), ["spf.syntax"]);
        assert_eq!(cure(&found_syntax[0]), "v=spf1 ip4:192.0.2.10 -all");
        assert!(matches!(&found_syntax[0].evidence[..], [Evidence::Record { mark: Some((7, 22)), .. }]));

        let no_target = SpfProblem::NoRecordAtTarget {
            domain: domain(),
            term: "include:gone.example".into(),
            target: "gone.example".into(),
        };
        let found_target = found(check, &with_problem("v=spf1 include:gone.example mx -all", no_target));
        assert_eq!(codes(&found_target), ["spf.target.no_record"]);
        assert_eq!(cure(&found_target[0]), "v=spf1 mx -all");

        let mut facts = with_problem("v=spf1 mx -all", SpfProblem::SeveralRecords { domain: domain(), count: 2 });
        facts.dns = zone_with(&[("example.com", "TXT", "v=spf1 mx -all"), ("example.com", "TXT", "v=spf1 a ~all")]);
        let found_several = found(check, &facts);
        assert_eq!(codes(&found_several), ["spf.several_records"]);
        assert_eq!(cure(&found_several[0]), "v=spf1 mx a ~all");
        assert_eq!(cost(found_several), -20);
    }

    #[test]
    fn too_many_lookups_show_the_tree_and_a_lighter_record() {
        let record = "v=spf1 mx a ptr a:1.x a:2.x a:3.x a:4.x a:5.x a:6.x a:7.x a:8.x -all";
        let problem = SpfProblem::TooManyLookups { domain: "example.com".into(), term: "a:8.x".into() };
        let found = found(check, &with_problem(record, problem));
        assert_eq!(codes(&found), ["spf.lookups.exceeded", "spf.ptr"]);
        let lighter = "v=spf1 ip4:192.0.2.10 ip4:192.0.2.80 a:1.x a:2.x a:3.x a:4.x a:5.x a:6.x a:7.x a:8.x -all";
        assert_eq!(cure(&found[0]), lighter);
        assert!(matches!(found[0].evidence.last(), Some(Evidence::Text { text }) if text.lines().count() == 11));
    }

    #[test]
    fn what_dns_did_not_answer_is_never_scored() {
        let found_temperror = found(check, &with(SpfResult::Temperror, lab::SPF_RECORD, None));
        assert_eq!(codes(&found_temperror), ["spf.result.temperror"]);
        assert_eq!(cost(found_temperror), 0);
        let mut facts = facts();
        facts.auth.spf = Observed::Missing(Why::NotGiven);
        assert_eq!(codes(&found(check, &facts)), ["spf.not_determined"]);
    }

    #[test]
    fn a_bounce_whose_helo_has_no_record_is_no_fault() {
        let mut facts = with(SpfResult::None, "NODATA", None);
        lab::envelope(&mut facts).reverse_path = Observed::Seen(ReversePath::Null);
        facts.auth.spf = Observed::Seen(Spf { record: None, matched: None, ..lab::spf(SpfResult::None) });
        let found = found(check, &facts);
        assert_eq!(codes(&found), ["spf.null_path", "spf.null_path.none"]);
        assert_eq!(cost(found), 0);
    }

    #[test]
    fn helo_is_never_scored_and_its_none_never_mentioned() {
        for (result, code) in [
            (SpfResult::None, None),
            (SpfResult::Neutral, None),
            (SpfResult::Softfail, None),
            (SpfResult::Pass, Some("spf.helo.pass")),
            (SpfResult::Fail, Some("spf.helo.fail")),
            (SpfResult::Permerror, Some("spf.helo.fail")),
        ] {
            let mut facts = facts();
            facts.auth.spf_helo = Observed::Seen(Spf { identity: SpfIdentity::Helo, ..lab::spf(result) });
            let found = found(check, &facts);
            assert_eq!(codes(&found).get(1).copied(), code);
            assert_eq!(cost(found), 0);
        }
    }

    #[test]
    fn a_record_that_lets_everyone_pass_is_not_passed_over_in_silence() {
        let found = found(check, &with(SpfResult::Pass, "v=spf1 mx +all", Some("mx")));
        assert_eq!(codes(&found), ["spf.result.pass", "spf.all.pass"]);
        assert_eq!(cure(&found[1]), "v=spf1 mx ~all");
        assert_eq!(cost(found), -10);
    }

    #[test]
    fn faults_that_cost_nothing_today_are_notices_with_the_mended_record() {
        let cases = [
            ("v=spf1 mx ?all", "spf.all.neutral", Some("v=spf1 mx ~all")),
            ("v=spf1 mx", "spf.all.missing", Some("v=spf1 mx ~all")),
            ("v=spf1 mx -all include:x.example", "spf.all.not_last", Some("v=spf1 mx include:x.example -all")),
            ("v=spf1 mx -all redirect=x.example", "spf.redirect.ignored", Some("v=spf1 mx -all")),
            ("v=spf1 mx ptr -all", "spf.ptr", Some("v=spf1 mx -all")),
            ("v=spf1 ip4:192.0.0.0/8 -all", "spf.network.wide", None),
            ("v=spf1 mx MX -all", "spf.terms.repeated", Some("v=spf1 mx -all")),
        ];
        for (record, code, cured) in cases {
            let found = found(check, &with(SpfResult::Pass, record, Some("mx")));
            assert_eq!(codes(&found), ["spf.result.pass", code], "{record}");
            match cured {
                Some(cured) => assert_eq!(cure(&found[1]), cured),
                None => assert!(found[1].cures.is_empty()),
            }
            assert_eq!(cost(found), 0);
        }
    }

    #[test]
    fn a_redirect_alone_and_an_include_before_all_are_fine() {
        for record in
            ["v=spf1 mx redirect=x.example", "v=spf1 include:x.example ~all", "v=spf1 a/24 mx//64 exp=e.example -all"]
        {
            let found = found(check, &with(SpfResult::Pass, record, Some("mx")));
            assert_eq!(codes(&found), ["spf.result.pass"], "{record}");
        }
    }

    #[test]
    fn the_whole_tree_is_counted_though_this_client_matched_early() {
        let others: String = (1..=10).map(|n| format!(" a:{n}.x.example")).collect();
        let found_over = found(check, &with(SpfResult::Pass, &format!("v=spf1 mx{others} -all"), Some("mx")));
        assert_eq!(codes(&found_over), ["spf.result.pass", "spf.lookups.over"]);
        let others: String = (1..=8).map(|n| format!(" a:{n}.x.example")).collect();
        let found_near = found(check, &with(SpfResult::Pass, &format!("v=spf1 mx{others} -all"), Some("mx")));
        assert_eq!(codes(&found_near), ["spf.result.pass", "spf.lookups.near_limit"]);
        assert_eq!(cost(found_over) + cost(found_near), 0);
    }

    #[test]
    fn an_include_that_leads_nowhere_is_named_though_this_client_matched_before_it() {
        let record = "v=spf1 mx include:gone.example -all";
        let mut facts = with(SpfResult::Pass, record, Some("mx"));
        facts.dns = zone_with(&[("example.com", "TXT", record), ("gone.example", "TXT", "NXDOMAIN")]);
        let found = found(check, &facts);
        assert_eq!(codes(&found), ["spf.result.pass", "spf.target.dangling"]);
        assert_eq!(cure(&found[1]), "v=spf1 mx -all");
    }

    #[test]
    fn terms_that_resolve_to_nothing_are_named() {
        let mut facts = with(SpfResult::Pass, "v=spf1 a:old.example mx -all", Some("mx"));
        facts.dns = zone_with(&[("old.example", "A", "NXDOMAIN")]);
        let Observed::Seen(spf) = &mut facts.auth.spf else { panic!() };
        spf.void_lookups = 1;
        spf.trace = vec![SpfStep {
            depth: 0,
            domain: "example.com".into(),
            term: "a:old.example".into(),
            kind: SpfStepKind::NoMatch,
            span: Some((7, 20)),
            target: Some("old.example".into()),
            lookups: 1,
            void_lookups: 1,
            detail: None,
        }];
        let found = found(check, &facts);
        assert_eq!(codes(&found), ["spf.result.pass", "spf.void_lookups.some"]);
        assert_eq!(found[1].evidence, [Evidence::Text { text: "example.com: a:old.example".into() }]);
    }

    #[test]
    fn long_records_are_noticed_and_strings_joined_without_a_space_are_explained() {
        let record = format!("v=spf1 {}-all", "ip4:192.0.2.10/32 ".repeat(30).replace("10/32", "11"));
        let found_long = found(check, &with(SpfResult::Pass, &record, None));
        assert!(codes(&found_long).contains(&"spf.record.long"));

        let record = "v=spf1 ip4:192.0.2.1include:x.example -all";
        let problem = SpfProblem::Syntax {
            domain: "example.com".into(),
            term: String::new(),
            span: (7, 37),
            detail: String::new(),
        };
        let mut facts = with_problem(record, problem);
        let mut lookups = facts.dns.all().to_vec();
        for lookup in &mut lookups {
            if let crate::dns::Answer::Records { records, .. } = &mut lookup.answer
                && let Some(crate::dns::Data::Txt(text)) = records.first_mut()
            {
                text.strings = 2;
            }
        }
        facts.dns = crate::facts::Recorded::new(lookups);
        assert_eq!(codes(&found(check, &facts)), ["spf.syntax", "spf.strings.joined"]);
    }
}
