//! From when until when a certificate is valid: the one thing that we must read in it ourselves.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    pub not_before: Timestamp,
    pub not_after: Timestamp,
}

const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// RFC 5280 §4.1: the fifth field of the certificate's first part (the fourth, where no version is said). `None`: no certificate.
pub fn of(der: &[u8]) -> Option<Validity> {
    let (certificate, _) = expect(SEQUENCE, der)?;
    let (mut fields, _) = expect(SEQUENCE, certificate)?;
    if let Some((_, rest)) = expect(VERSION, fields) {
        fields = rest;
    }
    // Serial number, signature, issuer.
    for _ in 0..3 {
        fields = element(fields)?.2;
    }
    let (validity, _) = expect(SEQUENCE, fields)?;
    let (kind, not_before, rest) = element(validity)?;
    let (other_kind, not_after, _) = element(rest)?;
    Some(Validity { not_before: time(kind, not_before)?, not_after: time(other_kind, not_after)? })
}

fn expect(tag: u8, der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (found, content, rest) = element(der)?;
    (found == tag).then_some((content, rest))
}

/// Tag, content and what follows (X.690 §8.1); tags of one octet, lengths of up to four.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        0x81..=0x84 => {
            let (octets, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (octets.iter().fold(0_usize, |length, octet| (length << 8) | usize::from(*octet)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*tag, content, rest))
}

/// RFC 5280 §4.1.2.5: always with seconds, always in UTC; two digits of a year below 50 are of this century.
fn time(kind: u8, content: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(content).ok()?.strip_suffix('Z')?;
    let text = match kind {
        UTC_TIME => format!("{}{text}", if text.get(..2)?.parse::<u8>().ok()? < 50 { "20" } else { "19" }),
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    let time = DateTime::strptime("%Y%m%d%H%M%S", text).ok()?;
    time.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_times_of_a_certificate_are_read_in_both_forms() {
        let mut params = rcgen::CertificateParams::new(vec!["vaglio.example".to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(2026, 11, 22);
        params.not_after = rcgen::date_time_ymd(2051, 2, 3);
        let key = rcgen::KeyPair::generate().unwrap();
        let der = params.self_signed(&key).unwrap().der().to_vec();
        let valid = of(&der).unwrap();
        assert_eq!(valid.not_before, "2026-11-22T00:00:00Z".parse().unwrap());
        assert_eq!(valid.not_after, "2051-02-03T00:00:00Z".parse().unwrap());
        for cut in 0..der.len().min(200) {
            assert_eq!(of(&der[..cut]), None);
        }
        assert_eq!(time(UTC_TIME, b"991231235959Z"), Some("1999-12-31T23:59:59Z".parse().unwrap()));
        assert_eq!(time(UTC_TIME, b"9912312359Z"), None);
    }

    proptest! {
        #[test]
        fn any_octets_are_read_without_harm(der in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = of(&der);
        }
    }
}
