/* Of several tuples, the one that speaks for a thing. */
#include "report/collect.h"

#include <stdlib.h>

const char *tw_role_of(const struct tw_table *t, int facet)
{
	return t->roles ? t->roles[facet] : NULL;
}

static int by_bytes(const void *a, const void *b)
{
	return tw_slice_cmp(*(const struct tw_slice *)a, *(const struct tw_slice *)b);
}

void tw_values_of(struct tw_collect *c, const struct tw_tuple *t, uint32_t j, int facet, struct tw_values *v)
{
	v->n = 0;
	c->t->values(t, j, tw_role_of(c->t, facet), v);
	if (v->n > 1)
		qsort(v->v, v->n, sizeof *v->v, by_bytes);
}

uint64_t tw_facet_mask(const struct tw_table *t, int facet)
{
	uint64_t m = 0;
	for (int i = 0; t->columns[i].name; i++)
		m |= t->columns[i].facet == facet ? TW_BIT(i) : 0;
	return m;
}

static uint32_t rank(const struct tw_collect *c, const struct tw_tuple *t, uint32_t j, int facet)
{
	uint64_t in, hit;
	int best = 0;

	if (c->t->rank && (facet == 0 || c->t->roles))
		return c->t->rank(t, j, tw_role_of(c->t, facet));
	in = tw_facet_mask(c->t, facet);
	hit = c->t->mark(t, j);
	if ((in & (in - 1)) == 0)
		for (int i = 0; c->t->columns[i].name; i++)
			if (in >> i & 1)
				return ((hit & in) != 0) == (c->t->columns[i].good > 0) ? 2 : 1;
	for (int i = 0; c->t->columns[i].name; i++)
		if ((in & hit) >> i & 1 && c->t->columns[i].good > best)
			best = c->t->columns[i].good;
	return (uint32_t)best;
}

uint64_t tw_facet_value(struct tw_collect *c, const struct tw_tuple *t, uint32_t j, int facet)
{
	uint64_t hash = 0;

	if (c->t->shape == TW_WIDE && c->t->judged && !c->t->pairs && facet == 0) { /* the verdict, whatever overlaps it */
		struct tw_slice s = tw_verdict(t, j).n ? tw_verdict(t, j) : tw_reason(t, j);
		return tw_hash(s, tw_verdict(t, j).n > 0);
	}
	if (c->t->shape == TW_WIDE)
		return c->t->mark(t, j) & tw_facet_mask(c->t, facet);
	tw_values_of(c, t, j, facet, &c->values[1]);
	for (uint32_t i = 0; i < c->values[1].n; i++)
		hash = tw_hash(c->values[1].v[i], hash + 1);
	return hash;
}

struct candidate {
	const struct tw_tuple *tuple;
	uint64_t value, votes;
	uint32_t rank;
};

/* The first by name, or by column, where nothing else tells two values apart. */
static int by_values(struct tw_collect *c, const struct tw_tuple *a, const struct tw_tuple *b, uint32_t j, int facet)
{
	if (c->t->shape == TW_WIDE) {
		uint64_t own = tw_facet_value(c, a, j, facet), differ = own ^ tw_facet_value(c, b, j, facet);
		return differ == 0 ? 0 : own & differ & -differ ? -1 : 1;
	}
	tw_values_of(c, a, j, facet, &c->values[0]);
	tw_values_of(c, b, j, facet, &c->values[1]);
	for (uint32_t i = 0; i < c->values[0].n && i < c->values[1].n; i++) {
		int order = tw_slice_cmp(c->values[0].v[i], c->values[1].v[i]);
		if (order)
			return order;
	}
	return c->values[0].n < c->values[1].n ? -1 : c->values[0].n > c->values[1].n;
}

static bool beats(struct tw_collect *c, const struct candidate *a, const struct candidate *b, uint32_t j, int facet)
{
	if ((a->rank == 0) != (b->rank == 0)) /* not known is no value while another is there */
		return b->rank == 0;
	if (c->mode == TW_VOTE && a->votes != b->votes)
		return a->votes > b->votes;
	if (a->rank != b->rank)
		return a->rank > b->rank;
	int order = c->t->judged && !c->t->pairs ? tw_slice_cmp(tw_reason(a->tuple, j), tw_reason(b->tuple, j)) :
	    by_values(c, a->tuple, b->tuple, j, facet);
	return order ? order < 0 : tw_tuple_cmp(a->tuple, b->tuple) > 0;
}

const struct tw_tuple *tw_speaker(struct tw_collect *c, const struct tw_pair *v, uint32_t n, uint32_t j, int facet)
{
	struct candidate best = { NULL, 0, 0, 0 }, *k = tw_realloc(NULL, n, sizeof *k);
	uint32_t nk = 0;

	for (uint32_t i = 0; i < n; i++) {
		const struct tw_tuple *t = &c->r->tuple[v[i].tuple];
		struct candidate now = { t, c->mode == TW_VOTE ? tw_facet_value(c, t, j, facet) : i, v[i].count, rank(c, t, j, facet) };
		uint32_t at = 0;
		while (at < nk && k[at].value != now.value)
			at++;
		if (at == nk) {
			k[nk++] = now;
			continue;
		}
		/* of equal values the best speaks, then the last by its bytes */
		now.votes += k[at].votes;
		if (now.rank < k[at].rank || (now.rank == k[at].rank && tw_tuple_cmp(t, k[at].tuple) < 0)) {
			now.tuple = k[at].tuple;
			now.rank = k[at].rank;
		}
		k[at] = now;
	}
	best = k[0];
	for (uint32_t i = 1; i < nk; i++)
		if (beats(c, &k[i], &best, j, facet))
			best = k[i];
	free(k);
	return best.tuple;
}
