//! Links as they are written: what filters, and careful readers, dislike before anybody has clicked.

use url::{Host, Url};

use super::super::Basis::Practice;
use super::super::Verdict::{Deduct, Notice};
use super::super::content::FIELDS;
use super::super::{Basis, Evidence, Findings, Group, Rule};
use super::{S, rewritten, shortened};
use crate::auth::dmarc::author;
use crate::facts::{Facts, Purpose};
use crate::message::{self, UrlPlace, purpose};
use crate::net::is_public;

const URL: Basis = Practice("RFC 3986 §7.6");

pub const LABEL: Rule = Rule::new("links.label", S, Deduct(7), URL);
pub const LOOKALIKE: Rule = Rule::new("links.lookalike", S, Deduct(7), Practice("Unicode UTS 39 §5"));
pub const HOST_IP: Rule = Rule::new("links.host.ip", S, Deduct(5), URL);
pub const USERINFO: Rule = Rule::new("links.userinfo", S, Deduct(5), URL);
pub const PLACEHOLDER: Rule = Rule::new("links.placeholder", S, Deduct(5), Practice("RFC 3986 §2"));
pub const SHORTENER: Rule = Rule::new("links.shortener", S, Deduct(4), Practice("https://www.spamhaus.org/"));
pub const LOCAL: Rule = Rule::new("links.local", S, Deduct(3), Practice("RFC 6761 §6.3")).group(Group::BrokenLinks);
pub const RELATIVE: Rule =
    Rule::new("links.relative", S, Deduct(3), Practice("RFC 3986 §5.1")).group(Group::BrokenLinks);
pub const INSECURE: Rule = Rule::new("links.insecure", S, Notice, Practice("RFC 9110 §4.2.2"));

/// Each fault once a message, with every link that has it.
pub fn check(facts: &Facts, findings: &mut Findings) {
    let urls = &facts.message.urls;
    let has_base = facts.message.html.as_ref().is_some_and(|html| html.to_ascii_lowercase().contains("<base"));
    let mut tell = |rule: &'static Rule, test: &dyn Fn(&message::Url) -> Option<String>| {
        let told: Vec<String> = urls.iter().filter_map(test).collect();
        if let Some(first) = told.first() {
            let finding = findings.add(rule).arg("count", told.len()).arg("url", first);
            for text in &told {
                finding.evidence(Evidence::Text { text: text.clone() });
            }
        }
    };
    let whole = |url: &message::Url, wrong: bool| wrong.then(|| shortened(&url.text));
    // What a reply quotes, others have written.
    let reply = purpose::quotes_others(&facts.message);
    let quoted = |url: &message::Url| reply && url.quoted;
    let own = author::of(&facts.message).map(|domain| organizational(&domain));
    tell(&LABEL, &|url| {
        let label = shown_host(url.label.as_deref()?, own.as_deref())?;
        let host = match rewritten::target(&web(&url.text)?) {
            rewritten::Target::Itself => web(&url.text)?.host_str()?.to_owned(),
            rewritten::Target::Host(host) => host,
            rewritten::Target::Sealed => return None,
        };
        let wrong = !quoted(url) && organizational(&label) != organizational(&host);
        wrong.then(|| format!("{label} → {host}"))
    });
    tell(&LOOKALIKE, &|url| {
        let host = web(&url.text)?.host_str()?.to_owned();
        let (shown, _) = idna::domain_to_unicode(&host);
        let top = shown.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
        shown.split('.').any(|label| is_lookalike(label, top)).then(|| format!("{shown} ({host})"))
    });
    tell(&HOST_IP, &|url| whole(url, matches!(place(&url.text), Place::Address)));
    tell(&USERINFO, &|url| {
        whole(url, web(&url.text).is_some_and(|u| !u.username().is_empty() || u.password().is_some()))
    });
    // People who write to people may write about such marks.
    let template = facts.purpose != Purpose::Personal;
    tell(&PLACEHOLDER, &|url| whole(url, template && has_placeholder(&url.text)));
    tell(&SHORTENER, &|url| {
        whole(url, !quoted(url) && web(&url.text).is_some_and(|url| url.domain().is_some_and(is_shortener)))
    });
    tell(&LOCAL, &|url| whole(url, matches!(place(&url.text), Place::Local)));
    tell(&RELATIVE, &|url| whole(url, !has_base && is_relative(url)));
    tell(&INSECURE, &|url| {
        whole(url, matches!(place(&url.text), Place::Name) && web(&url.text).is_some_and(|url| url.scheme() == "http"))
    });
}

