//! What a message is for, as far as it can be told from the message: personal, transactional or bulk.
//!
//! The reason is a code, since the reader may disagree and say so. In doubt a message is personal: the fewest rules apply.

use super::{Message, way_out};
use crate::delivery::Envelope;
use crate::facts::Purpose;

/// The purpose, and why: `list_post`, `list_unsubscribe`, `precedence`, `esp`, `list_id`, `body_unsubscribe`,
/// `null_reverse_path`, `report`, `calendar`, `auto_submitted`, `automatic_sender`, `transaction`, `plain`.
pub fn detect(message: &Message, envelope: &Envelope) -> (Purpose, &'static str) {
    let value = |name: &str| message.first(name).map(|field| field.value.trim().to_ascii_lowercase());
    let has = |name: &str| message.first(name).is_some();
    let kind = message.parts.first().map(|part| part.content_type.as_str()).unwrap_or_default();

    // RFC 5321 §4.5.5: notifications have the null reverse path; RFC 6522: reports.
    if kind == "multipart/report" {
        return (Purpose::Transactional, "report");
    }
    let null = envelope.reverse_path.seen().is_some_and(|path| path.mailbox().is_none());
    if null {
        return (Purpose::Transactional, "null_reverse_path");
    }
    // RFC 6047: an invitation, even one that a calendar service sends in quantity.
    if message.parts.iter().any(|part| part.content_type == "text/calendar" && part.method.is_some()) {
        return (Purpose::Transactional, "calendar");
    }
    // A post to a discussion list (RFC 2369 §3.4): a person wrote it, and the list software handles leaving.
    if has("List-Post") && has("List-Id") && value("List-Post").as_deref() != Some("no") {
        return (Purpose::Personal, "list_post");
    }
    let precedence = value("Precedence");
    let auto = value("Auto-Submitted");
    if auto.as_deref().is_some_and(|auto| auto.starts_with("auto-replied")) {
        return (Purpose::Transactional, "auto_submitted");
    }
    let declared_bulk = matches!(precedence.as_deref(), Some("bulk" | "list" | "junk"));
    let transaction = names_a_transaction(message);
    // Shops put the field into everything they send. One click (RFC 8058) is for mailings, and an offer is one.
    if has("List-Unsubscribe") && transaction && !declared_bulk && !has("List-Unsubscribe-Post") && !promotes(message) {
        return (Purpose::Transactional, "transaction");
    }
    if has("List-Unsubscribe") {
        return (Purpose::Bulk, "list_unsubscribe");
    }
    if declared_bulk {
        return (Purpose::Bulk, "precedence");
    }
    const CAMPAIGN: &[&str] = &[
        "X-Campaign",
        "X-CampaignID",
        "X-Campaign-Id",
        "X-Mailchimp-Campaign",
        "X-MC-User",
        "X-CSA-Complaints",
        "X-Mailgun-Campaign-Id",
        "X-Mailer-RecptId",
        "X-CiviMail-Bounce",
        "X-MailUp-Campaign",
        "X-Newsletter",
    ];
    if CAMPAIGN.iter().any(|name| has(name)) {
        return (Purpose::Bulk, "esp");
    }
    if has("List-Id") {
        return (Purpose::Bulk, "list_id");
    }
    if !transaction && !quotes_others(message) && way_out::tells_a_mailing(message) {
        return (Purpose::Bulk, "body_unsubscribe");
    }
    if auto.as_deref().is_some_and(|auto| !auto.starts_with("no")) {
        return (Purpose::Transactional, "auto_submitted");
    }
    if transaction {
        return (Purpose::Transactional, "transaction");
    }
    let sender = message.mailboxes("From").into_iter().next().map(|(_, address)| address.to_ascii_lowercase());
    if sender.as_deref().is_some_and(is_automatic_sender) {
        return (Purpose::Transactional, "automatic_sender");
    }
    (Purpose::Personal, "plain")
}

/// True for `no-reply@` and its like, in the languages our users write.
pub fn is_no_reply(address: &str) -> bool {
    let local = address.split('@').next().unwrap_or_default().to_ascii_lowercase();
    let letters: String = local.chars().filter(char::is_ascii_alphanumeric).collect();
    ["noreply", "donotreply", "nonrispondere", "neantworten", "nepasrepondre", "noresponder", "naoresponder"]
        .iter()
        .any(|word| letters.starts_with(word) || letters.ends_with(word))
}

fn is_automatic_sender(address: &str) -> bool {
    let local = address.split('@').next().unwrap_or_default();
    is_no_reply(address)
        || [
            "notification",
            "notifications",
            "notifica",
            "notifiche",
            "alert",
            "alerts",
            "billing",
            "orders",
            "ordini",
            "fatture",
            "invoice",
            "invoices",
            "mailer-daemon",
            "system",
            "security",
            "account",
            "accounts",
        ]
        .contains(&local)
}

