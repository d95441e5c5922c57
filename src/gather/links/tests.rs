use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::guard::{Admission, admit};
use super::*;
use crate::dns::{Answer, Data, Lookup, Question, RecordType, Upstream};
use crate::message;

/// Gives each name its addresses; each further question about `rebind.test` gets the next of them.
struct World {
    hosts: Vec<(&'static str, Vec<&'static str>)>,
    asked: AtomicUsize,
}

impl Upstream for World {
    fn ask(&self, question: Question) -> BoxFuture<'_, Lookup> {
        let nth = if question.rtype == RecordType::A { self.asked.fetch_add(1, Ordering::SeqCst) } else { 0 };
        let hosts = self.hosts.iter().find(|(name, _)| *name == question.name);
        let mut records: Vec<Data> = hosts
            .into_iter()
            .flat_map(|(_, ips)| ips)
            .filter_map(|ip| match (ip.parse().unwrap(), question.rtype) {
                (IpAddr::V4(ip), RecordType::A) => Some(Data::A(ip)),
                (IpAddr::V6(ip), RecordType::Aaaa) => Some(Data::Aaaa(ip)),
                _ => None,
            })
            .collect();
        if question.name == "rebind.test" && !records.is_empty() {
            records = vec![records[nth % records.len()].clone()];
        }
        let answer = match records {
            _ if question.name == "silent.test" => Answer::TimedOut,
            records if records.is_empty() => Answer::NxDomain,
            records => Answer::Records { records, ttl: 0 },
        };
        async move { Lookup { question, answer, aliases: Vec::new(), authenticated: false, server: None, ms: 0 } }
            .boxed()
    }
}

fn dns(hosts: Vec<(&'static str, Vec<&'static str>)>) -> Dns {
    Dns::new(Arc::new(World { hosts, asked: AtomicUsize::new(0) }))
}

/// A web server on loopback: answers each request line with these bytes, and remembers the request lines.
struct Web {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Web {
    async fn serve(answer: fn(&str, SocketAddr) -> String) -> Web {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen: Arc<Mutex<Vec<String>>> = Arc::default();
        let log = seen.clone();
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let log = log.clone();
                tokio::spawn(async move {
                    let mut head = vec![0; 4096];
                    let read = stream.read(&mut head).await.unwrap();
                    let line = String::from_utf8_lossy(&head[..read]).lines().next().unwrap_or_default().to_owned();
                    log.lock().unwrap().push(line.clone());
                    let answer = answer(&line, address);
                    if answer.is_empty() {
                        std::future::pending::<()>().await;
                    }
                    stream.write_all(answer.as_bytes()).await.ok();
                    if answer.contains("x-endless") {
                        while stream.write_all(&[b'x'; 8192]).await.is_ok() {}
                    }
                });
            }
        });
        Web { address, seen }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

