//! `/status` and `/api/v1/status`: does the service work? Told from its mail to itself in the last 24 hours.
//!
//! Public: it says when it failed and at which stage, never what was seen there (that is the operator's).

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::Web;
use super::pages::status as status_page;
use super::reader::Reader;
use crate::selftest::PATIENCE;
use crate::store::SelfTest;

/// What the last 24 hours have shown.
pub struct Status {
    pub standing: Standing,
    pub interval: Option<Duration>,
    /// Oldest first.
    pub tests: Vec<SelfTest>,
    pub now: Timestamp,
}

/// How the service stands: the last self-test's result, if it is not too old to say anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    Ok,
    Failing,
    /// No self-test has come to its end lately.
    Unknown,
    /// The operator has switched self-tests off.
    Off,
}

impl Standing {
    pub fn word(self) -> &'static str {
        match self {
            Standing::Ok => "ok",
            Standing::Failing => "failing",
            Standing::Unknown => "unknown",
            Standing::Off => "off",
        }
    }
}

impl Status {
    pub async fn of(web: &Web) -> Status {
        let now = Timestamp::now();
        let since = now.checked_sub(SignedDuration::from_hours(24)).unwrap_or(now);
        match web.store.self_tests(since).await {
            Ok(tests) => Status::judge(tests, web.self_test, now),
            Err(error) => {
                tracing::error!(%error, "the self-tests cannot be read");
                // Without its database the service takes no mail.
                Status { standing: Standing::Failing, interval: web.self_test, tests: Vec::new(), now }
            }
        }
    }

    fn judge(tests: Vec<SelfTest>, interval: Option<Duration>, now: Timestamp) -> Status {
        let standing = match (interval, tests.last()) {
            (None, _) => Standing::Off,
            // One may have been missed at a change of nodes.
            (Some(interval), Some(last))
                if now.duration_since(last.at).unsigned_abs() <= interval * 2 + 2 * PATIENCE =>
            {
                if last.ready.is_some() { Standing::Ok } else { Standing::Failing }
            }
            (Some(_), _) => Standing::Unknown,
        };
        Status { standing, interval, tests, now }
    }

    pub fn passed(&self) -> usize {
        self.tests.iter().filter(|test| test.ready.is_some()).count()
    }

    /// From sending to the report, of those that passed.
    pub fn median(&self) -> Option<Duration> {
        let mut times: Vec<Duration> = self.tests.iter().filter_map(|test| test.ready).collect();
        times.sort_unstable();
        times.get(times.len() / 2).copied()
    }

    pub fn last_failure(&self) -> Option<&SelfTest> {
        self.tests.iter().rev().find(|test| test.ready.is_none())
    }
}

/// `GET /status`
pub async fn page(State(web): State<Web>, reader: Reader) -> Response {
    let status = Status::of(&web).await;
    status_page::page(&reader, &status).into_response()
}

#[derive(Serialize, ToSchema)]
pub struct StatusView {
    state: Standing,
    /// Seconds between self-tests.
    interval: Option<u64>,
    /// Of the last 24 hours.
    tests: usize,
    passed: usize,
    /// From sending to the report, of those that passed.
    median_ms: Option<u64>,
    last: Option<ResultView>,
    last_failure: Option<ResultView>,
    /// Oldest first.
    results: Vec<ResultView>,
}

/// One mail of the service to itself.
#[derive(Serialize, ToSchema)]
struct ResultView {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    ok: bool,
    accepted_ms: Option<u64>,
    ready_ms: Option<u64>,
    /// Where it failed: `address`, `connect`, `tls`, `refused`, `report` or `examination`.
    stage: Option<String>,
}

impl ResultView {
    fn of(test: &SelfTest) -> ResultView {
        let milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        ResultView {
            at: test.at,
            ok: test.ready.is_some(),
            accepted_ms: test.accepted.map(milliseconds),
            ready_ms: test.ready.map(milliseconds),
            stage: test.stage.clone(),
        }
    }
}

