"""What openssl verify and certtool --verify say of a chain, and the rules that explain where they differ from
docs/verdicts.md. A rule is a predicate on the case: it holds for what is in the certificates, never for a case's name."""
import os
import shutil
import subprocess
import tempfile

from facts import ANY_EKU, BC, CLIENT, KU, NC, POLICY_CONSTRAINTS, SAN, SERVER
from resign import save, split

PURPOSE = {"server": SERVER, "client": CLIENT, "any": None}
DOTTED = {SERVER: "1.3.6.1.5.5.7.3.1", CLIENT: "1.3.6.1.5.5.7.3.2"}


class Case:
    """anchors, the leaf and all that may complete its chain (facts.Cert), the time in seconds, the purpose."""

    def __init__(self, anchors, chain, pool, at, purpose):
        self.anchors, self.chain, self.pool, self.at, self.purpose = anchors, chain, pool, at, purpose
        self.leaf, self.others = chain[0], chain[1:] + pool
        self.all = [c for c in chain + pool + anchors if not c.cut]
        self.usage = PURPOSE[purpose]


def pem(path, certs):
    save(path, [c.der for c in certs])


def installed():
    """The peers at hand: name to function; TW_PEERS=none: none."""
    have = {}
    if os.environ.get("TW_PEERS") == "none":
        return have
    if shutil.which("openssl"):
        have["openssl"] = openssl
    if shutil.which("certtool") and shutil.which("faketime"):
        have["certtool"] = certtool
    return have


def run(cmd):
    p = subprocess.run(cmd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return p.returncode == 0, p.stdout.decode(errors="replace")


def files(case, tmp):
    paths = [os.path.join(tmp, x) for x in ("anchors.pem", "chain.pem", "leaf.pem")]
    for path, certs in zip(paths, (case.anchors, [case.leaf] + case.others, [case.leaf])):
        pem(path, certs)
    return paths


def openssl(case):
    with tempfile.TemporaryDirectory() as tmp:
        anchors, chain, leaf = files(case, tmp)
        usage = [] if case.purpose == "any" else ["-purpose", "ssl" + case.purpose]
        return run(["openssl", "verify", "-no-CApath", "-no-CAstore", "-CAfile", anchors, "-untrusted", chain,
                    "-attime", str(case.at), "-policy", "anyPolicy", *usage, leaf])


def certtool(case):
    with tempfile.TemporaryDirectory() as tmp:
        anchors, chain, _ = files(case, tmp)
        usage = ["--verify-purpose", DOTTED[case.usage]] if case.usage else []
        return run(["env", "TZ=UTC", "faketime", "-f", stamp(case.at), "certtool", "--verify", "--verify-allow-broken",
                    "--load-ca-certificate", anchors, "--infile", chain, *usage])


def stamp(at):
    import time
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(at))


# ---- rules ----
RULES = []


def rule(peer, clause, why):
    """peer errs, or decides what the RFC leaves open, where the predicate holds."""
    def keep(f):
        RULES.append((f.__name__, peer, clause, why, f))
        return f
    return keep


def explain(peer, case, ours):
    """The first rule that explains why peer differs, or None. ours: is the chain ok."""
    for name, who, clause, why, holds in RULES:
        if who == peer and holds(case, ours):
            return name
    return None


def matching(case, ours):
    """All rules whose predicate holds, whatever the peer says."""
    return [name for name, _, _, _, holds in RULES if holds(case, ours)]


def well(case):
    """Names lead from the leaf to an anchor by certificates that are in time, without a repeated extension, signed with an
    algorithm under a known arc (ANSI X9, NIST, OIW, Thawte's of RFC 8410) and critical extensions likewise (id-ce, PKIX), and by CAs
    that may sign."""
    arcs = ("2a8648", "608648", "2b0e03", "2b65")
    last = {case.leaf.der} | {a.der for a in case.anchors}
    fit = [c for c in case.all if c.not_before <= case.at <= c.not_after and not c.repeated and
           c.sig_oid.startswith(arcs) and all(x.startswith(("551d", "2b06")) for x in c.critical) and (c.der in last or (c.ca and c.usage(5) is not False))]
    met, todo = set(), [c for c in fit if c.der == case.leaf.der]
    while todo:
        child = todo.pop()
        met.add(child.der)
        todo += [c for c in fit if c.der not in met and c.subject.lower() == child.issuer.lower()]
    return any(a.der in met for a in case.anchors)


def candidates(case, child):
    """Distinct certificates that bear the name child calls issuer."""
    return {c.der for c in case.all if c.subject == child.issuer and c.der != child.der}


def several_issuers(case, ours):
    return ours and any(len(candidates(case, c)) > 1 for c in case.all)


@rule("openssl", "RFC 5280 4.1.2.5", "notAfter is inclusive; openssl ends a second before")
def not_after_exclusive(case, ours):
    return ours and any(c.not_after == case.at for c in case.all)


@rule("openssl", "RFC 5280 4.2.1.12", "anyExtendedKeyUsage stands for every purpose; openssl's sslserver does not take it")
def openssl_any_eku(case, ours):
    return ours and case.usage and any(c.ekus() and ANY_EKU in c.ekus() and case.usage not in c.ekus() for c in case.all)


