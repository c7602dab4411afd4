/* profile.h: what differs between the rules of RFC 5280, of browsers today and
 * of browsers in 2015, as one table of switches. */
#ifndef TW_CHAIN_PROFILE_H
#define TW_CHAIN_PROFILE_H

#include "cert/cert.h"

/* When a subject's CNs stand for server names (docs/verdicts.md, name_match). */
enum tw_cn_rule { TW_CN_WITHOUT_SAN, TW_CN_WITHOUT_DNS_NAME, TW_CN_NEVER };
/* Which keys are strong enough (weak_key otherwise). */
enum tw_key_rule { TW_KEYS_ANY, TW_KEYS_RSA_1024, TW_KEYS_BROWSERS };
/* Digests of signatures, worst first: what a profile refuses is all up to one. */
enum tw_digest_rule { TW_DIGEST_MD5 = 1, TW_DIGEST_SHA1 = 2, TW_DIGEST_GOOD = 3 };

struct tw_profile {
	const char *name;
	uint64_t tolerated;         /* faults that are no failure, TW_FAULT_BIT */
	enum tw_cn_rule cn;
	enum tw_key_rule keys;
	bool anchor_keys;           /* the anchor's key is held to the same */
	enum tw_digest_rule refused; /* signatures by this digest or a worse one: weak_signature; 0 = none */
	bool v1_extensions;         /* version 1 with extensions may be a CA */
	bool ca_leaf;               /* a CA certificate may be a leaf */
	bool gated_crypto;          /* server-gated-crypto OIDs stand for serverAuth in CAs */
};

/* The default: RFC 5280 and nothing else. */
extern const struct tw_profile tw_profile_rfc5280;
/* By name: rfc5280, webpki, 2015; NULL if there is none such. The names, for
 * messages: tw_profile_names. */
const struct tw_profile *tw_profile_find(const char *name);
#define tw_profile_names "rfc5280, webpki or 2015"

/* The key is broken under every profile (RSA with e = 1 or an even modulus) or
 * weaker than the profile allows. */
bool tw_profile_weak_key(const struct tw_profile *p, const struct tw_cert *c, bool anchor);
/* The certificate's signature uses a digest that the profile refuses. */
bool tw_profile_weak_signature(const struct tw_profile *p, const struct tw_cert *c);
/* CNs of c's subject stand for names. */
bool tw_profile_cn_counts(const struct tw_profile *p, const struct tw_cert *c);

#endif
