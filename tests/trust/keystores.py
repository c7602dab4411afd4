#!/usr/bin/env python3
"""Keystores through tw-stores import: those that keytool and openssl made (keystores/make), damaged ones, and Java's block lists."""
import hashlib
import os
import struct
import sys
import tempfile

sys.dont_write_bytecode = True
from importing import HERE, der, fail, failures, run, tlv  # noqa: E402


ONE, TWO = der("one.pem"), der("two.pem")
NAME = {hashlib.sha256(ONE).hexdigest(): "one", hashlib.sha256(TWO).hexdigest(): "two"}


def check(path, want, words, *options):
    """Rows want: {certificate: label}. Each of words stands in the messages, and each warning has one."""
    status, rows, err = run(path, *options)
    what = os.path.basename(path) + " " + " ".join(options)
    have = {NAME.get(r["sha256"], r["sha256"]): r["label"] for r in rows}
    if (status == 0) != bool(want) or have != want:
        fail(f"{what}: exit {status}, {have}, not {want}: {err}")
    for r in rows:
        if (r["kind"], r["tls_trusted"], r["purposes"], r["distrust_after"]) != ("anchor", "1", "server client email code", ""):
            fail(f"{what}: {r}")
    lines = [x for x in err.splitlines() if not x.startswith("tw-stores: rows ") and "without a trusted certificate" not in x]
    if len(lines) != len(words) or not all(w in x for w, x in zip(words, lines)):
        fail(f"{what}: messages {lines}, not {words}")
    return rows


def write(name, data):
    with open(name, "wb") as f:
        f.write(data)
    return name


def made():
    both, one = {"one": "one", "two": "zweite ä 𝄞"}, {"one": "one"}
    wrong, unknown = "the password given is wrong", 'neither "changeit" nor an empty password'
    rows = check(HERE + "two.jks", both, [])
    if any(r["anchor_expiry"] != "0" for r in rows):
        fail("two.jks: Java does not look at an anchor's dates")
    check(HERE + "two.jks", both, ["byte 867: " + wrong], "--password", "changeit2")
    check(HERE + "two.jceks", {"one": "one", "two": "two"}, [])
    check(HERE + "key.jks", one, ['"key": a private key'], "--password", "pässword")
    check(HERE + "key.jks", one, ['"key": a private key', unknown])
    check(HERE + "secret.jceks", {}, ["a secret key, whose end can't be told"])
    both = {"one": "one", "two": "zweite Ä 𝄞"}
    rows = check(HERE + "two.p12", both, [])
    if any(r["anchor_expiry"] != "0" for r in rows):
        fail("two.p12: Java does not look at an anchor's dates")
    check(HERE + "two.p12", {}, [wrong, "are encrypted, and the password given is wrong"], "--password", "Changeit")
    check(HERE + "clear.p12", one, [])
    check(HERE + "old.p12", one, [])
    check(HERE + "key.p12", one, ["a private key", "not marked as trusted"], "--password", "secret-2")
    check(HERE + "key.p12", {}, [unknown, "a private key", "are encrypted"])
    plain = {"one": "", "two": ""}
    rows = check(HERE + "openssl.p12", plain, ["no certificate is marked as trusted"])
    if any(r["anchor_expiry"] != "1" for r in rows):
        fail("openssl.p12: not Java's")
    check(HERE + "empty.p12", {"one": ""}, ["no certificate is marked as trusted"])


def entry(version, alias, certificate, kind=b"X.509"):
    head = struct.pack(">IH", 2, len(alias)) + alias + bytes(8)
    return head + (struct.pack(">H", len(kind)) + kind if version == 2 else b"") + struct.pack(">I", len(certificate)) + certificate


def jks(version, entries, count=None, password="changeit"):
    data = struct.pack(">III", 0xfeedfeed, version, len(entries) if count is None else count) + b"".join(entries)
    return data + hashlib.sha1(password.encode("utf-16-be") + b"Mighty Aphrodite" + data).digest()


