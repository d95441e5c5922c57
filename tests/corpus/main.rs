//! The golden corpus: messages with the world they were sent in, and the report each must get.
//!
//! A case is `cases/<family>/<name>.toml` (see `case.rs` for what it may say) and the message beside it. `world.zone` is the
//! DNS that all cases share. The report stands in `snapshots/`, so that a change of score or wording is one visible diff:
//! look at it, then accept it with `INSTA_UPDATE=always cargo test --test corpus`. Messages are signed by `sign.py`.
//! Domains without a message are in `domains/`.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

mod case;
mod cures;
mod domains;
mod good;
mod language;
mod outages;
mod properties;
mod registry;
mod shown;
#[cfg(target_os = "linux")]
mod size;

use case::Case;
use vaglio::check;
use vaglio::lang::Lang;
use vaglio::report::view::View;
use vaglio::report::{Report, markdown, text};
use vaglio::score::Status;

#[tokio::test(flavor = "multi_thread")]
async fn every_case_gets_its_report() {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_snapshot_path("snapshots");
    let mut wrong = Vec::new();
    for case in Case::all() {
        let (report, _) = case.examine().await;
        let shown = shown::shown(&View::new(&report, Lang::En));
        let _bound = settings.bind_to_scope();
        let name = case.name.replace('/', "-");
        // All that changed are named at once, not only the first.
        let compare = || insta::assert_json_snapshot!(name.as_str(), shown);
        if std::panic::catch_unwind(compare).is_err() {
            wrong.push(case.name.clone());
        }
    }
    assert!(wrong.is_empty(), "these reports changed: {wrong:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_report_is_whole_in_both_languages() {
    for case in Case::all() {
        let (report, _) = case.examine().await;
        for lang in [Lang::En, Lang::It] {
            let view = View::new(&report, lang);
            let json = serde_json::to_string(&view).unwrap();
            let (text, markdown) = (text::render(&view, lang), markdown::render(&view, lang));
            let known = [&*String::from_utf8_lossy(&case.raw), &serde_json::to_string(&report).unwrap()].concat();
            for (form, output) in [("json", &json), ("text", &text), ("markdown", &markdown)] {
                for hole in ["‹", "{ $", "{$", "\u{2068}"] {
                    assert!(!output.contains(hole) || known.contains(hole), "{}: {hole} in {form}", case.name);
                }
                assert!(output.len() > 500, "{}: hardly any {form}", case.name);
            }
            for row in &report.ledger.rows {
                let finding = vaglio::report::view::FindingView::new(row, lang);
                assert_ne!(finding.title, finding.code, "{}: no title", case.name);
                let costly = row.status == Status::Deducted;
                assert!(!costly || finding.why.is_some(), "{}: {} costs without a why", case.name, finding.code);
                assert!(!costly || finding.fix.is_some(), "{}: {} costs without a fix", case.name, finding.code);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rows_add_up_to_the_score() {
    for case in Case::all() {
        let (report, _) = case.examine().await;
        let sum: i32 = report.ledger.rows.iter().map(|row| row.points).sum();
        match &report.ledger.capped_by {
            None => assert_eq!(report.ledger.score, 100 + sum, "{}", case.name),
            Some(code) => {
                assert!(check::rule(code).unwrap().refused, "{}", case.name);
                assert!(report.ledger.score == 49 && 100 + sum > 49, "{}", case.name);
            }
        }
        let view = View::new(&report, Lang::En);
        let shown: f64 = view.sections.iter().flat_map(|s| &s.findings).map(|finding| finding.points).sum();
        assert_eq!((shown * 10.0).round() as i32, sum, "{}", case.name);
        let rows: usize = view.sections.iter().map(|section| section.findings.len()).sum();
        assert_eq!(rows, report.ledger.rows.len(), "{}: a finding is in no section", case.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn recorded_evidence_gives_the_same_report_again() {
    for case in Case::all() {
        let (report, evidence) = case.examine().await;
        let stored: vaglio::analyse::Evidence =
            serde_json::from_str(&serde_json::to_string(&evidence).unwrap()).unwrap();
        let again = case.examiner(case.upstream()).replay(case.delivery(), case.choices(), &stored).await;
        assert_eq!(first_difference(&json(&report), &json(&again)), None, "{}", case.name);
    }
}

/// The stored form, with the time that each question took left out.
fn json(report: &Report) -> String {
    let mut report = report.clone();
    report.dns.iter_mut().for_each(|lookup| lookup.ms = 0);
    serde_json::to_string_pretty(&report).unwrap()
}

fn first_difference(one: &str, other: &str) -> Option<(String, String)> {
    let (mut one, mut other) = (one.lines(), other.lines());
    loop {
        match (one.next(), other.next()) {
            (None, None) => return None,
            (a, b) if a == b => {}
            (a, b) => return Some((a.unwrap_or_default().to_owned(), b.unwrap_or_default().to_owned())),
        }
    }
}
