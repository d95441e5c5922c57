//! The Received trace (RFC 5321 §4.4): who handed the message to whom, as each of them says.

use std::net::IpAddr;

use jiff::Timestamp;
use mail_parser::parsers::MessageStream;
use mail_parser::{HeaderValue, Host};

use super::{Message, header};
use crate::net;

/// Fields read; a message that loops has more.
const MAX_HOPS: usize = 200;

/// One Received field. Only the topmost ones were written by somebody whom the reader trusts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hop {
    /// The name that the client gave in HELO or EHLO.
    pub helo: Option<String>,
    /// The name that the receiver found by PTR.
    pub reverse: Option<String>,
    pub ip: Option<IpAddr>,
    pub by: Option<String>,
    pub with: Option<String>,
    /// As in [`crate::delivery::TlsInfo`].
    pub tls: Option<String>,
    /// As its writer calls it; names differ between TLS libraries.
    pub cipher: Option<String>,
    pub for_: Option<String>,
    pub id: Option<String>,
    /// An author's own program or a web page handed it in, as one who had logged in: a client that nobody expects to be a server.
    pub submitted: bool,
    pub time: Option<Timestamp>,
}

impl Hop {
    fn parse(value: &str) -> Hop {
        let unfolded = header::unfold(value);
        let line = format!("{}\n", unfolded.get(..unfolded.floor_char_boundary(4096)).unwrap_or_default());
        let HeaderValue::Received(received) = MessageStream::new(line.as_bytes()).parse_received() else {
            return Hop::default();
        };
        let name = |host: &Host<'_>| match host {
            Host::Name(name) => name.trim_end_matches('.').to_owned(),
            Host::IpAddr(IpAddr::V4(ip)) => format!("[{ip}]"),
            Host::IpAddr(IpAddr::V6(ip)) => format!("[IPv6:{ip}]"),
        };
        let literal = received.from.as_ref().and_then(|host| match host {
            Host::IpAddr(ip) => Some(*ip),
            Host::Name(_) => None,
        });
        let with = received.with.map(|with| with.as_str().to_owned());
        Hop {
            submitted: with.as_deref().is_some_and(is_submission) || names_a_login(&line),
            helo: received.helo.as_ref().or(received.from.as_ref()).map(name),
            reverse: received.from_iprev.as_deref().map(|name| name.trim_end_matches('.').to_owned()),
            ip: received.from_ip.or(literal).map(|ip| ip.to_canonical()),
            by: received.by.as_ref().map(name),
            with,
            tls: received.tls_version.map(|version| version.as_str().to_owned()),
            cipher: received.tls_cipher.as_deref().map(str::to_owned),
            for_: received.for_.as_deref().map(str::to_owned),
            id: received.id.as_deref().map(str::to_owned),
            time: line.rsplit_once(';').and_then(|(_, date)| header::date(date)),
        }
    }

    /// The client has an address of the public internet.
    pub fn is_public(&self) -> bool {
        self.ip.is_some_and(is_credible)
    }

    /// The client is this very machine.
    fn is_loopback(&self) -> bool {
        self.ip.is_some_and(|ip| ip.is_loopback())
    }

    /// Handed over within one organization: the two names belong to one registrable domain.
    fn is_internal(&self) -> bool {
        let organization = |name: Option<&str>| {
            let name = name?.to_ascii_lowercase();
            psl::domain_str(&name).map(str::to_owned)
        };
        let by = organization(self.by.as_deref());
        by.is_some() && [self.reverse.as_deref(), self.helo.as_deref()].into_iter().any(|name| organization(name) == by)
    }
}

impl Message {
    /// The trace, topmost (latest) first.
    pub fn received(&self) -> Vec<Hop> {
        self.all("Received").take(MAX_HOPS).map(|field| Hop::parse(&field.value)).collect()
    }

    /// The topmost credible client: a public address that handed the message from one organization to another.
    ///
    /// Hops inside the receiver's own network, by loopback or between its servers, come first and are passed over. Where the
    /// message was submitted, the trace of servers ends: there is no client to judge.
    pub fn client(&self) -> Option<Hop> {
        let mut outside = self.received().into_iter().filter(|hop| !hop.is_internal() && !hop.is_loopback());
        outside.find(|hop| hop.submitted || hop.is_public()).filter(|hop| !hop.submitted)
    }
}

/// With authentication (RFC 3848: the `A`; RFC 6531 §4.3 for UTF8SMTP), or from a web page.
fn is_submission(with: &str) -> bool {
    matches!(
        with.to_ascii_uppercase().as_str(),
        "ESMTPA" | "ESMTPSA" | "UTF8SMTPA" | "UTF8SMTPSA" | "LMTPA" | "LMTPSA" | "HTTP" | "HTTPS"
    )
}

