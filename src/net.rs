//! Addresses judged: which of them a stranger may make this service connect to, which network a client belongs to, and whether
//! a port is named.
//!
//! Pure values. The guard that uses them is [`crate::gather::links`]. The ranges are those of IANA's special-purpose
//! registries (RFC 6890 and its updates); what embeds an IPv4 address is judged by that address as well.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// True when the address is globally reachable unicast: the only kind that a message may make us fetch from.
pub fn is_public(ip: IpAddr) -> bool {
    not_public(ip).is_none()
}

/// Why the address is not public, as a short word (`loopback`, `private`, ...); `None` when it is.
pub fn not_public(ip: IpAddr) -> Option<&'static str> {
    match ip {
        IpAddr::V4(ip) => not_public_v4(ip),
        IpAddr::V6(ip) => not_public_v6(ip),
    }
}

/// The network that limits apply to: /24 of IPv4, /48 of IPv6 (what one customer is given).
pub fn client_network(ip: IpAddr) -> IpNet {
    match ip.to_canonical() {
        IpAddr::V4(ip) => IpNet::V4(Ipv4Net::new_assert(ip, 24).trunc()),
        IpAddr::V6(ip) => IpNet::V6(Ipv6Net::new_assert(ip, 48).trunc()),
    }
}

const SPECIAL_V4: &[(Ipv4Addr, u8, &str)] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8, "this_network"),        // RFC 791
    (Ipv4Addr::new(10, 0, 0, 0), 8, "private"),            // RFC 1918
    (Ipv4Addr::new(100, 64, 0, 0), 10, "shared"),          // RFC 6598: carrier-grade NAT
    (Ipv4Addr::new(127, 0, 0, 0), 8, "loopback"),          // RFC 1122
    (Ipv4Addr::new(168, 63, 129, 16), 32, "metadata"),     // Azure's host agent, on an address that looks public
    (Ipv4Addr::new(169, 254, 0, 0), 16, "link_local"),     // RFC 3927; 169.254.169.254 is the clouds' metadata service
    (Ipv4Addr::new(172, 16, 0, 0), 12, "private"),         // RFC 1918
    (Ipv4Addr::new(192, 0, 0, 0), 24, "reserved"),         // RFC 6890
    (Ipv4Addr::new(192, 0, 2, 0), 24, "documentation"),    // RFC 5737
    (Ipv4Addr::new(192, 88, 99, 0), 24, "reserved"),       // RFC 7526: 6to4 relays, withdrawn
    (Ipv4Addr::new(192, 168, 0, 0), 16, "private"),        // RFC 1918
    (Ipv4Addr::new(198, 18, 0, 0), 15, "benchmarking"),    // RFC 2544
    (Ipv4Addr::new(198, 51, 100, 0), 24, "documentation"), // RFC 5737
    (Ipv4Addr::new(203, 0, 113, 0), 24, "documentation"),  // RFC 5737
    (Ipv4Addr::new(224, 0, 0, 0), 4, "multicast"),         // RFC 5771
    (Ipv4Addr::new(240, 0, 0, 0), 4, "reserved"),          // RFC 1112, limited broadcast included
];

fn not_public_v4(ip: Ipv4Addr) -> Option<&'static str> {
    SPECIAL_V4
        .iter()
        .find(|(net, prefix, _)| (u32::from(ip) ^ u32::from(*net)).leading_zeros() >= u32::from(*prefix))
        .map(|(.., word)| *word)
}

