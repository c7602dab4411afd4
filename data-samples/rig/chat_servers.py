"""XMPP by Prosody, IRC by ngIRCd and InspIRCd; zgrab2 speaks neither, so that
openssl s_client asks all of them."""
import os

from certificates import bundle, fingerprints, host
from truth import GOOD, NO_TLS, row
from work import path, start, write

TLS = {"tls_start": "starttls", "starttls_offered": "yes", "starttls_answer": "accepted"}
IMPLICIT = {"tls_start": "implicit", "starttls_offered": "-", "starttls_answer": "-"}
# The certificate of each virtual host, and what must come of it.
HOSTS = (("good", ("good", "inter"), {**GOOD, "leaf_time": "ok"}),
         ("selfold", ("selfold",), {"verdict": "self-signed", "reason": "self_signed", "leaf_time": "expired"}),
         ("ec384", ("ec384", "inter"), {**GOOD, "leaf_time": "ok", "leaf_key": "EC-secp384r1"}),
         ("nointer", ("nointer",), {"verdict": "broken", "reason": "missing_intermediate"}))


def ask(ip, port, protocol, server, word, name, sent, program, **cells):
    if sent:
        cells.setdefault("name_match", "yes")
        cells["chain"] = fingerprints(sent)
    row(ip, port, protocol, server, word, tool="s_client", log=program, program=program, name=host(name), **cells)


def prosody(letter, ip, tls, mechanisms, plain, ciphers):
    program = "prosody-" + letter
    os.makedirs(path(program + "-data"))
    modules = '"saslauth", "roster", "dialback", "disco"' + (', "tls"' if tls else "")
    text = ('daemonize = false\nrun_as_root = true\npidfile = "%s"\ndata_path = "%s"\ncertificates = "%s"\nlog = { { levels = { min = "info" }, to = "console" } }\n'
            'interfaces = { "%s" }\nc2s_ports = { 5222 }\ns2s_ports = { 5269 }\nmodules_enabled = { %s }\nmodules_disabled = { "posix", "http"%s }\n'
            'authentication = "%s"\nallow_unencrypted_plain_auth = %s\nc2s_require_encryption = %s\ns2s_require_encryption = false\n' %
            (path(program + ".pid"), path(program + "-data"), path(), ip, modules, '' if tls else ', "tls"', mechanisms, str(plain).lower(), str(not plain).lower()))
    ssl = 'ssl = { certificate = "%s", key = "%s", protocol = "tlsv1_2", ciphers = "%s" }\n'
    if tls:
        text += "c2s_direct_tls_ports = { 5223 }\ns2s_direct_tls_ports = { 5270 }\n" + ssl % (path("good.chain.pem"), path("good.key"), ciphers)
    for name, chain, _ in HOSTS if tls else HOSTS[:1]:
        bundle(name + ".chain.pem", chain)
        text += 'VirtualHost "%s"\n' % host(name) + (ssl % (path(name + ".chain.pem"), path(name + ".key"), ciphers) if tls else "")
    write(program + ".cfg.lua", text)
    start(program, "prosody", "-F", "--config", path(program + ".cfg.lua"))
    return program


