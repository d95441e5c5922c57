//! Our own misfortunes, on a whole service: the door answers 4xx and goes on, the page says what is wrong, and nobody has to
//! help it up again.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::{Rng, SeedableRng};
use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use vaglio::address::{Probe, TestId};
use vaglio::analyse::{Choices, Evidence, Examiner};
use vaglio::check::Section;
use vaglio::command::serve::{self, Running};
use vaglio::config::{Config, Role, ServeOptions};
use vaglio::delivery::Delivery;
use vaglio::dns::Zone;
use vaglio::events::Bus;
use vaglio::facts::Purpose;
use vaglio::probe::Judged;
use vaglio::report::Report;
use vaglio::store::{Options, Store};
use vaglio::worker::{Examine, Pace, Worker};

const MESSAGE: &str = "From: anna@example.org\r\nSubject: x\r\n\r\nx\r\n";
/// The slowest thing that may take long on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

struct Service {
    running: Running,
    database: PathBuf,
    _folder: tempfile::TempDir,
}

async fn service(more: ServeOptions) -> Service {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("vaglio.db");
    let config = Config::new(ServeOptions {
        smtp_listen: vec!["127.0.0.1:0".parse().unwrap()],
        http_listen: Some("127.0.0.1:0".parse().unwrap()),
        database: Some(format!("sqlite://{}", database.display())),
        ..more
    })
    .unwrap();
    let zone = config.dns.is_empty().then(|| Arc::new(Zone::default()) as _);
    let running = serve::start_with(&config, zone).await.unwrap();
    Service { running, database, _folder: folder }
}

impl Service {
    fn fresh(&self) -> TestId {
        self.running.book.fresh(jiff::Timestamp::now()).unwrap()
    }

    async fn send(&self, test: TestId) -> String {
        send(self.running.smtp[0], &self.running.book.address(test)).await
    }

    async fn page(&self, test: TestId) -> String {
        ask(self.running.http.unwrap(), "GET", &format!("/t/{}", self.running.book.key(test))).await
    }

    async fn api(&self, method: &str, test: TestId, what: &str) -> String {
        ask(self.running.http.unwrap(), method, &format!("/api/v1/tests/{}{what}", self.running.book.key(test))).await
    }

    async fn report(&self, test: TestId) -> String {
        until(async || {
            let said = self.api("GET", test, "/report").await;
            said.starts_with("HTTP/1.1 200").then(|| said.split_once("\r\n\r\n").unwrap().1.to_owned())
        })
        .await
    }

    async fn database(&self) -> SqliteConnection {
        database(&self.database).await
    }
}

async fn database(file: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(file).busy_timeout(Duration::from_secs(10));
    SqliteConnection::connect_with(&options).await.unwrap()
}

/// What is said once there is something to say.
async fn until<T>(mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let asking = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, asking).await.expect("an answer")
}

async fn send(smtp: SocketAddr, to: &str) -> String {
    send_message(smtp, to, MESSAGE).await
}

async fn send_message(smtp: SocketAddr, to: &str, message: &str) -> String {
    let mut socket = TcpStream::connect(smtp).await.unwrap();
    let commands =
        format!("EHLO x.example\r\nMAIL FROM:<anna@example.org>\r\nRCPT TO:<{to}>\r\nDATA\r\n{message}.\r\nQUIT\r\n");
    socket.write_all(commands.as_bytes()).await.unwrap();
    let mut said = String::new();
    drop(socket.read_to_string(&mut said).await);
    said
}

async fn ask(http: SocketAddr, method: &str, path: &str) -> String {
    let mut socket = TcpStream::connect(http).await.unwrap();
    let request = format!("{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut said = String::new();
    socket.read_to_string(&mut said).await.unwrap();
    said
}

#[tokio::test]
async fn without_a_resolver_it_starts_takes_mail_and_says_what_it_could_not_find_out() {
    // Nobody is there: a port that was free a moment ago.
    let dead = std::net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let more = ServeOptions { dns: vec![dead], spamd: Some("127.0.0.1:1".to_owned()), ..ServeOptions::default() };
    let service = service(more).await;
    let test = service.fresh();
    let said = service.send(test).await;
    assert!(said.contains("250 2.6.0"), "{said}");
    let report = service.report(test).await;
    assert!(report.contains("\"not_determined\""), "{report}");
    assert!(report.contains("\"result\":\"temperror\""), "{report}");
    service.running.stop().await;
}

#[tokio::test]
async fn while_spamd_hangs_reports_are_made_without_it_and_say_so() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let spamd = Some(listener.local_addr().unwrap().to_string());
    // It takes every message and says nothing.
    let hanging = tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((socket, _)) = listener.accept().await {
            held.push(socket);
        }
    });
    let service = service(ServeOptions { spamd, ..ServeOptions::default() }).await;
    let tests: Vec<TestId> = (0..8).map(|_| service.fresh()).collect();
    let began = Instant::now();
    for test in &tests {
        assert!(service.send(*test).await.contains("250 2.6.0"));
    }
    for test in &tests {
        let report = service.report(*test).await;
        assert!(report.contains("\"status\":\"not_determined\""), "{report}");
    }
    assert!(began.elapsed() < Duration::from_secs(40), "they wait beside each other: {:?}", began.elapsed());
    hanging.abort();
    service.running.stop().await;
}

