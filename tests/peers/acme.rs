//! A certificate by ACME from Pebble, Let's Encrypt's own test server: it comes to our listener for the answers, refuses a part
//! of all nonces, and its certificates are short-lived enough to see a renewal. Both doors serve what it gave.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::service::{Service, Setting, client};
use super::support::dns::Server as Dns;
use super::{Daemon, free_port};

/// Of Pebble's certificates, seconds: a third is left after 100.
const LIFE: u64 = 150;

struct Authority {
    directory: String,
    management: u16,
    /// What its own server is trusted by.
    root: std::path::PathBuf,
    _daemon: Daemon,
}

/// Verifies by coming to this port of whatever address `dns` gives.
fn authority(folder: &Path, dns: SocketAddr, http_port: u16) -> Authority {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (certificate, key) = (folder.join("pebble.pem"), folder.join("pebble.key"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let (port, management) = (free_port(), free_port());
    let config = serde_json::json!({"pebble": {
        "listenAddress": format!("127.0.0.1:{port}"), "managementListenAddress": format!("127.0.0.1:{management}"),
        "certificate": certificate, "privateKey": key, "httpPort": http_port, "tlsPort": free_port(),
        "certificateValidityPeriod": LIFE
    }});
    let file = folder.join("pebble.json");
    std::fs::write(&file, config.to_string()).unwrap();
    let log = std::fs::File::create(folder.join("pebble.log")).unwrap();
    let child = Command::new("pebble")
        .args(["-strict", "-config", file.to_str().unwrap(), "-dnsserver", &dns.to_string()])
        .env("PEBBLE_VA_NOSLEEP", "1")
        .env("PEBBLE_WFE_NONCEREJECT", "20")
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn();
    let child = child.unwrap_or_else(|error| panic!("pebble: {error}; see tests/peers/install"));
    Authority {
        directory: format!("https://localhost:{port}/dir"),
        management,
        root: certificate,
        _daemon: Daemon(child),
    }
}

impl Authority {
    /// What its certificates end in; waits until it is there.
    async fn trust(&self) -> RootCertStore {
        let trusted = reqwest::Certificate::from_pem(&std::fs::read(&self.root).unwrap()).unwrap();
        drop(client());
        let client = reqwest::Client::builder().tls_certs_only([trusted]).no_proxy().build().unwrap();
        let url = format!("https://localhost:{}/roots/0", self.management);
        let end = Instant::now() + Duration::from_secs(30);
        loop {
            if let Ok(answer) = client.get(&url).send().await {
                let mut roots = RootCertStore::empty();
                roots.add(CertificateDer::from_pem_slice(&answer.bytes().await.unwrap()).unwrap()).unwrap();
                return roots;
            }
            assert!(Instant::now() < end, "pebble does not answer");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// A handshake that verifies chain and name, as DANE and MTA-STS senders and browsers do; gives the certificate.
async fn verified(roots: &RootCertStore, stream: TcpStream, name: &str) -> Result<Vec<u8>, std::io::Error> {
    let config = ClientConfig::builder().with_root_certificates(roots.clone()).with_no_client_auth();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
    Ok(stream.get_ref().1.peer_certificates().unwrap()[0].to_vec())
}

async fn by_https(roots: &RootCertStore, door: SocketAddr) -> Result<Vec<u8>, std::io::Error> {
    verified(roots, TcpStream::connect(door).await?, "vaglio.test").await
}

async fn by_smtp(roots: &RootCertStore, door: SocketAddr) -> Result<Vec<u8>, std::io::Error> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = TcpStream::connect(door).await?;
    let mut said = [0; 1000];
    for line in ["", "EHLO x.example\r\n", "STARTTLS\r\n"] {
        stream.write_all(line.as_bytes()).await?;
        assert!(stream.read(&mut said).await? > 0);
    }
    verified(roots, stream, "vaglio.test").await
}

async fn until<T>(what: &str, service: &Service, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_secs(240);
    loop {
        if let Some(there) = ask().await {
            return there;
        }
        assert!(Instant::now() < end, "{what}; the log:\n{}", service.log());
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pebble_gives_a_certificate_that_both_doors_of_all_nodes_serve_and_renew() {
    let dns = Dns::start("$TTL 60\nvaglio.test. IN A 127.0.0.1\nmta-sts.vaglio.test. IN A 127.0.0.1\n").await;
    let folder = tempfile::tempdir().unwrap();
    let (http, https) = (free_port(), SocketAddr::from(([127, 0, 0, 1], free_port())));
    let authority = authority(folder.path(), dns.addr, http);
    let roots = authority.trust().await;
    let more = |https: SocketAddr| -> Vec<String> {
        let (root, directory) = (authority.root.to_str().unwrap(), authority.directory.as_str());
        let https = https.to_string();
        ["--https-listen", &https, "--acme", directory, "--acme-root", root]
            .into_iter()
            .chain(["--acme-contact", "postmaster@vaglio.test", "--acme-name", "mta-sts.vaglio.test"])
            .map(str::to_owned)
            .collect()
    };
    let setting = |http: u16, https: SocketAddr| Setting {
        smtp: SocketAddr::from(([127, 0, 0, 1], free_port())),
        http: SocketAddr::from(([127, 0, 0, 1], http)),
        dns: dns.addr,
        database: folder.path().join("vaglio.db"),
        more: more(https),
    };
    let mut service = Service::with(setting(http, https)).await;
    let first = until("no certificate", &service, async || by_https(&roots, https).await.ok()).await;
    assert_eq!(by_smtp(&roots, service.smtp()).await.unwrap(), first, "the same at STARTTLS");
    let policy = TcpStream::connect(https).await.unwrap();
    assert_eq!(verified(&roots, policy, "mta-sts.vaglio.test").await.unwrap(), first);
    assert!(verified(&roots, TcpStream::connect(https).await.unwrap(), "other.test").await.is_err());

    // It is kept: after a restart, and on another node, it serves at once, without another order.
    service.kill_and_restart().await;
    let again = until("not kept", &service, async || by_https(&roots, https).await.ok()).await;
    assert_eq!(again, first);
    let other_https = SocketAddr::from(([127, 0, 0, 1], free_port()));
    let other = Service::with(setting(free_port(), other_https)).await;
    assert_eq!(until("not shared", &other, async || by_https(&roots, other_https).await.ok()).await, first);

    // A third of its life is left: one of the nodes has it renewed, both serve the new one.
    let renewed = async || by_https(&roots, https).await.ok().filter(|now| *now != first);
    let second = until("not renewed", &service, renewed).await;
    let there = async || by_https(&roots, other_https).await.ok().filter(|now| *now != first);
    let there = until("not renewed on the other node", &other, there).await;
    if there != second {
        // Short-lived as they are, another renewal may have come between.
        until("not the same", &service, async || (by_https(&roots, https).await.ok()? == there).then_some(())).await;
    }
    let orders = service.log().matches("a certificate has been had by ACME").count()
        + other.log().matches("a certificate has been had by ACME").count();
    assert!((2..=4).contains(&orders), "{orders} orders:\n{}\n{}", service.log(), other.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_authority_that_cannot_reach_us_is_asked_again_later_and_the_operator_told_why() {
    let dns = Dns::start("$TTL 60\nvaglio.test. IN A 127.0.0.1\n").await;
    let folder = tempfile::tempdir().unwrap();
    // It comes to a port where nobody is.
    let authority = authority(folder.path(), dns.addr, free_port());
    let _ = authority.trust().await;
    let root = authority.root.to_str().unwrap().to_owned();
    let acme = ["--acme", &authority.directory, "--acme-root", &root, "--public-url", "https://vaglio.test"];
    let service = Service::start(dns.addr, &acme).await;
    let said = "no certificate could be had by ACME";
    until("no word of it", &service, async || service.log().contains(said).then_some(())).await;
    assert!(service.log().contains("vaglio.test") && service.log().contains("refused"), "{}", service.log());
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(service.log().matches(said).count(), 1, "not at once again:\n{}", service.log());
    // Mail comes all the same.
    assert!(by_smtp(&RootCertStore::empty(), service.smtp()).await.is_err(), "self-signed");
    let metrics = String::from_utf8(service.get("/metrics").await.body).unwrap();
    assert!(metrics.contains("vaglio_acme_orders_total{result=\"failed\"} 1"), "{metrics}");
}
