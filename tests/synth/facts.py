"""The few facts of a certificate that tests reason with: a reader of its own, so that nothing here leans on the code
under test."""
import calendar
import hashlib
import re

from resign import load, split

BC, KU, EKU, NC, SAN = "551d13", "551d0f", "551d25", "551d1e", "551d11"
POLICIES, POLICY_CONSTRAINTS = "551d20", "551d24"
ANY_EKU, SERVER, CLIENT = "551d2500", "2b06010505070301", "2b06010505070302"
ECDSA_SHA256 = "2a8648ce3d040302"


def seconds(tag, body):
    text = body.decode()
    if tag == 0x17:
        text = ("19" if text[:2] >= "50" else "20") + text
    y, mo, d, h, mi, s = (int(x) for x in re.fullmatch(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z", text).groups())
    return calendar.timegm((y, mo, d, h, mi, s))


class Cert:
    """der, and what it says; whole is False where bytes are missing or left over."""

    def __init__(self, der, name=""):
        self.name, self.der, self.sha256 = name, der, hashlib.sha256(der).hexdigest()
        head = 2 + (der[1] & 127 if der[1] & 128 else 0)
        length = head + (int.from_bytes(der[2:head], "big") if der[1] & 128 else der[1])
        self.cut = len(der) < length
        parts = [] if self.cut else split(der[head:length])
        self.whole = len(der) == length and len(parts) == 3
        if self.cut:
            return
        tbs = split(parts[0][1])
        self.version = split(tbs[0][1])[0][1][0] + 1 if tbs[0][0] == 0xa0 else 1
        tbs = tbs[1:] if tbs[0][0] == 0xa0 else tbs
        self.inner, self.outer = tbs[1][2], parts[1][2]
        self.sig_oid = split(split(self.outer)[0][1])[0][1].hex()
        self.issuer, self.subject, self.spki = tbs[2][2], tbs[4][2], tbs[5][2]
        self.not_before, self.not_after = (seconds(t, b) for t, b, _ in split(tbs[3][1]))
        self.ext, self.critical, self.repeated = {}, set(), False
        for tag, body, _ in tbs[6:]:
            if tag != 0xa3:
                continue
            for _, one, _ in split(split(body)[0][1]):
                x = split(one)
                oid = x[0][1].hex()
                self.repeated |= oid in self.ext
                self.ext.setdefault(oid, x[-1][1])
                if len(x) == 3 and x[1][1] != b"\0":
                    self.critical.add(oid)

    @classmethod
    def file(cls, path, name=""):
        return cls(load(path), name)

    @property
    def ca(self):
        return BC in self.ext and b"\x01\x01\xff" in self.ext[BC]

    @property
    def self_issued(self):
        return self.subject == self.issuer

    def usage(self, bit):
        """Is bit (RFC 5280 4.2.1.3) set; None without the extension."""
        if KU not in self.ext:
            return None
        bits = self.ext[KU][3:]
        return bit // 8 < len(bits) and bool(bits[bit // 8] & (0x80 >> bit % 8))

    def ekus(self):
        """The OIDs (hex) of extKeyUsage, or None."""
        if EKU not in self.ext:
            return None
        return {b.hex() for _, b, _ in split(split(self.ext[EKU])[0][1])}
