"""Live pipes: tw-ingest | tw-chain --follow | tw-classify --follow give the bytes that the same run gives over files,
whatever the number of threads and however slowly certificates and rows come; and each pipe that can't end well ends, with
exit status 2 and the reason. Certificates are found in certs.der by this file's own reader of DER lengths."""
import csv
import gzip
import hashlib
import json
import os
import random
import re
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time

SRC, BUILD = os.environ["TW_SRCDIR"], os.environ["TW_BUILDDIR"]
SCAN = gzip.open(os.path.join(SRC, "data-samples/scan.jsonl.gz")).read()
STORE = ["--store", "rig=" + os.path.join(SRC, "data-samples/roots.pem"), "--show", "path,culprit,window,ever,fetched"]
LONG = 60  # seconds that nothing here takes, on however slow a machine: it hangs
bad = 0


def fail(*words):
    global bad
    bad += 1
    print("FAIL", *words)


def same(what, want, got):
    if want != got:
        fail(what, ": wanted", repr(want)[:300], "got", repr(got)[:300])


def tool(name, *args):
    return [os.path.join(BUILD, name)] + list(args)


def elements(der):
    """The whole elements at the front, as (bytes, digest of the certificate)."""
    out, at = [], 0
    while at + 2 <= len(der):
        n, head = der[at + 1], 2
        if n & 0x80:
            head += n & 0x7f
            n = int.from_bytes(der[at + 2:at + head], "big")
        if at + head + n > len(der):
            break
        whole = der[at:at + head + n]
        out.append((whole, hashlib.sha256(whole if whole[0] == 0x30 else whole[head:]).hexdigest()))
        at += head + n
    return out


def read(path):
    with open(path, "rb") as f:
        return f.read()


