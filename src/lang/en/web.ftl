# The pages. Findings have their own files; here is everything around them.

web-description = Send one message, see what receiving servers see, and exactly what to change.
web-skip = Skip to the content
web-nav = Main
web-nav-test = Test
web-nav-paste = Paste
web-nav-probes = Probes
web-nav-about = About
web-foot = Vaglio is a sieve for mail: what passes, arrives.
web-language = Language
web-theme = Colours
web-theme-system = As the system
web-theme-light = Light
web-theme-dark = Dark
web-copy = Copy
web-copied = Copied
web-copy-failed = Selected: press Ctrl+C
web-copy-gone = Could not be copied
web-yes = yes
web-no = no

## Home

web-home-name = Test your mail
web-home-title = Will your mail arrive?
web-home-lead = Send one message to this address. Seconds later you see what receiving servers see, and exactly what to change.
web-address-label = Your test address
web-address-terms = Works until { $until }, for { $count ->
    [one] one message
   *[other] up to { $count } messages
 }. Only the holder of this page sees the result.
web-copy-address = Copy the address
web-mailto = Open in your mail program
web-mailto-subject = Delivery test
web-qr = QR code of the test address
web-sent = I’ve sent it: show my result
web-watching = Watching: the result opens by itself.
web-purpose-label = What kind of message is it?
web-purpose-auto = Tell from the message
web-purpose-personal = Personal
web-purpose-transactional = Order, receipt, notice
web-purpose-bulk = Newsletter or marketing
web-next-title = What happens next
web-next-send = Send the real thing
web-next-send-text = The newsletter, receipt or reply you want to test, from the program that always sends it. An empty test message tests an empty message.
web-next-watch = Watch it being examined
web-next-watch-text = SPF, DKIM, DMARC, the sending server, block lists, links and content: each shows up here as it is checked.
web-next-fix = Fix what counts most
web-next-fix-text = Every lost point names its cause and its cure: the exact record or line, ready to copy. Then check again without sending.
web-doors-title = Other ways in
web-door-paste = Paste a message
web-door-paste-text = You have the source of a message that went astray? Paste or upload it.
web-door-probes = Test one thing: SPF, DKIM or DMARC
web-door-probes-text = An address that never changes: write to it, and read the verdict here within a second.
web-door-about = What happens to my message?
web-door-about-text = Who sees it, how long it is kept, and how the score is made.

## Waiting

web-wait-title = Waiting for your message
web-wait-received-title = Your message is here
web-wait-lead = Send it to this address. This page moves on by itself.
web-wait-noscript = This page asks again every { $seconds } seconds.
web-progress-title = Progress
web-progress-connected = A mail server connects
web-progress-received = The message arrives
web-progress-ready = The report is ready
web-event-received = Received: { $size }, { $tls ->
    [yes] encrypted with TLS
   *[no] without TLS
 }
web-help-title = Nothing yet after a minute? The usual causes
web-help-address = A typing error in the address. Copy it instead of typing it.
web-help-greylisting = Your server retries only after some minutes, because a first attempt failed or a filter on its way out holds the message.
web-help-queue = The message is still in the outbox or in your server’s queue. Newsletter tools often send in batches.
web-help-port = Your server or network may not connect to other mail servers on port 25. Home and cloud connections often block it.
web-help-bounce = The message was refused. Look for a bounce in your inbox: its text says why.
web-new-address = Get a new address
web-rechecking = Asking the world again about this message. The report below is the earlier one, until the new one is ready.

## Report

web-report-name = Report
web-score = Score
web-no-subject = (no subject)
web-from = From
web-subject = Subject
web-received = Received
web-client = Sent by
web-purpose-judged = Judged as
web-purpose-other = Not that? Judge it as something else
web-see-message = Your message
web-recheck = Check again
web-recheck-why = Changed a DNS record? Check again: no need to send the message anew.
web-recheck-failed = The last attempt to check again did not succeed; below is the report from before.
web-cures-title = What would help most
web-cure-held-back = gains only with the others
web-cure-needs-alignment = gains only once SPF or DKIM passes for From’s domain
web-sections-title = At a glance
web-section-empty = Nothing was found to say here.
web-standing-good = All good
web-standing-notice = Worth a look
web-standing-unknown = Not known
web-standing-none = Nothing to judge
web-unknown-title = { $count ->
    [one] One check could not be made
   *[other] { $count } checks could not be made
 }
