//! What decided a step of an evaluation: a kind with what it speaks of.
//!
//! The words are in the catalogues, as `spf-step-<kind>`; here there is no prose.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::auth::{Fault, SpfResult};
use crate::dns::{Lookup, Question};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum SpfReason {
    /// `all` matches whoever it is.
    Always,
    /// The client was compared with this network.
    Network {
        client: IpAddr,
        network: String,
    },
    /// Records in presentation form, NODATA or NXDOMAIN.
    Answer {
        question: String,
        answer: String,
    },
    /// DNS said nothing to go by.
    Unanswered {
        question: String,
        fault: Fault,
    },
    /// The addresses of a name's mail servers, none of which is the client's.
    Exchanges {
        answers: String,
    },
    /// This mail server of the name's has the client's address.
    Exchange {
        name: String,
        ip: IpAddr,
    },
    TooManyExchanges {
        name: String,
        count: usize,
    },
    /// A name of the client's that leads back to it (RFC 7208 §5.5).
    Confirmed {
        client: IpAddr,
        name: String,
    },
    /// No name of the client's within the domain leads back to it.
    Unconfirmed {
        client: IpAddr,
        names: String,
        domain: String,
    },
    /// There are TXT records, but none is SPF's.
    NoneOfTexts {
        count: usize,
    },
    Several {
        count: usize,
    },
    /// The term breaks the grammar.
    Syntax {
        fault: Fault,
    },
    /// What the record of an `include` came to, where that decides.
    Gives {
        domain: String,
        result: SpfResult,
    },
    /// What the record of an `include` or `redirect` came to, where it is left.
    Left {
        result: SpfResult,
    },
    /// An `include` or `redirect` leads to a domain without a record.
    NoRecord {
        domain: String,
    },
    TooManyLookups {
        count: u32,
    },
    TooManyVoidLookups {
        count: u32,
    },
    /// A macro asks for a local part that DNS cannot hold (RFC 8616 §4).
    LocalPart,
    /// Macros make a name that DNS cannot hold.
    ImpossibleName {
        name: String,
    },
}

impl SpfReason {
    pub fn answer(lookup: &Lookup) -> SpfReason {
        let question = question(&lookup.question);
        if lookup.answer.is_unknown() {
            return SpfReason::Unanswered { question, fault: Fault::of_answer(&lookup.answer) };
        }
        SpfReason::Answer { question, answer: lookup.answer.to_string() }
    }

    /// What `mx` found, where nothing matched.
    pub fn exchanges<'l>(lookups: impl IntoIterator<Item = &'l Lookup>) -> SpfReason {
        let answers = lookups.into_iter().map(|lookup| match &lookup.answer {
            // A name that cannot be asked.
            answer if answer.is_unknown() => format!("{} —", lookup.question.name),
            answer => format!("{} {answer}", lookup.question.name),
        });
        SpfReason::Exchanges { answers: answers.collect::<Vec<_>>().join("; ") }
    }

    /// Every text in it that macros may have put a local part into, for masking.
    pub fn each_text(&mut self, mut change: impl FnMut(&mut String)) {
        use SpfReason::*;
        match self {
            Network { network: text, .. }
            | Exchanges { answers: text }
            | Exchange { name: text, .. }
            | TooManyExchanges { name: text, .. }
            | Confirmed { name: text, .. }
            | Gives { domain: text, .. }
            | NoRecord { domain: text }
            | ImpossibleName { name: text } => change(text),
            Answer { question, answer } => [question, answer].into_iter().for_each(change),
            Unconfirmed { names, domain, .. } => [names, domain].into_iter().for_each(change),
            Unanswered { question, fault } => [question, &mut fault.what].into_iter().for_each(change),
            Syntax { fault } => change(&mut fault.what),
            Always | NoneOfTexts { .. } | Several { .. } | Left { .. } | LocalPart => {}
            TooManyLookups { .. } | TooManyVoidLookups { .. } => {}
        }
    }
}

fn question(question: &Question) -> String {
    format!("{} {}", question.rtype, question.name)
}

#[cfg(test)]
mod tests {
    use crate::auth::{SpfProblem, SpfStep};

    #[test]
    fn what_the_first_version_stored_in_words_can_still_be_read() {
        let step = r#"{"depth":0,"domain":"a.example","term":"mx","kind":"no_match","span":[7,9],"target":null,
            "lookups":1,"void_lookups":0,"detail":"MX a.example: NODATA"}"#;
        let step: SpfStep = serde_json::from_str(step).unwrap();
        assert_eq!((step.reason, step.detail.as_deref()), (None, Some("MX a.example: NODATA")));
        let problem = r#"{"kind":"dns","name":"a.example","detail":"no answer in time"}"#;
        let Ok(SpfProblem::Dns { fault: None, .. }) = serde_json::from_str(problem) else { panic!() };
    }
}
