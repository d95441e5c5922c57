//! What the owner of a broken SPF record must have meant. Where that is not plain for every word of it, nothing is proposed: a
//! term left out would shut out the servers that it was to let in.

use std::net::IpAddr;

use super::super::spelling::meant;
use super::edit::{join, terms};
use crate::address::plain_domain;

/// The record with every broken term mended; `None` when the meaning of one cannot be known.
pub fn mended(record: &str) -> Option<String> {
    let terms = terms(record);
    let mut texts: Vec<String> = Vec::new();
    let mut at = 0;
    while let Some(term) = terms.get(at) {
        at += 1;
        if term.kind.is_ok() {
            texts.push(term.text.clone());
            continue;
        }
        // A space too many, as after a colon: the next term is the rest of this one.
        let next = terms.get(at).filter(|next| next.kind.is_err() || is_sign(&term.text));
        if let Some(whole) = next.and_then(|next| joined(&term.text, &next.text)) {
            texts.extend(whole);
            at += 1;
        } else if is_repeated(&term.text, &texts) {
            continue;
        } else {
            texts.extend(meaning(&term.text)?);
        }
    }
    let record = join(texts.iter().map(String::as_str));
    terms_are_sound(&record).then_some(record)
}

/// The record that a text which is not read as one was to be: with something before the version, or no space after it.
pub fn restored(text: &str) -> Option<String> {
    let noise = |sign: char| sign.is_whitespace() || matches!(sign, '"' | '\'' | '\\' | '\u{feff}');
    let text = text.trim_matches(noise);
    let rest = text.strip_prefix(['v', 'V']).map_or(text, |rest| rest.trim_start_matches([' ', '=', ':']));
    let (version, rest) = rest.split_at_checked("spf1".len())?;
    let apart = !rest.starts_with(|sign: char| sign.is_ascii_alphanumeric());
    if !version.eq_ignore_ascii_case("spf1") || !apart {
        return None;
    }
    let terms = rest.trim_start_matches(|sign: char| noise(sign) || matches!(sign, ',' | ';' | ':' | '.'));
    mended(&join(terms.split_whitespace()))
}

/// True for a text that its owner took for an SPF record, and receivers do not.
pub fn is_near_miss(octets: &[u8]) -> bool {
    let plain: Vec<u8> = octets.iter().filter(|octet| octet.is_ascii_graphic() && **octet != b'"').copied().collect();
    let plain = plain.to_ascii_lowercase();
    let version = plain.starts_with(b"v=spf1") || plain.starts_with(b"v:spf1") || plain.starts_with(b"spf1");
    let number_ends = |at: usize| !plain.get(at).is_some_and(u8::is_ascii_digit);
    let length = if plain.starts_with(b"spf1") { 4 } else { 6 };
    version && number_ends(length) && !crate::auth::spf::record::is_spf(octets)
}

fn terms_are_sound(record: &str) -> bool {
    terms(record).iter().all(|term| term.kind.is_ok())
}

fn is_term(text: &str) -> bool {
    matches!(terms(&format!("v=spf1 {text}")).as_slice(), [only] if only.kind.is_ok() && only.text == text)
}

fn is_sign(text: &str) -> bool {
    matches!(text, "+" | "-" | "~" | "?")
}

/// `redirect=` and `exp=` may stand once: the same a second time says nothing new.
fn is_repeated(text: &str, before: &[String]) -> bool {
    is_term(text) && before.iter().any(|known| known.eq_ignore_ascii_case(text))
}

fn joined(first: &str, second: &str) -> Option<Vec<String>> {
    if first.ends_with([':', '=']) || second.starts_with([':', '/']) || is_sign(first) {
        return meaning(&format!("{first}{second}"));
    }
    let bare = first.trim_start_matches(['+', '-', '~', '?']).to_ascii_lowercase();
    match bare.as_str() {
        "include" | "ip4" | "ip6" | "exists" => meaning(&format!("{first}:{second}")),
        "redirect" => meaning(&format!("{first}={second}")),
        _ => None,
    }
}

/// The terms that this was to be.
fn meaning(written: &str) -> Option<Vec<String>> {
    if is_term(written) {
        return Some(vec![written.to_owned()]);
    }
    mended_term(written).or_else(|| listed(written))
}

