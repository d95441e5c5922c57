# SPF: who may send for a domain (RFC 7208).
spf-result-pass = SPF passes: { $domain } lets { $ip } send
    .why = The record of { $domain } allows this server by { $matched }. Receivers trust that the return path is really yours.
spf-result-fail = SPF fails: { $domain } forbids { $ip } to send
    .why = The record of { $domain } lists the servers that may send its mail. { $ip } is not among them, and the record asks receivers to refuse all others. Many do.
    .fix = If { $ip } is your server, or your provider’s, add it to the SPF record of { $domain }. If it belongs to a service you use, add the include: that the service documents instead. If you don’t know it, somebody forwarded the message or used your name: leave the record alone, it is doing its job.
spf-result-softfail = SPF softfails: { $ip } is not on the list of { $domain }
    .why = The record of { $domain } does not name { $ip } and ends in ~all: accept, but be suspicious. It counts against the message where nothing else vouches for it.
    .fix = If { $ip } is your server, or your provider’s, add it to the SPF record of { $domain }. If it belongs to a service you use, add the include: that the service documents instead. If you don’t know it, somebody forwarded the message or used your name: leave the record as it is.
spf-result-neutral = SPF is neutral: { $domain } says nothing about { $ip }
    .why = The record exists, but makes no statement about this server. Receivers treat that much like no record at all.
    .fix = If { $ip } is your server, or your provider’s, name it in the record{ $end ->
        [open] , and end the record in ~all, so that it says something about everybody else
       *[kept] {""}
    }.
spf-result-none = { $kind ->
        [near] The SPF record of { $domain } is not read as one
       *[none] { $domain } has no SPF record
    }
    .why = { $kind ->
        [near] The text shown below is there, but an SPF record has to begin with exactly v=spf1 and a space, with nothing before it. Receivers take this for some other text, and act as if { $domain } had no SPF record.
        [literal] The return path names an address in brackets instead of a domain, and no SPF record can stand there.
       *[none] Nothing tells receivers which servers may send mail for { $domain }, so anybody can.
    } Gmail and Yahoo want SPF or DKIM from everybody, and both from bulk senders.
    .fix = { $kind ->
        [near] Correct the beginning of the record, and put a space between its terms.
        [literal] Send with a return path at a domain of yours that has an SPF record.
       *[none] Publish an SPF record. Start with one that names your own servers, and add the include: of every service that sends for you. Records are added in the DNS settings of the domain, mostly at the company where it is registered.
    }
spf-result-temperror = SPF could not be determined: DNS did not answer
    .why = A DNS question about { $name } got no usable answer. It may be a passing fault, so nothing is deducted. Check again in a few minutes.
spf-forwarded = SPF fails only because { $forwarder } forwarded the message
    .why = { $forwarder } received it from { $origin }, which the record of { $domain } allows, and sent it on from { $ip } under the same return path. No record can name every forwarder; that is what DKIM is for{ $signature ->
        [holds] , and your signature came through intact
       *[open] , though DNS did not answer when we checked your signature
    }. Nothing is deducted, and you have nothing to change. To test your own server, write to the test address directly.
spf-client-local = SPF says nothing about { $ip }, an address of a private network
    .why = The message came from inside your own network, or through a gateway that hides the real client. No SPF record can name such an address, so nothing is deducted.
    .fix = For a real test, send from your mail server over the internet. If you run this service behind a gateway, let it pass the client’s address on (PROXY protocol or XCLIENT).
spf-not-determined = SPF could not be checked
    .why = SPF judges the address that the mail came from, and here the client’s address or the envelope is not known.
spf-several-records = { $where } has { $count } SPF records; there must be one
    .why = With more than one record SPF cannot be evaluated, and none of them counts. It usually happens when a service’s record is added beside the old one.
    .fix = Delete all the SPF records of { $where } and publish a single one that allows what they allowed together.
spf-syntax = The SPF record of { $where } has a mistake at “{ $term }”
    .why = From character { $position } on, the record does not follow the grammar. One wrong term makes the whole record invalid, and it protects nothing.
    .fix = Correct “{ $term }” in the record of { $where }. Terms look like ip4:192.0.2.1, include:example.org, a, mx or ~all, and a space stands between them.
spf-lookups-exceeded = SPF needs more than 10 DNS look-ups
    .why = Evaluating the record of { $domain } passed the limit of 10 look-ups at “{ $term }” in { $where }. Receivers stop there and treat the record as broken.
    .fix = Remove includes of services you no longer use, drop ptr, and write a and mx of your own servers as ip4: and ip6:. Mail of a service can also get a subdomain with its own record.
spf-void-lookups-exceeded = SPF asks for too many names that do not exist
    .why = More than two terms lead to names without an answer; the third is “{ $term }” in { $where }. Receivers then treat the record as broken.
    .fix = Remove the terms whose names no longer exist, “{ $term }” first.
