//! Questions and answers as packets (RFC 1035 §4).

use std::collections::HashMap;

use hickory_proto::op::{Edns, Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::{self, Name, RData};

use super::{Answer, Data, Question, RecordType, Text, Unusable, UnusableKind, name};

/// What fits an Ethernet frame without fragments (RFC 9715 §3.1).
const UDP_PAYLOAD: u16 = 1232;
const MAX_ALIASES: usize = 16;

/// One question as a packet, recursion desired, with EDNS and the AD bit (RFC 6840 §5.7: tell what was validated).
///
/// # Errors
///
/// The name cannot stand in a packet.
pub fn encode(id: u16, question: &Question) -> Result<Vec<u8>, Unusable> {
    let impossible = || UnusableKind::ImpossibleName.into();
    let labels = name::labels(&question.name).map_err(|_| impossible())?;
    let mut owner = Name::from_labels(labels).map_err(|_| impossible())?;
    owner.set_fqdn(true);
    let mut message = Message::new(id, MessageType::Query, OpCode::Query);
    message.metadata.recursion_desired = true;
    message.metadata.authentic_data = true;
    message.add_query(Query::query(owner, wire_type(question.rtype)));
    let mut edns = Edns::new();
    edns.set_max_payload(UDP_PAYLOAD);
    message.set_edns(edns);
    message.to_vec().map_err(|_| impossible())
}

/// What a packet says to the question it is meant to answer.
#[derive(Debug)]
pub enum Reply {
    Answered {
        answer: Answer,
        aliases: Vec<String>,
        authenticated: bool,
    },
    /// TC: ask again by TCP.
    Truncated,
    /// It answers something else.
    WrongQuestion(UnusableKind),
}

/// Reads a packet; whoever calls has compared the id.
pub fn decode(packet: &[u8], question: &Question) -> Reply {
    let answered = |answer| Reply::Answered { answer, aliases: Vec::new(), authenticated: false };
    let message = match Message::from_vec(packet) {
        Ok(message) => message,
        // A truncated packet may end within a record.
        Err(_) if packet.get(2).is_some_and(|flags| flags & 0x02 != 0) => return Reply::Truncated,
        Err(_) => return answered(Answer::Broken(UnusableKind::Unreadable.into())),
    };
    if message.metadata.message_type != MessageType::Response {
        return Reply::WrongQuestion(UnusableKind::NoReply);
    }
    let code = message.metadata.response_code;
    match message.queries.as_slice() {
        [asked] if text(asked.name()) == question.name && asked.query_type() == wire_type(question.rtype) => {}
        // Some servers leave the question out when they refuse.
        [] if matches!(code, ResponseCode::FormErr | ResponseCode::Refused | ResponseCode::NotImp) => {}
        [_] => return Reply::WrongQuestion(UnusableKind::OtherQuestion),
        _ => return Reply::WrongQuestion(UnusableKind::NoQuestion),
    }
    if message.metadata.truncation {
        return Reply::Truncated;
    }
    match code {
        ResponseCode::NoError | ResponseCode::NXDomain => {}
        ResponseCode::ServFail => return answered(Answer::ServFail),
        ResponseCode::Refused => return answered(Answer::Refused),
        code => return answered(Answer::Broken(Unusable::response_code(code.into()))),
    }
    let authenticated = message.metadata.authentic_data;
    let (answer, aliases) = follow(&message.answers, question, code == ResponseCode::NXDomain);
    Reply::Answered { answer, aliases, authenticated }
}

/// Follows the aliases from the question's name to its records.
fn follow(records: &[rr::Record], question: &Question, no_such_name: bool) -> (Answer, Vec<String>) {
    let wanted = wire_type(question.rtype);
    let mut by_owner: HashMap<String, Vec<&rr::Record>> = HashMap::new();
    for record in records.iter().filter(|record| record.dns_class == rr::DNSClass::IN) {
        by_owner.entry(text(&record.name)).or_default().push(record);
    }
    let mut aliases: Vec<String> = Vec::new();
    let mut ttl = u32::MAX;
    let mut at = question.name.clone();
    loop {
        let here = by_owner.get(&at).map(Vec::as_slice).unwrap_or_default();
        let found: Vec<_> = here.iter().filter(|record| record.record_type() == wanted).collect();
        if !found.is_empty() {
            let ttl = found.iter().fold(ttl, |ttl, record| ttl.min(record.ttl));
            let records = found.iter().map(|record| data(&record.data)).collect();
            return (Answer::Records { records, ttl }, aliases);
        }
        let alias = here.iter().find_map(|record| match &record.data {
            RData::CNAME(target) => Some((text(&target.0), record.ttl)),
            _ => None,
        });
        match alias {
            Some((target, alias_ttl)) if aliases.len() < MAX_ALIASES => {
                ttl = ttl.min(alias_ttl);
                at.clone_from(&target);
                aliases.push(target);
            }
            Some(_) => return (Answer::Broken(UnusableKind::AliasLoop.into()), aliases),
            // RFC 2308 §2.1: the code speaks of the last name of the chain.
            None if no_such_name => return (Answer::NxDomain, aliases),
            None => return (Answer::NoData, aliases),
        }
    }
}

fn data(data: &RData) -> Data {
    match data {
        RData::A(ip) => Data::A(ip.0),
        RData::AAAA(ip) => Data::Aaaa(ip.0),
        RData::MX(mx) => Data::Mx { preference: mx.preference, exchange: text(&mx.exchange) },
        RData::TXT(txt) => Data::Txt(Text { octets: txt.txt_data.concat(), strings: txt.txt_data.len() }),
        RData::PTR(target) => Data::Ptr(text(&target.0)),
        RData::CNAME(target) => Data::Cname(text(&target.0)),
        RData::NS(target) => Data::Ns(text(&target.0)),
        RData::TLSA(tlsa) => Data::Tlsa {
            usage: tlsa.cert_usage.into(),
            selector: tlsa.selector.into(),
            matching: tlsa.matching.into(),
            data: tlsa.cert_data.clone(),
        },
        other => Data::Other(other.to_string()),
    }
}

fn text(name: &Name) -> String {
    name::text(name.iter())
}

fn wire_type(rtype: RecordType) -> rr::RecordType {
    match rtype {
        RecordType::A => rr::RecordType::A,
        RecordType::Aaaa => rr::RecordType::AAAA,
        RecordType::Mx => rr::RecordType::MX,
        RecordType::Txt => rr::RecordType::TXT,
        RecordType::Ptr => rr::RecordType::PTR,
        RecordType::Cname => rr::RecordType::CNAME,
        RecordType::Ns => rr::RecordType::NS,
        RecordType::Soa => rr::RecordType::SOA,
        RecordType::Tlsa => rr::RecordType::TLSA,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question() -> Question {
        Question { name: "example.org".to_owned(), rtype: RecordType::A }
    }

    proptest::proptest! {
        #[test]
        fn any_packet_gives_a_reply(packet in proptest::collection::vec(proptest::num::u8::ANY, 0..80)) {
            decode(&packet, &question());
            let mut answer = encode(7, &question()).unwrap();
            answer[2] |= 0x80;
            answer.extend(packet);
            decode(&answer, &question());
        }
    }

    #[test]
    fn names_with_odd_octets_can_be_asked() {
        let odd = Question { name: "a\\.b.\\255.org".to_owned(), rtype: RecordType::Txt };
        let mut packet = encode(1, &odd).unwrap();
        packet[2] |= 0x80;
        assert!(matches!(decode(&packet, &odd), Reply::Answered { answer: Answer::NoData, .. }));
    }
}
