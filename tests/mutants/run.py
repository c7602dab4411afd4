#!/usr/bin/env python3
"""Mutants of the judge: each of its decisions turned in turn, and the suite must fail.

usage: run.py [-n] [-j N] [-k FOLDER] [TEXT...]
  -n         only list the mutants
  -j N       as many at a time (default 2)
  -k FOLDER  keep the build and results.csv there; another run goes on where this one stopped
  TEXT       only mutants whose title contains it

sites.py says what is changed. One build holds all mutants: in a copy of the tree each place goes through a macro of
mutant.h, and TW_MUTANT=N in the environment turns the N-th. This is the build option, made by the build itself: no source has
to carry a macro, so that none can be without one and a rule that is new has its mutants at once; and a mutant costs no
build. A first run of each test, with no mutant, tells which decisions it meets that would come out otherwise, run by run of
tw-verify and tw-chain; each run is kept (replay.h). Then, for each mutant, what met it:

* the kept runs are done again, by fork from one process. Where the exit status or the reason is another, the test of that run
  fails, since each of RECORDED holds each run to both; where something else in the output is, the test itself is run;
* the tests that are short, or have other runs than those, are run, the likeliest killer of the file first.

A test that meets no decision of a mutant cannot fail, and is not run for it. What survives is printed and fails the run, unless
tests/mutants/equal names it with the reason why it changes no answer."""
import argparse
import concurrent.futures
import csv
import hashlib
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

SRC = os.environ.get("TW_SRCDIR") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(SRC, "tests/mutants"))
sys.dont_write_bytecode = True
from sites import sites, woven  # noqa: E402

RULES = ("rules conditions extend revocation deltas crls times scope signer staple trust constraints subtree items policy profile nopath judge paths "
         "roots facts host name algorithm signature ec rsa order").split()
# What is sought and kept, and where: whole checks only, no parts of them.
SEARCH = "leaf candidates dominate fixpoint context walk graph index memory".split()
FILES = [f"chain/{n}.c" for n in RULES] + ["cert/faults.c", "trust/revoked.c", "trust/series.c"] + [f"chain/{n}.c" for n in SEARCH]
# Tests and what they are told; a script is named by .sh, and by its folder where that is not tests/chain.
TESTS = {"check_brute": {"TW_GRAPHS": "2000"}, "check_coarse": {"TW_GRAPHS": "1000"}, "check_lost": {"TW_GRAPHS": "1000"}, "check_series": {}, "check_bounded": {},
         "check_names": {}, "check_host": {}, "check_constraints": {}, "check_times": {}, "check_costs": {}, "check_distrust": {}, "check_conditions": {}, "check_deltas": {}, "check_pkits": {},
         "check_cert": {}, "check_crl": {}, "check_revoked": {},
         "check_explain.sh": {}, "check_chain.sh": {}, "check_docs.sh": {}, "check_cases.sh": {}, "check_revocation.sh": {}, "check_algorithms.sh": {},
         "check_staple.sh": {}, "check_client.sh": {}, "check_signatures.sh": {}, "check_series.sh": {}, "check_facts.sh": {},
         "check_corpus.sh": {"TW_CHAINS": "80"}, "check_hostile.sh": {}, "cli/threads.sh": {}, "cli/follow.sh": {}, "cli/study.sh": {}}
# Tests that hold each run of a tool to its status and reason.
RECORDED = ["check_cases.sh", "check_algorithms.sh", "check_pkits", "check_revocation.sh", "check_corpus.sh"]
# Tried where no other test fails: they take long.
LATE = ["check_hostile.sh", "cli/threads.sh", "cli/follow.sh", "cli/study.sh"]
MEMORY = 4 << 30  # of a process in bytes


class Mutant:
    def __init__(self, number, file, line, title, digest):
        self.number, self.file, self.line, self.title, self.digest = number, file, line, title, digest


def read(path):
    with open(path) as f:
        return f.read()