fn status(code: u16) -> String {
    format!("HTTP/1.1 {code} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
}

fn redirect(to: &str) -> String {
    format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
}

fn message(urls: &[(&str, UrlPlace)], fields: &[(&str, &str)]) -> Message {
    let mut message = Message::parse(Bytes::new());
    message.urls = urls
        .iter()
        .map(|(text, place)| message::Url { text: (*text).to_owned(), place: *place, label: None, quoted: false })
        .collect();
    message.fields = fields
        .iter()
        .map(|(name, value)| message::Field { name: (*name).into(), value: (*value).into(), span: (0, 0) })
        .collect();
    message
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(8)
}

/// Follows these as hrefs; only 127.0.0.1 is open to the fetcher, all else is judged as in service.
async fn links(dns: &Dns, urls: &[&str]) -> Vec<Link> {
    let fetcher = Fetcher::allowing(vec!["127.0.0.1/32".parse().unwrap()]).unwrap();
    let urls: Vec<_> = urls.iter().map(|url| (*url, UrlPlace::Href)).collect();
    follow(&fetcher, dns, &message(&urls, &[]), soon()).await
}

async fn link(dns: &Dns, url: &str) -> Link {
    links(dns, &[url]).await.remove(0)
}

fn outcome(link: &Link) -> (LinkResult, Option<&str>) {
    (link.result, link.why.as_deref())
}

async fn verdict(url: &str) -> Admission {
    let hosts = vec![
        ("good.test", vec!["1.1.1.1", "2606:4700::1"]),
        ("inside.test", vec!["10.0.0.1"]),
        ("meta.test", vec!["169.254.169.254"]),
        ("mixed.test", vec!["127.0.0.1", "1.1.1.1", "::1"]),
        ("mapped.test", vec!["::ffff:127.0.0.1"]),
        ("nat64.test", vec!["64:ff9b::a9fe:a9fe"]),
    ];
    admit(&dns(hosts), &Url::parse(url).unwrap(), &[]).await
}

#[tokio::test]
async fn nothing_private_is_admitted_however_it_is_written() {
    for url in [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://\u{ff11}\u{ff12}\u{ff17}.0.0.1/",
        "http://localhost/",
        "http://LOCALHOST./",
        "http://x.localhost/",
        "http://0.0.0.0/",
        "http://[::]/",
        "http://[::1]/",
        "http://10.0.0.1/",
        "http://100.64.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[fd00:ec2::254]/",
        "http://[fe80::1]/",
        "http://[::ffff:7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[64:ff9b:1::7f00:1]/",
        "http://[2001:0:808:808:0:0:80ff:fffe]/",
        "http://inside.test/",
        "http://INSIDE.test./",
        "http://meta.test/",
        "http://mapped.test/",
        "http://nat64.test/",
        "http://inside.test:8080/",
    ] {
        assert_eq!(verdict(url).await, Admission::Refused("private_address"), "{url}");
    }
}

#[tokio::test]
async fn schemes_userinfo_and_ports_are_no_way_around() {
    assert_eq!(verdict("http://user:pw@good.test/").await, Admission::Refused("userinfo"));
    assert_eq!(verdict("http://good.test@127.0.0.1/").await, Admission::Refused("userinfo"));
    assert_eq!(verdict("http://good.test:22/").await, Admission::Refused("port"));
    assert_eq!(verdict("https://1.1.1.1:8443/").await, Admission::Refused("port"));
    assert_eq!(verdict("ftp://good.test/").await, Admission::Refused("scheme"));
    assert_eq!(verdict("https://good.test:80/").await, verdict("https://good.test/").await);
}

#[tokio::test]
async fn only_the_public_ones_of_a_host_s_addresses_are_admitted() {
    assert_eq!(verdict("http://mixed.test/").await, Admission::Go(vec!["1.1.1.1".parse().unwrap()]));
    assert_eq!(verdict("http://nowhere.test/").await, Admission::NoHost);
    assert_eq!(verdict("http://silent.test/").await, Admission::Unknown);
}

#[tokio::test]
async fn a_page_is_ok_and_its_fragment_stays_at_home() {
    let web = Web::serve(|_, _| status(200)).await;
    let [page, part] = links(&dns(vec![]), &[&web.url("/a"), &web.url("/a#part")]).await.try_into().unwrap();
    assert_eq!((outcome(&page), page.status), ((LinkResult::Ok, None), Some(200)));
    assert_eq!((part.url, part.result), (web.url("/a#part"), LinkResult::Ok));
    assert_eq!(web.seen(), ["HEAD /a HTTP/1.1"]);
}

#[tokio::test]
async fn a_missing_page_is_broken_only_after_get_has_said_so_too() {
    let web = Web::serve(|line, _| status(if line.starts_with("HEAD") { 404 } else { 206 })).await;
    assert_eq!(link(&dns(vec![]), &web.url("/")).await.result, LinkResult::Ok);
    let web = Web::serve(|line, _| status(if line.contains("/410") { 410 } else { 404 })).await;
    assert_eq!(outcome(&link(&dns(vec![]), &web.url("/410")).await), (LinkResult::Broken, Some("not_found")));
    assert_eq!(web.seen(), ["HEAD /410 HTTP/1.1", "GET /410 HTTP/1.1"]);
}

#[tokio::test]
async fn a_robot_turned_away_or_a_server_in_trouble_is_not_determined() {
    let web =
        Web::serve(|line, _| status(line.split('/').nth(1).unwrap().split(' ').next().unwrap().parse().unwrap())).await;
    for (code, why) in [
        (403, "robot_refused"),
        (429, "robot_refused"),
        (999, "robot_refused"),
        (500, "server_error"),
        (503, "server_error"),
    ] {
        let link = link(&dns(vec![]), &web.url(&format!("/{code}"))).await;
        assert_eq!((outcome(&link), link.status), ((LinkResult::NotDetermined, Some(why)), Some(code)), "{code}");
    }
}

#[tokio::test]
async fn a_host_that_does_not_exist_is_broken_and_a_silent_resolver_is_nobody_s_fault() {
    assert_eq!(outcome(&link(&dns(vec![]), "http://nowhere.test/").await), (LinkResult::Broken, Some("host_unknown")));
    assert_eq!(outcome(&link(&dns(vec![]), "http://silent.test/").await), (LinkResult::NotDetermined, Some("dns")));
}

#[tokio::test]
async fn a_refused_connection_is_broken() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let link = link(&dns(vec![]), &format!("http://{address}/")).await;
    assert_eq!(outcome(&link), (LinkResult::Broken, Some("connection_refused")));
}

