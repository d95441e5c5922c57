//! The header section: the fields that must be there, once, in their form (RFC 5322), and what people make of them.

use crate::address::{Mailbox, domain_to_ascii};
use crate::auth::dmarc::author;
use crate::auth::psl;
use crate::facts::{Facts, Purpose};
use crate::message::purpose::is_no_reply;
use crate::message::{DefectKind, Field, Message};

use super::{Basis, Cure, Evidence, Findings, Rule, Section::Format, Verdict};

/// Gmail refuses a From without a valid address, with several addresses, or that stands there twice.
const GMAIL_ERRORS: &str = "https://support.google.com/a/answer/3726730";

const FROM_MISSING: Rule =
    Rule::new("header.from.missing", Format, Verdict::Deduct(20), Basis::Must("RFC 5322 §3.6")).refused();
const FROM_SEVERAL: Rule =
    Rule::new("header.from.several", Format, Verdict::Deduct(20), Basis::Must("RFC 5322 §3.6")).refused();
const FROM_INVALID: Rule =
    Rule::new("header.from.invalid", Format, Verdict::Deduct(20), Basis::Must("RFC 5322 §3.6.2")).refused();
const FROM_AUTHORS: Rule =
    Rule::new("header.from.authors", Format, Verdict::Notice, Basis::Provider("Gmail", GMAIL_ERRORS)).refused();
const FROM_SENDER: Rule = Rule::new("header.from.sender", Format, Verdict::Deduct(5), Basis::Must("RFC 5322 §3.6.2"));
const FROM_NAMELESS: Rule =
    Rule::new("header.from.nameless", Format, Verdict::Notice, Basis::Practice("RFC 5322 §3.4"));
const FROM_DISGUISE: Rule =
    Rule::new("header.from.disguise", Format, Verdict::Deduct(5), Basis::Practice("RFC 5322 §3.6.2"));
const FROM_GOOD: Rule = Rule::new("header.from.good", Format, Verdict::Good, Basis::Must("RFC 5322 §3.6.2"));
const NO_REPLY: Rule = Rule::new("header.reply.none", Format, Verdict::Notice, Basis::Practice("RFC 5322 §3.6.2"));
const DATE_MISSING: Rule = Rule::new("header.date.missing", Format, Verdict::Deduct(5), Basis::Must("RFC 5322 §3.6"));
const DATE_INVALID: Rule = Rule::new("header.date.invalid", Format, Verdict::Deduct(5), Basis::Must("RFC 5322 §3.3"));
const DATE_FUTURE: Rule = Rule::new("header.date.future", Format, Verdict::Deduct(3), Basis::Should("RFC 5322 §3.6.1"));
const DATE_OLD: Rule = Rule::new("header.date.old", Format, Verdict::Notice, Basis::Should("RFC 5322 §3.6.1"));
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
const EIGHT_BIT: Rule = Rule::new("header.eight_bit.used", Format, Verdict::Deduct(3), Basis::Must("RFC 6532 §3.2"));
const EIGHT_BIT_UNKNOWN: Rule =
    Rule::new("header.eight_bit.unknown", Format, Verdict::NotDetermined, Basis::Must("RFC 6532 §3.2"));
const ENCODED_WORD: Rule =
    Rule::new("header.encoded_word.broken", Format, Verdict::Deduct(2), Basis::Must("RFC 2047 §2"));
const SUBJECT_EMPTY: Rule =
    Rule::new("header.subject.empty", Format, Verdict::Deduct(2), Basis::Practice("RFC 5322 §3.6.5"));
const SUBJECT_CAPITALS: Rule =
    Rule::new("header.subject.capitals", Format, Verdict::Notice, Basis::Practice("RFC 5322 §3.6.5"));
const SUBJECT_REPLY: Rule =
    Rule::new("header.subject.reply", Format, Verdict::Notice, Basis::Practice("RFC 5322 §3.6.5"));
const SUBJECT_LONG: Rule =
    Rule::new("header.subject.long", Format, Verdict::Notice, Basis::Practice("RFC 5322 §2.1.1"));
const SUBJECT_GOOD: Rule = Rule::new("header.subject.good", Format, Verdict::Good, Basis::Practice("RFC 5322 §3.6.5"));
const FIELDS_GOOD: Rule = Rule::new("header.field.good", Format, Verdict::Good, Basis::Must("RFC 5322 §3.6"));