def all_mutants(tree=None):
    """Every mutant; with a tree, its sources are woven."""
    found = []
    for file in FILES:
        path = os.path.join(SRC, "libanalysis", file)
        text = read(path)
        whole = os.path.basename(file)[:-2] in SEARCH
        there, number = [s for s in sites(text) if s.whole or not whole], {}
        digest = hashlib.sha256(text.encode()).hexdigest()[:16]
        for s in there:
            for t in s.titles:
                if t not in number:
                    number[t] = len(found)
                    found.append(Mutant(len(found), file, s.line, f"{os.path.basename(file)} {t}", digest))
        if tree:
            changed = woven(text, there, number, os.path.join(SRC, "tests/mutants/mutant.h"))
            write_new(os.path.join(tree, "libanalysis", file), changed.encode())
    return found


def equal():
    lines = (x.split(" # ")[0].strip() for x in open(os.path.join(SRC, "tests/mutants/equal")))
    return {x for x in lines if x and not x.startswith("#")}


def limits(cpu):
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run(cmd, cwd, env, cpu=0):
    """Exit status; -1 where it took too long: each process has so many seconds of a processor (0: any), the whole thirty times as
    many of a clock, for the machine may be busy."""
    p = subprocess.Popen(cmd, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                         stderr=subprocess.DEVNULL if cpu else None, start_new_session=True, preexec_fn=(lambda: limits(cpu)) if cpu else None)
    try:
        return p.wait(30 * cpu if cpu else None)
    except subprocess.TimeoutExpired:
        return -1
    finally:
        try:
            os.killpg(p.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        p.wait()


class Suite:
    def __init__(self, build):
        self.build, self.lock = build, threading.Lock()
        self.cost, self.meets, self.kills, self.runs = {}, {}, {}, []

    def test(self, name, **more):
        tree = os.path.dirname(self.build)
        script = os.path.join(tree, "tests", name if "/" in name else "chain/" + name)
        cmd = [script] if name.endswith(".sh") else ["tests/" + name]
        with tempfile.TemporaryDirectory() as tmp:
            env = dict(os.environ, TW_SRCDIR=tree, TW_BUILDDIR=self.build, TW_PEERS="none", TW_STOP="1", TMPDIR=tmp, CK_VERBOSITY="silent")
            return run(cmd, self.build, dict(env, **TESTS[name], **more), int(3 + 3 * self.cost.get(name, 20)))

    def measure(self, n):
        """Runs each test without a mutant: what it costs and meets."""
        shutil.rmtree(os.path.join(self.build, "runs"), ignore_errors=True)
        for name in TESTS:
            log, runs = os.path.join(self.build, os.path.basename(name) + ".log"), os.path.join(self.build, "runs", os.path.basename(name))
            with open(log, "wb") as f:
                f.truncate(n)
            os.makedirs(runs)
            before = sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
            more = {"TW_RECORD": runs} if name in RECORDED else {}
            status = self.test(name, TW_MUTANT_LOG=log, **more)
            self.cost[name] = sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2]) - before + .05
            if status not in (0, 77):
                sys.exit(f"{name} fails without any mutant")
            with open(log, "rb") as f:
                self.meets[name] = f.read() if status == 0 else bytes(n)
            for run_ in sorted(os.listdir(runs), key=int) if status == 0 else ():
                path = os.path.join(runs, run_)
                with open(os.path.join(path, "args")) as f:
                    tool = os.path.basename(f.read().split("\0")[0])
                with open(os.path.join(path, "log"), "rb") as f:
                    self.runs.append((name, tool, path, f.read()))
            met = sum(map(bool, map(sum, zip(self.meets[name], *(x[3] for x in self.runs if x[0] == name)))))
            print(f"{name}: {'skipped' if status else f'{met} of {n} mutants met'}, {self.cost[name]:.1f} s", flush=True)

        for tool in ("tw-verify", "tw-chain"):
            if self.replay(tool, [x[2] for x in self.runs if x[1] == tool], TW_REPLAY_KEEP="1"):
                sys.exit(f"{tool} does not do the same again")

    def replay(self, tool, paths, **more):
        """The lines of replay.h."""
        with tempfile.NamedTemporaryFile("w") as f:
            f.write("\n".join(paths))
            f.flush()
            p = subprocess.run(["./" + tool], cwd=self.build, env=dict(os.environ, TW_REPLAY=f.name, **more), stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, preexec_fn=lambda: limits(200))
        if p.returncode:
            sys.exit(f"{tool} cannot do its runs again")
        return p.stdout.decode().splitlines()

    def met(self, m):
        return any(t[m.number] for t in self.meets.values()) or any(x[3][m.number] for x in self.runs)

    def again(self, m):
        """The test whose run has another status or reason, or the tests in whose runs something else differs."""
        differ = []
        for tool in ("tw-verify", "tw-chain"):
            paths = [x[2] for x in self.runs if x[1] == tool and x[3][m.number]]
            if not paths:
                continue
            for line in self.replay(tool, paths, TW_MUTANT=str(m.number)):
                how, path = line.split()
                name = path.split("/")[-2]
                if how == "2" and tool == "tw-verify":
                    return name, []
                if name not in differ:
                    differ.append(name)
        return None, differ

    def worth(self, name, file):
        won, tried = self.kills.get((name, file), (0, 0))
        return (won + .5) / (tried + 1) / (self.cost[name] + .3)

    def killer(self, m, late):
        """The test that fails, or None; late: of the LATE ones."""
        if late:
            left = [t for t in LATE if self.meets[t][m.number]]
        else:
            name, left = self.again(m)
            if name:
                return name
            left += [t for t in self.meets if self.meets[t][m.number] and t not in left and t not in LATE]
        while left:
            with self.lock:
                name = max(left, key=lambda t: self.worth(t, m.file))
            left.remove(name)
            dead = self.test(name, TW_MUTANT=str(m.number)) not in (0, 77)
            with self.lock:
                won, tried = self.kills.get((name, m.file), (0, 0))
                self.kills[name, m.file] = won + dead, tried + 1
            if dead:
                return name
        return None


