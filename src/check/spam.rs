//! What spam filters think: SpamAssassin's own rules are scored, Rspamd's only where SpamAssassin is absent.
//!
//! Rules that repeat our own checks (SPF, lists, HELO, ...) are shown and not added: nobody pays twice for one fault.
//! Points below zero are shown and lift nothing.

use super::Basis::Practice;
use super::Verdict::{DeductUpTo, Good, NotApplicable, NotDetermined, Notice};
use super::{Evidence, Findings, Group, Rule, Section};
use crate::delivery::{Observed, Why};
use crate::facts::Facts;
use crate::gather::spam::{SpamReport, SpamRule};

const S: Section = Section::Spam;
const SA: super::Basis = Practice("https://spamassassin.apache.org/");
const RS: super::Basis = Practice("https://rspamd.com/");

const SA_RULE: Rule = Rule::new("spam.assassin.rule", S, DeductUpTo(50), SA).group(Group::SpamAssassin);
const SA_HAM: Rule = Rule::new("spam.assassin.ham", S, Good, SA);
const SA_SPAM: Rule = Rule::new("spam.assassin.spam", S, Notice, SA);
const SA_SHOWN: Rule = Rule::new("spam.assassin.shown", S, Notice, SA);
const SA_UNKNOWN: Rule = Rule::new("spam.assassin.not_determined", S, NotDetermined, SA);
const SA_OFF: Rule = Rule::new("spam.assassin.off", S, NotApplicable, SA);
const RS_RULE: Rule = Rule::new("spam.rspamd.rule", S, DeductUpTo(50), RS).group(Group::SpamAssassin);
const RS_HAM: Rule = Rule::new("spam.rspamd.ham", S, Good, RS);
const RS_SPAM: Rule = Rule::new("spam.rspamd.spam", S, Notice, RS);
const RS_SHOWN: Rule = Rule::new("spam.rspamd.shown", S, Notice, RS);
const RS_UNKNOWN: Rule = Rule::new("spam.rspamd.not_determined", S, NotDetermined, RS);
const RS_OFF: Rule = Rule::new("spam.rspamd.off", S, NotApplicable, RS);

pub const RULES: &[Rule] =
    &[SA_RULE, RS_RULE, SA_UNKNOWN, RS_UNKNOWN, SA_SPAM, RS_SPAM, SA_SHOWN, RS_SHOWN, SA_HAM, RS_HAM, SA_OFF, RS_OFF];

/// One filter's rules of ours, and how to read its rules.
struct Filter {
    rule: &'static Rule,
    ham: &'static Rule,
    spam: &'static Rule,
    shown: &'static Rule,
    unknown: &'static Rule,
    off: &'static Rule,
    repeats: fn(&str) -> bool,
}

const ASSASSIN: Filter = Filter {
    rule: &SA_RULE,
    ham: &SA_HAM,
    spam: &SA_SPAM,
    shown: &SA_SHOWN,
    unknown: &SA_UNKNOWN,
    off: &SA_OFF,
    repeats: repeats_assassin,
};

const RSPAMD: Filter = Filter {
    rule: &RS_RULE,
    ham: &RS_HAM,
    spam: &RS_SPAM,
    shown: &RS_SHOWN,
    unknown: &RS_UNKNOWN,
    off: &RS_OFF,
    repeats: repeats_rspamd,
};

/// SpamAssassin's usual threshold, which Rspamd's points are brought to.
const USUAL_THRESHOLD: f64 = 5.0;

pub fn check(facts: &Facts, findings: &mut Findings) {
    ASSASSIN.tell(&facts.spamd, true, findings);
    // One that is out for a moment is not absent: its silence must not turn another's points into deductions.
    RSPAMD.tell(&facts.rspamd, is_absent(&facts.spamd), findings);
}

fn is_absent(answer: &Observed<SpamReport>) -> bool {
    matches!(answer, Observed::Missing(Why::NotConfigured | Why::NotApplicable | Why::NotGiven))
}

