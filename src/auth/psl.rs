//! Organizational domains by the public suffix list: what RFC 7489 §3.2 uses, and what is shown where no DMARC record exists.

/// The public suffix and one label more; the name itself when it is a public suffix. A top-level domain that the list does
/// not know counts as a suffix of one label.
pub fn organizational_domain(domain: &str) -> &str {
    psl::domain_str(domain).unwrap_or(domain)
}

#[cfg(test)]
mod tests {
    use super::organizational_domain;

    #[test]
    fn one_label_more_than_the_public_suffix() {
        for (domain, organizational) in [
            ("mail.example.com", "example.com"),
            ("example.com", "example.com"),
            ("com", "com"),
            ("a.b.example.co.uk", "example.co.uk"),
            ("co.uk", "co.uk"),
            ("a.b.lab.test", "lab.test"),
            ("localhost", "localhost"),
            ("x.github.io", "x.github.io"),
        ] {
            assert_eq!(organizational_domain(domain), organizational);
        }
    }
}
