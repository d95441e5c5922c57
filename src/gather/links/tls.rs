//! The TLS client that links, policies and Rspamd are fetched with: aws-lc-rs, and roots that are always there.

use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;

/// A client that trusts the Mozilla roots built in and the system's own (`SSL_CERT_FILE` included): an accusation of a bad
/// certificate must not depend on whether this machine has a package of roots.
///
/// # Errors
/// When the provider has no usable protocol version.
pub fn client() -> Result<ClientConfig, rustls::Error> {
    client_trusting(Vec::new())
}

/// The same, which trusts these certificates too.
///
/// # Errors
/// When the provider has no usable protocol version.
pub fn client_trusting(more: Vec<CertificateDer<'static>>) -> Result<ClientConfig, rustls::Error> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots.add_parsable_certificates(more);
    let mut config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}
