#!/usr/bin/env python3
"""Microsoft's trust lists through tw-stores import: lists, cabinets and damage made here, with the certificates of keystores/."""
import datetime
import hashlib
import os
import random
import struct
import sys
import tempfile
import zlib

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

sys.dont_write_bytecode = True
from importing import HERE, der, fail, failures, run, tlv  # noqa: E402


def oid(dotted):
    a = [int(x) for x in dotted.split(".")]
    out = b""
    for v in [40 * a[0] + a[1]] + a[2:]:
        part = bytes([v & 127])
        while v > 127:
            v >>= 7
            part = bytes([128 | v & 127]) + part
        out += part
    return tlv(6, out)


ONE, TWO = der("one.pem"), der("two.pem")
SERVER, CLIENT, CODE, EMAIL, STAMP = ("1.3.6.1.5.5.7.3." + n for n in "12348")
SHA1, SHA256, HASH = "1.3.14.3.2.26", "2.16.840.1.101.3.4.2.1", "1.3.6.1.4.1.311.10.11.15"
ROOTS, DISALLOWED = "1.3.6.1.4.1.311.10.3.9", "1.3.6.1.4.1.311.10.3.30"


def uses(*oids):
    return tlv(0x30, *[oid(o) for o in oids])


def filetime(*date):
    seconds = (datetime.datetime(*date) - datetime.datetime(1601, 1, 1)) // datetime.timedelta(seconds=1)
    return struct.pack("<Q", seconds * 10000000)


def entry(name, **properties):
    attributes = [tlv(0x30, oid("1.3.6.1.4.1.311.10.11." + n[1:]), tlv(0x31, tlv(4, v))) for n, v in properties.items()]
    return tlv(0x30, tlv(4, name), tlv(0x31, *attributes)) if attributes else tlv(0x30, tlv(4, name))


def stl(*entries, usage=ROOTS, algorithm=SHA1, update=tlv(0x17, b"200615120000Z"), content="1.3.6.1.4.1.311.10.1"):
    ctl = tlv(0x30, tlv(0x30, oid(usage)), tlv(4, b"n\0a\0"), tlv(2, b"\1\2"), update, tlv(0x30, oid(algorithm), b"\5\0"), tlv(0x30, *entries))
    signed = tlv(0x30, tlv(2, b"\1"), tlv(0x31), tlv(0x30, oid(content), tlv(0xa0, ctl)), tlv(0x31))
    return tlv(0x30, oid("1.2.840.113549.1.7.2"), tlv(0xa0, signed))


def write(name, data):
    with open(name, "wb") as f:
        f.write(data)
    return name


SHA1_ONE, SHA1_TWO = hashlib.sha1(ONE).digest(), hashlib.sha1(TWO).digest()
NAME_ONE, NAME_TWO = hashlib.sha256(ONE).hexdigest(), hashlib.sha256(TWO).hexdigest()


def one(words, want, *, at_hand=True, **properties):
    """A list of one root. want: tls_trusted, distrust_after, purposes. words: in the messages, each in its line."""
    path = write("one.stl", stl(entry(SHA1_ONE, **properties)))
    status, rows, err = run(path, *(["--certs", HERE + "one.pem"] if at_hand else []))
    lines = [x for x in err.splitlines() if not x.startswith("tw-stores: rows ")]
    have = [(r["sha256"], r["kind"], r["anchor_expiry"], r["tls_trusted"], r["distrust_after"], r["purposes"]) for r in rows]
    if status or have != [(NAME_ONE, "anchor", "1", *want)]:
        fail(f"{list(properties)}: exit {status}: {have}, not {want}: {err}")
    if len(lines) != len(words) or not all(w in x and "byte " in x for w, x in zip(words, lines)):
        fail(f"{list(properties)}: messages {lines}, not {words}")


