//! A name server on real sockets, inside the test: UDP and TCP at one port of loopback, answering from a zone.
//!
//! It behaves as a recursive resolver would: `Zone`'s time-outs are silence, its faults are response codes, and what does not
//! fit is truncated.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail; where its crate is cfg(test), clippy asks for nothing"
)]

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;

use hickory_proto::op::{Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::{Name, RData, Record, RecordType as WireType, rdata};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::task::JoinHandle;
use vaglio::dns::{Answer, Data, Lookup, Question, RecordType, Zone, name_labels, name_text};

/// How the server misbehaves at a name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Odd {
    /// No answer at all.
    Silent,
    /// No answer to the first packet; a right one to the second.
    DropFirst,
    /// The right answer, late.
    Delay(Duration),
    /// By UDP only TC; by TCP the right answer.
    Truncate,
    /// TC by UDP, and TCP connections are closed without an answer.
    TruncateAndClose,
    /// An answer to another question.
    WrongQuestion,
    /// An answer with another id.
    WrongId,
    /// An answer to another question first, then the right one.
    WrongThenRight,
    /// Octets that are no DNS packet after the id.
    Garbage,
    /// The AD bit is set.
    Authenticated,
}

/// Ends when it is dropped.
pub struct Server {
    pub addr: SocketAddr,
    state: Arc<State>,
    tasks: Vec<JoinHandle<()>>,
}

struct State {
    zone: RwLock<Zone>,
    odd: HashMap<String, Odd>,
    by_udp: AtomicUsize,
    by_tcp: AtomicUsize,
    dropped: Mutex<Vec<Question>>,
    hushed: AtomicBool,
}

impl Server {
    /// Serves records in master-file syntax at 127.0.0.1, any free port.
    pub async fn start(zone: &str) -> Server {
        Server::serve(Zone::parse(zone).unwrap(), []).await
    }

    /// Serves a zone, with oddities at some names.
    pub async fn serve(zone: Zone, odd: impl IntoIterator<Item = (&str, Odd)>) -> Server {
        let (udp, tcp) = loop {
            let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
            if let Ok(udp) = UdpSocket::bind(tcp.local_addr().unwrap()).await {
                break (udp, tcp);
            }
        };
        let addr = tcp.local_addr().unwrap();
        let state = Arc::new(State {
            zone: RwLock::new(zone),
            odd: odd.into_iter().map(|(name, odd)| (name.to_owned(), odd)).collect(),
            by_udp: AtomicUsize::new(0),
            by_tcp: AtomicUsize::new(0),
            dropped: Mutex::default(),
            hushed: AtomicBool::new(false),
        });
        let tasks =
            vec![tokio::spawn(over_udp(Arc::new(udp), state.clone())), tokio::spawn(over_tcp(tcp, state.clone()))];
        Server { addr, state, tasks }
    }

    /// A server that answers nothing.
    pub async fn silent() -> Server {
        Server::serve(Zone::default(), [("", Odd::Silent)]).await
    }

    /// Serves other records from now on, as after an administrator's change.
    pub fn publish(&self, zone: &str) {
        self.put(Zone::parse(zone).unwrap());
    }

    pub fn put(&self, zone: Zone) {
        *self.state.zone.write().unwrap() = zone;
    }

    /// From now on nothing is answered, or everything again.
    pub fn hush(&self, hushed: bool) {
        self.state.hushed.store(hushed, Ordering::Relaxed);
    }

