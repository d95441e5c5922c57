//! Facts for tests: a good message from example.com, to be spoiled in one point.

use std::collections::BTreeMap;
use std::sync::Arc;

pub use super::testing::found;
use super::{Finding, Findings, testing};
use crate::address::{Mailbox, ReversePath};
use crate::auth::dmarc::record::Record;
use crate::auth::{self, ArcResult, Auth, Dkim, DkimResult, Dmarc, DmarcResult, Iprev, IprevResult, Policy, PolicyTag};
use crate::auth::{Spf, SpfIdentity, SpfResult};
use crate::delivery::{Envelope, Observed, Session, TlsInfo, Why};
use crate::dns::{Answer, Data, Lookup, Question, RecordType, Text};
use crate::facts::{Facts, Recorded};

pub const MESSAGE: &str = "From: Ada <ada@example.com>\r\nTo: bob@test.example\r\nSubject: Minutes\r\n\
    Date: Sun, 22 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@example.com>\r\n\r\nHello Bob\r\n";

pub const SPF_RECORD: &str = "v=spf1 mx ip4:192.0.2.10 -all";

/// What DNS says around the good message.
pub const ZONE: &[(&str, &str, &str)] = &[
    ("example.com", "TXT", SPF_RECORD),
    ("example.com", "MX", "10 mail.example.com"),
    ("example.com", "A", "192.0.2.80"),
    ("example.com", "AAAA", "NODATA"),
    ("mail.example.com", "A", "192.0.2.10"),
    ("mail.example.com", "AAAA", "NODATA"),
    ("10.2.0.192.in-addr.arpa", "PTR", "mail.example.com"),
    ("_dmarc.example.com", "TXT", "v=DMARC1; p=reject"),
    ("s1._domainkey.example.com", "TXT", "v=DKIM1; k=rsa; p=MIIB"),
    ("_mta-sts.example.com", "TXT", "NXDOMAIN"),
    ("_smtp._tls.example.com", "TXT", "NXDOMAIN"),
    ("default._bimi.example.com", "TXT", "NXDOMAIN"),
    ("_25._tcp.mail.example.com", "TLSA", "NXDOMAIN"),
];

/// Recorded answers: values of one name and type are one set; `NXDOMAIN`, `NODATA`, `SERVFAIL`, `TIMEOUT` stand for themselves.
pub fn zone(entries: &[(&str, &str, &str)]) -> Recorded {
    let mut sets: BTreeMap<(String, &str), Vec<&str>> = BTreeMap::new();
    for (name, rtype, value) in entries {
        sets.entry(((*name).to_owned(), rtype)).or_default().push(value);
    }
    Recorded::new(sets.into_iter().map(|((name, rtype), values)| lookup(name, rtype, &values)).collect())
}

/// The good zone with some answers replaced or added.
pub fn zone_with(changes: &[(&str, &str, &str)]) -> Recorded {
    let untouched = |entry: &&(&str, &str, &str)| !changes.iter().any(|new| (new.0, new.1) == (entry.0, entry.1));
    let entries: Vec<_> = ZONE.iter().filter(untouched).chain(changes).copied().collect();
    zone(&entries)
}

fn lookup(name: String, rtype: &str, values: &[&str]) -> Lookup {
    let answer = match values {
        ["NXDOMAIN"] => Answer::NxDomain,
        ["NODATA"] => Answer::NoData,
        ["SERVFAIL"] => Answer::ServFail,
        ["TIMEOUT"] => Answer::TimedOut,
        _ => Answer::Records { records: values.iter().map(|value| data(rtype, value)).collect(), ttl: 300 },
    };
    let rtype = match rtype {
        "A" => RecordType::A,
        "AAAA" => RecordType::Aaaa,
        "MX" => RecordType::Mx,
        "TXT" => RecordType::Txt,
        "PTR" => RecordType::Ptr,
        "TLSA" => RecordType::Tlsa,
        other => panic!("type {other}"),
    };
    Lookup {
        question: Question { name, rtype },
        answer,
        aliases: Vec::new(),
        authenticated: false,
        server: None,
        ms: 1,
    }
}

