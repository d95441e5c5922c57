//! Whatever a report proposes helps: every record that it tells its reader to publish can be read, keeps what stood in the one
//! before, and never lowers the score.

use std::collections::BTreeSet;

use vaglio::auth::dmarc::record as dmarc;
use vaglio::auth::spf::record as spf;
use vaglio::check::{Arg, Cure, Finding};
use vaglio::dns::{Zone, pasted};
use vaglio::lang::Lang;
use vaglio::report::Report;
use vaglio::report::text::cure_line;
use vaglio::report::view::View;

use super::outages::worse;
use super::{Case, domains};

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

#[tokio::test(flavor = "multi_thread")]
async fn every_proposed_record_can_be_read_and_keeps_what_its_owner_wrote() {
    let mut findings: Vec<(String, Finding)> = Vec::new();
    for case in Case::all() {
        let (report, _) = case.examine().await;
        findings.extend(report.ledger.rows.into_iter().map(|row| (case.name.clone(), row.finding)));
    }
    for (name, report) in domains::all().await {
        findings.extend(report.ledger.rows.into_iter().map(|row| (name.clone(), row.finding)));
    }
    let mut tried = [0, 0];
    let mut wrong = Vec::new();
    for (case, finding) in &findings {
        for cure in &finding.cures {
            let Cure::Record { name, rtype, value, replaces } = cure else { continue };
            let lost = match (rtype.as_str(), finding.code.split('.').next()) {
                ("TXT", Some("spf")) => {
                    tried[0] += 1;
                    lost_of_spf(value, replaces.as_deref(), finding)
                }
                // The consent to reports of another domain is no policy (RFC 9990 §4).
                ("TXT", Some("dmarc")) if !name.contains("._report.") => {
                    tried[1] += 1;
                    lost_of_dmarc(case, value, replaces.as_deref(), finding)
                }
                _ => continue,
            };
            wrong.extend(lost.into_iter().map(|what| format!("{case}: {}: {value}: {what}", finding.code)));
        }
    }
    assert!(wrong.is_empty(), "{} proposals lose something:\n{}", wrong.len(), wrong.join("\n"));
    assert!(tried[0] > 25 && tried[1] > 10, "only {tried:?} proposals were tried");
}

/// What a proposed SPF record no longer says, though its finding does not name it.
fn lost_of_spf(value: &str, replaces: Option<&str>, finding: &Finding) -> Vec<String> {
    let new = spf::parse(value.as_bytes());
    let mut lost: Vec<String> =
        new.error().map(|(term, _)| format!("{} cannot be read", term.text)).into_iter().collect();
    let ends = new.terms.iter().any(spf::Term::is_all) || new.redirect().is_some();
    let names = |term: &spf::Term| !term.is_all() && !value_is_refused(term);
    lost.extend((!new.terms.iter().any(names)).then(|| "names nobody".to_owned()));
    let Some(old) = replaces else { return lost };
    let named = match finding.args.get("term") {
        Some(Arg::Text(term)) => term.clone(),
        _ => String::new(),
    };
    let old = spf::parse(old.as_bytes());
    for term in &old.terms {
        let text = term.text.to_ascii_lowercase();
        let kept = |text: &str| new.terms.iter().any(|known| known.text.eq_ignore_ascii_case(text));
        let included = text.replace("redirect=", "include:");
        // The addresses of today stand for them.
        let flattened = finding.code.starts_with("spf.lookups.") && matches!(text.as_str(), "a" | "mx");
        if term.is_all() && ends || kept(&text) || kept(&included) || flattened {
            continue;
        }
        if term.kind.is_ok() && text == named.to_ascii_lowercase() {
            continue;
        }
        // Of a broken term every name and address must be there.
        let parts = text.split([':', '=', ',', ';', '"']).filter(|part| part.contains('.') || part.contains("::"));
        let joined = value.to_ascii_lowercase().replace(' ', "");
        let gone: Vec<&str> = parts.filter(|part| !joined.contains(*part)).collect();
        lost.extend((term.kind.is_ok() || !gone.is_empty()).then(|| format!("{text} is gone")));
    }
    lost.extend((old.terms.iter().any(spf::Term::is_all) && !ends).then(|| "its end is gone".to_owned()));
    lost
}

fn value_is_refused(term: &spf::Term) -> bool {
    !matches!(term.directive(), Some((spf::Qualifier::Pass, _))) && !matches!(term.kind, Ok(spf::TermKind::Redirect(_)))
}

/// What a proposed DMARC record no longer says, though its finding does not name it.
fn lost_of_dmarc(case: &str, value: &str, replaces: Option<&str>, finding: &Finding) -> Vec<String> {
    let new = dmarc::Record::parse(value.as_bytes());
    let mut lost = Vec::new();
    lost.extend((!dmarc::is_record(value.as_bytes())).then(|| "is no record".to_owned()));
    lost.extend((new.standing != dmarc::Standing::Valid).then(|| "has no policy".to_owned()));
    let Some(text) = replaces else { return lost };
    let old = dmarc::Record::parse(text.as_bytes());
    // A record that did not count, and mail that would fail it.
    let careful = case.ends_with("-unaligned");
    lost.extend((new.p < old.p && !careful).then(|| "weakens the policy".to_owned()));
    let addresses = text.split([',', ';', ' ', '=', ':']).filter(|part| part.contains('@'));
    lost.extend(addresses.filter(|address| !value.contains(*address)).map(|address| format!("{address} is gone")));
    let removed = ["dmarc.tags.removed", "dmarc.testing", "dmarc.subdomains.weaker"].contains(&finding.code.as_str());
    let unread = old.problems.iter().map(|problem| problem.tag.as_str()).collect::<BTreeSet<_>>();
    for tag in old.tags.iter().filter(|tag| !removed && !unread.contains(tag.name.as_str()) && !new.has(&tag.name)) {
        lost.push(format!("{} is gone", tag.name));
    }
    lost
}
