"""Cases of tests/chain/check_signatures.py with RSA: keys, algorithms and signatures, and the reason that each has to have."""
import itertools
from math import gcd

from cryptography.hazmat.primitives.asymmetric import rsa

from resign import tlv
from sign import HASHES, NULL, RSA, digest, num, octets, oid, pkcs1, pss, pss_params, seq, spki

OK, BAD, NONE, WEAK = "ok", "bad_signature", "unsupported_algorithm", "weak_key"
PKCS1, NIST, MGF1 = "1.2.840.113549.1.1.", "2.16.840.1.101.3.4.3.", "1.2.840.113549.1.1.8"
RSA_KEY, PSS_KEY, OIW_SHA1 = PKCS1 + "1", PKCS1 + "10", "1.3.14.3.2.29"
RSA_OIDS = {"md5": PKCS1 + "4", "sha1": PKCS1 + "5", "sha224": PKCS1 + "14", "sha256": PKCS1 + "11", "sha384": PKCS1 + "12",
            "sha512": PKCS1 + "13", "sha512_224": PKCS1 + "15", "sha512_256": PKCS1 + "16", "sha3_224": NIST + "13",
            "sha3_256": NIST + "14", "sha3_384": NIST + "15", "sha3_512": NIST + "16"}


class Case:
    """spki: the anchor's; alg and sign: how it signs the certificate below. cas: those between, as (spki, alg, sign) of what
    they sign. note: the rule's name where openssl is known to differ. sig_name: what the facts call alg; key_name: and the
    anchor's key, its bits, its security bits."""

    def __init__(self, name, spki, alg, sign, want, note=None, cas=(), sig_name=None, key_name=None):
        self.name, self.spki, self.alg, self.sign, self.want, self.note = name, spki, alg, sign, want, note
        self.cas, self.sig_name, self.key_name = list(cas), sig_name, key_name


def alg(text, params=b""):
    return seq(oid(text), params)


def always(body):
    return lambda tbs: body


def rsa_spki(key, params=NULL, algorithm=RSA_KEY):
    return spki(algorithm, params, key.public())


def sign_pkcs1(key, h, params=NULL):
    return lambda tbs: key.raw(pkcs1(key.size, h, tbs, params))


def sign_pss(key, h, mgf, salt):
    return lambda tbs: key.raw(octets(int.from_bytes(pss(key.n.bit_length(), h, mgf, b"\x5a" * salt, tbs), "big"), key.size))


def pss_alg(*args, **more):
    return alg(PSS_KEY, pss_params(*args, **more))


# ---- keys ----

def fits(e, primes):
    return all(gcd(e, p - 1) == 1 for p in primes)


def sized(parts, size, rng, e=65537):
    """A modulus of so many bits, of the primes in parts and small ones: nobody asks how it is made."""
    small = [p for p in range(3, 2000, 2) if all(p % d for d in range(3, 45, 2) if d < p)]
    whole = 1
    for p in parts:
        whole *= p
    while True:
        n, more = whole, rng.sample(small, int((size - whole.bit_length()) / 9.6))
        for p in more:
            n *= p
        if n.bit_length() == size:
            return RSA(parts + more, e)


def rsa_keys(rng):
    """By size; and 32 primes of 512 bits."""
    primes = []
    for _ in range(16):
        n = rsa.generate_private_key(65537, 1024).private_numbers()
        primes += [n.p, n.q]
    n = rsa.generate_private_key(65537, 2048).private_numbers()
    return {1024: RSA(primes[:2]), 2048: RSA([n.p, n.q]), 512: sized([], 512, rng), 1025: sized(primes[:1], 1025, rng),
            1100: sized(primes[:1], 1100, rng), 2047: sized(primes[:3], 2047, rng), "primes": primes}


# ---- PKCS #1 v1.5 ----

def forged(tbs, size):
    """Bleichenbacher's of 2006: short padding, the rest behind."""
    return b"\0\1" + b"\xff" * 8 + b"\0" + pkcs1(size, "sha256", tbs)[-51:] + b"\x5a" * (size - 62)


def more_behind(tbs, size):
    info = seq(seq(oid(HASHES["sha256"]), NULL), tlv(4, digest("sha256", tbs)), num(0))
    return b"\0\1" + b"\xff" * (size - len(info) - 3) + b"\0" + info


