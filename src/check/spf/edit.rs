//! The edits that a cure makes in an SPF record, so that everything else in it stays as its owner wrote it.
//!
//! Reading a record is [`crate::auth::spf::record`]'s; here only its terms are cut and joined.

use std::net::IpAddr;

use crate::address::domain_to_ascii;
use crate::auth::spf::record::{self, Mechanism, Qualifier, Term, TermKind};

/// The terms of a record, those that break the grammar included.
pub fn terms(record: &str) -> Vec<Term> {
    record::parse(record.as_bytes()).terms
}

pub fn is_redirect(term: &Term) -> bool {
    matches!(term.kind, Ok(TermKind::Redirect(_)))
}

pub fn is_ptr(term: &Term) -> bool {
    matches!(term.directive(), Some((_, Mechanism::Ptr(_))))
}

fn join<'a>(terms: impl IntoIterator<Item = &'a str>) -> String {
    terms.into_iter().fold("v=spf1".to_owned(), |record, term| record + " " + term)
}

/// `ip4:` or `ip6:` with this address.
pub fn address_term(ip: IpAddr) -> String {
    match ip.to_canonical() {
        IpAddr::V4(ip) => format!("ip4:{ip}"),
        IpAddr::V6(ip) => format!("ip6:{ip}"),
    }
}

/// The record with this client allowed: after the other addresses, and before whatever matched the client so far.
pub fn with_address(record: &str, ip: IpAddr, matched: Option<&str>) -> String {
    let terms = terms(record);
    let at = terms
        .iter()
        .position(|term| Some(term.text.as_str()) == matched)
        .or_else(|| terms.iter().position(Term::is_all))
        .or_else(|| terms.iter().position(Term::is_modifier))
        .unwrap_or(terms.len());
    let is_address = |term: &Term| matches!(term.directive(), Some((_, Mechanism::Ip4(..) | Mechanism::Ip6(..))));
    let at = terms.iter().take(at).rposition(is_address).map_or(at, |last| last + 1);
    let new = address_term(ip);
    let mut texts: Vec<&str> = terms.iter().map(|term| term.text.as_str()).collect();
    texts.insert(at, &new);
    join(texts)
}

/// The record without the terms that `unwanted` picks.
pub fn without(record: &str, unwanted: impl Fn(&Term) -> bool) -> String {
    join(terms(record).iter().filter(|term| !unwanted(term)).map(|term| term.text.as_str()))
}

/// The record ending in this `all`, whatever it ended in; what stood after `all` goes, since nobody reads it.
pub fn ending_in(record: &str, all: &str) -> String {
    let terms = terms(record);
    let before = terms.iter().take_while(|term| !term.is_all());
    let after = terms.iter().skip_while(|term| !term.is_all()).filter(|term| term.is_modifier());
    let text = |term: &'_ Term| term.text.clone();
    let kept: Vec<String> = before.filter(|term| !is_redirect(term)).map(text).collect();
    let modifiers: Vec<String> = after.filter(|term| !is_redirect(term)).map(text).collect();
    join(kept.iter().map(String::as_str).chain([all]).chain(modifiers.iter().map(String::as_str)))
}

/// The record without a term that repeats an earlier one.
pub fn unrepeated(record: &str) -> String {
    let terms = terms(record);
    without(record, |term| {
        terms.iter().any(|earlier| earlier.span.0 < term.span.0 && earlier.text.eq_ignore_ascii_case(&term.text))
    })
}

/// The record with the term at this place mended where its owner's meaning is plain, and without it otherwise.
pub fn mended(record: &str, span: (usize, usize)) -> String {
    let mut texts: Vec<String> = Vec::new();
    for term in terms(record) {
        let broken = term.span.0 < span.1 && span.0 < term.span.1;
        match (broken, mended_term(&term.text)) {
            (false, _) => texts.push(term.text),
            (true, Some(text)) => texts.push(text),
            (true, None) => {}
        }
    }
    join(texts.iter().map(String::as_str))
}

