#!/usr/bin/env python3
"""tw-report against a second computation: seeded rows, every table and every
unit counted again here from docs/tables.md with csv and dicts; the rows behind
numbers; the same rows in another order must give the same bytes."""
import csv
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict

import tables

TOOL = os.path.join(os.environ["TW_BUILDDIR"], "tw-report")
COLUMNS = ("time,source,scan,input,record,probe,client,ip,port,spoken,protocol,name,tls_start,starttls_offered,starttls_answer,outcome,"
           "offered_versions,offered_classes,resumed,version,cipher,group,dh_bits,dh_prime,dh_basis,chain,leaf_time,verdict.m,reason.m,verdict.m.pool,reason.m.pool,ever.m,verdict.m.client,reason.m.client,kex,auth,enc,mac,aead,"
           "forward_secrecy,cipher_class,leaf_key,leaf_sig,chain_security_bits,weakest_link,session_bits,limited_by,"
           "chain_above,asn").split(",")
SUITES = [("TLS_AES_128_GCM_SHA256", "TLS1.3", "AES-GCM", "AEAD", "yes", "yes", "aead-fs", ""),
          ("TLS_RSA_WITH_RC4_128_MD5", "RSA", "RC4", "MD5", "no", "no", "broken", "RSA"),
          ("TLS_DHE_RSA_WITH_AES_128_CBC_SHA", "DHE", "AES-CBC", "SHA1", "no", "yes", "legacy", "RSA"),
          ("TLS_RSA_WITH_3DES_EDE_CBC_SHA", "RSA", "3DES-CBC", "SHA1", "no", "no", "64-bit-block", "RSA"),
          ("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE", "CHACHA20-POLY1305", "AEAD", "yes", "yes", "aead-fs", "RSA"),
          ("TLS_RSA_WITH_CAMELLIA_128_CBC_SHA", "RSA", "CAMELLIA-CBC", "SHA1", "no", "no", "legacy", "RSA"),
          ("TLS_RSA_WITH_SEED_CBC_SHA", "RSA", "SEED-CBC", "SHA1", "no", "no", "legacy", "RSA"), ("",) * 8]
# What exchanges there are beside them.
SUITES += [("TLS_%s_WITH_X" % (kex + a), kex, "AES-CBC", "SHA1", "no", "no", "anonymous" if auth == "anon" else "legacy", auth)
           for kex, a, auth in (("DH", "_anon", "anon"), ("ECDH", "_anon", "anon"), ("DH", "_RSA", "RSA"), ("ECDH", "_ECDSA", "ECDSA"),
                                ("PSK", "", "PSK"), ("RSA_PSK", "", "RSA"), ("DHE_PSK", "", "PSK"), ("ECDHE_PSK", "", "PSK"), ("SRP", "", "SRP"),
                                ("CECPQ1", "_RSA", "RSA"))]
VERDICT = {"ok": "verifiable", "expired": "expired", "self_signed": "self-signed", "unknown_issuer": "broken",
           "not_yet_valid": "broken", "missing_intermediate": "broken"}
UNJUDGED = ["no_time", "encrypted", "resumed", "not_collected", "truncated", "no_certificate", "no_snapshot", ""]
failures = 0


def fail(*words):
    global failures
    failures += 1
    print("FAIL", *words)


