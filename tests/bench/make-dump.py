#!/usr/bin/env python3
"""make-dump.py SCAN.jsonl.gz BYTES: lines of zgrab2 as a large scan has them.

The lines of SCAN are patterns. In each line that is written, what differs
between real lines differs: addresses, and all keys, randoms, signatures and
digests (random digits of the same length; the same seed each time). Leaf
certificates are made so, too; one in five of the certificates presented is one
that no line before had, the others are drawn from those, so that what repeats
lies far apart, as in a scan, and not within the window of gzip."""
import gzip
import random
import re
import sys

RANDOM = 1 << 25
LEAF = re.compile(r'("server_certificates":\{"certificate":)(.*?)((?:,"chain":\[.*?)?,"validation":)')
# Text of base64 or hex that is as good as random, and the certificate itself.
FIELD = re.compile(r'"raw":"MII[^"]*"|"[A-Za-z0-9+/]{22,}={0,2}"')


def digits(rng, alphabet, n):
    # bytes.translate maps each random byte; 256 is a multiple of 64 and 16.
    return rng.randbytes(n).translate((alphabet * (256 // len(alphabet))).encode()).decode()


class Pattern:
    """Text with holes: a list of literals and of (kind, length)."""

    def __init__(self, text):
        self.parts = []
        at = 0
        for m in FIELD.finditer(text):
            body = m.group()
            if body.startswith('"raw":"MII'):
                # The outer header and the names stay; key and signature differ.
                n = m.end() - m.start()
                for a, b in ((n * 2 // 5, n // 2), (n * 4 // 5, n - 6)):
                    self.hole(text, at, m.start() + a, m.start() + b, 64)
                    at = m.start() + b
                continue
            kind = 16 if re.fullmatch(r'"[0-9a-f]+"', body) else 64
            pad = body.count("=")
            # The last digits decide whether the padding is right: they stay.
            self.hole(text, at, m.start() + 1, m.end() - 1 - pad - (4 if kind == 64 else 0), kind)
            at = m.end() - 1 - pad - (4 if kind == 64 else 0)
        self.parts.append(text[at:])

    def hole(self, text, at, begin, end, kind):
        self.parts.append(text[at:begin])
        self.parts.append((kind, end - begin))

    def fill(self, rng, pools):
        out = []
        for p in self.parts:
            if isinstance(p, str):
                out.append(p)
            else:
                at = rng.randrange(RANDOM - p[1])
                out.append(pools[p[0]][at:at + p[1]])
        return "".join(out)


def main():
    rng = random.Random(1)
    pools = {
        64: digits(rng, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", RANDOM),
        16: digits(rng, "0123456789abcdef", RANDOM),
    }
    patterns, certs = [], 0
    for line in gzip.open(sys.argv[1], "rt"):
        m = LEAF.search(line)
        if not m:
            continue
        line = re.sub(r'"ip":"[^"]*"', '"ip":"@IP@"', line, count=1)
        m = LEAF.search(line)
        certs += line.count('"raw":"MII')
        # The rest of the chain is what many servers send: as it is.
        patterns.append((Pattern(line[:m.start(2)]), Pattern(m.group(2)), m.group(3), Pattern(line[m.end(3):]), []))
    fresh = 0.2 * certs / len(patterns)  # of lines, so that it is 0.2 of certificates
    size, done, i = int(sys.argv[2]), 0, 0
    while done < size:
        before, leaf, chain, after, leaves = rng.choice(patterns)
        if not leaves or rng.random() < fresh:
            leaves.append(leaf.fill(rng, pools))
            cert = leaves[-1]
        else:
            cert = rng.choice(leaves)
        ip = "10.%d.%d.%d" % (i >> 16 & 255, i >> 8 & 255, i & 255)
        line = before.fill(rng, pools).replace("@IP@", ip) + cert + chain + after.fill(rng, pools)
        sys.stdout.write(line)
        done += len(line)
        i += 1


main()
