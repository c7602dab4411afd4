/* What a single reason hides, of the leaf and of the path that stands for it at
 * a time: docs/verdicts.md, section 8. */
#include "chain/label.h"

#define UNVERIFIED (TW_R_BIT(TW_R_UNSUPPORTED_ALGORITHM) | TW_R_BIT(TW_R_BAD_SIGNATURE))
#define RULES (TW_R_BIT(TW_R_WEAK_SIGNATURE) | TW_R_BIT(TW_R_WEAK_KEY) | TW_R_BIT(TW_R_POLICY) | \
	TW_R_BIT(TW_R_EXTENDED_KEY_USAGE) | TW_R_BIT(TW_R_NAME_CONSTRAINTS) | TW_R_BIT(TW_R_PATH_LENGTH) | \
	TW_R_BIT(TW_R_KEY_USAGE) | TW_R_BIT(TW_R_NOT_A_CA) | TW_R_BIT(TW_R_CRITICAL_EXTENSION) | TW_R_BIT(TW_R_MALFORMED))

void tw_fact_names(struct tw_buf *b, uint32_t facts)
{
	static const char *const names[] = { "self_signed", "self_issued", "chain_builds", "anchored", "in_time", "leaf_expired",
		"issuer_expired", "leaf_early", "issuer_early", "named", "revoked", "distrusted", "rule_failed" };
	const char *between = "";

	for (uint32_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (!(facts >> i & 1))
			continue;
		tw_buf_addf(b, "%s%s", between, names[i]);
		between = " ";
	}
}

uint32_t tw_facts_leaf(struct tw_judge *j, uint32_t leaf)
{
	const struct tw_node *n = &j->g->node[leaf];

	if (n->subject != n->issuer)
		return 0;
	return TW_FACT_SELF_ISSUED | (tw_self_signed(j, leaf) ? TW_FACT_SELF_SIGNED | TW_FACT_CHAIN_BUILDS : 0u);
}

uint32_t tw_facts_time(const struct tw_cert *leaf, const struct tw_way *above, int64_t t)
{
	uint32_t f = 0;

	if (t > leaf->not_after)
		f |= TW_FACT_LEAF_EXPIRED;
	if (t < leaf->not_before)
		f |= TW_FACT_LEAF_EARLY;
	if (t > above->until)
		f |= TW_FACT_ISSUER_EXPIRED;
	if (t < above->from)
		f |= TW_FACT_ISSUER_EARLY;
	return f ? f : TW_FACT_IN_TIME;
}

void tw_facts_above(const struct tw_context *c, const struct tw_candidate_path *p, struct tw_way *w)
{
	const struct tw_judge *j = c->judge;

	*w = (struct tw_way){ TW_TIME_MIN, TW_TIME_MAX, false };
	for (uint32_t l = p->label; l != TW_NONE; l = tw_label(j, l)->parent) {
		const struct tw_label *x = tw_label(j, l);
		const struct tw_cert *cert = &j->g->certs->v[x->cert];
		if (x->cert == p->leaf || (x->parent == TW_NONE && !c->row[x->row].expiry))
			continue;
		w->from = cert->not_before > w->from ? cert->not_before : w->from;
		w->until = cert->not_after < w->until ? cert->not_after : w->until;
	}
}

uint32_t tw_facts_path(const struct tw_context *c, const struct tw_candidate_path *p, int64_t t)
{
	const struct tw_judge *j = c->judge;
	uint32_t bits = p->failures, f;
	struct tw_way above;

	for (uint32_t e = p->events; e; e = j->event[e].next)
		if (j->event[e].span.from <= t && t <= j->event[e].span.until)
			bits |= TW_R_BIT(j->event[e].span.reason);
	tw_facts_above(c, p, &above);
	f = tw_facts_time(&j->g->certs->v[p->leaf], &above, t);
	if (!(bits & UNVERIFIED))
		f |= TW_FACT_ANCHORED | TW_FACT_CHAIN_BUILDS;
	if (bits & TW_R_BIT(TW_R_REVOKED))
		f |= TW_FACT_REVOKED;
	if (bits & TW_R_BIT(TW_R_DISTRUSTED))
		f |= TW_FACT_DISTRUSTED;
	return f | (bits & RULES ? TW_FACT_RULE_FAILED : 0u);
}
