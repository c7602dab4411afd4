/* A store's rows of all dates, found by name, and its blocks, found by bytes. */
#include "chain/trust.h"

#include <stdlib.h>
#include <string.h>

struct ordered {
	struct tw_row_key row;
	uint32_t subject;
	struct tw_held held;
};

static int by_subject(const void *x, const void *y)
{
	const struct ordered *a = x, *b = y;

	return (a->subject > b->subject) - (a->subject < b->subject);
}

static struct tw_row_key key_of(struct tw_graph *g, const struct tw_anchor *a)
{
	struct tw_row_key k;

	memset(&k, 0, sizeof k);
	k.cert = a->cert;
	k.purposes = a->purposes;
	k.distrust_after = a->distrust_after;
	k.constraints = a->constraints ? tw_graph_constraints(g, a->constraints) : 0;
	k.expiry = a->expiry;
	return k;
}

static void take_blocks(struct tw_trust *t)
{
	uint32_t place = 1; /* 0 ends a list */

	t->memo = tw_alloc(sizeof *t->memo);
	t->block = tw_realloc(NULL, (size_t)t->store->nblock + 1, sizeof *t->block);
	for (int kind = 0; kind < 3; kind++)
		t->first[kind] = tw_realloc(NULL, (size_t)t->store->nblock + 1, sizeof *t->first[kind]);
	for (uint32_t i = 0; i < t->store->nblock; i++) {
		const struct tw_block *b = &t->store->block[i];
		uint32_t *first = t->first[b->kind];
		bool fresh;
		uint32_t n = tw_set_add(&t->blocked[b->kind], b->hash, &fresh);
		t->block[place] = (struct tw_trust_block){ b->from, b->until, b->held, fresh ? 0 : first[n] };
		first[n] = place++;
	}
}

struct tw_trust *tw_trust_new(struct tw_graph *g, const struct tw_store *s)
{
	struct tw_trust *t = tw_alloc(sizeof *t);
	struct ordered *v = tw_realloc(NULL, (size_t)s->n + 1, sizeof *v);
	uint32_t n = 0;

	t->store = s;
	for (uint32_t i = 0; i < s->n; i++) {
		const struct tw_anchor *a = &s->anchor[i];
		if (!g->certs->v[a->cert].readable)
			continue;
		v[n].row = key_of(g, a);
		v[n].held = a->held;
		v[n++].subject = g->node[a->cert].subject;
	}
	qsort(v, n, sizeof *v, by_subject);
	t->row = tw_realloc(NULL, (size_t)n + 1, sizeof *t->row);
	t->held = tw_realloc(NULL, (size_t)n + 1, sizeof *t->held);
	t->subject = tw_realloc(NULL, (size_t)n + 1, sizeof *t->subject);
	for (uint32_t i = 0; i < n; i++) {
		t->row[t->n] = v[i].row;
		t->held[t->n] = v[i].held;
		t->subject[t->n++] = v[i].subject;
	}
	free(v);
	if (s->nblock)
		take_blocks(t);
	return t;
}

static void memo_free(struct tw_trust_memo *m)
{
	if (!m)
		return;
	for (uint32_t i = 0; i < m->nindex; i++)
		tw_cache_free(&m->index[i].name);
	free(m->index);
	tw_cache_free(&m->cert);
	tw_buf_free(&m->hit);
	free(m);
}

void tw_trust_free(struct tw_trust *t)
{
	if (!t)
		return;
	for (int i = 0; i < 3; i++) {
		tw_set_free(&t->blocked[i]);
		free(t->first[i]);
	}
	memo_free(t->memo);
	free(t->block);
	free(t->row);
	free(t->held);
	free(t->subject);
	free(t);
}

uint32_t tw_trust_rows(const struct tw_trust *t, uint32_t name)
{
	uint32_t lo = 0, hi = t->n;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (t->subject[mid] < name)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

bool tw_held_narrow(struct tw_held *all, struct tw_held row, int64_t at)
{
	bool holds = row.from <= at && at <= row.until;
	int64_t from = holds ? row.from : row.until < at ? row.until + 1 : TW_TIME_MIN;
	int64_t until = holds ? row.until : row.from > at ? row.from - 1 : TW_TIME_MAX;

	all->from = from > all->from ? from : all->from;
	all->until = until < all->until ? until : all->until;
	return holds;
}

/* ---- blocks ---- */

/* The first block of c by its names of this kind, 0 = none. */
static uint32_t block_of(const struct tw_trust *t, const struct tw_cert *c, int kind)
{
	const uint8_t *key = kind == TW_BLOCK_CERT ? c->sha256 : c->spki_sha256;
	uint8_t h[TW_SHA256], issuer[TW_SHA256];

	if (!t->blocked[kind].n)
		return 0;
	if (kind == TW_BLOCK_SERIAL) {
		tw_sha256(c->issuer, issuer);
		tw_block_serial(issuer, c->serial, h);
		key = h;
	}
	uint32_t i = tw_set_find(&t->blocked[kind], key);
	return i == TW_NONE ? 0 : t->first[kind][i];
}

void tw_trust_blocks(const struct tw_trust *t, const struct tw_cert *c, struct tw_buf *b)
{
	for (int kind = 0; kind < 3; kind++)
		for (uint32_t i = block_of(t, c, kind); i; i = t->block[i].next)
			tw_buf_add(b, &i, sizeof i);
}

const uint32_t *tw_trust_hits(const struct tw_trust *t, const struct tw_graph *g, uint32_t cert)
{
	struct tw_trust_memo *m = t->memo;
	const uintptr_t *known = tw_cache_get(&m->cert, cert);
	size_t at = known ? *known : m->hit.n;

	if (!known) {
		tw_trust_blocks(t, &g->certs->v[cert], &m->hit);
		tw_buf_add(&m->hit, &(uint32_t){ 0 }, sizeof(uint32_t));
		tw_cache_put(&m->cert, cert, at);
	}
	return (const uint32_t *)(const void *)(m->hit.p + at);
}

static struct tw_cache *names_of(struct tw_trust_memo *m, const struct tw_index *x)
{
	for (uint32_t i = 0; i < m->nindex; i++)
		if (m->index[i].x == x)
			return &m->index[i].name;
	m->index = tw_realloc(m->index, (size_t)m->nindex + 1, sizeof *m->index);
	m->index[m->nindex] = (struct tw_trust_index){ .x = x };
	return &m->index[m->nindex++].name;
}

bool tw_trust_hits_name(const struct tw_trust *t, const struct tw_graph *g, const struct tw_index *x, uint32_t name)
{
	struct tw_cache *names = names_of(t->memo, x);
	const uintptr_t *known = tw_cache_get(names, name);
	bool some = false;
	if (known)
		return *known;
	for (uint32_t i = x->first[name]; i < x->first[name + 1] && !some; i++)
		some = *tw_trust_hits(t, g, x->v[i]) != 0;
	tw_cache_put(names, name, some);
	return some;
}
