//! Parses HTML within bounds. What a hostile page can make dear is not its size but what is open at once: every tag looks
//! through the open elements, and every paragraph repeats the formatting that was left open before it.
//!
//! So the source is given to the parser in pieces, and no more of it once the parser itself holds too much.

use std::cell::Cell;

use ego_tree::NodeId;
use html5ever::driver::{ParseOpts, parse_document};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::tree_builder::Tracer;
use scraper::{Html, HtmlTreeSink};

/// Octets of HTML that are read. Gmail shows 102 kB.
const MAX_HTML: usize = 1024 * 1024;
/// Elements and formatting open at once: browsers stop at 512 levels.
const MAX_OPEN: usize = 1024;
/// Elements, texts and comments in all.
const MAX_NODES: usize = 100_000;
/// Octets between two looks at the bounds.
const PIECE: usize = 256;

/// The document, and true when not all of the source is in it.
pub(super) fn parse(source: &str) -> (Html, bool) {
    let mut parser = parse_document(HtmlTreeSink::new(Html::new_document()), ParseOpts::default());
    let mut at = 0;
    while at < source.len() && at < MAX_HTML {
        let next = source.ceil_char_boundary(at + PIECE);
        parser.process(StrTendril::from_slice(source.get(at..next).unwrap_or_default()));
        at = next;
        let builder = &parser.tokenizer.sink;
        let open = Open(Cell::new(0));
        builder.trace_handles(&open);
        if open.0.get() > MAX_OPEN || builder.sink.0.borrow().tree.values().len() > MAX_NODES {
            break;
        }
    }
    (parser.finish(), at < source.len())
}

/// Counts what the parser holds open.
struct Open(Cell<usize>);

impl Tracer for Open {
    type Handle = NodeId;

    fn trace_handle(&self, _: &NodeId) {
        self.0.set(self.0.get() + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn what_opens_without_end_is_cut_wherever_it_hides() {
        for hostile in [
            "<div>".repeat(100_000),
            "<div><b>".repeat(100_000),
            // What a count of tags would take for a comment, an attribute or raw text, and a parser does not.
            format!("<!-->{}", "<div>".repeat(100_000)),
            format!("<a title=\"<!--\">{}", "<div>".repeat(100_000)),
            format!("<svg><style><!-- --></style>{}", "<g>".repeat(100_000)),
            // Formatting left open, which every paragraph repeats.
            (0..900).map(|n| format!("<b x={n}>")).collect::<String>() + &"<p>x".repeat(100_000),
            "<table><tr><td>".repeat(50_000),
        ] {
            let (document, cut) = parse(&hostile);
            assert!(cut && document.tree.values().len() < 250_000);
        }
    }

    #[test]
    fn what_opens_nothing_is_read_to_its_end() {
        let exceptions = "<w:LsdException Locked=\"false\" Name=\"Normal\"/>".repeat(2000);
        for harmless in [
            format!("<!--[if gte mso 9]><xml>{exceptions}</xml><![endif]--><p>Hello"),
            format!("<dl>{}</dl>", "<dt>term<dd>meaning".repeat(2000)),
            format!("<table>{}</table>", "<tr><th>a<td>b".repeat(2000)),
            "<svg><path/><path/></svg>".repeat(2000),
            "<p>one<p>two<br><img src=x><source><param><embed src=x>".repeat(1000),
        ] {
            assert!(!parse(&harmless).1, "{}", harmless.get(..60).unwrap());
        }
    }
}