@rule("certtool", "RFC 5280 4.2.1.12", "anyExtendedKeyUsage stands for every purpose; GnuTLS takes it in the leaf only")
def certtool_any_eku(case, ours):
    return ours and case.usage and any(c.ekus() and ANY_EKU in c.ekus() and case.usage not in c.ekus()
                                       for c in case.others + case.anchors)


@rule("certtool", "RFC 5280 4.2.1.12 (a choice: 6.1.1 leaves the anchor's extensions open)", "GnuTLS does not look at the anchor's EKU")
def certtool_anchor_eku(case, ours):
    fits = lambda c: c.ekus() is None or c.ekus() & {ANY_EKU, case.usage}
    return not ours and case.usage and well(case) and fits(case.leaf) and not all(map(fits, case.anchors))


@rule("openssl", "RFC 4158 2.4.2", "openssl does not come back from an issuer that leads nowhere")
def openssl_no_backtracking(case, ours):
    return several_issuers(case, ours)


@rule("certtool", "RFC 4158 2.4.2", "GnuTLS does not come back from an issuer that leads nowhere")
def certtool_no_backtracking(case, ours):
    return several_issuers(case, ours)


@rule("openssl", "RFC 5280 6.1.1 (d)", "an anchor is a name and a key; openssl (without -partial_chain) wants it self-signed")
def anchor_not_self_signed(case, ours):
    return ours and not any(a.self_issued for a in case.anchors)


@rule("openssl", "RFC 4158 2.4.2", "openssl stops at a self-signed certificate, though its key has another issuer")
def stops_at_self_signed(case, ours):
    return ours and case.leaf.self_issued and any(c.spki == case.leaf.spki for c in case.others)


def broken_rsa(c):
    """An RSA key with exponent 1 or an even modulus."""
    alg, bits = split(split(c.spki)[0][1])
    if "2a864886f70d010101" not in alg[1].hex():
        return False
    n, e = (int.from_bytes(x[1], "big") for x in split(split(bits[1][1:])[0][1]))
    return e == 1 or n % 2 == 0


@rule("openssl", "RFC 8017 3.1", "an RSA exponent is 3 or more, a modulus odd; openssl does not look at keys by default")
def openssl_broken_rsa(case, ours):
    return not ours and broken_rsa(case.leaf)


@rule("certtool", "RFC 8017 3.1", "an RSA exponent is 3 or more, a modulus odd; GnuTLS does not look at the leaf's key")
def certtool_broken_rsa(case, ours):
    return not ours and broken_rsa(case.leaf)


@rule("certtool", "RFC 5480 2.1.1", "a curve is named, never spelled out; GnuTLS does not look at the leaf's key")
def certtool_explicit_curve(case, ours):
    alg = split(split(split(case.leaf.spki)[0][1])[0][1])
    return not ours and alg[0][1].hex() == "2a8648ce3d0201" and alg[1][0] == 0x30


@rule("openssl", "RFC 5280 4.1", "bytes after the certificate; openssl does not look")
def openssl_left_over(case, ours):
    return not ours and any(not c.whole and not c.cut for c in case.chain + case.pool)


@rule("openssl", "RFC 5280 4.1.2.1", "a version that is none; openssl does not look")
def openssl_version(case, ours):
    return not ours and any(c.version > 3 for c in case.all)


@rule("openssl", "RFC 5280 4.1.2.9", "extensions in version 1 or 2; openssl takes them")
def openssl_early_extensions(case, ours):
    return not ours and any(c.version < 3 and c.ext for c in case.all)


@rule("certtool", "RFC 5280 4.1.2.9", "extensions in version 1: our profile 2015 takes them, GnuTLS does not read the certificate")
def certtool_early_extensions(case, ours):
    return ours and any(c.version == 1 and c.ext for c in case.all)


@rule("certtool", "RFC 5280 4.1.2.1", "a version that is none; GnuTLS does not look")
def certtool_version(case, ours):
    return not ours and any(c.version > 3 for c in case.all)


@rule("openssl", "RFC 5280 6.1.1 (d)", "an anchor is a name and a key; openssl refuses one whose other extensions are faulty")
def openssl_faulty_anchor(case, ours):
    return ours and any(a.repeated for a in case.anchors)


@rule("certtool", "RFC 5280 6.1.1 (d)", "an anchor is a name and a key; GnuTLS refuses one whose other extensions are faulty")
def certtool_faulty_anchor(case, ours):
    return ours and any(a.repeated for a in case.anchors)


@rule("certtool", "RFC 5280 6.1.3 (b), (c)", "the last certificate is under name constraints even if self-issued; GnuTLS lets it go")
def certtool_last_self_issued(case, ours):
    return not ours and case.leaf.self_issued and any(NC in c.ext for c in case.all)


@rule("certtool", "RFC 5280 4.2.1.9", "self-issued certificates do not count for pathLenConstraint; GnuTLS counts them")
def certtool_counts_self_issued(case, ours):
    return ours and any(c.self_issued for c in case.others) and any(b"\x02\x01" in c.ext.get(BC, b"") for c in case.all)


