//! Why there is no answer to go by: words, whose texts are in the catalogues as `dns-unusable-<word>`.

use serde::{Deserialize, Serialize};

use crate::kinds::kinds;

/// What is stored is one word either way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Unusable {
    Known(UnusableKind),
    /// DNS's own name of a response code; or what an older version wrote.
    Told(String),
}

kinds! {
    pub enum UnusableKind {
        // Not asked.
        ImpossibleName,
        NotRecorded,
        TooManyHere,
        TooManyInTest,
        TimeOver,
        NoServer,
        // What came is no answer to the question.
        Unreadable,
        NoReply,
        NoQuestion,
        OtherQuestion,
        OtherId,
        Truncated,
        AliasLoop,
        // Nothing can come.
        ConnectionRefused,
        Unreachable,
    }
}

impl Unusable {
    pub fn word(&self) -> String {
        match self {
            Unusable::Known(kind) => kind.word(),
            Unusable::Told(word) => word.clone(),
        }
    }

    /// A response code in the names of RFC 1035 §4.1.1 and the registry it began.
    pub fn response_code(code: u16) -> Unusable {
        Unusable::Told(match code {
            1 => "FORMERR".to_owned(),
            4 => "NOTIMP".to_owned(),
            code => format!("RCODE {code}"),
        })
    }
}

impl From<UnusableKind> for Unusable {
    fn from(kind: UnusableKind) -> Unusable {
        Unusable::Known(kind)
    }
}

impl From<&std::io::Error> for Unusable {
    fn from(error: &std::io::Error) -> Unusable {
        match error.kind() {
            std::io::ErrorKind::ConnectionRefused => UnusableKind::ConnectionRefused.into(),
            _ => UnusableKind::Unreachable.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::Answer;

    #[test]
    fn what_older_versions_recorded_is_read_as_it_stands() {
        let read = |json: &str| serde_json::from_str::<Answer>(json).unwrap();
        assert_eq!(read(r#"{"broken":"alias_loop"}"#), Answer::Broken(UnusableKind::AliasLoop.into()));
        assert_eq!(read(r#"{"broken":"aliases without end"}"#).to_string(), "unusable answer: aliases without end");
    }
}
