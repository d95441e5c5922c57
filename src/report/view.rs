//! A report as one reader sees it: the public JSON (INTERFACE: "The report"), with prose in their language.
//!
//! Pages, text and Markdown are rendered from this too, so that all of them say the same. It adds words and presentation to
//! a stored [`Report`]; it never judges.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::difference::ChangesView;
use super::{Report, words};
use crate::auth;
use crate::check::providers::{self, Provider, ProviderReport, ProviderRule};
use crate::check::{self, Arg, Basis, Cure, Evidence, Section, Verdict};
use crate::delivery::{BodyType, Dsn, Line, TlsInfo, Why};
use crate::dns::{Answer, Data, Lookup, escape};
use crate::facts::Purpose;
use crate::gather::{links::Link, lists::Listing, spam::SpamReport};
use crate::lang::{Lang, message_id};
use crate::score::{self, Row, Status};

/// The public JSON. Field names are relied on from outside: extend, never rename.
#[derive(Clone, Debug, Serialize)]
pub struct View {
    pub schema: u32,
    pub scoring: u32,
    pub software: String,
    pub lang: &'static str,
    /// 0.0 to 10.0, in steps of 0.1.
    pub score: f64,
    pub max: f64,
    pub capped_by: Option<String>,
    /// The score in one plain sentence.
    pub verdict: String,
    pub determined: usize,
    pub not_determined: usize,
    pub received_at: Timestamp,
    pub purpose: Purpose,
    pub session: SessionView,
    pub envelope: EnvelopeView,
    pub message: super::Summary,
    pub auth: AuthView,
    /// The cures that gain most, best first.
    pub best_cures: Vec<BestCure>,
    pub sections: Vec<SectionView>,
    pub providers: Vec<ProviderView>,
    pub blocklists: Vec<Listing>,
    pub links: Vec<Link>,
    pub spamassassin: Option<SpamReport>,
    pub rspamd: Option<SpamReport>,
    pub dns: Vec<DnsView>,
    /// Personal data was replaced by stand-ins, and the results of authentication are those recorded before.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub masked: bool,
    /// What changed since this message's report before this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since_last: Option<ChangesView>,
    /// What differs from the address's previous message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since_previous: Option<ChangesView>,
    /// This report is a rehearsal: what the records that were tried would change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rehearsal: Option<ChangesView>,
}

#[derive(Clone, Debug, Serialize)]
pub struct SessionView {
    pub client_ip: Option<String>,
    pub client_known_by: crate::delivery::KnownBy,
    pub helo: Option<String>,
    pub tls: Option<TlsInfo>,
    /// False when nobody said whether the session was encrypted: then `tls` tells nothing.
    pub tls_known: bool,
    pub transcript: Vec<Line>,
}

#[derive(Clone, Debug, Serialize)]
pub struct EnvelopeView {
    /// Empty for the null reverse path; absent when it is not known.
    pub mail_from: Option<String>,
    pub rcpt_to: Vec<String>,
    pub smtputf8: bool,
    pub body: Option<BodyType>,
    pub size: Option<u64>,
    pub dsn: Option<Dsn>,
}

/// Results that could not be asked for are `null`.
#[derive(Clone, Debug, Serialize)]
pub struct AuthView {
    pub spf: Option<auth::Spf>,
    pub spf_helo: Option<auth::Spf>,
    pub dkim: Vec<DkimView>,
    pub arc: auth::Arc,
    pub dmarc: auth::Dmarc,
    pub iprev: Option<auth::Iprev>,
}

#[derive(Clone, Debug, Serialize)]
pub struct DkimView {
    /// Why it does not pass: a word such as `body_hash`, `key_missing`.
    pub reason: Option<String>,
    pub reason_detail: Option<String>,
    #[serde(flatten)]
    pub signature: DkimFields,
}

/// A signature without its typed reason, which [`DkimView`] gives as words.
#[derive(Clone, Debug, Serialize)]
pub struct DkimFields {
    #[serde(flatten)]
    fields: serde_json::Map<String, serde_json::Value>,
}

#[derive(Clone, Debug, Serialize)]
pub struct BestCure {
    pub code: String,
    pub title: String,
    pub fix: Option<String>,
    /// The score that this cure alone would bring.
    pub score: f64,
    /// True when the score is held down by another finding, so that this cure alone gains nothing.
    pub held_back: bool,
    /// True when it gains, or gains more, only once SPF or DKIM passes for the domain in From.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub needs_alignment: bool,
}

