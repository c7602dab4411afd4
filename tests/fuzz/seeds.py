#!/usr/bin/env python3
"""Makes the seeds of the structured fuzz targets anew: seeds.py CORPUS-FOLDER.

Each target's comment says what its bytes mean. Inputs that fuzzing has found and
that are worth keeping lie beside them; their names are SHA-1 digests.
"""
import os
import random
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


def policy(policies=None, self_issued=False, explicit=None, mapping=None, inhibit=None, pairs=()):
    """One certificate of fuzz_policy; policies 0 to 3, 4 is any."""
    there = (policies is not None) | self_issued << 1 | (explicit is not None) << 2 | (mapping is not None) << 3 | (inhibit is not None) << 4
    counters = (explicit or 0) | (mapping or 0) << 2 | (inhibit or 0) << 4
    return bytes([there | len(pairs) << 5, sum(1 << p for p in policies or ()), counters] + [f + 5 * t for f, t in pairs])


def policies():
    yield 'none', policy() * 3
    yield 'required', policy() + policy([0], explicit=0) + policy([0])
    yield 'required-missing', policy(explicit=0) + policy([0]) + policy([1])
    yield 'any', policy([4], explicit=1) + policy([4]) + policy([4, 0]) + policy([0, 1])
    yield 'any-inhibited', policy([4], explicit=0, inhibit=0) + policy([4], self_issued=True) + policy([4])
    yield 'mapped', policy([0], explicit=0) + policy([0], pairs=[(0, 1)]) + policy([1])
    yield 'mapped-inhibited', policy([0], explicit=0, mapping=0) + policy([0], pairs=[(0, 1)]) + policy([1])
    yield 'mapped-any', policy(explicit=0) + policy([4], pairs=[(0, 1), (0, 2), (3, 1)]) + policy([1, 2, 3], pairs=[(1, 0), (2, 0)]) + policy([0])
    yield 'mapped-to-any', policy() + policy([0], pairs=[(0, 4), (4, 1)]) + policy([1])
    yield 'long', policy([0, 1, 2, 3, 4], explicit=3, pairs=[(0, 1), (1, 0), (2, 3)]) * 6


def constraints():
    for name, text in {
            'dns': 'oOrg|nda.example|pdexample|Pda.example|Xdb.example',
            'dns-below': 'ndexample|nda.b.example|pd.example|xd.b.example',
            'dns-wild': 'nd*.a.example|pda.example|Xdb.a.example',
            'dns-wild-permitted': 'nd*.a.example|pdb.a.example|Pd*.a.example',
            'dns-wild-below': 'nd*.a.example|pd.a.example|Xd.a.example',
            'dns-all': 'nda|nd_b.c|pd|Xdc',
            'dns-bad': 'nda..b|nd-|pda b|Pdx',
            'mail': 'nea@b.example|ne"x y"@b.example|peb.example|Pe.example|Xea@b.example',
            'mail-own': 'ma@b.example|cc.example|peA@b.example|Peb.example',
            'mail-spelt': 'mAnn@b.example|m"bob"@b.example|xeann@b.example|Pe"b\\ob"@b.example|',
            'mail-utf8': 'noa@b.example|peb.example|Xo',
            'uri': 'nuhttp://u:p@host.example:80/p?q#f|nuurn:x|puhost.example|Pu.example',
            'uri-number': 'nuhttp://0x0a.1:80/|nuhttp://x:y/|xuexample',
            'uri-ip': 'nuhttps://10.0.0.1/|puhttps://x/|Puexample',
            'ip': 'ni0a000001|pi0a000000ff000000|Pi0a000000ff00ff00|xi0a000001ffffffff',
            'ip6': 'ni' + '20010db8' + '0' * 24 + '|pi20010db8' + '0' * 24 + 'ffffffff' + '0' * 24 + '|Pi00',
            'dn': 'oOrg  One|oUnit|cname|pnorg one|Pnorg one/unit/x|xn',
            'dn-san': 'nna/B c|pnA|Pna/b  C',
            'cn': 'oo|c10.0.0.1|cwww.a.example|c*.b.example|pda.example|Pi0a000001ffffffff',
            'id': 'nr123|prx|Pda',
            'unreadable': 'no|po|Pr'}.items():
        yield name, text.replace('|', '\n').encode()
    base = tlv(0x30, tlv(0x82, b'example'))
    yield 'raw', tlv(0x30, tlv(0xa0, base) + tlv(0xa1, tlv(0x30, tlv(0x87, bytes(8)))))
    yield 'raw-minimum', tlv(0x30, tlv(0xa0, tlv(0x30, tlv(0x82, b'example') + tlv(0x80, b'\x00'))))
    yield 'raw-maximum', tlv(0x30, tlv(0xa0, tlv(0x30, tlv(0x82, b'example') + tlv(0x81, b'\x05'))))
    yield 'raw-empty', tlv(0x30, b'')


def hosts():
    for name, text in {
            'dns': 'www.Example.org|dexample.org|dwww.example.org.',
            'wild': 'a.example.org|d*.example.org|d*.org|cother.example',
            'wild-depth': 'a.b.example.org|d*.example.org',
            'wild-itself': 'example.org.|d*.example.org',
            'www': 'example.org|dwww.example.org|chost',
            'no-www': 'www.example.org|dexample.org',
            'domain': 'mail.example.co.uk|dwww.example.co.uk|dexample.org',
            'cn': 'Host.example|cfirst|chost.EXAMPLE',
            'cn-only': 'host.example|chost.example|dother.example',
            'cn-mail': 'host.example|chost.example|ea@b.example',
            'ip': '10.0.0.1|i0a000001|d10.0.0.1',
            'ip6': '[2001:db8::1]|i20010db8' + '0' * 23 + '1|c2001:DB8:0::1',
            'ip-cn': '10.0.0.1|c10.0.0.1|cx',
            'srv': 'im.example|s_xmpp-server.im.example|s_x|sim.example',
            'xmpp': 'im.example|xIM.example.',
            'none': '|dexample.org',
            'odd': 'a b|da b|d|c|d' + 'a' * 256}.items():
        yield name, text.replace('|', '\n').encode()


def webs():
    """Any bytes are a web: tests/synth/web.c draws from them."""
    for i in range(12):
        yield f'random-{i}', random.Random(i).randbytes(60 + 40 * i)


SETS = {'name': names, 'constraints': constraints, 'policy': policies, 'host': hosts,
        'web': webs}


def main():
    for target, seeds in SETS.items():
        folder = os.path.join(sys.argv[1], target)
        os.makedirs(folder, exist_ok=True)
        for name, data in seeds():
            with open(os.path.join(folder, name), 'wb') as f:
                f.write(data)


if __name__ == '__main__':
    main()