web-unknown-text = { $count ->
    [one] It costs no points, and proves nothing either. Often a second try is enough.
   *[other] They cost no points, and prove nothing either. Often a second try is enough.
 }
web-status-deducted = Costs points
web-status-notice = Worth knowing
web-status-good = Good
web-status-not-applicable = Does not apply
web-status-not-determined = Could not be determined
web-what-to-change = What to change
web-what-we-saw = What we saw
web-basis = Why we say so:
web-record-host = Host
web-record-short = or just { $host }, where the panel adds the domain by itself
web-record-type = Type
web-record-value = Value
web-record-replaces = Instead of
web-record-copy = Copy the value
web-evidence-header = Header field { $name }
web-evidence-line = Line { $number } of the message
web-evidence-session = From the SMTP conversation
web-determined = { $count ->
    [one] one check made
   *[other] { $count } checks made
 }
web-keep-title = Keep and share
web-keep-text = The report in words, without the message. Do not paste this page’s own address: whoever has it can read the message and delete everything.
web-copy-markdown = Copy as Markdown
web-copy-text = Copy as text
web-as-text = Plain text
web-delete = Delete everything now
web-delete-sure = This removes the message, its source and every report of this address, at once and for good.
web-delete-now = Yes, delete it
web-not-kept = This message was examined and not kept: the report is gone when you leave this page.
web-deliveries-title = Messages to this address
web-deliveries-number = Message
web-deliveries-link = Message { $number }
web-state-analysing = being examined
web-state-failed = could not be examined

## Authentication, drawn

web-align-title = Do the names agree?
web-align-text = DMARC asks that the domain people see in From also be the one that SPF or DKIM vouches for. One agreeing pair that passes is enough.
web-align-from = From
web-align-spf = SPF
web-align-dkim = DKIM
web-align-same = agrees with
web-align-differ = differs from
web-align-not-passing = The names agree, but this check did not pass, so it does not count.
web-spf-mail-from = SPF of the return path
web-spf-helo = SPF of the server’s own name (HELO)
web-spf-lookups = { $lookups } of 10 look-ups
web-spf-asked = May { $ip } send for { $domain }? Evaluated in this order:
web-spf-counts = DNS look-ups counted: { $lookups } of 10 allowed; empty answers: { $void } of 2 allowed.
web-spf-explanation = The domain’s own explanation:
web-spf-leave = back from { $domain }
web-spf-step-match = matches
web-spf-step-no-match = does not match
web-spf-step-enter = look inside
web-spf-step-error = error
web-dkim-title = Signature { $number }, by { $domain }
web-dkim-key = Key
web-dkim-bits = { $bits } bits
web-dkim-algorithm = Method
web-dkim-covers = Covers
web-dkim-body-whole = and the whole body
web-dkim-body-part = { $length ->
    [0] and nothing of the body
    [one] and only the first octet of the body
   *[other] and only the first { $length } octets of the body
 }
web-dkim-aligned = Agrees with From
web-dkim-header = The signature as it stands in the message
web-dmarc-walk = Where the policy was looked for
web-dmarc-unknown = no usable answer
web-dmarc-nothing = no record
web-dmarc-7489 = Receivers that still follow the older RFC 7489 would say { $result }, with { $domain } as the organization’s domain.

## Tables

web-lists-all = { $count ->
    [one] The one list that was asked
    [2] Both list look-ups
   *[other] All { $count } list look-ups
 }