#[tokio::test]
async fn while_the_database_is_locked_mail_is_put_off_and_pages_are_shown_and_then_all_is_well() {
    let service = service(ServeOptions::default()).await;
    let (before, test) = (service.fresh(), service.fresh());
    assert!(service.send(before).await.contains("250 2.6.0"));
    service.report(before).await;
    let mut other = service.database().await;
    sqlx::query("BEGIN EXCLUSIVE").execute(&mut other).await.unwrap();
    let began = Instant::now();
    let said = service.send(test).await;
    assert!(said.contains("451 4.3.0"), "{said}");
    assert!(said.contains("221 "), "the session goes on: {said}");
    assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
    assert!(service.page(before).await.starts_with("HTTP/1.1 200"));
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    assert!(service.send(test).await.contains("250 2.6.0"));
    service.report(test).await;
    service.running.stop().await;
}

#[tokio::test]
async fn a_damaged_report_is_said_to_be_our_fault_and_hides_no_other() {
    let service = service(ServeOptions::default()).await;
    let (damaged, good) = (service.fresh(), service.fresh());
    for test in [damaged, good] {
        assert!(service.send(test).await.contains("250 2.6.0"));
        service.report(test).await;
    }
    let damage = "UPDATE analyses SET report = X'28B52FFD00' WHERE delivery = 1";
    sqlx::query(damage).execute(&mut service.database().await).await.unwrap();
    let page = service.page(damaged).await;
    assert!(page.starts_with("HTTP/1.1 500") && page.contains("Something broke here"), "{page}");
    assert!(service.api("GET", damaged, "/report").await.starts_with("HTTP/1.1 500"));
    assert!(service.page(good).await.starts_with("HTTP/1.1 200"));
    // Another message to the same test is shown; and asked again, the first itself is whole.
    assert!(service.send(damaged).await.contains("250 2.6.0"));
    until(async || service.api("GET", damaged, "/report?delivery=2").await.starts_with("HTTP/1.1 200").then_some(()))
        .await;
    assert!(service.api("POST", damaged, "/recheck?delivery=1").await.starts_with("HTTP/1.1 202"));
    until(async || service.api("GET", damaged, "/report?delivery=1").await.starts_with("HTTP/1.1 200").then_some(()))
        .await;
    service.running.stop().await;
}

/// An examiner one of whose checks panics as long as it is told to.
#[derive(Clone)]
struct Panicking {
    examiner: Examiner,
    well: CancellationToken,
}

impl Examine for Panicking {
    async fn examine(
        &self,
        delivery: Arc<Delivery>,
        purpose: Option<Purpose>,
        told: &(dyn Fn(Section, u32) + Send + Sync),
    ) -> (Report, Evidence) {
        assert!(self.well.is_cancelled(), "a check panics");
        self.examiner.examine(delivery, Choices { purpose, hops: false }, told).await
    }

    async fn probe(&self, probe: Probe, delivery: Arc<Delivery>) -> Judged {
        self.examiner.probe(probe, &delivery).await
    }
}

#[tokio::test]
async fn when_a_check_panics_the_page_says_so_and_a_mended_one_makes_the_report() {
    let service = service(ServeOptions { roles: vec![Role::Smtp, Role::Web], ..ServeOptions::default() }).await;
    let store = Store::open(&format!("sqlite://{}", service.database.display()), Options::default()).await.unwrap();
    let examiner = Panicking { examiner: Examiner::new(Arc::new(Zone::default())), well: CancellationToken::new() };
    let pace =
        Pace { tries: 3, back_off: Duration::from_millis(20), poll: Duration::from_millis(50), ..Pace::default() };
    let shutdown = CancellationToken::new();
    let worker = Worker::with_pace(store, examiner.clone(), Bus::new(), pace);
    let worker = tokio::spawn(worker.run(shutdown.clone()));
    let test = service.fresh();
    assert!(service.send(test).await.contains("250 2.6.0"));
    let page = until(async || {
        let page = service.page(test).await;
        page.contains("This message could not be examined").then_some(page)
    })
    .await;
    assert!(page.starts_with("HTTP/1.1 500"), "{page}");
    assert!(service.api("GET", test, "").await.contains("\"state\":\"failed\""));
    examiner.well.cancel();
    assert!(service.api("POST", test, "/recheck").await.starts_with("HTTP/1.1 202"));
    service.report(test).await;
    assert!(service.page(test).await.starts_with("HTTP/1.1 200"));
    shutdown.cancel();
    worker.await.unwrap();
    service.running.stop().await;
}

