//! Links: where they led when they were followed, and what filters dislike about them as written (`written.rs`,
//! `rewritten.rs`).

mod rewritten;
mod written;

use std::collections::HashSet;

use super::Basis::Practice;
use super::Verdict::{Deduct, Good, NotApplicable, NotDetermined, Notice};
use super::{Evidence, Findings, Group, Rule, Section};
use crate::delivery::{Observed, Why};
use crate::facts::Facts;
use crate::gather::links::{Link, LinkResult, UNSUBSCRIBE};
use crate::message::UrlPlace;

const S: Section = Section::Links;
const HTTP: super::Basis = Practice("RFC 9110 §15.5");

const BROKEN: Rule = Rule::new("links.broken", S, Deduct(3), HTTP).group(Group::BrokenLinks);
const IMAGE_BROKEN: Rule = Rule::new("links.image.broken", S, Deduct(3), HTTP).group(Group::BrokenLinks);
const REFUSED: Rule = Rule::new("links.refused", S, Notice, Practice("RFC 6890"));
const DOWNGRADE: Rule = Rule::new("links.downgrade", S, Notice, Practice("RFC 9110 §4.2.2"));
const HEAVY: Rule = Rule::new(
    "links.images.heavy",
    S,
    Notice,
    Practice("https://developer.mozilla.org/docs/Learn/Performance/Multimedia"),
);
const UNDETERMINED: Rule = Rule::new("links.not_determined", S, NotDetermined, HTTP);
const OK: Rule = Rule::new("links.ok", S, Good, HTTP);
const NONE: Rule = Rule::new("links.none", S, NotApplicable, HTTP);
const OFF: Rule = Rule::new("links.off", S, NotApplicable, HTTP);

pub const RULES: &[Rule] = &[
    written::LABEL,
    written::LOOKALIKE,
    written::HOST_IP,
    written::USERINFO,
    written::PLACEHOLDER,
    written::SHORTENER,
    BROKEN,
    IMAGE_BROKEN,
    written::LOCAL,
    written::RELATIVE,
    UNDETERMINED,
    REFUSED,
    DOWNGRADE,
    written::INSECURE,
    HEAVY,
    OK,
    NONE,
    OFF,
];

/// Octets of all images together that a phone on a slow network begins to feel.
const HEAVY_IMAGES: u64 = 1_000_000;

pub fn check(facts: &Facts, findings: &mut Findings) {
    written::check(facts, findings);
    let links = match &facts.links {
        Observed::Seen(links) if links.is_empty() => {
            findings.add(&NONE);
            return;
        }
        Observed::Seen(links) => links,
        Observed::Missing(Why::NotConfigured | Why::NotApplicable) => {
            findings.add(&OFF);
            return;
        }
        Observed::Missing(_) => {
            findings.add(&UNDETERMINED).arg("count", 0_usize);
            return;
        }
    };
    let images: HashSet<&str> =
        facts.message.urls.iter().filter(|url| url.place == UrlPlace::Src).map(|url| url.text.as_str()).collect();
    let image = |link: &Link| images.contains(link.url.as_str());
    // What is wrong as written has been said; it is not said again for leading nowhere.
    let followed: Vec<&Link> = links.iter().filter(|link| !written::is_faulty(&link.url)).collect();
    for link in followed.iter().filter(|link| link.result == LinkResult::Broken) {
        let finding = findings.add(if image(link) { &IMAGE_BROKEN } else { &BROKEN });
        finding
            .arg("url", shortened(&link.url))
            .arg("why", link.why.as_deref().unwrap_or("not_found"))
            .arg("status", u32::from(link.status.unwrap_or(0)));
        finding.evidence(Evidence::Text { text: line(link) });
    }
    let of =
        |test: &dyn Fn(&Link) -> bool| -> Vec<&Link> { followed.iter().copied().filter(|link| test(link)).collect() };
    list(&of(&|link| link.result == LinkResult::Refused), &REFUSED, findings);
    list(&of(&|link| link.why.as_deref() == Some("https_to_http")), &DOWNGRADE, findings);
    let unknown = of(&|link| {
        link.result == LinkResult::NotDetermined && !matches!(link.why.as_deref(), Some(UNSUBSCRIBE | "relative"))
    });
    list(&unknown, &UNDETERMINED, findings);

    let weight: u64 = links.iter().filter(|link| image(link)).filter_map(|link| link.size).sum();
    if weight > HEAVY_IMAGES {
        findings.add(&HEAVY).arg("kilobytes", u32::try_from(weight / 1000).unwrap_or(u32::MAX));
    }
    let good = of(&|link| matches!(link.result, LinkResult::Ok | LinkResult::Redirected)).len();
    if good > 0 && followed.iter().all(|link| link.result != LinkResult::Broken) {
        findings.add(&OK).arg("count", good);
    }
}