const SPECIAL_V6: &[(Ipv6Addr, u8, &str)] = &[
    (Ipv6Addr::UNSPECIFIED, 128, "this_network"),
    (Ipv6Addr::LOCALHOST, 128, "loopback"),
    (v6(0x64, 0xff9b, 1, 0), 48, "nat64_local"),    // RFC 8215
    (v6(0x100, 0, 0, 0), 64, "reserved"),           // RFC 6666: discard only
    (v6(0x2001, 0x2, 0, 0), 48, "benchmarking"),    // RFC 5180
    (v6(0x2001, 0x10, 0, 0), 28, "reserved"),       // RFC 4843: ORCHID
    (v6(0x2001, 0x20, 0, 0), 28, "reserved"),       // RFC 7343: ORCHIDv2
    (v6(0x2001, 0xdb8, 0, 0), 32, "documentation"), // RFC 3849
    (v6(0x3fff, 0, 0, 0), 20, "documentation"),     // RFC 9637
    (v6(0xfc00, 0, 0, 0), 7, "private"),            // RFC 4193: unique local
    (v6(0xfe80, 0, 0, 0), 10, "link_local"),        // RFC 4291
    (v6(0xfec0, 0, 0, 0), 10, "private"),           // RFC 3879: site-local, deprecated
    (v6(0xff00, 0, 0, 0), 8, "multicast"),          // RFC 4291
];

const fn v6(a: u16, b: u16, c: u16, d: u16) -> Ipv6Addr {
    Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0)
}

fn within(ip: Ipv6Addr, net: Ipv6Addr, prefix: u8) -> bool {
    (u128::from(ip) ^ u128::from(net)).leading_zeros() >= u32::from(prefix)
}

fn not_public_v6(ip: Ipv6Addr) -> Option<&'static str> {
    if let Some((.., word)) = SPECIAL_V6.iter().find(|(net, prefix, _)| within(ip, *net, *prefix)) {
        return Some(word);
    }
    let embedded = embedded_v4(ip);
    if let Some(word) = embedded.iter().flatten().find_map(|v4| not_public_v4(*v4)) {
        return Some(word);
    }
    // Only 2000::/3 has been given out (RFC 4291 §2.4); a translated IPv4 address has been judged above.
    let translated = embedded.iter().any(Option::is_some);
    (!translated && !within(ip, v6(0x2000, 0, 0, 0), 3)).then_some("reserved")
}

/// The IPv4 addresses that packets to this address would end at: mapped, compatible, NAT64, 6to4, Teredo, ISATAP.
fn embedded_v4(ip: Ipv6Addr) -> [Option<Ipv4Addr>; 2] {
    let bits = u128::from(ip);
    let low = Ipv4Addr::from(bits as u32);
    // ::a.b.c.d (RFC 4291 §2.5.5.1), ::ffff:a.b.c.d, ::ffff:0:a.b.c.d (RFC 2765), 64:ff9b::a.b.c.d (RFC 6052)
    let translated =
        [v6(0, 0, 0, 0), Ipv6Addr::from(0xffff_u128 << 32), Ipv6Addr::from(0xffff_u128 << 48), v6(0x64, 0xff9b, 0, 0)];
    if translated.into_iter().any(|net| within(ip, net, 96)) {
        return [Some(low), None];
    }
    // 2002:a.b.c.d::/48 (RFC 3056)
    if within(ip, v6(0x2002, 0, 0, 0), 16) {
        return [Some(Ipv4Addr::from((bits >> 80) as u32)), None];
    }
    // 2001:0:server:flags:port:client, the client's bits inverted (RFC 4380 §4)
    if within(ip, v6(0x2001, 0, 0, 0), 32) {
        return [Some(Ipv4Addr::from((bits >> 64) as u32)), Some(Ipv4Addr::from(!(bits as u32)))];
    }
    // Interface identifier [02]00:5efe:a.b.c.d (RFC 5214 §6.1)
    if matches!((bits >> 32) as u32, 0x0000_5efe | 0x0200_5efe) {
        return [Some(low), None];
    }
    [None, None]
}

