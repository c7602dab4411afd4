#!/usr/bin/env python3
"""The tables of stores side by side (stores, store-roots, store-dates) counted a second time from docs/tables.md: seeded
rows judged by stores that differ, each unit, with and without pool, and the rows behind cells."""
import csv
import itertools
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict

TOOL = os.path.join(os.environ["TW_BUILDDIR"], "tw-report")
STORES = ["a", "b", "c-2019-01-01", "c-2020-07-01", "c-2020-12-31"]
POOLS = {"presented": "", "pool": ".pool"}
BASE = "time,source,scan,probe,ip,port,protocol,name,outcome,chain".split(",")
COLUMNS = BASE + [f"{c}.{s}{p}" for s in STORES for p in POOLS.values() for c in ("verdict", "reason", "roots", "culprit")]
VERDICT = {"ok": "verifiable", "expired": "expired", "self_signed": "self-signed", "untrusted_root": "broken", "distrusted": "broken"}
VERDICTS = ["verifiable", "self-signed", "expired", "broken"]
failures = 0


def fail(*words):
    global failures
    failures += 1
    print("FAIL", *words)


def make(seed, n):
    r = random.Random(seed)
    rows = []
    for i in range(n):
        passive = r.random() < 0.5
        chain = " ".join("%064x" % c for c in [r.randrange(30)] + [r.randrange(100, 104)] * r.randrange(2))
        row = dict.fromkeys(COLUMNS, "")
        # A host is scanned once; a server has several connections.
        row.update(time="2020-01-01T00:%02d:%02dZ" % divmod(i % 3600, 60), source="passive" if passive else "active", probe="p",
                   ip="192.0.2.%d" % r.randrange(20) if passive else "2001:db8::%x" % i, port="25", protocol=r.choice(["smtp", "imap"]),
                   name=r.choice(["", "x.example"]), outcome=r.choice(["established", "established", "timeout"]), chain=chain)
        for s, p in itertools.product(STORES, POOLS.values()):
            reason = r.choice(list(VERDICT) + ["ok", "no_snapshot"])
            row[f"reason.{s}{p}"], row[f"verdict.{s}{p}"] = reason, VERDICT.get(reason, "")
            if reason == "ok":
                row[f"roots.{s}{p}"] = " ".join(sorted("%064x" % x for x in r.sample(range(200, 203), r.randint(1, 2))))
            elif reason in VERDICT:
                row[f"culprit.{s}{p}"] = r.choice([chain.split()[0], "%064x" % 300])
        rows.append(row)
    return rows


def units(rows):
    """unit -> source -> protocol -> list of things, each a list of rows."""
    found = defaultdict(list)
    for i, r in enumerate(rows):
        for protocol in (r["protocol"], "all"):
            def add(unit, thing):
                found[unit, r["source"], protocol, thing].append(r)
            if r["source"] == "passive":
                add("connection", i)
                add("server", (r["ip"], r["port"], r["protocol"]))
            else:
                add("probe", i)
                add("host", i)
                if r["name"]:
                    add("target", i)
            add("certificate", r["chain"].split()[0])
    return found


def speak(unit, things, value, rank):
    """The value that stands for the thing: the most frequent one known, the better on ties; of a certificate the best."""
    votes = Counter(value(r) for r in things)
    known = {v: n for v, n in votes.items() if rank(v)} or votes
    if unit == "certificate":
        return max(known, key=lambda v: (rank(v), v))
    return max(known, key=lambda v: (known[v], rank(v)))


def pair_value(store, other, p):
    others = [s for s in STORES if s != store] if other == "any" else [other]

    def value(r):
        here, there = r[f"verdict.{store}{p}"], [r[f"verdict.{s}{p}"] for s in others]
        if "" in [here] + there:
            return ""
        if other == "any":
            return (here == "verifiable", "verifiable" in there)
        return here + "/" + there[0]
    return value


