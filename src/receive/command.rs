//! One command line to one [`Command`]: RFC 5321 §4.1 with the parameters of the extensions we offer.
//!
//! Lenient where a kind reader can be (spaces after the colon, odd local parts, odd HELO arguments: the report will tell), strict
//! where leniency could harm: a control character is never accepted. Knows nothing of the session.

use crate::address::{Mailbox, ReversePath};
use crate::delivery::BodyType;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    Helo(String),
    Ehlo(String),
    Mail(Mail),
    Rcpt(Rcpt),
    Data,
    Bdat { size: u64, last: bool },
    StartTls,
    Rset,
    Noop,
    Quit,
    Vrfy,
    Expn,
    Help,
    Auth,
    Xclient(Vec<(String, String)>),
    Xforward(Vec<(String, String)>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    pub reverse_path: ReversePath,
    pub size: Option<u64>,
    pub body: Option<BodyType>,
    pub smtputf8: bool,
    pub ret: Option<String>,
    pub envid: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rcpt {
    pub forward_path: ForwardPath,
    /// NOTIFY and ORCPT as sent (RFC 3461 §4).
    pub dsn: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ForwardPath {
    /// `<postmaster>` without a domain (RFC 5321 §4.5.1), as it was written.
    Postmaster(String),
    Mailbox(Mailbox),
}

impl std::fmt::Display for ForwardPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ForwardPath::Postmaster(local_part) => f.write_str(local_part),
            ForwardPath::Mailbox(mailbox) => mailbox.fmt(f),
        }
    }
}

/// What is wrong with a command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    Unknown,
    NotImplemented,
    /// NUL, another control character, or octets that are not UTF-8.
    BadOctets,
    HeloArgument,
    NoArgument,
    MailSyntax,
    RcptSyntax,
    ReversePath,
    ForwardPath,
    BdatSyntax,
    /// A parameter of an extension that was not offered (RFC 5321 §4.1.1.11).
    UnknownParameter,
    /// A known parameter with a value it may not have, or given twice.
    BadParameter,
    /// SIZE is more than any number of ours: larger than any limit.
    SizeTooBig,
    XclientSyntax,
}

/// Reads a line without its CR LF.
///
/// # Errors
/// The [`Fault`] to answer with.
pub fn parse(line: &[u8]) -> Result<Command, Fault> {
    let text = std::str::from_utf8(line).map_err(|_| Fault::BadOctets)?;
    // RFC 5321 §4.1.2: no control characters anywhere; tabs pass as white space.
    if text.chars().any(|character| character.is_control() && character != '\t') {
        return Err(Fault::BadOctets);
    }
    let text = text.trim_end_matches([' ', '\t']);
    let (verb, rest) = text.split_once([' ', '\t']).unwrap_or((text, ""));
    let rest = rest.trim_start_matches([' ', '\t']);
    let none = |command| if rest.is_empty() { Ok(command) } else { Err(Fault::NoArgument) };
    match verb.to_ascii_uppercase().as_str() {
        "HELO" => helo(rest).map(Command::Helo),
        "EHLO" => helo(rest).map(Command::Ehlo),
        "MAIL" => mail(after_keyword(rest, "FROM:").ok_or(Fault::MailSyntax)?).map(Command::Mail),
        "RCPT" => rcpt(after_keyword(rest, "TO:").ok_or(Fault::RcptSyntax)?).map(Command::Rcpt),
        "DATA" => none(Command::Data),
        "BDAT" => bdat(rest),
        "STARTTLS" => none(Command::StartTls),
        "RSET" => none(Command::Rset),
        "QUIT" => none(Command::Quit),
        "NOOP" => Ok(Command::Noop),
        "VRFY" => Ok(Command::Vrfy),
        "EXPN" => Ok(Command::Expn),
        "HELP" => Ok(Command::Help),
        "AUTH" => Ok(Command::Auth),
        "XCLIENT" => attributes(rest).map(Command::Xclient),
        "XFORWARD" => attributes(rest).map(Command::Xforward),
        "ETRN" | "TURN" | "ATRN" | "BURL" | "SEND" | "SOML" | "SAML" => Err(Fault::NotImplemented),
        _ => Err(Fault::Unknown),
    }
}

