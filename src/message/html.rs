//! Reads an HTML part as a reader's program would show it: texts, links, images, and what does not belong into mail.
//!
//! The DOM of `scraper` lives only within [`Html::read`]; what comes out is plain data. `bounded.rs` says how much is read.

use std::collections::{BTreeMap, BTreeSet};

use ego_tree::iter::Edge;
use scraper::Node;
use scraper::node::Element;

use super::css::{Styles, declarations};
use super::hidden::hides;
use super::targets::{conditional, srcset};
use super::{UrlPlace, bounded, quoted};

const MAX_LIST: usize = 5000;

/// What the HTML part holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Html {
    /// The text that is shown, blocks on lines of their own, white space folded.
    pub visible: String,
    /// The text of elements that are hidden by their own attributes, the preheader excepted.
    pub hidden: String,
    /// Hidden text before anything is shown: the line that inboxes show after the subject.
    pub preheader: Option<String>,
    /// The visible text that stands in `code`, `pre` and their like: writing about templates, not a template.
    pub code: String,
    pub title: Option<String>,
    pub language: Option<String>,
    /// The charset that a `meta` element claims.
    pub charset: Option<String>,
    pub links: Vec<Anchor>,
    pub images: Vec<Image>,
    /// How often each element occurs, by its lower-case name; implied elements are not counted.
    pub elements: BTreeMap<String, usize>,
    /// How often each attribute occurs.
    pub attributes: BTreeMap<String, usize>,
    /// `type` of input elements.
    pub inputs: Vec<String>,
    /// `onclick` and its like, as `element onclick`.
    pub handlers: Vec<String>,
    /// Style sheets fetched from elsewhere: `link` and `@import`.
    pub external_css: Vec<String>,
    pub meta_refresh: bool,
    pub doctype: bool,
    pub styles: Styles,
    /// Octets of style blocks.
    pub style_size: usize,
    /// Every URL with its place, in order.
    pub urls: Vec<(UrlPlace, String)>,
    /// Those that stand nowhere but in what a reply quotes.
    pub quoted: BTreeSet<String>,
    /// Not all of it was read: what was not found may be there.
    pub cut: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    pub href: String,
    /// Its visible text, or the alternative text of its image.
    pub label: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    pub src: String,
    /// `Some("")` is a statement: decoration.
    pub alt: Option<String>,
    /// As written in attributes or in the style, pixels.
    pub width: Option<u32>,
    pub height: Option<u32>,
    /// Either dimension is told in any way, percentages included.
    pub sized: bool,
    /// Hidden by its own attributes.
    pub hidden: bool,
}

impl Image {
    /// Written as too small to hold a text: an icon, a logo.
    pub fn is_small(&self) -> bool {
        [self.width, self.height].into_iter().flatten().any(|pixels| pixels <= 200)
    }

    /// At most 2 by 2 pixels, or hidden: nothing to see, fetched to count readers.
    pub fn is_pixel(&self) -> bool {
        let tiny = |pixels: Option<u32>| pixels.is_none_or(|pixels| pixels <= 2);
        tiny(self.width) && tiny(self.height) && (self.hidden || self.width.is_some() && self.height.is_some())
    }
}

impl Html {
    pub fn read(source: &str) -> Html {
        let (document, cut) = bounded::parse(source);
        let mut reader = Reader::default();
        reader.html.cut = cut;
        reader.html.doctype = source
            .get(..source.floor_char_boundary(2000))
            .unwrap_or_default()
            .to_ascii_lowercase()
            .contains("<!doctype");
        for edge in document.tree.root().traverse() {
            match edge {
                Edge::Open(node) => reader.open(node.value()),
                Edge::Close(node) => reader.close(node.value()),
            }
        }
        reader.finish()
    }
}

