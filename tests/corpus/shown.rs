//! What of a report stands in a snapshot: all that its reader sees of the verdict, without what only explains it.

use serde_json::{Map, Value, json};
use vaglio::check::Cure;
use vaglio::report::view::{FindingView, SectionView, View};
use vaglio::score::Status;

pub fn shown(view: &View) -> Value {
    let sections: Map<String, Value> =
        view.sections.iter().map(|of| (of.id.id().to_owned(), section(of))).filter(|(_, of)| !empty(of)).collect();
    json!({
        "score": view.score,
        "capped_by": view.capped_by,
        "verdict": view.verdict,
        "determined": format!("{} of {}", view.determined, view.determined + view.not_determined),
        "purpose": view.purpose,
        "auth": auth(view),
        "best_cures": view.best_cures.iter().map(|cure| format!("{}: {}", cure.code, cure.score)).collect::<Vec<_>>(),
        "sections": sections,
    })
}

fn empty(section: &Value) -> bool {
    section.as_object().is_none_or(Map::is_empty)
}

/// One line a method, in the words of RFC 8601.
fn auth(view: &View) -> Vec<String> {
    let spf = |spf: &Option<vaglio::auth::Spf>| match spf {
        Some(spf) => format!("{} {}", word(&spf.result), spf.domain),
        None => "?".to_owned(),
    };
    let mut lines = vec![format!("spf={}", spf(&view.auth.spf)), format!("spf-helo={}", spf(&view.auth.spf_helo))];
    for signature in &view.auth.dkim {
        let fields = serde_json::to_value(&signature.signature).unwrap();
        let reason = signature.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
        let text = |name: &str| fields[name].as_str().unwrap_or_default().to_owned();
        lines.push(format!("dkim={}{reason} {} {}", text("result"), text("domain"), text("selector")));
    }
    lines.push(format!("dmarc={}", word(&view.auth.dmarc.result)));
    if view.auth.arc.instances > 0 {
        lines.push(format!("arc={}", word(&view.auth.arc.result)));
    }
    lines.push(format!("iprev={}", view.auth.iprev.as_ref().map_or("?".to_owned(), |iprev| word(&iprev.result))));
    lines
}

fn word(result: &impl serde::Serialize) -> String {
    serde_json::to_value(result).unwrap().as_str().unwrap_or_default().to_owned()
}

fn section(section: &SectionView) -> Value {
    let mut shown = Map::new();
    let of = |status: Status| section.findings.iter().filter(move |finding| finding.status == status);
    for (name, status) in [
        ("deducted", Status::Deducted),
        ("not_determined", Status::NotDetermined),
        ("notice", Status::Notice),
        ("good", Status::Good),
    ] {
        let findings: Vec<Value> = of(status).map(finding).collect();
        if !findings.is_empty() {
            shown.insert(name.to_owned(), findings.into());
        }
    }
    shown.into()
}

pub fn finding(finding: &FindingView) -> Value {
    let title = format!("{}: {}", finding.code, finding.title);
    if finding.status == Status::Good {
        return title.into();
    }
    let mut shown = Map::new();
    shown.insert("finding".to_owned(), title.into());
    if finding.points != 0.0 {
        shown.insert("points".to_owned(), finding.points.into());
    }
    let texts = [("why", &finding.why), ("fix", &finding.fix), ("note", &finding.note)];
    for (name, text) in texts {
        if let Some(text) = text {
            shown.insert(name.to_owned(), text.as_str().into());
        }
    }
    if !finding.cures.is_empty() {
        shown.insert("cures".to_owned(), finding.cures.iter().map(cure).collect());
    }
    shown.into()
}

fn cure(cure: &Cure) -> String {
    match cure {
        Cure::Record { name, rtype, value, replaces: None } => format!("{name} {rtype} {value}"),
        Cure::Record { name, rtype, value, replaces: Some(old) } => format!("{name} {rtype} {value} (for {old})"),
        Cure::Line { text } => text.clone(),
    }
}
