//! Takes personal data out of a bundle: the same person is always the same stand-in, so that the story can still be followed.
//!
//! Replaced are local parts (those of roles such as `postmaster` aside), whoever logs in by a link, what SPF's macros made of
//! the sender's local part, names of people in address fields wherever they recur, the subject, and the content of
//! attachments. Authentication is recorded with the bundle, since the masked octets no longer fit any signature.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use base64::Engine as _;
use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{CUT, Spelt, addresses};
use crate::analyse::Examiner;
use crate::bundle::Bundle;
use crate::dns::Zone;
use crate::message::{Message, Part};
use crate::report::Report;
use crate::score::Status;

const ADDRESS_FIELDS: [&str; 9] =
    ["From", "To", "Cc", "Bcc", "Reply-To", "Sender", "Resent-From", "Resent-To", "Disposition-Notification-To"];
/// Local parts that are nobody's name (RFC 2142, and what everybody uses).
const ROLES: [&str; 22] = [
    "postmaster",
    "abuse",
    "hostmaster",
    "webmaster",
    "noc",
    "security",
    "info",
    "support",
    "sales",
    "marketing",
    "help",
    "admin",
    "contact",
    "news",
    "newsletter",
    "noreply",
    "no-reply",
    "donotreply",
    "do-not-reply",
    "bounce",
    "bounces",
    "mailer-daemon",
];

/// The bundle without personal data, and the report that it gives: that of the original, masked.
pub async fn masked(bundle: &Bundle, report: &Report) -> (Bundle, Report) {
    let message = Message::parse(bundle.delivery.raw.clone());
    let mut mask = Mask::of(&message, Spelt::of_report(report));
    let mut report = report.clone();
    mask.spelt.cut_from_report(&mut report);
    let mut delivery = mask.values(&bundle.delivery).unwrap_or_else(|| bundle.delivery.clone());
    delivery.raw = mask.message(&message);
    let mut evidence = bundle.evidence.clone();
    mask.spelt.cut_from_lookups(&mut evidence.dns);
    evidence.auth = Some(report.auth.clone());
    if let Some(masked) = mask.values(&evidence) {
        evidence = masked;
    }
    let mut report = mask.values(&report).unwrap_or(report);
    report.masked = true;
    let nowhere = Examiner::new(Arc::new(Zone::default()));
    let choices = crate::analyse::Choices { purpose: Some(report.purpose), hops: false };
    let again = nowhere.replay(Arc::new(delivery.clone()), choices, &evidence).await;
    let codes = |report: &Report, all: bool| -> BTreeSet<String> {
        let rows = report.ledger.rows.iter().filter(|row| all || row.status != Status::NotApplicable);
        rows.map(|row| row.finding.code.clone()).collect()
    };
    let lost = codes(&report, true).difference(&codes(&again, true)).cloned().collect();
    // What was told from the original's words may be told otherwise from their stand-ins.
    let purpose = Some(report.purpose);
    (Bundle { delivery, evidence, purpose, masked: true, lost }, report)
}

struct Mask {
    /// Address in lower case, to its stand-in's local part.
    people: HashMap<String, String>,
    /// Words and phrases with their stand-ins, longest first.
    words: Vec<(String, String)>,
    subject: String,
    spelt: Spelt,
}

