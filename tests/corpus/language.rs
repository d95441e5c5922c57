//! What an Italian reader gets is Italian: no word of ours was left in English, wherever a report says it.

use std::path::Path;

use super::Case;
use vaglio::check::Evidence;
use vaglio::lang::Lang;
use vaglio::message::Message;
use vaglio::report::view::{FindingView, View};
use vaglio::report::{Report, words};

/// Words of which English sentences are made, and Italian ones are not.
const ENGLISH: &[&str] = &["the", "and", "with", "was", "is", "are", "not", "has", "there", "this", "cannot"];

#[tokio::test(flavor = "multi_thread")]
async fn no_english_is_left_in_an_italian_report() {
    let mut left = Vec::new();
    for case in Case::all() {
        let (report, _) = case.examine().await;
        let known = known(&case);
        for text in said(&report) {
            if let Some(word) = english(&text, &known) {
                left.push(format!("{}: {word:?} in {text}", case.name));
            }
        }
    }
    assert!(left.is_empty(), "{}", left.join("\n"));
}

#[test]
fn english_is_told_from_italian_and_from_what_a_sender_wrote() {
    assert_eq!(english("a.example has NODATA", &[]).as_deref(), Some("has"));
    assert_eq!(english("Togli «Re: this is it» da Reply-To", &words_of("Subject: Re: this is it")), None);
    assert_eq!(english("In To c’è un indirizzo, e From è a posto.", &[]), None);
}

/// A word of English that does not stand among the same words in what is known.
fn english(text: &str, known: &[String]) -> Option<String> {
    let words = words_of(text);
    let around = |at: usize| words.get(at.saturating_sub(1)..(at + 2).min(words.len())).unwrap_or_default();
    let quoted = |at: usize| known.windows(around(at).len()).any(|three| three == around(at));
    let found = words.iter().enumerate().find(|(at, word)| ENGLISH.contains(&word.as_str()) && !quoted(*at));
    found.map(|(_, word)| word.clone())
}

/// All that a report says in our words, with what it names of the sender's.
fn said(report: &Report) -> Vec<String> {
    let view = View::new(report, Lang::It);
    let mut said = vec![view.verdict.clone()];
    for row in &report.ledger.rows {
        let finding = FindingView::new(row, Lang::It);
        said.extend([Some(finding.title), finding.why, finding.fix, finding.note].into_iter().flatten());
        let ours = row.finding.evidence.iter().zip(finding.evidence);
        said.extend(ours.filter_map(|(stored, shown)| match (stored, shown) {
            (Evidence::Said { .. }, Evidence::Text { text }) => Some(text),
            _ => None,
        }));
    }
    let evaluations = [&view.auth.spf, &view.auth.spf_helo].into_iter().flatten();
    said.extend(evaluations.flat_map(|spf| &spf.trace).filter_map(|step| words::detail(step, Lang::It)));
    said.extend(view.auth.dkim.iter().filter_map(|signature| signature.reason_detail.clone()));
    said.extend(view.dns.iter().filter_map(|lookup| lookup.said.clone()));
    said.extend(view.providers.iter().flat_map(|provider| &provider.rules).map(|rule| rule.title.clone()));
    said
}

/// What the sender wrote, and what the world of the case says: no words of ours.
fn known(case: &Case) -> Vec<String> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let file = |name: String| std::fs::read_to_string(corpus.join(name)).unwrap();
    let message = Message::parse(case.raw.clone());
    let decoded = message.parts.iter().filter_map(|part| part.text.clone());
    let others =
        [String::from_utf8_lossy(&case.raw).into_owned(), file("world.zone".into()), file("lists.toml".into())];
    let text: Vec<String> =
        others.into_iter().chain([file(format!("cases/{}.toml", case.name))]).chain(decoded).collect();
    words_of(&text.join("\n"))
}

/// In lower case. `Reply-To` is one word, and so is an address.
fn words_of(text: &str) -> Vec<String> {
    let inside = |c: char| c.is_alphanumeric() || "-_.@/’'".contains(c);
    let bare = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    text.split(|c: char| !inside(c)).map(bare).filter(|word| !word.is_empty()).collect()
}
