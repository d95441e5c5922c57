# Second opinions: SpamAssassin and Rspamd.
spam-assassin-rule = SpamAssassin: { $description }
    .why = Its rule { $rule } gives { $score } points towards spam. Many receivers use these rules, or ones much like them.
    .fix = Change what the rule complains of, and send the test again. If its description says too little, search the web for { $rule }.
spam-assassin-ham = SpamAssassin lets it pass: { $score } points, spam begins at { $required }
spam-assassin-spam = SpamAssassin takes it for spam: { $score } points, spam begins at { $required }
    .why = The sum is SpamAssassin’s own. Here only rules that do not repeat our other checks are deducted, one by one.
spam-assassin-shown = { $count ->
        [one] One rule of SpamAssassin is shown, not added
       *[other] { $count } rules of SpamAssassin are shown, not added
    }
    .why = Shown without being added are rules that repeat what this report has judged already, that carry no points, or that speak in your favour.
spam-assassin-not-determined = SpamAssassin gave no answer
    .why = It is set up here, but could not be asked this time. Nothing is deducted.
spam-assassin-off = SpamAssassin was not asked
    .why = The operator of this service has not set it up. It is switched on with --spamd HOST:PORT.
spam-rspamd-rule = Rspamd: { $description }
    .why = Its symbol { $rule } gives { $score } points towards spam. They are deducted on SpamAssassin’s scale.
    .fix = Change what the symbol complains of, and send the test again. If its description says too little, search the web for { $rule }.
spam-rspamd-ham = Rspamd lets it pass: { $score } points, it refuses at { $required } (its action: { $action })
spam-rspamd-spam = { $verdict ->
        [marks] Rspamd would mark it as spam: { $score } points, it refuses at { $required } (its action: { $action })
       *[refuses] Rspamd would refuse it: { $score } points, the limit is { $required } (its action: { $action })
    }
    .why = The sum is Rspamd’s own and includes what this report judges elsewhere.
spam-rspamd-shown = { $count ->
        [one] One symbol of Rspamd is shown, not added
       *[other] { $count } symbols of Rspamd are shown, not added
    }
    .why = Shown without being added are symbols that repeat what this report has judged already or carry no points; where SpamAssassin answers, all of them, since its points count instead.
spam-rspamd-not-determined = Rspamd gave no answer
    .why = It is set up here, but could not be asked this time. Nothing is deducted.
spam-rspamd-off = Rspamd was not asked
    .why = The operator of this service has not set it up. It is switched on with --rspamd URL.

# Why a filter gave no answer.
spam-why-timeout = No answer in time.
spam-why-bad-answer = What answered makes no sense.
spam-why-cut-off = The answer broke off.
spam-why-no-score = The answer holds no score.
spam-why-too-large = The answer is too long.
spam-why-skipped = It skipped the message.
