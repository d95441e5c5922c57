//! The answer by mail, where the operator wants one: a short report to the return path.
//!
//! It must never become a nuisance: only to senders whose address is proved, never to automatic mail (RFC 3834 §2), with a
//! null return path so that nothing answers it in turn, and once a sender and hour ([`crate::store::Store::may_answer`]).

use std::time::Duration;

use lettre::address::Envelope;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use super::{Aligned, Judged, dkim_passes_aligned, meaning, spf_passes_aligned};
use crate::address::{Mailbox, Probe, ReversePath};
use crate::auth::{Auth, DmarcResult, SpfResult, received_spf, results_header};
use crate::delivery::Delivery;
use crate::lang::Lang;
use crate::message::Message;
use crate::store::Store;

/// How long the smarthost may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Sends answers through a smarthost.
pub struct Answerer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    /// Ours, for the header lines.
    domain: String,
    public_url: String,
    store: Store,
}

/// The smarthost or the sender's address is not usable.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    #[error("--reply-smarthost {0:?}: want HOST:PORT, or smtp:// or smtps:// with a host")]
    Smarthost(String),
    #[error("--reply-from {0:?} is not a mail address")]
    From(String),
}

impl Answerer {
    /// `smarthost` is `HOST:PORT` or an `smtp://` or `smtps://` URL, with a name and password where it asks for them.
    ///
    /// # Errors
    ///
    /// See [`AnswerError`].
    pub fn new(
        smarthost: &str,
        from: &str,
        domain: &str,
        public_url: &str,
        store: Store,
    ) -> Result<Answerer, AnswerError> {
        let url = if smarthost.contains("://") { smarthost.to_owned() } else { format!("smtp://{smarthost}") };
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(&url)
            .map_err(|_| AnswerError::Smarthost(smarthost.to_owned()))?
            .timeout(Some(PATIENCE))
            .build();
        let from = Mailbox::parse(from)
            .filter(|mailbox| mailbox.to_string().parse::<lettre::Address>().is_ok())
            .ok_or_else(|| AnswerError::From(from.to_owned()))?;
        Ok(Answerer { transport, from, domain: domain.to_owned(), public_url: public_url.to_owned(), store })
    }

    /// Answers, where an answer is due. What goes wrong is logged, and nobody waits for it.
    pub async fn answer(&self, probe: Probe, delivery: &Delivery, judged: &Judged, id: &str) {
        let message = Message::parse(delivery.raw.clone());
        let Some(to) = recipient(delivery, &message, &judged.evidence.auth) else { return };
        let Ok(address) = to.to_string().parse::<lettre::Address>() else { return };
        match self.store.may_answer(&to).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => {
                tracing::warn!(%error, "whether an answer is due could not be read; none is sent");
                return;
            }
        }
        let Ok(envelope) = Envelope::new(None, vec![address]) else { return };
        let letter = self.letter(probe, &message, judged, &to, id);
        match self.transport.send_raw(&envelope, letter.as_bytes()).await {
            Ok(_) => metrics::counter!("vaglio_probe_answers").increment(1),
            // The error's text may quote the address.
            Err(error) => {
                tracing::warn!(transient = error.is_transient(), "the smarthost did not take an answer by mail");
            }
        }
    }

    fn letter(&self, probe: Probe, message: &Message, judged: &Judged, to: &Mailbox, id: &str) -> String {
        let wish = message.first("Accept-Language").map(|field| field.value.as_str()).unwrap_or_default();
        let lang = Lang::negotiate(wish);
        let tag = judged.tag;
        let auth = &judged.evidence.auth;
        let meaning = meaning(tag, auth);
        let mut body = format!("{tag}\r\n{}\r\n", lang.text(&meaning));
        if let Some(fix) = lang.find(&format!("{meaning}.fix"), &Default::default()) {
            body += &format!("\r\n{}\r\n", fix.replace('`', ""));
        }
        body += &format!("\r\n{}\r\n", results_header(auth, &self.domain));
        if let Some(spf) = auth.spf.seen() {
            let helo = judged.evidence.helo.as_deref().unwrap_or("unknown");
            body += &format!("\r\n{}\r\n", received_spf(spf, helo, &self.domain));
        }
        body += &format!(
            "\r\n{}\r\n{}/{}/r/{id}\r\n\r\n{}\r\n",
            lang.text("probe-mail-more"),
            self.public_url,
            probe.name(),
            lang.text("probe-mail-why")
        );
        let mut head = vec![
            format!("From: Vaglio <{}>", self.from),
            format!("To: <{to}>"),
            format!("Subject: {tag}"),
            format!("Date: {}", date(judged.evidence.received_at)),
            format!("Message-ID: <{id}@{}>", self.domain),
            // RFC 3834 §5, and what older programs look for.
            "Auto-Submitted: auto-replied".to_owned(),
            "X-Auto-Response-Suppress: All".to_owned(),
            format!("Content-Language: {}", lang.code()),
            "MIME-Version: 1.0".to_owned(),
            "Content-Type: text/plain; charset=utf-8".to_owned(),
            "Content-Transfer-Encoding: base64".to_owned(),
        ];
        if let Some(id) = message.first("Message-ID").and_then(|field| message_id(&field.value)) {
            head.push(format!("In-Reply-To: {id}"));
            head.push(format!("References: {id}"));
        }
        format!("{}\r\n\r\n{}", head.join("\r\n"), base64_lines(&body))
    }
}

