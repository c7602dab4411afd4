#!/usr/bin/env python3
"""Makes the lists beside this script for tests/cert/crl/responder.pem. Names,
keys and serials come from openssl; run it when make.sh there has run."""
import base64, hashlib, json, os, struct, subprocess

here = os.path.dirname(os.path.abspath(__file__))
crl = os.path.join(here, "..", "..", "cert", "crl")


def run(*words, data=None):
    return subprocess.run(words, input=data, stdout=subprocess.PIPE, check=True).stdout


def der_at(der, want):
    """The WANT-th element of TBSCertificate, as openssl asn1parse finds it."""
    rows = [r for r in run("openssl", "asn1parse", "-inform", "DER", data=der).decode().splitlines() if "d=2" in r]
    off = int(rows[want].split(":")[0])
    fields = rows[want].replace("=", " ").replace(":", " ").split()
    head, length = int(fields[fields.index("hl") + 1]), int(fields[fields.index("l") + 1])
    return der[off:off + head + length]


def cert(name):
    return run("openssl", "x509", "-in", os.path.join(crl, name), "-outform", "DER")


leaf, ca = cert("responder.pem"), cert("ca.pem")
# version 0, serial 1, algorithm 2, issuer 3, validity 4, subject 5, key 6
issuer, subject, key, ca_key = der_at(leaf, 3), der_at(leaf, 5), der_at(leaf, 6), der_at(ca, 6)
sha = lambda b: hashlib.sha256(b).digest()
b64 = lambda b: base64.b64encode(b).decode()


def write(name, data):
    with open(os.path.join(here, name), "wb") as f:
        f.write(data)


def onecrl(name, records, key="data"):
    write(name, json.dumps({key: records} if key else records, indent=1).encode())


onecrl("issuer_serial.json", [
    {"schema": 1, "details": {"created": "2016-11-28T00:00:00Z"}, "enabled": False, "issuerName": b64(issuer),
     "serialNumber": b64(b"\x77"), "id": "a", "last_modified": 1577934245000},
    {"issuerName": b64(issuer), "serialNumber": b64(b"\x00\x80"), "last_modified": 1577934245000},
    {"issuerName": "", "serialNumber": "!"}])
onecrl("subject_key.json", [{"subject": b64(subject), "pubKeyHash": b64(sha(key)), "last_modified": 1577934245678}],
       "changes")
onecrl("other.json", [{"issuerName": b64(issuer), "serialNumber": b64(b"\x78")},
                      {"subject": b64(subject), "pubKeyHash": b64(sha(ca_key))}], None)


def crlset(name, parents, **more):
    header = dict({"ContentType": "CRLSet", "Version": 0, "Sequence": 4711}, **more)
    text = json.dumps(header).encode()
    out = struct.pack("<H", len(text)) + text
    for parent, serials in parents:
        out += parent + struct.pack("<I", len(serials))
        for s in serials:
            out += bytes([len(s)]) + s
    write(name, out)


crlset("serial.crlset", [(b"\x11" * 32, [b"\x77"]), (sha(ca_key), [b"\x01\x02", b"\x77"])])
crlset("key.crlset", [], BlockedSPKIs=[b64(sha(key))])
crlset("limited.crlset", [], LimitedSubjects={b64(sha(subject)): [b64(sha(ca_key))]})
crlset("allowed.crlset", [], LimitedSubjects={b64(sha(subject)): [b64(sha(ca_key)), b64(sha(key))]})
crlset("empty.crlset", [], NotAfter=1700000000, BlockedSPKIs=[])
