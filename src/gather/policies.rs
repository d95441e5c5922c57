//! Documents that a domain's records promise over HTTPS: the MTA-STS policy (RFC 8461 §3.2) and the BIMI logo.

use futures_util::future::{OptionFuture, join};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use url::Url;

use super::links::Fetcher;
use super::server::bimi_names;
use crate::delivery::Observed;
use crate::dns::{Dns, Lookup, RecordType};

/// The most of a policy (RFC 8461 §3.3 has 64 kB), and of a logo, that is read.
const POLICY: usize = 64 * 1024;
const LOGO: usize = 256 * 1024;

pub const STS_VERSION: &str = "v=STSv1";
pub const BIMI_VERSION: &str = "v=BIMI1";

/// `None` where no record promises such a document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policies {
    pub mta_sts: Option<Document>,
    pub bimi: Option<Document>,
}

/// A document, and where it was looked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    pub url: String,
    pub got: Observed<Got>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Got {
    pub status: u16,
    pub content_type: Option<String>,
    /// Octets that are not UTF-8 are U+FFFD.
    pub text: String,
}

/// Fetches what the domain's records promise; the logo is that of this BIMI selector.
pub async fn ask(fetcher: &Fetcher, dns: &Dns, domain: &str, selector: &str, deadline: Instant) -> Policies {
    let mta_sts = async {
        let lookup = dns.ask(&format!("_mta-sts.{domain}"), RecordType::Txt).await;
        // Several records count as none (RFC 8461 §3.1).
        let [_] = records(&lookup, STS_VERSION).as_slice() else { return None };
        let url = format!("https://mta-sts.{domain}/.well-known/mta-sts.txt");
        fetch(fetcher, dns, &url, POLICY, deadline).await
    };
    let bimi = async {
        for name in bimi_names(domain, selector) {
            let lookup = dns.ask(&name, RecordType::Txt).await;
            if let [record, ..] = records(&lookup, BIMI_VERSION).as_slice() {
                let url = tag(record, "l").filter(|url| url.starts_with("https://"));
                return OptionFuture::from(url.map(|url| fetch(fetcher, dns, url, LOGO, deadline))).await?;
            }
        }
        None
    };
    let (mta_sts, bimi) = join(mta_sts, bimi).await;
    Policies { mta_sts, bimi }
}

/// The TXT records that mean to be of this version: whether they are right is another question.
pub fn records(lookup: &Lookup, version: &str) -> Vec<String> {
    let texts = lookup.answer.texts().map(|text| String::from_utf8_lossy(&text.octets).into_owned());
    let begins = |text: &String| {
        text.get(..version.len()).is_some_and(|start| start.eq_ignore_ascii_case(version))
            && !text.get(version.len()..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
    };
    texts.filter(begins).collect()
}

/// The value of one `name=value` of a record.
pub fn tag<'a>(record: &'a str, name: &str) -> Option<&'a str> {
    let tags = record.split(';').filter_map(|tag| tag.split_once('='));
    tags.map(|(known, value)| (known.trim(), value.trim())).find(|(known, _)| *known == name).map(|(_, value)| value)
}

async fn fetch(fetcher: &Fetcher, dns: &Dns, url: &str, limit: usize, deadline: Instant) -> Option<Document> {
    let parsed = Url::parse(url).ok()?;
    let got = match fetcher.get(dns, &parsed, limit, deadline).await {
        Observed::Seen(page) => Observed::Seen(Got {
            status: page.status,
            content_type: page.content_type,
            text: String::from_utf8_lossy(&page.body).into_owned(),
        }),
        Observed::Missing(why) => Observed::Missing(why),
    };
    Some(Document { url: url.to_owned(), got })
}
