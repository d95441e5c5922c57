//! The pages' handlers: fetch what a page shows, and answer forms.

use axum::extract::multipart::MultipartRejection;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Multipart, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use bytes::Bytes;
use jiff::Timestamp;
use serde::Deserialize;

use super::envelope::{EnvelopeError, EnvelopeQuery};
use super::pages::message::Shown;
use super::pages::paste::Filled;
use super::pages::report::{Around, Share};
use super::pages::trouble::Trouble;
use super::pages::{about as about_page, home as home_page, message as message_page, paste as paste_page};
use super::pages::{report as report_page, waiting as waiting_page};
use super::preview::{self, Look};
use super::reader::Reader;
use super::rehearse::Compared;
use super::{Fresh, Web};
use crate::address::TestId;
use crate::facts::Purpose;
use crate::mask;
use crate::message::Message;
use crate::report::view::View;
use crate::store::{DeliveryState, DeliverySummary, StoreError, Stored};

/// A page, or the trouble shown in its place.
type Shows = Result<Response, Trouble>;

#[derive(Deserialize)]
pub struct HomeQuery {
    /// The key of an address that was already shown, so that switching language keeps it.
    test: Option<String>,
}

/// `GET /`
pub async fn home(State(web): State<Web>, reader: Reader, Query(query): Query<HomeQuery>) -> Response {
    let now = Timestamp::now();
    let shown = query.test.and_then(|key| web.book.test_of_key(&key)).filter(|id| !web.book.expired(*id, now));
    let id = match shown.map_or_else(|| web.book.fresh(now), Ok) {
        Ok(id) => id,
        Err(error) => {
            tracing::error!(%error, "no fresh address");
            return Trouble::Ours.page(&reader);
        }
    };
    let fresh = Fresh::of(&web, id, now);
    let reader = reader.at(format!("/?test={}", fresh.key));
    home_page::page(&reader, &fresh).into_response()
}

/// `GET /about`
pub async fn about(State(web): State<Web>, reader: Reader) -> Response {
    about_page::page(&reader, &web).into_response()
}

#[derive(Deserialize)]
pub struct TestQuery {
    delivery: Option<u32>,
    /// Chosen on the home page before there was a message; empty: to be told from the message.
    purpose: Option<String>,
}

/// `GET /t/{key}`
pub async fn test(
    State(web): State<Web>,
    reader: Reader,
    Path(key): Path<String>,
    query: Result<Query<TestQuery>, QueryRejection>,
) -> Response {
    let answer = async {
        let Query(query) = query.map_err(|_| Trouble::BadRequest)?;
        show_test(&web, &reader, &key, query).await
    };
    answer.await.unwrap_or_else(|trouble| trouble.page(&reader))
}

async fn show_test(web: &Web, reader: &Reader, key: &str, query: TestQuery) -> Shows {
    let id = known(web, key)?;
    let now = Timestamp::now();
    let fresh = Fresh::of(web, id, now);
    let purpose = query.purpose.as_deref().and_then(Purpose::named);
    let deliveries = web.store.deliveries(id).await.map_err(ours)?;
    let Some(delivery) = choose(&deliveries, query.delivery)? else {
        let deleted = web.store.test(id).await.map_err(ours)?.is_some_and(|test| test.deleted);
        return match (deleted, web.book.expired(id, now)) {
            (true, _) => Err(Trouble::Gone),
            (_, true) => Err(Trouble::Expired),
            _ => {
                let state = waiting_page::State { purpose, received: false, heard: web.bus.heard(id) };
                Ok(waiting_page::page(reader, &fresh, &state).into_response())
            }
        };
    };
    if delivery.score.is_none() {
        return match delivery.state {
            DeliveryState::Failed => Err(Trouble::Failed),
            _ => {
                let state = waiting_page::State { purpose, received: true, heard: Vec::new() };
                Ok(waiting_page::page(reader, &fresh, &state).into_response())
            }
        };
    }
    let number = delivery.number;
    let Some((_, report)) = web.store.report(id, Some(number)).await.map_err(ours)? else { return Err(Trouble::Ours) };
    let path = fresh.path();
    let compared = Compared::of(web, id, number, &report, reader.lang).await.map_err(ours)?;
    let around = Around {
        path: Some(&path),
        number,
        deliveries: &deliveries,
        events: delivery.rechecking.then(|| format!("{}&delivery={number}", fresh.events_path(reader.lang))),
        recheck_failed: delivery.recheck_failed,
        compared,
        share: Share::Link(web.absolute(&format!("/s/{}", web.book.share_key(id, number)))),
        said: purpose.filter(|purpose| *purpose != report.purpose && delivery.purpose.is_none()),
        ..Around::of(number)
    };
    Ok(report_page::page(reader, &report, &around).into_response())
}

