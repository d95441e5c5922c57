//! What the author's domain publishes beyond the necessary: MTA-STS, TLS reports, DANE, DNSSEC, IPv6, BIMI.
//!
//! None of it decides whether this message is delivered, so nothing here costs a point.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Basis::{Must, Practice};
use super::Verdict::{Good, NotDetermined, Notice};
use super::{Cure, Evidence, Findings, Rule, Section};
use crate::address::domain_to_ascii;
use crate::auth::{DmarcResult, Policy};
use crate::dns::{Lookup, RecordType};
use crate::facts::Facts;
use crate::gather::policies::{BIMI_VERSION, STS_VERSION, records, tag};
use crate::gather::server::{bimi_names, bimi_selector, tlsa_name};

const S: Section = Section::Server;

const MTA_STS: Rule = Rule::new("transport.mta_sts.present", S, Good, Practice("RFC 8461 §3.1"));
const MTA_STS_INVALID: Rule = Rule::new("transport.mta_sts.invalid", S, Notice, Must("RFC 8461 §3.1"));
const TLS_RPT: Rule = Rule::new("transport.tls_rpt.present", S, Good, Practice("RFC 8460 §3"));
const TLS_RPT_INVALID: Rule = Rule::new("transport.tls_rpt.invalid", S, Notice, Must("RFC 8460 §3"));
const DANE: Rule = Rule::new("transport.dane.present", S, Good, Practice("RFC 7672 §2.2"));
const DANE_UNSIGNED: Rule = Rule::new("transport.dane.unsigned", S, Notice, Must("RFC 7672 §2.2"));
const DANE_UNKNOWN: Rule = Rule::new("transport.dane.not_determined", S, NotDetermined, Must("RFC 7672 §2.2"));
const DNSSEC: Rule = Rule::new("transport.dnssec.present", S, Good, Practice("RFC 4035 §3.2.3"));
const IPV6: Rule = Rule::new("transport.ipv6.present", S, Good, Practice("RFC 3974"));
const BIMI: Rule = Rule::new("transport.bimi.present", S, Good, Practice("https://bimigroup.org/"));
const BIMI_DECLINED: Rule = Rule::new("transport.bimi.declined", S, Notice, Practice("https://bimigroup.org/"));
const BIMI_INVALID: Rule = Rule::new("transport.bimi.invalid", S, Notice, Practice("https://bimigroup.org/"));
const BIMI_NOT_READY: Rule = Rule::new("transport.bimi.not_ready", S, Notice, Practice("https://bimigroup.org/"));
const ABSENT: Rule = Rule::new("transport.optional.absent", S, Notice, Practice("RFC 8461 §1"));
const UNKNOWN: Rule = Rule::new("transport.optional.not_determined", S, NotDetermined, Practice("RFC 8461 §1"));

pub const RULES: &[Rule] = &[
    MTA_STS_INVALID,
    TLS_RPT_INVALID,
    DANE_UNSIGNED,
    BIMI_INVALID,
    BIMI_NOT_READY,
    BIMI_DECLINED,
    DANE_UNKNOWN,
    UNKNOWN,
    MTA_STS,
    TLS_RPT,
    DANE,
    DNSSEC,
    IPV6,
    BIMI,
    ABSENT,
];

/// What is told in one row each: not published, and not answered.
#[derive(Default)]
struct Rest {
    absent: Vec<&'static str>,
    unknown: Vec<&'static str>,
}

pub fn check(facts: &Facts, findings: &mut Findings) {
    let Some(domain) = facts.auth.dmarc.author_domain.as_deref() else { return };
    let mut rest = Rest::default();
    match receives_by_mx(domain, facts) {
        Some(true) => {
            MTA_STS_RECORD.check(domain, facts, findings, &mut rest);
            TLS_RPT_RECORD.check(domain, facts, findings, &mut rest);
            mail_hosts(domain, facts, findings, &mut rest);
        }
        // Policies for incoming mail are nothing to a domain that takes none.
        Some(false) => {}
        None => rest.unknown.extend(["MTA-STS", "TLS-RPT", "DANE", "IPv6"]),
    }
    bimi(domain, facts, findings, &mut rest);
    for (rule, names) in [(&UNKNOWN, rest.unknown), (&ABSENT, rest.absent)] {
        if !names.is_empty() {
            findings.add(rule).arg("domain", domain).arg("missing", names.join(", "));
        }
    }
}

/// `None`: DNS did not tell.
fn receives_by_mx(domain: &str, facts: &Facts) -> Option<bool> {
    let Some(mx) = facts.dns.find(domain, RecordType::Mx) else { return Some(false) };
    let receives = || mx.answer.exchanges().any(|(_, host)| !host.trim_matches('.').is_empty());
    (!mx.answer.is_unknown()).then(receives)
}

