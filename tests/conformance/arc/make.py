#!/usr/bin/env python3
"""Makes messages with ARC sets by dkimpy, and the zone with their keys.

Usage: make.py DIRECTORY   (needs dkimpy 1.1.8 and openssl)

pass-*.eml must pass, fail-*.eml must fail.
"""

import base64
import pathlib
import subprocess
import sys

import dkim


def seal(message, selector, pem, arc):
    message = b"Authentication-Results: lists.example.org; arc=" + arc + b"\r\n" + message
    fields = dkim.arc_sign(message, selector, b"example.org", pem, b"lists.example.org",
                           include_headers=[b"from", b"to", b"subject", b"date"])
    return b"".join(fields) + message


def main(directory):
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    run = lambda *command, **more: subprocess.run(command, check=True, capture_output=True, **more).stdout
    zone, keys = {}, {}
    for selector in [b"one", b"two"]:
        keys[selector] = run("openssl", "genrsa", "2048")
        public = run("openssl", "rsa", "-pubout", "-outform", "DER", input=keys[selector])
        zone[f"{selector.decode()}._domainkey.example.org"] = "v=DKIM1; p=" + base64.b64encode(public).decode()
    message = (b"From: a@example.com\r\nTo: list@example.org\r\nSubject: hello\r\nDate: Sun, 22 Nov 2026 09:00:00 +0000\r\n"
               b"\r\nHello.\r\n \r\n\t\r\n")
    one = seal(message, b"one", keys[b"one"], b"none")
    # The second sealer changed it, but had found the chain good.
    changed = one.replace(b"\r\nAuthentication-Results: lists", b"\r\nX-Old-Results: lists").replace(b"Subject: ", b"Subject: [list] ") + b"-- \r\nfooter\r\n"
    two = seal(changed, b"two", keys[b"two"], b"pass")
    made = {"pass-1": one, "pass-2": two, "fail-body": one.replace(b"Hello", b"Hi"),
            "fail-seal": two.replace(b"cv=pass", b"cv=none"), "fail-gap": two.replace(b"i=1;", b"i=3;")}
    with open(directory / "zone", "w") as out:
        for name, record in zone.items():
            strings = " ".join('"%s"' % record[i:i + 250] for i in range(0, len(record), 250))
            out.write(f"{name}. 300 IN TXT {strings}\n")
    answer = lambda name, timeout=5: zone.get(name.decode().rstrip("."), "").encode()
    for name, message in made.items():
        (directory / f"{name}.eml").write_bytes(message)
        print(name, dkim.arc_verify(message, dnsfunc=answer)[0])


if __name__ == "__main__":
    main(*sys.argv[1:])