fn choose(deliveries: &[DeliverySummary], number: Option<u32>) -> Result<Option<&DeliverySummary>, Trouble> {
    match number {
        None => Ok(deliveries.last()),
        Some(number) => deliveries.iter().find(|delivery| delivery.number == number).map(Some).ok_or(Trouble::NotFound),
    }
}

fn known(web: &Web, key: &str) -> Result<TestId, Trouble> {
    web.book.test_of_key(key).ok_or(Trouble::UnknownTest)
}

#[derive(Deserialize)]
pub struct ActionForm {
    delivery: Option<u32>,
    purpose: Option<String>,
}

/// A form's fields, or the trouble with it.
fn read_action(form: Result<axum::Form<ActionForm>, FormRejection>) -> Result<ActionForm, Trouble> {
    match form {
        Ok(axum::Form(form)) => Ok(form),
        Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(Trouble::TooLarge),
        Err(_) => Err(Trouble::BadRequest),
    }
}

/// `POST /t/{key}/purpose`: what the reader says that the message is, on the home page or while it is awaited. Before there is
/// a message, the answer's address carries it on.
pub async fn purpose(
    State(web): State<Web>,
    reader: Reader,
    Path(key): Path<String>,
    form: Result<axum::Form<ActionForm>, FormRejection>,
) -> Response {
    let answer = async {
        let form = read_action(form)?;
        let id = known(&web, &key)?;
        let fresh = Fresh::of(&web, id, Timestamp::now());
        let Some(purpose) = form.purpose.as_deref().and_then(Purpose::named) else {
            return Ok(Redirect::to(&fresh.path()).into_response());
        };
        let deliveries = web.store.deliveries(id).await.map_err(ours)?;
        let Some(delivery) = choose(&deliveries, form.delivery)? else {
            let carried = format!("{}?purpose={}", fresh.path(), purpose.name());
            return Ok(Redirect::to(&carried).into_response());
        };
        let report = web.store.report(id, Some(delivery.number)).await.map_err(ours)?;
        if report.is_none_or(|(_, report)| report.purpose != purpose) {
            web.store.choose_purpose(id, Some(delivery.number), Some(purpose)).await.map_err(ours)?;
        }
        Ok(Redirect::to(&fresh.path()).into_response())
    };
    answer.await.unwrap_or_else(|trouble: Trouble| trouble.page(&reader.at("/".to_owned())))
}

/// `POST /t/{key}/recheck`
pub async fn recheck(
    State(web): State<Web>,
    reader: Reader,
    Path(key): Path<String>,
    form: Result<axum::Form<ActionForm>, FormRejection>,
) -> Response {
    let answer = async {
        let form = read_action(form)?;
        let id = known(&web, &key)?;
        let queued = match &form.purpose {
            None => web.store.recheck(id, form.delivery).await,
            Some(purpose) => web.store.choose_purpose(id, form.delivery, Purpose::named(purpose)).await,
        };
        if !queued.map_err(ours)? {
            return Err(Trouble::NotFound);
        }
        let delivery = form.delivery.map(|number| format!("?delivery={number}")).unwrap_or_default();
        Ok(Redirect::to(&format!("/t/{key}{delivery}")).into_response())
    };
    answer.await.unwrap_or_else(|trouble| trouble.page(&reader.at("/".to_owned())))
}

