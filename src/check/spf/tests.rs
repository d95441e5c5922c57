use super::*;
use crate::address::ReversePath;
use crate::auth::{FaultKind, SpfIdentity, SpfStep};
use crate::check::Cure;
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
        reason: None,
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
        fault: Some(FaultKind::SpfTerm.into()),
    };
    let found_syntax = found(check, &with_problem("v=spf1 ipv4:192.0.2.10 -all", syntax));
    assert_eq!(codes(&found_syntax), ["spf.syntax"]);
    assert_eq!(cure(&found_syntax[0]), "v=spf1 ip4:192.0.2.10 -all");
    assert!(matches!(
        &found_syntax[0].evidence[..],
        [Evidence::Record { mark: Some((7, 22)), .. }, Evidence::Said { .. }]
    ));

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
    let lighter = "v=spf1 ip4:192.0.2.10 ip4:192.0.2.80 ptr a:1.x a:2.x a:3.x a:4.x a:5.x a:6.x a:7.x a:8.x -all";
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
        ("v=spf1 mx ptr -all", "spf.ptr", None),
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
        reason: None,
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

    let syntax = |term: &str| SpfProblem::Syntax {
        domain: "example.com".into(),
        term: term.into(),
        span: (7, 7 + term.len()),
        fault: Some(FaultKind::SpfTerm.into()),
    };
    let of = |term: &str| {
        let mut facts = with_problem(&format!("v=spf1 {term} -all"), syntax(term));
        let mut lookups = facts.dns.all().to_vec();
        for lookup in &mut lookups {
            if let crate::dns::Answer::Records { records, .. } = &mut lookup.answer
                && let Some(crate::dns::Data::Txt(text)) = records.first_mut()
            {
                text.strings = 2;
            }
        }
        facts.dns = crate::facts::Recorded::new(lookups);
        found(check, &facts)
    };
    let joined = of("ip4:192.0.2.1include:x.example");
    assert_eq!(codes(&joined), ["spf.syntax", "spf.strings.joined"]);
    assert_eq!(cure(&joined[0]), "v=spf1 ip4:192.0.2.1 include:x.example ~all");
    // Another fault in a record of two strings is no fault of where they meet.
    assert_eq!(codes(&of("ipv4:192.0.2.1")), ["spf.syntax"]);
}

#[test]
fn no_cure_leaves_a_record_that_allows_nobody() {
    let gone = |record: &str| {
        let term = record.split(' ').nth(1).unwrap().to_owned();
        SpfProblem::NoRecordAtTarget { domain: "example.com".into(), term, target: "gone.example".into() }
    };
    for (record, cured) in [
        ("v=spf1 include:gone.example -all", "v=spf1 ip4:192.0.2.10 -all"),
        ("v=spf1 redirect=gone.example", "v=spf1 ip4:192.0.2.10 ~all"),
    ] {
        let mut facts = with_problem(record, gone(record));
        assert_eq!(cure(&found(check, &facts)[0]), cured);
        // Without a client there is no address to name, and so no record to propose.
        lab::session(&mut facts).client_ip = Observed::Missing(Why::NotApplicable);
        assert!(found(check, &facts)[0].cures.is_empty());
    }
    let mut facts = with(SpfResult::None, "NODATA", None);
    facts.dns = zone_with(&[("example.com", "TXT", "NODATA"), ("example.com", "MX", "NODATA")]);
    facts.auth.spf = Observed::Seen(Spf { record: None, matched: None, ..lab::spf(SpfResult::None) });
    assert_eq!(cure(&found(check, &facts)[0]), "v=spf1 ip4:192.0.2.10 ~all");
    lab::session(&mut facts).client_ip = Observed::Missing(Why::NotApplicable);
    let found = found(check, &facts);
    assert_eq!(codes(&found), ["spf.result.none"]);
    assert!(found[0].cures.is_empty());
}

