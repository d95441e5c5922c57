//! What every database must do: each case is handed a way to open a fresh store, and to open it again.

use std::time::Duration;

use jiff::{Timestamp, ToSpan};
use vaglio::address::{Destination, Probe};
use vaglio::facts::Purpose;
use vaglio::probe::{Judged, Tag};
use vaglio::store::{DeliveryState, Options, ProbeFiled, Reason, Store, StoreError};

use crate::sample::{delivery, delivery_from, evidence, report, test, to};

pub const MINUTE: Duration = Duration::from_secs(60);

pub async fn open(url: &str) -> Store {
    Store::open(url, Options::default()).await.unwrap()
}

/// Each case once for a module that has `async fn fresh() -> (guard, url)`.
macro_rules! cases {
    ($($name:ident)*) => { $(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            let (_guard, url) = fresh().await;
            crate::cases::$name(&url).await;
        }
    )* };
}
pub(crate) use cases;

macro_rules! all_cases {
    () => {
        crate::cases::cases! {
            the_secret_is_made_once
            what_was_accepted_comes_back_byte_for_byte
            many_deliveries_share_few_transactions
            an_address_takes_only_so_many_messages
            a_strict_address_takes_one_message_however_many_come_at_once
            a_message_to_several_addresses_is_stored_once_and_filed_for_each
            postmaster_is_accepted_and_not_stored
            a_job_is_claimed_once_until_its_lease_runs_out
            finishing_twice_leaves_one_report
            a_job_given_back_is_due_only_after_its_back_off
            whoever_lost_a_lease_can_no_longer_change_the_job
            giving_up_is_visible_and_can_be_tried_again
            the_old_report_stays_until_the_recheck_is_ready
            the_readers_purpose_is_kept
            a_backlog_of_one_network_does_not_delay_another
            a_message_to_a_probe_is_gone_once_it_is_judged
            a_word_has_a_list_of_its_own
            a_flood_is_one_row_and_hides_nobody
            a_flood_that_is_not_looked_into_is_one_row_too
            one_domain_from_many_networks_is_one_row
            one_who_tests_again_and_again_sees_every_result
            an_address_is_answered_once_an_hour
            a_deleted_test_is_gone_and_its_address_takes_no_more
            what_is_too_old_is_swept_and_the_address_stays_used
            many_claimers_never_share_a_job
            two_stores_of_one_database_see_each_other
            counts_of_many_nodes_add_up_and_fold_into_days_once
            one_node_of_all_has_a_lease_until_it_ends
            self_tests_are_kept_for_two_days
            the_queue_tells_what_waits_runs_and_was_given_up
        }
    };
}
pub(crate) use all_cases;

pub async fn the_secret_is_made_once(url: &str) {
    let (one, two) = (open(url).await, open(url).await);
    let (first, second) = tokio::join!(one.secret(), two.secret());
    assert_eq!(first.as_ref().unwrap(), second.as_ref().unwrap());
    assert_ne!(first.unwrap(), [0; 32]);
}

pub async fn what_was_accepted_comes_back_byte_for_byte(url: &str) {
    let store = open(url).await;
    let raw = b"Subject: \xff\0x\nbare\rLF\r\n\r\n.\r\n".to_vec();
    let sent = delivery(raw.clone());
    let filed = store.accept(sent.clone(), to(1)).await.unwrap();
    assert_eq!((filed.len(), filed[0].number), (1, 1));
    assert_eq!(store.raw(test(1), None).await.unwrap().unwrap(), raw);
    let task = store.delivery(filed[0].delivery).await.unwrap().unwrap();
    assert_eq!((task.delivery, task.number, task.purpose), (sent, 1, None));
    let large: Vec<u8> = (0..3_000_000u32).map(|n| (n.wrapping_mul(n) >> 5) as u8).collect();
    store.accept(delivery(large.clone()), to(1)).await.unwrap();
    assert_eq!(store.raw(test(1), Some(2)).await.unwrap().unwrap(), large);
    assert_eq!(store.raw(test(1), Some(1)).await.unwrap().unwrap(), raw);
    assert_eq!(store.raw(test(1), Some(3)).await.unwrap(), None);
    assert_eq!(store.raw(test(2), None).await.unwrap(), None);
}

