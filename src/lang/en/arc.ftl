# ARC: what forwarders saw (RFC 8617).
arc-pass = The message carries an ARC chain, and it is intact
    .why = Sealed by { $sealers }: forwarders do so, and some large providers for all that they send. Some receivers take it as a hint when forwarding has broken SPF or DKIM. It isn’t scored.
arc-fail = The message carries an ARC chain that does not hold
    .why = Somebody on the way changed the message after sealing it, or sealed it wrongly. Receivers then ignore the chain. It isn’t scored, and seldom yours to mend.
arc-not-determined = Whether the ARC chain of the message holds is not known
    .why = A key of { $sealers } could not be fetched. ARC isn’t scored, so nothing depends on it here.
