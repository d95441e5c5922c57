//! Three people who have never been here, step by step: what each does, and what each must be able to see by then.

use serde_json::json;

use crate::browser::Browser;
use crate::messages::demos;
use crate::service::Service;

/// Whoever reads a phone sees the top of it: this text stands within so many screens from the top.
async fn seen_within(browser: &Browser, screens: u32, css: &str) {
    let top = browser
        .run_with("return document.querySelector(arguments[0]).getBoundingClientRect().top + scrollY", json!([css]))
        .await;
    let top = top.as_f64().unwrap();
    assert!(top < f64::from(screens) * 844.0, "{css} is {top} pixels down");
}

/// An Italian sender of newsletters, on a phone. Opens the address in the mail program, waits, reads the verdict, follows the
/// first cure, says that it was a newsletter, and hands the report to the one who keeps the DNS.
#[tokio::test(flavor = "multi_thread")]
async fn a_newsletter_sender_on_a_phone() {
    let (service, browser) = (Service::start_with(&["--domain=vaglio.example"]).await, Browser::start().await);
    browser.width(390).await;
    browser.open(&format!("{}/?lang=it", service.url)).await;
    let address = browser.text_of("#address").await;
    seen_within(&browser, 1, "a[href^='mailto:']").await;
    let mailto = browser.run("return document.querySelector(\"a[href^='mailto:']\").href").await;
    assert_eq!(mailto, format!("mailto:{address}?subject=Prova%20di%20consegna"));
    // Fingers need room: nothing to press is smaller than 24 pixels (WCAG 2.2, 2.5.8), and what matters has 44.
    let small = "return [...document.querySelectorAll('a.button, button, nav a, .choices label, summary')]
        .filter((e) => e.offsetParent && e.getBoundingClientRect().height < arguments[0]).map((e) => e.textContent.trim())";
    assert_eq!(browser.run_with(small, json!([43])).await, json!([]));
    browser.screenshot("trial-a-1-home").await;

    browser.click("form[action$='/purpose'] button").await;
    browser.until("document.querySelector('.progress')").await;
    browser.screenshot("trial-a-2-waiting").await;
    // A plain message that does not look like a mailing: only its sender knows that it is one.
    service.send(&demos()[0], &address).await;
    browser.until("document.querySelector('#verdict')").await;
    browser.screenshot("trial-a-3-report").await;
    seen_within(&browser, 1, "#verdict").await;
    assert!(browser.text().await.contains("Giudicato come"));
    browser.click("details:has(form[action$='/recheck']) > summary").await;
    browser.click("button[name=purpose][value=bulk]").await;
    browser.until("!document.querySelector('[data-events]') && document.querySelector('.facts').innerText.includes('Newsletter')").await;
    seen_within(&browser, 2, "#cures").await;
    assert!(browser.text_of("#verdict").await.contains("Gmail"));
    browser.screenshot("trial-a-4-newsletter").await;
    let cure = browser.text_of(".cures a strong").await;
    browser.click(".cures a").await;
    browser.until("location.hash.startsWith('#finding-')").await;
    let target = browser
        .run("return document.querySelector(decodeURIComponent(location.hash)).querySelector('h3').innerText")
        .await;
    assert!(target.as_str().unwrap().contains(&cure), "{target} is not {cure}");
    browser.until("document.querySelector(location.hash).getBoundingClientRect().top >= 0").await;
    browser.screenshot("trial-a-5-cure").await;
    assert_eq!(browser.run("return document.querySelector(location.hash).open").await, true);

    browser.allow_clipboard(&service.url).await;
    browser.click("button[data-copy='#share']").await;
    browser.until("document.querySelector(\"button[data-copy='#share'].done\")").await;
    browser.screenshot("trial-a-6-share").await;
    let link = browser.clipboard().await;
    // The colleague opens it in a browser of their own, which speaks English.
    let colleague = Browser::start().await;
    colleague.width(1280).await;
    colleague.open(&link).await;
    assert!(colleague.text().await.contains("shared with you"));
    assert!(
        !colleague
            .run("return document.documentElement.outerHTML")
            .await
            .as_str()
            .unwrap()
            .contains("anna@good.example")
    );
    colleague.screenshot("trial-a-7-colleague").await;
    assert_eq!(browser.complaints().await, [""; 0]);
}

