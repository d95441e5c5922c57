//! What a message is for, as far as it can be told from the message: personal, transactional or bulk.
//!
//! The reason is a code, since the reader may disagree and say so. In doubt a message is personal: the fewest rules apply.

use super::Message;
use crate::delivery::Envelope;
use crate::facts::Purpose;

/// Words that name the way out of a mailing, in the languages our users write; lower case, accents as written.
const WAY_OUT: &[&str] = &[
    "unsubscrib",
    "opt out",
    "opt-out",
    "optout",
    "stop receiving",
    // Italian
    "disiscri",
    "cancellati da",
    "cancellati qui",
    "cancellami",
    "cancella iscrizione",
    "cancella l'iscrizione",
    "cancella la tua iscrizione",
    "annulla iscrizione",
    "annulla l'iscrizione",
    "annullare l'iscrizione",
    "cancellare l'iscrizione",
    "cancellare la tua iscrizione",
    "rimuovi iscrizione",
    "non ricevere più",
    "non desideri più",
    "non vuoi più",
    // German, French, Spanish, Portuguese, Dutch
    "newsletter abmelden",
    "vom newsletter abmelden",
    "abbestellen",
    "austragen",
    "désabonn",
    "désinscri",
    "se desinscrire",
    "desinscrire",
    "desabonner",
    "ne plus recevoir",
    "darse de baja",
    "darme de baja",
    "date de baja",
    "cancelar suscripci",
    "anular suscripci",
    "cancelar a subscri",
    "cancelar inscri",
    "cancelar subscri",
    "descadastr",
    "uitschrijven",
    // Polish, Czech, Romanian, Swedish, Danish, Finnish
    "wypisz się",
    "zrezygnuj z",
    "odhlásit odběr",
    "odhlásit z odběru",
    "dezabon",
    "avprenumerera",
    "afmeld nyhedsbrev",
    "peruuta tilaus",
    // Greek, Russian, Ukrainian, Turkish, Japanese, Chinese, Korean
    "απεγγραφ",
    "отписаться",
    "отказаться от рассылки",
    "відписа",
    "abonelikten",
    "配信停止",
    "登録解除",
    "退订",
    "取消订阅",
    "수신거부",
    "수신 거부",
];

/// Words that may name the way out, when we only ask whether a mailing has one: too common to make a message a mailing.
const WAY_OUT_MAYBE: &[&str] = &[
    "manage preferences",
    "manage your preferences",
    "email preferences",
    "email settings",
    "remove me",
    "preferences",
    "subscription",
    "rimuovi",
    "cancellazione",
    "cancellati",
    "preferenze",
    "gestisci",
    "disattiva",
    "abmelden",
    "abmeldung",
    "préférences",
    "preferencias",
    "afmelden",
    "einstellungen",
    "odhlásit",
    "afmeld",
    "avmeld",
    "avregistrera",
    "διαγραφ",
    "baja",
    "wypisz",
    "отписа",
];

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
    if has("List-Unsubscribe") {
        return (Purpose::Bulk, "list_unsubscribe");
    }
    if matches!(precedence.as_deref(), Some("bulk" | "list" | "junk")) {
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
    let transaction = names_a_transaction(message);
    if !transaction && !quotes_others(message) && way_out(message, &[WAY_OUT]).is_some() {
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

/// A reply or a forwarded message quotes what others wrote, their ways out included.
fn quotes_others(message: &Message) -> bool {
    let subject = message.subject().unwrap_or_default().to_lowercase();
    let marks = ["re:", "fwd:", "fw:", "r:", "i:", "aw:", "wg:", "tr:", "rv:", "rif:", "inoltra:", "sv:", "vs:"];
    message.first("In-Reply-To").is_some() || marks.iter().any(|mark| subject.starts_with(mark))
}

/// The label, URL or line that offers a way out of a mailing.
pub fn unsubscribe_link(message: &Message) -> Option<String> {
    way_out(message, &[WAY_OUT, WAY_OUT_MAYBE])
}

/// True for the words of a link that leads out of a mailing.
pub fn offers_a_way_out(label: &str) -> bool {
    names_one_of(label, &[WAY_OUT])
}

fn names_one_of(text: &str, words: &[&[&str]]) -> bool {
    let text = text.to_lowercase().replace('’', "'");
    words.iter().copied().flatten().any(|word| starts_a_word(&text, word))
}

/// A link whose label or line offers a way out, or a short line of the text with a URL near: people also write about
/// such words.
fn way_out(message: &Message, words: &[&[&str]]) -> Option<String> {
    let offers = |text: &str| names_one_of(text, words);
    if let Some(html) = &message.page {
        let label = |href: &str, label: &str| if label.is_empty() { href.to_owned() } else { label.to_owned() };
        let by_itself = html.links.iter().find(|anchor| offers(&anchor.label) || names_the_way_out(&anchor.href));
        if let Some(anchor) = by_itself {
            return Some(label(&anchor.href, &anchor.label));
        }
        // "To unsubscribe click here": the words stand on the line of a link whose label says nothing.
        let lines: Vec<&str> = html.visible.lines().filter(|line| line.len() < 400 && offers(line)).take(50).collect();
        let on_line =
            |line: &&&str| html.links.iter().any(|anchor| !anchor.label.is_empty() && line.contains(&anchor.label));
        if let Some(line) = lines.iter().find(on_line) {
            return Some((*line).to_owned());
        }
    }
    let text = message.text.as_deref()?;
    let lines: Vec<&str> = text.lines().take(20_000).collect();
    lines.iter().enumerate().find_map(|(index, line)| {
        // The URL stands on the same line or on one of the next two.
        let near = || lines.iter().skip(index).take(3).any(|line| line.contains("://") || line.contains("mailto:"));
        (line.len() < 400 && !line.starts_with('>') && offers(line) && near()).then(|| line.trim().to_owned())
    })
}

fn names_the_way_out(href: &str) -> bool {
    let href = href.to_ascii_lowercase();
    ["unsubscrib", "optout", "opt-out", "opt_out", "disiscri", "desinscri", "desabonn", "abmelden"]
        .iter()
        .any(|word| href.contains(word))
}

fn starts_a_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        !text.get(..at).and_then(|before| before.chars().next_back()).is_some_and(|c| c.is_ascii_alphanumeric())
    })
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
