//! Master-file syntax (RFC 1035 §5) to a [`Zone`].
//!
//! One file may hold any owners: without `$ORIGIN` a name is complete as it is written. No SOA is asked for.

use thiserror::Error;

use super::zone::Zone;
use super::{Data, RecordType, Text, name};

/// Where and why a zone file cannot be read.
#[derive(Debug, PartialEq, Eq, Error)]
#[error("line {line}: {what}")]
pub struct ZoneError {
    /// Counted from 1; of the entry's first line.
    pub line: usize,
    pub what: String,
}

const DEFAULT_TTL: u32 = 3600;

/// Reads a whole file.
///
/// # Errors
///
/// The first entry that is not a record, with its line.
pub fn parse(text: &str) -> Result<Zone, ZoneError> {
    let mut reader = Reader { zone: Zone::default(), origin: String::new(), owner: None, ttl: DEFAULT_TTL };
    for entry in entries(text)? {
        reader.entry(&entry).map_err(|what| ZoneError { line: entry.line, what })?;
    }
    Ok(reader.zone)
}

/// The tokens of one entry: of one line, or of several joined by parentheses.
struct Entry {
    line: usize,
    /// The first line starts with white space: the owner is the last one named.
    blank_owner: bool,
    tokens: Vec<Token>,
}

/// Escapes resolved in `octets`; `raw` is as written, for names, where an escaped dot is no separator.
struct Token {
    raw: String,
    octets: Vec<u8>,
    quoted: bool,
}

fn entries(text: &str) -> Result<Vec<Entry>, ZoneError> {
    let mut entries = Vec::new();
    let mut open: Option<Entry> = None;
    let mut depth = 0usize;
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        let mut entry = open.take().unwrap_or_else(|| Entry {
            line: number,
            blank_owner: line.starts_with([' ', '\t']),
            tokens: Vec::new(),
        });
        let error = |what: &str| ZoneError { line: number, what: what.to_owned() };
        let mut rest = line;
        while let Some(c) = rest.chars().next() {
            match c {
                ';' => break,
                '(' => depth += 1,
                ')' => depth = depth.checked_sub(1).ok_or_else(|| error("a closing parenthesis too many"))?,
                c if c.is_whitespace() => {}
                _ => {
                    let (token, tail) = token(rest).map_err(error)?;
                    entry.tokens.push(token);
                    rest = tail;
                    continue;
                }
            }
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
        if depth > 0 {
            open = Some(entry);
        } else if !entry.tokens.is_empty() {
            entries.push(entry);
        }
    }
    match open {
        Some(entry) => Err(ZoneError { line: entry.line, what: "a parenthesis that never closes".to_owned() }),
        None => Ok(entries),
    }
}

fn token(text: &str) -> Result<(Token, &str), &'static str> {
    let quoted = text.starts_with('"');
    let body = if quoted { text.get(1..).unwrap_or_default() } else { text };
    let mut octets = Vec::new();
    let mut chars = body.char_indices();
    let mut end = body.len();
    let mut closed = !quoted;
    while let Some((at, c)) = chars.next() {
        match c {
            '"' if quoted => {
                (end, closed) = (at, true);
                break;
            }
            c if !quoted && (c.is_whitespace() || matches!(c, ';' | '(' | ')' | '"')) => {
                end = at;
                break;
            }
            '\\' => {
                let digits = body.get(at + 1..at + 4).filter(|digits| digits.bytes().all(|d| d.is_ascii_digit()));
                if let Some(digits) = digits {
                    octets.push(digits.parse().map_err(|_| "an escape over \\255")?);
                    chars.nth(2);
                } else {
                    let (_, escaped) = chars.next().ok_or("a backslash at the end of the line")?;
                    octets.extend(escaped.encode_utf8(&mut [0; 4]).bytes());
                }
            }
            c => octets.extend(c.encode_utf8(&mut [0; 4]).bytes()),
        }
    }
    if !closed {
        return Err("a quote that never closes");
    }
    let raw = body.get(..end).unwrap_or_default().to_owned();
    let rest = body.get(end + usize::from(quoted)..).unwrap_or_default();
    Ok((Token { raw, octets, quoted }, rest))
}

struct Reader {
    zone: Zone,
    /// Empty: the root.
    origin: String,
    owner: Option<String>,
    ttl: u32,
}

