//! What the author's domain publishes beyond the necessary: MTA-STS, TLS reports, DANE, DNSSEC, IPv6, BIMI.
//!
//! None of it decides whether this message is delivered, so nothing here costs a point.

use super::Basis::{Must, Practice};
use super::Verdict::{Good, Notice};
use super::{Evidence, Findings, Rule, Section};
use crate::address::domain_to_ascii;
use crate::auth::Policy;
use crate::dns::{Lookup, RecordType};
use crate::facts::Facts;
use crate::gather::server::{bimi_names, tlsa_name};

const S: Section = Section::Server;

const MTA_STS: Rule = Rule::new("transport.mta_sts.present", S, Good, Practice("RFC 8461 §3.1"));
const MTA_STS_INVALID: Rule = Rule::new("transport.mta_sts.invalid", S, Notice, Must("RFC 8461 §3.1"));
const TLS_RPT: Rule = Rule::new("transport.tls_rpt.present", S, Good, Practice("RFC 8460 §3"));
const TLS_RPT_INVALID: Rule = Rule::new("transport.tls_rpt.invalid", S, Notice, Must("RFC 8460 §3"));
const DANE: Rule = Rule::new("transport.dane.present", S, Good, Practice("RFC 7672 §2.2"));
const DANE_UNSIGNED: Rule = Rule::new("transport.dane.unsigned", S, Notice, Must("RFC 7672 §2.2"));
const DNSSEC: Rule = Rule::new("transport.dnssec.present", S, Good, Practice("RFC 4035 §3.2.3"));
const IPV6: Rule = Rule::new("transport.ipv6.present", S, Good, Practice("RFC 3974"));
const BIMI: Rule = Rule::new("transport.bimi.present", S, Good, Practice("https://bimigroup.org/"));
const BIMI_DECLINED: Rule = Rule::new("transport.bimi.declined", S, Notice, Practice("https://bimigroup.org/"));
const BIMI_INVALID: Rule = Rule::new("transport.bimi.invalid", S, Notice, Practice("https://bimigroup.org/"));
const BIMI_NOT_READY: Rule = Rule::new("transport.bimi.not_ready", S, Notice, Practice("https://bimigroup.org/"));
const ABSENT: Rule = Rule::new("transport.optional.absent", S, Notice, Practice("RFC 8461 §1"));

pub const RULES: &[Rule] = &[
    MTA_STS_INVALID,
    TLS_RPT_INVALID,
    DANE_UNSIGNED,
    BIMI_INVALID,
    BIMI_NOT_READY,
    BIMI_DECLINED,
    MTA_STS,
    TLS_RPT,
    DANE,
    DNSSEC,
    IPV6,
    BIMI,
    ABSENT,
];

pub fn check(facts: &Facts, findings: &mut Findings) {
    let Some(domain) = facts.auth.dmarc.author_domain.as_deref() else { return };
    let mut absent = Vec::new();
    if receives_by_mx(domain, facts) {
        text_policy(domain, "_mta-sts", "v=STSv1", "id", [&MTA_STS, &MTA_STS_INVALID], facts, findings, &mut absent);
        text_policy(
            domain,
            "_smtp._tls",
            "v=TLSRPTv1",
            "rua",
            [&TLS_RPT, &TLS_RPT_INVALID],
            facts,
            findings,
            &mut absent,
        );
        mail_hosts(domain, facts, findings, &mut absent);
    }
    bimi(domain, facts, findings, &mut absent);
    if !absent.is_empty() {
        findings.add(&ABSENT).arg("domain", domain).arg("missing", absent.join(", "));
    }
}

/// Policies for incoming mail are nothing to a domain that takes none.
fn receives_by_mx(domain: &str, facts: &Facts) -> bool {
    let mx = facts.dns.find(domain, RecordType::Mx);
    mx.is_some_and(|lookup| lookup.answer.exchanges().any(|(_, host)| !host.trim_matches('.').is_empty()))
}

/// The records at a name that begin with this version.
fn versioned(lookup: &Lookup, version: &str) -> Vec<String> {
    let texts = lookup.answer.texts().map(|text| String::from_utf8_lossy(&text.octets).into_owned());
    let begins = |text: &String| {
        text.get(..version.len()).is_some_and(|start| start.eq_ignore_ascii_case(version))
            && text.get(version.len()..).is_some_and(|rest| rest.is_empty() || rest.trim_start().starts_with(';'))
    };
    texts.filter(begins).collect()
}