#[derive(Default)]
struct Reader {
    html: Html,
    /// Elements open that hide what is in them, or hold no text for people.
    hidden_depth: usize,
    silent_depth: usize,
    style_depth: usize,
    title_depth: usize,
    code_depth: usize,
    quote_depth: usize,
    /// All that follows is quoted.
    quoted_from_here: bool,
    /// URLs outside of quotations.
    own: BTreeSet<String>,
    /// The link being read.
    anchor: Option<Anchor>,
    hidden: String,
    sheet: String,
}

impl Reader {
    fn open(&mut self, node: &Node) {
        match node {
            Node::Text(text) => self.text(&text.text),
            Node::Element(element) => self.element(element),
            Node::Comment(comment) => {
                conditional(&comment.comment).iter().for_each(|(place, url)| self.url(*place, url));
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.style_depth > 0 {
            self.sheet.push_str(text);
        } else if self.title_depth > 0 {
            self.html.title.get_or_insert_default().push_str(text.trim());
        } else if self.silent_depth > 0 {
        } else if self.hidden_depth > 0 {
            append(&mut self.hidden, text);
        } else {
            append(&mut self.html.visible, text);
            if self.code_depth > 0 {
                append(&mut self.html.code, text);
            }
            if let Some(anchor) = &mut self.anchor {
                append(&mut anchor.label, text);
            }
        }
    }

    fn element(&mut self, element: &Element) {
        let name = element.name();
        if !is_data(name, element) {
            *self.html.elements.entry(name.to_owned()).or_insert(0) += 1;
        }
        for (attribute, value) in element.attrs() {
            if attribute.starts_with("on")
                && attribute.len() > 2
                && !value.trim().is_empty()
                && self.html.handlers.len() < MAX_LIST
            {
                self.html.handlers.push(format!("{name} {attribute}"));
            }
            if self.html.attributes.len() < 500 || self.html.attributes.contains_key(attribute) {
                *self.html.attributes.entry(attribute.to_owned()).or_insert(0) += 1;
            }
        }
        if let Some(style) = element.attr("style") {
            let before = self.html.styles.urls.len();
            self.html.styles.attribute(style);
            let new: Vec<String> = self.html.styles.urls.iter().skip(before).cloned().collect();
            new.into_iter().for_each(|url| self.url(UrlPlace::Css, &url));
        }
        if is_block(name) {
            break_line(&mut self.html.visible);
        }
        match name {
            "style" => self.style_depth += 1,
            "title" => self.title_depth += 1,
            "script" | "template" | "noscript" | "head" => self.silent_depth += 1,
            _ if is_code(name) => self.code_depth += 1,
            _ => {}
        }
        if hides(element) {
            self.hidden_depth += 1;
        }
        if quoted::holds(element) {
            self.quote_depth += 1;
        }
        self.quoted_from_here |= quoted::begins(element);
        self.targets(name, element);
    }

    /// What an element points to.
    fn targets(&mut self, name: &str, element: &Element) {
        let attr = |key: &str| element.attr(key).map(str::trim);
        match name {
            "html" => self.html.language = attr("lang").filter(|lang| !lang.is_empty()).map(str::to_owned),
            "a" | "area" => {
                if let Some(href) = attr("href") {
                    self.url(UrlPlace::Href, href);
                    let label = attr("alt").unwrap_or_default().to_owned();
                    self.end_anchor();
                    self.anchor = Some(Anchor { href: href.to_owned(), label });
                }
            }
            "img" => self.image(element),
            "form" | "button" => {
                for action in [attr("action"), attr("formaction")].into_iter().flatten() {
                    self.url(UrlPlace::Form, action);
                }
            }
            "input" => {
                self.html.inputs.push(attr("type").unwrap_or("text").to_ascii_lowercase());
                self.html.inputs.truncate(MAX_LIST);
            }
            "link" => {
                let rel = attr("rel").unwrap_or_default().to_ascii_lowercase();
                if let Some(href) = attr("href").filter(|_| rel.split_ascii_whitespace().any(|rel| rel == "stylesheet"))
                {
                    self.html.external_css.push(href.to_owned());
                    self.html.external_css.truncate(MAX_LIST);
                    self.url(UrlPlace::Css, href);
                }
            }
            "meta" => {
                let kind = attr("http-equiv").unwrap_or_default();
                self.html.meta_refresh |= kind.eq_ignore_ascii_case("refresh");
                let content = attr("content").filter(|_| kind.eq_ignore_ascii_case("content-type")).unwrap_or_default();
                let named = content.to_ascii_lowercase().split_once("charset=").map(|(_, charset)| charset.to_owned());
                let charset = attr("charset").map(str::to_owned).or(named).filter(|charset| !charset.is_empty());
                self.html.charset = self.html.charset.take().or(charset);
            }
            _ => {}
        }
        for key in ["src", "background", "poster"] {
            if let Some(target) = attr(key) {
                self.url(UrlPlace::Src, target);
            }
        }
        if name == "object"
            && let Some(data) = attr("data")
        {
            self.url(UrlPlace::Src, data);
        }
        for target in srcset(attr("srcset").unwrap_or_default()) {
            self.url(UrlPlace::Src, target);
        }
    }

    fn image(&mut self, element: &Element) {
        let style = |key: &str| {
            let style = element.attr("style")?;
            declarations(style).into_iter().find_map(|declaration| {
                let (property, value) = declaration.split_once(':')?;
                property.trim().eq_ignore_ascii_case(key).then(|| value.trim().to_owned())
            })
        };
        let measure = |key: &str| element.attr(key).map(str::to_owned).or_else(|| style(key));
        let (width, height) = (measure("width"), measure("height"));
        let sized = width.is_some() || height.is_some();
        if let Some(anchor) = &mut self.anchor
            && let Some(alt) = element.attr("alt")
        {
            append(&mut anchor.label, alt);
        }
        if self.html.images.len() < MAX_LIST {
            let first = || srcset(element.attr("srcset").unwrap_or_default()).first().copied();
            let src = element.attr("src").map(str::trim).filter(|src| !src.is_empty()).or_else(first);
            self.html.images.push(Image {
                src: src.unwrap_or_default().chars().take(2048).collect(),
                alt: element.attr("alt").map(|alt| alt.trim().to_owned()),
                width: width.as_deref().and_then(pixels),
                height: height.as_deref().and_then(pixels),
                sized,
                hidden: hides(element),
            });
        }
    }

    fn url(&mut self, place: UrlPlace, target: &str) {
        if self.html.urls.len() < MAX_LIST && !target.is_empty() && target.len() <= 8192 {
            self.html.urls.push((place, target.to_owned()));
            let quoted = self.quote_depth > 0 || self.quoted_from_here;
            let place = if quoted { &mut self.html.quoted } else { &mut self.own };
            place.insert(target.trim().to_owned());
        }
    }

    fn close(&mut self, node: &Node) {
        let Node::Element(element) = node else { return };
        match element.name() {
            "style" => {
                self.style_depth = self.style_depth.saturating_sub(1);
                let sheet = std::mem::take(&mut self.sheet);
                self.html.style_size += sheet.len();
                let (urls, fonts, imports) =
                    (self.html.styles.urls.len(), self.html.styles.fonts.len(), self.html.styles.imports.len());
                self.html.styles.sheet(&sheet);
                let styles = &self.html.styles;
                let imports: Vec<String> = styles.imports.iter().skip(imports).cloned().collect();
                let others = styles.urls.iter().skip(urls).chain(styles.fonts.iter().skip(fonts));
                let all: Vec<String> = others.chain(&imports).cloned().collect();
                all.iter().for_each(|url| self.url(UrlPlace::Css, url));
                self.html.external_css.extend(imports);
            }
            "title" => self.title_depth = self.title_depth.saturating_sub(1),
            "script" | "template" | "noscript" | "head" => self.silent_depth = self.silent_depth.saturating_sub(1),
            "a" | "area" => self.end_anchor(),
            name if is_code(name) => self.code_depth = self.code_depth.saturating_sub(1),
            _ => {}
        }
        if is_block(element.name()) {
            break_line(&mut self.html.visible);
        }
        if quoted::holds(element) {
            self.quote_depth = self.quote_depth.saturating_sub(1);
        }
        if hides(element) {
            self.hidden_depth = self.hidden_depth.saturating_sub(1);
            if self.hidden_depth == 0 {
                self.end_hidden();
            }
        }
    }

    fn end_hidden(&mut self) {
        let text = std::mem::take(&mut self.hidden);
        // Invisible fillers keep the rest of the message out of the inbox's preview; they are no text.
        let filler = |c: char| {
            c.is_whitespace() || matches!(c, '\u{34f}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2007}' | '\u{feff}')
        };
        let clean = text.trim_matches(filler);
        if clean.is_empty() {
        } else if self.html.preheader.is_none() && self.html.visible.trim().is_empty() {
            self.html.preheader = Some(clean.to_owned());
        } else {
            break_line(&mut self.html.hidden);
            append(&mut self.html.hidden, clean);
        }
    }

    fn end_anchor(&mut self) {
        if let Some(mut anchor) = self.anchor.take()
            && self.html.links.len() < MAX_LIST
        {
            anchor.label = anchor.label.trim().to_owned();
            self.html.links.push(anchor);
        }
    }

    fn finish(mut self) -> Html {
        self.end_anchor();
        // The parser adds these three whether or not they are written.
        for implied in ["html", "head", "body"] {
            if self.html.elements.get(implied) == Some(&1) {
                self.html.elements.remove(implied);
            }
        }
        self.html.quoted.retain(|url| !self.own.contains(url));
        let trimmed = self.html.visible.trim().to_owned();
        self.html.visible = trimmed;
        self.html
    }
}

fn is_code(name: &str) -> bool {
    matches!(name, "code" | "pre" | "samp" | "kbd")
}

/// A `script` that runs nothing: the order or flight that Gmail reads from `application/ld+json`.
fn is_data(name: &str, element: &Element) -> bool {
    name == "script" && element.attr("type").is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/ld+json"))
}

/// `12`, `12px`, ` 12 px`; nothing for percentages and other units.
fn pixels(measure: &str) -> Option<u32> {
    let measure = measure.trim().to_ascii_lowercase();
    measure.trim_end_matches("!important").trim().trim_end_matches("px").trim().parse().ok()
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "br"
            | "tr"
            | "td"
            | "table"
            | "li"
            | "ul"
            | "ol"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "hr"
            | "blockquote"
            | "pre"
            | "section"
            | "article"
            | "header"
            | "footer"
            | "center"
    )
}

/// White space folded to single spaces.
fn append(target: &mut String, text: &str) {
    for (index, piece) in text.split([' ', '\t', '\r', '\n', '\u{a0}']).enumerate() {
        if index > 0 && !target.is_empty() && !target.ends_with([' ', '\n']) {
            target.push(' ');
        }
        target.push_str(piece);
    }
}

fn break_line(target: &mut String) {
    if target.ends_with(' ') {
        target.pop();
    }
    if !target.is_empty() && !target.ends_with('\n') {
        target.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_links_and_images_are_read_as_shown() {
        let html = Html::read(
            "<!DOCTYPE html><html lang=it><head><title>T</title><style>p{color:red}</style></head><body>\
             <div style='display:none'>Anteprima \u{200c}</div><p>Ciao  <b>Anna</b>,</p>\
             <a href=' https://a.example/?a=1&amp;b=2 '>qui <img src=x.png alt=logo></a>\
             <img src=p.gif width=1 height=1><p hidden>nascosto</p><script>alert(1)</script></body></html>",
        );
        assert_eq!(html.visible, "Ciao Anna,\nqui");
        assert_eq!(html.preheader.as_deref(), Some("Anteprima"));
        assert_eq!(html.hidden, "nascosto");
        assert_eq!(html.title.as_deref(), Some("T"));
        assert_eq!(
            html.links,
            [Anchor { href: "https://a.example/?a=1&b=2".to_owned(), label: "qui logo".to_owned() }]
        );
        assert_eq!(html.images.len(), 2);
        assert!(html.images.get(1).unwrap().is_pixel());
        assert_eq!(html.elements.get("script"), Some(&1));
        assert!(html.doctype && html.styles.properties.contains("color"));
    }

    #[test]
    fn urls_are_found_wherever_html_can_point() {
        let html = Html::read(
            "<body background=bg.png><form action=/f></form><img srcset='a.png 1x, b.png 2x'>\
             <map><area href=/area></map><p style=\"background:url('c.png')\"></p><iframe src=/i></iframe>\
             <link rel=stylesheet href=/s.css><a onclick='x()' href='javascript:x()'>x</a>",
        );
        let targets: Vec<&str> = html.urls.iter().map(|(_, target)| target.as_str()).collect();
        let expected = ["bg.png", "/f", "a.png", "b.png", "/area", "c.png", "/i", "/s.css", "javascript:x()"];
        assert!(expected.iter().all(|url| targets.contains(url)), "{targets:?}");
        assert_eq!(html.external_css, ["/s.css"]);
        assert_eq!(html.handlers, ["a onclick"]);
    }

    #[test]
    fn an_image_that_nobody_sees_counts_readers_and_one_for_other_screens_does_not() {
        let pixel = |attributes: &str| {
            let html = Html::read(&format!("<p>x</p><img src=https://x.example/o {attributes}>"));
            html.images.first().unwrap().is_pixel()
        };
        assert!(pixel("width=1 height=1") && pixel("style='display:none'") && pixel("style='display:none' width=1"));
        assert!(!pixel("") && !pixel("width=1") && !pixel("style='display:none' width=320 height=200"));
    }

    #[test]
    fn data_for_machines_is_no_script_and_code_is_told_from_prose() {
        let html = Html::read(
            "<script type='application/ld+json'>{}</script><script src=x></script><p>Use <code>{{ name }}</code> so</p>\
             <meta http-equiv=Content-Type content='text/html; charset=UTF-8'>",
        );
        assert_eq!(html.elements.get("script"), Some(&1));
        assert_eq!((html.visible.as_str(), html.code.as_str()), ("Use {{ name }} so", "{{ name }}"));
        assert_eq!(html.charset.as_deref(), Some("utf-8"));
    }

    #[test]
    fn a_word_processor_s_settings_in_a_comment_hide_nothing_of_the_page() {
        let settings = "<w:LsdException Locked=\"false\" Priority=\"99\" Name=\"Normal\"/>".repeat(520);
        let html = Html::read(&format!(
            "<html><head><!--[if gte mso 9]><xml><w:LatentStyles>{settings}</w:LatentStyles></xml><![endif]--></head>\
             <body><p>Ciao <a href=https://a.example/u>Disiscriviti</a></p><form></form></body></html>"
        ));
        assert!(!html.cut && html.visible == "Ciao Disiscriviti" && html.elements.contains_key("form"));
    }

    #[test]
    fn links_that_only_a_quotation_holds_are_told_apart() {
        let html = Html::read(
            "<p><a href=https://a.example/>a</a></p><blockquote type=cite><a href=https://a.example/>a</a>\
             <a href=https://b.example/>b</a></blockquote><div class='x gmail_quote'><a href=https://c.example/>c</a></div>\
             <blockquote><a href=https://d.example/>d</a></blockquote><div id=divRplyFwdMsg>From: x</div>\
             <a href=https://e.example/>e</a>",
        );
        let quoted: Vec<&str> = html.quoted.iter().map(String::as_str).collect();
        assert_eq!(quoted, ["https://b.example/", "https://c.example/", "https://e.example/"]);
    }
}
