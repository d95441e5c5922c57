//! The sending server and its domains: reverse DNS, HELO, TLS, and whether answers can come back.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Basis::{Must, Practice, Provider, Should};
use super::Verdict::{Deduct, Good, NotApplicable, NotDetermined, Notice};
use super::reach::{MxFault, Reach, has_address, mx_faults, reach};
use super::{Cure, Evidence, Findings, Rule, Section, client};
use crate::auth::{Iprev, IprevResult};
use crate::delivery::{Observed, TlsInfo};
use crate::dns::{RecordType, reverse_name};
use crate::facts::Facts;
use crate::gather::server::{MailDomains, helo_name};

const S: Section = Section::Server;
const GMAIL: &str = "https://support.google.com/mail/answer/81126";

const PTR_MISSING: Rule = Rule::new("server.ptr.missing", S, Deduct(10), Provider("Gmail", GMAIL));
const PTR_UNCONFIRMED: Rule = Rule::new("server.ptr.unconfirmed", S, Deduct(7), Provider("Gmail", GMAIL));
const PTR_GENERIC: Rule =
    Rule::new("server.ptr.generic", S, Deduct(3), Practice("https://www.spamhaus.org/blocklists/policy-blocklist/"));
const PTR_CONFIRMED: Rule = Rule::new("server.ptr.confirmed", S, Good, Should("RFC 1912 §2.1"));
const PTR_SEVERAL: Rule = Rule::new("server.ptr.several", S, Notice, Practice("RFC 1912 §2.1"));
const PTR_UNKNOWN: Rule = Rule::new("server.ptr.not_determined", S, NotDetermined, Should("RFC 1912 §2.1"));
const CLIENT_LOCAL: Rule = Rule::new("server.client.local", S, NotApplicable, Practice("RFC 1918 §3"));

const HELO_NOT_A_NAME: Rule = Rule::new("server.helo.not_a_name", S, Deduct(5), Must("RFC 5321 §4.1.1.1"));
/// Allowed where a host has no name; a mail server should have one, and filters count it.
const HELO_LITERAL: Rule = Rule::new("server.helo.literal", S, Deduct(5), Practice("RFC 5321 §4.1.3"));
const HELO_UNRESOLVED: Rule = Rule::new("server.helo.unresolved", S, Deduct(3), Must("RFC 5321 §2.3.5"));
const HELO_GOOD: Rule = Rule::new("server.helo.good", S, Good, Must("RFC 5321 §2.3.5"));
const HELO_MISMATCH: Rule = Rule::new("server.helo.mismatch", S, Notice, Practice("RFC 5321 §4.1.4"));
const HELO_UNKNOWN: Rule = Rule::new("server.helo.not_determined", S, NotDetermined, Must("RFC 5321 §2.3.5"));

const FROM_UNREACHABLE: Rule = Rule::new("server.from.unreachable", S, Deduct(20), Practice("RFC 5321 §5.1"));
const FROM_NULL_MX: Rule = Rule::new("server.from.null_mx", S, Deduct(10), Should("RFC 7505 §4.2"));
const FROM_RECEIVES: Rule = Rule::new("server.from.receives", S, Good, Practice("RFC 5321 §5.1"));
const FROM_UNKNOWN: Rule = Rule::new("server.from.not_determined", S, NotDetermined, Practice("RFC 5321 §5.1"));
const PATH_UNREACHABLE: Rule = Rule::new("server.return_path.unreachable", S, Deduct(7), Must("RFC 5321 §2.3.5"));
const PATH_RECEIVES: Rule = Rule::new("server.return_path.receives", S, Good, Must("RFC 5321 §2.3.5"));
const PATH_UNKNOWN: Rule = Rule::new("server.return_path.not_determined", S, NotDetermined, Must("RFC 5321 §2.3.5"));
const REPLY_UNREACHABLE: Rule = Rule::new("server.reply_to.unreachable", S, Notice, Practice("RFC 5322 §3.6.2"));
const REPLY_UNKNOWN: Rule = Rule::new("server.reply_to.not_determined", S, NotDetermined, Practice("RFC 5322 §3.6.2"));
const MX_ALIAS: Rule = Rule::new("server.mx.alias", S, Notice, Must("RFC 2181 §10.3"));
const MX_LITERAL: Rule = Rule::new("server.mx.ip_literal", S, Notice, Must("RFC 1035 §3.3.9"));
const MX_PRIVATE: Rule = Rule::new("server.mx.private", S, Notice, Practice("RFC 1918 §3"));
const MX_DANGLING: Rule = Rule::new("server.mx.dangling", S, Notice, Practice("RFC 5321 §5.1"));