impl Reader {
    fn entry(&mut self, entry: &Entry) -> Result<(), String> {
        let mut tokens = entry.tokens.as_slice();
        if let [Token { raw, quoted: false, .. }, rest @ ..] = tokens
            && !entry.blank_owner
            && raw.starts_with('$')
        {
            return self.directive(raw, rest);
        }
        if !entry.blank_owner
            && let [owner, rest @ ..] = tokens
        {
            self.owner = Some(self.name(owner)?);
            tokens = rest;
        }
        let owner = self.owner.clone().ok_or("a record without an owner name")?;
        let mut record_ttl = self.ttl;
        // TTL and class come in either order, and both may be missing (RFC 1035 §5.1).
        while let [token, rest @ ..] = tokens {
            if let Some(value) = ttl(&token.raw) {
                record_ttl = value;
            } else if !token.raw.eq_ignore_ascii_case("IN") {
                break;
            }
            tokens = rest;
        }
        let [kind, data @ ..] = tokens else { return Err("a record without a type".to_owned()) };
        let kind = kind.raw.to_ascii_uppercase();
        match record_type(&kind) {
            Some(rtype) => {
                let data = self.data(rtype, data).map_err(|what| format!("{kind} record of {owner}: {what}"))?;
                self.zone.insert(&owner, rtype, record_ttl, data);
                Ok(())
            }
            None if is_type_name(&kind) => {
                // A type that nobody here asks for: its owner exists all the same.
                self.zone.touch(&owner);
                Ok(())
            }
            None => Err(format!("{kind:?} is not a record type")),
        }
    }

    fn directive(&mut self, directive: &str, arguments: &[Token]) -> Result<(), String> {
        match (directive.to_ascii_uppercase().as_str(), arguments) {
            ("$ORIGIN", [origin]) => self.origin = self.name(origin)?,
            ("$TTL", [value]) => {
                self.ttl = ttl(&value.raw).ok_or_else(|| format!("{:?} is not a time to live", value.raw))?;
            }
            ("$ORIGIN" | "$TTL", _) => return Err(format!("{directive} takes one argument")),
            _ => return Err(format!("{directive} is not supported")),
        }
        Ok(())
    }

    fn name(&self, token: &Token) -> Result<String, String> {
        let written = token.raw.as_str();
        let absolute = written.ends_with('.') && !written.ends_with("\\.");
        let full = match written {
            "@" => self.origin.clone(),
            _ if absolute || self.origin.is_empty() => written.to_owned(),
            _ => format!("{written}.{}", self.origin),
        };
        name::normal(&full).map_err(|why| format!("{written:?} is not a domain name: it has {why}"))
    }

    fn data(&self, rtype: RecordType, tokens: &[Token]) -> Result<Data, String> {
        let name = |token| self.name(token);
        match (rtype, tokens) {
            (RecordType::A, [ip]) => Ok(Data::A(number(ip, "an IPv4 address")?)),
            (RecordType::Aaaa, [ip]) => Ok(Data::Aaaa(number(ip, "an IPv6 address")?)),
            (RecordType::Mx, [preference, exchange]) => {
                Ok(Data::Mx { preference: number(preference, "a preference")?, exchange: name(exchange)? })
            }
            (RecordType::Txt, [_, ..]) => {
                if tokens.iter().any(|token| token.octets.len() > 255) {
                    return Err("a string over 255 octets: split it into several quoted strings".to_owned());
                }
                let octets = tokens.iter().flat_map(|token| token.octets.iter().copied()).collect();
                Ok(Data::Txt(Text { octets, strings: tokens.len() }))
            }
            (RecordType::Ptr, [target]) => Ok(Data::Ptr(name(target)?)),
            (RecordType::Cname, [target]) => Ok(Data::Cname(name(target)?)),
            (RecordType::Ns, [target]) => Ok(Data::Ns(name(target)?)),
            (RecordType::Soa, [primary, mailbox, numbers @ ..]) if numbers.len() == 5 => {
                let mut text = format!("{}. {}.", name(primary)?, name(mailbox)?);
                for token in numbers {
                    let value = ttl(&token.raw).ok_or_else(|| format!("{:?} is not a number", token.raw))?;
                    text.push_str(&format!(" {value}"));
                }
                Ok(Data::Other(text))
            }
            (RecordType::Tlsa, [usage, selector, matching, data @ ..]) if !data.is_empty() => {
                let digits: String = data.iter().map(|token| token.raw.as_str()).collect();
                Ok(Data::Tlsa {
                    usage: number(usage, "a certificate usage")?,
                    selector: number(selector, "a selector")?,
                    matching: number(matching, "a matching type")?,
                    data: hexadecimal(&digits).ok_or("certificate data that is not hexadecimal")?,
                })
            }
            _ => Err(format!("{} fields are not what this type has", tokens.len())),
        }
    }
}

fn number<T: std::str::FromStr>(token: &Token, what: &str) -> Result<T, String> {
    token.raw.parse().map_err(|_| format!("{:?} is not {what}", token.raw))
}

