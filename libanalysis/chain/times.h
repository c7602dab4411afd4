/* times.h: sets of seconds as sorted, disjoint, inclusive intervals. Inner to
 * chain/. */
#ifndef TW_CHAIN_TIMES_H
#define TW_CHAIN_TIMES_H

#include "base/base.h"

struct tw_interval {
	int64_t from, until;
};
struct tw_times {
	struct tw_interval *v;
	uint32_t n, cap;
}; /* all zero = never */

void tw_times_free(struct tw_times *s);
/* Adds from to until; nothing where from > until. */
void tw_times_add(struct tw_times *s, int64_t from, int64_t until);
/* Adds all of o. */
void tw_times_join(struct tw_times *s, const struct tw_times *o);
/* Adds what of o lies between from and until. */
void tw_times_join_within(struct tw_times *s, const struct tw_times *o, int64_t from, int64_t until);
/* Keeps what lies in o too. */
void tw_times_meet(struct tw_times *s, const struct tw_times *o);
/* What s leaves out of all time. */
void tw_times_invert(struct tw_times *s);
/* All of time? */
bool tw_times_always(const struct tw_times *s);
/* Keeps what lies between from and until. */
void tw_times_within(struct tw_times *s, int64_t from, int64_t until);

#endif
