#!/usr/bin/env python3
"""tw-verify over tests/chain/cases: reason, culprit, path, window and name_match as the table says, the same row whatever
the order of what is presented and pooled; and the yes or no of openssl verify and certtool --verify, where they are
installed, the same or explained by a rule of tests/synth/peers.py. TW_STOP=1 ends at the first failure, TW_PEERS=none asks no
peer."""
import calendar
import csv
import io
import os
import subprocess
import sys
import tempfile
import time

SRC, BUILD = os.environ["TW_SRCDIR"], os.environ["TW_BUILDDIR"]
sys.path.insert(0, os.path.join(SRC, "tests/synth"))
sys.dont_write_bytecode = True
import peers  # noqa: E402
from facts import Cert  # noqa: E402

CERTS = os.path.join(SRC, "tests/chain/certs")


def read(path):
    for number, line in enumerate(open(path), 1):
        if line.strip() and not line.startswith("#"):
            f = [x.strip() for x in line.split("|")]
            more = dict(x.split("=", 1) for x in (f[6] if len(f) > 6 else "").split())
            yield dict(number=number, text=line.strip(), anchors=f[0].split("+"), chain=f[1].split(), at=f[2], reason=f[3],
                       culprit=f[4], path=f[5].split(), more=more)


def verify(case, chain, pool, witness, tmp):
    """Exit status and row of tw-verify."""
    def join(name, certs):
        path = os.path.join(tmp, name)
        with open(path, "w") as f:
            f.writelines(open(os.path.join(CERTS, c + ".pem")).read() for c in certs)
        return path
    more = case["more"]
    cmd = [os.path.join(BUILD, "tw-verify"), "--store", "s=" + join("anchors.pem", case["anchors"]), "--at", case["at"],
           "--purpose", more.get("purpose", "server")]
    if pool:
        cmd += ["--intermediates", join("pool.pem", pool)]
    if witness:
        cmd += ["--witness", join("witness.pem", witness)]
    if "reasons" in more:
        cmd += ["--reasons", "all"]
    for option in ("name", "profile"):
        if option in more:
            cmd += ["--" + option, more[option]]
    p = subprocess.run(cmd + [join("chain.pem", chain)], stdout=subprocess.PIPE)
    rows = list(csv.DictReader(io.StringIO(p.stdout.decode())))
    return p.returncode, rows[0] if len(rows) == 1 else None


def wrong(case, code, row, names):
    """What is not as the table says."""
    if row is None:
        return [f"exit {code}, no row"]
    more = case["more"]
    path = " ".join(names.get(x, x) for x in row["path"].split())
    got = dict(reason=row["reason"], culprit=names.get(row["culprit"], row["culprit"]), path=path or "-", code=code)
    want = dict(reason=case["reason"], culprit=case["culprit"], path=" ".join(case["path"]), code=int(case["reason"] != "ok"))
    if "match" in more:
        got["match"], want["match"] = row["name_match"], more["match"]
    if "reasons" in more:
        got["reasons"], want["reasons"] = row["reasons"], more["reasons"].replace(",", " ")
    if "window" in more:
        got["window"], want["window"] = row["valid_from"] + "/" + row["valid_until"], more["window"]
    return [f"{k} {got[k]!r}, wanted {want[k]!r}" for k in want if got[k] != want[k]]


def seconds(at):
    return calendar.timegm(time.strptime(at, "%Y-%m-%dT%H:%M:%SZ" if "T" in at else "%Y-%m-%d"))


def main():
    table = sys.argv[1] if len(sys.argv) > 1 else os.path.join(SRC, "tests/chain/cases")
    certs = {n[:-4]: Cert.file(os.path.join(CERTS, n), n[:-4]) for n in os.listdir(CERTS) if n.endswith(".pem")}
    names = {c.sha256: n for n, c in certs.items()}
    have = peers.installed()
    for peer in ("openssl", "certtool"):
        if peer not in have:
            print(f"{peer} is not installed: no comparison with it")
    failed, n, used = 0, 0, {}
    for case in read(table):
        n += 1
        pool, witness = ([x for x in case["more"].get(name, "").split(",") if x] for name in ("pool", "witness"))
        leaf, tail = case["chain"][0], case["chain"][1:]
        with tempfile.TemporaryDirectory() as tmp:
            code, row = verify(case, case["chain"], pool, witness, tmp)
            bad = wrong(case, code, row, names)
            other = verify(case, [leaf] + tail[::-1] + case["chain"], pool[::-1], witness[::-1], tmp)
            if not bad and other != (code, row):
                bad = [f"another order: {other}"]
        got = [certs[x] for x in case["chain"]], [certs[x] for x in pool]
        question = peers.Case([certs[x] for x in case["anchors"]], *got, seconds(case["at"]), case["more"].get("purpose", "server"))
        for peer, ask in have.items():
            ok, said = ask(question)
            ours = case["reason"] == "ok"
            why = ok != ours and peers.explain(peer, question, ours)
            used[why] = used.get(why, 0) + 1
            if ok != ours and not why:
                bad.append(f"{peer} says {'ok' if ok else 'no'}, and no rule explains it: {' / '.join(said.split(chr(10))[-4:])}")
        for line in bad:
            failed += 1
            print(f"FAIL line {case['number']}: {case['text']}: {line}")
        if failed and os.environ.get("TW_STOP"):
            return 1
    for name, peer, clause, why, _ in peers.RULES:
        if used.get(name):
            print(f"{used[name]:4} {peer} differs: {name} ({clause}): {why}")
    print(f"{n} cases, {failed} failures")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
