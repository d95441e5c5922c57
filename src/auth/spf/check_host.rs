//! `check_host()` (RFC 7208 §4): evaluates and keeps a trace.

use std::net::IpAddr;

use futures_util::future::{BoxFuture, join_all};

use super::macros::MacroString;
use super::names::{is_within, validated};
use super::reason::SpfReason;
use super::record::{self, Mechanism, Qualifier, Record, Term};
use super::{MAX_LOOKUPS, MAX_NAMES, MAX_VOID_LOOKUPS, Request};
use crate::auth::{Fault, Spf, SpfProblem, SpfResult, SpfStep, SpfStepKind};
use crate::dns::{Dns, Lookup, RecordType, normal_name};

/// Evaluates one identity. Never fails: whatever DNS does ends in one of the seven results.
pub async fn check_host(dns: &Dns, request: &Request) -> Spf {
    let domain = multi_label(&request.domain);
    let shown = domain.clone().unwrap_or_else(|| request.domain.to_lowercase());
    let sender_domain = normal_name(&request.sender.domain).unwrap_or_else(|_| request.sender.domain.clone());
    let mut evaluation = Evaluation {
        dns,
        request,
        client_ip: request.client_ip.to_canonical(),
        sender: format!("{}@{sender_domain}", request.sender.local_part),
        sender_domain,
        helo: normal_name(&request.helo).unwrap_or_else(|_| request.helo.clone()),
        lookups: 0,
        void_lookups: 0,
        asked: None,
        first_record: None,
        problem: None,
        trace: Vec::new(),
    };
    // §4.3: a malformed domain, or one of a single label, has no policy.
    let verdict = match &domain {
        Some(domain) => evaluation.check(domain.clone(), 0).await,
        None => Verdict::plain(SpfResult::None),
    };
    let explanation = match (&verdict.explanation, verdict.result) {
        (Some((domain, spec)), SpfResult::Fail) => evaluation.explanation(domain, spec).await,
        _ => None,
    };
    Spf {
        result: verdict.result,
        identity: request.identity,
        domain: shown,
        sender: evaluation.sender,
        client_ip: evaluation.client_ip,
        record: evaluation.first_record,
        matched: verdict.matched,
        explanation,
        lookups: evaluation.lookups,
        void_lookups: evaluation.void_lookups,
        problem: evaluation.problem,
        trace: evaluation.trace,
    }
}

/// The domain as it is asked; `None` when §4.3 finds it malformed.
fn multi_label(domain: &str) -> Option<String> {
    // An address literal is no domain (RFC 5321 §4.1.3).
    let name = normal_name(domain).ok().filter(|name| !name.starts_with('['))?;
    name.contains('.').then_some(name)
}

pub(super) struct Evaluation<'a> {
    pub(super) dns: &'a Dns,
    pub(super) request: &'a Request,
    pub(super) client_ip: IpAddr,
    pub(super) sender: String,
    pub(super) sender_domain: String,
    pub(super) helo: String,
    lookups: u32,
    void_lookups: u32,
    /// The name that the term at hand asks, for its step.
    asked: Option<String>,
    first_record: Option<String>,
    problem: Option<SpfProblem>,
    trace: Vec<SpfStep>,
}

struct Verdict {
    result: SpfResult,
    matched: Option<String>,
    /// `exp=` and the domain whose record it stands in.
    explanation: Option<(String, MacroString)>,
}

impl Verdict {
    fn plain(result: SpfResult) -> Verdict {
        Verdict { result, matched: None, explanation: None }
    }
}

/// What one mechanism came to; the text is for the trace.
enum Outcome {
    Match(SpfReason),
    NoMatch(SpfReason),
    /// Ends the evaluation; `problem` is set.
    Error(SpfResult, SpfReason),
}

/// Where a term stands.
#[derive(Clone, Copy)]
struct Here<'t> {
    domain: &'t str,
    depth: u32,
    term: &'t Term,
}

