//! Killed at any instant: what was acknowledged is stored, once, with its job; and reported once.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use vaglio::address::TestId;

use crate::cases::{MINUTE, open};
use crate::sample::{delivery, evidence, report};

const DIR: &str = "VAGLIO_TEST_DIR";
const URL: &str = "VAGLIO_TEST_URL";
const LIFE: &str = "VAGLIO_TEST_LIFE";
const KILLS: usize = 10;

/// This very test binary, told to run one test in this directory; `command` is put before it.
pub fn child(mut command: Command, test: &str, dir: &Path) -> Command {
    command.arg(std::env::current_exe().unwrap());
    command.args([test, "--exact", "--nocapture"]).env(DIR, dir);
    command
}

/// Where a child works; `None` in the run of all tests, where there is nothing for it to do.
pub fn child_dir() -> Option<PathBuf> {
    std::env::var_os(DIR).map(PathBuf::from)
}

fn id(life: u32, n: u32) -> TestId {
    let ([.., a, b], [c, d, e, f]) = (life.to_be_bytes(), n.to_be_bytes());
    TestId([a, b, c, d, e, f, 1])
}

fn body(life: u32, n: u32) -> String {
    format!("life {life}, message {n}: {}", "x".repeat((n % 900) as usize * 10))
}

/// The child of other tests: accepts and finishes without end, and says what it was told is stored.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn works_until_it_is_killed() {
    if child_dir().is_none() {
        return;
    }
    let store = open(&std::env::var(URL).unwrap()).await;
    let life: u32 = std::env::var(LIFE).unwrap().parse().unwrap();
    let next = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
    for _ in 0..16 {
        let (store, next) = (store.clone(), next.clone());
        tokio::spawn(async move {
            loop {
                let n = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                let to = vec![vaglio::address::Destination::Test(id(life, n))];
                // What is refused was not acknowledged; the database may be away for a while.
                if store.accept(delivery(body(life, n)), to).await.is_err() {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    continue;
                }
                let mut out = std::io::stdout().lock();
                writeln!(out, "stored {n}.").unwrap();
                out.flush().unwrap();
            }
        });
    }
    loop {
        let Ok(jobs) = store.claim(8, Duration::from_millis(200)).await else {
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        for job in jobs {
            let Ok(task) = store.delivery(job.delivery).await else { continue };
            drop(store.finish(&job, &report(&task.unwrap().delivery, 92), &evidence()).await);
        }
    }
}

/// Two nodes of one database: each is killed and started again in turn while the other works on.
pub struct Nodes {
    dir: tempfile::TempDir,
    url: String,
    lives: u32,
    pub acknowledged: Arc<Mutex<Vec<(u32, u32)>>>,
}

pub struct Node {
    life: u32,
    child: std::process::Child,
    reader: std::thread::JoinHandle<()>,
}

impl Nodes {
    pub fn of(url: &str) -> Nodes {
        let dir = tempfile::tempdir().unwrap();
        Nodes { dir, url: url.to_owned(), lives: 0, acknowledged: Arc::default() }
    }

    /// Starts a process that accepts and finishes until it is killed.
    pub fn start(&mut self) -> Node {
        let life = self.lives;
        self.lives += 1;
        let mut child = child(Command::new("env"), "crash::works_until_it_is_killed", self.dir.path())
            .env(LIFE, life.to_string())
            .env(URL, &self.url)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let acknowledged = self.acknowledged.clone();
        let reader = std::thread::spawn(move || {
            // The last line may be torn: then it is no number, or one that was not said.
            for line in lines.map_while(Result::ok) {
                if let Some(Ok(n)) = line.strip_prefix("stored ").and_then(|n| n.strip_suffix('.')).map(str::parse) {
                    acknowledged.lock().unwrap().push((life, n));
                }
            }
        });
        Node { life, child, reader }
    }

    /// Of this node, so far.
    pub fn acknowledged_by(&self, node: &Node) -> usize {
        self.acknowledged.lock().unwrap().iter().filter(|(life, _)| *life == node.life).count()
    }

    pub fn kill_after(&self, mut node: Node, enough: usize) {
        let patience = Instant::now() + MINUTE;
        while self.acknowledged_by(&node) < enough {
            assert!(node.child.try_wait().unwrap().is_none(), "life {} ended by itself", node.life);
            assert!(Instant::now() < patience, "life {} stored too little", node.life);
            std::thread::sleep(Duration::from_millis(2));
        }
        node.child.kill().unwrap();
        node.child.wait().unwrap();
        node.reader.join().unwrap();
    }

    /// Everything acknowledged is there once, and is reported once when what is left has been done.
    pub async fn lost_nothing(&self) {
        let store = open(&self.url).await;
        tokio::time::sleep(Duration::from_millis(250)).await;
        loop {
            let jobs = store.claim(100, MINUTE).await.unwrap();
            if jobs.is_empty() {
                break;
            }
            for job in jobs {
                let task = store.delivery(job.delivery).await.unwrap().unwrap();
                assert!(store.finish(&job, &report(&task.delivery, 92), &evidence()).await.unwrap());
            }
        }
        let acknowledged = std::mem::take(&mut *self.acknowledged.lock().unwrap());
        assert!(acknowledged.len() > 600, "{}", acknowledged.len());
        for (life, n) in acknowledged {
            let list = store.deliveries(id(life, n)).await.unwrap();
            assert_eq!(list.len(), 1, "life {life}, message {n}");
            assert_eq!((list[0].score, list[0].analyses), (Some(92), 1), "reported once");
            assert_eq!(store.raw(id(life, n), None).await.unwrap().unwrap(), body(life, n));
        }
    }
}

#[tokio::test]
async fn killed_again_and_again_it_loses_nothing_that_was_acknowledged() {
    let dir = tempfile::tempdir().unwrap();
    let mut nodes = Nodes::of(&format!("sqlite://{}", dir.path().join("vaglio.db").display()));
    for life in 0..KILLS {
        let node = nodes.start();
        nodes.kill_after(node, 40 + 37 * life);
    }
    nodes.lost_nothing().await;
}
