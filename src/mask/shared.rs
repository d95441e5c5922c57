//! A report for other eyes: without what only the message and its people know.
//!
//! Addresses lose their local parts, and links all but scheme and host; lines of the message, its text and the SMTP conversation
//! are left out. What remains is what can be read in DNS, and our words.

use std::ops::Range;

use serde_json::Value;

use super::{Spelt, addresses};
use crate::check::{Arg, Evidence};
use crate::delivery::Observed;
use crate::report::Report;

/// The report as a read-only link shows it.
///
/// # Errors
///
/// When the stored form cannot be read back, which would be our fault.
pub fn masked(report: &Report) -> Result<Report, serde_json::Error> {
    let spelt = Spelt::of_report(report);
    let mut bare = report.clone();
    spelt.cut_from_report(&mut bare);
    bare.session.transcript.clear();
    if let Observed::Seen(links) = &mut bare.links {
        for link in links {
            let urls = [&mut link.url].into_iter().chain(&mut link.final_url).chain(&mut link.hops);
            urls.for_each(|url| *url = mask_link(url));
        }
    }
    for row in &mut bare.ledger.rows {
        let of_message = |evidence: &Evidence| {
            matches!(evidence, Evidence::Line { .. } | Evidence::Text { .. } | Evidence::Session { .. })
        };
        row.finding.evidence.retain(|evidence| !of_message(evidence));
        for evidence in &mut row.finding.evidence {
            if let Evidence::Header { text, .. } = evidence {
                *text = starred(text, &bare_links(text));
            }
        }
        if let Some(Arg::Text(url)) = row.finding.args.get_mut("url") {
            *url = mask_link(url);
        }
    }
    let mut value = serde_json::to_value(bare)?;
    for (name, part) in value.as_object_mut().into_iter().flatten() {
        mask(part, &spelt, matches!(name.as_str(), "auth" | "dns" | "lists"));
    }
    serde_json::from_value(value)
}

