//! HTTP for `instant-acme`, by the client that the rest uses.

use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{Request, Response};
use instant_acme::{BodyWrapper, BytesResponse, Error, HttpClient};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use super::AcmeError;
use crate::gather::links::tls;

/// For one request.
const PATIENCE: Duration = Duration::from_secs(30);
/// Of an answer, octets: a chain of certificates is some kB.
const LARGEST: usize = 1 << 20;

pub(super) struct Carrier(reqwest::Client);

impl Carrier {
    /// `root`: a PEM file with certificates to trust the authority's server by, too.
    pub(super) fn new(root: Option<&Path>) -> Result<Carrier, AcmeError> {
        let mut roots = Vec::new();
        if let Some(path) = root {
            let wrong = |why: String| AcmeError::Root { path: path.display().to_string(), why };
            let read = CertificateDer::pem_file_iter(path).map_err(|error| wrong(error.to_string()))?;
            roots = read.collect::<Result<_, _>>().map_err(|error| wrong(error.to_string()))?;
        }
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::client_trusting(roots)?)
            // RFC 8555 §6.1: a client says who it is.
            .user_agent(concat!("vaglio/", env!("CARGO_PKG_VERSION")))
            .timeout(PATIENCE)
            .build()?;
        Ok(Carrier(client))
    }
}

type Answer = Pin<Box<dyn Future<Output = Result<BytesResponse, Error>> + Send>>;

impl HttpClient for Carrier {
    fn request(&self, request: Request<BodyWrapper<Bytes>>) -> Answer {
        let client = self.0.clone();
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let body = to_bytes(Body::new(body), LARGEST).await.map_err(other)?;
            let sent = client.request(head.method, head.uri.to_string()).headers(head.headers).body(body).send();
            let mut answer = sent.await.map_err(other)?;
            let mut response = Response::builder().status(answer.status());
            if let Some(headers) = response.headers_mut() {
                *headers = std::mem::take(answer.headers_mut());
            }
            let mut body = Vec::new();
            while let Some(chunk) = answer.chunk().await.map_err(other)? {
                body.extend_from_slice(&chunk);
                if body.len() > LARGEST {
                    return Err(Error::Str("the authority's answer is too large"));
                }
            }
            Ok(BytesResponse::from(response.body(Body::from(body)).map_err(other)?))
        })
    }
}

fn other(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Other(Box::new(error))
}
