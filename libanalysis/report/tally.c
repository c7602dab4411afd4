/* Open addressing in shards; a slot is found by multiplication, so that a
 * shard can have any size. */
#include "report/tally.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

void tw_tally_init(struct tw_tally *t, enum tw_tally_kind kind)
{
	uint64_t secret[2] = { 0x9e3779b97f4a7c15, 0xd1b54a32d192ed03 };

	memset(t, 0, sizeof *t);
	t->kind = kind;
	if (getrandom(secret, sizeof secret, GRND_NONBLOCK) != sizeof secret)
		secret[0] ^= (uintptr_t)t;
	t->seed = secret[0];
	t->odd = secret[1] | 1;
}

static void shard_free(struct tw_shard *s)
{
	free(s->name);
	free(s->tuple);
	free(s->low);
	free(s->high);
	memset(s, 0, sizeof *s);
}

void tw_tally_free(struct tw_tally *t)
{
	for (int i = 0; i < TW_TALLY_SHARDS; i++)
		shard_free(&t->shard[i]);
}

static uint32_t slot(const struct tw_tally *t, const struct tw_shard *s, uint64_t name, uint32_t tuple)
{
	bool pairs = t->kind != TW_TALLY_TIMES;
	uint64_t mixed = name ^ t->seed;
	if (pairs)
		mixed ^= (uint64_t)tuple * 0xff51afd7ed558ccd;
	mixed = (mixed ^ mixed >> 32) * t->odd;
	uint32_t i = (uint32_t)((mixed >> 32) * s->cap >> 32);

	while (s->tuple[i] != TW_NONE && (s->name[i] != name || (pairs && s->tuple[i] != tuple)))
		i = i + 1 == s->cap ? 0 : i + 1;
	return i;
}

static void shard_new(const struct tw_tally *t, struct tw_shard *s, uint32_t cap)
{
	*s = (struct tw_shard){ .n = 0, .cap = cap };
	s->name = tw_realloc(NULL, cap, sizeof *s->name);
	s->tuple = tw_realloc(NULL, cap, sizeof *s->tuple);
	memset(s->tuple, 0xff, cap * sizeof *s->tuple);
	if (t->kind != TW_TALLY_SET)
		s->low = tw_realloc(NULL, cap, sizeof *s->low);
	if (t->kind == TW_TALLY_TIMES)
		s->high = tw_realloc(NULL, cap, sizeof *s->high);
}

static void grow(const struct tw_tally *t, struct tw_shard *s)
{
	struct tw_shard to;

	if (s->cap > UINT32_MAX / 2)
		tw_die("more than %u distinct things in one table", s->n);
	shard_new(t, &to, s->cap + s->cap / 4 + 16);
	for (uint32_t i = 0; i < s->cap; i++) {
		if (s->tuple[i] == TW_NONE)
			continue;
		uint32_t k = slot(t, &to, s->name[i], s->tuple[i]);
		to.name[k] = s->name[i];
		to.tuple[k] = s->tuple[i];
		if (to.low)
			to.low[k] = s->low[i];
		if (to.high)
			to.high[k] = s->high[i];
	}
	to.n = s->n;
	shard_free(s);
	*s = to;
}

struct tw_place tw_tally_put(struct tw_tally *t, uint64_t name, uint32_t tuple)
{
	struct tw_shard *s = &t->shard[name >> 56];

	if ((uint64_t)s->n * 20 >= (uint64_t)s->cap * 17)
		grow(t, s);
	uint32_t i = slot(t, s, name, tuple);
	bool fresh = s->tuple[i] == TW_NONE;
	if (fresh) {
		s->n++;
		s->name[i] = name;
		s->tuple[i] = tuple;
		if (s->low)
			s->low[i] = 0;
		if (s->high)
			s->high[i] = 0;
	}
	return (struct tw_place){ s, i, fresh };
}

struct tw_place tw_tally_find(const struct tw_tally *t, uint64_t name, uint32_t tuple)
{
	const struct tw_shard *s = &t->shard[name >> 56];
	uint32_t i = s->cap ? slot(t, s, name, tuple) : 0;

	if (s->cap == 0 || s->tuple[i] == TW_NONE)
		return (struct tw_place){ NULL, 0, false };
	return (struct tw_place){ (struct tw_shard *)(uintptr_t)s, i, false };
}

uint64_t tw_place_time(struct tw_place p)
{
	return (uint64_t)p.s->high[p.i] << 32 | p.s->low[p.i];
}

void tw_place_set(struct tw_place p, uint32_t tuple, uint64_t time)
{
	p.s->tuple[p.i] = tuple;
	p.s->low[p.i] = (uint32_t)time;
	p.s->high[p.i] = (uint16_t)(time >> 32);
}

void tw_place_count(struct tw_place p)
{
	p.s->low[p.i] += p.s->low[p.i] != UINT32_MAX;
}

static int by_name(const void *a, const void *b)
{
	const struct tw_pair *x = a, *y = b;

	if (x->name != y->name)
		return x->name < y->name ? -1 : 1;
	return x->tuple < y->tuple ? -1 : x->tuple > y->tuple;
}

void tw_tally_each(const struct tw_tally *t, void (*each)(void *, struct tw_pair *, uint32_t), void *self)
{
	for (int k = 0; k < TW_TALLY_SHARDS; k++) {
		const struct tw_shard *s = &t->shard[k];
		if (s->n == 0)
			continue;
		struct tw_pair *v = tw_realloc(NULL, s->n, sizeof *v);
		uint32_t n = 0;
		for (uint32_t i = 0; i < s->cap; i++)
			if (s->tuple[i] != TW_NONE)
				v[n++] = (struct tw_pair){ s->name[i], s->tuple[i], s->low && !s->high ? s->low[i] : 1 };
		qsort(v, n, sizeof *v, by_name);
		for (uint32_t i = 0, end; i < n; i = end) {
			for (end = i + 1; end < n && v[end].name == v[i].name; end++)
				;
			each(self, v + i, end - i);
		}
		free(v);
	}
}
