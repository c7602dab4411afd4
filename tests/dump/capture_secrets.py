#!/usr/bin/env python3
"""Passwords and the texts of messages reach no output: of every protocol that is read before TLS, conversations in which
one of each stands, as captures whole, cut, with a side or the SYNs missing, and the wrong way round. Looked at is all that
tw-ingest writes: rows with every column on demand, certificates, rejects, provenance, and what it says.

usage: capture_secrets.py TW_INGEST"""
import base64
import csv
import os
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "synth"))
import packets as P  # noqa: E402
import tls as T  # noqa: E402

SECRET, BODY, USER = "Tr0ub4dor-Zebra", "Meet-me-at-the-quay", "user.of.mail@quay.example"
PLAIN = base64.b64encode(f"\0{USER}\0{SECRET}".encode()).decode()
B64 = base64.b64encode(SECRET.encode()).decode()
B64_USER = base64.b64encode(USER.encode()).decode()
# Eight characters of any of them are too many; base64 in each of its three alignments.
FORBIDDEN = {w[i:i + 8] for w in (SECRET, BODY, PLAIN, B64, B64_USER) for i in range(len(w) - 7)}
FORBIDDEN |= {base64.b64encode(b"\0" * k + w.encode()).decode()[4:-4] for w in (SECRET, BODY) for k in (1, 2)}
FORBIDDEN |= {w.encode().hex()[:16] for w in (SECRET, BODY)}
SHOW = "client_chain,client_ciphers,ja4,scts,ocsp_stapled,auth_used"


def lines(*talk):
    return [(t[0], t[2:].encode() + b"\r\n") for t in talk]


def ber(tag, body):
    return bytes([tag, len(body)]) + body


def mysql(number, body):
    return struct.pack("<I", len(body))[:3] + bytes([number]) + body


GREETING = mysql(0, b"\x0a8.0.36\0" + bytes(4) + b"12345678\0" + struct.pack("<H", 0xf7ff) + b"\x21\2\0" + bytes(31))
LOGIN = mysql(1, struct.pack("<IIB", 0x000fa685, 1 << 24, 33) + bytes(23) + USER.encode() + b"\0" + bytes([len(SECRET)]) + SECRET.encode())
STARTUP = struct.pack(">II", 8 + 5 + len(USER) + 2, 196608) + b"user\0" + USER.encode() + b"\0\0"
PASSWORD = b"p" + struct.pack(">I", 5 + len(SECRET)) + SECRET.encode() + b"\0"
MAIL = ("C MAIL FROM:<" + USER + ">", "S 250 ok", "C RCPT TO:<" + USER + ">", "S 250 ok", "C DATA", "S 354 go", "C Subject: " + BODY, "C ", "C " + BODY, "C .", "S 250 ok")
BIND = ber(0x30, ber(2, b"\1") + ber(0x60, ber(2, b"\3") + ber(4, b"cn=" + USER.encode()) + ber(0x80, SECRET.encode())))
BOUND = ber(0x30, ber(2, b"\1") + ber(0x61, ber(10, b"\0") + b"\4\0\4\0"))
XMPP = [("C", b"<stream:stream xmlns='jabber:client' xmlns:stream='x'>"), ("S", b"<stream:stream xmlns='jabber:client' id='1'>"),
        ("S", b"<stream:features><mechanisms><mechanism>PLAIN</mechanism></mechanisms></stream:features>")]
