//! `/t/{key}` before there is a report: what has happened so far, and help when nothing has.

use jiff::Timestamp;
use maud::{Markup, html};

use super::report::{clip, tables::word};
use super::{Page, address, copy_button, size, terms};
use crate::check::{Arg, Section};
use crate::delivery::Observed;
use crate::events::Told;
use crate::facts::Purpose;
use crate::lang::Lang;
use crate::receive::{Notice, Refused};
use crate::web::Fresh;
use crate::web::reader::Reader;

/// How often a browser without script asks again, seconds.
const REFRESH: u32 = 4;
/// How long nothing may come before the page offers help, seconds.
const PATIENCE: u32 = 60;

/// How far it is.
pub struct State {
    /// What the reader says the message is; told to the service when there is one.
    pub purpose: Option<Purpose>,
    pub received: bool,
    /// What the door has noticed of the latest sender.
    pub heard: Vec<Told>,
}

pub(in crate::web) fn page<'a>(reader: &'a Reader, fresh: &Fresh, state: &State) -> Page<'a> {
    let lang = reader.lang;
    let t = |id: &str| lang.text(id);
    let received = state.received;
    let title = t(if received { "web-wait-received-title" } else { "web-wait-title" });
    let told = |wanted: fn(&Notice) -> bool| state.heard.iter().find(|told| wanted(&told.notice));
    let refused = told(|notice| matches!(notice, Notice::Refused(_)));
    let content = html! {
        section.stack {
            h1 { (title) }
            @if !received {
                p.lead { (t("web-wait-lead")) }
                div.row {
                    (address(&fresh.address))
                    div.row {
                        (copy_button(lang, "address", &t("web-copy-address"), ""))
                        a.button href=(fresh.mailto(lang)) { (t("web-mailto")) }
                    }
                }
                (terms(fresh, lang))
            }
            noscript { p.note { (lang.with("web-wait-noscript", [("seconds", REFRESH.into())])) } }
        }
        section.panel data-events=(fresh.events_path(lang)) data-report=(fresh.path()) aria-labelledby="progress" {
            div.stack {
                h2 #progress { (t("web-progress-title")) }
                p.note.bad.wide data-refused hidden[refused.is_none()] {
                    @if let Some(told) = refused { (heard(&told.notice, lang)) " (" (clock(told.at)) ")" }
                }
                ol.progress.wide {
                    (step("connected", &t("web-progress-connected"), told(|n| matches!(n, Notice::Recipient { .. })), received, lang))
                    (step("received", &t("web-progress-received"), told(|n| matches!(n, Notice::Content { .. })), received, lang))
                    @for section in Section::ALL {
                        (step(section.id(), &t(&format!("section-{}", section.id())), None, false, lang))
                    }
                    (step("ready", &t("web-progress-ready"), None, false, lang))
                }
                @if let Some(purpose) = state.purpose { (purpose_form(fresh, purpose, received, lang)) }
            }
        }
        @if !received {
            details.panel.help data-after=(PATIENCE) {
                summary { strong { (t("web-help-title")) } }
                ul.prose {
                    @for cause in ["address", "greylisting", "queue", "port", "bounce"] {
                        li { (t(&format!("web-help-{cause}"))) }
                    }
                }
                p { a.button href="/" { (t("web-new-address")) } }
            }
        }
    };
    Page { reader, title, refresh: Some(REFRESH), content }
}

/// What the reader chose, sent by script as soon as the message is there, or by hand.
fn purpose_form(fresh: &Fresh, purpose: Purpose, received: bool, lang: Lang) -> Markup {
    let name = word(&purpose);
    let kind = lang.text(&format!("web-purpose-{name}"));
    html! {
        form.row.small method="post" action={ (fresh.path()) "/purpose" } data-when="received" {
            input type="hidden" name="purpose" value=(name);
            span { (lang.with("web-purpose-said", [("purpose", kind.into())])) }
            @if received { noscript { button.button.small type="submit" { (lang.text("web-purpose-apply")) } } }
        }
    }
}

/// A step that is done, has begun, or is awaited.
fn step(name: &str, label: &str, told: Option<&Told>, done: bool, lang: Lang) -> Markup {
    let begun = told.filter(|_| !done);
    let class = if done || (begun.is_some() && name == "connected") { "done" } else { "" };
    html! {
        li data-step=(name) class=[(!class.is_empty()).then_some(class)] {
            span data-text { @match begun { Some(told) => (heard(&told.notice, lang)), None => (label) } }
            span.numbers.small data-time { @if let Some(told) = begun { (clock(told.at)) } }
        }
    }
}

/// The time of day, for what has just happened.
pub fn clock(at: Timestamp) -> String {
    at.strftime("%H:%M:%S UTC").to_string()
}

/// What the door has noticed, as a sentence.
pub fn heard(notice: &Notice, lang: Lang) -> String {
    match notice {
        Notice::Recipient { client_ip, helo, tls } => {
            let client = client_ip.seen().map_or_else(|| "?".to_owned(), ToString::to_string);
            let helo = clip(helo.as_deref().unwrap_or("?"), 120);
            let tls = match tls {
                Observed::Seen(Some(_)) => "yes",
                Observed::Seen(None) => "no",
                Observed::Missing(_) => "unknown",
            };
            lang.with("web-event-connected", [("client", client.into()), ("helo", helo.into()), ("tls", tls.into())])
        }
        Notice::Content { octets } => lang.with("web-event-arriving", [("size", size(*octets, lang).into())]),
        Notice::Refused(refused) => lang.with("web-event-refused", [("why", Arg::from(why(*refused)))]),
    }
}

fn why(refused: Refused) -> &'static str {
    match refused {
        Refused::Expired => "expired",
        Refused::TooBig => "too-big",
        Refused::Full => "full",
        Refused::Deleted => "deleted",
        Refused::TryLater => "try-later",
        Refused::Interrupted => "interrupted",
    }
}
