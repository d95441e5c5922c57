//! DNS lists: what a listing of the client's address, or of a name in the message, means to the sender.
//!
//! The lists themselves, their codes and weights are data: `src/gather/lists.toml`.

use super::Basis::Practice;
use super::Verdict::{Deduct, Good, NotApplicable, NotDetermined, Notice};
use super::{Arg, Evidence, Finding, Findings, Group, Rule, Section};
use crate::delivery::{Observed, Why};
use crate::facts::Facts;
use crate::gather::lists::{HOP, ListResult, Listing, Subject, Weight};
use crate::lang::message_id;

const S: Section = Section::Blocklists;
const RFC: super::Basis = Practice("RFC 5782 §2");
/// A receiver trusts the trace only as far as its own servers wrote it, and refuses the client, nobody before it.
const HOPS: super::Basis = Practice("RFC 5321 §4.4");

const IP_MAJOR: Rule = Rule::new("blocklists.ip.major", S, Deduct(20), RFC).group(Group::IpLists);
const IP_POLICY: Rule = Rule::new("blocklists.ip.policy", S, Deduct(20), RFC).group(Group::IpLists);
const IP_MINOR: Rule = Rule::new("blocklists.ip.minor", S, Deduct(5), RFC).group(Group::IpLists);
const IP_INFO: Rule = Rule::new("blocklists.ip.info", S, Notice, RFC);
const IP_ALLOWED: Rule = Rule::new("blocklists.ip.allowed", S, Good, RFC);
const NAME_MAJOR: Rule = Rule::new("blocklists.name.major", S, Deduct(15), RFC).group(Group::NameLists);
const NAME_MINOR: Rule = Rule::new("blocklists.name.minor", S, Deduct(5), RFC).group(Group::NameLists);
const NAME_INFO: Rule = Rule::new("blocklists.name.info", S, Notice, RFC);
const NAME_ALLOWED: Rule = Rule::new("blocklists.name.allowed", S, Good, RFC);
const HOP_LISTED: Rule = Rule::new("blocklists.hop.listed", S, Notice, HOPS);
const HOP_CLEAR: Rule = Rule::new("blocklists.hop.clear", S, Good, HOPS);
const IP_CLEAR: Rule = Rule::new("blocklists.ip.clear", S, Good, RFC);
const NAME_CLEAR: Rule = Rule::new("blocklists.name.clear", S, Good, RFC);
const IP_UNKNOWN: Rule = Rule::new("blocklists.ip.unknown", S, NotDetermined, RFC);
const UNDETERMINED: Rule = Rule::new("blocklists.not_determined", S, NotDetermined, RFC);
const OFF: Rule = Rule::new("blocklists.off", S, NotApplicable, RFC);

pub const RULES: &[Rule] = &[
    IP_MAJOR,
    IP_POLICY,
    IP_MINOR,
    NAME_MAJOR,
    NAME_MINOR,
    UNDETERMINED,
    IP_UNKNOWN,
    IP_INFO,
    HOP_LISTED,
    NAME_INFO,
    IP_CLEAR,
    NAME_CLEAR,
    HOP_CLEAR,
    IP_ALLOWED,
    NAME_ALLOWED,
    OFF,
];

pub fn check(facts: &Facts, findings: &mut Findings) {
    let listings = match &facts.lists {
        Observed::Seen(listings) => listings,
        Observed::Missing(Why::NotConfigured | Why::NotApplicable) => {
            findings.add(&OFF);
            return;
        }
        Observed::Missing(_) => {
            findings.add(&UNDETERMINED).arg("count", 0_usize).arg("zones", "");
            return;
        }
    };
    for listing in listings.iter().filter(|listing| listing.result == ListResult::Listed) {
        // A list that holds a whole domain answers for every name in it: that is one listing.
        if !listings.iter().any(|other| covers(other, listing)) {
            tell(listing, findings);
        }
    }
    clear(listings, |listing| listing.subject == Subject::Ip && listing.role != HOP, &IP_CLEAR, findings);
    clear(listings, |listing| listing.subject == Subject::Domain, &NAME_CLEAR, findings);
    clear(listings, |listing| listing.role == HOP, &HOP_CLEAR, findings);
    not_determined(listings, findings);
    if facts.delivery.session.client_ip.seen().is_none() {
        findings.add(&IP_UNKNOWN);
    }
}

