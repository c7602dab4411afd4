#!/usr/bin/env python3
"""Signature algorithms and keys: a leaf below one anchor, the anchor's key and the leaf's signature as a case wants them, made by
RFC 8017 and RFC 4055 with whole numbers here, or by python-cryptography (OpenSSL); reason by construction. TW_STOP=1 ends at the
first failure."""
import csv
import datetime
import hashlib
import io
import os
import random
import subprocess
import sys
import tempfile

SRC, BUILD = os.environ["TW_SRCDIR"], os.environ["TW_BUILDDIR"]
sys.path.insert(0, os.path.join(SRC, "tests/synth"))
sys.dont_write_bytecode = True
try:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519
    from cryptography.x509.oid import NameOID
except ImportError:
    print("python3-cryptography is not installed: skipped")
    sys.exit(77)
from facts import Cert  # noqa: E402
from resign import save, split, tlv  # noqa: E402

RNG = random.Random(1)
NULL = b"\x05\x00"
FAILED, COUNT = [], [0]
DER = serialization.Encoding.DER
INFO = serialization.PublicFormat.SubjectPublicKeyInfo
DAY = datetime.datetime(2015, 1, 1)


def oid(hexes):
    return tlv(6, bytes.fromhex(hexes))


def seq(*parts):
    return tlv(0x30, b"".join(parts))


