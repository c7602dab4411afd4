#!/usr/bin/env python3
"""The figures: what a picture shows, read from its SVG, against the rows counted a second time. A bar's ends and a point's
place are held against the picture's own axis (its grid lines and their numbers), names against the bars that stand beside them."""
import csv
import datetime
import glob
import itertools
import math
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections import Counter

TOOL = os.path.join(os.environ["TW_BUILDDIR"], "tw-report")
NAME_HOSTILE = ["`touch x`", '"; system "touch x"', "<script>&amp;a{b}_c^2", "\\n'-system('touch x')-@x $y %d", "a\nend\n!touch x\n", "", "\u202eé漢"]
VERDICT = {"ok": "verifiable", "self_signed": "self-signed", "expired": "expired", "untrusted_root": "broken"}
VERDICTS = list(VERDICT.values())
POOLS = {"as presented": "", "with the pool": ".pool"}
BASE = "time,source,scan,probe,ip,port,protocol,name,outcome,chain,leaf_time".split(",")
PIXEL = 1.0
failures = checked = 0


def fail(*words):
    global failures
    failures += 1
    print("FAIL", *words)


def same(what, got, want):
    global checked
    checked += 1
    if got != want:
        fail(what, repr(got), "not", repr(want))


def near(what, got, want, by=PIXEL):
    global checked
    checked += 1
    if abs(got - want) > by:
        fail(what, got, "not", want)


# ---- rows ----
def make(seed, n, stores, protocols, sources=("active", "passive")):
    r = random.Random(seed)
    rows = []
    for i in range(n):
        row = dict.fromkeys(BASE, "")
        source, protocol = r.choice(sources), r.choice(protocols)
        row.update(time="2020-01-01T00:00:00Z", source=source, probe="p", ip="2001:db8::%x" % i, port="25", protocol=protocol,
                   outcome="established", chain="%064x" % i, leaf_time="ok")
        for k, s in enumerate(stores):
            for p in POOLS.values():
                reason = r.choices(list(VERDICT) + ["no_snapshot"], [20 + 9 * k, 8, 3 + k, 9 if p else 30, 2])[0]
                # Nothing of the first protocol is judged under the second store.
                if k == 1 and protocol == protocols[0]:
                    reason = "no_snapshot"
                row[f"reason.{s}{p}"], row[f"verdict.{s}{p}"] = reason, VERDICT.get(reason, "")
        rows.append(row)
    return rows


