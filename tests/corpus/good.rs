//! Good mail is not accused: every real-looking message of `cases/good` scores 10.0, but for what is defended here.

use vaglio::score::Status;

use super::Case;

/// (case, code, why its sender should hear of it)
const DEFENDED: &[(&str, &str, &str)] = &[
    (
        "good/html-only-notification",
        "content.text.missing",
        "text readers and watches get nothing of it, SpamAssassin counts it, and every mail library can add the text",
    ),
    (
        "good/personal-gmail",
        "dmarc.policy.none",
        "the provider's own p=none: anybody can write in the name of its users, and only its points, 0.2, say so",
    ),
];

/// What a corpus of good mail must hold, each by one of its cases at least.
const VARIETY: &[(&str, &[&str])] = &[
    ("personal", &["good/personal-gmail", "good/personal-apple-photo", "good/short-note", "good/phone-photos"]),
    ("invoice", &["good/invoice-italian", "good/invoice-system", "good/pec-invoice"]),
    (
        "order, password, booking",
        &["good/order-confirmation", "good/order-with-way-out", "good/password-reset", "good/booking-with-data"],
    ),
    ("newsletter", &["good/newsletter-esp", "good/newsletter-subdomain", "good/newsletter-estonian"]),
    ("newsletter from Word", &["good/newsletter-word"]),
    ("files in charsets of their own", &["good/files-in-other-charsets"]),
    ("a reply that quotes links", &["good/reply-quoting-links"]),
    ("newsletter for Outlook, with VML", &["good/newsletter-vml"]),
    ("newsletter in Italian", &["good/newsletter-italian", "good/newsletter-brevo-italian"]),
    ("calendar", &["good/calendar-invitation", "good/calendar-reply"]),
    ("bounce", &["good/bounce", "good/bounce-exchange"]),
    ("out of office, read receipt", &["good/auto-reply", "good/read-receipt"]),
    ("mailing list", &["good/list-post", "good/list-via"]),
    ("addresses as RFC 5322 has them", &["good/addresses-old-style"]),
    ("sharing a document", &["good/share-via"]),
    ("saved before it was handed on", &["good/submitted"]),
    ("forwarded", &["good/forwarded", "good/forwarded-inside", "good/arc-forwarded"]),
    ("IPv6", &["good/ipv6-sender"]),
    ("S/MIME", &["good/smime-signed", "good/smime-encrypted"]),
    ("PGP", &["good/pgp-signed", "good/pgp-encrypted"]),
    ("Outlook", &["good/outlook-microsoft-365"]),
    ("Thunderbird", &["good/personal-thunderbird-plain", "good/personal-thunderbird-html"]),
    ("programs", &["good/wordpress-form", "good/notification-forge", "good/notification-code"]),
    (
        "other alphabets",
        &["good/personal-japanese", "good/personal-emoji-subject", "good/danish-latin1", "good/utf8-names"],
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn good_mail_scores_ten_or_each_deduction_is_defended() {
    let mut accused = Vec::new();
    let mut defended: Vec<(String, String)> = Vec::new();
    for case in Case::all().into_iter().filter(|case| case.name.starts_with("good/")) {
        let (report, _) = case.examine().await;
        let costly = report.ledger.rows.iter().filter(|row| row.status == Status::Deducted);
        for code in costly.map(|row| row.finding.code.clone()) {
            match DEFENDED.iter().find(|(name, known, _)| (*name, *known) == (&*case.name, &*code)) {
                Some(_) => defended.push((case.name.clone(), code)),
                None => accused.push(format!("{}: {code}", case.name)),
            }
        }
        assert!(report.ledger.capped_by.is_none(), "{}", case.name);
    }
    assert!(accused.is_empty(), "good mail is accused: {accused:#?}");
    let needless: Vec<_> = DEFENDED
        .iter()
        .filter(|(name, code, _)| !defended.iter().any(|(n, c)| (&**n, &**c) == (*name, *code)))
        .collect();
    assert!(needless.is_empty(), "defended, but not deducted: {needless:#?}");
}

#[test]
fn the_good_mail_is_of_every_kind_that_people_send() {
    let names: Vec<String> = Case::all().into_iter().map(|case| case.name).collect();
    assert!(names.iter().filter(|name| name.starts_with("good/")).count() >= 40);
    for (kind, cases) in VARIETY {
        for case in *cases {
            assert!(names.iter().any(|name| name == case), "{kind}: {case} is gone");
        }
    }
    let listed = |name: &String| VARIETY.iter().any(|(_, cases)| cases.contains(&name.as_str()));
    let other = ["good/ed25519-and-rsa", "good/html-only-notification"];
    let unlisted: Vec<_> = names
        .iter()
        .filter(|name| name.starts_with("good/") && !listed(name) && !other.contains(&name.as_str()))
        .collect();
    assert!(unlisted.is_empty(), "say what these stand for: {unlisted:?}");
}
