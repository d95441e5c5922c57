//! The only prose: Fluent catalogues in English and Italian, one file a family (`src/lang/<language>/<family>.ftl`).
//!
//! A code's texts are one Fluent message: `spf.result.softfail` is `spf-result-softfail = title` with the attributes
//! `.why` and `.fix`. Text that a sender wrote reaches a reader only as an argument, never as a pattern.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, langid, static_loader};
use serde::{Deserialize, Serialize};

use crate::check::Arg;

static_loader! {
    static CATALOGUES = {
        locales: "./src/lang",
        fallback_language: "en",
        // Isolation marks would end up in records that people copy.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

static EN: LanguageIdentifier = langid!("en");
static IT: LanguageIdentifier = langid!("it");

/// The languages that every text exists in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    #[default]
    En,
    It,
}

impl Lang {
    pub const ALL: [Lang; 2] = [Lang::En, Lang::It];

    /// As in `lang="it"`.
    pub fn code(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::It => "it",
        }
    }

    /// The language's name for itself.
    pub fn own_name(self) -> &'static str {
        match self {
            Lang::En => "English",
            Lang::It => "Italiano",
        }
    }

    /// `it`, `it-IT`, `IT_ch` are Italian; `None` for a language that we do not speak.
    pub fn parse(tag: &str) -> Option<Lang> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Lang::ALL.into_iter().find(|lang| lang.code().eq_ignore_ascii_case(primary.trim()))
    }

    /// The best of an Accept-Language field (RFC 9110 §12.5.4); English when none fits.
    pub fn negotiate(accept_language: &str) -> Lang {
        let mut best = (Lang::En, 0.0);
        for range in accept_language.split(',') {
            let mut parts = range.split(';');
            let tag = parts.next().unwrap_or_default().trim();
            let quality = parts
                .find_map(|part| part.trim().strip_prefix("q=").and_then(|q| q.parse::<f32>().ok()))
                .unwrap_or(1.0)
                .clamp(0.0, 1.0);
            if let Some(lang) = Lang::parse(tag)
                && quality > best.1
            {
                best = (lang, quality);
            }
        }
        best.0
    }

    /// A text without arguments; its id where the catalogues lack it, so that a gap is seen and nothing breaks.
    pub fn text(self, id: &str) -> String {
        self.lookup(id, None).unwrap_or_else(|| id.to_owned())
    }

    /// A text with arguments: `lang.with("waiting-size", [("size", 5213.into())])`.
    pub fn with<'a>(self, id: &str, args: impl IntoIterator<Item = (&'a str, Arg)>) -> String {
        let args: BTreeMap<String, Arg> = args.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        self.find(id, &args).unwrap_or_else(|| id.to_owned())
    }

    /// A text that may not exist, such as the `.fix` of something that needs no cure.
    pub fn find(self, id: &str, args: &BTreeMap<String, Arg>) -> Option<String> {
        let args: HashMap<Cow<'static, str>, FluentValue<'_>> = args
            .iter()
            .map(|(name, value)| {
                let value = match value {
                    Arg::Number(number) => FluentValue::from(*number),
                    Arg::Text(text) => FluentValue::from(text.as_str()),
                };
                (Cow::Owned(name.clone()), value)
            })
            .collect();
        self.lookup(id, Some(&args))
    }

    /// Points in tenths as people read them: `9.2`, in Italian `9,2`.
    pub fn tenths(self, tenths: i32) -> String {
        let sign = if tenths < 0 { "−" } else { "" };
        let mark = match self {
            Lang::En => '.',
            Lang::It => ',',
        };
        format!("{sign}{}{mark}{}", tenths.abs() / 10, tenths.abs() % 10)
    }

    fn lookup(self, id: &str, args: Option<&HashMap<Cow<'static, str>, FluentValue<'_>>>) -> Option<String> {
        let language = match self {
            Lang::En => &EN,
            Lang::It => &IT,
        };
        CATALOGUES.lookup_single_language(language, id, args).ok()
    }
}