/// What an owner who wrote this must have meant; `None` when that cannot be known.
fn mended_term(written: &str) -> Option<String> {
    if let Some(two) = two_terms(written) {
        return Some(two);
    }
    let bare = written.trim_start_matches(['+', '-', '~', '?']);
    let qualifier = written.strip_suffix(bare)?;
    let bare = bare.trim_end_matches(['.', ',', ';', '"']).trim_start_matches('"');
    let network = |text: &str| -> Option<&'static str> {
        let (address, prefix) = text.split_once('/').unwrap_or((text, "0"));
        match (address.parse::<IpAddr>().ok()?, prefix.parse::<u8>().ok()?) {
            (IpAddr::V4(_), 0..=32) => Some("ip4"),
            (IpAddr::V6(_), 0..=128) => Some("ip6"),
            _ => None,
        }
    };
    if let Some(name) = network(bare) {
        return Some(format!("{qualifier}{name}:{bare}"));
    }
    let (name, value) = match bare.find([':', '=']) {
        Some(at) => (bare.get(..at)?.to_ascii_lowercase(), bare.get(at + 1..)?.trim_matches('"')),
        None => (bare.to_ascii_lowercase(), ""),
    };
    match name.as_str() {
        "all" => Some(format!("{qualifier}all")),
        "ip" | "ip4" | "ip6" | "ipv4" | "ipv6" => network(value).map(|name| format!("{qualifier}{name}:{value}")),
        "redirect" if domain_to_ascii(value).is_some() => Some(format!("redirect={value}")),
        "include" | "a" | "mx" if domain_to_ascii(value).is_some() && value.contains('.') => {
            Some(format!("{qualifier}{name}:{value}"))
        }
        "a" | "mx" if value.is_empty() => Some(format!("{qualifier}{name}")),
        _ => None,
    }
}

/// The record with this term as the two that somebody wrote without a space between them; `None` when it is not two.
pub fn parted(record: &str, term: &str) -> Option<String> {
    let two = two_terms(term)?;
    Some(join(terms(record).iter().map(|known| if known.text == term { &two } else { known.text.as_str() })))
}

/// Two terms that stand together without a space, with the space: strings of a record are joined as they are (RFC 7208 §3.3).
fn two_terms(written: &str) -> Option<String> {
    const BEGINNINGS: [&str; 9] = ["include:", "ip4:", "ip6:", "a:", "mx:", "exists:", "redirect=", "exp=", "all"];
    // A name may hold signs that also begin a term, so `all` must be its whole term, and have one of them.
    let begins = |rest: &str| {
        let bare = rest.trim_start_matches(['+', '-', '~', '?']);
        let signed = bare.len() < rest.len();
        BEGINNINGS.iter().any(|word| bare.starts_with(word) && (*word != "all" || signed && bare == *word))
    };
    let fits = |text: &str| matches!(terms(&format!("v=spf1 {text}")).as_slice(), [only] if only.kind.is_ok());
    let seam = written.char_indices().skip(1).map(|(at, _)| at).find(|at| {
        let (first, second) = written.split_at(*at);
        begins(second) && fits(first) && fits(second)
    })?;
    let (first, second) = written.split_at(seam);
    Some(format!("{first} {second}"))
}

