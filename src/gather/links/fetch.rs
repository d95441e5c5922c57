//! One URL and its redirects, by hand: HEAD, then GET of a few bytes where HEAD proves nothing.

use std::error::Error as _;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use ipnet::IpNet;
use reqwest::header::{ACCEPT, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, LOCATION, RANGE, SET_COOKIE};
use reqwest::{Client, Method, Response, redirect};
use rustls::CertificateError;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};
use url::{Host, Url};

use super::guard::{Admission, admit};
use super::visits::{VISITS, Visits};
use super::{Link, LinkResult, tls};
use crate::delivery::{Observed, Why};
use crate::dns::Dns;

/// Fetches with the guard on. Cheap to keep; makes a connection of its own for every request.
pub struct Fetcher {
    tls: rustls::ClientConfig,
    allowed: Vec<IpNet>,
    visits: Visits,
    places: Semaphore,
}

/// Fetches of all messages at once: each holds a connection, and a sender's server may be as slow as it likes.
const PLACES: usize = 256;
const USER_AGENT: &str = concat!(
    "Mozilla/5.0 (compatible; Vaglio/",
    env!("CARGO_PKG_VERSION"),
    "; checks the links of a message that its sender asked us to test)"
);
const MAX_REDIRECTS: usize = 5;
const CONNECT: Duration = Duration::from_secs(3);
const REQUEST: Duration = Duration::from_secs(5);
/// How much of an image is read to learn its size where the server does not say.
const MAX_IMAGE: u64 = 3 << 20;

/// A document fetched whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    pub status: u16,
    pub content_type: Option<String>,
    pub body: Bytes,
}

/// Why a request gave no status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Problem(LinkResult, &'static str);

struct Reply {
    status: u16,
    location: Option<String>,
    sets_cookie: bool,
    size: Option<u64>,
}

impl Fetcher {
    /// `allow_private`: links into private networks and at odd ports are fetched too. For labs and tests only.
    ///
    /// # Errors
    /// When no TLS client can be made.
    pub fn new(allow_private: bool) -> Result<Fetcher, rustls::Error> {
        let everywhere = [IpNet::default(), IpNet::V6(ipnet::Ipv6Net::default())];
        Fetcher::allowing(if allow_private { everywhere.to_vec() } else { Vec::new() })
    }

    /// These networks may be reached although they are private.
    ///
    /// # Errors
    /// When no TLS client can be made.
    pub fn allowing(allowed: Vec<IpNet>) -> Result<Fetcher, rustls::Error> {
        Ok(Fetcher { tls: tls::client()?, allowed, visits: Visits::new(VISITS), places: Semaphore::new(PLACES) })
    }

    /// Follows one URL to its end, asking for the first page a single time if `once`. The `url` of the link given back is
    /// empty: it is the caller's to fill.
    pub(super) async fn follow(&self, dns: &Dns, url: Url, wants_size: bool, once: bool) -> Link {
        let _place = self.places.acquire().await;
        let started = Instant::now();
        let mut link = Link::new("", LinkResult::NotDetermined, None);
        let mut here = url;
        let mut been = vec![here.clone()];
        let (mut cookies, mut downgraded) = (false, false);
        let end = loop {
            let single = is_personal(&here) || (once && been.len() == 1);
            let reply = match self.hop(dns, &here, wants_size, single).await {
                Ok(reply) => reply,
                Err(Problem(result, why)) => break (result, Some(why)),
            };
            link.status = Some(reply.status);
            link.size = reply.size;
            cookies |= reply.sets_cookie;
            if !matches!(reply.status, 301 | 302 | 303 | 307 | 308) {
                break verdict(reply.status);
            }
            let Some(mut next) = reply.location.and_then(|location| here.join(&location).ok()) else {
                break (LinkResult::NotDetermined, Some("bad_redirect"));
            };
            next.set_fragment(None);
            link.hops.push(next.to_string());
            downgraded |= here.scheme() == "https" && next.scheme() == "http";
            if been.contains(&next) {
                // With a cookie the second visit may end otherwise, and we keep none.
                break if cookies {
                    (LinkResult::NotDetermined, Some("redirect_loop"))
                } else {
                    (LinkResult::Broken, Some("redirect_loop"))
                };
            }
            if been.len() > MAX_REDIRECTS {
                break (LinkResult::NotDetermined, Some("too_many_redirects"));
            }
            been.push(next.clone());
            here = next;
        };
        link.ms = u32::try_from(started.elapsed().as_millis()).ok();
        link.final_url = (end.0 != LinkResult::Refused || !link.hops.is_empty()).then(|| here.to_string());
        (link.result, link.why) = (end.0, end.1.map(str::to_owned));
        if link.result == LinkResult::Ok && !link.hops.is_empty() {
            link.result = LinkResult::Redirected;
            link.why = downgraded.then(|| "https_to_http".to_owned());
        }
        link
    }

