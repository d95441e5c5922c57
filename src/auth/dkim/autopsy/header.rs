//! Changes of signed fields, undone one by one and together until the signature verifies.

use std::borrow::Cow;

use crate::auth::Change;
use crate::auth::dkim::canon::RawField;

/// Signatures tried at most.
const MOST_TRIED: usize = 240;

/// What one field may have been before, or that it was not there.
struct Undo<'a> {
    /// Its place among the fields.
    at: usize,
    /// `None`: it was added.
    value: Option<Cow<'a, [u8]>>,
    change: Change,
}

/// The changes without which the signature verifies; empty when none of those likely explains it.
pub fn explain(fields: &[RawField<'_>], signed: &[String], verify: &dyn Fn(&[RawField<'_>]) -> bool) -> Vec<Change> {
    let is_signed = |name: &[u8]| signed.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes()));
    let mut undos: Vec<Undo> = Vec::new();
    for (at, field) in fields.iter().enumerate() {
        let name = field.name.trim_ascii_end();
        if is_signed(name) {
            undos.extend(undos_of(fields, at, name, field.value));
        }
    }
    let mut tried = 0;
    let mut works = |chosen: &[&Undo]| {
        tried += 1;
        tried <= MOST_TRIED && verify(&with(fields, chosen))
    };
    if let Some(undo) = undos.iter().find(|undo| works(&[undo])) {
        return vec![undo.change.clone()];
    }
    // Lists tag the subject, rewrite From and add Reply-To at once: one of each at most.
    let of = |name: &[u8]| -> Vec<Option<&Undo>> {
        let here = |undo: &&Undo| {
            fields.get(undo.at).is_some_and(|field| field.name.trim_ascii_end().eq_ignore_ascii_case(name))
        };
        std::iter::once(None).chain(undos.iter().filter(here).take(5).map(Some)).collect()
    };
    let (subjects, authors, replies) = (of(b"Subject"), of(b"From"), of(b"Reply-To"));
    for subject in &subjects {
        for author in &authors {
            for reply in &replies {
                let chosen: Vec<&Undo> = [*subject, *author, *reply].into_iter().flatten().collect();
                if chosen.len() > 1 && works(&chosen) {
                    return chosen.into_iter().map(|undo| undo.change.clone()).collect();
                }
            }
        }
    }
    Vec::new()
}

/// The fields with these changes undone.
fn with<'a>(fields: &'a [RawField<'a>], chosen: &'a [&'a Undo<'a>]) -> Vec<RawField<'a>> {
    let undo = |at: usize| chosen.iter().find(|undo| undo.at == at);
    let restored = fields.iter().enumerate().filter_map(|(at, field)| match undo(at) {
        None => Some(field.clone()),
        Some(Undo { value: Some(value), .. }) => Some(RawField { name: field.name, value }),
        Some(Undo { value: None, .. }) => None,
    });
    restored.collect()
}

