//! Changes of the body, undone until its hash is the one that was signed.

use aws_lc_rs::digest;

use super::shown;
use crate::auth::Change;
use crate::auth::dkim::canon::{self, Canon};

/// Lines that a disclaimer or footer has at most, where it stands before something else.
const BLOCK: usize = 60;
/// Places in a body where blocks are put: its ends, and those of its first parts.
const PLACES: usize = 12;

/// The one change without which the body has this hash; `most` octets are hashed before giving up.
pub fn explain(canon: Canon, body: &[u8], encoding: &str, signed: &[u8], most: usize) -> Option<Change> {
    let search = Search { canon, body, signed, lines: lines(canon, body) };
    let mut left = most;
    search.whole(encoding, &mut left).or_else(|| search.footer(&mut left)).or_else(|| search.block(&mut left))
}

struct Search<'a> {
    canon: Canon,
    body: &'a [u8],
    signed: &'a [u8],
    /// Canonical, without line ends.
    lines: Vec<Vec<u8>>,
}

impl Search<'_> {
    /// Everything but one block of lines at the end.
    ///
    /// One pass: at each line the hash so far is finished on a copy.
    fn footer(&self, left: &mut usize) -> Option<Change> {
        let mut hash = Hash::new(self.canon);
        let mut kept = (hash.clone().finish() == self.signed).then_some(0);
        for (index, line) in self.lines.iter().enumerate() {
            if *left < line.len() + 128 {
                break;
            }
            *left -= line.len() + 128;
            hash.line(line);
            // A line that is empty changes nothing until another follows.
            if !line.is_empty() && hash.clone().finish() == self.signed {
                kept = Some(index + 1);
            }
        }
        let footer = self.lines.get(kept?..)?;
        let (lines, text) = described(footer);
        Some(Change::FooterAppended { lines, text })
    }

    /// Everything but one block of lines before the rest of the body, or in one of its parts.
    fn block(&self, left: &mut usize) -> Option<Change> {
        let (starts, ends) = self.places();
        let mut hash = Hash::new(self.canon);
        // The state before each line, for those that a block may begin at.
        let mut before: Vec<Option<Hash>> = Vec::with_capacity(self.lines.len() + 1);
        for (index, line) in self.lines.iter().enumerate() {
            let wanted = starts.contains(&index) || ends.iter().any(|end| (index..index + BLOCK).contains(end));
            before.push(wanted.then(|| hash.clone()));
            hash.line(line);
        }
        let total: usize = self.lines.iter().map(|line| line.len() + 2).sum();
        *left = left.saturating_sub(total);
        let after_start = starts.iter().flat_map(|start| (start + 1..=start + BLOCK).map(move |end| (*start, end)));
        let before_end =
            ends.iter().flat_map(|end| (end.saturating_sub(BLOCK)..*end).rev().map(move |start| (start, *end)));
        for (start, end) in after_start.chain(before_end) {
            let Some(rest) = self.lines.get(end..) else { continue };
            let Some(Some(prefix)) = before.get(start) else { continue };
            let cost = rest.iter().map(|line| line.len() + 2).sum::<usize>() + 128;
            *left = left.checked_sub(cost)?;
            let mut hash = prefix.clone();
            rest.iter().for_each(|line| hash.line(line));
            if hash.finish() == self.signed {
                let (lines, text) = described(self.lines.get(start..end)?);
                // What follows a start is a banner; what comes before an end is a footer of that part.
                return Some(match starts.contains(&start) {
                    true => Change::BannerPrepended { lines, text },
                    false => Change::FooterAppended { lines, text },
                });
            }
        }
        None
    }

    /// Where text begins (the body, a part, an HTML body) and where it ends, as numbers of lines.
    fn places(&self) -> (Vec<usize>, Vec<usize>) {
        let (mut starts, mut ends) = (vec![0], Vec::new());
        let mut in_part_header = false;
        for (index, line) in self.lines.iter().enumerate() {
            let lower = line.to_ascii_lowercase();
            let has = |what: &[u8]| lower.windows(what.len()).any(|window| window == what);
            if line.len() > 4 && line.starts_with(b"--") && !line.starts_with(b"---") || line.starts_with(b"------=") {
                ends.push(index);
                in_part_header = true;
            } else if has(b"</body") || has(b"</html") {
                ends.push(index);
            } else if has(b"<body") || in_part_header && line.is_empty() {
                starts.push(index + 1);
                in_part_header = false;
            }
        }
        starts.truncate(PLACES);
        ends.truncate(PLACES);
        (starts, ends)
    }

    /// Changes that go through the whole body.
    fn whole(&self, encoding: &str, left: &mut usize) -> Option<Change> {
        let body = self.body;
        let lf = replace(body, b"\r\n", b"\n");
        let inner =
            body.strip_suffix(b"\r\n").map(|inner| [&replace(inner, b"\r\n", b"\n"), b"\r\n".as_slice()].concat());
        let candidates: [(Change, Option<Vec<u8>>); 11] = [
            (Change::LineEnds, inner),
            (Change::LineEnds, Some(lf.clone())),
            (Change::LineEnds, body.contains(&b'\n').then(|| replace(&lf, b"\n", b"\r\n"))),
            (Change::LineEnds, Some(replace(body, b"\r\r\n", b"\r\n"))),
            (Change::TrailingSpace, Some(by_line(body, |line| Some(line.trim_ascii_end().to_vec())))),
            (Change::TrailingSpace, Some(by_line(body, |line| (line == b"--").then(|| b"-- ".to_vec())))),
            (Change::BlankLine, Some([b"\r\n", body].concat())),
            (
                Change::DotStuffing,
                Some(by_line(body, |line| line.starts_with(b"..").then(|| line.get(1..).unwrap_or_default().to_vec()))),
            ),
            (
                Change::FromEscaped,
                Some(by_line(body, |line| {
                    line.starts_with(b">From ").then(|| line.get(1..).unwrap_or_default().to_vec())
                })),
            ),
            (Change::Rewrapped, joined(body)),
            (Change::Reencoded { now: encoding.to_owned() }, decoded(body, encoding)),
        ];
        for (change, candidate) in candidates {
            let Some(candidate) = candidate.filter(|candidate| candidate != body) else { continue };
            *left = left.checked_sub(candidate.len())?;
            if canon::body_hash(self.canon, &candidate, None).0 == self.signed {
                return Some(change);
            }
        }
        // Signers that write bare line feeds hash them, too.
        let mut canonical = Vec::with_capacity(body.len());
        canon::body(self.canon, body, &mut |piece| canonical.extend_from_slice(piece));
        let lf = replace(&canonical, b"\r\n", b"\n");
        (digest::digest(&digest::SHA256, &lf).as_ref() == self.signed).then_some(Change::LineEnds)
    }
}

