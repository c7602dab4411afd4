"""Captures taken apart and put together again: pcap in, connections, pcap or pcapng out in any dress.

Shared by the tests of captures. Nothing here is the library's: headers are written from their RFCs."""
import gzip
import struct

ETHERNET, RAW, NULL, SLL, SLL2, PPP = 1, 101, 0, 113, 276, 9
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16


class Segment:
    """One TCP segment over IPv4: addresses and ports as sent, seq, ack, flags, payload, time in microseconds."""

    def __init__(self, src, dst, sport, dport, seq, ack, flags, payload, time):
        self.src, self.dst, self.sport, self.dport = src, dst, sport, dport
        self.seq, self.ack, self.flags, self.payload, self.time = seq, ack, flags, payload, time

    def copy(self, **changes):
        s = Segment(self.src, self.dst, self.sport, self.dport, self.seq, self.ack, self.flags, self.payload, self.time)
        s.__dict__.update(changes)
        return s

    def key(self):
        return tuple(sorted([(self.src, self.sport), (self.dst, self.dport)]))

    def tcp(self):
        return struct.pack(">HHIIBBHHH", self.sport, self.dport, self.seq & 0xffffffff, self.ack & 0xffffffff, 5 << 4, self.flags, 65535, 0, 0) + self.payload


class Datagram:
    """One UDP datagram over IPv4."""

    def __init__(self, src, dst, sport, dport, payload, time):
        self.src, self.dst, self.sport, self.dport, self.payload, self.time = src, dst, sport, dport, payload, time

    def copy(self, **changes):
        d = Datagram(self.src, self.dst, self.sport, self.dport, self.payload, self.time)
        d.__dict__.update(changes)
        return d

    def udp(self):
        return struct.pack(">HHHH", self.sport, self.dport, 8 + len(self.payload), 0) + self.payload


def read(path):
    """The TCP segments of a pcap of Ethernet and IPv4, gzipped or not."""
    with open(path, "rb") as f:
        data = f.read()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    assert data[:4] == b"\xd4\xc3\xb2\xa1" and struct.unpack("<I", data[20:24])[0] == ETHERNET
    at, segments = 24, []
    while at < len(data):
        sec, usec, n, _ = struct.unpack("<IIII", data[at:at + 16])
        ip = data[at + 30:at + 16 + n]
        at += 16 + n
        if ip[0] >> 4 != 4 or ip[9] != 6:
            continue
        header = (ip[0] & 15) * 4
        total = struct.unpack(">H", ip[2:4])[0]
        t = ip[header:total]
        sport, dport, seq, ack, offset, flags = struct.unpack(">HHIIBB", t[:14])
        segments.append(Segment(ip[12:16], ip[16:20], sport, dport, seq, ack, flags, t[(offset >> 4) * 4:], sec * 1000000 + usec))
    return segments


def connections(segments):
    """Lists of segments, one a four-tuple, in the order of their first."""
    by = {}
    for s in segments:
        by.setdefault(s.key(), []).append(s)
    return list(by.values())


def ipv4(s, body, protocol=6, ident=0, fragment=0, length=None):
    return struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(body) if length is None else length, ident, fragment, 64, protocol, 0, s.src, s.dst) + body


def ipv6(s, body, protocol=6, extensions=b""):
    """The IPv4 addresses behind 2001:db8::; extensions: headers that end in next header `protocol`."""
    first = extensions[0] if extensions else protocol
    ext = extensions[1:] if extensions else b""
    prefix = bytes.fromhex("20010db8") + bytes(8)
    return struct.pack(">IHBB16s16s", 6 << 28, len(ext) + len(body), first, 64, prefix + s.src, prefix + s.dst) + ext + body


def ethernet(payload, kind=0x0800, tags=b""):
    frame = b"\x02\0\0\0\0\1\x02\0\0\0\0\2" + tags + struct.pack(">H", kind) + payload
    return frame + bytes(max(0, 60 - len(frame)))  # padded, as cards do


def pcap(frames, link=ETHERNET, order="<", nano=False, snaplen=262144):
    """frames: (time in microseconds, bytes)."""
    out = bytearray(struct.pack(order + "IHHiIII", 0xa1b23c4d if nano else 0xa1b2c3d4, 2, 4, 0, 0, snaplen, link))
    for time, frame in frames:
        fraction = time % 1000000 * (1000 if nano else 1)
        kept = frame[:snaplen]
        out += struct.pack(order + "IIII", time // 1000000, fraction, len(kept), len(frame)) + kept
    return out


def block(kind, body, order="<"):
    body += bytes(-len(body) % 4)
    n = 12 + len(body)
    return struct.pack(order + "II", kind, n) + body + struct.pack(order + "I", n)


def pcapng(interfaces, order="<"):
    """interfaces: lists of (link, frames); packets are interleaved by time; nanosecond resolution for odd interfaces."""
    out = bytearray(block(0x0a0d0d0a, struct.pack(order + "IHHq", 0x1a2b3c4d, 1, 0, -1), order))
    packets = []
    for i, (link, frames) in enumerate(interfaces):
        options = struct.pack(order + "HHB3xHH", 9, 1, 9, 0, 0) if i % 2 else b""
        out += block(1, struct.pack(order + "HHI", link, 0, 0) + options, order)
        packets += [(time, i, frame) for time, frame in frames]
    for time, i, frame in sorted(packets, key=lambda p: p[0]):
        stamp = time * (1000 if i % 2 else 1)
        body = struct.pack(order + "IIIII", i, stamp >> 32, stamp & 0xffffffff, len(frame), len(frame)) + frame
        out += block(6, body + bytes(-len(frame) % 4), order)
    return out


def plain(segments):
    return [(s.time, ethernet(ipv4(s, s.tcp()))) for s in segments]


def datagrams(those):
    return [(d.time, ethernet(ipv4(d, d.udp(), 17))) for d in those]
