#!/usr/bin/env python3
"""What TCP and TLS may do on the wire, written byte by byte after their RFCs, as captures, with the row that must come of
each.

usage: capture_wire.py TW_INGEST

A case is a list of segments, or of frames, and the cells of its rows; cells that a case does not name are not looked at.
Those that are talk (side, bytes) are sent in segments of 1 byte, of 7, and whole."""
import csv
import hashlib
import os
import struct
import subprocess
import sys
import tempfile
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "synth"))
import packets as P  # noqa: E402
import tls as T  # noqa: E402

csv.field_size_limit(1 << 30)
HELLO = T.record(T.HANDSHAKE, T.client_hello(T.name("first.example") + T.extension(21, bytes(40))))
LEAF = b"\x30\x82\x01\x00" + bytes(range(256))
ISSUER = b"\x30\x82\x01\x00" + bytes(range(255, -1, -1))
FLIGHT = T.record(T.HANDSHAKE, T.server_hello() + T.certificate(LEAF, ISSUER) + T.ecdhe(23) + T.DONE)
CHAIN = hashlib.sha256(LEAF).hexdigest() + " " + hashlib.sha256(ISSUER).hexdigest()
LAST = [("C", T.CHANGE + T.FINISHED), ("S", T.CHANGE + T.FINISHED)]
FULL = [("C", HELLO), ("S", FLIGHT)] + LAST
GOOD = {"version": "TLSv1.2", "cipher": "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "group": "secp256r1", "name": "first.example", "chain": CHAIN,
        "outcome": "established", "resumed": "no", "tls_start": "implicit", "sig_scheme": "rsa_pkcs1_sha256"}
# The 1024-bit prime of RFC 2409 section 6.2, named so in our tables, and one that no table has.
OAKLEY2 = bytes.fromhex("ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404ddef9519b3cd3a431b"
                        "302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7edee386bfb5a899fa5ae9f24117c4b1fe6"
                        "49286651ece65381ffffffffffffffff")
ODD = b"\x13" + bytes([0x55]) * 127


def dh(prime, bits, name):
    flight = T.record(T.HANDSHAKE, T.server_hello(0x0033) + T.certificate(LEAF) + T.dhe(prime) + T.DONE)
    return [("C", HELLO), ("S", flight)] + LAST, {"dh_bits": bits, "dh_prime": name, "dh_basis": "prime", "sig_scheme": "rsa_pkcs1_sha256",
                                                  "cipher": "TLS_DHE_RSA_WITH_AES_128_CBC_SHA"}


TALK = {
    "a whole handshake": (FULL, GOOD),
    "a prime with leading zeros": dh(b"\0\0" + OAKLEY2, "1024", "oakley2"),
    "a prime whose first bits are zero": dh(ODD, "1021", hashlib.sha256(ODD).hexdigest()[:16]),
    "a prime of no table with leading zeros": dh(bytes(3) + ODD, "1021", hashlib.sha256(ODD).hexdigest()[:16]),
}


# ---- records and messages ----
def records(messages, size, kind=T.HANDSHAKE):
    return b"".join(T.record(kind, messages[at:at + size]) for at in range(0, len(messages), size))


def answered(flight, **want):
    """What the server's first flight must give, the handshake going on behind it."""
    return [("C", HELLO), ("S", flight)] + LAST, want


BIG = tuple(b"\x30\x82\x54\x5c" + bytes([i]) * 21600 for i in range(16))
RETRY = T.server_hello(0x1301, T.versions(0)[:0] + T.extension(43, b"\3\4") + T.extension(51, b"\0\x17"), session=bytes(32), random=T.RETRY_RANDOM)
HELLO13 = T.server_hello(0x1301, T.extension(43, b"\3\4") + T.extension(51, b"\0\x17" + T.vector(2, bytes(65))), session=bytes(32))
ASK13 = T.record(T.HANDSHAKE, T.client_hello(T.name("first.example") + T.versions(0x0304, 0x0303), session=bytes(32)))
GOOD13 = {"version": "TLSv1.3", "group": "secp256r1", "cipher": "TLS_AES_128_GCM_SHA256", "outcome": "established", "chain": "", "resumed": "no",
          "offered_versions": "TLSv1.3 TLSv1.2", "name": "first.example"}
