/* Open addressing, doubled when half full. */
#include "base/intern.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <xxhash.h>

uint64_t tw_hash(struct tw_slice s, uint64_t seed)
{
	return XXH3_64bits_withSeed(s.n ? (const void *)s.p : "", s.n, seed);
}

void tw_intern_init(struct tw_intern *t)
{
	memset(t, 0, sizeof *t);
	if (getrandom(&t->odd, sizeof t->odd, GRND_NONBLOCK) != sizeof t->odd)
		t->odd = 0x9e3779b97f4a7c15;
	t->odd |= 1;
}

void tw_intern_free(struct tw_intern *t)
{
	free(t->slot);
	free(t->hash);
	memset(t, 0, sizeof *t);
}

static uint32_t first_slot(const struct tw_intern *t, uint64_t hash)
{
	return (uint32_t)((((hash ^ hash >> 32) * t->odd) >> 32) * t->nslot >> 32);
}

static void grow(struct tw_intern *t)
{
	if (t->nslot >= 1u << 31)
		tw_die("more than %u distinct rows in one table", t->n);
	t->nslot = t->nslot ? 2 * t->nslot : 64;
	free(t->slot);
	t->slot = tw_alloc(t->nslot * sizeof *t->slot);
	for (uint32_t i = 0; i < t->n; i++) {
		uint32_t k = first_slot(t, t->hash[i]);
		while (t->slot[k])
			k = k + 1 == t->nslot ? 0 : k + 1;
		t->slot[k] = i + 1;
	}
}

uint32_t tw_intern(struct tw_intern *t, uint64_t hash, bool (*same)(const void *, uint32_t), const void *self, bool add,
    bool *fresh)
{
	if (t->n >= t->nslot / 2)
		grow(t);
	uint32_t k = first_slot(t, hash);
	*fresh = false;
	for (; t->slot[k]; k = k + 1 == t->nslot ? 0 : k + 1)
		if (t->hash[t->slot[k] - 1] == hash && same(self, t->slot[k] - 1))
			return t->slot[k] - 1;
	if (!add)
		return TW_NONE;
	if (t->n == t->cap) {
		t->cap = t->cap ? 2 * t->cap : 64;
		t->hash = tw_realloc(t->hash, t->cap, sizeof *t->hash);
	}
	*fresh = true;
	t->hash[t->n] = hash;
	t->slot[k] = ++t->n;
	return t->n - 1;
}
