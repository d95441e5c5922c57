//! Answers from records in memory alone, as one authoritative server for the whole of DNS would give them.
//!
//! A name exists when it has records or lies above one that has (RFC 8020 §2); wildcards are those of RFC 4592.

use std::collections::{BTreeMap, HashMap};

use futures_util::future::BoxFuture;

use super::{Answer, Data, Lookup, Question, RecordType, Upstream, name};

/// Records by owner and type; names in the form of [`normal_name`](super::normal_name).
#[derive(Clone, Debug, Default)]
pub struct Zone {
    nodes: HashMap<String, Node>,
}

#[derive(Clone, Debug, Default)]
struct Node {
    sets: BTreeMap<RecordType, Set>,
    /// What questions get that no records answer, instead of NODATA.
    fault: Option<Answer>,
    type_faults: BTreeMap<RecordType, Answer>,
}

#[derive(Clone, Debug)]
struct Set {
    ttl: u32,
    data: Vec<Data>,
}

/// As many aliases as resolvers commonly follow.
const MAX_ALIASES: usize = 11;

impl Zone {
    /// Reads master-file syntax; any owners, no SOA needed.
    ///
    /// # Errors
    ///
    /// The first entry that is not a record, with its line.
    pub fn parse(text: &str) -> Result<Zone, super::ZoneError> {
        super::master::parse(text)
    }

    /// Adds one record.
    pub fn insert(&mut self, owner: &str, rtype: RecordType, ttl: u32, data: Data) {
        self.touch(owner);
        if let Some(node) = self.nodes.get_mut(&key(owner)) {
            let set = node.sets.entry(rtype).or_insert(Set { ttl, data: Vec::new() });
            set.ttl = set.ttl.min(ttl);
            if !set.data.contains(&data) {
                set.data.push(data);
            }
        }
    }

    /// Makes a name exist, and those above it.
    pub fn touch(&mut self, owner: &str) {
        let mut name = Some(key(owner));
        while let Some(at) = name {
            name = parent(&at).map(str::to_owned);
            self.nodes.entry(at).or_default();
        }
    }

    /// Questions at this name that no record answers get this instead, SERVFAIL for example.
    pub fn fault(&mut self, owner: &str, answer: Answer) {
        self.touch(owner);
        if let Some(node) = self.nodes.get_mut(&key(owner)) {
            node.fault = Some(answer);
        }
    }

    /// Questions for this type at this name get this, whatever records are there.
    pub fn type_fault(&mut self, owner: &str, rtype: RecordType, answer: Answer) {
        self.touch(owner);
        if let Some(node) = self.nodes.get_mut(&key(owner)) {
            node.type_faults.insert(rtype, answer);
        }
    }

    #[must_use]
    pub fn servfail(mut self, owner: &str) -> Zone {
        self.fault(owner, Answer::ServFail);
        self
    }

    #[must_use]
    pub fn refused(mut self, owner: &str) -> Zone {
        self.fault(owner, Answer::Refused);
        self
    }

    /// A resolver that gave up on this name; as an upstream it says so at once, without waiting.
    #[must_use]
    pub fn timeout(mut self, owner: &str) -> Zone {
        self.fault(owner, Answer::TimedOut);
        self
    }

    /// Answers, following aliases.
    pub fn look_up(&self, question: &Question) -> Lookup {
        let mut aliases: Vec<String> = Vec::new();
        let mut ttl = u32::MAX;
        let mut name = question.name.clone();
        let answer = loop {
            match self.at(&name, question.rtype) {
                Found::Alias { target, ttl: alias_ttl } => {
                    ttl = ttl.min(alias_ttl);
                    name.clone_from(&target);
                    aliases.push(target);
                    if aliases.len() >= MAX_ALIASES {
                        // As unbound and BIND answer a loop.
                        break Answer::ServFail;
                    }
                }
                Found::Records(set) => break Answer::Records { records: set.data.clone(), ttl: ttl.min(set.ttl) },
                Found::Other(answer) => break answer,
            }
        };
        Lookup { aliases, ..Lookup::without_server(question.clone(), answer) }
    }

    /// True when the name itself is there, wildcards aside.
    pub fn exists(&self, name: &str) -> bool {
        self.nodes.contains_key(name)
    }

    /// True when this very name has records of this type, or an alias.
    pub fn holds(&self, name: &str, rtype: RecordType) -> bool {
        let node = self.nodes.get(name);
        node.is_some_and(|node| node.sets.contains_key(&rtype) || node.sets.contains_key(&RecordType::Cname))
    }

