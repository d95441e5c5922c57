//! Rspamd by HTTP: `POST /checkv2`, symbols with their points and descriptions.
//!
//! The operator names the server, so the guard for links does not apply here.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::{Client, redirect};
use serde::Deserialize;
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::links::tls;
use super::spam::{MAX_REPLY, SpamReport, SpamRule};
use crate::delivery::{Delivery, Observed, Why};

/// A client of one Rspamd; keeps its connections.
pub struct Rspamd {
    client: Client,
    check: Url,
}

/// Why Rspamd cannot be asked at all.
#[derive(Debug, thiserror::Error)]
pub enum RspamdError {
    #[error("{0:?}: want the web address of an Rspamd, such as http://127.0.0.1:11333")]
    Url(String),
    #[error("no TLS client: {0}")]
    Tls(#[from] rustls::Error),
    #[error("no HTTP client: {0}")]
    Client(#[from] reqwest::Error),
}

/// Reads where an Rspamd is said to be.
///
/// # Errors
/// [`RspamdError::Url`].
pub fn address(text: &str) -> Result<Url, RspamdError> {
    let web = |url: &Url| matches!(url.scheme(), "http" | "https") && url.has_host();
    Url::parse(text).ok().filter(web).ok_or_else(|| RspamdError::Url(text.to_owned()))
}

impl Rspamd {
    /// `base` as in `http://127.0.0.1:11333`.
    ///
    /// # Errors
    /// When `base` is no web address, or no client can be made.
    pub fn new(base: &Url) -> Result<Rspamd, RspamdError> {
        let check = base.join("/checkv2").ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let check = check.ok_or_else(|| RspamdError::Url(base.to_string()))?;
        let client = Client::builder()
            .tls_backend_preconfigured(tls::client()?)
            .redirect(redirect::Policy::none())
            .no_proxy()
            .http1_only()
            .connect_timeout(Duration::from_secs(3))
            .build()?;
        Ok(Rspamd { client, check })
    }

    /// Asks about a message with its [`received_copy`](super::spam::received_copy) head.
    pub async fn ask(
        &self,
        delivery: &Delivery,
        reverse_name: Option<&str>,
        message: Vec<u8>,
        deadline: Instant,
    ) -> Observed<SpamReport> {
        match timeout_at(deadline, self.judge(delivery, reverse_name, message)).await {
            Ok(Ok(report)) => Observed::Seen(report),
            Ok(Err(what)) => Observed::Missing(Why::Failed(what)),
            Err(_) => Observed::Missing(Why::TimedOut),
        }
    }

    async fn judge(
        &self,
        delivery: &Delivery,
        reverse_name: Option<&str>,
        message: Vec<u8>,
    ) -> Result<SpamReport, String> {
        let mut request = self.client.post(self.check.clone()).body(message);
        for (name, value) in about(delivery, reverse_name) {
            request = request.header(name, value);
        }
        let mut response = request.send().await.map_err(|error| cause(&error))?;
        let status = response.status();
        let server = response.headers().get("server").and_then(|value| value.to_str().ok());
        let engine = server
            .filter(|name| name.starts_with("rspamd"))
            .map_or("Rspamd".to_owned(), |name| name.replace("rspamd", "Rspamd"));
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| cause(&error))? {
            if body.len() + chunk.len() > MAX_REPLY {
                return Err("too_large".to_owned());
            }
            body.extend_from_slice(&chunk);
        }
        if !status.is_success() {
            return Err(format!("HTTP {}", status.as_u16()));
        }
        read(&body, engine)
    }
}

/// What Rspamd is told of the session (its own header names).
fn about(delivery: &Delivery, reverse_name: Option<&str>) -> Vec<(&'static str, String)> {
    let (session, envelope) = (&delivery.session, &delivery.envelope);
    let mut about = Vec::new();
    if let Some(ip) = session.client_ip.seen() {
        about.push(("IP", ip.to_canonical().to_string()));
    }
    about.extend(session.helo.seen().map(|helo| ("Helo", helo.clone())));
    about.extend(reverse_name.map(|name| ("Hostname", name.to_owned())));
    about.extend(envelope.reverse_path.seen().map(|path| ("From", path.to_string())));
    about.extend(envelope.forward_paths.iter().map(|path| ("Rcpt", path.clone())));
    about.push(("Queue-Id", format!("{:x}", delivery.received_at.as_millisecond())));
    // What a stranger said may hold octets that no HTTP field can carry.
    about.retain(|(_, value)| value.bytes().all(|b| (b' '..=b'~').contains(&b)) && value.len() <= 512);
    about
}

fn cause(error: &reqwest::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

#[derive(Deserialize)]
struct Answer {
    score: f64,
    required_score: f64,
    action: String,
    #[serde(default)]
    is_skipped: bool,
    #[serde(default)]
    symbols: BTreeMap<String, Symbol>,
}

#[derive(Deserialize)]
struct Symbol {
    #[serde(default)]
    score: f64,
    #[serde(default)]
    description: String,
    #[serde(default)]
    options: Vec<serde_json::Value>,
}

fn read(body: &[u8], engine: String) -> Result<SpamReport, String> {
    let answer: Answer = serde_json::from_slice(body).map_err(|_| "bad_answer".to_owned())?;
    if answer.is_skipped {
        return Err("skipped".to_owned());
    }
    let rules = answer.symbols.into_iter().map(|(name, symbol)| {
        let options: Vec<&str> = symbol.options.iter().filter_map(serde_json::Value::as_str).take(3).collect();
        let description = match (symbol.description.is_empty(), options.is_empty()) {
            (_, true) => symbol.description,
            (true, false) => options.join(", "),
            (false, false) => format!("{} [{}]", symbol.description, options.join(", ")),
        };
        SpamRule { name, score: symbol.score, description }
    });
    let mut rules: Vec<SpamRule> = rules.collect();
    rules.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.name.cmp(&b.name)));
    Ok(SpamReport { engine, score: answer.score, required: answer.required_score, rules, action: Some(answer.action) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::facts_of;

    #[test]
    fn symbols_are_read_with_their_options_the_dearest_first() {
        let body = br#"{"is_skipped":false,"score":5.5,"required_score":15.0,"action":"add header","symbols":{
            "MIME_GOOD":{"name":"MIME_GOOD","score":-0.1,"description":"Known content-type","options":["text/plain"]},
            "HFILTER_HELO_5":{"name":"HFILTER_HELO_5","score":3.0,"options":["localhost"]},
            "ARC_NA":{"name":"ARC_NA","score":0.0,"metric_score":0.0,"description":"ARC signature absent"}},"message-id":"x"}"#;
        let report = read(body, "Rspamd".to_owned()).unwrap();
        assert_eq!((report.score, report.required, report.action.as_deref()), (5.5, 15.0, Some("add header")));
        let rules: Vec<_> = report.rules.iter().map(|r| (r.name.as_str(), r.score, r.description.as_str())).collect();
        assert_eq!(
            rules,
            [
                ("HFILTER_HELO_5", 3.0, "localhost"),
                ("ARC_NA", 0.0, "ARC signature absent"),
                ("MIME_GOOD", -0.1, "Known content-type [text/plain]"),
            ]
        );
    }