def write(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as f:
        w = csv.DictWriter(f, list(rows[0]), lineterminator="\n", quoting=csv.QUOTE_ALL)
        w.writeheader()
        w.writerows(rows)


def percent(a, b):
    return "%d.%02d" % divmod((a * 20000 + b) // (2 * b), 100)


def shown(name):
    """A name as a picture says it."""
    name = re.sub("[\x00-\x1f\x7f-\x9f\u202a-\u202e]", "\ufffd", name)
    return name or "(none)"


def by_bytes(names):
    return sorted(names, key=lambda s: s.encode())


# ---- pictures ----
class Panel:
    """One plot: text and grid before it, shapes in it, by the number of the plot command."""

    def __init__(self):
        self.text, self.grid, self.box, self.line, self.shapes = [], [], [], [], {}

    def words(self, **want):
        return [t for t in self.text if all(t[k] == v for k, v in want.items())]


def numbers(s):
    return [float(x) for x in re.findall(r"-?[\d.]+", s)]


def colour(s):
    return tuple(int(x) for x in numbers(s)[:3])


def corners(points):
    v = numbers(points)
    return min(v[::2]), max(v[::2]), min(v[1::2]), max(v[1::2])


def read(path):
    """The panels of a picture; ElementTree refuses what is no XML."""
    root = ET.parse(path).getroot()
    panels, now, plot, seen = [], Panel(), None, set()
    ns = "{http://www.w3.org/2000/svg}"

    def walk(e, at, anchor):
        nonlocal now, plot
        name = e.tag.replace(ns, "")
        if name == "g" and "_plot_" in e.get("id", ""):
            same("id once", e.get("id") in seen, False)
            seen.add(e.get("id"))
            k, letter = re.fullmatch(r"\w+_plot_(\d+)([a-z])", e.get("id")).groups()
            if k == "1":
                now.letter = letter
                panels.append(now)
                now = Panel()
            plot = int(k)
        place, anchor = e.get("transform", "") or at, e.get("text-anchor", "") or anchor
        if name == "text":
            v = numbers(place)
            (panels[-1].shapes.setdefault(plot, []) if plot else now.text).append(
                dict(text=e.text or "", x=v[0], y=v[1] - 4, turned="rotate" in place, anchor=anchor))
        elif name == "polygon":
            shape = (colour(e.get("fill")), *corners(e.get("points")))
            (panels[-1].shapes.setdefault(plot, []) if plot else now.box).append(shape)
        elif name == "path" and e.get("class") == "gridline":
            now.grid.append(corners(e.get("d")))
        elif name == "path" and plot:
            panels[-1].shapes.setdefault(plot, []).append(("path", e.get("d").count("M"), numbers(e.get("d")), colour(e.get("stroke"))))
        elif name == "path" and e.get("stroke", "").startswith("rgb"):
            now.line.append((colour(e.get("stroke")), *corners(e.get("d"))))
        elif name == "use" and plot:
            panels[-1].shapes.setdefault(plot, []).append((colour(e.get("color")), *numbers(place)[:2]))
        for child in e:
            walk(child, place, anchor)
        if name == "g" and "_plot_" in e.get("id", ""):
            plot = None
    for e in root.find(ns + "g"):
        if e.tag != ns + "defs":
            walk(e, "", "")
    return panels


def pages(folder, base):
    """All panels of a picture's pages; how many pages."""
    paths = [f"{folder}/{base}.svg"]
    while os.path.exists(f"{folder}/{base}.{len(paths) + 1}.svg"):
        paths.append(f"{folder}/{base}.{len(paths) + 1}.svg")
    return list(itertools.chain.from_iterable(map(read, paths))), len(paths)


def draw(out, path, *args, tool=(TOOL,)):
    run = subprocess.run([*tool, "--figures", "-o", out, *args, path], capture_output=True, text=True)
    if run.returncode or run.stderr:
        fail("tw-report --figures", args, run.returncode, run.stderr)


def cells(rows, protocols):
    """Rows of each protocol as the pictures order them, and of all where there are several."""
    found = [(p, [r for r in rows if r["protocol"] == p]) for p in by_bytes(protocols)]
    return found + ([("all protocols", rows)] if len(found) > 1 else [])


# ---- bars ----
def one_bar(what, panel, label, rows, column, x0, x100, colours):
    judged = [r[column] for r in rows if r[column]]
    beside = {t["text"]: t["x"] for t in panel.text if abs(t["y"] - label["y"]) < 2 and t is not label}
    share = percent(judged.count("verifiable"), len(judged)) + " %" if judged else "-"
    same((what, "numbers"), by_bytes(beside), by_bytes({share, str(len(judged))}))
    at = x0
    for k, verdict in enumerate(VERDICTS):
        found = [s for s in panel.shapes.get(1 + k, []) if s[3] < label["y"] < s[4]]
        n = judged.count(verdict)
        same((what, verdict, "bars"), len(found), 1 if n else 0)
        if n and found:
            same((what, verdict, "colour"), found[0][0], colours[verdict])
            near((what, verdict, "left"), found[0][1], at)
            at += (x100 - x0) * n / len(judged)
            near((what, verdict, "right"), found[0][2], at)
    if judged:
        near((what, "whole"), at, x100)


def axis_of(panel):
    """Where 0 and 100 % are."""
    labels = {t["text"]: t["x"] for t in panel.words(anchor="middle") if t["text"].endswith(" %")}
    lines = sorted(g[0] for g in panel.grid if g[0] == g[1])
    same("numbers at the axis", sorted(labels, key=labels.get), ["0 %", "25 %", "50 %", "75 %", "100 %"])
    for x, line in zip(sorted(labels.values()), lines):
        near("number at its line", x, line)
    return labels["0 %"], labels["100 %"]


def legend_of(panel):
    """verdict -> colour, of the boxes beside words."""
    found = {}
    for box in panel.box:
        word = min((t for t in panel.text if t["x"] > box[2] and abs(t["y"] - (box[3] + box[4]) / 2) < 4), key=lambda t: t["x"])
        found[word["text"]] = box[0]
    same("legend", list(found), VERDICTS)
    same("colours", len(set(found.values())), 4)
    return found


def bars(folder, base, groups, things):
    """groups: [(heading, [(bar, rows, verdict's column)])], in order."""
    panels, n = pages(folder, base)
    same((base, "panels"), len(panels), len(groups))
    colours = legend_of(panels[0])
    for panel, (heading, wanted) in zip(panels, groups):
        what = (base, heading)
        same((what, "heading"), len(panel.words(text=heading, anchor="start")), 1)
        x0, x100 = axis_of(panel)
        labels = sorted((t for t in panel.words(anchor="end") if t["x"] < x0), key=lambda t: t["y"])
        same((what, "labels"), [t["text"] for t in labels], [shown(w[0]) for w in wanted])
        for label, (bar, rows, column) in zip(labels, wanted):
            one_bar((what, bar), panel, label, rows, column, x0, x100, colours)
    return n


def check_bars(folder, rows, stores, protocols, source, unit, things):
    mine = [r for r in rows if r["source"] == source]
    word = re.sub("[^A-Za-z0-9-]", "_", source) or "none"
    groups = [(f"{shown(p)}: {len(v)} {things}, {pool}", [(s, v, f"verdict.{s}{suffix}") for s in by_bytes(stores)])
              for p, v in cells(mine, protocols) for pool, suffix in POOLS.items()]
    bars(folder, f"stores.{word}.{unit}", groups, things)
    groups = [(f"{shown(s)}, {pool}", [(p, v, f"verdict.{s}{suffix}") for p, v in cells(mine, protocols)])
              for s in by_bytes(stores) for pool, suffix in POOLS.items()]
    bars(folder, f"validity.{word}.{unit}", groups, things)


# ---- matrices ----
def shade(part):
    return tuple(int(255 - d * part ** 0.5) for d in (42, 161, 255))


def one_matrix(what, panel, names, columns, value):
    """value(row, column) -> (n, judged, how much they differ)."""
    heads = sorted((t for t in panel.text if t["turned"]), key=lambda t: t["x"])
    same((what, "columns"), [t["text"] for t in heads], [shown(c) for c in columns])
    found = panel.shapes.get(2, [])
    same((what, "cells"), len(found), sum(r != c for r in names for c in columns))
    for (row, y), (column, head) in itertools.product(names.items(), zip(columns, heads)):
        at = [t["text"] for t in found if abs(t["y"] - y) < 6 and abs(t["x"] - head["x"] + 4) < 8]
        if row == column:
            same((what, row, column), at, [])
            continue
        n, judged, differ = value(row, column)
        same((what, row, column), at, [percent(n, judged) if judged else "-"])
        box = [s[0] for s in panel.shapes[1] if s[3] < y < s[4] and s[1] < head["x"] - 4 < s[2]]
        want = shade(differ / judged) if judged else (238, 238, 238)
        near((what, row, column, "shade", box, want), max(abs(a - b) for a, b in zip(box[0], want)) if box else 999, 0, 1)


def check_agreement(folder, rows, stores, protocols, source, unit, things):
    mine = [r for r in rows if r["source"] == source]
    panels, _ = pages(folder, f"stores-agreement.{re.sub('[^A-Za-z0-9-]', '_', source) or 'none'}.{unit}")
    wanted = [(p, v, pool, suffix) for p, v in cells(mine, protocols) for pool, suffix in POOLS.items()]
    same("matrices", len(panels), 2 * len(wanted))
    stores = by_bytes(stores)
    for i, (p, v, pool, suffix) in enumerate(wanted):
        left, right = panels[2 * i:2 * i + 2]
        what = (source, unit, p, pool)
        same((what, "heading"), len(left.words(text=f"{shown(p)}: {len(v)} {things}, {pool}")), 1)
        labels = sorted(left.words(anchor="end"), key=lambda t: t["y"])
        same((what, "rows"), [t["text"] for t in labels], [shown(s) for s in stores])
        names = {s: t["y"] for s, t in zip(stores, labels)}

        def agree(a, b):
            pairs = [(r[f"verdict.{a}{suffix}"], r[f"verdict.{b}{suffix}"]) for r in v]
            judged = [x for x in pairs if all(x)]
            n = sum(x == y for x, y in judged)
            return n, len(judged), len(judged) - n

        def only(a, b):
            others = [s for s in stores if s != a] if b == "any other" else [b]
            found = [(r[f"verdict.{a}{suffix}"], [r[f"verdict.{s}{suffix}"] for s in others]) for r in v]
            judged = [x for x in found if x[0] and all(x[1])]
            n = sum(here == "verifiable" and "verifiable" not in there for here, there in judged)
            return n, len(judged), n
        one_matrix((what, "agree"), left, names, stores, agree)
        one_matrix((what, "only"), right, names, stores + (["any other"] if len(stores) > 2 else []), only)


# ---- dates ----
def seconds(text):
    text += "-01-01"[len(text) - 4:] if len(text) < 10 else ""
    return datetime.datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=datetime.timezone.utc).timestamp()


def scale(pairs):
    """value -> pixel, of the two outermost (value, pixel); the others must lie between."""
    (v0, p0), (v1, p1) = min(pairs), max(pairs)
    for v, p in pairs:
        near("number at the axis", p, p0 + (v - v0) * (p1 - p0) / (v1 - v0), 0.6)
    return lambda v: p0 + (v - v0) * (p1 - p0) / (v1 - v0)


def scales(panel):
    across = [(float(t["text"][:-2]), g[2]) for g in panel.grid for t in panel.words(anchor="end")
              if g[2] == g[3] and t["text"].endswith(" %") and abs(t["y"] - g[2]) < 2 and g[0] > t["x"] > g[0] - 40]
    down = [(seconds(t["text"]), g[0]) for g in panel.grid for t in panel.words(anchor="middle")
            if g[0] == g[1] and abs(t["x"] - g[0]) < 1 and re.fullmatch("[0-9-]+", t["text"])]
    return scale(down), scale(across)


def check_dates(folder, rows, names, dates, protocols, source, unit, things):
    mine = [r for r in rows if r["source"] == source]
    panels, _ = pages(folder, f"store-dates.{source}.{unit}")
    wanted = [(p, v, pool, suffix) for p, v in cells(mine, protocols) for pool, suffix in POOLS.items()]
    same("panels of dates", len(panels), len(wanted))
    legend = [t["text"] for t in sorted(panels[0].words(anchor="start"), key=lambda t: (t["y"], t["x"])) if t["text"] in map(shown, names)]
    same("legend of dates", legend, [shown(s) for s in by_bytes(names)])
    colours = {}
    for panel, (p, v, pool, suffix) in zip(panels, wanted):
        what = (source, unit, p, pool)
        same((what, "heading"), len(panel.words(text=f"{shown(p)}: {len(v)} {things}, {pool}")), 1)
        x, y = scales(panel)
        k, counts = 1, []
        for s in by_bytes(names):
            line, parts, gap = [], 0, True
            for d in dates:
                judged = [r[f"verdict.{s}-{d}{suffix}"] for r in v if r[f"verdict.{s}-{d}{suffix}"]]
                counts.append(len(judged))
                if judged:
                    line.append((x(seconds(d)), y(100 * judged.count("verifiable") / len(judged))))
                    parts += gap
                gap = not judged
            if not line:
                continue
            k += 1
            points = [q for q in panel.shapes.get(k, []) if q[0] != "path"]
            same((what, s, "points"), len(points), len(line))
            for got, want in zip(points, line):
                near((what, s, "date"), got[1], want[0])
                near((what, s, "share"), got[2], want[1])
            # A lone point between gaps has no line.
            paths = sum(q[1] for q in panel.shapes.get(k, []) if q[0] == "path")
            same((what, s, "pieces of its line"), paths, parts)
            same((what, s, "colour"), {q[0] for q in points}, {colours.setdefault(s, points[0][0])})
        low, high = min(counts), max(counts)
        same((what, "n judged"), [t["text"] for t in panel.text if t["text"].startswith("n judged")],
             [f"n judged: {low}" + (f" to {high}" if low < high else "")])
        same((what, "lines"), max(panel.shapes, default=1), k if k > 1 else 1)
    same("colours of lines", len(set(colours.values())), len(names))


# ---- sizes ----
def level(points, x):
    """How high a line of steps is at x."""
    return [y for at, y in zip(points[::2], points[1::2]) if at <= x][-1]


def check_sizes(folder, base, wanted):
    """wanted: [(heading, [(name, Counter of sizes)])]"""
    panels, _ = pages(folder, base)
    same((base, "cells"), len(panels), len(wanted))
    looks = {}
    for panel, (heading, lines) in zip(panels, wanted):
        what = (base, heading)
        same((what, "heading"), len(panel.words(text=heading)), 1)
        x = scale([(math.log2(int(t["text"])), g[0]) for g in panel.grid for t in panel.words(anchor="middle") if g[0] == g[1] and abs(t["x"] - g[0]) < 1])
        y = scale([(float(t["text"][:-2]), g[2]) for g in panel.grid for t in panel.words(anchor="end")
                   if g[2] == g[3] and t["text"].endswith(" %") and abs(t["y"] - g[2]) < 2])
        edge = max(g[1] for g in panel.grid)
        names = sorted((t for t in panel.words(anchor="start") if t["x"] > edge), key=lambda t: t["y"])
        same((what, "names"), [t["text"] for t in names], [shown(n) for n, _ in lines])
        for k, (label, (name, sizes)) in enumerate(zip(names, lines)):
            n, at = sum(sizes.values()), 0
            same((what, name, "n"), [t["text"] for t in panel.words(anchor="end") if abs(t["y"] - label["y"]) < 2 and t["x"] > label["x"]], [str(n)])
            path = next(s for s in panel.shapes[1 + k] if s[0] == "path")
            beside = [q[0] for q in panel.line if q[3] - 2 < label["y"] < q[4] + 2 and edge < q[1] < label["x"]]
            same((what, name, "colour"), beside, [looks.setdefault(name, path[3])])
            same((what, name, "colour again"), path[3], looks[name])
            for bits in sorted(sizes):
                near((what, name, bits, "below"), level(path[2], x(math.log2(bits)) - 0.7), y(100 * at / n))
                at += sizes[bits]
                near((what, name, bits), level(path[2], x(math.log2(bits)) + 0.7), y(100 * at / n))
            near((what, name, "the end"), path[2][-1], y(100))


def sizes(d):
    r = random.Random(11)
    rows, protocols = [], ["smtp", "https", "imap", "`touch x`"]
    for i in range(600):
        row = dict.fromkeys(BASE + "resumed,group,dh_bits,dh_prime,kex,auth,leaf_key,chain_above".split(","), "")
        row.update(source="active", probe="p", ip="2001:db8::%x" % i, port="25", protocol=r.choice(protocols), outcome="established",
                   chain="%064x" % i, kex="DHE", auth="RSA", leaf_key=r.choice(["RSA-2048", "RSA-2048", "RSA-1024", "RSA-1200", "RSA-4096", "DSA-1024", "EC-secp256r1", ""]))
        above = [r.choice(["RSA-2048", "RSA-8192", "EC-secp384r1"]) for _ in range(r.randrange(3))]
        row["chain_above"] = " ".join(f"intermediate:{k}:sha256WithRSAEncryption" for k in above)
        row["chain"] += "".join(" %064x" % (1000 + 2 * i + k) for k in range(len(above)))
        row["dh_bits"] = "" if row["protocol"] == "imap" else r.choice(["512", "1024", "1024", "2048", "1000", "", "3072"])
        if r.random() < 0.1: # what was measured of a public value is no size of a prime
            row.update(dh_bits="1016", dh_basis="public_value")
        rows.append(row)
    for row in rows:
        row.setdefault("dh_basis", "prime" if row["dh_bits"] else "")
    write(f"{d}/sizes.csv", rows)
    draw(f"{d}/sizes", f"{d}/sizes.csv", "-t", "dh", "-t", "keys")

    def lines(found):
        each = [(p, Counter(int(v) for q, v in found if q == p)) for p in by_bytes(protocols)]
        return [x for x in each if x[1]] + [("all protocols", Counter(int(v) for _, v in found))]
    dh = [(x["protocol"], x["dh_bits"]) for x in rows if x["dh_bits"] and x["dh_basis"] == "prime"]
    rsa = [(x["protocol"], x["leaf_key"][4:]) for x in rows if x["leaf_key"].startswith("RSA-")]
    # A chain has a key of each size once.
    above = [(x["protocol"], k) for x in rows for k in set(re.findall(r"intermediate:RSA-(\d+):", x["chain_above"]))]
    for unit in ("host", "probe"):
        check_sizes(f"{d}/sizes", f"dh.active.{unit}", [("primes", lines(dh))])
        check_sizes(f"{d}/sizes", f"keys.active.{unit}", [("intermediate certificates", lines(above)), ("leaf certificates", lines(rsa))])
    same("files of sizes", {os.path.basename(p) for p in glob.glob(f"{d}/sizes/*.svg")},
         {f"{f}.active.{u}.svg" for f, us in (("dh", ("host", "probe")), ("keys", ("host", "probe", "certificate"))) for u in us})
    for path in glob.glob(f"{d}/sizes/*.svg"):
        apart(path)


# ---- the cases ----
def usual(d):
    stores, protocols = ["b", "a", "long-name-of-a-store", "z"], ["smtp", "imap", "https"]
    rows = make(1, 900, stores, protocols)
    write(f"{d}/rows.csv", rows)
    out = f"{d}/usual"
    draw(out, f"{d}/rows.csv", "-t", "stores", "-t", "validity")
    for source, unit, things in (("active", "host", "hosts"), ("active", "probe", "probes"), ("passive", "connection", "connections")):
        check_bars(out, rows, stores, protocols, source, unit, things)
        check_agreement(out, rows, stores, protocols, source, unit, things)
    names = {os.path.basename(p) for p in glob.glob(f"{out}/*.svg")}
    units = {"active": ["probe", "host", "certificate"], "passive": ["connection", "server", "certificate"]}
    same("files", names, {f"{f}.{s}.{u}.svg" for f in ("stores", "stores-agreement", "validity") for s in units for u in units[s]})
    for svg in glob.glob(f"{out}/*.svg"): # the script is all that the picture needs
        again = subprocess.run(["env", "LC_ALL=C", "gnuplot", svg[:-3] + "gp"], capture_output=True, cwd=d).stdout
        same((svg, "drawn again"), again == open(svg, "rb").read(), True)
    return rows


def one_protocol(d):
    """Without a line over all protocols, which would say the same."""
    rows = make(2, 60, ["a", "b"], ["imap", "smtp"], ["active"])
    rows = [r for r in rows if r["protocol"] == "smtp"]
    write(f"{d}/one.csv", rows)
    draw(f"{d}/one", f"{d}/one.csv", "--unit", "host", "-t", "stores", "-t", "validity")
    check_bars(f"{d}/one", rows, ["a", "b"], ["smtp"], "active", "host", "hosts")
    check_agreement(f"{d}/one", rows, ["a", "b"], ["smtp"], "active", "host", "hosts")


def many(d):
    """Pages, and nothing that lies upon another."""
    stores = ["store-%02d" % i for i in range(11)]
    protocols = ["https", "smtp", "imap", "pop3", "ftp", "irc", "xmpp-client", "xmpp-server", "postgresql", "ldap", "imaps", "smtps"]
    rows = make(3, 1500, stores, protocols, ["active"])
    write(f"{d}/many.csv", rows)
    draw(f"{d}/many", f"{d}/many.csv", "--unit", "host", "-t", "stores")
    check_bars_only = [(f"{p}: {len(v)} hosts, {pool}", [(s, v, f"verdict.{s}{suffix}") for s in stores])
                       for p, v in cells(rows, protocols) for pool, suffix in POOLS.items()]
    same("pages of bars", bars(f"{d}/many", "stores.active.host", check_bars_only, "hosts"), 1)
    check_agreement(f"{d}/many", rows, stores, protocols, "active", "host", "hosts")
    _, n = pages(f"{d}/many", "stores-agreement.active.host")
    if n < 2:
        fail("no pages")
    for path in glob.glob(f"{d}/many/*.svg"):
        apart(path)


def apart(path):
    """Texts of a picture do not touch, by the widths of the widest usual font."""
    width, height = (float(ET.parse(path).getroot().get(k)) for k in ("width", "height"))
    placed = []
    for panel in read(path):
        for t in panel.text + [s for v in panel.shapes.values() for s in v if isinstance(s, dict)]:
            w = 6.6 * len(t["text"])
            x = t["x"] - {"start": 0, "middle": w / 2, "end": w}[t["anchor"] or "start"]
            box = (t["x"], t["x"] + 10, t["y"] - w, t["y"]) if t["turned"] else (x, x + w, t["y"] - 5, t["y"] + 5)
            placed.append((box, t["text"]))
    for (a, one), (b, other) in itertools.combinations(placed, 2):
        if a[0] < b[1] and b[0] < a[1] and a[2] < b[3] and b[2] < a[3]:
            fail(path, repr(one), "touches", repr(other), a, b)
    for box, text in placed:
        if box[0] < 0 or box[2] < 0 or box[1] > width + 20 or box[3] > height:
            fail(path, repr(text), "is outside")


def grouped(d):
    """--by: what it groups by has cells of its own."""
    rows = make(8, 300, ["a", "b"], ["smtp", "imap"], ["active"])
    r = random.Random(8)
    for row in rows:
        row["scan"] = r.choice(["2016-02", "2016-01", ""])
    write(f"{d}/by.csv", rows)
    draw(f"{d}/by", f"{d}/by.csv", "--unit", "host", "--by", "scan", "-t", "stores", "-t", "validity")
    parts = {s: [x for x in rows if x["scan"] == s] for s in ("", "2016-01", "2016-02")}
    bars(f"{d}/by", "stores.active.host", [
        (f"{p}, scan {s or '(none)'}: {len(v)} hosts, {pool}", [(x, v, f"verdict.{x}{suffix}") for x in ("a", "b")])
        for p in ("imap", "smtp", "all protocols") for s, part in parts.items() for q, v in cells(part, ["imap", "smtp"]) if q == p
        for pool, suffix in POOLS.items()], "hosts")
    bars(f"{d}/by", "validity.active.host", [
        (f"{x}, scan {s or '(none)'}, {pool}", [(p, v, f"verdict.{x}{suffix}") for p, v in cells(part, ["imap", "smtp"])])
        for s, part in parts.items() for x in ("a", "b") for pool, suffix in POOLS.items()], "hosts")


def too_many(d):
    stores = ["s%02d" % i for i in range(25)]
    rows = make(7, 40, stores, ["smtp"], ["active"])
    for n in (25, 24):
        write(f"{d}/wide.csv", [{k: v for k, v in r.items() if k.split(".")[1:2] != ["s24"] or n == 25} for r in rows])
        run = subprocess.run([TOOL, "--figures", "-o", f"{d}/wide{n}", "-t", "stores", "--unit", "host", f"{d}/wide.csv"], capture_output=True, text=True)
        same(("matrix", n), (run.returncode, "of 25 stores" in run.stderr, os.path.exists(f"{d}/wide{n}/stores-agreement.active.host.svg")),
             (0, n == 25, n == 24))
        check = [(f"smtp: 40 hosts, {pool}", [(s, rows, f"verdict.{s}{suffix}") for s in stores[:n]]) for pool, suffix in POOLS.items()]
        bars(f"{d}/wide{n}", "stores.active.host", check, "hosts")


def over_time(d):
    names, dates = ["m", "an-other"], ["2015-01-01", "2016-03-01", "2016-09-30", "2019-02-28", "2020-01-01"]
    stores = [f"{s}-{x}" for s in names for x in dates]
    rows = make(4, 500, stores, ["smtp", "imap", "ftp"], ["active"])
    for r in rows: # nothing judged in the midst of smtp, and in all of ftp
        for s, p in itertools.product(stores, POOLS.values()):
            if r["protocol"] == "ftp" or (r["protocol"] == "smtp" and s == "m-2016-09-30") or s == "m-2019-02-28" and not p:
                r[f"verdict.{s}{p}"], r[f"reason.{s}{p}"] = "", "no_snapshot"
            elif s.startswith("an-other") and r["protocol"] == "imap":
                r[f"verdict.{s}{p}"], r[f"reason.{s}{p}"] = "verifiable", "ok"
    write(f"{d}/dates.csv", rows)
    draw(f"{d}/dates", f"{d}/dates.csv", "-t", "store-dates")
    check_dates(f"{d}/dates", rows, names, dates, ["smtp", "imap", "ftp"], "active", "host", "hosts")
    # Some days alone, or one: months, days
    for some in (dates[1:3], dates[1:2], ["2016-03-01", "2016-03-20"]):
        stores = [f"m-{x}" for x in some]
        rows = make(5, 50, stores, ["smtp", "imap"], ["active"])
        write(f"{d}/few.csv", rows)
        shutil.rmtree(f"{d}/few", ignore_errors=True)
        draw(f"{d}/few", f"{d}/few.csv", "-t", "store-dates", "--unit", "host")
        if len(some) > 1: # one number makes no scale
            check_dates(f"{d}/few", rows, ["m"], some, ["smtp", "imap"], "active", "host", "hosts")
        else:
            same("one date", len(pages(f"{d}/few", "store-dates.active.host")[0]), 6)


def hostile(d):
    os.mkdir(f"{d}/h")
    rows = make(6, 300, NAME_HOSTILE, NAME_HOSTILE[:4] + ["end"], NAME_HOSTILE[:3])
    write(f"{d}/h/rows.csv", rows)
    tool = ("env", "-C", f"{d}/h", TOOL)
    draw("out", "rows.csv", "--unit", "host", "-t", "stores", "-t", "validity", tool=tool)
    for source in NAME_HOSTILE[:3]:
        check_bars(f"{d}/h/out", rows, NAME_HOSTILE, NAME_HOSTILE[:4] + ["end"], source, "host", "hosts")
        check_agreement(f"{d}/h/out", rows, NAME_HOSTILE, NAME_HOSTILE[:4] + ["end"], source, "host", "hosts")
    if os.path.exists(f"{d}/h/x") or sorted(os.listdir(f"{d}/h")) != ["out", "rows.csv"]:
        fail("hostile names did something")
    # Sources that differ in what no file name holds; a name in bytes that are no UTF-8, and a long one
    path = f"{d}/h/bytes.csv"
    with open(path, "wb") as f:
        stores = [b"a\xff\xfeb", b"w" * 300]
        f.write(",".join(BASE).encode() + b"".join(b",verdict." + s + b",reason." + s for s in stores) + b"\n")
        for i, source in enumerate([b"a/b", b"a:b", b"../../a", b"x" * 300] * 3):
            f.write(b"2020-01-01T00:00:00Z,%s,,p,2001:db8::%d,1,smtp,,established,%064x,ok,verifiable,ok,broken,untrusted_root\n" % (source, i, i))
    draw(f"{d}/h/bytes", path, "--unit", "host", "-t", "validity")
    same("names of files", sorted(os.path.basename(p) for p in glob.glob(f"{d}/h/bytes/*.svg")),
         sorted(f"validity.{s}.host.svg" for s in ("a_b", "a_b-2", "______a", "x" * 60)))
    panels = read(f"{d}/h/bytes/validity.a_b.host.svg")
    same("broken UTF-8", len(panels[0].words(text="a\ufffd\ufffdb, as presented")), 1)
    same("a long name is cut", any(t["text"].startswith("wwww") and t["text"].endswith("…") for t in panels[1].text), True)


def same_bytes(d):
    """Whatever the order of the rows, the threads, the user's settings of gnuplot, the locale."""
    rows = list(csv.reader(open(f"{d}/rows.csv", newline="", encoding="utf-8")))
    head, rest = rows[0], rows[1:]
    random.Random(9).shuffle(rest)
    with open(f"{d}/shuffled.csv", "w", newline="", encoding="utf-8") as f:
        csv.writer(f, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows([head] + rest)
    with open(f"{d}/.gnuplot", "w") as f:
        f.write("set title 'mine'\nset grid polar\n")
    for threads, env in (("1", {}), ("4", {"HOME": d, "LC_ALL": "C.UTF-8", "GNUTERM": "dumb", "TZ": "Asia/Tokyo"}), ("3", {"LC_ALL": "C"})):
        out = f"{d}/again{threads}"
        draw(out, f"{d}/shuffled.csv", "--threads", threads, "-t", "stores", "-t", "validity",
             tool=("env", *(f"{k}={v}" for k, v in env.items()), TOOL))
        diff = subprocess.run(["diff", "-rq", f"{d}/usual", out], capture_output=True, text=True)
        same(("the same again", threads, diff.stdout), diff.returncode, 0)


def study(d):
    """tw-study draws what tw-report does; without gnuplot it does not begin."""
    samples = os.path.join(os.environ["TW_SRCDIR"], "data-samples")
    args = [TOOL.replace("tw-report", "tw-study"), "-q", "--figures", "--store", f"rig={samples}/roots.pem", "--store",
            f"public={samples}/public/roots.pem"]
    bad = subprocess.run(args + [f"{d}/none", f"{samples}/scan.jsonl.gz"], capture_output=True, text=True, env={"PATH": "/nothing"})
    same("study without gnuplot", (bad.returncode, "gnuplot-nox" in bad.stderr, os.path.exists(f"{d}/none")), (2, True, False))
    run = subprocess.run(args + [f"{d}/study", f"{samples}/scan.jsonl.gz"], capture_output=True, text=True)
    same("study", (run.returncode, run.stderr), (0, ""))
    draw(f"{d}/beside", f"{d}/study/classified.csv")
    diff = subprocess.run(["diff", "-rq", f"{d}/study/report", f"{d}/beside"], capture_output=True, text=True)
    same(("study", diff.stdout), (diff.returncode, len(glob.glob(f"{d}/beside/*.svg")) >= 12), (0, True))


def refused(d):
    def run(*args, env=None):
        return subprocess.run([TOOL, *args], capture_output=True, text=True, env=env, stdin=subprocess.DEVNULL)
    path = f"{d}/rows.csv"
    for args, word in ((("--figures", path), "-o DIR"), (("--figures", "-o", f"{d}/r", "-t", "ciphers", path), "none of these tables"),
                       (("--figures", "-o", f"{d}/r", "--servers", "any", path), "--servers any")):
        bad = run(*args)
        same((args, word in bad.stderr), (bad.returncode, word in bad.stderr), (2, True))
    # gnuplot is not there; it fails
    empty = f"{d}/empty"
    os.mkdir(empty)
    bad = run("--figures", "-o", f"{d}/r", "-t", "stores", path, env={"PATH": empty})
    same("no gnuplot", (bad.returncode, "apt-get install gnuplot-nox" in bad.stderr, os.path.exists(f"{d}/r")), (2, True, False))
    with open(f"{empty}/gnuplot", "w") as f:
        f.write('#!/bin/sh\n[ "$1" = --version ] || { echo half; echo "no ink" >&2; exit 3; }\n')
    os.chmod(f"{empty}/gnuplot", 0o755)
    bad = run("--figures", "-o", f"{d}/r", "-t", "stores", path, env={"PATH": empty})
    same("gnuplot fails", (bad.returncode, "stores.active.probe.gp: gnuplot: no ink" in bad.stderr, glob.glob(f"{d}/r/*.svg*")), (2, True, []))
    with open(f"{empty}/gnuplot", "w") as f:
        f.write("#!/bin/sh\necho '<svg>'\n")
    bad = run("--figures", "-o", f"{d}/r", "-t", "stores", path, env={"PATH": empty})
    same("half a picture", (bad.returncode, "no whole picture" in bad.stderr, glob.glob(f"{d}/r/*.svg*")), (2, True, []))

    def little_room(): # for the script, not for its picture
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (40000, 40000))
    bad = subprocess.run([TOOL, "--figures", "-o", f"{d}/full", "-t", "validity", "--unit", "host", path], capture_output=True, text=True,
                         preexec_fn=little_room)
    same("a full disk", (bad.returncode, ".svg.part: " in bad.stderr, sorted(os.listdir(f"{d}/full"))),
         (2, True, ["validity.active.host.gp", "validity.csv"]))
    shut = subprocess.run(["sh", "-c", f"exec '{TOOL}' --figures -o '{d}/shut' -t stores --unit host '{path}' <&- >&-"], capture_output=True, text=True)
    same("closed streams", (shut.returncode, shut.stderr, subprocess.run(["cmp", f"{d}/shut/stores.active.host.svg",
         f"{d}/usual/stores.active.host.svg"]).returncode), (0, "", 0))
    full = run("--figures", "-o", "/dev/full/r", "-t", "stores", path)
    same("no folder", full.returncode, 2)
    plain = run("-o", f"{d}/plain", "-t", "stores", path, env={"PATH": f"{d}/nothing"})
    same("tables need no gnuplot", (plain.returncode, os.listdir(f"{d}/plain")), (0, ["stores.csv"]))


def nothing(d):
    """Rows without one that counts: tables without lines, no picture, no word."""
    with open(f"{d}/rows.csv", encoding="utf-8") as f:
        head = f.readline()
    with open(f"{d}/empty.csv", "w", encoding="utf-8") as f:
        f.write(head)
    draw(f"{d}/nothing-to-see", f"{d}/empty.csv", "-t", "stores", "-t", "validity")
    same("no rows", sorted(os.listdir(f"{d}/nothing-to-see")), ["stores.csv", "validity.csv"])


def main():
    with tempfile.TemporaryDirectory() as d:
        usual(d)
        one_protocol(d)
        many(d)
        grouped(d)
        too_many(d)
        over_time(d)
        hostile(d)
        same_bytes(d)
        sizes(d)
        study(d)
        refused(d)
        nothing(d)
    print(checked, "things seen in pictures")
    return failures != 0


sys.exit(main())
