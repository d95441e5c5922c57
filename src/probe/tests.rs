//! Every row of the vocabulary, and every combination between: SPF result, SPF alignment, signatures and theirs.

use super::*;
use crate::auth::{Dkim, DmarcProblem, Spf};
use crate::check::{lab, testing};

const SPF_RESULTS: [SpfResult; 7] = [
    SpfResult::None,
    SpfResult::Neutral,
    SpfResult::Pass,
    SpfResult::Fail,
    SpfResult::Softfail,
    SpfResult::Temperror,
    SpfResult::Permerror,
];
const DKIM_RESULTS: [DkimResult; 6] = [
    DkimResult::Pass,
    DkimResult::Fail,
    DkimResult::Policy,
    DkimResult::Neutral,
    DkimResult::Temperror,
    DkimResult::Permerror,
];

/// From is abc.example; an aligned identifier is mail.abc.example, another one other.example.
fn auth(spf: SpfResult, spf_aligned: bool, signatures: &[(DkimResult, bool)]) -> Auth {
    let mut auth = testing::facts_of("From: a@abc.example\n\n").auth;
    auth.dmarc.author_domain = Some("abc.example".to_owned());
    auth.dmarc.spf_domain_aligned = spf_aligned;
    auth.spf = Observed::Seen(Spf { domain: domain(spf_aligned), ..lab::spf(spf) });
    auth.dkim = signatures
        .iter()
        .map(|(result, aligned)| Dkim {
            domain: domain(*aligned),
            aligned: *aligned,
            aligned_relaxed: *aligned,
            result: *result,
            reason: None,
            ..lab::dkim()
        })
        .collect();
    auth
}

fn domain(aligned: bool) -> String {
    if aligned { "mail.abc.example" } else { "other.example" }.to_owned()
}

fn said(probe: Probe, auth: &Auth) -> String {
    tag(probe, auth).to_string()
}

#[test]
fn every_row_of_the_spf_vocabulary() {
    use DkimResult as D;
    use SpfResult as S;
    for (spf, aligned, signatures, expected) in [
        (S::Fail, true, &[][..], "!! spf-fail !!"),
        (S::Softfail, true, &[], "!! spf-softfail !!"),
        (S::Neutral, true, &[], "!! spf-neutral !!"),
        (S::None, true, &[], "!! spf-none !!"),
        (S::Permerror, true, &[], "!! spf-permerror !!"),
        (S::Temperror, true, &[], "!! spf-temperror !!"),
        (S::Pass, false, &[], "!! spf-diff !!"),
        (S::Pass, false, &[(D::Pass, false)], "!! spf-diff !!"),
        (S::Pass, false, &[(D::Fail, true)], "!! spf-diff !!"),
        (S::Pass, true, &[], "|OK| spf-pass"),
        (S::Pass, true, &[(D::Fail, true)], "|OK| spf-pass"),
        (S::Pass, false, &[(D::Pass, true)], "|~OK| spf-pass"),
        (S::Pass, false, &[(D::Fail, true), (D::Pass, true)], "|~OK| spf-pass"),
        // A good signature does not hide what SPF said.
        (S::Fail, false, &[(D::Pass, true)], "!! spf-fail !!"),
        // The key that could acquit did not come.
        (S::Pass, false, &[(D::Temperror, true)], "!! spf-temperror !!"),
        (S::Pass, false, &[(D::Temperror, false)], "!! spf-diff !!"),
    ] {
        assert_eq!(said(Probe::Spf, &auth(spf, aligned, signatures)), expected, "{spf:?} {aligned} {signatures:?}");
    }
}

