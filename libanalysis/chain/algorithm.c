/* Signature algorithms by OID. */
#include "chain/algorithm.h"

#include <string.h>

static const struct tw_sigalg table[] = {
#define PKCS1 "\x2a\x86\x48\x86\xf7\x0d\x01\x01"
#define NIST "\x60\x86\x48\x01\x65\x03\x04\x03"
	{ PKCS1 "\x0b", 9, TW_FAMILY_RSA, TW_SHA_256, GNUTLS_SIGN_RSA_SHA256 },
	{ PKCS1 "\x0c", 9, TW_FAMILY_RSA, TW_SHA_384, GNUTLS_SIGN_RSA_SHA384 },
	{ PKCS1 "\x0d", 9, TW_FAMILY_RSA, TW_SHA_512, GNUTLS_SIGN_RSA_SHA512 },
	{ PKCS1 "\x0e", 9, TW_FAMILY_RSA, TW_SHA_224, GNUTLS_SIGN_RSA_SHA224 },
	{ PKCS1 "\x0f", 9, TW_FAMILY_RSA, TW_SHA_512_224, GNUTLS_SIGN_UNKNOWN },
	{ PKCS1 "\x10", 9, TW_FAMILY_RSA, TW_SHA_512_256, GNUTLS_SIGN_UNKNOWN },
	{ PKCS1 "\x05", 9, TW_FAMILY_RSA, TW_SHA_1, GNUTLS_SIGN_RSA_SHA1 },
	{ PKCS1 "\x04", 9, TW_FAMILY_RSA, TW_MD5, GNUTLS_SIGN_RSA_MD5 },
	{ PKCS1 "\x03", 9, TW_FAMILY_NONE, TW_MD4, GNUTLS_SIGN_UNKNOWN },
	{ PKCS1 "\x02", 9, TW_FAMILY_NONE, TW_MD2, GNUTLS_SIGN_UNKNOWN },
	{ PKCS1 "\x0a", 9, TW_FAMILY_PSS, TW_SHA_1, GNUTLS_SIGN_UNKNOWN },
	{ "\x2b\x0e\x03\x02\x1d", 5, TW_FAMILY_RSA, TW_SHA_1, GNUTLS_SIGN_RSA_SHA1 },
	{ NIST "\x0d", 9, TW_FAMILY_RSA, TW_SHA3_224, GNUTLS_SIGN_RSA_SHA3_224 },
	{ NIST "\x0e", 9, TW_FAMILY_RSA, TW_SHA3_256, GNUTLS_SIGN_RSA_SHA3_256 },
	{ NIST "\x0f", 9, TW_FAMILY_RSA, TW_SHA3_384, GNUTLS_SIGN_RSA_SHA3_384 },
	{ NIST "\x10", 9, TW_FAMILY_RSA, TW_SHA3_512, GNUTLS_SIGN_RSA_SHA3_512 },
	{ "\x2a\x86\x48\xce\x3d\x04\x03\x02", 8, TW_FAMILY_ECDSA, TW_SHA_256, GNUTLS_SIGN_ECDSA_SHA256 },
	{ "\x2a\x86\x48\xce\x3d\x04\x03\x03", 8, TW_FAMILY_ECDSA, TW_SHA_384, GNUTLS_SIGN_ECDSA_SHA384 },
	{ "\x2a\x86\x48\xce\x3d\x04\x03\x04", 8, TW_FAMILY_ECDSA, TW_SHA_512, GNUTLS_SIGN_ECDSA_SHA512 },
	{ "\x2a\x86\x48\xce\x3d\x04\x03\x01", 8, TW_FAMILY_ECDSA, TW_SHA_224, GNUTLS_SIGN_ECDSA_SHA224 },
	{ "\x2a\x86\x48\xce\x3d\x04\x01", 7, TW_FAMILY_ECDSA, TW_SHA_1, GNUTLS_SIGN_ECDSA_SHA1 },
	{ NIST "\x09", 9, TW_FAMILY_ECDSA, TW_SHA3_224, GNUTLS_SIGN_ECDSA_SHA3_224 },
	{ NIST "\x0a", 9, TW_FAMILY_ECDSA, TW_SHA3_256, GNUTLS_SIGN_ECDSA_SHA3_256 },
	{ NIST "\x0b", 9, TW_FAMILY_ECDSA, TW_SHA3_384, GNUTLS_SIGN_ECDSA_SHA3_384 },
	{ NIST "\x0c", 9, TW_FAMILY_ECDSA, TW_SHA3_512, GNUTLS_SIGN_ECDSA_SHA3_512 },
	{ "\x2a\x86\x48\xce\x38\x04\x03", 7, TW_FAMILY_DSA, TW_SHA_1, GNUTLS_SIGN_DSA_SHA1 },
	{ NIST "\x01", 9, TW_FAMILY_DSA, TW_SHA_224, GNUTLS_SIGN_DSA_SHA224 },
	{ NIST "\x02", 9, TW_FAMILY_DSA, TW_SHA_256, GNUTLS_SIGN_DSA_SHA256 },
	{ NIST "\x03", 9, TW_FAMILY_DSA, TW_SHA_384, GNUTLS_SIGN_DSA_SHA384 },
	{ NIST "\x04", 9, TW_FAMILY_DSA, TW_SHA_512, GNUTLS_SIGN_DSA_SHA512 },
	{ "\x2b\x65\x70", 3, TW_FAMILY_ED25519, TW_SHA_512, GNUTLS_SIGN_EDDSA_ED25519 },
	{ "\x2b\x65\x71", 3, TW_FAMILY_ED448, TW_SHA3_512, GNUTLS_SIGN_EDDSA_ED448 },
};