const TLS_NONE: Rule = Rule::new("server.tls.none", S, Deduct(5), Provider("Gmail", GMAIL));
const TLS_GOOD: Rule = Rule::new("server.tls.good", S, Good, Practice("RFC 7435"));
const TLS_OLD: Rule = Rule::new("server.tls.old", S, Notice, Must("RFC 8996"));
const TLS_WEAK: Rule = Rule::new("server.tls.weak_cipher", S, Notice, Should("RFC 9325 §4.1"));
const TLS_UNKNOWN: Rule = Rule::new("server.tls.not_determined", S, NotDetermined, Practice("RFC 3207"));

pub const RULES: &[Rule] = &[
    FROM_UNREACHABLE,
    PTR_MISSING,
    FROM_NULL_MX,
    PTR_UNCONFIRMED,
    PATH_UNREACHABLE,
    HELO_NOT_A_NAME,
    HELO_LITERAL,
    TLS_NONE,
    PTR_GENERIC,
    HELO_UNRESOLVED,
    PTR_CONFIRMED,
    PTR_SEVERAL,
    PTR_UNKNOWN,
    CLIENT_LOCAL,
    HELO_GOOD,
    HELO_MISMATCH,
    HELO_UNKNOWN,
    FROM_RECEIVES,
    FROM_UNKNOWN,
    PATH_RECEIVES,
    PATH_UNKNOWN,
    REPLY_UNREACHABLE,
    REPLY_UNKNOWN,
    MX_ALIAS,
    MX_LITERAL,
    MX_PRIVATE,
    MX_DANGLING,
    TLS_GOOD,
    TLS_OLD,
    TLS_WEAK,
    TLS_UNKNOWN,
];

/// Words that providers write into the names of lines that change hands.
const DYNAMIC: [&str; 9] = ["dyn", "dynamic", "dsl", "adsl", "dhcp", "pool", "ppp", "cable", "dialup"];
/// Words by which an operator marks a host as a mail server: then somebody did name it.
const OF_MAIL: [&str; 6] = ["mail", "smtp", "mta", "mx", "mailout", "outbound"];
/// What the texts choose their words by where there is nothing to name.
const NONE: &str = "none";

pub fn check(facts: &Facts, findings: &mut Findings) {
    reverse_dns(facts, findings);
    helo(facts, findings);
    domains(facts, findings);
    tls(facts, findings);
}

fn reverse_dns(facts: &Facts, findings: &mut Findings) {
    let (Observed::Seen(ip), Observed::Seen(iprev)) = (&facts.delivery.session.client_ip, &facts.auth.iprev) else {
        let finding = findings.add(if client::is_local(facts) { &CLIENT_LOCAL } else { &PTR_UNKNOWN });
        finding.arg("ip", facts.delivery.session.client_ip.seen().map_or(NONE.to_owned(), IpAddr::to_string));
        return;
    };
    let rule = match iprev.result {
        // This machine's own address: DNS need not know it, and nothing follows from that.
        _ if client::is_local(facts) => &CLIENT_LOCAL,
        IprevResult::Temperror => &PTR_UNKNOWN,
        _ if iprev.names.is_empty() => &PTR_MISSING,
        IprevResult::Pass if !is_generic_everywhere(iprev, *ip) => &PTR_CONFIRMED,
        IprevResult::Pass => &PTR_GENERIC,
        IprevResult::Fail | IprevResult::Permerror => &PTR_UNCONFIRMED,
    };
    let finding = findings.add(rule);
    let shown = if iprev.confirmed.is_empty() { &iprev.names } else { &iprev.confirmed };
    finding
        .arg("ip", ip.to_string())
        .arg("name", shown.first().map_or("-", String::as_str))
        .arg("names", iprev.names.join(", "));
    let wanted = wanted_name(facts);
    finding.arg("wanted", wanted.as_deref().unwrap_or(NONE));
    for name in iprev.names.iter().take(5) {
        let (owner, rtype) = (reverse_name(*ip), "PTR".to_owned());
        finding.evidence(Evidence::Record { name: owner, rtype, text: name.clone(), mark: None });
    }
    let ptr = |name: &str| Cure::Record {
        name: reverse_name(*ip),
        rtype: "PTR".into(),
        value: name.to_owned(),
        replaces: iprev.names.first().cloned(),
    };
    match (wanted, iprev.names.first()) {
        _ if matches!(rule.verdict, Good | NotApplicable | NotDetermined) => {}
        (Some(name), _) if leads_back(&name, *ip, facts) => {
            finding.cure(ptr(&name));
        }
        // A name that lacks only the way back.
        (_, Some(name)) if rule.code == PTR_UNCONFIRMED.code => {
            // Where it has other addresses, it may be another host's: a web site would suffer from one more.
            if lacks_address(name, *ip, facts) {
                finding.cure(address_record(name, *ip));
            }
        }
        // A name of one's own that does not lead back would be worse than a generic one that does: its address comes first.
        (Some(name), Some(_)) => {
            finding.cure(address_record(&name, *ip));
        }
        (Some(name), None) => {
            finding.cure(ptr(&name)).cure(address_record(&name, *ip));
        }
        (None, _) => {}
    }
    if let [_, _, ..] = iprev.names.as_slice() {
        let greets = facts.delivery.session.helo.seen().and_then(|helo| helo_name(helo));
        let keep = greets.filter(|helo| iprev.names.iter().any(|name| name.eq_ignore_ascii_case(helo)));
        let keep = keep.as_ref().or(iprev.confirmed.first());
        let finding = findings.add(&PTR_SEVERAL).arg("keep", keep.map_or(NONE, String::as_str));
        finding.arg("ip", ip.to_string()).arg("count", iprev.names.len()).arg("names", iprev.names.join(", "));
    }
}

