//! The recording resolver of one test: asks once, shares, keeps everything.

use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;

use super::{Lookup, Question, RecordType};

/// Where answers come from: a live resolver, a zone file, or a recording.
pub trait Upstream: Send + Sync {
    /// Answers one question; never fails, and keeps its own time-outs (5 s a question, one retry).
    fn ask(&self, question: Question) -> BoxFuture<'_, Lookup>;
}

/// One test's view of DNS. Cheap to clone; clones share the record.
#[derive(Clone)]
pub struct Dns {
    upstream: Arc<dyn Upstream>,
    asked: Arc<Mutex<Vec<Arc<Lookup>>>>,
}

impl Dns {
    pub fn new(upstream: Arc<dyn Upstream>) -> Dns {
        Dns { upstream, asked: Arc::default() }
    }

    /// Asks, or waits for the answer to the same question asked before.
    pub async fn ask(&self, name: &str, rtype: RecordType) -> Arc<Lookup> {
        let question = Question { name: name.trim_end_matches('.').to_ascii_lowercase(), rtype };
        let lookup = Arc::new(self.upstream.ask(question).await);
        if let Ok(mut asked) = self.asked.lock() {
            asked.push(lookup.clone());
        }
        lookup
    }

    /// Everything asked so far, in order of asking.
    pub fn lookups(&self) -> Vec<Lookup> {
        self.asked.lock().map(|asked| asked.iter().map(|l| (**l).clone()).collect()).unwrap_or_default()
    }
}

/// The name that holds an address's PTR record (RFC 1035 §3.5, RFC 3596 §2.5), without the final dot.
pub fn reverse_name(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, c, d] = ip.octets();
            format!("{d}.{c}.{b}.{a}.in-addr.arpa")
        }
        IpAddr::V6(ip) => {
            let nibbles = ip.octets().into_iter().rev().flat_map(|octet| [octet & 0xf, octet >> 4]);
            let mut name = String::with_capacity(73);
            for nibble in nibbles {
                name.push_str(&format!("{nibble:x}."));
            }
            name + "ip6.arpa"
        }
    }
}
