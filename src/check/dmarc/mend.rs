//! What the owner of a broken DMARC record must have meant: the policy and every address for reports are kept. Where that is not
//! plain, nothing is proposed.

use super::super::spelling::meant;
use crate::address::Mailbox;
use crate::auth::dmarc::record::{Record, RecordProblemKind, Standing, is_record, is_uri};
use crate::auth::tags::TagProblemKind;

const TAGS: [&str; 14] = ["v", "p", "sp", "np", "psd", "t", "adkim", "aspf", "rua", "ruf", "fo", "pct", "rf", "ri"];
const POLICIES: [&str; 3] = ["none", "quarantine", "reject"];

/// The record as it was meant, version and policy first; `None` when that cannot be known. A policy that is a single word
/// and none of the three is `none`, as receivers take it (RFC 9989 §4.10.1).
pub fn mended(text: &str) -> Option<String> {
    let mut tags = named_tags(text)?;
    let version = tags.iter().position(|(name, value)| name == "v" && value.eq_ignore_ascii_case("DMARC1"))?;
    tags.remove(version);
    if !tags.iter().any(|(name, _)| name == "p") {
        tags.insert(0, ("p".to_owned(), "none".to_owned()));
    }
    tags.sort_by_key(|(name, _)| name != "p");
    let mut record = "v=DMARC1".to_owned();
    for (name, value) in &tags {
        let value = match name.as_str() {
            "v" => return None,
            "p" => Some(policy(value)?.unwrap_or("none").to_owned()),
            "sp" | "np" => policy(value)?.map(str::to_owned),
            "adkim" | "aspf" => one_of(value, &["s", "strict", "r", "relaxed"]),
            "psd" | "t" => one_of(value, &["y", "yes", "n", "no", "u"]),
            "fo" => failures(value),
            "rua" | "ruf" if !value.is_empty() => Some(uris(value)?),
            _ => Some(value.clone()).filter(|value| !value.is_empty()),
        };
        if let Some(value) = value {
            record = format!("{record}; {name}={value}");
        }
    }
    is_sound(&record).then_some(record)
}

/// The URIs of an `rua` or `ruf` as they were meant; `None` when one of them is no address at all.
pub fn uris(value: &str) -> Option<String> {
    let mut joined = value.to_owned();
    for (apart, together) in [("mailto: ", "mailto:"), ("mailto :", "mailto:"), ("mailto=", "mailto:")] {
        joined = joined.replace(apart, together);
    }
    let parts = joined.split(|sign: char| sign.is_whitespace() || matches!(sign, ',' | ';'));
    let uri = |part: &str| {
        let part = part.trim_matches(['"', '\'', '<', '>']);
        let address = part.split_once('!').map_or(part, |(address, _)| address);
        match Mailbox::parse(address).is_some() && !part.contains(':') {
            true => Some(format!("mailto:{part}")),
            false => is_uri(address).then(|| part.to_owned()),
        }
    };
    let uris: Vec<String> = parts.filter(|part| !part.is_empty()).map(uri).collect::<Option<_>>()?;
    (!uris.is_empty()).then(|| uris.join(","))
}

/// True for a text that its owner took for a DMARC record, and receivers do not.
pub fn is_near_miss(octets: &[u8]) -> bool {
    let plain: Vec<u8> = octets.iter().filter(|octet| octet.is_ascii_graphic() && **octet != b'"').copied().collect();
    let plain = plain.to_ascii_lowercase();
    let version = b"dmarc1";
    let named = plain.windows(version.len() + 2).any(|part| part.starts_with(b"v=") && part.ends_with(version));
    (named || plain.starts_with(version)) && !is_record(octets)
}

fn is_sound(record: &str) -> bool {
    let read = Record::parse(record.as_bytes());
    let harmless = |kind| {
        use RecordProblemKind::{ObsoleteSize, ObsoleteTag, Syntax, UnknownTag};
        matches!(kind, UnknownTag | ObsoleteTag | ObsoleteSize | Syntax(TagProblemKind::Name))
    };
    is_record(record.as_bytes())
        && read.standing == Standing::Valid
        && read.problems.iter().all(|problem| harmless(problem.kind))
}

/// Names in lower case and values, whatever stands between the tags; `None` when a part belongs to none, or two contradict
/// each other.
fn named_tags(text: &str) -> Option<Vec<(String, String)>> {
    let noise = |sign: char| sign.is_whitespace() || matches!(sign, ',' | '"' | '\'' | '\\' | '\u{feff}');
    let mut tags: Vec<(String, String)> = Vec::new();
    for piece in text.split(';').flat_map(pieces).map(|piece| piece.trim_matches(noise)) {
        match named(piece) {
            _ if piece.is_empty() => {}
            Some((name, value)) => {
                let value = value.trim_matches(noise);
                match tags.iter_mut().find(|(known, _)| *known == name) {
                    None => tags.push((name, value.to_owned())),
                    Some((_, first)) if first.eq_ignore_ascii_case(value) => {}
                    Some((_, first)) if is_list(&name) => *first = format!("{first},{value}"),
                    Some(_) => return None,
                }
            }
            None if piece.eq_ignore_ascii_case("DMARC1") && tags.is_empty() => tags.push(("v".into(), piece.into())),
            None => match tags.last_mut() {
                Some((name, value)) if is_list(name) => *value = format!("{value},{piece}"),
                _ => return None,
            },
        }
    }
    Some(tags)
}

fn is_list(name: &str) -> bool {
    matches!(name, "rua" | "ruf" | "fo")
}