/// `POST /t/{key}/delete`
pub async fn delete(State(web): State<Web>, reader: Reader, Path(key): Path<String>) -> Response {
    let answer = async {
        let id = known(&web, &key)?;
        web.store.delete(id).await.map_err(ours)?;
        Err::<Response, Trouble>(Trouble::Deleted)
    };
    answer.await.unwrap_or_else(|trouble| trouble.page(&reader.at("/".to_owned())))
}

#[derive(Deserialize)]
pub struct MessageQuery {
    delivery: Option<u32>,
    #[serde(default)]
    images: u8,
    #[serde(default)]
    dark: u8,
}

impl MessageQuery {
    fn look(&self) -> Look {
        Look { images: self.images == 1, dark: self.dark == 1 }
    }
}

/// `GET /t/{key}/message`
pub async fn message(
    State(web): State<Web>,
    reader: Reader,
    Path(key): Path<String>,
    query: Result<Query<MessageQuery>, QueryRejection>,
) -> Response {
    let answer = async {
        let Query(query) = query.map_err(|_| Trouble::BadRequest)?;
        let (stored, message) = read_message(&web, &key, query.delivery).await?;
        let view = stored.report.as_ref().map(|report| View::new(report, reader.lang));
        let shown = Shown {
            path: &format!("/t/{key}"),
            number: stored.number,
            delivery: &stored.delivery,
            message: &message,
            view: view.as_ref(),
            look: query.look(),
        };
        Ok(message_page::page(&reader, &shown).into_response())
    };
    answer.await.unwrap_or_else(|trouble: Trouble| trouble.page(&reader))
}

/// `GET /t/{key}/message/frame`: the sandboxed document itself.
pub async fn frame(
    State(web): State<Web>,
    reader: Reader,
    Path(key): Path<String>,
    query: Result<Query<MessageQuery>, QueryRejection>,
) -> Response {
    let answer = async {
        let Query(query) = query.map_err(|_| Trouble::BadRequest)?;
        let (_, message) = read_message(&web, &key, query.delivery).await?;
        let look = query.look();
        tokio::task::spawn_blocking(move || preview::respond(&message, look)).await.map_err(|_| Trouble::Ours)
    };
    answer.await.unwrap_or_else(|trouble: Trouble| trouble.page(&reader))
}

/// A stored message, parsed away from the threads that answer others.
async fn read_message(web: &Web, key: &str, number: Option<u32>) -> Result<(Stored, Message), Trouble> {
    let id = known(web, key)?;
    let stored = web.store.stored(id, number).await.map_err(ours)?.ok_or(Trouble::NotFound)?;
    let raw = stored.delivery.raw.clone();
    let message = tokio::task::spawn_blocking(move || Message::parse(raw)).await.map_err(|_| Trouble::Ours)?;
    Ok((stored, message))
}

/// `GET /s/{key}`: the report for other eyes, to read only; of the one message that the key names, whatever the query says.
pub async fn shared(State(web): State<Web>, reader: Reader, Path(key): Path<String>) -> Response {
    let answer = async {
        let (id, delivery) = web.book.delivery_of_share_key(&key).ok_or(Trouble::UnknownTest)?;
        let (_, report) = web.store.report(id, Some(delivery)).await.map_err(ours)?.ok_or(Trouble::Gone)?;
        let masked = mask::report(&report).map_err(|error| {
            tracing::error!(%error, "a report could not be masked");
            Trouble::Ours
        })?;
        Ok(report_page::page(&reader, &masked, &Around { share: Share::ReadOnly, ..Around::of(1) }).into_response())
    };
    answer.await.unwrap_or_else(|trouble: Trouble| trouble.page(&reader))
}

/// `GET /check`
pub async fn paste(reader: Reader) -> Response {
    paste_page::page(&reader, &Filled::default()).into_response()
}

