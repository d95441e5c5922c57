//! All that a record leads to, whoever sends: what would be asked if no term matched.
//!
//! An evaluation stops at its first match; this does not, so that "this record needs 12 look-ups" is told even to those whose
//! first term matches.

use futures_util::future::{BoxFuture, join_all};

use super::Request;
use super::macros::{MacroString, Values};
use super::record::{self, Mechanism, Term, TermKind};
use crate::auth::{SpfProblem, SpfTree, SpfTreeTerm};
use crate::dns::{Dns, RecordType, normal_name};

/// Records of one tree; deeper ones are not looked at, and every limit is long passed there.
const MAX_DEPTH: usize = 12;
const MAX_RECORDS: u32 = 60;

/// Looks at every term of the domain's record and of those it includes or redirects to.
///
/// Sender-dependent macros are expanded for `request`, and `%{p}` as `unknown`. The same records are not entered twice on one path.
pub async fn tree(dns: &Dns, request: &Request) -> SpfTree {
    let domain = normal_name(&request.domain).unwrap_or_else(|_| request.domain.to_lowercase());
    let budget = std::sync::atomic::AtomicU32::new(MAX_RECORDS);
    Walk { dns, request, budget: &budget }.record(domain, Vec::new()).await
}

#[derive(Clone, Copy)]
struct Walk<'a> {
    dns: &'a Dns,
    request: &'a Request,
    budget: &'a std::sync::atomic::AtomicU32,
}

impl<'a> Walk<'a> {
    fn record(self, domain: String, path: Vec<String>) -> BoxFuture<'a, SpfTree> {
        Box::pin(async move {
            let mut tree = SpfTree {
                domain: domain.clone(),
                record: None,
                problem: None,
                terms: Vec::new(),
                lookups: 0,
                void_lookups: 0,
                complete: true,
            };
            let spent = self.budget.fetch_update(
                std::sync::atomic::Ordering::Relaxed,
                std::sync::atomic::Ordering::Relaxed,
                |left| left.checked_sub(1),
            );
            if path.contains(&domain) || path.len() >= MAX_DEPTH || spent.is_err() {
                tree.complete = false;
                return tree;
            }
            let lookup = self.dns.txt(&domain).await;
            if lookup.answer.is_unknown() {
                let detail = lookup.answer.to_string();
                tree.problem = Some(SpfProblem::Dns { name: domain, detail });
                tree.complete = false;
                return tree;
            }
            let texts = lookup.answer.texts().map(|text| text.octets.as_slice());
            let found: Vec<&[u8]> = texts.filter(|octets| record::is_spf(octets)).collect();
            let octets = match found.as_slice() {
                [] => return tree,
                [only] => *only,
                several => {
                    tree.problem = Some(SpfProblem::SeveralRecords { domain, count: several.len() });
                    return tree;
                }
            };
            tree.record = Some(String::from_utf8_lossy(octets).into_owned());
            let record = record::parse(octets);
            tree.problem = record.errors.first().map(|error| SpfProblem::Syntax {
                domain: domain.clone(),
                term: error.term.clone(),
                span: error.span,
                detail: error.detail.clone(),
            });
            let mut path = path;
            path.push(domain.clone());
            let redirect = record.redirect().map(|(term, _)| term.span);
            let terms = record.terms.iter().filter(|term| match &term.kind {
                TermKind::Directive(..) => true,
                TermKind::Redirect(_) => redirect == Some(term.span),
                _ => false,
            });
            tree.terms = join_all(terms.map(|term| self.term(term, &domain, &path))).await;
            for term in &tree.terms {
                tree.lookups = tree.lookups.saturating_add(term.lookups);
                tree.void_lookups = tree.void_lookups.saturating_add(term.void_lookups);
                tree.complete &= !term.unknown && term.below.as_ref().is_none_or(|below| below.complete);
            }
            tree
        })
    }

    async fn term(self, term: &Term, domain: &str, path: &[String]) -> SpfTreeTerm {
        let mut seen = SpfTreeTerm {
            term: term.text.clone(),
            span: term.span,
            lookups: 0,
            void_lookups: 0,
            target: None,
            unknown: false,
            below: None,
        };
        let (spec, rtype) = match &term.kind {
            TermKind::Redirect(spec) | TermKind::Directive(_, Mechanism::Include(spec)) => (Some(spec), None),
            TermKind::Directive(_, Mechanism::A(spec, _)) => (spec.as_ref(), Some(self.family())),
            TermKind::Directive(_, Mechanism::Mx(spec, _)) => (spec.as_ref(), Some(RecordType::Mx)),
            TermKind::Directive(_, Mechanism::Exists(spec)) => (Some(spec), Some(RecordType::A)),
            TermKind::Directive(_, Mechanism::Ptr(_)) => {
                seen.lookups = 1;
                return seen;
            }
            _ => return seen,
        };
        seen.lookups = 1;
        let target = spec.map_or_else(|| domain.to_owned(), |spec| self.expand(spec, domain));
        let Ok(target) = normal_name(&target) else { return seen };
        seen.target = Some(target.clone());
        match rtype {
            None => {
                let below = self.record(target, path.to_vec()).await;
                seen.lookups = seen.lookups.saturating_add(below.lookups);
                seen.void_lookups = below.void_lookups;
                seen.below = Some(Box::new(below));
            }
            Some(rtype) => {
                let lookup = self.dns.ask(&target, rtype).await;
                seen.void_lookups = lookup.answer.is_void().into();
                seen.unknown = lookup.answer.is_unknown();
            }
        }
        seen
    }

    fn expand(self, spec: &MacroString, domain: &str) -> String {
        let sender_domain = normal_name(&self.request.sender.domain);
        spec.expand_domain(&Values {
            sender: &self.request.sender.to_string(),
            local_part: &self.request.sender.local_part,
            sender_domain: sender_domain.as_deref().unwrap_or(&self.request.sender.domain),
            domain,
            client_ip: self.request.client_ip.to_canonical(),
            helo: &self.request.helo,
            validated_name: "unknown",
            receiver: &self.request.receiver,
            now: self.request.now.as_second(),
        })
    }

    fn family(self) -> RecordType {
        if self.request.client_ip.to_canonical().is_ipv4() { RecordType::A } else { RecordType::Aaaa }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::dns::Zone;

    async fn tree_of(zone: &str) -> SpfTree {
        let dns = Dns::new(Arc::new(Zone::parse(zone).unwrap()));
        let now = jiff::Timestamp::UNIX_EPOCH;
        tree(&dns, &Request::helo("192.0.2.1".parse().unwrap(), "a.test", "here.test", now)).await
    }

    #[tokio::test]
    async fn every_term_is_counted_though_the_first_would_match() {
        let tree = tree_of(
            "a.test. TXT \"v=spf1 +all a mx include:b.test exists:%{i}.x.test redirect=c.test exp=e.test ip4:192.0.2.0/24\"\n\
             a.test. A 192.0.2.1\n\
             b.test. TXT \"v=spf1 a:a.test ptr -all\"\n",
        )
        .await;
        assert_eq!((tree.lookups, tree.void_lookups, tree.complete), (6, 2, true));
        let include = tree.terms.iter().find(|term| term.term == "include:b.test").unwrap();
        assert_eq!(include.lookups, 3);
    }

    #[tokio::test]
    async fn a_loop_is_seen_once_and_named_incomplete() {
        let tree = tree_of("a.test. TXT \"v=spf1 include:b.test\"\nb.test. TXT \"v=spf1 include:a.test\"").await;
        assert_eq!((tree.lookups, tree.complete), (2, false));
    }
}
