#!/usr/bin/env python3
"""Pools and chains made to hurt: each is answered within a second of processor time, by the right reason, `limit` where a bound
cut (libanalysis/base/bounds.h), whatever the order of the pool."""
import csv
import io
import os
import random
import subprocess
import sys
import tempfile

SRC, BUILD = os.environ["TW_SRCDIR"], os.environ["TW_BUILDDIR"]
sys.path.insert(0, os.path.join(SRC, "tests/synth"))
sys.dont_write_bytecode = True
try:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.x509.oid import NameOID
except ImportError:
    print("python3-cryptography is not installed: skipped")
    sys.exit(77)
import corpus  # noqa: E402
import peers  # noqa: E402
from facts import Cert  # noqa: E402
from resign import change, split, tlv  # noqa: E402

RNG = random.Random(1)
NOW = corpus.EPOCH + corpus.DAY * 17000
with open(os.path.join(BUILD, "tw-verify"), "rb") as tool:
    SECOND = 4.0 if b"__asan_init" in tool.read() else 1.0  # AddressSanitizer makes everything some three times slower


def key():
    return ec.generate_private_key(ec.SECP256R1())


def member(pos, cn, k, ids="none"):
    m = corpus.Member(pos, corpus.dn(cn, "CAs"), k, NOW - corpus.DAY * 9, NOW + corpus.DAY * 9)
    m.ids = ids
    return m


def make(m, issuer):
    return corpus.make(m, issuer, RNG, None)


def twins(cert, n, new_key):
    """n certificates like cert, of other serials and, if new_key, of other keys and identifiers; their signatures are no
    good."""
    ski = cert.ext.get("551d0e", b"")[2:]
    outer = split(cert.der)[0][1]
    tbs, rest = split(outer)[0][1], split(outer)[1][2] + split(outer)[2][2]
    fields = [x[2] for x in split(tbs)]
    for _ in range(n):
        f = list(fields)
        f[1] = tlv(2, b"\x01" + RNG.randbytes(15))
        if new_key:
            f[6] = f[6][:-65] + b"\x04" + RNG.randbytes(64)
            if ski:
                f[-1] = f[-1].replace(ski, RNG.randbytes(20))
        yield Cert(tlv(0x30, tlv(0x30, b"".join(f)) + rest))


def same_name(ids):
    root, inter, leaf = member(2, "Root", key(), ids), member(1, "Int", key(), ids), member(0, "leaf", key(), ids)
    leaf.san = [x509.DNSName("www.example.org")]
    r, i, c = make(root, root), make(inter, root), make(leaf, inter)
    return r, i, c


def many_keys():
    r, i, c = same_name("proper")
    return [r], [c], [i] + list(twins(i, 10000, True)), {"ok"}


def many_keys_without_ids():
    r, i, c = same_name("none")
    return [r], [c], [i] + list(twins(i, 10000, True)), {"ok", "limit"}


def many_keys_and_none_fits():
    r, i, c = same_name("none")
    return [r], [c], list(twins(i, 10000, True)), {"limit"}


def many_names_above():
    """So many names of issuers that not all are followed: the anchor's could be among the rest."""
    r, i, c = same_name("none")
    pool = []
    outer = split(i.der)[0][1]
    fields = [x[2] for x in split(split(outer)[0][1])]
    for n in range(5000):
        name = tlv(0x30, tlv(0x31, tlv(0x30, bytes.fromhex("0603550403") + tlv(0x0c, f"above {n}".encode()))))
        tbs = tlv(0x30, b"".join(fields[:3] + [name] + fields[4:]))
        pool.append(Cert(tlv(0x30, tbs + split(outer)[1][2] + split(outer)[2][2])))
    other = member(2, "Other root", key())
    return [make(other, other)], [c], pool, {"limit"}


def many_of_one_key():
    """All verify the leaf, none but one is signed by the root."""
    r, i, c = same_name("proper")
    return [r], [c], [i] + list(twins(i, 10000, False)), {"ok", "limit"}


def cycles(anchored):
    """Twelve names, each signed by each: paths without number."""
    ks = [key() for _ in range(12)]
    who = [member(1, f"CA {n}", k, "proper") for n, k in enumerate(ks)]
    pool = [make(a, b) for a in who for b in who if a is not b]
    root = member(2, "Root", key(), "proper")
    leaf = member(0, "leaf", key(), "proper")
    pool += [make(who[11], root)] if anchored else []
    return [make(root, root)], [make(leaf, who[0])], pool, {"ok"} if anchored else {"unknown_issuer"}


def long_chain(n):
    who = [member(p, f"CA {p}", key()) for p in range(n)]
    certs = [make(m, who[min(p + 1, n - 1)]) for p, m in enumerate(who)]
    return certs[-1:], certs[:-1], [], {"limit"}