impl Evaluation<'_> {
    /// One record: §4.4 to §4.7. Boxed, since `include` and `redirect` lead back here.
    fn check(&mut self, domain: String, depth: u32) -> BoxFuture<'_, Verdict> {
        Box::pin(async move {
            let record = match self.record(&domain, depth).await {
                Ok(record) => record,
                Err(result) => return Verdict::plain(result),
            };
            for term in &record.terms {
                let Some((qualifier, mechanism)) = term.directive() else { continue };
                let here = Here { domain: &domain, depth, term };
                let outcome = match mechanism {
                    Mechanism::Include(spec) => self.include(here, spec).await,
                    mechanism => self.mechanism(here, mechanism).await,
                };
                match outcome {
                    Outcome::NoMatch(why) => self.step(here, SpfStepKind::NoMatch, why),
                    Outcome::Match(why) => {
                        self.step(here, SpfStepKind::Match, why);
                        return Verdict {
                            result: of_qualifier(qualifier),
                            matched: Some(term.text.clone()),
                            explanation: record.explanation().map(|spec| (domain.clone(), spec.clone())),
                        };
                    }
                    Outcome::Error(result, why) => {
                        self.step(here, SpfStepKind::Error, why);
                        return Verdict::plain(result);
                    }
                }
            }
            match record.redirect() {
                Some((term, spec)) => self.redirect(Here { domain: &domain, depth, term }, spec).await,
                // §4.7
                None => Verdict::plain(SpfResult::Neutral),
            }
        })
    }

    /// Finds and parses the one record of a domain (§4.4, §4.5).
    async fn record(&mut self, domain: &str, depth: u32) -> Result<Record, SpfResult> {
        let lookup = self.dns.txt(domain).await;
        if lookup.answer.is_unknown() {
            self.record_step(domain, depth, SpfStepKind::Error, "", Some(SpfReason::answer(&lookup)));
            return Err(self.dns_problem(&lookup));
        }
        let found: Vec<&[u8]> =
            lookup.answer.texts().map(|text| text.octets.as_slice()).filter(|octets| record::is_spf(octets)).collect();
        let octets = match found.as_slice() {
            [only] => *only,
            [] => {
                let why = match lookup.answer.records() {
                    [] => SpfReason::answer(&lookup),
                    others => SpfReason::NoneOfTexts { count: others.len() },
                };
                self.record_step(domain, depth, SpfStepKind::NoMatch, "", Some(why));
                return Err(SpfResult::None);
            }
            several => {
                let count = several.len();
                self.problem = Some(SpfProblem::SeveralRecords { domain: domain.to_owned(), count });
                self.record_step(domain, depth, SpfStepKind::Error, "", Some(SpfReason::Several { count }));
                return Err(SpfResult::Permerror);
            }
        };
        let text = String::from_utf8_lossy(octets).into_owned();
        if depth == 0 && self.first_record.is_none() {
            self.first_record = Some(text.clone());
        }
        let record = record::parse(octets);
        self.record_step(domain, depth, SpfStepKind::Record, &text, None);
        // §4.6: an error anywhere in the record is found before any term is evaluated.
        if let Some((term, fault)) = record.error() {
            self.problem = Some(SpfProblem::Syntax {
                domain: domain.to_owned(),
                term: term.text.clone(),
                span: term.span,
                fault: Some(fault.clone()),
            });
            let why = SpfReason::Syntax { fault: fault.clone() };
            self.push(Here { domain, depth, term }, SpfStepKind::Error, None, Some(why));
            return Err(SpfResult::Permerror);
        }
        Ok(record)
    }

    async fn include(&mut self, here: Here<'_>, spec: &MacroString) -> Outcome {
        if let Err(error) = self.count(here) {
            return error;
        }
        let target = match self.target(here.domain, Some(spec)).await {
            Ok(target) => target,
            Err(why) => return Outcome::NoMatch(why),
        };
        let inner = self.enter(here, target.clone()).await;
        self.asked = Some(target.clone());
        // §5.2, the table.
        match inner {
            SpfResult::Pass => Outcome::Match(SpfReason::Gives { domain: target, result: inner }),
            SpfResult::Fail | SpfResult::Softfail | SpfResult::Neutral => {
                Outcome::NoMatch(SpfReason::Gives { domain: target, result: inner })
            }
            SpfResult::Temperror | SpfResult::Permerror => {
                Outcome::Error(inner, SpfReason::Gives { domain: target, result: inner })
            }
            SpfResult::None => {
                self.no_record(here, &target);
                Outcome::Error(SpfResult::Permerror, SpfReason::NoRecord { domain: target })
            }
        }
    }

    /// §6.1; the `exp=` beside it is not used (§6.2).
    async fn redirect(&mut self, here: Here<'_>, spec: &MacroString) -> Verdict {
        if let Err(Outcome::Error(result, why)) = self.count(here) {
            self.step(here, SpfStepKind::Error, why);
            return Verdict::plain(result);
        }
        let domain = match self.target(here.domain, Some(spec)).await {
            Ok(target) => target,
            Err(why) => {
                self.no_record(here, &spec_text(here.term));
                self.step(here, SpfStepKind::Error, why);
                return Verdict::plain(SpfResult::Permerror);
            }
        };
        self.entering(here, &domain);
        let verdict = match multi_label(&domain) {
            Some(name) => self.check(name, here.depth.saturating_add(1)).await,
            None => Verdict::plain(SpfResult::None),
        };
        self.leaving(here, &domain, verdict.result);
        if verdict.result == SpfResult::None {
            self.no_record(here, &domain);
            self.step(here, SpfStepKind::Error, SpfReason::NoRecord { domain });
            return Verdict::plain(SpfResult::Permerror);
        }
        verdict
    }

    async fn enter(&mut self, here: Here<'_>, target: String) -> SpfResult {
        self.entering(here, &target);
        let result = match multi_label(&target) {
            Some(name) => self.check(name, here.depth.saturating_add(1)).await.result,
            None => SpfResult::None,
        };
        self.leaving(here, &target, result);
        result
    }

    async fn mechanism(&mut self, here: Here<'_>, mechanism: &Mechanism) -> Outcome {
        match mechanism {
            Mechanism::All => return Outcome::Match(SpfReason::Always),
            Mechanism::Ip4(network, prefix) => return self.network((*network).into(), *prefix),
            Mechanism::Ip6(network, prefix) => return self.network((*network).into(), *prefix),
            _ => {}
        }
        if let Err(error) = self.count(here) {
            return error;
        }
        let spec = match mechanism {
            Mechanism::A(spec, _) | Mechanism::Mx(spec, _) | Mechanism::Ptr(spec) => spec.as_ref(),
            Mechanism::Exists(spec) => Some(spec),
            _ => None,
        };
        let target = match self.target(here.domain, spec).await {
            Ok(target) => target,
            // §4.8: a name that cannot exist matches nothing.
            Err(why) => return Outcome::NoMatch(why),
        };
        self.asked = Some(target.clone());
        let outcome = match mechanism {
            Mechanism::A(_, cidr) => self.address(here, &target, cidr.v4, cidr.v6).await,
            Mechanism::Mx(_, cidr) => self.exchange(here, &target, cidr.v4, cidr.v6).await,
            Mechanism::Ptr(_) => self.pointer(here, &target).await,
            _ => self.exists(here, &target).await,
        };
        outcome.unwrap_or_else(|error| error)
    }

    fn network(&self, network: IpAddr, prefix: u8) -> Outcome {
        let why = SpfReason::Network { client: self.client_ip, network: format!("{network}/{prefix}") };
        if covers(network, prefix, self.client_ip) { Outcome::Match(why) } else { Outcome::NoMatch(why) }
    }

    /// §5.3
    async fn address(&mut self, here: Here<'_>, target: &str, v4: u8, v6: u8) -> Result<Outcome, Outcome> {
        let lookup = self.dns.ask(target, self.family()).await;
        self.usable(here, &lookup)?;
        let why = SpfReason::answer(&lookup);
        let hit = lookup.answer.addresses().any(|ip| self.near(ip, v4, v6));
        Ok(if hit { Outcome::Match(why) } else { Outcome::NoMatch(why) })
    }

    /// §5.4
    async fn exchange(&mut self, here: Here<'_>, target: &str, v4: u8, v6: u8) -> Result<Outcome, Outcome> {
        let lookup = self.dns.mx(target).await;
        self.usable(here, &lookup)?;
        let mut exchanges: Vec<(u16, &str)> = lookup.answer.exchanges().filter(|(_, name)| !name.is_empty()).collect();
        if exchanges.len() > MAX_NAMES {
            let (domain, term) = (here.domain.to_owned(), here.term.text.clone());
            self.problem = Some(SpfProblem::TooManyNames { domain, term });
            let why = SpfReason::TooManyExchanges { name: target.to_owned(), count: exchanges.len() };
            return Err(Outcome::Error(SpfResult::Permerror, why));
        }
        exchanges.sort_by_key(|(preference, _)| *preference);
        let family = self.family();
        let answers = join_all(exchanges.iter().map(|(_, name)| self.dns.ask(name, family))).await;
        for answer in &answers {
            if answer.answer.is_unknown() && normal_name(&answer.question.name).is_ok() {
                return Err(self.dns_error(answer));
            }
            if let Some(ip) = answer.answer.addresses().find(|ip| self.near(*ip, v4, v6)) {
                return Ok(Outcome::Match(SpfReason::Exchange { name: answer.question.name.clone(), ip }));
            }
        }
        Ok(Outcome::NoMatch(if answers.is_empty() {
            SpfReason::answer(&lookup)
        } else {
            SpfReason::exchanges(answers.iter().map(AsRef::as_ref))
        }))
    }

    /// §5.5
    async fn pointer(&mut self, here: Here<'_>, target: &str) -> Result<Outcome, Outcome> {
        let lookup = self.dns.ptr(self.client_ip).await;
        if lookup.answer.is_unknown() {
            // §5.5: a DNS error here is no match.
            return Ok(Outcome::NoMatch(SpfReason::answer(&lookup)));
        }
        self.usable(here, &lookup)?;
        let within = |name: &str| is_within(name, target);
        let confirmed = validated(self.dns, &lookup, self.client_ip, within).await;
        let names: Vec<&str> = lookup.answer.pointers().collect();
        let client = self.client_ip;
        Ok(match confirmed.into_iter().next() {
            Some(name) => Outcome::Match(SpfReason::Confirmed { client, name }),
            None if names.is_empty() => Outcome::NoMatch(SpfReason::answer(&lookup)),
            None => {
                let (names, domain) = (names.join(", "), target.to_owned());
                Outcome::NoMatch(SpfReason::Unconfirmed { client, names, domain })
            }
        })
    }

    /// §5.7: an A record, whatever the client's family.
    async fn exists(&mut self, here: Here<'_>, target: &str) -> Result<Outcome, Outcome> {
        let lookup = self.dns.ask(target, RecordType::A).await;
        self.usable(here, &lookup)?;
        let why = SpfReason::answer(&lookup);
        Ok(if lookup.answer.is_void() { Outcome::NoMatch(why) } else { Outcome::Match(why) })
    }

    /// Counts a term that asks DNS (§4.6.4).
    fn count(&mut self, here: Here<'_>) -> Result<(), Outcome> {
        self.lookups = self.lookups.saturating_add(1);
        if self.lookups <= MAX_LOOKUPS {
            return Ok(());
        }
        let (domain, term) = (here.domain.to_owned(), here.term.text.clone());
        self.problem = Some(SpfProblem::TooManyLookups { domain, term });
        Err(Outcome::Error(SpfResult::Permerror, SpfReason::TooManyLookups { count: self.lookups }))
    }

    /// Counts void look-ups, and turns an answer that tells nothing into temperror.
    fn usable(&mut self, here: Here<'_>, lookup: &Lookup) -> Result<(), Outcome> {
        if lookup.answer.is_unknown() {
            return Err(self.dns_error(lookup));
        }
        if lookup.answer.is_void() {
            self.void_lookups = self.void_lookups.saturating_add(1);
            if self.void_lookups > MAX_VOID_LOOKUPS {
                let (domain, term) = (here.domain.to_owned(), here.term.text.clone());
                self.problem = Some(SpfProblem::TooManyVoidLookups { domain, term });
                let why = SpfReason::TooManyVoidLookups { count: self.void_lookups };
                return Err(Outcome::Error(SpfResult::Permerror, why));
            }
        }
        Ok(())
    }

    fn dns_error(&mut self, lookup: &Lookup) -> Outcome {
        let result = self.dns_problem(lookup);
        Outcome::Error(result, SpfReason::answer(lookup))
    }

    fn dns_problem(&mut self, lookup: &Lookup) -> SpfResult {
        let fault = Some(Fault::of_answer(&lookup.answer));
        self.problem = Some(SpfProblem::Dns { name: lookup.question.name.clone(), fault });
        SpfResult::Temperror
    }

    fn no_record(&mut self, here: Here<'_>, target: &str) {
        self.problem = Some(SpfProblem::NoRecordAtTarget {
            domain: here.domain.to_owned(),
            term: here.term.text.clone(),
            target: target.to_owned(),
        });
    }

    fn family(&self) -> RecordType {
        if self.client_ip.is_ipv4() { RecordType::A } else { RecordType::Aaaa }
    }

    fn near(&self, ip: IpAddr, v4: u8, v6: u8) -> bool {
        covers(ip, if ip.is_ipv4() { v4 } else { v6 }, self.client_ip)
    }

    fn step(&mut self, here: Here<'_>, kind: SpfStepKind, why: SpfReason) {
        let asked = self.asked.take();
        self.push(here, kind, asked.as_deref(), Some(why));
    }

    fn entering(&mut self, here: Here<'_>, target: &str) {
        self.push(here, SpfStepKind::Enter, Some(target), None);
    }

    fn leaving(&mut self, here: Here<'_>, target: &str, result: SpfResult) {
        self.push(here, SpfStepKind::Leave, Some(target), Some(SpfReason::Left { result }));
    }

    fn push(&mut self, here: Here<'_>, kind: SpfStepKind, target: Option<&str>, reason: Option<SpfReason>) {
        self.trace.push(SpfStep {
            depth: here.depth,
            domain: here.domain.to_owned(),
            term: here.term.text.clone(),
            kind,
            span: Some(here.term.span),
            target: target.map(str::to_owned),
            lookups: self.lookups,
            void_lookups: self.void_lookups,
            reason,
            detail: None,
        });
    }

    fn record_step(&mut self, domain: &str, depth: u32, kind: SpfStepKind, text: &str, reason: Option<SpfReason>) {
        self.trace.push(SpfStep {
            depth,
            domain: domain.to_owned(),
            term: text.to_owned(),
            kind,
            span: None,
            target: None,
            lookups: self.lookups,
            void_lookups: self.void_lookups,
            reason,
            detail: None,
        });
    }
}

