//! ARC (RFC 8617), by mail-auth: shown, never scored, since it is becoming Historic.
//!
//! mail-auth never reaches the network from here: every key it may want is asked for first through [`Dns`], and its cache
//! answers everything.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::LazyLock;
use std::time::Instant;

use futures_util::future::join_all;
use jiff::Timestamp;
use mail_auth::arc::ArcError;
use mail_auth::common::parse::TxtRecordParser;
use mail_auth::common::verify::DomainKey;
use mail_auth::hickory_resolver::config::{ResolverConfig, ResolverOpts};
use mail_auth::{
    AuthenticatedMessage, DkimResult, DnsError, Error, MessageAuthenticator, Parameters, ResolverCache, Txt,
};

use super::dkim::body_hash_of;
use super::{Arc, ArcResult, Fault, FaultKind};
use crate::dns::{Dns, RecordType};

/// RFC 8617 §4.2.1.
const MOST_SETS: usize = 50;

/// A resolver without servers: mail-auth wants one, and the cache leaves it nothing to ask.
static AUTHENTICATOR: LazyLock<Option<MessageAuthenticator>> =
    LazyLock::new(|| MessageAuthenticator::new(ResolverConfig::default(), ResolverOpts::default()).ok());

/// Validates the chain as it stood at `now`.
pub async fn verify(dns: &Dns, raw: &[u8], now: Timestamp) -> Arc {
    let none = Arc { result: ArcResult::None, instances: 0, sealers: Vec::new(), reason: None };
    let Some(mut message) = AuthenticatedMessage::parse_with_opts(raw, None, false) else { return none };
    let instances = message.as_headers.len().max(message.ams_headers.len()).max(message.aar_headers.len());
    if instances == 0 && !message.has_arc_errors {
        return none;
    }
    let sealers = message.as_headers.iter().map(|seal| seal.header.d.clone()).collect();
    let told = |result, reason: Option<Fault>| Arc {
        result,
        instances: u32::try_from(instances).unwrap_or(u32::MAX),
        sealers,
        reason,
    };
    if instances > MOST_SETS {
        return told(ArcResult::Fail, Some(Fault::of(FaultKind::ArcTooLong, instances.to_string())));
    }
    // Its clock and its body hash are put right before it starts.
    let expired = message
        .ams_headers
        .last()
        .is_some_and(|set| set.header.x != 0 && i64::try_from(set.header.x).is_ok_and(|at| at < now.as_second()));
    for set in &mut message.ams_headers {
        set.header.x = 0;
    }
    let body = message.raw_body().to_vec();
    for (canon, _, length, hash) in &mut message.body_hashes {
        *hash = body_hash_of(*canon, &body, Some(*length).filter(|length| *length != 0));
    }
    let cache = Cache(keys(dns, &message).await);
    let Some(authenticator) = AUTHENTICATOR.as_ref() else {
        return told(ArcResult::None, Some(Fault::new(FaultKind::NotVerified)));
    };
    let outcome = authenticator.verify_arc(Parameters::new(&message).with_txt_cache(&cache)).await;
    match outcome.result() {
        DkimResult::Pass if expired => told(ArcResult::Fail, Some(Fault::new(FaultKind::ArcExpired))),
        DkimResult::Pass => told(ArcResult::Pass, None),
        DkimResult::None => told(ArcResult::Fail, Some(Fault::new(FaultKind::ArcIncomplete))),
        // A key that did not answer decides nothing.
        DkimResult::TempError(_) => told(ArcResult::None, Some(Fault::new(FaultKind::DnsBroken))),
        DkimResult::Neutral(err) | DkimResult::Fail(err) | DkimResult::PermError(err) => {
            told(ArcResult::Fail, Some(fault(err)))
        }
    }
}

/// RFC 8617 §5.2, in its order.
fn fault(error: &Error) -> Fault {
    match error {
        Error::Arc(ArcError::ChainTooLong) => Fault::new(FaultKind::ArcTooLong),
        Error::Arc(ArcError::InvalidInstance(set)) => Fault::of(FaultKind::ArcInstance, set.to_string()),
        Error::Arc(ArcError::InvalidCV) => Fault::new(FaultKind::ArcStatus),
        Error::Arc(ArcError::BrokenChain) => Fault::new(FaultKind::ArcIncomplete),
        Error::Arc(ArcError::FailedBodyHashMatch) => Fault::new(FaultKind::ArcBody),
        Error::Arc(ArcError::SignatureExpired) => Fault::new(FaultKind::ArcExpired),
        Error::Dns(_) => Fault::new(FaultKind::ArcKey),
        Error::Crypto(_) | Error::Dkim(_) => Fault::new(FaultKind::ArcSignature),
        _ => Fault::new(FaultKind::ArcUnreadable),
    }
}

