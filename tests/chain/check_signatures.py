#!/usr/bin/env python3
"""The table of signature algorithms: each combination of algorithm, key and parameters under an anchor of its own, with keys
and signatures that tests/synth/sign.py works out. A good one is ok, and bad_signature with one bit flipped in the signature
or in what is signed; what is not in the table is unsupported_algorithm. openssl verify says the same, or a rule below says
why not; it is asked where it is 3.0, which the rules are about. TW_PEERS=none does not ask it."""
import csv
import hashlib
import io
import os
import random
import re
import subprocess
import sys
import tempfile

SRC, BUILD = os.environ["TW_SRCDIR"], os.environ["TW_BUILDDIR"]
sys.path.insert(0, os.path.join(SRC, "tests/synth"))
sys.dont_write_bytecode = True
from algorithms import draw  # noqa: E402
from resign import pem, split, tlv  # noqa: E402
from sign import bits, num, oid, seq  # noqa: E402

# Where openssl verify (3.0) says otherwise: what a case's note has to be, and why.
RULES = {
    "no-null": "libcrypto wants NULL in a DigestInfo (RFC 8017 B.1: both are to be taken)",
    "no-oid": "libcrypto 3.0 has the OID, but checks no certificate with it",
    "short": "libcrypto takes RSA signatures without their leading zeros",
    "salt": "libcrypto takes the length of a salt modulo 2^32",
    "weak": "openssl verify takes RSA with e = 1",
    "hybrid": "libcrypto takes hybrid points, which RFC 5480 2.2 forbids",
    "unlisted": "libcrypto has it; the table does not",
    "dsa-q": "libcrypto takes q of 160, 224 and 256 bits only",
    "negative": "libcrypto drops the sign of y",
    "inherited": "libcrypto 3.0 inherits no parameters",
    "eddsa-null": "libcrypto takes parameters in the algorithm; RFC 8410 3: they must be absent",
}


def name(text):
    return seq(tlv(0x31, seq(oid("2.5.4.3"), tlv(0x0c, text.encode()))))


def certificate(serial, issuer, subject, spki, alg, sign, ca):
    dates = seq(tlv(0x17, b"140101000000Z"), tlv(0x17, b"160101000000Z"))
    exts = tlv(0xa3, seq(seq(oid("2.5.29.19"), tlv(1, b"\xff"), tlv(4, seq(tlv(1, b"\xff")))))) if ca else b""
    tbs = seq(tlv(0xa0, num(2)) if ca else b"", num(serial), alg, name(issuer), dates, name(subject), spki, exts)
    return seq(tbs, alg, bits(sign(tbs)))


