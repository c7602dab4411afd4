/* Sets of seconds. */
#include "chain/times.h"

#include <stdlib.h>
#include <string.h>

void tw_times_free(struct tw_times *s)
{
	free(s->v);
	memset(s, 0, sizeof *s);
}

static void push(struct tw_times *s, int64_t from, int64_t until)
{
	if (s->n == s->cap) {
		s->cap = s->cap ? s->cap * 2 : 2;
		s->v = tw_realloc(s->v, s->cap, sizeof *s->v);
	}
	s->v[s->n++] = (struct tw_interval){ from, until };
}

void tw_times_add(struct tw_times *s, int64_t from, int64_t until)
{
	uint32_t i = 0, hi = s->n, k;

	if (from > until)
		return;
	/* The first that the new one does not lie wholly behind. TW_TIME_MAX + 1
	 * does not overflow. */
	while (i < hi) {
		uint32_t mid = i + (hi - i) / 2;
		if (s->v[mid].until + 1 < from)
			i = mid + 1;
		else
			hi = mid;
	}
	for (k = i; k < s->n && s->v[k].from <= until + 1; k++) {
		from = s->v[k].from < from ? s->v[k].from : from;
		until = s->v[k].until > until ? s->v[k].until : until;
	}
	if (k == i) {
		push(s, 0, 0);
		memmove(s->v + i + 1, s->v + i, (s->n - 1 - i) * sizeof *s->v);
	} else {
		memmove(s->v + i + 1, s->v + k, (s->n - k) * sizeof *s->v);
		s->n -= k - i - 1;
	}
	s->v[i] = (struct tw_interval){ from, until };
}

void tw_times_join(struct tw_times *s, const struct tw_times *o)
{
	for (uint32_t i = 0; i < o->n; i++)
		tw_times_add(s, o->v[i].from, o->v[i].until);
}

void tw_times_join_within(struct tw_times *s, const struct tw_times *o, int64_t from, int64_t until)
{
	for (uint32_t i = 0; i < o->n; i++)
		tw_times_add(s, o->v[i].from > from ? o->v[i].from : from, o->v[i].until < until ? o->v[i].until : until);
}

void tw_times_meet(struct tw_times *s, const struct tw_times *o)
{
	struct tw_times out = { .n = 0 };

	for (uint32_t i = 0, k = 0; i < s->n && k < o->n;) {
		const struct tw_interval *a = &s->v[i], *b = &o->v[k];
		tw_times_add(&out, a->from > b->from ? a->from : b->from, a->until < b->until ? a->until : b->until);
		if (a->until < b->until)
			i++;
		else
			k++;
	}
	free(s->v);
	*s = out;
}

void tw_times_invert(struct tw_times *s)
{
	struct tw_times out = { .n = 0 };
	int64_t from = TW_TIME_MIN;

	for (uint32_t i = 0; i < s->n; i++) {
		tw_times_add(&out, from, s->v[i].from - 1);
		from = s->v[i].until + 1;
	}
	tw_times_add(&out, from, TW_TIME_MAX);
	free(s->v);
	*s = out;
}

bool tw_times_always(const struct tw_times *s)
{
	return s->n && s->v[0].from == TW_TIME_MIN && s->v[0].until == TW_TIME_MAX;
}

void tw_times_within(struct tw_times *s, int64_t from, int64_t until)
{
	struct tw_interval one = { from, until };
	struct tw_times o = { &one, from <= until, 1 };

	tw_times_meet(s, &o);
}
