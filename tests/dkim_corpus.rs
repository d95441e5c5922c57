//! Messages signed by other software must verify, and ten mutations of one of them must each fail for its own reason.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail as tests do")]

use std::borrow::Borrow;
use std::collections::HashMap;
use std::fs;
use std::hash::Hash;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use futures_util::future::{BoxFuture, FutureExt};
use jiff::Timestamp;
use mail_auth::common::parse::TxtRecordParser;
use mail_auth::common::verify::DomainKey;
use mail_auth::hickory_resolver::config::{ResolverConfig, ResolverOpts};
use mail_auth::{AuthenticatedMessage, MessageAuthenticator, Parameters, ResolverCache, Txt};
use vaglio::auth::{Dkim, DkimReason, DkimResult, Fault, FaultKind, dkim};
use vaglio::dns::{Answer, Data, Dns, Lookup, Question, Text, Upstream};

/// TXT records by name; every other name does not exist.
struct Zone(HashMap<String, Vec<Text>>);

impl Upstream for Zone {
    fn ask(&self, question: Question) -> BoxFuture<'_, Lookup> {
        let answer = match self.0.get(&question.name) {
            Some(texts) => Answer::Records { records: texts.iter().cloned().map(Data::Txt).collect(), ttl: 300 },
            None => Answer::NxDomain,
        };
        async move { Lookup { question, answer, aliases: Vec::new(), authenticated: false, server: None, ms: 0 } }
            .boxed()
    }
}

fn corpus() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/dkim/messages")
}

/// Lines of `name. TTL IN TXT "string" "string"`.
fn zone() -> Zone {
    let mut zone: HashMap<String, Vec<Text>> = HashMap::new();
    for line in fs::read_to_string(corpus().join("zone")).unwrap().lines() {
        let (name, rest) = line.split_once(". ").unwrap();
        let strings: Vec<&str> = rest.split('"').skip(1).step_by(2).collect();
        let text = Text { octets: strings.concat().into_bytes(), strings: strings.len() };
        zone.entry(name.to_owned()).or_default().push(text);
    }
    Zone(zone)
}

fn messages() -> Vec<(String, Vec<u8>)> {
    let mut found: Vec<_> = fs::read_dir(corpus())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "eml"))
        .map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), fs::read(path).unwrap()))
        .collect();
    found.sort();
    found
}

fn now() -> Timestamp {
    "2026-11-30T00:00:00Z".parse().unwrap()
}

async fn verify(zone: Zone, raw: &[u8]) -> Vec<Dkim> {
    dkim::verify(&Dns::new(Arc::new(zone)), raw, now()).await
}

#[tokio::test]
async fn every_message_signed_by_other_software_verifies() {
    let messages = messages();
    assert!(messages.len() >= 181, "only {} messages", messages.len());
    let mut failed = Vec::new();
    for (name, raw) in &messages {
        let signatures = verify(zone(), raw).await;
        if signatures.is_empty() || signatures.iter().any(|signature| signature.result != DkimResult::Pass) {
            failed.push((name, signatures.first().and_then(|signature| signature.reason.clone())));
        }
    }
    assert!(failed.is_empty(), "{} of {} do not verify: {failed:?}", failed.len(), messages.len());
}

/// The keys of the zone for mail-auth, which asks its cache before anything else.
struct Keys(Zone);

