"""Certificates, made with openssl ca, whose dates can be set."""
import base64
import datetime
import hashlib

from work import path, read, sh, write

CA = "basicConstraints=critical,CA:TRUE%s\nkeyUsage=critical,%s\nsubjectKeyIdentifier=hash\n"
LEAF = "basicConstraints=CA:FALSE\nkeyUsage=digitalSignature,keyEncipherment\nextendedKeyUsage=%s\n"
RSA = ("-newkey", "rsa:2048")


def stamp(days):
    now = datetime.datetime.now(datetime.timezone.utc)
    return (now + datetime.timedelta(days=days)).strftime("%Y%m%d%H%M%SZ")


def make(name, subject, issuer, key, extensions, days, md="sha256"):
    """NAME.key and NAME.pem; signed by itself where issuer is None."""
    write(name + ".ext", "[v]\n" + extensions)
    sh("openssl", "req", "-new", "-nodes", *key, "-keyout", name + ".key", "-out", name + ".csr", "-subj", subject)
    write("ca.cnf", "[ca]\ndefault_ca=d\n[d]\ndatabase=%s\nnew_certs_dir=%s\nrand_serial=yes\nunique_subject=no\npolicy=p\n"
          "email_in_dn=no\ndefault_md=%s\n[p]\ncommonName=supplied\n" % (path("index"), path(), md))
    write("index", "")
    sign = ["-cert", issuer + ".pem", "-keyfile", issuer + ".key"] if issuer else ["-selfsign", "-keyfile", name + ".key"]
    sh("openssl", "ca", "-batch", "-notext", "-config", "ca.cnf", "-extensions", "v", "-extfile", name + ".ext", *sign,
       "-startdate", stamp(days[0]), "-enddate", stamp(days[1]), "-in", name + ".csr", "-out", name + ".pem")


def ca(name, subject, issuer=None, constraint="", usage="keyCertSign,cRLSign", more="", days=(-400, 4000), key=RSA, md="sha256"):
    make(name, "/CN=" + subject, issuer, key, CA % (constraint, usage) + more, days, md)


def host(name):
    return name + ".example.test"


def leaf(name, issuer="inter", key=RSA, days=(-30, 365), eku="serverAuth", md="sha256", san=None, more=""):
    """A server's certificate for NAME.example.test; san "" leaves the name to the CN."""
    san = "DNS:" + host(name) if san is None else san
    make(name, "/CN=" + host(name), issuer, key, LEAF % eku + ("subjectAltName=%s\n" % san if san else "") + more, days, md)


def der(name):
    body = read(name + ".pem").split("-----BEGIN CERTIFICATE-----")[1].split("-----END")[0]
    return base64.b64decode(body)


def fingerprints(names):
    return " ".join(hashlib.sha256(der(n)).hexdigest() for n in names)


def bundle(name, parts, key=None):
    """NAME: the certificates of parts, after the key where one is asked for."""
    return write(name, (read(key + ".key") if key else "") + "".join(read(p + ".pem") for p in parts))


def break_signature(name, whole):
    """NAME: the certificate WHOLE with the last bit of its signature turned."""
    b = bytearray(der(whole))
    b[-1] ^= 1
    text = base64.encodebytes(bytes(b)).decode()
    write(name + ".pem", "-----BEGIN CERTIFICATE-----\n%s-----END CERTIFICATE-----\n" % text)
    write(name + ".key", read(whole + ".key"))


def authorities():
    ca("root", "Rig Root")
    ca("inter", "Rig Intermediate", "root")
    ca("other", "Rig Unknown Root")
    ca("stray", "Rig Stray", "other")
    ca("oldroot", "Rig Expired Root", days=(-900, -20))
    ca("oldinter", "Rig Expired Intermediate", "root", days=(-300, -10))
    ca("earlyinter", "Rig Early Intermediate", "root", days=(10, 900))
    make("noca", "/CN=Rig Not A CA", "root", RSA, "basicConstraints=critical,CA:FALSE\n", (-400, 4000))
    ca("short", "Rig Path Length Zero", "root", constraint=",pathlen:0")
    ca("below", "Rig Below Path Length Zero", "short")
    ca("nosign", "Rig Without keyCertSign", "root", usage="cRLSign")
    ca("named", "Rig Names Constrained", "root", more="nameConstraints=critical,permitted;DNS:allowed.test\n")
    ca("clientca", "Rig Clients Only", "root", more="extendedKeyUsage=clientAuth\n")
    ca("ecinter", "Rig EC Intermediate", "root", key=ec("P-384"))
    ca("cross", "Rig Root", "oldroot", days=(-900, -20), key=("-key", "root.key"))


def ec(curve):
    return ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:" + curve)


def leaves():
    for name in ("good", "nointer", "order", "extra", "twice", "mail", "crossed", "badsigned"):
        leaf(name)
    leaf("self", None)
    leaf("selfold", None, days=(-100, -5))
    leaf("old", days=(-200, -20))
    leaf("early", days=(20, 200))
    for name, issuer in (("unknown", "other"), ("belowold", "oldinter"), ("belowearly", "earlyinter"), ("belowoldroot", "oldroot"),
                         ("belownoca", "noca"), ("toodeep", "below"), ("belownosign", "nosign"), ("outside", "named"),
                         ("belowclient", "clientca"), ("belowec", "ecinter")):
        leaf(name, issuer)
    leaf("client", eku="clientAuth")
    leaf("critical", more="1.3.6.1.4.1.55555.1=critical,ASN1:UTF8String:unknown\n")
    leaf("nosan", san="")
    leaf("wild", san="DNS:*.example.test")
    leaf("sha1", md="sha1")
    leaf("md5", md="md5")
    leaf("sha384", md="sha384")
    leaf("sha512", md="sha512")
    for bits in (512, 768, 1024, 3072, 4096):
        leaf("rsa%d" % bits, key=("-newkey", "rsa:%d" % bits))
    for bits in (256, 384, 521):
        leaf("ec%d" % bits, key=ec("P-%d" % bits))
    leaf("ed25519", key=("-newkey", "ed25519"))
    break_signature("badsig", "badsigned")


def make_all():
    authorities()
    leaves()
    # Their store: the expired root stands in it too, as in many a client's.
    bundle("roots.pem", ["root", "oldroot"])
