//! One connection from accept to close: reads and writes for a [`Session`], shakes hands, hands messages over, keeps deadlines.
//!
//! Ten thousand idle ones must be cheap: nothing is buffered while a client is silent. What the commands mean is `session.rs`'s.

use std::future::poll_fn;
use std::io;
use std::mem::MaybeUninit;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use ipnet::IpNet;
use jiff::Timestamp;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use crate::address::Destination;
use crate::delivery::{KnownBy, Observed};
use crate::metering;
use crate::receive::limits::{Limits, Networks};
use crate::receive::proxy::{self, Proxied};
use crate::receive::session::{Clock, Phase, Rules, Session, Step};
use crate::receive::xclient::Peer;
use crate::receive::{Inbox, Refusal, reply};
use crate::tls;

/// How long we listen to a client after our last word, so that it can read that word before the connection is reset.
const LINGER: Duration = Duration::from_secs(1);
const READ: usize = 16 << 10;

/// What all connections share.
pub struct Door {
    pub rules: Arc<Rules>,
    pub inbox: Arc<dyn Inbox>,
    pub tls: Option<TlsAcceptor>,
    pub trust_proxy: Vec<IpNet>,
    pub trust_xclient: Vec<IpNet>,
    pub networks: Networks,
    pub shutdown: CancellationToken,
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
    /// Between the two, or after a failed handshake.
    Gone,
}

struct Connection {
    door: Arc<Door>,
    stream: Stream,
    session: Session,
    input: Vec<u8>,
    out: Vec<u8>,
    accepted: Instant,
    deadlines: Deadlines,
}

/// Serves one client to the end, in a span of its own: its number is all that logs know of it.
pub async fn serve(door: Arc<Door>, socket: TcpStream, remote: SocketAddr) {
    static SESSIONS: AtomicU64 = AtomicU64::new(1);
    let session = SESSIONS.fetch_add(1, Ordering::Relaxed);
    metrics::counter!("vaglio_smtp_connections_total").increment(1);
    metering::tally::count(metering::tally::CONNECTIONS);
    let open = metrics::gauge!("vaglio_smtp_connections");
    open.increment(1);
    converse(door, socket, remote).instrument(tracing::info_span!("smtp", session)).await;
    open.decrement(1);
}

async fn converse(door: Arc<Door>, mut socket: TcpStream, remote: SocketAddr) {
    let accepted = Instant::now();
    // Replies are small and each is waited for.
    let _ = socket.set_nodelay(true);
    let mut input = Vec::new();
    let Some(peer) = meet(&door, &mut socket, remote, &mut input).await else { return };
    let limits = &door.rules.limits;
    let mut place = None;
    if let (Observed::Seen(ip), false) = (&peer.ip, peer.exempt) {
        place = door.networks.enter(*ip, limits.connections_per_network);
        let domain = door.rules.book.domain();
        let refusal = match (&place, door.rules.gate.connect(*ip)) {
            (None, _) => Some(reply::too_many_connections(domain)),
            (Some(_), Err(wait)) => Some(reply::connecting_too_often(domain, wait)),
            (Some(_), Ok(())) => None,
        };
        if let Some(refusal) = refusal {
            metering::refusal(refusal.code, refusal.status, Some(*ip));
            let refusal = format!("{refusal}\r\n");
            let _ = timeout(limits.write_time, socket.write_all(refusal.as_bytes())).await;
            return;
        }
    }
    let deadlines = Deadlines::new(limits, accepted);
    let session = Session::new(Arc::clone(&door.rules), peer);
    let stream = Stream::Plain(socket);
    let mut connection = Connection { door, stream, session, input, out: Vec::new(), accepted, deadlines };
    let ended = connection.run().await;
    connection.session.lost();
    connection.tell_notices();
    drop(place);
    if let Err(fault) = ended {
        tracing::debug!(kind = %fault.kind(), "SMTP connection broke");
    }
}

/// Who the client is; `None` when a proxy did not say so as it must.
async fn meet(door: &Door, socket: &mut TcpStream, remote: SocketAddr, input: &mut Vec<u8>) -> Option<Peer> {
    let remote_ip = remote.ip().to_canonical();
    let mut peer = Peer {
        ip: Observed::Seen(remote_ip),
        port: Some(remote.port()),
        known_by: KnownBy::Connection,
        our_ip: socket.local_addr().ok().map(|address| address.ip().to_canonical()),
        trusted: false,
        exempt: false,
    };
    let mut client = remote_ip;
    if within(&door.trust_proxy, remote_ip) {
        match timeout(door.rules.limits.proxy_time, read_proxy_header(socket, input)).await {
            Ok(Some(Proxied::Local)) => {}
            Ok(Some(Proxied::Client { from, to })) => {
                client = from.ip();
                peer.ip = Observed::Seen(from.ip());
                peer.port = Some(from.port());
                peer.known_by = KnownBy::Proxy;
                peer.our_ip = Some(to.ip());
            }
            Ok(None) | Err(_) => {
                tracing::info!("a trusted proxy sent no good PROXY header");
                return None;
            }
        }
    }
    peer.trusted = within(&door.trust_xclient, client);
    peer.exempt = peer.trusted || client.is_loopback();
    Some(peer)
}

