//! Collects the distinct URLs of a message, and reads the lists of URLs in header fields (RFC 2369).

use std::collections::{HashMap, HashSet};

use super::html::Html;
use super::{Field, Url, UrlPlace};

/// URLs kept, and octets of text searched.
const MAX_URLS: usize = 5000;
const MAX_TEXT: usize = 1024 * 1024;

/// Distinct URLs: HTML first, since its links carry labels, then the text, then List-Unsubscribe.
pub(super) fn collect(fields: &[Field], text: Option<&str>, html: Option<&Html>) -> Vec<Url> {
    let mut urls = Urls { list: Vec::new(), seen: HashSet::new() };
    if let Some(html) = html {
        let mut labels: HashMap<&str, &str> = HashMap::new();
        for anchor in &html.links {
            labels.entry(&anchor.href).or_insert(&anchor.label);
        }
        for (place, target) in &html.urls {
            let label = labels.get(target.as_str()).filter(|_| *place == UrlPlace::Href);
            urls.add(target, *place, label.map(|label| label.to_string()), html.quoted.contains(target.trim()));
        }
    }
    if let Some(text) = text {
        let text = text.get(..text.floor_char_boundary(MAX_TEXT)).unwrap_or(text);
        let mut finder = linkify::LinkFinder::new();
        finder.kinds(&[linkify::LinkKind::Url]);
        let (mut line, mut read) = (0, 0);
        for link in finder.links(text) {
            let between = text.get(read..link.start()).unwrap_or_default();
            line = between.rfind('\n').map_or(line, |end| read + end + 1);
            read = link.start();
            let quoted = text.get(line..).is_some_and(|line| line.starts_with('>'));
            urls.add(link.as_str(), UrlPlace::Text, None, quoted);
        }
    }
    for field in fields.iter().filter(|field| field.name.eq_ignore_ascii_case("List-Unsubscribe")) {
        for target in list(&field.value) {
            urls.add(&target, UrlPlace::ListUnsubscribe, None, false);
        }
    }
    urls.list
}

/// The URLs in angle brackets of a list field (RFC 2369 §2), white space within them removed.
pub fn list(value: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = value;
    while let Some((_, after)) = rest.split_once('<') {
        let Some((target, tail)) = after.split_once('>') else { break };
        found.push(target.chars().filter(|c| !c.is_whitespace()).collect());
        if found.len() >= 100 {
            break;
        }
        rest = tail;
    }
    found
}

struct Urls {
    list: Vec<Url>,
    seen: HashSet<String>,
}

impl Urls {
    fn add(&mut self, target: &str, place: UrlPlace, label: Option<String>, quoted: bool) {
        let target = target.trim();
        let embedded = ["data:", "cid:", "#"]
            .iter()
            .any(|start| target.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start)));
        if target.is_empty() || embedded || target.len() > 8192 || self.list.len() >= MAX_URLS {
            return;
        }
        if self.seen.insert(target.to_owned()) {
            self.list.push(Url { text: target.to_owned(), place, label, quoted });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn list_fields_are_read_through_folding_and_comments() {
        let value = " (hi)\r\n <https://a.example/u?\r\n x=1>, <mailto:u@a.example?subject=x>";
        assert_eq!(list(value), ["https://a.example/u?x=1", "mailto:u@a.example?subject=x"]);
    }

    #[test]
    fn each_url_counts_once_with_its_label() {
        let html = Html::read("<a href=https://a.example/>Home</a><a href=https://a.example/>again</a><img src=cid:x>");
        let urls = collect(&[], Some("see https://b.example/x. and https://a.example/"), Some(&html));
        let texts: Vec<&str> = urls.iter().map(|url| url.text.as_str()).collect();
        assert_eq!(texts, ["https://a.example/", "https://b.example/x"]);
        assert_eq!(urls.first().unwrap().label.as_deref(), Some("Home"));
    }

    #[test]
    fn a_quoted_line_of_a_text_is_another_s() {
        let urls = collect(&[], Some("https://a.example/\n> see https://b.example/\n>https://a.example/\n"), None);
        let quoted: Vec<bool> = urls.iter().map(|url| url.quoted).collect();
        assert_eq!(quoted, [false, true]);
    }
}
