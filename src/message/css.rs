//! Reads style sheets and style attributes: which rules, properties and URLs they hold. No cascade, no layout.

use std::collections::BTreeSet;

/// What the styles of a message use, and where they point.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Styles {
    /// Property names, lower case.
    pub properties: BTreeSet<String>,
    /// `property:value` of the values that are single words, such as `display:flex`.
    pub pairs: BTreeSet<String>,
    /// `@media`, `@font-face`, ... without the sign, and for `@media` each feature as `media:hover`.
    pub at_rules: BTreeSet<String>,
    /// Functions in values, `calc`, `linear-gradient`, ...
    pub functions: BTreeSet<String>,
    /// Units of numbers in values, `px`, `vw`, ...
    pub units: BTreeSet<String>,
    /// Pseudo-classes and pseudo-elements of selectors, without colons.
    pub pseudos: BTreeSet<String>,
    pub important: bool,
    pub nested: bool,
    /// Targets of `url()` outside fonts, of `@import`, and of `@font-face`.
    pub urls: Vec<String>,
    pub imports: Vec<String>,
    pub fonts: Vec<String>,
}

/// URLs kept of one kind.
const MAX_URLS: usize = 2000;

impl Styles {
    /// A whole style sheet.
    pub fn sheet(&mut self, css: &str) {
        let css = without_comments(css);
        // What each open brace belongs to: a rule with declarations, or an at-rule around rules.
        let mut open: Vec<Block> = Vec::new();
        let mut start = 0;
        for (at, octet) in outside_strings(&css) {
            let piece = || css.get(start..at).unwrap_or_default().trim();
            match octet {
                b'{' => {
                    let head = piece();
                    open.push(self.head(head, open.last().copied()));
                    start = at + 1;
                }
                b'}' => {
                    if let Some(block) = open.pop() {
                        self.declaration(piece(), block == Block::Font);
                    }
                    start = at + 1;
                }
                b';' => {
                    let piece = piece();
                    match open.last() {
                        None | Some(Block::Around) => self.statement(piece),
                        Some(block) => {
                            let font = *block == Block::Font;
                            self.declaration(piece, font);
                        }
                    }
                    start = at + 1;
                }
                _ => {}
            }
        }
        if let Some(block) = open.last() {
            let font = *block == Block::Font;
            self.declaration(css.get(start..).unwrap_or_default().trim(), font);
        }
    }

    /// The value of a style attribute.
    pub fn attribute(&mut self, css: &str) {
        let css = without_comments(css);
        for declaration in declarations(&css) {
            self.declaration(declaration, false);
        }
    }

    fn head(&mut self, head: &str, within: Option<Block>) -> Block {
        let Some(rule) = head.strip_prefix('@') else {
            if within == Some(Block::Rule) {
                self.nested = true;
            }
            for pseudo in head.split(':').skip(1).map(word).filter(|word| !word.is_empty()) {
                self.pseudos.insert(pseudo);
            }
            return Block::Rule;
        };
        let name = word(rule);
        if name == "media" {
            for feature in rule.split('(').skip(1).map(word).filter(|word| !word.is_empty()) {
                self.at_rules.insert(format!("media:{feature}"));
            }
        }
        let block = match name.as_str() {
            "font-face" => Block::Font,
            "page" => Block::Rule,
            _ => Block::Around,
        };
        self.at_rules.insert(name);
        block
    }

    fn statement(&mut self, statement: &str) {
        let Some(rule) = statement.strip_prefix('@') else { return };
        let name = word(rule);
        if name == "import" {
            let target = rule.get(name.len()..).unwrap_or_default().trim();
            let target = urls(target).into_iter().next().unwrap_or_else(|| {
                target.trim_matches(['"', '\'']).split(['"', '\'']).next().unwrap_or_default().to_owned()
            });
            push(&mut self.imports, target);
        }
        self.at_rules.insert(name);
    }

    fn declaration(&mut self, declaration: &str, font: bool) {
        let Some((property, value)) = declaration.split_once(':') else { return };
        let property = property.trim().to_ascii_lowercase();
        if property.is_empty() || property.len() > 60 || property.contains(char::is_whitespace) {
            return;
        }
        let lower = value.to_ascii_lowercase();
        let value_word = lower.trim().trim_end_matches("!important").trim();
        if value_word.len() < 40 && !value_word.contains(char::is_whitespace) && self.pairs.len() < 5000 {
            self.pairs.insert(format!("{property}:{value_word}"));
        }
        self.important |= lower.contains("!important");
        for url in urls(value) {
            push(if font { &mut self.fonts } else { &mut self.urls }, url);
        }
        self.measures(&lower);
        if self.properties.len() < 2000 {
            self.properties.insert(property);
        }
    }

