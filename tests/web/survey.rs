//! Every page and state, in both languages, light and dark, from a phone to a wide screen, with script and without: nothing sticks
//! out sideways, the console is silent, axe-core has nothing to say, and without script nothing is offered that needs it.

use std::path::Path;

use reqwest::Method;
use serde_json::Value;

use crate::browser::Browser;
use crate::messages::demos;
use crate::service::Service;

const WIDTHS: [u32; 3] = [390, 768, 1280];
/// Only its shape is looked at: what axe-core sees is the same as at 1280.
const WIDEST: u32 = 1920;
/// A report page over the wire with its style sheet, script and icon, octets.
const MOST_OCTETS: usize = 100_000;

/// Opens every fold, so that what is inside is looked at too.
const UNFOLD: &str = "document.querySelectorAll('details').forEach((part) => (part.open = true))";
/// How far the page reaches beyond its window, and what does it.
const STICKING_OUT: &str = "const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    return [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > width + 1)
        .slice(0, 5).map((e) => `${e.tagName}.${e.className}: ${Math.round(e.getBoundingClientRect().right)}`);";
/// Buttons that do nothing without script.
const IDLE: &str = "return [...document.querySelectorAll('button[type=button], .scripted-only')]
    .filter((e) => e.checkVisibility()).slice(0, 5).map((e) => e.outerHTML.slice(0, 160));";
/// A promise that a script returns is waited for (WebDriver §13.2.1).
const AXE: &str = "const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    return axe.run(document, {iframes: false, resultTypes: ['violations'], runOnly: {type: 'tag', values: rules}})
    .then((found) => found.violations.flatMap((rule) => rule.nodes.slice(0, 3).map((node) => `${rule.id}: ${node.html.slice(0, 160)}`)));";

pub struct Surveyor {
    browser: Browser,
    axe: String,
    found: Vec<String>,
}

impl Surveyor {
    pub async fn new() -> Surveyor {
        let axe = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/npm/node_modules/axe-core/axe.min.js");
        let axe = std::fs::read_to_string(axe).expect("axe-core; see tests/peers/install");
        Surveyor { browser: Browser::start().await, axe, found: Vec::new() }
    }

    /// One page, in each language, theme and width.
    pub async fn look(&mut self, service: &Service, name: &str, path: &str) {
        for lang in ["en", "it"] {
            let mark = if path.contains('?') { '&' } else { '?' };
            let url = format!("{}{path}{mark}lang={lang}", service.url);
            self.browser.open(&url).await;
            self.look_at_open_page(name, lang).await;
            self.browser.script(false).await;
            self.browser.open(&url).await;
            self.look_without_script(name, lang).await;
            self.browser.script(true).await;
        }
    }

    /// A document that was fetched, as it stands: its script would move on from it.
    pub async fn show(&mut self, service: &Service, name: &str, lang: &str, html: &str) {
        self.browser.open(&format!("{}/about", service.url)).await;
        let (before, after) = html.split_once("<script").unwrap();
        let (_, after) = after.split_once("</script>").unwrap();
        let plain = format!("{before}{after}");
        self.browser.show(&plain.replacen("<html ", "<html class=\"scripted\" ", 1)).await;
        self.look_at_open_page(name, lang).await;
        self.browser.show(&plain).await;
        self.look_without_script(name, lang).await;
    }

    /// What axe-core sees is the same as with script, but for buttons that are not there.
    async fn look_without_script(&mut self, name: &str, lang: &str) {
        let browser = &self.browser;
        browser.width(390).await;
        browser.screenshot(&format!("{name}-{lang}-plain-390")).await;
        browser.run(UNFOLD).await;
        for (what, script) in [("sticks out", STICKING_OUT), ("does nothing", IDLE)] {
            let found = browser.run(script).await;
            self.found.extend(texts(&found).map(|which| format!("{name} {lang} without script: {what}: {which}")));
        }
    }