/// What one big provider publishes that it wants; never a promise of the inbox.
#[derive(Clone, Debug, Serialize)]
pub struct ProviderView {
    pub id: Provider,
    pub name: String,
    pub met: usize,
    /// Met and unmet together.
    pub of: usize,
    pub rules: Vec<ProviderRuleView>,
}

#[derive(Clone, Debug, Serialize)]
pub struct ProviderRuleView {
    pub id: String,
    pub verdict: providers::Verdict,
    pub title: String,
    /// The finding that shows it.
    pub code: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct SectionView {
    pub id: Section,
    pub title: String,
    /// Zero or below.
    pub points: f64,
    /// Worst first.
    pub findings: Vec<FindingView>,
}

#[derive(Clone, Debug, Serialize)]
pub struct FindingView {
    pub code: String,
    pub status: Status,
    /// Zero or below.
    pub points: f64,
    pub title: String,
    pub why: Option<String>,
    pub fix: Option<String>,
    pub basis: String,
    /// Where to read the basis.
    pub basis_url: Option<String>,
    /// Why the points are fewer than the rule's own.
    pub note: Option<String>,
    /// The rule for which a big provider documents a refusal.
    pub refused: bool,
    pub evidence: Vec<Evidence>,
    pub cures: Vec<Cure>,
}

#[derive(Clone, Debug, Serialize)]
pub struct DnsView {
    pub name: String,
    #[serde(rename = "type")]
    pub rtype: String,
    /// Records, or the outcome in a word or two that are the same in every language.
    pub answer: String,
    /// Why the answer holds nothing to go by, in the reader's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub said: Option<String>,
    pub ttl: Option<u32>,
    pub ms: u32,
    pub server: Option<String>,
    pub aliases: Vec<String>,
    pub authenticated: bool,
}

impl View {
    pub fn new(report: &Report, lang: Lang) -> View {
        let (determined, not_determined) = report.determined();
        let ledger = &report.ledger;
        View {
            schema: report.schema,
            scoring: report.scoring,
            software: report.software.clone(),
            lang: lang.code(),
            score: decimal(ledger.score),
            max: decimal(score::MAX),
            capped_by: ledger.capped_by.clone(),
            verdict: verdict(report, lang),
            determined,
            not_determined,
            received_at: report.received_at,
            purpose: report.purpose,
            session: SessionView {
                client_ip: report.session.client_ip.seen().map(ToString::to_string),
                client_known_by: report.session.client_known_by,
                helo: report.session.helo.seen().cloned(),
                tls: report.session.tls.seen().cloned().flatten(),
                tls_known: report.session.tls.seen().is_some(),
                transcript: report.session.transcript.clone(),
            },
            envelope: EnvelopeView {
                mail_from: report.envelope.reverse_path.seen().map(ToString::to_string),
                rcpt_to: report.envelope.forward_paths.clone(),
                smtputf8: report.envelope.smtputf8,
                body: report.envelope.body,
                size: report.envelope.size,
                dsn: report.envelope.dsn.clone(),
            },
            message: report.message.clone(),
            auth: AuthView {
                spf: report.auth.spf.seen().map(|spf| words::spf(spf, lang)),
                spf_helo: report.auth.spf_helo.seen().map(|spf| words::spf(spf, lang)),
                dkim: report.auth.dkim.iter().map(|signature| DkimView::new(signature, lang)).collect(),
                arc: report.auth.arc.clone(),
                dmarc: report.auth.dmarc.clone(),
                iprev: report.auth.iprev.seen().cloned(),
            },
            best_cures: best_cures(report, lang),
            sections: Section::ALL.into_iter().map(|section| SectionView::new(report, section, lang)).collect(),
            providers: report.providers.iter().map(|provider| ProviderView::new(provider, lang)).collect(),
            blocklists: report.lists.seen().cloned().unwrap_or_default(),
            links: report.links.seen().cloned().unwrap_or_default(),
            spamassassin: report.spamd.seen().cloned(),
            rspamd: report.rspamd.seen().cloned(),
            dns: report.dns.iter().map(|lookup| DnsView::new(lookup, lang)).collect(),
            masked: report.masked,
            since_last: None,
            since_previous: None,
            rehearsal: None,
        }
    }