    /// Functions and units of a value.
    fn measures(&mut self, value: &str) {
        let mut token_start = 0;
        for (at, octet) in value.bytes().chain([b' ']).enumerate() {
            if octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.' | b'%' | b'+' | b'_' | b'#') {
                continue;
            }
            let token = value.get(token_start..at).unwrap_or_default();
            token_start = at + 1;
            if octet == b'(' && token.starts_with(|c: char| c.is_ascii_alphabetic()) && token.len() < 40 {
                self.functions.insert(token.to_owned());
            } else if token.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+')) {
                let unit = token.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+'));
                if !unit.is_empty() && unit.len() < 5 {
                    self.units.insert(unit.to_owned());
                }
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    Rule,
    Font,
    Around,
}

fn push(list: &mut Vec<String>, url: String) {
    if list.len() < MAX_URLS && !url.is_empty() {
        list.push(url);
    }
}

/// The leading name of something, lower case.
fn word(text: &str) -> String {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(text.len());
    text.get(..end.min(60)).unwrap_or_default().to_ascii_lowercase()
}

/// Declarations of a style attribute; semicolons in strings and parentheses do not end one.
pub(super) fn declarations(css: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    for (at, octet) in outside_strings(css) {
        if octet == b';' {
            pieces.push(css.get(start..at).unwrap_or_default().trim());
            start = at + 1;
        }
    }
    pieces.push(css.get(start..).unwrap_or_default().trim());
    pieces
}

/// The targets of every `url(...)`.
fn urls(value: &str) -> Vec<String> {
    let mut found = Vec::new();
    let lower = value.to_ascii_lowercase();
    let mut from = 0;
    while let Some(start) = lower.get(from..).and_then(|rest| rest.find("url(")).map(|at| from + at + 4) {
        let Some(length) = value.get(start..).and_then(|rest| rest.find(')')) else { break };
        let target = value.get(start..start + length).unwrap_or_default().trim().trim_matches(['"', '\'']).trim();
        found.push(target.to_owned());
        from = start + length;
    }
    found
}

fn without_comments(css: &str) -> String {
    let mut clean = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, after)) = rest.split_once("/*") {
        clean.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    clean.push_str(rest);
    // Style blocks of old pages stand within HTML comment marks.
    clean.replace("<!--", "").replace("-->", "")
}

/// The octets `{`, `}` and `;` that stand outside strings and parentheses.
fn outside_strings(css: &str) -> Vec<(usize, u8)> {
    let mut marks = Vec::new();
    let mut quote = None;
    let mut parentheses = 0usize;
    let mut escaped = false;
    for (at, octet) in css.bytes().enumerate() {
        if std::mem::take(&mut escaped) {
            continue;
        }
        match (quote, octet) {
            (_, b'\\') => escaped = true,
            // An unclosed string ends with its line (CSS Syntax §4.3.5).
            (Some(_), b'\n') => quote = None,
            (Some(mark), octet) if mark == octet => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(octet),
            (None, b'(') => parentheses += 1,
            (None, b')') => parentheses = parentheses.saturating_sub(1),
            (None, b'{' | b'}') => {
                parentheses = 0;
                marks.push((at, octet));
            }
            (None, b';') if parentheses == 0 => marks.push((at, octet)),
            _ => {}
        }
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_tells_its_rules_properties_and_urls() {
        let mut styles = Styles::default();
        styles.sheet(
            "@import url(\"https://x.example/a.css\"); /* a { b: c } */
             @font-face { font-family: X; src: url(https://x.example/x.woff2) }
             @media (prefers-color-scheme: dark) and (max-width: 600px) { a:hover { color: red !important } }
             p { background: url('https://x.example/b.png;c'); width: calc(100% - 2vw); display: flex }",
        );
        assert_eq!(styles.imports, ["https://x.example/a.css"]);
        assert_eq!(styles.fonts, ["https://x.example/x.woff2"]);
        assert_eq!(styles.urls, ["https://x.example/b.png;c"]);
        assert!(styles.at_rules.contains("media:prefers-color-scheme") && styles.at_rules.contains("font-face"));
        assert!(styles.pairs.contains("display:flex") && styles.important && styles.pseudos.contains("hover"));
        assert!(styles.functions.contains("calc") && styles.units.contains("vw") && styles.units.contains("%"));
        assert!(!styles.properties.contains("b"));
    }
}