/// The argument is recorded whatever it is; only its absence is refused (RFC 5321 §4.1.4 forbids refusing for its value).
fn helo(rest: &str) -> Result<String, Fault> {
    if rest.is_empty() { Err(Fault::HeloArgument) } else { Ok(rest.to_owned()) }
}

fn after_keyword<'a>(rest: &'a str, keyword: &str) -> Option<&'a str> {
    let (given, path) = rest.split_at_checked(keyword.len())?;
    // Some clients put spaces after the colon; RFC 5321 §3.3 forbids it and asks servers to bear it.
    given.eq_ignore_ascii_case(keyword).then(|| path.trim_start_matches([' ', '\t']))
}

fn mail(rest: &str) -> Result<Mail, Fault> {
    let (path, rest) = split_path(rest).ok_or(Fault::MailSyntax)?;
    let reverse_path = match path {
        "" => ReversePath::Null,
        path => ReversePath::Mailbox(mailbox(path).ok_or(Fault::ReversePath)?),
    };
    let mut mail = Mail { reverse_path, size: None, body: None, smtputf8: false, ret: None, envid: None };
    for parameter in parameters(rest) {
        let (keyword, value) = parameter?;
        match (keyword.as_str(), value) {
            ("SIZE", Some(value)) if mail.size.is_none() => mail.size = Some(size(value)?),
            ("BODY", Some(value)) if mail.body.is_none() => mail.body = Some(body(value)?),
            ("SMTPUTF8", None) if !mail.smtputf8 => mail.smtputf8 = true,
            ("RET", Some(value)) if mail.ret.is_none() => {
                let full_or_headers = value.eq_ignore_ascii_case("FULL") || value.eq_ignore_ascii_case("HDRS");
                mail.ret = Some(full_or_headers.then(|| value.to_ascii_uppercase()).ok_or(Fault::BadParameter)?);
            }
            // RFC 3461 §4.4: at most 100 characters of xtext.
            ("ENVID", Some(value)) if mail.envid.is_none() && value.len() <= 300 => mail.envid = Some(value.to_owned()),
            ("SIZE" | "BODY" | "SMTPUTF8" | "RET" | "ENVID", _) => return Err(Fault::BadParameter),
            _ => return Err(Fault::UnknownParameter),
        }
    }
    Ok(mail)
}

fn rcpt(rest: &str) -> Result<Rcpt, Fault> {
    let (path, rest) = split_path(rest).ok_or(Fault::RcptSyntax)?;
    let forward_path = match mailbox(path) {
        Some(mailbox) => ForwardPath::Mailbox(mailbox),
        None if path.eq_ignore_ascii_case("postmaster") => ForwardPath::Postmaster(path.to_owned()),
        None => return Err(Fault::ForwardPath),
    };
    let (mut notify, mut orcpt) = (None, None);
    for parameter in parameters(rest) {
        let (keyword, value) = parameter?;
        match (keyword.as_str(), value) {
            ("NOTIFY", Some(value)) if notify.is_none() && notify_is_good(value) => notify = Some(value),
            // RFC 3461 §4.2: addr-type ; xtext.
            ("ORCPT", Some(value)) if orcpt.is_none() && value.contains(';') => orcpt = Some(value),
            ("NOTIFY" | "ORCPT", _) => return Err(Fault::BadParameter),
            _ => return Err(Fault::UnknownParameter),
        }
    }
    let dsn: Vec<String> = [("NOTIFY", notify), ("ORCPT", orcpt)]
        .into_iter()
        .filter_map(|(keyword, value)| value.map(|value| format!("{keyword}={value}")))
        .collect();
    Ok(Rcpt { forward_path, dsn: (!dsn.is_empty()).then(|| dsn.join(" ")) })
}

