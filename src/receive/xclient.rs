//! Who the client is: as the network, a PROXY header, XCLIENT or XFORWARD tells it.
//!
//! XCLIENT and XFORWARD as Postfix documents them (XCLIENT_README, XFORWARD_README); only trusted networks may use them, which
//! the session checks. Values come decoded from `command.rs`.

use std::net::{IpAddr, Ipv6Addr};

use crate::delivery::{KnownBy, Observed, Why};

pub const XCLIENT: &str = "XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT";
pub const XFORWARD: &str = "XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE";

/// The client as best known.
#[derive(Clone, Debug, PartialEq)]
pub struct Peer {
    pub ip: Observed<IpAddr>,
    pub port: Option<u16>,
    pub known_by: KnownBy,
    /// The address that the client connected to, as far as known.
    pub our_ip: Option<IpAddr>,
    /// May it say XCLIENT and XFORWARD?
    pub trusted: bool,
    /// Is it free of limits on rates (loopback and trusted networks)?
    pub exempt: bool,
}

/// What XCLIENT or XFORWARD said; absent is not the same as said to be unknown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Told {
    pub ip: Option<Observed<IpAddr>>,
    pub port: Option<Option<u16>>,
    pub helo: Option<Observed<String>>,
    pub our_ip: Option<Option<IpAddr>>,
}

/// An attribute that is not known, or has a value it may not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadAttribute;

impl Told {
    /// Takes over what these attributes say; later ones win.
    ///
    /// # Errors
    /// When one of them is not understood; nothing of the command may then be used.
    pub fn read(&mut self, attributes: &[(String, String)]) -> Result<(), BadAttribute> {
        for (name, value) in attributes {
            let value = known(value);
            match name.as_str() {
                "ADDR" => {
                    let ip = value.map(address).transpose()?;
                    self.ip = Some(ip.map_or(Observed::Missing(Why::NotGiven), Observed::Seen));
                }
                "PORT" => self.port = Some(value.map(|port| port.parse().map_err(|_| BadAttribute)).transpose()?),
                "HELO" => {
                    let helo = value.filter(|helo| !helo.is_empty()).map(str::to_owned);
                    self.helo = Some(helo.map_or(Observed::Missing(Why::NotGiven), Observed::Seen));
                }
                "DESTADDR" => self.our_ip = Some(value.map(address).transpose()?),
                // Names are looked up afresh, and the rest has no bearing on a report.
                "NAME" | "PROTO" | "LOGIN" | "DESTPORT" | "IDENT" | "SOURCE" => {}
                _ => return Err(BadAttribute),
            }
        }
        Ok(())
    }

    pub fn apply(&self, peer: &mut Peer, known_by: KnownBy) {
        if let Some(ip) = &self.ip {
            peer.ip = ip.clone();
            // A port belongs to its address.
            peer.port = None;
            peer.known_by = known_by;
        }
        if let Some(port) = self.port {
            peer.port = port;
        }
        if let Some(our_ip) = self.our_ip {
            peer.our_ip = our_ip;
        }
    }
}

fn known(value: &str) -> Option<&str> {
    (!value.eq_ignore_ascii_case("[UNAVAILABLE]") && !value.eq_ignore_ascii_case("[TEMPUNAVAIL]")).then_some(value)
}

/// An IPv6 address has a prefix, as in RFC 5321 §4.1.3; it is taken without one as well.
fn address(value: &str) -> Result<IpAddr, BadAttribute> {
    match value.split_at_checked(5) {
        Some((tag, address)) if tag.eq_ignore_ascii_case("ipv6:") => {
            address.parse::<Ipv6Addr>().map(|ip| IpAddr::V6(ip).to_canonical()).map_err(|_| BadAttribute)
        }
        _ => value.parse::<IpAddr>().map(|ip| ip.to_canonical()).map_err(|_| BadAttribute),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(attributes: &[(&str, &str)]) -> Result<Told, BadAttribute> {
        let attributes: Vec<_> = attributes.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let mut told = Told::default();
        told.read(&attributes).map(|()| told)
    }

    #[test]
    fn addresses_of_both_families_are_read() {
        let seen = |text: &str| Some(Observed::Seen(text.parse::<IpAddr>().unwrap()));
        assert_eq!(told(&[("ADDR", "192.0.2.1")]).unwrap().ip, seen("192.0.2.1"));
        assert_eq!(told(&[("ADDR", "IPV6:2001:db8::1")]).unwrap().ip, seen("2001:db8::1"));
        assert_eq!(told(&[("ADDR", "IPv6:::ffff:192.0.2.1")]).unwrap().ip, seen("192.0.2.1"));
    }

    #[test]
    fn what_is_unavailable_is_not_known() {
        let told = told(&[("ADDR", "[UNAVAILABLE]"), ("PORT", "[unavailable]"), ("HELO", "[TEMPUNAVAIL]")]).unwrap();
        assert_eq!(told.ip, Some(Observed::Missing(Why::NotGiven)));
        assert_eq!(told.port, Some(None));
        assert_eq!(told.helo, Some(Observed::Missing(Why::NotGiven)));
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for attribute in [("ADDR", "here"), ("ADDR", "IPV6:192.0.2.1"), ("PORT", "70000"), ("COLOUR", "blue")] {
            assert_eq!(told(&[attribute]), Err(BadAttribute), "{attribute:?}");
        }
    }
}
