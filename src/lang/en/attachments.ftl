attachments-program-found = A program is attached: { $name }
    .why = Gmail, Outlook and most others refuse messages with programs or scripts, even inside an archive.
    .fix = Put the file on a web server and send a link.
attachments-program-disguised = A program with the name of a document is attached: { $name }
    .why = A double extension hides what the file is. This is how malware travels, and it is refused nearly everywhere.
    .fix = Do not send this file. If it is meant to be a document, give it a single, true extension.
attachments-macros-found = An Office file with macros is attached: { $name }
    .why = Such files carry most malware, so many companies strip them, and Office blocks their macros.
    .fix = Send the file without macros (.docx, .xlsx, .pptx) or as PDF.
attachments-macros-possible = An Office file in the format of before 2007 is attached: { $name }
    .why = The old formats may hold macros without showing it, so some filters hold them back.
    .fix = Save it as .docx, .xlsx, .pptx or PDF.
attachments-type-differs = An attachment is not what it says: { $name }
    .why = It is declared as { $declared }, but its content is { $real }. Programs may fail to open it, and scanners notice.
    .fix = Declare the real type.
attachments-name-missing = An attachment has no name
    .why = Readers see "noname" or "attachment.bin" and cannot open it easily.
    .fix = Add a filename to its Content-Disposition.
attachments-size-large = The message is { $megabytes } MB in all
    .why = Many servers take no more than 10 MB, some 25 MB. Larger messages are returned.
    .fix = Share large files by a link.
attachments-all-good = { $count ->
        [one] The attachment is of a harmless kind
       *[other] The { $count } attachments are of harmless kinds
    }
attachments-all-none = Nothing is attached