#[test]
fn every_row_of_the_dkim_vocabulary() {
    use DkimResult as D;
    use SpfResult as S;
    for (spf, aligned, signatures, expected) in [
        (S::Pass, true, &[][..], "!! dkim-none !!"),
        (S::None, false, &[(D::Fail, true)], "!! dkim-fail !!"),
        (S::None, false, &[(D::Permerror, true)], "!! dkim-invalid !!"),
        (S::None, false, &[(D::Policy, true)], "!! dkim-invalid !!"),
        (S::None, false, &[(D::Neutral, true)], "!! dkim-invalid !!"),
        (S::None, false, &[(D::Temperror, true)], "!! dkim-temperror !!"),
        (S::None, false, &[(D::Pass, false)], "!! dkim-diff !!"),
        (S::Pass, false, &[(D::Pass, false)], "!! dkim-diff !!"),
        (S::Fail, true, &[(D::Pass, false)], "!! dkim-diff !!"),
        (S::Pass, true, &[(D::Pass, false)], "|~OK| dkim-pass"),
        (S::None, false, &[(D::Pass, true)], "|OK| dkim-pass"),
        (S::Pass, true, &[(D::Pass, true)], "|OK| dkim-pass"),
        // One good signature is enough, wherever it stands.
        (S::None, false, &[(D::Fail, true), (D::Pass, true)], "|OK| dkim-pass"),
        (S::None, false, &[(D::Pass, false), (D::Pass, true)], "|OK| dkim-pass"),
        // The author's own signature is what is told, not the others'.
        (S::None, false, &[(D::Permerror, false), (D::Fail, true)], "!! dkim-fail !!"),
        (S::None, false, &[(D::Fail, false), (D::Permerror, true)], "!! dkim-invalid !!"),
        (S::None, false, &[(D::Fail, true), (D::Permerror, true)], "!! dkim-fail !!"),
        // What could acquit is not known.
        (S::None, false, &[(D::Pass, false), (D::Temperror, true)], "!! dkim-temperror !!"),
        (S::Temperror, true, &[(D::Pass, false)], "!! dkim-temperror !!"),
        (S::Temperror, false, &[(D::Pass, false)], "!! dkim-diff !!"),
    ] {
        assert_eq!(said(Probe::Dkim, &auth(spf, aligned, signatures)), expected, "{spf:?} {aligned} {signatures:?}");
    }
}

#[test]
fn every_row_of_the_dmarc_vocabulary() {
    for (result, expected) in [
        (DmarcResult::Pass, "|OK| dmarc-pass"),
        (DmarcResult::Fail, "!! dmarc-fail !!"),
        (DmarcResult::None, "!! dmarc-none !!"),
        (DmarcResult::Temperror, "!! dmarc-temperror !!"),
        (DmarcResult::Permerror, "!! dmarc-permerror !!"),
    ] {
        let mut auth = auth(SpfResult::Pass, true, &[]);
        auth.dmarc.result = result;
        assert_eq!(said(Probe::Dmarc, &auth), expected);
    }
}

/// 7 SPF results, aligned or not, and no, one or two signatures of 6 results, aligned or not: what the tables above promise
/// holds everywhere between them.
#[test]
fn the_tags_hold_for_every_combination() {
    let one: Vec<(DkimResult, bool)> =
        DKIM_RESULTS.into_iter().flat_map(|result| [(result, true), (result, false)]).collect();
    let mut sets: Vec<Vec<(DkimResult, bool)>> = vec![Vec::new()];
    sets.extend(one.iter().map(|signature| vec![*signature]));
    sets.extend(one.iter().flat_map(|a| one.iter().map(|b| vec![*a, *b])));
    let mut seen = std::collections::HashSet::new();
    for spf in SPF_RESULTS {
        for spf_aligned in [true, false] {
            for signatures in &sets {
                let auth = auth(spf, spf_aligned, signatures);
                let (s, d) = (tag(Probe::Spf, &auth), tag(Probe::Dkim, &auth));
                seen.extend([s, d]);
                let why = format!("{spf:?} {spf_aligned} {signatures:?}: {s} {d}");
                let aligned_pass = signatures.contains(&(DkimResult::Pass, true));
                let passes = aligned_pass || signatures.contains(&(DkimResult::Pass, false));
                let open = signatures.contains(&(DkimResult::Temperror, true));
                let spf_good = spf == SpfResult::Pass && spf_aligned;
                assert_eq!(s == ok("spf-pass"), spf_good, "{why}");
                assert_eq!(s == nearly("spf-pass"), spf == SpfResult::Pass && !spf_aligned && aligned_pass, "{why}");
                let diff = spf == SpfResult::Pass && !spf_aligned && !aligned_pass && !open;
                assert_eq!(s == bad("spf-diff"), diff, "{why}");
                assert_eq!(d == ok("dkim-pass"), aligned_pass, "{why}");
                assert_eq!(d == nearly("dkim-pass"), passes && !aligned_pass && spf_good, "{why}");
                assert_eq!(d == bad("dkim-none"), signatures.is_empty(), "{why}");
                if d == bad("dkim-diff") {
                    assert!(passes && !aligned_pass && !spf_good && !open, "{why}");
                }
                if d == bad("dkim-fail") {
                    assert!(!passes && signatures.iter().any(|(result, _)| *result == DkimResult::Fail), "{why}");
                }
            }
        }
    }
    let all: usize = PROBES.iter().filter(|entry| entry.probe != Probe::Dmarc).map(|entry| entry.tags.len()).sum();
    assert_eq!(seen.len(), all, "every tag is given by some combination, and no other");
}