ALERT = T.record(T.ALERT, b"\2\x28")
# RFC 8879 section 4: zlib, a length of 16 MB that its bytes do not have.
COMPRESSED = T.message(25, b"\0\1\xff\xff\xff" + T.vector(3, zlib.compress(b"\0" + T.vector(3, T.vector(3, LEAF) + bytes(2)))))
HELLO_V2 = T.sslv2_client_hello(0x0301, b"\0\0\x2f\1\0\x80\0\0\5")
MASTER_KEY = T.sslv2(b"\2\1\0\x80" + struct.pack(">HHH", 0, 128, 0) + bytes(128))
SERVER_V2 = T.sslv2(b"\4\0\1\0\2" + struct.pack(">HHH", len(LEAF), 3, 16) + LEAF + b"\1\0\x80" + bytes(16))
GOOD_V2 = {"version": "SSLv2", "cipher": "SSL_CK_RC4_128_WITH_MD5", "chain": CHAIN[:64], "outcome": "established", "offered_versions": "SSLv2"}

TALK.update({
    "one record a byte": ([("C", records(HELLO[5:], 1)), ("S", records(FLIGHT[5:], 1))] + LAST, GOOD),
    "records of 3 bytes": ([("C", records(HELLO[5:], 3)), ("S", records(FLIGHT[5:], 3))] + LAST, GOOD),
    "a Certificate of 340 KB": answered(records(T.server_hello() + T.certificate(*BIG) + T.ecdhe(29) + T.DONE, 16384),
                                        chain=" ".join(hashlib.sha256(c).hexdigest() for c in BIG), group="x25519", outcome="established"),
    "a Certificate of 340 KB over records of 100": answered(records(T.server_hello() + T.certificate(*BIG) + T.DONE, 100),
                                                            chain=" ".join(hashlib.sha256(c).hexdigest() for c in BIG), outcome="established"),
    "a ServerHello in a record that never ends": ([("C", HELLO), ("S", T.record(T.HANDSHAKE, T.server_hello(), length=9000))],
                                                  {"version": "TLSv1.2", "cipher": GOOD["cipher"], "chain": "", "outcome": "handshake-failed"}),
    "a second hello behind ChangeCipherSpec": ([("C", ASK13), ("S", T.record(T.HANDSHAKE, RETRY) + T.CHANGE), ("C", T.CHANGE + ASK13),
                                                ("S", T.record(T.HANDSHAKE, HELLO13) + T.SECRET_DATA), ("C", T.SECRET_DATA)], GOOD13),
    "a second hello before ChangeCipherSpec": ([("C", ASK13), ("S", T.record(T.HANDSHAKE, RETRY)), ("C", ASK13 + T.CHANGE),
                                                ("S", T.record(T.HANDSHAKE, HELLO13) + T.CHANGE + T.SECRET_DATA), ("C", T.SECRET_DATA)], GOOD13),
    "a HelloRetryRequest and no more": ([("C", ASK13), ("S", T.record(T.HANDSHAKE, RETRY)), ("C", ALERT)],
                                        {"version": "TLSv1.3", "group": "secp256r1", "alert": "handshake_failure", "outcome": "handshake-failed", "resumed": ""}),
    "TLS 1.3: the client's last is an alert": ([("C", ASK13), ("S", T.record(T.HANDSHAKE, HELLO13) + T.CHANGE + T.SECRET_DATA),
                                                ("C", T.CHANGE + T.record(T.DATA, bytes(24)))], {"version": "TLSv1.3", "outcome": "handshake-failed"}),
    "an alert in answer": ([("C", HELLO), ("S", ALERT)], {"version": "", "alert": "handshake_failure", "outcome": "handshake-failed", "name": "first.example"}),
    "an alert of two records": ([("C", HELLO), ("S", T.record(T.ALERT, b"\2\x46"))], {"alert": "protocol_version"}),
    "a warning, then a fatal alert": ([("C", HELLO), ("S", T.record(T.ALERT, b"\1\x70") + ALERT)], {"alert": "handshake_failure"}),
    "a warning alone": ([("C", HELLO), ("S", T.record(T.ALERT, b"\1\x70") + FLIGHT)] + LAST, dict(GOOD, alert="")),
    "an alert of no name": ([("C", HELLO), ("S", T.record(T.ALERT, b"\2\xc8"))], {"alert": "200"}),
    "SSLv2's hello, TLS's answer": ([("C", HELLO_V2), ("S", T.record(T.HANDSHAKE, T.server_hello(0x002f, version=0x0301) + T.certificate(LEAF) + T.DONE))] + LAST,
                                    {"version": "TLSv1.0", "cipher": "TLS_RSA_WITH_AES_128_CBC_SHA", "chain": CHAIN[:64], "outcome": "established",
                                     "offered_versions": "TLSv1.0", "name": ""}),
    "SSLv2": ([("C", T.sslv2_client_hello(2, b"\1\0\x80")), ("S", SERVER_V2), ("C", MASTER_KEY), ("S", T.sslv2(bytes(33))), ("C", T.sslv2(bytes(33)))], GOOD_V2),
    "SSLv2, refused": ([("C", T.sslv2_client_hello(2, b"\1\0\x80")), ("S", T.sslv2(b"\0\0\1"))], {"version": "", "outcome": "handshake-failed", "offered_versions": "SSLv2"}),
    "a session taken up": ([("C", T.record(T.HANDSHAKE, T.client_hello(session=bytes(range(32))))),
                            ("S", T.record(T.HANDSHAKE, T.server_hello(session=bytes(range(32)))) + T.CHANGE + T.FINISHED), ("C", T.CHANGE + T.FINISHED)],
                           {"resumed": "yes", "outcome": "established", "chain": "", "version": "TLSv1.2"}),
    "another session than asked for": ([("C", T.record(T.HANDSHAKE, T.client_hello(session=bytes(range(32))))),
                                        ("S", T.record(T.HANDSHAKE, T.server_hello(session=bytes(32))) + T.CHANGE + T.FINISHED), ("C", T.CHANGE + T.FINISHED)],
                                       {"resumed": "", "outcome": "established", "chain": ""}),
    "anonymous": answered(T.record(T.HANDSHAKE, T.server_hello(0x0034) + T.dhe(OAKLEY2, b"") + T.DONE), chain="NONE", dh_bits="1024", sig_scheme=""),
    "no certificate where the suite has one": answered(T.record(T.HANDSHAKE, T.server_hello() + T.DONE), chain="", collected=""),
    "TLS 1.0 has no scheme": answered(T.record(T.HANDSHAKE, T.server_hello(0x0033, version=0x0301) + T.certificate(LEAF) + T.dhe(OAKLEY2, T.vector(2, bytes(128)))),
                                      dh_bits="1024", sig_scheme="", version="TLSv1.0"),
    "an explicit curve": answered(T.record(T.HANDSHAKE, T.server_hello() + T.certificate(LEAF) + T.message(T.KEY_EXCHANGE, b"\1" + bytes(80)) + T.DONE),
                                  group="", sig_scheme="", chain=CHAIN[:64]),
    # lengths that contradict each other leave what hangs on them empty, no more
    "a chain that ends within a certificate": answered(
        T.record(T.HANDSHAKE, T.server_hello() + T.message(T.CERTIFICATE, T.vector(3, T.vector(3, LEAF) + b"\0\1\0" + ISSUER[:200])) + T.ecdhe(23)),
        chain="", version="TLSv1.2", group="secp256r1", outcome="established"),
    "a chain longer than its message": answered(
        T.record(T.HANDSHAKE, T.server_hello() + T.message(T.CERTIFICATE, b"\0\4\0" + T.vector(3, LEAF)) + T.ecdhe(23)), chain="", group="secp256r1"),
    "a prime longer than its message": answered(
        T.record(T.HANDSHAKE, T.server_hello(0x0033) + T.certificate(LEAF) + T.message(T.KEY_EXCHANGE, b"\1\0" + OAKLEY2)), dh_bits="", dh_prime="", dh_basis="", chain=CHAIN[:64]),
    "a prime of zeros": answered(T.record(T.HANDSHAKE, T.server_hello(0x0033) + T.certificate(LEAF) + T.dhe(bytes(128))), dh_bits="", dh_prime="", sig_scheme="rsa_pkcs1_sha256"),
    "a message longer than any": answered(T.record(T.HANDSHAKE, T.server_hello() + T.message(T.CERTIFICATE, bytes(200), length=0x200000)) + FLIGHT,
                                          version="TLSv1.2", chain="", outcome="handshake-failed"),
    "a record longer than any": answered(T.record(T.HANDSHAKE, T.server_hello()) + T.record(T.HANDSHAKE, T.certificate(LEAF) + bytes(3000), length=19000),
                                         version="TLSv1.2", chain="", outcome="handshake-failed"),
    "a session id longer than its hello": answered(T.record(T.HANDSHAKE, T.message(T.SERVER_HELLO, b"\3\3" + T.RANDOM + b"\x20" + bytes(8))),
                                                   version="", cipher="", outcome="handshake-failed"),
    "an extension longer than its list": ([("C", T.record(T.HANDSHAKE, T.client_hello(T.name("first.example") + b"\0\x10\1\0\0")))] + FULL[1:], GOOD),
    "a name longer than its extension": ([("C", T.record(T.HANDSHAKE, T.client_hello(T.extension(0, T.vector(2, b"\0\0\x20first.example")) + T.versions(0x0303))))] + FULL[1:],
                                         dict(GOOD, name="", offered_versions="TLSv1.2")),
    "suites of an odd length": ([("C", T.record(T.HANDSHAKE, T.client_hello(T.name("first.example"), suites=b"\xc0\x2f\0")))] + FULL[1:], dict(GOOD, offered_classes="aead fs")),
    "compress_certificate offered, the certificates as ever": (
        [("C", T.record(T.HANDSHAKE, T.client_hello(T.name("first.example") + T.extension(27, b"\6\0\1\0\2\0\3"))))] + FULL[1:], GOOD),
    "a CompressedCertificate in TLS 1.2, which has none": answered(T.record(T.HANDSHAKE, T.server_hello() + COMPRESSED + T.certificate(LEAF, ISSUER) + T.ecdhe(23) + T.DONE), **GOOD),
    "nothing but a CompressedCertificate": answered(T.record(T.HANDSHAKE, T.server_hello() + COMPRESSED + T.ecdhe(23) + T.DONE), **dict(GOOD, chain="")),
    "a CompressedCertificate in clear in TLS 1.3, against its rules": (
        [("C", ASK13), ("S", T.record(T.HANDSHAKE, HELLO13 + COMPRESSED)), ("S", T.record(T.DATA, bytes(900))), ("C", T.record(T.DATA, bytes(80)))], GOOD13),
    "a HelloRequest first": ([("S", T.record(T.HANDSHAKE, T.message(T.HELLO_REQUEST, b""))), ("C", HELLO), ("S", FLIGHT)] + LAST, GOOD),
    "GREASE": ([("C", T.record(T.HANDSHAKE, T.client_hello(T.extension(0x0a0a, b"") + T.versions(0x1a1a, 0x0304, 0x0303), suites=b"\x2a\x2a\x13\1")))] + FULL[1:],
               {"offered_versions": "0x1a1a TLSv1.3 TLSv1.2", "offered_classes": "aead fs"}),
    "the hello answered in clear text": ([("C", HELLO), ("S", b"HTTP/1.1 400 Bad Request\r\n\r\n")], {"version": "", "outcome": "no-tls", "name": "first.example"}),
    "the hello not answered": ([("C", HELLO)], {"outcome": "closed", "name": "first.example"}),
    "what looks like TLS and is not": ([("C", b"\x16\3\1\2\0\3\0\1\xfc\3\3" + bytes(600)), ("S", b"\x16\3\1\0\0")], None),
    "encrypted bytes that look like a hello's head": ([("C", HELLO), ("S", FLIGHT), ("C", T.CHANGE + T.record(T.HANDSHAKE, b"\1\0\0\x24" + bytes(36))),
                                                       ("S", T.CHANGE + T.FINISHED)], GOOD),
    "an alert of a level that is none": ([("C", HELLO), ("S", T.record(T.ALERT, b"\3\x28"))], {"alert": "", "version": ""}),
    "a record of version 2": ([("C", b"\x16\2" + HELLO[2:])], None),
    "a record of version 3.5": ([("C", b"\x16\3\5" + HELLO[3:])], None),
    "a hello of version 4": ([("C", HELLO[:9] + b"\4" + HELLO[10:])], None),
    "a hello of version 3.5": ([("C", HELLO[:10] + b"\5" + HELLO[11:])], None),
    "a record longer than any first": ([("C", HELLO[:3] + b"\x48\1" + HELLO[5:])], None),
    "half a hello": ([("C", HELLO[:40]), ("S", b"")], None),
})


