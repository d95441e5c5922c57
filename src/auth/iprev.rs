//! Reverse DNS of the client, confirmed by forward DNS (RFC 8601 §3).

use std::net::IpAddr;

use futures_util::future::join_all;

use super::{Iprev, IprevResult};
use crate::dns::{Dns, RecordType, reverse_name};

/// Names past this many are listed, not asked for (RFC 7208 §5.5 draws the same line).
const MOST_NAMES: usize = 10;

/// Looks up the client's names and whether one of them resolves back to it.
pub async fn check(dns: &Dns, client: IpAddr) -> Iprev {
    let client = client.to_canonical();
    let pointers = dns.ask(&reverse_name(client), RecordType::Ptr).await;
    let names: Vec<String> = pointers.answer.pointers().map(str::to_owned).collect();
    let rtype = if client.is_ipv4() { RecordType::A } else { RecordType::Aaaa };
    let answers = join_all(names.iter().take(MOST_NAMES).map(|name| dns.ask(name, rtype))).await;
    let confirmed: Vec<String> = names
        .iter()
        .zip(&answers)
        .filter(|(_, lookup)| lookup.answer.addresses().any(|address| address.to_canonical() == client))
        .map(|(name, _)| name.clone())
        .collect();
    let result = if pointers.answer.is_unknown() {
        IprevResult::Temperror
    } else if names.is_empty() {
        // RFC 8601 §2.7.3: no PTR record at all.
        IprevResult::Permerror
    } else if !confirmed.is_empty() {
        IprevResult::Pass
    } else if answers.iter().any(|lookup| lookup.answer.is_unknown()) || names.len() > MOST_NAMES {
        // A name that did not answer, or was not asked for, could have been the one.
        IprevResult::Temperror
    } else {
        IprevResult::Fail
    };
    Iprev { result, names, confirmed }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::testing::World;

    async fn result(zone: &str, client: &str) -> Iprev {
        check(&World::new(zone).dns(), client.parse().unwrap()).await
    }

    #[tokio::test]
    async fn each_result_of_rfc_8601() {
        const PTR: &str = "1.2.0.192.in-addr.arpa PTR mail.example.com\n";
        for (zone, expected) in [
            ("mail.example.com A 192.0.2.1", IprevResult::Pass),
            ("mail.example.com A 192.0.2.2", IprevResult::Fail),
            ("mail.example.com AAAA 2001:db8::1", IprevResult::Fail),
            ("", IprevResult::Fail),
            ("mail.example.com A !timeout", IprevResult::Temperror),
        ] {
            assert_eq!(result(&format!("{PTR}{zone}"), "192.0.2.1").await.result, expected, "{zone}");
        }
        assert_eq!(result("", "192.0.2.1").await.result, IprevResult::Permerror);
        assert_eq!(result("1.2.0.192.in-addr.arpa PTR !servfail", "192.0.2.1").await.result, IprevResult::Temperror);
    }

    #[tokio::test]
    async fn one_confirmed_name_of_several_is_enough_and_mapped_addresses_are_ipv4() {
        let zone = "1.2.0.192.in-addr.arpa PTR a.example\n1.2.0.192.in-addr.arpa PTR b.example\n\
                    a.example A !servfail\nb.example A 192.0.2.1";
        let iprev = result(zone, "::ffff:192.0.2.1").await;
        assert_eq!((iprev.result, iprev.confirmed), (IprevResult::Pass, vec!["b.example".to_owned()]));
    }

    #[tokio::test]
    async fn hundreds_of_names_are_not_all_asked_for() {
        let zone: String = (0..300).map(|n| format!("1.2.0.192.in-addr.arpa PTR n{n}.example\n")).collect();
        let world = World::new(&zone);
        let iprev = check(&world.dns(), "192.0.2.1".parse().unwrap()).await;
        assert_eq!((iprev.result, iprev.names.len()), (IprevResult::Temperror, 300));
        assert_eq!(world.asked.lock().unwrap().len(), 11);
    }
}
