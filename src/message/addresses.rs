//! Address lists exactly as they stand (RFC 5322 §3.4, with the obsolete forms of §4.4): comments and group names left out,
//! quotes kept. What is an address is decided here alone; which domain DMARC makes of it, in `auth/dmarc/author.rs`.

use super::header;
use crate::address::domain_to_ascii;

/// One entry of a list.
#[derive(Debug, PartialEq, Eq)]
pub struct Written {
    /// Before the angle brackets, with its quotes; empty where there are none.
    phrase: String,
    /// What should be an addr-spec, as written.
    pub spec: String,
}

impl Written {
    /// The display name, decoded.
    pub fn name(&self) -> Option<String> {
        let phrase = self.phrase.trim();
        let text = match phrase.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            Some(quoted) => header::decode(&quoted.replace("\\\"", "\"").replace("\\\\", "\\")),
            None => header::decode(phrase),
        };
        (!text.is_empty()).then_some(text)
    }

    /// The address, without the white space and comments that the obsolete grammar allows; `None` where it is none.
    pub fn address(&self) -> Option<String> {
        let (local, domain) = self.spec.rsplit_once('@')?;
        let domain = domain.trim();
        let domain = if is_literal(domain) { domain.to_owned() } else { dotted(domain, false)? };
        Some(format!("{}@{domain}", dotted(local, true)?)).filter(|address| is_address(address))
    }
}

/// RFC 5322 §3.4.1, loosely: words between dots or a quoted text, and a domain or a literal. Internationalized names are
/// fine (RFC 6532).
pub fn is_address(address: &str) -> bool {
    let Some((local, domain)) = address.rsplit_once('@') else { return false };
    let known = is_literal(domain) || dotted(domain, false).as_deref() == Some(domain);
    known && (is_literal(domain) || domain_to_ascii(domain).is_some()) && dotted(local, true).as_deref() == Some(local)
}

/// A text in quotes (RFC 5322 §3.2.4).
pub fn is_quoted(text: &str) -> bool {
    text.len() > 2 && text.starts_with('"') && text.ends_with('"')
}

/// A value without the comments around what stands in angle brackets, unfolded.
pub fn without_comments(value: &str) -> String {
    let value = header::unfold(value);
    let mut kept = String::new();
    let (mut chars, mut inside) = (value.chars(), false);
    while let Some(c) = chars.next() {
        if c == '(' && !inside {
            skip_comment(&mut chars);
            continue;
        }
        inside = (inside || c == '<') && c != '>';
        kept.push(c);
    }
    kept.trim().to_owned()
}

/// The entries of an address list.
pub fn read(value: &str) -> Vec<Written> {
    let mut found = Vec::new();
    let mut reader = Reader::default();
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '(' => skip_comment(&mut chars),
            '"' => reader.quoted(&mut chars),
            '<' => reader.open(),
            '>' => reader.close(),
            '[' => reader.literal(&mut chars),
            // A group's name ends at its colon; inside angle brackets a source route does (RFC 5322 §4.4).
            ':' => reader.forget(),
            // Commas in a source route separate domains, not addresses.
            ',' if reader.inside => reader.forget(),
            ',' | ';' => found.extend(reader.take()),
            c => reader.push(c),
        }
    }
    found.extend(reader.take());
    found
}

/// The entry being read.
#[derive(Default)]
struct Reader {
    /// Outside angle brackets, and inside.
    outer: String,
    inner: Option<String>,
    inside: bool,
}

impl Reader {
    fn text(&mut self) -> &mut String {
        if self.inside { self.inner.get_or_insert_default() } else { &mut self.outer }
    }

    fn push(&mut self, c: char) {
        self.text().push(c);
    }

    fn forget(&mut self) {
        self.text().clear();
    }

    fn open(&mut self) {
        self.inside = true;
        self.inner = Some(String::new());
    }

    fn close(&mut self) {
        self.inside = false;
    }

    /// A quoted string is copied as it stands, and closed where its writer forgot to.
    fn quoted(&mut self, chars: &mut std::str::Chars<'_>) {
        self.push('"');
        while let Some(c) = chars.next() {
            match c {
                '\\' => {
                    self.push(c);
                    chars.next().into_iter().for_each(|escaped| self.push(escaped));
                }
                '"' => break,
                c => self.push(c),
            }
        }
        self.push('"');
    }

    /// Up to the closing bracket, so that no colon or comma in it counts.
    fn literal(&mut self, chars: &mut std::str::Chars<'_>) {
        self.push('[');
        for c in chars.by_ref() {
            self.push(c);
            if c == ']' {
                break;
            }
        }
    }

