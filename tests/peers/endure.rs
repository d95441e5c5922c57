//! Mixed load with a fault now and then: what is acknowledged is reported once, and nothing grows.
//!
//! Some seventy seconds in the run of all tests. `VAGLIO_ENDURE=3600 cargo test --release --features peers --test peers endure
//! -- --nocapture` is the hour, with a fault a minute.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};
use tokio::io::AsyncWriteExt;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::service::{Service, Test, client};
use super::support::dns::Server;
use super::support::smtp::{Sender, hand_over, send};
use super::support::spamd::Spamd;
use super::world;

const CLIENTS: u64 = 6;
/// Messages that may wait for their reports before clients pause.
const BEHIND: usize = 60;
/// After the last fault, everything is reported within this.
const SETTLED: Duration = Duration::from_secs(90);

/// What goes wrong. Each is over when [`World::suffer`] returns.
#[derive(Clone, Copy, Debug)]
enum Fault {
    Killed,
    Restarted,
    Stopped,
    DatabaseLocked,
    DiskFull,
    NoDescriptors,
    DnsDead,
    SpamdHangs,
    ClockJumped,
    RowDamaged,
}

const FAULTS: [Fault; 10] = [
    Fault::Killed,
    Fault::DatabaseLocked,
    Fault::DnsDead,
    Fault::Restarted,
    Fault::DiskFull,
    Fault::SpamdHangs,
    Fault::NoDescriptors,
    Fault::Stopped,
    Fault::ClockJumped,
    Fault::RowDamaged,
];
/// Only these in the last half, so that one process is watched for all of it.
const SURVIVED: [Fault; 8] = [
    Fault::DatabaseLocked,
    Fault::DnsDead,
    Fault::DiskFull,
    Fault::SpamdHangs,
    Fault::NoDescriptors,
    Fault::Stopped,
    Fault::ClockJumped,
    Fault::RowDamaged,
];

struct World {
    service: Service,
    dns: Server,
    spamd: Spamd,
}