pub async fn many_deliveries_share_few_transactions(url: &str) {
    let store = open(url).await;
    let tasks: Vec<_> = (0..400u32)
        .map(|n| {
            let store = store.clone();
            tokio::spawn(async move { store.accept(delivery(format!("message {n}")), to(n)).await.unwrap() })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap().len(), 1);
    }
    assert!(store.commits() < 100, "{} transactions for 400 deliveries", store.commits());
    for n in 0..400 {
        assert_eq!(store.raw(test(n), None).await.unwrap().unwrap(), format!("message {n}"));
    }
}

pub async fn an_address_takes_only_so_many_messages(url: &str) {
    let store = Store::open(url, Options { max_deliveries: 3, ..Options::default() }).await.unwrap();
    for number in 1..=3 {
        assert_eq!(store.accept(delivery("x"), to(1)).await.unwrap()[0].number, number);
    }
    assert!(matches!(store.accept(delivery("x"), to(1)).await, Err(StoreError::Full)));
    assert_eq!(store.deliveries(test(1)).await.unwrap().len(), 3);
    // The address that has room still gets it.
    let both = vec![Destination::Test(test(1)), Destination::Test(test(2))];
    let filed = store.accept(delivery("x"), both).await.unwrap();
    assert_eq!((filed.len(), &filed[0].destination), (1, &Destination::Test(test(2))));
}

pub async fn a_strict_address_takes_one_message_however_many_come_at_once(url: &str) {
    let store = Store::open(url, Options { max_deliveries: 1, ..Options::default() }).await.unwrap();
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.accept(delivery("x"), to(1)).await.is_ok() })
        })
        .collect();
    let mut taken = 0;
    for task in tasks {
        taken += usize::from(task.await.unwrap());
    }
    assert_eq!((taken, store.deliveries(test(1)).await.unwrap().len()), (1, 1));
}

pub async fn a_message_to_several_addresses_is_stored_once_and_filed_for_each(url: &str) {
    let store = open(url).await;
    let twice = vec![Destination::Test(test(1)), Destination::Test(test(2)), Destination::Test(test(1))];
    assert_eq!(store.accept(delivery("shared"), twice).await.unwrap().len(), 2);
    store.delete(test(1)).await.unwrap();
    assert_eq!(store.raw(test(1), None).await.unwrap(), None);
    assert_eq!(store.raw(test(2), None).await.unwrap().unwrap(), "shared");
}

pub async fn postmaster_is_accepted_and_not_stored(url: &str) {
    let store = open(url).await;
    assert_eq!(store.accept(delivery("x"), vec![Destination::Postmaster]).await.unwrap(), []);
    assert_eq!(store.claim(10, MINUTE).await.unwrap(), []);
}

pub async fn a_job_is_claimed_once_until_its_lease_runs_out(url: &str) {
    let store = open(url).await;
    store.accept(delivery("x"), to(1)).await.unwrap();
    let jobs = store.claim(10, Duration::ZERO).await.unwrap();
    assert_eq!((jobs.len(), jobs[0].attempt, jobs[0].reason), (1, 1, Reason::Initial));
    let again = store.claim(10, MINUTE).await.unwrap();
    assert_eq!((again.len(), again[0].id, again[0].attempt), (1, jobs[0].id, 2));
    assert_eq!(store.claim(10, MINUTE).await.unwrap(), []);
    assert_eq!(store.queue().await.unwrap().all(), 1);
}

