//! The ledger: findings to points. The only place that knows arithmetic.
//!
//! 10.0 less every deduction, in tenths. A group's cap and the floor at 0 empty the rows that exceed them, so that the
//! rows shown always add up to the score (FIELD: "The score").

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::check::{Finding, Findings, Group, Uncovered, Verdict, rule};

/// The version of this arithmetic and of the points in the registry.
pub const SCORING: u32 = 1;
/// Tenths.
pub const MAX: i32 = 100;
/// What a message that a big provider documents to refuse can reach at most, in tenths.
pub const REFUSED_CAP: i32 = 49;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Deducted,
    Notice,
    Good,
    NotApplicable,
    NotDetermined,
}

/// A finding with what it costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    #[serde(flatten)]
    pub finding: Finding,
    pub status: Status,
    /// Tenths, zero or below.
    #[serde(rename = "cost")]
    pub points: i32,
    /// A deduction that was made smaller, or nothing, by its group's cap or the floor at 0.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub capped: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ledger {
    /// Tenths, 0 to 100.
    pub score: i32,
    /// The code that holds the score down to 4.9.
    pub capped_by: Option<String>,
    pub rows: Vec<Row>,
}

impl Ledger {
    /// The score, in tenths, with every finding of this code cured, and those that follow from it, and with what costs in
    /// its place.
    pub fn without(&self, code: &str) -> i32 {
        let findings = || self.rows.iter().map(|row| &row.finding);
        let stays = |finding: &&Finding| finding.code != code && finding.cured_by.iter().all(|cause| cause != code);
        let mut rest: Vec<Finding> = findings().filter(stays).cloned().collect();
        if let Some(cured) = findings().find(|finding| finding.code == code) {
            let next =
                |next: &Uncovered| Finding { code: next.code.clone(), points: next.points, ..Finding::default() };
            rest.extend(cured.uncovers.iter().map(next));
        }
        score(Findings(rest)).score
    }
}

/// Adds up. Rows keep the order of the findings.
pub fn score(findings: Findings) -> Ledger {
    let mut left = MAX;
    let mut group_left: BTreeMap<Group, i32> = BTreeMap::new();
    let mut capped_by: Option<String> = None;
    let mut rows: Vec<Row> = findings.0.into_iter().map(unpriced).collect();

    // The dearest first, so that a cap empties the small rows and leaves the large ones.
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_key(|&i| rows.get(i).map_or(0, |row| row.points));
    for i in order {
        let Some(row) = rows.get_mut(i) else { continue };
        if row.points == 0 {
            continue;
        }
        let asked = -row.points;
        let mut granted = asked.min(left);
        let group = rule(&row.finding.code).and_then(|rule| rule.group);
        if let Some(group) = group {
            let rest = group_left.entry(group).or_insert_with(|| group.cap());
            granted = granted.min(*rest);
            *rest -= granted;
        }
        left -= granted;
        row.points = -granted;
        row.capped = granted < asked;
        if granted == 0 {
            row.status = Status::Notice;
        }
    }
    for row in &rows {
        if left > REFUSED_CAP && capped_by.is_none() && rule(&row.finding.code).is_some_and(|rule| rule.refused) {
            capped_by = Some(row.finding.code.clone());
        }
    }
    let score = if capped_by.is_some() { REFUSED_CAP } else { left };
    Ledger { score, capped_by, rows }
}

