content-body-empty = The message is empty
    .why = There is no text and nothing attached. Filters take such messages for probes of spammers.
    .fix = Write what the message is about. If you did, the program that sends has lost it: look at its log or settings.
content-text-missing = There is HTML, but no plain text
    .why = Filters count HTML without a text part against you, and readers on watches, in terminals or with screen readers get nothing good.
    .fix = Send multipart/alternative: first text/plain with the same content, then text/html.
content-text-differs = The plain text says something else than the HTML
    .why = Only { $percent } % of the words shown in HTML are in the text. Both should say the same; a stub such as “your program cannot show HTML” helps nobody, and filters compare the two.
    .fix = Make the text part from the HTML; most mail libraries can do it.
content-text-good = There is plain text beside the HTML, and it says the same
content-html-none = The message is plain text: nothing to check in HTML
content-html-cut = Not all of the HTML could be read
    .why = It opens more elements within each other, or holds more of them, than programs bear. What we found stands; what we did not find may be in the rest, so it is neither praised nor deducted.
    .fix = Close every element that you open, and take out what nothing needs; editors that copy from Word leave much behind.
content-html-large = The HTML is { $kilobytes } kB: Gmail cuts it
    .why = Gmail shows the first 102 kB and hides the rest, and with it the footer and the unsubscribe link. { $styles ->
        [0] Style blocks are not to blame.
       *[other] Style blocks take { $styles } kB here.
    }
    .fix = Remove unused styles, comments and white space, and load images by address instead of embedding them.
content-html-share = { $percent ->
        [0] Less than 1 % of the HTML is text
       *[other] Only { $percent } % of the HTML is text
    }
    .why = { $kilobytes } kB of HTML hold very little to read. Spam filters compare the two, since spammers hide in code. It costs no points here.
    .fix = Remove styles, comments and empty tables that nothing needs; editors that copy from Word or from web pages leave many behind.
content-images-only = The message is almost only images
    .why = { $images ->
        [one] There is one image
       *[other] There are { $images } images
    } and { $letters ->
        [0] not a letter of text
        [one] only one letter of text
       *[other] only { $letters } letters of text
    }. Many readers see no images at first, and filters distrust text hidden in pictures.
    .fix = Write the message as text, and let images only add to it.
content-images-alt = { $count ->
        [one] The image has no alternative text
       *[other] { $missing ->
            [one] One of { $count } images has no alternative text
           *[other] { $missing } of { $count } images have no alternative text
        }
    }
    .why = Where images are blocked, and for blind readers, the alternative text is all there is.
    .fix = Give every image an alt attribute that says what it shows; write alt="" for mere decoration.
content-images-size = { $count ->
        [one] The image has no width or height
       *[other] { $missing ->
            [one] One of { $count } images has no width or height
           *[other] { $missing } of { $count } images have no width or height
        }
    }
    .why = Until images are loaded the layout jumps, and Outlook on Windows shows those without measures at their full size.
    .fix = Write width and height into each img element.
content-images-source = { $count ->
        [one] One image can never be shown
       *[other] { $count } images can never be shown
    }
    .why = Its address is empty, or names a part (cid:) that is not in the message. Readers see an empty frame.
    .fix = Give the image an https address, or attach it with the Content-ID that the HTML names.
content-images-good = All images have alternative text
content-html-dangerous = The HTML holds elements that mail programs remove: { $elements }
    .why = Scripts, forms and frames do not work in mail. Filters take them for an attack, and some providers refuse the message.
    .fix = Remove these elements. In place of a form, link to a page.
content-html-active = The HTML tries to run something
    .why = Event handlers, script addresses and page refreshes are removed by every mail program, and make filters suspicious.
    .fix = Remove them. They usually come with HTML that was made for web pages.
content-html-good = The HTML holds nothing that mail programs remove for safety
content-css-external = Styles are loaded from elsewhere
    .why = Most mail programs load no external style sheet, so the message is shown without them.
    .fix = Put the styles into a style element and into style attributes.
content-css-fonts = Fonts are loaded from elsewhere
    .why = Only a few programs, such as Apple Mail, load them. All others show the next font in the list.
    .fix = Name common fonts after your own in font-family, and check how it looks with them.
content-text-hidden = A good part of the text is hidden
    .why = { $characters } characters are invisible to readers. A short preview line at the top is normal; long hidden text is an old trick of spammers.
    .fix = Remove text that readers are not meant to see.
content-images-pixel = A tracking pixel counts who opens the message
    .why = It is an invisible image from another server. It costs nothing here, but some readers’ programs block it or load it for everybody, so that the counts are wrong, and in the EU it may need consent.
content-preheader-missing = There is no preview line of its own
    .why = Inboxes show the beginning of the text after the subject. Without a preheader that may be “View in browser” or an address.
    .fix = Put one sentence in a hidden element at the very top.
content-placeholder-left = A placeholder was not filled in: { $mark }
    .why = Readers see the mark in place of their name or data. It shows that the mailing was sent unfinished.
    .fix = Check the name of the field in the template, and give it a default.
