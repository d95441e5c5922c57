//! What a template left behind: marks that a mailing should have filled in.

use crate::facts::{Facts, Purpose};

use super::super::{Basis, Evidence, Findings, Rule, Section::Content, Verdict};

pub const PLACEHOLDER: Rule =
    Rule::new("content.placeholder.left", Content, Verdict::Deduct(5), Basis::Practice("RFC 5322 §3.5"));

/// Names of fields that mailing programs fill in.
pub const FIELDS: &[&str] = &[
    "UNSUB",
    "UNSUBSCRIBE",
    "FNAME",
    "LNAME",
    "FIRSTNAME",
    "FIRST_NAME",
    "FIRST NAME",
    "LASTNAME",
    "LAST_NAME",
    "EMAIL",
    "EMAIL_ADDRESS",
    "NOME",
    "COGNOME",
    "SUBSCRIBER",
    "DISISCRIVITI",
];

/// Octets of code in which a mark is looked for again, and marks of one kind that are looked at in one text.
const MAX_CODE: usize = 64 * 1024;
const MAX_MARKS: usize = 300;

/// Template marks that a mailing should have filled in. People who write to people may write about such marks.
pub fn check(facts: &Facts, findings: &mut Findings) {
    if facts.purpose == Purpose::Personal {
        return;
    }
    let message = &facts.message;
    let subject = message.subject().unwrap_or_default();
    let author = message.mailboxes("From").into_iter().find_map(|(name, _)| name).unwrap_or_default();
    let visible = message.page.as_ref().map(|html| html.visible.as_str());
    // Code that people write about holds such marks rightly.
    let code = message.page.as_ref().map(|html| html.code.as_str()).unwrap_or_default();
    let code = code.get(..code.floor_char_boundary(MAX_CODE)).unwrap_or_default();
    let plain = message.text.as_deref().map(prose);
    let texts = [Some(subject.as_str()), Some(author.as_str()), visible, plain.as_deref()];
    let found: Vec<&str> = texts.into_iter().flatten().filter_map(|text| placeholder(text, code)).collect();
    if let Some(mark) = found.first() {
        let finding = findings.add(&PLACEHOLDER).arg("mark", *mark);
        for mark in &found {
            finding.evidence(Evidence::text(*mark));
        }
    }
}

/// The text without its quoted, indented and marked lines, which in notices of programs hold code.
fn prose(text: &str) -> String {
    let is_code = |line: &&str| line.starts_with([' ', '\t', '>', '+', '-', '|', '@']) || line.contains('`');
    text.lines().filter(|line| !is_code(line)).flat_map(|line| [line, "\n"]).collect()
}

/// `{{name}}`, `*|FNAME|*`, `%%name%%`, `[[var:name]]`, `${name}`, and `[FIRSTNAME]`: a short name between the marks of
/// template languages, unless the code that the message shows holds the same.
fn placeholder<'a>(text: &'a str, code: &str) -> Option<&'a str> {
    const MARKS: &[(&str, &str)] =
        &[("{{", "}}"), ("*|", "|*"), ("%%", "%%"), ("[[", "]]"), ("${", "}"), ("{%", "%}"), ("[", "]")];
    MARKS.iter().find_map(|(open, close)| {
        text.match_indices(open).take(MAX_MARKS).find_map(|(start, _)| {
            let rest = text.get(start + open.len()..)?;
            let rest_cut = rest.get(..rest.floor_char_boundary(60)).unwrap_or(rest);
            let end = rest_cut.find(close)?;
            let name = rest_cut.get(..end)?.trim();
            let named = match *open {
                "[" => FIELDS.contains(&name),
                // Wikis write links so, and their notices quote them.
                "[[" => name.starts_with("var:") || name.starts_with("data:") || FIELDS.contains(&name),
                // Between two percentages stands a sentence.
                "%%" if rest_cut.starts_with(' ') => false,
                _ => {
                    name.starts_with(|c: char| c.is_ascii_alphabetic())
                        && name.chars().all(|c| c.is_ascii_alphanumeric() || "_.-:|' ".contains(c))
                }
            };
            let mark = text.get(start..start + open.len() + end + close.len())?;
            (named && !code.contains(mark)).then_some(mark)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::facts_of;
    use super::super::tests::{both, has};
    use super::*;

    #[test]
    fn marks_are_placeholders_in_prose_and_not_in_code() {
        let marked = |text: &str, html: &str| {
            has(&Facts { purpose: Purpose::Bulk, ..both(text, html) }, "content.placeholder.left")
        };
        assert!(marked("Dear [FIRSTNAME],", "x") && marked("Dear *|FNAME|*", "x") && marked("x", "<p>${name}</p>"));
        assert!(marked("Ciao [[var:nome]],", "x") && marked("Ciao [[FNAME]],", "x"));
        for (text, html) in [
            ("    run {{ job }}", "<pre>run {{ job }}</pre>"),
            ("+ echo ${HOME}", "x"),
            ("Write `{{ name }}` there", "<p>Write <code>{{ name }}</code> there</p>"),
            ("[URGENT] [JIRA-12] [1]", "{ color: red } 100%% sure %% {{ 1 + 1 }}"),
            ("a[[0]] = {}", "[[]]"),
            ("Anna has changed [[Main Page]] and [[User talk:Anna]]", "[[name]]"),
        ] {
            assert!(!marked(text, html), "{text} / {html}");
        }
        let from = "From: {{ brand }} <a@example.org>\nSubject: x\n\nhello\n";
        assert!(has(&Facts { purpose: Purpose::Bulk, ..facts_of(from) }, "content.placeholder.left"));
    }
}
