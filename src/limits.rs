//! How often one client network may come: to the SMTP door as its [`Gate`], and to the web.
//!
//! A network is IPv4 /24 or IPv6 /48 ([`client_network`]), since its holder has every address in it. Loopback and the
//! operator's own front ends are never counted. Each process counts for itself. What all clients together may cost is bounded elsewhere: connections and
//! octets in [`crate::receive::limits`], examinations in [`crate::worker`], questions in [`crate::dns`].

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use crate::net::client_network;
use crate::receive::{Gate, Wait};

/// So many at once, and so many a minute from then on.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    pub burst: NonZeroU32,
    pub per_minute: NonZeroU32,
}

impl Rate {
    /// At least one of each.
    pub const fn new(burst: u32, per_minute: u32) -> Rate {
        Rate { burst: at_least_one(burst), per_minute: at_least_one(per_minute) }
    }
}

const fn at_least_one(number: u32) -> NonZeroU32 {
    match NonZeroU32::new(number) {
        Some(number) => number,
        None => NonZeroU32::MIN,
    }
}

/// What each client network may do.
#[derive(Clone, Copy, Debug)]
pub struct Rates {
    /// SMTP connections.
    pub connections: Rate,
    /// Messages begun for somebody here.
    pub messages: Rate,
    /// Recipients that were never given out: few, since only a dictionary has many.
    pub unknown_recipients: Rate,
    /// Fresh addresses asked for.
    pub addresses: Rate,
    /// Examinations asked for over the web: pasted messages, re-checks, rehearsals.
    pub examinations: Rate,
    /// Everything else on the web: pages, states, events.
    pub reads: Rate,
}

impl Default for Rates {
    /// A large sender's /24 carries the mail of thousands of users; a university's one address, all its readers.
    fn default() -> Rates {
        Rates {
            connections: Rate::new(120, 120),
            messages: Rate::new(120, 120),
            unknown_recipients: Rate::new(30, 10),
            addresses: Rate::new(60, 30),
            examinations: Rate::new(20, 10),
            reads: Rate::new(600, 600),
        }
    }
}

/// Networks counted apart; beyond, only /8 and /16 are told apart, so that a flood from everywhere costs no more memory.
const NETWORKS: usize = 50_000;

/// The counts of every network, for each kind of request.
pub struct Limiter<C: Clock = DefaultClock> {
    exempt: Vec<IpNet>,
    connections: Counts<C>,
    messages: Counts<C>,
    unknown_recipients: Counts<C>,
    addresses: Counts<C>,
    examinations: Counts<C>,
    reads: Counts<C>,
}

/// What a web request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    Address,
    Examination,
    Read,
}

impl Limiter {
    /// `exempt` beside loopback, which always is.
    pub fn new(rates: Rates, exempt: Vec<IpNet>) -> Limiter {
        Limiter::with_clock(rates, exempt, DefaultClock::default())
    }
}

impl<C: Clock + Clone> Limiter<C> {
    fn with_clock(rates: Rates, exempt: Vec<IpNet>, clock: C) -> Limiter<C> {
        let counts = |kind, rate| Counts::new(kind, rate, clock.clone());
        Limiter {
            exempt,
            connections: counts("connections", rates.connections),
            messages: counts("messages", rates.messages),
            unknown_recipients: counts("unknown_recipients", rates.unknown_recipients),
            addresses: counts("addresses", rates.addresses),
            examinations: counts("examinations", rates.examinations),
            reads: counts("reads", rates.reads),
        }
    }

    /// May this client of the web go on?
    ///
    /// # Errors
    /// When to come again.
    pub fn web(&self, client: IpAddr, asks: Asks) -> Result<(), Wait> {
        let counts = match asks {
            Asks::Address => &self.addresses,
            Asks::Examination => &self.examinations,
            Asks::Read => &self.reads,
        };
        self.count(counts, client)
    }

    fn count(&self, counts: &Counts<C>, client: IpAddr) -> Result<(), Wait> {
        let client = client.to_canonical();
        if client.is_loopback() || self.exempt.iter().any(|network| network.contains(&client)) {
            return Ok(());
        }
        counts.admit(client_network(client))
    }
}

impl<C: Clock + Clone + Send + Sync> Gate for Limiter<C>
where
    C::Instant: Send + Sync,
{
    fn connect(&self, client: IpAddr) -> Result<(), Wait> {
        self.count(&self.connections, client)
    }

    fn unknown_recipient(&self, client: IpAddr) -> Result<(), Wait> {
        self.count(&self.unknown_recipients, client)
    }

    fn message(&self, client: IpAddr) -> Result<(), Wait> {
        self.count(&self.messages, client)
    }
}

