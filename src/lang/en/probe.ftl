# The public probes: pages, rows, and the answer by mail. `probe-tag-<code>` is a tag in plain words.

probe-others = The probes
probe-title-spf = SPF probe
probe-title-dkim = DKIM probe
probe-title-dmarc = DMARC probe
probe-lead-spf = Write to this address from the server you want to test. Within a second the verdict on SPF is here.
probe-lead-dkim = Write to this address from the server you want to test. Within a second the verdict on its signature is here.
probe-lead-dmarc = Write to this address from the server you want to test. Within a second the verdict on DMARC is here.
probe-address-label = The address, always open
probe-send-spf = Any message will do. What counts is the server that delivers it, its return path (MAIL FROM) and the domain in From.
probe-send-dkim = Any message will do, as long as it takes the way your mail always takes: the signature is added on it.
probe-send-dmarc = Any message will do. What counts is the domain in From, and whether SPF or DKIM passes for that same domain.
probe-results = Latest results
probe-results-word = Latest results for the word “{ $word }”
probe-kept = Public, newest first, kept for 24 hours. No mail addresses, no subjects, no contents.
probe-kept-word = Shown to whoever knows the word; newest first, kept for 24 hours. No mail addresses, no subjects, no contents.
probe-watching = New results appear by themselves.
probe-empty = Nothing in the last 24 hours. Write to the address above: the result appears here.
probe-no-domain = no domain
probe-several-domains = several; only one can be vouched for
probe-unknown = not known
probe-flood = { $count } messages in a short time, shown as one row.

## A list of one’s own

probe-word-title = A list of your own
probe-word-text = Put a word after a plus, as in `{ $address }`: the result appears only in that word’s list, not here.
probe-word-label = Your word
probe-word-example = word
probe-word-go = Open its list
probe-word-rule = A word is made of letters without accents, digits and dashes: 40 characters at most.
probe-word-secret = A word is a weak secret: whoever guesses it reads the list. For a private test use a one-time address instead.

## Alignment

probe-tags-title = What the tags mean
probe-align-title = Do the names agree?
probe-align-text = People see the domain in `From`. SPF vouches for the domain of the return path, DKIM for the one that signs (`d=`). Either proves who wrote only if its name agrees with `From`.
probe-align-relaxed = Relaxed, the usual way: the organization must be the same. `mail.abc.it` and `abc.it` agree; `abc.mail.it` and `abc.it` do not.
probe-align-strict = Strict, where a DMARC record asks for it (`aspf=s`, `adkim=s`): the names must be the very same. The tags use the relaxed rule; strict is shown beside it.
probe-align-no-from = From does not name one single domain, so there is nothing to agree with.
probe-relaxed-yes = Relaxed: `{ $domain }` and `{ $from }` agree, both belong to `{ $organization }`.
probe-relaxed-no = Relaxed: `{ $domain }` and `{ $from }` do not agree, they belong to different organizations.
probe-relaxed-unknown = Relaxed: not known. A DNS answer is missing that would tell whether `{ $domain }` belongs to `{ $organization }`.
probe-strict-yes = Strict: they agree, the name is the very same.
probe-strict-no = Strict: they do not agree, `{ $domain }` is not exactly `{ $from }`.
probe-strict-unknown = Strict: not known.
probe-organization-walk = The organization’s domain is { $organization }, found by looking for DMARC records upwards from From (RFC 9989).
probe-organization-psl = The organization’s domain is { $organization }, by the public suffix list: no DMARC record exists that would tell.
probe-organization-unknown = The organization’s domain is not known: DNS did not answer.

## Evidence

probe-fact-from = Domain in From
probe-fact-mail-from = Return path’s domain
probe-fact-policy = Policy that applies
probe-policy-testing = marked as a test (`t=y`)
probe-policy-none = none published
probe-policy-several = several records are published, so that none counts
probe-policy-unusable = a record is published, but no policy can be read from it
probe-fact-vouching = Passes and agrees with From
probe-vouching-both = SPF and DKIM
probe-vouching-spf = SPF, not DKIM
probe-vouching-dkim = DKIM, not SPF
probe-vouching-neither = neither SPF nor DKIM
probe-vouching-unknown = not known: something could not be checked
probe-lines-title = As header lines
probe-lines-copy = Copy the line
probe-evidence-title = The evidence
probe-evidence-privacy = The message itself was deleted as soon as it was judged. The part of the sender’s address before the @ is never shown.
probe-back = All results
probe-privacy-title = What everybody can see
probe-privacy-text = Time, domains, the client’s address, its name in HELO, and the result with its evidence. The message is deleted as soon as it is judged, the result after 24 hours. Subject, content and the part before the @ are never shown.

## The answer by mail