impl Filter {
    fn tell(&self, answer: &Observed<SpamReport>, scored: bool, findings: &mut Findings) {
        let report = match answer {
            Observed::Seen(report) => report,
            answer if is_absent(answer) => {
                findings.add(self.off);
                return;
            }
            Observed::Missing(why) => {
                let finding = findings.add(self.unknown);
                match why {
                    Why::Failed(word) if WORDS.contains(&word.as_str()) => finding.evidence(because(word)),
                    // What the system or the filter itself said.
                    Why::Failed(text) => finding.evidence(Evidence::text(text)),
                    _ => finding.evidence(because("timeout")),
                };
                return;
            }
        };
        let counts = |rule: &&SpamRule| {
            scored && rule.score > 0.0 && !(self.repeats)(&rule.name) && self.tenths(report, rule) > 0
        };
        for rule in report.rules.iter().filter(counts) {
            let finding = findings.add(self.rule).points(self.tenths(report, rule));
            finding.arg("rule", &rule.name).arg("description", description(rule)).arg("score", tenth(rule.score));
        }
        let action = report.action.as_deref().unwrap_or_default();
        let refuses = report.score >= report.required || action == "reject";
        // Rspamd marks what it takes for spam long before it refuses.
        let marks = matches!(action, "add header" | "rewrite subject" | "quarantine");
        let finding = findings.add(if refuses || marks { self.spam } else { self.ham });
        finding.arg("engine", &report.engine).arg("score", tenth(report.score)).arg("required", tenth(report.required));
        finding.arg("action", action).arg("verdict", if refuses { "refuses" } else { "marks" });

        let shown: Vec<&SpamRule> = report.rules.iter().filter(|rule| !counts(rule)).collect();
        if !shown.is_empty() {
            let finding = findings.add(self.shown).arg("count", shown.len());
            for rule in shown {
                let text = format!("{} {} {}", written(rule.score), rule.name, rule.description);
                finding.evidence(Evidence::Text { text: text.trim_end().to_owned() });
            }
        }
    }

    /// What the rule costs. A filter that refuses at 15 counts in thirds of one that refuses at 5.
    fn tenths(&self, report: &SpamReport, rule: &SpamRule) -> i32 {
        let scale = if report.required > USUAL_THRESHOLD { USUAL_THRESHOLD / report.required } else { 1.0 };
        // Bounded before it is an integer; the registry and the group bound it again.
        (rule.score * scale * 10.0).round().clamp(0.0, 50.0) as i32
    }
}

/// Our own words for what went wrong (`Why::Failed`), with texts in the catalogues.
const WORDS: &[&str] = &["bad_answer", "cut_off", "no_score", "too_large", "skipped"];

fn because(word: &str) -> Evidence {
    Evidence::said(format!("spam-why-{}", crate::lang::message_id(word)), [])
}

fn description(rule: &SpamRule) -> &str {
    if rule.description.is_empty() { &rule.name } else { &rule.description }
}

/// To one decimal; a reader's language writes it.
fn tenth(score: f64) -> f64 {
    // Without the sign of a negative zero.
    (score * 10.0).round() / 10.0 + 0.0
}

/// Points as the filters write them: one decimal, `-0.0` as `0.0`.
fn written(score: f64) -> String {
    let text = format!("{score:.1}");
    if text == "-0.0" { "0.0".to_owned() } else { text }
}

fn starts_with_any(name: &str, prefixes: &[&str]) -> bool {
    prefixes.iter().any(|prefix| name.starts_with(prefix))
}

/// What is judged by ourselves, by the names that SpamAssassin 4.0 gives it.
fn repeats_assassin(name: &str) -> bool {
    let name = name.strip_prefix("T_").unwrap_or(name);
    let name = name.strip_prefix("KAM_").unwrap_or(name);
    const AUTHENTICATION: &[&str] = &["SPF_", "DKIM_", "DKIMWL_", "DMARC_", "ARC_", "FORGED_SPF_HELO", "VALIDITY_"];
    const LISTS: &[&str] = &["RCVD_IN_", "URIBL_", "SURBL_", "DNSWL_"];
    const SERVER: &[&str] = &[
        "RDNS_",
        "NO_RDNS",
        "DYN_RDNS_",
        "DYNAMIC_IPHOST",
        "HELO_",
        "FSL_HELO_",
        "KHOP_HELO_",
        "RCVD_NUMERIC_HELO",
        "RCVD_HELO_IP_MISMATCH",
        "RCVD_FAKE_HELO",
        "TVD_RCVD_",
        "NO_DNS_FOR_FROM",
    ];
    const FORMAT: &[&str] = &[
        "MISSING_DATE",
        "MISSING_MID",
        "MISSING_FROM",
        "MISSING_SUBJECT",
        "MISSING_HEADERS",
        "INVALID_DATE",
        "INVALID_MSGID",
        "DATE_IN_",
        "FROM_BLANK_NAME",
        "FROM_NO_USER",
        "FROM_ILLEGAL_CHARS",
        "SUBJ_ILLEGAL_CHARS",
        "SUBJECT_NEEDS_ENCODING",
        "SUBJ_ALL_CAPS",
        "MIME_HEADER_CTYPE_ONLY",
        "MIME_QP_LONG_LINE",
        "NULL_IN_BODY",
    ];
    const CONTENT: &[&str] = &[
        "MIME_HTML_ONLY",
        "MIME_HTML_MOSTLY",
        "HTML_MIME_NO_HTML_TAG",
        "MPART_ALT_DIFF",
        "HTML_IMAGE_ONLY_",
        "HTML_IMAGE_RATIO_",
        "HTML_SHORT_LINK_IMG_",
        "NUMERIC_HTTP_ADDR",
        "NORMAL_HTTP_TO_IP",
        "IP_LINK_PLUS",
        "HTTPS_HTTP_MISMATCH",
    ];
    [AUTHENTICATION, LISTS, SERVER, FORMAT, CONTENT].iter().any(|prefixes| starts_with_any(name, prefixes))
}