/// `<path> parameters` to both, without the brackets. `>` inside quotes does not end the path.
fn split_path(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix('<')?;
    let (mut quoted, mut escaped) = (false, false);
    for (i, character) in inside.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '>' if !quoted => {
                let rest = inside.get(i.saturating_add(1)..)?;
                let apart = rest.is_empty() || rest.starts_with([' ', '\t']);
                return apart.then(|| inside.get(..i).map(|path| (path, rest)))?;
            }
            _ => {}
        }
    }
    None
}

/// RFC 5321 §4.1.2 `Mailbox`, source route dropped (§4.1.1.3, appendix C). No limit of length but the line's, as §4.5.3.1 prefers.
fn mailbox(path: &str) -> Option<Mailbox> {
    let path = match path.starts_with('@') {
        true => path.split_once(':')?.1,
        false => path,
    };
    let mailbox = match path.strip_prefix('"') {
        Some(inside) => {
            let end = closing_quote(inside)?;
            let (local_part, rest) = path.split_at_checked(end.saturating_add(2))?;
            Mailbox { local_part: local_part.to_owned(), domain: rest.strip_prefix('@')?.to_owned() }
        }
        None => {
            let mailbox = Mailbox::parse(path)?;
            // Dots in odd places are in use, so they pass; what would need quotes does not.
            let plain = |c: char| !c.is_ascii() || c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
            mailbox.local_part.chars().all(plain).then_some(mailbox)?
        }
    };
    domain_is_good(&mailbox.domain).then_some(mailbox)
}

/// Where the quoted string ends that begins before `inside`.
fn closing_quote(inside: &str) -> Option<usize> {
    let mut escaped = false;
    inside.char_indices().find_map(|(i, character)| match character {
        _ if std::mem::take(&mut escaped) => None,
        '\\' => {
            escaped = true;
            None
        }
        '"' => Some(i),
        _ => None,
    })
}

fn domain_is_good(domain: &str) -> bool {
    if let Some(literal) = domain.strip_prefix('[') {
        // RFC 5321 §4.1.3: dcontent is printable, without brackets and backslash.
        return literal.strip_suffix(']').is_some_and(|literal| {
            !literal.is_empty() && literal.bytes().all(|byte| byte.is_ascii_graphic() && !b"[]\\".contains(&byte))
        });
    }
    let name = domain.strip_suffix('.').unwrap_or(domain);
    name.len() <= 255
        && name.split('.').all(|label| {
            !label.is_empty()
                && label.chars().all(|c| !c.is_ascii() || c.is_ascii_alphanumeric() || c == '-' || c == '_')
        })
}

/// RFC 5321 §4.1.2 `esmtp-param`: keyword in upper case, and its value.
fn parameters(rest: &str) -> impl Iterator<Item = Result<(String, Option<&str>), Fault>> {
    rest.split([' ', '\t']).filter(|word| !word.is_empty()).map(|word| {
        let (keyword, value) = match word.split_once('=') {
            Some((keyword, value)) => (keyword, Some(value)),
            None => (word, None),
        };
        let good = !keyword.is_empty() && keyword.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        match value {
            _ if !good => Err(Fault::UnknownParameter),
            Some("") => Err(Fault::BadParameter),
            _ => Ok((keyword.to_ascii_uppercase(), value)),
        }
    })
}

fn size(value: &str) -> Result<u64, Fault> {
    // RFC 1870 §3: up to 20 digits, so a number may be too large for us and still be well formed.
    match value.bytes().all(|byte| byte.is_ascii_digit()) {
        true => value.parse().map_err(|_| Fault::SizeTooBig),
        false => Err(Fault::BadParameter),
    }
}

fn body(value: &str) -> Result<BodyType, Fault> {
    match value.to_ascii_uppercase().as_str() {
        "7BIT" => Ok(BodyType::SevenBit),
        "8BITMIME" => Ok(BodyType::EightBitMime),
        "BINARYMIME" => Ok(BodyType::BinaryMime),
        _ => Err(Fault::BadParameter),
    }
}

