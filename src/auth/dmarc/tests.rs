//! Walks, policies and alignments, point by point.

use super::*;
use crate::auth::testing::World;
use crate::auth::{SpfIdentity, WalkStep};

fn spf(result: SpfResult, domain: &str) -> Observed<Spf> {
    Observed::Seen(Spf {
        result,
        identity: SpfIdentity::MailFrom,
        domain: domain.to_owned(),
        sender: format!("a@{domain}"),
        client_ip: [192, 0, 2, 1].into(),
        record: None,
        matched: None,
        explanation: None,
        lookups: 0,
        void_lookups: 0,
        problem: None,
        trace: Vec::new(),
    })
}

fn dkim(result: DkimResult, domain: &str) -> Dkim {
    Dkim {
        result,
        domain: domain.to_owned(),
        selector: "s".to_owned(),
        algorithm: "rsa-sha256".to_owned(),
        identity: None,
        canonicalization: ("relaxed".to_owned(), "relaxed".to_owned()),
        signed_headers: Vec::new(),
        body_length: None,
        signed_at: None,
        expires_at: None,
        key_bits: None,
        testing: false,
        key_record: None,
        aligned: false,
        aligned_relaxed: false,
        aligned_strict: false,
        alignment_open: false,
        reason: None,
        autopsy: Vec::new(),
        header: String::new(),
    }
}

async fn judge(zone: &str, from: &str, spf: Observed<Spf>, mut dkim: Vec<Dkim>) -> (Dmarc, Vec<Dkim>) {
    let mut identifiers: Vec<String> = dkim.iter().map(|signature| signature.domain.clone()).collect();
    identifiers.extend(spf.seen().map(|spf| spf.domain.clone()));
    identifiers.sort();
    identifiers.dedup();
    let dmarc = Discovery::run(&World::new(zone).dns(), &[from], identifiers).await.conclude(&spf, &mut dkim);
    (dmarc, dkim)
}

/// Author domain, SPF pass for `mail_from`, no DKIM.
async fn by_spf(zone: &str, author: &str, mail_from: &str) -> Dmarc {
    judge(zone, &format!("a@{author}"), spf(SpfResult::Pass, mail_from), Vec::new()).await.0
}

#[tokio::test]
async fn the_policy_record_is_the_authors_then_the_organizations_then_the_suffixes() {
    use Policy::*;
    const ORG: &str = "_dmarc.example.com TXT v=DMARC1; p=reject; sp=quarantine; np=none\n";
    const SUFFIX: &str = "_dmarc.gov.example TXT v=DMARC1; p=none; sp=quarantine; np=reject; psd=y\n";
    let table = [
        // zone, author, policy domain, policy, tag
        (ORG.to_owned(), "example.com", Some("example.com"), Some(Reject), Some(PolicyTag::P)),
        (
            format!("{ORG}a.example.com A 192.0.2.1"),
            "a.example.com",
            Some("example.com"),
            Some(Quarantine),
            Some(PolicyTag::Sp),
        ),
        (
            format!("{ORG}a.example.com MX mx.example"),
            "a.example.com",
            Some("example.com"),
            Some(Quarantine),
            Some(PolicyTag::Sp),
        ),
        (ORG.to_owned(), "nowhere.example.com", Some("example.com"), Some(None), Some(PolicyTag::Np)),
        (
            "_dmarc.example.com TXT v=DMARC1; p=reject".to_owned(),
            "nowhere.example.com",
            Some("example.com"),
            Some(Reject),
            Some(PolicyTag::P),
        ),
        (
            "_dmarc.example.com TXT v=DMARC1; p=reject; sp=none".to_owned(),
            "nowhere.example.com",
            Some("example.com"),
            Some(None),
            Some(PolicyTag::Sp),
        ),
        (
            format!("{ORG}_dmarc.a.example.com TXT v=DMARC1; p=none"),
            "a.example.com",
            Some("a.example.com"),
            Some(None),
            Some(PolicyTag::P),
        ),
        (
            format!("{SUFFIX}bureau.gov.example A 192.0.2.1"),
            "bureau.gov.example",
            Some("gov.example"),
            Some(Quarantine),
            Some(PolicyTag::Sp),
        ),
        (SUFFIX.to_owned(), "typo.gov.example", Some("gov.example"), Some(Reject), Some(PolicyTag::Np)),
        (SUFFIX.to_owned(), "gov.example", Some("gov.example"), Some(None), Some(PolicyTag::P)),
        ("mail.example.com A 192.0.2.1".to_owned(), "example.com", Option::None, Option::None, Option::None),
    ];
    for (zone, author, domain, policy, tag) in table {
        let dmarc = by_spf(&zone, author, author).await;
        assert_eq!(
            (dmarc.policy_domain.as_deref(), dmarc.policy, dmarc.policy_tag),
            (domain, policy, tag),
            "{author}: {zone}"
        );
        let expected = if domain.is_some() { DmarcResult::Pass } else { DmarcResult::None };
        assert_eq!(dmarc.result, expected, "{author}: {zone}");
    }
}

