//! How well programs for mail show what this HTML uses, by the data of caniemail.com. Never points: nobody can please all.
//!
//! The data is `caniemail/caniemail.json` of the npm package `caniemail` 2.0.2 (MIT, see `caniemail/LICENSE`), unchanged.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::facts::Facts;
use crate::message::html::Html;

use super::{Basis, Evidence, Findings, Rule, Section::Content, Verdict};

const DATA: Basis = Basis::Practice("https://www.caniemail.com/");
const MISSING: Rule = Rule::new("clients.support.missing", Content, Verdict::Notice, DATA);
const PARTIAL: Rule = Rule::new("clients.support.partial", Content, Verdict::Notice, DATA);
const GOOD: Rule = Rule::new("clients.support.good", Content, Verdict::Good, DATA);
const NONE: Rule = Rule::new("clients.support.none", Content, Verdict::NotApplicable, DATA);

pub const RULES: &[Rule] = &[MISSING, PARTIAL, GOOD, NONE];

/// The families that most readers use; the others are left out, so that a report can be read.
const FAMILIES: &[&str] =
    &["gmail", "outlook", "apple-mail", "yahoo", "samsung-email", "thunderbird", "protonmail", "gmx"];
/// Platforms that no longer exist.
const GONE: &[&str] = &["windows-mail"];
/// Features that lose nothing when a program ignores them, or that have a check of their own.
const HARMLESS: &[&str] = &[
    "css-comments",
    "html-comments",
    "html-doctype",
    "html-body",
    "html-lang",
    "html-role",
    "css-display-none",
    "html-target",
    "css-important",
    "css-cursor",
    "css-user-select",
    "html-form",
    "html-object",
    "html-hidden",
    "css-color-scheme",
    "html-meta-color-scheme",
    "css-font-kerning",
    "css-orphans",
    "css-widows",
    "css-hyphens",
    "html-link",
];
const SHOWN: usize = 25;

#[derive(Deserialize)]
struct Data {
    nicenames: Names,
    data: Vec<Feature>,
}

#[derive(Deserialize)]
struct Names {
    family: Map<String, Value>,
    platform: Map<String, Value>,
}

#[derive(Deserialize)]
struct Feature {
    slug: String,
    title: String,
    url: String,
    /// Family, platform, version (oldest first): `y`, `n`, `a` (partly) or `u` (unknown), and numbers of notes.
    stats: Map<String, Value>,
}

/// Embedded with the program: that it can be read is proved by a test.
static SUPPORT: LazyLock<Option<Data>> =
    LazyLock::new(|| serde_json::from_str(include_str!("caniemail/caniemail.json")).ok());

pub fn check(facts: &Facts, findings: &mut Findings) {
    let (Some(html), Some(data)) = (&facts.message.page, SUPPORT.as_ref()) else {
        findings.add(&NONE);
        return;
    };
    let used: Vec<&Feature> = data
        .data
        .iter()
        .filter(|feature| !HARMLESS.contains(&feature.slug.as_str()) && uses(html, &feature.slug))
        .collect();
    let source = facts.message.html.as_deref().unwrap_or_default();
    let lower = source.to_ascii_lowercase();
    let mut found = false;
    for (rule, answer) in [(&MISSING, 'n'), (&PARTIAL, 'a')] {
        let mut lacking: Vec<(&Feature, Clients)> = used
            .iter()
            .map(|feature| (*feature, clients(data, feature, answer)))
            .filter(|(_, clients)| clients.count() > 0)
            .collect();
        lacking.sort_by_key(|(_, clients)| std::cmp::Reverse(clients.count()));
        let Some((worst, where_)) = lacking.first() else { continue };
        found = true;
        let finding = findings.add(rule).arg("count", lacking.len()).arg("feature", called(&worst.title));
        finding.arg("clients", where_.families());
        for (feature, clients) in lacking.iter().take(SHOWN) {
            let place = place(source, &lower, &feature.slug).map(|place| format!(" [{place}]")).unwrap_or_default();
            let (feature, url) = (called(&feature.title), &feature.url);
            finding.evidence(Evidence::text(format!("{feature}{place}: {} — {url}", clients.platforms())));
        }
    }
    if !found && !html.cut {
        findings.add(&GOOD).arg("count", used.len());
    }
}

