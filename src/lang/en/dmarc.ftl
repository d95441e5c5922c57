# DMARC: what the domain in From asks of receivers (RFC 9989).
auth-none-passes = Neither SPF nor DKIM passes
    .why = Nothing proves who sent this message. Gmail and Yahoo refuse such mail, so the score cannot rise above 4.9 until one of the two passes.
    .fix = Mend SPF or DKIM as described below; one is enough to be let in, both are better.
dmarc-result-pass = DMARC passes by { $by }
    .why = The domain in From, { $author }, is confirmed. The policy that applies is { $policy }.
dmarc-result-fail = DMARC fails: nothing confirms { $author }
    .why = Neither an SPF pass nor a valid signature belongs to the domain in From. { $policy ->
        [none] The policy of { $domain } is none, so receivers do nothing about it for now; but Gmail, Yahoo and Outlook.com want bulk mail to pass.
       *[other] The policy of { $domain } ({ $policy }) tells receivers how to treat such mail.
    }
    .fix = Let your mail be signed by DKIM as { $author }, or send with a return path at { $author } that SPF allows.
dmarc-result-fail-reject = DMARC fails, and { $domain } asks for rejection
    .why = Neither an SPF pass nor a valid signature belongs to { $author }, and its policy is reject. Gmail, Outlook.com and others refuse such mail, so the score cannot rise above 4.9.
    .fix = Let your mail be signed by DKIM as { $author }, or send with a return path at { $author } that SPF allows. If somebody else sends for you, ask them to sign as { $author }.
dmarc-none = { $near ->
        [yes] The DMARC record for { $author } is not read as one
       *[no] { $author } has no DMARC record
    }
    .why = { $near ->
        [yes] The text shown below is there, but a DMARC record has to begin with v=DMARC1 and a semicolon, with nothing before it. Receivers take this for some other text, and act as if there were no record. Gmail, Yahoo, Outlook.com and iCloud want one from everybody who sends much. Without it you also get no reports on who uses your name.
       *[no] Gmail, Yahoo, Outlook.com and iCloud want one from everybody who sends much. Without it you also get no reports on who uses your name.
    }
    .fix = { $near ->
        [yes] Correct the beginning of the record, and put a semicolon between its tags.
       *[no] Publish the record below. It changes nothing about delivery and brings you reports; put an address there that you read. Records are added in the DNS settings of the domain, mostly at the company where it is registered.
    }
dmarc-several-records = There are several DMARC records at { $name }
    .why = With more than one, receivers must discard them all, as if there were none.
    .fix = Delete all but one of them. If you no longer know which is right, start again with the one below.
dmarc-bad-record = The DMARC record of { $domain } is invalid and ignored
    .why = Receivers cannot read a policy from it, so it counts as if there were none.
    .fix = { $record ->
        [yes] Replace it by the corrected record below, and set p to the policy you want once all your mail passes.
       *[no] Correct what is shown below: p is none, quarantine or reject, and a semicolon stands between the tags.
    }
dmarc-result-temperror = DMARC could not be determined: DNS did not answer
    .why = A question whose answer could change the result got no usable answer. Nothing is deducted. Check again in a few minutes.
dmarc-not-determined = DMARC could not be determined
    .why = Nothing confirms { $author } so far, but SPF or a signature could not be judged to the end. It could have passed, so nothing is deducted.
dmarc-no-author = DMARC does not apply
    .why = It needs exactly one domain in From. What is wrong with From is said under message format.
dmarc-policy-none = The policy of { $domain } is none: it protects nobody yet
    .why = With p=none receivers report forged mail, but deliver it all the same. It is the right beginning, and should not be the end.
    .fix = Read the reports for a few weeks. When all your own mail passes, publish quarantine, later reject. If { $domain } belongs to your mail provider, nothing here is yours to change: the small deduction says that anybody can still write in its name.
dmarc-testing = The policy of { $domain } is marked as a test
    .why = t=y asks receivers not to apply the policy in full.
    .fix = When the reports look good, remove t=y.
dmarc-read-as-none = The DMARC record of { $domain } has a mistake and is read as p=none
    .why = Its policy cannot be read; since it has an address for reports, receivers take it as none.
    .fix = { $record ->
        [yes] Publish the corrected record below, and set p to the policy you want once all your mail passes.
       *[no] Correct what is shown below: p is none, quarantine or reject, and a semicolon stands between the tags.
    }
dmarc-fault-value = “{ $value }” is no value of { $tag }=.
dmarc-fault-uri = “{ $value }” in { $tag }= is no address for reports; it has to begin with mailto:.
dmarc-fault-policy = The tag p= is missing.
dmarc-tags-removed = The record of { $domain } uses tags that are gone: { $tags }
    .why = Today’s DMARC (RFC 9989) no longer knows them. { $share ->
        [all] Older receivers still read them; they do no harm.
        [none] Older receivers take pct=0 for a test; the newer ones ignore it and apply your policy in full. t=y is what says it today.
       *[some] Older receivers apply your policy to { $pct } % of the mail that fails, the newer ones to all of it.
    }
    .fix = Leave them out when you next change the record.
dmarc-tags-invalid = The DMARC record of { $domain } has a part that cannot be read
    .why = The policy itself counts, but receivers pass over that part or take the default for it, and not all of them alike.
    .fix = { $record ->
        [yes] Publish the corrected record below.
       *[no] Correct what is shown below, or leave it out.
    }
dmarc-subdomains-weaker = { $np ->
        [strong] Subdomains of { $domain } that exist are not protected
       *[none] Subdomains of { $domain } are not protected
    }
    .why = { $np ->
        [strong] sp=none exempts every subdomain that has no record of its own; np covers only those that do not exist.
       *[none] sp=none exempts every subdomain that has no record of its own, and forgers simply invent one.
    }
    .fix = See from the reports that mail of your subdomains passes, then remove sp: the policy of the domain itself applies to them.
dmarc-only-spf = DMARC rests on SPF alone
    .why = When this message is forwarded, SPF fails and DMARC with it.
    .fix = Have your mail signed with DKIM as { $author }: a valid signature would still confirm it.
dmarc-reports-none = { $domain } receives no DMARC reports
    .why = Without rua you don’t learn who sends in your name, nor whether your own mail fails somewhere.
    .fix = Put an address into rua that you read, or that a report service gave you.
dmarc-reports-invalid = The address for DMARC reports cannot be used: { $uri }
    .why = No report can be sent there.
    .fix = Write it as a URI, such as mailto:dmarc@{ $domain }.
dmarc-reports-unauthorized = { $destination } has not agreed to receive reports about { $domain }
    .why = Reports to another organization are sent only if that organization publishes its consent.
    .fix = Ask your report service: the record below is for { $destination } to publish.
dmarc-rfc7489-differs = { $what ->
        [result] For older receivers DMARC gives { $old }, not { $new }
        [domain] Older receivers take { $old_domain } for the organizational domain, not { $new_domain }
       *[policy] Older receivers apply another policy: { $old_policy }, not { $policy }
    }
    .why = { $what ->
        [np] The tag np= for names that do not exist came with RFC 9989 (2026); older receivers do not know it.
       *[other] Since RFC 9989 (2026) the organizational domain is found in DNS; before, in a list of public suffixes. Here that gives { $new_domain }, and { $old_domain } before.
    } Receivers will differ for some years. { $what ->
        [result] With SPF or DKIM exactly at { $author }, both agree.
        [domain] With SPF or DKIM exactly at { $author }, both agree.
       *[other] It matters only to mail that fails DMARC.
    }