    #[cfg(test)]
    pub(super) async fn hold_all(&self) -> tokio::sync::SemaphorePermit<'_> {
        self.places.acquire_many(u32::try_from(PLACES).unwrap_or(u32::MAX)).await.unwrap()
    }

    /// A document such as a policy file or a logo, whole, without redirects; at most `limit` octets of it.
    pub async fn get(&self, dns: &Dns, url: &Url, limit: usize, deadline: Instant) -> Observed<Page> {
        let work = async {
            let _place = self.places.acquire().await;
            let response = self.request(dns, url, Method::GET, None).await?;
            let (status, content_type) = (response.status().as_u16(), text(&response, CONTENT_TYPE));
            let body = read(response, limit).await.ok_or(Problem(LinkResult::NotDetermined, "too_large"))?;
            Ok::<Page, Problem>(Page { status, content_type, body })
        };
        match timeout_at(deadline, work).await {
            Ok(Ok(page)) => Observed::Seen(page),
            Ok(Err(Problem(_, "timeout"))) | Err(_) => Observed::Missing(Why::TimedOut),
            Ok(Err(Problem(_, why))) => Observed::Missing(Why::Failed(why.to_owned())),
        }
    }

    /// One hop. A link that may count its visits, or act on them, gets one request and no more: the GET that any reader's
    /// click would make, since a HEAD alone proves too little.
    async fn hop(&self, dns: &Dns, url: &Url, wants_size: bool, single: bool) -> Result<Reply, Problem> {
        const FEW: &str = "bytes=0-1023";
        if single {
            return self.request(dns, url, Method::GET, Some(FEW)).await.map(Reply::of);
        }
        match self.request(dns, url, Method::HEAD, None).await.map(Reply::of) {
            Ok(reply) if matches!(reply.status, 200..=399) && (!wants_size || reply.size.is_some()) => Ok(reply),
            Ok(reply) if matches!(reply.status, 200..=299) => {
                let response = self.request(dns, url, Method::GET, None).await?;
                let mut reply = Reply::of_status(&response);
                reply.size = match Reply::of(&response).size {
                    Some(size) => Some(size),
                    None => read(response, usize::try_from(MAX_IMAGE).unwrap_or(usize::MAX))
                        .await
                        .map(|body| body.len() as u64),
                };
                Ok(reply)
            }
            Err(problem @ Problem(_, "host_unknown" | "dns" | "certificate" | "certificate_issuer")) => Err(problem),
            Err(problem @ Problem(LinkResult::Refused, _)) => Err(problem),
            // Whatever else HEAD said, GET has the last word: many servers know no HEAD.
            _ => self.request(dns, url, Method::GET, Some(FEW)).await.map(Reply::of),
        }
    }

    async fn request(&self, dns: &Dns, url: &Url, method: Method, range: Option<&str>) -> Result<Response, Problem> {
        let addresses = match admit(dns, url, &self.allowed).await {
            Admission::Go(addresses) => addresses,
            Admission::Refused(why) => return Err(Problem(LinkResult::Refused, why)),
            Admission::NoHost => return Err(Problem(LinkResult::Broken, "host_unknown")),
            Admission::Unknown => return Err(Problem(LinkResult::NotDetermined, "dns")),
        };
        if !self.visits.may_visit(url) {
            return Err(Problem(LinkResult::NotDetermined, "limit"));
        }
        let mut client = Client::builder()
            .tls_backend_preconfigured(self.tls.clone())
            .user_agent(USER_AGENT)
            .redirect(redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .http1_only()
            .pool_max_idle_per_host(0)
            .connect_timeout(CONNECT)
            .timeout(REQUEST);
        if let Some(Host::Domain(name)) = url.host() {
            // Pinned: between judging and connecting nobody gets to answer DNS again. The port is the URL's.
            let addresses: Vec<SocketAddr> = addresses.into_iter().map(|ip| SocketAddr::new(ip, 0)).collect();
            client = client.resolve_to_addrs(name, &addresses);
        }
        let client = client.build().map_err(|_| Problem(LinkResult::NotDetermined, "client"))?;
        let mut request = client.request(method, url.clone()).header(ACCEPT, "*/*");
        if let Some(range) = range {
            request = request.header(RANGE, range);
        }
        request.send().await.map_err(|error| problem(&error))
    }
}