def integer(n):
    return tlv(2, n.to_bytes(n.bit_length() // 8 + 1, "big"))


def octets(n, size=None):
    return n.to_bytes(size or (n.bit_length() + 7) // 8, "big")


RSA, PSS, MGF1 = "2a864886f70d010101", "2a864886f70d01010a", "2a864886f70d010108"
HASHES = {"md5": "2a864886f70d0205", "sha1": "2b0e03021a"}
HASHES.update({n: "608648016503040" + f"2{i:02x}" for n, i in (
    ("sha224", 4), ("sha256", 1), ("sha384", 2), ("sha512", 3), ("sha3_224", 7), ("sha3_256", 8), ("sha3_384", 9), ("sha3_512", 10))})
PKCS1 = {"md5": "04", "sha1": "05", "sha224": "0e", "sha256": "0b", "sha384": "0c", "sha512": "0d"}
PKCS1 = {n: "2a864886f70d0101" + v for n, v in PKCS1.items()}
PKCS1.update({n: "608648016503040" + f"3{i:02x}" for n, i in (("sha3_224", 13), ("sha3_256", 14), ("sha3_384", 15), ("sha3_512", 16))})


# ---- RSA with whole numbers ----

def prime(bits, e):
    while True:
        p = RNG.getrandbits(bits) | 3 << (bits - 2) | 1
        if all(p % q for q in range(3, 2000, 2)) and (p - 1) % e and all(pow(a, p - 1, p) == 1 for a in (2, 3, 5, 7)):
            return p


class Rsa:
    def __init__(self, bits, e=65537):
        """A modulus of exactly so many bits."""
        self.e = e
        while True:
            p, q = prime((bits + 1) // 2, e), prime(bits // 2, e)
            self.n = p * q
            if self.n.bit_length() == bits and p != q:
                break
        self.bits, self.size = bits, (bits + 7) // 8
        self.d = pow(e, -1, (p - 1) * (q - 1))

    def spki(self, alg=RSA, params=NULL, n=None, e=None):
        return seq(seq(oid(alg), params), tlv(3, b"\0" + seq(integer(n or self.n), integer(e or self.e))))

    def raw(self, em):
        """The number whose e-th power is em."""
        return pow(int.from_bytes(em, "big"), self.d, self.n)


def digest_info(name, data, null=True):
    return seq(seq(oid(HASHES[name]), NULL if null else b""), tlv(4, hashlib.new(name, data).digest()))


def pkcs1(key, name, null=True, change=lambda em: em, size=lambda s: s):
    def sign(tbs):
        info = digest_info(name, tbs, null)
        em = b"\0\1" + b"\xff" * (key.size - len(info) - 3) + b"\0" + info
        return size(octets(key.raw(change(em)), key.size))
    return sign


def mgf1(seed, n, name):
    out = b""
    for i in range(-(-n // hashlib.new(name).digest_size)):
        out += hashlib.new(name, seed + i.to_bytes(4, "big")).digest()
    return out[:n]


def pss(key, name, mgf, salt, change=lambda em: em, db=lambda x: x, extra=0):
    """RFC 8017 9.1.1; db: the data block before it is masked; extra: added to the encoded message as a number."""
    def sign(tbs):
        bits = key.bits - 1
        n = (bits + 7) // 8
        while True:
            s = RNG.getrandbits(8 * salt).to_bytes(salt, "big")
            h = hashlib.new(name, b"\0" * 8 + hashlib.new(name, tbs).digest() + s).digest()
            block = db(b"\0" * (n - salt - len(h) - 2) + b"\1" + s)
            mask = bytearray(a ^ b for a, b in zip(block, mgf1(h, len(block), mgf)))
            mask[0] &= 0xff >> (8 * n - bits)
            em = change(bytes(mask) + h + b"\xbc")
            if int.from_bytes(em, "big") + extra < key.n:
                return octets(key.raw(octets(int.from_bytes(em, "big") + extra)), key.size)
    return sign


def hash_id(name, params=NULL):
    return seq(oid(HASHES[name]), params)


def mgf_id(name, params=NULL):
    return seq(oid(MGF1), hash_id(name, params))


def pss_params(name="sha1", mgf="sha1", salt=20, trailer=None):
    parts = [tlv(0xa0, hash_id(name)), tlv(0xa1, mgf_id(mgf)), tlv(0xa2, integer(salt))]
    return seq(*parts, tlv(0xa3, integer(trailer)) if trailer is not None else b"")


def pss_alg(*a, **k):
    return seq(oid(PSS), pss_params(*a, **k))


# ---- certificates ----

def dn(cn):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, cn)])


def template(subject, issuer, ca):
    b = x509.CertificateBuilder().subject_name(dn(subject)).issuer_name(dn(issuer)).serial_number(7).public_key(EC.public_key())
    b = b.not_valid_before(DAY).not_valid_after(DAY + datetime.timedelta(365)).add_extension(x509.BasicConstraints(ca, None), True)
    der = b.sign(EC, hashes.SHA256()).public_bytes(DER)
    return [x[2] for x in split(split(split(der)[0][1])[0][1])]


def cert(fields, spki, alg, sign):
    f = list(fields)
    f[2], f[6] = alg, spki or f[6]
    tbs = seq(*f)
    return seq(tbs, alg, tlv(3, b"\0" + sign(tbs)))


EC = ec.generate_private_key(ec.SECP256R1())
EC_SPKI = EC.public_key().public_bytes(DER, INFO)
ECDSA = seq(oid("2a8648ce3d040302"))
ROOT, LEAF = template("root", "root", True), template("leaf", "root", False)
TMP = tempfile.TemporaryDirectory()


def by_ec(tbs):
    return EC.sign(tbs, ec.ECDSA(hashes.SHA256()))


def check(name, want, spki, alg, sign, leaf=None, profile="rfc5280", every=None):
    """spki: the anchor's key; alg, sign: of the leaf's signature; every: wanted of --reasons all."""
    COUNT[0] += 1
    paths = [os.path.join(TMP.name, x) for x in ("root.pem", "leaf.pem")]
    save(paths[0], [cert(ROOT, spki, ECDSA, by_ec)])
    save(paths[1], [cert(LEAF, leaf, alg, sign)])
    cmd = [os.path.join(BUILD, "tw-verify"), "--store", "s=" + paths[0], "--at", "2015-06-01", "--profile", profile, "--reasons", "all", paths[1]]
    p = subprocess.run(cmd, stdout=subprocess.PIPE)
    row = next(csv.DictReader(io.StringIO(p.stdout.decode())), {})
    got = row.get("reason") if every is None else row.get("reasons")
    if got != (want if every is None else every) or p.returncode != (row.get("reason") != GOOD):
        FAILED.append(name)
        print(f"FAIL {name}: {row}, wanted {every or want}")
        if os.environ.get("TW_STOP"):
            sys.exit(1)


GOOD, BAD, NOT = "ok", "bad_signature", "unsupported_algorithm"


def flip(at, bit=1):
    def change(em):
        em = bytearray(em)
        em[at] ^= bit
        return bytes(em)
    return change


def pkcs1_cases():
    k = Rsa(1024)
    for name, alg in PKCS1.items():
        for null in (True, False):
            for params in (NULL, b""):
                check(f"PKCS#1 {name} {null} {params}", GOOD, k.spki(), seq(oid(alg), params), pkcs1(k, name, null))
        check(f"PKCS#1 {name} on another", BAD, k.spki(), seq(oid(alg), NULL), pkcs1(k, "sha256" if name != "sha256" else "sha1", False))
    check("the old OID of SHA-1", GOOD, k.spki(), seq(oid("2b0e03021d")), pkcs1(k, "sha1"))
    alg = seq(oid(PKCS1["sha256"]), NULL)
    for null in (True, False):
        for at, bit in ((0, 1), (1, 1), (1, 2), (2, 1), (40, 128), (70, 1), (-1, 1), (-33, 1), (-52, 1), (-54, 1), (-40, 1)):
            if at == 0 and 1 << 1016 > k.n:
                continue
            check(f"PKCS#1 byte {at} {null}", BAD, k.spki(), alg, pkcs1(k, "sha256", null, flip(at, bit)))
        check(f"a longer signature {null}", BAD, k.spki(), alg, pkcs1(k, "sha256", null, size=lambda s: b"\0" + s))
        check(f"a shorter signature {null}", BAD, k.spki(), alg, pkcs1(k, "sha256", null, size=lambda s: s[1:]))

        def beyond(s, key=k):
            n = int.from_bytes(s, "big") + key.n
            return octets(n, key.size) if n < 1 << 8 * key.size else octets(key.n, key.size)
        check(f"s + n {null}", BAD, k.spki(), alg, pkcs1(k, "sha256", null, size=beyond))
    check("no signature", BAD, k.spki(), alg, lambda tbs: b"")
    check("a signature of zero", BAD, k.spki(), alg, lambda tbs: bytes(k.size))
    check("parameters OCTET STRING", NOT, k.spki(), seq(oid(PKCS1["sha256"]), b"\x04\x00"), pkcs1(k, "sha256"))
    check("parameters NULL with content", NOT, k.spki(), seq(oid(PKCS1["sha256"]), b"\x05\x01\x00"), pkcs1(k, "sha256"))
    check("MD2", NOT, k.spki(), seq(oid("2a864886f70d010102"), NULL), pkcs1(k, "md5"))
    check("MD4", NOT, k.spki(), seq(oid("2a864886f70d010103"), NULL), pkcs1(k, "md5"))
    check("an OID one octet longer", NOT, k.spki(), seq(oid(PKCS1["sha256"] + "01"), NULL), pkcs1(k, "sha256"))
    check("a key of another family", BAD, EC_SPKI, alg, pkcs1(k, "sha256"))
    check("RSA's signature by a PSS key", BAD, k.spki(PSS, b""), alg, pkcs1(k, "sha256"))
    check("ECDSA by an RSA key", BAD, k.spki(), ECDSA, by_ec)
    # 81 octets of DigestInfo without NULL and 11 more: the smallest modulus that carries SHA-512
    for bits, want in ((736, GOOD), (728, BAD), (744, GOOD)):
        k2 = Rsa(bits)
        check(f"a modulus of {bits} bits", want, k2.spki(), seq(oid(PKCS1["sha512"]), NULL), pkcs1(k2, "sha512", False) if bits != 728 else
              lambda tbs, k2=k2: octets(k2.raw(b"\0\1" + b"\xff" * 7 + b"\0" + digest_info("sha512", tbs, False)), k2.size))


def numbers():
    k = Rsa(1024)
    alg = seq(oid(PKCS1["sha256"]), NULL)
    for e, want in ((1 << 63 | 1, GOOD), ((1 << 64) + 13, NOT), (3, GOOD)):
        k2 = k if want == NOT else Rsa(1024, e)
        check(f"e = {e}", want, k2.spki(e=e), alg, pkcs1(k2, "sha256"))
    check("a modulus of 16384 bits", BAD, k.spki(n=(1 << 16383) + 1), alg, lambda tbs: bytes(2048))
    check("a modulus of 16385 bits", NOT, k.spki(n=(1 << 16384) + 1), alg, lambda tbs: bytes(2049))
    for name, value in (("e = 1", k.spki(e=1)), ("an even modulus", k.spki(n=k.n + 1)), ("PSS, e = 1", k.spki(PSS, b"", e=1))):
        check(f"a leaf's {name}", "weak_key", EC_SPKI, ECDSA, by_ec, leaf=value)
    check("e without octets", BAD, seq(seq(oid(RSA), NULL), tlv(3, b"\0" + seq(integer(k.n), b"\x02\x00"))), alg, pkcs1(k, "sha256"))
    check("a leaf's RSA key that is none", "malformed", EC_SPKI, ECDSA, by_ec, leaf=seq(seq(oid(RSA), NULL), tlv(3, b"\0\1")))
    for e in (3, 0x100, 0x101):
        check(f"a leaf's e = {e}", GOOD, EC_SPKI, ECDSA, by_ec, leaf=k.spki(e=e))


def pss_cases():
    k = Rsa(1024)
    for name in HASHES:
        if name == "md5":
            continue
        for mgf, salt in ((name, min(hashlib.new(name).digest_size, 62)), ("sha1", 0), ("sha256", 7), (name, 1)):
            check(f"PSS {name} {mgf} {salt}", GOOD, k.spki(), pss_alg(name, mgf, salt), pss(k, name, mgf, salt))
    check("PSS by default", GOOD, k.spki(), seq(oid(PSS), seq()), pss(k, "sha1", "sha1", 20))
    check("PSS, SHA-256 and the rest by default", GOOD, k.spki(), seq(oid(PSS), seq(tlv(0xa0, hash_id("sha256")))), pss(k, "sha256", "sha1", 20))
    check("PSS, only a salt", GOOD, k.spki(), seq(oid(PSS), seq(tlv(0xa2, integer(9)))), pss(k, "sha1", "sha1", 9))
    check("PSS, only an MGF", GOOD, k.spki(), seq(oid(PSS), seq(tlv(0xa1, mgf_id("sha512")))), pss(k, "sha1", "sha512", 20))
    check("PSS, no NULL", GOOD, k.spki(), seq(oid(PSS), seq(tlv(0xa0, hash_id("sha256", b"")), tlv(0xa1, seq(oid(MGF1), hash_id("sha256", b""))),
                                                            tlv(0xa2, integer(32)))), pss(k, "sha256", "sha256", 32))
    check("PSS, trailer 1", GOOD, k.spki(), pss_alg("sha256", "sha256", 32, 1), pss(k, "sha256", "sha256", 32))
    check("PSS, trailer 2", NOT, k.spki(), pss_alg("sha256", "sha256", 32, 2), pss(k, "sha256", "sha256", 32))
    for name, mgf, salt in (("sha256", "sha256", 31), ("sha256", "sha1", 32), ("sha1", "sha256", 32), ("sha256", "sha256", 33)):
        check(f"PSS signed as {name} {mgf} {salt}", BAD, k.spki(), pss_alg("sha256", "sha256", 32), pss(k, name, mgf, salt))
    alg = pss_alg("sha256", "sha256", 32)
    for at, bit in ((-1, 1), (-2, 1), (-33, 1), (0, 1), (0, 0x80), (50, 1), (90, 1)):
        check(f"PSS byte {at}, bit {bit}", BAD, k.spki(), alg, pss(k, "sha256", "sha256", 32, flip(at, bit)))
    for at in (0, 5, 61, 62):
        check(f"PSS padding {at}", BAD, k.spki(), alg, pss(k, "sha256", "sha256", 32, db=flip(at)))
    check("PSS, a signature of zero", BAD, k.spki(), alg, lambda tbs: bytes(k.size))
    for name, size in (("longer", lambda s: b"\0" + s), ("shorter", lambda s: s[1:])):
        check(f"PSS, a {name} signature", BAD, k.spki(), alg, lambda tbs, size=size: size(pss(k, "sha256", "sha256", 32)(tbs)))
    # the most salt that fits, and what cannot
    check("PSS, all salt", GOOD, k.spki(), pss_alg("sha256", "sha256", 94), pss(k, "sha256", "sha256", 94))
    for salt in (95, 96, 1000, 65535):
        check(f"PSS, a salt of {salt}", BAD, k.spki(), pss_alg("sha256", "sha256", salt), pss(k, "sha256", "sha256", 94))
    # the encoded message is an octet shorter than the modulus
    for bits in (1025, 1026, 1031, 1032):
        k2 = Rsa(bits)
        check(f"PSS, {bits} bits", GOOD, k2.spki(), alg, pss(k2, "sha256", "sha256", 32))
    k2 = Rsa(1025)
    check("PSS, an octet more", BAD, k2.spki(), alg, pss(k2, "sha256", "sha256", 32, extra=1 << 1024))
    for name, params in broken_params():
        check(f"PSS parameters: {name}", NOT, k.spki(), seq(oid(PSS), params), pss(k, "sha256", "sha256", 32))


def broken_params():
    h, m, s = (tlv(0xa0, hash_id("sha256")), tlv(0xa1, mgf_id("sha256")), tlv(0xa2, integer(32)))
    yield "absent", b""
    yield "NULL", NULL
    yield "a SET", tlv(0x31, h + m + s)
    yield "in another order", seq(h, s, m)
    yield "twice", seq(h, h, m, s)
    yield "a fifth", seq(h, m, s, tlv(0xa4, integer(1)))
    yield "a tag below", seq(tlv(0x80, b""), h, m, s)
    yield "MD2", seq(tlv(0xa0, seq(oid("2a864886f70d0202"), NULL)), m, s)
    yield "a hash that is a SET", seq(tlv(0xa0, tlv(0x31, oid(HASHES["sha256"]) + NULL)), m, s)
    yield "nothing for a hash", seq(tlv(0xa0, b""), m, s)
    yield "a hash without OID", seq(tlv(0xa0, seq()), m, s)
    yield "a hash that is no OID", seq(tlv(0xa0, seq(tlv(4, bytes.fromhex(HASHES["sha256"])), NULL)), m, s)
    yield "a hash's parameters", seq(tlv(0xa0, hash_id("sha256", b"\x04\x00")), m, s)
    yield "a hash's parameters cut short", seq(tlv(0xa0, hash_id("sha256", b"\x05")), m, s)
    yield "a hash's NULL with content", seq(tlv(0xa0, hash_id("sha256", b"\x05\x01\x00")), m, s)
    yield "a hash's parameters twice", seq(tlv(0xa0, hash_id("sha256", NULL + NULL)), m, s)
    yield "more behind the hash", seq(tlv(0xa0, hash_id("sha256") + NULL), m, s)
    yield "a hash's OID and one octet", seq(tlv(0xa0, seq(oid(HASHES["sha256"] + "01"), NULL)), m, s)
    yield "another MGF", seq(h, tlv(0xa1, seq(oid(MGF1[:-2] + "09"), hash_id("sha256"))), s)
    yield "an MGF's OID and one octet", seq(h, tlv(0xa1, seq(oid(MGF1 + "01"), hash_id("sha256"))), s)
    yield "an MGF that is a SET", seq(h, tlv(0xa1, tlv(0x31, oid(MGF1) + hash_id("sha256"))), s)
    yield "an MGF that is no OID", seq(h, tlv(0xa1, seq(tlv(4, bytes.fromhex(MGF1)), hash_id("sha256"))), s)
    yield "more behind the MGF", seq(h, tlv(0xa1, mgf_id("sha256") + NULL), s)
    yield "nothing for an MGF", seq(h, tlv(0xa1, b""), s)
    yield "an MGF without OID", seq(h, tlv(0xa1, seq()), s)
    yield "an MGF without hash", seq(h, tlv(0xa1, seq(oid(MGF1))), s)
    yield "a salt that is an OCTET STRING", seq(h, m, tlv(0xa2, b"\x04\x01\x20"))
    yield "a salt below zero", seq(h, m, tlv(0xa2, b"\x02\x01\xe0"))
    yield "a salt without octets", seq(h, m, tlv(0xa2, b"\x02\x00"))
    yield "nothing for a salt", seq(h, m, tlv(0xa2, b""))
    yield "two salts", seq(h, m, tlv(0xa2, integer(32) * 2))
    yield "a trailer of none", seq(h, m, s, tlv(0xa3, b""))
    yield "a trailer that is an OCTET STRING", seq(h, m, s, tlv(0xa3, b"\x04\x01\x01"))


def pss_keys():
    """RFC 4055 section 3.3: a key with parameters takes no other digests and no shorter salt."""
    k = Rsa(1024)
    check("a PSS key", GOOD, k.spki(PSS, b""), pss_alg("sha256", "sha1", 5), pss(k, "sha256", "sha1", 5))
    longest = seq(tlv(0xa0, hash_id("sha256")), tlv(0xa1, mgf_id("sha256")), tlv(0xa2, b"\x02\x03\x01\x00\x20"))
    check("a salt longer than any modulus", BAD, k.spki(), seq(oid(PSS), longest), pss(k, "sha256", "sha256", 32))
    key = k.spki(PSS, pss_params("sha256", "sha384", 20))
    for name, mgf, salt, want in (("sha256", "sha384", 20, GOOD), ("sha256", "sha384", 21, GOOD), ("sha256", "sha384", 19, BAD),
                                  ("sha384", "sha384", 20, BAD), ("sha256", "sha256", 20, BAD)):
        check(f"a PSS key for {name} {mgf} {salt}", want, key, pss_alg(name, mgf, salt), pss(k, name, mgf, salt))
    check("a PSS key with parameters that are not", NOT, k.spki(PSS, seq(tlv(0xa0, b""))), pss_alg("sha256", "sha256", 20),
          pss(k, "sha256", "sha256", 20))


def curves():
    """Families, and the parameters that they have none of."""
    for curve, size in ((ec.SECP256R1, hashes.SHA256), (ec.SECP384R1, hashes.SHA384), (ec.SECP521R1, hashes.SHA512), (ec.SECP224R1, hashes.SHA224)):
        key = ec.generate_private_key(curve())
        spki = key.public_key().public_bytes(DER, INFO)
        for name, h, last in (("sha224", hashes.SHA224, "0301"), ("sha256", hashes.SHA256, "0302"), ("sha384", hashes.SHA384, "0303"),
                              ("sha512", hashes.SHA512, "0304")):
            alg = seq(oid("2a8648ce3d04" + last))
            check(f"{curve.name} {name}", GOOD, spki, alg, lambda tbs, key=key, h=h: key.sign(tbs, ec.ECDSA(h())))
            check(f"{curve.name} not {name}", BAD, spki, alg, lambda tbs, key=key, h=h: key.sign(tbs + b"\0", ec.ECDSA(h())))
    for kind, last in ((ed25519.Ed25519PrivateKey, "70"), (ed448.Ed448PrivateKey, "71")):
        key = kind.generate()
        spki, alg = key.public_key().public_bytes(DER, INFO), seq(oid("2b65" + last))
        check(f"Ed {last}", GOOD, spki, alg, key.sign)
        check(f"Ed {last}, wrong", BAD, spki, alg, lambda tbs, key=key: key.sign(tbs + b"\0"))
        check(f"Ed {last} with parameters", NOT, spki, seq(oid("2b65" + last), NULL), key.sign)
        raw = split(split(spki)[0][1])
        check(f"a key of Ed {last} with parameters", NOT, seq(seq(oid("2b65" + last), NULL), raw[1][2]), alg, key.sign)
        check(f"Ed {last} by an EC key", BAD, EC_SPKI, alg, key.sign)
        check(f"Ed {last}: a key cut short", BAD, seq(seq(oid("2b65" + last)), tlv(3, raw[1][1][:-1])), alg, key.sign)
    check("a point off the curve", BAD, EC_SPKI[:-1] + bytes([EC_SPKI[-1] ^ 1]), ECDSA, by_ec)
    point = split(split(EC_SPKI)[0][1])
    check("a curve left out", NOT, seq(seq(oid("2a8648ce3d0201")), point[1][2]), ECDSA, by_ec)
    check("an EC key cut short", BAD, seq(point[0][2], tlv(3, point[1][1][:-1])), ECDSA, by_ec)
    explicit = Cert.file(os.path.join(SRC, "tests/chain/certs/leaf_explicit.pem")).spki
    check("an explicit curve", NOT, explicit, ECDSA, by_ec)
    check("a key of unknown kind", NOT, seq(seq(oid("2a0304")), tlv(3, b"\0\1")), ECDSA, by_ec)
    check("an unknown algorithm", NOT, EC_SPKI, seq(oid("2a0304")), by_ec)


def dsa_keys():
    key = dsa.generate_private_key(1024)
    y = key.public_key().public_numbers()
    p, q, g, alg = y.parameter_numbers.p, y.parameter_numbers.q, y.parameter_numbers.g, seq(oid("2a8648ce380403"))

    def spki(*params, whole=None, y=integer(y.y)):
        return seq(seq(oid("2a8648ce380401"), seq(*params) if whole is None else whole), tlv(3, b"\0" + y))

    def sign(tbs):
        return key.sign(tbs, hashes.SHA1())
    p, q, g = integer(p), integer(q), integer(g)
    check("DSA", GOOD, spki(p, q, g), alg, sign)
    check("DSA, wrong", BAD, spki(p, q, g), alg, lambda tbs: sign(tbs + b"\0"))
    check("DSA with SHA-256", GOOD, spki(p, q, g), seq(oid("608648016503040302")), lambda tbs: key.sign(tbs, hashes.SHA256()))
    check("DSA by an EC key", BAD, EC_SPKI, alg, sign)
    body = split(p)[0][1]
    for name, one in (("no parameters", spki(whole=b"")), ("NULL", spki(whole=NULL)), ("a SET", spki(whole=tlv(0x31, p + q + g))),
                      ("no q", spki(p)), ("no g", spki(p, q)), ("none", spki()), ("p an OCTET STRING", spki(tlv(4, body), q, g)),
                      ("q an OCTET STRING", spki(p, tlv(4, split(q)[0][1]), g)), ("p below zero", spki(tlv(2, body[1:]), q, g)),
                      ("an empty g", spki(p, q, b"\x02\x00")), ("p of 10001 bits", spki(integer((1 << 10000) + 1), q, g))):
        check(f"DSA: {name}", NOT, one, alg, sign)
    # Within the table, but no key: it verifies nothing.
    for name, one in (("y below zero", spki(p, q, g, y=b"\x02\x01\x80")), ("more behind y", spki(p, q, g, y=integer(y.y) + NULL)),
                      ("no y", spki(p, q, g, y=b""))):
        check(f"DSA: {name}", BAD, one, alg, sign)


def profiles():
    """docs/verdicts.md, strength: what browsers take, and what they took in 2015."""
    small, odd = Rsa(1024), Rsa(2047)
    for bits, webpki in ((2048, GOOD), (2056, GOOD), (2040, "weak_key"), (2049, "weak_key")):
        key = Rsa(bits)
        check(f"webpki, {bits} bits", webpki, EC_SPKI, ECDSA, by_ec, leaf=key.spki(), profile="webpki")
    check("webpki, 2047 bits", "weak_key", EC_SPKI, ECDSA, by_ec, leaf=odd.spki(), profile="webpki")
    check("webpki, an anchor of 1024 bits", "weak_key", small.spki(), seq(oid(PKCS1["sha256"]), NULL), pkcs1(small, "sha256"), profile="webpki")
    for bits, want in ((1024, GOOD), (1023, "weak_key")):
        key = Rsa(bits)
        for alg, params in ((RSA, NULL), (PSS, b"")):
            check(f"2015, {bits} bits {alg}", want, EC_SPKI, ECDSA, by_ec, leaf=key.spki(alg, params), profile="2015")
            check(f"rfc5280, {bits} bits {alg}", GOOD, EC_SPKI, ECDSA, by_ec, leaf=key.spki(alg, params))
    big = Rsa(2048)
    check("webpki, a PSS key", GOOD, EC_SPKI, ECDSA, by_ec, leaf=big.spki(PSS, b""), profile="webpki")
    check("webpki, a PSS key of 1024 bits", "weak_key", EC_SPKI, ECDSA, by_ec, leaf=small.spki(PSS, b""), profile="webpki")
    for curve, want in ((ec.SECP256R1, GOOD), (ec.SECP384R1, GOOD), (ec.SECP521R1, GOOD), (ec.SECP224R1, "weak_key"), (ec.SECP256K1, "weak_key")):
        key = ec.generate_private_key(curve()).public_key().public_bytes(DER, INFO)
        check(f"webpki, {curve.name}", want, EC_SPKI, ECDSA, by_ec, leaf=key, profile="webpki")
        check(f"2015, {curve.name}", GOOD, EC_SPKI, ECDSA, by_ec, leaf=key, profile="2015")
    key = ed25519.Ed25519PrivateKey.generate().public_key().public_bytes(DER, INFO)
    check("webpki, Ed25519", "weak_key", EC_SPKI, ECDSA, by_ec, leaf=key, profile="webpki")
    check("webpki, an unknown kind", "weak_key", EC_SPKI, ECDSA, by_ec, leaf=seq(seq(oid("2a0304")), tlv(3, b"\0\1")), profile="webpki")
    check("webpki, an unknown curve", "weak_key", EC_SPKI, ECDSA, by_ec, leaf=seq(seq(oid("2a8648ce3d0201"), oid("2a0304")), tlv(3, b"\0\4")),
          profile="webpki")
    for name, webpki, then in (("md5", "weak_signature", "weak_signature"), ("sha1", "weak_signature", GOOD), ("sha256", GOOD, GOOD)):
        for profile, want in (("webpki", webpki), ("2015", then), ("rfc5280", GOOD)):
            check(f"{profile}, PKCS#1 {name}", want, big.spki(), seq(oid(PKCS1[name]), NULL), pkcs1(big, name), profile=profile)
            if name != "md5":
                check(f"{profile}, PSS {name}", want, big.spki(), pss_alg(name, name, 20), pss(big, name, name, 20), profile=profile)
    check("webpki, PSS with parameters that are not", None, big.spki(), seq(oid(PSS), NULL), pss(big, "sha1", "sha1", 20), profile="webpki",
          every="unsupported_algorithm")
    check("webpki, a curve left out", "malformed", EC_SPKI, ECDSA, by_ec, leaf=seq(seq(oid("2a8648ce3d0201")), tlv(3, b"\0\4")), profile="webpki")
    for name, last in (("MD2", "02"), ("MD4", "03")):
        for profile in ("webpki", "2015"):
            check(f"{profile}, {name}", None, big.spki(), seq(oid("2a864886f70d0101" + last), NULL), pkcs1(big, "md5"), profile=profile,
                  every="unsupported_algorithm weak_signature")
        check(f"rfc5280, {name}", None, big.spki(), seq(oid("2a864886f70d0101" + last), NULL), pkcs1(big, "md5"), every="unsupported_algorithm")


def main():
    for f in (pkcs1_cases, numbers, pss_cases, pss_keys, curves, dsa_keys, profiles):
        f()
    print(f"{COUNT[0]} signatures and keys, {len(FAILED)} failures")
    return 1 if FAILED or COUNT[0] < 250 else 0


if __name__ == "__main__":
    sys.exit(main())