    async fn look_at_open_page(&mut self, name: &str, lang: &str) {
        let browser = &self.browser;
        browser.run(&self.axe).await;
        let mut complaints = Vec::new();
        for width in WIDTHS {
            browser.width(width).await;
            for dark in [false, true] {
                browser.dark(dark).await;
                let theme = if dark { "dark" } else { "light" };
                browser.screenshot(&format!("{name}-{lang}-{theme}-{width}")).await;
                browser.run(UNFOLD).await;
                let wide = browser.run(STICKING_OUT).await;
                complaints.extend(texts(&wide).map(|what| format!("{theme} {width}: sticks out: {what}")));
                // Between the narrow and the wide there is nothing new for it to find.
                if width == 768 {
                    continue;
                }
                let axe = browser.run(AXE).await;
                complaints.extend(texts(&axe).map(|what| format!("{theme} {width}: {what}")));
            }
        }
        browser.dark(false).await;
        browser.width(WIDEST).await;
        browser.screenshot(&format!("{name}-{lang}-light-{WIDEST}")).await;
        let wide = browser.run(STICKING_OUT).await;
        complaints.extend(texts(&wide).map(|what| format!("light {WIDEST}: sticks out: {what}")));
        // A page that answers with an error status says so on the console; that is no fault of the page.
        let console = browser.complaints().await.into_iter();
        complaints.extend(console.filter(|line| !line.contains("the server responded with a status of")));
        complaints.dedup();
        self.found.extend(complaints.into_iter().map(|what| format!("{name} {lang}: {what}")));
    }

    pub fn finish(self) {
        assert!(self.found.is_empty(), "{} complaints:\n{}", self.found.len(), self.found.join("\n"));
    }
}

