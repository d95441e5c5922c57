//! What differs between two reports: before and after a re-check, a rehearsal, or between two messages to one address.
//!
//! Pure, and without opinion: the rows, answers and rules of both reports are compared, nothing is judged anew.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::Report;
use super::view::{FindingView, answer_text, decimal, rtype_name};
use super::words::silence;
use crate::check::providers::{Provider, Verdict};
use crate::dns::{Answer, Data, Question};
use crate::lang::Lang;
use crate::score::{Row, Status};

/// Scores are tenths.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    pub before: i32,
    pub after: i32,
    /// What the first report complained of, and the second does not.
    pub cured: Vec<Row>,
    /// The other way round.
    pub new: Vec<Row>,
    /// Questions that both asked, answered otherwise.
    pub dns: Vec<DnsChange>,
    pub providers: Vec<ProviderChange>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct DnsChange {
    pub question: Question,
    pub before: Answer,
    pub after: Answer,
}

/// One rule of one provider, judged otherwise.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ProviderChange {
    pub id: Provider,
    pub rule: String,
    pub before: Verdict,
    pub after: Verdict,
}

/// Compares two reports, of one message or of two.
pub fn difference(old: &Report, new: &Report) -> Difference {
    Difference {
        before: old.ledger.score,
        after: new.ledger.score,
        cured: only_in(&old.ledger.rows, &new.ledger.rows),
        new: only_in(&new.ledger.rows, &old.ledger.rows),
        dns: dns_changes(old, new),
        providers: provider_changes(old, new),
    }
}

impl Difference {
    pub fn is_empty(&self) -> bool {
        self.before == self.after
            && self.cured.is_empty()
            && self.new.is_empty()
            && self.dns.is_empty()
            && self.providers.is_empty()
    }
}

/// Rows that ask something of the reader, and whose code the other report has less often. Of several rows of one code, those
/// with the same arguments are the same.
fn only_in(rows: &[Row], others: &[Row]) -> Vec<Row> {
    let mut left: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for other in others {
        left.entry(other.finding.code.as_str()).or_default().push(other);
    }
    let mut unmatched = Vec::new();
    for row in rows {
        let candidates = left.entry(row.finding.code.as_str()).or_default();
        match candidates.iter().position(|other| other.finding.args == row.finding.args) {
            Some(place) => drop(candidates.swap_remove(place)),
            None => unmatched.push(row),
        }
    }
    unmatched.retain(|row| left.get_mut(row.finding.code.as_str()).is_none_or(|others| others.pop().is_none()));
    let asks = |row: &&Row| matches!(row.status, Status::Deducted | Status::Notice | Status::NotDetermined);
    let mut only: Vec<Row> = unmatched.into_iter().filter(asks).cloned().collect();
    only.sort_by_key(|row| row.points);
    only
}

fn dns_changes(old: &Report, new: &Report) -> Vec<DnsChange> {
    let before: BTreeMap<&Question, &Answer> =
        old.dns.iter().map(|lookup| (&lookup.question, &lookup.answer)).collect();
    new.dns
        .iter()
        .filter_map(|lookup| Some((lookup, *before.get(&lookup.question)?)))
        .filter(|(lookup, before)| !same(before, &lookup.answer))
        .map(|(lookup, before)| DnsChange {
            question: lookup.question.clone(),
            before: before.clone(),
            after: lookup.answer.clone(),
        })
        .collect()
}

/// Neither the TTL nor the order of records is a change.
fn same(one: &Answer, other: &Answer) -> bool {
    match (one, other) {
        (Answer::Records { records: one, .. }, Answer::Records { records: other, .. }) => {
            let holds = |all: &[Data], some: &[Data]| some.iter().all(|data| all.contains(data));
            one.len() == other.len() && holds(one, other) && holds(other, one)
        }
        _ => one == other,
    }
}

fn provider_changes(old: &Report, new: &Report) -> Vec<ProviderChange> {
    let mut changes = Vec::new();
    for provider in &new.providers {
        let Some(before) = old.providers.iter().find(|before| before.id == provider.id) else { continue };
        for rule in &provider.rules {
            let Some(was) = before.rules.iter().find(|was| was.id == rule.id) else { continue };
            if was.verdict != rule.verdict {
                changes.push(ProviderChange {
                    id: provider.id,
                    rule: rule.id.clone(),
                    before: was.verdict,
                    after: rule.verdict,
                });
            }
        }
    }
    changes
}

/// A difference in the reader's language: `since_last`, `since_previous` and `rehearsal` of the public JSON.
#[derive(Clone, Debug, Serialize)]
pub struct ChangesView {
    /// When the earlier report was made; absent for a rehearsal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// The earlier message, counted from 1; absent when both reports are about one message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery: Option<u32>,
    pub score_before: f64,
    pub score_after: f64,
    pub cured: Vec<FindingView>,
    pub new: Vec<FindingView>,
    pub dns: Vec<DnsChangeView>,
    pub providers: Vec<ProviderChange>,
}

#[derive(Clone, Debug, Serialize)]
pub struct DnsChangeView {
    pub name: String,
    #[serde(rename = "type")]
    pub rtype: String,
    pub before: String,
    pub after: String,
    /// Why the answer held nothing to go by, in the reader's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before_said: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after_said: Option<String>,
    /// For so many seconds after the change other resolvers may still answer as before.
    pub cached_for: Option<u32>,
}

