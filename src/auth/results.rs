//! The results as header fields that mail software writes: Authentication-Results (RFC 8601) and Received-SPF (RFC 7208 §9.1).

use super::{ArcResult, Auth, Dkim, Dmarc, Spf, SpfIdentity};

/// The whole Authentication-Results field, folded with CRLF and a tab, without a final line ending.
pub fn results_header(auth: &Auth, authserv_id: &str) -> String {
    let mut results = Vec::new();
    if let Some(iprev) = auth.iprev.seen() {
        let ip = auth.spf.seen().or(auth.spf_helo.seen()).map(|spf| format!(" policy.iprev={}", spf.client_ip));
        results.push(format!("iprev={}{}", word(&iprev.result), ip.unwrap_or_default()));
    }
    for (spf, property) in [(&auth.spf, "smtp.mailfrom"), (&auth.spf_helo, "smtp.helo")] {
        if let Some(spf) = spf.seen() {
            // RFC 8601 §2.7.2: for the HELO identity, its domain alone.
            let value = if property == "smtp.helo" { &spf.domain } else { &spf.sender };
            results.push(format!("spf={} {property}={}", word(&spf.result), pvalue(value)));
        }
    }
    results.extend(auth.dkim.iter().map(dkim));
    if auth.dkim.is_empty() {
        results.push("dkim=none".to_owned());
    }
    if auth.arc.result != ArcResult::None {
        results.push(format!("arc={}", word(&auth.arc.result)));
    }
    results.push(dmarc(&auth.dmarc));
    format!("Authentication-Results: {};\r\n\t{}", pvalue(authserv_id), results.join(";\r\n\t"))
}

/// The whole Received-SPF field, folded with CRLF and a tab, without a final line ending.
pub fn received_spf(spf: &Spf, helo: &str, receiver: &str) -> String {
    let identity = match spf.identity {
        SpfIdentity::MailFrom => "mailfrom",
        SpfIdentity::Helo => "helo",
    };
    let mut pairs = vec![
        format!("client-ip={}", spf.client_ip),
        format!("envelope-from={}", quoted(&spf.sender)),
        format!("helo={}", pvalue(helo)),
        format!("identity={identity}"),
        format!("receiver={}", pvalue(receiver)),
    ];
    pairs.extend(spf.matched.as_deref().map(|matched| format!("mechanism={}", pvalue(matched))));
    format!("Received-SPF: {} {}", word(&spf.result), pairs.join(";\r\n\t"))
}

fn dkim(signature: &Dkim) -> String {
    let mut text = format!("dkim={}", word(&signature.result));
    for (property, value) in [
        ("header.d", signature.domain.as_str()),
        ("header.i", signature.identity.as_deref().unwrap_or_default()),
        ("header.s", &signature.selector),
        ("header.a", &signature.algorithm),
        ("header.b", &signature_start(&signature.header)),
    ] {
        if !value.is_empty() {
            text.push_str(&format!(" {property}={}", pvalue(value)));
        }
    }
    text
}

/// With the policy as published, and where, if that is not at the Author Domain (RFC 9989, `polrec`).
fn dmarc(dmarc: &Dmarc) -> String {
    let mut text = format!("dmarc={}", word(&dmarc.registered_result()));
    let published = dmarc.parsed.as_ref().and_then(|record| record.p);
    let elsewhere = dmarc.policy_domain.as_deref().filter(|domain| Some(*domain) != dmarc.author_domain.as_deref());
    for (property, value) in [
        ("header.from", dmarc.author_domain.clone()),
        ("polrec.p", published.map(|policy| word(&policy))),
        ("polrec.domain", elsewhere.map(str::to_owned)),
    ] {
        if let Some(value) = value {
            text.push_str(&format!(" {property}={}", pvalue(&value)));
        }
    }
    text
}

/// The first eight characters of `b=` tell signatures apart (RFC 6008).
fn signature_start(header: &str) -> String {
    let value = header.split_once(':').map_or("", |(_, value)| value);
    let list = super::tags::parse(value.as_bytes());
    list.value("b").unwrap_or_default().chars().filter(|c| !c.is_whitespace()).take(8).collect()
}

/// A result in its RFC's word, which is also its stored form.
fn word(result: &impl serde::Serialize) -> String {
    match serde_json::to_value(result) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// As it is where RFC 8601 §2.2 allows that, and quoted elsewhere.
fn pvalue(text: &str) -> String {
    let plain = |octet: u8| octet.is_ascii_alphanumeric() || b"!#$%&'*+-._`{|}~@".contains(&octet);
    if !text.is_empty() && text.bytes().all(plain) && text.matches('@').count() < 2 {
        return text.to_owned();
    }
    quoted(text)
}

/// A quoted string (RFC 5322 §3.2.4); whatever could end the field early is left out.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars().filter(|c| !c.is_control()) {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_quoted_where_they_must_be_and_cannot_end_the_field() {
        assert_eq!(pvalue("a@example.com"), "a@example.com");
        assert_eq!(pvalue("ip4:192.0.2.0/24"), "\"ip4:192.0.2.0/24\"");
        assert_eq!(pvalue("x\r\nBcc: a"), "\"xBcc: a\"");
        assert_eq!(pvalue(""), "\"\"");
        assert_eq!(quoted("\"a b\"@example.com"), "\"\\\"a b\\\"@example.com\"");
    }

    #[test]
    fn a_signature_is_told_by_its_first_eight_characters() {
        assert_eq!(signature_start("DKIM-Signature: v=1; b=abcd efgh ijkl; d=x"), "abcdefgh");
        assert_eq!(signature_start("nonsense"), "");
    }
}