impl ResolverCache<Box<str>, Txt> for Keys {
    fn get<Q: Hash + Eq + ?Sized>(&self, name: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
    {
        let is_asked = |known: &String| {
            let known: Box<str> = format!("{known}.").into();
            <Box<str> as Borrow<Q>>::borrow(&known) == name
        };
        let (_, texts) = self.0.0.iter().find(|(known, _)| is_asked(known)).unwrap();
        Some(DomainKey::parse(&texts.first().unwrap().octets).unwrap().into())
    }

    fn remove<Q: Hash + Eq + ?Sized>(&self, _: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
    {
        None
    }

    fn insert(&self, _: Box<str>, _: Txt, _: Instant) {}
}

#[tokio::test]
async fn mail_auth_differs_only_where_it_is_known_to_be_wrong() {
    let authenticator = MessageAuthenticator::new(ResolverConfig::default(), ResolverOpts::default()).unwrap();
    let keys = Keys(zone());
    let mut differs = Vec::new();
    for (name, raw) in &messages() {
        let message = AuthenticatedMessage::parse_with_opts(raw, None, false).unwrap();
        let found = authenticator.verify_dkim(Parameters::new(&message).with_txt_cache(&keys)).await;
        if found.iter().any(|output| *output.result() != mail_auth::DkimResult::Pass) {
            differs.push(name.clone());
        }
    }
    // A relaxed body that ends in white space only, and l= counted before canonicalization, or of zero.
    let known = |name: &String| {
        let relaxed_body = name.contains("simple-relaxed-") || name.contains("relaxed-relaxed-");
        let blank_end = ["-whitespace-only", "-trailing-whitespace"].iter().any(|end| name.ends_with(end));
        relaxed_body && blank_end || name.starts_with("length-")
    };
    let surprising: Vec<_> = differs.iter().filter(|name| !known(name)).collect();
    assert!(surprising.is_empty(), "{surprising:?}");
    assert!(!differs.is_empty(), "mail-auth is right now: use its own verdict");
}

#[tokio::test]
async fn facts_of_signature_and_key_are_told() {
    let facts = |name: &'static str| async move {
        let raw = fs::read(corpus().join(name)).unwrap();
        verify(zone(), &raw).await.remove(0)
    };
    let rsa = facts("length-relaxed-simple-plain.eml").await;
    assert_eq!(
        (rsa.domain.as_str(), rsa.selector.as_str(), rsa.algorithm.as_str()),
        ("example.com", "rsa", "rsa-sha256")
    );
    assert_eq!(rsa.canonicalization, ("relaxed".to_owned(), "simple".to_owned()));
    assert_eq!((rsa.key_bits, rsa.body_length, rsa.testing), (Some(2048), Some(27), false));
    assert_eq!(rsa.signed_headers.len(), 9);
    assert!(rsa.key_record.is_some_and(|record| record.starts_with("v=DKIM1; k=rsa; p=")));
    assert_eq!(facts("bare-pkcs1.eml").await.key_bits, Some(1024));
    assert_eq!(facts("ed-simple-simple-plain.eml").await.key_bits, Some(256));
}

/// What is done to the message or to the zone, and what must come of it.
type Mutation = (&'static str, fn(String) -> String, fn(&mut Zone), DkimResult, DkimReason);

const KEY: &str = "rsa._domainkey.example.com";

fn record(zone: &mut Zone, change: impl Fn(String) -> String) {
    let text = zone.0.get_mut(KEY).unwrap().first_mut().unwrap();
    text.octets = change(String::from_utf8(text.octets.clone()).unwrap()).into_bytes();
}

fn mutations() -> Vec<Mutation> {
    use DkimReason::*;
    use DkimResult::{Fail, Permerror};
    vec![
        ("body", |m| m.replace("this is", "that is"), |_| (), Fail, BodyHash),
        ("header", |m| m.replace("Alice", "Alicia"), |_| (), Fail, Signature),
        ("no key", |m| m, |z| drop(z.0.remove(KEY)), Permerror, KeyMissing),
        ("revoked", |m| m, |z| record(z, |_| "v=DKIM1; p=".into()), Permerror, KeyRevoked),
        ("bad key", |m| m, |z| record(z, |r| r + "!"), Permerror, KeyUnusable(Fault::of(FaultKind::NoBase64, "p"))),
        (
            "other key type",
            |m| m,
            |z| record(z, |r| r.replace("k=rsa", "k=ed25519")),
            Permerror,
            KeyDisallows("k=ed25519".into()),
        ),
        (
            "hash disallowed",
            |m| m,
            |z| record(z, |r| r.replace("k=rsa", "h=sha1")),
            Permerror,
            KeyDisallows("h=sha1".into()),
        ),
        (
            "not for mail",
            |m| m,
            |z| record(z, |r| r.replace("k=rsa", "s=other")),
            Permerror,
            KeyDisallows("s=other".into()),
        ),
        ("short key", |m| m, |z| record(z, |_| SHORT.into()), Permerror, KeyTooShort),
        ("two keys", |m| m, |z| z.0.get_mut(KEY).unwrap().extend_from_within(..), Permerror, SeveralKeys(2)),
        ("retired algorithm", |m| m.replace("a=rsa-sha256", "a=rsa-sha1"), |_| (), Permerror, AlgorithmRetired),
        (
            "unknown algorithm",
            |m| m.replace("a=rsa-sha256", "a=rsa-md5"),
            |_| (),
            Permerror,
            AlgorithmUnknown("rsa-md5".into()),
        ),
        ("From unsigned", |m| m.replace("h=from : to", "h=to"), |_| (), Permerror, FromNotSigned),
        ("alien identity", |m| m.replace("i=@example.com", "i=@example.org"), |_| (), Permerror, IdentityMismatch),
        (
            "subdomain where t=s",
            |m| m.replace("i=@example.com", "i=@a.example.com"),
            |z| record(z, |r| r + "; t=s"),
            Permerror,
            IdentityMismatch,
        ),
        (
            "version",
            |m| m.replace("v=1;", "v=2;"),
            |_| (),
            Permerror,
            Unparsable(Fault { kind: FaultKind::Version, what: "v".into(), at: Some(1) }),
        ),
        ("cut short", |m| m.replace("q=dns/txt", "l=500"), |_| (), Fail, LengthOverBody(27)),
    ]
}

/// 512 bits.
const SHORT: &str = "v=DKIM1; p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBALFyYb+2JWKx24zcMylaN6ZZRDTA8E1AUUuK5ar+uAlRih2ihTZv6arqybUmfK5tMpI7T+UdZRr4IF8Gd7az+HcCAwEAAQ==";

#[tokio::test]
async fn every_mutation_fails_for_its_own_reason() {
    let raw = fs::read_to_string(corpus().join("rsa-relaxed-relaxed-plain.eml")).unwrap();
    for (what, message, dns, result, reason) in mutations() {
        let mut zone = zone();
        dns(&mut zone);
        let found = verify(zone, message(raw.clone()).as_bytes()).await.remove(0);
        assert_eq!((found.result, found.reason), (result, Some(reason)), "{what}");
    }
}

#[tokio::test]
async fn a_file_saved_with_bare_line_feeds_is_the_same_message() {
    let raw = fs::read_to_string(corpus().join("ed-simple-simple-trailing-blank.eml")).unwrap();
    let found = verify(zone(), raw.replace("\r\n", "\n").as_bytes()).await.remove(0);
    assert_eq!(found.result, DkimResult::Pass);
    let found = verify(zone(), raw.replacen("text\r\n", "text\n", 1).as_bytes()).await.remove(0);
    assert_eq!(found.reason, Some(DkimReason::BodyHash));
}

#[tokio::test]
async fn all_signatures_are_reported_in_order_and_ten_are_verified() {
    let raw = fs::read_to_string(corpus().join("ed-relaxed-relaxed-plain.eml")).unwrap();
    let mut many = "DKIM-Signature: nonsense\r\n".to_owned();
    let own = raw.split("Received:").next().unwrap();
    many.push_str(&own.repeat(10));
    many.push_str(&raw);
    let found = verify(zone(), many.as_bytes()).await;
    assert_eq!(found.len(), 12);
    assert!(matches!(found[0].reason, Some(DkimReason::Unparsable(_))));
    assert_eq!(found.iter().filter(|signature| signature.result == DkimResult::Pass).count(), 9);
    assert_eq!((found[11].result, found[11].reason.clone()), (DkimResult::Policy, Some(DkimReason::NotVerified)));
}

#[test]
fn any_octets_are_judged_without_a_panic() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    proptest::proptest!(|(octets in proptest::collection::vec(proptest::num::u8::ANY, 0..400), field in "[ -~\r\n\t]{0,200}")| {
        runtime.block_on(async {
            let mut raw = b"DKIM-Signature: v=1; a=rsa-sha256; ".to_vec();
            raw.extend(field.as_bytes());
            raw.extend(b"\r\n");
            raw.extend(&octets);
            verify(zone(), &raw).await;
            verify(zone(), &octets).await;
        });
    });
}
