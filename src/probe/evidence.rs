//! What is kept of a message to a probe, and shown to everybody: results, never content, and no local part.

use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Tag, tag};
use crate::address::Probe;
use crate::auth::{Auth, DkimReason, Fault, FaultKind, Spf};
use crate::delivery::{Delivery, Observed};
use crate::dns::Lookup;
use crate::mask::{CUT, Spelt};

/// What stands for a local part.
const MASK: &str = "*";

/// The authentication of one message, masked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    pub received_at: Timestamp,
    pub client_ip: Option<IpAddr>,
    pub helo: Option<String>,
    pub auth: Auth,
}

/// A message to a probe, judged.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    pub tag: Tag,
    /// The sender as the public list shows it: the Author Domain, else the domain of the return path.
    pub domain: Option<String>,
    pub evidence: Evidence,
}

impl Judged {
    /// `lookups` are those of this very evaluation: they tell whether SPF's macros reveal the local part.
    pub fn new(probe: Probe, delivery: &Delivery, auth: Auth, lookups: &[Lookup]) -> Judged {
        let tag = tag(probe, &auth);
        let helo = delivery.session.helo.seen();
        let spelt = Spelt::of(&[&auth.spf, &auth.spf_helo], helo.map(String::as_str), lookups);
        let evidence = Evidence {
            received_at: delivery.received_at,
            client_ip: delivery.session.client_ip.seen().copied(),
            helo: helo.map(|helo| mask_address(helo)),
            auth: masked(auth, &spelt),
        };
        Judged { tag, domain: evidence.sender_domain().map(str::to_owned), evidence }
    }
}

impl Evidence {
    pub fn sender_domain(&self) -> Option<&str> {
        let return_path = || self.auth.spf.seen().map(|spf| spf.domain.as_str());
        self.auth.dmarc.author_domain.as_deref().or_else(return_path).filter(|domain| !domain.is_empty())
    }
}

fn masked(mut auth: Auth, spelt: &Spelt) -> Auth {
    for spf in [&mut auth.spf, &mut auth.spf_helo] {
        if let Observed::Seen(spf) = spf {
            mask_spf(spf, spelt);
        }
    }
    for signature in &mut auth.dkim {
        signature.identity = signature.identity.as_deref().map(mask_address);
        match &mut signature.reason {
            // What cannot be read cannot be masked.
            Some(DkimReason::Unparsable(fault)) => {
                signature.header.clear();
                mask_fault(fault);
            }
            _ => signature.header = mask_signature(&signature.header),
        }
    }
    for domain in auth.arc.sealers.iter_mut().chain(&mut auth.dmarc.alignment_unknown) {
        *domain = mask_address(domain);
    }
    auth
}

/// Of a tag at fault its name, where it has one: what follows can be an address or a copied field.
fn mask_fault(fault: &mut Fault) {
    let (name, value) =
        fault.what.split_once('=').map_or(("", fault.what.as_str()), |(name, value)| (name.trim(), value));
    let plain = |name: &str| name.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'_');
    match fault.kind {
        FaultKind::NoEquals | FaultKind::TagName | FaultKind::Duplicate if !value.is_empty() => {
            fault.what = if name.is_empty() || !plain(name) { CUT.to_owned() } else { format!("{name}={CUT}") };
        }
        _ => {}
    }
}

/// `anna@example.org` becomes `*@example.org`; `@example.org` stays.
fn mask_address(address: &str) -> String {
    match address.rsplit_once('@') {
        Some(("", _)) | None => address.to_owned(),
        Some((_, domain)) => format!("{MASK}@{domain}"),
    }
}

/// The tags that are known to hold no content (RFC 6376 §3.5); `z=` repeats header fields, the subject perhaps.
const SIGNATURE_TAGS: [&str; 13] = ["v", "a", "b", "bh", "c", "d", "h", "i", "l", "q", "s", "t", "x"];

/// The signature without local parts, and without what other tags hold.
fn mask_signature(header: &str) -> String {
    let (name, value) = header.split_once(':').unwrap_or(("", header));
    let tags = value.split(';').map(|tag| match tag.split_once('=') {
        Some((key, value)) if SIGNATURE_TAGS.contains(&key.trim()) => format!("{key}={}", mask_address(value)),
        Some((key, _)) => format!("{key}={MASK}"),
        None if tag.trim().is_empty() => tag.to_owned(),
        None => format!(" {MASK}"),
    });
    format!("{name}:{}", tags.collect::<Vec<_>>().join(";"))
}

