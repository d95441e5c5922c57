//! The stub resolver: asks recursive resolvers, by UDP and, where an answer is truncated, by TCP.
//!
//! It keeps no cache: who has just mended a record must see it, and resolvers have their own.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use thiserror::Error;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::{Instant, sleep_until, timeout, timeout_at};

use super::resolver::millis;
use super::wire::{self, Reply};
use super::{Answer, Lookup, Question, UnusableKind, Upstream};
use crate::metering::tally;

/// For one question, its retry included.
const QUESTION_TIME: Duration = Duration::from_secs(5);
/// When the retry starts: at the next server, if there are several.
const RETRY_AFTER: Duration = Duration::from_secs(2);
/// How long the right answer is still awaited after one to another question, which anyone may have sent.
const GRACE: Duration = Duration::from_millis(300);
/// Questions by one UDP socket; then its port is given up, so that an off-path attacker has little to guess at (RFC 5452 §9.2).
const QUESTIONS_A_SOCKET: u32 = 200;

/// Questions of the whole process at once: the others wait for their turn.
const IN_FLIGHT: usize = 2000;

/// Why there is no resolver to ask.
#[derive(Debug, Error)]
pub enum ResolverError {
    #[error("the system names no DNS server: {0}")]
    System(String),
}

/// Asks the given servers; cheap to share, and made once for the whole service.
pub struct Live {
    servers: Vec<Server>,
    in_flight: Semaphore,
}

impl Live {
    /// Servers in order of preference; the next one is asked when one fails.
    pub fn new(servers: impl IntoIterator<Item = SocketAddr>) -> Live {
        Live { servers: servers.into_iter().map(Server::new).collect(), in_flight: Semaphore::new(IN_FLIGHT) }
    }

    /// The servers of the system (`/etc/resolv.conf`).
    ///
    /// # Errors
    ///
    /// The file cannot be read, or names none.
    pub fn system() -> Result<Live, ResolverError> {
        let read = hickory_resolver::system_conf::read_system_conf();
        let (config, _) = read.map_err(|error| ResolverError::System(error.to_string()))?;
        let mut servers: Vec<SocketAddr> = Vec::new();
        for server in config.name_servers() {
            let port = server.connections.first().map_or(53, |connection| connection.port);
            let address = SocketAddr::new(server.ip, port);
            if !servers.contains(&address) {
                servers.push(address);
            }
        }
        if servers.is_empty() {
            return Err(ResolverError::System("no nameserver line".to_owned()));
        }
        Ok(Live::new(servers))
    }

    async fn ask_in_turn(&self, question: Question) -> Lookup {
        let turn = timeout(QUESTION_TIME, self.in_flight.acquire()).await;
        let lookup = match turn {
            Ok(Ok(_turn)) => self.look_up(question).await,
            _ => Lookup::without_server(question, Answer::NotAsked(UnusableKind::TooManyHere.into())),
        };
        tally::count(&format!("{}{}", tally::DNS, lookup.answer.word()));
        metrics::counter!("vaglio_dns_questions_total", "outcome" => lookup.answer.word()).increment(1);
        metrics::histogram!("vaglio_dns_seconds").record(f64::from(lookup.ms) / 1000.0);
        lookup
    }

    async fn look_up(&self, question: Question) -> Lookup {
        let start = Instant::now();
        let (first, second) = match self.servers.as_slice() {
            [] => return Lookup::without_server(question, Answer::NotAsked(UnusableKind::NoServer.into())),
            [only] => (only, only),
            [first, second, ..] => (first, second),
        };
        let several = self.servers.len() > 1;
        let end = start + QUESTION_TIME;
        let mut attempt = std::pin::pin!(first.ask(&question, end));
        let early = tokio::select! {
            told = &mut attempt => Some(told),
            () = sleep_until(start + RETRY_AFTER) => None,
        };
        let (server, told) = match early {
            Some(told) if !(several && told.is_failure()) => (first, told),
            Some(failed) => {
                let told = second.ask(&question, end).await;
                if told.is_failure() { (first, failed) } else { (second, told) }
            }
            None => {
                let mut retry = std::pin::pin!(second.ask(&question, end));
                tokio::select! {
                    told = &mut attempt => {
                        if told.is_failure() { (second, retry.await) } else { (first, told) }
                    }
                    told = &mut retry => {
                        if told.is_failure() { (first, attempt.await) } else { (second, told) }
                    }
                }
            }
        };
        Lookup {
            question: question.clone(),
            answer: told.answer,
            aliases: told.aliases,
            authenticated: told.authenticated,
            server: Some(server.address.to_string()),
            ms: millis(start),
        }
    }
}

impl Upstream for Live {
    fn ask(&self, question: Question) -> BoxFuture<'_, Lookup> {
        Box::pin(self.ask_in_turn(question))
    }
}

/// What one server said, or that it said nothing.
struct Told {
    answer: Answer,
    aliases: Vec<String>,
    authenticated: bool,
}

impl Told {
    fn nothing(answer: Answer) -> Told {
        Told { answer, aliases: Vec::new(), authenticated: false }
    }

    fn broken(error: &io::Error) -> Told {
        tracing::debug!(%error, "a DNS server cannot be reached");
        Told::nothing(Answer::Broken(error.into()))
    }

    /// True when another server might know better.
    fn is_failure(&self) -> bool {
        self.answer.is_unknown()
    }
}

struct Server {
    address: SocketAddr,
    /// The socket in use, and how many questions went through it.
    socket: Mutex<Option<(Arc<Socket>, u32)>>,
}

impl Server {
    fn new(address: SocketAddr) -> Server {
        Server { address, socket: Mutex::default() }
    }

