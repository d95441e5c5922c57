//! STARTTLS: the server's certificate, given as PEM files or made at start, and what a handshake agreed on.
//!
//! Senders do not verify certificates on port 25 unless DANE or MTA-STS tells them to (RFC 7435), so a self-signed one serves.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::{ServerConfig, ServerConnection};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

use crate::address::domain_to_ascii;
use crate::delivery::TlsInfo;

#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("{}: {source}", path.display())]
    Pem { path: PathBuf, source: rustls_pki_types::pem::Error },
    #[error("{}: no certificate in it", .0.display())]
    NoCertificate(PathBuf),
    #[error("a TLS key was given without a certificate")]
    KeyAlone,
    #[error("{0:?} is not a name that a certificate can be made for")]
    Name(String),
    #[error("certificate: {0}")]
    Generate(#[from] rcgen::Error),
    #[error("TLS: {0}")]
    Rustls(#[from] rustls::Error),
}

/// TLS 1.2 and 1.3 with the certificate and key of these PEM files, or with a self-signed certificate for `domain`.
///
/// The key may be in the certificate's file.
///
/// # Errors
/// When a file is missing or is not PEM, or key and certificate do not belong together.
pub fn acceptor(certificate: Option<&Path>, key: Option<&Path>, domain: &str) -> Result<TlsAcceptor, TlsError> {
    let (chain, key) = match (certificate, key) {
        (Some(certificate), key) => from_files(certificate, key.unwrap_or(certificate))?,
        (None, Some(_)) => return Err(TlsError::KeyAlone),
        (None, None) => self_signed(domain)?,
    };
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

type ChainAndKey = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn from_files(certificate: &Path, key: &Path) -> Result<ChainAndKey, TlsError> {
    let wrong = |path: &Path| {
        let path = path.to_owned();
        move |source| TlsError::Pem { path, source }
    };
    let chain = CertificateDer::pem_file_iter(certificate)
        .map_err(wrong(certificate))?
        .collect::<Result<Vec<_>, _>>()
        .map_err(wrong(certificate))?;
    if chain.is_empty() {
        return Err(TlsError::NoCertificate(certificate.to_owned()));
    }
    Ok((chain, PrivateKeyDer::from_pem_file(key).map_err(wrong(key))?))
}

fn self_signed(domain: &str) -> Result<ChainAndKey, TlsError> {
    let name = domain_to_ascii(domain).ok_or_else(|| TlsError::Name(domain.to_owned()))?;
    let made = rcgen::generate_simple_self_signed(vec![name])?;
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    Ok((vec![made.cert.der().clone()], PrivateKeyDer::from(key)))
}

/// What the handshake agreed on, in the names of RFC 8446 and of IANA's cipher suite registry.
pub fn agreed(connection: &ServerConnection) -> TlsInfo {
    let version = connection.protocol_version().and_then(|version| version.as_str()).unwrap_or_default();
    let cipher = connection.negotiated_cipher_suite().and_then(|suite| suite.suite().as_str()).unwrap_or_default();
    // rustls writes TLSv1_3, and TLS13_ where IANA has TLS_.
    let cipher = cipher.strip_prefix("TLS13_").map_or_else(|| cipher.to_owned(), |rest| format!("TLS_{rest}"));
    TlsInfo { version: version.replace('_', "."), cipher }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_made_when_none_is_given() {
        assert!(acceptor(None, None, "test.example").is_ok());
        assert!(acceptor(None, None, "prüfung.example").is_ok());
        assert!(matches!(acceptor(None, None, "[192.0.2.1]"), Err(TlsError::Name(_))));
    }

    #[test]
    fn files_are_read_and_faults_in_them_named() {
        let folder = tempfile::tempdir().unwrap();
        let made = rcgen::generate_simple_self_signed(vec!["test.example".to_owned()]).unwrap();
        let (certificate, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
        std::fs::write(&certificate, made.cert.pem()).unwrap();
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        assert!(acceptor(Some(&certificate), Some(&key), "test.example").is_ok());
        assert!(matches!(acceptor(None, Some(&key), "test.example"), Err(TlsError::KeyAlone)));
        assert!(matches!(acceptor(Some(&key), Some(&key), "test.example"), Err(TlsError::NoCertificate(_))));
        let missing = folder.path().join("missing.pem");
        let fault = acceptor(Some(&missing), None, "test.example").err().unwrap().to_string();
        assert!(fault.contains("missing.pem"), "{fault}");
        let other = rcgen::generate_simple_self_signed(vec!["test.example".to_owned()]).unwrap();
        std::fs::write(&key, other.signing_key.serialize_pem()).unwrap();
        assert!(matches!(acceptor(Some(&certificate), Some(&key), "test.example"), Err(TlsError::Rustls(_))));
    }
}
