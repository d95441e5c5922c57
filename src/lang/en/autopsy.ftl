# DKIM: what happened to a message after it was signed. Each was proved by undoing it.
dkim-autopsy-footer = After signing, { $lines ->
        [one] a line was added
       *[other] { $lines } lines were added
    } at the end
    .why = Without the text below, the body is exactly what { $domain } signed. A mailing list, a gateway or a provider that adds its footer does this.
    .fix = Add the footer before signing, switch it off for this mail, or let whatever adds it sign again.
dkim-autopsy-banner = After signing, { $lines ->
        [one] a line was put
       *[other] { $lines } lines were put
    } before the text
    .why = Without the text below, the body is exactly what { $domain } signed. Banners such as “external sender” do this.
    .fix = Add the banner before signing, or exempt this mail from it.
dkim-autopsy-line-ends = After signing, the ends of lines were changed
    .why = With its line ends changed back, the body is exactly what { $domain } signed. Mail has CRLF at the end of every line; a bare LF or CR is repaired on the way, and then the signature no longer fits.
    .fix = Let the program that writes the message end every line with CRLF before it is signed.
dkim-autopsy-trailing-space = After signing, spaces at the ends of lines were added or removed
    .why = But for them, the body is exactly what { $domain } signed. The canonicalization “simple” that the signature uses counts every space.
    .fix = Sign with c=relaxed/relaxed, which ignores such spaces.
dkim-autopsy-blank-line = After signing, an empty line at the beginning was removed
    .why = With it, the body is exactly what { $domain } signed.
    .fix = Leave no empty line before the text in your template.
dkim-autopsy-dots = After signing, dots at the beginning of lines were doubled
    .why = With one dot less, the body is exactly what { $domain } signed. In SMTP a dot at the beginning of a line is doubled for transport and restored on arrival; here it was doubled once too often, or not restored.
    .fix = Look for a program of your own that speaks SMTP, and correct how it treats dots; until then, begin no line with one.
dkim-autopsy-from-escaped = After signing, “From” at the beginning of a line became “>From”
    .why = Without that sign, the body is exactly what { $domain } signed. Programs that keep mail in mbox files do this.
    .fix = Sign after the program that does it, or send the text as quoted-printable, which hides the word.
dkim-autopsy-rewrapped = After signing, lines that were too long were broken
    .why = With the pieces joined again, the body is exactly what { $domain } signed. No line may be longer than 998 bytes, and relays break those that are.
    .fix = Encode the text as quoted-printable or base64 before signing, so that no line is too long.
dkim-autopsy-reencoded = After signing, the text was encoded anew
    .why = Decoded to 8-bit text, the body is exactly what { $domain } signed. A server on the way offered no 8BITMIME, so the text was converted for it.
    .fix = Send the text as quoted-printable or base64 from the start, and sign that.
dkim-autopsy-subject-tag = After signing, “{ $tag }” was put into Subject
    .why = Without it, the signature of { $domain } fits. Mailing lists and filters for spam or external mail do this.
    .fix = Tag the subject before signing, or not at all: a header field of its own serves filters as well.
dkim-autopsy-field-rewritten = After signing, { $field } was rewritten
    .why = With the first value below, the signature of { $domain } fits; the second is what arrived.
    .fix = Find the program between your signer and here that rewrites { $field }, and sign after it.
dkim-autopsy-field-added = After signing, { $field } was added
    .why = Without this field, the signature of { $domain } fits: it says that there was none, or another one.
    .fix = Set { $field } before signing, or have whatever adds it sign again.
