use super::*;
use crate::address::{Mailbox, ReversePath};
use crate::check::lab::{self, codes, cost, facts, facts_of, found, zone_with};
use crate::delivery::Why;

const GOOD: [&str; 4] = ["server.ptr.confirmed", "server.helo.good", "server.from.receives", "server.tls.good"];

fn codes_of(facts: &Facts) -> Vec<String> {
    codes(&found(check, facts)).into_iter().map(str::to_owned).collect()
}

fn iprev(result: IprevResult, names: &[&str], confirmed: &[&str]) -> Observed<Iprev> {
    let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Observed::Seen(Iprev { result, names: own(names), confirmed: own(confirmed) })
}

#[test]
fn a_good_server_costs_nothing() {
    assert_eq!(codes_of(&facts()), GOOD);
    assert_eq!(cost(found(check, &facts())), 0);
}

#[test]
fn reverse_dns_missing_unconfirmed_and_generic_each_have_their_price_and_cure() {
    let cases = [
        (iprev(IprevResult::Fail, &[], &[]), "server.ptr.missing", -10, Some(("PTR", "mail.example.com"))),
        (
            iprev(IprevResult::Fail, &["x.example"], &[]),
            "server.ptr.unconfirmed",
            -7,
            Some(("PTR", "mail.example.com")),
        ),
        (
            iprev(IprevResult::Pass, &["192-0-2-10.isp.example"], &["192-0-2-10.isp.example"]),
            "server.ptr.generic",
            -3,
            Some(("PTR", "mail.example.com")),
        ),
        (iprev(IprevResult::Temperror, &[], &[]), "server.ptr.not_determined", 0, None),
    ];
    for (iprev, code, points, expected) in cases {
        let mut facts = facts();
        facts.auth.iprev = iprev;
        let found = found(check, &facts);
        assert_eq!(codes(&found)[0], code);
        let cure = found[0].cures.first().map(|cure| match cure {
            Cure::Record { rtype, value, .. } => (rtype.as_str(), value.as_str()),
            Cure::Line { .. } => panic!(),
        });
        assert_eq!(cure, expected);
        assert_eq!(cost(found), points);
    }
}

#[test]
fn no_example_is_passed_off_as_the_server_s_name() {
    let mut facts = facts();
    facts.auth.iprev = iprev(IprevResult::Permerror, &[], &[]);
    lab::session(&mut facts).helo = Observed::Seen("MYPC".into());
    let found = found(check, &facts);
    for finding in &found[..2] {
        assert_eq!(finding.args.get("wanted"), Some(&NONE.into()), "{}", finding.code);
        assert!(finding.cures.is_empty());
    }
}

#[test]
fn a_name_that_leads_elsewhere_is_not_given_one_more_address() {
    let cures_with = |helo: &str, changes: &[(&str, &str, &str)]| {
        let mut facts = facts();
        facts.auth.iprev = iprev(IprevResult::Fail, &["www.example.com"], &[]);
        facts.dns = zone_with(changes);
        lab::session(&mut facts).helo = Observed::Seen(helo.into());
        found(check, &facts)[0].cures.clone()
    };
    let elsewhere = [("www.example.com", "A", "192.0.2.80"), ("www.example.com", "AAAA", "NODATA")];
    assert_eq!(cures_with("MYPC", &elsewhere), []);
    let nowhere = [("www.example.com", "A", "NODATA")];
    assert_eq!(cures_with("MYPC", &nowhere), [address_record("www.example.com", "192.0.2.10".parse().unwrap())]);
}

#[test]
fn a_name_from_inside_a_network_is_never_to_be_published() {
    let mut facts = facts();
    facts.auth.iprev = iprev(IprevResult::Permerror, &[], &[]);
    for inside in ["exchange.office.local", "localhost.localdomain", "srv.lan", "nas.home.arpa"] {
        lab::session(&mut facts).helo = Observed::Seen(inside.into());
        facts.dns = zone_with(&[(inside, "A", "NXDOMAIN"), (inside, "AAAA", "NXDOMAIN")]);
        let found = found(check, &facts);
        assert_eq!(codes(&found)[..2], ["server.ptr.missing", "server.helo.unresolved"]);
        assert!(found[..2].iter().all(|finding| finding.cures.is_empty()), "{inside}");
    }
}

