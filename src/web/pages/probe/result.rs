//! `/spf/r/{id}`: the evidence for one result. No content, no local part.

use maud::{Markup, html};

use super::{clip, flood, sign};
use crate::address::Probe;
use crate::auth::{Auth, Dmarc, DmarcProblem, DmarcResult, SpfResult, received_spf, results_header};
use crate::check::{self, Arg};
use crate::lang::Lang;
use crate::probe::{Aligned, Evidence, dkim_alignment, meaning, spf_alignment};
use crate::report::view::FindingView;
use crate::score::{Row, Status};
use crate::store::ProbeResult;
use crate::web::pages::report::tables::word;
use crate::web::pages::report::{drawings, finding};
use crate::web::pages::{Page, copy_button, prose, time};
use crate::web::reader::Reader;

pub fn page<'a>(reader: &'a Reader, probe: Probe, domain: &str, result: &ProbeResult, evidence: &Evidence) -> Page<'a> {
    let lang = reader.lang;
    let t = |id: &str| lang.text(id);
    let auth = &evidence.auth;
    let tag = meaning(result.tag, auth);
    let content = html! {
        section.panel {
            div.stack {
                h1.verdict-tag { (sign(result.tag).draw()) span.tag translate="no" { (result.tag) } }
                p.lead { (prose(&t(&tag))) }
                @if let Some(fix) = lang.find(&format!("{tag}.fix"), &Default::default()) { p.prose { (prose(&fix)) } }
                @if result.count > 1 { p.note { (flood(result, lang)) } }
                dl.facts.small {
                    dt { (t("probe-fact-from")) } dd { @match auth.dmarc.problem {
                        Some(DmarcProblem::SeveralFrom(_)) => (t("probe-several-domains")),
                        _ => (name(auth.dmarc.author_domain.as_deref(), lang)),
                    } }
                    dt { (t("probe-fact-mail-from")) } dd { (name(auth.spf.seen().map(|spf| spf.domain.as_str()), lang)) }
                    @if probe == Probe::Dmarc { (policy(&auth.dmarc, lang)) }
                    dt { (t("web-client")) } dd { @match evidence.client_ip { Some(ip) => (ip), None => (t("probe-unknown")) } }
                    dt { "HELO" } dd { bdi { (clip(evidence.helo.as_deref().unwrap_or("?"), 200)) } }
                    dt { (t("web-received")) } dd { (time(evidence.received_at, lang)) }
                }
            }
        }
        (alignment(auth, lang))
        (lines(evidence, domain, lang))
        section.stack aria-labelledby="evidence" {
            h2 #evidence { (t("probe-evidence-title")) }
            div.findings.wide {
                @if probe == Probe::Dmarc { (unusable(&auth.dmarc, lang)) }
                (drawings::evaluations(auth, lang))
            }
            p.small.soft { (t("probe-evidence-privacy")) }
            p { a href={ "/" (probe.name()) @if let Some(word) = &result.word { "/" (word) } } { (t("probe-back")) } }
        }
    };
    Page::new(reader, result.tag.to_string(), content)
}

/// What is wrong with the record, and the one to publish, as a report says it. A probe takes no points.
fn unusable(dmarc: &Dmarc, lang: Lang) -> Markup {
    let row =
        check::dmarc::unusable(dmarc).map(|finding| Row { finding, status: Status::Notice, points: 0, capped: false });
    html! { @if let Some(row) = row { (finding::drawn(&FindingView::new(&row, lang), true, false, lang)) } }
}

fn name(domain: Option<&str>, lang: Lang) -> Markup {
    html! { @match domain.filter(|domain| !domain.is_empty()) {
        Some(domain) => bdi { code { (clip(domain, 253)) } },
        None => (lang.text("probe-no-domain")),
    } }
}

/// The policy that applies, where it comes from, and which identifiers pass and align by the record's own rule.
fn policy(dmarc: &Dmarc, lang: Lang) -> Markup {
    let t = |id: &str| lang.text(id);
    let vouching = match (dmarc.spf_aligned, dmarc.dkim_aligned) {
        (true, true) => "both",
        (true, false) => "spf",
        (false, true) => "dkim",
        (false, false) if dmarc.result == DmarcResult::Temperror => "unknown",
        (false, false) => "neither",
    };
    html! {
        dt { (t("probe-fact-policy")) }
        dd { @match (&dmarc.policy, &dmarc.policy_domain) {
            (Some(policy), Some(domain)) => {
                code { (word(policy)) }
                @if let Some(tag) = &dmarc.policy_tag { ", " code { (word(tag)) "=" } }
                ", " bdi { code { "_dmarc." (clip(domain, 253)) } }
                @if dmarc.testing { ", " (prose(&t("probe-policy-testing"))) }
            },
            (None, Some(_)) => (t("probe-policy-unusable")),
            _ if dmarc.result == DmarcResult::Temperror => (t("probe-unknown")),
            _ if dmarc.registered_result() == DmarcResult::Permerror => (t("probe-policy-several")),
            _ => (t("probe-policy-none")),
        } }
        dt { (t("probe-fact-vouching")) } dd { (t(&format!("probe-vouching-{vouching}"))) }
    }
}

