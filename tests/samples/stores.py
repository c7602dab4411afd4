#!/usr/bin/env python3
"""What difference the root store makes, over real chains: eleven stores of six vendors, at two dates and as they stood at
each row's time. Each difference is put down to roots, and that is proved: without these roots the store says no, with
any one of them alone it says yes; openssl says so too; and the other store, by its own list, lacks them or distrusts."""
import base64
import csv
import hashlib
import io
import os
import re
import subprocess
import sys
import tempfile

SRC, BUILD = os.environ["TW_SRCDIR"], os.environ["TW_BUILDDIR"]
STORES = ["mozilla", "mozilla@2020-06-30", "mozilla@2024-08-01", "microsoft@2020-06-30", "microsoft@2024-08-01", "apple@2020-06-30",
          "apple@2024-08-01", "aosp@2020-06-30", "aosp@2024-08-01", "openjdk@2020-06-30", "rig=" + SRC + "/data-samples/roots.pem"]
SHARED = SRC + "/../shared/captures"
failures = 0


def fail(*words):
    global failures
    failures += 1
    print("FAIL", *words)


def run(*args, text=True, ok=(0,)):
    p = subprocess.run([str(a) for a in args], capture_output=True, text=text)
    if p.returncode not in ok:
        fail(*args[:4], p.returncode, p.stderr[-300:])
    return p


def name_of(store):
    return store.split("=")[0] if "=" in store else store.replace("@", "-")


def pem(der):
    text = base64.b64encode(der).decode()
    return ("-----BEGIN CERTIFICATE-----\n" + "\n".join(text[i:i + 64] for i in range(0, len(text), 64)) +
            "\n-----END CERTIFICATE-----\n").encode()


def blocks_of(text):
    """DER of each PEM block."""
    return [base64.b64decode(b) for b in re.findall(r"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", text, re.S)]


def run_openssl(args, data):
    return subprocess.run(["openssl", *args], input=data, capture_output=True, check=True).stdout


def time_inside(der):
    """A day after the leaf's begin."""
    out = run_openssl(["x509", "-inform", "DER", "-noout", "-startdate"], der).decode()
    return subprocess.run(["date", "-u", "-d", out.split("=")[1].strip() + " + 1 day", "+%Y-%m-%dT%H:%M:%SZ"],
                          capture_output=True, text=True, check=True).stdout.strip()


def gather(d):
    """rows.csv and certs.der out of the public chains; and of the captures in ../shared, where they are."""
    rows, certs = [], {}
    public = SRC + "/data-samples/public"
    for file in sorted(os.listdir(public)):
        if not file.endswith(".pem") or file == "roots.pem":
            continue
        with open(os.path.join(public, file), errors="replace") as f:
            ders = blocks_of(f.read()) if "damaged" not in file else []
        for der in ders:
            certs[hashlib.sha256(der).hexdigest()] = der
        if ders:
            rows.append((time_inside(ders[0]), " ".join(hashlib.sha256(x).hexdigest() for x in ders)))
    for dump in [SRC + "/data-samples/scan.jsonl.gz"] + ([SHARED] if os.path.isdir(SHARED) else []):
        out, more = os.path.join(d, "ingested.csv"), os.path.join(d, "more.der")
        run(BUILD + "/tw-ingest", "-q", "--certs", more, "-o", out, dump)
        for r in csv.DictReader(open(out, newline="")):
            if r["chain"] not in ("", "NONE") and r["collected"] == "yes" and r["time"]:
                rows.append((r["time"], r["chain"]))
        data = open(more, "rb").read()
        while data:
            n = 4 + int.from_bytes(data[2:4], "big") if data[1] == 0x82 else 5 + int.from_bytes(data[2:5], "big")
            if data[0] == 0x30 and data[1] in (0x82, 0x83):
                certs[hashlib.sha256(data[:n]).hexdigest()] = data[:n]
            elif data[1] < 0x80:
                n = 2 + data[1]
            elif data[1] == 0x81:
                n = 3 + data[2]
            data = data[n:]
    rows = sorted(set(rows))
    with open(os.path.join(d, "certs.der"), "wb") as f:
        f.write(b"".join(certs.values()))
    with open(os.path.join(d, "rows.csv"), "w") as f:
        f.write("source,protocol,outcome,ip,port,time,chain\n")
        f.writelines(f"active,https,established,2001:db8::{i:x},443,{t},{c}\n" for i, (t, c) in enumerate(rows))
    return certs


def judge(d, rows, stores):
    args = sum((["--store", s] for s in stores), [])
    out = run(BUILD + "/tw-chain", "-q", "--certs", d + "/certs.der", "--store-nearest", *args, "--show", "roots,culprit,snapshot", rows).stdout
    return list(csv.DictReader(io.StringIO(out)))


class Anchors:
    """A store's own list, as tw-stores shows it: fingerprint -> trusted for servers; blocks."""
    def __init__(self, d):
        self.d, self.known = d, {}

    def of(self, spec):
        if spec not in self.known:
            rows = list(csv.DictReader(io.StringIO(run(BUILD + "/tw-stores", "show", "-q", spec).stdout)))
            self.known[spec] = {r["sha256"] for r in rows if r["tls_trusted"] == "1"}
            self.known[spec, "all"] = {r["sha256"] for r in rows}
        return self.known[spec]

    def pems(self, spec):
        if (spec, "pem") not in self.known:
            text = run(BUILD + "/tw-stores", "export", "-q", spec).stdout
            self.known[spec, "pem"] = {hashlib.sha256(der).hexdigest(): pem(der).decode() for der in blocks_of(text)}
        return self.known[spec, "pem"]