class Made:
    """A case with its certificates."""

    def __init__(self, case, number, leaf_spki):
        self.case, self.number, self.want = case, number, case.want
        signers = [(case.alg, case.sign)] + [x[1:] for x in case.cas]
        names = [f"CA {number}.{k}" for k in range(len(signers))]
        self.anchor = certificate(number, names[0], names[0], case.spki, case.alg, lambda tbs: b"\0", True)
        self.chain = [certificate(1 << 62 | number, names[-1], f"leaf {number}", leaf_spki, *signers[-1], False)]
        for k in range(len(case.cas) - 1, -1, -1):
            self.chain.append(certificate(1 << 62 | number, names[k], names[k + 1], case.cas[k][0], *signers[k], True))

    def flipped(self, rng, where):
        """The same with one bit of the leaf's changed: of its signature, or of its serial number."""
        o = Made.__new__(Made)
        o.case, o.number, o.want, o.anchor = self.case, self.number, "bad_signature", self.anchor
        tbs, alg, sig = [x[2] for x in split(split(self.chain[0])[0][1])]
        if where == "signature":
            body = bytearray(split(sig)[0][1])
            at = rng.randrange(8, 8 * len(body))
            body[at // 8] ^= 1 << at % 8
            sig = tlv(3, bytes(body))
        else:
            serial = num(1 << 62 | self.number)
            assert tbs.count(serial) == 1
            tbs = tbs.replace(serial, num(1 << 62 | self.number ^ 1 << rng.randrange(40)))
        o.chain = [seq(tbs, alg, sig)] + self.chain[1:]
        return o


def ours(made, tmp):
    """The reasons, by one run of tw-chain."""
    with open(os.path.join(tmp, "certs.der"), "wb") as f:
        f.write(b"".join(c for m in made for c in m.chain))
    with open(os.path.join(tmp, "anchors.pem"), "w") as f:
        f.writelines(pem(m.anchor) for m in made)
    with open(os.path.join(tmp, "rows.csv"), "w") as f:
        f.write("time,chain\n")
        f.writelines("2015-06-01," + " ".join(hashlib.sha256(c).hexdigest() for c in m.chain) + "\n" for m in made)
    out = subprocess.run([os.path.join(BUILD, "tw-chain"), "--certs", os.path.join(tmp, "certs.der"), "--store",
                          "s=" + os.path.join(tmp, "anchors.pem"), os.path.join(tmp, "rows.csv")], stdout=subprocess.PIPE)
    assert out.returncode == 0, f"tw-chain: exit status {out.returncode}"
    return [r["reason.s"] for r in csv.DictReader(io.StringIO(out.stdout.decode()))]


def openssl(made, tmp):
    """openssl verify's yes or no to each, in one run; None where it is not asked."""
    if os.environ.get("TW_PEERS") == "none":
        return [None] * len(made)
    version = subprocess.run(["openssl", "version"], stdout=subprocess.PIPE, check=True).stdout.decode()
    if not version.startswith("OpenSSL 3.0."):
        print(f"{version.strip()}, not 3.0: no comparison with it")
        return [None] * len(made)
    with open(os.path.join(tmp, "others.pem"), "w") as f:
        f.writelines(pem(c) for m in made for c in m.chain[1:])
    files = []
    for i, m in enumerate(made):
        files.append(os.path.join(tmp, f"{i}.pem"))
        with open(files[-1], "w") as f:
            f.write(pem(m.chain[0]))
    out = subprocess.run(["openssl", "verify", "-partial_chain", "-auth_level", "0", "-attime", "1433116800", "-CAfile",
                          os.path.join(tmp, "anchors.pem"), "-untrusted", os.path.join(tmp, "others.pem")] + files,
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode()
    good = {int(x) for x in re.findall(r"/(\d+)\.pem: OK$", out, re.M)}
    assert good, out[-300:]
    return [i in good for i in range(len(made))]


def facts(made, tmp):
    """What tw-certs and tw-verify --explain say of what is not in the table: names, or OIDs. Lines that are wrong."""
    bad, whole = [], os.path.join(tmp, "whole.der")
    with open(whole, "wb") as f:
        f.write(b"".join(c for m in made for c in m.chain + [m.anchor]))
    out = subprocess.run([os.path.join(BUILD, "tw-certs"), "-q", whole], stdout=subprocess.PIPE, check=True)
    rows = {r["sha256"]: r for r in csv.DictReader(io.StringIO(out.stdout.decode()))}
    named = [m for m in made if m.case.sig_name]
    for m in made:
        leaf, anchor = (rows[hashlib.sha256(c).hexdigest()] for c in (m.chain[0], m.anchor))
        if m.case.sig_name and leaf["signature_algorithm"] != m.case.sig_name:
            bad.append(f"{m.case.name}: signature_algorithm {leaf['signature_algorithm']!r}, wanted {m.case.sig_name!r}")
        key = anchor["key_algorithm"], anchor["key_bits"], anchor["security_bits"]
        if m.case.key_name and (key != m.case.key_name or anchor["malformed"]):
            bad.append(f"{m.case.name}: key, bits, security {key!r}, malformed {anchor['malformed']!r}, wanted {m.case.key_name!r}")
    for m in named[:3]:
        leaf = os.path.join(tmp, "explain.pem")
        with open(leaf, "w") as f:
            f.write(pem(m.chain[0]))
        out = subprocess.run([os.path.join(BUILD, "tw-verify"), "--explain", "--at", "2015-06-01", "--store",
                              os.path.join(tmp, "anchors.pem"), leaf], stdout=subprocess.PIPE).stdout.decode()
        if f"signed with {m.case.sig_name}\n" not in out or "FAILS unsupported_algorithm" not in out:
            bad.append(f"{m.case.name}: tw-verify --explain does not say so: {out}")
    return bad, len(named)


def main():
    rng = random.Random(7)
    leaf_spki, cases = draw(rng)
    made, n, used, families = [], 0, {}, {}
    for i, case in enumerate(cases):
        m = Made(case, i, leaf_spki)
        made.append(m)
        if case.want == "ok":
            made += [m.flipped(rng, "signature"), m.flipped(rng, "serial")]
    with tempfile.TemporaryDirectory() as tmp:
        got = ours(made, tmp)
        peer = openssl(made, tmp)
        bad, named = facts(made, tmp)
    assert len(got) == len(made)
    for m, reason, ok in zip(made, got, peer):
        k = families.setdefault(m.case.name.split(":")[0], {})
        k[m.want] = k.get(m.want, 0) + 1
        if reason != m.want:
            bad.append(f"{m.case.name}: {reason}, wanted {m.want}")
        elif ok is not None and ok != (reason == "ok"):
            why = m.case.note
            if why not in RULES:
                bad.append(f"{m.case.name}: {reason}, but openssl says {'ok' if ok else 'no'}")
            used[why] = used.get(why, 0) + 1
    for line in bad[:60]:
        print("FAIL", line)
    for why in RULES:
        if why in used:
            print(f"{used[why]:4} openssl differs: {why}: {RULES[why]}")
        elif None not in peer:
            bad.append(why)
            print("FAIL no case needs the rule", why)
    for family, count in families.items():
        print(f"{family}: " + ", ".join(f"{v} {k}" for k, v in count.items()))
    print(f"{len(made)} signatures, {named} algorithms by name or OID, {len(bad)} failures")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
