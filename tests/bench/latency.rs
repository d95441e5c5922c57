//! From the final dot to the `ready` event: 500 signed messages, one at a time, local DNS, no spam filter.

use std::time::Duration;

use tokio::time::Instant;

use crate::service::{Service, World, wait_for};
use crate::{figure, quantile};

const MESSAGES: usize = 500;

pub async fn run() {
    let world = World::new(MESSAGES, Duration::ZERO).await;
    let service = Service::start(world.dns.addr, &[]).await;
    let mut client = service.client().await;
    let mut times = Vec::new();
    for n in 0..MESSAGES {
        // A client may say so many commands in one session.
        if n % 100 == 99 {
            client = service.client().await;
        }
        let test = service.test().await;
        let mut events = service.events(&test).await;
        let message = world.message(n, &test.address);
        client.envelope(&format!("anna@d{n}.example.org"), &test.address).await.unwrap();
        let began = Instant::now();
        let (sent, ready) = tokio::join!(client.content(message.as_bytes()), async {
            let ready = wait_for(&mut events, "ready").await;
            (ready, began.elapsed())
        });
        sent.unwrap();
        assert!(ready.0, "a report was not made");
        times.push(ready.1);
    }
    figure("final dot to ready, median", quantile(&mut times, 0.5), "< 100 ms");
    figure("final dot to ready, 99th percentile", quantile(&mut times, 0.99), "< 400 ms");
    figure("questions to DNS a message", world.dns.asked().0 / MESSAGES, "");
    figure("memory after it", format!("{:.1} MB", service.memory().0), "");
}
