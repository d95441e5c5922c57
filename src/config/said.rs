//! What can be said to `vaglio serve`, as flag, environment variable or key of a file, and how each value is read.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use ipnet::IpNet;
use serde::{Deserialize, Deserializer};

/// Everything that can be said; `None` and empty: not said.
#[derive(Args, Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServeOptions {
    /// Where to receive mail; may be repeated [default: 127.0.0.1:2525]
    #[arg(long, value_name = "IP:PORT", value_delimiter = ',', env = "VAGLIO_SMTP_LISTEN")]
    #[serde(alias = "smtp-listen", deserialize_with = "one_or_many")]
    pub smtp_listen: Vec<SocketAddr>,

    /// Where to serve the page and the API [default: 127.0.0.1:8080]
    #[arg(long, value_name = "IP:PORT", env = "VAGLIO_HTTP_LISTEN")]
    #[serde(alias = "http-listen")]
    pub http_listen: Option<SocketAddr>,

    /// The domain of the test addresses [default: localhost]
    #[arg(long, value_name = "NAME", env = "VAGLIO_DOMAIN")]
    pub domain: Option<String>,

    /// The page's address as users reach it, such as https://vaglio.example [default: http:// and the HTTP listener]
    #[arg(long, value_name = "URL", env = "VAGLIO_PUBLIC_URL")]
    #[serde(alias = "public-url")]
    pub public_url: Option<String>,

    /// Where everything is kept: sqlite://FILE or postgres://... [default: sqlite://vaglio.db]
    #[arg(long, value_name = "URL", env = "VAGLIO_DATABASE")]
    pub database: Option<String>,

    /// The resolver to ask, best one of your own: block lists refuse public ones [default: the system's]
    #[arg(long, value_name = "IP[:PORT]", value_delimiter = ',', value_parser = resolver, env = "VAGLIO_DNS")]
    #[serde(deserialize_with = "resolvers")]
    pub dns: Vec<SocketAddr>,

    /// SpamAssassin's spamd: HOST:PORT or the path of its Unix socket
    #[arg(long, value_name = "ADDR", env = "VAGLIO_SPAMD")]
    pub spamd: Option<String>,

    /// Rspamd's normal worker, such as http://127.0.0.1:11333
    #[arg(long, value_name = "URL", env = "VAGLIO_RSPAMD")]
    pub rspamd: Option<String>,

    /// A TOML table of DNS lists instead of the built-in one
    #[arg(long, value_name = "FILE", env = "VAGLIO_LISTS")]
    pub lists: Option<PathBuf>,

    /// Where to serve the pages with TLS, by the certificate below [default: nowhere, a web server in front does TLS]
    #[arg(long, value_name = "IP:PORT", env = "VAGLIO_HTTPS_LISTEN")]
    #[serde(alias = "https-listen")]
    pub https_listen: Option<SocketAddr>,

    /// Have the certificate by ACME from this authority: letsencrypt, letsencrypt-staging, or a directory's https:// address
    #[arg(long, value_name = "URL", env = "VAGLIO_ACME")]
    pub acme: Option<String>,

    /// A mail address that the authority may write to
    #[arg(long, value_name = "MAILBOX", env = "VAGLIO_ACME_CONTACT")]
    #[serde(alias = "acme-contact")]
    pub acme_contact: Option<String>,

    /// More names for the certificate, beside the domain and the public URL's host
    #[arg(long, value_name = "NAME", value_delimiter = ',', env = "VAGLIO_ACME_NAME")]
    #[serde(alias = "acme-name", deserialize_with = "one_or_many")]
    pub acme_name: Vec<String>,

    /// PEM certificates to trust the authority's own server by, where it is a private one
    #[arg(long, value_name = "FILE", env = "VAGLIO_ACME_ROOT")]
    #[serde(alias = "acme-root")]
    pub acme_root: Option<PathBuf>,

    /// PEM certificate chain for STARTTLS and --https-listen [default: self-signed at start]
    #[arg(long, value_name = "FILE", env = "VAGLIO_TLS_CERT")]
    #[serde(alias = "tls-cert")]
    pub tls_cert: Option<PathBuf>,

    /// PEM private key that belongs to --tls-cert
    #[arg(long, value_name = "FILE", env = "VAGLIO_TLS_KEY")]
    #[serde(alias = "tls-key")]
    pub tls_key: Option<PathBuf>,

    /// Networks whose clients speak the PROXY protocol; they must, and nobody else's header is believed
    #[arg(long, value_name = "CIDR", value_delimiter = ',', value_parser = network, env = "VAGLIO_TRUST_PROXY")]
    #[serde(alias = "trust-proxy", deserialize_with = "networks")]
    pub trust_proxy: Vec<IpNet>,

    /// Networks that are offered XCLIENT and XFORWARD, such as your own MTA in front
    #[arg(long, value_name = "CIDR", value_delimiter = ',', value_parser = network, env = "VAGLIO_TRUST_XCLIENT")]
    #[serde(alias = "trust-xclient", deserialize_with = "networks")]
    pub trust_xclient: Vec<IpNet>,

    /// What this process does: smtp, web, worker [default: all three]
    #[arg(long, value_name = "ROLE", value_delimiter = ',', env = "VAGLIO_ROLES")]
    #[serde(deserialize_with = "one_or_many")]
    pub roles: Vec<Role>,

    /// Fetch links that lead into private networks too (for closed test networks only)
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL", env = "VAGLIO_ALLOW_PRIVATE_LINKS")]
    #[serde(alias = "allow-private-links")]
    pub allow_private_links: Option<bool>,

    /// How long messages and reports are kept [default: 7d]
    #[arg(long, value_name = "TIME", value_parser = duration, env = "VAGLIO_RETENTION")]
    #[serde(deserialize_with = "some_duration")]
    pub retention: Option<Duration>,

    /// How long an address takes mail [default: 24h]
    #[arg(long, value_name = "TIME", value_parser = duration, env = "VAGLIO_ADDRESS_LIFETIME")]
    #[serde(alias = "address-lifetime", deserialize_with = "some_duration")]
    pub address_lifetime: Option<Duration>,

    /// How many messages an address takes; 1 makes it strictly one-shot [default: 20]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), env = "VAGLIO_MAX_DELIVERIES")]
    #[serde(alias = "max-deliveries")]
    pub max_deliveries: Option<u32>,

    /// Lines for a person, or one JSON object a line for a program; on standard error [default: text]
    #[arg(long, value_enum, value_name = "FORM", env = "VAGLIO_LOG_FORMAT")]
    #[serde(alias = "log-format")]
    pub log_format: Option<LogFormat>,

    /// The service's name on its pages [default: Vaglio]
    #[arg(long, value_name = "NAME", env = "VAGLIO_SITE_NAME")]
    #[serde(alias = "site-name")]
    pub site_name: Option<String>,

    /// A logo for the pages: SVG, PNG, JPEG or WebP of at most 256 kB
    #[arg(long, value_name = "FILE", env = "VAGLIO_SITE_LOGO")]
    #[serde(alias = "site-logo")]
    pub site_logo: Option<PathBuf>,

    /// A line at the foot of every page
    #[arg(long, value_name = "TEXT", env = "VAGLIO_SITE_FOOTER")]
    #[serde(alias = "site-footer")]
    pub site_footer: Option<String>,

    /// Whom readers may ask: a mail address or an https:// page, linked at the foot of every page
    #[arg(long, value_name = "ADDR", env = "VAGLIO_CONTACT")]
    pub contact: Option<String>,

    /// Answer the probes' senders by mail through this smarthost: HOST:PORT, or an smtp:// or smtps:// URL [default: no answers]
    #[arg(long, value_name = "ADDR", env = "VAGLIO_REPLY_SMARTHOST", hide_env_values = true)]
    #[serde(alias = "reply-smarthost")]
    pub reply_smarthost: Option<String>,

    /// The sender's address in these answers [default: postmaster at the domain]
    #[arg(long, value_name = "MAILBOX", env = "VAGLIO_REPLY_FROM")]
    #[serde(alias = "reply-from")]
    pub reply_from: Option<String>,

    /// How often the service mails itself and shows the result on /status; `off`: never [default: 10m]
    #[arg(long, value_name = "TIME", value_parser = interval, env = "VAGLIO_SELF_TEST")]
    #[serde(alias = "self-test", deserialize_with = "some_interval")]
    pub self_test: Option<Interval>,

    /// What opens the operator's page at /operator, 16 characters or more [default: there is no such page]
    #[arg(long, value_name = "TOKEN", env = "VAGLIO_OPERATOR_TOKEN", hide_env_values = true)]
    #[serde(alias = "operator-token")]
    pub operator_token: Option<String>,

    /// A file that holds the operator's token
    #[arg(long, value_name = "FILE", env = "VAGLIO_OPERATOR_TOKEN_FILE", conflicts_with = "operator_token")]
    #[serde(alias = "operator-token-file")]
    pub operator_token_file: Option<PathBuf>,

    /// Serve /healthz, /readyz and /metrics here as well, whatever the roles [default: with the pages alone]
    #[arg(long, value_name = "IP:PORT", env = "VAGLIO_METRICS_LISTEN")]
    #[serde(alias = "metrics-listen")]
    pub metrics_listen: Option<SocketAddr>,

    /// A TOML file that says the same things, with underscores or dashes in the names
    #[arg(long, value_name = "FILE", env = "VAGLIO_CONFIG")]
    #[serde(skip)]
    pub config: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Smtp,
    Web,
    Worker,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    #[default]
    Text,
    Json,
}