    fn at(&self, name: &str, rtype: RecordType) -> Found<'_> {
        let node = match self.nodes.get(name) {
            Some(node) => node,
            // RFC 4592 §3.3.1: the wildcard at the closest encloser, and no other.
            None => match self.nodes.get(&wildcard_of(self.closest_encloser(name))) {
                Some(node) => node,
                None => return Found::Other(Answer::NxDomain),
            },
        };
        if let Some(answer) = node.type_faults.get(&rtype) {
            return Found::Other(answer.clone());
        }
        if let Some(set) = node.sets.get(&rtype) {
            return Found::Records(set);
        }
        let alias = node.sets.get(&RecordType::Cname).and_then(|set| match set.data.first() {
            Some(Data::Cname(target)) => Some(Found::Alias { target: target.clone(), ttl: set.ttl }),
            _ => None,
        });
        alias.unwrap_or_else(|| Found::Other(node.fault.clone().unwrap_or(Answer::NoData)))
    }

    fn closest_encloser<'a>(&self, name: &'a str) -> &'a str {
        let mut at = name;
        while let Some(above) = parent(at) {
            if self.nodes.contains_key(above) {
                return above;
            }
            at = above;
        }
        ""
    }
}

enum Found<'a> {
    Records(&'a Set),
    Alias { target: String, ttl: u32 },
    Other(Answer),
}

impl Upstream for Zone {
    fn ask(&self, question: Question) -> BoxFuture<'_, Lookup> {
        let lookup = self.look_up(&question);
        Box::pin(std::future::ready(lookup))
    }
}

fn key(owner: &str) -> String {
    name::normal(owner).unwrap_or_else(|_| owner.to_ascii_lowercase())
}

/// The name one label up; the root's is `None`.
fn parent(name: &str) -> Option<&str> {
    if name.is_empty() {
        return None;
    }
    let mut escaped = false;
    for (at, c) in name.char_indices() {
        match c {
            '\\' if !escaped => escaped = true,
            '.' if !escaped => return name.get(at + 1..),
            _ => escaped = false,
        }
    }
    Some("")
}

fn wildcard_of(name: &str) -> String {
    if name.is_empty() { "*".to_owned() } else { format!("*.{name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone() -> Zone {
        Zone::parse(
            "example.org. A 192.0.2.1\n\
             deep.down.example.org. TXT \"x\"\n\
             *.wild.example.org. MX 10 example.org.\n\
             host.wild.example.org. A 192.0.2.2\n\
             below.*.wild.example.org. A 192.0.2.3\n\
             one.example.org. CNAME two.example.org.\n\
             two.example.org. CNAME example.org.\n\
             gone.example.org. CNAME nowhere.example.org.\n\
             loop.example.org. CNAME loop.example.org.\n",
        )
        .unwrap()
        .servfail("bad.example.org")
    }

    fn ask(name: &str, rtype: RecordType) -> Lookup {
        zone().look_up(&Question { name: name.to_owned(), rtype })
    }

    #[test]
    fn no_such_name_and_no_such_record_are_told_apart() {
        assert_eq!(ask("example.org", RecordType::Mx).answer, Answer::NoData);
        assert_eq!(ask("other.example.org", RecordType::Mx).answer, Answer::NxDomain);
        assert_eq!(ask("down.example.org", RecordType::Txt).answer, Answer::NoData);
        assert_eq!(ask("bad.example.org", RecordType::Txt).answer, Answer::ServFail);
    }

    #[test]
    fn aliases_are_followed_and_kept() {
        let lookup = ask("one.example.org", RecordType::A);
        assert_eq!(lookup.aliases, ["two.example.org", "example.org"]);
        assert_eq!(lookup.answer.addresses().count(), 1);
        assert_eq!(ask("gone.example.org", RecordType::A).answer, Answer::NxDomain);
        assert_eq!(ask("loop.example.org", RecordType::A).answer, Answer::ServFail);
        assert_eq!(ask("one.example.org", RecordType::Cname).answer.records().len(), 1);
    }

    #[test]
    fn wildcards_are_those_of_rfc_4592() {
        assert_eq!(ask("a.wild.example.org", RecordType::Mx).answer.exchanges().count(), 1);
        assert_eq!(ask("a.b.wild.example.org", RecordType::Mx).answer.exchanges().count(), 1);
        assert_eq!(ask("a.wild.example.org", RecordType::Txt).answer, Answer::NoData);
        // The name is there, so the wildcard is not used; nor is it below that name.
        assert_eq!(ask("host.wild.example.org", RecordType::Mx).answer, Answer::NoData);
        assert_eq!(ask("x.host.wild.example.org", RecordType::Mx).answer, Answer::NxDomain);
    }
}
