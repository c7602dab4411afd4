#!/usr/bin/env python3
"""data-samples/public: real public chains at their proper dates. tw-verify and
tw-chain agree with what openssl and certtool said when the chains were collected
(CASES.csv) and say today: by the roots shipped beside them, and by the host's
Mozilla store where it has the root. A case whose root the host has not is
skipped by name."""
import base64
import calendar
import csv
import hashlib
import io
import os
import re
import subprocess
import time

import samples
from samples import fail, tool

PUBLIC = os.path.join(samples.SAMPLES, "public")
HOST = "/etc/ssl/certs/ca-certificates.crt"
CASES = 72
# openssl's word for each of our reasons.
WORDS = {"ok": "ok", "expired": "certificate has expired", "not_yet_valid": "certificate is not yet valid", "bad_signature": "certificate signature failure",
         "unknown_issuer": "unable to get local issuer certificate"}


def seconds(at):
    return str(calendar.timegm(time.strptime(at, "%Y-%m-%dT%H:%M:%SZ")))


def fingerprints(pem):
    with open(pem) as f:
        bodies = re.findall(r"-----BEGIN CERTIFICATE-----(.*?)-----END", f.read(), re.S)
    return [hashlib.sha256(base64.b64decode(b)).hexdigest() for b in bodies]


def openssl(pem, at, store):
    """ok, or the last error that openssl met."""
    o = subprocess.run(["openssl", "verify", "-auth_level", "0", "-purpose", "sslserver", "-no-CApath", "-no-CAstore", "-CAfile", store,
                        "-attime", seconds(at), "-untrusted", pem, pem], capture_output=True, text=True)
    return "ok" if o.returncode == 0 else re.findall(r"error \d+ at \d+ depth lookup: (.*)", o.stderr)[-1]


def ours(pem, at, name, *stores):
    v = subprocess.run([tool("tw-verify"), *[w for s in stores for w in ("--store", s)], "--at", at, "--name", name, pem], capture_output=True, text=True)
    return list(csv.DictReader(io.StringIO(v.stdout)))


def another_path(reason, c):
    """All say no, and RFC 5280 does not rank the paths of a chain that has none that
    is valid: openssl tells of the first that it built, we of the one nearest to good
    (verdicts: expired before not_yet_valid). So certtool must see the expiry too."""
    return reason == "expired" and c["openssl"] == WORDS["not_yet_valid"] and "uses expired certificate" in c["certtool"]


def by_the_shipped_roots(c, pem):
    r = ours(pem, c["at"], c["name"], "roots=" + os.path.join(PUBLIC, "roots.pem"))[0]
    if WORDS.get(r["reason"]) != c["openssl"] and not another_path(r["reason"], c):
        fail(c["file"], c["at"], r["reason"], "but openssl said", c["openssl"])
    if (r["reason"] == "ok") != (c["certtool"] == "ok"):
        fail(c["file"], c["at"], r["reason"], "but certtool said", c["certtool"])
    if r["name_match"] != "yes":
        fail(c["file"], c["name"], "name_match", r["name_match"])
    live = openssl(pem, c["at"], os.path.join(PUBLIC, "roots.pem"))
    if live != c["openssl"]:
        fail(c["file"], c["at"], "openssl here says", live, "not", c["openssl"])
    return r


def by_the_host(c, pem, root, host):
    """1 where the host's store has the root that the shipped ones led to."""
    if root not in host:
        print("skipped by the host's store, which lacks its root:", c["file"], root[:16])
        return 0
    r = ours(pem, c["at"], c["name"], "mozilla")[0]
    said = openssl(pem, c["at"], HOST)
    if (r["reason"] == "ok") != (said == "ok"):
        fail("by the host's store", c["file"], c["at"], r["reason"], "but openssl says", said)
    return 1


def as_observations(cases, d):
    """The same chains as rows: tw-ingest collects the PEM, tw-chain judges rows of
    those dates; the reasons must be tw-verify's."""
    certs, rows = os.path.join(d, "certs.der"), os.path.join(d, "rows.csv")
    files = sorted({os.path.join(PUBLIC, c["file"]) for c, _ in cases})
    subprocess.run([tool("tw-ingest"), "-q", "--at", "2022-01-01T00:00:00Z", "-o", os.path.join(d, "none.csv"), "--certs", certs, *files], check=True,
                   stderr=subprocess.DEVNULL)
    with open(rows, "w", newline="") as f:
        w = csv.writer(f, lineterminator="\n")
        w.writerow(["time", "name", "chain", "collected"])
        w.writerows([c["at"], c["name"], " ".join(fingerprints(os.path.join(PUBLIC, c["file"]))), "yes"] for c, _ in cases)
    out = subprocess.run([tool("tw-chain"), "-q", "--certs", certs, "--store", "roots=" + os.path.join(PUBLIC, "roots.pem"), rows],
                         capture_output=True, text=True, check=True).stdout
    for (c, reason), r in zip(cases, csv.DictReader(io.StringIO(out)), strict=True):
        if r["reason.roots"] != reason:
            fail("tw-chain", c["file"], c["at"], r["reason.roots"], "but tw-verify", reason)


def run(d):
    cases, judged, by_host = samples.rows(os.path.join(PUBLIC, "CASES.csv")), [], 0
    if len(cases) != CASES:
        fail(len(cases), "cases, not", CASES)
    host = set(fingerprints(HOST)) if os.path.exists(HOST) else set()
    for c in cases:
        pem = os.path.join(PUBLIC, c["file"])
        r = by_the_shipped_roots(c, pem)
        judged.append((c, r["reason"]))
        if r["reason"] == "ok":
            by_host += by_the_host(c, pem, r["path"].split()[-1], host)
            leaf = os.path.join(d, "leaf.pem")
            with open(pem) as f, open(leaf, "w") as g:
                g.write(f.read().partition("-----END CERTIFICATE-----\n")[0] + "-----END CERTIFICATE-----\n")
            alone, said = ours(leaf, c["at"], c["name"], os.path.join(PUBLIC, "roots.pem"))[0]["reason"], openssl(leaf, c["at"], os.path.join(PUBLIC, "roots.pem"))
            if WORDS.get(alone) != said:
                fail("the leaf alone", c["file"], alone, "but openssl says", said)
    as_observations(judged, d)
    print(len(cases), "cases,", sum(r == "ok" for _, r in judged), "of them ok,", by_host, "of these by the host's store too")


samples.main(run)
