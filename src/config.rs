//! How the service runs: parsed once into types.
//!
//! Flags, `VAGLIO_*` environment and TOML say the same things: [`ServeOptions`] is all three, and a flag beats the
//! environment, which beats the file (`config/said.rs`). [`Config`] is the result, with the defaults filled in.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use instant_acme::LetsEncrypt;
use ipnet::IpNet;

mod said;

pub use said::{Interval, LogFormat, Role, ServeOptions, duration, resolver};

use crate::acme;
use crate::address::Mailbox;
use crate::gather::{rspamd, spamd};

/// Bad usage: one clear line each.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{path}: {why}")]
    Unreadable { path: String, why: String },
    #[error("{0}")]
    Contradiction(String),
}

/// Characters of an operator's token, at least: it stands against guessing from the Internet.
const TOKEN: usize = 16;

/// The whole truth about how this process runs.
#[derive(Clone, Debug)]
pub struct Config {
    pub smtp_listen: Vec<SocketAddr>,
    pub http_listen: SocketAddr,
    pub domain: String,
    /// Without a final slash.
    pub public_url: String,
    pub database: String,
    pub dns: Vec<SocketAddr>,
    pub spamd: Option<String>,
    pub rspamd: Option<String>,
    pub lists: Option<PathBuf>,
    /// Certificate chain and key.
    pub tls: Option<(PathBuf, PathBuf)>,
    pub https_listen: Option<SocketAddr>,
    /// The certificate comes by ACME.
    pub acme: Option<acme::Settings>,
    pub trust_proxy: Vec<IpNet>,
    pub trust_xclient: Vec<IpNet>,
    pub roles: Vec<Role>,
    pub allow_private_links: bool,
    pub retention: Duration,
    pub address_lifetime: Duration,
    pub max_deliveries: u32,
    pub log_format: LogFormat,
    pub site_name: Option<String>,
    pub site_logo: Option<PathBuf>,
    pub site_footer: Option<String>,
    pub contact: Option<String>,
    /// Answers by mail are sent through it; `None`: none are sent.
    pub reply_smarthost: Option<String>,
    pub reply_from: String,
    /// `None`: the service does not mail itself.
    pub self_test: Option<Duration>,
    /// `None`: there is no operator's page.
    pub operator_token: Option<String>,
    pub metrics_listen: Option<SocketAddr>,
}

