//! `vaglio setup`: the DNS records that an operator publishes, as a zone file or as a list. Pure; `doctor` checks the same.

use std::fmt::Write as _;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use aws_lc_rs::digest;
use clap::Args;
use jiff::Timestamp;
use serde::Serialize;

use super::{print, refuse};
use crate::address::plain_domain;
use crate::dns::{RecordType, reverse_name};
use crate::tls;

#[derive(Args, Clone, Debug)]
pub struct SetupOptions {
    /// The domain of the test addresses, and the name of this server
    #[arg(long, value_name = "NAME", env = "VAGLIO_DOMAIN")]
    pub domain: String,
    /// This server's public addresses
    #[arg(long, value_name = "IP", value_delimiter = ',')]
    pub ip: Vec<IpAddr>,
    /// PEM private key of the certificate: gives the TLSA record
    #[arg(long, value_name = "FILE", env = "VAGLIO_TLS_KEY")]
    pub tls_key: Option<PathBuf>,
    /// The smarthost through which this service answers the probes by mail, if it does: its domain then sends mail
    #[arg(long, value_name = "ADDR", env = "VAGLIO_REPLY_SMARTHOST", hide_env_values = true)]
    pub reply_smarthost: Option<String>,
    /// zone: to paste into a zone file; list: name, type and value apart, for a web form
    #[arg(long, value_enum, default_value = "zone")]
    pub format: SetupFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum SetupFormat {
    Zone,
    List,
    Json,
}

/// How much depends on a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// Without it no mail comes.
    Required,
    Recommended,
    Optional,
}

/// One record to publish.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Wanted {
    /// Without the final dot.
    pub name: String,
    #[serde(rename = "type")]
    pub rtype: RecordType,
    /// In presentation form, names with the final dot.
    pub value: String,
    pub need: Need,
    pub why: &'static str,
}

/// Prints the records.
pub fn run(options: &SetupOptions) -> ExitCode {
    let Some(domain) = plain_domain(&options.domain) else {
        return refuse(format!("--domain {:?} is not a domain name", options.domain));
    };
    let tlsa = match options.tls_key.as_deref().map(key_digest).transpose() {
        Ok(digest) => digest,
        Err(error) => return refuse(error),
    };
    let id = Timestamp::now().strftime("%Y%m%d%H%M%S").to_string();
    let answers = options.reply_smarthost.as_deref().is_some_and(|text| !text.is_empty());
    let wanted = wanted(&domain, &options.ip, tlsa.as_deref(), &id, answers);
    match options.format {
        SetupFormat::Zone => print(&zone(&domain, &wanted, options.ip.is_empty())),
        SetupFormat::List => print(&list(&domain, &wanted, options.ip.is_empty())),
        SetupFormat::Json => match serde_json::to_string_pretty(&wanted) {
            Ok(json) => print(&(json + "\n")),
            Err(error) => return refuse(error),
        },
    }
    ExitCode::SUCCESS
}

/// SHA-256 of the key's SubjectPublicKeyInfo, in hexadecimal: the data of `TLSA 3 1 1` (RFC 6698 §2.1), which outlives a
/// renewed certificate as long as the key stays (RFC 7671 §5.1).
///
/// # Errors
/// One line: unreadable, or not a private key.
pub fn key_digest(path: &Path) -> Result<String, String> {
    tls::public_key(path).map(|public| digest_of(&public)).map_err(|error| error.to_string())
}

/// The same, of the SubjectPublicKeyInfo itself.
pub fn digest_of(public_key: &[u8]) -> String {
    let digest = digest::digest(&digest::SHA256, public_key);
    digest.as_ref().iter().fold(String::new(), |mut hex, octet| {
        let _ = write!(hex, "{octet:02x}");
        hex
    })
}

/// What to publish for a server of this name at these addresses. `id` names this version of the MTA-STS policy; `answers`:
/// the service answers the probes by mail.
pub fn wanted(domain: &str, ips: &[IpAddr], tlsa: Option<&str>, id: &str, answers: bool) -> Vec<Wanted> {
    use Need::{Optional, Recommended, Required};
    let record =
        |name: &str, rtype, value: String, need, why| Wanted { name: name.to_owned(), rtype, value, need, why };
    let mut wanted = Vec::new();
    for ip in ips {
        let rtype = if ip.is_ipv4() { RecordType::A } else { RecordType::Aaaa };
        wanted.push(record(domain, rtype, ip.to_string(), Required, "where this server is"));
    }
    let mx = format!("10 {domain}.");
    wanted.push(record(domain, RecordType::Mx, mx, Required, "mail for the test addresses comes here"));
    let no_mail = "no mail is ever sent from here: nobody should believe one that says so";
    let txt = |name: &str, value: &str, why| record(name, RecordType::Txt, format!("\"{value}\""), Recommended, why);
    let dmarc = format!("_dmarc.{domain}");
    if answers {
        // Answers have the null return path: SPF judges the smarthost's own name (RFC 7208 §2.4), and only DKIM aligns.
        let why = "the answers by mail; p=reject once the smarthost signs them with DKIM for this domain";
        wanted.push(txt(&dmarc, "v=DMARC1; p=none; sp=reject", why));
    } else {
        wanted.push(txt(domain, "v=spf1 -all", no_mail));
        wanted.push(txt(&dmarc, "v=DMARC1; p=reject; sp=reject", no_mail));
    }
    for ip in ips {
        let why = "the address's name, set by whoever gave you the address";
        wanted.push(record(&reverse_name(*ip), RecordType::Ptr, format!("{domain}."), Optional, why));
    }
    if let Some(digest) = tlsa {
        let why = "DANE: senders then insist on TLS with this key; only where your zone is signed with DNSSEC";
        let value = format!("3 1 1 {digest}");
        wanted.push(record(&format!("_25._tcp.{domain}"), RecordType::Tlsa, value, Optional, why));
    }
    let why = "MTA-STS: senders then insist on TLS; needs a certificate that they trust, and the policy on the web";
    wanted.push(record(&format!("_mta-sts.{domain}"), RecordType::Txt, format!("\"v=STSv1; id={id}\""), Optional, why));
    let why = "MTA-STS: the host that serves the policy";
    wanted.push(record(&format!("mta-sts.{domain}"), RecordType::Cname, format!("{domain}."), Optional, why));
    wanted
}