def many_names(names, subtrees, want):
    root, inter, leaf = member(2, "Root", key()), member(1, "Int", key()), member(0, "leaf", key())
    leaf.san = [x509.DNSName(f"host{i}.example.org") for i in range(names)]
    inter.permit = [x509.DNSName(f"net{i}.example") for i in range(subtrees - 1)] + [x509.DNSName("example.org")]
    r = make(root, root)
    return [r], [make(leaf, inter), make(inter, root)], [], want


def many_names_of_a_ca():
    root, inter, leaf = member(2, "Root", key()), member(1, "Int", key()), member(0, "leaf", key())
    inter.san = [x509.DNSName(f"host{i}.example.org") for i in range(10000)]
    root.permit = [x509.DNSName(f"net{i}.example") for i in range(10000)] + [x509.DNSName("example.org")]
    return [make(root, root)], [make(leaf, inter), make(inter, root)], [], {"limit"}


def many_policies():
    """Ten names, each signed by each, with thousands of policies where the root asks for one."""
    names, policies = 10, [x509.ObjectIdentifier(f"1.2.3.{i}") for i in range(3000)]
    ks = [key() for _ in range(names + 2)]

    def cert(subject, k, issuer, ik, ca, some, required=False):
        who = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, n)]) for n in (subject, issuer)]
        b = x509.CertificateBuilder().subject_name(who[0]).issuer_name(who[1]).public_key(k.public_key())
        b = b.serial_number(RNG.getrandbits(100) | 1).not_valid_before(NOW - corpus.DAY).not_valid_after(NOW + corpus.DAY)
        b = b.add_extension(x509.BasicConstraints(ca, None), True)
        b = b.add_extension(x509.CertificatePolicies([x509.PolicyInformation(p, None) for p in some]), False)
        if required:
            b = b.add_extension(x509.PolicyConstraints(0, None), True)
        return Cert(b.sign(ik, hashes.SHA256()).public_bytes(serialization.Encoding.DER))
    pool = [cert("CA 0", ks[0], "Root", ks[names], True, policies)]
    pool += [cert(f"CA {a}", ks[a], f"CA {b}", ks[b], True, RNG.sample(policies, 2700)) for a in range(names) for b in range(names)
             if a != b]
    root = cert("Root", ks[names], "Root", ks[names], True, policies, True)
    leaf = cert("leaf", ks[names + 1], f"CA {names - 1}", ks[names - 1], False, policies[:50])
    return [root], [leaf], pool, {"ok"}


def huge_exponent():
    r, i, c = same_name("none")
    n, e = b"\x00" + b"\xc5" * 2047 + b"\x01", b"\x00" + b"\xa7" * 2047 + b"\x01"
    rsa = tlv(0x30, tlv(2, n) + tlv(2, e))
    alg = bytes.fromhex("300d06092a864886f70d0101010500")
    with tempfile.NamedTemporaryFile() as f:
        f.write(tlv(0x30, alg + tlv(3, b"\0" + rsa)))
        f.flush()
        # the root signs it, so that a path leads on
        signed = Cert(change(i.der, corpus.signer(ROOT_KEYS[0]), ["spki=" + f.name]))
    sha256rsa = "300d06092a864886f70d01010b0500"
    leaf = Cert(change(c.der, lambda body: b"\x17" * 2048, ["sigalg=" + sha256rsa]))
    return [ROOT_KEYS[1]], [leaf], [signed], {"unsupported_algorithm"}


