//! The edits that a cure makes in an SPF record, so that everything else in it stays as its owner wrote it.
//!
//! Reading a record is [`crate::auth::spf::record`]'s; here only its terms are cut and joined. What breaks its grammar is
//! mended in `mend.rs`.

use std::net::IpAddr;

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

pub fn join<'a>(terms: impl IntoIterator<Item = &'a str>) -> String {
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

/// The record ending in this `all`, whatever it ended in, with all that it allows: a redirect counts only without an `all`
/// (RFC 7208 §6.1), so it becomes an include, and what stood after `all` moves before it. `None` when a term after `all` does
/// not simply allow: then its place is its owner's to say.
pub fn ending_in(record: &str, all: &str) -> Option<String> {
    let terms = terms(record);
    let dead = terms.iter().skip_while(|term| !term.is_all()).filter(|term| !term.is_all());
    if !dead.filter_map(Term::directive).all(|(qualifier, _)| qualifier == Qualifier::Pass) {
        return None;
    }
    let directives = terms.iter().filter(|term| !term.is_all() && (!term.is_modifier() || is_redirect(term)));
    let directives: Vec<String> = directives.map(|term| included(term).unwrap_or_else(|| term.text.clone())).collect();
    let modifiers = terms.iter().filter(|term| term.is_modifier() && !is_redirect(term));
    let modifiers = modifiers.map(|term| term.text.as_str());
    Some(join(directives.iter().map(String::as_str).chain([all]).chain(modifiers)))
}

/// A redirect as the include that still counts beside an `all`.
fn included(term: &Term) -> Option<String> {
    let (_, domain) = term.text.split_once('=').filter(|_| is_redirect(term))?;
    Some(format!("include:{domain}"))
}

/// The record with `~all` for `-all`, and nothing else touched.
pub fn softened(record: &str) -> String {
    let soft = |term: &Term| match term.directive() {
        Some((Qualifier::Fail, Mechanism::All)) => "~all".to_owned(),
        _ => term.text.clone(),
    };
    let texts: Vec<String> = terms(record).iter().map(soft).collect();
    join(texts.iter().map(String::as_str))
}

/// The record without a term that repeats an earlier one.
pub fn unrepeated(record: &str) -> String {
    let terms = terms(record);
    without(record, |term| {
        terms.iter().any(|earlier| earlier.span.0 < term.span.0 && earlier.text.eq_ignore_ascii_case(&term.text))
    })
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
                _ => included(&term).unwrap_or(term.text),
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
    fn an_all_is_replaced_and_everybody_allowed_stays_so() {
        let cases = [
            ("v=spf1 mx +all", Some("v=spf1 mx ~all")),
            ("v=spf1 mx", Some("v=spf1 mx ~all")),
            ("v=spf1 mx exp=e.example", Some("v=spf1 mx ~all exp=e.example")),
            ("v=spf1 redirect=x.example +all", Some("v=spf1 include:x.example ~all")),
            (
                "v=spf1 mx all a redirect=x.example exp=e.example",
                Some("v=spf1 mx a include:x.example ~all exp=e.example"),
            ),
            ("v=spf1 mx all -a", None),
        ];
        for (record, cured) in cases {
            assert_eq!(ending_in(record, "~all").as_deref(), cured, "{record}");
        }
        assert_eq!(softened("v=spf1 redirect=x.example -all mx"), "v=spf1 redirect=x.example ~all mx");
        assert_eq!(without("v=spf1 ptr mx ptr:a.example ~all", is_ptr), "v=spf1 mx ~all");
    }
}