    async fn ask(&self, question: &Question, end: Instant) -> Told {
        match self.ask_udp(question, end).await {
            Ok(Some(told)) => told,
            Ok(None) => match timeout_at(end, self.ask_tcp(question)).await {
                Ok(Ok(told)) => told,
                Ok(Err(error)) => Told::broken(&error),
                Err(_) => Told::nothing(Answer::TimedOut),
            },
            Err(error) => Told::broken(&error),
        }
    }

    /// `None`: the answer is too long for UDP.
    async fn ask_udp(&self, question: &Question, end: Instant) -> io::Result<Option<Told>> {
        let socket = self.socket()?;
        let Some(mut waiting) = socket.register() else {
            return Ok(Some(Told::nothing(Answer::NotAsked(UnusableKind::TooManyHere.into()))));
        };
        let packet = match wire::encode(waiting.id, question) {
            Ok(packet) => packet,
            Err(why) => return Ok(Some(Told::nothing(Answer::NotAsked(why)))),
        };
        socket.udp.send(&packet).await?;
        let mut end = end;
        let mut wrong: Option<UnusableKind> = None;
        loop {
            match timeout_at(end, waiting.packets.recv()).await {
                Ok(Some(packet)) => match wire::decode(&packet, question) {
                    Reply::Answered { answer, aliases, authenticated } => {
                        return Ok(Some(Told { answer, aliases, authenticated }));
                    }
                    Reply::Truncated => return Ok(None),
                    Reply::WrongQuestion(what) => {
                        end = end.min(Instant::now() + GRACE);
                        wrong = Some(what);
                    }
                },
                // The reader ends when the peer's port is closed.
                Ok(None) => return Err(io::ErrorKind::ConnectionRefused.into()),
                Err(_) => {
                    return Ok(Some(Told::nothing(wrong.map_or(Answer::TimedOut, |what| Answer::Broken(what.into())))));
                }
            }
        }
    }

    async fn ask_tcp(&self, question: &Question) -> io::Result<Told> {
        let id = rand::random();
        let packet = wire::encode(id, question).map_err(|why| io::Error::other(why.word()))?;
        let length = u16::try_from(packet.len()).map_err(io::Error::other)?;
        let mut stream = TcpStream::connect(self.address).await?;
        // Both in one segment (RFC 7766 §8).
        stream.write_all(&[&length.to_be_bytes(), packet.as_slice()].concat()).await?;
        let mut answer = vec![0; usize::from(stream.read_u16().await?)];
        stream.read_exact(&mut answer).await?;
        if packet_id(&answer) != Some(id) {
            return Ok(Told::nothing(Answer::Broken(UnusableKind::OtherId.into())));
        }
        Ok(match wire::decode(&answer, question) {
            Reply::Answered { answer, aliases, authenticated } => Told { answer, aliases, authenticated },
            Reply::Truncated => Told::nothing(Answer::Broken(UnusableKind::Truncated.into())),
            Reply::WrongQuestion(what) => Told::nothing(Answer::Broken(what.into())),
        })
    }

    fn socket(&self) -> io::Result<Arc<Socket>> {
        let mut current = self.socket.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((socket, used)) = current.as_mut()
            && *used < QUESTIONS_A_SOCKET
            && !socket.reader.is_finished()
        {
            *used += 1;
            return Ok(socket.clone());
        }
        let socket = Arc::new(Socket::open(self.address)?);
        *current = Some((socket.clone(), 1));
        Ok(socket)
    }
}

/// A UDP socket connected to one server, at a port the system chose at random, with the questions that are open on it.
struct Socket {
    udp: Arc<UdpSocket>,
    open: Open,
    reader: tokio::task::JoinHandle<()>,
}

/// The open questions by id.
type Open = Arc<Mutex<HashMap<u16, mpsc::UnboundedSender<Vec<u8>>>>>;

impl Socket {
    fn open(server: SocketAddr) -> io::Result<Socket> {
        let any: IpAddr = if server.is_ipv4() { [0; 4].into() } else { [0u16; 8].into() };
        let udp = std::net::UdpSocket::bind((any, 0))?;
        // From here on the kernel drops what other peers send.
        udp.connect(server)?;
        udp.set_nonblocking(true)?;
        let udp = Arc::new(UdpSocket::from_std(udp)?);
        let open = Open::default();
        let reader = tokio::spawn(read(udp.clone(), open.clone()));
        Ok(Socket { udp, open, reader })
    }

    fn register(self: &Arc<Socket>) -> Option<Waiting> {
        let (sender, packets) = mpsc::unbounded_channel();
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        for _ in 0..16 {
            let id = rand::random();
            if let std::collections::hash_map::Entry::Vacant(place) = open.entry(id) {
                place.insert(sender);
                return Some(Waiting { socket: self.clone(), id, packets });
            }
        }
        None
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

/// One open question; it is closed when this is dropped.
struct Waiting {
    socket: Arc<Socket>,
    id: u16,
    packets: mpsc::UnboundedReceiver<Vec<u8>>,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.socket.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

/// Hands packets to the questions they answer by id; ends when the socket tells an error.
async fn read(udp: Arc<UdpSocket>, open: Open) {
    let mut buffer = vec![0; usize::from(u16::MAX)];
    while let Ok(length) = udp.recv(&mut buffer).await {
        let Some(packet) = buffer.get(..length) else { continue };
        let Some(id) = packet_id(packet) else { continue };
        let open = open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(waiting) = open.get(&id) {
            // Its asker may just have gone.
            let _ = waiting.send(packet.to_vec());
        }
    }
    // Whoever waits learns at once that nothing will come.
    open.lock().unwrap_or_else(PoisonError::into_inner).clear();
}

fn packet_id(packet: &[u8]) -> Option<u16> {
    let (id, _) = packet.split_first_chunk::<2>()?;
    Some(u16::from_be_bytes(*id))
}
