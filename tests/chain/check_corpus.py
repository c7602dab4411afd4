#!/usr/bin/env python3
"""Generated chains (tests/synth/corpus.py) through tw-verify: reason and culprit as they were built; the yes or no of openssl
verify and certtool --verify the same, or explained by a rule of tests/synth/peers.py. A rule whose predicate holds for more
than 2 % of the corpus, where it explains something and where it doesn't, must be one whose examples were checked by hand (BY_HAND).

TW_CHAINS chains (default 150), TW_SEED (default 1); TW_CHAIN=N shows one and keeps its files in the working folder."""
import collections
import concurrent.futures
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
try:
    import cryptography  # noqa: F401
except ImportError:
    print("python3-cryptography is not installed: skipped")
    sys.exit(77)
import corpus  # noqa: E402
import peers  # noqa: E402

BY_HAND = set()


def verify(c, tmp):
    paths = [os.path.join(tmp, x) for x in ("anchors.pem", "chain.pem", "pool.pem")]
    for path, certs in zip(paths, (c.anchors, c.chain, c.pool)):
        peers.pem(path, certs)
    cmd = [os.path.join(BUILD, "tw-verify"), "--store", "s=" + paths[0], "--at", peers.stamp(c.at).replace(" ", "T") + "Z", paths[1]]
    if c.pool:
        cmd[1:1] = ["--intermediates", paths[2]]
    p = subprocess.run(cmd, stdout=subprocess.PIPE)
    rows = list(csv.DictReader(io.StringIO(p.stdout.decode())))
    return p.returncode, rows[0]["reason"] if rows else "", rows[0]["culprit"] if rows else ""


def judge(c, have):
    """What is wrong with c, the rules that explained a peer, and all whose predicate holds."""
    with tempfile.TemporaryDirectory() as tmp:
        got = verify(c, os.environ.get("TW_CHAIN") and "." or tmp)
    want = (int(c.reason != "ok"), c.reason, c.culprit.sha256 if c.culprit else "")
    bad = [] if got == want else [f"got {got}, wanted {want}"]
    question = peers.Case(c.anchors, c.chain, c.pool, c.at, "server")
    used = []
    for peer, ask in have.items():
        ok, said = ask(question)
        if ok == (c.reason == "ok"):
            continue
        why = peers.explain(peer, question, c.reason == "ok")
        used.append(f"{peer}: {why}")
        if not why:
            bad.append(f"{peer} says {'ok' if ok else 'no'}, no rule explains it: {' / '.join(said.split(chr(10))[-4:])}")
    return bad, used, peers.matching(question, c.reason == "ok")


def main():
    count, seed, only = (int(os.environ.get(k) or d) for k, d in (("TW_CHAINS", 150), ("TW_SEED", 1), ("TW_CHAIN", -1)))
    have = peers.installed()
    for peer in ("openssl", "certtool"):
        if peer not in have:
            print(f"{peer} is not installed: no comparison with it")
    start, failed = time.time(), 0
    reasons, rules, holding = collections.Counter(), collections.Counter(), collections.Counter()
    chains = (c for c in corpus.generate(count, seed) if only < 0 or c.number == only)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for c, (bad, used, holds) in pool.map(lambda c: (c, judge(c, have)), chains):
            reasons[c.reason] += 1
            rules.update(used)
            holding.update(holds)
            for line in bad:
                failed += 1
                if failed <= 20:
                    print(f"FAIL chain {c.number} of seed {seed} ({c.reason}: {' '.join(c.faults + c.features)}): {line}")
            if failed and os.environ.get("TW_STOP"):
                sys.stdout.flush()
                os._exit(1)  # no other chain is waited for
    for name, n in holding.most_common():
        explained = sum(k for rule, k in rules.items() if rule.endswith(": " + name))
        print(f"{n:5} {100 * n / count:5.2f} % {name}: explains {explained}")
        if n > max(5, count * .02) and name not in BY_HAND:
            failed += 1
            print(f"FAIL {name} holds for more than 2 %, and no example was checked by hand")
    print(" ".join(f"{r}:{n}" for r, n in sorted(reasons.items())))
    print(f"{count} chains, seed {seed}, {failed} failures, {time.time() - start:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