pub const RULES: &[Rule] = &[
    FROM_MISSING,
    FROM_SEVERAL,
    FROM_INVALID,
    FROM_AUTHORS,
    FROM_SENDER,
    FROM_NAMELESS,
    FROM_DISGUISE,
    FROM_GOOD,
    NO_REPLY,
    DATE_MISSING,
    DATE_INVALID,
    DATE_FUTURE,
    DATE_OLD,
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
    SUBJECT_EMPTY,
    SUBJECT_CAPITALS,
    SUBJECT_REPLY,
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
    from(facts, findings);
    reply(facts, findings);
    date(facts, findings);
    message_id(facts, findings);
    subject(&facts.message, findings);
    recipients(&facts.message, findings);
    fields(facts, findings);
}

fn from(facts: &Facts, findings: &mut Findings) {
    let message = &facts.message;
    let fields: Vec<&Field> = message.all("From").collect();
    let Some(field) = fields.first() else {
        findings.add(&FROM_MISSING).cure(line("From: Anna Rossi <anna@example.org>"));
        return;
    };
    if fields.len() > 1 {
        let finding = findings.add(&FROM_SEVERAL).arg("count", fields.len());
        for field in fields.iter().take(5) {
            finding.evidence(Evidence::field(field));
        }
        return;
    }
    let mailboxes = message.mailboxes("From");
    // The parser takes the quotes off a quoted local part (RFC 5322 §3.4.1): what they allowed is no fault.
    let quoted = field.value.contains("\"@");
    let bad = mailboxes.iter().find(|(_, address)| !is_address(address, quoted));
    if mailboxes.is_empty() || bad.is_some() {
        findings.add(&FROM_INVALID).evidence(Evidence::field(field));
        return;
    }
    if mailboxes.len() > 1 {
        findings.add(&FROM_AUTHORS).arg("count", mailboxes.len()).evidence(Evidence::field(field));
        if message.first("Sender").is_none() {
            let (_, address) = mailboxes.first().cloned().unwrap_or_default();
            findings.add(&FROM_SENDER).evidence(Evidence::field(field)).cure(line(&format!("Sender: {address}")));
        }
        return;
    }
    for (name, address) in &mailboxes {
        let Some(name) = name else {
            findings.add(&FROM_NAMELESS).arg("address", address).evidence(Evidence::field(field));
            continue;
        };
        match another_address(name, address) {
            Some(shown) => {
                let finding = findings.add(&FROM_DISGUISE).arg("shown", shown).arg("address", address);
                finding.evidence(Evidence::field(field));
            }
            None => {
                findings.add(&FROM_GOOD).arg("name", name).arg("address", address);
            }
        }
    }
}

/// An address within a display name that belongs to another domain than the real one.
fn another_address(name: &str, address: &str) -> Option<String> {
    let domain = Mailbox::parse(address).and_then(|mailbox| domain_to_ascii(&mailbox.domain))?;
    name.split(|c: char| c.is_whitespace() || "<>()\"',;".contains(c)).find_map(|word| {
        let other = domain_to_ascii(&Mailbox::parse(word)?.domain).filter(|other| other.contains('.'))?;
        (psl::organizational_domain(&other) != psl::organizational_domain(&domain)).then(|| word.to_owned())
    })
}

/// RFC 5322 §3.4.1, loosely: a local part, and a domain or a literal. Internationalized names are fine (RFC 6532).
fn is_address(address: &str, quoted: bool) -> bool {
    let Some(mailbox) = Mailbox::parse(address) else { return false };
    let domain = &mailbox.domain;
    let literal = domain.starts_with('[') && domain.ends_with(']');
    (literal || domain_to_ascii(domain).is_some())
        && !domain.contains(char::is_whitespace)
        && (quoted || !mailbox.local_part.contains(|c: char| c.is_whitespace() || c == '@'))
}