/// Programs, each a family with its platforms.
struct Clients<'d>(Vec<(&'d str, Vec<&'d str>)>);

impl Clients<'_> {
    fn count(&self) -> usize {
        self.0.iter().map(|(_, platforms)| platforms.len()).sum()
    }

    fn families(&self) -> String {
        self.0.iter().map(|(family, _)| *family).collect::<Vec<_>>().join(", ")
    }

    fn platforms(&self) -> String {
        let family = |(family, platforms): &(&str, Vec<&str>)| format!("{family} ({})", platforms.join(", "));
        self.0.iter().map(family).collect::<Vec<_>>().join(", ")
    }
}

/// Those that give this answer in their newest version.
fn clients<'d>(data: &'d Data, feature: &'d Feature, answer: char) -> Clients<'d> {
    let mut clients = Vec::new();
    for family in FAMILIES {
        let Some(platforms) = feature.stats.get(*family).and_then(Value::as_object) else { continue };
        let lacking: Vec<&str> = platforms
            .iter()
            .filter(|(platform, _)| !GONE.contains(&platform.as_str()))
            .filter(|(_, versions)| {
                let newest = versions.as_object().and_then(|versions| versions.values().next_back());
                newest.and_then(Value::as_str).is_some_and(|support| support.starts_with(answer))
            })
            .map(|(platform, _)| match name(&data.nicenames.platform, platform) {
                "Desktop Webmail" => "webmail",
                "Mobile Webmail" => "mobile webmail",
                name => name,
            })
            .collect();
        if !lacking.is_empty() {
            clients.push((name(&data.nicenames.family, family), lacking));
        }
    }
    Clients(clients)
}

/// A feature's title without the words of English that only say what kind of thing it is: `<video> element` is `<video>`,
/// `srcset and sizes attributes` is `srcset, sizes`.
fn called(title: &str) -> String {
    const KINDS: &[&str] =
        &["element", "attribute", "property", "properties", "unit", "image format", "shorthand", "links"];
    match title {
        "Local anchors" => return "href=\"#…\"".to_owned(),
        "css column properties" => return "columns".to_owned(),
        "<h1> to <h6> elements" => return "<h1>–<h6>".to_owned(),
        "Image maps" => return "<map>".to_owned(),
        "HTML5 semantics" => return "<section>, <nav>, <header>, …".to_owned(),
        "Embedded <svg> image" => return "<svg>".to_owned(),
        "CSS calc() function" => return "calc()".to_owned(),
        "CSS Variables (Custom Properties)" => return "var()".to_owned(),
        _ => {}
    }
    let singular = title.strip_suffix('s').unwrap_or(title);
    let bare = KINDS.iter().find_map(|kind| {
        let before = title.strip_suffix(kind).or_else(|| singular.strip_suffix(kind))?;
        before.strip_suffix(' ')
    });
    bare.unwrap_or(title).replace(" and ", ", ").replace(" & ", ", ")
}

