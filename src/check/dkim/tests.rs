use super::*;
use crate::auth::{Fault, FaultKind};
use crate::check::lab::{self, codes, cost, facts, found};

fn with(signatures: Vec<Dkim>) -> Facts {
    let mut facts = facts();
    facts.auth.dkim = signatures;
    facts
}

fn broken(reason: DkimReason) -> Dkim {
    let result = match &reason {
        DkimReason::BodyHash | DkimReason::Signature => DkimResult::Fail,
        DkimReason::Dns(_) => DkimResult::Temperror,
        _ => DkimResult::Permerror,
    };
    Dkim { result, reason: Some(reason), ..lab::dkim() }
}

fn foreign(dkim: Dkim) -> Dkim {
    Dkim { domain: "esp.example".into(), aligned: false, aligned_strict: false, ..dkim }
}

#[test]
fn an_aligned_pass_is_good_and_costs_nothing() {
    let found = found(check, &facts());
    assert_eq!(codes(&found), ["dkim.result.pass"]);
    assert_eq!(cost(found), 0);
}

#[test]
fn no_signature_costs_what_the_ledger_says_and_names_the_record() {
    let found = found(check, &with(Vec::new()));
    assert_eq!(codes(&found), ["dkim.none"]);
    assert!(matches!(&found[0].cures[..], [Cure::Record { name, .. }] if name == "mail._domainkey.example.com"));
    assert_eq!(cost(found), -15);
}

#[test]
fn every_reason_has_its_code_and_price() {
    let (text, fault) = (|| "why".to_owned(), || Fault::new(FaultKind::KeyUnreadable));
    let cases = [
        (DkimReason::BodyHash, "dkim.fail.body_hash", -20),
        (DkimReason::Signature, "dkim.fail.signature", -20),
        (DkimReason::KeyMissing, "dkim.key.missing", -10),
        (DkimReason::KeyRevoked, "dkim.key.revoked", -10),
        (DkimReason::KeyUnusable(fault()), "dkim.key.unusable", -10),
        (DkimReason::KeyTooShort, "dkim.key.too_short", -10),
        (DkimReason::KeyDisallows(text()), "dkim.key.disallows", -10),
        (DkimReason::AlgorithmRetired, "dkim.algorithm.retired", -10),
        (DkimReason::AlgorithmUnknown(text()), "dkim.algorithm.unknown", -10),
        (DkimReason::FromNotSigned, "dkim.from_not_signed", -10),
        (DkimReason::IdentityMismatch, "dkim.identity_mismatch", -10),
        (DkimReason::Expired, "dkim.expired", -10),
        (DkimReason::Unparsable(fault()), "dkim.unparsable", -10),
        (DkimReason::LengthOverBody(9), "dkim.fail.body_cut", -20),
        (DkimReason::SeveralKeys(2), "dkim.key.several", -10),
        (DkimReason::InFuture, "dkim.in_future", -10),
        (DkimReason::NotVerified, "dkim.not_verified", 0),
        (DkimReason::Dns(fault()), "dkim.result.temperror", 0),
    ];
    for (reason, code, points) in cases {
        let found = found(check, &with(vec![broken(reason)]));
        assert_eq!(codes(&found), [code]);
        assert_eq!(cost(found), points, "{code}");
    }
}

#[test]
fn a_broken_second_signature_beside_an_aligned_pass_costs_nothing() {
    for other in [broken(DkimReason::BodyHash), broken(DkimReason::KeyMissing), foreign(lab::dkim())] {
        for signatures in [vec![other.clone(), lab::dkim()], vec![lab::dkim(), other]] {
            assert_eq!(cost(found(check, &with(signatures))), 0);
        }
    }
}

#[test]
fn only_one_of_several_faults_is_paid_for() {
    let unaligned = with(vec![foreign(lab::dkim())]);
    assert_eq!(codes(&found(check, &unaligned)), ["dkim.unaligned"]);
    assert_eq!(cost(found(check, &unaligned)), -10);
    // The sender's own signature is what should have passed; the stranger's says nothing.
    let own_broken = with(vec![foreign(lab::dkim()), broken(DkimReason::BodyHash), broken(DkimReason::Signature)]);
    assert_eq!(cost(found(check, &own_broken)), -20);
    let strangers = with(vec![foreign(broken(DkimReason::BodyHash)), foreign(lab::dkim())]);
    assert_eq!(cost(found(check, &strangers)), -10);
}

#[test]
fn without_an_author_domain_no_signature_is_called_unaligned() {
    let mut facts = with(vec![foreign(lab::dkim())]);
    facts.auth.dmarc.author_domain = None;
    assert_eq!(codes(&found(check, &facts)), ["dkim.result.no_author"]);
    assert_eq!(cost(found(check, &facts)), 0);
    // One that is broken is broken whoever the author may be.
    facts.auth.dkim = vec![foreign(broken(DkimReason::BodyHash))];
    assert_eq!(cost(found(check, &facts)), -20);
    facts.auth.dkim.push(foreign(lab::dkim()));
    assert_eq!(cost(found(check, &facts)), 0);
}