web-lists-zone = List
web-lists-value = Name or address
web-lists-result = Result
web-lists-listed = listed
web-lists-clear = clear
web-lists-unknown = not determined
web-lists-hop = on the message’s way, not the client
web-links-all = All links: { $count }
web-links-url = Link
web-links-ok = works
web-links-broken = broken
web-links-redirected = leads elsewhere
web-links-refused = not visited
web-filter-text = Its own count, its own sign: a plus points to spam. Rules that repeat our own checks are shown here but not counted twice.
web-filter-score = Points
web-filter-rule = Rule

## Paste

web-paste-title = Paste a message
web-paste-lead = The full source, header and all. In Gmail: “Show original”; in Outlook: “View source”; in Thunderbird: Ctrl+U.
web-paste-source = Message source
web-paste-file = Or choose a file
web-paste-envelope = Who sent it? (optional)
web-paste-envelope-why = A pasted message does not tell who handed it over. Without this, it is read from the Received lines, or left undetermined.
web-paste-ip = Address of the sending server
web-paste-helo = Its HELO name
web-paste-mail-from = Return path (MAIL FROM)
web-paste-hops = Ask the block lists about every public server in the Received lines too. It never costs points.
web-paste-go = Examine it
web-paste-privacy = Examined at once and not kept.
web-paste-empty = There is nothing to examine: paste the source or choose a file.
web-paste-bad-ip = The server’s address is not an IP address.
web-paste-bad-mail-from = The return path is not a mail address.

## About

web-about-title = About Vaglio
web-about-lead = Vaglio tells from one real message whether your mail will be delivered, why not, and exactly what to change.
web-about-name = The name is Italian for a sieve: “passare al vaglio” is to examine closely.
web-privacy-title = What happens to your message
web-privacy-link = Only the holder of the report’s link can see it. The link cannot be guessed from the address.
web-privacy-kept = Message and reports are deleted after { $days ->
    [one] one day
   *[other] { $days } days
 }, or at once when you press Delete.
web-privacy-asked = To examine a message, its domains and addresses are asked about in DNS and on block lists, and its links may be visited.
web-privacy-cookies = Cookies: only your choice of language and colours, and only once you choose. No tracking, nothing loaded from elsewhere.
web-privacy-logs = Logs hold no addresses, no IP addresses and no content.
web-about-score-title = What the score says
web-about-score = It starts at 10.0, and every deduction is listed with its reason and its cure. If a big provider would refuse the message, it stays below 5. Even 10 out of 10 promises no inbox: reputation and readers decide too.
web-about-score-unknown = What could not be determined never costs a point and never counts as a pass.
web-about-api-title = For programs
web-about-api = Everything here can be had as JSON: `POST /api/v1/tests` gives an address, `/api/v1/tests/{"{key}"}/report` its report.

## Errors

web-trouble-not-found = There is nothing here
web-trouble-not-found-text = The address may be mistyped, or the page may be gone.
web-trouble-unknown-test = No such report
web-trouble-unknown-test-text = This link is not one of ours, or a letter of it is missing. Look for the whole link and try again.
web-trouble-expired = This address has expired
web-trouble-expired-text = It received nothing in its time, or what it received has been deleted. A new one is a click away.
web-trouble-deleted = Deleted
web-trouble-deleted-text = The message, its source and its reports are gone for good.
web-trouble-forbidden = Not from another site
web-trouble-forbidden-text = Another site asked for this in your name, so it was not done. Open the page itself and try again.
web-trouble-too-large = That is too large
web-trouble-too-large-text = A message may have up to 25 MB. Large attachments say little about delivery: try again without them.
web-trouble-too-many = One moment, please
web-trouble-too-many-text = Many requests came from your network. Wait a minute and try again.
web-trouble-bad-request = That could not be understood
web-trouble-bad-request-text = The request was not what this page expects. Go back and try again.
web-trouble-no-word = Not a word that can be used
web-trouble-no-word-text = { probe-word-rule }
web-trouble-wrong-method = Not this way
web-trouble-wrong-method-text = This address does not answer that kind of request.
web-trouble-failed = This message could not be examined
web-trouble-failed-text = Something broke here, after several tries. That is our fault, and it is logged. Please send the message again.
web-trouble-ours = Something broke here
web-trouble-ours-text = That is our fault, not yours, and it is logged. Try again in a moment.

