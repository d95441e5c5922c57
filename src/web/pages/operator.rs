//! `/operator`: how the service has done, is doing, and what it says of itself. For its operator alone.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};

use super::chart::{Bar, Chart, Series, milliseconds};
use super::status::{day, how, sign};
use super::{Page, time};
use crate::gather::lists::State;
use crate::lang::{Lang, message_id};
use crate::logs::Line;
use crate::metering::tally;
use crate::store::{FLEETING, Queue, Tally};
use crate::web::drawing::Sign;
use crate::web::reader::Reader;
use crate::web::status::Status;

/// Everything the page shows.
pub struct Board {
    pub now: Timestamp,
    pub subject: Subject,
    pub periods: Vec<(Period, Vec<Tally>)>,
    pub queue: Queue,
    pub lists: Vec<Listed>,
    /// Of this node, oldest first.
    pub lines: Vec<Line>,
    pub status: Status,
}

/// A DNS list as this node knows it.
pub struct Listed {
    pub zone: String,
    pub state: State,
}

/// How far back a chart looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    Day,
    Week,
    Month,
    Year,
}

impl Period {
    pub const ALL: [Period; 4] = [Period::Day, Period::Week, Period::Month, Period::Year];

    fn name(self) -> &'static str {
        match self {
            Period::Day => "day",
            Period::Week => "week",
            Period::Month => "month",
            Period::Year => "year",
        }
    }

    /// What one bar stands for.
    pub fn width(self) -> Duration {
        let hours = match self {
            Period::Day => 1,
            Period::Week => 4,
            Period::Month => 24,
            Period::Year => 24 * 7,
        };
        Duration::from_secs(hours * 3600)
    }

    fn bars(self) -> i32 {
        match self {
            Period::Day => 24,
            Period::Week => 42,
            Period::Month => 30,
            Period::Year => 53,
        }
    }

    /// Where the first bar begins; the last one holds this very moment.
    pub fn begin(self, now: Timestamp) -> Timestamp {
        let width = i64::try_from(self.width().as_millis()).unwrap_or(1);
        let current = now.as_millisecond() - now.as_millisecond().rem_euclid(width);
        let begin = current - width * i64::from(self.bars() - 1);
        Timestamp::from_millisecond(begin).unwrap_or(now)
    }

    fn label(self, at: Timestamp, lang: Lang) -> String {
        let pattern = match (self, lang) {
            (Period::Day, _) => "%H:%M",
            (Period::Week, Lang::En) => "%m-%d %H:%M",
            (Period::Week, Lang::It) => "%d/%m %H:%M",
            (Period::Month | Period::Year, Lang::En) => "%Y-%m-%d",
            (Period::Month | Period::Year, Lang::It) => "%d/%m/%Y",
        };
        at.strftime(pattern).to_string()
    }
}

/// A series: its colour, its text, and whether a count of this name belongs to it.
type Drawn = (&'static str, &'static str, fn(&str) -> bool);

/// What the charts are about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Subject {
    #[default]
    Messages,
    Refusals,
    Reports,
    Time,
    Dns,
}

impl Subject {
    const ALL: [Subject; 5] = [Subject::Messages, Subject::Refusals, Subject::Reports, Subject::Time, Subject::Dns];

    fn name(self) -> &'static str {
        match self {
            Subject::Messages => "messages",
            Subject::Refusals => "refusals",
            Subject::Reports => "reports",
            Subject::Time => "time",
            Subject::Dns => "dns",
        }
    }

    pub fn parse(name: &str) -> Option<Subject> {
        Subject::ALL.into_iter().find(|subject| subject.name() == name)
    }

    fn series(self) -> &'static [Drawn] {
        match self {
            Subject::Messages => &[
                ("accent", "operate-series-tests", |name| name == tally::TESTS),
                ("warn", "operate-series-probes", |name| name == tally::PROBES),
            ],
            Subject::Refusals => &[
                ("warn", "operate-series-later", |name| name.starts_with("refusals.4")),
                ("bad", "operate-series-never", |name| name.starts_with("refusals.5")),
            ],
            Subject::Reports => &[
                ("good", "operate-series-ready", |name| name == tally::READY),
                ("bad", "operate-series-failed", |name| name == tally::FAILED),
            ],
            Subject::Time => &[("accent", "operate-series-average", |name| name == tally::READY_MS)],
            Subject::Dns => &[
                ("good", "operate-series-answered", |name| name.starts_with(tally::DNS) && !unanswered(name)),
                ("bad", "operate-series-unanswered", unanswered),
            ],
        }
    }
}

