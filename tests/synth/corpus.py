"""Chains that carry their truth by construction: a good chain is drawn, faults are put in at known places, and which reason
and culprit follow is known from what was put in. Certificates are made by python3-cryptography (OpenSSL)."""
import datetime
import ipaddress
import random

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID as E, NameOID

from facts import Cert
from resign import change

ORDER = ["ok", "expired", "not_yet_valid", "weak_signature", "weak_key", "revocation_unknown", "policy", "extended_key_usage",
         "name_constraints", "path_length", "key_usage", "not_a_ca", "critical_extension", "distrusted", "revoked", "malformed",
         "unsupported_algorithm", "bad_signature"]
DAY = datetime.timedelta(days=1)
EPOCH = datetime.datetime(1970, 1, 1)
UNKNOWN = x509.ObjectIdentifier("1.2.3.4.9")
NOBODYS = "300606042a030405"  # an AlgorithmIdentifier: 1.2.3.4.5


class Keys:
    """A small set, so that keys cost little."""

    def __init__(self):
        self.all = [ec.generate_private_key(ec.SECP256R1()) for _ in range(16)]
        self.all += [ec.generate_private_key(ec.SECP384R1()) for _ in range(2)]
        self.all += [rsa.generate_private_key(65537, 2048) for _ in range(3)]
        self.all += [ed25519.Ed25519PrivateKey.generate() for _ in range(2)]


def digest(key):
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return None
    return hashes.SHA384() if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name == "secp384r1" else hashes.SHA256()


def signer(key):
    def sign(body):
        if isinstance(key, rsa.RSAPrivateKey):
            return key.sign(body, padding.PKCS1v15(), hashes.SHA256())
        return key.sign(body) if digest(key) is None else key.sign(body, ec.ECDSA(digest(key)))
    return sign


def usage(*bits):
    names = ["digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign",
             "crl_sign", "encipher_only", "decipher_only"]
    return x509.KeyUsage(**{n: n in bits for n in names})


class Member:
    """One certificate of a chain before it is made."""

    def __init__(self, pos, name, key, before, after):
        self.pos, self.name, self.key, self.before, self.after = pos, name, key, before, after
        self.ca, self.pathlen, self.bc = pos > 0, None, True
        self.ku = ["key_cert_sign", "crl_sign"] if pos else ["digital_signature"]
        self.eku = self.nc = None
        self.permit, self.exclude, self.extra, self.edits = [], [], [], []
        self.san, self.ids, self.bad = [], "proper", False
        self.policy = self.explicit = None
        self.issuer_name = None  # as this one writes it, if otherwise than its issuer


def dn(cn, org):
    return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, org), x509.NameAttribute(NameOID.COMMON_NAME, cn)])


def make(m, issuer, rng, keys):
    b = x509.CertificateBuilder().subject_name(m.name).issuer_name(m.issuer_name or issuer.name)
    b = b.public_key(m.key.public_key()).serial_number(rng.getrandbits(120) + 1)
    b = b.not_valid_before(m.before).not_valid_after(m.after)
    if m.bc and (m.pos or rng.random() < .5):
        b = b.add_extension(x509.BasicConstraints(m.ca, m.pathlen if m.ca else None), True)
    if m.ku:
        b = b.add_extension(usage(*m.ku), True)
    if m.eku:
        b = b.add_extension(x509.ExtendedKeyUsage(m.eku), False)
    if m.san:
        b = b.add_extension(x509.SubjectAlternativeName(m.san), False)
    if m.permit or m.exclude:
        b = b.add_extension(x509.NameConstraints(m.permit or None, m.exclude or None), True)
    if m.ids != "none":
        b = b.add_extension(x509.SubjectKeyIdentifier.from_public_key(m.key.public_key()), False)
        aki = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())
        b = b.add_extension(aki if m.ids == "proper" else x509.AuthorityKeyIdentifier(b"\x01" * 20, None, None), False)
    if m.policy:
        b = b.add_extension(x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier(m.policy), None)]), False)
    if m.explicit is not None:
        b = b.add_extension(x509.PolicyConstraints(m.explicit, None), True)
    for critical, body in m.extra:
        b = b.add_extension(x509.UnrecognizedExtension(UNKNOWN, body), critical)
    der = b.sign(issuer.key, digest(issuer.key)).public_bytes(serialization.Encoding.DER)
    if m.edits:
        der = change(der, signer(issuer.key), m.edits)
    if m.bad:  # the right length and form, of other bytes
        der = change(der, lambda body: signer(issuer.key)(body + b"\0"), [])
    return Cert(der)


