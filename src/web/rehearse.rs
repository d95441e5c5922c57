//! "What if this record were published?": a stored message judged again with a reader's records in place. Nothing is kept.
//!
//! Also what the report's page and API compare: with this message's earlier report, and with the message before.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection, RawFormRejection};
use axum::extract::{Path, Query, RawForm, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tokio::time::timeout;
use utoipa::ToSchema;

use super::api::{Answer, HowToShow, known, language, ours};
use super::pages::report::changes::{self, Tried};
use super::pages::report::{self as report_page, Around};
use super::pages::trouble::Trouble;
use super::problem::Problem;
use super::reader::Reader;
use super::{MAX_BODY, TURN, Web};
use crate::address::TestId;
use crate::analyse::Choices;
use crate::dns::{Zone, ZoneError, pasted};
use crate::lang::Lang;
use crate::report::Report;
use crate::report::difference::{ChangesView, difference};
use crate::report::view::View;
use crate::store::StoreError;

/// What a report is compared with, each as the reader sees it.
#[derive(Clone, Debug, Default)]
pub struct Compared {
    pub since_last: Option<ChangesView>,
    pub since_previous: Option<ChangesView>,
    pub rehearsal: Option<ChangesView>,
}

impl Compared {
    /// Compares the latest report of a message with the one before, and with the latest of the message before.
    pub async fn of(web: &Web, test: TestId, number: u32, report: &Report, lang: Lang) -> Result<Compared, StoreError> {
        let since_last = web.store.report_before(test, number).await?.map(|(made_at, before)| ChangesView {
            since: Some(made_at),
            ..ChangesView::new(&difference(&before, report), lang)
        });
        let previous = match number.checked_sub(1) {
            None | Some(0) => None,
            Some(previous) => match web.store.report(test, Some(previous)).await {
                // Nothing to compare with is no reason to show nothing.
                Err(error @ StoreError::Corrupt(_)) => {
                    tracing::error!(%error, "an earlier report cannot be read and is not compared with");
                    None
                }
                report => report?,
            },
        };
        let since_previous = previous.map(|(delivery, before)| ChangesView {
            delivery: Some(delivery),
            since: Some(before.received_at),
            ..ChangesView::new(&difference(&before, report), lang)
        });
        Ok(Compared { since_last, since_previous, rehearsal: None })
    }

    /// Into the public JSON.
    pub fn put(self, view: &mut View) {
        view.since_last = self.since_last;
        view.since_previous = self.since_previous;
        view.rehearsal = self.rehearsal;
    }
}

/// Records to try.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Records {
    /// One record to a line, such as `example.org TXT "v=spf1 mx -all"`. Each stands in place of all that is published at its
    /// name and type.
    zone: String,
    /// Which of the test's messages, from 1; the latest when absent.
    delivery: Option<u32>,
}

/// Judge a stored message again with these records in place. Nothing is stored, nothing is published.
#[utoipa::path(post, path = "/api/v1/tests/{key}/rehearse", tag = "tests", params(("key" = String, Path), HowToShow),
    request_body = Records,
    responses((status = 200, description = "The rehearsed report, schema 1, with what would change in `rehearsal`"),
        (status = 400, body = Problem, description = "A line is no record; the detail says which"), (status = 404, body = Problem)))]
pub async fn api(
    State(web): State<Web>,
    Path(key): Path<String>,
    query: Result<Query<HowToShow>, QueryRejection>,
    headers: HeaderMap,
    body: Result<Json<Records>, JsonRejection>,
) -> Answer<Response> {
    let Query(query) = query.map_err(|error| Problem::bad_request(error.body_text()))?;
    let Json(records) = body.map_err(|error| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(MAX_BODY),
        _ => Problem::bad_request(error.body_text()),
    })?;
    let id = known(&web, &key)?;
    let lang = language(query.lang.as_deref(), &headers);
    let zone = pasted(&records.zone).map_err(|error| Problem::bad_request(format!("In `zone`, {error}.")))?;
    let (_, rehearsed) = match rehearse(&web, id, records.delivery.or(query.delivery), zone).await {
        Ok(rehearsed) => rehearsed,
        Err(Refused::NoMessage) => return Err(Problem::no_message()),
        Err(Refused::NotReady) => return Err(Problem::not_ready()),
        Err(Refused::Busy) => return Err(Problem::busy()),
        Err(Refused::Ours(error)) => return Err(ours(error)),
    };
    let mut view = View::new(&rehearsed.after, lang);
    view.rehearsal = Some(rehearsed.changes(lang));
    Ok(Json(view).into_response())
}

