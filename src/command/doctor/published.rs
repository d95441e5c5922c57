//! The domain's DNS, compared with what `vaglio setup` prints.

use std::fmt::Write as _;
use std::net::IpAddr;

use tokio::time::timeout;

use super::{Found, PATIENCE, Standing};
use crate::acme;
use crate::command::setup::{self, Need, Wanted};
use crate::command::upkeep::sqlite_path;
use crate::config::Config;
use crate::dns::{Data, Dns, RecordType, escape};
use crate::store::{Options, Store};
use crate::tls;

/// Each record of `vaglio setup`, as it is published.
pub(super) async fn compare_all(dns: &Dns, config: &Config, ips: &[IpAddr]) -> Vec<Found> {
    if config.domain == "localhost" {
        let detail = "localhost: nobody else can send to it (--domain)";
        return vec![Found::new("domain", Standing::Warning, detail)];
    }
    let tlsa = tlsa(config).await;
    let mut found = Vec::new();
    if ips.is_empty() {
        found.push(address(dns, &config.domain).await);
    }
    for wanted in setup::wanted(&config.domain, ips, tlsa.as_deref(), "", config.reply_smarthost.is_some()) {
        found.push(compare(dns, &wanted).await);
    }
    found
}

/// The digest of the key that is served, where it is one that lasts.
async fn tlsa(config: &Config) -> Option<String> {
    if config.acme.is_none() {
        return config.tls.as_ref().and_then(|(_, key)| setup::key_digest(key).ok());
    }
    // It changes nothing: a store that is not there is not made.
    if sqlite_path(&config.database).is_some_and(|path| !path.exists()) {
        return None;
    }
    let store = timeout(PATIENCE, Store::open(&config.database, Options::default())).await.ok()?.ok()?;
    let key = acme::key(&store).await;
    store.close().await;
    Some(setup::digest_of(&tls::public_key_of(&key.ok()??).ok()?))
}

async fn address(dns: &Dns, domain: &str) -> Found {
    let addresses = dns.addresses(domain).await;
    let check = format!("A/AAAA {domain}");
    let all: Vec<String> = addresses.all().map(|ip| ip.to_string()).collect();
    if !all.is_empty() {
        Found::new(check, Standing::Ok, format!("{}: are these yours? (--ip compares)", all.join(", ")))
    } else if addresses.is_unknown() {
        Found::new(check, Standing::Unknown, "the resolver gave no answer")
    } else {
        Found::new(check, Standing::Bad, "none: senders do not find this server (see vaglio setup)")
    }
}

async fn compare(dns: &Dns, wanted: &Wanted) -> Found {
    let check = format!("{} {}", wanted.rtype, wanted.name);
    let lookup = dns.ask(&wanted.name, wanted.rtype).await;
    // An alias is followed: what it leads to counts, and for CNAME itself the alias.
    let there: Vec<String> = lookup.answer.records().iter().map(presentation).collect();
    let fits = there.iter().any(|value| fits(wanted, value));
    if fits {
        return Found::new(check, Standing::Ok, "as it should be");
    }
    if lookup.answer.is_unknown() {
        return Found::new(check, Standing::Unknown, format!("the resolver gave no answer ({})", lookup.answer.word()));
    }
    let status = match wanted.need {
        Need::Required => Standing::Bad,
        Need::Recommended => Standing::Warning,
        // Its absence is a choice; another value is probably a mistake.
        Need::Optional if there.is_empty() => Standing::Ok,
        Need::Optional => Standing::Warning,
    };
    let seen = if there.is_empty() { "none".to_owned() } else { there.join(", ") };
    Found::new(check, status, format!("{seen}; {} would be {} ({})", wanted.value, need(wanted.need), wanted.why))
}

fn need(need: Need) -> &'static str {
    match need {
        Need::Required => "required",
        Need::Recommended => "better",
        Need::Optional => "possible",
    }
}

/// A policy's id is its publisher's, and whoever has a DMARC or SPF record of their own knows why.
fn fits(wanted: &Wanted, there: &str) -> bool {
    let start = |text: &str| text.trim_start_matches('"').split([' ', ';']).next().unwrap_or_default().to_lowercase();
    match wanted.rtype {
        RecordType::Txt => start(there) == start(&wanted.value),
        RecordType::Mx => there.split(' ').nth(1) == wanted.value.split(' ').nth(1),
        _ => there.eq_ignore_ascii_case(&wanted.value),
    }
}

fn presentation(data: &Data) -> String {
    match data {
        Data::A(ip) => ip.to_string(),
        Data::Aaaa(ip) => ip.to_string(),
        Data::Mx { preference, exchange } => format!("{preference} {exchange}."),
        Data::Txt(text) => format!("\"{}\"", escape(&text.octets)),
        Data::Ptr(name) | Data::Cname(name) | Data::Ns(name) => format!("{name}."),
        Data::Tlsa { usage, selector, matching, data } => {
            data.iter().fold(format!("{usage} {selector} {matching} "), |mut text, octet| {
                let _ = write!(text, "{octet:02x}");
                text
            })
        }
        Data::Other(text) => text.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ServeOptions;
    use crate::dns::Zone;
    use std::sync::Arc;

    async fn statuses(zone: &str) -> Vec<(String, Standing)> {
        let dns = Dns::new(Arc::new(Zone::parse(zone).unwrap().timeout("_mta-sts.vaglio.example")));
        let domain = Some("vaglio.example".to_owned());
        let config = Config::new(ServeOptions { domain, ..ServeOptions::default() }).unwrap();
        let found = compare_all(&dns, &config, &["192.0.2.25".parse().unwrap()]).await;
        found.into_iter().map(|found| (found.check, found.status)).collect()
    }

    #[tokio::test]
    async fn what_is_published_is_compared_with_what_setup_prints() {
        let good = statuses(
            "vaglio.example. A 192.0.2.25\nvaglio.example. MX 5 vaglio.example.\nvaglio.example. TXT \"other\"\n\
             vaglio.example. TXT \"v=spf1 mx -all\"\n_dmarc.vaglio.example. TXT \"v=DMARC1; p=none\"\n",
        )
        .await;
        for (check, status) in &good {
            let expected = if check.contains("_mta-sts") { Standing::Unknown } else { Standing::Ok };
            assert_eq!(*status, expected, "{check}");
        }
        let bad = statuses("vaglio.example. A 192.0.2.99\n25.2.0.192.in-addr.arpa. PTR other.example.\n").await;
        let of = |name: &str| bad.iter().find(|(check, _)| check == name).unwrap().1;
        assert_eq!(of("A vaglio.example"), Standing::Bad);
        assert_eq!(of("MX vaglio.example"), Standing::Bad);
        assert_eq!(of("TXT vaglio.example"), Standing::Warning);
        assert_eq!(of("PTR 25.2.0.192.in-addr.arpa"), Standing::Warning);
    }
}
