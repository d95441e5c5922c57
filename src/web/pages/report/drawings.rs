//! Authentication, drawn: the SPF evaluation as a tree, signatures with what they cover, alignment as two names and a sign.

use maud::{Markup, html};

use super::finding::marked;
use crate::auth::psl::organizational_domain;
use crate::auth::{Auth, Dkim, DkimResult, Dmarc, DmarcResult, Spf, SpfResult, SpfStep, SpfStepKind};
use crate::delivery::Observed;
use crate::domain::SpfRecord;
use crate::lang::Lang;
use crate::report::words;
use crate::web::drawing::Sign;
use crate::web::pages::report::tables::word;

pub fn authentication(auth: &Auth, lang: Lang) -> Markup {
    html! {
        (alignment(auth, lang))
        (evaluations(auth, lang))
    }
}

/// SPF, signatures and DMARC, each as it was evaluated.
pub fn evaluations(auth: &Auth, lang: Lang) -> Markup {
    html! {
        @for (spf, title) in [(&auth.spf, "web-spf-mail-from"), (&auth.spf_helo, "web-spf-helo")] {
            @if let Observed::Seen(spf) = spf { (spf_tree(spf, title, lang)) }
        }
        @for (i, signature) in auth.dkim.iter().enumerate() { (dkim(signature, i + 1, lang)) }
        @if auth.dmarc.author_domain.is_some() { (dmarc(auth, lang)) }
    }
}

/// SPF and DMARC as a domain publishes them, without a message that they could judge.
pub fn published(domain: &str, spf: &SpfRecord, dmarc: &Dmarc, lang: Lang) -> Markup {
    html! {
        @if let Some(record) = &spf.record {
            details.finding open {
                summary {
                    (Sign::None.draw())
                    h3 { "SPF" }
                    span.count { (lang.with("web-spf-lookups", [("lookups", spf.lookups.into())])) }
                }
                div.body {
                    (text_record(domain, record))
                    // Those it includes. Not how they were gone through: there is no client here for whom they would match.
                    @for step in spf.trace.iter().filter(|step| step.kind == SpfStepKind::Record && step.depth > 0) {
                        (text_record(&step.domain, &step.term))
                    }
                    (spf_counts(spf.lookups, spf.void_lookups, lang))
                }
            }
        }
        @if let Some(record) = &dmarc.record {
            details.finding open {
                summary { (Sign::None.draw()) h3 { "DMARC" } }
                div.body { (text_record(&dmarc_name(dmarc), record)) }
            }
        }
    }
}

/// From on one side, what SPF and DKIM vouch for on the other.
fn alignment(auth: &Auth, lang: Lang) -> Markup {
    let t = |id: &str| lang.text(id);
    let Some(author) = &auth.dmarc.author_domain else { return html! {} };
    let spf = auth.spf.seen().map(|spf| {
        (
            t("web-align-spf"),
            spf.domain.clone(),
            spf.result == SpfResult::Pass,
            auth.dmarc.spf_aligned,
            word(&spf.result),
        )
    });
    let signatures = auth.dkim.iter().filter(|signature| !signature.domain.is_empty()).take(5).map(|signature| {
        (
            t("web-align-dkim"),
            signature.domain.clone(),
            signature.result == DkimResult::Pass,
            signature.aligned,
            word(&signature.result),
        )
    });
    let pairs: Vec<_> = spf.into_iter().chain(signatures).collect();
    html! {
        @if !pairs.is_empty() {
            details.finding open {
                summary { (Sign::None.draw()) h3 { (t("web-align-title")) } }
                div.body {
                    p { (t("web-align-text")) }
                    @for (label, domain, passes, aligned, result) in &pairs {
                        @let same = *aligned || organizational_domain(domain) == organizational_domain(author);
                        div.align {
                            div.who { span.small.soft { (t("web-align-from")) } b { (author) } }
                            @if same { span class=(if *passes { "equal" } else { "idle" }) { span.hidden-text { (t("web-align-same")) } span aria-hidden="true" { "=" } } }
                            @else { span.differ { span.hidden-text { (t("web-align-differ")) } span aria-hidden="true" { "≠" } } }
                            div.who { span.small.soft { (label) ": " (result) } b { (domain) } }
                        }
                        @if same && !passes { p.small.soft { (t("web-align-not-passing")) } }
                    }
                }
            }
        }
    }
}

