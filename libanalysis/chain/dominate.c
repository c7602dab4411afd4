/* Which of two labels stands before the other, and when for good. */
#include "chain/label.h"

#include <string.h>

static const uint8_t *sha(const struct tw_judge *j, const struct tw_label *l)
{
	return j->g->certs->v[l->cert].sha256;
}

/* Lists of SHA-256, from these certificates up. A list that ends is first. */
static int by_list(const struct tw_judge *j, uint32_t a, uint32_t b)
{
	while (a != TW_NONE && b != TW_NONE) {
		const struct tw_label *x = tw_label(j, a), *y = tw_label(j, b);
		int d = a == b ? 0 : memcmp(sha(j, x), sha(j, y), TW_SHA256);
		if (d || a == b)
			return d;
		if (x->parent == TW_NONE && y->parent == TW_NONE)
			return x->row < y->row ? -1 : x->row > y->row; /* rows are sorted by bytes */
		a = x->parent;
		b = y->parent;
	}
	return a == b ? 0 : a == TW_NONE ? -1 : 1;
}

int tw_label_tie(const struct tw_judge *j, uint32_t a, uint32_t b)
{
	const struct tw_label *x = tw_label(j, a), *y = tw_label(j, b);

	if (x->depth != y->depth)
		return x->depth < y->depth ? -1 : 1;
	if (x->fetched != y->fetched)
		return x->fetched < y->fetched ? -1 : 1;
	return by_list(j, a, b);
}

static bool same_events(const struct tw_judge *j, uint32_t a, uint32_t b)
{
	for (; a && b && a != b; a = j->event[a].next, b = j->event[b].next) {
		const struct tw_span *x = &j->event[a].span, *y = &j->event[b].span;
		if (x->from != y->from || x->until != y->until || x->reason != y->reason)
			return false;
	}
	return a == b;
}

/* The vendor's conditions on leaves. */
static bool row_allows(const struct tw_row_key *a, const struct tw_row_key *b)
{
	return a->distrust_after >= b->distrust_after && (!a->nconstraint ||
		(a->nconstraint == b->nconstraint && a->constraint == b->constraint));
}

/* A passes something of the component that B does not. */
static bool passes_more(const struct tw_context *c, uint32_t a, uint32_t b)
{
	const struct tw_judge *j = c->judge;

	for (uint32_t i = tw_label(j, a)->parent; i != TW_NONE; i = tw_label(j, i)->parent)
		if (!tw_label_passes(j, b, tw_label(j, i)->cert))
			return true;
	return false;
}

static bool no_worse(const struct tw_context *c, const struct tw_label *x, const struct tw_label *y)
{
	return x->from <= y->from && x->until >= y->until && x->reason <= y->reason &&
		(!x->constraints || (x->constraints == y->constraints && x->cost <= y->cost)) &&
		(!x->policy || x->policy == y->policy) && row_allows(&c->row[x->row], &c->row[y->row]) &&
		(!x->events || same_events(c->judge, x->events, y->events));
}

bool tw_label_dominates(const struct tw_context *c, uint32_t a, uint32_t b, bool leaf)
{
	const struct tw_judge *j = c->judge;
	const struct tw_label *x = tw_label(j, a), *y = tw_label(j, b);

	if (!no_worse(c, x, y) || tw_label_tie(j, a, b) > 0)
		return false;
	if (leaf)
		return true;
	if (x->left < y->left || x->key != y->key)
		return false;
	const struct tw_cnode *n = &c->node[tw_node_find((struct tw_context *)(uintptr_t)c, x->cert)];
	if (n->mesh == TW_MESH_NONE || (n->mesh == TW_MESH_PLAIN && !x->policy))
		return true;
	return !passes_more(c, a, b);
}
