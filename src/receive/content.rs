//! The content of a message as it comes: the end of DATA, the dots, the octets of BDAT, and the room they may take.
//!
//! Only CR LF . CR LF ends DATA (RFC 5321 §4.1.1.4); a bare LF or CR beside the dot never does, since a peer that holds otherwise
//! could smuggle a second message in. A dot is taken away only from a line that begins after CR LF (§4.5.2). All else stays as sent.

use crate::receive::limits::{Memory, Share};

/// Reads DATA: where the message ends, and which dots are not part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DotReader {
    /// After CR LF, or at the very beginning: the CR LF of the DATA command itself counts (RFC 5321 §4.1.1.4).
    LineStart,
    Inside,
    Cr,
    /// After CR LF and a dot, which is not yet given out.
    Dot,
    DotCr,
}

impl DotReader {
    pub fn new() -> DotReader {
        DotReader::LineStart
    }

    /// Gives each run of content to `sink`. Returns how many octets were used, and whether the message is over.
    pub fn read<'a>(&mut self, input: &'a [u8], mut sink: impl FnMut(&'a [u8])) -> (usize, bool) {
        // `from`: where the octets begin that were seen but not yet given out.
        let (mut from, mut i) = (0, 0usize);
        while let Some(byte) = input.get(i) {
            *self = match (*self, byte) {
                (DotReader::LineStart, b'.') => {
                    sink(input.get(from..i).unwrap_or_default());
                    from = i.saturating_add(1);
                    DotReader::Dot
                }
                (DotReader::Dot, b'\r') => {
                    from = i.saturating_add(1);
                    DotReader::DotCr
                }
                (DotReader::DotCr, b'\n') => {
                    *self = DotReader::new();
                    return (i.saturating_add(1), true);
                }
                (DotReader::DotCr, other) => {
                    // The CR was content after all, and it may have come in an earlier read.
                    sink(b"\r");
                    if *other == b'\r' { DotReader::Cr } else { DotReader::Inside }
                }
                (DotReader::Cr, b'\n') => DotReader::LineStart,
                (_, b'\r') => DotReader::Cr,
                _ => DotReader::Inside,
            };
            i = i.saturating_add(1);
            if *self == DotReader::Inside {
                // Nothing can happen before the next CR.
                let rest = input.get(i..).unwrap_or_default();
                i = i.saturating_add(rest.iter().position(|byte| *byte == b'\r').unwrap_or(rest.len()));
            }
        }
        sink(input.get(from..).unwrap_or_default());
        (input.len(), false)
    }
}

impl Default for DotReader {
    fn default() -> DotReader {
        DotReader::new()
    }
}

/// Why content was thrown away while its end is still awaited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spoilt {
    TooBig,
    /// All sessions together hold as much as they may.
    NoRoom,
}

/// What has been gathered of one message.
#[derive(Debug)]
pub struct Content {
    octets: Vec<u8>,
    room: Share,
    /// Octets that came, kept or not.
    pub length: u64,
    most: u64,
    pub spoilt: Option<Spoilt>,
}

impl Content {
    pub fn new(most: u64, memory: &Memory) -> Content {
        Content { octets: Vec::new(), room: memory.share(), length: 0, most, spoilt: None }
    }

    /// So many more octets are to come: too many are refused before they are stored.
    pub fn announce(&mut self, octets: u64) {
        if self.spoilt.is_none() && self.length.saturating_add(octets) > self.most {
            self.spoil(Spoilt::TooBig);
        }
    }

    pub fn push(&mut self, octets: &[u8]) {
        self.length = self.length.saturating_add(u64::try_from(octets.len()).unwrap_or(u64::MAX));
        if self.spoilt.is_some() || octets.is_empty() {
            return;
        }
        if self.length > self.most {
            return self.spoil(Spoilt::TooBig);
        }
        let needed = self.octets.len().saturating_add(octets.len());
        if needed > self.octets.capacity() {
            let most = usize::try_from(self.most).unwrap_or(usize::MAX);
            let capacity = needed.max(self.octets.capacity().saturating_mul(2)).max(4096).min(most.max(needed));
            if !self.room.enlarge(capacity) {
                return self.spoil(Spoilt::NoRoom);
            }
            self.octets.reserve_exact(capacity.saturating_sub(self.octets.len()));
        }
        self.octets.extend_from_slice(octets);
    }

    /// The octets, and the room they take: to be dropped when the octets are.
    pub fn into_parts(self) -> (Vec<u8>, Share) {
        (self.octets, self.room)
    }

