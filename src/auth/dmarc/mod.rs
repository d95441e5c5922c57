//! DMARC by RFC 9989: discovery by tree walk, policy, alignment; and what RFC 7489 would have said.
//!
//! `record.rs` reads records, `author.rs` the From field, `walk.rs` does the walk. [`Discovery`] asks DNS while SPF and DKIM
//! are still at work; [`Discovery::conclude`] is pure.

pub mod author;
pub mod record;
mod reports;
mod walk;

use std::collections::BTreeMap;

use futures_util::future::{join, join_all, join3};

use self::record::{Record, Standing};
use self::walk::{Found, Walk};
use super::psl;
use super::{
    Dkim, DkimReason, DkimResult, Dmarc, DmarcProblem, DmarcResult, Policy, PolicyTag, ReportTarget, Rfc7489, Spf,
    SpfResult,
};
use crate::delivery::{Observed, Why};
use crate::dns::{Answer, Dns, RecordType};

/// Every answer that DMARC needs, before SPF and DKIM have spoken.
pub struct Discovery {
    author: Result<Author, DmarcProblem>,
}

struct Author {
    walk: Walk,
    /// The walks of the SPF domain and of each `d=`.
    identifiers: BTreeMap<String, Walk>,
    applied: Applied,
    /// Does the Author Domain exist? `None`: DNS did not say.
    exists: Option<bool>,
    reports: Vec<ReportTarget>,
    /// The record at the Organizational Domain that the public suffix list gives.
    psl_walk: Walk,
}

/// The policy record that applies.
enum Applied {
    /// No record.
    Nothing,
    Record {
        domain: String,
        record: Box<Record>,
    },
    /// A missing answer could change it.
    Unknown(String),
}

impl Discovery {
    /// Asks for everything about the domain of these From fields, and about the identifiers that may align with it.
    pub async fn run(dns: &Dns, from: &[&str], identifiers: Vec<String>) -> Discovery {
        let author = match author::author_domain(from) {
            Ok(domain) => Ok(Author::run(dns, &domain, identifiers).await),
            Err(problem) => Err(problem),
        };
        Discovery { author }
    }

    /// The verdict, and the alignment of each signature.
    pub fn conclude(self, spf: &Observed<Spf>, dkim: &mut [Dkim]) -> Dmarc {
        match self.author {
            Ok(author) => author.conclude(spf, dkim),
            Err(problem) => Dmarc { problem: Some(problem), ..Dmarc::default() },
        }
    }
}

impl Author {
    async fn run(dns: &Dns, domain: &str, identifiers: Vec<String>) -> Author {
        let own = async {
            let walk = Walk::take(dns, domain).await;
            let applied = apply(&walk);
            let reports = match &applied {
                Applied::Record { domain, record } => reports::targets(dns, domain, record).await,
                _ => Vec::new(),
            };
            (walk, applied, reports)
        };
        let others = join_all(identifiers.into_iter().map(async |identifier| {
            let walk = Walk::take(dns, &identifier).await;
            (identifier, walk)
        }));
        let psl_walk = Walk::take(dns, psl::organizational_domain(domain));
        let ((walk, applied, reports), others, (exists, psl_walk)) =
            join3(own, others, join(exists(dns, domain), psl_walk)).await;
        Author { walk, identifiers: others.into_iter().collect(), applied, exists, reports, psl_walk }
    }

    fn conclude(self, spf: &Observed<Spf>, dkim: &mut [Dkim]) -> Dmarc {
        let domain = self.walk.domain.clone();
        let bare = self.walk.is_bare();
        for signature in dkim.iter_mut() {
            signature.aligned_strict = signature.domain == domain;
            let aligned = self.relaxed(&signature.domain, bare);
            signature.aligned_relaxed = aligned == Some(true);
            signature.aligned = signature.aligned_relaxed;
            signature.alignment_open = aligned.is_none();
        }
        let mut dmarc = Dmarc {
            author_domain: Some(domain.clone()),
            organizational_domain: self.walk.organizational_domain(),
            psl_organizational_domain: Some(psl::organizational_domain(&domain).to_owned()),
            organizational_domain_by_psl: bare,
            walk: self.walk.shown(),
            ..Dmarc::default()
        };
        if bare {
            dmarc.organizational_domain.clone_from(&dmarc.psl_organizational_domain);
        }
        dmarc.alignment_unknown =
            self.identifiers.keys().filter(|identifier| self.relaxed(identifier, bare).is_none()).cloned().collect();
        let several = self.walk.several().map(str::to_owned).map(DmarcProblem::SeveralRecords);
        match &self.applied {
            Applied::Nothing => dmarc.problem = several,
            Applied::Unknown(name) => {
                dmarc.result = DmarcResult::Temperror;
                dmarc.problem = Some(DmarcProblem::Dns(name.clone()));
            }
            Applied::Record { domain: policy_domain, record } => {
                dmarc.policy_domain = Some(policy_domain.clone());
                dmarc.record = Some(record.text.clone());
                dmarc.testing = record.testing;
                dmarc.strict_spf = record.strict_spf;
                dmarc.strict_dkim = record.strict_dkim;
                if record.strict_dkim {
                    // RFC 9989 §4.7, adkim: the owner counts no other domain's signature.
                    dkim.iter_mut().for_each(|signature| signature.aligned = signature.aligned_strict);
                }
                dmarc.parsed = Some((**record).clone());
                dmarc.reports.clone_from(&self.reports);
                self.apply_policy(&mut dmarc, policy_domain, record);
                dmarc.problem = dmarc.problem.take().or(several);
            }
        }
        let evidence = self.evidence(spf, dkim, bare, dmarc.strict_spf, dmarc.strict_dkim);
        dmarc.spf_aligned = evidence.spf == Some(true);
        dmarc.dkim_aligned = evidence.dkim == Some(true);
        dmarc.spf_domain_aligned = spf.seen().is_some_and(|spf| self.relaxed(&spf.domain, bare) == Some(true));
        let stands = matches!(&self.applied, Applied::Record { record, .. } if record.standing != Standing::Ignored);
        if stands {
            dmarc.result = evidence.result();
            if dmarc.result == DmarcResult::Temperror {
                dmarc.problem = evidence.unknown;
            }
        }
        dmarc.rfc7489 = self.rfc7489(spf, dkim, &dmarc);
        dmarc
    }

