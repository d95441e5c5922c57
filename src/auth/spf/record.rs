//! The grammar of an SPF record (RFC 7208 §12): octets to terms, each with its place in the record.
//!
//! The only parser: evaluation, the tree, checks and cures all read [`Record`]. Any octets give a record; what breaks the
//! grammar is in [`Record::errors`].

use std::net::{Ipv4Addr, Ipv6Addr};

use super::macros::{self, MacroString, Piece, Place};
use crate::auth::{Fault, FaultKind};

/// Octets of the record, end exclusive.
pub type Span = (usize, usize);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// In order.
    pub terms: Vec<Term>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    pub span: Span,
    /// As written.
    pub text: String,
    /// What it says, or why it breaks the grammar: one such term makes the whole record a permerror (§4.6).
    pub kind: Result<TermKind, Fault>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TermKind {
    Directive(Qualifier, Mechanism),
    Redirect(MacroString),
    Explanation(MacroString),
    /// Of no effect (§6).
    UnknownModifier {
        name: String,
        value: MacroString,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Qualifier {
    Pass,
    Fail,
    Softfail,
    Neutral,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mechanism {
    All,
    Include(MacroString),
    A(Option<MacroString>, DualCidr),
    Mx(Option<MacroString>, DualCidr),
    Ptr(Option<MacroString>),
    Ip4(Ipv4Addr, u8),
    Ip6(Ipv6Addr, u8),
    Exists(MacroString),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DualCidr {
    pub v4: u8,
    pub v6: u8,
}

impl DualCidr {
    /// Where none is written: the addresses themselves (§5.3, §5.4).
    pub const HOST: DualCidr = DualCidr { v4: 32, v6: 128 };
}

const VERSION: &[u8] = b"v=spf1";

/// True when this text is an SPF record at all (§4.5): the version, then a space or the end.
pub fn is_spf(octets: &[u8]) -> bool {
    octets.split_at_checked(VERSION.len()).is_some_and(|(version, rest)| {
        version.eq_ignore_ascii_case(VERSION) && rest.first().is_none_or(|octet| *octet == b' ')
    })
}

/// Reads a record; a text that is no SPF record is one broken term.
pub fn parse(octets: &[u8]) -> Record {
    if !is_spf(octets) {
        let end = octets.iter().position(|octet| *octet == b' ').unwrap_or(octets.len());
        let text = text(octets.get(..end).unwrap_or_default());
        return Record { terms: vec![Term { span: (0, end), text, kind: Err(FaultKind::SpfVersion.into()) }] };
    }
    let mut terms: Vec<Term> = Vec::new();
    let mut at = VERSION.len();
    for written in octets.get(at..).unwrap_or_default().split(|octet| *octet == b' ') {
        let span = (at, at + written.len());
        at = span.1 + 1;
        if written.is_empty() {
            continue;
        }
        let kind = term(written).and_then(|kind| match kind.once() {
            // §6: each at most once.
            Some(name) if terms.iter().any(|term| term.kind.as_ref().is_ok_and(|kind| kind.once() == Some(name))) => {
                Err(Fault::of(FaultKind::SpfRepeated, name))
            }
            _ => Ok(kind),
        });
        terms.push(Term { span, text: text(written), kind });
    }
    Record { terms }
}

/// Octets as a reader sees them.
fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

fn term(written: &[u8]) -> Result<TermKind, Fault> {
    let (qualifier, rest) = match written {
        [b'+', rest @ ..] => (Some(Qualifier::Pass), rest),
        [b'-', rest @ ..] => (Some(Qualifier::Fail), rest),
        [b'~', rest @ ..] => (Some(Qualifier::Softfail), rest),
        [b'?', rest @ ..] => (Some(Qualifier::Neutral), rest),
        rest => (None, rest),
    };
    let is_name = |octet: &u8| octet.is_ascii_alphanumeric() || b"-_.".contains(octet);
    let length = rest.iter().take_while(|octet| is_name(octet)).count();
    let (name, value) = rest.split_at_checked(length).unwrap_or_default();
    if !name.first().is_some_and(u8::is_ascii_alphabetic) {
        return Err(FaultKind::SpfTerm.into());
    }
    let name = text(name).to_ascii_lowercase();
    match (qualifier, value) {
        (None, [b'=', value @ ..]) => modifier(name, value),
        (Some(_), [b'=', ..]) => Err(Fault::of(FaultKind::SpfQualifier, name)),
        (_, [] | [b':' | b'/', ..]) => {
            Ok(TermKind::Directive(qualifier.unwrap_or(Qualifier::Pass), mechanism(&name, value)?))
        }
        (_, [odd, ..]) => Err(Fault::of(FaultKind::SpfAfterName, char::from(*odd))),
    }
}

fn modifier(name: String, value: &[u8]) -> Result<TermKind, Fault> {
    match name.as_str() {
        "redirect" => Ok(TermKind::Redirect(domain_spec(value)?)),
        "exp" => Ok(TermKind::Explanation(domain_spec(value)?)),
        _ => {
            let value = macro_string(value, Place::Modifier)?;
            Ok(TermKind::UnknownModifier { name, value })
        }
    }
}

fn mechanism(name: &str, value: &[u8]) -> Result<Mechanism, Fault> {
    let required = || match value {
        [b':', spec @ ..] => Ok(spec),
        [] => Err(Fault::of(FaultKind::SpfNoValue, name)),
        _ => Err(Fault::of(FaultKind::SpfNoPrefix, name)),
    };
    match name {
        "all" if value.is_empty() => Ok(Mechanism::All),
        "all" => Err(FaultKind::SpfAllValue.into()),
        "include" => Ok(Mechanism::Include(domain_spec(required()?)?)),
        "exists" => Ok(Mechanism::Exists(domain_spec(required()?)?)),
        "a" | "mx" => {
            let (spec, cidr) = dual_cidr(value)?;
            let spec = optional_domain(spec)?;
            Ok(if name == "a" { Mechanism::A(spec, cidr) } else { Mechanism::Mx(spec, cidr) })
        }
        "ptr" => Ok(Mechanism::Ptr(optional_domain(value)?)),
        "ip4" => {
            let (ip, prefix) = network(required()?, 32)?;
            Ok(Mechanism::Ip4(ip4(ip).ok_or_else(|| Fault::of(FaultKind::SpfIp4, text(ip)))?, prefix))
        }
        "ip6" => {
            let (ip, prefix) = network(required()?, 128)?;
            let ip = text(ip);
            Ok(Mechanism::Ip6(ip.parse().map_err(|_| Fault::of(FaultKind::SpfIp6, ip))?, prefix))
        }
        _ => Err(Fault::of(FaultKind::SpfMechanism, name)),
    }
}

/// `qnum "." qnum "." qnum "." qnum` (§12), where `Ipv4Addr` refuses leading zeros as the grammar does.
fn ip4(octets: &[u8]) -> Option<Ipv4Addr> {
    std::str::from_utf8(octets).ok()?.parse().ok()
}

fn optional_domain(value: &[u8]) -> Result<Option<MacroString>, Fault> {
    match value {
        [] => Ok(None),
        [b':', spec @ ..] => Ok(Some(domain_spec(spec)?)),
        _ => Err(Fault::of(FaultKind::SpfValue, text(value))),
    }
}

/// Its octet is of the value, which says nothing to a reader of the record.
fn macro_string(octets: &[u8], place: Place) -> Result<MacroString, Fault> {
    macros::parse(octets, place).map_err(|fault| Fault { at: None, ..fault })
}

/// `macro-string domain-end` (§7.1): the end is a macro, or a dot and a top label.
fn domain_spec(octets: &[u8]) -> Result<MacroString, Fault> {
    if octets.is_empty() {
        return Err(FaultKind::SpfNoDomain.into());
    }
    let spec = macro_string(octets, Place::Domain)?;
    if let Some(Piece::Literal(end)) = spec.pieces.last() {
        let end = end.strip_suffix('.').unwrap_or(end);
        match end.rsplit_once('.') {
            Some((_, top)) if is_toplabel(top) => {}
            Some((_, top)) => return Err(Fault::of(FaultKind::SpfTopLabel, top)),
            None => return Err(Fault::of(FaultKind::SpfNoDot, text(octets))),
        }
    }
    Ok(spec)
}

/// Letters, digits and inner hyphens, not all digits (§7.1 `toplabel`).
fn is_toplabel(label: &str) -> bool {
    label.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().any(|octet| !octet.is_ascii_digit())
}

/// Splits `[ "/" v4 ] [ "//" v6 ]` from the end of a value.
fn dual_cidr(value: &[u8]) -> Result<(&[u8], DualCidr), Fault> {
    let (value, v6) = match trailing_prefix(value, b"//") {
        Some((value, digits)) => (value, prefix_length(digits, 128)?),
        None => (value, 128),
    };
    let (value, v4) = match trailing_prefix(value, b"/") {
        Some((value, digits)) => (value, prefix_length(digits, 32)?),
        None => (value, 32),
    };
    Ok((value, DualCidr { v4, v6 }))
}

fn trailing_prefix<'a>(value: &'a [u8], slashes: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let digits = value.iter().rev().take_while(|octet| octet.is_ascii_digit()).count();
    let (head, digits) = value.split_at_checked(value.len().checked_sub(digits)?)?;
    (!digits.is_empty()).then_some(())?;
    Some((head.strip_suffix(slashes)?, digits))
}

/// An address and `[ "/" length ]`.
fn network(value: &[u8], most: u8) -> Result<(&[u8], u8), Fault> {
    match value.iter().position(|octet| *octet == b'/') {
        None => Ok((value, most)),
        Some(slash) => {
            let (ip, rest) = value.split_at_checked(slash).unwrap_or_default();
            Ok((ip, prefix_length(rest.get(1..).unwrap_or_default(), most)?))
        }
    }
}

/// No leading zeros (§12).
fn prefix_length(digits: &[u8], most: u8) -> Result<u8, Fault> {
    let written = text(digits);
    let plain =
        !written.is_empty() && digits.iter().all(u8::is_ascii_digit) && (written == "0" || !written.starts_with('0'));
    let length = if plain { written.parse::<u8>().ok() } else { None };
    let kind = if most == 32 { FaultKind::SpfPrefix4 } else { FaultKind::SpfPrefix6 };
    length.filter(|length| *length <= most).ok_or_else(|| Fault::of(kind, written))
}

impl Record {
    /// The first term that breaks the grammar, and why.
    pub fn error(&self) -> Option<(&Term, &Fault)> {
        self.terms.iter().find_map(|term| Some((term, term.kind.as_ref().err()?)))
    }

    /// The `redirect=` that has effect: there is none beside `all` (§6.1).
    pub fn redirect(&self) -> Option<(&Term, &MacroString)> {
        if self.terms.iter().any(Term::is_all) {
            return None;
        }
        self.terms.iter().find_map(|term| match &term.kind {
            Ok(TermKind::Redirect(spec)) => Some((term, spec)),
            _ => None,
        })
    }

    pub fn explanation(&self) -> Option<&MacroString> {
        self.terms.iter().find_map(|term| match &term.kind {
            Ok(TermKind::Explanation(spec)) => Some(spec),
            _ => None,
        })
    }

    /// The terms that ask DNS when no directive matches before them, in order of evaluation: nothing after `all` does
    /// (§5.1), and a redirect that has effect comes last wherever it stands (§6.1).
    pub fn asking(&self) -> impl Iterator<Item = &Term> {
        let directives = self.terms.iter().take_while(|term| !term.is_all());
        let asking = |term: &&Term| matches!(&term.kind, Ok(TermKind::Directive(_, mechanism)) if mechanism.asks_dns());
        directives.filter(asking).chain(self.redirect().map(|(term, _)| term))
    }
}

impl Term {
    pub fn directive(&self) -> Option<(Qualifier, &Mechanism)> {
        match &self.kind {
            Ok(TermKind::Directive(qualifier, mechanism)) => Some((*qualifier, mechanism)),
            _ => None,
        }
    }

    pub fn is_all(&self) -> bool {
        matches!(self.directive(), Some((_, Mechanism::All)))
    }

    pub fn is_modifier(&self) -> bool {
        self.kind.is_ok() && self.directive().is_none()
    }

    /// What is written of the name that it asks for; `None` where nothing is, and it asks for its own domain or not at all.
    pub fn spec(&self) -> Option<&MacroString> {
        match self.kind.as_ref().ok()? {
            TermKind::Redirect(spec) | TermKind::Explanation(spec) => Some(spec),
            TermKind::Directive(_, Mechanism::Include(spec) | Mechanism::Exists(spec)) => Some(spec),
            TermKind::Directive(_, Mechanism::A(spec, _) | Mechanism::Mx(spec, _) | Mechanism::Ptr(spec)) => {
                spec.as_ref()
            }
            _ => None,
        }
    }

    /// The domain whose record `include` or `redirect` goes on with; `None` for other terms.
    pub fn leads_to(&self) -> Option<&MacroString> {
        match &self.kind {
            Ok(TermKind::Directive(_, Mechanism::Include(spec)) | TermKind::Redirect(spec)) => Some(spec),
            _ => None,
        }
    }
}

impl TermKind {
    /// The name of a modifier that may stand only once.
    fn once(&self) -> Option<&'static str> {
        match self {
            TermKind::Redirect(_) => Some("redirect"),
            TermKind::Explanation(_) => Some("exp"),
            _ => None,
        }
    }
}

impl Mechanism {
    /// True when §4.6.4 counts it among the ten.
    pub fn asks_dns(&self) -> bool {
        !matches!(self, Mechanism::All | Mechanism::Ip4(..) | Mechanism::Ip6(..))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(text: &str) -> Result<TermKind, Fault> {
        let record = parse(format!("v=spf1 {text}").as_bytes());
        match record.terms.as_slice() {
            [term] => term.kind.clone(),
            other => panic!("{text:?} is {other:?}"),
        }
    }

    #[test]
    fn the_version_ends_at_a_space_or_the_end() {
        assert!(is_spf(b"v=spf1") && is_spf(b"V=SPF1 -all"));
        assert!(!is_spf(b"v=spf10") && !is_spf(b" v=spf1") && !is_spf(b"v=spf1\t-all") && !is_spf(b"v=spf"));
    }

    #[test]
    fn terms_know_their_place() {
        let record = parse(b"v=spf1  ip4:192.0.2.1 -all ");
        let spans: Vec<_> = record.terms.iter().map(|term| (term.span, term.text.as_str())).collect();
        assert_eq!(spans, [((8, 21), "ip4:192.0.2.1"), ((22, 26), "-all")]);
    }

    #[test]
    fn every_error_is_found_with_its_place() {
        let record = parse(b"v=spf1 ipv4:192.0.2.1 a ip4:192.0.2 -all");
        let errors: Vec<_> =
            record.terms.iter().filter_map(|term| Some((term.span, term.kind.clone().err()?))).collect();
        let fault = |kind, what| Fault::of(kind, what);
        assert_eq!(
            errors,
            [((7, 21), fault(FaultKind::SpfMechanism, "ipv4")), ((24, 35), fault(FaultKind::SpfIp4, "192.0.2"))]
        );
        assert_eq!(record.terms.len(), 4);
    }

    #[test]
    fn prefix_lengths_are_split_from_domains() {
        let cidr = |text| match only(text) {
            Ok(TermKind::Directive(_, Mechanism::A(domain, cidr))) => (domain.is_some(), cidr.v4, cidr.v6),
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!(cidr("a"), (false, 32, 128));
        assert_eq!(cidr("a/24"), (false, 24, 128));
        assert_eq!(cidr("a//64"), (false, 32, 64));
        assert_eq!(cidr("a:b.test/24//64"), (true, 24, 64));
        assert_eq!(cidr("a:x/y.test/0"), (true, 0, 128));
    }

    #[test]
    fn what_the_grammar_does_not_allow_is_an_error() {
        for bad in [
            "a/33",
            "a//129",
            "a/024",
            "a/24/64",
            "a:",
            "a:test",
            "a:1.2.3.4",
            "a:b.test:25",
            "all:x",
            "all/8",
            "include",
            "include:",
            "include/8",
            "exists",
            "ip4",
            "ip4:",
            "ip4:1.2.3.04",
            "ip4:1.2.3.4/33",
            "ip4:1.2.3.4/",
            "ip6:1.2.3.4",
            "ip6:::1/129",
            "ptr/24",
            "-redirect=a.test",
            "redirect=",
            "exp=",
            "redirect=test",
            "=x",
            "1a=x",
            "x=%",
            "a=",
            "mx:%{z}",
            "a;",
            "ipv4:1.2.3.4",
            "-",
        ] {
            if bad == "a=" {
                // An unknown modifier whose name is that of a mechanism: of no effect, but no error (§6).
                assert!(matches!(only(bad), Ok(TermKind::UnknownModifier { .. })));
                continue;
            }
            let record = parse(format!("v=spf1 {bad}").as_bytes());
            assert!(record.error().is_some(), "{bad}: {record:?}");
        }
        assert!(parse(b"v=spf1 redirect=a.test redirect=b.test").error().is_some());
    }

    #[test]
    fn redirect_beside_all_has_no_effect() {
        assert!(parse(b"v=spf1 redirect=a.test").redirect().is_some());
        assert!(parse(b"v=spf1 redirect=a.test ~all").redirect().is_none());
    }

    #[test]
    fn what_may_ask_dns_ends_at_all_and_a_redirect_comes_last() {
        let asking =
            |text: &str| -> Vec<String> { parse(text.as_bytes()).asking().map(|term| term.text.clone()).collect() };
        assert_eq!(
            asking("v=spf1 redirect=r.test ip4:192.0.2.1 a include:i.test"),
            ["a", "include:i.test", "redirect=r.test"]
        );
        assert_eq!(asking("v=spf1 redirect=r.test mx ~all a"), ["mx"]);
        assert_eq!(asking("v=spf1 exists:%{i}.x.test ptr x=%{d}"), ["exists:%{i}.x.test", "ptr"]);
    }

    proptest::proptest! {
        #[test]
        fn any_octets_give_terms_or_errors_within_the_record(
            octets in proptest::collection::vec(proptest::num::u8::ANY, 0..120), version in proptest::bool::ANY,
        ) {
            let octets = if version { [b"v=spf1 ".to_vec(), octets].concat() } else { octets };
            let record = parse(&octets);
            for (start, end) in record.terms.iter().map(|term| term.span) {
                assert!(start <= end && end <= octets.len());
            }
        }

        #[test]
        fn any_likely_text_gives_a_record(text in "v=spf1( [+?~-]?(a|mx|ip4|ip6|exists|include|redirect|exp)[:=/]?[a-z0-9.:/%{}-]{0,12}){0,5}") {
            parse(text.as_bytes());
        }
    }
}
