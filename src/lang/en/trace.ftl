# What decided each step of an SPF evaluation, and why DNS gave no usable answer. Technical listings: short, no full stop.
spf-step-always = all matches whoever it is
spf-step-network = { $client } against { $network }
spf-step-answer = { $question }: { $answer }
spf-step-unanswered = { $question }: { $fault }
spf-step-exchanges = { $answers }
spf-step-exchange = the mail server { $name } has { $ip }
spf-step-too-many-exchanges = { $name } has { $count } mail servers, and more than 10 is an error
spf-step-confirmed = { $client } is { $name }, which resolves back to it
spf-step-unconfirmed = { $client } is { $names }: no name within { $domain } that resolves back to it
spf-step-none-of-texts = { $count ->
        [one] the only TXT record is not an SPF record
       *[other] none of the { $count } TXT records is an SPF record
    }
spf-step-several = { $count } SPF records, where only one may be
spf-step-syntax = { $fault }
spf-step-gives = { $domain } gives { $result }
spf-step-left = { $result }
spf-step-no-record = { $domain } has no SPF record
spf-step-too-many-lookups = look-up { $count } of at most 10
spf-step-too-many-void-lookups = empty answer { $count } of at most 2
spf-step-local-part = the part of the address before the @ is not ASCII, so its macros match nothing
spf-step-impossible-name = { $name } cannot exist in DNS

dns-timed-out = no answer in time
dns-broken = unusable answer: { $why }
dns-not-asked = not asked: { $why }
dns-unusable-impossible-name = such a name cannot exist in DNS
dns-unusable-not-recorded = the recording holds no answer to it
dns-unusable-too-many-here = too many questions were open at once
dns-unusable-too-many-in-test = this test had asked too many already
dns-unusable-time-over = the time for this test was over
dns-unusable-no-server = there is no DNS server to ask
dns-unusable-unreadable = the packet cannot be read
dns-unusable-no-reply = a question came back instead
dns-unusable-no-question = it does not say what it answers
dns-unusable-other-question = it answers another question
dns-unusable-other-id = it belongs to another question
dns-unusable-truncated = it is cut off, even by TCP
dns-unusable-alias-loop = aliases (CNAME) without end
dns-unusable-connection-refused = the DNS server refuses connections
dns-unusable-unreachable = the DNS server cannot be reached, or hung up
