//! One DKIM-Signature field, parsed (RFC 6376 §3.5). What is wrong comes back as the reason, with its place.

use super::canon::Canon;
use crate::address::{domain_to_ascii, plain_domain};
use crate::auth::tags::{self, TagList};
use crate::auth::{DkimReason, Fault, FaultKind};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    RsaSha256,
    Ed25519Sha256,
}

/// All that can be read, whether or not the field as a whole is valid.
#[derive(Clone, Debug, Default)]
pub struct Signature {
    /// `d=` as A-labels; empty when it is no domain name.
    pub domain: String,
    pub selector: String,
    pub algorithm: String,
    pub identity: Option<String>,
    pub canonicalization: (String, String),
    pub headers: Vec<String>,
    pub body_length: Option<u64>,
    pub signed_at: Option<u64>,
    pub expires_at: Option<u64>,
    /// What is needed to verify it, or why it cannot be.
    pub usable: Option<Usable>,
    pub reason: Option<DkimReason>,
}

#[derive(Clone, Debug)]
pub struct Usable {
    pub algorithm: Algorithm,
    pub header_canon: Canon,
    pub body_canon: Canon,
    pub signature: Vec<u8>,
    pub body_hash: Vec<u8>,
    /// Octet range of the `b=` value, white space included, in the field's value.
    pub b_value: std::ops::Range<usize>,
    /// The domain of `i=`; `d=` when there is none.
    pub identity_domain: String,
}

impl Signature {
    /// Reads the field's value (after the colon); never fails.
    pub fn parse(value: &[u8]) -> Signature {
        let list = tags::parse(value);
        let mut signature = Signature {
            domain: list.value("d").and_then(|d| plain_domain(&compact(d))).unwrap_or_default(),
            selector: list.value("s").map(selector).unwrap_or_default(),
            algorithm: list.value("a").map(compact).unwrap_or_default(),
            identity: list.value("i").map(compact),
            canonicalization: canonicalization(list.value("c")),
            headers: list.value("h").map(names).unwrap_or_default(),
            body_length: list.value("l").and_then(|l| l.parse().ok()),
            signed_at: list.value("t").and_then(|t| t.parse().ok()),
            expires_at: list.value("x").and_then(|x| x.parse().ok()),
            usable: None,
            reason: None,
        };
        match signature.check(&list) {
            Ok(usable) => signature.usable = Some(usable),
            Err(reason) => signature.reason = Some(reason),
        }
        signature
    }

