//! How often this service visits one domain: messages full of links must not make it a weapon against their host.

use governor::clock::DefaultClock;
use governor::{DefaultKeyedRateLimiter, Quota};
use url::Url;

use crate::limits::Rate;

/// A newsletter's fifty links twice over, for several readers at once, and then two requests a second.
pub const VISITS: Rate = Rate::new(300, 120);

/// Domains counted apart; when there are more, all are forgotten that have been left alone for a while.
const DOMAINS: usize = 20_000;

/// The requests of the whole process, by registrable domain: a flood of made-up subdomains ends at the same host.
pub struct Visits {
    limiter: DefaultKeyedRateLimiter<String>,
}

impl Visits {
    pub fn new(rate: Rate) -> Visits {
        let quota = Quota::per_minute(rate.per_minute).allow_burst(rate.burst);
        Visits { limiter: DefaultKeyedRateLimiter::dashmap_with_clock(quota, DefaultClock::default()) }
    }

    /// Counts one request; `false`: not now.
    pub fn may_visit(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default();
        let domain = psl::domain_str(host).unwrap_or(host);
        if self.limiter.len() >= DOMAINS {
            self.limiter.retain_recent();
            if self.limiter.len() >= DOMAINS {
                return false;
            }
        }
        self.limiter.check_key(&domain.to_owned()).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_not_flooded_by_our_visits() {
        let visits = Visits::new(Rate::new(3, 1));
        let may = |url: &str| visits.may_visit(&url.parse().unwrap());
        assert!(may("https://victim.co.uk/1") && may("https://a.victim.co.uk/2") && may("http://b.c.victim.co.uk/3"));
        assert!(!may("https://d.victim.co.uk/4"), "made-up subdomains are one domain");
        assert!(may("https://other.co.uk/") && may("http://192.0.2.1/"));
    }
}
