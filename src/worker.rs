//! Claims jobs, examines with bounded concurrency, retries, catches panics, and tells the waiting pages.
//!
//! A worker may die at any instant: its leases run out and another claims the jobs. What it does with a job is therefore
//! written only by [`Store::finish`] and [`Store::give_up`], each once. It knows nothing of what an examination does.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinError;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};
use tracing::Instrument;

use crate::address::{Destination, Probe, TestId};
use crate::analyse::{Evidence, Progress};
use crate::check::Section;
use crate::delivery::Delivery;
use crate::events::{Bus, Topic};
use crate::facts::Purpose;
use crate::metering::tally;
use crate::probe::Judged;
use crate::report::Report;
use crate::store::{Job, ProbeFiled, Reason, Store, StoreError, Task};

/// What a worker does with a message.
pub trait Examine: Send + Sync + 'static {
    /// `told` hears of each section whose facts are there, and after how many milliseconds.
    fn examine(
        &self,
        delivery: Arc<Delivery>,
        purpose: Option<Purpose>,
        told: &(dyn Fn(Section, u32) + Send + Sync),
    ) -> impl Future<Output = (Report, Evidence)> + Send;

    /// Judges a message to a public probe: its authentication alone.
    fn probe(&self, probe: Probe, delivery: Arc<Delivery>) -> impl Future<Output = Judged> + Send;

    /// Answers its sender, where the operator wants that; `id` is the result's.
    fn answer(
        &self,
        _probe: Probe,
        _delivery: Arc<Delivery>,
        _judged: Judged,
        _id: String,
    ) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }
}

/// How much and how long; tests make it shorter.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Examinations at once: they mostly wait for others.
    pub concurrency: usize,
    /// Octets of messages that are examined at once.
    pub memory: u64,
    /// How long a job stays ours without a sign of life.
    pub lease: Duration,
    /// An examination that takes longer has failed.
    pub patience: Duration,
    /// Examinations that may fail before the job is given up.
    pub tries: u32,
    /// Claims before it is given up unexamined: what has ended so many workers is to blame for it.
    pub claims: u32,
    /// After the first failure; doubled after each.
    pub back_off: Duration,
    /// How long to wait for a wake-up before looking by itself.
    pub poll: Duration,
    /// At shutdown, for what is in flight.
    pub grace: Duration,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace {
            concurrency: 32,
            memory: 96 << 20,
            lease: Duration::from_secs(15),
            patience: Duration::from_secs(60),
            tries: 5,
            claims: 12,
            back_off: Duration::from_secs(1),
            poll: Duration::from_secs(1),
            grace: Duration::from_secs(15),
        }
    }
}

pub struct Worker<E> {
    store: Store,
    examiner: Arc<E>,
    bus: Bus,
    pace: Pace,
    memory: Arc<Semaphore>,
    /// Examinations in flight of each network.
    networks: Mutex<HashMap<String, usize>>,
}

impl<E: Examine> Worker<E> {
    pub fn new(store: Store, examiner: E, bus: Bus) -> Worker<E> {
        Worker::with_pace(store, examiner, bus, Pace::default())
    }

    pub fn with_pace(store: Store, examiner: E, bus: Bus, pace: Pace) -> Worker<E> {
        let memory = Arc::new(Semaphore::new(units(pace.memory) as usize));
        Worker { store, examiner: Arc::new(examiner), bus, pace, memory, networks: Mutex::default() }
    }

    /// Works until the token is cancelled; then claims nothing more, and finishes what is in flight.
    pub async fn run(self, shutdown: CancellationToken) {
        let slots = Arc::new(Semaphore::new(self.pace.concurrency.max(1)));
        let worker = Arc::new(self);
        let tasks = TaskTracker::new();
        let stop = CancellationToken::new();
        let claiming = worker.clone().claim(slots, tasks.clone(), stop.clone());
        shutdown.run_until_cancelled(claiming).await;
        tasks.close();
        if timeout(worker.pace.grace, tasks.wait()).await.is_err() {
            stop.cancel();
            tasks.wait().await;
        }
    }

    async fn claim(self: Arc<Self>, slots: Arc<Semaphore>, tasks: TaskTracker, stop: CancellationToken) {
        let mut fault = false;
        loop {
            let Ok(first) = slots.clone().acquire_owned().await else { return };
            let mut free = vec![first];
            // By quarters, so that one network is seen to have its share before it has everything.
            while free.len() < self.pace.concurrency.div_ceil(4)
                && let Ok(more) = slots.clone().try_acquire_owned()
            {
                free.push(more);
            }
            let most = u32::try_from(free.len()).unwrap_or(u32::MAX);
            let jobs = match self.store.claim_but(most, self.pace.lease, &self.busy()).await {
                Ok(jobs) => jobs,
                Err(error) => {
                    if !std::mem::replace(&mut fault, true) {
                        tracing::error!(%error, "no job can be claimed; trying again every second");
                    }
                    sleep(Duration::from_secs(1)).await;
                    continue;
                }
            };
            if std::mem::take(&mut fault) {
                tracing::info!("jobs can be claimed again");
            }
            if jobs.is_empty() {
                drop(free);
                drop(timeout(self.pace.poll, self.store.job_ready()).await);
                continue;
            }
            for (job, slot) in jobs.into_iter().zip(free) {
                *self.networks().entry(job.network.clone()).or_default() += 1;
                tasks.spawn(self.clone().work(job, slot, stop.clone()));
            }
        }
    }

