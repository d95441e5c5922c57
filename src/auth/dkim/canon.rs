//! Splitting a message into fields and body, and the two canonicalizations of each (RFC 6376 §3.4), octet for octet.
//!
//! Only CRLF ends a line here: what was sent is what is verified.

use std::collections::HashMap;
use std::ops::Range;

use aws_lc_rs::digest;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Canon {
    Simple,
    Relaxed,
}

/// One header field of the octets it was split from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawField<'a> {
    /// Before the colon, as written.
    pub name: &'a [u8],
    /// After the colon, folding included, without the final line ending.
    pub value: &'a [u8],
}

/// Header fields top to bottom, and the body.
pub struct Split<'a> {
    pub fields: Vec<RawField<'a>>,
    pub body: &'a [u8],
}

/// Splits at the first empty line; lines that are not fields are passed over.
pub fn split(octets: &[u8]) -> Split<'_> {
    let mut fields = Vec::new();
    let mut start = 0;
    loop {
        let rest = octets.get(start..).unwrap_or_default();
        if rest.is_empty() {
            return Split { fields, body: &[] };
        }
        if let Some(body) = rest.strip_prefix(b"\r\n") {
            return Split { fields, body };
        }
        let end = field_end(rest);
        let field = rest.get(..end).unwrap_or_default();
        let content = field.strip_suffix(b"\r\n").unwrap_or(field);
        if let Some(colon) = content.iter().position(|octet| *octet == b':') {
            let (name, value) = content.split_at(colon);
            // A colon in a continuation line only: no field.
            if !name.is_empty() && !name.contains(&b'\n') {
                fields.push(RawField { name, value: value.get(1..).unwrap_or_default() });
            }
        }
        start += end;
    }
}

/// Where the field that begins these octets ends: after the first CRLF that no white space follows.
fn field_end(octets: &[u8]) -> usize {
    let mut from = 0;
    while let Some(at) = find_crlf(octets, from) {
        match octets.get(at + 2) {
            Some(b' ' | b'\t') => from = at + 2,
            _ => return at + 2,
        }
    }
    octets.len()
}

fn find_crlf(octets: &[u8], from: usize) -> Option<usize> {
    let mut from = from;
    loop {
        let at = from + octets.get(from..)?.iter().position(|octet| *octet == b'\r')?;
        match octets.get(at + 1) {
            Some(b'\n') => return Some(at),
            _ => from = at + 1,
        }
    }
}

/// Lines without their CRLF; the last flag tells whether one ended it.
fn lines(body: &[u8]) -> impl Iterator<Item = (&[u8], bool)> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let rest = body.get(start..).filter(|rest| !rest.is_empty())?;
        match find_crlf(rest, 0) {
            Some(at) => {
                start += at + 2;
                Some((rest.get(..at).unwrap_or_default(), true))
            }
            None => {
                start = body.len();
                Some((rest, false))
            }
        }
    })
}

/// Writes the canonical body, piece by piece.
pub fn body(canon: Canon, body: &[u8], sink: &mut dyn FnMut(&[u8])) {
    let mut empty_lines = 0usize;
    let mut anything = false;
    for (line, _) in lines(body) {
        let line = match canon {
            Canon::Simple => line,
            Canon::Relaxed => trim_wsp_end(line),
        };
        // Empty lines at the end are ignored: hold them back until something follows (RFC 6376 §3.4.3, §3.4.4).
        if line.is_empty() {
            empty_lines += 1;
            continue;
        }
        for _ in 0..std::mem::take(&mut empty_lines) {
            sink(b"\r\n");
        }
        match canon {
            Canon::Simple => sink(line),
            Canon::Relaxed => collapse(line, sink),
        }
        sink(b"\r\n");
        anything = true;
    }
    // RFC 6376 §3.4.3: an empty body is one CRLF; §3.4.4: it is nothing.
    if !anything && canon == Canon::Simple {
        sink(b"\r\n");
    }
}

/// One canonical line of a body, both without their line end.
pub fn line(canon: Canon, line: &[u8]) -> Vec<u8> {
    match canon {
        Canon::Simple => line.to_vec(),
        Canon::Relaxed => {
            let mut out = Vec::with_capacity(line.len());
            collapse(trim_wsp_end(line), &mut |piece| out.extend_from_slice(piece));
            out
        }
    }
}

fn is_wsp(octet: &u8) -> bool {
    matches!(octet, b' ' | b'\t')
}

fn trim_wsp_end(line: &[u8]) -> &[u8] {
    let end = line.iter().rposition(|octet| !is_wsp(octet)).map_or(0, |at| at + 1);
    line.get(..end).unwrap_or_default()
}

/// Each run of white space becomes one space.
fn collapse(line: &[u8], sink: &mut dyn FnMut(&[u8])) {
    let mut rest = line;
    while !rest.is_empty() {
        let wsp = rest.iter().position(is_wsp).unwrap_or(rest.len());
        let (word, tail) = rest.split_at(wsp);
        if !word.is_empty() {
            sink(word);
        }
        if tail.is_empty() {
            break;
        }
        sink(b" ");
        let next = tail.iter().position(|octet| !is_wsp(octet)).unwrap_or(tail.len());
        rest = tail.get(next..).unwrap_or_default();
    }
}

