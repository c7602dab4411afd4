/* What a server sent, apart from any store. */
#include "base/bounds.h"
#include "chain/judge.h"

#include <stdlib.h>

struct order {
	struct tw_graph *g;
	const uint32_t *c;
	uint32_t n;
	uint64_t cost; /* of the checks asked for, made before or not */
};

/* An edge that verifies, or cannot be checked. */
static bool signs(struct order *o, uint32_t issuer, uint32_t child)
{
	struct tw_graph *g = o->g;
	const struct tw_cert *v = g->certs->v;

	/* One that is not readable has no name, and is of nobody's. */
	if (!v[child].readable || g->node[issuer].subject != g->node[child].issuer)
		return false;
	o->cost += tw_graph_cost(g, g->node[issuer].key);
	return o->cost <= TW_MAX_ORDER_COST && tw_graph_sig(g, g->node[issuer].key, child) != TW_SIG_BAD;
}

static bool all_reached(struct order *o)
{
	bool *seen = tw_alloc(o->n * sizeof *seen);
	uint32_t *todo = tw_realloc(NULL, o->n, sizeof *todo), ntodo = 1;

	todo[0] = 0;
	seen[0] = true;
	for (uint32_t i = 0; i < ntodo && o->cost <= TW_MAX_ORDER_COST; i++) {
		for (uint32_t k = 0; k < o->n; k++) {
			if (!seen[k] && signs(o, o->c[k], o->c[todo[i]])) {
				seen[k] = true;
				todo[ntodo++] = k;
			}
		}
	}
	free(todo);
	free(seen);
	return ntodo == o->n;
}

static bool repeats(const struct order *o)
{
	for (uint32_t i = 0; i < o->n; i++)
		for (uint32_t k = 0; k < i; k++)
			if (o->c[i] == o->c[k])
				return true;
	return false;
}

const char *tw_chain_order(struct tw_graph *g, const uint32_t *presented, uint32_t n)
{
	struct order o = { .g = g, .c = presented, .n = n };
	bool ordered = true;

	if (repeats(&o))
		return "duplicate";
	if (n == 1)
		return "single";
	for (uint32_t i = 1; i < n && ordered; i++)
		ordered = signs(&o, presented[i], presented[i - 1]);
	if (ordered)
		return "ordered";
	bool all = all_reached(&o);
	return o.cost > TW_MAX_ORDER_COST ? "" : all ? "unordered" : "superfluous";
}
