//! A delivery and a report to store; what they say does not matter here.

use vaglio::address::{Destination, ReversePath, TestId};
use vaglio::analyse::Evidence;
use vaglio::auth::{Arc, ArcResult, Auth, Dmarc};
use vaglio::delivery::{Delivery, Observed, Why};
use vaglio::facts::Purpose;
use vaglio::report::{Report, SCHEMA, Summary};
use vaglio::score::{Ledger, SCORING};

pub fn test(n: u32) -> TestId {
    let [a, b, c, d] = n.to_be_bytes();
    TestId([7, a, b, c, d, 0, 9])
}

pub fn to(n: u32) -> Vec<Destination> {
    vec![Destination::Test(test(n))]
}

pub fn delivery(raw: impl Into<Vec<u8>>) -> Delivery {
    delivery_from("192.0.2.1", raw)
}

pub fn delivery_from(client: &str, raw: impl Into<Vec<u8>>) -> Delivery {
    let mut sent = crate::plain::sample(raw.into());
    sent.session.client_ip = Observed::Seen(client.parse().unwrap());
    sent.envelope.reverse_path = Observed::Seen(ReversePath::Null);
    sent
}

pub fn report(delivery: &Delivery, score: i32) -> Report {
    Report {
        masked: false,
        schema: SCHEMA,
        scoring: SCORING,
        software: "vaglio".to_owned(),
        received_at: delivery.received_at,
        purpose: Purpose::Personal,
        session: delivery.session.clone(),
        envelope: delivery.envelope.clone(),
        message: Summary { from: String::new(), subject: String::new(), size: delivery.raw.len() as u64 },
        auth: Auth {
            spf: Observed::Missing(Why::NotGiven),
            spf_helo: Observed::Missing(Why::NotGiven),
            dkim: Vec::new(),
            arc: Arc { result: ArcResult::None, instances: 0, sealers: Vec::new(), reason: None },
            dmarc: Dmarc::default(),
            iprev: Observed::Missing(Why::NotGiven),
        },
        ledger: Ledger { score, capped_by: None, rows: Vec::new() },
        providers: Vec::new(),
        lists: Observed::Missing(Why::NotConfigured),
        links: Observed::Missing(Why::NotConfigured),
        spamd: Observed::Missing(Why::NotConfigured),
        rspamd: Observed::Missing(Why::NotConfigured),
        dns: Vec::new(),
    }
}

pub fn evidence() -> Evidence {
    Evidence {
        lists: Observed::Missing(Why::NotConfigured),
        dns: Vec::new(),
        links: Observed::Missing(Why::NotConfigured),
        spamd: Observed::Missing(Why::NotConfigured),
        rspamd: Observed::Missing(Why::NotConfigured),
        policies: Default::default(),
        auth: None,
    }
}
