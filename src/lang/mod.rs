//! The only prose: Fluent catalogues in English and Italian, one file a family (`src/lang/<language>/<family>.ftl`).
//!
//! A code's texts are one Fluent message: `spf.result.softfail` is `spf-result-softfail = title` with the attributes
//! `.why` and `.fix`. Text that a sender wrote reaches a reader only as an argument, never as a pattern.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::resolver::errors::{ReferenceKind, ResolverError};
use fluent_bundle::{FluentArgs, FluentError, FluentResource};
use jiff::Timestamp;
use rust_embed::RustEmbed;
use serde::{Deserialize, Serialize};
use unic_langid::langid;

use crate::check::Arg;

#[derive(RustEmbed)]
#[folder = "src/lang"]
#[include = "*.ftl"]
struct Files;

static EN: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| catalogue(Lang::En));
static IT: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| catalogue(Lang::It));

/// All files of a language. A fault in one loses that entry only; the tests below find it.
fn catalogue(lang: Lang) -> FluentBundle<FluentResource> {
    let id = match lang {
        Lang::En => langid!("en"),
        Lang::It => langid!("it"),
    };
    let mut bundle = FluentBundle::new_concurrent(vec![id]);
    // Isolation marks would end up in records that people copy.
    bundle.set_use_isolating(false);
    let folder = format!("{}/", lang.code());
    for file in Files::iter().filter(|path| path.starts_with(&folder)).filter_map(|path| Files::get(&path)) {
        let source = String::from_utf8_lossy(&file.data).into_owned();
        let resource = FluentResource::try_new(source).unwrap_or_else(|(partial, _)| partial);
        let _ = bundle.add_resource(resource);
    }
    bundle
}

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
        self.find(id, &BTreeMap::new()).unwrap_or_else(|| id.to_owned())
    }

    /// A text with arguments: `lang.with("waiting-size", [("size", 5213.into())])`.
    pub fn with<'a>(self, id: &str, args: impl IntoIterator<Item = (&'a str, Arg)>) -> String {
        let args: BTreeMap<String, Arg> = args.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        self.find(id, &args).unwrap_or_else(|| id.to_owned())
    }

    /// A text that may not exist, such as the `.fix` of something that needs no cure.
    ///
    /// An argument that nobody gave is shown as `‹name›`: so `explain` can show a text without a message, and a gap
    /// elsewhere is seen by the corpus tests.
    pub fn find(self, id: &str, args: &BTreeMap<String, Arg>) -> Option<String> {
        let bundle = match self {
            Lang::En => &EN,
            Lang::It => &IT,
        };
        let (message, attribute) = id.split_once('.').map_or((id, None), |(message, name)| (message, Some(name)));
        let message = bundle.get_message(message)?;
        let pattern = match attribute {
            Some(name) => message.get_attribute(name)?.value(),
            None => message.value()?,
        };
        let mut given = FluentArgs::new();
        for (name, value) in args {
            match value {
                // Fluent would write a point in every language.
                Arg::Number(number) if number.fract() != 0.0 => given.set(name.as_str(), self.number(*number)),
                Arg::Number(number) => given.set(name.as_str(), *number),
                Arg::Text(text) => given.set(name.as_str(), text.as_str()),
            }
        }
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, Some(&given), &mut errors);
        if errors.is_empty() {
            return Some(text.into_owned());
        }
        for error in errors {
            if let FluentError::ResolverError(ResolverError::Reference(ReferenceKind::Variable { id })) = error {
                let placeholder = format!("‹{id}›");
                given.set(id, placeholder);
            }
        }
        Some(bundle.format_pattern(pattern, Some(&given), &mut Vec::new()).into_owned())
    }

    fn number(self, number: f64) -> String {
        let written = number.to_string();
        if self == Lang::It { written.replace('.', ",") } else { written }
    }

    /// An instant to the second, in UTC.
    pub fn instant(self, at: Timestamp) -> String {
        let form = match self {
            Lang::En => "%Y-%m-%d %H:%M:%S UTC",
            Lang::It => "%d/%m/%Y %H:%M:%S UTC",
        };
        at.strftime(form).to_string()
    }

    /// Text in quotation marks; those within it become the inner ones.
    pub fn quoted(self, text: &str) -> String {
        match self {
            Lang::En => format!("“{}”", text.replace('“', "‘").replace('”', "’")),
            Lang::It => format!("«{}»", text.replace('«', "“").replace('»', "”")),
        }
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
}

