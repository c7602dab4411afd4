#!/usr/bin/env python3
"""Random lists about a small web, judged by tw-chain at every day on which something may change, and by the model below: RFC 5280
6.3.3 and docs/verdicts.md, section 5, word by word, at one time after the other, all paths of all signers enumerated.

TW_WEBS webs (default 60), TW_SEED (default 1)."""
import csv
import datetime
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
    import cryptography  # noqa: F401
except ImportError:
    print("python3-cryptography is not installed: skipped")
    sys.exit(77)
from cryptography import x509  # noqa: E402
import lists  # noqa: E402
from lists import CA, DELEGATE, LEAF, Cert, dirs, idp, pem, uri  # noqa: E402

DAYS = [f"2015-{m:02}-{d:02}" for m in range(1, 7) for d in (1, 15)]
ALL = ["keyCompromise", "cACompromise", "affiliationChanged", "superseded", "cessationOfOperation", "certificateHold",
       "privilegeWithdrawn", "aACompromise"]
RANK = ["ok", "expired", "not_yet_valid", "revocation_unknown", "not_a_ca", "revoked"]


class List:
    def __init__(self, rng, certs):
        self.issuer = rng.choice(["Root", "Int", "Int", "Int", "Lists"])
        self.key = rng.choice({"Root": ["Root", "Root", "T", "Root2"], "Int": ["Int", "Int", "S", "S", "no"], "Lists": ["Lists"]}[self.issuer])
        self.this = rng.choice(DAYS[:9])
        self.until = rng.choice([d for d in DAYS if d > self.this] + [None])
        self.number = rng.choice([None, 1, 2, 3, 4])
        self.delta = rng.choice([None, None, None, 1, 2, 3])
        if self.delta:
            self.number = self.delta + rng.choice([0, 1, 2])
        self.user, self.ca, self.indirect, self.reasons, self.point = False, False, self.issuer == "Lists", None, None
        kind = rng.randrange(8)
        if kind == 0:
            self.user = True
        elif kind == 1:
            self.ca = True
        elif kind in (2, 3):
            self.reasons = rng.sample(ALL, rng.choice([2, 6, 7])) if kind == 2 else rng.choice([ALL[:3], ALL[3:]])
        elif kind == 4:
            self.point = rng.choice(["http://x/1", "http://x/2"])
        self.entries, issuer = [], self.issuer
        for c in rng.sample(certs, rng.choice([0, 1, 1, 2, 3])):
            named = c.issuer if self.indirect and rng.random() < .7 else None
            issuer = named or issuer  # holds for those behind it too (5.3.3)
            reason = rng.choice([None, "keyCompromise", "certificateHold"] + ["removeFromCRL"] * (2 if self.delta else 0))
            self.entries.append((c, rng.choice(DAYS), reason, named, issuer))

    def der(self):
        scope = None
        if self.user or self.ca or self.indirect or self.reasons or self.point:
            scope = idp(uri(self.point) if self.point else None, None, self.user, self.ca, False, self.indirect, self.reasons)
        return lists.crl(self.issuer, [lists.entry(c, d, r, n) for c, d, r, n, _ in self.entries], self.key, self.this, self.until,
                         self.number, self.delta, scope)

    def scope(self):
        return self.issuer, self.key, self.user, self.ca, self.indirect, frozenset(self.reasons or ()), self.point

    def found(self, cert):
        return [(d, r) for c, d, r, _, issuer in self.entries if c is cert and issuer == cert.issuer]