/// RFC 3461 §4.1: NEVER alone, or any of the others.
fn notify_is_good(value: &str) -> bool {
    value.eq_ignore_ascii_case("NEVER")
        || value
            .split(',')
            .all(|word| ["SUCCESS", "FAILURE", "DELAY"].iter().any(|known| word.eq_ignore_ascii_case(known)))
}

/// RFC 3030 §2: `BDAT chunk-size [LAST]`.
fn bdat(rest: &str) -> Result<Command, Fault> {
    let mut words = rest.split_ascii_whitespace();
    let size =
        words.next().filter(|size| size.bytes().all(|byte| byte.is_ascii_digit())).and_then(|size| size.parse().ok());
    let last = match words.next() {
        None => Some(false),
        Some(word) => word.eq_ignore_ascii_case("LAST").then_some(true),
    };
    match (size, last, words.next()) {
        (Some(size), Some(last), None) => Ok(Command::Bdat { size, last }),
        _ => Err(Fault::BdatSyntax),
    }
}

/// Postfix's `XCLIENT name=xtext ...`: names in upper case, values decoded.
fn attributes(rest: &str) -> Result<Vec<(String, String)>, Fault> {
    let read = |word: &str| {
        let (name, value) = word.split_once('=')?;
        Some((name.to_ascii_uppercase(), xtext(value)?))
    };
    let attributes: Option<Vec<_>> = rest.split_ascii_whitespace().map(read).collect();
    attributes.filter(|attributes| !attributes.is_empty()).ok_or(Fault::XclientSyntax)
}