/// The name a PTR should give: what the server calls itself, where that is a name of its own that leads to this address,
/// or could, since it has none yet.
fn wanted_name(facts: &Facts) -> Option<String> {
    let Observed::Seen(ip) = &facts.delivery.session.client_ip else { return None };
    let helo = facts.delivery.session.helo.seen().and_then(|helo| helo_name(helo))?;
    let fits = leads_back(&helo, *ip, facts) || has_address(&helo, &facts.dns) == Some(false);
    (fits && !is_generic(&helo, *ip) && !is_private_name(&helo)).then_some(helo)
}

/// A name for use inside a network: nobody can publish it in public DNS (RFC 6761, RFC 6762, RFC 8375, and habit).
fn is_private_name(name: &str) -> bool {
    const INSIDE: [&str; 10] =
        ["local", "localdomain", "localhost", "lan", "internal", "intranet", "home", "corp", "invalid", "arpa"];
    name.rsplit('.').next().is_some_and(|last| INSIDE.contains(&last.to_ascii_lowercase().as_str()))
}

fn address_record(name: &str, ip: IpAddr) -> Cure {
    let ip = ip.to_canonical();
    let rtype = if ip.is_ipv4() { "A" } else { "AAAA" };
    Cure::Record { name: name.to_owned(), rtype: rtype.to_owned(), value: ip.to_string(), replaces: None }
}

/// DNS says that the name has no address of this one's kind: of a PTR name no other kind is asked for.
fn lacks_address(name: &str, ip: IpAddr, facts: &Facts) -> bool {
    let rtype = if ip.to_canonical().is_ipv4() { RecordType::A } else { RecordType::Aaaa };
    facts.dns.find(name, rtype).is_some_and(|lookup| lookup.answer.is_void())
}

/// One of the name's addresses is this one.
fn leads_back(name: &str, ip: IpAddr, facts: &Facts) -> bool {
    let lookups = [RecordType::A, RecordType::Aaaa].map(|rtype| facts.dns.find(name, rtype));
    lookups.iter().flatten().any(|l| l.answer.addresses().any(|known| known.to_canonical() == ip.to_canonical()))
}

fn is_generic_everywhere(iprev: &Iprev, ip: IpAddr) -> bool {
    !iprev.confirmed.is_empty() && iprev.confirmed.iter().all(|name| is_generic(name, ip))
}

/// A name made from the address, as providers give to lines that nobody named: it holds most of the address's numbers.
fn is_generic(name: &str, ip: IpAddr) -> bool {
    let Some(host) = name.split_once('.').map(|_| name.to_ascii_lowercase()) else { return false };
    let has_word = |words: &[&str]| host.split(|c: char| !c.is_ascii_alphabetic()).any(|word| words.contains(&word));
    if has_word(&OF_MAIL) {
        return false;
    }
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            let octets = ip.octets();
            let numbers: Vec<u32> = host.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect();
            let forward = octets.map(u32::from);
            let mut backward = forward;
            backward.reverse();
            let in_a_row = numbers.windows(4).any(|four| four == forward || four == backward);
            // `host-2-7.dyn.example`: half the address, where the name itself says what it is.
            let [_, _, third, last] = forward;
            let half = numbers.windows(2).any(|two| two == [third, last] || two == [last, third]);
            let run = format!("{:03}{:03}{:03}{:03}", octets[0], octets[1], octets[2], octets[3]);
            let hex: String = octets.iter().map(|octet| format!("{octet:02x}")).collect();
            // All four apart, or run together in decimal or hexadecimal: `pool-192-0-2-7`, `192000002007`, `c0000207`.
            in_a_row || (half && has_word(&DYNAMIC)) || host.contains(&run) || host.contains(&hex)
        }
        IpAddr::V6(ip) => {
            let digits: String = host.chars().filter(char::is_ascii_hexdigit).collect();
            let full: String = ip.octets().iter().map(|octet| format!("{octet:02x}")).collect();
            // In full, or as it is written: `host-2001-db8--7.isp.example`.
            let written = |label: &str| {
                let text = label.replace('-', ":");
                let tails = text.match_indices(':').filter_map(|(at, _)| text.get(at + 1..));
                std::iter::once(&*text).chain(tails).any(|tail| tail.parse() == Ok(ip))
            };
            digits.contains(full.get(16..).unwrap_or(&full)) || host.split('.').any(written)
        }
    }
}

