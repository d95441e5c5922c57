//! SQLite, and what only a file can show: deleted bytes, damage, a lock, a full disk.

use std::path::Path;
use std::time::{Duration, Instant};

use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use tempfile::TempDir;
use vaglio::address::{Destination, Probe, TestId};
use vaglio::store::{DeliveryState, Options, Store, StoreError};

use crate::cases::{MINUTE, all_cases, open};
use crate::crash::{child, child_dir};
use crate::sample::{delivery, evidence, report, test, to};

all_cases!();

async fn fresh() -> (TempDir, String) {
    let dir = tempfile::tempdir().unwrap();
    let url = url(&dir.path().join("vaglio.db"));
    (dir, url)
}

fn url(path: &Path) -> String {
    format!("sqlite://{}", path.display())
}

async fn connection(url: &str) -> SqliteConnection {
    let options: SqliteConnectOptions = url.parse().unwrap();
    SqliteConnection::connect_with(&options.foreign_keys(false)).await.unwrap()
}

async fn execute(url: &str, sql: &'static str) {
    sqlx::query(sql).execute(&mut connection(url).await).await.unwrap();
}

/// The bytes of every file of the database.
fn files(dir: &Path) -> Vec<u8> {
    std::fs::read_dir(dir).unwrap().flat_map(|entry| std::fs::read(entry.unwrap().path()).unwrap()).collect()
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

/// Bytes that zstd cannot shrink, so that they are found in the file as they are.
fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed;
    std::iter::repeat_with(|| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as u8
    })
    .take(length)
    .collect()
}

#[tokio::test]
async fn the_file_is_set_up_to_lose_nothing_and_to_forget_everything() {
    let (_dir, url) = fresh().await;
    let _store = open(&url).await;
    let mut connection = connection(&url).await;
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut connection).await.unwrap();
    let vacuum: i64 = sqlx::query_scalar("PRAGMA auto_vacuum").fetch_one(&mut connection).await.unwrap();
    assert_eq!((mode.as_str(), vacuum), ("wal", 2));
}

#[tokio::test]
async fn a_store_in_memory_works_for_tests() {
    let store = open("sqlite::memory:").await;
    store.accept(delivery("x"), to(1)).await.unwrap();
    assert_eq!(store.raw(test(1), None).await.unwrap().unwrap(), "x");
    assert_eq!(store.claim(1, MINUTE).await.unwrap().len(), 1);
}

#[tokio::test]
async fn deleted_bytes_are_in_no_file_any_more() {
    let (dir, url) = fresh().await;
    let store = open(&url).await;
    for (n, length) in [(1, 900), (2, 40_000), (3, 300_000), (4, 900)] {
        store.accept(delivery(noise(n.into(), length)), to(n)).await.unwrap();
    }
    let secret = |n: u64| noise(n, 600)[500..].to_vec();
    for n in 1..=4 {
        assert!(contains(&files(dir.path()), &secret(n)), "{n} must be found first, or this test proves nothing");
    }
    let before = std::fs::metadata(dir.path().join("vaglio.db")).unwrap().len();
    for n in 1..=3 {
        store.delete(test(n)).await.unwrap();
        assert!(!contains(&files(dir.path()), &secret(n.into())), "{n} is still there");
    }
    assert!(contains(&files(dir.path()), &secret(4)), "others stay");
    assert_eq!(std::fs::metadata(dir.path().join("vaglio.db-wal")).unwrap().len(), 0);
    let after = std::fs::metadata(dir.path().join("vaglio.db")).unwrap().len();
    assert!(after < before.max(300_000), "the file shrinks: {before} to {after}");
    store.sweep(jiff::Timestamp::now()).await.unwrap();
    assert!(!contains(&files(dir.path()), &secret(4)), "swept is deleted");
}