#[tokio::test]
async fn the_organizational_domain_is_found_by_the_walk() {
    for (zone, author, organizational) in [
        ("_dmarc.example.com TXT v=DMARC1; p=none", "a.b.example.com", "example.com"),
        (
            "_dmarc.example.com TXT v=DMARC1; p=none\n_dmarc.b.example.com TXT v=DMARC1; p=none",
            "a.b.example.com",
            "example.com",
        ),
        (
            "_dmarc.example.com TXT v=DMARC1; p=none\n_dmarc.b.example.com TXT v=DMARC1; p=none; psd=n",
            "a.b.example.com",
            "b.example.com",
        ),
        ("_dmarc.com TXT v=DMARC1; p=none; psd=y", "a.b.example.com", "example.com"),
        (
            "_dmarc.com TXT v=DMARC1; p=none; psd=y\n_dmarc.example.com TXT v=DMARC1; p=none",
            "a.example.com",
            "example.com",
        ),
        ("_dmarc.com TXT v=DMARC1; p=none; psd=y", "com", "com"),
        ("_dmarc.com TXT v=DMARC1; p=none", "a.example.com", "com"),
        ("_dmarc.a.b.c.example.com TXT v=DMARC1; p=none", "a.b.c.example.com", "a.b.c.example.com"),
        // Nothing at all: by the public suffix list.
        ("", "a.b.example.co.uk", "example.co.uk"),
    ] {
        let dmarc = by_spf(zone, author, author).await;
        assert_eq!(dmarc.organizational_domain.as_deref(), Some(organizational), "{author}: {zone}");
        assert_eq!(dmarc.organizational_domain_by_psl, zone.is_empty());
    }
}

#[tokio::test]
async fn the_walk_asks_at_most_eight_names_and_stops_at_psd() {
    let world = World::new("");
    let author = "a@one.a.b.c.d.e.f.g.h.i.example.com";
    let dmarc =
        Discovery::run(&world.dns(), &[author], Vec::new()).await.conclude(&spf(SpfResult::None, "x.example"), &mut []);
    let names: Vec<&str> = dmarc.walk.iter().map(|step| step.name.as_str()).collect();
    assert_eq!(names.len(), 8);
    assert_eq!(&names[..2], ["_dmarc.one.a.b.c.d.e.f.g.h.i.example.com", "_dmarc.e.f.g.h.i.example.com"]);
    assert_eq!(names[7], "_dmarc.com");

    let dmarc = by_spf("_dmarc.example.com TXT v=DMARC1; p=none; psd=n", "a.example.com", "example.com").await;
    let names: Vec<&str> = dmarc.walk.iter().map(|step: &WalkStep| step.name.as_str()).collect();
    assert_eq!(names, ["_dmarc.a.example.com", "_dmarc.example.com"]);
}

