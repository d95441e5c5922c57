lines-length-exceeded = { $count ->
        [one] A line is longer than 998 characters: { $longest }
       *[other] { $count } lines are longer than 998 characters; the longest has { $longest }
    }
    .why = Servers may cut or refuse such lines. Where a line is cut, the DKIM signature no longer fits and text may be damaged.
    .fix = Let your program send the part as quoted-printable or base64 (most mail libraries have a setting for the transfer encoding): both keep lines at 76 characters.
lines-length-near = { $count ->
        [one] A line is close to the limit of 998 characters: { $longest }
       *[other] { $count } lines are close to the limit of 998 characters; the longest has { $longest }
    }
    .why = Some relays break lines over 990 characters, and that breaks DKIM signatures.
    .fix = Send the part as quoted-printable or base64.
lines-ending-bare-lf = { $count ->
        [one] A line ends in LF without CR
       *[other] { $count } lines end in LF without CR
    }
    .why = In SMTP every line ends in two characters, CR and LF; a bare LF is how Unix files end theirs. Many servers now refuse bare LF because it is used to smuggle messages, others change it and break the DKIM signature.
    .fix = Let your program write CR LF (\r\n in most languages) at the end of every line before it signs and sends the message.
lines-ending-bare-cr = { $count ->
        [one] A CR stands alone
       *[other] { $count } CRs stand alone
    }
    .why = CR may stand only before LF. Programs disagree about where the line ends, and servers may refuse or change the message.
    .fix = Remove the single CRs, or write CR LF.
lines-ending-unknown = How the lines ended on the wire is not known
    .why = This file was saved with Unix line endings, so it does not show what was sent. Nothing is counted.
lines-nul-used = { $count ->
        [one] The message holds a NUL character
       *[other] The message holds { $count } NUL characters
    }
    .why = NUL is not allowed in mail. Servers refuse it or cut the message there.
    .fix = Send binary data as a base64 attachment, and text without NUL.
lines-all-good = Line lengths and line endings are right
