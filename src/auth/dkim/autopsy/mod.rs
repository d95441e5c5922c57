//! What happened to a message after it was signed: likely changes are undone until the signature verifies.
//!
//! Nothing is guessed: a [`Change`] is named only when undoing it gives the very hash, or the very signature, of the signer.
//! The work is bounded by octets hashed and signatures tried, never by a clock. `body.rs` undoes changes of the body,
//! `header.rs` those of signed fields.

mod body;
mod header;

use super::canon::{RawField, Split};
use super::key::Key;
use super::signature::{Signature, Usable};
use super::verifies;
use crate::auth::Change;

/// Octets hashed for one signature at most: about a tenth of a second.
const MOST_HASHED: usize = 48 << 20;
/// Signatures looked into; the others have usually suffered the same.
pub const MOST_OPENED: usize = 3;

/// What must be undone for this failing signature to verify; empty when nothing likely explains it.
pub fn changes(
    split: &Split<'_>,
    own: &RawField<'_>,
    signature: &Signature,
    usable: &Usable,
    key: &Key,
) -> Vec<Change> {
    let mut changes = Vec::new();
    let body_is_signed =
        super::canon::body_hash(usable.body_canon, split.body, signature.body_length).0 == usable.body_hash;
    if !body_is_signed && signature.body_length.is_none() {
        let encoding = field_value(split, b"Content-Transfer-Encoding");
        changes.extend(body::explain(usable.body_canon, split.body, &encoding, &usable.body_hash, MOST_HASHED));
    }
    if let Some(public) = &key.usable {
        // The field itself holds the body hash, so the header is judged apart from the body.
        let verify = |fields: &[RawField<'_>]| {
            let signed = super::canon::signed_header(
                usable.header_canon,
                fields,
                &signature.headers,
                own,
                usable.b_value.clone(),
            );
            verifies(public, usable, &signed)
        };
        if !verify(&split.fields) {
            changes.extend(header::explain(&split.fields, &signature.headers, &verify));
        }
    }
    changes
}

/// The first field of this name, lower case and trimmed; empty when there is none.
fn field_value(split: &Split<'_>, name: &[u8]) -> String {
    let field = split.fields.iter().find(|field| field.name.trim_ascii_end().eq_ignore_ascii_case(name));
    field.map(|field| String::from_utf8_lossy(field.value).trim().to_ascii_lowercase()).unwrap_or_default()
}

/// Octets for a reader: at most some lines of them.
fn shown<'a>(lines: impl Iterator<Item = &'a [u8]>) -> String {
    let mut text = String::new();
    for line in lines.take(12) {
        if !text.is_empty() {
            text.push('\n');
        }
        let line = String::from_utf8_lossy(line);
        text.extend(line.chars().take(200).map(|c| if c.is_control() && c != '\t' { '\u{fffd}' } else { c }));
    }
    text
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use jiff::Timestamp;
    use mail_auth::common::crypto::Ed25519Key;
    use mail_auth::common::headers::HeaderWriter;
    use mail_auth::dkim::{Canonicalization, DkimSigner};

    use crate::auth::testing::World;
    use crate::auth::{Change, Dkim, DkimResult};

    const MESSAGE: &str = "From: Anna <anna@a.test>\r\nTo: b@b.test\r\nSubject: Hello\r\nDate: Sun, 22 Nov 2026 02:29:00 +0000\r\n\
        Content-Type: text/plain; charset=utf-8\r\n\r\nHello there,\r\n\r\nall is well.\r\n";

    /// Signs with a new key, lets something change the message, and verifies.
    async fn signed_then(change: impl Fn(&str) -> String) -> Dkim {
        let pkcs8 = Ed25519Key::generate_pkcs8().unwrap();
        let key = Ed25519Key::from_pkcs8_der(&pkcs8).unwrap();
        let public = base64::engine::general_purpose::STANDARD.encode(key.public_key());
        let signature = DkimSigner::from_key(key)
            .domain("a.test")
            .selector("s")
            .headers(["From", "To", "Subject", "Reply-To", "Content-Type"])
            .header_canonicalization(Canonicalization::Relaxed)
            .body_canonicalization(Canonicalization::Simple)
            .sign(MESSAGE.as_bytes())
            .unwrap();
        let message = format!("{}{}", signature.to_header(), change(MESSAGE));
        let world = World::new(&format!("s._domainkey.a.test TXT v=DKIM1; k=ed25519; p={public}"));
        let all = crate::auth::dkim::verify(&world.dns(), message.as_bytes(), Timestamp::now()).await;
        all.into_iter().next().unwrap()
    }

    #[tokio::test]
    async fn real_signatures_tell_what_broke_them() {
        let untouched = signed_then(str::to_owned).await;
        assert_eq!((untouched.result, untouched.autopsy.len()), (DkimResult::Pass, 0));

        let footer = signed_then(|message| format!("{message}\r\n-- \r\nThe list\r\n")).await;
        assert_eq!(footer.result, DkimResult::Fail);
        assert_eq!(footer.autopsy, [Change::FooterAppended { lines: 2, text: "-- \nThe list".to_owned() }]);

        let tag = signed_then(|message| message.replace("Subject: ", "Subject: [EXTERNAL] ")).await;
        assert_eq!(tag.autopsy, [Change::SubjectTag { tag: "[EXTERNAL]".to_owned() }]);

        let list = signed_then(|message| {
            let tagged = message.replace("Subject: ", "Subject: [l] ").replace("From:", "Reply-To: l@l.test\r\nFrom:");
            format!("{tagged}The list\r\n")
        });
        let names: Vec<_> = list.await.autopsy;
        assert!(
            matches!(
                names.as_slice(),
                [Change::FooterAppended { lines: 1, .. }, Change::SubjectTag { .. }, Change::FieldAdded { .. }]
            ),
            "{names:?}"
        );

        let quotes = signed_then(|message| message.replace("charset=utf-8", "charset=\"utf-8\"")).await;
        assert!(matches!(quotes.autopsy.as_slice(), [Change::FieldRewritten { name, .. }] if name == "Content-Type"));

        let other = signed_then(|message| message.replace("all is well", "send money")).await;
        assert_eq!((other.result, other.autopsy.len()), (DkimResult::Fail, 0));
    }
}