pub async fn finishing_twice_leaves_one_report(url: &str) {
    let store = open(url).await;
    let sent = delivery("x");
    store.accept(sent.clone(), to(1)).await.unwrap();
    assert_eq!(store.deliveries(test(1)).await.unwrap()[0].state, DeliveryState::Analysing);
    assert!(store.report(test(1), None).await.unwrap().is_none());
    let slow = store.claim(1, Duration::ZERO).await.unwrap().remove(0);
    let quick = store.claim(1, MINUTE).await.unwrap().remove(0);
    assert!(store.finish(&quick, &report(&sent, 92), &evidence()).await.unwrap());
    assert!(!store.finish(&slow, &report(&sent, 11), &evidence()).await.unwrap());
    assert!(!store.finish(&quick, &report(&sent, 11), &evidence()).await.unwrap());
    let list = store.deliveries(test(1)).await.unwrap();
    assert_eq!((list[0].state, list[0].score, list[0].analyses), (DeliveryState::Ready, Some(92), 1));
    let stored = store.stored(test(1), None).await.unwrap().unwrap();
    assert_eq!(stored.report.unwrap(), report(&sent, 92));
    assert!(stored.evidence.is_some());
    assert_eq!(stored.delivery, sent);
    assert_eq!(store.report(test(1), Some(1)).await.unwrap().unwrap(), (1, report(&sent, 92)));
    assert_eq!(store.claim(10, MINUTE).await.unwrap(), []);
}

pub async fn a_job_given_back_is_due_only_after_its_back_off(url: &str) {
    let store = open(url).await;
    store.accept(delivery("x"), to(1)).await.unwrap();
    let job = store.claim(1, MINUTE).await.unwrap().remove(0);
    assert!(store.retry(&job, MINUTE).await.unwrap());
    assert_eq!(store.claim(1, MINUTE).await.unwrap(), []);
    assert!(store.retry(&job, Duration::ZERO).await.unwrap());
    let job = store.claim(1, MINUTE).await.unwrap().remove(0);
    assert_eq!(job.attempt, 2);
    assert!(store.release(&job, Duration::ZERO).await.unwrap());
    assert_eq!(store.claim(1, MINUTE).await.unwrap().remove(0).attempt, 2, "a release does not count as a try");
}

pub async fn whoever_lost_a_lease_can_no_longer_change_the_job(url: &str) {
    let store = open(url).await;
    store.accept(delivery("x"), to(1)).await.unwrap();
    let lost = store.claim(1, Duration::ZERO).await.unwrap().remove(0);
    let held = store.claim(1, MINUTE).await.unwrap().remove(0);
    assert!(!store.extend(&lost, MINUTE).await.unwrap());
    assert!(!store.retry(&lost, Duration::ZERO).await.unwrap());
    assert!(!store.give_up(&lost, "late").await.unwrap());
    assert!(store.extend(&held, MINUTE).await.unwrap());
    assert_eq!(store.deliveries(test(1)).await.unwrap()[0].state, DeliveryState::Analysing);
}

pub async fn giving_up_is_visible_and_can_be_tried_again(url: &str) {
    let store = open(url).await;
    store.accept(delivery("x"), to(1)).await.unwrap();
    let job = store.claim(1, MINUTE).await.unwrap().remove(0);
    assert!(store.give_up(&job, "panicked").await.unwrap());
    assert_eq!(store.deliveries(test(1)).await.unwrap()[0].state, DeliveryState::Failed);
    assert_eq!(store.claim(1, MINUTE).await.unwrap(), []);
    assert!(store.recheck(test(1), None).await.unwrap());
    assert_eq!(store.deliveries(test(1)).await.unwrap()[0].state, DeliveryState::Analysing);
    assert_eq!(store.claim(1, MINUTE).await.unwrap().len(), 1);
}

