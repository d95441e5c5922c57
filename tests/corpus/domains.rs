//! Domains looked at without a message: what `vaglio domain` must say of each.
//!
//! A case is `domains/<name>.toml` with the domain, the selectors that its reader names, and what differs from
//! `world.zone`; its report stands in `snapshots/domain-<name>.snap`.

use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::json;
use vaglio::analyse::Examiner;
use vaglio::check::Cure;
use vaglio::domain::{self, DomainReport, DomainView};
use vaglio::lang::Lang;
use vaglio::report::text::cure_line;

use super::{case, shown};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    domain: String,
    #[serde(default)]
    selectors: Vec<String>,
    /// These three as in `case.rs`.
    #[serde(default)]
    zone: String,
    #[serde(default)]
    without: Vec<String>,
    #[serde(default)]
    servfail: Vec<String>,
}

/// Every case: its name and its report.
pub async fn all() -> Vec<(String, DomainReport)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/domains");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let mut reports = Vec::new();
    for path in files {
        let spec: Spec = toml::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let zone = case::zone(&spec.zone, &spec.without, &spec.servfail);
        let now = "2026-11-22T10:00:00Z".parse().unwrap();
        let report = domain::examine(&Examiner::new(Arc::new(zone)), &spec.domain, &spec.selectors, now).await;
        reports.push((path.file_stem().unwrap().to_string_lossy().into_owned(), report));
    }
    reports
}

#[tokio::test(flavor = "multi_thread")]
async fn every_domain_gets_its_report() {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_snapshot_path("snapshots");
    let _bound = settings.bind_to_scope();
    for (name, report) in all().await {
        let [english, italian] = [Lang::En, Lang::It].map(|lang| DomainView::new(&report, lang));
        for view in [&english, &italian] {
            let json = serde_json::to_string(view).unwrap();
            assert!(["‹", "{ $", "{$"].iter().all(|hole| !json.contains(hole)), "{name}: {json}");
        }
        let sections = english.sections.iter().map(|section| {
            let findings = section.findings.iter().map(shown::finding).collect::<Vec<_>>();
            (section.id.id().to_owned(), findings.into())
        });
        let sections: serde_json::Map<String, serde_json::Value> = sections.collect();
        insta::assert_json_snapshot!(
            format!("domain-{name}"),
            json!({ "domain": english.domain, "sections": sections })
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_domain_is_told_to_allow_a_server_that_nobody_has_seen() {
    for (name, report) in all().await {
        let cures = report.ledger.rows.iter().flat_map(|row| &row.finding.cures);
        for line in cures.filter(|cure| matches!(cure, Cure::Record { .. })).map(cure_line) {
            assert!(!line.contains("192.0.2.1 ") && !line.contains("192.0.2.1\""), "{name}: {line}");
        }
    }
}
