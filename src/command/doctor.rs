//! `vaglio doctor`: is everything there that the service needs? Each check says what it saw and, when it is bad, the cure.
//!
//! It reads the same flags, environment and file as `serve`, changes nothing, and asks only the resolver, spamd, Rspamd, the
//! database and this server's own port. Whether port 25 can be reached from outside, only the outside can tell.

use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use serde::Serialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::time::{Instant, timeout};

use super::setup::{self, Need, Wanted};
use super::upkeep::shown;
use super::{Format, print, refuse, world};
use crate::config::{Config, ServeOptions};
use crate::dns::{Data, Dns, Limits, RecordType, escape};
use crate::gather::lists::Health;
use crate::gather::spamd;
use crate::receive::tls;
use crate::store::{Options, Store};

#[derive(Args, Clone, Debug)]
pub struct DoctorOptions {
    #[command(flatten)]
    pub serve: ServeOptions,
    /// This server's public addresses, to compare with DNS
    #[arg(long, value_name = "IP", value_delimiter = ',')]
    pub ip: Vec<IpAddr>,
    /// Answer DNS from this zone file alone, with no network
    #[arg(long, value_name = "FILE")]
    pub zone: Option<std::path::PathBuf>,
    /// Output; text on a terminal, otherwise json
    #[arg(long, value_enum)]
    pub format: Option<Format>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    Ok,
    /// It works, but not as well as it could.
    Warning,
    /// The service does not work so.
    Bad,
    /// Nobody could say.
    Unknown,
}

/// One thing that was looked at.
#[derive(Clone, Debug, Serialize)]
pub struct Found {
    pub check: String,
    pub status: Standing,
    /// What was seen, and the cure.
    pub detail: String,
}

impl Found {
    fn new(check: impl Into<String>, status: Standing, detail: impl Into<String>) -> Found {
        Found { check: check.into(), status, detail: detail.into() }
    }
}

/// For any one answer of the outside.
const PATIENCE: Duration = Duration::from_secs(6);
/// Below, a busy day fills the disk.
const LITTLE_ROOM: u64 = 1 << 30;
const NO_ROOM: u64 = 100 << 20;
/// Connections of both doors, the database and what examinations open.
const FILES: u64 = 20_000;

