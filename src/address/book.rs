//! One-time addresses and report keys, without a database: both are keyed MACs of the same [`TestId`].
//!
//! A [`TestId`] is 28 bits of seconds since 2026 (they wrap after eight and a half years) and 28 random bits. The address is the
//! id and 24 bits of MAC, enough to make guessing one hopeless at the pace SMTP allows; the report key is the id and 104 bits of
//! another MAC, which the address does not reveal. Any node that holds the secret can answer RCPT, and asking for an address
//! costs no storage.

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::{constant_time, hmac, rand};
use jiff::{SignedDuration, Timestamp};

use super::{Mailbox, Probe, TestId, domain_to_ascii, is_probe_word};

/// 2026-01-01T00:00:00Z.
const EPOCH: i64 = 1_767_225_600;
const COUNTER_BITS: u32 = 28;
const COUNTER_RANGE: i64 = 1 << COUNTER_BITS;
/// An id this many seconds ahead of our clock comes from another node's clock, not from the last turn of the counter.
const CLOCK_SKEW: i64 = 3600;

/// Random halves below this are the service's own: one in 4096, so that every node can tell its own mail without asking.
const SELF_TESTS: u32 = 1 << 16;

const ID_LEN: usize = 7;
const ADDRESS_MAC_LEN: usize = 3;
const KEY_MAC_LEN: usize = 13;
/// A delivery's number in a read-only link, and the MAC of both: 25 octets with the id.
const NUMBER_LEN: usize = 4;
const SHARE_MAC_LEN: usize = 14;

/// Crockford's alphabet in lower case: no i, l, o or u, so that an address survives being read aloud.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Makes and recognises the addresses of one domain under one secret.
pub struct AddressBook {
    secret: hmac::Key,
    domain: String,
    domain_ascii: Option<String>,
    lifetime: SignedDuration,
    /// The random halves given out in the latest second, so that a burst never gives one id twice.
    recent: Mutex<(i64, HashSet<u32>)>,
}

/// What an SMTP forward path means to us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipient {
    Test(TestId),
    /// Ours once, but its time has passed.
    Expired(TestId),
    Probe {
        probe: Probe,
        word: Option<String>,
    },
    /// A probe's, but what follows the `+` is no word ([`is_probe_word`]).
    NoWord,
    Postmaster,
    /// In our domain, but never given out.
    Unknown,
    /// Another domain's: to accept it would be relaying.
    Elsewhere,
}

/// No randomness could be had from the operating system.
#[derive(Debug, thiserror::Error)]
#[error("no randomness from the operating system")]
pub struct NoRandomness;