/// The program as a process of its own, whose limits can be moved while it runs. Ends with the test.
struct Process {
    child: Child,
    smtp: SocketAddr,
    http: SocketAddr,
}

impl Process {
    async fn start(folder: &Path) -> Process {
        let free = || std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let (smtp, http) = (free(), free());
        let database = format!("sqlite://{}", folder.join("vaglio.db").display());
        // A file that may not grow is to be an error, as on a full disk, not the end.
        let child = Command::new("sh")
            .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_vaglio")])
            .args(["serve", "--smtp-listen", &smtp.to_string(), "--http-listen", &http.to_string()])
            .args(["--database", &database, "--dns", "127.0.0.1:1"])
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(folder.join("log")).unwrap())
            .spawn()
            .unwrap();
        let process = Process { child, smtp, http };
        until(async || {
            process.greeted().await?;
            TcpStream::connect(http).await.ok()
        })
        .await;
        process
    }

    async fn greeted(&self) -> Option<BufReader<TcpStream>> {
        let socket = TcpStream::connect(self.smtp).await.ok()?;
        let mut socket = BufReader::new(socket);
        let mut line = String::new();
        timeout(Duration::from_millis(500), socket.read_line(&mut line)).await.ok()?.ok()?;
        line.starts_with("220 ").then_some(socket)
    }

    /// Its limit on this resource from now on.
    fn limit(&self, resource: Resource, current: Option<u64>) {
        let maximum = getrlimit(resource).maximum;
        let current = current.or(maximum);
        prlimit(Some(Pid::from_child(&self.child)), resource, Rlimit { current, maximum }).unwrap();
    }

    fn descriptors(&self) -> u64 {
        std::fs::read_dir(format!("/proc/{}/fd", self.child.id())).unwrap().count() as u64
    }

    async fn fresh(&self) -> (String, String) {
        let said = ask(self.http, "POST", "/api/v1/tests").await;
        let test: serde_json::Value = serde_json::from_str(said.split_once("\r\n\r\n").unwrap().1).unwrap();
        let text = |name: &str| test[name].as_str().unwrap().to_owned();
        (text("address"), text("key"))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[tokio::test]
async fn on_a_full_disk_mail_is_put_off_and_taken_again_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path()).await;
    let (before, before_key) = process.fresh().await;
    assert!(send(process.smtp, &before).await.contains("250 2.6.0"));
    let report = format!("/api/v1/tests/{before_key}/report");
    until(async || ask(process.http, "GET", &report).await.starts_with("HTTP/1.1 200").then_some(())).await;

    // Neither the database nor the log may grow, but for what is below this.
    process.limit(Resource::Fsize, Some(1 << 10));
    let mut random = rand::rngs::StdRng::seed_from_u64(1);
    let mut incompressible = || -> String { (0..100_000).map(|_| random.random_range('a'..='z')).collect() };
    let mut said = String::new();
    let mut taken = Vec::new();
    for _ in 0..20 {
        let (address, key) = process.fresh().await;
        said = send_message(process.smtp, &address, &format!("{MESSAGE}{}\r\n", incompressible())).await;
        if !said.contains("250 2.6.0") {
            break;
        }
        taken.push(key);
    }
    assert!(said.contains("451 4.3.0"), "{said}");
    assert!(ask(process.http, "GET", &report).await.starts_with("HTTP/1.1 200"), "what is there is shown");
    assert!(ask(process.http, "GET", "/healthz").await.starts_with("HTTP/1.1 200"));

    process.limit(Resource::Fsize, None);
    let (address, key) = process.fresh().await;
    assert!(send(process.smtp, &address).await.contains("250 2.6.0"));
    taken.push(key);
    for key in taken {
        let report = format!("/api/v1/tests/{key}/report");
        until(async || ask(process.http, "GET", &report).await.starts_with("HTTP/1.1 200").then_some(())).await;
    }
}

#[tokio::test]
async fn out_of_file_descriptors_it_waits_and_goes_on_when_there_are_some() {
    let folder = tempfile::tempdir().unwrap();
    let mut process = Process::start(folder.path()).await;
    let (address, key) = process.fresh().await;
    process.limit(Resource::Nofile, Some(process.descriptors() + 10));
    let mut held = Vec::new();
    let mut turned_away = 0;
    while turned_away < 3 && held.len() < 40 {
        match process.greeted().await {
            Some(socket) => held.push(socket),
            None => turned_away += 1,
        }
    }
    assert!(turned_away >= 3, "{} were let in", held.len());
    assert!(process.child.try_wait().unwrap().is_none(), "it still runs");
    drop(held);
    until(async || process.greeted().await).await;
    // A message is taken and examined with what descriptors there are, or when there are more.
    until(async || send(process.smtp, &address).await.contains("250 2.6.0").then_some(())).await;
    process.limit(Resource::Nofile, None);
    let report = format!("/api/v1/tests/{key}/report");
    until(async || ask(process.http, "GET", &report).await.starts_with("HTTP/1.1 200").then_some(())).await;
}