fn covers(wider: &Listing, listing: &Listing) -> bool {
    wider.result == ListResult::Listed
        && wider.zone == listing.zone
        && wider.subject == Subject::Domain
        && listing.value.strip_suffix(&wider.value).is_some_and(|rest| rest.ends_with('.'))
}

fn tell(listing: &Listing, findings: &mut Findings) {
    let rule = match (listing.subject, listing.weight) {
        // A hop is not the client: where it is praised matters as little.
        (_, Weight::Allow) if listing.role == HOP => return,
        _ if listing.role == HOP => &HOP_LISTED,
        (Subject::Ip, Weight::Major | Weight::Minor) if listing.policy => &IP_POLICY,
        (Subject::Ip, Weight::Major) => &IP_MAJOR,
        (Subject::Ip, Weight::Minor) => &IP_MINOR,
        (Subject::Ip, Weight::Info) => &IP_INFO,
        (Subject::Ip, Weight::Allow) => &IP_ALLOWED,
        (Subject::Domain, Weight::Major) => &NAME_MAJOR,
        (Subject::Domain, Weight::Minor) => &NAME_MINOR,
        (Subject::Domain, Weight::Info) => &NAME_INFO,
        (Subject::Domain, Weight::Allow) => &NAME_ALLOWED,
    };
    let finding = findings.add(rule);
    finding
        .arg("zone", &listing.zone)
        .arg("value", &listing.value)
        .arg("role", &listing.role)
        .arg("policy", if listing.policy { "yes" } else { "no" })
        .arg("meaning", listing.meanings.join("; "))
        // Where the table names no page of the list's own, its zone's is the best guess a reader has.
        .arg("page", listing.lookup.clone().unwrap_or_else(|| format!("https://{}/", listing.zone)));
    let codes = listing.codes.join(", ");
    text(finding, format!("{}: {codes} ({})", listing.zone, listing.meanings.join("; ")));
    if let Some(reason) = &listing.reason {
        text(finding, reason.clone());
    }
}

/// One row for all the block lists that hold nothing about the client, about any name, or about the servers before.
fn clear(listings: &[Listing], about: impl Fn(&Listing) -> bool, rule: &'static Rule, findings: &mut Findings) {
    let of_subject = || listings.iter().filter(|listing| about(listing) && listing.weight != Weight::Allow);
    let mut zones: Vec<&str> = of_subject().map(|listing| listing.zone.as_str()).collect();
    zones.dedup();
    zones.retain(|zone| of_subject().filter(|l| l.zone == *zone).all(|l| l.result == ListResult::Clear));
    if !zones.is_empty() {
        findings.add(rule).arg("count", zones.len()).arg("zones", zones.join(", "));
    }
}

/// One row for all the lists that gave no answer, each named with its reason.
fn not_determined(listings: &[Listing], findings: &mut Findings) {
    let unknown: Vec<&Listing> =
        listings.iter().filter(|listing| listing.result == ListResult::NotDetermined).collect();
    let mut zones: Vec<&str> = unknown.iter().map(|listing| listing.zone.as_str()).collect();
    zones.dedup();
    if zones.is_empty() {
        return;
    }
    let finding = findings.add(&UNDETERMINED);
    finding.arg("count", zones.len()).arg("zones", zones.join(", "));
    let mut said: Vec<(&str, &str)> = Vec::new();
    for listing in unknown {
        let why = listing.why.as_deref().unwrap_or("broken");
        if !said.contains(&(&listing.zone, why)) {
            said.push((&listing.zone, why));
            let (word, detail) = why.split_once(' ').unwrap_or((why, ""));
            let args = [("zone", Arg::from(&listing.zone)), ("detail", detail.into())];
            finding.evidence(Evidence::said(format!("lists-why-{}", message_id(word)), args));
        }
    }
}