/// Postfix, sendmail and Courier name who logged in within a comment, and leave `with` as it was.
fn names_a_login(line: &str) -> bool {
    let line = line.to_ascii_lowercase();
    ["(authenticated sender", "(authenticated bits=", "(authenticated as ", "(authenticated user", "(auth: "]
        .iter()
        .any(|comment| line.contains(comment))
}

/// Documentation networks stand for public ones in examples and tests; everything else that is not public is local.
fn is_credible(ip: IpAddr) -> bool {
    matches!(net::not_public(ip), None | Some("documentation"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn message(raw: &str) -> Message {
        Message::parse(Bytes::copy_from_slice(raw.as_bytes()))
    }

    #[test]
    fn the_client_is_the_first_stranger_who_came_from_outside() {
        let message = message(
            "Received: by 2002:a05:6a10:1 with SMTP id x1csp; Sun, 22 Nov 2026 02:00:03 -0800 (PST)\r\n\
             Received: from inner.example.net (inner.example.net [198.51.100.9]) by store.example.net with LMTP id 1;\r\n\
             \tSun, 22 Nov 2026 10:00:02 +0000\r\n\
             Received: from mail.example.org (mail.example.org. [192.0.2.25])\r\n\
             \tby mx.example.net with ESMTPS id 77 for <anna@example.net>\r\n\
             \t(version=TLS1_3 cipher=TLS_AES_256_GCM_SHA384 bits=256/256); Sun, 22 Nov 2026 02:00:01 -0800 (PST)\r\n\
             Received: from [10.0.0.5] by mail.example.org with ESMTPSA; Sun, 22 Nov 2026 10:00:00 +0000\r\n\r\n",
        );
        let client = message.client().unwrap();
        assert_eq!(client.ip, Some("192.0.2.25".parse().unwrap()));
        assert_eq!(client.helo.as_deref(), Some("mail.example.org"));
        assert_eq!(client.by.as_deref(), Some("mx.example.net"));
        assert_eq!(client.time.unwrap().to_string(), "2026-11-22T10:00:01Z");
        assert_eq!(message.received().len(), 4);
    }

    #[test]
    fn where_the_message_was_submitted_there_is_no_client_to_judge() {
        for hop in [
            "from [192.168.1.5] (host-1-2.isp.example [192.0.2.79]) by smtp.good.example with ESMTPSA id 1; x",
            "from [192.168.1.5] by smtp.good.example with ESMTPSA id 1; x",
            "from [192.0.2.79] by webmail.good.example with HTTP; x",
            "from pc (pc.isp.example [192.0.2.79]) by smtp.good.example with UTF8SMTPSA; x",
            "from pc (pc.isp.example [192.0.2.79]) (using TLSv1.3)\r\n (Authenticated sender: anna)\r\n by smtp.good.example with ESMTPS; x",
            "from pc (pc.isp.example [192.0.2.79]) (authenticated bits=0) by smtp.good.example with ESMTP; x",
        ] {
            // What lies below is of an earlier journey: a redirected message has that, too.
            let earlier = "from mail.other.example (mail.other.example [192.0.2.9]) by mx.good.example with ESMTPS; x";
            let message = message(&format!("Received: {hop}\r\nReceived: {earlier}\r\n\r\n"));
            assert_eq!(message.client(), None, "{hop}");
        }
    }

    #[test]
    fn a_hop_within_the_receiver_is_passed_over_even_where_it_logged_in() {
        for hop in [
            "from AS8PR05.eurprd05.prod.outlook.com (2603:10a6:20b:3d1::5) by DB9PR05.eurprd05.prod.outlook.com with HTTPS; x",
            "from mx2.example.net (mx2.example.net [192.0.2.7]) by store.example.net with ESMTPSA id 1; x",
            "from filter (localhost [127.0.0.1]) by store.example.net with ESMTPA id 1; x",
        ] {
            let outside = "from mail.example.org (mail.example.org [192.0.2.25]) by mx.example.net with ESMTPS; x";
            let message = message(&format!("Received: {hop}\r\nReceived: {outside}\r\n\r\n"));
            assert_eq!(message.client().and_then(|hop| hop.ip), Some("192.0.2.25".parse().unwrap()), "{hop}");
        }
    }

    #[test]
    fn a_trace_of_local_hops_names_nobody() {
        assert!(message("Received: from localhost (localhost [127.0.0.1]) by a.example; x\r\n\r\n").client().is_none());
        assert!(message("Received: \r\nReceived: nonsense ((((\r\n\r\n").client().is_none());
    }
}