/// Ends with 0 when nothing is bad, else with 1.
pub async fn run(options: DoctorOptions) -> ExitCode {
    let config = match Config::new(options.serve.clone()) {
        Ok(config) => config,
        Err(error) => return refuse(error),
    };
    let upstream = match world::upstream(&config.dns, options.zone.as_deref()) {
        Ok(upstream) => upstream,
        Err(error) => return refuse(error),
    };
    let table = match world::table(config.lists.as_deref()) {
        Ok(table) => table,
        Err(error) => return refuse(error),
    };
    let limits = Limits { deadline: Some(Instant::now() + PATIENCE), ..Limits::default() };
    let dns = Dns::with_limits(upstream, limits);
    let health = Health::default();
    let (mut found, records, resolver, (), spamd, rspamd) = tokio::join!(
        of_this_machine(&config),
        published(&dns, &config, &options.ip),
        resolver(&dns),
        health.check(&dns, &table.zones),
        spamassassin(config.spamd.as_deref()),
        rspamd(config.rspamd.as_deref()),
    );
    found.extend(resolver);
    found.push(lists(&health, table.zones.len()));
    found.extend([spamd, rspamd]);
    found.extend(records);
    match Format::or_terminal(options.format) {
        Format::Json => match serde_json::to_string_pretty(&found) {
            Ok(json) => print(&(json + "\n")),
            Err(error) => return refuse(error),
        },
        Format::Text | Format::Markdown => print(&text(&found)),
    }
    let bad = found.iter().any(|found| found.status == Standing::Bad);
    if bad { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn text(found: &[Found]) -> String {
    let mut out = String::new();
    for Found { check, status, detail } in found {
        let word = match status {
            Standing::Ok => "ok",
            Standing::Warning => "warning",
            Standing::Bad => "BAD",
            Standing::Unknown => "unknown",
        };
        let _ = writeln!(out, "{word:<8} {check:<24} {detail}");
    }
    out
}

async fn of_this_machine(config: &Config) -> Vec<Found> {
    let mut found = vec![database(&config.database).await, disk(&config.database), open_files(), certificate(config)];
    found.push(page(config));
    for address in &config.smtp_listen {
        found.push(port(*address, &config.domain).await);
    }
    if !config.smtp_listen.iter().any(|address| address.port() == 25) {
        let detail = "senders come to port 25: let a front end forward it (PROXY protocol, or an MTA with XCLIENT), or listen on it";
        found.push(Found::new("port 25", Standing::Warning, detail));
    }
    found
}

async fn database(url: &str) -> Found {
    let check = "database";
    if let Some(path) = sqlite_path(url)
        && !path.exists()
    {
        return Found::new(check, Standing::Ok, format!("{} will be made at the first start", path.display()));
    }
    match timeout(PATIENCE, Store::open(url, Options::default())).await {
        Ok(Ok(store)) => {
            let queue = store.queue().await;
            store.close().await;
            match queue {
                Ok(queue) if queue.oldest > Duration::from_secs(120) => {
                    let (jobs, oldest) = (queue.all(), queue.oldest.as_secs());
                    let detail = format!("{jobs} examinations wait, the oldest {oldest} s: does a worker run?");
                    Found::new(check, Standing::Warning, detail)
                }
                Ok(queue) => {
                    let detail = format!("{} answers; {} examinations wait", shown(url), queue.all());
                    Found::new(check, Standing::Ok, detail)
                }
                Err(error) => Found::new(check, Standing::Bad, error.to_string()),
            }
        }
        Ok(Err(error)) => Found::new(check, Standing::Bad, format!("{}: {error}", shown(url))),
        Err(_) => Found::new(check, Standing::Bad, format!("{} does not answer", shown(url))),
    }
}

fn sqlite_path(url: &str) -> Option<&Path> {
    let path = url.strip_prefix("sqlite://")?.split('?').next()?;
    Some(Path::new(path))
}

fn disk(database: &str) -> Found {
    let check = "disk";
    let Some(path) = sqlite_path(database) else {
        return Found::new(check, Standing::Ok, "messages are kept by the database's own server");
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match rustix::fs::statvfs(folder) {
        Err(error) => Found::new(check, Standing::Bad, format!("{}: {error}", folder.display())),
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            let status = match free {
                ..NO_ROOM => Standing::Bad,
                NO_ROOM..LITTLE_ROOM => Standing::Warning,
                _ => Standing::Ok,
            };
            Found::new(check, status, format!("{} MB free at {}", free >> 20, folder.display()))
        }
    }
}

fn open_files() -> Found {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    // The service raises its own limit to the hard one.
    let most = limit.maximum.unwrap_or(u64::MAX);
    let status = if most < FILES { Standing::Warning } else { Standing::Ok };
    let cure = if most < FILES {
        format!("; {FILES} let ten thousand clients wait (LimitNOFILE=, ulimit -Hn)")
    } else {
        String::new()
    };
    Found::new("open files", status, format!("{most} at most{cure}"))
}

fn certificate(config: &Config) -> Found {
    let check = "certificate";
    match &config.tls {
        None => Found::new(
            check,
            Standing::Warning,
            "self-signed: enough for most senders, not for DANE or MTA-STS (--tls-cert)",
        ),
        Some((chain, key)) => match tls::acceptor(Some(chain), Some(key), &config.domain) {
            Ok(_) => Found::new(check, Standing::Ok, format!("{} and its key fit", chain.display())),
            Err(error) => Found::new(check, Standing::Bad, error.to_string()),
        },
    }
}

fn page(config: &Config) -> Found {
    let check = "public URL";
    let host = url::Url::parse(&config.public_url).ok();
    let local =
        host.as_ref().and_then(url::Url::host_str).is_none_or(|host| host == "localhost" || host.starts_with("127."));
    if local {
        Found::new(check, Standing::Warning, format!("{}: nobody else can open it (--public-url)", config.public_url))
    } else if config.public_url.starts_with("https://") {
        Found::new(check, Standing::Ok, config.public_url.clone())
    } else {
        Found::new(
            check,
            Standing::Warning,
            format!("{}: without TLS, report links travel in the open", config.public_url),
        )
    }
}

/// The service itself if it runs; otherwise, whether it may listen there.
async fn port(address: SocketAddr, domain: &str) -> Found {
    let check = format!("SMTP at {address}");
    match TcpListener::bind(address).await {
        Ok(_) => Found::new(check, Standing::Ok, "free: the service may listen there"),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => match greeting(address).await {
            Some(line) if line.contains("ESMTP Vaglio") && line.contains(domain) => {
                Found::new(check, Standing::Ok, "the service is running")
            }
            Some(line) => Found::new(check, Standing::Bad, format!("another server is there: {line}")),
            None => Found::new(
                check,
                Standing::Unknown,
                "taken, and its owner says nothing to a client without a PROXY header",
            ),
        },
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => Found::new(
            check,
            Standing::Bad,
            "not allowed: give AmbientCapabilities=CAP_NET_BIND_SERVICE, or forward the port",
        ),
        Err(error) => Found::new(check, Standing::Bad, error.to_string()),
    }
}

async fn greeting(address: SocketAddr) -> Option<String> {
    let mut line = vec![0; 200];
    let said = async {
        let mut socket = TcpStream::connect(address).await.ok()?;
        let length = socket.read(&mut line).await.ok().filter(|length| *length > 0)?;
        let _ = socket.write_all(b"QUIT\r\n").await;
        Some(length)
    };
    let length = timeout(PATIENCE, said).await.ok()??;
    line.truncate(length);
    Some(String::from_utf8_lossy(&line).chars().filter(|c| !c.is_control()).collect())
}

/// A signed name of IANA, which runs the root: whoever validates says so.
const SIGNED: &str = "iana.org";

async fn resolver(dns: &Dns) -> Vec<Found> {
    let lookup = dns.ask(SIGNED, RecordType::A).await;
    if lookup.answer.is_unknown() {
        let detail = format!("no answer about {SIGNED} ({}): nothing can be examined so (--dns)", lookup.answer.word());
        return vec![
            Found::new("resolver", Standing::Bad, detail),
            Found::new("DNSSEC", Standing::Unknown, "see resolver"),
        ];
    }
    let server = lookup.server.clone().unwrap_or_else(|| "it".to_owned());
    vec![
        Found::new("resolver", Standing::Ok, format!("{server} answers in {} ms", lookup.ms)),
        match lookup.authenticated {
            true => Found::new("DNSSEC", Standing::Ok, "the resolver validates"),
            false => Found::new(
                "DNSSEC",
                Standing::Warning,
                "the resolver does not validate: reports cannot show DNSSEC or DANE",
            ),
        },
    ]
}

fn lists(health: &Health, all: usize) -> Found {
    let check = "block lists";
    let failing: Vec<String> =
        health.failing().into_iter().map(|(zone, fault)| format!("{zone} ({})", fault.word())).collect();
    if failing.is_empty() {
        return Found::new(check, Standing::Ok, format!("all {all} answer as they should"));
    }
    let detail = format!(
        "{} of {all} set aside: {}. Lists refuse public resolvers: run one of your own (deploy/unbound.conf)",
        failing.len(),
        failing.join(", ")
    );
    Found::new(check, Standing::Warning, detail)
}

async fn spamassassin(address: Option<&str>) -> Found {
    let check = "spamd";
    let Some(text) = address else {
        return Found::new(check, Standing::Warning, "not set up: reports have no SpamAssassin section (--spamd)");
    };
    let pong = async {
        match spamd::Address::parse(text) {
            spamd::Address::Tcp(address) => ping(TcpStream::connect(address).await?).await,
            spamd::Address::Unix(path) => ping(UnixStream::connect(path).await?).await,
        }
    };
    match timeout(PATIENCE, pong).await {
        Ok(Ok(said)) if said.contains("PONG") => Found::new(check, Standing::Ok, format!("{text} answers")),
        Ok(Ok(_)) => Found::new(check, Standing::Bad, format!("what answers at {text} is not spamd")),
        Ok(Err(error)) => Found::new(check, Standing::Bad, format!("{text}: {error}")),
        Err(_) => Found::new(check, Standing::Bad, format!("{text} takes the connection and says nothing")),
    }
}

async fn ping<S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin>(mut stream: S) -> std::io::Result<String> {
    stream.write_all(b"PING SPAMC/1.2\r\n\r\n").await?;
    let mut said = Vec::new();
    stream.take(200).read_to_end(&mut said).await?;
    Ok(String::from_utf8_lossy(&said).into_owned())
}

async fn rspamd(url: Option<&str>) -> Found {
    let check = "Rspamd";
    let Some(url) = url else {
        return Found::new(check, Standing::Ok, "not set up; SpamAssassin is enough (--rspamd)");
    };
    let asked = async {
        let url: url::Url = url.parse().map_err(|error| format!("{error}"))?;
        let host = url.host_str().ok_or("no host")?;
        let port = url.port_or_known_default().unwrap_or(11333);
        let mut stream = TcpStream::connect((host, port)).await.map_err(|error| error.to_string())?;
        let request = format!("GET /ping HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.map_err(|error| error.to_string())?;
        let mut said = Vec::new();
        stream.take(4096).read_to_end(&mut said).await.map_err(|error| error.to_string())?;
        Ok::<_, String>(String::from_utf8_lossy(&said).contains("pong"))
    };
    match timeout(PATIENCE, asked).await {
        Ok(Ok(true)) => Found::new(check, Standing::Ok, format!("{url} answers")),
        Ok(Ok(false)) => Found::new(check, Standing::Bad, format!("what answers at {url} is not Rspamd")),
        Ok(Err(error)) => Found::new(check, Standing::Bad, format!("{url}: {error}")),
        Err(_) => Found::new(check, Standing::Bad, format!("{url} does not answer")),
    }
}

/// Each record of `vaglio setup`, as it is published.
async fn published(dns: &Dns, config: &Config, ips: &[IpAddr]) -> Vec<Found> {
    if config.domain == "localhost" {
        let detail = "localhost: nobody else can send to it (--domain)";
        return vec![Found::new("domain", Standing::Warning, detail)];
    }
    let tlsa = config.tls.as_ref().and_then(|(_, key)| setup::key_digest(key).ok());
    let mut found = Vec::new();
    if ips.is_empty() {
        found.push(address(dns, &config.domain).await);
    }
    for wanted in setup::wanted(&config.domain, ips, tlsa.as_deref(), "") {
        found.push(compare(dns, &wanted).await);
    }
    found
}

async fn address(dns: &Dns, domain: &str) -> Found {
    let addresses = dns.addresses(domain).await;
    let check = format!("A/AAAA {domain}");
    let all: Vec<String> = addresses.all().map(|ip| ip.to_string()).collect();
    if !all.is_empty() {
        Found::new(check, Standing::Ok, format!("{}: are these yours? (--ip compares)", all.join(", ")))
    } else if addresses.is_unknown() {
        Found::new(check, Standing::Unknown, "the resolver gave no answer")
    } else {
        Found::new(check, Standing::Bad, "none: senders do not find this server (see vaglio setup)")
    }
}

async fn compare(dns: &Dns, wanted: &Wanted) -> Found {
    let check = format!("{} {}", wanted.rtype, wanted.name);
    let lookup = dns.ask(&wanted.name, wanted.rtype).await;
    // An alias is followed: what it leads to counts, and for CNAME itself the alias.
    let there: Vec<String> = lookup.answer.records().iter().map(presentation).collect();
    let fits = there.iter().any(|value| fits(wanted, value));
    if fits {
        return Found::new(check, Standing::Ok, "as it should be");
    }
    if lookup.answer.is_unknown() {
        return Found::new(check, Standing::Unknown, format!("the resolver gave no answer ({})", lookup.answer.word()));
    }
    let status = match wanted.need {
        Need::Required => Standing::Bad,
        Need::Recommended => Standing::Warning,
        // Its absence is a choice; another value is probably a mistake.
        Need::Optional if there.is_empty() => Standing::Ok,
        Need::Optional => Standing::Warning,
    };
    let seen = if there.is_empty() { "none".to_owned() } else { there.join(", ") };
    Found::new(check, status, format!("{seen}; {} would be {} ({})", wanted.value, need(wanted.need), wanted.why))
}

fn need(need: Need) -> &'static str {
    match need {
        Need::Required => "required",
        Need::Recommended => "better",
        Need::Optional => "possible",
    }
}

/// A policy's id is its publisher's, and whoever has a DMARC or SPF record of their own knows why.
fn fits(wanted: &Wanted, there: &str) -> bool {
    let start = |text: &str| text.trim_start_matches('"').split([' ', ';']).next().unwrap_or_default().to_lowercase();
    match wanted.rtype {
        RecordType::Txt => start(there) == start(&wanted.value),
        RecordType::Mx => there.split(' ').nth(1) == wanted.value.split(' ').nth(1),
        _ => there.eq_ignore_ascii_case(&wanted.value),
    }
}

fn presentation(data: &Data) -> String {
    match data {
        Data::A(ip) => ip.to_string(),
        Data::Aaaa(ip) => ip.to_string(),
        Data::Mx { preference, exchange } => format!("{preference} {exchange}."),
        Data::Txt(text) => format!("\"{}\"", escape(&text.octets)),
        Data::Ptr(name) | Data::Cname(name) | Data::Ns(name) => format!("{name}."),
        Data::Tlsa { usage, selector, matching, data } => {
            data.iter().fold(format!("{usage} {selector} {matching} "), |mut text, octet| {
                let _ = write!(text, "{octet:02x}");
                text
            })
        }
        Data::Other(text) => text.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::Zone;
    use std::sync::Arc;

    async fn statuses(zone: &str) -> Vec<(String, Standing)> {
        let dns = Dns::new(Arc::new(Zone::parse(zone).unwrap().timeout("_mta-sts.vaglio.example")));
        let domain = Some("vaglio.example".to_owned());
        let config = Config::new(ServeOptions { domain, ..ServeOptions::default() }).unwrap();
        let found = published(&dns, &config, &["192.0.2.25".parse().unwrap()]).await;
        found.into_iter().map(|found| (found.check, found.status)).collect()
    }

    #[tokio::test]
    async fn what_is_published_is_compared_with_what_setup_prints() {
        let good = statuses(
            "vaglio.example. A 192.0.2.25\nvaglio.example. MX 5 vaglio.example.\nvaglio.example. TXT \"other\"\n\
             vaglio.example. TXT \"v=spf1 mx -all\"\n_dmarc.vaglio.example. TXT \"v=DMARC1; p=none\"\n",
        )
        .await;
        for (check, status) in &good {
            let expected = if check.contains("_mta-sts") { Standing::Unknown } else { Standing::Ok };
            assert_eq!(*status, expected, "{check}");
        }
        let bad = statuses("vaglio.example. A 192.0.2.99\n25.2.0.192.in-addr.arpa. PTR other.example.\n").await;
        let of = |name: &str| bad.iter().find(|(check, _)| check == name).unwrap().1;
        assert_eq!(of("A vaglio.example"), Standing::Bad);
        assert_eq!(of("MX vaglio.example"), Standing::Bad);
        assert_eq!(of("TXT vaglio.example"), Standing::Warning);
        assert_eq!(of("PTR 25.2.0.192.in-addr.arpa"), Standing::Warning);
    }

    #[tokio::test]
    async fn a_port_is_free_ours_or_anothers() {
        let free = SocketAddr::from(([127, 0, 0, 1], 0));
        assert_eq!(port(free, "vaglio.example").await.status, Standing::Ok);
        for (says, expected) in
            [("220 vaglio.example ESMTP Vaglio\r\n", Standing::Ok), ("220 mx ESMTP Postfix\r\n", Standing::Bad)]
        {
            let listener = TcpListener::bind(free).await.unwrap();
            let address = listener.local_addr().unwrap();
            let served = tokio::spawn(async move {
                let (mut socket, _) = listener.accept().await.unwrap();
                socket.write_all(says.as_bytes()).await.unwrap();
                let _ = socket.read(&mut [0; 64]).await;
            });
            assert_eq!(port(address, "vaglio.example").await.status, expected, "{says}");
            served.await.unwrap();
        }
    }

    #[tokio::test]
    async fn a_spamd_that_is_not_there_or_hangs_is_bad_and_one_that_answers_is_well() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            let _ = socket.read(&mut [0; 64]).await;
            socket.write_all(b"SPAMD/1.5 0 PONG\r\n").await.unwrap();
        });
        assert_eq!(spamassassin(Some(&address)).await.status, Standing::Ok);
        assert_eq!(spamassassin(Some(&address)).await.status, Standing::Bad);
        assert_eq!(spamassassin(None).await.status, Standing::Warning);
    }
}
