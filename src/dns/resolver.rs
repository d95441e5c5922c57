//! The recording resolver of one test: asks once, shares, keeps everything.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::{BoxFuture, join_all};
use tokio::sync::OnceCell;
use tokio::time::Instant;

use super::{Answer, Data, Lookup, Question, RecordType, UnusableKind, name};

/// Where answers come from: a live resolver, a zone file, or a recording.
pub trait Upstream: Send + Sync {
    /// Answers one question, whose name is in the form of [`normal`](super::normal_name); never fails, and keeps its own
    /// time-outs.
    fn ask(&self, question: Question) -> BoxFuture<'_, Lookup>;
}

/// How much one test may ask.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// When it comes, open questions are `TimedOut` and new ones `NotAsked`.
    pub deadline: Option<Instant>,
    /// Different questions in all; the next ones are `NotAsked` and not recorded.
    pub questions: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { deadline: None, questions: 2000 }
    }
}

/// One test's view of DNS. Cheap to clone; clones share the record.
#[derive(Clone)]
pub struct Dns(Arc<Inner>);

struct Inner {
    upstream: Arc<dyn Upstream>,
    limits: Limits,
    record: Mutex<Record>,
}

#[derive(Default)]
struct Record {
    places: HashMap<Question, usize>,
    asked: Vec<Asked>,
    /// Asked by [`Dns::ahead`] alone so far.
    ahead: HashMap<Question, Asked>,
}

#[derive(Clone)]
struct Asked {
    question: Question,
    since: Instant,
    lookup: Arc<OnceCell<Arc<Lookup>>>,
}

impl Dns {
    pub fn new(upstream: Arc<dyn Upstream>) -> Dns {
        Dns::with_limits(upstream, Limits::default())
    }

    pub fn with_limits(upstream: Arc<dyn Upstream>, limits: Limits) -> Dns {
        Dns(Arc::new(Inner { upstream, limits, record: Mutex::default() }))
    }

    /// Asks, or waits for the answer to the same question asked before.
    pub async fn ask(&self, name: &str, rtype: RecordType) -> Arc<Lookup> {
        let (name, impossible) = match name::normal(name) {
            Ok(name) => (name, None),
            Err(_) => (name.to_lowercase(), Some(())),
        };
        let question = Question { name, rtype };
        let Some(asked) = self.place(&question) else {
            return Arc::new(not_asked(question, UnusableKind::TooManyInTest));
        };
        asked
            .lookup
            .get_or_init(|| async {
                Arc::new(match impossible {
                    Some(()) => not_asked(question, UnusableKind::ImpossibleName),
                    None => self.ask_upstream(question, asked.since).await,
                })
            })
            .await
            .clone()
    }

    /// Asks what somebody may need in a moment, so that the answer is there or under way by then. What nobody needs leaves no
    /// trace; dropped, it leaves what is open to whoever needs it.
    pub async fn ahead(&self, questions: impl IntoIterator<Item = Question>) {
        let open = questions.into_iter().filter_map(|question| self.place_ahead(question)).map(async |asked| {
            let Asked { question, since, lookup } = asked;
            lookup.get_or_init(|| async { Arc::new(self.ask_upstream(question, since).await) }).await;
        });
        join_all(open).await;
    }

    async fn ask_upstream(&self, question: Question, since: Instant) -> Lookup {
        match self.0.limits.deadline {
            None => self.0.upstream.ask(question).await,
            Some(deadline) if deadline <= Instant::now() => not_asked(question, UnusableKind::TimeOver),
            Some(deadline) => {
                let answer = tokio::time::timeout_at(deadline, self.0.upstream.ask(question.clone())).await;
                answer.unwrap_or_else(|_| timed_out(question, since))
            }
        }
    }

    pub async fn txt(&self, name: &str) -> Arc<Lookup> {
        self.ask(name, RecordType::Txt).await
    }

    pub async fn mx(&self, name: &str) -> Arc<Lookup> {
        self.ask(name, RecordType::Mx).await
    }

    pub async fn ptr(&self, ip: IpAddr) -> Arc<Lookup> {
        self.ask(&reverse_name(ip), RecordType::Ptr).await
    }

    /// A and AAAA, at the same time.
    pub async fn addresses(&self, name: &str) -> Addresses {
        let (a, aaaa) = tokio::join!(self.ask(name, RecordType::A), self.ask(name, RecordType::Aaaa));
        Addresses { a, aaaa }
    }

    /// Everything asked so far; what is still open counts as `TimedOut`.
    ///
    /// By name and type: questions race each other, and the same answers must give the same record.
    pub fn lookups(&self) -> Vec<Lookup> {
        let mut asked = self.record().asked.clone();
        asked.sort_by(|one, other| one.question.cmp(&other.question));
        asked
            .into_iter()
            .map(|asked| match asked.lookup.get() {
                Some(lookup) => Lookup::clone(lookup),
                None => timed_out(asked.question, asked.since),
            })
            .collect()
    }

