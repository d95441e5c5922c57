//! The public probes in a browser: from the final dot to the row on a page that is open.

use serde_json::json;

use crate::browser::Browser;
use crate::messages::{LETTER, PLAIN};
use crate::service::Service;

#[tokio::test(flavor = "multi_thread")]
async fn a_row_appears_on_the_open_page_within_a_second() {
    let (service, browser) = (Service::start().await, Browser::start().await);
    let demo = crate::messages::Demo { message: LETTER, ..PLAIN };
    for (probe, lang, words) in [
        ("spf", "en", "SPF passes, and its domain agrees with From."),
        ("dkim", "it", "Una firma DKIM passa, e il suo dominio coincide con From."),
        ("dmarc", "it", "DMARC passa: SPF o DKIM garantisce per il dominio in From."),
    ] {
        browser.open(&format!("{}/{probe}?lang={lang}", service.url)).await;
        browser.until("document.querySelector('[data-rows]')").await;
        // The stream of events is open: what comes now is seen only through it.
        browser
            .run(
                "window.rowAt = 0; new MutationObserver(() => (window.rowAt ||= Date.now()))\
             .observe(document.querySelector('[data-rows]'), {childList: true})",
            )
            .await;
        service.send(&demo, &format!("{probe}@localhost")).await;
        let dot = jiff::Timestamp::now().as_millisecond();
        browser.until("window.rowAt").await;
        let took = browser.run("return window.rowAt").await.as_i64().unwrap() - dot;
        println!("{probe}: from the final dot's 250 to the row: {took} ms");
        assert!(took < 1000, "{took} ms");
        assert!(browser.text().await.contains(words));
        for width in [390, 1280] {
            browser.width(width).await;
            browser.screenshot(&format!("probe-{probe}-{width}")).await;
        }
        browser.click("[data-rows] li a").await;
        browser.until("document.querySelector('#authentication-results')").await;
        for width in [390, 1280] {
            browser.width(width).await;
            browser.screenshot(&format!("probe-{probe}-result-{width}")).await;
        }
        assert_eq!(browser.complaints().await, [""; 0]);
    }
    let reach =
        browser.run("return document.documentElement.scrollWidth <= document.documentElement.clientWidth").await;
    assert_eq!(reach, json!(true));
}