# name: port, talk, what auth_used must say (None: the protocol alone gives no row, or none of its names)
CASES = {
    "smtp AUTH PLAIN": (25, lines("S 220 mx", "C EHLO a", "S 250 AUTH PLAIN", "C AUTH PLAIN " + PLAIN, "S 235 ok", *MAIL, "C QUIT", "S 221 bye"), "PLAIN"),
    "smtp AUTH PLAIN, in two steps": (587, lines("S 220 mx", "C EHLO a", "S 250 AUTH PLAIN", "C AUTH PLAIN", "S 334 ", "C " + PLAIN, "S 535 no: " + PLAIN, *MAIL), "PLAIN"),
    "smtp AUTH LOGIN": (25, lines("S 220 mx", "C EHLO a", "S 250 AUTH LOGIN", "C AUTH LOGIN", "S 334 VXNlcm5hbWU6", "C " + B64_USER, "S 334 UGFzc3dvcmQ6", "C " + B64,
                                  "S 235 ok", *MAIL), "LOGIN"),
    "smtp, a password where a mechanism should stand": (25, lines("S 220 mx", "C EHLO a", "S 250 AUTH LOGIN", "C AUTH " + PLAIN, "S 504 no: " + PLAIN, "C " + SECRET,
                                                                 "S 500 what is " + SECRET), ""),
    "smtp BDAT": (25, lines("S 220 mx", "C EHLO a", "S 250 CHUNKING", "C MAIL FROM:<" + USER + ">", "S 250 ok", f"C BDAT {len(BODY) + 2} LAST", "C " + BODY, "S 250 ok"), ""),
    "lmtp-like: a body that looks like commands": (25, lines("S 220 mx", "C EHLO a", "S 250 x", "C DATA", "S 354 go", "C AUTH " + SECRET, "C EHLO " + BODY, "C .", "S 250"), ""),
    "imap LOGIN": (143, lines("S * OK hi", "C a LOGIN " + USER + " " + SECRET, "S a OK", "C b FETCH 1 BODY[]", "S * 1 FETCH (BODY[] {%d}" % (len(BODY) + 2), "S " + BODY, "S )",
                              "S b OK"), "IMAP-LOGIN"),
    "imap LOGIN, literals": (143, lines("S * OK hi", "C a LOGIN {%d}" % len(USER), "S + go", "C %s {%d}" % (USER, len(SECRET)), "S + go", "C " + SECRET, "S a OK"), "IMAP-LOGIN"),
    "imap AUTHENTICATE": (143, lines("S * OK hi", "C a AUTHENTICATE PLAIN", "S + ", "C " + PLAIN, "S a NO " + PLAIN), "PLAIN"),
    "imap AUTHENTICATE, SASL-IR": (143, lines("S * OK hi", "C a AUTHENTICATE PLAIN " + PLAIN, "S a OK", "C b APPEND x {%d}" % len(BODY), "S + go", "C " + BODY, "S b OK"), "PLAIN"),
    "pop3 USER, PASS": (110, lines("S +OK ready", "C USER " + USER, "S +OK", "C PASS " + SECRET, "S -ERR no such word: " + SECRET, "C RETR 1", "S +OK", "S " + BODY, "S ."), "USER"),
    "pop3 APOP": (110, lines("S +OK <1896.697170952@x>", "C APOP " + USER + " " + SECRET, "S +OK"), "APOP"),
    "pop3 AUTH": (110, lines("S +OK ready", "C AUTH PLAIN", "S + ", "C " + PLAIN, "S +OK"), "PLAIN"),
    "xmpp SASL PLAIN": (5222, XMPP + [("C", b"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>" + PLAIN.encode() + b"</auth>"), ("S", b"<success/>"),
                                      ("C", b"<message to='" + USER.encode() + b"'><body>" + BODY.encode() + b"</body></message>")], "PLAIN"),
    "xmpp, a mechanism that is a word": (5222, XMPP + [("C", b"<auth mechanism='" + SECRET.encode() + b"'>" + PLAIN.encode() + b"</auth>"), ("S", b"<failure/>")], ""),
    "xmpp before SASL (XEP-0078)": (5222, XMPP + [("C", b"<iq type='set' id='2'><query xmlns='jabber:iq:auth'><username>" + USER.encode() + b"</username><password>" +
                                                  SECRET.encode() + b"</password></query></iq>"), ("S", b"<iq type='result' id='2'/>")], None),
    "irc PASS, OPER, NickServ": (6667, lines("C PASS " + SECRET, "C NICK a", "C USER a 0 * :" + USER, "S :s NOTICE * :hi", "S :s 001 a :Welcome", "C OPER a " + SECRET,
                                             "C PRIVMSG NickServ :IDENTIFY " + SECRET, "S :s 491 a :No O-lines for " + SECRET, "C PRIVMSG b :" + BODY, "S :b PRIVMSG a :" + BODY,
                                             "C NS IDENTIFY " + SECRET), None),
    "irc SASL": (6667, lines("C CAP LS 302", "C NICK a", "S :s CAP * LS :sasl=PLAIN", "C CAP REQ :sasl", "S :s CAP a ACK :sasl", "C AUTHENTICATE PLAIN", "S AUTHENTICATE +",
                             "C AUTHENTICATE " + PLAIN, "S :s 903 a :ok"), "PLAIN"),
    "ftp PASS": (21, lines("S 220 FTP ready", "C FEAT", "S 211 End", "C USER " + USER, "S 331 word", "C PASS " + SECRET, "S 530 not " + SECRET, "C ACCT " + SECRET,
                           "C RETR " + BODY, "S 150 " + BODY), "PASS"),
    "nntp AUTHINFO": (119, lines("S 200 news server ready - posting allowed", "C CAPABILITIES", "S 101 list", "S VERSION 2", "S AUTHINFO USER", "S .", "C AUTHINFO USER " + USER,
                                 "S 381 more", "C AUTHINFO PASS " + SECRET, "S 281 ok", "C POST", "S 340 go", "C " + BODY, "C .", "S 240 ok"), None),
    "nntp AUTHINFO SASL": (119, lines("S 200 news server ready - posting allowed", "C AUTHINFO SASL PLAIN " + PLAIN, "S 281 ok", "C ARTICLE 1", "S 220 1", "S " + BODY, "S ."), "PLAIN"),
    "managesieve AUTHENTICATE": (4190, lines('S "IMPLEMENTATION" "x"', 'S "SASL" "PLAIN"', "S OK", 'C AUTHENTICATE "PLAIN" "' + PLAIN + '"', "S OK",
                                             'C PUTSCRIPT "a" "' + BODY + '"', "S OK"), "PLAIN"),
    "managesieve AUTHENTICATE, a literal": (4190, lines('S "IMPLEMENTATION" "x"', 'S "SASL" "PLAIN"', "S OK", 'C AUTHENTICATE "PLAIN" {%d+}' % len(PLAIN), "C " + PLAIN, "S OK"), "PLAIN"),
    "ldap simple bind": (389, [("C", BIND), ("S", BOUND)], "SIMPLE"),
    "ldap SASL PLAIN": (389, [("C", ber(0x30, ber(2, b"\1") + ber(0x60, ber(2, b"\3") + ber(4, b"") + ber(0xa3, ber(4, b"PLAIN") + ber(4, f"\0{USER}\0{SECRET}".encode()))))),
                               ("S", BOUND)], "PLAIN"),
    "ldap, a password where a mechanism should stand": (389, [("C", ber(0x30, ber(2, b"\1") + ber(0x60, ber(2, b"\3") + ber(4, b"") + ber(0xa3, ber(4, SECRET.encode()))))),
                                                              ("S", BOUND)], ""),
    "postgresql": (5432, [("C", struct.pack(">II", 8, 80877103)), ("S", b"N"), ("C", STARTUP), ("S", b"R" + struct.pack(">II", 8, 3)), ("C", PASSWORD)], "PASSWORD"),
    "postgresql without SSLRequest": (5432, [("C", STARTUP), ("S", b"R" + struct.pack(">II", 8, 3)), ("C", PASSWORD)], "PASSWORD"),
    "postgresql, a password where a mechanism should stand": (5432, [("C", STARTUP), ("S", b"R" + struct.pack(">II", 8, 10)), ("C", PASSWORD)], ""),
    "mysql": (3306, [("S", GREETING), ("C", LOGIN), ("S", mysql(2, b"\xff\x15\4#28000Access denied for " + USER.encode()))], None),
    "socks": (1080, [("C", b"\5\1\2"), ("S", b"\5\2"), ("C", b"\1" + bytes([len(USER)]) + USER.encode() + bytes([len(SECRET)]) + SECRET.encode()), ("S", b"\1\0"),
                     ("C", b"\5\1\0\3\x09a.example\1\xbb"), ("S", b"\5\0\0\1\xc0\0\2\1\x9c\x40")], None),
    "http proxy": (8080, lines("C CONNECT a.example:443 HTTP/1.1", "C Proxy-Authorization: Basic " + PLAIN, "C Cookie: " + SECRET, "C ", "S HTTP/1.1 200 go", "S X-Was: " + PLAIN,
                               "S "), None),
}
TLS = [("C", T.record(T.HANDSHAKE, T.client_hello(T.name("a.example")))), ("S", T.record(T.HANDSHAKE, T.server_hello()))]


