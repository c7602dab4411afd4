/* intern.h: distinct texts to ordinals, in first-seen order, and the hash that
 * tables of rows use. SHA-256 costs ten times as much and is for names only. */
#ifndef TW_INTERN_H
#define TW_INTERN_H

#include "base/base.h"

/* XXH3, 64 bits: the same on any machine. Two of n texts share a hash with a
 * chance below n*n / 2^65. */
uint64_t tw_hash(struct tw_slice s, uint64_t seed);

/* A hash table that compares whole: the texts are the caller's. Where a text
 * stands in it depends on a random number of the process, so that no input can
 * be made that slows it; ordinals do not. 12 bytes a text at most half full. */
struct tw_intern {
	uint32_t *slot; /* ordinal + 1 */
	uint64_t *hash; /* by ordinal */
	uint32_t n, cap, nslot;
	uint64_t odd;
};
void tw_intern_init(struct tw_intern *t);
void tw_intern_free(struct tw_intern *t);
/* The ordinal of the text with that hash for which same() holds. If there is
 * none: the next ordinal, and *fresh is true; or TW_NONE where add is false. */
uint32_t tw_intern(struct tw_intern *t, uint64_t hash, bool (*same)(const void *self, uint32_t ordinal), const void *self,
    bool add, bool *fresh);

#endif
