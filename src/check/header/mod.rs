//! The header section: the fields that must be there, once, in their form (RFC 5322), and what people make of them.
//! `people.rs` has the fields that name people: From, Reply-To, To.

mod people;

use crate::auth::dmarc::author;
use crate::facts::Facts;
use crate::message::{DefectKind, Field, Message, addresses};

use super::{Basis, Cure, Evidence, Findings, Rule, Section::Format, Verdict};

const DATE_MISSING: Rule = Rule::new("header.date.missing", Format, Verdict::Deduct(5), Basis::Must("RFC 5322 §3.6"));
const DATE_INVALID: Rule = Rule::new("header.date.invalid", Format, Verdict::Deduct(5), Basis::Must("RFC 5322 §3.3"));
const DATE_FUTURE: Rule =
    Rule::new("header.date.future", Format, Verdict::Deduct(3), Basis::Practice("RFC 5322 §3.6.1"));
const DATE_OLD: Rule = Rule::new("header.date.old", Format, Verdict::Notice, Basis::Practice("RFC 5322 §3.6.1"));
const DATE_WEEKDAY: Rule = Rule::new("header.date.weekday", Format, Verdict::Notice, Basis::Must("RFC 5322 §3.3"));
const DATE_GOOD: Rule = Rule::new("header.date.good", Format, Verdict::Good, Basis::Must("RFC 5322 §3.6.1"));
const ID_MISSING: Rule =
    Rule::new("header.message_id.missing", Format, Verdict::Deduct(5), Basis::Should("RFC 5322 §3.6.4"));
const ID_INVALID: Rule =
    Rule::new("header.message_id.invalid", Format, Verdict::Deduct(2), Basis::Must("RFC 5322 §3.6.4"));
const ID_DOMAIN: Rule =
    Rule::new("header.message_id.domain", Format, Verdict::Notice, Basis::Should("RFC 5322 §3.6.4"));
const ID_GOOD: Rule = Rule::new("header.message_id.good", Format, Verdict::Good, Basis::Should("RFC 5322 §3.6.4"));
const TO_MISSING: Rule = Rule::new("header.to.missing", Format, Verdict::Notice, Basis::Practice("RFC 5322 §3.6.3"));
const REPEATED: Rule = Rule::new("header.field.repeated", Format, Verdict::Deduct(5), Basis::Must("RFC 5322 §3.6"));
const BAD_LINE: Rule = Rule::new("header.field.line", Format, Verdict::Deduct(5), Basis::Must("RFC 5322 §2.2"));
const BAD_NAME: Rule = Rule::new("header.field.name", Format, Verdict::Deduct(3), Basis::Must("RFC 5322 §2.2"));
const EIGHT_BIT: Rule =
    Rule::new("header.eight_bit.used", Format, Verdict::Deduct(3), Basis::Must("RFC 5322 §2.2, RFC 6532 §3.2"));
const EIGHT_BIT_UNKNOWN: Rule =
    Rule::new("header.eight_bit.unknown", Format, Verdict::NotDetermined, Basis::Must("RFC 5322 §2.2, RFC 6532 §3.2"));
const ENCODED_WORD: Rule =
    Rule::new("header.encoded_word.broken", Format, Verdict::Deduct(2), Basis::Must("RFC 2047 §2"));
const ENCODED_WORD_FORM: Rule =
    Rule::new("header.encoded_word.form", Format, Verdict::Notice, Basis::Must("RFC 2047 §2, §5"));
const SUBJECT_EMPTY: Rule =
    Rule::new("header.subject.empty", Format, Verdict::Deduct(2), Basis::Practice("RFC 5322 §3.6.5"));
const SUBJECT_CAPITALS: Rule =
    Rule::new("header.subject.capitals", Format, Verdict::Notice, Basis::Practice("RFC 5322 §3.6.5"));
const SUBJECT_REPLY: Rule =
    Rule::new("header.subject.reply", Format, Verdict::Notice, Basis::Practice("RFC 5322 §3.6.5"));
const SUBJECT_MARKS: Rule =
    Rule::new("header.subject.marks", Format, Verdict::Notice, Basis::Practice("RFC 5322 §3.6.5"));
const SUBJECT_LONG: Rule =
    Rule::new("header.subject.long", Format, Verdict::Notice, Basis::Practice("RFC 5322 §2.1.1"));
const SUBJECT_GOOD: Rule = Rule::new("header.subject.good", Format, Verdict::Good, Basis::Practice("RFC 5322 §3.6.5"));
const FIELDS_GOOD: Rule = Rule::new("header.field.good", Format, Verdict::Good, Basis::Must("RFC 5322 §3.6"));