def put_tls(r, row):
    suite = r.choice(SUITES[:8] if r.random() < 0.6 else SUITES)
    row.update(zip(("cipher", "kex", "enc", "mac", "aead", "forward_secrecy", "cipher_class", "auth"), suite))
    row["group"] = r.choice(["", "", "0x1234"] + list(tables.GROUPS))
    row.update(version=r.choice(["TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3", "TLSv1.3-draft28", "SSLv3", "SSLv2", "", "0x0305",
                                 "DTLSv0.9", "DTLSv1.0", "DTLSv1.2", "DTLSv1.3", "DTLSv1.3-draft38"]),
               session_bits=r.choice(["", "40", "80", "112", "128", "256"]),
               limited_by=r.choice(["cipher", "dh", "group", "leaf-key", ""]), resumed=r.choice(["", "no", "no", "yes"]))
    if suite[1] in ("DHE", "DHE_PSK", "DH") and r.random() < 0.8:
        size, prime, basis = r.choice([("1024", "oakley2", "prime"), ("1024", "0123456789abcdef", "prime"), ("1023", "fedcba9876543210", "prime"),
                                       ("2048", "ffdhe2048", "prime"), ("1024", "", "tool"), ("1016", "", "public_value"),
                                       ("", "oakley2", ""), ("2048", "modp2048", "prime")])
        row.update(dh_bits=size, dh_prime=prime, dh_basis=basis, group="")
    if r.random() < 0.1:
        row["chain"] = "NONE"
        return
    leaf = r.randrange(60)
    above = [r.randrange(100, 112) for _ in range(r.randrange(3))]
    roles = {c: ("intermediate" if c < 108 else "root", ["RSA-2048", "RSA-1024", "EC-secp256r1"][c % 3], "sha%d" % (c % 2)) for c in above}
    row.update(chain=" ".join("%064x" % c for c in [leaf] + above), chain_above=" ".join(":".join(roles[c]) for c in above),
               leaf_time=r.choice(["ok", "expired", "early"]), leaf_key=["RSA-1024", "RSA-2048", "", "Ed25519"][leaf % 4],
               leaf_sig=["sha256WithRSAEncryption", "sha1WithRSAEncryption"][leaf % 2],
               chain_security_bits=r.choice(["", "64", "80", "112", "128"]),
               weakest_link=r.choice(["", "0:key:RSA-1024", "0:sig:md5", "1:key:RSA-1024", "10:sig:sha1"]))
    if above and r.random() < 0.1:
        row["chain_above"] = ""
    for pool in ("m", "m.pool"):
        reason = r.choice(list(VERDICT) + [r.choice(UNJUDGED)])
        row["reason." + pool] = reason
        row["verdict." + pool] = VERDICT.get(reason, "")
    row["ever.m"] = r.choice(["yes", "no", ""])
    row["verdict.m.client"], row["reason.m.client"] = "verifiable", "ok"  # of tw-chain --client-chain: in no table of servers


def put_client(r, row):
    """A client has habits, with exceptions; some rows have none (--clients drop)."""
    who = r.randrange(25)
    row["client"] = "" if who == 24 else "10.0.0.%d" % who
    offers = ["", "TLSv1.0", "TLSv1.2", "0x0A0A TLSv1.3 TLSv1.2", "TLSv1.2 TLSv1.3-draft28 0x7f99", "0x1a1a 0x0305", "SSLv2", "TLSv1.1",
              "SSLv3", "TLSv1.3-experiment02 TLSv1.3", "DTLSv0.9", "DTLSv1.0", "DTLSv1.2", "DTLSv1.3 DTLSv1.2", "DTLSv1.2 DTLSv1.3-draft38"]
    row["offered_versions"] = offers[who % len(offers)] if r.random() < 0.6 else r.choice(offers)
    habit = random.Random(who if r.random() < 0.6 else r.random())
    row["offered_classes"] = " ".join(c for c in "rc4 3des export null anon aead fs".split() if habit.random() < 0.5)


def put_offer(r, row):
    """Servers seen passively have habits: all see STARTTLS, nobody, some clients, everybody at times, or whom it is is not known."""
    row["starttls_offered"] = r.choice(["", "yes", "no", "mangled"])
    row["starttls_answer"] = r.choice(["", "accepted", "refused", "none"])
    if row["source"] == "active" or not row["ip"]:
        return
    if r.random() < 0.3:
        row["ip"] = "192.0.2.%d" % r.randrange(40, 250)  # seldom seen
    kind, missing = int(row["ip"].rpartition(".")[2]) % 7, r.choice(["no", "mangled"])
    if kind < 5 and row["starttls_offered"]:
        row["client"] = row["client"] or "10.0.0.%d" % r.randrange(24)
        left_out = [False, True, int(row["client"].rpartition(".")[2]) % 3 == 0, row["time"] > "2024-05-15"][min(kind, 3)]
        row["starttls_offered"] = missing if left_out else "yes"
    if kind == 4:  # one client, at times
        row["client"] = "10.0.0.1"