def pair_rank(v):
    if v == "":
        return 0
    if isinstance(v, tuple):
        return {(True, True): 4, (True, False): 3, (False, True): 2, (False, False): 1}[v]
    a, b = v.split("/")
    return 16 - 4 * VERDICTS.index(a) - VERDICTS.index(b)


def pairs():
    for pool, p in POOLS.items():
        for store in STORES:
            for other in STORES + ["any"]:
                if other != store:
                    yield pool, p, store, other


def stores_table(found):
    want = defaultdict(Counter)
    for pool, p, store, other in pairs():
        value = pair_value(store, other, p)
        for (unit, source, protocol, _), things in found.items():
            line = want[source, protocol, unit, store, pool, other]
            line["n"] += 1
            v = speak(unit, things, value, pair_rank)
            if v == "":
                continue
            line["n_judged"] += 1
            good = v if isinstance(v, tuple) else tuple(x == "verifiable" for x in v.split("/"))
            line[{(True, True): "both", (True, False): "store_only", (False, True): "other_only", (False, False): "neither"}[good]] += 1
            if not isinstance(v, tuple):
                line[v] += 1
                line["agree"] += len(set(v.split("/"))) == 1
    return want


def roots_table(found):
    want = defaultdict(Counter)
    for pool, p, store, other in pairs():
        if other == "any":
            continue

        def value(r):
            here, there = r[f"verdict.{store}{p}"], r[f"verdict.{other}{p}"]
            if "" in (here, there):
                return ""
            if here != "verifiable" or there == "verifiable":
                return "agree"
            culprit = r[f"culprit.{other}{p}"]
            return (r[f"reason.{other}{p}"], r[f"roots.{store}{p}"], "leaf" if culprit == r["chain"].split()[0] else culprit)
        for (unit, source, protocol, _), things in found.items():
            if unit in ("server", "certificate") and len({value(r) for r in things}) > 1:
                continue  # ties are settled by bytes: counted by stores_table's rule only where all say the same
            v = value(things[0])
            if isinstance(v, tuple):
                want[source, protocol, unit, store, pool, other][v] += 1
    return want


def dates_table(found):
    want = defaultdict(Counter)
    dated = STORES[2:]
    for pool, p in POOLS.items():
        for i, store in enumerate(dated):
            for (unit, source, protocol, _), things in found.items():
                if unit in ("server", "certificate"):
                    continue
                now = things[0][f"verdict.{store}{p}"]
                then = things[0][f"verdict.{dated[i - 1]}{p}"] if i else ""
                line = want[source, protocol, unit, store, pool]
                line["n"] += 1
                if not now:
                    continue
                line["n_judged"] += 1
                line[now] += 1
                if then and (now == "verifiable") != (then == "verifiable"):
                    line["gained" if now == "verifiable" else "lost"] += 1
    return want


def table(path, name, *args):
    run = subprocess.run([TOOL, "-t", name, *args, path], capture_output=True, text=True)
    if run.returncode:
        fail(name, run.stderr)
    return list(csv.DictReader(run.stdout.splitlines()))


def compare(name, got, want, keys, columns, skip=()):
    cells = 0
    seen = set()
    for line in got:
        key = tuple(line[k] for k in keys)
        if line["unit"] in skip:
            continue
        seen.add(key)
        for c in columns(line):
            cells += 1
            if line[c] != str(want[key][c]) if key in want else True:
                fail(name, key, c, line[c], "not", want[key][c] if key in want else "there")
    for key in want:
        if key not in seen and want[key]["n"]:
            fail(name, key, "is missing")
    return cells


def check_roots(path, found):
    want, cells, got = roots_table(found), 0, defaultdict(Counter)
    for line in table(path, "store-roots"):
        key = tuple(line[k] for k in "source protocol unit store pool other".split())
        got[key][line["reason"], line["roots"], line["culprit"]] = int(line["count"])
        got[key]["n"] = int(line["n"])
    for key in set(want) | set(got):
        several = key[2] in ("server", "certificate")
        for v in set(want[key]) | set(got[key]):
            cells += 1
            if v == "n":
                if sum(got[key][x] for x in got[key] if x != "n") != got[key]["n"]:
                    fail("store-roots", key, "n is not the sum")
            elif got[key][v] < want[key][v] if several else got[key][v] != want[key][v]:
                fail("store-roots", key, v, got[key][v], "not", want[key][v])
    return cells