pub const RULES: &[Rule] = &[
    people::FROM_MISSING,
    people::FROM_SEVERAL,
    people::FROM_INVALID,
    people::FROM_AUTHORS,
    people::FROM_SENDER,
    people::FROM_NAMELESS,
    people::FROM_DISGUISE,
    people::FROM_ACCOUNT,
    people::FROM_GOOD,
    people::NO_REPLY,
    people::ADDRESS_INVALID,
    DATE_MISSING,
    DATE_INVALID,
    DATE_FUTURE,
    DATE_OLD,
    DATE_WEEKDAY,
    DATE_GOOD,
    ID_MISSING,
    ID_INVALID,
    ID_DOMAIN,
    ID_GOOD,
    TO_MISSING,
    REPEATED,
    BAD_LINE,
    BAD_NAME,
    EIGHT_BIT,
    EIGHT_BIT_UNKNOWN,
    ENCODED_WORD,
    ENCODED_WORD_FORM,
    SUBJECT_EMPTY,
    SUBJECT_CAPITALS,
    SUBJECT_REPLY,
    SUBJECT_MARKS,
    SUBJECT_LONG,
    SUBJECT_GOOD,
    FIELDS_GOOD,
];

/// A Date this far ahead is a wrong clock, not a late relay.
const FUTURE_HOURS: i64 = 12;
/// Mail servers give up after five days (RFC 5321 §4.5.4.1): what is older was not under way all the time.
const OLD_DAYS: i64 = 7;
/// What inboxes show of a subject, in columns.
const SUBJECT_COLUMNS: usize = 90;

pub fn check(facts: &Facts, findings: &mut Findings) {
    people::check(facts, findings);
    date(facts, findings);
    message_id(facts, findings);
    subject(&facts.message, findings);
    recipients(&facts.message, findings);
    fields(facts, findings);
}

fn date(facts: &Facts, findings: &mut Findings) {
    let right = || line(&format!("Date: {}", facts.now.strftime("%a, %d %b %Y %H:%M:%S +0000")));
    let Some(field) = facts.message.first("Date") else {
        findings.add(&DATE_MISSING).cure(right());
        return;
    };
    let Some(date) = facts.message.date() else {
        findings.add(&DATE_INVALID).evidence(Evidence::field(field)).cure(right());
        return;
    };
    let ahead = (date.as_second() - facts.now.as_second()) / 3600;
    if ahead >= FUTURE_HOURS {
        findings.add(&DATE_FUTURE).arg("hours", ahead).evidence(Evidence::field(field)).cure(right());
    } else if ahead <= -24 * OLD_DAYS {
        findings.add(&DATE_OLD).arg("days", -ahead / 24).evidence(Evidence::field(field));
    } else if let Some((written, real)) = wrong_weekday(&field.value) {
        let finding = findings.add(&DATE_WEEKDAY).arg("written", written).arg("real", real);
        finding.evidence(Evidence::field(field)).cure(right());
    } else {
        findings.add(&DATE_GOOD);
    }
}

/// The day of the week as written and as it was, where they differ: both are of the writer's own time zone.
fn wrong_weekday(value: &str) -> Option<(String, &'static str)> {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let value = crate::message::header::unfold(value);
    let (written, rest) = value.split_once(',')?;
    let mut words = rest.split_ascii_whitespace();
    let (day, month, year) = (words.next()?, words.next()?, words.next()?);
    let date = jiff::civil::Date::strptime("%d %b %Y", format!("{day} {month} {year}")).ok()?;
    let real = DAYS.get(usize::try_from(date.weekday().to_monday_zero_offset()).ok()?)?;
    let written = written.trim();
    let known = DAYS.iter().any(|day| day.eq_ignore_ascii_case(written));
    (known && !real.eq_ignore_ascii_case(written)).then(|| (written.to_owned(), *real))
}

