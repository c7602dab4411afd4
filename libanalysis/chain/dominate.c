/* Which of two labels stands before the other, and when for good. */
#include "chain/label.h"

#include <string.h>

static const uint8_t *sha(const struct tw_judge *j, const struct tw_label *l)
{
	return j->g->certs->v[l->cert].sha256;
}

/* Lists of SHA-256, from these certificates up, equally long. */
static int by_list(const struct tw_judge *j, const struct tw_label *x, const struct tw_label *y)
{
	while (x != y) {
		int d = x->cert == y->cert ? 0 : memcmp(sha(j, x), sha(j, y), TW_SHA256);
		if (d)
			return d;
		if (x->parent == TW_NONE || y->parent == TW_NONE)
			return x->row < y->row ? -1 : x->row > y->row; /* rows are sorted by bytes */
		x = tw_label(j, x->parent);
		y = tw_label(j, y->parent);
	}
	return 0;
}

static int label_tie(const struct tw_judge *j, const struct tw_label *x, const struct tw_label *y)
{
	if (x->depth != y->depth)
		return x->depth < y->depth ? -1 : 1;
	if (x->fetched != y->fetched)
		return x->fetched < y->fetched ? -1 : 1;
	return by_list(j, x, y);
}

int tw_label_tie(const struct tw_judge *j, uint32_t a, uint32_t b)
{
	return label_tie(j, tw_label(j, a), tw_label(j, b));
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
	return a->distrust_after >= b->distrust_after && (!a->constraints || a->constraints == b->constraints);
}

/* A passes something of the component that B does not. */
static bool passes_more(const struct tw_context *c, const struct tw_label *x, const struct tw_label *y)
{
	const struct tw_judge *j = c->judge;

	for (uint32_t i = x->parent; i != TW_NONE; i = tw_label(j, i)->parent)
		if (!tw_label_passes(j, y->parent, tw_label(j, i)->cert))
			return true;
	return false;
}

/* Which lists count below depends on the anchor. */
static bool same_lists(const struct tw_context *c, const struct tw_label *x, const struct tw_label *y)
{
	return !c->judge->o.revocation || c->row[x->row].cert == c->row[y->row].cert;
}

static bool no_worse(const struct tw_context *c, const struct tw_label *x, const struct tw_label *y)
{
	return x->from <= y->from && x->until >= y->until && x->reason <= y->reason &&
		(!x->constraints || (x->constraints == y->constraints && x->cost <= y->cost)) &&
		(!x->policy || x->policy == y->policy) && row_allows(&c->row[x->row], &c->row[y->row]) &&
		(!x->events || same_events(c->judge, x->events, y->events)) && same_lists(c, x, y);
}

/* Before its leaf's validity a path that has ended by then is *expired*, which
 * stands before the *not_yet_valid* of one that has not. */
static bool ends_alike(const struct tw_label *x, const struct tw_label *y)
{
	return x->until == y->until || y->reason >= TW_R_NOT_YET_VALID;
}

bool tw_entry_dominates(const struct tw_context *c, const struct tw_label *x, const struct tw_label *y, bool exact)
{
	return no_worse(c, x, y) && (!exact || ends_alike(x, y)) && label_tie(c->judge, x, y) <= 0;
}

bool tw_label_dominates(const struct tw_context *c, uint8_t mesh, const struct tw_label *x, const struct tw_label *y,
	bool exact)
{
	if (x->left < y->left || x->key != y->key || !tw_entry_dominates(c, x, y, exact))
		return false;
	if (mesh == TW_MESH_NONE)
		return true;
	if (mesh == TW_MESH_PLAIN && !x->policy && (!exact || y->reason >= TW_R_NOT_YET_VALID))
		return true;
	return !passes_more(c, x, y);
}