impl AddressBook {
    pub fn new(secret: &[u8; 32], domain: &str, lifetime: SignedDuration) -> AddressBook {
        AddressBook {
            secret: hmac::Key::new(hmac::HMAC_SHA256, secret),
            domain: domain.to_owned(),
            domain_ascii: domain_to_ascii(domain),
            lifetime,
            recent: Mutex::new((0, HashSet::new())),
        }
    }

    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// A test that nobody has had before.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn fresh(&self, now: Timestamp) -> Result<TestId, NoRandomness> {
        self.draw(now, |random| (random >= SELF_TESTS).then_some(random))
    }

    /// The same, for the service's mail to itself ([`TestId::is_self_test`]).
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn fresh_self_test(&self, now: Timestamp) -> Result<TestId, NoRandomness> {
        self.draw(now, |random| Some(random % SELF_TESTS))
    }

    fn draw(&self, now: Timestamp, fit: impl Fn(u32) -> Option<u32>) -> Result<TestId, NoRandomness> {
        let second = now.as_second();
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if recent.0 != second {
            *recent = (second, HashSet::new());
        }
        loop {
            let mut random = [0u8; 4];
            rand::fill(&mut random).map_err(|_| NoRandomness)?;
            let Some(random) = fit(u32::from_be_bytes(random) >> (32 - COUNTER_BITS)) else { continue };
            if recent.1.insert(random) {
                let counter = second.saturating_sub(EPOCH).rem_euclid(COUNTER_RANGE);
                return Ok(TestId::from_parts(counter, random));
            }
        }
    }

    /// The whole address, such as `4x7k-9m2p-q8rt-w3yz@test.example`.
    pub fn address(&self, id: TestId) -> String {
        format!("{}@{}", self.local_part(id), self.domain)
    }

    fn local_part(&self, id: TestId) -> String {
        let text = self.seal(b"address", &id.0, ADDRESS_MAC_LEN);
        let mut grouped = String::with_capacity(text.len().saturating_add(4));
        for (i, character) in text.chars().enumerate() {
            if i > 0 && i % 4 == 0 {
                grouped.push('-');
            }
            grouped.push(character);
        }
        grouped
    }

    /// The secret part of the report's URL: 32 characters, 104 bits of them MAC.
    pub fn key(&self, id: TestId) -> String {
        self.seal(b"report", &id.0, KEY_MAC_LEN)
    }

    /// The test whose report this key opens; `None` for anything that [`AddressBook::key`] never gave.
    pub fn test_of_key(&self, key: &str) -> Option<TestId> {
        self.unseal_id(b"report", key, KEY_MAC_LEN)
    }

    /// The part of a read-only link to one message's report: neither the address, nor the report's own key, nor the link to
    /// another message of the same test can be told from it.
    pub fn share_key(&self, id: TestId, delivery: u32) -> String {
        let sealed = [id.0.as_slice(), &delivery.to_be_bytes()].concat();
        self.seal(b"share", &sealed, SHARE_MAC_LEN)
    }

    /// The test and the number of the delivery that this read-only link shows.
    pub fn delivery_of_share_key(&self, key: &str) -> Option<(TestId, u32)> {
        let sealed = self.unseal(b"share", key, ID_LEN + NUMBER_LEN, SHARE_MAC_LEN)?;
        let (id, number) = sealed.split_at_checked(ID_LEN)?;
        Some((TestId(id.try_into().ok()?), u32::from_be_bytes(number.try_into().ok()?)))
    }

    /// When the address was given out, to the second. `now` tells which turn of the counter is meant.
    pub fn created_at(&self, id: TestId, now: Timestamp) -> Timestamp {
        let latest = now.as_second().saturating_add(CLOCK_SKEW);
        let age = latest.saturating_sub(EPOCH).saturating_sub(id.counter()).rem_euclid(COUNTER_RANGE);
        Timestamp::from_second(latest.saturating_sub(age)).unwrap_or(now)
    }

    pub fn expires_at(&self, id: TestId, now: Timestamp) -> Timestamp {
        self.created_at(id, now).checked_add(self.lifetime).unwrap_or(Timestamp::MAX)
    }

    pub fn expired(&self, id: TestId, now: Timestamp) -> bool {
        self.expires_at(id, now) <= now
    }

    /// What a forward path means; `our_ip` is the address that the client connected to.
    pub fn resolve(&self, mailbox: &Mailbox, our_ip: Option<IpAddr>, now: Timestamp) -> Recipient {
        let local_part = unquote(&mailbox.local_part).to_ascii_lowercase();
        let postmaster = matches!(local_part.as_str(), "postmaster" | "abuse");
        // RFC 5321 §4.1.3: an address literal stands for the host itself; only its postmaster is there.
        if let Some(ip) = address_literal(&mailbox.domain) {
            return match our_ip {
                Some(our_ip) if our_ip.to_canonical() == ip.to_canonical() && postmaster => Recipient::Postmaster,
                Some(our_ip) if our_ip.to_canonical() == ip.to_canonical() => Recipient::Unknown,
                _ => Recipient::Elsewhere,
            };
        }
        if self.domain_ascii.is_none() || domain_to_ascii(&mailbox.domain) != self.domain_ascii {
            return Recipient::Elsewhere;
        }
        if postmaster {
            // RFC 5321 §4.5.1, RFC 2142 §4.
            return Recipient::Postmaster;
        }
        if let Some(probe) = probe(&local_part) {
            return probe;
        }
        match self.unseal_id(b"address", &local_part, ADDRESS_MAC_LEN) {
            Some(id) if self.expired(id, now) => Recipient::Expired(id),
            Some(id) => Recipient::Test(id),
            None => Recipient::Unknown,
        }
    }

    fn seal(&self, purpose: &[u8], sealed: &[u8], mac_len: usize) -> String {
        let mut bytes = sealed.to_vec();
        bytes.extend(self.mac(purpose, sealed).as_ref().iter().take(mac_len));
        encode(&bytes)
    }

    fn unseal(&self, purpose: &[u8], text: &str, len: usize, mac_len: usize) -> Option<Vec<u8>> {
        let bytes = decode(text)?;
        let (sealed, mac) = bytes.split_at_checked(len)?;
        let expected = self.mac(purpose, sealed);
        // `verify_slices_are_equal` takes the same time wherever the first difference is.
        constant_time::verify_slices_are_equal(mac, expected.as_ref().get(..mac_len)?).ok()?;
        Some(sealed.to_vec())
    }

    fn unseal_id(&self, purpose: &[u8], text: &str, mac_len: usize) -> Option<TestId> {
        Some(TestId(self.unseal(purpose, text, ID_LEN, mac_len)?.try_into().ok()?))
    }

    fn mac(&self, purpose: &[u8], sealed: &[u8]) -> hmac::Tag {
        let mut context = hmac::Context::with_key(&self.secret);
        context.update(purpose);
        context.update(sealed);
        context.sign()
    }
}