def many_lists(bases, deltas, late, require):
    """A CA's lists by the thousand, of one scope: complete ones with the leaf on hold, and delta lists that each take it off and
    each can bring each complete one up to date; late: they are later than the complete ones, else they only look it at first.
    Numbers and times say what is right: the hold ended, and some list is in force."""
    k, hour = rsa.generate_private_key(65537, 1024), corpus.DAY / 24
    root, leaf = member(2, "Root", k), member(0, "leaf", key())
    leaf.san = [x509.DNSName("www.example.org")]
    r = make(root, root)
    c = make(leaf, root)
    serial = x509.load_der_x509_certificate(c.der).serial_number
    who = x509.load_der_x509_certificate(r.der).subject

    def crl(number, base):
        b = x509.CertificateRevocationListBuilder().issuer_name(who)
        b = b.last_update(NOW - corpus.DAY * 8 + hour * 0.001 * number).next_update(NOW + corpus.DAY * 8)
        reason = x509.ReasonFlags.certificate_hold if base is None else x509.ReasonFlags.remove_from_crl
        e = x509.RevokedCertificateBuilder().serial_number(serial)
        e = e.revocation_date(NOW - corpus.DAY * (7 if base is None else 6) + hour * 0.001 * number)
        e = e.add_extension(x509.CRLReason(reason), False)
        b = b.add_revoked_certificate(e.build()).add_extension(x509.CRLNumber(number), False)
        if base is not None:
            b = b.add_extension(x509.DeltaCRLIndicator(base), True)
        return b.sign(k, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    if late:
        lists = [crl(n + 1, None) for n in range(bases)] + [crl(bases + n + 1, 1) for n in range(deltas)]
    else:
        lists = [crl(deltas + n + 1, None) for n in range(bases)] + [crl(n + 1, 1) for n in range(deltas)]
    want = {"ok" if late else "revoked"} | ({"limit"} if require and deltas > 1024 else set())
    return [r], [c], [], want, lists, ["--revocation", "require"] if require else []


def run(anchors, chain, pool, lists=(), options=()):
    with tempfile.TemporaryDirectory() as tmp:
        paths = [os.path.join(tmp, x) for x in ("anchors.pem", "chain.pem", "pool.pem")]
        for path, certs in zip(paths, (anchors, chain, pool)):
            peers.pem(path, certs)
        cmd = [os.path.join(BUILD, "tw-verify"), "--store", "s=" + paths[0], "--intermediates", paths[2], "--at",
               NOW.isoformat() + "Z", *options, paths[1]]
        if lists:
            with open(os.path.join(tmp, "lists.der"), "wb") as f:
                f.write(b"".join(lists))
            cmd[1:1] = ["--crl", f.name]
        with open(os.path.join(tmp, "out"), "w+b") as out, open(os.path.join(tmp, "err"), "w+b") as err:
            p = subprocess.Popen(cmd, stdout=out, stderr=err)
            _, status, usage = os.wait4(p.pid, 0)
            p.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            err.seek(0)
            rows = list(csv.DictReader(io.StringIO(out.read().decode())))
            return p.returncode, rows[0] if rows else {"reason": err.read().decode()[-500:]}, usage.ru_utime + usage.ru_stime


ROOT_KEYS = []
CASES = [(many_keys,), (many_keys_without_ids,), (many_keys_and_none_fits,), (many_names_above,), (many_of_one_key,), (cycles, True), (cycles, False),
         (long_chain, 100), (many_names, 10000, 10, {"ok"}), (many_names, 10000, 10000, {"limit"}), (many_names, 1, 40000, {"ok"}),
         (many_names, 30, 40000, {"limit"}), (many_names_of_a_ca,), (many_policies,), (huge_exponent,),
         (many_lists, 3000, 3000, True, False), (many_lists, 3000, 3000, False, False), (many_lists, 3000, 3000, True, True),
         (many_lists, 60, 60, True, False), (many_lists, 60, 60, False, False), (many_lists, 60, 60, True, True)]


def crowd_presented():
    """A server that sends hundreds of certificates of one name, each signed by another: what they are worth, and in which order
    they came, is said within the second (or not said), and a row of more than a thousand is refused by its number."""
    who = [member(1, "same", key()) for _ in range(400)]
    certs = [make(m, who[n - 1]) for n, m in enumerate(who)]
    RNG.shuffle(certs)
    bad = []
    with tempfile.TemporaryDirectory() as tmp:
        der, rows, store = (os.path.join(tmp, x) for x in ("c.der", "rows.csv", "s.pem"))
        with open(der, "wb") as f:
            f.write(b"".join(c.der for c in certs))
        peers.pem(store, [ROOT_KEYS[1]])
        for n, want in ((400, 0), (1024, 0), (1025, 2)):
            chain = " ".join(c.sha256 for c in (certs * 3)[:n])
            with open(rows, "w") as f:
                f.write(f"time,chain\n{NOW.isoformat()}Z,{chain}\n")
            with open(os.path.join(tmp, "out"), "wb") as out:
                p = subprocess.Popen([os.path.join(BUILD, "tw-chain"), "-q", "--certs", der, "--store", "s=" + store, rows], stdout=out,
                                     stderr=subprocess.DEVNULL)
                _, status, usage = os.wait4(p.pid, 0)
            p.returncode = code = os.waitstatus_to_exitcode(status)
            took = usage.ru_utime + usage.ru_stime
            print(f"{took:5.2f} s exit {code}                 crowd_presented {n}")
            if code != want or took > SECOND:
                bad.append(f"{n} presented: exit {code}, {took:.2f} s")
    return bad


def main():
    root = member(2, "Root", key())
    ROOT_KEYS.extend((root.key, make(root, root)))
    failed = 0
    for f, *args in CASES:
        anchors, chain, pool, want, *lists = f(*args)
        code, row, took = run(anchors, chain, pool, *lists)
        for some in (pool, *lists[:1]):
            RNG.shuffle(some)
        again = run(anchors, chain, pool, *lists)
        bad = []
        if code not in (0, 1) or row["reason"] not in want:
            bad.append(f"exit {code}, {row['reason']}, wanted {' or '.join(sorted(want))}")
        if again[:2] != (code, row):
            bad.append(f"another order: {again[:2]}")
        if max(took, again[2]) > SECOND:
            bad.append(f"{max(took, again[2]):.2f} s")
        for line in bad:
            failed += 1
            print(f"FAIL {f.__name__} {args}: {line}")
        if failed and os.environ.get("TW_STOP"):
            return 1
        print(f"{took:5.2f} s {row['reason'][:30]:22} {f.__name__} {' '.join(str(a) for a in args)}")
    for line in crowd_presented():
        failed += 1
        print("FAIL", line)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
