#!/usr/bin/env python3
"""tw-report against a second computation: seeded rows, counted again here with
csv and dicts; then the same rows shuffled must give the same bytes."""
import csv
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict

TOOL = os.path.join(os.environ["TW_BUILDDIR"], "tw-report")
COLUMNS = ("time,source,scan,input,record,probe,ip,port,spoken,protocol,tls_start,starttls_offered,starttls_answer,outcome,"
           "version,cipher,chain,leaf_time,verdict.m,reason.m,verdict.m.pool,reason.m.pool,kex,enc,mac,aead,"
           "forward_secrecy,cipher_class,leaf_key,leaf_sig,chain_security_bits").split(",")
failures = 0


def fail(*words):
    global failures
    failures += 1
    print("FAIL", *words)


def make(n, seed):
    r = random.Random(seed)
    rows = []
    for i in range(n):
        leaf = r.randrange(40)
        done = r.random() < 0.7
        reason = ["ok", "expired", "self_signed", "unknown_issuer", "no_time"][leaf % 5]
        verdict = {"ok": "verifiable", "expired": "expired", "self_signed": "self-signed", "no_time": ""}.get(reason, "broken")
        protocol = r.choice(["smtp", "imap", "https"])
        implicit = protocol == "https"
        row = dict.fromkeys(COLUMNS, "")
        row.update(time="2024-05-%02dT00:00:%02d%sZ" % (r.randrange(1, 4), r.randrange(3), r.choice(["", ".5"])),
                   source="active", scan=r.choice(["a", "b"]), input="x", record=str(i), probe="p",
                   ip=r.choice(["", "192.0.2.%d" % r.randrange(60)]), port="25", spoken="http" if implicit else protocol,
                   protocol=protocol, tls_start="implicit" if implicit else r.choice(["", "starttls"]),
                   starttls_offered=r.choice(["", "yes", "no", "mangled"]), starttls_answer=r.choice(["", "accepted", "refused"]),
                   outcome="established" if done else r.choice(["timeout", "refused", "no-tls"]))
        if done:
            row.update(version=r.choice(["TLSv1.0", "TLSv1.2", "TLSv1.3", "TLSv1.3-draft28", "SSLv3"]),
                       cipher=r.choice(["TLS_AES_128_GCM_SHA256", "TLS_RSA_WITH_RC4_128_MD5"]), chain="%064x" % leaf,
                       leaf_time="expired" if leaf % 5 in (1, 2) else "ok", leaf_key="RSA-%d" % (1024 * (1 + leaf % 2)),
                       leaf_sig="sha256WithRSAEncryption", enc="RC4", kex="RSA", mac="MD5", aead="no", forward_secrecy="no",
                       cipher_class="broken", chain_security_bits="80")
            row["verdict.m"], row["reason.m"] = verdict, reason
            row["verdict.m.pool"], row["reason.m.pool"] = "verifiable", "ok"
        rows.append(row)
    return rows


def seconds(t):
    return t.split(".")[0].rstrip("Z")


def hosts(rows):
    """The last established row of a host, else its last; None where rows of the
    same second could both be meant (settled by bytes; not checked here)."""
    of = defaultdict(list)
    for r in rows:
        if r["ip"]:
            of[r["ip"], r["port"], r["protocol"], r["scan"]].append(r)
    chosen = []
    for group in of.values():
        best = max((r["outcome"] == "established", seconds(r["time"])) for r in group)
        chosen.append([r for r in group if (r["outcome"] == "established", seconds(r["time"])) == best])
    return chosen


def run(path, *args):
    return subprocess.run([TOOL, *args, path], check=True, capture_output=True, text=True).stdout


def table(path, name):
    return list(csv.DictReader(run(path, "-t", name).splitlines()))


def write(path, rows):
    with open(path, "w", newline="") as f:
        w = csv.DictWriter(f, COLUMNS, lineterminator="\n")
        w.writeheader()
        w.writerows(rows)


def cell(lines, **key):
    found = [r for r in lines if all(r[k] == v for k, v in key.items())]
    return found[0] if len(found) == 1 else None