#[test]
fn a_signature_that_was_not_looked_at_keeps_the_others_from_costing() {
    let unverified = broken(DkimReason::NotVerified);
    assert_eq!(cost(found(check, &with(vec![broken(DkimReason::BodyHash), unverified.clone()]))), 0);
    // Another's excuses no broken one of the author's, nor does it take an unaligned one's place.
    let other = foreign(unverified);
    assert_eq!(cost(found(check, &with(vec![broken(DkimReason::BodyHash), other.clone()]))), -20);
    assert_eq!(cost(found(check, &with(vec![foreign(lab::dkim()), other.clone()]))), -10);
    // Where all are others', what it would have been is not known.
    assert_eq!(cost(found(check, &with(vec![foreign(broken(DkimReason::BodyHash)), other.clone()]))), 0);
    let open = Dkim { alignment_open: true, ..other };
    assert_eq!(cost(found(check, &with(vec![broken(DkimReason::BodyHash), open]))), 0);
}

#[test]
fn a_signature_that_dns_left_open_keeps_the_others_from_costing() {
    let found =
        found(check, &with(vec![broken(DkimReason::Dns(Fault::new(FaultKind::DnsServfail))), foreign(lab::dkim())]));
    assert_eq!(codes(&found), ["dkim.result.temperror", "dkim.also_signed"]);
    assert_eq!(cost(found), 0);
}

#[test]
fn signatures_of_one_strange_domain_are_told_and_paid_for_once() {
    let found = found(check, &with(vec![foreign(lab::dkim()); 3]));
    assert_eq!(codes(&found), ["dkim.unaligned"]);
    assert_eq!(cost(found), -10);
}

#[test]
fn weaknesses_of_the_only_good_signature_are_priced() {
    let short = Dkim { key_bits: Some(1024), ..lab::dkim() };
    let length = Dkim { body_length: Some(5), ..lab::dkim() };
    let testing = Dkim { testing: true, key_record: Some("v=DKIM1; t=y:s; p=MIIB".into()), ..lab::dkim() };
    for (dkim, code, points) in
        [(short, "dkim.key.short", -2), (length, "dkim.body_length", -5), (testing, "dkim.key.testing", -3)]
    {
        let found = found(check, &with(vec![dkim]));
        assert_eq!(codes(&found), ["dkim.result.pass", code]);
        if code == "dkim.key.testing" {
            assert!(matches!(&found[1].cures[..], [Cure::Record { value, .. }] if value == "v=DKIM1; t=s; p=MIIB"));
        }
        assert_eq!(cost(found), points);
    }
}

#[test]
fn a_short_key_beside_a_long_one_and_an_ed25519_key_are_no_weakness() {
    let short = Dkim { key_bits: Some(1024), ..lab::dkim() };
    let ed25519 = Dkim { algorithm: "ed25519-sha256".into(), key_bits: Some(256), ..lab::dkim() };
    assert_eq!(cost(found(check, &with(vec![short, lab::dkim()]))), 0);
    assert_eq!(codes(&found(check, &with(vec![ed25519]))), ["dkim.result.pass", "dkim.ed25519_only"]);
}

#[test]
fn fields_a_reader_acts_on_should_be_signed_and_absent_ones_need_not() {
    let few = Dkim { signed_headers: vec!["From".into(), "from".into(), "Subject".into()], ..lab::dkim() };
    let found = found(check, &with(vec![few]));
    assert_eq!(codes(&found), ["dkim.result.pass", "dkim.fields.unsigned", "dkim.fields.oversigned"]);
    assert_eq!(found[1].args.get("fields"), Some(&"Date, To, Message-ID".into()));
}

#[test]
fn expiry_and_test_selectors_are_noticed() {
    let soon = Dkim { expires_at: Some(facts().now.as_second() as u64 + 7200), ..lab::dkim() };
    assert_eq!(codes(&found(check, &with(vec![soon])))[1], "dkim.expires_soon");
    let later = Dkim { expires_at: Some(facts().now.as_second() as u64 + 7 * 86_400), ..lab::dkim() };
    assert_eq!(codes(&found(check, &with(vec![later]))), ["dkim.result.pass"]);
    let test = Dkim { selector: "test2".into(), ..lab::dkim() };
    assert_eq!(codes(&found(check, &with(vec![test])))[1], "dkim.selector.test");
    let contest = Dkim { selector: "contest".into(), ..lab::dkim() };
    assert_eq!(codes(&found(check, &with(vec![contest]))), ["dkim.result.pass"]);
}
