/* Why there is no path: what verified edges lead to (reasons 21 to 24). */
#include "chain/label.h"

#include <stdlib.h>
#include <string.h>

static struct tw_step step(enum tw_reason r, uint32_t culprit)
{
	return (struct tw_step){ .from = TW_TIME_MIN, .reason = r, .culprit = culprit };
}

bool tw_self_signed(struct tw_judge *j, uint32_t id)
{
	struct tw_graph *g = j->g;
	const struct tw_cert *c = &g->certs->v[id];

	if (g->node[id].subject != g->node[id].issuer)
		return false;
	enum tw_sig sig = tw_graph_sig(g, g->node[id].key, id);
	return sig == TW_SIG_GOOD || (sig == TW_SIG_UNSUPPORTED && (!c->aki.n || tw_slice_eq(c->aki, c->ski)));
}

/* Breadth first; every level is taken in whole, so that ties are broken by the
 * bytes and not by the order of finding. */
struct reach {
	uint32_t *v, *dist, *from; /* from: the place of the one that it has issued */
	uint32_t n, cap;
	struct tw_cache seen;
	bool cut;                  /* some were left out */
};

static void reach_add(struct reach *r, uint32_t cert, uint32_t dist, uint32_t from)
{
	if (tw_cache_get(&r->seen, cert))
		return;
	if (r->n == TW_MAX_REACH) {
		r->cut = true;
		return;
	}
	tw_cache_put(&r->seen, cert, 1);
	if (r->n == r->cap) {
		r->cap = r->cap ? r->cap * 2 : 8;
		r->v = tw_realloc(r->v, r->cap, sizeof *r->v);
		r->dist = tw_realloc(r->dist, r->cap, sizeof *r->dist);
		r->from = tw_realloc(r->from, r->cap, sizeof *r->from);
	}
	r->v[r->n] = cert;
	r->from[r->n] = from;
	r->dist[r->n++] = dist;
}

/* The verified issuers of the i-th. */
static void reach_up(struct tw_context *c, struct reach *r, uint32_t i)
{
	uint32_t child = r->v[i], dist = r->dist[i] + 1;
	const struct tw_group *g;
	struct tw_edges e;

	if (i == 0) {
		uint32_t at = tw_group_find(c, child);
		g = c->group[at];
		e = tw_edges_check(c, g, child);
	} else {
		uint32_t n = tw_node_find(c, child);
		tw_node_edges(c, n);
		g = c->group[c->node[n].group];
		e = c->node[n].edges;
	}
	for (uint32_t k = 0; k < g->n; k++)
		if (e.good >> g->cand[k].slot & 1)
			reach_add(r, g->cand[k].cert, dist, i);
}

/* All that verified edges lead to. */
static void reach_all(struct tw_context *c, struct reach *r, uint32_t leaf)
{
	reach_add(r, leaf, 0, 0);
	for (uint32_t i = 0; i < r->n; i++)
		reach_up(c, r, i);
}

static void reach_free(struct reach *r)
{
	free(r->v);
	free(r->dist);
	free(r->from);
	tw_cache_free(&r->seen);
}

void tw_way_to(struct tw_judge *j, struct tw_context *c, uint32_t leaf, uint32_t cert, struct tw_way *w)
{
	const struct tw_cert *v = j->g->certs->v;
	struct reach r = { .n = 0 };
	uint32_t at = 0;

	*w = (struct tw_way){ TW_TIME_MIN, TW_TIME_MAX, false };
	if (c)
		reach_all(c, &r, leaf);
	else
		reach_add(&r, leaf, 0, 0);
	for (uint32_t i = 0; i < r.n; i++) {
		w->root |= tw_self_signed(j, r.v[i]);
		at = r.v[i] == cert ? i : at;
	}
	for (; at; at = r.from[at]) {
		const struct tw_cert *x = &v[r.v[at]];
		w->from = x->not_before > w->from ? x->not_before : w->from;
		w->until = x->not_after < w->until ? x->not_after : w->until;
	}
	reach_free(&r);
}

