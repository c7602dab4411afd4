/* cache.h: a table of numbers to numbers or pointers. */
#ifndef TW_CHAIN_CACHE_H
#define TW_CHAIN_CACHE_H

#include "base/base.h"

struct tw_cache {
	uint64_t *key;  /* UINT64_MAX = free */
	uintptr_t *value;
	uint32_t n, cap;
}; /* all zero = empty */
/* The value's place, or NULL. It moves when something is put. */
uintptr_t *tw_cache_get(const struct tw_cache *c, uint64_t key);
/* Puts a value for a key that is not there; any key but UINT64_MAX. */
void tw_cache_put(struct tw_cache *c, uint64_t key, uintptr_t value);
void tw_cache_free(struct tw_cache *c);

/* A 64-bit hash of bytes, good enough for tables, the same on every machine of
 * one byte order; no output depends on it. */
uint64_t tw_hash_bytes(const void *p, size_t n, uint64_t seed);

#endif
