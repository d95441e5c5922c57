//! One certificate: account, order, HTTP-01, certificate (RFC 8555 §7).

use std::time::Duration;

use instant_acme::{
    Account, AccountCredentials, AuthorizationStatus, ChallengeType, Identifier, NewAccount, NewOrder, Order,
    OrderStatus, RetryPolicy,
};
use rcgen::{CertificateParams, DistinguishedName, KeyPair};
use serde::{Deserialize, Serialize};

use super::http::Carrier;
use super::{AcmeError, Certificate, Settings, stored};
use crate::store::Store;

const ACCOUNT: &str = "acme.account";
/// For an authority's verification, and for its certificate.
const PATIENCE: RetryPolicy = RetryPolicy::new().timeout(Duration::from_secs(60));

/// Orders begun again because of a nonce.
const NONCES: u32 = 4;

/// The account, and where it is one.
#[derive(Serialize, Deserialize)]
struct Ours {
    directory: String,
    credentials: AccountCredentials,
}

/// The setting that holds the answer to a challenge.
pub(super) fn challenge(token: &str) -> String {
    format!("acme.challenge.{token}")
}

/// `key`: of the certificate that is renewed, in PEM. It stays, since a TLSA record names it (RFC 7671 §8.1).
pub(super) async fn order(store: &Store, settings: &Settings, key: Option<&str>) -> Result<Certificate, AcmeError> {
    // A nonce may be refused at any time, and is no fault of anybody's: "the client SHOULD retry" (RFC 8555 §6.5). The library
    // does so, but not often enough for an authority that has lost them all.
    for _ in 0..NONCES {
        match attempt(store, settings, key).await {
            Err(AcmeError::Acme(instant_acme::Error::Api(problem)))
                if problem.r#type.as_deref() == Some("urn:ietf:params:acme:error:badNonce") => {}
            done => return done,
        }
    }
    attempt(store, settings, key).await
}

async fn attempt(store: &Store, settings: &Settings, key: Option<&str>) -> Result<Certificate, AcmeError> {
    let key = match key {
        Some(pem) => KeyPair::from_pem(pem)?,
        None => KeyPair::generate()?,
    };
    let account = account(store, settings).await?;
    let names: Vec<Identifier> = settings.names.iter().cloned().map(Identifier::Dns).collect();
    let mut order = account.new_order(&NewOrder::new(&names)).await?;
    let mut tokens = Vec::new();
    let verified = verify(store, &mut order, &mut tokens).await;
    for token in tokens {
        store.drop_setting(&challenge(&token)).await?;
    }
    verified?;
    let mut request = CertificateParams::new(settings.names.clone())?;
    request.distinguished_name = DistinguishedName::new();
    order.finalize_csr(request.serialize_request(&key)?.der()).await?;
    let chain = order.poll_certificate(&PATIENCE).await?;
    let certificate = Certificate { names: settings.names.clone(), chain, key: key.serialize_pem() };
    if certificate.validity().is_none() {
        return Err(AcmeError::NoCertificate);
    }
    Ok(certificate)
}

async fn account(store: &Store, settings: &Settings) -> Result<Account, AcmeError> {
    let builder = || Ok::<_, AcmeError>(Account::builder_with_http(Box::new(Carrier::new(settings.root.as_deref())?)));
    if let Some(ours) = stored::<Ours>(store, ACCOUNT).await?
        && ours.directory == settings.directory
    {
        match builder()?.from_credentials(ours.credentials).await {
            Ok(account) => return Ok(account),
            // An authority may forget accounts: then we have a new one.
            Err(instant_acme::Error::Api(problem)) => tracing::warn!(%problem, "the ACME account is of no more use"),
            Err(error) => return Err(error.into()),
        }
    }
    let contact = settings.contact.as_ref().map(|contact| format!("mailto:{contact}"));
    let contact: Vec<&str> = contact.as_deref().into_iter().collect();
    let wanted = NewAccount { contact: &contact, terms_of_service_agreed: true, only_return_existing: false };
    let (account, credentials) = builder()?.create(&wanted, settings.directory.clone(), None).await?;
    let ours = Ours { directory: settings.directory.clone(), credentials };
    store.set_setting(ACCOUNT, &serde_json::to_vec(&ours)?).await?;
    Ok(account)
}

/// Lays out the answers, lets the authority come for them, and waits for its word.
async fn verify(store: &Store, order: &mut Order, tokens: &mut Vec<String>) -> Result<(), AcmeError> {
    let mut authorizations = order.authorizations();
    while let Some(authorization) = authorizations.next().await {
        let mut authorization = authorization?;
        if authorization.status == AuthorizationStatus::Valid {
            continue;
        }
        let name = authorization.identifier().to_string();
        let mut ours = authorization.challenge(ChallengeType::Http01).ok_or(AcmeError::NoHttp01(name))?;
        tokens.push(ours.token.clone());
        let answer = ours.key_authorization();
        store.set_setting(&challenge(&ours.token), answer.as_str().as_bytes()).await?;
        ours.set_ready().await?;
    }
    if order.poll_ready(&PATIENCE).await? == OrderStatus::Ready {
        return Ok(());
    }
    // Why not, in the authority's words.
    let mut authorizations = order.authorizations();
    while let Some(authorization) = authorizations.next().await {
        let mut authorization = authorization?;
        let refreshed = authorization.refresh().await?;
        let why = refreshed.challenges.iter().find_map(|challenge| challenge.error.as_ref()?.detail.clone());
        if let Some(why) = why {
            return Err(AcmeError::Unverified(format!("{}: {why}", authorization.identifier())));
        }
    }
    Err(AcmeError::Unverified("the names".to_owned()))
}
