//! Answers without asking anybody: a recording, and records that a reader wants to try.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::{Answer, Lookup, Question, UnusableKind, Upstream, Zone};

/// Answers from a recording; a question that is not in it is `NotAsked`, unless there is somebody else to ask.
pub struct Replay {
    lookups: HashMap<Question, Lookup>,
    others: Option<Arc<dyn Upstream>>,
}

impl Replay {
    pub fn new(lookups: impl IntoIterator<Item = Lookup>) -> Replay {
        let lookups = lookups.into_iter().map(|lookup| (lookup.question.clone(), lookup)).collect();
        Replay { lookups, others: None }
    }

    /// Asks `others` what the recording does not hold.
    pub fn or_else(self, others: Arc<dyn Upstream>) -> Replay {
        Replay { others: Some(others), ..self }
    }
}

impl Upstream for Replay {
    fn ask(&self, question: Question) -> BoxFuture<'_, Lookup> {
        let lookup = match (self.lookups.get(&question), &self.others) {
            (Some(recorded), _) => recorded.clone(),
            (None, Some(others)) => return others.ask(question),
            (None, None) => Lookup::without_server(question, Answer::NotAsked(UnusableKind::NotRecorded.into())),
        };
        Box::pin(std::future::ready(lookup))
    }
}

/// The rehearsal: these records stand in place of what the world holds at the same owner and type.
pub struct Overrides {
    zone: Zone,
    world: Arc<dyn Upstream>,
}

impl Overrides {
    pub fn new(zone: Zone, world: Arc<dyn Upstream>) -> Overrides {
        Overrides { zone, world }
    }

    async fn look_up(&self, question: Question) -> Lookup {
        if self.zone.holds(&question.name, question.rtype) {
            return self.answer_from_zone(question).await;
        }
        let mut lookup = self.world.ask(question.clone()).await;
        // The world's answer came through a name whose records are replaced.
        let replaced = lookup.aliases.iter().position(|alias| self.zone.holds(alias, question.rtype));
        if let Some(place) = replaced
            && let Some(alias) = lookup.aliases.get(place).cloned()
        {
            let rest = self.answer_from_zone(Question { name: alias, rtype: question.rtype }).await;
            lookup.aliases.truncate(place + 1);
            lookup.aliases.extend(rest.aliases);
            return Lookup { question, answer: rest.answer, authenticated: false, ..lookup };
        }
        if lookup.answer == Answer::NxDomain && lookup.aliases.is_empty() && self.zone.exists(&question.name) {
            lookup.answer = Answer::NoData;
        }
        lookup
    }

    /// An answer whose beginning, at least, is in the zone; an alias may lead out into the world.
    async fn answer_from_zone(&self, question: Question) -> Lookup {
        let mut lookup = self.zone.look_up(&question);
        match lookup.aliases.last() {
            Some(last) if !self.zone.holds(last, question.rtype) => {
                let rest = self.world.ask(Question { name: last.clone(), rtype: question.rtype }).await;
                lookup.aliases.extend(rest.aliases);
                Lookup { answer: rest.answer, server: rest.server, ms: rest.ms, ..lookup }
            }
            _ => lookup,
        }
    }
}

impl Upstream for Overrides {
    fn ask(&self, question: Question) -> BoxFuture<'_, Lookup> {
        Box::pin(self.look_up(question))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Dns;
    use super::*;

    fn zone(text: &str) -> Zone {
        Zone::parse(text).unwrap()
    }

    fn rehearsal(new: &str, world: &str) -> Dns {
        Dns::new(Arc::new(Overrides::new(zone(new), Arc::new(zone(world)))))
    }

    #[tokio::test]
    async fn a_recording_gives_the_same_answers_again_and_knows_no_others() {
        let dns = Dns::new(Arc::new(zone("a.test. TXT \"x\"").servfail("bad.test")));
        let asked = [dns.txt("a.test").await, dns.txt("bad.test").await, dns.mx("no.test").await];
        let json = serde_json::to_string(&dns.lookups()).unwrap();
        let recorded: Vec<Lookup> = serde_json::from_str(&json).unwrap();
        let replay = Dns::new(Arc::new(Replay::new(recorded)));
        for lookup in asked {
            assert_eq!(replay.ask(&lookup.question.name, lookup.question.rtype).await, lookup);
        }
        assert!(matches!(replay.txt("other.test").await.answer, Answer::NotAsked(_)));
    }

    #[tokio::test]
    async fn new_records_replace_those_of_the_same_owner_and_type_only() {
        let dns = rehearsal("a.test. TXT \"new\"", "a.test. TXT \"old\"\na.test. A 192.0.2.1");
        assert_eq!(dns.txt("a.test").await.answer.texts().next().unwrap().octets, b"new");
        assert_eq!(dns.addresses("a.test").await.all().count(), 1);
    }

    #[tokio::test]
    async fn a_name_with_new_records_exists() {
        let dns = rehearsal("_dmarc.a.test. TXT \"v=DMARC1\"", "b.test. A 192.0.2.1");
        assert_eq!(dns.txt("a.test").await.answer, Answer::NoData);
        assert_eq!(dns.txt("c.test").await.answer, Answer::NxDomain);
    }

    #[tokio::test]
    async fn aliases_lead_from_new_records_into_the_world_and_back() {
        let dns = rehearsal("s.a.test. CNAME key.b.test.", "key.b.test. TXT \"k\"");
        assert_eq!(dns.txt("s.a.test").await.answer.texts().next().unwrap().octets, b"k");
        let dns = rehearsal("key.b.test. TXT \"new\"", "s.a.test. CNAME key.b.test.\nkey.b.test. TXT \"k\"");
        let lookup = dns.txt("s.a.test").await;
        assert_eq!(lookup.answer.texts().next().unwrap().octets, b"new");
        assert_eq!(lookup.aliases, ["key.b.test"]);
    }
}
