#!/usr/bin/env python3
"""--clients: what keep, hash and drop leave of clients' addresses, of IPv4 and IPv6, in every file that tw-ingest and
tw-study write. The hashes are Python's hmac; all other cells must be those of keep.

usage: clients.py BUILD_FOLDER"""
import csv
import hashlib
import hmac
import ipaddress
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import capture_talk as talk  # noqa: E402
from capture_talk import P  # noqa: E402

CLIENTS = [ipaddress.ip_address(a) for a in ("203.0.113.7", "203.0.113.77", "192.0.2.1", "10.1.2.3")]
LAST = "198.51.100.99"  # of the packet that is cut short
bad = 0


def fail(*words):
    global bad
    bad += 1
    print("FAIL", *words)


def moved(segments, client):
    """The same conversation of another client."""
    old = b"\xc0\0\2\1"
    return [s.copy(**{k: client.packed for k in ("src", "dst") if getattr(s, k) == old}) for s in segments]


def shown(client):
    return ipaddress.ip_address(bytes.fromhex("20010db8") + bytes(8) + client.packed)


def capture():
    frames = []
    for i, client in enumerate(CLIENTS):
        for v6 in (False, True):
            me = shown(client) if v6 else client
            loud = str(me).upper() if i % 2 else str(me)
            banner = f"S:220 mail.example ESMTP, hello [{loud}] from {me}: not 9{me} nor {me}7"
            said = talk.lines(banner, "C:EHLO there", "S:250-mail.example", "S:250 STARTTLS", "C:STARTTLS", "S:220 go") + talk.TLS
            one = moved(talk.segments(said, 25), client)
            # Each has its own port and time, so that rows can be told apart.
            port = {40000: 40000 + 2 * i + v6}
            one = [s.copy(sport=port.get(s.sport, s.sport), dport=port.get(s.dport, s.dport), time=s.time + 10 ** 6 * (2 * i + v6)) for s in one]
            frames += [(s.time, P.ethernet(P.ipv6(s, s.tcp()), 0x86dd)) for s in one] if v6 else P.plain(one)
    last = moved(talk.segments(talk.TLS, 443), ipaddress.ip_address(LAST))[0]
    end = P.pcap(P.plain([last]))[24:-9]
    return P.pcap(frames) + end


def rows(path):
    with open(path, newline="") as f:
        return list(csv.DictReader(f))


def ingest(build, d, name, how):
    out = os.path.join(d, name)
    os.mkdir(out)
    tool = [os.path.join(build, "tw-ingest"), "--show", "ja4,client_ciphers,client_chain", "--certs", os.path.join(out, "certs.der"),
            "--rejects", os.path.join(out, "rejects.csv"), "-o", os.path.join(out, "rows.csv")]
    p = subprocess.run(tool + (["--clients", how] if how else []) + [os.path.join(d, "capture.pcap")], capture_output=True, check=True)
    with open(os.path.join(out, "words"), "wb") as f:
        f.write(p.stdout + p.stderr)
    return rows(os.path.join(out, "rows.csv"))


def leaks(folder):
    """(file, address) of each client's address that stands in a file of the folder."""
    spelt = [str(a) for c in CLIENTS for a in (c, shown(c), shown(c).exploded)] + [LAST]
    found = set()
    for d, _, files in os.walk(folder):
        for name in files:
            with open(os.path.join(d, name), "rb") as f:
                text = f.read().lower()
            # Numbers that only begin or end as an address are no address: the banner has some.
            for c in [str(c) for c in CLIENTS] + [str(shown(c)) for c in CLIENTS]:
                text = text.replace(b"9" + c.encode(), b"").replace(c.encode() + b"7", b"")
            found |= {(name, a) for a in spelt if a.encode() in text}
    return found


