#!/usr/bin/env python3
"""tw-chain --client-chain: usages that are a client's, a server's, both or neither, in the leaf and above, and what openssl verify says
of each for both purposes; rows without a client's chain; and that the server's columns stay as they are without the option."""
import csv
import io
import os
import shutil
import subprocess
import sys
import tempfile

SRC, BUILD = os.environ["TW_SRCDIR"], os.environ["TW_BUILDDIR"]
sys.path.insert(0, os.path.join(SRC, "tests/synth"))
sys.dont_write_bytecode = True
try:
    import cryptography  # noqa: F401
except ImportError:
    print("python3-cryptography is not installed: skipped")
    sys.exit(77)
from lists import CA, Cert, crl, entry, pem  # noqa: E402

TMP = tempfile.mkdtemp()
SERVER, CLIENT, ANY, SIGNING = "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2", "2.5.29.37.0", "1.3.6.1.5.5.7.3.9"
ROOT, INT = Cert("Root", "Root", ku=CA), Cert("Int", "Root", ku=CA)
INT_CLIENT, INT_SERVER = Cert("Int", "Root", ku=CA, eku=[CLIENT]), Cert("Int", "Root", ku=CA, eku=[SERVER])
EKU, KU = "extended_key_usage", "key_usage"
AT = "2015-06-01"
FAILED, COMPARED = [], [0]


def write(name, data):
    path = os.path.join(TMP, name)
    with open(path, "wb") as f:
        f.write(data)
    return path


def leaf(**more):
    return Cert("leaf", "Int", **more)


# leaf, what is above, reason as a client's, reason as a server's
CASES = [
    (leaf(), INT, "ok", "ok"),
    (leaf(eku=[CLIENT]), INT, "ok", EKU), (leaf(eku=[SERVER]), INT, EKU, "ok"), (leaf(eku=[SERVER, CLIENT]), INT, "ok", "ok"),
    (leaf(eku=[SIGNING]), INT, EKU, EKU), (leaf(eku=[ANY]), INT, "ok", "ok"),
    (leaf(ku=["key_agreement"]), INT, "ok", "ok"), (leaf(ku=["key_encipherment"]), INT, KU, "ok"),
    (leaf(ku=["data_encipherment"]), INT, KU, KU), (leaf(ku=["content_commitment"]), INT, KU, KU), (leaf(ku=[], ca=False), INT, "ok", "ok"),
    (leaf(ku=["key_encipherment"], eku=[CLIENT]), INT, KU, EKU), (leaf(ku=["key_encipherment"], eku=[SERVER]), INT, KU, "ok"),
    (leaf(), INT_CLIENT, "ok", EKU), (leaf(), INT_SERVER, EKU, "ok"), (leaf(eku=[CLIENT]), INT_SERVER, EKU, EKU),
    (leaf(eku=[CLIENT]), INT_CLIENT, "ok", EKU), (leaf(before="2016-01-01"), INT, "not_yet_valid", "not_yet_valid"),
    (leaf(after="2015-01-01"), INT, "expired", "expired")]
STORE = write("s.pem", pem("CERTIFICATE", [ROOT.der]).encode())
ALL = [c for case in CASES for c in case[:2]]
DER = write("c.der", b"".join(c.der for c in ALL + [ROOT]))