class Web:
    def __init__(self, rng):
        late = lambda: dict(after=rng.choice(["2015-03-15", "2015-05-01", "2030-01-01", "2030-01-01"]))
        self.anchors = [Cert("Root", "Root", ku=CA), Cert("Root2", "Root2", ku=CA)]
        far = [x509.DistributionPoint(uri("http://x/1"), None, None, dirs("Lists"))]
        near = [x509.DistributionPoint(uri("http://x/1"), None, rng.choice([None, frozenset(map(x509.ReasonFlags, ALL[:3]))]), None)]
        self.leaf = Cert("leaf", "Int", points=rng.choice([None, far, near, far + near]))
        some = [Cert("Int", "Root", ku=CA, **late()), Cert("Int", "Root", ku=CA, **late()), Cert("Int", "Root2", ku=CA),
                Cert("Int", "Root", key="S", ku=DELEGATE, **late()), Cert("Int", "Int", key="S", ku=rng.choice([DELEGATE, LEAF, []])),
                Cert("Int", "Root2", key="S", ku=DELEGATE), Cert("Root", "Root", key="T", ku=DELEGATE), Cert("Lists", "Root", ku=DELEGATE),
                Cert("Lists", "Int", ku=DELEGATE), Cert("Root", "Root2", ku=CA)]
        self.sent = [c for c in some if rng.random() < .6]
        if not any(c.key == "Int" for c in self.sent):
            self.sent.append(some[0])
        rng.shuffle(self.sent)
        self.lists = [List(rng, [self.leaf] + self.sent) for _ in range(rng.randrange(1, 9))]

    # ---- paths: (members, anchor) ----
    def paths(self, cert, above=()):
        for a in self.anchors:
            if cert.issuer == a.subject and cert.ikey == a.key and not any((c.subject, c.key) == (a.subject, a.key) for c in above[1:] + (cert,) * bool(above)):
                yield above + (cert,), a
        for c in [self.leaf] + self.sent:
            seen = [(x.subject, x.key) for x in (above + (cert,))[1:]]
            if c.subject == cert.issuer and c.key == cert.ikey and c not in above + (cert,) and (c.subject, c.key) not in seen:
                yield from self.paths(c, above + (cert,))

    @staticmethod
    def in_time(path, t):
        return all(c.before <= t <= c.after for c in path)

    # ---- 6.3.3 (f), (g) ----
    def signed(self, x, anchor, t, asked, dates):
        if x.issuer == anchor.subject and x.key == anchor.key:
            return True
        entity = (x.issuer, x.key)
        if entity in asked:
            return False
        for s in [self.leaf] + self.sent:
            if (s.subject, s.key) != entity or (s.ku and "crl_sign" not in s.ku):
                continue
            for path, a in self.paths(s):
                if a is anchor and all(c.ca for c in path[1:]) and (not dates or self.in_time(path, t)) and \
                        not any(self.revoked(c, anchor, t, asked | {entity}) for c in path):
                    return True
        return False

    # ---- (b), (d) ----
    def reasons(self, x, cert):
        if (x.user and cert.ca) or (x.ca and not cert.ca):
            return set()
        mine = set(x.reasons or ALL)
        out = set(mine) if x.issuer == cert.issuer and not x.point else set()
        for p in cert.points:
            if p.crl_issuer and not (x.indirect and p.crl_issuer == dirs(x.issuer)):
                continue
            if not p.crl_issuer and x.issuer != cert.issuer:
                continue
            if x.point and uri(x.point)[0] not in p.full_name:
                continue
            out |= mine & {r.value for r in p.reasons} if p.reasons else mine
        return out

    # ---- (h) to (l) ----
    @staticmethod
    def later(y, x):
        return x.number < y.number if x.number and y.number else x.this <= y.this

    def removed(self, x, cert, anchor, t, asked):
        return any(y is not x and y.delta and y.scope() == x.scope() and self.later(y, x) and self.signed(y, anchor, t, asked, False) and
                   any(r == "removeFromCRL" and d <= t for d, r in y.found(cert)) for y in self.lists)

    def revoked(self, cert, anchor, t, asked=frozenset()):
        return any(any(r != "removeFromCRL" and d <= t for d, r in x.found(cert)) and self.reasons(x, cert) and
                   self.signed(x, anchor, t, asked, False) and not self.removed(x, cert, anchor, t, asked) for x in self.lists)

    def in_force(self, x, anchor, t):
        if x.delta or not self.signed(x, anchor, t, frozenset(), True):
            return False
        if x.this <= t and (not x.until or t <= x.until):
            return True
        return any(y.delta and x.number and y.scope() == x.scope() and y.delta <= x.number < y.number and max(x.this, y.this) <= t and
                   (not y.until or t <= y.until) and self.signed(y, anchor, t, frozenset(), True) for y in self.lists)

    def unknown(self, cert, anchor, t):
        known = set()
        for x in self.lists:
            if self.in_force(x, anchor, t):
                known |= self.reasons(x, cert)
        return known != set(ALL)

    # ---- the chain ----
    def reason(self, t, require):
        best = None
        for path, a in self.paths(self.leaf):
            found = {"ok"}
            if not self.in_time(path, t):
                found.add("expired")
            if not all(c.ca for c in path[1:]):
                found.add("not_a_ca")
            if any(self.revoked(c, a, t) for c in path):
                found.add("revoked")
            if require and any(self.unknown(c, a, t) for c in path):
                found.add("revocation_unknown")
            worst = max(found, key=RANK.index)
            best = worst if best is None or RANK.index(worst) < RANK.index(best) else best
        return best


