# What changed between two reports, and the rehearsal of records.

changes-since-last = What changed since the last check
changes-since-message = Compared with message { $number }
changes-made = The earlier report was made on
changes-none = Nothing has changed.
changes-cured = No longer found
changes-new = New
changes-providers = Providers’ rules
changes-dns = DNS answers
changes-cached = Resolvers that had asked before may keep the old answer for { $seconds ->
    [one] a second.
   *[other] up to { $seconds } seconds.
 }
changes-provider-gmail = Gmail
changes-provider-yahoo = Yahoo
changes-provider-outlook = Outlook.com
changes-provider-icloud = iCloud
changes-rule-met = met
changes-rule-unmet = not met
changes-rule-not-checkable = cannot be checked
changes-rule-not-determined = not determined
changes-rule-not-applicable = does not apply

rehearse-title = Rehearse a change
rehearse-text = Try a DNS change before you make it: tick a proposed record, or paste your own, and see what the score would be. Block lists, links and spam filters are taken as they answered for this report. Nothing is published and nothing is kept.
rehearse-cures = Records proposed in this report
rehearse-paste = Try records of your own
rehearse-records = Records, one to a line
rehearse-syntax = Name, type and value, as in a zone file. Each takes the place of everything published at that name and type.
rehearse-this = Rehearse this record
rehearse-bar = Rehearsal:
rehearse-what = What would change
rehearse-go = Rehearse
rehearse-is-one = This is a rehearsal: as if these records were published. Nothing has been changed.
rehearse-back = Back to the real report
rehearse-wrong = Line { $line } is not a record that can be read:
rehearse-empty = There is no record to try yet: tick one, or paste one.

changes-evidence = Evidence (ZIP)
changes-evidence-masked = Evidence, personal data masked
changes-evidence-text = The message with every answer that this report was made from. “vaglio check --replay FILE” judges it again offline, to the same report. The masked copy hides local parts, names, the subject and attachments; look before you share it.