def percent(a, b):
    return "" if b == 0 else "%d.%02d" % divmod((a * 20000 + b) // (2 * b), 100)


def compare(path, rows, unit):
    """Counts of every protocol, under one unit, with rows as that unit's."""
    for p in ("smtp", "imap", "https"):
        mine = [r for r in rows if r["protocol"] == p]
        done = [r for r in mine if r["outcome"] == "established"]
        key = dict(source="active", protocol=p, unit=unit)
        got = cell(table(path, "versions"), **key)
        n = Counter(r["version"] for r in done)
        for v in ("SSLv3", "TLSv1.0", "TLSv1.2", "TLSv1.3"):
            if got[v] != str(n[v]) or got[v + "_pct"] != percent(n[v], len(done)) or got["n"] != str(len(done)):
                fail("versions", p, unit, v, got[v], n[v])
        if got["TLSv1.3-draft"] != str(n["TLSv1.3-draft28"]):
            fail("draft", p)
        got = cell(table(path, "validity"), store="m", pool="presented", **key)
        n = Counter(r["verdict.m"] for r in done)
        judged = len(done) - n[""]
        want = {"n": len(done), "judged": judged, "verifiable": n["verifiable"], "self-signed": n["self-signed"],
                "expired": n["expired"], "broken": n["broken"], "no_time": n[""],
                "self-signed_and_expired": n["self-signed"]}
        for k, v in want.items():
            if got[k] != str(v):
                fail("validity", p, unit, k, got[k], v)
        if got["broken_pct"] != percent(n["broken"], judged):
            fail("percent of judged", got["broken_pct"])
        for reason, count in Counter(r["reason.m"] for r in done).items():
            line = cell(table(path, "reasons"), store="m", pool="presented", reason=reason, **key)
            if not line or line["count"] != str(count) or line["n"] != str(len(done)):
                fail("reasons", p, unit, reason, line, count)
        if p == "https":
            continue
        plain = [r for r in mine if r["tls_start"] != "implicit"]
        got = cell(table(path, "starttls"), **key)
        n = Counter(r["starttls_offered"] for r in plain)
        want = {"n": len(plain), "list_seen": len(plain) - n[""], "offered": n["yes"], "not_offered": n["no"],
                "mangled": n["mangled"], "upgraded": sum(r["outcome"] == "established" and r["tls_start"] == "starttls" for r in plain)}
        for k, v in want.items():
            if got[k] != str(v):
                fail("starttls", p, unit, k, got[k], v)


def main():
    with tempfile.TemporaryDirectory() as d:
        path, other = os.path.join(d, "rows.csv"), os.path.join(d, "other.csv")
        rows = make(3000, 7)
        write(path, rows)
        compare(path, rows, "probe")
        for line in table(path, "keys"):
            if line["unit"] == "certificate":
                n = len({r["chain"] for r in rows if r["protocol"] == line["protocol"] and r["leaf_key"] == line["leaf_key"]})
                if line["count"] != str(n):
                    fail("keys", line, n)
        # Hosts: rows of which one is the host's for certain.
        sure = []
        for group in hosts(rows):
            sure += [r for r in rows if (r["ip"], r["port"], r["protocol"], r["scan"]) ==
                     (group[0]["ip"], group[0]["port"], group[0]["protocol"], group[0]["scan"])] if len(group) == 1 else []
        write(other, sure)
        if len(sure) < 200:
            fail("too few hosts to test", len(sure))
        compare(other, [g[0] for g in hosts(sure)], "host")
        # The order of rows decides nothing, not even among equal times.
        before = run(path)
        shuffled = rows[:]
        random.Random(1).shuffle(shuffled)
        write(path, shuffled)
        if run(path) != before:
            fail("tables depend on the order of rows")
        # The rows behind a number are as many as it says.
        line = cell(table(path, "versions"), source="active", protocol="smtp", unit="probe")
        behind = run(path, "--rows", "versions:active/smtp/probe/TLSv1.2").splitlines()[1:]
        if len(behind) != int(line["TLSv1.2"]) or any(r.split(",")[14] != "TLSv1.2" for r in behind):
            fail("--rows", len(behind), line["TLSv1.2"])
        line = cell(table(path, "reasons"), source="active", protocol="imap", unit="host", store="m", pool="presented", reason="expired")
        behind = run(path, "--rows", "reasons:active/imap/host/m/presented/expired").splitlines()[1:]
        if len(behind) != int(line["count"]):
            fail("--rows of hosts", len(behind), line["count"])
        with open(other, "w") as f:
            f.write("source,protocol,outcome,ip\nactive,smtp,established,192.0.2.1\n")
        bad = subprocess.run([TOOL, "-t", "validity", other], capture_output=True, text=True)
        if bad.returncode != 2 or "tw-chain" not in bad.stderr:
            fail("absent columns", bad)
        if subprocess.run([TOOL, "-t", "none", other], capture_output=True).returncode != 2:
            fail("no such table")
        subprocess.run([TOOL, "-o", os.path.join(d, "out"), path], check=True)
        names = {x.split()[0] + ".csv" for x in subprocess.run([TOOL, "--list"], capture_output=True, text=True).stdout.splitlines()}
        if set(os.listdir(os.path.join(d, "out"))) != names or len(names) != 10:
            fail("-o", os.listdir(os.path.join(d, "out")))
    return failures != 0


sys.exit(main())