def make(n, seed, passive):
    """Times are all different, by milliseconds, so that no host is a matter of taste."""
    r = random.Random(seed)
    times = random.Random(seed + 1).sample(range(10 ** 8), n)
    rows = []
    for i in range(n):
        protocol = r.choice(["smtp", "imap", "https"])
        implicit = protocol == "https"
        s, ms = divmod(times[i] * 30, 1000)
        row = dict.fromkeys(COLUMNS, "")
        row.update(time="2024-05-%02dT%02d:%02d:%02d.%03dZ" % (1 + s // 86400 % 28, s // 3600 % 24, s // 60 % 60, s % 60, ms),
                   source="passive" if passive else "active", scan=r.choice(["a", "b"]), input="x,\"y\"", record=str(i),
                   probe=r.choice(["p"] * 8 + ["redirect:1", "offer:TLSv1.0"]),
                   ip=r.choice([""] + ["192.0.2.%d" % r.randrange(40)] * 5), port="25", protocol=protocol,
                   spoken=r.choice(["", "http" if implicit else protocol, r.choice(["postgresql", "mysql", "xmpp-server"])]), asn=r.choice(["", "1", "2"]),
                   name=r.choice(["", "a.example", "b.example"]), tls_start="implicit" if implicit else r.choice(["", "starttls"]),
                   outcome=r.choice(["established"] * 6 + ["timeout", "refused", "no-tls", "wrong-protocol", "port-open",
                                                           "unreachable", "handshake-failed", "closed", "truncated"]))
        if row["outcome"] == "established":
            put_tls(r, row)
        if passive:
            put_client(r, row)
        put_offer(r, row)
        rows.append(row)
    return rows


def run(path, *args):
    p = subprocess.run([TOOL, *args, path], capture_output=True, text=True)
    if p.returncode:
        fail(args, p.stderr)
    return p.stdout


def lines(path, *args):
    return list(csv.DictReader(run(path, *args).splitlines()))


def write(path, rows):
    with open(path, "w", newline="") as f:
        w = csv.DictWriter(f, COLUMNS, lineterminator="\n")
        w.writeheader()
        w.writerows(rows)


def compare(path, rows, **how):
    """Each cell of each table against tables.py; no line too many or too few."""
    args = []
    for k in ("rescans", "servers"):
        args += ["--" + k, how[k]] if k in how else []
    if how.get("by"):
        args += ["--by", ",".join(how["by"])]
    cells = 0
    for name in tables.TABLES:
        want = tables.table(name, rows, **how)
        got = {}
        for line in lines(path, *args, "-t", name):
            key = tuple(line[k] for k in tables.key_names(name, how.get("by", [])))
            if key in got:
                fail(name, "two lines of", key)
            got[key] = line
        for key in set(want) ^ set(got):
            fail(name, how, "line", key, "is in", "the table only" if key in got else "tables.py only")
        for key in set(want) & set(got):
            for column, v in want[key].items():
                cells += 1
                if got[key][column] != v:
                    fail(name, how, key, column, "is", repr(got[key][column]), "not", repr(v))
            if set(want[key]) | set(tables.key_names(name, how.get("by", []))) != set(got[key]):
                fail(name, "columns", set(got[key]) ^ set(want[key]))
    return cells


def behind(path, rows, how=(), **named):
    """--rows prints the rows that tables.py names behind each count, and as
    many of them as there are hosts."""
    cells = 0
    by_record = {r["record"]: r for r in rows}
    r = random.Random(5)
    for name in tables.TABLES:
        want = tables.table(name, rows, trace=True, **named)
        keys = sorted(k for k in want)
        few = r.sample(keys, min(12, len(keys)))
        for key in [k for k in keys if k[:2] == ("passive", "smtp")] if name == "stripping" else few:
            columns = [c for c in want[key]]
            for column in columns if name == "stripping" else r.sample(columns, min(4, len(columns))):
                cell = "/".join(k for k in key) + ("" if name in tables.LONG and column == "count" else "/" + column)
                out = run(path, "--rows", name + ":" + cell, *how)
                records = sorted(x["record"] for x in csv.DictReader(out.splitlines()))
                cells += 1
                if records != sorted(want[key][column]):
                    fail("--rows", name, cell, len(records), "rows, not", len(want[key][column]))
                if any(x != y for x, y in zip(out.splitlines()[1:2], [text(by_record[records[0]])] if records and len(records) == 1 else [])):
                    fail("--rows", "bytes differ")
    return cells


def text(row):
    import io
    b = io.StringIO()
    csv.DictWriter(b, COLUMNS, lineterminator="").writerow(row)
    return b.getvalue()


def of_samples(d):
    """The tables of what really happened: the capture of data-samples/, and the scan of it."""
    samples, cells = os.path.join(os.environ["TW_SRCDIR"], "data-samples"), []
    tables.EVER[:] = [".m", ".m.pool"]
    for dump in ("capture.pcap.gz", "scan.jsonl.gz"):
        study = os.path.join(d, dump)
        subprocess.run([TOOL.replace("tw-report", "tw-study"), "-q", "--store", "m=" + os.path.join(samples, "roots.pem"), study,
                        os.path.join(samples, dump)], check=True)
        path = os.path.join(study, "classified.csv")
        with open(path, newline="") as f:
            rows = list(csv.DictReader(f))
        cells.append(compare(path, rows) + compare(path, rows, servers="any"))
    tables.EVER[:] = [".m"]
    return cells


def usage(d):
    path = os.path.join(d, "few.csv")
    with open(path, "w") as f:
        f.write("source,protocol,outcome,ip\nactive,smtp,established,192.0.2.1\n")
    for args, word in (["-t", "validity"], "tw-chain"), (["-t", "scans"], "tw-ingest"), (["-t", "families"], "tw-classify"), (["-t", "none"], "--list"), (["--by", "x"], "no such column"), \
            (["--by", "protocol"], "already"), (["--unit", "x"], "unit"), (["--rescans", "x"], "each"), (["--servers", "all"], "any"), \
            (["--rows", "versions"], "TABLE:CELL"), (["--rows", "ciphers:active/smtp"], "tw-ingest"):
        bad = subprocess.run([TOOL, *args, path], capture_output=True, text=True)
        if bad.returncode != 2 or word not in bad.stderr or bad.stdout:
            fail("usage", args, bad)
    bad = subprocess.run([TOOL, "--rows", "versions:active/smtp/host/n"], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if bad.returncode != 2 or "twice" not in bad.stderr:
        fail("--rows of a pipe", bad)


def main():
    with tempfile.TemporaryDirectory() as d:
        path, other = os.path.join(d, "rows.csv"), os.path.join(d, "other.csv")
        rows = make(1500, 7, False) + make(1500, 11, True)
        # Hosts that were scanned again and said the same: only the time tells which row stands.
        again = random.Random(4).sample([r for r in rows if r["ip"] and r["outcome"] == "established"], 400)
        rows += [dict(r, time="2024-05-29T00:%02d:%02d.000Z" % divmod(i, 60)) for i, r in enumerate(again)]
        for i, row in enumerate(rows):
            row["record"] = str(i)
        random.Random(3).shuffle(rows)
        write(path, rows)
        cells = compare(path, rows)
        for how in dict(rescans="first"), dict(rescans="each"), dict(servers="any"), dict(by=["asn", "time:month"]), dict(by=["scan", "time:week"]):
            cells += compare(path, rows, **how)
        print(*of_samples(d), "cells of data-samples' capture and scan computed twice")
        traced = behind(path, rows)
        traced += behind(path, rows, ["--servers", "any"], servers="any")
        print(cells, "cells computed twice,", traced, "cells traced to their rows")
        # The order of rows decides nothing, not even among equal times.
        for row in rows:
            row["time"] = row["time"][:10] + "T00:00:00Z"
        write(path, rows)
        before = run(path)
        random.Random(1).shuffle(rows)
        write(other, rows)
        if run(other) != before or run(other, "--pretty") != run(path, "--pretty"):
            fail("tables depend on the order of rows")
        with open(path) as f:
            piped = subprocess.run([TOOL, "-"], stdin=f, capture_output=True, text=True).stdout
        if piped != before:
            fail("standard input")
        wide = [x for x in run(path, "--pretty").splitlines() if len(x) > 118]
        if wide:
            fail("--pretty is wider than 118", wide[0])
        usage(d)
        subprocess.run([TOOL, "-o", os.path.join(d, "out"), path], check=True)
        names = {x.split()[0] + ".csv" for x in subprocess.run([TOOL, "--list"], capture_output=True, text=True).stdout.splitlines()}
        beside = {"stores.csv", "store-roots.csv", "store-dates.csv"}  # stores.py's: these rows have one store
        written = set(os.listdir(os.path.join(d, "out")))
        if written != names - beside or written != {t + ".csv" for t in tables.TABLES}:
            fail("-o", os.listdir(os.path.join(d, "out")))
    return failures != 0


sys.exit(main())
