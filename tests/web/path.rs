//! The way of a user, from `/` to the report.

use serde_json::json;

use crate::browser::Browser;
use crate::messages::{LETTER, PLAIN, demos};
use crate::service::Service;

/// Home in one language, a message by SMTP, and the report that opens by itself.
async fn from_home_to_report(lang: &str, words: [&str; 3]) {
    let (service, browser) = (Service::start().await, Browser::start().await);
    browser.width(390).await;
    browser.open(&format!("{}/?lang={lang}", service.url)).await;
    let [home, waiting, report] = words;
    assert!(browser.text().await.contains(home));
    let address = browser.text_of("#address").await;

    assert_eq!(browser.copied(&service.url, "button[data-copy='#address']").await, address);

    browser.click("form[method=post] button[type=submit]").await;
    browser.until(&format!("document.body.innerText.includes({})", json!(waiting))).await;
    service.send(&demos()[4], &address).await;
    browser.until("document.querySelector('#verdict')").await;
    assert!(browser.text().await.contains(report));
    assert_eq!(browser.run("return document.documentElement.lang").await, lang);
    assert_eq!(browser.complaints().await, [""; 0]);
    browser.screenshot(&format!("path-report-{lang}")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_home_to_the_report_in_english() {
    from_home_to_report("en", ["Will your mail arrive?", "Waiting for your message", "At a glance"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_home_to_the_report_in_italian() {
    from_home_to_report("it", ["La tua email arriverà?", "Aspettiamo il tuo messaggio", "A colpo d’occhio"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn home_itself_moves_on_when_the_message_comes() {
    let (service, browser) = (Service::start().await, Browser::start().await);
    browser.open(&service.url).await;
    let address = browser.text_of("#address").await;
    browser.until("document.documentElement.classList.contains('scripted')").await;
    let demo = crate::messages::Demo { message: LETTER, ..PLAIN };
    service.send(&demo, &address).await;
    browser.until("document.querySelector('#verdict')").await;
    assert!(browser.text_of(".score").await.contains("10.0"));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_script_the_page_asks_again_by_itself() {
    let (service, browser) = (Service::start().await, Browser::start().await);
    browser.without_script().await;
    browser.open(&format!("{}/?lang=en", service.url)).await;
    let address = browser.text_of("#address").await;
    assert_eq!(browser.run("return getComputedStyle(document.querySelector('button.copy')).display").await, "none");
    browser.click("form button[type=submit]").await;
    browser.until("document.body.innerText.includes('This page asks again every')").await;
    service.send(&demos()[0], &address).await;
    browser.until("document.querySelector('#verdict')").await;
    let text = browser.text().await;
    assert!(text.contains("At a glance") && text.contains("Authentication"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_reader_says_the_message_is_decides_how_it_is_judged() {
    let (service, browser) = (Service::start().await, Browser::start().await);
    browser.open(&format!("{}/?lang=en", service.url)).await;
    let address = browser.text_of("#address").await;
    browser.click("label:has(input[value=bulk])").await;
    browser.click("form[method=post] button[type=submit]").await;
    browser.until("document.body.innerText.includes('You said: Newsletter or marketing')").await;
    service.send(&demos()[0], &address).await;
    browser.until("document.querySelector('#verdict') && !document.querySelector('[data-events]')").await;
    assert!(browser.text_of(".facts").await.contains("Newsletter or marketing"));
    // The address says nothing of it any more: to open it again changes nothing.
    assert!(!browser.url().await.contains("purpose"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_waiting_page_says_who_came_and_why_it_was_refused() {
    let (service, browser) = (Service::start().await, Browser::start().await);
    let (to, path) = service.test().await;
    browser.open(&format!("{}{path}?lang=en", service.url)).await;
    browser.until("document.documentElement.classList.contains('scripted')").await;
    service.hang_up(&to, "gone.example").await;
    browser.until("document.body.innerText.includes('connected as gone.example, without TLS')").await;
    browser.until("!document.querySelector('[data-refused]').hidden").await;
    assert!(browser.text_of("[data-refused]").await.contains("before the message was whole"));
    // Who opens the page later, or without script, reads the same.
    browser.without_script().await;
    browser.open(&format!("{}{path}", service.url)).await;
    let text = browser.text().await;
    assert!(text.contains("before the message was whole") && text.contains("gone.example"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shared_link_shows_the_report_and_nothing_of_the_message() {
    let (service, browser) = (Service::start().await, Browser::start().await);
    let path = service.report(&demos()[4]).await;
    browser.open(&format!("{}{path}?lang=en", service.url)).await;
    let link = browser.text_of("#share").await;
    browser.open(&format!("{}?lang=en", link.trim())).await;
    let page = browser.run("return document.documentElement.outerHTML").await;
    let page = page.as_str().unwrap();
    assert!(page.contains("At a glance") && page.contains("n***@good.example"), "{page}");
    for secret in ["news@good.example", path.trim_start_matches("/t/"), "/message", "/delete", "/recheck"] {
        assert!(!page.contains(secret), "{secret}");
    }
    assert_eq!(browser.complaints().await, [""; 0]);
}

/// On a network of one's own, over plain HTTP, browsers keep their clipboard to themselves.
const PLAIN_HTTP: &str = "Object.defineProperty(navigator, 'clipboard', {value: undefined, configurable: true})";

#[tokio::test(flavor = "multi_thread")]
async fn texts_are_copied_over_plain_http_or_shown_to_be_copied_by_hand() {
    let (service, browser) = (Service::start().await, Browser::start().await);
    browser.width(1280).await;
    browser.allow_clipboard(&service.url).await;
    let path = service.report(&demos()[6]).await;
    let page = format!("{}{path}?lang=en", service.url);
    let (ticket, markdown) = ("details[open] button[data-copy$='-ticket']", "button[data-copy-from$='markdown']");
    let said = |button: &str| format!("document.querySelector(\"{button}.done\")");
    for (button, starts) in [(ticket, "SPF softfails"), (markdown, "# ")] {
        browser.open(&page).await;
        browser.until("document.documentElement.classList.contains('scripted')").await;
        browser.run(PLAIN_HTTP).await;
        browser.click(button).await;
        browser.until(&said(button)).await;
        assert_eq!(browser.text_of(button).await, "Copied");
        assert_eq!(browser.run("return document.querySelector('textarea.hidden-text')").await, serde_json::Value::Null);
        // The page has no clipboard any more, to read it by.
        browser.open(&format!("{}/about", service.url)).await;
        let held = browser.clipboard().await;
        assert!(held.contains(starts) && held.contains("spf.result.softfail"), "{held}");
    }
    // Where that is forbidden, too.
    let by_hand = format!("{PLAIN_HTTP}; document.execCommand = () => false");
    browser.open(&page).await;
    browser.until("document.documentElement.classList.contains('scripted')").await;
    browser.run(&by_hand).await;
    browser.click(ticket).await;
    browser.until(&said(ticket)).await;
    assert_eq!(browser.text_of(ticket).await, "Selected: press Ctrl+C");
    let selected = browser.run("return getSelection().toString()").await;
    assert!(selected.as_str().unwrap().contains("spf.result.softfail"), "{selected}");
    browser.click(markdown).await;
    browser.until("location.pathname.startsWith('/api/')").await;
    assert!(browser.text().await.contains("spf.result.softfail"));
    // What is deleted cannot be copied, and no error is taken for it.
    browser.open(&page).await;
    browser.until("document.documentElement.classList.contains('scripted')").await;
    assert_eq!(service.post(&format!("{path}/delete")).await, 200);
    browser.click(markdown).await;
    browser.until(&said(markdown)).await;
    assert_eq!(browser.text_of(markdown).await, "Could not be copied");
}