    /// Findings that could not be determined, in order of the sections.
    pub fn undetermined(&self) -> impl Iterator<Item = &FindingView> {
        self.sections.iter().flat_map(|section| &section.findings).filter(|f| f.status == Status::NotDetermined)
    }
}

impl DkimView {
    fn new(signature: &auth::Dkim, lang: Lang) -> DkimView {
        let mut fields = match serde_json::to_value(signature) {
            Ok(serde_json::Value::Object(fields)) => fields,
            _ => serde_json::Map::new(),
        };
        let reason = fields.remove("reason").unwrap_or_default();
        let word = |name: &str| reason.get(name).and_then(|value| value.as_str()).map(str::to_owned);
        let detail = match &signature.reason {
            Some(
                auth::DkimReason::KeyUnusable(fault)
                | auth::DkimReason::Unparsable(fault)
                | auth::DkimReason::Dns(fault),
            ) => Some(words::fault(fault, lang)),
            _ => word("detail"),
        };
        DkimView { reason: word("kind"), reason_detail: detail, signature: DkimFields { fields } }
    }
}

impl ProviderView {
    fn new(provider: &ProviderReport, lang: Lang) -> ProviderView {
        let rule = |rule: &ProviderRule| ProviderRuleView {
            id: rule.id.clone(),
            verdict: rule.verdict,
            title: lang.text(&format!("provider-{}", message_id(&rule.id))),
            code: rule.code.clone(),
        };
        ProviderView {
            id: provider.id,
            name: lang.text(&provider_text(provider.id)),
            met: provider.met,
            of: provider.of,
            rules: provider.rules.iter().map(rule).collect(),
        }
    }
}

fn provider_text(provider: Provider) -> String {
    let id = match provider {
        Provider::Gmail => "gmail",
        Provider::Yahoo => "yahoo",
        Provider::Outlook => "outlook",
        Provider::Icloud => "icloud",
    };
    format!("provider-{id}")
}

impl SectionView {
    fn new(report: &Report, id: Section, lang: Lang) -> SectionView {
        let of_section = |row: &&Row| check::rule(&row.finding.code).is_some_and(|rule| rule.section == id);
        let mut rows: Vec<&Row> = report.ledger.rows.iter().filter(of_section).collect();
        rows.sort_by_key(|row| (row.points, rank(row.status)));
        SectionView {
            id,
            title: lang.text(&format!("section-{}", id.id())),
            points: decimal(report.section_points(id)),
            findings: rows.into_iter().map(|row| FindingView::new(row, lang)).collect(),
        }
    }
}

/// What a reader wants first among findings of equal points.
fn rank(status: Status) -> u8 {
    match status {
        Status::Deducted => 0,
        Status::NotDetermined => 1,
        Status::Notice => 2,
        Status::Good => 3,
        Status::NotApplicable => 4,
    }
}

impl FindingView {
    /// Does it name anything to change?
    pub fn proposes(&self) -> bool {
        self.fix.is_some() || !self.cures.is_empty()
    }

