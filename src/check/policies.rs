//! Whether the documents behind MTA-STS and BIMI records are there and say what they should.
//!
//! They decide about mail *to* the domain, and about its logo: nothing here costs a point.

use super::Basis::{Must, Practice};
use super::Verdict::{Good, NotDetermined, Notice};
use super::{Evidence, Findings, Rule, Section};
use crate::delivery::{Observed, Why};
use crate::dns::RecordType;
use crate::facts::Facts;
use crate::gather::policies::{Document, Got};

const S: Section = Section::Server;
const BIMI_LOGO: &str = "https://bimigroup.org/creating-bimi-svg-logo-files/";

const STS_GOOD: Rule = Rule::new("mta_sts.policy.good", S, Good, Practice("RFC 8461 §3.2"));
const STS_UNREACHABLE: Rule = Rule::new("mta_sts.policy.unreachable", S, Notice, Must("RFC 8461 §3.3"));
const STS_INVALID: Rule = Rule::new("mta_sts.policy.invalid", S, Notice, Must("RFC 8461 §3.2"));
const STS_NOT_ENFORCED: Rule = Rule::new("mta_sts.policy.not_enforced", S, Notice, Practice("RFC 8461 §5"));
const STS_MX: Rule = Rule::new("mta_sts.mx.unlisted", S, Notice, Must("RFC 8461 §4.1"));
const STS_UNKNOWN: Rule = Rule::new("mta_sts.policy.not_determined", S, NotDetermined, Practice("RFC 8461 §3.3"));
const LOGO_GOOD: Rule = Rule::new("bimi.logo.good", S, Good, Practice(BIMI_LOGO));
const LOGO_UNREACHABLE: Rule = Rule::new("bimi.logo.unreachable", S, Notice, Practice(BIMI_LOGO));
const LOGO_INVALID: Rule = Rule::new("bimi.logo.invalid", S, Notice, Practice(BIMI_LOGO));
const LOGO_UNKNOWN: Rule = Rule::new("bimi.logo.not_determined", S, NotDetermined, Practice(BIMI_LOGO));

pub const RULES: &[Rule] = &[
    STS_MX,
    STS_UNREACHABLE,
    STS_INVALID,
    STS_NOT_ENFORCED,
    STS_GOOD,
    STS_UNKNOWN,
    LOGO_UNREACHABLE,
    LOGO_INVALID,
    LOGO_GOOD,
    LOGO_UNKNOWN,
];

pub fn check(facts: &Facts, findings: &mut Findings) {
    let Some(domain) = facts.auth.dmarc.author_domain.as_deref() else { return };
    if let Some(document) = &facts.policies.mta_sts {
        mta_sts(document, domain, facts, findings);
    }
    if let Some(document) = &facts.policies.bimi {
        logo(document, domain, findings);
    }
}

/// The document, or the finding that says why there is none.
fn read<'a>(
    document: &'a Document,
    domain: &str,
    [unreachable, unknown]: [&'static Rule; 2],
    findings: &mut Findings,
) -> Option<&'a Got> {
    let (rule, why) = match &document.got {
        Observed::Seen(got) if got.status == 200 => return Some(got),
        // RFC 8461 §3.3: no redirects, and a certificate that is valid for the name.
        Observed::Seen(got) if (300..500).contains(&got.status) => (unreachable, format!("HTTP {}", got.status)),
        // A server in trouble may be well again in a minute.
        Observed::Seen(got) => (unknown, format!("HTTP {}", got.status)),
        Observed::Missing(Why::Failed(why)) if why.starts_with("certificate") || why == "host_unknown" => {
            (unreachable, why.clone())
        }
        Observed::Missing(why) => {
            (unknown, if let Why::Failed(why) = why { why.clone() } else { "timeout".to_owned() })
        }
    };
    let finding = findings.add(rule);
    finding.arg("domain", domain).arg("url", &document.url).arg("why", why);
    None
}

/// RFC 8461 §3.2: `key: value` lines.
struct Policy {
    mode: String,
    hosts: Vec<String>,
}