/// The sender's own two names, and what either rule makes of them.
fn alignment(auth: &Auth, lang: Lang) -> Markup {
    let t = |id: &str| lang.text(id);
    let author = auth.dmarc.author_domain.as_deref();
    let spf = auth.spf.seen().map(|spf| {
        (t("web-align-spf"), spf.domain.clone(), word(&spf.result), spf_alignment(auth), spf.result == SpfResult::Pass)
    });
    let signatures = auth.dkim.iter().filter(|signature| !signature.domain.is_empty()).take(5).map(|signature| {
        let passes = signature.result == crate::auth::DkimResult::Pass;
        let aligned = dkim_alignment(auth, signature);
        (t("web-align-dkim"), signature.domain.clone(), word(&signature.result), aligned, passes)
    });
    html! {
        section.stack aria-labelledby="alignment" {
            h2 #alignment { (t("probe-align-title")) }
            @match author {
                None => p { (t("probe-align-no-from")) },
                Some(author) => {
                    @for (label, domain, result, relaxed, passes) in spf.into_iter().chain(signatures) {
                        div.stack.tight.wide.pair {
                            div.align.wide {
                                div.who { span.small.soft { (t("web-align-from")) } b translate="no" { (clip(author, 253)) } }
                                @if relaxed == Aligned::Yes { span class=(if passes { "equal" } else { "idle" }) aria-hidden="true" { "=" } }
                                @else if relaxed == Aligned::No { span.differ aria-hidden="true" { "≠" } }
                                @else { span.idle aria-hidden="true" { "?" } }
                                div.who { span.small.soft { (label) ": " (result) } b translate="no" { (clip(&domain, 253)) } }
                            }
                            ul.small {
                                li { (prose(&sentence("relaxed", relaxed, author, &domain, auth, lang))) }
                                li { (prose(&sentence("strict", equal(&domain, author), author, &domain, auth, lang))) }
                                @if !passes && relaxed == Aligned::Yes { li { (t("web-align-not-passing")) } }
                            }
                        }
                    }
                    p.small.soft.prose { (how(auth, lang)) }
                }
            }
        }
    }
}

fn equal(a: &str, b: &str) -> Aligned {
    if a == b { Aligned::Yes } else { Aligned::No }
}

fn sentence(rule: &str, aligned: Aligned, author: &str, domain: &str, auth: &Auth, lang: Lang) -> String {
    let answer = match aligned {
        Aligned::Yes => "yes",
        Aligned::No => "no",
        Aligned::Unknown => "unknown",
    };
    let organization = auth.dmarc.organizational_domain.as_deref().unwrap_or(author);
    let names: [(&str, Arg); 3] =
        [("from", author.into()), ("domain", domain.into()), ("organization", organization.into())];
    lang.with(&format!("probe-{rule}-{answer}"), names)
}

/// How the organizational domain was found.
fn how(auth: &Auth, lang: Lang) -> String {
    let Some(organization) = &auth.dmarc.organizational_domain else { return lang.text("probe-organization-unknown") };
    let by = if auth.dmarc.organizational_domain_by_psl { "probe-organization-psl" } else { "probe-organization-walk" };
    lang.with(by, [("organization", organization.as_str().into())])
}

/// The same as header fields, to copy.
fn lines(evidence: &Evidence, domain: &str, lang: Lang) -> Markup {
    let t = |id: &str| lang.text(id);
    let results = results_header(&evidence.auth, domain).replace("\r\n", "\n");
    let received = evidence
        .auth
        .spf
        .seen()
        .map(|spf| received_spf(spf, evidence.helo.as_deref().unwrap_or("unknown"), domain).replace("\r\n", "\n"));
    html! {
        section.stack aria-labelledby="lines" {
            h2 #lines { (t("probe-lines-title")) }
            pre #authentication-results translate="no" { (results) }
            (copy_button(lang, "authentication-results", &t("probe-lines-copy"), "small"))
            @if let Some(received) = received {
                pre #received-spf translate="no" { (received) }
                (copy_button(lang, "received-spf", &t("probe-lines-copy"), "small"))
            }
        }
    }
}
