//! DMARC records (RFC 9989 §4.7, §4.8): a total parser that keeps every tag, and every problem with its place.

use serde::{Deserialize, Serialize};

use crate::auth::Policy;
use crate::auth::tags::{self, Tag, TagList, TagProblemKind};

/// `psd=`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Psd {
    Y,
    N,
    #[default]
    U,
}

/// One record as read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// As published.
    pub text: String,
    pub tags: Vec<Tag>,
    /// Only what is valid: an invalid value is a problem, and `None` here.
    pub p: Option<Policy>,
    pub sp: Option<Policy>,
    pub np: Option<Policy>,
    pub psd: Psd,
    /// `t=y`.
    pub testing: bool,
    pub strict_dkim: bool,
    pub strict_spf: bool,
    /// The valid URIs, in order, without an obsolete size limit.
    pub rua: Vec<String>,
    pub ruf: Vec<String>,
    pub problems: Vec<RecordProblem>,
    pub standing: Standing,
}

/// What the record as a whole is worth (RFC 9989 §4.10.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    Valid,
    /// No valid `p`, or an invalid `sp` or `np`, but somewhere to report to: read as `p=none`.
    AsNone,
    /// The same, and nowhere to report to: DMARC does not apply, and no other record is looked for.
    Ignored,
}

