//! Errors and passing states, brought about for real and then looked at as every page is: what cannot be opened by its address
//! alone is asked for over HTTP, and its document shown.

use std::time::Duration;

use reqwest::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::messages::demos;
use crate::service::Service;
use crate::survey::Surveyor;

/// A body that never comes: the service gives up after half a minute.
async fn too_slow(service: &Service, lang: &str) -> (u16, String) {
    let host = service.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).await.unwrap();
    let head = format!(
        "POST /check HTTP/1.1\r\nHost: {host}\r\nAccept-Language: {lang}\r\nConnection: close\r\nContent-Length: 1000\r\n\
         Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    tokio::time::timeout(Duration::from_secs(60), stream.read_to_end(&mut answer)).await.unwrap().unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    let from = answer.find("<!DOCTYPE").unwrap_or_else(|| panic!("no page: {answer}"));
    let until = answer.rfind("</html>").unwrap() + "</html>".len();
    (status, answer[from..until].to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_error_holds_its_shape() {
    let (service, mut surveyor) = (Service::start().await, Surveyor::new().await);
    let (slow_en, slow_it) = tokio::join!(too_slow(&service, "en"), too_slow(&service, "it"));
    let mut shown = vec![("error-503-slow", 503, [slow_en, slow_it])];
    let paths = [
        ("error-400", 400, Method::GET, "/t/00000000000000000000000000000000?delivery=x"),
        ("error-404", 404, Method::GET, "/nothing"),
        ("error-405", 405, Method::PUT, "/about"),
    ];
    for (name, status, method, path) in paths {
        let en = service.page(method.clone(), path, "en", |request| request).await;
        let it = service.page(method, path, "it", |request| request).await;
        shown.push((name, status, [en, it]));
    }
    let form = "/t/00000000000000000000000000000000/delete";
    let foreign =
        |lang| service.page(Method::POST, form, lang, |request| request.header("sec-fetch-site", "cross-site"));
    shown.push(("error-403", 403, [foreign("en").await, foreign("it").await]));
    let form = "multipart/form-data; boundary=b";
    let body =
        format!("--b\r\nContent-Disposition: form-data; name=\"source\"\r\n\r\n{}\r\n--b--\r\n", "x".repeat(28 << 20));
    let large = |lang| {
        service.page(Method::POST, "/check", lang, |request| request.header("content-type", form).body(body.clone()))
    };
    shown.push(("error-413", 413, [large("en").await, large("it").await]));
    let hasty = |lang| service.page(Method::GET, "/", lang, |request| request.header("x-forwarded-for", "203.0.113.9"));
    let mut last = hasty("en").await;
    for _ in 0..2000 {
        if last.0 == 429 {
            break;
        }
        last = hasty("en").await;
    }
    shown.push(("error-429", 429, [last, hasty("it").await]));
    for (name, status, pages) in shown {
        for ((got, html), lang) in pages.iter().zip(["en", "it"]) {
            assert_eq!(*got, status, "{name} {lang}: {html}");
            surveyor.show(&service, name, lang, html).await;
        }
    }
    surveyor.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_passes_by_holds_its_shape() {
    let (service, mut surveyor) = (Service::start().await, Surveyor::new().await);
    // Being checked again: a world that does not answer makes it last.
    let path = service.report(&demos()[6]).await;
    service.silence(&["bakery.example", "provider.example", "_dmarc.bakery.example"]);
    let form = |request: reqwest::RequestBuilder| {
        request.header("content-type", "application/x-www-form-urlencoded").body("delivery=1")
    };
    let (status, html) = service.page(Method::POST, &format!("{path}/recheck"), "en", form).await;
    assert!(status == 200 && html.contains("data-events"), "not being checked again: {status} {html}");
    // Both languages are fetched before either is looked at, which takes longer than the state lasts.
    let mut seen = Vec::new();
    for lang in ["en", "it"] {
        let (status, html) = service.page(Method::GET, &path, lang, |request| request).await;
        assert!(status == 200 && html.contains("data-events"), "not being checked again: {html}");
        seen.push(("rechecking", lang, html));
    }
    // Received, and not yet examined.
    let (to, path) = service.test().await;
    service.send(&demos()[6], &to).await;
    for lang in ["en", "it"] {
        let (_, html) = service.page(Method::GET, &path, lang, |request| request).await;
        assert!(html.contains("data-step=\"received\" class=\"done\""), "{html}");
        seen.push(("received", lang, html));
    }
    for (name, lang, html) in seen {
        surveyor.show(&service, name, lang, &html).await;
    }
    surveyor.finish();
}