spf-names-exceeded = “{ $term }” in the SPF record leads to more than 10 hosts
    .why = The record of { $where } uses “{ $term }”, which gives more names than receivers will look at. They treat the record as broken.
    .fix = Replace “{ $term }” by the addresses that really send, as ip4: and ip6:.
spf-target-no-record = “{ $term }” leads to { $target }, which has no SPF record
    .why = An include or redirect to a domain without an SPF record makes the record of { $where } invalid. { $terms ->
        [two] Here two terms stand together without a space, so that receivers take them for one name.
        [list] Here several names stand in one term, and receivers take them for one.
       *[one] Often it is a typing error, or a service that has closed or moved.
    }
    .fix = { $terms ->
        [two] Put the missing space into “{ $term }”.
        [list] Write a term for each name, with a space between.
       *[one] Remove “{ $term }”, or replace it by the name that the service documents today.
    }
spf-null-path = This message has no return path, so SPF judges the name in HELO
    .why = Bounces and automatic replies are sent with an empty return path. Receivers then look at the SPF record of { $domain }, the name your server greets with.
spf-null-path-none = { $domain } has no SPF record
    .why = It matters only for mail with an empty return path, and costs nothing.
    .fix = If you like to be complete, publish v=spf1 a -all at the name your server greets with.
spf-helo-pass = SPF of the HELO name { $domain } passes too
    .why = It helps with bounces, which have no return path.
spf-helo-fail = SPF of the HELO name { $domain } gives { $result }
    .why = Your server greets as { $domain }, and that name’s own SPF record does not allow { $ip }. It isn’t scored, and it is not the SPF result of your message; but bounces from this server may be refused.
    .fix = Add the address to the SPF record of { $domain }.
spf-all-pass = The SPF record of { $domain } lets everybody send
    .why = “{ $term }” means that any server in the world may send as { $domain }. Spammers look for such records, and filters hold them against you.
    .fix = End the record in ~all, or in -all once you are sure that it names all your servers.
spf-all-neutral = The SPF record of { $domain } ends in ?all
    .why = “{ $term }” makes no statement about other servers, so forged mail gets a neutral result.
    .fix = End the record in ~all: then it protects your name.
spf-all-missing = The SPF record of { $domain } has no end
    .why = Without all or redirect, servers that are not listed get a neutral result, as with ?all.
    .fix = End the record in ~all: then it protects your name.
spf-all-not-last = “{ $term }” stands after all and is never read
    .why = Receivers stop reading the record of { $domain } at all.
    .fix = If the term matters, move it before all; otherwise remove it.
spf-redirect-ignored = “{ $term }” is ignored, since the record has an all
    .why = The record of { $domain } has both, and a redirect counts only in a record without all.
    .fix = Remove it, or, if it names servers that send for you, write it as include: before all.
spf-ptr = The SPF record of { $domain } uses ptr
    .why = “{ $term }” is slow and unreliable; the standard asks not to use it, and some receivers skip it.
    .fix = Name every server that sends for you by ip4:, ip6:, a or mx; then remove ptr.
spf-network-wide = “{ $term }” allows a very large network
    .why = So many addresses belong to strangers too, and each of them may send as { $domain }. Often the number after the slash is a typing error.
    .fix = Name only the addresses that really send your mail.
spf-terms-repeated = “{ $term }” stands twice in the SPF record of { $domain }
    .why = The second one changes nothing, and may cost one of the 10 look-ups.
    .fix = Remove the second one.
spf-record-long = The SPF record of { $domain } is long: { $length } characters
    .why = Answers over about 500 bytes do not fit a simple DNS packet, and some resolvers lose them. It now stands in { $strings } strings of at most 255 characters each.
    .fix = Remove what you no longer use.
spf-strings-joined = In the SPF record of { $domain } two strings are joined without a space
    .why = A long record is published as several strings, and receivers put them together as they are. Here one ends without a space and the next begins a new term, so that two terms have become one: “{ $term }”.
    .fix = Put a space at the seam.
spf-lookups-over = The SPF record of { $domain } needs { $total } look-ups in all; the limit is 10
    .why = Where the sending server stands early in the record, receivers never get that far. For servers named further on, the record is broken.
    .fix = Remove includes you no longer use.
spf-lookups-near-limit = The SPF record of { $domain } needs { $total } of 10 look-ups
    .why = The limit is close: another service, or a change at one of them, can break the record for all your mail.
    .fix = Remove includes you no longer use before you add another service.
spf-void-lookups-some = { $count ->
        [one] The SPF record of { $domain } asks for a name that does not exist
       *[other] The SPF record of { $domain } asks for { $count } names that do not exist
    }
    .why = A third one would make the record invalid.
    .fix = Remove the terms that lead nowhere.
spf-target-dangling = “{ $term }” leads to { $target }, which has no SPF record
    .why = Receivers that find the sending server earlier never reach it. For servers named after it in { $domain }, the record is broken.
    .fix = Remove the term, or correct it.
