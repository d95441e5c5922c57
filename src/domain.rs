//! A domain looked at without a message: what it publishes for the mail it sends and receives.
//!
//! The same questions and the same checks as for a message from `postmaster@` it; what only a message or a client could
//! tell is left out. There is no score, since nothing has been sent.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use serde::Serialize;
use tokio::time::Instant;

use crate::address::{Mailbox, ReversePath, plain_domain};
use crate::analyse::{Choices, Examiner};
use crate::auth::dkim::{self, PublishedKey};
use crate::auth::spf::{Request, check_host};
use crate::auth::{Dmarc, Spf};
use crate::check::{self, Findings, Section};
use crate::delivery::{Delivery, Envelope, KnownBy, Observed, Session, Why};
use crate::dns::{Answer, Dns, Limits, Lookup};
use crate::facts::{Facts, Purpose, Recorded};
use crate::gather::lists::Listing;
use crate::gather::policies;
use crate::gather::server::BIMI_SELECTOR;
use crate::lang::Lang;
use crate::report::view::{DnsView, FindingView};
use crate::report::words;
use crate::score::{self, Ledger};

/// Selectors that may be named at once.
pub const MOST_SELECTORS: usize = 20;

/// SPF is evaluated for a client that nobody has (RFC 5737 §3), so that the whole record is read.
const NOBODY: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

/// What was found out.
#[derive(Clone, Debug)]
pub struct DomainReport {
    pub domain: String,
    /// False when DNS does not know the name: then nothing else is found.
    pub exists: bool,
    pub asked_at: Timestamp,
    /// Its `result` is that of nobody's client; record, trace and counts are the domain's.
    pub spf: Spf,
    pub dmarc: Dmarc,
    pub keys: Vec<PublishedKey>,
    pub ledger: Ledger,
    pub lists: Vec<Listing>,
    pub dns: Vec<Lookup>,
}

/// Not a domain name, or not one that mail could come from.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a domain name such as example.org")]
pub struct NotADomain(pub String);

/// The name as DNS has it.
///
/// # Errors
///
/// It is an IP address, a single label, or no name at all.
pub fn name(text: &str) -> Result<String, NotADomain> {
    let wrong = || NotADomain(text.to_owned());
    let bare = host(text.trim()).trim_end_matches('.');
    let is_name = |name: &String| name.contains('.') && name.parse::<IpAddr>().is_err();
    plain_domain(bare).filter(is_name).ok_or_else(wrong)
}

/// The host of a URL, the domain of a mail address, or the name itself; a path after any of them is left out.
fn host(text: &str) -> &str {
    let until = |text, ends: &[char]| str::split(text, ends).next().unwrap_or_default();
    let (bare, is_url) = match text.split_once("://") {
        Some((_, rest)) => (until(rest, &['/', '?', '#']), true),
        None => (text, false),
    };
    let host = until(bare.rsplit('@').next().unwrap_or_default(), &['/', '?', '#']);
    match host.rsplit_once(':') {
        Some((name, port)) if is_url && port.bytes().all(|octet| octet.is_ascii_digit()) => name,
        _ => host,
    }
}

/// True when a text can be a selector (RFC 6376 §3.1).
pub fn is_selector(text: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|o| o.is_ascii_alphanumeric() || matches!(o, b'-' | b'_'))
    };
    text.len() <= 200 && text.split('.').all(label)
}

