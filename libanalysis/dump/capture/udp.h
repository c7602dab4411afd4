/* udp.h: DTLS associations among the datagrams of a capture.
 *
 * One is told by its first datagram (tw_dtls_starts): by no port, for DTLS
 * shares its ports with STUN, TURN's channels, RTP, ZRTP and QUIC, which differ in
 * the first byte (RFC 7983, RFC 9443). CAPWAP's preamble (RFC 5415 section 4.2)
 * is taken off. Other datagrams leave no trace. UDP has no end: an association
 * lasts as long as its addresses and ports, until another begins on them.
 * Memory is bounded by TW_MAX_DATAGRAM_MEMORY: the association that was
 * idle for longest is ended then, and counted. */
#ifndef TW_UDP_H
#define TW_UDP_H

#include "dump/capture/tcp.h"

struct tw_udp_ops {
	/* A datagram of direction d, lent; `missing` bytes behind it are not in the
	 * file. True: another association begins with it, and this one is over, which
	 * the consumer deals with; c is set anew, and renew() called, before what follows. */
	bool (*datagram)(void *self, struct tw_conn *c, unsigned d, struct tw_slice bytes, size_t missing);
	/* Behind true: the consumer's state is that of the new association. */
	void (*renew)(void *self, struct tw_conn *c);
	/* Over; state must be freed here. */
	void (*end)(void *self, struct tw_conn *c);
	/* Is there anything that may still be learned of it? */
	bool (*open)(const struct tw_conn *c);
};

struct tw_udp;
/* ops is lent. max: the bound on memory in bytes, 0 = TW_MAX_DATAGRAM_MEMORY. */
struct tw_udp *tw_udp_new(const struct tw_udp_ops *ops, void *self, size_t max);
/* One datagram: the frame-th packet p of input. */
void tw_udp_take(struct tw_udp *u, const struct tw_segment *s, const struct tw_packet *p, uint64_t frame, const void *input);
/* The consumer holds n bytes more, or fewer, for this association. */
void tw_udp_weigh(struct tw_udp *u, struct tw_conn *c, long n);
/* Ends all, the one that was idle for longest first. */
void tw_udp_end(struct tw_udp *u);
/* How many were ended for want of memory while open. */
uint64_t tw_udp_evicted(const struct tw_udp *u);
void tw_udp_free(struct tw_udp *u);

#endif