/// What macros made of the local part is cut out wherever it stands; the domain's own explanation goes with it.
fn mask_spf(spf: &mut Spf, spelt: &Spelt) {
    if spf.sender.split('@').next() != Some("postmaster") {
        spf.sender = mask_address(&spf.sender);
    }
    // A HELO can be an address by mistake, and stand for the domain; its steps name it everywhere.
    if spf.domain.contains('@') {
        spf.domain = mask_address(&spf.domain);
        spf.sender = format!("postmaster@{}", spf.domain);
        (spf.explanation, spf.problem) = (None, None);
        spf.trace.clear();
    }
    spelt.cut_from(spf);
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::address::{Mailbox, ReversePath};
    use crate::auth::spf::{Request, check_host};
    use crate::dns::{Dns, Zone};

    #[test]
    fn a_signature_loses_its_local_part_and_copied_fields_and_nothing_else() {
        assert_eq!(
            mask_signature(
                "DKIM-Signature: v=1; d=a.test; i=anna.rossi@a.test; z=Subject:secret|From:anna@a.test; b=YQ=="
            ),
            "DKIM-Signature: v=1; d=a.test; i=*@a.test; z=*; b=YQ=="
        );
        assert_eq!(mask_signature("DKIM-Signature: d=a.test; i=@a.test"), "DKIM-Signature: d=a.test; i=@a.test");
        assert_eq!(
            mask_signature("DKIM-Signature: a=new; d=anna@a.test; note=to Anna; anna@a.test;"),
            "DKIM-Signature: a=new; d=*@a.test; note=*; *;"
        );
    }

    #[test]
    fn a_signature_that_cannot_be_read_leaves_the_name_of_the_tag_at_fault() {
        for (kind, what, left) in [
            (FaultKind::Duplicate, "i=anna@a.test", "i=…"),
            (FaultKind::NoEquals, "anna@a.test", "…"),
            (FaultKind::TagName, "to anna=anna", "…"),
            (FaultKind::NoDomain, "d", "d"),
        ] {
            let mut fault = Fault::of(kind, what);
            mask_fault(&mut fault);
            assert_eq!(fault.what, left);
        }
    }

    #[tokio::test]
    async fn a_helo_that_is_an_address_loses_its_local_part() {
        let dns = Dns::new(Arc::new(Zone::parse("*.a.test. TXT \"v=spf1 a:%{d} -all exp=%{h}\"\n").unwrap()));
        let ip = "192.0.2.9".parse().unwrap();
        let null = Request::mail_from(ip, &ReversePath::Null, "anna@x.a.test", "here.test", Timestamp::UNIX_EPOCH);
        let helo = Request::helo(ip, "anna@x.a.test", "here.test", Timestamp::UNIX_EPOCH);
        for request in [null, helo] {
            let mut spf = check_host(&dns, &request).await;
            let spelt = Spelt::of(&[&Observed::Seen(spf.clone())], Some("anna@x.a.test"), &dns.lookups());
            mask_spf(&mut spf, &spelt);
            assert_eq!((spf.domain.as_str(), spf.sender.as_str()), ("*@x.a.test", "postmaster@*@x.a.test"));
            assert!(!serde_json::to_string(&spf).unwrap().contains("anna"));
        }
    }

    #[tokio::test]
    async fn macros_that_spell_the_local_part_out_leave_no_trace_of_it() {
        let zone = "a.test. TXT \"v=spf1 exists:%{l}.u.a.test include:%{l1r-}.v.a.test -all exp=e.a.test\"\n\
                    e.a.test. TXT \"%{s} may not\"\n\
                    anna-rossi.u.a.test. A 192.0.2.1\nanna.v.a.test. TXT \"v=spf1 a:x.test -all\"\n";
        for zone in [zone.to_owned(), zone.replace("anna-rossi.u", "other.u")] {
            let dns = Dns::new(Arc::new(Zone::parse(&zone).unwrap()));
            let path = ReversePath::Mailbox(Mailbox::parse("anna-rossi@a.test").unwrap());
            let request =
                Request::mail_from("192.0.2.9".parse().unwrap(), &path, "h.test", "here.test", Timestamp::UNIX_EPOCH);
            let mut spf = check_host(&dns, &request).await;
            assert!(serde_json::to_string(&spf).unwrap().contains("anna"));
            let spelt = Spelt::of(&[&Observed::Seen(spf.clone())], None, &dns.lookups());
            mask_spf(&mut spf, &spelt);
            let kept = serde_json::to_string(&spf).unwrap();
            assert!(!kept.contains("anna") && !kept.contains("rossi"), "{kept}");
            assert!(kept.contains("*@a.test"));
        }
    }

    #[tokio::test]
    async fn a_helo_that_is_an_address_is_not_spelt_out_in_the_steps_of_the_return_path() {
        let zone = "a.test. TXT \"v=spf1 exists:%{h}.u.a.test include:%{h1r}.v.a.test -all exp=e.a.test\"\n\
                    e.a.test. TXT \"%{h} may not\"\n";
        let dns = Dns::new(Arc::new(Zone::parse(zone).unwrap()));
        let path = ReversePath::Mailbox(Mailbox::parse("news@a.test").unwrap());
        let ip = "192.0.2.9".parse().unwrap();
        for (helo, told) in [("anna.rossi@x.test", false), ("mail.anna.test", true)] {
            let request = Request::mail_from(ip, &path, helo, "here.test", Timestamp::UNIX_EPOCH);
            let mut spf = check_host(&dns, &request).await;
            assert!(serde_json::to_string(&spf).unwrap().contains("anna"));
            let spelt = Spelt::of(&[&Observed::Seen(spf.clone())], Some(helo), &dns.lookups());
            mask_spf(&mut spf, &spelt);
            let kept = serde_json::to_string(&spf).unwrap();
            assert_eq!(kept.contains("anna"), told, "{kept}");
        }
    }
}
