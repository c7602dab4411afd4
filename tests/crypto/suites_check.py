#!/usr/bin/env python3
"""The suites' snapshot against what others know: classes by regular expressions
over the names (another logic than the token tables of crypto/suites.c), and,
where they are installed, openssl's, GnuTLS' and Wireshark's own lists."""
import csv
import os
import re
import shutil
import subprocess
import sys
from collections import Counter

path = os.path.join(os.environ.get("TW_SRCDIR", "."), "tests/crypto/suites.snapshot.csv")
SUITES = list(csv.DictReader(open(path, newline="")))
BY_VALUE = {r["value"].upper(): r for r in SUITES}
# How many suites each class has, of 451: the first that matches wins.
COUNTS = {"signalling": 18, "null": 26, "anonymous": 26, "export": 21, "broken": 34, "64-bit-block": 30, "legacy": 149,
          "aead-no-fs": 54, "aead-fs": 73, "unassigned": 20}
failures = 0


def differ(*words):
    global failures
    failures += 1
    print("FAIL", *words)


def is_tls13(name):
    return re.match(r"TLS_(?!.*_WITH_)", name) is not None


def class_of(name, value):
    v = int(value, 16)
    aead = re.search(r"GCM|CCM|POLY1305|AEGIS|MGM", name)
    fs = is_tls13(name) or re.search(r"(?<!KRB5_)(EC)?DHE(_|$)|CECPQ1|ECCPWD|ECJPAKE|IBSDH", name)
    rules = [("signalling", re.search(r"^GREASE_0x(.)A\1A$|_SCSV$", name)),
             ("null", re.search(r"WITH_NULL_|^TLS_SHA\d+_SHA\d+$|WITH_NULL$|FORTEZZA_KEA_WITH_NULL", name)),
             ("anonymous", re.search(r"_anon_", name)), ("export", "EXPORT" in name),
             ("broken", re.search(r"RC4|RC2|[^3]DES_CBC|[^3]DES40|_DES_64|_MD5$|^SSL_CK_", name)),
             ("unassigned", value.startswith("0xE0") or v == 0x01A6),
             ("64-bit-block", re.search(r"3DES|IDEA|28147|MAGMA", name)), ("aead-fs", aead and fs), ("aead-no-fs", aead),
             ("legacy", True)]
    return next(c for c, yes in rules if yes)


def by_names():
    if len(SUITES) != 451 or Counter(r["class"] for r in SUITES) != COUNTS:
        differ("classes", Counter(r["class"] for r in SUITES))
    if sum(r["class"] == "legacy" and r["forward_secrecy"] == "yes" for r in SUITES) != 68:
        differ("legacy with forward secrecy")
    for r in SUITES:
        name = r["name"]
        want = class_of(name, r["value"])
        if r["class"] != want:
            differ(name, "is", r["class"], "not", want)
        if want in ("signalling", "unassigned"):
            continue
        yes = {"forward_secrecy": is_tls13(name) or bool(re.search(r"(?<!KRB5_)(EC)?DHE(_|$)|CECPQ1|ECCPWD|ECJPAKE|IBSDH", name)),
               "aead": bool(re.search(r"GCM|CCM|POLY1305|AEGIS|MGM", name)), "export": "EXPORT" in name}
        for k, v in yes.items():
            if (r[k] == "yes") != v:
                differ(k, r[k], name)
        key = re.search(r"(?:AES|CAMELLIA|ARIA|AEGIS)_(128|256)", name)
        if key and r["enc_bits"] != key.group(1):
            differ("bits", r["enc_bits"], name)


def openssl():
    """value: exchange, authentication, cipher, bits, MAC, in our words."""
    kex = {"RSA": "RSA", "DH": "DHE", "ECDH": "ECDHE", "PSK": "PSK", "DHEPSK": "DHE_PSK", "ECDHEPSK": "ECDHE_PSK", "RSAPSK": "RSA_PSK",
           "SRP": "SRP", "any": "TLS1.3"}
    enc = {"AES": "AES-CBC", "AESGCM": "AES-GCM", "AESCCM": "AES-CCM", "AESCCM8": "AES-CCM", "ARIAGCM": "ARIA-GCM",
           "Camellia": "CAMELLIA-CBC", "CHACHA20/POLY1305": "CHACHA20-POLY1305", "None": "NULL"}
    text = subprocess.run(["openssl", "ciphers", "-V", "-stdname", "ALL:COMPLEMENTOFALL:eNULL@SECLEVEL=0"], capture_output=True, text=True, check=True).stdout
    n = 0
    for line in text.splitlines():
        v, name = "0x" + "".join(x[2:] for x in line.split()[0].split(",")), line.split()[2]
        f = dict(w.split("=", 1) for w in line.split() if re.match(r"(Kx|Au|Enc|Mac)=", w))
        e, bits = re.match(r"([^(]*)(?:\((\d+)\))?$", f["Enc"]).groups()
        anon = f["Au"] == "None" and f["Kx"] in ("DH", "ECDH")
        want = {"name": name, "kex": kex[f["Kx"]].removesuffix("E") if anon else kex[f["Kx"]], "enc": enc[e], "enc_bits": bits or "0", "mac": f["Mac"]}
        # OpenSSL says Au=SRP of SRP with a password alone, PSK of RSA_PSK, any of TLS 1.3.
        if f["Kx"] == "RSAPSK":
            want["auth"] = "RSA"
        elif f["Au"] not in ("any", "None"):
            want["auth"] = f["Au"]
        elif anon:
            want["auth"] = "anon"
        n += 1
        for k, x in want.items():
            if BY_VALUE[v.upper()][k] != x:
                differ("openssl", name, k, "is", BY_VALUE[v.upper()][k], "not", x)
    return "%d suites of openssl" % n