    /// Own record: `p`. Inherited: `sp` where the Author Domain exists, `np` where it does not (RFC 9989 §4.7, §4.10.1).
    fn apply_policy(&self, dmarc: &mut Dmarc, policy_domain: &str, record: &Record) {
        let (policy, tag) = match (record.standing, policy_domain == self.walk.domain) {
            (Standing::Ignored, _) => {
                dmarc.problem = Some(DmarcProblem::BadRecord(policy_domain.to_owned()));
                return;
            }
            (Standing::AsNone, _) => {
                dmarc.problem = Some(DmarcProblem::BadRecord(policy_domain.to_owned()));
                (Some(Policy::None), None)
            }
            (Standing::Valid, true) => (record.p, Some(PolicyTag::P)),
            (Standing::Valid, false) => inherited(record, self.exists),
        };
        dmarc.policy = policy;
        dmarc.policy_tag = tag;
    }

    /// Relaxed alignment of an identifier with the Author Domain, by the walk; by the public suffix list where no record
    /// exists at all.
    fn relaxed(&self, identifier: &str, bare: bool) -> Option<bool> {
        if identifier.is_empty() {
            return Some(false);
        }
        if bare {
            let organizational = psl::organizational_domain;
            return Some(organizational(identifier) == organizational(&self.walk.domain));
        }
        if identifier == self.walk.domain {
            return Some(true);
        }
        walk::aligned(self.identifiers.get(identifier)?, &self.walk)
    }

    fn evidence(
        &self,
        spf: &Observed<Spf>,
        dkim: &[Dkim],
        bare: bool,
        strict_spf: bool,
        strict_dkim: bool,
    ) -> Evidence {
        weigh(spf, dkim, |identifier, is_spf| match (is_spf && strict_spf) || (!is_spf && strict_dkim) {
            true => Some(identifier == self.walk.domain),
            false => self.relaxed(identifier, bare),
        })
    }

    /// RFC 7489 with the public suffix list, where it says something else.
    fn rfc7489(&self, spf: &Observed<Spf>, dkim: &[Dkim], new: &Dmarc) -> Option<Rfc7489> {
        let organizational = psl::organizational_domain(&self.walk.domain);
        let own = match self.walk.found(&self.walk.domain)? {
            Found::Unknown => return None,
            // What DNS left open is no difference between two ways of reading it.
            _ if new.result == DmarcResult::Temperror => return None,
            Found::Record(record) => Some((self.walk.domain.as_str(), record)),
            Found::Nothing | Found::Several => None,
        };
        let found = match (own, self.psl_walk.found(organizational)?) {
            (Some(own), _) => Some(own),
            (None, Found::Unknown) => return None,
            (None, Found::Record(record)) => Some((organizational, record)),
            (None, Found::Nothing | Found::Several) => None,
        };
        let mut old = Rfc7489 {
            result: DmarcResult::None,
            organizational_domain: organizational.to_owned(),
            policy_domain: None,
            policy: None,
        };
        // RFC 7489 §6.6.3 judges p= and sp=, and knows no np=: an invalid one does no harm there.
        let valid = |record: &Record| record.p.is_some() && (record.sp.is_some() || !record.has("sp"));
        if let Some((domain, record)) = found.filter(|(_, record)| valid(record) || !record.rua.is_empty()) {
            let policy = record.p.filter(|_| valid(record)).unwrap_or(Policy::None);
            old.policy_domain = Some(domain.to_owned());
            old.policy = Some(if domain == self.walk.domain { policy } else { record.sp.unwrap_or(policy) });
            old.result = weigh(spf, dkim, |identifier, is_spf| {
                let strict = if is_spf { record.strict_spf } else { record.strict_dkim };
                Some(if strict {
                    identifier == self.walk.domain
                } else {
                    !identifier.is_empty() && psl::organizational_domain(identifier) == organizational
                })
            })
            .result();
        }
        let differs = old.result != new.result
            || old.policy != new.policy
            || new.organizational_domain.as_deref().is_some_and(|new| new != organizational);
        differs.then_some(old)
    }
}