def in_pieces(segments, size):
    out = []
    for s in segments:
        for at in range(0, max(len(s.payload), 1), size):
            last = at + size >= len(s.payload)
            out.append(s.copy(seq=s.seq + at, payload=s.payload[at:at + size], flags=s.flags if last else s.flags & ~P.FIN))
    return out


# ---- bytes that come twice and differ: the first count (docs/formats.md) ----
def other(b):
    return b.replace(b"first.example", b"other.example")


def sent_again():
    c = T.Connection().open()
    c.send("C", HELLO).send("C", other(HELLO), seq=1001, kept=False)
    return c.talk(*FULL[1:]).close().out


def overlap_given():
    """A retransmission begins before what was given, and goes on behind it."""
    cut = len(HELLO) - 5
    c = T.Connection().open()
    c.send("C", HELLO[:cut])
    c.send("C", other(HELLO)[cut - 20:], seq=1001 + cut - 20)
    return c.talk(*FULL[1:]).close().out


def overlap_held(a, b, covers):
    """The bytes from a on to b come before those in front of them; then others that cover them, or begin within."""
    c = T.Connection().open()
    c.send("C", HELLO[a:b], seq=1001 + a, kept=False)
    x, y = covers
    c.send("C", other(HELLO)[x:y], seq=1001 + x, kept=False)
    if x:
        c.send("C", HELLO[:x], seq=1001, kept=False)
    c.seq["C"] = 1001 + y
    if y < len(HELLO):
        c.send("C", HELLO[y:])
    return c.talk(*FULL[1:]).close().out