def pkcs1_cases(keys):
    key = keys[2048]
    pub = rsa_spki(key)
    for h, params, info in itertools.product(RSA_OIDS, (NULL, b""), (NULL, b"")):
        yield Case(f"pkcs1: {h}, {len(params)}, {len(info)}", pub, alg(RSA_OIDS[h], params), sign_pkcs1(key, h, info), OK,
                   "no-oid" if h.startswith("sha512_") and info else None if info else "no-null")
    for params, info in itertools.product((NULL, b""), (NULL, b"")):
        yield Case(f"pkcs1: OIW sha1, {len(params)}, {len(info)}", pub, alg(OIW_SHA1, params), sign_pkcs1(key, "sha1", info), OK,
                   None if info else "no-null")
    for size, h in itertools.product((512, 1024, 1025, 2047), ("md5", "sha1", "sha256")):
        k = keys[size]
        yield Case(f"pkcs1: {size} {h}", rsa_spki(k), alg(RSA_OIDS[h], NULL), sign_pkcs1(k, h), OK)
    yield Case("pkcs1: key without NULL", rsa_spki(key, b""), alg(RSA_OIDS["sha256"], NULL), sign_pkcs1(key, "sha256"), OK)
    good = sign_pkcs1(key, "sha256")
    for what, sign in {
            "an octet short": lambda tbs: good(tbs)[:-1], "an octet long": lambda tbs: good(tbs) + b"\0",
            "a zero in front": lambda tbs: b"\0" + good(tbs), "empty": always(b""),
            "plus n": lambda tbs: octets(int.from_bytes(good(tbs), "big") + key.n, key.size + 1),
            "zero": always(b"\0" * 256), "one": always(b"\0" * 255 + b"\1"), "n": always(octets(key.n, 256)),
            "another digest": sign_pkcs1(key, "sha384"), "another of its length": sign_pkcs1(key, "sha512_256"),
            "type 2": lambda tbs: key.raw(b"\0\2" + pkcs1(256, "sha256", tbs)[2:]),
            "short padding": lambda tbs: key.raw(forged(tbs, 256)),
            "a hole in the padding": lambda tbs: key.raw(b"\0\1" + b"\xff" * 20 + b"\xfe" + pkcs1(256, "sha256", tbs)[23:]),
            "DigestInfo with an INTEGER": sign_pkcs1(key, "sha256", num(0)),
            "DigestInfo with more behind": lambda tbs: key.raw(more_behind(tbs, 256))}.items():
        yield Case(f"pkcs1: {what}", pub, alg(RSA_OIDS["sha256"], NULL), sign, BAD)
    yield Case("pkcs1: too small for its digest", rsa_spki(keys[512]), alg(RSA_OIDS["sha512"], NULL), always(b"\1" * 64), BAD)
    yield Case("pkcs1: parameters an INTEGER", pub, alg(RSA_OIDS["sha256"], num(0)), good, NONE, "unlisted")


def bound_cases(keys, rng):
    """Exponents and moduli at the bounds, and those that are no keys."""
    primes = keys["primes"]
    four = primes[:4]
    e64 = next(e for e in range(2 ** 63 + 1, 2 ** 64, 2) if fits(e, four))
    e65 = next(e for e in range(2 ** 64 + 1, 2 ** 65, 2) if fits(e, four))
    for name, key, want, note in (
            ("e of 64 bits", RSA(four, e64), OK, None), ("e of 65 bits", RSA(four, e65), NONE, "unlisted"),
            ("e = 3", RSA([p for p in primes if fits(3, [p])][:4], 3), OK, None),
            ("e = 1", RSA(four, 1), WEAK, "weak"), ("even n", RSA([2] + four), WEAK, None),
            ("n of 16384 bits", sized(primes[:30], 16384, rng), OK, None),
            ("n of 16385 bits", sized(primes[:30], 16385, rng), NONE, None)):
        for h in ("sha1", "sha512"):
            yield Case(f"rsa: {name} {h}", rsa_spki(key), alg(RSA_OIDS[h], NULL), sign_pkcs1(key, h), want, note)
            yield Case(f"rsa: {name} {h} pss", rsa_spki(key), pss_alg(h, h, 20), sign_pss(key, h, h, 20), want, note)
    for name, body in (("no SEQUENCE", b"\5\0"), ("empty", b""), ("n alone", seq(num(keys[2048].n)))):
        yield Case(f"rsa: key bits: {name}", spki(RSA_KEY, NULL, body), alg(RSA_OIDS["sha256"], NULL), always(b"\1" * 256), BAD)


