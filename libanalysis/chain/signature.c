/* Signatures by GnuTLS, and by libcrypto and GMP where it does not go, behind a
 * table of what is supported. */
#include "chain/signature.h"
#include "base/bounds.h"
#include "chain/algorithm.h"

#include <errno.h>
#include <gnutls/abstract.h>
#include <stdlib.h>
#include <string.h>

struct tw_pubkey {
	enum tw_key key;
	/* What a check can come to at best. BAD: in the table, but no such key, so
	 * that it verifies nothing. */
	enum tw_sig best;
	gnutls_pubkey_t g; /* or NULL */
	EVP_PKEY *ec;      /* or NULL */
	struct tw_slice n, e;
	bool restricted;   /* id-RSASSA-PSS with parameters */
	struct tw_pss pss;
};

void tw_signature_start(void)
{
	/* A host's policy is no fact about a signature. */
	setenv("GNUTLS_SYSTEM_PRIORITY_FILE", "/dev/null", 1);
	if (gnutls_global_init() < 0)
		tw_die("GnuTLS does not start");
	tw_ec_start();
}

static gnutls_datum_t datum(struct tw_slice s)
{
	return (gnutls_datum_t){ (unsigned char *)(uintptr_t)s.p, (unsigned)s.n };
}

/* What a call of GnuTLS gave. That there was no memory for it must never become
 * a word about a certificate; some of its calls tell by errno only. */
static bool fine(int r)
{
	if (r < 0 && (r == GNUTLS_E_MEMORY_ERROR || errno == ENOMEM))
		tw_die("no memory to check a signature");
	return r >= 0;
}

/* By its numbers: id-RSASSA-PSS and rsaEncryption then serve alike. */
static enum tw_sig read_rsa(struct tw_pubkey *k, uint32_t bits)
{
	gnutls_datum_t n = datum(k->n), e = datum(k->e);

	/* Both are read, or none. */
	if (!n.size)
		return TW_SIG_BAD;
	if (bits > TW_MAX_RSA_BITS || e.size > TW_MAX_RSA_EXPONENT)
		return TW_SIG_UNSUPPORTED;
	/* What it does not take rsa.c may. */
	if (!fine(gnutls_pubkey_init(&k->g)) || !fine(gnutls_pubkey_import_rsa_raw(k->g, &n, &e))) {
		gnutls_pubkey_deinit(k->g);
		k->g = NULL;
	}
	return TW_SIG_GOOD;
}

/* A positive INTEGER, without leading zeros. */
static bool positive(struct tw_der *d, gnutls_datum_t *out)
{
	struct tw_tlv t;

	if (!tw_der_tagged(d, 0x02, &t) || !t.body.n || t.body.p[0] & 0x80)
		return false;
	for (; t.body.n && !t.body.p[0]; t.body.n--)
		t.body.p++;
	*out = datum(t.body);
	return t.body.n != 0;
}

_Static_assert(TW_MAX_DSA_BITS % 8 == 0 && TW_MAX_DSA_ORDER_BITS % 8 == 0, "whole octets");

/* y from the key, p, q, g from its parameters or those it inherits. */
static enum tw_sig read_dsa(struct tw_pubkey *k, struct tw_slice y, struct tw_slice params)
{
	struct tw_der d = { params, false };
	struct tw_tlv seq;
	gnutls_datum_t p, q, g, my;

	if (!tw_der_tagged(&d, 0x30, &seq) || d.s.n)
		return TW_SIG_UNSUPPORTED;
	d.s = seq.body;
	if (!positive(&d, &p) || !positive(&d, &q) || !positive(&d, &g) || p.size > TW_MAX_DSA_BITS / 8 ||
			q.size > TW_MAX_DSA_ORDER_BITS / 8)
		return TW_SIG_UNSUPPORTED;
	d.s = y;
	if (!positive(&d, &my) || d.s.n)
		return TW_SIG_BAD;
	return fine(gnutls_pubkey_init(&k->g)) && fine(gnutls_pubkey_import_dsa_raw(k->g, &p, &q, &g, &my)) ?
		TW_SIG_GOOD : TW_SIG_BAD;
}

static enum tw_sig read_spki(struct tw_pubkey *k, struct tw_slice spki)
{
	gnutls_datum_t d = datum(spki);

	return fine(gnutls_pubkey_init(&k->g)) && fine(gnutls_pubkey_import(k->g, &d, GNUTLS_X509_FMT_DER)) ?
		TW_SIG_GOOD : TW_SIG_BAD;
}

