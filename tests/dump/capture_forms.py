#!/usr/bin/env python3
"""One capture in many dresses: every change that keeps what was said must keep every cell, and every change that
loses something may only empty cells.

usage: capture_forms.py TW_INGEST CAPTURE   CAPTURE: a pcap of Ethernet and IPv4, data-samples/capture.pcap.gz.

The truth is the undamaged capture's own rows, whose cells are tested against the scan and tshark elsewhere."""
import csv
import os
import random
import resource
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "synth"))
import packets as P  # noqa: E402

csv.field_size_limit(1 << 30)
SHOW = "client_chain,client_ciphers,ja4,scts,ocsp_stapled,auth_used"
# What is not said on the wire, or says where in the file it was.
APART = {"time", "input", "record"}
rng = random.Random(20261125)


class Run:
    def __init__(self, tool, folder):
        self.tool, self.folder, self.n, self.bad, self.said = tool, folder, 0, 0, {}
        with open(tool, "rb") as f:
            self.sanitized = b"__asan_init" in f.read()

    def rows(self, data, name="case.pcap"):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as f:
            f.write(data)
        r = subprocess.run([self.tool, "-q", "--show", SHOW, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if r.returncode != 0:
            self.fail(f"exit {r.returncode}: {r.stderr.decode()}")
        return list(csv.DictReader(r.stdout.decode().splitlines()))

    def fail(self, what):
        self.bad += 1
        of = self.said.setdefault(what.split(":")[0], [])
        of.append(what)
        if len(of) <= 3:
            print(what, flush=True)


def by_key(rows, v6=False):
    out = {}
    for r in rows:
        r = {k: v for k, v in r.items() if k not in APART}
        if v6:
            for k in ("ip", "client"):
                tail = r[k].rsplit(":", 2)[-2:]
                n = int(tail[0] or "0", 16) << 16 | int(tail[1] or "0", 16)
                r[k] = ".".join(str(n >> i & 255) for i in (24, 16, 8, 0))
        out.setdefault((r["client"], r["client_port"], r["ip"], r["port"]), []).append(r)
    return out


def same(run, what, want, got):
    """All rows, all cells."""
    run.n += 1
    if want == got:
        return
    for key in sorted(set(want) | set(got)):
        a, b = want.get(key), got.get(key)
        if a == b:
            continue
        if not a or not b or len(a) != len(b):
            run.fail(f"{what}: {key}: {len(b or [])} rows, wanted {len(a or [])}")
        else:
            run.fail(f"{what}: {key}: " + "; ".join(f"{c} {x[c][:70]!r} became {y[c][:70]!r}" for x, y in zip(a, b) for c in x if x[c] != y[c]))


# What a capture that lost something may still say of a connection.
OUTCOMES = {"truncated"}
INFERRED = {"resumed": {""}, "outcome": OUTCOMES}


def weaker(run, what, want, got):
    """Each cell as it was, or empty; no row that was not there."""
    run.n += 1
    for key, rows in got.items():
        for r in rows:
            whole = want.get(key)
            if not whole:
                run.fail(f"{what}: {key}: a row out of nothing: {r}")
                continue
            wrong = min(([f"{c} {w[c][:70]!r} became {r[c][:70]!r}" for c in r
                          if r[c] and r[c] != w[c] and not (c == "outcome" and r[c] in OUTCOMES) and not lesser(c, w, r)] for w in whole), key=len)
            if wrong:
                run.fail(f"{what}: {key}: " + "; ".join(wrong))


def lesser(cell, whole, row):
    """A service whose talk was lost is known by its port alone; so is the side that began."""
    if cell == "protocol":
        return not row["spoken"] or row["tls_start"] != whole["tls_start"]
    if cell == "tls_start":
        return whole["tls_start"] == "starttls" and not row["spoken"]
    if cell == "auth_used":
        return set(row[cell].split()) <= set(whole[cell].split())
    return False


# ---- dresses ----
def dressed(segments):
    def ip(s):
        return P.ipv4(s, s.tcp())

    def tag(vid, kind=0x8100):
        return struct.pack(">HH", kind, vid)

    def label(n, last):
        return struct.pack(">I", n << 12 | (0x100 if last else 0) | 64)

    def pppoe(s):
        return struct.pack(">BBHHH", 0x11, 0, 1, len(ip(s)) + 2, 0x21) + ip(s)

    def udp(s, dport, body):
        return struct.pack(">HHHH", 40000, dport, 8 + len(body), 0) + body

    outer = P.Segment(b"\xc0\0\2\1", b"\xc0\0\2\2", 0, 0, 0, 0, 0, b"", 0)
    sll = struct.pack(">HHH8sH", 0, 1, 6, bytes(8), 0x0800)
    sll2 = struct.pack(">HHIHBB8s", 0x0800, 0, 1, 1, 0, 6, bytes(8))
    options = bytes([0, 60]) + bytes(7) + bytes([6]) + bytes(7)  # hop-by-hop, then destination options
    vxlan = struct.pack(">BBHI", 8, 0, 0, 42 << 8)
    yield "Ethernet", P.ETHERNET, lambda s: P.ethernet(ip(s)), False
    yield "VLAN", P.ETHERNET, lambda s: P.ethernet(ip(s), tags=tag(7)), False
    yield "QinQ", P.ETHERNET, lambda s: P.ethernet(ip(s), tags=tag(7, 0x88a8) + tag(8)), False
    for name, kind, head in (("VN-Tag", 0x8926, b"\0\1\0\2"), ("HSR", 0x892f, b"\0\x34\0\1"), ("R-TAG", 0xf1c1, b"\0\0\0\1"),
                             ("Cisco MetaData", 0x8909, b"\1\1\0\1\0\2"), ("Cisco MetaData of two", 0x8909, b"\1\2\0\1\0\2\0\1\0\3"),
                             ("MACsec in clear", 0x88e5, b"\0\0\0\0\0\1"), ("MACsec with SCI", 0x88e5, b"\x20\0\0\0\0\1" + bytes(8))):
        yield name, P.ETHERNET, lambda s, kind=kind, head=head: P.ethernet(ip(s), tags=tag(7) + struct.pack(">H", kind) + head), False
    yield "802.1ah", P.ETHERNET, lambda s: P.ethernet(bytes(4) + P.ethernet(ip(s), tags=tag(9)), 0x88e7), False
    yield "MPLS", P.ETHERNET, lambda s: P.ethernet(label(16, False) + label(17, True) + ip(s), 0x8847), False
    yield "pseudowire", P.ETHERNET, lambda s: P.ethernet(label(16, True) + bytes(4) + P.ethernet(ip(s)), 0x8847), False
    yield "PPPoE", P.ETHERNET, lambda s: P.ethernet(pppoe(s), 0x8864), False
    yield "SNAP", P.ETHERNET, lambda s: P.ethernet(b"\xaa\xaa\3\0\0\0\x08\0" + ip(s), 8 + len(ip(s))), False
    yield "raw IP", P.RAW, ip, False
    yield "BSD loopback", P.NULL, lambda s: struct.pack("<I", 2) + ip(s), False
    yield "BSD loopback, the other order", P.NULL, lambda s: struct.pack(">I", 2) + ip(s), False
    yield "Linux cooked", P.SLL, lambda s: sll + ip(s), False
    yield "Linux cooked 2", P.SLL2, lambda s: sll2 + ip(s), False
    yield "PPP", P.PPP, lambda s: b"\xff\3\0\x21" + ip(s), False
    yield "GRE", P.ETHERNET, lambda s: P.ethernet(P.ipv4(outer, struct.pack(">HH", 0, 0x0800) + ip(s), 47)), False
    yield "GRE with key and Ethernet", P.ETHERNET, lambda s: P.ethernet(
        P.ipv4(outer, struct.pack(">HHI", 0x2000, 0x6558, 9) + P.ethernet(ip(s)), 47)), False
    yield "IP in IP", P.ETHERNET, lambda s: P.ethernet(P.ipv4(outer, ip(s), 4)), False
    yield "6in4", P.ETHERNET, lambda s: P.ethernet(P.ipv4(outer, P.ipv6(s, s.tcp()), 41)), True
    yield "VXLAN", P.ETHERNET, lambda s: P.ethernet(P.ipv4(outer, udp(outer, 4789, vxlan + P.ethernet(ip(s))), 17)), False
    for length, inner, kind in (0, 0x6558, P.ethernet), (3, 0x0800, bytes):
        geneve = struct.pack(">BBHI", length, 0, inner, 42 << 8) + bytes(4 * length)
        yield "Geneve", P.ETHERNET, lambda s, g=geneve, kind=kind: P.ethernet(P.ipv4(outer, udp(outer, 6081, g + kind(ip(s))), 17)), False
    for before in b"", bytes(2) + b"\x11\x11" + bytes(4), b"\0\1\2\3idaut" + bytes(9), b"\0\1\0\0" + bytes(9) + bytes(8):
        yield "Teredo", P.ETHERNET, lambda s, b=before: P.ethernet(P.ipv4(outer, udp(outer, 3544, b + P.ipv6(s, s.tcp())), 17)), True
    for gre, header, kind in ((b"\0\0\x88\xbe", b"", P.ethernet), (b"\x10\0\x88\xbe\0\0\0\7", b"\x10\1" + bytes(6), P.ethernet),
                              (b"\x10\0\x22\xeb\0\0\0\7", b"\x20\1" + bytes(10), P.ethernet),
                              (b"\x10\0\x22\xeb\0\0\0\7", b"\x20\1" + bytes(9) + b"\1" + bytes(8), P.ethernet),
                              (b"\x10\0\x22\xeb\0\0\0\7", b"\x20\1" + bytes(8) + b"\x08\0", bytes)):
        yield "ERSPAN", P.ETHERNET, lambda s, g=gre + header, kind=kind: P.ethernet(P.ipv4(outer, g + kind(ip(s)), 47)), False
    gtp = struct.pack(">BBHI", 0x30, 255, 100, 7)
    gtp_extended = struct.pack(">BBHIHBB", 0x36, 255, 100, 7, 1, 0, 0x85) + b"\1\0\1\xc0" + b"\2\0\0\0\0\0\0\0"
    snap = b"\xaa\xaa\3\0\0\0\x08\0"
    capwap = struct.pack(">I", 2 << 19 | 1 << 9) + bytes(4)
    yield "GTP-U", P.ETHERNET, lambda s: P.ethernet(P.ipv4(outer, udp(outer, 2152, gtp + ip(s)), 17)), False
    yield "GTP-U with extension headers", P.ETHERNET, lambda s: P.ethernet(P.ipv4(outer, udp(outer, 2152, gtp_extended + ip(s)), 17)), False
    yield "CAPWAP", P.ETHERNET, lambda s: P.ethernet(P.ipv4(outer, udp(outer, 5247, capwap + P.ethernet(ip(s))), 17)), False
    for order in (b"\x88\1", b"\1\x88"):
        yield "CAPWAP of 802.11", P.ETHERNET, lambda s, order=order: P.ethernet(
            P.ipv4(outer, udp(outer, 5247, struct.pack(">I", 2 << 19 | 1 << 9 | 1 << 8) + bytes(4) + order + bytes(24) + snap + ip(s)), 17)), False
    yield "IPv6", P.ETHERNET, lambda s: P.ethernet(P.ipv6(s, s.tcp()), 0x86dd), True
    yield "IPv6 with extension headers", P.ETHERNET, lambda s: P.ethernet(P.ipv6(s, s.tcp(), 6, options), 0x86dd), True
    yield "segmented by the card: length 0", P.RAW, lambda s: P.ipv4(s, s.tcp(), length=0), False


def fragments(segments, shuffle):
    """IPv4 fragments of 64 bytes, in disorder."""
    frames = []
    for i, s in enumerate(segments):
        body, parts = s.tcp(), []
        for at in range(0, len(body), 64):
            more = 0x2000 if at + 64 < len(body) else 0
            parts.append((s.time, P.ethernet(P.ipv4(s, body[at:at + 64], ident=i & 0xffff, fragment=at // 8 | more))))
        if shuffle:
            rng.shuffle(parts)
        frames += parts
    return frames


# ---- what TCP may do ----
def in_pieces(segments, size):
    out = []
    for s in segments:
        for at in range(0, len(s.payload), size):
            last = at + size >= len(s.payload)
            out.append(s.copy(seq=s.seq + at, payload=s.payload[at:at + size], flags=s.flags if last else s.flags & ~P.FIN))
        if not s.payload:
            out.append(s)
    return out


def disordered(segments, reach):
    order = sorted(range(len(segments)), key=lambda i: i + rng.random() * reach)
    return [segments[i].copy(time=segments[k].time) for k, i in enumerate(order)]


def twice(segments, share):
    return [c for s in segments for c in ([s, s.copy()] if rng.random() < share else [s])]


def overlapping(segments):
    """Retransmissions that begin earlier and end later than what was sent."""
    out, sent = [], {}
    for s in segments:
        before = sent.get((s.src, s.sport, s.key()), (0, b""))
        if s.payload and before[1] and before[0] + len(before[1]) == s.seq and rng.random() < 0.5:
            back = before[1][-100:]
            out.append(s.copy(seq=s.seq - len(back), payload=back + s.payload))
        else:
            out.append(s)
        if s.payload:
            sent[(s.src, s.sport, s.key())] = (s.seq, s.payload)
    return out


def wrapped(segments):
    """Sequence numbers that pass zero within the handshake."""
    base = {}
    out = []
    for s in segments:
        mine = base.setdefault((s.src, s.sport, s.key()), s.seq)
        other = base.get((s.dst, s.dport, s.key()))
        out.append(s.copy(seq=s.seq - mine + 0xffffff00, ack=s.ack - other + 0xffffff00 if other is not None else s.ack))
    return out


def padded_acks(segments):
    """Before each push of data a bare ACK at its place, and the SYN-ACKs, with bytes behind them that are none of the stream's."""
    out = []
    for s in segments:
        if s.flags & (P.SYN | P.ACK) == P.SYN | P.ACK and not s.payload:
            s = s.copy(payload=bytes(2))
        if s.payload and not s.flags & P.SYN:
            out.append(s.copy(payload=bytes(rng.randrange(256) for _ in range(6)), flags=P.ACK))
            s = s.copy(flags=s.flags | P.PSH)
        out.append(s)
    return out


def reset_first(segments):
    """Each SYN is answered by an old connection, reset and sent again; behind the first bytes the rest comes later than a
    closed connection is kept."""
    out, rst, begun = [], 4, set()
    for s in segments:
        if s.flags & (P.SYN | P.ACK) == P.SYN:
            out += [s, s.copy(seq=s.seq + 860578524, flags=rst, time=s.time + 1), s.copy(time=s.time + 2)]
        else:
            out.append(s.copy(time=s.time + 12000000 * (s.key() in begun)))
            if s.payload:
                begun.add(s.key())
    return sorted(out, key=lambda s: s.time)


def two_answers(segments):
    """Before or behind the SYN-ACK another, of a sequence number that nobody acknowledges."""
    out = []
    for i, s in enumerate(segments):
        if s.flags & P.SYN and s.flags & P.ACK:
            other = s.copy(seq=s.seq + 12345678)
            out += [other, s] if rng.random() < 0.5 else [s, other]
        else:
            out.append(s)
    return out


def translated(segments, both):
    """A firewall gives the connection other sequence numbers, and the server's side is captured, too, or of it what it acknowledges."""
    out, by = [], {}
    servers = {(s.src, s.sport) for s in segments if s.flags & P.SYN and s.flags & P.ACK}
    for s in segments:
        if (s.src, s.sport) in servers:
            key = (s.src, s.sport, s.dst, s.dport)
            seq, ack = by.setdefault(key, (rng.randrange(1 << 31), rng.randrange(1 << 21, (1 << 32) - (1 << 21))))
            there = s.copy(seq=(s.seq + (seq * 2 if both else 0)) & 0xffffffff, ack=(s.ack + ack) & 0xffffffff)
            out += [there, s] if both else [there]
        else:
            out.append(s)
    return out


def kept_alive(segments):
    """Keep-alive probes: one byte that was sent before."""
    out = []
    for s in segments:
        out.append(s)
        if s.payload:
            out.append(s.copy(seq=s.seq + len(s.payload) - 1, payload=b"\0"))
    return out


def without_syn(segments):
    return [s for s in segments if not s.flags & P.SYN]


def one_side(segments, of_server):
    """A connection with itself apart, who sends the SYN is the client."""
    client = {s.key(): (s.src, s.sport) for s in reversed(segments) if s.flags & P.SYN and not s.flags & P.ACK}
    return [s for s in segments if ((s.src, s.sport) != client.get(s.key())) == of_server]


def reused(segments):
    """Every connection twice on the same ports, with other sequence numbers."""
    out, later = list(segments), max(s.time for s in segments) + 5000000
    first = segments[0].time
    for s in segments:
        out.append(s.copy(seq=s.seq + 50000000, ack=s.ack + 50000000, time=s.time - first + later))
    return out


def forms(run, segments, want):
    small = in_pieces(segments, 1300)  # SNAP has no room for more
    for what, link, dress, v6 in dressed(segments):
        same(run, what, want, by_key(run.rows(P.pcap([(s.time, dress(s)) for s in small], link)), v6))
    frames = P.plain(segments)
    same(run, "big-endian", want, by_key(run.rows(P.pcap(frames, order=">"))))
    same(run, "nanoseconds", want, by_key(run.rows(P.pcap(frames, nano=True))))
    same(run, "pcapng", want, by_key(run.rows(P.pcapng([(P.ETHERNET, frames)]))))
    raw = [(s.time, P.ipv4(s, s.tcp())) for s in segments]
    halves = [(P.ETHERNET, [f for i, f in enumerate(frames) if i % 2]), (P.RAW, [f for i, f in enumerate(raw) if not i % 2])]
    same(run, "pcapng, two interfaces", want, by_key(run.rows(P.pcapng(halves))))
    half = len(frames) // 2
    same(run, "pcapng, two sections", want, by_key(run.rows(P.pcapng([(P.ETHERNET, frames[:half])]) + P.pcapng([(P.ETHERNET, frames[half:])], ">"))))
    same(run, "fragments", want, by_key(run.rows(P.pcap(fragments(segments, False)))))
    same(run, "fragments in disorder", want, by_key(run.rows(P.pcap(fragments(segments, True)))))


def behaviours(run, segments, want):
    for what, change in (("1-byte segments", lambda s: in_pieces(s, 1)), ("7-byte segments", lambda s: in_pieces(s, 7)),
                         ("disorder", lambda s: disordered(s, 6)), ("disorder of pieces", lambda s: disordered(in_pieces(s, 50), 12)),
                         ("half of them twice", lambda s: twice(s, 0.5)), ("overlap", overlapping), ("wrap-around", wrapped),
                         ("bare ACKs with bytes behind", padded_acks), ("two SYN-ACKs", two_answers), ("keep-alive", kept_alive),
                         ("numbers translated, both sides", lambda s: translated(s, True)), ("numbers translated", lambda s: translated(s, False)),
                         ("reset, and the SYN again", reset_first)):
        same(run, what, want, by_key(run.rows(P.pcap(P.plain(change(segments))))))
    again = by_key(run.rows(P.pcap(P.plain(reused(segments)))))
    same(run, "ports used again", {k: v * 2 for k, v in want.items()}, again)


def damages(run, segments, want):
    weaker(run, "no SYN", want, by_key(run.rows(P.pcap(P.plain(without_syn(segments))))))
    for of_server in (False, True):
        got = by_key(run.rows(P.pcap(P.plain(one_side(segments, of_server)))))
        weaker(run, "one side", want, got)
        if len(got) < len(want) // 2:
            run.fail(f"one side: {len(got)} rows of {len(want)}")
    for share in (0.01, 0.1, 0.3):
        for _ in range(6):
            left = [s for s in segments if rng.random() >= share]
            weaker(run, f"{share} lost", want, by_key(run.rows(P.pcap(P.plain(left)))))
            weaker(run, f"{share} lost, disorder", want, by_key(run.rows(P.pcap(P.plain(disordered(twice(left, 0.2), 8))))))
    for snaplen in (60, 96, 200, 600):
        weaker(run, f"cut to {snaplen} bytes", want, by_key(run.rows(P.pcap(P.plain(segments), snaplen=snaplen))))


def cuts(run, segments, want):
    """The file ends anywhere."""
    data = P.pcap(P.plain(segments))
    for _ in range(20):
        weaker(run, "the file cut", want, by_key(run.rows(data[:rng.randrange(24, len(data))])))


def untimed(run, segments, want):
    """pcapng's simple packets have no time: that of the rows is --at's."""
    data = P.block(0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1)) + P.block(1, struct.pack("<HHI", P.ETHERNET, 0, 0))
    data += b"".join(P.block(3, struct.pack("<I", len(f)) + f) for _, f in P.plain(segments))
    same(run, "simple packets", want, by_key(run.rows(data)))
    for options, time in (([], ""), (["--at", "2016-02-21T13:00:00+01:00"], "2016-02-21T12:00:00Z")):
        out = subprocess.run([run.tool, "-q", *options, os.path.join(run.folder, "case.pcap")], stdout=subprocess.PIPE, check=True).stdout
        times = {r["time"] for r in csv.DictReader(out.decode().splitlines())}
        if times != {time}:
            run.fail(f"simple packets, {options}: times {times}")


def rotated(run, segments, want):
    """A folder of files is one capture."""
    folder = os.path.join(run.folder, "rotated")
    os.mkdir(folder)
    step = len(segments) // 7 + 1
    for i in range(0, len(segments), step):
        with open(os.path.join(folder, f"part-{i:06}.pcap"), "wb") as f:
            f.write(P.pcap(P.plain(segments[i:i + step])))
    out = subprocess.run([run.tool, "-q", "--show", SHOW, folder], stdout=subprocess.PIPE, check=True).stdout
    same(run, "a folder of rotated files", want, by_key(list(csv.DictReader(out.decode().splitlines()))))


def crowd(run, segments, want):
    """A million connections that only begin, and one behind them: memory is bounded, nothing is lost of the one."""
    base = P.plain(segments)[0][0]
    frame = P.ethernet(P.ipv4(P.Segment(b"\x0a\0\0\0", b"\xc0\0\2\1", 0, 443, 1, 0, P.SYN, b"", 0),
                              P.Segment(b"", b"", 0, 443, 1, 0, P.SYN, b"", 0).tcp()))
    head = struct.pack("<IIII", base // 1000000, base % 1000000, len(frame), len(frame))
    many = [head + frame[:26] + struct.pack(">I", 0x0a000000 + i // 60000) + frame[30:34] + struct.pack(">H", 1024 + i % 60000) + frame[36:]
            for i in range(1000000)]
    got = by_key(run.rows(P.pcap([]) + b"".join(many) + P.pcap(P.plain(segments))[24:]))
    same(run, "behind a million half-open connections", want, got)
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"{most} MB at most")
    if most > 700 and not run.sanitized:
        run.fail(f"a million half-open connections: {most} MB")


def main():
    with tempfile.TemporaryDirectory() as folder:
        run = Run(sys.argv[1], folder)
        segments = P.read(sys.argv[2])
        want = by_key(run.rows(P.pcap(P.plain(segments))))
        if len(want) < 100:
            run.fail(f"only {len(want)} connections in {sys.argv[2]}")
        for part in (forms, behaviours, damages, cuts, untimed, rotated, crowd):
            part(run, segments, want)
        for what, all_of in run.said.items():
            if len(all_of) > 3:
                print(f"{what}: {len(all_of) - 3} more")
        print(f"{run.n} captures of {len(want)} connections, {run.bad} differences")
        return run.bad != 0


if __name__ == "__main__":
    sys.exit(main())
