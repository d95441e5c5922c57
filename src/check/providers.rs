//! What Gmail, Yahoo, Outlook.com and iCloud publish that they want, rule by rule, as far as one message shows it.
//!
//! No points here, and never a claim about the inbox: a rule is met, unmet, not determined, not applicable to this
//! message, or beyond what one message can show. Each verdict names the finding that explains it.

use serde::{Deserialize, Serialize};

use super::reach::{Reach, reach};
use super::{Findings, client, dkim, dmarc, header, spf};
use crate::auth::{DkimResult, DmarcResult, IprevResult, SpfResult};
use crate::delivery::Observed;
use crate::facts::{Facts, Purpose};
use crate::gather::server::MailDomains;
use crate::message::way_out::{self, WayOut};
use crate::score::{Ledger, Status};

/// One provider's rules for this message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderReport {
    pub id: Provider,
    pub met: usize,
    /// Met and unmet together: what could be told.
    pub of: usize,
    pub rules: Vec<ProviderRule>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderRule {
    /// The text is the Fluent message `provider-<id>`, underscores as dashes.
    pub id: String,
    pub verdict: Verdict,
    /// The finding that shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    Gmail,
    Yahoo,
    Outlook,
    Icloud,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Met,
    Unmet,
    NotCheckable,
    NotDetermined,
    NotApplicable,
}

/// Whom a provider asks it of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Everybody,
    /// Who sends thousands a day: taken to be so where the message is a mailing to many.
    Bulk,
}

struct Requirement {
    id: &'static str,
    by: &'static [(Provider, Of)],
    judge: fn(&Facts) -> Verdict,
    /// Families of findings that explain it, the first that has one.
    codes: &'static [&'static str],
}

use Of::{Bulk, Everybody};
use Provider::{Gmail, Icloud, Outlook, Yahoo};

/// FIELD of November 2026; each row is a published rule.
const REQUIREMENTS: &[Requirement] = &[
    Requirement {
        id: "spf_or_dkim",
        by: &[(Gmail, Everybody), (Yahoo, Everybody)],
        judge: spf_or_dkim,
        codes: &["auth.none_passes", "spf.", "dkim."],
    },
    Requirement {
        id: "spf_and_dkim",
        by: &[(Gmail, Bulk), (Yahoo, Bulk), (Outlook, Bulk), (Icloud, Bulk)],
        judge: spf_and_dkim,
        codes: &["spf.", "dkim."],
    },
    Requirement {
        id: "dmarc_record",
        by: &[(Gmail, Bulk), (Yahoo, Bulk), (Outlook, Bulk), (Icloud, Bulk)],
        judge: dmarc_record,
        codes: &["dmarc."],
    },
    Requirement {
        id: "from_aligned",
        by: &[(Gmail, Bulk), (Yahoo, Bulk), (Outlook, Bulk)],
        judge: from_aligned,
        codes: &["dmarc.result", "dmarc.", "dkim.unaligned"],
    },
    Requirement {
        // Gmail documents its refusal (FIELD, "The score"); all four treat mail as the author's domain asks.
        id: "dmarc_policy",
        by: &[(Gmail, Everybody), (Yahoo, Everybody), (Outlook, Everybody), (Icloud, Everybody)],
        judge: dmarc_policy,
        codes: &["dmarc.result", "dmarc.not_determined"],
    },
    Requirement {
        id: "reverse_dns",
        by: &[(Gmail, Everybody), (Yahoo, Everybody), (Icloud, Bulk)],
        judge: reverse_dns,
        codes: &["server.ptr.", "server.client.local"],
    },
    Requirement { id: "tls", by: &[(Gmail, Everybody)], judge: tls, codes: &["server.tls."] },
    Requirement {
        id: "message_form",
        by: &[(Gmail, Everybody)],
        judge: |facts| message_form(facts, false),
        codes: FORM,
    },
    Requirement {
        id: "message_form",
        by: &[(Yahoo, Everybody), (Icloud, Bulk)],
        judge: |facts| message_form(facts, true),
        codes: FORM,
    },
    Requirement {
        id: "no_gmail_from",
        by: &[(Gmail, Everybody)],
        judge: no_gmail_from,
        codes: &["dmarc.result", "dkim."],
    },
    Requirement { id: "dkim_key", by: &[(Gmail, Everybody)], judge: dkim_key, codes: &["dkim.key.", "dkim.result"] },
    Requirement {
        id: "one_click",
        by: &[(Gmail, Bulk), (Yahoo, Bulk)],
        judge: one_click,
        codes: &["unsubscribe.one_click.", "unsubscribe.header."],
    },
    Requirement {
        id: "visible_unsubscribe",
        by: &[(Gmail, Bulk), (Yahoo, Bulk), (Icloud, Bulk)],
        judge: visible_unsubscribe,
        codes: &["unsubscribe.link."],
    },
    Requirement {
        id: "can_receive",
        by: &[(Outlook, Bulk)],
        judge: can_receive,
        codes: &["server.from.", "server.reply_to."],
    },
    Requirement {
        id: "spam_rate",
        by: &[(Gmail, Everybody), (Yahoo, Everybody), (Outlook, Everybody), (Icloud, Everybody)],
        judge: |_| Verdict::NotCheckable,
        codes: &[],
    },
    Requirement {
        id: "consent",
        by: &[(Gmail, Everybody), (Yahoo, Everybody), (Outlook, Everybody), (Icloud, Everybody)],
        judge: |_| Verdict::NotCheckable,
        codes: &[],
    },
];

