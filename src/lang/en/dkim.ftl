# DKIM: signatures of the message (RFC 6376).
dkim-result-pass = DKIM passes: signed by { $domain }
    .why = The signature with selector { $selector } ({ $algorithm }, { $bits } bits) fits the message and belongs to the domain in From. It also holds when the message is forwarded unchanged.
dkim-result-no-author = A valid DKIM signature by { $domain }
    .why = The signature fits the message. From does not name exactly one domain, so there is none that the signature could belong to.
dkim-none = The message has no DKIM signature
    .why = A signature proves that the message comes from the domain in From and was not changed on its way. Gmail, Yahoo, Outlook.com and iCloud want it from everybody who sends much.
    .fix = Switch DKIM on in your mail server or at your provider: it makes a key pair and shows the record to publish. The name and form are below; PUBLIC-KEY stands for the long text your provider shows, and “mail” for the selector it uses.
dkim-unaligned = The valid signature is by { $domain }, not by { $author }
    .why = DKIM proves the signing domain, and here that is another one than in From. It helps { $domain }, but not the name your readers see.
    .fix = Let whatever signs your mail sign as { $author }. Services that send for you mostly call it “custom domain” or “domain authentication”, and show the records to publish.
dkim-also-signed = Also signed by { $domain }
    .why = Mailing services often sign in their own name too. It does no harm: the signature of { $author } is the one that counts.
dkim-alignment-not-determined = Whether the signature of { $domain } speaks for { $author } is not known: DNS did not answer
    .why = The signature is valid. The two domains belong together if their DMARC records say so, and one of them could not be read. It may be a passing fault, so nothing is deducted. Check again in a few minutes.
dkim-result-temperror = A DKIM signature could not be checked: DNS did not answer
    .why = The key at { $name } could not be fetched. It may be a passing fault, so nothing is deducted. Check again in a few minutes.
dkim-fail-body-hash = The DKIM signature of { $domain } does not fit: the body was changed
    .why = The text that arrived is not the text that was signed. Usually something after the signer added a footer, rewrapped lines or re-encoded the text.
    .fix = Sign last: make DKIM the final step, after footers, virus scanners and gateways. Keep lines under 990 bytes and send 8-bit text as quoted-printable or base64.
dkim-fail-signature = The DKIM signature of { $domain } does not fit the header
    .why = The body is as it was signed, but a signed header field was changed afterwards, or the published key is not the one that signed.
    .fix = Compare the key at { $name } with the one your server signs with. If they are the same, look for what rewrites Subject, To or other fields after signing.
dkim-key-missing = The DKIM key { $name } does not exist
    .why = The message is signed, but receivers find no key to check it with, and treat it as unsigned.
    .fix = Publish the key at that name. PUBLIC-KEY stands for the text that your mail server or provider shows.
dkim-key-revoked = The DKIM key { $name } has been withdrawn
    .why = An empty p= says that this key must no longer be used, yet the message is signed with it.
    .fix = Sign with your current selector, or publish the key again.
dkim-key-unusable = The DKIM key record at { $name } cannot be used
    .why = Receivers cannot read a key from it and treat the message as unsigned. Often part of a long key was lost when it was pasted.
    .fix = Publish the record again as your mail server or provider shows it, on one line and complete.
dkim-key-too-short = The DKIM key of { $domain } has only { $bits } bits
    .why = Keys under 1024 bits can be broken, so receivers must not accept them. The message counts as unsigned.
    .fix = Make a new key pair of 2048 bits with a new selector, publish it, and sign with it.
dkim-key-disallows = The DKIM key at { $name } forbids { $algorithm }
    .why = The record limits what the key may be used for, and this signature does not fit. Receivers treat it as invalid.
    .fix = Remove the limiting tag (h=, k= or s=) from the record, or sign as it says.
dkim-algorithm-retired = The signature uses { $algorithm }, which is retired
    .why = SHA-1 is broken; receivers must not accept such signatures since 2018. The message counts as unsigned.
    .fix = Set the program that signs your mail (or your provider’s DKIM settings) to rsa-sha256. The published key can stay as it is.
