"""What the tests of importers share: the tool, certificates of keystores/, and a writer of DER."""
import base64
import csv
import io
import os
import subprocess

TOOL = os.environ["TW_BUILDDIR"] + "/tw-stores"
HERE = os.environ["TW_SRCDIR"] + "/tests/trust/keystores/"
failures = []


def fail(text):
    failures.append(text)
    print("FAIL", text)


def run(path, *options):
    """Exit status, rows and words of an import."""
    r = subprocess.run([TOOL, "import", *options, path], capture_output=True)
    return r.returncode, list(csv.DictReader(io.StringIO(r.stdout.decode()))), r.stderr.decode()


def der(name):
    with open(HERE + name, encoding="ascii") as f:
        return base64.b64decode("".join(f.read().split("-----")[2].split()))


def tlv(tag, *parts):
    body = b"".join(parts)
    n = len(body)
    size = bytes([n]) if n < 128 else bytes([0x80 + (n.bit_length() + 7) // 8]) + n.to_bytes((n.bit_length() + 7) // 8, "big")
    return bytes([tag]) + size + body
