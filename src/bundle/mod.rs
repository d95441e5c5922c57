//! The evidence bundle: a ZIP archive with all that a report was made from, so that anybody can judge it again offline.
//!
//! `message.eml` is the message byte for byte, `session.json` how it was handed over, `evidence.json` what the world answered,
//! `report.json` the report, `README.txt` how to read them. `mask/bundle.rs` takes personal data out. Reading is bounded: an archive
//! may come from anywhere.

use std::io::{Cursor, Read, Write};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use crate::analyse::{Choices, Evidence};
use crate::delivery::Delivery;
use crate::facts::Purpose;
use crate::lang::Lang;
use crate::report::Report;
use crate::report::view::View;

/// The version of the archive's layout.
pub const FORMAT: u32 = 1;
/// The most that is read of the message, and of each other file, octets: what the receiver takes, and what a report needs.
const MOST_MESSAGE: u64 = 26 << 20;
const MOST_FILE: u64 = 32 << 20;

/// What an archive holds, apart from the report, which follows from it.
#[derive(Clone, Debug)]
pub struct Bundle {
    pub delivery: Delivery,
    pub evidence: Evidence,
    /// The reader's choice.
    pub purpose: Option<Purpose>,
    /// Personal data was replaced.
    pub masked: bool,
    /// Codes of findings that cannot be found again in a masked message.
    pub lost: Vec<String>,
}

/// `session.json`.
#[derive(Serialize, Deserialize)]
struct Head {
    format: u32,
    masked: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    lost: Vec<String>,
    purpose: Option<Purpose>,
    #[serde(flatten)]
    delivery: Delivery,
}

/// Why an archive cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    #[error("not an evidence bundle: {0}")]
    Zip(#[from] ZipError),
    #[error("{0} cannot be read: {1}")]
    Json(&'static str, serde_json::Error),
    #[error("{0} is larger than an evidence bundle has it")]
    TooLarge(&'static str),
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("made by a later version: format {0}, and this one reads {FORMAT}")]
    Later(u32),
}

impl Bundle {
    pub fn new(delivery: Delivery, evidence: Evidence, purpose: Option<Purpose>) -> Bundle {
        Bundle { delivery, evidence, purpose, masked: false, lost: Vec::new() }
    }

    pub fn choices(&self) -> Choices {
        Choices { purpose: self.purpose, ..Choices::default() }
    }

    /// The archive, with this report.
    ///
    /// # Errors
    /// Our own faults only.
    pub fn write(&self, report: &Report) -> Result<Vec<u8>, BundleError> {
        let head = Head {
            format: FORMAT,
            masked: self.masked,
            lost: self.lost.clone(),
            purpose: self.purpose,
            delivery: self.delivery.clone(),
        };
        // The same bundle is the same archive: no clock in it.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default());
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let mut add = |name: &'static str, octets: &[u8]| -> Result<(), BundleError> {
            zip.start_file(name, options)?;
            Ok(zip.write_all(octets)?)
        };
        add("README.txt", readme(self.masked).as_bytes())?;
        add("message.eml", &self.delivery.raw)?;
        add("session.json", &json("session.json", &head)?)?;
        add("evidence.json", &json("evidence.json", &self.evidence)?)?;
        add("report.json", &json("report.json", &View::new(report, Lang::En))?)?;
        Ok(zip.finish()?.into_inner())
    }

    /// Reads an archive, whoever made it.
    ///
    /// # Errors
    /// It is no such archive, or unfolds to more than it may.
    pub fn read(octets: &[u8]) -> Result<Bundle, BundleError> {
        let mut zip = ZipArchive::new(Cursor::new(octets))?;
        let head = file(&mut zip, "session.json", MOST_FILE)?;
        let format =
            serde_json::from_slice::<Format>(&head).map_err(|error| BundleError::Json("session.json", error))?;
        if format.format > FORMAT {
            return Err(BundleError::Later(format.format));
        }
        let head: Head = serde_json::from_slice(&head).map_err(|error| BundleError::Json("session.json", error))?;
        let evidence = file(&mut zip, "evidence.json", MOST_FILE)?;
        let evidence = serde_json::from_slice(&evidence).map_err(|error| BundleError::Json("evidence.json", error))?;
        let raw = Bytes::from(file(&mut zip, "message.eml", MOST_MESSAGE)?);
        Ok(Bundle {
            delivery: Delivery { raw, ..head.delivery },
            evidence,
            purpose: head.purpose,
            masked: head.masked,
            lost: head.lost,
        })
    }
}