/// `sp` or `np` with their fallbacks; `None` where the existence of the domain decides and is not known.
fn inherited(record: &Record, exists: Option<bool>) -> (Option<Policy>, Option<PolicyTag>) {
    let existing = record.sp.map_or((record.p, Some(PolicyTag::P)), |sp| (Some(sp), Some(PolicyTag::Sp)));
    let absent = record.np.map_or(existing, |np| (Some(np), Some(PolicyTag::Np)));
    match exists {
        Some(true) => existing,
        Some(false) => absent,
        None if existing.0 == absent.0 => existing,
        None => (None, None),
    }
}

/// Which record applies (RFC 9989 §4.10.1): the Author Domain's, its Organizational Domain's, the public suffix domain's.
fn apply(walk: &Walk) -> Applied {
    let record = |domain: &str| match walk.found(domain) {
        Some(Found::Record(record)) => Some(Applied::Record { domain: domain.to_owned(), record: record.clone() }),
        _ => None,
    };
    if let Some(own) = record(&walk.domain) {
        return own;
    }
    let missing = walk.shown().into_iter().find(|step| step.unknown);
    if let Some(step) = missing {
        return Applied::Unknown(step.name);
    }
    let organizational = walk.organizational_domain().and_then(|domain| record(&domain));
    let suffix = || {
        let (domain, record) = walk.public_suffix_record()?;
        Some(Applied::Record { domain: domain.to_owned(), record: Box::new(record.clone()) })
    };
    organizational.or_else(suffix).unwrap_or(Applied::Nothing)
}

/// Whether a domain exists: NXDOMAIN for A, AAAA and MX alike means that it does not (RFC 9989 §3.2.13).
async fn exists(dns: &Dns, domain: &str) -> Option<bool> {
    let (a, aaaa, mx) =
        join3(dns.ask(domain, RecordType::A), dns.ask(domain, RecordType::Aaaa), dns.ask(domain, RecordType::Mx)).await;
    let answers = [&a.answer, &aaaa.answer, &mx.answer];
    if answers.iter().any(|answer| matches!(answer, Answer::Records { .. } | Answer::NoData)) {
        return Some(true);
    }
    answers.iter().all(|answer| matches!(answer, Answer::NxDomain)).then_some(false)
}

/// What SPF and DKIM have to say: aligned, not aligned, or not known.
struct Evidence {
    spf: Option<bool>,
    dkim: Option<bool>,
    /// Why one of them is not known.
    unknown: Option<DmarcProblem>,
}

impl Evidence {
    fn result(&self) -> DmarcResult {
        match (self.spf, self.dkim) {
            (Some(true), _) | (_, Some(true)) => DmarcResult::Pass,
            (Some(false), Some(false)) => DmarcResult::Fail,
            _ => DmarcResult::Temperror,
        }
    }
}

/// `aligned(identifier, is_spf)` tells the alignment of a domain; `None` where DNS did not say.
fn weigh(spf: &Observed<Spf>, dkim: &[Dkim], aligned: impl Fn(&str, bool) -> Option<bool>) -> Evidence {
    let mut evidence = Evidence { spf: Some(false), dkim: Some(false), unknown: None };
    match spf {
        Observed::Seen(spf) => match (spf.result, aligned(&spf.domain, true)) {
            (SpfResult::Pass, known @ Some(_)) => evidence.spf = known,
            (SpfResult::Pass, None) => {
                evidence.spf = None;
                evidence.unknown = Some(DmarcProblem::Dns(spf.domain.clone()));
            }
            (SpfResult::Temperror, Some(true) | None) => {
                evidence.spf = None;
                evidence.unknown = Some(DmarcProblem::Dns(spf.domain.clone()));
            }
            _ => (),
        },
        Observed::Missing(Why::NotApplicable) => (),
        Observed::Missing(_) => {
            evidence.spf = None;
            evidence.unknown = Some(DmarcProblem::SpfUnknown);
        }
    }
    for signature in dkim {
        // A signature that we would not look at is not known to fail.
        let open = signature.result == DkimResult::Temperror || signature.reason == Some(DkimReason::NotVerified);
        match (signature.result, aligned(&signature.domain, false)) {
            (DkimResult::Pass, Some(true)) => {
                evidence.dkim = Some(true);
                break;
            }
            (DkimResult::Pass, None) | (_, None | Some(true)) if open || signature.result == DkimResult::Pass => {
                evidence.dkim = None;
                evidence.unknown.get_or_insert_with(|| DmarcProblem::Dns(signature.domain.clone()));
            }
            _ => (),
        }
    }
    evidence
}

#[cfg(test)]
mod tests;
