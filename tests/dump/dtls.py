#!/usr/bin/env python3
"""DTLS in captures: what OpenSSL and GnuTLS said of their own sessions, what tshark reads of the same capture, and that
capture in many dresses, damaged, among other protocols of the same ports, and in hostile company.

usage: dtls.py TW_INGEST"""
import collections
import csv
import hashlib
import os
import random
import re
import resource
import shutil
import struct
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "synth"), HERE]
import dtls_peers as D  # noqa: E402
import packets as P  # noqa: E402
from capture_forms import Run, by_key, same, weaker  # noqa: E402

rng = random.Random(20261129)
SERVICES = {4433: "", 5684: "coaps"}
VERSIONS = {0x100: "DTLSv0.9", 0xfeff: "DTLSv1.0", 0xfefd: "DTLSv1.2", 0xfefc: "DTLSv1.3"}


def capture(those):
    return P.pcap(P.datagrams(sorted(those, key=lambda d: d.time)))


def summary(run, data):
    """used, context, rejected, rows."""
    path = os.path.join(run.folder, "counted.pcap")
    with open(path, "wb") as f:
        f.write(data)
    said = subprocess.run([run.tool, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True).stderr.decode()
    return tuple(map(int, re.search(r"used (\d+) context (\d+) rejected (\d+) observations (\d+)", said).groups()))


# ---- the peers' own word, and tshark's ----
def peers(run, sessions, rows):
    run.n += 1
    for s in sessions:
        got = rows.get((bytes_ip(D.CLIENT), str(s.sport), bytes_ip(D.SERVER), str(s.port)), [])
        if not s.truth or len(got) != 1:
            run.fail(f"peers: {s.name}: {len(got)} rows; the peers said {s.said[-300:]!r}")
            continue
        want = dict(s.truth, protocol=SERVICES[s.port], spoken="", tls_start="implicit", source="passive")
        for cell, value in want.items():
            if got[0][cell] != value:
                run.fail(f"peers: {s.name}: {cell} {got[0][cell]!r}, the peers said {value!r}")


def bytes_ip(b):
    return ".".join(map(str, b))


FIELDS = ("ip.src udp.srcport udp.dstport dtls.handshake.type dtls.handshake.version dtls.handshake.extensions.supported_version "
          "dtls.handshake.ciphersuite dtls.handshake.certificate dtls.handshake.server_named_curve dtls.handshake.p_len").split()


def tshark(run, those, rows):
    if not shutil.which("tshark"):
        print("tshark is not installed: its reading is not compared")
        return
    run.n += 1
    path = os.path.join(run.folder, "tshark.pcap")
    with open(path, "wb") as f:
        f.write(capture(those))
    decode = [w for port in SERVICES for w in ("-d", f"udp.port=={port},dtls")]
    out = subprocess.run(["tshark", "-r", path, *decode, "-Y", "dtls.handshake.type", "-T", "fields", *[w for f in FIELDS for w in ("-e", f)]],
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout.decode()
    code = {r["name"]: int(r["value"], 16) for r in suites()}
    seen = collections.defaultdict(lambda: {"chain": []})
    for line in out.splitlines():
        v = dict(zip(FIELDS, line.split("\t")))
        if v["ip.src"] != bytes_ip(D.SERVER):
            continue
        s = seen[v["udp.dstport"]]
        if "2" in v["dtls.handshake.type"].split(","):
            s["version"] = VERSIONS[int(v["dtls.handshake.version"].split(",")[-1], 16)]
            s["cipher"] = int(v["dtls.handshake.ciphersuite"].split(",")[0], 16)
        s["chain"] += [hashlib.sha256(bytes.fromhex(c.replace(":", ""))).hexdigest() for c in v["dtls.handshake.certificate"].split(",") if c]
        if v["dtls.handshake.server_named_curve"]:
            s["group"] = {23: "secp256r1", 24: "secp384r1", 29: "x25519"}[int(v["dtls.handshake.server_named_curve"], 16)]
        if v["dtls.handshake.p_len"]:
            s["dh_bits"] = str(8 * int(v["dtls.handshake.p_len"]))
    met = 0
    for (_, sport, _, _), (r,) in rows.items():
        s = seen.get(sport, {"chain": []})
        for cell in ("version", "cipher", "group", "dh_bits"):
            ours = code[r[cell]] if cell == "cipher" and r[cell] else r[cell]
            if cell in s and ours != s[cell]:
                run.fail(f"tshark: {sport}: {cell} {ours!r}, tshark says {s[cell]!r}")
            met += cell in s
        chain = list(dict.fromkeys(s["chain"]))  # what was sent again is there again
        if chain != r["chain"].replace("NONE", "").split():
            run.fail(f"tshark: {sport}: chain {r['chain']!r}, tshark says {chain}")
    print(f"tshark: {len(seen)} servers, {met} cells beside the chains")
    if met < 40:
        run.fail("tshark: it read next to nothing")


def suites():
    with open(os.path.join(HERE, "..", "crypto", "suites.snapshot.csv")) as f:
        return [{"value": m.group(1), "name": m.group(2)} for m in re.finditer(r"^(0x[0-9A-Fa-f]{4}),([A-Z]\w+)", f.read(), re.M)]


# ---- dresses ----
def dresses(run, those, want):
    def tag(vid):
        return struct.pack(">HH", 0x8100, vid)

    def pieces(body, d, ident, size):
        parts = []
        for at in range(0, len(body), size):
            more = 0x2000 if at + size < len(body) else 0
            parts.append((d.time, P.ethernet(P.ipv4(d, body[at:at + size], 17, ident=ident, fragment=at // 8 | more))))
        rng.shuffle(parts)
        return parts

    outer = P.Datagram(b"\xc0\0\2\x09", b"\xc0\0\2\x0a", 0, 0, b"", 0)
    for what, dress, v6 in (
            ("VLAN", lambda d: P.ethernet(P.ipv4(d, d.udp(), 17), tags=tag(9)), False),
            ("IPv6", lambda d: P.ethernet(P.ipv6(d, d.udp(), 17), 0x86dd), True),
            ("IPv6 with extension headers", lambda d: P.ethernet(P.ipv6(d, d.udp(), 17, bytes([0, 60]) + bytes(7) + bytes([17]) + bytes(7)), 0x86dd), True),
            ("GRE", lambda d: P.ethernet(P.ipv4(outer, struct.pack(">HH", 0, 0x0800) + P.ipv4(d, d.udp(), 17), 47)), False),
            ("bytes behind the datagram", lambda d: P.ethernet(P.ipv4(d, d.udp() + b"\x16\xfe\xfd\0", 17)), False)):
        same(run, what, want, by_key(run.rows(P.pcap([(d.time, dress(d)) for d in those])), v6))
    fragments = [f for i, d in enumerate(those) for f in pieces(d.udp(), d, i, 64)]
    same(run, "IPv4 fragments in disorder", want, by_key(run.rows(P.pcap(fragments))))
    v6 = []
    for i, d in enumerate(those):
        body = d.udp()
        parts = [(d.time, P.ethernet(P.ipv6(d, body[at:at + 64], 17, struct.pack(">BBBHBI", 44, 17, 0, at | (at + 64 < len(body)), 0, 0)[:1] +
                                            struct.pack(">BBHI", 17, 0, at | (at + 64 < len(body)), i)), 0x86dd)) for at in range(0, len(body), 64)]
        rng.shuffle(parts)
        v6 += parts
    same(run, "IPv6 fragments in disorder", want, by_key(run.rows(P.pcap(v6)), True))


# ---- what datagrams may do ----
def records(data):
    """(type, version, epoch, sequence, body) of each record in the old header's form."""
    while len(data) >= 13:
        kind, version, epoch, seq, n = struct.unpack(">BHH6sH", data[:13])
        yield kind, version, epoch, int.from_bytes(seq, "big"), data[13:13 + n]
        data = data[13 + n:]


def record(kind, version, epoch, seq, body):
    return struct.pack(">BHH", kind, version, epoch) + seq.to_bytes(6, "big") + struct.pack(">H", len(body)) + body


def handshakes(body):
    """(type, length, message number, offset, bytes) of each fragment."""
    while len(body) >= 12:
        n = int.from_bytes(body[9:12], "big")
        yield body[0], int.from_bytes(body[1:4], "big"), int.from_bytes(body[4:6], "big"), int.from_bytes(body[6:9], "big"), body[12:12 + n]
        body = body[12 + n:]


def fragment(kind, length, number, at, body):
    return bytes([kind]) + length.to_bytes(3, "big") + number.to_bytes(2, "big") + at.to_bytes(3, "big") + len(body).to_bytes(3, "big") + body


def split_anew(those, size, overlap, shuffle):
    """Handshake messages of epoch 0 in fragments of `size`, each a datagram, records numbered anew in order."""
    out, numbers = [], collections.Counter()
    for d in those:
        parts = []
        for kind, version, epoch, seq, body in records(d.payload):
            if epoch or kind not in (20, 21, 22):
                parts.append(record(kind, version, epoch, seq, body))
                continue
            bodies = [body]
            if kind == 22:
                bodies = [fragment(t, n, m, at + i, b[i:i + size + overlap]) for t, n, m, at, b in handshakes(body) for i in range(0, max(len(b), 1), size)]
            for b in bodies:
                parts.append(record(kind, version, 0, numbers[d.src, d.sport, d.dport], b))
                numbers[d.src, d.sport, d.dport] += 1
        if shuffle:
            rng.shuffle(parts)
        out += [d.copy(payload=p) for p in parts]
    return out


def disordered(those, reach):
    order = sorted(range(len(those)), key=lambda i: i + rng.random() * reach)
    return [those[i].copy(time=those[k].time) for k, i in enumerate(order)]


def older(those, sport):
    """That client's session with the version before the standard."""
    out = []
    for d in those:
        if sport not in (d.sport, d.dport):
            continue
        data = b""
        for kind, _, epoch, seq, body in records(d.payload):
            if kind == 22 and not epoch and body[0] in (1, 2):
                body = body[:12] + b"\1\0" + body[14:]
            data += record(kind, 0x0100, epoch, seq, body + bytes(2) if kind == 20 else body)
        out.append(d.copy(payload=data))
    return out


def behaviours(run, those, want):
    again = [c for d in those for c in ([d, d.copy()] if rng.random() < 0.5 else [d])]
    same(run, "half of them twice", want, by_key(run.rows(capture(again))))
    for size, overlap, shuffle in ((1, 0, False), (1, 0, True), (50, 0, True), (200, 30, True), (700, 700, False)):
        split = split_anew(those, size, overlap, shuffle)
        what = f"fragments of {size}, {overlap} of them twice" + ", in disorder" * shuffle
        if size == 1:  # more gaps than the bound, where they are in disorder: only the small sessions
            (weaker if shuffle else same)(run, what, want, by_key(run.rows(capture(split))))
        else:
            same(run, what, want, by_key(run.rows(capture(split))))
    for reach in (2, 3):
        per = collections.defaultdict(list)
        for d in those:
            per[min(d.sport, d.dport), max(d.sport, d.dport)].append(d)
        mixed = [d for session in per.values() for d in disordered(session, reach)]
        same(run, f"disorder of {reach}", want, by_key(run.rows(capture(mixed))))
    sport = next(int(k[1]) for k, (r,) in want.items() if r["version"] == "DTLSv1.0" and not r["group"] and not r["dh_bits"])
    got, = by_key(run.rows(capture(older(those, sport)))).values()
    new = next(r for k, (r,) in want.items() if k[1] == str(sport))
    run.n += 1
    apart = {c for c in new if new[c] != got[0][c]}
    if (got[0]["version"], got[0]["offered_versions"]) != ("DTLSv0.9", "DTLSv0.9") or not apart <= {"version", "offered_versions", "ja4"}:
        run.fail(f"0x0100: {got[0]}")


def used_again(run, sessions, want):
    """Two sessions on the same addresses and ports, and between them what is left of the first."""
    pool = [s for s in sessions if s.port == 4433]
    for _ in range(12):
        a, b = rng.sample(pool, 2)
        first = [d.copy(sport=5 if d.sport == a.sport else d.sport, dport=5 if d.dport == a.sport else d.dport) for d in a.datagrams()]
        second = [d.copy(sport=5 if d.sport == b.sport else d.sport, dport=5 if d.dport == b.sport else d.dport, time=d.time + 60000000) for d in b.datagrams()]
        got = [r for rows in by_key(run.rows(capture(first + second))).values() for r in rows]
        rows = [dict(next(r for k, (r,) in want.items() if k[1] == str(s.sport)), client_port="5") for s in (a, b)]
        same(run, f"used again: {a.name}, then {b.name}", {0: rows}, {0: got})
        late = [first[0].copy(time=second[2].time + 1)]  # the first hello of the first session once more
        got = [r for rows in by_key(run.rows(capture(first + second + late))).values() for r in rows]
        same(run, f"a late hello: {a.name}, then {b.name}", {0: rows}, {0: got})


# ---- damage ----
def damages(run, those, want):
    for share in (0.02, 0.1, 0.3, 0.6):
        for _ in range(6):
            left = [d for d in those if rng.random() >= share]
            weaker(run, f"{share} lost", want, by_key(run.rows(capture(left))))
            pieces = [d for d in split_anew(those, 150, 20, True) if rng.random() >= share]
            weaker(run, f"{share} of fragments lost", want, by_key(run.rows(capture(pieces))))
    for serves in (False, True):
        one = [d for d in those if (d.src == D.SERVER) == serves]
        got = by_key(run.rows(capture(one)))
        weaker(run, "one side", want, got)
        if len(got) < len(want) - 2:
            run.fail(f"one side: {len(got)} rows of {len(want)}")
    for snaplen in (50, 60, 80, 120, 200, 400):
        weaker(run, f"cut to {snaplen} bytes", want, by_key(run.rows(P.pcap(P.datagrams(those), snaplen=snaplen))))
    data = capture(those)
    for _ in range(10):
        weaker(run, "the file cut", want, by_key(run.rows(data[:rng.randrange(24, len(data))])))


def loses_nothing_small(run, those, want):
    """Cut behind the certificates' first bytes a capture still says who, what version and which suite."""
    got = by_key(run.rows(P.pcap(P.datagrams(those), snaplen=300)))
    n = sum(r["version"] != "" for rows in got.values() for r in rows)
    if n < len(want) // 2:
        run.fail(f"cut to 300 bytes: only {n} versions")


# ---- other protocols on the same ports ----
def noise():
    """First bytes as in RFC 7983 and RFC 9443."""
    yield struct.pack(">HHI12s", 1, 0, 0x2112a442, bytes(12))                      # STUN binding request
    yield struct.pack(">HHI12s", 0x101, 0, 0x2112a442, rng.randbytes(12))
    yield struct.pack(">HHI", 0x1000, 0x505a, 0x5a525450) + rng.randbytes(40)      # ZRTP
    yield struct.pack(">HH", 0x4001, 60) + b"\x16\xfe\xfd" + bytes(57)             # TURN channel, whatever it holds
    yield b"\x80\x60" + rng.randbytes(200)                                        # RTP
    yield b"\x81\xc8" + rng.randbytes(30)                                         # RTCP
    yield b"\xc3\0\0\0\1\x08" + rng.randbytes(1194)                                # QUIC, long and short headers
    yield b"\x43" + rng.randbytes(60)
    yield b"\x16\xfe\xfd" + rng.randbytes(40)                                      # like DTLS, but for its lengths
    yield b"\x16\x03\x03\0\x30\1\0\0\x2c\3\3" + rng.randbytes(42)                  # TLS's header
    yield b"\x17\xfe\xfd\0\1" + bytes(6) + b"\xff\xff" + rng.randbytes(20)
    yield b"\x2c" + rng.randbytes(50)                                             # DTLS 1.3's header, of nothing that is known
    yield bytes([20 + rng.randrange(44)]) + rng.randbytes(rng.randrange(90))
    yield b"\x16"
    yield b""


def demultiplexed(run, those, want):
    mixed = [x for d in those for x in [d] + [d.copy(payload=n) for n in rng.sample(list(noise()), 3)]]
    same(run, "among STUN, ZRTP, TURN, RTP and QUIC", want, by_key(run.rows(capture(mixed))))
    apart = [P.Datagram(D.CLIENT, D.SERVER, 50000 + i, rng.choice([443, 5684, 4433, 853]), n, 1) for i in range(40) for n in noise()]
    run.n += 1
    if summary(run, capture(apart)) != (0, 0, 0, 0):
        run.fail(f"other protocols: {summary(run, capture(apart))}")
    late = [d for d in those if all(epoch for _, _, epoch, _, _ in records(d.payload))]
    flows = {(min(d.sport, d.dport), max(d.sport, d.dport)) for d in late}
    run.n += 1
    if summary(run, capture(late)) != (0, len(flows), 0, 0) or len(flows) < 10:
        run.fail(f"sessions without their beginning: {summary(run, capture(late))} of {len(flows)}")
    capwap = [d.copy(payload=b"\1\0\0\0" + d.payload, sport=5246 if d.sport == 4433 else d.sport, dport=5246 if d.dport == 4433 else d.dport)
              for d in those if 4433 in (d.sport, d.dport)]
    got = by_key(run.rows(capture(capwap)))
    same(run, "CAPWAP's preamble", {(c, cp, s, "5246"): [dict(r[0], port="5246", protocol="capwap-control")] for (c, cp, s, p), r in want.items() if p == "4433"}, got)


# ---- DTLS 1.3, written from RFC 9147 ----
def vector(width, body):
    return len(body).to_bytes(width, "big") + body


def extension(kind, body):
    return struct.pack(">HH", kind, len(body)) + body


RETRY = hashlib.sha256(b"HelloRetryRequest").digest()


def client_hello13(extra=b""):
    ext = extension(0, vector(2, b"\0" + vector(2, b"thirteen.example"))) + extension(43, vector(1, b"\xfe\xfc\xfe\xfd"))
    return b"\xfe\xfd" + bytes(range(32)) + vector(1, b"") + vector(1, b"") + vector(2, b"\x13\x01\xc0\x2b") + b"\1\0" + vector(2, ext + extra)


def server_hello13(rand, group, psk=False, cid=None, version=b"\xfe\xfc"):
    ext = extension(43, version) + extension(51, group.to_bytes(2, "big") + (vector(2, bytes(32)) if rand != RETRY else b""))
    ext += extension(41, bytes(2)) if psk else b""
    ext += extension(54, vector(1, cid)) if cid is not None else b""
    return b"\xfe\xfd" + rand + vector(1, b"") + b"\x13\x01\0" + vector(2, ext)


def whole(kind, number, body):
    return fragment(kind, len(body), number, 0, body)


def sealed(epoch, n, cid=b"", length=True):
    head = 0x20 | 0x08 | (0x04 if length else 0) | (0x10 if cid else 0) | epoch & 3
    return bytes([head]) + cid + rng.randbytes(2) + (struct.pack(">H", n) if length else b"") + rng.randbytes(n)


def thirteen(run):
    def conversation(*said):
        return capture([P.Datagram(*((D.SERVER, D.CLIENT, 443, 6) if s else (D.CLIENT, D.SERVER, 6, 443)), data, 1700000000000000 + 1000 * i)
                        for i, (s, data) in enumerate(said)])

    def hello(number, extra=b""):
        return record(22, 0xfefd, 0, number, whole(1, number, client_hello13(extra)))

    def answer(number, body):
        return record(22, 0xfefd, 0, number, whole(2, number, body))

    retry, server = server_hello13(RETRY, 23), server_hello13(bytes(31) + b"\1", 29)
    base = {"version": "DTLSv1.3", "offered_versions": "DTLSv1.3 DTLSv1.2", "cipher": "TLS_AES_128_GCM_SHA256", "group": "x25519", "name": "thirteen.example",
            "chain": "", "resumed": "no", "outcome": "established", "protocol": "", "tls_start": "implicit"}
    first = [(0, hello(0)), (1, answer(0, server) + sealed(2, 900)), (1, sealed(2, 60)), (0, sealed(2, 61))]
    ends = [(1, sealed(3, 40)), (0, sealed(3, 30))]
    cookie = extension(44, vector(2, b"cookie"))
    for what, said, cells in (
            ("whole", first + ends, {}),
            ("several records in a datagram", first[:1] + [(1, answer(0, server) + sealed(2, 90) + sealed(2, 40) + sealed(3, 40)), (0, sealed(2, 61) + sealed(3, 20))], {}),
            ("without keys of application data", first, {"outcome": "truncated"}),
            ("of the server alone", first + ends[:1], {"outcome": "truncated"}),
            ("retried", [(0, hello(0)), (1, answer(0, retry)), (0, hello(1, cookie)), (1, answer(1, server))] + ends, {}),
            ("retried, the end not seen", [(0, hello(0)), (1, answer(0, retry))], {"group": "secp256r1", "outcome": "truncated", "resumed": ""}),
            ("resumed", [(0, hello(0)), (1, answer(0, server_hello13(bytes(31) + b"\1", 29, True)))] + ends, {"resumed": "yes"}),
            ("a draft", [(0, hello(0)), (1, answer(0, server_hello13(bytes(31) + b"\1", 29, version=b"\x7f\x26")))] + ends, {"version": "DTLSv1.3-draft38"}),
            ("refused", [(0, hello(0)), (1, record(21, 0xfefd, 0, 0, b"\2\x28"))],
             {"version": "", "cipher": "", "group": "", "resumed": "", "outcome": "handshake-failed", "alert": "handshake_failure"}),
            ("connection IDs", [(0, hello(0, extension(54, vector(1, b"cc")))), (1, answer(0, server_hello13(bytes(31) + b"\1", 29, cid=b"server")) + sealed(2, 50, b"cc") + sealed(3, 9, b"cc")),
                                (0, sealed(2, 61, b"server") + sealed(3, 40, b"server"))], {})):
        run.n += 1
        rows = run.rows(conversation(*said))
        for cell, value in dict(base, alert="", **cells).items() if "alert" not in cells else dict(base, **cells).items():
            if len(rows) != 1 or rows[0][cell] != value:
                run.fail(f"DTLS 1.3, {what}: {cell} {[r[cell] for r in rows]}, wanted {value!r}")
    ja4 = [r["ja4"] for r in run.rows(conversation((0, hello(1, cookie)), (1, answer(1, server))))]
    if ja4 != [""]:
        run.fail(f"DTLS 1.3: a fingerprint of a second hello: {ja4}")
    # By hand: two suites and extensions; SHA-256 of "1301,c02b" and of "002b".
    want = "dd3d020200_" + hashlib.sha256(b"1301,c02b").hexdigest()[:12] + "_" + hashlib.sha256(b"002b").hexdigest()[:12]
    if [r["ja4"] for r in run.rows(conversation(*first))] != [want]:
        run.fail("DTLS 1.3: ja4")


# ---- hostile ----
def hostile(run, those, want):
    sport = next(int(k[1]) for k, (r,) in want.items() if r["dh_bits"])
    key = next(k for k in want if k[1] == str(sport))
    session = [d for d in those if sport in (d.sport, d.dport)]
    evil = []
    for number in range(60):  # messages of every number that never end, pieces with gaps, lengths that disagree
        for at in range(0, 3000, 40):
            evil.append(fragment(rng.choice([2, 11, 12, 22]), rng.choice([3000, 1 << 20, 0xffffff]), 100 + number, at, bytes(20)))
    datagrams = [session[0].copy(src=D.SERVER, dst=D.CLIENT, sport=session[0].dport, dport=session[0].sport, payload=record(22, 0xfefd, 0, 9, e)) for e in evil]
    got = by_key(run.rows(capture(session[:1] + [d.copy(time=session[0].time + 1) for d in datagrams] + session[1:])))
    weaker(run, "messages that never end", {key: want[key]}, got)
    hello = session[0].payload
    head = P.pcap([])
    frame = P.ethernet(P.ipv4(session[0], session[0].udp(), 17))
    lengths = struct.pack("<IIII", 1700000000, 0, len(frame), len(frame))
    crowd = b"".join(lengths + frame[:26] + struct.pack(">I", 0x0a000000 + i // 60000) + frame[30:34] + struct.pack(">H", 1024 + i % 60000) + frame[36:]
                     for i in range(400000))
    assert len(hello) > 100
    path = os.path.join(run.folder, "crowd.pcap")
    with open(path, "wb") as f:
        f.write(bytes(head) + crowd + bytes(capture(those))[24:])
    r = subprocess.run([run.tool, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True)
    rows = list(csv.DictReader(r.stdout.decode().splitlines()))
    ours = [x for x in rows if x["client"] == bytes_ip(D.CLIENT)]
    run.n += 1
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    if len(ours) != len(want) or len(rows) != 400000 + len(want) or b"memory was short" not in r.stderr or (most > 400 and not run.sanitized):
        run.fail(f"a crowd of hellos: {len(ours)} of {len(want)} rows, {len(rows)} in all, {most} MB: {r.stderr.decode()}")
    print(f"400000 hellos: {most} MB at most")


def main():
    with tempfile.TemporaryDirectory() as folder:
        run = Run(sys.argv[1], folder)
        keys = D.Keys(folder)
        sessions, one = D.openssl_sessions(keys, folder)
        sessions += D.resumed_sessions(keys, folder, one) + D.gnutls_sessions(keys)
        those = [d for i, s in enumerate(sessions) for d in s.datagrams(1700000000000000 + i * 1000000)]
        want = by_key(run.rows(capture(those)))
        peers(run, sessions, want)
        tshark(run, those, want)
        dresses(run, those, want)
        behaviours(run, those, want)
        used_again(run, sessions, want)
        damages(run, those, want)
        loses_nothing_small(run, those, want)
        demultiplexed(run, those, want)
        thirteen(run)
        hostile(run, those, want)
        for what, all_of in run.said.items():
            if len(all_of) > 3:
                print(f"{what}: {len(all_of) - 3} more")
        print(f"{len(sessions)} sessions, {run.n} captures of them, {run.bad} differences")
        return run.bad != 0


if __name__ == "__main__":
    sys.exit(main())
