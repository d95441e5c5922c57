//! Links that a reader's own mail protection has rewritten: they pass through its servers, and name the true target within.
//! A reply or a forwarded message holds such links, and who sends it has not made them.

use std::borrow::Cow;

use url::Url;

/// Hosts of such services, each with the names below it.
const SERVICES: &[&str] = &[
    "safelinks.protection.outlook.com",
    "safelinks.protection.office365.us",
    "urldefense.com",
    "urldefense.us",
    "urldefense.proofpoint.com",
    "linkprotect.cudasvc.com",
    "mimecast.com",
    "mimecastprotect.com",
    "secure-web.cisco.com",
    "protect.checkpoint.com",
    "protection.sophos.com",
    "clicktime.symantec.com",
    "clicktime.cloud.postoffice.net",
    "fireeye.com",
    "trendmicro.com",
    "emailprotection.link",
    "antispamcloud.com",
    "hornetsecurity.com",
    "trustwave.com",
    "avanan.click",
    "titanhq.com",
    "barracuda.com",
];

/// Where a link really leads.
#[derive(Debug, PartialEq, Eq)]
pub enum Target {
    /// Nobody has rewritten it.
    Itself,
    /// To this host, through such a service.
    Host(String),
    /// Through a service that does not say where to.
    Sealed,
}

pub fn target(url: &Url) -> Target {
    let host = url.host_str().unwrap_or_default();
    let of = |service: &&str| host == *service || host.strip_suffix(*service).is_some_and(|rest| rest.ends_with('.'));
    if !SERVICES.iter().any(of) {
        return Target::Itself;
    }
    // Proofpoint's second form writes `%` as `-` and `/` as `_`: https-3A__example.org_path
    let dashed = host == "urldefense.proofpoint.com";
    let queried = url.query_pairs().find_map(|(name, value)| {
        let value: Cow<str> = if dashed && name == "u" {
            value.replace("-3A", ":").replace("-2D", "-").replace('_', "/").into()
        } else {
            value
        };
        host_within(&value)
    });
    // Others put the target into the path, as it is or escaped.
    let within =
        || host_within(&url.path().replace("%3A", ":").replace("%3a", ":").replace("%2F", "/").replace("%2f", "/"));
    // Sophos names the domain alone.
    let named =
        || url.query_pairs().find(|(name, value)| name == "d" && value.contains('.')).map(|(_, value)| value.into());
    queried.or_else(within).or_else(named).map_or(Target::Sealed, Target::Host)
}

/// The host of the first web address that stands in this text; some services fold its slashes into one.
fn host_within(text: &str) -> Option<String> {
    let start = ["https:/", "http:/"].iter().filter_map(|scheme| text.find(scheme)).min()?;
    let rest = text.get(start..)?.split_once(":/")?.1.trim_start_matches('/');
    let authority = rest.split(['/', '?', '#', '&', ';', '_', ' ', '"']).next()?;
    let url = Url::parse(&format!("https://{authority}/")).ok()?;
    url.domain().filter(|host| host.contains('.')).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_is_read_from_every_form_of_the_services() {
        for url in [
            "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fbank.it%2Fa%3Fb%3D1&data=05%7C01",
            "https://urldefense.com/v3/__https://bank.it/a__;!!Ab-c$",
            "https://urldefense.com/v3/__https:/bank.it/a__;!!Ab-c$",
            "https://urldefense.com/v3/__https://bank.it__;!!Ab-c$",
            "https://urldefense.proofpoint.com/v2/url?u=https-3A__bank.it_a&d=DwMFAg&c=x",
            "https://linkprotect.cudasvc.com/url?a=https%3a%2f%2fbank.it%2fa&c=E,1",
            "https://secure-web.cisco.com/1abc/https%3A%2F%2Fbank.it%2Fa",
            "https://protect.checkpoint.com/v2/___https://bank.it___.YzJ1",
            "https://eu-west-1.protection.sophos.com/?d=bank.it&u=aHR0cHM6Ly9iYW5rLml0",
            "https://clicktime.symantec.com/3x?u=https%3A%2F%2Fbank.it%2F",
        ] {
            assert_eq!(target(&Url::parse(url).unwrap()), Target::Host("bank.it".to_owned()), "{url}");
        }
    }

    #[test]
    fn a_sealed_target_is_not_guessed_and_other_links_are_what_they_are() {
        let of = |url: &str| target(&Url::parse(url).unwrap());
        assert_eq!(of("https://protect-eu.mimecast.com/s/AbC1"), Target::Sealed);
        assert_eq!(of("https://evil.com/?url=https%3A%2F%2Fbank.it"), Target::Itself);
        assert_eq!(of("https://notmimecast.com/s/AbC1"), Target::Itself);
    }
}
