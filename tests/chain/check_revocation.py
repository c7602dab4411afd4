#!/usr/bin/env python3
"""Revocation: lists made by python3-cryptography, one rule of docs/verdicts.md a case, at the seconds where answers change; and
whether openssl verify -crl_check_all says the same under --revocation require, or which rule explains that it does not.
TW_STOP=1 ends at the first failure, TW_PEERS=none asks no peer."""
import csv
import gzip
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import types

SRC, BUILD = os.environ["TW_SRCDIR"], os.environ["TW_BUILDDIR"]
sys.path.insert(0, os.path.join(SRC, "tests/synth"))
sys.dont_write_bytecode = True
try:
    import cryptography  # noqa: F401
except ImportError:
    print("python3-cryptography is not installed: skipped")
    sys.exit(77)
from cryptography import x509  # noqa: E402
import peers  # noqa: E402
from cryptography.hazmat.primitives import serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import dsa, rsa  # noqa: E402
from lists import *  # noqa: E402,F403
from lists import CA, DELEGATE, DER, KEYS, LEAF, Cert, crl, crlset, day, dirs, dn, edited, entry, idp, onecrl, pem, uri  # noqa: E402
from resign import split, tlv  # noqa: E402

VERIFY, PEERS = os.path.join(BUILD, "tw-verify"), peers.installed()
COUNT, COMPARED, EXPLAINED = [0], [0], {}


class Failures(list):
    def append(self, line):
        super().append(line)
        if os.environ.get("TW_STOP"):
            sys.exit("FAIL " + line)


FAILED = Failures()


def write(path, data):
    with open(path, "wb") as f:
        f.write(data if isinstance(data, bytes) else data.encode())
    return path


