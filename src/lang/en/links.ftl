# Links and images: as written, and where they lead.
links-broken = This link is broken: { $url }
    .why = { $why ->
        [host_unknown] The name of its host does not exist in DNS, or has no address.
        [connection_refused] Its host refuses connections.
        [certificate] Its certificate has expired, or belongs to another name: browsers warn before they open it.
        [redirect_loop] It redirects in a circle.
       *[not_found] Its server answers { $status }: there is nothing there.
    } Readers end at an error, and filters take dead links for carelessness or worse.
    .fix = Correct the address, or take the link out.
links-image-broken = This image cannot be loaded: { $url }
    .why = { $why ->
        [host_unknown] The name of its host does not exist in DNS, or has no address.
        [connection_refused] Its host refuses connections.
        [certificate] Its certificate has expired, or belongs to another name, so mail programs do not load it.
        [redirect_loop] It redirects in a circle.
       *[not_found] Its server answers { $status }: there is nothing there.
    } Readers see an empty frame.
    .fix = Put the image where the message looks for it, or correct the address.
links-refused = { $count ->
        [one] One link was not followed, for safety
       *[other] { $count } links were not followed, for safety
    }
    .why = Such links point to a private network, an unusual port, a name with a password in it, or something that is not the web. We follow public links only.
    .fix = If your readers cannot get there either, take the link out.
links-downgrade = { $count ->
        [one] One link leads from https to plain http
       *[other] { $count } links lead from https to plain http
    }
    .why = Somewhere on the way the encryption is lost. Browsers call such pages “not secure”.
    .fix = Let the redirect lead to the https address.
links-images-heavy = The images weigh { $kilobytes } kB together
    .why = On a phone with a weak signal they take long to appear, and the message is read, or closed, before.
    .fix = Save them smaller: twice the width at which they are shown is plenty.
links-not-determined = { $count ->
        [0] The links could not be followed
        [one] One link could not be checked
       *[other] { $count } links could not be checked
    }
    .why = Many sites turn robots away, and some were too slow. That says nothing about the links, so nothing is deducted. Try them yourself.
links-ok = { $count ->
        [one] The link works
       *[other] { $count } links work
    }
links-none = There are no links to follow
links-off = Links were not followed
    .why = This examination was made without fetching links.
links-label = A link shows one address and leads to another: { $url }
    .why = The visible text is a web address, and the link behind it goes to a different domain. That is how phishing looks, and filters and mail programs warn of it. Click counters cause it too.
    .fix = Use words as the visible text (“Read the offer”) instead of an address, or count clicks under your own domain.
links-lookalike = A link’s host looks like another name: { $url }
    .why = It mixes letters of several alphabets, or imitates Latin ones. Such names are mostly made for deceit, and filters treat them so.
    .fix = Write the host in one alphabet, or use another name.
links-host-ip = A link names a bare address instead of a host: { $url }
    .why = Serious senders have names; links to naked IP addresses are typical of malware, and filters count them.
    .fix = Give the host a name and link to that, with https.
links-userinfo = A link carries a user name before the host: { $url }
    .why = In https://bank.example@evil.example/ the part before the @ is not the host, though it looks like one. Filters and browsers distrust such links.
    .fix = Take out everything between // and @.
links-placeholder = A placeholder was not filled in: { $url }
    .why = Your mailing program should have replaced it. As it stands, the link leads nowhere for every reader.
    .fix = Correct the field’s name in the template, or give it a value, and send a test again.
links-shortener = A link hides behind a URL shortener: { $url }
    .why = Shorteners conceal where a link leads, spammers love them, and some filters and block lists treat the shortener’s whole domain accordingly.
    .fix = Link to the page itself. In HTML nobody sees the length.
links-local = A link works on your own network only: { $url }
    .why = It names localhost, a private address or a local name. For everybody else it leads nowhere.
    .fix = Replace it with the public address of the page.
links-relative = A link is not a whole address: { $url }
    .why = A message has no page of its own that a relative link could start from, so it leads nowhere.
    .fix = Write the whole address, starting with https://.
links-insecure = { $count ->
        [one] One link uses plain http
       *[other] { $count } links use plain http
    }
    .why = Browsers mark such pages as not secure, and anybody on the way can read and change them.
    .fix = Write https:// in place of http://, once the page opens that way too.
# What happened to one link, in the table of links.
links-why = { $why ->
        [not_found] nothing there
        [timeout] no answer in time
        [too_large] it is too large
        [limit] not asked: too many links
        [relative] not a whole address
        [syntax] not an address
        [scheme] not a web address
        [userinfo] a user name stands in it
        [private_address] leads into a private network
        [port] an unusual port
        [certificate] its certificate has expired, or is another’s
        [certificate_issuer] we do not know who issued its certificate
        [connection_refused] its host refuses connections
        [connection] no connection
        [bad_answer] its answer cannot be understood
        [dns] DNS did not answer
        [host_unknown] its host does not exist
        [tls] encryption could not be agreed on
        [bad_redirect] it redirects to no address
        [redirect_loop] it redirects in a circle
        [too_many_redirects] too many redirects
        [robot_refused] its server turns robots away
        [server_error] its server is in trouble
        [odd_status] an unusual answer
        [unsubscribe] left alone: it would unsubscribe
        [https_to_http] leads from https to plain http
        [too_large] too large
        [client] our own fault
       *[other] { $why }
    }
