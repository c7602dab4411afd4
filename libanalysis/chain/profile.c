/* The profiles, and what their switches mean. */
#include "chain/profile.h"
#include "chain/signature.h"

#include <string.h>

const struct tw_profile tw_profile_rfc5280 = {
	.name = "rfc5280", .cn = TW_CN_WITHOUT_SAN, .keys = TW_KEYS_ANY, .ca_leaf = true,
};

/* CA/Browser Forum Baseline Requirements 6.1.5 and 7.1.3 as browsers hold them. */
static const struct tw_profile webpki = {
	.name = "webpki", .cn = TW_CN_NEVER, .keys = TW_KEYS_BROWSERS, .anchor_keys = true, .refused = TW_DIGEST_SHA1,
};

static const struct tw_profile then = {
	.name = "2015", .tolerated = TW_FAULTS_TOLERATED_2015, .cn = TW_CN_WITHOUT_DNS_NAME, .keys = TW_KEYS_RSA_1024,
	.refused = TW_DIGEST_MD5, .v1_extensions = true, .ca_leaf = true, .gated_crypto = true,
};

const struct tw_profile *tw_profile_find(const char *name)
{
	static const struct tw_profile *const all[] = { &tw_profile_rfc5280, &webpki, &then };

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (!strcmp(all[i]->name, name))
			return all[i];
	return NULL;
}

static bool rsa(const struct tw_cert *c)
{
	return c->key == TW_KEY_RSA || c->key == TW_KEY_RSA_PSS;
}

/* RSA with e = 1 signs nothing; an even modulus is no product of two primes. */
static bool broken(const struct tw_cert *c)
{
	return rsa(c) && ((c->rsa_e.n == 1 && c->rsa_e.p[0] == 1) ||
		(c->rsa_n.n && !(c->rsa_n.p[c->rsa_n.n - 1] & 1)));
}

static bool browsers_take(const struct tw_cert *c)
{
	if (rsa(c))
		return c->key_bits >= 2048 && c->key_bits % 8 == 0;
	return c->curve && (!strcmp(c->curve, "secp256r1") || !strcmp(c->curve, "secp384r1") ||
		!strcmp(c->curve, "secp521r1"));
}

bool tw_profile_weak_key(const struct tw_profile *p, const struct tw_cert *c, bool anchor)
{
	if (broken(c))
		return true;
	if (anchor && !p->anchor_keys)
		return false;
	switch (p->keys) {
	case TW_KEYS_RSA_1024: return rsa(c) && c->key_bits < 1024;
	case TW_KEYS_BROWSERS: return !browsers_take(c);
	case TW_KEYS_ANY: break;
	}
	return false;
}

bool tw_profile_weak_signature(const struct tw_profile *p, const struct tw_cert *c)
{
	const char *digest = p->refused ? tw_signature_digest(c) : "";

	if (!strcmp(digest, "MD2") || !strcmp(digest, "MD4") || !strcmp(digest, "MD5"))
		return p->refused >= TW_DIGEST_MD5;
	return !strcmp(digest, "SHA1") && p->refused >= TW_DIGEST_SHA1;
}

static bool has_dns_name(struct tw_slice san)
{
	struct tw_der d;
	struct tw_slice v;
	int kind;

	tw_san_start(&d, san);
	while (tw_san_next(&d, &kind, &v) == 1)
		if (kind == 2)
			return true;
	return false;
}

bool tw_profile_cn_counts(const struct tw_profile *p, const struct tw_cert *c)
{
	switch (p->cn) {
	case TW_CN_WITHOUT_SAN: return !(c->ext & TW_EXT_SAN);
	case TW_CN_WITHOUT_DNS_NAME: return !has_dns_name(c->san);
	case TW_CN_NEVER: break;
	}
	return false;
}