fn helo(facts: &Facts, findings: &mut Findings) {
    let Observed::Seen(helo) = &facts.delivery.session.helo else {
        findings.add(&HELO_UNKNOWN).arg("helo", NONE);
        return;
    };
    let evidence = Evidence::Session { text: format!("EHLO {helo}") };
    let Some(name) = helo_name(helo) else {
        let finding = findings.add(if is_literal(helo) { &HELO_LITERAL } else { &HELO_NOT_A_NAME });
        finding.arg("helo", helo).arg("wanted", confirmed_name(facts).unwrap_or(NONE)).evidence(evidence);
        return;
    };
    let rule = match has_address(&name, &facts.dns) {
        Some(true) => &HELO_GOOD,
        Some(false) => &HELO_UNRESOLVED,
        None => &HELO_UNKNOWN,
    };
    let finding = findings.add(rule);
    finding.arg("helo", &name).evidence(evidence);
    let instead = confirmed_name(facts).filter(|_| is_private_name(&name));
    finding.arg("private", if is_private_name(&name) { "yes" } else { "no" }).arg("wanted", instead.unwrap_or(NONE));
    let Observed::Seen(ip) = &facts.delivery.session.client_ip else { return };
    finding.arg("ip", ip.to_string());
    match has_address(&name, &facts.dns) {
        Some(false) if !client::is_local(facts) && !is_private_name(&name) => {
            finding.cure(address_record(&name, *ip));
        }
        Some(true) => mismatch(&name, *ip, facts, findings),
        _ => {}
    }
}

/// The name of the client that reverse and forward DNS agree on.
fn confirmed_name(facts: &Facts) -> Option<&str> {
    facts.auth.iprev.seen()?.confirmed.first().map(String::as_str)
}

/// `[192.0.2.1]` or `[IPv6:2001:db8::1]` (RFC 5321 §4.1.3).
fn is_literal(helo: &str) -> bool {
    let inner = helo.trim().strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    inner.is_some_and(|inner| match inner.split_at_checked(5) {
        Some((tag, ip)) if tag.eq_ignore_ascii_case("IPv6:") => ip.parse::<Ipv6Addr>().is_ok(),
        _ => inner.parse::<Ipv4Addr>().is_ok(),
    })
}

/// HELO names another host than the client. No receiver may refuse for it (RFC 5321 §4.1.4), and filters count it.
fn mismatch(name: &str, ip: IpAddr, facts: &Facts, findings: &mut Findings) {
    let Observed::Seen(iprev) = &facts.auth.iprev else { return };
    let lookups = [RecordType::A, RecordType::Aaaa].map(|rtype| facts.dns.find(name, rtype));
    let all_known = lookups.iter().all(|lookup| lookup.is_some_and(|lookup| !lookup.answer.is_unknown()));
    let is_ptr = iprev.names.iter().any(|ptr| ptr.trim_end_matches('.').eq_ignore_ascii_case(name));
    if all_known
        && !leads_back(name, ip, facts)
        && !is_ptr
        && !client::is_local(facts)
        && iprev.result != IprevResult::Temperror
    {
        let names = if iprev.names.is_empty() { NONE.to_owned() } else { iprev.names.join(", ") };
        let finding = findings.add(&HELO_MISMATCH);
        finding.arg("helo", name).arg("ip", ip.to_string()).arg("names", names);
        finding.arg("wanted", confirmed_name(facts).unwrap_or(NONE));
    }
}