/// True for a link whose fault as written explains that it leads nowhere.
pub fn is_faulty(url: &str) -> bool {
    has_placeholder(url) || matches!(place(url), Place::Local)
}

fn web(text: &str) -> Option<Url> {
    Url::parse(text.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}

enum Place {
    Name,
    Address,
    /// Works only on the sender's own machine or network.
    Local,
    Nowhere,
}

fn place(text: &str) -> Place {
    let Some(url) = web(text) else { return Place::Nowhere };
    match url.host() {
        Some(Host::Ipv4(ip)) if is_public(ip.into()) => Place::Address,
        Some(Host::Ipv6(ip)) if is_public(ip.into()) => Place::Address,
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => Place::Local,
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            let last = name.rsplit('.').next().unwrap_or_default();
            // RFC 6761 §6.3, RFC 6762 §3, and the name that ICANN keeps for private use
            let local = !name.contains('.') || matches!(last, "localhost" | "local" | "internal");
            if local { Place::Local } else { Place::Name }
        }
        None => Place::Nowhere,
    }
}

fn organizational(host: &str) -> String {
    let host = host.trim_end_matches('.');
    crate::auth::psl::organizational_domain(host).to_owned()
}

/// The host that a reader believes to see: a label that is itself a web address, such as `www.example.org/offers`.
///
/// A brand that looks like one (`Booking.com` in a sentence) is none: without scheme and `www.` it must be a bare lower-case
/// name; and no file, such as `lib.rs`, unless it is the sender's `own` domain.
fn shown_host(label: &str, own: Option<&str>) -> Option<String> {
    let label = label.trim();
    if label.contains(char::is_whitespace) || label.contains('@') {
        return None;
    }
    let lower = label.to_ascii_lowercase();
    let schemed = lower.starts_with("http://") || lower.starts_with("https://");
    let explicit = schemed || lower.starts_with("www.");
    if !explicit && label != lower {
        return None;
    }
    let url = Url::parse(&if schemed { lower } else { format!("http://{lower}") }).ok()?;
    let host = url.domain()?;
    if !explicit && is_file_name(host) && own != Some(organizational(host).as_str()) {
        return None;
    }
    let known =
        psl::suffix(host.as_bytes()).is_some_and(|suffix| suffix.is_known() && suffix.as_bytes().len() < host.len());
    (schemed || known).then(|| host.to_owned())
}

/// Top-level domains that are also the usual ends of files' names.
fn is_file_name(host: &str) -> bool {
    const EXTENSIONS: &[&str] = &[
        "app", "cab", "cc", "dot", "ink", "md", "mk", "ml", "mm", "mov", "pl", "pm", "ps", "py", "rs", "sc", "sh",
        "so", "tf", "vi", "zip",
    ];
    host.rsplit('.').next().is_some_and(|last| EXTENSIONS.contains(&last))
}

/// One label that mixes Latin with a script it can be confused with, or that is wholly written in letters that look Latin
/// under a top-level domain where nobody expects that script.
fn is_lookalike(label: &str, top: &str) -> bool {
    const LIKE_LATIN: &str = "асԁеһіјӏорԛѕԝхуѵαικνορτυχ";
    const AT_HOME: &[&str] = &["bg", "by", "cy", "gr", "kg", "kz", "mk", "mn", "rs", "ru", "su", "ua", "uz"];
    let latin = label.chars().any(|c| c.is_ascii_alphabetic() || ('\u{c0}'..='\u{24f}').contains(&c));
    let other = |c: char| matches!(c, '\u{370}'..='\u{3ff}' | '\u{400}'..='\u{52f}' | '\u{530}'..='\u{58f}');
    let foreign: Vec<char> = label.chars().filter(|c| other(*c)).collect();
    let at_home = AT_HOME.contains(&top) || top.chars().any(other);
    !foreign.is_empty() && (latin || !at_home && foreign.iter().all(|c| LIKE_LATIN.contains(*c)))
}