/// What the clients have done.
#[derive(Default)]
struct Tally {
    acknowledged: Mutex<VecDeque<Test>>,
    sent: AtomicU64,
    refused: AtomicU64,
    verified: AtomicU64,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn through_fault_after_fault_every_acknowledged_message_is_reported_once_and_nothing_grows() {
    let endure = std::env::var("VAGLIO_ENDURE").ok().map(|text| text.parse().expect("VAGLIO_ENDURE: seconds"));
    let (length, pause) = match endure {
        Some(seconds) => (Duration::from_secs(seconds), Duration::from_secs(60)),
        None => (Duration::from_secs(70), Duration::from_secs(6)),
    };
    let seed = std::env::var("VAGLIO_SEED").ok().map_or_else(rand::random, |text| text.parse().expect("VAGLIO_SEED"));
    eprintln!("VAGLIO_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let dns = world::dns(&[]).await;
    let spamd = Spamd::start(Duration::from_millis(5)).await;
    let service = Service::start(dns.addr, &["--spamd", &spamd.address, "--trust-xclient", "127.0.0.0/8"]).await;
    let mut world = World { service, dns, spamd };
    let tally = Arc::new(Tally::default());
    // The verifier ends after the clients: a message may be on its way when they are told to.
    let (done, all_sent) = (CancellationToken::new(), CancellationToken::new());
    let load = |done: &CancellationToken| -> Vec<_> {
        let target = Target { smtp: world.service.smtp(), url: world.service.url("") };
        let one = |n| tokio::spawn(clients(n, target.clone(), tally.clone(), done.clone()));
        (0..CLIENTS).map(one).collect()
    };
    let mut running = load(&done);
    let verifier = tokio::spawn(verify(world.service.url(""), tally.clone(), all_sent.clone()));

    let began = Instant::now();
    let mut rest = None;
    let (mut count, mut suffered) = (0, Vec::new());
    let mut memory = Vec::new();
    while began.elapsed() < length {
        let second_half = began.elapsed() * 2 > length;
        if second_half && rest.is_none() {
            // Whatever a process needs once, it has by now.
            rest = Some(world.at_rest().await);
        }
        let fault = match count {
            // Each once, then as it comes.
            n if n < FAULTS.len() && !second_half => FAULTS[n],
            _ if second_half => *SURVIVED.choose(&mut random).unwrap(),
            _ => *FAULTS.choose(&mut random).unwrap(),
        };
        count += 1;
        world.suffer(fault, &mut random).await;
        suffered.push(fault);
        let next = pause * u32::try_from(count).unwrap();
        sleep(next.saturating_sub(began.elapsed()).min(length.saturating_sub(began.elapsed()))).await;
        if second_half {
            memory.push(world.service.memory());
        }
        eprintln!(
            "{:>5} s  {fault:?}: {} kB, {} files, {} acknowledged, {} verified, {} refused",
            began.elapsed().as_secs(),
            world.service.memory(),
            world.service.descriptors(),
            tally.sent.load(Ordering::Relaxed),
            tally.verified.load(Ordering::Relaxed),
            tally.refused.load(Ordering::Relaxed)
        );
    }
    done.cancel();
    for client in running.drain(..) {
        client.await.unwrap();
    }
    all_sent.cancel();
    verifier.await.unwrap();
    let sent = tally.sent.load(Ordering::Relaxed);
    assert_eq!(tally.verified.load(Ordering::Relaxed), sent, "each reported");
    assert!(sent > length.as_secs() / 4, "that was no load: {sent} messages");
    assert_eq!(twice(&world.service).await, 0, "some were reported twice");

    let before = rest.expect("a second half");
    let after = world.at_rest().await;
    eprintln!("at rest, before and after the second half: {before:?}, {after:?}; {suffered:?}");
    assert!(after.descriptors <= before.descriptors + 8, "descriptors leak: {before:?} {after:?}");
    assert!(after.tasks <= before.tasks + 8, "tasks leak: {before:?} {after:?}");
    let (early, late) = memory.split_at(memory.len() / 2);
    let most = |part: &[u64]| part.iter().copied().max().unwrap_or(0);
    assert!(most(late) < most(early) + most(early) / 4 + 20_000, "memory grows: {memory:?} kB");
}

/// What it holds when nothing is asked of it.
#[derive(Debug)]
struct Rest {
    descriptors: usize,
    tasks: u64,
}

impl World {
    /// The least within a few seconds: load may be on.
    async fn at_rest(&self) -> Rest {
        let mut rest = Rest { descriptors: usize::MAX, tasks: u64::MAX };
        for _ in 0..30 {
            let metrics = String::from_utf8(self.service.get("/metrics").await.body).unwrap();
            let tasks = metrics.lines().find_map(|line| line.strip_prefix("vaglio_tasks ")).expect("vaglio_tasks");
            rest.tasks = rest.tasks.min(tasks.parse().unwrap());
            rest.descriptors = rest.descriptors.min(self.service.descriptors());
            sleep(Duration::from_millis(200)).await;
        }
        rest
    }

    async fn suffer(&mut self, fault: Fault, random: &mut StdRng) {
        let some_time = Duration::from_millis(random.random_range(500..5000));
        match fault {
            Fault::Killed => {
                self.service.kill();
                self.service.restart().await;
            }
            Fault::Restarted => {
                self.service.terminate();
                self.service.ended().await;
                self.service.restart().await;
            }
            Fault::Stopped => {
                self.service.signal("STOP");
                sleep(some_time).await;
                self.service.signal("CONT");
            }
            Fault::DatabaseLocked => {
                let mut other = self.database().await;
                // It may be our turn only after a few tries.
                while sqlx::query("BEGIN EXCLUSIVE").execute(&mut other).await.is_err() {}
                sleep(some_time + Duration::from_secs(3)).await;
                sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
            }
            Fault::DiskFull => {
                // No file may grow beyond this: SQLite sees its writes fail.
                self.service.limit("--fsize=65536:");
                sleep(some_time).await;
                self.service.limit("--fsize=unlimited:");
            }
            Fault::NoDescriptors => {
                self.service.limit(&format!("--nofile={}:", self.service.descriptors()));
                sleep(some_time).await;
                self.service.limit("--nofile=4096:");
            }
            Fault::DnsDead => {
                self.dns.hush(true);
                sleep(some_time).await;
                self.dns.hush(false);
            }
            Fault::SpamdHangs => {
                self.spamd.hangs.store(true, Ordering::Relaxed);
                sleep(some_time).await;
                self.spamd.hangs.store(false, Ordering::Relaxed);
            }
            Fault::ClockJumped => {
                // Leases as if they had been taken while the clock was a day ahead.
                let jump = "UPDATE jobs SET due = due + 86400000";
                while sqlx::query(jump).execute(&mut self.database().await).await.is_err() {}
            }
            Fault::RowDamaged => {
                // Long since verified, and perhaps deleted.
                let damage =
                    "UPDATE analyses SET report = X'00' WHERE delivery = (SELECT max(delivery) - 400 FROM analyses)";
                while sqlx::query(damage).execute(&mut self.database().await).await.is_err() {}
            }
        }
    }

    async fn database(&self) -> SqliteConnection {
        let options = SqliteConnectOptions::new().filename(&self.service.setting.database);
        SqliteConnection::connect_with(&options.busy_timeout(Duration::from_secs(10))).await.unwrap()
    }
}

/// How many messages have two first reports.
async fn twice(service: &Service) -> i64 {
    let options = SqliteConnectOptions::new().filename(&service.setting.database).read_only(true);
    let mut database = SqliteConnection::connect_with(&options).await.unwrap();
    let count =
        "SELECT count(*) FROM (SELECT 1 FROM analyses WHERE reason = 'initial' GROUP BY delivery HAVING count(*) > 1)";
    sqlx::query_scalar(count).fetch_one(&mut database).await.unwrap()
}

#[derive(Clone)]
struct Target {
    smtp: std::net::SocketAddr,
    url: String,
}

/// One client: mail of every size, with and without TLS, to tests and probes; pages; and bad manners.
async fn clients(n: u64, target: Target, tally: Arc<Tally>, done: CancellationToken) {
    let mut random = StdRng::seed_from_u64(n);
    let http = client();
    while !done.is_cancelled() {
        sleep(Duration::from_millis(random.random_range(20..300))).await;
        // No faster than it is examined: what is to be shown is endurance.
        if tally.acknowledged.lock().unwrap().len() > BEHIND {
            continue;
        }
        let Some(test) = fresh(&http, &target.url).await else { continue };
        let size: usize = if random.random_ratio(1, 20) { 400_000 } else { random.random_range(100..20_000) };
        let message = format!(
            "From: anna@good.example\r\nTo: {}\r\nSubject: x\r\n\r\n{}",
            test.address,
            "Some text of a message, so and so long.\r\n".repeat(size / 41)
        );
        let network = format!("198.18.{}.10", random.random_range(0..8));
        let sender = Sender {
            ip: Some(network.parse().unwrap()),
            helo: "mail.good.example",
            tls: random.random_ratio(1, 4),
            mail_from: "anna@good.example",
        };
        match random.random_range(0..12) {
            0 => drop(send(target.smtp, &sender, "spf@vaglio.test", message.as_bytes()).await),
            1 => drop(send(target.smtp, &sender, "nobody@vaglio.test", message.as_bytes()).await),
            2 => drop(break_off(target.smtp, &test, message.as_bytes()).await),
            3 => {
                for path in ["/", "/spf", "/check", &format!("/t/{}", test.key)] {
                    drop(http.get(format!("{}{path}", target.url)).timeout(Duration::from_secs(5)).send().await);
                }
            }
            4 => {
                let events = http.get(format!("{}/api/v1/tests/{}/events", target.url, test.key));
                drop(events.timeout(Duration::from_millis(random.random_range(100..3000))).send().await);
            }
            _ => match send_and_tell(target.smtp, &sender, &test, message.as_bytes()).await {
                Ok(()) => {
                    tally.sent.fetch_add(1, Ordering::Relaxed);
                    tally.acknowledged.lock().unwrap().push_back(test);
                }
                Err(_) => drop(tally.refused.fetch_add(1, Ordering::Relaxed)),
            },
        }
    }
}

/// `Ok` as soon as the final dot is answered 250: what comes after does not matter.
async fn send_and_tell(
    smtp: std::net::SocketAddr,
    sender: &Sender<'_>,
    test: &Test,
    message: &[u8],
) -> std::io::Result<()> {
    let talk = hand_over(smtp, sender, &test.address, message);
    tokio::time::timeout(Duration::from_secs(90), talk).await.map_err(std::io::Error::other)?.map(drop)
}

/// Hangs up in the middle of a message.
async fn break_off(smtp: std::net::SocketAddr, test: &Test, message: &[u8]) -> std::io::Result<()> {
    let mut socket = tokio::net::TcpStream::connect(smtp).await?;
    let commands = format!("EHLO x.example\r\nMAIL FROM:<>\r\nRCPT TO:<{}>\r\nDATA\r\n", test.address);
    socket.write_all(commands.as_bytes()).await?;
    socket.write_all(&message[..message.len() / 2]).await
}

async fn fresh(http: &reqwest::Client, url: &str) -> Option<Test> {
    let made = http.post(format!("{url}/api/v1/tests")).timeout(Duration::from_secs(5)).send().await.ok()?;
    let made: serde_json::Value = serde_json::from_slice(&made.bytes().await.ok()?).ok()?;
    Some(Test { address: made["address"].as_str()?.to_owned(), key: made["key"].as_str()?.to_owned() })
}

/// Waits for the report of each acknowledged message; asks some to be examined again, and deletes some.
async fn verify(url: String, tally: Arc<Tally>, all_sent: CancellationToken) {
    let http = client();
    let mut stopped = None;
    loop {
        let Some(test) = tally.acknowledged.lock().unwrap().pop_front() else {
            if all_sent.is_cancelled() {
                return;
            }
            sleep(Duration::from_millis(20)).await;
            continue;
        };
        if all_sent.is_cancelled() {
            let since = stopped.get_or_insert_with(Instant::now);
            assert!(since.elapsed() < SETTLED, "{} is not reported", test.key);
        }
        match state(&http, &url, &test).await {
            Some(deliveries) if deliveries.len() > 1 => panic!("{} is doubled: {deliveries:?}", test.key),
            Some(deliveries) if deliveries.first().is_some_and(|one| one == "ready") => {
                let n = tally.verified.fetch_add(1, Ordering::Relaxed);
                let of = format!("{url}/api/v1/tests/{}", test.key);
                match n % 10 {
                    0..3 => drop(http.delete(of).timeout(Duration::from_secs(10)).send().await),
                    3 => drop(http.post(format!("{of}/recheck")).timeout(Duration::from_secs(5)).send().await),
                    _ => {}
                }
            }
            Some(deliveries) if deliveries.first().is_some_and(|one| one == "failed") => {
                panic!("{} was given up", test.key)
            }
            Some(deliveries) if deliveries.is_empty() => panic!("{} was acknowledged and is gone", test.key),
            _ => {
                tally.acknowledged.lock().unwrap().push_back(test);
                sleep(Duration::from_millis(10)).await;
            }
        }
    }
}

/// The states of a test's messages; `None` when the service did not say.
async fn state(http: &reqwest::Client, url: &str, test: &Test) -> Option<Vec<String>> {
    let asked =
        http.get(format!("{url}/api/v1/tests/{}", test.key)).timeout(Duration::from_secs(10)).send().await.ok()?;
    if asked.status() != 200 {
        return None;
    }
    let state: serde_json::Value = serde_json::from_slice(&asked.bytes().await.ok()?).ok()?;
    let states = state["deliveries"].as_array()?.iter();
    Some(states.map(|one| one["state"].as_str().unwrap_or_default().to_owned()).collect())
}
