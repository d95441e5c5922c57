//! `/status`: does the service work? The result of its mail to itself, now and over the last 24 hours.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};

use super::chart::{Bar, Chart, Series, milliseconds};
use super::{Page, time};
use crate::lang::Lang;
use crate::store::SelfTest;
use crate::web::drawing::Sign;
use crate::web::reader::Reader;
use crate::web::status::{Standing, Status};

/// Bars of 20 minutes.
const BARS: usize = 72;
/// How often a browser without script asks again, seconds.
const REFRESH: u32 = 60;

pub fn page<'a>(reader: &'a Reader, status: &Status) -> Page<'a> {
    let lang = reader.lang;
    let t = |id: &str| lang.text(id);
    let title = t("operate-status-title");
    let sign = sign(status.standing);
    let content = html! {
        section.stack {
            h1 { (title) }
            p.row.lead {
                (sign.draw())
                span { (t(&format!("operate-status-{}", status.standing.word()))) }
            }
            (how(status, lang))
        }
        @if !status.tests.is_empty() {
            section.stack aria-labelledby="day" {
                h2 #day { (t("operate-status-day")) }
                (day(status, lang))
            }
        }
    };
    Page { refresh: Some(REFRESH), ..Page::new(reader, title, content) }
}

pub fn sign(standing: Standing) -> Sign {
    match standing {
        Standing::Ok => Sign::Good,
        Standing::Failing => Sign::Bad,
        Standing::Unknown => Sign::Unknown,
        Standing::Off => Sign::None,
    }
}

fn every(interval: Duration, lang: Lang) -> String {
    match interval.as_secs() {
        seconds if seconds.is_multiple_of(60) => lang.with("operate-minutes", [("count", (seconds / 60).into())]),
        seconds => lang.with("operate-seconds", [("count", seconds.into())]),
    }
}

/// What a self-test is, and how often there is one. Also on the operator's page, as [`day`] is.
pub fn how(status: &Status, lang: Lang) -> Markup {
    html! {
        @if let Some(interval) = status.interval {
            p.soft { (lang.with("operate-status-how", [("every", every(interval, lang).into())])) }
        }
    }
}

/// The last 24 hours: results, times, the last failure.
pub fn day(status: &Status, lang: Lang) -> Markup {
    let t = |id: &str| lang.text(id);
    let milli = |time: Duration| milliseconds(u64::try_from(time.as_millis()).unwrap_or(u64::MAX), lang);
    let slots = slots(&status.tests, status.now);
    let (tests, passed) = (status.tests.len(), status.passed());
    let series = [Series { class: "good", name: t("operate-time") }];
    let bars: Vec<Bar> = slots
        .iter()
        .map(|slot| Bar {
            label: slot.from.strftime("%H:%M").to_string(),
            values: vec![slot.longest.map(|time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX))],
        })
        .collect();
    let times = Chart {
        title: t("operate-status-times"),
        series: &series,
        bars: &bars,
        shown: &|value| milliseconds(value, lang),
        sum: false,
    };
    html! {
        (uptime(&slots, &lang.with("operate-status-sum", [("passed", passed.into()), ("tests", tests.into())]), lang))
        dl.facts {
            dt { (t("operate-status-passed")) }
            dd.numbers { (lang.with("operate-of", [("part", passed.into()), ("whole", tests.into())])) }
            @if let Some(median) = status.median() {
                dt { (t("operate-status-median")) }
                dd.numbers { (milli(median)) }
            }
            @if let Some(last) = status.tests.last() {
                dt { (t("operate-status-last")) }
                dd { (time(last.at, lang)) " · " (result(last, lang)) }
            }
            dt { (t("operate-status-last-failure")) }
            dd {
                @match status.last_failure() {
                    Some(failure) => { (time(failure.at, lang)) " · " (result(failure, lang)) },
                    None => (t("operate-status-no-failure")),
                }
            }
        }
        (times.draw(lang))
    }
}

/// What came of one self-test, in words.
fn result(test: &SelfTest, lang: Lang) -> String {
    match (test.ready, &test.stage) {
        (Some(took), _) => milliseconds(u64::try_from(took.as_millis()).unwrap_or(u64::MAX), lang),
        (None, Some(stage)) => lang.text(&format!("operate-stage-{stage}")),
        (None, None) => lang.text("operate-status-failing"),
    }
}

struct Slot {
    from: Timestamp,
    passed: usize,
    failed: usize,
    longest: Option<Duration>,
}

fn slots(tests: &[SelfTest], now: Timestamp) -> Vec<Slot> {
    let width = SignedDuration::from_hours(24) / i32::try_from(BARS).unwrap_or(1);
    let begin = now - SignedDuration::from_hours(24);
    (0..BARS)
        .map(|n| {
            let from = begin + width * i32::try_from(n).unwrap_or(0);
            let within: Vec<&SelfTest> =
                tests.iter().filter(|test| test.at >= from && test.at < from + width).collect();
            let passed = within.iter().filter(|test| test.ready.is_some()).count();
            let longest = within.iter().filter_map(|test| test.ready).max();
            Slot { from, passed, failed: within.len() - passed, longest }
        })
        .collect()
}

/// One bar a span: whole where all passed, broken where one failed, low where nothing was tested. Shape and colour.
fn uptime(slots: &[Slot], label: &str, lang: Lang) -> Markup {
    html! {
        svg.uptime role="img" aria-label=(label) viewBox="0 0 720 36" {
            @for (n, slot) in slots.iter().enumerate() {
                @let x = n * 10;
                g {
                    title { (slot.from.strftime("%H:%M").to_string()) ": " (lang.with("operate-of", [("part", slot.passed.into()), ("whole", (slot.passed + slot.failed).into())])) }
                    @match (slot.passed, slot.failed) {
                        (0, 0) => rect.none x=(x) y="30" width="8" height="4" rx="1" {},
                        (_, 0) => rect.good x=(x) y="2" width="8" height="32" rx="2" {},
                        _ => { rect.bad x=(x) y="2" width="8" height="12" rx="2" {} rect.bad x=(x) y="22" width="8" height="12" rx="2" {} },
                    }
                }
            }
        }
    }
}
