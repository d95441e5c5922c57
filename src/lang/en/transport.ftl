# What a domain publishes beyond the necessary; never scored.
transport-mta-sts-present = { $domain } publishes an MTA-STS record
    .why = It sends whoever writes to { $domain } to a policy that asks for encryption.
transport-mta-sts-invalid = The MTA-STS record of { $domain } cannot be used
    .why = { $name } must hold one record: v=STSv1, exactly so, and an id of letters and digits, 32 at most. Senders ignore it as it is. It concerns the mail that you receive, not what you send.
    .fix = { $count ->
        [one] Publish the record below in place of the one there. If you don’t use MTA-STS, remove it instead.
        [2] Remove both records and publish the one below. If you don’t use MTA-STS, just remove them.
       *[other] Remove all { $count } records and publish the one below. If you don’t use MTA-STS, just remove them.
    }
transport-tls-rpt-present = { $domain } receives reports on encryption
    .why = Senders report there when an encrypted connection fails.
transport-tls-rpt-invalid = The TLS report record of { $domain } cannot be used
    .why = { $name } must hold one record: v=TLSRPTv1, exactly so, and rua with mailto: or https: addresses. As it is, no reports come. It concerns the mail that you receive, not what you send.
    .fix = { $count ->
        [one] Publish the record below in place of the one there, with an address at which you read such reports.
        [2] Remove both records and publish the one below.
       *[other] Remove all { $count } records and publish the one below.
    }
transport-dane-present = { $domain } has DANE for { $all ->
        [no] { $covered } of its { $hosts } mail servers
       *[yes] { $hosts ->
            [one] its mail server
           *[other] its mail servers
        }
    }
    .why = Their certificates are pinned in signed DNS, as at { $name }.
transport-dane-unsigned = DANE records without DNSSEC: { $name }
    .why = TLSA records count only in a signed zone. Our resolver validates signatures, and found none that covers these. It concerns the mail that you receive, not what you send.
    .fix = Sign the zone of { $name } with DNSSEC (many DNS providers do it at a click), or remove its TLSA records.
transport-dane-not-determined = Whether the DANE records of { $domain } count is not known
    .why = TLSA records, as at { $name }, count only in a zone signed with DNSSEC. Our resolver validated none of the answers, so it cannot tell. Nothing is deducted.
transport-dnssec-present = The DNS of { $domain } is signed
    .why = Our resolver validated it by DNSSEC.
transport-ipv6-present = { $domain } receives mail by IPv6 too
    .why = At least one of its mail servers has an IPv6 address.
transport-bimi-present = { $domain } publishes a logo (BIMI)
    .why = The record is at { $name }, and the DMARC policy is strong enough for it. { $certificate ->
        [yes] It names a certificate for the logo, too, as Gmail and iCloud want.
       *[no] It names no certificate (a=), without which Gmail and iCloud do not show the logo.
    }
transport-bimi-declined = { $domain } declines to show a logo
    .why = The BIMI record at { $name } is empty on purpose: that is how one declines.
transport-bimi-invalid = The BIMI record of { $domain } cannot be used
    .why = { $name } must hold one record with v=BIMI1 and l= with an https address of an SVG.
    .fix = Publish one record at { $name }: v=BIMI1; l=https://… with the address of your logo. If you want no logo shown, l= and a= both stay empty.
transport-bimi-not-ready = The logo of { $domain } is not shown yet
    .why = BIMI needs a DMARC policy of quarantine or reject, and not in test mode.
    .fix = In the DMARC record at _dmarc.{ $policy_domain }, write p=quarantine or p=reject, without t=y, as soon as all mail of yours passes DMARC.
transport-optional-absent = Not published by { $domain }: { $missing }
    .why = All of it is optional, and none of it decides whether your mail arrives. MTA-STS, TLS-RPT and DANE protect mail to you, BIMI shows your logo.
transport-optional-not-determined = Could not be looked up for { $domain }: { $missing }
    .why = DNS gave no answer, so whether it is published is not known. All of it is optional, and nothing is deducted.