static enum tw_sig read_ec(struct tw_pubkey *k, const struct tw_cert *c)
{
	static const uint8_t id_ec_public_key[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01 };

	/* A key for ECDH alone signs nothing (RFC 5480 2.1.2). */
	if (!tw_slice_eq(c->key_oid, (struct tw_slice){ id_ec_public_key, sizeof id_ec_public_key }))
		return TW_SIG_UNSUPPORTED;
	switch (tw_ec_form(c->curve, c->key_bits_raw)) {
	case TW_EC_NO_POINT: return TW_SIG_BAD;
	case TW_EC_GNUTLS: return read_spki(k, c->spki);
	case TW_EC_HERE: return tw_ec_new(c->curve, c->key_bits_raw, &k->ec);
	case TW_EC_UNSUPPORTED: break;
	}
	return TW_SIG_UNSUPPORTED;
}

static enum tw_sig read_key(struct tw_pubkey *k, const struct tw_cert *c, struct tw_slice params)
{
	switch (c->key) {
	case TW_KEY_RSA_PSS:
		k->restricted = c->key_params.n != 0;
		if (k->restricted && !tw_pss_read(c->key_params, &k->pss))
			return TW_SIG_UNSUPPORTED;
		return read_rsa(k, c->key_bits);
	case TW_KEY_RSA:
		return read_rsa(k, c->key_bits);
	case TW_KEY_DSA:
		return read_dsa(k, c->key_bits_raw, params);
	case TW_KEY_EC:
		return read_ec(k, c);
	case TW_KEY_ED25519:
	case TW_KEY_ED448:
		return params.n ? TW_SIG_UNSUPPORTED : read_spki(k, c->spki);
	default:
		return TW_SIG_UNSUPPORTED;
	}
}

struct tw_pubkey *tw_pubkey_new(const struct tw_cert *c, struct tw_slice params)
{
	struct tw_pubkey *k = tw_alloc(sizeof *k);

	errno = 0;
	k->key = c->key;
	k->n = c->rsa_n;
	k->e = c->rsa_e;
	k->best = read_key(k, c, params);
	return k;
}

void tw_pubkey_free(struct tw_pubkey *k)
{
	if (!k)
		return;
	gnutls_pubkey_deinit(k->g);
	tw_ec_free(k->ec);
	free(k);
}

/* libcrypto has fast ways for NIST's curves only. */
static uint32_t ec_cost(const struct tw_cert *c)
{
	bool plain = !strncmp(c->curve, "brainpool", 9) || !strcmp(c->curve, "secp256k1");

	if (plain)
		return c->key_bits > 384 ? 44 : c->key_bits > 256 ? 32 : 14;
	return c->key_bits > 256 ? 16 : 6;
}

uint32_t tw_pubkey_cost(const struct tw_cert *c)
{
	uint32_t kilo = c->key_bits / 1024;

	switch (c->key) {
	case TW_KEY_RSA:
	case TW_KEY_RSA_PSS:
		/* Multiplications by the square of the size, as many as e has bits; 17
		 * for the usual 65537. */
		return (kilo * kilo + 3) / 4 * (c->rsa_e.n > 3 ? 4u : 1u) + 1;
	case TW_KEY_DSA:
		return 2 * kilo * kilo + 2;
	case TW_KEY_EC:
		return ec_cost(c);
	case TW_KEY_ED25519:
	case TW_KEY_ED448:
		return 8;
	default:
		return 1;
	}
}

static enum tw_sig verify(gnutls_pubkey_t g, gnutls_sign_algorithm_t sign, const struct tw_cert *c)
{
	gnutls_datum_t tbs = datum(c->tbs), sig = datum(c->signature);

	/* Weakness is our judgement, not the host's. */
	return fine(gnutls_pubkey_verify_data2(g, sign, GNUTLS_VERIFY_ALLOW_BROKEN, &tbs, &sig)) ?
		TW_SIG_GOOD : TW_SIG_BAD;
}

/* RFC 4055 section 3.3: a key with parameters takes no other digests and no
 * shorter salt. */
static enum tw_sig check_pss(const struct tw_pubkey *k, const struct tw_cert *c)
{
	uint8_t em[TW_MAX_RSA_BITS / 8];
	struct tw_pss p;

	if (!tw_pss_read(c->sig_params, &p))
		return TW_SIG_UNSUPPORTED;
	if (k->restricted && (p.hash != k->pss.hash || p.mgf != k->pss.mgf || p.salt < k->pss.salt))
		return TW_SIG_BAD;
	return tw_rsa_open(k->n, k->e, c->signature, em) &&
		tw_rsa_pss((struct tw_slice){ em, k->n.n }, &p, k->n, c->tbs) ? TW_SIG_GOOD : TW_SIG_BAD;
}

