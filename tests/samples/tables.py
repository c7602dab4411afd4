#!/usr/bin/env python3
"""Tables of data-samples computed again from TRUTH.csv alone, which the rig wrote
before its scan: validity, reasons, versions, ciphers and upgrades by probes,
and verdicts of distinct leaves."""
import csv
import os
import subprocess
from collections import Counter, defaultdict

import samples
from samples import fail

VERDICTS = ("verifiable", "self-signed", "expired", "broken")
RANK = ("ok expired not_yet_valid weak_signature weak_key revocation_unknown policy extended_key_usage name_constraints "
        "path_length key_usage not_a_ca critical_extension distrusted revoked malformed unsupported_algorithm bad_signature limit "
        "missing_intermediate untrusted_root unknown_issuer self_signed").split()
VERSIONS = ("SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3")


def percent(a, b):
    return "" if b == 0 else "%d.%02d" % divmod((a * 20000 + b) // (2 * b), 100)


def groups(truth):
    """(protocol, its rows), and all of them."""
    of = defaultdict(list)
    for t in truth:
        of[t["protocol"]].append(t)
        of["all"].append(t)
    return of


def done(rows):
    return [t for t in rows if t["outcome"] == "established" and not t["not_served"]]


def table(path, name):
    p = subprocess.run([samples.tool("tw-report"), "-t", name, path], check=True, capture_output=True, text=True)
    return list(csv.DictReader(p.stdout.splitlines()))


class Table:
    """Looks up cells, counts what was compared, and what stands in no line of truth."""
    def __init__(self, path, name):
        self.name, self.lines, self.cells = name, table(path, name), 0

    def line(self, **key):
        found = [r for r in self.lines if all(r[k] == v for k, v in key.items())]
        if len(found) != 1:
            fail(self.name, len(found), "lines of", key)
        return found[0] if found else None

    def same(self, line, **want):
        for k, v in want.items():
            self.cells += 1
            if line and line[k] != str(v):
                fail(self.name, line["protocol"], line["unit"], k, "is", line[k], "not", v)


def shares(t, line, counts, n, of):
    t.same(line, n=n)
    for k, v in counts.items():
        t.same(line, **{k: v, k + "_pct": percent(v, of)})


def judged(rows):
    return [t for t in rows if t["verdict"] in VERDICTS]


def by_probes(path, of):
    versions, validity, reasons, starttls, ciphers = (Table(path, n) for n in ("versions", "validity", "reasons", "starttls", "ciphers"))
    for p, rows in of.items():
        key = dict(source="active", protocol=p, unit="probe")
        est = done(rows)
        if not est:
            continue
        shares(versions, versions.line(**key), {v: sum(t["version"] == v for t in est) for v in VERSIONS}, len(est), len(est))
        counts = Counter(t["verdict"] for t in est)
        shares(validity, validity.line(store="roots", pool="presented", **key), {v: counts[v] for v in VERDICTS}, len(est),
               len(judged(est)))
        for reason, n in Counter(t["reason"] for t in est).items():
            is_judged = any(t["reason"] == reason for t in judged(est))
            reasons.same(reasons.line(store="roots", pool="presented", reason=reason, **key), n_total=len(est), n_judged=len(judged(est)),
                         count=n, count_pct=percent(n, len(judged(est))) if is_judged else "", count_pct_total=percent(n, len(est)))
        if any(t["tls_start"] == "starttls" for t in est) and p != "all":
            up = sum(t["tls_start"] == "starttls" for t in est)
            starttls.same(starttls.line(**key), upgraded=up)
        if not all(t["cipher"] for t in est):
            continue  # of some suites truth is silent
        for cipher, n in Counter(t["cipher"] for t in est).items():
            ciphers.same(ciphers.line(cipher=cipher, **key), n=len(est), count=n, count_pct=percent(n, len(est)))
    have = sum(r["unit"] == "probe" and r["pool"] == "presented" for r in reasons.lines)
    want = sum(len({t["reason"] for t in done(rows)}) for rows in of.values())
    if have != want:
        fail("reasons has", have, "lines of probes, truth", want)
    return [versions, validity, reasons, starttls, ciphers]


def by_certificates(path, of):
    """A leaf counts at the reason nearest to good that truth has of it."""
    validity = Table(path, "validity")
    for p, rows in of.items():
        best = {}
        for t in done(rows):
            leaf = t["chain"].split()[0]
            if leaf in ("-", "NONE"):
                continue
            rank = RANK.index(t["reason"])
            best[leaf] = min(best.get(leaf, (99, "")), (rank, t["verdict"]))
        if not best:
            continue
        counts = Counter(v for _, v in best.values())
        shares(validity, validity.line(source="active", protocol=p, unit="certificate", store="roots", pool="presented"),
               {v: counts[v] for v in VERDICTS}, len(best), len(best))
    return [validity]


def run(d):
    study = os.path.join(d, "study")
    samples.of_the_scan(study)
    of = groups([t for t in samples.truth() if t["tool"].startswith("zgrab2")])
    path = os.path.join(study, "classified.csv")
    compared = by_probes(path, of) + by_certificates(path, of)
    print(sum(t.cells for t in compared), "cells of", len({t.name for t in compared}), "tables as TRUTH.csv has them")


samples.main(run)
