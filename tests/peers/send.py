"""send.py HOST PORT CASE ADDRESS…: sends one message by smtplib; prints what the server offered, as JSON."""
import json
import smtplib
import ssl
import sys

host, port, case, *to = sys.argv[1:]
sender = "anna@good.example"
with smtplib.SMTP(host, int(port), local_hostname="mail.good.example", timeout=20, source_address=("127.0.0.10", 0)) as smtp:
    smtp.ehlo()
    if case == "starttls":
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        smtp.starttls(context=context)
        smtp.ehlo()
    head = f"From: {sender}\r\nTo: {', '.join(to)}\r\nSubject: {case}\r\n"
    if case == "smtputf8":
        message = ("From: Žofie <žofie@good.example>\r\nSubject: příliš žluťoučký\r\n\r\nkůň\r\n").encode()
        smtp.sendmail("žofie@good.example", to, message, mail_options=["SMTPUTF8", "BODY=8BITMIME"])
    elif case == "size":
        code, text = smtp.mail(sender, ["SIZE=99999999"])
        assert code == 552, (code, text)
        smtp.rset()
        smtp.sendmail(sender, to, head + "\r\nx\r\n")    # smtplib names the true size by itself
    elif case == "bdat":
        chunks = [head.encode() + b"\r\n", b"one\r\n.\r\ntwo\r\n", b"\x00\xff last"]
        assert smtp.mail(sender, ["BODY=BINARYMIME"] if smtp.has_extn("binarymime") else [])[0] == 250
        assert smtp.rcpt(to[0])[0] == 250
        for index, chunk in enumerate(chunks):
            last = " LAST" if index == len(chunks) - 1 else ""
            smtp.send(b"BDAT %d%s\r\n" % (len(chunk), last.encode()) + chunk)
            code, text = smtp.getreply()
            assert code == 250, (code, text)
    else:
        refused = smtp.sendmail(sender, to, head + "\r\nHello from smtplib.\r\n.leading dot\r\n")
        assert not refused, refused
    print(json.dumps(sorted(smtp.esmtp_features)))
