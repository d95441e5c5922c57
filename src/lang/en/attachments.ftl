attachments-program-found = A program is attached: { $name }
    .why = Gmail, Outlook and most others refuse messages with programs or scripts, even inside an archive.
    .fix = Put the file on a web server and send a link.
attachments-program-disguised = A program with the name of a document is attached: { $name }
    .why = A double extension hides what the file is. This is how malware travels, and it is refused nearly everywhere.
    .fix = Do not send this file. If it is meant to be a document, give it a single, true extension.
attachments-macros-found = An Office file with macros is attached: { $name }
    .why = Such files have carried malware for decades, so many companies strip them, and Office blocks macros that come from the internet.
    .fix = Send the file without macros (.docx, .xlsx, .pptx) or as PDF.
attachments-macros-possible = An Office file in the format of before 2007 is attached: { $name }
    .why = The old formats may hold macros without showing it, so some filters hold them back.
    .fix = Save it as .docx, .xlsx, .pptx or PDF.
attachments-page-found = A web page is attached: { $name }
    .why = Attached HTML and SVG files are a common disguise of false log-in pages, so many companies hold them back or strip them.
    .fix = Send a PDF, or put the page on your site and send a link.
attachments-archive-locked = An archive with a password is attached: { $name }
    .why = Virus scanners cannot look inside, so Gmail and many companies refuse it or hold it back.
    .fix = Send the file without a password, or share it by a link that asks for one.
attachments-type-differs = An attachment is not what it says: { $name }
    .why = It is declared as { $declared }, but its content is { $real }. Programs may fail to open it, and scanners notice.
    .fix = Write { $real } in the attachment’s Content-Type; a mail library takes it from the file.
attachments-name-missing = An attachment has no name
    .why = Readers see “noname” or “attachment.bin” and cannot open it easily.
    .fix = Give the file a name when your program attaches it; in the message it is filename= in Content-Disposition.
attachments-size-large = The message is { $megabytes } MB in all
    .why = Many servers take no more than 10 MB, some 25 MB. Larger messages are returned.
    .fix = Share large files by a link.
attachments-all-good = { $count ->
        [one] The attachment is of a harmless kind
       *[other] The { $count } attachments are of harmless kinds
    }
attachments-all-none = Nothing is attached
