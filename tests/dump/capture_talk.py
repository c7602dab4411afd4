#!/usr/bin/env python3
"""What is said before TLS, by protocol: conversations written by hand after their RFCs, as captures, with the row that
must come of each.

usage: capture_talk.py TW_INGEST

A conversation is a list of (side, bytes), C or S, one segment each. TLS, where it follows, begins with a ClientHello
and a ServerHello made here. A password stands in each that can have one; it may come out nowhere."""
import csv
import os
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "synth"))
import packets as P  # noqa: E402

SECRET = "c2VjcmV0UGFzc3dvcmQ"


def hello(kind, rest):
    body = b"\3\3" + bytes(range(32)) + b"\0" + rest
    message = bytes([kind]) + struct.pack(">I", len(body))[1:] + body
    return b"\x16\3\1" + struct.pack(">H", len(message)) + message


CLIENT = hello(1, b"\0\2\xc0\x2f\1\0")
SERVER = hello(2, b"\xc0\x2f\0")
TLS = [("C", CLIENT), ("S", SERVER)]


def lines(*talk):
    return [(t[0], t[2:].encode() + b"\r\n") for t in talk]


def ldap(message, op):
    def element(tag, body):
        return bytes([tag, len(body)]) + body
    oid = b"1.3.6.1.4.1.1466.20037"
    body = element(0x77, element(0x80, oid)) if op == "ask" else element(0x78, element(10, bytes([0 if op == "yes" else 52])) + b"\4\0\4\0")
    return element(0x30, element(2, bytes([message])) + body)