fn list(links: &[&Link], rule: &'static Rule, findings: &mut Findings) {
    if links.is_empty() {
        return;
    }
    let finding = findings.add(rule).arg("count", links.len());
    for link in links {
        finding.evidence(Evidence::Text { text: line(link) });
    }
}

/// The link with where it led and the status; reasons are words, and those belong to the catalogues.
fn line(link: &Link) -> String {
    let mut line = shortened(&link.url);
    if let Some(hop) = link.hops.last() {
        line.push_str(&format!(" → {}", shortened(hop)));
    }
    if let Some(status) = link.status {
        line.push_str(&format!(" ({status})"));
    }
    line
}

/// At most 120 characters.
fn shortened(url: &str) -> String {
    match url.char_indices().nth(119) {
        Some((at, _)) => format!("{}…", url.get(..at).unwrap_or_default()),
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{facts_of, found};
    use super::*;
    use crate::message::Url;
    use crate::score::score;

    fn link(url: &str, result: LinkResult, why: Option<&str>) -> Link {
        Link {
            url: url.to_owned(),
            final_url: None,
            result,
            status: Some(404),
            hops: Vec::new(),
            ms: None,
            size: None,
            why: why.map(str::to_owned),
        }
    }

    fn facts(links: Vec<Link>) -> Facts {
        let mut facts = facts_of("Subject: x\n\nbody\n");
        facts.message.urls = links
            .iter()
            .map(|l| Url { text: l.url.clone(), place: UrlPlace::Href, label: None, quoted: false })
            .collect();
        facts.links = Observed::Seen(links);
        facts
    }

    fn codes(links: Vec<Link>) -> Vec<String> {
        found(check, &facts(links)).into_iter().map(|finding| finding.code).collect()
    }

    use LinkResult::{Broken, NotDetermined as Unknown, Ok as Fine, Redirected, Refused};

    #[test]
    fn broken_links_cost_each_up_to_a_cap() {
        let points = |count: usize| {
            let links = (0..count).map(|n| link(&format!("https://x.test/{n}"), Broken, Some("not_found"))).collect();
            let mut findings = Findings::default();
            check(&facts(links), &mut findings);
            100 - score(findings).score
        };
        assert_eq!((points(1), points(2), points(20)), (3, 6, 15));
    }

    #[test]
    fn good_links_are_one_row() {
        assert_eq!(
            codes(vec![link("https://x.test/", Fine, None), link("https://y.test/", Redirected, None)]),
            ["links.ok"]
        );
    }

    #[test]
    fn what_is_not_known_is_one_row_and_costs_nothing() {
        let links = vec![
            link("https://x.test/1", Unknown, Some("timeout")),
            link("https://x.test/2", Unknown, Some("robot_refused")),
        ];
        let found = found(check, &facts(links));
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].code.as_str(), found[0].evidence.len()), ("links.not_determined", 2));
    }

    #[test]
    fn an_unsubscribe_link_left_alone_is_no_gap() {
        assert_eq!(codes(vec![link("https://x.test/u", Unknown, Some(UNSUBSCRIBE))]), Vec::<String>::new());
    }

    #[test]
    fn a_link_that_was_refused_is_no_accusation() {
        assert_eq!(codes(vec![link("https://x.test/", Refused, Some("private_address"))]), ["links.refused"]);
    }

    #[test]
    fn a_fault_as_written_is_not_told_twice() {
        let local = link("https://printer.local/", Broken, Some("host_unknown"));
        assert_eq!(codes(vec![local]), ["links.local"]);
    }

    #[test]
    fn a_missing_image_is_told_from_a_missing_page() {
        let mut facts = facts(vec![link("https://x.test/a.png", Broken, Some("not_found"))]);
        facts.message.urls[0].place = UrlPlace::Src;
        assert_eq!(found(check, &facts)[0].code, "links.image.broken");
    }

    #[test]
    fn heavy_images_are_weighed_together() {
        let heavy = |url: &str| Link { size: Some(600_000), ..link(url, Fine, None) };
        let mut facts = facts(vec![heavy("https://x.test/a.png"), heavy("https://x.test/b.png")]);
        facts.message.urls.iter_mut().for_each(|url| url.place = UrlPlace::Src);
        let found = found(check, &facts);
        assert_eq!(found[0].args.get("kilobytes"), Some(&1200_u32.into()));
    }

    #[test]
    fn without_links_or_fetching_nothing_is_claimed() {
        assert_eq!(codes(vec![]), ["links.none"]);
        let off = facts_of("Subject: x\n\nbody\n");
        assert_eq!(found(check, &off)[0].code, "links.off");
    }
}
