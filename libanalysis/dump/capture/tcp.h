/* tcp.h: connections, and the bytes of each direction in order (RFC 9293).
 *
 * What is done with what captures hold:
 *  - out of order: held until the hole before it is filled;
 *  - bytes that come twice: the first count, whatever the second says;
 *  - causality: bytes that acknowledge something are given after it, so that a
 *    consumer sees questions before answers however the capture is ordered;
 *  - lost: where a hole is never filled the direction ends there (hole()); what
 *    comes behind it is never given;
 *  - no SYN: the connection begins with what the other side acknowledged first,
 *    or with the first bytes seen, or those before them that come while nothing
 *    confirms these;
 *  - two SYN-ACKs: the one that answers the SYN, that the client acknowledges, or
 *    that data follows;
 *  - a SYN-ACK that answers another SYN than was seen: a firewall that gives
 *    connections other numbers, seen on its other side. What that side
 *    acknowledges far off the client's numbers tells nothing, and its bytes far
 *    off its own, where a SYN-ACK fits, are copies;
 *  - a bare ACK in a frame of the least size, or a SYN-ACK, with bytes behind
 *    its header that are not pushed: they are bytes only if what follows counts them;
 *  - a SYN of another sequence number on the same ports: a new connection, but
 *    where the old one is under way and the number lies within 1 MiB of what it
 *    sent: a stray (RFC 5961 section 4). Data far off the window of one that has
 *    ended is a new connection, too.
 * Memory is bounded by TW_MAX_CAPTURE_MEMORY: the connection that was idle for
 * longest is ended then, and counted. */
#ifndef TW_TCP_H
#define TW_TCP_H

#include "dump/capture/ip.h"

struct tw_held; /* bytes that wait */

struct tw_half {
	uint32_t next;       /* sequence number of what is to be given next */
	uint32_t base;       /* that of the first byte given */
	uint32_t other;      /* that of the other SYN-ACK */
	uint32_t fin, rst;   /* that of the FIN, of the RST */
	uint32_t acked;      /* the peer has all before it */
	uint32_t low_ack;    /* the least that it acknowledged: what it had before is not in the capture */
	struct tw_held *held;
	uint32_t pad_seq;    /* where pad would stand */
	uint8_t pad[12];
	uint8_t npad;
	uint8_t segments;    /* held while loose */
	bool begun : 1;      /* next is known */
	bool syn : 1;        /* by a SYN */
	bool two : 1;        /* other is set */
	bool fits : 1;       /* the SYN-ACK answers the SYN that was seen */
	bool sure : 1;       /* the peer acknowledged the SYN */
	bool odd : 1;        /* a SYN-ACK answered another SYN than was seen */
	bool loose : 1;      /* next may still move down */
	bool given : 1;      /* bytes were given */
	bool hole : 1;       /* some are missing: nothing more is given */
	bool unwanted : 1;   /* nothing more is asked for */
	bool has_fin : 1, has_rst : 1, has_acked : 1;
};

struct tw_conn {
	struct tw_ip ip[2];  /* 0: who sent the SYN, else who was seen first */
	uint16_t port[2];
	uint8_t digits;
	bool timed, closed, evicted;
	uint32_t fraction;
	int64_t time;        /* of the first packet, as in struct tw_packet */
	uint64_t frame;      /* its number */
	uint64_t bytes[2];   /* of payload seen */
	const void *input;   /* the capture it began in */
	struct tw_half half[2];
	void *state;         /* the consumer's, NULL at first */
	size_t weight;       /* bytes held, here and by the consumer (tw_tcp_weigh) */
	/* tcp.c's */
	struct tw_conn *chain, *older, *newer;
	int64_t closed_at;
};

struct tw_tcp_ops {
	/* Bytes of direction d, 0 or 1, lent. False: no more of this one is wanted. */
	bool (*data)(void *self, struct tw_conn *c, unsigned d, struct tw_slice bytes);
	/* Bytes of direction d are missing: nothing more of it will be given. */
	void (*hole)(void *self, struct tw_conn *c, unsigned d);
	/* Over; state must be freed here. A failure is the consumer's to keep. */
	void (*end)(void *self, struct tw_conn *c);
};

struct tw_tcp_counts {
	uint64_t connections, evicted, holes;
};

struct tw_tcp;
/* ops is lent. max: the bound on memory in bytes, 0 = TW_MAX_CAPTURE_MEMORY. */
struct tw_tcp *tw_tcp_new(const struct tw_tcp_ops *ops, void *self, size_t max);
/* One segment of TCP: the frame-th packet p of input. */
void tw_tcp_take(struct tw_tcp *t, const struct tw_segment *s, const struct tw_packet *p, uint64_t frame, const void *input);
/* The consumer holds n bytes more, or fewer, for this connection. */
void tw_tcp_weigh(struct tw_tcp *t, struct tw_conn *c, long n);
/* Ends all connections: those that are closed, then the others, the one that was
 * idle for longest first. */
void tw_tcp_end(struct tw_tcp *t);
struct tw_tcp_counts tw_tcp_counts(const struct tw_tcp *t);
void tw_tcp_free(struct tw_tcp *t);

#endif