#[tokio::test]
async fn alignment_is_relaxed_or_strict_as_the_record_says() {
    const RELAXED: &str = "_dmarc.example.com TXT v=DMARC1; p=reject";
    const STRICT: &str = "_dmarc.example.com TXT v=DMARC1; p=reject; aspf=s; adkim=s";
    for (zone, author, identifier, result) in [
        (RELAXED, "example.com", "bounce.example.com", DmarcResult::Pass),
        (RELAXED, "a.example.com", "b.example.com", DmarcResult::Pass),
        (RELAXED, "example.com", "example.org", DmarcResult::Fail),
        (RELAXED, "example.com", "notexample.com", DmarcResult::Fail),
        (STRICT, "example.com", "bounce.example.com", DmarcResult::Fail),
        (STRICT, "example.com", "example.com", DmarcResult::Pass),
        // The identifier's own walk ends at its psd=n, so it is another organization.
        (
            "_dmarc.example.com TXT v=DMARC1; p=reject\n_dmarc.uni.example.com TXT v=DMARC1; p=none; psd=n",
            "example.com",
            "uni.example.com",
            DmarcResult::Fail,
        ),
    ] {
        assert_eq!(by_spf(zone, author, identifier).await.result, result, "SPF {identifier}: {zone}");
        let none = spf(SpfResult::None, "bounce.example.net");
        let signatures = vec![dkim(DkimResult::Fail, author), dkim(DkimResult::Pass, identifier)];
        let (dmarc, signatures) = judge(zone, &format!("a@{author}"), none, signatures).await;
        assert_eq!(
            (dmarc.result, dmarc.dkim_aligned),
            (result, result == DmarcResult::Pass),
            "DKIM {identifier}: {zone}"
        );
        assert!(signatures[0].aligned && signatures[0].aligned_strict);
        assert_eq!(signatures[1].aligned_strict, identifier == author);
        let relaxed = result == DmarcResult::Pass || zone == STRICT;
        assert_eq!(signatures[1].aligned_relaxed, relaxed, "whatever the record asks for: {identifier}");
        assert_eq!(signatures[1].aligned, result == DmarcResult::Pass, "in the mode the record asks for: {identifier}");
    }
}

#[tokio::test]
async fn records_that_do_not_count() {
    const TWO: &str = "_dmarc.a.example.com TXT v=DMARC1; p=reject\n_dmarc.a.example.com TXT v=DMARC1; p=none\n";
    let dmarc = by_spf(TWO, "a.example.com", "example.org").await;
    assert_eq!(
        (dmarc.result, dmarc.problem),
        (DmarcResult::None, Some(DmarcProblem::SeveralRecords("a.example.com".into())))
    );
    let dmarc =
        by_spf(&format!("{TWO}_dmarc.example.com TXT v=DMARC1; p=quarantine"), "a.example.com", "example.org").await;
    assert_eq!((dmarc.result, dmarc.policy_domain.as_deref()), (DmarcResult::Fail, Some("example.com")));

    let dmarc = by_spf("_dmarc.example.com TXT v=DMARC1; p=rejected", "example.com", "example.org").await;
    assert_eq!((dmarc.result, dmarc.policy), (DmarcResult::None, None));
    assert_eq!(dmarc.problem, Some(DmarcProblem::BadRecord("example.com".into())));
    let dmarc =
        by_spf("_dmarc.example.com TXT v=DMARC1; p=rejected; rua=mailto:a@example.com", "example.com", "example.org")
            .await;
    assert_eq!((dmarc.result, dmarc.policy), (DmarcResult::Fail, Some(Policy::None)));

    let other = "_dmarc.example.com TXT v=spf1 -all\n_dmarc.example.com TXT v=DMARC1; p=none; t=y";
    let dmarc = by_spf(other, "example.com", "example.com").await;
    assert_eq!((dmarc.result, dmarc.testing), (DmarcResult::Pass, true));
    assert_eq!(dmarc.walk[0].discarded, ["v=spf1 -all"]);
}