def openssl_says(d, row, certs, anchors):
    """ok or not, with just these anchors."""
    chain = row["chain"].split()
    for file, names in ("leaf.pem", chain[:1]), ("rest.pem", chain[1:]):
        with open(os.path.join(d, file), "wb") as f:
            f.write(b"".join(pem(certs[x]) for x in names))
    with open(os.path.join(d, "ca.pem"), "w") as f:
        f.write("".join(anchors))
    at = subprocess.run(["date", "-u", "-d", row["time"], "+%s"], capture_output=True, text=True, check=True).stdout.strip()
    rest = ["-untrusted", os.path.join(d, "rest.pem")] if chain[1:] else []
    return subprocess.run(["openssl", "verify", "-auth_level", "0", "-purpose", "sslserver", "-attime", at, "-no-CApath", "-no-CAstore",
                           "-trusted", os.path.join(d, "ca.pem"), *rest, os.path.join(d, "leaf.pem")], capture_output=True).returncode == 0


def store_file(path, pems):
    with open(path, "w") as f:
        f.write("".join(pems))
    return path


def prove(d, spec, groups, anchors, certs):
    """For the rows of a store by the roots they have: without these roots no, with any of them alone yes."""
    mine, stores = anchors.pems(spec), []
    for i, roots in enumerate(groups):
        stores.append(f"without{i}=" + store_file(f"{d}/without{i}.pem", (v for k, v in mine.items() if k not in roots)))
        stores += [f"alone{i}_{k}=" + store_file(f"{d}/alone{i}_{k}.pem", [mine[r]]) for k, r in enumerate(roots)]
    some = os.path.join(d, "some.csv")
    with open(some, "w") as f:
        f.write("time,chain,group\n")
        f.writelines(f"{r['time']},{r['chain']},{i}\n" for i, rows in enumerate(groups.values()) for r in rows)
    for got in judge(d, some, stores):
        i = got["group"]
        if got["verdict.without" + i] == "verifiable":
            fail(spec, got["chain"][:16], "is verifiable without its roots")
        for k in range(len(list(groups)[int(i)])):
            if got[f"verdict.alone{i}_{k}"] != "verifiable":
                fail(spec, got["chain"][:16], "is not verifiable with one root alone", got[f"reason.alone{i}_{k}"])
    for roots, rows in groups.items():
        if openssl_says(d, rows[0], certs, [v for k, v in mine.items() if k not in roots]):
            fail(spec, rows[0]["chain"][:16], "openssl verifies it without its roots")
        if not openssl_says(d, rows[0], certs, [mine[r] for r in roots]):
            fail(spec, rows[0]["chain"][:16], "openssl does not verify it with its roots")


def check(d, certs):
    rows, anchors, proofs = judge(d, d + "/rows.csv", STORES), Anchors(d), {}
    pairs, by = 0, {}
    for row in rows:
        for a in STORES:
            na = name_of(a)
            spec = a if "@" in a or "=" in a else f"{a}@{row['snapshot.' + na]}"
            for b in STORES:
                nb = name_of(b)
                if row["verdict." + na] != "verifiable" or row["verdict." + nb] in ("", "verifiable"):
                    continue
                pairs += 1
                roots, reason = row["roots." + na].split(), row["reason." + nb]
                by[reason] = by.get(reason, 0) + 1
                other = b if "@" in b or "=" in b else f"{b}@{row['snapshot.' + nb]}"
                if not roots or any(r not in anchors.of(spec.split("=")[-1]) for r in roots):
                    fail(na, nb, row["chain"][:16], "has roots that are no anchors of its store", roots)
                    continue
                theirs = [r for r in roots if r in anchors.of(other.split("=")[-1])]
                if theirs and reason not in ("distrusted", "expired"):
                    fail(na, nb, row["chain"][:16], reason, "though the other store has", theirs)
                group = proofs.setdefault(spec.split("=")[-1], {}).setdefault(tuple(roots), [])
                if row not in group:
                    group.append(row)
    for spec, groups in proofs.items():
        prove(d, spec, groups, anchors, certs)
    return rows, pairs, by, sum(len(g) for groups in proofs.values() for g in groups.values())


def check_table(d, pairs):
    judged = os.path.join(d, "judged.csv")
    args = sum((["--store", s] for s in STORES), [])
    run(BUILD + "/tw-chain", "-q", "--certs", d + "/certs.der", "--store-nearest", *args, "--show", "roots,culprit", "-o", judged, d + "/rows.csv")
    lines = list(csv.DictReader(io.StringIO(run(BUILD + "/tw-report", "-t", "store-roots", "--unit", "probe", judged).stdout)))
    total = sum(int(x["count"]) for x in lines if x["protocol"] == "https")
    if total != pairs:
        fail("store-roots counts", total, "differences, not", pairs)


def main():
    os.environ.setdefault("TLSWILD_ROOTSTORES", SRC + "/rootstores")
    with tempfile.TemporaryDirectory() as d:
        certs = gather(d)
        rows, pairs, by, proved = check(d, certs)
        check_table(d, pairs)
        print(f"{len(rows)} rows, {len(STORES)} stores, {pairs} differences {dict(sorted(by.items()))}, {proved} judged again without their roots")
        if pairs < 20:
            fail("too few differences to tell anything")
    return failures != 0


sys.exit(main())
