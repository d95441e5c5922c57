//! Why a DKIM signature no longer fits: the change whose undoing makes it verify (found by [`crate::auth::dkim`]).
//!
//! Each finding explains one that [`super::dkim`] has priced, so nothing here costs points.

use super::Basis::{Practice, Should};
use super::Verdict::Notice;
use super::{Evidence, Findings, Rule, Section};
use crate::auth::Change;
use crate::facts::Facts;

const S: Section = Section::Authentication;

const FOOTER: Rule = Rule::new("dkim.autopsy.footer", S, Notice, Practice("RFC 6377 §3.3"));
const BANNER: Rule = Rule::new("dkim.autopsy.banner", S, Notice, Practice("RFC 6377 §3.3"));
const LINE_ENDS: Rule = Rule::new("dkim.autopsy.line_ends", S, Notice, Should("RFC 6376 §5.3"));
const TRAILING: Rule = Rule::new("dkim.autopsy.trailing_space", S, Notice, Practice("RFC 6376 §3.4.4"));
const BLANK: Rule = Rule::new("dkim.autopsy.blank_line", S, Notice, Practice("RFC 6376 §3.4.4"));
const DOTS: Rule = Rule::new("dkim.autopsy.dots", S, Notice, Practice("RFC 5321 §4.5.2"));
const FROM_ESCAPED: Rule = Rule::new("dkim.autopsy.from_escaped", S, Notice, Practice("RFC 4155"));
const REWRAPPED: Rule = Rule::new("dkim.autopsy.rewrapped", S, Notice, Practice("RFC 5321 §4.5.3.1.6"));
const REENCODED: Rule = Rule::new("dkim.autopsy.reencoded", S, Notice, Should("RFC 6376 §5.3"));
const SUBJECT_TAG: Rule = Rule::new("dkim.autopsy.subject_tag", S, Notice, Practice("RFC 6377 §3.3"));
const REWRITTEN: Rule = Rule::new("dkim.autopsy.field_rewritten", S, Notice, Practice("RFC 6376 §5.4"));
const ADDED: Rule = Rule::new("dkim.autopsy.field_added", S, Notice, Practice("RFC 6376 §5.4"));

pub const RULES: &[Rule] = &[
    FOOTER,
    BANNER,
    LINE_ENDS,
    TRAILING,
    BLANK,
    DOTS,
    FROM_ESCAPED,
    REWRAPPED,
    REENCODED,
    SUBJECT_TAG,
    REWRITTEN,
    ADDED,
];

pub fn check(facts: &Facts, findings: &mut Findings) {
    let mut told: Vec<&Change> = Vec::new();
    for dkim in &facts.auth.dkim {
        for change in &dkim.autopsy {
            // Several signatures mostly broke by one change, and what encodes a text anew says so in its field.
            if told.contains(&change) || is_label(change) && dkim.autopsy.iter().any(reencodes) {
                continue;
            }
            told.push(change);
            tell(change, &dkim.domain, findings);
        }
    }
}

fn reencodes(change: &Change) -> bool {
    matches!(change, Change::Reencoded { .. })
}

fn is_label(change: &Change) -> bool {
    matches!(change, Change::FieldRewritten { name, .. } if name.eq_ignore_ascii_case("Content-Transfer-Encoding"))
}

fn tell(change: &Change, domain: &str, findings: &mut Findings) {
    let rule = match change {
        Change::FooterAppended { .. } => &FOOTER,
        Change::BannerPrepended { .. } => &BANNER,
        Change::LineEnds => &LINE_ENDS,
        Change::TrailingSpace => &TRAILING,
        Change::BlankLine => &BLANK,
        Change::DotStuffing => &DOTS,
        Change::FromEscaped => &FROM_ESCAPED,
        Change::Rewrapped => &REWRAPPED,
        Change::Reencoded { .. } => &REENCODED,
        Change::SubjectTag { .. } => &SUBJECT_TAG,
        Change::FieldRewritten { .. } => &REWRITTEN,
        Change::FieldAdded { .. } => &ADDED,
    };
    let finding = findings.add(rule).arg("domain", domain);
    match change {
        Change::FooterAppended { lines, text } | Change::BannerPrepended { lines, text } => {
            finding.arg("lines", *lines).evidence(Evidence::Text { text: text.clone() });
        }
        Change::SubjectTag { tag } => {
            finding.arg("tag", tag).evidence(Evidence::Text { text: tag.clone() });
        }
        Change::FieldRewritten { name, now, was } => {
            let text = |value: &str| Evidence::Header { name: name.clone(), text: value.to_owned(), mark: None };
            finding.arg("field", name).evidence(text(was)).evidence(text(now));
        }
        Change::FieldAdded { name, value } => {
            let text = Evidence::Header { name: name.clone(), text: value.clone(), mark: None };
            finding.arg("field", name).evidence(text);
        }
        Change::LineEnds
        | Change::TrailingSpace
        | Change::BlankLine
        | Change::DotStuffing
        | Change::FromEscaped
        | Change::Rewrapped
        | Change::Reencoded { .. } => {}
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::auth::Dkim;
    use crate::check::lab;
    use crate::check::lab::{codes, facts, found};

    #[test]
    fn every_change_has_its_finding_and_each_is_told_once() {
        let (name, value) = ("Subject".to_owned(), "x".to_owned());
        let changes = vec![
            Change::FooterAppended { lines: 3, text: "--\nlist".into() },
            Change::BannerPrepended { lines: 1, text: "CAUTION".into() },
            Change::LineEnds,
            Change::TrailingSpace,
            Change::BlankLine,
            Change::DotStuffing,
            Change::FromEscaped,
            Change::Rewrapped,
            Change::Reencoded { now: "base64".into() },
            Change::SubjectTag { tag: "[list]".into() },
            Change::FieldRewritten { name: name.clone(), now: value.clone(), was: "y".into() },
            Change::FieldAdded { name, value },
        ];
        let mut facts = facts();
        let broken = Dkim { autopsy: changes, ..lab::dkim() };
        facts.auth.dkim = vec![broken.clone(), broken];
        let found = found(check, &facts);
        let told: BTreeSet<&str> = codes(&found).into_iter().collect();
        assert_eq!((found.len(), told.len()), (RULES.len(), RULES.len()));
        assert_eq!(found[0].args.get("lines"), Some(&3usize.into()));
    }
}
