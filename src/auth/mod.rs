//! What the RFCs say about a message's authentication, without opinion.
//!
//! Evaluators ask DNS through [`crate::dns::Dns`] and give results in the words of RFC 8601, each with the trace of the very
//! evaluation that gave it. What we think of a result belongs to [`crate::check`].

pub mod arc;
pub mod dkim;
pub mod dmarc;
mod evaluate;
mod fault;
pub mod iprev;
pub mod psl;
pub mod results;
pub mod spf;
pub mod tags;

#[cfg(test)]
pub(crate) mod testing;

pub use evaluate::authenticate;
pub use fault::{Fault, FaultKind};
pub use results::{received_spf, results_header};
pub use spf::SpfReason;

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// RFC 7208 §2.6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SpfResult {
    None,
    Neutral,
    Pass,
    Fail,
    Softfail,
    Temperror,
    Permerror,
}

/// RFC 8601 §2.7.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DkimResult {
    None,
    Pass,
    Fail,
    Policy,
    Neutral,
    Temperror,
    Permerror,
}

/// RFC 9989 §9.2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DmarcResult {
    /// DMARC does not apply.
    #[default]
    None,
    Pass,
    Fail,
    Temperror,
    Permerror,
}

/// RFC 8601 §2.7.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IprevResult {
    Pass,
    Fail,
    Temperror,
    Permerror,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ArcResult {
    None,
    Pass,
    Fail,
}

/// One evaluation of `check_host` (RFC 7208 §4) with its trace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spf {
    pub result: SpfResult,
    pub identity: SpfIdentity,
    /// The domain whose record was evaluated first, A-labels.
    pub domain: String,
    /// The `<sender>` argument: `postmaster@<helo>` for the HELO identity and for the null reverse path.
    pub sender: String,
    pub client_ip: IpAddr,
    /// The record found at `domain`, as published.
    pub record: Option<String>,
    /// The directive that matched, as written in its record; `None` for default and error results.
    pub matched: Option<String>,
    /// The domain's own explanation of a fail (`exp=`, RFC 7208 §6.2).
    pub explanation: Option<String>,
    /// DNS look-ups counted by RFC 7208 §4.6.4.
    pub lookups: u32,
    pub void_lookups: u32,
    /// Why it is permerror or temperror.
    pub problem: Option<SpfProblem>,
    /// In order of evaluation.
    pub trace: Vec<SpfStep>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpfIdentity {
    MailFrom,
    Helo,
}

/// One record or term looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpfStep {
    /// 0 for the first record, one more inside each `include` or `redirect`.
    pub depth: u32,
    /// Whose record this term stands in.
    pub domain: String,
    /// The term as written; the whole record when `kind` is `Record`.
    pub term: String,
    pub kind: SpfStepKind,
    /// Octet range of the term in the record, end exclusive.
    pub span: Option<(usize, usize)>,
    /// The domain asked, after macro expansion.
    pub target: Option<String>,
    /// Look-ups counted so far, this term included.
    pub lookups: u32,
    pub void_lookups: u32,
    /// Addresses, names or the fault that decided it; for `Leave` the inner result.
    #[serde(default)]
    pub reason: Option<SpfReason>,
    /// The same in a reader's language: never stored, filled in where a report is shown.
    #[serde(default)]
    pub detail: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpfStepKind {
    /// A record was found and parsed.
    Record,
    NoMatch,
    Match,
    /// `include` or `redirect` was entered; its own steps follow, one deeper.
    Enter,
    /// Left an `include` or `redirect`.
    Leave,
    Error,
}

/// Why SPF could not be evaluated, typed so that a cure can be computed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum SpfProblem {
    /// Several `v=spf1` records at one name (RFC 7208 §4.5).
    SeveralRecords { domain: String, count: usize },
    /// The record breaks the grammar (RFC 7208 §12) at this octet range.
    Syntax {
        domain: String,
        term: String,
        span: (usize, usize),
        /// The first version stored English words instead.
        #[serde(default)]
        fault: Option<Fault>,
    },
    /// More than 10 terms that ask DNS (RFC 7208 §4.6.4).
    TooManyLookups { domain: String, term: String },
    /// More than 2 void look-ups.
    TooManyVoidLookups { domain: String, term: String },
    /// More than 10 MX or PTR names of one term.
    TooManyNames { domain: String, term: String },
    /// `include` or `redirect` leads to a domain without a record (RFC 7208 §5.2, §6.1).
    NoRecordAtTarget { domain: String, term: String, target: String },
    /// A DNS question without an answer (temperror).
    Dns {
        name: String,
        #[serde(default)]
        fault: Option<Fault>,
    },
}

