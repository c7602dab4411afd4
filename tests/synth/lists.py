"""A small PKI and its revocation lists, made by python3-cryptography (OpenSSL); vendors' lists by hand."""
import base64
import datetime
import hashlib
import json
import os
import struct

from cryptography import x509
from cryptography.x509 import ocsp as _ocsp  # noqa: F401
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from resign import split, tlv

DER = serialization.Encoding.DER
UNKNOWN = x509.ObjectIdentifier("1.2.3.4.9")
DELEGATE, CA, LEAF = ["crl_sign"], ["key_cert_sign", "crl_sign"], ["digital_signature"]


def day(text):
    """2015-06-01, or with a time of day behind a T."""
    return datetime.datetime.fromisoformat(text)


def dn(cn):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, cn)])


def uri(*names):
    return [x509.UniformResourceIdentifier(n) for n in names]


def dirs(*names):
    return [x509.DirectoryName(dn(n)) for n in names]


def usage(bits):
    names = ["digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign",
             "crl_sign", "encipher_only", "decipher_only"]
    return x509.KeyUsage(**{n: n in bits for n in names})


class Keys(dict):
    def __missing__(self, name):
        self[name] = ec.generate_private_key(ec.SECP256R1())
        return self[name]


KEYS = Keys()


class Cert:
    """key: a name, the subject by default; ikey: of the issuer's key, its name by default; more: extensions, OID and DER."""

    def __init__(self, subject, issuer, key=None, ikey=None, ku=None, ca=None, before="2010-01-01", after="2030-01-01", points=None,
                 none=False, serial=None, eku=None, nocheck=False, critical=False, more=()):
        self.subject, self.issuer, self.key, self.ikey = subject, issuer, key or subject, ikey or issuer
        self.before, self.after = before, after
        self.serial = serial or int.from_bytes(os.urandom(8), "big") | 1 << 62
        b = x509.CertificateBuilder().subject_name(dn(subject)).issuer_name(dn(issuer)).serial_number(self.serial)
        b = b.public_key(KEYS[self.key].public_key()).not_valid_before(day(before)).not_valid_after(day(after))
        ku = LEAF if ku is None else ku
        ca = "key_cert_sign" in ku if ca is None else ca
        self.ku, self.ca, self.points = ku, ca, points or []
        b = b.add_extension(x509.BasicConstraints(ca, None), True)
        if ku:
            b = b.add_extension(usage(ku), True)
        b = b.add_extension(x509.SubjectKeyIdentifier.from_public_key(KEYS[self.key].public_key()), False)
        b = b.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(KEYS[ikey or issuer].public_key()), False)
        if points:
            b = b.add_extension(x509.CRLDistributionPoints(points), False)
        if eku:
            b = b.add_extension(x509.ExtendedKeyUsage([x509.ObjectIdentifier(e) for e in eku]), False)
        if nocheck:
            b = b.add_extension(x509.OCSPNoCheck(), False)
        if critical:
            b = b.add_extension(x509.UnrecognizedExtension(UNKNOWN, b"\x05\x00"), True)
        if none:
            b = b.add_extension(x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.56"), b"\x05\x00"), False)
        for oid, value in more:
            b = b.add_extension(x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), value), False)
        self.der = b.sign(KEYS[ikey or issuer], hashes.SHA256()).public_bytes(DER)
        self.sha256 = hashlib.sha256(self.der).hexdigest()


def entry(cert, date, reason=None, issuer=None, critical=None, soft=False):
    """soft: the issuer's extension is not critical."""
    serial = cert if isinstance(cert, int) else cert.serial
    b = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(day(date))
    if reason:
        b = b.add_extension(x509.CRLReason(x509.ReasonFlags(reason)), False)
    if issuer:
        b = b.add_extension(x509.CertificateIssuer(dirs(issuer)), not soft)
    if critical:
        b = b.add_extension(x509.UnrecognizedExtension(UNKNOWN, b"\x05\x00"), True)
    return b.build()


def idp(full=None, relative=None, user=False, ca=False, attribute=False, indirect=False, reasons=None):
    """RFC 5280 5.2.5. Flags are put in by hand: of two at once the module says no in some versions."""
    parts = []
    if full or relative or reasons:
        some = frozenset(map(x509.ReasonFlags, reasons)) if reasons else None
        parts = split(split(x509.IssuingDistributionPoint(full, relative, False, False, some, False, False).public_bytes())[0][1])
    fields = {tag: whole for tag, _, whole in parts}
    fields.update({tag: bytes([tag, 1, 0xff]) for tag, on in ((0x81, user), (0x82, ca), (0x84, indirect), (0x85, attribute)) if on})
    body = b"".join(fields[tag] for tag in sorted(fields, key=lambda tag: tag & 0x1f))
    return x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.28"), tlv(0x30, body))


