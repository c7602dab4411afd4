/* A leaf below the labels of its issuers (RFC 5280 6.1.3 and 6.1.5 for the
 * last certificate). */
#include "chain/label.h"

#include <stdlib.h>
#include <string.h>

static enum tw_reason with_edge(const struct tw_judge *j, const struct tw_entry *e)
{
	enum tw_reason r = (enum tw_reason)tw_label(j, e->label)->reason;

	return r > e->edge ? r : (enum tw_reason)e->edge;
}

/* Entries in the order in which the bound keeps them. */
static int entry_order(const struct tw_judge *j, const struct tw_entry *a, const struct tw_entry *b)
{
	const struct tw_label *x = tw_label(j, a->label), *y = tw_label(j, b->label);
	int d = (int)with_edge(j, a) - (int)with_edge(j, b);

	if (d)
		return d;
	if (x->until != y->until)
		return x->until > y->until ? -1 : 1;
	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	d = tw_label_tie(j, a->label, b->label);
	return d ? d : (int)a->edge - (int)b->edge;
}

static bool entry_dominates(const struct tw_context *c, const struct tw_entry *a, const struct tw_entry *b, bool exact)
{
	return a->edge <= b->edge && tw_entry_dominates(c, tw_label(c->judge, a->label), tw_label(c->judge, b->label), exact);
}

static void entry_keep(struct tw_context *c, struct tw_entries *o, struct tw_entry e, bool exact)
{
	uint32_t k = 0;

	for (uint32_t i = 0; i < o->n; i++)
		if (entry_dominates(c, &o->v[i], &e, exact))
			return;
	for (uint32_t i = 0; i < o->n; i++)
		if (!entry_dominates(c, &e, &o->v[i], exact))
			o->v[k++] = o->v[i];
	o->n = k;
	if (o->n == o->cap) {
		o->cap = o->cap ? o->cap * 2 : 1;
		o->v = tw_realloc(o->v, o->cap, sizeof *o->v);
	}
	while (k && entry_order(c->judge, &e, &o->v[k - 1]) < 0) {
		o->v[k] = o->v[k - 1];
		k--;
	}
	o->v[k] = e;
	o->n++;
}

/* More than every reason can be told of: yes or no at least. */
static void entries_cut(struct tw_context *c, struct tw_entries *o)
{
	struct tw_entries all = *o;

	if (o->n <= TW_MAX_EXACT_LABELS)
		return;
	o->coarse = true;
	o->v = NULL;
	o->n = o->cap = 0;
	for (uint32_t i = 0; i < all.n; i++)
		entry_keep(c, o, all.v[i], false);
	free(all.v);
	if (o->n > TW_MAX_LABELS) {
		o->n = TW_MAX_LABELS;
		o->cut = true;
	}
}

static void entry_try(struct tw_context *c, const struct tw_group *g, const struct tw_edges *e, struct tw_entries *o,
	const struct tw_cand *k, uint32_t label, uint32_t leaf)
{
	int edge = tw_edge(c, g, e, k, tw_label(c->judge, label)->key, leaf);

	if (edge >= 0)
		entry_keep(c, o, (struct tw_entry){ label, (uint8_t)edge }, true);
}

static void gather(struct tw_context *c, const struct tw_group *g, const struct tw_edges *e, struct tw_entries *o,
	uint32_t leaf)
{
	o->cut = e->cut || c->cut;
	for (uint32_t i = 0; i < g->n; i++) {
		const struct tw_cand *k = &g->cand[i];
		if (k->row == TW_CAND_SELF)
			continue;
		if (k->row != TW_NONE) {
			entry_try(c, g, e, o, k, tw_label_base(c, k->row), leaf);
			continue;
		}
		if (!(g->inherits >> k->slot & 1) && tw_edge(c, g, e, k, g->key[k->slot], leaf) < 0)
			continue;
		uint32_t y = tw_node_need(c, k->cert);
		o->cut |= c->node[y].cut;
		o->coarse |= c->node[y].coarse;
		for (uint32_t m = 0; m < c->node[y].nlabel; m++)
			if (!tw_label(c->judge, c->node[y].label[m])->dead)
				entry_try(c, g, e, o, k, c->node[y].label[m], leaf);
		entries_cut(c, o);
	}
}

/* Shared by all leaves whose checks came out alike. */
static struct tw_entries *entries_of(struct tw_context *c, uint32_t leaf, struct tw_entries *own)
{
	uint32_t at = tw_group_find(c, leaf);
	struct tw_group *g = c->group[at];
	struct tw_edges e = tw_edges_check(c, g, leaf);

	if (g->inherits || e.cut) {
		memset(own, 0, sizeof *own);
		gather(c, g, &e, own, leaf);
		return own;
	}
	for (struct tw_entries *o = g->entries; o; o = o->next)
		if (o->good == e.good && o->unknown == e.unknown && o->bad == e.bad)
			return o;
	struct tw_entries *o = tw_alloc(sizeof *o);
	o->good = e.good;
	o->unknown = e.unknown;
	o->bad = e.bad;
	gather(c, g, &e, o, leaf);
	o->next = g->entries;
	g->entries = o;
	return o;
}

static bool names_hold(struct tw_judge *j, uint32_t set, uint32_t leaf)
{
	if (j->named != leaf) {
		j->named = leaf;
		j->nset = 0;
	}
	for (uint32_t i = 0; i < j->nset; i++)
		if (j->set[i] == set)
			return j->within[i];
	bool ok = tw_constraints_hold(j->constraints, set, leaf, true);
	if (j->nset < sizeof j->set / sizeof *j->set) {
		j->set[j->nset] = set;
		j->within[j->nset++] = ok;
	}
	return ok;
}

