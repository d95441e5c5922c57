//! DKIM (RFC 6376, RFC 8301, RFC 8463): every DKIM-Signature field of a message, in order, each with its precise reason.
//!
//! `signature.rs` reads the field, `key.rs` the key record, `canon.rs` turns octets into what was signed, `autopsy/` finds out
//! what was changed afterwards. Keys and the
//! signature's arithmetic are mail-auth's; canonicalization and limits are ours, since mail-auth strips too little from
//! relaxed bodies, cuts `l=` before canonicalization and judges `x=` by a hidden clock.

mod autopsy;
mod canon;
mod key;
mod published;
mod signature;

use std::borrow::Cow;
use std::collections::HashMap;

use futures_util::future::join_all;
use jiff::Timestamp;
use mail_auth::common::crypto::Algorithm as Hashed;

pub use self::published::{COMMON, PublishedKey, published};

use self::canon::{Canon, RawField, Split};
use self::key::Key;
use self::signature::{Algorithm, Signature, Usable};
use super::{Dkim, DkimReason, DkimResult, Fault, FaultKind};
use crate::dns::{Dns, RecordType};

/// Signatures past this many are reported, not verified: a hostile message could ask for any number of look-ups.
pub const MOST_VERIFIED: usize = 10;

/// How far a signer's clock may be ahead, seconds.
const CLOCK_SKEW: i64 = 300;

/// Verifies every signature of a message as it stood at `now`.
pub async fn verify(dns: &Dns, raw: &[u8], now: Timestamp) -> Vec<Dkim> {
    let octets = with_crlf(raw);
    let split = canon::split(&octets);
    let own: Vec<(&RawField<'_>, Signature)> =
        own_fields(&split).map(|field| (field, Signature::parse(field.value))).collect();
    let keys = join_all(own.iter().take(MOST_VERIFIED).map(|(_, signature)| key_of(dns, signature))).await;
    let mut bodies = Bodies { body: split.body, done: HashMap::new() };
    let mut keys = keys.into_iter();
    let mut opened = 0;
    own.into_iter()
        .map(|(field, signature)| match keys.next() {
            Some(key) => judge(&split, field, signature, key, &mut bodies, &mut opened, now),
            None => report(field, signature, Key::default(), DkimResult::Policy, Some(DkimReason::NotVerified)),
        })
        .collect()
}

/// The distinct signing domains of the signatures that [`verify`] looks at.
pub fn signing_domains(raw: &[u8]) -> Vec<String> {
    let octets = with_crlf(raw);
    let mut domains: Vec<String> = own_fields(&canon::split(&octets))
        .take(MOST_VERIFIED)
        .map(|field| Signature::parse(field.value).domain)
        .filter(|domain| !domain.is_empty())
        .collect();
    domains.sort();
    domains.dedup();
    domains
}

/// SHA-256 of a body for mail-auth, which would compute it wrongly.
pub(super) fn body_hash_of(canon: mail_auth::dkim::Canonicalization, body: &[u8], length: Option<u64>) -> Vec<u8> {
    let canon = match canon {
        mail_auth::dkim::Canonicalization::Relaxed => Canon::Relaxed,
        mail_auth::dkim::Canonicalization::Simple => Canon::Simple,
    };
    canon::body_hash(canon, body, length).0
}

/// Top to bottom.
fn own_fields<'a>(split: &'a Split<'a>) -> impl Iterator<Item = &'a RawField<'a>> {
    split.fields.iter().filter(|field| field.name.trim_ascii_end().eq_ignore_ascii_case(b"DKIM-Signature"))
}

/// A file saved with bare line feeds throughout is the same message; one CRLF anywhere, and every octet counts as it is.
fn with_crlf(raw: &[u8]) -> Cow<'_, [u8]> {
    if raw.contains(&b'\r') || !raw.contains(&b'\n') {
        return Cow::Borrowed(raw);
    }
    let mut octets = Vec::with_capacity(raw.len() + raw.len() / 32);
    for line in raw.split_inclusive(|octet| *octet == b'\n') {
        match line.split_last() {
            Some((b'\n', content)) => {
                octets.extend_from_slice(content);
                octets.extend_from_slice(b"\r\n");
            }
            _ => octets.extend_from_slice(line),
        }
    }
    Cow::Owned(octets)
}

async fn key_of(dns: &Dns, signature: &Signature) -> Key {
    if signature.domain.is_empty() || signature.selector.is_empty() {
        return Key::default();
    }
    let name = format!("{}._domainkey.{}", signature.selector, signature.domain);
    let lookup = dns.ask(&name, RecordType::Txt).await;
    Key::from_lookup(&lookup, signature.usable.as_ref().map(|usable| usable.algorithm))
}

