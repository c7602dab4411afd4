/* Open addressing. Tables that were outgrown are kept until the end, since a
 * reader may stand in one: together they are no larger than the last. */
#include "base/known.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define FIRST 64u /* entries in the first chunk; each next one has twice as many */
#define CHUNKS 26

struct slots {
	struct slots *old;
	uint32_t mask;
	_Atomic uint32_t v[]; /* ordinal + 1, 0 = free */
};

struct tw_known {
	size_t size;
	uint32_t n;             /* the adding thread's */
	_Atomic(struct slots *) slots;
	_Atomic(uint8_t *) chunk[CHUNKS];
};

static uint8_t *entry(const struct tw_known *t, uint32_t i)
{
	uint32_t k = 31u - (uint32_t)__builtin_clz(i / FIRST + 1);
	uint8_t *chunk = atomic_load_explicit(&t->chunk[k], memory_order_relaxed);

	return chunk ? chunk + (i - FIRST * ((1u << k) - 1)) * t->size : NULL;
}

static struct slots *new_slots(uint32_t n, struct slots *old)
{
	struct slots *s = tw_alloc(sizeof *s + n * sizeof *s->v);

	s->old = old;
	s->mask = n - 1;
	return s;
}

struct tw_known *tw_known_new(size_t size)
{
	struct tw_known *t = tw_alloc(sizeof *t);

	t->size = (size + 7) / 8 * 8;
	atomic_store(&t->slots, new_slots(2 * FIRST, NULL));
	return t;
}

void tw_known_free(struct tw_known *t)
{
	if (!t)
		return;
	for (struct slots *s = atomic_load(&t->slots), *old; s; s = old) {
		old = s->old;
		free(s);
	}
	for (int k = 0; k < CHUNKS; k++)
		free(atomic_load(&t->chunk[k]));
	free(t);
}

/* The slot of key: where it stands, or the free one where it would. A hostile
 * input can only choose digests by finding SHA-256 prefixes, so the first
 * eight bytes do as a hash. */
static uint32_t slot_of(const struct tw_known *t, struct slots *s, const uint8_t key[TW_SHA256], uint8_t **found)
{
	uint64_t h;
	uint32_t v;

	memcpy(&h, key, sizeof h);
	uint32_t i = (uint32_t)(h ^ h >> 32) & s->mask;
	*found = NULL;
	/* Acquired: what was written before the slot was is seen behind it. */
	while ((v = atomic_load_explicit(&s->v[i], memory_order_acquire)) != 0) {
		uint8_t *e = entry(t, v - 1);
		if (memcmp(e, key, TW_SHA256) == 0) {
			*found = e;
			break;
		}
		i = (i + 1) & s->mask;
	}
	return i;
}

void *tw_known_find(const struct tw_known *t, const uint8_t key[TW_SHA256])
{
	uint8_t *found;

	(void)slot_of(t, atomic_load_explicit(&t->slots, memory_order_acquire), key, &found);
	return found;
}

static struct slots *grow(struct tw_known *t, struct slots *s)
{
	uint8_t *found;

	if (t->n >= FIRST << (CHUNKS - 1))
		tw_die("more than %u distinct keys in one table", t->n);
	struct slots *more = new_slots(2 * (s->mask + 1), s);
	for (uint32_t k = 0; k < t->n; k++) {
		uint32_t i = slot_of(t, more, entry(t, k), &found);
		atomic_store_explicit(&more->v[i], k + 1, memory_order_relaxed);
	}
	atomic_store_explicit(&t->slots, more, memory_order_release);
	return more;
}

void *tw_known_add(struct tw_known *t, const uint8_t key[TW_SHA256], bool *fresh)
{
	struct slots *s = atomic_load_explicit(&t->slots, memory_order_relaxed);
	uint8_t *found;

	if (t->n >= s->mask / 3 * 2)
		s = grow(t, s);
	uint32_t i = slot_of(t, s, key, &found);
	*fresh = !found;
	if (found)
		return found;
	uint32_t k = 31u - (uint32_t)__builtin_clz(t->n / FIRST + 1);
	if (!atomic_load_explicit(&t->chunk[k], memory_order_relaxed))
		atomic_store_explicit(&t->chunk[k], tw_alloc((size_t)(FIRST << k) * t->size), memory_order_relaxed);
	uint8_t *e = entry(t, t->n);
	memcpy(e, key, TW_SHA256);
	atomic_store_explicit(&s->v[i], ++t->n, memory_order_release);
	return e;
}

uint32_t tw_known_count(const struct tw_known *t)
{
	return t->n;
}

void *tw_known_at(const struct tw_known *t, uint32_t i)
{
	return entry(t, i);
}
