#!/usr/bin/env python3
"""Stores with dates: distrust by date and blocks as Mozilla staged them, anchors that come and go, seconds before, at and after;
30 days of grace, --store-nearest, STORE@DATE; Chrome's constraints over embedded SCTs, begins of validity and names; what is counted,
and what is said of stores that are wrong. Expected values are what the certificates and snapshots were made for; openssl verify is
asked about each day's anchors where it can."""
import base64
import calendar
import csv
import hashlib
import io
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

SRC, BUILD = os.environ["TW_SRCDIR"], os.environ["TW_BUILDDIR"]
sys.path.insert(0, os.path.join(SRC, "tests/synth"))
sys.dont_write_bytecode = True
try:
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization
except ImportError:
    print("python3-cryptography is not installed: skipped")
    sys.exit(77)
from lists import CA, DELEGATE, DER, KEYS, Cert, crl, dn, entry, ocsp, pem  # noqa: E402
from resign import tlv  # noqa: E402

TMP = tempfile.mkdtemp()
PUBLIC = serialization.PublicFormat.SubjectPublicKeyInfo
FAILED, DONE = [], [0]
HEADER = ("sha256,subject,tls_trusted,distrust_after,kind,purposes,anchor_expiry,constraints,issuer_der_sha256,serial_hex,spki_sha256,"
          "from,until,label\n")


def want(what, got, wanted):
    DONE[0] += 1
    if got != wanted:
        FAILED.append(f"{what}: {got!r}, wanted {wanted!r}")


