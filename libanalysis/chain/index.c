/* Certificates found by their subject. */
#include "chain/graph.h"

#include <stdlib.h>
#include <string.h>

static int by_subject(const void *x, const void *y, void *arg)
{
	const struct tw_graph *g = arg;
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
	uint32_t s = g->node[a].subject, t = g->node[b].subject;

	if (s != t)
		return s < t ? -1 : 1;
	return memcmp(g->certs->v[a].sha256, g->certs->v[b].sha256, TW_SHA256);
}

static int by_id(const void *x, const void *y, void *arg)
{
	const struct tw_graph *g = arg;
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
	uint32_t s = g->node[a].subject, t = g->node[b].subject;

	if (s != t)
		return s < t ? -1 : 1;
	int d = tw_slice_cmp(g->certs->v[a].ski, g->certs->v[b].ski);
	return d ? d : memcmp(g->certs->v[a].sha256, g->certs->v[b].sha256, TW_SHA256);
}

static int by_number(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
	return (a > b) - (a < b);
}

static void make_next(struct tw_index *x, const struct tw_graph *g)
{
	uint32_t k = 0;

	x->next = tw_realloc(NULL, (size_t)x->n + 1, sizeof *x->next);
	x->nextfirst = tw_realloc(NULL, (size_t)x->nname + 1, sizeof *x->nextfirst);
	x->policies = tw_alloc(x->nname + 1);
	for (uint32_t s = 0; s < x->nname; s++) {
		uint32_t begin = k, m = k;
		x->nextfirst[s] = k;
		for (uint32_t i = x->first[s]; i < x->first[s + 1]; i++) {
			x->next[k++] = g->node[x->v[i]].issuer;
			x->policies[s] |= g->certs->v[x->v[i]].require_explicit >= 0;
		}
		if (k == begin)
			continue;
		qsort(x->next + begin, k - begin, sizeof *x->next, by_number);
		for (uint32_t i = begin; i < k; i++)
			if (m == begin || x->next[i] != x->next[m - 1])
				x->next[m++] = x->next[i];
		k = m;
	}
	x->nextfirst[x->nname] = k;
}

void tw_index_make(struct tw_index *x, const struct tw_graph *g, const uint32_t *v, uint32_t n, bool only_ca)
{
	uint32_t k = 0;

	memset(x, 0, sizeof *x);
	x->v = tw_realloc(NULL, (size_t)n + 1, sizeof *x->v);
	for (uint32_t i = 0; i < n; i++) {
		const struct tw_cert *c = &g->certs->v[v[i]];
		if (c->readable && (!only_ca || c->ca))
			x->v[x->n++] = v[i];
	}
	qsort_r(x->v, x->n, sizeof *x->v, by_subject, (void *)(uintptr_t)g);
	for (uint32_t i = 0; i < x->n; i++)
		if (!k || x->v[i] != x->v[k - 1])
			x->v[k++] = x->v[i];
	x->n = k;
	x->byid = tw_realloc(NULL, (size_t)k + 1, sizeof *x->byid);
	if (k)
		memcpy(x->byid, x->v, k * sizeof *x->byid);
	qsort_r(x->byid, x->n, sizeof *x->byid, by_id, (void *)(uintptr_t)g);
	x->nname = g->names.n;
	x->first = tw_realloc(NULL, (size_t)x->nname + 1, sizeof *x->first);
	for (uint32_t s = 0, i = 0; s <= x->nname; s++) {
		while (i < k && g->node[x->v[i]].subject < s)
			i++;
		x->first[s] = i;
	}
	make_next(x, g);
}

void tw_index_free(struct tw_index *x)
{
	free(x->v);
	free(x->byid);
	free(x->first);
	free(x->next);
	free(x->nextfirst);
	free(x->policies);
	memset(x, 0, sizeof *x);
}

uint32_t tw_index_find(const struct tw_index *x, uint32_t subject, uint32_t *n)
{
	*n = 0;
	if (subject >= x->nname) /* also TW_NONE, and names seen later */
		return 0;
	*n = x->first[subject + 1] - x->first[subject];
	return x->first[subject];
}

bool tw_index_has(const struct tw_index *x, const struct tw_graph *g, uint32_t cert)
{
	uint32_t n, lo = tw_index_find(x, g->node[cert].subject, &n), hi = lo + n, end = hi;
	const uint8_t *sha = g->certs->v[cert].sha256;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (memcmp(g->certs->v[x->v[mid]].sha256, sha, TW_SHA256) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < end && x->v[lo] == cert;
}
