"""verdicts.py DNS_PORT IP REVERSE_PATH HELO <MESSAGE: what pyspf and dkimpy say, by the same name server, as JSON."""
import json
import re
import sys

import dkim
import dns.resolver
import spf

resolver = dns.resolver.Resolver(configure=False)
resolver.nameservers, resolver.port = ["127.0.0.1"], int(sys.argv[1])
dns.resolver.default_resolver = resolver
ip, reverse_path, helo = sys.argv[2:5]

message = sys.stdin.buffer.read()
head = message.split(b"\r\n\r\n", 1)[0]
signatures = []
for index in range(len(re.findall(rb"^DKIM-Signature:", head, re.M | re.I))):
    verifier = dkim.DKIM(message)
    try:
        good = verifier.verify(idx=index)
    except dkim.DKIMException:
        good = False
    signatures.append([verifier.domain.decode(), verifier.selector.decode(), bool(good)])
print(json.dumps({"spf": spf.check2(i=ip, s=reverse_path, h=helo)[0],
                  "spf_helo": spf.check2(i=ip, s="", h=helo)[0], "dkim": signatures}))
