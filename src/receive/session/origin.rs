//! Whose message it is: this connection's client, or the one that a trusted front end names by XCLIENT or XFORWARD.

use std::net::IpAddr;

use super::Session;
use crate::delivery::{KnownBy, Observed, TlsInfo, Why};
use crate::receive::command::Fault;
use crate::receive::reply::{self, Reply};
use crate::receive::xclient::{Peer, Told};

impl Session {
    /// As Postfix does it: on success the session begins anew, with another 220.
    pub(super) fn xclient(&mut self, attributes: &[(String, String)]) -> Reply {
        let mut told = Told::default();
        if !self.peer.trusted {
            return reply::NOT_TRUSTED;
        }
        if self.transaction.is_some() {
            return reply::IN_TRANSACTION;
        }
        if told.read(attributes).is_err() {
            return reply::fault(Fault::XclientSyntax);
        }
        told.apply(&mut self.peer, KnownBy::Xclient);
        self.helo = None;
        self.greeted = told.helo.is_some();
        self.told_helo = told.helo;
        if !self.encrypted {
            // How the client came to the front end is not ours to see. If it starts TLS through it, we shall.
            self.tls = Observed::Missing(Why::NotGiven);
        }
        self.reset();
        self.transcript.begin_session();
        self.banner()
    }

    /// RFC-less, as Postfix documents it: who gave the next message to the front end.
    pub(super) fn xforward(&mut self, attributes: &[(String, String)]) -> Reply {
        if !self.peer.trusted {
            return reply::NOT_TRUSTED;
        }
        if self.transaction.is_some() {
            return reply::IN_TRANSACTION;
        }
        let mut told = self.xforward.clone().unwrap_or_default();
        if told.read(attributes).is_err() {
            return reply::fault(Fault::XclientSyntax);
        }
        self.xforward = Some(told);
        reply::OK
    }

    /// The client of this transaction: the one that XFORWARD names, if it was said.
    pub(super) fn client(&self) -> Peer {
        let mut peer = self.peer.clone();
        if let Some(told) = &self.xforward {
            // What XFORWARD leaves out is unknown; the front end's own address is not the client's.
            peer.ip = Observed::Missing(Why::NotGiven);
            peer.port = None;
            peer.known_by = KnownBy::Xforward;
            told.apply(&mut peer, KnownBy::Xforward);
        }
        peer
    }

    pub(super) fn client_ip(&self) -> Observed<IpAddr> {
        self.client().ip
    }

    pub(super) fn client_helo(&self) -> Observed<String> {
        match (&self.xforward, &self.told_helo, &self.helo) {
            (Some(told), _, _) => told.helo.clone().unwrap_or(Observed::Missing(Why::NotGiven)),
            (None, Some(told), _) => told.clone(),
            (None, None, Some(helo)) => Observed::Seen(helo.clone()),
            (None, None, None) => Observed::Missing(Why::NotGiven),
        }
    }

    /// Our TLS with a front end that forwards says nothing of the client's TLS with it.
    pub(super) fn client_tls(&self) -> Observed<Option<TlsInfo>> {
        if self.xforward.is_some() { Observed::Missing(Why::NotGiven) } else { self.tls.clone() }
    }
}
