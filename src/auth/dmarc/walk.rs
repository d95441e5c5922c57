//! The DNS tree walk (RFC 9989 §4.10): which records stand above a name, and what its Organizational Domain is.

use futures_util::future::join_all;

use super::record::{Psd, Record, is_record};
use crate::auth::WalkStep;
use crate::dns::{Dns, RecordType};

/// Everything that was found from a domain up to its top-level label, longest name first.
#[derive(Clone, Debug)]
pub struct Walk {
    pub domain: String,
    steps: Vec<Step>,
}

#[derive(Clone, Debug)]
struct Step {
    domain: String,
    found: Found,
    shown: WalkStep,
}

#[derive(Clone, Debug)]
pub enum Found {
    Nothing,
    Record(Box<Record>),
    /// All of them are discarded.
    Several,
    /// No answer to go by.
    Unknown,
}

/// What one name contributes to the Organizational Domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    None,
    Record(Psd),
}

/// Names whose answer is missing are tried with every answer that they could have had, as long as they are this few.
const MOST_UNKNOWN: usize = 3;

impl Walk {
    /// Asks for all names of the walk at once; what lies beyond the place where the walk stops is not used.
    pub async fn take(dns: &Dns, domain: &str) -> Walk {
        let steps = join_all(names(domain).into_iter().map(|name| step(dns, name))).await;
        Walk { domain: domain.to_owned(), steps }
    }

    /// The steps up to where the walk stops: `psd=y` or `psd=n` (RFC 9989 §4.10 steps 2 and 6).
    pub fn shown(&self) -> Vec<WalkStep> {
        let stop = self.steps.iter().position(|step| matches!(psd(&step.found), Some(Psd::Y | Psd::N)));
        self.steps.iter().take(stop.map_or(usize::MAX, |at| at + 1)).map(|step| step.shown.clone()).collect()
    }

    pub fn found(&self, domain: &str) -> Option<&Found> {
        self.steps.iter().find(|step| step.domain == domain).map(|step| &step.found)
    }

    /// The longest name at which several records stand, all of them discarded.
    pub fn several(&self) -> Option<&str> {
        self.steps.iter().find(|step| matches!(step.found, Found::Several)).map(|step| step.domain.as_str())
    }

    /// True when nothing is published at any name, and every name answered.
    pub fn is_bare(&self) -> bool {
        self.steps.iter().all(|step| matches!(step.found, Found::Nothing | Found::Several))
    }

    /// The Organizational Domain; `None` when a missing answer could change it.
    pub fn organizational_domain(&self) -> Option<String> {
        let unknown = unknown(&[self])?;
        let mut all = hypotheses(&unknown).map(|guess| self.organizational_domain_if(&guess));
        let first = all.next()?;
        all.all(|other| other == first).then_some(first)
    }

    /// The public suffix domain's record, when the walk met one (`psd=y`) above its start.
    pub fn public_suffix_record(&self) -> Option<(&str, &Record)> {
        self.steps.iter().skip(1).find_map(|step| match &step.found {
            Found::Record(record) if record.psd == Psd::Y => Some((step.domain.as_str(), record.as_ref())),
            _ => None,
        })
    }

    /// RFC 9989 §4.10.2, with `guess` for the names that did not answer.
    fn organizational_domain_if(&self, guess: &[(&str, Mark)]) -> String {
        let mut shortest = None;
        for (at, step) in self.steps.iter().enumerate() {
            let mark = match &step.found {
                Found::Nothing | Found::Several => Mark::None,
                Found::Record(record) => Mark::Record(record.psd),
                Found::Unknown => guess.iter().find(|(name, _)| *name == step.domain).map_or(Mark::None, |(_, m)| *m),
            };
            match mark {
                Mark::Record(Psd::N) => return step.domain.clone(),
                Mark::Record(Psd::Y) if at > 0 => return one_label_more(&self.domain, &step.domain),
                // Where the walk started it stops, too, but is not cut.
                Mark::Record(Psd::Y) => return step.domain.clone(),
                Mark::Record(Psd::U) => shortest = Some(&step.domain),
                Mark::None => (),
            }
        }
        shortest.unwrap_or(&self.domain).clone()
    }
}