pub async fn the_old_report_stays_until_the_recheck_is_ready(url: &str) {
    let store = open(url).await;
    let sent = delivery("x");
    store.accept(sent.clone(), to(1)).await.unwrap();
    assert!(!store.recheck(test(2), None).await.unwrap());
    let job = store.claim(1, MINUTE).await.unwrap().remove(0);
    store.finish(&job, &report(&sent, 50), &evidence()).await.unwrap();
    assert!(store.recheck(test(1), Some(1)).await.unwrap());
    assert!(store.recheck(test(1), None).await.unwrap(), "one that waits already is enough");
    let list = store.deliveries(test(1)).await.unwrap();
    assert_eq!((list[0].state, list[0].score, list[0].rechecking), (DeliveryState::Ready, Some(50), true));
    let jobs = store.claim(10, MINUTE).await.unwrap();
    assert_eq!((jobs.len(), jobs[0].reason), (1, Reason::Recheck));
    store.finish(&jobs[0], &report(&sent, 80), &evidence()).await.unwrap();
    let list = store.deliveries(test(1)).await.unwrap();
    assert_eq!((list[0].score, list[0].rechecking, list[0].analyses), (Some(80), false, 2));
    let history = store.analyses(test(1), 1).await.unwrap();
    let shown: Vec<_> = history.iter().map(|a| (a.number, a.reason, a.report.ledger.score)).collect();
    assert_eq!(shown, [(1, Reason::Initial, 50), (2, Reason::Recheck, 80)]);
    // A re-check that is given up leaves the report, and says so.
    store.recheck(test(1), None).await.unwrap();
    let job = store.claim(1, MINUTE).await.unwrap().remove(0);
    store.give_up(&job, "panicked").await.unwrap();
    let list = store.deliveries(test(1)).await.unwrap();
    assert_eq!((list[0].state, list[0].score, list[0].recheck_failed), (DeliveryState::Ready, Some(80), true));
}

pub async fn the_readers_purpose_is_kept(url: &str) {
    let store = open(url).await;
    let sent = delivery("x");
    let filed = store.accept(sent.clone(), to(1)).await.unwrap();
    let job = store.claim(1, MINUTE).await.unwrap().remove(0);
    store.finish(&job, &report(&sent, 50), &evidence()).await.unwrap();
    assert!(store.choose_purpose(test(1), Some(1), Some(Purpose::Bulk)).await.unwrap());
    assert!(!store.choose_purpose(test(1), Some(2), Some(Purpose::Bulk)).await.unwrap());
    assert_eq!(store.delivery(filed[0].delivery).await.unwrap().unwrap().purpose, Some(Purpose::Bulk));
    let job = store.claim(1, MINUTE).await.unwrap().remove(0);
    assert_eq!(job.reason, Reason::Purpose);
    store.finish(&job, &report(&sent, 40), &evidence()).await.unwrap();
    let history = store.analyses(test(1), 1).await.unwrap();
    assert_eq!((history[0].purpose, history[1].purpose), (None, Some(Purpose::Bulk)));
}

pub async fn a_backlog_of_one_network_does_not_delay_another(url: &str) {
    let store = open(url).await;
    // All at once: each turn is short, and on a slow machine one after the other would be past when the other comes.
    let flood = (0..40).map(|n| store.accept(delivery_from("192.0.2.1", "flood"), to(n)));
    futures_util::future::try_join_all(flood).await.unwrap();
    let late = store.accept(delivery_from("198.51.100.1", "late"), to(100)).await.unwrap();
    let same = store.accept(delivery_from("192.0.2.99", "same network"), to(101)).await.unwrap();
    let order: Vec<i64> = store.claim(100, MINUTE).await.unwrap().iter().map(|job| job.delivery).collect();
    let place = |id| order.iter().position(|delivery| *delivery == id).unwrap();
    assert_eq!(order.len(), 42);
    // Its first turns may be past all the same; never all.
    assert!(place(late[0].delivery) < 35, "the other network waited for {}", place(late[0].delivery));
    assert_eq!(place(same[0].delivery), 41);
}

/// A message to a probe, filed as a worker would; the domain in From is given.
async fn judge(store: &Store, from: &str, client: &str, word: Option<&str>) -> ProbeFiled {
    judge_as(store, from, client, word, None).await
}

async fn judge_as(store: &Store, from: &str, client: &str, word: Option<&str>, tag: Option<&str>) -> ProbeFiled {
    let sent = delivery_from(client, "From: anna@example.org");
    let probe = Destination::Probe { probe: Probe::Spf, word: word.map(str::to_owned) };
    store.accept(sent.clone(), vec![probe]).await.unwrap();
    let job = store.claim(1, MINUTE).await.unwrap().remove(0);
    let mut judged = Judged::new(Probe::Spf, &sent, report(&sent, 92).auth, &[]);
    judged.domain = Some(from.to_owned());
    judged.tag = tag.map_or(judged.tag, |tag| Tag::parse(tag).unwrap());
    store.finish_probe(&job, Probe::Spf, word, &judged).await.unwrap()
}