impl Config {
    /// Reads the file if one is named, and fills in what nobody said.
    ///
    /// # Errors
    ///
    /// An unreadable file, an unknown key, a certificate without its key, an unusable URL.
    pub fn new(said: ServeOptions) -> Result<Config, ConfigError> {
        let file = match &said.config {
            Some(path) => read(path)?,
            None => ServeOptions::default(),
        };
        let http_listen =
            said.http_listen.or(file.http_listen).unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080)));
        let https_listen = said.https_listen.or(file.https_listen);
        let domain = said.domain.or(file.domain).unwrap_or_else(|| "localhost".to_owned());
        let domain = crate::address::plain_domain(&domain)
            .ok_or_else(|| ConfigError::Contradiction(format!("domain {domain:?} is not a domain name")))?;
        let public_url = said.public_url.or(file.public_url).unwrap_or_else(|| match https_listen {
            Some(_) => format!("https://{domain}"),
            None => format!("http://{http_listen}"),
        });
        if !(public_url.starts_with("http://") || public_url.starts_with("https://"))
            || url::Url::parse(&public_url).is_err()
        {
            return Err(ConfigError::Contradiction(format!(
                "public URL {public_url:?}: want one such as https://vaglio.example"
            )));
        }
        let tls = match (said.tls_cert.or(file.tls_cert), said.tls_key.or(file.tls_key)) {
            (Some(cert), Some(key)) => Some((cert, key)),
            (None, None) => None,
            (Some(_), None) => return Err(ConfigError::Contradiction("--tls-cert needs --tls-key".to_owned())),
            (None, Some(_)) => return Err(ConfigError::Contradiction("--tls-key needs --tls-cert".to_owned())),
        };
        let spamd = said.spamd.or(file.spamd).filter(|text| !text.is_empty());
        let rspamd = said.rspamd.or(file.rspamd).filter(|text| !text.is_empty());
        let wrong = |flag: &str, error: &dyn std::fmt::Display| ConfigError::Contradiction(format!("{flag} {error}"));
        if let Some(text) = &spamd {
            spamd::Address::parse(text).map_err(|error| wrong("--spamd", &error))?;
        }
        if let Some(text) = &rspamd {
            rspamd::address(text).map_err(|error| wrong("--rspamd", &error))?;
        }
        let reply_from = said.reply_from.or(file.reply_from).unwrap_or_else(|| format!("postmaster@{domain}"));
        let acme = match said.acme.or(file.acme).filter(|text| !text.is_empty()) {
            Some(_) if tls.is_some() => {
                return Err(ConfigError::Contradiction("--acme and --tls-cert: choose one".to_owned()));
            }
            Some(authority) => {
                let contact = said.acme_contact.or(file.acme_contact);
                if let Some(text) = contact.as_deref().filter(|text| Mailbox::parse(text).is_none()) {
                    return Err(wrong(
                        "--acme-contact",
                        &format!("{text:?} is not a mail address such as a@example.org"),
                    ));
                }
                let more = first_said(said.acme_name, file.acme_name, Vec::new);
                Some(acme::Settings {
                    directory: directory(&authority)?,
                    contact,
                    root: said.acme_root.or(file.acme_root),
                    names: acme_names(&domain, &public_url, more)?,
                })
            }
            None => None,
        };
        let token = match said.operator_token_file.or(file.operator_token_file) {
            Some(path) if said.operator_token.is_none() => Some(read_token(&path)?),
            _ => said.operator_token.or(file.operator_token),
        };
        if token.as_ref().is_some_and(|token| token.len() < TOKEN) {
            return Err(ConfigError::Contradiction(format!("the operator's token: want {TOKEN} characters or more")));
        }
        Ok(Config {
            smtp_listen: first_said(said.smtp_listen, file.smtp_listen, || {
                vec![SocketAddr::from(([127, 0, 0, 1], 2525))]
            }),
            http_listen,
            domain,
            public_url: public_url.trim_end_matches('/').to_owned(),
            database: said.database.or(file.database).unwrap_or_else(|| "sqlite://vaglio.db".to_owned()),
            dns: first_said(said.dns, file.dns, Vec::new),
            spamd,
            rspamd,
            lists: said.lists.or(file.lists),
            tls,
            https_listen,
            acme,
            trust_proxy: first_said(said.trust_proxy, file.trust_proxy, Vec::new),
            trust_xclient: first_said(said.trust_xclient, file.trust_xclient, Vec::new),
            roles: first_said(said.roles, file.roles, || vec![Role::Smtp, Role::Web, Role::Worker]),
            allow_private_links: said.allow_private_links.or(file.allow_private_links).unwrap_or(false),
            retention: said.retention.or(file.retention).unwrap_or(Duration::from_secs(7 * 86_400)),
            address_lifetime: said.address_lifetime.or(file.address_lifetime).unwrap_or(Duration::from_secs(86_400)),
            max_deliveries: said.max_deliveries.or(file.max_deliveries).unwrap_or(20),
            log_format: said.log_format.or(file.log_format).unwrap_or_default(),
            site_name: said.site_name.or(file.site_name),
            site_logo: said.site_logo.or(file.site_logo),
            site_footer: said.site_footer.or(file.site_footer),
            contact: said.contact.or(file.contact),
            reply_smarthost: said.reply_smarthost.or(file.reply_smarthost).filter(|text| !text.is_empty()),
            reply_from,
            self_test: said.self_test.or(file.self_test).unwrap_or_default().0,
            operator_token: token,
            metrics_listen: said.metrics_listen.or(file.metrics_listen),
        })
    }

    pub fn does(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}

fn first_said<T>(said: Vec<T>, file: Vec<T>, default: impl FnOnce() -> Vec<T>) -> Vec<T> {
    if !said.is_empty() {
        said
    } else if !file.is_empty() {
        file
    } else {
        default()
    }
}

fn read(path: &Path) -> Result<ServeOptions, ConfigError> {
    let unreadable = |why: String| ConfigError::Unreadable { path: path.display().to_string(), why };
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
    from_toml(&text).map_err(unreadable)
}