def engine(web, tmp, mode):
    path = lambda name: os.path.join(tmp, name)
    with open(path("c.der"), "wb") as f:
        f.write(b"".join(c.der for c in [web.leaf] + web.sent))
    with open(path("s.pem"), "w") as f:
        f.write(pem("CERTIFICATE", [c.der for c in web.anchors]))
    with open(path("l.pem"), "w") as f:
        f.write(pem("X509 CRL", [x.der() for x in web.lists]))
    with open(path("r.csv"), "w") as f:
        f.write("time,chain\n")
        f.writelines(f"{d}T00:00:00Z,{' '.join(c.sha256 for c in [web.leaf] + web.sent)}\n" for d in DAYS)
    p = subprocess.run([os.path.join(BUILD, "tw-chain"), "--certs", path("c.der"), "--store", "s=" + path("s.pem"), "--purpose", "any",
                        "--crl", path("l.pem"), "--revocation", mode, path("r.csv")], stdout=subprocess.PIPE)
    return [r["reason.s"] for r in csv.DictReader(io.StringIO(p.stdout.decode()))]


def main():
    seed, webs = int(os.environ.get("TW_SEED", 1)), int(os.environ.get("TW_WEBS", 60))
    failed, n, seen = 0, 0, {}
    for i in range(webs):
        rng = random.Random(f"{seed} {i}")
        web = Web(rng)
        with tempfile.TemporaryDirectory() as tmp:
            for mode in ("known", "require"):
                got, want = engine(web, tmp, mode), [web.reason(d, mode == "require") for d in DAYS]
                n += len(want)
                for r in want:
                    seen[r] = seen.get(r, 0) + 1
                if got != want:
                    failed += 1
                    print(f"FAIL web {i} of seed {seed}, {mode}: {got}, wanted {want}")
                    if os.environ.get("TW_STOP"):
                        return 1
                    if os.environ.get("TW_KEEP"):
                        show(web)
    print(f"{webs} webs, {n} answers, {seen}, {failed} failures")
    return 1 if failed or len(seen) < 4 else 0


def show(web):
    for c in [web.leaf] + web.sent:
        print(f"  {c.subject}/{c.key} by {c.issuer}/{c.ikey} {c.serial & 0xfff:x} ku {c.ku} until {c.after} {[p.crl_issuer for p in c.points]}")
    for x in web.lists:
        print(f"  list {x.scope()} {x.this} {x.until} number {x.number} delta {x.delta}",
              [(f"{c.serial & 0xfff:x}", d, r, n) for c, d, r, n, _ in x.entries])


if __name__ == "__main__":
    sys.exit(main())