@rule("certtool", "RFC 5280 4.2.1.3", "GnuTLS does not check the leaf's key usage against the purpose")
def certtool_leaf_usage(case, ours):
    bits = {"server": (0, 2, 4), "client": (0, 4), "any": ()}[case.purpose]
    return not ours and bits and well(case) and KU in case.leaf.ext and not any(case.leaf.usage(b) for b in bits)


def constraint_forms(c):
    """The GeneralName tags of the bases in a certificate's name constraints."""
    if NC not in c.ext:
        return set()
    return {tree[0] for _, trees, _ in split(split(c.ext[NC])[0][1]) for _, tree, _ in split(trees)}


@rule("certtool", "RFC 5280 4.2.1.10", "a directoryName constraint is for the subject; GnuTLS does not hold it against that")
def certtool_dn_constraints(case, ours):
    return not ours and well(case) and any(0xa4 in constraint_forms(c) for c in case.all)


@rule("certtool", "RFC 5280 6.1.1 (d)", "a self-signed leaf that is trusted signs nothing else; GnuTLS wants a CA of it")
def certtool_trusted_leaf(case, ours):
    return ours and any(a.der == case.leaf.der for a in case.anchors) and (not case.leaf.ca or case.leaf.usage(5) is False)


def other_key_ids(case, ours):
    """Some certificate's AKI is the SKI of no issuer by name."""
    def unlike(c):
        ids = [x.ext["551d0e"][2:] for x in case.all if x.subject == c.issuer and "551d0e" in x.ext]
        return ids and b"\x80" in c.ext["551d23"] and not any(i in c.ext["551d23"] for i in ids)
    return ours and any("551d23" in c.ext and unlike(c) for c in case.all)


@rule("openssl", "RFC 4158 3.5.12", "key identifiers order the issuers to try, they exclude none; openssl excludes by them")
def openssl_key_ids(case, ours):
    return other_key_ids(case, ours)


@rule("certtool", "RFC 4158 3.5.12", "key identifiers order the issuers to try, they exclude none; GnuTLS excludes by them")
def certtool_key_ids(case, ours):
    return other_key_ids(case, ours)


@rule("certtool", "RFC 5280 7.1", "names are compared without case; GnuTLS compares bytes")
def certtool_name_bytes(case, ours):
    subjects = {c.subject for c in case.all}
    return ours and any(c.issuer not in subjects and c.issuer.lower() in {s.lower() for s in subjects} for c in case.all)


def anchor_requires_policy(case, ours):
    return not ours and well(case) and any(POLICY_CONSTRAINTS in a.ext for a in case.anchors)


@rule("openssl", "RFC 5280 6.1.1 (d) (a choice: it leaves the anchor's extensions open)", "openssl does not look at the anchor's policyConstraints")
def openssl_anchor_policies(case, ours):
    return anchor_requires_policy(case, ours)


@rule("certtool", "RFC 5280 6.1.1 (d) (a choice: it leaves the anchor's extensions open)", "GnuTLS does not look at the anchor's policyConstraints")
def certtool_anchor_policies(case, ours):
    return anchor_requires_policy(case, ours)


@rule("certtool", "RFC 5280 4.2.1.11", "policyConstraints is critical, and unknown to GnuTLS")
def certtool_policy_constraints(case, ours):
    return ours and any(POLICY_CONSTRAINTS in c.critical for c in case.all)


def odd_mask(case, ours):
    """An iPAddress base whose mask has holes."""
    def holes(base):
        mask = int.from_bytes(base[len(base) // 2:], "big")
        low = mask & -mask
        return bool(mask) and (mask + low) != 1 << 4 * len(base)
    return not ours and any(tree[0] == 0x87 and holes(split(tree)[0][1]) for c in case.all if NC in c.ext
                            for _, trees, _ in split(split(c.ext[NC])[0][1]) for _, tree, _ in split(trees))


@rule("openssl", "RFC 5280 4.2.1.10", "a mask is one of CIDR; openssl looks only when there is such a name")
def openssl_odd_mask(case, ours):
    return odd_mask(case, ours)


def two_ats(case, ours):
    """An rfc822Name whose local part has an @ and is no Quoted-string, below constraints."""
    def bad(name):
        local = name.rpartition(b"@")[0]
        return b"@" in local and not local.startswith(b'"')
    return not ours and any(NC in c.ext for c in case.all) and SAN in case.leaf.ext and any(
        tag == 0x81 and bad(name) for tag, name, _ in split(split(case.leaf.ext[SAN])[0][1]))


@rule("openssl", "RFC 5280 4.2.1.6 (RFC 5321 4.1.2)", "an rfc822Name is a Mailbox; openssl takes what stands before the last @ as it is")
def openssl_two_ats(case, ours):
    return two_ats(case, ours)


@rule("certtool", "RFC 5280 4.2.1.6 (RFC 5321 4.1.2)", "an rfc822Name is a Mailbox; GnuTLS takes what stands before the last @ as it is")
def certtool_two_ats(case, ours):
    return two_ats(case, ours)