/// The keys of the last message signature and of every seal, asked for at once, by fully qualified name.
async fn keys(dns: &Dns, message: &AuthenticatedMessage<'_>) -> HashMap<String, Txt> {
    let seals = message.as_headers.iter().map(|seal| (&seal.header.s, &seal.header.d));
    let last = message.ams_headers.last().map(|set| (&set.header.s, &set.header.d));
    let mut names: Vec<String> = seals.chain(last).map(|(s, d)| format!("{s}._domainkey.{d}")).collect();
    names.sort();
    names.dedup();
    let lookups = join_all(names.iter().map(|name| dns.ask(name, RecordType::Txt))).await;
    names
        .iter()
        .zip(lookups)
        .map(|(name, lookup)| {
            let missing = if lookup.answer.is_unknown() {
                Error::Dns(DnsError::Resolver(format!("no answer for {name}")))
            } else {
                Error::Dns(DnsError::InvalidRecordType)
            };
            let key = lookup.answer.texts().map(|text| DomainKey::parse(&text.octets)).reduce(Result::or);
            (format!("{name}."), key.unwrap_or(Err(missing)).map_or_else(Txt::Error, Txt::from))
        })
        .collect()
}

/// Answers every question: what was not asked for beforehand has no answer.
struct Cache(HashMap<String, Txt>);

impl ResolverCache<Box<str>, Txt> for Cache {
    fn get<Q>(&self, name: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let found = self.0.iter().find(|(known, _)| {
            let known: Box<str> = known.as_str().into();
            <Box<str> as Borrow<Q>>::borrow(&known) == name
        });
        let nothing = || Txt::Error(Error::Dns(DnsError::InvalidRecordType));
        Some(found.map_or_else(nothing, |(_, key)| key.clone()))
    }

    fn remove<Q>(&self, _: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        None
    }

    fn insert(&self, _: Box<str>, _: Txt, _: Instant) {}
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::*;
    use crate::auth::testing::World;

    fn messages() -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/arc/messages")
    }

    fn zone() -> String {
        let text = fs::read_to_string(messages().join("zone")).unwrap();
        let line = |line: &str| {
            let (name, rest) = line.split_once(". ").unwrap();
            format!("{name} TXT {}\n", rest.split('"').skip(1).step_by(2).collect::<String>())
        };
        text.lines().map(line).collect()
    }

    async fn judge(name: &str, zone: &str) -> Arc {
        let raw = fs::read(messages().join(name)).unwrap();
        verify(&World::new(zone).dns(), &raw, "2026-11-30T00:00:00Z".parse().unwrap()).await
    }

    #[tokio::test]
    async fn chains_made_by_other_software_are_judged() {
        for (name, result, instances) in [
            ("pass-1.eml", ArcResult::Pass, 1),
            ("pass-2.eml", ArcResult::Pass, 2),
            ("fail-body.eml", ArcResult::Fail, 1),
            ("fail-seal.eml", ArcResult::Fail, 2),
            ("fail-gap.eml", ArcResult::Fail, 2),
        ] {
            let arc = judge(name, &zone()).await;
            assert_eq!((arc.result, arc.instances), (result, instances), "{name}: {:?}", arc.reason);
            assert_eq!(arc.reason.is_none(), result == ArcResult::Pass, "{name}");
        }
        assert_eq!(judge("pass-2.eml", &zone()).await.sealers, ["example.org", "example.org"]);
    }

    #[tokio::test]
    async fn a_key_that_does_not_answer_decides_nothing() {
        let zone = zone().replace("TXT v=", "TXT !servfail v=");
        let zone: String = zone.lines().map(|line| format!("{}\n", line.split(" v=").next().unwrap())).collect();
        let arc = judge("pass-1.eml", &zone).await;
        assert_eq!((arc.result, arc.instances), (ArcResult::None, 1));
        assert_eq!(judge("pass-1.eml", "").await.result, ArcResult::Fail);
    }

    #[tokio::test]
    async fn a_message_without_sets_has_no_chain() {
        let arc = verify(&World::new("").dns(), b"From: a@example.com\r\n\r\n", Timestamp::UNIX_EPOCH).await;
        assert_eq!((arc.result, arc.instances, arc.reason), (ArcResult::None, 0, None));
    }

    proptest::proptest! {
        #[test]
        fn any_octets_are_judged_without_a_panic(
            seal in "[ -~]{0,80}",
            octets in proptest::collection::vec(proptest::num::u8::ANY, 0..200),
        ) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let mut raw = format!("ARC-Seal: i=1; a=rsa-sha256; cv=none; d=a; s=b; b=aa; {seal}\r\n\
                ARC-Message-Signature: i=1; a=rsa-sha256; d=a; s=b; h=from; bh=aa; b=aa; {seal}\r\n\
                ARC-Authentication-Results: i=1; x\r\n").into_bytes();
            raw.extend(octets);
            runtime.block_on(verify(&World::new("").dns(), &raw, Timestamp::UNIX_EPOCH));
        }
    }
}
