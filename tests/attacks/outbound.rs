//! What we ask of others has bounds, however many messages want it at once.

use std::collections::HashSet;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::Semaphore;
use vaglio::analyse::{Choices, Examiner};
use vaglio::dns::{Dns, Limits, Live, Zone};

use crate::delivery::sample;
use crate::spamd::Spamd;

#[tokio::test]
async fn only_so_many_messages_are_at_the_filters_at_one_time() {
    let filter = Spamd::start(Duration::from_millis(100)).await;
    let mut examiner = Examiner::new(Arc::new(Zone::default()));
    examiner.spamd = Some(vaglio::gather::spamd::Address::parse(&filter.address).unwrap());
    examiner.filter_turns = Arc::new(Semaphore::new(3));
    let delivery = Arc::new(sample(&b"From: a@example.org\r\n\r\nx\r\n"[..]));
    let reports = join_all((0..12).map(|_| examiner.examine(delivery.clone(), Choices::default(), &|_, _| ()))).await;
    assert!(reports.iter().all(|(report, _)| report.spamd.seen().is_some()), "each had its turn");
    let most = filter.most.load(Ordering::SeqCst);
    assert!((2..=3).contains(&most), "{most} at once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_so_many_questions_are_open_at_one_time() {
    let silent = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    silent.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    let address = silent.local_addr().unwrap();
    let asked = Arc::new(Mutex::new(HashSet::new()));
    let names = asked.clone();
    let reader = std::thread::spawn(move || {
        let mut packet = [0; 512];
        let end = std::time::Instant::now() + Duration::from_millis(1500);
        while std::time::Instant::now() < end {
            if let Ok(length) = silent.recv(&mut packet) {
                // All but the id, which a repeated question would change.
                names.lock().unwrap().insert(packet.get(2..length).unwrap_or_default().to_vec());
            }
        }
    });
    let dns = Dns::with_limits(Arc::new(Live::new([address])), Limits { questions: 5000, ..Limits::default() });
    let flood = async {
        let names: Vec<String> = (0..3000).map(|n| format!("n{n}.example")).collect();
        join_all(names.iter().map(|name| dns.txt(name))).await
    };
    // Nobody is going to answer.
    drop(tokio::time::timeout(Duration::from_millis(1500), flood).await);
    reader.join().unwrap();
    let asked = asked.lock().unwrap().len();
    assert!((300..=2000).contains(&asked), "{asked} at once");
}
