//! Killed at any instant: what was acknowledged is stored, once, with its job.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use vaglio::address::TestId;

use crate::cases::{MINUTE, open};
use crate::sample::{delivery, evidence, report};

const DIR: &str = "VAGLIO_TEST_DIR";
const LIFE: &str = "VAGLIO_TEST_LIFE";
const KILLS: u32 = 10;

/// This very test binary, told to run one ignored test in this directory; `command` is put before it.
pub fn child(mut command: Command, test: &str, dir: &Path) -> Command {
    command.arg(std::env::current_exe().unwrap());
    command.args([test, "--exact", "--ignored", "--nocapture"]).env(DIR, dir);
    command
}

pub fn child_dir() -> PathBuf {
    std::env::var_os(DIR).expect("run as a child").into()
}

fn url(dir: &Path) -> String {
    format!("sqlite://{}", dir.join("vaglio.db").display())
}

fn id(life: u32, n: u32) -> TestId {
    let ([.., a, b], [c, d, e, f]) = (life.to_be_bytes(), n.to_be_bytes());
    TestId([a, b, c, d, e, f, 1])
}

fn body(life: u32, n: u32) -> String {
    format!("life {life}, message {n}: {}", "x".repeat((n % 900) as usize * 10))
}

/// Accepts and finishes without end, and says what it was told is stored.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a child of the next test, which kills it"]
async fn works_until_it_is_killed() {
    let store = open(&url(&child_dir())).await;
    let life: u32 = std::env::var(LIFE).unwrap().parse().unwrap();
    let next = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
    for _ in 0..16 {
        let (store, next) = (store.clone(), next.clone());
        tokio::spawn(async move {
            loop {
                let n = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                let to = vec![vaglio::address::Destination::Test(id(life, n))];
                store.accept(delivery(body(life, n)), to).await.unwrap();
                let mut out = std::io::stdout().lock();
                writeln!(out, "stored {n}").unwrap();
                out.flush().unwrap();
            }
        });
    }
    loop {
        for job in store.claim(8, Duration::from_millis(200)).await.unwrap() {
            let task = store.delivery(job.delivery).await.unwrap().unwrap();
            store.finish(&job, &report(&task.delivery, 92), &evidence()).await.unwrap();
        }
    }
}

#[tokio::test]
async fn killed_again_and_again_it_loses_nothing_that_was_acknowledged() {
    let dir = tempfile::tempdir().unwrap();
    let mut acknowledged: Vec<(u32, u32)> = Vec::new();
    for life in 0..KILLS {
        let env = Command::new("env");
        let mut child = child(env, "crash::works_until_it_is_killed", dir.path())
            .env(LIFE, life.to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let enough = 40 + 37 * life as usize;
        let mut killed = false;
        for line in lines {
            // The last line may be torn.
            let Ok(line) = line else { break };
            if let Some(n) = line.strip_prefix("stored ") {
                acknowledged.push((life, n.parse().unwrap()));
            }
            if !killed && acknowledged.iter().filter(|(of, _)| *of == life).count() >= enough {
                child.kill().unwrap();
                killed = true;
            }
        }
        child.wait().unwrap();
        assert!(killed, "life {life} ended by itself");
    }
    let store = open(&url(dir.path())).await;
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
    assert!(acknowledged.len() > 1000, "{}", acknowledged.len());
    for (life, n) in acknowledged {
        let list = store.deliveries(id(life, n)).await.unwrap();
        assert_eq!(list.len(), 1, "life {life}, message {n}");
        assert_eq!((list[0].score, list[0].analyses), (Some(92), 1), "reported once");
        assert_eq!(store.raw(id(life, n), None).await.unwrap().unwrap(), body(life, n));
    }
}
