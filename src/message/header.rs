//! The header section: fields with their exact bytes, and reading of their values.
//!
//! The scan is ours, since every octet matters; decoding of words, addresses and dates is `mail-parser`'s. A value is cut
//! to a bound before it is decoded, so that no field costs more than its share.

use mail_parser::HeaderValue;
use mail_parser::parsers::MessageStream;

use super::{DefectKind, Field, Found, addresses};

/// Octets of a value that are decoded; what is beyond is kept, but not read.
const DECODED_UNSTRUCTURED: usize = 16 * 1024;
const DECODED_ADDRESSES: usize = 256 * 1024;

/// A header section found in `raw`.
pub(super) struct Header {
    pub fields: Vec<Field>,
    /// Where the body begins; the end of the input when there is none.
    pub body_start: usize,
    /// True when the empty line that ends a header (RFC 5322 §2.1) is there.
    pub separated: bool,
}

/// Reads fields from `start` up to the empty line, the end, or the first line for which `stop` holds.
pub(super) fn scan(raw: &[u8], start: usize, defects: &mut Vec<Found>, stop: impl Fn(&[u8]) -> bool) -> Header {
    let mut fields: Vec<Field> = Vec::new();
    // Start and end of the field being read, and the place of its colon.
    let mut open: Option<(usize, usize, usize)> = None;
    let mut at = start;
    let mut separated = false;
    while at < raw.len() {
        let (line, next) = line_at(raw, at);
        if line.is_empty() {
            separated = true;
            at = next;
            break;
        }
        if stop(line) {
            break;
        }
        if matches!(line.first(), Some(b' ' | b'\t')) {
            match &mut open {
                Some((_, end, _)) => *end = next,
                None => defects.push(Found::new(DefectKind::HeaderLine, at, shown(line))),
            }
        } else {
            close(raw, open.take(), &mut fields);
            match line.iter().position(|&octet| octet == b':') {
                Some(colon) if colon > 0 => {
                    let name = line.get(..colon).unwrap_or_default();
                    if !name.iter().all(|octet| matches!(octet, 33..=57 | 59..=126)) {
                        // RFC 5322 §2.2 and §3.6.8: printable US-ASCII, no colon, no white space.
                        defects.push(Found::new(DefectKind::FieldName, at, shown(name)));
                    }
                    open = Some((at, next, at + colon));
                }
                _ => defects.push(Found::new(DefectKind::HeaderLine, at, shown(line))),
            }
        }
        at = next;
    }
    close(raw, open, &mut fields);
    Header { fields, body_start: at, separated }
}

fn close(raw: &[u8], open: Option<(usize, usize, usize)>, fields: &mut Vec<Field>) {
    let Some((start, end, colon)) = open else { return };
    let name = raw.get(start..colon).unwrap_or_default();
    let value = raw.get(colon + 1..end).unwrap_or_default();
    let value = value.strip_suffix(b"\n").unwrap_or(value);
    let value = value.strip_suffix(b"\r").unwrap_or(value);
    fields.push(Field {
        name: String::from_utf8_lossy(name).trim_end().to_owned(),
        value: String::from_utf8_lossy(value).into_owned(),
        span: (start, end),
    });
}

/// The line that begins at `at`, without CRLF or bare LF, and where the next one begins.
pub(super) fn line_at(raw: &[u8], at: usize) -> (&[u8], usize) {
    let rest = raw.get(at..).unwrap_or_default();
    match rest.iter().position(|&octet| octet == b'\n') {
        Some(end) => {
            let line = rest.get(..end).unwrap_or_default();
            (line.strip_suffix(b"\r").unwrap_or(line), at + end + 1)
        }
        None => (rest, raw.len()),
    }
}

/// Bytes for a reader: at most 120 characters, control characters visible.
pub(super) fn shown(bytes: &[u8]) -> String {
    let cut = bytes.get(..480).unwrap_or(bytes);
    let mut text: String = String::from_utf8_lossy(cut)
        .chars()
        .take(120)
        .map(|c| match c {
            '\0'..='\u{1f}' => char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'),
            '\u{7f}' => '\u{2421}',
            c => c,
        })
        .collect();
    if cut.len() < bytes.len() || text.chars().count() == 120 {
        text.push('…');
    }
    text
}

/// Folding undone (RFC 5322 §2.2.3) and outer white space removed; nothing is decoded.
pub fn unfold(value: &str) -> String {
    if !value.contains('\n') {
        return value.trim().to_owned();
    }
    value.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).collect::<String>().trim().to_owned()
}

/// An unstructured value with its encoded words decoded (RFC 2047).
pub fn decode(value: &str) -> String {
    let line = with_end(cut(&unfold(value), DECODED_UNSTRUCTURED));
    match MessageStream::new(line.as_bytes()).parse_unstructured() {
        HeaderValue::Text(text) => text.trim().to_owned(),
        _ => String::new(),
    }
}

/// Display names (decoded) and addresses of an address list (RFC 5322 §3.4), groups flattened.
///
/// Where the parser makes something of it that is no address, what the grammar makes of it counts, if that is addresses
/// and nothing else; an empty group holds none.
pub fn addresses(value: &str) -> Vec<(Option<String>, String)> {
    let parsed = parsed_addresses(value);
    if !parsed.is_empty() && parsed.iter().all(|(_, address)| addresses::is_address(address)) {
        return parsed;
    }
    let written = addresses::read(cut(value, DECODED_ADDRESSES));
    let all: Option<Vec<_>> = written.iter().map(|entry| Some((entry.name(), entry.address()?))).collect();
    all.unwrap_or(parsed)
}