/// What the registry asks for this finding, before caps.
fn unpriced(finding: Finding) -> Row {
    let (status, points) = match rule(&finding.code).map(|rule| rule.verdict) {
        Some(Verdict::Deduct(points)) => (Status::Deducted, points),
        Some(Verdict::DeductUpTo(most)) => (Status::Deducted, finding.points.unwrap_or(0).clamp(0, most)),
        Some(Verdict::Notice) | None => (Status::Notice, 0),
        Some(Verdict::Good) => (Status::Good, 0),
        Some(Verdict::NotApplicable) => (Status::NotApplicable, 0),
        Some(Verdict::NotDetermined) => (Status::NotDetermined, 0),
    };
    let status = if status == Status::Deducted && points == 0 { Status::Notice } else { status };
    Row { finding, status, points: -points, capped: false }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::check::FAMILIES;

    fn finding(code: &str, points: Option<i32>) -> Finding {
        let empty = Findings::default().add(rule(code).unwrap()).clone();
        Finding { points, ..empty }
    }

    fn ledger(codes: &[&str]) -> Ledger {
        score(Findings(codes.iter().map(|code| finding(code, None)).collect()))
    }

    fn all_codes() -> Vec<&'static str> {
        FAMILIES.iter().flat_map(|family| family.rules).map(|rule| rule.code).collect()
    }

    /// The codes of rules like this one.
    fn codes_where(wanted: impl Fn(&crate::check::Rule) -> bool) -> Vec<&'static str> {
        all_codes().into_iter().filter(|code| rule(code).is_some_and(&wanted)).collect()
    }

    #[test]
    fn nothing_against_a_message_is_ten_points() {
        let ledger = ledger(&["spf.result.pass", "spf.result.temperror", "dmarc.no_author"]);
        assert_eq!((ledger.score, ledger.capped_by), (MAX, None));
        let statuses: Vec<Status> = ledger.rows.iter().map(|row| row.status).collect();
        assert_eq!(statuses, [Status::Good, Status::NotDetermined, Status::NotApplicable]);
    }

    #[test]
    fn a_deduction_is_taken_off_once_a_finding() {
        let ledger = ledger(&["spf.result.softfail", "dmarc.none"]);
        assert_eq!(ledger.score, 75);
        assert_eq!(ledger.rows.iter().map(|row| row.points).collect::<Vec<_>>(), [-15, -10]);
    }

    #[test]
    fn a_group_never_costs_more_than_its_cap_and_the_dearest_is_paid_first() {
        for group in [Group::IpLists, Group::NameLists, Group::BrokenLinks, Group::SpamAssassin] {
            let codes = codes_where(|rule| rule.group == Some(group));
            assert!(!codes.is_empty(), "{group:?} has no rule");
            let ledger = score(Findings(codes.iter().cycle().take(40).map(|code| finding(code, Some(50))).collect()));
            assert_eq!(MAX - ledger.score, group.cap(), "{group:?}");
            let paid = ledger.rows.iter().map(|row| row.points).min().unwrap();
            assert!(paid == -group.cap() || ledger.rows.iter().any(|row| row.capped), "{group:?}");
            assert!(ledger.rows.iter().filter(|row| row.points == 0).all(|row| row.status == Status::Notice));
        }
    }

    #[test]
    fn the_score_never_falls_below_zero_and_the_rows_stop_there_too() {
        let codes = codes_where(|rule| matches!(rule.verdict, Verdict::Deduct(_)) && rule.group.is_none());
        let ledger = ledger(&codes);
        assert_eq!(ledger.score, 0);
        assert_eq!(ledger.rows.iter().map(|row| row.points).sum::<i32>(), -MAX);
        assert_eq!(ledger.capped_by, None, "a cap that holds nothing down is not named");
    }

    #[test]
    fn what_a_big_provider_refuses_reaches_four_point_nine_and_is_named() {
        let refused = ledger(&["header.from.missing"]);
        assert_eq!((refused.score, refused.capped_by.as_deref()), (REFUSED_CAP, Some("header.from.missing")));
        assert_eq!(refused.rows[0].points, -20);
        assert_eq!(refused.without("header.from.missing"), MAX);
        // Below the cap the rows alone decide.
        let worse = ledger(&["auth.none_passes", "spf.result.fail", "dkim.none", "dmarc.result.fail_reject"]);
        assert_eq!((worse.score, worse.capped_by.as_deref()), (40, None));
    }

    #[test]
    fn a_cure_is_worth_what_remains_after_what_it_brings_up() {
        let mut none = finding("dmarc.none", None);
        none.uncovers = vec![Uncovered { code: "dmarc.result.fail".to_owned(), points: Some(10) }];
        let soft = finding("spf.result.softfail", None);
        let ledger = score(Findings(vec![soft, none.clone()]));
        assert_eq!((ledger.score, ledger.without("dmarc.none"), ledger.without("spf.result.softfail")), (75, 75, 90));
        none.uncovers = vec![Uncovered { code: "dmarc.policy.none".to_owned(), points: Some(2) }];
        assert_eq!(score(Findings(vec![none])).without("dmarc.none"), 98);
    }

    #[test]
    fn an_unknown_code_is_shown_and_costs_nothing() {
        let unknown = Finding { code: "spf.of_another_release".to_owned(), ..finding("spf.result.fail", Some(99)) };
        let ledger = score(Findings(vec![unknown]));
        assert_eq!((ledger.score, ledger.rows[0].status), (MAX, Status::Notice));
    }

    proptest! {
        #[test]
        fn rows_add_up_whatever_was_found(
            found in prop::collection::vec((prop::sample::select(all_codes()), prop::option::of(-20..200i32)), 0..60),
        ) {
            let findings: Vec<Finding> = found.iter().map(|(code, points)| finding(code, *points)).collect();
            let ledger = score(Findings(findings.clone()));
            prop_assert!((0..=MAX).contains(&ledger.score));
            prop_assert_eq!(ledger.rows.iter().map(|row| &row.finding).collect::<Vec<_>>(), findings.iter().collect::<Vec<_>>());
            let sum = MAX + ledger.rows.iter().map(|row| row.points).sum::<i32>();
            match &ledger.capped_by {
                Some(code) => {
                    prop_assert!(rule(code).is_some_and(|rule| rule.refused) && sum > REFUSED_CAP);
                    prop_assert_eq!(ledger.score, REFUSED_CAP);
                }
                None => prop_assert_eq!(ledger.score, sum),
            }
            for row in &ledger.rows {
                prop_assert!(row.points <= 0);
                prop_assert_eq!(row.points < 0, row.status == Status::Deducted);
            }
            // A cure never lowers the score.
            for (code, _) in &found {
                prop_assert!(ledger.without(code) >= ledger.score);
            }
        }
    }
}
