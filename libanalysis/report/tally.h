/* tally.h: a hash table of 64-bit names of things (hosts, servers,
 * certificates) that grows to some ten million entries.
 *
 * A name is the XXH3 hash of what it stands for; the text itself is not kept.
 * Two of n different things share a name with a chance below n*n / 2^65: for
 * 50 million hosts 1 in 14,000 that any two of them count as one. Names are
 * the same on any machine; the place of a name in memory is not (it is mixed
 * with a random number of the process), so that no chosen input can make
 * look-ups slow. Nothing may depend on the order of entries in memory.
 *
 * 12 bytes an entry and 6 more with times, at 70 to 85 % load: 23.5 bytes a
 * host on average. */
#ifndef TW_TALLY_H
#define TW_TALLY_H

#include "base/base.h"

#define TW_TALLY_SHARDS 256 /* by the top byte: they grow one at a time */

struct tw_shard {
	uint64_t *name;
	uint32_t *tuple; /* TW_NONE: a free slot */
	uint32_t *low;   /* the lower bits of a time, or a count; NULL in sets */
	uint16_t *high;  /* the upper bits of a time; NULL but in TW_TALLY_TIMES */
	uint32_t n, cap;
};

enum tw_tally_kind {
	TW_TALLY_SET,    /* of pairs (name, tuple) */
	TW_TALLY_COUNTS, /* the same, each with a count that stays at 2^32 - 1 */
	TW_TALLY_TIMES   /* of names, each with a tuple and a time of 48 bits */
};
struct tw_tally {
	enum tw_tally_kind kind;
	uint64_t seed, odd;
	struct tw_shard shard[TW_TALLY_SHARDS];
};

/* A place in a tally: good until the next tw_tally_put. */
struct tw_place {
	struct tw_shard *s; /* NULL: not there */
	uint32_t i;
	bool fresh;
};

void tw_tally_init(struct tw_tally *t, enum tw_tally_kind kind);
void tw_tally_free(struct tw_tally *t);
/* The name, or the pair where kind is not TW_TALLY_TIMES; added if absent. */
struct tw_place tw_tally_put(struct tw_tally *t, uint64_t name, uint32_t tuple);
struct tw_place tw_tally_find(const struct tw_tally *t, uint64_t name, uint32_t tuple);
/* Of a place in TW_TALLY_TIMES. */
uint64_t tw_place_time(struct tw_place p);
void tw_place_set(struct tw_place p, uint32_t tuple, uint64_t time);
/* Of a place in TW_TALLY_COUNTS: one more. */
void tw_place_count(struct tw_place p);

/* Calls each for every name, with its pairs sorted by tuple. The array v may
 * be changed by it. */
struct tw_pair {
	uint64_t name;
	uint32_t tuple, count;
};
void tw_tally_each(const struct tw_tally *t, void (*each)(void *self, struct tw_pair *v, uint32_t n), void *self);

#endif
