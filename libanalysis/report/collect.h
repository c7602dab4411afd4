/* collect.h: counting, shared by count.c and speak.c. */
#ifndef TW_COLLECT_H
#define TW_COLLECT_H

#include "report/internal.h"

/* How a thing with several tuples counts: at its most frequent value, in each, at its best. */
enum tw_mode { TW_VOTE, TW_ANY, TW_BEST };
struct tw_collect {
	const struct tw_report *r;
	const struct tw_table *t;
	struct tw_lines *lines;
	struct tw_trace *trace;
	/* of the things being counted */
	enum tw_unit unit;
	enum tw_mode mode;
	uint64_t entity;
	uint64_t *single[2];  /* by tuple: things that are of this tuple alone, by protocol and over all */
	uint64_t *disagree;   /* by judgement and tuple */
	const struct tw_tally *chosen; /* of hosts: which tuple stands for one */
	struct tw_values values[2];
	int nfacets;
	uint64_t also;        /* columns beside those that the tuple tells */
};

const char *tw_role_of(const struct tw_table *t, int facet);
/* What the tuple tells in a role, sorted: values are a set. */
void tw_values_of(struct tw_collect *c, const struct tw_tuple *t, uint32_t j, int facet, struct tw_values *v);
uint64_t tw_facet_mask(const struct tw_table *t, int facet);
/* What the tuple tells in a facet: equal for equal values. */
uint64_t tw_facet_value(struct tw_collect *c, const struct tw_tuple *t, uint32_t j, int facet);
/* The tuple that speaks for the thing in a facet: that of its most frequent
 * value, or its best. n is at least 1. */
const struct tw_tuple *tw_speaker(struct tw_collect *c, const struct tw_pair *v, uint32_t n, uint32_t j, int facet);

#endif