def wanted(row, how, key):
    """What must become of a row of keep, but for the two numbers in its banner that are longer than the address."""
    new, client = dict(row), row["client"]
    word = hmac.new(key, client.encode(), hashlib.sha256).hexdigest()[:32] if how == "hash" else ""
    first = row["banner"].index("hello [") + 7
    from_ = row["banner"].index("] from ")
    with_ = word or "-"
    new["banner"] = row["banner"][:first] + with_ + "] from " + with_ + row["banner"][from_ + 7 + len(client):]
    new["client"] = word
    if how == "drop":
        new["client_port"] = ""
    return new


def compare(build, d, key_path, key):
    keep = ingest(build, d, "keep", None)
    if [r["client"] for r in keep] != [str(a) for c in CLIENTS for a in (c, shown(c))] or not all("hello [" in r["banner"] for r in keep):
        fail("keep:", [(r["client"], r["banner"]) for r in keep])
    if ingest(build, d, "keep2", "keep") != keep:
        fail("--clients keep is not the default")
    if not leaks(os.path.join(d, "keep")):
        fail("the search for addresses finds none where they are")
    for how in ("hash", "drop"):
        got = ingest(build, d, how, how if how == "drop" else "hash:" + key_path)
        want = [wanted(r, how, key) for r in keep]
        for g, w in zip(got, want):
            for column in w:
                if g[column] != w[column]:
                    fail(how, column, g[column], "not", w[column])
        if len(got) != len(want) or leaks(os.path.join(d, how)):
            fail(how, len(got), "rows; addresses:", leaks(os.path.join(d, how)))
        if len(rows(os.path.join(d, how, "rejects.csv"))) != 1:
            fail(how, "the packet that was cut short is no reject")
    return len(keep)


def study(build, d, key_path):
    """Every file of a study; and the hash of the study is that of tw-ingest: one key, one value."""
    root = os.path.join(os.environ["TW_SRCDIR"], "data-samples", "roots.pem")
    for how in ("drop", "hash:" + key_path):
        out = os.path.join(d, "study-" + how[:4])
        subprocess.run([os.path.join(build, "tw-study"), "-q", "--store", "rig=" + root, "--clients", how, out, os.path.join(d, "capture.pcap")],
                       check=True)
        if leaks(out):
            fail("tw-study", how, leaks(out))
        got = [r["client"] for r in rows(os.path.join(out, "observations.csv"))]
        if got != [r["client"] for r in rows(os.path.join(d, how[:4], "rows.csv"))]:
            fail("tw-study and tw-ingest differ:", how)


def usage(build, d, key_path):
    short, long, absent = (os.path.join(d, n) for n in ("short", "long", "absent"))
    for path, n in ((short, 15), (long, 4097)):
        with open(path, "wb") as f:
            f.write(b"k" * n)
    for tool in (["tw-ingest"], ["tw-study", os.path.join(d, "none")]):
        for how, word in (("hash:" + short, "15 bytes"), ("hash:" + long, "4096"), ("hash:" + absent, "No such file"), ("hash:" + d, "directory"),
                          ("hash:", "hash:KEYFILE"), ("hash", "hash:KEYFILE"), ("", "keep"), ("Drop", "drop")):
            p = subprocess.run([os.path.join(build, tool[0]), "--clients", how, *tool[1:], os.path.join(d, "capture.pcap")], capture_output=True)
            if p.returncode != 2 or word.encode() not in p.stderr or p.stdout or os.path.exists(os.path.join(d, "none")):
                fail(tool[0], "--clients", how, p)


def main():
    build = sys.argv[1]
    with tempfile.TemporaryDirectory() as d:
        key, key_path = bytes(range(200, 216)), os.path.join(d, "key")
        with open(key_path, "wb") as f:
            f.write(key)
        with open(os.path.join(d, "capture.pcap"), "wb") as f:
            f.write(capture())
        n = compare(build, d, key_path, key)
        study(build, d, key_path)
        usage(build, d, key_path)
    print(n, "rows with clients kept, hashed and dropped")
    return bad != 0


sys.exit(main())
