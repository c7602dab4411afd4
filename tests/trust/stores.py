#!/usr/bin/env python3
"""The shipped snapshots, read here: what tw-stores says of them, and what Mozilla's own files of near dates say."""

import base64
import csv
import hashlib
import io
import os
import re
import subprocess
import sys
import warnings

from cryptography import utils, x509
from cryptography.hazmat.primitives import serialization

TOOL = os.environ["TW_BUILDDIR"] + "/tw-stores"
FOLDER = os.environ["TLSWILD_ROOTSTORES"]
EXPECTED = os.environ["TW_SRCDIR"] + "/../shared/rootstores/expected/"

warnings.filterwarnings("ignore", category=utils.CryptographyDeprecationWarning)
bad = 0


def check(good, text):
    global bad
    if not good:
        bad += 1
        print("FAIL", text)


def stores(*arguments, status=0):
    run = subprocess.run([TOOL, *arguments], capture_output=True, text=True)
    check(run.returncode == status, f"{' '.join(arguments)}: exit {run.returncode}: {run.stderr.strip()}")
    return run.stdout, run.stderr


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def blocks(text):
    return [base64.b64decode(m) for m in re.findall(r"-----BEGIN CERTIFICATE-----\n(.*?)-----END", text, re.S)]


def read(path):
    with open(path, newline="", encoding="utf-8") as f:
        return f.read()


def servers(rows):
    return {r["sha256"] for r in rows if r["kind"] == "anchor" and "server" in r["purposes"].split()}


# ---- the folder itself: sources, files, pool ----
sources = rows_of(read(FOLDER + "/SOURCES.csv"))
there = {
    (s, f[:-4])
    for s in os.listdir(FOLDER)
    if os.path.isdir(f"{FOLDER}/{s}")
    for f in os.listdir(f"{FOLDER}/{s}")
    if f.endswith(".csv")
}
check({(r["store"], r["date"]) for r in sources} == there, "SOURCES.csv and the snapshots there are not the same")
check(len(sources) == len(there), "a snapshot has two sources")
for r in sources:
    check(
        r["licence"] and r["note"] and re.fullmatch(r"[0-9a-f]{64}( [0-9a-f]{64})?", r["sha256"]),
        f"{r['store']}/{r['date']}: {r}",
    )
ders = blocks(read(FOLDER + "/pool.pem"))
pool = {hashlib.sha256(d).hexdigest(): d for d in ders}
check(len(pool) == len(ders) and list(pool) == sorted(pool), "the pool has a certificate twice, or is not sorted")
snapshots = {key: rows_of(read(f"{FOLDER}/{key[0]}/{key[1]}.csv")) for key in sorted(there)}
used = {r["sha256"] for rows in snapshots.values() for r in rows}
check(used >= set(pool), f"{len(set(pool) - used)} certificates of the pool are in no snapshot")
for key, rows in snapshots.items():
    missing = [r["sha256"] for r in rows if r["kind"] == "anchor" and r["sha256"] not in pool]
    check(not missing, f"{key}: anchors without a certificate: {missing}")

# ---- list ----
listed = {(r["store"], r["date"]): r for r in rows_of(stores("list", "-q")[0])}
check(set(listed) == there, "list has other snapshots")
for r in sources:
    key, rows = (r["store"], r["date"]), snapshots[r["store"], r["date"]]
    kinds = [x["kind"] for x in rows]
    want = [
        str(len(rows)),
        str(kinds.count("anchor")),
        str(len(servers(rows))),
        str(kinds.count("block")),
        r["distrust_dates"],
        r["source"],
        r["sha256"],
        r["licence"],
        r["note"],
    ]
    check(list(listed[key].values())[2:] == want, f"list of {key}: {listed[key]}")

# ---- show and export of each: the same bytes, no word of warning, the same anchors ----
for (store, date), rows in snapshots.items():
    out, err = stores("show", f"{store}@{date}")
    check(out == read(f"{FOLDER}/{store}/{date}.csv"), f"show {store}@{date}: other bytes than the file")
    twice = {
        r["sha256"]
        for r in rows
        if r["kind"] == "anchor" and [x["sha256"] for x in rows if x["kind"] == "anchor"].count(r["sha256"]) > 1
    }
    check(err.count("\n") == 1 + len(twice), f"show {store}@{date}: {err}")
for key in list(snapshots)[::7] + list(snapshots)[-1:]:
    out, _ = stores("export", "-q", "@".join(key))
    have = [hashlib.sha256(d).hexdigest() for d in blocks(out)]
    check(have == sorted(servers(snapshots[key])), f"export {key}: other anchors, or another order")
    check(
        servers(rows_of(subprocess.run([TOOL, "import", "-q", "-"], input=out, capture_output=True, text=True).stdout))
        == set(have),
        f"export then import of {key}",
    )

# ---- diff of neighbours, history of every thirtieth certificate, overlap of the newest ----
series = {}
for store, date in snapshots:
    series.setdefault(store, []).append(date)


def simple(store):
    """Stores whose rows have nothing but anchors for the same purposes: what differs is who is there."""
    return all(
        r["kind"] == "anchor" and not r["distrust_after"] and not r["constraints"]
        for d in series[store]
        for r in snapshots[store, d]
    )


for store, dates in series.items():
    for a, b in list(zip(dates, dates[1:]))[::5]:
        one, two = servers(snapshots[store, a]), servers(snapshots[store, b])
        if simple(store):
            out = rows_of(stores("diff", "-q", f"{store}@{a}", f"{store}@{b}", status=int(one != two))[0])
            check(
                {(r["change"], r["sha256"]) for r in out}
                == {("added", h) for h in two - one} | {("removed", h) for h in one - two},
                f"diff {store}@{a} {store}@{b}",
            )