#[test]
fn of_several_names_the_one_that_the_server_greets_with_is_to_stay() {
    let mut facts = facts();
    let names = ["web.example.com", "mail.example.com"];
    facts.auth.iprev = iprev(IprevResult::Pass, &names, &names);
    let found = found(check, &facts);
    assert_eq!(codes(&found)[1], "server.ptr.several");
    assert_eq!(found[1].args.get("keep"), Some(&"mail.example.com".into()));
}

#[test]
fn a_name_is_generic_only_when_it_holds_the_address() {
    let ip = |text: &str| text.parse::<IpAddr>().unwrap();
    for name in [
        "127-0-0-21.dyn.isp.test",
        "21.0.0.127.isp.test",
        "ip127000000021.isp.test",
        "x7f000015.isp.test",
        "host-0-21.dsl.isp.test",
    ] {
        assert!(is_generic(name, ip("127.0.0.21")), "{name}");
    }
    for name in [
        "mail.example.com",
        "mx21.example.com",
        "a0-21.smtp-out.example.com",
        "mail-ej1-f45.example.com",
        "mta-127-0-0-21.example.com",
        "smtp127.example.com",
    ] {
        assert!(!is_generic(name, ip("127.0.0.21")), "{name}");
    }
    assert!(is_generic("2001-db8-0-0-aaaa-bbbb-cccc-dddd.isp.test", ip("2001:db8::aaaa:bbbb:cccc:dddd")));
    assert!(is_generic("host-2001-db8--7.isp.test", ip("2001:db8::7")));
    assert!(!is_generic("mail.example.com", ip("2001:db8::1")));
    assert!(!is_generic("host-7.example.com", ip("2001:db8::7")));
}

#[test]
fn a_client_of_this_machine_is_judged_only_where_dns_knows_it() {
    let mut facts = facts();
    lab::session(&mut facts).client_ip = Observed::Seen("127.0.0.1".parse().unwrap());
    for unknown in [iprev(IprevResult::Fail, &[], &[]), Observed::Missing(Why::NotApplicable)] {
        facts.auth.iprev = unknown;
        assert_eq!(codes_of(&facts)[0], "server.client.local");
        assert_eq!(cost(found(check, &facts)), 0);
    }
    facts.auth.iprev = iprev(IprevResult::Fail, &["127-0-0-1.dyn.example"], &[]);
    assert_eq!(codes_of(&facts)[0], "server.ptr.unconfirmed");
}

#[test]
fn an_unknown_session_is_never_accused() {
    let mut facts = facts();
    let session = lab::session(&mut facts);
    session.client_ip = Observed::Missing(Why::NotGiven);
    session.helo = Observed::Missing(Why::NotGiven);
    session.tls = Observed::Missing(Why::NotGiven);
    facts.auth.iprev = Observed::Missing(Why::NotGiven);
    facts.dns = crate::facts::Recorded::default();
    let expected = [
        "server.ptr.not_determined",
        "server.helo.not_determined",
        "server.from.not_determined",
        "server.tls.not_determined",
    ];
    assert_eq!(codes_of(&facts), expected);
    assert_eq!(cost(found(check, &facts)), 0);
}

#[test]
fn helo_must_be_a_name_that_resolves() {
    let mut facts = facts();
    for bad in ["localhost", "192.0.2.10", "[office]", "MYPC"] {
        lab::session(&mut facts).helo = Observed::Seen(bad.into());
        assert_eq!(codes_of(&facts)[1], "server.helo.not_a_name");
        assert_eq!(cost(found(check, &facts)), -5);
    }
    for literal in ["[192.0.2.10]", "[IPv6:2001:db8::10]"] {
        lab::session(&mut facts).helo = Observed::Seen(literal.into());
        assert_eq!(codes_of(&facts)[1], "server.helo.literal");
        assert_eq!(cost(found(check, &facts)), -5);
    }
    lab::session(&mut facts).helo = Observed::Seen("gone.example".into());
    assert_eq!(codes_of(&facts)[1], "server.helo.not_determined");
    facts.dns = zone_with(&[("gone.example", "A", "NXDOMAIN"), ("gone.example", "AAAA", "NXDOMAIN")]);
    assert_eq!(codes_of(&facts)[1], "server.helo.unresolved");
    assert_eq!(cost(found(check, &facts)), -3);
    facts.dns = zone_with(&[("gone.example", "A", "192.0.2.99"), ("gone.example", "AAAA", "NODATA")]);
    assert_eq!(codes_of(&facts)[2], "server.helo.mismatch");
    assert_eq!(cost(found(check, &facts)), 0);
}