/// RFC 8461 §3.2, to be served as https://mta-sts.DOMAIN/.well-known/mta-sts.txt.
pub fn sts_policy(domain: &str) -> String {
    format!("version: STSv1\nmode: testing\nmx: {domain}\nmax_age: 86400\n")
}

/// RFC 1035 §5.1. What is not in the domain's own zone is a comment.
fn zone(domain: &str, wanted: &[Wanted], no_address: bool) -> String {
    let mut out = format!("; DNS for a Vaglio at {domain}\n");
    if no_address {
        let _ = writeln!(out, "; A and AAAA are missing: name this server's addresses with --ip");
    }
    for record in wanted {
        let foreign = if record.rtype == RecordType::Ptr { "; " } else { "" };
        let _ = writeln!(out, "\n; {}: {}", need(record.need), record.why);
        let _ = writeln!(out, "{foreign}{}. 3600 IN {} {}", record.name, record.rtype, record.value);
    }
    let _ = writeln!(out, "\n; The MTA-STS policy, at https://mta-sts.{domain}/.well-known/mta-sts.txt:");
    for line in sts_policy(domain).lines() {
        let _ = writeln!(out, ";   {line}");
    }
    out
}

fn list(domain: &str, wanted: &[Wanted], no_address: bool) -> String {
    let mut out = String::new();
    if no_address {
        let _ = writeln!(out, "A and AAAA are missing: name this server's addresses with --ip\n");
    }
    for record in wanted {
        let _ = writeln!(
            out,
            "name   {}\ntype   {}\nvalue  {}\n       {}: {}\n",
            record.name,
            record.rtype,
            record.value,
            need(record.need),
            record.why
        );
    }
    let _ = writeln!(
        out,
        "The MTA-STS policy, at https://mta-sts.{domain}/.well-known/mta-sts.txt:\n\n{}",
        sts_policy(domain)
    );
    out
}

fn need(need: Need) -> &'static str {
    match need {
        Need::Required => "required",
        Need::Recommended => "recommended",
        Need::Optional => "optional",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::Zone;

    #[test]
    fn the_printed_zone_is_one_and_holds_every_record_of_the_domain() {
        let ips = ["192.0.2.25".parse().unwrap(), "2001:db8::25".parse().unwrap()];
        let digest = "ab".repeat(32);
        let wanted = wanted("vaglio.example", &ips, Some(&digest), "20261122000000", false);
        let parsed = Zone::parse(&zone("vaglio.example", &wanted, false)).unwrap();
        for record in wanted.iter().filter(|record| record.rtype != RecordType::Ptr) {
            assert!(parsed.holds(&record.name, record.rtype), "{record:?}");
        }
        assert!(
            wanted.iter().any(|record| record.name == "25.2.0.192.in-addr.arpa" && record.value == "vaglio.example.")
        );
    }

    /// Published, `v=spf1 -all` and p=reject would have our own answers refused.
    #[test]
    fn who_answers_by_mail_is_not_told_to_forbid_it() {
        let values = |answers| {
            let wanted = wanted("vaglio.example", &[], None, "1", answers);
            wanted.into_iter().map(|record| record.value).collect::<Vec<_>>().join("\n")
        };
        assert!(values(false).contains("v=spf1 -all") && values(false).contains("p=reject; sp=reject"));
        assert!(!values(true).contains("-all") && values(true).contains("p=none; sp=reject"));
    }

    #[test]
    fn the_tlsa_digest_is_that_of_the_public_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.pem");
        let made = rcgen::generate_simple_self_signed(vec!["vaglio.example".to_owned()]).unwrap();
        std::fs::write(&path, made.signing_key.serialize_pem()).unwrap();
        use rcgen::PublicKeyData as _;
        let spki = made.signing_key.subject_public_key_info();
        let expected: String =
            digest::digest(&digest::SHA256, &spki).as_ref().iter().map(|octet| format!("{octet:02x}")).collect();
        assert_eq!(key_digest(&path).unwrap(), expected);
        assert!(key_digest(&folder.path().join("none.pem")).unwrap_err().contains("none.pem"));
    }
}
