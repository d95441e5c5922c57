//! The public probes in a browser: rows that appear by themselves, floods, the evidence, and all of it without script.

use serde_json::json;

use crate::browser::Browser;
use crate::messages::{Demo, LETTER, PLAIN, demos};
use crate::service::Service;

#[tokio::test(flavor = "multi_thread")]
async fn a_row_appears_on_the_open_page_within_a_second() {
    let (service, browser) = (Service::start().await, Browser::start().await);
    let demo = Demo { message: LETTER, ..PLAIN };
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
                "new MutationObserver(() => (window.rowAt ||= Date.now()))\
             .observe(document.querySelector('[data-rows]'), {childList: true})",
            )
            .await;
        // A busy machine may stand still for a second, but not each time.
        let mut took = i64::MAX;
        for _ in 0..10 {
            browser.run("window.rowAt = 0").await;
            let began = jiff::Timestamp::now().as_millisecond();
            service.send(&demo, &format!("{probe}@localhost")).await;
            browser.until("window.rowAt").await;
            took = browser.run("return window.rowAt").await.as_i64().unwrap() - began;
            println!("{probe}: from the connection to the row: {took} ms");
            if took < 1000 {
                break;
            }
        }
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

#[tokio::test(flavor = "multi_thread")]
async fn without_script_the_list_asks_again_by_itself() {
    let (service, browser) = (Service::start().await, Browser::start().await);
    browser.without_script().await;
    browser.open(&format!("{}/dkim/bottega?lang=en", service.url)).await;
    let text = browser.text().await;
    assert!(text.contains("This page asks again every") && text.contains("A word is a weak secret"), "{text}");
    service.send(&Demo { message: LETTER, ..PLAIN }, "dkim+Bottega@localhost").await;
    browser.until("document.querySelector('[data-rows] li a')").await;
    let result = service.newest("dkim?word=bottega", 1).await;
    assert!(browser.text_of("[data-rows]").await.contains("|OK| dkim-pass"));
    browser.open(&format!("{}/dkim/r/{result}?lang=en", service.url)).await;
    assert!(browser.text().await.contains("Relaxed: good.example and good.example agree"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_header_lines_are_copied_whole() {
    let (service, browser) = (Service::start().await, Browser::start().await);
    service.send(&Demo { message: LETTER, ..PLAIN }, "dmarc@localhost").await;
    browser.open(&format!("{}/dmarc/r/{}?lang=en", service.url, service.newest("dmarc", 1).await)).await;
    for (id, beginning, end) in [
        ("authentication-results", "Authentication-Results: localhost;\n\t", "dmarc=pass header.from=good.example"),
        ("received-spf", "Received-SPF: pass client-ip=192.0.2.10;\n\t", "mechanism="),
    ] {
        let copied = browser.copied(&service.url, &format!("button[data-copy='#{id}']")).await;
        assert!(copied.starts_with(beginning) && copied.lines().last().unwrap().contains(end), "{copied}");
    }
    // What dmarc@ is for: the policy, and which identifier aligned.
    let facts = browser.text_of(".facts").await;
    assert!(facts.contains("reject") && facts.contains("SPF and DKIM"), "{facts}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_is_one_row_on_the_open_page_and_hides_nobody() {
    let (service, browser) = (Service::start().await, Browser::start().await);
    let (all, flood) = (demos(), Demo { message: LETTER, tls: false, ..PLAIN });
    // Another domain, and a stranger who writes in the flooding domain's name.
    let (bakery, stranger) = (&all[6], &all[2]);
    service.send(bakery, "spf@localhost").await;
    service.newest("spf", 1).await;
    browser.open(&format!("{}/spf?lang=en", service.url)).await;
    browser.until("document.querySelector('[data-rows]').innerText.includes('bakery.example')").await;
    for _ in 0..60 {
        service.send(&flood, "spf@localhost").await;
    }
    service.send(stranger, "spf@localhost").await;
    browser.until("document.querySelector('[data-rows]').innerText.includes('60 messages in a short time')").await;
    browser.until("document.querySelector('[data-rows]').children.length === 3").await;
    for row in ["bakery.example", "203.0.113.66", "192.0.2.10"] {
        assert!(browser.text_of("[data-rows]").await.contains(row), "{row}");
    }
    browser.screenshot("probe-flood").await;
    assert_eq!(browser.complaints().await, [""; 0]);
}
