//! A DKIM key made for one run, and signatures by it (mail-auth signs; what we verify is our own wire).

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mail_auth::common::crypto::{RsaKey, Sha256};
use mail_auth::common::headers::HeaderWriter;
use mail_auth::dkim::DkimSigner;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

pub struct Key {
    private: Vec<u8>,
    /// The value of its TXT record.
    pub record: String,
}

impl Key {
    /// RSA with 2048 bits.
    pub fn generate() -> Key {
        let pair = KeyPair::generate(KeySize::Rsa2048).expect("a key");
        let private: Pkcs8V1Der = pair.as_der().expect("DER");
        let public: PublicKeyX509Der = pair.public_key().as_der().expect("DER");
        Key {
            private: private.as_ref().to_vec(),
            record: format!("v=DKIM1; k=rsa; p={}", STANDARD.encode(public.as_ref())),
        }
    }

    /// The message with a DKIM-Signature field on top.
    pub fn sign(&self, domain: &str, selector: &str, message: &str) -> String {
        let der = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.private.clone()));
        let key = RsaKey::<Sha256>::from_key_der(der).expect("a key");
        let headers = [
            "From",
            "To",
            "Subject",
            "Date",
            "Message-ID",
            "MIME-Version",
            "Content-Type",
            "List-Unsubscribe",
            "List-Unsubscribe-Post",
        ];
        let present = headers.into_iter().filter(|name| {
            message
                .lines()
                .take_while(|line| !line.is_empty())
                .any(|line| line.split_once(':').is_some_and(|(field, _)| field.eq_ignore_ascii_case(name)))
        });
        let signature = DkimSigner::from_key(key)
            .domain(domain)
            .selector(selector)
            .headers(present)
            .header_canonicalization(mail_auth::dkim::Canonicalization::Relaxed)
            .body_canonicalization(mail_auth::dkim::Canonicalization::Relaxed)
            .sign(message.as_bytes())
            .expect("a signature");
        signature.to_header() + message
    }
}
