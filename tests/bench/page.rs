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
    let service = Service::start(world.dns.addr, &[]).await;
    let test = report(&service, &world).await;
    let few = measure(&service, &world, &test).await;
    let database = service.folder.path().join("vaglio.db");
    let began = Instant::now();
    multiply(&database).await;
    let size = std::fs::metadata(&database).unwrap().len() as f64 / 1e9;
    println!("  {REPORTS} reports made in {:.0} s, {size:.1} GB", began.elapsed().as_secs_f64());
    let many = measure(&service, &world, &test).await;
    figure("report page, as a browser asks for it, median", &few.page, "< 3 ms");
    figure("the same with 100,000 stored reports", &many.page, "at most 1.1 of it");
    figure("processor time of the service a page", &few.processor, "< 3 ms");
    figure("the same with 100,000 stored reports", &many.processor, "at most 1.1 of it");
    figure("first request for another report", &few.other, "");
    figure("final dot to ready, median", &few.ready, "");
    figure("the same with 100,000 stored reports", &many.ready, "");
    figure("received a second", format!("{:.0}", few.rate), "");
    figure("the same with 100,000 stored reports", format!("{:.0}", many.rate), "at least 0.9 of it");
}

struct Figures {
    page: String,
    processor: String,
    other: String,
    ready: String,
    rate: f64,
}

async fn measure(service: &Service, world: &World, test: &Test) -> Figures {
    let (mut page, before) = (Vec::new(), service.processor());
    for _ in 0..REQUESTS {
        page.push(get(service, test).await);
    }
    let processor = (service.processor() - before).as_secs_f64() * 1000.0 / REQUESTS as f64;
    let (mut other, mut ready) = (Vec::new(), Vec::new());
    for _ in 0..60 {
        let test = service.test().await;
        let mut events = service.events(&test).await;
        let message = world.message(0, &test.address);
        let mut client = service.client().await;
        client.envelope("anna@d0.example.org", &test.address).await.unwrap();
        let began = Instant::now();
        client.content(message.as_bytes()).await.unwrap();
        assert!(wait_for(&mut events, "ready").await);
        ready.push(began.elapsed());
        other.push(get(service, &test).await);
    }
    let mut rates = Vec::new();
    for _ in 0..3 {
        rates.push(service.rate(world, 800).await);
        tokio::time::sleep(Duration::from_secs(4)).await;
    }
    Figures {
        page: quantile(&mut page, 0.5),
        processor: format!("{processor:.2} ms"),
        other: quantile(&mut other, 0.5),
        ready: quantile(&mut ready, 0.5),
        rate: median(&mut rates),
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
