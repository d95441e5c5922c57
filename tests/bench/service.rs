//! The program under measurement as a process of its own, its world, and how it is spoken to.

use std::fmt::Write;
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use futures_util::future::join_all;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use serde_json::Value;
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

pub use crate::support::daemon::Daemon;
use crate::support::dns::{Odd, Server};
use crate::support::sign::Key;
use crate::support::smtp::Client;

pub const CLIENT_IP: &str = "203.0.113.10";
pub const HELO: &str = "mail.example.org";

/// DNS for any number of sending domains, `d0.example.org` and on, each with everything right; and the key that signs for them.
pub struct World {
    pub dns: Server,
    pub key: Key,
}

impl World {
    /// Answers come `late`, each by that much.
    pub async fn new(domains: usize, late: Duration) -> World {
        let key = Key::generate();
        let mut zone = format!(
            "$TTL 300\nmail.example.org. IN A {CLIENT_IP}\nmail.example.org. IN TXT \"v=spf1 a -all\"\n\
             10.113.0.203.in-addr.arpa. IN PTR mail.example.org.\n"
        );
        let record: Vec<&str> = [key.record.get(..200), key.record.get(200..)].into_iter().flatten().collect();
        for n in 0..domains {
            let d = format!("d{n}.example.org");
            let [one, two] = record[..] else { panic!("a short key") };
            writeln!(
                zone,
                "{d}. IN A {CLIENT_IP}\n{d}. IN MX 10 mail.example.org.\n{d}. IN TXT \"v=spf1 include:_spf.{d} -all\"\n\
                 _spf.{d}. IN TXT \"v=spf1 ip4:{CLIENT_IP} -all\"\n_dmarc.{d}. IN TXT \"v=DMARC1; p=reject\"\n\
                 s._domainkey.{d}. IN TXT \"{one}\" \"{two}\""
            )
            .unwrap();
        }
        let odd = (!late.is_zero()).then_some(("", Odd::Delay(late)));
        let dns = Server::serve(vaglio::dns::Zone::parse(&zone).unwrap(), odd).await;
        World { dns, key }
    }

    /// A signed message of 5 kB from the domain of this number.
    pub fn message(&self, n: usize, to: &str) -> String {
        let date = rfc2822::to_string(&Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC)).unwrap();
        let body = "The quick brown fox jumps over the lazy dog, and the dog does not mind it at all.\r\n".repeat(54);
        let message = format!(
            "From: Anna <anna@d{n}.example.org>\r\nTo: {to}\r\nSubject: Figures of week {n}\r\nDate: {date}\r\n\
             Message-ID: <{n}.{}@d{n}.example.org>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}",
            Timestamp::now().as_nanosecond()
        );
        self.key.sign(&format!("d{n}.example.org"), "s", &message)
    }
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// `vaglio serve` with a database in a folder that goes with it.
pub struct Service {
    child: Child,
    pub smtp: SocketAddr,
    pub url: String,
    pub folder: TempDir,
    pub http: reqwest::Client,
}

/// A one-time address and the key of its report.
pub struct Test {
    pub address: String,
    pub key: String,
}

impl Service {
    pub async fn start(dns: SocketAddr, more: &[&str]) -> Service {
        Service::start_in(tempfile::tempdir().unwrap(), dns, more).await
    }

    pub async fn start_in(folder: TempDir, dns: SocketAddr, more: &[&str]) -> Service {
        let database = format!("sqlite://{}", folder.path().join("vaglio.db").display());
        Service::start_on(&database, folder, dns, more).await
    }

    /// With a database that may be others' as well.
    pub async fn start_on(database: &str, folder: TempDir, dns: SocketAddr, more: &[&str]) -> Service {
        let (smtp, http) = (free_port(), free_port());
        let child = Command::new(env!("CARGO_BIN_EXE_vaglio"))
            .arg("serve")
            .arg(format!("--smtp-listen=127.0.0.1:{smtp}"))
            .arg(format!("--http-listen=127.0.0.1:{http}"))
            .arg(format!("--database={database}"))
            .arg(format!("--dns={dns}"))
            .args(["--trust-xclient=127.0.0.0/8", "--max-deliveries=1000000"])
            .args(more)
            .env("RUST_LOG", "error")
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let url = format!("http://127.0.0.1:{http}");
        let service = Service {
            child,
            smtp: SocketAddr::from(([127, 0, 0, 1], smtp)),
            url,
            folder,
            http: reqwest::Client::builder().build().unwrap(),
        };
        let patience = Instant::now() + Duration::from_secs(20);
        while service.http.get(format!("{}/readyz", service.url)).send().await.is_err() {
            assert!(Instant::now() < patience, "the service does not start");
            sleep(Duration::from_millis(20)).await;
        }
        service
    }

    pub async fn test(&self) -> Test {
        let answer = self.http.post(format!("{}/api/v1/tests", self.url)).send().await.unwrap();
        let test: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        let text = |name: &str| test.get(name).and_then(Value::as_str).unwrap().to_owned();
        Test { address: text("address"), key: text("key") }
    }

    pub async fn events(&self, test: &Test) -> reqwest::Response {
        self.http.get(format!("{}/api/v1/tests/{}/events", self.url, test.key)).send().await.unwrap()
    }

    /// A client that has said where its mail comes from.
    pub async fn client(&self) -> Client {
        let mut client = Client::connect(self.smtp).await.unwrap();
        client.greet(HELO).await.unwrap();
        client.command(&format!("XCLIENT ADDR={CLIENT_IP} NAME=[UNAVAILABLE]"), 220).await.unwrap();
        client.greet(HELO).await.unwrap();
        client
    }

    /// Messages a second, from eight clients at once.
    pub async fn rate(&self, world: &World, count: usize) -> f64 {
        let test = self.test().await;
        let message = world.message(0, &test.address);
        let began = Instant::now();
        join_all((0..8).map(|_| async {
            let mut client = self.client().await;
            for _ in 0..count / 8 {
                client.deliver("anna@d0.example.org", &test.address, message.as_bytes()).await.unwrap();
            }
        }))
        .await;
        count as f64 / began.elapsed().as_secs_f64()
    }

    /// Processor time of the process so far: it tells more than the clock on a busy machine.
    pub fn processor(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        // After the name, which is in brackets: user and system time, in hundredths of a second.
        let after = stat.rsplit_once(") ").unwrap().1;
        let ticks: u64 = after.split(' ').skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum();
        Duration::from_millis(ticks * 10)
    }

    /// What the process holds in memory now, and the most it ever held, MB.
    pub fn memory(&self) -> (f64, f64) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let kilobytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok()).unwrap_or(f64::NAN)
        };
        (kilobytes("VmRSS:") / 1000.0, kilobytes("VmHWM:") / 1000.0)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Waits for an event of this name; `false` when the stream ends without it.
pub async fn wait_for(stream: &mut reqwest::Response, event: &str) -> bool {
    let wanted = format!("event: {event}");
    let mut text = String::new();
    while let Ok(Some(chunk)) = stream.chunk().await {
        text.push_str(&String::from_utf8_lossy(&chunk));
        if text.contains(&wanted) {
            return true;
        }
    }
    false
}

pub async fn reachable(address: SocketAddr) {
    let patience = Instant::now() + Duration::from_secs(30);
    while tokio::net::TcpStream::connect(address).await.is_err() {
        assert!(Instant::now() < patience, "nothing listens at {address}");
        sleep(Duration::from_millis(50)).await;
    }
}