/// Cuts where a known tag begins after white space or a comma: somebody left the semicolon out.
fn pieces(segment: &str) -> Vec<&str> {
    let begins = |at: usize| {
        let apart = segment.get(..at).is_some_and(|before| before.ends_with([' ', '\t', ',']));
        apart && segment.get(at..).and_then(named).is_some_and(|(name, _)| TAGS.contains(&name.as_str()))
    };
    let mut pieces = Vec::new();
    let mut start = 0;
    for (at, _) in segment.char_indices().filter(|(at, _)| begins(*at)) {
        pieces.extend(segment.get(start..at));
        start = at;
    }
    pieces.extend(segment.get(start..));
    pieces
}

/// `name=value`, or `name:value` where the name is known.
fn named(piece: &str) -> Option<(String, &str)> {
    let length = piece.bytes().take_while(|octet| octet.is_ascii_alphanumeric() || b"-_".contains(octet)).count();
    let (name, rest) = piece.split_at_checked(length).filter(|(name, _)| !name.is_empty())?;
    let (name, rest) = (name.to_ascii_lowercase(), rest.trim_start());
    match rest.strip_prefix('=') {
        Some(value) => Some((name, value)),
        None => rest.strip_prefix(':').filter(|_| TAGS.contains(&name.as_str())).map(|value| (name, value)),
    }
}

/// A policy, or `None` for one word that is none; nothing at all where more stands there than a word.
fn policy(value: &str) -> Option<Option<&'static str>> {
    value.bytes().all(|octet| octet.is_ascii_alphanumeric()).then(|| meant(value, &POLICIES))
}

/// The letter that stands for it; what cannot be read is the default, and left out.
fn one_of(value: &str, words: &[&str]) -> Option<String> {
    let word = words.iter().find(|word| word.eq_ignore_ascii_case(value))?;
    word.get(..1).map(str::to_owned)
}

fn failures(value: &str) -> Option<String> {
    let value = value.to_ascii_lowercase();
    let options: Vec<&str> = value
        .split(|sign: char| !sign.is_ascii_alphanumeric())
        .filter(|option| matches!(*option, "0" | "1" | "d" | "s"))
        .collect();
    (!options.is_empty()).then(|| options.join(":"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_costs_neither_the_policy_nor_an_address() {
        for (broken, whole) in [
            ("v=DMARC1; p=rejct; sp=quarantine; np=x; rua=; adkim=s", "v=DMARC1; p=reject; sp=quarantine; adkim=s"),
            ("v=DMARC1; rua=mailto:a@b.example; p=reject; sp=bad", "v=DMARC1; p=reject; rua=mailto:a@b.example"),
            ("v=DMARC1; p=reject rua=mailto:a@b.example", "v=DMARC1; p=reject; rua=mailto:a@b.example"),
            ("v=DMARC1 p=reject", "v=DMARC1; p=reject"),
            ("v=DMARC1, p=reject, pct=100", "v=DMARC1; p=reject; pct=100"),
            (" \"v=dmarc1\\; p:reject\\;\"", "v=DMARC1; p=reject"),
            ("DMARC1; p=\"reject\"", "v=DMARC1; p=reject"),
            ("p=none; v=DMARC1", "v=DMARC1; p=none"),
            ("v=DMARC1; p=monitor; rua=mailto:a@b.example", "v=DMARC1; p=none; rua=mailto:a@b.example"),
            ("v=DMARC1; rua=mailto:a@b.example", "v=DMARC1; p=none; rua=mailto:a@b.example"),
            ("v=DMARC1; p=reject; adkim=strict; aspf=; t=yes", "v=DMARC1; p=reject; adkim=s; t=y"),
            ("v=DMARC1; p=reject; fo=0;1; x-y=2", "v=DMARC1; p=reject; fo=0:1; x-y=2"),
            (
                "v=DMARC1; p=reject; rua=mailto:a@b.example; rua=mailto:c@b.example",
                "v=DMARC1; p=reject; rua=mailto:a@b.example,mailto:c@b.example",
            ),
            (
                "v=DMARC1; p=none; rua=mailto: a@b.example; mailto:c@b.example!10m https://b.example/?p=reject",
                "v=DMARC1; p=none; rua=mailto:a@b.example,mailto:c@b.example!10m,https://b.example/?p=reject",
            ),
        ] {
            assert_eq!(mended(broken).as_deref(), Some(whole), "{broken}");
        }
    }

    #[test]
    fn nothing_is_proposed_where_the_meaning_is_open() {
        for broken in [
            "v=DMARC1; p=reject; p=none",
            "v=DMARC1; p=reject or none",
            "v=DMARC1; reject",
            "v=DMARC1; p=bad; rua=nobody",
            "v=DMARC2; p=reject",
            "p=reject",
            "",
        ] {
            assert_eq!(mended(broken), None, "{broken}");
        }
    }

    #[test]
    fn a_text_that_was_to_be_a_record_is_known() {
        for text in ["v=DMARC1 p=reject", "v=DMARC1, p=reject", " v=DMARC1; p=none", "p=none; v=DMARC1", "v=dmarc1;"] {
            assert!(is_near_miss(text.as_bytes()), "{text}");
        }
        for text in ["v=DMARC1; p=none", "v=spf1 -all", "dmarc verification 1", ""] {
            assert!(!is_near_miss(text.as_bytes()), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_proposed_can_be_read(text in "v=DMARC1[; ,]p[=:][ -~]{0,60}") {
            if let Some(record) = mended(&text) {
                assert!(is_sound(&record), "{record}");
            }
        }
    }
}