impl Policy {
    /// # Errors
    ///
    /// What is missing or wrong.
    fn parse(text: &str) -> Result<Policy, &'static str> {
        let pairs: Vec<(&str, &str)> = text
            .lines()
            .filter_map(|line| line.split_once(':'))
            .map(|(key, value)| (key.trim(), value.trim()))
            .collect();
        let first = |key: &str| pairs.iter().find(|(known, _)| *known == key).map(|(_, value)| *value);
        if first("version") != Some("STSv1") {
            return Err("version: STSv1");
        }
        let mode = first("mode").filter(|mode| matches!(*mode, "enforce" | "testing" | "none")).ok_or("mode")?;
        first("max_age").and_then(|age| age.parse::<u32>().ok()).filter(|age| *age <= 31_557_600).ok_or("max_age")?;
        let hosts: Vec<String> =
            pairs.iter().filter(|(key, _)| *key == "mx").map(|(_, mx)| mx.to_ascii_lowercase()).collect();
        if hosts.is_empty() && mode != "none" {
            return Err("mx");
        }
        Ok(Policy { mode: mode.to_owned(), hosts })
    }

    /// RFC 8461 §4.1: exactly, or by a wildcard for one left-most label.
    fn allows(&self, host: &str) -> bool {
        self.hosts.iter().any(|pattern| match pattern.strip_prefix("*.") {
            Some(parent) => host.split_once('.').is_some_and(|(_, rest)| rest == parent),
            None => pattern == host,
        })
    }
}

fn mta_sts(document: &Document, domain: &str, facts: &Facts, findings: &mut Findings) {
    let Some(got) = read(document, domain, [&STS_UNREACHABLE, &STS_UNKNOWN], findings) else { return };
    let evidence = || Evidence::Text { text: got.text.chars().take(1000).collect() };
    let policy = match Policy::parse(&got.text) {
        Ok(policy) => policy,
        Err(missing) => {
            let finding = findings.add(&STS_INVALID);
            finding.arg("domain", domain).arg("url", &document.url).arg("missing", missing).evidence(evidence());
            return;
        }
    };
    let mx = facts.dns.find(domain, RecordType::Mx);
    let hosts = mx.into_iter().flat_map(|lookup| lookup.answer.exchanges()).map(|(_, host)| host.to_ascii_lowercase());
    let unlisted: Vec<String> = hosts.filter(|host| !host.is_empty() && !policy.allows(host)).collect();
    if !unlisted.is_empty() && policy.mode != "none" {
        let finding = findings.add(&STS_MX);
        finding.arg("domain", domain).arg("url", &document.url).arg("mode", &policy.mode);
        finding.arg("hosts", unlisted.join(", ")).evidence(evidence());
        for host in unlisted {
            finding.cure(super::Cure::Line { text: format!("mx: {host}") });
        }
        return;
    }
    let rule = if policy.mode == "enforce" { &STS_GOOD } else { &STS_NOT_ENFORCED };
    let finding = findings.add(rule).arg("domain", domain).arg("url", &document.url).arg("mode", &policy.mode);
    finding.evidence(evidence());
}