def write_new(path, data):
    """Only where it is not there as it is: make looks at the time."""
    if os.path.exists(path):
        with open(path, "rb") as f:
            if f.read() == data:
                return
    with open(path, "wb") as f:
        f.write(data)


def copy(tree):
    """The sources into the tree, without builds; those that are woven are left out."""
    woven_ones = {os.path.join(SRC, "libanalysis", f) for f in FILES} | {os.path.join(SRC, f"tools/{t}.c") for t in ("tw-verify", "tw-chain")}
    for d, folders, names in os.walk(SRC):
        folders[:] = [n for n in folders if n not in (".git", "autom4te.cache", "__pycache__") and (n == "build-aux" or n[:5] != "build" or d != SRC)]
        to = os.path.join(tree, os.path.relpath(d, SRC))
        os.makedirs(to, exist_ok=True)
        for n in names:
            a, b = os.path.join(d, n), os.path.join(to, n)
            if a not in woven_ones and not (os.path.exists(b) and os.path.getmtime(a) == os.path.getmtime(b)):
                shutil.copy2(a, b)


def prepare(folder):
    """A copy of the tree in the folder, woven and built; the build's folder and the mutants."""
    tree = os.path.join(folder, "tree")
    copy(tree)
    shared, link = os.path.join(os.path.dirname(os.path.abspath(SRC)), "shared"), os.path.join(folder, "shared")
    if os.path.exists(shared) and not os.path.lexists(link):
        os.symlink(os.path.realpath(shared), link)
    build = os.path.join(tree, "build")
    os.makedirs(build, exist_ok=True)
    found = all_mutants(tree)
    for tool in ("tw-verify", "tw-chain"):
        path = f"tools/{tool}.c"
        text = read(os.path.join(SRC, path)).replace("int main(int argc, char **argv)", "static int tool(int argc, char **argv)", 1)
        more = f'#include "{SRC}/tests/mutants/replay.h"\nint main(int argc, char **argv)\n{{\n\treturn replay(tool, argc, argv);\n}}\n'
        write_new(os.path.join(tree, path), (text + more).encode())
    targets = " ".join(["tw-verify", "tw-chain", "tw-ingest", "tw-certs", "tw-study", "tw-stores", "tw-classify", "tw-report"] + ["tests/" + t for t in TESTS if not t.endswith(".sh")])
    env = dict(os.environ, TW_SRCDIR=tree, TW_BUILDDIR=build)
    configure = "true" if os.path.exists(os.path.join(build, "Makefile")) else "../configure --quiet CFLAGS='-O1 -w'"
    if run(["sh", "-c", f"{configure} && make -s -j2 {targets}"], build, env):
        sys.exit("the tree does not build")
    return build, found