/// A question to which nothing was found out.
fn unanswered(name: &str) -> bool {
    let outcome = name.strip_prefix(tally::DNS);
    outcome.is_some_and(|outcome| !matches!(outcome, "records" | "nodata" | "nxdomain"))
}

/// Asks for the token.
pub fn door(reader: &Reader, wrong: bool) -> Page<'_> {
    let lang = reader.lang;
    let t = |id: &str| lang.text(id);
    let title = t("operate-title");
    let content = html! {
        section.stack.prose {
            h1 { (title) }
            @if wrong { p.note.bad role="alert" { (t("operate-wrong-token")) } }
            form.stack method="post" action="/operator" {
                label.field {
                    span { (t("operate-token")) }
                    input type="password" name="token" required autocomplete="current-password" spellcheck="false";
                }
                p { button.button.main { (t("operate-enter")) } }
            }
        }
    };
    Page::new(reader, title, content)
}

pub fn page<'a>(reader: &'a Reader, board: &Board) -> Page<'a> {
    let lang = reader.lang;
    let t = |id: &str| lang.text(id);
    let title = t("operate-title");
    let content = html! {
        section.stack {
            h1 { (title) }
            p.row { (sign(board.status.standing).draw()) span { (t(&format!("operate-status-{}", board.status.standing.word()))) } }
        }
        (queue(&board.queue, lang))
        section.stack aria-labelledby="charts" {
            h2 #charts { (t(&format!("operate-of-{}", board.subject.name()))) }
            nav.choices aria-label=(t("operate-charts")) {
                @for subject in Subject::ALL {
                    a href={ "/operator?of=" (subject.name()) "#charts" } aria-current=[(subject == board.subject).then_some("page")] {
                        (t(&format!("operate-of-{}", subject.name())))
                    }
                }
            }
            div.charts { @for (period, tallies) in &board.periods { (chart(board, *period, tallies, lang)) } }
        }
        (refusals(board, lang))
        (self_tests(&board.status, lang))
        (failures(&board.status, lang))
        (lists(&board.lists, lang))
        (log(&board.lines, lang))
        form method="post" action="/operator/leave" { button.button.small { (t("operate-leave")) } }
    };
    Page::new(reader, title, content)
}

fn queue(queue: &Queue, lang: Lang) -> Markup {
    let t = |id: &str| lang.text(id);
    let oldest = u64::try_from(queue.oldest.as_millis()).unwrap_or(u64::MAX);
    html! {
        section.stack aria-labelledby="queue" {
            h2 #queue { (t("operate-queue")) }
            dl.facts {
                dt { (t("operate-queue-waiting")) } dd.numbers { (queue.waiting) }
                dt { (t("operate-queue-running")) } dd.numbers { (queue.running) }
                dt { (t("operate-queue-oldest")) } dd.numbers { (milliseconds(oldest, lang)) }
                dt { (t("operate-queue-failed")) } dd.numbers { (queue.failed) }
            }
        }
    }
}

fn chart(board: &Board, period: Period, tallies: &[Tally], lang: Lang) -> Markup {
    let wanted = board.subject.series();
    let series: Vec<Series> = wanted.iter().map(|(class, text, _)| Series { class, name: lang.text(text) }).collect();
    let begin = period.begin(board.now);
    let width = SignedDuration::try_from(period.width()).unwrap_or(SignedDuration::from_hours(1));
    let bars: Vec<Bar> = (0..period.bars())
        .map(|n| {
            let from = begin + width * n;
            let here = tallies.iter().filter(|tally| tally.at == from);
            let sum =
                |is: &dyn Fn(&str) -> bool| here.clone().filter(|tally| is(&tally.name)).map(|tally| tally.count).sum();
            let mut values: Vec<Option<u64>> = wanted.iter().map(|(_, _, is)| Some(sum(is))).collect();
            if board.subject == Subject::Time {
                let reports: u64 = sum(&|name| name == tally::READY);
                values = values.into_iter().map(|all| all?.checked_div(reports)).collect();
            }
            Bar { label: period.label(from, lang), values }
        })
        .collect();
    let written = |value: u64| match board.subject {
        Subject::Time => milliseconds(value, lang),
        _ => value.to_string(),
    };
    let title = lang.text(&format!("operate-period-{}", period.name()));
    Chart { title, series: &series, bars: &bars, shown: &written, sum: board.subject != Subject::Time }.draw(lang)
}

