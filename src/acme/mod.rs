//! The certificate by ACME (RFC 8555), HTTP-01 on our own pages' listener; for both doors.
//!
//! Account, certificate and what went wrong last are settings of the store, so that all nodes share one certificate: each serves
//! what is there, and one of them (a lease says which) renews it when a third of its life is left. What fails is tried again
//! later and later, never more often than authorities allow. `order.rs` speaks with the authority, `http.rs` carries it.

mod http;
mod order;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::store::{Store, StoreError};
use crate::tls::validity::{self, Validity};
use crate::tls::{Held, TlsError};

/// What the operator has set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Of the authority.
    pub directory: String,
    /// A mail address that the authority may write to.
    pub contact: Option<String>,
    /// A PEM certificate to trust the authority's own server by, beside the usual roots.
    pub root: Option<PathBuf>,
    /// What the certificate is for.
    pub names: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum AcmeError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error("TLS: {0}")]
    Rustls(#[from] rustls::Error),
    #[error("{path}: {why}")]
    Root { path: String, why: String },
    #[error(transparent)]
    Client(#[from] reqwest::Error),
    #[error("the authority: {0}")]
    Acme(#[from] instant_acme::Error),
    #[error("a stored setting is unreadable: {0}")]
    Stored(#[from] serde_json::Error),
    #[error("the authority offers no HTTP-01 for {0}")]
    NoHttp01(String),
    #[error("the authority could not verify {0}")]
    Unverified(String),
    #[error("key: {0}")]
    Key(#[from] rcgen::Error),
    #[error("the certificate it gave cannot be read")]
    NoCertificate,
    #[error("it takes too long")]
    TooLong,
}

/// A certificate and its key, in PEM.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    pub names: Vec<String>,
    pub chain: String,
    pub key: String,
}

/// The last attempt was in vain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    pub failures: u32,
    pub again: Timestamp,
    pub why: String,
}

/// For one attempt.
const PATIENCE: Duration = Duration::from_secs(180);
/// How often a node looks whether another has renewed, at most.
const LOOK: Duration = Duration::from_secs(60);
/// After the first failure; doubled after each. Let's Encrypt allows five failed validations an hour.
const BACK_OFF: SignedDuration = SignedDuration::from_mins(15);
const LONGEST: SignedDuration = SignedDuration::from_hours(12);

const CERTIFICATE: &str = "acme.certificate";
const TROUBLE: &str = "acme.trouble";

/// What an authority asks for at `/.well-known/acme-challenge/{token}`; `None`: nobody asked us to answer that.
///
/// # Errors
/// The store's.
pub async fn answer(store: &Store, token: &str) -> Result<Option<String>, StoreError> {
    // RFC 8555 §8.3: a token is base64url.
    if token.len() > 200 || !token.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')) {
        return Ok(None);
    }
    let answer = store.setting(&order::challenge(token)).await?;
    Ok(answer.map(|answer| String::from_utf8_lossy(&answer).into_owned()))
}

/// What this service has of ACME: its certificate's validity, and the last trouble.
///
/// # Errors
/// The store's; what is stored is unreadable.
pub async fn state(store: &Store) -> Result<(Option<Validity>, Option<Trouble>), AcmeError> {
    let certificate: Option<Certificate> = stored(store, CERTIFICATE).await?;
    Ok((certificate.and_then(|certificate| certificate.validity()), stored(store, TROUBLE).await?))
}

/// The key of the certificate, in PEM; it stays the same through renewals.
///
/// # Errors
/// The store's; what is stored is unreadable.
pub async fn key(store: &Store) -> Result<Option<String>, AcmeError> {
    Ok(stored::<Certificate>(store, CERTIFICATE).await?.map(|certificate| certificate.key))
}

impl Certificate {
    fn validity(&self) -> Option<Validity> {
        validity::of(&CertificateDer::from_pem_slice(self.chain.as_bytes()).ok()?)
    }

    /// When a third of its life is left.
    fn renew_at(&self) -> Option<Timestamp> {
        let valid = self.validity()?;
        let life = valid.not_after.duration_since(valid.not_before);
        valid.not_after.checked_sub(life / 3).ok()
    }
}

/// Keeps one node's doors in a good certificate.
pub struct Keeper {
    store: Store,
    settings: Settings,
    held: Arc<Held>,
    serving: Option<Certificate>,
}

impl Keeper {
    pub fn new(store: Store, settings: Settings, held: Arc<Held>) -> Keeper {
        Keeper { store, settings, held, serving: None }
    }

    /// Until shutdown.
    pub async fn run(mut self, shutdown: CancellationToken) {
        shutdown.run_until_cancelled(self.go_on()).await;
    }

    async fn go_on(&mut self) {
        loop {
            let wait = match self.look().await {
                Ok(wait) => wait,
                Err(error) => {
                    tracing::warn!(%error, "the certificate cannot be looked after");
                    LOOK
                }
            };
            sleep(wait.clamp(Duration::from_secs(1), LOOK)).await;
        }
    }

    /// Serves what is stored, and renews it when that is due; then says how long nothing needs to be done.
    async fn look(&mut self) -> Result<Duration, AcmeError> {
        self.serve_stored().await?;
        let now = Timestamp::now();
        if let Some(due) = self.due()
            && due > now
        {
            return Ok(due.duration_since(now).unsigned_abs());
        }
        let trouble: Option<Trouble> = stored(&self.store, TROUBLE).await?;
        // One from a clock that has jumped back does not count.
        if let Some(again) = trouble.as_ref().map(|trouble| trouble.again)
            && again > now
            && again.duration_since(now) <= LONGEST
        {
            return Ok(again.duration_since(now).unsigned_abs());
        }
        if !self.store.lease("acme", PATIENCE).await? {
            return Ok(LOOK / 12);
        }
        // Another node may have been at it since we looked.
        self.serve_stored().await?;
        if self.due().is_some_and(|due| due > now) {
            self.store.end_lease("acme").await?;
            return Ok(Duration::ZERO);
        }
        let key = self.serving.as_ref().map(|serving| serving.key.clone());
        let renewed = timeout(PATIENCE, order::order(&self.store, &self.settings, key.as_deref())).await;
        match renewed.unwrap_or(Err(AcmeError::TooLong)) {
            Ok(certificate) => {
                self.store.set_setting(CERTIFICATE, &serde_json::to_vec(&certificate)?).await?;
                self.store.drop_setting(TROUBLE).await?;
                metrics::counter!("vaglio_acme_orders_total", "result" => "ok").increment(1);
                tracing::info!("a certificate has been had by ACME");
                self.serve_stored().await?;
            }
            Err(error) => {
                let failures = trouble.map_or(0, |trouble| trouble.failures).saturating_add(1);
                let wait = (BACK_OFF * 2_i32.pow(failures.min(8) - 1)).min(LONGEST);
                let trouble =
                    Trouble { failures, again: now.saturating_add(wait).unwrap_or(now), why: error.to_string() };
                metrics::counter!("vaglio_acme_orders_total", "result" => "failed").increment(1);
                tracing::error!(%error, again = %trouble.again, "no certificate could be had by ACME");
                self.store.set_setting(TROUBLE, &serde_json::to_vec(&trouble)?).await?;
            }
        }
        // Only now: what came of it is there for the next one to see.
        self.store.end_lease("acme").await?;
        Ok(Duration::ZERO)
    }

    async fn serve_stored(&mut self) -> Result<(), AcmeError> {
        let certificate: Option<Certificate> = stored(&self.store, CERTIFICATE).await?;
        if let Some(certificate) = certificate.filter(|certificate| self.serving.as_ref() != Some(certificate)) {
            self.held.set(&certificate.chain, &certificate.key)?;
            self.serving = Some(certificate);
        }
        Ok(())
    }

    /// When the next certificate should be had; `None`: now, since there is none, or for other names.
    fn due(&self) -> Option<Timestamp> {
        let serving = self.serving.as_ref()?;
        let complete = self.settings.names.iter().all(|name| serving.names.contains(name));
        if complete { serving.renew_at() } else { None }
    }
}

async fn stored<T: DeserializeOwned>(store: &Store, name: &str) -> Result<Option<T>, AcmeError> {
    Ok(store.setting(name).await?.map(|value| serde_json::from_slice(&value)).transpose()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Options;

    fn certificate(names: &[&str], from: i64, to: i64) -> Certificate {
        let mut params =
            rcgen::CertificateParams::new(names.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap();
        let now = std::time::SystemTime::now();
        let day = |days: i64| {
            let span = Duration::from_secs(86_400 * days.unsigned_abs());
            if days < 0 { now - span } else { now + span }
        };
        (params.not_before, params.not_after) = (day(from).into(), day(to).into());
        let key = rcgen::KeyPair::generate().unwrap();
        let chain = params.self_signed(&key).unwrap().pem();
        Certificate { names: names.iter().map(ToString::to_string).collect(), chain, key: key.serialize_pem() }
    }

    async fn keeper(directory: &str) -> Keeper {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let store = Store::open("sqlite::memory:", Options::default()).await.unwrap();
        let names = vec!["vaglio.example".to_owned()];
        let settings = Settings { directory: directory.to_owned(), contact: None, root: None, names };
        Keeper::new(store, settings, Arc::new(Held::new("vaglio.example").unwrap()))
    }

    async fn with(certificate: &Certificate) -> (Keeper, Result<Duration, AcmeError>) {
        let mut keeper = keeper("http://127.0.0.1:1/directory").await;
        keeper.store.set_setting(CERTIFICATE, &serde_json::to_vec(certificate).unwrap()).await.unwrap();
        let looked = keeper.look().await;
        (keeper, looked)
    }

    #[tokio::test]
    async fn what_another_node_has_is_served_and_renewed_when_a_third_of_its_life_is_left() {
        let (keeper, looked) = with(&certificate(&["vaglio.example"], -30, 60)).await;
        assert!(keeper.serving.is_some());
        let days = looked.unwrap().as_secs() as f64 / 86_400.0;
        assert!((29.9..=30.1).contains(&days), "{days}");
        assert_eq!(state(&keeper.store).await.unwrap().1, None, "nobody was asked");
        for due in [certificate(&["vaglio.example"], -65, 25), certificate(&["other.example"], -1, 89)] {
            let (keeper, looked) = with(&due).await;
            assert!(looked.is_ok() && keeper.serving.is_some(), "the old one goes on serving");
            let trouble = state(&keeper.store).await.unwrap().1.unwrap();
            assert_eq!(trouble.failures, 1);
        }
    }

    #[tokio::test]
    async fn what_fails_is_tried_again_later_and_later_by_all_nodes_together() {
        let mut keeper = keeper("http://127.0.0.1:1/directory").await;
        let mut waits = Vec::new();
        for n in 1..=9 {
            keeper.look().await.unwrap();
            let trouble = state(&keeper.store).await.unwrap().1.unwrap();
            assert_eq!(trouble.failures, n, "{trouble:?}");
            waits.push(trouble.again.duration_since(Timestamp::now()).as_mins() + 1);
            // Not before its time, on no node.
            assert!(keeper.look().await.unwrap() > Duration::ZERO);
            assert_eq!(state(&keeper.store).await.unwrap().1.unwrap().failures, n);
            // Its time has come.
            let over = Trouble { again: Timestamp::now(), ..trouble };
            keeper.store.set_setting(TROUBLE, &serde_json::to_vec(&over).unwrap()).await.unwrap();
        }
        assert_eq!(waits, [15, 30, 60, 120, 240, 480, 720, 720, 720]);
    }

    #[tokio::test]
    async fn only_a_token_that_was_asked_for_is_answered() {
        let keeper = keeper("http://127.0.0.1:1/directory").await;
        keeper.store.set_setting(&order::challenge("abc-_1"), b"abc-_1.thumb").await.unwrap();
        assert_eq!(answer(&keeper.store, "abc-_1").await.unwrap().as_deref(), Some("abc-_1.thumb"));
        for other in ["abc", "", "../secret", "%", &"a".repeat(300)] {
            assert_eq!(answer(&keeper.store, other).await.unwrap(), None, "{other}");
        }
    }
}