NAME = HELLO.index(b"first.example")
END = NAME + 13
SEGMENTS = {
    "sent again with other bytes": (sent_again(), GOOD),
    "sent again from the middle with other bytes": (overlap_given(), GOOD),
    "held, then covered": (overlap_held(NAME, END, (0, len(HELLO))), GOOD),
    "held, then the same place": (overlap_held(NAME, END, (NAME, END)), GOOD),
    "held, then from within": (overlap_held(NAME, END, (NAME + 4, len(HELLO))), GOOD),
    "held, then up to within": (overlap_held(NAME, END, (5, END - 4)), GOOD),
}
FRAMES = {}


# ---- what connections do ----
def fin_with_data(padding):
    """The server's last flight comes with its FIN; frames are padded by the card, some of them behind the FIN."""
    c = T.Connection().open().talk(*FULL[:3])
    c.send("S", T.CHANGE, kept=True).send("S", T.FINISHED, flags=P.FIN | P.ACK).send("C", flags=P.FIN | P.ACK).send("S", flags=P.ACK)
    return [(s.time, P.ethernet(P.ipv4(s, s.tcp())) + padding * bool(s.flags & P.FIN)) for s in c.out]


def alert_with_fin():
    """A short one: what is padded is not pushed."""
    c = T.Connection().open().send("C", HELLO).send("S", ALERT, flags=P.FIN | P.ACK)
    return c.send("C", flags=P.FIN | P.ACK).send("S", flags=P.ACK).out


