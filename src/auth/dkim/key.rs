//! Key records at `<selector>._domainkey.<domain>` (RFC 6376 §3.6.1, RFC 8463 §4).

use mail_auth::common::parse::TxtRecordParser;
use mail_auth::common::verify::DomainKey;

use super::signature::{Algorithm, decode_base64};
use crate::auth::tags::{self, TagList};
use crate::auth::{DkimReason, DkimResult, Fault, FaultKind};
use crate::dns::Lookup;

/// What the answer says about the key, and the key itself when it can be used.
#[derive(Default)]
pub struct Key {
    /// The record as published.
    pub record: Option<String>,
    pub bits: Option<u32>,
    /// `t=y`.
    pub testing: bool,
    /// `t=s`: `i=` may not be in a subdomain.
    pub strict: bool,
    pub usable: Option<DomainKey>,
    pub problem: Option<(DkimResult, DkimReason)>,
}

impl Key {
    /// Reads the answer for a signature made with `algorithm`; never fails.
    pub fn from_lookup(lookup: &Lookup, algorithm: Option<Algorithm>) -> Key {
        if lookup.answer.is_unknown() {
            return Key::broken(DkimResult::Temperror, DkimReason::Dns(Fault::of_answer(&lookup.answer)));
        }
        let records: Vec<&[u8]> = lookup.answer.texts().map(|text| text.octets.as_slice()).collect();
        // A wildcard's other TXT records are no keys.
        let keys: Vec<&[u8]> = records.iter().copied().filter(|record| looks_like_key(record)).collect();
        match (keys.as_slice(), records.as_slice()) {
            ([], []) => Key::broken(DkimResult::Permerror, DkimReason::KeyMissing),
            ([record], _) | ([], [record]) => Key::parse(record, algorithm),
            ([], [record, ..]) => Key {
                record: Some(crate::dns::escape(record)),
                ..Key::broken(DkimResult::Permerror, unusable(FaultKind::KeyAbsent, ""))
            },
            // RFC 6376 §3.6.2.2: the result of several records is undefined.
            (several, _) => Key {
                record: several.first().map(|record| crate::dns::escape(record)),
                ..Key::broken(DkimResult::Permerror, DkimReason::SeveralKeys(several.len()))
            },
        }
    }

    fn broken(result: DkimResult, reason: DkimReason) -> Key {
        Key { problem: Some((result, reason)), ..Key::default() }
    }

    fn parse(record: &[u8], algorithm: Option<Algorithm>) -> Key {
        let list = tags::parse(record);
        let flags = list.value("t").unwrap_or_default();
        let has_flag = |flag: &str| flags.split(':').any(|f| f.trim().eq_ignore_ascii_case(flag));
        let mut key = Key {
            record: Some(crate::dns::escape(record)),
            testing: has_flag("y"),
            strict: has_flag("s"),
            ..Key::default()
        };
        let octets = list.value("p").and_then(decode_base64);
        key.bits = match (&octets, list.value("k").unwrap_or("rsa")) {
            (Some(octets), "rsa") => rsa_bits(octets),
            (Some(octets), "ed25519") if octets.len() == 32 => Some(256),
            _ => None,
        };
        let checked = check(&list, octets.as_deref(), key.bits, algorithm)
            .and_then(|()| DomainKey::parse(record).map_err(|_| unusable(FaultKind::KeyUnreadable, "")));
        match checked {
            Ok(usable) => key.usable = Some(usable),
            Err(reason) => key.problem = Some((DkimResult::Permerror, reason)),
        }
        key
    }
}

fn check(
    list: &TagList,
    octets: Option<&[u8]>,
    bits: Option<u32>,
    algorithm: Option<Algorithm>,
) -> Result<(), DkimReason> {
    if let Some(problem) = list.problems.first() {
        return Err(DkimReason::KeyUnusable(problem.into()));
    }
    // RFC 6376 §3.6.1: when there is a v=, it comes first and is DKIM1.
    if let Some(at) = list.tags.iter().position(|tag| tag.name == "v")
        && (at != 0 || list.value("v") != Some("DKIM1"))
    {
        return Err(unusable(if at == 0 { FaultKind::KeyVersion } else { FaultKind::KeyVersionPlace }, ""));
    }
    let p = list.value("p").ok_or_else(|| unusable(FaultKind::Missing, "p"))?;
    if p.is_empty() {
        return Err(DkimReason::KeyRevoked);
    }
    let octets = octets.ok_or_else(|| unusable(FaultKind::NoBase64, "p"))?;
    let wanted = match algorithm {
        Some(Algorithm::Ed25519Sha256) => Some("ed25519"),
        Some(Algorithm::RsaSha256) => Some("rsa"),
        None => None,
    };
    let kind = list.value("k").unwrap_or("rsa");
    if !matches!(kind, "rsa" | "ed25519") {
        return Err(unusable(FaultKind::KeyKind, kind));
    }
    if wanted.is_some_and(|wanted| wanted != kind) {
        return Err(DkimReason::KeyDisallows(format!("k={kind}")));
    }
    if let Some(hashes) = list.value("h")
        && !hashes.split(':').any(|hash| hash.trim() == "sha256")
    {
        return Err(DkimReason::KeyDisallows(format!("h={hashes}")));
    }
    if let Some(services) = list.value("s")
        && !services.split(':').any(|service| matches!(service.trim(), "*" | "email"))
    {
        return Err(DkimReason::KeyDisallows(format!("s={services}")));
    }
    match (kind, bits) {
        ("ed25519", Some(_)) => Ok(()),
        ("ed25519", None) => Err(unusable(FaultKind::KeyLength, &octets.len().to_string())),
        (_, None) => Err(unusable(FaultKind::KeyNotRsa, "")),
        // RFC 8301 §3.2.
        (_, Some(bits)) if bits < 1024 => Err(DkimReason::KeyTooShort),
        (_, Some(bits)) if bits > 8192 => Err(unusable(FaultKind::KeyTooLong, &bits.to_string())),
        _ => Ok(()),
    }
}