fn message_id(facts: &Facts, findings: &mut Findings) {
    let message = &facts.message;
    let author = author::of(message);
    let right = || {
        let domain = author.as_deref().unwrap_or("example.org");
        line(&format!("Message-ID: <{}.1@{domain}>", facts.now.strftime("%Y%m%d%H%M%S")))
    };
    let Some(field) = message.first("Message-ID") else {
        findings.add(&ID_MISSING).cure(right());
        return;
    };
    let value = addresses::without_comments(&field.value);
    // Real programs write more than §3.6.4 allows; what matters is one pair of brackets around left@right. Comments around
    // it (CFWS) and a quoted left side (§4.5.4) are in the grammar.
    let inner = value.strip_prefix('<').and_then(|rest| rest.strip_suffix('>'));
    let sides = inner.filter(|inner| !inner.contains(['<', '>'])).and_then(|inner| inner.rsplit_once('@'));
    let blank = |text: &str| text.contains(char::is_whitespace);
    let right_form = |(left, right): &(&str, &str)| {
        !left.is_empty() && !right.is_empty() && !blank(right) && (!blank(left) || addresses::is_quoted(left))
    };
    let Some((_, domain)) = sides.filter(right_form) else {
        findings.add(&ID_INVALID).evidence(Evidence::field(field)).cure(right());
        return;
    };
    let local = ["localhost", "localhost.localdomain", "local", "localdomain"];
    let lower = domain.to_ascii_lowercase();
    if local.contains(&lower.as_str()) || lower.ends_with(".local") || lower.ends_with(".localdomain") {
        findings.add(&ID_DOMAIN).arg("domain", domain).evidence(Evidence::field(field)).cure(right());
    } else {
        findings.add(&ID_GOOD);
    }
}

fn subject(message: &Message, findings: &mut Findings) {
    let subject = message.subject().unwrap_or_default();
    let Some(field) = message.first("Subject").filter(|_| !subject.is_empty()) else {
        findings.add(&SUBJECT_EMPTY);
        return;
    };
    let mut fine = true;
    let letters: Vec<char> = subject.chars().filter(|c| c.is_uppercase() || c.is_lowercase()).collect();
    if letters.len() >= 12 && subject.split_whitespace().count() >= 3 && letters.iter().all(|c| c.is_uppercase()) {
        findings.add(&SUBJECT_CAPITALS).evidence(Evidence::field(field));
        fine = false;
    }
    let lower = subject.to_lowercase();
    let answers = ["re:", "r:", "aw:", "sv:", "antw:", "rif:"].iter().any(|mark| lower.starts_with(mark));
    if answers && message.first("In-Reply-To").is_none() && message.first("References").is_none() {
        findings.add(&SUBJECT_REPLY).evidence(Evidence::field(field));
        fine = false;
    }
    if ["!!!", "???", "$$$", "!?!", "€€€"].iter().any(|marks| subject.contains(marks)) {
        findings.add(&SUBJECT_MARKS).evidence(Evidence::field(field));
        fine = false;
    }
    let columns = unicode_width::UnicodeWidthStr::width(subject.as_str());
    if columns > SUBJECT_COLUMNS {
        findings.add(&SUBJECT_LONG).arg("columns", columns).evidence(Evidence::field(field));
        fine = false;
    }
    if fine {
        findings.add(&SUBJECT_GOOD);
    }
}

fn recipients(message: &Message, findings: &mut Findings) {
    if !["To", "Cc", "Bcc"].iter().any(|name| message.first(name).is_some()) {
        findings.add(&TO_MISSING).cure(line("To: undisclosed-recipients:;"));
    }
}

/// RFC 5322 §3.6: the fields that may occur once at most (From has its own rule); RFC 2045 §3 for those of MIME.
const ONCE: &[&str] = &[
    "Date",
    "Sender",
    "Reply-To",
    "To",
    "Cc",
    "Bcc",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Subject",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
];

fn fields(facts: &Facts, findings: &mut Findings) {
    let message = &facts.message;
    let before = findings.0.len();
    for name in ONCE {
        let all: Vec<&Field> = message.all(name).collect();
        if all.len() > 1 {
            let finding = findings.add(&REPEATED).arg("name", *name).arg("count", all.len());
            for field in all.into_iter().take(5) {
                finding.evidence(Evidence::field(field));
            }
        }
    }
    for (kind, rule) in [
        (DefectKind::HeaderLine, &BAD_LINE),
        (DefectKind::FieldName, &BAD_NAME),
        (DefectKind::EncodedWord, &ENCODED_WORD),
        (DefectKind::EncodedWordForm, &ENCODED_WORD_FORM),
    ] {
        super::mime::defects(message, kind, rule, findings);
    }
    eight_bit(facts, findings);
    if findings.0.len() == before {
        findings.add(&FIELDS_GOOD);
    }
}

/// RFC 6532 allows UTF-8 in a header only in messages that are sent with SMTPUTF8 (RFC 6531 §3.4).
fn eight_bit(facts: &Facts, findings: &mut Findings) {
    let message = &facts.message;
    if message.lines.eight_bit_header == 0 {
        return;
    }
    let envelope = &facts.delivery.envelope;
    let fields: Vec<&Field> = message.fields.iter().filter(|field| !message.field_bytes(field).is_ascii()).collect();
    let utf8 = fields.iter().all(|field| std::str::from_utf8(message.field_bytes(field)).is_ok());
    if utf8 && envelope.smtputf8 {
        return;
    }
    let rule = if utf8 && !super::lines::came_by_smtp(facts) { &EIGHT_BIT_UNKNOWN } else { &EIGHT_BIT };
    let finding = findings.add(rule).arg("count", fields.len());
    if let Some(field) = fields.first() {
        finding.arg("name", &field.name);
    }
    for field in fields.into_iter().take(5) {
        finding.evidence(Evidence::field(field));
    }
}