fn hexadecimal(digits: &str) -> Option<Vec<u8>> {
    if !digits.len().is_multiple_of(2) || !digits.is_ascii() {
        return None;
    }
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok()).collect()
}

/// Seconds, or BIND's `1h30m`.
fn ttl(text: &str) -> Option<u32> {
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let (mut total, mut value, mut digits) = (0u32, 0u32, false);
    for c in text.chars() {
        if let Some(digit) = c.to_digit(10) {
            value = value.checked_mul(10)?.checked_add(digit)?;
            digits = true;
            continue;
        }
        let unit = match c.to_ascii_lowercase() {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            'w' => 604_800,
            _ => return None,
        };
        if !digits {
            return None;
        }
        total = total.checked_add(value.checked_mul(unit)?)?;
        (value, digits) = (0, false);
    }
    total.checked_add(value)
}

fn record_type(text: &str) -> Option<RecordType> {
    Some(match text {
        "A" => RecordType::A,
        "AAAA" => RecordType::Aaaa,
        "MX" => RecordType::Mx,
        "TXT" => RecordType::Txt,
        "PTR" => RecordType::Ptr,
        "CNAME" => RecordType::Cname,
        "NS" => RecordType::Ns,
        "SOA" => RecordType::Soa,
        "TLSA" => RecordType::Tlsa,
        _ => return None,
    })
}

/// Types which zone files hold and mail does not need.
fn is_type_name(text: &str) -> bool {
    const OTHERS: &[&str] = &[
        "CAA",
        "CDNSKEY",
        "CDS",
        "CERT",
        "DNAME",
        "DNSKEY",
        "DS",
        "HINFO",
        "HTTPS",
        "LOC",
        "NAPTR",
        "NSEC",
        "NSEC3",
        "NSEC3PARAM",
        "OPENPGPKEY",
        "RP",
        "RRSIG",
        "SMIMEA",
        "SPF",
        "SRV",
        "SSHFP",
        "SVCB",
        "URI",
    ];
    OTHERS.contains(&text) || text.strip_prefix("TYPE").is_some_and(|number| number.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::super::{Answer, Question};
    use super::*;

    fn answer(zone: &Zone, name: &str, rtype: RecordType) -> Answer {
        zone.look_up(&Question { name: name.to_owned(), rtype }).answer
    }

    #[test]
    fn a_file_of_many_owners_is_read() {
        let zone = parse(
            "; a comment\n\
             $TTL 1h\n\
             example.org. 300 IN MX 10 mail.example.org.\n\
             \t\tTXT \"v=spf1 \" ( ; the rest follows\n\
             \t\t  \"a \\\"q\\\" \\064\" -all )\n\
             $ORIGIN example.net.\n\
             @ IN 60 A 192.0.2.1\n\
             www CNAME @\n\
             10.2.0.192.in-addr.arpa. PTR mail.example.org.\n\
             *.odd SPF \"ignored\"\n",
        )
        .unwrap();
        let exchange = Data::Mx { preference: 10, exchange: "mail.example.org".to_owned() };
        assert_eq!(answer(&zone, "example.org", RecordType::Mx), Answer::Records { records: vec![exchange], ttl: 300 });
        let text = answer(&zone, "example.org", RecordType::Txt);
        let text = text.texts().next().unwrap().clone();
        assert_eq!((text.octets, text.strings), (b"v=spf1 a \"q\" @-all".to_vec(), 3));
        assert_eq!(answer(&zone, "www.example.net", RecordType::A).addresses().count(), 1);
        assert_eq!(answer(&zone, "10.2.0.192.in-addr.arpa", RecordType::Ptr).pointers().count(), 1);
        assert_eq!(answer(&zone, "x.odd.example.net", RecordType::A), Answer::NoData);
    }

    #[test]
    fn an_entry_that_is_no_record_is_named_with_its_line() {
        for (text, line, what) in [
            ("a.test. A 1.2.3\n", 1, "A record of a.test: \"1.2.3\" is not an IPv4 address"),
            ("\na.test. IN WHAT 1\n", 2, "\"WHAT\" is not a record type"),
            ("\n\n  TXT \"x\"\n", 3, "a record without an owner name"),
            ("a.test. TXT \"x\n", 1, "a quote that never closes"),
            ("a.test. TXT ( \"x\"\n\n", 1, "a parenthesis that never closes"),
            ("a..test. A 192.0.2.1", 1, "\"a..test.\" is not a domain name: it has an empty label"),
            ("$INCLUDE x", 1, "$INCLUDE is not supported"),
        ] {
            assert_eq!(parse(text).err(), Some(ZoneError { line, what: what.to_owned() }), "{text:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[ -~\n\t\\\\\"();é]{0,200}") {
            let _ = parse(&text);
        }
    }
}
