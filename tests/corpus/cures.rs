//! Whatever a report proposes helps: no record that it tells its reader to publish ever lowers the score.

use std::collections::BTreeSet;

use vaglio::check::Cure;
use vaglio::dns::{Zone, pasted};
use vaglio::lang::Lang;
use vaglio::report::Report;
use vaglio::report::text::cure_line;
use vaglio::report::view::View;

use super::Case;
use super::outages::worse;

/// The proposed records that can be rehearsed: those without a gap that only the reader can fill.
fn proposed(report: &Report) -> BTreeSet<String> {
    report.ledger.rows.iter().flat_map(|row| records(&row.finding.cures)).collect()
}

fn records(cures: &[Cure]) -> Vec<String> {
    let lines = cures.iter().filter(|cure| matches!(cure, Cure::Record { .. })).map(cure_line);
    lines.filter(|line| !line.contains("PUBLIC-KEY") && pasted(line).is_ok()).collect()
}

/// Name and type of a zone line.
fn place(line: &str) -> Vec<&str> {
    line.split_whitespace().take(3).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_proposed_record_lowers_the_score() {
    let tasks: Vec<_> = Case::all().into_iter().map(|case| tokio::spawn(try_all(case))).collect();
    let (mut wrong, mut tried) = (Vec::new(), 0);
    for task in tasks {
        let (of_case, proposals) = task.await.unwrap();
        wrong.extend(of_case);
        tried += proposals;
    }
    assert!(wrong.is_empty(), "{} proposals lower a score:\n{}", wrong.len(), wrong.join("\n"));
    assert!(tried > 25, "only {tried} proposals were tried");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cure_s_figure_is_the_score_that_its_record_brings() {
    let tasks: Vec<_> = Case::all().into_iter().map(|case| tokio::spawn(promised(case))).collect();
    let (mut wrong, mut tried) = (Vec::new(), 0);
    for task in tasks {
        let (of_case, figures) = task.await.unwrap();
        wrong.extend(of_case);
        tried += figures;
    }
    assert!(wrong.is_empty(), "{} figures are not kept:\n{}", wrong.len(), wrong.join("\n"));
    assert!(tried > 25, "only {tried} figures have a record");
}

/// Rehearses the records of each of a case's best cures; those that bring another score than is shown, and how many there were.
async fn promised(case: Case) -> (Vec<String>, usize) {
    let (mut wrong, mut tried) = (Vec::new(), 0);
    let (report, evidence) = Box::pin(case.examine()).await;
    let examiner = case.examiner(case.upstream());
    for best in View::new(&report, Lang::En).best_cures {
        let rows = report.ledger.rows.iter().filter(|row| row.finding.code == best.code);
        let lines: Vec<String> = rows.flat_map(|row| records(&row.finding.cures)).collect();
        if lines.is_empty() {
            continue;
        }
        tried += 1;
        let zone = pasted(&lines.join("\n")).unwrap();
        let after = Box::pin(examiner.rehearse(case.delivery(), case.choices(), &evidence, zone)).await;
        let brings = f64::from(after.ledger.score) / 10.0;
        if brings != best.score {
            let what = worse(&after, &report).unwrap_or_default();
            wrong.push(format!("{}: {} shows {}, brings {brings}: {lines:?} {what}", case.name, best.code, best.score));
        }
    }
    (wrong, tried)
}

/// Rehearses every proposal of a case; what lowered its score, and how many there were.
async fn try_all(case: Case) -> (Vec<String>, usize) {
    let mut wrong = Vec::new();
    let (report, evidence) = Box::pin(case.examine()).await;
    let examiner = case.examiner(case.upstream());
    let rehearse = |zone: Zone| Box::pin(examiner.rehearse(case.delivery(), case.choices(), &evidence, zone));
    let before = rehearse(Zone::default()).await;
    assert_eq!(before.ledger.score, report.ledger.score, "{}: rehearsed with nothing new", case.name);
    let lines = proposed(&report);
    for line in &lines {
        let after = rehearse(pasted(line).unwrap()).await;
        wrong.extend(worse(&before, &after).map(|what| format!("{}: {line}: {what}", case.name)));
        // Nor may the next report's proposals, now that this one is published.
        for next in proposed(&after).iter().filter(|next| !lines.contains(*next)) {
            // A second record for the same place takes the first one's.
            let both = if place(line) == place(next) { next.clone() } else { format!("{line}\n{next}") };
            let later = rehearse(pasted(&both).unwrap()).await;
            wrong.extend(worse(&before, &later).map(|what| format!("{}: {line}, then {next}: {what}", case.name)));
        }
    }
    (wrong, lines.len())
}