def fin_padded(twice):
    """FINs of which the header says that bytes follow, as cards that pad within the datagram do: what comes is told by
    sequence numbers alone."""
    c = T.Connection().open().talk(*FULL)
    c.send("C", flags=P.FIN | P.ACK)
    if twice:
        c.send("C", flags=P.FIN | P.ACK, seq=c.seq["C"] - 1, kept=False)
    return c.send("S", flags=P.FIN | P.ACK).send("C", flags=P.ACK).out


def padded_acks(n):
    """Bare ACKs at the place of the next byte, n bytes behind them, before each of the server's segments and after them."""
    c = T.Connection().open()
    for side, payload in FULL:
        c.send(side, bytes([0xee]) * n, flags=P.ACK, kept=False)
        c.send(side, payload)
        c.send("S" if side == "C" else "C", bytes(n), flags=P.ACK, kept=False)
    return c.close().out


def short_data():
    """Six bytes or fewer without PSH in the least of frames, that are the stream's: what follows counts them."""
    c = T.Connection().open().send("C", HELLO[:6], flags=P.ACK).send("C", HELLO[6:])
    return c.talk(*FULL[1:]).close().out


def short_data_acked():
    """The same at the end of a direction: the other side acknowledges them."""
    c = T.Connection().open().send("C", HELLO[:-4]).send("C", HELLO[-4:], flags=P.ACK)
    return c.talk(*FULL[1:]).close().out


