/* RSA where GnuTLS does not go: DigestInfo without NULL, SHA-512/224 and /256,
 * even moduli, and RSASSA-PSS with every digest and salt. The arithmetic is
 * GMP's, the digests are nettle's, which GnuTLS is made of too. */
#include "chain/algorithm.h"

#include <gmp.h>
#include <nettle/nettle-meta.h>
#include <nettle/pss-mgf1.h>
#include <nettle/sha1.h>
#include <nettle/md5.h>
#include <nettle/sha2.h>
#include <nettle/sha3.h>
#include <stdlib.h>
#include <string.h>

union context {
	struct md5_ctx md5;
	struct sha1_ctx sha1;
	struct sha256_ctx sha256;
	struct sha512_ctx sha512;
	struct sha3_512_ctx sha3;
	struct sha3_224_ctx sha3_224;
};

static const struct nettle_hash *hash_of(enum tw_digest d)
{
	switch (d) {
	case TW_MD5: return &nettle_md5;
	case TW_SHA_1: return &nettle_sha1;
	case TW_SHA_224: return &nettle_sha224;
	case TW_SHA_256: return &nettle_sha256;
	case TW_SHA_384: return &nettle_sha384;
	case TW_SHA_512: return &nettle_sha512;
	case TW_SHA_512_224: return &nettle_sha512_224;
	case TW_SHA_512_256: return &nettle_sha512_256;
	case TW_SHA3_224: return &nettle_sha3_224;
	case TW_SHA3_256: return &nettle_sha3_256;
	case TW_SHA3_384: return &nettle_sha3_384;
	case TW_SHA3_512: return &nettle_sha3_512;
	default: return NULL;
	}
}

static void digest(const struct nettle_hash *h, struct tw_slice s, uint8_t *out)
{
	union context c;

	h->init(&c);
	h->update(&c, s.n, s.p);
	h->digest(&c, h->digest_size, out);
}

size_t tw_digest(enum tw_digest d, struct tw_slice s, uint8_t out[TW_MAX_DIGEST])
{
	const struct nettle_hash *h = hash_of(d);

	if (!h)
		return 0;
	digest(h, s, out);
	return h->digest_size;
}

bool tw_rsa_open(struct tw_slice n, struct tw_slice e, struct tw_slice s, uint8_t *out)
{
	mpz_t mn, me, ms;
	bool ok = s.n == n.n && n.n;

	if (!ok)
		return false;
	mpz_inits(mn, me, ms, NULL);
	mpz_import(mn, n.n, 1, 1, 1, 0, n.p);
	mpz_import(me, e.n, 1, 1, 1, 0, e.p);
	mpz_import(ms, s.n, 1, 1, 1, 0, s.p);
	ok = mpz_cmp(ms, mn) < 0 && mpz_sgn(mn) > 0;
	if (ok) {
		size_t k = 0;
		mpz_powm(ms, ms, me, mn);
		size_t need = (mpz_sizeinbase(ms, 2) + 7) / 8;
		memset(out, 0, n.n);
		if (mpz_sgn(ms))
			mpz_export(out + n.n - need, &k, 1, 1, 1, 0, ms);
	}
	mpz_clears(mn, me, ms, NULL);
	return ok;
}

/* The digest's OID, content octets. */
static struct tw_slice digest_oid(enum tw_digest d)
{
	static const uint8_t nist[8] = { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02 };
	static const uint8_t last[TW_DIGEST_N] = { [TW_SHA_224] = 4, [TW_SHA_256] = 1, [TW_SHA_384] = 2,
		[TW_SHA_512] = 3, [TW_SHA_512_224] = 5, [TW_SHA_512_256] = 6, [TW_SHA3_224] = 7, [TW_SHA3_256] = 8,
		[TW_SHA3_384] = 9, [TW_SHA3_512] = 10 };
	static const uint8_t md5[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x05 };
	static const uint8_t sha1[] = { 0x2b, 0x0e, 0x03, 0x02, 0x1a };
	static _Thread_local uint8_t oid[9];

	if (d == TW_MD5)
		return (struct tw_slice){ md5, sizeof md5 };
	if (d == TW_SHA_1)
		return (struct tw_slice){ sha1, sizeof sha1 };
	memcpy(oid, nist, 8);
	oid[8] = last[d];
	return (struct tw_slice){ oid, 9 };
}

