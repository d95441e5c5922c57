use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::*;
use crate::dns::{self, Lookup, Text, UnusableKind, Upstream};

/// Answers A and TXT from a table; NXDOMAIN for the rest.
#[derive(Default)]
struct World {
    answers: HashMap<(String, RecordType), Answer>,
    slow: Vec<String>,
}

impl World {
    fn a(mut self, name: &str, addresses: &[&str]) -> World {
        let records = addresses.iter().map(|ip| Data::A(ip.parse().unwrap())).collect();
        self.answers.insert((name.to_owned(), RecordType::A), Answer::Records { records, ttl: 60 });
        self
    }

    fn txt(mut self, name: &str, text: &str) -> World {
        let records = vec![Data::Txt(Text { octets: text.as_bytes().to_vec(), strings: 1 })];
        self.answers.insert((name.to_owned(), RecordType::Txt), Answer::Records { records, ttl: 60 });
        self
    }

    fn says(mut self, name: &str, answer: Answer) -> World {
        self.answers.insert((name.to_owned(), RecordType::A), answer);
        self
    }

    fn silent(mut self, name: &str) -> World {
        self.slow.push(name.to_owned());
        self
    }

    fn dns(self) -> Dns {
        Dns::new(Arc::new(self))
    }
}

impl Upstream for World {
    fn ask(&self, question: dns::Question) -> BoxFuture<'_, Lookup> {
        async move {
            if self.slow.contains(&question.name) {
                std::future::pending::<()>().await;
            }
            let answer =
                self.answers.get(&(question.name.clone(), question.rtype)).cloned().unwrap_or(Answer::NxDomain);
            Lookup { question, answer, aliases: Vec::new(), authenticated: false, server: None, ms: 0 }
        }
        .boxed()
    }
}

fn table() -> Table {
    let text = r#"
        [[list]]
        zone = "ip.test"
        kind = "ip"
        weight = "major"
        lookup = "https://ip.test/"
        [[list.codes]]
        code = "127.0.0.2"
        meaning = "spam"
        [[list.codes]]
        code = "127.0.0.4-127.0.0.7"
        meaning = "infected"
        weight = "minor"
        [[list.codes]]
        code = "127.0.0.10"
        meaning = "end user"
        policy = true
        [[list]]
        zone = "names.test"
        kind = "domain"
        weight = "major"
        [[list.bits]]
        bit = 2
        meaning = "black"
        [[list.bits]]
        bit = 8
        meaning = "red"
    "#;
    Table::parse(text).unwrap().0
}

fn ip(ip: &str) -> Candidate {
    Candidate::Ip { ip: ip.parse().unwrap(), role: "client" }
}

fn name(full: &str) -> Candidate {
    let organizational = crate::auth::psl::organizational_domain(full).to_owned();
    Candidate::Name { full: full.to_owned(), organizational, role: "from" }
}

async fn listings(world: World, candidates: &[Candidate]) -> Vec<Listing> {
    let deadline = Instant::now() + Duration::from_secs(5);
    ask(&world.dns(), &table(), &Health::trusting(), candidates, deadline).await
}

