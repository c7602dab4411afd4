"""HTTPS and bare TLS: openssl s_server, gnutls-serv, Java's JSSE where those two
refuse a weak setting, nginx."""
import os

from certificates import bundle, fingerprints, host
from truth import GOOD, NO_TLS, row
from work import path, sh, start, write

AES = ("ECDHE-RSA-AES128-GCM-SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")
EC_AES = ("ECDHE-ECDSA-AES128-GCM-SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")
VERSIONS = {"-tls1": "TLSv1.0", "-tls1_1": "TLSv1.1", "-tls1_2": "TLSv1.2", "-tls1_3": "TLSv1.3"}
OLD = "zgrab2 0.1.8"
count = [0]


def s_server(name, version="-tls1_2", cipher=AES, sent=("inter",), extra=(), asked=None, options=(), tool="zgrab2 1.0.0", instead=(),
             **cells):
    """One s_server on an address of its own, and its row of truth; instead goes over what a good one has."""
    count[0] += 1
    ip = "127.1.0.%d" % count[0]
    args = ["openssl", "s_server", "-accept", ip + ":443", "-cert", name + ".pem", "-key", name + ".key", "-quiet", "-www", version, *extra]
    args += ["-ciphersuites", cipher[0]] if version == "-tls1_3" else ["-cipher", cipher[0] + ":@SECLEVEL=0"]
    if sent:
        bundle("sent%d.pem" % count[0], sent)
        args += ["-cert_chain", "sent%d.pem" % count[0]]
    start("s_server-" + ip, *args)
    truth = {**GOOD, "version": VERSIONS[version], "cipher": cipher[1], "tls_start": "implicit", "name": asked or host(name), "name_match": "yes",
             "chain": fingerprints((name, *sent)), "order": "ordered" if sent else "single", "leaf_time": "ok", **cells, **dict(instead)}
    module = "" if tool == "s_client" else "tls"
    return row(ip, 443, "https", "openssl s_server", module, options, tool, "s_server-" + ip, "s_server-" + ip, **truth)


def broken(reason, verdict="broken"):
    return {"verdict": verdict, "reason": reason}


def chains():
    s_server("good", leaf_key="RSA-2048", leaf_sig="sha256WithRSAEncryption")
    s_server("nointer", sent=(), **broken("missing_intermediate"))
    s_server("order", sent=("root", "inter"), order="unordered", note="root before the intermediate")
    s_server("extra", sent=("inter", "stray", "other"), order="superfluous", note="certificates of another CA too")
    s_server("twice", sent=("twice", "inter"), order="duplicate", note="the leaf twice")
    s_server("good", sent=("inter", "root"), note="the root too")
    s_server("crossed", sent=("inter", "cross"), note="the root cross-signed by an expired one")
    s_server("self", sent=(), **broken("self_signed", "self-signed"))
    s_server("selfold", sent=(), leaf_time="expired", note="expired too", **broken("self_signed", "self-signed"))
    s_server("old", leaf_time="expired", **broken("expired", "expired"))
    s_server("early", leaf_time="early", **broken("not_yet_valid"))
    s_server("belowold", sent=("oldinter",), note="its intermediate is expired", **broken("expired", "expired"))
    s_server("belowearly", sent=("earlyinter",), note="its intermediate is not yet valid", **broken("not_yet_valid"))
    s_server("belowoldroot", sent=(), note="its root, in the store, is expired", **broken("expired", "expired"))
    s_server("unknown", sent=("other",), **broken("untrusted_root"))
    s_server("unknown", sent=(), note="its root is not even sent", **broken("unknown_issuer"))
    s_server("belownoca", sent=("noca",), **broken("not_a_ca"))
    s_server("belownosign", sent=("nosign",), note="an intermediate without keyCertSign", **broken("key_usage"))
    s_server("toodeep", sent=("below", "short"), **broken("path_length"))
    s_server("outside", sent=("named",), **broken("name_constraints"))
    s_server("client", **broken("extended_key_usage"))
    s_server("belowclient", sent=("clientca",), note="an intermediate for clients only", **broken("extended_key_usage"))
    s_server("critical", note="an unknown critical extension", **broken("critical_extension"))
    s_server("badsig", asked=host("badsigned"), order="superfluous", note="one bit of the signature turned", **broken("bad_signature"))
    s_server("good", asked="wrong.example.test", name_match="no", note="another name asked for")
    s_server("wild", note="a wildcard name")
    s_server("nosan", note="the name in the CN only")