def ber(tag, *parts, form=0):
    """form: so many bytes of length, the long form, where one would do (Active Directory has 4)."""
    body, n = b"".join(parts), len(b"".join(parts))
    form = form or (0 if n < 128 else (n.bit_length() + 7) // 8)
    return bytes([tag]) + (bytes([0x80 | form]) + n.to_bytes(form, "big") if form else bytes([n])) + body


def ldap_search(message, *attributes, base=b"", scope=0, types=False):
    """RFC 4511 section 4.5.1, with the filter (objectClass=*)."""
    rest = ber(10, b"\0") + ber(2, b"\0") + ber(2, b"\0") + ber(1, b"\xff" if types else b"\0") + ber(0x87, b"objectClass")
    return "C", ber(0x30, ber(2, bytes([message])), ber(0x63, ber(4, base), ber(10, bytes([scope])), rest, ber(0x30, *[ber(4, a) for a in attributes])))


def ldap_entry(message, name=b"", form=0, **attributes):
    """SearchResultEntry: section 4.5.2; _ in a type is a dot."""
    said = [ber(0x30, ber(4, k.replace("_", ".").encode()), ber(0x31, *[ber(4, x) for x in v], form=form), form=form) for k, v in attributes.items()]
    number = message if isinstance(message, bytes) else bytes([message])
    return "S", ber(0x30, ber(2, number), ber(0x64, ber(4, name), ber(0x30, *said, form=form), form=form), form=form)


def ldap_done(message, code=0):
    return "S", ber(0x30, ber(2, bytes([message])), ber(0x65, ber(10, bytes([code])), ber(4), ber(4)))


def ldap_raw(number=b"\1", form=0, **parts):
    """The search for supportedExtension with a part of it changed."""
    whole = dict(base=ber(4), scope=ber(10, b"\0"), aliases=ber(10, b"\0"), size=ber(2, b"\0"), time=ber(2, b"\0"), types=ber(1, b"\0"),
                 filter=ber(0x87, b"objectClass"), attributes=ber(0x30, ber(4, EXT)))
    return "C", ber(0x30, ber(2, number), ber(0x63, *dict(whole, **parts).values(), form=form), form=form)


START, MODIFY = b"1.3.6.1.4.1.1466.20037", b"1.3.6.1.4.1.4203.1.11.1"
EXT, MECHS = b"supportedExtension", b"supportedSASLMechanisms"
LDAP_YES = ldap_entry(1, supportedExtension=[START])[1]
LDAP_ASK, LDAP_BYE = [("C", ldap(7, "ask")), ("S", ldap(7, "yes"))] + TLS, [("C", ber(0x30, ber(2, b"\x08"), ber(0x42)))]


def mysql(ssl):
    flags = 0xf7ff | (0x0800 if ssl else 0)
    body = b"\x0a" + b"8.0.36\0" + bytes(4) + b"12345678\0" + struct.pack("<H", flags if ssl else flags & ~0x0800) + b"\x21\2\0" + bytes(30)
    return struct.pack("<I", len(body))[:3] + b"\0" + body


SSL_REQUEST = struct.pack(">II", 8, 80877103)
MYSQL_SSL = struct.pack("<I", 32)[:3] + b"\1" + struct.pack("<IIB", 0x0fa2ae85 | 0x0800, 1 << 24, 33) + bytes(23)

MYSQL_41 = 0x0200 | 0x8000  # CLIENT_PROTOCOL_41, CLIENT_SECURE_CONNECTION


def mysql_login(flags, rest, answer=None):
    """HandshakeResponse41: the answer to the challenge after one byte of length where not given whole, then the database and the plugin."""
    answer = bytes([len(SECRET)]) + SECRET.encode() if answer is None else answer
    body = struct.pack("<IIB", flags, 1 << 24, 45) + bytes(23) + b"user\0" + answer + rest
    return [("S", mysql(False)), ("C", struct.pack("<I", len(body))[:3] + b"\1" + body), ("S", b"\7\0\0\2\0\0\0\2\0\0\0")]


def message(kind, body):
    """One of PostgreSQL's session."""
    return kind + struct.pack(">I", 4 + len(body)) + body


def postgres(*talk, version=196608):
    startup = b"user\0a\0database\0b\0\0"
    return [("C", SSL_REQUEST), ("S", b"N"), ("C", struct.pack(">II", 8 + len(startup), version) + startup)] + list(talk)


def postgres_asks(how, rest=b""):
    return "S", message(b"R", struct.pack(">I", how) + rest)


PASSWORD = ("C", message(b"p", SECRET.encode() + b"\0"))
POSTGRES_END = [("S", message(b"R", bytes(4)) + message(b"Z", b"I")), ("C", message(b"Q", b"select 'p'\0"))]


def ldap_bind(*how, name=b"cn=a"):
    """RFC 4511 section 4.2, and the answer."""
    return [("C", ber(0x30, ber(2, b"\1"), ber(0x60, ber(2, b"\3"), ber(4, name), *how))),
            ("S", ber(0x30, ber(2, b"\1"), ber(0x61, ber(10, b"\0"), ber(4), ber(4))))]


# [MS-RDPBCGR] section 4.1.1 and 4.1.2 in form: a cookie, RDP_NEG_REQ; RDP_NEG_RSP.
RDP_ASK = b"\3\0\0\x27\x22\xe0\0\0\0\0\0Cookie: mstshash=a\r\n" + struct.pack("<BBHI", 1, 0, 8, 3)
RDP_YES = b"\3\0\0\x13\x0e\xd0\0\0\x12\x34\0" + struct.pack("<BBHI", 2, 0, 8, 1)


def tds(kind, body):
    return struct.pack(">BBHHBB", kind, 1, 8 + len(body), 0, 1, 0) + body


# [MS-TDS] section 2.2.6.5: options VERSION and ENCRYPTION, their values behind the terminator.
PRELOGIN = struct.pack(">BHHBHHB", 0, 11, 6, 1, 17, 1, 255) + bytes(6) + b"\1"
TDS = [("C", tds(0x12, PRELOGIN)), ("S", tds(4, PRELOGIN))]
CUT = 30  # TLS's records go over packets as they like
TDS_TLS = [("C", tds(0x12, CLIENT[:CUT]) + tds(0x12, CLIENT[CUT:])), ("S", tds(0x12, SERVER[:CUT])), ("S", tds(4, SERVER[CUT:]))]
SOCKS5 = [("C", b"\5\2\0\2"), ("S", b"\5\0"), ("C", b"\5\1\0\3\x09a.example\1\xbb"), ("S", b"\5\0\0\1\xc0\0\2\1\x9c\x40")]
SOCKS5_AUTH = [("C", b"\5\1\2"), ("S", b"\5\2"), ("C", b"\1\1a" + bytes([len(SECRET)]) + SECRET.encode()), ("S", b"\1\0"),
               ("C", b"\5\1\0\4" + bytes(16) + b"\1\xbb"), ("S", b"\5\0\0\4" + bytes(18))]
SOCKS4A = [("C", b"\4\1\1\xbb\0\0\0\1id\0a.example\0"), ("S", b"\0\x5a" + bytes(6))]

# name, port, conversation, what the row must say: (spoken, offered, answer, auth_plain, auth_used, outcome-or-None)
MANY = [f"M{i:05}" for i in range(1000)]
KEPT = MANY[:147]  # seven bytes each but the first: the list that reaches 1,024 bytes is cut

CASES = [
    ("smtp: more mechanisms than any server has", 25, lines("S 220 mx", "C EHLO a", "S 250-mx", "S 250 AUTH " + " ".join(MANY), "C QUIT", "S 221 bye"),
     ("smtp", "no", "", " ".join(KEPT) + " ...", "", "no-tls")),
    ("smtp: offered, taken", 25, lines("S 220 mx.example.test ESMTP", "C EHLO a", "S 250-mx", "S 250-AUTH PLAIN LOGIN", "S 250 STARTTLS", "C STARTTLS",
                                       "S 220 go") + TLS, ("smtp", "yes", "accepted", "PLAIN LOGIN", "", None)),
    ("smtp: not offered, AUTH in clear", 587, lines("S 220 mx", "C EHLO a", "S 250-mx", "S 250 AUTH PLAIN", f"C AUTH PLAIN {SECRET}", "S 235 ok", "C QUIT",
                                                    "S 221 bye"), ("smtp", "no", "", "PLAIN", "PLAIN", "no-tls")),
    ("smtp: refused", 25, lines("S 220 mx", "C EHLO a", "S 250-mx", "S 250 STARTTLS", "C STARTTLS", "S 454 no", "C QUIT", "S 221 bye"),
     ("smtp", "yes", "refused", "NONE", "", "no-tls")),
    ("smtp: mangled", 25, lines("S 220 mx", "C EHLO a", "S 250-mx", "S 250 XXXXXXXA", "C QUIT", "S 221 bye"), ("smtp", "mangled", "", "NONE", "", "no-tls")),
    ("smtp: asked, then closed", 25, lines("S 220 mx", "C EHLO a", "S 250-mx", "S 250 STARTTLS", "C STARTTLS"), ("smtp", "yes", "none", "NONE", "", "closed")),
    ("smtp: a list that was never finished", 25, lines("S 220 mx", "C EHLO a", "S 250-mx", "S 250-STARTTLS", "S 250-AUTH PLAIN"),
     ("smtp", "", "", "", "", "no-tls")),
    ("smtp: HELO has no list", 25, lines("S 220 mx", "C HELO a", "S 250 mx", "C QUIT", "S 221 bye"), ("smtp", "", "", "", "", "no-tls")),
    ("smtp: pipelined behind a mail whose body speaks SMTP", 25, lines(
        "S 220 mx", "C EHLO a", "S 250-mx", "S 250 STARTTLS", "C MAIL FROM:<a@b>", "C RCPT TO:<c@d>", "C DATA", "S 250 ok", "S 250 ok", "S 354 go", "C STARTTLS",
        f"C AUTH LOGIN {SECRET}", "C .", "S 250 queued", "C STARTTLS", "S 220 go") + TLS, ("smtp", "yes", "accepted", "NONE", "", None)),
    ("smtp: challenge and answer", 25, lines("S 220 mx", "C EHLO a", "S 250 AUTH LOGIN", "C AUTH LOGIN", "S 334 VXNlcm5hbWU6", f"C {SECRET}", "S 334 UGFzc3dvcmQ6",
                                             f"C {SECRET}", "S 235 ok", "C STARTTLS", "S 454 no"), ("smtp", "no", "refused", "NONE", "LOGIN", "no-tls")),
    ("ftp: AUTH TLS", 21, lines("S 220-files", "S 220 FTP ready", "C FEAT", "S 211-Features:", "S  AUTH TLS", "S  UTF8", "S 211 End", "C AUTH TLS", "S 234 go") + TLS,
     ("ftp", "yes", "accepted", "", "", None)),
    ("ftp: no TLS", 21, lines("S 220 ready", "C FEAT", "S 211-Features:", "S  UTF8", "S 211 End", "C USER a", "S 331 word", f"C PASS {SECRET}", "S 230 in"),
     ("ftp", "no", "", "", "PASS", "no-tls")),
    ("pop3: STLS", 110, lines("S +OK ready", "C CAPA", "S +OK", "S STLS", "S SASL PLAIN", "S USER", "S .", "C STLS", "S +OK begin") + TLS,
     ("pop3", "yes", "accepted", "PLAIN USER", "", None)),
    ("pop3: a mail that speaks POP3", 110, lines("S +OK ready", "C USER a", "S +OK", f"C PASS {SECRET}", "S +OK", "C RETR 1", "S +OK", "S -ERR", "S +OK", "S .",
                                                 "C STLS", "S -ERR no"), ("pop3", "", "refused", "", "USER", "no-tls")),
    ("imap: STARTTLS", 143, lines("S * OK hi", "C a CAPABILITY", "S * CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED AUTH=PLAIN", "S a OK", "C b STARTTLS",
                                  "S b OK go") + TLS, ("imap", "yes", "accepted", "PLAIN LOGINDISABLED", "", None)),
    ("imap: tags out of order, a literal", 143, lines(
        "S * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi", "C a LOGIN {3}", "S + go", "C abc " + SECRET, "C b STARTTLS", "S b BAD no", "S a NO no"),
     ("imap", "no", "refused", "PLAIN IMAP-LOGIN", "IMAP-LOGIN", "no-tls")),
    ("nntp: STARTTLS", 119, lines("S 200 news", "C CAPABILITIES", "S 101 list", "S VERSION 2", "S STARTTLS", "S AUTHINFO SASL", "S SASL PLAIN", "S .", "C STARTTLS",
                                  "S 382 go") + TLS, ("nntp", "yes", "accepted", "PLAIN", "", None)),
    ("managesieve: STARTTLS", 4190, lines('S "IMPLEMENTATION" "x"', 'S "SASL" "PLAIN LOGIN"', 'S "STARTTLS"', "S OK ready", "C STARTTLS", "S OK go") + TLS,
     ("managesieve", "yes", "accepted", "PLAIN LOGIN", "", None)),
    ("irc: CAP LS of two lines", 6667, lines("C CAP LS 302", "C NICK a", "S :s NOTICE * :hi", "S :s CAP * LS * :multi-prefix tls", "S :s CAP * LS :sasl=PLAIN,EXTERNAL",
                                             "C STARTTLS", "S :s 670 a :go") + TLS, ("irc", "yes", "accepted", "PLAIN EXTERNAL", "", None)),
    ("irc: unknown command", 6667, lines("C NICK a", "S :s NOTICE * :hi", "C STARTTLS", "S :s 421 a STARTTLS :Unknown command"),
     ("irc", "", "refused", "", "", "no-tls")),
    ("xmpp: client", 5222, [("C", b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='x'>"),
                            ("S", b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' id='1' xmlns:stream='x'>"),
                            ("S", b"<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/><mechanisms><mechanism>PLAIN</mechanism></mechanisms>"
                                  b"</stream:features>"), ("C", b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"),
                            ("S", b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")] + TLS, ("xmpp-client", "yes", "accepted", "PLAIN", "", None)),
    ("xmpp: server, no TLS", 5269, [("C", b"<stream:stream xmlns='jabber:server' xmlns:stream='x'>"), ("S", b"<stream:stream xmlns='jabber:server' id='1'>"),
                                    ("S", b"<stream:features/>"), ("C", b"</stream:stream>")], ("xmpp-server", "no", "", "NONE", "", "no-tls")),
    ("xmpp: SASL in clear", 5222, [("C", b"<stream:stream xmlns='jabber:client' xmlns:stream='x'>"), ("S", b"<stream:stream xmlns='jabber:client' id='1'>"),
                                   ("S", b"<stream:features><mechanisms><mechanism>PLAIN</mechanism></mechanisms></stream:features>"),
                                   ("C", b"<auth xmlns='sasl' mechanism='PLAIN'>" + SECRET.encode() + b"</auth>"), ("S", b"<success/>")],
     ("xmpp-client", "no", "", "PLAIN", "PLAIN", "no-tls")),
    ("postgresql: yes", 5432, [("C", SSL_REQUEST), ("S", b"S")] + TLS, ("postgresql", "yes", "accepted", "", "", None)),
    ("postgresql: no", 5432, [("C", SSL_REQUEST), ("S", b"N"), ("C", struct.pack(">II", 16, 196608) + b"user\0a\0\0")], ("postgresql", "no", "refused", "", "", "no-tls")),
    ("mysql: yes", 3306, [("S", mysql(True)), ("C", MYSQL_SSL)] + TLS, ("mysql", "yes", "accepted", "", "", None)),
    ("mysql: no", 3306, [("S", mysql(False)), ("C", b"\x30\0\0\1\x85\xa6" + bytes(46))], ("mysql", "no", "", "", "MYSQL_NATIVE_PASSWORD", "no-tls")),
    ("ldap: yes", 389, [("C", ldap(1, "ask")), ("S", ldap(1, "yes"))] + TLS, ("ldap", "", "accepted", "", "", None)),
    ("rdp", 3389, [("C", RDP_ASK), ("S", RDP_YES)] + TLS, ("rdp", "", "", "", "", None)),
    ("mssql: TLS in its packets", 1433, TDS + TDS_TLS, ("mssql", "", "", "", "", None)),
    ("socks: version 5", 1080, SOCKS5 + TLS, ("socks", "", "", "", "", None)),
    ("socks: a password", 9050, SOCKS5_AUTH + TLS, ("socks", "", "", "", "", None)),
    ("socks: version 4a", 1080, SOCKS4A + TLS, ("socks", "", "", "", "", None)),
    ("smtp by way of socks", 1080, SOCKS5 + lines("S 220 mx", "C EHLO a", "S 250-mx", "S 250 STARTTLS", "C STARTTLS", "S 220 go") + TLS,
     ("smtp", "yes", "accepted", "NONE", "", None)),
    ("http: CONNECT", 8080, lines("C CONNECT a.example:443 HTTP/1.1", "C ", "S HTTP/1.1 200 go", "S ") + TLS, ("http", "", "", "", "", None)),
    ("ldap: the root DSE offers it", 389, [ldap_search(1, EXT), ldap_entry(1, supportedExtension=[MODIFY, START]), ldap_done(1)] + LDAP_ASK,
     ("ldap", "yes", "accepted", "", "", None)),
    ("ldap: the root DSE does not", 389, [ldap_search(1, EXT), ldap_entry(1, supportedExtension=[MODIFY, START + b"8", START[:-1]]), ldap_done(1)] + LDAP_BYE,
     ("ldap", "no", "", "", "", "no-tls")),
    ("ldap: asked for by name, not there", 389, [ldap_search(1, EXT), ldap_entry(1), ldap_done(1)] + LDAP_ASK, ("ldap", "no", "accepted", "", "", None)),
    ("ldap: not asked for by name, not there", 389, [ldap_search(1, b"+"), ldap_entry(1, vendorName=[b"x", START]), ldap_done(1)] + LDAP_ASK,
     ("ldap", "", "accepted", "", "", None)),
    ("ldap: the long form, nothing asked for by name", 389, [ldap_search(1), ldap_entry(1, form=4, supportedSASLMechanisms=[b"GSSAPI", b"external"],
                                                                                    supportedExtension=[START]), ldap_done(1)] + LDAP_BYE,
     ("ldap", "yes", "", "GSSAPI EXTERNAL", "", "no-tls")),
    ("ldap: OIDs, and any case", 389, [ldap_search(1, b"1.3.6.1.4.1.1466.101.120.14", b"SUPPORTEDextension"), ldap_entry(1), ldap_done(1)] + LDAP_BYE,
     ("ldap", "no", "", "NONE", "", "no-tls")),
    ("ldap: OIDs in the answer", 389, [ldap_search(1, b"*", b"+"), ldap_entry(1, **{"1_3_6_1_4_1_1466_101_120_7": [START], "1_3_6_1_4_1_1466_101_120_14": [b"OTP"]})],
     ("ldap", "yes", "", "OTP", "", "no-tls")),
    ("ldap: mechanisms alone", 389, [ldap_search(1, MECHS), ldap_entry(1, supportedSASLMechanisms=[]), ldap_done(1)] + LDAP_BYE,
     ("ldap", "", "", "NONE", "", "no-tls")),
    ("ldap: types without values", 389, [ldap_search(1, EXT, types=True), ldap_entry(1, supportedExtension=[]), ldap_done(1)] + LDAP_BYE,
     ("ldap", "", "", "", "", "no-tls")),
    ("ldap: another base", 389, [ldap_search(1, EXT, base=b"dc=a"), ldap_entry(1, supportedExtension=[START])] + LDAP_BYE, ("ldap", "", "", "", "", "no-tls")),
    ("ldap: another scope", 389, [ldap_search(1, EXT, scope=2), ldap_entry(1, supportedExtension=[START])] + LDAP_BYE, ("ldap", "", "", "", "", "no-tls")),
    ("ldap: another entry", 389, [ldap_search(1, EXT), ldap_entry(1, b"dc=a", supportedExtension=[START])] + LDAP_BYE, ("ldap", "", "", "", "", "no-tls")),
    ("ldap: another message", 389, [ldap_search(1, EXT), ldap_entry(2, supportedExtension=[START])] + LDAP_BYE, ("ldap", "", "", "", "", "no-tls")),
    ("ldap: denied, then answered", 389, [ldap_search(1, EXT), ldap_done(1, 50), ldap_search(2, EXT), ldap_entry(2, supportedExtension=[START])] + LDAP_BYE,
     ("ldap", "yes", "", "", "", "no-tls")),
    ("ldap: of two answers the first counts", 389, [ldap_search(1, EXT, MECHS), ldap_entry(1, supportedExtension=[START], supportedSASLMechanisms=[b"PLAIN"]),
                                                   ldap_search(2, EXT, MECHS), ldap_entry(2, supportedSASLMechanisms=[b"OTP"])] + LDAP_BYE,
     ("ldap", "yes", "", "PLAIN", "", "no-tls")),
    ("ldap: asked for although it is not offered", 389, [ldap_search(1, EXT), ldap_entry(1, supportedExtension=[MODIFY]), ("C", ldap(2, "ask")), ("S", ldap(2, "no"))],
     ("ldap", "no", "refused", "", "", "no-tls")),
    ("ldap: an entry longer than is kept", 389, [ldap_search(1, EXT), ldap_entry(1, altServer=[b"x" * 9000], supportedExtension=[MODIFY]), ldap_done(1)] + LDAP_ASK,
     ("ldap", "", "accepted", "", "", None)),
    ("ldap: an entry that was never finished", 389, [ldap_search(1, EXT), ("S", ldap_entry(1, supportedExtension=[START, MODIFY])[1][:-1])],
     ("ldap", "", "", "", "", "no-tls")),
    ("ldap: a length of one more byte", 389, [ldap_raw(b"\x7f\xff\xff\xff", form=1), ldap_entry(b"\x7f\xff\xff\xff", form=1, supportedExtension=[START])],
     ("ldap", "yes", "", "", "", "no-tls")),
    ("ldap: no values, in the long form", 389, [ldap_search(1), ldap_entry(1, form=1, supportedSASLMechanisms=[])], ("ldap", "", "", "NONE", "", "no-tls")),
    ("ldap: values of another attribute are no mechanisms", 389, [ldap_search(1), ldap_entry(1, vendorName=[b"PLAIN"], supportedSASLMechanisms=[b"OTP"])],
     ("ldap", "", "", "OTP", "", "no-tls")),
    ("ldap: an answer to something else", 389, [("C", ldap(7, "ask")), ("S", ldap(6, "yes")), ldap_done(7)], ("ldap", "", "none", "", "", "closed")),
    ("ldap: another extension", 389, [("C", ldap(7, "ask").replace(b"20037", b"20036")), ("S", ldap(7, "yes"))], ("ldap", "", "", "", "", "no-tls")),
    ("ldap: a result of two bytes", 389, [("C", ldap(7, "ask")), ("S", ber(0x30, ber(2, b"\7"), ber(0x78, ber(10, b"\0\0"), ber(4), ber(4))))],
     ("ldap", "", "refused", "", "", "no-tls")),
    ("ldap: a result that is none", 389, [("C", ldap(7, "ask")), ("S", ber(0x30, ber(2, b"\7"), ber(0x78, ber(2, b"\0"), ber(4), ber(4))))],
     ("ldap", "", "none", "", "", "closed")),
    ("ldap: the client's long message is passed over", 389, [("C", b"".join(m[1] for m in (ldap_search(1, b"x" * 9000), ldap_search(2, EXT)))),
                                                            ldap_entry(2, supportedExtension=[START])], ("ldap", "yes", "", "", "", "no-tls")),
    ("ldap: the server's, and what follows it in one packet", 389, [ldap_search(1, EXT), ldap_search(2, EXT), ("S", b"".join(m[1] for m in (
        ldap_entry(1, vendorName=[b"x" * 9000]), ldap_entry(2, supportedExtension=[START]))))], ("ldap", "yes", "", "", "", "no-tls")),
    ("ldap: a password", 389, ldap_bind(ber(0x80, SECRET.encode())) + LDAP_BYE, ("ldap", "", "", "", "SIMPLE", "no-tls")),
    ("ldap: anonymous", 389, ldap_bind(ber(0x80), name=b"") + LDAP_BYE, ("ldap", "", "", "", "", "no-tls")),
    ("ldap: a name without a password", 389, ldap_bind(ber(0x80)) + LDAP_BYE, ("ldap", "", "", "", "", "no-tls")),
    ("ldap: a password without a name", 389, ldap_bind(ber(0x80, SECRET.encode()), name=b"") + LDAP_BYE, ("ldap", "", "", "", "", "no-tls")),
    ("ldap: SASL", 389, ldap_bind(ber(0xa3, ber(4, b"PLAIN"), ber(4, SECRET.encode())), name=b"") + LDAP_BYE, ("ldap", "", "", "", "PLAIN", "no-tls")),
    ("ldap: SASL, a mechanism nobody knows", 389, ldap_bind(ber(0xa3, ber(4, SECRET.encode()))) + LDAP_BYE, ("ldap", "", "", "", "", "no-tls")),
    ("ldap: SASL, in two steps", 389, ldap_bind(ber(0xa3, ber(4, b"DIGEST-MD5"))) + ldap_bind(ber(0xa3, ber(4, b"DIGEST-MD5"), ber(4, SECRET.encode()))) + LDAP_BYE,
     ("ldap", "", "", "", "DIGEST-MD5", "no-tls")),
    ("ldap: NTLM in Microsoft's way", 389, ldap_bind(ber(0x8a, b"NTLMSSP\0\1\0\0\0")) + ldap_bind(ber(0x8b, SECRET.encode())) + LDAP_BYE, ("ldap", "", "", "", "NTLM", "no-tls")),
    ("ldap: a version that is none", 389, [("C", ldap_bind(ber(0x80, SECRET.encode()))[0][1].replace(b"\2\1\3\4", b"\4\1\3\4"))] + LDAP_BYE,
     ("ldap", "", "", "", "", "no-tls")),
    ("ldap: bound, then TLS", 389, ldap_bind(ber(0x80, SECRET.encode())) + LDAP_ASK, ("ldap", "", "accepted", "", "SIMPLE", None)),
] + [  # "AuthenticationRequest" of PostgreSQL's protocol 3.0: what it asks for; the client answers with a password
    (f"postgresql: {name}", 5432, postgres(postgres_asks(how), PASSWORD, *POSTGRES_END), ("postgresql", "no", "refused", "", used, "no-tls"))
    for name, how, used in (("in clear", 3, "PASSWORD"), ("MD5", 5, "MD5"), ("Kerberos", 2, "KRB5"), ("GSSAPI", 7, "GSS"), ("SSPI", 9, "SSPI"), ("one unknown", 4, ""),
                            ("one far off", 259, ""), ("none", 0, ""))
] + [
    ("postgresql: a protocol of tomorrow, SASL", 5432, postgres(("S", message(b"v", struct.pack(">II", 196608, 0))), postgres_asks(10, b"SCRAM-SHA-256\0\0"),
                                                               ("C", message(b"p", b"SCRAM-SHA-256\0" + struct.pack(">I", 19) + SECRET.encode())), version=196610),
     ("postgresql", "no", "refused", "", "SCRAM-SHA-256", "no-tls")),
    ("postgresql: a mechanism nobody knows", 5432, postgres(postgres_asks(10, b"X\0\0"), ("C", message(b"p", SECRET.encode() + b"\0"))),
     ("postgresql", "no", "refused", "", "", "no-tls")),
    ("postgresql: refused by an error", 5432, postgres(("S", message(b"E", b"SFATAL\0\0")), PASSWORD), ("postgresql", "no", "refused", "", "", "no-tls")),
    ("postgresql: a query instead", 5432, postgres(postgres_asks(3), ("C", message(b"Q", b"x\0")), PASSWORD), ("postgresql", "no", "refused", "", "", "no-tls")),
    ("postgresql: lengths that are none", 5432, postgres(("S", b"R\0\0\0\3"), postgres_asks(3), PASSWORD), ("postgresql", "no", "refused", "", "", "no-tls")),
    ("postgresql: of the client, too", 5432, postgres(postgres_asks(3), ("C", b"p\0\0\0\3"), PASSWORD), ("postgresql", "no", "refused", "", "", "no-tls")),
    ("postgresql: version 2", 5432, [("C", SSL_REQUEST), ("S", b"N"), ("C", struct.pack(">II", 296, 2 << 16) + bytes(288)), postgres_asks(3), PASSWORD],
     ("postgresql", "no", "refused", "", "", "no-tls")),
    ("postgresql: without asking for TLS", 5432, postgres(postgres_asks(3), PASSWORD)[2:], ("postgresql", "", "", "", "PASSWORD", "no-tls")),
    ("mysql: the plugin", 3306, mysql_login(MYSQL_41 | 1 << 19, b"caching_sha2_password\0"), ("mysql", "no", "", "", "CACHING_SHA2_PASSWORD", "no-tls")),
    ("mysql: behind a database", 3306, mysql_login(MYSQL_41 | 1 << 19 | 8, b"db\0mysql_clear_password\0"), ("mysql", "no", "", "", "MYSQL_CLEAR_PASSWORD", "no-tls")),
    ("mysql: a plugin nobody knows", 3306, mysql_login(MYSQL_41 | 1 << 19, SECRET.encode() + b"\0"), ("mysql", "no", "", "", "", "no-tls")),
    ("mysql: a plugin that does not end", 3306, mysql_login(MYSQL_41 | 1 << 19, b"dialog"), ("mysql", "no", "", "", "", "no-tls")),
    ("mysql: a server that knows no plugins", 3306, mysql_login(MYSQL_41 | 1 << 19, b""), ("mysql", "no", "", "", "MYSQL_NATIVE_PASSWORD", "no-tls")),
    ("mysql: without plugins", 3306, mysql_login(MYSQL_41, b""), ("mysql", "no", "", "", "MYSQL_NATIVE_PASSWORD", "no-tls")),
    ("mysql: the old way", 3306, mysql_login(0x0200, b"", SECRET.encode() + b"\0"), ("mysql", "no", "", "", "MYSQL_OLD_PASSWORD", "no-tls")),
    ("mysql: before 4.1", 3306, mysql_login(0x8000 | 1 << 19, b"dialog\0"), ("mysql", "no", "", "", "", "no-tls")),
    ("mysql: a length of two bytes", 3306, mysql_login(MYSQL_41 | 1 << 19 | 1 << 21, b"dialog\0", b"\xfc\x2c\1" + SECRET.encode() * 15 + bytes(15)),
     ("mysql", "no", "", "", "DIALOG", "no-tls")),
    ("mysql: an answer longer than the packet", 3306, mysql_login(MYSQL_41 | 1 << 19, b"", b"\x40" + SECRET.encode()), ("mysql", "no", "", "", "", "no-tls")),
] + [
    ("ldap: " + name, 389, [("C", ldap_search(3, b"x")[1] + search[1]), ("S", answer + LDAP_YES)], ("ldap", "", "", "", "", "no-tls")) for name, search, answer in (
        ("base is no name", ldap_raw(base=ber(5)), b""), ("scope is no choice", ldap_raw(scope=ber(11, b"\0")), b""),
        ("scope of two bytes", ldap_raw(scope=ber(10, b"\0\0")), b""), ("no aliases", ldap_raw(aliases=b""), b""),
        ("sizeLimit is no number", ldap_raw(size=ber(10, b"\0")), b""), ("typesOnly is no boolean", ldap_raw(types=ber(2, b"\0")), b""),
        ("typesOnly of two bytes", ldap_raw(types=ber(1, b"\0\0")), b""), ("no attributes", ldap_raw(attributes=b""), b""),
        ("attributes are no list", ldap_raw(attributes=ber(0x31, ber(4, EXT))), b""), ("a number of five bytes", ldap_raw(b"\0\0\0\0\1"), b""),
        ("indefinite length", ldap_raw(), b"\x30\x80"), ("indefinite length, and 128 bytes", ldap_raw(), b"\x30\x80" + bytes(128)),
        ("a length of five bytes", ldap_raw(), b"\x30\x85" + bytes(5)), ("no message", ldap_raw(), b"\x31\0"))
] + [
    ("ldap: " + name, 389, [ldap_raw(number), ("S", ber(0x30, ber(2, number), ber(0x64, *entry)))], ("ldap", "", "", "", "", "no-tls")) for name, number, entry in (
        ("entry without name", b"\1", [ber(5), ber(0x30)]), ("entry without list", b"\1", [ber(4), ber(0x31)]), ("entry cut", b"\1", [ber(4)]))
] + [
    ("ldap: " + name, 389, [ldap_search(1, b"x"), ("S", ber(0x30, ber(2, b"\1"), ber(0x64, ber(4), ber(0x30, ber(0x30, *attribute)))))],
     ("ldap", "", "", "", "", "no-tls")) for name, attribute in (
        ("type is no text", [ber(5, EXT), ber(0x31, ber(4, START))]), ("values are no set", [ber(4, EXT), ber(0x30, ber(4, START))]))
] + [
    ("ldap: no", 389, [("C", ldap(7, "ask")), ("S", ldap(7, "no"))], ("ldap", "", "refused", "", "", "no-tls")),
]


def draft(version, session, extensions):
    body = struct.pack(">H", version) + bytes(range(32)) + (b"\0" if session else b"") + b"\x13\1" + (b"\0" if session else b"")
    body += struct.pack(">H", len(extensions)) + extensions
    return b"\x16\3\1" + struct.pack(">HBBH", len(body) + 4, 2, 0, len(body)) + body


SHARE = b"\0\x28" + struct.pack(">HHH", 36, 29, 32) + bytes(32)  # key_share of the drafts up to 22
VERSION = b"\0\x2b\0\2\x7f\x16"
# ServerHellos of TLS 1.3's drafts: version and group that the row must say.
HELLOS = [
    ("draft 22", draft(0x0303, True, VERSION + SHARE), ("TLSv1.3-draft22", "x25519")),
    ("draft 22, key_share first", draft(0x0303, True, SHARE + VERSION), ("TLSv1.3-draft22", "x25519")),
    ("draft 14", draft(0x7f0e, False, SHARE), ("TLSv1.3-draft14", "x25519")),
    ("a draft that calls itself 0x0304", draft(0x0304, False, SHARE), ("TLSv1.3", "x25519")),
    ("no draft: 40 is another's extension", draft(0x0303, True, SHARE), ("TLSv1.2", "")),
]


def drafts(tool, folder):
    bad = 0
    for name, server, want in HELLOS:
        path = os.path.join(folder, "hello.pcap")
        with open(path, "wb") as f:
            f.write(P.pcap(P.plain(segments([("C", CLIENT), ("S", server)], 443))))
        out = subprocess.run([tool, "-q", path], stdout=subprocess.PIPE, check=True).stdout.decode()
        got = [(r["version"], r["group"], r["cipher"]) for r in csv.DictReader(out.splitlines())]
        if got != [want + ("TLS_AES_128_GCM_SHA256",)]:
            bad += 1
            print(f"FAIL {name}: {got}, wanted {want}")
    return bad


def segments(talk, port):
    c, s, at = b"\xc0\0\2\1", b"\xc6\x33\x64\1", 1700000000000000
    seq = {"C": 1000, "S": 5000}

    def seg(side, flags, payload=b""):
        nonlocal at
        at += 1000
        other = "S" if side == "C" else "C"
        ack = 0 if flags == P.SYN else seq[other]
        a = (c, s, 40000, port) if side == "C" else (s, c, port, 40000)
        one = P.Segment(*a, seq[side], ack, flags, payload, at)
        seq[side] += len(payload) + bool(flags & (P.SYN | P.FIN))
        return one
    out = [seg("C", P.SYN), seg("S", P.SYN | P.ACK), seg("C", P.ACK)]
    out += [seg(side, P.ACK | P.PSH, payload) for side, payload in talk]
    return out + [seg("C", P.FIN | P.ACK), seg("S", P.FIN | P.ACK), seg("C", P.ACK)]


def pieces(all_of, size):
    out = []
    for s in all_of:
        for at in range(0, max(len(s.payload), 1), size):
            out.append(s.copy(seq=s.seq + at, payload=s.payload[at:at + size]))
    return out


def main():
    tool, bad, met = sys.argv[1], 0, 0
    with tempfile.TemporaryDirectory() as folder:
        bad += drafts(tool, folder)
        for name, port, talk, want in CASES:
            for size in (1, 5, 1 << 20):
                path = os.path.join(folder, "talk.pcap")
                with open(path, "wb") as f:
                    f.write(P.pcap(P.plain(pieces(segments(talk, port), size))))
                out = subprocess.run([tool, "-q", "--show", "client_chain,client_ciphers,ja4,scts,ocsp_stapled,auth_used", path], stdout=subprocess.PIPE,
                                     check=True).stdout.decode()
                rows = list(csv.DictReader(out.splitlines()))
                got = [tuple(r[c] for c in ("spoken", "starttls_offered", "starttls_answer", "auth_plain", "auth_used")) for r in rows]
                tls = bool(rows and rows[0]["version"])
                if got != [want[:5]] or tls != (want[5] is None) or (want[5] and rows[0]["outcome"] != want[5]):
                    bad += 1
                    print(f"FAIL {name}, pieces of {size}: {got} {rows and rows[0]['outcome']}, wanted {want}")
                elif SECRET in out:
                    bad += 1
                    print(f"FAIL {name}: a password came out")
                else:
                    met += 1
    print(f"{met} conversations met, {bad} not")
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())
