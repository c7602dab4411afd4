#!/usr/bin/env python3
"""data-samples: every row of TRUTH.csv is met; openssl verify, certtool and
openssl x509 agree with the study on each chain."""
import calendar
import csv
import os
import shutil
import subprocess
import sys
import tempfile
import time

SAMPLES = os.path.join(os.environ["TW_SRCDIR"], "data-samples")
ROOTS = os.path.join(SAMPLES, "roots.pem")
NOT_SERVED = 5
OF = {"verdict": "verdict.roots", "reason": "reason.roots", "key": "leaf_key"}
failures = 0


def fail(*words):
    global failures
    failures += 1
    print("FAIL", *words)


def truth(study):
    rows = list(csv.DictReader(open(os.path.join(SAMPLES, "TRUTH.csv"), newline="")))
    got = {}
    for r in csv.DictReader(open(os.path.join(study, "classified.csv"), newline="")):
        if got.setdefault((r["ip"], r["port"]), r) is not r:
            fail("two rows of", r["ip"], r["port"])
    if len(rows) != len(got):
        fail(len(rows), "rows of truth,", len(got), "observed")
    refused = [t for t in rows if t["not_served"]]
    if len(refused) != NOT_SERVED:
        fail(len(refused), "rows were not served, not", NOT_SERVED)
    checked = 0
    for t in rows:
        g = got.get((t["ip"], t["port"]))
        if not g:
            fail("no observation of", t["ip"], t["port"])
        elif t["not_served"]:
            if g["outcome"] != "refused" or g["chain"]:
                fail("not served, but", g["outcome"], t["ip"])
        else:
            for k in t.keys() - {"note", "not_served"}:
                checked += t[k] != ""
                if t[k] and t[k] != g[OF.get(k, k)]:
                    fail(t["ip"], t["port"], k, "is", repr(g[OF.get(k, k)]), "not", repr(t[k]))
    print(len(rows), "rows of truth,", checked, "cells met")
    return got.values()


def certificates(path):
    """fingerprint -> file of PEM, by openssl alone."""
    der, out = open(path, "rb").read(), {}
    while der:
        n = 4 + int.from_bytes(der[2:4], "big") if der[1] == 0x82 else 3 + der[2]
        pem = subprocess.run(["openssl", "x509", "-inform", "DER"], input=der[:n], capture_output=True, check=True).stdout
        out[subprocess.run(["sha256sum"], input=der[:n], capture_output=True).stdout[:64].decode()] = pem
        der = der[n:]
    return out


def peers(rows, study, d):
    pem = certificates(os.path.join(study, "certs.der"))
    seen, chains = set(), 0
    certtool = shutil.which("certtool") and shutil.which("faketime")
    for r in rows:
        if not r["chain"] or r["chain"] in seen:
            continue
        seen.add(r["chain"])
        chains += 1
        parts = [pem[f] for f in r["chain"].split()]
        leaf, rest, whole = (os.path.join(d, n) for n in ("leaf.pem", "rest.pem", "whole.pem"))
        open(leaf, "wb").write(parts[0])
        open(rest, "wb").write(b"".join(parts))
        at = calendar.timegm(time.strptime(r["time"][:19], "%Y-%m-%dT%H:%M:%S"))
        good = r["reason.roots"] == "ok"
        o = subprocess.run(["openssl", "verify", "-auth_level", "0", "-purpose", "sslserver", "-attime", str(at), "-CAfile", ROOTS,
                            "-no-CApath", "-no-CAstore", "-untrusted", rest, leaf], capture_output=True, text=True)
        if (o.returncode == 0) != good:
            fail("openssl verify", r["ip"], r["reason.roots"], o.stderr)
        if not certtool:
            continue
        # certtool knows no time but now.
        open(whole, "wb").write(b"".join(parts))
        c = subprocess.run(["faketime", "-f", time.strftime("@%Y-%m-%d %H:%M:%S", time.gmtime(at)), "certtool", "--verify",
                            "--verify-allow-broken", "--verify-profile=low", "--verify-purpose=1.3.6.1.5.5.7.3.1",
                            "--load-ca-certificate", ROOTS, "--infile", whole], capture_output=True, text=True,
                           env=dict(os.environ, TZ="UTC"))
        if (c.returncode == 0) != good and not explained(r, c.stdout):
            fail("certtool", r["ip"], r["reason.roots"], c.stdout[-300:], c.stderr[-200:])
    print(chains, "chains with openssl verify" + (" and certtool" if certtool else "; certtool and faketime are not both installed: not asked"))


def explained(r, words):
    """Where certtool errs: it takes what was sent for the path itself (RFC 8446
    4.4.2 lets a server send more, and in another order), and a key too small is
    its own policy, not a rule of RFC 5280."""
    small = r["leaf_key"] in ("RSA-512", "RSA-768", "RSA-1024")
    return r["order"] in ("unordered", "superfluous") or (small and "insecure" in words)


def main():
    tool = os.path.join(os.environ["TW_BUILDDIR"], "tw-study")
    with tempfile.TemporaryDirectory() as d:
        study = os.path.join(d, "study")
        subprocess.run([tool, "-q", "--store", "roots=" + ROOTS, study, os.path.join(SAMPLES, "scan.jsonl.gz")], check=True,
                       stderr=subprocess.DEVNULL)
        rows = truth(study)
        if shutil.which("openssl"):
            peers(rows, study, d)
        else:
            print("openssl is not installed: peers not asked")
    return failures != 0


sys.exit(main())
