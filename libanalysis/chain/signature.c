/* Signatures by GnuTLS, behind a table of what is supported. */
#include "chain/signature.h"
#include "base/bounds.h"

#include <errno.h>
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <nettle/pss.h>
#include <stdlib.h>
#include <string.h>

enum family { RSA, PSS, ECDSA, DSA, ED25519, ED448 };

static const struct algorithm {
	const char *oid; /* content octets */
	uint8_t n;
	enum family family;
	gnutls_sign_algorithm_t sign; /* of ECDSA and DSA by hash alone */
} table[] = {
	{ "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04", 9, RSA, GNUTLS_SIGN_RSA_MD5 },
	{ "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05", 9, RSA, GNUTLS_SIGN_RSA_SHA1 },
	{ "\x2b\x0e\x03\x02\x1d", 5, RSA, GNUTLS_SIGN_RSA_SHA1 },
	{ "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0e", 9, RSA, GNUTLS_SIGN_RSA_SHA224 },
	{ "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b", 9, RSA, GNUTLS_SIGN_RSA_SHA256 },
	{ "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c", 9, RSA, GNUTLS_SIGN_RSA_SHA384 },
	{ "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d", 9, RSA, GNUTLS_SIGN_RSA_SHA512 },
	{ "\x60\x86\x48\x01\x65\x03\x04\x03\x0d", 9, RSA, GNUTLS_SIGN_RSA_SHA3_224 },
	{ "\x60\x86\x48\x01\x65\x03\x04\x03\x0e", 9, RSA, GNUTLS_SIGN_RSA_SHA3_256 },
	{ "\x60\x86\x48\x01\x65\x03\x04\x03\x0f", 9, RSA, GNUTLS_SIGN_RSA_SHA3_384 },
	{ "\x60\x86\x48\x01\x65\x03\x04\x03\x10", 9, RSA, GNUTLS_SIGN_RSA_SHA3_512 },
	{ "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a", 9, PSS, GNUTLS_SIGN_UNKNOWN },
	{ "\x2a\x86\x48\xce\x3d\x04\x01", 7, ECDSA, GNUTLS_SIGN_ECDSA_SHA1 },
	{ "\x2a\x86\x48\xce\x3d\x04\x03\x01", 8, ECDSA, GNUTLS_SIGN_ECDSA_SHA224 },
	{ "\x2a\x86\x48\xce\x3d\x04\x03\x02", 8, ECDSA, GNUTLS_SIGN_ECDSA_SHA256 },
	{ "\x2a\x86\x48\xce\x3d\x04\x03\x03", 8, ECDSA, GNUTLS_SIGN_ECDSA_SHA384 },
	{ "\x2a\x86\x48\xce\x3d\x04\x03\x04", 8, ECDSA, GNUTLS_SIGN_ECDSA_SHA512 },
	{ "\x60\x86\x48\x01\x65\x03\x04\x03\x09", 9, ECDSA, GNUTLS_SIGN_ECDSA_SHA3_224 },
	{ "\x60\x86\x48\x01\x65\x03\x04\x03\x0a", 9, ECDSA, GNUTLS_SIGN_ECDSA_SHA3_256 },
	{ "\x60\x86\x48\x01\x65\x03\x04\x03\x0b", 9, ECDSA, GNUTLS_SIGN_ECDSA_SHA3_384 },
	{ "\x60\x86\x48\x01\x65\x03\x04\x03\x0c", 9, ECDSA, GNUTLS_SIGN_ECDSA_SHA3_512 },
	{ "\x2a\x86\x48\xce\x38\x04\x03", 7, DSA, GNUTLS_SIGN_DSA_SHA1 },
	{ "\x60\x86\x48\x01\x65\x03\x04\x03\x01", 9, DSA, GNUTLS_SIGN_DSA_SHA224 },
	{ "\x60\x86\x48\x01\x65\x03\x04\x03\x02", 9, DSA, GNUTLS_SIGN_DSA_SHA256 },
	{ "\x60\x86\x48\x01\x65\x03\x04\x03\x03", 9, DSA, GNUTLS_SIGN_DSA_SHA384 },
	{ "\x60\x86\x48\x01\x65\x03\x04\x03\x04", 9, DSA, GNUTLS_SIGN_DSA_SHA512 },
	{ "\x2b\x65\x70", 3, ED25519, GNUTLS_SIGN_EDDSA_ED25519 },
	{ "\x2b\x65\x71", 3, ED448, GNUTLS_SIGN_EDDSA_ED448 },
};

