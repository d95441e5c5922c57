//! URLs in places of HTML that take reading of their own: `srcset`, and what only Outlook for Windows sees.

use super::UrlPlace;

/// The image candidates of a `srcset` (HTML, "Parsing a srcset attribute"): URLs may hold commas, and end at white space
/// or at a comma that ends them.
pub(super) fn srcset(value: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = value;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        let end = rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len());
        let (url, after) = rest.split_at(end);
        if url.is_empty() {
            return found;
        }
        let bare = url.trim_end_matches(',');
        if !bare.is_empty() {
            found.push(bare);
        }
        // Descriptors, unless a comma has ended the candidate already.
        rest = if bare.len() < url.len() { after } else { after.split_once(',').map_or("", |(_, next)| next) };
    }
}

/// The targets in a conditional comment (`<!--[if mso]>`): the buttons and backgrounds that Outlook for Windows draws.
pub(super) fn conditional(comment: &str) -> Vec<(UrlPlace, String)> {
    const KEYS: &[(&str, UrlPlace)] =
        &[("src=", UrlPlace::Src), ("href=", UrlPlace::Href), ("background=", UrlPlace::Src)];
    if !comment.trim_start().get(..3).is_some_and(|head| head.eq_ignore_ascii_case("[if")) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for word in comment.split_ascii_whitespace() {
        let key = KEYS.iter().find(|(key, _)| word.get(..key.len()).is_some_and(|head| head.eq_ignore_ascii_case(key)));
        let Some((key, place)) = key else { continue };
        let value = word.get(key.len()..).unwrap_or_default();
        let value = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => value.get(1..).unwrap_or_default().split(quote).next().unwrap_or_default(),
            _ => value.split('>').next().unwrap_or_default(),
        };
        found.push((*place, value.replace("&amp;", "&")));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_are_told_apart_however_they_are_spaced() {
        assert_eq!(srcset("a.png 1x, b.png 2x"), ["a.png", "b.png"]);
        assert_eq!(srcset("a.png 1x,b.png 2x"), ["a.png", "b.png"]);
        assert_eq!(
            srcset(" https://x.example/w_1,h_2/a.png 480w,\n b.png"),
            ["https://x.example/w_1,h_2/a.png", "b.png"]
        );
        assert_eq!(srcset("a.png, b.png"), ["a.png", "b.png"]);
        assert_eq!(srcset(" , ,"), Vec::<&str>::new());
    }

    #[test]
    fn what_outlook_alone_sees_is_found() {
        let comment = "[if mso]><v:roundrect xmlns:v=\"urn:schemas-microsoft-com:vml\" href=\"https://x.example/?a=1&amp;b=2\" \
            style='width:9'><v:fill src='https://x.example/bg.png' type=frame /><![endif]";
        let found = conditional(comment);
        assert_eq!(
            found,
            [
                (UrlPlace::Href, "https://x.example/?a=1&b=2".to_owned()),
                (UrlPlace::Src, "https://x.example/bg.png".to_owned())
            ]
        );
        assert!(conditional(" href=https://x.example/ ").is_empty());
        assert!(conditional("[if !mso]><!").is_empty());
    }
}
