//! The public probes (`spf@`, `dkim@`, `dmarc@`): what each says of a message, and what is kept of it.
//!
//! [`tag`] is a pure function of the authentication results. Alignment never needs a DMARC record: it is relaxed, by the
//! walk, or by the public suffix list where no record exists ([`crate::auth::dmarc`]). `evidence.rs` masks what is shown
//! publicly, `answer.rs` writes the answer by mail. A new probe is a variant of [`Probe`] and an entry of [`PROBES`].

#![deny(clippy::disallowed_methods)]

mod alignment;
pub mod answer;
mod evidence;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::address::Probe;
use crate::auth::{Auth, Dkim, DkimReason, DkimResult, DmarcResult, SpfResult};
use crate::delivery::Observed;

pub use alignment::{Aligned, dkim_alignment, spf_alignment};
pub use evidence::{Evidence, Judged};

/// What a probe says, in the field's own vocabulary: `|OK| spf-pass`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tag {
    pub mark: Mark,
    /// `spf-pass`, `dkim-diff`, ...
    pub name: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mark {
    /// `|OK|`
    Ok,
    /// `|~OK|`: passes unaligned, and the other method aligns.
    Nearly,
    /// `!! !!`
    Bad,
}

/// One probe: its tags, best first, and how one is chosen.
pub struct Entry {
    pub probe: Probe,
    pub tags: &'static [Tag],
    judge: fn(&Auth) -> Tag,
}

pub const PROBES: &[Entry] = &[
    Entry {
        probe: Probe::Spf,
        tags: &[
            ok("spf-pass"),
            nearly("spf-pass"),
            bad("spf-diff"),
            bad("spf-fail"),
            bad("spf-softfail"),
            bad("spf-neutral"),
            bad("spf-none"),
            bad("spf-permerror"),
            bad("spf-temperror"),
        ],
        judge: spf,
    },
    Entry {
        probe: Probe::Dkim,
        tags: &[
            ok("dkim-pass"),
            nearly("dkim-pass"),
            bad("dkim-diff"),
            bad("dkim-fail"),
            bad("dkim-none"),
            bad("dkim-invalid"),
            bad("dkim-temperror"),
        ],
        judge: dkim,
    },
    Entry {
        probe: Probe::Dmarc,
        tags: &[ok("dmarc-pass"), bad("dmarc-fail"), bad("dmarc-none"), bad("dmarc-permerror"), bad("dmarc-temperror")],
        judge: dmarc,
    },
];

/// What this probe says of a message.
pub fn tag(probe: Probe, auth: &Auth) -> Tag {
    let entry = PROBES.iter().find(|entry| entry.probe == probe);
    entry.map_or(bad("dmarc-none"), |entry| (entry.judge)(auth))
}

/// Every tag that a probe knows, best first.
pub fn tags(probe: Probe) -> &'static [Tag] {
    PROBES.iter().find(|entry| entry.probe == probe).map_or(&[], |entry| entry.tags)
}

const fn ok(name: &'static str) -> Tag {
    Tag { mark: Mark::Ok, name }
}

const fn nearly(name: &'static str) -> Tag {
    Tag { mark: Mark::Nearly, name }
}

const fn bad(name: &'static str) -> Tag {
    Tag { mark: Mark::Bad, name }
}

/// The text that says what a tag means for this message, and with `.fix` what to change.
pub fn meaning(tag: Tag, auth: &Auth) -> String {
    let no_author = auth.dmarc.author_domain.is_none() && tag.name.ends_with("-diff");
    format!("probe-tag-{}{}", tag.code(), if no_author { "-no-author" } else { "" })
}

/// The SPF result for MAIL FROM; a pass by its alignment.
fn spf(auth: &Auth) -> Tag {
    // Without a client's address nothing could be evaluated.
    let Observed::Seen(spf) = &auth.spf else { return bad("spf-temperror") };
    match spf.result {
        SpfResult::Fail => bad("spf-fail"),
        SpfResult::Softfail => bad("spf-softfail"),
        SpfResult::Neutral => bad("spf-neutral"),
        SpfResult::None => bad("spf-none"),
        SpfResult::Permerror => bad("spf-permerror"),
        SpfResult::Temperror => bad("spf-temperror"),
        SpfResult::Pass => match (spf_alignment(auth), dkim_passes_aligned(auth)) {
            (Aligned::Yes, _) => ok("spf-pass"),
            (_, Aligned::Yes) => nearly("spf-pass"),
            (Aligned::No, Aligned::No) => bad("spf-diff"),
            // An answer is missing that could acquit.
            (Aligned::Unknown, _) | (_, Aligned::Unknown) => bad("spf-temperror"),
        },
    }
}

