//! What the tests of one sender have asked: the same is asked at once next time, since each round to a distant resolver costs
//! as much as all its questions together. Names and types are remembered, answers never.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::Question;

/// Senders remembered; when there are more, all are forgotten.
const SENDERS: usize = 1000;
/// Questions remembered of one.
const QUESTIONS: usize = 100;

/// Shared by all examinations of a process.
#[derive(Debug, Default)]
pub struct Habits {
    senders: Mutex<HashMap<String, Arc<[Question]>>>,
}

impl Habits {
    /// What the last test of this sender asked.
    pub fn of(&self, sender: &str) -> Arc<[Question]> {
        let senders = self.senders.lock().unwrap_or_else(PoisonError::into_inner);
        senders.get(sender).cloned().unwrap_or_default()
    }

    pub fn learn(&self, sender: &str, asked: impl Iterator<Item = Question>) {
        let asked: Arc<[Question]> = asked.take(QUESTIONS).collect();
        let mut senders = self.senders.lock().unwrap_or_else(PoisonError::into_inner);
        if senders.len() >= SENDERS && !senders.contains_key(sender) {
            senders.clear();
        }
        senders.insert(sender.to_owned(), asked);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::RecordType;

    #[test]
    fn memory_is_bounded_in_senders_and_in_questions() {
        let habits = Habits::default();
        let question = |n: usize| Question { name: format!("{n}.test"), rtype: RecordType::A };
        for n in 0..SENDERS * 3 {
            habits.learn(&n.to_string(), (0..QUESTIONS * 2).map(question));
        }
        assert!(habits.senders.lock().unwrap().len() <= SENDERS);
        assert_eq!(habits.of(&(SENDERS * 3 - 1).to_string()).len(), QUESTIONS);
        assert!(habits.of("unknown").is_empty());
    }
}
