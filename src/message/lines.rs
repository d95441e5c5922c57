//! One pass over the lines of the whole message: lengths, endings, NUL and 8-bit octets, and line numbers for defects.

use super::{Defect, Found};

/// Line statistics over the whole message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    pub count: usize,
    /// The longest line, without its ending, octets, and its number from 1.
    pub longest: usize,
    pub longest_at: usize,
    /// Lines over 998 octets (RFC 5322 §2.1.1), over 990 octets, and the number of the first of each.
    pub over_998: usize,
    pub over_990: usize,
    pub first_over_998: Option<usize>,
    pub first_over_990: Option<usize>,
    pub bare_lf: usize,
    pub bare_cr: usize,
    pub first_bare_lf: Option<usize>,
    pub first_bare_cr: Option<usize>,
    pub nul: usize,
    pub first_nul: Option<usize>,
    /// Octets over 127 in the header, and in the body.
    pub eight_bit_header: usize,
    pub eight_bit_body: usize,
}

/// Counts, and turns the places of what was found into line numbers.
pub(super) fn read(raw: &[u8], body_start: usize, mut found: Vec<Found>) -> (Lines, Vec<Defect>) {
    found.sort_by_key(|found| found.at);
    let mut found = found.into_iter().peekable();
    let mut defects = Vec::new();
    let mut lines = Lines::default();
    let mut at = 0;
    for line in raw.split_inclusive(|&octet| octet == b'\n') {
        lines.count += 1;
        let number = lines.count;
        let (content, crlf, lf) = match line {
            [content @ .., b'\r', b'\n'] => (content, true, true),
            [content @ .., b'\n'] => (content, false, true),
            content => (content, false, false),
        };
        if lf && !crlf {
            lines.bare_lf += 1;
            lines.first_bare_lf.get_or_insert(number);
        }
        let mut eight_bit = 0;
        for &octet in content {
            match octet {
                b'\r' => {
                    lines.bare_cr += 1;
                    lines.first_bare_cr.get_or_insert(number);
                }
                0 => {
                    lines.nul += 1;
                    lines.first_nul.get_or_insert(number);
                }
                128.. => eight_bit += 1,
                _ => {}
            }
        }
        if at < body_start {
            lines.eight_bit_header += eight_bit;
        } else {
            lines.eight_bit_body += eight_bit;
        }
        if content.len() > lines.longest {
            (lines.longest, lines.longest_at) = (content.len(), number);
        }
        if content.len() > 990 {
            lines.over_990 += 1;
            lines.first_over_990.get_or_insert(number);
        }
        if content.len() > 998 {
            lines.over_998 += 1;
            lines.first_over_998.get_or_insert(number);
        }
        at += line.len();
        while let Some(found) = found.next_if(|found| found.at < at) {
            defects.push(Defect { kind: found.kind, text: found.text, line: Some(number) });
        }
    }
    defects.extend(found.map(|found| Defect { kind: found.kind, text: found.text, line: None }));
    (lines, defects)
}
