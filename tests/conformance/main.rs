//! The public RFC 7208 test suite (openspf.org, release 2014.04): every case, in memory and over real sockets.
//!
//! The suite's zones are read as its own drivers read them: an SPF entry counts as TXT where the owner has no TXT entry,
//! `TXT: NONE` means none at all, and `TIMEOUT` stands for whatever records do not answer.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

#[path = "../support/mod.rs"]
mod support;

use std::sync::Arc;

use serde::Deserialize;
use serde_yaml_ng::{Mapping, Value};
use support::dns::Server;
use vaglio::address::{Mailbox, ReversePath};
use vaglio::auth::SpfResult;
use vaglio::auth::spf::{Request, check_host};
use vaglio::dns::{Answer, Data, Dns, Live, RecordType, Text, Zone};

const CASES: usize = 203;

struct Scenario {
    name: String,
    zone: Zone,
    cases: Vec<Case>,
}

struct Case {
    id: String,
    request: Request,
    accepted: Vec<String>,
    /// `Some(None)`: the explanation is the checker's own, so the domain's must not be taken.
    explanation: Option<Option<String>>,
}

#[tokio::test]
async fn all_203_cases_give_their_result() {
    let mut passed = 0;
    let mut failed = Vec::new();
    for scenario in scenarios(&Answer::TimedOut) {
        let dns = Dns::new(Arc::new(scenario.zone.clone()));
        run(&scenario, &dns, &mut passed, &mut failed).await;
    }
    assert!(failed.is_empty(), "{} of {CASES} failed:\n{}", failed.len(), failed.join("\n"));
    assert_eq!(passed, CASES);
}

#[tokio::test]
async fn all_203_cases_give_their_result_over_real_sockets() {
    let mut passed = 0;
    let mut failed = Vec::new();
    // A resolver that gave up says SERVFAIL; real silence has tests of its own.
    for scenario in scenarios(&Answer::ServFail) {
        let server = Server::serve(scenario.zone.clone(), []).await;
        let dns = Dns::new(Arc::new(Live::new([server.addr])));
        run(&scenario, &dns, &mut passed, &mut failed).await;
    }
    assert!(failed.is_empty(), "{} of {CASES} failed:\n{}", failed.len(), failed.join("\n"));
    assert_eq!(passed, CASES);
}

async fn run(scenario: &Scenario, dns: &Dns, passed: &mut usize, failed: &mut Vec<String>) {
    for case in &scenario.cases {
        let spf = check_host(dns, &case.request).await;
        let result = word(spf.result);
        let explained = case.explanation.as_ref().is_none_or(|wanted| *wanted == spf.explanation);
        if case.accepted.contains(&result) && explained {
            *passed += 1;
        } else {
            failed.push(format!(
                "{} / {}: {result}, {:?} instead of {:?}, {:?}\n{:#?}",
                scenario.name, case.id, spf.explanation, case.accepted, case.explanation, spf.trace
            ));
        }
    }
}

fn word(result: SpfResult) -> String {
    serde_json::to_value(result).unwrap().as_str().unwrap().to_owned()
}

fn scenarios(timeout: &Answer) -> Vec<Scenario> {
    let text = include_str!("rfc7208-tests.yml");
    serde_yaml_ng::Deserializer::from_str(text)
        .map(|document| {
            let document = Mapping::deserialize(document).unwrap();
            Scenario {
                name: string(&document["description"]),
                zone: zone(document["zonedata"].as_mapping().unwrap(), timeout),
                cases: document["tests"].as_mapping().unwrap().iter().map(|(id, test)| case(id, test)).collect(),
            }
        })
        .collect()
}

fn case(id: &Value, test: &Value) -> Case {
    let client_ip = string(&test["host"]).parse().unwrap();
    let helo = string(&test["helo"]);
    let mail_from = string(&test["mailfrom"]);
    let now = jiff::Timestamp::UNIX_EPOCH;
    // The suite also has senders that no SMTP server would let through.
    let reverse_path = match mail_from.rsplit_once('@') {
        _ if mail_from.is_empty() => ReversePath::Null,
        Some((local_part, domain)) => {
            ReversePath::Mailbox(Mailbox { local_part: local_part.to_owned(), domain: domain.to_owned() })
        }
        None => ReversePath::Mailbox(Mailbox { local_part: String::new(), domain: mail_from }),
    };
    Case {
        id: string(id),
        request: Request::mail_from(client_ip, &reverse_path, &helo, "receiver.test", now),
        accepted: strings(&test["result"]),
        explanation: test.get("explanation").map(|text| Some(string(text)).filter(|text| text != "DEFAULT")),
    }
}

fn zone(owners: &Mapping, timeout: &Answer) -> Zone {
    let mut zone = Zone::default();
    for (owner, entries) in owners {
        let owner = string(owner);
        zone.touch(&owner);
        let entries = entries.as_sequence().unwrap();
        let has_txt = entries.iter().any(|entry| entry.get("TXT").is_some());
        for entry in entries {
            let Some(entry) = entry.as_mapping() else {
                zone.fault(&owner, timeout.clone());
                continue;
            };
            for (kind, value) in entry {
                let kind = string(kind);
                let rtype = match kind.as_str() {
                    "SPF" if has_txt => continue,
                    "SPF" | "TXT" => RecordType::Txt,
                    "A" => RecordType::A,
                    "AAAA" => RecordType::Aaaa,
                    "MX" => RecordType::Mx,
                    "PTR" => RecordType::Ptr,
                    "CNAME" => RecordType::Cname,
                    other => panic!("unknown type {other}"),
                };
                match value.as_str() {
                    Some("NONE") => {}
                    Some("TIMEOUT") => zone.type_fault(&owner, rtype, timeout.clone()),
                    _ => zone.insert(&owner, rtype, 60, data(rtype, value)),
                }
            }
        }
    }
    zone
}

fn data(rtype: RecordType, value: &Value) -> Data {
    let name = |value: &Value| vaglio::dns::normal_name(&string(value)).unwrap();
    match rtype {
        RecordType::A => Data::A(string(value).parse().unwrap()),
        RecordType::Aaaa => Data::Aaaa(string(value).parse().unwrap()),
        RecordType::Mx => {
            Data::Mx { preference: u16::try_from(value[0].as_u64().unwrap()).unwrap(), exchange: name(&value[1]) }
        }
        RecordType::Ptr => Data::Ptr(name(value)),
        RecordType::Cname => Data::Cname(name(value)),
        _ => {
            let strings = strings(value);
            Data::Txt(Text { octets: strings.concat().into_bytes(), strings: strings.len() })
        }
    }
}

fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::Sequence(values) => values.iter().map(string).collect(),
        one => vec![string(one)],
    }
}

fn string(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Null => String::new(),
        other => panic!("not a string: {other:?}"),
    }
}
