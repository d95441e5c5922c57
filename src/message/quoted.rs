//! What a reply quotes: the marks that mail programs put around, or before, another's words.

use scraper::node::Element;

/// True for an element that holds a quotation: Apple Mail and Thunderbird, then Gmail, Yahoo and Proton.
pub(super) fn holds(element: &Element) -> bool {
    let cited = element.name() == "blockquote"
        && element.attr("type").is_some_and(|kind| kind.trim().eq_ignore_ascii_case("cite"));
    cited || element.classes().any(|class| matches!(class, "gmail_quote" | "yahoo_quoted" | "protonmail_quote"))
}

/// True for the element with which Outlook begins the quotation: all that follows is quoted.
pub(super) fn begins(element: &Element) -> bool {
    element.id().is_some_and(|id| matches!(id.trim_start_matches("x_"), "divRplyFwdMsg" | "appendonsend"))
}