/// One rate, counted for each network.
struct Counts<C: Clock> {
    kind: &'static str,
    limiter: RateLimiter<IpNet, DashMapStateStore<IpNet>, C, NoOpMiddleware<C::Instant>>,
    clock: C,
    most: usize,
}

impl<C: Clock + Clone> Counts<C> {
    fn new(kind: &'static str, rate: Rate, clock: C) -> Counts<C> {
        let quota = Quota::per_minute(rate.per_minute).allow_burst(rate.burst);
        let limiter = RateLimiter::new(quota, DashMapStateStore::default(), clock.clone());
        Counts { kind, limiter, clock, most: NETWORKS }
    }

    fn admit(&self, network: IpNet) -> Result<(), Wait> {
        if self.limiter.len() >= self.most {
            // Whoever has been away long enough to have their whole burst again needs no entry.
            self.limiter.retain_recent();
        }
        let network = if self.limiter.len() >= self.most { coarse(network) } else { network };
        self.limiter.check_key(&network).map_err(|not_until| {
            metrics::counter!("vaglio_rate_limited_total", "kind" => self.kind).increment(1);
            let wait = not_until.wait_time_from(self.clock.now());
            Wait(Duration::from_secs(wait.as_secs().saturating_add(1)))
        })
    }
}

fn coarse(network: IpNet) -> IpNet {
    match network {
        IpNet::V4(net) => IpNet::V4(Ipv4Net::new_assert(net.addr(), 8).trunc()),
        IpNet::V6(net) => IpNet::V6(Ipv6Net::new_assert(net.addr(), 16).trunc()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use governor::clock::FakeRelativeClock;

    const SMALL: Rate = Rate::new(2, 6);

    fn limiter(clock: &FakeRelativeClock) -> Limiter<FakeRelativeClock> {
        let rates = Rates {
            connections: SMALL,
            messages: SMALL,
            unknown_recipients: SMALL,
            addresses: SMALL,
            examinations: SMALL,
            reads: SMALL,
        };
        Limiter::with_clock(rates, vec!["198.51.100.0/24".parse().unwrap()], clock.clone())
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_network_has_its_burst_and_then_its_rate_and_is_told_when_to_come_again() {
        let clock = FakeRelativeClock::default();
        let limiter = limiter(&clock);
        assert!(limiter.message(ip("203.0.113.1")).is_ok());
        assert!(limiter.message(ip("::ffff:203.0.113.2")).is_ok());
        let wait = limiter.message(ip("203.0.113.3")).unwrap_err();
        assert_eq!(wait, Wait(Duration::from_secs(10 + 1)));
        assert!(limiter.message(ip("203.0.112.3")).is_ok(), "another network");
        assert!(limiter.connect(ip("203.0.113.3")).is_ok(), "another kind");
        clock.advance(wait.0);
        assert!(limiter.message(ip("203.0.113.3")).is_ok());
        assert!(limiter.message(ip("203.0.113.3")).is_err());
    }

    #[test]
    fn an_ipv6_customer_is_one_network_whatever_addresses_they_make_up() {
        let limiter = limiter(&FakeRelativeClock::default());
        for n in 0..2 {
            assert!(limiter.unknown_recipient(ip(&format!("2001:db8:1:{n}::{n}"))).is_ok());
        }
        assert!(limiter.unknown_recipient(ip("2001:db8:1:ffff::1")).is_err());
        assert!(limiter.unknown_recipient(ip("2001:db8:2::1")).is_ok());
    }

    #[test]
    fn loopback_and_trusted_networks_are_never_counted() {
        let limiter = limiter(&FakeRelativeClock::default());
        for _ in 0..100 {
            for client in ["127.0.0.1", "::1", "::ffff:127.0.0.9", "198.51.100.7"] {
                assert!(limiter.web(ip(client), Asks::Address).is_ok(), "{client}");
                assert!(limiter.connect(ip(client)).is_ok(), "{client}");
            }
        }
    }

    #[test]
    fn a_flood_from_everywhere_costs_bounded_memory_and_ends() {
        let clock = FakeRelativeClock::default();
        let mut limiter = limiter(&clock);
        limiter.reads.most = 1000;
        for n in 0..20_000_u32 {
            let _ = limiter.web(IpAddr::V4((0x0b00_0000 + (n << 8)).into()), Asks::Read);
        }
        assert!(limiter.reads.limiter.len() <= 1000 + 256, "{}", limiter.reads.limiter.len());
        clock.advance(Duration::from_secs(60));
        assert!(limiter.web(ip("203.0.113.1"), Asks::Read).is_ok());
        assert_eq!(limiter.reads.limiter.len(), 1, "forgotten when the flood is over");
    }
}