/// `public`: it was read in DNS, where whoever wants may read it.
fn mask(value: &mut Value, spelt: &Spelt, public: bool) {
    match value {
        Value::String(text) => *text = mask_text(text, spelt, public),
        Value::Array(values) => values.iter_mut().for_each(|value| mask(value, spelt, public)),
        Value::Object(fields) => {
            let record = fields.contains_key("rtype");
            fields.values_mut().for_each(|value| mask(value, spelt, public || record));
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
fn mask_text(text: &str, spelt: &Spelt, public: bool) -> String {
    let mut hidden = spelt.places(text.as_bytes());
    for address in addresses(text.as_bytes()) {
        let first = text.get(address.local.start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        // One letter alone would be told by its neighbour.
        let kept = if address.local.len() > first { first } else { 0 };
        hidden.push(address.local.start + kept..address.local.end);
    }
    if !public {
        hidden.extend(links(text));
    }
    starred(text, &hidden)
}

/// Of every link with a scheme what stands before and after its host: who logs in, path, query and fragment (RFC 3986 §3). What
/// RFC 8615 has at a place that everybody knows stays.
fn links(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (scheme, sign) in text.match_indices("://") {
        let from = scheme + sign.len();
        let url = link_at(text, from);
        let host_end = url.find(['/', '?', '#', '\\']).unwrap_or(url.len());
        let (authority, rest) = url.split_at_checked(host_end).unwrap_or((url, ""));
        if let Some(at) = authority.rfind('@') {
            found.push(from..from + at);
        }
        if rest.len() > 1 && !rest.starts_with("/.well-known/") {
            found.push(from + host_end + 1..from + url.len());
        }
    }
    found
}

/// The paths of links without a scheme in what a message says, `bit.ly/4x7k`.
fn bare_links(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (slash, _) in text.match_indices('/') {
        let before = text.get(..slash).unwrap_or_default();
        let host = before.rfind(|c: char| !c.is_alphanumeric() && !matches!(c, '.' | '-')).map_or(0, |at| at + 1);
        let host = before.get(host..).unwrap_or_default();
        let top = host.rsplit_once('.').map_or("", |(_, top)| top);
        if top.len() > 1 && top.chars().all(char::is_alphabetic) {
            found.push(slash + 1..slash + 1 + link_at(text, slash + 1).len());
        }
    }
    found
}

fn link_at(text: &str, from: usize) -> &str {
    let rest = text.get(from..).unwrap_or_default();
    let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>'));
    rest.get(..end.unwrap_or(rest.len())).unwrap_or_default()
}

/// A text that is a link, or what the message has in a link's place.
fn mask_link(url: &str) -> String {
    if url.contains("://") || url.contains(" → ") {
        return starred(url, &links(url));
    }
    // Relative, or of another kind: after `//` comes a host (RFC 3986 §4.2), after a colon what the scheme makes of it.
    let from = if url.starts_with("//") { 2 } else { 0 };
    let end = url.get(from..).and_then(|rest| rest.find(['/', '?', '#', ':'])).map_or(0, |at| from + at + 1);
    let hidden = end..url.len();
    starred(url, &[hidden])
}

/// The text with stars in these places, octet for octet.
fn starred(text: &str, hidden: &[Range<usize>]) -> String {
    let mut stars = vec![false; text.len()];
    for range in hidden {
        stars.iter_mut().take(range.end).skip(range.start).for_each(|star| *star = true);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::ReversePath;
    use crate::check::testing::facts_of;

    #[test]
    fn addresses_lose_their_local_part_and_links_all_but_their_host_and_every_octet_keeps_its_place() {
        for (text, masked) in [
            ("Anna <anna.rossi@example.org>", "Anna <a*********@example.org>"),
            ("\"two words\"@example.org", "\"**********@example.org"),
            ("a@x.example, è.b@y.example", "*@x.example, è**@y.example"),
            ("https://x.example/u?token=1&m=a@b.c end", "https://x.example/***************** end"),
            (
                "<http://good.example/u/ZZTOKEN7>, <http://x.example>",
                "<http://good.example/**********>, <http://x.example>",
            ),
            ("http://zzuser:p*@x.example#ZZ", "http://*********@x.example#**"),
            ("https://x.example:8080/ and https://x.example?a", "https://x.example:8080/ and https://x.example?*"),
            ("https://mta-sts.x.example/.well-known/mta-sts.txt", "https://mta-sts.x.example/.well-known/mta-sts.txt"),
            ("v=spf1 include:_spf.example.org -all", "v=spf1 include:_spf.example.org -all"),
            ("i=@example.org; why?", "i=@example.org; why?"),
            ("https://x.example/stop/anna%40y.example/now", "https://x.example/*************************"),
        ] {
            assert_eq!(mask_text(text, &Spelt::default(), false), masked);
        }
        let record = "v=BIMI1; l=https://x.example/logo.svg";
        assert_eq!(mask_text(record, &Spelt::default(), true), record);
    }

    #[test]
    fn links_without_a_scheme_lose_their_path() {
        for (text, masked) in [
            ("bit.ly/ZZTOKEN2", "bit.ly/********"),
            ("/u/ZZTOKEN3", "/**********"),
            ("//x.example/ZZTOKEN4", "//x.example/********"),
            ("ZZTOKEN5.html", "*************"),
            ("tel:+39055", "tel:******"),
            ("https://x.example/ZZ → http://y.example/ZZ", "https://x.example/** → http://y.example/**"),
        ] {
            assert_eq!(mask_link(text), masked);
        }
        for (text, masked) in [
            ("<bit.ly/ZZTOKEN2>, text/html; name=a/b", "<bit.ly/********>, text/html; name=a/b"),
            ("Mozilla/5.0, 192.0.2.0/24", "Mozilla/5.0, 192.0.2.0/24"),
        ] {
            assert_eq!(starred(text, &bare_links(text)), masked);
        }
    }

    #[test]
    fn no_link_of_a_report_leads_further_than_to_its_host() {
        let mut facts = facts_of(
            "From: a@good.example\nList-Unsubscribe: <http://good.example/u/ZZTOKEN7>\nContent-Type: text/html\n\n\
             <a href='http://bit.ly/ZZTOKEN2'>a</a><a href='http://zzuser:p@good.example/'>b</a><a href='u/ZZTOKEN3'>c</a>\n",
        );
        facts.links = Observed::Seen(vec![crate::gather::links::Link {
            url: "http://bit.ly/ZZTOKEN2".to_owned(),
            final_url: Some("https://good.example/ZZTOKEN4".to_owned()),
            result: crate::gather::links::LinkResult::Redirected,
            status: Some(200),
            hops: vec!["http://good.example/ZZTOKEN4".to_owned()],
            ms: None,
            size: None,
            why: None,
        }]);
        let report = crate::analyse::judge(&facts);
        let whole = serde_json::to_string(&report).unwrap();
        let text = serde_json::to_string(&masked(&report).unwrap()).unwrap();
        for secret in ["ZZTOKEN7", "ZZTOKEN2", "ZZTOKEN3", "ZZTOKEN4", "zzuser"] {
            assert!(whole.contains(secret), "{secret}: the test is in vain");
            assert!(!text.contains(secret), "{secret}: {text}");
        }
        assert!(text.contains("http://bit.ly/*"), "{text}");
    }

    #[tokio::test]
    async fn what_macros_made_of_the_local_part_is_hidden_wherever_it_stands() {
        let (_, report) = crate::mask::testing::examined_with_macros().await;
        assert!(serde_json::to_string(&report).unwrap().contains("zzlocal21.u.macro.test"));
        let text = serde_json::to_string(&masked(&report).unwrap()).unwrap();
        assert!(!text.to_lowercase().contains("zlocal21"), "{text}");
        assert!(text.contains("exists:%{l}.u.macro.test"));
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