# ---- RSASSA-PSS ----

def leading_zero(key):
    """A signature whose first octet is zero: some salt makes one."""
    def sign(tbs):
        for i in range(100000):
            s = key.raw(octets(int.from_bytes(pss(key.n.bit_length(), "sha256", "sha256", octets(i, 8), tbs), "big"), key.size))
            if not s[0]:
                return s
    return sign


def pss_cases(keys):
    key = keys[1100]
    pub, shas = rsa_spki(key), [h for h in HASHES if h != "md5"]
    for h, mgf in itertools.product(shas, shas):
        size = len(digest(h, b""))
        for salt in (0, size, 7, 138 - size - 2):
            yield Case(f"pss: {h} {mgf} {salt}", pub, pss_alg(h, mgf, salt), sign_pss(key, h, mgf, salt), OK)
        yield Case(f"pss: {h} {mgf} salt too long", pub, pss_alg(h, mgf, 138 - size - 1), sign_pss(key, h, mgf, 138 - size - 2), BAD)
    for size, h in itertools.product((1024, 1025, 2047, 2048), ("sha1", "sha256", "sha512_224")):
        k, n = keys[size], len(digest(h, b""))
        yield Case(f"pss: {size} {h}", rsa_spki(k), pss_alg(h, h, n), sign_pss(k, h, h, n), OK)
    k, good = keys[1024], sign_pss(keys[1024], "sha256", "sha256", 32)
    pub, a = rsa_spki(k), pss_alg("sha256", "sha256", 32)
    zero = leading_zero(k)
    yield Case("pss: a zero octet in front", pub, pss_alg("sha256", "sha256", 8), zero, OK)
    yield Case("pss: it left out", pub, pss_alg("sha256", "sha256", 8), lambda tbs: zero(tbs).lstrip(b"\0"), BAD, "short")

    def em(change):
        def sign(tbs):
            e = bytearray(pss(1024, "sha256", "sha256", b"\x5a" * 32, tbs))
            change(e)
            return k.raw(bytes(e))
        return sign

    def at(i, x):
        def change(e):
            e[i] ^= x
        return change
    # 128 octets: 61 of padding, 01, the salt, the digest, bc
    for what, sign in {"salt another than said": sign_pss(k, "sha256", "sha256", 20), "MGF1 another": sign_pss(k, "sha256", "sha1", 32),
                       "digest another": sign_pss(k, "sha512_256", "sha256", 32), "no bc": em(at(127, 1)), "padding": em(at(30, 1)),
                       "no 01": em(at(62, 1)), "an octet short": lambda tbs: good(tbs)[1:], "an octet long": lambda tbs: b"\0" + good(tbs),
                       "PKCS #1 v1.5": sign_pkcs1(k, "sha256")}.items():
        yield Case(f"pss: {what}", pub, a, sign, BAD)
    for salt in (65536, 2 ** 32 + 32, 2 ** 40):
        yield Case(f"pss: a salt of {salt}", pub, pss_alg("sha256", "sha256", salt), good, BAD, "salt" if salt == 2 ** 32 + 32 else None)
    odd = keys[1025]  # where a signature and n make a number that has room in as many octets
    for what, how, sign in (("pkcs1", alg(RSA_OIDS["sha256"], NULL), sign_pkcs1(odd, "sha256")), ("pss", a, sign_pss(odd, "sha256", "sha256", 32))):
        yield Case(f"{what}: plus n, of n's length", rsa_spki(odd), how,
                   lambda tbs, sign=sign: octets(int.from_bytes(sign(tbs), "big") + odd.n, odd.size), BAD)
    large = RSA(keys["primes"][:8])
    for salt in (300, 478):  # of two octets; the most that it has room for
        yield Case(f"pss: a salt of {salt} that is there", rsa_spki(large), pss_alg("sha256", "sha256", salt), sign_pss(large, "sha256", "sha256", salt), OK)
    yield from pss_parameters(k, good)
    yield from pss_keys(k)


