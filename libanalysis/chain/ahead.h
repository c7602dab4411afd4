/* ahead.h: signatures checked before a chain is judged, in other threads.
 *
 * What the judge will ask is foretold by names and key identifiers: for each
 * certificate of the presented set, the keys that most likely signed it, among
 * the set, the stores, the pool. Each outcome goes into the graph's memory,
 * where the judge finds it; a pair is claimed before it is checked, so that it
 * is checked once. A wrong guess costs a check and changes no answer. */
#ifndef TW_CHAIN_AHEAD_H
#define TW_CHAIN_AHEAD_H

#include "chain/graph.h"
#include "chain/judge.h"

struct tw_ahead;
/* Lends all; from now on g may be asked by the judging thread and, through
 * this, by others. Certificates must not be added any more. pool and witness
 * may be NULL. */
struct tw_ahead *tw_ahead_new(struct tw_graph *g, struct tw_trust *const *trust, int ntrust, const struct tw_index *pool,
	const struct tw_index *witness);
void tw_ahead_free(struct tw_ahead *a);
/* Checks what judging this set, leaf first, will need; any thread, 0 <= thread
 * < TW_MAX_THREADS, one call at a time in each. */
void tw_ahead_check(struct tw_ahead *a, const uint32_t *presented, uint32_t n, unsigned thread);

#endif
