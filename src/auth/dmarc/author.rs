//! The Author Domain: the one domain of RFC5322.From (RFC 9989 §3.2.2, §4.3), from the field as it stands.

use crate::address::domain_to_ascii;
use crate::auth::DmarcProblem;
use crate::message::{Message, addresses};

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
    let written = addresses::read(value);
    let specs = written.iter().map(|written| written.spec.as_str()).filter(|spec| !spec.trim().is_empty());
    let mut domains: Vec<Option<String>> = specs.map(domain_of).collect();
    domains.sort();
    domains.dedup();
    match domains.as_slice() {
        [Some(domain)] => Ok(domain.clone()),
        [] | [None] => Err(DmarcProblem::FromWithoutDomain),
        several => Err(DmarcProblem::SeveralFrom(several.len())),
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