fn tag<'a>(record: &'a str, name: &str) -> Option<&'a str> {
    let tags = record.split(';').filter_map(|tag| tag.split_once('='));
    tags.map(|(known, value)| (known.trim(), value.trim())).find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// One TXT record with this version and one tag that it must have.
fn text_policy(
    domain: &str,
    label: &str,
    version: &str,
    needed: &str,
    [good, invalid]: [&'static Rule; 2],
    facts: &Facts,
    findings: &mut Findings,
    absent: &mut Vec<&'static str>,
) {
    let name = format!("{label}.{domain}");
    let Some(lookup) = facts.dns.find(&name, RecordType::Txt).filter(|lookup| !lookup.answer.is_unknown()) else {
        return;
    };
    let records = versioned(lookup, version);
    let rule = match records.as_slice() {
        [] => {
            absent.push(if version == "v=STSv1" { "MTA-STS" } else { "TLS-RPT" });
            return;
        }
        [record] if tag(record, needed).is_some_and(|value| !value.is_empty()) => good,
        // Several count as none (RFC 8461 §3.1, RFC 8460 §3).
        _ => invalid,
    };
    let finding = findings.add(rule);
    finding.arg("domain", domain).arg("name", &name);
    for text in records {
        finding.evidence(Evidence::Record { name: name.clone(), rtype: "TXT".into(), text, mark: None });
    }
}

/// DANE, DNSSEC and IPv6 of the domain's MX hosts.
fn mail_hosts(domain: &str, facts: &Facts, findings: &mut Findings, absent: &mut Vec<&'static str>) {
    let Some(mx) = facts.dns.find(domain, RecordType::Mx) else { return };
    let hosts: Vec<String> = mx.answer.exchanges().filter_map(|(_, host)| domain_to_ascii(host)).collect();
    let tlsa: Vec<&Lookup> =
        hosts.iter().filter_map(|host| facts.dns.find(&tlsa_name(host), RecordType::Tlsa)).collect();
    let published: Vec<&&Lookup> = tlsa.iter().filter(|lookup| !lookup.answer.records().is_empty()).collect();
    if let Some(first) = published.first() {
        // Without DNSSEC a TLSA record proves nothing; only a validating resolver tells (RFC 7672 §2.2).
        let signed = published.iter().all(|lookup| lookup.authenticated);
        let rule = if signed { &DANE } else { &DANE_UNSIGNED };
        findings.add(rule).arg("domain", domain).arg("name", &first.question.name);
    } else if !tlsa.is_empty() && tlsa.len() == hosts.len() && tlsa.iter().all(|lookup| lookup.answer.is_void()) {
        absent.push("DANE");
    }
    if mx.authenticated {
        findings.add(&DNSSEC).arg("domain", domain);
    }
    let ipv6: Vec<&Lookup> = hosts.iter().filter_map(|host| facts.dns.find(host, RecordType::Aaaa)).collect();
    if ipv6.iter().any(|lookup| lookup.answer.addresses().next().is_some()) {
        findings.add(&IPV6).arg("domain", domain);
    } else if !ipv6.is_empty() && ipv6.len() == hosts.len() && ipv6.iter().all(|lookup| lookup.answer.is_void()) {
        absent.push("IPv6");
    }
}

/// The brand's logo: at the domain, else at its organizational domain; an empty `l=` and `a=` declines.
fn bimi(domain: &str, facts: &Facts, findings: &mut Findings, absent: &mut Vec<&'static str>) {
    for name in bimi_names(domain) {
        let Some(lookup) = facts.dns.find(&name, RecordType::Txt).filter(|lookup| !lookup.answer.is_unknown()) else {
            return;
        };
        let records = versioned(lookup, "v=BIMI1");
        if records.is_empty() {
            continue;
        }
        let dmarc = &facts.auth.dmarc;
        let enforced = matches!(dmarc.policy, Some(Policy::Quarantine | Policy::Reject)) && !dmarc.testing;
        let rule = match records.as_slice() {
            [record]
                if tag(record, "l").unwrap_or_default().is_empty()
                    && tag(record, "a").unwrap_or_default().is_empty() =>
            {
                &BIMI_DECLINED
            }
            [record] if !tag(record, "l").is_some_and(|logo| logo.to_ascii_lowercase().starts_with("https://")) => {
                &BIMI_INVALID
            }
            [_] if !enforced => &BIMI_NOT_READY,
            [_] => &BIMI,
            _ => &BIMI_INVALID,
        };
        let finding = findings.add(rule);
        finding.arg("domain", domain).arg("name", &name);
        for text in records {
            finding.evidence(Evidence::Record { name: name.clone(), rtype: "TXT".into(), text, mark: None });
        }
        return;
    }
    absent.push("BIMI");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::lab::{codes, cost, facts, found, zone_with};
    use crate::facts::Recorded;

    fn with(changes: &[(&str, &str, &str)]) -> Facts {
        let mut facts = facts();
        facts.dns = zone_with(changes);
        facts
    }

    #[test]
    fn what_is_absent_is_one_notice_and_costs_nothing() {
        let found = found(check, &facts());
        assert_eq!(codes(&found), ["transport.optional.absent"]);
        assert_eq!(found[0].args.get("missing"), Some(&"MTA-STS, TLS-RPT, DANE, IPv6, BIMI".into()));
        assert_eq!(cost(found), 0);
    }

    #[test]
    fn what_dns_did_not_answer_is_not_called_absent() {
        let mut facts = facts();
        facts.dns = Recorded::default();
        assert!(found(check, &facts).is_empty());
        let silent = with(&[
            ("_mta-sts.example.com", "TXT", "SERVFAIL"),
            ("_smtp._tls.example.com", "TXT", "TIMEOUT"),
            ("_25._tcp.mail.example.com", "TLSA", "SERVFAIL"),
            ("mail.example.com", "AAAA", "SERVFAIL"),
            ("default._bimi.example.com", "TXT", "SERVFAIL"),
        ]);
        assert!(found(check, &silent).is_empty());
    }

    #[test]
    fn what_is_published_is_good_and_what_is_broken_is_said() {
        let cases = [
            (("_mta-sts.example.com", "TXT", "v=STSv1; id=20260101;"), "transport.mta_sts.present"),
            (("_mta-sts.example.com", "TXT", "v=STSv1;"), "transport.mta_sts.invalid"),
            (("_smtp._tls.example.com", "TXT", "v=TLSRPTv1; rua=mailto:t@example.com"), "transport.tls_rpt.present"),
            (("_smtp._tls.example.com", "TXT", "v=TLSRPTv1"), "transport.tls_rpt.invalid"),
            (("_25._tcp.mail.example.com", "TLSA", "3 1 1 010203"), "transport.dane.unsigned"),
            (("mail.example.com", "AAAA", "2001:db8::1"), "transport.ipv6.present"),
            (
                ("default._bimi.example.com", "TXT", "v=BIMI1; l=https://example.com/l.svg; a="),
                "transport.bimi.present",
            ),
            (("default._bimi.example.com", "TXT", "v=BIMI1; l=; a=;"), "transport.bimi.declined"),
            (("default._bimi.example.com", "TXT", "v=BIMI1; l=http://example.com/l.svg"), "transport.bimi.invalid"),
        ];
        for (change, code) in cases {
            let found = found(check, &with(&[change]));
            assert_eq!(codes(&found), [code, "transport.optional.absent"]);
            assert_eq!(cost(found), 0);
        }
        let mut facts = with(&[("default._bimi.example.com", "TXT", "v=BIMI1; l=https://example.com/l.svg")]);
        facts.auth.dmarc.policy = Some(Policy::None);
        assert_eq!(codes(&found(check, &facts))[0], "transport.bimi.not_ready");
    }

    #[test]
    fn dane_and_dnssec_need_a_resolver_that_vouches() {
        let facts = with(&[("_25._tcp.mail.example.com", "TLSA", "3 1 1 010203")]);
        let mut lookups = facts.dns.all().to_vec();
        for lookup in &mut lookups {
            lookup.authenticated = true;
        }
        let vouched = Facts { dns: Recorded::new(lookups), ..facts };
        assert_eq!(codes(&found(check, &vouched))[..2], ["transport.dane.present", "transport.dnssec.present"]);
    }
}
