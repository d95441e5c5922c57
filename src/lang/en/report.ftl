# Words of the report that belong to no single check.
section-authentication = Authentication
section-server = Sending server
section-blocklists = Block lists
section-format = Message format
section-content = Content
section-links = Links
section-spam = Spam filters

verdict-perfect = Nothing to correct: every check that could be made is in order.
verdict-suggestions = { $count ->
    [one] Nothing costs points. There is one suggestion below to do even better.
   *[other] Nothing costs points. There are { $count } suggestions below to do even better.
 }
verdict-good = Good. One thing stands out: { $cause }.
verdict-fair = Fair: this can be delivered, but it should be put right. First of all: { $cause }.
verdict-weak = Weak: some providers will file this as spam. First of all: { $cause }.
verdict-poor = Poor: many providers will refuse this or file it as spam. First of all: { $cause }.
verdict-unknown = Nothing wrong was found, but too little could be checked to say more: see below what is missing.
verdict-good-but = Good, but { $providers } { $count ->
    [one] asks
   *[other] ask
 } more of { $bulk ->
    [yes] bulk mail
   *[no] every sender
 }: { $cause }.
verdict-fair-but = Fair, but { $providers } { $count ->
    [one] asks
   *[other] ask
 } more of { $bulk ->
    [yes] bulk mail
   *[no] every sender
 }: { $cause }.
verdict-names = { $most } and { $last }
verdict-refused-by = At least one large provider would refuse this message (a rule of { $providers }): { $cause }.
verdict-refused = At least one large provider would refuse this message: { $cause }.

report-row-emptied = This would cost { $asked } points, but no more can be deducted: its group, or the whole score, has already lost the most it can.
report-row-capped = This would cost { $asked } points; it costs { $points }, since its group, or the whole score, has lost the most it can.

why-not-given = nobody said
why-not-configured = not set up on this service
why-timed-out = no answer in time
why-failed = failed: { $detail }
why-not-applicable = does not apply here

report-not-determined = { $count ->
    [one] One check could not be made; it costs nothing.
   *[other] { $count } checks could not be made; they cost nothing.
}
report-refused = At least one large provider documents that it refuses such mail, so the score is held at 4.9 until this is cured.
