//! The MIME tree (RFC 2045, 2046), read line by line with a stack of open multiparts: no recursion, linear time.
//!
//! An attached message (`message/rfc822`, the report in a bounce) is a leaf: its faults are not those of this sender.
//! Text is decoded up to a bound; of everything else only the size and the first octets are looked at.

use super::header::{self, Typed, line_at, shown};
use super::{DefectKind, Field, Found, Part};

/// Multiparts within multiparts that are followed; beyond it the entity is a leaf.
const MAX_DEPTH: usize = 100;
const MAX_PARTS: usize = 20_000;
/// Octets of decoded text kept for one part, and for the whole message.
const MAX_TEXT: usize = 2 * 1024 * 1024;
const MAX_TEXT_TOTAL: usize = 8 * 1024 * 1024;

/// A multipart that has not ended.
struct Open {
    part: usize,
    /// Where its Content-Type stands.
    declared_at: usize,
    boundary: Vec<u8>,
    /// Its closing delimiter was seen: what follows is epilogue.
    closed: bool,
    /// At least one delimiter was seen.
    seen: bool,
}

pub(super) struct Tree<'a> {
    raw: &'a [u8],
    pub parts: Vec<Part>,
    pub defects: Vec<Found>,
    stack: Vec<Open>,
    /// The leaf whose body is being read.
    leaf: Option<usize>,
    text_left: usize,
    /// The limit of parts has been told.
    too_many: bool,
}

/// Reads the tree of a message whose header is `fields`.
pub(super) fn tree<'a>(raw: &'a [u8], fields: &[Field], body_start: usize) -> Tree<'a> {
    let mut tree = Tree {
        raw,
        parts: Vec::new(),
        defects: Vec::new(),
        stack: Vec::new(),
        leaf: None,
        text_left: MAX_TEXT_TOTAL,
        too_many: false,
    };
    tree.open(fields, (0, body_start), None);
    let mut at = body_start;
    while at < raw.len() && !tree.stack.is_empty() {
        let (line, next) = line_at(raw, at);
        at = if line.starts_with(b"--") { tree.delimiter(line, at, next) } else { next };
    }
    tree.finish_leaf(raw.len());
    tree.unwind(0, raw.len());
    tree
}