/// The Fluent id of a code: dots and underscores become dashes.
pub fn message_id(code: &str) -> String {
    code.replace(['.', '_'], "-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::{Fault, FaultKind};
    use crate::check::{Evidence, FAMILIES, Verdict};
    use crate::dns::UnusableKind;
    use crate::gather::lists;

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
    fn no_text_was_left_in_the_other_language() {
        let text = |lang: Lang, id: &str| lang.find(id, &BTreeMap::new()).unwrap_or_default();
        let words = |text: &str| text.split_whitespace().filter(|word| !word.contains('‹')).count();
        for rule in FAMILIES.iter().flat_map(|family| family.rules) {
            for attribute in ["", ".why", ".fix"] {
                let id = format!("{}{attribute}", message_id(rule.code));
                let [english, italian] = Lang::ALL.map(|lang| text(lang, &id));
                assert!(english != italian || words(&english) < 2, "{id} reads the same in both languages: {english}");
            }
        }
    }

    #[test]
    fn numbers_are_said_as_people_say_them() {
        for (id, arg, number, english, italian) in [
            ("web-address-terms", "count", 1_u64, "for one message.", "per un solo messaggio."),
            ("web-address-terms", "count", 20, "for up to 20 messages.", "per un massimo di 20 messaggi."),
            ("web-lists-all", "count", 2, "Both list look-ups", "Entrambe le ricerche"),
            ("web-lists-all", "count", 3, "All 3 list look-ups", "Tutte le 3 ricerche"),
            ("web-rows-cut", "count", 1, "and one more", "e un’altra riga"),
            ("transport-mta-sts-invalid.fix", "count", 2, "Remove both records", "Togli entrambi i record"),
            ("transport-tls-rpt-invalid.fix", "count", 3, "Remove all 3 records", "Togli tutti e 3 i record"),
            ("header-field-repeated", "count", 2, "occurs twice", "compare due volte"),
            ("dkim-body-length", "length", 0, "covers nothing of the body", "non copre niente del corpo"),
            ("dkim-body-length", "length", 1, "only the first byte", "solo il primo byte"),
            ("operate-seconds", "count", 1, "second", "secondo"),
            ("changes-cached", "seconds", 1, "for a second.", "per un secondo."),
        ] {
            for (lang, expected) in [(Lang::En, english), (Lang::It, italian)] {
                let text = lang.with(id, [(arg, number.into())]);
                assert!(text.contains(expected), "{id} {number}: {text}");
            }
        }
    }

    #[test]
    fn an_argument_that_nobody_gave_is_shown_as_its_name() {
        assert_eq!(Lang::En.find("why-failed", &BTreeMap::new()).as_deref(), Some("failed: ‹detail›"));
        assert_eq!(Lang::En.find("no-such-text", &BTreeMap::new()), None);
    }

    #[test]
    fn every_fault_has_its_words_in_every_language() {
        for lang in Lang::ALL {
            for &kind in FaultKind::ALL {
                let fault = Fault { at: Some(7), ..Fault::of(kind, "p") };
                let Evidence::Said { id, args } = Evidence::fault(&fault) else { panic!() };
                let text = lang.find(&id, &args).unwrap_or_else(|| panic!("{}: {id}", lang.code()));
                assert!(text.ends_with('.') && !text.contains('‹'), "{text}");
            }
        }
    }

    #[test]
    fn every_reason_for_no_answer_has_its_words_in_every_language() {
        for lang in Lang::ALL {
            for kind in UnusableKind::ALL {
                let id = format!("dns-unusable-{}", message_id(&kind.word()));
                assert_ne!(lang.text(&id), id, "{}", lang.code());
            }
            for fault in lists::Fault::ALL {
                let id = format!("operate-list-{}", message_id(fault.why()));
                assert_ne!(lang.text(&id), id, "{}", lang.code());
            }
        }
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
    fn every_catalogue_file_is_sound() {
        for path in Files::iter() {
            let source = String::from_utf8(Files::get(&path).unwrap().data.into_owned()).unwrap();
            if let Err((_, errors)) = FluentResource::try_new(source) {
                panic!("{path}: {errors:?}");
            }
        }
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

    #[test]
    fn quotation_marks_within_others_are_the_inner_ones() {
        assert_eq!(Lang::It.quoted("un errore in «ip4»"), "«un errore in “ip4”»");
        assert_eq!(Lang::En.quoted("an error in “ip4”"), "“an error in ‘ip4’”");
    }

    #[test]
    fn broken_numbers_have_the_reader_s_decimal_mark() {
        let told = |lang: Lang| lang.with("spam-assassin-ham", [("score", 0.1.into()), ("required", 5.0.into())]);
        assert!(told(Lang::En).contains("0.1") && told(Lang::It).contains("0,1"));
        assert!(told(Lang::It).ends_with('5'));
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