def behind(path, rows):
    """Rows of some cells, by hand."""
    for other in ("b", "any"):
        cell = f"stores:active/smtp/host/a/presented/{other}/store_only"
        out = subprocess.run([TOOL, "--rows", cell, path], capture_output=True, text=True)
        value = pair_value("a", other, "")
        want = sorted(r["ip"] for r in rows if r["source"] == "active" and r["protocol"] == "smtp" and
                      (value(r) == (True, False) or str(value(r)).startswith("verifiable/") and value(r) != "verifiable/verifiable"))
        if not want or sorted(r["ip"] for r in csv.DictReader(out.stdout.splitlines())) != want:
            fail("--rows", cell, out.stderr)
    line = next(x for x in table(path, "store-roots") if x["unit"] == "host" and x["protocol"] == "smtp")
    cell = "/".join(line[k] for k in "source protocol unit store pool other reason roots culprit".split())
    out = subprocess.run([TOOL, "--rows", "store-roots:" + cell, path], capture_output=True, text=True)
    if len(out.stdout.splitlines()) - 1 != int(line["count"]):
        fail("--rows", cell, out.stderr, out.stdout.count("\n"))


def usage(path, rows):
    few = path + ".few"
    with open(few, "w", newline="") as f:
        w = csv.DictWriter(f, [c for c in COLUMNS if "." not in c or c in ("verdict.a", "reason.a")], extrasaction="ignore", lineterminator="\n")
        w.writeheader()
        w.writerows(rows)
    for name, word in ("stores", "two of --store"), ("store-roots", "two of --store"), ("store-dates", "--dates"):
        bad = subprocess.run([TOOL, "-t", name, few], capture_output=True, text=True)
        if bad.returncode != 2 or word not in bad.stderr:
            fail("usage", name, bad)
    with open(few, "w", newline="") as f:
        w = csv.DictWriter(f, [c for c in COLUMNS if not c.startswith(("roots", "culprit"))], extrasaction="ignore", lineterminator="\n")
        w.writeheader()
        w.writerows(rows)
    bad = subprocess.run([TOOL, "-t", "store-roots", few], capture_output=True, text=True)
    if bad.returncode != 2 or "--show roots,culprit" not in bad.stderr:
        fail("usage", "store-roots", bad)


def main():
    with tempfile.TemporaryDirectory() as d:
        path = os.path.join(d, "rows.csv")
        rows = make(5, 2500)
        with open(path, "w", newline="") as f:
            w = csv.DictWriter(f, COLUMNS, lineterminator="\n")
            w.writeheader()
            w.writerows(rows)
        found = units(rows)
        pair_keys = "source protocol unit store pool other".split()
        matrix = [f"{a}/{b}" for a in VERDICTS for b in VERDICTS]
        cells = compare("stores", table(path, "stores"), stores_table(found), pair_keys,
                        lambda line: "n n_judged both store_only other_only neither".split() +
                        ([] if line["other"] == "any" else ["agree"] + matrix), skip=("server-any",))
        if any(line[c] for line in table(path, "stores") if line["other"] == "any" for c in ["agree"] + matrix):
            fail("stores: all others together have cells that they can't have")
        cells += check_roots(path, found)
        cells += compare("store-dates", table(path, "store-dates"), dates_table(found), pair_keys[:5],
                         lambda line: "n n_judged verifiable self-signed expired broken".split() +
                         ([] if line["store"] == STORES[2] else ["gained", "lost"]), skip=("server", "certificate"))
        if any(line["gained"] + line["lost"] for line in table(path, "store-dates") if line["store"] == STORES[2]):
            fail("store-dates: the first date gained or lost")
        behind(path, rows)
        usage(path, rows)
        print(cells, "cells computed twice")
    return failures != 0


sys.exit(main())
