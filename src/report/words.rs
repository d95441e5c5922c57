//! Codes that stand within what a report shows, in a reader's words: faults, DNS's silences, the steps of SPF.

use std::collections::BTreeMap;

use super::view::said;
use crate::auth::{Fault, Spf, SpfReason, SpfStep};
use crate::check::{Arg, Evidence};
use crate::dns::{Answer, Unusable};
use crate::lang::{Lang, message_id};

pub fn fault(fault: &Fault, lang: Lang) -> String {
    match said(&Evidence::fault(fault), lang) {
        Evidence::Text { text } => text,
        _ => String::new(),
    }
}

/// Why an answer holds nothing to go by; `None` for records, and for what DNS says in words of its own.
pub fn silence(answer: &Answer, lang: Lang) -> Option<String> {
    let why = |why: &Unusable| {
        let id = format!("dns-unusable-{}", message_id(&why.word()));
        lang.find(&id, &BTreeMap::new()).unwrap_or_else(|| why.word())
    };
    match answer {
        Answer::TimedOut => Some(lang.text("dns-timed-out")),
        Answer::Broken(unusable) => Some(lang.with("dns-broken", [("why", why(unusable).into())])),
        Answer::NotAsked(unusable) => Some(lang.with("dns-not-asked", [("why", why(unusable).into())])),
        Answer::Records { .. } | Answer::NoData | Answer::NxDomain | Answer::ServFail | Answer::Refused => None,
    }
}

/// An evaluation with every step's `detail` filled in.
pub fn spf(spf: &Spf, lang: Lang) -> Spf {
    Spf { trace: trace(&spf.trace, lang), ..spf.clone() }
}

pub fn trace(steps: &[SpfStep], lang: Lang) -> Vec<SpfStep> {
    let filled = |step: &SpfStep| SpfStep { detail: detail(step, lang), ..step.clone() };
    steps.iter().map(filled).collect()
}

/// What decided a step.
pub fn detail(step: &SpfStep, lang: Lang) -> Option<String> {
    // Older reports were stored with English words alone.
    step.reason.as_ref().map_or_else(|| step.detail.clone(), |reason| Some(because(reason, lang)))
}

/// The text `spf-step-<kind>`, with the reason's own fields as its arguments.
fn because(reason: &SpfReason, lang: Lang) -> String {
    let mut args: BTreeMap<String, Arg> = BTreeMap::new();
    let mut id = String::new();
    for (name, value) in
        serde_json::to_value(reason).ok().and_then(|value| value.as_object().cloned()).into_iter().flatten()
    {
        match value {
            serde_json::Value::String(kind) if name == "kind" => id = format!("spf-step-{}", message_id(&kind)),
            serde_json::Value::String(text) => drop(args.insert(name, text.into())),
            serde_json::Value::Number(number) => drop(args.insert(name, number.as_i64().unwrap_or_default().into())),
            _ => {}
        }
    }
    if let SpfReason::Syntax { fault: why } | SpfReason::Unanswered { fault: why, .. } = reason {
        args.insert("fault".to_owned(), fault(why, lang).into());
    }
    lang.find(&id, &args).unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::{FaultKind, SpfResult};
    use crate::dns::UnusableKind;

    /// The reasons one after the other: whoever adds one is told by the compiler that it is missing here.
    fn after(reason: &SpfReason) -> Option<SpfReason> {
        use SpfReason::*;
        let (text, ip) = (|| "a.example".to_owned(), "192.0.2.1".parse().unwrap());
        Some(match reason {
            Always => Network { client: ip, network: "192.0.2.0/24".to_owned() },
            Network { .. } => Answer { question: text(), answer: "NODATA".to_owned() },
            Answer { .. } => Unanswered { question: text(), fault: FaultKind::DnsTimeout.into() },
            Unanswered { .. } => Exchanges { answers: text() },
            Exchanges { .. } => Exchange { name: text(), ip },
            Exchange { .. } => TooManyExchanges { name: text(), count: 11 },
            TooManyExchanges { .. } => Confirmed { client: ip, name: text() },
            Confirmed { .. } => Unconfirmed { client: ip, names: text(), domain: text() },
            Unconfirmed { .. } => NoneOfTexts { count: 2 },
            NoneOfTexts { .. } => Several { count: 2 },
            Several { .. } => Syntax { fault: FaultKind::SpfTerm.into() },
            Syntax { .. } => Gives { domain: text(), result: SpfResult::Pass },
            Gives { .. } => Left { result: SpfResult::Pass },
            Left { .. } => NoRecord { domain: text() },
            NoRecord { .. } => TooManyLookups { count: 11 },
            TooManyLookups { .. } => TooManyVoidLookups { count: 3 },
            TooManyVoidLookups { .. } => LocalPart,
            LocalPart => ImpossibleName { name: text() },
            ImpossibleName { .. } => return None,
        })
    }

    #[test]
    fn every_reason_of_a_step_has_its_words_in_every_language() {
        for lang in Lang::ALL {
            let mut reason = Some(SpfReason::Always);
            while let Some(now) = reason {
                let text = because(&now, lang);
                assert!(!text.starts_with("spf-step") && !text.contains('‹'), "{}: {text}", lang.code());
                reason = after(&now);
            }
        }
    }

    #[test]
    fn a_step_is_told_in_the_reader_s_language() {
        let network = SpfReason::Network { client: "192.0.2.1".parse().unwrap(), network: "192.0.2.0/24".to_owned() };
        assert_eq!(because(&network, Lang::En), "192.0.2.1 against 192.0.2.0/24");
        assert_eq!(because(&network, Lang::It), "192.0.2.1 confrontato con 192.0.2.0/24");
        let fault = Fault::of(FaultKind::SpfMechanism, "ipv4");
        assert_eq!(because(&SpfReason::Syntax { fault }, Lang::It), "Il meccanismo «ipv4» non esiste.");
    }

    #[test]
    fn dns_s_own_words_stay_and_ours_are_translated() {
        let told = |answer: &Answer| silence(answer, Lang::It);
        assert_eq!(told(&Answer::NxDomain), None);
        assert_eq!(told(&Answer::TimedOut).as_deref(), Some("nessuna risposta in tempo"));
        let refused = Answer::Broken(Unusable::response_code(4));
        assert_eq!(told(&refused).as_deref(), Some("risposta inutilizzabile: NOTIMP"));
        let truncated = Answer::Broken(UnusableKind::Truncated.into());
        assert_eq!(told(&truncated).as_deref(), Some("risposta inutilizzabile: è tronca, anche via TCP"));
    }
}