/// True for `host:25`, `192.0.2.1:25` and `[::1]:25`; not for a bare IPv6 address.
pub fn has_port(text: &str) -> bool {
    let named = |(host, port): (&str, &str)| !host.is_empty() && !host.contains(':') && port.parse::<u16>().is_ok();
    text.parse::<SocketAddr>().is_ok() || text.rsplit_once(':').is_some_and(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(ip: &str) -> Option<&'static str> {
        not_public(ip.parse().unwrap())
    }

    #[test]
    fn ordinary_addresses_are_public() {
        for ip in [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.255.255",
            "100.128.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.1",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "11.0.0.0",
            "168.63.129.15",
            "2001:4860:4860::8888",
            "2a00:1450::1",
            "2001:200::1",
        ] {
            assert_eq!(word(ip), None, "{ip}");
        }
    }

    #[test]
    fn every_special_range_of_ipv4_is_refused_from_its_first_to_its_last_address() {
        for (first, last, why) in [
            ("0.0.0.0", "0.255.255.255", "this_network"),
            ("10.0.0.0", "10.255.255.255", "private"),
            ("100.64.0.0", "100.127.255.255", "shared"),
            ("127.0.0.0", "127.255.255.255", "loopback"),
            ("168.63.129.16", "168.63.129.16", "metadata"),
            ("169.254.0.0", "169.254.169.254", "link_local"),
            ("172.16.0.0", "172.31.255.255", "private"),
            ("192.0.0.0", "192.0.0.255", "reserved"),
            ("192.0.2.0", "192.0.2.255", "documentation"),
            ("192.88.99.0", "192.88.99.255", "reserved"),
            ("192.168.0.0", "192.168.255.255", "private"),
            ("198.18.0.0", "198.19.255.255", "benchmarking"),
            ("198.51.100.0", "198.51.100.255", "documentation"),
            ("203.0.113.0", "203.0.113.255", "documentation"),
            ("224.0.0.0", "239.255.255.255", "multicast"),
            ("240.0.0.0", "255.255.255.255", "reserved"),
        ] {
            assert_eq!(word(first), Some(why), "{first}");
            assert_eq!(word(last), Some(why), "{last}");
        }
    }

    #[test]
    fn every_special_range_of_ipv6_is_refused() {
        for (ip, why) in [
            ("::", "this_network"),
            ("::1", "loopback"),
            ("64:ff9b:1::1", "nat64_local"),
            ("64:ff9b:1:ffff:ffff:ffff:808:808", "nat64_local"),
            ("100::1", "reserved"),
            ("2001:2::1", "benchmarking"),
            ("2001:10::1", "reserved"),
            ("2001:2f::1", "reserved"),
            ("2001:db8::1", "documentation"),
            ("3fff:fff::1", "documentation"),
            ("fc00::1", "private"),
            ("fd00:ec2::254", "private"),
            ("fe80::1", "link_local"),
            ("febf::1", "link_local"),
            ("fec0::1", "private"),
            ("ff02::1", "multicast"),
            ("5f00::1", "reserved"),
            ("4000::1", "reserved"),
        ] {
            assert_eq!(word(ip), Some(why), "{ip}");
        }
    }

    #[test]
    fn an_embedded_ipv4_address_decides() {
        for (ip, why) in [
            ("::ffff:127.0.0.1", Some("loopback")),
            ("::ffff:0:127.0.0.1", Some("loopback")),
            ("::ffff:8.8.8.8", None),
            ("::127.0.0.1", Some("loopback")),
            ("64:ff9b::10.0.0.1", Some("private")),
            ("64:ff9b::a9fe:a9fe", Some("link_local")),
            ("64:ff9b::8.8.8.8", None),
            ("2002:7f00:1::1", Some("loopback")),
            ("2002:a9fe:a9fe::1", Some("link_local")),
            ("2002:808:808::1", None),
            ("2001:0:808:808:0:0:80ff:fffe", Some("loopback")), // Teredo: client 127.0.0.1, inverted
            ("2001:0:a00:1:0:0:f7f7:f7f7", Some("private")),    // Teredo: server 10.0.0.1
            ("2001:0:808:808:0:0:f7f7:f7f7", None),
            ("2a00:1450::5efe:c0a8:1", Some("private")),
            ("2a00:1450::200:5efe:7f00:1", Some("loopback")),
        ] {
            assert_eq!(word(ip), why, "{ip}");
        }
    }

    #[test]
    fn a_client_network_is_a_24_or_a_48() {
        let network = |ip: &str| client_network(ip.parse().unwrap()).to_string();
        assert_eq!(network("198.18.7.9"), "198.18.7.0/24");
        assert_eq!(network("2a00:1450:4001:82a::200e"), "2a00:1450:4001::/48");
        assert_eq!(network("::ffff:198.18.7.9"), "198.18.7.0/24");
    }
}
