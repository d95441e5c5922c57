//! The ledger: findings to points. The only place that knows arithmetic.
//!
//! 10.0 less every deduction, in tenths. A group's cap and the floor at 0 empty the rows that exceed them, so that the
//! rows shown always add up to the score (FIELD: "The score").

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::check::{Finding, Findings, Group, Verdict, rule};

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
    /// The score, in tenths, with every finding of this code cured, and those that follow from it.
    pub fn without(&self, code: &str) -> i32 {
        let stays = |finding: &&Finding| finding.code != code && finding.cured_by.iter().all(|cause| cause != code);
        let rest = self.rows.iter().map(|row| &row.finding).filter(stays).cloned();
        score(Findings(rest.collect())).score
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
