//! ARC: what forwarders saw (RFC 8617). Shown, never scored: it is on its way to Historic.

use super::Basis::Practice;
use super::Verdict::{NotDetermined, Notice};
use super::{Evidence, Findings, Rule, Section};
use crate::auth::ArcResult;
use crate::facts::Facts;

const PASS: Rule = Rule::new("arc.pass", Section::Authentication, Notice, Practice("RFC 8617 §5.2"));
const FAIL: Rule = Rule::new("arc.fail", Section::Authentication, Notice, Practice("RFC 8617 §5.2"));
const UNKNOWN: Rule =
    Rule::new("arc.not_determined", Section::Authentication, NotDetermined, Practice("RFC 8617 §5.2"));

pub const RULES: &[Rule] = &[PASS, FAIL, UNKNOWN];

pub fn check(facts: &Facts, findings: &mut Findings) {
    let arc = &facts.auth.arc;
    let rule = match arc.result {
        ArcResult::None if arc.instances == 0 => return,
        // A key did not answer.
        ArcResult::None => &UNKNOWN,
        ArcResult::Pass => &PASS,
        ArcResult::Fail => &FAIL,
    };
    let finding = findings.add(rule);
    finding.arg("instances", arc.instances).arg("sealers", arc.sealers.join(", "));
    if let Some(reason) = &arc.reason {
        finding.evidence(Evidence::fault(reason));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::lab::{codes, cost, facts, found};

    #[test]
    fn a_chain_is_shown_and_never_scored() {
        for (result, expected) in
            [(ArcResult::None, None), (ArcResult::Pass, Some("arc.pass")), (ArcResult::Fail, Some("arc.fail"))]
        {
            let mut facts = facts();
            facts.auth.arc.result = result;
            let found = found(check, &facts);
            assert_eq!(codes(&found).first().copied(), expected);
            assert_eq!(cost(found), 0);
        }
        let mut silent = facts();
        silent.auth.arc.instances = 1;
        silent.auth.arc.reason = Some(crate::auth::Fault::new(crate::auth::FaultKind::DnsBroken));
        assert_eq!(codes(&found(check, &silent)), ["arc.not_determined"]);
    }
}
