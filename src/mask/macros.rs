//! What SPF macros made of a sender's local part (RFC 7208 §7): the names that were asked with it, wherever they recur.
//!
//! A record may ask for `%{l}.example.org`; then the local part stands in questions, steps and findings without an `@` to tell it
//! by. The probes, the report for other eyes and the masked bundle all cut it out by what stands here.

use std::ops::Range;

use crate::auth::spf::SpfReason;
use crate::auth::spf::macros::Values;
use crate::auth::spf::record::{self, Term};
use crate::auth::{Spf, SpfProblem};
use crate::delivery::Observed;
use crate::dns::{Lookup, normal_name};
use crate::report::Report;

/// What stands for such a name.
pub const CUT: &str = "…";

/// The names that spell one sender's local part out, the longest first.
#[derive(Debug, Default)]
pub struct Spelt {
    names: Vec<String>,
    /// Texts with such a macro were among the answers: the domain's own explanation may be one.
    explains: bool,
}

impl Spelt {
    /// Of these very evaluations and the questions that they asked.
    pub fn of(evaluations: &[&Observed<Spf>], helo: Option<&str>, lookups: &[Lookup]) -> Spelt {
        let mut spelt = Spelt::default();
        let texts = || lookups.iter().flat_map(|lookup| lookup.answer.texts());
        for spf in evaluations.iter().filter_map(|spf| spf.seen()) {
            let letters = telling(spf, helo);
            spelt.explains |= texts().any(|text| uses(&text.octets, letters));
            // A name may be made of another one, by `%{d}`.
            loop {
                let before = spelt.names.len();
                spelt.traced(spf, letters);
                spelt.asked(spf, helo.unwrap_or_default(), letters, lookups);
                if spelt.names.len() == before {
                    break;
                }
            }
        }
        spelt.names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        spelt
    }

    pub fn of_report(report: &Report) -> Spelt {
        let helo = report.session.helo.seen().map(String::as_str);
        Spelt::of(&[&report.auth.spf, &report.auth.spf_helo], helo, &report.dns)
    }

    fn traced(&mut self, spf: &Spf, letters: &[char]) {
        for step in &spf.trace {
            let impossible = match &step.reason {
                Some(SpfReason::ImpossibleName { name }) => Some(name),
                _ => None,
            };
            let owner = self.holds(&step.domain);
            let term = step.term.as_bytes();
            if uses(term, letters) || owner && uses(term, &['d']) {
                step.target.iter().chain(impossible).for_each(|name| self.add(name));
            }
        }
    }

    /// Terms that no step tells of, such as `exp=`.
    fn asked(&mut self, spf: &Spf, helo: &str, letters: &[char], lookups: &[Lookup]) {
        let Some((local_part, sender_domain)) = spf.sender.rsplit_once('@') else { return };
        for lookup in lookups {
            let domain = lookup.question.name.as_str();
            let owner = self.holds(domain);
            let values = Values {
                sender: &spf.sender,
                local_part,
                sender_domain,
                domain,
                client_ip: spf.client_ip,
                helo,
                validated_name: "unknown",
                receiver: "",
                now: 0,
            };
            let records = lookup.answer.texts().filter(|text| record::is_spf(&text.octets));
            let terms = records.flat_map(|text| record::parse(&text.octets).terms);
            for spec in terms.collect::<Vec<_>>().iter().filter_map(Term::spec) {
                if spec.uses(letters) || owner && spec.uses(&['d']) {
                    let name = spec.expand_domain(&values);
                    self.add(&normal_name(&name).unwrap_or(name));
                }
            }
        }
    }

    fn add(&mut self, name: &str) {
        if !name.is_empty() && !self.names.iter().any(|known| known == name) {
            self.names.push(name.to_owned());
        }
    }

    fn holds(&self, text: &str) -> bool {
        self.names.iter().any(|name| find(text.as_bytes(), name, 0).is_some())
    }

