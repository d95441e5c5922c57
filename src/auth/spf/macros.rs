//! Macro strings (RFC 7208 §7): parsed once with the record, expanded for one message.

use std::net::IpAddr;

use crate::auth::{Fault, FaultKind};
use crate::dns::{normal_name, reverse_name};

/// A macro string in pieces; no piece stands for the empty string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MacroString {
    pub pieces: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    Literal(String),
    /// `%%`, `%_` and `%-`, by what they stand for.
    Escape(&'static str),
    Expand(Expand),
}

/// `%{...}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expand {
    /// Lower case.
    pub letter: char,
    /// Written in upper case: the value is URL-escaped.
    pub url_escaped: bool,
    /// How many right-hand parts stay; `None` is all.
    pub parts: Option<u32>,
    pub reversed: bool,
    /// Empty stands for the dot.
    pub delimiters: String,
}

/// Where a macro string stands decides what it may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// `domain-spec`: the letters `c`, `r` and `t` are not allowed (RFC 7208 §7.2).
    Domain,
    /// The value of an unknown modifier.
    Modifier,
    /// The explanation text, where spaces are allowed (`explain-string`).
    Explanation,
}

/// Parses a macro string.
///
/// # Errors
///
/// What breaks the grammar first, and at which octet of the string.
pub fn parse(octets: &[u8], place: Place) -> Result<MacroString, Fault> {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut at = 0;
    while let Some(octet) = octets.get(at) {
        let piece = match octet {
            b'%' => {
                let (piece, length) = percent(octets.get(at..).unwrap_or_default(), place)
                    .map_err(|fault| Fault { at: Some(at), ..fault })?;
                at += length;
                piece
            }
            b'!'..=b'~' => {
                literal.push(char::from(*octet));
                at += 1;
                continue;
            }
            b' ' if place == Place::Explanation => {
                literal.push(' ');
                at += 1;
                continue;
            }
            other => {
                let fault = Fault::of(FaultKind::SpfMacroOctet, format!("{other:#04x}"));
                return Err(Fault { at: Some(at), ..fault });
            }
        };
        if !literal.is_empty() {
            pieces.push(Piece::Literal(std::mem::take(&mut literal)));
        }
        pieces.push(piece);
    }
    if !literal.is_empty() {
        pieces.push(Piece::Literal(literal));
    }
    Ok(MacroString { pieces })
}

/// What follows a `%`, and how many octets it takes.
fn percent(octets: &[u8], place: Place) -> Result<(Piece, usize), Fault> {
    match octets.get(1) {
        Some(b'%') => Ok((Piece::Escape("%"), 2)),
        Some(b'_') => Ok((Piece::Escape(" "), 2)),
        Some(b'-') => Ok((Piece::Escape("%20"), 2)),
        Some(b'{') => {
            let end = octets.iter().position(|octet| *octet == b'}');
            let end = end.ok_or(FaultKind::SpfMacroOpen)?;
            let inner = octets.get(2..end).unwrap_or_default();
            Ok((Piece::Expand(expand(inner, place)?), end + 1))
        }
        _ => Err(FaultKind::SpfMacroPercent.into()),
    }
}

/// `macro-letter transformers *delimiter`.
fn expand(inner: &[u8], place: Place) -> Result<Expand, Fault> {
    let [first, rest @ ..] = inner else { return Err(FaultKind::SpfMacroEmpty.into()) };
    let letter = char::from(first.to_ascii_lowercase());
    match letter {
        's' | 'l' | 'o' | 'd' | 'i' | 'p' | 'h' | 'v' => {}
        'c' | 'r' | 't' if place != Place::Domain => {}
        'c' | 'r' | 't' => return Err(Fault::of(FaultKind::SpfMacroLetterHere, letter)),
        _ => return Err(Fault::of(FaultKind::SpfMacroLetter, char::from(*first))),
    }
    let digits = rest.iter().take_while(|octet| octet.is_ascii_digit()).count();
    let (digits, rest) = rest.split_at_checked(digits).unwrap_or_default();
    let parts = digits
        .iter()
        .fold(0u32, |parts, digit| parts.saturating_mul(10).saturating_add(u32::from(digit.saturating_sub(b'0'))));
    if !digits.is_empty() && parts == 0 {
        return Err(FaultKind::SpfMacroZero.into());
    }
    let (reversed, rest) = match rest {
        [b'r' | b'R', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    if let Some(odd) = rest.iter().find(|octet| !b".-+,/_=".contains(octet)) {
        return Err(Fault::of(FaultKind::SpfMacroDelimiter, char::from(*odd)));
    }
    Ok(Expand {
        letter,
        url_escaped: first.is_ascii_uppercase(),
        parts: (!digits.is_empty()).then_some(parts),
        reversed,
        delimiters: rest.iter().copied().map(char::from).collect(),
    })
}

/// What the letters stand for, at one point of an evaluation.
#[derive(Clone, Debug)]
pub struct Values<'a> {
    pub sender: &'a str,
    pub local_part: &'a str,
    pub sender_domain: &'a str,
    /// The domain whose record is evaluated.
    pub domain: &'a str,
    pub client_ip: IpAddr,
    pub helo: &'a str,
    /// Of the client (§7.3): `unknown` when there is none.
    pub validated_name: &'a str,
    /// Who checks.
    pub receiver: &'a str,
    /// Seconds since 1970.
    pub now: i64,
}

impl MacroString {
    /// The domain, as it is asked, when no macro is in it: the same for every message.
    pub fn fixed_domain(&self) -> Option<String> {
        let text: Option<String> = self
            .pieces
            .iter()
            .map(|piece| match piece {
                Piece::Literal(text) => Some(text.as_str()),
                Piece::Escape(_) | Piece::Expand(_) => None,
            })
            .collect();
        normal_name(&text?).ok()
    }

    pub fn uses(&self, letters: &[char]) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Expand(expand) if letters.contains(&expand.letter)))
    }

    pub fn expand(&self, values: &Values<'_>) -> String {
        self.pieces
            .iter()
            .map(|piece| match piece {
                Piece::Literal(text) => text.clone(),
                Piece::Escape(text) => (*text).to_owned(),
                Piece::Expand(expand) => expand.apply(values),
            })
            .collect()
    }

    /// The name to ask: without a final dot, cut from the left to 253 octets (§7.3), in the text form of [`crate::dns`].
    pub fn expand_domain(&self, values: &Values<'_>) -> String {
        let full = self.expand(values);
        let mut name = full.strip_suffix('.').unwrap_or(&full);
        while name.len() > 253 {
            match name.split_once('.') {
                Some((_, rest)) => name = rest,
                None => break,
            }
        }
        name.replace('\\', "\\\\")
    }
}