/// Where the HTML (`lower`: in lower case) first uses the feature: the line, and the beginning of what stands there. Most
/// slugs say what to look for: an element, an attribute, a property.
fn place(source: &str, lower: &str, slug: &str) -> Option<String> {
    let (kind, name) = slug.split_once('-')?;
    let name =
        name.trim_start_matches("pseudo-class-").trim_start_matches("pseudo-element-").trim_start_matches("function-");
    let wanted: Vec<String> = match (kind, name) {
        ("css", "display-flex" | "display-grid") => {
            let value = name.trim_start_matches("display-");
            vec![format!("display:{value}"), format!("display: {value}"), format!("display :{value}")]
        }
        ("css", name) if name.starts_with("at-media-") => vec![name.trim_start_matches("at-media-").to_owned()],
        ("css", name) if name.starts_with("at-") => vec![format!("@{}", name.trim_start_matches("at-"))],
        ("css", name) if slug.contains("pseudo-") => vec![format!(":{name}")],
        ("css", "variables") => vec!["var(".to_owned()],
        (
            "css",
            "linear-gradient" | "radial-gradient" | "conic-gradient" | "rgb" | "rgba" | "min" | "max" | "clamp",
        ) => {
            vec![format!("{name}(")]
        }
        ("css", name) => vec![format!("{name}:"), format!("{name} :")],
        ("html", name) => vec![format!("<{name}"), format!(" {name}=")],
        ("image", name) => vec![if name == "base64" { "data:image/".to_owned() } else { format!(".{name}") }],
        _ => return None,
    };
    let at = wanted.iter().filter_map(|wanted| find(lower, wanted)).min()?;
    let line = source.get(..at)?.bytes().filter(|octet| *octet == b'\n').count() + 1;
    let shown: String = source.get(at..)?.lines().next().unwrap_or_default().chars().take(40).collect();
    Some(format!("{line}: {}", shown.trim()))
}

/// Whole names only: `width:` is not in `max-width:`, nor `<b` in `<body`.
fn find(source: &str, wanted: &str) -> Option<usize> {
    let word = |octet: Option<u8>| octet.is_some_and(|octet| octet.is_ascii_alphanumeric() || octet == b'-');
    let octets = source.as_bytes();
    source.match_indices(wanted).map(|(at, _)| at).find(|at| {
        let inside =
            wanted.starts_with(char::is_alphabetic) && word(at.checked_sub(1).and_then(|at| octets.get(at)).copied());
        let longer = wanted.starts_with('<') && word(octets.get(at + wanted.len()).copied());
        !inside && !longer
    })
}

fn name<'a>(names: &'a Map<String, Value>, key: &'a str) -> &'a str {
    names.get(key).and_then(Value::as_str).unwrap_or(key)
}

/// True when this HTML uses the feature. Most slugs are the name of a property, element or attribute.
fn uses(html: &Html, slug: &str) -> bool {
    let styles = &html.styles;
    let property = |name: &str| styles.properties.contains(name);
    let function = |names: &[&str]| names.iter().any(|name| styles.functions.contains(*name));
    let element = |name: &str| html.elements.contains_key(name);
    if let Some(css) = slug.strip_prefix("css-") {
        return match css {
            "at-media" => styles.at_rules.contains("media"),
            "at-media-device-pixel-ratio" => styles.at_rules.contains("media:-webkit-min-device-pixel-ratio"),
            "display-flex" | "display-grid" => styles.pairs.contains(&css.replacen('-', ":", 1)),
            "display" | "unit-px" | "unit-initial" => false,
            "unit-percent" => styles.units.contains("%"),
            "unit-calc" => function(&["calc"]),
            "variables" => function(&["var"]),
            "modern-color" => function(&["oklch", "oklab", "lab", "lch", "color-mix", "color", "hwb"]),
            "linear-gradient" | "radial-gradient" | "conic-gradient" | "rgb" | "rgba" => function(&[css]),
            "left-right-top-bottom" => ["left", "right", "top", "bottom"].into_iter().any(property),
            "nesting" => styles.nested,
            "column-layout-properties" => {
                ["columns", "column-gap", "column-rule", "column-width"].into_iter().any(property)
            }
            "grid-template" => {
                ["grid-template", "grid-template-columns", "grid-template-rows"].into_iter().any(property)
            }
            "sytem-ui" => false,
            _ => match (css.strip_prefix("at-media-"), css.strip_prefix("at-"), css.strip_prefix("pseudo-")) {
                (Some(feature), ..) => styles.at_rules.contains(&format!("media:{feature}")),
                (_, Some(rule), _) => styles.at_rules.contains(rule),
                (.., Some(pseudo)) => {
                    let name = pseudo.trim_start_matches("class-").trim_start_matches("element-");
                    styles.pseudos.contains(name)
                }
                _ => match (css.strip_prefix("unit-"), css.strip_prefix("function-")) {
                    (Some(unit), _) => styles.units.contains(unit),
                    (_, Some(name)) => function(&[name]),
                    _ => property(css),
                },
            },
        };
    }
    if let Some(kind) = slug.strip_prefix("image-") {
        return html.images.iter().any(|image| image_is(&image.src, kind));
    }
    let Some(name) = slug.strip_prefix("html-") else { return false };
    match name {
        "align" | "aria-describedby" | "aria-hidden" | "aria-label" | "aria-labelledby" | "aria-live"
        | "background" | "cellpadding" | "cellspacing" | "dir" | "height" | "srcset" | "valign" | "width"
        | "required" | "popover" => html.attributes.contains_key(name),
        "loading-attribute" => html.attributes.contains_key("loading"),
        "anchor-links" => html.links.iter().any(|anchor| anchor.href.starts_with('#') && anchor.href.len() > 1),
        "mailto-links" => html.links.iter().any(|anchor| anchor.href.starts_with("mailto:")),
        "image-maps" => element("map"),
        "button-submit" | "button-reset" => element("button"),
        "semantics" => ["article", "aside", "details", "figure", "footer", "header", "main", "nav", "section"]
            .into_iter()
            .any(element),
        _ => match name.strip_prefix("input-") {
            Some(kind) => html.inputs.iter().any(|input| input == kind),
            None => element(name),
        },
    }
}