/// One record that allows what each of these allows (RFC 7208 §3.2 wants a single one).
pub fn merged(records: &[String]) -> String {
    let mut texts: Vec<String> = Vec::new();
    let mut all_fail = true;
    let mut exp = None;
    for record in records {
        let terms = terms(record);
        let all = terms.iter().find(|term| term.is_all()).and_then(Term::directive);
        all_fail &= matches!(all, Some((Qualifier::Fail, _)));
        for term in terms {
            let text = match &term.kind {
                Ok(TermKind::Directive(_, Mechanism::All)) => continue,
                Ok(TermKind::Explanation(_)) => {
                    exp.get_or_insert(term.text);
                    continue;
                }
                // A redirect would be ignored beside `all` (RFC 7208 §6.1); as an include it still counts.
                Ok(TermKind::Redirect(_)) => {
                    let (_, domain) = term.text.split_once('=').unwrap_or_default();
                    format!("include:{domain}")
                }
                _ => term.text,
            };
            if !texts.iter().any(|known| known.eq_ignore_ascii_case(&text)) {
                texts.push(text);
            }
        }
    }
    // Where the owners differed, the kinder one: a merged record should not start to refuse mail.
    let all = if all_fail { "-all" } else { "~all" };
    join(texts.iter().map(String::as_str).chain([all]).chain(exp.as_deref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_goes_after_the_other_addresses_and_before_all() {
        let cases = [
            (
                "v=spf1 mx ip4:192.0.2.1 include:a.example -all",
                "v=spf1 mx ip4:192.0.2.1 ip4:198.51.100.7 include:a.example -all",
            ),
            ("v=spf1 include:a.example ~all", "v=spf1 include:a.example ip4:198.51.100.7 ~all"),
            ("v=spf1", "v=spf1 ip4:198.51.100.7"),
            ("v=spf1  redirect=a.example", "v=spf1 ip4:198.51.100.7 redirect=a.example"),
            ("v=spf1 -all ip4:192.0.2.1", "v=spf1 ip4:198.51.100.7 -all ip4:192.0.2.1"),
        ];
        for (record, cured) in cases {
            assert_eq!(with_address(record, ip("198.51.100.7"), None), cured);
        }
        assert_eq!(with_address("v=spf1 -all", ip("2001:db8::1"), Some("-all")), "v=spf1 ip6:2001:db8::1 -all");
        assert_eq!(with_address("v=spf1 -all", ip("::ffff:192.0.2.9"), None), "v=spf1 ip4:192.0.2.9 -all");
    }

    #[test]
    fn an_address_goes_before_the_directive_that_refused_it() {
        let cured =
            with_address("v=spf1 mx -ip4:198.51.100.0/24 +all", ip("198.51.100.7"), Some("-ip4:198.51.100.0/24"));
        assert_eq!(cured, "v=spf1 mx ip4:198.51.100.7 -ip4:198.51.100.0/24 +all");
    }

    #[test]
    fn two_records_become_one_that_allows_what_both_allowed() {
        let two = ["v=spf1 mx include:a.example -all".to_owned(), "v=spf1 MX redirect=b.example".to_owned()];
        assert_eq!(merged(&two), "v=spf1 mx include:a.example include:b.example ~all");
        let strict = ["v=spf1 mx -all".to_owned(), "v=spf1 a -all exp=e.example".to_owned()];
        assert_eq!(merged(&strict), "v=spf1 mx a -all exp=e.example");
    }

    #[test]
    fn an_all_is_replaced_and_dead_terms_go() {
        assert_eq!(ending_in("v=spf1 mx +all", "~all"), "v=spf1 mx ~all");
        assert_eq!(
            ending_in("v=spf1 mx all a redirect=x.example exp=e.example", "~all"),
            "v=spf1 mx ~all exp=e.example"
        );
        assert_eq!(ending_in("v=spf1 mx", "~all"), "v=spf1 mx ~all");
        assert_eq!(without("v=spf1 ptr mx ptr:a.example ~all", is_ptr), "v=spf1 mx ~all");
    }

    #[test]
    fn a_broken_term_is_mended_where_its_meaning_is_plain_and_dropped_otherwise() {
        let cases = [
            ("ipv4:192.0.2.1", "ip4:192.0.2.1"),
            ("192.0.2.0/24", "ip4:192.0.2.0/24"),
            ("ip4:2001:db8::1", "ip6:2001:db8::1"),
            ("include=a.example", "include:a.example"),
            ("~include:\"a.example\"", "~include:a.example"),
            ("redirect:a.example", "redirect=a.example"),
            ("-all;", "-all"),
            ("ip4:192.0.2.10include:a.example", "ip4:192.0.2.10 include:a.example"),
            ("ip6:2001:db8::1-all", "ip6:2001:db8::1 -all"),
        ];
        for (broken, mended_term) in cases {
            let record = format!("v=spf1 mx {broken}");
            assert_eq!(mended(&record, (10, 10 + broken.len())), format!("v=spf1 mx {mended_term}"));
        }
        // Grammar takes these for one name; that it leads nowhere shows that they are two.
        for (joined, two) in [
            ("include:a.exampleinclude:b.example", Some("include:a.example include:b.example")),
            ("include:a.example~all", Some("include:a.example ~all")),
            ("include:small.example", None),
            ("include:mail-all.example", None),
        ] {
            assert_eq!(parted(&format!("v=spf1 {joined} mx"), joined), two.map(|two| format!("v=spf1 {two} mx")));
        }
        assert_eq!(mended("v=spf1 foo ip4:1.2.3.400 -all", (7, 10)), "v=spf1 ip4:1.2.3.400 -all");
        assert_eq!(mended("v=spf1 ip4:1.2.3.400 -all", (11, 20)), "v=spf1 -all");
    }
}
