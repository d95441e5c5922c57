//! Any bytes give a report, and any outage leaves the score at least as high.

use proptest::prelude::*;
use vaglio::dns::Answer;
use vaglio::lang::Lang;
use vaglio::report::view::View;
use vaglio::report::{markdown, text};

use super::Case;
use super::outages::{with_outage, worse};

fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

/// Renders everything that a reader may ask for.
fn report_of(case: &Case) {
    let (report, _) = wait(case.examine());
    for lang in [Lang::En, Lang::It] {
        let view = View::new(&report, lang);
        assert!(!text::render(&view, lang).is_empty() && !markdown::render(&view, lang).is_empty());
    }
    assert!((0..=100).contains(&report.ledger.score));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_give_a_report(raw in prop::collection::vec(any::<u8>(), 0..2000)) {
        let mut case = Case::all().remove(0);
        case.raw = raw.into();
        report_of(&case);
    }

    #[test]
    fn any_damage_to_a_message_gives_a_report(
        which in any::<prop::sample::Index>(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut cases = Case::all();
        let mut case = cases.remove(which.index(cases.len()));
        let mut raw = case.raw.to_vec();
        for (place, octet) in damage {
            let place = place.index(raw.len());
            raw[place] = octet;
        }
        raw.truncate(cut.index(raw.len() * 2).max(1));
        case.raw = raw.into();
        report_of(&case);
    }

    #[test]
    fn any_outage_leaves_the_score_at_least_as_high(
        which in any::<prop::sample::Index>(),
        failing in prop::collection::vec(any::<bool>(), 64),
    ) {
        let mut cases = Case::all();
        let case = cases.remove(which.index(cases.len()));
        let (before, evidence) = wait(case.examine());
        let lost: Vec<_> = evidence.dns.iter().zip(failing).filter(|(_, fails)| *fails)
            .map(|(lookup, _)| lookup.question.clone()).collect();
        let told = format!("{} without {lost:?}", case.name);
        let after = wait(with_outage(&case, Answer::TimedOut, Box::new(move |asked| lost.contains(asked))));
        let worse = worse(&before, &after);
        prop_assert!(worse.is_none(), "{}: {}", told, worse.unwrap_or_default());
    }
}