pub async fn a_message_to_a_probe_is_gone_once_it_is_judged(url: &str) {
    let store = open(url).await;
    let sent = delivery("x");
    let probe = Destination::Probe { probe: Probe::Spf, word: None };
    let filed = store.accept(sent.clone(), vec![probe.clone()]).await.unwrap();
    let job = store.claim(10, MINUTE).await.unwrap().remove(0);
    let judged = Judged::new(Probe::Spf, &sent, report(&sent, 92).auth, &[]);
    let ProbeFiled::Row(id) = store.finish_probe(&job, Probe::Spf, None, &judged).await.unwrap() else { panic!() };
    assert_eq!(store.finish_probe(&job, Probe::Spf, None, &judged).await.unwrap(), ProbeFiled::Gone);
    assert!(store.delivery(filed[0].delivery).await.unwrap().is_none());
    let (row, kept) = store.probe_result(Probe::Spf, &id).await.unwrap().unwrap();
    assert_eq!((row.tag, row.count, kept), (judged.tag, 1, judged.evidence.clone()));
    assert!(store.probe_result(Probe::Dkim, &id).await.unwrap().is_none());
    // A test that has the same message keeps it.
    store.accept(sent.clone(), vec![probe, Destination::Test(test(1))]).await.unwrap();
    for job in store.claim(10, MINUTE).await.unwrap() {
        match store.delivery(job.delivery).await.unwrap().unwrap().destination {
            Destination::Test(_) => drop(store.finish(&job, &report(&sent, 92), &evidence()).await.unwrap()),
            _ => drop(store.finish_probe(&job, Probe::Spf, None, &judged).await.unwrap()),
        }
    }
    assert_eq!(store.raw(test(1), None).await.unwrap().unwrap(), "x");
    assert_eq!(store.probe_results(Probe::Spf, None, 50).await.unwrap().len(), 2);
}

pub async fn a_word_has_a_list_of_its_own(url: &str) {
    let store = open(url).await;
    judge(&store, "a.test", "192.0.2.1", Some("anna")).await;
    judge(&store, "b.test", "192.0.2.1", None).await;
    let domains = async |probe, word| -> Vec<String> {
        let rows = store.probe_results(probe, word, 50).await.unwrap();
        rows.into_iter().filter_map(|row| row.domain).collect()
    };
    assert_eq!(domains(Probe::Spf, None).await, ["b.test"]);
    assert_eq!(domains(Probe::Spf, Some("anna")).await, ["a.test"]);
    assert!(domains(Probe::Spf, Some("ann")).await.is_empty() && domains(Probe::Dkim, None).await.is_empty());
}

pub async fn a_flood_is_one_row_and_hides_nobody(url: &str) {
    let store = open(url).await;
    judge(&store, "quiet.test", "198.51.100.1", None).await;
    for n in 0..200u8 {
        judge(&store, "loud.test", &format!("192.0.2.{n}"), None).await;
    }
    let rows = store.probe_results(Probe::Spf, None, 50).await.unwrap();
    let counts: Vec<(&str, u64)> = rows.iter().map(|row| (row.domain.as_deref().unwrap(), row.count)).collect();
    assert_eq!(counts, [("loud.test", 200), ("quiet.test", 1)]);
    // Neither other names nor other words help the same network, whose messages need not even be looked into.
    for n in 0..80 {
        judge(&store, &format!("loud{n}.test"), "192.0.2.9", None).await;
        judge(&store, "loud.test", "192.0.2.9", Some(&format!("w{n}"))).await;
    }
    let rows = store.probe_results(Probe::Spf, None, 50).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.count).sum::<u64>(), 361);
    assert_eq!(rows.len(), 2);
    let probe = Destination::Probe { probe: Probe::Spf, word: None };
    store.accept(delivery_from("192.0.2.1", "x"), vec![probe.clone()]).await.unwrap();
    store.accept(delivery_from("198.51.100.1", "x"), vec![probe]).await.unwrap();
    let jobs = store.claim(2, MINUTE).await.unwrap();
    let mut absorbed = Vec::new();
    for job in &jobs {
        absorbed.push((job.network.as_str(), store.absorb_flood(job, Probe::Spf, None).await.unwrap()));
    }
    absorbed.sort();
    assert_eq!(absorbed, [("192.0.2.0/24", true), ("198.51.100.0/24", false)]);
}

