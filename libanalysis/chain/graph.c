/* The issuer graph. */
#include "chain/graph.h"
#include "chain/name.h"

#include <stdlib.h>
#include <string.h>

void tw_graph_init(struct tw_graph *g, struct tw_certs *certs)
{
	memset(g, 0, sizeof *g);
	g->certs = certs;
	tw_graph_sync(g);
}

void tw_graph_free(struct tw_graph *g)
{
	for (uint32_t i = 0; i < g->npubkey; i++)
		tw_pubkey_free(g->pubkey[i]);
	free(g->pubkey);
	free(g->node);
	free(g->memo);
	tw_set_free(&g->names);
	tw_set_free(&g->keys);
	memset(g, 0, sizeof *g);
}

static uint32_t name_number(struct tw_graph *g, struct tw_slice name, struct tw_buf *b)
{
	uint8_t h[TW_SHA256];
	bool fresh;

	b->n = 0;
	(void)tw_name_normal(b, name);
	tw_sha256(tw_buf_slice(b), h);
	return tw_set_add(&g->names, h, &fresh);
}

void tw_graph_sync(struct tw_graph *g)
{
	struct tw_buf b = { 0, 0, 0 };
	bool fresh;

	if (g->n == g->certs->n)
		return;
	g->node = tw_realloc(g->node, g->certs->n, sizeof *g->node);
	for (; g->n < g->certs->n; g->n++) {
		const struct tw_cert *c = &g->certs->v[g->n];
		struct tw_node *o = &g->node[g->n];
		o->subject = o->issuer = o->key = TW_NONE;
		if (!c->readable)
			continue;
		o->subject = name_number(g, c->subject, &b);
		o->issuer = tw_slice_eq(c->subject, c->issuer) ? o->subject : name_number(g, c->issuer, &b);
		o->key = tw_set_add(&g->keys, c->spki_sha256, &fresh);
	}
	tw_buf_free(&b);
	g->pubkey = tw_realloc(g->pubkey, g->keys.n + 1, sizeof *g->pubkey);
	for (; g->npubkey < g->keys.n; g->npubkey++)
		g->pubkey[g->npubkey] = NULL;
}

static int by_subject(const void *x, const void *y, void *arg)
{
	const struct tw_graph *g = arg;
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
	uint32_t s = g->node[a].subject, t = g->node[b].subject;

	if (s != t)
		return s < t ? -1 : 1;
	return memcmp(g->certs->v[a].sha256, g->certs->v[b].sha256, TW_SHA256);
}

void tw_index_make(struct tw_index *x, const struct tw_graph *g, const uint32_t *v, uint32_t n, bool only_ca)
{
	x->v = tw_realloc(NULL, (size_t)n + 1, sizeof *x->v);
	x->n = 0;
	for (uint32_t i = 0; i < n; i++) {
		const struct tw_cert *c = &g->certs->v[v[i]];
		if (c->readable && (!only_ca || c->ca))
			x->v[x->n++] = v[i];
	}
	qsort_r(x->v, x->n, sizeof *x->v, by_subject, (void *)(uintptr_t)g);
}

void tw_index_free(struct tw_index *x)
{
	free(x->v);
	x->v = NULL;
	x->n = 0;
}

uint32_t tw_index_find(const struct tw_index *x, const struct tw_graph *g, uint32_t subject, uint32_t *n)
{
	uint32_t lo = 0, hi = x->n;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (g->node[x->v[mid]].subject < subject)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (*n = 0; lo + *n < x->n && g->node[x->v[lo + *n]].subject == subject;)
		++*n;
	return lo;
}

bool tw_index_has(const struct tw_index *x, const struct tw_graph *g, uint32_t cert)
{
	uint32_t n, at = tw_index_find(x, g, g->node[cert].subject, &n);

	for (uint32_t i = 0; i < n; i++)
		if (x->v[at + i] == cert)
			return true;
	return false;
}

static uint32_t slot(const struct tw_graph *g, uint64_t at)
{
	uint64_t h = at * 0x9e3779b97f4a7c15u;
	uint32_t i = (uint32_t)(h >> 32) & (g->memo_cap - 1);

	while (g->memo[i].at != UINT64_MAX && g->memo[i].at != at)
		i = (i + 1) & (g->memo_cap - 1);
	return i;
}

/* At most half full. */
static void grow(struct tw_graph *g)
{
	struct tw_memo *old = g->memo;
	uint32_t n = g->memo_cap;

	g->memo_cap = n ? n * 2 : 256;
	g->memo = tw_realloc(NULL, g->memo_cap, sizeof *g->memo);
	for (uint32_t i = 0; i < g->memo_cap; i++)
		g->memo[i].at = UINT64_MAX;
	for (uint32_t i = 0; i < n; i++)
		if (old[i].at != UINT64_MAX)
			g->memo[slot(g, old[i].at)] = old[i];
	free(old);
}

enum tw_sig tw_graph_sig(struct tw_graph *g, uint32_t issuer, uint32_t child)
{
	uint32_t key = g->node[issuer].key;
	uint64_t at = (uint64_t)key << 32 | child;

	if (2 * g->nmemo >= g->memo_cap)
		grow(g);
	struct tw_memo *m = &g->memo[slot(g, at)];
	if (m->at == at)
		return (enum tw_sig)m->sig;
	if (!g->pubkey[key])
		g->pubkey[key] = tw_pubkey_new(&g->certs->v[issuer]);
	m->at = at;
	m->sig = (uint8_t)tw_signature_check(g->pubkey[key], &g->certs->v[child]);
	g->nmemo++;
	return (enum tw_sig)m->sig;
}

bool tw_same_entity(const struct tw_graph *g, uint32_t a, uint32_t b)
{
	return g->node[a].subject == g->node[b].subject && g->node[a].key == g->node[b].key;
}
