"""TLS by hand: records and handshake messages of RFC 5246, 8446 and of SSLv2's specification, and a connection to carry
them. Shared by the tests of captures; nothing here is the library's."""
import struct

import packets as P

HELLO_REQUEST, CLIENT_HELLO, SERVER_HELLO, CERTIFICATE, KEY_EXCHANGE, CERTIFICATE_STATUS = 0, 1, 2, 11, 12, 22
CCS, ALERT, HANDSHAKE, DATA = 20, 21, 22, 23
# RFC 8446 section 4.1.3: SHA-256 of "HelloRetryRequest".
RETRY_RANDOM = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
RANDOM = bytes(range(32))


def vector(width, body):
    return struct.pack(">I", len(body))[4 - width:] + body


def record(kind, body, version=0x0301, length=None):
    return struct.pack(">BHH", kind, version, len(body) if length is None else length) + body


def message(kind, body, length=None):
    return bytes([kind]) + struct.pack(">I", len(body) if length is None else length)[1:] + body


def extension(kind, body):
    return struct.pack(">H", kind) + vector(2, body)


def name(host):
    return extension(0, vector(2, b"\0" + vector(2, host.encode())))


def versions(*of):
    return extension(43, vector(1, b"".join(struct.pack(">H", v) for v in of)))


def client_hello(extensions=b"", version=0x0303, session=b"", suites=b"\xc0\x2f\x00\x2f"):
    return message(CLIENT_HELLO, struct.pack(">H", version) + RANDOM + vector(1, session) + vector(2, suites) + b"\1\0" +
                   (vector(2, extensions) if extensions else b""))


def server_hello(suite=0xc02f, extensions=b"", version=0x0303, session=b"", random=RANDOM):
    return message(SERVER_HELLO, struct.pack(">H", version) + random + vector(1, session) + struct.pack(">HB", suite, 0) +
                   (vector(2, extensions) if extensions else b""))


def certificate(*certs):
    return message(CERTIFICATE, vector(3, b"".join(vector(3, c) for c in certs)))


def dhe(prime, signed=b"\4\1" + vector(2, bytes(128))):
    return message(KEY_EXCHANGE, vector(2, prime) + vector(2, b"\2") + vector(2, bytes([7]) * 128) + signed)


def ecdhe(group, signed=b"\4\1" + vector(2, bytes(128))):
    return message(KEY_EXCHANGE, b"\3" + struct.pack(">H", group) + vector(1, b"\4" + bytes(64)) + signed)


DONE = message(14, b"")
CHANGE = record(CCS, b"\1")
FINISHED = record(HANDSHAKE, bytes([0x9d]) * 40)  # encrypted: bytes without meaning
SECRET_DATA = record(DATA, bytes([0x5a]) * 100)


def sslv2(body):
    """A record of SSLv2 without padding."""
    return struct.pack(">H", 0x8000 | len(body)) + body


def sslv2_client_hello(version, kinds, challenge=bytes(16)):
    return sslv2(struct.pack(">BHHHH", 1, version, len(kinds), 0, len(challenge)) + kinds + challenge)


class Connection:
    """Segments of one connection in the order they are asked for: C or S sends. Sequence numbers are kept, or given."""

    def __init__(self, port=443, client_port=40000, time=1700000000000000, seq=(1000, 5000), client=b"\xc0\0\2\1", server=b"\xc6\x33\x64\1"):
        self.ends = {"C": (client, client_port), "S": (server, port)}
        self.seq, self.time, self.out = {"C": seq[0], "S": seq[1]}, time, []

    def send(self, side, payload=b"", flags=P.ACK | P.PSH, seq=None, ack=None, kept=True):
        """kept: the stream goes on behind these bytes."""
        other = "S" if side == "C" else "C"
        (a, ap), (b, bp) = self.ends[side], self.ends[other]
        self.time += 1000
        s = P.Segment(a, b, ap, bp, self.seq[side] if seq is None else seq, 0 if not flags & P.ACK else self.seq[other] if ack is None else ack,
                      flags, payload, self.time)
        self.out.append(s)
        if kept:
            self.seq[side] = (s.seq + len(payload) + bool(flags & (P.SYN | P.FIN))) & 0xffffffff
        return self

    def open(self):
        return self.send("C", flags=P.SYN).send("S", flags=P.SYN | P.ACK).send("C", flags=P.ACK)

    def close(self):
        return self.send("C", flags=P.FIN | P.ACK).send("S", flags=P.FIN | P.ACK).send("C", flags=P.ACK)

    def talk(self, *what):
        for side, payload in what:
            self.send(side, payload)
        return self


def conversation(talk, **where):
    return Connection(**where).open().talk(*talk).close().out