/// True when the first `prefix` bits are the same, in the same family.
fn covers(network: IpAddr, prefix: u8, ip: IpAddr) -> bool {
    match (network, ip) {
        (IpAddr::V4(network), IpAddr::V4(ip)) => {
            let host = 32u32.saturating_sub(prefix.into());
            let mask = u32::MAX.checked_shl(host).unwrap_or(0);
            network.to_bits() & mask == ip.to_bits() & mask
        }
        (IpAddr::V6(network), IpAddr::V6(ip)) => {
            let host = 128u32.saturating_sub(prefix.into());
            let mask = u128::MAX.checked_shl(host).unwrap_or(0);
            network.to_bits() & mask == ip.to_bits() & mask
        }
        _ => false,
    }
}

fn of_qualifier(qualifier: Qualifier) -> SpfResult {
    match qualifier {
        Qualifier::Pass => SpfResult::Pass,
        Qualifier::Fail => SpfResult::Fail,
        Qualifier::Softfail => SpfResult::Softfail,
        Qualifier::Neutral => SpfResult::Neutral,
    }
}

/// What stands after the `=` or `:` of a term.
fn spec_text(term: &Term) -> String {
    term.text.split_once(['=', ':']).map_or_else(|| term.text.clone(), |(_, spec)| spec.to_owned())
}
