#!/usr/bin/env python3
"""A large capture out of the one in data-samples: its connections over and over, each time from another client, so
that every connection is one of its own. With --payload most packets are what came behind the handshake.

usage: make-capture.py SAMPLE BYTES OUT [--payload]"""
import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "synth"))
import packets as P  # noqa: E402

SPAN = 400 * 1000000  # microseconds from one copy to the next: the sample took less


def main():
    sample, size, out, payload = sys.argv[1], int(sys.argv[2]), sys.argv[3], "--payload" in sys.argv
    segments = P.read(sample)
    if payload:
        more = []
        for c in P.connections(segments):
            last = [s for s in c if s.payload][-1:]
            for s in last:  # sixty megabytes a thousand connections
                seq = s.seq + len(s.payload)
                more += [s.copy(seq=seq + i * 1400, payload=b"\x17\x03\x03\x05\x73" + bytes(1395), time=s.time + i) for i in range(200)]
        segments = sorted(segments + more, key=lambda s: s.time)
    frames = [(s, P.ethernet(P.ipv4(s, s.tcp()))) for s in segments]
    client = b"\x7f\0\0\1"
    with open(out, "wb") as f:
        f.write(P.pcap([]))
        n = written = 0
        while written < size:
            address = struct.pack(">I", 0x0a000000 + n)
            for s, frame in frames:
                time = s.time + n * SPAN
                if s.src == client:
                    frame = frame[:26] + address + frame[30:]
                if s.dst == client:
                    frame = frame[:30] + address + frame[34:]
                f.write(struct.pack("<IIII", time // 1000000, time % 1000000, len(frame), len(frame)) + frame)
                written += 16 + len(frame)
            n += 1


if __name__ == "__main__":
    main()