/// The same message by the same checks, without the tried records and with them.
struct Rehearsed {
    before: Report,
    after: Report,
}

impl Rehearsed {
    fn changes(&self, lang: Lang) -> ChangesView {
        ChangesView::new(&difference(&self.before, &self.after), lang)
    }
}

enum Refused {
    NoMessage,
    NotReady,
    Busy,
    Ours(StoreError),
}

async fn rehearse(web: &Web, id: TestId, number: Option<u32>, zone: Zone) -> Result<(u32, Rehearsed), Refused> {
    let stored = web.store.stored(id, number).await.map_err(Refused::Ours)?.ok_or(Refused::NoMessage)?;
    let evidence = stored.evidence.ok_or(Refused::NotReady)?;
    let busy = || Refused::Busy;
    let _turn = timeout(TURN, web.checks.acquire()).await.map_err(|_| busy())?.map_err(|_| busy())?;
    let delivery = Arc::new(stored.delivery);
    let choices = Choices { purpose: stored.purpose, ..Choices::default() };
    // The same checks and the same world without the records, so that only they make a difference.
    let before = web.examiner.rehearse(delivery.clone(), choices, &evidence, Zone::default()).await;
    let after = web.examiner.rehearse(delivery, choices, &evidence, zone).await;
    Ok((stored.number, Rehearsed { before, after }))
}

/// The form: ticked cures and pasted records.
#[derive(Default)]
struct Form {
    delivery: Option<u32>,
    ticked: Vec<String>,
    zone: String,
}

impl Form {
    fn parse(body: &[u8]) -> Form {
        let mut form = Form::default();
        for (name, value) in url::form_urlencoded::parse(body) {
            match name.as_ref() {
                "delivery" => form.delivery = value.parse().ok(),
                "record" => form.ticked.push(value.into_owned()),
                "zone" => form.zone = value.into_owned(),
                _ => {}
            }
        }
        form
    }

    /// Two cures for one name and type are alternatives: the last one counts.
    fn records(&self) -> Vec<&str> {
        let place = |line: &str| {
            line.split(" IN ").next().map(str::to_owned).zip(line.split_whitespace().nth(2).map(str::to_owned))
        };
        let mut records: Vec<&str> = Vec::new();
        for line in &self.ticked {
            records.retain(|known| place(known) != place(line));
            records.push(line);
        }
        records
    }

    /// # Errors
    ///
    /// The number of the pasted line that is no record, and the line.
    fn zone(&self) -> Result<Zone, (usize, String)> {
        let ticked = self.records();
        let text = format!("{}\n{}", ticked.join("\n"), self.zone);
        let above = ticked.len().max(1);
        pasted(&text).map_err(|ZoneError { line, .. }| {
            let line = line.saturating_sub(above).max(1);
            (line, self.zone.lines().nth(line - 1).unwrap_or_default().to_owned())
        })
    }
}

/// `POST /t/{key}/rehearse`
pub async fn page(
    State(web): State<Web>,
    reader: Reader,
    Path(key): Path<String>,
    form: Result<RawForm, RawFormRejection>,
) -> Response {
    let reader = reader.at(format!("/t/{key}"));
    let form = match form {
        Ok(RawForm(body)) => Form::parse(&body),
        Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => return Trouble::TooLarge.page(&reader),
        Err(_) => return Trouble::BadRequest.page(&reader),
    };
    match show(&web, &reader, &key, &form).await {
        Ok(response) => response,
        Err(trouble) => trouble.page(&reader),
    }
}

