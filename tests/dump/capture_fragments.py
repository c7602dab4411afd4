#!/usr/bin/env python3
"""IP fragments (RFC 791 section 3.2) that are mixed, contradict each other, or come too late, and the row that must come of
the handshake in them.

usage: capture_fragments.py TW_INGEST"""
import os
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import capture_wire as W  # noqa: E402
from capture_wire import P, T  # noqa: E402

MORE = 0x2000


def fragment(s, body, at, more, ident=7, protocol=6, later=0):
    return s.time + later, P.ethernet(P.ipv4(s, body, protocol=protocol, ident=ident, fragment=at // 8 | (MORE if more else 0)))


def cut(s, size, **how):
    """A segment's datagram in fragments of so many bytes."""
    body = s.tcp()
    return [fragment(s, body[at:at + size], at, at + size < len(body), **how) for at in range(0, len(body), size)]


def with_hello(make, **where):
    """The frames of a handshake, with those of make(segment) where the hello stands."""
    frames = []
    for s in T.conversation(W.FULL, **where):
        frames += make(s) if s.payload == W.HELLO else P.plain([s])
    return frames


def differ(order):
    """Two fragments say different things of one place."""
    def make(s):
        whole, second = s.tcp(), s.copy(payload=W.other(W.HELLO)).tcp()
        at = (whole.index(b"first.example") // 8) * 8
        parts = [(whole[:at], 0, True), (whole[at:at + 24], at, True), (second[at:at + 24], at, True), (whole[at + 24:], at + 24, False)]
        return [fragment(s, *parts[i]) for i in order]
    return with_hello(make)


def twined(a, b):
    return [x for pair in zip(a, b) for x in pair] + a[len(b):] + b[len(a):]


def stranger(s, **how):
    """The same place with other bytes, of a datagram that is none of the connection's."""
    return cut(s.copy(payload=W.other(W.HELLO)), 40, **how)


OTHERS = {
    "another identification": lambda s: twined(stranger(s.copy(seq=s.seq + 5000), ident=8)[:-1], cut(s, 40)),
    # so many that some are looked for where ours is
    "four hundred other identifications": lambda s: cut(s, 40)[:1] + [stranger(s, ident=i)[2] for i in range(8, 408)] + cut(s, 40)[1:],
    "another protocol": lambda s: twined(stranger(s, protocol=17)[:-1], cut(s, 40)),
    "another source": lambda s: twined(stranger(s.copy(src=b"\xc0\0\2\x63"))[:-1], cut(s, 40)),
    "another destination": lambda s: twined(stranger(s.copy(dst=b"\xc0\0\2\x63"))[:-1], cut(s, 40)),
    "a longer one left unfinished half a minute before": lambda s: stranger(s.copy(time=s.time - 40000000))[1:] + cut(s, 40),
    "one of no multiple of eight": lambda s: [fragment(s, bytes(13), 80, True)] + cut(s, 40),
    "one that ends behind the longest datagram": lambda s: [fragment(s, bytes(16), 65528, True)] + cut(s, 40),
    "one of no bytes": lambda s: [fragment(s, b"", 40, True)] + cut(s, 40),
    "each twice": lambda s: twined(cut(s, 40), cut(s, 40)),
    "the last first": lambda s: cut(s, 40)[::-1],
}
LOST = {
    "one behind the end": lambda s: [fragment(s, bytes(8), 400, True)] + cut(s, 40),
    "one is missing": lambda s: cut(s, 40)[:1] + cut(s, 40)[2:],
    "the last is missing": lambda s: cut(s, 40)[:-1],
    "a hole is filled a minute later": lambda s: [f if i != 1 else (f[0] + 60000000, f[1]) for i, f in enumerate(cut(s, 40))],
}


def main():
    with tempfile.TemporaryDirectory() as folder:
        run = W.Run(sys.argv[1], folder)
        for order, name in (((0, 1, 2, 3), "first"), ((3, 1, 0, 2), "first"), ((1, 2, 3, 0), "first"), ((0, 2, 1, 3), "other"), ((3, 2, 1, 0), "other")):
            run.case(f"fragments that differ, {order}", differ(order), dict(W.GOOD, name=name + ".example"))
        for what, make in OTHERS.items():
            run.case(what, with_hello(make), W.GOOD)
        for what, make in LOST.items():
            run.case(what, sorted(with_hello(make), key=lambda f: f[0]), {"name": "", "offered_versions": "", "outcome": "truncated"})
        print(f"{run.met} captures of fragments met, {run.bad} not")
        return run.bad != 0


if __name__ == "__main__":
    sys.exit(main())