def gnutls():
    """GnuTLS' names say the same in other words."""
    text = subprocess.run(["gnutls-cli", "-l"], capture_output=True, text=True, check=True).stdout
    n = 0
    for name, a, b in re.findall(r"^(TLS_\S+)\s+0x(\w\w), 0x(\w\w)", text, re.M):
        r = BY_VALUE["0X" + (a + b).upper()]
        n += 1
        m = re.match(r"TLS_(?:(DHE_RSA|DHE_DSS|DHE_PSK|ECDHE_RSA|ECDHE_ECDSA|ECDHE_PSK|ECDH_ANON|DH_ANON|RSA_PSK|RSA|PSK|SRP_SHA_RSA|SRP_SHA_DSS|SRP_SHA|"
                     r"GOSTR341112_256)_)?(.*)$", name)
        kex, rest = m.group(1) or "TLS1.3", m.group(2)
        want = {"TLS1.3": ("TLS1.3", ""), "GOSTR341112_256": ("GOST", "GOST"), "RSA_PSK": ("RSA_PSK", "RSA"), "DH_ANON": ("DH", "anon"),
                "ECDH_ANON": ("ECDH", "anon"), "RSA": ("RSA", "RSA"), "PSK": ("PSK", "PSK"), "SRP_SHA": ("SRP", "SRP"),
                "SRP_SHA_RSA": ("SRP", "RSA"), "SRP_SHA_DSS": ("SRP", "DSS"),
                "DHE_PSK": ("DHE_PSK", "PSK"), "ECDHE_PSK": ("ECDHE_PSK", "PSK")}.get(kex) or tuple(kex.split("_"))
        if (r["kex"], r["auth"]) != want:
            differ("gnutls exchange", name, r["kex"], r["auth"], want)
        if ("ANON" in name) != (r["auth"] == "anon"):
            differ("gnutls anonymous", name)
        size = re.search(r"_(128|256)_", rest + "_") if "ARCFOUR" not in rest else None
        if size and not rest.startswith("28147") and r["enc_bits"] != size.group(1):
            differ("gnutls bits", name, r["enc_bits"])
        if ("ARCFOUR" in name) != (r["enc"] == "RC4") or ("3DES" in name) != (r["enc"] == "3DES-CBC") or ("_NULL_" in name) != (r["enc"] == "NULL"):
            differ("gnutls cipher", name, r["enc"])
        if any(w in name for w in ("GCM", "CCM", "POLY1305")) != (r["aead"] == "yes"):
            differ("gnutls aead", name)
    return "%d of gnutls" % n


def tshark():
    text = subprocess.run(["tshark", "-G", "values"], capture_output=True, text=True).stdout
    n = 0
    for line in text.splitlines():
        f = line.split("\t")
        if len(f) != 4 or f[:2] != ["V", "tls.handshake.ciphersuite"]:
            continue
        v, name = int(f[2], 0), f[3]
        r = BY_VALUE.get((("0x%04X" if v < 0x10000 else "0x%06X") % v).upper())
        if not r:
            continue
        n += 1
        # two drafts of ChaCha20 had other values: ours end in _OLD
        if r["name"].upper().removesuffix("_OLD") != name.upper() and "GREASE" not in name:
            differ("wireshark", r["name"], name)
    return "%d of wireshark" % n


by_names()
peers = [f() for tool, f in (("openssl", openssl), ("gnutls-cli", gnutls), ("tshark", tshark)) if shutil.which(tool)]
print(len(SUITES), "suites;", ", ".join(peers) or "no peer is installed", "-", failures, "differences")
sys.exit(failures != 0)