static const struct {
	const char *oid;
	uint8_t n;
	enum tw_digest digest;
} hashes[] = {
#define HASH "\x60\x86\x48\x01\x65\x03\x04\x02"
	{ "\x2b\x0e\x03\x02\x1a", 5, TW_SHA_1 }, { HASH "\x04", 9, TW_SHA_224 }, { HASH "\x01", 9, TW_SHA_256 },
	{ HASH "\x02", 9, TW_SHA_384 }, { HASH "\x03", 9, TW_SHA_512 }, { HASH "\x05", 9, TW_SHA_512_224 },
	{ HASH "\x06", 9, TW_SHA_512_256 }, { HASH "\x07", 9, TW_SHA3_224 },
	{ HASH "\x08", 9, TW_SHA3_256 }, { HASH "\x09", 9, TW_SHA3_384 }, { HASH "\x0a", 9, TW_SHA3_512 },
};

const struct tw_sigalg *tw_sigalg_find(struct tw_slice oid)
{
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (oid.n == table[i].n && !memcmp(oid.p, table[i].oid, oid.n))
			return &table[i];
	return NULL;
}

bool tw_sigalg_params(const struct tw_sigalg *a, struct tw_slice p)
{
	bool null = p.n == 2 && p.p[0] == 0x05 && p.p[1] == 0;

	if (a->family == TW_FAMILY_ED25519 || a->family == TW_FAMILY_ED448)
		return !p.n; /* RFC 8410 section 3 */
	return a->family == TW_FAMILY_PSS || !p.n || null;
}

const char *tw_digest_name(enum tw_digest d)
{
	static const char *const name[TW_DIGEST_N] = { "MD2", "MD4", "MD5", "SHA1", "SHA224", "SHA256", "SHA384",
		"SHA512", "SHA512-224", "SHA512-256", "SHA3-224", "SHA3-256", "SHA3-384", "SHA3-512" };
	return name[d];
}

bool tw_digest_find(struct tw_slice oid, enum tw_digest *out)
{
	for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++) {
		if (oid.n == hashes[i].n && !memcmp(oid.p, hashes[i].oid, oid.n)) {
			*out = hashes[i].digest;
			return true;
		}
	}
	return false;
}

/* SEQUENCE { OID, parameters NULL or absent }. */
static bool hash_read(struct tw_slice seq, enum tw_digest *out)
{
	struct tw_der d = { seq, false };
	struct tw_tlv alg, oid, params;

	if (!tw_der_tagged(&d, 0x30, &alg) || d.s.n)
		return false;
	d.s = alg.body;
	if (!tw_der_tagged(&d, 0x06, &oid))
		return false;
	int got = tw_der_next(&d, &params);
	if (got < 0 || (got == 1 && (params.tag != 0x05 || params.body.n || d.s.n)))
		return false;
	return tw_digest_find(oid.body, out);
}

/* SEQUENCE { id-mgf1, HashAlgorithm }. */
static bool mgf_read(struct tw_slice seq, enum tw_digest *out)
{
	static const uint8_t mgf1[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08 };
	struct tw_der d = { seq, false };
	struct tw_tlv alg, oid;

	if (!tw_der_tagged(&d, 0x30, &alg) || d.s.n)
		return false;
	d.s = alg.body;
	if (!tw_der_tagged(&d, 0x06, &oid) || !tw_slice_eq(oid.body, (struct tw_slice){ mgf1, sizeof mgf1 }))
		return false;
	return hash_read(d.s, out);
}

/* An INTEGER not negative, the only element. A large one is 65535: more salt
 * than any modulus holds. */
static bool small_read(struct tw_slice s, uint32_t *out)
{
	struct tw_der d = { s, false };
	struct tw_tlv v;

	if (!tw_der_tagged(&d, 0x02, &v) || d.s.n || !v.body.n || v.body.p[0] & 0x80)
		return false;
	size_t i = 0;
	while (i < v.body.n && !v.body.p[i])
		i++;
	if (v.body.n - i > 2) {
		*out = UINT16_MAX;
		return true;
	}
	for (*out = 0; i < v.body.n; i++)
		*out = *out << 8 | v.body.p[i];
	return true;
}

bool tw_pss_read(struct tw_slice params, struct tw_pss *o)
{
	struct tw_der d = { params, false };
	struct tw_tlv seq, f;
	uint32_t trailer = 1;
	int got;

	*o = (struct tw_pss){ TW_SHA_1, TW_SHA_1, 20 };
	if (!tw_der_tagged(&d, 0x30, &seq) || d.s.n)
		return false;
	d.s = seq.body;
	for (uint8_t last = 0x9f; (got = tw_der_next(&d, &f)) == 1; last = f.tag) {
		bool ok = false;
		if (f.tag <= last)
			return false;
		switch (f.tag) {
		case 0xa0: ok = hash_read(f.body, &o->hash); break;
		case 0xa1: ok = mgf_read(f.body, &o->mgf); break;
		case 0xa2: ok = small_read(f.body, &o->salt); break;
		case 0xa3: ok = small_read(f.body, &trailer) && trailer == 1; break;
		}
		if (!ok)
			return false;
	}
	return got == 0;
}
