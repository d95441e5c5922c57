//! The real binary, in the demonstration's world: its DNS is answered by a name server inside the test.

use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use jiff::Timestamp;
use reqwest::{Method, RequestBuilder};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};

use crate::browser::free_port;
use crate::messages::{self, Demo, compose};
use crate::support::dns;
use crate::support::sign::Key;
use crate::support::smtp::{self, Sender};

/// Ends with the test.
pub struct Service {
    child: Child,
    pub url: String,
    pub smtp: SocketAddr,
    key: Key,
    http: reqwest::Client,
    dns: dns::Server,
    _folder: tempfile::TempDir,
}

impl Service {
    pub async fn start() -> Service {
        Service::start_with(&[]).await
    }

    pub async fn start_with(flags: &[&str]) -> Service {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let key = Key::generate();
        let dns = dns::Server::serve(messages::zone(&key).unwrap(), []).await;
        let folder = tempfile::tempdir().unwrap();
        let (smtp, http) = (free_port(), free_port());
        let child = Command::new(env!("CARGO_BIN_EXE_vaglio"))
            .arg("serve")
            .args([format!("--smtp-listen=127.0.0.1:{smtp}"), format!("--http-listen=127.0.0.1:{http}")])
            .args([format!("--dns={}", dns.addr), "--trust-xclient=127.0.0.0/8".to_owned()])
            .arg(format!("--database=sqlite://{}", folder.path().join("vaglio.db").display()))
            .arg(format!("--lists={}", messages::LISTS))
            .args(flags)
            .env("RUST_LOG", "error")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let smtp = SocketAddr::from(([127, 0, 0, 1], smtp));
        let url = format!("http://127.0.0.1:{http}");
        let until = Instant::now() + Duration::from_secs(60);
        while TcpStream::connect(("127.0.0.1", http)).await.is_err() {
            assert!(Instant::now() < until, "the service does not answer");
            sleep(Duration::from_millis(30)).await;
        }
        // No connection is kept: the service may end an idle one the very moment that it is used again.
        let http = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap();
        Service { child, url, smtp, key, http, dns, _folder: folder }
    }

    /// A fresh address and the path of its page.
    pub async fn test(&self) -> (String, String) {
        let answer = self.http.post(format!("{}/api/v1/tests", self.url)).send().await.unwrap().text().await.unwrap();
        let test: serde_json::Value = serde_json::from_str(&answer).unwrap();
        (test["address"].as_str().unwrap().to_owned(), format!("/t/{}", test["key"].as_str().unwrap()))
    }

    /// Sends one of the demonstration's messages to this address.
    pub async fn send(&self, demo: &Demo, to: &str) {
        let message = compose(demo, to, Timestamp::now(), &self.key);
        self.send_raw(demo, to, message.as_bytes()).await;
    }

    /// Sends these octets the way that the demonstration's message comes.
    pub async fn send_raw(&self, demo: &Demo, to: &str, message: &[u8]) {
        let ip = Some(demo.ip.parse().unwrap());
        let sender = Sender { ip, helo: demo.helo, tls: demo.tls, mail_from: demo.mail_from };
        smtp::send(self.smtp, &sender, to, message).await.unwrap();
    }

    /// A sender that names the address, begins its message and breaks off.
    pub async fn hang_up(&self, to: &str, helo: &str) {
        let mut client = smtp::Client::connect(self.smtp).await.unwrap();
        client.greet(helo).await.unwrap();
        for (line, reply) in [("MAIL FROM:<a@gone.example>", 250), (&format!("RCPT TO:<{to}>"), 250), ("DATA", 354)] {
            client.command(line, reply).await.unwrap();
        }
    }

    /// The path of a message's report, once it is there.
    pub async fn report(&self, demo: &Demo) -> String {
        let (to, path) = self.test().await;
        println!("{}: {path}", demo.what);
        self.send(demo, &to).await;
        self.ready(&path).await;
        path
    }

    /// The id of the newest result in a probe's list, once it has so many.
    pub async fn newest(&self, list: &str, many: usize) -> String {
        let until = Instant::now() + Duration::from_secs(30);
        loop {
            let found = self.http.get(format!("{}/api/v1/probes/{list}", self.url)).send().await.unwrap();
            let found: serde_json::Value = serde_json::from_str(&found.text().await.unwrap()).unwrap();
            let rows = found["results"].as_array().unwrap();
            if rows.len() >= many {
                return rows[0]["id"].as_str().unwrap().to_owned();
            }
            assert!(Instant::now() < until, "{list}: {found}");
            sleep(Duration::from_millis(50)).await;
        }
    }

    pub async fn ready(&self, path: &str) {
        let url = format!("{}/api/v1/tests/{}/report", self.url, path.trim_start_matches("/t/"));
        let until = Instant::now() + Duration::from_secs(60);
        while !self.http.get(&url).send().await.unwrap().status().is_success() {
            assert!(Instant::now() < until, "no report at {path}");
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// Somebody changes the world's zone file.
    pub fn publish(&self, change: impl FnOnce(String) -> String) {
        self.dns.put(messages::zone_where(&self.key, change).unwrap());
    }

    /// These names are no longer answered.
    pub fn silence(&self, names: &[&str]) {
        let zone = messages::zone(&self.key).unwrap();
        self.dns.put(names.iter().fold(zone, |zone, name| zone.timeout(name)));
    }

    /// Status and page, for a reader of this language.
    pub async fn page(
        &self,
        method: Method,
        path: &str,
        lang: &str,
        more: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> (u16, String) {
        let request = self.http.request(method, format!("{}{path}", self.url)).header("accept-language", lang);
        let answer = more(request).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// Status and body, compressed as browsers ask for it: what goes over the wire.
    pub async fn wire(&self, path: &str) -> (u16, usize) {
        let request = self.http.get(format!("{}{path}", self.url)).header("accept-encoding", "gzip, br");
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.bytes().await.unwrap().len())
    }

    /// The path of the read-only link that a report's page offers.
    pub async fn shared(&self, path: &str) -> String {
        let page = self.http.get(format!("{}{path}", self.url)).send().await.unwrap().text().await.unwrap();
        let (_, link) = page.split_once("/s/").unwrap();
        format!("/s/{}", link.split('"').next().unwrap())
    }

    pub async fn post(&self, path: &str) -> u16 {
        self.http.post(format!("{}{path}", self.url)).send().await.unwrap().status().as_u16()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
