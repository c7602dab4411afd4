#!/usr/bin/env python3
"""Makes the seeds of the structured fuzz targets anew: seeds.py CORPUS-FOLDER.

Each target's comment says what its bytes mean. Inputs that fuzzing has found and
that are worth keeping lie beside them; their names are SHA-1 digests.
"""
import os
import sys

UTF8, PRINTABLE, TELETEX, BMP, UNIVERSAL, IA5 = 0, 1, 2, 4, 3, 5  # places in fuzz_name's table of tags
CN, C, L, O, OU, MAIL, DC = 0, 3, 4, 7, 8, 21, 23                 # and of types


def tlv(tag, body):
    n = len(body)
    head = bytes([n]) if n < 128 else bytes([0x81, n]) if n < 256 else bytes([0x82, n >> 8, n & 255])
    return bytes([tag]) + head + body


def attribute(string, kind, value, more=False):
    return (b'+' if more else b'') + bytes([string + 9 * 7, kind]) + value + b'\n'


def dn(*rdns):
    """A Name of (OID content, tag, value)."""
    return tlv(0x30, b''.join(tlv(0x31, b''.join(tlv(0x30, tlv(6, o) + tlv(t, v)) for o, t, v in sorted(r))) for r in rdns))


def names():
    cn, o, c, mail = b'\x55\x04\x03', b'\x55\x04\x0a', b'\x55\x04\x06', bytes.fromhex('2a864886f70d010901')
    one = dn([(c, 0x13, b'DE')], [(o, 0x0c, 'Bücher & Söhne'.encode())], [(cn, 0x0c, b'A, "b"'), (mail, 0x16, b'a@b.example')])
    two = dn([(c, 0x13, b'de')], [(o, 0x14, 'BÜCHER &  SÖHNE'.encode('latin-1'))], [(cn, 0x1e, 'a, "B"'.encode('utf-16-be')),
                                                                                  (mail, 0x0c, b'A@B.EXAMPLE')])
    yield 'der', one + two
    yield 'one', one
    yield 'broken', one[:-3]
    yield 'empty', dn()
    yield 'plain', attribute(PRINTABLE, C, b'US') + attribute(UTF8, O, b' An  Org ') + b'-\n' + attribute(IA5, C, b'us') + attribute(PRINTABLE, O, b'AN ORG')
    yield 'set', attribute(UTF8, O, b'x') + attribute(UTF8, OU, b'y', True) + b'-\n' + attribute(UTF8, OU, b'y') + attribute(UTF8, O, b'x', True)
    yield 'wide', attribute(BMP, CN, 'Ω≈ß'.encode('utf-16-be')) + attribute(UNIVERSAL, CN, 'Ωß'.encode('utf-32-be')) + attribute(TELETEX, CN, b'\xe9\xdf')
    yield 'nothing', attribute(UTF8, CN, '\u00ad\u200b\u180e'.encode()) + attribute(UTF8, CN, 'a\u00a0\u2003b\u0085'.encode())
    yield 'compatible', attribute(UTF8, CN, 'ﬁ ① Ⅷ ｆｕｌｌ'.encode()) + attribute(UTF8, CN, 'e\u0301'.encode())
    yield 'escapes', attribute(UTF8, CN, b'#a+b,c;d<e>f=g\\h"i\x01\x7f') + attribute(UTF8, DC, b' ') + attribute(UTF8, L, b'')
    yield 'unknown', b'\x3f\x85value\n' + attribute(8, CN, b'\x01') + attribute(UTF8, MAIL, b'a@b')
    yield 'many', b''.join(attribute(UTF8, OU, b'%d' % i, i > 0) for i in range(66))


SETS = {'name': names}


def main():
    for target, seeds in SETS.items():
        folder = os.path.join(sys.argv[1], target)
        os.makedirs(folder, exist_ok=True)
        for name, data in seeds():
            with open(os.path.join(folder, name), 'wb') as f:
                f.write(data)


if __name__ == '__main__':
    main()
