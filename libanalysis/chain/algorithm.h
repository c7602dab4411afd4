/* algorithm.h: the table of signature algorithms, RSASSA-PSS's parameters, and
 * what checks signatures beside GnuTLS. Inner to chain/. */
#ifndef TW_CHAIN_ALGORITHM_H
#define TW_CHAIN_ALGORITHM_H

#include "chain/signature.h"

#include <gnutls/gnutls.h>
#include <openssl/types.h>

enum tw_family { TW_FAMILY_NONE, TW_FAMILY_RSA, TW_FAMILY_PSS, TW_FAMILY_ECDSA, TW_FAMILY_DSA,
	TW_FAMILY_ED25519, TW_FAMILY_ED448 };
enum tw_digest { TW_MD2, TW_MD4, TW_MD5, TW_SHA_1, TW_SHA_224, TW_SHA_256, TW_SHA_384, TW_SHA_512,
	TW_SHA_512_224, TW_SHA_512_256, TW_SHA3_224, TW_SHA3_256, TW_SHA3_384, TW_SHA3_512, TW_DIGEST_N };

struct tw_sigalg {
	const char *oid; /* content octets */
	uint8_t n;
	enum tw_family family; /* NONE: known by name, never checked */
	enum tw_digest digest; /* of RSASSA-PSS in its parameters */
	gnutls_sign_algorithm_t sign; /* UNKNOWN: not by GnuTLS */
};
/* By OID, or NULL. */
const struct tw_sigalg *tw_sigalg_find(struct tw_slice oid);
/* Do the AlgorithmIdentifier's parameters belong there? RSASSA-PSS: see
 * tw_pss_read. */
bool tw_sigalg_params(const struct tw_sigalg *a, struct tw_slice params);
const char *tw_digest_name(enum tw_digest d);
/* A hash algorithm by its OID's content; false: none of the table. */
bool tw_digest_find(struct tw_slice oid, enum tw_digest *out);
/* d of s into out; how many bytes, 0 where it is none of SHA or MD5. */
#define TW_MAX_DIGEST 64
size_t tw_digest(enum tw_digest d, struct tw_slice s, uint8_t out[TW_MAX_DIGEST]);

struct tw_pss {
	enum tw_digest hash, mgf;
	uint32_t salt;
};
/* RSASSA-PSS-params (RFC 4055 section 3.1), whole TLV; absent fields have
 * defaults. False: something that is not in the table. */
bool tw_pss_read(struct tw_slice params, struct tw_pss *o);

/* ---- rsa.c: RSA that GnuTLS does not check, and digests ---- */
/* s^e mod n is as long as n; out has n.n bytes. False: s is no number below n,
 * or its length is not the modulus's (RFC 8017 8.1.2, 8.2.2). */
bool tw_rsa_open(struct tw_slice n, struct tw_slice e, struct tw_slice s, uint8_t *out);
/* EMSA-PKCS1-v1_5 (RFC 8017 9.2), its DigestInfo with NULL or without (appendix
 * B.1 wants verifiers to take both). em is what tw_rsa_open gave. */
bool tw_rsa_pkcs1(struct tw_slice em, enum tw_digest d, struct tw_slice tbs);
/* EMSA-PSS (RFC 8017 9.1.2), with any salt and MGF1 hash. */
bool tw_rsa_pss(struct tw_slice em, const struct tw_pss *p, struct tw_slice n, struct tw_slice tbs);

/* ---- ec.c: ECDSA by libcrypto, where GnuTLS does not go ---- */
/* Once at start, before any thread. */
void tw_ec_start(void);
/* Who checks with a point on the curve of this name. NO_POINT: by its length or
 * first octet no point (RFC 5480 2.2). UNSUPPORTED: the curve is not in the
 * table, or the point is of the hybrid form, which RFC 5480 forbids. */
enum tw_ec_form { TW_EC_UNSUPPORTED, TW_EC_NO_POINT, TW_EC_GNUTLS, TW_EC_HERE };
enum tw_ec_form tw_ec_form(const char *curve, struct tw_slice point);
/* GOOD: *out is a key, for tw_ec_free. BAD: the point is not on the curve.
 * UNSUPPORTED: this libcrypto lacks it. point is one of those for HERE. */
enum tw_sig tw_ec_new(const char *curve, struct tw_slice point, EVP_PKEY **out);
/* md: the digest, of any length; sig: Ecdsa-Sig-Value, in DER. */
bool tw_ec_verify(EVP_PKEY *k, struct tw_slice md, struct tw_slice sig);
/* NULL-safe. */
void tw_ec_free(EVP_PKEY *k);

#endif