/// SVG Tiny PS: an `svg` element that says so, and nothing that runs or loads.
fn logo(document: &Document, domain: &str, findings: &mut Findings) {
    let Some(got) = read(document, domain, [&LOGO_UNREACHABLE, &LOGO_UNKNOWN], findings) else { return };
    let text = got.text.to_ascii_lowercase();
    if text.starts_with("\u{1f}\u{fffd}") {
        // Compressed (SVGZ), which BIMI allows, and which was not unpacked.
        findings.add(&LOGO_UNKNOWN).arg("domain", domain).arg("url", &document.url).arg("why", "bad_answer");
        return;
    }
    let fault = if !text.contains("<svg") {
        "svg"
    } else if !text.contains("baseprofile=\"tiny-ps\"") && !text.contains("baseprofile='tiny-ps'") {
        "profile"
    } else if text.contains("<script") || text.contains("<image") || text.contains("<foreignobject") {
        "active"
    } else {
        findings.add(&LOGO_GOOD).arg("domain", domain).arg("url", &document.url);
        return;
    };
    findings.add(&LOGO_INVALID).arg("domain", domain).arg("url", &document.url).arg("fault", fault);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::lab::{codes, cost, facts, found};
    use crate::gather::policies::Policies;

    fn with(policies: Policies) -> Facts {
        Facts { policies, ..facts() }
    }

    fn sts(got: Observed<Got>) -> Vec<String> {
        let document = Document { url: "https://mta-sts.example.com/.well-known/mta-sts.txt".into(), got };
        let found = found(check, &with(Policies { mta_sts: Some(document), bimi: None }));
        let told = codes(&found).into_iter().map(str::to_owned).collect();
        assert_eq!(cost(found), 0);
        told
    }

    fn page(status: u16, text: &str) -> Observed<Got> {
        Observed::Seen(Got { status, content_type: None, text: text.to_owned() })
    }

    #[test]
    fn a_policy_is_good_only_when_it_names_every_mx_and_is_enforced() {
        let policy =
            |mode: &str, mx: &str| format!("version: STSv1\r\nmode: {mode}\r\nmx: {mx}\r\nmax_age: 604800\r\n");
        assert_eq!(sts(page(200, &policy("enforce", "mail.example.com"))), ["mta_sts.policy.good"]);
        assert_eq!(sts(page(200, &policy("enforce", "*.example.com"))), ["mta_sts.policy.good"]);
        assert_eq!(sts(page(200, &policy("testing", "mail.example.com"))), ["mta_sts.policy.not_enforced"]);
        assert_eq!(sts(page(200, &policy("enforce", "other.example.com"))), ["mta_sts.mx.unlisted"]);
        assert_eq!(sts(page(200, &policy("enforce", "*.com"))), ["mta_sts.mx.unlisted"]);
    }

    #[test]
    fn a_policy_that_cannot_be_used_says_why_and_one_that_did_not_answer_accuses_nobody() {
        assert_eq!(sts(page(200, "<html>")), ["mta_sts.policy.invalid"]);
        assert_eq!(sts(page(200, "version: STSv1\nmode: enforce\nmx: a.test\n")), ["mta_sts.policy.invalid"]);
        assert_eq!(sts(page(404, "")), ["mta_sts.policy.unreachable"]);
        assert_eq!(sts(page(301, "")), ["mta_sts.policy.unreachable"]);
        assert_eq!(sts(Observed::Missing(Why::Failed("certificate".into()))), ["mta_sts.policy.unreachable"]);
        assert_eq!(sts(page(503, "")), ["mta_sts.policy.not_determined"]);
        assert_eq!(sts(Observed::Missing(Why::TimedOut)), ["mta_sts.policy.not_determined"]);
        assert_eq!(sts(Observed::Missing(Why::Failed("dns".into()))), ["mta_sts.policy.not_determined"]);
    }

    #[test]
    fn a_logo_must_be_a_quiet_svg() {
        let logo = |got| {
            let document = Document { url: "https://example.com/l.svg".into(), got };
            let found = found(check, &with(Policies { mta_sts: None, bimi: Some(document) }));
            codes(&found).into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        let good = "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.2\" baseProfile=\"tiny-ps\"></svg>";
        assert_eq!(logo(page(200, good)), ["bimi.logo.good"]);
        assert_eq!(logo(page(200, "<svg></svg>")), ["bimi.logo.invalid"]);
        assert_eq!(logo(page(200, "<html></html>")), ["bimi.logo.invalid"]);
        assert_eq!(logo(page(200, &String::from_utf8_lossy(b"\x1f\x8b\x08\0"))), ["bimi.logo.not_determined"]);
        assert_eq!(logo(page(200, &good.replace("></svg>", "><script/></svg>"))), ["bimi.logo.invalid"]);
        assert_eq!(logo(page(404, "")), ["bimi.logo.unreachable"]);
        assert_eq!(logo(Observed::Missing(Why::TimedOut)), ["bimi.logo.not_determined"]);
    }
}
