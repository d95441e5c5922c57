//! How many rounds to the resolver an examination takes: with a distant one, they are all of its time.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use tokio::time::Instant;
use vaglio::analyse::{Choices, Examiner};
use vaglio::auth::SpfResult;
use vaglio::delivery::Delivery;
use vaglio::dns::{Lookup, Question, Upstream, Zone};
use vaglio::report::Report;

use super::delivery::sample;

const LATE: Duration = Duration::from_millis(20);

/// Every answer takes this long; all of those asked together, no longer.
struct Distant(Zone);

impl Upstream for Distant {
    fn ask(&self, question: Question) -> BoxFuture<'_, Lookup> {
        async {
            tokio::time::sleep(LATE).await;
            self.0.ask(question).await
        }
        .boxed()
    }
}

fn delivery() -> Delivery {
    Delivery { received_at: Timestamp::UNIX_EPOCH, ..sample(&b"From: anna@example.org\r\nSubject: x\r\n\r\nx\r\n"[..]) }
}

async fn examined(examiner: &Examiner) -> (Report, u128) {
    let began = Instant::now();
    let (report, _) = examiner.examine(Arc::new(delivery()), Choices::default(), &|_, _| ()).await;
    (report, began.elapsed().as_millis() / LATE.as_millis())
}

#[tokio::test(start_paused = true)]
async fn what_is_named_as_usual_takes_one_round() {
    let zone = "example.org. TXT \"v=spf1 include:_spf.example.org -all\"\n_spf.example.org. TXT \"v=spf1 ip4:192.0.2.25\"\n\
                example.org. MX 10 mail.example.org.\nmail.example.org. A 192.0.2.25\n\
                25.2.0.192.in-addr.arpa. PTR mail.example.org.\n_dmarc.example.org. TXT \"v=DMARC1; p=none\"\n";
    let (report, rounds) = examined(&Examiner::new(Arc::new(Distant(Zone::parse(zone).unwrap())))).await;
    assert_eq!((report.auth.spf.seen().unwrap().result, rounds), (SpfResult::Pass, 1));
    // What was asked ahead for nothing is not told as asked.
    assert!(!report.dns.iter().any(|lookup| lookup.question.name == "mta-sts.example.org"));
}

#[tokio::test(start_paused = true)]
async fn a_sender_seen_before_takes_one_round_and_a_mended_record_is_seen_at_once() {
    let zone = |third: &str| {
        let text = format!(
            "example.org. TXT \"v=spf1 include:one.example -all\"\none.example. TXT \"v=spf1 include:two.example\"\n\
             two.example. TXT \"v=spf1 {third}\"\nexample.org. MX 10 mx.other.example.\nmx.other.example. A 192.0.2.99\n\
             mail.example.org. A 192.0.2.25\n25.2.0.192.in-addr.arpa. PTR mail.example.org.\n"
        );
        Arc::new(Distant(Zone::parse(&text).unwrap()))
    };
    let mut examiner = Examiner::new(zone("ip4:192.0.2.1"));
    let (report, rounds) = examined(&examiner).await;
    assert_eq!((report.auth.spf.seen().unwrap().result, rounds), (SpfResult::Fail, 3));
    examiner.upstream = zone("ip4:192.0.2.25");
    let (report, rounds) = examined(&examiner).await;
    assert_eq!((report.auth.spf.seen().unwrap().result, rounds), (SpfResult::Pass, 1));
}
