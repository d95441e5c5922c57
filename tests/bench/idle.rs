//! What costs while nothing happens: an idle service, ten thousand idle SMTP clients, a thousand waiting pages.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};

use crate::service::{Service, Test, World, wait_for};
use crate::{figure, median, quantile};

const CLIENTS: usize = 10_000;
const PAGES: usize = 1000;
const MESSAGES: usize = 800;

pub async fn run() {
    let world = World::new(1, Duration::ZERO).await;
    let service = Service::start(world.dns.addr, &[]).await;
    sleep(Duration::from_secs(2)).await;
    figure("idle service", format!("{:.1} MB", service.memory().0), "< 40 MB");

    service.rate(&world, MESSAGES).await;
    let before = service.processor();
    let mut free = rates(&service, &world).await;
    let free_processor = service.processor() - before;
    settled().await;
    let before = service.memory().0;
    let mut idle = Vec::with_capacity(CLIENTS);
    for _ in 0..CLIENTS {
        let mut client = TcpStream::connect(service.smtp).await.unwrap();
        let mut greeting = [0; 4];
        client.read_exact(&mut greeting).await.unwrap();
        assert_eq!(&greeting, b"220 ");
        idle.push(client);
    }
    settled().await;
    let with = service.memory().0;
    figure("10,000 idle clients, the service in all", format!("{with:.1} MB"), "< 150 MB");
    figure("one idle client", format!("{:.1} kB", (with - before) * 1000.0 / CLIENTS as f64), "");
    let before = service.processor();
    let mut burdened = rates(&service, &world).await;
    let burdened_processor = service.processor() - before;
    drop(idle);
    let (free, burdened) = (median(&mut free), median(&mut burdened));
    figure("messages a second without them (8 clients)", format!("{free:.0}"), "");
    figure("messages a second beside them", format!("{burdened:.0}"), "");
    figure("beside / without", format!("{:.2}", burdened / free), ">= 0.9");
    let processor = burdened_processor.as_secs_f64() / free_processor.as_secs_f64();
    figure("processor time of the same, beside / without", format!("{processor:.2}"), "<= 1.1");
    settled().await;
    pages(&service, &world).await;
}

async fn rates(service: &Service, world: &World) -> Vec<f64> {
    let mut rates = Vec::new();
    for _ in 0..3 {
        rates.push(service.rate(world, MESSAGES).await);
        settled().await;
    }
    rates
}

/// Until what was received has been examined.
async fn settled() {
    sleep(Duration::from_secs(4)).await;
}

async fn pages(service: &Service, world: &World) {
    let mut tests: Vec<Test> = Vec::new();
    for _ in 0..PAGES {
        tests.push(service.test().await);
    }
    let streams = join_all(tests.iter().map(|test| service.events(test))).await;
    // All messages at one address each, from eight clients; every page is told of its own.
    let sent: Vec<_> = (0..PAGES).map(|_| tokio::sync::OnceCell::<Instant>::new()).collect();
    let senders = join_all((0..8).map(|first| {
        let (tests, sent) = (&tests, &sent);
        async move {
            let mut client = service.client().await;
            for (test, sent) in tests.iter().zip(sent).skip(first).step_by(8) {
                let message = world.message(0, &test.address);
                client.deliver("anna@d0.example.org", &test.address, message.as_bytes()).await.unwrap();
                sent.set(Instant::now()).unwrap();
            }
        }
    }));
    let readers = join_all(streams.into_iter().zip(&sent).map(|(mut stream, sent)| async move {
        assert!(wait_for(&mut stream, "received").await, "a page was not told");
        let told = Instant::now();
        while !sent.initialized() {
            sleep(Duration::from_millis(1)).await;
        }
        told.saturating_duration_since(*sent.get().unwrap())
    }));
    let ((), mut times) = tokio::join!(async { drop(senders.await) }, readers);
    figure("1,000 waiting pages: told after the 250, slowest", quantile(&mut times, 1.0), "< 1000 ms");
    figure("memory after it", format!("{:.1} MB", service.memory().0), "");
}
