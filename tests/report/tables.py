"""The tables once more, from docs/tables.md: rows as dicts in, lines as
dicts out. Nothing is shared with the C code, and nothing is fast: a group's
rows are looked at again for every table."""
import datetime
from collections import Counter, defaultdict

REASONS = ("ok expired not_yet_valid weak_signature weak_key revocation_unknown policy extended_key_usage name_constraints "
           "path_length key_usage not_a_ca critical_extension distrusted revoked malformed unsupported_algorithm bad_signature limit "
           "missing_intermediate untrusted_root unknown_issuer self_signed").split()
UNJUDGED = "encrypted resumed no_certificate truncated not_collected no_time no_snapshot".split()
STORES = [("m", "presented", ".m"), ("m", "pool", ".m.pool")]
EVER = [".m"]  # judgements that have a column ever
STARTTLS = "smtp imap pop3 ftp irc xmpp-client xmpp-server managesieve nntp ldap postgresql mysql".split()


def bits(v):
    """Security bits of a key or signature by its name (NIST SP 800-57 part 1, table 2; hashes by collision)."""
    v = v.lower()
    for hash_, n in (("md5", 64), ("sha1", 80), ("sha224", 112), ("sha256", 128), ("sha384", 192), ("sha512", 256), ("ed25519", 128)):
        if hash_ in v:
            return n
    kind, _, size = v.partition("-")
    if kind in ("rsa", "dsa"):
        return 40 if int(size) < 760 else 64 if int(size) < 1020 else 80 if int(size) < 2040 else 112 if int(size) < 3068 else 128
    return {"secp256r1": 128, "secp384r1": 192, "secp521r1": 260, "prime256v1": 128}[size] if kind == "ec" else 0