/// SHA-256 of a canonical body that is still growing.
#[derive(Clone)]
struct Hash {
    canon: Canon,
    context: digest::Context,
    empty: usize,
    anything: bool,
}

impl Hash {
    fn new(canon: Canon) -> Hash {
        Hash { canon, context: digest::Context::new(&digest::SHA256), empty: 0, anything: false }
    }

    fn line(&mut self, line: &[u8]) {
        if line.is_empty() {
            self.empty += 1;
            return;
        }
        for _ in 0..std::mem::take(&mut self.empty) {
            self.context.update(b"\r\n");
        }
        self.context.update(line);
        self.context.update(b"\r\n");
        self.anything = true;
    }

    fn finish(mut self) -> Vec<u8> {
        if !self.anything && self.canon == Canon::Simple {
            self.context.update(b"\r\n");
        }
        self.context.finish().as_ref().to_vec()
    }
}

/// The canonical lines, the empty ones at the end included: whether they count is known only when a block is gone.
fn lines(canon: Canon, body: &[u8]) -> Vec<Vec<u8>> {
    body_lines(body).map(|line| canon::line(canon, line)).collect()
}

fn body_lines(body: &[u8]) -> impl Iterator<Item = &[u8]> {
    let body = body.strip_suffix(b"\r\n").unwrap_or(body);
    let mut rest = Some(body).filter(|body| !body.is_empty());
    std::iter::from_fn(move || {
        let here = rest?;
        match here.windows(2).position(|pair| pair == b"\r\n") {
            Some(at) => {
                rest = here.get(at + 2..);
                here.get(..at)
            }
            None => {
                rest = None;
                Some(here)
            }
        }
    })
}