fn parsed_addresses(value: &str) -> Vec<(Option<String>, String)> {
    let line = with_end(cut(&unfold(value), DECODED_ADDRESSES));
    let HeaderValue::Address(list) = MessageStream::new(line.as_bytes()).parse_address() else { return Vec::new() };
    list.iter()
        .filter(|addr| addr.address.is_some() || addr.name.is_some())
        .map(|addr| {
            let name = addr.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
            (name.map(str::to_owned), addr.address.as_deref().unwrap_or_default().trim().to_owned())
        })
        .collect()
}

/// A date-time (RFC 5322 §3.3, obsolete forms included) as seconds since 1970.
pub fn date(value: &str) -> Option<jiff::Timestamp> {
    let line = with_end(cut(&unfold(value), 256));
    let HeaderValue::DateTime(date) = MessageStream::new(line.as_bytes()).parse_date() else { return None };
    // A leap second (60) is valid, and mail-parser keeps it.
    let valid = date.is_valid() || (date.second == 60 && mail_parser::DateTime { second: 59, ..date }.is_valid());
    if !valid || date.day > days_in(date.year, date.month) {
        return None;
    }
    jiff::Timestamp::from_second(date.to_timestamp()).ok()
}

fn days_in(year: u16, month: u8) -> u8 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// A Content-Type or Content-Disposition value: the type in lower case, and its parameters (RFC 2231 decoded).
pub struct Typed {
    pub kind: String,
    pub parameters: Vec<(String, String)>,
}

impl Typed {
    pub fn parse(value: &str) -> Option<Typed> {
        let line = with_end(cut(&unfold(value), DECODED_UNSTRUCTURED));
        let HeaderValue::ContentType(parsed) = MessageStream::new(line.as_bytes()).parse_content_type() else {
            return None;
        };
        let mut kind = parsed.c_type.trim().to_ascii_lowercase();
        if let Some(subtype) = parsed.c_subtype.as_deref() {
            kind.push('/');
            kind.push_str(&subtype.trim().to_ascii_lowercase());
        }
        let parameters = parsed
            .attributes
            .unwrap_or_default()
            .into_iter()
            .map(|attribute| (attribute.name.to_ascii_lowercase(), attribute.value.into_owned()))
            .collect();
        Some(Typed { kind, parameters })
    }

    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Octets in which the end of an encoded word is looked for; RFC 2047 §2 allows 75.
const WORD: usize = 400;

/// Every `=?charset?encoding?text?=` of a value that cannot be decoded, or stands as RFC 2047 does not allow, as written.
pub(super) fn faulty_words(value: &str) -> Vec<(DefectKind, String)> {
    let mut faulty = Vec::new();
    let value = cut(value, DECODED_UNSTRUCTURED);
    let mut from = 0;
    while let Some(start) = value.get(from..).and_then(|rest| rest.find("=?")).map(|at| from + at) {
        from = start + 2;
        let Some((charset, encoding, text, length)) = encoded_word(value.get(start..).unwrap_or_default()) else {
            continue;
        };
        from = start + length;
        let word = || value.get(start..from).unwrap_or_default().to_owned();
        let glue = |c: char| c.is_alphanumeric() || matches!(c, '"' | '=');
        let before = value.get(..start).and_then(|head| head.chars().next_back());
        let after = value.get(from..).and_then(|tail| tail.chars().next());
        if !word_decodes(charset, encoding, text) {
            faulty.push((DefectKind::EncodedWord, word()));
        } else if length > 75 || before.is_some_and(glue) || after.is_some_and(glue) {
            faulty.push((DefectKind::EncodedWordForm, word()));
        }
        if faulty.len() >= 20 {
            break;
        }
    }
    faulty
}

/// Charset, encoding, text and the length of the whole, of what looks like an encoded word at the beginning.
fn encoded_word(value: &str) -> Option<(&str, &str, &str, usize)> {
    let value = cut(value, WORD);
    let mut pieces = value.strip_prefix("=?")?.splitn(3, '?');
    let (charset, encoding, rest) = (pieces.next()?, pieces.next()?, pieces.next()?);
    let named = !charset.is_empty() && charset.bytes().all(|octet| octet.is_ascii_graphic()) && encoding.len() == 1;
    let end = if named { rest.find("?=")? } else { return None };
    Some((charset, encoding, rest.get(..end)?, 2 + charset.len() + 1 + encoding.len() + 1 + end + 2))
}

/// Charset and encoding are known, and the text is in that encoding. A multi-octet character split over two words
/// (RFC 2047 §5 forbids it) is let pass: readers join them.
fn word_decodes(charset: &str, encoding: &str, text: &str) -> bool {
    // RFC 2231 §5 allows a language after an asterisk.
    let charset = charset.split('*').next().unwrap_or_default();
    if !super::mime::charset_known(charset) {
        return false;
    }
    match encoding {
        "B" | "b" => text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=')),
        "Q" | "q" => {
            let mut bytes = text.bytes();
            while let Some(byte) = bytes.next() {
                if byte == b'=' {
                    let hex = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_hexdigit());
                    if !hex(bytes.next()) || !hex(bytes.next()) {
                        return false;
                    }
                }
            }
            true
        }
        _ => false,
    }
}

fn cut(text: &str, most: usize) -> &str {
    text.get(..text.floor_char_boundary(most)).unwrap_or(text)
}

fn with_end(text: &str) -> String {
    format!("{text}\n")
}
