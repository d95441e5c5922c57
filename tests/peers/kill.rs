//! `kill -9` under load: what was answered 250 is reported after the restart, once; nothing is lost and nothing is doubled.
//!
//! Ten kills; `VAGLIO_KILLS=200 cargo test --release --features peers --test peers kill` for a long run.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::service::{Service, Test};
use super::support::smtp::Client;
use super::world;

const CLIENTS: usize = 8;

#[derive(Default)]
struct Tally {
    fresh: VecDeque<Test>,
    acknowledged: Vec<Test>,
    /// Sent, and no answer to the final dot: either may have happened.
    unanswered: Vec<Test>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_acknowledged_is_reported_once_however_often_the_service_is_killed() {
    let kills: u64 =
        std::env::var("VAGLIO_KILLS").ok().map_or(10, |text| text.parse().expect("VAGLIO_KILLS is a number"));
    let dns = world::dns(&[]).await;
    let mut service = Service::start(dns.addr, &[]).await;
    let (tally, done) = (Arc::new(Mutex::new(Tally::default())), CancellationToken::new());
    let clients: Vec<_> =
        (0..CLIENTS).map(|_| tokio::spawn(load(service.smtp(), tally.clone(), done.clone()))).collect();
    let began = Instant::now();
    for kill in 0..kills {
        for _ in 0..100 {
            let test = service.test().await;
            tally.lock().unwrap().fresh.push_back(test);
        }
        // Somewhere between 20 and 420 ms of load, differently each time.
        tokio::time::sleep(Duration::from_millis(20 + kill.wrapping_mul(2_654_435_761) % 400)).await;
        service.kill_and_restart().await;
    }
    done.cancel();
    for client in clients {
        client.await.unwrap();
    }
    let Tally { acknowledged, unanswered, .. } = std::mem::take(&mut *tally.lock().unwrap());
    assert!(acknowledged.len() as u64 > kills * 3, "that was no load: {} messages", acknowledged.len());
    for test in &acknowledged {
        service.report(test, 1).await;
        assert_eq!(deliveries(&service, test).await, 1, "doubled");
    }
    let mut kept = 0;
    for test in &unanswered {
        match deliveries(&service, test).await {
            0 => {}
            1 => {
                service.report(test, 1).await;
                kept += 1;
            }
            more => panic!("doubled: {more}"),
        }
    }
    eprintln!(
        "{kills} kills in {:?}: {} acknowledged, each reported once; {} unanswered, of which {kept} were kept and reported",
        began.elapsed(),
        acknowledged.len(),
        unanswered.len()
    );
}

async fn load(smtp: SocketAddr, tally: Arc<Mutex<Tally>>, done: CancellationToken) {
    while !done.is_cancelled() {
        let next = tally.lock().unwrap().fresh.pop_front();
        let Some(test) = next else {
            tokio::time::sleep(Duration::from_millis(2)).await;
            continue;
        };
        let message =
            format!("From: anna@good.example\r\nTo: {}\r\nSubject: x\r\n\r\n{}\r\n", test.address, "text ".repeat(200));
        // The service is down just now.
        let Ok(client) = Client::connect(smtp).await else {
            tally.lock().unwrap().fresh.push_back(test);
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let acknowledged = deliver(client, &test, message.as_bytes()).await;
        let mut tally = tally.lock().unwrap();
        match acknowledged {
            Ok(_) => tally.acknowledged.push(test),
            Err(_) => tally.unanswered.push(test),
        }
    }
}

/// Gives the reply to the final dot; whether there is a farewell does not matter.
async fn deliver(mut client: Client, test: &Test, message: &[u8]) -> io::Result<String> {
    client.greet("mail.good.example").await?;
    client.deliver("anna@good.example", &test.address, message).await
}

async fn deliveries(service: &Service, test: &Test) -> usize {
    let state = service.get(&format!("/api/v1/tests/{}", test.key)).await.json();
    state["deliveries"].as_array().unwrap().len()
}
