//! Asks DNS what the checks of servers and domains need: MX and addresses, transport policies, BIMI, the whole SPF tree.
//!
//! It only asks: the record that [`Dns`] keeps is the result, and [`crate::check`] reads it from there.

use std::collections::BTreeSet;

use futures_util::future::{join, join_all, join4};

use super::policies::tag;
use crate::address::{Mailbox, domain_to_ascii};
use crate::auth::dmarc::author;
use crate::auth::psl;
use crate::auth::spf::macros::MacroString;
use crate::auth::spf::record;
use crate::delivery::Delivery;
use crate::dns::{Dns, Question, RecordType};
use crate::message::Message;

/// MX hosts looked at in one domain; more are named in no finding.
pub const MX_HOSTS: usize = 20;
/// SPF records followed from one domain: a healthy tree has ten at most (RFC 7208 §4.6.4).
pub const SPF_RECORDS: usize = 30;

/// The domains whose mail service matters to this message, as A-labels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MailDomains {
    /// The one domain of RFC5322.From; `None` when there is none, or several.
    pub author: Option<String>,
    /// `None` for the null reverse path and for address literals.
    pub return_path: Option<String>,
    pub reply_to: Vec<String>,
    /// HELO, when it is a name of at least two labels.
    pub helo: Option<String>,
}

impl MailDomains {
    pub fn of(delivery: &Delivery, message: &Message) -> MailDomains {
        let domains_in = |name: &str| -> BTreeSet<String> {
            let mailboxes = message.mailboxes(name);
            mailboxes.iter().filter_map(|(_, address)| domain_to_ascii(&Mailbox::parse(address)?.domain)).collect()
        };
        MailDomains {
            author: author::of(message),
            return_path: delivery
                .envelope
                .reverse_path
                .seen()
                .and_then(|path| path.mailbox())
                .and_then(|mailbox| domain_to_ascii(&mailbox.domain)),
            reply_to: domains_in("Reply-To").into_iter().collect(),
            helo: delivery.session.helo.seen().and_then(|helo| helo_name(helo)),
        }
    }
}

/// HELO as a domain name: letters, digits and hyphens, two labels or more (RFC 5321 §2.3.5); `None` for anything else.
pub fn helo_name(helo: &str) -> Option<String> {
    let name = domain_to_ascii(helo.trim())?;
    let labels_are_fine = name.split('.').all(|label| {
        label.bytes().all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_'))
            && !label.starts_with('-')
            && !label.ends_with('-')
    });
    // A last label of digits only is an address without its brackets, not a name (RFC 3696 §2).
    let last_is_a_name = name.rsplit('.').next().is_some_and(|last| last.bytes().any(|o| o.is_ascii_alphabetic()));
    (labels_are_fine && last_is_a_name && name.contains('.')).then_some(name)
}

/// Questions that only another's answer would lead to, under the names that are usual: asked ahead, they save a round.
pub fn usual(domains: &MailDomains) -> Vec<Question> {
    let question = |name: String, rtype| Question { name, rtype };
    let of_senders = domains.author.iter().chain(&domains.return_path).collect::<BTreeSet<_>>().into_iter();
    let mut usual: Vec<Question> =
        of_senders.map(|domain| question(format!("_spf.{domain}"), RecordType::Txt)).collect();
    if let Some(author) = &domains.author {
        let host = format!("mta-sts.{author}");
        usual.extend([question(host.clone(), RecordType::A), question(host, RecordType::Aaaa)]);
    }
    // The server of a small sender receives as well.
    usual.extend(domains.helo.iter().map(|helo| question(tlsa_name(helo), RecordType::Tlsa)));
    usual
}

/// Asks everything that depends on the delivery alone, concurrently.
pub async fn ask(dns: &Dns, delivery: &Delivery, message: &Message) {
    let domains = MailDomains::of(delivery, message);
    let receiving: BTreeSet<&String> =
        domains.author.iter().chain(&domains.return_path).chain(&domains.reply_to).collect();
    let receive = join_all(receiving.into_iter().map(|domain| ask_receiving(dns, domain)));
    let selector = bimi_selector(message);
    let author = join_all(domains.author.iter().map(|domain| ask_policies(dns, domain, &selector)));
    let helo = join_all(domains.helo.iter().map(|name| ask_addresses(dns, name)));
    // The null reverse path is checked as postmaster@HELO (RFC 7208 §2.4).
    let spf = domains.return_path.as_ref().or(domains.helo.as_ref());
    let spf = join_all(spf.into_iter().map(|domain| ask_spf_tree(dns, domain)));
    join4(receive, author, helo, spf).await;
}