/// The same by the names of Rspamd 3.
fn repeats_rspamd(name: &str) -> bool {
    const AUTHENTICATION: &[&str] =
        &["R_SPF_", "R_DKIM_", "SPF_", "DKIM_", "DMARC_", "ARC_", "AUTH_NA", "VIOLATED_DIRECT_SPF"];
    const LISTS: &[&str] = &[
        "RBL_",
        "DNSWL_",
        "DWL_",
        "RWL_",
        "DBL",
        "URIBL_",
        "SURBL_",
        "CRACKED_SURBL",
        "PH_SURBL",
        "ABUSE_SURBL",
        "MW_SURBL",
        "RSPAMD_URIBL",
        "SEM_",
        "BLOCKLISTDE",
        "SPAMHAUS_",
        "MAILSPIKE",
        "SENDERSCORE",
        "RECEIVED_",
    ];
    const SERVER: &[&str] = &["RCVD_", "HFILTER_", "RDNS_", "MX_INVALID", "MX_MISSING", "FROMHOST_"];
    const FORMAT: &[&str] = &[
        "MISSING_DATE",
        "MISSING_MID",
        "MISSING_FROM",
        "MISSING_SUBJECT",
        "MISSING_TO",
        "MISSING_MIME_VERSION",
        "INVALID_DATE",
        "INVALID_MSGID",
        "DATE_IN_",
        "MULTIPLE_FROM",
        "MULTIPLE_UNIQUE_HEADERS",
        "FROM_INVALID",
        "FROM_NO_DN",
        "SUBJ_ALL_CAPS",
        "SUBJECT_NEEDS_ENCODING",
        "FROM_NEEDS_ENCODING",
        "BROKEN_HEADERS",
    ];
    const CONTENT: &[&str] = &[
        "MIME_HTML_ONLY",
        "MIME_MA_MISSING_TEXT",
        "MIME_MA_MISSING_HTML",
        "R_PARTS_DIFFER",
        "HTML_SHORT_LINK_IMG",
        "HTTP_TO_IP",
        "HTTP_TO_HTTPS",
        "URL_REDIRECTOR",
        "R_SUSPICIOUS_IMAGES",
    ];
    [AUTHENTICATION, LISTS, SERVER, FORMAT, CONTENT].iter().any(|prefixes| starts_with_any(name, prefixes))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{codes, facts_of, found};
    use super::*;
    use crate::score::score;

    fn report(score: f64, required: f64, rules: &[(&str, f64)]) -> SpamReport {
        let rule = |(name, score): &(&str, f64)| SpamRule {
            name: (*name).to_owned(),
            score: *score,
            description: String::new(),
        };
        SpamReport {
            engine: "SpamAssassin".to_owned(),
            score,
            required,
            rules: rules.iter().map(rule).collect(),
            action: None,
        }
    }

    fn facts(spamd: Option<SpamReport>, rspamd: Option<SpamReport>) -> Facts {
        let observed =
            |report: Option<SpamReport>| report.map_or(Observed::Missing(Why::NotConfigured), Observed::Seen);
        Facts { spamd: observed(spamd), rspamd: observed(rspamd), ..facts_of("Subject: x\n\nbody\n") }
    }

    fn points(facts: &Facts) -> i32 {
        let mut findings = Findings::default();
        check(facts, &mut findings);
        100 - score(findings).score
    }

    #[test]
    fn what_rspamd_marks_as_spam_is_not_called_let_through() {
        for (action, score, code) in [
            ("no action", 1.0, "spam.rspamd.ham"),
            ("greylist", 4.5, "spam.rspamd.ham"),
            ("add header", 6.0, "spam.rspamd.spam"),
            ("rewrite subject", 8.0, "spam.rspamd.spam"),
            ("reject", 16.0, "spam.rspamd.spam"),
        ] {
            let said = SpamReport { action: Some(action.to_owned()), ..report(score, 15.0, &[]) };
            assert_eq!(codes(check, &facts(None, Some(said)))[1], code, "{action}");
        }
    }

    #[test]
    fn only_its_own_rules_with_points_above_zero_cost() {
        let rules = [
            ("SPF_FAIL", 3.0),
            ("RCVD_IN_XBL", 3.0),
            ("T_SPF_PERMERROR", 1.0),
            ("FREE_MONEY", 1.2),
            ("BAYES_00", -1.9),
            ("HTML_MESSAGE", 0.0),
        ];
        let facts = facts(Some(report(6.3, 5.0, &rules)), None);
        assert_eq!(points(&facts), 12);
        let found = found(check, &facts);
        assert_eq!(
            found.iter().map(|f| f.code.as_str()).collect::<Vec<_>>(),
            ["spam.assassin.rule", "spam.assassin.spam", "spam.assassin.shown", "spam.rspamd.off"]
        );
        assert_eq!(found[2].evidence.len(), 5);
    }

    #[test]
    fn a_fault_that_we_judge_is_not_paid_for_again_by_a_filter_s_name_for_it() {
        for name in [
            "SPF_SOFTFAIL",
            "DKIM_INVALID",
            "DMARC_REJECT",
            "RDNS_NONE",
            "HELO_DYNAMIC_IPADDR",
            "RCVD_IN_PBL",
            "URIBL_BLACK",
            "MISSING_SUBJECT",
            "INVALID_MSGID",
            "DATE_IN_PAST_12_24",
            "MIME_HTML_ONLY",
            "HTML_IMAGE_ONLY_08",
            "HTML_IMAGE_ONLY_32",
            "MPART_ALT_DIFF",
            "NO_DNS_FOR_FROM",
            "SUBJ_ALL_CAPS",
        ] {
            assert_eq!(points(&facts(Some(report(9.0, 5.0, &[(name, 2.0)])), None)), 0, "{name}");
        }
        for name in ["FREEMAIL_REPLYTO", "SUBJ_AS_SEEN", "BODY_8BITS", "MISSING_MIMEOLE", "HTML_OBFUSCATE_10_20"] {
            assert_eq!(points(&facts(Some(report(9.0, 5.0, &[(name, 2.0)])), None)), 20, "{name}");
        }
    }

    #[test]
    fn the_sum_is_capped_at_five_points() {
        assert_eq!(points(&facts(Some(report(99.0, 5.0, &[("A", 30.0), ("B", 4.0)])), None)), 50);
        assert_eq!(points(&facts(Some(report(9.0, 5.0, &[("A", 3.0), ("B", 3.0)])), None)), 50);
    }

    #[test]
    fn rspamd_is_scored_only_without_spamassassin_and_on_the_same_scale() {
        let rspamd = || Some(report(6.0, 15.0, &[("R_SPF_FAIL", 1.0), ("URI_COUNT_ODD", 3.0)]));
        assert_eq!(points(&facts(None, rspamd())), 10);
        assert_eq!(points(&facts(Some(report(0.0, 5.0, &[])), rspamd())), 0);
        let out = Facts { spamd: Observed::Missing(Why::TimedOut), ..facts(None, rspamd()) };
        assert_eq!(points(&out), 0, "a dead SpamAssassin is not an absent one");
    }

    #[test]
    fn a_clean_message_is_told_with_its_points() {
        let found = found(check, &facts(Some(report(-0.04, 5.0, &[])), None));
        assert_eq!((found[0].code.as_str(), found[0].args.get("score")), ("spam.assassin.ham", Some(&0.0.into())));
    }

    #[test]
    fn a_dead_filter_is_not_determined_and_an_absent_one_is_not_nagged_about() {
        let dead = Facts { spamd: Observed::Missing(Why::Failed("refused".to_owned())), ..facts(None, None) };
        assert_eq!(codes(check, &dead), ["spam.assassin.not_determined", "spam.rspamd.off"]);
        assert_eq!(points(&dead), 0);
        assert_eq!(codes(check, &facts(None, None)), ["spam.assassin.off", "spam.rspamd.off"]);
    }
}
