//! The Author Domain: the one domain of RFC5322.From (RFC 9989 §3.2.2, §4.3), from the field as it stands.

use crate::address::domain_to_ascii;
use crate::auth::DmarcProblem;
use crate::message::Message;

/// The one domain of a message's From, as A-labels; `None` where DMARC does not apply.
pub fn of(message: &Message) -> Option<String> {
    let values: Vec<&str> = message.all("From").map(|field| field.value.as_str()).collect();
    author_domain(&values).ok()
}

/// The one domain of these From fields' values, as A-labels, or why DMARC does not apply.
pub fn author_domain(values: &[&str]) -> Result<String, DmarcProblem> {
    let value = match values {
        [] => return Err(DmarcProblem::NoFrom),
        [value] => value,
        several => return Err(DmarcProblem::SeveralFrom(several.len())),
    };
    let mut domains: Vec<Option<String>> = addresses(value).iter().map(|address| domain_of(address)).collect();
    domains.sort();
    domains.dedup();
    match domains.as_slice() {
        [Some(domain)] => Ok(domain.clone()),
        [] | [None] => Err(DmarcProblem::FromWithoutDomain),
        several => Err(DmarcProblem::SeveralFrom(several.len())),
    }
}

/// The addr-specs of an address list (RFC 5322 §3.4), comments, display names and group names left out.
fn addresses(value: &str) -> Vec<String> {
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

/// The address being read.
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

    /// A quoted string is copied with its quotes, an `@` in it replaced: only the domain is wanted.
    fn quoted(&mut self, chars: &mut std::str::Chars<'_>) {
        self.push('"');
        while let Some(c) = chars.next() {
            match c {
                '\\' => drop(chars.next()),
                '"' => break,
                '@' => self.push('_'),
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

    fn take(&mut self) -> Option<String> {
        self.inside = false;
        let outer = std::mem::take(&mut self.outer);
        let address = self.inner.take().unwrap_or(outer);
        (!address.trim().is_empty()).then_some(address)
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

fn domain_of(address: &str) -> Option<String> {
    let (local, domain) = address.rsplit_once('@')?;
    let domain: String = domain.chars().filter(|c| !c.is_whitespace()).collect();
    let plausible = !local.trim().is_empty() && !domain.contains(['"', '<', '>', '(', ')', '[', ']', ':', '\\', '/']);
    domain_to_ascii(&domain).filter(|_| plausible)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_domain_is_found_however_the_field_is_written() {
        for (value, domain) in [
            ("a@example.com", "example.com"),
            (" Alice <a@Example.COM.>", "example.com"),
            ("\"x@evil.example\" <a@example.com>", "example.com"),
            ("\"quoted \\\" <x@evil.example>\" <a@example.com>", "example.com"),
            ("a@example.com (was b@evil.example (nested) )", "example.com"),
            ("(c)a(c)@(c)example.com(c)", "example.com"),
            ("x@evil.example <a@example.com>", "example.com"),
            ("\"odd@local\"@example.com", "example.com"),
            ("<@relay.example,@other.example:a@example.com>", "example.com"),
            ("Team: a@example.com, Bob <b@example.com>;", "example.com"),
            ("a@example.com, b@EXAMPLE.com", "example.com"),
            ("Zoë <zoe@bücher.example>", "xn--bcher-kva.example"),
            ("Alice\r\n <a@example.com\r\n >", "example.com"),
        ] {
            assert_eq!(author_domain(&[value]), Ok(domain.to_owned()), "{value}");
        }
    }

    #[test]
    fn without_exactly_one_domain_dmarc_does_not_apply() {
        use DmarcProblem::*;
        assert_eq!(author_domain(&[]), Err(NoFrom));
        assert_eq!(author_domain(&["a@b.example", "a@b.example"]), Err(SeveralFrom(2)));
        assert_eq!(author_domain(&["a@b.example, c@d.example"]), Err(SeveralFrom(2)));
        for value in ["", "undisclosed:;", "alice", "a@[192.0.2.1]", "<>", "@example.com", "a@b..c", "\"a@b.example\""]
        {
            assert_eq!(author_domain(&[value]), Err(FromWithoutDomain), "{value}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_value_is_read(value in "\\PC{0,200}", odd in "[a@.<>()\":;,\\\\\\[\\]]{0,40}") {
            let _ = author_domain(&[&value]);
            let _ = author_domain(&[&odd]);
        }
    }
}