    /// The place of a question in the record; `None` when it is a new one beyond the limit.
    fn place(&self, question: &Question) -> Option<Asked> {
        let mut record = self.record();
        if let Some(asked) = record.places.get(question).and_then(|place| record.asked.get(*place)) {
            return Some(asked.clone());
        }
        if record.asked.len() >= self.0.limits.questions {
            return None;
        }
        let new = || Asked { question: question.clone(), since: Instant::now(), lookup: Arc::default() };
        let asked = record.ahead.remove(question).unwrap_or_else(new);
        let place = record.asked.len();
        record.places.insert(question.clone(), place);
        record.asked.push(asked.clone());
        Some(asked)
    }

    /// `None` when it has been asked, or cannot be.
    fn place_ahead(&self, question: Question) -> Option<Asked> {
        let question = Question { name: name::normal(&question.name).ok()?, ..question };
        let mut record = self.record();
        if record.places.contains_key(&question) || record.ahead.contains_key(&question) {
            return None;
        }
        let asked = Asked { question: question.clone(), since: Instant::now(), lookup: Arc::default() };
        record.ahead.insert(question, asked.clone());
        Some(asked)
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.0.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What A and AAAA of one name answered.
#[derive(Clone, Debug)]
pub struct Addresses {
    pub a: Arc<Lookup>,
    pub aaaa: Arc<Lookup>,
}

impl Addresses {
    /// IPv4 first.
    pub fn all(&self) -> impl Iterator<Item = IpAddr> {
        self.a.answer.addresses().chain(self.aaaa.answer.addresses())
    }

    /// True when it is certain that there is no address.
    pub fn is_void(&self) -> bool {
        self.a.answer.is_void() && self.aaaa.answer.is_void()
    }

    /// True when no address was found and one of the two answers tells nothing.
    pub fn is_unknown(&self) -> bool {
        self.all().next().is_none() && !self.is_void()
    }
}

impl Lookup {
    /// An answer that no server gave, in no time.
    pub fn without_server(question: Question, answer: Answer) -> Lookup {
        Lookup { question, answer, aliases: Vec::new(), authenticated: false, server: None, ms: 0 }
    }
}

fn not_asked(question: Question, why: UnusableKind) -> Lookup {
    Lookup::without_server(question, Answer::NotAsked(why.into()))
}

fn timed_out(question: Question, since: Instant) -> Lookup {
    Lookup { ms: millis(since), ..Lookup::without_server(question, Answer::TimedOut) }
}

/// Whole milliseconds since then.
pub(super) fn millis(since: Instant) -> u32 {
    u32::try_from(since.elapsed().as_millis()).unwrap_or(u32::MAX)
}

/// The name that holds an address's PTR record (RFC 1035 §3.5, RFC 3596 §2.5), without the final dot.
pub fn reverse_name(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, c, d] = ip.octets();
            format!("{d}.{c}.{b}.{a}.in-addr.arpa")
        }
        IpAddr::V6(ip) => {
            let nibbles = ip.octets().into_iter().rev().flat_map(|octet| [octet & 0xf, octet >> 4]);
            let mut name = String::with_capacity(73);
            for nibble in nibbles {
                name.push_str(&format!("{nibble:x}."));
            }
            name + "ip6.arpa"
        }
    }
}

impl std::fmt::Display for Answer {
    /// One line for a reader: the records, or what came instead.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Answer::Records { records, .. } => {
                for (i, record) in records.iter().enumerate() {
                    write!(f, "{}{record}", if i == 0 { "" } else { ", " })?;
                }
                Ok(())
            }
            Answer::NoData => f.write_str("NODATA"),
            Answer::NxDomain => f.write_str("NXDOMAIN"),
            Answer::ServFail => f.write_str("SERVFAIL"),
            Answer::Refused => f.write_str("REFUSED"),
            Answer::TimedOut => f.write_str("no answer in time"),
            Answer::Broken(why) => write!(f, "unusable answer: {}", why.word()),
            Answer::NotAsked(why) => write!(f, "not asked: {}", why.word()),
        }
    }
}

impl std::fmt::Display for Data {
    /// Presentation form, one line; the strings of a TXT record stand joined in one pair of quotes.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Data::A(ip) => ip.fmt(f),
            Data::Aaaa(ip) => ip.fmt(f),
            Data::Mx { preference, exchange } => write!(f, "{preference} {exchange}."),
            Data::Txt(text) => write!(f, "\"{}\"", super::escape(&text.octets).replace('"', "\\\"")),
            Data::Ptr(name) | Data::Cname(name) | Data::Ns(name) => write!(f, "{name}."),
            Data::Tlsa { usage, selector, matching, data } => {
                write!(f, "{usage} {selector} {matching} ")?;
                data.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
            }
            Data::Other(text) => f.write_str(text),
        }
    }
}

