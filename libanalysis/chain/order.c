/* What a server sent, apart from any store. */
#include "chain/judge.h"

#include <stdlib.h>

/* An edge that verifies, or cannot be checked. */
static bool signs(struct tw_graph *g, uint32_t issuer, uint32_t child)
{
	const struct tw_cert *v = g->certs->v;

	return v[issuer].readable && v[child].readable && g->node[issuer].subject == g->node[child].issuer &&
		tw_graph_sig(g, g->node[issuer].key, child) != TW_SIG_BAD;
}

static bool all_reached(struct tw_graph *g, const uint32_t *c, uint32_t n)
{
	bool *seen = tw_alloc(n * sizeof *seen);
	uint32_t *todo = tw_realloc(NULL, n, sizeof *todo), ntodo = 1;

	todo[0] = 0;
	seen[0] = true;
	for (uint32_t i = 0; i < ntodo; i++) {
		for (uint32_t k = 0; k < n; k++) {
			if (!seen[k] && signs(g, c[k], c[todo[i]])) {
				seen[k] = true;
				todo[ntodo++] = k;
			}
		}
	}
	free(todo);
	free(seen);
	return ntodo == n;
}

const char *tw_chain_order(struct tw_graph *g, const uint32_t *c, uint32_t n)
{
	bool ordered = true;

	for (uint32_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < i; k++)
			if (c[i] == c[k])
				return "duplicate";
	if (n == 1)
		return "single";
	for (uint32_t i = 1; i < n && ordered; i++)
		ordered = signs(g, c[i], c[i - 1]);
	if (ordered)
		return "ordered";
	return all_reached(g, c, n) ? "unordered" : "superfluous";
}