def roots():
    every, date = "server client email code", filetime(2019, 3, 1, 12, 30, 1)
    one([], ("1", "", every))
    one([], ("1", "", "server code"), p9=uses(SERVER, CODE, STAMP))
    one([], ("1", "", every), p9=uses("2.5.29.37.0"))
    one([], ("0", "", "client"), p9=uses(CLIENT, SERVER), p122=uses(SERVER))
    one([], ("0", "", ""), p9=uses())
    one([], ("0", "", "client email code"), p122=uses(SERVER))
    one([], ("0", "", ""), p104=b"")
    one([], ("0", "", ""), p104=filetime(2020, 6, 15, 12))
    one(["not yet"], ("1", "", every), p104=filetime(2020, 6, 15, 12, 0, 1))
    one([], ("1", "2019-03-01T12:30:01Z", every), p126=date)
    one([], ("1", "", every), p126=b"")
    one([], ("1", "2019-03-01T12:30:01Z", every), p126=date, p127=uses(EMAIL, SERVER))
    one([], ("1", "", every), p126=date, p127=uses(EMAIL))
    one([], ("0", "2019-03-01T12:30:01Z", ""), p126=date, p104=b"")
    one(["distrust by date that can't be read"], ("0", "", "client email code"), p126=b"1234567")
    one(["distrust by date that can't be read"], ("0", "", "client email code"), p126=b"\xff" * 8)
    one(["distrust by date that can't be read"], ("0", "", "client email code"), p126=date, p127=b"\x30\x05")
    one(["list of uses that can't be read"], ("0", "", ""), p9=b"\x30\x04\x06\x01")
    one(["since which it is disabled that can't be read"], ("0", "", ""), p104=b"123")
    one(["named, but not at hand"], ("1", "", every), at_hand=False, p98=bytes.fromhex(NAME_ONE))
    one([], ("1", "", every), p98=bytes.fromhex(NAME_ONE), p105=b"x", p83=b"", p129=b"z")
    status, rows, err = run(write("two.stl", stl(entry(SHA1_ONE, p11="Ä 𝄞\0".encode("utf-16-le")), entry(b"short"), entry(SHA1_TWO))),
                            "--certs", HERE + "one.pem")
    if status or [r["label"] for r in rows] != ["Ä 𝄞"] or "a name of 5 bytes" not in err or f"SHA-1 {SHA1_TWO.hex()}: no certificate" not in err:
        fail(f"two.stl: exit {status}: {rows}: {err}")
    # The list's own date is the snapshot's: what had expired then is told.
    late = stl(entry(SHA1_ONE), update=tlv(0x18, b"30000101000000Z"))
    for options, told in ([], True), (["--date", "2030-01-01"], False):
        err = run(write("late.stl", late), "--certs", HERE + "one.pem", *options)[2]
        if ("expired" in err) != told:
            fail(f"late.stl {options}: {err}")
    for name, data, cause in (
            ("usage", stl(entry(SHA1_ONE), usage="1.3.6.1.4.1.311.10.3.1"), "neither of roots nor of what is disallowed"),
            ("time", stl(entry(SHA1_ONE), update=tlv(0x17, b"200631120000Z")), "thisUpdate can't be read"),
            ("algorithm", stl(entry(SHA1_ONE), algorithm=SHA256), "something else than SHA-1"),
            ("none", stl(), "without a root")):
        status, rows, err = run(write(name + ".stl", data), "--certs", HERE + "one.pem")
        if status != 2 or rows or cause not in err:
            fail(f"{name}.stl: exit {status}: {err}")
    good = stl(entry(SHA1_ONE), entry(SHA1_TWO))
    for n in range(60, len(good)):
        status, rows, err = run(write("cut.stl", good[:n]), "--certs", HERE)
        if status != 2 or f"byte {n}: truncated" not in err:
            fail(f"a list cut at {n}: exit {status}: {err}")
    status, rows, err = run(write("behind.stl", good + b"abc"), "--certs", HERE)
    if status or len(rows) != 2 or f"byte {len(good)}: 3 bytes behind" not in err:
        fail(f"behind.stl: exit {status}: {err}")