    fn check(&self, list: &TagList) -> Result<Usable, DkimReason> {
        if let Some(problem) = list.problems.first() {
            return Err(DkimReason::Unparsable(problem.into()));
        }
        for name in ["v", "a", "b", "bh", "d", "h", "s"] {
            let tag = list.find(name).ok_or_else(|| unparsable(list, name, FaultKind::Missing))?;
            if tag.value.is_empty() {
                return Err(unparsable(list, name, FaultKind::EmptyValue));
            }
        }
        if list.value("v") != Some("1") {
            return Err(unparsable(list, "v", FaultKind::Version));
        }
        let algorithm = match self.algorithm.as_str() {
            "rsa-sha256" => Algorithm::RsaSha256,
            "ed25519-sha256" => Algorithm::Ed25519Sha256,
            "rsa-sha1" => return Err(DkimReason::AlgorithmRetired),
            other => return Err(DkimReason::AlgorithmUnknown(other.to_owned())),
        };
        let (header_canon, body_canon) = (&self.canonicalization.0, &self.canonicalization.1);
        let (Some(header_canon), Some(body_canon)) = (canon(header_canon), canon(body_canon)) else {
            return Err(unparsable(list, "c", FaultKind::Canonicalization));
        };
        if self.domain.is_empty() {
            return Err(unparsable(list, "d", FaultKind::NoDomain));
        }
        if !is_selector(&self.selector) {
            return Err(unparsable(list, "s", FaultKind::NoSelector));
        }
        for (name, read) in [("l", self.body_length), ("t", self.signed_at), ("x", self.expires_at)] {
            if list.value(name).is_some() && read.is_none() {
                return Err(unparsable(list, name, FaultKind::NoNumber));
            }
        }
        if let (Some(t), Some(x)) = (self.signed_at, self.expires_at)
            && x <= t
        {
            return Err(unparsable(list, "x", FaultKind::NotLater));
        }
        if let Some(methods) = list.value("q")
            && !methods.split(':').any(|method| method.trim() == "dns/txt")
        {
            return Err(unparsable(list, "q", FaultKind::QueryMethod));
        }
        if self.headers.iter().any(|name| !is_field_name(name)) {
            return Err(unparsable(list, "h", FaultKind::FieldName));
        }
        // RFC 6376 §5.4: From must be signed.
        if !self.headers.iter().any(|name| name.eq_ignore_ascii_case("from")) {
            return Err(DkimReason::FromNotSigned);
        }
        let identity_domain = match &self.identity {
            None => self.domain.clone(),
            Some(identity) => identity
                .rsplit_once('@')
                .and_then(|(_, domain)| domain_to_ascii(domain))
                .ok_or_else(|| unparsable(list, "i", FaultKind::NoIdentity))?,
        };
        if !is_within(&identity_domain, &self.domain) {
            return Err(DkimReason::IdentityMismatch);
        }
        let base64 = |name: &str| {
            decode_base64(list.value(name).unwrap_or_default())
                .ok_or_else(|| unparsable(list, name, FaultKind::NoBase64))
        };
        let b_value = list.find("b").map(|tag| tag.raw_value.0..tag.raw_value.1).unwrap_or_default();
        Ok(Usable {
            algorithm,
            header_canon,
            body_canon,
            signature: base64("b")?,
            body_hash: base64("bh")?,
            b_value,
            identity_domain,
        })
    }
}

fn unparsable(list: &TagList, name: &str, kind: FaultKind) -> DkimReason {
    DkimReason::Unparsable(Fault { kind, what: name.to_owned(), at: list.find(name).map(|tag| tag.span.0) })
}

/// Base64 with folding white space inside, as the tags of RFC 6376 allow it.
pub fn decode_base64(text: &str) -> Option<Vec<u8>> {
    use base64::Engine;
    use base64::alphabet::STANDARD;
    use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
    // Missing padding and stray trailing bits are common in the wild, and every verifier reads them.
    const ENGINE: GeneralPurpose = GeneralPurpose::new(
        &STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true),
    );
    ENGINE.decode(compact(text)).ok()
}

/// True when `domain` is `parent` or below it.
pub fn is_within(domain: &str, parent: &str) -> bool {
    domain == parent || domain.strip_suffix(parent).is_some_and(|rest| rest.ends_with('.'))
}

fn compact(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, ' ' | '\t' | '\r' | '\n')).collect()
}

/// RFC 8616 §5: U-labels of d= and s= are asked for as A-labels.
fn selector(value: &str) -> String {
    let value = compact(value);
    if value.is_ascii() { value.to_ascii_lowercase() } else { domain_to_ascii(&value).unwrap_or(value) }
}

/// RFC 6376 §3.5: simple/simple by default, and simple for a body left unsaid.
fn canonicalization(value: Option<&str>) -> (String, String) {
    let value = value.map_or_else(|| "simple".to_owned(), |c| compact(c).to_ascii_lowercase());
    match value.split_once('/') {
        Some((header, body)) => (header.to_owned(), body.to_owned()),
        None => (value, "simple".to_owned()),
    }
}

fn canon(name: &str) -> Option<Canon> {
    match name {
        "simple" => Some(Canon::Simple),
        "relaxed" => Some(Canon::Relaxed),
        _ => None,
    }
}

fn names(value: &str) -> Vec<String> {
    value.split(':').map(compact).collect()
}

fn is_field_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|octet| octet.is_ascii_graphic() && octet != b':' && octet != b';')
}