async fn show(web: &Web, reader: &Reader, key: &str, form: &Form) -> Result<Response, Trouble> {
    let id = web.book.test_of_key(key).ok_or(Trouble::UnknownTest)?;
    let lang = reader.lang;
    let store = |error: StoreError| {
        tracing::error!(%error, "the store failed a rehearsal");
        Trouble::Ours
    };
    let path = format!("/t/{key}");
    let tried = |wrong| Tried { zone: form.zone.clone(), ticked: form.ticked.clone(), wrong };
    let (number, report, compared, tried) = match form.zone() {
        Ok(zone) => match rehearse(web, id, form.delivery, zone).await {
            Ok((number, rehearsed)) => {
                let compared = Compared { rehearsal: Some(rehearsed.changes(lang)), ..Compared::default() };
                (number, rehearsed.after, compared, tried(None))
            }
            Err(Refused::NoMessage | Refused::NotReady) => return Err(Trouble::NotFound),
            Err(Refused::Busy) => return Err(Trouble::Busy),
            Err(Refused::Ours(error)) => return Err(store(error)),
        },
        Err(wrong) => {
            let (number, report) =
                web.store.report(id, form.delivery).await.map_err(store)?.ok_or(Trouble::NotFound)?;
            (number, report, Compared::default(), tried(Some(wrong)))
        }
    };
    // The cures that can be ticked stay those of the real report.
    let real = web.store.report(id, Some(number)).await.map_err(store)?.ok_or(Trouble::NotFound)?.1;
    let offered = changes::offered(&View::new(&real, lang));
    let around = Around {
        path: Some(&path),
        number,
        deliveries: &[],
        events: None,
        recheck_failed: false,
        compared,
        tried,
        offered: Some(offered),
        ..Around::of(number)
    };
    Ok(report_page::page(reader, &report, &around).into_response())
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;
    use serde_json::{Value, json};

    use super::super::tests::{Got, ask_of, finish, get_of, received, site};
    use super::*;

    const MESSAGE: &str = "From: A <a@example.org>\nSubject: Hello\nDate: Sun, 22 Nov 2026 02:29:00 +0000\n\
        Message-ID: <1@example.org>\n\nHello\n";

    async fn api_of(web: &Web, id: TestId, body: Value) -> Got {
        let path = format!("/api/v1/tests/{}/rehearse?lang=it", web.book.key(id));
        ask_of(web, Request::post(path).header("content-type", "application/json"), Body::from(body.to_string())).await
    }

    async fn form_of(web: &Web, id: TestId, fields: &[(&str, &str)]) -> Got {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(fields);
        let request = Request::post(format!("/t/{}/rehearse", web.book.key(id)));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        ask_of(web, request, Body::from(body.finish())).await
    }

    #[tokio::test]
    async fn records_are_tried_and_nothing_is_kept() {
        let web = site().await;
        let id = received(&web, MESSAGE, true).await;
        let before = get_of(&web, &format!("/api/v1/tests/{}/report", web.book.key(id))).await.body;
        let zone = "_dmarc.example.org TXT v=DMARC1; p=none; rua=mailto:d@example.org\n\
            example.org MX 10 mail.example.org\nmail.example.org A 192.0.2.1";
        let got = api_of(&web, id, json!({"zone": zone})).await;
        assert_eq!(got.status, StatusCode::OK, "{}", got.body);
        let report: Value = serde_json::from_str(&got.body).unwrap();
        assert_eq!(report["auth"]["dmarc"]["policy"], "none");
        let gain = report["rehearsal"]["score_after"].as_f64().unwrap()
            - report["rehearsal"]["score_before"].as_f64().unwrap();
        assert!(gain > 0.0, "{}", report["rehearsal"]);
        assert_eq!(report["rehearsal"]["score_after"], report["score"]);
        assert_eq!(get_of(&web, &format!("/api/v1/tests/{}/report", web.book.key(id))).await.body, before);
    }

    #[tokio::test]
    async fn a_line_that_is_no_record_is_named() {
        let web = site().await;
        let id = received(&web, MESSAGE, true).await;
        let got = api_of(&web, id, json!({"zone": "example.org A 192.0.2.1\nexample.org A house"})).await;
        assert_eq!(got.status, StatusCode::BAD_REQUEST);
        assert!(got.body.contains("line 2"), "{}", got.body);
        assert_eq!(api_of(&web, id, json!({"zone": ""})).await.status, StatusCode::BAD_REQUEST);
        assert_eq!(api_of(&web, id, json!({"zones": "x"})).await.status, StatusCode::BAD_REQUEST);
        let unjudged = received(&web, MESSAGE, false).await;
        assert_eq!(api_of(&web, unjudged, json!({"zone": "a.test A 192.0.2.1"})).await.status, StatusCode::NOT_FOUND);
        let page =
            form_of(&web, id, &[("record", "a.test IN A 192.0.2.1"), ("zone", "a.test A 192.0.2.2\nfull of <b>")])
                .await;
        assert!(page.body.contains("Line 2 is not a record") && page.body.contains("full of &lt;b&gt;"));
    }

    #[tokio::test]
    async fn what_is_no_form_and_no_json_is_told_so() {
        let web = site().await;
        let id = received(&web, MESSAGE, true).await;
        let key = web.book.key(id);
        for kind in ["text/plain", "application/json", "multipart/form-data; boundary=x"] {
            let request = Request::post(format!("/t/{key}/rehearse")).header("content-type", kind);
            let page = ask_of(&web, request, Body::from("zone=a.test A 192.0.2.1")).await;
            assert_eq!(page.status, StatusCode::BAD_REQUEST, "{kind}");
            assert!(page.body.contains("That could not be understood"), "{kind}: {}", page.body);
        }
        for (kind, body) in [("text/plain", "{\"zone\":\"a.test A 192.0.2.1\"}"), ("application/json", "{\"zone\":")] {
            let request = Request::post(format!("/api/v1/tests/{key}/rehearse")).header("content-type", kind);
            let told = ask_of(&web, request, Body::from(body)).await;
            assert_eq!(told.status, StatusCode::BAD_REQUEST, "{kind}");
            assert_eq!(told.headers["content-type"], "application/problem+json");
            assert!(told.body.contains("JSON") || told.body.contains("application/json"), "{}", told.body);
        }
    }

    #[tokio::test]
    async fn the_page_says_that_it_is_a_rehearsal() {
        let web = site().await;
        let id = received(&web, MESSAGE, true).await;
        let fields = [("delivery", "1"), ("zone", "_dmarc.example.org TXT v=DMARC1; p=reject")];
        let page = form_of(&web, id, &fields).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains("This is a rehearsal") && page.body.contains("Back to the real report"));
        // The score that it would be stands where the score stands, and stays in sight at the page's end.
        assert!(
            page.body.contains("id=\"now\" data-rehearsed") && page.body.contains("data-rehearsal-end"),
            "{}",
            page.body
        );
    }

    #[tokio::test]
    async fn a_recheck_and_a_second_message_tell_what_changed() {
        let web = site().await;
        let id = received(&web, MESSAGE, true).await;
        let key = web.book.key(id);
        let report = |number: u32| format!("/api/v1/tests/{key}/report?delivery={number}");
        assert!(!get_of(&web, &report(1)).await.body.contains("since_last"));
        let path = format!("/api/v1/tests/{key}/recheck?purpose=bulk");
        assert_eq!(ask_of(&web, Request::post(path), Body::empty()).await.status, StatusCode::ACCEPTED);
        finish(&web).await;
        let again: Value = serde_json::from_str(&get_of(&web, &report(1)).await.body).unwrap();
        assert_eq!(again["since_last"]["score_before"], again["score"]);
        let bad = format!("/api/v1/tests/{key}/recheck?purpose=fun");
        assert_eq!(ask_of(&web, Request::post(bad), Body::empty()).await.status, StatusCode::BAD_REQUEST);
        let page = get_of(&web, &format!("/t/{key}?lang=it")).await;
        assert!(page.body.contains("Che cosa è cambiato dall’ultimo controllo"), "{}", page.body);
    }

    #[test]
    fn of_two_cures_for_one_place_the_last_counts() {
        let form =
            Form::parse(b"record=a.test+IN+TXT+%22x%22&record=b.test+IN+A+192.0.2.1&record=a.test+IN+TXT+%22y%22");
        assert_eq!(form.records(), ["b.test IN A 192.0.2.1", "a.test IN TXT \"y\""]);
    }
}
