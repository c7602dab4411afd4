"""Cases of tests/chain/check_signatures.py with ECDSA, DSA and EdDSA; what is in no table; and keys of other families."""
import itertools

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed448, ed25519

import algorithms_rsa as rsa
from algorithms_rsa import BAD, NIST, NONE, OK, RSA_OIDS, Case, alg, always, pss_alg, rsa_spki, sign_pkcs1
from resign import tlv
from sign import DSA, EC, NULL, dss, group, num, octets, oid, seq, spki

ANSI, DSA_KEY, EC_KEY = "1.2.840.10045.4.", "1.2.840.10040.4.1", "1.2.840.10045.2.1"
ECDSA_OIDS = {"sha1": ANSI + "1", "sha224": ANSI + "3.1", "sha256": ANSI + "3.2", "sha384": ANSI + "3.3", "sha512": ANSI + "3.4",
              "sha3_224": NIST + "9", "sha3_256": NIST + "10", "sha3_384": NIST + "11", "sha3_512": NIST + "12"}
DSA_OIDS = {"sha1": "1.2.840.10040.4.3", "sha224": NIST + "1", "sha256": NIST + "2", "sha384": NIST + "3", "sha512": NIST + "4"}
CURVES = ["prime192v1", "secp224r1", "prime256v1", "secp384r1", "secp521r1", "secp256k1"] + [
    f"brainpoolP{n}r1" for n in (160, 192, 224, 256, 320, 384, 512)]
# openssl has them, the table has not
OTHERS = ["secp160k1", "secp160r1", "secp192k1", "secp224k1", "prime239v1", "brainpoolP256t1", "brainpoolP512t1"]


def signs(key, h):
    return lambda tbs: key.sign(h, tbs)


# ---- r and s, of ECDSA and DSA alike ----

def long_form(body):
    return b"\x30\x81" + bytes([len(body) - 2]) + body[2:]


