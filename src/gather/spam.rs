//! Second opinions: what SpamAssassin ([`crate::gather::spamd`]) and Rspamd ([`crate::gather::rspamd`]) think of the message.
//!
//! Here is what they have in common: the form of an answer, and the copy of the message that a receiving server would hand
//! them. Which of their points count is decided in [`crate::check`].

use serde::{Deserialize, Serialize};

use crate::delivery::Delivery;

/// What a spam filter thinks of the message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SpamReport {
    /// Name and version, as the program tells it.
    pub engine: String,
    /// Its own sum, its own sign: positive is spam.
    pub score: f64,
    /// Its threshold.
    pub required: f64,
    pub rules: Vec<SpamRule>,
    /// Rspamd's action, such as `add header`.
    pub action: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SpamRule {
    pub name: String,
    pub score: f64,
    pub description: String,
}

/// A filter's answer is not read beyond this many octets.
pub(super) const MAX_REPLY: usize = 512 << 10;

/// The message as the server that received it would store it: with Return-Path (RFC 5321 §4.4) and a Received line naming the
/// client. Filters read the client's address, reverse name and HELO from there.
///
/// `reverse_name` is the confirmed name of the client; `by` is our own.
pub fn received_copy(delivery: &Delivery, reverse_name: Option<&str>, by: &str) -> Vec<u8> {
    let (session, envelope) = (&delivery.session, &delivery.envelope);
    let mut head = String::new();
    if let Some(path) = envelope.reverse_path.seen() {
        head.push_str(&format!("Return-Path: <{}>\r\n", plain(&path.to_string())));
    }
    if let Some(ip) = session.client_ip.seen() {
        let ip = match ip.to_canonical() {
            std::net::IpAddr::V4(ip) => ip.to_string(),
            std::net::IpAddr::V6(ip) => format!("IPv6:{ip}"),
        };
        let helo = session.helo.seen().map_or("unknown".to_owned(), |helo| plain(helo));
        let name = reverse_name.map_or("unknown".to_owned(), plain);
        let tls = session.tls.seen().is_some_and(Option::is_some);
        // RFC 3848
        let with = if tls { "ESMTPS" } else { "ESMTP" };
        let recipient =
            envelope.forward_paths.first().map_or(String::new(), |path| format!("\r\n\tfor <{}>", plain(path)));
        let date =
            jiff::fmt::rfc2822::to_string(&delivery.received_at.to_zoned(jiff::tz::TimeZone::UTC)).unwrap_or_default();
        head.push_str(&format!(
            "Received: from {helo} ({name} [{ip}])\r\n\tby {} (Vaglio) with {with} id {:x}{recipient};\r\n\t{date}\r\n",
            plain(by),
            delivery.received_at.as_millisecond(),
        ));
    }
    let mut copy = head.into_bytes();
    copy.extend_from_slice(&delivery.raw);
    copy
}

/// Text from a stranger that may stand in a header line: no controls, blanks, brackets or anything that is not ASCII.
fn plain(text: &str) -> String {
    let odd = |c: char| !c.is_ascii_graphic() || matches!(c, '(' | ')' | '<' | '>' | '\\' | '"');
    text.chars().map(|c| if odd(c) { '?' } else { c }).take(255).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::facts_of;
    use crate::delivery::Observed;

    fn copy(change: impl FnOnce(&mut Delivery)) -> String {
        let mut delivery = (*facts_of("Subject: x\n\nbody\n").delivery).clone();
        change(&mut delivery);
        String::from_utf8(received_copy(&delivery, Some("mail.example.org"), "vaglio.test")).unwrap()
    }

    #[test]
    fn the_copy_names_the_client_as_a_receiving_server_would() {
        assert_eq!(
            copy(|_| ()),
            "Return-Path: <anna@example.org>\r\n\
             Received: from mail.example.org (mail.example.org [192.0.2.25])\r\n\
             \tby vaglio.test (Vaglio) with ESMTPS id 1a20116c840\r\n\
             \tfor <test@vaglio.example>;\r\n\
             \tSun, 22 Nov 2026 02:30:00 +0000\r\n\
             Subject: x\r\n\r\nbody\r\n"
        );
    }

    #[test]
    fn an_ipv6_client_is_tagged_and_an_unknown_one_gives_no_received_line() {
        assert!(
            copy(|d| d.session.client_ip = Observed::Seen("2001:db8::1".parse().unwrap()))
                .contains("[IPv6:2001:db8::1]")
        );
        let unknown = copy(|d| d.session.client_ip = Observed::Missing(crate::delivery::Why::NotGiven));
        assert!(!unknown.contains("Received:"));
    }

    #[test]
    fn a_helo_cannot_inject_a_line() {
        let copy = copy(|d| d.session.helo = Observed::Seen("x (y [1.2.3.4])\r\nX-Evil: 1".to_owned()));
        assert!(copy.contains("from x??y?[1.2.3.4]???X-Evil:?1 (mail."), "{copy}");
    }
}