impl Mask {
    fn of(message: &Message, spelt: Spelt) -> Mask {
        let subject = message.subject().unwrap_or_default();
        let mut mask = Mask { people: HashMap::new(), words: Vec::new(), subject, spelt };
        let mut names: BTreeSet<String> = BTreeSet::new();
        for (name, _) in ADDRESS_FIELDS.iter().flat_map(|field| message.mailboxes(field)) {
            names.extend(name.filter(|name| !name.contains('@')));
        }
        for (index, name) in names.iter().enumerate() {
            let is_word = |word: &&str| word.chars().count() >= 3 && word.starts_with(char::is_uppercase);
            let parts: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).filter(is_word).collect();
            for part in parts {
                if !mask.words.iter().any(|(known, _)| known == part) && !PROTECTED.contains(&part) {
                    mask.words.push((part.to_owned(), format!("Name{}", index + 1)));
                }
            }
            mask.words.push((name.clone(), format!("Name{}", index + 1)));
        }
        if !mask.subject.trim().is_empty() {
            mask.words.push((mask.subject.clone(), hidden(&mask.subject)));
        }
        mask.words.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
        mask
    }

    /// Every text in a value.
    fn values<T: Serialize + DeserializeOwned>(&mut self, value: &T) -> Option<T> {
        let mut json = serde_json::to_value(value).ok()?;
        self.value(&mut json);
        serde_json::from_value(json).ok()
    }

    fn value(&mut self, value: &mut Value) {
        match value {
            Value::String(text) => {
                let masked = self.octets(text.as_bytes());
                *text = String::from_utf8_lossy(&masked).into_owned();
            }
            Value::Array(values) => values.iter_mut().for_each(|value| self.value(value)),
            Value::Object(fields) => {
                // A mailbox in two fields.
                let domain = fields.get("domain").and_then(Value::as_str).map(str::to_owned);
                if let (Some(domain), Some(Value::String(local))) = (domain, fields.get_mut("local_part")) {
                    *local = self.person(local, &domain);
                }
                fields.values_mut().for_each(|value| self.value(value));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn message(&mut self, message: &Message) -> Bytes {
        let raw = &message.raw;
        let mut pieces: Vec<((usize, usize), Vec<u8>)> = Vec::new();
        for field in &message.fields {
            let (start, end) = field.span;
            let head = start + field.name.len();
            let value = raw.get(head..end).unwrap_or_default();
            let masked = if field.name.eq_ignore_ascii_case("Subject") {
                format!(": {}\r\n", hidden(&self.subject)).into_bytes()
            } else if value.windows(2).any(|pair| pair == b"=?") {
                self.decoded_field(message, &field.name, value)
            } else {
                self.octets(value)
            };
            pieces.push(((head, end), masked));
        }
        for part in &message.parts {
            if part.content_type.starts_with("multipart/") || part.content_type.starts_with("message/") {
                continue;
            }
            let body = raw.get(part.span.0..part.span.1).unwrap_or_default();
            pieces.push((part.span, self.part(part, body)));
        }
        pieces.sort_by_key(|((start, _), _)| *start);
        let mut out = Vec::with_capacity(raw.len());
        let mut at = 0;
        for ((start, end), piece) in pieces {
            if start < at {
                continue;
            }
            out.extend(self.octets(raw.get(at..start).unwrap_or_default()));
            out.extend(piece);
            at = end;
        }
        out.extend(self.octets(raw.get(at..).unwrap_or_default()));
        out.into()
    }

    /// A field with encoded words, written again from what they say.
    fn decoded_field(&mut self, message: &Message, name: &str, value: &[u8]) -> Vec<u8> {
        if !ADDRESS_FIELDS.iter().any(|known| name.eq_ignore_ascii_case(known)) {
            let text = crate::message::header::decode(&String::from_utf8_lossy(value).replacen(':', "", 1));
            let masked = self.octets(text.as_bytes());
            return format!(": {}\r\n", hidden_if_not_ascii(&masked)).into_bytes();
        }
        let mailboxes = message.mailboxes(name);
        let shown: Vec<String> = mailboxes
            .iter()
            .map(|(name, address)| {
                let address = self.octets(address.as_bytes());
                let address = String::from_utf8_lossy(&address).into_owned();
                match name {
                    Some(name) => {
                        let name = self.octets(name.as_bytes());
                        format!("\"{}\" <{address}>", hidden_if_not_ascii(&name))
                    }
                    None => address,
                }
            })
            .collect();
        format!(": {}\r\n", shown.join(",\r\n ")).into_bytes()
    }

    fn part(&mut self, part: &Part, body: &[u8]) -> Vec<u8> {
        let is_text = part.text.is_some();
        match part.encoding.as_str() {
            "quoted-printable" if is_text => {
                match mail_parser::decoders::quoted_printable::quoted_printable_decode(body) {
                    Some(decoded) => quoted_printable(&self.octets(&decoded)),
                    None => self.octets(body),
                }
            }
            "base64" if is_text => match mail_parser::decoders::base64::base64_decode(body) {
                Some(decoded) => in_lines(&base64::engine::general_purpose::STANDARD.encode(self.octets(&decoded))),
                None => self.octets(body),
            },
            _ if is_text => self.octets(body),
            // The size stays, the content goes.
            _ => body
                .iter()
                .map(|octet| if octet.is_ascii_alphanumeric() || *octet >= 128 { b'A' } else { *octet })
                .collect(),
        }
    }

    /// Addresses, names and the subject, wherever they stand in these octets.
    fn octets(&mut self, octets: &[u8]) -> Vec<u8> {
        let mut out = octets.to_vec();
        for place in self.spelt.places(octets).into_iter().rev() {
            out.splice(place, CUT.bytes());
        }
        let out = self.addresses(&out);
        self.phrases(&out)
    }

    fn addresses(&mut self, octets: &[u8]) -> Vec<u8> {
        let text = |range| String::from_utf8_lossy(octets.get(range).unwrap_or_default()).into_owned();
        let mut out: Vec<u8> = Vec::with_capacity(octets.len());
        let mut at = 0;
        for address in addresses(octets) {
            out.extend_from_slice(octets.get(at..address.local.start).unwrap_or_default());
            let domain = text(address.domain).to_ascii_lowercase();
            at = address.local.end;
            out.extend(self.person(&text(address.local), domain.trim_end_matches(['.', '-'])).into_bytes());
        }
        out.extend_from_slice(octets.get(at..).unwrap_or_default());
        out
    }

    fn person(&mut self, local: &str, domain: &str) -> String {
        let bare = local.split('+').next().unwrap_or(local).to_ascii_lowercase();
        if ROLES.contains(&bare.as_str()) && !local.contains(['+', '=']) || local.starts_with("person") {
            return local.to_owned();
        }
        let next = self.people.len() + 1;
        let address = format!("{}@{}", local.to_ascii_lowercase(), domain.to_ascii_lowercase());
        self.people.entry(address).or_insert_with(|| format!("person{next}")).clone()
    }

    fn phrases(&self, octets: &[u8]) -> Vec<u8> {
        if self.words.is_empty() {
            return octets.to_vec();
        }
        let firsts: BTreeSet<u8> = self.words.iter().filter_map(|(word, _)| word.bytes().next()).collect();
        let mut out = Vec::with_capacity(octets.len());
        let mut at = 0;
        while let Some(first) = octets.get(at) {
            let rest = octets.get(at..).unwrap_or_default();
            let alone = |length: usize| {
                let after = rest.get(length).copied();
                !at.checked_sub(1).and_then(|before| octets.get(before)).copied().is_some_and(is_word)
                    && !after.is_some_and(is_word)
            };
            let found = firsts
                .contains(first)
                .then(|| self.words.iter().find(|(word, _)| rest.starts_with(word.as_bytes()) && alone(word.len())));
            match found.flatten() {
                Some((word, stand_in)) => {
                    out.extend_from_slice(stand_in.as_bytes());
                    at += word.len();
                }
                None => {
                    out.push(*first);
                    at += 1;
                }
            }
        }
        out
    }
}

/// Words of MIME headers that a display name may hold, too.
const PROTECTED: [&str; 8] = ["Content", "Type", "Transfer", "Encoding", "Disposition", "Mime", "Version", "Name"];

fn is_word(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || octet >= 128
}

/// Letters and digits hidden, their number and case kept: length and capitals of a subject still tell.
fn hidden(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            c if c.is_uppercase() => 'X',
            c if c.is_alphabetic() => 'x',
            c if c.is_numeric() => '0',
            ' '..='~' => c,
            _ => '.',
        })
        .collect()
}