/// `POST /check`
pub async fn pasted(State(web): State<Web>, reader: Reader, form: Result<Multipart, MultipartRejection>) -> Response {
    let answer = async {
        let (mut filled, raw) = read_form(form.map_err(|_| Trouble::BadRequest)?).await?;
        if raw.is_empty() {
            filled.wrong = Some("web-paste-empty");
            return Ok(paste_page::page(&reader, &filled).into_response());
        }
        let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let query = EnvelopeQuery {
            ip: given(&filled.ip),
            helo: given(&filled.helo),
            mail_from: given(&filled.mail_from),
            hops: filled.hops,
            ..EnvelopeQuery::default()
        };
        let delivery = match query.delivery(raw, Timestamp::now()) {
            Ok(delivery) => delivery,
            Err(error) => {
                filled.wrong =
                    Some(if error == EnvelopeError::Ip { "web-paste-bad-ip" } else { "web-paste-bad-mail-from" });
                return Ok(paste_page::page(&reader, &filled).into_response());
            }
        };
        let report = web.examine(delivery, query.choices()).await.ok_or(Trouble::Busy)?;
        Ok(report_page::page(&reader, &report, &Around::of(1)).into_response())
    };
    answer.await.unwrap_or_else(|trouble: Trouble| trouble.page(&reader))
}

/// The form's fields, and the message: an uploaded file byte for byte, or the pasted text.
async fn read_form(mut form: Multipart) -> Result<(Filled, Bytes), Trouble> {
    let refused = |error: axum::extract::multipart::MultipartError| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Trouble::TooLarge,
        _ => Trouble::BadRequest,
    };
    let mut filled = Filled::default();
    let mut file = Bytes::new();
    while let Some(field) = form.next_field().await.map_err(refused)? {
        let name = field.name().unwrap_or_default().to_owned();
        let value = field.bytes().await.map_err(refused)?;
        let text = || String::from_utf8_lossy(&value).into_owned();
        match name.as_str() {
            "file" => file = value,
            "source" => filled.source = text(),
            "ip" => filled.ip = text(),
            "helo" => filled.helo = text(),
            "mail_from" => filled.mail_from = text(),
            "hops" => filled.hops = true,
            _ => {}
        }
    }
    let raw = if file.is_empty() { Bytes::from(filled.source.clone()) } else { file };
    Ok((filled, raw))
}

fn ours(error: StoreError) -> Trouble {
    tracing::error!(%error, "the store failed a page");
    Trouble::Ours
}

#[cfg(test)]
mod tests {
    use super::super::tests::{finish, get_of, received, site};
    use super::*;
    use crate::address::Destination;
    use crate::check::testing::facts_of;
    use crate::delivery::Delivery;

    #[tokio::test]
    async fn a_shared_link_shows_one_message_whatever_else_comes_to_the_address() {
        let web = site().await;
        let id = received(&web, "From: a@first.example\nSubject: x\n\nHello\n", true).await;
        let page = get_of(&web, &format!("/t/{}", web.book.key(id))).await.body;
        let link = format!("/s/{}", web.book.share_key(id, 1));
        assert!(page.contains(&format!("\"https://vaglio.example{link}\"")), "{page}");
        assert!(page.contains("this one report"), "{page}");
        let second = facts_of("From: a@second.example\nSubject: x\n\nHello\n");
        let delivery = Delivery { received_at: Timestamp::now(), ..(*second.delivery).clone() };
        web.store.accept(delivery, vec![Destination::Test(id)]).await.unwrap();
        finish(&web).await;
        for query in ["", "?delivery=1", "?delivery=2", "?delivery=x"] {
            let shared = get_of(&web, &format!("{link}{query}")).await;
            assert_eq!(shared.status, StatusCode::OK, "{query}");
            assert!(shared.body.contains("first.example") && !shared.body.contains("second.example"), "{query}");
        }
        let other = get_of(&web, &format!("/s/{}", web.book.share_key(id, 2))).await.body;
        assert!(other.contains("second.example") && !other.contains("first.example"));
        assert_eq!(get_of(&web, &format!("/s/{}", web.book.share_key(id, 3))).await.status, StatusCode::GONE);
        assert_eq!(get_of(&web, &format!("/s/{}", web.book.key(id))).await.status, StatusCode::NOT_FOUND);
    }
}
