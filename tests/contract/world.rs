//! A small world: one sender who does everything right, and one who publishes nothing.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::fmt::rfc2822;

use crate::service::{Service, Test};
use crate::support::dns::Server;
use crate::support::sign::Key;
use crate::support::smtp::{Sender, send};

static KEY: LazyLock<Key> = LazyLock::new(Key::generate);

/// As a master file; also what `--zone` reads.
pub fn zone() -> String {
    let (first, second) = KEY.record.split_at(200);
    format!(
        "$TTL 300\n\
         good.example. IN A 192.0.2.10\n\
         good.example. IN MX 10 mail.good.example.\n\
         good.example. IN TXT \"v=spf1 ip4:192.0.2.10 -all\"\n\
         mail.good.example. IN A 192.0.2.10\n\
         mail.good.example. IN TXT \"v=spf1 a -all\"\n\
         _dmarc.good.example. IN TXT \"v=DMARC1; p=reject; rua=mailto:dmarc@good.example\"\n\
         s._domainkey.good.example. IN TXT \"{first}\" \"{second}\"\n\
         10.2.0.192.in-addr.arpa. IN PTR mail.good.example.\n\
         bare.example. IN A 192.0.2.66\n"
    )
}

pub async fn dns() -> Server {
    Server::start(&zone()).await
}

/// The service in that world, believing XCLIENT from this machine.
pub async fn start(dns: &Server, more: &[&str]) -> Service {
    let mut all = vec!["--trust-xclient", "127.0.0.0/8"];
    all.extend(more);
    Service::start(dns.addr, &all).await
}

pub fn letter(to: &str) -> String {
    let now = Timestamp::now();
    let date = rfc2822::to_string(&now.to_zoned(jiff::tz::TimeZone::UTC)).unwrap();
    let message = format!(
        "From: Anna Rossi <anna@good.example>\r\nTo: {to}\r\nSubject: Minutes of Thursday\r\nDate: {date}\r\n\
         Message-ID: <{}@good.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\
         Hello,\r\n\r\nhere are the minutes, as promised. Tell me if I have forgotten anything.\r\n\r\nAnna\r\n",
        now.as_nanosecond()
    );
    KEY.sign("good.example", "s", &message)
}

pub const GOOD: Sender<'static> = Sender {
    ip: Some(std::net::IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 10))),
    helo: "mail.good.example",
    tls: true,
    mail_from: "anna@good.example",
};

/// A signed letter by the good sender to a fresh test.
pub async fn deliver(service: &Service) -> (Test, String) {
    let test = service.test().await;
    let letter = letter(&test.address);
    send(service.smtp(), &GOOD, &test.address, letter.as_bytes()).await.unwrap();
    (test, letter)
}
