#!/usr/bin/env python3
"""The same scan twice: what zgrab2 wrote of it, and what was captured of it meanwhile. Address by address the rows
of the capture say what those of the scan say; what only one of them can know is named here."""
import collections
import subprocess

import samples
from samples import fail

CELLS = ("version cipher group dh_bits dh_prime sig_scheme resumed tls_start starttls_offered starttls_answer spoken protocol outcome "
         "auth_plain alert chain banner").split()


def ingest(dump):
    out = subprocess.run([samples.tool("tw-ingest"), "-q", samples.os.path.join(samples.SAMPLES, dump)], stdout=subprocess.PIPE, check=True).stdout
    return list(samples.csv.DictReader(out.decode().splitlines()))


def only_one_knows(cell, scan, wire):
    """Why two cells may differ, or None."""
    if cell == "chain" and wire["version"] == "TLSv1.3" and not wire["chain"]:
        return "encrypted (RFC 8446 section 2)"
    if cell == "group" and scan["version"] == "TLSv1.3" and not scan["group"]:
        return "that zgrab2 does not log TLS 1.3's group (docs/formats.md)"
    if cell in ("spoken", "banner") and wire["tls_start"] == "implicit":
        return "spoken within TLS"
    return None


def run(_):
    wire = collections.defaultdict(list)
    for r in ingest("capture.pcap.gz"):
        wire[r["ip"], r["port"]].append(r)
    met = why = rows = 0
    for scan in ingest("scan.jsonl.gz"):
        # No connection, one without TLS in a protocol that has none, or to a name that has no address here.
        if scan["outcome"] in ("refused", "unreachable", "timeout") or scan["protocol"] == "http" or not scan["ip"]:
            continue
        there = wire[scan["ip"], scan["port"]]
        if not there:
            fail("no connection of", scan["ip"], scan["port"], scan["outcome"])
            continue
        rows += 1
        got = there.pop(0)  # scans and connections are in the order of time, server by server
        for cell in CELLS:
            if scan[cell] == got[cell]:
                met += 1
            elif only_one_knows(cell, scan, got):
                why += 1
            else:
                fail(scan["ip"], scan["port"], scan["protocol"], cell, "scan", repr(scan[cell]), "capture", repr(got[cell]))
    if rows < 100:
        fail("only", rows, "rows compared")
    print(rows, "rows of the scan,", met, "cells equal in the capture,", why, "that only one of them can know")


samples.main(run)
