/* The search for paths: depth first from the leaf, bounded, in an order that
 * depends on bytes only. */
#include "chain/path.h"

#include <stdlib.h>
#include <string.h>

/* AKI and SKI say the same, say nothing, or contradict. */
static int key_ids(const struct tw_cert *child, const struct tw_cert *issuer)
{
	if (!child->aki.n || !issuer->ski.n)
		return 0;
	return tw_slice_eq(child->aki, issuer->ski) ? 1 : -1;
}

static int by_rank(const void *x, const void *y, void *arg)
{
	const struct tw_candidate *a = x, *b = y;
	const struct tw_graph *g = arg;

	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	return memcmp(g->certs->v[a->cert].sha256, g->certs->v[b->cert].sha256, TW_SHA256);
}

struct gather {
	struct tw_search *s;
	uint32_t child;
	struct tw_candidate *v;
	uint32_t n, cap;
};

static void add(struct gather *o, uint32_t cert, bool anchor, bool presented)
{
	const struct tw_cert *v = o->s->g->certs->v;
	struct tw_candidate c = { .cert = cert, .anchor = anchor, .member = true };
	int ids = key_ids(&v[o->child], &v[cert]);

	c.rank = (uint8_t)((ids > 0 ? 0 : ids == 0 ? 2 : 4) + (presented || anchor ? 0 : 1));
	for (uint32_t i = 0; i < o->n; i++) {
		if (o->v[i].cert == cert) {
			o->v[i].anchor |= anchor;
			return;
		}
	}
	if (o->n == o->cap) {
		o->cap = o->cap ? o->cap * 2 : 8;
		o->v = tw_realloc(o->v, o->cap, sizeof *o->v);
	}
	o->v[o->n++] = c;
}

/* A pool of the whole web may hold thousands of one name: those beyond the
 * bound, in the order of their bytes, are not looked at. */
static void add_index(struct gather *o, const struct tw_index *x, bool anchor)
{
	uint32_t n = 0, at;

	if (!x)
		return;
	at = tw_index_find(x, o->s->g, o->s->g->node[o->child].issuer, &n);
	if (n > TW_MAX_EDGES) {
		n = TW_MAX_EDGES;
		o->s->limited = true;
	}
	for (uint32_t i = 0; i < n; i++)
		add(o, x->v[at + i], anchor, false);
}

uint32_t tw_candidates(struct tw_search *s, uint32_t child, struct tw_candidate **out)
{
	struct tw_graph *g = s->g;
	struct gather o = { .s = s, .child = child };
	uint32_t keys[TW_MAX_CHECKS], nkeys = 0, n = 0;

	for (uint32_t i = 0; i < s->q->npresented; i++) {
		uint32_t c = s->q->presented[i];
		if (g->certs->v[c].readable && g->node[c].subject == g->node[child].issuer)
			add(&o, c, false, true);
	}
	add_index(&o, s->q->anchors, true);
	add_index(&o, s->pool, false);
	add_index(&o, s->more, false);
	if (o.n)
		qsort_r(o.v, o.n, sizeof *o.v, by_rank, g);
	for (uint32_t i = 0; i < o.n; i++) {
		uint32_t key = g->node[o.v[i].cert].key, k = 0;
		while (k < nkeys && keys[k] != key)
			k++;
		if (k == nkeys && nkeys == TW_MAX_CHECKS) {
			s->limited = true;
			continue;
		}
		if (k == nkeys)
			keys[nkeys++] = key;
		o.v[n] = o.v[i];
		o.v[n].sig = tw_graph_sig(g, o.v[n].cert, child);
		n++;
	}
	*out = o.v;
	return n;
}

static bool presented(const struct tw_question *q, uint32_t cert)
{
	for (uint32_t i = 0; i < q->npresented; i++)
		if (q->presented[i] == cert)
			return true;
	return false;
}

/* The path so far, ended by anchor e. */
static void complete(struct tw_search *s, uint32_t e)
{
	if (s->npath == TW_MAX_PATHS) {
		s->limited = true;
		return;
	}
	if (s->npath == s->cap) {
		s->cap = s->cap ? s->cap * 2 : 4;
		s->path = tw_realloc(s->path, s->cap, sizeof *s->path);
	}
	struct tw_path *p = &s->path[s->npath++];
	memset(p, 0, sizeof *p);
	memcpy(p->cert, s->at, s->depth * sizeof *s->at);
	p->cert[s->depth] = e;
	p->n = s->depth + 1;
	for (uint32_t i = 0; i < s->depth; i++)
		p->fetched += !presented(s->q, p->cert[i]);
	tw_path_rules(s, p);
}

/* Name and key among C2..Cn of the path so far. */
static bool repeats(const struct tw_search *s, uint32_t cert)
{
	for (uint32_t i = 1; i < s->depth; i++)
		if (tw_same_entity(s->g, s->at[i], cert))
			return true;
	return false;
}

/* The failure of an edge, or -1 when it is none. A signature that fails
 * counts only where the child has no better edge. */
static int edge(const struct tw_search *s, uint32_t child, const struct tw_candidate *c, bool better)
{
	const struct tw_cert *v = s->g->certs->v;

	if (c->sig == TW_SIG_GOOD)
		return TW_R_OK;
	if (s->verified)
		return -1;
	if (c->sig == TW_SIG_UNSUPPORTED)
		return TW_R_UNSUPPORTED_ALGORITHM;
	return better || key_ids(&v[child], &v[c->cert]) < 0 ? -1 : TW_R_BAD_SIGNATURE;
}

static void extend(struct tw_search *s)
{
	uint32_t child = s->at[s->depth - 1];
	struct tw_candidate *c = NULL;
	uint32_t n = tw_candidates(s, child, &c);
	bool better = false;

	for (uint32_t i = 0; i < n; i++)
		better |= c[i].sig != TW_SIG_BAD;
	for (uint32_t i = 0; i < n; i++) {
		int e = edge(s, child, &c[i], better);
		if (e < 0)
			continue;
		if (++s->edges > TW_MAX_EDGES) {
			s->limited = true;
			break;
		}
		if (repeats(s, c[i].cert))
			continue;
		s->edge[s->depth - 1] = (enum tw_reason)e;
		if (c[i].anchor)
			complete(s, c[i].cert);
		if (c[i].cert == s->at[0])
			continue;
		if (s->depth + 1 >= TW_MAX_DEPTH) {
			s->limited = true;
			continue;
		}
		s->at[s->depth++] = c[i].cert;
		extend(s);
		s->depth--;
	}
	free(c);
}

void tw_search_run(struct tw_search *s)
{
	s->at[0] = s->q->presented[0];
	s->depth = 1;
	extend(s);
}

void tw_search_free(struct tw_search *s)
{
	free(s->path);
	s->path = NULL;
	s->npath = s->cap = 0;
}