    /// Where such names stand in these octets, in any case. A name of one label may be any word, and is left to the fields that
    /// hold names.
    pub fn places(&self, octets: &[u8]) -> Vec<Range<usize>> {
        let mut found: Vec<Range<usize>> = Vec::new();
        for name in self.names.iter().filter(|name| name.contains('.')) {
            let mut from = 0;
            while let Some(place) = find(octets, name, from) {
                from = place.end;
                if !found.iter().any(|other| other.start < place.end && place.start < other.end) {
                    found.push(place);
                }
            }
        }
        found.sort_by_key(|place| place.start);
        found
    }

    /// In every text of an evaluation; the domain's own explanation goes with the names.
    pub fn cut_from(&self, spf: &mut Spf) {
        if self.explains {
            spf.explanation = None;
        }
        let cut = |text: &mut String| self.cut(text);
        for step in &mut spf.trace {
            cut(&mut step.domain);
            step.target.iter_mut().for_each(cut);
            step.reason.iter_mut().for_each(|reason| reason.each_text(cut));
        }
        match &mut spf.problem {
            Some(
                SpfProblem::SeveralRecords { domain, .. }
                | SpfProblem::Syntax { domain, .. }
                | SpfProblem::TooManyLookups { domain, .. }
                | SpfProblem::TooManyVoidLookups { domain, .. }
                | SpfProblem::TooManyNames { domain, .. },
            ) => cut(domain),
            Some(SpfProblem::NoRecordAtTarget { domain, target, .. }) => {
                cut(domain);
                cut(target);
            }
            Some(SpfProblem::Dns { name, .. }) => cut(name),
            None => {}
        }
    }

    /// In the questions, and in the names that they led to.
    pub fn cut_from_lookups(&self, lookups: &mut [Lookup]) {
        for lookup in lookups {
            self.cut(&mut lookup.question.name);
            lookup.aliases.iter_mut().for_each(|alias| self.cut(alias));
        }
    }

    pub fn cut_from_report(&self, report: &mut Report) {
        for spf in [&mut report.auth.spf, &mut report.auth.spf_helo] {
            if let Observed::Seen(spf) = spf {
                self.cut_from(spf);
            }
        }
        self.cut_from_lookups(&mut report.dns);
    }

    fn cut(&self, text: &mut String) {
        for name in &self.names {
            let mut from = 0;
            while let Some(place) = find(text.as_bytes(), name, from) {
                from = place.start + CUT.len();
                text.replace_range(place, CUT);
            }
        }
    }
}

/// The letters of the macros that hold somebody's local part (RFC 7208 §7.2): the sender's, and that of a HELO which is an
/// address by mistake. Postmaster is nobody.
fn telling(spf: &Spf, helo: Option<&str>) -> &'static [char] {
    match (spf.sender.starts_with("postmaster@"), helo.is_some_and(|helo| helo.contains('@'))) {
        (true, false) => &[],
        (false, false) => &['l', 's'],
        (false, true) => &['l', 's', 'h'],
        // There the HELO is the sender's domain as well.
        (true, true) => &['s', 'o', 'h'],
    }
}

fn uses(text: &[u8], letters: &[char]) -> bool {
    let told = |letter: &u8| letters.contains(&char::from(letter.to_ascii_lowercase()));
    text.windows(3).any(|three| matches!(three, [b'%', b'{', letter] if told(letter)))
}