def disallowed():
    """wincrypt.h: the hash of what is signed, or the MD5 of the key's bits."""
    a, b = x509.load_der_x509_certificate(ONE), x509.load_der_x509_certificate(TWO)
    key = hashlib.md5(a.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)).digest()
    spki = hashlib.sha256(a.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()
    signed = hashlib.sha256(b.tbs_certificate_bytes).digest()
    lost = [bytes(16), bytes(48), hashlib.sha256(ONE).digest()]
    path = write("disallowed.stl", stl(*[entry(x) for x in [key, signed, *lost]], usage=DISALLOWED, algorithm=HASH))
    status, rows, err = run(path, "--certs", HERE)
    have = {(r["kind"], r["sha256"], r["spki_sha256"], r["tls_trusted"]) for r in rows}
    if status or have != {("block", "", spki, "0"), ("block", NAME_TWO, "", "0")} or "3 of 5 entries name no certificate at hand" not in err:
        fail(f"disallowed.stl: exit {status}: {have}: {err}")
    status, rows, err = run(path)
    if status != 2 or "--certs" not in err:
        fail(f"disallowed.stl without certificates: exit {status}: {err}")
    for algorithm, name in (SHA1, SHA1_ONE), (SHA256, bytes.fromhex(NAME_ONE)):
        path = write("named.stl", stl(entry(name), usage=DISALLOWED, algorithm=algorithm))
        status, rows, err = run(path, "--certs", HERE)
        if status or [(r["kind"], r["sha256"]) for r in rows] != [("block", NAME_ONE)]:
            fail(f"named.stl, {algorithm}: exit {status}: {rows}: {err}")


def checksum(data, seed=0):
    whole = len(data) // 4 * 4
    for (v,) in struct.iter_unpack("<I", data[:whole]):
        seed ^= v
    return seed ^ int.from_bytes(data[whole:], "big")


def cab(content, method=1, reserve=b"", check=True):
    """[MS-CAB]: blocks of 32 KiB, each deflated with what came before as its dictionary."""
    blocks = b""
    parts = [content[i:i + 32768] for i in range(0, len(content), 32768)]
    for i, part in enumerate(parts):
        z = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=parts[i - 1]) if i else zlib.compressobj(9, zlib.DEFLATED, -15)
        data = b"CK" + z.compress(part) + z.flush() if method else part
        head = struct.pack("<HH", len(data), len(part)) + reserve
        blocks += struct.pack("<I", checksum(head, checksum(data)) if check else 0) + head + data
    extra = struct.pack("<HBB", 3, len(reserve), len(reserve)) + b"abc" if reserve else b""
    folder_at = 36 + len(extra)
    files_at = folder_at + 8 + len(reserve)
    name = struct.pack("<IIHHHH", len(content), 0, 0, 0, 0, 32) + b"list.stl\0"
    at = files_at + len(name)
    head = struct.pack("<4sIIIIIBBHHHHH", b"MSCF", 0, at + len(blocks), 0, files_at, 0, 3, 1, 1, 1, 4 if reserve else 0, 1, 0)
    return head + extra + struct.pack("<IHH", at, len(parts), method) + reserve + name + blocks


def cabinets():
    dice = random.Random(1)
    filler = [entry(dice.randbytes(20)) for _ in range(3000)]  # does not compress: several blocks
    long = stl(entry(SHA1_ONE), *filler[:1500], entry(SHA1_TWO), *filler)
    short = stl(entry(SHA1_ONE))
    for name, data, rows_want in (("long", cab(long), 2), ("plain", cab(long, method=0), 2), ("short", cab(short), 1),
                                  ("reserve", cab(long, reserve=b"1234567"), 2), ("unchecked", cab(short, check=False), 1)):
        status, rows, err = run(write(name + ".cab", data), "--certs", HERE)
        if status or len(rows) != rows_want:
            fail(f"{name}.cab: exit {status}, {len(rows)} rows: {err[-300:]}")
    good = cab(short)
    for n in range(4, len(good)):
        status, rows, err = run(write("cut.cab", good[:n]), "--certs", HERE)
        if status != 2 or rows or "truncated" not in err or "byte " not in err:
            fail(f"a cabinet cut at {n}: exit {status}: {err}")
    flipped = good[:-9] + bytes([good[-9] ^ 4]) + good[-8:]
    lzx = bytearray(good)
    lzx[42] = 3
    hollow = bytearray(cab(short, method=0, check=False))
    hollow[good.index(b"list.stl") + 13] = hollow[good.index(b"list.stl") + 14] = 0
    for name, data, cause in (("empty", cab(b""), "first file is empty"), ("hollow", bytes(hollow), "impossible length"), ("flipped", flipped, "checksum"), ("lzx", bytes(lzx), "byte 42: a cabinet that is not compressed by MSZIP"),
                              ("not-inflating", cab(short, check=False)[:-9] + b"\xff" * 9, "does not inflate"),
                              ("other", cab(b"hello"), "truncated")):
        status, rows, err = run(write(name + ".cab", data), "--certs", HERE)
        if status != 2 or rows or cause not in err:
            fail(f"{name}.cab: exit {status}: {err}")


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    roots()
    disallowed()
    cabinets()
sys.exit(len(failures) != 0)
