#!/usr/bin/env python3
"""Signs the corpus' messages again, in place.

Usage: sign.py cases/FAMILY/NAME.toml ...   (needs dkimpy 1.1.8 and PyNaCl)

The case's `sign = [{ domain = "good.example", selector = "rsa" }]` says by whom, in order; the DKIM-Signature fields of the
message are replaced. A selector's first word names its key in keys/ (made for these tests, used nowhere else).
Also possible: `canon = "simple/simple"`, `fields = ["From", ...]` (also one that is absent, or once more than it stands
there), `length = true` (l=), `ahead` (signed so many seconds late) and `expires` (x= so many seconds after t=).
`arc = [{ domain = "list.example", selector = "rsa", server = "mx.list.example" }]` adds ARC sets after that, each of which
wants an Authentication-Results field of its server in the message. Messages whose signature is to be broken are changed by
hand afterwards.
Keys for world.zone: sign.py --keys.
"""

import base64
import pathlib
import re
import subprocess
import sys
import time
import tomllib

import dkim
import nacl.signing

KEYS = pathlib.Path(__file__).parent / "keys"
# 2026-11-22 09:00:00 UTC: when everything in the corpus is signed.
SIGNED_AT = 1795338000
FIELDS = ["From", "To", "Cc", "Subject", "Date", "Message-ID", "Reply-To", "MIME-Version", "Content-Type",
          "Content-Transfer-Encoding", "In-Reply-To", "References", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post"]
SIGNATURE = re.compile(rb"(?im)^(?:DKIM-Signature|ARC-[a-z-]+):.*\r?\n(?:[ \t].*\r?\n)*")


def key(selector):
    name = selector.split("-")[0]
    if name == "ed":
        return (KEYS / "ed25519.key").read_bytes().strip(), b"ed25519-sha256"
    return (KEYS / f"{name}.pem").read_bytes(), b"rsa-sha256"


def record(selector):
    private, algorithm = key(selector)
    if algorithm.startswith(b"ed"):
        public = bytes(nacl.signing.SigningKey(base64.b64decode(private)).verify_key)
        return "v=DKIM1; k=ed25519; p=" + base64.b64encode(public).decode()
    der = subprocess.run(["openssl", "rsa", "-pubout", "-outform", "DER"], check=True, capture_output=True, input=private)
    return "v=DKIM1; k=rsa; p=" + base64.b64encode(der.stdout).decode()


class Signer(dkim.DKIM):
    expires = None

    def gen_header(self, fields, *rest, **more):
        if self.expires is not None:
            at = [name for name, _ in fields].index(b"t") + 1
            fields.insert(at, (b"x", str(int(time.time()) + self.expires).encode()))
        return super().gen_header(fields, *rest, **more)


def sign(path):
    case = tomllib.loads(path.read_text())
    message = path.with_suffix(".eml")
    if not message.exists():
        return
    raw = message.read_bytes()
    head, blank, body = raw.partition(b"\r\n\r\n")
    head = SIGNATURE.sub(b"", head + b"\r\n")
    raw = head + blank[2:] + body
    for by in case.get("sign", []):
        private, algorithm = key(by["selector"])
        canon = tuple(by.get("canon", "relaxed/relaxed").encode().split(b"/"))
        present = {line.split(b":")[0].lower().decode() for line in head.split(b"\r\n") if b":" in line}
        fields = [f.encode() for f in by.get("fields", [f for f in FIELDS if f.lower() in present])]
        time.time = lambda: SIGNED_AT + by.get("ahead", 0)
        signer = Signer(raw, signature_algorithm=algorithm)
        signer.expires = by.get("expires")
        field = signer.sign(by["selector"].encode(), by["domain"].encode(), private, canonicalize=canon,
                            include_headers=fields, length=by.get("length", False))
        raw = field + raw
    for by in case.get("arc", []):
        private, algorithm = key(by["selector"])
        fields = dkim.arc_sign(raw, by["selector"].encode(), by["domain"].encode(), private, by["server"].encode(),
                               signature_algorithm=algorithm, timestamp=SIGNED_AT + 3490)
        raw = b"".join(fields) + raw
    message.write_bytes(raw)


if __name__ == "__main__":
    if sys.argv[1:] == ["--keys"]:
        for selector in ["rsa", "short", "tiny", "ed"]:
            value = record(selector)
            print(selector, " ".join(f'"{value[i:i + 250]}"' for i in range(0, len(value), 250)))
    else:
        for name in sys.argv[1:]:
            sign(pathlib.Path(name))