/// Does the service work? Its mail to itself in the last 24 hours. 503 when it does not.
#[utoipa::path(get, path = "/api/v1/status", tag = "service",
    responses((status = 200, body = StatusView), (status = 503, body = StatusView)))]
pub async fn api(State(web): State<Web>) -> Response {
    let status = Status::of(&web).await;
    let view = StatusView {
        state: status.standing,
        interval: status.interval.map(|interval| interval.as_secs()),
        tests: status.tests.len(),
        passed: status.passed(),
        median_ms: status.median().map(|time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX)),
        last: status.tests.last().map(ResultView::of),
        last_failure: status.last_failure().map(ResultView::of),
        results: status.tests.iter().map(ResultView::of).collect(),
    };
    let code = match status.standing {
        Standing::Failing => StatusCode::SERVICE_UNAVAILABLE,
        Standing::Ok | Standing::Unknown | Standing::Off => StatusCode::OK,
    };
    (code, Json(view)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::tests::{get_of, site};

    fn at(minutes_ago: i64) -> Timestamp {
        Timestamp::now() - SignedDuration::from_mins(minutes_ago)
    }

    fn passed(minutes_ago: i64, seconds: u64) -> SelfTest {
        let took = Some(Duration::from_secs(seconds));
        SelfTest { at: at(minutes_ago), accepted: took, ready: took, stage: None, detail: None }
    }

    fn failed(minutes_ago: i64) -> SelfTest {
        let (stage, detail) = (Some("connect".to_owned()), Some("<refused>".to_owned()));
        SelfTest { at: at(minutes_ago), accepted: None, ready: None, stage, detail }
    }

    fn standing(tests: Vec<SelfTest>) -> Standing {
        Status::judge(tests, Some(Duration::from_secs(600)), Timestamp::now()).standing
    }

    #[test]
    fn the_last_self_test_decides_while_it_is_fresh() {
        assert_eq!(standing(vec![failed(20), passed(5, 1)]), Standing::Ok);
        assert_eq!(standing(vec![passed(20, 1), failed(5)]), Standing::Failing);
        assert_eq!(standing(vec![passed(60, 1)]), Standing::Unknown, "silence is not success");
        assert_eq!(standing(vec![]), Standing::Unknown);
        assert_eq!(Status::judge(vec![passed(1, 1)], None, Timestamp::now()).standing, Standing::Off);
        let status =
            Status::judge(vec![passed(30, 9), failed(20), passed(10, 1), passed(5, 3)], None, Timestamp::now());
        assert_eq!((status.median(), status.passed()), (Some(Duration::from_secs(3)), 3));
    }

    #[tokio::test]
    async fn page_and_api_tell_of_a_failure_its_time_and_stage_and_nothing_more() {
        let web = site().await;
        for test in [passed(700, 2), passed(20, 2), failed(5)] {
            web.store.record_self_test(&test).await.unwrap();
        }
        let page = get_of(&web, "/status").await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains("Nobody answered at the SMTP port"), "{}", page.body);
        assert!(!page.body.contains("refused&gt;") && page.body.contains("role=\"img\""));
        // Spans without a self-test, and with a failure alone, have no time.
        assert!(!page.body.contains(">0\u{a0}ms") && page.body.contains("<td>–</td>"), "{}", page.body);
        assert!(page.body.contains(": at most 2.0\u{a0}s "), "{}", page.body);
        let italian = get_of(&web, "/status?lang=it").await;
        assert!(italian.body.contains("Nessuno ha risposto sulla porta SMTP"), "{}", italian.body);
        let told = get_of(&web, "/api/v1/status").await;
        assert_eq!(told.status, StatusCode::SERVICE_UNAVAILABLE);
        let told: serde_json::Value = serde_json::from_str(&told.body).unwrap();
        assert_eq!((&told["state"], &told["tests"], &told["passed"]), (&"failing".into(), &3.into(), &2.into()));
        assert_eq!(told["last_failure"]["stage"], "connect");
        assert!(told["last"].get("detail").is_none());
        web.store.record_self_test(&passed(1, 2)).await.unwrap();
        assert_eq!(get_of(&web, "/api/v1/status").await.status, StatusCode::OK);
    }
}
