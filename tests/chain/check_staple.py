#!/usr/bin/env python3
"""Stapled OCSP responses, made by python3-cryptography and by openssl ocsp, one rule of docs/verdicts.md a case: where it holds and
where it does not, at the seconds where answers change. openssl ocsp says of each whether its signature counts. Then the column
ocsp_stapled of tw-chain's rows."""
import base64
import csv
import datetime
import io
import os
import shutil
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
from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402
from lists import CA, KEYS, LEAF, Cert, basic, crl, crlset, day, entry, ocsp, pem, put, resigned, several  # noqa: E402
from resign import split, tlv  # noqa: E402

TMP = tempfile.mkdtemp()
FAILED, COUNT, COMPARED, EXPLAINED = [], [0], [0], {}
SIGNING, SERVER, ANY = "1.3.6.1.5.5.7.3.9", "1.3.6.1.5.5.7.3.1", "2.5.29.37.0"
ROOT, ROOT2 = Cert("Root", "Root", ku=CA), Cert("Root2", "Root2", ku=CA)
INT = Cert("Int", "Root", ku=CA)
LEAF1 = Cert("leaf", "Int")
LATE = "2015-06-01"


def write(name, data):
    path = os.path.join(TMP, name)
    with open(path, "wb") as f:
        f.write(data if isinstance(data, bytes) else data.encode())
    return path


def certs(name, items):
    return write(name, pem("CERTIFICATE", [c.der for c in items]))


def second(at):
    return at if "T" in at else at + "T00:00:00Z"