/// How many lines hold something, and their text.
fn described(lines: &[Vec<u8>]) -> (usize, String) {
    let some = || lines.iter().map(Vec::as_slice).filter(|line| !line.is_empty());
    (some().count(), shown(some()))
}

fn replace(octets: &[u8], what: &[u8], by: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(octets.len());
    let mut rest = octets;
    while let Some(first) = rest.first() {
        if let Some(tail) = rest.strip_prefix(what) {
            out.extend_from_slice(by);
            rest = tail;
        } else {
            out.push(*first);
            rest = rest.get(1..).unwrap_or_default();
        }
    }
    out
}

/// The body with some lines written otherwise; `None` leaves a line as it is.
fn by_line(body: &[u8], change: impl Fn(&[u8]) -> Option<Vec<u8>>) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    for line in body_lines(body) {
        match change(line) {
            Some(changed) => out.extend(changed),
            None => out.extend_from_slice(line),
        }
        out.extend_from_slice(b"\r\n");
    }
    out
}

/// Lines that some relay broke for being too long (RFC 5321 §4.5.3.1.6), joined again; `None` when none looks so.
fn joined(body: &[u8]) -> Option<Vec<u8>> {
    const NEARLY_TOO_LONG: usize = 900;
    let mut out = Vec::with_capacity(body.len());
    let mut broken = false;
    let mut any = false;
    for line in body_lines(body) {
        // Some relays mark the break with an exclamation mark, and indent what follows.
        let line = if broken { line.strip_prefix(b" ").unwrap_or(line) } else { line };
        broken = line.len() >= NEARLY_TOO_LONG;
        any |= broken;
        let line = if broken { line.strip_suffix(b"!").unwrap_or(line) } else { line };
        out.extend_from_slice(line);
        if !broken {
            out.extend_from_slice(b"\r\n");
        }
    }
    any.then_some(out)
}

/// The body as it was before a relay encoded it for servers that take seven bits only; parts included.
fn decoded(body: &[u8], encoding: &str) -> Option<Vec<u8>> {
    match encoding {
        "quoted-printable" => mail_parser::decoders::quoted_printable::quoted_printable_decode(body),
        "base64" => mail_parser::decoders::base64::base64_decode(body),
        _ => decoded_parts(body),
    }
}

