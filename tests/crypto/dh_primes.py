#!/usr/bin/env python3
"""Makes the digests of dh_primes.c anew from the formulas of RFC 2409, 3526 (pi) and 7919 (e)."""
import hashlib
import os
import re
import sys

UNIT = 10 ** 2600


def arctan_inverse(x):
    term = total = UNIT // x
    k, sign = 1, 1
    while term:
        term //= x * x
        k, sign = k + 2, -sign
        total += sign * (term // k)
    return total


PI = 4 * (4 * arctan_inverse(5) - arctan_inverse(239))
E, term, k = 0, UNIT, 0
while term:
    E, k = E + term, k + 1
    term //= k


def prime(bits, constant, c):
    return 2 ** bits - 2 ** (bits - 64) - 1 + 2 ** 64 * (2 ** (bits - 130) * constant // UNIT + c)


WANT = {"oakley1": prime(768, PI, 149686), "oakley2": prime(1024, PI, 129093)}
for bits, c in ((1536, 741804), (2048, 124476), (3072, 1690314), (4096, 240904), (6144, 929484), (8192, 4743158)):
    WANT["modp%d" % bits] = prime(bits, PI, c)
for bits, c in ((2048, 560316), (3072, 2625351), (4096, 5736041), (6144, 15705020), (8192, 10965728)):
    WANT["ffdhe%d" % bits] = prime(bits, E, c)

source = os.path.join(os.environ.get("TW_SRCDIR", "."), "libanalysis/crypto/dh_primes.c")
have = dict(re.findall(r'\{ "([^"]+)", "([0-9a-f]{64})" \}', open(source).read()))
bad = 0
for name, p in WANT.items():
    digest = hashlib.sha256(p.to_bytes((p.bit_length() + 7) // 8, "big")).hexdigest()
    if have.get(name) != digest:
        print("%s: %s in the table, %s by the formula" % (name, have.get(name), digest))
        bad += 1
print("%d primes compared, %d differ" % (len(WANT), bad))
sys.exit(1 if bad or len(have) != len(WANT) + 3 else 0)