def short_data_last(ack=False):
    """The same where the FIN counts them, or a bare ACK."""
    c = T.Connection().open().send("C", HELLO).send("S", ALERT[:-4]).send("S", ALERT[-4:], flags=P.ACK)
    if ack:
        return c.send("S", flags=P.ACK).out
    return c.send("S", flags=P.FIN | P.ACK, ack=1001 + len(HELLO)).send("C", flags=P.FIN | P.ACK, ack=5001).out


def syn_acks(first_is_true, acked):
    c = T.Connection().send("C", flags=P.SYN)
    true, false = 5000, 77777777
    for seq in (true, false) if first_is_true else (false, true):
        c.send("S", flags=P.SYN | P.ACK, seq=seq, kept=False)
    c.seq["S"] = true + 1
    if acked:
        c.send("C", flags=P.ACK)
    return c.talk(*FULL).close().out


def without(flags):
    return [s for s in T.conversation(FULL) if (s.flags & (P.SYN | P.ACK)) not in flags]


def used_again(closed, gap, seq):
    """The same ports a second time, after a close or none: another name."""
    c = T.Connection().open().talk(*FULL)
    if closed:
        c.close()
    d = T.Connection(time=c.time + gap, seq=seq).open().talk(("C", other(HELLO)), *FULL[1:]).close()
    return c.out + d.out


def ends(side):
    """Half of it: what one direction says."""
    client = T.Connection().ends["C"][0]
    return [s for s in T.conversation(FULL) if (s.src == client) == (side == "C")]


def reset(at, answered):
    c = T.Connection().open().talk(*FULL[:at])
    return c.send("S" if answered else "C", flags=P.RST | P.ACK).out


def wrapping():
    c = T.Connection(seq=(0xffffffff - 30, 0xffffffff - 100)).open().talk(*FULL).close()
    return in_pieces(c.out, 20)[::1]


def late_first():
    """The first bytes come last, the SYN behind them all."""
    s = T.conversation(FULL)
    return [s[1], s[2]] + s[4:5] + [s[3]] + s[5:] + [s[0]]


def self_connection():
    """A simultaneous open (RFC 9293 section 3.5): both send a SYN, both answer."""
    c = T.Connection().send("C", flags=P.SYN).send("S", flags=P.SYN)
    c.send("C", flags=P.SYN | P.ACK, seq=1000, kept=False).send("S", flags=P.SYN | P.ACK, seq=5000, kept=False)
    return c.talk(*FULL).close().out


