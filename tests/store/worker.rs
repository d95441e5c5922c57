//! The worker with an examiner of our own making: what it retries, gives up, catches, and tells.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use sqlx::Connection;
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use vaglio::address::{Destination, Probe};
use vaglio::analyse::{Evidence, Progress};
use vaglio::check::Section;
use vaglio::delivery::{Delivery, Observed};
use vaglio::events::{Bus, Event, Subscription};
use vaglio::facts::Purpose;
use vaglio::inbox::StoreInbox;
use vaglio::probe::Judged;
use vaglio::receive::{Inbox, Refusal};
use vaglio::report::Report;
use vaglio::store::{DeliveryState, Options, Store};
use vaglio::worker::{Examine, Pace, Worker};

use crate::cases::{MINUTE, open};
use crate::sample::{delivery, delivery_from, evidence, report, test, to};

/// Its lease is long: a disk that stalls must not give a job to a second examination where a test counts them.
const PACE: Pace = Pace {
    concurrency: 8,
    memory: 8 << 20,
    lease: MINUTE,
    patience: MINUTE,
    tries: 3,
    claims: 6,
    back_off: Duration::from_millis(20),
    poll: Duration::from_millis(200),
    grace: Duration::from_secs(5),
};

/// Of an examination that is called slow, where a test says nothing else.
const SLOW: Duration = Duration::from_secs(1);

/// Does what the message says: `panic`, `panic once`, `hang`, `slow`, anything else.
#[derive(Clone)]
struct Actor {
    slow: Duration,
    runs: Arc<AtomicUsize>,
    now: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
}

impl Examine for Actor {
    async fn examine(
        &self,
        delivery: Arc<Delivery>,
        _: Option<Purpose>,
        told: &(dyn Fn(Section, u32) + Send + Sync),
    ) -> (Report, Evidence) {
        let run = self.runs.fetch_add(1, Ordering::SeqCst);
        self.most.fetch_max(self.now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        told(Section::Format, 1);
        match &delivery.raw[..] {
            b"panic" => panic!("as the message says"),
            b"panic once" if run == 0 => panic!("as the message says"),
            b"hang" => std::future::pending().await,
            b"slow" => tokio::time::sleep(self.slow).await,
            _ => tokio::time::sleep(Duration::from_millis(5)).await,
        }
        self.now.fetch_sub(1, Ordering::SeqCst);
        (report(&delivery, 92), evidence())
    }

    async fn probe(&self, probe: Probe, delivery: Arc<Delivery>) -> Judged {
        let auth = report(&delivery, 92).auth;
        Judged::new(probe, &delivery, auth, &[])
    }
}

struct Running {
    dir: TempDir,
    store: Store,
    bus: Bus,
    actor: Actor,
    shutdown: CancellationToken,
    worker: JoinHandle<()>,
}

async fn start(pace: Pace) -> Running {
    start_with(pace, SLOW).await
}

async fn start_with(pace: Pace, slow: Duration) -> Running {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&format!("sqlite://{}", dir.path().join("vaglio.db").display())).await;
    let actor = Actor { slow, runs: Arc::default(), now: Arc::default(), most: Arc::default() };
    let (bus, shutdown) = (Bus::new(), CancellationToken::new());
    let worker = Worker::with_pace(store.clone(), actor.clone(), bus.clone(), pace);
    let worker = tokio::spawn(worker.run(shutdown.clone()));
    Running { dir, store, bus, actor, shutdown, worker }
}

async fn until_settled(events: &mut Subscription) -> Vec<Progress> {
    let mut heard = Vec::new();
    loop {
        let event = tokio::time::timeout(MINUTE, events.next()).await.expect("settled").unwrap();
        let Event::Progress(progress) = event else { continue };
        heard.push(progress.clone());
        if matches!(progress, Progress::Ready { .. } | Progress::Failed { .. }) {
            return heard;
        }
    }
}