/// The ids of all rules, for the catalogues.
pub fn rule_ids() -> impl Iterator<Item = &'static str> {
    REQUIREMENTS.iter().map(|requirement| requirement.id)
}

/// Judges every provider's rules; the ledger only lends the codes that explain a verdict.
pub fn providers(facts: &Facts, ledger: &Ledger) -> Vec<ProviderReport> {
    [Gmail, Yahoo, Outlook, Icloud].into_iter().map(|provider| report(provider, facts, ledger)).collect()
}

fn report(id: Provider, facts: &Facts, ledger: &Ledger) -> ProviderReport {
    let mut rules = Vec::new();
    for requirement in REQUIREMENTS {
        let Some((_, of)) = requirement.by.iter().find(|(by, _)| *by == id) else { continue };
        let asked = *of == Everybody || facts.purpose == Purpose::Bulk;
        let verdict = if asked { (requirement.judge)(facts) } else { Verdict::NotApplicable };
        let code = if asked { explaining(requirement, verdict, ledger) } else { None };
        rules.push(ProviderRule { id: requirement.id.to_owned(), verdict, code });
    }
    let count = |verdict: Verdict| rules.iter().filter(|rule| rule.verdict == verdict).count();
    let met = count(Verdict::Met);
    ProviderReport { id, met, of: met + count(Verdict::Unmet), rules }
}

/// The first finding of the requirement's families whose status agrees with the verdict.
fn explaining(requirement: &Requirement, verdict: Verdict, ledger: &Ledger) -> Option<String> {
    let agrees = |status: Status| match verdict {
        Verdict::Met => status == Status::Good,
        Verdict::Unmet => matches!(status, Status::Deducted | Status::Notice),
        Verdict::NotDetermined => status == Status::NotDetermined,
        Verdict::NotApplicable => status == Status::NotApplicable,
        Verdict::NotCheckable => false,
    };
    let rows = |family: &&str| {
        let row = ledger.rows.iter().find(|row| row.finding.code.starts_with(*family) && agrees(row.status));
        row.map(|row| row.finding.code.clone())
    };
    requirement.codes.iter().find_map(rows)
}

fn met(yes: bool) -> Verdict {
    if yes { Verdict::Met } else { Verdict::Unmet }
}

fn known(answer: Option<bool>) -> Verdict {
    answer.map_or(Verdict::NotDetermined, met)
}

fn spf_passes(facts: &Facts) -> Option<bool> {
    let spf = facts.auth.spf.seen()?;
    let open = spf::is_open(facts, spf) || spf::was_forwarded(facts, spf);
    (!open).then_some(spf.result == SpfResult::Pass)
}

fn dkim_passes(facts: &Facts) -> Option<bool> {
    let signatures = &facts.auth.dkim;
    let passes = signatures.iter().any(|signature| signature.result == DkimResult::Pass);
    (passes || !signatures.iter().any(dkim::may_pass)).then_some(passes)
}