/// How often something is done; `None`: never.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval(pub Option<Duration>);

impl Default for Interval {
    fn default() -> Interval {
        Interval(Some(Duration::from_secs(600)))
    }
}

/// A [`duration`], or `off`.
fn interval(text: &str) -> Result<Interval, String> {
    if text == "off" { Ok(Interval(None)) } else { duration(text).map(|time| Interval(Some(time))) }
}

fn some_interval<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Interval>, D::Error> {
    let text = String::deserialize(deserializer)?;
    interval(&text).map(Some).map_err(serde::de::Error::custom)
}

/// `90s`, `30m`, `24h`, `7d`, `2w`.
pub fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?}: want a number with s, m, h, d or w, such as 24h");
    let unit = text.chars().last().ok_or_else(wrong)?;
    let number: u64 = text.strip_suffix(unit).and_then(|digits| digits.trim().parse().ok()).ok_or_else(wrong)?;
    let seconds: u64 = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        'w' => 604_800,
        _ => return Err(wrong()),
    };
    match number.checked_mul(seconds) {
        Some(total) if total > 0 && total <= 10 * 365 * 86_400 => Ok(Duration::from_secs(total)),
        _ => Err(format!("{text:?}: want more than nothing and at most ten years")),
    }
}

/// `192.0.2.1:5353`, or an address alone: port 53 (RFC 1035 §4.2).
pub fn resolver(text: &str) -> Result<SocketAddr, String> {
    let alone = || text.parse::<IpAddr>().map(|ip| SocketAddr::from((ip, 53)));
    let wrong = |_| format!("{text:?}: want a resolver's address such as 127.0.0.1 or 127.0.0.1:53");
    text.parse().or_else(|_| alone()).map_err(wrong)
}

/// `192.0.2.0/24`, or one address.
fn network(text: &str) -> Result<IpNet, String> {
    text.parse::<IpNet>()
        .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
        .map_err(|_| format!("{text:?}: want a network such as 192.0.2.0/24"))
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

fn one_or_many<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Ok(match OneOrMany::deserialize(deserializer)? {
        OneOrMany::One(one) => vec![one],
        OneOrMany::Many(many) => many,
    })
}

fn resolvers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<SocketAddr>, D::Error> {
    let texts: Vec<String> = one_or_many(deserializer)?;
    texts.iter().map(|text| resolver(text).map_err(serde::de::Error::custom)).collect()
}

fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    let texts: Vec<String> = one_or_many(deserializer)?;
    texts.iter().map(|text| network(text).map_err(serde::de::Error::custom)).collect()
}

fn some_duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(deserializer)?;
    duration(&text).map(Some).map_err(serde::de::Error::custom)
}