def write(name, data):
    path = os.path.join(TMP, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(data if isinstance(data, bytes) else data.encode())
    return path


def anchor(c, after="", purposes="server", constraints=""):
    return f"{c.sha256},,{int('server' in purposes)},{after},anchor,{purposes},1,{constraints},,,,,,\n"


def block(c, by):
    key = hashlib.sha256(KEYS[c.key].public_key().public_bytes(DER, PUBLIC)).hexdigest()
    issuer = hashlib.sha256(dn(c.issuer).public_bytes()).hexdigest()
    octets = c.serial.to_bytes(c.serial.bit_length() // 8 + 1, "big").hex()
    names = {"cert": (c.sha256, "", "", ""), "serial": ("", issuer, octets, ""), "key": ("", "", "", key)}[by]
    return f"{names[0]},,0,,block,,,,{names[1]},{names[2]},{names[3]},,,\n"


def store(name, days, certs):
    for date, rows in days.items():
        write(f"{name}/{date}.csv", HEADER + "".join(rows))
    write(f"{name}/pool.pem", pem("CERTIFICATE", [c.der for c in certs]))
    return os.path.join(TMP, name)


def chain_run(certs, rows, stores, *more, env=None):
    """rows: (time, chain). The output's rows, standard error, and its bytes."""
    der = write("c.der", b"".join({c.sha256: c.der for c in certs}.values()))
    text = "time,name,chain,collected\n" + "".join(f"{t},,{' '.join(c.sha256 for c in v)},yes\n" for t, v in rows)
    args = [os.path.join(BUILD, "tw-chain"), "--certs", der]
    for s in stores:
        args += ["--store", s]
    p = subprocess.run(args + list(more), input=text.encode(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                       env=dict(os.environ, **(env or {})))
    if p.returncode:
        return None, p.stderr.decode(), p.stdout
    return list(csv.DictReader(io.StringIO(p.stdout.decode()))), p.stderr.decode(), p.stdout


def reasons(certs, rows, days, *more):
    out, err, _ = chain_run(certs, rows, ["s=" + store("s%d" % len(os.listdir(TMP)), days, certs)], *more)
    return [r["reason.s"] for r in out] if out is not None else err


def second(text, by=0):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(calendar.timegm(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")) + by))


def distrust_by_date():
    """What begins later than the date is distrusted; a second path to an undated anchor makes up for it."""
    other = Cert("Other", "Other", ku=CA)
    for ca, after in (("WoSign", "2016-10-21T00:00:00Z"), ("StartCom", "2016-10-21T00:00:00Z"), ("Symantec", "2019-04-16T23:59:59Z")):
        root, inter, cross = Cert(ca, ca, ku=CA), Cert(ca + " Int", ca, ku=CA), Cert(ca, "Other", ku=CA)
        leaves = [Cert(f"{ca} {by}", ca + " Int", before=second(after, by)[:19]) for by in (-1, 0, 1)]
        certs = [root, inter, cross, other] + leaves
        rows = [("2019-06-01", [x, inter]) for x in leaves] + [("2019-06-01", [x, inter, cross]) for x in leaves]
        only = {"2016-01-01": [anchor(root, after)]}
        want(ca, reasons(certs, rows, only), ["ok", "ok", "distrusted"] * 2)
        both = {"2016-01-01": [anchor(root, after), anchor(other)]}
        want(ca + ", second path", reasons(certs, rows, both), ["ok", "ok", "distrusted", "ok", "ok", "ok"])
        entries = {"2016-01-01": [anchor(root, after), anchor(root)]}
        want(ca + ", a second entry", reasons(certs, rows, entries), ["ok"] * 6)
        want(ca + ", as clients", reasons(certs, rows[2:3], {"2016-01-01": [anchor(root, after, "server client")]}, "--purpose", "client"), ["ok"])
        # Staged: whole, then by date, then gone.
        staged = {"2016-01-01": [anchor(root)], "2017-01-01": [anchor(root, after)], "2018-01-01": []}
        late = leaves[2]
        times = ["2016-12-31T23:59:59Z", "2017-01-01T00:00:00Z", "2017-12-31T23:59:59Z", "2018-01-01T00:00:00Z"]
        got = reasons(certs, [(t, [late, inter, root]) for t in times], staged)
        first = "ok" if ca != "Symantec" else "not_yet_valid"
        want(ca + ", staged", got, [first, "distrusted", "distrusted", "untrusted_root"])


def blocks():
    """NOT_TRUSTED counts below any anchor, by each of its names."""
    good, bad = Cert("Good", "Good", ku=CA), Cert("Bad", "Bad", ku=CA)
    cross, again = Cert("Bad", "Good", ku=CA), Cert("Bad", "Good", ku=CA)
    inter, leaf = Cert("Int", "Bad", ku=CA), Cert("leaf", "Int")
    certs = [good, bad, cross, again, inter, leaf]
    rows = [("2015-01-01", v) for v in ([leaf, inter, cross], [leaf, inter, again], [leaf, inter, bad])]
    for what, by, wanted in ((cross, "cert", ["distrusted", "ok"]), (cross, "serial", ["distrusted", "ok"]),
                             (bad, "key", ["distrusted", "distrusted"]), (bad, "cert", ["ok", "ok"]),
                             (inter, "serial", ["distrusted", "distrusted"]), (leaf, "key", ["distrusted", "distrusted"])):
        got = reasons(certs, rows, {"2014-01-01": [anchor(good), block(what, by)]})
        want(f"block of {what.subject} by {by}", got[:2], wanted)
    # In force from one snapshot to the next only.
    days = {"2014-01-01": [anchor(good)], "2015-01-01": [anchor(good), block(inter, "serial")], "2016-01-01": [anchor(good)]}
    times = ["2014-12-31T23:59:59Z", "2015-01-01T00:00:00Z", "2015-12-31T23:59:59Z", "2016-01-01T00:00:00Z"]
    want("a block comes and goes", reasons(certs, [(t, [leaf, inter, cross]) for t in times], days), ["ok", "distrusted", "distrusted", "ok"])


def signers():
    """What is blocked vouches for no list either: a delegate that signs its CA's lists, or the CA above it, sent or of the pool."""
    root, inter, sub = Cert("Root", "Root", ku=CA), Cert("Int", "Root", ku=CA), Cert("Sub", "Root", ku=CA)
    leaf, delegate = Cert("leaf", "Int"), Cert("Int", "Sub", key="S", ku=DELEGATE)
    lists = write("signers.crl", pem("X509 CRL", [crl("Int", [entry(leaf, "2012-01-01")], key="S")]))
    certs, few = [root, inter, sub, leaf, delegate], [leaf, inter]
    pool = write("signers.pem", pem("CERTIFICATE", [sub.der, delegate.der]))
    for sent, more, column in ((few + [sub, delegate], [], "reason.s"), (few, ["--pool", pool], "reason.s.pool")):
        for what, by, wanted in ((None, "", "revoked"),) + tuple((c, by, "ok") for c in (sub, delegate) for by in ("cert", "serial", "key")):
            days = {"2014-01-01": [anchor(root)] + ([block(what, by)] if what else [])}
            out, err, _ = chain_run(certs, [("2015-01-01", sent)], ["s=" + store("signers%d" % len(os.listdir(TMP)), days, certs)], "--crl", lists, *more)
            want(f"a list by {column}, {what.subject if what else 'nothing'} blocked by {by}", out[0][column] if out else err, wanted)
    # The leaf itself is the CA above who signs the list on it: blocked, it is distrusted and no more.
    low = Cert("Int", "Low", key="T", ku=DELEGATE)
    leaf = Cert("Low", "Int", ku=CA)
    lists = write("low.crl", pem("X509 CRL", [crl("Int", [entry(leaf, "2012-01-01")], key="T")]))
    certs = [root, inter, leaf, low]
    for rows, wanted in (([], "revoked"), ([block(leaf, "cert")], "distrusted")):
        out, err, _ = chain_run(certs, [("2015-01-01", [leaf, inter, low])], ["s=" + store("signers%d" % len(os.listdir(TMP)), {"2014-01-01": [anchor(root)] + rows}, certs)], "--crl", lists)
        want(f"the leaf above who signs the list on it, {len(rows)} blocks", out[0]["reason.s"] if out else err, wanted)


ROOTS = [Cert(f"Root{k}", f"Root{k}", ku=CA) for k in range(3)]
INTS = [Cert(f"Int{k}", f"Root{k}", ku=CA) for k in range(3)]
LEAVES = [Cert(f"leaf{k}", f"Int{k}") for k in range(3)]
DAYS = {"2014-01-31": [0], "2015-01-01": [0, 1], "2015-06-01": [1], "2016-02-29": [0, 1, 2], "2016-03-01": [2]}


def openssl(roots, c, up, t):
    names = write("a.pem", pem("CERTIFICATE", [r.der for r in roots])), write("u.pem", pem("CERTIFICATE", [up.der])), \
        write("l.pem", pem("CERTIFICATE", [c.der]))
    at = str(calendar.timegm(time.strptime(t[:19], "%Y-%m-%dT%H:%M:%S")))
    return subprocess.run(["openssl", "verify", "-no-CApath", "-no-CAstore", "-CAfile", names[0], "-attime", at, "-untrusted", names[1], names[2]],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def dates():
    """Anchors that come and go; the same of each day's snapshot alone; grace; order and threads."""
    certs = ROOTS + INTS + LEAVES
    folder = store("dated", {d: [anchor(ROOTS[k]) for k in v] for d, v in DAYS.items()}, certs)
    names = sorted(DAYS)
    times = [second(d + "T00:00:00Z", by) for d in names for by in (-1, 0, 1)]
    rows = [(t, [LEAVES[k], INTS[k]]) for t in times for k in range(3)]
    out, _, raw = chain_run(certs, rows, ["s=" + folder], "--show", "snapshot,ever")
    for (t, v), r in zip(rows, out):
        force = [d for d in names if d + "T00:00:00Z" <= t] or [names[0]]
        held = LEAVES.index(v[0]) in DAYS[force[-1]]
        want(f"{t} {v[0].subject}", (r["reason.s"] == "ok", r["snapshot.s"], r["ever.s"]), (held, force[-1], "yes" if held else "no"))
        if shutil.which("openssl"):
            want(f"{t} {v[0].subject}, openssl", openssl([ROOTS[k] for k in DAYS[force[-1]]] or ROOTS[:0], v[0], v[1], t), held)
        alone, _, _ = chain_run(certs, [(t, v)], [f"s={folder}@{force[-1]}", f"n={folder}@{t}"] if t > names[0] else [f"s={folder}@{force[-1]}"],
                                "--show", "snapshot,ever")
        want(f"{t} @{force[-1]}", {k: alone[0][k] for k in alone[0] if k.endswith(".s")}, {k: r[k] for k in r if k.endswith(".s")})
    lines = raw.decode().splitlines()
    for seed in range(4):
        order = list(range(len(rows)))
        random.Random(seed).shuffle(order)
        _, _, shuffled = chain_run(certs, [rows[k] for k in order], ["s=" + folder], "--show", "snapshot,ever", "--threads", str(1 + seed))
        back = shuffled.decode().splitlines()
        want(f"order {seed}", [back[0]] + [back[1 + order.index(k)] for k in range(len(rows))], lines)
    edge = second("2014-01-31T00:00:00Z", -30 * 86400)
    early = [(second(edge, -1), [LEAVES[0], INTS[0]]), (edge, [LEAVES[0], INTS[0]])]
    out, _, _ = chain_run(certs, early, ["s=" + folder], "--show", "snapshot", "--pool", "all")
    want("grace", [(r["verdict.s"], r["reason.s"], r["snapshot.s"], r["reason.s.pool"]) for r in out],
         [("", "no_snapshot", "", "no_snapshot"), ("verifiable", "ok", "2014-01-31", "ok")])
    out, _, _ = chain_run(certs, early, ["s=" + folder], "--show", "snapshot", "--store-nearest")
    want("--store-nearest", [(r["reason.s"], r["snapshot.s"]) for r in out], [("ok", "2014-01-31")] * 2)
    _, err, _ = chain_run(certs, early, [f"{folder}@2013-01-01"])
    want("@DATE too old", "--store-nearest" in err and "2014-01-31" in err, True)
    return certs, folder, rows


def installed(certs, folder, rows):
    """By name, under TLSWILD_ROOTSTORES; the names that stores get; and what is counted."""
    top = os.path.join(TMP, "rootstores")
    shutil.copytree(folder, os.path.join(top, "vendor"))
    shutil.move(os.path.join(top, "vendor/pool.pem"), os.path.join(top, "pool.pem"))
    write("rootstores/SOURCES.csv", "store,date,distrust_dates,source,sha256,licence,note\nvendor,2015-01-01,yes,a source,,,\n")
    env = {"TLSWILD_ROOTSTORES": top}
    single = os.path.join(top, "vendor/2015-01-01.csv")
    out, err, _ = chain_run(certs, rows, ["vendor", "vendor@2015-03-01", "one=" + single, "dir=" + os.path.join(top, "vendor")], "-o",
                            os.path.join(TMP, "out.csv"), env=env)
    want("messages", err, "")
    out = list(csv.DictReader(open(os.path.join(TMP, "out.csv"))))
    base, _, _ = chain_run(certs, rows, ["s=" + folder, "o=" + folder + "@2015-01-01"])
    for a, b in zip(out, base):
        want("by name", (a["reason.vendor"], a["reason.dir"]), (b["reason.s"], b["reason.s"]))
        want("by name and date", (a["reason.vendor-2015-03-01"], a["reason.one"]), (b["reason.o"], b["reason.o"]))
    stores = json.load(open(os.path.join(TMP, "out.csv.provenance.json")))["stores"]
    counts = {}
    for t, _ in rows:
        d = ([d for d in sorted(DAYS) if d + "T00:00:00Z" <= t] or [min(DAYS)])[-1]
        counts[d] = counts.get(d, 0) + 1
    said = [dict({"date": d, "rows": n}, **({"distrust_dates": "yes"} if d == "2015-01-01" else {})) for d, n in sorted(counts.items())]
    want("provenance", (stores[0]["name"], stores[0]["spec"], stores[0]["snapshots"], stores[0]["no_snapshot"]), ("vendor", "vendor", said, 0))
    want("provenance of one", stores[1]["snapshots"], [{"date": "2015-01-01", "distrust_dates": "yes", "rows": len(rows)}])
    for spec, words in (("vendor@2015-13-01", "vendor@2015-13-01"), ("nobody@2015-01-01", "no snapshots of that name")):
        _, err, _ = chain_run(certs, rows[:1], [spec], env=env)
        want(spec, words in err, True)
    lost = Cert("Lost", "Lost", ku=CA)
    store("broken", {"2015-01-01": [anchor(lost)]}, certs)
    _, err, _ = chain_run(certs, rows[:1], [os.path.join(TMP, "broken")])
    want("not in the pool", lost.sha256 in err and "2015-01-01.csv: line 2" in err and "pool.pem" in err, True)
    store("bad", {"2015-01-01": [anchor(ROOTS[0], constraints="sct_not_after=soon")]}, certs)
    _, err, _ = chain_run(certs, rows[:1], [os.path.join(TMP, "bad")])
    want("a time that is none", "sct_not_after=soon" in err and "line 2" in err, True)


def scts(*seconds):
    one = b"".join(len(s).to_bytes(2, "big") + s for s in (
        b"\0" + hashlib.sha256(b"log").digest() + (1000 * calendar.timegm(time.strptime(t, "%Y-%m-%dT%H:%M:%S"))).to_bytes(8, "big") +
        b"\0\0\4\3" + b"\0\2xx" for t in seconds))
    return ("1.3.6.1.4.1.11129.2.4.2", tlv(4, len(one).to_bytes(2, "big") + one))


def names(*hosts):
    return ("2.5.29.17", x509.SubjectAlternativeName([x509.DNSName(h) for h in hosts]).public_bytes())


def constraints():
    """Alternatives of Chrome's; each leaf is judged in a store of its own that asks this of its root."""
    root = Cert("Root", "Root", ku=CA)
    at, before, after = "2020-06-01T00:00:00", "2020-05-31T23:59:59", "2020-06-01T00:00:01"
    bare, one, two = Cert("bare", "Root"), Cert("one", "Root", more=[scts(at)]), Cert("two", "Root", more=[scts(before, after)])
    starts = Cert("starts", "Root", before=at)
    named = Cert("named", "Root", more=[names("www.example.org", "example.org")])
    mixed, wild = Cert("mixed", "Root", more=[names("www.example.org", "example.com")]), Cert("wild", "Root", more=[names("*.example.org")])
    sct, all_after, never = "sct_not_after={}Z", "sct_all_after={}Z", "max_version_exclusive=120"
    cases = [(one, sct.format(at), True), (one, sct.format(before), False), (one, sct.format(after), True), (bare, sct.format(after), False),
             (two, sct.format(before), True), (two, sct.format("2020-05-31T23:59:58"), False),
             (one, all_after.format(before), True), (one, all_after.format(at), False), (bare, all_after.format(before), False),
             (two, all_after.format(before), False), (two, all_after.format("2020-05-31T23:59:58"), True),
             (starts, "starts_not_after=" + at + "Z", True), (starts, "starts_not_after=" + before + "Z", False),
             (starts, "starts_after=" + at + "Z", False), (starts, "starts_after=" + before + "Z", True),
             (named, "permitted_dns_name=example.org", True), (named, "permitted_dns_name=example.com", False), (bare, "permitted_dns_name=example.com", True),
             (mixed, "permitted_dns_name=example.org", False), (mixed, "permitted_dns_name=example.org permitted_dns_name=example.com", True),
             (wild, "permitted_dns_name=example.org", True), (wild, "permitted_dns_name=www.example.org", False),
             (bare, "min_version=120.0.1.2", True), (bare, never, False), (bare, "index_after=5", False), (bare, "min_version=1 " + never, False),
             (one, never + " | " + sct.format(at), True), (one, sct.format(before) + " | " + all_after.format(at), False),
             (one, sct.format(at) + " starts_after=2015-01-01T00:00:00Z", False), (one, sct.format(at) + " starts_after=2005-01-01T00:00:00Z", True)]
    for leaf, text, holds in cases:
        want(f"{leaf.subject} {text}", reasons([root, leaf], [("2021-01-01", [leaf])], {"2019-01-01": [anchor(root, constraints=text)]}),
             ["ok" if holds else "distrusted"])
    got = reasons([root, bare], [("2021-01-01", [bare])], {"2019-01-01": [anchor(root, "", "server client", never)]}, "--purpose", "client")
    want("as clients", got, ["ok"])


def study():
    """A study whose rows are older than the store stops, and names the option."""
    sample = os.path.join(SRC, "data-samples/scan.jsonl.gz")
    roots = os.path.join(SRC, "data-samples/roots.pem")
    text = open(roots).read()
    ders = [base64.b64decode(b) for b in re.findall(r"-----BEGIN CERTIFICATE-----(.*?)-----END", text, re.S)]
    every = HEADER + "".join(f"{hashlib.sha256(d).hexdigest()},,1,,anchor,server,1,,,,,,,\n" for d in ders)
    for date, status, more in (("2098-01-01", 2, []), ("2098-01-01", 0, ["--store-nearest"]), ("2011-01-01", 0, [])):
        folder = os.path.join(TMP, "late" + date)
        write(f"late{date}/{date}.csv", every)
        write(f"late{date}/2099-01-01.csv", HEADER)
        write(f"late{date}/2099-02-01.csv", every)
        write(f"late{date}/pool.pem", text)
        out = os.path.join(TMP, f"study{date}{len(more)}")
        p = subprocess.run([os.path.join(BUILD, "tw-study"), "-q", "--store", "s=" + folder] + more + [out, sample], stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE)
        want(f"tw-study {date} {more}", (p.returncode, b"--store-nearest" in p.stderr), (status, status == 2))
        if status:
            want("no rows of it", os.path.exists(os.path.join(out, "classified.csv")), False)
            continue
        rows = list(csv.DictReader(open(os.path.join(out, "classified.csv"))))
        judged = [r for r in rows if r["reason.s"] not in ("not_collected", "no_certificate", "no_time", "resumed", "encrypted", "truncated")]
        used = json.load(open(os.path.join(out, "study.provenance.json")))["stores"][0]
        want("rows counted", (used["snapshots"][0]["date"], used["no_snapshot"]), (date, 0))
        want("rows counted", used["snapshots"][0]["rows"] >= len(judged) > 0, True)
        spans = list(csv.DictReader(open(os.path.join(out, "judgements.csv"))))
        for r in judged:
            hit = [s for s in spans if (s["chain_id"], s["pool"]) == (r["chain_id"], "presented") and s["from"] <= r["time"] and
                   (not s["until"] or r["time"][:19] + "Z" <= s["until"])]
            want("judgements.csv", [s["reason"] for s in hit], [r["reason.s"]])
            # Who hangs on the roots is judged for their time; whom no root touches, once for all.
            alone = hit[0]["snapshot"] == date and "" < hit[0]["until"] < "2099"
            want("judgements.csv, its days", alone or (not hit[0]["path"] and hit[0]["snapshot"] == date + "/2099-02-01"), True)


def tool(*args):
    return subprocess.run([os.path.join(BUILD, "tw-chain"), "--certs", os.path.join(TMP, "c.der"), *args], capture_output=True, text=True)


def roots():
    """Every anchor that a good path reaches at the row's time: A's own, and B, who signed A's key too. --dates: the same store as of
    each date, like so many --store NAME@DATE, judging at the row's time."""
    a, b, cross = Cert("RootA", "RootA", ku=CA, after="2016-07-01"), Cert("RootB", "RootB", ku=CA), Cert("RootA", "RootB", ku=CA)
    inter, leaf = Cert("IntA", "RootA", ku=CA), Cert("leafA", "IntA")
    certs = [a, b, cross, inter, leaf]
    days = {"2015-01-01": [anchor(a)], "2016-01-01": [anchor(a), anchor(b)], "2017-01-01": [anchor(b)], "2018-01-01": [anchor(b, "2009-01-01T00:00:00Z")]}
    folder = store("roots", days, certs)
    both = " ".join(sorted([a.sha256, b.sha256]))
    full, short = [leaf, inter, cross], [leaf, inter]
    cases = [("2016-03-01", full, both), ("2015-06-01", full, a.sha256), ("2016-03-01", short, a.sha256), ("2016-06-30", full, both),
             ("2016-08-01", full, b.sha256), ("2016-08-01", short, ""), ("2017-02-01", full, b.sha256), ("2018-02-01", full, ""),
             ("2015-12-31T23:59:59Z", full, a.sha256), ("2016-01-01", full, both), ("2017-01-01", full, b.sha256), ("2014-11-01", full, "")]
    for seed in range(6):
        some = cases * 3
        random.Random(seed).shuffle(some)
        out, err, _ = chain_run(certs, [c[:2] for c in some], ["s=" + folder], "--show", "roots", "--threads", str(1 + seed % 4))
        want(f"roots, order {seed}", [r["roots.s"] for r in out or []], [c[2] for c in some])
    # What is known of a chain is not looked for again, and where no path is good nothing is.
    def judged(some, *more):
        err = chain_run(certs, [c[:2] for c in some], ["s=" + folder], "--stats", *more)[1]
        return int(re.search(r"judged (\d+)", err).group(1))
    want("roots, asked for thrice", judged(cases * 3, "--show", "roots"), judged(cases, "--show", "roots"))
    none = [c for c in cases if not c[2]]
    want("no roots", judged(none, "--show", "roots"), judged(none))
    pool, err, _ = chain_run(certs, [("2016-03-01", short)], ["s=" + folder], "--show", "roots", "--pool", write("cross.pem", pem("CERTIFICATE", [cross.der])))
    want("roots with a pool", [(r["roots.s"], r["roots.s.pool"]) for r in pool or []], [(a.sha256, both)])
    rows = write("dates.csv", "time,chain\n" + "".join(f"{t},{' '.join(c.sha256 for c in v)}\n" for t, v, _ in cases))
    plain = write("plain.pem", pem("CERTIFICATE", [b.der]))
    dated = tool("--store", "s=" + folder, "--store", "plain=" + plain, "--dates", "2015-06-01/2018-06-01/P1Y", "--show", "roots", rows)
    one = sum((["--store", f"s-{y}-06-01={folder}@{y}-06-01"] for y in range(2015, 2019)), [])
    want("--dates as NAME@DATE", dated.stdout, tool(*one, "--store", "plain=" + plain, "--show", "roots", rows).stdout)
    first = next(csv.DictReader(io.StringIO(dated.stdout)), {})
    want("--dates, a row of 2016", [first.get(f"roots.s-{y}-06-01") for y in range(2015, 2019)], [a.sha256, both, b.sha256, ""])
    for args, word in ((["--store", "plain=" + plain, "--dates", "2015-06-01/2016-06-01/P1Y"], "none of the stores"),
                       (["--store", "s=" + folder, "--dates", "2015-06-01/2016-06-01"], "FROM/UNTIL/PERIOD"),
                       (["--store", "s=" + folder, "--dates", "2010-06-01/2016-06-01/P1Y"], "2010-06-01")):
        bad = tool(*args, rows)
        want("--dates " + word, (bad.returncode, word in bad.stderr, bad.stdout), (2, True, ""))


def beside():
    """What comes beside a row meets each day's anchors, too: a stapled response (and the roots it leaves a good path to), a client's
    chain, certificates that only witness."""
    a, b, cross = Cert("RootA", "RootA", ku=CA), Cert("RootB", "RootB", ku=CA), Cert("RootA", "RootB", ku=CA)
    inter, leaf, other = Cert("IntA", "RootA", ku=CA), Cert("leafA", "IntA"), Cert("RootC", "RootC", ku=CA)
    certs = [a, b, cross, inter, leaf, other]
    both = " ".join(sorted([a.sha256, b.sha256]))
    folder = store("beside", {"2015-01-01": [anchor(a, purposes="server client")], "2016-01-01": [anchor(a), anchor(b)],
                              "2017-01-01": [anchor(b, purposes="server client")], "2018-01-01": [anchor(other)]}, certs)
    good, bad = (base64.b64encode(ocsp(leaf, inter, *x, until="2020-01-01")).decode() for x in ((), ("revoked", "2016-03-01")))
    lists = write("beside.crl", pem("X509 CRL", [crl(n, until="2020-01-01") for n in ("RootA", "RootB")]))
    der, chain = write("c.der", b"".join(c.der for c in certs)), f"{leaf.sha256} {inter.sha256} {cross.sha256}"

    def run(rows, show, *more):
        text = "time,chain,client_chain,ocsp_stapled\n" + "".join(",".join(r) + "\n" for r in rows)
        p = subprocess.run([os.path.join(BUILD, "tw-chain"), "--certs", der, "--store", "s=" + folder, "--show", "roots", *more],
                           input=text.encode(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return [tuple(r[k] for k in show.split()) for r in csv.DictReader(io.StringIO(p.stdout.decode()))] or p.stderr.decode()

    cases = [("2015-06-01", "", ("ok", a.sha256)), ("2015-06-01", bad, ("ok", a.sha256)), ("2015-06-01", good, ("ok", a.sha256)),
             ("2016-02-01", bad, ("ok", both)), ("2016-04-01", good, ("ok", both)), ("2016-04-01", bad, ("revoked", "")),
             ("2017-06-01", "", ("ok", b.sha256)), ("2017-06-01", good, ("ok", b.sha256)), ("2017-06-01", bad, ("revoked", "")),
             ("2018-06-01", good, ("unknown_issuer", "")), ("2014-11-30", good, ("no_snapshot", ""))]
    want("absent", run([("2015-06-01", "00" * 32, "", ""), ("2015-06-01", chain, "", "")], "reason.s roots.s"), [("not_collected", ""), ("ok", a.sha256)])
    want("staples", run([(t, chain, "", s) for t, s, _ in cases], "reason.s roots.s"), [c[2] for c in cases])
    vouched = [(t, s, x if s or x[0] == "no_snapshot" else ("revocation_unknown", "")) for t, s, x in cases]
    want("staples, required", run([(t, chain, "", s) for t, s, _ in vouched], "reason.s roots.s", "--revocation", "require", "--crl", lists),
         [c[2] for c in vouched])
    clients = [("2015-06-01", ("ok", a.sha256, "ok", a.sha256)), ("2016-06-01", ("ok", both, "distrusted", "")),
               ("2017-06-01", ("ok", b.sha256, "ok", b.sha256)), ("2018-06-01", ("unknown_issuer", "") * 2), ("2014-11-30", ("no_snapshot", "") * 2)]
    want("clients", run([(t, chain, chain, "") for t, _ in clients], "reason.s roots.s reason.s.client roots.s.client", "--client-chain"),
         [c[1] for c in clients])
    short, proof = f"{leaf.sha256} {inter.sha256}", write("witness.pem", pem("CERTIFICATE", [cross.der]))
    days = [("2015-06-01", "ok", "ok"), ("2016-06-01", "ok", "ok"), ("2017-06-01", "unknown_issuer", "missing_intermediate"),
            ("2018-06-01", "unknown_issuer", "unknown_issuer")]
    for what, k, more in (("no witness", 1, ["--witness", write("none.pem", pem("CERTIFICATE", [other.der]))]), ("witness", 2, ["--witness", proof])):
        want(what, run([(d[0], short, "", "") for d in days], "reason.s", *more), [(d[k],) for d in days])


def files():
    """A snapshot's file alone: its certificates stand beside it, or above; its name is its date, where that is one; it judges at all times."""
    a, b = Cert("RootA", "RootA", ku=CA), Cert("RootB", "RootB", ku=CA)
    leaf = Cert("leafA", "RootA")
    write("c.der", a.der + b.der + leaf.der)
    rows = write("files.csv", f"time,chain\n2012-01-01,{leaf.sha256}\n2019-01-01,{leaf.sha256}\n")
    plain = write("a.pem", pem("CERTIFICATE", [a.der]))

    def run(spec, where):
        p = subprocess.run([os.path.join(BUILD, "tw-chain"), "--certs", os.path.join(TMP, "c.der"), "--store", "s=" + spec, "--show", "snapshot", rows],
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=where)
        return p.returncode, [(r["reason.s"], r["snapshot.s"]) for r in csv.DictReader(io.StringIO(p.stdout.decode()))]
    none = run(plain, TMP)[1][0][1]
    want("a digest", re.fullmatch("[0-9a-f]{64}", none) is not None, True)
    for k, (name, date) in enumerate((("2016-01-01.csv", "2016-01-01"), ("2016-01-01", "2016-01-01"), ("2016-01-01.v2.csv", "2016-01-01"), ("2016-01-01x.csv", none),
                                      ("2016-13-01.csv", none), ("2016.csv", none), ("snapshot.of.csv", none), ("2016-01-1.csv", none))):
        for above in (False, True):
            folder = f"file{k}{above}/"
            write(folder + name if not above else folder + "in/" + name, HEADER + anchor(a))
            write(folder + "pool.pem", pem("CERTIFICATE", [a.der]))
            at, good = os.path.join(TMP, folder, "in" if above else ""), (0, [("ok", date)] * 2)
            want(f"{name}, by its path", run(os.path.join(at, name), TMP), good)
            want(f"{name}, where it lies", run(name, at), good)
            # What its pool lacks is missed, and no other pool is asked.
            if above:
                write(folder + "in/pool.pem", pem("CERTIFICATE", [b.der]))
                want(f"{name}, the pool beside it", run(os.path.join(at, name), TMP)[0], 2)
    write("lone/2016-01-01.csv", HEADER + anchor(a))
    want("no pool", run(os.path.join(TMP, "lone/2016-01-01.csv"), TMP)[0], 2)
    broken = store("broken", {"2016-01-01": [anchor(a)]}, [b])
    want("a folder whose pool lacks one", run(broken, TMP)[0], 2)


def threads():
    """A chain is judged for other dates while other threads write rows of it: whole ones, and such as lack a certificate. Rows in
    disorder, of many blocks; the same bytes in one thread and in several, and what each row says. (A build with ThreadSanitizer
    sees more than bytes: .ci/run.)"""
    days, r = {}, random.Random(7)
    for k in range(24):
        day = f"20{14 + k // 12}-{1 + k % 12:02d}-01"
        days[day] = [anchor(ROOTS[i]) for i in range(3) if (k >> i & 1) == 0 or i == k % 3]
    folder = store("threads", days, ROOTS)
    write("c.der", b"".join(c.der for c in ROOTS + INTS + LEAVES))
    lost = "00" * 32
    chains = [(f"{LEAVES[i].sha256} {INTS[i].sha256}{more}", "yes" if not more else "partly") for i in range(3) for more in ("", " " + lost)]
    chains += [(f"{LEAVES[i].sha256} {lost}", "partly") for i in range(3)]
    lines = [f"{t}T{r.randrange(24):02d}:00:00Z,{c},{w}" for t in days for c, w in chains for _ in range(120)]
    r.shuffle(lines)
    rows = write("threads.csv", "time,chain,collected\n" + "\n".join(lines) + "\n")
    args = ["-q", "--store", "s=" + folder, "--show", "roots,snapshot,culprit", rows]
    one = tool("--threads", "1", *args).stdout
    want("rows in disorder", len(one.splitlines()), len(lines) + 1)
    for n in ("2", "4", "4", "7"):
        several = tool("--threads", n, *args)
        want(f"the same bytes in {n} threads", (several.returncode, several.stdout == one), (0, True))
    held = {d: {x.split(",")[0] for x in rows} for d, rows in days.items()}
    wrong = 0
    for row in csv.DictReader(io.StringIO(one)):
        i = next(k for k in range(3) if row["chain"].startswith(LEAVES[k].sha256))
        built, there = INTS[i].sha256 in row["chain"], ROOTS[i].sha256 in held[row["time"][:8] + "01"]
        wrong += row["reason.s"] != ("ok" if built and there else "not_collected" if row["collected"] == "partly" else "unknown_issuer")
        wrong += row["snapshot.s"] != ("" if row["reason.s"] == "not_collected" else row["time"][:8] + "01")
    want("rows in disorder that say something else", wrong, 0)


def main():
    try:
        distrust_by_date()
        blocks()
        signers()
        installed(*dates())
        constraints()
        study()
        roots()
        beside()
        files()
        threads()
    finally:
        shutil.rmtree(TMP)
    for f in FAILED[:40]:
        print("FAIL", f)
    print(f"{DONE[0]} compared, {len(FAILED)} failures")
    return 1 if FAILED or DONE[0] < 300 else 0


if __name__ == "__main__":
    sys.exit(main())
