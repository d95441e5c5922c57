//! The conversation as it will be shown: bounded, without content and without secrets.

use crate::delivery::{Line, Side};

/// Characters of one line that are kept.
const LINE: usize = 1000;

#[derive(Clone, Debug)]
pub struct Transcript {
    lines: Vec<Line>,
    octets: usize,
    most_lines: usize,
    most_octets: usize,
    /// How many lines there were when the first transaction began.
    preamble: Option<usize>,
}

impl Transcript {
    pub fn new(most_lines: usize, most_octets: usize) -> Transcript {
        Transcript { lines: Vec::new(), octets: 0, most_lines, most_octets, preamble: None }
    }

    pub fn client(&mut self, at_ms: u64, line: &[u8]) {
        let text = String::from_utf8_lossy(line.get(..line.len().min(4 * LINE)).unwrap_or(line));
        // RFC 4954 §4: what follows the mechanism may be a password.
        let mut words = text.split_ascii_whitespace();
        let text = match (words.next(), words.next(), words.next()) {
            (Some(verb), Some(mechanism), Some(_)) if verb.eq_ignore_ascii_case("AUTH") => {
                format!("{verb} {mechanism} ...")
            }
            _ => text.into_owned(),
        };
        self.push(at_ms, Side::Client, &text);
    }

    pub fn server(&mut self, at_ms: u64, line: &str) {
        self.push(at_ms, Side::Server, line);
    }

    pub fn note(&mut self, at_ms: u64, text: &str) {
        self.push(at_ms, Side::Note, text);
    }

    /// A transaction begins: what earlier ones of this session said belongs to others and is left out.
    pub fn begin_transaction(&mut self, at_ms: u64) {
        match self.preamble {
            None => self.preamble = Some(self.lines.len()),
            Some(preamble) if self.lines.len() > preamble => {
                self.lines.truncate(preamble);
                self.octets = self.lines.iter().map(|line| line.text.len()).sum();
                self.note(at_ms, "earlier commands of this session are left out");
            }
            Some(_) => {}
        }
    }

    /// A new session begins on the same connection: everything so far is its preamble.
    pub fn begin_session(&mut self) {
        self.preamble = None;
    }

    pub fn lines(&self) -> Vec<Line> {
        self.lines.clone()
    }

    fn push(&mut self, at_ms: u64, from: Side, text: &str) {
        if self.lines.len() >= self.most_lines || self.octets >= self.most_octets {
            return;
        }
        let mut text: String = text.chars().take(LINE).map(|c| if c == '\0' { '\u{2400}' } else { c }).collect();
        if self.lines.len().saturating_add(1) >= self.most_lines
            || self.octets.saturating_add(text.len()) >= self.most_octets
        {
            self.octets = self.most_octets;
            text = "the rest is left out".to_owned();
            self.lines.push(Line { at_ms, from: Side::Note, text });
            return;
        }
        self.octets = self.octets.saturating_add(text.len());
        self.lines.push(Line { at_ms, from, text });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(transcript: &Transcript) -> Vec<String> {
        transcript.lines().into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn a_transcript_is_bounded_in_lines_and_octets() {
        let mut short = Transcript::new(3, 10_000);
        (0..10).for_each(|i| short.client(i, b"NOOP"));
        assert_eq!(texts(&short), ["NOOP", "NOOP", "the rest is left out"]);
        let mut narrow = Transcript::new(1000, 100);
        (0..10).for_each(|i| narrow.client(i, &[b'x'; 60]));
        assert_eq!(narrow.lines().len(), 2);
        let mut long = Transcript::new(10, 10_000);
        long.client(0, &[b'x'; 5000]);
        assert_eq!(texts(&long)[0].len(), 1000);
    }

    #[test]
    fn a_password_is_not_kept() {
        let mut transcript = Transcript::new(10, 10_000);
        transcript.client(0, b"auth PLAIN AGEAc2VjcmV0");
        assert_eq!(texts(&transcript), ["auth PLAIN ..."]);
    }

    #[test]
    fn strange_octets_are_shown_as_strange() {
        let mut transcript = Transcript::new(10, 10_000);
        transcript.client(0, b"NOOP \x00\xff");
        assert_eq!(texts(&transcript), ["NOOP \u{2400}\u{fffd}"]);
    }

    #[test]
    fn a_second_transaction_does_not_show_the_first() {
        let mut transcript = Transcript::new(100, 10_000);
        transcript.client(0, b"EHLO a");
        transcript.begin_transaction(1);
        transcript.client(1, b"MAIL one");
        transcript.begin_transaction(2);
        transcript.client(2, b"MAIL two");
        assert_eq!(texts(&transcript), ["EHLO a", "earlier commands of this session are left out", "MAIL two"]);
    }
}
