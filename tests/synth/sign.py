"""Keys and signatures from numbers: RSA, DSA and ECDSA worked out here, so that truth leans on no library that could share an
error with the tools. Curves are those of openssl's tables, read as explicit parameters."""
import hashlib
import subprocess

from resign import split, tlv


def num(n, more=0):
    """INTEGER; more: octets in front that DER does not want."""
    body = n.to_bytes(n.bit_length() // 8 + 1, "big", signed=True)
    return tlv(2, b"\0" * more + body)


def oid(text):
    arcs = [int(x) for x in text.split(".")]
    out = b""
    for arc in [arcs[0] * 40 + arcs[1]] + arcs[2:]:
        one = bytes([arc & 127])
        while arc > 127:
            arc >>= 7
            one = bytes([arc & 127 | 128]) + one
        out += one
    return tlv(6, out)


NULL = b"\x05\0"


def seq(*parts):
    return tlv(0x30, b"".join(parts))


def bits(body):
    return tlv(3, b"\0" + body)


def spki(algorithm, params, body):
    return seq(seq(oid(algorithm), params), bits(body))


def octets(n, size):
    return n.to_bytes(size, "big")


# name: python's, OID of the digest
HASHES = {"md5": "1.2.840.113549.2.5", "sha1": "1.3.14.3.2.26", "sha224": "2.16.840.1.101.3.4.2.4",
          "sha256": "2.16.840.1.101.3.4.2.1", "sha384": "2.16.840.1.101.3.4.2.2", "sha512": "2.16.840.1.101.3.4.2.3",
          "sha512_224": "2.16.840.1.101.3.4.2.5", "sha512_256": "2.16.840.1.101.3.4.2.6",
          "sha3_224": "2.16.840.1.101.3.4.2.7", "sha3_256": "2.16.840.1.101.3.4.2.8",
          "sha3_384": "2.16.840.1.101.3.4.2.9", "sha3_512": "2.16.840.1.101.3.4.2.10"}


def digest(name, data):
    return hashlib.new(name, data).digest()


# ---- RSA (RFC 8017) ----

class RSA:
    """primes may be many and small: what is tested is the other side's reading of n."""

    def __init__(self, primes, e=65537):
        self.e, self.n, self.part = e, 1, []
        for p in primes:
            self.n *= p
        for p in primes:
            rest = self.n // p
            self.part.append((p, pow(e, -1, p - 1) if p > 2 else 1, rest * pow(rest, -1, p)))
        self.size = (self.n.bit_length() + 7) // 8

    def public(self):
        return seq(num(self.n), num(self.e))

    def raw(self, em):
        """em ** d, by the Chinese remainder theorem."""
        m = int.from_bytes(em, "big")
        assert m < self.n
        return octets(sum(pow(m % p, d, p) * whole for p, d, whole in self.part) % self.n, self.size)


def pkcs1(size, name, data, params=NULL):
    """EMSA-PKCS1-v1_5, 9.2."""
    info = seq(seq(oid(HASHES[name]), params), tlv(4, digest(name, data)))
    return b"\0\1" + b"\xff" * (size - len(info) - 3) + b"\0" + info


def mgf1(name, seed, n):
    return b"".join(digest(name, seed + octets(i, 4)) for i in range(n // len(digest(name, b"")) + 1))[:n]


def pss(nbits, name, mgf, salt, data):
    """EMSA-PSS, 9.1.1; emBits is one less than the modulus's."""
    n = (nbits + 6) // 8
    h = digest(name, b"\0" * 8 + digest(name, data) + salt)
    db = b"\0" * (n - len(salt) - len(h) - 2) + b"\1" + salt
    masked = bytearray(x ^ y for x, y in zip(db, mgf1(mgf, h, len(db))))
    masked[0] &= 0xff >> (8 * n - (nbits - 1))
    return bytes(masked) + h + b"\xbc"


def pss_params(name, mgf, salt, trailer=None, null=NULL):
    """RSASSA-PSS-params; what is None is left out."""
    def h(x):
        return seq(oid(HASHES[x]), null)
    out = b""
    if name:
        out += tlv(0xa0, h(name))
    if mgf:
        out += tlv(0xa1, seq(oid("1.2.840.113549.1.1.8"), h(mgf)))
    if salt is not None:
        out += tlv(0xa2, num(salt))
    if trailer is not None:
        out += tlv(0xa3, num(trailer))
    return seq(out)


# ---- ECDSA and DSA (FIPS 186-4, 4.6 and 6.4); one nonce a key does here ----

def leftmost(name, data, n):
    h = digest(name, data)
    return int.from_bytes(h, "big") >> max(0, 8 * len(h) - n.bit_length())


def dss(r, s):
    return seq(num(r), num(s))


class Signer:
    """n, x, k, and r of k."""

    def pair(self, name, data):
        s = pow(self.k, -1, self.n) * (leftmost(name, data, self.n) + self.r * self.x) % self.n
        return self.r, s

    def sign(self, name, data):
        return dss(*self.pair(name, data))


class Curve:
    def __init__(self, name):
        der = subprocess.run(["openssl", "ecparam", "-name", name, "-param_enc", "explicit", "-outform", "DER"], check=True,
                             stdout=subprocess.PIPE).stdout
        _, field, ab, g, n = [x[1] for x in split(split(der)[0][1])][:5]
        self.p = int.from_bytes(split(field)[1][1], "big")
        self.a, self.b = (int.from_bytes(x[1], "big") for x in split(ab)[:2])
        self.size, self.n = (self.p.bit_length() + 7) // 8, int.from_bytes(n, "big")
        self.g = int.from_bytes(g[1:1 + self.size], "big"), int.from_bytes(g[1 + self.size:], "big")
        self.explicit = der
        self.oid = subprocess.run(["openssl", "ecparam", "-name", name, "-outform", "DER"], check=True, stdout=subprocess.PIPE).stdout

    def add(self, u, v):
        if u is None or v is None:
            return u or v
        if u[0] == v[0]:
            if (u[1] + v[1]) % self.p == 0:
                return None
            m = (3 * u[0] * u[0] + self.a) * pow(2 * u[1], -1, self.p)
        else:
            m = (v[1] - u[1]) * pow(v[0] - u[0], -1, self.p)
        x = (m * m - u[0] - v[0]) % self.p
        return x, (m * (u[0] - x) - u[1]) % self.p

    def times(self, k):
        out, u = None, self.g
        while k:
            out = self.add(out, u) if k & 1 else out
            u, k = self.add(u, u), k >> 1
        return out


class EC(Signer):
    def __init__(self, name, rng):
        self.curve = c = Curve(name)
        self.n, self.x, self.k = c.n, rng.randrange(1, c.n), rng.randrange(1, c.n)
        self.q, self.r = c.times(self.x), c.times(self.k)[0] % c.n

    def point(self, form=4):
        x, y = (octets(v, self.curve.size) for v in self.q)
        odd = self.q[1] & 1
        return {4: b"\4" + x + y, 2: bytes([2 + odd]) + x, 6: bytes([6 + odd]) + x + y}[form]

    def spki(self, point=None, params=None, algorithm="1.2.840.10045.2.1"):
        return spki(algorithm, params or self.curve.oid, self.point() if point is None else point)


def stream(text, n):
    """A number of n bits, from its name."""
    out = b"".join(digest("sha256", f"{text} {i}".encode()) for i in range((n + 255) // 256))
    return int.from_bytes(out, "big") >> (len(out) * 8 - n) | 1 << (n - 1)


def group(size, qsize):
    """p of size bits and q of qsize, q dividing p - 1: the counters say at which try of a search both were prime."""
    i, j = {(1024, 160): (22, 395), (2048, 224): (82, 1288), (2048, 256): (216, 625), (3072, 256): (216, 1335)}[size, qsize]
    q = stream(f"q {qsize} {i}", qsize) | 1
    return q * (stream(f"p {size} {j}", size - qsize) & ~1) + 1, q


class DSA(Signer):
    """g is of order q."""

    def __init__(self, p, q, rng, g=None):
        self.p, self.n, self.g = p, q, g or pow(2, (p - 1) // q, p)
        assert pow(self.g, q, p) == 1 != self.g
        self.x, self.k = rng.randrange(1, self.n), rng.randrange(1, self.n)
        self.y, self.r = pow(self.g, self.x, self.p), pow(self.g, self.k, self.p) % self.n

    def params(self):
        return seq(num(self.p), num(self.n), num(self.g))

    def spki(self, params=None):
        return spki("1.2.840.10040.4.1", self.params() if params is None else params, num(self.y))