/// What mailing programs leave behind when a field was not filled in.
fn has_placeholder(text: &str) -> bool {
    const PAIRS: &[(&str, &str)] =
        &[("{{", "}}"), ("%7B%7B", "%7D%7D"), ("*|", "|*"), ("<%", "%>"), ("${", "}"), ("{%", "%}")];
    let pair = PAIRS.iter().any(|(open, close)| text.split_once(open).is_some_and(|(_, rest)| rest.contains(close)));
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ' ');
    // %%name%% and [UNSUBSCRIBE]: an escape such as %25%41, or an IPv6 host, is neither.
    let percents = text.split_once("%%").and_then(|(_, rest)| rest.split_once("%%"));
    let percents = percents.is_some_and(|(name, _)| !name.is_empty() && name.chars().all(word));
    // In a query, `filter[STATUS]=1` is an array: only a value that is a known field is a mark.
    let (path, query) = text.split_once('?').unwrap_or((text, ""));
    let bracketed = |text: &str, named: &dyn Fn(&str, &str) -> bool| {
        text.match_indices('[').any(|(at, _)| {
            let (before, rest) = (text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default());
            rest.split_once(']').is_some_and(|(name, _)| named(before, name))
        })
    };
    let brackets =
        bracketed(path, &|_, name| name.len() >= 3 && name.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
            || bracketed(query, &|before, name| before.ends_with('=') && FIELDS.contains(&name));
    pair || percents || brackets || named_braces(text) || named_percents(text)
}

/// `{unsubscribe_url}`: a brace has no place in a URL (RFC 3986 §2), and data in JSON is no bare name.
fn named_braces(text: &str) -> bool {
    let name = |name: &str| name.len() >= 3 && name.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, '_' | '-'));
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).any(|(inner, _)| name(inner))
}

/// `%unsubscribe%`, alone in its place: what stands between two escapes such as `%2F` is no name.
fn named_percents(text: &str) -> bool {
    let name = |name: &str| {
        let escape = name.get(..2).is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        name.len() >= 3 && !escape && name.chars().all(|c| c.is_ascii_alphabetic() || c == '_')
    };
    text.split(['/', '?', '&', '=', '#', ':'])
        .any(|piece| piece.strip_prefix('%').and_then(|rest| rest.strip_suffix('%')).is_some_and(name))
}

fn is_relative(url: &message::Url) -> bool {
    let text = url.text.trim();
    matches!(url.place, UrlPlace::Href | UrlPlace::Src | UrlPlace::Form)
        && !text.is_empty()
        && !text.starts_with('#')
        && !text.starts_with("//")
        && !has_placeholder(text)
        && Url::parse(text) == Err(url::ParseError::RelativeUrlWithoutBase)
}

