/* agree.h: when to ask the enumerator and the engine about a web, and whether they
 * say the same. */
#ifndef CHECK_AGREE_H
#define CHECK_AGREE_H

#include "chain/brute.h"
#include "chain/engine.h"

#define AGREE_MOMENTS 256
/* Every end of a validity or a block, a second either side, and far away: sorted,
 * each once. How many. */
int agree_moments(const struct web *w, int64_t at[AGREE_MOMENTS]);
/* The engine names one of the certificates that may be named; all else is equal. */
bool agree_same(const struct brute_answer *want, const struct brute_answer *got);
/* The engine's paths at t, taken apart: the first is the one that stands for the
 * chain, the others follow by reason, and each fails what it fails. */
bool agree_paths(const struct brute *b, struct engine *e, const struct brute_answer *answer, int64_t t);

#endif
