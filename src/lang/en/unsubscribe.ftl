purpose-message-detected = { $purpose ->
        [bulk] This looks like a mailing to many
        [transactional] This looks like an automatic message to one person
       *[personal] This looks like a personal message
    }
    .why = { $reason ->
        [list_unsubscribe] It has a List-Unsubscribe field.
        [list_post] It is a post to a discussion list: a person wrote it.
        [list_id] It has a List-Id field.
        [precedence] It says Precedence: bulk or list.
        [esp] It carries the marks of a mailing service.
        [body_unsubscribe] Its text offers a way to unsubscribe.
        [null_reverse_path] Its return path is empty, as in bounces and automatic notices.
        [report] It is a delivery report.
        [calendar] It is a calendar invitation.
        [auto_submitted] It says that it was sent automatically.
        [automatic_sender] Its sender is an automatic address.
        [transaction] Its subject speaks of an order, an account, a code or a payment.
        [chosen] You chose so.
       *[plain] Nothing marks it as a mailing or as automatic.
    } Some rules hold only for mailings, so this decides what is checked. If we are wrong, choose the purpose yourself.
unsubscribe-header-unneeded = { $purpose ->
        [transactional] Automatic messages to one person need no List-Unsubscribe
       *[personal] Personal messages need no List-Unsubscribe
    }
unsubscribe-header-missing = This mailing has no List-Unsubscribe field
    .why = Gmail and Yahoo demand one-click unsubscribing from everyone who sends mailings to many. Readers without an easy way out press “spam” instead.
    .fix = Add both lines, with an address of yours that answers a POST request, and sign them with DKIM.
unsubscribe-header-syntax = List-Unsubscribe holds no address in angle brackets
    .why = Programs find the address only within < and >, and so no unsubscribe button appears.
    .fix = Write the addresses in angle brackets, separated by a comma.
unsubscribe-header-repeated = { $name } occurs { $count ->
        [2] twice
       *[other] { $count } times
    }
    .why = It may occur only once. Programs take the first, the last or none of them, so the unsubscribe button may lead to the wrong place or be missing.
    .fix = Keep one { $name } field. If your mailing service adds its own, switch yours off; several addresses go into one List-Unsubscribe, separated by commas.
unsubscribe-one-click-missing = Unsubscribing takes more than one click
    .why = List-Unsubscribe is there, but not List-Unsubscribe-Post. Gmail and Yahoo demand both from those who send mailings to many.
    .fix = Add the line, and let the https address unsubscribe at once when it receives a POST request.
unsubscribe-one-click-syntax = List-Unsubscribe-Post has the wrong value
    .why = Only the exact words of RFC 8058 switch on one-click unsubscribing.
    .fix = Write exactly this line.
unsubscribe-one-click-https = One-click unsubscribing needs an https address
    .why = List-Unsubscribe names no https address, so there is nowhere to send the click.
    .fix = Add an https address that unsubscribes when it receives a POST request.
unsubscribe-one-click-unsigned = No valid DKIM signature covers the unsubscribe fields
    .why = Providers use one-click unsubscribing only if a passing signature covers List-Unsubscribe and List-Unsubscribe-Post. Otherwise anyone could have added them.
    .fix = Add both names to the fields that are signed with DKIM (h=; SignHeaders in OpenDKIM, sign_headers in Rspamd). If a mailing service signs for you, ask it to.
unsubscribe-one-click-unknown = Whether the unsubscribe fields are signed could not be determined
    .why = The DKIM key could not be asked for. Nothing is counted.
unsubscribe-one-click-good = One-click unsubscribing is set up right, and signed
unsubscribe-link-missing = The text shows no link to unsubscribe
    .why = Gmail, Yahoo and Apple demand a visible link in the body of mailings, and the law of many countries does too.
    .fix = Put a link with the word “unsubscribe” at the end of the text, in both HTML and plain text.
unsubscribe-link-unknown = Whether the text shows a link to unsubscribe could not be determined
    .why = The text holds links, but it is in a language whose words for unsubscribing we do not know, or it could not be read whole. Nothing is deducted. Gmail, Yahoo and Apple demand a visible link in the body of mailings: see that there is one.
unsubscribe-link-good = The text shows a link to unsubscribe
