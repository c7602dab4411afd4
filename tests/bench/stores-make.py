#!/usr/bin/env python3
"""stores-make.py CHAINS OUT: stores over the chains that chain-make wrote. OUT gets store-0 to store-9, folders of one snapshot
that each lack two of the twenty roots and trust the others for purposes of their own; series, a hundred snapshots of one store: in
each one thing is another than before, one time in six of a root (gone, back, or distrusted for later leaves), else a block of some
certificate; one, its first snapshot alone; and rows.csv, each chain thrice, at times from the first snapshot to the last."""
import base64
import csv
import datetime
import hashlib
import os
import random
import re
import sys

chains, out = sys.argv[1:]
HEADER = ("sha256,subject,tls_trusted,distrust_after,kind,purposes,anchor_expiry,constraints,issuer_der_sha256,serial_hex,spki_sha256,"
          "from,until,label\n")
draw = random.Random(1)
pem = open(os.path.join(chains, "roots.pem")).read()
roots = [hashlib.sha256(base64.b64decode(b)).hexdigest() for b in re.findall(r"-----BEGIN CERTIFICATE-----(.*?)-----END", pem, re.S)]
day = datetime.date(2021, 1, 1)
dates = [(day + datetime.timedelta(days=14 * k)).isoformat() for k in range(100)]


def anchor(sha256, purposes="server", after=""):
    return f"{sha256},,{int('server' in purposes)},{after},anchor,{purposes},1,,,,,,,\n"


def block(sha256):
    return f"{sha256},,0,,block,,,,,,,,,\n"


def write(folder, date, rows):
    folder = os.path.join(out, folder)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, date + ".csv"), "w") as f:
        f.write(HEADER + "".join(rows))
    with open(os.path.join(folder, "pool.pem"), "w") as f:
        f.write(pem)


PURPOSES = ["server", "server client", "server email", "server client email code"]
for i in range(10):
    kept = [r for k, r in enumerate(roots) if k not in (i, i + 10)]
    write(f"store-{i}", dates[0], [anchor(r, PURPOSES[i % 4]) for r in kept])
state, blocks = {r: "" for r in roots}, []
for k, date in enumerate(dates):
    if k and k % 6 == 0:
        r = draw.choice(roots)
        state[r] = draw.choice([None, "", "2022-01-01T00:00:00Z"])
    elif k:
        blocks.append("%064x" % draw.getrandbits(256))
    rows = [anchor(r, after=a) for r, a in state.items() if a is not None] + [block(b) for b in blocks]
    write("series", date, rows)
    if not k:
        write("one", date, rows)
with open(os.path.join(chains, "rows.csv")) as f, open(os.path.join(out, "rows.csv"), "w") as g:
    rows = list(csv.reader(f))
    g.write(",".join(rows[0]) + "\n")
    for turn in range(3):
        for row in rows[1:]:
            g.write(",".join([f"{draw.choice(dates)}T{draw.randrange(24):02}:00:00Z"] + row[1:]) + "\n")
for name in ("certs.der", "roots.pem"):
    path = os.path.join(out, name)
    if not os.path.exists(path):
        os.symlink(os.path.abspath(os.path.join(chains, name)), path)