static const struct pss_hash {
	const char *oid;
	uint8_t n;
	gnutls_digest_algorithm_t digest;
	gnutls_sign_algorithm_t sign; /* UNKNOWN: GnuTLS has no PSS with it */
} pss_hashes[] = {
	{ "\x2b\x0e\x03\x02\x1a", 5, GNUTLS_DIG_SHA1, GNUTLS_SIGN_UNKNOWN },
	{ "\x60\x86\x48\x01\x65\x03\x04\x02\x04", 9, GNUTLS_DIG_SHA224, GNUTLS_SIGN_UNKNOWN },
	{ "\x60\x86\x48\x01\x65\x03\x04\x02\x01", 9, GNUTLS_DIG_SHA256, GNUTLS_SIGN_RSA_PSS_SHA256 },
	{ "\x60\x86\x48\x01\x65\x03\x04\x02\x02", 9, GNUTLS_DIG_SHA384, GNUTLS_SIGN_RSA_PSS_SHA384 },
	{ "\x60\x86\x48\x01\x65\x03\x04\x02\x03", 9, GNUTLS_DIG_SHA512, GNUTLS_SIGN_RSA_PSS_SHA512 },
};

struct pss_params {
	const struct pss_hash *hash, *mgf;
	uint32_t salt;
};

struct tw_pubkey {
	enum tw_key key;
	gnutls_pubkey_t g; /* NULL: the library cannot read it */
	struct tw_slice n, e;
	bool restricted;   /* id-RSASSA-PSS with parameters */
	struct pss_params pss;
};

void tw_signature_start(void)
{
	/* A host's policy is no fact about a signature. */
	setenv("GNUTLS_SYSTEM_PRIORITY_FILE", "/dev/null", 1);
	if (gnutls_global_init() < 0)
		tw_die("GnuTLS does not start");
}

/* AlgorithmIdentifier's hash of a RSASSA-PSS field. */
static const struct pss_hash *pss_hash(struct tw_slice seq)
{
	struct tw_der d = { seq, false };
	struct tw_tlv alg, oid, params;

	if (tw_der_next(&d, &alg) != 1 || alg.tag != 0x30 || d.s.n)
		return NULL;
	d.s = alg.body;
	if (tw_der_next(&d, &oid) != 1 || oid.tag != 0x06)
		return NULL;
	int got = tw_der_next(&d, &params);
	if (got < 0 || (got == 1 && (params.tag != 0x05 || params.body.n || d.s.n)))
		return NULL;
	for (size_t i = 0; i < sizeof pss_hashes / sizeof *pss_hashes; i++)
		if (oid.body.n == pss_hashes[i].n && !memcmp(oid.body.p, pss_hashes[i].oid, oid.body.n))
			return &pss_hashes[i];
	return NULL;
}

/* MGF1's own hash: AlgorithmIdentifier { id-mgf1, HashAlgorithm }. */
static const struct pss_hash *mgf_hash(struct tw_slice seq)
{
	static const uint8_t mgf1[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08 };
	struct tw_der d = { seq, false };
	struct tw_tlv alg, oid;

	if (tw_der_next(&d, &alg) != 1 || alg.tag != 0x30 || d.s.n)
		return NULL;
	d.s = alg.body;
	if (tw_der_next(&d, &oid) != 1 || oid.tag != 0x06 || oid.body.n != sizeof mgf1 ||
			memcmp(oid.body.p, mgf1, sizeof mgf1) != 0)
		return NULL;
	return pss_hash(d.s);
}

