//! The public probes as an administrator meets them: Postfix with OpenDKIM delivers to all three over DNS on the wire, and
//! what they say is read from the API, the list and the page of evidence.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use vaglio::dns::Zone;

use super::mta::Mta;
use super::service::Service;
use super::support::dns;
use super::support::smtp::Client;
use super::{free_port, world};

/// abc.it and its neighbours publish no DMARC record; relaxed.it, strict.it and orga.it do; twice.it does it wrongly, and
/// the name servers of mute.it and milano.it are out of order.
const ZONE: &str = r#"
$TTL 300
abc.it.             TXT "v=spf1 ip4:127.0.0.10 -all"
mail.abc.it.        A   127.0.0.10
mail.abc.it.        TXT "v=spf1 a -all"
abc.mail.it.        TXT "v=spf1 ip4:127.0.0.10 -all"
fails.it.           TXT "v=spf1 ip4:192.0.2.1 -all"
soft.it.            TXT "v=spf1 ~all"
neutral.it.         TXT "v=spf1 ?all"
bare.it.            A   192.0.2.1
wrong.it.           TXT "v=spf1 ip4:300.0.0.1 -all"
relaxed.it.         TXT "v=spf1 ip4:127.0.0.10 -all"
mail.relaxed.it.    TXT "v=spf1 ip4:127.0.0.10 -all"
_dmarc.relaxed.it.  TXT "v=DMARC1; p=reject"
strict.it.          TXT "v=spf1 ip4:127.0.0.10 -all"
mail.strict.it.     TXT "v=spf1 ip4:127.0.0.10 -all"
_dmarc.strict.it.   TXT "v=DMARC1; p=reject; aspf=s; adkim=s"
news.orga.it.       TXT "v=spf1 ip4:127.0.0.10 -all"
_dmarc.orga.it.     TXT "v=DMARC1; p=reject; sp=quarantine; t=y"
twice.it.           TXT "v=spf1 ip4:127.0.0.10 -all"
_dmarc.twice.it.    TXT "v=DMARC1; p=reject"
_dmarc.twice.it.    TXT "v=DMARC1; p=none"
mute.it.            TXT "v=spf1 ip4:127.0.0.10 -all"
desk.milano.it.     TXT "v=spf1 ip4:127.0.0.10 -all"
"#;

/// Name in the signing table, signing domain, selector. What stands under the selector is in [`World::start`].
const SIGNERS: &[(&str, &str, &str)] = &[
    ("abc.it", "abc.it", "s"),
    ("mail.abc.it", "mail.abc.it", "s"),
    ("abc.mail.it", "abc.mail.it", "s"),
    ("relaxed.it", "relaxed.it", "s"),
    ("mail.relaxed.it", "mail.relaxed.it", "s"),
    ("mail.strict.it", "mail.strict.it", "s"),
    ("other-key", "abc.it", "other"),
    ("unpublished", "abc.it", "unpublished"),
    ("mute.it", "mute.it", "s"),
];

const GOOD: &str = "Hello from Postfix.\r\n";