#[derive(Deserialize)]
struct Format {
    format: u32,
}

/// One file of the archive, whose own word about its size is not believed.
fn file(zip: &mut ZipArchive<Cursor<&[u8]>>, name: &'static str, most: u64) -> Result<Vec<u8>, BundleError> {
    let mut octets = Vec::new();
    zip.by_name(name)?.take(most + 1).read_to_end(&mut octets)?;
    if octets.len() as u64 > most {
        return Err(BundleError::TooLarge(name));
    }
    Ok(octets)
}

fn json(name: &'static str, value: &impl Serialize) -> Result<Vec<u8>, BundleError> {
    serde_json::to_vec_pretty(value).map_err(|error| BundleError::Json(name, error))
}

/// For whoever unpacks it, in the one language that support desks share.
fn readme(masked: bool) -> String {
    let mut text = String::from(
        "Evidence of one mail test\n\
         =========================\n\n\
         message.eml    the message, byte for byte as it was sent\n\
         session.json   the SMTP session: client, HELO, TLS, envelope, transcript\n\
         evidence.json  every DNS answer with its TTL and the time it took, the links, the spam filters' answers\n\
         report.json    the report made from these (findings, points, causes, cures)\n\n\
         To judge it again, without any network:\n\n\
         \x20   vaglio check --replay evidence.zip\n",
    );
    if masked {
        text.push_str(
            "\nThis copy is masked: local parts of mail addresses, names of people, the subject and the content of attachments\n\
             are replaced, the same one always by the same. Domains, client addresses, and links but for addresses and\n\
             passwords in them are as they were; other personal words in the text may remain, so look before you share it.\n\
             A masked message no longer fits its signatures: the results of SPF, DKIM, ARC and DMARC are those recorded\n\
             with the original, and session.json lists under \"lost\" each finding that the masked copy cannot show.\n",
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::Timestamp;

    use super::*;
    use crate::analyse::Examiner;
    use crate::dns::Zone;
    use crate::receive::file::{self as given, Given};

    const MESSAGE: &str = "From: =?utf-8?Q?Mario_Rossi?= <mario.rossi@a.test>\r\nTo: \"Anna Bianchi\" <anna@b.test>\r\n\
        Reply-To: support@a.test\r\nSubject: Your zucchini 4711, Anna\r\nDate: Sun, 22 Nov 2026 02:29:00 +0000\r\n\
        Message-ID: <1@a.test>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=bound\r\n\r\n\
        --bound\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
        Dear Anna Bianchi, write to Mario.Rossi@a.test =E2=82=AC\r\nhttps://a.test/u?m=3Danna%40b.test\r\n\
        --bound\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n\
        PHA+RGVhciBBbm5hIEJpYW5jaGk8L3A+\r\n\
        --bound\r\nContent-Type: application/pdf; name=x.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n\
        JVBERi0xLjQgc2VjcmV0\r\n--bound--\r\n";
    const WORLD: &str = "a.test. TXT \"v=spf1 ip4:192.0.2.1 -all\"\na.test. MX 10 mail.a.test.\nmail.a.test. A 192.0.2.1\n\
        1.2.0.192.in-addr.arpa. PTR mail.a.test.\n_dmarc.a.test. TXT \"v=DMARC1; p=none\"\n";

    async fn examined() -> (Bundle, Report) {
        let known = Given {
            client_ip: Some("192.0.2.1".parse().unwrap()),
            helo: Some("mail.a.test".to_owned()),
            mail_from: Some("mario.rossi@a.test".to_owned()),
            forward_paths: vec!["anna@b.test".to_owned()],
            ..Given::default()
        };
        let delivery = given::delivery(MESSAGE.into(), known, Timestamp::UNIX_EPOCH).unwrap();
        let examiner = Examiner::new(Arc::new(Zone::parse(WORLD).unwrap()));
        let (report, evidence) = examiner.examine(Arc::new(delivery.clone()), Choices::default(), &|_, _| ()).await;
        (Bundle::new(delivery, evidence, None), report)
    }

    /// As somebody else would, with no world at all.
    async fn replayed(bundle: &Bundle) -> Report {
        let nowhere = Examiner::new(Arc::new(Zone::default()));
        nowhere.replay(Arc::new(bundle.delivery.clone()), bundle.choices(), &bundle.evidence).await
    }

    fn view(report: &Report) -> String {
        serde_json::to_string(&View::new(report, Lang::It)).unwrap()
    }

    #[tokio::test]
    async fn a_bundle_is_judged_elsewhere_to_the_same_report() {
        let (bundle, report) = examined().await;
        let archive = bundle.write(&report).unwrap();
        assert_eq!(archive, bundle.write(&report).unwrap());
        let read = Bundle::read(&archive).unwrap();
        assert_eq!(read.delivery, bundle.delivery);
        assert_eq!(view(&replayed(&read).await), view(&report));
    }

    #[tokio::test]
    async fn a_masked_bundle_names_nobody_and_says_what_it_lost() {
        let (bundle, report) = examined().await;
        let (masked, masked_report) = crate::mask::bundle(&bundle, &report).await;
        let archive = masked.write(&masked_report).unwrap();
        let read = Bundle::read(&archive).unwrap();
        assert!(read.masked);
        let mut zip = ZipArchive::new(Cursor::new(archive.as_slice())).unwrap();
        let mut all = String::new();
        for name in ["message.eml", "session.json", "evidence.json", "report.json"] {
            all.push_str(&String::from_utf8(file(&mut zip, name, MOST_FILE).unwrap()).unwrap());
        }
        let message = crate::message::Message::parse(read.delivery.raw.clone());
        all.push_str(message.html.as_deref().unwrap());
        all.push_str(message.text.as_deref().unwrap());
        for word in ["mario", "rossi", "anna", "bianchi", "4711", "zucchini", "JVBER"] {
            assert!(!all.to_lowercase().contains(&word.to_lowercase()), "{word} is left");
        }
        // What is no person stays, and what was the same is the same.
        assert!(all.contains("support@a.test") && all.contains("192.0.2.1"));
        assert!(message.text.as_deref().unwrap().contains('€'), "{:?}", message.text);
        let replay = replayed(&read).await;
        assert_eq!(replay.auth.spf, masked_report.auth.spf);
        let again: Vec<&str> = replay.ledger.rows.iter().map(|row| row.finding.code.as_str()).collect();
        for row in &report.ledger.rows {
            let code = row.finding.code.as_str();
            assert!(again.contains(&code) || read.lost.iter().any(|lost| lost == code), "{code} is lost silently");
        }
    }

    #[test]
    fn what_is_no_bundle_is_refused() {
        assert!(matches!(Bundle::read(b"PK\x03\x04 nothing"), Err(BundleError::Zip(_))));
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        let with = |name: &str, octets: &[u8]| {
            let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
            zip.start_file(name, options).unwrap();
            zip.write_all(octets).unwrap();
            zip.finish().unwrap().into_inner()
        };
        assert!(matches!(Bundle::read(&with("session.json", b"{\"format\": 9}")), Err(BundleError::Later(9))));
        assert!(matches!(Bundle::read(&with("session.json", b"[]")), Err(BundleError::Json(..))));
        assert!(Bundle::read(&with("other", b"x")).is_err());
        // A small archive that would unfold to much more than a report needs.
        let bomb = with("session.json", &vec![b' '; usize::try_from(MOST_FILE).unwrap() + 10]);
        assert!(bomb.len() < 100_000);
        assert!(matches!(Bundle::read(&bomb), Err(BundleError::TooLarge("session.json"))));
    }
}