impl Tree<'_> {
    /// Begins an entity with these fields.
    fn open(&mut self, fields: &[Field], header: (usize, usize), parent: Option<usize>) {
        let index = self.parts.len();
        let mut part = entity(fields, header, parent);
        let in_digest =
            parent.and_then(|parent| self.parts.get(parent)).is_some_and(|p| p.content_type == "multipart/digest");
        if !part.declared && in_digest {
            // RFC 2046 §5.1.5.
            part.content_type = "message/rfc822".to_owned();
        }
        let at = |name: &str| {
            let field = fields.iter().find(|field| field.name.eq_ignore_ascii_case(name));
            field.map_or(header.0, |field| field.span.0)
        };
        let (declared_at, encoded_at) = (at("Content-Type"), at("Content-Transfer-Encoding"));
        if parent.is_some()
            && let Some(field) = fields.iter().find(|field| !is_ascii(self.raw, field))
        {
            self.defects.push(Found::new(DefectKind::PartHeader8bit, field.span.0, field.name.clone()));
        }
        if !matches!(part.encoding.as_str(), "7bit" | "8bit" | "binary" | "base64" | "quoted-printable") {
            // RFC 2045 §6.4: a reader treats it as application/octet-stream.
            self.defects.push(Found::new(DefectKind::EncodingUnknown, encoded_at, part.encoding.clone()));
        }
        if let Some(field) = name_in_encoded_words(fields) {
            let text = header::unfold(&field.value);
            self.defects.push(Found::new(DefectKind::EncodedParameter, field.span.0, shown(text.as_bytes())));
        }
        let boundary = content_type(fields).as_ref().and_then(|typed| typed.parameter("boundary")).map(str::to_owned);
        let multipart = part.content_type.starts_with("multipart/");
        if multipart && matches!(part.encoding.as_str(), "base64" | "quoted-printable") {
            self.defects.push(Found::new(DefectKind::EncodingOnMultipart, encoded_at, part.encoding.clone()));
        }
        let kind = part.content_type.clone();
        self.parts.push(part);
        match boundary.filter(|boundary| !boundary.is_empty()) {
            Some(_) if multipart && self.stack.len() >= MAX_DEPTH => {
                self.defects.push(Found::new(DefectKind::NestingTooDeep, declared_at, MAX_DEPTH.to_string()));
                self.leaf = Some(index);
            }
            Some(boundary) if multipart => {
                let boundary = boundary.trim_end().as_bytes().to_vec();
                self.stack.push(Open { part: index, declared_at, boundary, closed: false, seen: false });
                self.leaf = None;
            }
            _ => {
                if multipart {
                    self.defects.push(Found::new(DefectKind::BoundaryMissing, declared_at, kind));
                }
                self.leaf = Some(index);
            }
        }
    }

    /// A line that may be a delimiter of an open multipart, innermost first. Gives where reading goes on.
    fn delimiter(&mut self, line: &[u8], at: usize, next: usize) -> usize {
        let Some((level, closing)) = self.matching(line) else { return next };
        self.finish_leaf(at);
        self.unwind(level + 1, at);
        let Some(open) = self.stack.get_mut(level) else { return next };
        open.seen = true;
        open.closed = closing;
        let parent = open.part;
        if closing {
            return next;
        }
        if self.parts.len() >= MAX_PARTS {
            if !std::mem::replace(&mut self.too_many, true) {
                self.defects.push(Found::new(DefectKind::TooManyParts, at, MAX_PARTS.to_string()));
            }
            return next;
        }
        let raw = self.raw;
        let mut defects = std::mem::take(&mut self.defects);
        let header = header::scan(raw, next, &mut defects, |line| self.matching(line).is_some());
        self.defects = defects;
        self.open(&header.fields, (next, header.body_start), Some(parent));
        header.body_start
    }

    /// RFC 2046 §5.1.1: `--`, the boundary, `--` at the end, and then white space only.
    fn matching(&self, line: &[u8]) -> Option<(usize, bool)> {
        let rest = line.strip_prefix(b"--")?;
        self.stack.iter().enumerate().rev().filter(|(_, open)| !open.closed).find_map(|(level, open)| {
            let tail = rest.strip_prefix(open.boundary.as_slice())?;
            let (tail, closing) = match tail.strip_prefix(b"--") {
                Some(tail) => (tail, true),
                None => (tail, false),
            };
            tail.iter().all(|octet| matches!(octet, b' ' | b'\t' | b'\r')).then_some((level, closing))
        })
    }

    /// Ends every multipart from this level up.
    fn unwind(&mut self, level: usize, end: usize) {
        while self.stack.len() > level {
            let Some(open) = self.stack.pop() else { return };
            let Some(part) = self.parts.get_mut(open.part) else { continue };
            part.span.1 = end.max(part.span.0);
            part.size = part.span.1 - part.span.0;
            part.decoded_size = part.size;
            let place = open.declared_at;
            if !open.seen {
                self.defects.push(Found::new(DefectKind::BoundaryMissing, place, shown(&open.boundary)));
            } else if !open.closed {
                self.defects.push(Found::new(DefectKind::BoundaryUnclosed, place, shown(&open.boundary)));
            }
        }
    }

    /// Ends the body of the current leaf before `end`; the line ending before a delimiter belongs to it.
    fn finish_leaf(&mut self, end: usize) {
        let Some(part) = self.leaf.take().and_then(|leaf| self.parts.get_mut(leaf)) else { return };
        let start = part.span.0.min(end);
        let body = self.raw.get(start..end).unwrap_or_default();
        let body = if end < self.raw.len() {
            let body = body.strip_suffix(b"\n").unwrap_or(body);
            body.strip_suffix(b"\r").unwrap_or(body)
        } else {
            body
        };
        part.span = (start, start + body.len());
        part.size = body.len();
        read_body(part, body, &mut self.text_left, &mut self.defects);
    }
}