/// Reads TOML; a fault is told in one line, with the number of the line it is in.
///
/// # Errors
/// Bad TOML, or TOML of another shape than `T`.
pub fn from_toml<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
    toml::from_str(text).map_err(|error| {
        let said = error.message().lines().collect::<Vec<_>>().join(" ");
        let before = error.span().and_then(|span| text.get(..span.start));
        before.map_or(said.clone(), |before| format!("line {}: {said}", before.matches('\n').count() + 1))
    })
}

/// Where an authority's directory is (RFC 8555 §7.1.1).
fn directory(authority: &str) -> Result<String, ConfigError> {
    match authority {
        "letsencrypt" => Ok(LetsEncrypt::Production.url().to_owned()),
        "letsencrypt-staging" => Ok(LetsEncrypt::Staging.url().to_owned()),
        url if url.starts_with("https://") && url::Url::parse(url).is_ok() => Ok(url.to_owned()),
        other => Err(ConfigError::Contradiction(format!("--acme {other:?}: want letsencrypt, or an https:// address"))),
    }
}

/// The domain, the public URL's host and what else was said, each once.
fn acme_names(domain: &str, public_url: &str, more: Vec<String>) -> Result<Vec<String>, ConfigError> {
    let host = url::Url::parse(public_url).ok().and_then(|url| url.domain().map(str::to_owned));
    let mut names: Vec<String> = Vec::new();
    for name in [Some(domain.to_owned()), host].into_iter().flatten().chain(more) {
        let ascii = crate::address::domain_to_ascii(&name)
            .filter(|name| name.contains('.'))
            .ok_or_else(|| ConfigError::Contradiction(format!("--acme: no certificate can be had for {name:?}")))?;
        if !names.contains(&ascii) {
            names.push(ascii);
        }
    }
    Ok(names)
}