## The message

web-message-name = Your message
web-message-back = Back to the report
web-message-preview = As it looks
web-message-text = Text part
web-message-headers = Header fields
web-message-hops = The way it came
web-message-parts = Parts and attachments
web-message-talk = The SMTP conversation
web-message-dns = DNS answers
web-message-source = Source
web-preview-width = Width
web-preview-phone = Phone
web-preview-tablet = Tablet
web-preview-desktop = Desktop
web-preview-images-on = Load remote images
web-preview-images-off = Without remote images
web-preview-images-why = Remote images are off: loading them tells the sender’s servers that somebody looks.
web-preview-dark = On dark
web-preview-light = On light
web-preview-title = The message, locked in a frame
web-defects = What is odd about its form
web-headers-name = Field
web-headers-value = Value
web-hops-text = As each server says of itself, the oldest first. Only the last lines were written by somebody you can trust.
web-hops-none = The message came straight from its first server.
web-hops-took = { $seconds ->
    [one] one second later
   *[other] { $seconds } seconds later
 }
web-parts-type = Type
web-parts-name = Name
web-parts-encoding = Encoding
web-parts-size = Size
web-parts-attachment = attachment
web-talk-time = Time
web-talk-who = Who
web-talk-line = Line
web-talk-client = them
web-talk-server = we
web-talk-note = note
web-dns-name = Name
web-dns-type = Type
web-dns-answer = Answer
web-dns-ttl = TTL
web-dns-ms = ms
web-source-download = Download the source ({ $size })
web-source-cut = The rest is in the download.
web-rows-cut = … and { $count ->
    [one] one
   *[other] { $count }
 } more, in the source.

## Providers, sharing, and who knocks

web-providers-title = What the big providers ask
web-providers-met = { $met } of { $of }
web-providers-rules = Rule by rule
web-providers-rule = Published rule
web-providers-text = Counted are the rules that this message can show. A dash: not asked of such a message, or more than one message can show. Meeting all of them promises no inbox.
web-purpose-said = You said: { $purpose }.
web-purpose-apply = Judge it so
web-copy-ticket = Copy for a ticket
web-share-title = Show it to somebody
web-share-text = A link to this one report, to read only: not to this page, nor to any other message to the address. It shows no text of the message; addresses and links are masked.
web-share-copy = Copy this link
web-share-read-only = You see a report that somebody shared with you: to read only, without the message, with addresses and links masked.
web-share-what = Its owner can show you the message itself, check again, or delete everything.
web-event-connected = { $client } connected as { $helo }, { $tls ->
    [yes] encrypted with TLS
    [no] without TLS
   *[unknown] in a way we could not see
 }
web-event-arriving = Arriving: { $size } so far
web-event-refused = { $why ->
    [expired] A sender came, but this address has expired. Get a new one and send again.
    [too-big] A message came and was refused: it is larger than 25 MB. Try without its attachments.
    [full] A message came and was refused: this address has taken all the messages it may. Get a new one.
    [deleted] A message came and was refused: this test has been deleted. Get a new address.
    [try-later] A sender came while we were too busy, and was asked to come again. Most try again within minutes.
   *[interrupted] A sender came, but the connection ended before the message was whole. It should try again by itself.
 }
web-trouble-slow = That took too long
web-trouble-slow-text = The answer was not ready in half a minute. Try again in a moment.
web-door-domain = Check a domain
web-door-domain-text = No message at hand? See what a domain publishes: SPF, DKIM, DMARC and more.
web-providers-none = Asks nothing of such mail
web-keep-ticket = Put it into a ticket
web-keep-data = Take the data along
web-print = Print or save as PDF
web-trouble-busy = Too much is going on here
web-trouble-busy-text = Others are being served just now. Try again in a moment: what you sent was not examined.
