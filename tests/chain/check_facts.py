#!/usr/bin/env python3
"""tw-chain --show facts,snapshot over tests/chain/facts: reason and facts as the table says, the same in a live pipe where
nothing was seen elsewhere; and the snapshot of a store of files is the digest that this file works out from the anchors."""
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
CERTS = os.path.join(SRC, "tests/chain/certs")
FACTS = ("self_signed self_issued chain_builds anchored in_time leaf_expired issuer_expired leaf_early issuer_early named revoked "
         "rule_failed").split()  # and distrusted, see the table


def der(name):
    text = open(os.path.join(CERTS, name + ".pem")).read()
    return base64.b64decode(re.search("-----BEGIN[^-]*-----(.*?)-----END", text, re.S).group(1))


def sha(b):
    return hashlib.sha256(b).hexdigest()


def chain(case, tmp, follow):
    anchors, certs, at, _, _, more = case
    def put(name, data):
        with open(os.path.join(tmp, name), "wb") as f:
            f.write(data)
        return os.path.join(tmp, name)
    seen = more.get("seen", "").split()
    store = put("s.pem", "".join(open(os.path.join(CERTS, a + ".pem")).read() for a in anchors).encode())
    # Half a certificate stands in certs.der as what was sent: an OCTET STRING.
    def element(b):
        n = int.from_bytes(b[2:4], "big")
        return b if b[0] == 0x30 and b[1] == 0x82 and n + 4 == len(b) else b"\x04\x82" + len(b).to_bytes(2, "big") + b
    command = [os.path.join(BUILD, "tw-chain"), "--certs", put("c.der", b"".join(element(der(c)) for c in certs + seen)), "--store", "s=" + store,
               "--show", "facts,snapshot"]
    for option in ("purpose", "profile"):
        if option in more:
            command += ["--" + option, more[option]]
    if "crl" in more:
        command += ["--crl", os.path.join(CERTS, more["crl"] + ".crl")]
    stapled = base64.b64encode(open(os.path.join(CERTS, more["ocsp"] + ".ocsp"), "rb").read()).decode() if "ocsp" in more else ""
    rows = "time,name,chain,collected,ocsp_stapled\n%s,%s,%s,yes,%s\n" % (at, more.get("name", ""), " ".join(sha(der(c)) for c in certs), stapled)
    if not follow:
        command.append(put("rows.csv", rows.encode()))
    p = subprocess.run(command + (["--follow"] if follow else []), input=rows.encode() if follow else b"", stdout=subprocess.PIPE)
    got = list(csv.DictReader(io.StringIO(p.stdout.decode())))
    return (got[0]["reason.s"], got[0]["facts.s"], got[0]["snapshot.s"]) if p.returncode == 0 and len(got) == 1 else p.returncode


def main():
    failed, n, seen, without = 0, 0, set(), set()
    for number, line in enumerate(open(os.path.join(SRC, "tests/chain/facts")), 1):
        if not line.strip() or line.startswith("#"):
            continue
        f = [x.strip() for x in line.split("|")] + [""]
        case = f[0].split("+"), f[1].split(), f[2], f[3], f[4], dict(x.split("=", 1) for x in f[5].split())
        snapshot = sha(b"".join(sorted(hashlib.sha256(der(a)).digest() for a in case[0])))
        n += 1
        seen.update(case[4].split())
        without.update(set(FACTS) - set(case[4].split()))
        with tempfile.TemporaryDirectory() as tmp:
            for follow in (False, True):
                if follow and "seen" in case[5]:
                    continue
                got = chain(case, tmp, follow)
                if got != (case[3], case[4], snapshot):
                    failed += 1
                    print(f"FAIL line {number}{', live' if follow else ''}: {line.strip()}: got {got}")
    if seen != set(FACTS) or without != set(FACTS):
        failed += 1
        print("FAIL no pair for", set(FACTS) ^ seen, set(FACTS) ^ without)
    print(f"{n} cases, {failed} failures")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