/// MX and addresses of a domain, and addresses of its MX hosts.
async fn ask_receiving(dns: &Dns, domain: &str) {
    let own_addresses = ask_addresses(dns, domain);
    let exchanges = async {
        let lookup = dns.ask(domain, RecordType::Mx).await;
        let hosts: BTreeSet<String> =
            lookup.answer.exchanges().filter_map(|(_, host)| domain_to_ascii(host)).take(MX_HOSTS).collect();
        join_all(hosts.iter().map(|host| ask_addresses(dns, host))).await;
    };
    join(own_addresses, exchanges).await;
}

async fn ask_addresses(dns: &Dns, name: &str) {
    join(dns.ask(name, RecordType::A), dns.ask(name, RecordType::Aaaa)).await;
}

/// MTA-STS (RFC 8461), TLS reporting (RFC 8460), DANE (RFC 7672), BIMI.
async fn ask_policies(dns: &Dns, domain: &str, selector: &str) {
    let mut texts = vec![format!("_mta-sts.{domain}"), format!("_smtp._tls.{domain}")];
    texts.extend(bimi_names(domain, selector));
    let tlsa = async {
        let lookup = dns.ask(domain, RecordType::Mx).await;
        let hosts: BTreeSet<String> =
            lookup.answer.exchanges().filter_map(|(_, host)| domain_to_ascii(host)).take(MX_HOSTS).collect();
        let names: Vec<String> = hosts.iter().map(|host| tlsa_name(host)).collect();
        join_all(names.iter().map(|name| dns.ask(name, RecordType::Tlsa))).await;
    };
    join(join_all(texts.iter().map(|name| dns.ask(name, RecordType::Txt))), tlsa).await;
}

/// Where the TLSA records of an SMTP server stand (RFC 7672 §2.2.3).
pub fn tlsa_name(host: &str) -> String {
    format!("_25._tcp.{host}")
}

/// The selector of a message that names none.
pub const BIMI_SELECTOR: &str = "default";

/// Which of the domain's logos the message asks for, as its BIMI-Selector field (`v=BIMI1; s=brand`) says.
pub fn bimi_selector(message: &Message) -> String {
    let is_label = |text: &&str| {
        (1..=63).contains(&text.len()) && text.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'-')
    };
    let named = message.first("BIMI-Selector").and_then(|field| tag(&field.value, "s").filter(is_label));
    named.unwrap_or(BIMI_SELECTOR).to_ascii_lowercase()
}

/// Where a BIMI record may stand: at the domain, then at its organizational domain.
pub fn bimi_names(domain: &str, selector: &str) -> Vec<String> {
    let organizational = psl::organizational_domain(domain);
    let names = std::iter::once(domain).chain((organizational != domain).then_some(organizational));
    names.map(|name| format!("{selector}._bimi.{name}")).collect()
}

/// Every record that `include` and `redirect` lead to, whether or not this client needs it: the whole tree is counted.
async fn ask_spf_tree(dns: &Dns, domain: &str) {
    let mut known = BTreeSet::from([domain.to_owned()]);
    let mut level = vec![domain.to_owned()];
    while !level.is_empty() {
        let lookups = join_all(level.iter().map(|name| dns.ask(name, RecordType::Txt))).await;
        level = Vec::new();
        for lookup in lookups {
            let records = lookup.answer.texts().filter(|text| record::is_spf(&text.octets));
            for term in records.flat_map(|text| record::parse(&text.octets).terms) {
                if let Some(target) = term.leads_to().and_then(MacroString::fixed_domain)
                    && known.len() < SPF_RECORDS
                    && known.insert(target.clone())
                {
                    level.push(target);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_logo_s_record_is_where_the_message_says() {
        let names = |field: &str| {
            let raw = format!("From: a@news.example.org\r\n{field}\r\n");
            bimi_names("news.example.org", &bimi_selector(&Message::parse(raw.into_bytes().into())))
        };
        assert_eq!(names(""), ["default._bimi.news.example.org", "default._bimi.example.org"]);
        assert_eq!(names("BIMI-Selector: v=BIMI1; s=Brand;\r\n")[0], "brand._bimi.news.example.org");
        assert_eq!(names("BIMI-Selector: v=BIMI1; s=a.b/c\r\n")[0], "default._bimi.news.example.org");
    }

    #[test]
    fn helo_is_a_name_only_with_two_labels_and_letters_at_the_end() {
        assert_eq!(helo_name("Mail.Example.com"), Some("mail.example.com".to_owned()));
        assert_eq!(helo_name("mail.example.com."), Some("mail.example.com".to_owned()));
        for bad in ["localhost", "192.0.2.1", "[192.0.2.1]", "", "my pc.local", "-a.example", "WIN-8K2", "a..b"] {
            assert_eq!(helo_name(bad), None, "{bad}");
        }
    }
}