/// A support agent: pastes one finding into a ticket, then the whole report, then the link. Each must make sense alone.
#[tokio::test(flavor = "multi_thread")]
async fn a_support_agent_with_a_ticket() {
    let (service, browser) = (Service::start().await, Browser::start().await);
    let path = service.report(&demos()[6]).await;
    browser.width(1280).await;
    browser.open(&format!("{}{path}?lang=en", service.url)).await;
    browser.allow_clipboard(&service.url).await;
    browser.click("#finding-spf-result-softfail button[data-copy$='-ticket']").await;
    browser.until("document.querySelector('#finding-spf-result-softfail button.done')").await;
    let finding = browser.clipboard().await;
    println!("{finding}\n");
    for part in [
        "SPF softfails",
        "198.51.100.7",
        "v=spf1 include:provider.example ip4:198.51.100.7 ~all",
        "RFC 7208",
        "spf.result.softfail",
    ] {
        assert!(finding.contains(part), "{part} is not in\n{finding}");
    }
    for format in ["markdown", "text"] {
        let button = format!("button[data-copy-from$='format={format}']");
        browser.click(&button).await;
        browser.until(&format!("document.querySelector(\"{button}\").classList.contains('done')")).await;
        let report = browser.clipboard().await;
        println!("{report}\n");
        for part in ["3.5/10", "bakery.example", "Fattura n. 2026/118", "has no DMARC record", "_dmarc.bakery.example"]
        {
            assert!(report.contains(part), "{part} is not in\n{report}");
        }
        // What opens the message, or deletes it, has no place in a ticket.
        assert!(!report.contains(path.trim_start_matches("/t/")), "the key is in\n{report}");
    }
    browser.click("button[data-copy='#share']").await;
    browser.until("document.querySelector(\"button[data-copy='#share'].done\")").await;
    browser.open(&browser.clipboard().await).await;
    let text = browser.text().await;
    assert!(
        text.contains("3.5") && text.contains("i***@bakery.example") && !text.contains("info@bakery.example"),
        "{text}"
    );
    // Whoever was sent the link can copy what it shows into a ticket, too.
    browser.click("button[data-copy='#markdown']").await;
    browser.until("document.querySelector('button.done')").await;
    let masked = browser.clipboard().await;
    assert!(masked.starts_with("# 3.5/10") && !masked.contains("info@bakery.example"), "{masked}");
    browser.screenshot("trial-b-shared").await;
    assert_eq!(browser.complaints().await, [""; 0]);
}

/// An administrator: rehearses the SPF record that the report proposes, publishes it, checks again, and reads what changed.
#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_who_mends_spf() {
    let (service, browser) = (Service::start().await, Browser::start().await);
    let path = service.report(&demos()[6]).await;
    browser.width(1280).await;
    browser.allow_clipboard(&service.url).await;
    browser.open(&format!("{}{path}?lang=en", service.url)).await;
    browser.click("#finding-spf-result-softfail label:has([data-tick])").await;
    browser.until("document.querySelector('#rehearsal-bar').innerText.includes('3.5 → 5.0')").await;
    // The score and the providers change where they stand, and say that it is a rehearsal.
    assert!(
        browser.text_of("#now").await.contains("This is a rehearsal")
            && browser.text_of(".score").await.contains("5.0")
    );
    assert!(browser.text_of("#provider-counts").await.contains("2 of 4"));
    assert!(browser.text_of("#rehearsal").await.contains("SPF or DKIM passes"));
    browser.screenshot("trial-c-1-rehearsal").await;
    browser.click("#finding-spf-result-softfail label:has([data-tick])").await;
    browser.until("document.querySelector('.score').innerText.includes('3.5')").await;
    // A record of one's own, with a slip in it, and then without.
    browser.run("document.querySelector('form[data-rehearsal] details').open = true").await;
    for (typed, says) in [
        ("bakery.example TXTv=spf1", "is not a record"),
        ("bakery.example TXT \"v=spf1 ip4:198.51.100.7 -all\"", "3.5 → 5.0"),
    ] {
        browser.run_with("document.querySelector('[name=zone]').value = arguments[0]", json!([typed])).await;
        browser.click("form[data-rehearsal] button[type=submit]").await;
        browser.until(&format!("document.querySelector('#rehearsal').innerText.includes({})", json!(says))).await;
    }
    browser.click("#rehearsal-bar [data-rehearsal-end]").await;
    browser.until("document.querySelector('.score').innerText.includes('3.5')").await;
    browser.click("button[data-copy='#finding-spf-result-softfail-cure-0']").await;
    browser.until("document.querySelector('#finding-spf-result-softfail button.done')").await;
    let record = browser.clipboard().await;

    // What was copied goes into the zone as it is.
    service.publish(|zone| zone.replace("v=spf1 include:provider.example ~all", &record));
    browser.click("#now form[action$='/recheck'] > button:only-of-type").await;
    browser
        .until("document.querySelector('.score').innerText.includes('5.0') && !document.querySelector('[data-events]')")
        .await;
    let text = browser.text().await;
    for part in [
        "What changed since the last check",
        "3.5 → 5.0",
        "No longer found",
        "SPF softfails",
        record.as_str(),
        "may keep the old answer for up to 300 seconds",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    browser.screenshot("trial-c-2-rechecked").await;
    assert_eq!(browser.complaints().await, [""; 0]);
}
