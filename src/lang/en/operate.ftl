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
operate-seconds = { $count } seconds
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
