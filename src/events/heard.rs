//! What the door has noticed of tests that still wait, so that a page opened a moment later can say why nothing came.
//!
//! Bounded, of this process alone, and lost when it ends: help for who waits, never a record.

use std::collections::{HashMap, VecDeque};
use std::mem::discriminant;

use jiff::Timestamp;

use crate::address::TestId;
use crate::receive::Notice;

/// Tests that are remembered; the oldest make room.
const MOST: usize = 4096;

#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    pub at: Timestamp,
    pub notice: Notice,
}

#[derive(Default)]
pub(super) struct Heard {
    tests: HashMap<TestId, Vec<Told>>,
    order: VecDeque<TestId>,
}

impl Heard {
    pub fn record(&mut self, test: TestId, told: Told) {
        if !self.tests.contains_key(&test) {
            self.order.push_back(test);
            if self.order.len() > MOST
                && let Some(oldest) = self.order.pop_front()
            {
                self.tests.remove(&oldest);
            }
        }
        let told_before = self.tests.entry(test).or_default();
        match told.notice {
            // Another attempt begins.
            Notice::Recipient { .. } => told_before.clear(),
            _ => told_before.retain(|before| discriminant(&before.notice) != discriminant(&told.notice)),
        }
        told_before.push(told);
    }

    pub fn of(&self, test: TestId) -> Vec<Told> {
        self.tests.get(&test).cloned().unwrap_or_default()
    }

    pub fn forget(&mut self, test: TestId) {
        if self.tests.remove(&test).is_some() {
            self.order.retain(|other| *other != test);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::{Observed, Why};
    use crate::receive::Refused;

    const TEST: TestId = TestId([1; 7]);

    fn told(notice: Notice) -> Told {
        Told { at: Timestamp::UNIX_EPOCH, notice }
    }

    fn recipient() -> Notice {
        Notice::Recipient {
            client_ip: Observed::Missing(Why::NotGiven),
            helo: None,
            tls: Observed::Missing(Why::NotGiven),
        }
    }

    #[test]
    fn the_latest_of_each_kind_is_kept_until_another_attempt_or_success() {
        let mut heard = Heard::default();
        for notice in [recipient(), Notice::Content { octets: 1 }, Notice::Content { octets: 2 }] {
            heard.record(TEST, told(notice));
        }
        heard.record(TEST, told(Notice::Refused(Refused::TooBig)));
        let kinds: Vec<Notice> = heard.of(TEST).into_iter().map(|told| told.notice).collect();
        assert_eq!(kinds, [recipient(), Notice::Content { octets: 2 }, Notice::Refused(Refused::TooBig)]);
        heard.record(TEST, told(recipient()));
        assert_eq!(heard.of(TEST), [told(recipient())]);
        heard.forget(TEST);
        assert!(heard.of(TEST).is_empty() && heard.order.is_empty());
    }

    #[test]
    fn memory_is_bounded() {
        let mut heard = Heard::default();
        let id = |n: usize| TestId([0, 0, 0, 0, (n >> 16) as u8, (n >> 8) as u8, n as u8]);
        for n in 0..MOST + 10 {
            heard.record(id(n), told(recipient()));
        }
        assert_eq!((heard.tests.len(), heard.order.len()), (MOST, MOST));
        assert!(heard.of(id(0)).is_empty() && !heard.of(id(MOST)).is_empty());
    }
}
