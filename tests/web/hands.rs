//! Without a mouse, without sight of colours, without motion, without script, and on paper.

use serde_json::{Value, json};

use crate::browser::{Browser, ENTER, TAB};
use crate::messages::demos;
use crate::service::Service;

/// Tabs on to the element that this selector names. Whatever is met on the way can be seen to have the focus, has a name, and
/// stands further down than what came before it, or beside.
async fn tab_to(browser: &Browser, css: &str) {
    for _ in 0..120 {
        browser.press(TAB).await;
        let here = browser
            .run_with(
                "const e = document.activeElement, box = e.getBoundingClientRect(), style = getComputedStyle(e);
                const ring = [e, e.closest('label')].some((one) => one && getComputedStyle(one).outlineStyle !== 'none');
                return {there: e.matches(arguments[0]), body: e === document.body, ring, width: box.width,
                    seen: box.bottom > 0 && box.top < innerHeight, html: e.outerHTML.slice(0, 120)};",
                json!([css]),
            )
            .await;
        assert_eq!(here["body"], false, "the focus left the page before {css}");
        assert!(here["ring"] == true && here["seen"] == true, "not seen to have the focus: {here}");
        if here["there"] == true {
            return;
        }
    }
    panic!("no way to {css} by Tab");
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_can_be_done_from_the_keyboard() {
    let (service, browser) = (Service::start().await, Browser::start().await);
    browser.width(1280).await;
    browser.allow_clipboard(&service.url).await;
    browser.open(&format!("{}/?lang=en", service.url)).await;
    browser.until("document.documentElement.classList.contains('scripted')").await;
    // The first stop leads past the navigation.
    tab_to(&browser, ".skip").await;
    browser.press(ENTER).await;
    tab_to(&browser, "button[data-copy='#address']").await;
    browser.press(ENTER).await;
    browser.until("document.activeElement.classList.contains('done')").await;
    let address = browser.clipboard().await;
    assert_eq!(address, browser.text_of("#address").await);
    tab_to(&browser, "form[action$='/purpose'] button").await;
    browser.press(ENTER).await;
    browser.until("document.querySelector('.progress')").await;

    service.send(&demos()[6], &address).await;
    browser.until("document.querySelector('#verdict')").await;
    browser.until("document.documentElement.classList.contains('scripted')").await;
    tab_to(&browser, ".cures a").await;
    browser.press(ENTER).await;
    browser.until("location.hash.startsWith('#finding-')").await;
    tab_to(&browser, "button[data-copy$='-cure-0']").await;
    browser.press(ENTER).await;
    browser.until("document.activeElement.classList.contains('done')").await;
    assert_eq!(browser.clipboard().await, "v=spf1 include:provider.example ip4:198.51.100.7 ~all");
    tab_to(&browser, "input[data-tick]").await;
    let score = browser.text_of(".score").await;
    browser.press(" ").await;
    browser.until("document.querySelector('#rehearsal-bar').innerText.includes('3.5 → 5.0')").await;
    assert_ne!(browser.text_of(".score").await, score);
    assert!(browser.text_of("#now").await.contains("This is a rehearsal"));
    browser.screenshot("rehearsing").await;
    tab_to(&browser, "#rehearsal-bar [data-rehearsal-end]").await;
    browser.press(ENTER).await;
    browser.until("document.querySelector('#rehearsal-bar').childNodes.length === 0").await;
    assert_eq!(browser.text_of(".score").await, score);
    // The focus is where the rehearsal began, not lost.
    assert_eq!(browser.run("return document.activeElement.matches('input[data-tick]')").await, true);

    browser.open(browser.url().await.split('#').next().unwrap()).await;
    tab_to(&browser, "#section-authentication > summary").await;
    for open in [false, true] {
        browser.press(ENTER).await;
        browser.until(&format!("document.querySelector('#section-authentication').open === {open}")).await;
    }
    assert_eq!(browser.complaints().await, [""; 0]);
}

/// What a screen reader makes of the page: role and name of everything that it can stop at, in its order.
async fn heard(browser: &Browser) -> Vec<(String, String)> {
    browser.devtools("Accessibility.enable", json!({})).await;
    let tree = browser.devtools("Accessibility.getFullAXTree", json!({})).await;
    let nodes = tree["nodes"].as_array().unwrap();
    let text = |value: &Value| value["value"].as_str().unwrap_or_default().to_owned();
    let mut heard = Vec::new();
    let mut ids = vec![nodes[0]["nodeId"].clone()];
    while let Some(id) = ids.pop() {
        let Some(node) = nodes.iter().find(|node| node["nodeId"] == id) else { continue };
        if node["ignored"] == false {
            heard.push((text(&node["role"]), text(&node["name"])));
        }
        ids.extend(node["childIds"].as_array().into_iter().flatten().rev().cloned());
    }
    heard
}

#[tokio::test(flavor = "multi_thread")]
async fn a_screen_reader_hears_names_and_a_sensible_order() {
    let (service, browser) = (Service::start().await, Browser::start().await);
    let report = service.report(&demos()[6]).await;
    for (path, headings) in [
        ("/", ["Will your mail arrive?", "What happens next", "Other ways in"].as_slice()),
        (
            report.as_str(),
            &[
                "Poor: many providers",
                "What would help most",
                "At a glance",
                "What the big providers ask",
                "One check could not",
                "Authentication",
                "SPF softfails",
                "Rehearse a change",
                "Keep and share",
            ],
        ),
    ] {
        browser.open(&format!("{}{path}?lang=en", service.url)).await;
        browser.until("document.documentElement.classList.contains('scripted')").await;
        let heard = heard(&browser).await;
        let stops = ["link", "button", "checkbox", "radio", "textbox", "DisclosureTriangle", "image", "Iframe"];
        let nameless: Vec<_> =
            heard.iter().filter(|(role, name)| stops.contains(&role.as_str()) && name.trim().is_empty()).collect();
        assert!(nameless.is_empty(), "{path}: {nameless:?}");
        let mut left = headings.iter().peekable();
        for (_, name) in heard.iter().filter(|(role, _)| role == "heading") {
            left.next_if(|wanted| name.starts_with(**wanted) || name.contains(**wanted));
        }
        assert!(left.peek().is_none(), "{path}: {left:?} missing or too early in {heard:?}");
        for landmark in ["banner", "navigation", "main", "contentinfo"] {
            assert!(heard.iter().any(|(role, _)| role == landmark), "{path}: no {landmark}");
        }
    }
    // A deduction says so before its title; the score is a sentence, not a number alone.
    let heard = heard(&browser).await;
    assert!(heard.iter().any(|(_, name)| name.contains("Costs points: SPF softfails")), "{heard:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_wants_no_motion_gets_none() {
    let (service, browser) = (Service::start().await, Browser::start().await);
    browser.open(&service.url).await;
    browser.until("document.getAnimations().length > 0").await;
    let calm = json!({"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]});
    browser.devtools("Emulation.setEmulatedMedia", calm).await;
    let (_, waiting) = service.test().await;
    for path in ["/", &waiting, "/spf"] {
        browser.open(&format!("{}{path}", service.url)).await;
        browser.until("document.documentElement.classList.contains('scripted')").await;
        assert_eq!(browser.run("return document.getAnimations().length").await, 0, "{path}");
        assert_eq!(browser.run("return getComputedStyle(document.documentElement).scrollBehavior").await, "auto");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_paint_waits_for_no_script() {
    let (service, browser) = (Service::start().await, Browser::start().await);
    let report = service.report(&demos()[4]).await;
    browser.devtools("Network.enable", json!({})).await;
    browser.devtools("Network.setBlockedURLs", json!({"urls": ["*.js"]})).await;
    for path in ["/", &report] {
        browser.open(&format!("{}{path}?lang=en", service.url)).await;
        browser.until("performance.getEntriesByName('first-contentful-paint').length === 1").await;
        assert_eq!(browser.run("return document.documentElement.classList.contains('scripted')").await, false);
        assert_eq!(browser.run("return document.querySelectorAll('script:not([defer])').length").await, 0);
    }
    let text = browser.text().await;
    assert!(text.contains("At a glance") && text.contains("List-Unsubscribe"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn on_paper_there_is_the_report_and_nothing_to_press() {
    let (service, browser) = (Service::start().await, Browser::start().await);
    let path = service.report(&demos()[6]).await;
    for lang in ["en", "it"] {
        browser.open(&format!("{}{path}?lang={lang}", service.url)).await;
        browser.until("document.documentElement.classList.contains('scripted')").await;
        let open = "return [...document.querySelectorAll('details')].map((part) => part.open).join()";
        let before = browser.run(open).await;
        let pdf = browser.print(&format!("paper-{lang}")).await;
        let pages = pdf.windows(11).filter(|octets| *octets == b"/Type /Page").count()
            - pdf.windows(12).filter(|octets| *octets == b"/Type /Pages").count();
        println!("{lang}: {pages} pages, {} octets", pdf.len());
        assert!((2..=8).contains(&pages), "{pages} pages");
        assert_eq!(browser.run(open).await, before, "the page on the screen was changed by printing");
        // The browser's lines would tell the page's secret address; they are nowhere, and where there is room they are.
        let bare = browser.paper(false).await;
        assert!(pdf.len().abs_diff(bare.len()) < 100, "{} and {} octets", pdf.len(), bare.len());
        let room =
            "const sheet = document.styleSheets[0]; sheet.insertRule('@page { margin: 16mm }', sheet.cssRules.length)";
        browser.run(room).await;
        let (lines, bare) = (browser.paper(true).await.len(), browser.paper(false).await.len());
        assert!(lines > bare + 1000, "{lines} and {bare} octets: the test is in vain");
    }
    browser.devtools("Emulation.setEmulatedMedia", json!({"media": "print"})).await;
    // Without script, too.
    browser.without_script().await;
    browser.open(&format!("{}{path}?lang=en", service.url)).await;
    let text = browser.text().await;
    for there in ["3.5", "Poor: many providers", "v=spf1 include:provider.example ip4:198.51.100.7 ~all", "Rspamd"] {
        assert!(text.contains(there), "{there} is not on the paper:\n{text}");
    }
    for gone in ["Rehearse", "Delete everything", "Copy", "Keep and share", "Light"] {
        assert!(!text.contains(gone), "{gone} is on the paper:\n{text}");
    }
    browser.devtools("Emulation.setEmulatedMedia", json!({"media": ""})).await;
}