def verify(tmp, c, at, mode):
    cmd = [VERIFY, "--store", "s=" + c.store, "--at", at if "T" in at else at + "T00:00:00Z", "--purpose", "any", "--revocation", mode]
    cmd += [x for f in c.files for x in ("--crl", f)] + c.more + [c.path]
    p = subprocess.run(cmd, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    row = next(csv.DictReader(io.StringIO(p.stdout.decode())), {})
    return p.returncode, row.get("reason", ""), row.get("culprit", ""), p.stderr.decode(), row


class Case:
    """anchors, chain (leaf first, the rest a set), lists (DER, each a CRL); want: (mode, time, reason, culprit)."""

    def __init__(self, name, chain, lists, anchors=None, pool=(), more=(), files=(), peer=True):
        self.name, self.chain, self.lists, self.anchors = name, list(chain), list(lists), anchors or [ROOT]
        self.pool, self.more, self.others, self.peer = list(pool), list(more), list(files), peer
        self.tmp = tempfile.mkdtemp(dir=TMP)
        self.store = write(os.path.join(self.tmp, "s.pem"), pem("CERTIFICATE", [c.der for c in self.anchors]))
        self.path = write(os.path.join(self.tmp, "c.pem"), pem("CERTIFICATE", [c.der for c in self.chain]))
        self.files = []
        if self.lists:
            self.files.append(write(os.path.join(self.tmp, "l.pem"), pem("X509 CRL", self.lists)))
        for i, data in enumerate(self.others):
            self.files.append(write(os.path.join(self.tmp, f"v{i}"), data))
        if self.pool:
            self.more += ["--intermediates", write(os.path.join(self.tmp, "p.pem"), pem("CERTIFICATE", [c.der for c in self.pool]))]

    def want(self, mode, at, reason, culprit=None):
        COUNT[0] += 1
        status, got, who, err, _ = verify(self.tmp, self, at, mode)
        ok = got == reason and status == (reason != "ok") and (culprit is None or who == culprit.sha256)
        if not ok:
            FAILED.append(f"{self.name}, {mode} at {at}: {got}, wanted {reason}; culprit {who[:12]} {err.strip()}")
        if mode == "require" and self.peer:
            self.compare(at, reason)
        return self

    def known(self, *a):
        return self.want("known", *a)

    def require(self, *a):
        return self.want("require", *a)

    def turns(self, mode, at, before, after, culprit=None):
        """before holds one second before the day at, after from it on."""
        second = (day(at) - datetime.timedelta(seconds=1)).isoformat() + "Z"
        return self.want(mode, second, before, culprit if before != "ok" else None).want(mode, at, after, culprit if after != "ok" else None)

    def compare(self, at, ours):
        if "openssl" not in PEERS:
            return
        t = str(int(day(at.rstrip("Z")).replace(tzinfo=datetime.timezone.utc).timestamp()))
        cmd = ["openssl", "verify", "-no-CApath", "-no-CAstore", "-CAfile", self.store, "-attime", t, "-crl_check_all", "-extended_crl",
               "-use_deltas"]
        others = write(os.path.join(self.tmp, "u.pem"), pem("CERTIFICATE", [c.der for c in self.chain[1:] + self.pool]))
        leaf = write(os.path.join(self.tmp, "leaf.pem"), pem("CERTIFICATE", [self.chain[0].der]))
        cmd += ["-untrusted", others] + (["-CRLfile", self.files[0]] if self.lists else []) + [leaf]
        p = subprocess.run(cmd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        COMPARED[0] += 1
        if (p.returncode == 0) == (ours == "ok"):
            return
        now = day(at.rstrip("Z"))
        rule = next((r for r in RULES if r(self, now, ours)), None)
        if rule:
            EXPLAINED[rule.__doc__] = EXPLAINED.get(rule.__doc__, 0) + 1
        else:
            FAILED.append(f"{self.name} at {at}: openssl says {p.stdout.decode().strip()!r}, we {ours}, and no rule explains it")


# ---- where openssl differs: predicates on the case ----

def parsed(c):
    return [x509.load_der_x509_crl(d) for d in c.lists]


def date(o, name):
    """The attribute, without a zone; older releases have no other form."""
    t = getattr(o, name + "_utc", None) or getattr(o, name)
    return t.replace(tzinfo=None)


def rule_date(c, now, ours):
    """verdicts.md: an entry counts from its revocationDate on; openssl does not look at the date"""
    return ours == "ok" and any(date(e, "revocation_date") > now for x in parsed(c) for e in x)


def rule_end(c, now, ours):
    """X.509 7.3: nextUpdate is inclusive; openssl ends a second before"""
    return ours == "ok" and any(date(x, "next_update") == now for x in parsed(c))


def rule_several(c, now, ours):
    """RFC 5280 6.3.3: every list at hand is looked at; openssl takes the best one by scope and time"""
    return len({x.issuer for x in parsed(c)}) < len(c.lists)


def rule_none(c, now, ours):
    """RFC 9608: noRevAvail says that there is no list; openssl 3.0 does not know it"""
    return ours == "ok" and bytes.fromhex("0603551d38") in c.chain[0].der


def rule_issuer(c, now, ours):
    """RFC 5280 5.3.3: a certificateIssuer belongs to an indirect list; openssl 3.0 follows it in any"""
    return any(b"\x06\x03\x55\x1d\x1d" in d and b"\x84\x01\xff" not in d for d in c.lists)


RULES = [rule_date, rule_end, rule_none, rule_several, rule_issuer]

TMP = tempfile.mkdtemp()
ROOT, ROOT2 = Cert("Root", "Root", ku=CA), Cert("Root2", "Root2", ku=CA)
INT = Cert("Int", "Root", ku=CA)
GOOD_ROOT = crl("Root", until="2029-01-01")


def leaf(**more):
    return Cert("leaf", "Int", **more)


def basic():
    a = leaf()
    c = Case("basic", [a, INT], [GOOD_ROOT, crl("Int", [entry(a, "2015-03-01", "keyCompromise")])])
    for mode in ("known", "require"):
        c.turns(mode, "2015-03-01", "ok", "revoked", a)
    c.known("2025-01-01", "revoked", a).require("2025-01-01", "revoked", a)
    row = verify(c.tmp, c, "2015-02-01", "known")[4]
    if row["valid_until"] != "2015-02-28T23:59:59Z":
        FAILED.append(f"basic: the window ends {row['valid_until']}")
    Case("a CA", [a, INT], [crl("Root", [entry(INT, "2015-03-01")]), crl("Int")]).turns("known", "2015-03-01", "ok", "revoked", INT)
    both = Case("a revoked CA's list says nothing", [a, INT], [crl("Root", [entry(INT, "2015-03-01")]), crl("Int", [entry(a, "2015-02-01")])])
    both.known("2015-02-15", "revoked", a).known("2015-06-01", "revoked", INT)
    Case("another serial", [a, INT], [GOOD_ROOT, crl("Int", [entry(a.serial + 1, "2015-03-01")])]).require("2015-06-01", "ok")
    Case("nothing known", [a, INT], []).known("2015-06-01", "ok").require("2015-06-01", "revocation_unknown", a)
    Case("only the leaf", [a, INT], [crl("Int")]).require("2015-06-01", "revocation_unknown", INT)


def force():
    a = leaf()
    c = Case("in force", [a, INT], [GOOD_ROOT, crl("Int", this="2015-02-01", until="2015-08-01")])
    c.turns("require", "2015-02-01", "revocation_unknown", "ok", a)
    c.require("2015-08-01", "ok").require("2015-08-01T00:00:01Z", "revocation_unknown", a).known("2016-08-01", "ok")
    old = Case("an old list still names", [a, INT], [GOOD_ROOT, crl("Int", [entry(a, "2012-01-01")], this="2012-01-02", until="2012-02-01")])
    old.known("2015-06-01", "revoked", a).require("2015-06-01", "revoked", a).known("2011-12-31", "ok")
    young = Case("so does one from later", [a, INT], [GOOD_ROOT, crl("Int", [entry(a, "2012-01-01")], this="2020-01-01", until="2020-02-01")])
    young.turns("known", "2012-01-01", "ok", "revoked", a)
    Case("no nextUpdate", [a, INT], [GOOD_ROOT, crl("Int", until=None)], peer=False).require("2014-12-31", "revocation_unknown", a).require(
        "2028-01-01", "ok")
    Case("a gap", [a, INT], [GOOD_ROOT, crl("Int", until="2015-03-01"), crl("Int", this="2015-05-01")]).require("2015-02-01", "ok").require(
        "2015-04-01", "revocation_unknown", a).require("2015-06-01", "ok")
    b = leaf(none=True)
    Case("noRevAvail", [b, INT], [GOOD_ROOT]).require("2015-06-01", "ok")
    ca = Cert("Int", "Root", ku=CA, none=True)
    Case("noRevAvail in a CA", [a, ca], [crl("Int")], peer=False).require("2015-06-01", "revocation_unknown", ca)  # RFC 9608: not there
    twice = [entry(a, "2015-05-01"), entry(a, "2015-03-01"), entry(a, "2015-04-01")]
    Case("named three times", [a, INT], [crl("Int", twice)], peer=False).turns("known", "2015-03-01", "ok", "revoked", a)


def signers():
    a = leaf()
    e = [entry(a, "2015-03-01")]
    Case("another key", [a, INT], [GOOD_ROOT, crl("Int", e, key="nobody")]).known("2015-06-01", "ok").require(
        "2015-06-01", "revocation_unknown", a)
    Case("another name", [a, INT], [GOOD_ROOT, crl("Nobody", e, key="Int")]).known("2015-06-01", "ok")
    Case("the anchor's key, another name", [a, INT], [GOOD_ROOT, crl("Int", e, key="Root")]).known("2015-06-01", "ok").require(
        "2015-06-01", "revocation_unknown", a)
    s = Cert("Int", "Root", key="S", ku=DELEGATE)
    lists = [GOOD_ROOT, crl("Int", e, key="S")]
    d = Case("a delegate", [a, INT, s], lists)
    d.turns("known", "2015-03-01", "ok", "revoked", a).turns("require", "2015-03-01", "ok", "revoked", a)
    Case("a delegate in the pool", [a, INT], lists, pool=[s]).known("2015-06-01", "revoked", a)
    Case("a delegate nobody has", [a, INT], lists).known("2015-06-01", "ok").require("2015-02-01", "revocation_unknown", a)
    Case("no cRLSign", [a, INT, Cert("Int", "Root", key="S", ku=LEAF)], lists).known("2015-06-01", "ok")
    Case("no keyUsage", [a, INT, Cert("Int", "Root", key="S", ku=[], ca=False)], lists).known("2015-06-01", "revoked", a)
    Case("another anchor", [a, INT, Cert("Int", "Root2", key="S", ku=DELEGATE)], lists, [ROOT, ROOT2]).known("2015-06-01", "ok")
    Case("no path", [a, INT, Cert("Int", "Root2", key="S", ku=DELEGATE)], lists).known("2015-06-01", "ok")
    old = Cert("Int", "Root", key="S", ku=DELEGATE, after="2015-02-01")
    Case("its dates count only for require", [a, INT, old], lists).known("2015-06-01", "revoked", a).require(
        "2015-06-01", "revoked", a).require("2015-02-01", "ok").require("2015-02-15", "revocation_unknown", a)
    gone = [crl("Root", [entry(s, "2015-05-01")], until="2029-01-01"), lists[1]]
    Case("revoked itself", [a, INT, s], gone).known("2015-04-01", "revoked", a).turns("known", "2015-05-01", "revoked", "ok", a).require(
        "2015-06-01", "revocation_unknown", a)
    Case("its path fails", [a, INT, Cert("Int", "Root", key="S", ku=DELEGATE, critical=True)], lists).known("2015-06-01", "ok").require(
        "2015-06-01", "revocation_unknown", a)
    nosign = Cert("Int", "Root", ku=["key_cert_sign"])
    Case("a CA without cRLSign", [a, nosign], [GOOD_ROOT, crl("Int", e)]).known("2015-06-01", "ok").require(
        "2015-06-01", "revocation_unknown", a)
    root = Cert("Root", "Root", ku=["key_cert_sign"])
    Case("an anchor without cRLSign", [a, INT], [crl("Root", [entry(INT, "2015-01-01")])], [root]).known("2015-06-01", "ok")
    Case("webpki's rule on CA leaves", [a, INT], [GOOD_ROOT, crl("Int", e)], more=["--profile", "webpki"]).known("2015-06-01", "revoked", a)
    Case("the right key, another name", [a, INT, Cert("Other", "Root", key="S", ku=DELEGATE)], lists).known("2015-06-01", "ok")
    Case("the right key, the name of one above", [a, INT, Cert("Root", "Root", key="S", ku=DELEGATE)], lists).known("2015-06-01", "ok")
    Case("the right key, another name that signs too", [a, INT, Cert("Other", "Root", key="S", ku=DELEGATE)], lists + [crl("Other", key="S")]).known(
        "2015-06-01", "ok")
    up = Cert("Root", "Root2", ku=CA)
    Case("two anchors, one signer", [Cert("leaf", "Int", serial=a.serial), INT, up, Cert("Int", "Root2", key="S", ku=DELEGATE)], lists,
         [ROOT, ROOT2], peer=False).known("2015-06-01", "ok")


    quiet = [GOOD_ROOT, crl("Int", key="S")]
    short = Cert("Root", "Root", ku=CA, after="2014-01-01")
    for anchors in ([short, ROOT], [ROOT, short]):
        Case("two certificates of one anchor", [a, INT, s], quiet, anchors, peer=False).require("2015-06-01", "ok")
    once = Cert("Int", "Root", key="S", ku=DELEGATE, before="2015-06-01", after="2015-06-01")
    Case("a signer for one second", [a, INT, once], quiet, peer=False).require("2015-06-01", "ok").require(
        "2015-06-01T00:00:01Z", "revocation_unknown", a)

    for _ in range(8):  # whichever of two equal paths stands first by its bytes
        near, far = Cert("Int", "Root", ku=CA), Cert("Int", "Root2", ku=CA)
        Case("revoked below one anchor only", [a, near, far, s], lists[1:], [ROOT, ROOT2], peer=False).known("2015-06-01", "ok")


def inherited():
    """RFC 3279 2.3.2: a DSA key without parameters has those of its issuer; by such a key too a list is signed."""
    alg = tlv(0x30, bytes.fromhex("0609608648016503040302"))
    top = dsa.generate_private_key(1024)
    low, stranger = (top.parameters().generate_private_key() for _ in range(2))
    whole = lambda k: k.public_key().public_bytes(DER, serialization.PublicFormat.SubjectPublicKeyInfo)  # noqa: E731

    def by(key, der, at, spki=None):
        """The certificate or list (at: which field its algorithm is) with this SPKI, signed again."""
        f = [x[2] for x in split(split(split(der)[0][1])[0][1])]
        f[at] = alg
        f = [spki if spki and i == 6 else x for i, x in enumerate(f)]
        body = tlv(0x30, b"".join(f))
        return tlv(0x30, body + alg + tlv(3, b"\0" + key.sign(body, hashes.SHA256())))

    def cert(c, key, spki=None):
        c.der = by(key, c.der, 2, spki)
        c.sha256 = hashlib.sha256(c.der).hexdigest()
        return c
    _, bits_ = [x[2] for x in split(split(whole(low))[0][1])]
    bare = tlv(0x30, tlv(0x30, bytes.fromhex("06072a8648ce380401")) + bits_)
    root, mid, a = cert(Cert("Root", "Root", ku=CA), top, whole(top)), cert(Cert("Int", "Root", ku=CA), top, bare), cert(leaf(), low)
    for key, want in ((low, "revoked"), (stranger, "ok")):
        lists = [by(key, crl("Int", [entry(a, "2015-03-01")]), 1)]
        Case("a list by a key that inherits", [a, mid], lists, [root], peer=False).turns("known", "2015-03-01", "ok", want, a)


def loops():
    a = leaf()
    s = Cert("Int", "Root", key="S", ku=DELEGATE)
    low = Cert("Int", "Int", key="S", ku=DELEGATE)
    own = [crl("Int", [entry(a, "2015-03-01"), entry(low, "2015-01-01")], key="S", number=n) for n in (1, 2)]
    Case("a list that names its own signer", [a, INT, low], own[:1]).known("2015-06-01", "revoked", a)
    Case("two such lists", [a, INT, low], own).known("2015-06-01", "revoked", a)
    Case("the issuer's list names the signer", [a, INT, low], [own[0], crl("Int", [entry(low, "2015-05-01")])]).turns(
        "known", "2015-05-01", "revoked", "ok", a)
    # S is on T's list, T on S's: while S is in question T's own word is heard, but not S's about T.
    t = Cert("Root", "Root", key="T", ku=DELEGATE)
    ring = [crl("Int", [entry(a, "2015-03-01")], key="S"), crl("Root", [entry(s, "2015-05-01")], key="T"),
            crl("Root", [entry(t, "2015-02-01")], key="Root")]
    Case("the list on the signer has a revoked signer", [a, INT, s, t], ring).known("2015-06-01", "revoked", a)
    # Each of the signers is on the list of the next.
    chain, who, on = [crl("Int", [entry(a, "2015-03-01")], key="S")], [s], s
    for k in range(6):
        who.append(Cert("Root", "Root", key=f"T{k}", ku=DELEGATE))
        chain.append(crl("Root", [entry(on, "2015-04-01")], key=f"T{k}"))
        on = who[-1]
    Case("three signers in question", [a, INT] + who[:3], chain[:3]).known("2015-06-01", "revoked", a)
    Case("four signers in question", [a, INT] + who[:4], chain[:4]).known("2015-06-01", "ok")
    Case("more signers in question than are followed", [a, INT] + who, chain, peer=False).known("2015-06-01", "limit")
    # Another path, on which nobody speaks of the leaf, is expired: the first could be the good one.
    old = Cert("Int", "Root2", key="Int", ca=True, ku=CA, after="2015-01-01")
    Case("a bound on one path, another expired", [a, INT, old] + who, chain, [ROOT, ROOT2], peer=False).known("2015-06-01", "limit")
    Case("the other alone", [a, old] + who, chain, [ROOT, ROOT2], peer=False).known("2015-06-01", "expired", old)
    good = Cert("Int", "Root2", key="Int", ca=True, ku=CA)
    Case("a bound on one path, another good", [a, INT, good] + who, chain, [ROOT, ROOT2], peer=False).known("2015-06-01", "ok")
    Case("the list on the signer has a good one", [a, INT, s, t], ring[:2]).known("2015-04-01", "revoked", a).known("2015-06-01", "ok")


def point(full=None, relative=None, reasons=None, issuer=None):
    return x509.DistributionPoint(full, relative, frozenset(map(x509.ReasonFlags, reasons)) if reasons else None, issuer)


def scopes():
    a = leaf()
    e = [entry(a, "2015-03-01"), entry(INT, "2015-03-01")]
    for name, scope, who in (("user", idp(user=True), a), ("ca", idp(ca=True), INT), ("attribute", idp(attribute=True), None)):
        c = Case("only " + name, [a, INT], [crl("Root", e[1:], scope=scope), crl("Int", e[:1], scope=scope)])
        c.known("2015-06-01", "revoked" if who else "ok", who)
        c.require("2015-02-01", "revocation_unknown", INT if who == a else a)
    here, there = uri("http://x/1"), uri("http://x/2", "http://x/3")
    for name, points, scope, want in (
            ("same point", [point(there)], idp(there[1:]), "revoked"), ("another point", [point(here)], idp(there), "ok"),
            ("no points", None, idp(there), "ok"), ("list of all points", [point(here)], None, "revoked"),
            ("second point", [point(here), point(there)], idp(there), "revoked"),
            ("the issuer's name", None, idp(dirs("INT  ")), "revoked"),
            ("relative", [point(dirs("x"))], None, "revoked")):
        b = leaf(points=points)
        c = Case(name, [b, INT], [GOOD_ROOT, crl("Int", [entry(b, "2015-03-01")], scope=scope)])
        c.known("2015-06-01", want).require("2015-02-01", "ok" if want == "revoked" else "revocation_unknown")
    b = leaf(points=[point(None, x509.RelativeDistinguishedName([x509.NameAttribute(x509.NameOID.COMMON_NAME, "8")]))])
    one = x509.RelativeDistinguishedName([x509.NameAttribute(x509.NameOID.COMMON_NAME, "7")])
    Case("another relative name", [b, INT], [GOOD_ROOT, crl("Int", [entry(b, "2015-03-01")], scope=idp(None, one))]).known(
        "2015-06-01", "ok")
    # A name of more than 64 attributes in one set is its bytes.
    def crowd(last):
        return x509.RelativeDistinguishedName([x509.NameAttribute(x509.NameOID.COMMON_NAME, x) for x in [*map(str, range(64)), last]])
    b = leaf(points=[point(None, crowd("a"))])
    for last, want in (("a", "revoked"), ("b", "ok")):
        Case("65 attributes, the last " + last, [b, INT], [GOOD_ROOT, crl("Int", [entry(b, "2015-03-01")], scope=idp(None, crowd(last)))],
             peer=False).known("2015-06-01", want)
    b = leaf(points=[point([x509.DNSName("http://x/1")])])
    Case("another kind of name", [b, INT], [GOOD_ROOT, crl("Int", [entry(b, "2015-03-01")], scope=idp(here))]).known("2015-06-01", "ok")
    cn = x509.RelativeDistinguishedName([x509.NameAttribute(x509.NameOID.COMMON_NAME, "7")])
    full = [x509.DirectoryName(x509.Name([*dn("Int"), *cn]))]
    for name, p, scope in (("relative to full", point(None, cn), idp(full)), ("full to relative", point(full), idp(None, cn)),
                           ("relative to relative", point(None, cn), idp(None, cn))):
        b = leaf(points=[p])
        Case(name, [b, INT], [GOOD_ROOT, crl("Int", [entry(b, "2015-03-01")], scope=scope)]).known("2015-06-01", "revoked", b)


def breaches():
    """RFC 5280 section 5: a list that breaks it revokes, but vouches for nobody."""
    a, number = leaf(), bytes.fromhex("300a0603551d140403020101")
    plain, listed = crl("Int"), crl("Int", [entry(a, "2015-03-01")])
    exts = lambda *e: tlv(0xa0, tlv(0x30, b"".join(e)))  # noqa: E731
    nothing = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.28"), b"\x30\x00")
    same = lambda f: f  # noqa: E731
    breaking = {
        "5.1.2.1, version 1 written out": (lambda f: [bytes.fromhex("020100")] + f[1:], b"", "2015"),
        "5.1.2.1, version 1 with extensions": (lambda f: f[1:] + [exts(number)], b"", "2015"),
        "5.1.2.7, no extension in the list of them": (lambda f: f + [exts()], b"", None),
        "5.2, an extension twice": (lambda f: f + [exts(number, number)], b"", None),
        "5.2.3, a critical number": (lambda f: f + [exts(bytes.fromhex("300d0603551d140101ff0403020101"))], b"", None),
        "5.2.3, a number that is none": (lambda f: f + [exts(bytes.fromhex("300a0603551d1404030a0101"))], b"", None),
        "5.1, an element behind the signature": (same, b"\x05\x00", None),
    }
    for name, (edit, behind, tolerant) in breaking.items():
        for der, want in ((plain, "revocation_unknown"), (listed, "revoked")):
            lists = [GOOD_ROOT, edited(der, KEYS["Int"], edit, behind)]
            Case(name, [a, INT], lists, peer=False).known("2015-06-01", "ok" if der == plain else "revoked").require("2015-06-01", want, a)
        if tolerant:
            Case(name, [a, INT], [GOOD_ROOT, edited(plain, KEYS["Int"], edit)], more=["--profile", tolerant], peer=False).require(
                "2015-06-01", "ok")
    Case("5.1.2.1, version 1", [a, INT], [GOOD_ROOT, edited(plain, KEYS["Int"], lambda f: f[1:])]).require("2015-06-01", "ok")
    Case("5.2.3, a number", [a, INT], [GOOD_ROOT, edited(plain, KEYS["Int"], lambda f: f + [exts(number)])]).require("2015-06-01", "ok")
    empty = edited(plain, KEYS["Int"], lambda f: f[:5] + [b"\x30\x00"] + f[5:])
    for name, der in (("5.1.2.6, revokedCertificates empty", empty), ("5.2.5, an empty point", crl("Int", scope=nothing))):
        Case(name, [a, INT], [GOOD_ROOT, der], peer=False).known("2015-06-01", "ok").require("2015-06-01", "revocation_unknown", a)
        Case(name + ", beside a good list", [a, INT], [GOOD_ROOT, der, plain], peer=False).require("2015-06-01", "ok")
    base = crl("Int", number=10, until="2015-04-01")
    for critical, want in ((False, "ok"), (True, "revocation_unknown")):
        on = crl("Int", number=11, delta=10, this="2015-05-01", until="2015-07-01")
        if critical:
            on = edited(on, KEYS["Int"], lambda f: f[:-1] + [exts(*critical_number(f[-1]))])
        Case(f"5.2.3, a delta's number, critical {critical}", [a, INT], [GOOD_ROOT, base, on], peer=False).require("2015-06-01", want)
    # 5.2.5: "the scope of the CRL MUST NOT include any version 1 or version 2 certificates"
    old = leaf()
    old.der = edited(old.der, KEYS["Int"], lambda f: f[1:-1])
    old.sha256 = hashlib.sha256(old.der).hexdigest()
    users = idp(user=True)
    Case("a list for users, version 1", [old, INT], [GOOD_ROOT, crl("Int", scope=users)], peer=False).require(
        "2015-06-01", "revocation_unknown", old)
    Case("a list for all, version 1", [old, INT], [GOOD_ROOT, plain], peer=False).require("2015-06-01", "ok")
    Case("a list for users names version 1", [old, INT], [GOOD_ROOT, crl("Int", [entry(old, "2015-03-01")], scope=users)], peer=False
         ).known("2015-06-01", "revoked", old)


def critical_number(extensions):
    """The extensions of a list, the number critical."""
    oid = bytes.fromhex("0603551d14")
    return [tlv(0x30, oid + b"\x01\x01\xff" + x[1][5:]) if x[1].startswith(oid) else x[2]
            for x in split(split(split(extensions)[0][1])[0][1])]


def reasons():
    some, rest = ["keyCompromise", "cACompromise"], ["affiliationChanged", "superseded", "cessationOfOperation", "certificateHold",
                                                     "privilegeWithdrawn", "aACompromise"]
    a = leaf()
    e = [entry(a, "2015-03-01", "keyCompromise")]
    one, two = crl("Int", e, scope=idp(reasons=some)), crl("Int", scope=idp(reasons=rest))
    Case("all reasons by two", [a, INT], [GOOD_ROOT, one, two]).turns("require", "2015-03-01", "ok", "revoked", a)
    Case("some reasons", [a, INT], [GOOD_ROOT, one]).require("2015-02-01", "revocation_unknown", a).require("2015-06-01", "revoked", a).known(
        "2015-02-01", "ok")
    Case("all but one", [a, INT], [GOOD_ROOT, one, crl("Int", scope=idp(reasons=rest[1:]))]).require("2015-02-01", "revocation_unknown", a)
    b = leaf(points=[point(uri("http://x/1"), reasons=some), point(uri("http://x/2"), reasons=rest)])
    x, y = crl("Int", scope=idp(uri("http://x/1"))), crl("Int", scope=idp(uri("http://x/2")))
    Case("reasons of points", [b, INT], [GOOD_ROOT, x, y]).require("2015-06-01", "ok")
    Case("reasons of one point", [b, INT], [GOOD_ROOT, x]).require("2015-06-01", "revocation_unknown", b)


def indirect():
    far = [point(uri("http://x/i"), issuer=dirs("Lists"))]
    a, b = leaf(points=far), leaf(points=far)
    s = Cert("Lists", "Root", ku=DELEGATE)
    scope = idp(uri("http://x/i"), indirect=True)
    e = [entry(a, "2015-03-01", issuer="Int")]
    c = Case("indirect", [a, INT, s], [GOOD_ROOT, crl("Lists", e, scope=scope)])
    c.turns("known", "2015-03-01", "ok", "revoked", a).turns("require", "2015-03-01", "ok", "revoked", a)
    Case("indirect, by the pool", [a, INT], c.lists, pool=[s]).known("2015-06-01", "revoked", a)
    Case("indirect, no signer", [a, INT], c.lists).known("2015-06-01", "ok")
    sub, below = Cert("Sub", "Root", ku=CA), Cert("Lists", "Sub", ku=DELEGATE)
    for at in ("2015-06-01", "2015-01-15"):
        want = "revoked" if at == "2015-06-01" else "ok"
        Case("indirect, below a CA of the pool", [a, INT], c.lists, pool=[sub, below]).known(at, want)
        Case("indirect, below a CA that is withdrawn", [a, INT], c.lists, pool=[sub, below], files=[onecrl(sub, "2015-01-10T00:00:00Z")], peer=False).known(at, "ok")
    Case("indirect, another issuer's entry", [a, INT, s], [GOOD_ROOT, crl("Lists", [entry(a, "2015-03-01", issuer="Root")], scope=scope)]
         ).require("2015-06-01", "ok")
    Case("indirect, the list's own entry", [a, INT, s], [GOOD_ROOT, crl("Lists", [entry(a, "2015-03-01")], scope=scope)]).require(
        "2015-06-01", "ok")
    Case("an issuer holds for the entries after it", [b, INT, s], [GOOD_ROOT, crl("Lists", e + [entry(b, "2015-03-01")], scope=scope)]
         ).known("2015-06-01", "revoked", b)
    # 6.3.3 (b)(1): the other list, no longer in force, is indirect; this one is not.
    plain = [GOOD_ROOT, crl("Lists", until="2015-02-01", scope=scope), crl("Lists", this="2015-03-01", scope=idp(uri("http://x/i")))]
    Case("not indirect, beside one that is", [a, INT, s], plain, peer=False).require("2015-01-15", "ok").require(
        "2015-06-01", "revocation_unknown", a)
    Case("not indirect", [a, INT, s], [GOOD_ROOT, crl("Lists", e, scope=idp(uri("http://x/i")))]).known("2015-06-01", "ok").require(
        "2015-06-01", "revocation_unknown", a)
    d = leaf()
    Case("an issuer in a list that is not indirect", [d, INT], [GOOD_ROOT, crl("Int", [entry(d, "2015-03-01", issuer="Root")])]).known(
        "2015-06-01", "ok").require("2015-06-01", "revocation_unknown", d)
    Case("and not critical", [d, INT], [GOOD_ROOT, crl("Int", [entry(d, "2015-03-01", issuer="Root", soft=True)])]).known(
        "2015-06-01", "revoked", d).require("2015-02-01", "revocation_unknown", d).require("2015-06-01", "revoked", d)
    two = leaf(points=far + [point(uri("http://x/o"))])
    Case("the point of another issuer", [two, INT, s], [GOOD_ROOT, crl("Lists", [entry(two, "2015-03-01", issuer="Int")], scope=idp(
        uri("http://x/o"), indirect=True))]).known("2015-06-01", "ok")
    cn = x509.RelativeDistinguishedName([x509.NameAttribute(x509.NameOID.COMMON_NAME, "7")])
    b = leaf(points=[point(None, cn, issuer=dirs("Lists"))])
    for issuer, want in (("Lists", "revoked"), ("Int", "ok")):
        scope7 = idp([x509.DirectoryName(x509.Name([*dn(issuer), *cn]))], indirect=True)
        Case("relative to " + issuer, [b, INT, s], [GOOD_ROOT, crl("Lists", [entry(b, "2015-03-01", issuer="Int")], scope=scope7)]).known(
            "2015-06-01", want)
    mine = [point(None, issuer=dirs("Lists"))]
    b = leaf(points=mine)
    Case("indirect, no name of a point", [b, INT, s], [crl("Lists", [entry(b, "2015-03-01", issuer="Int")], scope=idp(indirect=True))]).known(
        "2015-06-01", "revoked", b)
    crowd = [Cert("Lists", "Root", key=f"crowd {i % 100}", ku=DELEGATE) for i in range(300)]
    for key, aki, want in (("no", False, "limit"), ("no", True, "limit"), ("S", True, "revoked")):
        one = [crl("Lists", [entry(b, "2015-03-01", issuer="Int")], key=key, aki=aki, scope=idp(indirect=True))]
        Case("a crowd of signers by name", [b, INT], one, pool=crowd + [Cert("Lists", "Root", key="S", ku=DELEGATE)], peer=False).known(
            "2015-06-01", want)
    # A list whose signer a bound hid, beside one in force for all reasons.
    two = [GOOD_ROOT] + [crl("Lists", key=key, aki=True, scope=idp(indirect=True)) for key in ("no", "S")]
    Case("a crowd of signers, and one whose list is enough", [b, INT], two, pool=crowd + [Cert("Lists", "Root", key="S", ku=DELEGATE)],
         peer=False).require("2015-06-01", "ok").require("2016-06-01", "limit")
    own = Cert("Lists", "Int", ku=DELEGATE, points=mine)
    Case("the leaf signs the list on it", [own, INT], [crl("Lists", [entry(own, "2015-03-01", issuer="Int")], scope=idp(indirect=True))]
         ).known("2015-06-01", "revoked", own)
    sub = Cert("Sub", "Int", ku=CA, points=mine)
    Case("the leaf has issued who signs the list on it", [sub, INT, Cert("Lists", "Sub", ku=DELEGATE)],
         [crl("Lists", [entry(sub, "2015-03-01", issuer="Int")], scope=idp(indirect=True))]).known("2015-06-01", "revoked", sub)
    for scope, want in ((idp(dirs("Lists"), indirect=True), "revoked"), (idp(dirs("Int"), indirect=True), "ok")):
        Case("no name but the list's issuer", [b, INT, s], [crl("Lists", [entry(b, "2015-03-01", issuer="Int")], scope=scope)]).known(
            "2015-06-01", want)
    part = leaf(points=[point(None, reasons=["keyCompromise"], issuer=dirs("Lists"))])
    Case("indirect, for one reason", [part, INT, s], [GOOD_ROOT, crl("Lists", scope=idp(indirect=True))]).require(
        "2015-06-01", "revocation_unknown", part)
    d = leaf()
    Case("not asked for", [d, INT, s], [GOOD_ROOT, crl("Lists", [entry(d, "2015-03-01", issuer="Int")], scope=scope)]).known("2015-06-01", "ok")


def deltas():
    a, b = leaf(), leaf()
    base = crl("Int", [entry(a, "2015-02-01", "certificateHold")], number=10, until="2015-04-01")
    off = crl("Int", [entry(a, "2015-05-01", "removeFromCRL")], number=11, delta=10, this="2015-05-01", until="2015-07-01")
    on = crl("Int", [entry(b, "2015-05-01")], number=11, delta=10, this="2015-05-01", until="2015-07-01")
    c = Case("removed", [a, INT], [GOOD_ROOT, base, off])
    c.turns("known", "2015-02-01", "ok", "revoked", a).turns("known", "2015-05-01", "revoked", "ok", a)
    c.require("2015-06-01", "ok").require("2015-01-15", "ok").require("2015-08-01", "revocation_unknown", a)
    Case("a hold", [a, INT], [GOOD_ROOT, base]).known("2015-06-01", "revoked", a)
    Case("added", [b, INT], [GOOD_ROOT, base, on]).turns("known", "2015-05-01", "ok", "revoked", b)
    Case("up to date by a delta", [b, INT], [GOOD_ROOT, base, off]).require("2015-06-01", "ok").require("2015-04-15", "revocation_unknown", b)
    Case("a delta alone", [b, INT], [GOOD_ROOT, off]).require("2015-06-01", "revocation_unknown", b)
    late = crl("Int", number=13, delta=12, this="2015-05-01", until="2015-07-01")
    Case("a base too old for it", [b, INT], [GOOD_ROOT, base, late]).require("2015-06-01", "revocation_unknown", b)
    again = crl("Int", [entry(a, "2015-06-01", "keyCompromise")], number=12, this="2015-06-01", until="2015-09-01")
    Case("held, removed, revoked", [a, INT], [GOOD_ROOT, base, off, again]).known("2015-05-15", "ok").turns(
        "known", "2015-06-01", "ok", "revoked", a)
    scoped = crl("Int", [entry(a, "2015-05-01", "removeFromCRL")], number=11, delta=10, this="2015-05-01", until="2015-07-01",
                 scope=idp(user=True))
    Case("a delta of another scope", [a, INT], [GOOD_ROOT, base, scoped]).known("2015-06-01", "revoked", a)
    both = leaf(points=[point(uri("http://x/1")), point(uri("http://x/2"))])
    for name, x, y in (("reasons", idp(reasons=["keyCompromise"]), idp(reasons=["superseded"])),
                       ("point", idp(uri("http://x/1")), idp(uri("http://x/2"))),
                       ("bit", idp(user=True), idp(reasons=["superseded"])),
                       ("kind, CAs", idp(uri("http://x/1")), idp(uri("http://x/1"), ca=True)),
                       ("kind, attributes", idp(uri("http://x/1")), idp(uri("http://x/1"), attribute=True)),
                       ("kind, indirect", idp(uri("http://x/1")), idp(uri("http://x/1"), indirect=True)),
                       ("number of points", idp(uri("http://x/1")), idp(uri("http://x/1", "http://x/2"))),
                       ("second point", idp(uri("http://x/1", "http://x/2")), idp(uri("http://x/1", "http://x/3")))):
        pair = [crl("Int", [entry(both, "2015-02-01")], number=10, scope=x),
                crl("Int", [entry(both, "2015-05-01", "removeFromCRL")], number=11, delta=10, this="2015-05-01", scope=y)]
        Case("a delta of another " + name, [both, INT], [GOOD_ROOT] + pair).known("2015-06-01", "revoked", both)
    s = Cert("Int", "Root", key="S", ku=DELEGATE)
    other = crl("Int", [entry(a, "2015-05-01", "removeFromCRL")], number=11, delta=10, this="2015-05-01", until="2015-07-01", key="S")
    Case("a delta of another key", [a, INT, s], [GOOD_ROOT, base, other]).known("2015-06-01", "revoked", a)
    for number, want in ((9, "revoked"), (11, "ok")):
        early = crl("Int", [entry(a, "2015-03-01", "removeFromCRL")], number=number, delta=8, this="2014-12-01", until="2015-07-01")
        Case(f"numbers say what is later: {number}", [a, INT], [GOOD_ROOT, base, early]).known("2015-06-01", want)
    for base_number, number, want in ((255, 256, "ok"), (256, 255, "revoked"), (127, 128, "ok"), (128, 127, "revoked"), (65535, 65536, "ok")):
        held = crl("Int", [entry(a, "2015-02-01", "certificateHold")], number=base_number, until="2015-04-01")
        gone = crl("Int", [entry(a, "2015-03-01", "removeFromCRL")], number=number, delta=1, this="2015-03-01", until="2015-07-01")
        Case(f"numbers of another length: {base_number}, {number}", [a, INT], [GOOD_ROOT, held, gone], peer=False).known("2015-06-01", want)
        Case(f"in force by number: {base_number}, {number}", [b, INT], [GOOD_ROOT, held, gone], peer=False).require(
            "2015-06-01", "ok" if want == "ok" else "revocation_unknown")
    dated = [crl("Int", [entry(a, "2015-03-01", "removeFromCRL")], delta=8, this=day_, until="2015-07-01") for day_ in ("2014-12-31", "2015-01-02")]
    Case("without a number the date says what is later", [a, INT], [GOOD_ROOT, base, dated[1]], peer=False).known("2015-06-01", "ok")
    Case("without a number an earlier one", [a, INT], [GOOD_ROOT, base, dated[0]], peer=False).known("2015-06-01", "revoked", a)
    for name, first, number, this, want in (("an earlier delta of a list without", None, 11, "2014-12-31", "revoked"),
                                            ("a later delta of a list without", None, 11, "2015-01-02", "ok"),
                                            ("the same number", 10, 10, "2015-03-01", "revoked"),
                                            ("the same date and no number", None, None, "2015-01-01", "ok")):
        held = crl("Int", [entry(a, "2015-02-01", "certificateHold")], number=first, until="2015-04-01")
        gone = crl("Int", [entry(a, "2015-03-01", "removeFromCRL")], number=number, delta=8, this=this, until="2015-07-01")
        Case("numbers and dates: " + name, [a, INT], [GOOD_ROOT, held, gone], peer=False).known("2015-06-01", want)
    gone = [crl("Int", [entry(a, f"2015-{month}-01", "removeFromCRL")], number=number, delta=10, this="2015-03-01", until="2015-07-01")
            for number, month in ((11, "06"), (12, "04"), (13, "05"))]
    for k in range(3):
        Case("of several removals the earliest", [a, INT], [GOOD_ROOT, base] + gone[k:] + gone[:k], peer=False).turns(
            "known", "2015-04-01", "revoked", "ok", a)
    Case("two removals on one day", [a, INT], [GOOD_ROOT, base, gone[1], crl("Int", [entry(a, "2015-04-01", "removeFromCRL")], number=14, delta=10)],
         peer=False).turns("known", "2015-04-01", "revoked", "ok", a)
    c, at = leaf(points=[point(uri("http://x/1"))]), idp(uri("http://x/1"))
    pairs = [crl("Int", [entry(c, f"2015-0{m}-01", reason)], number=number, delta=delta, scope=scope)
             for m, reason, number, delta, scope in ((2, "certificateHold", 10, None, None), (4, "removeFromCRL", 11, 10, None),
                                                     (3, "certificateHold", 10, None, at), (5, "removeFromCRL", 11, 10, at))]
    for order in (pairs, pairs[::-1], pairs[2:] + pairs[:2]):
        Case("removals of two scopes", [c, INT], [GOOD_ROOT] + order, peer=False).turns("known", "2015-05-01", "revoked", "ok", c).known(
            "2015-04-15", "revoked", c).known("2015-01-15", "ok")
    foreign = crl("Int", number=11, delta=10, this="2015-03-01", until="2015-07-01", key="S")
    Case("in force by a delta of another key", [b, INT, Cert("Int", "Root", key="S", ku=DELEGATE)], [GOOD_ROOT, base, foreign], peer=False).require(
        "2015-06-01", "revocation_unknown", b)
    stale = crl("Int", number=10, delta=8, this="2015-03-01", until="2015-07-01")
    Case("in force by a delta of the same number", [b, INT], [GOOD_ROOT, base, stale], peer=False).require("2015-06-01", "revocation_unknown", b)
    Case("a delta about another", [a, INT], [GOOD_ROOT, base, on], peer=False).known("2015-06-01", "revoked", a)
    before = crl("Int", number=11, delta=10, this="2014-12-01", until="2015-07-01")
    Case("a delta begins no sooner than its base", [b, INT], [GOOD_ROOT, base, before], peer=False).require(
        "2015-06-01", "ok").turns("require", "2015-01-01", "revocation_unknown", "ok", b)
    two = [entry(a, "2015-05-01", "removeFromCRL"), entry(a, "2015-06-01", "removeFromCRL"), entry(a, "2015-04-01", "removeFromCRL")]
    Case("removed three times", [a, INT], [GOOD_ROOT, base, crl("Int", two, number=11, delta=10, this="2015-06-01")], peer=False).turns(
        "known", "2015-06-01", "revoked", "ok", a)
    removals(a)
    far = [crl("Int", number=number, delta=delta, this=this, until=until)
           for number, delta, this, until in ((11, 11, "2015-05-01", "2015-07-01"), (12, 10, "2015-08-01", "2015-09-01"))]
    Case("a base too old for one of two", [b, INT], [GOOD_ROOT, base] + far, peer=False).require(
        "2015-06-01", "revocation_unknown", b).require("2015-08-15", "ok")
    young = crl("Int", [entry(a, "2015-02-01", "certificateHold")], number=12, this="2015-06-01", until="2015-09-01")
    Case("a later list says it again", [a, INT], [GOOD_ROOT, off, young]).known("2015-07-01", "revoked", a)


def removals(a):
    """Which of several removals count, by scope, number, signer and date."""
    c, at = leaf(points=[point(uri("http://x/1"))]), idp(uri("http://x/1"))
    gone = lambda who, day_, number, **more: crl(  # noqa: E731
        "Int", [entry(who, day_, "removeFromCRL")], number=number, delta=None if number is None else 1, this="2015-03-01", until="2015-07-01", **more)
    held = lambda who, number, **more: crl("Int", [entry(who, "2015-02-01", "certificateHold")], number=number, **more)  # noqa: E731
    one = [gone(c, "2015-06-01", 11), gone(c, "2015-05-01", 12, scope=at), gone(c, "2015-04-01", 13), held(c, 10)]
    for order_ in (one, one[::-1]):
        Case("numbers of two scopes alternate", [c, INT], [GOOD_ROOT] + order_, peer=False).turns("known", "2015-04-01", "revoked", "ok", c)
    low = [held(c, 10), gone(c, "2015-05-01", 11), held(c, 4, scope=at)] + [gone(c, "2015-04-01", n, scope=at) for n in (5, 6, 7)]
    for order_ in (low, low[::-1]):
        Case("lower numbers of another scope", [c, INT], [GOOD_ROOT] + order_, peer=False).turns("known", "2015-05-01", "revoked", "ok", c)
    s = Cert("Int", "Root", key="S", ku=DELEGATE)
    mixed = [held(a, 10), gone(a, "2015-04-01", 11, key="S"), gone(a, "2015-05-01", 12)]
    Case("the earliest removal has another key", [a, INT, s], [GOOD_ROOT] + mixed, peer=False).turns("known", "2015-05-01", "revoked", "ok", a)
    # S's word ends in May: the removal of its last second.
    end = [crl("Root", [entry(s, "2015-05-01")], until="2029-01-01"), held(a, 10, key="S"), gone(a, "2015-03-01", 11),
           gone(a, "2015-04-30T23:59:59", 12, key="S")]
    Case("removed for the last second", [a, INT, s], end, peer=False).known("2015-04-30T23:59:58Z", "revoked", a).known("2015-04-30T23:59:59Z", "ok")
    Case("not removed for it", [a, INT, s], end[:3], peer=False).known("2015-04-30T23:59:59Z", "revoked", a).known("2015-05-01", "ok")
    both = [entry(a, "2015-02-01"), entry(a, "2015-04-01", "removeFromCRL")]
    for number in (None, 11):
        Case("a delta does not remove what it says itself", [a, INT], [GOOD_ROOT, crl("Int", both, number=number, delta=1)], peer=False).known(
            "2015-06-01", "revoked", a)


def bounds():
    """What is too much is told as such."""
    a = leaf()
    many = lambda n, date_, reason, **more: [  # noqa: E731
        crl("Int", [entry(a, date_, reason)], until=(datetime.datetime(2016, 1, 1) + datetime.timedelta(seconds=i)).isoformat(), **more) for i in range(n)]
    for n, want in ((250, "revoked"), (260, "limit")):  # TW_MAX_REMOVALS is 65536
        lists = many(n, "2015-02-01", "certificateHold", this="2015-06-01") + many(n, "2015-03-01", "removeFromCRL", delta=1)
        Case(f"{n} entries, {n} removals", [a, INT], lists, peer=False).known("2015-06-01", want)
    for n, want in ((63, "ok"), (64, "limit")):  # TW_MAX_SPANS is 64: one gap more than lists
        start = datetime.datetime(2015, 1, 1)
        days = [start + datetime.timedelta(days=2 * i) for i in range(n)]
        lists = [crl("Int", this=d.isoformat(), until=(d + datetime.timedelta(days=1)).isoformat()) for d in days]
        Case(f"{n} lists with gaps", [a, INT], [GOOD_ROOT] + lists, peer=False).require("2015-01-05", want)
    # TW_MAX_CHECKS is 64, whatever the keys cost
    crowd = [Cert("Int", "Root", key=f"crowd {i}", ku=DELEGATE) for i in range(64)]
    lists = [GOOD_ROOT, crl("Int", [entry(a, "2015-03-01")], key="no")]
    for n, want in ((63, "ok"), (64, "limit")):  # and INT itself
        Case(f"{n} keys that do not fit", [a, INT] + crowd[:n], lists, peer=False).known("2015-06-01", want)
    # TW_MAX_CHECK_COST: 30 keys of RSA with 16384 bits
    for i in range(40):
        modulus = int.from_bytes(os.urandom(2048), "big") | 1 << 16383 | 1
        KEYS[f"large {i}"] = types.SimpleNamespace(public_key=rsa.RSAPublicNumbers(65537, modulus).public_key)
    large = [Cert("Int", "Root", key=f"large {i}", ku=DELEGATE) for i in range(40)]
    for n, want in ((20, "ok"), (40, "limit")):
        Case(f"{n} large keys that do not fit", [a, INT], lists, pool=large[:n], peer=False).known("2015-06-01", want)
    # TW_MAX_CANDIDATES is 256
    copies = [Cert("Int", "Root", key="crowd 0", ku=DELEGATE) for i in range(256)]
    for n, want in ((255, "ok"), (256, "limit")):
        Case(f"{n} certificates of a key that does not fit", [a, INT], lists, pool=copies[:n], peer=False).known("2015-06-01", want)
    # TW_MAX_POINTS is 64: only names of issuers count, not what reads like one.
    names = [f"N{i}" for i in range(64)]
    fake = [x509.UniformResourceIdentifier(dn(n).public_bytes().decode()) for n in names]
    b = leaf(points=[point(uri("http://x/i"), issuer=fake + dirs("Lists"))])
    pool = [Cert(n, "Root", key="crowd 0", ku=CA) for n in names] + [Cert("Lists", "Root", ku=DELEGATE)]
    Case("URIs that read as names", [b, INT], [crl("Lists", [entry(b, "2015-03-01", issuer="Int")], scope=idp(uri("http://x/i"), indirect=True))],
         pool=pool, peer=False).known("2015-06-01", "revoked", b)


def version1(c):
    """c without extensions, signed again by its issuer."""
    tbs, alg, _ = [x[2] for x in split(split(c.der)[0][1])]
    body = tlv(0x30, b"".join(x[2] for x in split(split(tbs)[0][1])[1:7]))
    c.der = tlv(0x30, body + alg + tlv(3, b"\0" + KEYS[c.ikey].sign(body, ec.ECDSA(hashes.SHA256()))))
    c.sha256 = hashlib.sha256(c.der).hexdigest()
    return c


def versions():
    """5.2.5: a list for users, or for CAs, vouches for none of version 1."""
    a = version1(leaf())
    for name, scope, want in (("all", None, "ok"), ("a point", idp(dirs("Int")), "ok"), ("users", idp(dirs("Int"), user=True), "revocation_unknown")):
        Case("version 1, a list for " + name, [a, INT], [GOOD_ROOT, crl("Int", scope=scope)], peer=False).require("2015-06-01", want)


def pool_all():
    """Whoever signs lists is found among all certificates, though no CA."""
    a, s = leaf(), Cert("Int", "Root", key="S", ku=DELEGATE)
    path = {n: os.path.join(TMP, "all." + n) for n in ("der", "pem", "crl", "csv")}
    write(path["der"], a.der + INT.der + s.der)
    write(path["pem"], pem("CERTIFICATE", [ROOT.der]))
    write(path["crl"], pem("X509 CRL", [crl("Int", [entry(a, "2015-03-01")], key="S")]))
    write(path["csv"], f"time,chain\n2015-06-01T00:00:00Z,{a.sha256} {INT.sha256}\n")
    p = subprocess.run([os.path.join(BUILD, "tw-chain"), "-q", "--certs", path["der"], "--store", "s=" + path["pem"], "--purpose", "any", "--pool", "all",
                        "--crl", path["crl"], path["csv"]], stdout=subprocess.PIPE)
    row = next(csv.DictReader(io.StringIO(p.stdout.decode())), {})
    COUNT[0] += 1
    if (row.get("reason.s"), row.get("reason.s.pool")) != ("ok", "revoked"):
        FAILED.append(f"pool all: {row}")


def vendors():
    a = leaf()
    c = Case("OneCRL", [a, INT], [], files=[onecrl(a, "2015-03-01T00:00:00Z")], peer=False)
    c.turns("known", "2015-03-01", "ok", "revoked", a)
    bare = json.dumps(json.loads(onecrl(a, "2015-03-01T00:00:00Z"))["data"])
    Case("OneCRL, the records alone", [a, INT], [], files=[bare], peer=False).turns("known", "2015-03-01", "ok", "revoked", a)
    Case("OneCRL behind white space", [a, INT], [], files=[" \n\t\r" + bare], peer=False).known("2015-06-01", "revoked", a)
    Case("CRLSet", [a, INT], [], files=[crlset(a, "Int")], peer=False).known("2011-06-01", "revoked", a)
    Case("CRLSet, another key", [a, INT], [], files=[crlset(a, "Root")], peer=False).known("2015-06-01", "ok")
    Case("a vendor's list is no CRL", [a, INT], [GOOD_ROOT], files=[onecrl(INT, "2015-03-01T00:00:00Z")], peer=False).require(
        "2015-02-01", "revocation_unknown", a).known("2015-06-01", "revoked", INT)


def files():
    a = leaf()
    good, bad = crl("Int", [entry(a, "2015-03-01")]), crl("Int", [entry(a, "2015-01-01")], unknown=True)
    c = Case("unknown critical extension", [a, INT], [GOOD_ROOT, bad, good], peer=False)
    c.turns("known", "2015-03-01", "ok", "revoked", a)
    at = len(pem("X509 CRL", [GOOD_ROOT]))
    said = verify(c.tmp, c, "2015-06-01", "known")[3]
    if said.count("\n") != 1 or c.files[0] not in said or f"byte {at} " not in said or "critical" not in said:
        FAILED.append(f"{c.name}: {said!r}, byte {at} wanted")
    Case("unknown critical entry extension", [a, INT], [crl("Int", [entry(a, "2015-03-01", critical=True)])], peer=False).known(
        "2015-06-01", "ok")
    text = pem("X509 CRL", [good])
    forms = {"DER": good, "two in DER": GOOD_ROOT + good, "damaged block before": text.replace("M", "!", 3) + text, "text between": "x\n" + text,
             "a cut list behind": good + good[:-9]}
    for name, data in forms.items():
        Case(name, [a, INT], [], files=[data], peer=False).known("2015-06-01", "revoked", a)
    folder = os.path.join(TMP, "folder")
    os.makedirs(os.path.join(folder, "deep"))
    write(os.path.join(folder, "deep", "a"), good)
    write(os.path.join(folder, "README"), "nothing\n")
    for data, at in ((good + good[:-9], len(good)), (good[:-9], 0)):
        c = Case("a cut list is named", [a, INT], [], files=[data], peer=False)
        COUNT[0] += 1
        said = verify(c.tmp, c, "2015-06-01", "known")[3]
        if said.count("\n") != 1 or f"byte {at} " not in said:
            FAILED.append(f"{c.name}: {said!r}, byte {at} wanted")
    os.makedirs(os.path.join(TMP, "none"))
    # What was read before a file that cannot be is not used alone.
    mixed = os.path.join(TMP, "mixed")
    os.makedirs(mixed)
    write(os.path.join(mixed, "a"), GOOD_ROOT + good)
    write(os.path.join(mixed, "b"), b'{"data": [{')
    packed = gzip.compress((pem("X509 CRL", [GOOD_ROOT, good])).encode(), mtime=0)[:-8]
    c = Case("a folder", [a, INT], [], peer=False)
    c.files = [folder]
    c.known("2015-06-01", "revoked", a)
    for name, path in (("absent", "/nowhere"), ("empty", write(os.path.join(TMP, "empty"), b"")),
                       ("an empty folder", os.path.join(TMP, "none")), ("white space", write(os.path.join(TMP, "white"), b" \n")),
                       ("a certificate", write(os.path.join(TMP, "cert"), pem("CERTIFICATE", [a.der]))),
                       ("damaged OneCRL", write(os.path.join(TMP, "one"), b'{"data": [{')), ("a good file, a damaged one", mixed),
                       ("cut gzip", write(os.path.join(TMP, "cut.gz"), packed))):
        c.files = [path]
        COUNT[0] += 1
        status, _, _, err, _ = verify(c.tmp, c, "2015-06-01", "known")
        if status != 2 or path not in err or err.count("\n") != 1:
            FAILED.append(f"{name}: status {status}, {err!r}")
    big = crl("Int", [entry(1000000 + i, "2015-03-01") for i in range(2000)] + [entry(a, "2015-03-01")])
    Case("2001 entries", [a, INT], [big], peer=False).known("2015-06-01", "revoked", a)


def order():
    """Neither the order of lists nor that of certificates shows."""
    a = leaf()
    s, t = Cert("Int", "Root", key="S", ku=DELEGATE), Cert("Root", "Root", key="T", ku=DELEGATE)
    lists = [crl("Int", [entry(a, "2015-03-01")], key="S"), crl("Root", [entry(s, "2015-05-01")], key="T"), crl("Root", [entry(t, "2015-06-01")]),
             crl("Int", number=2, this="2015-04-01"), crl("Int", [entry(a, "2015-07-01")], number=3)]
    # S's word counts but for May: T says from May on that S is revoked, and from June on T is so itself.
    want = ["ok", "ok", "revoked", "revoked", "ok", "revoked", "revoked", "revoked", "revoked"]
    seen = set()
    for k in range(5):
        c = Case("order", [a] + [INT, s, t][k % 3:] + [INT, s, t][:k % 3], lists[k:] + lists[:k], peer=False)
        out = [verify(c.tmp, c, f"2015-{m:02}-15", mode)[4] for m in range(1, 10) for mode in ("known", "require")]
        seen.add(str(out))
        if [r["reason"] for r in out] != [w for w in want for _ in range(2)]:
            FAILED.append(f"order {k}: {[r['reason'] for r in out]}")
    COUNT[0] += 1
    if len(seen) != 1:
        FAILED.append("order: answers differ")


def main():
    for f in (basic, force, signers, inherited, loops, scopes, breaches, reasons, indirect, deltas, bounds, versions, pool_all, vendors, files, order):
        f()
    shutil.rmtree(TMP)
    for line in FAILED:
        print("FAIL", line)
    for why, n in sorted(EXPLAINED.items()):
        print(f"openssl {n}: {why}")
    print(f"{COUNT[0]} answers, {COMPARED[0]} compared with openssl, {len(FAILED)} failures")
    return 1 if FAILED or COUNT[0] < 100 else 0


if __name__ == "__main__":
    sys.exit(main())