async fn only(world: World, candidate: Candidate) -> Listing {
    let mut all = listings(world, &[candidate]).await;
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

#[tokio::test]
async fn a_documented_code_is_a_listing_with_its_meaning_and_the_list_s_reason() {
    let world = World::default().a("9.0.18.198.ip.test", &["127.0.0.2"]).txt("9.0.18.198.ip.test", "seen\nin traps");
    let listing = only(world, ip("198.18.0.9")).await;
    assert_eq!(listing.result, ListResult::Listed);
    assert_eq!(
        (listing.codes.as_slice(), listing.meanings.as_slice()),
        (&["127.0.0.2".into()][..], &["spam".into()][..])
    );
    assert_eq!(listing.reason.as_deref(), Some("seen in traps"));
    assert_eq!((listing.weight, listing.policy), (Weight::Major, false));
}

#[tokio::test]
async fn a_range_and_a_code_s_own_weight_are_honoured_and_the_gravest_counts() {
    let world = World::default().a("9.0.18.198.ip.test", &["127.0.0.6"]);
    assert_eq!(only(world, ip("198.18.0.9")).await.weight, Weight::Minor);
    let world = World::default().a("9.0.18.198.ip.test", &["127.0.0.6", "127.0.0.2"]);
    assert_eq!(only(world, ip("198.18.0.9")).await.weight, Weight::Major);
}

#[tokio::test]
async fn a_policy_listing_is_told_from_an_accusation() {
    let world = World::default().a("9.0.18.198.ip.test", &["127.0.0.10"]);
    assert!(only(world, ip("198.18.0.9")).await.policy);
    let world = World::default().a("9.0.18.198.ip.test", &["127.0.0.10", "127.0.0.2"]);
    assert!(!only(world, ip("198.18.0.9")).await.policy);
}

#[tokio::test]
async fn nxdomain_is_clear_and_gives_no_reason() {
    let listing = only(World::default(), ip("198.18.0.9")).await;
    assert_eq!((listing.result, listing.reason, listing.why), (ListResult::Clear, None, None));
}

#[tokio::test]
async fn everything_else_is_not_determined_and_says_why() {
    let address = "9.0.18.198.ip.test";
    let records = |ip: &str| Answer::Records { records: vec![Data::A(ip.parse().unwrap())], ttl: 60 };
    for (answer, why) in [
        (records("127.0.0.1"), "refused"),
        (records("127.0.0.255"), "undocumented 127.0.0.255"),
        (records("127.255.255.252"), "refused"),
        (records("127.255.255.254"), "refused"),
        (records("127.255.255.255"), "refused"),
        (records("203.0.113.7"), "undocumented 203.0.113.7"),
        (records("127.0.1.2"), "undocumented 127.0.1.2"),
        (Answer::ServFail, "servfail"),
        (Answer::Refused, "refused"),
        (Answer::TimedOut, "timeout"),
        (Answer::NoData, "no_data"),
        (Answer::Broken(UnusableKind::OtherQuestion.into()), "broken"),
        (Answer::NotAsked(UnusableKind::NotRecorded.into()), "broken"),
    ] {
        let listing = only(World::default().says(address, answer.clone()), ip("198.18.0.9")).await;
        assert_eq!((listing.result, listing.why.as_deref()), (ListResult::NotDetermined, Some(why)), "{answer:?}");
        assert!(listing.codes.is_empty());
    }
}

#[tokio::test]
async fn a_refusal_among_the_answers_spoils_them_all() {
    let world = World::default().a("9.0.18.198.ip.test", &["127.0.0.2", "127.255.255.254"]);
    assert_eq!(only(world, ip("198.18.0.9")).await.result, ListResult::NotDetermined);
}

#[tokio::test]
async fn a_zone_that_lists_everything_accuses_nobody() {
    let world = World::default().a("9.0.18.198.ip.test", &["127.0.0.2"]).a("1.0.0.127.ip.test", &["127.0.0.2"]);
    let listing = only(world, ip("198.18.0.9")).await;
    assert_eq!((listing.result, listing.why.as_deref()), (ListResult::NotDetermined, Some("lists_all")));
}

#[tokio::test(start_paused = true)]
async fn the_deadline_ends_a_question_that_nobody_answers() {
    let listing = only(World::default().silent("9.0.18.198.ip.test"), ip("198.18.0.9")).await;
    assert_eq!((listing.result, listing.why.as_deref()), (ListResult::NotDetermined, Some("timeout")));
}

#[tokio::test]
async fn an_ipv6_client_is_asked_by_nibbles_and_a_mapped_one_as_ipv4() {
    let label = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2";
    let world = World::default().a(&format!("{label}.ip.test"), &["127.0.0.2"]);
    assert_eq!(only(world, ip("2001:db8::1")).await.result, ListResult::Listed);
    let world = World::default().a("9.0.18.198.ip.test", &["127.0.0.2"]);
    assert_eq!(only(world, ip("::ffff:198.18.0.9")).await.value, "198.18.0.9");
}

#[tokio::test]
async fn a_list_of_ipv4_alone_is_not_asked_about_ipv6() {
    let (mut table, health) = (table(), Health::default());
    for zone in &mut table.zones {
        zone.ipv6 = false;
    }
    let deadline = Instant::now() + Duration::from_secs(5);
    assert_eq!(ask(&World::default().dns(), &table, &health, &[ip("2001:db8::1")], deadline).await, []);
}

#[tokio::test]
async fn names_are_asked_in_full_and_by_their_organizational_domain_and_each_once() {
    let world = World::default().a("shop.example.org.names.test", &["127.0.0.2"]);
    let found = listings(world, &[name("shop.example.org"), name("www.example.org"), name("shop.example.org")]).await;
    let asked: Vec<_> = found.iter().map(|listing| (listing.value.as_str(), listing.result)).collect();
    use ListResult::{Clear, Listed};
    assert_eq!(asked, [("example.org", Clear), ("shop.example.org", Listed), ("www.example.org", Clear)]);
}

#[tokio::test]
async fn a_bit_list_is_read_by_bits_and_its_first_bit_is_a_refusal() {
    let listed =
        async |code: &str| only(World::default().a("example.org.names.test", &[code]), name("example.org")).await;
    assert_eq!(listed("127.0.0.10").await.meanings, ["black", "red"]);
    for refused in ["127.0.0.1", "127.0.0.3", "127.0.0.4", "127.0.1.2"] {
        assert_eq!(listed(refused).await.result, ListResult::NotDetermined, "{refused}");
    }
}

#[tokio::test]
async fn names_over_the_limit_are_not_determined_rather_than_forgotten() {
    let many: Vec<_> = (0..MAX_NAMES + 3).map(|n| name(&format!("d{n}.example"))).collect();
    let found = listings(World::default(), &many).await;
    assert_eq!(found.len(), many.len());
    assert_eq!(found.iter().filter(|listing| listing.why.as_deref() == Some("limit")).count(), 3);
}

#[tokio::test]
async fn control_points_set_a_zone_aside_and_take_it_back() {
    let health = Health::default();
    let table = table();
    let sound = || World::default().a("2.0.0.127.ip.test", &["127.0.0.2"]).a("test.names.test", &["127.0.0.14"]);
    health.check(&sound().dns(), &table.zones).await;
    assert!(health.failing().is_empty());

    let failing = [
        (World::default().a("test.names.test", &["127.0.0.2"]), health::Fault::Empty),
        (sound().a("1.0.0.127.ip.test", &["127.0.0.2"]), health::Fault::ListsAll),
        (sound().a("2.0.0.127.ip.test", &["127.255.255.254"]), health::Fault::Refused),
        (sound().says("2.0.0.127.ip.test", Answer::TimedOut), health::Fault::NoAnswer),
    ];
    for (world, fault) in failing {
        health.check(&world.dns(), &table.zones).await;
        assert_eq!(health.failing().into_iter().collect::<Vec<_>>(), [("ip.test".to_owned(), fault)]);
    }
    let deadline = Instant::now() + Duration::from_secs(5);
    let found = ask(&sound().dns(), &table, &health, &[ip("198.18.0.9")], deadline).await;
    assert_eq!(found[0].why.as_deref(), Some("no_answer"));

    health.check(&sound().dns(), &table.zones).await;
    assert_eq!(health.state("ip.test"), health::State::Sound);
}

#[tokio::test]
async fn a_zone_that_was_never_looked_at_is_looked_at_when_it_is_asked() {
    let deadline = Instant::now() + Duration::from_secs(5);
    let found = async |world: World| {
        ask(&world.dns(), &table(), &Health::default(), &[ip("198.18.0.9")], deadline).await.remove(0)
    };
    let dead = found(World::default()).await;
    assert_eq!((dead.result, dead.why.as_deref()), (ListResult::NotDetermined, Some("control_point")));
    let alive = found(World::default().a("2.0.0.127.ip.test", &["127.0.0.2"])).await;
    assert_eq!(alive.result, ListResult::Clear);
}