fn is_selector(selector: &str) -> bool {
    selector.len() <= 200
        && selector.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && label.bytes().all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_'))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "v=1; a=rsa-sha256; c=relaxed; d=Example.com; s=s1; i=x@mail.example.com;\r\n\
        \th=From : Subject; bh=YWE=; b=YW\r\n Fh; t=5; x=9; l=3; new=thing";

    fn reason(field: &str) -> Option<DkimReason> {
        Signature::parse(field.as_bytes()).reason
    }

    #[test]
    fn a_good_field_is_read_whole() {
        let signature = Signature::parse(GOOD.as_bytes());
        assert_eq!(signature.reason, None);
        assert_eq!(signature.domain, "example.com");
        assert_eq!(signature.canonicalization, ("relaxed".into(), "simple".into()));
        assert_eq!(signature.headers, ["From", "Subject"]);
        assert_eq!((signature.body_length, signature.signed_at, signature.expires_at), (Some(3), Some(5), Some(9)));
        let usable = signature.usable.unwrap();
        assert_eq!((usable.signature.as_slice(), usable.body_hash.as_slice()), (&b"aaa"[..], &b"aa"[..]));
        assert_eq!(usable.identity_domain, "mail.example.com");
    }

    #[test]
    fn an_internationalized_field_is_read_and_other_octets_are_not() {
        let signature = Signature::parse(
            GOOD.replace("Example.com", "caffè.example")
                .replace("mail.example.com", "caffè.example")
                .replace("s=s1", "s=è")
                .as_bytes(),
        );
        assert_eq!(signature.reason, None);
        assert_eq!((signature.domain.as_str(), signature.selector.as_str()), ("xn--caff-8oa.example", "xn--8ca"));
        let latin1 = GOOD.replace("new=thing", "new=").into_bytes().into_iter().chain([0xe8]).collect::<Vec<u8>>();
        let fault = Signature::parse(&latin1).reason;
        assert!(matches!(fault, Some(DkimReason::Unparsable(Fault { kind: FaultKind::Octet, .. }))), "{fault:?}");
    }

    #[test]
    fn each_fault_has_its_own_reason() {
        use DkimReason::*;
        let replaced = |from: &str, to: &str| reason(&GOOD.replace(from, to)).unwrap();
        assert_eq!(replaced("a=rsa-sha256", "a=rsa-sha1"), AlgorithmRetired);
        assert_eq!(replaced("a=rsa-sha256", "a=dsa"), AlgorithmUnknown("dsa".into()));
        assert_eq!(replaced("From : ", ""), FromNotSigned);
        assert_eq!(replaced("x@mail.example.com", "x@badexample.com"), IdentityMismatch);
        for (from, to, kind, what, at) in [
            ("v=1", "v=2", FaultKind::Version, "v", Some(0)),
            ("v=1; ", "", FaultKind::Missing, "v", None),
            ("s=s1", "s=s 1!", FaultKind::NoSelector, "s", Some(45)),
            ("d=Example.com", "d=a..b", FaultKind::NoDomain, "d", Some(30)),
            ("d=Example.com", "d=x@Example.com", FaultKind::NoDomain, "d", Some(30)),
            ("c=relaxed", "c=nowsp", FaultKind::Canonicalization, "c", Some(19)),
            ("bh=YWE=", "bh=*", FaultKind::NoBase64, "bh", Some(93)),
            ("x=9", "x=5", FaultKind::NotLater, "x", Some(118)),
            ("l=3", "l=-1", FaultKind::NoNumber, "l", Some(123)),
            ("new=thing", "d=other.example", FaultKind::Duplicate, "d=other.example", Some(128)),
            ("new=thing", "q=http", FaultKind::QueryMethod, "q", Some(128)),
            ("new=thing", "rubbish", FaultKind::NoEquals, "rubbish", Some(128)),
        ] {
            assert_eq!(replaced(from, to), Unparsable(Fault { kind, what: what.to_owned(), at }));
        }
    }
}
