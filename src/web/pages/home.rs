//! `/`: a fresh address, and what to do with it.

use maud::{Markup, html};

use super::{Page, address, copy_button, terms};
use crate::web::Fresh;
use crate::web::drawing;
use crate::web::reader::Reader;

/// Other ways in; a page that is added gets its row here.
const DOORS: &[(&str, &str)] = &[
    ("/check", "web-door-paste"),
    ("/domain", "web-door-domain"),
    ("/spf", "web-door-probes"),
    ("/about", "web-door-about"),
];

pub(in crate::web) fn page<'a>(reader: &'a Reader, fresh: &Fresh) -> Page<'a> {
    let lang = reader.lang;
    let t = |id: &str| lang.text(id);
    let content = html! {
        section.hero {
            div.stack {
                h1 { (t("web-home-title")) }
                p.lead { (t("web-home-lead")) }
            }
            (give(reader, fresh))
        }
        section.stack aria-labelledby="next" {
            h2 #next { (t("web-next-title")) }
            ol.steps.wide {
                @for step in ["send", "watch", "fix"] {
                    li {
                        h3 { (t(&format!("web-next-{step}"))) }
                        p.soft { (t(&format!("web-next-{step}-text"))) }
                    }
                }
            }
        }
        section.stack aria-labelledby="other" {
            h2 #other { (t("web-doors-title")) }
            ul.doors.wide {
                @for (href, id) in DOORS {
                    li {
                        a href=(href) { (t(id)) }
                        p.soft.small { (t(&format!("{id}-text"))) }
                    }
                }
            }
        }
    };
    Page::new(reader, t("web-home-name"), content)
}

/// The address, the ways to take it along, and the way on.
fn give(reader: &Reader, fresh: &Fresh) -> Markup {
    let lang = reader.lang;
    let t = |id: &str| lang.text(id);
    html! {
        div.panel data-events=(fresh.events_path(lang)) data-leave="received" data-report=(fresh.path()) {
            div.give {
                    div.stack {
                        p.soft { (t("web-address-label")) }
                        (address(&fresh.address))
                        div.row {
                            (copy_button(lang, "address", &t("web-copy-address"), "main"))
                            a.button href=(fresh.mailto(lang)) { (t("web-mailto")) }
                        }
                        (terms(fresh, lang))
                    }
                form.stack action={ (fresh.path()) "/purpose" } method="post" {
                    fieldset {
                        legend { (t("web-purpose-label")) }
                        div.choices {
                            @for purpose in ["", "personal", "transactional", "bulk"] {
                                label {
                                    input type="radio" name="purpose" value=(purpose) checked[purpose.is_empty()];
                                    (t(&format!("web-purpose-{}", if purpose.is_empty() { "auto" } else { purpose })))
                                }
                            }
                        }
                    }
                    div.row {
                        button.button type="submit" { (t("web-sent")) }
                        span.watching.copy { span.pulse {} (t("web-watching")) }
                    }
                }
                div.qr { (drawing::qr(&format!("mailto:{}", fresh.address), &t("web-qr"))) }
            }
        }
    }
}