/// Asks everything about a domain; ends soon after the examiner's deadline. `domain` and selectors have been checked by
/// [`name`] and [`is_selector`].
pub async fn examine(examiner: &Examiner, domain: &str, selectors: &[String], now: Timestamp) -> DomainReport {
    let deadline = Instant::now() + examiner.deadline;
    let dns = Dns::with_limits(examiner.upstream.clone(), Limits { deadline: Some(deadline), ..Limits::default() });
    let postmaster = Mailbox { local_part: "postmaster".to_owned(), domain: domain.to_owned() };
    let path = ReversePath::Mailbox(postmaster);
    let request = Request::mail_from(NOBODY, &path, domain, "localhost", now);
    // Nothing is sent to spam filters, and there are no links to follow.
    let quiet = Examiner { links: None, spamd: None, rspamd: None, ..examiner.clone() };
    let policies = async {
        match &examiner.links {
            Some(fetcher) => policies::ask(fetcher, &dns, domain, BIMI_SELECTOR, deadline).await,
            None => policies::Policies::default(),
        }
    };
    let (facts, spf, keys, policies) = tokio::join!(
        quiet.facts(
            Arc::new(delivery(domain, path.clone(), now)),
            Choices { purpose: Some(Purpose::Personal), ..Choices::default() },
            dns.clone()
        ),
        check_host(&dns, &request),
        dkim::published(&dns, domain, selectors),
        policies,
    );
    let mut facts = Facts { policies, dns: Recorded::new(dns.lookups()), ..facts };
    facts.auth.spf = Observed::Seen(spf.clone());
    // There is no message in which the name was met.
    if let Observed::Seen(listings) = &mut facts.lists {
        listings.iter_mut().for_each(|listing| "domain".clone_into(&mut listing.role));
    }
    let exists = exists(domain, facts.dns.all());
    let mut found = Findings::default();
    match exists {
        true => found = findings(&facts, domain, &keys, selectors),
        false => check::published::nonexistent(domain, &mut found),
    }
    let ledger = score::score(found);
    DomainReport {
        domain: domain.to_owned(),
        exists,
        asked_at: now,
        spf,
        dmarc: facts.auth.dmarc,
        keys: if exists { keys } else { Vec::new() },
        ledger,
        lists: facts.lists.seen().filter(|_| exists).cloned().unwrap_or_default(),
        dns: facts.dns.all().to_vec(),
    }
}

fn delivery(domain: &str, path: ReversePath, now: Timestamp) -> Delivery {
    let nobody = || Why::NotApplicable;
    Delivery {
        session: Session {
            client_ip: Observed::Missing(nobody()),
            client_port: None,
            client_known_by: KnownBy::Unknown,
            helo: Observed::Missing(nobody()),
            tls: Observed::Missing(nobody()),
            transcript: Vec::new(),
        },
        envelope: Envelope {
            reverse_path: Observed::Seen(path),
            forward_paths: Vec::new(),
            smtputf8: false,
            body: None,
            size: None,
            dsn: None,
        },
        raw: Bytes::from(format!("From: postmaster@{domain}\r\n\r\n")),
        received_at: now,
    }
}

/// False when every answer for the name says that it is not there, and nothing is found below it either: some servers deny
/// names that have others below them (RFC 8020 §2 forbids it).
fn exists(domain: &str, asked: &[Lookup]) -> bool {
    let below = format!(".{domain}");
    let mut apex = asked.iter().filter(|lookup| lookup.question.name == domain).peekable();
    let denied = |lookup: &Lookup| lookup.answer == Answer::NxDomain && lookup.aliases.is_empty();
    let found = |lookup: &Lookup| {
        lookup.question.name.ends_with(&below) && matches!(lookup.answer, Answer::Records { .. } | Answer::NoData)
    };
    apex.peek().is_none() || !apex.all(denied) || asked.iter().any(found)
}

/// What the families that look at domains find, less what speaks of a message or a client.
fn findings(facts: &Facts, domain: &str, keys: &[PublishedKey], selectors: &[String]) -> Findings {
    let mut findings = Findings::default();
    for check in [check::spf::check, check::dmarc::check, check::server::check, check::transport::check] {
        check(facts, &mut findings);
    }
    check::policies::check(facts, &mut findings);
    check::blocklists::check(facts, &mut findings);
    findings.0.retain(|finding| is_about_a_domain(&finding.code));
    check::published::check(domain, keys, selectors, &mut findings);
    findings
}

fn is_about_a_domain(code: &str) -> bool {
    match code {
        "spf.result.none" | "spf.result.temperror" | "dmarc.result.temperror" => true,
        "dmarc.only_spf" | "dmarc.no_author" | "dmarc.not_determined" | "spf.not_determined" | "blocklists.off" => {
            false
        }
        _ => {
            let out = ["spf.result.", "spf.helo.", "spf.null_path", "dmarc.result.", "blocklists.ip."];
            let within =
                ["spf.", "dmarc.", "server.from.", "server.mx.", "transport.", "mta_sts.", "bimi.", "blocklists."];
            within.iter().any(|prefix| code.starts_with(prefix)) && !out.iter().any(|prefix| code.starts_with(prefix))
        }
    }
}

/// A domain's report in the reader's language: the public JSON.
#[derive(Clone, Debug, Serialize)]
pub struct DomainView {
    pub schema: u32,
    pub software: &'static str,
    pub lang: &'static str,
    pub domain: String,
    /// False when DNS does not know the name.
    pub exists: bool,
    pub asked_at: Timestamp,
    pub spf: SpfRecord,
    pub dmarc: Dmarc,
    pub dkim: Vec<PublishedKey>,
    pub sections: Vec<DomainSection>,
    pub blocklists: Vec<Listing>,
    pub dns: Vec<DnsView>,
}

