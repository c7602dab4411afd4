/* Labels: a base at each anchor, and a step down (RFC 5280 section 6.1.3 and
 * 6.1.4). */
#include "chain/label.h"

#include <stdlib.h>
#include <string.h>

static uint32_t new_label(struct tw_judge *j, const struct tw_label *l)
{
	uint32_t id = j->nlabel++;

	if (id >> 10 == j->nchunk) {
		j->chunk = tw_realloc(j->chunk, (size_t)j->nchunk + 1, sizeof *j->chunk);
		j->chunk[j->nchunk++] = tw_realloc(NULL, 1024, sizeof **j->chunk);
	}
	*tw_label(j, id) = *l;
	j->stats.labels++;
	return id;
}

void tw_label_drop(struct tw_judge *j, uint32_t id)
{
	if (id + 1 == j->nlabel)
		j->nlabel--;
}

void tw_label_fail(struct tw_label *l, enum tw_reason r, uint32_t cert)
{
	l->failures |= TW_R_BIT(r);
	if (r >= l->reason) {
		l->reason = (uint8_t)r;
		l->culprit = cert;
	}
}

static void fail_all(struct tw_label *l, uint32_t bits, uint32_t cert)
{
	if (!bits)
		return;
	l->failures |= bits;
	tw_label_fail(l, tw_reason_worst(bits), cert);
}

uint32_t tw_label_base(struct tw_context *c, uint32_t row)
{
	struct tw_judge *j = c->judge;
	const struct tw_row_key *r = &c->row[row];
	const struct tw_cert *x = &j->g->certs->v[r->cert];
	static const uint32_t purpose[] = { TW_TRUST_SERVER, TW_TRUST_CLIENT, TW_TRUST_ALL };

	if (c->base[row] != TW_NONE)
		return c->base[row];
	struct tw_label l = { .from = TW_TIME_MIN, .until = TW_TIME_MAX, .early = TW_NONE, .late = TW_NONE,
		.cert = r->cert, .parent = TW_NONE, .row = row, .culprit = TW_NONE, .key = j->g->node[r->cert].key,
		.left = x->path_length >= 0 ? x->path_length : TW_ANY_LENGTH, .depth = 1 };
	if (r->expiry) {
		l.from = x->not_before;
		l.until = x->not_after;
		l.early = l.late = r->cert;
	}
	fail_all(&l, tw_rules_anchor(j, r->cert, r->cert == c->leaf), r->cert);
	if (!(r->purposes & purpose[j->o.purpose]))
		tw_label_fail(&l, TW_R_DISTRUSTED, r->cert);
	l.constraints = tw_constraints_add(j->constraints, 0, r->cert);
	if (c->policies)
		l.policy = tw_policy_anchor(j->policies, r->cert);
	return c->base[row] = new_label(j, &l);
}

bool tw_label_passes(const struct tw_judge *j, uint32_t label, uint32_t cert)
{
	for (; label != TW_NONE; label = tw_label(j, label)->parent)
		if (tw_same_entity(j->g, tw_label(j, label)->cert, cert))
			return true;
	return false;
}

/* The nearest CA below which more stand than its path length allows, of those
 * from l up; below: not self-issued ones under l's certificate so far. */
static uint32_t too_long(const struct tw_judge *j, const struct tw_label *l, int32_t below)
{
	const struct tw_cert *v = j->g->certs->v;

	for (;;) {
		const struct tw_node *n = &j->g->node[l->cert];
		if (v[l->cert].path_length >= 0 && below > v[l->cert].path_length)
			return l->cert;
		if (l->parent == TW_NONE)
			return l->cert; /* not reached: some length is exceeded */
		below += n->subject != n->issuer;
		l = tw_label(j, l->parent);
	}
}

/* RFC 5280 6.1.4 (l), (m). */
static void lengths(const struct tw_judge *j, struct tw_label *l, const struct tw_label *above, bool self_issued)
{
	const struct tw_cert *x = &j->g->certs->v[l->cert];

	if (l->left != TW_ANY_LENGTH && !self_issued) {
		l->left--;
		if (l->left < 0)
			tw_label_fail(l, TW_R_PATH_LENGTH, too_long(j, above, 1));
	}
	if (x->path_length >= 0 && x->path_length < l->left)
		l->left = x->path_length;
}

/* 6.1.3 (b), (c) and 6.1.4 (g). False: too much to compare. */
static bool names(struct tw_judge *j, struct tw_label *l, bool self_issued)
{
	if (l->constraints && !self_issued) {
		uint64_t cost = l->cost + tw_constraints_cost(j->constraints, l->constraints, l->cert, false);
		if (cost > TW_MAX_CONSTRAINT_COST)
			return false;
		l->cost = (uint32_t)cost;
		if (!tw_constraints_hold(j->constraints, l->constraints, l->cert, false))
			tw_label_fail(l, TW_R_NAME_CONSTRAINTS, l->cert);
	}
	l->constraints = tw_constraints_add(j->constraints, l->constraints, l->cert);
	return true;
}

static void events(struct tw_context *c, struct tw_label *l)
{
	l->events = tw_rules_blocks(c->judge, c->touch, c->ntouch, l->cert, l->events);
	l->events = tw_rules_revocation(c, l->cert, l->parent, NULL, l->events);
}

static void window(struct tw_label *l, const struct tw_cert *x)
{
	/* The nearest to the leaf of equals binds. */
	if (x->not_before >= l->from) {
		l->from = x->not_before;
		l->early = l->cert;
	}
	if (x->not_after <= l->until) {
		l->until = x->not_after;
		l->late = l->cert;
	}
}

uint32_t tw_label_extend(struct tw_context *c, const struct tw_cnode *node, uint32_t above, int edge, bool *cut)
{
	struct tw_judge *j = c->judge;
	const struct tw_label *up = tw_label(j, above);
	const struct tw_node *n = &j->g->node[node->cert];
	bool self_issued = n->subject == n->issuer, failed = false;

	if (tw_label_passes(j, above, node->cert))
		return TW_NONE;
	if (up->depth + 2 > TW_MAX_DEPTH) { /* with the leaf */
		*cut = true;
		return TW_NONE;
	}
	struct tw_label l = *up;
	l.cert = node->cert;
	l.parent = above;
	l.dead = false;
	l.depth++;
	l.fetched = (uint8_t)(l.fetched + !tw_context_presented(c, node->cert));
	l.key = n->key;
	if (tw_graph_inherits(j->g, n->key))
		l.key = tw_graph_inherit(j->g, n->key, up->key);
	window(&l, &j->g->certs->v[node->cert]);
	fail_all(&l, node->failures, node->cert);
	if (edge)
		tw_label_fail(&l, (enum tw_reason)edge, node->cert);
	lengths(j, &l, up, self_issued);
	if (c->policies) {
		l.policy = tw_policy_member(j->policies, up->policy, node->cert, self_issued, &failed);
		if (failed && !(up->failures & TW_R_BIT(TW_R_POLICY)))
			tw_label_fail(&l, TW_R_POLICY, node->cert);
	}
	if (!names(j, &l, self_issued)) {
		*cut = true;
		return TW_NONE;
	}
	events(c, &l);
	return new_label(j, &l);
}