#[test]
fn a_neutral_result_changes_the_end_only_where_the_record_s_own_end_is_neutral() {
    for (record, matched, cured) in [
        ("v=spf1 redirect=_spf.example", Some("?all"), "v=spf1 ip4:192.0.2.10 redirect=_spf.example"),
        ("v=spf1 redirect=_spf.example", None, "v=spf1 ip4:192.0.2.10 redirect=_spf.example"),
        (
            "v=spf1 ?ip4:192.0.2.0/24 mx -all",
            Some("?ip4:192.0.2.0/24"),
            "v=spf1 ip4:192.0.2.10 ?ip4:192.0.2.0/24 mx -all",
        ),
        ("v=spf1 mx", None, "v=spf1 mx ip4:192.0.2.10 ~all"),
        ("v=spf1 mx ?all include:late.example", Some("?all"), "v=spf1 mx ip4:192.0.2.10 include:late.example ~all"),
    ] {
        let facts = with(SpfResult::Neutral, record, matched);
        assert_eq!(cure(&found(check, &facts)[0]), cured);
    }
}

#[test]
fn a_record_that_lets_everyone_pass_keeps_its_redirect_as_an_include() {
    let mut facts = with(SpfResult::Pass, "v=spf1 mx redirect=x.example +all", Some("mx"));
    let found_open = found(check, &facts);
    assert_eq!(codes(&found_open), ["spf.result.pass", "spf.all.pass", "spf.redirect.ignored"]);
    assert_eq!(cure(&found_open[1]), "v=spf1 mx include:x.example ~all");
    assert!(found_open[2].cures.is_empty());
    // An include of a domain without a record would break the whole of it.
    facts.dns = zone_with(&[("x.example", "TXT", "NXDOMAIN")]);
    assert!(found(check, &facts)[1].cures.is_empty());
}

#[test]
fn where_a_mistake_leaves_the_meaning_open_no_record_is_proposed() {
    let facts_of = |record: &str, term: &str| {
        let at = record.find(term).unwrap();
        let (domain, term, span) = ("example.com".into(), term.to_owned(), (at, at + term.len()));
        with_problem(record, SpfProblem::Syntax { domain, term, span, fault: Some(FaultKind::SpfTerm.into()) })
    };
    let found_open = found(check, &facts_of("v=spf1 mx ip4:192.0.2.1/33 -all", "ip4:192.0.2.1/33"));
    assert_eq!(codes(&found_open), ["spf.syntax"]);
    assert!(found_open[0].cures.is_empty());
    let found_typo = found(check, &facts_of("v=spf1 inlcude:i.example ip4:192.0.2.10 -all", "inlcude:i.example"));
    assert_eq!(cure(&found_typo[0]), "v=spf1 include:i.example ip4:192.0.2.10 -all");
}

#[test]
fn a_text_that_was_meant_as_a_record_is_shown_and_put_right() {
    let mut facts = with(SpfResult::None, "v=spf1,ip4:192.0.2.10 -all", None);
    facts.auth.spf = Observed::Seen(Spf { record: None, matched: None, ..lab::spf(SpfResult::None) });
    let found_near = found(check, &facts);
    assert_eq!(codes(&found_near), ["spf.result.none"]);
    assert_eq!(found_near[0].evidence, [txt("example.com", "v=spf1,ip4:192.0.2.10 -all", None)]);
    assert_eq!(cure(&found_near[0]), "v=spf1 ip4:192.0.2.10 -all");
}

#[test]
fn no_record_is_proposed_for_an_address_in_brackets() {
    let mut facts = facts();
    let spf = Spf { domain: "[192.0.2.10]".into(), record: None, matched: None, ..lab::spf(SpfResult::None) };
    facts.auth.spf = Observed::Seen(spf);
    let found = found(check, &facts);
    assert_eq!(codes(&found), ["spf.result.none"]);
    assert!(found[0].cures.is_empty());
}
