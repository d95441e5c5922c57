//! Real block lists from rbldnsd, asked through the real resolver.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};
use vaglio::dns::{Dns, Live, RecordType};
use vaglio::gather::lists::{Candidate, Health, ListResult, Listing, Table, ask};

use super::{Daemon, folder, free_port};

const TABLE: &str = r#"
    [[list]]
    zone = "ip.test"
    kind = "ip"
    weight = "major"
    [[list.codes]]
    code = "127.0.0.2-127.0.0.10"
    meaning = "listed"
    [[list]]
    zone = "names.test"
    kind = "domain"
    weight = "major"
    test = "dbltest.com"
    [[list.codes]]
    code = "127.0.1.2"
    meaning = "spam"
    [[list]]
    zone = "closed.test"
    kind = "ip"
    weight = "major"
    [[list.codes]]
    code = "127.0.0.2"
    meaning = "listed"
"#;

#[tokio::test]
async fn rbldnsd_s_answers_are_read_for_addresses_and_names_and_refusals_stay_unknown() {
    let (data, port) = (folder(), free_port());
    let write = |name: &str, text: &str| std::fs::write(data.path().join(name), text).unwrap();
    write("ip.set", ":127.0.0.2:Listed, see https://list.test/?ip=$\n127.0.0.2\n198.18.0.20\n");
    write("names.set", ":127.0.1.2:https://list.test/?d=$\n.dbltest.com\n.spammy.test\n");
    write("closed.set", "0.0.0.0/0 :127.255.255.254:Error: open resolver\n");
    let listen = format!("127.0.0.1/{port}");
    let root = data.path().to_str().unwrap();
    let mut args = vec!["-n", "-q", "-c", "0", "-r", root, "-b", &listen];
    args.extend(["ip.test:ip4set:ip.set", "names.test:dnset:names.set", "closed.test:ip4trie:closed.set"]);
    let _rbldnsd = Daemon::start("rbldnsd", &args);

    let server: SocketAddr = ([127, 0, 0, 1], port).into();
    let live = Arc::new(Live::new([server]));
    let patience = Instant::now() + Duration::from_secs(60);
    while Dns::new(live.clone()).ask("2.0.0.127.ip.test", RecordType::A).await.answer.is_unknown() {
        assert!(Instant::now() < patience, "rbldnsd does not answer");
        sleep(Duration::from_millis(100)).await;
    }

    let (table, health, dns) = (Table::parse(TABLE).unwrap().0, Health::default(), Dns::new(live.clone()));
    let ip = |ip: &str| Candidate::Ip { ip: ip.parse().unwrap(), role: "client" };
    let name = |name: &str| Candidate::Name { full: name.to_owned(), organizational: name.to_owned(), role: "from" };
    let candidates = [ip("198.18.0.20"), ip("198.18.0.99"), name("spammy.test"), name("good.test")];
    let listings = ask(&dns, &table, &health, &candidates, Instant::now() + Duration::from_secs(30)).await;
    let result = |zone: &str, value: &str| -> &Listing {
        listings.iter().find(|listing| listing.zone == zone && listing.value == value).unwrap()
    };
    assert_eq!(result("ip.test", "198.18.0.20").result, ListResult::Listed);
    assert_eq!(
        result("ip.test", "198.18.0.20").reason.as_deref(),
        Some("Listed, see https://list.test/?ip=198.18.0.20")
    );
    assert_eq!(result("ip.test", "198.18.0.99").result, ListResult::Clear);
    assert_eq!(result("names.test", "spammy.test").codes, ["127.0.1.2"]);
    assert_eq!(result("names.test", "good.test").result, ListResult::Clear);
    // It refuses its control points too, so that it is set aside before it could say anything of a sender.
    let closed = result("closed.test", "198.18.0.99");
    assert_eq!((closed.result, closed.why.as_deref()), (ListResult::NotDetermined, Some("refused")));

    health.check(&Dns::new(live), &table.zones).await;
    assert_eq!(health.failing().into_keys().collect::<Vec<_>>(), ["closed.test"]);
}
