/* What each certificate of a path must meet (RFC 5280 section 6.1). */
#include "chain/constraints.h"

#include <string.h>

#define KNOWN_CRITICAL (TW_EXT_BASIC_CONSTRAINTS | TW_EXT_KEY_USAGE | TW_EXT_EKU | TW_EXT_NAME_CONSTRAINTS | \
	TW_EXT_POLICIES | TW_EXT_POLICY_MAPPINGS | TW_EXT_POLICY_CONSTRAINTS | TW_EXT_INHIBIT_ANY | TW_EXT_SAN | \
	TW_EXT_IAN | TW_EXT_AKI | TW_EXT_SKI | TW_EXT_CRLDP | TW_EXT_OCSP_NOCHECK | TW_EXT_NO_REV_AVAIL)

/* Called from the leaf upwards, so that the first of equals is the nearest. */
void tw_path_fail(struct tw_path *p, enum tw_reason r, uint32_t cert)
{
	if (r > p->reason) {
		p->reason = r;
		p->culprit = cert;
	}
}

/* RSA with e = 1 signs nothing; an even modulus is no product of two primes. */
static bool broken_key(const struct tw_cert *c)
{
	if (c->key != TW_KEY_RSA && c->key != TW_KEY_RSA_PSS)
		return false;
	return (c->rsa_e.n == 1 && c->rsa_e.p[0] == 1) || (c->rsa_n.n && !(c->rsa_n.p[c->rsa_n.n - 1] & 1));
}

static bool eku_fits(const struct tw_cert *c, enum tw_purpose purpose)
{
	uint32_t want = purpose == TW_PURPOSE_SERVER ? TW_EKU_SERVER : TW_EKU_CLIENT;

	return purpose == TW_PURPOSE_ANY || !(c->ext & TW_EXT_EKU) || c->eku & (want | TW_EKU_ANY);
}

static bool leaf_usage_fits(const struct tw_cert *c, enum tw_purpose purpose)
{
	uint32_t want = TW_KU_DIGITAL_SIGNATURE | TW_KU_KEY_AGREEMENT;

	if (purpose == TW_PURPOSE_SERVER)
		want |= TW_KU_KEY_ENCIPHERMENT;
	return purpose == TW_PURPOSE_ANY || !(c->ext & TW_EXT_KEY_USAGE) || c->key_usage & want;
}

/* What holds for members and the anchor alike. */
static void common(const struct tw_search *s, struct tw_path *p, uint32_t i)
{
	uint32_t id = p->cert[i];
	const struct tw_cert *c = &s->g->certs->v[id];

	if (i == 0 || c->not_before > p->from) {
		p->from = c->not_before;
		p->early = id;
	}
	if (i == 0 || c->not_after < p->until) {
		p->until = c->not_after;
		p->late = id;
	}
	if (broken_key(c))
		tw_path_fail(p, TW_R_WEAK_KEY, id);
	if (!eku_fits(c, s->q->purpose))
		tw_path_fail(p, TW_R_EXTENDED_KEY_USAGE, id);
	if (c->critical & ~(uint32_t)KNOWN_CRITICAL)
		tw_path_fail(p, TW_R_CRITICAL_EXTENSION, id);
	if (c->curve && !strcmp(c->curve, "explicit"))
		tw_path_fail(p, TW_R_UNSUPPORTED_ALGORITHM, id);
}

static void issuer_rules(const struct tw_search *s, struct tw_path *p, uint32_t i, uint32_t below)
{
	uint32_t id = p->cert[i];
	const struct tw_cert *c = &s->g->certs->v[id];
	bool anchor = i == p->n - 1;
	bool own = anchor && id == p->cert[0];

	if (anchor ? c->ext & TW_EXT_BASIC_CONSTRAINTS && !c->ca && !own : c->version != 3 || !c->ca)
		tw_path_fail(p, TW_R_NOT_A_CA, id);
	if (c->ext & TW_EXT_KEY_USAGE && !(c->key_usage & TW_KU_KEY_CERT_SIGN) && !own)
		tw_path_fail(p, TW_R_KEY_USAGE, id);
	if (c->path_length >= 0 && below > (uint32_t)c->path_length)
		tw_path_fail(p, TW_R_PATH_LENGTH, id);
}

void tw_path_rules(struct tw_search *s, struct tw_path *p)
{
	const struct tw_cert *v = s->g->certs->v;
	uint32_t below = 0; /* not self-issued among C2..Ci-1 */

	p->culprit = TW_NONE;
	for (uint32_t i = 0; i < p->n; i++) {
		uint32_t id = p->cert[i];
		bool anchor = i == p->n - 1;
		common(s, p, i);
		if (i == 0 && !leaf_usage_fits(&v[id], s->q->purpose))
			tw_path_fail(p, TW_R_KEY_USAGE, id);
		if (i > 0)
			issuer_rules(s, p, i, below);
		if (!anchor && v[id].faults)
			tw_path_fail(p, TW_R_MALFORMED, id);
		if (!anchor)
			tw_path_fail(p, s->edge[i], id);
		if (i > 0 && s->g->node[id].subject != s->g->node[id].issuer)
			below++;
		/* Required policies are not judged: refuse, do not wave through. */
		if (v[id].ext & TW_EXT_POLICY_CONSTRAINTS)
			tw_path_fail(p, TW_R_POLICY, id);
	}
	tw_path_constraints(s, p);
}
