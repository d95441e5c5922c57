//! TLS for both doors, STARTTLS and HTTPS: the certificate that is served, and what a handshake agreed on.
//!
//! A certificate comes from files (read again when they change), from ACME ([`crate::acme`] hands it over), or is made at the
//! start. Senders do not verify certificates on port 25 unless DANE or MTA-STS tells them to (RFC 7435), so that serves.

pub mod validity;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::SystemTime;

use rustls::crypto::aws_lc_rs;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, ServerConnection};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

use crate::address::domain_to_ascii;
use crate::delivery::TlsInfo;

/// What is served, at this very moment.
pub type Certificates = Arc<dyn ResolvesServerCert>;

#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("{}: {source}", path.display())]
    Pem { path: PathBuf, source: rustls_pki_types::pem::Error },
    #[error("{}: no certificate in it", .0.display())]
    NoCertificate(PathBuf),
    #[error("certificate: {0}")]
    Handed(rustls_pki_types::pem::Error),
    #[error("a TLS key was given without a certificate")]
    KeyAlone,
    #[error("{0:?} is not a name that a certificate can be made for")]
    Name(String),
    #[error("certificate: {0}")]
    Generate(#[from] rcgen::Error),
    #[error("TLS: {0}")]
    Rustls(#[from] rustls::Error),
}

/// TLS 1.2 and 1.3 with this certificate.
///
/// # Errors
/// When the provider has no usable protocol version.
pub fn acceptor(certificates: Certificates, alpn: &[&[u8]]) -> Result<TlsAcceptor, TlsError> {
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
        .with_no_client_auth()
        .with_cert_resolver(certificates);
    config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// The certificate and key of these PEM files, or a self-signed certificate for `domain`.
///
/// The key may be in the certificate's file.
///
/// # Errors
/// When a file is missing or is not PEM, or key and certificate do not belong together.
pub fn certificates(certificate: Option<&Path>, key: Option<&Path>, domain: &str) -> Result<Certificates, TlsError> {
    match (certificate, key) {
        (Some(certificate), key) => {
            let files = Files { certificate: certificate.to_owned(), key: key.unwrap_or(certificate).to_owned() };
            Ok(Arc::new(Renewed::new(files)?))
        }
        (None, Some(_)) => Err(TlsError::KeyAlone),
        (None, None) => Ok(Arc::new(Held::new(domain)?)),
    }
}

/// A certificate in memory, until another one is handed over; self-signed at first.
pub struct Held(RwLock<Arc<CertifiedKey>>);

impl Held {
    /// # Errors
    /// When no certificate can be made for `domain`.
    pub fn new(domain: &str) -> Result<Held, TlsError> {
        let (chain, key) = self_signed(domain)?;
        Ok(Held(RwLock::new(Arc::new(CertifiedKey::from_der(chain, key, &aws_lc_rs::default_provider())?))))
    }

    /// Serves this PEM chain with this PEM key from now on.
    ///
    /// # Errors
    /// When they are not PEM or do not belong together; then the last one goes on serving.
    pub fn set(&self, chain: &str, key: &str) -> Result<(), TlsError> {
        let chain: Vec<CertificateDer<'static>> =
            CertificateDer::pem_slice_iter(chain.as_bytes()).collect::<Result<_, _>>().map_err(TlsError::Handed)?;
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(TlsError::Handed)?;
        let certified = Arc::new(CertifiedKey::from_der(chain, key, &aws_lc_rs::default_provider())?);
        tell_expiry(&certified);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = certified;
        Ok(())
    }
}

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Held").finish_non_exhaustive()
    }
}

impl ResolvesServerCert for Held {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

/// For alarms: a renewal that fails is seen before its certificate has expired.
fn tell_expiry(certified: &CertifiedKey) {
    if let Some(valid) = certified.cert.first().and_then(|leaf| validity::of(leaf)) {
        metrics::gauge!("vaglio_certificate_expires_seconds").set(valid.not_after.as_second() as f64);
    }
}

/// The SubjectPublicKeyInfo of a PEM private key, in DER.
///
/// # Errors
/// When the file is missing or holds no private key.
pub fn public_key(key: &Path) -> Result<Vec<u8>, TlsError> {
    spki(PrivateKeyDer::from_pem_file(key).map_err(|source| TlsError::Pem { path: key.to_owned(), source })?)
}

/// The same, of a PEM text.
///
/// # Errors
/// When it is no private key.
pub fn public_key_of(pem: &str) -> Result<Vec<u8>, TlsError> {
    spki(PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(TlsError::Handed)?)
}

fn spki(private: PrivateKeyDer<'static>) -> Result<Vec<u8>, TlsError> {
    let signer = aws_lc_rs::default_provider().key_provider.load_private_key(private)?;
    let public = signer.public_key().ok_or(rustls::Error::General("the key tells no public key".to_owned()))?;
    Ok(public.to_vec())
}

struct Files {
    certificate: PathBuf,
    key: PathBuf,
}

impl Files {
    fn read(&self) -> Result<Arc<CertifiedKey>, TlsError> {
        let (chain, key) = from_files(&self.certificate, &self.key)?;
        let certified = Arc::new(CertifiedKey::from_der(chain, key, &aws_lc_rs::default_provider())?);
        tell_expiry(&certified);
        Ok(certified)
    }

