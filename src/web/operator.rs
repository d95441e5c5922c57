//! `/operator`: the operator's page, opened by a token that is never in an address.
//!
//! Whoever says the token gets a cookie for twelve hours. It is a MAC keyed with the token, so that every node with the same
//! token knows it, and another token makes an end of it. Without a token set up there is no such page.

use aws_lc_rs::{constant_time, hmac};
use axum::extract::rejection::FormRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::Web;
use super::pages::operator as operator_page;
use super::pages::operator::{Board, Listed, Period, Subject};
use super::pages::trouble::Trouble;
use super::reader::{Reader, cookie, secure};
use super::status::Status;
use crate::gather::lists::State as ListState;
use crate::logs;
use crate::store::{StoreError, Tally};

const COOKIE: &str = "operator";
/// For how long the token need not be said again.
const SESSION: SignedDuration = SignedDuration::from_hours(12);

/// The operator's token, to be compared with and to sign with.
pub struct Token {
    key: hmac::Key,
    itself: hmac::Tag,
}

impl Token {
    pub fn new(token: &str) -> Token {
        let key = hmac::Key::new(hmac::HMAC_SHA256, token.as_bytes());
        let itself = hmac::sign(&key, token.as_bytes());
        Token { key, itself }
    }

    /// In a time that does not depend on where the first difference is.
    fn is(&self, said: &str) -> bool {
        let said = hmac::sign(&self.key, said.as_bytes());
        constant_time::verify_slices_are_equal(said.as_ref(), self.itself.as_ref()).is_ok()
    }

    /// What the cookie holds: until when, and our word for it.
    fn session(&self, until: Timestamp) -> String {
        let until = until.as_second();
        let tag = hmac::sign(&self.key, format!("session until {until}").as_bytes());
        let hex: String = tag.as_ref().iter().map(|octet| format!("{octet:02x}")).collect();
        format!("{until}.{hex}")
    }

    fn opens(&self, session: &str, now: Timestamp) -> bool {
        let Some(until) = session.split('.').next().and_then(|until| until.parse::<i64>().ok()) else { return false };
        let Ok(until) = Timestamp::from_second(until) else { return false };
        let good = self.session(until);
        constant_time::verify_slices_are_equal(session.as_bytes(), good.as_bytes()).is_ok() && now < until
    }
}

#[derive(Deserialize)]
pub struct OperatorQuery {
    of: Option<String>,
}

/// `GET /operator`
pub async fn page(
    State(web): State<Web>,
    reader: Reader,
    headers: HeaderMap,
    Query(query): Query<OperatorQuery>,
) -> Response {
    let Some(token) = &web.operator else { return Trouble::NotFound.page(&reader) };
    if !cookie(&headers, COOKIE).is_some_and(|session| token.opens(&session, Timestamp::now())) {
        return operator_page::door(&reader, false).with_status(StatusCode::FORBIDDEN);
    }
    let subject = query.of.as_deref().and_then(Subject::parse).unwrap_or_default();
    match board(&web, subject).await {
        Ok(board) => operator_page::page(&reader, &board).into_response(),
        Err(error) => {
            tracing::error!(%error, "the operator's page cannot be made");
            Trouble::Ours.page(&reader)
        }
    }
}

#[derive(Deserialize)]
pub struct TokenForm {
    token: String,
}

/// `POST /operator`: says the token.
pub async fn enter(
    State(web): State<Web>,
    reader: Reader,
    form: Result<axum::Form<TokenForm>, FormRejection>,
) -> Response {
    let Some(token) = &web.operator else { return Trouble::NotFound.page(&reader) };
    let Ok(axum::Form(form)) = form else { return Trouble::BadRequest.page(&reader) };
    if !token.is(form.token.trim()) {
        tracing::warn!("a wrong token was said at the operator's page");
        return operator_page::door(&reader, true).with_status(StatusCode::FORBIDDEN);
    }
    let until = Timestamp::now().saturating_add(SESSION).unwrap_or(Timestamp::MAX);
    with_cookie(&web, &token.session(until), SESSION.as_secs())
}

/// `POST /operator/leave`: forgets the cookie.
pub async fn leave(State(web): State<Web>, reader: Reader) -> Response {
    if web.operator.is_none() {
        return Trouble::NotFound.page(&reader);
    }
    with_cookie(&web, "", 0)
}

