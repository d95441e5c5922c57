//! A world of a few lines for tests: `name TYPE data`, where data `!servfail`, `!timeout` or `!nodata` is an answer.

use std::sync::{Arc, Mutex};

use futures_util::future::{BoxFuture, FutureExt};

use crate::dns::{Answer, Data, Dns, Lookup, Question, RecordType, Text, Upstream};

pub struct World {
    lines: Vec<(String, RecordType, String)>,
    pub asked: Mutex<Vec<Question>>,
}

impl World {
    pub fn new(lines: &str) -> Arc<World> {
        let lines = lines
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(|line| {
                let mut parts = line.trim().splitn(3, ' ');
                let name = parts.next().unwrap().to_owned();
                let rtype = match parts.next().unwrap() {
                    "A" => RecordType::A,
                    "AAAA" => RecordType::Aaaa,
                    "MX" => RecordType::Mx,
                    "PTR" => RecordType::Ptr,
                    "TXT" => RecordType::Txt,
                    other => panic!("{other}"),
                };
                (name, rtype, parts.next().unwrap().to_owned())
            })
            .collect();
        Arc::new(World { lines, asked: Mutex::default() })
    }

    pub fn dns(self: &Arc<World>) -> Dns {
        Dns::new(self.clone())
    }

    fn answer(&self, question: &Question) -> Answer {
        let data: Vec<&str> = self
            .lines
            .iter()
            .filter(|(name, rtype, _)| *name == question.name && *rtype == question.rtype)
            .map(|(_, _, data)| data.as_str())
            .collect();
        match data.as_slice() {
            ["!servfail"] => Answer::ServFail,
            ["!timeout"] => Answer::TimedOut,
            ["!nodata"] => Answer::NoData,
            [] => {
                // Any name that has something, at it or below it, exists (RFC 8020).
                let below = format!(".{}", question.name);
                let exists = self.lines.iter().any(|(name, ..)| *name == question.name || name.ends_with(&below));
                if exists { Answer::NoData } else { Answer::NxDomain }
            }
            data => Answer::Records { records: data.iter().map(|data| read(question.rtype, data)).collect(), ttl: 60 },
        }
    }
}

fn read(rtype: RecordType, data: &str) -> Data {
    match rtype {
        RecordType::A => Data::A(data.parse().unwrap()),
        RecordType::Aaaa => Data::Aaaa(data.parse().unwrap()),
        RecordType::Ptr => Data::Ptr(data.to_owned()),
        RecordType::Mx => Data::Mx { preference: 10, exchange: data.to_owned() },
        _ => Data::Txt(Text { octets: data.as_bytes().to_vec(), strings: 1 }),
    }
}

impl Upstream for World {
    fn ask(&self, question: Question) -> BoxFuture<'_, Lookup> {
        self.asked.lock().unwrap().push(question.clone());
        let answer = self.answer(&question);
        async move { Lookup { question, answer, aliases: Vec::new(), authenticated: false, server: None, ms: 0 } }
            .boxed()
    }
}