fn spf_tree(spf: &Spf, id: &str, lang: Lang) -> Markup {
    let sign = match spf.result {
        SpfResult::Pass => Sign::Good,
        SpfResult::Fail | SpfResult::Permerror => Sign::Bad,
        SpfResult::Softfail => Sign::Warn,
        SpfResult::Temperror => Sign::Unknown,
        SpfResult::None | SpfResult::Neutral => Sign::None,
    };
    html! {
        details.finding id=(id.trim_start_matches("web-")) {
            summary {
                (sign.draw())
                h3 { (lang.text(id)) ": " code { (word(&spf.result)) } }
                span.count { (lang.with("web-spf-lookups", [("lookups", spf.lookups.into())])) }
            }
            div.body {
                p { (lang.with("web-spf-asked", [("domain", spf.domain.as_str().into()), ("ip", spf.client_ip.to_string().into())])) }
                (steps(&spf.trace, 0, lang))
                (spf_counts(spf.lookups, spf.void_lookups, lang))
                @if let Some(explanation) = &spf.explanation {
                    p { (lang.text("web-spf-explanation")) " " q { bdi { (super::clip(explanation, 500)) } } }
                }
            }
        }
    }
}

fn spf_counts(lookups: u32, void: u32, lang: Lang) -> Markup {
    html! { p.small.soft { (lang.with("web-spf-counts", [("lookups", lookups.into()), ("void", void.into())])) } }
}

/// The steps of one depth as a list; deeper ones that follow a step become its own list.
fn steps(trace: &[SpfStep], depth: u32, lang: Lang) -> Markup {
    let mut groups: Vec<(&SpfStep, &[SpfStep])> = Vec::new();
    let mut rest = trace;
    while let [first, tail @ ..] = rest {
        let inner = tail.iter().take_while(|step| step.depth > depth).count();
        let (inside, after) = tail.split_at(inner);
        groups.push((first, inside));
        rest = after;
    }
    html! {
        ul.tree {
            @for (step, inside) in groups {
                li {
                    (step_line(step, lang))
                    // SPF cannot nest deeper than its ten look-ups (RFC 7208 §4.6.4).
                    @if !inside.is_empty() && depth < 12 { (steps(inside, depth + 1, lang)) }
                }
            }
        }
    }
}

fn step_line(step: &SpfStep, lang: Lang) -> Markup {
    let class = match step.kind {
        SpfStepKind::Match => "match",
        SpfStepKind::Error => "error",
        _ => "",
    };
    // The terms that cost a look-up (RFC 7208 §4.6.4); the others would only repeat the count.
    let term = step.term.trim_start_matches(['+', '-', '~', '?']).to_ascii_lowercase();
    let name = term.split([':', '/', '=']).next().unwrap_or_default();
    let asks = matches!(name, "include" | "a" | "mx" | "ptr" | "exists" | "redirect")
        && !matches!(step.kind, SpfStepKind::Record | SpfStepKind::Leave);
    html! {
        div.step {
            @match step.kind {
                SpfStepKind::Record => { strong { (step.domain) } span { (super::clip(&step.term, 600)) } }
                SpfStepKind::Leave => span.why { (lang.with("web-spf-leave", [("domain", step.target.as_ref().unwrap_or(&step.domain).into())])) },
                _ => span class=(class) { (super::clip(&step.term, 300)) },
            }
            @if let Some(target) = &step.target && step.kind != SpfStepKind::Leave && !step.term.contains(target.as_str()) { span.why { "→ " (target) } }
            @if step.kind != SpfStepKind::Record && step.kind != SpfStepKind::Leave {
                span.why { (lang.text(&format!("web-spf-step-{}", word(&step.kind).replace('_', "-")))) }
            }
            @if let Some(detail) = words::detail(step, lang) { span.why { (super::clip(&detail, 300)) } }
            @if asks && step.lookups > 0 { span.count { (step.lookups) "/10" } }
        }
    }
}