fn spf_or_dkim(facts: &Facts) -> Verdict {
    known(dmarc::something_passes(facts))
}

fn spf_and_dkim(facts: &Facts) -> Verdict {
    match (spf_passes(facts), dkim_passes(facts)) {
        // One that fails settles it, whatever the other would have been.
        (Some(false), _) | (_, Some(false)) => Verdict::Unmet,
        (Some(true), Some(true)) => Verdict::Met,
        _ => Verdict::NotDetermined,
    }
}

fn dmarc_record(facts: &Facts) -> Verdict {
    let dmarc = &facts.auth.dmarc;
    if dmarc.author_domain.is_none() {
        return Verdict::NotApplicable;
    }
    match dmarc.result {
        DmarcResult::Pass | DmarcResult::Fail => Verdict::Met,
        DmarcResult::Temperror => known(dmarc.policy.is_some().then_some(true)),
        DmarcResult::None | DmarcResult::Permerror => Verdict::Unmet,
    }
}

fn from_aligned(facts: &Facts) -> Verdict {
    let dmarc = &facts.auth.dmarc;
    if dmarc.author_domain.is_none() {
        return Verdict::NotApplicable;
    }
    let open = dmarc.result == DmarcResult::Temperror || dmarc::could_have_passed(facts);
    match dmarc.spf_aligned || dmarc.dkim_aligned {
        true => Verdict::Met,
        false if open => Verdict::NotDetermined,
        false => Verdict::Unmet,
    }
}

/// What the author's domain itself asks to be done with this message (RFC 9989 §5.4).
fn dmarc_policy(facts: &Facts) -> Verdict {
    let dmarc = &facts.auth.dmarc;
    match dmarc.result {
        // No record, or one that asks for nothing: there is no policy to stand in the way.
        _ if dmarc.policy.is_some() && !dmarc::is_enforced(dmarc) => Verdict::NotApplicable,
        DmarcResult::None | DmarcResult::Permerror => Verdict::NotApplicable,
        DmarcResult::Temperror => Verdict::NotDetermined,
        // What applies to a name may hang on whether it exists, and DNS may not have said.
        DmarcResult::Fail if dmarc.policy.is_none() || dmarc::could_have_passed(facts) => Verdict::NotDetermined,
        DmarcResult::Fail => Verdict::Unmet,
        DmarcResult::Pass => Verdict::Met,
    }
}

fn reverse_dns(facts: &Facts) -> Verdict {
    if client::is_local(facts) {
        return Verdict::NotApplicable;
    }
    match facts.auth.iprev.seen().map(|iprev| iprev.result) {
        Some(IprevResult::Pass) => Verdict::Met,
        Some(IprevResult::Fail | IprevResult::Permerror) => Verdict::Unmet,
        Some(IprevResult::Temperror) | None => Verdict::NotDetermined,
    }
}

fn tls(facts: &Facts) -> Verdict {
    match &facts.delivery.session.tls {
        Observed::Seen(tls) => met(tls.is_some()),
        Observed::Missing(_) => Verdict::NotDetermined,
    }
}

/// What breaks the form of a message, or shows that it is right. Several authors are good form, but Gmail refuses them.
const FORM: &[&str] = &[
    "header.from.missing",
    "header.from.several",
    "header.from.invalid",
    "header.date.missing",
    "header.date.invalid",
    "header.message_id.missing",
    "header.message_id.invalid",
    "header.field.repeated",
    "lines.length.exceeded",
    SEVERAL_AUTHORS,
    "header.from.good",
    "header.date.good",
];
const SEVERAL_AUTHORS: &str = "header.from.authors";

/// One From, Date and Message-ID each, which can be read, and no line over 998 octets (RFC 5322 §3.6, §2.1.1).
fn message_form(facts: &Facts, may_have_authors: bool) -> Verdict {
    let mut found = Findings::default();
    header::check(facts, &mut found);
    let faulty =
        |code: &str| FORM.contains(&code) && !code.ends_with(".good") && !(may_have_authors && code == SEVERAL_AUTHORS);
    met(!found.0.iter().any(|finding| faulty(&finding.code)) && facts.message.lines.over_998 == 0)
}

