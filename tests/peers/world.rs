//! DNS for the tests with real senders: a domain that does it right from 127.0.0.10 and 198.18.0.10, and one that does not.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::support::dns::Server;

/// A private key as OpenSSL reads it, and its DKIM record.
pub struct Key {
    pub pem: String,
    pub record: String,
}

pub fn rsa() -> Key {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let private: Pkcs8V1Der = pair.as_der().unwrap();
    let public: PublicKeyX509Der = pair.public_key().as_der().unwrap();
    Key { pem: pem(private.as_ref()), record: format!("v=DKIM1; k=rsa; p={}", STANDARD.encode(public.as_ref())) }
}

pub fn ed25519() -> Key {
    let pair = Ed25519KeyPair::generate().unwrap();
    let private = pair.to_pkcs8v1().unwrap();
    let public = STANDARD.encode(pair.public_key().as_ref());
    Key { pem: pem(private.as_ref()), record: format!("v=DKIM1; k=ed25519; p={public}") }
}

fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"))
}

/// `keys`: selector and domain, with the record.
pub async fn dns(keys: &[(&str, &Key)]) -> Server {
    let mut zone = "$TTL 300\n\
        good.example. IN A 127.0.0.10\n\
        good.example. IN MX 10 mail.good.example.\n\
        good.example. IN TXT \"v=spf1 ip4:127.0.0.10 ip4:198.18.0.10 include:more.good.example -all\"\n\
        more.good.example. IN TXT \"v=spf1 a:mail.good.example ?all\"\n\
        mail.good.example. IN A 127.0.0.10\n\
        mail.good.example. IN TXT \"v=spf1 a -all\"\n\
        _dmarc.good.example. IN TXT \"v=DMARC1; p=reject; rua=mailto:d@good.example\"\n\
        10.0.0.127.in-addr.arpa. IN PTR mail.good.example.\n\
        10.0.18.198.in-addr.arpa. IN PTR mail.good.example.\n\
        other.example. IN A 127.0.0.99\n\
        other.example. IN TXT \"v=spf1 ip4:127.0.0.99 ~all\"\n\
        _dmarc.other.example. IN TXT \"v=DMARC1; p=quarantine\"\n"
        .to_owned();
    for (name, key) in keys {
        let (first, second) = key.record.split_at(key.record.len().min(200));
        zone += &format!("{name}. IN TXT \"{first}\" \"{second}\"\n");
    }
    Server::start(&zone).await
}
