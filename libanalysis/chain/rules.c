/* What a certificate fails by itself (RFC 5280 sections 4.2 and 6.1), in each
 * place of a path. */
#include "chain/revoke.h"

#include <string.h>

static uint32_t bit(bool fails, enum tw_reason r)
{
	return fails ? TW_R_BIT(r) : 0;
}

static bool eku_lacks(const struct tw_judge *j, const struct tw_cert *c, bool ca)
{
	uint32_t want = j->o.purpose == TW_PURPOSE_SERVER ? TW_EKU_SERVER : TW_EKU_CLIENT;

	if (ca && j->o.profile->gated_crypto && want == TW_EKU_SERVER)
		want |= TW_EKU_SGC_MS | TW_EKU_SGC_NS;
	return j->o.purpose != TW_PURPOSE_ANY && c->ext & TW_EXT_EKU && !(c->eku & (want | TW_EKU_ANY));
}

/* What holds for all, whatever their purpose. */
static uint32_t any(const struct tw_judge *j, const struct tw_cert *c, bool anchor)
{
	return bit(tw_profile_weak_key(j->o.profile, c, anchor), TW_R_WEAK_KEY) |
		bit(c->critical & ~(uint32_t)TW_KNOWN_CRITICAL, TW_R_CRITICAL_EXTENSION) |
		bit(c->curve && !strcmp(c->curve, "explicit"), TW_R_UNSUPPORTED_ALGORITHM);
}

/* What holds for all of a path, the anchor's certificate too. */
static uint32_t common(const struct tw_judge *j, const struct tw_cert *c, bool ca, bool anchor)
{
	return any(j, c, anchor) | bit(eku_lacks(j, c, ca), TW_R_EXTENDED_KEY_USAGE);
}

/* What holds for C1 to Cn. */
static uint32_t member(const struct tw_judge *j, const struct tw_cert *c)
{
	return bit(c->faults & ~j->o.profile->tolerated, TW_R_MALFORMED) |
		bit(tw_profile_weak_signature(j->o.profile, c), TW_R_WEAK_SIGNATURE);
}

static bool signs_certs(const struct tw_cert *c)
{
	return !(c->ext & TW_EXT_KEY_USAGE) || c->key_usage & TW_KU_KEY_CERT_SIGN;
}

uint32_t tw_rules_member(const struct tw_judge *j, uint32_t cert)
{
	const struct tw_cert *c = &j->g->certs->v[cert];
	bool version = c->version == 3 || (c->version == 1 && c->ext && j->o.profile->v1_extensions);

	return common(j, c, true, false) | member(j, c) |
		bit(!version || !c->ca, TW_R_NOT_A_CA) | bit(!signs_certs(c), TW_R_KEY_USAGE) |
		bit(tw_constraints_bad(j->constraints, cert), TW_R_NAME_CONSTRAINTS) |
		bit(tw_policy_maps_any(c), TW_R_POLICY);
}

uint32_t tw_rules_anchor(const struct tw_judge *j, uint32_t cert, bool own)
{
	const struct tw_cert *c = &j->g->certs->v[cert];

	return common(j, c, true, true) |
		bit(!own && c->ext & TW_EXT_BASIC_CONSTRAINTS && !c->ca, TW_R_NOT_A_CA) |
		bit(!own && !signs_certs(c), TW_R_KEY_USAGE) |
		bit(tw_constraints_bad(j->constraints, cert), TW_R_NAME_CONSTRAINTS) |
		bit(tw_policy_maps_any(c), TW_R_POLICY);
}

static bool leaf_usage_fits(const struct tw_judge *j, const struct tw_cert *c)
{
	uint32_t want = TW_KU_DIGITAL_SIGNATURE | TW_KU_KEY_AGREEMENT;

	if (j->o.purpose == TW_PURPOSE_SERVER)
		want |= TW_KU_KEY_ENCIPHERMENT;
	return j->o.purpose == TW_PURPOSE_ANY || !(c->ext & TW_EXT_KEY_USAGE) || c->key_usage & want;
}

uint32_t tw_rules_leaf(const struct tw_judge *j, uint32_t cert)
{
	const struct tw_cert *c = &j->g->certs->v[cert];

	return common(j, c, false, false) | member(j, c) |
		bit(!leaf_usage_fits(j, c) || (c->ca && !j->o.profile->ca_leaf), TW_R_KEY_USAGE);
}

/* A certificate must fit both its keyUsage and its extKeyUsage. */
static bool responds(const struct tw_cert *c)
{
	return !(c->ext & TW_EXT_KEY_USAGE) || c->key_usage & (TW_KU_DIGITAL_SIGNATURE | TW_KU_NON_REPUDIATION);
}

uint32_t tw_rules_responder(const struct tw_judge *j, const struct tw_cert *c)
{
	return any(j, c, false) | member(j, c) | bit(!responds(c), TW_R_KEY_USAGE) |
		bit(!(c->ext & TW_EXT_EKU) || !(c->eku & TW_EKU_OCSP), TW_R_EXTENDED_KEY_USAGE);
}

uint32_t tw_rules_row(const struct tw_graph *g, const struct tw_row_key *r, const struct tw_cert *leaf)
{
	return bit(leaf->not_before > r->distrust_after ||
		(r->constraints && !tw_conditions_hold(g->constraints[r->constraints - 1], leaf)), TW_R_DISTRUSTED);
}

static uint32_t put(struct tw_judge *j, struct tw_span s, uint32_t cert, uint32_t next)
{
	if (j->nevent == j->capevent) {
		j->capevent = j->capevent ? j->capevent * 2 : 16;
		j->event = tw_realloc(j->event, j->capevent, sizeof *j->event);
		if (!j->nevent)
			j->nevent = 1; /* 0 is none */
	}
	j->event[j->nevent] = (struct tw_event){ s, cert, next };
	return j->nevent++;
}

uint32_t tw_rules_blocks(struct tw_judge *j, const struct tw_touch *v, uint32_t n, uint32_t cert, uint32_t next)
{
	for (uint32_t i = 0; i < n && v[i].cert <= cert; i++)
		if (v[i].cert == cert)
			next = put(j, (struct tw_span){ v[i].from, v[i].until, TW_R_DISTRUSTED }, cert, next);
	return next;
}

uint32_t tw_rules_revocation(struct tw_context *c, uint32_t cert, uint32_t label, const struct tw_staple *staple,
	uint32_t next)
{
	struct tw_judge *j = c->judge;
	struct tw_span span[TW_MAX_SPANS];

	/* Paths that only explain are not judged. */
	if ((!j->o.revocation && !staple) || c->verified)
		return next;
	const struct tw_label *l = tw_label(j, label);
	struct tw_ask q = { .who = { &j->g->certs->v[cert], j->g->node[cert].issuer }, .issuer = l->cert,
		.anchor = c->row[l->row].cert, .require = j->o.require, .staple = staple };
	uint32_t k = tw_revocation_spans(c, &q, span);
	for (uint32_t i = 0; i < k; i++)
		next = put(j, span[i], cert, next);
	return next;
}
