# A domain without a message: its pages, its keys, and the documents behind its records.

domain-title = Look at a domain
domain-lead = What a domain publishes for its mail: SPF, DKIM keys, DMARC, MX, transport policies and block lists. No message needed.
domain-wrong = That is not a domain name. Write it like example.org; selectors consist of letters, digits, hyphens and dots.
domain-of = What { $domain } publishes
domain-no-score = There is no score here: whether mail arrives is only seen from a real message. The points beside a finding are what it would cost one.
domain-name = Domain
domain-selector = DKIM selectors (optional)
domain-go = Look

domain-nonexistent = There is no such name as { $domain }
    .why = DNS answers that it does not exist, so there is nothing to look at, and no mail can come from it or reach it.
    .fix = Is it spelt right? If it is, the name is not registered, or has lapsed, or its zone lacks it.

dkim-published-good = Key { $selector }: { $kind }, { $bits } bits
    .why = It stands at { $name } and can be used to sign.
dkim-published-short = Key { $selector } has { $bits } bits; 2048 is today’s measure
    .why = { $bits } bits are still accepted, but within reach of well-funded attackers.
    .fix = Make a 2048-bit key with a new selector, sign with it, and withdraw { $name } a few days later.
dkim-published-testing = Key { $selector } says that it is a test
    .why = With t=y, receivers may treat what it signs as if it were unsigned.
    .fix = Remove the flag y from { $name } once signing works, as below.
dkim-published-revoked = Key { $selector } has been withdrawn
    .why = An empty p= at { $name } says that this key is no longer used: the right way to end one.
dkim-published-unusable = The key record at { $name } cannot be used
    .why = { $fault ->
        [several] There are several at this name, and each receiver picks another: what is signed with { $selector } passes only by chance.
        [short] It has only { $bits } bits, and receivers must not accept keys under 1024. What is signed with { $selector } counts as unsigned.
        [limited] One of its tags (h= or s=) rules out today’s mail signatures. What is signed with { $selector } counts as unsigned.
       *[unreadable] Receivers cannot read a key from it. What is signed with { $selector } counts as unsigned.
    }
    .fix = { $fault ->
        [several] Leave only the record of the key that your server signs with.
        [short] Make a 2048-bit key with a new selector, sign with it, and remove this record.
        [limited] Remove the limiting tag, if mail is still signed with this key.
       *[other] Publish the record again as your mail server or provider shows it, or remove it.
    }
dkim-published-missing = There is no key at { $name }
    .why = You named this selector, and DNS has no record for it. Mail signed with it counts as unsigned.
    .fix = Publish the key that your mail server or provider shows, or check how the selector is spelt.
dkim-published-not-determined = Whether there is a key at { $name } is not known: DNS did not answer
    .why = It may be a passing fault. Look again in a few minutes.
dkim-published-none-known = No DKIM key of { $domain } is known
    .why = DNS cannot list selectors, and none of the common ones is there. Name yours, or send a message: its signature says it.

mta-sts-policy-good = The MTA-STS policy of { $domain } is enforced, and names all its mail servers
mta-sts-policy-unreachable = The MTA-STS policy of { $domain } cannot be fetched: { links-why }
    .why = The DNS record promises a policy at { $url }. Senders that cannot get it go on without, so it protects nothing. It concerns the mail that you receive, not what you send.
    .fix = Serve the policy at exactly that address, with status 200, a valid certificate and no redirect; or remove the TXT record _mta-sts.{ $domain }.
mta-sts-policy-invalid = The MTA-STS policy of { $domain } cannot be used: “{ $missing }” is missing or wrong
    .why = Senders ignore a policy without version, mode, max_age and mx. It concerns the mail that you receive, not what you send.
    .fix = Correct the file at { $url }: it needs the lines version: STSv1, mode: (enforce, testing or none), max_age: (seconds, a year at most) and an mx: for each mail server.
mta-sts-policy-not-enforced = The MTA-STS policy of { $domain } is in mode { $mode }
    .why = { $mode ->
        [none] That mode withdraws the policy: senders go on as if there were none.
       *[testing] Senders then deliver even where TLS fails. That is right while you read the reports, and no protection yet.
    }
    .fix = { $mode ->
        [none] If it is to protect, set mode: enforce in { $url }, and change the id in the TXT record _mta-sts.{ $domain }. Otherwise remove both once max_age has passed.
       *[testing] Set mode: enforce in { $url } once TLS reports show no failures, and change the id in the TXT record _mta-sts.{ $domain }.
    }
mta-sts-mx-unlisted = The MTA-STS policy of { $domain } does not name { $hosts }
    .why = { $mode ->
        [enforce] The mode is enforce: senders that honour the policy refuse to deliver to these servers.
       *[testing] The mode is { $mode }. Once it is enforce, senders that honour the policy refuse to deliver to these servers.
    }
    .fix = Add the lines below to { $url }, and change the id in the TXT record _mta-sts.{ $domain }.
mta-sts-policy-not-determined = Whether the MTA-STS policy of { $domain } is there could not be determined: { links-why }
    .why = The DNS record promises it at { $url }. Nothing is deducted.
bimi-logo-good = The BIMI logo of { $domain } is there
bimi-logo-unreachable = The BIMI logo of { $domain } cannot be fetched: { links-why }
    .why = The record names { $url }. Without the file no mailbox shows a logo.
    .fix = Serve the logo there over HTTPS with status 200, or correct l= in the record.
bimi-logo-invalid = The BIMI logo of { $domain } { $fault ->
        [svg] is not an SVG
        [profile] does not say that it is SVG Tiny PS
       *[active] holds scripts, images or foreign objects
    }
    .why = Mailboxes show only SVG Tiny PS: a safe kind of SVG, without scripts or embedded images.
    .fix = { $fault ->
        [svg] Put an SVG Tiny PS file at { $url }, or correct l= in the record.
        [profile] Export { $url } again as SVG Tiny PS: its svg element then says version="1.2" baseProfile="tiny-ps".
       *[active] Remove the elements script, image and foreignObject from { $url }.
    }
bimi-logo-not-determined = Whether the BIMI logo of { $domain } is there could not be determined: { links-why }
    .why = The record names { $url }. Nothing is deducted.

domain-nav = Domain