static bool before(const struct tw_judge *j, uint32_t a, uint32_t b)
{
	const struct tw_cert *v = j->g->certs->v;

	return b == TW_NONE || memcmp(v[a].sha256, v[b].sha256, TW_SHA256) < 0;
}

static struct tw_step by_reach(struct tw_judge *j, struct tw_context *c, uint32_t leaf)
{
	struct reach r = { .n = 0 };
	uint32_t root = TW_NONE, far = TW_NONE, rootd = UINT32_MAX, fard = 0;

	reach_all(c, &r, leaf);
	for (uint32_t i = 0; i < r.n; i++) {
		uint32_t d = r.dist[i], id = r.v[i];
		if (d <= rootd && tw_self_signed(j, id) && before(j, id, root)) {
			root = id;
			rootd = d;
		}
		if (far == TW_NONE || d > fard || (d == fard && before(j, id, far))) {
			far = id;
			fard = d;
		}
	}
	bool alone = r.n == 1;
	reach_free(&r);
	if (r.cut) /* what was left out may be a root, or farther */
		return step(TW_R_LIMIT, TW_NONE);
	if (root == leaf && alone)
		return step(TW_R_SELF_SIGNED, root);
	return root != TW_NONE ? step(TW_R_UNTRUSTED_ROOT, root) : step(TW_R_UNKNOWN_ISSUER, far);
}

/* Is there a path of verified edges through the witness? The culprit is the last
 * certificate reached without it, on the best of them. */
static bool by_witness(struct tw_judge *j, const struct tw_question *q, struct tw_step *out)
{
	struct tw_context *c = q->witness ? tw_context_find(j, q, true) : NULL;
	struct tw_candidate_path *p = NULL;
	const struct tw_candidate_path *best = NULL;
	uint32_t leaf = q->presented[0];
	struct tw_lost lost;
	uint32_t n = tw_leaf_paths(c, leaf, &p, &lost);

	for (uint32_t i = 0; i < n; i++)
		if (!best || p[i].reason < best->reason || (p[i].reason == best->reason && tw_path_tie(j, &p[i], best) < 0))
			best = &p[i];
	if (best) {
		uint32_t last = leaf;
		for (uint32_t l = best->label; tw_label(j, l)->parent != TW_NONE; l = tw_label(j, l)->parent) {
			uint32_t cert = tw_label(j, l)->cert;
			bool near = tw_context_presented(c, cert) || (q->pool && tw_index_has(q->pool, j->g, cert));
			for (uint32_t i = 0; i < c->nrow; i++)
				near |= c->row[i].cert == cert;
			if (!near)
				break;
			last = cert;
		}
		*out = step(TW_R_MISSING_INTERMEDIATE, last);
	}
	free(p);
	return best != NULL;
}

struct tw_step tw_no_path(struct tw_judge *j, struct tw_context *c, const struct tw_question *q)
{
	uint32_t leaf = q->presented[0];
	struct tw_step out;

	if (by_witness(j, q, &out))
		return out;
	if (c)
		return by_reach(j, c, leaf);
	return tw_self_signed(j, leaf) ? step(TW_R_SELF_SIGNED, leaf) : step(TW_R_UNKNOWN_ISSUER, leaf);
}

uint32_t tw_no_path_trail(struct tw_context *c, uint32_t leaf, uint32_t to, uint32_t *out, uint32_t max)
{
	struct reach r = { .n = 0 };
	uint32_t n = 0;

	reach_all(c, &r, leaf);
	for (uint32_t i = 0; i < r.n; i++) {
		if (r.v[i] != to || r.dist[i] >= max)
			continue;
		n = r.dist[i] + 1;
		for (uint32_t k = n, at = i; k; k--, at = r.from[at])
			out[k - 1] = r.v[at];
	}
	reach_free(&r);
	return n;
}