def swapped(talk):
    return [("S" if side == "C" else "C", b) for side, b in talk]


def forms(port, talk):
    """What a capture of it may look like: name, frames or a whole file."""
    whole = T.conversation(talk, port=port)
    client = whole[0].src
    yield "whole", P.pcap(P.plain(whole))
    yield "then TLS", P.pcap(P.plain(T.conversation(talk + TLS, port=port)))
    yield "in pieces of 3", P.pcap(P.plain([s.copy(seq=s.seq + at, payload=s.payload[at:at + 3]) for s in whole for at in range(0, max(1, len(s.payload)), 3)]))
    yield "the wrong way round", P.pcap(P.plain(T.conversation(swapped(talk), port=port)))
    yield "the wrong way round, another port", P.pcap(P.plain(T.conversation(swapped(talk), port=31337)))
    yield "without SYNs", P.pcap(P.plain([s for s in whole if not s.flags & P.SYN]))
    yield "the client alone", P.pcap(P.plain([s for s in whole if s.src == client]))
    yield "the server alone", P.pcap(P.plain([s for s in whole if s.src != client]))
    yield "cut short", P.pcap(P.plain(whole), snaplen=70)
    for drop in range(3, len(whole), 2):
        yield f"without segment {drop}", P.pcap(P.plain(whole[:drop] + whole[drop + 1:] + T.conversation(TLS, port=443, client_port=41000)))
        yield f"from segment {drop} on", P.pcap(P.plain(whole[drop:]))
    file = P.pcap(P.plain(whole))
    yield "the file ends within a packet", file[:-40]
    yield "the file is spoilt", file + b"\xff" * 16 + (SECRET + BODY + PLAIN).encode() * 3