fn with_cookie(web: &Web, value: &str, seconds: i64) -> Response {
    let secure = secure(web);
    let cookie = format!("{COOKIE}={value}; Path=/operator; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
    let mut response = Redirect::to("/operator").into_response();
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

async fn board(web: &Web, subject: Subject) -> Result<Board, StoreError> {
    let now = Timestamp::now();
    let mut periods: Vec<(Period, Vec<Tally>)> = Vec::new();
    for period in Period::ALL {
        periods.push((period, web.store.tallies(period.begin(now), period.width()).await?));
    }
    let health = &web.examiner.health;
    let lists = web.examiner.lists.zones.iter();
    let lists = lists.map(|zone| Listed { zone: zone.zone.clone(), state: health.state(&zone.zone) });
    let mut lists: Vec<Listed> = lists.collect();
    lists.sort_by_key(|list| (list.state == ListState::Sound, list.zone.clone()));
    Ok(Board {
        now,
        subject,
        periods,
        queue: web.store.queue().await?,
        lists,
        lines: logs::last(),
        status: Status::of(web).await,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use axum::body::Body;
    use axum::http::Request;

    use super::*;
    use crate::web::Site;
    use crate::web::tests::{Got, ask_of, get_of, site};

    const TOKEN: &str = "correct horse battery";

    async fn with_operator() -> Web {
        let site = Arc::into_inner(site().await).unwrap();
        Arc::new(Site { operator: Some(Token::new(TOKEN)), ..site })
    }

    async fn say(web: &Web, token: &str) -> Got {
        let form = format!("token={}", token.replace(' ', "+"));
        let request = Request::post("/operator").header("content-type", "application/x-www-form-urlencoded");
        ask_of(web, request, Body::from(form)).await
    }

    async fn open(web: &Web, cookie: &str, path: &str) -> Got {
        ask_of(web, Request::get(path).header("cookie", cookie), Body::empty()).await
    }

    #[tokio::test]
    async fn without_a_token_set_up_there_is_no_such_page() {
        let web = site().await;
        assert_eq!(get_of(&web, "/operator").await.status, StatusCode::NOT_FOUND);
        assert_eq!(say(&web, "").await.status, StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn only_the_token_opens_it_and_its_cookie_keeps_to_itself() {
        let web = with_operator().await;
        assert_eq!(get_of(&web, "/operator").await.status, StatusCode::FORBIDDEN);
        assert_eq!(
            get_of(&web, &format!("/operator?token={}", TOKEN.replace(' ', "+"))).await.status,
            StatusCode::FORBIDDEN
        );
        for wrong in ["", "correct horse batter", "correct horse battery!", "Correct horse battery"] {
            let refused = say(&web, wrong).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{wrong}");
            assert!(!refused.headers.contains_key("set-cookie"));
        }
        let entered = say(&web, TOKEN).await;
        assert_eq!(
            (entered.status, entered.headers["location"].to_str().unwrap()),
            (StatusCode::SEE_OTHER, "/operator")
        );
        let cookie = entered.headers["set-cookie"].to_str().unwrap().to_owned();
        assert!(cookie.ends_with("; Path=/operator; Max-Age=43200; HttpOnly; SameSite=Strict; Secure"), "{cookie}");
        assert!(!cookie.contains("horse"));
        let cookie = cookie.split(';').next().unwrap();
        let page = open(&web, cookie, "/operator").await;
        assert_eq!(page.status, StatusCode::OK);
        assert_eq!(
            open(&web, &cookie.replace("operator=1", "operator=2"), "/operator").await.status,
            StatusCode::FORBIDDEN
        );
        let other = Arc::new(Site {
            operator: Some(Token::new("another token now")),
            ..Arc::into_inner(site().await).unwrap()
        });
        assert_eq!(open(&other, cookie, "/operator").await.status, StatusCode::FORBIDDEN, "a new token ends it");
    }

    #[test]
    fn a_session_ends() {
        let (token, now) = (Token::new(TOKEN), Timestamp::now());
        let session = token.session(now + SESSION);
        assert!(token.opens(&session, now + SignedDuration::from_hours(11)));
        assert!(!token.opens(&session, now + SignedDuration::from_hours(12)));
        let longer = session.replacen(char::is_numeric, "9", 1);
        assert!(!token.opens(&longer, now) || longer == session);
    }

    #[tokio::test]
    async fn it_shows_a_day_a_week_a_month_and_a_year_the_queue_refusals_and_lists() {
        let web = with_operator().await;
        let now = Timestamp::now();
        let counts = |n: u64| -> BTreeMap<String, u64> {
            let names =
                ["messages.test", "reports.ready", "refusals.550 5.1.1", "networks.192.0.2.0/24", "dns.timeout"];
            names.into_iter().map(|name| (name.to_owned(), n)).chain([("reports.ms".to_owned(), 1500 * n)]).collect()
        };
        web.store.add_tallies(now, &counts(3)).await.unwrap();
        web.store.add_tallies(now - SignedDuration::from_hours(24 * 5), &counts(10)).await.unwrap();
        web.store.add_tallies(now - SignedDuration::from_hours(24 * 20), &counts(100)).await.unwrap();
        web.store.add_tallies(now - SignedDuration::from_hours(24 * 200), &counts(1000)).await.unwrap();
        web.store.fold_tallies(now).await.unwrap();
        let cookie =
            say(&web, TOKEN).await.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        let page = open(&web, &cookie, "/operator").await.body;
        for (period, sum) in [("Last 24 hours", 3), ("Last week", 13), ("Last month", 113), ("Last year", 1113)] {
            assert!(
                page.contains(&format!("aria-label=\"{period}: {sum} to one-time addresses, 0 to probes\"")),
                "{period}: {page}"
            );
        }
        assert!(page.contains("550 5.1.1") && page.contains("192.0.2.0/24"), "{page}");
        assert!(
            page.contains("Self-tests of the last 24 hours (UTC)")
                && page.contains("The service mails itself every 10 minutes"),
            "{page}"
        );
        assert!(!page.contains("style="));
        let times = open(&web, &cookie, "/operator?of=time").await.body;
        assert!(times.contains(": 1.5\u{a0}s on average"), "{times}");
        let italian = open(&web, &cookie, "/operator?of=refusals&lang=it").await.body;
        assert!(italian.contains("Ultime 24 ore: 0 4xx: riprova più tardi, 3 5xx: definitivo"), "{italian}");
    }
}