fn hidden_if_not_ascii(octets: &[u8]) -> String {
    let text = String::from_utf8_lossy(octets);
    if text.is_ascii() { text.replace('"', "'") } else { hidden(&text) }
}

/// RFC 2045 §6.7, lines under 76 octets.
fn quoted_printable(octets: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(octets.len() + octets.len() / 8);
    let mut column = 0;
    let mut octets = octets.iter().copied().peekable();
    while let Some(octet) = octets.next() {
        if octet == b'\r' && octets.peek() == Some(&b'\n') || octet == b'\n' {
            if octet == b'\r' {
                octets.next();
            }
            out.extend_from_slice(b"\r\n");
            column = 0;
            continue;
        }
        let ends_line = matches!(octets.peek(), None | Some(b'\r' | b'\n'));
        let plain = matches!(octet, b'!'..=b'<' | b'>'..=b'~') || matches!(octet, b' ' | b'\t') && !ends_line;
        if column > 71 {
            out.extend_from_slice(b"=\r\n");
            column = 0;
        }
        if plain {
            out.push(octet);
            column += 1;
        } else {
            out.extend_from_slice(format!("={octet:02X}").as_bytes());
            column += 3;
        }
    }
    out
}

fn in_lines(base64: &str) -> Vec<u8> {
    let lines: Vec<&[u8]> = base64.as_bytes().chunks(76).collect();
    let mut out = lines.join(b"\r\n".as_slice());
    out.extend_from_slice(b"\r\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(text: &str) -> String {
        let message = Message::parse("From: Anna Verdi <anna@a.test>\r\nSubject: Hi\r\n\r\n".into());
        String::from_utf8(Mask::of(&message, Spelt::default()).octets(text.as_bytes())).unwrap()
    }

    #[test]
    fn addresses_are_masked_and_roles_and_domains_stay() {
        assert_eq!(mask("<anna@a.test>, ANNA@a.test, bob@b.test"), "<person1@a.test>, person1@a.test, person2@b.test");
        assert_eq!(mask("postmaster@a.test noreply@a.test"), "postmaster@a.test noreply@a.test");
        assert_eq!(mask("https://a.test/x?u=anna%40a.test&y"), "https://a.test/x?u=person1%40a.test&y");
        assert_eq!(mask("MAIL FROM:<b+anna=a.test@l.test> SIZE=3"), "MAIL FROM:<person1@l.test> SIZE=3");
        assert_eq!(mask("i=@a.test; d=a.test"), "i=@a.test; d=a.test");
        assert_eq!(mask("i=anna@a.test"), "i=person1@a.test");
        assert_eq!(mask("http://anna:secret@a.test/"), "http://person1@a.test/");
    }

    #[tokio::test]
    async fn what_macros_made_of_the_local_part_is_in_no_file_of_the_bundle() {
        let (bundle, report) = crate::mask::testing::examined_with_macros().await;
        let all = |bundle: &Bundle, report: &Report| {
            let text = serde_json::to_string(&(&bundle.delivery, &bundle.evidence, report)).unwrap();
            format!("{text}{}", String::from_utf8_lossy(&bundle.delivery.raw)).to_lowercase()
        };
        assert!(all(&bundle, &report).contains("zzlocal21.u.macro.test"));
        let (bundle, report) = masked(&bundle, &report).await;
        let text = all(&bundle, &report);
        assert!(!text.contains("zzlocal21"), "{text}");
        assert!(text.contains("exists:%{l}.u.macro.test") && text.contains("x-asked: …"), "{text}");
    }

    #[test]
    fn names_are_masked_as_whole_words() {
        assert_eq!(mask("Dear Anna Verdi, Annabel; Verdi's"), "Dear Name1, Annabel; Name1's");
    }

    #[test]
    fn encodings_are_made_again_as_the_standard_has_them() {
        let text = format!("caffè = {} \r\nend", "x".repeat(100));
        let encoded = quoted_printable(text.as_bytes());
        assert!(encoded.split(|octet| *octet == b'\n').all(|line| line.len() <= 77));
        assert_eq!(
            mail_parser::decoders::quoted_printable::quoted_printable_decode(&encoded).unwrap(),
            text.as_bytes()
        );
    }
}
