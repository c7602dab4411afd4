/* SHA-256 and the table of digests. */
#include "base/base.h"

#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>

void tw_sha256(struct tw_slice s, uint8_t out[TW_SHA256])
{
	struct sha256_ctx c;

	sha256_init(&c);
	if (s.n)
		sha256_update(&c, s.n, s.p);
	sha256_digest(&c, TW_SHA256, out);
}

void tw_set_free(struct tw_set *s)
{
	free(s->keys);
	free(s->slots);
	memset(s, 0, sizeof *s);
}

/* The slot of key: where it stands, or the free one where it would. A hostile
 * input can only choose digests by finding SHA-256 prefixes, so the first
 * eight bytes do as a hash. */
static uint32_t slot_of(const struct tw_set *s, const uint8_t key[TW_SHA256])
{
	uint64_t h;
	memcpy(&h, key, sizeof h);
	uint32_t mask = s->nslots - 1, i = (uint32_t)(h ^ h >> 32) & mask;

	while (s->slots[i] && memcmp(s->keys[s->slots[i] - 1], key, TW_SHA256) != 0)
		i = (i + 1) & mask;
	return i;
}

uint32_t tw_set_find(const struct tw_set *s, const uint8_t key[TW_SHA256])
{
	if (s->nslots == 0)
		return TW_NONE;
	return s->slots[slot_of(s, key)] - 1; /* 0 - 1 = TW_NONE */
}

static void set_grow(struct tw_set *s)
{
	if (s->nslots >= 1U << 31)
		tw_die("more than %u distinct keys in one table", s->n);
	s->nslots = s->nslots ? s->nslots * 2 : 64;
	free(s->slots);
	s->slots = tw_alloc((size_t)s->nslots * sizeof *s->slots);
	for (uint32_t k = 0; k < s->n; k++)
		s->slots[slot_of(s, s->keys[k])] = k + 1;
}

uint32_t tw_set_add(struct tw_set *s, const uint8_t key[TW_SHA256], bool *fresh)
{
	if (s->n >= s->nslots / 2)
		set_grow(s);
	uint32_t i = slot_of(s, key);
	if (fresh)
		*fresh = s->slots[i] == 0;
	if (s->slots[i])
		return s->slots[i] - 1;
	if (s->n == s->cap) {
		s->cap = s->cap ? s->cap * 2 : 32;
		s->keys = tw_realloc(s->keys, s->cap, sizeof *s->keys);
	}
	memcpy(s->keys[s->n], key, TW_SHA256);
	s->slots[i] = s->n + 1;
	return s->n++;
}