class Pipe:
    """Programs one after the other, standard input held by us."""

    def __init__(self, *commands):
        self.p, last = [], subprocess.PIPE
        for c in commands:
            p = subprocess.Popen(c, stdin=last, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            if self.p:
                self.p[-1].stdout.close()
            self.p.append(p)
            last = p.stdout
        self.words = [None] * len(commands)
        self.readers = [threading.Thread(target=self.listen, args=(i,)) for i in range(len(commands))]
        for r in self.readers:
            r.start()
        self.feeders = []

    def feed(self, act, close=True):
        """Writes beside what is read here."""
        def go():
            act()
            if close:
                self.p[0].stdin.close()
        self.feeders.append(threading.Thread(target=go))
        self.feeders[-1].start()

    def listen(self, i):
        self.words[i] = self.p[i].stderr.read().decode()

    def write(self, data):
        try:
            os.write(self.p[0].stdin.fileno(), data)
        except (BrokenPipeError, ValueError):  # it has ended
            pass

    def lines(self, n, seconds):
        """What the last one says, until it is n lines or the time is over."""
        got, end = b"", time.monotonic() + seconds
        while got.count(b"\n") < n and time.monotonic() < end:
            if select.select([self.p[-1].stdout], [], [], 0.05)[0]:
                more = os.read(self.p[-1].stdout.fileno(), 65536)
                got += more
                if not more:
                    break
        return got

    def end(self, close=True):
        """The rest of the output; exit statuses."""
        if close and not self.p[0].stdin.closed:
            self.p[0].stdin.close()
        timer = threading.Timer(LONG, lambda: [p.kill() for p in self.p])
        timer.start()
        out = self.p[-1].stdout.read()
        codes = [p.wait() for p in self.p]
        timer.cancel()
        for r in self.readers + self.feeders:
            r.join()
        for p in self.p:
            for f in (p.stdin, p.stdout, p.stderr):
                if f and not f.closed:
                    f.close()
        return out, codes


def run(command, data=b""):
    p = Pipe(command)
    p.feed(lambda: p.write(data))
    out, codes = p.end(close=False)
    return out, codes[0], p.words[0]


class Files:
    """The same over files: what a pipe is held against."""

    def __init__(self, tmp):
        self.certs = os.path.join(tmp, "files.der")
        self.rows, code, _ = run(tool("tw-ingest", "-q", "--certs", self.certs, "-"), SCAN)
        same("tw-ingest", 0, code)
        self.judged, code, self.stats = run(tool("tw-chain", "--stats", "--certs", self.certs, *STORE), self.rows)
        same("tw-chain", 0, code)
        self.classified, code, _ = run(tool("tw-classify", "--certs", self.certs), self.judged)
        same("tw-classify", 0, code)
        self.der = read(self.certs)
        table = list(csv.DictReader(self.rows.decode().splitlines()))
        self.names = [r["chain"].split() if r["collected"] == "yes" and r["chain"] != "NONE" else [] for r in table]
        lines = self.rows.splitlines(keepends=True)
        self.head, self.lines = lines[0], lines[1:]
        if len(table) != len(self.lines) or sum(map(bool, self.names)) < 100:
            fail("the sample is not what this test thinks")


def live(certs, threads=()):
    """The three filters; ingest reads standard input."""
    return (tool("tw-ingest", "-q", *threads, "--certs", certs, "-"), tool("tw-chain", "--follow", "--stats", "--certs", certs, *STORE),
            tool("tw-classify", "--follow", "--certs", certs))


def pieces(data, rng, most):
    at = 0
    while at < len(data):
        n = rng.randint(1, most)
        yield data[at:at + n]
        at += n


def whole_pipes(tmp, files):
    for threads in ("1", "2", "5"):
        for slow in (False, True):
            certs = os.path.join(tmp, "live.der")
            p = Pipe(*live(certs, ("--threads", threads)))
            def feed():
                for k, piece in enumerate(pieces(SCAN, random.Random(threads), 200000 if slow else 1 << 16)):
                    p.write(piece)
                    if slow and k % 6 == 0:
                        time.sleep(0.3)
            p.feed(feed)
            out, codes = p.end(close=False)
            what = f"{threads} threads, {'slowly' if slow else 'at once'}"
            same(what, [0, 0, 0], codes)
            if out != files.classified:
                fail(what, ": other bytes than over files")
            same(what + ": certificates", files.der, read(certs))
            # The memory of chains and signatures is one for the whole run.
            same(what + ": work", files.stats, p.words[1])
            os.unlink(certs)


def certificates_first(tmp, files):
    """Whenever a row is to be read, the certificates that it names are in the file."""
    for threads in ("1", "2", "5"):
        certs = os.path.join(tmp, "first.der")
        p = subprocess.Popen(tool("tw-ingest", "-q", "--threads", threads, "--certs", certs, "-"), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        def feed():
            for k in range(20):  # some blocks, and a wait in each
                for piece in pieces(SCAN, random.Random(k), 100000):
                    p.stdin.write(piece)
                p.stdin.flush()
                time.sleep(0.01)
            p.stdin.close()
        t = threading.Thread(target=feed)
        t.start()
        have, seen, n, f = b"", set(), 0, None
        at = 0
        while True:
            more = os.read(p.stdout.fileno(), 4096)
            if not more:
                break
            have += more
            *rows, have = have.split(b"\n")
            try:
                text = read(certs + ".part")
            except FileNotFoundError:  # it was whole meanwhile, and has its name
                text = read(certs)
            for _, name in elements(text[at:]):
                seen.add(name)
            at += sum(len(e) for e, _ in elements(text[at:]))
            for row in rows:
                for name in re.findall(rb"\b[0-9a-f]{64}\b", row):
                    n += 1
                    if name.decode() not in seen:
                        fail(f"{threads} threads: a row before its certificate")
                        p.kill()
                        break
        t.join()
        same(f"{threads} threads: tw-ingest", 0, p.wait())
        p.stdout.close()
        if n < 2000:
            fail(f"{threads} threads: only {n} names of certificates seen")
        os.unlink(certs)


def writer(certs, files, rng, p, first=True, until=None):
    """Writes certificates in pieces of any length, and each row when its own are there (or, not first, before)."""
    order, where, at = elements(files.der), {}, 0
    for e, name in order:
        at += len(e)
        where[name] = at
    done, pending = 0, None
    with open(certs + ".part", "wb", buffering=0) as f:
        p.write(files.head)
        for line, names in zip(files.lines, files.names):
            need = max([where[x] for x in names], default=0)
            if until is not None and need > until:
                f.write(files.der[done:until])
                return
            if not first:
                p.write(line)
            while done < need:
                n = rng.choice([1, 2, 3, rng.randint(1, 2000), need - done])
                f.write(files.der[done:done + n])
                done += len(files.der[done:done + n])
                if rng.random() < 0.02:
                    time.sleep(0.05)
            if first:
                for piece in pieces(line, rng, len(line)):
                    p.write(piece)
        f.write(files.der[done:])
    os.rename(certs + ".part", certs)


FOLLOWERS = {"tw-chain": lambda c: tool("tw-chain", "--follow", "--certs", c, *STORE),
             "tw-classify": lambda c: tool("tw-classify", "--follow", "--certs", c)}


def slow_writers(tmp, files):
    """Certificates cut at any byte, with pauses, and before or (which tw-ingest never does) behind their row."""
    want = {"tw-chain": files.judged, "tw-classify": run(tool("tw-classify", "--certs", files.certs), files.rows)[0]}
    for name, command in FOLLOWERS.items():
        for seed in range(6):
            certs = os.path.join(tmp, f"slow{seed}.der")
            p = Pipe(command(certs))
            p.feed(lambda: writer(certs, files, random.Random(seed), p, seed % 2 == 0))
            out, codes = p.end(close=False)
            same(f"{name}, writer {seed}: {p.words[0]}", [0], codes)
            if out != want[name]:
                fail(f"{name}, writer {seed}: other bytes than over files")


def rows_in_time(tmp, files):
    """A row comes out while the input is open and silent: through three programs in some tenths of a second."""
    certs = os.path.join(tmp, "time.der")
    p = Pipe(*live(certs))
    lines, got = SCAN.splitlines(keepends=True), b""
    want = files.classified.splitlines(keepends=True)
    begun = time.monotonic()
    for i in range(3):
        p.write(lines[i])
        got += p.lines(i + 2 - got.count(b"\n"), LONG)
        if b"".join(want[:got.count(b"\n")]) != got or got.count(b"\n") < i + 2:
            fail("a row in time: got", got[-200:])
    took = time.monotonic() - begun
    _, codes = p.end()
    same("rows in time", [0, 0, 0], codes)
    print(f"three rows, one at a time, through three programs: {took:.1f} s")


def endings(tmp, files):
    """Pipes that can't end well."""
    chain = files.names[next(i for i, n in enumerate(files.names) if len(n) > 1)]
    cut = sum(len(e) for e, _ in elements(files.der)[:20]) + 700
    for name, command in FOLLOWERS.items():
        def ends(what, certs, act, message, least=0, close=True):
            p = Pipe(command(certs))
            act(p)
            out, codes = p.end(close)
            same(f"{name}, {what}: exit status", [2], codes)
            if not re.search(message, p.words[0]):
                fail(f"{name}, {what}: says {p.words[0]!r}")
            if out.count(b"\n") < least:
                fail(f"{name}, {what}: the rows before are lost ({len(out)} bytes)")
            if not (out == b"" or out.endswith(b"\n")):
                fail(f"{name}, {what}: half a row")

        def path(n):
            return os.path.join(tmp, f"{name}-{n}.der")
        ends("half a certificate", path(1), lambda p: writer(path(1), files, random.Random(1), p, until=cut),
             "offset %d: ends within a certificate" % (cut - 700), 10)

        def dies(p):
            writer(path(2), files, random.Random(1), p, until=cut - 700)
        ends("a writer that comes to no end", path(2), dies, "not whole when the rows ended", 10)

        def removes(p):
            writer(path(3), files, random.Random(1), p, until=cut - 700)
            p.lines(10, LONG)
            os.unlink(path(3) + ".part")
        ends("a part that is removed", path(3), removes, "not whole when the rows ended")

        def lacks(p):
            with open(path(4), "wb") as f:
                f.write(b"".join(e for e, n in elements(files.der) if n != chain[1]))
            p.write(files.rows[:60000])
        ends("a certificate that is not there", path(4), lacks, r"row \d+.*" + (chain[1] if name == "tw-chain" else "certificate"))
        ends("no file", path(5), lambda p: p.write(files.rows[:60000]), "^tw-[a-z]*: row \\d+ says collected, but the file of certificates did not come\n$")
        ends("no file and no rows", path(6), lambda p: p.write(files.head), "neither it nor .* came")
        ends("no header", path(7), lambda p: None, "not even a header")

        # The input stays open: rows come until nothing is read any more.
        def floods(p):
            def pour():
                for _ in range(400):
                    p.write(b"".join(files.lines)[:4096 * 16])
            p.write(files.head)
            p.feed(pour, close=False)
        ends("no file, and rows without end", path(8), floods, "did not come", close=False)

        def shrinks(p):
            writer(path(9), files, random.Random(1), p, until=cut - 700)
            p.lines(10, LONG)
            os.truncate(path(9) + ".part", 100)
        ends("a file that shrinks", path(9), shrinks, "became shorter")

        def folder(p):
            os.mkdir(path(10))
            p.write(files.rows[:60000])
        ends("a folder", path(10), folder, "no regular file")

        def words(p):
            with open(path(11), "wb") as f:
                f.write(b"hello, world")
            p.write(files.rows[:60000])
        ends("a file of words", path(11), words, "offset 0: neither SEQUENCE nor OCTET STRING")
        ends("rows without the column collected", path(12), lambda p: p.write(b"time,chain,cipher\n"), "no column collected")


def killed(tmp, files):
    """tw-ingest itself is killed: its readers end, and none says that all is well."""
    certs = os.path.join(tmp, "killed.der")
    p = Pipe(*live(certs))
    for line in SCAN.splitlines(keepends=True)[:40]:
        p.write(line)
    got = p.lines(20, LONG)
    p.p[0].send_signal(signal.SIGKILL)
    out, codes = p.end()
    same("tw-ingest killed", [-9, 2, 2], codes)
    if not files.classified.startswith(got + out) or (got + out).count(b"\n") < 20:
        fail("tw-ingest killed: not the first rows")
    # The next run's part is another file than the one that was left.
    with open(certs + ".part", "wb") as f:
        f.write(files.der[1000:] + files.der)
    left = open(certs + ".part", "rb")
    with open(certs, "wb") as f:
        f.write(files.der[:5000])
    p = Pipe(*live(certs))
    p.feed(lambda: p.write(SCAN))
    out, codes = p.end(close=False)
    same("a run over what was left", ([0, 0, 0], True), (codes, out == files.classified))
    same("what was left, to who reads it still", files.der[1000:] + files.der, left.read())
    left.close()


def unsettled(tmp, files):
    """A row that does not say yes has no verdict, whether another record has brought its certificates or not yet."""
    i = next(i for i, n in enumerate(files.names) if len(n) > 1 and b'"' not in files.lines[i])
    for word in (b"partly", b"no", b""):
        fields = files.lines[i].split(b",")
        at = files.head.split(b",").index(b"collected")
        if len(fields) != files.head.count(b",") + 1 or fields[at] != b"yes":
            fail("the sample's row is not what this test thinks")
        rows = files.head + b",".join(fields[:at] + [word] + fields[at + 1:]) + files.lines[i]
        got = {}
        for late in (False, True):
            certs = os.path.join(tmp, "unsettled.der")
            if not late:
                with open(certs, "wb") as f:
                    f.write(files.der)
            p = Pipe(tool("tw-chain", "--follow", "--certs", certs, *STORE), tool("tw-classify", "--follow", "--certs", certs))
            p.write(b"".join(rows.splitlines(keepends=True)[:2]))
            out = p.lines(2, LONG)
            if late:
                with open(certs, "wb") as f:
                    f.write(files.der)
            p.write(rows.splitlines(keepends=True)[2])
            rest, codes = p.end()
            same(f"collected={word}", [0, 0], codes)
            got[late] = out + rest
            os.unlink(certs)
        same(f"collected={word}: early and late", got[False], got[True])
        first, second = csv.DictReader(got[True].decode().splitlines())
        same(f"collected={word}", ("", "not_collected", "", "", ""),
             (first["verdict.rig"], first["reason.rig"], first["leaf_time"], first["leaf_key"], first["chain_above"]))
        same("its chain_id", hashlib.sha256(first["chain"].encode()).hexdigest(), first["chain_id"])
        if not second["verdict.rig"] or not second["leaf_key"]:
            fail("the same chain, collected: no verdict")


def sidecars(tmp, files):
    certs, out = os.path.join(tmp, "side.der"), os.path.join(tmp, "side.csv")
    for name in FOLLOWERS:
        p = Pipe(tool("tw-ingest", "-q", "--certs", certs, "-"), tool(name, "--follow", "--certs", certs, "-o", out, *(STORE if name == "tw-chain" else ())))
        p.feed(lambda: p.write(SCAN))
        _, codes = p.end(close=False)
        same(name + " -o", [0, 0], codes)
        inputs = json.loads(read(out + ".provenance.json"))["inputs"]
        want = [{"name": certs, "sha256": hashlib.sha256(files.der).hexdigest(), "role": "certs"},
                {"name": "-", "sha256": hashlib.sha256(files.rows).hexdigest(), "rows": len(files.lines)}]
        same(name + " -o: sidecar", want, inputs)
        os.unlink(certs)


def usage(tmp, files):
    chain = ("tw-chain", "--store", STORE[1])
    for command, message in (
            ((*chain, "--follow", "--certs", "c.der", "--pool", "all"), "--pool all wants every certificate before the first row"),
            ((*chain, "--follow", "--certs", "c.der", "--pool", "c.der"), "--pool c.der wants every certificate before"),
            ((*chain, "--follow", "--certs", "c.der", "--witness", "c.der"), "--witness c.der wants every certificate before"),
            ((*chain, "--follow", "--certs", "c.der", "rows.csv"), "rows from standard input"),
            ((*chain, "--follow", "--certs", "c.der", "--client-chain"), "--client-chain and --follow"),
            ((*chain, "--follow", "--certs", "-"), "FILE by its name"),
            ((*chain, "--follow", "--certs", "c.der.zst"), "c.der.zst is packed"),
            (("tw-classify", "--follow", "--certs", "c.der.gz"), "c.der.gz is packed"),
            (("tw-classify", "--follow", "--certificates", "c.csv"), "--follow wants --certs"),
            (("tw-classify", "--follow", "--certs", "c.der", "rows.csv"), "rows from standard input")):
        out, code, words = run(tool(*command))
        same(" ".join(command), (b"", 2, True), (out, code, message in words and "--help" in words))
    # A pool and a witness that are there before are as over files.
    certs, pool = os.path.join(tmp, "pool.der"), os.path.join(tmp, "witness.der")
    names = {n: e for e, n in elements(files.der)}
    leaves = [n[0] for n in files.names if len(n) > 1]
    with open(pool, "wb") as f:
        f.write(b"".join(names[n] for n in {x for row in files.names for x in row[1:]}))
    rows = files.head + b"".join(line.replace(b" ".join(x.encode() for x in n), n[0].encode()) if len(n) > 1 else line
                                 for line, n in zip(files.lines, files.names))
    with open(certs, "wb") as f:
        f.write(files.der)
    for option in ("--pool", "--witness"):
        plain = run(tool(*chain, "--certs", certs, option, pool), rows)
        follow = run(tool(*chain, "--follow", "--certs", certs, option, pool), rows)
        same(option, plain, follow)
        reason = {"--pool": b",verifiable,ok\n", "--witness": b",broken,missing_intermediate\n"}[option]
        if follow[0].count(reason) < 10 or not leaves:
            fail(option, "of a file explains nothing")
    if b"missing_intermediate" in run(tool(*chain, "--follow", "--certs", certs), rows)[0]:
        fail("a pipe has a witness")


def main():
    with tempfile.TemporaryDirectory() as tmp:
        files = Files(tmp)
        for test in (usage, certificates_first, whole_pipes, slow_writers, rows_in_time, endings, killed, unsettled, sidecars):
            begun = time.monotonic()
            test(tmp, files)
            print(f"{test.__name__}: {time.monotonic() - begun:.1f} s", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
