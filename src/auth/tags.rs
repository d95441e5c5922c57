//! The tag-list grammar that DKIM signatures, key records and DMARC records share (RFC 6376 §3.2).
//!
//! Total: any octets give a list and its problems, each with its place. Meaning belongs to the callers.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// One `name=value`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    /// As written.
    pub name: String,
    /// Without surrounding white space; octets that are not UTF-8 as U+FFFD.
    pub value: String,
    /// Octet range of name through value, surrounding white space excluded.
    pub span: (usize, usize),
    /// Octet range of all between `=` and the `;` or the end, white space included.
    pub raw_value: (usize, usize),
}

/// A departure from the grammar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagProblem {
    pub kind: TagProblemKind,
    /// Octet range in the list.
    pub span: (usize, usize),
    /// The text at that range, shortened.
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TagProblemKind {
    /// No `=` between two semicolons.
    NoEquals,
    /// Nothing between two semicolons.
    Empty,
    /// Not a letter followed by letters, digits and `_`.
    Name,
    /// A control character in the value, or an octet that is not UTF-8 (which RFC 8616 §5 allows beside ASCII).
    Octet,
    /// The same tag a second time (RFC 6376 §3.2: invalid as a whole).
    Duplicate,
}

/// What [`parse`] makes of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagList {
    pub tags: Vec<Tag>,
    pub problems: Vec<TagProblem>,
}

/// More tags than this are not looked at: no honest record comes near.
const MOST_TAGS: usize = 200;

/// Parses a tag-list; never fails.
pub fn parse(octets: &[u8]) -> TagList {
    let mut list = TagList::default();
    let mut start = 0;
    for segment in octets.split(|octet| *octet == b';').take(MOST_TAGS) {
        let end = start + segment.len();
        let last = end == octets.len();
        list.read_segment(octets, start..end, last);
        start = end + 1;
    }
    list
}

impl TagList {
    /// The first tag of this name, compared exactly (RFC 6376 §3.2: names are case-sensitive).
    pub fn find(&self, name: &str) -> Option<&Tag> {
        self.tags.iter().find(|tag| tag.name == name)
    }

    pub fn value(&self, name: &str) -> Option<&str> {
        self.find(name).map(|tag| tag.value.as_str())
    }

    fn read_segment(&mut self, octets: &[u8], range: Range<usize>, last: bool) {
        let segment = octets.get(range.clone()).unwrap_or_default();
        let trimmed = trim(octets, range.clone());
        if trimmed.is_empty() {
            // RFC 6376 §3.2: one semicolon may end the list.
            if !last {
                self.problem(TagProblemKind::Empty, octets, range);
            }
            return;
        }
        let Some(equals) = segment.iter().position(|octet| *octet == b'=') else {
            self.problem(TagProblemKind::NoEquals, octets, trimmed);
            return;
        };
        let equals = range.start + equals;
        let name_range = trim(octets, range.start..equals);
        let name = text(octets, name_range.clone());
        let legal = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'_');
        if !legal {
            self.problem(TagProblemKind::Name, octets, name_range.start..equals + 1);
            return;
        }
        let value = trim(octets, equals + 1..range.end);
        let written = octets.get(value.clone()).unwrap_or_default();
        let control = |octet: &u8| octet.is_ascii_control() && !matches!(octet, b'\t' | b'\r' | b'\n');
        let foreign = std::str::from_utf8(written).err().map(|error| error.valid_up_to());
        let bad = written.iter().position(control).or(foreign);
        if let Some(at) = bad {
            self.problem(TagProblemKind::Octet, octets, value.start + at..value.start + at + 1);
        }
        let span = (name_range.start, value.end.max(equals + 1));
        if self.find(&name).is_some() {
            self.problem(TagProblemKind::Duplicate, octets, span.0..span.1);
        }
        self.tags.push(Tag { name, value: text(octets, value), span, raw_value: (equals + 1, range.end) });
    }

    fn problem(&mut self, kind: TagProblemKind, octets: &[u8], range: Range<usize>) {
        let shown = text(octets, range.clone()).chars().take(60).collect();
        self.problems.push(TagProblem { kind, span: (range.start, range.end), text: shown });
    }
}

fn trim(octets: &[u8], range: Range<usize>) -> Range<usize> {
    let slice = octets.get(range.clone()).unwrap_or_default();
    let end = range.start + slice.trim_ascii_end().len();
    range.start + (slice.len() - slice.trim_ascii_start().len()).min(end - range.start)..end
}

fn text(octets: &[u8], range: Range<usize>) -> String {
    String::from_utf8_lossy(octets.get(range).unwrap_or_default()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_keep_their_places_and_lose_their_folding() {
        let octets = b" v=1; b = ab\r\n cd ;";
        let list = parse(octets);
        assert_eq!(list.problems, []);
        assert_eq!(list.value("b"), Some("ab\r\n cd"));
        let b = list.find("b").unwrap();
        assert_eq!(&octets[b.span.0..b.span.1], b"b = ab\r\n cd");
        assert_eq!(&octets[b.raw_value.0..b.raw_value.1], b" ab\r\n cd ");
    }

    #[test]
    fn every_departure_is_named_with_its_place() {
        let list = parse(b"v=1;;x;1a=2;a=\x01;v=2; =3");
        let kinds: Vec<_> = list.problems.iter().map(|p| (p.kind, p.span.0)).collect();
        use TagProblemKind::*;
        assert_eq!(kinds, [(Empty, 4), (NoEquals, 5), (Name, 7), (Octet, 14), (Duplicate, 16), (Name, 20)]);
        assert_eq!(list.value("v"), Some("1"));
    }

    proptest::proptest! {
        #[test]
        fn any_octets_give_spans_inside_the_text(octets in proptest::collection::vec(proptest::num::u8::ANY, 0..300)) {
            for tag in parse(&octets).tags {
                proptest::prop_assert!(tag.span.0 < tag.span.1 && tag.span.1 <= octets.len());
                proptest::prop_assert!(tag.raw_value.0 <= tag.raw_value.1 && tag.raw_value.1 <= octets.len());
            }
        }
    }
}
