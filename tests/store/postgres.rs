//! PostgreSQL: a private server for this test run, a database for each test. It must be installed: nothing is skipped.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use tokio_util::sync::CancellationToken;
use vaglio::analyse::Progress;
use vaglio::events::{Bus, Event, Subscription};
use vaglio::store::{Options, Store};

use crate::cases::{MINUTE, all_cases, open};
use crate::crash::Nodes;
use crate::postgres_server::Server;
use crate::sample::{delivery, evidence, report, test, to};

all_cases!();

fn server() -> &'static Server {
    static SERVER_OF_THIS_RUN: OnceLock<Server> = OnceLock::new();
    SERVER_OF_THIS_RUN.get_or_init(Server::start)
}

/// The url of a new, empty database.
async fn fresh() -> ((), String) {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let server = tokio::task::spawn_blocking(server).await.unwrap();
    ((), server.url(&format!("t{}", COUNT.fetch_add(1, Ordering::Relaxed))).await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_that_start_together_migrate_once() {
    let ((), url) = fresh().await;
    let tasks: Vec<_> = (0..6)
        .map(|_| {
            let url = url.clone();
            tokio::spawn(async move { Store::open(&url, Options::default()).await.unwrap().secret().await.unwrap() })
        })
        .collect();
    let mut secrets = Vec::new();
    for task in tasks {
        secrets.push(task.await.unwrap());
    }
    secrets.dedup();
    assert_eq!(secrets.len(), 1);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_waited_for_and_then_said_to_be_so() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let opened = Store::open(&format!("postgres://vaglio@127.0.0.1:{nobody}/vaglio"), Options::default()).await;
    let said = opened.err().unwrap().to_string();
    assert!(said.contains("refused"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn progress_on_one_node_reaches_a_page_on_another_once() {
    let ((), url) = fresh().await;
    let (one, two) = (open(&url).await, open(&url).await);
    let shutdown = CancellationToken::new();
    let (here, there) = (Bus::shared(&one, shutdown.clone()), Bus::shared(&two, shutdown.clone()));
    let (mut near, mut far) = (here.subscribe(test(1)), there.subscribe(test(1)));
    let ready = |delivery| Progress::Ready { delivery };
    // Listening begins in the background: announce until it is heard.
    let first = loop {
        here.publish(test(1), ready(1));
        if let Ok(first) = tokio::time::timeout(Duration::from_millis(100), far.next()).await {
            break first;
        }
    };
    assert_eq!(first, Some(Event::Progress(ready(1))));
    // What would be told twice comes in order, before an event of each node that says no more is to come.
    here.publish(test(1), ready(2));
    here.publish(test(1), ready(3));
    assert_eq!(heard_until(&mut far, ready(3)).await.iter().filter(|event| **event == ready(2)).count(), 1);
    there.publish(test(1), ready(4));
    let near = heard_until(&mut near, ready(4)).await;
    assert_eq!(near.iter().filter(|event| **event == ready(2)).count(), 1, "told back by the database: {near:?}");
    shutdown.cancel();
}

async fn heard_until(events: &mut Subscription, last: Progress) -> Vec<Progress> {
    let mut heard = Vec::new();
    while heard.last() != Some(&last) {
        let event = tokio::time::timeout(MINUTE, events.next()).await.expect("more events");
        if let Some(Event::Progress(progress)) = event {
            heard.push(progress);
        }
    }
    heard
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_on_one_node_wakes_a_worker_on_another() {
    let ((), url) = fresh().await;
    let (one, two) = (open(&url).await, open(&url).await);
    let mut remote = Box::pin(two.watch().await.unwrap());
    let pump = tokio::spawn(async move { while remote.next().await.is_some() {} });
    one.accept(delivery("x"), to(1)).await.unwrap();
    tokio::time::timeout(MINUTE, two.job_ready()).await.expect("woken");
    assert_eq!(two.claim(1, MINUTE).await.unwrap().len(), 1);
    pump.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sqlite_store_moves_to_postgresql_whole() {
    let dir = tempfile::tempdir().unwrap();
    let from = open(&format!("sqlite://{}", dir.path().join("vaglio.db").display())).await;
    let secret = from.secret().await.unwrap();
    let sent = delivery(b"\0\xff".repeat(1000));
    for n in 0..250 {
        from.accept(sent.clone(), to(n)).await.unwrap();
    }
    let job = from.claim(1, MINUTE).await.unwrap().remove(0);
    from.finish(&job, &report(&sent, 92), &evidence()).await.unwrap();
    from.delete(test(5)).await.unwrap();
    let hour = std::time::Duration::from_secs(3600);
    from.add_tallies(sent.received_at, &[("a".to_owned(), 7)].into()).await.unwrap();
    let ((), url) = fresh().await;
    let into = open(&url).await;
    into.secret().await.unwrap();
    into.add_tallies(sent.received_at, &[("a".to_owned(), 1)].into()).await.unwrap();
    from.copy_to(&into).await.unwrap();
    assert_eq!(into.secret().await.unwrap(), secret);
    assert_eq!(into.raw(test(249), None).await.unwrap(), from.raw(test(249), None).await.unwrap());
    assert_eq!(into.deliveries(test(0)).await.unwrap(), from.deliveries(test(0)).await.unwrap());
    assert!(into.test(test(5)).await.unwrap().unwrap().deleted);
    let begin = jiff::Timestamp::UNIX_EPOCH;
    assert_eq!(into.tallies(begin, hour).await.unwrap(), from.tallies(begin, hour).await.unwrap());
    // New rows get new ids.
    into.accept(sent, to(1000)).await.unwrap();
    assert_eq!(into.claim(1000, MINUTE).await.unwrap().len(), 249);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_killed_at_any_moment_loses_nothing() {
    let ((), url) = fresh().await;
    let mut nodes = Nodes::of(&url);
    let mut other = nodes.start();
    for n in 0..8 {
        let node = std::mem::replace(&mut other, nodes.start());
        nodes.kill_after(node, 40 + 37 * n);
    }
    nodes.kill_after(other, 40);
    nodes.lost_nothing().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn restarted_again_and_again_under_load_it_costs_nothing_acknowledged() {
    let mut server = tokio::task::spawn_blocking(Server::start).await.unwrap();
    let url = server.url("restarted").await;
    let mut nodes = Nodes::of(&url);
    let running = [nodes.start(), nodes.start()];
    for how in ["fast", "immediate", "fast", "immediate"] {
        let before: Vec<usize> = running.iter().map(|node| nodes.acknowledged_by(node)).collect();
        let patience = std::time::Instant::now() + MINUTE;
        // Both nodes work, or work again, without anybody's help.
        while running.iter().zip(&before).any(|(node, before)| nodes.acknowledged_by(node) < before + 60) {
            assert!(std::time::Instant::now() < patience, "they do not go on: {before:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        server = tokio::task::spawn_blocking(move || {
            server.restart(how);
            server
        })
        .await
        .unwrap();
    }
    for node in running {
        let after = nodes.acknowledged_by(&node) + 60;
        nodes.kill_after(node, after);
    }
    nodes.lost_nothing().await;
}