impl std::fmt::Display for RecordType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            RecordType::A => "A",
            RecordType::Aaaa => "AAAA",
            RecordType::Mx => "MX",
            RecordType::Txt => "TXT",
            RecordType::Ptr => "PTR",
            RecordType::Cname => "CNAME",
            RecordType::Ns => "NS",
            RecordType::Soa => "SOA",
            RecordType::Tlsa => "TLSA",
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    /// Answers NODATA after a while, and counts.
    struct Slow {
        asked: AtomicUsize,
        after: Duration,
    }

    impl Upstream for Slow {
        fn ask(&self, question: Question) -> BoxFuture<'_, Lookup> {
            self.asked.fetch_add(1, Ordering::Relaxed);
            Box::pin(async move {
                tokio::time::sleep(self.after).await;
                Lookup::without_server(question, Answer::NoData)
            })
        }
    }

    fn slow(ms: u64) -> Arc<Slow> {
        Arc::new(Slow { asked: AtomicUsize::new(0), after: Duration::from_millis(ms) })
    }

    #[tokio::test(start_paused = true)]
    async fn the_same_question_is_asked_once_and_shared() {
        let upstream = slow(50);
        let dns = Dns::new(upstream.clone());
        let (a, b) = tokio::join!(dns.txt("Example.ORG."), dns.txt("example.org"));
        dns.txt("EXAMPLE.org").await;
        assert!(Arc::ptr_eq(&a, &b));
        assert_eq!(upstream.asked.load(Ordering::Relaxed), 1);
        assert_eq!(dns.lookups().len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_question_whose_asker_went_away_is_asked_again_by_the_next() {
        let dns = Dns::new(slow(50));
        let gone = tokio::time::timeout(Duration::from_millis(10), dns.txt("example.org")).await;
        assert!(gone.is_err());
        assert_eq!(dns.lookups()[0].answer, Answer::TimedOut);
        assert_eq!(dns.txt("example.org").await.answer, Answer::NoData);
        assert_eq!(dns.lookups().len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn at_the_deadline_open_questions_time_out_and_new_ones_are_not_asked() {
        let deadline = Some(Instant::now() + Duration::from_secs(7));
        let dns = Dns::with_limits(slow(9000), Limits { deadline, ..Limits::default() });
        assert_eq!(dns.txt("example.org").await.answer, Answer::TimedOut);
        assert!(matches!(dns.mx("example.org").await.answer, Answer::NotAsked(_)));
        let lookups = dns.lookups();
        assert_eq!((lookups.len(), lookups[1].ms), (2, 7000));
        assert_eq!(lookups[1].question.rtype, RecordType::Txt);
    }

    #[tokio::test(start_paused = true)]
    async fn a_test_cannot_ask_without_end() {
        let dns = Dns::with_limits(slow(0), Limits { questions: 2, ..Limits::default() });
        for name in ["a.test", "b.test", "a.test", "b.test"] {
            assert_eq!(dns.txt(name).await.answer, Answer::NoData);
        }
        assert!(matches!(dns.txt("c.test").await.answer, Answer::NotAsked(_)));
        assert_eq!(dns.lookups().len(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_asked_ahead_is_asked_once_and_leaves_no_trace_unless_it_is_needed() {
        let upstream = slow(50);
        let dns = Dns::new(upstream.clone());
        let question = |name: &str| Question { name: name.to_owned(), rtype: RecordType::Txt };
        let began = Instant::now();
        let needed = async {
            dns.txt("first.test").await;
            dns.txt("Second.test").await
        };
        let ahead = dns.ahead(["first.test", "second.test", "SECOND.test", "never.test", "a..b"].map(question));
        let (second, ()) = tokio::join!(needed, ahead);
        assert_eq!(began.elapsed(), Duration::from_millis(50), "one after the other, and yet at once");
        assert_eq!(second.answer, Answer::NoData);
        assert_eq!(upstream.asked.load(Ordering::Relaxed), 3);
        let names: Vec<String> = dns.lookups().into_iter().map(|lookup| lookup.question.name).collect();
        assert_eq!(names, ["first.test", "second.test"]);
    }

    #[tokio::test]
    async fn a_name_that_cannot_exist_is_recorded_but_not_asked() {
        let upstream = slow(0);
        let dns = Dns::new(upstream.clone());
        assert!(matches!(dns.txt("a..example").await.answer, Answer::NotAsked(_)));
        assert_eq!((dns.lookups().len(), upstream.asked.load(Ordering::Relaxed)), (1, 0));
    }

    #[test]
    fn reverse_names_are_those_of_the_rfcs() {
        assert_eq!(reverse_name("192.0.2.1".parse().unwrap()), "1.2.0.192.in-addr.arpa");
        let v6 = reverse_name("2001:db8::1".parse().unwrap());
        assert_eq!(v6, "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
    }
}
