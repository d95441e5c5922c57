# What exactly is wrong with a record, a signature or an ARC chain.
fault-no-equals = { $at ->
        [0] “{ $what }” has no = sign.
       *[other] “{ $what }” has no = sign (octet { $at }).
    }
fault-empty-tag = { $at ->
        [0] There is nothing between two semicolons.
       *[other] There is nothing between two semicolons (octet { $at }).
    }
fault-tag-name = { $at ->
        [0] “{ $what }” is no tag name.
       *[other] “{ $what }” is no tag name (octet { $at }).
    }
fault-octet = { $at ->
        [0] A character that may not stand there.
       *[other] A character that may not stand there (octet { $at }).
    }
fault-duplicate = { $at ->
        [0] “{ $what }” stands there a second time.
       *[other] “{ $what }” stands there a second time (octet { $at }).
    }
fault-missing = The tag { $what }= is missing.
fault-empty-value = { $at ->
        [0] The tag { $what }= is empty.
       *[other] The tag { $what }= is empty (octet { $at }).
    }
fault-version = { $at ->
        [0] The version { $what }= is not 1.
       *[other] The version { $what }= is not 1 (octet { $at }).
    }
fault-canonicalization = { $at ->
        [0] { $what }= names no known canonicalization (simple or relaxed).
       *[other] { $what }= names no known canonicalization (simple or relaxed) (octet { $at }).
    }
fault-no-domain = { $at ->
        [0] { $what }= holds no domain name.
       *[other] { $what }= holds no domain name (octet { $at }).
    }
fault-no-selector = { $at ->
        [0] { $what }= holds no selector.
       *[other] { $what }= holds no selector (octet { $at }).
    }
fault-no-number = { $at ->
        [0] { $what }= holds no number.
       *[other] { $what }= holds no number (octet { $at }).
    }
fault-not-later = { $at ->
        [0] The expiry { $what }= is not later than the signing time t=.
       *[other] The expiry { $what }= is not later than the signing time t= (octet { $at }).
    }
fault-query-method = { $at ->
        [0] { $what }= does not name dns/txt, the only way to ask for keys.
       *[other] { $what }= does not name dns/txt, the only way to ask for keys (octet { $at }).
    }
fault-field-name = { $at ->
        [0] { $what }= holds something that is no field name.
       *[other] { $what }= holds something that is no field name (octet { $at }).
    }
fault-no-identity = { $at ->
        [0] { $what }= holds no @ and domain.
       *[other] { $what }= holds no @ and domain (octet { $at }).
    }
fault-no-base64 = { $at ->
        [0] { $what }= holds characters that are not base64.
       *[other] { $what }= holds characters that are not base64 (octet { $at }).
    }
fault-key-version = v= is not DKIM1.
fault-key-version-place = v= is not the first tag.
fault-key-absent = There is a TXT record, but none with p=.
fault-key-kind = The key type k={ $what } is unknown.
fault-key-length = p= holds { $what } octets; an Ed25519 key has 32.
fault-key-not-rsa = p= holds no RSA public key.
fault-key-too-long = The key has { $what } bits, more than receivers read (8192).
fault-key-unreadable = No key can be read from the record.
fault-arc-too-long = The chain has more sets than the 50 allowed.
fault-arc-incomplete = A set lacks one of its three fields.
fault-arc-instance = The sets are not numbered one after the other: at number { $what }.
fault-arc-status = An earlier set already says that the chain is broken (cv=).
fault-arc-body = The body is not the one that the last set signed.
fault-arc-expired = The last set’s signature has expired.
fault-arc-signature = A signature of the chain does not fit.
fault-arc-key = A key of the chain does not exist.
fault-arc-unreadable = A field of the chain cannot be read.
fault-not-verified = It was not checked.
fault-dns-servfail = The name server answered with an error (SERVFAIL).
fault-dns-refused = The name server refused to answer.
fault-dns-timeout = No answer in time.
fault-dns-broken = No usable answer.
fault-spf-version = An SPF record starts with v=spf1.
fault-spf-term = After its qualifier (+, -, ~ or ?) a term starts with a letter.
fault-spf-repeated = { $what }= may stand in a record only once.
fault-spf-qualifier = { $what }= is a modifier, which takes no qualifier before it.
fault-spf-after-name = “{ $what }” cannot follow the name of a term.
fault-spf-mechanism = There is no mechanism “{ $what }”.
fault-spf-no-value = { $what } needs a colon and a value.
fault-spf-no-prefix = { $what } takes no prefix length without a value.
fault-spf-all-value = all takes no value.
fault-spf-value = “{ $what }” cannot stand here.
fault-spf-ip4 = “{ $what }” is not an IPv4 address.
fault-spf-ip6 = “{ $what }” is not an IPv6 address.
fault-spf-prefix4 = “{ $what }” is not a prefix length from 0 to 32.
fault-spf-prefix6 = “{ $what }” is not a prefix length from 0 to 128.
fault-spf-no-domain = The domain is missing.
fault-spf-no-dot = “{ $what }” is not a domain with a dot in it.
fault-spf-top-label = “{ $what }” cannot be the last label of a domain.
fault-spf-macro-octet = An octet that cannot stand here: { $what }.
fault-spf-macro-percent = After a percent sign must come {"{"}, %, _ or -.
fault-spf-macro-open = A macro is never closed with {"}"}.
fault-spf-macro-empty = A macro is empty.
fault-spf-macro-letter = “{ $what }” is not the letter of any macro.
fault-spf-macro-letter-here = The macro letter “{ $what }” is for explanations (exp=) only.
fault-spf-macro-zero = A macro cannot keep zero parts.
fault-spf-macro-delimiter = “{ $what }” cannot be the delimiter of a macro.