/// One at a time, so that whatever comes after the sixtieth is not looked into.
pub async fn a_flood_that_is_not_looked_into_is_one_row_too(url: &str) {
    let store = open(url).await;
    for n in 0..60 {
        judge(&store, &format!("loud{n}.test"), "192.0.2.9", None).await;
    }
    assert_eq!(store.probe_results(Probe::Spf, None, 100).await.unwrap().len(), 60);
    let probe = Destination::Probe { probe: Probe::Spf, word: None };
    store.accept(delivery_from("192.0.2.1", "x"), vec![probe]).await.unwrap();
    let job = store.claim(1, MINUTE).await.unwrap().remove(0);
    assert!(store.absorb_flood(&job, Probe::Spf, None).await.unwrap());
    let rows = store.probe_results(Probe::Spf, None, 100).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.count).collect::<Vec<_>>(), [61]);
}

pub async fn one_domain_from_many_networks_is_one_row(url: &str) {
    let store = open(url).await;
    for n in 0..100u8 {
        judge_as(&store, "abc.test", &format!("10.{n}.0.1"), None, Some("!! spf-fail !!")).await;
    }
    // Neither another domain nor the one whose name they used is taken along.
    judge(&store, "quiet.test", "198.51.100.1", None).await;
    judge_as(&store, "abc.test", "198.51.100.1", None, Some("|OK| spf-pass")).await;
    let rows = store.probe_results(Probe::Spf, None, 200).await.unwrap();
    let mut counts: Vec<(&str, u64)> = rows.iter().map(|row| (row.domain.as_deref().unwrap(), row.count)).collect();
    counts.sort_unstable();
    assert_eq!(counts, [("abc.test", 1), ("abc.test", 100), ("quiet.test", 1)]);
}

pub async fn one_who_tests_again_and_again_sees_every_result(url: &str) {
    let store = open(url).await;
    for _ in 0..10 {
        assert!(matches!(judge(&store, "a.test", "192.0.2.1", None).await, ProbeFiled::Row(_)));
    }
    assert_eq!(store.probe_results(Probe::Spf, None, 50).await.unwrap().len(), 10);
}

pub async fn an_address_is_answered_once_an_hour(url: &str) {
    let store = open(url).await;
    let address = |text| vaglio::address::Mailbox::parse(text).unwrap();
    assert!(store.may_answer(&address("anna@example.org")).await.unwrap());
    assert!(!store.may_answer(&address("Anna@Example.org")).await.unwrap());
    assert!(store.may_answer(&address("bruno@example.org")).await.unwrap());
}

pub async fn a_deleted_test_is_gone_and_its_address_takes_no_more(url: &str) {
    let store = open(url).await;
    let sent = delivery("x");
    store.accept(sent.clone(), to(1)).await.unwrap();
    store.accept(sent.clone(), to(1)).await.unwrap();
    store.accept(sent.clone(), to(2)).await.unwrap();
    let job = store.claim(1, MINUTE).await.unwrap().remove(0);
    store.finish(&job, &report(&sent, 92), &evidence()).await.unwrap();
    store.delete(test(1)).await.unwrap();
    store.delete(test(1)).await.unwrap();
    assert!(store.deliveries(test(1)).await.unwrap().is_empty());
    assert!(store.stored(test(1), None).await.unwrap().is_none());
    assert!(store.test(test(1)).await.unwrap().unwrap().deleted);
    assert!(matches!(store.accept(sent.clone(), to(1)).await, Err(StoreError::Deleted)));
    assert_eq!(store.claim(10, MINUTE).await.unwrap().len(), 1, "the other test's job is left");
    // Deleted before anything came: nothing will.
    store.delete(test(3)).await.unwrap();
    assert!(matches!(store.accept(sent, to(3)).await, Err(StoreError::Deleted)));
}