def keys():
    for md in ("md5", "sha1", "sha384", "sha512"):
        s_server(md, leaf_sig=md + "WithRSAEncryption", note="signed with " + md.upper())
    for bits in (512, 768, 1024, 3072, 4096):
        s_server("rsa%d" % bits, leaf_key="RSA-%d" % bits)
    for bits, curve in ((256, "secp256r1"), (384, "secp384r1"), (521, "secp521r1")):
        s_server("ec%d" % bits, cipher=EC_AES, leaf_key="EC-" + curve)
    s_server("belowec", sent=("ecinter",), leaf_sig="ecdsa-with-SHA256", note="below a P-384 intermediate")
    s_server("ed25519", cipher=EC_AES, leaf_key="Ed25519")
    s_server("ed25519", "-tls1_3", ("TLS_AES_128_GCM_SHA256",) * 2, leaf_key="Ed25519")


def sessions():
    for flag in ("-tls1", "-tls1_1", "-tls1_2"):
        s_server("good", flag, ("ECDHE-RSA-AES128-SHA", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"))
        s_server("good", flag, ("AES256-SHA", "TLS_RSA_WITH_AES_256_CBC_SHA"), group="-")
    s_server("good", cipher=("ECDHE-RSA-CHACHA20-POLY1305", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"))
    s_server("good", cipher=("ECDHE-RSA-AES256-GCM-SHA384", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"))
    s_server("good", cipher=("AES128-GCM-SHA256", "TLS_RSA_WITH_AES_128_GCM_SHA256"), group="-")
    s_server("good", cipher=("CAMELLIA128-SHA", "TLS_RSA_WITH_CAMELLIA_128_CBC_SHA"), tool="s_client")
    for suite in ("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"):
        s_server("good", "-tls1_3", (suite, suite))
    for curve, name in (("P-256", "secp256r1"), ("P-384", "secp384r1"), ("P-521", "secp521r1"), ("X25519", "x25519")):
        s_server("good", extra=("-groups", curve), group=name)
    s_server("good", "-tls1_3", ("TLS_AES_128_GCM_SHA256",) * 2, extra=("-groups", "P-256"), group="secp256r1", tool="s_client")
    s_server("good", extra=("-groups", "X448"), group="x448", tool="s_client")
    for bits in (512, 768, 1024, 2048, 3072, 4096):
        with open(path("dh%d.pem" % bits), "w") as f:
            f.write(sh("openssl", "dhparam", str(bits)) if bits < 2048 else
                    sh("openssl", "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe%d" % bits))
        s_server("good", cipher=("DHE-RSA-AES128-SHA", "TLS_DHE_RSA_WITH_AES_128_CBC_SHA"), dh_bits=bits, tool=OLD,
                 options=("--cipher-suite", "0x0033"), extra=("-dhparam", "dh%d.pem" % bits))
    for cipher, suite in (("RC4-SHA", "TLS_RSA_WITH_RC4_128_SHA"), ("DES-CBC3-SHA", "TLS_RSA_WITH_3DES_EDE_CBC_SHA"),
                          ("EXP-RC4-MD5", "TLS_RSA_EXPORT_WITH_RC4_40_MD5")):
        s_server("good", "-tls1", (cipher, suite), tool=OLD)
    s_server("good", cipher=("NULL-SHA256", "TLS_RSA_WITH_NULL_SHA256"), tool="s_client")
    anonymous = {**NO_TLS, "outcome": "established", "chain": "NONE", "order": "-", "name_match": "-", "leaf_time": "-"}
    s_server("good", cipher=("ADH-AES128-SHA", "TLS_DH_anon_WITH_AES_128_CBC_SHA"), tool="s_client", extra=("-dhparam", "dh2048.pem"),
             instead={**anonymous, "version": "TLSv1.2", "cipher": "TLS_DH_anon_WITH_AES_128_CBC_SHA", "dh_bits": "2048"})


def failures():
    """What fails, as it should: the outcome is the truth."""
    failed = {**NO_TLS, "outcome": "handshake-failed", "order": "-", "name_match": "-", "leaf_time": "-"}
    s_server("good", "-tls1_3", ("TLS_AES_128_GCM_SHA256",) * 2, options=("--max-version", "770"), note="TLS 1.1 asked of a server of TLS 1.3",
             instead={**failed, "alert": "protocol_version"})
    s_server("ec256", cipher=EC_AES, options=("--cipher-suite", "0xC02F"), note="no suite in common", instead={**failed, "alert": "handshake_failure"})
    row("127.1.1.2", 443, "https", "none", "tls", name="closed.example.test", note="no server listens", tls_start="implicit",
        **{**NO_TLS, "outcome": "refused"})


def gnutls():
    bundle("chain.pem", ("good", "inter"))
    good = {**GOOD, "tls_start": "implicit", "name": host("good"), "name_match": "yes", "chain": fingerprints(("good", "inter")), "leaf_key": "RSA-2048"}
    for bits in (512, 768, 1024):
        write("gdh%d.pem" % bits, sh("openssl", "dhparam", str(bits)))
    for i, (version, cipher, mac, kx, bits, suite, code, tool) in enumerate((
            ("TLS1.0", "ARCFOUR-128", "SHA1", "RSA", 0, "TLS_RSA_WITH_RC4_128_SHA", "0x0005", "zgrab2 1.0.0"),
            ("TLS1.0", "ARCFOUR-128", "MD5", "RSA", 0, "TLS_RSA_WITH_RC4_128_MD5", "0x0004", OLD),
            ("TLS1.0", "3DES-CBC", "SHA1", "RSA", 0, "TLS_RSA_WITH_3DES_EDE_CBC_SHA", "0x000A", "zgrab2 1.0.0"),
            ("TLS1.2", "3DES-CBC", "SHA1", "ECDHE-RSA", 0, "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA", "0xC012", "zgrab2 1.0.0"),
            ("TLS1.0", "AES-128-CBC", "SHA1", "DHE-RSA", 512, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA", "0x0033", OLD),
            ("TLS1.1", "AES-128-CBC", "SHA1", "DHE-RSA", 768, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA", "0x0033", OLD),
            ("TLS1.2", "AES-128-CBC", "SHA1", "DHE-RSA", 1024, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA", "0x0033", OLD))):
        ip, port = "127.1.1.%d" % (11 + i), 44301 + i
        dh = ("--dhparams", "gdh%d.pem" % bits) if bits else ()
        start("gnutls-%d" % port, "gnutls-serv", "--http", "--port", str(port), "--x509certfile", "chain.pem", "--x509keyfile", "good.key", *dh,
              "--priority", "NONE:+VERS-%s:+%s:+%s:+%s:+COMP-NULL:+SIGN-ALL:+GROUP-EC-ALL:%%COMPAT:%%VERIFY_ALLOW_BROKEN" % (version, cipher, mac, kx))
        # gnutls-serv listens on every address there is: socat stands for one of them, on 443.
        start("socat-" + ip, "socat", "TCP-LISTEN:443,bind=%s,fork,reuseaddr" % ip, "TCP:127.0.0.1:%d" % port)
        row(ip, 443, "https", "gnutls-serv", "tls", ("--cipher-suite", code), tool, "gnutls-%d" % port, "gnutls-%d" % port,
            version=version.replace("TLS", "TLSv"), cipher=suite, dh_bits=bits or "-", **good)


# What neither OpenSSL 3 nor GnuTLS serves. JSSE takes 768 bits for DHE under
# jdk.tls.ephemeralDHKeySize=legacy, and 512 where RSA signs an export suite.
LEGACY = (("SSLv3", "SSL_RSA_WITH_RC4_128_SHA", "TLS_RSA_WITH_RC4_128_SHA", "0x0005", "-"),
          ("SSLv3", "SSL_RSA_WITH_3DES_EDE_CBC_SHA", "TLS_RSA_WITH_3DES_EDE_CBC_SHA", "0x000A", "-"),
          ("SSLv3", "TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_RSA_WITH_AES_128_CBC_SHA", "0x002F", "-"),
          ("TLSv1", "SSL_RSA_WITH_RC4_128_MD5", "TLS_RSA_WITH_RC4_128_MD5", "0x0004", "-"),
          ("TLSv1", "SSL_RSA_EXPORT_WITH_RC4_40_MD5", "TLS_RSA_EXPORT_WITH_RC4_40_MD5", "0x0003", "-"),
          ("TLSv1", "SSL_RSA_EXPORT_WITH_DES40_CBC_SHA", "TLS_RSA_EXPORT_WITH_DES40_CBC_SHA", "0x0008", "-"),
          ("TLSv1", "SSL_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA", "TLS_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA", "0x0014", "512"),
          ("TLSv1", "SSL_DHE_RSA_WITH_DES_CBC_SHA", "TLS_DHE_RSA_WITH_DES_CBC_SHA", "0x0015", "768"),
          ("TLSv1", "TLS_DHE_RSA_WITH_AES_128_CBC_SHA", "TLS_DHE_RSA_WITH_AES_128_CBC_SHA", "0x0033", "768"),
          ("TLSv1.2", "TLS_ECDHE_RSA_WITH_RC4_128_SHA", "TLS_ECDHE_RSA_WITH_RC4_128_SHA", "0xC011", "-"),
          ("TLSv1", "SSL_DH_anon_EXPORT_WITH_RC4_40_MD5", "TLS_DH_anon_EXPORT_WITH_RC4_40_MD5", "0x0017", "768"))


def java():
    sh("openssl", "pkcs12", "-export", "-in", "chain.pem", "-inkey", "good.key", "-name", "rig", "-out", "java.p12", "-passout", "pass:rig")
    where = []
    for i, (version, suite, iana, code, dh) in enumerate(LEGACY):
        ip = "127.1.5.%d" % (i + 1)
        where += ["%s,%s,%s" % (ip, version, suite)]
        limit = ("--max-version", "768") if version == "SSLv3" else ()
        truth = {**GOOD, "chain": fingerprints(("good", "inter")), "name_match": "yes"}
        if "anon" in suite:
            truth = {"verdict": "-", "reason": "no_certificate", "chain": "NONE"}
        row(ip, 443, "https", "Java JSSE", "tls", ("--cipher-suite", code, *limit), OLD, "java", None, name=host("good"), tls_start="implicit",
            version={"TLSv1": "TLSv1.0"}.get(version, version), cipher=iana, dh_bits=dh, **truth)
    start("java", "java", "-Djava.net.preferIPv4Stack=true", "-Djdk.tls.ephemeralDHKeySize=legacy", os.path.join(os.path.dirname(os.path.abspath(__file__)), "LegacyServer.java"),
          "java.p12", "rig", *where)


def nginx():
    truth = {**GOOD, "name": host("good"), "name_match": "yes", "tls_start": "implicit", "chain": fingerprints(("good", "inter"))}
    blocks = []

    def server(ip, port, inside, tls=True, **cells):
        cert = " ssl_certificate chain.pem; ssl_certificate_key good.key;" if tls else ""
        blocks.append("server { listen %s:%d%s; server_name _;%s %s }\n" % (ip, port, " ssl" if tls else "", cert, inside))

    for i, (protocol, cipher, suite) in enumerate((
            ("TLSv1.2", "ECDHE-RSA-AES256-GCM-SHA384", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"),
            ("TLSv1.1", "AES128-SHA:@SECLEVEL=0", "TLS_RSA_WITH_AES_128_CBC_SHA"), ("TLSv1.3", "DEFAULT", ""))):
        ip = "127.1.2.%d" % (i + 1)
        server(ip, 443, "ssl_protocols %s; ssl_ciphers %s; return 200 hello;" % (protocol, cipher))
        row(ip, 443, "https", "nginx", "tls", log="nginx", program="nginx", version=protocol, cipher=suite, **truth)
    follow = ("--max-redirects", "3", "--redirects-succeed")
    seen = dict(log="nginx", program="nginx", server="nginx", module="http")
    plain = {**NO_TLS, "protocol": "http", "tls_start": "-"}
    tls = {k: v for k, v in truth.items() if k not in ("name", "name_match")}
    # http to https at the same host; two hops there; to another host; no redirect; https from the start.
    for ip, first in (("127.1.2.11", "https://127.1.2.11/"), ("127.1.2.12", "/next"), ("127.1.2.13", "https://127.1.2.14/")):
        more = "location = /next { return 302 https://%s/; } location / { return 301 %s; }" % (ip, first)
        server(ip, 80, more, tls=False)
        row(ip=ip, port=80, options=follow, note="redirects to " + first, **seen, **{**plain, "probe": "http"})
        if first == "/next":
            row(ip=ip, port=80, options=None, note="the second hop", **seen, **{**plain, "probe": "redirect:1"})
    for ip, shown, probe, name in (("127.1.2.11", "127.1.2.11", "redirect:1", ""), ("127.1.2.12", "127.1.2.12", "redirect:2", ""),
                                   ("127.1.2.14", "-", "redirect:1", "127.1.2.14")):
        server(ip, 443, "ssl_protocols TLSv1.2; ssl_ciphers %s; return 200 hello;" % AES[0])
        row(ip=shown, port=443, options=None, protocol="https", probe=probe, name=name, version="TLSv1.2", cipher=AES[1],
            note="the end of a redirect" + (" to another host, which is in no host count" if name else ""), **seen, **tls)
    server("127.1.2.15", 80, "return 200 hello;", tls=False)
    row(ip="127.1.2.15", port=80, options=follow, note="no redirect", **seen, **plain)
    row(ip="127.1.2.14", port=443, options=("--use-https",), protocol="https", version="TLSv1.2", cipher=AES[1], **seen, **truth)
    server("127.1.2.16", 443, "return 200 hello;", tls=False)
    row(ip="127.1.2.16", port=443, options=(), **{**seen, "module": "tls"}, protocol="https", tls_start="implicit", note="HTTP without TLS",
        **NO_TLS)
    write("nginx.conf", "user root; pid nginx.pid; error_log nginx.err; daemon off; worker_processes 1; events {} http { access_log off;\n"
          "client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;\n%s}\n" % "".join(blocks))
    start("nginx", "nginx", "-p", path() + "/", "-c", path("nginx.conf"))


def all_servers():
    for step in (chains, keys, sessions, failures, gnutls, java, nginx):
        step()