    pub fn new(row: &Row, lang: Lang) -> FindingView {
        let finding = &row.finding;
        let rule = check::rule(&finding.code);
        let text = |attribute: &str| lang.find(&format!("{}{attribute}", message_id(&finding.code)), &finding.args);
        let asked = match rule.map(|rule| rule.verdict) {
            Some(Verdict::Deduct(points)) => points,
            Some(Verdict::DeductUpTo(_)) => finding.points.unwrap_or(0),
            _ => 0,
        };
        let note = row.capped.then(|| {
            let args = [("asked", lang.tenths(asked).into()), ("points", lang.tenths(-row.points).into())];
            lang.with(if row.points == 0 { "report-row-emptied" } else { "report-row-capped" }, args)
        });
        FindingView {
            code: finding.code.clone(),
            status: row.status,
            points: decimal(row.points),
            title: text("").unwrap_or_else(|| finding.code.clone()),
            why: text(".why"),
            fix: text(".fix"),
            basis: rule.map(|rule| basis(rule.basis)).unwrap_or_default(),
            basis_url: rule.and_then(|rule| basis_url(rule.basis)),
            note,
            refused: rule.is_some_and(|rule| rule.refused),
            evidence: finding.evidence.iter().map(|evidence| said(evidence, lang)).collect(),
            cures: finding.cures.clone(),
        }
    }
}

/// Our own words in the reader's language; everything else as it is.
pub(super) fn said(evidence: &Evidence, lang: Lang) -> Evidence {
    match evidence {
        Evidence::Said { id, args } => Evidence::Text { text: lang.find(id, args).unwrap_or_else(|| id.clone()) },
        evidence => evidence.clone(),
    }
}

impl DnsView {
    pub fn new(lookup: &Lookup, lang: Lang) -> DnsView {
        DnsView {
            name: lookup.question.name.clone(),
            rtype: rtype_name(lookup.question.rtype),
            answer: answer_text(&lookup.answer),
            said: words::silence(&lookup.answer, lang),
            ttl: match lookup.answer {
                Answer::Records { ttl, .. } => Some(ttl),
                _ => None,
            },
            ms: lookup.ms,
            server: lookup.server.clone(),
            aliases: lookup.aliases.clone(),
            authenticated: lookup.authenticated,
        }
    }
}

pub(super) fn rtype_name(rtype: crate::dns::RecordType) -> String {
    format!("{rtype:?}").to_ascii_uppercase()
}

/// Records joined by ` | `, or the outcome's name in DNS's own words.
pub(super) fn answer_text(answer: &Answer) -> String {
    match answer {
        Answer::Records { records, .. } => records.iter().map(data_text).collect::<Vec<_>>().join(" | "),
        Answer::NoData => "NODATA".to_owned(),
        Answer::NxDomain => "NXDOMAIN".to_owned(),
        Answer::ServFail => "SERVFAIL".to_owned(),
        Answer::Refused => "REFUSED".to_owned(),
        Answer::TimedOut => "time-out".to_owned(),
        Answer::Broken(why) => format!("broken answer: {}", why.word()),
        Answer::NotAsked(why) => format!("not asked: {}", why.word()),
    }
}

fn data_text(data: &Data) -> String {
    match data {
        Data::A(ip) => ip.to_string(),
        Data::Aaaa(ip) => ip.to_string(),
        Data::Mx { preference, exchange } if exchange.is_empty() => format!("{preference} ."),
        Data::Mx { preference, exchange } => format!("{preference} {exchange}"),
        Data::Txt(text) => format!("\"{}\"", escape(&text.octets)),
        Data::Ptr(name) | Data::Cname(name) | Data::Ns(name) => name.clone(),
        Data::Tlsa { usage, selector, matching, data } => {
            let hex: String = data.iter().map(|octet| format!("{octet:02x}")).collect();
            format!("{usage} {selector} {matching} {hex}")
        }
        Data::Other(text) => text.clone(),
    }
}

/// What a rule stands on, in a few words that need no language.
pub fn basis(basis: Basis) -> String {
    match basis {
        Basis::Must(section) | Basis::Should(section) => section.to_owned(),
        Basis::Provider(name, _) => name.to_owned(),
        Basis::Practice(place) => place.to_owned(),
    }
}

/// `RFC 7208 §8.5` leads to that section; a provider or a practice to its page.
pub fn basis_url(basis: Basis) -> Option<String> {
    match basis {
        Basis::Must(section) | Basis::Should(section) | Basis::Practice(section) if section.starts_with("RFC ") => {
            let mut words = section.strip_prefix("RFC ")?.split([' ', ',', ';']);
            let number: u32 = words.next()?.parse().ok()?;
            let anchor = words.next().and_then(|word| word.strip_prefix('§')).map(|at| {
                let part = if at.starts_with(|c: char| c.is_ascii_uppercase()) { "appendix" } else { "section" };
                format!("#{part}-{at}")
            });
            Some(format!("https://www.rfc-editor.org/rfc/rfc{number}{}", anchor.unwrap_or_default()))
        }
        Basis::Must(url) | Basis::Should(url) | Basis::Provider(_, url) | Basis::Practice(url) => {
            url.starts_with("https://").then(|| url.to_owned())
        }
    }
}

/// At most three rows whose cure gains points, dearest first.
fn best_cures(report: &Report, lang: Lang) -> Vec<BestCure> {
    let mut gains: Vec<(i32, &Row)> = report
        .ledger
        .rows
        .iter()
        .filter(|row| row.status == Status::Deducted)
        .map(|row| (report.ledger.without(&row.finding.code), row))
        .collect();
    gains.sort_by_key(|(score, row)| (-score, row.points));
    gains.dedup_by(|(_, a), (_, b)| a.finding.code == b.finding.code);
    gains
        .into_iter()
        .take(3)
        .map(|(score, row)| {
            let finding = FindingView::new(row, lang);
            BestCure {
                code: finding.code,
                title: finding.title,
                fix: finding.fix,
                score: decimal(score),
                held_back: score == report.ledger.score,
                needs_alignment: row.finding.uncovers.iter().any(|next| next.code.starts_with("dmarc.result.fail")),
            }
        })
        .collect()
}

/// The score in one sentence, with what stands most in the way and who minds.
fn verdict(report: &Report, lang: Lang) -> String {
    let ledger = &report.ledger;
    let title = |code: &str| ledger.rows.iter().find(|row| row.finding.code == code).map(|row| cited(row, lang));
    if let Some(code) = &ledger.capped_by {
        let cause = title(code).unwrap_or_default();
        let names = names(report, |rule| rule.code.as_ref() == Some(code), lang);
        return match names {
            Some((names, _)) => lang.with("verdict-refused-by", [("cause", cause.into()), ("providers", names.into())]),
            None => lang.with("verdict-refused", [("cause", cause.into())]),
        };
    }
    if ledger.score == score::MAX {
        return match suggestions(report, lang) {
            _ if little_known(report) => lang.text("verdict-unknown"),
            0 => lang.text("verdict-perfect"),
            count => lang.with("verdict-suggestions", [("count", count.into())]),
        };
    }
    let unmet = report.providers.iter().flat_map(|provider| &provider.rules).find(|rule| is_unmet(rule));
    if ledger.score >= 70
        && let Some(unmet) = unmet
        && let Some((names, count)) = names(report, |rule| rule.id == unmet.id, lang)
    {
        let cause = unmet.code.as_deref().and_then(title);
        let cause = cause.unwrap_or_else(|| lang.quoted(&lang.text(&format!("provider-{}", message_id(&unmet.id)))));
        let bulk = if report.purpose == Purpose::Bulk { "yes" } else { "no" };
        let id = if ledger.score >= 90 { "verdict-good-but" } else { "verdict-fair-but" };
        let args: [(&str, Arg); 4] =
            [("providers", names.into()), ("count", count.into()), ("bulk", bulk.into()), ("cause", cause.into())];
        return lang.with(id, args);
    }
    let id = match ledger.score {
        90.. => "verdict-good",
        70.. => "verdict-fair",
        50.. => "verdict-weak",
        _ => "verdict-poor",
    };
    let worst = ledger.rows.iter().filter(|row| row.points < 0).min_by_key(|row| row.points);
    let cause = worst.map(|row| cited(row, lang)).unwrap_or_default();
    lang.with(id, [("cause", cause.into())])
}

/// A finding's title within a sentence.
fn cited(row: &Row, lang: Lang) -> String {
    lang.quoted(&FindingView::new(row, lang).title)
}

/// Findings that cost nothing, and yet propose a change.
fn suggestions(report: &Report, lang: Lang) -> usize {
    let notices = report.ledger.rows.iter().filter(|row| row.status == Status::Notice);
    notices.map(|row| FindingView::new(row, lang)).filter(FindingView::proposes).count()
}

/// The providers for which such a rule is unmet, as one phrase, and how many they are.
fn names(report: &Report, such: impl Fn(&ProviderRule) -> bool, lang: Lang) -> Option<(String, usize)> {
    let of = |provider: &ProviderReport| {
        let text = provider_text(provider.id);
        lang.find(&format!("{text}.short"), &BTreeMap::new()).unwrap_or_else(|| lang.text(&text))
    };
    let minds = |provider: &&ProviderReport| provider.rules.iter().any(|rule| is_unmet(rule) && such(rule));
    let names: Vec<String> = report.providers.iter().filter(minds).map(of).collect();
    let (last, most) = names.split_last()?;
    let phrase = match most {
        [] => last.clone(),
        most => lang.with("verdict-names", [("most", most.join(", ").into()), ("last", last.as_str().into())]),
    };
    Some((phrase, names.len()))
}

fn is_unmet(rule: &ProviderRule) -> bool {
    rule.verdict == providers::Verdict::Unmet
}

/// True when so much is unknown, in all or about authentication, that a clean ledger proves little.
fn little_known(report: &Report) -> bool {
    let (determined, unknown) = report.determined();
    let in_authentication =
        |row: &&Row| check::rule(&row.finding.code).is_some_and(|rule| rule.section == Section::Authentication);
    let of = |unknown: bool| {
        let rows = report.ledger.rows.iter().filter(in_authentication);
        rows.filter(|row| row.status != Status::NotApplicable && (row.status == Status::NotDetermined) == unknown)
            .count()
    };
    unknown * 2 >= determined || of(true) > of(false)
}

pub(super) fn decimal(tenths: i32) -> f64 {
    f64::from(tenths) / 10.0
}

/// Why something is not known, in words.
pub fn why_text(why: &Why, lang: Lang) -> String {
    match why {
        Why::NotGiven => lang.text("why-not-given"),
        Why::NotConfigured => lang.text("why-not-configured"),
        Why::TimedOut => lang.text("why-timed-out"),
        Why::Failed(detail) => {
            lang.find("why-failed", &BTreeMap::from([("detail".to_owned(), detail.into())])).unwrap_or_default()
        }
        Why::NotApplicable => lang.text("why-not-applicable"),
    }
}