def pss_parameters(k, good):
    pub, sha256 = rsa_spki(k), seq(oid(HASHES["sha256"]), NULL)
    mgf = tlv(0xa1, seq(oid(MGF1), sha256))
    for what, params, want, note in (
            ("trailerField 1", pss_params("sha256", "sha256", 32, 1), OK, None),
            ("digests without NULL", pss_params("sha256", "sha256", 32, null=b""), OK, None),
            ("trailerField 2", pss_params("sha256", "sha256", 32, 2), NONE, None), ("absent", b"", NONE, None), ("NULL", NULL, NONE, None),
            ("a negative salt", pss_params("sha256", "sha256", -1), NONE, None),
            ("out of order", seq(mgf, tlv(0xa0, sha256), tlv(0xa2, num(32))), NONE, None),
            ("a field twice", seq(tlv(0xa0, sha256), tlv(0xa0, sha256), mgf, tlv(0xa2, num(32))), NONE, None),
            ("an unknown field", seq(tlv(0xa0, sha256), mgf, tlv(0xa2, num(32)), tlv(0xa4, NULL)), NONE, None),
            ("an unknown digest", seq(tlv(0xa0, seq(oid("1.2.3.4"), NULL)), mgf, tlv(0xa2, num(32))), NONE, None),
            ("the arc of digests", seq(tlv(0xa0, seq(oid("2.16.840.1.101.3.4.2"), NULL)), mgf, tlv(0xa2, num(32))), NONE, None),
            ("a digest without OID", seq(tlv(0xa0, seq()), mgf, tlv(0xa2, num(32))), NONE, None),
            ("a digest of no octets", seq(tlv(0xa0, b""), mgf, tlv(0xa2, num(32))), NONE, None),
            ("a mask without OID", seq(tlv(0xa0, sha256), tlv(0xa1, seq()), tlv(0xa2, num(32))), NONE, None),
            ("a mask of no octets", seq(tlv(0xa0, sha256), tlv(0xa1, b""), tlv(0xa2, num(32))), NONE, None),
            ("a salt of no octets", seq(tlv(0xa0, sha256), mgf, tlv(0xa2, b"")), NONE, None),
            ("MD5", pss_params("md5", "sha256", 32), NONE, None),
            ("an unknown mask", seq(tlv(0xa0, sha256), tlv(0xa1, seq(oid("1.2.3.4"), sha256)), tlv(0xa2, num(32))), NONE, None),
            ("SHAKE128 as mask", seq(tlv(0xa0, sha256), tlv(0xa1, seq(oid("2.16.840.1.101.3.4.2.11"))), tlv(0xa2, num(32))), NONE, None)):
        yield Case(f"pss: parameters: {what}", pub, alg(PSS_KEY, params), good, want, note)
    defaults = sign_pss(k, "sha1", "sha1", 20)
    yield Case("pss: parameters: all default", pub, alg(PSS_KEY, seq()), defaults, OK)
    yield Case("pss: parameters: defaults spelt out", pub, pss_alg("sha1", "sha1", 20, 1), defaults, OK)
    yield Case("pss: parameters: digest alone", pub, alg(PSS_KEY, pss_params("sha256", None, None)), sign_pss(k, "sha256", "sha1", 20), OK)


def pss_keys(k):
    """id-RSASSA-PSS with parameters of its own (RFC 4055 3.3)."""
    for what, own, used, want in (
            ("without", b"", ("sha384", "sha1", 5), OK),
            ("the same", pss_params("sha256", "sha256", 32), ("sha256", "sha256", 32), OK),
            ("a longer salt", pss_params("sha256", "sha256", 20), ("sha256", "sha256", 32), OK),
            ("a shorter salt", pss_params("sha256", "sha256", 32), ("sha256", "sha256", 31), BAD),
            ("another digest", pss_params("sha256", "sha256", 20), ("sha384", "sha256", 20), BAD),
            ("another mask", pss_params("sha256", "sha256", 20), ("sha256", "sha1", 20), BAD),
            ("defaults", seq(), ("sha1", "sha1", 20), OK), ("defaults, another digest", seq(), ("sha256", "sha256", 20), BAD),
            ("not readable", NULL, ("sha256", "sha256", 20), NONE)):
        yield Case(f"pss key: {what}", rsa_spki(k, own, PSS_KEY), pss_alg(*used), sign_pss(k, *used), want)
    yield Case("pss key: PKCS #1 v1.5", rsa_spki(k, b"", PSS_KEY), alg(RSA_OIDS["sha256"], NULL), sign_pkcs1(k, "sha256"), BAD)