pub async fn what_is_too_old_is_swept_and_the_address_stays_used(url: &str) {
    let store = Store::open(url, Options { max_deliveries: 1, ..Options::default() }).await.unwrap();
    let mut old = delivery("old");
    old.received_at -= 49.hours();
    store.accept(old.clone(), to(1)).await.unwrap();
    store.accept(delivery("new"), to(2)).await.unwrap();
    let probe = Destination::Probe { probe: Probe::Spf, word: None };
    store.accept(old.clone(), vec![probe.clone()]).await.unwrap();
    store.accept(delivery("new"), vec![probe]).await.unwrap();
    assert_eq!(store.sweep(Timestamp::now() - 100.hours()).await.unwrap(), 1, "probes are kept for a day");
    assert_eq!(store.sweep(Timestamp::now() - 48.hours()).await.unwrap(), 1);
    assert!(store.deliveries(test(1)).await.unwrap().is_empty());
    assert_eq!(store.deliveries(test(2)).await.unwrap().len(), 1);
    assert!(matches!(store.accept(old, to(1)).await, Err(StoreError::Full)), "swept, yet used");
    let forgetful = Options { address_lifetime: Duration::ZERO, ..Options::default() };
    tokio::time::sleep(Duration::from_millis(5)).await;
    Store::open(url, forgetful).await.unwrap().sweep(Timestamp::now() - 48.hours()).await.unwrap();
    assert_eq!(store.test(test(1)).await.unwrap(), None, "forgotten once the address itself has expired");
}

pub async fn many_claimers_never_share_a_job(url: &str) {
    let (one, two) = (open(url).await, open(url).await);
    for n in 0..60 {
        one.accept(delivery("x"), to(n)).await.unwrap();
    }
    let tasks: Vec<_> = (0..8)
        .map(|n| {
            let store = if n % 2 == 0 { one.clone() } else { two.clone() };
            tokio::spawn(async move {
                let mut mine = Vec::new();
                loop {
                    let jobs = store.claim(3, MINUTE).await.unwrap();
                    if jobs.is_empty() {
                        return mine;
                    }
                    mine.extend(jobs.into_iter().map(|job| job.id));
                }
            })
        })
        .collect();
    let mut claimed = Vec::new();
    for task in tasks {
        claimed.extend(task.await.unwrap());
    }
    let count = claimed.len();
    claimed.sort_unstable();
    claimed.dedup();
    // SKIP LOCKED may give a claimer nothing while others hold the rest; whatever is claimed is claimed once.
    assert_eq!(claimed.len(), count);
    let left = one.claim(100, MINUTE).await.unwrap().len();
    assert_eq!(count + left, 60);
}

pub async fn two_stores_of_one_database_see_each_other(url: &str) {
    let (one, two) = (open(url).await, open(url).await);
    one.accept(delivery("x"), to(1)).await.unwrap();
    assert_eq!(two.raw(test(1), None).await.unwrap().unwrap(), "x");
    assert_eq!(two.claim(1, MINUTE).await.unwrap().len(), 1);
    assert_eq!(one.claim(1, MINUTE).await.unwrap(), []);
}