/// Whom to answer; `None`: nobody.
///
/// DMARC must pass, or SPF and DKIM both pass aligned. And since the answer goes to the return path, that must be proved,
/// too, by SPF or by alignment: else a signature of one's own would send our mail to anybody.
pub fn recipient(delivery: &Delivery, message: &Message, auth: &Auth) -> Option<Mailbox> {
    let ReversePath::Mailbox(mailbox) = delivery.envelope.reverse_path.seen()? else { return None };
    let vouched = auth.dmarc.result == DmarcResult::Pass
        || (spf_passes_aligned(auth) == Aligned::Yes && dkim_passes_aligned(auth) == Aligned::Yes);
    let spf_passes = auth.spf.seen().is_some_and(|spf| spf.result == SpfResult::Pass);
    let proved = vouched && (spf_passes || auth.dmarc.spf_domain_aligned);
    (proved && !is_automatic(message) && !is_role(&mailbox.local_part)).then(|| mailbox.clone())
}

/// RFC 3834 §2: no answer to what a program sent, or a list.
fn is_automatic(message: &Message) -> bool {
    let auto_submitted = message.all("Auto-Submitted").any(|field| {
        let keyword = field.value.split(';').next().unwrap_or_default();
        !keyword.trim().eq_ignore_ascii_case("no")
    });
    let present = ["Precedence", "List-Id", "List-Post", "List-Unsubscribe", "X-Auto-Response-Suppress", "X-Loop"];
    auto_submitted || present.into_iter().any(|name| message.first(name).is_some())
}

/// Return paths that programs read (RFC 3834 §2; RFC 2142).
fn is_role(local_part: &str) -> bool {
    let local_part = local_part.to_ascii_lowercase();
    let programs = ["mailer-daemon", "listserv", "majordomo", "noreply", "no-reply", "bounce", "bounces"];
    programs.contains(&local_part.as_str())
        || local_part.starts_with("owner-")
        || local_part.ends_with("-request")
        || local_part.ends_with("-owner")
}

/// One message id that can stand in a header field of ours.
fn message_id(value: &str) -> Option<&str> {
    let id = value.trim();
    let plain = id.len() <= 250 && id.bytes().all(|octet| octet.is_ascii_graphic());
    (plain && id.starts_with('<') && id.ends_with('>')).then_some(id)
}

fn date(at: jiff::Timestamp) -> String {
    jiff::fmt::rfc2822::to_string(&at.to_zoned(jiff::tz::TimeZone::UTC)).unwrap_or_default()
}

/// RFC 2045 §6.8: lines of 76 characters.
fn base64_lines(text: &str) -> String {
    use base64::Engine as _;
    let encoded = base64::engine::general_purpose::STANDARD.encode(text);
    let mut lines = String::with_capacity(encoded.len().saturating_add(encoded.len() / 38));
    for (i, character) in encoded.chars().enumerate() {
        if i > 0 && i % 76 == 0 {
            lines.push_str("\r\n");
        }
        lines.push(character);
    }
    lines + "\r\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn automatic(head: &str) -> bool {
        is_automatic(&Message::parse(format!("From: a@b.test\r\n{head}\r\n\r\nx").into_bytes().into()))
    }

    #[test]
    fn programs_and_lists_get_no_answer() {
        for head in [
            "Auto-Submitted: auto-replied",
            "auto-submitted: auto-generated (failure)",
            "Precedence: bulk",
            "Precedence: list",
            "List-Id: <x.b.test>",
            "List-Unsubscribe: <https://b.test/u>",
        ] {
            assert!(automatic(head), "{head}");
        }
        assert!(!automatic("Subject: hello") && !automatic("Auto-Submitted: no"));
        for local_part in ["MAILER-DAEMON", "owner-list", "list-request", "noreply"] {
            assert!(is_role(local_part), "{local_part}");
        }
        assert!(!is_role("anna"));
    }

    #[test]
    fn only_a_plain_message_id_is_repeated() {
        assert_eq!(message_id(" <a@b> "), Some("<a@b>"));
        for bad in ["a@b", "<a@b>\r\nBcc: <c@d>", "<a b@c>", ""] {
            assert_eq!(message_id(bad), None, "{bad}");
        }
    }
}