def main():
    tool, met, bad = sys.argv[1], 0, 0
    with tempfile.TemporaryDirectory() as folder:
        def path(name):
            return os.path.join(folder, name)
        for name, (port, talk, used) in CASES.items():
            for form, data in forms(port, talk):
                with open(path("in.pcap"), "wb") as f:
                    f.write(data)
                r = subprocess.run([tool, "--show", SHOW, "--certs", path("c.der"), "--rejects", path("r.csv"), "-o", path("rows.csv"), path("in.pcap")],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
                said = r.stdout + r.stderr
                for out in ("c.der", "r.csv", "rows.csv", "rows.csv.provenance.json"):
                    with open(path(out), "rb") as f:
                        said += f.read()
                text = said.decode("latin-1").lower()
                leaked = sorted(w for w in FORBIDDEN if w.lower() in text)
                with open(path("rows.csv"), newline="") as f:
                    rows = list(csv.DictReader(f))
                wrong = f"{leaked[0]!r} came out" if leaked else f"exit {r.returncode}" if r.returncode else ""
                if form == "whole" and used is not None and [x["auth_used"] for x in rows] != [used]:
                    wrong = f"auth_used {[x['auth_used'] for x in rows]}, wanted {used!r}"
                met += not wrong
                bad += bool(wrong)
                if wrong:
                    print(f"FAIL {name}, {form}: {wrong}")
    print(f"{met} captures with secrets, {bad} differences")
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())