/* SEQUENCE { SEQUENCE { OID, NULL or nothing }, OCTET STRING }; its size. */
static size_t digest_info(uint8_t *info, struct tw_slice oid, bool null, struct tw_slice md)
{
	size_t k = 0, alg = 2 + oid.n + (null ? 2 : 0);

	info[k++] = 0x30;
	info[k++] = (uint8_t)(2 + alg + 2 + md.n);
	info[k++] = 0x30;
	info[k++] = (uint8_t)alg;
	info[k++] = 0x06;
	info[k++] = (uint8_t)oid.n;
	memcpy(info + k, oid.p, oid.n);
	k += oid.n;
	if (null) {
		info[k++] = 0x05;
		info[k++] = 0;
	}
	info[k++] = 0x04;
	info[k++] = (uint8_t)md.n;
	memcpy(info + k, md.p, md.n);
	return k + md.n;
}

/* 00 01 FF... 00 info, of eight FF at least. */
static bool pkcs1_is(struct tw_slice em, struct tw_slice info)
{
	if (em.n < info.n + 11 || em.p[0] != 0 || em.p[1] != 1)
		return false;
	for (size_t i = 2; i < em.n - info.n - 1; i++)
		if (em.p[i] != 0xff)
			return false;
	return em.p[em.n - info.n - 1] == 0 && !memcmp(em.p + em.n - info.n, info.p, info.n);
}

bool tw_rsa_pkcs1(struct tw_slice em, enum tw_digest d, struct tw_slice tbs)
{
	struct tw_slice oid = digest_oid(d);
	uint8_t info[2 + 2 + 2 + 9 + 2 + 2 + TW_MAX_DIGEST], md[TW_MAX_DIGEST];
	size_t n = tw_digest(d, tbs, md);
	bool ok = false;

	for (int null = 0; n && null < 2 && !ok; null++) {
		size_t k = digest_info(info, oid, null, (struct tw_slice){ md, n });
		ok = pkcs1_is(em, (struct tw_slice){ info, k });
	}
	return ok;
}

static bool pss_matches(const uint8_t *em, size_t n, size_t bits, const struct tw_pss *p, struct tw_slice tbs)
{
	const struct nettle_hash *h = hash_of(p->hash), *g = hash_of(p->mgf);
	uint8_t md[TW_MAX_DIGEST], want[TW_MAX_DIGEST];
	union context c;
	size_t hn = h->digest_size, dn = n - hn - 1;
	uint8_t *db = tw_alloc(dn + 1);
	static const uint8_t zeros[8];
	bool ok = true;

	/* The bits left of emBits are zero, then and after unmasking. */
	uint8_t top = (uint8_t)(0xff >> (8 * n - bits));
	ok = !(em[0] & (uint8_t)~top);
	g->init(&c);
	g->update(&c, hn, em + dn);
	pss_mgf1(&c, g, dn, db);
	for (size_t i = 0; i < dn; i++)
		db[i] ^= em[i];
	db[0] &= top;
	size_t pad = dn - p->salt - 1;
	for (size_t i = 0; i < pad; i++)
		ok &= db[i] == 0;
	ok &= db[pad] == 1;
	digest(h, tbs, md);
	h->init(&c);
	h->update(&c, sizeof zeros, zeros);
	h->update(&c, hn, md);
	h->update(&c, p->salt, db + pad + 1);
	h->digest(&c, hn, want);
	ok &= !memcmp(want, em + dn, hn);
	free(db);
	return ok;
}

bool tw_rsa_pss(struct tw_slice em, const struct tw_pss *p, struct tw_slice modulus, struct tw_slice tbs)
{
	const struct nettle_hash *h = hash_of(p->hash);
	size_t bits = modulus.n * 8;

	for (uint8_t top = modulus.p[0]; !(top & 0x80); top = (uint8_t)(top << 1))
		bits--;
	bits--; /* emBits = modBits - 1 */
	size_t n = (bits + 7) / 8;
	/* emLen may be an octet less than the modulus. */
	if (em.n > n && em.p[0])
		return false;
	const uint8_t *e = em.p + (em.n - n);
	if (!h || !hash_of(p->mgf) || n < h->digest_size + p->salt + 2 || e[n - 1] != 0xbc)
		return false;
	return pss_matches(e, n, bits, p, tbs);
}
