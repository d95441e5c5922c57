//! This machine: database, disk, descriptors, certificate, page, and who holds the ports.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use super::{Found, PATIENCE, Standing};
use crate::acme;
use crate::command::upkeep::{shown, sqlite_path};
use crate::config::Config;
use crate::store::{Options, Store};
use crate::tls;
use crate::tls::validity::{self, Validity};

/// Below, a busy day fills the disk.
const LITTLE_ROOM: u64 = 1 << 30;
const NO_ROOM: u64 = 100 << 20;
/// Connections of both doors, the database and what examinations open.
const FILES: u64 = 20_000;

/// Database, disk, descriptors, certificate, page, ports.
pub(super) async fn look(config: &Config) -> Vec<Found> {
    let mut found = vec![database(&config.database).await, disk(&config.database), open_files()];
    found.push(certificate(config).await);
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

/// Below, whoever renews it is late.
const SOON: SignedDuration = SignedDuration::from_hours(24 * 7);

async fn certificate(config: &Config) -> Found {
    let check = "certificate";
    if let Some(settings) = &config.acme {
        return by_acme(check, config, &settings.directory).await;
    }
    match &config.tls {
        None => Found::new(
            check,
            Standing::Warning,
            "self-signed: enough for most senders, not for DANE or MTA-STS (--tls-cert, --acme)",
        ),
        Some((chain, key)) => match tls::certificates(Some(chain), Some(key), &config.domain) {
            Ok(_) => lasting(check, &format!("{} and its key fit", chain.display()), of_file(chain)),
            Err(error) => Found::new(check, Standing::Bad, error.to_string()),
        },
    }
}

async fn by_acme(check: &str, config: &Config, directory: &str) -> Found {
    if sqlite_path(&config.database).is_some_and(|path| !path.exists()) {
        return Found::new(check, Standing::Unknown, format!("{directory} will be asked at the first start"));
    }
    let state = async {
        let store = Store::open(&config.database, Options::default()).await?;
        let state = acme::state(&store).await;
        store.close().await;
        state
    };
    match timeout(PATIENCE, state).await {
        Ok(Ok((_, Some(trouble)))) => {
            let detail = format!("{}; tried {} times, again at {}", trouble.why, trouble.failures, trouble.again);
            Found::new(check, Standing::Bad, detail)
        }
        Ok(Ok((Some(valid), None))) => lasting(check, &format!("by {directory}"), Some(valid)),
        Ok(Ok((None, None))) => Found::new(check, Standing::Unknown, format!("{directory} has not been asked yet")),
        Ok(Err(error)) => Found::new(check, Standing::Bad, error.to_string()),
        Err(_) => Found::new(check, Standing::Unknown, "the database does not answer"),
    }
}

fn of_file(chain: &Path) -> Option<Validity> {
    validity::of(&CertificateDer::from_pem_file(chain).ok()?)
}

fn lasting(check: &str, what: &str, valid: Option<Validity>) -> Found {
    let Some(valid) = valid else {
        return Found::new(check, Standing::Unknown, format!("{what}; until when, cannot be read"));
    };
    let left = valid.not_after.duration_since(Timestamp::now());
    let detail = format!("{what}; valid until {}", valid.not_after);
    let status = match left {
        left if left.is_negative() => Standing::Bad,
        left if left < SOON => Standing::Warning,
        _ => Standing::Ok,
    };
    Found::new(check, status, detail)
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

/// Does the service answer at its public addresses, as far as can be seen from here? A network that does not lead its own
/// members to them says nothing of strangers.
pub(super) async fn from_inside(ips: &[IpAddr], domain: &str) -> Vec<Found> {
    let mut found = Vec::new();
    for ip in ips {
        found.push(answers(SocketAddr::new(*ip, 25), domain).await);
    }
    found
}

async fn answers(address: SocketAddr, domain: &str) -> Found {
    let check = format!("port {} of {}", address.port(), address.ip());
    match greeting(address).await {
        Some(line) if line.contains(domain) => Found::new(check, Standing::Ok, "answers, as seen from inside"),
        Some(line) => Found::new(check, Standing::Bad, format!("another server answers: {line}")),
        None => Found::new(
            check,
            Standing::Unknown,
            "no answer from inside, which not every network gives: ask from outside (vaglio probe)",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ServeOptions;

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
    async fn a_public_address_answers_or_only_the_outside_can_tell() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            for says in ["220 vaglio.example ESMTP Vaglio\r\n", "220 mx.example.org ESMTP\r\n"] {
                let (mut socket, _) = listener.accept().await.unwrap();
                socket.write_all(says.as_bytes()).await.unwrap();
                let _ = socket.read(&mut [0; 64]).await;
            }
        });
        assert_eq!(answers(address, "vaglio.example").await.status, Standing::Ok);
        assert_eq!(answers(address, "vaglio.example").await.status, Standing::Bad);
        assert_eq!(answers("127.0.0.1:1".parse().unwrap(), "vaglio.example").await.status, Standing::Unknown);
    }

    #[tokio::test]
    async fn a_certificate_that_ends_soon_is_told_in_time() {
        let folder = tempfile::tempdir().unwrap();
        let (chain, key) = (folder.path().join("chain.pem"), folder.path().join("key.pem"));
        for (days, expected) in [(60_u64, Standing::Ok), (3, Standing::Warning)] {
            let mut params = rcgen::CertificateParams::new(vec!["vaglio.example".to_owned()]).unwrap();
            params.not_after = (std::time::SystemTime::now() + Duration::from_secs(86_400 * days)).into();
            let pair = rcgen::KeyPair::generate().unwrap();
            std::fs::write(&chain, params.self_signed(&pair).unwrap().pem()).unwrap();
            std::fs::write(&key, pair.serialize_pem()).unwrap();
            let said =
                ServeOptions { tls_cert: Some(chain.clone()), tls_key: Some(key.clone()), ..ServeOptions::default() };
            assert_eq!(certificate(&Config::new(said).unwrap()).await.status, expected, "{days} days");
        }
        std::fs::write(&key, "no key").unwrap();
        let said = ServeOptions { tls_cert: Some(chain), tls_key: Some(key), ..ServeOptions::default() };
        assert_eq!(certificate(&Config::new(said).unwrap()).await.status, Standing::Bad);
    }
}