def run(rows, *more, columns="time,chain,client_chain,collected,resumed,version,source"):
    names = columns.split(",")
    text = columns + "\n" + "".join(",".join(r.get(n, "") for n in names) + "\n" for r in rows)
    p = subprocess.run([os.path.join(BUILD, "tw-chain"), "--certs", DER, "--store", "s=" + STORE, *more], input=text.encode(),
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return p.returncode, list(csv.DictReader(io.StringIO(p.stdout.decode()))), p.stdout.decode(), p.stderr.decode()


def chain(*certs):
    return " ".join(c.sha256 for c in certs)


def want(what, got, wanted):
    if got != wanted:
        FAILED.append(f"{what}: {got}, wanted {wanted}")


def peer(c, up, purpose, reason):
    if not shutil.which("openssl") or any(x in c.der for x in (bytes.fromhex("0604551d2500"),)):
        return  # openssl's purposes do not take anyExtendedKeyUsage
    path = write("l.pem", pem("CERTIFICATE", [c.der]).encode())
    p = subprocess.run(["openssl", "verify", "-no-CApath", "-no-CAstore", "-CAfile", STORE, "-attime", "1433116800", "-purpose", purpose, "-untrusted",
                        write("u.pem", pem("CERTIFICATE", [up.der]).encode()), path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    COMPARED[0] += 1
    if (p.returncode == 0) != (reason == "ok"):
        FAILED.append(f"openssl, {purpose}, {reason}: {p.stdout.decode()}")


def cases():
    rows = [{"time": AT, "chain": chain(a, up), "client_chain": chain(a, up), "collected": "yes"} for a, up, _, _ in CASES]
    _, got, _, _ = run(rows, "--client-chain", "--show", "culprit,path")
    for (a, up, as_client, as_server), r in zip(CASES, got):
        what = f"a case {as_client} / {as_server}"
        want(what, (r["reason.s.client"], r["reason.s"]), (as_client, as_server))
        want(what + ", verdict", r["verdict.s.client"], {"ok": "verifiable", "expired": "expired"}.get(as_client, "broken"))
        want(what + ", order", (r["order.client"], r["chain_id.client"]), ("ordered", r["chain_id"]))
        want(what + ", path", r["path.s.client"], chain(a, up, ROOT))
        if as_client in (KU, EKU):
            # No case has a fault of the leaf's below INT_SERVER.
            want(what + ", culprit", r["culprit.s.client"], up.sha256 if up is INT_SERVER else a.sha256)
        peer(a, up, "sslclient", as_client)
        peer(a, up, "sslserver", as_server)


def sides():
    """Each side has its own chain, and the other's absence is nothing to it."""
    server, client = chain(CASES[2][0], INT), chain(CASES[1][0], INT)
    rows = [{"chain": server, "client_chain": client}, {"chain": client, "client_chain": server}, {"chain": server}, {"client_chain": client},
            {"chain": server, "client_chain": "NONE"}, {"chain": server, "client_chain": "0" * 64}, {"resumed": "yes"},
            {"version": "TLSv1.3", "source": "passive"}, {"chain": server, "client_chain": client, "time": ""}]
    for r in rows:
        r.setdefault("time", AT)
        r.setdefault("collected", "yes" if r.get("chain") else "no")
    status, got, out, err = run(rows, "--client-chain", "--show", "window")
    want("status", (status, err), (0, ""))
    want("both sides", [(r["reason.s"], r["reason.s.client"]) for r in got],
         [("ok", "ok"), (EKU, EKU), ("ok", "no_certificate"), ("not_collected", "ok"), ("ok", "no_certificate"), ("ok", "not_collected"),
          ("resumed", "resumed"), ("encrypted", "encrypted"), ("no_time", "no_time")])
    want("leaf_time", [r["leaf_time.client"] for r in got], ["ok", "ok", "", "ok", "", "", "", "", ""])
    header = out.split("\n")[0]
    want("header", header, "time,chain,client_chain,collected,resumed,version,source,chain_id,leaf_time,order,name_match,name_cause,verdict.s,"
         "reason.s,window.s,chain_id.client,leaf_time.client,order.client,verdict.s.client,reason.s.client,window.s.client")
    _, _, plain, _ = run(rows, "--show", "window")
    want("without the option", [",".join(x.split(",")[:15]) for x in out.split("\n")], [",".join(x.split(",")[:15]) for x in plain.split("\n")])
    status, _, _, err = run([{"time": AT, "chain": server}], "--client-chain", columns="time,chain")
    want("no such column", (status, "client_chain" in err), (2, True))


def options():
    """The stores, the pool, the witness and the lists of one run hold for both."""
    c = CASES[1][0]
    rows = [{"time": AT, "chain": "NONE", "client_chain": chain(c)}]
    _, got, _, _ = run(rows, "--client-chain", "--pool", "all", "--witness", DER)
    want("pool", [got[0][k] for k in ("reason.s.client", "reason.s.pool.client")], ["missing_intermediate", "ok"])
    lists = write("l.crl", pem("X509 CRL", [crl("Int", [entry(c, "2015-03-01")])]).encode())
    rows[0]["client_chain"] = chain(c, INT)
    want("lists", run(rows, "--client-chain", "--crl", lists)[1][0]["reason.s.client"], "revoked")
    want("require", run(rows, "--client-chain", "--revocation", "require")[1][0]["reason.s.client"], "revocation_unknown")
    # The signatures of one chain on both sides are checked once.
    said = [run([{"time": AT, "chain": x, "client_chain": y}], "--client-chain", "--stats")[3].split()
            for x, y in ((chain(c, INT), "NONE"), (chain(c, INT), chain(c, INT)))]
    want("signatures", *[s[s.index("signatures") + 1] for s in said])


def main():
    for f in (cases, sides, options):
        f()
    shutil.rmtree(TMP)
    for line in FAILED:
        print("FAIL", line)
    print(f"{len(CASES)} cases, {COMPARED[0]} answers compared with openssl, {len(FAILED)} failures")
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