/// The Fluent id of a code: dots and underscores become dashes.
pub fn message_id(code: &str) -> String {
    code.replace(['.', '_'], "-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{FAMILIES, Verdict};

    #[test]
    fn every_code_has_its_texts_in_every_language() {
        let mut gaps = Vec::new();
        for lang in Lang::ALL {
            for rule in FAMILIES.iter().flat_map(|family| family.rules) {
                let id = message_id(rule.code);
                let attributes: &[&str] = match rule.verdict {
                    Verdict::Deduct(_) | Verdict::DeductUpTo(_) => &["", ".why", ".fix"],
                    Verdict::Notice => &["", ".why"],
                    Verdict::Good | Verdict::NotApplicable | Verdict::NotDetermined => &[""],
                };
                for attribute in attributes {
                    if lang.find(&format!("{id}{attribute}"), &BTreeMap::new()).is_none() {
                        gaps.push(format!("{}: {id}{attribute}", lang.code()));
                    }
                }
            }
        }
        assert!(gaps.is_empty(), "missing texts:\n{}", gaps.join("\n"));
    }

    #[test]
    fn both_catalogues_have_the_same_messages_with_the_same_attributes_and_arguments() {
        let [english, italian] = Lang::ALL.map(outline);
        let only = |a: &BTreeMap<String, Vec<String>>, b: &BTreeMap<String, Vec<String>>| -> Vec<String> {
            a.iter().filter(|(id, args)| b.get(*id) != Some(args)).map(|(id, args)| format!("{id} {args:?}")).collect()
        };
        assert_eq!(only(&english, &italian), Vec::<String>::new(), "English differs from Italian");
        assert_eq!(only(&italian, &english), Vec::<String>::new(), "Italian differs from English");
    }

    #[test]
    fn no_code_stands_twice_in_the_registry() {
        let mut codes: Vec<_> = FAMILIES.iter().flat_map(|family| family.rules).map(|rule| rule.code).collect();
        let all = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), all);
    }

    #[test]
    fn the_reader_s_language_is_negotiated() {
        assert_eq!(Lang::negotiate("it-IT,it;q=0.9,en;q=0.8"), Lang::It);
        assert_eq!(Lang::negotiate("de,en;q=0.7,it;q=0.3"), Lang::En);
        assert_eq!(Lang::negotiate("fr, it;q=0.1"), Lang::It);
        assert_eq!(Lang::negotiate(""), Lang::En);
        assert_eq!(Lang::negotiate(";;q=x,,it;q=nan"), Lang::En);
    }

    #[test]
    fn tenths_are_written_as_people_read_them() {
        assert_eq!(Lang::En.tenths(92), "9.2");
        assert_eq!(Lang::It.tenths(-15), "−1,5");
        assert_eq!(Lang::En.tenths(100), "10.0");
    }

    /// Message and attribute ids of a language's files, each with the variables it uses.
    fn outline(lang: Lang) -> BTreeMap<String, Vec<String>> {
        let mut outline = BTreeMap::new();
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lang").join(lang.code());
        for entry in std::fs::read_dir(folder).unwrap() {
            let source = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            let mut message = String::new();
            let mut current = String::new();
            for line in source.lines() {
                let head = line.split(['=', ' ']).next().unwrap_or_default();
                if line.starts_with(|c: char| c.is_ascii_alphabetic()) && line.contains('=') {
                    message = head.to_owned();
                    current = message.clone();
                    assert!(outline.insert(current.clone(), Vec::new()).is_none(), "{} twice: {current}", lang.code());
                } else if line.trim_start().starts_with('.') && line.contains('=') {
                    let attribute = line.trim_start().split(['=', ' ']).next().unwrap_or_default();
                    current = format!("{message}{attribute}");
                    outline.insert(current.clone(), Vec::new());
                }
                for variable in line.split('$').skip(1) {
                    let name: String =
                        variable.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')).collect();
                    let variables: &mut Vec<String> = outline.get_mut(&current).unwrap();
                    if !variables.contains(&name) {
                        variables.push(name);
                        variables.sort();
                    }
                }
            }
        }
        outline
    }
}