impl ChangesView {
    pub fn new(difference: &Difference, lang: Lang) -> ChangesView {
        let findings = |rows: &[Row]| rows.iter().map(|row| FindingView::new(row, lang)).collect();
        ChangesView {
            since: None,
            delivery: None,
            score_before: decimal(difference.before),
            score_after: decimal(difference.after),
            cured: findings(&difference.cured),
            new: findings(&difference.new),
            dns: difference.dns.iter().map(|change| DnsChangeView::new(change, lang)).collect(),
            providers: difference.providers.clone(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.score_before == self.score_after
            && self.cured.is_empty()
            && self.new.is_empty()
            && self.dns.is_empty()
            && self.providers.is_empty()
    }
}

impl DnsChangeView {
    fn new(change: &DnsChange, lang: Lang) -> DnsChangeView {
        DnsChangeView {
            name: change.question.name.clone(),
            rtype: rtype_name(change.question.rtype),
            before: answer_text(&change.before),
            after: answer_text(&change.after),
            before_said: silence(&change.before, lang),
            after_said: silence(&change.after, lang),
            cached_for: match change.before {
                Answer::Records { ttl, .. } => Some(ttl),
                _ => None,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::analyse::{Choices, Examiner};
    use crate::delivery::Delivery;
    use crate::dns::{Zone, pasted};
    use crate::receive::file::{self, Given};

    const MESSAGE: &str = "From: A <a@a.test>\r\nTo: b@b.test\r\nSubject: Hello there\r\n\
        Date: Sun, 22 Nov 2026 02:29:00 +0000\r\nMessage-ID: <1@a.test>\r\n\r\nHello\r\n";
    const WORLD: &str = "a.test. 600 IN TXT \"v=spf1 ip4:192.0.2.9 -all\"\na.test. MX 10 mail.a.test.\n\
        mail.a.test. A 192.0.2.1\n1.2.0.192.in-addr.arpa. PTR mail.a.test.\n";

    fn delivery() -> Arc<Delivery> {
        let given = Given {
            client_ip: Some("192.0.2.1".parse().unwrap()),
            helo: Some("mail.a.test".to_owned()),
            mail_from: Some("a@a.test".to_owned()),
            ..Given::default()
        };
        Arc::new(file::delivery(MESSAGE.into(), given, Timestamp::UNIX_EPOCH).unwrap())
    }

    fn codes(rows: &[Row]) -> Vec<&str> {
        rows.iter().map(|row| row.finding.code.as_str()).collect()
    }

    #[tokio::test]
    async fn a_rehearsed_record_cures_what_it_should_and_the_recording_stays() {
        let examiner = Examiner::new(Arc::new(Zone::parse(WORLD).unwrap()));
        let (old, evidence) = examiner.examine(delivery(), Choices::default(), &|_, _| ()).await;
        let zone =
            pasted("a.test TXT v=spf1 mx -all\n_dmarc.a.test TXT v=DMARC1; p=reject; rua=mailto:d@a.test").unwrap();
        let new = examiner.rehearse(delivery(), Choices::default(), &evidence, zone).await;
        let found = difference(&old, &new);
        assert!(found.after > found.before, "{found:?}");
        assert!(codes(&found.cured).contains(&"spf.result.fail"), "{:?}", codes(&found.cured));
        assert!(!codes(&found.new).contains(&"spf.result.fail"));
        let spf = found.dns.iter().find(|change| change.question.name == "a.test").unwrap();
        let view = DnsChangeView::new(spf, Lang::En);
        assert_eq!((view.before.as_str(), view.cached_for), ("\"v=spf1 ip4:192.0.2.9 -all\"", Some(600)));
        assert!(found.providers.iter().any(|change| change.after == Verdict::Met), "{:?}", found.providers);
        assert!(difference(&old, &examiner.replay(delivery(), Choices::default(), &evidence).await).is_empty());
    }

    #[tokio::test]
    async fn a_replay_gives_the_same_json_to_the_octet() {
        let examiner = Examiner::new(Arc::new(Zone::parse(WORLD).unwrap()));
        let (old, evidence) = examiner.examine(delivery(), Choices::default(), &|_, _| ()).await;
        let stored = serde_json::from_str(&serde_json::to_string(&evidence).unwrap()).unwrap();
        let elsewhere = Examiner::new(Arc::new(Zone::default()));
        let new = elsewhere.replay(delivery(), Choices::default(), &stored).await;
        assert_eq!(serde_json::to_string(&new).unwrap(), serde_json::to_string(&old).unwrap());
    }

    #[test]
    fn rows_of_one_code_are_told_apart_by_their_arguments() {
        let row = |code: &str, arg: &str, status| {
            let mut findings = crate::check::Findings::default();
            let mut finding = findings.add(crate::check::FAMILIES.first().unwrap().rules.first().unwrap()).clone();
            finding.code = code.to_owned();
            finding.arg("url", arg);
            Row { finding, status, points: -3, capped: false }
        };
        let old = [row("x", "1", Status::Deducted), row("x", "2", Status::Deducted), row("y", "", Status::Good)];
        let new = [row("x", "2", Status::Deducted)];
        let cured = only_in(&old, &new);
        assert_eq!(codes(&cured), ["x"]);
        assert_eq!(cured.first().unwrap().finding.args.get("url"), Some(&"1".into()));
        assert!(only_in(&new, &old).is_empty());
        // The same fault, worded with another number, is not news.
        assert!(only_in(&[row("x", "9", Status::Deducted)], &[row("x", "8", Status::Deducted)]).is_empty());
    }
}