fn decoded_parts(body: &[u8]) -> Option<Vec<u8>> {
    const FIELD: &[u8] = b"content-transfer-encoding:";
    let mut out = Vec::with_capacity(body.len());
    let mut any = false;
    let mut lines = body_lines(body).peekable();
    while let Some(line) = lines.next() {
        let is_encoded = line
            .to_ascii_lowercase()
            .strip_prefix(FIELD)
            .is_some_and(|value| value.trim_ascii() == b"quoted-printable");
        if !is_encoded {
            out.extend_from_slice(line);
            out.extend_from_slice(b"\r\n");
            continue;
        }
        any = true;
        out.extend_from_slice(line.get(..FIELD.len()).unwrap_or_default());
        out.extend_from_slice(b" 8bit\r\n");
        for line in lines.by_ref() {
            out.extend_from_slice(line);
            out.extend_from_slice(b"\r\n");
            if line.is_empty() {
                break;
            }
        }
        let mut part = Vec::new();
        while let Some(line) = lines.next_if(|line| !line.starts_with(b"--")) {
            part.extend_from_slice(line);
            part.extend_from_slice(b"\r\n");
        }
        out.extend(mail_parser::decoders::quoted_printable::quoted_printable_decode(&part)?);
    }
    any.then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explained(canon: Canon, signed: &str, seen: &str) -> Option<Change> {
        let hash = canon::body_hash(canon, signed.as_bytes(), None).0;
        explain(canon, seen.as_bytes(), "7bit", &hash, 1 << 20)
    }

    #[test]
    fn a_footer_is_named_with_its_lines() {
        for canon in [Canon::Simple, Canon::Relaxed] {
            let seen = "Hello\r\n\r\nBye\r\n\r\n_____\r\nList info\r\nhttps://list.test/\r\n";
            assert_eq!(
                explained(canon, "Hello\r\n\r\nBye\r\n", seen),
                Some(Change::FooterAppended { lines: 3, text: "_____\nList info\nhttps://list.test/".to_owned() })
            );
            // What was added to nothing at all.
            assert!(matches!(explained(canon, "", "x\r\n"), Some(Change::FooterAppended { lines: 1, .. })));
        }
    }

    #[test]
    fn a_banner_before_the_text_or_in_a_part_is_named() {
        let banner = Change::BannerPrepended { lines: 1, text: "CAUTION: external".to_owned() };
        assert_eq!(
            explained(Canon::Relaxed, "Hello\r\nyou\r\n", "CAUTION: external\r\n\r\nHello\r\nyou\r\n"),
            Some(banner.clone())
        );
        let part = |text: &str| format!("--bound1\r\nContent-Type: text/plain\r\n\r\n{text}\r\n--bound1--\r\n");
        assert_eq!(explained(Canon::Simple, &part("Hello"), &part("CAUTION: external\r\nHello")), Some(banner));
        assert!(matches!(
            explained(Canon::Simple, &part("Hello"), &part("Hello\r\n-- \r\nlist")),
            Some(Change::FooterAppended { lines: 2, .. })
        ));
    }

    #[test]
    fn changes_of_the_whole_body_are_named() {
        for (signed, seen, change) in [
            ("a \r\nb\r\n", "a\r\nb\r\n", None),
            ("a\r\nb\r\n", "a \r\nb\r\n", Some(Change::TrailingSpace)),
            ("a\r\n-- \r\nme\r\n", "a\r\n--\r\nme\r\n", Some(Change::TrailingSpace)),
            ("a\nb\r\n", "a\r\nb\r\n", Some(Change::LineEnds)),
            ("a\r\nb\r\n", "a\nb\r\n", Some(Change::LineEnds)),
            ("From x\r\n", ">From x\r\n", Some(Change::FromEscaped)),
            (".x\r\n", "..x\r\n", Some(Change::DotStuffing)),
            ("\r\na\r\n", "a\r\n", Some(Change::BlankLine)),
        ] {
            assert_eq!(explained(Canon::Simple, signed, seen), change, "{signed:?} {seen:?}");
        }
        let long = "x".repeat(2000);
        let broken = format!("{}\r\n {}\r\n{}\r\n", &long[..990], &long[990..1980], &long[1980..]);
        assert_eq!(explained(Canon::Simple, &format!("{long}\r\n"), &broken), Some(Change::Rewrapped));
    }

    #[test]
    fn an_encoding_made_on_the_way_is_undone() {
        let signed = "Però è così\r\n";
        let hash = canon::body_hash(Canon::Simple, signed.as_bytes(), None).0;
        let seen = b"Per=C3=B2 =C3=A8 cos=C3=AC\r\n";
        let change = Change::Reencoded { now: "quoted-printable".to_owned() };
        assert_eq!(explain(Canon::Simple, seen, "quoted-printable", &hash, 1 << 20), Some(change));
        let part = |encoding: &str, text: &str| {
            format!(
                "--b1234\r\nContent-Transfer-Encoding: {encoding}\r\nContent-Type: text/plain\r\n\r\n{text}--b1234--\r\n"
            )
        };
        let (signed, seen) = (part("8bit", signed), part("quoted-printable", "Per=C3=B2 =C3=A8 cos=C3=AC\r\n"));
        assert!(matches!(explained(Canon::Relaxed, &signed, &seen), Some(Change::Reencoded { .. })));
    }

    #[test]
    fn what_nothing_explains_ends_within_its_bounds() {
        let large = "some words on a line\r\n".repeat(20_000);
        assert_eq!(explained(Canon::Relaxed, "something else", &large), None);
        let parts = "--bound1\r\n\r\nx\r\n".repeat(20_000);
        assert_eq!(explained(Canon::Simple, "something else", &parts), None);
    }
}
