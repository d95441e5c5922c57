//! When DNS fails, no score gets worse, and the report names what it could not learn.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use vaglio::delivery::{Observed, Why};
use vaglio::dns::{Answer, Data, Lookup, Question, RecordType, UnusableKind, Upstream};
use vaglio::report::Report;
use vaglio::score::Status;

use super::Case;

type Failing = Box<dyn Fn(&Question) -> bool + Send + Sync>;

/// The case's world, in which some questions fail.
struct Outage {
    world: Arc<dyn Upstream>,
    failing: Failing,
    answer: Answer,
}

impl Upstream for Outage {
    fn ask(&self, question: Question) -> BoxFuture<'_, Lookup> {
        if (self.failing)(&question) {
            let answer = self.answer.clone();
            return Box::pin(std::future::ready(Lookup {
                question,
                answer,
                aliases: Vec::new(),
                authenticated: false,
                server: None,
                ms: 0,
            }));
        }
        self.world.ask(question)
    }
}

pub async fn with_outage(case: &Case, answer: Answer, failing: Failing) -> Report {
    case.examine_in(Arc::new(Outage { world: case.upstream(), failing, answer })).await.0
}

/// What cost more than it did before, for a message that tells what went wrong.
pub fn worse(before: &Report, after: &Report) -> Option<String> {
    if after.ledger.score >= before.ledger.score {
        return None;
    }
    let costs = |report: &Report| -> Vec<String> {
        let rows = report.ledger.rows.iter().filter(|row| row.points < 0);
        rows.map(|row| format!("{} {}", row.finding.code, row.points)).collect()
    };
    let (old, new) = (costs(before), costs(after));
    let more: Vec<&String> = new.iter().filter(|row| !old.contains(row)).collect();
    Some(format!(
        "{} -> {} ({:?}): {more:?}, before {old:?}",
        before.ledger.score, after.ledger.score, after.ledger.capped_by
    ))
}

#[tokio::test(flavor = "multi_thread")]
async fn no_failing_question_lowers_a_score() {
    let mut tasks = Vec::new();
    for case in Case::all() {
        tasks.push(tokio::spawn(async move {
            let mut wrong = Vec::new();
            let (before, evidence) = case.examine().await;
            let questions: BTreeSet<Question> = evidence.dns.iter().map(|lookup| lookup.question.clone()).collect();
            for question in questions {
                let told = format!("{} without {:?} {}", case.name, question.rtype, question.name);
                let after = with_outage(&case, Answer::ServFail, Box::new(move |asked| *asked == question)).await;
                wrong.extend(worse(&before, &after).map(|what| format!("{told}: {what}")));
            }
            wrong
        }));
    }
    report(tasks).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_failing_type_of_question_lowers_a_score() {
    use RecordType::*;
    let mut tasks = Vec::new();
    for case in Case::all() {
        tasks.push(tokio::spawn(async move {
            let mut wrong = Vec::new();
            let (before, _) = case.examine().await;
            for rtype in [A, Aaaa, Mx, Txt, Ptr, Tlsa] {
                for answer in [Answer::TimedOut, Answer::Refused, Answer::Broken(UnusableKind::Unreadable.into())] {
                    let after = with_outage(&case, answer, Box::new(move |asked| asked.rtype == rtype)).await;
                    wrong.extend(worse(&before, &after).map(|what| format!("{} without {rtype:?}: {what}", case.name)));
                }
            }
            wrong
        }));
    }
    report(tasks).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_dns_nothing_is_held_against_anybody_that_dns_would_tell() {
    for case in Case::all() {
        let (before, _) = case.examine().await;
        for answer in [Answer::TimedOut, Answer::ServFail] {
            let after = with_outage(&case, answer, Box::new(|_| true)).await;
            assert_eq!(worse(&before, &after), None, "{}", case.name);
            let unknown: Vec<&str> = after
                .ledger
                .rows
                .iter()
                .filter(|row| row.status == Status::NotDetermined)
                .map(|row| row.finding.code.as_str())
                .collect();
            assert!(!unknown.is_empty(), "{}: nothing is said to be unknown", case.name);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_that_refuse_say_nothing_against_anybody() {
    let refusal = Data::A([127, 255, 255, 254].into());
    for case in Case::all() {
        let (before, _) = case.examine().await;
        let answer = Answer::Records { records: vec![refusal.clone()], ttl: 60 };
        let list = |asked: &Question| asked.name.ends_with(".dnsbl.example");
        let after = with_outage(&case, answer, Box::new(list)).await;
        assert_eq!(worse(&before, &after), None, "{}", case.name);
        let code = |code: &str| after.ledger.rows.iter().any(|row| row.finding.code == code);
        if before.lists.seen().is_some() {
            assert!(code("blocklists.not_determined"), "{}", case.name);
            assert!(!code("blocklists.ip.clear") && !code("blocklists.name.clear"), "{}", case.name);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_that_is_out_says_nothing_against_anybody() {
    use Observed::Missing;
    let mut with_filters = 0;
    for case in Case::all() {
        let (before, evidence) = Box::pin(case.examine()).await;
        let examiner = case.examiner(case.upstream());
        for why in [Why::TimedOut, Why::Failed("refused".to_owned())] {
            for (assassin, rspamd) in [(true, false), (false, true), (true, true)] {
                let mut out = evidence.clone();
                if assassin && evidence.spamd.seen().is_some() {
                    out.spamd = Missing(why.clone());
                }
                if rspamd && evidence.rspamd.seen().is_some() {
                    out.rspamd = Missing(why.clone());
                }
                let after = Box::pin(examiner.replay(case.delivery(), case.choices(), &out)).await;
                assert_eq!(worse(&before, &after), None, "{}", case.name);
                let code = |code: &str| after.ledger.rows.iter().any(|row| row.finding.code == code);
                for (is_out, name) in [(&out.spamd, "spam.assassin"), (&out.rspamd, "spam.rspamd")] {
                    let silent = matches!(is_out, Missing(Why::TimedOut | Why::Failed(_)));
                    assert_eq!(code(&format!("{name}.not_determined")), silent, "{}: {name}", case.name);
                    with_filters += usize::from(silent);
                }
            }
        }
    }
    assert!(with_filters > 0, "no case has a filter");
}

async fn report(tasks: Vec<tokio::task::JoinHandle<Vec<String>>>) {
    let mut wrong = Vec::new();
    for task in tasks {
        wrong.extend(task.await.unwrap());
    }
    assert!(wrong.is_empty(), "{} scores fell:\n{}", wrong.len(), wrong.join("\n"));
}