fn undos_of<'a>(fields: &'a [RawField<'a>], at: usize, name: &'a [u8], value: &'a [u8]) -> Vec<Undo<'a>> {
    let shown_name = String::from_utf8_lossy(name).into_owned();
    let text = |value: &[u8]| String::from_utf8_lossy(value).replace("\r\n", "").trim().to_owned();
    let mut undos = Vec::new();
    if name.eq_ignore_ascii_case(b"Subject") {
        undos.extend(without_tags(value).into_iter().map(|(tag, rest)| Undo {
            at,
            value: Some(rest.into()),
            change: Change::SubjectTag { tag },
        }));
    }
    for original in originals(fields, name) {
        undos.push(Undo {
            at,
            value: Some(Cow::Borrowed(original)),
            change: Change::FieldRewritten { name: shown_name.clone(), now: text(value), was: text(original) },
        });
    }
    for was in rewritings(name, value) {
        let change = Change::FieldRewritten { name: shown_name.clone(), now: text(value), was: text(&was) };
        undos.push(Undo { at, value: Some(was.into()), change });
    }
    let added = Change::FieldAdded { name: shown_name, value: text(value) };
    undos.push(Undo { at, value: None, change: added });
    undos
}

/// The subject without each of its likely tags, and without all of those before it.
fn without_tags(value: &[u8]) -> Vec<(String, Vec<u8>)> {
    let Ok(text) = std::str::from_utf8(value) else { return Vec::new() };
    let start = text.len() - text.trim_start().len();
    let (space, subject) = text.split_at(start);
    let mut found = Vec::new();
    // `Re: [list] words`, too: the tag stands after the reply mark.
    let mut marks = vec![0];
    if let Some((mark, _)) = subject.split_once(": ")
        && mark.len() <= 4
    {
        marks.push(mark.len() + 2);
    }
    for mark in marks {
        let (head, mut rest) = subject.split_at(mark);
        let mut gone = 0;
        while let Some(length) = tag_length(rest).filter(|_| found.len() < 8) {
            gone += length;
            rest = rest.get(length..).unwrap_or_default();
            let tag = subject.get(mark..mark + gone).unwrap_or_default().trim().to_owned();
            found.push((tag, [space.as_bytes(), head.as_bytes(), rest.as_bytes()].concat()));
        }
    }
    found
}

/// Octets of a tag that the text begins with, the white space after it included.
fn tag_length(text: &str) -> Option<usize> {
    let closed = |open: char, close: char| text.strip_prefix(open).and_then(|rest| rest.find(close)).map(|at| at + 2);
    let starred = || text.strip_prefix("***").and_then(|rest| rest.find("***")).map(|at| at + 6);
    let word = || {
        let words = ["EXTERNAL:", "EXT:", "SPAM:", "EXTERNAL", "WARNING:", "CAUTION:"];
        words
            .iter()
            .find(|word| text.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word)))
            .map(|word| word.len())
    };
    let length = closed('[', ']').or_else(|| closed('{', '}')).or_else(starred).or_else(word)?;
    let rest = text.get(length..)?;
    Some(length + rest.len() - rest.trim_start().len())
}