/// SMTP refusals by code and by network, of a day and of a week.
fn refusals(board: &Board, lang: Lang) -> Markup {
    let t = |id: &str| lang.text(id);
    let table = |prefix: &str, head: &str| {
        let mut rows: BTreeMap<String, [u64; 2]> = BTreeMap::new();
        for (place, wanted) in [Period::Day, Period::Week].into_iter().enumerate() {
            for tally in board.periods.iter().filter(|(period, _)| *period == wanted).flat_map(|(_, tallies)| tallies) {
                let Some(name) = tally.name.strip_prefix(prefix) else { continue };
                let row = rows.entry(name.to_owned()).or_default();
                if let Some(count) = row.get_mut(place) {
                    *count = count.saturating_add(tally.count);
                }
            }
        }
        let mut rows: Vec<(String, [u64; 2])> = rows.into_iter().collect();
        rows.sort_by_key(|(name, [_, week])| (std::cmp::Reverse(*week), name.clone()));
        html! {
            div.scroll tabindex="0" role="region" aria-label=(t(head)) {
                table.numbers {
                    thead { tr { th scope="col" { (t(head)) } th scope="col" { (t("operate-period-day")) } th scope="col" { (t("operate-period-week")) } } }
                    tbody { @for (name, [day, week]) in rows.iter().take(30) {
                        tr { th scope="row" { @if name == "other" { (t("operate-others")) } @else { (name) } } td { (day) } td { (week) } }
                    } }
                }
            }
            @if rows.is_empty() { p.soft { (t("operate-nothing")) } }
        }
    };
    html! {
        section.stack aria-labelledby="refusals" {
            h2 #refusals { (t("operate-of-refusals")) }
            p.soft { (t("operate-refusals-how")) }
            div.charts {
                div { (table(tally::REFUSALS, "operate-refusals-code")) }
                div { (table(FLEETING, "operate-refusals-network")) }
            }
        }
    }
}

/// How the service's mail to itself has fared.
fn self_tests(status: &Status, lang: Lang) -> Markup {
    html! {
        @if status.interval.is_some() || !status.tests.is_empty() {
            section.stack aria-labelledby="self-tests" {
                h2 #self-tests { (lang.text("operate-self-tests")) }
                (how(status, lang))
                (day(status, lang))
            }
        }
    }
}

/// What was seen where the service's mail to itself failed.
fn failures(status: &Status, lang: Lang) -> Markup {
    let failed: Vec<_> = status.tests.iter().rev().filter(|test| test.ready.is_none()).take(10).collect();
    html! {
        @if !failed.is_empty() {
            section.stack aria-labelledby="failures" {
                h2 #failures { (lang.text("operate-failures")) }
                ul { @for test in failed {
                    li { (time(test.at, lang)) " · " (lang.text(&format!("operate-stage-{}", test.stage.as_deref().unwrap_or("report")))) " "
                        code { (test.detail.as_deref().unwrap_or_default()) } }
                } }
            }
        }
    }
}

fn lists(lists: &[Listed], lang: Lang) -> Markup {
    let t = |id: &str| lang.text(id);
    html! {
        section.stack {
            h2 #lists { (t("operate-lists")) }
            p.soft { (t("operate-lists-how")) }
            div.scroll tabindex="0" role="region" aria-label=(t("operate-lists")) {
                table {
                    tbody { @for list in lists {
                        tr {
                            th scope="row" { (list.zone) }
                            td { @match list.state {
                                State::Sound => { (Sign::Good.draw()) " " (t("operate-list-sound")) },
                                State::SetAside(fault) => { (Sign::Bad.draw()) " " (t("operate-list-aside")) " " (t(&format!("operate-list-{}", message_id(fault.why())))) },
                                State::Unknown => { (Sign::Unknown.draw()) " " (t("operate-list-unknown")) },
                            } }
                        }
                    } }
                }
            }
        }
    }
}

fn log(lines: &[Line], lang: Lang) -> Markup {
    html! {
        section.stack aria-labelledby="log" {
            h2 #log { (lang.text("operate-log")) }
            p.soft { (lang.text("operate-log-how")) }
            pre.log tabindex="0" {
                @for line in lines.iter().rev() {
                    (line.at.strftime("%Y-%m-%d %H:%M:%S").to_string()) " " (line.level.to_string()) " " (line.target) ": " (line.text) "\n"
                }
            }
        }
    }
}
