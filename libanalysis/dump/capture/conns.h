/* conns.h: the connections under way, by their addresses and ports, and in the
 * order of their last packets; inner to capture/. */
#ifndef TW_CONNS_H
#define TW_CONNS_H

#include "dump/capture/tcp.h"

struct tw_conns {
	struct tw_conn **slot;
	uint32_t nslots, n;
	struct tw_conns_line {
		struct tw_conn *oldest, *newest;
	} live, closed; /* by their last packet; by their end */
}; /* all zero = empty */

/* The connection that a segment is of, and in which direction; NULL: none. */
struct tw_conn *tw_conns_find(const struct tw_conns *t, const struct tw_segment *s, unsigned *d);
/* Takes one that is not there yet; returns how much memory the table took. */
size_t tw_conns_add(struct tw_conns *t, struct tw_conn *c);
/* It is the newest of those under way, unless it is closed. */
void tw_conns_touch(struct tw_conns *t, struct tw_conn *c);
/* It is over, the newest of those. */
void tw_conns_close(struct tw_conns *t, struct tw_conn *c);
/* It was not over. */
void tw_conns_reopen(struct tw_conns *t, struct tw_conn *c);
void tw_conns_remove(struct tw_conns *t, struct tw_conn *c);
/* The table alone: connections are their owner's. */
void tw_conns_free(struct tw_conns *t);
/* Is the segment one of direction d of this connection? */
bool tw_conn_sends(const struct tw_conn *c, const struct tw_segment *s, unsigned d);

#endif