impl TestId {
    fn from_parts(counter: i64, random: u32) -> TestId {
        let bits = (counter.unsigned_abs() << COUNTER_BITS) | u64::from(random);
        let [_, id @ ..] = bits.to_be_bytes();
        TestId(id)
    }

    /// Is this the service's mail to itself, which no count of users includes?
    pub fn is_self_test(self) -> bool {
        let [_, _, _, high, low, ..] = self.0;
        high & 0x0f == 0 && low == 0
    }

    fn counter(self) -> i64 {
        let [a, b, c, d, ..] = self.0;
        i64::from(u32::from_be_bytes([a, b, c, d]) >> (32 - COUNTER_BITS))
    }
}

fn probe(local_part: &str) -> Option<Recipient> {
    let (name, word) = match local_part.split_once('+') {
        Some((name, word)) => (name, Some(word)),
        None => (local_part, None),
    };
    let probe = Probe::parse(name)?;
    let word_is_good = word.is_none_or(is_probe_word);
    Some(if word_is_good { Recipient::Probe { probe, word: word.map(str::to_owned) } } else { Recipient::NoWord })
}

/// RFC 5321 §4.1.2: `"a\b"` and `ab` name the same mailbox.
fn unquote(local_part: &str) -> String {
    let Some(inside) = local_part.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return local_part.to_owned();
    };
    let mut plain = String::with_capacity(inside.len());
    let mut characters = inside.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => plain.extend(characters.next()),
            other => plain.push(other),
        }
    }
    plain
}

/// RFC 5321 §4.1.3: `[192.0.2.1]`, `[IPv6:2001:db8::1]`.
fn address_literal(domain: &str) -> Option<IpAddr> {
    let inside = domain.strip_prefix('[')?.strip_suffix(']')?;
    match inside.split_at_checked(5) {
        Some((tag, address)) if tag.eq_ignore_ascii_case("ipv6:") => address.parse().ok().map(IpAddr::V6),
        _ => inside.parse().ok().map(IpAddr::V4),
    }
}

/// Five bits a character, for lengths that are a multiple of five octets.
fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().saturating_mul(2));
    for chunk in bytes.chunks(5) {
        let bits = chunk.iter().fold(0u64, |bits, byte| (bits << 8) | u64::from(*byte));
        for shift in (0..8u32).rev() {
            let index = (bits >> (shift * 5)) & 31;
            text.extend(usize::try_from(index).ok().and_then(|i| ALPHABET.get(i)).map(|byte| char::from(*byte)));
        }
    }
    text
}