fn texts(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_report_and_message_page_holds_its_shape() {
    let (service, mut surveyor) = (Service::start().await, Surveyor::new().await);
    let demos = demos();
    let names = [(0, "perfect"), (2, "spoofed"), (4, "newsletter"), (7, "many"), (11, "silent")];
    for (number, name) in names {
        let path = service.report(&demos[number]).await;
        surveyor.look(&service, &format!("report-{name}"), &path).await;
    }
    let shared = service.shared(&service.report(&demos[4]).await).await;
    surveyor.look(&service, "shared", &shared).await;
    let path = service.report(&demos[10]).await;
    surveyor.look(&service, "message", &format!("{path}/message")).await;
    surveyor.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_report_is_light() {
    let service = Service::start().await;
    let mut most = 0;
    for demo in demos() {
        let path = service.report(&demo).await;
        for lang in ["en", "it"] {
            let (_, html) = service.page(Method::GET, &path, lang, |request| request).await;
            let files = html.split('"').filter(|text| text.starts_with("/static/"));
            let mut octets = service.wire(&format!("{path}?lang={lang}")).await.1;
            for file in files {
                octets += service.wire(file).await.1;
            }
            assert!(octets < MOST_OCTETS, "{}: {octets} octets over the wire", demo.what);
            most = most.max(octets);
        }
    }
    println!("the heaviest report: {most} octets over the wire, with style sheet, script and icon");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_form_answers_holds_its_shape() {
    let (service, mut surveyor) = (Service::start().await, Surveyor::new().await);
    let rehearse = format!("{}/rehearse", service.report(&demos()[6]).await);
    let paste = "multipart/form-data; boundary=b";
    let pasted =
        |source: &str| format!("--b\r\nContent-Disposition: form-data; name=\"source\"\r\n\r\n{source}\r\n--b--\r\n");
    let fields = "application/x-www-form-urlencoded";
    let record = "delivery=1&zone=bakery.example+TXT+%22v%3Dspf1+ip4%3A198.51.100.7+-all%22";
    for (name, path, kind, body) in [
        ("rehearsed", rehearse.as_str(), fields, record.to_owned()),
        ("rehearsed-wrong", &rehearse, fields, "delivery=1&zone=no+record".to_owned()),
        ("pasted", "/check", paste, pasted(include_str!("../demo/html.eml"))),
        ("pasted-nothing", "/check", paste, pasted("")),
    ] {
        for lang in ["en", "it"] {
            let send = |request: reqwest::RequestBuilder| request.header("content-type", kind).body(body.clone());
            let (status, html) = service.page(Method::POST, path, lang, send).await;
            assert_eq!(status, 200, "{name}");
            surveyor.show(&service, name, lang, &html).await;
        }
    }
    surveyor.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_the_probes_and_of_domains_holds_its_shape() {
    let (service, mut surveyor) = (Service::start().await, Surveyor::new().await);
    let demos = demos();
    for (number, probe) in [(6, "spf"), (5, "dkim"), (2, "dmarc")] {
        service.send(&demos[number], &format!("{probe}@localhost")).await;
        let row = format!("href=\"/{probe}/r/");
        let mut html = String::new();
        for _ in 0..200 {
            html = service.page(Method::GET, &format!("/{probe}"), "en", |request| request).await.1;
            if html.contains(&row) {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        let (_, id) = html.split_once(&row).expect("a row");
        let result = format!("/{probe}/r/{}", id.split('"').next().unwrap());
        surveyor.look(&service, &format!("probe-{probe}"), &format!("/{probe}")).await;
        surveyor.look(&service, &format!("probe-{probe}-result"), &result).await;
    }
    for (name, path) in [
        ("probe-word", "/spf/my-word"),
        ("domain-form", "/domain"),
        ("domain-wrong", "/domain?name=no+domain"),
        ("domain-bakery", "/domain/bakery.example"),
        ("domain-many", "/domain/many.example"),
        ("codes", "/codes"),
        ("code", "/codes/spf.result.softfail"),
    ] {
        surveyor.look(&service, name, path).await;
    }
    surveyor.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_other_page_and_state_holds_its_shape() {
    let service = Service::start_with(&["--operator-token=an-operators-own-token"]).await;
    let mut surveyor = Surveyor::new().await;
    let doors = [
        ("home", "/"),
        ("about", "/about"),
        ("paste", "/check"),
        ("status", "/status"),
        ("operator-door", "/operator"),
    ];
    for (name, path) in doors {
        surveyor.look(&service, name, path).await;
    }
    surveyor.browser.run("document.querySelector('input[name=token]').value = 'an-operators-own-token'").await;
    surveyor.browser.click("form[action='/operator'] button").await;
    surveyor.browser.until("document.querySelector('#charts')").await;
    for width in [390, 1280] {
        surveyor.browser.width(width).await;
        let widths = "return Math.min(...[...document.querySelectorAll('.chart svg')].map(svg => svg.clientWidth))";
        let narrowest = surveyor.browser.run(widths).await.as_f64().unwrap();
        assert!(narrowest > 300.0, "a chart is {narrowest} pixels wide at {width}");
    }
    surveyor.look(&service, "operator", "/operator").await;
    let (_, waiting) = service.test().await;
    surveyor.look(&service, "waiting", &waiting).await;
    let (to, refused) = service.test().await;
    service.hang_up(&to, "mail.gone.example").await;
    surveyor.look(&service, "refused", &refused).await;
    surveyor.look(&service, "unknown-test", "/t/00000000000000000000000000000000").await;
    let deleted = service.report(&demos()[0]).await;
    assert_eq!(service.post(&format!("{deleted}/delete")).await, 200);
    surveyor.look(&service, "deleted", &deleted).await;
    let soon = Service::start_with(&["--address-lifetime=1s"]).await;
    let (_, expired) = soon.test().await;
    while soon.wire(&expired).await.0 != 410 {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    surveyor.look(&soon, "expired", &expired).await;
    surveyor.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_probe_s_list_and_evidence_hold_their_shape() {
    let (service, mut surveyor) = (Service::start().await, Surveyor::new().await);
    let demos = demos();
    for (number, probe, name) in [(2, "spf", "spoofed"), (5, "dkim", "broken"), (0, "dmarc", "perfect")] {
        service.send(&demos[number], &format!("{probe}@localhost")).await;
        let path = format!("/{probe}/r/{}", service.newest(probe, 1).await);
        let (status, octets) = service.wire(&path).await;
        assert!(status == 200 && octets < MOST_OCTETS, "{probe}: {status}, {octets} octets over the wire");
        surveyor.look(&service, &format!("probe-{name}"), &path).await;
    }
    // A list with rows, and one of a word.
    service.send(&demos[8], "spf@localhost").await;
    service.newest("spf", 2).await;
    surveyor.look(&service, "probe-rows", "/spf").await;
    surveyor.look(&service, "probe-word", "/dkim/bottega").await;
    surveyor.finish();
}