fn unusable(kind: FaultKind, what: &str) -> DkimReason {
    DkimReason::KeyUnusable(Fault::of(kind, what))
}

/// A record that was meant as a key: it says so, or has a `p=`.
fn looks_like_key(record: &[u8]) -> bool {
    let list = tags::parse(record);
    list.value("v").is_some_and(|v| v.starts_with("DKIM")) || list.find("v").is_none() && list.find("p").is_some()
}

/// Size of the modulus, from a SubjectPublicKeyInfo or a bare RSAPublicKey (RFC 8017 §A.1.1).
fn rsa_bits(octets: &[u8]) -> Option<u32> {
    let (tag, content, _) = der(octets)?;
    let (first, inner, after) = der(content)?;
    let modulus = match (tag, first) {
        (SEQUENCE, INTEGER) => inner,
        (SEQUENCE, SEQUENCE) => {
            let (tag, bits, _) = der(after)?;
            let (inner_tag, key, _) = der(bits.split_first().filter(|(unused, _)| **unused == 0)?.1)?;
            let (integer, modulus, _) = der(key)?;
            if (tag, inner_tag, integer) != (BIT_STRING, SEQUENCE, INTEGER) {
                return None;
            }
            modulus
        }
        _ => return None,
    };
    let start = modulus.iter().position(|octet| *octet != 0)?;
    let significant = modulus.get(start..)?;
    let first = significant.first()?;
    u32::try_from(significant.len()).ok()?.checked_mul(8)?.checked_sub(first.leading_zeros())
}

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const SEQUENCE: u8 = 0x30;

/// Tag, content and what follows of one DER value with a definite length.
fn der(octets: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = octets.split_first()?;
    let (length, rest) = rest.split_first()?;
    let (length, rest) = if length & 0x80 == 0 {
        (usize::from(*length), rest)
    } else {
        let (digits, rest) = rest.split_at_checked(usize::from(length & 0x7f))?;
        if digits.len() > 4 {
            return None;
        }
        (digits.iter().fold(0usize, |sum, digit| sum << 8 | usize::from(*digit)), rest)
    };
    let (content, after) = rest.split_at_checked(length)?;
    Some((*tag, content, after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::{Answer, Data, Question, RecordType, Text};

    const ED: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

    fn lookup(texts: &[&str]) -> Lookup {
        let records =
            texts.iter().map(|text| Data::Txt(Text { octets: text.as_bytes().to_vec(), strings: 1 })).collect();
        let answer = if texts.is_empty() { Answer::NxDomain } else { Answer::Records { records, ttl: 60 } };
        let question = Question { name: "s._domainkey.example.com".into(), rtype: RecordType::Txt };
        Lookup { question, answer, aliases: Vec::new(), authenticated: false, server: None, ms: 0 }
    }

    fn reason(texts: &[&str]) -> Option<DkimReason> {
        Key::from_lookup(&lookup(texts), Some(Algorithm::Ed25519Sha256)).problem.map(|(_, reason)| reason)
    }

    #[test]
    fn each_unusable_key_says_why() {
        use DkimReason::*;
        let record = |rest: &str| format!("v=DKIM1; k=ed25519; {rest}");
        assert_eq!(reason(&[]), Some(KeyMissing));
        assert_eq!(reason(&[&record("p=")]), Some(KeyRevoked));
        assert_eq!(reason(&[&record("p=***")]), Some(unusable(FaultKind::NoBase64, "p")));
        assert_eq!(reason(&[&record("p=aaaa")]), Some(unusable(FaultKind::KeyLength, "3")));
        assert_eq!(reason(&[&record(&format!("h=sha1; p={ED}"))]), Some(KeyDisallows("h=sha1".into())));
        assert_eq!(reason(&[&record(&format!("s=tlsrpt; p={ED}"))]), Some(KeyDisallows("s=tlsrpt".into())));
        assert_eq!(reason(&[&format!("k=ed25519; v=DKIM1; p={ED}")]), Some(unusable(FaultKind::KeyVersionPlace, "")));
        assert_eq!(reason(&["v=DKIM1; p=aaaa"]), Some(KeyDisallows("k=rsa".into())));
        assert_eq!(reason(&["v=spf1 -all"]), Some(unusable(FaultKind::KeyVersion, "")));
        let good = record(&format!("p={ED}"));
        assert_eq!(reason(&[&good]), None);
        assert_eq!(reason(&["v=spf1 -all", &good]), None, "a wildcard's SPF record is no key");
        assert_eq!(reason(&[&good, &good]), Some(SeveralKeys(2)));
    }

    #[test]
    fn any_record_is_read_without_a_panic() {
        proptest::proptest!(|(octets in proptest::collection::vec(proptest::num::u8::ANY, 0..200))| {
            rsa_bits(&octets);
            Key::parse(&octets, None);
            let mut record = b"v=DKIM1; p=".to_vec();
            record.extend(octets);
            Key::parse(&record, Some(Algorithm::RsaSha256));
        });
    }
}
