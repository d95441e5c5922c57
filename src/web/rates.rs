//! Who asks, and how often they may: the client's address behind reverse proxies, 429 with Retry-After, and the count of
//! requests by route.

use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use ipnet::IpNet;

use super::Web;
use super::listen::is_proxy;
use super::pages::trouble::Trouble;
use super::problem::Problem;
use crate::limits::Asks;
use crate::receive::Wait;

/// Turns away clients whose network asks too often.
pub async fn limit(State(web): State<Web>, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    // Only within a process is there no peer.
    if let (Some(peer), Some(asks)) = (peer, asks(&request)) {
        let client = client(peer, request.headers(), &web.trust_proxy);
        if let Err(Wait(wait)) = web.limiter.web(client, asks) {
            let problem = Problem::too_many(wait.as_secs());
            let mut response = super::error(&web, request.uri(), request.headers(), Trouble::TooMany, problem);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs()));
            return response;
        }
    }
    next.run(request).await
}

/// Counts requests and their time, by route: never by path, which holds keys.
pub async fn measure(request: Request, next: Next) -> Response {
    let route = match request.extensions().get::<MatchedPath>() {
        Some(route) => route.as_str().to_owned(),
        None => "none".to_owned(),
    };
    let began = Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_str().to_owned();
    metrics::counter!("vaglio_http_requests_total", "route" => route.clone(), "status" => status).increment(1);
    metrics::histogram!("vaglio_http_seconds", "route" => route).record(began.elapsed().as_secs_f64());
    response
}

/// `None`: not counted, since it costs nothing or is the operator's.
fn asks(request: &Request) -> Option<Asks> {
    let path = request.uri().path();
    if path.starts_with("/static/") || matches!(path, "/healthz" | "/readyz" | "/metrics") {
        return None;
    }
    let get = matches!(*request.method(), Method::GET | Method::HEAD);
    Some(match path {
        // With a key it shows that address again.
        "/" if get && request.uri().query().is_none() => Asks::Address,
        "/api/v1/tests" if !get => Asks::Address,
        // A guess at the operator's token.
        "/operator" if !get => Asks::Examination,
        _ if !get && ["/check", "/recheck", "/rehearse"].iter().any(|end| path.ends_with(end)) => Asks::Examination,
        _ => Asks::Read,
    })
}

/// The client: the last address in X-Forwarded-For that is not a proxy of ours, when one of them has connected.
///
/// Each proxy adds the address that it saw at the end, so what a client made up stands before its own address and is not read.
fn client(peer: IpAddr, headers: &HeaderMap, proxies: &[IpNet]) -> IpAddr {
    let mut client = peer.to_canonical();
    let values: Vec<&str> =
        headers.get_all("x-forwarded-for").iter().map(|value| value.to_str().unwrap_or_default()).collect();
    let mut told = values.iter().flat_map(|value| value.split(',')).rev();
    while is_proxy(proxies, client) {
        let Some(address) = told.next().and_then(address) else { break };
        client = address;
    }
    client
}

/// `192.0.2.1`, `2001:db8::1`; some proxies add a port, or brackets.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let ip = text.parse::<IpAddr>().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()));
    ip.or_else(|| text.strip_prefix('[')?.strip_suffix(']')?.parse().ok()).map(|ip| ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client_of(peer: &str, forwarded: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        client(peer.parse().unwrap(), &headers, &["10.0.0.0/8".parse().unwrap()]).to_string()
    }

    #[test]
    fn only_a_proxy_of_ours_may_name_the_client() {
        assert_eq!(client_of("203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        assert_eq!(client_of("127.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(client_of("10.0.0.7", &["2001:db8::1"]), "2001:db8::1");
        assert_eq!(client_of("::1", &["[2001:db8::1]:4711"]), "2001:db8::1");
        assert_eq!(client_of("127.0.0.1", &[]), "127.0.0.1");
    }

    #[test]
    fn what_the_client_itself_wrote_is_not_believed() {
        assert_eq!(client_of("127.0.0.1", &["127.0.0.1, 198.51.100.1"]), "198.51.100.1");
        assert_eq!(client_of("127.0.0.1", &["1.2.3.4", "198.51.100.1, 10.0.0.3"]), "198.51.100.1");
        // A proxy that wrote no address is the client.
        assert_eq!(client_of("10.0.0.7", &["1.2.3.4, unknown"]), "10.0.0.7");
    }

    #[test]
    fn what_is_asked_for_is_told_by_method_and_path() {
        let asked = |method: Method, path: &str| {
            asks(&Request::builder().method(method).uri(path).body(axum::body::Body::empty()).unwrap())
        };
        assert_eq!(asked(Method::GET, "/"), Some(Asks::Address));
        assert_eq!(asked(Method::GET, "/?test=x"), Some(Asks::Read));
        assert_eq!(asked(Method::POST, "/api/v1/tests"), Some(Asks::Address));
        for path in ["/check", "/api/v1/check", "/t/x/recheck", "/api/v1/tests/x/rehearse"] {
            assert_eq!(asked(Method::POST, path), Some(Asks::Examination), "{path}");
        }
        assert_eq!(asked(Method::GET, "/check"), Some(Asks::Read));
        assert_eq!(asked(Method::DELETE, "/api/v1/tests/x"), Some(Asks::Read));
        assert_eq!(asked(Method::POST, "/operator"), Some(Asks::Examination));
        assert_eq!(asked(Method::GET, "/metrics"), None);
        assert_eq!(asked(Method::GET, "/static/x/vaglio.css"), None);
    }
}