fn line(text: &str) -> Cure {
    Cure::Line { text: text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{codes, facts_of, found};
    use super::*;
    use crate::facts::Purpose;

    const GOOD: &str = "From: Anna <anna@example.org>\nTo: b@example.net\nSubject: Ciao\n\
        Date: Sun, 22 Nov 2026 03:29:00 +0100\nMessage-ID: <1@example.org>\n\nx\n";

    fn with(from: &str, to: &str) -> Vec<String> {
        codes(check, &facts_of(&GOOD.replace(from, to)))
    }

    fn has(from: &str, to: &str, code: &str) {
        let codes = with(from, to);
        assert!(codes.iter().any(|found| found == code), "{code} not in {codes:?}");
    }

    #[test]
    fn a_right_header_is_all_good() {
        assert!(with("", "").iter().all(|code| code.ends_with(".good")), "{:?}", with("", ""));
    }

    #[test]
    fn what_must_be_there_once_is_missed_and_counted() {
        has("From: Anna <anna@example.org>\n", "", "header.from.missing");
        has("From:", "From: x@example.org\nFrom:", "header.from.several");
        has("From: Anna <anna@example.org>", "From: Anna", "header.from.invalid");
        has("From: Anna <anna@example.org>", "From: Anna <anna rossi@example.org>", "header.from.invalid");
        has("Subject: Ciao\n", "", "header.subject.empty");
        has("Subject: Ciao\n", "Subject: a\nSubject: b\n", "header.field.repeated");
        has("To: b@example.net\n", "", "header.to.missing");
    }

    #[test]
    fn every_form_of_an_address_that_the_grammar_has_is_one() {
        for form in [
            "<\"anna rossi\"@example.org>",
            "\"anna rossi\"@example.org",
            "pete(his account)@example.org(his host)",
            "<@relay.example:anna@example.org>",
            "Anna <@relay.example,@other.example:anna@example.org>",
            "anna . rossi @ example . org",
        ] {
            for (field, fault) in [("From", "header.from.invalid"), ("To", "header.address.invalid")] {
                let whole = match field {
                    "From" => GOOD.replace("Anna <anna@example.org>", form),
                    _ => GOOD.replace("b@example.net", form),
                };
                assert!(!codes(check, &facts_of(&whole)).contains(&fault.to_owned()), "{field}: {form}");
            }
        }
        has("Anna <anna@example.org>", "Pete(chap) <pete(his account)@example.org(his host)>", "header.from.good");
    }

    #[test]
    fn the_cure_for_a_missing_date_is_the_line_itself() {
        let facts = facts_of(&GOOD.replace("Date: Sun, 22 Nov 2026 03:29:00 +0100\n", ""));
        let finding = found(check, &facts).into_iter().find(|finding| finding.code == "header.date.missing").unwrap();
        assert_eq!(finding.cures, [line("Date: Sun, 22 Nov 2026 02:30:00 +0000")]);
        has("Sun, 22 Nov 2026 03:29:00 +0100", "22/11/2026", "header.date.invalid");
        has("22 Nov 2026", "24 Nov 2026", "header.date.future");
        has("Sun, 22 Nov 2026", "Sun, 1 Nov 2026", "header.date.old");
        has("Sun, 22 Nov 2026", "Fri, 20 Nov 2026", "header.date.good");
        has("Sun, 22 Nov 2026", "Mon, 22 Nov 2026", "header.date.weekday");
        has("Sun, 22 Nov 2026", "22 Nov 2026", "header.date.good");
    }

    #[test]
    fn the_message_id_is_judged_by_form_and_by_a_domain_that_says_nothing() {
        has("Message-ID: <1@example.org>\n", "", "header.message_id.missing");
        has("<1@example.org>", "1@example.org", "header.message_id.invalid");
        has("<1@example.org>", "<1@localhost>", "header.message_id.domain");
        has("<1@example.org>", "<1 2@example.org>", "header.message_id.invalid");
        has("<1@example.org>", "<1@example.org> <2@example.org>", "header.message_id.invalid");
        for fine in ["<1@example.org> (added by mail.example.org)", "(c) <1@example.org>", "<\"a b\"@example.org>"] {
            has("<1@example.org>", fine, "header.message_id.good");
        }
    }

    #[test]
    fn names_that_show_another_address_are_told_from_names_that_show_their_own() {
        has("Anna <", "\"Paypal service@paypal.com\" <", "header.from.disguise");
        has("Anna <", "\"anna@example.org\" <", "header.from.good");
        has("Anna <", "\"'b@example.com' via G\" <", "header.from.good");
        has("Anna <", "\"b@example.com (via Docs)\" <", "header.from.good");
        has(
            "From: Anna <",
            "X-Trasporto: posta-certificata\nFrom: \"Per conto di: b@pec.example\" <",
            "header.from.good",
        );
        has("Anna <anna@example.org>", "anna@example.org", "header.from.nameless");
        has("From: Anna <anna@example.org>", "From: a@example.org, b@example.org", "header.from.sender");
    }

    #[test]
    fn subjects_are_judged_gently() {
        has("Ciao", "FREE OFFER ONLY TODAY", "header.subject.capitals");
        has("Ciao", "Re: our talk", "header.subject.reply");
        has("Ciao", "R: il nostro incontro", "header.subject.reply");
        has("Ciao", "Last chance!!!", "header.subject.marks");
        assert!(with("Ciao", "Really?! Yes!").contains(&"header.subject.good".to_owned()));
        assert!(
            !with("Subject: Ciao", "In-Reply-To: <2@example.net>\nSubject: Re: x")
                .contains(&"header.subject.reply".to_owned())
        );
        has("Ciao", &"parola ".repeat(20), "header.subject.long");
        assert!(with("Ciao", "NATO").contains(&"header.subject.good".to_owned()));
    }

    #[test]
    fn broken_lines_names_words_and_raw_octets_are_shown() {
        has("Subject:", "nonsense\nSubject:", "header.field.line");
        has("Subject:", "X Y: z\nSubject:", "header.field.name");
        has("Ciao", "=?nope?Q?x?=", "header.encoded_word.broken");
        has("Ciao", &format!("=?utf-8?Q?{}?=", "x".repeat(80)), "header.encoded_word.form");
        has("Anna <", "\"=?utf-8?Q?Ren=C3=A9?=\" <", "header.encoded_word.form");
        has("Ciao", "=?utf-8?Q?a?==?utf-8?Q?b?=", "header.encoded_word.form");
        let right = with("Ciao", "=?utf-8?Q?=C3=A8?= (=?utf-8?B?w6g=?=) x\nX-Other: =?nope?Q?x?=");
        assert!(!right.iter().any(|code| code.starts_with("header.encoded_word")), "{right:?}");
        has("Ciao", "Perché", "header.eight_bit.used");
        let mut facts = facts_of(&GOOD.replace("Ciao", "Perché"));
        std::sync::Arc::make_mut(&mut facts.delivery).envelope.smtputf8 = true;
        assert!(!codes(check, &facts).contains(&"header.eight_bit.used".to_owned()));
    }

    #[test]
    fn addresses_that_nobody_can_use_are_shown_and_usual_lists_are_not() {
        has("To: b@example.net", "To: Bruno", "header.address.invalid");
        has("To: b@example.net", "To: b@example.net, c@", "header.address.invalid");
        has("To:", "Reply-To: anna at example.org\nTo:", "header.address.invalid");
        for fine in [
            "undisclosed-recipients:;",
            "\"Rossi, Anna\" <a@example.net>, b@example.net",
            "=?utf-8?Q?Andr=C3=A9?= <a@example.net>",
            "Team: a@example.net, b@example.net;",
            "a@[192.0.2.1]",
            "<a@example.net>",
        ] {
            let codes = with("b@example.net", fine);
            assert!(!codes.contains(&"header.address.invalid".to_owned()), "{fine}");
        }
    }

    #[test]
    fn an_account_of_the_machine_is_no_sender_for_people() {
        has("Anna <anna@", "Shop <www-data@", "header.from.account");
        assert!(!with("Anna <anna@", "Shop <info@").contains(&"header.from.account".to_owned()));
        assert!(
            !with("From: Anna <anna@", "Reply-To: b@example.org\nFrom: Shop <www-data@")
                .contains(&"header.from.account".to_owned())
        );
    }

    #[test]
    fn an_automatic_sender_without_an_ear_is_told_so_but_no_person_is() {
        let mut facts = facts_of(&GOOD.replace("anna@", "no-reply@"));
        assert!(!codes(check, &facts).contains(&"header.reply.none".to_owned()));
        facts.purpose = Purpose::Bulk;
        assert!(codes(check, &facts).contains(&"header.reply.none".to_owned()));
    }
}
