clients-support-missing = { $count ->
        [one] One thing in this HTML is not shown by some mail programs: { $feature }
       *[other] { $count } things in this HTML are not shown by some mail programs, first of all { $feature }
    }
    .why = { $feature } does not work in { $clients }. The message may still look fine there; it costs no points. Below is each feature with the line of the HTML where it first stands, the programs that lack it, and a page about it. Look at the message in the programs that your readers use.
    .fix = Make sure that the message can be read without them.
clients-support-partial = { $count ->
        [one] One thing in this HTML works only in part in some mail programs: { $feature }
       *[other] { $count } things in this HTML work only in part in some mail programs, first of all { $feature }
    }
    .why = { $feature } has limits in { $clients }. Below is each feature with the line of the HTML where it first stands and a page that says which limits.
clients-support-good = Everything in this HTML works in the common mail programs
clients-support-none = No HTML to compare with what mail programs support