/// Relaxed alignment: the same Organizational Domain, each by its own walk; `None` when a missing answer could change it.
pub fn aligned(a: &Walk, b: &Walk) -> Option<bool> {
    if a.domain == b.domain {
        return Some(true);
    }
    let unknown = unknown(&[a, b])?;
    let mut all =
        hypotheses(&unknown).map(|guess| a.organizational_domain_if(&guess) == b.organizational_domain_if(&guess));
    let first = all.next()?;
    all.all(|other| other == first).then_some(first)
}

/// The names that did not answer; `None` when there are too many to try.
fn unknown<'a>(walks: &[&'a Walk]) -> Option<Vec<&'a str>> {
    let mut names: Vec<&str> = walks
        .iter()
        .flat_map(|walk| &walk.steps)
        .filter(|step| matches!(step.found, Found::Unknown))
        .map(|step| step.domain.as_str())
        .collect();
    names.sort_unstable();
    names.dedup();
    (names.len() <= MOST_UNKNOWN).then_some(names)
}

/// Every combination of what these names could have answered; one empty combination when there are none.
fn hypotheses<'a>(names: &'a [&'a str]) -> impl Iterator<Item = Vec<(&'a str, Mark)>> {
    const MARKS: [Mark; 4] = [Mark::None, Mark::Record(Psd::U), Mark::Record(Psd::Y), Mark::Record(Psd::N)];
    let count = MARKS.len().pow(u32::try_from(names.len()).unwrap_or(0));
    (0..count).map(move |number| {
        let mut rest = number;
        names
            .iter()
            .map(|name| {
                let mark = MARKS.get(rest % MARKS.len()).copied().unwrap_or(Mark::None);
                rest /= MARKS.len();
                (*name, mark)
            })
            .collect()
    })
}

fn psd(found: &Found) -> Option<Psd> {
    match found {
        Found::Record(record) => Some(record.psd),
        _ => None,
    }
}

/// The names to ask for, without `_dmarc.`: at most eight (RFC 9989 §4.10 step 4).
fn names(domain: &str) -> Vec<&str> {
    let mut starts: Vec<usize> = vec![0];
    starts.extend(domain.match_indices('.').map(|(at, _)| at + 1));
    let jump = if starts.len() >= 8 { starts.len() - 7 } else { 1 };
    std::iter::once(domain).chain(starts.iter().skip(jump).filter_map(|start| domain.get(*start..))).collect()
}

/// The ancestor of `domain` with one label more than `parent`.
fn one_label_more(domain: &str, parent: &str) -> String {
    let cut = domain.len().saturating_sub(parent.len() + 1);
    let below = domain.get(..cut).unwrap_or_default();
    match below.rfind('.') {
        Some(dot) => domain.get(dot + 1..).unwrap_or(domain).to_owned(),
        None => domain.to_owned(),
    }
}

async fn step(dns: &Dns, domain: &str) -> Step {
    let name = format!("_dmarc.{domain}");
    let lookup = dns.ask(&name, RecordType::Txt).await;
    let (records, discarded): (Vec<&[u8]>, Vec<&[u8]>) =
        lookup.answer.texts().map(|text| text.octets.as_slice()).partition(|octets| is_record(octets));
    let found = match records.as_slice() {
        _ if lookup.answer.is_unknown() => Found::Unknown,
        [] => Found::Nothing,
        [record] => Found::Record(Box::new(Record::parse(record))),
        _ => Found::Several,
    };
    let escape = |octets: &[&[u8]]| octets.iter().map(|text| crate::dns::escape(text)).collect();
    let shown = WalkStep {
        name,
        records: escape(&records),
        discarded: escape(&discarded),
        unknown: lookup.answer.is_unknown(),
    };
    Step { domain: domain.to_owned(), found, shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_labels_and_more_jump_to_seven() {
        assert_eq!(names("a.b.example"), ["a.b.example", "b.example", "example"]);
        let eight = names("a.b.c.d.e.f.g.h");
        assert_eq!((eight.len(), eight[1]), (8, "b.c.d.e.f.g.h"));
        let ten = names("1.2.a.b.c.d.e.f.g.h");
        assert_eq!((ten.len(), ten[1], ten[7]), (8, "b.c.d.e.f.g.h", "h"));
        assert_eq!(names("localhost"), ["localhost"]);
    }

    #[test]
    fn one_label_below_a_public_suffix() {
        assert_eq!(one_label_more("a.b.example.co.uk", "co.uk"), "example.co.uk");
        assert_eq!(one_label_more("example.co.uk", "co.uk"), "example.co.uk");
    }
}