fn data(rtype: &str, value: &str) -> Data {
    match rtype {
        "A" => Data::A(value.parse().unwrap()),
        "AAAA" => Data::Aaaa(value.parse().unwrap()),
        "MX" => {
            let (preference, exchange) = value.split_once(' ').unwrap();
            Data::Mx { preference: preference.parse().unwrap(), exchange: exchange.trim_end_matches('.').to_owned() }
        }
        "TXT" => Data::Txt(Text { octets: value.as_bytes().to_vec(), strings: 1 }),
        "PTR" => Data::Ptr(value.to_owned()),
        "TLSA" => Data::Tlsa { usage: 3, selector: 1, matching: 1, data: vec![1, 2, 3] },
        other => panic!("type {other}"),
    }
}

/// A message that nothing is to be said against.
pub fn facts() -> Facts {
    facts_of(MESSAGE)
}

/// The same session, authentication and DNS with this message.
pub fn facts_of(raw: &str) -> Facts {
    let mut facts = testing::facts_of(raw);
    let tls = TlsInfo { version: "TLSv1.3".into(), cipher: "TLS13_AES_256_GCM_SHA384".into() };
    session(&mut facts).client_ip = Observed::Seen("192.0.2.10".parse().unwrap());
    session(&mut facts).helo = Observed::Seen("mail.example.com".to_owned());
    session(&mut facts).tls = Observed::Seen(Some(tls));
    let reverse_path = ReversePath::Mailbox(Mailbox::parse("ada@example.com").unwrap());
    envelope(&mut facts).reverse_path = Observed::Seen(reverse_path);
    facts.auth = good_auth();
    facts.dns = zone(ZONE);
    facts
}

pub fn spf(result: SpfResult) -> Spf {
    Spf {
        result,
        identity: SpfIdentity::MailFrom,
        domain: "example.com".into(),
        sender: "ada@example.com".into(),
        client_ip: "192.0.2.10".parse().unwrap(),
        record: Some(SPF_RECORD.into()),
        matched: Some("ip4:192.0.2.10".into()),
        explanation: None,
        lookups: 1,
        void_lookups: 0,
        problem: None,
        trace: Vec::new(),
    }
}

/// A signature of example.com, selector s1, that passes and aligns.
pub fn dkim() -> Dkim {
    Dkim {
        result: DkimResult::Pass,
        domain: "example.com".into(),
        selector: "s1".into(),
        algorithm: "rsa-sha256".into(),
        identity: None,
        canonicalization: ("relaxed".into(), "relaxed".into()),
        signed_headers: ["From", "To", "Subject", "Date", "Message-ID"].map(str::to_owned).to_vec(),
        body_length: None,
        signed_at: None,
        expires_at: None,
        key_bits: Some(2048),
        testing: false,
        key_record: Some("v=DKIM1; k=rsa; p=MIIB".into()),
        aligned: true,
        aligned_relaxed: true,
        aligned_strict: true,
        alignment_open: false,
        reason: None,
        autopsy: Vec::new(),
        header: "v=1; a=rsa-sha256; d=example.com; s=s1; h=From:To:Subject:Date:Message-ID; bh=x; b=y".into(),
    }
}

pub fn good_auth() -> Auth {
    Auth {
        spf: Observed::Seen(spf(SpfResult::Pass)),
        spf_helo: Observed::Missing(Why::NotGiven),
        dkim: vec![dkim()],
        arc: auth::Arc { result: ArcResult::None, instances: 0, sealers: Vec::new(), reason: None },
        dmarc: Dmarc {
            result: DmarcResult::Pass,
            author_domain: Some("example.com".into()),
            organizational_domain: Some("example.com".into()),
            psl_organizational_domain: Some("example.com".into()),
            policy_domain: Some("example.com".into()),
            record: Some("v=DMARC1; p=reject".into()),
            policy: Some(Policy::Reject),
            policy_tag: Some(PolicyTag::P),
            spf_aligned: true,
            dkim_aligned: true,
            parsed: Some(Record::parse(b"v=DMARC1; p=reject")),
            ..Dmarc::default()
        },
        iprev: Observed::Seen(Iprev {
            result: IprevResult::Pass,
            names: vec!["mail.example.com".into()],
            confirmed: vec!["mail.example.com".into()],
        }),
    }
}

/// The delivery, to be changed.
pub fn session(facts: &mut Facts) -> &mut Session {
    &mut Arc::make_mut(&mut facts.delivery).session
}

pub fn envelope(facts: &mut Facts) -> &mut Envelope {
    &mut Arc::make_mut(&mut facts.delivery).envelope
}

pub fn codes(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.code.as_str()).collect()
}

/// What these findings cost, tenths, zero or below.
pub fn cost(findings: Vec<Finding>) -> i32 {
    crate::score::score(Findings(findings)).rows.iter().map(|row| row.points).sum()
}
