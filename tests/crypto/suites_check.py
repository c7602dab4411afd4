#!/usr/bin/env python3
"""The suites' snapshot against properties derived from the names by regular
expressions: another logic than the token tables of crypto/suites.c."""
import csv
import os
import re
import sys

path = os.path.join(os.environ.get("TW_SRCDIR", "."), "tests/crypto/suites.snapshot.csv")
bad = 0
n = 0
for row in csv.DictReader(open(path, newline="")):
    n += 1
    name = row["name"]
    if row["class"] == "signalling":
        ok = re.search(r"^GREASE_0x(.)A\1A$|_SCSV$", name)
        if not ok:
            bad += 1
            print("signalling?", name)
        continue
    tls13 = re.match(r"TLS_(?!.*_WITH_)", name) is not None
    want = {
        "forward_secrecy": tls13 or bool(re.search(r"(?<!KRB5_)(EC)?DHE(_|$)|CECPQ1|ECCPWD|ECJPAKE|IBSDH", name)),
        "aead": bool(re.search(r"GCM|CCM|POLY1305|AEGIS|MGM", name)),
        "export": "EXPORT" in name,
    }
    for k, v in want.items():
        if (row[k] == "yes") != v:
            bad += 1
            print(k, row[k], name)
    null = bool(re.search(r"WITH_NULL_|^TLS_SHA\d+_SHA\d+$", name))
    if null != (row["class"] == "null") or null != (row["enc"] == "NULL"):
        bad += 1
        print("null", row["class"], row["enc"], name)
    if bool(re.search(r"RC4", name)) != (row["enc"] == "RC4"):
        bad += 1
        print("rc4", row["enc"], name)
    key = re.search(r"(?:AES|CAMELLIA|ARIA|AEGIS)_(128|256)", name)
    if key and row["enc_bits"] != key.group(1):
        bad += 1
        print("bits", row["enc_bits"], name)
print(n, "suites,", bad, "differences")
sys.exit(bad != 0 or n != 451)