fn domains(facts: &Facts, findings: &mut Findings) {
    let domains = MailDomains::of(&facts.delivery, &facts.message);
    let from_public = facts.delivery.session.client_ip.seen().is_none_or(|ip| !client::is_private(*ip));
    if let Some(author) = &domains.author {
        let reach = reach(author, &facts.dns);
        let rule = match reach {
            Reach::Receives => &FROM_RECEIVES,
            Reach::NullMx => &FROM_NULL_MX,
            Reach::Nothing | Reach::DeadMx => &FROM_UNREACHABLE,
            Reach::Unknown => &FROM_UNKNOWN,
        };
        add_reach(rule, author, facts, findings);
    }
    // The same domain is judged once, as From.
    let return_path = domains.return_path.as_ref().filter(|path| Some(*path) != domains.author.as_ref());
    if let Some(path) = return_path {
        let rule = match reach(path, &facts.dns) {
            Reach::Receives => &PATH_RECEIVES,
            Reach::NullMx | Reach::Nothing | Reach::DeadMx => &PATH_UNREACHABLE,
            Reach::Unknown => &PATH_UNKNOWN,
        };
        add_reach(rule, path, facts, findings);
    }
    let others = |domain: &&String| Some(*domain) != domains.author.as_ref() && Some(*domain) != return_path;
    for domain in domains.reply_to.iter().filter(others) {
        match reach(domain, &facts.dns) {
            Reach::NullMx | Reach::Nothing | Reach::DeadMx => add_reach(&REPLY_UNREACHABLE, domain, facts, findings),
            Reach::Unknown => add_reach(&REPLY_UNKNOWN, domain, facts, findings),
            Reach::Receives => {}
        }
    }
    for domain in domains.author.iter().chain(return_path) {
        for fault in mx_faults(domain, &facts.dns, from_public) {
            let (rule, host, target) = match fault {
                MxFault::Alias { host, target } => (&MX_ALIAS, host, Some(target)),
                MxFault::AddressLiteral(host) => (&MX_LITERAL, host, None),
                MxFault::Private(host) => (&MX_PRIVATE, host, None),
                MxFault::Dangling(host) => (&MX_DANGLING, host, None),
            };
            let finding = findings.add(rule).arg("domain", domain).arg("host", host);
            if let Some(target) = target {
                finding.arg("target", target);
            }
        }
    }
}

fn add_reach(rule: &'static Rule, domain: &str, facts: &Facts, findings: &mut Findings) {
    let finding = findings.add(rule);
    finding.arg("domain", domain);
    let hosts = facts.dns.find(domain, RecordType::Mx);
    let hosts: Vec<(u16, &str)> = hosts.iter().flat_map(|lookup| lookup.answer.exchanges()).take(5).collect();
    finding.arg("hosts", hosts.iter().map(|(_, host)| *host).collect::<Vec<_>>().join(", "));
    for (preference, host) in hosts {
        let text = format!("{preference} {host}");
        finding.evidence(Evidence::Record { name: domain.to_owned(), rtype: "MX".into(), text, mark: None });
    }
}

fn tls(facts: &Facts, findings: &mut Findings) {
    let tls = match &facts.delivery.session.tls {
        Observed::Seen(Some(tls)) => tls,
        Observed::Seen(None) => {
            findings.add(&TLS_NONE);
            return;
        }
        Observed::Missing(_) => {
            findings.add(&TLS_UNKNOWN);
            return;
        }
    };
    let old = matches!(tls.version.as_str(), "SSLv2" | "SSLv3" | "TLSv1" | "TLSv1.0" | "TLSv1.1");
    let rule = match (old, is_weak(tls)) {
        (true, _) => &TLS_OLD,
        (false, true) => &TLS_WEAK,
        (false, false) => &TLS_GOOD,
    };
    findings
        .add(rule)
        .arg("version", &tls.version)
        .arg("cipher", if tls.cipher.is_empty() { NONE } else { &tls.cipher });
}

/// No forward secrecy, or a cipher that has been given up (RFC 9325 §4.1); TLS 1.3 has none of these.
///
/// Received fields name ciphers as IANA, OpenSSL (`AES256-SHA`, `DES-CBC3-SHA`) or GnuTLS (`RSA_AES_256_CBC_SHA1`) do.
fn is_weak(tls: &TlsInfo) -> bool {
    let cipher = tls.cipher.to_ascii_uppercase();
    let given_up = ["RC4", "3DES", "_DES", "DES-CBC", "NULL", "EXPORT", "MD5"].iter().any(|word| cipher.contains(word));
    let static_key = tls.version != "TLSv1.3"
        && ["TLS_RSA_", "RSA_", "AES", "CAMELLIA"].iter().any(|start| cipher.starts_with(start));
    given_up || static_key
}

#[cfg(test)]
mod tests;
