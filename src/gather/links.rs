//! Fetches the links of a message, guarded against requests into private networks (SSRF).
//!
//! `guard.rs` decides where a request may go, `visits.rs` how often, `fetch.rs` makes it. Every hop is judged anew: the parsed host, every address
//! that our own DNS gave for it, and the port; the connection is pinned to the addresses that were judged.
//!
//! What counts as broken is only what nobody can dispute: 404, 410, a host that does not exist, a refused connection, an
//! expired or foreign certificate, a redirect loop. A robot is often turned away (401, 403, 429, 999), and a server may be
//! out for a minute (5xx, time-outs): these are not determined.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::dns::Dns;
use crate::message::{Message, UrlPlace, way_out};

mod fetch;
mod guard;
pub mod tls;
mod visits;

pub use fetch::{Fetcher, Page};

/// One distinct URL of the message and where it led.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// As written in the message.
    pub url: String,
    /// Where it led after redirects; `None` when it was not fetched.
    #[serde(rename = "final")]
    pub final_url: Option<String>,
    pub result: LinkResult,
    pub status: Option<u16>,
    /// Every hop after the first, in order.
    pub hops: Vec<String>,
    pub ms: Option<u32>,
    /// Content length of an image, octets.
    pub size: Option<u64>,
    /// Why it was refused, broken or not determined: a short word such as `private_address`, `redirect_loop`, `timeout`.
    pub why: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkResult {
    Ok,
    Broken,
    Redirected,
    /// Not fetched, since it points where we must not go.
    Refused,
    NotDetermined,
}

/// So many distinct URLs are fetched for one message; the others are not determined (`limit`).
pub const MAX_URLS: usize = 50;
/// Requests of one message at the same time, in all and to one host.
const AT_ONCE: usize = 8;
const AT_ONCE_PER_HOST: usize = 2;

/// The word for a link that is not fetched on purpose: it would unsubscribe the reader.
pub const UNSUBSCRIBE: &str = "unsubscribe";

impl Link {
    fn new(url: &str, result: LinkResult, why: Option<&str>) -> Link {
        Link {
            url: url.to_owned(),
            final_url: None,
            result,
            status: None,
            hops: Vec::new(),
            ms: None,
            size: None,
            why: why.map(str::to_owned),
        }
    }
}

/// Fetches every link of the message, a few at a time, until the deadline. In order of appearance.
///
/// `mailto:`, `tel:`, `cid:` and their like lead nowhere that could be fetched and are left out. URLs of List-Unsubscribe are
/// never fetched, not even where the body repeats them.
pub async fn follow(fetcher: &Fetcher, dns: &Dns, message: &Message, deadline: Instant) -> Vec<Link> {
    let unsubscribe = unsubscribe_urls(message);
    let counted = counted(message);
    let at_once = Semaphore::new(AT_ONCE);
    let mut hosts: HashMap<String, Arc<Semaphore>> = HashMap::new();
    let mut fetched: HashMap<Url, usize> = HashMap::new();
    let mut jobs = Vec::new();
    let mut links: Vec<(Link, Option<usize>)> = Vec::new();
    for found in &message.urls {
        let written = found.text.as_str();
        let target = match target(written, found.place) {
            Target::None => continue,
            Target::Never(result, why) => {
                links.push((Link::new(written, result, Some(why)), None));
                continue;
            }
            Target::Fetch(url) => url,
        };
        if found.place == UrlPlace::ListUnsubscribe || unsubscribe.contains(&target) {
            links.push((Link::new(written, LinkResult::NotDetermined, Some(UNSUBSCRIBE)), None));
            continue;
        }
        let job = match fetched.get(&target) {
            Some(job) => *job,
            None if jobs.len() >= MAX_URLS => {
                links.push((Link::new(written, LinkResult::NotDetermined, Some("limit")), None));
                continue;
            }
            None => {
                fetched.insert(target.clone(), jobs.len());
                let host = hosts.entry(target.host_str().unwrap_or_default().to_owned());
                let host = host.or_insert_with(|| Arc::new(Semaphore::new(AT_ONCE_PER_HOST))).clone();
                let at_once = &at_once;
                let wants_size = found.place == UrlPlace::Src;
                let once = counted.contains(written);
                jobs.push(async move {
                    let work = async {
                        // The host first: a slow one must not hold the places of the others.
                        let _host = host.acquire().await;
                        let _place = at_once.acquire().await;
                        fetcher.follow(dns, target, wants_size, once).await
                    };
                    let late = || Link::new("", LinkResult::NotDetermined, Some("timeout"));
                    timeout_at(deadline, work).await.unwrap_or_else(|_| late())
                });
                jobs.len() - 1
            }
        };
        links.push((Link::new(written, LinkResult::NotDetermined, None), Some(job)));
    }
    let done = join_all(jobs).await;
    let fill = |(link, job): (Link, Option<usize>)| match job.and_then(|job| done.get(job)) {
        Some(result) => Link { url: link.url, ..result.clone() },
        None => link,
    };
    links.into_iter().map(fill).collect()
}

