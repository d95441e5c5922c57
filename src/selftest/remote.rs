//! The API of a Vaglio service elsewhere, as [`super::Desk`].

use std::net::SocketAddr;
use std::time::Duration;

use serde::Deserialize;
use url::Url;

use super::{Desk, State};
use crate::dns::Dns;
use crate::gather::links::tls;
use crate::net::has_port;

/// For one answer.
const PATIENCE: Duration = Duration::from_secs(15);

pub struct Api {
    client: reqwest::Client,
    base: Url,
    /// HOST or HOST:PORT; `None`: as DNS has it.
    smtp: Option<String>,
    dns: Dns,
}

/// What stands between us and the service's API.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    #[error("TLS: {0}")]
    Tls(#[from] rustls::Error),
    #[error("{0}")]
    Client(#[from] reqwest::Error),
}

#[derive(Deserialize)]
struct Created {
    address: String,
    key: String,
}

#[derive(Deserialize)]
struct Test {
    deliveries: Vec<Delivery>,
}

#[derive(Deserialize)]
struct Delivery {
    state: String,
}

impl Api {
    /// # Errors
    /// When no TLS client can be made.
    pub fn new(base: Url, smtp: Option<String>, dns: Dns) -> Result<Api, ApiError> {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::client()?)
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .build()?;
        Ok(Api { client, base, smtp, dns })
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base.as_str().trim_end_matches('/'))
    }
}

async fn read<T: serde::de::DeserializeOwned>(answer: reqwest::Response) -> Result<T, String> {
    let body = answer.bytes().await.map_err(|error| told(&error))?;
    serde_json::from_slice(&body).map_err(|error| format!("no answer of a Vaglio service: {error}"))
}

/// An error with its causes: reqwest's own text names none of them.
fn told(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause {
        text = format!("{text}: {next}");
        cause = next.source();
    }
    text
}

impl Desk for Api {
    type Key = String;

    async fn fresh(&self) -> Result<(String, String), String> {
        let answer = self.client.post(self.url("/api/v1/tests")).send().await.map_err(|error| told(&error))?;
        let status = answer.status();
        if !status.is_success() {
            return Err(format!("{} answers {status}", self.base));
        }
        let created: Created = read(answer).await?;
        Ok((created.address, created.key))
    }

    /// RFC 5321 §5.1: the MX of the lowest preference that has an address; the domain itself where there is none.
    async fn door(&self, address: &str) -> Result<SocketAddr, String> {
        if let Some(smtp) = &self.smtp {
            let named = if has_port(smtp) { smtp.clone() } else { format!("{smtp}:25") };
            let mut found = tokio::net::lookup_host(&named).await.map_err(|error| format!("{named}: {error}"))?;
            return found.next().ok_or_else(|| format!("{named} has no address"));
        }
        let domain = address.rsplit('@').next().unwrap_or_default();
        let lookup = self.dns.mx(domain).await;
        let mut hosts: Vec<(u16, &str)> = lookup.answer.exchanges().collect();
        hosts.sort_unstable();
        if hosts.is_empty() {
            hosts.push((0, domain));
        }
        for (_, host) in hosts {
            if let Some(ip) = self.dns.addresses(host).await.all().next() {
                return Ok(SocketAddr::new(ip, 25));
            }
        }
        Err(format!("no mail server of {domain} has an address"))
    }

    async fn state(&self, key: &String) -> Result<State, String> {
        let answer = self.client.get(self.url(&format!("/api/v1/tests/{key}"))).send().await;
        let answer = answer.and_then(reqwest::Response::error_for_status).map_err(|error| told(&error))?;
        let test: Test = read(answer).await?;
        Ok(match test.deliveries.last().map(|delivery| delivery.state.as_str()) {
            Some("ready") => State::Ready,
            Some("failed") => State::Failed,
            _ => State::Waiting,
        })
    }

    async fn forget(&self, key: &String) {
        drop(self.client.delete(self.url(&format!("/api/v1/tests/{key}"))).send().await);
    }
}