#[tokio::test]
async fn the_connection_goes_to_the_judged_address_and_nobody_else_is_asked() {
    let web = Web::serve(|_, _| status(200)).await;
    let dns = dns(vec![("pinned.test", vec!["127.0.0.1"])]);
    let link = link(&dns, &format!("http://pinned.test:{}/", web.address.port())).await;
    assert_eq!(link.result, LinkResult::Ok);
}

#[tokio::test]
async fn a_rebinding_name_is_judged_at_every_request() {
    let web = Web::serve(|line, to| {
        if line.contains("/again") { status(200) } else { redirect(&format!("http://rebind.test:{}/again", to.port())) }
    })
    .await;
    // The redirect's own look-up would give 127.0.0.2, which is private: either the answer is shared, or it is refused.
    let dns = dns(vec![("rebind.test", vec!["127.0.0.1", "127.0.0.2"])]);
    let link = link(&dns, &format!("http://rebind.test:{}/", web.address.port())).await;
    assert!(matches!(link.result, LinkResult::Redirected | LinkResult::Refused), "{link:?}");
    assert!(web.seen().len() <= 2);
}

#[tokio::test]
async fn redirects_are_followed_and_every_hop_is_shown() {
    let web = Web::serve(|line, _| if line.contains(" /1") { redirect("/2") } else { status(200) }).await;
    let link = link(&dns(vec![]), &web.url("/1")).await;
    assert_eq!((link.result, link.final_url), (LinkResult::Redirected, Some(web.url("/2"))));
    assert_eq!(link.hops, [web.url("/2")]);
}

#[tokio::test]
async fn a_redirect_into_private_space_is_refused() {
    for to in [
        "http://127.0.0.2/",
        "http://169.254.169.254/",
        "http://inside.test/",
        "http://[::1]:11334/",
        "http://x@127.0.0.1/",
        "file:///etc/passwd",
    ] {
        let web = Web::serve(|line, _| redirect(line.split_once("/?").unwrap().1.split(' ').next().unwrap())).await;
        let link = link(&dns(vec![("inside.test", vec!["10.0.0.1"])]), &web.url(&format!("/?{to}"))).await;
        assert_eq!(link.result, LinkResult::Refused, "{to}");
        assert_eq!(web.seen().len(), 1);
    }
}

#[tokio::test]
async fn endless_redirects_end() {
    let web = Web::serve(|line, _| {
        let n: usize = line.split('/').nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
        redirect(&format!("/{}", n + 1))
    });
    let web = web.await;
    assert_eq!(
        outcome(&link(&dns(vec![]), &web.url("/1")).await),
        (LinkResult::NotDetermined, Some("too_many_redirects"))
    );
    assert_eq!(web.seen().len(), 6);
}