/// Who signs is told to OpenDKIM by the local part of From.
struct Case {
    mail_from: &'static str,
    from: &'static str,
    /// Name in the signing table; empty: nobody.
    signer: &'static str,
    /// What `spf@`, `dkim@` and `dmarc@` say.
    tags: [&'static str; 3],
    /// Does the SPF domain agree with From: relaxed, strict?
    spf: (Value, bool),
    /// The same of the first signature.
    dkim: Option<(Value, bool)>,
}

/// A case whose alignments DNS tells.
fn case(
    mail_from: &'static str,
    from: &'static str,
    signer: &'static str,
    tags: [&'static str; 3],
    spf: (bool, bool),
    dkim: Option<(bool, bool)>,
) -> Case {
    let known = |(relaxed, strict): (bool, bool)| (json!(relaxed), strict);
    Case { mail_from, from, signer, tags, spf: known(spf), dkim: dkim.map(known) }
}

fn cases() -> Vec<Case> {
    const SAME: (bool, bool) = (true, true);
    const RELAXED: (bool, bool) = (true, false);
    const OTHER: (bool, bool) = (false, false);
    const NO_DKIM: &str = "!! dkim-none !!";
    const NO_DMARC: &str = "!! dmarc-none !!";
    const PASS: &str = "|OK| spf-pass";
    const SIGNED: &str = "|OK| dkim-pass";
    vec![
        // Without any DMARC record, the public suffix list tells which names belong together.
        case("x@abc.it", "abc.it", "", [PASS, NO_DKIM, NO_DMARC], SAME, None),
        case("x@mail.abc.it", "abc.it", "", [PASS, NO_DKIM, NO_DMARC], RELAXED, None),
        case("x@abc.it", "mail.abc.it", "", [PASS, NO_DKIM, NO_DMARC], RELAXED, None),
        case("x@abc.mail.it", "abc.it", "", ["!! spf-diff !!", NO_DKIM, NO_DMARC], OTHER, None),
        // A null return path: SPF is asked for the HELO name, mail.abc.it.
        case("", "abc.it", "", [PASS, NO_DKIM, NO_DMARC], RELAXED, None),
        case("x@abc.it", "abc.it", "abc.it", [PASS, SIGNED, NO_DMARC], SAME, Some(SAME)),
        case("x@abc.it", "abc.it", "mail.abc.it", [PASS, SIGNED, NO_DMARC], SAME, Some(RELAXED)),
        case("x@abc.mail.it", "abc.it", "abc.it", ["|~OK| spf-pass", SIGNED, NO_DMARC], OTHER, Some(SAME)),
        case("x@abc.mail.it", "abc.it", "mail.abc.it", ["|~OK| spf-pass", SIGNED, NO_DMARC], OTHER, Some(RELAXED)),
        case("x@abc.it", "abc.it", "abc.mail.it", [PASS, "|~OK| dkim-pass", NO_DMARC], SAME, Some(OTHER)),
        case(
            "x@abc.mail.it",
            "abc.it",
            "abc.mail.it",
            ["!! spf-diff !!", "!! dkim-diff !!", NO_DMARC],
            OTHER,
            Some(OTHER),
        ),
        // Every other result of SPF; a good signature does not hide it.
        case("x@fails.it", "abc.it", "abc.it", ["!! spf-fail !!", SIGNED, NO_DMARC], OTHER, Some(SAME)),
        case("x@soft.it", "soft.it", "", ["!! spf-softfail !!", NO_DKIM, NO_DMARC], SAME, None),
        case("x@neutral.it", "neutral.it", "", ["!! spf-neutral !!", NO_DKIM, NO_DMARC], SAME, None),
        case("x@bare.it", "bare.it", "", ["!! spf-none !!", NO_DKIM, NO_DMARC], SAME, None),
        case("x@wrong.it", "wrong.it", "", ["!! spf-permerror !!", NO_DKIM, NO_DMARC], SAME, None),
        case("x@lost.it", "lost.it", "", ["!! spf-temperror !!", NO_DKIM, NO_DMARC], SAME, None),
        // Every other result of DKIM.
        case("x@abc.it", "abc.it", "other-key", [PASS, "!! dkim-fail !!", NO_DMARC], SAME, Some(SAME)),
        case("x@abc.it", "abc.it", "unpublished", [PASS, "!! dkim-invalid !!", NO_DMARC], SAME, Some(SAME)),
        // With a record: relaxed, strict, inherited, several, out of order. The tags of SPF and DKIM stay relaxed.
        case("x@relaxed.it", "relaxed.it", "", [PASS, NO_DKIM, "|OK| dmarc-pass"], SAME, None),
        case("x@mail.relaxed.it", "relaxed.it", "", [PASS, NO_DKIM, "|OK| dmarc-pass"], RELAXED, None),
        case("x@abc.mail.it", "relaxed.it", "", ["!! spf-diff !!", NO_DKIM, "!! dmarc-fail !!"], OTHER, None),
        case(
            "x@fails.it",
            "relaxed.it",
            "mail.relaxed.it",
            ["!! spf-fail !!", SIGNED, "|OK| dmarc-pass"],
            OTHER,
            Some(RELAXED),
        ),
        case(
            "x@abc.mail.it",
            "relaxed.it",
            "relaxed.it",
            ["|~OK| spf-pass", SIGNED, "|OK| dmarc-pass"],
            OTHER,
            Some(SAME),
        ),
        case("x@strict.it", "strict.it", "", [PASS, NO_DKIM, "|OK| dmarc-pass"], SAME, None),
        case("x@mail.strict.it", "strict.it", "", [PASS, NO_DKIM, "!! dmarc-fail !!"], RELAXED, None),
        case(
            "x@fails.it",
            "strict.it",
            "mail.strict.it",
            ["!! spf-fail !!", SIGNED, "!! dmarc-fail !!"],
            OTHER,
            Some(RELAXED),
        ),
        case("x@news.orga.it", "news.orga.it", "", [PASS, NO_DKIM, "|OK| dmarc-pass"], SAME, None),
        case("x@twice.it", "twice.it", "", [PASS, NO_DKIM, "!! dmarc-permerror !!"], SAME, None),
        case(
            "x@mute.it",
            "mute.it",
            "mute.it",
            [PASS, "!! dkim-temperror !!", "!! dmarc-temperror !!"],
            SAME,
            Some(SAME),
        ),
        // No answer of the name above can part these two.
        case("x@abc.mail.it", "mute.it", "", ["!! spf-diff !!", NO_DKIM, "!! dmarc-temperror !!"], OTHER, None),
        // A public suffix: whether a record there makes one organization of the two is not known. Nobody is accused.
        Case {
            mail_from: "x@desk.milano.it",
            from: "shop.milano.it",
            signer: "",
            tags: ["!! spf-temperror !!", NO_DKIM, "!! dmarc-temperror !!"],
            spf: (Value::Null, false),
            dkim: None,
        },
    ]
}

struct World {
    service: Service,
    mta: Mta,
    submission: u16,
    _dns: dns::Server,
}

impl World {
    async fn start() -> World {
        let (key, other) = (world::rsa(), world::rsa());
        let mut zone = ZONE.to_owned();
        for (_, domain, selector) in SIGNERS.iter().filter(|signer| !["unpublished", "mute.it"].contains(&signer.0)) {
            let (front, back) = key.record.split_at(200);
            zone += &format!("{selector}._domainkey.{domain}. TXT \"{front}\" \"{back}\"\n");
        }
        let zone = Zone::parse(&zone).unwrap().servfail("lost.it");
        let zone = zone.servfail("s._domainkey.mute.it").servfail("_dmarc.mute.it").servfail("_dmarc.milano.it");
        let dns = dns::Server::serve(zone, []).await;
        let service = Service::start(dns.addr, &[]).await;

        let mut mta = Mta::new();
        let home = mta.home().display().to_string();
        std::fs::write(format!("{home}/key.pem"), &key.pem).unwrap();
        std::fs::write(format!("{home}/other.pem"), &other.pem).unwrap();
        let (mut keys, mut signing) = (String::new(), String::new());
        for (name, domain, selector) in SIGNERS {
            let file = if *name == "other-key" { "other" } else { "key" };
            keys += &format!("{name} {domain}:{selector}:{home}/{file}.pem\n");
            signing += &format!("{name}@* {name}\n");
        }
        std::fs::write(format!("{home}/keys"), keys).unwrap();
        std::fs::write(format!("{home}/signing"), signing).unwrap();
        let settings = format!(
            "KeyTable {home}/keys\nSigningTable refile:{home}/signing\nCanonicalization relaxed/relaxed\n\
             SignatureAlgorithm rsa-sha256\n"
        );
        let milter = mta.opendkim("opendkim", &settings).await;
        let submission = free_port();
        let main = format!(
            "myhostname = mail.abc.it\nmynetworks = 127.0.0.0/8\nrelayhost = [127.0.0.1]:{}\n\
             smtp_tls_security_level = may\nsmtpd_milters = {milter}\nmilter_default_action = tempfail\n",
            service.smtp().port()
        );
        let doors = format!(
            "127.0.0.1:{submission} inet n - n - - smtpd\n\
             smtp unix - - n - - smtp -o smtp_bind_address=127.0.0.10 -o smtp_helo_name=mail.abc.it\n"
        );
        mta.postfix(&main, &doors, &[submission]).await;
        World { service, mta, submission, _dns: dns }
    }

    /// One message for all three probes, with a word.
    async fn send(&self, mail_from: &str, from: &str, word: &str, body: &str) {
        let to = ["spf", "dkim", "dmarc"].map(|probe| format!("{probe}+{word}@vaglio.test"));
        let message = format!(
            "From: <{from}>\r\nTo: {}\r\nSubject: Probe\r\nDate: Sun, 22 Nov 2026 04:00:00 +0000\r\n\
             Message-ID: <{word}@abc.it>\r\n\r\n{body}",
            to.join(", ")
        );
        let mut client = Client::connect(([127, 0, 0, 1], self.submission).into()).await.unwrap();
        client.greet("desk.abc.it").await.unwrap();
        client.command(&format!("MAIL FROM:<{mail_from}>"), 250).await.unwrap();
        for mailbox in &to {
            client.command(&format!("RCPT TO:<{mailbox}>"), 250).await.unwrap();
        }
        client.command("DATA", 354).await.unwrap();
        client.content(message.as_bytes()).await.unwrap_or_else(|error| panic!("{error}\n{}", self.mta.log()));
        client.command("QUIT", 221).await.unwrap();
    }

    /// The one row of a word's list.
    async fn row(&self, probe: &str, word: &str) -> Value {
        let end = Instant::now() + Duration::from_secs(60);
        loop {
            let list = self.service.get(&format!("/api/v1/probes/{probe}?word={word}")).await.json();
            if let [row] = list["results"].as_array().unwrap().as_slice() {
                return row.clone();
            }
            assert!(Instant::now() < end, "{probe} {word}: {list}\n{}", self.mta.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// What the API and the page tell of one result.
    async fn evidence(&self, probe: &str, row: &Value) -> (Value, String) {
        let id = row["id"].as_str().unwrap();
        let detail = self.service.get(&format!("/api/v1/probes/{probe}/results/{id}")).await.json();
        (detail, self.page(&format!("/{probe}/r/{id}?lang=en")).await)
    }

    async fn page(&self, path: &str) -> String {
        let answer = self.service.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        String::from_utf8(answer.body).unwrap()
    }
}

/// The sentence of the page on one pair of names.
fn relaxed(from: &str, domain: &str, agree: &Value) -> String {
    let names = format!("Relaxed: <code>{domain}</code> and <code>{from}</code>");
    match agree {
        Value::Bool(true) => format!("{names} agree"),
        Value::Bool(false) => format!("{names} do not agree"),
        _ => "Relaxed: not known".to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_three_probes_say_the_same_of_postfix_and_opendkim_on_every_surface() {
    let world = World::start().await;
    let cases = cases();
    for (number, case) in cases.iter().enumerate() {
        let author = if case.signer.is_empty() { "anna" } else { case.signer };
        world.send(case.mail_from, &format!("{author}@{}", case.from), &format!("w{number}"), GOOD).await;
    }
    for (number, case) in cases.iter().enumerate() {
        let word = format!("w{number}");
        for (probe, tag) in ["spf", "dkim", "dmarc"].into_iter().zip(case.tags) {
            let why = format!("{probe} of {:?} {} {:?}", case.mail_from, case.from, case.signer);
            let row = world.row(probe, &word).await;
            assert_eq!(row["tag"], tag, "{why}");
            assert_eq!(
                (&row["domain"], &row["client_ip"], &row["word"], &row["count"]),
                (&json!(case.from), &json!("127.0.0.10"), &json!(word), &json!(1)),
                "{why}"
            );
            let list = world.page(&format!("/{probe}/{word}?lang=en")).await;
            assert!(list.contains(&format!("translate=\"no\">{tag}</span>")), "{why}: {list}");

            let (detail, page) = world.evidence(probe, &row).await;
            assert!(page.contains(&format!("translate=\"no\">{tag}</span>")), "{why}");
            let spf_domain = case.mail_from.split_once('@').map_or("mail.abc.it", |(_, domain)| domain);
            assert_eq!(
                (&detail["spf_domain"], &detail["spf_aligned_relaxed"], &detail["spf_aligned_strict"]),
                (&json!(spf_domain), &case.spf.0, &json!(case.spf.1)),
                "{why}: {detail}"
            );
            assert!(page.contains(&relaxed(case.from, spf_domain, &case.spf.0)), "{why}: {page}");
            let signature = &detail["dkim"][0];
            match &case.dkim {
                None => assert_eq!(signature, &Value::Null, "{why}"),
                Some((agree, strict)) => {
                    assert_eq!(
                        (&signature["aligned_relaxed"], &signature["aligned_strict"]),
                        (agree, &json!(strict)),
                        "{why}: {detail}"
                    );
                    let domain = signature["domain"].as_str().unwrap();
                    assert!(page.contains(&relaxed(case.from, domain, agree)), "{why}: {page}");
                }
            }
            let (spf, dmarc) = (case.tags[0], case.tags[2].replace(['|', '!'], ""));
            let results = detail["authentication_results"].as_str().unwrap();
            assert!(results.starts_with("Authentication-Results: vaglio.test;"), "{results}");
            // `dmarc-pass` on the page is `dmarc=pass` in the field; OK and blanks aside.
            let stated = dmarc.trim().trim_start_matches("OK ").replacen('-', "=", 1);
            assert!(results.contains(&format!("{stated} header.from={}", case.from)), "{why}: {results}");
            let received = detail["received_spf"].as_str().unwrap();
            let result = received.trim_start_matches("Received-SPF: ").split(' ').next().unwrap();
            assert!(results.contains(&format!("spf={result} smtp.mailfrom")), "{why}: {results}");
            // Unaligned passes and unknown alignments have a tag of their own; all others are SPF's own word.
            let own =
                ["!! spf-diff !!", "!! spf-temperror !!"].contains(&spf) || spf.contains(&format!("spf-{result}"));
            assert!(own, "{why}: {received}");
            for line in [results, received].into_iter().flat_map(|field| field.split("\r\n")) {
                assert!(page.contains(&line.replace('"', "&quot;")), "{why}: {line}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_postfix_changes_after_signing_is_a_failed_signature_and_the_policy_is_told() {
    let world = World::start().await;
    // Postfix breaks a line of over 998 octets after OpenDKIM has signed it.
    let long = format!("{}\r\n", "word ".repeat(400));
    world.send("x@relaxed.it", "relaxed.it@relaxed.it", "long", &long).await;
    let (_, page) = world.evidence("dkim", &world.row("dkim", "long").await).await;
    assert!(page.contains("!! dkim-fail !!") && page.contains("dkim=fail header.d=relaxed.it"), "{page}");
    let (detail, page) = world.evidence("dmarc", &world.row("dmarc", "long").await).await;
    assert_eq!(
        detail["dmarc"],
        json!({"result": "pass", "policy_domain": "relaxed.it", "policy": "reject", "policy_tag": "p", "testing": false,
               "spf_aligned": true, "dkim_aligned": false, "record": "v=DMARC1; p=reject"})
    );
    assert!(page.contains("SPF, not DKIM") && page.contains("<code>reject</code>"), "{page}");
    assert!(page.contains("dmarc=pass header.from=relaxed.it polrec.p=reject"), "{page}");

    world.send("x@news.orga.it", "anna@news.orga.it", "heir", GOOD).await;
    let (detail, page) = world.evidence("dmarc", &world.row("dmarc", "heir").await).await;
    let dmarc = &detail["dmarc"];
    assert_eq!(
        (&dmarc["policy"], &dmarc["policy_tag"], &dmarc["policy_domain"], &dmarc["testing"]),
        (&json!("quarantine"), &json!("sp"), &json!("orga.it"), &json!(true))
    );
    assert!(page.contains("polrec.p=reject polrec.domain=orga.it") && page.contains("_dmarc.orga.it"), "{page}");

    // How the organization was found is said, with a record and without.
    let (_, page) = world.evidence("spf", &world.row("spf", "heir").await).await;
    assert!(page.contains("found by looking for DMARC records"), "{page}");
    world.send("x@mail.abc.it", "anna@abc.it", "bare", GOOD).await;
    let (_, page) = world.evidence("spf", &world.row("spf", "bare").await).await;
    assert!(page.contains("by the public suffix list: no DMARC record exists"), "{page}");
}
