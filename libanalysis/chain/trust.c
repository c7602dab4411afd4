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

	if (a->subject != b->subject)
		return a->subject < b->subject ? -1 : 1;
	int d = memcmp(&a->row, &b->row, sizeof a->row);
	if (d)
		return d;
	return a->held.from < b->held.from ? -1 : a->held.from > b->held.from;
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
	t->nblock = 1; /* 0 ends a list */
	t->block = tw_realloc(NULL, (size_t)t->store->nblock + 1, sizeof *t->block);
	for (uint32_t i = 0; i < t->store->nblock; i++) {
		const struct tw_block *b = &t->store->block[i];
		uint32_t **first = &t->first[b->kind];
		bool fresh;
		uint32_t n = tw_set_add(&t->blocked[b->kind], b->hash, &fresh);
		if (fresh && (n & (n - 1)) == 0) /* grows at powers of two */
			*first = tw_realloc(*first, n ? 2 * (size_t)n : 1, sizeof **first);
		t->block[t->nblock] = (struct tw_trust_block){ b->from, b->until, b->held, fresh ? 0 : (*first)[n] };
		(*first)[n] = t->nblock++;
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
		if (i && !by_subject(&v[i], &v[i - 1]))
			continue;
		t->row[t->n] = v[i].row;
		t->held[t->n] = v[i].held;
		t->subject[t->n++] = v[i].subject;
	}
	free(v);
	take_blocks(t);
	t->memo = tw_alloc(sizeof *t->memo);
	return t;
}

void tw_trust_free(struct tw_trust *t)
{
	if (!t)
		return;
	for (int i = 0; i < 3; i++) {
		tw_set_free(&t->blocked[i]);
		free(t->first[i]);
	}
	for (uint32_t i = 0; i < t->memo->nindex; i++)
		tw_cache_free(&t->memo->index[i].name);
	free(t->memo->index);
	tw_cache_free(&t->memo->cert);
	tw_cache_free(&t->memo->issuer);
	free(t->memo->hit);
	free(t->memo->sha256);
	free(t->memo);
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

/* SHA-256 of an issuer's DER; many certificates have few issuers. */
static const uint8_t *issuer_hash(const struct tw_trust *t, struct tw_slice issuer)
{
	struct tw_trust_memo *m = t->memo;

	for (uint64_t h = tw_hash_bytes(issuer.p, issuer.n, 5) >> 1;; h++) {
		const uintptr_t *at = tw_cache_get(&m->issuer, h);
		struct tw_trust_issuer *k;
		if (at) {
			k = &m->sha256[*at];
			if (tw_slice_eq(k->der, issuer))
				return k->sha256;
			continue; /* equal hashes of unlike names: the next number */
		}
		if (m->nsha256 == m->capsha256) {
			m->capsha256 = m->capsha256 ? 2 * m->capsha256 : 16;
			m->sha256 = tw_realloc(m->sha256, m->capsha256, sizeof *m->sha256);
		}
		tw_cache_put(&m->issuer, h, m->nsha256);
		k = &m->sha256[m->nsha256++];
		k->der = issuer;
		tw_sha256(issuer, k->sha256);
		return k->sha256;
	}
}

/* The first block of c by its names of this kind, 0 = none. */
static uint32_t block_of(const struct tw_trust *t, const struct tw_cert *c, int kind, bool kept)
{
	const uint8_t *key = kind == TW_BLOCK_CERT ? c->sha256 : c->spki_sha256;
	uint8_t h[TW_SHA256], issuer[TW_SHA256];

	if (!t->blocked[kind].n)
		return 0;
	if (kind == TW_BLOCK_SERIAL) {
		/* What is no certificate of the graph's does not stay. */
		if (!kept)
			tw_sha256(c->issuer, issuer);
		tw_block_serial(kept ? issuer_hash(t, c->issuer) : issuer, c->serial, h);
		key = h;
	}
	uint32_t i = tw_set_find(&t->blocked[kind], key);
	return i == TW_NONE ? 0 : t->first[kind][i];
}

void tw_trust_blocks(const struct tw_trust *t, const struct tw_cert *c, bool kept, struct tw_buf *b)
{
	for (int kind = 0; t->nblock > 1 && kind < 3; kind++)
		for (uint32_t i = block_of(t, c, kind, kept); i; i = t->block[i].next)
			tw_buf_add(b, &i, sizeof i);
}

static uint32_t push_hits(struct tw_trust_memo *m, const struct tw_buf *b)
{
	uint32_t n = (uint32_t)(b->n / sizeof *m->hit), at = m->nhit;

	if (!n)
		return 0;
	while (m->nhit + n + 1 > m->caphit) {
		m->caphit = m->caphit ? 2 * m->caphit : 64;
		m->hit = tw_realloc(m->hit, m->caphit, sizeof *m->hit);
	}
	if (!at)
		m->hit[at++] = 0; /* place 0 is no list */
	memcpy(m->hit + at, b->p, b->n);
	m->nhit = at + n;
	m->hit[m->nhit++] = 0;
	return at;
}

const uint32_t *tw_trust_hits(const struct tw_trust *t, const struct tw_graph *g, uint32_t cert, struct tw_buf *b)
{
	static const uint32_t none;
	const uintptr_t *known = t->nblock > 1 ? tw_cache_get(&t->memo->cert, cert) : NULL;
	uint32_t at = known ? (uint32_t)*known : 0;

	if (t->nblock > 1 && !known) {
		b->n = 0;
		tw_trust_blocks(t, &g->certs->v[cert], true, b);
		at = push_hits(t->memo, b);
		tw_cache_put(&t->memo->cert, cert, at);
	}
	return at ? t->memo->hit + at : &none;
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

bool tw_trust_hits_name(const struct tw_trust *t, const struct tw_graph *g, const struct tw_index *x, uint32_t name,
	struct tw_buf *b)
{
	if (t->nblock <= 1)
		return false;
	struct tw_cache *names = names_of(t->memo, x);
	const uintptr_t *known = tw_cache_get(names, name);
	bool some = false;
	if (known)
		return *known;
	for (uint32_t i = x->first[name]; i < x->first[name + 1] && !some; i++)
		some = *tw_trust_hits(t, g, x->v[i], b) != 0;
	tw_cache_put(names, name, some);
	return some;
}
