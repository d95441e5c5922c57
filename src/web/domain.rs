//! `/domain`, and the API's look at a domain without a message.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;
use tokio::time::timeout;
use utoipa::IntoParams;

use super::api::{Answer, language};
use super::pages::domain as pages;
use super::pages::trouble::Trouble;
use super::problem::Problem;
use super::reader::Reader;
use super::{TURN, Web};
use crate::domain::{self, DomainReport, DomainView};

#[derive(Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// DKIM selectors to look at beside the common ones, separated by commas.
    selector: Option<String>,
    /// `en` or `it`; by Accept-Language when absent.
    lang: Option<String>,
}

impl Asked {
    /// `None`: one of them is no selector, or they are too many.
    fn selectors(&self) -> Option<Vec<String>> {
        let text = self.selector.as_deref().unwrap_or_default();
        let all: Vec<String> = text.split([',', ' ']).filter(|part| !part.is_empty()).map(str::to_owned).collect();
        (all.len() <= domain::MOST_SELECTORS && all.iter().all(|selector| domain::is_selector(selector))).then_some(all)
    }
}

/// Look at a domain without a message: SPF, DKIM keys, DMARC, MX, transport policies, BIMI, block lists.
#[utoipa::path(get, path = "/api/v1/domains/{name}", tag = "check", params(("name" = String, Path), Asked),
    responses((status = 200, description = "What the domain publishes, with findings"), (status = 400, body = Problem),
        (status = 503, body = Problem)))]