#[test]
fn a_dmarc_record_that_cannot_be_used_is_told_from_none() {
    let mut auth = auth(SpfResult::Pass, true, &[]);
    auth.dmarc.result = DmarcResult::None;
    for (problem, expected) in [
        (None, "!! dmarc-none !!"),
        (Some(DmarcProblem::NoFrom), "!! dmarc-none !!"),
        (Some(DmarcProblem::BadRecord("abc.example".to_owned())), "!! dmarc-permerror !!"),
        (Some(DmarcProblem::SeveralRecords("abc.example".to_owned())), "!! dmarc-permerror !!"),
    ] {
        auth.dmarc.problem = problem;
        assert_eq!(said(Probe::Dmarc, &auth), expected, "{:?}", auth.dmarc.problem);
    }
    // Read as p=none for its reports' sake: an evaluation like any other.
    auth.dmarc.result = DmarcResult::Fail;
    assert_eq!(said(Probe::Dmarc, &auth), "!! dmarc-fail !!");
}

#[test]
fn a_missing_answer_accuses_nobody() {
    let mut unknown = auth(SpfResult::Pass, false, &[]);
    unknown.dmarc.alignment_unknown = vec!["other.example".to_owned()];
    assert_eq!(said(Probe::Spf, &unknown), "!! spf-temperror !!");
    // Equal by the public suffix list: no record in between could part them.
    unknown.spf = Observed::Seen(Spf { domain: "mail.abc.example".to_owned(), ..lab::spf(SpfResult::Pass) });
    unknown.dmarc.alignment_unknown = vec!["mail.abc.example".to_owned()];
    assert_eq!(said(Probe::Spf, &unknown), "|OK| spf-pass");
    let mut no_client = auth(SpfResult::Pass, true, &[]);
    no_client.spf = Observed::Missing(crate::delivery::Why::NotGiven);
    assert_eq!(said(Probe::Spf, &no_client), "!! spf-temperror !!");
    assert_eq!(said(Probe::Dkim, &no_client), "!! dkim-none !!");
}

#[test]
fn without_a_domain_in_from_nothing_aligns() {
    let mut auth = auth(SpfResult::Pass, true, &[(DkimResult::Pass, true)]);
    auth.dmarc.author_domain = None;
    assert_eq!(said(Probe::Spf, &auth), "!! spf-diff !!");
    assert_eq!(said(Probe::Dkim, &auth), "!! dkim-diff !!");
    // Nor is there another organization to blame, or a domain of From's to use.
    for lang in crate::lang::Lang::ALL {
        let said = |author: Option<&str>| {
            let mut auth = auth.clone();
            auth.dmarc.author_domain = author.map(str::to_owned);
            let id = meaning(bad("spf-diff"), &auth);
            (
                lang.find(&id, &Default::default()).unwrap(),
                lang.find(&format!("{id}.fix"), &Default::default()).unwrap(),
            )
        };
        let (with, without) = (said(Some("abc.example")), said(None));
        assert!(with.0 != without.0 && with.1 != without.1);
        let id = meaning(bad("dkim-diff"), &auth);
        assert!(lang.find(&format!("{id}.fix"), &Default::default()).is_some(), "{id}");
    }
}

#[test]
fn a_signature_that_nobody_looked_at_is_not_called_unusable() {
    let mut auth = auth(SpfResult::None, false, &[(DkimResult::Fail, false), (DkimResult::Neutral, true)]);
    auth.dkim[1].reason = Some(DkimReason::NotVerified);
    assert_eq!(said(Probe::Dkim, &auth), "!! dkim-temperror !!");
    // Another's says nothing of the author's own.
    (auth.dkim[0].reason, auth.dkim[1].reason) = (Some(DkimReason::NotVerified), None);
    assert_eq!(said(Probe::Dkim, &auth), "!! dkim-invalid !!");
}

#[test]
fn tags_are_written_and_read_back_and_have_texts() {
    for tag in PROBES.iter().flat_map(|entry| entry.tags) {
        assert_eq!(Tag::parse(&tag.to_string()), Some(*tag));
        for lang in crate::lang::Lang::ALL {
            let id = format!("probe-tag-{}", tag.code());
            assert!(lang.find(&id, &Default::default()).is_some(), "{id}");
            let cure = lang.find(&format!("{id}.fix"), &Default::default());
            assert_eq!(cure.is_some(), tag.mark != Mark::Ok, "{id}");
        }
    }
    for probe in Probe::ALL {
        assert!(!tags(probe).is_empty());
    }
}
