//! The PROXY protocol's header, versions 1 and 2, at the beginning of a connection from a trusted proxy.

use std::net::SocketAddr;

use proxy_header::{Error, ParseConfig, Protocol, ProxyHeader};

/// A header with more than this is broken; version 1 has at most 107 octets, version 2 some hundreds with its extras.
pub const MOST: usize = 4096;

/// What a header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proxied {
    /// LOCAL or UNKNOWN: the proxy speaks for itself, so its own address stands.
    Local,
    Client {
        from: SocketAddr,
        to: SocketAddr,
    },
}

/// Not a PROXY header, or one that must not be believed: the connection is to be closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken;

/// The header and how many octets it takes; `None` when more must come first.
///
/// # Errors
/// [`Broken`] as soon as the octets cannot become a good header.
pub fn parse(octets: &[u8]) -> Result<Option<(Proxied, usize)>, Broken> {
    const V1: &[u8] = b"PROXY ";
    const V2: &[u8] = b"\r\n\r\n\x00\r\nQUIT\n";
    let begins = |signature: &[u8]| octets.iter().zip(signature).all(|(a, b)| a == b);
    if !begins(V1) && !begins(V2) {
        return Err(Broken);
    }
    let config = ParseConfig { include_tlvs: false, ..ParseConfig::default() };
    match ProxyHeader::parse(octets, config) {
        Ok((header, length)) => match header.proxied_address() {
            None => Ok(Some((Proxied::Local, length))),
            Some(address) if address.protocol == Protocol::Stream => {
                let plain = |address: SocketAddr| SocketAddr::new(address.ip().to_canonical(), address.port());
                Ok(Some((Proxied::Client { from: plain(address.source), to: plain(address.destination) }, length)))
            }
            Some(_) => Err(Broken),
        },
        Err(Error::BufferTooShort) if octets.len() < MOST => Ok(None),
        Err(_) => Err(Broken),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn client(from: &str, to: &str) -> Proxied {
        Proxied::Client { from: from.parse().unwrap(), to: to.parse().unwrap() }
    }

    #[test]
    fn version_one_is_read() {
        let header = b"PROXY TCP4 198.51.100.7 192.0.2.25 4000 25\r\n";
        let expected = client("198.51.100.7:4000", "192.0.2.25:25");
        assert_eq!(parse(&[header, &b"EHLO"[..]].concat()), Ok(Some((expected, header.len()))));
        let header = b"PROXY TCP6 2001:db8::7 2001:db8::25 4000 25\r\n";
        let expected = client("[2001:db8::7]:4000", "[2001:db8::25]:25");
        assert_eq!(parse(header), Ok(Some((expected, header.len()))));
        assert_eq!(parse(b"PROXY UNKNOWN\r\n"), Ok(Some((Proxied::Local, 15))));
    }

    #[test]
    fn version_two_is_read() {
        let signature = b"\r\n\r\n\x00\r\nQUIT\n";
        let addresses = [198, 51, 100, 7, 192, 0, 2, 25, 0x0f, 0xa0, 0, 25];
        let header = [&signature[..], &[0x21, 0x11, 0, 12], &addresses].concat();
        assert_eq!(parse(&header), Ok(Some((client("198.51.100.7:4000", "192.0.2.25:25"), 28))));
        let local = [&signature[..], &[0x20, 0x00, 0, 0]].concat();
        assert_eq!(parse(&local), Ok(Some((Proxied::Local, 16))));
        let udp = [&signature[..], &[0x21, 0x12, 0, 12], &addresses].concat();
        assert_eq!(parse(&udp), Err(Broken));
    }

    #[test]
    fn broken_headers_are_told_at_once() {
        for broken in [
            &b"EHLO host.example\r\n"[..],
            b"P\r\n",
            b"PROXY TCP4 300.1.1.1 192.0.2.25 4000 25\r\n",
            b"PROXY TCP4 198.51.100.7 192.0.2.25 4000 99999\r\n",
            b"PROXY TCP5 198.51.100.7 192.0.2.25 4000 25\r\n",
            b"\r\n\r\n\x00\r\nQUIT\n\x31\x11\x00\x0c",
        ] {
            assert_eq!(parse(broken), Err(Broken), "{}", broken.escape_ascii());
        }
        assert_eq!(parse(&[&b"PROXY TCP4 "[..], &[b'1'; 200]].concat()), Err(Broken));
    }

    #[test]
    fn a_header_may_come_in_pieces() {
        let header = b"PROXY TCP4 198.51.100.7 192.0.2.25 4000 25\r\n";
        for end in 0..header.len() {
            assert_eq!(parse(&header[..end]), Ok(None), "{end}");
        }
    }

    proptest! {
        #[test]
        fn any_octets_are_read_without_a_panic(rest in proptest::collection::vec(any::<u8>(), 0..80), two in any::<bool>()) {
            let signature: &[u8] = if two { b"\r\n\r\n\x00\r\nQUIT\n" } else { b"PROXY TCP4 " };
            let _ = parse(&[signature, &rest].concat());
        }
    }
}
