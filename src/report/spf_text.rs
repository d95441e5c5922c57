//! The trace of an SPF evaluation as plain text: a technical listing in English, as everything on the command line that is no
//! report.

use std::fmt::Write;

use super::words;
use crate::auth::spf::{MAX_LOOKUPS, MAX_VOID_LOOKUPS};
use crate::auth::{Fault, Spf, SpfIdentity, SpfProblem, SpfStep, SpfStepKind};
use crate::lang::Lang;

/// One evaluation: what was asked, the result, and every step with the look-ups counted so far.
pub fn spf(spf: &Spf) -> String {
    let mut text = String::new();
    let identity = match spf.identity {
        SpfIdentity::MailFrom => "MAIL FROM",
        SpfIdentity::Helo => "HELO",
    };
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(text, "{name:<12}{value}");
    };
    line("result", &word(spf));
    line("identity", &format!("{identity} {}", spf.sender));
    line("client", &spf.client_ip.to_string());
    line("domain", &spf.domain);
    if let Some(matched) = &spf.matched {
        line("matched", matched);
    }
    if let Some(problem) = &spf.problem {
        line("problem", &problem_line(problem));
    }
    if let Some(explanation) = &spf.explanation {
        line("explanation", explanation);
    }
    line("look-ups", &format!("{} of {MAX_LOOKUPS}, void {} of {MAX_VOID_LOOKUPS}", spf.lookups, spf.void_lookups));
    if !spf.trace.is_empty() {
        text.push('\n');
    }
    for step in &spf.trace {
        push_step(&mut text, step);
    }
    text
}

/// Look-ups so far, the tree by indentation, a mark, the term, what decided it.
fn push_step(text: &mut String, step: &SpfStep) {
    let indent = "  ".repeat(usize::try_from(step.depth).unwrap_or(0).min(MAX_LOOKUPS as usize + 2));
    let (mark, what) = match step.kind {
        SpfStepKind::Record => (' ', format!("{}: {}", step.domain, step.term)),
        SpfStepKind::NoMatch if step.term.is_empty() => ('-', format!("{}: no record", step.domain)),
        SpfStepKind::Error if step.term.is_empty() => ('!', step.domain.clone()),
        SpfStepKind::NoMatch => ('-', step.term.clone()),
        SpfStepKind::Match => ('+', step.term.clone()),
        SpfStepKind::Enter => ('>', with_target(step)),
        SpfStepKind::Leave => ('<', with_target(step)),
        SpfStepKind::Error => ('!', step.term.clone()),
    };
    let _ = write!(text, "{:>3}  {indent}{mark} {what}", step.lookups);
    if let Some(detail) = words::detail(step, Lang::En) {
        let _ = write!(text, "  ({detail})");
    }
    text.push('\n');
}

fn with_target(step: &SpfStep) -> String {
    match &step.target {
        Some(target) if !step.term.ends_with(target.as_str()) => format!("{} = {target}", step.term),
        _ => step.term.clone(),
    }
}

fn word(spf: &Spf) -> String {
    match serde_json::to_value(spf.result) {
        Ok(serde_json::Value::String(word)) => word,
        _ => format!("{:?}", spf.result),
    }
}

fn problem_line(problem: &SpfProblem) -> String {
    match problem {
        SpfProblem::SeveralRecords { domain, count } => format!("{domain} has {count} SPF records"),
        SpfProblem::Syntax { domain, term, span, fault } => {
            format!("{domain}, octets {} to {}: {term}: {}", span.0, span.1, told(fault))
        }
        SpfProblem::TooManyLookups { domain, term } => format!("too many look-ups at {term} of {domain}"),
        SpfProblem::TooManyVoidLookups { domain, term } => format!("too many void look-ups at {term} of {domain}"),
        SpfProblem::TooManyNames { domain, term } => format!("too many names behind {term} of {domain}"),
        SpfProblem::NoRecordAtTarget { domain, term, target } => {
            format!("{term} of {domain} leads to {target}, which has no SPF record")
        }
        SpfProblem::Dns { name, fault } => format!("{name}: {}", told(fault)),
    }
}

fn told(fault: &Option<Fault>) -> String {
    fault.as_ref().map(|fault| words::fault(fault, Lang::En)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::address::ReversePath;
    use crate::auth::spf::{Request, check_host};
    use crate::dns::{Dns, Zone};

    #[tokio::test]
    async fn the_listing_shows_the_tree_and_its_count() {
        let zone = Zone::parse(
            "a.test. TXT \"v=spf1 mx include:%{d1r}.b.test -all\"\n\
             a.b.test. TXT \"v=spf1 ip4:192.0.2.0/24 ?all\"\n",
        )
        .unwrap();
        let dns = Dns::new(Arc::new(zone));
        let sender = ReversePath::Mailbox(crate::address::Mailbox::parse("x@a.test").unwrap());
        let now = jiff::Timestamp::UNIX_EPOCH;
        let request = Request::mail_from("192.0.2.9".parse().unwrap(), &sender, "h.test", "here.test", now);
        let text = super::spf(&check_host(&dns, &request).await);
        assert_eq!(
            text,
            "result      pass\n\
             identity    MAIL FROM x@a.test\n\
             client      192.0.2.9\n\
             domain      a.test\n\
             matched     include:%{d1r}.b.test\n\
             look-ups    2 of 10, void 1 of 2\n\
             \n\
             \x20 0    a.test: v=spf1 mx include:%{d1r}.b.test -all\n\
             \x20 1  - mx  (MX a.test: NODATA)\n\
             \x20 2  > include:%{d1r}.b.test = a.b.test\n\
             \x20 2      a.b.test: v=spf1 ip4:192.0.2.0/24 ?all\n\
             \x20 2    + ip4:192.0.2.0/24  (192.0.2.9 against 192.0.2.0/24)\n\
             \x20 2  < include:%{d1r}.b.test = a.b.test  (pass)\n\
             \x20 2  + include:%{d1r}.b.test  (a.b.test gives pass)\n"
        );
    }
}
