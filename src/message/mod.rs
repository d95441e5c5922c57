//! A message's bytes as a view plus defects: header fields, MIME tree, texts, links.
//!
//! Parsing never fails: whatever is wrong is a [`Defect`]. Nothing here has an opinion, and nothing changes a byte.
//! `header.rs` finds the fields with their exact bytes, `mime.rs` the tree, `lines.rs` counts; `html.rs`, `bounded.rs`,
//! `hidden.rs`, `quoted.rs`, `targets.rs` and `css.rs` read HTML, `urls.rs` collects links, `received.rs` reads the trace,
//! `purpose.rs` tells what a message is for, and `way_out.rs` how one leaves a mailing.

#![deny(clippy::disallowed_methods)]

use bytes::Bytes;
use jiff::Timestamp;

pub mod addresses;
pub mod attachment;
mod bounded;
pub mod css;
pub mod header;
mod hidden;
pub mod html;
mod lines;
mod mime;
pub mod purpose;
mod quoted;
pub mod received;
mod targets;
pub mod urls;
pub mod way_out;

pub use lines::Lines;

/// Defects of one kind that are kept: the first ones tell enough.
const DEFECTS_OF_A_KIND: usize = 20;

/// Fields whose words readers see: encoded words elsewhere are nobody's concern.
const SHOWN: &[&str] = &["From", "Sender", "Reply-To", "To", "Cc", "Subject", "Comments", "Keywords"];

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
    /// What that HTML holds.
    pub page: Option<html::Html>,
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
    /// `protocol` of multipart/signed and multipart/encrypted (RFC 1847), and `method` of text/calendar (RFC 6047).
    pub protocol: Option<String>,
    pub method: Option<String>,
    /// Octet ranges of the header section and of the body in `raw`.
    pub header: (usize, usize),
    pub span: (usize, usize),
    /// The decoded characters of a text part, cut to 2 MiB.
    pub text: Option<String>,
    /// The media type that the first octets of a part that is no text tell.
    pub magic: Option<&'static str>,
    /// The first file of a ZIP archive.
    pub packed: Option<attachment::Packed>,
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
    /// Not one field.
    NoHeader,
    /// No empty line ends the header.
    NoBody,
    /// multipart/* without a boundary parameter, or one that never appears.
    BoundaryMissing,
    /// The closing delimiter is absent.
    BoundaryUnclosed,
    NestingTooDeep,
    TooManyParts,
    EncodingUnknown,
    /// base64 or quoted-printable around a multipart (RFC 2045 §6.4).
    EncodingOnMultipart,
    /// Octets over 127 in a body that says, or defaults to, 7bit.
    EightBitAs7bit,
    /// Not decodable by its declared Content-Transfer-Encoding.
    EncodingBroken,
    CharsetUnknown,
    /// Octets that its declared charset does not have.
    CharsetBroken,
    /// UTF-8 in a text that declares a charset of single octets: `è` is shown as `Ã¨`.
    CharsetMisread,
    /// Octets over 127 in the header of a part.
    PartHeader8bit,
    /// A line of over 76 octets in base64 or quoted-printable.
    EncodedLineLong,
    /// An RFC 2047 encoded word that cannot be decoded.
    EncodedWord,
    /// One over 75 characters, within quotes, or joined to other text (RFC 2047 §2, §5).
    EncodedWordForm,
    /// An encoded word as the name of a file, where RFC 2047 §5 forbids it, and no form of RFC 2231 beside it.
    EncodedParameter,
}

/// One distinct URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    /// As written, entities decoded.
    pub text: String,
    pub place: UrlPlace,
    /// The visible text of an HTML link.
    pub label: Option<String>,
    /// It stands only in what a reply quotes: another's words.
    pub quoted: bool,
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

/// A defect by its place; it gets its line number at the end.
struct Found {
    kind: DefectKind,
    at: usize,
    text: String,
}

impl Found {
    fn new(kind: DefectKind, at: usize, text: String) -> Found {
        Found { kind, at, text }
    }
}

