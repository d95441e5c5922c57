use super::*;
use crate::auth::dmarc::record::Record;
use crate::auth::{DkimReason, ReportTarget, Rfc7489, Spf};
use crate::check::lab::{self, codes, cost, facts, found};
use crate::delivery::{Observed, Why};
use crate::score::score;

fn with(result: DmarcResult, record: &str) -> Facts {
    let mut facts = facts();
    facts.auth.dmarc.result = result;
    facts.auth.dmarc.record = Some(record.to_owned());
    let parsed = Record::parse(record.as_bytes());
    facts.auth.dmarc.policy = parsed.p;
    facts.auth.dmarc.testing = parsed.testing;
    facts.auth.dmarc.parsed = Some(parsed);
    facts
}

fn nothing_passes(facts: &mut Facts) {
    facts.auth.spf = Observed::Seen(lab::spf(SpfResult::Fail));
    facts.auth.dkim.clear();
    facts.auth.dmarc.spf_aligned = false;
    facts.auth.dmarc.dkim_aligned = false;
}

const REPORTING: &str = "v=DMARC1; p=reject; rua=mailto:dmarc@example.com";

fn value(finding: &Finding) -> &str {
    match finding.cures.as_slice() {
        [Cure::Record { value, .. }] => value,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_pass_under_reject_is_good() {
    let found = found(check, &with(DmarcResult::Pass, REPORTING));
    assert_eq!(codes(&found), ["dmarc.result.pass"]);
    assert_eq!(cost(found), 0);
}

#[test]
fn a_pass_under_none_is_not_shown_as_all_green() {
    let found = found(check, &with(DmarcResult::Pass, "v=DMARC1; p=none; rua=mailto:d@example.com"));
    assert_eq!(codes(&found), ["dmarc.result.pass", "dmarc.policy.none"]);
    assert_eq!(value(&found[1]), "v=DMARC1; p=quarantine; rua=mailto:d@example.com");
    assert_eq!(cost(found), -2);
}

#[test]
fn the_cure_of_spf_is_credited_with_what_follows_from_it() {
    let mut facts = with(DmarcResult::Fail, REPORTING);
    nothing_passes(&mut facts);
    facts.auth.dmarc.spf_domain_aligned = true;
    let mut all = Findings::default();
    super::super::spf::check(&facts, &mut all);
    let spf = all.0.iter().find(|finding| finding.code.starts_with("spf.result.")).unwrap().code.clone();
    check(&facts, &mut all);
    let ledger = score(all);
    assert_eq!(ledger.capped_by.as_deref(), Some("auth.none_passes"));
    assert!(ledger.without(&spf) > 90, "{spf}: {}", ledger.without(&spf));
}

#[test]
fn a_fail_under_reject_caps_the_score_and_under_quarantine_or_test_does_not() {
    let mut facts = with(DmarcResult::Fail, REPORTING);
    nothing_passes(&mut facts);
    let ledger = score(Findings(found(check, &facts)));
    assert_eq!((ledger.score, ledger.capped_by.as_deref()), (49, Some("auth.none_passes")));

    for record in
        ["v=DMARC1; p=quarantine; rua=mailto:d@example.com", "v=DMARC1; p=reject; t=y; rua=mailto:d@example.com"]
    {
        let mut facts = with(DmarcResult::Fail, record);
        facts.auth.dkim[0].aligned = false;
        let found = found(check, &facts);
        assert_eq!(codes(&found)[0], "dmarc.result.fail");
        assert_eq!(score(Findings(found)).capped_by, None);
    }
    let mut facts = with(DmarcResult::Fail, REPORTING);
    facts.auth.dkim[0].aligned = false;
    assert_eq!(score(Findings(found(check, &facts))).capped_by.as_deref(), Some("dmarc.result.fail_reject"));
}

#[test]
fn neither_passes_is_said_only_when_both_are_known() {
    let mut facts = facts();
    nothing_passes(&mut facts);
    assert_eq!(something_passes(&facts), Some(false));
    facts.auth.spf = Observed::Seen(lab::spf(SpfResult::Temperror));
    assert_eq!(something_passes(&facts), None);
    facts.auth.spf = Observed::Missing(Why::NotGiven);
    assert_eq!(something_passes(&facts), None);
    facts.auth.spf = Observed::Seen(Spf { record: None, ..lab::spf(SpfResult::None) });
    let mut open = lab::dkim();
    open.result = DkimResult::Temperror;
    open.reason = Some(DkimReason::Dns(Fault::new(crate::auth::FaultKind::DnsServfail)));
    facts.auth.dkim = vec![open];
    assert_eq!(something_passes(&facts), None);
}

#[test]
fn a_fail_that_an_unknown_client_could_have_passed_is_not_determined() {
    let mut facts = with(DmarcResult::Fail, REPORTING);
    nothing_passes(&mut facts);
    facts.auth.spf = Observed::Missing(Why::NotGiven);
    let found = found(check, &facts);
    assert_eq!(codes(&found), ["dmarc.not_determined"]);
    assert_eq!(score(Findings(found)).score, 100);
}

#[test]
fn no_record_several_and_a_bad_one_come_with_a_record() {
    let mut facts = facts();
    facts.auth.dmarc.result = DmarcResult::None;
    facts.auth.dmarc.record = None;
    let found_none = found(check, &facts);
    assert_eq!(
        (codes(&found_none), value(&found_none[0])),
        (vec!["dmarc.none"], "v=DMARC1; p=none; rua=mailto:dmarc@example.com")
    );
    assert_eq!(cost(found_none), -10);

    facts.auth.dmarc.problem = Some(DmarcProblem::SeveralRecords("_dmarc.example.com".into()));
    assert_eq!(codes(&found(check, &facts)), ["dmarc.several_records"]);

    facts.auth.dmarc.problem = Some(DmarcProblem::BadRecord("p".into()));
    facts.auth.dmarc.record = Some("v=DMARC1; p=rejct; sp=quarantine; rua=; adkim=s".into());
    let found_bad = found(check, &facts);
    assert_eq!(codes(&found_bad), ["dmarc.bad_record"]);
    assert_eq!(value(&found_bad[0]), "v=DMARC1; p=reject; sp=quarantine; adkim=s");
}

#[test]
fn a_text_that_was_meant_as_a_record_is_shown_and_put_right() {
    let text = "v=DMARC1, p=reject, rua=mailto:d@example.com";
    let mut facts = facts();
    facts.dns = lab::zone_with(&[("_dmarc.example.com", "TXT", text)]);
    facts.auth.dmarc.result = DmarcResult::None;
    facts.auth.dmarc.record = None;
    let found_near = found(check, &facts);
    assert_eq!(codes(&found_near), ["dmarc.none"]);
    assert_eq!(found_near[0].evidence, [txt("example.com", text, None)]);
    assert_eq!(value(&found_near[0]), "v=DMARC1; p=reject; rua=mailto:d@example.com");
    // What nobody can make out is shown all the same, and not replaced by a guess.
    facts.dns = lab::zone_with(&[("_dmarc.example.com", "TXT", "v=DMARC1 reject all")]);
    let found_near = found(check, &facts);
    assert!(found_near[0].cures.is_empty() && found_near[0].evidence.len() == 1);
}

#[test]
fn a_record_read_as_none_is_mended_and_never_weakened() {
    let record = "v=DMARC1; p=reject; sp=foo; rua=mailto:d@example.com";
    let mut facts = with(DmarcResult::Pass, record);
    facts.auth.dmarc.policy = Some(Policy::None);
    facts.auth.dmarc.policy_tag = None;
    facts.auth.dmarc.problem = Some(DmarcProblem::BadRecord("example.com".into()));
    let found = found(check, &facts);
    assert_eq!(codes(&found), ["dmarc.result.pass", "dmarc.read_as_none", "dmarc.policy.none"]);
    assert_eq!(value(&found[1]), "v=DMARC1; p=reject; rua=mailto:d@example.com");
    assert!(found[2].cures.is_empty());
    assert_eq!(found[2].cured_by, ["dmarc.read_as_none"]);
}

#[test]
fn a_part_that_cannot_be_read_is_named_once_with_the_corrected_record() {
    for (record, cured) in
        [("adkim=strict", "adkim=s"), ("fo=0;1", "fo=0:1"), ("ruf=mailto: f@example.com", "ruf=mailto:f@example.com")]
    {
        let whole = |part: &str| format!("v=DMARC1; p=reject; rua=mailto:d@example.com; {part}");
        let found = found(check, &with(DmarcResult::Pass, &whole(record)));
        assert_eq!(codes(&found), ["dmarc.result.pass", "dmarc.tags.invalid"], "{record}");
        assert_eq!(value(&found[1]), whole(cured));
        assert!(found[1].evidence.len() > 1);
    }
    let twice = "v=DMARC1; p=reject; rua=mailto:d@example.com; rua=mailto:e@example.com";
    let found_twice = found(check, &with(DmarcResult::Pass, twice));
    assert_eq!(value(&found_twice[1]), "v=DMARC1; p=reject; rua=mailto:d@example.com,mailto:e@example.com");
    let spaced = "v=DMARC1; p=reject; rua=mailto:d@example.com mailto:e@example.com";
    let found_spaced = found(check, &with(DmarcResult::Pass, spaced));
    assert_eq!(codes(&found_spaced), ["dmarc.result.pass", "dmarc.reports.invalid"]);
    assert_eq!(value(&found_spaced[1]), "v=DMARC1; p=reject; rua=mailto:d@example.com,mailto:e@example.com");
}

#[test]
fn unknown_and_newer_tags_are_no_fault_and_removed_ones_a_kind_notice() {
    let newer = with(DmarcResult::Pass, "v=DMARC1; p=reject; np=reject; psd=n; x-new=1; rua=mailto:d@example.com");
    assert_eq!(codes(&found(check, &newer)), ["dmarc.result.pass"]);
    let older = with(DmarcResult::Pass, "v=DMARC1; p=reject; pct=50; rua=mailto:d@example.com; ri=3600");
    let found = found(check, &older);
    assert_eq!(codes(&found), ["dmarc.result.pass", "dmarc.tags.removed"]);
    assert_eq!(value(&found[1]), "v=DMARC1; p=reject; rua=mailto:d@example.com");
    assert_eq!(cost(found), 0);
}

#[test]
fn an_external_report_address_is_accused_only_when_dns_says_no() {
    let target = |authorised| ReportTarget {
        tag: "rua".into(),
        uri: "mailto:a@reports.example".into(),
        domain: Some("reports.example".into()),
        external: Some(true),
        authorised,
        authorisation: Some("example.com._report._dmarc.reports.example".into()),
    };
    for (authorised, expected) in [(Some(true), None), (None, None), (Some(false), Some("dmarc.reports.unauthorized"))]
    {
        let mut facts = with(DmarcResult::Pass, "v=DMARC1; p=reject; rua=mailto:a@reports.example");
        facts.auth.dmarc.reports = vec![target(authorised), target(authorised)];
        let found = found(check, &facts);
        assert_eq!(codes(&found).get(1).copied(), expected);
        assert!(found.len() <= 2, "one destination is named once");
    }
}

#[test]
fn an_unknown_client_is_not_called_a_dns_failure() {
    let mut facts = with(DmarcResult::Temperror, REPORTING);
    nothing_passes(&mut facts);
    facts.auth.spf = Observed::Missing(Why::NotGiven);
    facts.auth.dmarc.problem = Some(DmarcProblem::SpfUnknown);
    assert_eq!(codes(&found(check, &facts)), ["dmarc.not_determined"]);
}

#[test]
fn smaller_things_are_notices() {
    let cases = [
        ("v=DMARC1; p=reject; t=y; rua=mailto:d@example.com", "dmarc.testing"),
        ("v=DMARC1; p=reject; sp=none; rua=mailto:d@example.com", "dmarc.subdomains.weaker"),
        ("v=DMARC1; p=reject", "dmarc.reports.none"),
        ("v=DMARC1; p=reject; rua=dmarc@example.com", "dmarc.reports.invalid"),
    ];
    for (record, code) in cases {
        let found = found(check, &with(DmarcResult::Pass, record));
        assert_eq!(codes(&found), ["dmarc.result.pass", code]);
        assert_eq!(cost(found), 0);
    }
    let mut facts = with(DmarcResult::Pass, REPORTING);
    facts.auth.dmarc.dkim_aligned = false;
    assert_eq!(codes(&found(check, &facts)), ["dmarc.result.pass", "dmarc.only_spf"]);
}

#[test]
fn where_older_receivers_differ_it_is_said() {
    let mut facts = with(DmarcResult::Pass, REPORTING);
    facts.auth.dmarc.rfc7489 = Some(Rfc7489 {
        result: DmarcResult::Fail,
        organizational_domain: "mail.example.com".into(),
        policy_domain: None,
        policy: None,
    });
    assert_eq!(codes(&found(check, &facts)), ["dmarc.result.pass", "dmarc.rfc7489.differs"]);
}

#[test]
fn without_an_author_domain_dmarc_does_not_apply() {
    let mut facts = facts();
    facts.auth.dmarc.author_domain = None;
    facts.auth.dmarc.problem = Some(DmarcProblem::NoFrom);
    assert_eq!(codes(&found(check, &facts)), ["dmarc.no_author"]);
}
