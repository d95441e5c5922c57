//! What an evaluation gives, and what its trace says.

use std::sync::Arc;

use jiff::Timestamp;

use super::MAX_LOOKUPS;
use super::Request;
use super::check_host::check_host;
use super::names::MAX_EXPLANATION;
use crate::address::{Mailbox, ReversePath};
use crate::auth::SpfIdentity;
use crate::auth::{Spf, SpfProblem, SpfResult, SpfStepKind};
use crate::dns::Dns;
use crate::dns::Zone;

async fn check(zone: Zone, ip: &str, mail_from: &str) -> Spf {
    let dns = Dns::new(Arc::new(zone));
    let reverse_path = Mailbox::parse(mail_from).map_or(ReversePath::Null, ReversePath::Mailbox);
    let request =
        Request::mail_from(ip.parse().unwrap(), &reverse_path, "helo.test", "here.test", Timestamp::UNIX_EPOCH);
    check_host(&dns, &request).await
}

fn zone(text: &str) -> Zone {
    Zone::parse(text).unwrap()
}

#[tokio::test]
async fn the_trace_shows_the_way_to_the_match() {
    let zone = zone(
        "a.test. TXT \"v=spf1 ip4:192.0.2.1 include:b.test -all\"\n\
         b.test. TXT \"v=spf1 a:c.test ~all\"\nc.test. A 192.0.2.9",
    );
    let spf = check(zone, "192.0.2.9", "x@A.Test").await;
    assert_eq!((spf.result, spf.domain.as_str(), spf.lookups), (SpfResult::Pass, "a.test", 2));
    assert_eq!(spf.matched.as_deref(), Some("include:b.test"));
    let seen: Vec<_> = spf.trace.iter().map(|step| (step.depth, step.kind, step.term.as_str())).collect();
    assert_eq!(
        seen,
        [
            (0, SpfStepKind::Record, "v=spf1 ip4:192.0.2.1 include:b.test -all"),
            (0, SpfStepKind::NoMatch, "ip4:192.0.2.1"),
            (0, SpfStepKind::Enter, "include:b.test"),
            (1, SpfStepKind::Record, "v=spf1 a:c.test ~all"),
            (1, SpfStepKind::Match, "a:c.test"),
            (0, SpfStepKind::Leave, "include:b.test"),
            (0, SpfStepKind::Match, "include:b.test"),
        ]
    );
}

#[tokio::test]
async fn the_null_reverse_path_is_judged_by_the_helo_name() {
    let zone = zone("helo.test. TXT \"v=spf1 ip4:192.0.2.0/24 -all\"");
    let spf = check(zone, "192.0.2.9", "").await;
    assert_eq!((spf.result, spf.identity), (SpfResult::Pass, SpfIdentity::MailFrom));
    assert_eq!(spf.sender, "postmaster@helo.test");
}

#[tokio::test]
async fn a_helo_that_is_no_domain_name_has_no_policy() {
    let dns = Dns::new(Arc::new(Zone::default()));
    for helo in ["localhost", "[192.0.2.1]", "a..b", "", "two words"] {
        let request = Request::helo("192.0.2.1".parse().unwrap(), helo, "here.test", Timestamp::UNIX_EPOCH);
        assert_eq!(check_host(&dns, &request).await.result, SpfResult::None, "{helo}");
    }
}

#[tokio::test]
async fn a_mapped_address_counts_as_ipv4() {
    let spf = check(zone("a.test. TXT \"v=spf1 ip4:192.0.2.9 -all\""), "::ffff:192.0.2.9", "x@a.test").await;
    assert_eq!((spf.result, spf.client_ip.to_string().as_str()), (SpfResult::Pass, "192.0.2.9"));
}

#[tokio::test]
async fn an_internationalised_domain_is_asked_by_its_a_label() {
    let spf = check(zone("xn--bcher-kva.test. TXT \"v=spf1 +all\""), "192.0.2.9", "x@Bücher.test").await;
    assert_eq!((spf.result, spf.domain.as_str()), (SpfResult::Pass, "xn--bcher-kva.test"));
}

#[tokio::test]
async fn a_local_part_beyond_ascii_matches_no_macro() {
    let record = "a.test. TXT \"v=spf1 exists:%{l}.x.test ?all\"\n*.x.test. A 127.0.0.2";
    assert_eq!(check(zone(record), "192.0.2.9", "jörg@a.test").await.result, SpfResult::Neutral);
    assert_eq!(check(zone(record), "192.0.2.9", "joerg@a.test").await.result, SpfResult::Pass);
}

#[tokio::test]
async fn problems_say_where_they_are() {
    let spf = check(zone("a.test. TXT \"v=spf1 192.0.2.9 -all\""), "192.0.2.9", "x@a.test").await;
    let Some(SpfProblem::Syntax { span, term, .. }) = spf.problem else { panic!("{spf:?}") };
    assert_eq!((spf.result, span, term.as_str()), (SpfResult::Permerror, (7, 16), "192.0.2.9"));

    let spf = check(zone("a.test. TXT \"v=spf1 include:b.test -all\""), "192.0.2.9", "x@a.test").await;
    let Some(SpfProblem::NoRecordAtTarget { target, .. }) = spf.problem else { panic!("{spf:?}") };
    assert_eq!((spf.result, target.as_str()), (SpfResult::Permerror, "b.test"));

    let loops = zone("a.test. TXT \"v=spf1 include:b.test\"\nb.test. TXT \"v=spf1 include:a.test\"");
    let spf = check(loops, "192.0.2.9", "x@a.test").await;
    assert!(matches!(spf.problem, Some(SpfProblem::TooManyLookups { .. })), "{:?}", spf.problem);
    assert_eq!((spf.result, spf.lookups), (SpfResult::Permerror, 11));

    let spf = check(Zone::default().timeout("a.test"), "192.0.2.9", "x@a.test").await;
    assert!(matches!(spf.problem, Some(SpfProblem::Dns { .. })));
    assert_eq!(spf.result, SpfResult::Temperror);
}

#[tokio::test]
async fn an_explanation_is_plain_ascii_and_short() {
    let record = "a.test. TXT \"v=spf1 -all exp=e.test\"\ne.test. TXT ";
    let spf = check(zone(&format!("{record}\"%{{i}} may not, see http://a.test/?s=%{{S}}\"")), "192.0.2.9", "x@a.test");
    assert_eq!(spf.await.explanation.as_deref(), Some("192.0.2.9 may not, see http://a.test/?s=x%40a.test"));
    let long = zone(&format!("{record}{}", "\"0123456789012345678901234567890123456789\" ".repeat(20)));
    assert_eq!(check(long, "192.0.2.9", "x@a.test").await.explanation.map(|text| text.len()), Some(MAX_EXPLANATION));
    let high = zone(&format!("{record}\"caf\\195\\169\""));
    assert_eq!(check(high, "192.0.2.9", "x@a.test").await.explanation, None);
}

proptest::proptest! {
    #[test]
    fn any_record_gives_a_result(record in "v=spf1( [+?~-]?(a|mx|ptr|exists|include|redirect|exp)[:=](%\\{[slodiphvS]2?r?[.+-]?\\}|a|b\\.test|\\\\){0,3}\\.test){0,4}") {
        let text = record.replace('\\', "\\\\");
        let zone = zone(&format!("a.test. TXT \"{text}\"\n*.test. A 192.0.2.1\n*.test. TXT \"{text}\"\n"));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let spf = runtime.block_on(check(zone, "192.0.2.9", "x@a.test"));
        assert!(spf.lookups <= MAX_LOOKUPS + 1);
    }
}
