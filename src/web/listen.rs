//! HTTP connections: how many, from whom, for how long; and their end.
//!
//! Our own loop rather than `axum::serve`, which waits for ever for a client that connects and says nothing. Requests are
//! HTTP/1.1, with TLS where the doorway has it; HTTP/2 is a reverse proxy's.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use ipnet::IpNet;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use crate::receive::limits::Networks;

/// What a server of pages grants its clients.
#[derive(Clone)]
pub struct Doorway {
    /// Clients must begin with a TLS handshake.
    pub tls: Option<TlsAcceptor>,
    /// Connections in all: each open page that waits has one.
    pub connections: usize,
    /// Of one client network; loopback and `proxies` are exempt.
    pub per_network: usize,
    /// From the first octet that may come to the end of a request's head.
    pub head_time: Duration,
    /// For requests in flight when the service stops; event streams are cut off then.
    pub grace: Duration,
    /// Reverse proxies, which carry the connections of many.
    pub proxies: Vec<IpNet>,
}

impl Default for Doorway {
    fn default() -> Doorway {
        Doorway {
            tls: None,
            connections: 6000,
            per_network: 1000,
            head_time: Duration::from_secs(20),
            grace: Duration::from_secs(5),
            proxies: Vec::new(),
        }
    }
}

/// How long to wait when the system has no more sockets to give.
const EXHAUSTED: Duration = Duration::from_millis(100);

/// Serves until `shutdown`; then takes nothing new, and ends what is in flight within the grace.
pub async fn serve(listener: TcpListener, app: Router, doorway: Doorway, shutdown: CancellationToken) {
    let places = Arc::new(Semaphore::new(doorway.connections));
    let networks = Networks::default();
    let connections = TaskTracker::new();
    let cut_off = CancellationToken::new();
    loop {
        let accepted = tokio::select! {
            biased;
            () = shutdown.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let (socket, remote) = match accepted {
            Ok(accepted) => accepted,
            Err(fault) => {
                tracing::warn!(%fault, "HTTP connection not accepted");
                sleep(EXHAUSTED).await;
                continue;
            }
        };
        // Without a place the connection is closed at once: an answer would cost what there is too little of.
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else { continue };
        let client = remote.ip().to_canonical();
        let mut share = None;
        if !is_proxy(&doorway.proxies, client) {
            share = networks.enter(client, doorway.per_network);
            if share.is_none() {
                continue;
            }
        }
        let connection = greet(socket, remote, app.clone(), doorway.clone(), shutdown.clone());
        let cut_off = cut_off.clone();
        connections.spawn(async move {
            cut_off.run_until_cancelled(connection).await;
            drop((place, share));
        });
    }
    connections.close();
    if timeout(doorway.grace, connections.wait()).await.is_err() {
        cut_off.cancel();
        connections.wait().await;
    }
}

/// A request that came by TLS to this process itself.
#[derive(Clone, Copy, Debug)]
pub struct OverTls;

async fn greet(socket: TcpStream, remote: SocketAddr, app: Router, doorway: Doorway, shutdown: CancellationToken) {
    let _ = socket.set_nodelay(true);
    let Some(tls) = doorway.tls else {
        return converse(socket, remote, false, app, doorway.head_time, shutdown).await;
    };
    // A client that does not get through its handshake is no fault of ours. Boxed: its future is large.
    let handshake = timeout(doorway.head_time, Box::pin(tls.accept(socket)));
    if let Some(Ok(Ok(stream))) = shutdown.run_until_cancelled(handshake).await {
        converse(stream, remote, true, app, doorway.head_time, shutdown.clone()).await;
    }
}

async fn converse<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    remote: SocketAddr,
    over_tls: bool,
    app: Router,
    head_time: Duration,
    shutdown: CancellationToken,
) {
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(remote));
        if over_tls {
            request.extensions_mut().insert(OverTls);
        }
        app.clone().oneshot(request)
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(head_time);
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    // A client that breaks off is no fault of ours.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = shutdown.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

/// Is this a client whose X-Forwarded-For is believed?
pub fn is_proxy(proxies: &[IpNet], client: IpAddr) -> bool {
    client.is_loopback() || proxies.iter().any(|network| network.contains(&client))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::time::Instant;

    struct Served {
        address: SocketAddr,
        shutdown: CancellationToken,
        running: tokio::task::JoinHandle<()>,
    }

    async fn serving(doorway: Doorway) -> Served {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = Router::new().route("/", get(async || "hello")).route(
            "/endless",
            get(async || Body::from_stream(tokio_stream::pending::<Result<Vec<u8>, std::io::Error>>())),
        );
        let shutdown = CancellationToken::new();
        let running = tokio::spawn(serve(listener, app, doorway, shutdown.clone()));
        Served { address, shutdown, running }
    }

    async fn answer(socket: &mut TcpStream) -> String {
        let mut octets = vec![0; 4096];
        let length = socket.read(&mut octets).await.unwrap_or(0);
        String::from_utf8_lossy(&octets[..length]).into_owned()
    }

    async fn ask(address: SocketAddr, path: &str) -> (TcpStream, String) {
        let mut socket = TcpStream::connect(address).await.unwrap();
        socket.write_all(format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes()).await.unwrap();
        let answer = answer(&mut socket).await;
        (socket, answer)
    }

    #[tokio::test]
    async fn a_client_that_says_nothing_or_drips_its_head_is_left() {
        let served = serving(Doorway { head_time: Duration::from_millis(300), ..Doorway::default() }).await;
        for first in ["", "GET / HTTP/1.1\r\nHost: x\r\nX-A: "] {
            let began = Instant::now();
            let mut socket = TcpStream::connect(served.address).await.unwrap();
            socket.write_all(first.as_bytes()).await.unwrap();
            let mut rest = Vec::new();
            timeout(Duration::from_secs(5), socket.read_to_end(&mut rest)).await.expect("left").unwrap();
            assert!(began.elapsed() >= Duration::from_millis(250), "{first:?}");
        }
        assert!(ask(served.address, "/").await.1.ends_with("hello"));
    }

    #[tokio::test]
    async fn connections_are_bounded_and_their_places_come_back() {
        let served = serving(Doorway { connections: 2, ..Doorway::default() }).await;
        let (one, said) = ask(served.address, "/").await;
        assert!(said.ends_with("hello"));
        let (_two, said) = ask(served.address, "/endless").await;
        assert!(said.starts_with("HTTP/1.1 200"));
        assert_eq!(ask(served.address, "/").await.1, "");
        drop(one);
        for _ in 0..100 {
            if ask(served.address, "/").await.1.ends_with("hello") {
                return;
            }
            sleep(Duration::from_millis(20)).await;
        }
        panic!("the place did not come back");
    }

    #[tokio::test]
    async fn an_open_event_stream_does_not_hold_up_the_end() {
        let served = serving(Doorway { grace: Duration::from_millis(200), ..Doorway::default() }).await;
        let (_socket, said) = ask(served.address, "/endless").await;
        assert!(said.starts_with("HTTP/1.1 200"));
        served.shutdown.cancel();
        timeout(Duration::from_secs(5), served.running).await.expect("ended").unwrap();
    }
}
