#include "dump/capture/udp.h"
#include "base/bounds.h"
#include "dump/capture/conns.h"
#include "dump/tls/dtls.h"

#include <stdlib.h>
#include <string.h>

enum { LEAST = 20, MOST = 63 /* first bytes of DTLS (RFC 7983) */, CAPWAP_CONTROL = 5246, CAPWAP_DATA = 5247 };

struct tw_udp {
	const struct tw_udp_ops *ops;
	void *self;
	struct tw_conns conns;
	size_t memory, max;
	uint64_t evicted;
};

static void stamp(struct tw_conn *c, const struct tw_packet *p, uint64_t frame, const void *input)
{
	c->time = p->time;
	c->fraction = p->fraction;
	c->digits = p->digits;
	c->timed = p->timed;
	c->frame = frame;
	c->input = input;
}

static struct tw_conn *begin(struct tw_udp *u, const struct tw_segment *s)
{
	struct tw_conn *c = tw_alloc(sizeof *c);

	for (unsigned i = 0; i < 2; i++) {
		c->ip[i] = s->ip[i];
		c->port[i] = s->port[i];
	}
	u->memory += sizeof *c + tw_conns_add(&u->conns, c);
	return c;
}

static void finish(struct tw_udp *u, struct tw_conn *c)
{
	tw_conns_remove(&u->conns, c);
	u->ops->end(u->self, c);
	u->memory -= sizeof *c + c->weight;
	free(c);
}

void tw_udp_weigh(struct tw_udp *u, struct tw_conn *c, long n)
{
	c->weight += (size_t)n;
	u->memory += (size_t)n;
}

static bool capwap(const struct tw_segment *s)
{
	return s->port[0] == CAPWAP_CONTROL || s->port[1] == CAPWAP_CONTROL || s->port[0] == CAPWAP_DATA || s->port[1] == CAPWAP_DATA;
}

void tw_udp_take(struct tw_udp *u, const struct tw_segment *s, const struct tw_packet *p, uint64_t frame, const void *input)
{
	static const uint8_t preamble[4] = { 1, 0, 0, 0 };
	struct tw_slice b = s->data;
	unsigned d = 0;

	if (b.n > sizeof preamble && memcmp(b.p, preamble, sizeof preamble) == 0 && capwap(s)) {
		b.p += sizeof preamble;
		b.n -= sizeof preamble;
	}
	if (!b.n || *b.p < LEAST || *b.p > MOST)
		return;
	struct tw_conn *c = tw_conns_find(&u->conns, s, &d);
	if (!c) {
		if (!tw_dtls_starts(b, s->missing))
			return;
		d = 0;
		c = begin(u, s);
		stamp(c, p, frame, input);
	}
	tw_conns_touch(&u->conns, c);
	c->bytes[d] += b.n + s->missing;
	if (u->ops->datagram(u->self, c, d, b, s->missing)) {
		stamp(c, p, frame, input);
		u->ops->renew(u->self, c);
	}
	while (u->memory > u->max && u->conns.live.oldest) {
		u->evicted += u->ops->open(u->conns.live.oldest);
		finish(u, u->conns.live.oldest);
	}
}

void tw_udp_end(struct tw_udp *u)
{
	while (u->conns.live.oldest)
		finish(u, u->conns.live.oldest);
}

uint64_t tw_udp_evicted(const struct tw_udp *u)
{
	return u->evicted;
}

struct tw_udp *tw_udp_new(const struct tw_udp_ops *ops, void *self, size_t max)
{
	struct tw_udp *u = tw_alloc(sizeof *u);
	u->ops = ops;
	u->self = self;
	u->max = max ? max : TW_MAX_DATAGRAM_MEMORY;
	return u;
}

void tw_udp_free(struct tw_udp *u)
{
	if (!u)
		return;
	tw_udp_end(u);
	tw_conns_free(&u->conns);
	free(u);
}