/// Takes either case, `o` for 0, `i` and `l` for 1, and ignores dashes.
fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(20);
    let (mut bits, mut count) = (0u64, 0u32);
    for byte in text.bytes().filter(|byte| *byte != b'-') {
        let byte = match byte.to_ascii_lowercase() {
            b'o' => b'0',
            b'i' | b'l' => b'1',
            other => other,
        };
        let value = ALPHABET.iter().position(|known| *known == byte)?;
        bits = (bits << 5) | u64::try_from(value).ok()?;
        count += 1;
        if count == 8 {
            let [_, _, _, chunk @ ..] = bits.to_be_bytes();
            bytes.extend(chunk);
            (bits, count) = (0, 0);
        }
    }
    (count == 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn book() -> AddressBook {
        AddressBook::new(&[7; 32], "Test.Example", SignedDuration::from_hours(24))
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn resolve(book: &AddressBook, address: &str, now: Timestamp) -> Recipient {
        book.resolve(&Mailbox::parse(address).unwrap(), Some("192.0.2.25".parse().unwrap()), now)
    }

    #[test]
    fn an_address_is_nineteen_characters_and_names_its_test_in_any_case_and_spelling() {
        let (book, now) = (book(), at("2026-11-22T10:00:00Z"));
        let id = book.fresh(now).unwrap();
        let address = book.address(id);
        let (local, domain) = address.split_once('@').unwrap();
        assert_eq!((local.len(), domain), (19, "Test.Example"));
        for spelling in [
            address.clone(),
            address.to_uppercase(),
            format!("{}@test.example.", local.replace('-', "")),
            local.replace('0', "O").replace('1', "l") + "@TEST.EXAMPLE",
            format!("\"{local}\"@test.example"),
        ] {
            assert_eq!(resolve(&book, &spelling, now), Recipient::Test(id), "{spelling}");
        }
    }

    #[test]
    fn a_self_test_is_told_by_its_id_alone_and_nobody_else_is_given_one() {
        let (book, now) = (book(), at("2026-11-22T10:00:00Z"));
        for _ in 0..10_000 {
            assert!(!book.fresh(now).unwrap().is_self_test());
        }
        let own = book.fresh_self_test(now).unwrap();
        assert!(own.is_self_test());
        assert_eq!(resolve(&book, &book.address(own), now), Recipient::Test(own));
    }

    #[test]
    fn an_address_lives_exactly_as_long_as_it_was_told() {
        let (book, now) = (book(), at("2026-11-22T10:17:42Z"));
        let id = book.fresh(now).unwrap();
        assert_eq!(book.created_at(id, now), now);
        assert_eq!(book.expires_at(id, now), at("2026-11-23T10:17:42Z"));
        let address = book.address(id);
        assert_eq!(resolve(&book, &address, at("2026-11-23T10:17:41Z")), Recipient::Test(id));
        assert_eq!(resolve(&book, &address, at("2026-11-23T10:17:42Z")), Recipient::Expired(id));
        assert_eq!(resolve(&book, &address, at("2033-01-01T00:00:00Z")), Recipient::Expired(id));
    }

    #[test]
    fn an_address_from_a_node_whose_clock_runs_ahead_is_good() {
        let (book, now) = (book(), at("2026-11-22T10:00:30Z"));
        let id = book.fresh(now).unwrap();
        assert_eq!(resolve(&book, &book.address(id), at("2026-11-22T10:00:00Z")), Recipient::Test(id));
    }

    #[test]
    fn the_counter_may_wrap() {
        let (book, now) = (book(), at("2041-05-06T07:08:09Z"));
        let id = book.fresh(now).unwrap();
        assert_eq!(book.created_at(id, now), now);
        assert_eq!(book.expires_at(id, at("2041-05-07T00:00:00Z")), at("2041-05-07T07:08:09Z"));
    }

    #[test]
    fn a_key_opens_its_own_test_only_under_its_own_secret() {
        let (book, now) = (book(), at("2026-11-22T10:00:00Z"));
        let id = book.fresh(now).unwrap();
        let key = book.key(id);
        assert_eq!(key.len(), 32);
        assert_eq!(book.test_of_key(&key), Some(id));
        let other = AddressBook::new(&[8; 32], "test.example", SignedDuration::from_hours(24));
        assert_eq!(other.test_of_key(&key), None);
        assert_eq!(resolve(&other, &book.address(id), now), Recipient::Unknown);
    }

    #[test]
    fn the_address_reveals_nothing_of_the_key_beyond_the_id() {
        let book = book();
        let id = book.fresh(at("2026-11-22T10:00:00Z")).unwrap();
        let local = book.address(id).replace('-', "");
        let key = book.key(id);
        // 56 bits of id are eleven whole characters.
        assert_eq!(local[..11], key[..11]);
        assert_ne!(local[11..16], key[11..16]);
    }

    #[test]
    fn a_read_only_link_opens_one_message_and_no_other() {
        let book = book();
        let id = book.fresh(at("2026-11-22T10:00:00Z")).unwrap();
        let (first, second) = (book.share_key(id, 1), book.share_key(id, 2));
        assert_eq!((first.len(), second.len()), (40, 40));
        assert_eq!(book.delivery_of_share_key(&first), Some((id, 1)));
        assert_eq!(book.delivery_of_share_key(&second), Some((id, 2)));
        // The number of one with the seal of the other, and keys of other kinds.
        let (first_octets, second_octets) = (decode(&first).unwrap(), decode(&second).unwrap());
        let mixed = [&second_octets[..ID_LEN + NUMBER_LEN], &first_octets[ID_LEN + NUMBER_LEN..]].concat();
        assert_eq!(book.delivery_of_share_key(&encode(&mixed)), None);
        assert_eq!(book.delivery_of_share_key(&book.key(id)), None);
        assert_eq!(book.test_of_key(&first), None);
    }

    #[test]
    fn a_read_only_link_of_the_first_version_which_named_no_message_opens_none() {
        let book = book();
        let id = book.fresh(at("2026-11-22T10:00:00Z")).unwrap();
        assert_eq!(book.delivery_of_share_key(&book.seal(b"share", &id.0, KEY_MAC_LEN)), None);
    }

    #[test]
    fn a_changed_character_makes_an_address_unknown() {
        let (book, now) = (book(), at("2026-11-22T10:00:00Z"));
        let id = book.fresh(now).unwrap();
        let local = book.address(id).split_once('@').unwrap().0.to_owned();
        for i in (0..local.len()).filter(|i| local.as_bytes()[*i] != b'-') {
            let mut changed = local.clone().into_bytes();
            changed[i] = if changed[i] == b'7' { b'8' } else { b'7' };
            let changed = String::from_utf8(changed).unwrap() + "@test.example";
            assert_eq!(resolve(&book, &changed, now), Recipient::Unknown, "{changed}");
        }
    }

    #[test]
    fn a_burst_within_one_second_never_gives_one_id_twice() {
        let (book, now) = (book(), at("2026-11-22T10:00:00Z"));
        let ids: HashSet<TestId> = (0..50_000).map(|_| book.fresh(now).unwrap()).collect();
        assert_eq!(ids.len(), 50_000);
    }

    #[test]
    fn probes_postmaster_and_strangers_are_told_apart() {
        let (book, now) = (book(), at("2026-11-22T10:00:00Z"));
        let probe = |probe, word: Option<&str>| Recipient::Probe { probe, word: word.map(str::to_owned) };
        for (address, expected) in [
            ("spf@test.example", probe(Probe::Spf, None)),
            ("DKIM@test.example", probe(Probe::Dkim, None)),
            ("dmarc+My-Word1@test.example", probe(Probe::Dmarc, Some("my-word1"))),
            ("spf+@test.example", Recipient::NoWord),
            ("spf+a_b@test.example", Recipient::NoWord),
            ("sfp+a_b@test.example", Recipient::Unknown),
            ("spf@other.example", Recipient::Elsewhere),
            ("PostMaster@test.example", Recipient::Postmaster),
            ("abuse@test.example", Recipient::Postmaster),
            ("postmaster@[192.0.2.25]", Recipient::Postmaster),
            ("spf@[192.0.2.25]", Recipient::Unknown),
            ("postmaster@[192.0.2.26]", Recipient::Elsewhere),
            ("postmaster@[IPv6:2001:db8::1]", Recipient::Elsewhere),
            ("someone@test.example", Recipient::Unknown),
            ("someone@sub.test.example", Recipient::Elsewhere),
        ] {
            assert_eq!(resolve(&book, address, now), expected, "{address}");
        }
        let word = "w".repeat(41);
        assert_eq!(resolve(&book, &format!("spf+{word}@test.example"), now), Recipient::NoWord);
    }

    #[test]
    fn an_internationalised_domain_is_one_domain_in_both_forms() {
        let now = at("2026-11-22T10:00:00Z");
        for domain in ["prüfung.example", "xn--prfung-4ya.example"] {
            let book = AddressBook::new(&[7; 32], domain, SignedDuration::from_hours(24));
            for asked in ["spf@PRÜFUNG.example", "spf@xn--prfung-4ya.EXAMPLE"] {
                let expected = Recipient::Probe { probe: Probe::Spf, word: None };
                assert_eq!(resolve(&book, asked, now), expected, "{asked} at {domain}");
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_is_answered_without_a_panic(local in ".{1,60}", domain in ".{1,60}", key in ".{0,60}") {
            let book = book();
            let mailbox = Mailbox { local_part: local, domain };
            book.resolve(&mailbox, None, at("2026-11-22T10:00:00Z"));
            prop_assert_eq!(book.test_of_key(&key), None);
        }

        #[test]
        fn what_is_encoded_decodes_again(bytes in proptest::array::uniform20(any::<u8>())) {
            prop_assert_eq!(decode(&encode(&bytes)), Some(bytes.to_vec()));
        }
    }
}