class Case:
    """A chain, leaf first, with a stapled response (DER or None) and perhaps lists."""

    def __init__(self, name, staple, chain=None, lists=(), anchors=None, more=(), files=(), peer=None, digest="sha1"):
        self.name, self.staple, self.chain = name, staple, chain or [LEAF1, INT]
        self.lists, self.anchors, self.more = list(lists), anchors or [ROOT], list(more)
        self.dir = tempfile.mkdtemp(dir=TMP)
        at = lambda x: os.path.join(self.dir, x)
        self.store, self.path = certs(at("s.pem"), self.anchors), certs(at("c.pem"), self.chain)
        self.files = [write(at(f"v{i}"), data) for i, data in enumerate(files)]
        self.der = write(at("r.der"), staple) if staple is not None else None
        if self.lists:
            self.files.append(write(at("l.pem"), pem("X509 CRL", self.lists)))
        if peer is not None:
            self.compare(peer, digest)

    def ask(self, at, mode, *options):
        cmd = [os.path.join(BUILD, "tw-verify"), "--store", "s=" + self.store, "--at", second(at), "--purpose", "any", "--revocation", mode]
        cmd += [x for f in self.files for x in ("--crl", f)] + (["--ocsp", self.der] if self.der else []) + self.more
        p = subprocess.run(cmd + list(options) + [self.path], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return p.returncode, p.stdout.decode(), p.stderr.decode()

    def want(self, mode, at, reason, culprit=None, window=None):
        COUNT[0] += 1
        status, out, err = self.ask(at, mode)
        row = next(csv.DictReader(io.StringIO(out)), {})
        got = row.get("reason")
        if (got != reason or status != (reason != "ok") or (culprit and row["culprit"] != culprit.sha256) or
                (window and (row["valid_from"], row["valid_until"]) != tuple(map(second, window)))):
            FAILED.append(f"{self.name}, {mode} at {at}: {got} {row}, wanted {reason} {window or ''}; {err.strip()}")
        return self

    def known(self, at, *a, **k):
        return self.want("known", at, *a, **k)

    def require(self, at, *a, **k):
        return self.want("require", at, *a, **k)

    def turns(self, mode, at, before, after):
        return self.want(mode, (day(at) - datetime.timedelta(seconds=1)).isoformat() + "Z", before).want(mode, at, after)

    def unused(self, why):
        """The response proves nothing: why is said, and nobody is revoked."""
        COUNT[0] += 1
        status, _, err = self.ask(LATE, "known")
        if why not in err or self.der not in err:
            FAILED.append(f"{self.name}: {err!r}, wanted {why!r}")
        return self.known(LATE, "ok")

    def compare(self, counts, digest):
        """Does openssl ocsp hear the response (True), or not?"""
        if not shutil.which("openssl"):
            return
        cmd = ["openssl", "ocsp", "-respin", self.der, "-issuer", certs("i.pem", [self.chain[1]]), "-" + digest, "-cert", certs("l.pem", self.chain[:1]),
               "-CAfile", self.store, "-no-CApath", "-no-CAstore", "-verify_other", certs("o.pem", self.chain[1:]),
               "-attime", str(int(day(LATE).replace(tzinfo=datetime.timezone.utc).timestamp())), "-no_nonce"]
        p = subprocess.run(cmd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        out = p.stdout.decode()
        said = "Response verify OK" in out and "No Status found" not in out
        COMPARED[0] += 1
        if said != counts:
            FAILED.append(f"{self.name}: openssl {'hears' if said else 'does not hear'} it: {out}")


def revoked(**more):
    return ocsp(LEAF1, INT, "revoked", revoked="2015-03-01", **more)


def status():
    Case("none", None).known(LATE, "ok").require(LATE, "revocation_unknown", LEAF1)
    c = Case("revoked", revoked(reason="keyCompromise"), peer=True)
    c.turns("known", "2015-03-01", "ok", "revoked").known(LATE, "revoked", LEAF1)
    c.known("2015-01-01", "ok", window=("2010-01-01", "2015-02-28T23:59:59Z"))
    # Whatever the age of the response, as of a list.
    c.known("2020-01-01", "revoked").known("2014-12-31", "ok")
    Case("a response from later", revoked(this="2020-01-01", until="2020-02-01")).turns("known", "2015-03-01", "ok", "revoked")
    Case("good", ocsp(LEAF1, INT), peer=True).known(LATE, "ok")
    Case("unknown", ocsp(LEAF1, INT, "unknown"), peer=True).known(LATE, "ok").require(LATE, "revocation_unknown", LEAF1)
    Case("a list revokes, the response is good", ocsp(LEAF1, INT), lists=[crl("Int", [entry(LEAF1, "2015-03-01")])]).known(LATE, "revoked")
    Case("a response revokes, the list does not", revoked(), lists=[crl("Int")]).known(LATE, "revoked")


def require():
    root = crl("Root", until="2029-01-01")
    c = Case("in force", ocsp(LEAF1, INT, this="2015-02-01", until="2015-08-01"), lists=[root])
    c.turns("require", "2015-02-01", "revocation_unknown", "ok")
    c.require("2015-08-01", "ok").require("2015-08-01T00:00:01Z", "revocation_unknown", LEAF1)
    c.require(LATE, "ok", window=("2015-02-01", "2015-08-01"))
    Case("of the leaf only", ocsp(LEAF1, INT)).require(LATE, "revocation_unknown", INT)
    Case("the leaf needs one", None, lists=[root]).require(LATE, "revocation_unknown", LEAF1)
    Case("no end", ocsp(LEAF1, INT, until=None), lists=[root]).require("2028-06-01", "ok").require("2014-06-01", "revocation_unknown")
    Case("revoked in force", revoked(), lists=[root]).turns("require", "2015-03-01", "ok", "revoked").require("2014-12-31", "revocation_unknown")
    Case("a list and a response take turns", ocsp(LEAF1, INT, this="2015-04-01", until="2015-05-01"),
         lists=[root, crl("Int", until="2015-03-01")]).require("2015-02-01", "ok").require("2015-03-15", "revocation_unknown").require(
        "2015-04-15", "ok")
    # Without the response both paths say revocation_unknown, and the one that ends last stands for the chain; it is not yet valid.
    young = Cert("Int", "Root", ku=CA, before="2016-01-01", after="2040-01-01")
    Case("another path than without it", None, [LEAF1, INT, young], [root]).require(LATE, "revocation_unknown")
    Case("the path with it", ocsp(LEAF1, INT), [LEAF1, INT, young], [root]).require(LATE, "ok").require("2016-06-01", "revocation_unknown")
    Case("the response is the anchor's own", ocsp(Cert("leaf", "Root", serial=77), ROOT), [Cert("leaf", "Root", serial=77)]).require(LATE, "ok")


def about():
    other = Cert("leaf", "Int")
    Case("another serial", ocsp(other, INT, "revoked", revoked="2015-03-01"), peer=False).known(LATE, "ok").require(LATE, "revocation_unknown", LEAF1)
    same = Cert("leaf", "Root", serial=LEAF1.serial)
    Case("another issuer's serial", ocsp(same, ROOT, "revoked", revoked="2015-03-01", by=INT), peer=False).unused("nothing about this")
    named = Cert("leaf", "Int", ikey="Other", serial=LEAF1.serial)
    keyed = Cert("Int", "Root", key="Other", ku=CA)
    Case("another issuer's key", ocsp(named, keyed, "revoked", revoked="2015-03-01", by=INT), peer=False).unused("nothing about this")
    alias = Cert("Alias", "Root", key="Int", ku=CA)
    Case("another issuer's name", ocsp(Cert("leaf", "Alias", ikey="Int", serial=LEAF1.serial), alias, "revoked", revoked="2015-03-01", by=INT),
         peer=False).unused("nothing about this")
    for h in (hashes.SHA1(), hashes.SHA224(), hashes.SHA256(), hashes.SHA384(), hashes.SHA512()):
        Case("CertID by " + h.name, revoked(digest=h), peer=True, digest=h.name).known(LATE, "revoked")
    words = [ocsp(other, INT), ocsp(LEAF1, INT, digest=hashes.SHA256()), revoked()]
    Case("the third word of three", several(words, "Int")).known(LATE, "revoked")
    Case("revoked outdoes good, in any order", several(words[::-1], "Int")).known(LATE, "revoked")
    Case("good and unknown", several([ocsp(LEAF1, INT, "unknown"), ocsp(LEAF1, INT)], "Int"), lists=[crl("Root", until="2029-01-01")]).require(
        LATE, "ok")
    # What is critical and unknown, or by an unknown digest, says nothing.
    unknown = tlv(0xa1, tlv(0x30, tlv(0x30, bytes.fromhex("06042a030409") + b"\x01\x01\xff" + tlv(4, b"\x05\0"))))
    Case("an unknown critical extension of a word", single(revoked(), lambda fields: fields + [unknown])).unused("nothing about this")
    sha1, other_oid = bytes.fromhex("06052b0e03021a"), bytes.fromhex("06052b0e03021b")
    Case("an unknown digest", single(revoked(), lambda fields: [fields[0].replace(sha1, other_oid)] + fields[1:])).unused("nothing about this")
    minus = Cert("leaf", "Int", serial=255)
    Case("255", ocsp(minus, INT, "revoked", revoked="2015-03-01"), [minus, INT]).known(LATE, "revoked")


def single(der, edit):
    """A response of one word with its elements as edit gives them."""
    fields = lambda data: [x[2] for x in split(split(split(data[2])[0][1])[0][1])]  # noqa: E731
    return resigned(der, "Int", lambda data: data[:2] + [tlv(0x30, tlv(0x30, b"".join(edit(fields(data)))))] + data[3:])


def responders():
    d = Cert("Responder", "Int", eku=[SIGNING], nocheck=True)
    say = lambda by=d, put=None, **k: revoked(by=by, certs=[by] if put is None else put, **k)
    good = revoked()
    for name in (False, True):
        how = " by name" if name else " by key"
        Case("the issuer" + how, revoked(name=name), peer=True).known(LATE, "revoked")
        Case("a responder" + how, say(name=name), peer=True).known(LATE, "revoked")
        Case("a responder that is not there" + how, say(put=[], name=name), peer=False).unused("4.2.2.3")
        Case("another's key" + how, revoked(name=name, key="nobody"), peer=False).unused("does not fit")
        Case("a responder's name with another key" + how, say(name=name, key="nobody"), peer=False).unused("does not fit")
    Case("the issuer's name, a responder's signature", resigned(revoked(certs=[d]), "Responder", lambda data: data), peer=False).unused("does not fit")
    Case("the second certificate", say(put=[ROOT, d]), peer=True).known(LATE, "revoked")
    Case("no purpose", say(Cert("Responder", "Int")), peer=False).unused("4.2.2.2")
    Case("another purpose", say(Cert("Responder", "Int", eku=[SERVER])), peer=False).unused("4.2.2.2")
    Case("any purpose", say(Cert("Responder", "Int", eku=[ANY])), peer=False).unused("4.2.2.2")
    Case("named by the root", say(Cert("Responder", "Root", eku=[SIGNING])), peer=False).unused("4.2.2.2")
    Case("the issuer's name, signed by another", say(Cert("Responder", "Int", ikey="nobody", eku=[SIGNING])), peer=False).unused("4.2.2.2")
    alias = Cert("Responder", "Alias", ikey="Int", eku=[SIGNING])
    Case("the issuer's key, another name", say(alias), [LEAF1, INT, Cert("Alias", "Root", key="Int", ku=CA)], peer=False).unused("4.2.2.2")
    Case("the leaf's own key", say(Cert("Responder", "Int", key="leaf", eku=[SIGNING])), peer=True).unused("4.2.2.2")
    Case("keyUsage without signatures", say(Cert("Responder", "Int", eku=[SIGNING], ku=["key_encipherment"])), peer=True).unused("4.2.2.2")
    Case("nonRepudiation", say(Cert("Responder", "Int", eku=[SIGNING], ku=["content_commitment"])), peer=True).known(LATE, "revoked")
    Case("no keyUsage", say(Cert("Responder", "Int", eku=[SIGNING], ku=[], ca=False)), peer=True).known(LATE, "revoked")
    Case("an unknown critical extension", say(Cert("Responder", "Int", eku=[SIGNING], critical=True)), peer=False).unused("4.2.2.2")
    crowd = [Cert("Responder", "Int", eku=[SIGNING], key=f"r{i}") for i in range(5)]
    last = revoked(by=crowd[4], certs=crowd, name=True)
    Case("too many responders", last).unused("too many")
    Case("the last of four", revoked(by=crowd[4], certs=crowd[1:], name=True)).known(LATE, "revoked")
    # Certificates that cannot be read are nobody's, though the responder's key hash were that of no octets.
    empty = bytes.fromhex("da39a3ee5e6b4b0d3255bfef95601890afd80709")
    key_hash = split(split(basic(good)[1][0])[0][1])[0][1]
    nobody = resigned(good, "Int", lambda data: [data[0].replace(key_hash, empty)] + data[1:])
    Case("a certificate that is none", put(nobody, [tlv(0x30, b"\x05\0")])).unused("4.2.2.3")
    old = Cert("Responder", "Int", eku=[SIGNING], before="2014-01-01", after="2015-04-01")
    root = crl("Root", until="2029-01-01")
    Case("its dates count only for require", say(old)).known(LATE, "revoked")
    c = Case("in its dates", ocsp(LEAF1, INT, by=old, certs=[old]), lists=[root])
    c.require("2015-04-01", "ok").require("2015-04-01T00:00:01Z", "revocation_unknown", LEAF1)
    bare = Cert("Responder", "Int", eku=[SIGNING])
    gone = crl("Int", [entry(bare, "2015-05-01")], until="2015-01-02")
    Case("a revoked responder", say(bare), lists=[gone]).turns("known", "2015-05-01", "revoked", "ok")
    Case("a list asks nothing of one with nocheck", say(d), lists=[crl("Int", [entry(d, "2015-05-01")])]).known(LATE, "revoked")
    Case("a vendor's list", say(bare), files=[crlset(bare, "Int")]).known(LATE, "ok")
    Case("a vendor's list on another", say(bare), files=[crlset(d, "Int")]).known(LATE, "revoked")


def issuers():
    """The issuer's own standing, as that of who signs a list."""
    up = [crl("Root", [entry(INT, "2015-05-01")], until="2029-01-01")]
    Case("a revoked issuer says nothing", revoked(), lists=up).known("2015-04-01", "revoked", LEAF1).known(LATE, "revoked", INT)
    d = Cert("Responder", "Int", eku=[SIGNING], nocheck=True)
    Case("nor does whom it named", revoked(by=d, certs=[d]), lists=up).known("2015-04-01", "revoked", LEAF1).known(LATE, "revoked", INT)
    nosign = Cert("Int", "Root", ku=["key_cert_sign"])
    Case("an issuer without digitalSignature", revoked(), [LEAF1, nosign], peer=True).known(LATE, "revoked")
    twins = [LEAF1, INT, Cert("Int", "Root2", ku=CA)]
    Case("one key, two paths", revoked(), twins, anchors=[ROOT, ROOT2]).known(LATE, "revoked", LEAF1)
    Case("the leaf is no issuer", ocsp(LEAF1, INT, "revoked", revoked="2015-03-01"), [INT]).known(LATE, "ok")
    Case("no path", revoked(), [LEAF1]).known(LATE, "unknown_issuer").require(LATE, "unknown_issuer")
    # Who stands on a list of a delegate of its own is the anchor all the same.
    t = Cert("Root", "Root", key="T", ku=["crl_sign"])
    below = Cert("leaf", "Root", serial=77)
    Case("the anchor on a list", ocsp(below, ROOT, "revoked", revoked="2015-03-01"), [below, t],
         [crl("Root", [entry(ROOT, "2015-01-01")], key="T")]).known(LATE, "revoked", below)
    # Four signers in question are followed; of the issuer's own standing one is a fifth.
    def ring(on, n):
        who, lists = [], []
        for k in range(n):
            who.append(Cert("Root", "Root", key=f"T{k}", ku=["crl_sign"]))
            lists.append(crl("Root", [entry(on, "2015-04-01")], key=f"T{k}", until="2029-01-01"))
            on = who[-1]
        return who, lists
    who, lists = ring(INT, 4)
    Case("as many signers as are followed", None, [LEAF1, INT] + who, lists).known(LATE, "ok")
    Case("one more for the issuer's standing", revoked(), [LEAF1, INT] + who, lists).known(LATE, "limit")
    mid = [Cert("Mid", "Root", ku=CA) for _ in range(2)]
    low = Cert("Int", "Mid", ku=CA)
    who, lists = ring(mid[0], 4)
    Case("another path of the issuer is good", revoked(), [LEAF1, low] + mid + who, lists).known(LATE, "revoked", LEAF1)
    crowd = certs("crowd.pem", [Cert("Root", "Other", key="crowd", ku=CA) for _ in range(256)])
    Case("a good path beside more than are tried", ocsp(LEAF1, INT), lists=[crl("Root", until="2029-01-01")], more=["--intermediates", crowd]).require(LATE, "ok")
    old = Cert("Int", "Root", ku=CA, after="2015-04-01")
    Case("an expired issuer", revoked(), [LEAF1, old]).known("2015-04-01", "revoked").known(LATE, "revoked", LEAF1)


def damage():
    good = revoked()
    for name, der, why in (("tryLater", b"\x30\x03\x0a\x01\x03", "error"), ("critical", resigned(good, "Int", lambda data: data + [
            tlv(0xa1, tlv(0x30, tlv(0x30, bytes.fromhex("06042a030409") + b"\x01\x01\xff" + tlv(4, b"\x05\0"))))]), "critical")):
        Case(name, der, peer=None).unused(why)
    Case("a flipped bit of what is signed", good.replace(b"20150301", b"20150302", 1)).unused("does not fit")
    Case("a flipped bit of the signature", good[:-1] + bytes([good[-1] ^ 1])).unused("does not fit")
    for name, der in (("nothing", b""), ("text", b"hello"), ("cut", good[:-1]), ("more", good + b"\0"), ("a certificate", LEAF1.der)):
        c = Case(name, der)
        COUNT[0] += 1
        code, _, err = c.ask(LATE, "known")
        if code != 2 or c.der not in err:
            FAILED.append(f"{name}: status {code}, {err!r}")


def explained():
    d = Cert("Responder", "Int", eku=[SIGNING], nocheck=True)
    for c, words in ((Case("x", revoked(reason="keyCompromise")), ["OCSP response: revoked since 2015-03-01T00:00:00Z", "signed by the issuer", "FAILS revoked"]),
                     (Case("x", ocsp(LEAF1, INT, by=d, certs=[d])), ["OCSP response: good, in force 2015-01-01T00:00:00Z to 2016-01-01T00:00:00Z",
                                                                  "signed by a responder"]),
                     (Case("x", ocsp(LEAF1, INT, "unknown", until=None)), ["OCSP response: unknown, in force since 2015-01-01T00:00:00Z,"]),
                     (Case("x", several([revoked(), ocsp(LEAF1, INT)], "Int")), ["OCSP response: revoked since"]),
                     (Case("x", several([ocsp(LEAF1, INT), revoked(), ocsp(LEAF1, INT)], "Int")), ["OCSP response: revoked since"]),
                     (Case("x", several([ocsp(LEAF1, INT, this="2015-02-01"), ocsp(LEAF1, INT)], "Int")), [
                         "OCSP response: good, in force 2015-02-01T00:00:00Z"]),
                     (Case("x", several([ocsp(LEAF1, INT, "unknown"), ocsp(LEAF1, INT)], "Int")), ["OCSP response: good, in force"]),
                     (Case("x", revoked(key="nobody")), ["OCSP response: proves nothing: its signature does not fit"])):
        COUNT[0] += 1
        out = c.ask(LATE, "known", "--explain")[1]
        for w in words:
            if w not in out:
                FAILED.append(f"explain: {w!r} is not in\n{out}")


def by_openssl():
    """Responses of openssl ocsp, whose clock is the host's: asked for as of the second at which they were made."""
    if not shutil.which("openssl"):
        print("openssl is not installed: no responses of it")
        return
    for name, key in (("int", "Int"), ("resp", "Responder")):
        write(name + ".key", KEYS[key].private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                                     serialization.NoEncryption()))
    now = datetime.datetime.utcnow().replace(microsecond=0)
    if not 2011 <= now.year < 2029:
        print("the clock is not within the certificates' years: no responses of openssl")
        return
    d = Cert("Responder", "Int", eku=[SIGNING], nocheck=True)
    serial = f"{LEAF1.serial:X}"
    serial = "0" * (len(serial) % 2) + serial
    lines = {"V": f"V\t300101000000Z\t\t{serial}\tunknown\t/CN=leaf\n", "R": f"R\t300101000000Z\t150301000000Z\t{serial}\tunknown\t/CN=leaf\n", "": ""}
    rsigner = {"int": INT, "resp": d}
    root = crl("Root", this="2011-01-01", until="2029-01-01")
    for kind, text in lines.items():
        for who, cert in rsigner.items():
            index, out = write("index.txt", text), os.path.join(TMP, "o.der")
            write("index.txt.attr", "unique_subject = no\n")
            subprocess.run(["openssl", "ocsp", "-issuer", certs("i.pem", [INT]), "-cert", certs("l.pem", [LEAF1]), "-index", index, "-rsigner",
                            certs("r.pem", [cert]), "-rkey", os.path.join(TMP, who + ".key"), "-CA", certs("i.pem", [INT]), "-ndays", "1",
                            "-respout", out, "-noverify", "-no_nonce"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            after = datetime.datetime.utcnow().replace(microsecond=0)
            c = Case(f"openssl, {kind or 'not in the index'}, by {who}", open(out, "rb").read(), lists=[root])
            iso = lambda t: t.isoformat() + "Z"
            day1 = datetime.timedelta(days=1)
            c.known(iso(after), "revoked" if kind == "R" else "ok")
            c.require(iso(after), {"V": "ok", "R": "revoked", "": "revocation_unknown"}[kind])
            if kind == "V":
                c.require(iso(now - datetime.timedelta(seconds=1)), "revocation_unknown")
                c.require(iso(after + day1 + datetime.timedelta(seconds=1)), "revocation_unknown").require(iso(now + day1), "ok")


def rows():
    """tw-chain: each row by its own response, nothing kept with the chain, each signature checked once."""
    d = Cert("Responder", "Int", eku=[SIGNING], nocheck=True)
    b64 = lambda der: base64.b64encode(der).decode()
    chain = f"{LEAF1.sha256} {INT.sha256}"
    yes, no = b64(revoked()), b64(ocsp(LEAF1, INT))
    elsewhere = b64(ocsp(Cert("leaf", "Int"), INT, "revoked", revoked="2015-03-01"))
    fields = [("2015-06-01", "", "ok"), ("2015-06-01", yes, "revoked"), ("2015-06-01", "", "ok"), ("2015-02-01", yes, "ok"),
              ("2015-06-01", no, "ok"), ("2015-06-01", "-", "ok"), ("2015-06-01", "- " + yes, "ok"), ("2015-06-01", yes + " -", "revoked"),
              ("2015-06-01", yes + " " + no, "revoked"), ("2015-06-01", yes + "!", "ok"), ("2015-06-01", elsewhere, "ok"), ("2015-06-01", yes[:-8] + "!!!!", "ok"), ("2015-06-01", yes.rstrip("="), "revoked"),
              ("2015-06-01", "AAAA", "ok"), ("2015-06-01", b64(revoked(by=d, certs=[d])), "revoked")]
    der = write("c.der", b"".join(c.der for c in (LEAF1, INT)))
    store = certs("s.pem", [ROOT])
    lists = ["--crl", write("root.crl", pem("X509 CRL", [crl("Root", until="2029-01-01")]))]

    def run(text, *more):
        p = subprocess.run([os.path.join(BUILD, "tw-chain"), "--purpose", "any", "--certs", der, "--store", "s=" + store, "--stats", *more],
                           input=text.encode(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        said = p.stderr.decode().split()
        return list(csv.DictReader(io.StringIO(p.stdout.decode()))), int(said[said.index("signatures") + 1])

    table = lambda items: "time,chain,ocsp_stapled\n" + "".join(f"{t},{chain},{s}\n" for t, s, *_ in items)
    got, _ = run(table(fields), "--show", "window,culprit,ever")
    for r, (t, s, want) in zip(got, fields):
        COUNT[0] += 1
        end = "2015-02-28T23:59:59Z" if s.split(" ")[0].rstrip("=") == yes.rstrip("=") or len(s) > len(yes) + 200 else "2030-01-01T00:00:00Z"
        if r["reason.s"] != want or r["window.s"] != f"2010-01-01T00:00:00Z/{end}" or (want == "revoked") != (r["culprit.s"] == LEAF1.sha256):
            FAILED.append(f"a row at {t} with {s[:20]}...: {r['reason.s']} {r['window.s']}, wanted {want} until {end}")
    base = run(table([("2015-06-01", "")]))[1]
    for name, items, more in (("good, known", [no] * 9, 0), ("revoked", [yes] * 9, 1), ("two", [yes, b64(revoked(this="2015-01-02"))] * 9, 2),
                              ("a responder", [b64(revoked(by=d, certs=[d]))] * 9, 2)):
        COUNT[0] += 1
        n = run(table([("2015-06-01", s) for s in items]))[1] - base
        if n != more:
            FAILED.append(f"{name}: {n} signatures more, wanted {more}")
    got, _ = run(table([("2015-06-01", no), ("2015-06-01", ""), ("2017-06-01", no)]), "--revocation", "require", *lists)
    COUNT[0] += 1
    if [r["reason.s"] for r in got] != ["ok", "revocation_unknown", "revocation_unknown"]:
        FAILED.append(f"require: {[r['reason.s'] for r in got]}")
    got, _ = run(table([("2015-06-01", yes)]), "--pool", "all")
    COUNT[0] += 1
    if (got[0]["reason.s"], got[0]["reason.s.pool"]) != ("revoked", "revoked"):
        FAILED.append(f"pool: {got[0]}")


def main():
    for f in (status, require, about, responders, issuers, damage, explained, by_openssl, rows):
        f()
    shutil.rmtree(TMP)
    for line in FAILED:
        print("FAIL", line)
    print(f"{COUNT[0]} answers, {COMPARED[0]} compared with openssl, {len(FAILED)} failures")
    return 1 if FAILED or COUNT[0] < 120 else 0


if __name__ == "__main__":
    sys.exit(main())
