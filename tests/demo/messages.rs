//! The demonstration's world and its messages, which the browser's tests send too.

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use vaglio::dns::Zone;

use crate::support::sign::Key;

/// The lists that are asked there.
pub const LISTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/demo/lists.toml");

/// What DNS says there; the key is its domains' own. Some names are never answered.
pub fn zone(key: &Key) -> Result<Zone, vaglio::dns::ZoneError> {
    zone_where(key, |text| text)
}

/// The same after somebody has changed a record.
pub fn zone_where(key: &Key, change: impl FnOnce(String) -> String) -> Result<Zone, vaglio::dns::ZoneError> {
    // A character-string holds 255 octets at most (RFC 1035 §3.3).
    let (front, back) = key.record.split_at(200);
    let text = change(include_str!("zone.txt").replace("@KEY@", &format!("{front}\" \"{back}")));
    let silent = ["silent.example", "_dmarc.silent.example", "mail.silent.example", "90.2.0.192.in-addr.arpa"];
    Ok(silent.into_iter().fold(Zone::parse(&text)?, |zone, name| zone.timeout(name)))
}

/// One message of the demonstration.
pub struct Demo {
    pub what: &'static str,
    pub ip: &'static str,
    pub helo: &'static str,
    pub tls: bool,
    pub mail_from: &'static str,
    /// Whose key signs, if any.
    pub signed_by: Option<&'static str>,
    /// What happens on the way after signing.
    pub on_the_way: fn(String) -> String,
    pub message: &'static str,
}

pub const PLAIN: Demo = Demo {
    what: "",
    ip: "192.0.2.10",
    helo: "mail.good.example",
    tls: true,
    mail_from: "anna@good.example",
    signed_by: Some("good.example"),
    on_the_way: |message| message,
    message: "",
};

pub const LETTER: &str = include_str!("letter.eml");
pub const NEWSLETTER: &str = include_str!("newsletter.eml");

pub fn demos() -> Vec<Demo> {
    vec![
        Demo { what: "perfect: signed, aligned, encrypted", message: LETTER, ..PLAIN },
        Demo {
            what: "forwarded by a list that adds a footer: DKIM breaks, SPF is the list's",
            ip: "192.0.2.60",
            helo: "lists.forward.example",
            mail_from: "owner@forward.example",
            on_the_way: |message| message + "_______________________\r\nThe list's own footer\r\n",
            message: LETTER,
            ..PLAIN
        },
        Demo {
            what: "spoofed: a stranger's server writes as good.example",
            ip: "203.0.113.66",
            helo: "host66.pool.example.net",
            tls: false,
            signed_by: None,
            message: LETTER,
            ..PLAIN
        },
        Demo { what: "newsletter as it should be", message: NEWSLETTER, ..PLAIN },
        Demo {
            what: "newsletter without a way to unsubscribe",
            on_the_way: |message| message,
            message: include_str!("newsletter-no-unsubscribe.eml"),
            ..PLAIN
        },
        Demo {
            what: "DKIM broken: a gateway rewrote the subject after signing",
            on_the_way: |message| message.replace("Subject: ", "Subject: [EXTERNAL] "),
            message: LETTER,
            ..PLAIN
        },
        Demo {
            what: "new office server: not in SPF, not signed, no PTR",
            ip: "198.51.100.7",
            helo: "OFFICE-PC",
            tls: false,
            mail_from: "info@bakery.example",
            signed_by: None,
            message: include_str!("invoice.eml"),
            ..PLAIN
        },
        Demo {
            what: "SPF with more than ten look-ups",
            ip: "192.0.2.30",
            helo: "mail.many.example",
            mail_from: "ops@many.example",
            signed_by: None,
            message: include_str!("many.eml"),
            ..PLAIN
        },
        Demo {
            what: "third-party sender: passes SPF and DKIM, but nothing aligns with From",
            ip: "192.0.2.60",
            helo: "lists.forward.example",
            mail_from: "bounce@forward.example",
            signed_by: Some("forward.example"),
            message: LETTER,
            ..PLAIN
        },
        Demo { what: "a bounce: null reverse path", mail_from: "", message: include_str!("bounce.eml"), ..PLAIN },
        Demo {
            what: "HTML only, with a script, a form and images without descriptions",
            message: include_str!("html.eml"),
            ..PLAIN
        },
        Demo {
            what: "DNS that does not answer: nothing is held against the sender",
            ip: "192.0.2.90",
            helo: "mail.silent.example",
            mail_from: "ops@silent.example",
            signed_by: None,
            message: include_str!("silent.eml"),
            ..PLAIN
        },
    ]
}

/// The message as it arrives: dated, addressed, signed, and what happened on the way.
pub fn compose(demo: &Demo, to: &str, now: Timestamp, key: &Key) -> String {
    let date = rfc2822::to_string(&now.to_zoned(jiff::tz::TimeZone::UTC)).unwrap_or_default();
    let id = now.as_nanosecond().to_string();
    let message = demo.message.replace("@DATE@", &date).replace("@TO@", to).replace("@ID@", &id);
    let message = message.replace("\r\n", "\n").replace('\n', "\r\n");
    let signed = match demo.signed_by {
        Some(domain) => key.sign(domain, "demo", &message),
        None => message,
    };
    (demo.on_the_way)(signed)
}
