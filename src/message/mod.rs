//! A message's bytes as a view plus defects: header fields, MIME tree, texts, links.
//!
//! Parsing never fails: whatever is wrong is a [`Defect`]. Nothing here has an opinion, and nothing changes a byte.
//! `header.rs` finds the fields with their exact bytes, `mime.rs` the tree, `html.rs` reads HTML, `urls.rs` collects links.

use bytes::Bytes;
use jiff::Timestamp;

/// The whole view. Offsets are octets into `raw`.
pub struct Message {
    pub raw: Bytes,
    pub fields: Vec<Field>,
    /// Where the body begins.
    pub body_start: usize,
    /// The MIME tree in depth-first order; the first is the message itself.
    pub parts: Vec<Part>,
    pub lines: Lines,
    pub defects: Vec<Defect>,
    /// The first text/plain body part that is not an attachment, decoded.
    pub text: Option<String>,
    /// The first text/html body part that is not an attachment, decoded.
    pub html: Option<String>,
    /// Distinct URLs of text and HTML, in order of appearance.
    pub urls: Vec<Url>,
}

/// One header field, with its exact place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// As written, without the colon.
    pub name: String,
    /// After the colon, folding and all, without the final line ending; bytes that are not UTF-8 as U+FFFD.
    pub value: String,
    /// Octet range of the whole field, line ending included.
    pub span: (usize, usize),
}

/// One MIME entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Index of the parent in [`Message::parts`].
    pub parent: Option<usize>,
    /// `type/subtype`, lower case; `text/plain` where none is declared.
    pub content_type: String,
    /// True when the entity has a Content-Type field.
    pub declared: bool,
    pub charset: Option<String>,
    /// Content-Transfer-Encoding, lower case, `7bit` where none is declared.
    pub encoding: String,
    pub disposition: Option<String>,
    pub filename: Option<String>,
    /// Content-ID without angle brackets.
    pub content_id: Option<String>,
    /// Octets of the body as sent, and decoded.
    pub size: usize,
    pub decoded_size: usize,
    /// Octet range of the body in `raw`.
    pub span: (usize, usize),
}

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
    /// Octets over 127 in the header, and in the body.
    pub eight_bit_header: usize,
    pub eight_bit_body: usize,
}

/// Something about the bytes that breaks, or bends, a standard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defect {
    pub kind: DefectKind,
    /// What was seen, short.
    pub text: String,
    /// Line number from 1.
    pub line: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DefectKind {
    /// A line in the header that is neither a field nor a continuation.
    HeaderLine,
    /// A field name with characters that RFC 5322 §2.2 does not allow, or white space before the colon.
    FieldName,
    NoHeader,
    NoBody,
    /// multipart/* without a boundary parameter, or one that never appears.
    BoundaryMissing,
    /// The closing delimiter is absent.
    BoundaryUnclosed,
    NestingTooDeep,
    TooManyParts,
    EncodingUnknown,
    /// Not decodable by its declared Content-Transfer-Encoding.
    EncodingBroken,
    CharsetUnknown,
    /// Octets that its declared charset does not have.
    CharsetBroken,
    /// An RFC 2047 encoded word that cannot be decoded.
    EncodedWord,
}

/// One distinct URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    /// As written, entities decoded.
    pub text: String,
    pub place: UrlPlace,
    /// The visible text of an HTML link.
    pub label: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UrlPlace {
    Text,
    Href,
    Src,
    Css,
    Form,
    ListUnsubscribe,
}

impl Message {
    /// Never fails and never panics, whatever the bytes.
    pub fn parse(raw: Bytes) -> Message {
        Message {
            body_start: raw.len(),
            raw,
            fields: Vec::new(),
            parts: Vec::new(),
            lines: Lines::default(),
            defects: Vec::new(),
            text: None,
            html: None,
            urls: Vec::new(),
        }
    }

    /// All fields of this name, compared without case, top to bottom.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Field> {
        self.fields.iter().filter(move |field| field.name.eq_ignore_ascii_case(name))
    }

    pub fn first(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name))
    }

    /// The Date field as an instant.
    pub fn date(&self) -> Option<Timestamp> {
        None
    }

    /// Mailboxes of an address field: display name (decoded) and address.
    pub fn mailboxes(&self, _name: &str) -> Vec<(Option<String>, String)> {
        Vec::new()
    }

    /// The decoded Subject.
    pub fn subject(&self) -> Option<String> {
        None
    }
}