def pair_cases(name, pub, a, key, h):
    def made(change):
        return lambda tbs: change(*key.pair(h, tbs))
    n = key.n
    yield Case(f"{name}: n - s", pub, a, made(lambda r, s: dss(r, n - s)), OK if name.startswith("ecdsa") else BAD)
    for what, change in {
            "r zero": lambda r, s: dss(0, s), "s zero": lambda r, s: dss(r, 0), "both zero": lambda r, s: dss(0, 0),
            "r plus n": lambda r, s: dss(r + n, s), "s plus n": lambda r, s: dss(r, s + n), "r is n": lambda r, s: dss(n, s),
            "s is n": lambda r, s: dss(r, n), "r minus n": lambda r, s: dss(r - n, s), "s minus n": lambda r, s: dss(r, s - n),
            "r and s changed about": lambda r, s: dss(s, r), "r huge": lambda r, s: dss(r + (n << 4096), s),
            "r with a zero more": lambda r, s: seq(num(r, 1), num(s)), "s with a zero more": lambda r, s: seq(num(r), num(s, 1)),
            "r empty": lambda r, s: seq(tlv(2, b""), num(s)),
            "something in the SEQUENCE": lambda r, s: seq(num(r), num(s), NULL), "something behind it": lambda r, s: dss(r, s) + b"\0",
            "s missing": lambda r, s: seq(num(r)), "a SET": lambda r, s: b"\x31" + dss(r, s)[1:],
            "an OCTET STRING": lambda r, s: seq(num(r), tlv(4, num(s)[2:])), "cut": lambda r, s: dss(r, s)[:-1],
            "indefinite": lambda r, s: b"\x30\x80" + num(r) + num(s) + b"\0\0", "raw": lambda r, s: octets(r, 70) + octets(s, 70),
            "empty": lambda r, s: b""}.items():
        yield Case(f"{name}: {what}", pub, a, made(change), BAD)
    if key.r.bit_length() % 8 == 0:
        yield Case(f"{name}: r without its leading zero", pub, a, made(lambda r, s: seq(tlv(2, octets(r, r.bit_length() // 8)), num(s))), BAD)
    if len(dss(*key.pair(h, b""))) < 128:
        yield Case(f"{name}: length in a long form", pub, a, made(lambda r, s: long_form(dss(r, s))), BAD)


# ---- ECDSA ----

def off_curve(key):
    x, y = key.q
    return b"\4" + octets(x, key.curve.size) + octets((y + 1) % key.curve.p, key.curve.size)


def no_square(key):
    """A compressed point whose x no point has."""
    c, x = key.curve, 1
    while pow((x ** 3 + c.a * x + c.b) % c.p, (c.p - 1) // 2, c.p) != c.p - 1:
        x += 1
    return b"\2" + octets(x, c.size)


def twin(key):
    """The same x, in full size, with p added where there is room."""
    size, p = key.curve.size, key.curve.p
    x, y = key.q
    return b"\4" + (octets(x + p, size) if x + p < 1 << 8 * size else octets(p, size)) + octets(y, size)


def point_cases(name, key, a):
    size, point, sign = key.curve.size, key.point(), signs(key, "sha256")
    yield Case(f"{name}: compressed", key.spki(key.point(2)), a, sign, OK)
    for what, bytes_, want, note in (
            ("hybrid", key.point(6), NONE, "hybrid"), ("hybrid of the other y", bytes([key.point(6)[0] ^ 1]) + key.point(6)[1:], NONE, None),
            ("compressed with the other y", bytes([key.point(2)[0] ^ 1]) + key.point(2)[1:], BAD, None),
            ("compressed, no point has it", no_square(key), BAD, None), ("not on the curve", off_curve(key), BAD, None),
            ("x not below p", twin(key), BAD, None), ("zero", b"\4" + b"\0" * 2 * size, BAD, None), ("at infinity", b"\0", BAD, None),
            ("cut", point[:-1], BAD, None), ("longer", point + b"\0", BAD, None), ("no octets", b"", BAD, None),
            ("of no form", b"\5" + point[1:], BAD, None)):
        yield Case(f"{name}: point {what}", key.spki(bytes_), a, sign, want, note)


def ecdsa_cases(ec):
    for curve, h in itertools.product(CURVES, ECDSA_OIDS):
        key = ec[curve]
        yield Case(f"ecdsa: {curve} {h}", key.spki(), alg(ECDSA_OIDS[h]), signs(key, h), OK, "no-oid" if "3_" in h else None)
    a = alg(ECDSA_OIDS["sha256"])
    for curve in CURVES:
        key = ec[curve]
        yield from point_cases(f"ecdsa: {curve}", key, a)
        yield from pair_cases(f"ecdsa: {curve}", key.spki(), a, key, "sha256")
        sign = signs(key, "sha256")
        yield Case(f"ecdsa: {curve} algorithm with NULL", key.spki(), alg(ECDSA_OIDS["sha256"], NULL), sign, OK)
        yield Case(f"ecdsa: {curve} explicit", key.spki(None, key.curve.explicit), a, sign, NONE, "unlisted")
        yield Case(f"ecdsa: {curve} for ECDH alone", key.spki(None, None, "1.3.132.1.12"), a, sign, NONE)
    for curve in OTHERS:
        key = ec[curve]
        yield Case(f"ecdsa: {curve}", key.spki(), a, signs(key, "sha256"), NONE, "unlisted")
    key = ec["prime256v1"]
    sign = signs(key, "sha256")
    yield Case("ecdsa: algorithm with a curve", key.spki(), alg(ECDSA_OIDS["sha256"], key.curve.oid), sign, NONE, "unlisted")
    yield Case("ecdsa: an unknown curve", key.spki(None, oid("1.2.3.4")), a, sign, NONE)
    yield Case("ecdsa: no curve", spki(EC_KEY, b"", key.point()), a, sign, NONE)
    yield Case("ecdsa: the issuer's curve", spki(EC_KEY, NULL, key.point()), a, sign, NONE)


# ---- DSA ----

def under(p, q, rng, size):
    """A modulus of so many bits over p, with an element of order q: its rest is any number, in which that is 1."""
    m = (1 << size - 1) // p + 1 + (1 << size - p.bit_length() - 2)
    g, m = pow(2, (p - 1) // q, p), m | 1
    n = p * m
    assert n.bit_length() == size
    return DSA(n, q, rng, (1 + (g - 1) * pow(m, -1, p) * m) % n)


def dsa_cases(dsa, rsa2048, rng):
    for key, h in itertools.product(dsa, DSA_OIDS):
        name, note = f"dsa: {key.p.bit_length()}/{key.n.bit_length()} {h}", "no-oid" if h in ("sha384", "sha512") else None
        yield Case(name, key.spki(), alg(DSA_OIDS[h]), signs(key, h), OK, note)
        yield Case(name + " NULL", key.spki(), alg(DSA_OIDS[h], NULL), signs(key, h), OK, note)
    key, a = dsa[0], alg(DSA_OIDS["sha1"])
    for k in dsa:
        yield from pair_cases(f"dsa: {k.p.bit_length()}", k.spki(), alg(DSA_OIDS["sha256"]), k, "sha256")
    for size, want in ((10000, OK), (10001, NONE)):
        k = under(key.p, key.n, rng, size)
        yield Case(f"dsa: p of {size} bits", k.spki(), a, signs(k, "sha1"), want)
    for size, want, note in ((512, OK, "dsa-q"), (513, NONE, None)):  # of order q, and so of order q times anything
        k = DSA(key.p, key.n, rng)
        k.n *= next(m for m in itertools.count((1 << size - 1) // key.n + 1) if pow(2, m - 1, m) == 1)
        k.r = pow(k.g, k.k, k.p) % k.n
        assert k.n.bit_length() == size
        yield Case(f"dsa: q of {size} bits", k.spki(), a, signs(k, "sha1"), want, note)
    p, q, g = key.p, key.n, key.g
    for what, params in (("p zero", seq(num(0), num(q), num(g))), ("q zero", seq(num(p), num(0), num(g))),
                         ("g zero", seq(num(p), num(q), num(0))), ("p negative", seq(num(-p), num(q), num(g))),
                         ("q negative", seq(num(p), num(-q), num(g))), ("g negative", seq(num(p), num(q), num(-g))),
                         ("g missing", seq(num(p), num(q))), ("an INTEGER", num(p)), ("p empty", seq(tlv(2, b""), num(q), num(g)))):
        yield Case(f"dsa: {what}", key.spki(params), a, signs(key, "sha1"), NONE)
    for what, params in (("p one", seq(num(1), num(q), num(g))), ("q one", seq(num(p), num(1), num(g))), ("p even", seq(num(p - 1), num(q), num(g)))):
        yield Case(f"dsa: {what}", key.spki(params), a, signs(key, "sha1"), BAD)
    for what, y in (("zero", num(0)), ("negative", num(-key.y)), ("empty", b""), ("a SEQUENCE", seq())):
        yield Case(f"dsa: y {what}", spki(DSA_KEY, key.params(), y), a, signs(key, "sha1"), BAD, "negative" if what == "negative" else None)
    yield from inherited_cases(dsa, rsa2048, rng)


def inherited_cases(dsa, rsa2048, rng):
    a = alg(DSA_OIDS["sha256"])
    for key, absent in itertools.product(dsa[:3], (b"", NULL)):
        low, lower = DSA(key.p, key.n, rng), DSA(key.p, key.n, rng)
        name = f"inherited: {key.p.bit_length()}/{key.n.bit_length()} {len(absent)}"
        one, two = (low.spki(absent), a, signs(low, "sha256")), (lower.spki(absent), a, signs(lower, "sha256"))
        full = (low.spki(), a, signs(low, "sha256"))
        pub, sign = key.spki(), signs(key, "sha256")
        good = "malformed" if absent else OK  # RFC 3279 2.3.2: absent, not NULL
        note = None if absent else "inherited"
        yield Case(name + " one level", pub, a, sign, good, note, [one])
        yield Case(name + " two levels", pub, a, sign, good, note, [one, two])
        yield Case(name + " below its own", pub, a, sign, good, note, [full, two])
        yield Case(name + " from another group", dsa[3].spki(), a, signs(dsa[3], "sha256"), BAD, None, [one])
        yield Case(name + " from nowhere", low.spki(absent), a, signs(low, "sha256"), NONE)
        yield Case(name + " from RSA", rsa_spki(rsa2048), alg(RSA_OIDS["sha256"], NULL), sign_pkcs1(rsa2048, "sha256"), NONE, None, [one])


# ---- EdDSA (RFC 8410) ----

def eddsa_cases():
    raw = serialization.Encoding.Raw, serialization.PublicFormat.Raw
    for name, oid_, key, order in (
            ("ed25519", "1.3.101.112", ed25519.Ed25519PrivateKey.generate(), 2 ** 252 + 27742317777372353535851937790883648493),
            ("ed448", "1.3.101.113", ed448.Ed448PrivateKey.generate(),
             2 ** 446 - 13818066809895115352007386748515426880336692474882178609894547503885)):
        bytes_, half = key.public_key().public_bytes(*raw), 32 if name == "ed25519" else 57
        pub = spki(oid_, b"", bytes_)
        for i in range(8):
            yield Case(f"{name}: good {i}", pub, alg(oid_), key.sign, OK)
        yield Case(f"{name}: algorithm with NULL", pub, alg(oid_, NULL), key.sign, NONE, "eddsa-null")
        yield Case(f"{name}: key with NULL", spki(oid_, NULL, bytes_), alg(oid_), key.sign, NONE, "eddsa-null")

        def plus(tbs, key=key, half=half, order=order):
            s = key.sign(tbs)
            return s[:half] + (int.from_bytes(s[half:], "little") + order).to_bytes(half, "little")
        for what, sign in {"S plus the order": plus, "short": lambda tbs, key=key: key.sign(tbs)[:-1], "empty": always(b""),
                           "long": lambda tbs, key=key: key.sign(tbs) + b"\0"}.items():
            yield Case(f"{name}: {what}", pub, alg(oid_), sign, BAD)
        for what, b in (("short", bytes_[:-1]), ("long", bytes_ + b"\0"), ("empty", b"")):
            yield Case(f"{name}: key {what}", spki(oid_, b"", b), alg(oid_), key.sign, BAD)


# ---- what is in no table ----

def unlisted_cases(ec, dsa, rsa2048):
    pub, garbage = rsa_spki(rsa2048), always(b"\1" * 256)
    names = {"1.2.840.113549.1.1.2": "md2WithRSAEncryption", "1.2.840.113549.1.1.3": "md4WithRSAEncryption", "1.3.36.3.3.1.2": None,
             "1.2.643.2.2.3": None, "1.2.643.7.1.1.3.2": None, "1.2.643.7.1.1.3.3": None, "1.2.156.10197.1.501": None,
             "1.3.6.1.5.5.7.6.30": None, "1.3.6.1.5.5.7.6.31": None, "1.3.6.1.5.5.7.6.32": None, "1.3.6.1.5.5.7.6.33": None,
             NIST + "5": None, NIST + "6": None, "1.3.14.3.2.27": "dsaWithSHA1-old", "1.3.14.3.2.13": None, "1.2.3.4.5.6": None,
             "2.25.329800735698586629295641978511506172918": None,
             "1.2.840.113549.1.1": None, "1.2.840.113549.1.1.11.1": None, "1.2.840.10045.4.3": None}  # above and below one of the table
    for text, name in names.items():
        for key, form in ((pub, "RSA"), (ec["prime256v1"].spki(), "EC"), (dsa[0].spki(), "DSA")):
            yield Case(f"unlisted: {text} by {form}", key, alg(text), garbage, NONE, None, sig_name=name or text)
    for i, name in enumerate(("ML-DSA-44", "ML-DSA-65", "ML-DSA-87")):
        size = (1312, 1952, 2592)[i]
        key, a = spki(NIST + str(17 + i), b"", b"\x5a" * size), alg(NIST + str(17 + i))
        yield Case(f"unlisted: {name}", key, a, always(b"\1" * 2420), NONE, None, sig_name=name.lower(),
                   key_name=("ML-DSA", name[-2:], ("128", "192", "256")[i]))
        yield Case(f"unlisted: {name} by RSA", pub, a, garbage, NONE, None, sig_name=name.lower())
        for text, sign in ((RSA_OIDS["sha256"], garbage), (ECDSA_OIDS["sha256"], signs(ec["prime256v1"], "sha256")),
                           ("1.3.101.112", always(b"\1" * 64))):
            yield Case(f"families: {text} by {name}", key, alg(text), sign, BAD)
    slh = [f"{h}-{n}{v}" for h in ("sha2", "shake") for n in (128, 192, 256) for v in "sf"]
    for i, name in enumerate(slh):
        text = NIST + str(20 + i)
        key, n = spki(text, b"", b"\x5a" * (int(name[-4:-1]) // 4)), name[-4:-1]
        yield Case(f"unlisted: SLH-DSA {name}", key, alg(text), garbage, NONE, None, sig_name="slh-dsa-" + name, key_name=("SLH-DSA", n, n))
    for text in ("1.2.643.2.2.19", "1.2.643.7.1.1.1.1", "1.2.3.4.5"):
        yield Case(f"unlisted: a key of {text}", spki(text, b"", b"\4" + b"\x5a" * 64), alg(ECDSA_OIDS["sha256"]), garbage, NONE, None,
                   key_name=(text, "", ""))
    key = ec["SM2"]
    yield Case("unlisted: ECDSA on SM2's curve", key.spki(), alg(ECDSA_OIDS["sha256"]), signs(key, "sha256"), NONE, None,
               key_name=("EC", "256", "128"))


def family_cases(ec, dsa, rsa2048):
    """Each algorithm under each key of another family."""
    raw = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    keys = {"RSA": rsa_spki(rsa2048), "EC": ec["prime256v1"].spki(), "EC-brainpool": ec["brainpoolP256r1"].spki(), "DSA": dsa[0].spki(),
            "Ed25519": ed25519.Ed25519PrivateKey.generate().public_key().public_bytes(*raw),
            "Ed448": ed448.Ed448PrivateKey.generate().public_key().public_bytes(*raw),
            "PSS": rsa_spki(rsa2048, b"", "1.2.840.113549.1.1.10"), "X25519": spki("1.3.101.110", b"", b"\x09" + b"\0" * 31)}
    algs = {"RSA": alg(RSA_OIDS["sha256"], NULL), "PSS": pss_alg("sha256", "sha256", 32), "EC": alg(ECDSA_OIDS["sha256"]),
            "DSA": alg(DSA_OIDS["sha256"]), "Ed25519": alg("1.3.101.112"), "Ed448": alg("1.3.101.113")}
    sign = {"RSA": always(b"\1" * 256), "PSS": always(b"\1" * 256), "EC": signs(ec["prime256v1"], "sha256"), "DSA": signs(dsa[0], "sha256"),
            "Ed25519": always(b"\1" * 64), "Ed448": always(b"\1" * 114)}
    for (a, how), (k, pub) in itertools.product(algs.items(), keys.items()):
        if a != k.split("-")[0]:
            yield Case(f"families: {a} by {k}", pub, how, sign[a], BAD)


def draw(rng):
    """A SubjectPublicKeyInfo for leaves, and the cases."""
    keys = rsa.rsa_keys(rng)
    ec = {name: EC(name, rng) for name in CURVES + OTHERS + ["SM2"]}
    dsa = [DSA(*group(*size), rng) for size in ((1024, 160), (2048, 224), (2048, 256), (3072, 256))]
    return ec["prime256v1"].spki(), list(itertools.chain(
        rsa.pkcs1_cases(keys), rsa.bound_cases(keys, rng), rsa.pss_cases(keys), ecdsa_cases(ec), dsa_cases(dsa, keys[2048], rng),
        eddsa_cases(), unlisted_cases(ec, dsa, keys[2048]), family_cases(ec, dsa, keys[2048])))
