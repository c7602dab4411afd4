/* Open addressing, at most half full. */
#include "chain/cache.h"

#include <stdlib.h>
#include <string.h>

static uint32_t slot(const struct tw_cache *c, uint64_t key)
{
	uint32_t i = (uint32_t)(key * 0x9e3779b97f4a7c15u >> 32) & (c->cap - 1);

	while (c->key[i] != UINT64_MAX && c->key[i] != key)
		i = (i + 1) & (c->cap - 1);
	return i;
}

uintptr_t *tw_cache_get(const struct tw_cache *c, uint64_t key)
{
	if (!c->n)
		return NULL;
	uint32_t i = slot(c, key);
	return c->key[i] == key ? &c->value[i] : NULL;
}

static void grow(struct tw_cache *c)
{
	struct tw_cache old = *c;

	c->cap = old.cap ? old.cap * 2 : 8;
	c->key = tw_realloc(NULL, c->cap, sizeof *c->key);
	c->value = tw_realloc(NULL, c->cap, sizeof *c->value);
	for (uint32_t i = 0; i < c->cap; i++)
		c->key[i] = UINT64_MAX;
	for (uint32_t i = 0; i < old.cap; i++) {
		if (old.key[i] != UINT64_MAX) {
			uint32_t k = slot(c, old.key[i]);
			c->key[k] = old.key[i];
			c->value[k] = old.value[i];
		}
	}
	free(old.key);
	free(old.value);
}

void tw_cache_put(struct tw_cache *c, uint64_t key, uintptr_t value)
{
	if (2 * c->n >= c->cap)
		grow(c);
	uint32_t i = slot(c, key);
	c->key[i] = key;
	c->value[i] = value;
	c->n++;
}

void tw_cache_free(struct tw_cache *c)
{
	free(c->key);
	free(c->value);
	memset(c, 0, sizeof *c);
}

uint64_t tw_hash_bytes(const void *p, size_t n, uint64_t seed)
{
	const uint8_t *b = p;
	uint64_t h = seed ^ (n * 0x9e3779b97f4a7c15u), v;

	for (; n >= 8; n -= 8, b += 8) {
		memcpy(&v, b, 8);
		h = (h ^ v) * 0xff51afd7ed558ccdu;
		h ^= h >> 32;
	}
	v = 0;
	if (n)
		memcpy(&v, b, n);
	h = (h ^ v) * 0xff51afd7ed558ccdu;
	return h ^ h >> 29;
}
