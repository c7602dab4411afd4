#!/usr/bin/env python3
"""Changes a certificate in ways that openssl does not offer, and signs it again with openssl.

usage: resign.py IN.pem KEY.key OUT.pem EDIT...

spki=FILE        another SubjectPublicKeyInfo (DER)
sigalg=HEX       inner and outer AlgorithmIdentifier (DER); the signature is made as before
outer=HEX        the outer AlgorithmIdentifier only
version=N        the version number says N (0: the field is left out)
twice            the first extension stands twice
trailing=HEX     bytes after the signature, inside the outer SEQUENCE
after=HEX        bytes after the outer SEQUENCE
cut=N            the last N bytes are missing
tbs=OLD:NEW      replaces a byte string (hex, of equal length, found once) in the TBSCertificate
"""
import base64
import re
import subprocess
import sys


def tlv(tag, body):
    n = len(body)
    if n < 128:
        return bytes([tag, n]) + body
    size = n.to_bytes((n.bit_length() + 7) // 8, "big")
    return bytes([tag, 128 | len(size)]) + size + body


def split(data):
    """The elements of data as (tag, body, whole)."""
    out, at = [], 0
    while at < len(data):
        n, head = data[at + 1], 2
        if n & 128:
            head = 2 + (n & 127)
            n = int.from_bytes(data[at + 2:at + head], "big")
        out.append((data[at], data[at + head:at + head + n], data[at:at + head + n]))
        at += head + n
    return out


def load(path):
    text = open(path).read()
    return base64.b64decode(re.search("-----BEGIN CERTIFICATE-----(.*?)-----END", text, re.S).group(1))


def pem(der):
    text = base64.b64encode(der).decode()
    lines = "\n".join(text[i:i + 64] for i in range(0, len(text), 64))
    return f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"


def save(path, certs):
    with open(path, "w") as f:
        f.writelines(pem(der) for der in certs)


def change(source, sign, edits):
    """The certificate (DER) with the edits made, signed by sign(bytes)."""
    tbs, alg, _ = [x[2] for x in split(split(source)[0][1])]
    fields = [x[2] for x in split(split(tbs)[0][1])]
    trailing = after = b""
    cut = 0
    for e in edits:
        name, _, value = e.partition("=")
        if name == "spki":
            fields[6] = open(value, "rb").read()
        elif name == "sigalg":
            alg = fields[2] = bytes.fromhex(value)
        elif name == "outer":
            alg = bytes.fromhex(value)
        elif name == "version":
            fields[0] = tlv(0xa0, tlv(2, bytes([int(value)]))) if int(value) else b""
        elif name == "twice":
            exts = [x[2] for x in split(split(split(fields[-1])[0][1])[0][1])]
            fields[-1] = tlv(0xa3, tlv(0x30, b"".join(exts[:1] + exts)))
        elif name == "trailing":
            trailing = bytes.fromhex(value)
        elif name == "after":
            after = bytes.fromhex(value)
        elif name == "cut":
            cut = int(value)
        elif name == "tbs":
            old, new = (bytes.fromhex(x) for x in value.split(":"))
            whole = b"\0".join(fields)
            assert len(old) == len(new) and whole.count(old) == 1, "not found once"
            fields = [f.replace(old, new) for f in fields]
        else:
            sys.exit(f"{e}: no such edit")
    body = tlv(0x30, b"".join(fields))
    der = tlv(0x30, body + alg + tlv(3, b"\0" + sign(body)) + trailing) + after
    return der[:len(der) - cut] if cut else der


def main():
    source, key, target, edits = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]

    def sign(body):
        return subprocess.run(["openssl", "dgst", "-sha256", "-sign", key], input=body, stdout=subprocess.PIPE, check=True).stdout
    save(target, [change(load(source), sign, edits)])


if __name__ == "__main__":
    main()