    /// The networks that have three quarters of the slots: the last quarter is for others, so that nobody waits for a flood of
    /// slow examinations.
    fn busy(&self) -> Vec<String> {
        let networks = self.networks();
        networks.iter().filter(|(_, running)| **running >= self.share()).map(|(network, _)| network.clone()).collect()
    }

    fn share(&self) -> usize {
        (self.pace.concurrency * 3 / 4).max(1)
    }

    fn networks(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.networks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One less of this network; what waited for its share may now be claimed.
    fn leave(&self, network: &str) {
        let mut networks = self.networks();
        let Some(running) = networks.get_mut(network) else { return };
        if *running == self.share() {
            self.store.look_again();
        }
        *running = running.saturating_sub(1);
        if *running == 0 {
            networks.remove(network);
        }
    }

    async fn work(self: Arc<Self>, job: Job, _slot: OwnedSemaphorePermit, stop: CancellationToken) {
        let span = tracing::info_span!("test", job = job.id, attempt = job.attempt);
        if stop.run_until_cancelled(self.clone().examine(&job).instrument(span)).await.is_none() {
            // Best effort: otherwise the lease runs out.
            drop(self.store.release(&job, Duration::ZERO).await);
        }
        self.leave(&job.network);
    }

    async fn examine(self: Arc<Self>, job: &Job) {
        let settled = match self.clone().attempt(job).await {
            Ok(()) | Err(Failure::Deleted) => return,
            Err(Failure::Store(error)) => {
                tracing::error!(%error, "the store failed an examination; it will be made again");
                self.store.release(job, self.back_off(job)).await.map(drop)
            }
            Err(Failure::Hopeless(why, told)) => self.give_up(job, why, told).await,
            Err(Failure::Examination(why, told)) if job.attempt >= self.pace.tries => {
                self.give_up(job, why, told).await
            }
            Err(Failure::Examination(why, _)) => {
                tracing::warn!(why, "an examination failed; it will be made again");
                self.store.retry(job, self.back_off(job)).await.map(drop)
            }
        };
        if let Err(error) = settled {
            tracing::error!(%error, "a job could not be given back; its lease will run out");
        }
    }

    async fn attempt(self: Arc<Self>, job: &Job) -> Result<(), Failure> {
        let mut alive = interval(self.pace.lease / 3);
        alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
        alive.tick().await;
        let mut work =
            AbortOnDropHandle::new(tokio::spawn(self.clone().examine_and_finish(job.clone()).in_current_span()));
        loop {
            tokio::select! {
                done = &mut work => return done.map_err(panicked)?,
                _ = alive.tick() => {
                    // An error is not yet the end: the store may be back before the lease has run out.
                    if let Ok(false) = self.store.extend(job, self.pace.lease).await {
                        // Finished this very moment, deleted, or claimed by another: finishing knows which, and is harmless.
                        return work.await.map_err(panicked)?;
                    }
                }
            }
        }
    }

    async fn examine_and_finish(self: Arc<Self>, job: Job) -> Result<(), Failure> {
        let _memory = self.memory.clone().acquire_many_owned(units(job.size.min(self.pace.memory))).await;
        let task = match self.store.delivery(job.delivery).await {
            Ok(Some(task)) => task,
            Ok(None) => return Err(Failure::Deleted),
            Err(StoreError::Corrupt(_)) => return Err(Failure::Hopeless("the stored message is unreadable", None)),
            Err(error) => return Err(Failure::Store(error)),
        };
        let Task { destination, number, delivery, purpose } = task;
        let page = match destination {
            Destination::Test(test) => Some((test, number)),
            Destination::Probe { .. } | Destination::Postmaster => None,
        };
        if job.attempt > self.pace.claims {
            return Err(Failure::Hopeless("it has ended too many workers", page));
        }
        if let Destination::Probe { probe, word } = destination {
            return self.judge_probe(&job, probe, word.as_deref(), Arc::new(delivery)).await;
        }
        let began = Instant::now();
        let received_at = delivery.received_at;
        let worker = self.clone();
        let examination = AbortOnDropHandle::new(tokio::spawn(async move {
            let told = |id, ms| worker.tell(page, |delivery| Progress::Section { delivery, id, ms });
            worker.examiner.examine(Arc::new(delivery), purpose, &told).await
        }));
        let (report, evidence) = match timeout(self.pace.patience, examination).await {
            Ok(Ok(examined)) => examined,
            Ok(Err(_)) => return Err(Failure::Examination(PANICKED, page)),
            Err(_) => return Err(Failure::Examination("it took too long", page)),
        };
        let examined = began.elapsed();
        metrics::histogram!("vaglio_stage_seconds", "stage" => "examination").record(examined.as_secs_f64());
        if self.finish(&job, &report, &evidence).await? {
            tracing::info!(ms = examined.as_millis() as u64, "report ready");
            if !own(page) {
                count_ready(&job, received_at);
            }
            self.tell(page, |delivery| Progress::Ready { delivery });
        }
        Ok(())
    }

    /// A message to a probe: judged, filed in its list, and forgotten; only counted when its network floods the list.
    async fn judge_probe(
        self: Arc<Self>,
        job: &Job,
        probe: Probe,
        word: Option<&str>,
        delivery: Arc<Delivery>,
    ) -> Result<(), Failure> {
        let tell = || self.bus.publish(Topic::Probe(probe), Progress::Ready { delivery: 1 });
        if self.store.absorb_flood(job, probe, word).await.map_err(Failure::Store)? {
            tell();
            return Ok(());
        }
        let (worker, sent) = (self.clone(), delivery.clone());
        let work = AbortOnDropHandle::new(tokio::spawn(async move { worker.examiner.probe(probe, sent).await }));
        let judged = match timeout(self.pace.patience, work).await {
            Ok(Ok(judged)) => judged,
            Ok(Err(_)) => return Err(Failure::Examination("it panicked", None)),
            Err(_) => return Err(Failure::Examination("it took too long", None)),
        };
        let filed = self.store.finish_probe(job, probe, word, &judged).await.map_err(Failure::Store)?;
        tell();
        if let ProbeFiled::Row(id) = filed {
            let examiner = self.examiner.clone();
            // Nobody waits for the smarthost.
            tokio::spawn(async move { examiner.answer(probe, delivery, judged, id).await });
        }
        Ok(())
    }

    /// What was found out is worth a few tries: the store may be back soon.
    async fn finish(&self, job: &Job, report: &Report, evidence: &Evidence) -> Result<bool, Failure> {
        let mut pause = self.pace.back_off;
        for _ in 0..4 {
            match self.store.finish(job, report, evidence).await {
                Ok(written) => return Ok(written),
                Err(error) => tracing::warn!(%error, "a report could not be stored yet"),
            }
            sleep(pause).await;
            pause *= 2;
        }
        self.store.finish(job, report, evidence).await.map_err(Failure::Store)
    }

    async fn give_up(&self, job: &Job, why: &'static str, page: Page) -> Result<(), StoreError> {
        if !own(page) {
            count(if why == PANICKED { "panicked" } else { "given_up" });
            tally::count(tally::FAILED);
        }
        tracing::error!(why, "an examination is given up");
        if self.store.give_up(job, why).await? {
            self.tell(page, |delivery| Progress::Failed { delivery });
        }
        Ok(())
    }

    fn tell(&self, page: Page, progress: impl FnOnce(u32) -> Progress) {
        if let Some((test, number)) = page {
            self.bus.publish(test, progress(number));
        }
    }

    fn back_off(&self, job: &Job) -> Duration {
        self.pace.back_off * 2u32.pow(job.attempt.saturating_sub(1).min(5))
    }
}

/// Whom to tell of it: a test and the number of its message.
type Page = Option<(TestId, u32)>;

const PANICKED: &str = "it panicked";

/// The service's mail to itself, which no count of users includes.
fn own(page: Page) -> bool {
    page.is_some_and(|(test, _)| test.is_self_test())
}

fn count_ready(job: &Job, received_at: Timestamp) {
    count("ready");
    if job.reason == Reason::Initial {
        let waited = Timestamp::now().duration_since(received_at).as_secs_f64().max(0.0);
        metrics::histogram!("vaglio_stage_seconds", "stage" => "received_to_ready").record(waited);
        tally::count(tally::READY);
        tally::add(tally::READY_MS, (waited * 1000.0) as u64);
    }
}

fn count(result: &'static str) {
    metrics::counter!("vaglio_examinations_total", "result" => result).increment(1);
}

enum Failure {
    /// The message is no longer there.
    Deleted,
    Store(StoreError),
    /// Worth another try.
    Examination(&'static str, Page),
    /// Not worth another try.
    Hopeless(&'static str, Page),
}

/// Our own code panicked around the examination: its message may quote what was examined, so it is not logged.
fn panicked(_: JoinError) -> Failure {
    Failure::Examination(PANICKED, None)
}

/// Permits are counted in quarters of a megabyte, one at least.
fn units(octets: u64) -> u32 {
    u32::try_from((octets >> 18) + 1).unwrap_or(u32::MAX)
}
