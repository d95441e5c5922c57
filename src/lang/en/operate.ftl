# Does the service work? The public status page, and the operator's own.

operate-status-title = Status
operate-status-ok = The service works.
operate-status-failing = The service is not working.
operate-status-unknown = Not determined: no self-test has ended lately.
operate-status-off = The operator has switched self-tests off.
operate-status-how = The service mails itself every { $every }, through its own SMTP port, and waits for the report.
operate-minutes = { $count ->
    [one] minute
   *[other] { $count } minutes
  }
operate-seconds = { $count ->
    [one] second
   *[other] { $count } seconds
  }
operate-status-day = The last 24 hours (UTC)
operate-status-sum = Self-tests of the last 24 hours: { $passed } of { $tests } passed
operate-status-passed = Passed
operate-of = { $part } of { $whole }
operate-status-median = Median until the report
operate-status-last = Last test
operate-status-last-failure = Last failure
operate-status-no-failure = none in the last 24 hours
operate-status-times = From sending to the report
operate-time = until the report
operate-stage-address = No address could be had.
operate-stage-connect = Nobody answered at the SMTP port.
operate-stage-tls = TLS was offered and did not work.
operate-stage-refused = The message was not accepted.
operate-stage-report = The report was not ready in time.
operate-stage-examination = The examination was given up.
operate-as-table = The numbers as a table
operate-span = From (UTC)
operate-nothing = nothing

## The operator's page

operate-self-tests = Self-tests of the last 24 hours (UTC)
operate-title = The operator’s page
operate-token = The operator’s token
operate-enter = Open
operate-leave = Close this page: forget the token here
operate-wrong-token = That is not the token.
operate-queue = The queue
operate-queue-waiting = Waiting
operate-queue-running = Running, or soon to be tried again
operate-queue-oldest = The oldest has waited for
operate-queue-failed = Given up, and still kept
operate-charts = What the charts show
operate-of-messages = Messages
operate-of-refusals = SMTP refusals
operate-of-reports = Reports
operate-of-time = Time to the report
operate-of-dns = DNS questions
operate-period-day = Last 24 hours
operate-period-week = Last week
operate-period-month = Last month
operate-period-year = Last year
operate-series-tests = to one-time addresses
operate-series-probes = to probes
operate-series-later = 4xx: come again
operate-series-never = 5xx: never
operate-series-ready = ready
operate-series-failed = given up
operate-series-average = on average
operate-series-answered = answered
operate-series-unanswered = not answered
operate-refusals-how = Replies of 4xx and 5xx, of all nodes. Networks (IPv4 /24, IPv6 /48) are forgotten after a week.
operate-refusals-code = Reply code
operate-refusals-network = Client network
operate-others = all others
operate-failures = Where the service’s mail to itself failed
operate-lists = DNS lists
operate-lists-how = As this node knows them: every list’s control points are asked once an hour.
operate-list-sound = in use
operate-list-aside = set aside:
operate-list-control-point = it is empty, or gone
operate-list-lists-all = it lists everything
operate-list-refused = it refuses this node’s resolver
operate-list-no-answer = it does not answer
operate-list-unknown = not asked yet
operate-log = The last lines of the log
operate-log-how = Of this node, the newest first. Logs hold no addresses, IPs or message texts.
operate-at-most = at most { $value }