/// Subjects of receipts, codes and notices, which people asked for one by one.
fn names_a_transaction(message: &Message) -> bool {
    const WORDS: &[&str] = &[
        "invoice",
        "receipt",
        "your order",
        "order confirm",
        "order #",
        "password",
        "verification",
        "verify your",
        "confirm your",
        "security code",
        "one-time",
        "shipped",
        "delivery of",
        "booking",
        "reservation",
        "ticket",
        "your account",
        "payment",
        "fattura",
        "ricevuta",
        "il tuo ordine",
        "conferma",
        "codice di",
        "spedit",
        "prenotazione",
        "bonifico",
        "pagamento",
        "rechnung",
        "bestellung",
        "passwort",
        "facture",
        "commande",
        "mot de passe",
        "factura",
        "pedido",
        "contraseña",
    ];
    let subject = message.subject().unwrap_or_default().to_lowercase();
    WORDS.iter().any(|word| subject.contains(word))
}

/// Subjects of offers, which name what is bought as well: `20 % off your booking`.
fn promotes(message: &Message) -> bool {
    const WORDS: &[&str] =
        &["%", "newsletter", "offer", "discount", "sale", "sconto", "saldi", "rabatt", "angebot", "promo", "descuento"];
    let subject = message.subject().unwrap_or_default().to_lowercase();
    WORDS.iter().any(|word| subject.contains(word))
}

/// A reply or a forwarded message quotes what others wrote, their ways out included.
pub fn quotes_others(message: &Message) -> bool {
    let subject = message.subject().unwrap_or_default().to_lowercase();
    let marks = ["re:", "fwd:", "fw:", "r:", "i:", "aw:", "wg:", "tr:", "rv:", "rif:", "inoltra:", "sv:", "vs:"];
    message.first("In-Reply-To").is_some() || marks.iter().any(|mark| subject.starts_with(mark))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::facts_of;

    fn purpose(raw: &str) -> (Purpose, &'static str) {
        let facts = facts_of(raw);
        detect(&facts.message, &facts.delivery.envelope)
    }

    #[test]
    fn a_personal_mail_is_personal_even_when_it_speaks_of_unsubscribing() {
        let raw = "Subject: help\nFrom: a@b.example\n\nHow do I unsubscribe from that newsletter?\nBye\n";
        assert_eq!(purpose(raw), (Purpose::Personal, "plain"));
    }

    #[test]
    fn a_reply_that_quotes_a_newsletter_is_personal() {
        let raw = "Subject: Re: News\nIn-Reply-To: <1@a.example>\n\nno!\nUnsubscribe: https://a.example/u\n";
        assert_eq!(purpose(raw), (Purpose::Personal, "plain"));
    }

    #[test]
    fn a_newsletter_is_bulk_by_header_or_by_its_way_out() {
        assert_eq!(purpose("List-Unsubscribe: <https://a.example/u>\n\nx").0, Purpose::Bulk);
        assert_eq!(purpose("Precedence: bulk\n\nx").0, Purpose::Bulk);
        let html = "Subject: Novità\nContent-Type: text/html; charset=utf-8\n\n<p>Ciao</p><a href=https://a.example/x>Annulla l’iscrizione</a>";
        assert_eq!(purpose(html), (Purpose::Bulk, "body_unsubscribe"));
        assert_eq!(purpose("Subject: News\n\nhello\nUnsubscribe:\nhttps://a.example/u\n").0, Purpose::Bulk);
    }

    #[test]
    fn a_receipt_with_a_way_out_is_no_mailing_and_an_offer_is() {
        let list = "List-Unsubscribe: <mailto:u@shop.example>\n";
        let post = "List-Unsubscribe-Post: List-Unsubscribe=One-Click\n";
        let order = "Subject: Your order #12 has shipped\n";
        assert_eq!(purpose(&format!("{order}{list}\nx")), (Purpose::Transactional, "transaction"));
        assert_eq!(purpose(&format!("Subject: Il tuo ordine 12\n{list}\nx")).0, Purpose::Transactional);
        for bulk in [
            format!("{order}{list}{post}\nx"),
            format!("{order}{list}Precedence: bulk\n\nx"),
            format!("Subject: 20% off your booking\n{list}\nx"),
            format!("Subject: News\n{list}\nx"),
        ] {
            assert_eq!(purpose(&bulk).0, Purpose::Bulk, "{bulk}");
        }
    }

    #[test]
    fn list_posts_bounces_invitations_and_invoices_are_no_marketing() {
        let list = "List-Id: <dev.example.org>\nList-Post: <mailto:dev@example.org>\nList-Unsubscribe: <mailto:x@y.example>\nPrecedence: list\n\nx";
        assert_eq!(purpose(list), (Purpose::Personal, "list_post"));
        let report = "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nx\n--b--\n";
        assert_eq!(purpose(report).0, Purpose::Transactional);
        assert_eq!(purpose("Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\n").1, "calendar");
        assert_eq!(purpose("Subject: Fattura n. 12\n\nIn allegato.\n").1, "transaction");
        assert_eq!(purpose("From: No Reply <no-reply@shop.example>\n\nhello\n").1, "automatic_sender");
    }
}
