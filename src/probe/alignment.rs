//! Alignment in three values: a missing DNS answer is neither yes nor no.

use crate::auth::{Auth, Dkim, psl};
use crate::delivery::Observed;

/// In rising order, so that the best of several is their maximum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aligned {
    No,
    Unknown,
    Yes,
}

/// Relaxed alignment of the domain that SPF was asked for, whatever SPF said.
pub fn spf_alignment(auth: &Auth) -> Aligned {
    match &auth.spf {
        Observed::Seen(spf) => relaxed(auth, &spf.domain, auth.dmarc.spf_domain_aligned),
        Observed::Missing(_) => Aligned::Unknown,
    }
}

/// Relaxed alignment of a signature's `d=`, whatever came of the signature.
pub fn dkim_alignment(auth: &Auth, signature: &Dkim) -> Aligned {
    relaxed(auth, &signature.domain, signature.aligned_relaxed)
}

/// Where the walk could not tell, equal domains by the public suffix list are aligned; different ones stay unknown.
fn relaxed(auth: &Auth, identifier: &str, aligned: bool) -> Aligned {
    let Some(author) = &auth.dmarc.author_domain else { return Aligned::No };
    if aligned {
        Aligned::Yes
    } else if !auth.dmarc.alignment_unknown.iter().any(|unknown| unknown == identifier) {
        Aligned::No
    } else if psl::organizational_domain(identifier) == psl::organizational_domain(author) {
        Aligned::Yes
    } else {
        Aligned::Unknown
    }
}