/// Public services that hide where a link leads; a company's own short domain is not among them.
fn is_shortener(host: &str) -> bool {
    const SHORTENERS: &[&str] = &[
        "adf.ly",
        "bit.do",
        "bit.ly",
        "bitly.com",
        "bl.ink",
        "buff.ly",
        "clck.ru",
        "cutt.ly",
        "dub.sh",
        "goo.gl",
        "is.gd",
        "j.mp",
        "lc.chat",
        "ow.ly",
        "rb.gy",
        "rebrand.ly",
        "s.id",
        "short.gy",
        "shorte.st",
        "shorturl.at",
        "soo.gd",
        "t.co",
        "t.ly",
        "tiny.cc",
        "tiny.one",
        "tinyurl.com",
        "tr.im",
        "u.to",
        "v.gd",
        "x.co",
    ];
    let host = host.trim_end_matches('.');
    SHORTENERS.contains(&host.strip_prefix("www.").unwrap_or(host))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::facts_of;
    use super::*;

    fn codes(place: UrlPlace, text: &str, label: Option<&str>) -> Vec<String> {
        let mut facts = facts_of("From: a@example.pl\nSubject: x\n\nbody\n");
        facts.purpose = Purpose::Transactional;
        facts.message.urls =
            vec![message::Url { text: text.to_owned(), place, label: label.map(str::to_owned), quoted: false }];
        let mut findings = Findings::default();
        check(&facts, &mut findings);
        findings.0.into_iter().map(|finding| finding.code).collect()
    }

    fn href(text: &str) -> Vec<String> {
        codes(UrlPlace::Href, text, None)
    }

    const NOTHING: [String; 0] = [];

    #[test]
    fn ordinary_links_have_no_fault() {
        for url in [
            "https://example.org/a?b=%7Bc%7D&d=100%25",
            "mailto:a@example.org",
            "tel:+39061",
            "#top",
            "https://münchen.example/",
            "https://пример.example/",
            "https://日本語.example/",
            "https://example.org/?arr[0]=1&x[ID]=2",
            "https://example.org/?filter[STATUS]=1&sort[EMAIL]=asc",
            "https://example.org/?q={\"a\":1}&r={0}&s={}",
            "https://example.org/?u=https%3A%2F%2Fx.example%2Fabc%2F",
            "cid:logo@example.org",
        ] {
            assert_eq!(href(url), NOTHING, "{url}");
        }
    }

    #[test]
    fn each_fault_has_its_code() {
        for (url, code) in [
            ("https://bit.ly/abc", "links.shortener"),
            ("https://8.8.8.8/x", "links.host.ip"),
            ("https://[2001:4860:4860::8888]/", "links.host.ip"),
            ("https://192.168.1.1/", "links.local"),
            ("https://localhost/x", "links.local"),
            ("https://printer.local/", "links.local"),
            ("https://intranet/", "links.local"),
            ("https://paypal.com@evil.example/", "links.userinfo"),
            ("http://example.org/", "links.insecure"),
            ("page.html", "links.relative"),
            ("/unsubscribe", "links.relative"),
            ("{{ unsubscribe_url }}", "links.placeholder"),
            ("https://x.example/?u=%7B%7Bid%7D%7D", "links.placeholder"),
            ("https://x.example/?u=%%EMAIL%%", "links.placeholder"),
            ("https://x.example/*|UNSUB|*", "links.placeholder"),
            ("{unsubscribe}", "links.placeholder"),
            ("https://x.example/?u={email_id}", "links.placeholder"),
            ("https://x.example/%unsubscribe%", "links.placeholder"),
            ("[UNSUB]", "links.placeholder"),
            ("https://x.example/[CAMPAIGN]/", "links.placeholder"),
            ("https://x.example/?e=[EMAIL]", "links.placeholder"),
            ("https://gооgle.example/", "links.lookalike"), // Cyrillic о
            ("https://xn--80ak6aa92e.com/", "links.lookalike"),
        ] {
            assert_eq!(href(url), [code], "{url}");
        }
    }

    #[test]
    fn a_label_that_is_a_web_address_must_name_the_host_it_leads_to() {
        let label = |label, url| codes(UrlPlace::Href, url, Some(label));
        assert_eq!(label("www.bank.example.org", "https://evil.example.com/"), ["links.label"]);
        assert_eq!(label("https://bank.com/login", "https://evil.com/"), ["links.label"]);
        assert_eq!(label("bank.com", "https://evil.com/"), ["links.label"]);
        for (text, url) in [
            ("www.example.org", "https://shop.example.org/x"),
            ("Click here", "https://evil.com/"),
            ("Booking.com", "https://click.example.com/"),
            ("Node.js", "https://nodejs.org/"),
            ("anna@example.org", "https://example.com/"),
            ("read more at bank.com", "https://example.com/"),
            ("1.5", "https://example.com/"),
            ("bank.com", "mailto:info@example.com"),
            ("lib.rs", "https://git.example.com/x/src/lib.rs"),
            ("setup.sh", "https://example.com/"),
            ("readme.md", "https://example.com/"),
            ("backup.zip", "https://files.example.com/1"),
            (
                "https://bank.it/",
                "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fbank.it%2Fx&data=1",
            ),
            ("https://bank.it/", "https://protect-eu.mimecast.com/s/abc"),
        ] {
            assert_eq!(label(text, url), NOTHING, "{text}");
        }
    }

    #[test]
    fn a_file_s_end_hides_neither_the_sender_s_own_name_nor_a_written_address() {
        let label = |label, url| codes(UrlPlace::Href, url, Some(label));
        assert_eq!(label("example.pl", "https://click.example.com/"), ["links.label"]);
        assert_eq!(label("https://lib.rs/", "https://evil.example.com/"), ["links.label"]);
        assert_eq!(label("www.bank.pl", "https://evil.example.com/"), ["links.label"]);
        let safe = "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fevil.com%2F&data=1";
        assert_eq!(label("https://bank.it/", safe), ["links.label"]);
    }

    #[test]
    fn what_a_reply_quotes_is_not_the_sender_s() {
        let told = |header: &str, quoted: bool| {
            let mut facts = facts_of(&format!("From: a@example.org\n{header}\n\nbody\n"));
            let url = |text: &str, label: Option<&str>| message::Url {
                text: text.to_owned(),
                place: UrlPlace::Href,
                label: label.map(str::to_owned),
                quoted,
            };
            facts.message.urls = vec![url("https://bit.ly/1", None), url("https://x.example/", Some("bank.com"))];
            let mut findings = Findings::default();
            check(&facts, &mut findings);
            findings.0.len()
        };
        assert_eq!(told("Subject: Re: x", true), 0);
        assert_eq!((told("Subject: Re: x", false), told("Subject: x", true)), (2, 2));
    }

    #[test]
    fn a_person_may_write_about_a_template() {
        let mut facts = facts_of("Subject: x\n\nSee https://api.example.org/users/{user_id}/orders\n");
        facts.message.urls[0].text = "https://api.example.org/users/{user_id}/orders".to_owned();
        for (purpose, count) in [(Purpose::Personal, 0), (Purpose::Transactional, 1)] {
            facts.purpose = purpose;
            let mut findings = Findings::default();
            check(&facts, &mut findings);
            assert_eq!(findings.0.len(), count);
        }
    }

    #[test]
    fn a_base_makes_relative_links_whole_and_style_sheets_have_none() {
        let mut facts = facts_of("Subject: x\n\nbody\n");
        facts.message.urls =
            vec![message::Url { text: "a.html".to_owned(), place: UrlPlace::Href, label: None, quoted: false }];
        facts.message.html = Some("<BASE href='https://example.org/'>".to_owned());
        let mut findings = Findings::default();
        check(&facts, &mut findings);
        assert!(findings.0.is_empty());
        assert_eq!(codes(UrlPlace::Css, "font.woff", None), NOTHING);
    }

    #[test]
    fn a_fault_of_many_links_is_one_row_with_all_of_them() {
        let mut facts = facts_of("Subject: x\n\nbody\n");
        let url =
            |text: &str| message::Url { text: text.to_owned(), place: UrlPlace::Href, label: None, quoted: false };
        facts.message.urls = vec![url("https://bit.ly/1"), url("https://t.co/2")];
        let mut findings = Findings::default();
        check(&facts, &mut findings);
        assert_eq!(findings.0.len(), 1);
        assert_eq!(findings.0[0].evidence.len(), 2);
    }

    #[test]
    fn greek_and_cyrillic_names_are_at_home_under_their_own_domains() {
        for url in ["https://τυρι.gr/", "https://хор.рф/", "https://сос.ru/"] {
            assert_eq!(href(url), NOTHING, "{url}");
        }
        assert_eq!(href("https://сосо.com/"), ["links.lookalike"]);
    }
}
