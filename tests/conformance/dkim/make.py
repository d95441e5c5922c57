#!/usr/bin/env python3
"""Makes the DKIM conformance corpus: messages signed by dkimpy, and the zone with their keys.

Usage: make.py DIRECTORY   (needs dkimpy 1.1.8, PyNaCl, and openssl on the path)

Every message must verify. Keys are made afresh and forgotten. Messages signed by OpenDKIM are added by hand as
DIRECTORY/opendkim-*.eml, their keys to DIRECTORY/zone.
"""

import base64
import itertools
import pathlib
import subprocess
import sys

import dkim
import nacl.signing

HEADER = (
    b"Received: from a.example by b.example;\r\n\tSun, 22 Nov 2026 09:00:00 +0000\r\n"
    b"From:  Alice   Example <alice@example.com>\r\n"
    b"To: bob@example.net,\r\n carol@example.net \r\n"
    b"Subject: A\tsubject  with   runs\r\n of white space\t\r\n"
    b"Date: Sun, 22 Nov 2026 09:00:00 +0000\r\n"
    b"Message-ID: <1@example.com>\r\n"
    b"X-Twice: one\r\nX-Twice: two\r\n"
    b"X-Empty:\r\n"
)

BODIES = {
    "plain": b"Hello,\r\n\r\nthis is a test.\r\n",
    "empty": b"",
    "blank": b"\r\n",
    "whitespace-only": b" \t\r\n\t\r\n",
    "utf8": "Perché no? città\r\n".encode(),
    "latin1": b"caf\xe9 \xa0\xff\r\n",
    "no-final-crlf": b"first\r\nlast",
    "trailing-blank": b"text\r\n\r\n\r\n\r\n",
    "trailing-whitespace": b"text\r\n \r\n\t\r\n  \t\r\n",
    "inner-whitespace": b"a  b\t\tc \r\n \t\r\n  indented\t \r\nend\r\n",
    "dots": b".\r\n..\r\n.a\r\n",
    "long-line": b"x" * 2000 + b" \r\n",
}
NAMES = [b"From", b"To", b"Subject", b"Date", b"Message-ID", b"X-Twice", b"X-Twice", b"X-Empty", b"X-Absent"]


def txt(name, value):
    strings = " ".join('"%s"' % value[i:i + 250] for i in range(0, len(value), 250))
    return f"{name}. 300 IN TXT {strings}\n"


def rsa(bits):
    pem = subprocess.run(["openssl", "genrsa", str(bits)], check=True, capture_output=True).stdout
    public = lambda *form: subprocess.run(
        ["openssl", "rsa", "-outform", "DER", *form], check=True, capture_output=True, input=pem).stdout
    return pem, public("-pubout"), public("-RSAPublicKey_out")


def main(directory):
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    pem, spki, _ = rsa(2048)
    pem_old, _, pkcs1 = rsa(1024)
    seed = nacl.signing.SigningKey.generate()
    keys = {
        b"rsa": (pem, b"rsa-sha256", "v=DKIM1; k=rsa; p=" + base64.b64encode(spki).decode()),
        b"bare": (pem_old, b"rsa-sha256", "p=" + base64.b64encode(pkcs1).decode()),
        b"ed": (base64.b64encode(bytes(seed)), b"ed25519-sha256",
                "v=DKIM1; k=ed25519; p=" + base64.b64encode(bytes(seed.verify_key)).decode()),
    }
    zone = {f"{s.decode()}._domainkey.example.com": record for s, (_, _, record) in keys.items()}

    def answer(name, timeout=5):
        return zone.get(name.decode().rstrip("."), "").encode()

    def sign(name, selector, message, canon, **more):
        key, algorithm, _ = keys[selector]
        field = dkim.sign(message, selector, b"example.com", key, canonicalize=canon, signature_algorithm=algorithm,
                          include_headers=NAMES, **more)
        return name, field + message

    signed = []
    canons = list(itertools.product([b"simple", b"relaxed"], repeat=2))
    for selector, canon, (body, content) in itertools.product([b"rsa", b"ed"], canons, BODIES.items()):
        name = b"-".join([selector, *canon]).decode() + "-" + body
        signed.append(sign(name, selector, HEADER + b"\r\n" + content, canon))
    signed.append(sign("bare-pkcs1", b"bare", HEADER + b"\r\n" + BODIES["plain"], (b"relaxed", b"relaxed")))
    for canon, body in itertools.product(canons, ["plain", "empty", "inner-whitespace"]):
        name, message = sign("length-" + b"-".join(canon).decode() + "-" + body, b"rsa",
                             HEADER + b"\r\n" + BODIES[body], canon, length=True)
        # What follows the signed length does not matter. A relaxed empty body is no octets at all.
        if body != "empty":
            message += b"-- \r\nA list's footer\r\n"
        signed.append((name, message))
    for name, message in signed:
        (directory / f"{name}.eml").write_bytes(message)
    (directory / "zone").write_text("".join(txt(name, record) for name, record in zone.items()))
    refused = [name for name, message in signed if not dkim.verify(message, dnsfunc=answer)]
    print(f"{len(signed)} messages; dkimpy refuses {len(refused)}: {refused}")


if __name__ == "__main__":
    main(*sys.argv[1:])