/// SHA-256 of the canonical body, or of its first `length` octets, and how many octets there are in all.
pub fn body_hash(canon: Canon, octets: &[u8], length: Option<u64>) -> (Vec<u8>, u64) {
    let mut context = digest::Context::new(&digest::SHA256);
    let mut left = length.unwrap_or(u64::MAX);
    let mut total = 0u64;
    body(canon, octets, &mut |piece| {
        total += piece.len() as u64;
        let take = usize::try_from(left).unwrap_or(usize::MAX).min(piece.len());
        context.update(piece.get(..take).unwrap_or_default());
        left -= take as u64;
    });
    (context.finish().as_ref().to_vec(), total)
}

/// Writes one canonical field without a line ending (RFC 6376 §3.4.1, §3.4.2).
fn field(canon: Canon, name: &[u8], value: &[u8], out: &mut Vec<u8>) {
    match canon {
        Canon::Simple => {
            out.extend_from_slice(name);
            out.push(b':');
            out.extend_from_slice(value);
        }
        Canon::Relaxed => {
            out.extend(trim_wsp_end(name).iter().map(u8::to_ascii_lowercase));
            out.push(b':');
            let start = out.len();
            let mut pending = false;
            let mut rest = value;
            while let [first, tail @ ..] = rest {
                match (first, tail) {
                    // Unfolding: the CRLF goes, the white space after it stays.
                    (b'\r', [b'\n', after @ ..]) => {
                        rest = after;
                        continue;
                    }
                    (b' ' | b'\t', _) => pending = true,
                    _ => {
                        if std::mem::take(&mut pending) && out.len() > start {
                            out.push(b' ');
                        }
                        out.push(*first);
                    }
                }
                rest = tail;
            }
        }
    }
}

/// What a signature signs: the named fields from the bottom up, then its own field with `b=` emptied (RFC 6376 §3.7, §5.4.2).
pub fn signed_header(
    canon: Canon,
    fields: &[RawField<'_>],
    names: &[String],
    own: &RawField<'_>,
    b_value: Range<usize>,
) -> Vec<u8> {
    let mut by_name: HashMap<Vec<u8>, Vec<&RawField<'_>>> = HashMap::new();
    for field in fields {
        by_name.entry(trim_wsp_end(field.name).to_ascii_lowercase()).or_default().push(field);
    }
    let mut out = Vec::with_capacity(2048);
    for name in names {
        // The bottom-most instance not yet taken; a name without one signs its absence.
        if let Some(found) = by_name.get_mut(name.to_ascii_lowercase().as_bytes()).and_then(Vec::pop) {
            field(canon, found.name, found.value, &mut out);
            out.extend_from_slice(b"\r\n");
        }
    }
    let mut emptied = own.value.get(..b_value.start).unwrap_or_default().to_vec();
    emptied.extend_from_slice(own.value.get(b_value.end..).unwrap_or_default());
    field(canon, own.name, &emptied, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(canon: Canon, text: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        body(canon, text, &mut |piece| out.extend_from_slice(piece));
        out
    }

    #[test]
    fn the_example_of_rfc_6376_section_3_4_5() {
        let message = b"A: X\r\nB : Y\t\r\n\tZ  \r\n\r\n C \r\nD \t E\r\n\r\n\r\n";
        let split = split(message);
        assert_eq!(canonical(Canon::Relaxed, split.body), b" C\r\nD E\r\n");
        assert_eq!(canonical(Canon::Simple, split.body), b" C \r\nD \t E\r\n");
        let own = RawField { name: b"S", value: b"b=" };
        let names = ["a".to_owned(), "b".to_owned()];
        assert_eq!(signed_header(Canon::Relaxed, &split.fields, &names, &own, 2..2), b"a:X\r\nb:Y Z\r\ns:b=");
        assert_eq!(
            signed_header(Canon::Simple, &split.fields, &names, &own, 2..2),
            b"A: X\r\nB : Y\t\r\n\tZ  \r\nS:b="
        );
    }

    #[test]
    fn bodies_end_as_the_rfc_says() {
        for (text, simple, relaxed) in [
            (&b""[..], &b"\r\n"[..], &b""[..]),
            (b"\r\n\r\n", b"\r\n", b""),
            (b" \r\n", b" \r\n", b""),
            (b"a", b"a\r\n", b"a\r\n"),
            (b"a\r\n \r\n\t\r\n", b"a\r\n \r\n\t\r\n", b"a\r\n"),
            (b"a\r\n\r\nb \t", b"a\r\n\r\nb \t\r\n", b"a\r\n\r\nb\r\n"),
            (b"a\nb\r", b"a\nb\r\r\n", b"a\nb\r\r\n"),
        ] {
            assert_eq!(canonical(Canon::Simple, text), simple, "{text:?}");
            assert_eq!(canonical(Canon::Relaxed, text), relaxed, "{text:?}");
        }
    }

    #[test]
    fn a_name_listed_more_often_than_it_occurs_signs_nothing_more() {
        let split = split(b"X: 1\r\nx: 2\r\n\r\n");
        let own = RawField { name: b"S", value: b" b=zz; c=1" };
        let names = ["X".to_owned(), "x".to_owned(), "x".to_owned()];
        assert_eq!(signed_header(Canon::Simple, &split.fields, &names, &own, 3..5), b"x: 2\r\nX: 1\r\nS: b=; c=1");
    }
}
