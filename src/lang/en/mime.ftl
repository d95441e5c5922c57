mime-version-missing = MIME-Version is missing
    .why = The message uses MIME fields. Without MIME-Version a program may ignore them and show raw code.
    .fix = Add this field to the header. Mail libraries do it by themselves; programs that put the message together by hand forget it.
mime-version-other = MIME-Version is not 1.0
    .why = 1.0 is the only version there is. Programs that are strict about it ignore the MIME fields and show raw code.
    .fix = Write the field exactly so.
mime-boundary-missing = A multipart message is not divided into its parts
    .why = The boundary that the header announces does not occur in the body, or none is announced. Readers will see raw code or nothing.
    .fix = Let a mail library build the message, and do not change the body or the Content-Type afterwards.
mime-boundary-unclosed = The last part has no closing boundary ({ $text })
    .why = The end of the message seems to be missing. Programs may treat it as cut off, and some filters count it.
    .fix = End the last part with the boundary followed by two hyphens.
mime-nesting-deep = Parts are nested too deeply
    .why = Nobody writes such a message by intention. Filters refuse it as an attack.
    .fix = Build the message with a few levels: mixed, alternative, related.
mime-parts-many = The message has too many parts
    .why = Filters refuse it as an attack.
    .fix = Pack the files into one archive, or share them by a link.
mime-encoding-unknown = Unknown Content-Transfer-Encoding: { $text }
    .why = Programs must treat such a part as unreadable data.
    .fix = Write 7bit, 8bit, quoted-printable or base64 in Content-Transfer-Encoding, whichever the text is really in. A mail library chooses by itself.
mime-encoding-multipart = A multipart is declared as { $text }
    .why = Only its parts may be encoded, not the whole. Some programs will show nothing.
    .fix = Remove the Content-Transfer-Encoding of the multipart, and set it on each part.
mime-encoding-broken = A part does not follow its own encoding
    .why = It says { $text }, but cannot be decoded without loss: readers see damaged text or a damaged file.
    .fix = Let the mail library encode the part. If it was right when sent, a relay has changed it on the way.
mime-encoding-eight-bit = 8-bit characters in a part that says it is 7bit
    .why = Without a declaration, 7bit is meant. Servers may strip or garble accented letters, and that breaks DKIM.
    .fix = Declare the part as 8bit, or better send it as quoted-printable.
mime-charset-unknown = Unknown charset: { $text }
    .why = Programs cannot tell which characters are meant.
    .fix = Write the text in UTF-8 and declare charset=utf-8.
mime-charset-broken = The text holds bytes that its charset does not have
    .why = Readers will see wrong or missing characters.
    .fix = Declare the charset in which the text is really written; best is UTF-8 for both.
mime-charset-misread = The text is UTF-8, but says that it is { $text }
    .why = Readers’ programs believe the declaration and show “Ã¨” in place of “è”.
    .fix = Declare charset=utf-8 in the Content-Type of this part.
mime-charset-meta = The HTML claims to be { $claimed }, its part says { $declared }
    .why = Mail programs mostly believe the part’s Content-Type. Some webmail, and whoever saves the HTML, believe the meta element and see wrong characters.
    .fix = Write the same charset in both places, best utf-8.
mime-header-eight-bit = Raw accented characters in the header of a part ({ $text })
    .why = The header of an attachment may hold only plain English characters; a file name such as “perché.pdf” must be encoded. Otherwise it arrives garbled, or without its name.
    .fix = Let the mail library write the file name; by hand it is filename*=utf-8''perch%C3%A9.pdf
mime-header-name-encoded = The name of an attachment is written in a form that the standard forbids there
    .why = An encoded word (=?…?=) has no place in the name of a file: the standard has filename* for that. Nearly all programs read it, and Gmail and Outlook write it themselves, so nothing is deducted. A strict program shows the code in place of the name.
    .fix = If your own program builds the message, let a mail library write the name; by hand it is filename*=utf-8''perch%C3%A9.pdf
mime-encoding-lines = Lines in { $text } are longer than 76 characters
    .why = The standard allows 76 in this encoding. Most programs read longer ones; some filters count them.
    .fix = Let the mail library encode the part; in PHP, chunk_split() breaks base64 into lines.
mime-eight-bit-undeclared = The body is 8-bit, and the sending server did not say so
    .why = Accented letters stand raw in the body from line { $line } on. A server may send such a body only after asking for it with BODY=8BITMIME; without, a relay may change the letters, and that breaks DKIM. Nothing is deducted: today nearly every server takes it.
    .fix = Let your program send the part as quoted-printable or base64, or let the server write BODY=8BITMIME after MAIL FROM.
mime-structure-good = The MIME structure is right
mime-structure-plain = A plain message without MIME