static enum tw_sig check_rsa(const struct tw_pubkey *k, const struct tw_sigalg *a, const struct tw_cert *c)
{
	uint8_t em[TW_MAX_RSA_BITS / 8];

	/* RFC 8017 section 8.2.2: as long as the modulus, to the byte. */
	if (c->signature.n != k->n.n)
		return TW_SIG_BAD;
	if (k->g && a->sign != GNUTLS_SIGN_UNKNOWN && verify(k->g, a->sign, c) == TW_SIG_GOOD)
		return TW_SIG_GOOD;
	return tw_rsa_open(k->n, k->e, c->signature, em) &&
		tw_rsa_pkcs1((struct tw_slice){ em, k->n.n }, a->digest, c->tbs) ? TW_SIG_GOOD : TW_SIG_BAD;
}

/* An INTEGER in DER, not negative. */
static bool number(struct tw_der *d)
{
	struct tw_tlv t;

	return tw_der_tagged(d, 0x02, &t) && t.body.n && !(t.body.p[0] & 0x80) &&
		(t.body.n == 1 || t.body.p[0] || t.body.p[1] & 0x80);
}

/* Dss-Sig-Value, Ecdsa-Sig-Value (RFC 3279 2.2.2, 2.2.3) in DER and nothing
 * else: GnuTLS would take BER, others do not, and one signature must not have
 * many forms. */
static bool pair(struct tw_slice sig)
{
	struct tw_der d = { sig, false };
	struct tw_tlv seq;

	if (!tw_der_tagged(&d, 0x30, &seq) || d.s.n)
		return false;
	d.s = seq.body;
	return number(&d) && number(&d) && !d.s.n && !d.nonminimal;
}

/* ECDSA and DSA. */
static enum tw_sig check_pair(const struct tw_pubkey *k, const struct tw_sigalg *a, const struct tw_cert *c)
{
	uint8_t md[TW_MAX_DIGEST];

	if (!pair(c->signature))
		return TW_SIG_BAD;
	if (!k->ec)
		return verify(k->g, a->sign, c);
	struct tw_slice h = { md, tw_digest(a->digest, c->tbs, md) };
	return tw_ec_verify(k->ec, h, c->signature) ? TW_SIG_GOOD : TW_SIG_BAD;
}

static bool family_fits(enum tw_family f, enum tw_key k)
{
	switch (f) {
	case TW_FAMILY_RSA: return k == TW_KEY_RSA;
	case TW_FAMILY_PSS: return k == TW_KEY_RSA || k == TW_KEY_RSA_PSS;
	case TW_FAMILY_ECDSA: return k == TW_KEY_EC;
	case TW_FAMILY_DSA: return k == TW_KEY_DSA;
	case TW_FAMILY_ED25519: return k == TW_KEY_ED25519;
	case TW_FAMILY_ED448: return k == TW_KEY_ED448;
	case TW_FAMILY_NONE: break;
	}
	return false;
}

enum tw_sig tw_signature_check(struct tw_pubkey *k, const struct tw_cert *c)
{
	const struct tw_sigalg *a = tw_sigalg_find(c->sig_oid);

	errno = 0;
	if (!a || a->family == TW_FAMILY_NONE || !tw_sigalg_params(a, c->sig_params))
		return TW_SIG_UNSUPPORTED;
	if (!family_fits(a->family, k->key))
		return k->key == TW_KEY_UNKNOWN ? TW_SIG_UNSUPPORTED : TW_SIG_BAD;
	if (k->best != TW_SIG_GOOD)
		return k->best;
	switch (a->family) {
	case TW_FAMILY_RSA: return check_rsa(k, a, c);
	case TW_FAMILY_PSS: return check_pss(k, c);
	case TW_FAMILY_ECDSA:
	case TW_FAMILY_DSA: return check_pair(k, a, c);
	default: return verify(k->g, a->sign, c);
	}
}

const char *tw_signature_digest(const struct tw_cert *c)
{
	const struct tw_sigalg *a = tw_sigalg_find(c->sig_oid);
	struct tw_pss p;

	if (!a)
		return "";
	if (a->family == TW_FAMILY_PSS)
		return tw_pss_read(c->sig_params, &p) ? tw_digest_name(p.hash) : "";
	return tw_digest_name(a->digest);
}