/// What a newer version opens: everything is still there, can be judged again, and goes on where it was.
#[tokio::test]
async fn a_store_of_the_first_version_opens_with_all_that_it_held() {
    let (_dir, url) = fresh().await;
    let new = url.parse::<SqliteConnectOptions>().unwrap().create_if_missing(true);
    let mut file = SqliteConnection::connect_with(&new).await.unwrap();
    sqlx::raw_sql(include_str!("first.sql")).execute(&mut file).await.unwrap();
    file.close().await.unwrap();
    let store = open(&url).await;
    let test = TestId(*b"\x1a\xd0\x8e\x17\x88\x60\xf7");
    let held = store.deliveries(test).await.unwrap();
    assert_eq!(
        held.iter().map(|one| (one.number, one.state)).collect::<Vec<_>>(),
        [(1, DeliveryState::Ready), (2, DeliveryState::Ready)]
    );
    for number in [1, 2] {
        let (_, report) = store.report(test, Some(number)).await.unwrap().unwrap();
        assert_eq!(report.ledger.score, 30, "in tenths");
        let raw = store.raw(test, Some(number)).await.unwrap().unwrap();
        assert!(raw.starts_with(b"From: Anna Rossi <anna@example.org>\r\n"));
        let stored = store.stored(test, Some(number)).await.unwrap().unwrap();
        assert!(!stored.evidence.unwrap().dns.is_empty(), "what was asked is known");
    }
    let [row] = &store.probe_results(Probe::Spf, None, 9).await.unwrap()[..] else { panic!("one row") };
    assert_eq!(row.domain.as_deref(), Some("example.org"));
    let (_, evidence) = store.probe_result(Probe::Spf, &row.id).await.unwrap().unwrap();
    assert_eq!(evidence.helo.as_deref().map(str::is_empty), Some(false));

    let filed = store.accept(delivery("x"), vec![Destination::Test(test)]).await.unwrap();
    assert_eq!(filed[0].number, 3);
    assert!(store.self_tests(jiff::Timestamp::UNIX_EPOCH).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_reader_in_the_way_delays_no_delivery_and_the_next_sweep_forgets() {
    let (dir, url) = fresh().await;
    let store = open(&url).await;
    store.accept(delivery(noise(1, 900)), to(1)).await.unwrap();
    let mut reader = connection(&url).await;
    sqlx::query("BEGIN").execute(&mut reader).await.unwrap();
    sqlx::query("SELECT count(*) FROM contents").fetch_all(&mut reader).await.unwrap();
    let deleting = tokio::spawn({
        let store = store.clone();
        async move { store.delete(test(1)).await }
    });
    // Who waits for the reader does so for five seconds, each time; a stalled disk only now and then.
    let quickest = async {
        loop {
            let began = Instant::now();
            store.accept(delivery("y"), to(2)).await.unwrap();
            if began.elapsed() < Duration::from_secs(4) {
                return;
            }
        }
    };
    tokio::time::timeout(MINUTE, quickest).await.expect("a delivery that does not wait for the reader");
    deleting.await.unwrap().unwrap();
    sqlx::query("COMMIT").execute(&mut reader).await.unwrap();
    store.sweep(jiff::Timestamp::UNIX_EPOCH).await.unwrap();
    assert!(!contains(&files(dir.path()), &noise(1, 600)[500..]));
}

#[tokio::test]
async fn a_damaged_row_hides_no_other_and_is_an_error_of_its_own() {
    let (_dir, url) = fresh().await;
    let store = open(&url).await;
    let sent = delivery("x");
    for _ in 0..3 {
        store.accept(sent.clone(), to(1)).await.unwrap();
    }
    for job in store.claim(10, MINUTE).await.unwrap() {
        store.finish(&job, &report(&sent, 92), &evidence()).await.unwrap();
    }
    execute(&url, "UPDATE contents SET raw = X'28B52FFD00' WHERE id = 1").await;
    execute(&url, "UPDATE analyses SET report = X'00' WHERE delivery = 1").await;
    execute(&url, "UPDATE deliveries SET received = 'yesterday' WHERE id = 2").await;
    let corrupt = |result: Result<_, StoreError>| matches!(result, Err(StoreError::Corrupt(_)));
    assert!(corrupt(store.raw(test(1), Some(1)).await.map(drop)));
    assert!(corrupt(store.stored(test(1), Some(1)).await.map(drop)));
    assert!(corrupt(store.report(test(1), Some(1)).await.map(drop)));
    assert!(corrupt(store.delivery(1).await.map(drop)));
    assert!(store.analyses(test(1), 1).await.unwrap().is_empty());
    let numbers: Vec<u32> = store.deliveries(test(1)).await.unwrap().iter().map(|summary| summary.number).collect();
    assert_eq!(numbers, [1, 3]);
    assert_eq!(store.raw(test(1), Some(3)).await.unwrap().unwrap(), "x");
    // It can still be deleted.
    store.delete(test(1)).await.unwrap();
}

#[tokio::test]
async fn a_locked_database_is_an_error_in_bounded_time_and_then_works_again() {
    let (_dir, url) = fresh().await;
    let store = open(&url).await;
    let mut other = connection(&url).await;
    sqlx::query("BEGIN EXCLUSIVE").execute(&mut other).await.unwrap();
    let began = Instant::now();
    let tasks: Vec<_> = (0..20)
        .map(|n| {
            let store = store.clone();
            tokio::spawn(async move { store.accept(delivery("x"), to(n)).await })
        })
        .collect();
    for task in tasks {
        assert!(task.await.unwrap().is_err());
    }
    assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    store.accept(delivery("y"), to(50)).await.unwrap();
    assert_eq!(store.raw(test(50), None).await.unwrap().unwrap(), "y");
    assert_eq!(store.raw(test(1), None).await.unwrap(), None, "what was refused is not there");
}

/// No file may grow beyond two megabytes: SQLite sees its writes fail, as on a full disk.
#[test]
fn a_full_disk_refuses_and_goes_on_when_there_is_room() {
    let dir = tempfile::tempdir().unwrap();
    let limited = r#"trap '' XFSZ; ulimit -S -f 4096; exec "$0" "$@""#;
    let mut command = std::process::Command::new("sh");
    command.arg("-c").arg(limited);
    let mut child = child(command, "sqlite::on_a_full_disk", dir.path());
    passes(child.env(MAKE_ROOM, "prlimit --pid $PPID --fsize=unlimited"));
}

/// The same with a real full disk, where this machine lets us mount one.
#[cfg(feature = "peers")]
#[test]
fn a_full_file_system_refuses_and_goes_on_when_there_is_room() {
    let dir = tempfile::tempdir().unwrap();
    let mounted = r#"mount -t tmpfs -o size=3m none "$VAGLIO_TEST_DIR" && exec "$0" "$@""#;
    let mut command = std::process::Command::new("unshare");
    command.args(["--map-root-user", "--mount", "sh", "-c", mounted]);
    let mut child = child(command, "sqlite::on_a_full_disk", dir.path());
    passes(child.env(MAKE_ROOM, r#"mount -o remount,size=64m "$VAGLIO_TEST_DIR""#));
}

fn passes(child: &mut std::process::Command) {
    let output = child.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("1 passed"), "{said}{}", String::from_utf8_lossy(&output.stderr));
}

/// The shell command that gives the disk room again.
const MAKE_ROOM: &str = "VAGLIO_TEST_MAKE_ROOM";

/// The child of the tests above, on a disk that is small.
#[tokio::test]
async fn on_a_full_disk() {
    let Some(dir) = child_dir() else { return };
    let store = open(&url(&dir.join("vaglio.db"))).await;
    store.accept(delivery("before"), to(1)).await.unwrap();
    let mut stored = Vec::new();
    let mut refused = 0;
    for n in 2..60 {
        match store.accept(delivery(noise(n.into(), 100_000)), to(n)).await {
            Ok(_) => stored.push(n),
            Err(error) => {
                refused += 1;
                assert!(!matches!(error, StoreError::Full), "{error}");
            }
        }
    }
    assert!(refused > 20 && stored.len() > 5, "{refused} refused, {} stored", stored.len());
    for n in 2..60 {
        assert_eq!(store.raw(test(n), None).await.unwrap().is_some(), stored.contains(&n), "{n}");
    }
    let make_room = std::env::var(MAKE_ROOM).unwrap();
    assert!(std::process::Command::new("sh").args(["-c", &make_room]).status().unwrap().success());
    for n in &stored {
        store.delete(test(*n)).await.unwrap();
    }
    store.accept(delivery(noise(7, 100_000)), to(60)).await.unwrap();
    assert_eq!(store.raw(test(60), None).await.unwrap().unwrap(), noise(7, 100_000));
    assert_eq!(store.deliveries(test(1)).await.unwrap()[0].state, DeliveryState::Analysing);
}

#[tokio::test]
async fn a_clock_that_jumped_back_delays_no_job() {
    let (_dir, url) = fresh().await;
    let store = open(&url).await;
    store.accept(delivery("x"), to(1)).await.unwrap();
    store.claim(1, MINUTE).await.unwrap();
    assert_eq!(store.claim(1, MINUTE).await.unwrap(), []);
    // As if the lease had been taken when the clock was a day ahead.
    execute(&url, "UPDATE jobs SET due = due + 86400000").await;
    assert_eq!(store.claim(1, MINUTE).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_backup_is_a_whole_store() {
    let (dir, url) = fresh().await;
    let store = open(&url).await;
    store.secret().await.unwrap();
    store.accept(delivery("kept"), to(1)).await.unwrap();
    let path = dir.path().join("backup.db");
    store.backup_to(&path).await.unwrap();
    store.delete(test(1)).await.unwrap();
    let backup = open(&self::url(&path)).await;
    assert_eq!(backup.raw(test(1), None).await.unwrap().unwrap(), "kept");
    assert_eq!(backup.secret().await.unwrap(), store.secret().await.unwrap());
    assert_eq!(backup.claim(1, MINUTE).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_copy_is_refused_by_a_store_that_holds_something() {
    let ((_one, from), (_two, into)) = (fresh().await, fresh().await);
    let (from, into) = (open(&from).await, open(&into).await);
    from.accept(delivery("kept"), to(1)).await.unwrap();
    assert!(from.copy_to(&into).await.unwrap() >= 4);
    assert_eq!(into.raw(test(1), None).await.unwrap().unwrap(), "kept");
    assert!(matches!(from.copy_to(&into).await, Err(StoreError::Unsupported(_))));
}

#[tokio::test]
async fn nodes_that_start_together_on_a_new_file_all_come_up() {
    let (_dir, url) = fresh().await;
    let tasks: Vec<_> = (0..4)
        .map(|_| {
            let url = url.clone();
            tokio::spawn(async move { Store::open(&url, Options::default()).await.map(drop) })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
}