/// The terms of a list that somebody wrote into one: `ip4:192.0.2.1,192.0.2.2`, `a,mx`.
fn listed(written: &str) -> Option<Vec<String>> {
    let parts: Vec<&str> = written.split([',', ';']).filter(|part| !part.is_empty()).collect();
    let [first, others @ ..] = parts.as_slice() else { return None };
    if others.is_empty() {
        return None;
    }
    let name = first.split_once(':').map(|(name, _)| name);
    let mut terms = meaning(first)?;
    for part in others {
        let alike = || name.map(|name| format!("{name}:{part}")).filter(|text| is_term(text)).map(|text| vec![text]);
        terms.extend(meaning(part).or_else(alike)?);
    }
    Some(terms)
}

/// The term, or the two terms, that this was to be.
fn mended_term(written: &str) -> Option<Vec<String>> {
    if let Some((first, second)) = two_terms(written) {
        return Some(vec![first.to_owned(), second.to_owned()]);
    }
    // Word processors make a dash of a hyphen.
    let written = match written.strip_prefix(['\u{2010}', '\u{2011}', '\u{2012}', '\u{2013}', '\u{2014}', '\u{2212}']) {
        Some(rest) => format!("-{rest}"),
        None => written.to_owned(),
    };
    let bare = written.trim_start_matches(['+', '-', '~', '?']);
    let qualifier = written.strip_suffix(bare)?;
    let bare = bare.trim_end_matches(['.', ',', ';', '"']).trim_start_matches('"');
    if let Some(name) = network(bare) {
        return Some(vec![format!("{qualifier}{name}:{bare}")]);
    }
    let (name, value) = match bare.find([':', '=']) {
        Some(at) => (bare.get(..at)?, bare.get(at + 1..)?.trim_matches('"')),
        None => (bare, ""),
    };
    let domain = plain_domain(value).is_some() && value.contains('.');
    let name = name.to_ascii_lowercase();
    let term = match name.as_str() {
        "all" if value.is_empty() => format!("{qualifier}all"),
        "ip" | "ip4" | "ip6" | "ipv4" | "ipv6" => format!("{qualifier}{}:{value}", network(value)?),
        "redirect" if qualifier.is_empty() && domain => format!("redirect={value}"),
        "include" | "a" | "mx" if domain => format!("{qualifier}{name}:{value}"),
        "a" | "mx" if value.is_empty() => format!("{qualifier}{name}"),
        _ => match meant(&name, &["include", "redirect", "exists"]) {
            Some("redirect") if qualifier.is_empty() && domain => format!("redirect={value}"),
            Some(name @ ("include" | "exists")) => format!("{qualifier}{name}:{value}"),
            // Only a sign tells that `all` was meant: there is nothing else to write with one alone.
            None if value.is_empty() && name.len() > 1 && matches!(qualifier, "-" | "~" | "?") => {
                format!("{qualifier}{}", meant(&name, &["all"])?)
            }
            _ => return None,
        },
    };
    is_term(&term).then(|| vec![term])
}

/// The mechanism that names this network.
fn network(text: &str) -> Option<&'static str> {
    let (address, prefix) = text.split_once('/').unwrap_or((text, "0"));
    match (address.parse::<IpAddr>().ok()?, prefix.parse::<u8>().ok()?) {
        (IpAddr::V4(_), 0..=32) => Some("ip4"),
        (IpAddr::V6(_), 0..=128) => Some("ip6"),
        _ => None,
    }
}

/// The record with this term as the several that it was to be, where grammar takes them for one; `None` when it is one.
pub fn parted(record: &str, term: &str) -> Option<String> {
    let two = two_terms(term).map(|(first, second)| vec![first.to_owned(), second.to_owned()]);
    let several = two.or_else(|| listed(term))?.join(" ");
    let texts = terms(record).into_iter().map(|known| if known.text == term { several.clone() } else { known.text });
    let record = join(texts.collect::<Vec<_>>().iter().map(String::as_str));
    terms_are_sound(&record).then_some(record)
}

/// True when two terms stand here without the space between them.
pub fn are_two(term: &str) -> bool {
    two_terms(term).is_some()
}