/// A policy for incoming mail in one TXT record.
struct TextPolicy {
    short: &'static str,
    label: &'static str,
    version: &'static str,
    good: &'static Rule,
    invalid: &'static Rule,
    is_valid: fn(&str) -> bool,
    /// A record to put in place of these broken ones.
    mended: fn(&str, &[String], Timestamp) -> String,
}

const MTA_STS_RECORD: TextPolicy = TextPolicy {
    short: "MTA-STS",
    label: "_mta-sts",
    version: STS_VERSION,
    good: &MTA_STS,
    invalid: &MTA_STS_INVALID,
    // RFC 8461 §3.1: 1*32(ALPHA / DIGIT).
    is_valid: |record| {
        tag(record, "id")
            .is_some_and(|id| (1..=32).contains(&id.len()) && id.bytes().all(|o| o.is_ascii_alphanumeric()))
    },
    mended: |_, _, now| format!("v=STSv1; id={}", now.to_zoned(TimeZone::UTC).strftime("%Y%m%d%H%M%S")),
};

const TLS_RPT_RECORD: TextPolicy = TextPolicy {
    short: "TLS-RPT",
    label: "_smtp._tls",
    version: "v=TLSRPTv1",
    good: &TLS_RPT,
    invalid: &TLS_RPT_INVALID,
    is_valid: |record| tag(record, "rua").is_some_and(|rua| rua.split(',').map(str::trim).all(is_report_uri)),
    mended: |domain, records, _| {
        let mut uris: Vec<String> = Vec::new();
        for uri in records.iter().filter_map(|record| tag(record, "rua")).flat_map(|rua| rua.split(',')).map(str::trim)
        {
            let uri = if is_report_uri(uri) { uri.to_owned() } else { format!("mailto:{uri}") };
            if (uri.contains('@') || uri.to_ascii_lowercase().starts_with("https:")) && !uris.contains(&uri) {
                uris.push(uri);
            }
        }
        if uris.is_empty() {
            // Every domain that receives mail has this address (RFC 5321 §4.5.1).
            uris.push(format!("mailto:postmaster@{domain}"));
        }
        format!("v=TLSRPTv1; rua={}", uris.join(","))
    },
};

/// RFC 8460 §3: mailto and https alone, in any case (RFC 3986 §3.1).
fn is_report_uri(uri: &str) -> bool {
    uri.split_once(':')
        .is_some_and(|(scheme, _)| ["mailto", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)))
}

impl TextPolicy {
    fn check(&self, domain: &str, facts: &Facts, findings: &mut Findings, rest: &mut Rest) {
        let name = format!("{}.{domain}", self.label);
        let Some(lookup) = facts.dns.find(&name, RecordType::Txt) else { return };
        if lookup.answer.is_unknown() {
            rest.unknown.push(self.short);
            return;
        }
        let records = records(lookup, self.version);
        let [first, ..] = records.as_slice() else {
            rest.absent.push(self.short);
            return;
        };
        // Versions are case-sensitive, and several records count as none (RFC 8461 §3.1, RFC 8460 §3).
        let begins_right = first.strip_prefix(self.version).is_some_and(|rest| rest.trim_start().starts_with(';'));
        let good = records.len() == 1 && begins_right && (self.is_valid)(first);
        let finding = findings.add(if good { self.good } else { self.invalid });
        finding.arg("domain", domain).arg("name", &name);
        if !good {
            finding.arg("count", records.len()).cure(Cure::Record {
                name: name.clone(),
                rtype: "TXT".to_owned(),
                value: (self.mended)(domain, &records, facts.now),
                replaces: (records.len() == 1).then(|| first.clone()),
            });
        }
        evidence(finding, &name, &records);
    }
}

fn evidence(finding: &mut super::Finding, name: &str, records: &[String]) {
    for text in records {
        let (name, text) = (name.to_owned(), text.clone());
        finding.evidence(Evidence::Record { name, rtype: "TXT".into(), text, mark: None });
    }
}

