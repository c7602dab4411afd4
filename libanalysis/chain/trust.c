/* A store's rows on one date, found by name, and its blocks, found by bytes. */
#include "chain/label.h"

#include <stdlib.h>
#include <string.h>

struct ordered {
	struct tw_row_key row;
	uint32_t subject;
};

static int by_subject(const void *x, const void *y)
{
	const struct ordered *a = x, *b = y;

	if (a->subject != b->subject)
		return a->subject < b->subject ? -1 : 1;
	return memcmp(&a->row, &b->row, sizeof a->row);
}

static struct tw_row_key key_of(const struct tw_anchor *a)
{
	struct tw_row_key k;

	memset(&k, 0, sizeof k);
	k.cert = a->cert;
	k.purposes = a->purposes;
	k.distrust_after = a->distrust_after;
	k.constraint = a->nconstraint ? a->constraint : NULL;
	k.nconstraint = a->nconstraint;
	k.expiry = a->expiry;
	return k;
}

static bool held(struct tw_held h, int64_t at)
{
	return h.from <= at && at <= h.until;
}

static void take_blocks(struct tw_trust *t, int64_t at)
{
	t->nblock = 1; /* 0 ends a list */
	t->block = tw_realloc(NULL, (size_t)t->store->nblock + 1, sizeof *t->block);
	for (uint32_t i = 0; i < t->store->nblock; i++) {
		const struct tw_block *b = &t->store->block[i];
		uint32_t **first = &t->first[b->kind];
		bool fresh;
		if (!held(b->held, at))
			continue;
		uint32_t n = tw_set_add(&t->blocked[b->kind], b->hash, &fresh);
		if (fresh && (n & (n - 1)) == 0) /* grows at powers of two */
			*first = tw_realloc(*first, n ? 2 * (size_t)n : 1, sizeof **first);
		t->block[t->nblock] = (struct tw_event){ { b->from, b->until, TW_R_DISTRUSTED }, TW_NONE, fresh ? 0 : (*first)[n] };
		(*first)[n] = t->nblock++;
	}
}

struct tw_trust *tw_trust_new(struct tw_graph *g, const struct tw_store *s, int64_t at)
{
	struct tw_trust *t = tw_alloc(sizeof *t);
	struct ordered *v = tw_realloc(NULL, (size_t)s->n + 1, sizeof *v);
	uint32_t n = 0;

	t->store = s;
	for (uint32_t i = 0; i < s->n; i++) {
		const struct tw_anchor *a = &s->anchor[i];
		if (!held(a->held, at) || !g->certs->v[a->cert].readable)
			continue;
		v[n].row = key_of(a);
		v[n++].subject = g->node[a->cert].subject;
	}
	qsort(v, n, sizeof *v, by_subject);
	t->row = tw_realloc(NULL, (size_t)n + 1, sizeof *t->row);
	t->subject = tw_realloc(NULL, (size_t)n + 1, sizeof *t->subject);
	for (uint32_t i = 0; i < n; i++) {
		if (i && !by_subject(&v[i], &v[i - 1]))
			continue;
		t->row[t->n] = v[i].row;
		t->subject[t->n++] = v[i].subject;
	}
	free(v);
	take_blocks(t, at);
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
	free(t->block);
	free(t->row);
	free(t->subject);
	free(t);
}
