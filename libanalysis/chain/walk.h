/* walk.h: what is within reach of a leaf on a date, by names alone: all that
 * its paths can be made of. Inner to chain/. */
#ifndef TW_CHAIN_WALK_H
#define TW_CHAIN_WALK_H

#include "chain/label.h"

struct tw_walk {
	struct tw_judge *j;
	const struct tw_question *q;
	const struct tw_index *witness;
	struct tw_buf *names;   /* uint32_t, met so far */
	struct tw_buf *members; /* uint32_t, of the presented set, sorted */
	struct tw_buf *rows;    /* struct tw_row_key, sorted: of the store's in force */
	struct tw_buf *touches; /* struct tw_touch, sorted: its blocks in force of members and the indexes' */
	uint32_t leaf;          /* it is among the issuers; else TW_NONE */
	bool indexed;           /* some certificate of the pool or the witness */
	bool policies, cut;
};
/* From q's leaf, on q's date. Cuts j->held down to the dates on which the walk
 * would gather the same, and sets j->own. */
void tw_walk(struct tw_walk *w, struct tw_judge *j, const struct tw_question *q, const struct tw_index *witness);

#endif