/// The best of the signatures: aligned ones before others.
fn dkim(auth: &Auth) -> Tag {
    if auth.dkim.is_empty() {
        return bad("dkim-none");
    }
    let passes = auth.dkim.iter().any(|signature| signature.result == DkimResult::Pass);
    match (dkim_passes_aligned(auth), passes, spf_passes_aligned(auth)) {
        (Aligned::Yes, ..) => ok("dkim-pass"),
        (_, true, Aligned::Yes) => nearly("dkim-pass"),
        (Aligned::No, true, Aligned::No) => bad("dkim-diff"),
        (_, true, _) => bad("dkim-temperror"),
        (_, false, _) => unverified(auth),
    }
}

/// No signature passes: what became of those by the author's own domain, else of the others.
fn unverified(auth: &Auth) -> Tag {
    let aligned: Vec<_> = auth.dkim.iter().filter(|signature| dkim_alignment(auth, signature) != Aligned::No).collect();
    let signatures = if aligned.is_empty() { auth.dkim.iter().collect() } else { aligned };
    if signatures.iter().any(|signature| is_unknown(signature)) {
        bad("dkim-temperror")
    } else if signatures.iter().any(|signature| signature.result == DkimResult::Fail) {
        bad("dkim-fail")
    } else {
        bad("dkim-invalid")
    }
}

fn dmarc(auth: &Auth) -> Tag {
    match auth.dmarc.registered_result() {
        DmarcResult::Pass => ok("dmarc-pass"),
        DmarcResult::Fail => bad("dmarc-fail"),
        DmarcResult::None => bad("dmarc-none"),
        DmarcResult::Permerror => bad("dmarc-permerror"),
        DmarcResult::Temperror => bad("dmarc-temperror"),
    }
}

/// Does SPF pass for a domain that aligns (relaxed)?
pub fn spf_passes_aligned(auth: &Auth) -> Aligned {
    match auth.spf.seen().map(|spf| spf.result) {
        Some(SpfResult::Pass) => spf_alignment(auth),
        Some(SpfResult::Temperror) | None => match spf_alignment(auth) {
            Aligned::No => Aligned::No,
            Aligned::Yes | Aligned::Unknown => Aligned::Unknown,
        },
        Some(_) => Aligned::No,
    }
}

/// Nobody knows whether it is good: its key did not come, or too many stand before it.
fn is_unknown(signature: &Dkim) -> bool {
    signature.result == DkimResult::Temperror || signature.reason == Some(DkimReason::NotVerified)
}

/// Does a signature pass whose domain aligns (relaxed)?
pub fn dkim_passes_aligned(auth: &Auth) -> Aligned {
    let each = auth.dkim.iter().map(|signature| match (signature.result, dkim_alignment(auth, signature)) {
        (DkimResult::Pass, aligned) => aligned,
        (_, Aligned::Yes | Aligned::Unknown) if is_unknown(signature) => Aligned::Unknown,
        _ => Aligned::No,
    });
    each.max().unwrap_or(Aligned::No)
}

impl Tag {
    /// For texts and styles: `spf-pass`, `spf-pass-nearly`.
    pub fn code(self) -> String {
        match self.mark {
            Mark::Nearly => format!("{}-nearly", self.name),
            Mark::Ok | Mark::Bad => self.name.to_owned(),
        }
    }

    /// Reads a stored tag.
    pub fn parse(text: &str) -> Option<Tag> {
        PROBES.iter().flat_map(|entry| entry.tags).find(|tag| tag.to_string() == text).copied()
    }
}

impl std::fmt::Display for Tag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.mark {
            Mark::Ok => write!(f, "|OK| {}", self.name),
            Mark::Nearly => write!(f, "|~OK| {}", self.name),
            Mark::Bad => write!(f, "!! {} !!", self.name),
        }
    }
}