pub async fn api(
    State(web): State<Web>,
    Path(name): Path<String>,
    query: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Answer<Response> {
    let Query(asked) = query.map_err(|error| Problem::bad_request(error.body_text()))?;
    let name = domain::name(&name).map_err(|error| Problem::bad_request(format!("{error}.")))?;
    let selectors = asked
        .selectors()
        .ok_or_else(|| Problem::bad_request("`selector` holds something that is not a DKIM selector."))?;
    let lang = language(asked.lang.as_deref(), &headers);
    let report = examine(&web, &name, &selectors).await.ok_or_else(Problem::busy)?;
    Ok(([(header::CONTENT_LANGUAGE, lang.code())], Json(DomainView::new(&report, lang))).into_response())
}

/// `None` when too many others are being examined.
async fn examine(web: &Web, name: &str, selectors: &[String]) -> Option<DomainReport> {
    let _turn = timeout(TURN, web.checks.acquire()).await.ok()?.ok()?;
    Some(domain::examine(&web.examiner, name, selectors, Timestamp::now()).await)
}

#[derive(Deserialize)]
pub struct Form {
    name: Option<String>,
    selector: Option<String>,
}

/// `GET /domain`: the form, which leads to the domain's own page.
pub async fn form(reader: Reader, query: Result<Query<Form>, QueryRejection>) -> Response {
    let Ok(Query(form)) = query else { return Trouble::BadRequest.page(&reader) };
    let Some(given) = form.name.filter(|name| !name.trim().is_empty()) else {
        return pages::form(&reader, "", false).into_response();
    };
    match domain::name(&given) {
        Ok(name) => {
            let selector = form.selector.filter(|selector| !selector.trim().is_empty());
            let query = selector.map(|selector| {
                let mut query = url::form_urlencoded::Serializer::new(String::new());
                query.append_pair("selector", selector.trim());
                format!("?{}", query.finish())
            });
            Redirect::to(&format!("/domain/{name}{}", query.unwrap_or_default())).into_response()
        }
        Err(_) => pages::form(&reader, &given, true).into_response(),
    }
}

/// `GET /domain/{name}`
pub async fn page(
    State(web): State<Web>,
    reader: Reader,
    Path(name): Path<String>,
    query: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let Ok(Query(asked)) = query else { return Trouble::BadRequest.page(&reader) };
    let (Ok(known), Some(selectors)) = (domain::name(&name), asked.selectors()) else {
        return pages::form(&reader, &name, true).into_response();
    };
    match examine(&web, &known, &selectors).await {
        Some(report) => pages::page(&reader, &DomainView::new(&report, reader.lang)).into_response(),
        None => Trouble::TooMany.page(&reader),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::tests::{get, get_of, site};
    use crate::analyse::Examiner;
    use crate::dns::Zone;

    #[tokio::test]
    async fn a_domain_is_shown_by_page_and_api_in_both_languages() {
        let mut web = site().await;
        let zone = Zone::parse("example.org. A 198.51.100.1\n").unwrap();
        Arc::get_mut(&mut web).unwrap().examiner = Examiner::new(Arc::new(zone));
        let english = get_of(&web, "/domain/example.org?lang=en").await;
        assert_eq!(english.status, 200);
        assert!(english.body.contains("example.org") && english.body.contains("What example.org publishes"));
        assert!(get_of(&web, "/domain/example.org?lang=it").await.body.contains("Che cosa pubblica example.org"));
        let api = get_of(&web, "/api/v1/domains/example.org?selector=s1,s2").await;
        let json: serde_json::Value = serde_json::from_str(&api.body).unwrap();
        assert_eq!(json["domain"], "example.org");
        assert_eq!(json["dkim"].as_array().unwrap().len(), 2);
    }

    #[tokio::test]
    async fn of_a_name_that_does_not_exist_only_that_is_shown() {
        for (lang, said) in [("en", "There is no such name as example.org"), ("it", "Il nome example.org non esiste")] {
            let page = get(&format!("/domain/example.org?lang={lang}")).await.body;
            assert!(page.contains(said), "{page}");
            assert!(!page.contains("v=spf1") && !page.contains("v=DMARC1"), "nothing is to be published");
        }
        let api: serde_json::Value =
            serde_json::from_str(&get("/api/v1/domains/example.org?selector=s1").await.body).unwrap();
        assert_eq!((&api["exists"], api["dkim"].as_array().map(Vec::len)), (&false.into(), Some(0)));
    }

    #[tokio::test]
    async fn records_that_nothing_is_wrong_with_are_shown_all_the_same() {
        let records = "a.test. TXT \"v=spf1 include:b.test -all\"\nb.test. TXT \"v=spf1 ip4:198.51.100.1 -all\"\n\
                       _dmarc.a.test. TXT \"v=DMARC1; p=reject; rua=mailto:d@a.test\"\n";
        let mut web = site().await;
        Arc::get_mut(&mut web).unwrap().examiner = Examiner::new(Arc::new(Zone::parse(records).unwrap()));
        for (lang, counted) in [("en", "1 of 10 look-ups"), ("it", "Interrogazioni DNS: 1 su 10")] {
            let page = get_of(&web, &format!("/domain/a.test?lang={lang}")).await.body;
            for shown in ["v=spf1 include:b.test -all", "v=spf1 ip4:198.51.100.1 -all", "v=DMARC1; p=reject", counted] {
                assert!(page.contains(shown), "{lang}: {shown}");
            }
            assert!(!page.contains("192.0.2.1"), "nobody is judged here");
        }
        assert!(!get("/domain/example.org").await.body.contains("TXT example.org"), "there is none");
    }

    #[tokio::test]
    async fn the_form_leads_to_the_domain_and_says_what_is_no_domain() {
        let led = get("/domain?name=anna%40Example.org&selector=s1").await;
        assert_eq!(led.headers["location"], "/domain/example.org?selector=s1");
        let pasted = get("/domain?name=https%3A%2F%2Fwww.example.org%2Fx").await;
        assert_eq!(pasted.headers["location"], "/domain/www.example.org");
        for wrong in ["/domain?name=%3Cb%3E", "/domain/192.0.2.1"] {
            let page = get(wrong).await;
            assert!(page.body.contains("role=\"alert\"") && !page.body.contains("<b>"), "{wrong}");
        }
        assert_eq!(get("/api/v1/domains/localhost").await.status, 400);
        assert_eq!(get("/api/v1/domains/example.org?selector=a%00b").await.status, 400);
    }
}