fn is_ascii(raw: &[u8], field: &Field) -> bool {
    raw.get(field.span.0..field.span.1).is_none_or(<[u8]>::is_ascii)
}

/// What the fields of an entity say about it.
fn entity(fields: &[Field], header: (usize, usize), parent: Option<usize>) -> Part {
    let first = |name: &str| fields.iter().find(|field| field.name.eq_ignore_ascii_case(name));
    let typed = content_type(fields);
    let disposition = first("Content-Disposition").and_then(|field| Typed::parse(&field.value));
    // RFC 2045 §5.2: without a Content-Type, or with one that cannot be read, it is text/plain.
    let content_type = typed.as_ref().map(|typed| typed.kind.clone()).filter(|kind| kind.contains('/'));
    let filename = disposition
        .as_ref()
        .and_then(|disposition| disposition.parameter("filename"))
        .or_else(|| typed.as_ref().and_then(|typed| typed.parameter("name")))
        .map(header::decode);
    Part {
        parent,
        declared: first("Content-Type").is_some(),
        content_type: content_type.unwrap_or_else(|| "text/plain".to_owned()),
        charset: typed.as_ref().and_then(|typed| typed.parameter("charset")).map(|charset| charset.trim().to_owned()),
        encoding: first("Content-Transfer-Encoding")
            .map(|field| without_comment(&field.value).to_ascii_lowercase())
            .unwrap_or_else(|| "7bit".to_owned()),
        disposition: disposition.map(|disposition| disposition.kind),
        filename,
        content_id: first("Content-ID").map(|field| field.value.trim().trim_matches(['<', '>']).to_owned()),
        protocol: typed.as_ref().and_then(|typed| typed.parameter("protocol")).map(str::to_ascii_lowercase),
        method: typed.as_ref().and_then(|typed| typed.parameter("method")).map(str::to_ascii_lowercase),
        size: 0,
        decoded_size: 0,
        header,
        span: (header.1, header.1),
        text: None,
        magic: None,
        packed: None,
    }
}

/// The field that names a file by an encoded word (RFC 2047 §5 (3): not in a parameter), unless `name*` of RFC 2231 stands there too.
fn name_in_encoded_words(fields: &[Field]) -> Option<&Field> {
    let named = |field: &&Field| {
        ["Content-Disposition", "Content-Type"].iter().any(|name| field.name.eq_ignore_ascii_case(name))
    };
    let holds = |field: &Field, mark: &str| {
        field
            .value
            .get(..field.value.floor_char_boundary(16 * 1024))
            .unwrap_or_default()
            .to_ascii_lowercase()
            .contains(mark)
    };
    let encoded = |field: &&Field| holds(field, "name=\"=?") || holds(field, "name==?");
    let found = fields.iter().filter(named).find(encoded)?;
    let standard = fields.iter().filter(named).any(|field| holds(field, "name*=") || holds(field, "name*0"));
    (!standard).then_some(found)
}

fn content_type(fields: &[Field]) -> Option<Typed> {
    fields
        .iter()
        .find(|field| field.name.eq_ignore_ascii_case("Content-Type"))
        .and_then(|field| Typed::parse(&field.value))
}

fn without_comment(value: &str) -> String {
    let unfolded = header::unfold(value);
    let value = unfolded.split(['(', ';']).next().unwrap_or_default();
    value.trim().to_owned()
}