fn dkim(signature: &Dkim, number: usize, lang: Lang) -> Markup {
    let t = |id: &str| lang.text(id);
    let sign = match signature.result {
        DkimResult::Pass if signature.aligned => Sign::Good,
        DkimResult::Pass | DkimResult::None => Sign::None,
        DkimResult::Temperror => Sign::Unknown,
        _ => Sign::Bad,
    };
    let domain = if signature.domain.is_empty() { "?" } else { &signature.domain };
    html! {
        details.finding {
            summary {
                (sign.draw())
                h3 {
                    (lang.with("web-dkim-title", [("number", number.into()), ("domain", domain.into())])) ": "
                    code { (word(&signature.result)) }
                }
            }
            div.body {
                dl.facts {
                    dt { (t("web-dkim-key")) }
                    dd {
                        code { (signature.selector) "._domainkey." (domain) }
                        @if let Some(bits) = signature.key_bits { ", " (lang.with("web-dkim-bits", [("bits", bits.into())])) }
                    }
                    dt { (t("web-dkim-algorithm")) }
                    dd { code { (signature.algorithm) " " (signature.canonicalization.0) "/" (signature.canonicalization.1) } }
                    dt { (t("web-dkim-covers")) }
                    dd {
                        (super::clip(&signature.signed_headers.join(", "), 600)) br;
                        @match signature.body_length {
                            None => (t("web-dkim-body-whole")),
                            Some(length) => (lang.with("web-dkim-body-part", [("length", length.into())])),
                        }
                    }
                    dt { (t("web-dkim-aligned")) }
                    dd { (t(if signature.aligned { "web-yes" } else { "web-no" })) }
                }
                @if let Some(record) = &signature.key_record { pre { (super::clip(record, 1200)) } }
                details { summary.small { (t("web-dkim-header")) } pre { (super::clip(&signature.header, 4000)) } }
            }
        }
    }
}

fn dmarc(auth: &Auth, lang: Lang) -> Markup {
    let dmarc = &auth.dmarc;
    let result = dmarc.registered_result();
    let sign = match result {
        DmarcResult::Pass => Sign::Good,
        DmarcResult::Fail | DmarcResult::Permerror => Sign::Bad,
        DmarcResult::Temperror => Sign::Unknown,
        DmarcResult::None => Sign::None,
    };
    html! {
        details.finding {
            summary { (sign.draw()) h3 { "DMARC: " code { (word(&result)) } } }
            div.body {
                (dmarc_policy(dmarc, lang))
                @if let Some(old) = &dmarc.rfc7489 {
                    p.note { (lang.with("web-dmarc-7489", [("result", word(&old.result).into()), ("domain", old.organizational_domain.as_str().into())])) }
                }
            }
        }
    }
}

fn text_record(name: &str, record: &str) -> Markup {
    html! { figure.evidence { figcaption { "TXT " (name) } pre { (marked(record, None)) } } }
}

fn dmarc_name(dmarc: &Dmarc) -> String {
    format!("_dmarc.{}", dmarc.policy_domain.as_deref().unwrap_or_default())
}

/// The record, and where it was looked for.
fn dmarc_policy(dmarc: &Dmarc, lang: Lang) -> Markup {
    let t = |id: &str| lang.text(id);
    html! {
        @if let Some(record) = &dmarc.record {
            (text_record(&dmarc_name(dmarc), record))
        }
        h4 { (t("web-dmarc-walk")) }
        ol.tree {
            @for step in &dmarc.walk {
                li.step {
                    span { (step.name) }
                    span.why {
                        @if step.unknown { (t("web-dmarc-unknown")) }
                        @else if step.records.is_empty() { (t("web-dmarc-nothing")) }
                        @else { (super::clip(&step.records.join(" | "), 400)) }
                    }
                }
            }
        }
    }
}
