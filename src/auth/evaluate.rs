//! All of a message's authentication at once: no answer waits for another that it does not need.

use std::collections::BTreeSet;
use std::net::IpAddr;

use futures_util::future::{join, join3};
use jiff::Timestamp;

use super::spf::{self, Request};
use super::{Auth, Iprev, Spf, arc, dkim, dmarc, iprev};
use crate::address::{Mailbox, ReversePath, domain_to_ascii};
use crate::delivery::{Delivery, Observed};
use crate::dns::Dns;
use crate::message::Message;

/// Evaluates SPF for both identities, DKIM, ARC, DMARC and iprev for one delivery, as things stood at `now`.
pub async fn authenticate(dns: &Dns, delivery: &Delivery, message: &Message, now: Timestamp) -> Auth {
    let from: Vec<&str> = message.all("From").map(|field| field.value.as_str()).collect();
    let identifiers = identifiers(delivery, &message.raw);
    let (spf, spf_helo, reverse) = sender(delivery, now);
    let (verdicts, (mut dkim, arc), discovery) = join3(
        join3(check(dns, spf), check(dns, spf_helo), reverse_dns(dns, reverse)),
        join(dkim::verify(dns, &message.raw, now), arc::verify(dns, &message.raw, now)),
        dmarc::Discovery::run(dns, &from, identifiers),
    )
    .await;
    let (spf, spf_helo, iprev) = verdicts;
    let dmarc = discovery.conclude(&spf, &mut dkim);
    Auth { spf, spf_helo, dkim, arc, dmarc, iprev }
}

/// The domains whose alignment will be wanted: the one SPF is asked for, and every `d=`.
fn identifiers(delivery: &Delivery, raw: &[u8]) -> Vec<String> {
    let helo = delivery.session.helo.seen().map(String::as_str);
    let spf = match delivery.envelope.reverse_path.seen() {
        Some(ReversePath::Mailbox(mailbox)) => domain_to_ascii(&mailbox.domain),
        // RFC 7208 §2.4: postmaster@<helo>.
        Some(ReversePath::Null) => helo.and_then(domain_to_ascii),
        None => None,
    };
    let domains: BTreeSet<String> = dkim::signing_domains(raw).into_iter().chain(spf).collect();
    domains.into_iter().collect()
}

/// The two SPF evaluations to make, and the client.
fn sender(delivery: &Delivery, now: Timestamp) -> (Observed<Request>, Observed<Request>, Observed<IpAddr>) {
    let session = &delivery.session;
    let ip = match &session.client_ip {
        Observed::Seen(ip) => *ip,
        Observed::Missing(why) => {
            return (Observed::Missing(why.clone()), Observed::Missing(why.clone()), Observed::Missing(why.clone()));
        }
    };
    let forward = delivery.envelope.forward_paths.first().and_then(|path| Mailbox::parse(path));
    // RFC 7208 §7.3: "unknown" where the receiving host's name is.
    let receiver = forward.map_or_else(|| "unknown".to_owned(), |mailbox| mailbox.domain);
    let spf_helo = match &session.helo {
        Observed::Seen(helo) => Observed::Seen(Request::helo(ip, helo, &receiver, now)),
        Observed::Missing(why) => Observed::Missing(why.clone()),
    };
    let spf = match (&delivery.envelope.reverse_path, &session.helo) {
        (Observed::Missing(why), _) | (Observed::Seen(ReversePath::Null), Observed::Missing(why)) => {
            Observed::Missing(why.clone())
        }
        (Observed::Seen(path), helo) => {
            let helo = helo.seen().map_or("unknown", String::as_str);
            Observed::Seen(Request::mail_from(ip, path, helo, &receiver, now))
        }
    };
    (spf, spf_helo, Observed::Seen(ip))
}

async fn check(dns: &Dns, request: Observed<Request>) -> Observed<Spf> {
    match request {
        Observed::Seen(request) => Observed::Seen(spf::check_host(dns, &request).await),
        Observed::Missing(why) => Observed::Missing(why),
    }
}