/* RSASSA-PSS-params (RFC 4055 section 3.1); absent fields have defaults. */
static bool pss_read(struct tw_slice params, struct pss_params *o)
{
	struct tw_der d = { params, false };
	struct tw_tlv seq, f, v;
	int got;

	o->hash = o->mgf = &pss_hashes[0];
	o->salt = 20;
	if (tw_der_next(&d, &seq) != 1 || seq.tag != 0x30 || d.s.n)
		return false;
	d.s = seq.body;
	for (uint8_t last = 0x9f; (got = tw_der_next(&d, &f)) == 1; last = f.tag) {
		struct tw_der in = { f.body, false };
		if (f.tag <= last || f.tag > 0xa3)
			return false;
		if (f.tag == 0xa0 && !(o->hash = pss_hash(f.body)))
			return false;
		if (f.tag == 0xa1 && !(o->mgf = mgf_hash(f.body)))
			return false;
		if (f.tag < 0xa2)
			continue;
		if (tw_der_next(&in, &v) != 1 || v.tag != 0x02 || in.s.n || !v.body.n || v.body.n > 2 || v.body.p[0] & 0x80)
			return false;
		uint32_t num = v.body.n == 1 ? v.body.p[0] : (uint32_t)v.body.p[0] << 8 | v.body.p[1];
		if (f.tag == 0xa2)
			o->salt = num;
		else if (num != 1)
			return false; /* trailerField */
	}
	return got == 0;
}

/* What a call of GnuTLS gave. That there was no memory for it must never become
 * a word about a certificate; some of its calls tell by errno only. */
static bool fine(int r)
{
	if (r < 0 && (r == GNUTLS_E_MEMORY_ERROR || errno == ENOMEM))
		tw_die("no memory to check a signature");
	return r >= 0;
}

struct tw_pubkey *tw_pubkey_new(const struct tw_cert *c)
{
	struct tw_pubkey *k = tw_alloc(sizeof *k);
	gnutls_datum_t d = { (unsigned char *)(uintptr_t)c->spki.p, (unsigned)c->spki.n };

	errno = 0;
	k->key = c->key;
	k->n = c->rsa_n;
	k->e = c->rsa_e;
	bool rsa = c->key == TW_KEY_RSA || c->key == TW_KEY_RSA_PSS;
	if (rsa && (c->key_bits > TW_MAX_RSA_BITS || c->rsa_e.n > TW_MAX_RSA_EXPONENT || !c->rsa_e.n))
		return k;
	if (c->key == TW_KEY_DSA && c->key_bits > TW_MAX_DSA_BITS)
		return k;
	if (c->key == TW_KEY_EC && c->curve && !strcmp(c->curve, "explicit"))
		return k;
	if (c->key == TW_KEY_RSA_PSS && c->key_params.n) {
		if (!pss_read(c->key_params, &k->pss))
			return k;
		k->restricted = true;
	}
	if (rsa) {
		/* By its numbers: id-RSASSA-PSS and rsaEncryption then serve alike. */
		gnutls_datum_t n = { (unsigned char *)(uintptr_t)k->n.p, (unsigned)k->n.n };
		gnutls_datum_t e = { (unsigned char *)(uintptr_t)k->e.p, (unsigned)k->e.n };
		if (!fine(gnutls_pubkey_init(&k->g)) || !fine(gnutls_pubkey_import_rsa_raw(k->g, &n, &e))) {
			gnutls_pubkey_deinit(k->g);
			k->g = NULL;
		}
	} else if (!fine(gnutls_pubkey_init(&k->g)) || !fine(gnutls_pubkey_import(k->g, &d, GNUTLS_X509_FMT_DER))) {
		gnutls_pubkey_deinit(k->g);
		k->g = NULL;
	}
	return k;
}

void tw_pubkey_free(struct tw_pubkey *k)
{
	if (!k)
		return;
	if (k->g)
		gnutls_pubkey_deinit(k->g);
	free(k);
}

