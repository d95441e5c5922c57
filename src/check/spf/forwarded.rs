//! An SPF failure that forwarding explains, as far as it can be proved from the message itself.
//!
//! A relay of the sender's own that the record forgot leaves the same trace but for one thing: a forwarder has received the
//! message for another address than the one it was sent on to.

use std::net::IpAddr;

use super::super::dkim;
use super::lint;
use crate::auth::spf::record;
use crate::auth::{DkimResult, Spf, SpfResult, SpfStepKind, psl};
use crate::facts::Facts;

/// Where the message was sent on from, and the sender's own server that had handed it over.
pub struct Forwarding {
    pub by: String,
    pub origin: IpAddr,
    /// The author's signature is known to have come through; otherwise nobody could check it.
    pub signed: bool,
}

/// The forwarding that made SPF fail. It is one when the author's signature came through (or could not be looked at), and some server
/// says that it received the message for a stranger's address from a client that the SPF record allows.
pub fn forwarding(spf: &Spf, facts: &Facts) -> Option<Forwarding> {
    let failed = matches!(spf.result, SpfResult::Fail | SpfResult::Softfail);
    let own = || facts.auth.dkim.iter().filter(|signature| signature.aligned);
    let signed = own().any(|signature| signature.result == DkimResult::Pass);
    let recipients = &facts.delivery.envelope.forward_paths;
    if !failed || !(signed || own().any(dkim::is_open)) || recipients.is_empty() {
        return None;
    }
    facts.message.received().into_iter().find_map(|hop| {
        let (by, recipient) = (hop.by.clone()?, hop.for_.as_deref()?);
        let elsewhere = !recipients.iter().any(|ours| ours.eq_ignore_ascii_case(recipient));
        let origin = hop.ip.filter(|ip| hop.is_public() && *ip != spf.client_ip.to_canonical())?;
        (elsewhere && is_strange(recipient, spf) && allows(origin, spf, facts)).then_some(Forwarding {
            by,
            origin,
            signed,
        })
    })
}

/// Not an address of the sender's own organization, whose forwarders are the sender's to list.
fn is_strange(recipient: &str, spf: &Spf) -> bool {
    let domain = recipient.rsplit_once('@').map(|(_, domain)| domain.to_ascii_lowercase());
    domain.is_some_and(|domain| psl::organizational_domain(&domain) != psl::organizational_domain(&spf.domain))
}

/// One of the records that the evaluation went through names this address.
fn allows(ip: IpAddr, spf: &Spf, facts: &Facts) -> bool {
    let records = spf.trace.iter().filter(|step| step.kind == SpfStepKind::Record);
    let mut terms = records.flat_map(|step| {
        let terms = record::parse(step.term.as_bytes()).terms;
        terms.into_iter().map(|term| (term, step.domain.as_str()))
    });
    terms.any(|(term, domain)| lint::names(&term, domain, ip, facts))
}

#[cfg(test)]
mod tests {
    use super::super::check;
    use crate::auth::{DkimResult, Spf, SpfResult, SpfStep};
    use crate::check::lab::{self, codes, cost, found};
    use crate::delivery::Observed;
    use crate::facts::Facts;

    /// A message that went through this hop, and whose SPF then failed for the next.
    fn after(hop: &str) -> Facts {
        let mut facts = lab::facts_of(&format!(
            "Received: {hop}; Sun, 22 Nov 2026 09:58:10 +0000\r\nFrom: ada@example.com\r\nTo: old@elsewhere.test\r\n\r\nHi\r\n"
        ));
        let record = "v=spf1 ip4:192.0.2.10 -all";
        let step = SpfStep {
            depth: 0,
            domain: "example.com".into(),
            term: record.into(),
            kind: crate::auth::SpfStepKind::Record,
            span: None,
            target: None,
            lookups: 0,
            void_lookups: 0,
            reason: None,
            detail: None,
        };
        let client_ip = "203.0.113.5".parse().unwrap();
        let spf = lab::spf(SpfResult::Fail);
        let spf =
            Spf { client_ip, record: Some(record.into()), matched: Some("-all".into()), trace: vec![step], ..spf };
        facts.auth.spf = Observed::Seen(spf);
        facts
    }

    const FORWARDER: &str = "from mail.example.com (mail.example.com [192.0.2.10]) by mx.elsewhere.test with ESMTPS id 1 for <old@elsewhere.test>";

    #[test]
    fn what_a_forwarder_did_is_not_held_against_the_sender() {
        let found = found(check, &after(FORWARDER));
        assert_eq!(codes(&found), ["spf.forwarded"]);
        assert!(found[0].cures.is_empty());
        assert_eq!(cost(found), 0);
    }

    #[test]
    fn without_proof_of_forwarding_a_fail_is_a_fail() {
        let relayed = FORWARDER.replace("old@elsewhere.test", "test@vaglio.example");
        let silent = FORWARDER.replace(" for <old@elsewhere.test>", "");
        let own = FORWARDER.replace("old@elsewhere.test", "info@lists.example.com");
        let stranger = FORWARDER.replace("192.0.2.10", "198.51.100.7");
        for hop in [relayed, silent, own, stranger] {
            assert_eq!(codes(&found(check, &after(&hop))), ["spf.result.fail"], "{hop}");
        }
        let mut unsigned = after(FORWARDER);
        unsigned.auth.dkim[0].result = DkimResult::Fail;
        assert_eq!(codes(&found(check, &unsigned)), ["spf.result.fail"]);
    }
}