/// Where relays and lists keep a field's first value.
fn originals<'a>(fields: &'a [RawField<'a>], name: &[u8]) -> Vec<&'a [u8]> {
    let name = String::from_utf8_lossy(name).to_ascii_lowercase();
    let mut keepers = vec![
        format!("x-original-{name}"),
        format!("original-{name}"),
        format!("x-google-original-{name}"),
        format!("x-old-{name}"),
        format!("old-{name}"),
        format!("x-{name}"),
    ];
    if name == "from" {
        keepers.extend(["reply-to".to_owned(), "x-original-sender".to_owned()]);
    }
    fields
        .iter()
        .filter(|field| {
            let name = String::from_utf8_lossy(field.name).trim_end().to_ascii_lowercase();
            keepers.contains(&name)
        })
        .map(|field| field.value)
        .take(4)
        .collect()
}

/// Ways of writing the same value that programs change into one another.
fn rewritings(name: &[u8], value: &[u8]) -> Vec<Vec<u8>> {
    let Ok(text) = std::str::from_utf8(value) else { return Vec::new() };
    let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
    let unfolded = text.replace("\r\n", "");
    let mut ways: Vec<String> = vec![unfolded.clone()];
    if is("Content-Type") {
        let bare = unfolded.replace('"', "");
        ways.extend([bare.clone(), bare.to_ascii_lowercase(), unfolded.to_ascii_lowercase()]);
        ways.extend(with_charset(&unfolded, str::to_ascii_uppercase));
        ways.extend(with_charset(&unfolded, |charset| format!("\"{}\"", charset.trim_matches('"'))));
        ways.extend(unfolded.split_once(';').map(|(kind, rest)| format!("{kind};{}", rest.trim_start())));
    } else if is("Content-Transfer-Encoding") {
        ways.extend(
            ["7bit", "8bit", "quoted-printable", "base64", "binary", "8BIT", "7BIT"].map(|word| format!(" {word}")),
        );
    } else if ["From", "To", "Cc", "Reply-To", "Sender"].iter().any(|field| is(field)) {
        ways.push(unfolded.replace('"', ""));
        // `Anna via List <list@lists.test>`: the name as it was, beside whatever address is left.
        if let Some((person, address)) = unfolded.rsplit_once('<') {
            let person = person.trim().trim_matches('"');
            ways.push(format!(" \"{person}\" <{address}"));
            if let Some((person, _)) = person.split_once(" via ") {
                ways.push(format!(" {person} <{address}"));
            }
        }
    } else if is("MIME-Version") {
        ways.push(" 1.0".to_owned());
    } else if is("Message-ID") {
        ways.push(format!(" {}", unfolded.trim()));
    }
    ways.into_iter().map(String::into_bytes).filter(|way| way.as_slice() != value).collect()
}

fn with_charset(value: &str, change: impl Fn(&str) -> String) -> Option<String> {
    let at = value.to_ascii_lowercase().find("charset=")? + "charset=".len();
    let (head, rest) = value.split_at_checked(at)?;
    let (charset, tail) = rest.split_at(rest.find([';', ' ']).unwrap_or(rest.len()));
    Some(format!("{head}{}{tail}", change(charset)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Verifies as a signature over these values, relaxed, would.
    fn explained(signed: &[(&str, &str)], seen: &[(&str, &str)]) -> Vec<Change> {
        let fields: Vec<RawField> =
            seen.iter().map(|(name, value)| RawField { name: name.as_bytes(), value: value.as_bytes() }).collect();
        let names: Vec<String> = signed.iter().map(|(name, _)| (*name).to_owned()).collect();
        let wanted: Vec<(String, String)> =
            signed.iter().map(|(name, value)| ((*name).to_owned(), value.trim().to_owned())).collect();
        explain(&fields, &names, &|fields| {
            let is_signed =
                |field: &&RawField| names.iter().any(|name| field.name.eq_ignore_ascii_case(name.as_bytes()));
            let have: Vec<(String, String)> = fields
                .iter()
                .filter(is_signed)
                .map(|field| {
                    let value = String::from_utf8_lossy(field.value).trim().to_owned();
                    (String::from_utf8_lossy(field.name).into_owned(), value)
                })
                .collect();
            wanted.iter().filter(|(_, value)| !value.is_empty()).all(|field| have.contains(field))
                && have.iter().all(|field| wanted.contains(field))
        })
    }

    #[test]
    fn a_subject_tag_is_named_wherever_it_stands() {
        for (seen, tag) in [
            (" [EXTERNAL] Hello", "[EXTERNAL]"),
            (" [list] [EXT] Hello", "[list] [EXT]"),
            (" ***SPAM*** Hello", "***SPAM***"),
            (" external: Hello", "external:"),
        ] {
            assert_eq!(
                explained(&[("Subject", "Hello")], &[("Subject", seen)]),
                [Change::SubjectTag { tag: tag.into() }]
            );
        }
        let reply = explained(&[("Subject", "Re: Hello")], &[("Subject", " Re: [list] Hello")]);
        assert_eq!(reply, [Change::SubjectTag { tag: "[list]".into() }]);
    }

    #[test]
    fn what_a_list_does_at_once_is_named_all_together() {
        let signed = [("From", "Anna <anna@a.test>"), ("Subject", "Hello"), ("Reply-To", "")];
        let seen = [
            ("From", " Anna via List <list@l.test>"),
            ("X-Original-From", " Anna <anna@a.test>"),
            ("Subject", " [list] Hello"),
            ("Reply-To", " list@l.test"),
        ];
        assert_eq!(
            explained(&signed, &seen),
            [
                Change::SubjectTag { tag: "[list]".into() },
                Change::FieldRewritten {
                    name: "From".into(),
                    now: "Anna via List <list@l.test>".into(),
                    was: "Anna <anna@a.test>".into()
                },
                Change::FieldAdded { name: "Reply-To".into(), value: "list@l.test".into() },
            ]
        );
    }

    #[test]
    fn another_way_of_writing_a_content_type_is_named() {
        let signed = [("Content-Type", "text/plain; charset=\"utf-8\"")];
        let found = explained(&signed, &[("Content-Type", " text/plain; charset=utf-8")]);
        assert!(matches!(found.as_slice(), [Change::FieldRewritten { .. }]), "{found:?}");
    }

    #[test]
    fn what_nothing_explains_stays_unexplained() {
        assert!(explained(&[("Subject", "Hello")], &[("Subject", " Goodbye")]).is_empty());
        let many: Vec<(&str, &str)> = (0..500).map(|_| ("Subject", " [a] [b] [c] x")).collect();
        assert!(explained(&[("Subject", "Hello")], &many).is_empty());
    }
}