/// Decodes what is worth it: the whole of a text, the first octets of anything else.
fn read_body(part: &mut Part, body: &[u8], text_left: &mut usize, defects: &mut Vec<Found>) {
    let place = part.span.0;
    let text = part.content_type.starts_with("text/");
    let keep = if text { MAX_TEXT.min(*text_left) } else { 512 };
    let decoded = match part.encoding.as_str() {
        "base64" => base64(body, keep),
        "quoted-printable" => quoted_printable(body, keep),
        _ => Decoded { kept: body.get(..keep).unwrap_or(body).to_vec(), size: body.len(), fault: None },
    };
    part.decoded_size = decoded.size;
    part.eight_bit_check(body, defects);
    if let Some(fault) = decoded.fault {
        let text = format!("{}: {}", part.encoding, shown(body.get(fault..).unwrap_or_default()));
        defects.push(Found::new(DefectKind::EncodingBroken, place + fault, text));
    }
    if matches!(part.encoding.as_str(), "base64" | "quoted-printable")
        && let Some(at) = long_line(body)
    {
        defects.push(Found::new(DefectKind::EncodedLineLong, place + at, part.encoding.clone()));
    }
    if !text {
        part.magic = super::attachment::magic(&decoded.kept);
        part.packed = super::attachment::packed(&decoded.kept);
        return;
    }
    *text_left = text_left.saturating_sub(decoded.kept.len());
    let (text, fault) = characters(&decoded.kept, part.charset.as_deref(), decoded.size > decoded.kept.len());
    if let Some(kind) = fault.filter(|_| promises_a_charset(part)) {
        defects.push(Found::new(kind, place, part.charset.clone().unwrap_or_default()));
    }
    part.text = Some(text);
}

/// True for a text that a reader's program shows by the charset of its Content-Type. A file is saved as it is, and opened by a
/// program that knows its kind; and of other kinds of text, which charset is meant where none is told differs (RFC 6657 §3).
fn promises_a_charset(part: &Part) -> bool {
    let file = part.is_attachment() || part.filename.is_some();
    !file && (part.charset.is_some() || matches!(part.content_type.as_str(), "text/plain" | "text/html"))
}

/// Where a line of over 76 octets begins (RFC 2045 §6.7 and §6.8).
fn long_line(body: &[u8]) -> Option<usize> {
    let mut at = 0;
    for line in body.split_inclusive(|&octet| octet == b'\n') {
        if line.trim_ascii_end().len() > 76 {
            return Some(at);
        }
        at += line.len();
    }
    None
}

impl Part {
    /// RFC 2045 §2.7: octets over 127 in a body that says it is 7bit.
    fn eight_bit_check(&self, body: &[u8], defects: &mut Vec<Found>) {
        if self.encoding != "7bit" {
            return;
        }
        if let Some(at) = body.iter().position(|&octet| octet > 127) {
            defects.push(Found::new(DefectKind::EightBitAs7bit, self.span.0 + at, self.content_type.clone()));
        }
    }
}

pub(super) struct Decoded {
    pub kept: Vec<u8>,
    /// Octets of the whole, kept or not.
    pub size: usize,
    /// Offset of the first octet that breaks the encoding.
    pub fault: Option<usize>,
}

/// RFC 2045 §6.8: characters outside the alphabet are skipped, as every reader does; only what loses data is a fault.
pub(super) fn base64(body: &[u8], keep: usize) -> Decoded {
    let mut decoded = Decoded { kept: Vec::new(), size: 0, fault: None };
    let (mut bits, mut count) = (0u32, 0u32);
    let mut padding = 0;
    for (at, &octet) in body.iter().enumerate() {
        let value = match octet {
            b'A'..=b'Z' => octet - b'A',
            b'a'..=b'z' => octet - b'a' + 26,
            b'0'..=b'9' => octet - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                padding += 1;
                continue;
            }
            b' ' | b'\t' | b'\r' | b'\n' => continue,
            _ => {
                decoded.fault.get_or_insert(at);
                continue;
            }
        };
        if padding > 0 {
            // Data after the padding: several encoded pieces run together. Most readers stop at the first.
            decoded.fault.get_or_insert(at);
            padding = 0;
            (bits, count) = (0, 0);
        }
        bits = (bits << 6) | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            let octet = ((bits >> count) & 0xff) as u8;
            decoded.size += 1;
            if decoded.kept.len() < keep {
                decoded.kept.push(octet);
            }
        }
    }
    if count >= 6 {
        // One lone character of a group of four: the end is missing.
        decoded.fault.get_or_insert(body.len().saturating_sub(1));
    }
    decoded
}