/// DANE, DNSSEC and IPv6 of the domain's MX hosts.
fn mail_hosts(domain: &str, facts: &Facts, findings: &mut Findings, rest: &mut Rest) {
    let Some(mx) = facts.dns.find(domain, RecordType::Mx) else { return };
    let hosts: Vec<String> = mx.answer.exchanges().filter_map(|(_, host)| domain_to_ascii(host)).collect();
    let tlsa: Vec<&Lookup> =
        hosts.iter().filter_map(|host| facts.dns.find(&tlsa_name(host), RecordType::Tlsa)).collect();
    let published: Vec<&&Lookup> = tlsa.iter().filter(|lookup| !lookup.answer.records().is_empty()).collect();
    let unsigned = published.iter().find(|lookup| !lookup.authenticated);
    if let Some(first) = unsigned.or(published.first()) {
        // Without DNSSEC a TLSA record proves nothing (RFC 7672 §2.2), and only a resolver that validates can tell. Whether
        // ours does is known once it has vouched for anything.
        let validates = facts.dns.all().iter().any(|lookup| lookup.authenticated);
        let rule = match unsigned {
            None => &DANE,
            Some(_) if validates => &DANE_UNSIGNED,
            Some(_) => &DANE_UNKNOWN,
        };
        let finding = findings.add(rule);
        finding.arg("domain", domain).arg("name", &first.question.name);
        finding.arg("covered", published.len()).arg("hosts", hosts.len());
        finding.arg("all", if published.len() == hosts.len() { "yes" } else { "no" });
    } else if tlsa.iter().any(|lookup| lookup.answer.is_unknown()) {
        rest.unknown.push("DANE");
    } else if !tlsa.is_empty() && tlsa.len() == hosts.len() {
        rest.absent.push("DANE");
    }
    if mx.authenticated {
        findings.add(&DNSSEC).arg("domain", domain);
    }
    let ipv6: Vec<&Lookup> = hosts.iter().filter_map(|host| facts.dns.find(host, RecordType::Aaaa)).collect();
    if ipv6.iter().any(|lookup| lookup.answer.addresses().next().is_some()) {
        findings.add(&IPV6).arg("domain", domain);
    } else if ipv6.iter().any(|lookup| lookup.answer.is_unknown()) {
        rest.unknown.push("IPv6");
    } else if !ipv6.is_empty() && ipv6.len() == hosts.len() {
        rest.absent.push("IPv6");
    }
}

