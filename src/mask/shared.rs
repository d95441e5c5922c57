//! A report for other eyes: without what only the message and its people know.
//!
//! Addresses lose their local parts and links their queries; lines of the message, its text and the SMTP conversation are left
//! out. What remains is what can be read in DNS, and our words.

use serde_json::Value;

use super::addresses;
use crate::check::Evidence;
use crate::report::Report;

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
        Value::String(text) if text.contains(['@', '?', '%']) => *text = mask_text(text),
        Value::Array(values) => values.iter_mut().for_each(mask),
        Value::Object(fields) => {
            fields.values_mut().for_each(mask);
            // A mailbox in two fields.
            if fields.contains_key("domain")
                && let Some(Value::String(local)) = fields.get_mut("local_part")
            {
                let mut letters = local.chars();
                let first = letters.next().filter(|_| letters.next().is_some());
                *local =
                    first.into_iter().chain(std::iter::repeat_n('*', local.len().saturating_sub(1).max(1))).collect();
            }
        }
        _ => {}
    }
}

/// As many octets as before, so that marks in the text stay where they were.
fn mask_text(text: &str) -> String {
    let mut stars = vec![false; text.len()];
    for address in addresses(text.as_bytes()) {
        let first = text.get(address.local.start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        // One letter alone would be told by its neighbour.
        let kept = if address.local.len() > first { first } else { 0 };
        hide(&mut stars, address.local.start + kept, address.local.end);
    }
    for (at, _) in text.match_indices("://") {
        let rest = text.get(at..).unwrap_or_default();
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>')).unwrap_or(rest.len());
        if let Some(query) = rest.get(..end).and_then(|url| url.find('?')) {
            hide(&mut stars, at + query + 1, at + end);
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

fn hide(stars: &mut [bool], from: usize, to: usize) {
    stars.iter_mut().take(to).skip(from).for_each(|star| *star = true);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::ReversePath;
    use crate::check::testing::facts_of;
    use crate::delivery::Observed;

    #[test]
    fn addresses_lose_their_local_part_and_links_their_query_and_every_octet_keeps_its_place() {
        for (text, masked) in [
            ("Anna <anna.rossi@example.org>", "Anna <a*********@example.org>"),
            ("\"two words\"@example.org", "\"**********@example.org"),
            ("a@x.example, è.b@y.example", "*@x.example, è**@y.example"),
            ("https://x.example/u?token=1&m=a@b.c end", "https://x.example/u?*************** end"),
            ("v=spf1 include:_spf.example.org -all", "v=spf1 include:_spf.example.org -all"),
            ("i=@example.org; why?", "i=@example.org; why?"),
            ("https://x.example/stop/anna%40y.example/now", "https://x.example/stop/a***%40y.example/now"),
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
        let mut report = crate::analyse::judge(&facts);
        let mailbox = crate::address::Mailbox::parse("bounce.person@example.org").unwrap();
        report.envelope.reverse_path = Observed::Seen(ReversePath::Mailbox(mailbox));
        let text = serde_json::to_string(&masked(&report).unwrap()).unwrap();
        for secret in ["bounce.person", "ounce", "anna.rossi", "secret.reader", "hidden.person", "123456", "The body"] {
            assert!(!text.contains(secret), "{secret}");
        }
        assert!(text.contains("example.org"));
    }
}