#[tokio::test]
async fn a_loop_is_broken_unless_a_cookie_could_end_it() {
    let web = Web::serve(|_, _| redirect("/")).await;
    assert_eq!(outcome(&link(&dns(vec![]), &web.url("/")).await), (LinkResult::Broken, Some("redirect_loop")));
    let web = Web::serve(|_, _| redirect("/").replace("location", "set-cookie: a=b\r\nlocation")).await;
    assert_eq!(outcome(&link(&dns(vec![]), &web.url("/")).await), (LinkResult::NotDetermined, Some("redirect_loop")));
}

#[tokio::test(start_paused = true)]
async fn all_messages_together_hold_so_many_connections_and_no_more() {
    let fetcher = Arc::new(Fetcher::new(true).unwrap());
    let held = fetcher.hold_all().await;
    let web = Url::parse("http://127.0.0.1:1/").unwrap();
    let page = fetcher.get(&dns(vec![]), &web, 1 << 10, soon()).await;
    assert_eq!(page, crate::delivery::Observed::Missing(crate::delivery::Why::TimedOut), "not determined, not broken");
    drop(held);
    let page = fetcher.get(&dns(vec![]), &web, 1 << 10, soon()).await;
    assert_ne!(page, crate::delivery::Observed::Missing(crate::delivery::Why::TimedOut), "tried, and refused");
}

#[tokio::test]
async fn an_endless_body_is_not_read() {
    let web = Web::serve(|_, _| "HTTP/1.1 200 OK\r\nx-endless: 1\r\n\r\n".to_owned()).await;
    let fetcher = Fetcher::new(true).unwrap();
    let image = message(&[(&web.url("/x.png"), UrlPlace::Src)], &[]);
    let started = Instant::now();
    let links = follow(&fetcher, &dns(vec![]), &image, soon()).await;
    assert_eq!((links[0].result, links[0].size), (LinkResult::Ok, None));
    assert!(started.elapsed() < Duration::from_secs(6));
    let page = fetcher.get(&dns(vec![]), &Url::parse(&web.url("/")).unwrap(), 64 << 10, soon()).await;
    assert_eq!(page, crate::delivery::Observed::Missing(crate::delivery::Why::Failed("too_large".to_owned())));
}

#[tokio::test]
async fn a_silent_server_is_left_at_the_deadline() {
    let web = Web::serve(|_, _| String::new()).await;
    let fetcher = Fetcher::new(true).unwrap();
    let deadline = Instant::now() + Duration::from_millis(300);
    let links = follow(&fetcher, &dns(vec![]), &message(&[(&web.url("/"), UrlPlace::Href)], &[]), deadline).await;
    assert_eq!(outcome(&links[0]), (LinkResult::NotDetermined, Some("timeout")));
}

#[tokio::test]
async fn an_image_tells_its_size_by_header_or_by_its_body() {
    let web = Web::serve(|line, _| match line {
        line if line.contains("/sized") => "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello".to_owned(),
        _ => "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nhello!".to_owned(),
    });
    let web = web.await;
    let (sized, unsized_) = (web.url("/sized.png"), web.url("/unsized.png"));
    let urls = message(&[(&sized, UrlPlace::Src), (&unsized_, UrlPlace::Src)], &[]);
    let links = follow(&Fetcher::new(true).unwrap(), &dns(vec![]), &urls, soon()).await;
    assert_eq!([links[0].size, links[1].size], [Some(5), Some(6)]);
}

#[tokio::test]
async fn a_link_made_for_one_reader_is_visited_once() {
    let web = Web::serve(|_, _| status(500)).await;
    let once = web.url("/unsubscribe?u=1");
    links(&dns(vec![]), &[&once, &once]).await;
    assert_eq!(web.seen(), ["GET /unsubscribe?u=1 HTTP/1.1"]);
}

