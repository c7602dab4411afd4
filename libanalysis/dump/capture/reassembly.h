/* reassembly.h: one direction's bytes put in order; inner to capture/. */
#ifndef TW_REASSEMBLY_H
#define TW_REASSEMBLY_H

#include "dump/capture/tcp.h"

struct tw_held {
	struct tw_held *next; /* by sequence number, without overlap */
	uint32_t seq, n;
	uint32_t ack;
	bool acks;            /* ack is set */
	bool cut;             /* the capture has not all of it */
	uint8_t bytes[];
};

/* The signed distance from b to a: sequence numbers wrap around. */
static inline int32_t tw_seq_diff(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b);
}

/* Takes what of the n bytes at seq is new into the queue. Returns how much
 * memory that took. */
size_t tw_reassembly_hold(struct tw_half *h, const struct tw_segment *s, uint32_t seq, struct tw_slice bytes);
/* Drops the queue's first; returns the memory given back. */
size_t tw_reassembly_drop(struct tw_half *h);
size_t tw_reassembly_clear(struct tw_half *h);

#endif