/// RFC 3461 §4 `xtext`: `+` and two upper-case hexadecimal digits stand for an octet. Either case is taken.
fn xtext(text: &str) -> Option<String> {
    let mut octets = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        octets.push(match byte {
            b'+' => {
                let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
                let (high, low) = (digit(bytes.next())?, digit(bytes.next())?);
                u8::try_from(high.checked_mul(16)?.checked_add(low)?).ok()?
            }
            other => other,
        });
    }
    // What was encoded may hold anything; a control character in a host name would only be mischief.
    String::from_utf8(octets).ok().filter(|text| !text.chars().any(char::is_control))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn reverse_path(line: &str) -> Result<String, Fault> {
        match parse(line.as_bytes())? {
            Command::Mail(mail) => Ok(mail.reverse_path.to_string()),
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn reverse_paths_are_read_as_given() {
        for (path, expected) in [
            ("<>", ""),
            ("<a@b.example>", "a@b.example"),
            (" <a@b.example>", "a@b.example"),
            ("<a..b.@b.example>", "a..b.@b.example"),
            ("<@relay.example,@other.example:a@b.example>", "a@b.example"),
            ("<\"a b>c\\\"@x\"@b.example>", "\"a b>c\\\"@x\"@b.example"),
            ("<a@[192.0.2.1]>", "a@[192.0.2.1]"),
            ("<a@[IPv6:2001:db8::1]>", "a@[IPv6:2001:db8::1]"),
            ("<ä@prüfung.example> SMTPUTF8", "ä@prüfung.example"),
            ("<a@under_score.example.>", "a@under_score.example."),
            ("<bounce+x=y.example@esp.example>", "bounce+x=y.example@esp.example"),
        ] {
            assert_eq!(reverse_path(&format!("mail From:{path}")).as_deref(), Ok(expected), "{path}");
        }
    }

    #[test]
    fn broken_paths_are_refused() {
        for (line, fault) in [
            ("MAIL FROM:a@b.example", Fault::MailSyntax),
            ("MAIL FROM <a@b.example>", Fault::MailSyntax),
            ("MAIL", Fault::MailSyntax),
            ("MAIL FROM:<a@b.example", Fault::MailSyntax),
            ("MAIL FROM:<a@b.example>SIZE=1", Fault::MailSyntax),
            ("MAIL FROM:<root>", Fault::ReversePath),
            ("MAIL FROM:<a@>", Fault::ReversePath),
            ("MAIL FROM:<@b.example>", Fault::ReversePath),
            ("MAIL FROM:<a b@b.example>", Fault::ReversePath),
            ("MAIL FROM:<a@b@c.example>", Fault::ReversePath),
            ("MAIL FROM:<a@b..example>", Fault::ReversePath),
            ("MAIL FROM:<a@b.exa<mple>", Fault::ReversePath),
            ("MAIL FROM:<\"a@b.example>", Fault::MailSyntax),
            ("RCPT TO:<>", Fault::ForwardPath),
            ("RCPT TO:<root>", Fault::ForwardPath),
            ("RCPT TO:<a@b.example> NOTIFY=NEVER,DELAY", Fault::BadParameter),
            ("RCPT TO:<a@b.example> RRVS=1", Fault::UnknownParameter),
            ("MAIL FROM:<a@b.example> SIZE=1 SIZE=2", Fault::BadParameter),
            ("MAIL FROM:<a@b.example> SIZE=-1", Fault::BadParameter),
            ("MAIL FROM:<a@b.example> SIZE=99999999999999999999", Fault::SizeTooBig),
            ("MAIL FROM:<a@b.example> BODY=9BIT", Fault::BadParameter),
            ("MAIL FROM:<a@b.example> AUTH=<>", Fault::UnknownParameter),
            ("BDAT", Fault::BdatSyntax),
            ("BDAT +5", Fault::BdatSyntax),
            ("BDAT 5 FIRST", Fault::BdatSyntax),
            ("BDAT 99999999999999999999", Fault::BdatSyntax),
            ("DATA now", Fault::NoArgument),
            ("EHLO ", Fault::HeloArgument),
            ("XCLIENT ADDR", Fault::XclientSyntax),
            ("XCLIENT NAME=a+0", Fault::XclientSyntax),
            ("XCLIENT NAME=a+0D+0AMAIL", Fault::XclientSyntax),
            ("GET / HTTP/1.1", Fault::Unknown),
            ("", Fault::Unknown),
        ] {
            assert_eq!(parse(line.as_bytes()), Err(fault), "{line}");
        }
    }

    #[test]
    fn control_characters_and_foreign_octets_are_never_read() {
        for line in [
            &b"MAIL FROM:<a\x00@b.example>"[..],
            b"EHLO a\rRCPT TO:<x@y>",
            b"NOOP \xff",
            b"VRFY \x1b[2J",
            b"NOOP \xc2\x85",
        ] {
            assert_eq!(parse(line), Err(Fault::BadOctets), "{}", line.escape_ascii());
        }
    }

    #[test]
    fn parameters_are_recorded() {
        let line = b"MAIL FROM:<a@b.example> SIZE=123 body=8bitmime SMTPUTF8 RET=hdrs ENVID=QQ+2B1";
        let Ok(Command::Mail(mail)) = parse(line) else { panic!() };
        assert_eq!((mail.size, mail.body, mail.smtputf8), (Some(123), Some(BodyType::EightBitMime), true));
        assert_eq!((mail.ret.as_deref(), mail.envid.as_deref()), (Some("HDRS"), Some("QQ+2B1")));
        let line = b"RCPT TO:<a@b.example> ORCPT=rfc822;a@b.example NOTIFY=success,DELAY";
        let Ok(Command::Rcpt(rcpt)) = parse(line) else { panic!() };
        assert_eq!(rcpt.dsn.as_deref(), Some("NOTIFY=success,DELAY ORCPT=rfc822;a@b.example"));
        assert_eq!(
            parse(b"XCLIENT name=a+2Bb ADDR=IPV6:2001:db8::1"),
            Ok(Command::Xclient(vec![("NAME".into(), "a+b".into()), ("ADDR".into(), "IPV6:2001:db8::1".into())]))
        );
    }

    proptest! {
        #[test]
        fn any_octets_are_read_without_a_panic(line in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&line);
        }

        #[test]
        fn any_arguments_are_read_without_a_panic(verb in "(MAIL FROM:|RCPT TO:|BDAT |XCLIENT |EHLO )", rest in r#"[<>@",:\\ a.=é+\[\]0-9-]{0,60}"#) {
            let _ = parse(format!("{verb}{rest}").as_bytes());
        }
    }
}