impl Expand {
    fn apply(&self, values: &Values<'_>) -> String {
        let value = match self.letter {
            's' => values.sender.to_owned(),
            'l' => values.local_part.to_owned(),
            'o' => values.sender_domain.to_owned(),
            'd' => values.domain.to_owned(),
            'i' => dotted(values.client_ip),
            'p' => values.validated_name.to_owned(),
            'v' => if values.client_ip.is_ipv4() { "in-addr" } else { "ip6" }.to_owned(),
            'h' => values.helo.to_owned(),
            'c' => values.client_ip.to_string(),
            'r' => values.receiver.to_owned(),
            't' => values.now.to_string(),
            // The parser lets no other letter through.
            _ => String::new(),
        };
        let delimiter = |c: char| if self.delimiters.is_empty() { c == '.' } else { self.delimiters.contains(c) };
        let mut parts: Vec<&str> = value.split(delimiter).collect();
        if self.reversed {
            parts.reverse();
        }
        if let Some(keep) = self.parts.and_then(|keep| usize::try_from(keep).ok()) {
            let skip = parts.len().saturating_sub(keep);
            parts.drain(..skip);
        }
        let joined = parts.join(".");
        if self.url_escaped { url_escape(&joined) } else { joined }
    }
}

/// Dotted quad, or all nibbles of an IPv6 address with dots between (§7.3).
fn dotted(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(_) => {
            let reverse = reverse_name(ip).to_ascii_uppercase();
            let mut nibbles: Vec<&str> = reverse.split('.').take(32).collect();
            nibbles.reverse();
            nibbles.join(".")
        }
    }
}

/// All but RFC 3986 `unreserved` as `%XX` (§7.3).
fn url_escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for octet in text.bytes() {
        if octet.is_ascii_alphanumeric() || b"-._~".contains(&octet) {
            escaped.push(char::from(octet));
        } else {
            escaped.push_str(&format!("%{octet:02X}"));
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(text: &str, ip: &str) -> String {
        let values = Values {
            sender: "strong-bad@email.example.com",
            local_part: "strong-bad",
            sender_domain: "email.example.com",
            domain: "email.example.com",
            client_ip: ip.parse().unwrap(),
            helo: "mx.example.org",
            validated_name: "mx.example.org",
            receiver: "here.test",
            now: 1_700_000_000,
        };
        parse(text.as_bytes(), Place::Explanation).unwrap().expand(&values)
    }

    #[test]
    fn the_examples_of_rfc_7208_section_7_4_come_out_as_printed() {
        for (text, want) in [
            ("%{s}", "strong-bad@email.example.com"),
            ("%{o}", "email.example.com"),
            ("%{d4}", "email.example.com"),
            ("%{d2}", "example.com"),
            ("%{d1}", "com"),
            ("%{dr}", "com.example.email"),
            ("%{d2r}", "example.email"),
            ("%{l}", "strong-bad"),
            ("%{l-}", "strong.bad"),
            ("%{lr}", "strong-bad"),
            ("%{lr-}", "bad.strong"),
            ("%{l1r-}", "strong"),
            ("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"),
            ("%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", "bad.strong.lp.3.2.0.192.in-addr._spf.example.com"),
            ("%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net"),
            ("%{S}%%%_%-", "strong-bad%40email.example.com% %20"),
            ("%{c} %{r} %{t}", "192.0.2.3 here.test 1700000000"),
        ] {
            assert_eq!(expanded(text, "192.0.2.3"), want, "{text}");
        }
        let nibbles = "1.0.B.C.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.B.D.0.1.0.0.2";
        assert_eq!(expanded("%{ir}.%{v}", "2001:db8::cb01"), format!("{nibbles}.ip6"));
    }

    #[test]
    fn what_breaks_the_grammar_is_pointed_at() {
        for (text, at) in [("ab%", 2), ("a%{", 1), ("%{x}", 0), ("%{d0}", 0), ("%{d2x}", 0), ("a b", 1), ("%(d)", 0)] {
            assert_eq!(parse(text.as_bytes(), Place::Domain).map_err(|fault| fault.at), Err(Some(at)), "{text}");
        }
        assert!(parse(b"%{c}", Place::Domain).is_err());
    }
}