impl Message {
    /// Never fails and never panics, whatever the bytes.
    pub fn parse(raw: Bytes) -> Message {
        let mut found = Vec::new();
        let header = header::scan(&raw, 0, &mut found, |_| false);
        if header.fields.is_empty() {
            found.push(Found::new(DefectKind::NoHeader, 0, String::new()));
        } else if !header.separated {
            found.push(Found::new(DefectKind::NoBody, raw.len().saturating_sub(1), String::new()));
        }
        for field in &header.fields {
            let shown = SHOWN.iter().any(|name| field.name.eq_ignore_ascii_case(name));
            if shown && field.value.contains("=?") && found.len() < 1000 {
                let words = header::faulty_words(&header::unfold(&field.value)).into_iter();
                found.extend(
                    words.map(|(kind, word)| Found::new(kind, field.span.0, format!("{}: {word}", field.name))),
                );
            }
        }
        let tree = mime::tree(&raw, &header.fields, header.body_start);
        found.extend(tree.defects);
        let (lines, defects) = lines::read(&raw, header.body_start, limited(found));
        let body = |kind: &str| tree.parts.iter().find(|part| part.content_type == kind && !part.is_attachment());
        let text = body("text/plain").and_then(|part| part.text.clone());
        let html = body("text/html").and_then(|part| part.text.clone());
        let page = html.as_deref().map(html::Html::read);
        let urls = urls::collect(&header.fields, text.as_deref(), page.as_ref());
        Message {
            fields: header.fields,
            body_start: header.body_start,
            parts: tree.parts,
            lines,
            defects,
            text,
            html,
            page,
            urls,
            raw,
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
        self.first("Date").and_then(|field| header::date(&field.value))
    }

    /// Mailboxes of all address fields of this name: display name (decoded) and address.
    pub fn mailboxes(&self, name: &str) -> Vec<(Option<String>, String)> {
        self.all(name).flat_map(|field| header::addresses(&field.value)).collect()
    }

    /// The decoded Subject.
    pub fn subject(&self) -> Option<String> {
        self.decoded("Subject")
    }

    /// A field as people read it: unfolded, its encoded words decoded (RFC 2047).
    pub fn decoded(&self, name: &str) -> Option<String> {
        self.first(name).map(|field| header::decode(&field.value))
    }

    /// The exact octets of a field, line ending included.
    pub fn field_bytes(&self, field: &Field) -> &[u8] {
        self.raw.get(field.span.0..field.span.1).unwrap_or_default()
    }
}

/// The first defects of each kind, in order of finding.
fn limited(found: Vec<Found>) -> Vec<Found> {
    let mut seen = std::collections::HashMap::new();
    let mut kept = found;
    kept.retain(|found| {
        let count = seen.entry(found.kind).or_insert(0);
        *count += 1;
        *count <= DEFECTS_OF_A_KIND
    });
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(raw: &str) -> Message {
        Message::parse(Bytes::copy_from_slice(raw.as_bytes()))
    }

    fn kinds(message: &Message) -> Vec<DefectKind> {
        message.defects.iter().map(|defect| defect.kind).collect()
    }

    #[test]
    fn fields_keep_their_folding_and_their_exact_place() {
        let message = parse("Subject: one\r\n  two\r\nFrom: a@b.example\n\nbody");
        let subject = message.first("subject").unwrap();
        assert_eq!(subject.value, " one\r\n  two");
        assert_eq!(message.field_bytes(subject), b"Subject: one\r\n  two\r\n");
        assert_eq!(message.subject().as_deref(), Some("one  two"));
        assert_eq!(message.raw.get(message.body_start..), Some(&b"body"[..]));
        assert_eq!(message.lines.bare_lf, 2);
        assert!(message.defects.is_empty());
    }

    #[test]
    fn encoded_words_addresses_and_dates_are_decoded() {
        let message = parse(
            "From: =?utf-8?Q?Ren=C3=A9_D?= <rene@example.org>, \"Smith, J\" <js@example.com>\r\n\
             Subject: =?iso-8859-1?B?6A==?= vero\r\nDate: Sun, 22 Nov 2026 03:30:00 +0100\r\n\r\n",
        );
        let from = message.mailboxes("From");
        assert_eq!(from.first().unwrap(), &(Some("René D".to_owned()), "rene@example.org".to_owned()));
        assert_eq!(from.get(1).unwrap().0.as_deref(), Some("Smith, J"));
        assert_eq!(message.subject().as_deref(), Some("è vero"));
        assert_eq!(message.date().unwrap().to_string(), "2026-11-22T02:30:00Z");
        let message = parse("From: =?utf-8?Q?Zo=C3=AB_Caff=C3=A8?=\r\n <zoe@caffe.example>\r\n\r\n");
        assert_eq!(message.decoded("From").as_deref(), Some("Zoë Caffè <zoe@caffe.example>"));
    }

    #[test]
    fn an_impossible_date_is_no_date() {
        assert_eq!(parse("Date: Sun, 31 Feb 2026 03:30:00 +0100\r\n\r\n").date(), None);
        assert_eq!(parse("Date: yesterday\r\n\r\n").date(), None);
    }

    #[test]
    fn a_tree_of_alternatives_and_attachments_is_read_in_order() {
        let message = parse(
            "Content-Type: multipart/mixed; boundary=out\r\n\r\npreamble\r\n--out\r\n\
             Content-Type: multipart/alternative; boundary=\"in\"\r\n\r\n--in\r\n\r\nplain\r\n--in\r\n\
             Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
             <p>caff=C3=A8=\r\n!</p>\r\n--in--\r\n--out\r\nContent-Type: application/pdf\r\n\
             Content-Disposition: attachment; filename*=utf-8''caff%C3%A8.pdf\r\n\
             Content-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjQK\r\n--out--\r\n",
        );
        let kinds: Vec<&str> = message.parts.iter().map(|part| part.content_type.as_str()).collect();
        assert_eq!(kinds, ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/pdf"]);
        assert_eq!(message.text.as_deref(), Some("plain"));
        assert_eq!(message.html.as_deref(), Some("<p>caffè!</p>"));
        let pdf = message.parts.last().unwrap();
        assert_eq!(pdf.filename.as_deref(), Some("caffè.pdf"));
        assert_eq!((pdf.decoded_size, pdf.magic), (9, Some("application/pdf")));
        assert_eq!(pdf.parent, Some(0));
        assert!(message.defects.is_empty(), "{:?}", message.defects);
    }

    #[test]
    fn structure_faults_are_defects_with_their_line() {
        let message = parse("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n");
        assert_eq!(kinds(&message), [DefectKind::BoundaryUnclosed]);
        let message = parse("Content-Type: multipart/mixed; boundary=b\r\n\r\ntext\r\n");
        assert_eq!(kinds(&message), [DefectKind::BoundaryMissing]);
        let message = parse("From: a@b\r\nnonsense\r\nA B: c\r\n\r\n");
        assert_eq!(kinds(&message), [DefectKind::HeaderLine, DefectKind::FieldName]);
        assert_eq!(message.defects.first().unwrap().line, Some(2));
        let message = parse("Content-Type: text/plain; charset=klingon\r\nContent-Transfer-Encoding: 9bit\r\n\r\n");
        assert_eq!(kinds(&message), [DefectKind::EncodingUnknown, DefectKind::CharsetUnknown]);
        assert_eq!(kinds(&parse("Subject: =?klingon?Q?a?=\r\n\r\n")), [DefectKind::EncodedWord]);
        assert_eq!(kinds(&parse("")), [DefectKind::NoHeader]);
    }

    /// The shapes that break parsers, each of the size that a hostile sender would choose.
    #[test]
    fn hostile_sizes_are_read_in_bounds() {
        let fields = "X-A: b\r\n".repeat(100_000) + "\r\n";
        assert_eq!(parse(&fields).fields.len(), 100_000);
        let parts = "Content-Type: multipart/mixed; boundary=b\r\n\r\n".to_owned()
            + &"--b\r\n\r\nx\r\n".repeat(10_000)
            + "--b--\r\n";
        assert_eq!(parse(&parts).parts.len(), 10_001);
        let nested: String =
            (0..5000).map(|i| format!("Content-Type: multipart/mixed; boundary=b{i}\r\n\r\n--b{i}\r\n")).collect();
        assert!(kinds(&parse(&nested)).contains(&DefectKind::NestingTooDeep));
        let line = "Content-Transfer-Encoding: base64\r\nContent-Type: application/pdf\r\n\r\n".to_owned()
            + &"A".repeat(4_000_000);
        assert_eq!(parse(&line).parts.first().unwrap().decoded_size, 3_000_000);
        parse(&format!("Subject: {}\r\n\r\n", "=?a?q?x ".repeat(200_000)));
        parse(&format!("From: {}\r\n\r\n", "(".repeat(200_000)));
        parse(&format!("Content-Type: text/html\r\n\r\n{}", "<a href=x><b><i><p>".repeat(50_000)));
    }

    proptest::proptest! {
        #[test]
        fn any_octets_are_read_the_same_way_twice(raw in proptest::collection::vec(proptest::arbitrary::any::<u8>(), 0..2000)) {
            let (one, two) = (Message::parse(Bytes::from(raw.clone())), Message::parse(Bytes::from(raw)));
            proptest::prop_assert_eq!(one.fields, two.fields);
            proptest::prop_assert_eq!(one.defects, two.defects);
        }

        #[test]
        fn any_sequence_of_what_messages_are_made_of_is_read(pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..60)) {
            let message = parse(&pieces.concat());
            for part in &message.parts {
                proptest::prop_assert!(part.span.0 <= part.span.1 && part.span.1 <= message.raw.len());
            }
            message.date();
            message.subject();
            message.mailboxes("From");
            message.client();
        }
    }

    const PIECES: &[&str] = &[
        "From: ",
        "Date: ",
        "Subject: ",
        "Received: from x (y [1.2.3.4]) by z; ",
        "Content-Type: ",
        "multipart/mixed; boundary=b",
        "multipart/signed; boundary=\"b c\"",
        "text/html; charset=",
        "utf-8",
        "iso-2022-jp",
        "Content-Transfer-Encoding: base64",
        "Content-Transfer-Encoding: quoted-printable",
        "\r\n",
        "\n",
        "\r",
        " ",
        "\t",
        "--b",
        "--b c",
        "--",
        "=?utf-8?Q?=C3?=",
        "=?",
        "?=",
        "=?x?B?",
        "<",
        ">",
        "<a href=",
        "<style>",
        "@media (",
        "url(",
        "{",
        "}",
        ";",
        ":",
        "\"",
        "(",
        ")",
        "@",
        ",",
        "=3D",
        "=",
        "AAAA",
        "\0",
        "é",
        "\u{1b}$B",
        "Sun, 22 Nov 2026 03:30:00 +0100",
        "filename*0*=utf-8''%",
        "a@b.example",
        "<img width=1 srcset='a, b'>",
        "</p>",
        "<!--",
        "List-Unsubscribe: <https://a",
        "https://a.example/",
        "99999999999999999999",
    ];
}
