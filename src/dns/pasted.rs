//! Records as people copy them from a panel, a report or a zone file, to be tried in a rehearsal.
//!
//! Beside master-file syntax it takes TXT values without quotes and of any length, and typographic quotes. Names are
//! whole: there is no origin for `@` to stand for.

use super::{Zone, ZoneError};

/// Octets and lines that are read.
pub const MOST: usize = 64 * 1024;
const MOST_LINES: usize = 500;

/// Reads pasted records.
///
/// # Errors
///
/// The first line that is no record, or that there is none, or too much.
pub fn pasted(text: &str) -> Result<Zone, ZoneError> {
    let wrong = |line, what: &str| Err(ZoneError { line, what: what.to_owned() });
    if text.len() > MOST || text.lines().count() > MOST_LINES {
        return wrong(1, "too many records to try at once");
    }
    let mut strict = String::with_capacity(text.len() + 64);
    let mut any = false;
    for (index, line) in text.lines().enumerate() {
        let line = line.replace(['“', '”', '„'], "\"");
        let first = line.split_whitespace().next().unwrap_or_default();
        if first == "@" {
            return wrong(index + 1, "@ stands for nothing here: write the whole name");
        }
        any |= !first.is_empty() && !first.starts_with([';', '$']);
        strict.push_str(&unquoted_text(&line).unwrap_or(line));
        strict.push('\n');
    }
    if !any {
        return wrong(1, "no record is here: write one to a line, such as example.org TXT \"v=spf1 -all\"");
    }
    Zone::parse(&strict)
}

/// A TXT record's value as quoted strings of at most 255 octets (RFC 1035 §3.3).
pub fn quoted(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 8);
    let mut length = 0usize;
    out.push('"');
    for c in value.chars() {
        if length + c.len_utf8() > 255 {
            out.push_str("\" \"");
            length = 0;
        }
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
        length += c.len_utf8();
    }
    out.push('"');
    out
}

/// The line with its TXT value quoted; `None` when it is no TXT record, or is quoted already.
///
/// A semicolon in an unquoted value is a part of it, as in every DKIM and DMARC record, and not a comment.
fn unquoted_text(line: &str) -> Option<String> {
    let mut rest = line;
    let mut word = || {
        let start = rest.trim_start();
        let (word, tail) = start.split_at(start.find(char::is_whitespace).unwrap_or(start.len()));
        rest = tail;
        word
    };
    let owner = word();
    // TTL and class, in either order, may stand before the type.
    let mut kind = word();
    for _ in 0..2 {
        if kind.eq_ignore_ascii_case("IN") || kind.starts_with(|c: char| c.is_ascii_digit()) {
            kind = word();
        }
    }
    let value = rest.trim();
    if owner.starts_with(';') || !kind.eq_ignore_ascii_case("TXT") || value.is_empty() {
        return None;
    }
    let is_quoted = value.starts_with('"');
    // One long string in quotes is what panels show; it is cut as it has to be.
    let inner = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).filter(|inner| !inner.contains('"'));
    match inner {
        Some(inner) if value.len() > 1 && inner.len() > 255 && !inner.contains('\\') => {
            Some(format!("{owner} TXT {}", quoted(inner)))
        }
        _ if is_quoted || value.starts_with('(') => None,
        _ => Some(format!("{owner} TXT {}", quoted(value))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::{Answer, Question, RecordType};

    fn text_at(zone: &str, name: &str) -> String {
        let lookup = pasted(zone).unwrap().look_up(&Question { name: name.to_owned(), rtype: RecordType::Txt });
        let text = lookup.answer.texts().next().unwrap();
        String::from_utf8(text.octets.clone()).unwrap()
    }

    #[test]
    fn a_bare_record_needs_neither_ttl_class_dot_nor_quotes() {
        let spf = "v=spf1 include:_spf.example.net ~all";
        for line in [
            format!("example.org TXT {spf}"),
            format!("Example.ORG. 3600 IN TXT \"{spf}\""),
            format!("example.org IN 300 txt  {spf} "),
            format!("example.org TXT “{spf}”"),
        ] {
            assert_eq!(text_at(&line, "example.org"), spf, "{line}");
        }
        assert_eq!(text_at("_dmarc.a.test TXT v=DMARC1; p=none", "_dmarc.a.test"), "v=DMARC1; p=none");
        assert_eq!(text_at("a.test TXT \"one \" \"two\" ; why", "a.test"), "one two");
    }

    #[test]
    fn a_long_value_is_cut_into_strings_and_comes_back_whole() {
        let key = format!("v=DKIM1; p={}", "A".repeat(700));
        assert_eq!(text_at(&format!("s._domainkey.a.test TXT {key}"), "s._domainkey.a.test"), key);
        assert_eq!(text_at(&format!("s._domainkey.a.test TXT \"{key}\""), "s._domainkey.a.test"), key);
        assert_eq!(text_at(&format!("a.test TXT {}", quoted("a\"b\\c")), "a.test"), "a\"b\\c");
    }

    #[test]
    fn other_types_and_comments_are_read_as_in_a_zone_file() {
        let zone = pasted("; to try\n\nmail.a.test A 192.0.2.7\na.test MX 10 mail.a.test ; ours\n").unwrap();
        let asked = zone.look_up(&Question { name: "a.test".to_owned(), rtype: RecordType::Mx });
        assert!(matches!(asked.answer, Answer::Records { .. }));
    }

    #[test]
    fn what_is_no_record_is_named_with_its_line() {
        for (text, line) in [
            ("a.test A 192.0.2.1\na.test A nonsense", 2),
            ("\n\nwhat is this", 3),
            ("a.test TXT v=spf1\n@ TXT x", 2),
            ("", 1),
            ("; nothing", 1),
            ("a.test TXT \"open", 1),
        ] {
            assert_eq!(pasted(text).unwrap_err().line, line, "{text:?}");
        }
        assert!(pasted(&"a.test A 192.0.2.1\n".repeat(600)).is_err());
    }
}
