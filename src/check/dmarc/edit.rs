//! The edits that a cure makes in a DMARC record, so that everything else in it stays as its owner wrote it.
//!
//! Reading is [`crate::auth::tags`]'s and [`crate::auth::dmarc::record`]'s; here only tags are cut and joined. A broken record
//! is mended in `mend.rs`.

use crate::auth::tags::{self, Tag};

fn tag(record: &str, name: &str) -> Option<Tag> {
    tags::parse(record.as_bytes()).tags.into_iter().find(|tag| tag.name.eq_ignore_ascii_case(name))
}

/// Octet range of a tag, name and value, in the record.
pub fn tag_span(record: &str, name: &str) -> Option<(usize, usize)> {
    tag(record, name).map(|tag| tag.span)
}

pub fn tag_value(record: &str, name: &str) -> Option<String> {
    tag(record, name).map(|tag| tag.value)
}

pub fn without_tags(record: &str, names: &[&str]) -> String {
    let tags = tags::parse(record.as_bytes()).tags;
    let kept = tags.iter().filter(|tag| !names.iter().any(|name| tag.name.eq_ignore_ascii_case(name)));
    kept.filter_map(|tag| record.get(tag.span.0..tag.span.1)).collect::<Vec<_>>().join("; ")
}

/// The record with this tag set, in its place or at the end.
pub fn with_tag(record: &str, name: &str, value: &str) -> String {
    match tag_span(record, name) {
        Some((start, end)) => {
            let before = record.get(..start).unwrap_or_default();
            let after = record.get(end..).unwrap_or_default();
            format!("{before}{name}={value}{after}")
        }
        None => format!("{}; {name}={value}", record.trim_end_matches([';', ' '])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_set_where_it_stands_or_at_the_end() {
        assert_eq!(
            with_tag("v=DMARC1; p=none ;rua=mailto:a@b.example", "p", "reject"),
            "v=DMARC1; p=reject ;rua=mailto:a@b.example"
        );
        assert_eq!(
            with_tag("v=DMARC1; P=none;", "rua", "mailto:a@b.example"),
            "v=DMARC1; P=none; rua=mailto:a@b.example"
        );
        assert_eq!(without_tags("v=DMARC1; pct=5; p=none; RI=1;", &["pct", "ri"]), "v=DMARC1; p=none");
    }
}