/// Two terms that stand together without a space: strings of a record are joined as they are (RFC 7208 §3.3).
fn two_terms(written: &str) -> Option<(&str, &str)> {
    const BEGINNINGS: [&str; 9] = ["include:", "ip4:", "ip6:", "a:", "mx:", "exists:", "redirect=", "exp=", "all"];
    // A name may hold signs that also begin a term, so `all` must be its whole term, and have one of them.
    let begins = |rest: &str| {
        let bare = rest.trim_start_matches(['+', '-', '~', '?']);
        let signed = bare.len() < rest.len();
        BEGINNINGS.iter().any(|word| bare.starts_with(word) && (*word != "all" || signed && bare == *word))
    };
    let seam = written.char_indices().skip(1).map(|(at, _)| at).find(|at| {
        let (first, second) = written.split_at(*at);
        begins(second) && is_term(first) && is_term(second)
    })?;
    Some(written.split_at(seam))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_term_is_mended_where_its_meaning_is_plain() {
        let cases = [
            ("ipv4:192.0.2.1", "ip4:192.0.2.1"),
            ("192.0.2.0/24", "ip4:192.0.2.0/24"),
            ("ip4:2001:db8::1", "ip6:2001:db8::1"),
            ("~include:\"a.example\"", "~include:a.example"),
            ("redirect:a.example", "redirect=a.example"),
            ("-all;", "-all"),
            ("–all", "-all"),
            ("~al", "~all"),
            ("~ all", "~all"),
            ("ip4:192.0.2.10include:a.example", "ip4:192.0.2.10 include:a.example"),
            ("ip6:2001:db8::1-all", "ip6:2001:db8::1 -all"),
            ("inlcude:a.example", "include:a.example"),
            ("include: a.example -all", "include:a.example -all"),
            ("include a.example -all", "include:a.example -all"),
            ("ip4: 192.0.2.10 -all", "ip4:192.0.2.10 -all"),
            ("ip4: 192.0.2.10,192.0.2.11 -all", "ip4:192.0.2.10 ip4:192.0.2.11 -all"),
            ("ip4 :192.0.2.10 -all", "ip4:192.0.2.10 -all"),
            ("ip4:192.0.2.1,192.0.2.2 -all", "ip4:192.0.2.1 ip4:192.0.2.2 -all"),
            ("a,ip4:192.0.2.1,-all", "a ip4:192.0.2.1 -all"),
            ("redirect=a.example redirect=a.example", "redirect=a.example"),
            ("ipv4:192.0.2.1 ipv4:192.0.2.2 –all", "ip4:192.0.2.1 ip4:192.0.2.2 -all"),
        ];
        for (broken, whole) in cases {
            let record = format!("v=spf1 mx {broken}");
            assert_eq!(mended(&record), Some(format!("v=spf1 mx {whole}")), "{record}");
        }
    }

    #[test]
    fn nothing_is_proposed_where_a_term_would_have_to_go() {
        for broken in [
            "ip4:1.2.3.400",
            "ip4:192.0.2.1/33",
            "foo",
            "mail.example.com",
            "redirect=gone",
            "redirect=a.example redirect=b.example",
            "include:",
            "ip4: -all",
            "ip4:192.0.2.1,nonsense",
            "include:a",
        ] {
            assert_eq!(mended(&format!("v=spf1 mx {broken} -all")), None, "{broken}");
        }
    }

    #[test]
    fn grammar_takes_these_for_one_name_and_that_it_leads_nowhere_shows_that_they_are_two() {
        for (joined, two) in [
            ("include:a.exampleinclude:b.example", Some("include:a.example include:b.example")),
            ("include:a.example~all", Some("include:a.example ~all")),
            ("include:a.example,b.example", Some("include:a.example include:b.example")),
            ("include:small.example", None),
            ("include:mail-all.example", None),
        ] {
            assert_eq!(parted(&format!("v=spf1 {joined} mx"), joined), two.map(|two| format!("v=spf1 {two} mx")));
        }
    }

    #[test]
    fn a_text_that_was_to_be_a_record_is_known_and_restored() {
        for text in [
            "v=spf1,ip4:192.0.2.1 -all",
            " v=spf1 ip4:192.0.2.1 -all",
            "\"v=spf1 ip4:192.0.2.1 -all\"",
            "v=spf1\tip4:192.0.2.1 -all",
            "v = spf1 ip4:192.0.2.1 -all",
            "spf1 ip4:192.0.2.1 -all",
            "v=spf1;ip4:192.0.2.1;-all;",
        ] {
            assert!(is_near_miss(text.as_bytes()), "{text}");
            assert_eq!(restored(text).as_deref(), Some("v=spf1 ip4:192.0.2.1 -all"), "{text}");
        }
        for text in ["v=spf1 -all", "v=spf10 -all", "spf2.0/pra mx", "see v=spf1 of example.com", "", "v=spf"] {
            assert!(!is_near_miss(text.as_bytes()), "{text}");
        }
        assert_eq!(restored("v=spf1ip4:192.0.2.1"), None);
    }
}