impl Reply {
    fn of(response: impl std::borrow::Borrow<Response>) -> Reply {
        let response = response.borrow();
        let total = text(response, CONTENT_RANGE).and_then(|range| range.rsplit_once('/')?.1.parse().ok());
        let length = || text(response, CONTENT_LENGTH).and_then(|length| length.parse().ok());
        Reply { size: total.or_else(length), ..Reply::of_status(response) }
    }

    fn of_status(response: &Response) -> Reply {
        Reply {
            status: response.status().as_u16(),
            location: text(response, LOCATION),
            sets_cookie: response.headers().contains_key(SET_COOKIE),
            size: None,
        }
    }
}

fn text(response: &Response, name: reqwest::header::HeaderName) -> Option<String> {
    response.headers().get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// The body, or `None` when it is longer than `limit` or breaks off.
async fn read(mut response: Response, limit: usize) -> Option<Bytes> {
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.ok()? {
        if body.len() + chunk.len() > limit {
            return None;
        }
        body.extend_from_slice(&chunk);
    }
    Some(body.freeze())
}

fn verdict(status: u16) -> (LinkResult, Option<&'static str>) {
    match status {
        // 416: there is a document, and it is shorter than what we asked of it (RFC 9110 §15.5.17).
        200..=299 | 416 => (LinkResult::Ok, None),
        404 | 410 => (LinkResult::Broken, Some("not_found")),
        401 | 402 | 403 | 405 | 406 | 407 | 418 | 429 | 451 | 999 => (LinkResult::NotDetermined, Some("robot_refused")),
        500..=599 => (LinkResult::NotDetermined, Some("server_error")),
        _ => (LinkResult::NotDetermined, Some("odd_status")),
    }
}

/// True for a link that looks made for one reader: an unsubscribe link, or one with a long token (a click counter).
fn is_personal(url: &Url) -> bool {
    const WORDS: &[&str] =
        &["unsub", "optout", "opt-out", "opt_out", "disiscri", "disiscriv", "cancella", "abmelden", "desabonn"];
    let tail = format!("{}?{}", url.path(), url.query().unwrap_or_default()).to_lowercase();
    let token = |part: &str| {
        part.len() >= 20
            && part.bytes().any(|b| b.is_ascii_digit())
            && part.bytes().filter(u8::is_ascii_alphabetic).count() >= 4
    };
    WORDS.iter().any(|word| tail.contains(word))
        || tail.split(['/', '?', '&', '=', '.', ';']).any(|part| !part.contains('-') && token(part))
}

/// What an error of the HTTP client means.
fn problem(error: &reqwest::Error) -> Problem {
    let unknown = |why| Problem(LinkResult::NotDetermined, why);
    if error.is_timeout() {
        return unknown("timeout");
    }
    let mut cause: Option<&(dyn std::error::Error + 'static)> = error.source();
    while let Some(here) = cause {
        let io = here.downcast_ref::<std::io::Error>();
        // An io::Error names as its source what lies below its own inner error.
        let inner = io.and_then(|io| io.get_ref()).map(|inner| inner as &(dyn std::error::Error + 'static));
        let tls = here.downcast_ref().or_else(|| inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()));
        if let Some(tls) = tls {
            return match tls {
                rustls::Error::InvalidCertificate(fault) => certificate(fault),
                _ => unknown("tls"),
            };
        }
        match io.map(std::io::Error::kind) {
            // The host itself said no.
            Some(std::io::ErrorKind::ConnectionRefused) => return Problem(LinkResult::Broken, "connection_refused"),
            Some(std::io::ErrorKind::TimedOut) => return unknown("timeout"),
            _ => {
                cause = inner.filter(|inner| inner.downcast_ref::<std::io::Error>().is_some()).or_else(|| here.source())
            }
        }
    }
    unknown(if error.is_connect() { "connection" } else { "bad_answer" })
}

fn certificate(fault: &CertificateError) -> Problem {
    match fault {
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. }
        | CertificateError::NotValidForName
        | CertificateError::NotValidForNameContext { .. }
        | CertificateError::Revoked => Problem(LinkResult::Broken, "certificate"),
        // An intermediate certificate that is not sent looks the same, and browsers mend that quietly.
        CertificateError::UnknownIssuer => Problem(LinkResult::NotDetermined, "certificate_issuer"),
        _ => Problem(LinkResult::NotDetermined, "tls"),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rustls::crypto::aws_lc_rs;
    use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;
    use crate::dns::Zone;

    #[test]
    fn links_made_for_one_reader_are_told_from_pages() {
        let personal = |url: &str| is_personal(&Url::parse(url).unwrap());
        for url in [
            "https://x.test/unsubscribe",
            "https://x.test/p?a=opt-out",
            "https://click.x.test/c/eJwlj0FuwyAQRU8Du0YDxh68YNE",
            "https://x.test/o.gif?u=9f86d081884c7d659a2feaa0c55ad015",
        ] {
            assert!(personal(url), "{url}");
        }
        for url in [
            "https://x.test/",
            "https://x.test/blog/2026/11/a-very-long-title-with-dashes-and-10-words",
            "https://x.test/images/header-600x200.png?v=12",
        ] {
            assert!(!personal(url), "{url}");
        }
    }

    /// A web server on loopback with a certificate of this authority, for these names and until this year.
    async fn serve(authority: &Authority, names: &[&str], until: i32) -> u16 {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut params = params(names);
        params.not_after = rcgen::date_time_ymd(until, 1, 1);
        let certificate = params.signed_by(&key, authority).unwrap();
        let secret = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = rustls::ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
        let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        let config = config.with_single_cert(vec![certificate.der().clone()], secret).unwrap();
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(mut stream) = acceptor.accept(stream).await else { continue };
                let mut request = [0; 2048];
                let _ = stream.read(&mut request).await;
                let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n").await;
                let _ = stream.shutdown().await;
            }
        });
        port
    }

    type Authority = rcgen::CertifiedIssuer<'static, rcgen::KeyPair>;

    fn params(names: &[&str]) -> rcgen::CertificateParams {
        rcgen::CertificateParams::new(names.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap()
    }

    fn authority(name: &str) -> Authority {
        let mut params = params(&[]);
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        rcgen::CertifiedIssuer::self_signed(params, rcgen::KeyPair::generate().unwrap()).unwrap()
    }

    /// An expired or foreign certificate is broken, since every browser stops its reader there. One of an authority that we do
    /// not know is not: browsers know others, and mend chains that servers send in part.
    #[tokio::test]
    async fn a_certificate_is_broken_only_where_every_browser_would_say_so() {
        let (known, unknown) = (authority("known"), authority("unknown"));
        let mut roots = rustls::RootCertStore::empty();
        roots.add(known.der().clone()).unwrap();
        let tls = rustls::ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
        let tls =
            tls.with_safe_default_protocol_versions().unwrap().with_root_certificates(roots).with_no_client_auth();
        let fetcher = Fetcher { tls, ..Fetcher::new(true).unwrap() };
        let zone = Zone::parse("www.lab.test. 60 A 127.0.0.1").unwrap();
        let names = ["www.lab.test"];
        let cases = [
            (serve(&known, &names, 2100).await, LinkResult::Ok, None),
            (serve(&known, &names, 2020).await, LinkResult::Broken, Some("certificate")),
            (serve(&known, &["other.test"], 2100).await, LinkResult::Broken, Some("certificate")),
            (serve(&unknown, &names, 2100).await, LinkResult::NotDetermined, Some("certificate_issuer")),
            (serve(&unknown, &names, 2020).await, LinkResult::Broken, Some("certificate")),
        ];
        for (port, result, why) in cases {
            let url = Url::parse(&format!("https://www.lab.test:{port}/")).unwrap();
            let link = fetcher.follow(&Dns::new(Arc::new(zone.clone())), url, false, false).await;
            assert_eq!((link.result, link.why.as_deref()), (result, why));
        }
    }
}