    fn spoil(&mut self, why: Spoilt) {
        self.spoilt = Some(why);
        self.octets = Vec::new();
        let memory = self.room.memory();
        self.room = memory.share();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The content, and what is left of the input after its end.
    fn read(chunks: &[&[u8]]) -> (Vec<u8>, Option<Vec<u8>>) {
        let (mut reader, mut content) = (DotReader::new(), Vec::new());
        for (i, chunk) in chunks.iter().enumerate() {
            let (used, over) = reader.read(chunk, |run| content.extend_from_slice(run));
            if over {
                let rest = [&chunk[used..], &chunks[i + 1..].concat()].concat();
                return (content, Some(rest));
            }
            assert_eq!(used, chunk.len());
        }
        (content, None)
    }

    #[test]
    fn only_cr_lf_dot_cr_lf_ends_the_data() {
        let smuggled: [&[u8]; 13] = [
            b"\n.\n",
            b"\n.\r\n",
            b"\r.\r",
            b"\r.\r\n",
            b"\r\n.\n",
            b"\r\n.\r",
            b"\n.\r",
            b"\r.\n",
            b"\r\n.\r\r\n",
            b"\r\n\x00.\r\n",
            b"\r\n.\x00\r\n",
            b"\r\r\n.\r\x00\n",
            b"\n\n.\r\n",
        ];
        for end in smuggled {
            let input = [b"text", end, b"MAIL FROM:<evil@test.example>\r\n"].concat();
            assert_eq!(read(&[&input]).1, None, "{:?} ended the data", end.escape_ascii().to_string());
        }
        assert_eq!(read(&[b"text\r\n.\r\nNOOP\r\n"]), (b"text\r\n".to_vec(), Some(b"NOOP\r\n".to_vec())));
    }

    #[test]
    fn a_dot_right_after_the_data_command_ends_it() {
        assert_eq!(read(&[b".\r\nNOOP"]), (vec![], Some(b"NOOP".to_vec())));
    }

    #[test]
    fn a_dot_is_taken_away_only_after_cr_lf() {
        for (sent, content) in [
            (&b"..a\r\n..\r\n.b\r\n.\r\n"[..], &b".a\r\n.\r\nb\r\n"[..]),
            (b"a\n..b\n.c\r\n.\r\n", b"a\n..b\n.c\r\n"),
            (b"a\r..b\r\n.\r\n", b"a\r..b\r\n"),
            (b"a\r\n.\rb\r\n.\r\n", b"a\r\n\rb\r\n"),
            (b"a\r\n.\r\r\n.\r\n", b"a\r\n\r\r\n"),
            (b"\x00\xff\r\r\n.\r\n", b"\x00\xff\r\r\n"),
        ] {
            assert_eq!(read(&[sent]), (content.to_vec(), Some(vec![])), "{}", sent.escape_ascii());
        }
    }

    #[test]
    fn content_beyond_the_limit_is_counted_and_thrown_away() {
        let memory = Memory::new(1 << 20);
        let mut content = Content::new(10, &memory);
        content.push(b"0123456789");
        assert_eq!(content.spoilt, None);
        content.push(b"x");
        assert_eq!((content.spoilt, content.length), (Some(Spoilt::TooBig), 11));
        assert_eq!(memory.left(), 1 << 20);
    }

    #[test]
    fn content_that_finds_no_room_is_thrown_away() {
        let memory = Memory::new(10_000);
        let mut content = Content::new(1 << 20, &memory);
        content.push(&[b'x'; 6000]);
        assert_eq!(content.spoilt, None);
        content.push(&[b'x'; 6000]);
        assert_eq!(content.spoilt, Some(Spoilt::NoRoom));
        assert_eq!(memory.left(), 10_000);
    }

    fn stuff(line: &[u8]) -> Vec<u8> {
        let mut stuffed = Vec::new();
        if line.starts_with(b".") {
            stuffed.push(b'.');
        }
        stuffed.extend_from_slice(line);
        stuffed
    }

    #[test]
    fn the_published_parser_ends_the_data_at_a_dot_and_a_doubled_cr() {
        // The reason why smtp-proto 0.2.5 reads nothing here: should it be mended, this test says so.
        let mut theirs = smtp_proto::request::receiver::DataReceiver::new();
        assert!(theirs.ingest(&mut b"text\r\n.\r\r\n".iter(), &mut Vec::new()));
    }

    proptest! {
        #[test]
        fn what_is_stuffed_comes_back_exactly_in_any_chunks(
            bytes in proptest::collection::vec(prop_oneof![Just(b'\r'), Just(b'\n'), Just(b'.'), any::<u8>()], 0..80),
            size in 1usize..9,
        ) {
            // A sender splits at CR LF, puts a dot before a line's dot, and ends with CR LF . CR LF.
            let mut message = bytes;
            message.extend_from_slice(b"\r\n");
            let mut sent = Vec::new();
            let mut rest = &message[..];
            while let Some(end) = rest.windows(2).position(|pair| pair == b"\r\n") {
                sent.extend(stuff(&rest[..end + 2]));
                rest = &rest[end + 2..];
            }
            sent.extend_from_slice(b".\r\nafter");
            let chunks: Vec<&[u8]> = sent.chunks(size).collect();
            prop_assert_eq!(read(&chunks), (message, Some(b"after".to_vec())));
        }

        #[test]
        fn the_published_parser_agrees_but_for_a_doubled_cr(
            bytes in proptest::collection::vec(prop_oneof![Just(b'\r'), Just(b'\n'), Just(b'.'), Just(b'x')], 0..40),
        ) {
            prop_assume!(!bytes.windows(3).any(|three| three == b".\r\r"));
            let mut theirs = smtp_proto::request::receiver::DataReceiver::new();
            let mut content = Vec::new();
            theirs.ingest(&mut b"\r\n".iter(), &mut content);
            content.clear();
            let mut input = bytes.iter();
            let over = theirs.ingest(&mut input, &mut content);
            let (ours, rest) = read(&[&bytes]);
            prop_assert_eq!(rest.is_some(), over);
            if over {
                prop_assert_eq!((ours, rest.unwrap()), (content, input.as_slice().to_vec()));
            }
        }
    }
}