def java_keystores():
    one, two = entry(2, b"one", ONE), entry(2, b"\xc0\x80\xed\xa0\xb4\xed\xb4\x9e\xff", TWO)
    check(write("v1.jks", jks(1, [entry(1, b"one", ONE)])), {"one": "one"}, [])
    check(write("java.jks", jks(2, [one, two])), {"one": "one", "two": "\ufffd\U0001d11e\ufffd"}, [])
    check(write("empty-password.jks", jks(2, [one], password="")), {"one": "one"}, [])
    good = jks(2, [one, two])
    check(write("behind.jks", good + b"abc"), {"one": "one", "two": "\ufffd\U0001d11e\ufffd"}, [f"byte {len(good)}: 3 bytes behind"])
    check(write("digest.jks", good[:-1] + bytes([good[-1] ^ 1])), {"one": "one", "two": "\ufffd\U0001d11e\ufffd"},
          [f"byte {len(good) - 20}: neither"])
    at = 12 + len(one) - len(ONE) - 4
    check(write("length.jks", good[:at] + b"\x7f\xff\xff\xff" + good[at + 4:]), {},
          [f"byte {at + 4}: entry 1 of 2: truncated: its certificate takes 2147483647 bytes"])
    check(write("negative.jks", good[:at] + b"\xff\xff\xff\xff" + good[at + 4:]), {}, [f"byte {at}: entry 1 of 2: the length"])
    check(write("count.jks", jks(2, [one], 0xffffffff)), {"one": "one"}, ["entry 2 of 4294967295: truncated: its alias"])
    check(write("kind.jks", jks(2, [one, entry(2, b"pgp", TWO, b"PGP")])), {"one": "one"}, ["not X.509"])
    check(write("version.jks", b"\xfe\xed\xfe\xed\0\0\0\3" + good[8:]), {}, ["known kind"])
    for n in range(12, len(good)):
        status, rows, err = run(write("cut.jks", good[:n]))
        lines = err.splitlines()
        whole = n >= 12 + len(one)
        if (status == 0) != whole or "byte " not in lines[0] or "truncated" not in lines[0] or "password" in err:
            fail(f"a keystore cut at {n}: exit {status}: {err}")
        if whole and {NAME.get(r["sha256"]) for r in rows} != ({"one"} if n < len(good) - 20 else {"one", "two"}):
            fail(f"a keystore cut at {n}: rows {rows}")
        if whole and n % 32 == 0 and run("cut.jks", "--strict")[0] != 2:
            fail(f"a keystore cut at {n}: --strict goes on")


OID_DATA = bytes.fromhex("06092a864886f70d010701")
TRUSTED = tlv(0x30, bytes.fromhex("060c6086480186f966adca7b0101"), tlv(0x31, bytes.fromhex("0604551d2500")))


def bag(certificate, *attributes):
    value = tlv(0x30, bytes.fromhex("060a2a864886f70d01091601"), tlv(0xa0, tlv(4, certificate)))
    return tlv(0x30, bytes.fromhex("060b2a864886f70d010c0a0103"), tlv(0xa0, value), *([tlv(0x31, *attributes)] if attributes else []))


def pfx(safe, mac=b"", version=3):
    return tlv(0x30, tlv(2, bytes([version])), tlv(0x30, OID_DATA, tlv(0xa0, tlv(4, safe))), mac)


def mac_data(rounds, digest=bytes.fromhex("06052b0e03021a")):
    info = tlv(0x30, tlv(0x30, digest, b"\x05\x00"), tlv(4, bytes(20)))
    return tlv(0x30, info, tlv(4, b"saltsalt"), tlv(2, rounds.to_bytes(5, "big").lstrip(b"\0")))


def encrypted(rounds):
    """PBES2 with PBKDF2 and AES-256-CBC, of 32 bytes that are nothing."""
    kdf = tlv(0x30, bytes.fromhex("06092a864886f70d01050c"), tlv(0x30, tlv(4, b"saltsalt"), tlv(2, rounds.to_bytes(5, "big").lstrip(b"\0"))))
    cipher = tlv(0x30, bytes.fromhex("060960864801650304012a"), tlv(4, bytes(16)))
    algorithm = tlv(0x30, bytes.fromhex("06092a864886f70d01050d"), tlv(0x30, kdf, cipher))
    inner = tlv(0x30, tlv(2, b"\0"), tlv(0x30, OID_DATA, algorithm, tlv(0x80, bytes(32))))
    return tlv(0x30, bytes.fromhex("06092a864886f70d010706"), tlv(0xa0, inner))


def data(*bags):
    return tlv(0x30, OID_DATA, tlv(0xa0, tlv(4, tlv(0x30, *bags))))


