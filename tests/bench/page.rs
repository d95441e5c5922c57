//! The report page, with few and with a hundred thousand stored reports.

use std::time::Duration;

use sqlx::Connection;
use tokio::time::Instant;

use crate::service::{Service, Test, World, wait_for};
use crate::{figure, median, quantile};

const REPORTS: usize = 100_000;
/// Made in one transaction.
const PART: usize = 5000;
const REQUESTS: usize = 500;

pub async fn run() {
    let world = World::new(1, Duration::ZERO).await;
    let (few, many) = (Side::start(&world).await, Side::start(&world).await);
    let database = many.service.folder.path().join("vaglio.db");
    let began = Instant::now();
    multiply(&database).await;
    let size = std::fs::metadata(&database).unwrap().len() as f64 / 1e9;
    println!("  {REPORTS} reports made in {:.0} s, {size:.1} GB", began.elapsed().as_secs_f64());
    // What was made must be on the disk before anything is timed.
    rustix::fs::sync();
    // In turns, so that whatever else the machine does slows both.
    let mut sides = [few, many];
    let before = sides.each_ref().map(|side| side.service.processor());
    for _ in 0..REQUESTS {
        for side in &mut sides {
            side.page.push(get(&side.service, &side.test).await);
        }
    }
    for (side, before) in sides.iter_mut().zip(before) {
        side.processor = side.service.processor() - before;
    }
    for _ in 0..60 {
        for side in &mut sides {
            side.message(&world).await;
        }
    }
    for _ in 0..3 {
        for side in &mut sides {
            let rate = side.service.rate(&world, 800).await;
            side.rates.push(rate);
            tokio::time::sleep(Duration::from_secs(4)).await;
        }
    }
    let [mut few, mut many] = sides;
    compare("report page, as a browser asks for it, median", &mut few.page, &mut many.page, "< 3 ms");
    let each = |side: &Side| side.processor.as_secs_f64() * 1000.0 / REQUESTS as f64;
    let (one, other) = (each(&few), each(&many));
    figure("processor time of the service a page", format!("{one:.2} ms"), "< 3 ms");
    figure("the same with 100,000 stored reports", format!("{other:.2} ms = {:.2}", other / one), "at most 1.1 of it");
    compare("first request for another report", &mut few.other, &mut many.other, "");
    compare("final dot to ready, median", &mut few.ready, &mut many.ready, "");
    let (one, other) = (median(&mut few.rates), median(&mut many.rates));
    figure("received a second", format!("{one:.0}"), "");
    figure("the same with 100,000 stored reports", format!("{other:.0} = {:.2}", other / one), "at least 0.9 of it");
}

fn compare(what: &str, few: &mut [Duration], many: &mut [Duration], target: &str) {
    let (one, other) = (quantile(few, 0.5), quantile(many, 0.5));
    let middle = |times: &[Duration]| times.get(times.len() / 2).copied().unwrap_or_default().as_secs_f64();
    figure(what, one, target);
    let times = middle(many) / middle(few);
    figure("the same with 100,000 stored reports", format!("{other} = {times:.2}"), "at most 1.1 of it");
}

/// A service with its store, and what was measured of it.
struct Side {
    service: Service,
    test: Test,
    processor: Duration,
    page: Vec<Duration>,
    other: Vec<Duration>,
    ready: Vec<Duration>,
    rates: Vec<f64>,
}

impl Side {
    async fn start(world: &World) -> Side {
        let service = Service::start(world.dns.addr, &["--self-test", "off"]).await;
        let test = report(&service, world).await;
        let (page, other, ready) = (Vec::new(), Vec::new(), Vec::new());
        Side { service, test, processor: Duration::ZERO, page, other, ready, rates: Vec::new() }
    }

    /// A new message, and the first look at its report.
    async fn message(&mut self, world: &World) {
        let test = self.service.test().await;
        let mut events = self.service.events(&test).await;
        let message = world.message(0, &test.address);
        let mut client = self.service.client().await;
        client.envelope("anna@d0.example.org", &test.address).await.unwrap();
        let began = Instant::now();
        client.content(message.as_bytes()).await.unwrap();
        assert!(wait_for(&mut events, "ready").await);
        self.ready.push(began.elapsed());
        self.other.push(get(&self.service, &test).await);
    }
}

async fn get(service: &Service, test: &Test) -> Duration {
    let request = service.http.get(format!("{}/t/{}", service.url, test.key));
    let began = Instant::now();
    let answer = request.header("Accept-Encoding", "gzip, br").send().await.unwrap().error_for_status().unwrap();
    let octets = answer.bytes().await.unwrap();
    assert!(octets.len() > 2000);
    began.elapsed()
}

async fn report(service: &Service, world: &World) -> Test {
    let test = service.test().await;
    let mut events = service.events(&test).await;
    let message = world.message(0, &test.address);
    let mut client = service.client().await;
    client.deliver("anna@d0.example.org", &test.address, message.as_bytes()).await.unwrap();
    assert!(wait_for(&mut events, "ready").await);
    test
}

/// Stores the one report a hundred thousand times, each for a test and a message of its own; a part at a time, so that the
/// write-ahead log stays small. Their ids are below zero, out of the way of new ones.
async fn multiply(database: &std::path::Path) {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(database).busy_timeout(Duration::from_secs(30));
    let mut connection = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    let parts = [
        "INSERT INTO tests SELECT test, 1, t.touched, NULL FROM copies, (SELECT touched FROM tests LIMIT 1) t",
        "INSERT INTO contents (id, size, session, raw) SELECT copies.id, c.size, c.session, c.raw FROM copies, \
         (SELECT * FROM contents WHERE id = (SELECT min(id) FROM contents)) c",
        "INSERT INTO deliveries (id, content, test, number, received, network) \
         SELECT copies.id, copies.id, copies.test, 1, d.received, d.network FROM copies, \
         (SELECT * FROM deliveries WHERE id = (SELECT min(id) FROM deliveries)) d",
        "INSERT INTO analyses (delivery, number, made, reason, purpose, score, report, evidence) \
         SELECT copies.id, 1, a.made, a.reason, a.purpose, a.score, a.report, a.evidence FROM copies, \
         (SELECT * FROM analyses WHERE delivery = (SELECT min(delivery) FROM analyses)) a",
        "DELETE FROM copies",
    ];
    let copies = "CREATE TEMP TABLE copies (id INTEGER, test BLOB)";
    sqlx::query(copies).execute(&mut connection).await.unwrap();
    for first in (0..REPORTS).step_by(PART) {
        let more = "WITH RECURSIVE n(n) AS (SELECT $1 UNION ALL SELECT n + 1 FROM n WHERE n < $2) \
                    INSERT INTO copies SELECT n - 10000000, randomblob(7) FROM n";
        let (first, last) = (i64::try_from(first + 1).unwrap(), i64::try_from(first + PART).unwrap());
        sqlx::query(more).bind(first).bind(last).execute(&mut connection).await.unwrap();
        for part in parts {
            sqlx::query(part).execute(&mut connection).await.unwrap();
        }
    }
}