#[tokio::test]
async fn a_missing_answer_that_could_matter_is_temperror_and_never_fail() {
    const POLICY: &str = "_dmarc.example.com TXT v=DMARC1; p=reject\n";
    // The author's own record unknown.
    let dmarc = by_spf("_dmarc.example.com TXT !servfail", "example.com", "example.com").await;
    assert_eq!(
        (dmarc.result, dmarc.problem),
        (DmarcResult::Temperror, Some(DmarcProblem::Dns("_dmarc.example.com".into())))
    );
    // The suffix unknown: whatever it holds, these two are aligned, and these are known to be strangers or not.
    let zone = format!("{POLICY}_dmarc.com TXT !timeout");
    assert_eq!(by_spf(&zone, "example.com", "example.com").await.result, DmarcResult::Pass);
    assert_eq!(by_spf(&zone, "example.com", "b.example.com").await.result, DmarcResult::Pass);
    assert_eq!(by_spf(&zone, "example.com", "example.org").await.result, DmarcResult::Fail);
    assert_eq!(by_spf(&zone, "example.com", "other.com").await.result, DmarcResult::Temperror);
    // SPF or a key that did not answer counts where it would align, and only there.
    for (domain, result) in [("example.com", DmarcResult::Temperror), ("example.org", DmarcResult::Fail)] {
        let temp = spf(SpfResult::Temperror, domain);
        assert_eq!(judge(POLICY, "a@example.com", temp, Vec::new()).await.0.result, result);
        let fail = spf(SpfResult::Fail, "example.com");
        let key = vec![dkim(DkimResult::Temperror, domain)];
        assert_eq!(judge(POLICY, "a@example.com", fail, key).await.0.result, result);
    }
    // SPF that could not be asked for.
    let unknown = Observed::Missing(Why::NotGiven);
    let (dmarc, _) = judge(POLICY, "a@example.com", unknown.clone(), vec![dkim(DkimResult::Fail, "example.com")]).await;
    assert_eq!((dmarc.result, dmarc.problem), (DmarcResult::Temperror, Some(DmarcProblem::SpfUnknown)));
    let (dmarc, _) = judge(POLICY, "a@example.com", unknown, vec![dkim(DkimResult::Pass, "example.com")]).await;
    assert_eq!((dmarc.result, dmarc.problem), (DmarcResult::Pass, None));
    // Whether the author exists decides between sp and np.
    let zone = "_dmarc.example.com TXT v=DMARC1; p=none; sp=reject; np=none\na.example.com A !servfail\na.example.com MX !servfail\na.example.com AAAA !timeout";
    assert_eq!(by_spf(zone, "a.example.com", "example.com").await.policy, None);
}

#[tokio::test]
async fn without_one_author_domain_there_is_no_dmarc() {
    let dns = World::new("_dmarc.example.com TXT v=DMARC1; p=reject").dns();
    for (from, problem) in [
        (&[][..], DmarcProblem::NoFrom),
        (&["a@example.com", "b@example.com"], DmarcProblem::SeveralFrom(2)),
        (&["a@example.com, b@example.org"], DmarcProblem::SeveralFrom(2)),
    ] {
        let dmarc =
            Discovery::run(&dns, from, Vec::new()).await.conclude(&spf(SpfResult::Pass, "example.com"), &mut []);
        assert_eq!((dmarc.result, dmarc.problem), (DmarcResult::None, Some(problem)));
    }
}

#[tokio::test]
async fn where_rfc_7489_differs_it_is_said() {
    // A record in between is an organization's own for the walk, and nothing for the list.
    let zone = "_dmarc.b.example.com TXT v=DMARC1; p=reject";
    let dmarc = by_spf(zone, "a.b.example.com", "b.example.com").await;
    let old = dmarc.rfc7489.unwrap();
    assert_eq!(
        (dmarc.result, old.result, old.organizational_domain.as_str()),
        (DmarcResult::Pass, DmarcResult::None, "example.com")
    );
    // A private suffix: two customers are strangers by the list, and one organization by the walk.
    let zone = "_dmarc.github.io TXT v=DMARC1; p=none";
    let dmarc = by_spf(zone, "a.github.io", "b.github.io").await;
    assert_eq!(dmarc.result, DmarcResult::Pass);
    assert!(dmarc.rfc7489.is_some());
    // np is new.
    let zone = "_dmarc.example.com TXT v=DMARC1; p=none; np=reject";
    let dmarc = by_spf(zone, "typo.example.com", "example.com").await;
    assert_eq!((dmarc.policy, dmarc.rfc7489.unwrap().policy), (Some(Policy::Reject), Some(Policy::None)));
    // The ordinary case is the same.
    let dmarc = by_spf("_dmarc.example.com TXT v=DMARC1; p=reject", "a.example.com", "example.com").await;
    assert_eq!(dmarc.rfc7489, None);
}