def percent(a, b):
    return "" if b == 0 else "%d.%02d" % divmod((a * 20000 + b) // (2 * b), 100)


class Wide:
    """columns: name -> denominator (another column, "n", or None: no percentage).
    facets: row -> list of (value, rank, columns), rank 0 = not known."""
    judged = False
    both = ()

    def blank(self, unit, store):
        return ()

    def part(self, r, s):
        """Of tables with part_name: is the row in that part of n?"""
        return self.judged and r["verdict" + s] != ""


def established(r):
    return r["outcome"] == "established"


def has_chain(r):
    return r["chain"] not in ("", "NONE")


def best(columns, order):
    """Rank of a facet of several columns: that of the best one hit."""
    return max([order.index(c) + 1 for c in columns if c in order], default=0)


def flag(r, yes, name, good):
    return (yes, 2 if yes == good else 1, [name] if yes else [])


class Scans(Wide):
    steps = "port_open connected spoke_protocol tls_offered tls_tried established chain_seen".split()
    roles = "leaves intermediates roots unknown_role".split()
    columns = dict(zip(steps, ["n"] + steps), timeout="n", leaves="n", intermediates="n", roots="n", unknown_role="n")
    units = "probe host target certificate".split()

    def counts(self, r):
        return r["source"] == "active"

    def blank(self, unit, store):
        return self.steps + ["timeout"] if unit == "certificate" else self.roles

    def facets(self, r, s):
        tls = r["version"] != "" or r["outcome"] in ("established", "handshake-failed")
        heard = tls or r["spoken"] != ""
        ways = [r["outcome"] not in ("refused", "unreachable") and (heard or r["outcome"] != "timeout"),
                r["outcome"] != "port-open", heard and r["outcome"] != "wrong-protocol",
                tls or r["tls_start"] == "implicit" or r["starttls_offered"] == "yes" or r["starttls_answer"] == "accepted",
                tls or r["tls_start"] + r["starttls_answer"] != "", established(r), has_chain(r)]
        far = ways.index(False) if False in ways else len(ways)
        return [(far, far, self.steps[:far]), flag(r, r["outcome"] == "timeout", "timeout", False)]


class Monitoring(Wide):
    any = True
    roles = Scans.roles
    columns = dict(tls="n", implicit="tls", starttls="tls", established="tls", resumed="established", chain_seen="tls", truncated="n",
                   **dict.fromkeys(Scans.roles, "n"))
    both = ("established",)
    units = "connection server server-any client client-any certificate".split()

    def counts(self, r):
        return r["source"] == "passive"

    def blank(self, unit, store):
        return [c for c in self.columns if c not in self.roles] if unit == "certificate" else self.roles

    def facets(self, r, s):
        tls = r["offered_versions"] + r["version"] != "" or r["outcome"] in ("established", "handshake-failed")
        yes = dict(tls=tls, implicit=tls and r["tls_start"] == "implicit", starttls=tls and r["tls_start"] == "starttls",
                   established=established(r), resumed=established(r) and r["resumed"] == "yes", chain_seen=tls and has_chain(r),
                   truncated=r["outcome"] == "truncated")
        return [flag(r, yes[c], c, True) for c in yes]


class Offers(Wide):
    order = ("other SSLv2 SSLv3 DTLSv0.9 TLSv1.0 TLSv1.1 DTLSv1.0 TLSv1.2 DTLSv1.2 TLSv1.3-draft DTLSv1.3-draft "
             "TLSv1.3 DTLSv1.3").split()
    classes = "rc4 3des export null anon aead fs".split()
    columns = dict.fromkeys(["up_to_" + v for v in order] + classes, "n")
    units = "connection client client-any".split()

    def counts(self, r):
        return r["source"] == "passive" and r["offered_versions"] != ""

    def facets(self, r, s):
        named = [v.partition("-")[0] + "-draft" if "TLSv1.3-" in v else v for v in r["offered_versions"].split()]
        top = max((self.order.index(v) for v in named if v in self.order), default=0)
        return [(top, top + 1, ["up_to_" + self.order[top]])] + \
            [flag(r, c in r["offered_classes"].split(), c, c in ("aead", "fs")) for c in self.classes]


class StartTls(Wide):
    columns = dict(list_seen="n", offered="list_seen", not_offered="list_seen", mangled="list_seen", offered_to_some="list_seen",
                   asked="n", accepted="asked", refused="asked", no_answer="asked", upgraded="n")
    both = ("offered",)
    units = "probe host target connection server server-any".split()

    def counts(self, r):
        return r["spoken"] in STARTTLS and r["tls_start"] != "implicit"

    def blank(self, unit, store):
        return () if unit.startswith("server") else ("offered_to_some",)

    def facets(self, r, s):
        o = {"yes": ["list_seen", "offered"], "no": ["list_seen", "not_offered"], "mangled": ["list_seen", "mangled"], "": []}[r["starttls_offered"]]
        a = {"accepted": ["asked", "accepted"], "refused": ["asked", "refused"], "none": ["asked", "no_answer"], "": []}[r["starttls_answer"]]
        return [(r["starttls_offered"], best(o, ["not_offered", "mangled", "offered"]), o),
                (r["starttls_answer"], best(a, ["no_answer", "refused", "accepted"]), a),
                flag(r, established(r) and r["tls_start"] == "starttls", "upgraded", True)]

    together = ("offered_to_some",)

    def across(self, rows):
        lists = {r["starttls_offered"] for r in rows}
        return ["offered_to_some"] if "yes" in lists and lists & {"no", "mangled"} else []


class Stripping(Wide):
    any = True
    columns = dict(list_seen="n", offered="list_seen", missing="list_seen", mangled="list_seen", withheld="missing", missing_asked="missing",
                   missing_accepted="missing_asked", offered_asked="offered", offered_refused="offered_asked", offered_unanswered="offered_asked",
                   compared="list_seen", always="list_seen", sometimes="compared", never="list_seen", clients_unknown="compared",
                   several_clients="compared", some_clients="several_clients", at_times="sometimes")
    together = list(columns)[10:]
    both = ("withheld",)
    units = "probe host target connection server server-any client client-any".split()

    def prepare(self, rows, by):
        """Which rows are of servers that offered STARTTLS in others; is any client known?"""
        passive = [r for r in rows if r["source"] == "passive" and not r["probe"].startswith("offer:") and self.counts(r) and r["starttls_offered"]]
        servers = defaultdict(list)
        for r in passive:
            if r["ip"]:
                servers[r["ip"], r["port"], r["protocol"], tuple(period(r, b) for b in by)].append(r)
        self.elsewhere = {id(r) for g in servers.values() for r in g if any(x["starttls_offered"] == "yes" for x in g)}
        self.clients = any(r["client"] and r["ip"] for r in passive)

    def counts(self, r):
        return r["spoken"] in STARTTLS and r["tls_start"] != "implicit"

    def blank(self, unit, store):
        if unit.startswith("server"):
            return ["withheld"] + ([] if self.clients else ["several_clients", "some_clients", "at_times"])
        return list(self.together) + (["withheld"] if unit in ("probe", "host", "target") else [])

    def facets(self, r, s):
        o, a = r["starttls_offered"], r["starttls_answer"]
        c = [] if not o else ["list_seen", "offered"] if o == "yes" else ["list_seen", "missing"] + ["mangled"] * (o == "mangled")
        d = []
        if o == "yes" and a:
            d = ["offered_asked"] + {"refused": ["offered_refused"], "none": ["offered_unanswered"], "accepted": []}[a]
        elif o and a and r["spoken"] != "postgresql":
            d = ["missing_asked"] + ["missing_accepted"] * (a == "accepted")
        e = ["withheld"] if o in ("no", "mangled") and id(r) in self.elsewhere else []
        # Withheld is of connections; hosts do not disagree in it.
        return [(tuple(c), 1, c), (tuple(d), 1, d), (0, 1, e)]

    def across(self, rows):
        lists = [r for r in rows if r["starttls_offered"]]
        if not lists:
            return []
        got = {}
        for r in lists:
            got.setdefault(r["client"], []).append(r["starttls_offered"] == "yes")
        every = [x for g in got.values() for x in g]
        out = ["always"] if all(every) else ["sometimes"] if any(every) else ["never"]
        out += ["compared"] if len(lists) > 1 else []
        if "" in got:
            return out + (["clients_unknown"] if len(lists) > 1 else [])
        out += ["several_clients"] if len(got) > 1 else []
        if "sometimes" in out:
            out += ["at_times"] if all(any(g) for g in got.values()) else ["some_clients"]
        return out


class Versions(Wide):
    names = ("SSLv2 SSLv3 TLSv1.0 TLSv1.1 TLSv1.2 TLSv1.3 DTLSv0.9 DTLSv1.0 DTLSv1.2 DTLSv1.3 TLSv1.3-draft DTLSv1.3-draft "
             "other unknown").split()
    columns = dict.fromkeys(names, "n")
    units = "probe host target connection server server-any".split()

    def counts(self, r):
        return established(r)

    def facets(self, r, s):
        v = r["version"]
        draft = [d + "TLSv1.3-draft" for d in ("", "D") if v.startswith(d + "TLSv1.3-")]
        c = v if v in self.names else draft[0] if draft else "other" if v else "unknown"
        order = ("other SSLv2 SSLv3 DTLSv0.9 TLSv1.0 TLSv1.1 DTLSv1.0 TLSv1.2 DTLSv1.2 TLSv1.3-draft DTLSv1.3-draft "
                 "TLSv1.3 DTLSv1.3").split()
        return [(c, best([c], order), [c])]


class Judged(Wide):
    judged = True
    part_name = "n_judged"
    units = "probe host target connection server server-any certificate certificate-ever".split()

    def counts(self, r):
        return established(r) or has_chain(r)

    def rank(self, r, s):
        if not r["verdict" + s]:
            return 0
        return 1000 - 10 * REASONS.index(r["reason" + s]) + ["expired", "early", "ok"].index(r["leaf_time"])


class Validity(Judged):
    four = "verifiable self-signed expired broken".split()
    columns = dict({"n_total": None, "n_judged": "n"}, **dict.fromkeys(four + "self-signed_and_expired untrusted_and_expired "
                   "not_yet_valid ever_verifiable".split(), "n_judged"), **dict.fromkeys(["n_not_judged"] +
                   ["not_judged_" + u for u in UNJUDGED + ["other"]], "n"))
    both = tuple(four) + ("self-signed_and_expired", "untrusted_and_expired", "not_yet_valid", "ever_verifiable")

    def blank(self, unit, store):
        return () if store in EVER else ("ever_verifiable",)

    def facets(self, r, s):
        v, why, late = r["verdict" + s], r["reason" + s], r["leaf_time"] == "expired"
        if not v:
            c = ["n_total", "n_not_judged", "not_judged_" + (why if why in UNJUDGED else "other")]
            return [((v, why), 0, c), (False, 1, [])]
        c = ["n_total", "n_judged", v]
        c += ["self-signed_and_expired"] if late and why == "self_signed" else []
        c += ["untrusted_and_expired"] if late and why in ("untrusted_root", "unknown_issuer", "missing_intermediate") else []
        c += ["not_yet_valid"] if r["leaf_time"] == "early" else []
        ever = r.get("ever" + s, "") == "yes"
        return [(v, self.rank(r, s), c), flag(r, ever, "ever_verifiable", True)]


class Reasons(Judged):
    value = "reason"

    def values(self, r, s, role):
        return [r["reason" + s]]

    def rank_values(self, r, s, role):
        return self.rank(r, s)


class Families(Wide):
    only = "unknown null rc2 rc4 3des des idea chacha20 aes_gcm aes_ccm aes_cbc camellia other".split()
    some = "rc4 3des aes camellia cbc aead md5_mac rsa_exchange dhe ecdhe tls1.3 forward_secrecy".split()
    columns = dict.fromkeys(["only_" + x for x in only] + some, "n")
    units = Versions.units

    def counts(self, r):
        return established(r)

    def facets(self, r, s):
        e, k = r["enc"], r["kex"]
        of = {"": "unknown", "AES-GCM": "aes_gcm", "RC4": "rc4", "AES-CBC": "aes_cbc", "3DES-CBC": "3des", "NULL": "null", "DES-CBC": "des",
              "AES-CCM": "aes_ccm", "CHACHA20-POLY1305": "chacha20", "CAMELLIA-CBC": "camellia"}.get(e, "other")
        order = ["only_" + x for x in "null rc2 des rc4 idea 3des other camellia aes_cbc aes_ccm chacha20 aes_gcm".split()]
        bad = ("rc4", "3des", "cbc", "md5_mac", "rsa_exchange")
        yes = dict(rc4=e == "RC4", aes=e[:3] == "AES", camellia=e[:8] == "CAMELLIA", cbc=e[-3:] == "CBC", aead=r["aead"] == "yes",
                   md5_mac=r["mac"] == "MD5", rsa_exchange=k in ("RSA", "RSA_PSK"), dhe=k in ("DHE", "DHE_PSK"), ecdhe=k in ("ECDHE", "ECDHE_PSK"),
                   forward_secrecy=r["forward_secrecy"] == "yes")
        yes["3des"], yes["tls1.3"] = e[:4] == "3DES", k == "TLS1.3"
        return [(of, best(["only_" + of], order), ["only_" + of])] + [flag(r, yes[x], x, x not in bad) for x in self.some]


class Strength(Wide):
    classes = "unassigned signalling null anonymous export broken 64-bit-block legacy aead-no-fs aead-fs".split()
    bins = "below_80 80_to_111 112_to_127 128_and_more".split()
    weak = "weakest_leaf_key weakest_leaf_signature weakest_issuer_key weakest_issuer_signature".split()
    limits = "cipher dh group leaf-key".split()
    columns = dict(dict.fromkeys(classes + "unknown forward_secrecy aead chain_known session_known".split(), "n"),
                   **dict.fromkeys(["chain_" + b for b in bins] + weak, "chain_known"),
                   **dict.fromkeys(["session_" + b for b in bins] + ["limited_by_" + x for x in limits], "session_known"))
    units = Versions.units

    def counts(self, r):
        return established(r)

    def bin(self, text, of):
        if not text:
            return ("", 0, [])
        n = int(text)
        i = 0 if n < 80 else 1 if n < 112 else 2 if n < 128 else 3
        return (i, i + 1, [of + "_known", of + "_" + self.bins[i]])

    def facets(self, r, s):
        c = r["cipher_class"] or "unknown"
        at, kind, _ = (r["weakest_link"] + "::").split(":", 2)
        w = "weakest_%s_%s" % ("leaf" if at == "0" else "issuer", {"key": "key", "sig": "signature"}[kind]) if at else ""
        by = r["limited_by"]
        return [(c, best([c], self.classes), [c]), flag(r, r["forward_secrecy"] == "yes", "forward_secrecy", True),
                flag(r, r["aead"] == "yes", "aead", True), self.bin(r["chain_security_bits"], "chain"),
                (w, best([w], self.weak[::-1]), [w] if w else []), self.bin(r["session_bits"], "session"),
                (by, best([by], self.limits), ["limited_by_" + by] if by else [])]


GROUPS = dict.fromkeys("x25519 x448 secp256r1 secp384r1 sect283k1 brainpoolP256r1".split(), "ecdhe")
GROUPS.update(ffdhe2048="dhe", ffdhe3072="dhe", MLKEM768="kem", X25519MLKEM768="hybrid", SecP256r1Kyber768Draft00="hybrid", CECPQ2="hybrid")
GROUP_BITS = dict(x25519=128, x448=224, secp256r1=128, secp384r1=192, sect283k1=141, brainpoolP256r1=128, ffdhe2048=112, ffdhe3072=128,
                  MLKEM768=192, X25519MLKEM768=192, SecP256r1Kyber768Draft00=192, CECPQ2=128)


def full(r):
    return established(r) and r["resumed"] != "yes"


def exchange(r):
    kex, group = r["kex"], GROUPS.get(r["group"])
    if kex == "TLS1.3":
        return group or "tls1.3_unknown"
    if kex in ("ECDHE", "ECDHE_PSK"):
        return group if group in ("hybrid", "kem") else "ecdhe"
    if r["auth"] == "anon":
        return {"DH": "dh_anon", "ECDH": "ecdh_anon"}[kex]
    return {"": "unknown", "RSA": "rsa", "RSA_PSK": "rsa", "DHE": "dhe", "DHE_PSK": "dhe", "DH": "dh", "ECDH": "ecdh", "PSK": "psk",
            "CECPQ1": "hybrid"}.get(kex, "other")


class KeyExchange(Wide):
    order = "tls1.3_unknown other dh_anon ecdh_anon rsa dh ecdh psk dhe ecdhe kem hybrid".split()
    columns = dict(full="n", resumed="n", **dict.fromkeys(["unknown"] + order, "full"))
    units = Versions.units

    def counts(self, r):
        return established(r)

    def facets(self, r, s):
        x = exchange(r)
        return [("full " + x, best([x], self.order), ["full", x])] if full(r) else [("resumed", 0, ["resumed"])]


class Groups(Wide):
    value = "group"
    units = Versions.units
    part_name = "n_full"

    def part(self, r, s):
        return full(r)

    def counts(self, r):
        return established(r) and (r["group"] != "" or exchange(r) in ("tls1.3_unknown", "ecdhe", "ecdh_anon", "kem", "hybrid"))

    def values(self, r, s, role):
        return [r["group"] if full(r) else "resumed"]

    def rank_values(self, r, s, role):
        return 1 + GROUP_BITS.get(r["group"], 0) if full(r) and r["group"] else 0


class Dh(Wide):
    """Sizes, or with prime the primes behind their size."""
    units = Versions.units
    part_name = "n_full"

    def __init__(self, value):
        self.value = value

    def part(self, r, s):
        return full(r)

    def known(self, r):
        """(size, name of the prime) as text."""
        if not r["dh_bits"] and r["group"].startswith("ffdhe"):
            return r["group"][5:], r["group"]
        return r["dh_bits"], r["dh_prime"]

    def counts(self, r):
        return established(r) and (any(self.known(r)) or r["kex"] in ("DHE", "DHE_PSK") or (r["kex"], r["auth"]) == ("DH", "anon"))

    def values(self, r, s, role):
        size, prime = self.known(r)
        if not full(r):
            return ["resumed"]
        if self.value == "dh_prime":
            return [prime and size + ":" + prime]
        return ["public_value:" + size if size and r["dh_basis"] == "public_value" else size]

    def rank_values(self, r, s, role):
        return 1 + int(self.known(r)[0] or 0) if full(r) and self.values(r, s, role) != [""] else 0


class Ciphers(Wide):
    value = "cipher"
    units = Versions.units

    def counts(self, r):
        return established(r)

    def values(self, r, s, role):
        return [r["cipher"]]

    def rank_values(self, r, s, role):
        return best([r["cipher_class"]], Strength.classes) + 1 if r["cipher"] else 0


class Certificates(Wide):
    """part: 1 the key, 2 the signature."""
    roles = "leaf intermediate root".split()
    units = Versions.units + ["certificate"]

    def __init__(self, value, part):
        self.value, self.which = value, part

    def counts(self, r):
        return has_chain(r)

    def values(self, r, s, role):
        if role == "leaf":
            return [r["leaf_key" if self.which == 1 else "leaf_sig"]]
        words = [w.split(":") for w in r["chain_above"].split()]
        return sorted({w[self.which] for w in words if w[0] == role})

    def rank_values(self, r, s, role):
        return min([bits(v) + 1 if v else 0 for v in self.values(r, s, role)], default=0)


TABLES = dict(scans=Scans(), monitoring=Monitoring(), offers=Offers(), starttls=StartTls(), stripping=Stripping(), versions=Versions(), validity=Validity(), reasons=Reasons(), ciphers=Ciphers(),
              families=Families(), strength=Strength(), keyexchange=KeyExchange(), groups=Groups(), dh=Dh("dh_bits"), keys=Certificates("key", 1), signatures=Certificates("signature", 2))
TABLES["dh-primes"] = Dh("dh_prime")
OF_ROLES = {"scans", "monitoring"}
LONG = {"reasons", "groups", "dh", "dh-primes", "ciphers", "keys", "signatures"}


def key_names(name, by):
    t = TABLES[name]
    return ["source", "protocol", "unit"] + by + (["store", "pool"] if t.judged else []) + \
        (["role"] if hasattr(t, "roles") and name in LONG else []) + ([t.value] if name in LONG else [])


def period(r, by):
    if not by.startswith("time:"):
        return r[by]
    d = datetime.date.fromisoformat(r["time"][:10])
    return {"time:month": d.strftime("%Y-%m"), "time:week": "%d-W%02d" % d.isocalendar()[:2]}[by]


def certificates(r):
    """(fingerprint, role) of each certificate of a row."""
    if not has_chain(r):
        return []
    prints, above = r["chain"].split(), r["chain_above"].split()
    out = [(prints[0], "leaf", r["leaf_key"], r["leaf_sig"])]
    for i, f in enumerate(prints[1:]):
        out.append((f, *above[i].split(":")) if i < len(above) else (f, "unknown", "", ""))
    return out


def certificate_row(r, role, key, sig):
    c = dict(r, chain_above="" if role == "leaf" else "%s:%s:%s" % (role, key, sig))
    return dict(c, own_role=role)


def things(rows, unit, by, rescans):
    """Lists of rows: each list is one thing of the unit, in one group of --by."""
    rows = [r for r in rows if not r["probe"].startswith("offer:")]
    active = [r for r in rows if r["source"] == "active"]
    passive = [r for r in rows if r["source"] == "passive"]
    group = defaultdict(list)
    for i, r in enumerate(active if unit in ("probe", "host", "target") else passive if unit in ("connection", "server", "server-any", "client", "client-any") else rows):
        key = (r["source"], tuple(period(r, b) for b in by))
        if unit in ("probe", "connection"):
            group[i].append(r)
        elif unit in ("host", "server", "server-any") and r["ip"]:
            scan = () if unit != "host" else (r["scan"],)
            group[key, r["ip"], r["port"], r["protocol"], scan].append(r)
        elif unit.startswith("client") and r["client"]:
            group[key, r["client"]].append(r)
        elif unit == "target" and r["name"] and not (r["probe"].startswith("redirect:") and not r["ip"]):
            group[key, r["name"], r["ip"], r["port"], r["protocol"], r["scan"]].append(r)
        elif unit.startswith("certificate"):
            for f, role, k, s in certificates(r):
                group[key, f].append(certificate_row(r, role, k, s))
    if rescans == "each" and unit in ("host", "target"):
        return [[r] for g in group.values() for r in g]
    return list(group.values())


def pick(group, rescans):
    done = [r for r in group if established(r)] or group
    return (max if rescans == "last" else min)(done, key=lambda r: r["time"])


def vote(options, first):
    """options: (value, rank, weight 1); the most frequent known value."""
    known = [o for o in options if o[1] > 0] or options
    n = Counter(o[0] for o in known)
    rank = {v: max(o[1] for o in known if o[0] == v) for v in n}
    return max(n, key=lambda v: (n[v], rank[v], first(v)))


class Reverse(str):
    def __lt__(self, other):
        return str.__gt__(self, other)

    def __gt__(self, other):
        return str.__lt__(self, other)


def inverse(v):
    """So that the first by name wins a maximum."""
    return ([Reverse(x) for x in v] if isinstance(v, tuple) else [Reverse(str(v))]) + [Reverse("")]


def columns_of(t, unit, rows, s, rescans):
    """What one thing counts in: wide, the columns; and the rows behind each."""
    mark = {id(r): [c for f in t.facets(r, s) for c in f[2]] for r in rows}
    everything = [c for r in rows for c in mark[id(r)]]
    if unit in ("server-any", "client-any", "certificate-ever") or (unit in ("server", "client") and hasattr(t, "any")):
        out = everything
    elif unit in ("server", "client"):
        out = []
        for i in range(len(t.facets(rows[0], s))):
            options = [t.facets(r, s)[i] for r in rows]
            v = vote(options, inverse)
            said = max((o for o in options if o[0] == v), key=lambda o: o[1])
            out += said[2]
    elif unit == "certificate":
        out = []
        for i in range(len(t.facets(rows[0], s))):
            out += max((t.facets(r, s)[i] for r in rows), key=lambda o: (o[1], inverse(o[0])))[2]
    else:
        out = mark[id(pick(rows, rescans))]
    if unit.startswith("server") and hasattr(t, "across"):
        out = out + t.across(rows)
    return set(out), mark


def values_of(t, unit, rows, s, role, rescans):
    if unit in ("server-any", "client-any", "certificate-ever"):
        return {v for r in rows for v in t.values(r, s, role)}, any(t.part(r, s) for r in rows)
    if unit in ("server", "client"):
        v = vote([(tuple(t.values(r, s, role)), t.rank_values(r, s, role)) for r in rows], inverse)
        said = [r for r in rows if tuple(t.values(r, s, role)) == v][0]
    elif unit == "certificate":
        said = max(rows, key=lambda r: (t.rank_values(r, s, role), inverse(tuple(t.values(r, s, role)))))
    else:
        said = pick(rows, rescans)
    return set(t.values(said, s, role)), t.part(said, s)


def table(name, rows, by=(), rescans="last", servers="", trace=False):
    """Lines by key: column -> text; with trace: column -> records behind it."""
    t, by = TABLES[name], list(by)
    if hasattr(t, "prepare"):
        t.prepare(rows, by)
    out = {}
    total = defaultdict(lambda: {"n": 0, "judged": 0, "disagree": 0, "count": Counter(), "behind": defaultdict(set)})
    for unit in t.units:
        if unit in (("server", "client") if servers else ("server-any", "client-any")):
            continue
        for group in things(rows, unit, by, rescans):
            for r_all in (False, True):
                parts = defaultdict(list)
                for r in group:
                    parts["all" if r_all else r["protocol"]].append(r)
                for protocol, part in parts.items():
                    one(t, name, unit, protocol, part, by, rescans, total)
    for key, v in total.items():
        if trace:
            out.setdefault(key[:-1], {}) if key[-1] == "*" else None
        if name in LONG:
            if key[-1] is None:
                continue
            g = total[key[:-1] + (None,)]
            line = {"n": g["n"], "count": v["n"]}
            if hasattr(t, "part_name"):
                line.update({"n_total": g["n"], t.part_name: g["judged"], "count_pct": percent(v["n"], g["judged"]) if v["judged"] else "",
                             "count_pct_total": percent(v["n"], g["n"])})
            else:
                line.update(count_pct=percent(v["n"], g["n"]))
            if trace:
                line = {"count": v["behind"]["count"]}
                if key[2] in ("host", "target"):
                    line["disagreeing_hosts"] = v["behind"]["disagreeing_hosts"]
        elif trace:
            line = {c: v["behind"][c] for c in list(t.columns) + ["n"] if c not in t.blank(key[2], store_of(t, key, by))}
            if key[2] in ("host", "target"):
                line["disagreeing_hosts"] = v["behind"]["disagreeing_hosts"]
        else:
            line = {"n": v["n"]}
            for c, of in t.columns.items():
                whole = v["n"] if of == "n" else v["count"][of] if of else None
                blank = c in t.blank(key[2], store_of(t, key, by))
                line[c] = "" if blank else v["count"][c]
                if of:
                    line[c + "_pct"] = "" if blank else percent(v["count"][c], whole)
                if c in t.both:
                    line[c + "_pct_total"] = "" if blank else percent(v["count"][c], v["n"])
        if not trace:
            if "host" in t.units:
                line["disagreeing_hosts"] = v["disagree"] if key[2] in ("host", "target") and rescans != "each" else ""
            line = {k: str(x) for k, x in line.items()}
        out[key if name in LONG else key] = line
    return out


def store_of(t, key, by):
    if not t.judged:
        return ""
    store, pool = key[3 + len(by)], key[4 + len(by)]
    return "." + store + (".pool" if pool == "pool" else "")


def own(t, name, unit, r):
    """Does a row's or a certificate's view count in the table?"""
    if unit.startswith("certificate"):
        if t.judged:
            return r["own_role"] == "leaf"
        return t.counts(r) if name in OF_ROLES else True
    return t.counts(r)


def one(t, name, unit, protocol, part, by, rescans, total):
    rows = [r for r in part if own(t, name, unit, r)]
    host = unit in ("host", "target")
    if not rows or (host and not own(t, name, unit, pick(part, rescans))):
        return
    key = (rows[0]["source"], protocol, unit) + tuple(period(rows[0], b) for b in by)
    chosen = pick(part, rescans) if host else None
    for store, pool, s in STORES if t.judged else [("", "", "")]:
        k = key + ((store, pool) if t.judged else ())
        if name in LONG:
            long_one(t, unit, k, rows, [chosen] if host else rows, s, rescans, total, host)
            continue
        seen = [chosen] if host else rows
        if name in OF_ROLES and unit == "certificate":
            names = dict(leaf="leaves", intermediate="intermediates", root="roots")
            mark = {id(r): [names.get(r["own_role"], "unknown_role")] for r in rows}
            hit = {c for m in mark.values() for c in m}
        else:
            hit, mark = columns_of(t, unit, seen, s, rescans)
        line = total[k]
        line["n"] += 1
        line["behind"]["n"] |= {r["record"] for r in seen}
        for c in hit:
            line["count"][c] += 1
            line["behind"][c] |= {r["record"] for r in seen if c in mark[id(r)] or (c in getattr(t, "together", ()) and r["starttls_offered"])}
        if host and len({tuple(f[0] for f in t.facets(r, s)) for r in rows}) > 1:
            line["disagree"] += 1
            line["behind"]["disagreeing_hosts"] |= {r["record"] for r in rows}


def long_one(t, unit, k, rows, seen, s, rescans, total, host):
    roles = t.roles if hasattr(t, "roles") else [None]
    differ = host and len({tuple(tuple(t.values(r, s, role)) for role in roles) for r in rows}) > 1
    for role in roles:
        def applies(r):
            return role is None or "own_role" not in r or r["own_role"] == role
        views = [r for r in seen if applies(r)]
        if not views:
            continue
        if "own_role" in rows[0] and role:
            # several views of one certificate in one role say the same
            values, judged = set(t.values(views[0], s, role)), False
        else:
            values, judged = values_of(t, unit, views, s, role, rescans)
        if not values:
            continue
        group = k + ((role,) if role else ())
        total[group + (None,)]["n"] += 1
        total[group + (None,)]["judged"] += judged
        for v in values:
            line = total[group + (v,)]
            line["n"] += 1
            line["judged"] += judged
            line["disagree"] += differ
            line["behind"]["count"] |= {r["record"] for r in views if v in t.values(r, s, role)}
            if differ:
                line["behind"]["disagreeing_hosts"] |= {r["record"] for r in rows}