/// A gmail.com From is Gmail's own to use: only its signature proves that.
fn no_gmail_from(facts: &Facts) -> Verdict {
    if facts.auth.dmarc.author_domain.as_deref() != Some("gmail.com") {
        return Verdict::Met;
    }
    let own = |open: bool| {
        facts.auth.dkim.iter().any(|signature| {
            signature.domain == "gmail.com"
                && if open { dkim::is_open(signature) } else { signature.result == DkimResult::Pass }
        })
    };
    if own(false) {
        Verdict::Met
    } else if own(true) {
        Verdict::NotDetermined
    } else {
        Verdict::Unmet
    }
}

fn dkim_key(facts: &Facts) -> Verdict {
    let keys = facts.auth.dkim.iter().filter(|signature| signature.algorithm.starts_with("rsa"));
    match keys.filter_map(|signature| signature.key_bits).max() {
        Some(bits) => met(bits >= 1024),
        None if facts.auth.dkim.iter().any(dkim::is_open) => Verdict::NotDetermined,
        None => Verdict::NotApplicable,
    }
}

/// RFC 8058: an https URI, the exact Post field, and both under a signature that passes.
fn one_click(facts: &Facts) -> Verdict {
    let unfolded = |name: &str| facts.message.first(name).map(|field| field.value.replace(['\r', '\n'], ""));
    let https = unfolded("List-Unsubscribe").is_some_and(|value| value.to_ascii_lowercase().contains("<https://"));
    let post = unfolded("List-Unsubscribe-Post");
    let exact = post.is_some_and(|value| value.trim().eq_ignore_ascii_case("List-Unsubscribe=One-Click"));
    if !https || !exact {
        return Verdict::Unmet;
    }
    let covers = |signature: &crate::auth::Dkim| {
        ["List-Unsubscribe", "List-Unsubscribe-Post"]
            .iter()
            .all(|name| signature.signed_headers.iter().any(|signed| signed.trim().eq_ignore_ascii_case(name)))
    };
    let covering = facts.auth.dkim.iter().filter(|signature| covers(signature));
    let (passing, open): (Vec<_>, Vec<_>) = (
        covering.clone().filter(|s| s.result == DkimResult::Pass).collect(),
        covering.filter(|s| dkim::is_open(s)).collect(),
    );
    if !passing.is_empty() {
        Verdict::Met
    } else if !open.is_empty() {
        Verdict::NotDetermined
    } else {
        Verdict::Unmet
    }
}

fn visible_unsubscribe(facts: &Facts) -> Verdict {
    match way_out::of(&facts.message) {
        WayOut::Shown(_) => Verdict::Met,
        WayOut::Missing => Verdict::Unmet,
        WayOut::Unknown => Verdict::NotDetermined,
    }
}