async fn read_proxy_header(socket: &mut TcpStream, input: &mut Vec<u8>) -> Option<Proxied> {
    loop {
        if let Some((proxied, length)) = proxy::parse(input).ok()? {
            input.drain(..length);
            return Some(proxied);
        }
        if read_some(socket, input).await.ok()? == 0 {
            return None;
        }
    }
}

fn within(networks: &[IpNet], ip: IpAddr) -> bool {
    networks.iter().any(|network| network.contains(&ip))
}

fn count_message(result: Result<(), Refusal>, own: bool, octets: usize, commit: Duration) {
    let result = match result {
        // No count of what users send includes it.
        Ok(()) if own => "self_test",
        Ok(()) => "accepted",
        Err(Refusal::Full) => "full",
        Err(Refusal::Deleted) => "deleted",
        Err(Refusal::Busy) => "busy",
        Err(Refusal::Fault) => "fault",
    };
    tracing::info!(result, octets, ms = commit.as_millis() as u64, "message");
    metrics::counter!("vaglio_messages_total", "result" => result).increment(1);
    metrics::histogram!("vaglio_stage_seconds", "stage" => "commit").record(commit.as_secs_f64());
}

impl Connection {
    async fn run(&mut self) -> io::Result<()> {
        let clock = self.clock();
        self.session.greet(&mut self.out, clock);
        loop {
            let clock = self.clock();
            let mut rest = self.input.as_slice();
            let step = self.session.step(&mut rest, &mut self.out, clock);
            let used = self.input.len().saturating_sub(rest.len());
            self.input.drain(..used);
            self.deadlines.note(&self.session);
            self.tell_notices();
            self.flush().await?;
            match step {
                Step::Read => {
                    if !self.read().await? {
                        return Ok(());
                    }
                }
                Step::Deliver(delivery, destinations) => {
                    let octets = delivery.raw.len();
                    let own = destinations.iter().all(Destination::is_self_test);
                    let began = Instant::now();
                    let commit = self.door.inbox.deliver(*delivery, destinations);
                    let commit_time = self.door.rules.limits.commit_time;
                    let result = timeout(commit_time, commit).await.unwrap_or(Err(Refusal::Fault));
                    count_message(result, own, octets, began.elapsed());
                    let clock = self.clock();
                    self.session.delivered(result, &mut self.out, clock);
                    self.deadlines.begin_command();
                    self.tell_notices();
                }
                Step::StartTls => self.start_tls().await?,
                Step::Close => return self.close().await,
            }
        }
    }

    /// Waits for input, the deadline or the end of the service. `false` when the client has gone.
    async fn read(&mut self) -> io::Result<bool> {
        if self.session.phase() == Phase::Command {
            // An idle connection keeps no buffers.
            (self.input, self.out) = (Vec::new(), Vec::new());
        }
        let shutdown = self.door.shutdown.clone();
        let stopping = self.deadlines.grace.is_some();
        if stopping && !self.session.in_transaction() {
            self.stop();
            return Ok(true);
        }
        let deadline = self.deadlines.next(self.session.phase());
        tokio::select! {
            biased;
            read = timeout_at(deadline, read_some(&mut self.stream, &mut self.input)) => match read {
                Ok(read) => {
                    self.deadlines.last_read = Instant::now();
                    return Ok(read? > 0);
                }
                Err(_) if stopping => self.stop(),
                Err(_) => {
                    let clock = self.clock();
                    self.session.time_out(&mut self.out, clock);
                }
            },
            () = shutdown.cancelled(), if !stopping => self.deadlines.begin_grace(),
        }
        Ok(true)
    }

    fn stop(&mut self) {
        let clock = self.clock();
        self.session.shut_down(&mut self.out, clock);
    }

    async fn start_tls(&mut self) -> io::Result<()> {
        let (Some(acceptor), Stream::Plain(socket)) =
            (&self.door.tls, std::mem::replace(&mut self.stream, Stream::Gone))
        else {
            return Err(io::ErrorKind::Unsupported.into());
        };
        // The handshake's future is large; boxed, it burdens no idle connection.
        let handshake = Box::pin(acceptor.accept(socket));
        let stream = timeout(self.door.rules.limits.handshake_time, handshake).await??;
        let info = tls::agreed(stream.get_ref().1);
        self.stream = Stream::Tls(Box::new(stream));
        let clock = self.clock();
        self.session.tls_established(info, clock);
        self.deadlines.begin_command();
        Ok(())
    }

