//! Why a record, a header field or a chain cannot be used: a code with what it speaks of.
//!
//! The words are in the catalogues, as `fault-<kind>`; here there is no prose.

use serde::{Deserialize, Serialize};

use super::tags::{TagProblem, TagProblemKind};
use crate::dns::Answer;
use crate::kinds::kinds;

/// One fault, and where it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    #[serde(rename = "fault")]
    pub kind: FaultKind,
    /// What it is about: a tag's name, or what stands there. Empty where the kind says all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub what: String,
    /// The octet at which it stands, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<usize>,
}

kinds! {
    pub enum FaultKind {
        // A tag list (RFC 6376 §3.2); `what` is the text at fault.
        NoEquals,
        EmptyTag,
        TagName,
        Octet,
        Duplicate,
        // A tag of a signature (RFC 6376 §3.5); `what` is its name.
        Missing,
        EmptyValue,
        Version,
        Canonicalization,
        NoDomain,
        NoSelector,
        NoNumber,
        NotLater,
        QueryMethod,
        FieldName,
        NoIdentity,
        NoBase64,
        // A key record (RFC 6376 §3.6.1, RFC 8463 §4); `what` is the number or the value.
        KeyVersion,
        KeyVersionPlace,
        KeyAbsent,
        KeyKind,
        KeyLength,
        KeyNotRsa,
        KeyTooLong,
        KeyUnreadable,
        // An ARC chain (RFC 8617 §5.2); `what` is the number of the set.
        ArcTooLong,
        ArcIncomplete,
        ArcInstance,
        ArcStatus,
        ArcBody,
        ArcExpired,
        ArcSignature,
        ArcKey,
        ArcUnreadable,
        NotVerified,
        // A question to DNS; `what` is the name, where it is not said already.
        DnsServfail,
        DnsRefused,
        DnsTimeout,
        DnsBroken,
        // A term of an SPF record (RFC 7208 §12); `what` is its name, or what stands there.
        SpfVersion,
        SpfTerm,
        SpfRepeated,
        SpfQualifier,
        SpfAfterName,
        SpfMechanism,
        SpfNoValue,
        SpfNoPrefix,
        SpfAllValue,
        SpfValue,
        SpfIp4,
        SpfIp6,
        SpfPrefix4,
        SpfPrefix6,
        SpfNoDomain,
        SpfNoDot,
        SpfTopLabel,
        // A macro of an SPF record (RFC 7208 §7.1).
        SpfMacroOctet,
        SpfMacroPercent,
        SpfMacroOpen,
        SpfMacroEmpty,
        SpfMacroLetter,
        SpfMacroLetterHere,
        SpfMacroZero,
        SpfMacroDelimiter,
    }
}

impl Fault {
    pub fn new(kind: FaultKind) -> Fault {
        Fault { kind, what: String::new(), at: None }
    }

    pub fn of(kind: FaultKind, what: impl Into<String>) -> Fault {
        Fault { kind, what: what.into(), at: None }
    }

    /// The kind's word.
    pub fn word(&self) -> String {
        self.kind.word()
    }

    /// An answer that tells nothing.
    pub fn of_answer(answer: &Answer) -> Fault {
        match answer {
            Answer::ServFail => Fault::new(FaultKind::DnsServfail),
            Answer::Refused => Fault::new(FaultKind::DnsRefused),
            Answer::TimedOut => Fault::new(FaultKind::DnsTimeout),
            _ => Fault::new(FaultKind::DnsBroken),
        }
    }
}

impl From<&TagProblem> for Fault {
    fn from(problem: &TagProblem) -> Fault {
        Fault { kind: problem.kind.into(), what: problem.text.clone(), at: Some(problem.span.0) }
    }
}

impl From<FaultKind> for Fault {
    fn from(kind: FaultKind) -> Fault {
        Fault::new(kind)
    }
}

impl From<TagProblemKind> for FaultKind {
    fn from(kind: TagProblemKind) -> FaultKind {
        match kind {
            TagProblemKind::NoEquals => FaultKind::NoEquals,
            TagProblemKind::Empty => FaultKind::EmptyTag,
            TagProblemKind::Name => FaultKind::TagName,
            TagProblemKind::Octet => FaultKind::Octet,
            TagProblemKind::Duplicate => FaultKind::Duplicate,
        }
    }
}
