# What a domain publishes beyond the necessary; never scored.
transport-mta-sts-present = { $domain } has MTA-STS
    .why = Senders are told to use encryption when they write to { $domain }.
transport-mta-sts-invalid = The MTA-STS record of { $domain } cannot be used
    .why = { $name } must hold one record with v=STSv1 and an id. Senders ignore it as it is. It concerns mail to you, not this message.
transport-tls-rpt-present = { $domain } receives reports on encryption
    .why = Senders report there when an encrypted connection fails.
transport-tls-rpt-invalid = The TLS report record of { $domain } cannot be used
    .why = { $name } must hold one record with v=TLSRPTv1 and rua. It concerns mail to you, not this message.
transport-dane-present = { $domain } has DANE for its mail servers
    .why = Their certificates are pinned in signed DNS at { $name }.
transport-dane-unsigned = DANE records without DNSSEC: { $name }
    .why = TLSA records count only in a signed zone, and our resolver could not confirm the signature. Perhaps the zone is not signed; perhaps this resolver does not validate.
transport-dnssec-present = The DNS of { $domain } is signed
    .why = Our resolver validated it by DNSSEC.
transport-ipv6-present = { $domain } receives mail by IPv6 too
    .why = At least one of its mail servers has an IPv6 address.
transport-bimi-present = { $domain } publishes a logo (BIMI)
    .why = The record is at { $name }, and the DMARC policy is strong enough for it. Gmail and iCloud also want a certificate for the logo.
transport-bimi-declined = { $domain } declines to show a logo
    .why = The BIMI record at { $name } is empty on purpose.
transport-bimi-invalid = The BIMI record of { $domain } cannot be used
    .why = { $name } must hold one record with v=BIMI1 and l= with an https address of an SVG.
transport-bimi-not-ready = The logo of { $domain } is not shown yet
    .why = BIMI needs a DMARC policy of quarantine or reject.
transport-optional-absent = Not published by { $domain }: { $missing }
    .why = All of it is optional, and none of it decides whether this message arrives. MTA-STS, TLS-RPT and DANE protect mail to you, BIMI shows your logo.