    async fn flush(&mut self) -> io::Result<()> {
        if self.out.is_empty() {
            return Ok(());
        }
        let write = async {
            self.stream.write_all(&self.out).await?;
            self.stream.flush().await
        };
        timeout(self.door.rules.limits.write_time, write).await??;
        self.out.clear();
        Ok(())
    }

    async fn close(&mut self) -> io::Result<()> {
        let mut unread = Vec::new();
        let farewell = async {
            self.stream.shutdown().await?;
            while read_some(&mut self.stream, &mut unread).await? > 0 {
                unread.clear();
            }
            Ok(())
        };
        timeout(LINGER, farewell).await.unwrap_or(Ok(()))
    }

    fn tell_notices(&mut self) {
        for (test, notice) in self.session.take_notices() {
            self.door.inbox.noticed(test, notice);
        }
    }

    fn clock(&self) -> Clock {
        Clock { now: Timestamp::now(), ms: u64::try_from(self.accepted.elapsed().as_millis()).unwrap_or(u64::MAX) }
    }
}

/// When patience ends.
struct Deadlines {
    limits: Limits,
    accepted: Instant,
    /// When the client was last owed a command, and how many had come.
    command_since: Instant,
    commands: u32,
    content_since: Option<Instant>,
    last_read: Instant,
    /// The service is stopping; messages in flight may finish until then.
    grace: Option<Instant>,
}

impl Deadlines {
    fn new(limits: &Limits, now: Instant) -> Deadlines {
        let limits = limits.clone();
        Deadlines {
            limits,
            accepted: now,
            command_since: now,
            commands: 0,
            content_since: None,
            last_read: now,
            grace: None,
        }
    }

    fn note(&mut self, session: &Session) {
        if session.commands() != self.commands {
            self.commands = session.commands();
            self.begin_command();
        }
        match session.phase() {
            Phase::Content => {
                self.content_since.get_or_insert_with(Instant::now);
            }
            _ => {
                if self.content_since.take().is_some() {
                    self.begin_command();
                }
            }
        }
    }

    fn begin_command(&mut self) {
        self.command_since = Instant::now();
    }

    fn begin_grace(&mut self) {
        self.grace = Some(later(Instant::now(), self.limits.grace_time));
    }

    fn next(&self, phase: Phase) -> Instant {
        let patience = match (phase, self.content_since) {
            (Phase::Content, Some(since)) => {
                later(self.last_read.max(since), self.limits.block_time).min(later(since, self.limits.message_time))
            }
            // Octets of a half-sent line do not move this one: a client that drips them is as slow as a silent one.
            _ => later(self.command_since, self.limits.command_time),
        };
        let session = later(self.accepted, self.limits.session_time);
        patience.min(session).min(self.grace.unwrap_or(session))
    }
}

fn later(instant: Instant, by: Duration) -> Instant {
    instant.checked_add(by).unwrap_or(instant)
}

/// Appends what has come, and tells how much; 0 at the end. The buffer lives on the stack only while there is something to read.
async fn read_some<S: AsyncRead + Unpin>(stream: &mut S, into: &mut Vec<u8>) -> io::Result<usize> {
    poll_fn(|context| read_now(stream, into, context)).await
}

fn read_now<S: AsyncRead + Unpin>(
    stream: &mut S,
    into: &mut Vec<u8>,
    context: &mut Context<'_>,
) -> Poll<io::Result<usize>> {
    let mut octets = [MaybeUninit::uninit(); READ];
    let mut buffer = ReadBuf::uninit(&mut octets);
    match Pin::new(stream).poll_read(context, &mut buffer) {
        Poll::Ready(Ok(())) => {
            into.extend_from_slice(buffer.filled());
            Poll::Ready(Ok(buffer.filled().len()))
        }
        Poll::Ready(Err(fault)) => Poll::Ready(Err(fault)),
        Poll::Pending => Poll::Pending,
    }
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_read(cx, buf),
            Stream::Tls(stream) => Pin::new(stream).poll_read(cx, buf),
            Stream::Gone => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_write(cx, octets),
            Stream::Tls(stream) => Pin::new(stream).poll_write(cx, octets),
            Stream::Gone => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_flush(cx),
            Stream::Gone => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
            Stream::Gone => Poll::Ready(Ok(())),
        }
    }
}
