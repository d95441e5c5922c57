//! Whether the places that reports are to go to have agreed (RFC 9990 §4, RFC 9991 §5).

use futures_util::future::{join, join_all};

use super::record::{Record, is_record, report_domain};
use super::walk::Walk;
use crate::auth::ReportTarget;
use crate::dns::{Dns, RecordType};

/// More targets than this are not looked at.
const MOST_TARGETS: usize = 20;

/// Every `rua` and `ruf` address of a record, and whether its domain agreed to receive the reports of `policy_domain`.
pub async fn targets(dns: &Dns, policy_domain: &str, record: &Record) -> Vec<ReportTarget> {
    let uris = record.rua.iter().map(|uri| (uri, "rua")).chain(record.ruf.iter().map(|uri| (uri, "ruf")));
    join_all(uris.take(MOST_TARGETS).map(|(uri, tag)| target(dns, policy_domain, uri, tag))).await
}

async fn target(dns: &Dns, policy_domain: &str, uri: &str, tag: &str) -> ReportTarget {
    let Some(domain) = report_domain(uri) else {
        return ReportTarget {
            tag: tag.to_owned(),
            uri: uri.to_owned(),
            domain: None,
            external: None,
            authorised: None,
            authorisation: None,
        };
    };
    let (own, other) = join(Walk::take(dns, policy_domain), Walk::take(dns, &domain)).await;
    // Only a different Organizational Domain has to agree.
    let external = super::walk::aligned(&own, &other).map(|same| !same);
    let name = format!("{policy_domain}._report._dmarc.{domain}");
    let authorised = match external {
        Some(false) => Some(true),
        _ => {
            let lookup = dns.ask(&name, RecordType::Txt).await;
            let agreed = lookup.answer.texts().any(|text| is_record(&text.octets));
            (!lookup.answer.is_unknown() && (agreed || external == Some(true))).then_some(agreed)
        }
    };
    ReportTarget {
        tag: tag.to_owned(),
        uri: uri.to_owned(),
        domain: Some(domain),
        external,
        authorised,
        authorisation: (external != Some(false)).then_some(name),
    }
}
