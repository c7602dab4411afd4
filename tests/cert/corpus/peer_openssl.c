/* peer_openssl.c: a certificate in the words of libcrypto. */
#include "compare.h"

#include <openssl/evp.h>
#include <openssl/err.h>
#include <openssl/core_names.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>
#include <string.h>

static void say_x509_name(struct said *s, enum field f, const X509_NAME *n)
{
	BIO *b = BIO_new(BIO_s_mem());
	char *p;
	unsigned long flags = (XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
	if (X509_NAME_print_ex(b, n, 0, flags) >= 0) {
		long len = BIO_get_mem_data(b, &p);
		say_dn(s, f, p, (size_t)len);
	}
	BIO_free(b);
}

/* Its INTEGER written again is minimal. */
static void say_serial(struct said *s, const ASN1_INTEGER *i)
{
	unsigned char *out = NULL;
	int n = i2d_ASN1_INTEGER(i, &out);
	struct tw_der d = { { out, n > 0 ? (size_t)n : 0 }, false };
	struct tw_tlv t;
	if (tw_der_next(&d, &t) == 1)
		say_hex(s, SERIAL, t.body.p, t.body.n);
	OPENSSL_free(out);
}

static void say_asn1_time(struct said *s, enum field f, const ASN1_TIME *t)
{
	struct tm tm;
	if (ASN1_TIME_to_tm(t, &tm))
		say_time(s, f, tw_time_civil(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec));
}

static void say_key(struct said *s, X509 *x)
{
	static const struct {
		int nid;
		const char *name;
	} kinds[] = { { EVP_PKEY_RSA, "RSA" }, { EVP_PKEY_RSA_PSS, "RSA-PSS" }, { EVP_PKEY_DSA, "DSA" },
		{ EVP_PKEY_EC, "EC" }, { EVP_PKEY_ED25519, "Ed25519" }, { EVP_PKEY_ED448, "Ed448" },
		{ EVP_PKEY_X25519, "X25519" }, { EVP_PKEY_X448, "X448" }, { EVP_PKEY_DH, "DH" }, { EVP_PKEY_DHX, "DH" } };
	EVP_PKEY *k = X509_get0_pubkey(x);
	if (!k)
		return;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (EVP_PKEY_get_base_id(k) == kinds[i].nid)
			say(s, KEY_ALGORITHM, kinds[i].name);
	int id = EVP_PKEY_get_base_id(k), bits = EVP_PKEY_get_bits(k);
	/* Of Edwards curves it gives the bits of the group's order. */
	say_number(s, KEY_BITS, id == EVP_PKEY_ED25519 || id == EVP_PKEY_X25519 ? 256 :
			id == EVP_PKEY_ED448 ? 456 : id == EVP_PKEY_X448 ? 448 : bits);
	char group[80];
	size_t n;
	if (id == EVP_PKEY_EC && EVP_PKEY_get_utf8_string_param(k, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof group, &n))
		say(s, CURVE, strcmp(group, "prime256v1") == 0 ? "secp256r1" :
				strcmp(group, "prime192v1") == 0 ? "secp192r1" : group);
	BIGNUM *e = NULL;
	if ((id == EVP_PKEY_RSA || id == EVP_PKEY_RSA_PSS) && EVP_PKEY_get_bn_param(k, OSSL_PKEY_PARAM_RSA_E, &e)) {
		char *dec = BN_num_bits(e) <= 64 ? BN_bn2dec(e) : NULL;
		if (dec)
			say(s, RSA_EXPONENT, dec);
		OPENSSL_free(dec);
		BN_free(e);
	}
}

static void say_constraints(struct said *s, X509 *x)
{
	int crit;
	BASIC_CONSTRAINTS *bc = X509_get_ext_d2i(x, NID_basic_constraints, &crit, NULL);
	if (!bc && crit != -1)
		return;
	say(s, CA, bc && bc->ca ? "yes" : "no");
	if (bc && bc->pathlen)
		say_number(s, PATH_LENGTH, ASN1_INTEGER_get(bc->pathlen));
	else
		say(s, PATH_LENGTH, "");
	BASIC_CONSTRAINTS_free(bc);
}

static void say_usages(struct said *s, X509 *x)
{
	int crit;
	ASN1_BIT_STRING *ku = X509_get_ext_d2i(x, NID_key_usage, &crit, NULL);
	unsigned bits = 0;
	for (int i = 0; ku && i < 9; i++)
		bits |= ASN1_BIT_STRING_get_bit(ku, i) ? 1u << i : 0;
	if (ku || crit == -1)
		say_usage(s, bits);
	ASN1_BIT_STRING_free(ku);
	EXTENDED_KEY_USAGE *eku = X509_get_ext_d2i(x, NID_ext_key_usage, &crit, NULL);
	if (!eku && crit != -1)
		return;
	s->has[EXT_KEY_USAGE] = true;
	for (int i = 0; eku && i < sk_ASN1_OBJECT_num(eku); i++) {
		char oid[256];
		OBJ_obj2txt(oid, sizeof oid, sk_ASN1_OBJECT_value(eku, i), 1);
		say_purpose(s, oid);
	}
	say_purposes_end(s);
	EXTENDED_KEY_USAGE_free(eku);
}

static void say_ids(struct said *s, X509 *x)
{
	int crit;
	ASN1_OCTET_STRING *ski = X509_get_ext_d2i(x, NID_subject_key_identifier, &crit, NULL);
	if (ski || crit == -1)
		say_hex(s, SKI, ski ? ASN1_STRING_get0_data(ski) : NULL, ski ? (size_t)ASN1_STRING_length(ski) : 0);
	ASN1_OCTET_STRING_free(ski);
	AUTHORITY_KEYID *aki = X509_get_ext_d2i(x, NID_authority_key_identifier, &crit, NULL);
	if (aki || crit == -1) {
		bool id = aki && aki->keyid;
		say_hex(s, AKI, id ? ASN1_STRING_get0_data(aki->keyid) : NULL, id ? (size_t)ASN1_STRING_length(aki->keyid) : 0);
	}
	AUTHORITY_KEYID_free(aki);
}

static void say_san(struct said *s, X509 *x)
{
	int crit, shown = 0;
	GENERAL_NAMES *san = X509_get_ext_d2i(x, NID_subject_alt_name, &crit, NULL);
	if (!san && crit != -1)
		return;
	say_number(s, SAN_COUNT, san ? sk_GENERAL_NAME_num(san) : 0);
	for (int i = 0; san && i < sk_GENERAL_NAME_num(san); i++) {
		const GENERAL_NAME *g = sk_GENERAL_NAME_value(san, i);
		if (g->type == GEN_DNS)
			say_name(s, ASN1_STRING_get0_data(g->d.dNSName), (size_t)ASN1_STRING_length(g->d.dNSName), &shown);
		else if (g->type == GEN_IPADD)
			say_address(s, ASN1_STRING_get0_data(g->d.iPAddress), (size_t)ASN1_STRING_length(g->d.iPAddress),
					&shown);
	}
	const X509_NAME *subject = X509_get_subject_name(x);
	for (int at = -1; !s->v[NAMES].n && (at = X509_NAME_get_index_by_NID(subject, NID_commonName, at)) >= 0;) {
		unsigned char *utf8;
		int n;
		for (int k = at; k >= 0 && shown < 8; k = X509_NAME_get_index_by_NID(subject, NID_commonName, k)) {
			n = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, k)));
			if (n >= 0) {
				say_name(s, utf8, (size_t)n, &shown);
				OPENSSL_free(utf8);
			}
		}
		break;
	}
	s->has[NAMES] = true;
	GENERAL_NAMES_free(san);
}

