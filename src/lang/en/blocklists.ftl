# DNS block and allow lists (RFC 5782).
blocklists-ip-major = { $value } is on the block list { $zone }
    .why = The list says: “{ $meaning }”. Many receivers ask this list and refuse or file as spam whatever comes from an address on it.
    .fix = Find out what was sent from { $value } and stop it: an infected machine, a stolen password, an open form. Then ask to be taken off at { $page }. If the address belongs to your provider, show them this page: the listing is theirs to lift.
blocklists-ip-policy = { $value } is listed by { $zone } as an address that should not send mail itself
    .why = The list says: “{ $meaning }”. This is no accusation of spam: home and office connections are on it by default, and many receivers take no mail straight from them.
    .fix = Send through your provider’s mail server (smarthost), or a mail service, instead of straight from this connection. If it is a real mail server on a fixed address with a PTR of its own, take it off the list at { $page }.
blocklists-ip-minor = { $value } is on the smaller list { $zone }
    .why = The list says: “{ $meaning }”. Fewer receivers use this list, mostly together with other signs.
    .fix = Look up the reason at { $page }, put an end to it, and ask to be taken off. Some lists forget an address by themselves after some quiet days.
blocklists-ip-info = { $zone } knows { $value }: “{ $meaning }”
    .why = This says more about the network around you than about you, and hardly any receiver refuses mail for it. Nothing is deducted. See { $page }.
blocklists-ip-allowed = { $value } is on the allow list { $zone }: “{ $meaning }”
    .why = Receivers that ask this list trust the address a little more. It adds no points.
blocklists-name-major = { $value } is on the block list { $zone }
    .why = The list says: “{ $meaning }”. { $role ->
        [domain] All mail of this domain carries the name in From
        [from] We met the name in the From address
        [return_path] We met the name in the return path
        [helo] We met the name as the server’s HELO
        [dkim] We met the name in the DKIM signature
        [reply_to] We met the name in Reply-To
        [list_unsubscribe] We met the name in List-Unsubscribe
       *[link] We met the name in a link
    }. Spam filters look up every name in a message, and one on this list weighs heavily.
    .fix = If the name is yours, look for what was done with it (a hacked site, mail in your name), put it right, and ask to be taken off at { $page }. If it is somebody else’s, leave it out of what you send.
blocklists-name-minor = { $value } is on the list { $zone }
    .why = The list says: “{ $meaning }”. { $role ->
        [domain] All mail of this domain carries the name in From
        [from] We met the name in the From address
        [return_path] We met the name in the return path
        [helo] We met the name as the server’s HELO
        [dkim] We met the name in the DKIM signature
        [reply_to] We met the name in Reply-To
        [list_unsubscribe] We met the name in List-Unsubscribe
       *[link] We met the name in a link
    }. On its own it seldom decides, together with other signs it does.
    .fix = Look up the reason at { $page }. If the name is yours, put it right and ask to be taken off; if not, leave it out of what you send.
blocklists-name-info = { $zone } knows { $value }: “{ $meaning }”
    .why = Hardly any receiver refuses mail for it, and nothing is deducted. See { $page }.
blocklists-name-allowed = { $value } is on the allow list { $zone }: “{ $meaning }”
    .why = Receivers that ask this list trust the name a little more. It adds no points.
blocklists-ip-clear = { $count ->
        [one] One block list does not list the sending address
       *[other] { $count } block lists do not list the sending address
    }
    .why = Asked and clear: { $zones }.
blocklists-name-clear = { $count ->
        [one] One domain list lists none of the names looked up
       *[other] { $count } domain lists list none of the names looked up
    }
    .why = Asked and clear: { $zones }.
blocklists-ip-unknown = The sending address could not be looked up: it is not known
    .why = Block lists are asked with the address that the mail came from. Give it (--ip on the command line), or send the message to a test address.
blocklists-not-determined = { $count ->
        [0] The block lists could not be asked
        [one] One list gave no usable answer: { $zones }
       *[other] { $count } lists gave no usable answer: { $zones }
    }
    .why = A list that refuses, times out or answers something undocumented says nothing about you, so nothing is deducted. Lists often refuse public DNS resolvers: whoever runs this service should give it a resolver of its own.
blocklists-off = Block lists were not asked
    .why = This examination was made without block lists.
blocklists-hop-listed = { $value }, a server on the message’s way, is on { $zone }
    .why = The list says: “{ $meaning }”. { $policy ->
        [yes] Home and office connections are on it by default, and a message that somebody wrote at home begins there: that is as it should be.
       *[no] Receivers ask their lists about the client, the last server, and not about those before it; some spam filters do look further back.
    } You asked for it, and nothing is deducted. See { $page }.
blocklists-hop-clear = { $count ->
        [one] One block list does not list the servers on the message’s way
       *[other] { $count } block lists do not list the servers on the message’s way
    }
    .why = Asked and clear: { $zones }.

# Why a list’s answer tells nothing; .short stands beside its name in a table.
lists-why-timeout = { $zone }: { lists-why-timeout.short }
    .short = no answer in time
lists-why-no-answer = { $zone }: { lists-why-no-answer.short }
    .short = the list does not answer, so it was set aside
lists-why-servfail = { $zone }: { lists-why-servfail.short }
    .short = its name server answers with an error (SERVFAIL)
lists-why-refused = { $zone }: { lists-why-refused.short }
    .short = the list refuses to answer our DNS resolver
lists-why-no-data = { $zone }: { lists-why-no-data.short }
    .short = an answer without an address
lists-why-control-point = { $zone }: { lists-why-control-point.short }
    .short = its test entry (RFC 5782) is missing, so the list seems to be empty or gone
lists-why-lists-all = { $zone }: { lists-why-lists-all.short }
    .short = it lists what no list may list (RFC 5782), so it lists everything
lists-why-limit = { $zone }: { lists-why-limit.short }
    .short = not asked: the message holds too many names
lists-why-broken = { $zone }: { lists-why-broken.short }
    .short = its answer cannot be read
lists-why-undocumented = { $zone }: it answered { $detail }, which the list does not document
    .short = it answered { $detail }, which the list does not document