probe-mail-more = All the evidence, for 24 hours:
probe-mail-why = You get this because a message from your address came to a public test address. At most one an hour; nobody reads answers to it.

## Tags

probe-tag-spf-pass = SPF passes, and its domain agrees with From.
probe-tag-spf-pass-nearly = SPF passes for another domain than From’s, but DKIM agrees with From: that is enough.
    .fix = Nothing has to change. If your mail service lets you choose a return path under your own domain, SPF would agree, too.
probe-tag-spf-diff = SPF passes, but its domain does not agree with From, and DKIM does not make up for it.
    .fix = Use a return path (MAIL FROM) under From’s domain, or sign with DKIM as From’s domain. Most mail services call this a custom bounce or return-path domain.
probe-tag-spf-diff-no-author = SPF passes, but From does not name one single domain that it could vouch for.
    .fix = Write one From field, with addresses of one domain only. As it stands, DMARC cannot apply, whatever SPF and DKIM say.
probe-tag-spf-fail = SPF says that this server may not send for the return path’s domain.
    .fix = If the server is yours, add its address to the domain’s SPF record: `ip4:` or `ip6:` with the address above, or the `include:` that your mail service names.
probe-tag-spf-softfail = SPF says that this server probably may not send for the return path’s domain (`~all`).
    .fix = If the server is yours, add its address to the domain’s SPF record: `ip4:` or `ip6:` with the address above, or the `include:` that your mail service names.
probe-tag-spf-neutral = The SPF record says nothing about this server, neither yes nor no (`?all`, or no `all` at the end).
    .fix = Add the server’s address to the record, and end it with `-all` or `~all`.
probe-tag-spf-none = The return path’s domain has no SPF record.
    .fix = Publish one as a TXT record, such as `v=spf1 ip4:… -all` with the addresses that send for you.
probe-tag-spf-permerror = The SPF record cannot be evaluated: it is wrong, needs more than ten look-ups, or asks for too many names that do not exist.
    .fix = The evidence marks the place. Until it is mended, receivers treat the domain as if it had no SPF.
probe-tag-spf-temperror = SPF could not be evaluated just now: a DNS answer was missing. That says nothing about the sender.
    .fix = Send the message again. If this stays, check that all the domain’s name servers answer.
probe-tag-dkim-pass = A DKIM signature passes, and its domain agrees with From.
probe-tag-dkim-pass-nearly = The signature passes for another domain than From’s, but SPF agrees with From: that is enough.
    .fix = Nothing has to change. A signature by From’s own domain would also survive forwarding, which SPF does not.
probe-tag-dkim-diff = The signature passes, but its domain does not agree with From, and SPF does not make up for it.
    .fix = Have your mail service sign with From’s domain (`d=`): it gives you a key record to publish.
probe-tag-dkim-diff-no-author = The signature passes, but From does not name one single domain that it could vouch for.
    .fix = Write one From field, with addresses of one domain only. As it stands, DMARC cannot apply, whatever SPF and DKIM say.
probe-tag-dkim-fail = There is a sound signature, but the message is no longer the one that was signed.
    .fix = Something changes the message after signing: a footer, a gateway, a list. Sign last. Or the published key belongs to another private key.
probe-tag-dkim-none = The message has no DKIM signature.
    .fix = Switch DKIM on in your mail server or service, and publish the key record that it shows.
probe-tag-dkim-invalid = The signature or its key cannot be used: missing or revoked key, broken syntax, retired algorithm.
    .fix = The evidence says which. Most often the key record is missing at `<selector>._domainkey.<domain>`.
probe-tag-dkim-temperror = The signature was not checked: a DNS answer was missing, or too many signatures stand above it. That says nothing about the sender.
    .fix = Send the message again. If this stays, check that all the domain’s name servers answer, and that the message carries no more than ten signatures.
probe-tag-dmarc-pass = DMARC passes: SPF or DKIM vouches for the domain in From.
probe-tag-dmarc-fail = DMARC fails: neither SPF nor DKIM vouches for the domain in From.
    .fix = Make one of them pass for From’s own domain. The names below show what is missing.
probe-tag-dmarc-none = DMARC does not apply: From’s domain has no record, or the message has no single domain in From.
    .fix = Publish a TXT record at `_dmarc.` and your domain. `v=DMARC1; p=none; rua=mailto:…` only watches and reports.
probe-tag-dmarc-permerror = DMARC could not be evaluated: the record is wrong, or there are several.
    .fix = The evidence says what is wrong, and what to publish instead.
probe-tag-dmarc-temperror = DMARC could not be evaluated just now: a DNS answer was missing. That says nothing about the sender.
    .fix = Send the message again. If this stays, check that all the domain’s name servers answer.