/// The brand's logo: at the domain, else at its organizational domain; an empty `l=` and `a=` declines.
fn bimi(domain: &str, facts: &Facts, findings: &mut Findings, rest: &mut Rest) {
    for name in bimi_names(domain, &bimi_selector(&facts.message)) {
        let Some(lookup) = facts.dns.find(&name, RecordType::Txt) else { return };
        if lookup.answer.is_unknown() {
            rest.unknown.push("BIMI");
            return;
        }
        let records = records(lookup, BIMI_VERSION);
        let [first, ..] = records.as_slice() else { continue };
        let dmarc = &facts.auth.dmarc;
        let enforced = matches!(dmarc.policy, Some(Policy::Quarantine | Policy::Reject)) && !dmarc.testing;
        let (logo, certificate) = (tag(first, "l"), tag(first, "a").filter(|url| !url.is_empty()));
        let rule = match logo {
            _ if records.len() > 1 => &BIMI_INVALID,
            Some("") if certificate.is_none() => &BIMI_DECLINED,
            Some(logo) if logo.to_ascii_lowercase().starts_with("https://") => match enforced {
                true => &BIMI,
                false if dmarc.result == DmarcResult::Temperror => {
                    rest.unknown.push("BIMI");
                    return;
                }
                false => &BIMI_NOT_READY,
            },
            _ => &BIMI_INVALID,
        };
        let policy_domain = dmarc.policy_domain.as_deref().or(dmarc.organizational_domain.as_deref());
        let finding = findings.add(rule);
        finding.arg("domain", domain).arg("name", &name).arg("policy_domain", policy_domain.unwrap_or(domain));
        finding.arg("certificate", if certificate.is_some() { "yes" } else { "no" });
        if let Some(rest) = logo.and_then(|logo| logo.strip_prefix("http://")).filter(|_| records.len() == 1) {
            let value = first.replace(&format!("http://{rest}"), &format!("https://{rest}"));
            finding.cure(Cure::Record {
                name: name.clone(),
                rtype: "TXT".into(),
                value,
                replaces: (records.len() == 1).then(|| first.clone()),
            });
        }
        evidence(finding, &name, &records);
        return;
    }
    rest.absent.push("BIMI");
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
        let found = found(check, &silent);
        assert_eq!(codes(&found), ["transport.optional.not_determined"]);
        assert_eq!(found[0].args.get("missing"), Some(&"MTA-STS, TLS-RPT, DANE, IPv6, BIMI".into()));
        let no_mx = with(&[("example.com", "MX", "TIMEOUT")]);
        assert_eq!(codes(&super::super::lab::found(check, &no_mx))[0], "transport.optional.not_determined");
    }

    #[test]
    fn what_is_published_is_good_and_what_is_broken_is_said() {
        let cases = [
            (("_mta-sts.example.com", "TXT", "v=STSv1; id=20260101;"), "transport.mta_sts.present"),
            (("_mta-sts.example.com", "TXT", "v=STSv1;"), "transport.mta_sts.invalid"),
            (("_mta-sts.example.com", "TXT", "v=STSv1; id=2026-01-01"), "transport.mta_sts.invalid"),
            (("_mta-sts.example.com", "TXT", "v=STSv1 id=20260101"), "transport.mta_sts.invalid"),
            (("_mta-sts.example.com", "TXT", "v=stsv1; id=20260101"), "transport.mta_sts.invalid"),
            (("_smtp._tls.example.com", "TXT", "v=TLSRPTv1; rua=mailto:t@example.com"), "transport.tls_rpt.present"),
            (("_smtp._tls.example.com", "TXT", "v=TLSRPTv1"), "transport.tls_rpt.invalid"),
            (("_smtp._tls.example.com", "TXT", "v=TLSRPTv1; rua=t@example.com"), "transport.tls_rpt.invalid"),
            (("_25._tcp.mail.example.com", "TLSA", "3 1 1 010203"), "transport.dane.not_determined"),
            (("mail.example.com", "AAAA", "2001:db8::1"), "transport.ipv6.present"),
            (
                ("default._bimi.example.com", "TXT", "v=BIMI1; l=https://example.com/l.svg; a="),
                "transport.bimi.present",
            ),
            (("default._bimi.example.com", "TXT", "v=BIMI1; l=; a=;"), "transport.bimi.declined"),
            (("default._bimi.example.com", "TXT", "v=BIMI1; l=http://example.com/l.svg"), "transport.bimi.invalid"),
            (("default._bimi.example.com", "TXT", "v=BIMI1"), "transport.bimi.invalid"),
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
    fn a_broken_record_is_mended_from_what_is_there() {
        let cure = |changes: &[(&str, &str, &str)]| match found(check, &with(changes))[0].cures.as_slice() {
            [Cure::Record { value, replaces, .. }] => (value.clone(), replaces.clone()),
            cures => panic!("{cures:?}"),
        };
        let sts = ("_mta-sts.example.com", "TXT", "v=STSv1;");
        assert_eq!(cure(&[sts]), ("v=STSv1; id=20261122023000".to_owned(), Some("v=STSv1;".to_owned())));
        let rpt = |text| ("_smtp._tls.example.com", "TXT", text);
        assert_eq!(cure(&[rpt("v=TLSRPTv1")]).0, "v=TLSRPTv1; rua=mailto:postmaster@example.com");
        let written_large = with(&[rpt("v=TLSRPTv1; rua=MAILTO:t@example.com")]);
        assert!(!codes(&found(check, &written_large)).contains(&"transport.tls_rpt.invalid"));
        let two =
            [rpt("v=TLSRPTv1; rua=a@example.com"), rpt("v=TLSRPTv1; rua=mailto:a@example.com,https://b.example/")];
        assert_eq!(cure(&two), ("v=TLSRPTv1; rua=mailto:a@example.com,https://b.example/".to_owned(), None));
    }

    #[test]
    fn a_logo_is_not_called_unready_while_dmarc_is_not_known() {
        let mut facts = with(&[("default._bimi.example.com", "TXT", "v=BIMI1; l=https://example.com/l.svg")]);
        (facts.auth.dmarc.policy, facts.auth.dmarc.result) = (None, DmarcResult::Temperror);
        let found = found(check, &facts);
        assert_eq!(codes(&found), ["transport.optional.not_determined", "transport.optional.absent"]);
        assert_eq!(found[0].args.get("missing"), Some(&"BIMI".into()));
    }

    #[test]
    fn dane_and_dnssec_need_a_resolver_that_vouches() {
        let facts = with(&[("_25._tcp.mail.example.com", "TLSA", "3 1 1 010203")]);
        let mut lookups = facts.dns.all().to_vec();
        let vouch = |lookups: &mut Vec<Lookup>, of: &dyn Fn(&Lookup) -> bool| {
            lookups.iter_mut().filter(|lookup| of(lookup)).for_each(|lookup| lookup.authenticated = true);
        };
        vouch(&mut lookups, &|lookup| lookup.question.rtype == RecordType::Ptr);
        let elsewhere = Facts { dns: Recorded::new(lookups.clone()), ..facts };
        assert_eq!(codes(&found(check, &elsewhere))[0], "transport.dane.unsigned");
        vouch(&mut lookups, &|_| true);
        let vouched = Facts { dns: Recorded::new(lookups), ..elsewhere };
        assert_eq!(codes(&found(check, &vouched))[..2], ["transport.dane.present", "transport.dnssec.present"]);
    }
}