def xmpp():
    suite = {"ec384": "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"}
    ciphers = "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES256-GCM-SHA384"
    # a: passwords in clear allowed only inside TLS; b: before it too; c: no TLS at all
    for letter, ip, plain, before, inside in (("a", "127.1.8.1", False, "NONE", "SCRAM-SHA-1 SCRAM-SHA-1-PLUS PLAIN"),
                                              ("b", "127.1.8.2", True, "SCRAM-SHA-1 PLAIN", "SCRAM-SHA-1 SCRAM-SHA-1-PLUS PLAIN")):
        program = prosody(letter, ip, True, "internal_hashed", plain, ciphers)
        for name, chain, truth in HOSTS:
            tls = {**TLS, **truth, "version": "TLSv1.2", "cipher": suite.get(name, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384")}
            ask(ip, 5222, "xmpp-client", "Prosody", "xmpp", name, chain, program, auth_plain=before, auth_tls=inside, **tls)
            ask(ip, 5269, "xmpp-server", "Prosody", "xmpp-server", name, chain, program, **tls)
        good = {**GOOD, **IMPLICIT, "version": "TLSv1.2", "cipher": "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"}
        ask(ip, 5223, "xmpps-client", "Prosody", "", "good", ("good", "inter"), program, auth_tls=inside, **good)
        ask(ip, 5270, "xmpps-server", "Prosody", "", "good", ("good", "inter"), program, **good)
    program = prosody("c", "127.1.8.3", False, "internal_hashed", True, "")
    for port, protocol, word in ((5222, "xmpp-client", "xmpp"), (5269, "xmpp-server", "xmpp-server")):
        auth = {"auth_plain": "SCRAM-SHA-1 PLAIN"} if port == 5222 else {}
        ask("127.1.8.3", port, protocol, "Prosody", word, "good", (), program, **NO_TLS, tls_start="starttls", starttls_offered="no",
            starttls_answer="-", note="without TLS", **auth)


def ngircd():
    for letter, ip, name, chain, priority, truth in (
            ("a", "127.1.7.1", "good", ("good", "inter"), "NORMAL:-VERS-ALL:+VERS-TLS1.3", {**GOOD, "version": "TLSv1.3"}),
            ("b", "127.1.7.2", "old", ("old", "inter"), "NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+AES-128-GCM:-KX-ALL:+ECDHE-RSA",
             {"verdict": "expired", "reason": "expired", "version": "TLSv1.2", "cipher": "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"}),
            ("c", "127.1.7.3", "self", ("self",), "NORMAL:-VERS-ALL:+VERS-TLS1.0:-CIPHER-ALL:+AES-256-CBC:-KX-ALL:+RSA:%VERIFY_ALLOW_BROKEN",
             {"verdict": "self-signed", "reason": "self_signed", "version": "TLSv1.0", "cipher": "TLS_RSA_WITH_AES_256_CBC_SHA"})):
        program = "ngircd-" + letter
        bundle(name + ".chain.pem", chain)
        write(program + ".conf", "[Global]\nName = irc.example.test\nInfo = rig\nListen = %s\nPorts = 6667\nServerUID = root\nServerGID = root\n"
              "[Limits]\nMaxConnectionsIP = 0\n[Options]\nDNS = no\nIdent = no\nPAM = no\n"
              "[SSL]\nCertFile = %s\nKeyFile = %s\nPorts = 6697\nCipherList = %s\n" % (ip, path(name + ".chain.pem"), path(name + ".key"), priority))
        start(program, "ngircd", "-n", "-f", path(program + ".conf"))
        ask(ip, 6697, "ircs", "ngIRCd", "", name, chain, program, **IMPLICIT, **truth)
        ask(ip, 6667, "irc", "ngIRCd", "irc", name, (), program, **NO_TLS, tls_start="starttls", starttls_answer="refused",
            note="knows no STARTTLS")


def inspircd():
    for letter, ip, name, chain, truth in (
            ("a", "127.1.7.11", "good", ("good", "inter"), {**GOOD, "version": "TLSv1.2", "cipher": "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"}),
            ("b", "127.1.7.12", "unknown", ("unknown", "other"),
             {"verdict": "broken", "reason": "untrusted_root", "version": "TLSv1.2", "cipher": "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"})):
        program = "inspircd-" + letter
        bundle(name + ".chain.pem", chain)
        write(program + ".conf", '<config format="xml">\n<server name="irc.example.test" description="rig" network="Rig" id="1A%s">\n'
              '<admin name="rig" nick="rig" email="rig@example.test">\n<path configdir="%s" datadir="%s" logdir="%s" moduledir="/usr/lib/inspircd/modules">\n'
              '<pid file="%s">\n<log method="file" type="* -USERINPUT -USEROUTPUT" level="default" target="%s">\n'
              '<module name="ssl_gnutls">\n<module name="cap">\n<module name="starttls">\n'
              '<sslprofile name="Clients" provider="gnutls" certfile="%s" keyfile="%s" hash="sha256"'
              ' priority="NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+AES-256-GCM:-KX-ALL:+ECDHE-RSA">\n'
              '<bind address="%s" port="6667" type="clients" defer="0s">\n<bind address="%s" port="6697" type="clients" sslprofile="Clients" defer="0s">\n'
              '<connect name="all" allow="*" timeout="30" pingfreq="2m" resolvehostnames="no" localmax="100" globalmax="100">\n'
              '<security runasuser="root">\n<class name="x"><type name="x" classes="x">\n' %
              (letter.upper(), path(), path(), path(), path(program + ".pid"), path(program + ".inspircd.log"), path(name + ".chain.pem"), path(name + ".key"), ip, ip))
        start(program, "inspircd", "--config", path(program + ".conf"), "--nofork", "--runasroot")
        ask(ip, 6697, "ircs", "InspIRCd", "", name, chain, program, **IMPLICIT, **truth)
        ask(ip, 6667, "irc", "InspIRCd", "irc", name, chain, program, **TLS, **truth)


def all_servers():
    for step in (xmpp, ngircd, inspircd):
        step()