def crl(issuer, entries=(), key=None, this="2015-01-01", until="2016-01-01", number=None, delta=None, scope=None, unknown=False,
        aki=False):
    """until None: no nextUpdate."""
    b = x509.CertificateRevocationListBuilder().issuer_name(dn(issuer))
    b = b.last_update(day(this)).next_update(day(until or "2049-01-01"))
    for e in entries:
        b = b.add_revoked_certificate(e)
    if number is not None:
        b = b.add_extension(x509.CRLNumber(number), False)
    if delta is not None:
        b = b.add_extension(x509.DeltaCRLIndicator(delta), True)
    if scope:
        b = b.add_extension(scope, True)
    if unknown:
        b = b.add_extension(x509.UnrecognizedExtension(UNKNOWN, b"\x05\x00"), True)
    k = KEYS[key or issuer]
    if aki:
        b = b.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(k.public_key()), False)
    der = b.sign(k, hashes.SHA256()).public_bytes(DER)
    return der if until else edited(der, k, lambda fields: fields[:4] + fields[5:])


def edited(der, key, edit, behind=b""):
    """A list or a certificate of which edit(fields) makes other fields, signed again; behind: after its third element."""
    tbs, alg, _ = [x[2] for x in split(split(der)[0][1])]
    body = tlv(0x30, b"".join(edit([x[2] for x in split(split(tbs)[0][1])])))
    return tlv(0x30, body + alg + tlv(3, b"\0" + key.sign(body, ec.ECDSA(hashes.SHA256()))) + behind)


def ocsp(cert, issuer, state="good", revoked=None, reason=None, this="2015-01-01", until="2016-01-01", by=None, key=None, name=False,
         certs=(), digest=None):
    """RFC 6960. by: the responder's certificate, the issuer by default; key: of another name; name: responderID is byName; certs are
    put in."""
    load = lambda c: x509.load_der_x509_certificate(c.der)
    by = by or issuer
    b = x509.ocsp.OCSPResponseBuilder().add_response(
        load(cert), load(issuer), digest or hashes.SHA1(), getattr(x509.ocsp.OCSPCertStatus, state.upper()), day(this), until and day(until),
        revoked and day(revoked), reason and x509.ReasonFlags(reason))
    b = b.responder_id(x509.ocsp.OCSPResponderEncoding.NAME if name else x509.ocsp.OCSPResponderEncoding.HASH, load(by))
    if certs:
        b = b.certificates([load(c) for c in certs])
    der = b.sign(KEYS[by.key], hashes.SHA256()).public_bytes(DER)
    return resigned(der, key, lambda data: data) if key else der


def basic(der):
    """The BasicOCSPResponse of a response: its elements, and those of its ResponseData."""
    octets_ = split(split(split(split(der)[0][1])[1][1])[0][1])[1][1]
    parts = [x[2] for x in split(split(octets_)[0][1])]
    return parts, [x[2] for x in split(split(parts[0])[0][1])]


def resigned(der, key, edit):
    """The response with its ResponseData's elements as edit gives them, signed again with ECDSA."""
    parts, data = basic(der)
    tbs = tlv(0x30, b"".join(edit(data)))
    body = tlv(0x30, tbs + parts[1] + tlv(3, b"\0" + KEYS[key].sign(tbs, ec.ECDSA(hashes.SHA256()))) + b"".join(parts[3:]))
    kind = bytes.fromhex("06092b0601050507300101")
    return tlv(0x30, b"\x0a\x01\0" + tlv(0xa0, tlv(0x30, kind + tlv(4, body))))


def put(der, certs):
    """The response with these as its certificates, signed as it was."""
    parts, _ = basic(der)
    body = tlv(0x30, b"".join(parts[:3]) + tlv(0xa0, tlv(0x30, b"".join(certs))))
    return tlv(0x30, b"\x0a\x01\0" + tlv(0xa0, tlv(0x30, bytes.fromhex("06092b0601050507300101") + tlv(4, body))))


def several(ders, key):
    """One response with the words of all."""
    singles = b"".join(split(basic(d)[1][2])[0][1] for d in ders)
    return resigned(ders[0], key, lambda data: [data[0], data[1], tlv(0x30, singles)] + data[3:])


def pem(label, ders):
    out = ""
    for der in ders:
        text = base64.b64encode(der).decode()
        out += f"-----BEGIN {label}-----\n" + "\n".join(text[i:i + 64] for i in range(0, len(text), 64)) + f"\n-----END {label}-----\n"
    return out


def octets(n):
    return n.to_bytes(n.bit_length() // 8 + 1, "big")


def onecrl(cert, created):
    b64 = lambda b: base64.b64encode(b).decode()
    c = x509.load_der_x509_certificate(cert.der)
    return json.dumps({"data": [{"issuerName": b64(c.issuer.public_bytes()), "serialNumber": b64(octets(cert.serial)),
                                 "details": {"created": created}}]}).encode()


def crlset(cert, issuer_key):
    spki = KEYS[issuer_key].public_key().public_bytes(DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    head = json.dumps({"ContentType": "CRLSet", "Version": 0, "Sequence": 1}).encode()
    serial = octets(cert.serial).lstrip(b"\0")
    return struct.pack("<H", len(head)) + head + hashlib.sha256(spki).digest() + struct.pack("<I", 1) + bytes([len(serial)]) + serial