for h in list(pool)[::30]:
    have = rows_of(stores("history", "-q", h)[0])
    for store, dates in series.items():
        if not simple(store):
            continue
        held = [h in servers(snapshots[store, d]) for d in dates]
        runs = [i for i, x in enumerate(held) if x and not (i and held[i - 1])]
        ends = [i for i, x in enumerate(held) if x and not (i + 1 < len(held) and held[i + 1])]
        want = [(dates[i], dates[k], dates[k + 1] if k + 1 < len(dates) else "", str(k - i + 1)) for i, k in zip(runs, ends)]
        check(
            [(r["first"], r["last"], r["next"], r["snapshots"]) for r in have if r["store"] == store] == want,
            f"history {h} in {store}",
        )


def keys(anchors):
    found = set()
    for h in anchors:
        spki = (
            x509.load_der_x509_certificate(pool[h])
            .public_key()
            .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        )
        found.add(hashlib.sha256(spki).hexdigest())
    return found


for at in (None, "2022-03-01"):
    newest = {s: [d for d in dates if not at or d <= at][-1:] for s, dates in series.items()}
    newest = {s: d[0] for s, d in sorted(newest.items()) if d}
    have = {(r["a"], r["b"]): r for r in rows_of(stores("overlap", "-q", *(["--at", at] if at else []))[0])}
    check(len(have) == len(newest) * (len(newest) - 1) // 2, "overlap: not every two")
    for (a, b), r in have.items():
        one, two = servers(snapshots[a, newest[a]]), servers(snapshots[b, newest[b]])
        want = [
            newest[a],
            newest[b],
            str(len(one)),
            str(len(two)),
            str(len(one & two)),
            "%.4f" % (len(one & two) / len(one | two)),
        ]
        check(
            [r[x] for x in ("a_date", "b_date", "a_anchors", "b_anchors", "common", "jaccard")] == want, f"overlap {a} {b}: {r}"
        )
        if a == "aosp":
            check(int(r["common_keys"]) == len(keys(one) & keys(two)), f"overlap {a} {b}: keys: {r}")

# ---- check: who had expired on which day, and nothing missing ----
found = rows_of(stores("check", "-q", status=1)[0])
check({r["what"] for r in found} <= {"expired", "fault", "twice"}, f"check finds {sorted({r['what'] for r in found})}")
ends = {h: x509.load_der_x509_certificate(d).not_valid_after.isoformat() for h, d in pool.items()}
want = {
    (s, d, r["sha256"]) for (s, d), rows in snapshots.items() for r in rows if r["kind"] == "anchor" and ends[r["sha256"]] < d
}
check({(r["store"], r["date"], r["sha256"]) for r in found if r["what"] == "expired"} == want, "check: others had expired")

# ---- against tables made by others from the vendors' own files ----
NEAR = [  # snapshot in force, table; how many may be in one alone, by time or by the known gaps of the source
    ("mozilla", "2015-06-17", "certdata-2015-06-17-nss-3.19.2", 0, 1),
    ("mozilla", "2018-01-18", "certdata-2018-01-18-nss-3.35", 0, 1),
    ("mozilla", "2026-04-22", "certdata-2026-04-09-nss-3.124-dev", 0, 1),
    ("apple", "2015-09-21", "apple-2015-05-13-55040.30.1", 0, 0),
    ("microsoft", "2015-09-21", "authroot-2015-06-18", 46, 1),  # 45 are listed for other uses than servers
    ("apple", "2017-12-27", "observatory-apple_macos-2017-12-27", 0, 0),
    ("aosp", "2018-01-04", "observatory-google_aosp-2017-12-28", 0, 0),
    ("apple", "2025-12-28", "observatory-apple-2025-12-28", 0, 0),
    ("openjdk", "2022-01-23", "observatory-openjdk-2022-01-23", 0, 0),
    ("oracle-java", "2020-01-16", "observatory-oracle_java-2020-01-16", 0, 0),
]
# Kinds of files that have a place for distrust dates, by their vendors' documents.
DATES = {
    "mozilla/certdata-2015-06-17-nss-3.19.2.txt": "certdata distrust_dates yes",
    "pem/certifi-npm-14.5.15-cacert.pem": "pem distrust_dates no",
    "microsoft/authroot-2015-06-18.stl": "authroot distrust_dates yes",
    "java/cacerts-jdk-17.0.5.jks": "jks distrust_dates no",
    "chrome/root_store-v10-2023-04-17.textproto": "chrome distrust_dates yes",
    "ccadb/IncludedCACertificateReportForMSFT-2025-10.csv": "ccadb distrust_dates yes",
}
if os.path.isdir(EXPECTED):
    for name, kind in DATES.items():
        check(
            stores("import", EXPECTED + "../" + name)[1].rstrip().endswith("kind " + kind),
            f"{name}: not said to be of kind {kind}",
        )
    for store, at, name, mine, theirs in NEAR:
        have = servers(rows_of(stores("show", "-q", f"{store}@{at}")[0]))
        want = {r["sha256"] for r in rows_of(read(EXPECTED + name + ".csv")) if r["tls_trusted"] == "1"}
        check(
            len(have - want) == mine and len(want - have) == theirs,
            f"{store}@{at}: {len(have - want)} beside {name}, {len(want - have)} missing",
        )
else:
    print("no ../shared/rootstores here: comparing with vendors' own files skipped")
print(f"{len(series)} stores, {len(snapshots)} snapshots, {len(pool)} certificates, {bad} failures")
sys.exit(bad != 0)
