//! No code may deduct points that no case shows.

use std::collections::BTreeSet;

use vaglio::check::{FAMILIES, Verdict};
use vaglio::score::Status;

use super::{Case, domains};

/// Codes that cost points and stand in no case, each with the reason.
const NOT_SHOWN: &[(&str, &str)] = &[("mime.parts.many", "takes more than 20,000 parts; `message/mime.rs` tests it")];

/// Codes that cost nothing and stand in no case, each with what shows it.
const ELSEWHERE: &[(&str, &str)] =
    &[("attachments.size.large", "takes more than ten megabytes; `check/attachments.rs` tests it")];

#[tokio::test(flavor = "multi_thread")]
async fn every_code_that_costs_points_is_shown_by_a_case() {
    let mut shown = BTreeSet::new();
    for case in Case::all() {
        let (report, _) = case.examine().await;
        // Asked for, though a cap may have left nothing to take.
        shown.extend(
            report.ledger.rows.iter().filter(|row| row.points < 0 || row.capped).map(|row| row.finding.code.clone()),
        );
        assert!(report.ledger.rows.iter().all(|row| row.status != Status::Deducted || row.points < 0), "{}", case.name);
    }
    let costly = FAMILIES
        .iter()
        .flat_map(|family| family.rules)
        .filter(|rule| matches!(rule.verdict, Verdict::Deduct(_) | Verdict::DeductUpTo(_)))
        .map(|rule| rule.code);
    let missing: Vec<&str> =
        costly.filter(|code| !shown.contains(*code) && !NOT_SHOWN.iter().any(|(not, _)| not == code)).collect();
    assert!(missing.is_empty(), "no case shows: {missing:#?}");
    let needless: Vec<&&str> = NOT_SHOWN.iter().map(|(code, _)| code).filter(|code| shown.contains(**code)).collect();
    assert!(needless.is_empty(), "shown after all: {needless:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_code_is_shown_by_a_case_or_says_why_not() {
    let mut shown = BTreeSet::new();
    for case in Case::all() {
        let (report, _) = case.examine().await;
        shown.extend(report.ledger.rows.into_iter().map(|row| row.finding.code));
    }
    for (_, report) in domains::all().await {
        shown.extend(report.ledger.rows.into_iter().map(|row| row.finding.code));
    }
    let codes = FAMILIES.iter().flat_map(|family| family.rules).map(|rule| rule.code);
    let not = |code: &str| NOT_SHOWN.iter().chain(ELSEWHERE).any(|(not, _)| *not == code);
    let missing: Vec<&str> = codes.filter(|code| !shown.contains(*code) && !not(code)).collect();
    assert!(missing.is_empty(), "no case shows: {missing:#?}");
    let needless: Vec<&&str> = ELSEWHERE.iter().map(|(code, _)| code).filter(|code| shown.contains(**code)).collect();
    assert!(needless.is_empty(), "shown after all: {needless:?}");
}
