//! Names of mail: mailboxes, reverse paths, domain names; the one-time test address and its report key; the public probes.
//!
//! Pure values: parsing and printing only. The one-time addresses themselves are made and recognised in [`book`].

pub mod book;

pub use book::{AddressBook, Recipient};

use serde::{Deserialize, Serialize};

/// RFC 5321 `Mailbox`: local part and domain, as given (the domain may be a U-label or an address literal `[192.0.2.1]`).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Mailbox {
    pub local_part: String,
    pub domain: String,
}

/// RFC 5321 §4.1.2 `Reverse-path`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReversePath {
    /// `<>`: a bounce or another automatic message (RFC 5321 §4.5.5).
    Null,
    Mailbox(Mailbox),
}

impl Mailbox {
    /// Splits at the last `@` outside quotes. `None` when there is no local part or no domain.
    pub fn parse(text: &str) -> Option<Mailbox> {
        let at = text.rfind('@')?;
        let (local_part, domain) = (text.get(..at)?, text.get(at + 1..)?);
        (!local_part.is_empty() && !domain.is_empty())
            .then(|| Mailbox { local_part: local_part.to_owned(), domain: domain.to_owned() })
    }
}

impl std::fmt::Display for Mailbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}@{}", self.local_part, self.domain)
    }
}

impl ReversePath {
    pub fn mailbox(&self) -> Option<&Mailbox> {
        match self {
            ReversePath::Null => None,
            ReversePath::Mailbox(mailbox) => Some(mailbox),
        }
    }
}

impl std::fmt::Display for ReversePath {
    /// The text between the angle brackets: empty for the null reverse path.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ReversePath::Null => Ok(()),
            ReversePath::Mailbox(mailbox) => mailbox.fmt(f),
        }
    }
}

/// A domain name as it is compared and asked: lower-case A-labels without the final dot (RFC 5890 §2.3.2.1).
///
/// `None` when it is not a domain name that DNS could hold (RFC 1035 §2.3.4), or an address literal.
pub fn domain_to_ascii(domain: &str) -> Option<String> {
    let domain = domain.strip_suffix('.').unwrap_or(domain);
    if domain.is_empty() || domain.starts_with('[') {
        return None;
    }
    // Underscores and other odd characters are legal in DNS: UTS 46 is needed only for names that are not ASCII.
    let ascii = if domain.is_ascii() { domain.to_ascii_lowercase() } else { idna::domain_to_ascii(domain).ok()? };
    let fits = ascii.len() <= 253 && ascii.split('.').all(|label| !label.is_empty() && label.len() <= 63);
    fits.then_some(ascii)
}

/// As [`domain_to_ascii`], of letters, digits, dashes and underscores alone (RFC 5321 §4.1.2, with the underscore of SRV and key names).
pub fn plain_domain(domain: &str) -> Option<String> {
    let plain = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_' | b'.');
    domain_to_ascii(domain).filter(|name| name.bytes().all(plain))
}

/// The public probes: one entry a probe, here and in the table of [`crate::probe`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Probe {
    Spf,
    Dkim,
    Dmarc,
}

impl Probe {
    pub const ALL: [Probe; 3] = [Probe::Spf, Probe::Dkim, Probe::Dmarc];

    /// The local part of its address, its path, and how it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Probe::Spf => "spf",
            Probe::Dkim => "dkim",
            Probe::Dmarc => "dmarc",
        }
    }

    pub fn parse(name: &str) -> Option<Probe> {
        Probe::ALL.into_iter().find(|probe| probe.name() == name)
    }
}

/// The longest word of `spf+word@`.
pub const MAX_WORD: usize = 40;

/// True for what may stand after the `+` of a probe's address, in lower case.
pub fn is_probe_word(word: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=MAX_WORD).contains(&word.len()) && word.bytes().all(plain)
}

/// The bits that a one-time address and its report key have in common: the second of its creation and random bits.
///
/// This is what the store knows a test by; neither address nor key is ever stored.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TestId(pub [u8; 7]);

impl std::fmt::Debug for TestId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.to_hex())
    }
}

impl TestId {
    /// 14 lower-case hexadecimal digits.
    pub fn to_hex(self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    pub fn from_hex(text: &str) -> Option<TestId> {
        if text.len() != 14 || !text.is_ascii() {
            return None;
        }
        let mut bytes = [0u8; 7];
        for (i, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(2 * i..2 * i + 2)?, 16).ok()?;
        }
        Some(TestId(bytes))
    }
}

/// Where an accepted message goes: what the store files it under.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Destination {
    Test(TestId),
    /// `spf@` and its like; `word` from `spf+word@`, lower case.
    Probe {
        probe: Probe,
        word: Option<String>,
    },
    /// Accepted as RFC 5321 §4.5.1 demands, and logged by size only.
    Postmaster,
}

impl Destination {
    pub fn test(&self) -> Option<TestId> {
        if let Destination::Test(test) = self { Some(*test) } else { None }
    }

    /// The service's mail to itself.
    pub fn is_self_test(&self) -> bool {
        matches!(self, Destination::Test(test) if test.is_self_test())
    }
}