#[test]
fn the_from_domain_must_be_able_to_receive() {
    let mut facts = facts();
    facts.dns = zone_with(&[("example.com", "MX", "NODATA"), ("example.com", "A", "NODATA")]);
    assert_eq!(codes_of(&facts)[2], "server.from.unreachable");
    assert_eq!(cost(found(check, &facts)), -20);
    facts.dns = zone_with(&[("example.com", "MX", "0 .")]);
    assert_eq!(codes_of(&facts)[2], "server.from.null_mx");
    assert_eq!(cost(found(check, &facts)), -10);
    facts.dns = zone_with(&[("example.com", "MX", "SERVFAIL")]);
    assert_eq!(codes_of(&facts)[2], "server.from.not_determined");
    assert_eq!(cost(found(check, &facts)), 0);
}

#[test]
fn the_return_path_is_judged_apart_only_when_it_is_another_domain() {
    let mut facts = facts();
    let path = ReversePath::Mailbox(Mailbox::parse("b@bounce.example").unwrap());
    lab::envelope(&mut facts).reverse_path = Observed::Seen(path);
    let nothing =
        [("bounce.example", "MX", "NODATA"), ("bounce.example", "A", "NODATA"), ("bounce.example", "AAAA", "NODATA")];
    facts.dns = zone_with(&nothing);
    assert_eq!(codes_of(&facts)[3], "server.return_path.unreachable");
    assert_eq!(cost(found(check, &facts)), -7);
    lab::envelope(&mut facts).reverse_path = Observed::Seen(ReversePath::Null);
    assert_eq!(codes_of(&facts), GOOD);
}

#[test]
fn a_reply_to_that_leads_nowhere_is_a_notice() {
    let mut facts = facts_of(&format!("Reply-To: x@gone.example\r\n{}", lab::MESSAGE));
    facts.dns = zone_with(&[
        ("gone.example", "MX", "NXDOMAIN"),
        ("gone.example", "A", "NXDOMAIN"),
        ("gone.example", "AAAA", "NXDOMAIN"),
    ]);
    assert_eq!(codes_of(&facts)[3], "server.reply_to.unreachable");
    assert_eq!(cost(found(check, &facts)), 0);
    facts.dns = zone_with(&[("gone.example", "MX", "TIMEOUT")]);
    assert_eq!(codes_of(&facts)[3], "server.reply_to.not_determined");
}

#[test]
fn plain_text_costs_and_old_or_weak_tls_is_said() {
    let mut facts = facts();
    lab::session(&mut facts).tls = Observed::Seen(None);
    assert_eq!(cost(found(check, &facts)), -5);
    for (version, cipher, code) in [
        ("TLSv1.1", "TLS_RSA_WITH_AES_128_CBC_SHA", "server.tls.old"),
        ("SSLv2", "", "server.tls.old"),
        ("TLSv1.2", "TLS_RSA_WITH_AES_128_GCM_SHA256", "server.tls.weak_cipher"),
        ("TLSv1.2", "AES256-SHA", "server.tls.weak_cipher"),
        ("TLSv1.2", "ECDHE-RSA-DES-CBC3-SHA", "server.tls.weak_cipher"),
        ("TLSv1.2", "RSA_AES_256_CBC_SHA1", "server.tls.weak_cipher"),
        ("TLSv1.2", "ECDHE-RSA-AES256-GCM-SHA384", "server.tls.good"),
        ("TLSv1.3", "TLS_AES_256_GCM_SHA384", "server.tls.good"),
        ("TLSv1.2", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "server.tls.good"),
        ("TLSv1.3", "", "server.tls.good"),
    ] {
        let tls = TlsInfo { version: version.into(), cipher: cipher.into() };
        lab::session(&mut facts).tls = Observed::Seen(Some(tls));
        assert_eq!(codes_of(&facts)[3], code);
        assert_eq!(cost(found(check, &facts)), 0);
    }
}
