//! A report for other eyes: without what only the message and its people know.
//!
//! Addresses lose their local parts and links their queries; lines of the message, its text and the SMTP conversation are left
//! out. What remains is what can be read in DNS, and our words.

use serde_json::Value;

use super::Report;
use crate::check::Evidence;

/// The report as a read-only link shows it.
///
/// # Errors
///
/// When the stored form cannot be read back, which would be our fault.
pub fn masked(report: &Report) -> Result<Report, serde_json::Error> {
    let mut bare = report.clone();
    bare.session.transcript.clear();
    for row in &mut bare.ledger.rows {
        let of_message = |evidence: &Evidence| {
            matches!(evidence, Evidence::Line { .. } | Evidence::Text { .. } | Evidence::Session { .. })
        };
        row.finding.evidence.retain(|evidence| !of_message(evidence));
    }
    let mut value = serde_json::to_value(bare)?;
    mask(&mut value);
    serde_json::from_value(value)
}

fn mask(value: &mut Value) {
    match value {
        Value::String(text) if text.contains('@') || text.contains('?') => *text = mask_text(text),
        Value::Array(values) => values.iter_mut().for_each(mask),
        Value::Object(fields) => fields.values_mut().for_each(mask),
        _ => {}
    }
}

/// As many octets as before, so that marks in the text stay where they were.
fn mask_text(text: &str) -> String {
    let mut stars = vec![false; text.len()];
    for (at, _) in text.match_indices('@') {
        let followed =
            text.get(at + 1..).and_then(|rest| rest.chars().next()).is_some_and(|c| c.is_alphanumeric() || c == '[');
        if followed {
            let local = local_part(text.get(..at).unwrap_or_default());
            let first = text.get(at - local..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
            // One letter alone would be told by its neighbour.
            let kept = if local > first { first } else { 0 };
            stars.iter_mut().take(at).skip(at - local + kept).for_each(|star| *star = true);
        }
    }
    for (at, _) in text.match_indices("://") {
        let rest = text.get(at..).unwrap_or_default();
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>')).unwrap_or(rest.len());
        if let Some(query) = rest.get(..end).and_then(|url| url.find('?')) {
            stars.iter_mut().take(at + end).skip(at + query + 1).for_each(|star| *star = true);
        }
    }
    let mut masked = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        match stars.get(at) {
            Some(true) => masked.extend(std::iter::repeat_n('*', c.len_utf8())),
            _ => masked.push(c),
        }
    }
    masked
}

/// Octets of the local part that ends here (RFC 5321 §4.1.2), quoted or not.
fn local_part(before: &str) -> usize {
    if let Some(inside) = before.strip_suffix('"') {
        return inside.rfind('"').map_or(0, |open| before.len() - open);
    }
    // `i=@example.org`, as signatures write it.
    if before.ends_with('=') {
        return 0;
    }
    let other = |c: char| !(c.is_alphanumeric() || ".!#$*+=^_{}|~-".contains(c));
    before.len()
        - before
            .rfind(other)
            .map_or(0, |at| at + before.get(at..).and_then(|s| s.chars().next()).map_or(0, char::len_utf8))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::facts_of;

    #[test]
    fn addresses_lose_their_local_part_and_links_their_query_and_every_octet_keeps_its_place() {
        for (text, masked) in [
            ("Anna <anna.rossi@example.org>", "Anna <a*********@example.org>"),
            ("\"two words\"@example.org", "\"**********@example.org"),
            ("a@x.example, è.b@y.example", "*@x.example, è**@y.example"),
            ("https://x.example/u?token=1&m=a@b.c end", "https://x.example/u?*************** end"),
            ("v=spf1 include:_spf.example.org -all", "v=spf1 include:_spf.example.org -all"),
            ("i=@example.org; why?", "i=@example.org; why?"),
        ] {
            assert_eq!(mask_text(text), masked);
            assert_eq!(mask_text(text).len(), text.len());
        }
    }

    #[test]
    fn nothing_that_only_the_message_knows_is_left() {
        let facts = facts_of(
            "From: Anna <anna.rossi@example.org>\nTo: secret.reader@example.net\nSubject: x\nSender: hidden.person@example.org\n\n\
             The body: https://example.org/u?token=123456\n",
        );
        let report = crate::analyse::judge(&facts);
        let text = serde_json::to_string(&masked(&report).unwrap()).unwrap();
        for secret in ["anna.rossi", "secret.reader", "hidden.person", "123456", "The body"] {
            assert!(!text.contains(secret), "{secret}");
        }
        assert!(text.contains("example.org"));
    }
}
