/* peer_gnutls.c: a certificate in the words of GnuTLS. */
#include "compare.h"

#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <string.h>

static void say_crt_name(struct said *s, enum field f, gnutls_x509_crt_t g)
{
	gnutls_datum_t dn = { NULL, 0 };
	int r = f == SUBJECT ? gnutls_x509_crt_get_dn3(g, &dn, 0) : gnutls_x509_crt_get_issuer_dn3(g, &dn, 0);
	if (r < 0)
		return;
	say_dn(s, f, (char *)dn.data, dn.size);
	gnutls_free(dn.data);
}

static void say_key(struct said *s, gnutls_x509_crt_t g)
{
	static const struct {
		int pk;
		const char *name;
	} kinds[] = { { GNUTLS_PK_RSA, "RSA" }, { GNUTLS_PK_RSA_PSS, "RSA-PSS" }, { GNUTLS_PK_DSA, "DSA" },
		{ GNUTLS_PK_ECDSA, "EC" }, { GNUTLS_PK_EDDSA_ED25519, "Ed25519" }, { GNUTLS_PK_EDDSA_ED448, "Ed448" },
		{ GNUTLS_PK_ECDH_X25519, "X25519" }, { GNUTLS_PK_ECDH_X448, "X448" }, { GNUTLS_PK_DH, "DH" } };
	unsigned bits = 0;
	int pk = gnutls_x509_crt_get_pk_algorithm(g, &bits);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (pk == kinds[i].pk)
			say(s, KEY_ALGORITHM, kinds[i].name);
	/* It counts P-521 in octets, Edwards keys likewise. */
	if (pk >= 0 && bits)
		say_number(s, KEY_BITS, pk == GNUTLS_PK_ECDSA && bits == 528 ? 521 : bits);
	gnutls_ecc_curve_t curve;
	gnutls_datum_t x, y;
	if (pk == GNUTLS_PK_ECDSA && gnutls_x509_crt_get_pk_ecc_raw(g, &curve, &x, &y) == 0) {
		static const char *const pair[][2] = { { "SECP256R1", "secp256r1" }, { "SECP384R1", "secp384r1" },
			{ "SECP521R1", "secp521r1" }, { "SECP224R1", "secp224r1" }, { "SECP192R1", "secp192r1" } };
		for (size_t i = 0; i < 5; i++)
			if (strcmp(gnutls_ecc_curve_get_name(curve), pair[i][0]) == 0)
				say(s, CURVE, pair[i][1]);
		gnutls_free(x.data);
		gnutls_free(y.data);
	}
	gnutls_datum_t m, e;
	if (pk == GNUTLS_PK_RSA && gnutls_x509_crt_get_pk_rsa_raw(g, &m, &e) == 0) {
		uint64_t v = 0;
		size_t i = 0;
		while (i < e.size && e.data[i] == 0)
			i++;
		size_t n = e.size - i;
		for (; i < e.size && n <= 8; i++)
			v = v << 8 | e.data[i];
		if (n <= 8) {
			s->has[RSA_EXPONENT] = true;
			tw_buf_addu(&s->v[RSA_EXPONENT], v);
		}
		gnutls_free(m.data);
		gnutls_free(e.data);
	}
}

/* GnuTLS's key usage bits are the BIT STRING's octets, the second one high. */
static void say_extensions(struct said *s, gnutls_x509_crt_t g)
{
	unsigned critical = 0, ca = 0, usage = 0, bits = 0;
	int len = -1, r = gnutls_x509_crt_get_basic_constraints(g, &critical, &ca, &len);
	if (r >= 0 || r == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE) {
		say(s, CA, r >= 0 && ca ? "yes" : "no");
		if (r >= 0 && len >= 0)
			say_number(s, PATH_LENGTH, len);
		else
			say(s, PATH_LENGTH, "");
	}
	r = gnutls_x509_crt_get_key_usage(g, &usage, &critical);
	for (unsigned i = 0; i < 8; i++)
		bits |= usage & 0x80u >> i ? 1u << i : 0;
	bits |= usage & GNUTLS_KEY_DECIPHER_ONLY ? TW_KU_DECIPHER_ONLY : 0;
	if (r >= 0 || r == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
		say_usage(s, r >= 0 ? bits : 0);
	char oid[256];
	for (unsigned i = 0;; i++) {
		size_t n = sizeof oid;
		r = gnutls_x509_crt_get_key_purpose_oid(g, i, oid, &n, &critical);
		if (r < 0)
			break;
		say_purpose(s, oid);
	}
	s->has[EXT_KEY_USAGE] = r == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE;
	say_purposes_end(s);
}

static void say_ids(struct said *s, gnutls_x509_crt_t g)
{
	uint8_t id[4096];
	size_t n = sizeof id;
	if (gnutls_x509_crt_get_serial(g, id, &n) == 0)
		say_hex(s, SERIAL, id, n);
	n = sizeof id;
	int r = gnutls_x509_crt_get_subject_key_id(g, id, &n, NULL);
	if (r == 0 || r == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
		say_hex(s, SKI, id, r == 0 ? n : 0);
	n = sizeof id;
	r = gnutls_x509_crt_get_authority_key_id(g, id, &n, NULL);
	if (r == 0 || r == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
		say_hex(s, AKI, id, r == 0 ? n : 0);
	n = sizeof id;
	if (gnutls_x509_crt_get_fingerprint(g, GNUTLS_DIG_SHA256, id, &n) == 0)
		say_hex(s, SHA256_, id, n);
}

static void say_san(struct said *s, gnutls_x509_crt_t g)
{
	static uint8_t name[1u << 20];
	int shown = 0, r;
	unsigned count = 0;
	for (;; count++) {
		size_t n = sizeof name;
		r = gnutls_x509_crt_get_subject_alt_name(g, count, name, &n, NULL);
		if (r < 0)
			break;
		if (r == GNUTLS_SAN_DNSNAME)
			say_name(s, name, n, &shown);
		else if (r == GNUTLS_SAN_IPADDRESS)
			say_address(s, name, n, &shown);
	}
	if (r != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
		return;
	say_number(s, SAN_COUNT, count);
	s->has[NAMES] = shown > 0; /* of common names libcrypto is asked */
}

void ask_gnutls(struct said *s, struct tw_slice der)
{
	gnutls_x509_crt_t g;
	gnutls_datum_t d = { (unsigned char *)(uintptr_t)der.p, (unsigned)der.n };
	if (gnutls_x509_crt_init(&g))
		tw_die("gnutls");
	s->parsed = gnutls_x509_crt_import(g, &d, GNUTLS_X509_FMT_DER) == 0;
	if (s->parsed) {
		say_crt_name(s, SUBJECT, g);
		say_crt_name(s, ISSUER, g);
		int version = gnutls_x509_crt_get_version(g);
		if (version > 0)
			say_number(s, VERSION_, version);
		time_t t = gnutls_x509_crt_get_activation_time(g);
		if (t != (time_t)-1)
			say_time(s, NOT_BEFORE, t);
		t = gnutls_x509_crt_get_expiration_time(g);
		if (t != (time_t)-1)
			say_time(s, NOT_AFTER, t);
		char oid[256];
		size_t n = sizeof oid;
		if (gnutls_x509_crt_get_signature_oid(g, oid, &n) == 0)
			say(s, SIGNATURE_ALGORITHM, oid);
		say_ids(s, g);
		say_key(s, g);
		say_extensions(s, g);
		say_san(s, g);
	}
	gnutls_x509_crt_deinit(g);
}