static enum tw_sig verify(gnutls_pubkey_t g, gnutls_sign_algorithm_t sign, const struct tw_cert *c)
{
	gnutls_datum_t tbs = { (unsigned char *)(uintptr_t)c->tbs.p, (unsigned)c->tbs.n };
	gnutls_datum_t sig = { (unsigned char *)(uintptr_t)c->signature.p, (unsigned)c->signature.n };

	/* Weakness is our judgement, not the host's. */
	return fine(gnutls_pubkey_verify_data2(g, sign, GNUTLS_VERIFY_ALLOW_BROKEN, &tbs, &sig)) ?
		TW_SIG_GOOD : TW_SIG_BAD;
}

/* GnuTLS takes the salt's length from the key, so the key is made anew. */
static enum tw_sig pss_check(const struct tw_pubkey *k, const struct tw_cert *c)
{
	struct pss_params p;

	if (!pss_read(c->sig_params, &p) || p.hash != p.mgf || p.hash->sign == GNUTLS_SIGN_UNKNOWN)
		return TW_SIG_UNSUPPORTED;
	if (k->restricted && (p.hash != k->pss.hash || p.mgf != k->pss.mgf || p.salt < k->pss.salt))
		return TW_SIG_BAD;
	gnutls_datum_t n = { (unsigned char *)(uintptr_t)k->n.p, (unsigned)k->n.n };
	gnutls_datum_t e = { (unsigned char *)(uintptr_t)k->e.p, (unsigned)k->e.n };
	gnutls_pubkey_t g = NULL;
	gnutls_x509_spki_t spki = NULL;
	enum tw_sig r = TW_SIG_UNSUPPORTED;
	if (fine(gnutls_pubkey_init(&g)) && fine(gnutls_x509_spki_init(&spki)) &&
			fine(gnutls_pubkey_import_rsa_raw(g, &n, &e))) {
		gnutls_x509_spki_set_rsa_pss_params(spki, p.hash->digest, p.salt);
		if (fine(gnutls_pubkey_set_spki(g, spki, 0)))
			r = verify(g, p.hash->sign, c);
	}
	if (spki)
		gnutls_x509_spki_deinit(spki);
	if (g)
		gnutls_pubkey_deinit(g);
	return r;
}

static bool family_fits(enum family f, enum tw_key k)
{
	switch (f) {
	case RSA: return k == TW_KEY_RSA;
	case PSS: return k == TW_KEY_RSA || k == TW_KEY_RSA_PSS;
	case ECDSA: return k == TW_KEY_EC;
	case DSA: return k == TW_KEY_DSA;
	case ED25519: return k == TW_KEY_ED25519;
	case ED448: return k == TW_KEY_ED448;
	}
	return false;
}

static bool params_fit(enum family f, struct tw_slice p)
{
	bool null = p.n == 2 && p.p[0] == 0x05 && p.p[1] == 0;

	return f == PSS || !p.n || (null && f != ED25519 && f != ED448);
}

enum tw_sig tw_signature_check(struct tw_pubkey *k, const struct tw_cert *c)
{
	const struct algorithm *a = NULL;

	errno = 0;
	for (size_t i = 0; i < sizeof table / sizeof *table && !a; i++)
		if (c->sig_oid.n == table[i].n && !memcmp(c->sig_oid.p, table[i].oid, table[i].n))
			a = &table[i];
	if (!a || !params_fit(a->family, c->sig_params))
		return TW_SIG_UNSUPPORTED;
	if (!family_fits(a->family, k->key))
		return k->key == TW_KEY_UNKNOWN ? TW_SIG_UNSUPPORTED : TW_SIG_BAD;
	if (!k->g)
		return TW_SIG_UNSUPPORTED;
	if (a->family == PSS)
		return pss_check(k, c);
	/* RFC 8017 section 8.2.2: as long as the modulus, to the byte. */
	if (a->family == RSA && c->signature.n != k->n.n)
		return TW_SIG_BAD;
	return verify(k->g, a->sign, c);
}