#[tokio::test]
async fn alignment_is_shown_by_the_public_suffix_list_where_no_record_exists() {
    let (dmarc, signatures) = judge(
        "",
        "a@news.example.co.uk",
        spf(SpfResult::Pass, "bounce.example.co.uk"),
        vec![dkim(DkimResult::Pass, "example.co.uk"), dkim(DkimResult::Pass, "other.co.uk")],
    )
    .await;
    assert_eq!(dmarc.result, DmarcResult::None);
    assert!(dmarc.spf_aligned && dmarc.spf_domain_aligned && dmarc.dkim_aligned && dmarc.organizational_domain_by_psl);
    assert_eq!((signatures[0].aligned, signatures[1].aligned), (true, false));
}

#[tokio::test]
async fn two_customers_of_a_private_suffix_are_strangers() {
    let (_, found) = judge(
        "",
        "a@one.github.io",
        spf(SpfResult::None, "x.example"),
        vec![
            dkim(DkimResult::Pass, "two.github.io"),
            dkim(DkimResult::Pass, "mail.one.github.io"),
            dkim(DkimResult::Pass, "github.io"),
        ],
    )
    .await;
    assert_eq!(found.iter().map(|signature| signature.aligned).collect::<Vec<_>>(), [false, true, false]);
}

#[tokio::test]
async fn one_identifier_that_passes_is_enough_while_the_other_gets_no_answer() {
    const ZONE: &str = "_dmarc.example.com TXT v=DMARC1; p=reject";
    let open = || spf(SpfResult::Temperror, "example.com");
    let (dmarc, _) = judge(ZONE, "a@example.com", open(), vec![dkim(DkimResult::Pass, "example.com")]).await;
    assert_eq!((dmarc.result, dmarc.problem), (DmarcResult::Pass, None));
    let (dmarc, _) = judge(ZONE, "a@example.com", open(), vec![dkim(DkimResult::Fail, "example.com")]).await;
    assert_eq!(dmarc.result, DmarcResult::Temperror);
    // What did not answer is another organization's: it could not have helped.
    let strange = spf(SpfResult::Temperror, "x.example");
    let (dmarc, _) = judge(ZONE, "a@example.com", strange, vec![dkim(DkimResult::Fail, "example.com")]).await;
    assert_eq!(dmarc.result, DmarcResult::Fail);
}

#[tokio::test]
async fn an_invalid_sp_counts_for_older_receivers_too() {
    // Without an address for reports neither RFC applies DMARC; so they do not differ.
    let dmarc = by_spf("_dmarc.example.com TXT v=DMARC1; p=reject; sp=bad", "example.com", "x.example").await;
    assert_eq!((dmarc.result, dmarc.rfc7489), (DmarcResult::None, None));
}

#[tokio::test]
async fn several_records_above_the_author_are_named_by_their_place() {
    const TWO: &str = "_dmarc.example.com TXT v=DMARC1; p=reject\n_dmarc.example.com TXT v=DMARC1; p=none";
    let dmarc = by_spf(TWO, "a.example.com", "a.example.com").await;
    assert_eq!(dmarc.problem, Some(DmarcProblem::SeveralRecords("example.com".into())));
    assert_eq!(dmarc.result, DmarcResult::None);
}

#[tokio::test]
async fn reports_to_others_need_their_consent() {
    let zone = "_dmarc.example.com TXT v=DMARC1; p=none; rua=mailto:a@example.com,mailto:a@in.example.com,mailto:x@yes.example,mailto:x@no.example,mailto:x@odd.example; ruf=https://example.com/x
example.com._report._dmarc.yes.example TXT v=DMARC1
example.com._report._dmarc.odd.example TXT !servfail";
    let dmarc = by_spf(zone, "example.com", "example.com").await;
    let told: Vec<_> = dmarc.reports.iter().map(|r| (r.domain.as_deref(), r.external, r.authorised)).collect();
    assert_eq!(
        told,
        [
            (Some("example.com"), Some(false), Some(true)),
            (Some("in.example.com"), Some(false), Some(true)),
            (Some("yes.example"), Some(true), Some(true)),
            (Some("no.example"), Some(true), Some(false)),
            (Some("odd.example"), Some(true), None),
            (None, None, None),
        ]
    );
}