TWO = [GOOD, dict(GOOD, name="other.example")]
# Of one side: nothing that the other says, nor what its silence would say.
ONE_C = {"name": "first.example", "version": "", "chain": "", "resumed": "", "outcome": "truncated", "offered_versions": "TLSv1.2", "tls_start": "implicit"}
ONE_S = dict(GOOD, name="", outcome="truncated", offered_versions="")
SEGMENTS.update({
    "an alert that comes with the FIN": (alert_with_fin(), {"alert": "handshake_failure", "outcome": "handshake-failed"}),
    "words that come with a reset": (T.Connection().open().send("C", HELLO).send("S", ALERT, flags=P.RST | P.ACK).out, {"alert": "", "outcome": "closed"}),
    "FIN sent twice": (fin_padded(True), GOOD),
    "short bytes without PSH": (short_data(), GOOD),
    "short bytes without PSH, acknowledged": (short_data_acked(), GOOD),
    "short bytes without PSH, the FIN counts them": (short_data_last(), {"alert": "handshake_failure", "outcome": "handshake-failed"}),
    "short bytes without PSH, an ACK counts them": (short_data_last(True), {"alert": "handshake_failure"}),
    "no SYN": (without([P.SYN]), GOOD),
    "no SYN-ACK": (without([P.SYN | P.ACK]), GOOD),
    "no SYN of either": (without([P.SYN, P.SYN | P.ACK]), dict(GOOD, tls_start="")),
    "only the client": (ends("C"), ONE_C),
    "only the server": (ends("S"), ONE_S),
    "a reset behind the hello": (reset(1, True), {"outcome": "closed", "name": "first.example"}),
    "a reset of the client's behind the answer": (reset(2, False), {"outcome": "handshake-failed", "chain": CHAIN}),
    "a reset behind it all": (reset(4, True), GOOD),
    "sequence numbers wrap": (wrapping(), GOOD),
    "the SYN comes last": (late_first(), GOOD),
    "a simultaneous open": (self_connection(), GOOD),
    "used again after a close": (used_again(True, 1000, (90000, 95000)), TWO),
    "used again a minute later, numbers lower": (used_again(True, 60000000, (10, 20)), TWO),
    "used again without a close": (used_again(False, 60000000, (5000000, 6000000)), TWO),
    **{f"bare ACKs with {n} bytes": (padded_acks(n), GOOD) for n in (1, 2, 5, 6)},
    **{f"two SYN-ACKs, {a}, {b}": (syn_acks(a, b), GOOD) for a in (True, False) for b in (True, False)},
    **{f"on port {n}": (T.conversation(FULL, port=n), dict(GOOD, port=str(n))) for n in (1, 22, 25, 53, 80, 5222, 6667, 8080, 65535)},
})
def tagged(segments, short):
    """In PPPoE with two VLAN tags, where frames are longer than the least; short: PPPoE's length is that without the padding."""
    tags = struct.pack(">HHHH", 0x88a8, 7, 0x8100, 8)
    out = []
    for s in segments:
        ip = P.ipv4(s, s.tcp())
        n = len(ip) + 2 - (len(s.payload) if short and s.payload.strip(b"\xee\0") == b"" else 0)
        out.append((s.time, P.ethernet(struct.pack(">BBHHH", 0x11, 0, 1, n, 0x21) + ip, 0x8864, tags)))
    return out


FRAMES["padded ACKs in PPPoE and QinQ"] = (tagged(padded_acks(6), False), GOOD)
FRAMES["padded ACKs in PPPoE and QinQ, cut by PPPoE's length"] = (tagged(padded_acks(6), True), GOOD)
FRAMES["ACKs of more bytes than any padding, cut by PPPoE's length"] = (tagged(padded_acks(20), True), GOOD)
FRAMES["padded ACKs with a trailer"] = ([(s.time, P.ethernet(P.ipv4(s, s.tcp())) + bytes(10)) for s in padded_acks(6)], GOOD)
FRAMES["the last flight with the FIN, padded"] = (fin_with_data(b""), GOOD)
FRAMES["FIN with a trailer behind the datagram"] = (fin_with_data(bytes(6)), GOOD)


class Run:
    def __init__(self, tool, folder):
        self.tool, self.path, self.met, self.bad = tool, os.path.join(folder, "case.pcap"), 0, 0

    def case(self, what, frames, want):
        """want: cells of the one row, a list of those of several, or None: no row."""
        with open(self.path, "wb") as f:
            f.write(P.pcap(frames))
        out = subprocess.run([self.tool, "-q", "--show", "client_chain,ja4", self.path], stdout=subprocess.PIPE, check=True, timeout=100).stdout.decode()
        rows = list(csv.DictReader(out.splitlines()))
        all_of = [] if want is None else [want] if isinstance(want, dict) else want
        wrong = [f"{len(rows)} rows, wanted {len(all_of)}"] if len(rows) != len(all_of) else []
        wrong += [f"{k} {r[k][:70]!r}, wanted {w[k][:70]!r}" for w, r in zip(all_of, rows) for k in w if r[k] != w[k]]
        self.met += not wrong
        self.bad += bool(wrong)
        if wrong:
            print(f"FAIL {what}: " + "; ".join(wrong))


def main():
    with tempfile.TemporaryDirectory() as folder:
        run = Run(sys.argv[1], folder)
        for what, (talk, want) in TALK.items():
            segments = T.conversation(talk)
            longest = max(len(s.payload) for s in segments)
            for size in (1, 7, 1400):
                if size > 1 or longest < 20000:
                    run.case(f"{what}, pieces of {size}", P.plain(in_pieces(segments, size)), want)
        for what, (segments, want) in SEGMENTS.items():
            run.case(what, P.plain(segments), want)
        for what, (frames, want) in FRAMES.items():
            run.case(what, frames, want)
        print(f"{run.met} captures met, {run.bad} not")
        return run.bad != 0


if __name__ == "__main__":
    sys.exit(main())
