//! The whole SPF tree of a domain, counted: what any client, not only this one, may cost (RFC 7208 §4.6.4).

use crate::auth::spf::record::{self, Term};
use crate::dns::RecordType;
use crate::facts::Recorded;
use crate::gather::server::SPF_RECORDS;

/// The count, and the lines that show how it comes about.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Tree {
    pub lookups: u32,
    /// One a term that asks DNS: `domain: term`, indented by depth.
    pub lines: Vec<String>,
    /// `include` and `redirect` terms whose domain has no record: term, target, and the domain whose record names it.
    pub dangling: Vec<(String, String, String)>,
    /// False when a part could not be seen: an answer is missing, a macro depends on the client, or the tree is endless.
    pub complete: bool,
}

/// Counts the tree below `domain` from what was recorded.
pub fn tree(domain: &str, dns: &Recorded) -> Tree {
    let mut tree = Tree { complete: true, ..Tree::default() };
    let mut path = Vec::new();
    walk(domain, dns, &mut tree, &mut path);
    tree
}

/// The `v=spf1` records at a name; `None` when the answer tells nothing.
pub fn records_at(domain: &str, dns: &Recorded) -> Option<Vec<String>> {
    let answer = &dns.find(domain, RecordType::Txt)?.answer;
    let records = answer.texts().filter(|text| record::is_spf(&text.octets));
    (!answer.is_unknown()).then(|| records.map(|text| String::from_utf8_lossy(&text.octets).into_owned()).collect())
}

fn walk(domain: &str, dns: &Recorded, tree: &mut Tree, path: &mut Vec<String>) {
    if path.iter().any(|above| above == domain) || path.len() > 10 || tree.lines.len() > SPF_RECORDS {
        tree.complete = false;
        return;
    }
    let record = records_at(domain, dns).and_then(|records| records.into_iter().next());
    let Some(record) = record else {
        tree.complete &= path.is_empty();
        return;
    };
    path.push(domain.to_owned());
    for term in record::parse(record.as_bytes()).asking() {
        tree.lookups += 1;
        tree.lines.push(format!("{}{}. {domain}: {}", "  ".repeat(path.len() - 1), tree.lookups, term.text));
        enter(term, domain, dns, tree, path);
    }
    path.pop();
}

fn enter(term: &Term, domain: &str, dns: &Recorded, tree: &mut Tree, path: &mut Vec<String>) {
    let Some(spec) = term.leads_to() else { return };
    let Some(target) = spec.fixed_domain() else {
        tree.complete = false;
        return;
    };
    match records_at(&target, dns) {
        Some(records) if records.is_empty() => {
            tree.dangling.push((term.text.clone(), target, domain.to_owned()));
        }
        Some(_) => walk(&target, dns, tree, path),
        None => tree.complete = false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::lab::zone;

    #[test]
    fn the_whole_tree_is_counted_whatever_the_client() {
        let dns = zone(&[
            ("a.example", "TXT", "v=spf1 ip4:192.0.2.1 include:b.example mx -all a"),
            ("b.example", "TXT", "v=spf1 a redirect=c.example"),
            ("c.example", "TXT", "v=spf1 exists:x.example ~all"),
        ]);
        let tree = tree("a.example", &dns);
        assert_eq!((tree.lookups, tree.complete), (5, true));
        assert_eq!(tree.lines[1], "  2. b.example: a");
    }

    #[test]
    fn a_redirect_beside_all_leads_nowhere() {
        let dns =
            zone(&[("a.example", "TXT", "v=spf1 redirect=b.example a ~all"), ("b.example", "TXT", "v=spf1 mx -all")]);
        let tree = tree("a.example", &dns);
        assert_eq!((tree.lookups, tree.complete), (1, true));
    }

    #[test]
    fn loops_end_and_dangling_targets_are_named() {
        let dns = zone(&[
            ("a.example", "TXT", "v=spf1 include:b.example include:gone.example -all"),
            ("b.example", "TXT", "v=spf1 include:a.example -all"),
            ("gone.example", "TXT", "NXDOMAIN"),
        ]);
        let tree = tree("a.example", &dns);
        assert!(!tree.complete);
        assert_eq!(tree.dangling, [("include:gone.example".into(), "gone.example".into(), "a.example".into())]);
    }

    #[test]
    fn an_unanswered_include_makes_the_count_a_lower_bound() {
        let dns = zone(&[("a.example", "TXT", "v=spf1 include:b.example -all"), ("b.example", "TXT", "TIMEOUT")]);
        let tree = tree("a.example", &dns);
        assert_eq!((tree.lookups, tree.complete, tree.dangling.len()), (1, false, 0));
    }
}
