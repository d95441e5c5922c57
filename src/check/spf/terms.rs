//! An SPF record as its owner edits it: terms in order, and the edits that a cure makes.
//!
//! Judging a record is [`crate::auth`]'s; here only text is cut and joined, so that a cure keeps everything else as it was.

use std::net::IpAddr;

use crate::address::domain_to_ascii;

/// One term as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term<'a> {
    pub text: &'a str,
    /// Octet range in the record, end exclusive.
    pub span: (usize, usize),
}

impl<'a> Term<'a> {
    /// Without its qualifier.
    fn bare(self) -> &'a str {
        self.text.trim_start_matches(['+', '-', '~', '?'])
    }

    /// The mechanism's or modifier's name, lower case.
    pub fn name(self) -> String {
        let bare = self.bare();
        bare.split([':', '=', '/']).next().unwrap_or(bare).to_ascii_lowercase()
    }

    /// What follows the colon or equals sign.
    pub fn value(self) -> Option<&'a str> {
        let bare = self.bare();
        bare.find([':', '=']).and_then(|at| bare.get(at + 1..))
    }

    /// `+` where none is written (RFC 7208 §4.6.2).
    pub fn qualifier(self) -> char {
        self.text.chars().next().filter(|c| matches!(c, '-' | '~' | '?')).unwrap_or('+')
    }

    pub fn is_modifier(self) -> bool {
        self.text.find(['=', ':', '/']).is_some_and(|at| self.text.as_bytes().get(at) == Some(&b'='))
    }

    /// True for terms that count against the limit of ten (RFC 7208 §4.6.4).
    pub fn asks_dns(self) -> bool {
        let name = self.name();
        let mechanism = matches!(name.as_str(), "include" | "a" | "mx" | "ptr" | "exists");
        if self.is_modifier() { name == "redirect" } else { mechanism }
    }
}

/// The terms after the version.
pub fn terms(record: &str) -> Vec<Term<'_>> {
    let mut terms = Vec::new();
    let mut at = 0;
    for text in record.split(' ') {
        let span = (at, at + text.len());
        at = span.1 + 1;
        if !text.is_empty() && span.0 != 0 {
            terms.push(Term { text, span });
        }
    }
    terms
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
        .position(|term| Some(term.text) == matched)
        .or_else(|| terms.iter().position(|term| term.name() == "all" && !term.is_modifier()))
        .or_else(|| terms.iter().position(|term| term.is_modifier()))
        .unwrap_or(terms.len());
    let last_address =
        terms.iter().take(at).rposition(|term| matches!(term.name().as_str(), "ip4" | "ip6") && !term.is_modifier());
    let at = last_address.map_or(at, |last| last + 1);
    let new = address_term(ip);
    let mut texts: Vec<&str> = terms.iter().map(|term| term.text).collect();
    texts.insert(at, &new);
    join(texts)
}

/// The record without the terms that `unwanted` picks.
pub fn without(record: &str, unwanted: impl Fn(Term<'_>) -> bool) -> String {
    join(terms(record).into_iter().filter(|term| !unwanted(*term)).map(|term| term.text))
}

/// The record ending in this `all`, whatever it ended in; what stood after `all` goes, since nobody reads it.
pub fn ending_in(record: &str, all: &str) -> String {
    let terms = terms(record);
    let directives = terms.iter().take_while(|term| term.name() != "all" || term.is_modifier());
    let modifiers = terms.iter().skip_while(|term| term.name() != "all" || term.is_modifier());
    let kept = directives.filter(|term| !(term.is_modifier() && term.name() == "redirect"));
    let exp = modifiers.filter(|term| term.is_modifier() && term.name() != "redirect");
    join(kept.map(|term| term.text).chain([all]).chain(exp.map(|term| term.text)))
}

/// The record with the term at this place mended where its owner's meaning is plain, and without it otherwise.
pub fn mended(record: &str, span: (usize, usize)) -> String {
    let mut texts: Vec<String> = Vec::new();
    for term in terms(record) {
        let broken = term.span.0 < span.1 && span.0 < term.span.1;
        match (broken, mended_term(term)) {
            (false, _) => texts.push(term.text.to_owned()),
            (true, Some(text)) => texts.push(text),
            (true, None) => {}
        }
    }
    join(texts.iter().map(String::as_str))
}

/// What an owner who wrote this must have meant; `None` when that cannot be known.
fn mended_term(term: Term<'_>) -> Option<String> {
    let bare = term.bare().trim_end_matches(['.', ',', ';', '"']).trim_start_matches('"');
    let qualifier = term.text.strip_suffix(term.bare())?;
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

/// One record that allows what each of these allows (RFC 7208 §3.2 wants a single one).
pub fn merged(records: &[String]) -> String {
    let mut texts: Vec<String> = Vec::new();
    let mut all_fail = true;
    let mut exp = None;
    for record in records {
        let terms = terms(record);
        let all = terms.iter().find(|term| term.name() == "all" && !term.is_modifier());
        all_fail &= all.is_some_and(|term| term.qualifier() == '-');
        for term in &terms {
            let text = match (term.is_modifier(), term.name().as_str()) {
                (false, "all") => continue,
                (true, "exp") => {
                    exp.get_or_insert(term.text);
                    continue;
                }
                // A redirect would be ignored beside `all` (RFC 7208 §6.1); as an include it still counts.
                (true, "redirect") => format!("include:{}", term.value().unwrap_or_default()),
                _ => term.text.to_owned(),
            };
            if !texts.iter().any(|known| known.eq_ignore_ascii_case(&text)) {
                texts.push(text);
            }
        }
    }
    // Where the owners differed, the kinder one: a merged record should not start to refuse mail.
    let all = if all_fail { "-all" } else { "~all" };
    join(texts.iter().map(String::as_str).chain([all]).chain(exp))
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
        assert_eq!(without("v=spf1 ptr mx ptr:a.example ~all", |term| term.name() == "ptr"), "v=spf1 mx ~all");
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
        ];
        for (broken, mended_term) in cases {
            let record = format!("v=spf1 mx {broken}");
            assert_eq!(mended(&record, (10, 10 + broken.len())), format!("v=spf1 mx {mended_term}"));
        }
        assert_eq!(mended("v=spf1 foo ip4:1.2.3.400 -all", (7, 10)), "v=spf1 ip4:1.2.3.400 -all");
        assert_eq!(mended("v=spf1 ip4:1.2.3.400 -all", (11, 20)), "v=spf1 -all");
    }

    #[test]
    fn terms_know_their_place_name_and_value() {
        let record = "v=spf1 ~A:x.example/24  redirect=y.example";
        let found = terms(record);
        let names: Vec<_> = found.iter().map(|term| (term.name(), term.value(), term.qualifier())).collect();
        assert_eq!(names, [("a".into(), Some("x.example/24"), '~'), ("redirect".into(), Some("y.example"), '+')]);
        for term in found {
            assert_eq!(record.get(term.span.0..term.span.1), Some(term.text));
        }
    }
}