void ask_openssl(struct said *s, struct tw_slice der)
{
	const unsigned char *p = der.p;
	unsigned char md[32], *spki = NULL;
	X509 *x = d2i_X509(NULL, &p, (long)der.n);
	ERR_clear_error();
	s->parsed = x != NULL;
	if (!x)
		return;
	SHA256(der.p, der.n, md);
	say_hex(s, SHA256_, md, 32);
	int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &spki);
	if (n > 0) {
		SHA256(spki, (size_t)n, md);
		say_hex(s, SPKI_SHA256, md, 32);
	}
	OPENSSL_free(spki);
	say_x509_name(s, SUBJECT, X509_get_subject_name(x));
	say_x509_name(s, ISSUER, X509_get_issuer_name(x));
	say_serial(s, X509_get0_serialNumber(x));
	say_asn1_time(s, NOT_BEFORE, X509_get0_notBefore(x));
	say_asn1_time(s, NOT_AFTER, X509_get0_notAfter(x));
	say_number(s, VERSION_, X509_get_version(x) + 1);
	say_key(s, x);
	const X509_ALGOR *outer;
	char oid[256];
	X509_get0_signature(NULL, &outer, x);
	OBJ_obj2txt(oid, sizeof oid, outer->algorithm, 1);
	say(s, SIGNATURE_ALGORITHM, oid);
	say_constraints(s, x);
	say_usages(s, x);
	say_ids(s, x);
	say(s, SELF_ISSUED, X509_NAME_cmp(X509_get_subject_name(x), X509_get_issuer_name(x)) ? "no" : "yes");
	say_san(s, x);
	X509_free(x);
	ERR_clear_error();
}