def go(folder, wanted, jobs):
    build, found = prepare(folder)
    suite = Suite(build)
    suite.measure(len(found))
    results = os.path.join(folder, "results.csv")
    known = {}
    if os.path.exists(results):
        with open(results, newline="") as f:
            known = {(title, digest): by for digest, title, by in csv.reader(f)}
    with open(results, "a", newline="") as f, concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        left, out = [m for m in wanted(found) if (m.title, m.digest) not in known], csv.writer(f)
        for late in (False, True):
            todo, left, start = left, [], time.time()
            for i, (m, by) in enumerate(pool.map(lambda m: (m, suite.killer(m, late)), todo)):
                if by:
                    out.writerow([m.digest, m.title, by])
                    f.flush()
                else:
                    left.append(m)
                    state = "SURVIVED" if late else "but for the long ones" if any(suite.meets[t][m.number] for t in LATE) else "survives"
                    print(f"libanalysis/{m.file}:{m.line}: {m.title}: {state}{'' if suite.met(m) else ' (no test meets it)'}", flush=True)
                if i % 100 == 99:
                    print(f"... {i + 1} of {len(todo)} in {time.time() - start:.0f} s, {len(left)} left", flush=True)
    return left


def tally(found, folder):
    """How many each test killed first."""
    by = {}
    with open(os.path.join(folder, "results.csv"), newline="") as f:
        last = {(title, digest): who for digest, title, who in csv.reader(f)}
    for m in found:
        who = last.get((m.title, m.digest))
        if who:
            by[who] = by.get(who, 0) + 1
    print(", ".join(f"{who} {n}" for who, n in sorted(by.items(), key=lambda x: -x[1])))


def main():
    p = argparse.ArgumentParser(add_help=False)
    p.add_argument("-n", action="store_true")
    p.add_argument("-j", type=int, default=2)
    p.add_argument("-k")
    p.add_argument("text", nargs="*")
    o = p.parse_args()
    same, everything = equal(), all_mutants()
    stale = same - {m.title for m in everything}
    if stale:
        print("tests/mutants/equal names what is not there:\n" + "\n".join(sorted(stale)))

    def wanted(found):
        return [m for m in found if m.title not in same and (not o.text or any(t in m.title for t in o.text))]
    chosen = wanted(everything)
    if o.n:
        for m in chosen:
            print(f"libanalysis/{m.file}:{m.line}: {m.title}")
        print(f"{len(chosen)} mutants, {len(everything) - len(chosen)} left out or equal")
        return 0
    with tempfile.TemporaryDirectory() as tmp:
        folder = os.path.abspath(o.k or tmp)
        os.makedirs(folder, exist_ok=True)
        lost = go(folder, wanted, o.j)
        tally(chosen, folder)
    print(f"{len(chosen)} mutants, {len(same - stale)} more change no answer, {len(lost)} survived")
    for m in lost:
        print(f"{m.title}")
    return 1 if lost or stale else 0


if __name__ == "__main__":
    sys.exit(main())