/// URLs that the message itself shows to be made for one reader: tracking pixels, and links whose words offer the way out.
fn counted(message: &Message) -> HashSet<&str> {
    let Some(html) = &message.page else { return HashSet::new() };
    let pixels = html.images.iter().filter(|image| image.is_pixel()).map(|image| image.src.as_str());
    let exits = html.links.iter().filter(|anchor| way_out::is_named_by(&anchor.label));
    pixels.chain(exits.map(|anchor| anchor.href.as_str())).collect()
}

enum Target {
    /// Nothing that could be fetched, and nothing wrong with that.
    None,
    Never(LinkResult, &'static str),
    /// Without its fragment, which never leaves the client (RFC 9110 §7.1).
    Fetch(Url),
}

fn target(written: &str, place: UrlPlace) -> Target {
    let written = written.trim();
    if written.is_empty() || written.starts_with('#') {
        return Target::None;
    }
    match Url::parse(written) {
        Ok(mut url) => match url.scheme() {
            "http" | "https" => {
                url.set_fragment(None);
                Target::Fetch(url)
            }
            "mailto" | "tel" | "sms" | "cid" | "mid" | "data" | "about" | "geo" | "webcal" | "xmpp" | "sip" => {
                Target::None
            }
            _ => Target::Never(LinkResult::Refused, "scheme"),
        },
        Err(url::ParseError::RelativeUrlWithoutBase) if written.starts_with("//") => {
            Url::parse(&format!("https:{written}"))
                .map_or(Target::Never(LinkResult::NotDetermined, "syntax"), Target::Fetch)
        }
        // Style sheets name fonts and fragments of their own; elsewhere a reader has no page that this could be relative to.
        Err(url::ParseError::RelativeUrlWithoutBase) if place == UrlPlace::Css => Target::None,
        Err(url::ParseError::RelativeUrlWithoutBase) => Target::Never(LinkResult::NotDetermined, "relative"),
        Err(_) => Target::Never(LinkResult::NotDetermined, "syntax"),
    }
}

/// The web addresses of List-Unsubscribe (RFC 2369 §3.2), parsed like links so that they compare.
fn unsubscribe_urls(message: &Message) -> Vec<Url> {
    let fields = message.all("List-Unsubscribe");
    let bracketed = fields.flat_map(|field| {
        field.value.split('<').skip(1).filter_map(|rest| rest.split_once('>')).map(|(url, _)| url.to_owned())
    });
    bracketed
        .filter_map(|url| {
            let url: String = url.chars().filter(|c| !c.is_whitespace()).collect();
            let mut url = Url::parse(&url).ok()?;
            url.set_fragment(None);
            matches!(url.scheme(), "http" | "https").then_some(url)
        })
        .collect()
}

#[cfg(test)]
mod tests;