dkim-algorithm-unknown = The signature uses an unknown algorithm: { $algorithm }
    .why = Receivers know rsa-sha256 and, some of them, ed25519-sha256. Anything else counts as no signature.
    .fix = Set the program that signs your mail (or your provider’s DKIM settings) to rsa-sha256.
dkim-from-not-signed = The signature of { $domain } does not cover From
    .why = From is the one field that must be signed. Without it the signature is invalid.
    .fix = Add From to the list of fields that the program which signs your mail covers (SignHeaders in OpenDKIM, sign_headers in Rspamd).
dkim-identity-mismatch = The signature’s i= does not belong to { $domain }
    .why = The identity in i= must be at the signing domain d= or below it. Otherwise the signature is invalid.
    .fix = Remove i= from the settings of the program that signs, or set it to an address at { $domain }.
dkim-expired = The DKIM signature of { $domain } has expired
    .why = Its x= lies in the past, so receivers may ignore it. The message was under way for too long, or the signer’s clock is wrong.
    .fix = Check the signer’s clock, and let signatures live for at least a week, or drop x=.
dkim-unparsable = A DKIM-Signature field cannot be read
    .why = It does not follow the grammar, so receivers skip it.
    .fix = Check which program wrote the field, and whether something folds or shortens it on its way.
dkim-key-short = The DKIM key has { $bits } bits; 2048 is today’s measure
    .why = { $bits } bits are still accepted, but within reach of well-funded attackers.
    .fix = Make a 2048-bit key with a new selector, publish it at the new name, sign with it, and withdraw { $name } a few days later.
dkim-body-length = The signature covers { $length ->
        [0] nothing of the body
        [one] only the first byte of the body
       *[other] only the first { $length } bytes of the body
    }
    .why = With l=, anybody can add text below your message and the signature still passes. Of this body, { $body } bytes arrived. Some receivers ignore such signatures.
    .fix = Switch the body length limit (l=) off in the program that signs your mail (BodyLengthDB in OpenDKIM).
dkim-key-testing = The DKIM key { $name } says that it is a test
    .why = With t=y, receivers may treat the message as if it were unsigned.
    .fix = Remove the flag y from the record once signing works. It does: this signature passes.
dkim-expires-soon = The DKIM signature expires in { $hours ->
        [0] less than an hour
        [one] one hour
       *[other] { $hours } hours
    }
    .why = A message that waits in a queue, or is forwarded tomorrow, arrives with an invalid signature.
    .fix = Let signatures live a week, or leave out x=.
dkim-fields-unsigned = The signature leaves out: { $fields }
    .why = Somebody on the way could change these fields unnoticed.
    .fix = Add them to the list of fields that the program which signs your mail covers (SignHeaders in OpenDKIM, sign_headers in Rspamd).
dkim-fields-oversigned = The signature protects against added fields: { $fields }
    .why = These fields are signed once more than they occur, so nobody can add another one.
dkim-selector-test = The selector { $selector } looks like a test
    .why = Keys made for a trial are often forgotten, or replaced without warning. If the name is just a name, all is well.
    .fix = If this key was made for a trial, make a real one before others rely on it.
dkim-ed25519-only = Only an Ed25519 signature passes
    .why = Many large receivers cannot check Ed25519 yet and see an unsigned message.
    .fix = Add a second signature with an RSA key of 2048 bits.
dkim-fail-body-cut = The body is shorter than the signature of { $domain } says
    .why = The signature covers more bytes (l=) than arrived, so the message was cut short, or rewritten, after it was signed.
    .fix = Look for a gateway that removes or rewrites parts of the body, and let it work before the signer. Switch l= off.
dkim-key-several = There are several DKIM keys at { $name }
    .why = There must be one record at this name; with several, each receiver picks another, and the signature passes only by chance.
    .fix = Delete the old records at { $name } and leave the one that your server signs with.
dkim-in-future = The signature of { $domain } was made in the future
    .why = Its t= is ahead of the time of receipt, so some receivers ignore it. The signer’s clock is fast.
    .fix = Set the clock of the signing server, best by NTP.
dkim-not-verified = A signature of { $domain } was not checked: the message has too many
    .why = Many receivers check only the first few, from the top. Nothing is deducted for this one.
