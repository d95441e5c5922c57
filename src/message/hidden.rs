//! What an element's own attributes hide from readers. Style sheets are not consulted: what a class hides may be shown on
//! other screens.

use scraper::node::Element;

use super::css::declarations;

/// True when nobody sees what stands in this element.
pub(super) fn hides(element: &Element) -> bool {
    if element.attr("hidden").is_some() {
        return true;
    }
    let Some(style) = element.attr("style") else { return false };
    let (mut ink, mut paper) = (None, None);
    for declaration in declarations(style) {
        let Some((property, value)) = declaration.split_once(':') else { continue };
        let (property, value) = (property.trim().to_ascii_lowercase(), value.trim().to_ascii_lowercase());
        let value = value.trim_end_matches("!important").trim();
        let zero = matches!(value, "0" | "0px" | "0em" | "0pt" | "0%" | "0.0");
        let hidden = match property.as_str() {
            "display" => value == "none",
            "visibility" => value == "hidden",
            "mso-hide" => value == "all",
            // Not `font-size`: layouts set it to nought around cells that set their own.
            "opacity" | "max-height" => zero,
            _ => false,
        };
        if hidden {
            return true;
        }
        match property.as_str() {
            "color" => ink = colour(value),
            // A picture or gradient over the colour is not known.
            "background" | "background-color" => paper = colour(value),
            _ => {}
        }
    }
    matches!((ink, paper), (Some(ink), Some(paper)) if alike(ink, paper))
}

/// `#fff`, `#ffffff`, `rgb(255, 255, 255)`, and the two names that people hide text with.
fn colour(value: &str) -> Option<[u8; 3]> {
    let hex = |text: &str| u8::from_str_radix(text, 16).ok();
    if let Some(digits) = value.strip_prefix('#') {
        let pieces: [&str; 3] = match digits.len() {
            3 => [digits.get(0..1)?, digits.get(1..2)?, digits.get(2..3)?],
            6 => [digits.get(0..2)?, digits.get(2..4)?, digits.get(4..6)?],
            _ => return None,
        };
        let wide = if digits.len() == 3 { 17 } else { 1 };
        let [red, green, blue] = pieces.map(|piece| hex(piece).map(|part| part * wide));
        return Some([red?, green?, blue?]);
    }
    if let Some(list) = value.strip_prefix("rgb(").and_then(|rest| rest.strip_suffix(')')) {
        let mut parts = list.split(',').map(|part| part.trim().parse::<u8>().ok());
        return Some([parts.next()??, parts.next()??, parts.next()??]);
    }
    match value {
        "white" => Some([255; 3]),
        "black" => Some([0; 3]),
        _ => None,
    }
}

/// So near that no eye tells them apart.
fn alike(one: [u8; 3], other: [u8; 3]) -> bool {
    one.into_iter().zip(other).all(|(one, other)| one.abs_diff(other) <= 8)
}

#[cfg(test)]
mod tests {
    use super::super::html::Html;

    fn hidden(style: &str) -> bool {
        let html = Html::read(&format!("<p>shown</p><div style=\"{style}\">secret</div>"));
        html.hidden == "secret"
    }

    #[test]
    fn text_is_hidden_by_display_by_size_and_by_its_own_colour() {
        for style in [
            "display:none",
            "DISPLAY: None !important",
            "visibility:hidden",
            "max-height:0;overflow:hidden",
            "mso-hide:all",
            "opacity:0",
            "color:#fff;background:#ffffff",
            "color: white; background-color: rgb(255, 255, 255)",
            "color:#fefefe;background:#fff",
        ] {
            assert!(hidden(style), "{style}");
        }
    }

    #[test]
    fn what_may_be_seen_is_not_called_hidden() {
        for style in [
            "color:#fff",
            "font-size:0",
            "color:#fff;background:#000",
            "color:#fff;background:#fff url(https://x.example/night.jpg)",
            "color:#éé;background:#éé",
            "color:rgb(1,2);background:rgb(1,2)",
            "max-height:100px",
        ] {
            assert!(!hidden(style), "{style}");
        }
    }
}