/// Something to put right in a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordProblem {
    pub kind: RecordProblemKind,
    /// The tag's name, where there is one.
    pub tag: String,
    /// What stands there, shortened.
    pub value: String,
    /// Octet range in the record.
    pub span: (usize, usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordProblemKind {
    /// Breaks the tag-list grammar (RFC 6376 §3.2).
    Syntax(TagProblemKind),
    /// Ignored by every receiver.
    UnknownTag,
    /// `pct`, `rf`, `ri`: gone with RFC 9989; older receivers still read them.
    ObsoleteTag,
    /// `!10m` after a report URI: gone with RFC 9989.
    ObsoleteSize,
    BadValue,
    BadUri,
    /// There is no `p=`.
    PolicyMissing,
}

/// True when the text begins with the version tag (RFC 9989 §4.8): anything else is not a DMARC record.
pub fn is_record(octets: &[u8]) -> bool {
    let rest = match octets.split_first() {
        Some((b'v' | b'V', rest)) => rest.trim_ascii_start(),
        _ => return false,
    };
    let Some(rest) = rest.strip_prefix(b"=") else { return false };
    let Some(rest) = rest.trim_ascii_start().strip_prefix(b"DMARC1") else { return false };
    matches!(rest.trim_ascii_start().first(), None | Some(b';'))
}

impl Record {
    /// Reads any octets; never fails.
    pub fn parse(octets: &[u8]) -> Record {
        let list = tags::parse(octets);
        let mut record = Record {
            text: crate::dns::escape(octets),
            tags: Vec::new(),
            p: None,
            sp: None,
            np: None,
            psd: Psd::U,
            testing: false,
            strict_dkim: false,
            strict_spf: false,
            rua: Vec::new(),
            ruf: Vec::new(),
            problems: Vec::new(),
            standing: Standing::Valid,
        };
        for problem in &list.problems {
            record.problems.push(RecordProblem {
                kind: RecordProblemKind::Syntax(problem.kind),
                tag: String::new(),
                value: problem.text.clone(),
                span: problem.span,
            });
        }
        for (at, tag) in list.tags.iter().enumerate() {
            // Of a tag given twice the first counts; the second is already a problem.
            if is_first(&list, at) {
                record.read(tag);
            }
        }
        record.standing = record.judge(&list);
        record.tags = list.tags;
        record
    }

    /// True when the record holds this tag, valid or not.
    pub fn has(&self, name: &str) -> bool {
        self.tags.iter().any(|tag| tag.name.eq_ignore_ascii_case(name))
    }

    fn read(&mut self, tag: &Tag) {
        let value = tag.value.to_ascii_lowercase();
        match tag.name.to_ascii_lowercase().as_str() {
            "v" => (),
            "p" => self.p = self.policy(tag),
            "sp" => self.sp = self.policy(tag),
            "np" => self.np = self.policy(tag),
            "psd" => match value.as_str() {
                "y" => self.psd = Psd::Y,
                "n" => self.psd = Psd::N,
                "u" => (),
                _ => self.problem(RecordProblemKind::BadValue, tag),
            },
            "t" => self.testing = self.either(tag, "y", "n"),
            "adkim" => self.strict_dkim = self.either(tag, "s", "r"),
            "aspf" => self.strict_spf = self.either(tag, "s", "r"),
            "rua" => self.rua = self.uris(tag),
            "ruf" => self.ruf = self.uris(tag),
            "fo" => {
                if !value.split(':').all(|option| matches!(option.trim(), "0" | "1" | "d" | "s")) {
                    self.problem(RecordProblemKind::BadValue, tag);
                }
            }
            "pct" | "rf" | "ri" => self.problem(RecordProblemKind::ObsoleteTag, tag),
            _ => self.problem(RecordProblemKind::UnknownTag, tag),
        }
    }

    fn policy(&mut self, tag: &Tag) -> Option<Policy> {
        let policy = match tag.value.to_ascii_lowercase().as_str() {
            "none" => Some(Policy::None),
            "quarantine" => Some(Policy::Quarantine),
            "reject" => Some(Policy::Reject),
            _ => None,
        };
        if policy.is_none() {
            self.problem(RecordProblemKind::BadValue, tag);
        }
        policy
    }

    fn either(&mut self, tag: &Tag, yes: &str, no: &str) -> bool {
        if tag.value.eq_ignore_ascii_case(yes) {
            return true;
        }
        if !tag.value.eq_ignore_ascii_case(no) {
            self.problem(RecordProblemKind::BadValue, tag);
        }
        false
    }

    fn uris(&mut self, tag: &Tag) -> Vec<String> {
        let mut uris = Vec::new();
        for uri in tag.value.split(',').map(str::trim) {
            let (address, size) = uri.split_once('!').map_or((uri, None), |(address, size)| (address, Some(size)));
            if size.is_some() {
                self.problem_with(RecordProblemKind::ObsoleteSize, tag, uri);
            }
            if is_uri(address) {
                uris.push(address.to_owned());
            } else {
                self.problem_with(RecordProblemKind::BadUri, tag, uri);
            }
        }
        uris
    }

    fn problem(&mut self, kind: RecordProblemKind, tag: &Tag) {
        self.problem_with(kind, tag, &tag.value);
    }

    fn problem_with(&mut self, kind: RecordProblemKind, tag: &Tag, value: &str) {
        let value = value.chars().take(100).collect();
        self.problems.push(RecordProblem { kind, tag: tag.name.clone(), value, span: tag.span });
    }

    fn judge(&mut self, list: &TagList) -> Standing {
        let has = |name: &str| list.tags.iter().any(|tag| tag.name.eq_ignore_ascii_case(name));
        if !has("p") {
            let end = self.text.len();
            self.problems.push(RecordProblem {
                kind: RecordProblemKind::PolicyMissing,
                tag: "p".to_owned(),
                value: String::new(),
                span: (end, end),
            });
        }
        let sound = self.p.is_some() && has("sp") == self.sp.is_some() && has("np") == self.np.is_some();
        match (sound, self.rua.is_empty()) {
            (true, _) => Standing::Valid,
            (false, false) => Standing::AsNone,
            (false, true) => Standing::Ignored,
        }
    }
}

fn is_first(list: &TagList, at: usize) -> bool {
    let name = list.tags.get(at).map(|tag| tag.name.to_ascii_lowercase());
    !list.tags.iter().take(at).any(|tag| Some(tag.name.to_ascii_lowercase()) == name)
}

/// The domain that reports to this URI go to, when it is a `mailto:`.
pub fn report_domain(uri: &str) -> Option<String> {
    let (scheme, rest) = uri.split_once(':')?;
    if !scheme.eq_ignore_ascii_case("mailto") {
        return None;
    }
    let address = rest.split('?').next().unwrap_or_default();
    let (local, domain) = address.rsplit_once('@')?;
    crate::address::domain_to_ascii(domain.trim()).filter(|_| !local.trim().is_empty())
}

/// True for something that a report can be sent to. White space ends a URI (RFC 3986 §2): two with only a space between them
/// are neither.
pub fn is_uri(text: &str) -> bool {
    match text.split_once(':') {
        _ if text.contains(char::is_whitespace) => false,
        Some((scheme, _)) if scheme.eq_ignore_ascii_case("mailto") => report_domain(text).is_some(),
        Some(_) => url::Url::parse(text).is_ok_and(|url| url.has_host()),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<(RecordProblemKind, String)> {
        Record::parse(text.as_bytes()).problems.into_iter().map(|p| (p.kind, p.tag)).collect()
    }

    #[test]
    fn only_the_version_tag_makes_a_record() {
        for text in ["v=DMARC1", "v=DMARC1; p=none", "v = DMARC1 ;", "V=DMARC1;p=none"] {
            assert!(is_record(text.as_bytes()), "{text}");
        }
        for text in ["v=DMARC1 p=none", "v=DMARC12;", "v=dmarc1;", " v=DMARC1", "p=none; v=DMARC1", "v=spf1", ""] {
            assert!(!is_record(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn every_tag_of_rfc_9989_is_read() {
        let record = Record::parse(
            b"v=DMARC1; p=reject; sp=quarantine; np=none; psd=n; t=y; adkim=s; aspf=s; fo=1:d; \
              rua=mailto:a@example.com , https://example.com/r; ruf=mailto:f@example.net",
        );
        assert_eq!(record.problems, []);
        assert_eq!(
            (record.p, record.sp, record.np),
            (Some(Policy::Reject), Some(Policy::Quarantine), Some(Policy::None))
        );
        assert_eq!((record.psd, record.testing, record.strict_dkim, record.strict_spf), (Psd::N, true, true, true));
        assert_eq!(record.rua, ["mailto:a@example.com", "https://example.com/r"]);
        assert_eq!(record.standing, Standing::Valid);
    }

    #[test]
    fn a_record_without_a_valid_policy_stands_or_falls_with_its_rua() {
        let standing = |text: &str| Record::parse(text.as_bytes()).standing;
        assert_eq!(standing("v=DMARC1; p=none"), Standing::Valid);
        assert_eq!(standing("v=DMARC1; p=nonsense"), Standing::Ignored);
        assert_eq!(standing("v=DMARC1; rua=mailto:a@example.com"), Standing::AsNone);
        assert_eq!(standing("v=DMARC1; p=bad; rua=mailto:a@example.com"), Standing::AsNone);
        assert_eq!(standing("v=DMARC1; p=bad; rua=nobody"), Standing::Ignored);
        assert_eq!(standing("v=DMARC1; p=reject; sp=bad; rua=mailto:a@example.com"), Standing::AsNone);
        assert_eq!(standing("v=DMARC1; p=reject; np=bad"), Standing::Ignored);
    }

    #[test]
    fn each_problem_is_named_with_its_tag() {
        use RecordProblemKind::*;
        assert_eq!(problems("v=DMARC1; p=none; pct=50"), [(ObsoleteTag, "pct".to_owned())]);
        assert_eq!(problems("v=DMARC1; p=none; x=1"), [(UnknownTag, "x".to_owned())]);
        assert_eq!(problems("v=DMARC1; p=none; rua=mailto:a@b.example!10m"), [(ObsoleteSize, "rua".to_owned())]);
        assert_eq!(problems("v=DMARC1; p=none; rua=a@b.example"), [(BadUri, "rua".to_owned())]);
        for spaced in ["mailto: a@b.example", "mailto:a@b.example mailto:c@b.example"] {
            assert_eq!(problems(&format!("v=DMARC1; p=none; rua={spaced}")), [(BadUri, "rua".to_owned())]);
        }
        assert_eq!(problems("v=DMARC1; p=none; adkim=x"), [(BadValue, "adkim".to_owned())]);
        assert_eq!(problems("v=DMARC1"), [(PolicyMissing, "p".to_owned())]);
        assert_eq!(problems("v=DMARC1; p=none; p=reject"), [(Syntax(TagProblemKind::Duplicate), String::new())]);
        assert_eq!(Record::parse(b"v=DMARC1; p=none; p=reject").p, Some(Policy::None));
    }

    proptest::proptest! {
        #[test]
        fn any_octets_are_read(octets in proptest::collection::vec(proptest::num::u8::ANY, 0..300), text in "v=DMARC1; [ -~]{0,100}") {
            is_record(&octets);
            Record::parse(&octets);
            Record::parse(text.as_bytes());
        }
    }
}