def pkcs12():
    safe = tlv(0x30, data(bag(ONE, TRUSTED), bag(TWO)))
    good = pfx(safe)
    check(write("marked.p12", good), {"one": ""}, ["not marked as trusted"])
    mac = pfx(safe, mac_data(2000))
    check(write("mac.p12", mac), {"one": ""}, [f"byte {len(mac) - len(mac_data(2000)) + 2}: neither", "not marked"])
    costly = "rounds of key derivation than are allowed"
    for rounds in 1 << 31, (1 << 31) - 1, (1 << 20) + 1, 0:
        check(write("rounds.p12", pfx(safe, mac_data(rounds))), {"one": ""}, [costly if rounds else "the MAC", "not marked"])
    check(write("sm3.p12", pfx(safe, mac_data(1, bytes.fromhex("06032a0304")))), {"one": ""}, ["algorithm that is not known", "not marked"])
    both = tlv(0x30, data(bag(ONE, TRUSTED)), encrypted((1 << 31) - 1))
    check(write("costly.p12", pfx(both)), {"one": ""}, ["32 bytes are encrypted, with more " + costly])
    check(write("many.p12", pfx(tlv(0x30, data(bag(ONE, TRUSTED)), *[encrypted(3 << 18)] * 9))), {"one": ""}, [costly] * 9)
    check(write("nothing.p12", pfx(tlv(0x30, data(bag(ONE, TRUSTED)), encrypted(1)))), {"one": ""}, ["neither"])
    check(write("version.p12", pfx(safe, version=3).replace(b"\2\1\3\x30", b"\2\1\4\x30", 1)), {}, ["known kind"])
    check(write("behind.p12", good + b"abc"), {"one": ""}, [f"byte {len(good)}: 3 bytes behind", "not marked"])
    # X.690 8.1.3.6: lengths that are not told before, and the content in pieces.
    pieces = b"\x24\x80" + b"".join(tlv(4, safe[i:i + 100]) for i in range(0, len(safe), 100)) + b"\0\0"
    ber = b"\x30\x80\2\1\3\x30\x80" + OID_DATA + b"\xa0\x80" + pieces + b"\0\0" * 3
    check(write("ber.p12", ber), {"one": ""}, ["not marked"])
    check(write("ber-cut.p12", ber[:-7]), {}, ["byte 0: damaged or truncated"])
    nest = bag(ONE, TRUSTED)
    for _ in range(50):
        nest = tlv(0x30, bytes.fromhex("060b2a864886f70d010c0a0106"), tlv(0xa0, tlv(0x30, nest)))
    check(write("nest.p12", pfx(tlv(0x30, data(nest, bag(TWO, TRUSTED))))), {"two": ""}, ["bags in bags"])
    for n in range(20, len(good)):
        status, rows, err = run(write("cut.p12", good[:n]))
        if status != 2 or rows or f"byte {n}: truncated" not in err or "password" in err:
            fail(f"a PKCS#12 cut at {n}: exit {status}: {err}")


def blocked():
    """The digest is that of X509CertImpl.getFingerprint: of the certificate's DER, in capital digits (OpenJDK)."""
    want = hashlib.sha256(ONE).hexdigest()
    text = f"# Java's\n!\n\n Algorithm = SHA-256\r\n{want.upper()}\n{hashlib.sha256(TWO).hexdigest()}\n{'0' * 63}\n"
    status, rows, err = run(write("blocked.certs", text.encode()))
    if status or [(r["kind"], r["sha256"], r["tls_trusted"]) for r in rows] != [("block", want, "0")]:
        fail(f"blocked.certs: exit {status}, {rows}")
    if "line 6: a digest in small letters" not in err or "line 7: not the 64 hex digits" not in err:
        fail(f"blocked.certs: {err}")
    sha1 = f"Algorithm=SHA-1\n{hashlib.sha1(ONE).hexdigest().upper()}\n".encode()
    status, rows, err = run(write("sha1.certs", sha1), "--certs", HERE + "one.pem")
    if status or [r["sha256"] for r in rows] != [want]:
        fail(f"sha1.certs: exit {status}, {rows}")
    status, rows, err = run("sha1.certs")
    if status != 2 or "line 2: a SHA-1 of no certificate at hand" not in err:
        fail(f"sha1.certs, alone: exit {status}, {err}")
    status, rows, err = run(write("crc.certs", b"Algorithm=CRC32\n00\n"))
    if status != 2 or "line 1: Algorithm=CRC32" not in err:
        fail(f"crc.certs: exit {status}, {err}")


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    made()
    java_keystores()
    pkcs12()
    blocked()
sys.exit(len(failures) != 0)