    #[test]
    fn an_answer_that_is_none_is_said_to_be_none() {
        assert!(read(b"<html>", String::new()).unwrap_err().contains("bad_answer"));
        assert!(read(br#"{"error":"x"}"#, String::new()).is_err());
        let skipped = br#"{"is_skipped":true,"score":0,"required_score":15,"action":"no action"}"#;
        assert_eq!(read(skipped, String::new()).unwrap_err(), "skipped");
    }

    #[test]
    fn the_session_is_told_and_what_http_cannot_carry_is_left_out() {
        let mut delivery = (*facts_of("Subject: x\n\nbody\n").delivery).clone();
        let names = |delivery: &Delivery| {
            about(delivery, Some("mail.example.org")).into_iter().map(|(n, _)| n).collect::<Vec<_>>()
        };
        assert_eq!(names(&delivery), ["IP", "Helo", "Hostname", "From", "Rcpt", "Queue-Id"]);
        delivery.session.helo = Observed::Seen("x\r\nSettings: 1".to_owned());
        assert_eq!(names(&delivery), ["IP", "Hostname", "From", "Rcpt", "Queue-Id"]);
    }

    #[tokio::test]
    async fn a_dead_rspamd_is_missing() {
        let facts = facts_of("Subject: x\n\nbody\n");
        let rspamd = Rspamd::new(&Url::parse("http://127.0.0.1:1").unwrap()).unwrap();
        let soon = Instant::now() + Duration::from_secs(3);
        let answer = rspamd.ask(&facts.delivery, None, Vec::new(), soon).await;
        assert!(matches!(answer, Observed::Missing(Why::Failed(_))), "{answer:?}");
        assert!(Rspamd::new(&Url::parse("file:///x").unwrap()).is_err());
    }
}
