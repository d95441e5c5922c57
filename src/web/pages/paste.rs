//! `/check`: a message's source instead of a message.

use maud::{Markup, html};

use super::Page;
use crate::web::reader::Reader;

/// What stands in the form: empty at first, as sent when something was wrong with it.
#[derive(Clone, Debug, Default)]
pub struct Filled {
    pub source: String,
    pub ip: String,
    pub helo: String,
    pub mail_from: String,
    /// Ask the lists about the servers of the trace too.
    pub hops: bool,
    /// What is wrong, as a text's id.
    pub wrong: Option<&'static str>,
}

pub fn page<'a>(reader: &'a Reader, filled: &Filled) -> Page<'a> {
    let t = |id: &str| reader.lang.text(id);
    let title = t("web-paste-title");
    let content = html! {
        section.stack {
            h1 { (title) }
            p.lead { (t("web-paste-lead")) }
            @if let Some(wrong) = filled.wrong { p.note.bad role="alert" { (t(wrong)) } }
        }
        form.stack.panel method="post" action="/check" enctype="multipart/form-data" {
            label.field.wide {
                span { (t("web-paste-source")) }
                textarea name="source" rows="14" spellcheck="false" autocomplete="off" { "\n" (filled.source) }
            }
            label.field.wide {
                span { (t("web-paste-file")) }
                input type="file" name="file" accept=".eml,.txt,.msg,message/rfc822,text/plain";
            }
            details.wide {
                summary { (t("web-paste-envelope")) }
                div.stack {
                    p.soft { (t("web-paste-envelope-why")) }
                    div.fields.wide {
                        (field("ip", &t("web-paste-ip"), &filled.ip, "192.0.2.25"))
                        (field("helo", &t("web-paste-helo"), &filled.helo, "mail.example.org"))
                        (field("mail_from", &t("web-paste-mail-from"), &filled.mail_from, "bounce@example.org"))
                    }
                    label.tick { input type="checkbox" name="hops" checked[filled.hops]; span { (t("web-paste-hops")) } }
                }
            }
            button.button.main type="submit" { (t("web-paste-go")) }
            p.soft.small { (t("web-paste-privacy")) }
        }
    };
    Page::new(reader, title, content)
}

fn field(name: &str, label: &str, value: &str, example: &str) -> Markup {
    html! {
        label.field {
            span { (label) }
            input type="text" name=(name) value=(value) placeholder=(example) autocomplete="off" spellcheck="false";
        }
    }
}
