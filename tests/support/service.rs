//! The service as its users run it: the real binary with a database and ports of its own.
#![allow(dead_code, reason = "each test crate uses a part of it")]

use std::fs::{File, OpenOptions};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// The slowest thing that may take long on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port()
}

/// How the program is called.
pub struct Setting {
    pub smtp: SocketAddr,
    pub http: SocketAddr,
    pub dns: SocketAddr,
    pub database: PathBuf,
    pub more: Vec<String>,
}

/// Runs until it is dropped. Its log goes to a file beside the database.
pub struct Service {
    pub setting: Setting,
    child: Child,
    client: reqwest::Client,
    folder: Option<tempfile::TempDir>,
}

/// A test and what opens its report.
#[derive(Clone, Debug)]
pub struct Test {
    pub address: String,
    pub key: String,
}

/// One HTTP answer.
pub struct Answer {
    pub status: u16,
    pub content_type: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{} {error}: {}", self.status, String::from_utf8_lossy(&self.body)))
    }
}

impl Service {
    /// On free ports of loopback, with a database in a folder that goes with it.
    pub async fn start(dns: SocketAddr, more: &[&str]) -> Service {
        let folder = tempfile::tempdir().expect("a folder");
        let port = |port: u16| SocketAddr::from(([127, 0, 0, 1], port));
        let setting = Setting {
            smtp: port(free_port()),
            http: port(free_port()),
            dns,
            database: folder.path().join("vaglio.db"),
            more: more.iter().map(ToString::to_string).collect(),
        };
        let mut service = Service::with(setting).await;
        service.folder = Some(folder);
        service
    }

    pub async fn with(setting: Setting) -> Service {
        let child = spawn(&setting);
        let mut service = Service { setting, child, client: client(), folder: None };
        service.until_ready().await;
        service
    }

    /// Ends it at once, as `kill -9` does, and starts it again with the same setting.
    pub async fn kill_and_restart(&mut self) {
        self.kill();
        self.restart().await;
    }

    /// Starts it again after its end.
    pub async fn restart(&mut self) {
        self.child = spawn(&self.setting);
        // Connections to the one that has ended are of no use.
        self.client = client();
        self.until_ready().await;
    }

    pub fn kill(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("ended");
    }

