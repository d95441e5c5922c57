//! The fields that name people: who wrote, whom to answer, to whom it goes.

use crate::address::{Mailbox, domain_to_ascii};
use crate::auth::psl;
use crate::facts::{Facts, Purpose};
use crate::message::addresses::is_address;
use crate::message::purpose::is_no_reply;
use crate::message::{Field, Message};

use super::super::{Basis, Evidence, Findings, Rule, Section::Format, Verdict};
use super::line;

/// Gmail refuses a From without a valid address, with several addresses, or that stands there twice.
const GMAIL_ERRORS: &str = "https://support.google.com/a/answer/3726730";

pub const FROM_MISSING: Rule =
    Rule::new("header.from.missing", Format, Verdict::Deduct(20), Basis::Must("RFC 5322 §3.6")).refused();
pub const FROM_SEVERAL: Rule =
    Rule::new("header.from.several", Format, Verdict::Deduct(20), Basis::Must("RFC 5322 §3.6")).refused();
pub const FROM_INVALID: Rule =
    Rule::new("header.from.invalid", Format, Verdict::Deduct(20), Basis::Must("RFC 5322 §3.6.2")).refused();
pub const FROM_AUTHORS: Rule =
    Rule::new("header.from.authors", Format, Verdict::Notice, Basis::Provider("Gmail", GMAIL_ERRORS)).refused();
pub const FROM_SENDER: Rule =
    Rule::new("header.from.sender", Format, Verdict::Deduct(5), Basis::Must("RFC 5322 §3.6.2"));
pub const FROM_NAMELESS: Rule =
    Rule::new("header.from.nameless", Format, Verdict::Notice, Basis::Practice("RFC 5322 §3.4"));
pub const FROM_DISGUISE: Rule =
    Rule::new("header.from.disguise", Format, Verdict::Deduct(5), Basis::Practice("RFC 5322 §3.6.2"));
pub const FROM_GOOD: Rule = Rule::new("header.from.good", Format, Verdict::Good, Basis::Must("RFC 5322 §3.6.2"));
pub const NO_REPLY: Rule = Rule::new("header.reply.none", Format, Verdict::Notice, Basis::Practice("RFC 5322 §3.6.2"));
pub const ADDRESS_INVALID: Rule =
    Rule::new("header.address.invalid", Format, Verdict::Deduct(2), Basis::Must("RFC 5322 §3.4"));
pub const FROM_ACCOUNT: Rule =
    Rule::new("header.from.account", Format, Verdict::Notice, Basis::Practice("RFC 5322 §3.6.2"));

pub fn check(facts: &Facts, findings: &mut Findings) {
    from(facts, findings);
    reply(facts, findings);
    others(&facts.message, findings);
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
    if mailboxes.is_empty() || !mailboxes.iter().all(|(_, address)| is_address(address)) {
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
            let finding = findings.add(&FROM_NAMELESS).arg("address", address).evidence(Evidence::field(field));
            finding.cure(line(&format!("From: … <{address}>")));
            continue;
        };
        match another_address(name, address).filter(|_| !speaks_for_another(name, message)) {
            Some(shown) => {
                let finding = findings.add(&FROM_DISGUISE).arg("shown", shown).arg("address", address);
                finding.evidence(Evidence::field(field));
            }
            None if !is_account(address) || message.first("Reply-To").is_some() => {
                findings.add(&FROM_GOOD).arg("name", name).arg("address", address);
            }
            None => {
                findings.add(&FROM_ACCOUNT).arg("address", address).evidence(Evidence::field(field));
            }
        }
    }
}

/// An account that a server's own programs run under: mail of it was never set up with an address.
fn is_account(address: &str) -> bool {
    const ACCOUNTS: &[&str] =
        &["root", "www-data", "apache", "nginx", "httpd", "nobody", "daemon", "ubuntu", "wordpress"];
    let local = address.split('@').next().unwrap_or_default();
    ACCOUNTS.iter().any(|account| local.eq_ignore_ascii_case(account))
}

/// An address within a display name that belongs to another domain than the real one.
fn another_address(name: &str, address: &str) -> Option<String> {
    let domain = Mailbox::parse(address).and_then(|mailbox| domain_to_ascii(&mailbox.domain))?;
    name.split(|c: char| c.is_whitespace() || "<>()\"',;".contains(c)).find_map(|word| {
        let other = domain_to_ascii(&Mailbox::parse(word)?.domain).filter(|other| other.contains('.'))?;
        (psl::organizational_domain(&other) != psl::organizational_domain(&domain)).then(|| word.to_owned())
    })
}

/// Whoever passes mail on may name whom they speak for, if they say that they do: a list or a service that must not use the
/// author's address (`'a@b' via List`, `a@b (via Docs)`), and Italian certified mail, whose rules demand `Per conto di: a@b`.
fn speaks_for_another(name: &str, message: &Message) -> bool {
    let name = name.to_lowercase();
    let certified = message.first("X-Trasporto").is_some() || message.first("X-Ricevuta").is_some();
    let passed_on = [" via ", "(via ", " tramite ", "(tramite "].iter().any(|word| name.contains(word));
    passed_on || (certified && name.starts_with("per conto di"))
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

/// The other address fields: every mailbox must be one. An empty group (`undisclosed-recipients:;`) names nobody, rightly.
fn others(message: &Message, findings: &mut Findings) {
    for name in ["Sender", "Reply-To", "To", "Cc"] {
        for field in message.all(name).take(5) {
            let mailboxes = crate::message::header::addresses(&field.value);
            if let Some((_, bad)) = mailboxes.iter().find(|(_, address)| !is_address(address)) {
                let shown = if bad.is_empty() { crate::message::header::unfold(&field.value) } else { bad.clone() };
                let shown: String = shown.chars().take(100).collect();
                findings.add(&ADDRESS_INVALID).arg("name", name).arg("shown", shown).evidence(Evidence::field(field));
            }
        }
    }
}
