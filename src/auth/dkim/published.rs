//! Keys at selectors, without a signature: what a domain could sign with.

use futures_util::future::join_all;
use serde::{Deserialize, Serialize};

use super::key::Key;
use crate::auth::{DkimReason, tags};
use crate::dns::{Dns, RecordType};

/// Selectors that providers and servers give by default. DNS cannot be asked for all that a domain has.
pub const COMMON: [&str; 36] = [
    "default",
    "dkim",
    "mail",
    "email",
    "smtp",
    "mx",
    "key1",
    "k1",
    "k2",
    "k3",
    "s1",
    "s2",
    "s1024",
    "s2048",
    "selector1",
    "selector2",
    "google",
    "20230601",
    "fm1",
    "fm2",
    "fm3",
    "protonmail",
    "protonmail2",
    "protonmail3",
    "zoho",
    "zmail",
    "pm",
    "mandrill",
    "mailjet",
    "mte1",
    "cm",
    "hs1",
    "hs2",
    "sib",
    "ctct1",
    "everlytickey1",
];

/// What stands at one selector.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PublishedKey {
    pub selector: String,
    pub record: Option<String>,
    /// `rsa` or `ed25519`, as published.
    pub kind: String,
    pub bits: Option<u32>,
    /// `t=y`.
    pub testing: bool,
    /// Why it cannot be used.
    pub problem: Option<DkimReason>,
}

/// Asks for the named selectors, and for the common ones; of the common ones only keys are given back.
///
/// Where a wildcard answers for every selector, only the named ones are.
pub async fn published(dns: &Dns, domain: &str, named: &[String]) -> Vec<PublishedKey> {
    let wildcard = at(dns, domain, "no-such-selector-of-vaglio");
    let named = join_all(named.iter().map(|selector| at(dns, domain, selector)));
    let common = join_all(COMMON.iter().map(|selector| at(dns, domain, selector)));
    let (wildcard, mut keys, common) = tokio::join!(wildcard, named, common);
    for key in common {
        let is_key = key.record.is_some() && key.record != wildcard.record;
        if is_key && !keys.iter().any(|known| known.selector == key.selector) {
            keys.push(key);
        }
    }
    keys
}

async fn at(dns: &Dns, domain: &str, selector: &str) -> PublishedKey {
    let lookup = dns.ask(&format!("{selector}._domainkey.{domain}"), RecordType::Txt).await;
    let key = Key::from_lookup(&lookup, None);
    let kind = key.record.as_ref().map(|record| {
        let list = tags::parse(record.as_bytes());
        list.value("k").unwrap_or("rsa").to_owned()
    });
    PublishedKey {
        selector: selector.to_owned(),
        record: key.record,
        kind: kind.unwrap_or_default(),
        bits: key.bits,
        testing: key.testing,
        problem: key.problem.map(|(_, reason)| reason),
    }
}