fn can_receive(facts: &Facts) -> Verdict {
    let domains = MailDomains::of(&facts.delivery, &facts.message);
    let reached: Vec<Reach> =
        domains.author.iter().chain(&domains.reply_to).map(|domain| reach(domain, &facts.dns)).collect();
    if reached.iter().any(|reach| matches!(reach, Reach::NullMx | Reach::Nothing | Reach::DeadMx)) {
        Verdict::Unmet
    } else if reached.is_empty() || reached.contains(&Reach::Unknown) {
        Verdict::NotDetermined
    } else {
        Verdict::Met
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Policy;
    use crate::check::lab::{self, facts, facts_of, zone_with};
    use crate::delivery::Why;
    use crate::lang::{Lang, message_id};

    fn judged(facts: &Facts) -> Vec<ProviderReport> {
        providers(facts, &crate::score::score(crate::check::all(facts)))
    }

    fn verdict(facts: &Facts, provider: Provider, id: &str) -> Verdict {
        let reports = judged(facts);
        let rules = &reports.iter().find(|report| report.id == provider).unwrap().rules;
        rules.iter().find(|rule| rule.id == id).unwrap().verdict
    }

    const LIST: &str =
        "List-Unsubscribe: <https://example.com/u/1>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n";

    /// A good newsletter.
    fn newsletter() -> Facts {
        let body = "Subject: News\r\nFrom: Ada <ada@example.com>\r\nTo: bob@test.example\r\n\
            Date: Sun, 22 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@example.com>\r\n";
        let mut facts = facts_of(&format!("{LIST}{body}\r\nHello\r\nUnsubscribe: https://example.com/u/1\r\n"));
        facts.purpose = Purpose::Bulk;
        let signed = ["List-Unsubscribe", "List-Unsubscribe-Post"].map(str::to_owned);
        facts.auth.dkim[0].signed_headers.extend(signed);
        facts
    }

    #[test]
    fn a_good_newsletter_meets_every_rule_that_can_be_checked() {
        for report in judged(&newsletter()) {
            assert_eq!(report.met, report.of, "{report:?}");
            assert!(report.rules.iter().all(|rule| matches!(rule.verdict, Verdict::Met | Verdict::NotCheckable)));
        }
    }

    #[test]
    fn a_personal_message_is_not_measured_by_the_rules_for_bulk() {
        let facts = facts();
        for id in ["spf_and_dkim", "dmarc_record", "from_aligned", "one_click", "visible_unsubscribe"] {
            assert_eq!(verdict(&facts, Provider::Gmail, id), Verdict::NotApplicable);
        }
        let gmail = &judged(&facts)[0];
        assert_eq!((gmail.met, gmail.of), (7, 7));
    }

    #[test]
    fn one_click_needs_https_the_exact_field_and_a_signature_over_both() {
        let mut unsigned = newsletter();
        unsigned.auth.dkim[0].signed_headers.retain(|name| name != "List-Unsubscribe-Post");
        assert_eq!(verdict(&unsigned, Provider::Yahoo, "one_click"), Verdict::Unmet);
        let mut mailto =
            facts_of(&lab::MESSAGE.replacen("From", "List-Unsubscribe: <mailto:u@example.com>\r\nFrom", 1));
        mailto.purpose = Purpose::Bulk;
        assert_eq!(verdict(&mailto, Provider::Gmail, "one_click"), Verdict::Unmet);
    }

    #[test]
    fn what_is_not_known_is_neither_met_nor_unmet() {
        let mut facts = newsletter();
        facts.auth = crate::check::testing::facts_of("").auth;
        facts.auth.dmarc.author_domain = Some("example.com".into());
        facts.auth.dmarc.result = DmarcResult::Temperror;
        lab::session(&mut facts).tls = Observed::Missing(Why::NotGiven);
        facts.dns = crate::facts::Recorded::default();
        for id in ["spf_or_dkim", "dmarc_record", "from_aligned", "reverse_dns", "tls"] {
            assert_eq!(verdict(&facts, Provider::Gmail, id), Verdict::NotDetermined, "{id}");
        }
        assert_eq!(verdict(&facts, Provider::Outlook, "can_receive"), Verdict::NotDetermined);
        // Without any signature, both together cannot pass.
        assert_eq!(verdict(&facts, Provider::Outlook, "spf_and_dkim"), Verdict::Unmet);
    }

    #[test]
    fn the_author_domain_s_own_policy_must_let_the_message_in() {
        let of = |change: fn(&mut crate::auth::Dmarc)| {
            let mut facts = facts();
            change(&mut facts.auth.dmarc);
            let all = [Provider::Gmail, Provider::Yahoo, Provider::Outlook, Provider::Icloud];
            let [first, rest @ ..] = all.map(|provider| verdict(&facts, provider, "dmarc_policy"));
            assert_eq!(rest, [first; 3]);
            first
        };
        assert_eq!(of(|_| ()), Verdict::Met);
        assert_eq!(of(|dmarc| dmarc.result = DmarcResult::Fail), Verdict::Unmet);
        let quarantine = |dmarc: &mut crate::auth::Dmarc| {
            (dmarc.result, dmarc.policy) = (DmarcResult::Fail, Some(Policy::Quarantine));
        };
        assert_eq!(of(quarantine), Verdict::Unmet);
        let nothing_asked: [fn(&mut crate::auth::Dmarc); 3] = [
            |dmarc| (dmarc.result, dmarc.policy) = (DmarcResult::None, None),
            |dmarc| (dmarc.result, dmarc.policy) = (DmarcResult::Fail, Some(Policy::None)),
            |dmarc| (dmarc.result, dmarc.testing) = (DmarcResult::Fail, true),
        ];
        for change in nothing_asked {
            assert_eq!(of(change), Verdict::NotApplicable);
        }
        // The policy may be known and the verdict not, or neither.
        assert_eq!(of(|dmarc| dmarc.result = DmarcResult::Temperror), Verdict::NotDetermined);
        assert_eq!(of(|dmarc| (dmarc.result, dmarc.policy) = (DmarcResult::Temperror, None)), Verdict::NotDetermined);
        assert_eq!(of(|dmarc| (dmarc.result, dmarc.policy) = (DmarcResult::Fail, None)), Verdict::NotDetermined);
        let mut open = facts();
        open.auth.dmarc.result = DmarcResult::Fail;
        open.auth.spf = Observed::Missing(Why::NotGiven);
        assert_eq!(verdict(&open, Provider::Icloud, "dmarc_policy"), Verdict::NotDetermined);
    }

    #[test]
    fn a_message_that_gmail_refuses_for_its_form_does_not_meet_its_rule_on_form() {
        for (from, to, code) in [
            ("From: Ada <ada@example.com>", "From: Ada", "header.from.invalid"),
            ("Sun, 22 Nov 2026 10:00:00 +0000", "soon", "header.date.invalid"),
            ("Message-ID: <1@example.com>", "Message-ID: 1", "header.message_id.invalid"),
            ("Subject:", "Subject: a\r\nSubject:", "header.field.repeated"),
        ] {
            let whole = lab::MESSAGE.replacen(from, to, 1);
            assert_ne!(whole, lab::MESSAGE, "{from}");
            let facts = facts_of(&whole);
            for provider in [Provider::Gmail, Provider::Yahoo] {
                assert_eq!(verdict(&facts, provider, "message_form"), Verdict::Unmet, "{to}");
            }
            let reports = judged(&facts);
            let rule = reports[0].rules.iter().find(|rule| rule.id == "message_form").unwrap();
            assert_eq!(rule.code.as_deref(), Some(code));
        }
        let authors = "Sender: a@example.com\r\nFrom: Ada <ada@example.com>, Bob <bob@example.com>";
        let facts = facts_of(&lab::MESSAGE.replacen("From: Ada <ada@example.com>", authors, 1));
        assert_eq!(verdict(&facts, Provider::Gmail, "message_form"), Verdict::Unmet);
        assert_eq!(verdict(&facts, Provider::Yahoo, "message_form"), Verdict::Met);
    }

    #[test]
    fn a_gmail_address_needs_gmail_s_signature() {
        let mut facts = facts();
        facts.auth.dmarc.author_domain = Some("gmail.com".into());
        assert_eq!(verdict(&facts, Provider::Gmail, "no_gmail_from"), Verdict::Unmet);
        facts.auth.dkim[0].domain = "gmail.com".into();
        assert_eq!(verdict(&facts, Provider::Gmail, "no_gmail_from"), Verdict::Met);
    }

    #[test]
    fn an_unmet_rule_names_the_finding_that_explains_it() {
        let mut facts = facts();
        facts.dns = zone_with(&[("example.com", "MX", "0 .")]);
        facts.purpose = Purpose::Bulk;
        lab::session(&mut facts).tls = Observed::Seen(None);
        let reports = judged(&facts);
        let code =
            |provider: usize, id: &str| reports[provider].rules.iter().find(|rule| rule.id == id).unwrap().code.clone();
        assert_eq!(code(0, "tls").as_deref(), Some("server.tls.none"));
        assert_eq!(code(2, "can_receive").as_deref(), Some("server.from.null_mx"));
        assert_eq!(code(0, "spf_or_dkim").as_deref(), Some("spf.result.pass"));
    }

    #[test]
    fn every_rule_and_verdict_has_a_name_in_every_language() {
        for lang in Lang::ALL {
            for id in rule_ids() {
                let id = format!("provider-{}", message_id(id));
                assert_ne!(lang.text(&id), id);
            }
            for verdict in ["met", "unmet", "not-checkable", "not-determined", "not-applicable"] {
                let id = format!("provider-verdict-{verdict}");
                assert_ne!(lang.text(&id), id);
            }
        }
    }
}