    /// Asks it to end (SIGTERM).
    pub fn terminate(&self) {
        self.signal("TERM");
    }

    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(status.expect("kill runs").success());
    }

    /// Sets a resource limit of the running process, as prlimit(1) names it.
    pub fn limit(&self, limit: &str) {
        let status = Command::new("prlimit").args(["--pid", &self.child.id().to_string(), limit]).status();
        assert!(status.expect("prlimit runs").success());
    }

    /// Open file descriptors.
    pub fn descriptors(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.child.id())).expect("its descriptors").count()
    }

    /// How it ended, once it has.
    pub async fn ended(&mut self) -> ExitStatus {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("its status") {
                return status;
            }
            assert!(Instant::now() < end, "it does not end; its log:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(log(&self.setting)).unwrap_or_default()
    }

    pub fn smtp(&self) -> SocketAddr {
        self.setting.smtp
    }

    /// Resident memory, kB.
    pub fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("its status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("VmRSS");
        line.trim().trim_end_matches(" kB").parse().expect("a number")
    }

    async fn until_ready(&mut self) {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("its status") {
                panic!("it ended with {status}; its log:\n{}", self.log());
            }
            if self.try_http("GET", "/readyz", &[]).await.is_some_and(|answer| answer.status == 200)
                && TcpStream::connect(self.smtp()).is_ok()
            {
                return;
            }
            assert!(Instant::now() < end, "it does not answer; its log:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.setting.http)
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.http("GET", path, &[]).await
    }

    pub async fn http(&self, method: &str, path: &str, body: &[u8]) -> Answer {
        self.try_http(method, path, body).await.expect("an answer")
    }

    async fn try_http(&self, method: &str, path: &str, body: &[u8]) -> Option<Answer> {
        let method = method.parse().expect("a method");
        let request = self.client.request(method, self.url(path)).body(body.to_vec()).timeout(PATIENCE);
        let answer = request.send().await.ok()?;
        Some(Answer {
            status: answer.status().as_u16(),
            content_type: answer
                .headers()
                .get("content-type")
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default()
                .to_owned(),
            body: answer.bytes().await.ok()?.to_vec(),
        })
    }

    /// A fresh address.
    pub async fn test(&self) -> Test {
        let made = self.http("POST", "/api/v1/tests", &[]).await;
        assert_eq!(made.status, 201);
        let made = made.json();
        let text = |name: &str| made[name].as_str().unwrap_or_else(|| panic!("{name} in {made}")).to_owned();
        Test { address: text("address"), key: text("key") }
    }

    /// The report of this test's newest message, once as many messages are there and all are examined.
    pub async fn report(&self, test: &Test, deliveries: usize) -> Value {
        let end = Instant::now() + PATIENCE;
        loop {
            let state = self.get(&format!("/api/v1/tests/{}", test.key)).await.json();
            let done = state["deliveries"].as_array().expect("deliveries");
            if done.len() >= deliveries && done.iter().all(|delivery| delivery["state"] != "analysing") {
                let report = self.get(&format!("/api/v1/tests/{}/report", test.key)).await;
                assert_eq!(report.status, 200, "{state}");
                return report.json();
            }
            assert!(Instant::now() < end, "no report: {state}; the log:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The message as stored.
    pub async fn message(&self, test: &Test) -> Vec<u8> {
        let answer = self.get(&format!("/api/v1/tests/{}/message", test.key)).await;
        assert_eq!((answer.status, answer.content_type.as_str()), (200, "message/rfc822"));
        answer.body
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn spawn(setting: &Setting) -> Child {
    let log = OpenOptions::new().create(true).append(true).open(log(setting)).expect("a log");
    let printed: File = log.try_clone().expect("a log");
    let mut command = Command::new("sh");
    if !setting.more.iter().any(|arg| arg == "--database") {
        command.env("VAGLIO_DATABASE", format!("sqlite://{}", setting.database.display()));
    }
    // A file that may not grow (RLIMIT_FSIZE) is to be an error, as on a full disk, not the end.
    command
        .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_vaglio")])
        .args(["serve", "--domain", "vaglio.test", "--smtp-listen", &setting.smtp.to_string()])
        .args(["--http-listen", &setting.http.to_string(), "--dns", &setting.dns.to_string()])
        .args(&setting.more)
        .stdin(Stdio::null())
        .stdout(printed)
        .stderr(log)
        .spawn()
        .expect("the program starts")
}

fn log(setting: &Setting) -> PathBuf {
    setting.database.with_extension("log")
}

/// Without redirects, so that a test sees them.
pub fn client() -> reqwest::Client {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    // No connection is kept: the service may end an idle one the very moment that it is used again.
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .pool_max_idle_per_host(0)
        .build()
        .expect("a client")
}

/// Findings of every section by code, with their status.
pub fn findings(report: &Value) -> Vec<(String, String)> {
    let sections = report["sections"].as_array().expect("sections");
    let all = sections.iter().flat_map(|section| section["findings"].as_array().expect("findings"));
    let text = |finding: &Value, name: &str| finding[name].as_str().unwrap_or_default().to_owned();
    all.map(|finding| (text(finding, "code"), text(finding, "status"))).collect()
}

pub fn has(report: &Value, code: &str, status: &str) -> bool {
    findings(report).contains(&(code.to_owned(), status.to_owned()))
}

/// What DNS had to tell, as one comparable value.
pub fn verdicts(report: &Value) -> Value {
    let auth = &report["auth"];
    let signatures = auth["dkim"].as_array().expect("signatures");
    let dkim: Vec<_> = signatures
        .iter()
        .map(|signature| json!([signature["domain"], signature["selector"], signature["result"]]))
        .collect();
    json!({"spf": auth["spf"]["result"], "dkim": dkim, "dmarc": auth["dmarc"]["result"]})
}