fn image_is(source: &str, kind: &str) -> bool {
    let source = source.to_ascii_lowercase();
    if kind == "base64" {
        return source.starts_with("data:image/");
    }
    let path = source.split(['?', '#']).next().unwrap_or_default();
    let extension = path.rsplit_once('.').map(|(_, extension)| extension).unwrap_or_default();
    extension == kind || (kind == "jpg" && extension == "jpeg") || (kind == "heif" && extension == "heic")
}

#[cfg(test)]
mod tests {
    use super::super::testing::{codes, facts_of, found};
    use super::*;

    #[test]
    fn the_embedded_data_can_be_read_and_names_our_families() {
        let data = SUPPORT.as_ref().unwrap();
        assert!(data.data.len() > 300);
        for family in FAMILIES {
            assert!(data.nicenames.family.contains_key(*family), "{family}");
        }
    }

    #[test]
    fn features_that_a_family_lacks_are_named_with_it() {
        let facts = facts_of("Content-Type: text/html\n\n<div style='display:flex'><video src=x.mp4></video></div>\n");
        let findings = found(check, &facts);
        let missing = findings.iter().find(|finding| finding.code == "clients.support.missing").unwrap();
        let text = format!("{:?}", missing.evidence);
        assert!(text.contains("display:flex") && text.contains("Outlook (Windows"), "{text}");
        assert!(text.contains("<video> [") && !text.contains("element"), "{text}");
        // Where it stands: the line of the HTML, and how it begins.
        assert!(text.contains("[1: display:flex"), "{text}");
        assert!(text.contains("[1: <video src=x.mp4>"), "{text}");
        assert_eq!(find("a{max-width:1}\n<body><b>", "width:"), None);
        assert_eq!(find("<body><b>", "<b"), Some(6));
    }

    #[test]
    fn simple_html_and_plain_text_are_fine_everywhere() {
        assert_eq!(codes(check, &facts_of("Subject: x\n\nhello\n")), ["clients.support.none"]);
        let simple = facts_of("Content-Type: text/html\n\n<p>Hello <b>you</b></p>\n");
        assert_eq!(codes(check, &simple), ["clients.support.good"]);
    }
}
