//! `vaglio explain CODE`: what a code means, what it costs, what it stands on, and its cure.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::ExitCode;

use super::{print, refuse};
use crate::check::{Basis, FAMILIES, Rule, Verdict};
use crate::lang::{Lang, message_id};

/// Explains one code; without one, lists all.
pub fn run(code: Option<&str>, lang: Lang) -> ExitCode {
    match code {
        None => print(&list(lang)),
        Some(code) => match crate::check::rule(code) {
            Some(rule) => print(&explain(rule, lang)),
            None => {
                let near = nearest(code);
                let hint = if near.is_empty() { String::new() } else { format!("; near it: {}", near.join(", ")) };
                return refuse(format!("there is no code {code:?}{hint} (`vaglio explain` lists all)"));
            }
        },
    }
    ExitCode::SUCCESS
}

fn list(lang: Lang) -> String {
    let mut out = String::new();
    for rule in FAMILIES.iter().flat_map(|family| family.rules) {
        let title = lang.find(&message_id(rule.code), &BTreeMap::new()).unwrap_or_default();
        let _ = writeln!(out, "{:<36} {:>5}  {title}", rule.code, points(rule, lang));
    }
    out
}

/// The whole entry; arguments that a message would fill in stand as `‹name›`.
pub fn explain(rule: &Rule, lang: Lang) -> String {
    let text = |attribute: &str| lang.find(&format!("{}{attribute}", message_id(rule.code)), &BTreeMap::new());
    let mut out = format!("{}\n{}\n", rule.code, text("").unwrap_or_default());
    let section = lang.text(&format!("section-{}", rule.section.id()));
    let _ = writeln!(out, "{section} · {} · {}", points(rule, lang), basis(rule));
    for paragraph in [text(".why"), text(".fix")].into_iter().flatten() {
        let _ = writeln!(out, "\n{paragraph}");
    }
    if rule.refused {
        let _ = writeln!(out, "\n{}", lang.text("report-refused"));
    }
    out
}

fn points(rule: &Rule, lang: Lang) -> String {
    match rule.verdict {
        Verdict::Deduct(points) => lang.tenths(-points),
        Verdict::DeductUpTo(most) => format!("≤{}", lang.tenths(-most)),
        Verdict::Notice | Verdict::Good | Verdict::NotApplicable | Verdict::NotDetermined => "0".to_owned(),
    }
}

fn basis(rule: &Rule) -> String {
    match rule.basis {
        Basis::Must(section) => format!("{section} (MUST)"),
        Basis::Should(section) => format!("{section} (SHOULD)"),
        Basis::Provider(name, url) => format!("{name}: {url}"),
        Basis::Practice(place) => place.to_owned(),
    }
}

/// Codes that share a word with what was asked, at most five.
fn nearest(asked: &str) -> Vec<&'static str> {
    let words: Vec<&str> = asked.split(['.', '_', '-']).filter(|word| word.len() > 2).collect();
    let mut near: Vec<(usize, &str)> = FAMILIES
        .iter()
        .flat_map(|family| family.rules)
        .map(|rule| (words.iter().filter(|word| rule.code.contains(*word)).count(), rule.code))
        .filter(|(shared, _)| *shared > 0)
        .collect();
    near.sort_by_key(|(shared, _)| std::cmp::Reverse(*shared));
    near.into_iter().take(5).map(|(_, code)| code).collect()
}
