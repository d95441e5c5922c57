//! Chromium, driven through chromedriver (W3C WebDriver, and the DevTools protocol for what that cannot say).

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::support::daemon::Daemon;

pub const TAB: &str = "\u{e004}";
pub const ENTER: &str = "\u{e007}";

/// How long anything may take to appear.
const PATIENCE: Duration = Duration::from_secs(60);

/// Ends with the test, and the browser with it.
pub struct Browser {
    _driver: Daemon,
    http: reqwest::Client,
    session: String,
    // Chromium's profile: removed at the end.
    _profile: tempfile::TempDir,
}

impl Browser {
    pub async fn start() -> Browser {
        // The second of two tests in one process finds the provider already there.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let profile = tempfile::tempdir().unwrap();
        let port = free_port();
        let driver = Command::new("chromedriver")
            .args([format!("--port={port}"), "--silent".to_owned()])
            .env("TMPDIR", profile.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("chromedriver: {error}; see tests/peers/install"));
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut browser =
            Browser { _driver: Daemon(driver), http, session: format!("http://127.0.0.1:{port}"), _profile: profile };
        let until = Instant::now() + PATIENCE;
        while browser.call("GET", "/status", Value::Null).await.is_err() {
            assert!(Instant::now() < until, "chromedriver does not answer");
            sleep(Duration::from_millis(50)).await;
        }
        let capabilities = json!({"capabilities": {"alwaysMatch": {
            "goog:loggingPrefs": {"browser": "ALL"},
            "goog:chromeOptions": {"args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                "--force-color-profile=srgb", "--no-first-run", "--disable-background-networking",
                // Nothing may reach beyond this machine, whatever a message wants.
                "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
            ]},
        }}});
        let made = browser.call("POST", "/session", capabilities).await.unwrap();
        browser.session = format!("{}/session/{}", browser.session, made["sessionId"].as_str().unwrap());
        // A busy machine takes long over axe-core.
        browser.call("POST", "/timeouts", json!({"script": 300_000})).await.unwrap();
        browser
    }

    pub async fn open(&self, url: &str) {
        self.call("POST", "/url", json!({"url": url})).await.unwrap();
    }

    pub async fn url(&self) -> String {
        self.call("GET", "/url", Value::Null).await.unwrap().as_str().unwrap().to_owned()
    }

    /// The result of a function's body, in the page.
    pub async fn run(&self, script: &str) -> Value {
        self.run_with(script, json!([])).await
    }

    pub async fn run_with(&self, script: &str, args: Value) -> Value {
        self.call("POST", "/execute/sync", json!({"script": script, "args": args})).await.unwrap()
    }

    pub async fn devtools(&self, command: &str, params: Value) -> Value {
        self.call("POST", "/goog/cdp/execute", json!({"cmd": command, "params": params})).await.unwrap()
    }

    pub async fn width(&self, width: u32) {
        let phone = width < 600;
        let metrics = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": phone});
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// The system's colours.
    pub async fn dark(&self, dark: bool) {
        let scheme = if dark { "dark" } else { "light" };
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.devtools("Emulation.setEmulatedMedia", media).await;
    }

    pub async fn without_script(&self) {
        self.script(false).await;
    }

    /// Whether the pages that are opened from now on may run script.
    pub async fn script(&self, runs: bool) {
        self.devtools("Emulation.setScriptExecutionDisabled", json!({"value": !runs})).await;
    }

    /// What the visible page says.
    pub async fn text(&self) -> String {
        self.run("return document.body.innerText").await.as_str().unwrap_or_default().to_owned()
    }

    pub async fn text_of(&self, css: &str) -> String {
        let text = self.run_with("return document.querySelector(arguments[0])?.textContent", json!([css])).await;
        text.as_str().unwrap_or_else(|| panic!("no {css} on the page")).to_owned()
    }

    /// A click as a person's: on something visible, with the gesture that the clipboard wants.
    pub async fn click(&self, css: &str) {
        let found = self.call("POST", "/element", json!({"using": "css selector", "value": css})).await.unwrap();
        let id = found.as_object().unwrap().values().next().unwrap().as_str().unwrap().to_owned();
        // A person scrolls until it stands free, not just until its edge shows.
        self.run_with("document.querySelector(arguments[0]).scrollIntoView({block: 'center'})", json!([css])).await;
        self.call("POST", &format!("/element/{id}/click"), json!({})).await.unwrap();
    }

    /// What the clipboard holds once this button has been clicked.
    pub async fn copied(&self, origin: &str, button: &str) -> String {
        self.allow_clipboard(origin).await;
        self.click(button).await;
        self.until(&format!("document.querySelector({}).classList.contains('done')", json!(button))).await;
        self.clipboard().await
    }

    /// Presses keys one after the other: a character, or a code of WebDriver §17.4.2 such as [`TAB`].
    pub async fn press(&self, keys: &str) {
        for key in keys.chars() {
            let stroke = json!([{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]);
            let actions = json!({"actions": [{"type": "key", "id": "keyboard", "actions": stroke}]});
            self.call("POST", "/actions", actions).await.unwrap();
        }
    }

    /// Lets pages of this origin write to the clipboard, and us read it.
    pub async fn allow_clipboard(&self, origin: &str) {
        let clipboard = json!({"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"], "origin": origin});
        self.devtools("Browser.grantPermissions", clipboard).await;
    }

    pub async fn clipboard(&self) -> String {
        let read = json!({"expression": "navigator.clipboard.readText()", "awaitPromise": true, "userGesture": true});
        let read = self.devtools("Runtime.evaluate", read).await;
        read["result"]["value"].as_str().unwrap_or_default().to_owned()
    }

    /// Shows this document under the address that is open.
    pub async fn show(&self, html: &str) {
        let tree = self.devtools("Page.getFrameTree", json!({})).await;
        let frame = &tree["frameTree"]["frame"]["id"];
        self.devtools("Page.setDocumentContent", json!({"frameId": frame, "html": html})).await;
        self.until("document.styleSheets.length > 0 && getComputedStyle(document.body).display === 'flex'").await;
    }

    /// The page on paper as people print it, with the browser's lines at its edges, kept as `target/screenshots/NAME.pdf`.
    pub async fn print(&self, name: &str) -> Vec<u8> {
        let pdf = self.paper(true).await;
        keep(&format!("{name}.pdf"), &pdf);
        pdf
    }

    /// `lines`: the browser's own, date and title above, address and page number below, where the page leaves room for them.
    pub async fn paper(&self, lines: bool) -> Vec<u8> {
        let paper = json!({"paperWidth": 8.27, "paperHeight": 11.69, "displayHeaderFooter": lines});
        let pdf = self.devtools("Page.printToPDF", paper).await;
        STANDARD.decode(pdf["data"].as_str().unwrap()).unwrap()
    }

    /// Waits until this expression is true in the page, across its reloads.
    pub async fn until(&self, expression: &str) {
        let until = Instant::now() + PATIENCE;
        let script = json!({"script": format!("return Boolean({expression})"), "args": []});
        loop {
            if self.call("POST", "/execute/sync", script.clone()).await == Ok(Value::Bool(true)) {
                return;
            }
            if Instant::now() > until {
                panic!("never became true: {expression}\nat {}\n{}", self.url().await, self.text().await);
            }
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// Errors of the console since the last time, content security policy's reports among them.
    pub async fn complaints(&self) -> Vec<String> {
        let log = self.call("POST", "/se/log", json!({"type": "browser"})).await.unwrap();
        let entries = log.as_array().unwrap().iter();
        let bad = entries.filter(|entry| entry["level"] == "SEVERE" || entry["source"] == "security");
        bad.map(|entry| entry["message"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// The part of the page that is seen, kept as `target/screenshots/NAME.png`.
    pub async fn screenshot(&self, name: &str) {
        let picture = self.call("GET", "/screenshot", Value::Null).await.unwrap();
        keep(&format!("{name}.png"), &STANDARD.decode(picture.as_str().unwrap()).unwrap());
    }

    async fn call(&self, method: &str, path: &str, body: Value) -> Result<Value, String> {
        let mut request = self.http.request(method.parse().unwrap(), format!("{}{path}", self.session));
        if !body.is_null() {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let answer = request.send().await.map_err(|error| error.to_string())?;
        let good = answer.status().is_success();
        let text = answer.text().await.map_err(|error| error.to_string())?;
        let mut value: Value = serde_json::from_str(&text).map_err(|error| format!("{error}: {text}"))?;
        if good { Ok(value["value"].take()) } else { Err(value["value"]["message"].to_string()) }
    }
}

fn keep(name: &str, octets: &[u8]) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(name), octets).unwrap();
}

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