fn text(finding: &mut Finding, text: String) {
    finding.evidence(Evidence::Text { text });
}

#[cfg(test)]
mod tests {
    use super::super::testing::{codes, facts_of, found};
    use super::*;
    use crate::score::score;

    fn listing(zone: &str, value: &str, weight: Weight, result: ListResult) -> Listing {
        let subject = if value.parse::<std::net::IpAddr>().is_ok() { Subject::Ip } else { Subject::Domain };
        Listing {
            zone: zone.to_owned(),
            subject,
            value: value.to_owned(),
            role: if subject == Subject::Ip { "client" } else { "from" }.to_owned(),
            result,
            codes: vec!["127.0.0.2".to_owned()],
            meanings: vec!["spam source".to_owned()],
            reason: Some("https://list.test/why".to_owned()),
            weight,
            policy: false,
            lookup: Some("https://list.test/".to_owned()),
            why: (result == ListResult::NotDetermined).then(|| "refused".to_owned()),
        }
    }

    fn facts(listings: Vec<Listing>) -> Facts {
        Facts { lists: Observed::Seen(listings), ..facts_of("Subject: x\n\nbody\n") }
    }

    fn points(listings: Vec<Listing>) -> i32 {
        let mut findings = Findings::default();
        check(&facts(listings), &mut findings);
        100 - score(findings).score
    }

    use ListResult::{Clear, Listed, NotDetermined as Unknown};
    const IP: &str = "192.0.2.25";

    #[test]
    fn a_listing_costs_by_its_weight_and_the_sum_is_capped() {
        assert_eq!(points(vec![listing("a.test", IP, Weight::Major, Listed)]), 20);
        assert_eq!(points(vec![listing("a.test", IP, Weight::Minor, Listed)]), 5);
        assert_eq!(points(vec![listing("a.test", IP, Weight::Info, Listed)]), 0);
        assert_eq!(points(vec![listing("a.test", IP, Weight::Allow, Listed)]), 0);
        assert_eq!(points(vec![listing("a.test", "x.test", Weight::Major, Listed)]), 15);
        let many = (0..5).map(|n| listing(&format!("{n}.test"), IP, Weight::Major, Listed)).collect();
        assert_eq!(points(many), 30);
        let many = (0..5).map(|n| listing("a.test", &format!("{n}.test"), Weight::Major, Listed)).collect();
        assert_eq!(points(many), 30);
    }

    #[test]
    fn a_listing_shows_the_list_s_page_its_code_and_its_reason() {
        let found = found(check, &facts(vec![listing("a.test", IP, Weight::Major, Listed)]));
        assert_eq!(found[0].code, "blocklists.ip.major");
        assert_eq!(found[0].args.get("page"), Some(&"https://list.test/".into()));
        let said = |text: &str| Evidence::Text { text: text.to_owned() };
        assert_eq!(found[0].evidence, [said("a.test: 127.0.0.2 (spam source)"), said("https://list.test/why")]);
    }

    #[test]
    fn an_end_user_s_connection_is_explained_and_not_accused_of_spam() {
        let policy = Listing { policy: true, ..listing("zen.test", IP, Weight::Major, Listed) };
        assert_eq!(codes(check, &facts(vec![policy])), ["blocklists.ip.policy"]);
    }

