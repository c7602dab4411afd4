/* algorithm.h: the table of signature algorithms, and RSASSA-PSS's parameters.
 * Inner to chain/. */
#ifndef TW_CHAIN_ALGORITHM_H
#define TW_CHAIN_ALGORITHM_H

#include "cert/cert.h"

#include <gnutls/gnutls.h>

enum tw_family { TW_FAMILY_NONE, TW_FAMILY_RSA, TW_FAMILY_PSS, TW_FAMILY_ECDSA, TW_FAMILY_DSA,
	TW_FAMILY_ED25519, TW_FAMILY_ED448 };
enum tw_digest { TW_MD2, TW_MD4, TW_MD5, TW_SHA_1, TW_SHA_224, TW_SHA_256, TW_SHA_384, TW_SHA_512, TW_SHA3_224,
	TW_SHA3_256, TW_SHA3_384, TW_SHA3_512, TW_DIGEST_N };

struct tw_sigalg {
	const char *oid; /* content octets */
	uint8_t n;
	enum tw_family family; /* NONE: known by name, never checked */
	enum tw_digest digest; /* of RSASSA-PSS in its parameters */
	gnutls_sign_algorithm_t sign;
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

/* ---- rsa.c: what GnuTLS does not check ---- */
/* s^e mod n is as long as n; out has n.n bytes. False: s is no number below n,
 * or its length is not the modulus's (RFC 8017 8.1.2, 8.2.2). */
bool tw_rsa_open(struct tw_slice n, struct tw_slice e, struct tw_slice s, uint8_t *out);
/* EMSA-PKCS1-v1_5 whose DigestInfo has no NULL (RFC 8017 appendix B.1 wants
 * verifiers to take it). em is what tw_rsa_open gave. */
bool tw_rsa_without_null(struct tw_slice em, enum tw_digest d, struct tw_slice tbs);
/* EMSA-PSS (RFC 8017 9.1.2), with any salt and MGF1 hash. */
bool tw_rsa_pss(struct tw_slice em, const struct tw_pss *p, struct tw_slice n, struct tw_slice tbs);

#endif