fn reply(facts: &Facts, findings: &mut Findings) {
    let message = &facts.message;
    if facts.purpose == Purpose::Personal || message.first("Reply-To").is_some() {
        return;
    }
    // Nobody is meant to answer a bounce.
    if facts.delivery.envelope.reverse_path.seen().is_some_and(|path| path.mailbox().is_none()) {
        return;
    }
    let Some((_, address)) = message.mailboxes("From").into_iter().next().filter(|(_, address)| is_no_reply(address))
    else {
        return;
    };
    let domain = Mailbox::parse(&address).map(|mailbox| mailbox.domain).unwrap_or_default();
    findings.add(&NO_REPLY).arg("address", &address).cure(line(&format!("Reply-To: <info@{domain}>")));
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
    } else {
        findings.add(&DATE_GOOD);
    }
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
    let value = crate::message::header::unfold(&field.value);
    // Real programs write more than §3.6.4 allows; what matters is one pair of brackets around left@right.
    let inner = value.strip_prefix('<').and_then(|rest| rest.strip_suffix('>'));
    let sides = inner.filter(|inner| !inner.contains(['<', '>', ' ', '\t'])).and_then(|inner| inner.rsplit_once('@'));
    let Some((_, domain)) = sides.filter(|(left, right)| !left.is_empty() && !right.is_empty()) else {
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
    let answers = ["re:", "aw:", "sv:", "antw:", "rif:"].iter().any(|mark| lower.starts_with(mark));
    if answers && message.first("In-Reply-To").is_none() && message.first("References").is_none() {
        findings.add(&SUBJECT_REPLY).evidence(Evidence::field(field));
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
        let quoted = GOOD.replace("<anna@example.org>", "<\"anna rossi\"@example.org>");
        assert!(!codes(check, &facts_of(&quoted)).contains(&"header.from.invalid".to_owned()));
        has("Subject: Ciao\n", "", "header.subject.empty");
        has("Subject: Ciao\n", "Subject: a\nSubject: b\n", "header.field.repeated");
        has("To: b@example.net\n", "", "header.to.missing");
    }

    #[test]
    fn the_cure_for_a_missing_date_is_the_line_itself() {
        let facts = facts_of(&GOOD.replace("Date: Sun, 22 Nov 2026 03:29:00 +0100\n", ""));
        let finding = found(check, &facts).into_iter().find(|finding| finding.code == "header.date.missing").unwrap();
        assert_eq!(finding.cures, [line("Date: Sun, 22 Nov 2026 02:30:00 +0000")]);
        has("Sun, 22 Nov 2026 03:29:00 +0100", "22/11/2026", "header.date.invalid");
        has("22 Nov 2026", "24 Nov 2026", "header.date.future");
        has("Sun, 22 Nov 2026", "Sun, 1 Nov 2026", "header.date.old");
    }

    #[test]
    fn the_message_id_is_judged_by_form_and_by_a_domain_that_says_nothing() {
        has("Message-ID: <1@example.org>\n", "", "header.message_id.missing");
        has("<1@example.org>", "1@example.org", "header.message_id.invalid");
        has("<1@example.org>", "<1@localhost>", "header.message_id.domain");
    }

    #[test]
    fn names_that_show_another_address_are_told_from_names_that_show_their_own() {
        has("Anna <", "\"Paypal service@paypal.com\" <", "header.from.disguise");
        has("Anna <", "\"anna@example.org\" <", "header.from.good");
        has("Anna <anna@example.org>", "anna@example.org", "header.from.nameless");
        has("From: Anna <anna@example.org>", "From: a@example.org, b@example.org", "header.from.sender");
    }

    #[test]
    fn subjects_are_judged_gently() {
        has("Ciao", "FREE OFFER ONLY TODAY", "header.subject.capitals");
        has("Ciao", "Re: our talk", "header.subject.reply");
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
        has("Ciao", "Perché", "header.eight_bit.used");
        let mut facts = facts_of(&GOOD.replace("Ciao", "Perché"));
        std::sync::Arc::make_mut(&mut facts.delivery).envelope.smtputf8 = true;
        assert!(!codes(check, &facts).contains(&"header.eight_bit.used".to_owned()));
    }

    #[test]
    fn an_automatic_sender_without_an_ear_is_told_so_but_no_person_is() {
        let mut facts = facts_of(&GOOD.replace("anna@", "no-reply@"));
        assert!(!codes(check, &facts).contains(&"header.reply.none".to_owned()));
        facts.purpose = Purpose::Bulk;
        assert!(codes(check, &facts).contains(&"header.reply.none".to_owned()));
    }
}
