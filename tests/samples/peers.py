#!/usr/bin/env python3
"""openssl verify and certtool --verify agree with the study on each distinct chain
of data-samples; where they do not, a rule in code says which of them errs."""
import calendar
import os
import shutil
import subprocess
import time

import samples
from samples import ROOTS, fail

OPENSSL = ["openssl", "verify", "-auth_level", "0", "-purpose", "sslserver", "-no-CApath", "-no-CAstore", "-CAfile", ROOTS]
CERTTOOL = ["certtool", "--verify", "--verify-allow-broken", "--verify-profile=low", "--verify-purpose=1.3.6.1.5.5.7.3.1",
            "--load-ca-certificate", ROOTS]


def certificates(path):
    """fingerprint -> PEM, by openssl alone."""
    with open(path, "rb") as f:
        der, out = f.read(), {}
    while der:
        n = 4 + int.from_bytes(der[2:4], "big") if der[1] == 0x82 else 3 + der[2]
        pem = subprocess.run(["openssl", "x509", "-inform", "DER"], input=der[:n], capture_output=True, check=True).stdout
        out[subprocess.run(["sha256sum"], input=der[:n], capture_output=True, check=True).stdout[:64].decode()] = pem
        der = der[n:]
    return out


def certtool_errs(r, words):
    """certtool takes what was sent for the path itself, where RFC 8446 4.4.2 lets a
    server send more and in another order; and a key too small or a signature with MD5
    is a policy of its own, which RFC 5280 does not know."""
    small = r["leaf_key"] in ("RSA-512", "RSA-768", "RSA-1024") or r["leaf_sig"].startswith("md5")
    return r["order"] in ("unordered", "superfluous", "duplicate") or (small and "insecure" in words)


def openssl_errs(r, words):
    return False


def ask(r, pem, d):
    parts = [pem[f] for f in r["chain"].split()]
    leaf, whole = os.path.join(d, "leaf.pem"), os.path.join(d, "whole.pem")
    for name, body in ((leaf, parts[0]), (whole, b"".join(parts))):
        with open(name, "wb") as f:
            f.write(body)
    at = calendar.timegm(time.strptime(r["time"][:19], "%Y-%m-%dT%H:%M:%S"))
    good = r["reason.roots"] == "ok"
    o = subprocess.run([*OPENSSL, "-attime", str(at), "-untrusted", whole, leaf], capture_output=True, text=True)
    if (o.returncode == 0) != good and not openssl_errs(r, o.stderr):
        fail("openssl verify", r["ip"], r["reason.roots"], o.stderr)
    if not shutil.which("certtool") or not shutil.which("faketime"):
        return
    # certtool knows no time but now.
    c = subprocess.run(["faketime", "-f", time.strftime("@%Y-%m-%d %H:%M:%S", time.gmtime(at)), *CERTTOOL, "--infile", whole],
                       capture_output=True, text=True, env=dict(os.environ, TZ="UTC"))
    if (c.returncode == 0) != good and not certtool_errs(r, c.stdout):
        fail("certtool", r["ip"], r["reason.roots"], r["order"], c.stdout[-300:], c.stderr[-200:])


def run(d):
    rows = samples.of_the_scan(os.path.join(d, "study"))
    pem = certificates(os.path.join(d, "study", "certs.der"))
    distinct = {r["chain"]: r for r in rows if r["chain"] and r["chain"] != "NONE"}
    for r in distinct.values():
        ask(r, pem, d)
    print(len(distinct), "distinct chains asked of openssl" +
          (" and certtool" if shutil.which("certtool") and shutil.which("faketime") else "; certtool or faketime is not installed: not asked"))


samples.main(run)