    /// When each was last written; `None` while one is not there.
    fn written(&self) -> Option<(SystemTime, SystemTime)> {
        let written = |path: &Path| std::fs::metadata(path).and_then(|file| file.modified()).ok();
        Some((written(&self.certificate)?, written(&self.key)?))
    }
}

/// The files' certificate, read again when they have been written: a renewal needs no restart.
///
/// While they do not fit together (one has been renewed, the other not yet), the last good one serves.
struct Renewed {
    files: Files,
    current: Mutex<(Arc<CertifiedKey>, Option<Written>)>,
}

/// When the certificate and its key were written.
type Written = (SystemTime, SystemTime);

impl Renewed {
    fn new(files: Files) -> Result<Renewed, TlsError> {
        let written = files.written();
        let current = Mutex::new((files.read()?, written));
        Ok(Renewed { files, current })
    }

    fn now(&self) -> Arc<CertifiedKey> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let written = self.files.written();
        if written.is_some() && written != current.1 {
            match self.files.read() {
                Ok(renewed) => {
                    tracing::info!("the TLS certificate has been renewed");
                    current.0 = renewed;
                }
                Err(error) => {
                    tracing::error!(%error, "the new TLS certificate is unusable: the last one goes on serving")
                }
            }
            current.1 = written;
        }
        current.0.clone()
    }
}

impl std::fmt::Debug for Renewed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Renewed").field("certificate", &self.files.certificate).finish_non_exhaustive()
    }
}

impl ResolvesServerCert for Renewed {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.now())
    }
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
        assert!(certificates(None, None, "test.example").is_ok());
        assert!(certificates(None, None, "prüfung.example").is_ok());
        assert!(matches!(certificates(None, None, "[192.0.2.1]"), Err(TlsError::Name(_))));
    }

    #[test]
    fn a_renewed_certificate_serves_at_once_and_a_broken_one_never() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files { certificate: folder.path().join("cert.pem"), key: folder.path().join("key.pem") };
        let mut age = 0;
        let mut write = |path: &Path, text: &str| {
            std::fs::write(path, text).unwrap();
            // Apart even where the file system counts in seconds.
            age += 10;
            let time = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000 + age);
            std::fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
        };
        let made = || rcgen::generate_simple_self_signed(vec!["test.example".to_owned()]).unwrap();
        let (first, second) = (made(), made());
        write(&files.certificate, &first.cert.pem());
        write(&files.key, &first.signing_key.serialize_pem());
        let (certificate, key) = (files.certificate.clone(), files.key.clone());
        let renewed = Renewed::new(files).unwrap();
        let serving = || renewed.now().cert[0].clone();
        assert_eq!(&serving(), first.cert.der());
        write(&certificate, &second.cert.pem());
        assert_eq!(&serving(), first.cert.der(), "its key is not there yet");
        write(&key, &second.signing_key.serialize_pem());
        assert_eq!(&serving(), second.cert.der());
        write(&certificate, "no certificate");
        assert_eq!(&serving(), second.cert.der());
        std::fs::remove_file(&certificate).unwrap();
        assert_eq!(&serving(), second.cert.der());
    }

    #[test]
    fn what_is_handed_over_serves_and_what_does_not_fit_does_not() {
        let held = Held::new("test.example").unwrap();
        let serving = || held.0.read().unwrap().cert[0].clone();
        let (own, made) = (serving(), rcgen::generate_simple_self_signed(vec!["test.example".to_owned()]).unwrap());
        let other = rcgen::generate_simple_self_signed(vec!["test.example".to_owned()]).unwrap();
        assert!(held.set(&made.cert.pem(), &other.signing_key.serialize_pem()).is_err());
        assert!(held.set("", &made.signing_key.serialize_pem()).is_err());
        assert_eq!(serving(), own);
        held.set(&made.cert.pem(), &made.signing_key.serialize_pem()).unwrap();
        assert_eq!(&serving(), made.cert.der());
        assert!(acceptor(Arc::new(held), &[b"http/1.1"]).is_ok());
    }

    #[test]
    fn files_are_read_and_faults_in_them_named() {
        let folder = tempfile::tempdir().unwrap();
        let made = rcgen::generate_simple_self_signed(vec!["test.example".to_owned()]).unwrap();
        let (certificate, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
        std::fs::write(&certificate, made.cert.pem()).unwrap();
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        assert!(certificates(Some(&certificate), Some(&key), "test.example").is_ok());
        assert!(matches!(certificates(None, Some(&key), "test.example"), Err(TlsError::KeyAlone)));
        assert!(matches!(certificates(Some(&key), Some(&key), "test.example"), Err(TlsError::NoCertificate(_))));
        let missing = folder.path().join("missing.pem");
        let fault = certificates(Some(&missing), None, "test.example").err().unwrap().to_string();
        assert!(fault.contains("missing.pem"), "{fault}");
        let other = rcgen::generate_simple_self_signed(vec!["test.example".to_owned()]).unwrap();
        std::fs::write(&key, other.signing_key.serialize_pem()).unwrap();
        assert!(matches!(certificates(Some(&certificate), Some(&key), "test.example"), Err(TlsError::Rustls(_))));
    }
}