/// SPF without a client: no result, but all that the record is.
#[derive(Clone, Debug, Serialize)]
pub struct SpfRecord {
    pub record: Option<String>,
    pub lookups: u32,
    pub void_lookups: u32,
    pub problem: Option<crate::auth::SpfProblem>,
    pub trace: Vec<crate::auth::SpfStep>,
}

#[derive(Clone, Debug, Serialize)]
pub struct DomainSection {
    pub id: Section,
    pub title: String,
    pub findings: Vec<FindingView>,
}

impl DomainView {
    pub fn new(report: &DomainReport, lang: Lang) -> DomainView {
        let spf = &report.spf;
        let section = |id: Section| {
            let of_section = |code: &str| check::rule(code).is_some_and(|rule| rule.section == id);
            let mut rows: Vec<_> = report.ledger.rows.iter().filter(|row| of_section(&row.finding.code)).collect();
            rows.sort_by_key(|row| (row.points, row.status as u8));
            let findings = rows.into_iter().map(|row| FindingView::new(row, lang)).collect();
            DomainSection { id, title: lang.text(&format!("section-{}", id.id())), findings }
        };
        DomainView {
            schema: 1,
            software: concat!("vaglio ", env!("CARGO_PKG_VERSION")),
            lang: lang.code(),
            domain: report.domain.clone(),
            exists: report.exists,
            asked_at: report.asked_at,
            spf: SpfRecord {
                record: spf.record.clone(),
                lookups: spf.lookups,
                void_lookups: spf.void_lookups,
                problem: spf.problem.clone(),
                trace: words::trace(&spf.trace, lang),
            },
            dmarc: report.dmarc.clone(),
            dkim: report.keys.clone(),
            sections: [Section::Authentication, Section::Server, Section::Blocklists].map(section).into(),
            blocklists: report.lists.clone(),
            dns: report.dns.iter().map(|lookup| DnsView::new(lookup, lang)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::Zone;
    use crate::gather::lists::{Health, Table};

    async fn codes(zone: &str, selectors: &[&str]) -> Vec<String> {
        let examiner = Examiner::new(Arc::new(Zone::parse(zone).unwrap()));
        let selectors: Vec<String> = selectors.iter().map(|&selector| selector.to_owned()).collect();
        let report = examine(&examiner, "a.test", &selectors, Timestamp::UNIX_EPOCH).await;
        for lang in Lang::ALL {
            let json = serde_json::to_string(&DomainView::new(&report, lang)).unwrap();
            assert!(!json.contains('‹'), "{json}");
        }
        report.ledger.rows.into_iter().map(|row| row.finding.code).collect()
    }

    #[tokio::test]
    async fn a_well_kept_domain_has_no_complaints() {
        let zone = "a.test. TXT \"v=spf1 mx -all\"\na.test. MX 10 mail.a.test.\nmail.a.test. A 198.51.100.1\n\
            _dmarc.a.test. TXT \"v=DMARC1; p=reject; rua=mailto:d@a.test\"\n\
            google._domainkey.a.test. TXT \"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"\n";
        let codes = codes(zone, &[]).await;
        assert!(codes.contains(&"dkim.published.good".to_owned()), "{codes:?}");
        assert!(codes.contains(&"server.from.receives".to_owned()), "{codes:?}");
        let known = |code: &str| check::rule(code).unwrap().verdict;
        let complaints: Vec<&String> = codes
            .iter()
            .filter(|code| matches!(known(code), check::Verdict::Deduct(_) | check::Verdict::DeductUpTo(_)))
            .collect();
        assert!(complaints.is_empty(), "{complaints:?}");
        assert!(
            !codes.iter().any(|code| code.starts_with("spf.result") || code.starts_with("dmarc.result")),
            "{codes:?}"
        );
    }

    #[tokio::test]
    async fn what_is_missing_or_broken_is_said() {
        let codes_of_bare = codes("a.test. A 198.51.100.1\n", &["mine"]).await;
        for code in ["spf.result.none", "dmarc.none", "dkim.published.missing"] {
            assert!(codes_of_bare.iter().any(|known| known == code), "{code} in {codes_of_bare:?}");
        }
        let none = codes("a.test. A 198.51.100.1\n", &[]).await;
        assert!(none.contains(&"dkim.published.none_known".to_owned()));
        let zone = "a.test. TXT \"v=spf1 include:no.test +all\"\na.test. MX 0 .\n_dmarc.a.test. TXT \"v=DMARC1; p=none\"\n\
            s1._domainkey.a.test. TXT \"v=DKIM1; p=\"\nk1._domainkey.a.test. TXT \"v=DKIM1; p=xx\"\n";
        let broken = codes(zone, &[]).await;
        for code in [
            "spf.target.no_record",
            "server.from.null_mx",
            "dmarc.policy.none",
            "dkim.published.revoked",
            "dkim.published.unusable",
        ] {
            assert!(broken.iter().any(|known| known == code), "{code} in {broken:?}");
        }
    }

    #[tokio::test]
    async fn no_text_speaks_of_a_message_that_there_is_not() {
        let zone = "a.test. TXT \"v=spf1 mx -all\"\na.test. MX 10 mail.a.test.\nmail.a.test. A 198.51.100.1\n\
            _dmarc.a.test. TXT \"v=DMARC1; p=none; np=reject\"\na.test.dbl.spamhaus.org. A 127.0.1.2\n";
        let examiner = Examiner {
            health: Arc::new(Health::trusting()),
            lists: Arc::new(Table::builtin()),
            ..Examiner::new(Arc::new(Zone::parse(zone).unwrap()))
        };
        let report = examine(&examiner, "a.test", &[], Timestamp::UNIX_EPOCH).await;
        let all = |lang| serde_json::to_string(&DomainView::new(&report, lang).sections).unwrap();
        for code in ["blocklists.name.major", "blocklists.name.clear", "transport.optional.absent"] {
            assert!(all(Lang::En).contains(code), "{code} in {}", all(Lang::En));
        }
        assert!(all(Lang::En).contains("All mail of this domain carries the name in From."));
        for (lang, words) in [
            (Lang::En, ["this message", "the message", "in the From address"]),
            (Lang::It, ["questo messaggio", "l messaggio", "nell’indirizzo From"]),
        ] {
            assert!(words.iter().all(|word| !all(lang).contains(word)), "{}", all(lang));
        }
    }

    #[tokio::test]
    async fn of_a_name_that_does_not_exist_nothing_else_is_said() {
        assert_eq!(codes("other.test. A 198.51.100.1\n", &["s1"]).await, ["domain.nonexistent"]);
        // A name above others exists, even where its server denies it; and what does not answer may exist.
        for zone in ["_dmarc.a.test. TXT \"v=DMARC1; p=none\"\n", "www.a.test. A 198.51.100.1\n"] {
            assert!(codes(zone, &[]).await.contains(&"spf.result.none".to_owned()), "{zone}");
        }
        let denied = |name: &str, answer: Answer| Lookup {
            answer,
            ..Zone::default().look_up(&crate::dns::Question { name: name.to_owned(), rtype: crate::dns::RecordType::A })
        };
        let silent = denied("a.test", Answer::ServFail);
        assert!(exists("a.test", &[denied("a.test", Answer::NxDomain), silent]));
        let below = denied("_dmarc.a.test", Answer::Records { records: Vec::new(), ttl: 1 });
        assert!(exists("a.test", &[denied("a.test", Answer::NxDomain), below]));
        assert!(!exists("a.test", &[denied("a.test", Answer::NxDomain), denied("_dmarc.a.test", Answer::NxDomain)]));
    }

    #[tokio::test]
    async fn a_wildcard_is_not_taken_for_every_selector() {
        let zone = "*.a.test. TXT \"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"\na.test. A 198.51.100.1\n";
        assert!(codes(zone, &[]).await.contains(&"dkim.published.none_known".to_owned()));
    }

    #[test]
    fn only_names_of_domains_are_taken() {
        assert_eq!(name(" Example.ORG. ").unwrap(), "example.org");
        assert_eq!(name("anna@example.org").unwrap(), "example.org");
        for pasted in [
            "https://www.example.org/x",
            "http://anna@www.example.org:8080?q=a@b.test",
            "www.example.org/x?y#z",
            "HTTPS://WWW.EXAMPLE.ORG",
        ] {
            assert_eq!(name(pasted).unwrap(), "www.example.org", "{pasted}");
        }
        assert_eq!(name("bücher.example").unwrap(), "xn--bcher-kva.example");
        for wrong in [
            "",
            "localhost",
            "192.0.2.1",
            "a..b",
            "a b.test",
            "https://",
            "a.test:25",
            &format!("{}.test", "a".repeat(64)),
        ] {
            assert!(name(wrong).is_err(), "{wrong}");
        }
        assert!(is_selector("s1.mail") && !is_selector("") && !is_selector("a b") && !is_selector("a..b"));
    }
}