    #[test]
    fn lists_that_did_not_answer_are_one_row_that_names_them_and_costs_nothing() {
        let outage = vec![
            listing("a.test", IP, Weight::Major, Unknown),
            listing("b.test", "x.test", Weight::Major, Unknown),
            listing("b.test", "y.test", Weight::Major, Unknown),
        ];
        assert_eq!(points(outage.clone()), 0);
        let found = found(check, &facts(outage));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].args.get("zones"), Some(&"a.test, b.test".into()));
        assert_eq!(found[0].evidence.len(), 2);
    }

    #[test]
    fn what_is_clear_is_said_once_and_an_allow_list_s_silence_is_not_praise() {
        let clear = vec![
            listing("a.test", IP, Weight::Major, Clear),
            listing("b.test", IP, Weight::Minor, Clear),
            listing("w.test", IP, Weight::Allow, Clear),
            listing("n.test", "x.test", Weight::Major, Clear),
        ];
        let found = found(check, &facts(clear));
        assert_eq!(
            found.iter().map(|f| f.code.as_str()).collect::<Vec<_>>(),
            ["blocklists.ip.clear", "blocklists.name.clear"]
        );
        assert_eq!(found[0].args.get("zones"), Some(&"a.test, b.test".into()));
    }

    #[test]
    fn a_zone_half_answered_is_not_called_clear() {
        let half = vec![
            listing("n.test", "x.test", Weight::Major, Clear),
            listing("n.test", "y.test", Weight::Major, Unknown),
        ];
        assert_eq!(codes(check, &facts(half)), ["blocklists.not_determined"]);
    }

    #[test]
    fn a_domain_and_a_name_in_it_on_one_list_are_one_listing() {
        let both = vec![
            listing("n.test", "example.org", Weight::Major, Listed),
            listing("n.test", "www.example.org", Weight::Major, Listed),
            listing("n.test", "otherexample.org", Weight::Major, Listed),
        ];
        assert_eq!(codes(check, &facts(both)), ["blocklists.name.major", "blocklists.name.major"]);
    }

    #[test]
    fn a_listed_hop_is_told_apart_from_the_client_and_never_costs() {
        let hop = |ip: &str, result| Listing { role: HOP.to_owned(), ..listing("a.test", ip, Weight::Major, result) };
        let listings = vec![listing("a.test", IP, Weight::Major, Clear), hop("192.0.2.1", Listed)];
        let found = found(check, &facts(listings.clone()));
        assert_eq!(
            found.iter().map(|f| f.code.as_str()).collect::<Vec<_>>(),
            ["blocklists.hop.listed", "blocklists.ip.clear"]
        );
        assert_eq!(points(listings), 0);
        let clear = vec![listing("a.test", IP, Weight::Major, Listed), hop("192.0.2.1", Clear)];
        assert_eq!(codes(check, &facts(clear)), ["blocklists.ip.major", "blocklists.hop.clear"]);
        let praised = Listing { weight: Weight::Allow, ..hop("192.0.2.1", Listed) };
        assert_eq!(codes(check, &facts(vec![praised])), Vec::<String>::new());
    }

    #[test]
    fn every_reason_for_not_knowing_has_its_words() {
        let whys = ["timeout", "servfail", "refused", "no_answer", "no_data", "control_point", "lists_all", "limit"];
        for why in whys.into_iter().chain(["broken", "undocumented 127.0.0.99"]) {
            let unknown = Listing { why: Some(why.to_owned()), ..listing("a.test", IP, Weight::Major, Unknown) };
            let found = found(check, &facts(vec![unknown]));
            let Some(Evidence::Said { id, args }) = found[0].evidence.first() else { panic!("{found:?}") };
            for lang in crate::lang::Lang::ALL {
                let text = lang.find(id, args).unwrap_or_else(|| panic!("{id}"));
                assert!(text.contains("a.test") && !text.contains('\u{2039}'), "{text}");
                assert!(lang.find(&format!("{id}.short"), args).is_some(), "{id}");
            }
        }
    }

    #[test]
    fn without_lists_nothing_is_said_but_that() {
        assert_eq!(codes(check, &facts_of("Subject: x\n\nbody\n")), ["blocklists.off"]);
        let late = Facts { lists: Observed::Missing(Why::TimedOut), ..facts_of("Subject: x\n\nbody\n") };
        assert_eq!(codes(check, &late), ["blocklists.not_determined"]);
    }
}