    /// Packets received by UDP and questions by TCP.
    pub fn asked(&self) -> (usize, usize) {
        (self.state.by_udp.load(Ordering::Relaxed), self.state.by_tcp.load(Ordering::Relaxed))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

async fn over_udp(udp: Arc<UdpSocket>, state: Arc<State>) {
    let mut buffer = vec![0; 65_535];
    loop {
        // An error here tells of an earlier packet that met a closed port.
        let Ok((length, peer)) = udp.recv_from(&mut buffer).await else { continue };
        state.by_udp.fetch_add(1, Ordering::Relaxed);
        let Ok(request) = Message::from_vec(&buffer[..length]) else { continue };
        let (delay, packets) = state.packets(&request, false);
        if delay.is_zero() {
            for packet in packets {
                let _ = udp.send_to(&packet, peer).await;
            }
            continue;
        }
        let udp = udp.clone();
        tokio::spawn(async move {
            tokio::time::sleep(delay).await;
            for packet in packets {
                let _ = udp.send_to(&packet, peer).await;
            }
        });
    }
}

async fn over_tcp(listener: TcpListener, state: Arc<State>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        tokio::spawn(one_connection(stream, state.clone()));
    }
}

async fn one_connection(mut stream: TcpStream, state: Arc<State>) {
    while let Ok(length) = stream.read_u16().await {
        let mut packet = vec![0; length.into()];
        if stream.read_exact(&mut packet).await.is_err() {
            return;
        }
        state.by_tcp.fetch_add(1, Ordering::Relaxed);
        let Ok(request) = Message::from_vec(&packet) else { return };
        let (delay, packets) = state.packets(&request, true);
        tokio::time::sleep(delay).await;
        if packets.is_empty() {
            return;
        }
        for packet in packets {
            let length = u16::try_from(packet.len()).unwrap();
            let framed = [&length.to_be_bytes(), packet.as_slice()].concat();
            if stream.write_all(&framed).await.is_err() {
                return;
            }
        }
    }
}

impl State {
    /// What to send to a request, and how late.
    fn packets(&self, request: &Message, tcp: bool) -> (Duration, Vec<Vec<u8>>) {
        let Some(asked) = request.queries.first() else { return (Duration::ZERO, Vec::new()) };
        let Some(rtype) = our_type(asked.query_type()) else {
            return (Duration::ZERO, vec![respond(request, None, ResponseCode::NotImp)]);
        };
        let name = name_text(asked.name().iter());
        let hushed = self.hushed.load(Ordering::Relaxed).then_some(Odd::Silent);
        let odd = hushed.or_else(|| self.odd.get(&name).or_else(|| self.odd.get("")).copied());
        let question = Question { name, rtype };
        let lookup = self.zone.read().unwrap().look_up(&question);
        let right = || -> Vec<Vec<u8>> {
            let code = match lookup.answer {
                Answer::Records { .. } | Answer::NoData => ResponseCode::NoError,
                Answer::NxDomain => ResponseCode::NXDomain,
                Answer::Refused => ResponseCode::Refused,
                Answer::TimedOut => return Vec::new(),
                _ => ResponseCode::ServFail,
            };
            let packet = respond(request, Some(&lookup), code);
            let room = if tcp { 65_535 } else { usize::from(request.max_payload()) };
            vec![if packet.len() > room { truncated(request) } else { packet }]
        };
        let wrong = || {
            let mut other = request.clone();
            other.queries = vec![Query::query(Name::from_ascii("lies.example.").unwrap(), asked.query_type())];
            respond(&other, None, ResponseCode::NoError)
        };
        let packets = match odd {
            None => right(),
            Some(Odd::Delay(delay)) => return (delay, right()),
            Some(Odd::Silent) => Vec::new(),
            Some(Odd::DropFirst) => {
                let mut dropped = self.dropped.lock().unwrap();
                if dropped.contains(&question) {
                    right()
                } else {
                    dropped.push(question);
                    Vec::new()
                }
            }
            Some(Odd::Truncate) if tcp => right(),
            Some(Odd::TruncateAndClose) if tcp => Vec::new(),
            Some(Odd::Truncate | Odd::TruncateAndClose) => vec![truncated(request)],
            Some(Odd::WrongQuestion) => vec![wrong()],
            Some(Odd::WrongThenRight) => [vec![wrong()], right()].concat(),
            Some(Odd::WrongId) => {
                let flip = |mut packet: Vec<u8>| {
                    packet[0] ^= 0xff;
                    packet
                };
                right().into_iter().map(flip).collect()
            }
            Some(Odd::Garbage) => vec![[&request.metadata.id.to_be_bytes()[..], b"\x80garbage"].concat()],
            Some(Odd::Authenticated) => {
                let set = |mut packet: Vec<u8>| {
                    packet[3] |= 0x20;
                    packet
                };
                right().into_iter().map(set).collect()
            }
        };
        (Duration::ZERO, packets)
    }
}

fn truncated(request: &Message) -> Vec<u8> {
    let mut packet = respond(request, None, ResponseCode::NoError);
    packet[2] |= 0x02;
    packet
}

fn respond(request: &Message, lookup: Option<&Lookup>, code: ResponseCode) -> Vec<u8> {
    let mut message = Message::new(request.metadata.id, MessageType::Response, OpCode::Query);
    message.metadata.recursion_desired = true;
    message.metadata.recursion_available = true;
    message.metadata.response_code = code;
    message.add_queries(request.queries.clone());
    if let Some(lookup) = lookup {
        let mut owner = wire_name(&lookup.question.name);
        let ttl = match lookup.answer {
            Answer::Records { ttl, .. } => ttl,
            _ => 60,
        };
        for alias in &lookup.aliases {
            let target = wire_name(alias);
            message.add_answer(Record::from_rdata(owner, ttl, RData::CNAME(rdata::CNAME(target.clone()))));
            owner = target;
        }
        for data in lookup.answer.records() {
            message.add_answer(Record::from_rdata(owner.clone(), ttl, wire_data(data)));
        }
    }
    message.to_vec().unwrap()
}

fn wire_name(name: &str) -> Name {
    let mut name = Name::from_labels(name_labels(name).unwrap()).unwrap();
    name.set_fqdn(true);
    name
}

fn wire_data(data: &Data) -> RData {
    match data {
        Data::A(ip) => RData::A(rdata::A(*ip)),
        Data::Aaaa(ip) => RData::AAAA(rdata::AAAA(*ip)),
        Data::Mx { preference, exchange } => RData::MX(rdata::MX::new(*preference, wire_name(exchange))),
        Data::Txt(text) => {
            // The zone keeps the strings joined; how many they were makes no difference to a reader.
            let mut strings: Vec<&[u8]> = text.octets.chunks(255).collect();
            if strings.is_empty() {
                strings.push(b"");
            }
            RData::TXT(rdata::TXT::from_bytes(strings))
        }
        Data::Ptr(name) => RData::PTR(rdata::PTR(wire_name(name))),
        Data::Cname(name) => RData::CNAME(rdata::CNAME(wire_name(name))),
        Data::Ns(name) => RData::NS(rdata::NS(wire_name(name))),
        Data::Tlsa { usage, selector, matching, data } => {
            RData::TLSA(rdata::TLSA::new((*usage).into(), (*selector).into(), (*matching).into(), data.clone()))
        }
        Data::Other(text) => RData::TXT(rdata::TXT::new(vec![text.clone()])),
    }
}

fn our_type(wire: WireType) -> Option<RecordType> {
    Some(match wire {
        WireType::A => RecordType::A,
        WireType::AAAA => RecordType::Aaaa,
        WireType::MX => RecordType::Mx,
        WireType::TXT => RecordType::Txt,
        WireType::PTR => RecordType::Ptr,
        WireType::CNAME => RecordType::Cname,
        WireType::NS => RecordType::Ns,
        WireType::TLSA => RecordType::Tlsa,
        _ => return None,
    })
}