fn judge(
    split: &Split<'_>,
    field: &RawField<'_>,
    signature: Signature,
    key: Key,
    bodies: &mut Bodies<'_>,
    opened: &mut usize,
    now: Timestamp,
) -> Dkim {
    let (result, reason) = match evaluate(split, field, &signature, &key, bodies, now) {
        Ok(()) => (DkimResult::Pass, None),
        Err((result, reason)) => (result, Some(reason)),
    };
    let changes = match (&reason, &signature.usable) {
        (Some(DkimReason::BodyHash | DkimReason::Signature), Some(usable)) if *opened < autopsy::MOST_OPENED => {
            *opened += 1;
            autopsy::changes(split, field, &signature, usable, &key)
        }
        _ => Vec::new(),
    };
    Dkim { autopsy: changes, ..report(field, signature, key, result, reason) }
}

fn evaluate(
    split: &Split<'_>,
    field: &RawField<'_>,
    signature: &Signature,
    key: &Key,
    bodies: &mut Bodies<'_>,
    now: Timestamp,
) -> Result<(), (DkimResult, DkimReason)> {
    let usable = match (&signature.usable, &signature.reason) {
        (Some(usable), None) => usable,
        (_, reason) => {
            let reason = reason.clone().unwrap_or_else(|| DkimReason::Unparsable(Fault::new(FaultKind::Missing)));
            return Err((DkimResult::Permerror, reason));
        }
    };
    if let Some((result @ DkimResult::Permerror, reason)) = &key.problem {
        return Err((*result, reason.clone()));
    }
    // A changed body fails whatever the key may be, so this comes before a key that did not answer.
    bodies.check(usable, signature.body_length)?;
    if let Some(problem) = &key.problem {
        return Err(problem.clone());
    }
    // RFC 6376 §3.6.1, t=s.
    if key.strict && usable.identity_domain != signature.domain {
        return Err((DkimResult::Permerror, DkimReason::IdentityMismatch));
    }
    let signed =
        canon::signed_header(usable.header_canon, &split.fields, &signature.headers, field, usable.b_value.clone());
    let verified = key.usable.as_ref().is_some_and(|key| verifies(key, usable, &signed));
    if !verified {
        return Err((DkimResult::Fail, DkimReason::Signature));
    }
    judge_times(signature, now)
}

fn verifies(key: &mail_auth::common::verify::DomainKey, usable: &Usable, signed: &[u8]) -> bool {
    match usable.algorithm {
        Algorithm::RsaSha256 => key.p.verify_bytes(signed, &usable.signature, Hashed::RsaSha256).is_ok(),
        Algorithm::Ed25519Sha256 => key.p.verify_bytes(signed, &usable.signature, Hashed::Ed25519Sha256).is_ok(),
    }
}

/// RFC 6376 §3.5: `x=` and `t=`, against the time of receipt.
fn judge_times(signature: &Signature, now: Timestamp) -> Result<(), (DkimResult, DkimReason)> {
    let past = |at: u64| i64::try_from(at).is_ok_and(|at| at < now.as_second());
    if signature.expires_at.is_some_and(past) {
        return Err((DkimResult::Permerror, DkimReason::Expired));
    }
    let ahead = |at: u64| i64::try_from(at).map_or(true, |at| at > now.as_second().saturating_add(CLOCK_SKEW));
    // A verifier MAY ignore such a signature: some do, so it is a matter of policy.
    if signature.signed_at.is_some_and(ahead) {
        return Err((DkimResult::Policy, DkimReason::InFuture));
    }
    Ok(())
}

/// Body hashes, each computed once.
struct Bodies<'a> {
    body: &'a [u8],
    done: HashMap<(Canon, Option<u64>), (Vec<u8>, u64)>,
}

impl Bodies<'_> {
    fn check(&mut self, usable: &Usable, length: Option<u64>) -> Result<(), (DkimResult, DkimReason)> {
        let body = self.body;
        let (hash, total) = self
            .done
            .entry((usable.body_canon, length))
            .or_insert_with(|| canon::body_hash(usable.body_canon, body, length));
        // RFC 6376 §3.5: l= must not exceed the canonical body.
        if length.is_some_and(|length| length > *total) {
            return Err((DkimResult::Fail, DkimReason::LengthOverBody(*total)));
        }
        if *hash != usable.body_hash {
            return Err((DkimResult::Fail, DkimReason::BodyHash));
        }
        Ok(())
    }
}

fn report(
    field: &RawField<'_>,
    signature: Signature,
    key: Key,
    result: DkimResult,
    reason: Option<DkimReason>,
) -> Dkim {
    Dkim {
        result,
        domain: signature.domain,
        selector: signature.selector,
        algorithm: signature.algorithm,
        identity: signature.identity,
        canonicalization: signature.canonicalization,
        signed_headers: signature.headers,
        body_length: signature.body_length,
        signed_at: signature.signed_at,
        expires_at: signature.expires_at,
        key_bits: key.bits,
        testing: key.testing,
        key_record: key.record,
        aligned: false,
        aligned_relaxed: false,
        aligned_strict: false,
        alignment_open: false,
        reason,
        autopsy: Vec::new(),
        header: unfold(field),
    }
}

fn unfold(field: &RawField<'_>) -> String {
    let value = String::from_utf8_lossy(field.value).replace("\r\n", "");
    format!("{}:{value}", String::from_utf8_lossy(field.name))
}