/// RFC 2045 §6.7: `=` and two hexadecimal digits, or a soft line break.
pub(super) fn quoted_printable(body: &[u8], keep: usize) -> Decoded {
    let mut decoded = Decoded { kept: Vec::new(), size: 0, fault: None };
    let push = |decoded: &mut Decoded, octet: u8| {
        decoded.size += 1;
        if decoded.kept.len() < keep {
            decoded.kept.push(octet);
        }
    };
    let mut at = 0;
    while let Some(&octet) = body.get(at) {
        if octet != b'=' {
            push(&mut decoded, octet);
            at += 1;
            continue;
        }
        let hex = |at: usize| body.get(at).and_then(|&digit| (digit as char).to_digit(16)).map(|digit| digit as u8);
        if let (Some(high), Some(low)) = (hex(at + 1), hex(at + 2)) {
            push(&mut decoded, (high << 4) | low);
            at += 3;
            continue;
        }
        // A soft break, with the white space that a relay may have put before the line ending; or the very end.
        let (line, next) = line_at(body, at + 1);
        if line.iter().all(|octet| matches!(octet, b' ' | b'\t' | b'\r')) {
            at = next.max(at + 1);
        } else {
            decoded.fault.get_or_insert(at);
            push(&mut decoded, octet);
            at += 1;
        }
    }
    decoded
}

/// True for every charset that we, or readers in general, can decode.
pub(super) fn charset_known(charset: &str) -> bool {
    encoding_rs::Encoding::for_label(charset.trim().as_bytes()).is_some()
        || mail_parser::decoders::charsets::map::charset_decoder(charset.trim().as_bytes()).is_some()
}

/// Octets to characters. Without a charset, UTF-8 is tried before Windows-1252, as readers do.
fn characters(octets: &[u8], charset: Option<&str>, cut: bool) -> (String, Option<DefectKind>) {
    let ascii = octets.is_ascii();
    let declared = charset.map(str::trim).filter(|charset| !charset.is_empty());
    let label = declared.unwrap_or("us-ascii");
    let is_ascii_label = ["us-ascii", "ascii", "ansi_x3.4-1968"].iter().any(|name| label.eq_ignore_ascii_case(name));
    if is_ascii_label {
        if ascii {
            return (String::from_utf8_lossy(octets).into_owned(), None);
        }
        let text = match std::str::from_utf8(octets) {
            Ok(text) => text.to_owned(),
            Err(_) => encoding_rs::WINDOWS_1252.decode(octets).0.into_owned(),
        };
        return (text, Some(DefectKind::CharsetBroken));
    }
    match encoding_rs::Encoding::for_label(label.as_bytes()) {
        // `replacement` stands for charsets too dangerous to decode (ISO-2022-KR and its like).
        Some(encoding) if encoding != encoding_rs::REPLACEMENT => {
            let (text, _, broken) = encoding.decode(octets);
            // A cut in the middle of a character is our doing.
            let broken = broken && !(cut && text.trim_end_matches('\u{fffd}').find('\u{fffd}').is_none());
            if encoding.is_single_byte() && is_utf8(octets) {
                return (text.into_owned(), Some(DefectKind::CharsetMisread));
            }
            (text.into_owned(), broken.then_some(DefectKind::CharsetBroken))
        }
        _ => match mail_parser::decoders::charsets::map::charset_decoder(label.as_bytes()) {
            Some(decode) => (decode(octets), None),
            None => (String::from_utf8_lossy(octets).into_owned(), Some(DefectKind::CharsetUnknown)),
        },
    }
}

/// At least two characters of several octets, and nothing but UTF-8: no text in a charset of single octets looks so.
fn is_utf8(octets: &[u8]) -> bool {
    let valid = match std::str::from_utf8(octets) {
        Ok(text) => text,
        // Cut in the middle of a character.
        Err(error) if error.error_len().is_none() => {
            octets.get(..error.valid_up_to()).and_then(|valid| std::str::from_utf8(valid).ok()).unwrap_or_default()
        }
        Err(_) => return false,
    };
    valid.chars().filter(|c| !c.is_ascii()).nth(1).is_some()
}
