/* The lines of a table: found by key, sorted for print. */
#include "report/internal.h"

#include <stdlib.h>
#include <string.h>

struct wanted {
	const struct tw_lines *lines;
	const struct tw_line *line;
};

static bool same_line(const void *self, uint32_t i)
{
	const struct wanted *w = self;
	const struct tw_line *a = &w->lines->v[i], *b = w->line;

	/* A protocol called all is not all protocols. */
	if (a->nparts != b->nparts || a->ngroup != b->ngroup || a->all != b->all || a->judgement != b->judgement)
		return false;
	for (int k = 0; k < a->nparts; k++)
		if (!tw_slice_eq(a->part[k], b->part[k]))
			return false;
	return true;
}

struct tw_line *tw_lines_find(struct tw_lines *l, const struct tw_line *want, bool wide)
{
	struct wanted w = { l, want };
	uint64_t hash = want->ngroup;
	bool fresh;

	for (int k = 0; k < want->nparts; k++)
		hash = tw_hash(want->part[k], hash);
	uint32_t i = tw_intern(&l->set, hash, same_line, &w, true, &fresh);
	if (!fresh)
		return &l->v[i];
	if (i == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 64;
		l->v = tw_realloc(l->v, l->cap, sizeof *l->v);
	}
	l->n = i + 1;
	l->v[i] = *want;
	if (wide)
		l->v[i].count = tw_alloc(TW_TABLE_COLUMNS * sizeof *l->v[i].count);
	return &l->v[i];
}

static int by_key(const void *a, const void *b)
{
	const struct tw_line *x = a, *y = b;
	int d, n = x->ngroup < y->ngroup ? x->ngroup : y->ngroup;

	for (int k = 0; k < n; k++) {
		if (k == 1 && x->all != y->all) /* over all protocols: last of its source */
			return x->all ? 1 : -1;
		d = k == 2 ? x->unit - y->unit : tw_slice_cmp(x->part[k], y->part[k]);
		if (d)
			return d;
	}
	if (x->ngroup != y->ngroup)
		return x->ngroup - y->ngroup;
	if (x->nparts != y->nparts)
		return x->nparts - y->nparts;
	if (x->nparts == x->ngroup)
		return 0;
	if (x->n != y->n)
		return x->n < y->n ? 1 : -1;
	return tw_slice_cmp(x->part[x->ngroup], y->part[y->ngroup]);
}

void tw_lines_sort(struct tw_lines *l)
{
	if (l->n)
		qsort(l->v, l->n, sizeof *l->v, by_key);
}

void tw_lines_free(struct tw_lines *l)
{
	for (uint32_t i = 0; i < l->n; i++)
		free(l->v[i].count);
	free(l->v);
	memset(l, 0, sizeof *l);
}