/* What the leaf fails below this label, its signature aside; false: too much
 * to compare. */
static bool leaf_failures(struct tw_context *c, const struct tw_label *l, uint32_t leaf, uint32_t *bits)
{
	struct tw_judge *j = c->judge;
	const struct tw_node *n = &j->g->node[leaf];

	*bits |= tw_rules_row(j->g, &c->row[l->row], &j->g->certs->v[leaf]);
	if (l->constraints) {
		if (l->cost + tw_constraints_cost(j->constraints, l->constraints, leaf, true) > TW_MAX_CONSTRAINT_COST)
			return false;
		if (!names_hold(j, l->constraints, leaf))
			*bits |= TW_R_BIT(TW_R_NAME_CONSTRAINTS);
	}
	if (c->policies && !(l->failures & TW_R_BIT(TW_R_POLICY)) &&
			!tw_policy_leaf(j->policies, l->policy, leaf, n->subject == n->issuer))
		*bits |= TW_R_BIT(TW_R_POLICY);
	return true;
}

static uint32_t leaf_events(struct tw_context *c, const struct tw_label *l, uint32_t label, uint32_t leaf)
{
	struct tw_judge *j = c->judge;
	uint32_t blocks = tw_rules_blocks(j, (const struct tw_touch *)(const void *)j->own.p,
		(uint32_t)(j->own.n / sizeof(struct tw_touch)), leaf, l->events);

	return tw_rules_revocation(c, leaf, label, j->question ? j->question->staple : NULL, blocks);
}

static bool path_of(struct tw_context *c, const struct tw_entry *e, uint32_t leaf, uint32_t own,
	struct tw_candidate_path *p)
{
	struct tw_judge *j = c->judge;
	const struct tw_label *l = tw_label(j, e->label);
	const struct tw_cert *x = &j->g->certs->v[leaf];
	uint32_t bits = own | (e->edge ? TW_R_BIT(e->edge) : 0);

	if (!leaf_failures(c, l, leaf, &bits))
		return false;
	*p = (struct tw_candidate_path){ .leaf = leaf, .label = e->label, .failures = bits | l->failures, .edge = e->edge,
		.from = l->from, .until = l->until, .early = l->early, .late = l->late };
	p->reason = tw_reason_worst(p->failures);
	p->own = bits && tw_reason_worst(bits) >= (enum tw_reason)l->reason;
	p->culprit = p->own ? leaf : l->culprit;
	if (x->not_before >= p->from) {
		p->from = x->not_before;
		p->early = leaf;
	}
	if (x->not_after <= p->until) {
		p->until = x->not_after;
		p->late = leaf;
	}
	p->events = leaf_events(c, l, e->label, leaf);
	return true;
}

uint32_t tw_leaf_paths(struct tw_context *c, uint32_t leaf, struct tw_candidate_path **out, struct tw_lost *lost)
{
	struct tw_entries own = { .v = NULL };

	*out = NULL;
	*lost = (struct tw_lost){ c && c->cut, false };
	if (!c || c->hopeless)
		return 0;
	struct tw_entries *o = entries_of(c, leaf, &own);
	uint32_t bits = tw_rules_leaf(c->judge, leaf), n = 0;

	*lost = (struct tw_lost){ o->cut, o->coarse };
	*out = o->n ? tw_realloc(NULL, o->n, sizeof **out) : NULL;
	for (uint32_t i = 0; i < o->n; i++) {
		if (path_of(c, &o->v[i], leaf, bits, &(*out)[n]))
			n++;
		else
			lost->paths = true;
	}
	if (o == &own)
		free(own.v);
	return n;
}

/* The event's certificate stands nearer to the leaf than the one at fault for
 * good. The leaf may stand again as the anchor's certificate. */
static bool nearer(const struct tw_judge *j, const struct tw_candidate_path *p, const struct tw_event *v)
{
	if (p->own || v->culprit == p->leaf)
		return !p->own;
	for (uint32_t l = p->label; l != TW_NONE; l = tw_label(j, l)->parent) {
		uint32_t c = tw_label(j, l)->cert;
		if (c == v->culprit || c == p->culprit)
			return c == v->culprit;
	}
	return false;
}

enum tw_reason tw_path_reason(const struct tw_judge *j, const struct tw_candidate_path *p, int64_t t,
	uint32_t *culprit)
{
	enum tw_reason r = t > p->until ? TW_R_EXPIRED : t < p->from ? TW_R_NOT_YET_VALID : TW_R_OK;
	bool always = false;

	*culprit = r == TW_R_EXPIRED ? p->late : r == TW_R_NOT_YET_VALID ? p->early : TW_NONE;
	if (p->reason > r) {
		r = p->reason;
		*culprit = p->culprit;
		always = true;
	}
	/* The first of equal events is the nearest to the leaf. */
	for (uint32_t e = p->events; e; e = j->event[e].next) {
		const struct tw_event *v = &j->event[e];
		if (v->span.from > t || t > v->span.until)
			continue;
		if (v->span.reason > r || (v->span.reason == r && always && nearer(j, p, v))) {
			r = v->span.reason;
			*culprit = v->culprit;
			always = false;
		}
	}
	return r;
}

int tw_path_tie(const struct tw_judge *j, const struct tw_candidate_path *a, const struct tw_candidate_path *b)
{
	if (a->until != b->until)
		return a->until > b->until ? -1 : 1;
	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return tw_label_tie(j, a->label, b->label);
}
