//! Domain names between text and labels.
//!
//! The text form is lower case, without the final dot; a dot or backslash inside a label is written `\.` and `\\`, an octet
//! outside printable ASCII `\DDD` (RFC 1035 §5.1). The root is the empty text.

/// The labels of a name in text form, lower case.
///
/// # Errors
///
/// Why such a name cannot exist in DNS (RFC 1035 §2.3.4), in a few English words.
pub fn labels(text: &str) -> Result<Vec<Vec<u8>>, &'static str> {
    let text = text.strip_suffix('.').filter(|rest| !rest.ends_with('\\')).unwrap_or(text);
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let mut labels = Vec::new();
    let mut label = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        match (first, tail) {
            (b'.', _) => labels.push(std::mem::take(&mut label)),
            (b'\\', [a, b, c, tail @ ..]) if [a, b, c].iter().all(|digit| digit.is_ascii_digit()) => {
                let value = [a, b, c].iter().fold(0u32, |value, digit| value * 10 + u32::from(**digit - b'0'));
                label.push(u8::try_from(value).map_err(|_| "an escape over \\255")?.to_ascii_lowercase());
                rest = tail;
            }
            (b'\\', [escaped, tail @ ..]) => {
                label.push(escaped.to_ascii_lowercase());
                rest = tail;
            }
            (b'\\', []) => return Err("a backslash at its end"),
            (octet, _) => label.push(octet.to_ascii_lowercase()),
        }
    }
    labels.push(label);
    if labels.iter().any(Vec::is_empty) {
        return Err("an empty label");
    }
    if labels.iter().any(|label| label.len() > 63) {
        return Err("a label over 63 octets");
    }
    if labels.iter().map(|label| label.len() + 1).sum::<usize>() > 254 {
        return Err("a name over 253 octets");
    }
    Ok(labels)
}

/// The text form of labels.
pub fn text<'a>(labels: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut text = String::new();
    for (i, label) in labels.into_iter().enumerate() {
        if i > 0 {
            text.push('.');
        }
        for &octet in label {
            match octet.to_ascii_lowercase() {
                b'.' => text.push_str("\\."),
                b'\\' => text.push_str("\\\\"),
                octet @ b' '..=b'~' => text.push(octet as char),
                octet => text.push_str(&format!("\\{octet:03}")),
            }
        }
    }
    text
}

/// The one form under which a name is asked, compared and recorded; names that are not ASCII become A-labels (RFC 5891 §4).
///
/// # Errors
///
/// As [`labels`].
pub fn normal(name: &str) -> Result<String, &'static str> {
    if name.is_ascii() {
        return Ok(text(labels(name)?.iter().map(Vec::as_slice)));
    }
    let ascii = idna::domain_to_ascii(name).map_err(|_| "not an internationalised name")?;
    Ok(text(labels(&ascii)?.iter().map(Vec::as_slice)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_compared_in_lower_case_a_labels_without_the_final_dot() {
        assert_eq!(normal("WWW.Example.ORG.").unwrap(), "www.example.org");
        assert_eq!(normal("bücher.example").unwrap(), "xn--bcher-kva.example");
        assert_eq!(normal("").unwrap(), "");
    }

    #[test]
    fn a_name_that_dns_cannot_hold_is_told_why() {
        assert_eq!(normal("a..b"), Err("an empty label"));
        assert_eq!(normal(&format!("{}.org", "a".repeat(64))), Err("a label over 63 octets"));
        assert!(normal(&format!("{}.org", "a".repeat(63))).is_ok());
        let long = vec!["abcdefghi"; 26].join(".");
        assert_eq!(normal(&long), Err("a name over 253 octets"));
    }

    #[test]
    fn odd_octets_survive_the_way_to_labels_and_back() {
        let odd = text([b"a.b\\c".as_slice(), b"\0\xff", b"org"]);
        assert_eq!(odd, "a\\.b\\\\c.\\000\\255.org");
        assert_eq!(labels(&odd).unwrap(), [b"a.b\\c".to_vec(), b"\0\xff".to_vec(), b"org".to_vec()]);
    }
}