/// One DKIM-Signature field, in the order in which they stand in the message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dkim {
    pub result: DkimResult,
    /// `d=`, A-labels; empty when the field could not be parsed.
    pub domain: String,
    pub selector: String,
    /// `a=`, as written.
    pub algorithm: String,
    /// `i=`, when written.
    pub identity: Option<String>,
    /// `c=`, header and body, with defaults filled in.
    pub canonicalization: (String, String),
    /// `h=`, as written.
    pub signed_headers: Vec<String>,
    /// `l=`, octets.
    pub body_length: Option<u64>,
    /// `t=` and `x=`, seconds since 1970.
    pub signed_at: Option<u64>,
    pub expires_at: Option<u64>,
    /// Size of the RSA modulus or of the Ed25519 key (256).
    pub key_bits: Option<u32>,
    /// `t=y` in the key record (RFC 6376 §3.6.1).
    pub testing: bool,
    /// The key record as published.
    pub key_record: Option<String>,
    /// Alignment with the Author Domain (RFC 9989) in the mode that its record asks for, relaxed where there is none.
    pub aligned: bool,
    /// The same in relaxed mode, whatever the record asks for.
    #[serde(default)]
    pub aligned_relaxed: bool,
    /// The signing domain is the Author Domain.
    pub aligned_strict: bool,
    /// Not aligned as far as is known: DNS left open what could change it.
    #[serde(default)]
    pub alignment_open: bool,
    /// Why it is not `pass`.
    pub reason: Option<DkimReason>,
    /// What was done to the message after signing: undoing it makes the signature verify. Empty when nothing explains it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub autopsy: Vec<Change>,
    /// The field as it stands in the message, unfolded.
    pub header: String,
}

/// Precise reasons, with what they speak of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "detail")]
pub enum DkimReason {
    /// The body is not the one that was signed.
    BodyHash,
    /// The signed header fields are not the ones that were signed, or the key is another one.
    Signature,
    /// No TXT record at `<selector>._domainkey.<domain>`.
    KeyMissing,
    /// `p=` is empty (RFC 6376 §3.6.1).
    KeyRevoked,
    /// The key record cannot be used.
    KeyUnusable(Fault),
    /// RSA under 1024 bits (RFC 8301 §3.2).
    KeyTooShort,
    /// rsa-sha1 (RFC 8301 §3.1).
    AlgorithmRetired,
    AlgorithmUnknown(String),
    /// `h=` or `k=` of the key does not allow the signature's algorithm.
    KeyDisallows(String),
    /// From is not among the signed fields (RFC 6376 §5.4).
    FromNotSigned,
    /// `i=` is not within `d=` (RFC 6376 §3.5).
    IdentityMismatch,
    Expired,
    /// `t=` is more than five minutes ahead of our clock; some receivers ignore such a signature (RFC 6376 §3.5).
    InFuture,
    /// `l=` is more than the canonical body has: it was cut short; the number is what it has.
    LengthOverBody(u64),
    /// Several key records at one name, and how many (RFC 6376 §3.6.2.2: undefined).
    SeveralKeys(usize),
    /// Too many signatures: this one was only reported.
    NotVerified,
    /// The DKIM-Signature field breaks the grammar.
    Unparsable(Fault),
    /// The key could not be asked for (temperror).
    Dns(Fault),
}

/// A change made to a message after it was signed, proved by undoing it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Change {
    /// Lines at the end of the body or of a part; the text shows at most some of them.
    FooterAppended {
        lines: usize,
        text: String,
    },
    /// Lines before the text.
    BannerPrepended {
        lines: usize,
        text: String,
    },
    /// CRLF and bare LF or CR were turned into one another.
    LineEnds,
    /// White space at the ends of lines.
    TrailingSpace,
    /// An empty line at the beginning is gone.
    BlankLine,
    /// Dots at the beginning of lines were doubled or lost.
    DotStuffing,
    /// `From ` at the beginning of a line became `>From `.
    FromEscaped,
    /// Lines that were too long were broken.
    Rewrapped,
    /// 8-bit text was encoded; `now` is the Content-Transfer-Encoding that the message has.
    Reencoded {
        now: String,
    },
    SubjectTag {
        tag: String,
    },
    /// A signed field's value, as it arrived and as it was signed.
    FieldRewritten {
        name: String,
        now: String,
        was: String,
    },
    /// A field that the signature says was not there.
    FieldAdded {
        name: String,
        value: String,
    },
}

/// RFC 8617; shown, never scored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Arc {
    pub result: ArcResult,
    /// How many sets.
    pub instances: u32,
    /// The signing domains, oldest first.
    pub sealers: Vec<String>,
    /// Why it is not `pass`.
    pub reason: Option<Fault>,
}