fn counts(all: &[(&str, u64)]) -> std::collections::BTreeMap<String, u64> {
    all.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

pub async fn counts_of_many_nodes_add_up_and_fold_into_days_once(url: &str) {
    const DAY: Duration = Duration::from_secs(86_400);
    const HOUR: Duration = Duration::from_secs(3600);
    let (one, two) = (open(url).await, open(url).await);
    let now: Timestamp = "2026-11-22T10:30:00Z".parse().unwrap();
    let (old, ancient) = (now - (24 * 30).hours(), now - (24 * 500).hours());
    for at in [now, now, now - 1.hours(), old, old - 3.hours(), ancient] {
        let (first, second) = (counts(&[("a", 2), ("networks.192.0.2.0/24", 1)]), counts(&[("a", 3), ("b", 1)]));
        tokio::try_join!(one.add_tallies(at, &first), two.add_tallies(at, &second)).unwrap();
    }
    let sum = |tallies: &[vaglio::store::Tally], name: &str| -> u64 {
        tallies.iter().filter(|tally| tally.name == name).map(|tally| tally.count).sum()
    };
    let hours = one.tallies(now - 24.hours(), HOUR).await.unwrap();
    assert_eq!(hours.iter().filter(|tally| tally.name == "a").map(|tally| tally.count).collect::<Vec<_>>(), [5, 10]);
    assert_eq!(hours.last().unwrap().at, "2026-11-22T10:00:00Z".parse().unwrap());
    // Nodes that fold at once do not count twice.
    tokio::try_join!(one.fold_tallies(now), two.fold_tallies(now)).unwrap();
    one.fold_tallies(now).await.unwrap();
    let days = one.tallies(now - (24 * 365).hours(), DAY).await.unwrap();
    assert_eq!((sum(&days, "a"), sum(&days, "b")), (25, 5), "{days:?}");
    assert_eq!(sum(&days, "networks.192.0.2.0/24"), 3, "networks are forgotten after a week: {days:?}");
    let day = days.iter().find(|tally| tally.name == "a").unwrap();
    assert_eq!((day.at, day.count), ("2026-10-23T00:00:00Z".parse().unwrap(), 10));
    let all = one.tallies(Timestamp::UNIX_EPOCH, DAY).await.unwrap();
    assert_eq!(sum(&all, "a"), 25, "what is older than a year is gone");
}

pub async fn one_node_of_all_has_a_lease_until_it_ends(url: &str) {
    let (one, two) = (open(url).await, open(url).await);
    let (first, second) = tokio::join!(one.lease("x", MINUTE), two.lease("x", MINUTE));
    assert_eq!(u8::from(first.unwrap()) + u8::from(second.unwrap()), 1);
    assert!(!one.lease("x", MINUTE).await.unwrap() && !two.lease("x", MINUTE).await.unwrap());
    assert!(one.lease("y", Duration::from_millis(1)).await.unwrap(), "another matter");
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(two.lease("y", MINUTE).await.unwrap());
    // A clock that jumped back by a day has left a lease that would last as long.
    assert!(one.lease("z", Duration::from_secs(86_400)).await.unwrap());
    assert!(two.lease("z", MINUTE).await.unwrap());
}

pub async fn self_tests_are_kept_for_two_days(url: &str) {
    let store = open(url).await;
    let now = Timestamp::from_millisecond(Timestamp::now().as_millisecond()).unwrap();
    let test = |at: Timestamp, ready: Option<u64>| vaglio::store::SelfTest {
        at,
        accepted: Some(Duration::from_millis(7)),
        ready: ready.map(Duration::from_millis),
        stage: ready.is_none().then(|| "report".to_owned()),
        detail: None,
    };
    let all = [test(now - 50.hours(), Some(1)), test(now - 1.hours(), None), test(now, Some(2))];
    for test in &all {
        store.record_self_test(test).await.unwrap();
        store.record_self_test(test).await.unwrap();
    }
    assert_eq!(store.self_tests(now - 24.hours()).await.unwrap(), all[1..]);
    store.fold_tallies(now).await.unwrap();
    assert_eq!(store.self_tests(Timestamp::UNIX_EPOCH).await.unwrap(), all[1..]);
}

pub async fn the_queue_tells_what_waits_runs_and_was_given_up(url: &str) {
    let store = open(url).await;
    assert_eq!(store.queue().await.unwrap(), vaglio::store::Queue::default());
    for n in 1..=3 {
        store.accept(delivery("x"), to(n)).await.unwrap();
    }
    let jobs = store.claim(2, MINUTE).await.unwrap();
    let queue = store.queue().await.unwrap();
    assert_eq!((queue.waiting, queue.running, queue.failed, queue.all()), (1, 2, 0, 3));
    store.give_up(&jobs[0], "it panicked").await.unwrap();
    let queue = store.queue().await.unwrap();
    assert_eq!((queue.waiting, queue.running, queue.failed), (1, 1, 1));
}
