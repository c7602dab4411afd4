#!/usr/bin/env python3
"""data-samples: every row of TRUTH.csv that zgrab2 asked for is met by tw-study."""
import os

import samples
from samples import fail

# Rows that no server would serve, by the rig's first try; none is removed.
NOT_SERVED = 5
OF = {"verdict": "verdict.roots", "reason": "reason.roots"}
NOT_COMPARED = {"ip", "port", "probe", "server", "tool", "transcript", "note", "not_served"}
SETS = {"auth_plain", "auth_tls"}


def key(r):
    ip = "" if r["ip"] == "-" else r["ip"]
    return ip, r["port"], r["probe"], r["name"] if not ip else ""


def unlogged(t, column):
    """zgrab2 1.0.0 logs no key share, so that nothing says the group of TLS 1.3."""
    return column == "group" and t["version"] == "TLSv1.3"


def compare(t, g):
    """The number of cells met."""
    met = 0
    for column in t.keys() - NOT_COMPARED:
        want, have = t[column], g[OF.get(column, column)]
        if not want or unlogged(t, column):
            continue
        want = "" if want == "-" else want
        if column in SETS:
            want, have = sorted(want.split()), sorted(have.split())
        if want != have:
            fail(t["ip"], t["port"], t["probe"], t["note"], column, "is", repr(have), "not", repr(want))
        met += want == have
    return met


def run(d):
    truth = [t for t in samples.truth() if t["tool"].startswith("zgrab2")]
    got = {}
    for r in samples.of_the_scan(os.path.join(d, "study")):
        if got.setdefault(key(r), r) is not r:
            fail("two rows of", key(r))
    wanted = {key(t) for t in truth}
    if len(wanted) != len(truth):
        fail("two rows of truth of one probe")
    for k in sorted(set(got) - wanted):
        fail("no truth about", k)
    refused, met = 0, 0
    for t in truth:
        g = got.get(key(t))
        if not g:
            fail("no observation of", key(t))
        elif t["not_served"]:
            refused += 1
            if g["outcome"] == "established" or g["chain"]:
                fail("not served, but", g["outcome"], t["ip"])
        else:
            met += compare(t, g)
    if refused != NOT_SERVED:
        fail(refused, "rows were not served, not", NOT_SERVED)
    print(len(truth), "rows of truth,", met, "cells met,", refused, "not served")


samples.main(run)