    fn take(&mut self) -> Option<Written> {
        self.inside = false;
        let outer = std::mem::take(&mut self.outer);
        match self.inner.take() {
            Some(spec) => Some(Written { phrase: outer, spec }),
            None if outer.trim().is_empty() => None,
            None => Some(Written { phrase: String::new(), spec: outer }),
        }
    }
}

fn skip_comment(chars: &mut std::str::Chars<'_>) {
    let mut depth = 1usize;
    while let Some(c) = chars.next() {
        match c {
            '\\' => drop(chars.next()),
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => (),
        }
        if depth == 0 {
            return;
        }
    }
}

fn is_literal(domain: &str) -> bool {
    domain.starts_with('[') && domain.ends_with(']') && !domain.contains(char::is_whitespace)
}

/// Words between dots, less the white space that may stand around each (RFC 5322 §4.4); `None` where it is not that.
fn dotted(text: &str, may_quote: bool) -> Option<String> {
    let mut kept = String::new();
    let mut gap = false;
    let mut chars = text.trim().chars();
    while let Some(c) = chars.next() {
        match c {
            c if c.is_whitespace() => gap = true,
            '.' => {
                kept.push(c);
                gap = false;
            }
            _ if gap && !kept.ends_with('.') => return None,
            '"' if may_quote => {
                kept.push(c);
                loop {
                    let c = chars.next()?;
                    kept.push(c);
                    match c {
                        '\\' => kept.push(chars.next()?),
                        '"' => break,
                        _ => {}
                    }
                }
                gap = false;
            }
            '(' | ')' | '<' | '>' | '[' | ']' | ':' | ';' | '@' | '\\' | ',' | '"' => return None,
            c => {
                kept.push(c);
                gap = false;
            }
        }
    }
    (!kept.is_empty()).then_some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(value: &str) -> Vec<(Option<String>, Option<String>)> {
        read(value).iter().map(|written| (written.name(), written.address())).collect()
    }

    #[test]
    fn an_address_is_found_in_every_form_of_the_grammar() {
        for (value, name, address) in [
            ("anna@good.example", None, "anna@good.example"),
            ("\"anna rossi\"@good.example", None, "\"anna rossi\"@good.example"),
            ("<\"anna@home\"@good.example>", None, "\"anna@home\"@good.example"),
            ("pete(his account)@good.example(his host)", None, "pete@good.example"),
            ("Pete(A nice \\) chap) <pete(his account)@silly.example(his host)>", Some("Pete"), "pete@silly.example"),
            ("Anna <@relay.example,@other.example:anna@good.example>", Some("Anna"), "anna@good.example"),
            ("\"Rossi, \\\"A\\\"\" <anna . rossi@good . example>", Some("Rossi, \"A\""), "anna.rossi@good.example"),
            ("=?utf-8?Q?Ren=C3=A9?= <rene@[192.0.2.1]>", Some("René"), "rene@[192.0.2.1]"),
        ] {
            assert_eq!(pairs(value), [(name.map(str::to_owned), Some(address.to_owned()))], "{value}");
        }
        assert_eq!(pairs("undisclosed-recipients:;"), []);
        assert_eq!(pairs("(Empty list)(start)Undisclosed recipients  :(nobody(that I know))  ;"), []);
        assert_eq!(pairs("Team: a@b.example, c@d.example;").len(), 2);
    }

    #[test]
    fn what_is_no_address_is_none() {
        for value in [
            "Anna",
            "Anna <>",
            "<>",
            "anna rossi@good.example",
            "a@good.example extra",
            "a@",
            "@b.example",
            "a@b@c.example",
            "\"a@b.example\"",
            "a@b..example",
            "a at b.example",
        ] {
            assert!(matches!(pairs(value)[..], [(_, None)]), "{value}: {:?}", pairs(value));
        }
        assert!(is_address("a@b.example") && !is_address("a b@c.example") && !is_address("a@b .example"));
    }

    #[test]
    fn comments_go_and_what_stands_in_brackets_stays() {
        assert_eq!(without_comments(" (c) <a(b)@c>\r\n (added (twice))"), "<a(b)@c>");
    }

    proptest::proptest! {
        #[test]
        fn any_value_is_read(value in "\\PC{0,200}", odd in "[a@.<>()\":;,\\\\\\[\\] ]{0,40}") {
            for written in [&value, &odd].into_iter().flat_map(|value| read(value)) {
                proptest::prop_assert!(written.address().is_none_or(|address| is_address(&address)));
                let _ = written.name();
            }
            let _ = without_comments(&odd);
        }
    }
}