class Chain:
    """anchors, chain, pool (facts.Cert), at (seconds); truth: reason, culprit (a Cert or None); faults: what was put in."""


# ---- faults: each takes the chain being drawn, says whether it fits, and notes (reason, position of the culprit) ----

def set_dates(d, m, before, after):
    m.before, m.after = d.now + before, d.now + after


def expired(d, p):
    days = d.rng.randrange(1, 400)
    set_dates(d, d.m[p], -DAY * 800, -DAY * days)
    d.put("expired", p, -days)


def early(d, p):
    days = d.rng.randrange(1, 400)
    set_dates(d, d.m[p], DAY * days, DAY * 800)
    d.put("not_yet_valid", p, -days)


def wrong_eku(d, p):
    d.m[p].eku = d.rng.choice([[E.CLIENT_AUTH], [E.CODE_SIGNING, E.EMAIL_PROTECTION], [E.OCSP_SIGNING]])
    d.put("extended_key_usage", p)


def wrong_names(d, p):
    """Constraints at p that the leaf does not keep."""
    m = d.m[p]
    kind = d.rng.choice(["permit", "exclude", "permit-ip", "exclude-ip", "permit-dn", "exclude-dn", "permit-mail", "exclude-uri"])
    if kind == "permit":
        m.permit = [x509.DNSName(d.rng.choice(["other.example", "ww.example.org", "w.example.org"]))]
    elif kind == "exclude":
        m.exclude = [x509.DNSName(d.rng.choice(["example.org", "www.example.org", "org", ""]))]
    elif kind == "permit-ip":
        m.permit = [x509.IPAddress(ipaddress.ip_network("10.1.0.0/16"))]
        d.m[0].san.append(x509.IPAddress(ipaddress.ip_address("10.2.3.4")))
    elif kind == "exclude-ip":
        m.exclude = [x509.IPAddress(ipaddress.ip_network("10.0.0.0/8"))]
        d.m[0].san.append(x509.IPAddress(ipaddress.ip_address("10.2.3.4")))
    elif kind == "permit-dn":
        m.permit = [x509.DirectoryName(x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "CAs")]))]
    elif kind == "exclude-dn":
        m.exclude = [x509.DirectoryName(x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Servers")]))]
    elif kind == "permit-mail":
        m.permit = [x509.RFC822Name("other.example")]
        d.m[0].san.append(x509.RFC822Name("someone@example.org"))
    else:
        m.exclude = [x509.UniformResourceIdentifier(".example.org")]
        d.m[0].san.append(x509.UniformResourceIdentifier("https://www.example.org/x"))
    d.put("name_constraints", 0)


def too_long(d, p):
    d.m[p].pathlen = p - 2
    d.put("path_length", p)


def no_usage(d, p):
    d.m[p].ku = ["crl_sign"]
    d.put("key_usage", p)


def no_ca(d, p):
    d.m[p].ca = False
    d.m[p].bc = d.top == p or d.rng.random() < .7  # an anchor without basicConstraints is fine
    d.put("not_a_ca", p)


def critical(d, p):
    d.m[p].extra.append((True, b"\x05\x00"))
    d.put("critical_extension", p)


def no_policy(d, p):
    """A policy is required below p; nobody names one, or the leaf another."""
    d.m[p].explicit = 0
    if d.rng.random() < .5 and d.top > 1:  # an anchor without policies restricts none
        for m in d.m[:d.top]:
            m.policy = "1.2.3.5"
        d.m[0].policy = d.rng.choice([None, "1.2.3.6"])
        d.put("policy", 0)
    else:
        d.put("policy", p - 1)


def malformed(d, p):
    d.m[p].edits.append("twice")
    d.put("malformed", p)


def unsupported(d, p):
    d.m[p].edits.append("sigalg=" + NOBODYS)
    d.put("unsupported_algorithm", p)
    d.broken.append(p)


def bad_signature(d, p):
    d.m[p].bad = True
    d.put("bad_signature", p)
    d.broken.append(p)


# name: function, positions by (top): first and last
FAULTS = {f.__name__: (f, where) for f, where in (
    (expired, lambda top: (0, top)), (early, lambda top: (0, top)), (wrong_eku, lambda top: (0, top)),
    (wrong_names, lambda top: (1, top)), (too_long, lambda top: (2, top)), (no_usage, lambda top: (0, top)),
    (no_ca, lambda top: (1, top)), (no_policy, lambda top: (1, max(1, top - 1))),
    (critical, lambda top: (0, top)), (malformed, lambda top: (0, top - 1)),
    (unsupported, lambda top: (0, top - 1)), (bad_signature, lambda top: (0, top - 1)))}
# faults that would undo or feign each other on one certificate
APART = [{"expired", "early"}, {"too_long", "no_ca"}, {"malformed", "unsupported"}, {"malformed", "bad_signature"},
         {"unsupported", "bad_signature"}]


class Draw:
    """One chain being drawn."""

    def __init__(self, rng, keys):
        self.rng, self.keys = rng, keys
        self.now = EPOCH + datetime.timedelta(seconds=1420070400 + rng.randrange(3 * 365) * 86400 + rng.randrange(86400))
        self.top = 1 + rng.choice([0, 1, 1, 1, 2, 2, 3, 4])
        self.found, self.broken, self.features = [], [], []
        keys = rng.sample(keys.all, self.top + 1)
        n = rng.randrange(10 ** 9)
        self.m = []
        for p in range(self.top + 1):
            name = dn("www.example.org" if p == 0 else f"CA {p} of {n}", "Servers" if p == 0 else "CAs")
            m = Member(p, name, keys[p], self.now - DAY * rng.randrange(1, 300), self.now + DAY * rng.randrange(1, 300))
            self.m.append(m)
        self.m[0].san = [x509.DNSName("www.example.org")]

    def put(self, reason, p, key=0):
        self.found.append((ORDER.index(reason), reason, p, key))

    def benign(self):
        """What must change nothing."""
        rng, top = self.rng, self.top
        p = rng.randrange(1, top + 1)
        for name, percent in (("eku", 10), ("any_eku", 1), ("pathlen", 10), ("note", 10), ("names", 10), ("no_ids", 10), ("other_ids", 1),
                              ("case", 1), ("last_second", 1), ("wildcard", 5), ("policies", 5)):
            if rng.random() * 100 >= percent:
                continue
            m = self.m[p]
            self.features.append(name)
            if name == "eku":
                m.eku = m.eku or [E.SERVER_AUTH, E.CLIENT_AUTH]
                self.m[0].eku = self.m[0].eku or [E.SERVER_AUTH]
            elif name == "any_eku":
                m.eku = m.eku or [x509.ObjectIdentifier("2.5.29.37.0")]
            elif name == "pathlen" and m.pathlen is None:
                m.pathlen = p - 1 + rng.randrange(2)
            elif name == "note":
                m.extra = m.extra or [(False, b"\x05\x00")]
            elif name == "names" and not m.permit and not m.exclude:
                m.permit = [x509.DNSName("example.org"), x509.DNSName("other.example")]
                m.exclude = [x509.DNSName("ww.example.org"), x509.IPAddress(ipaddress.ip_network("192.0.2.0/24"))]
            elif name == "policies" and all(x.explicit is None for x in self.m):
                for x in self.m[:top]:
                    x.policy = "1.2.3.7"
                m.explicit = rng.randrange(3)
            elif name == "wildcard" and not any(x.permit or x.exclude for x in self.m):
                self.m[0].san = [x509.DNSName("*.example.org"), x509.DNSName("www.example.org")]
            elif name == "no_ids":
                for x in self.m:
                    x.ids = "none"
            elif name == "other_ids" and not self.broken:
                self.m[p - 1].ids = "other"
            elif name == "case" and p < top:
                self.m[p - 1].issuer_name = dn(m.name.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value.lower(), "cas")
            elif name == "last_second" and not self.found:
                m.after = self.now

    def truth(self):
        found = self.found
        if any(f[1] == "expired" for f in found):
            found = [f for f in found if f[1] != "not_yet_valid"]
        if not found:
            return "ok", None
        rank = max(f[0] for f in found)
        # dates: the earliest end, the latest begin, both noted as the greater distance first; else the nearest the leaf
        return min((f[3], f[2], f[1]) for f in found if f[0] == rank)[:0:-1] if rank in (1, 2) else \
            min((f[2], f[1]) for f in found if f[0] == rank)[::-1]


def draw(rng, keys):
    d = Draw(rng, keys)
    count = rng.choice([0, 0, 1, 1, 1, 1, 2, 2])
    names = []
    while len(names) < count:
        name = rng.choice(list(FAULTS))
        f, where = FAULTS[name]
        first, last = where(d.top)
        if first > last:
            continue
        p = rng.randrange(first, last + 1)
        if any(p == q and (name == other or {name, other} in APART) for other, q in names) or (
                name in ("wrong_names", "too_long", "no_policy") and any(o == name for o, _ in names)) or (
                name == "bad_signature" and p in d.broken):
            continue
        f(d, p)
        names.append((name, p))
    d.benign()
    return finish(d, names)


def finish(d, names):
    rng, top = d.rng, d.top
    certs = [make(m, d.m[min(m.pos + 1, top)], rng, d.keys) for m in d.m]
    c = Chain()
    c.at = int((d.now - EPOCH).total_seconds())
    c.faults, c.features = [f"{n}@{p}" for n, p in names], d.features
    reason, pos = d.truth()
    sent = list(range(1, top))
    anchors = [certs[top]]
    end = rng.random()
    reached = min(d.broken, default=top)  # the certificate at which verified edges end
    extra, rival = [], None
    if end < .06 and top > 1:  # an intermediate is missing
        gone = rng.choice(sent)
        sent.remove(gone)
        c.faults.append(f"missing@{gone}")
        reason, pos = "unknown_issuer", min(reached, gone - 1)
    elif end < .12:  # another root is trusted
        anchors = [other_root(d, rng)]
        c.faults.append("other root")
        with_root = rng.random() < .5
        if with_root:
            sent.append(top)
        top_seen = top if with_root else top - 1
        reason, pos = ("untrusted_root", top) if reached == top and with_root else ("unknown_issuer", min(reached, top_seen))
    elif end < .15 and top > 1:  # a twin of an intermediate with nothing wrong in it
        pos, reason, extra, rival = twin(d, certs, names, c)
    elif rng.random() < .3:
        sent.append(top)
    mine = [certs[i] for i in sent] + extra
    rng.shuffle(mine) if rng.random() < .2 else None
    if mine and rng.random() < .05:
        mine.append(rng.choice(mine))
    cut = rng.randrange(len(mine) + 1) if rng.random() < .2 else len(mine)
    c.anchors, c.chain, c.pool = anchors, [certs[0]] + mine[:cut], mine[cut:]
    if rival is not None and tie(c, certs) < tie(c, [extra[0] if m.pos == rival else x for m, x in zip(d.m, certs)]):
        pos = rival
    c.reason, c.culprit = reason, None if pos is None else certs[pos]
    return c


def other_root(d, rng):
    key = rng.choice(d.keys.all)
    m = Member(9, dn(f"Root {rng.randrange(10 ** 9)}", "CAs"), key, d.now - DAY * 99, d.now + DAY * 99)
    return make(m, m, rng, d.keys)


def twin(d, certs, names, c):
    p = d.rng.randrange(1, d.top)
    m = Member(p, d.m[p].name, d.m[p].key, d.now - DAY * 99, max(d.m[p].after, d.now + DAY * 99))
    m.ids, m.policy = d.m[p].ids, d.m[p].policy
    m.issuer_name = d.m[p].issuer_name
    extra = [make(m, d.m[p + 1], d.rng, d.keys)]
    c.faults.append(f"twin@{p}")
    before = d.truth()
    d.found = [f for n, f in zip(names, d.found) if n[1] != p]
    reason, pos = d.truth()
    return pos, reason, extra, p if before == (reason, p) else None


def tie(c, path):
    """Which of two paths of one reason stands for the chain: the lesser (docs/verdicts.md, 2)."""
    known = {x.der for x in c.chain + c.anchors}
    return (-min(x.not_after for x in path), max(x.not_before for x in path), sum(x.der not in known for x in path),
            [x.sha256 for x in path])


def draw_self(rng, keys):
    """A leaf that signed itself, an anchor or not."""
    d = Draw(rng, keys)
    m = d.m[0]
    m.ids = rng.choice(["proper", "none"])
    old = rng.random() < .4
    if old:
        set_dates(d, m, -DAY * 800, -DAY * rng.randrange(1, 400))
    c = Chain()
    c.at, c.features, c.pool = int((d.now - EPOCH).total_seconds()), [], []
    cert = make(m, m, rng, keys)
    c.chain, trusted = [cert], rng.random() < .3
    c.anchors = [cert] if trusted else [other_root(d, rng)]
    c.faults = ["self" + (" old" if old else "") + (" trusted" if trusted else "")]
    c.reason = ("expired" if old else "ok") if trusted else "self_signed"
    c.culprit = None if c.reason == "ok" else cert
    return c


def generate(count, seed):
    keys = Keys()
    for i in range(count):
        rng = random.Random(seed * 1000003 + i)
        c = draw_self(rng, keys) if rng.random() < .04 else draw(rng, keys)
        c.number = i
        yield c