#[tokio::test]
async fn a_tracking_pixel_and_a_way_out_by_its_words_are_visited_once() {
    let web = Web::serve(|_, _| status(500)).await;
    let (pixel, leave, page) = (web.url("/o.gif?7"), web.url("/u?i=7"), web.url("/page"));
    let html = format!(
        "Content-Type: text/html\r\n\r\n<img src='{pixel}' width=1 height=1><a href='{leave}'>Disiscriviti qui</a>\
         <a href='{page}'>Read</a>"
    );
    let message = Message::parse(html.into());
    follow(&Fetcher::new(true).unwrap(), &dns(vec![]), &message, soon()).await;
    let mut seen = web.seen();
    seen.sort();
    assert_eq!(seen, ["GET /o.gif?7 HTTP/1.1", "GET /page HTTP/1.1", "GET /u?i=7 HTTP/1.1", "HEAD /page HTTP/1.1"]);
}

#[tokio::test]
async fn nothing_is_ever_posted() {
    let web = Web::serve(|_, _| status(405)).await;
    let (leave, form) = (web.url("/unsubscribe/1"), web.url("/form"));
    let raw = format!(
        "List-Unsubscribe: <{leave}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\
         Content-Type: text/html\r\n\r\n<form method=post action='{form}'></form><a href='{leave}'>Unsubscribe</a>"
    );
    follow(&Fetcher::new(true).unwrap(), &dns(vec![]), &Message::parse(raw.into()), soon()).await;
    let mut seen = web.seen();
    seen.sort();
    assert_eq!(seen, ["GET /form HTTP/1.1", "HEAD /form HTTP/1.1"]);
}

#[tokio::test]
async fn the_list_unsubscribe_address_is_never_visited() {
    let web = Web::serve(|_, _| status(200)).await;
    let leave = web.url("/leave?x");
    let message =
        message(&[(&leave, UrlPlace::Href)], &[("List-Unsubscribe", &format!(" <mailto:a@b.test>,\r\n <{leave}>"))]);
    let links = follow(&Fetcher::new(true).unwrap(), &dns(vec![]), &message, soon()).await;
    assert_eq!(outcome(&links[0]), (LinkResult::NotDetermined, Some(UNSUBSCRIBE)));
    assert!(web.seen().is_empty());
}

#[tokio::test]
async fn what_leads_nowhere_on_the_web_is_left_out_and_dangerous_schemes_are_refused() {
    let found = links(
        &dns(vec![]),
        &["mailto:a@b.test", "tel:+39", "cid:x", "#top", "javascript:alert(1)", "file:///etc/passwd", "page.html"],
    )
    .await;
    let found: Vec<_> =
        found.iter().map(|link| (link.url.as_str(), link.result, link.why.as_deref().unwrap())).collect();
    use LinkResult::{NotDetermined, Refused};
    assert_eq!(
        found,
        [
            ("javascript:alert(1)", Refused, "scheme"),
            ("file:///etc/passwd", Refused, "scheme"),
            ("page.html", NotDetermined, "relative"),
        ]
    );
}

#[tokio::test]
async fn links_over_the_limit_are_not_determined_rather_than_forgotten() {
    let many: Vec<String> = (0..MAX_URLS + 2).map(|n| format!("http://nowhere.test/{n}")).collect();
    let found = links(&dns(vec![]), &many.iter().map(String::as_str).collect::<Vec<_>>()).await;
    assert_eq!(found.len(), many.len());
    assert_eq!(found.iter().filter(|link| link.why.as_deref() == Some("limit")).count(), 2);
}

#[tokio::test]
async fn a_certificate_of_an_unknown_issuer_is_not_determined() {
    use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
    let key = rcgen::generate_simple_self_signed(vec!["other.test".to_owned()]).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let secret = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.signing_key.serialize_der()));
    let config = config.with_no_client_auth().with_single_cert(vec![key.cert.der().clone()], secret).unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            acceptor.accept(stream).await.ok();
        }
    });
    assert_eq!(outcome(&link(&dns(vec![]), &url).await), (LinkResult::NotDetermined, Some("certificate_issuer")));
}