/// The name as a whole, or with labels before it; one label alone is no part of another name. Case does not matter (RFC 4343).
fn find(text: &[u8], name: &str, from: usize) -> Option<Range<usize>> {
    let length = name.len().max(1);
    let goes_on =
        |octet: &u8| octet.is_ascii_alphanumeric() || b"-_".contains(octet) || *octet == b'.' && !name.contains('.');
    let parts = text.get(from..).unwrap_or_default().windows(length).zip(from..);
    let mut places =
        parts.filter(|(part, _)| part.eq_ignore_ascii_case(name.as_bytes())).map(|(_, at)| at..at + length);
    places.find(|place| {
        let before = place.start.checked_sub(1).and_then(|at| text.get(at));
        !before.is_some_and(goes_on) && !text.get(place.end).is_some_and(goes_on)
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::Timestamp;

    use super::*;
    use crate::address::{Mailbox, ReversePath};
    use crate::auth::spf;
    use crate::dns::{Dns, Zone};

    /// Names and an evaluation of them for this sender.
    async fn evaluated(zone: &str, sender: &str) -> (Spelt, Spf, Vec<Lookup>) {
        let dns = Dns::new(Arc::new(Zone::parse(zone).unwrap()));
        let path = ReversePath::Mailbox(Mailbox::parse(sender).unwrap());
        let ip = "192.0.2.9".parse().unwrap();
        let (spf, spf_helo) = spf::evaluate(&dns, ip, &path, "h.test", "here.test", Timestamp::UNIX_EPOCH).await;
        let lookups = dns.lookups();
        let (seen, helo) = (Observed::Seen(spf.clone()), Observed::Seen(spf_helo));
        (Spelt::of(&[&seen, &helo], Some("h.test"), &lookups), spf, lookups)
    }

    #[tokio::test]
    async fn every_name_that_macros_spell_the_local_part_into_is_cut_from_steps_and_questions() {
        for (term, sender) in [
            ("exists:%{l}.u.a.test", "anna-rossi@a.test"),
            ("exists:%{L}.u.a.test", "Anna-Rossi@a.test"),
            ("exists:%{s}.u.a.test", "anna-rossi@a.test"),
            ("exists:%{S}.%{d}", "anna+rossi@a.test"),
            ("exists:%{lr-}.u.%{o}", "anna-rossi@a.test"),
            ("include:%{l}.v.a.test", "anna-rossi@a.test"),
            ("redirect=%{l1r-}.v.a.test", "anna-rossi@a.test"),
            ("exists:%{l}", "anna@a.test"),
            ("exists:%{l}.%{i}.test exp=%{l}.e.a.test", "anna@a.test"),
            ("-all exp=%{l}.e.a.test", "anna@a.test"),
        ] {
            let zone = format!(
                "a.test. TXT \"v=spf1 {term}\"\nanna-rossi.v.a.test. TXT \"v=spf1 a:%{{dr}}.w.test mx ?all\"\n\
                 anna.v.a.test. TXT \"v=spf1 a:%{{dr}}.w.test mx ?all\"\nanna.e.a.test. TXT \"%{{l}} may not\"\n"
            );
            let (spelt, mut spf, mut lookups) = evaluated(&zone, sender).await;
            let said = |spf: &Spf, lookups: &[Lookup]| {
                let names: Vec<&str> = lookups.iter().map(|lookup| lookup.question.name.as_str()).collect();
                let spf = serde_json::to_string(&(&spf.trace, &spf.explanation, &spf.problem)).unwrap();
                format!("{spf} {}", names.join(" ")).to_lowercase()
            };
            assert!(said(&spf, &lookups).contains("anna"), "{term}: the test is in vain");
            let whole = said(&Spf { explanation: None, ..spf.clone() }, &lookups);
            spelt.cut_from(&mut spf);
            spelt.cut_from_lookups(&mut lookups);
            let kept = said(&spf, &lookups);
            assert!(!kept.contains("anna") && !kept.contains("rossi"), "{term}: {kept}");
            assert!(kept.contains("a.test"), "{term}: {kept}");
            // The same in a text that holds such names; one label alone is left to its fields.
            let mut text = whole.into_bytes();
            for place in spelt.places(&text.clone()) {
                text[place].fill(b'*');
            }
            let text = String::from_utf8(text).unwrap();
            assert!(term == "exists:%{l}" || !text.contains("anna"), "{term}: {text}");
        }
    }

    #[tokio::test]
    async fn names_that_hold_no_local_part_stay() {
        let zone = "a.test. TXT \"v=spf1 exists:%{i}.%{o}.u.test include:%{d}.v.test -all\"\n";
        let (spelt, ..) = evaluated(zone, "anna@a.test").await;
        assert_eq!((spelt.names.len(), spelt.explains), (0, false));
        let zone = "a.test. TXT \"v=spf1 exists:%{l}.u.test -all\"\n";
        let (spelt, ..) = evaluated(zone, "postmaster@a.test").await;
        assert_eq!(spelt.names, [""; 0], "a role is nobody");
    }
}