/// Discovery and alignment by RFC 9989. The default is that DMARC does not apply.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Dmarc {
    pub result: DmarcResult,
    /// The one domain in RFC5322.From, A-labels; `None`: DMARC does not apply, and `problem` says why.
    pub author_domain: Option<String>,
    /// Organizational Domain of the Author Domain by the tree walk; by the public suffix list where no record exists.
    pub organizational_domain: Option<String>,
    /// True when `organizational_domain` came from the public suffix list since no record exists.
    pub organizational_domain_by_psl: bool,
    /// The Organizational Domain that RFC 7489 with the public suffix list would give.
    pub psl_organizational_domain: Option<String>,
    /// Where the policy record was found.
    pub policy_domain: Option<String>,
    /// The record as published.
    pub record: Option<String>,
    /// The record as read, with its problems.
    pub parsed: Option<dmarc::record::Record>,
    /// Which policy applies to the Author Domain, and which tag it came from.
    pub policy: Option<Policy>,
    pub policy_tag: Option<PolicyTag>,
    /// `t=y`.
    pub testing: bool,
    pub strict_spf: bool,
    pub strict_dkim: bool,
    /// An SPF pass whose domain aligns.
    pub spf_aligned: bool,
    /// At least one passing signature whose `d=` aligns.
    pub dkim_aligned: bool,
    /// Relaxed alignment of the domain that SPF was asked for, whatever its result.
    pub spf_domain_aligned: bool,
    /// Identifiers (the SPF domain, `d=`) whose relaxed alignment DNS did not tell: not aligned, as far as is known.
    #[serde(default)]
    pub alignment_unknown: Vec<String>,
    /// Where reports are to go, and whether they are wanted there.
    pub reports: Vec<ReportTarget>,
    /// The walk: every name asked, in order, and what was there.
    pub walk: Vec<WalkStep>,
    pub problem: Option<DmarcProblem>,
    /// What RFC 7489 with the public suffix list would have said, where it differs.
    pub rfc7489: Option<Rfc7489>,
}

/// The stricter, the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Policy {
    None,
    Quarantine,
    Reject,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PolicyTag {
    P,
    Sp,
    Np,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalkStep {
    /// The name asked, `_dmarc.` included.
    pub name: String,
    /// Records that start with `v=DMARC1`, as published.
    pub records: Vec<String>,
    /// Other TXT records there: something else, or a record whose first tag is misspelt.
    pub discarded: Vec<String>,
    /// The answer gave nothing to go by: SERVFAIL, time-out, ...
    pub unknown: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "detail")]
pub enum DmarcProblem {
    NoFrom,
    /// Several From fields, or one with addresses of several domains.
    SeveralFrom(usize),
    FromWithoutDomain,
    /// Several records at one name are all discarded.
    SeveralRecords(String),
    /// The record at this domain is ignored (no policy), or read as p=none; [`Dmarc::parsed`] says why.
    BadRecord(String),
    /// SPF could not be asked for, and could have changed the result.
    SpfUnknown,
    /// This name did not answer, and could have changed the result.
    Dns(String),
}

impl Dmarc {
    /// The result in the words that RFC 9989 registers for Authentication-Results: a record that stands there but cannot be
    /// used is a `permerror`, where the evaluation itself goes on as if there were none (§4.7).
    pub fn registered_result(&self) -> DmarcResult {
        let unusable = matches!(self.problem, Some(DmarcProblem::BadRecord(_) | DmarcProblem::SeveralRecords(_)));
        if self.result == DmarcResult::None && unusable { DmarcResult::Permerror } else { self.result }
    }
}

/// One `rua` or `ruf` address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportTarget {
    /// `rua` or `ruf`.
    pub tag: String,
    pub uri: String,
    /// The domain of a `mailto:`.
    pub domain: Option<String>,
    /// Its Organizational Domain is not the policy domain's, so it has to agree; `None`: DNS did not say.
    pub external: Option<bool>,
    /// `None`: DNS did not say.
    pub authorised: Option<bool>,
    /// The name at which it has to agree.
    pub authorisation: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rfc7489 {
    pub result: DmarcResult,
    pub organizational_domain: String,
    pub policy_domain: Option<String>,
    pub policy: Option<Policy>,
}

/// RFC 8601 §3: PTR names of the client, and whether one resolves back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Iprev {
    pub result: IprevResult,
    /// The PTR names, in answer order.
    pub names: Vec<String>,
    /// Those that resolve back to the client.
    pub confirmed: Vec<String>,
}

/// All results for one message. `Missing` only where the question could not be put (no client address, no envelope).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Auth {
    pub spf: crate::delivery::Observed<Spf>,
    pub spf_helo: crate::delivery::Observed<Spf>,
    pub dkim: Vec<Dkim>,
    pub arc: Arc,
    pub dmarc: Dmarc,
    pub iprev: crate::delivery::Observed<Iprev>,
}