async fn state(store: &Store, n: u32) -> DeliveryState {
    store.deliveries(test(n)).await.unwrap()[0].state
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_waiting_page_hears_received_each_section_and_ready() {
    // It must be woken: the next look of its own comes too late for anybody.
    let run = start(Pace { poll: MINUTE, ..PACE }).await;
    let inbox = StoreInbox::new(run.store.clone(), run.bus.clone());
    let mut events = run.bus.subscribe(test(1));
    inbox.deliver(delivery("hello"), to(1)).await.unwrap();
    let heard = until_settled(&mut events).await;
    assert!(heard.contains(&Progress::Received { delivery: 1, size: 5, tls: false }), "{heard:?}");
    assert!(heard.contains(&Progress::Section { delivery: 1, id: Section::Format, ms: 1 }), "{heard:?}");
    assert_eq!(heard.last(), Some(&Progress::Ready { delivery: 1 }));
    assert_eq!(state(&run.store, 1).await, DeliveryState::Ready);
}

#[tokio::test]
async fn a_full_address_is_refused_as_full_a_deleted_one_as_deleted_and_a_closed_store_as_our_fault() {
    let store = Store::open("sqlite::memory:", Options { max_deliveries: 1, ..Options::default() }).await.unwrap();
    let inbox = StoreInbox::new(store.clone(), Bus::new());
    inbox.deliver(delivery("x"), to(1)).await.unwrap();
    assert_eq!(inbox.deliver(delivery("x"), to(1)).await, Err(Refusal::Full));
    store.delete(test(1)).await.unwrap();
    assert_eq!(inbox.deliver(delivery("x"), to(1)).await, Err(Refusal::Deleted));
    inbox.deliver(delivery("x"), to(3)).await.unwrap();
    let both = [to(1), to(3)].concat();
    assert_eq!(inbox.deliver(delivery("x"), both).await, Err(Refusal::Full), "one was not deleted");
    inbox.deliver(delivery("x"), vec![Destination::Postmaster]).await.unwrap();
    store.close().await;
    assert_eq!(inbox.deliver(delivery("x"), to(2)).await, Err(Refusal::Fault));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panic_is_tried_again_and_harms_no_other() {
    let run = start(PACE).await;
    let (mut once, mut always, mut good) =
        (run.bus.subscribe(test(1)), run.bus.subscribe(test(2)), run.bus.subscribe(test(3)));
    run.store.accept(delivery("panic once"), to(1)).await.unwrap();
    assert_eq!(until_settled(&mut once).await.last(), Some(&Progress::Ready { delivery: 1 }));
    assert_eq!(run.actor.runs.load(Ordering::SeqCst), 2);
    run.store.accept(delivery("panic"), to(2)).await.unwrap();
    run.store.accept(delivery("good"), to(3)).await.unwrap();
    assert_eq!(until_settled(&mut good).await.last(), Some(&Progress::Ready { delivery: 1 }));
    assert_eq!(until_settled(&mut always).await.last(), Some(&Progress::Failed { delivery: 1 }));
    assert_eq!(state(&run.store, 2).await, DeliveryState::Failed);
    assert_eq!(run.actor.runs.load(Ordering::SeqCst), 2 + 3 + 1, "three tries, no more");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_examination_that_hangs_is_given_up_and_a_slow_one_keeps_its_lease() {
    // A machine that stands still for longer than a lease loses it; whoever does not keep it loses the longest as well.
    for scale in [1, 3, 9] {
        let lease = Duration::from_millis(600) * scale;
        let patience = Duration::from_millis(1500) * scale;
        let run = start_with(Pace { lease, patience, tries: 1, ..PACE }, SLOW * scale).await;
        let (mut hang, mut slow) = (run.bus.subscribe(test(1)), run.bus.subscribe(test(2)));
        run.store.accept(delivery("hang"), to(1)).await.unwrap();
        run.store.accept(delivery("slow"), to(2)).await.unwrap();
        assert_eq!(until_settled(&mut slow).await.last(), Some(&Progress::Ready { delivery: 1 }));
        assert_eq!(until_settled(&mut hang).await.last(), Some(&Progress::Failed { delivery: 1 }));
        if run.actor.runs.load(Ordering::SeqCst) == 2 {
            return;
        }
    }
    panic!("another took a job whose lease was to be kept");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrency_is_bounded_and_everything_gets_done() {
    let run = start(Pace { concurrency: 3, ..PACE }).await;
    for n in 0..60 {
        run.store.accept(delivery_from(&format!("198.51.{n}.1"), "x"), to(n)).await.unwrap();
    }
    let began = Instant::now();
    while run.store.queue().await.unwrap().all() > 0 {
        assert!(began.elapsed() < MINUTE);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(run.actor.most.load(Ordering::SeqCst) <= 3);
    assert_eq!(run.actor.runs.load(Ordering::SeqCst), 60);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_slow_examinations_does_not_delay_another_network() {
    let run = start(PACE).await;
    for n in 0..40 {
        run.store.accept(delivery_from("192.0.2.1", "hang"), to(n)).await.unwrap();
    }
    let began = Instant::now();
    while run.actor.now.load(Ordering::SeqCst) < 6 {
        assert!(began.elapsed() < MINUTE, "the flood has three quarters of the slots");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let mut events = run.bus.subscribe(test(100));
    run.store.accept(delivery_from("198.51.100.1", "quick"), to(100)).await.unwrap();
    assert_eq!(until_settled(&mut events).await.last(), Some(&Progress::Ready { delivery: 1 }));
    assert_eq!(run.actor.runs.load(Ordering::SeqCst), 6 + 1, "and no more of them");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_too_large_to_be_examined_together_take_turns() {
    let run = start(Pace { memory: 1 << 20, ..PACE }).await;
    for n in 0..4 {
        run.store.accept(delivery(vec![b'x'; 3_000_000]), to(n)).await.unwrap();
    }
    let began = Instant::now();
    while run.store.queue().await.unwrap().all() > 0 {
        assert!(began.elapsed() < MINUTE);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(run.actor.most.load(Ordering::SeqCst), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_shutdown_what_is_in_flight_is_finished_and_what_hangs_is_given_back() {
    let run = start(Pace { grace: Duration::from_secs(5), ..PACE }).await;
    run.store.accept(delivery("slow"), to(1)).await.unwrap();
    run.store.accept(delivery("hang"), to(2)).await.unwrap();
    while run.actor.runs.load(Ordering::SeqCst) < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    run.shutdown.cancel();
    run.worker.await.unwrap();
    assert_eq!(state(&run.store, 1).await, DeliveryState::Ready);
    let job = run.store.claim(1, MINUTE).await.unwrap().remove(0);
    assert_eq!(job.attempt, 1, "given back untried");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_died_leaves_its_jobs_to_the_next() {
    let run = start(PACE).await;
    run.worker.abort();
    drop(run.worker.await);
    run.store.accept(delivery("x"), to(1)).await.unwrap();
    run.store.claim(1, Duration::from_millis(300)).await.unwrap();
    let mut events = run.bus.subscribe(test(1));
    let next = Worker::with_pace(run.store.clone(), run.actor.clone(), run.bus.clone(), PACE);
    let next = tokio::spawn(next.run(run.shutdown.clone()));
    assert_eq!(until_settled(&mut events).await.last(), Some(&Progress::Ready { delivery: 1 }));
    run.shutdown.cancel();
    next.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_ends_every_worker_is_given_up() {
    let run = start(PACE).await;
    run.worker.abort();
    drop(run.worker.await);
    run.store.accept(delivery("x"), to(1)).await.unwrap();
    for _ in 0..PACE.claims {
        assert_eq!(run.store.claim(1, Duration::ZERO).await.unwrap().len(), 1);
    }
    let mut events = run.bus.subscribe(test(1));
    let next = Worker::with_pace(run.store.clone(), run.actor.clone(), run.bus.clone(), PACE);
    let next = tokio::spawn(next.run(run.shutdown.clone()));
    assert_eq!(until_settled(&mut events).await.last(), Some(&Progress::Failed { delivery: 1 }));
    assert_eq!(run.actor.runs.load(Ordering::SeqCst), 0);
    run.shutdown.cancel();
    next.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_is_away_for_a_while_costs_no_report() {
    let run = start(Pace { lease: Duration::from_millis(600), ..PACE }).await;
    let mut events = run.bus.subscribe(test(1));
    run.store.accept(delivery("slow"), to(1)).await.unwrap();
    while run.actor.runs.load(Ordering::SeqCst) < 1 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // Another process holds the lock for longer than ours waits.
    let path = run.dir.path().join("vaglio.db");
    let mut other = sqlx::SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.unwrap();
    sqlx::query("BEGIN EXCLUSIVE").execute(&mut other).await.unwrap();
    tokio::time::sleep(Duration::from_secs(6)).await;
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    assert_eq!(until_settled(&mut events).await.last(), Some(&Progress::Ready { delivery: 1 }));
    assert_eq!(run.store.deliveries(test(1)).await.unwrap()[0].analyses, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unreadable_message_is_given_up_at_once() {
    let run = start(PACE).await;
    run.worker.abort();
    drop(run.worker.await);
    let mut bad = delivery("x");
    bad.session.client_ip = Observed::Missing(vaglio::delivery::Why::NotGiven);
    run.store.accept(bad, to(1)).await.unwrap();
    let path = run.dir.path().join("vaglio.db");
    let mut other = sqlx::SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.unwrap();
    sqlx::query("UPDATE contents SET raw = X'00'").execute(&mut other).await.unwrap();
    let next = Worker::with_pace(run.store.clone(), run.actor.clone(), run.bus.clone(), PACE);
    let next = tokio::spawn(next.run(run.shutdown.clone()));
    let began = Instant::now();
    while state(&run.store, 1).await != DeliveryState::Failed {
        assert!(began.elapsed() < MINUTE);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    run.shutdown.cancel();
    next.await.unwrap();
}