async fn reverse_dns(dns: &Dns, client: Observed<IpAddr>) -> Observed<Iprev> {
    match client {
        Observed::Seen(ip) => Observed::Seen(iprev::check(dns, ip).await),
        Observed::Missing(why) => Observed::Missing(why),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use bytes::Bytes;

    use super::*;
    use crate::auth::testing::World;
    use crate::auth::{DkimResult, DmarcResult, IprevResult, Policy, SpfResult, received_spf, results_header};
    use crate::delivery::{Envelope, KnownBy, Session, Why};

    const ZONE: &str = "example.com TXT v=spf1 ip4:192.0.2.1 -all
mail.example.com A 192.0.2.1
1.2.0.192.in-addr.arpa PTR mail.example.com
_dmarc.example.com TXT v=DMARC1; p=reject";

    fn delivery(client: Observed<IpAddr>, reverse_path: ReversePath, raw: &str) -> Delivery {
        Delivery {
            session: Session {
                client_ip: client,
                client_port: None,
                client_known_by: KnownBy::Given,
                helo: Observed::Seen("mail.example.com".to_owned()),
                tls: Observed::Missing(Why::NotGiven),
                transcript: Vec::new(),
            },
            envelope: Envelope {
                reverse_path: Observed::Seen(reverse_path),
                forward_paths: vec!["x@vaglio.example".to_owned()],
                smtputf8: false,
                body: None,
                size: None,
                dsn: None,
            },
            raw: Bytes::from(raw.replace('\n', "\r\n")),
            received_at: Timestamp::UNIX_EPOCH,
        }
    }

    async fn judge(world: &std::sync::Arc<World>, delivery: &Delivery) -> Auth {
        authenticate(&world.dns(), delivery, &Message::parse(delivery.raw.clone()), Timestamp::UNIX_EPOCH).await
    }

    const MESSAGE: &str = "DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=s; h=from; bh=YQ==; b=YWJjZGVmZ2hp
From: Alice <a@example.com>

hello
";

    #[tokio::test]
    async fn one_delivery_gives_every_result_and_asks_nothing_twice() {
        let world = World::new(ZONE);
        let path = ReversePath::Mailbox(Mailbox::parse("a@example.com").unwrap());
        let delivery = delivery(Observed::Seen([192, 0, 2, 1].into()), path, MESSAGE);
        let auth = judge(&world, &delivery).await;
        assert_eq!(auth.spf.seen().unwrap().result, SpfResult::Pass);
        assert_eq!(auth.spf_helo.seen().unwrap().result, SpfResult::None);
        assert_eq!(auth.iprev.seen().unwrap().result, IprevResult::Pass);
        assert_eq!((auth.dmarc.result, auth.dmarc.policy), (DmarcResult::Pass, Some(Policy::Reject)));
        assert!(auth.dmarc.spf_aligned && !auth.dmarc.dkim_aligned);
        assert_eq!(auth.dkim[0].result, DkimResult::Permerror);
        assert!(auth.dkim[0].aligned);
        let asked = world.asked.lock().unwrap();
        let distinct: HashSet<_> = asked.iter().collect();
        assert_eq!(distinct.len(), asked.len());
        assert_eq!(
            results_header(&auth, "vaglio.example").replace("\r\n\t", "\n"),
            "Authentication-Results: vaglio.example;\niprev=pass policy.iprev=192.0.2.1;\n\
             spf=pass smtp.mailfrom=a@example.com;\nspf=none smtp.helo=mail.example.com;\n\
             dkim=permerror header.d=example.com header.s=s header.a=rsa-sha256 header.b=YWJjZGVm;\n\
             dmarc=pass header.from=example.com polrec.p=reject"
        );
        let field = received_spf(auth.spf.seen().unwrap(), "mail.example.com", "vaglio.example");
        assert!(
            field.starts_with("Received-SPF: pass client-ip=192.0.2.1;\r\n\tenvelope-from=\"a@example.com\""),
            "{field}"
        );
    }

    #[tokio::test]
    async fn a_bounce_aligns_by_its_helo_name() {
        let zone = ZONE.replace("example.com TXT v=spf1", "mail.example.com TXT v=spf1");
        let delivery = delivery(Observed::Seen([192, 0, 2, 1].into()), ReversePath::Null, "From: a@example.com\n\n");
        let auth = judge(&World::new(&zone), &delivery).await;
        assert_eq!(auth.spf.seen().unwrap().domain, "mail.example.com");
        assert_eq!(auth.dmarc.result, DmarcResult::Pass);
    }

    #[tokio::test]
    async fn without_a_client_nothing_is_claimed_about_it() {
        let delivery = delivery(Observed::Missing(Why::NotGiven), ReversePath::Null, MESSAGE);
        let auth = judge(&World::new(ZONE), &delivery).await;
        assert_eq!((auth.spf.missing(), auth.iprev.missing()), (Some(&Why::NotGiven), Some(&Why::NotGiven)));
        assert_eq!(auth.dmarc.result, DmarcResult::Temperror);
    }
}