/// The first line of the file.
fn read_token(path: &Path) -> Result<String, ConfigError> {
    let unreadable = |why: String| ConfigError::Unreadable { path: path.display().to_string(), why };
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
    Ok(text.lines().next().unwrap_or_default().trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_file(toml: &str, said: ServeOptions) -> Result<Config, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vaglio.toml");
        std::fs::write(&path, toml).unwrap();
        Config::new(ServeOptions { config: Some(path), ..said })
    }

    #[test]
    fn nothing_said_gives_loopback_sqlite_and_all_roles() {
        let config = Config::new(ServeOptions::default()).unwrap();
        assert_eq!(config.smtp_listen, ["127.0.0.1:2525".parse().unwrap()]);
        assert_eq!(config.public_url, "http://127.0.0.1:8080");
        assert_eq!((config.max_deliveries, config.retention.as_secs()), (20, 604_800));
        assert!(config.does(Role::Smtp) && config.does(Role::Web) && config.does(Role::Worker));
    }

    #[test]
    fn a_flag_beats_the_file_and_the_file_beats_the_default() {
        let said = ServeOptions { domain: Some("flag.example".to_owned()), ..Default::default() };
        let config = of_file(
            "domain = \"file.example\"\nsmtp-listen = [\"127.0.0.1:26\", \"127.0.0.1:27\"]\nretention = \"2d\"\n\
             trust_proxy = \"10.0.0.0/8\"\nroles = [\"smtp\"]\n",
            said,
        )
        .unwrap();
        assert_eq!(config.domain, "flag.example");
        assert_eq!(config.smtp_listen.len(), 2);
        assert_eq!(config.retention.as_secs(), 172_800);
        assert_eq!(config.trust_proxy, ["10.0.0.0/8".parse().unwrap()]);
        assert!(config.does(Role::Smtp) && !config.does(Role::Web));
    }

    #[test]
    fn a_resolver_without_a_port_is_asked_at_53() {
        let config = of_file("dns = [\"192.0.2.1\", \"192.0.2.1:5353\", \"2001:db8::1\"]", ServeOptions::default());
        let told: Vec<String> = config.unwrap().dns.iter().map(ToString::to_string).collect();
        assert_eq!(told, ["192.0.2.1:53", "192.0.2.1:5353", "[2001:db8::1]:53"]);
    }

    #[test]
    fn mistakes_are_named() {
        assert!(of_file("domian = \"x\"", ServeOptions::default()).unwrap_err().to_string().contains("domian"));
        assert!(of_file("retention = \"7 weeks\"", ServeOptions::default()).is_err());
        let half = ServeOptions { tls_cert: Some("a.pem".into()), ..Default::default() };
        assert_eq!(Config::new(half).unwrap_err().to_string(), "--tls-cert needs --tls-key");
        for wrong in ["spamd = \"foo\"", "rspamd = \"foo\"", "rspamd = \"localhost:11333\"", "dns = \"nowhere\""] {
            let told = of_file(wrong, ServeOptions::default()).unwrap_err().to_string();
            assert!(told.contains("want ") && told.contains("127.0.0.1"), "{told}");
        }
        let url = ServeOptions { public_url: Some("vaglio.example".to_owned()), ..Default::default() };
        assert!(Config::new(url).is_err());
    }

    #[test]
    fn the_operators_token_comes_from_a_flag_or_a_file_and_is_not_short() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        std::fs::write(&path, "0123456789abcdef\n").unwrap();
        let with = |token: Option<&str>, file: Option<&PathBuf>| {
            let operator_token = token.map(str::to_owned);
            Config::new(ServeOptions { operator_token, operator_token_file: file.cloned(), ..Default::default() })
        };
        assert_eq!(with(None, Some(&path)).unwrap().operator_token.unwrap(), "0123456789abcdef");
        assert_eq!(
            with(Some("a flag beats a file"), Some(&path)).unwrap().operator_token.unwrap(),
            "a flag beats a file"
        );
        assert_eq!(with(None, None).unwrap().operator_token, None);
        assert!(with(Some("short"), None).is_err());
        assert!(with(None, Some(&folder.path().join("nothing"))).is_err());
    }

    #[test]
    fn the_domain_is_one_that_addresses_can_have() {
        for (domain, right) in
            [("Prüfung.example", true), ("a_b.example.", true), ("a b.example", false), ("a@b", false)]
        {
            let said = ServeOptions { domain: Some(domain.to_owned()), ..Default::default() };
            assert_eq!(Config::new(said).is_ok(), right, "{domain}");
        }
    }

    #[test]
    fn the_self_test_has_an_interval_and_a_switch() {
        assert_eq!(Config::new(ServeOptions::default()).unwrap().self_test, Some(Duration::from_secs(600)));
        assert_eq!(of_file("self_test = \"off\"", ServeOptions::default()).unwrap().self_test, None);
        assert_eq!(
            of_file("self-test = \"1m\"", ServeOptions::default()).unwrap().self_test,
            Some(Duration::from_secs(60))
        );
        assert!(of_file("self_test = \"never\"", ServeOptions::default()).is_err());
    }

    #[test]
    fn acme_is_for_the_domain_and_the_page_and_excludes_files() {
        let page = ServeOptions { public_url: Some("https://page.example".to_owned()), ..Default::default() };
        let config = of_file("acme = \"letsencrypt\"\ndomain = \"mail.example\"", page).unwrap();
        let acme = config.acme.unwrap();
        assert_eq!(acme.directory, "https://acme-v02.api.letsencrypt.org/directory");
        assert_eq!(acme.names, ["mail.example", "page.example"]);
        let same = of_file(
            "acme = \"letsencrypt\"\ndomain = \"a.example\"\nhttps_listen = \"[::]:443\"",
            ServeOptions::default(),
        );
        let same = same.unwrap();
        assert_eq!(
            (same.public_url.as_str(), same.acme.unwrap().names),
            ("https://a.example", vec!["a.example".to_owned()])
        );
        for wrong in [
            "acme = \"letsencrypt\"",
            "acme = \"letsencrypt\"\ndomain = \"a.example\"\nacme_contact = \"anna\"",
            "acme = \"http://ca.example\"\ndomain = \"a.example\"",
            "acme = \"letsencrypt\"\ndomain = \"a.example\"\ntls_cert = \"a\"\ntls_key = \"b\"",
        ] {
            assert!(of_file(wrong, ServeOptions::default()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn durations_are_read_and_bounded() {
        assert_eq!(duration("90s").unwrap().as_secs(), 90);
        assert_eq!(duration("7d").unwrap().as_secs(), 604_800);
        for wrong in ["", "7", "d", "0h", "-1h", "1y", "99999999999w", "é"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
