#!/usr/bin/env python3
"""Adds messages signed by OpenDKIM to the DKIM conformance corpus, and their keys to its zone.

Usage: opendkim.py DIRECTORY   (needs OpenDKIM 2.11, openssl and dkimpy; starts one opendkim a setting on loopback)

Speaks the milter protocol as an MTA does: the content goes in, the DKIM-Signature field comes out.
"""

import base64
import itertools
import pathlib
import socket
import struct
import subprocess
import sys
import tempfile
import time

import dkim

from make import BODIES, txt

# A milter gets values without the space after the colon, and OpenDKIM puts one space back.
HEADER = [
    ("Received", "from a.example by b.example;\r\n\tSun, 22 Nov 2026 09:00:00 +0000"),
    ("From", "Alice   Example <alice@example.com>"),
    ("To", "bob@example.net,\r\n carol@example.net "),
    ("Subject", "A\tsubject  with   runs\r\n of white space"),
    ("Date", "Sun, 22 Nov 2026 09:00:00 +0000"),
    ("Message-ID", "<1@example.com>"),
]


class Milter:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.ask(b"O", struct.pack(">III", 6, 0x1FF, 0), b"O")

    def send(self, command, data=b""):
        self.socket.sendall(struct.pack(">I", len(data) + 1) + command + data)

    def read(self):
        def exactly(count):
            data = b""
            while len(data) < count:
                more = self.socket.recv(count - len(data))
                if not more:
                    raise EOFError("the milter hung up")
                data += more
            return data
        (length,) = struct.unpack(">I", exactly(4))
        packet = exactly(length)
        return packet[:1], packet[1:]

    def ask(self, command, data, *expected):
        self.send(command, data)
        answer = self.read()
        assert answer[0] in expected, (command, answer)
        return answer

    def sign(self, body):
        self.ask(b"C", b"localhost\0" + b"4" + struct.pack(">H", 4000) + b"127.0.0.1\0", b"c")
        self.ask(b"H", b"localhost\0", b"c")
        self.ask(b"M", b"<alice@example.com>\0", b"c")
        self.ask(b"R", b"<bob@example.net>\0", b"c")
        for name, value in HEADER:
            self.ask(b"L", f"{name}\0{value}\0".replace("\r\n", "\n").encode(), b"c")
        self.ask(b"N", b"", b"c")
        if body:
            self.ask(b"B", body, b"c", b"s")
        self.send(b"E")
        field = None
        while True:
            command, data = self.read()
            if command in b"ih":
                name, value, _ = data[4 if command == b"i" else 0:].split(b"\0")
                if name.lower() == b"dkim-signature":
                    field = b"DKIM-Signature: " + value.lstrip(b" ").replace(b"\r", b"").replace(b"\n", b"\r\n") + b"\r\n"
            elif command in b"ac":
                return field


def main(directory):
    directory = pathlib.Path(directory)
    run = lambda *command, **more: subprocess.run(command, check=True, capture_output=True, **more).stdout
    keys = {"rsa-sha256": run("openssl", "genrsa", "2048"), "ed25519-sha256": run("openssl", "genpkey", "-algorithm", "ed25519")}
    zone, signed = {}, []
    port = 18891
    with tempfile.TemporaryDirectory() as scratch:
        for algorithm, pem in keys.items():
            selector = "opendkim-" + algorithm.split("-")[0]
            public = run("openssl", "pkey", "-pubout", "-outform", "DER", input=pem)
            kind, public = ("ed25519", public[-32:]) if "ed25519" in algorithm else ("rsa", public)
            zone[f"{selector}._domainkey.example.com"] = f"v=DKIM1; k={kind}; p={base64.b64encode(public).decode()}"
            key = pathlib.Path(scratch, selector)
            key.write_bytes(pem)
            key.chmod(0o600)
            for canons in itertools.product(["simple", "relaxed"], repeat=2):
                if canons[0] == "simple" and "ed25519" in algorithm:
                    # OpenDKIM 2.11 signs these wrongly: neither it nor anyone else can verify them.
                    continue
                port += 1
                config = pathlib.Path(scratch, "conf")
                config.write_text(
                    f"Mode s\nDomain example.com\nSelector {selector}\nKeyFile {key}\nSocket inet:{port}@127.0.0.1\n"
                    f"SignatureAlgorithm {algorithm}\nCanonicalization {'/'.join(canons)}\nRequireSafeKeys no\n"
                    "OversignHeaders From\n")
                process = subprocess.Popen(["opendkim", "-f", "-x", str(config)])
                try:
                    for _ in range(50):
                        try:
                            socket.create_connection(("127.0.0.1", port)).close()
                            break
                        except OSError:
                            time.sleep(0.1)
                    for name, body in BODIES.items():
                        # What travels by DATA ends with CRLF.
                        if body and not body.endswith(b"\r\n"):
                            body += b"\r\n"
                        field = Milter(port).sign(body)
                        header = "".join(f"{name}: {value}\r\n" for name, value in HEADER).encode()
                        signed.append(("-".join([selector, *canons, name]), field + header + b"\r\n" + body))
                finally:
                    process.terminate()
                    process.wait()
    with open(directory / "zone", "a") as out:
        out.writelines(txt(name, record) for name, record in zone.items())
    for name, message in signed:
        (directory / f"{name}.eml").write_bytes(message)
    answer = lambda name, timeout=5: zone.get(name.decode().rstrip("."), "").encode()
    refused = [name for name, message in signed if not dkim.verify(message, dnsfunc=answer)]
    print(f"{len(signed)} messages; dkimpy refuses {len(refused)}: {refused}")


if __name__ == "__main__":
    main(*sys.argv[1:])
