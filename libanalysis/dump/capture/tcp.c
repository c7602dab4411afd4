/* The life of connections. How bytes are put in order: reassembly.c. */
#include "dump/capture/tcp.h"
#include "base/bounds.h"
#include "dump/capture/beginning.h"
#include "dump/capture/conns.h"
#include "dump/capture/reassembly.h"

#include <stdlib.h>
#include <string.h>

#define LINGER 10      /* seconds of the capture's time that an ended connection is kept for stragglers */
#define CONFIRMED 32 /* segments that confirm a beginning without a SYN, or that the other side is not there */

struct tw_tcp {
	const struct tw_tcp_ops *ops;
	void *self;
	struct tw_conns conns;
	int64_t now;
	size_t memory, max;
	struct tw_tcp_counts counts;
};

static struct tw_conn *begin(struct tw_tcp *t, const struct tw_segment *s, const struct tw_packet *p, uint64_t frame, const void *input)
{
	struct tw_conn *c = tw_alloc(sizeof *c);
	/* Who answers a SYN is the server, even where the SYN itself is missing. */
	unsigned from = (s->flags & (TW_SYN | TW_ACK)) == (TW_SYN | TW_ACK);

	c->ip[from] = s->ip[0];
	c->port[from] = s->port[0];
	c->ip[!from] = s->ip[1];
	c->port[!from] = s->port[1];
	c->time = p->time;
	c->fraction = p->fraction;
	c->digits = p->digits;
	c->timed = p->timed;
	c->frame = frame;
	c->input = input;
	t->memory += sizeof *c + tw_conns_add(&t->conns, c);
	t->counts.connections++;
	return c;
}

void tw_tcp_weigh(struct tw_tcp *t, struct tw_conn *c, long n)
{
	c->weight += (size_t)n;
	t->memory += (size_t)n;
}

/* ---- giving bytes ---- */
static void mark_hole(struct tw_tcp *t, struct tw_conn *c, unsigned d)
{
	struct tw_half *h = &c->half[d];

	tw_tcp_weigh(t, c, -(long)tw_reassembly_clear(h));
	if (h->hole || h->unwanted)
		return;
	h->hole = true;
	t->counts.holes++;
	t->ops->hole(t->self, c, d);
}

/* May bytes that acknowledge up to ack be given before the other direction's? */
static bool in_turn(const struct tw_conn *c, unsigned d, bool acks, uint32_t ack)
{
	const struct tw_half *o = &c->half[!d];

	acks = acks && !tw_acks_another(c, d, ack);
	if (acks && !o->begun) /* is that side late, or not in the capture? */
		return c->half[d].segments >= CONFIRMED;
	return !acks || o->hole || o->unwanted || tw_seq_diff(ack, o->next) <= 0 ||
	    (o->has_fin && ack == o->fin + 1 && o->next == o->fin);
}

static void give(struct tw_tcp *t, struct tw_conn *c, unsigned d, struct tw_slice b)
{
	struct tw_half *h = &c->half[d];

	if (!h->given)
		h->base = h->next;
	h->given = true;
	h->next += (uint32_t)b.n;
	if (!t->ops->data(t->self, c, d, b)) {
		h->unwanted = true;
		tw_tcp_weigh(t, c, -(long)tw_reassembly_clear(h));
	}
}

/* Gives the first held bytes of direction d, if it is their turn. */
static bool give_held(struct tw_tcp *t, struct tw_conn *c, unsigned d)
{
	struct tw_half *h = &c->half[d];
	struct tw_held *first = h->held;

	if (!first || h->loose || first->seq != h->next || !in_turn(c, d, first->acks, first->ack))
		return false;
	h->held = first->next;
	tw_tcp_weigh(t, c, -(long)(sizeof *first + first->n));
	give(t, c, d, (struct tw_slice){ first->bytes, first->n });
	if (first->cut && !(h->held && h->held->seq == h->next))
		mark_hole(t, c, d);
	free(first);
	return true;
}

static void give_all(struct tw_tcp *t, struct tw_conn *c)
{
	while (give_held(t, c, 0) || give_held(t, c, 1))
		;
}

/* Does direction d miss bytes, by what is held of it or acknowledged? */
static bool misses(const struct tw_conn *c, unsigned d)
{
	const struct tw_half *h = &c->half[d];
	const struct tw_held *o = c->half[!d].held;

	if (!h->begun || h->hole || h->unwanted)
		return false;
	if (h->held)
		return h->held->seq != h->next;
	return (h->has_fin && tw_seq_diff(h->fin, h->next) > 0) || (h->has_rst && tw_seq_diff(h->rst, h->next) > h->has_fin) ||
	    (h->has_acked && tw_seq_diff(h->acked, h->next) > h->has_fin) || (o && !in_turn(c, !d, o->acks, o->ack));
}

/* Nothing more will come, or no more can be held: what is there is given. */
static void flush(struct tw_tcp *t, struct tw_conn *c)
{
	c->half[0].loose = c->half[1].loose = false;
	c->half[0].segments = c->half[1].segments = CONFIRMED;
	for (;;) {
		give_all(t, c);
		bool m0 = misses(c, 0), m1 = misses(c, 1);
		if (!m0 && !m1)
			return;
		/* Of two that wait for each other the one with a hole gives way. */
		unsigned d = m0 && m1 && c->half[1].held && !c->half[0].held ? 1 : !m0;
		mark_hole(t, c, d);
	}
}

static void finish(struct tw_tcp *t, struct tw_conn *c)
{
	flush(t, c);
	for (unsigned d = 0; d < 2; d++)
		tw_tcp_weigh(t, c, -(long)tw_reassembly_clear(&c->half[d]));
	tw_conns_remove(&t->conns, c);
	t->ops->end(t->self, c);
	t->memory -= sizeof *c + c->weight;
	free(c);
}

/* ---- taking segments ---- */

static void hold(struct tw_tcp *t, struct tw_conn *c, unsigned d, const struct tw_segment *s, uint32_t seq, struct tw_slice b)
{
	struct tw_half *h = &c->half[d];
	tw_tcp_weigh(t, c, (long)tw_reassembly_hold(h, s, seq, b));
	if (h->loose && h->held)
		h->next = h->held->seq;
	if (h->segments < CONFIRMED)
		h->segments++;
	if (h->segments >= CONFIRMED)
		h->loose = false;
}

static void take_bytes(struct tw_tcp *t, struct tw_conn *c, unsigned d, const struct tw_segment *s, uint32_t seq, struct tw_slice b)
{
	struct tw_half *h = &c->half[d];

	if (!h->begun) {
		bool known = h->has_acked && tw_seq_diff(seq, h->low_ack) >= 0 && tw_seq_diff(seq, h->low_ack) < TW_FAR;
		h->begun = true;
		h->loose = !known;
		h->next = known ? h->low_ack : seq;
	}
	tw_half_settle(h, seq);
	if (tw_seq_diff(seq, h->next) < 0 && !h->loose) {
		uint32_t had = h->next - seq;
		if (had >= b.n)
			return;
		b.p += had;
		b.n -= had;
		seq = h->next;
	}
	if (!h->held && !h->loose && seq == h->next && in_turn(c, d, s->flags & TW_ACK, s->ack)) {
		give(t, c, d, b);
		if (s->missing)
			mark_hole(t, c, d);
	} else {
		hold(t, c, d, s, seq, b);
	}
}

/* Bytes behind a bare ACK, kept apart until they are seen to count. */
static void settle_pad(struct tw_tcp *t, struct tw_conn *c, unsigned d, bool counts)
{
	struct tw_half *h = &c->half[d];
	struct tw_segment s = { .flags = 0 };
	struct tw_slice b = { h->pad, h->npad };

	h->npad = 0;
	if (counts && b.n && !h->hole && !h->unwanted)
		take_bytes(t, c, d, &s, h->pad_seq, b);
}

static void take_pads(struct tw_tcp *t, struct tw_conn *c, unsigned d, const struct tw_segment *s)
{
	struct tw_half *h = &c->half[d], *o = &c->half[!d];

	/* What the side itself sends next counts them or does not: data, a FIN, or an ACK behind them. */
	bool behind = tw_seq_diff(s->seq, h->pad_seq) >= h->npad;
	if (h->npad && !(s->flags & TW_RST) && (behind || s->data.n || s->flags & TW_FIN))
		settle_pad(t, c, d, behind);
	if (o->npad && s->flags & TW_ACK && tw_seq_diff(s->ack, o->pad_seq) >= o->npad)
		settle_pad(t, c, !d, true);
}

static void take_data(struct tw_tcp *t, struct tw_conn *c, unsigned d, const struct tw_segment *s)
{
	struct tw_half *h = &c->half[d];
	uint32_t seq = s->seq + !!(s->flags & TW_SYN);

	c->bytes[d] += s->data.n + s->missing;
	if (h->hole || h->unwanted)
		return;
	if (s->padded && !(s->flags & (TW_PSH | TW_FIN)) && s->data.n <= sizeof h->pad && !s->missing) {
		h->npad = (uint8_t)s->data.n;
		h->pad_seq = seq;
		memcpy(h->pad, s->data.p, s->data.n);
	} else {
		take_bytes(t, c, d, s, seq, s->data);
	}
}

/* A SYN sent again after a reset of a handshake that never ended. */
static void reopen(struct tw_tcp *t, struct tw_conn *c)
{
	tw_conns_reopen(&t->conns, c);
	for (int d = 0; d < 2; d++) {
		struct tw_half *h = &c->half[d];
		h->has_rst = h->has_fin = h->has_acked = false;
		h->npad = 0;
	}
}

/* What the segment says beside its bytes. */
static void take_flags(struct tw_tcp *t, struct tw_conn *c, unsigned d, const struct tw_segment *s)
{
	struct tw_half *h = &c->half[d], *o = &c->half[!d];

	if (s->flags & TW_ACK && !tw_acks_another(c, d, s->ack))
		tw_half_acked(o, s->ack);
	if (s->flags & TW_FIN && !h->has_fin && h->begun) {
		h->has_fin = true;
		h->fin = s->seq + (uint32_t)s->data.n + s->missing;
	}
	if (s->flags & TW_RST && !h->has_rst) {
		h->has_rst = true;
		h->rst = s->seq;
	}
	if (!c->closed && (h->has_rst || (h->has_fin && o->has_fin))) {
		tw_conns_close(&t->conns, c);
		c->closed_at = t->now;
	}
}

static void bound(struct tw_tcp *t, struct tw_conn *c)
{
	if (c->weight > TW_MAX_CONNECTION_HELD && (c->half[0].held || c->half[1].held))
		flush(t, c);
	while (t->memory > t->max && t->conns.closed.oldest)
		finish(t, t->conns.closed.oldest);
	while (t->memory > t->max && t->conns.live.oldest) {
		t->conns.live.oldest->evicted = true;
		t->counts.evicted++;
		finish(t, t->conns.live.oldest);
	}
}

static struct tw_conn *conn_of(struct tw_tcp *t, const struct tw_segment *s, const struct tw_packet *p, uint64_t frame, const void *input,
    unsigned *d)
{
	struct tw_conn *c = tw_conns_find(&t->conns, s, d);

	if (c && ((s->flags & TW_SYN && !(s->flags & TW_RST) && tw_is_other_syn(c, s, *d)) || tw_is_other_data(c, s, *d))) {
		finish(t, c);
		c = NULL;
	}
	if (!c && ((!s->data.n && !(s->flags & TW_SYN)) || s->flags & TW_RST))
		return NULL; /* the end of something that began before the capture */
	if (!c) {
		c = begin(t, s, p, frame, input);
		*d = !tw_conn_sends(c, s, 0);
	}
	return c;
}

void tw_tcp_take(struct tw_tcp *t, const struct tw_segment *s, const struct tw_packet *p, uint64_t frame, const void *input)
{
	unsigned d;

	if (p->timed && p->time > t->now)
		t->now = p->time;
	while (t->conns.closed.oldest && t->now - t->conns.closed.oldest->closed_at > LINGER)
		finish(t, t->conns.closed.oldest);
	struct tw_conn *c = conn_of(t, s, p, frame, input, &d);
	if (!c)
		return;
	if (c->closed && s->flags & TW_SYN && !(s->flags & TW_RST) && !c->bytes[0] && !c->bytes[1])
		reopen(t, c);
	tw_conns_touch(&t->conns, c);
	if (s->flags & TW_SYN)
		tw_take_syn(c, s, d);
	else if (tw_is_copy(c, s, d))
		return;
	take_pads(t, c, d, s);
	if ((s->data.n || s->missing) && !(s->flags & TW_RST)) /* what comes with a RST is words for people */
		take_data(t, c, d, s);
	take_flags(t, c, d, s);
	if (c->half[0].held || c->half[1].held)
		give_all(t, c);
	bound(t, c);
}

void tw_tcp_end(struct tw_tcp *t)
{
	while (t->conns.closed.oldest)
		finish(t, t->conns.closed.oldest);
	while (t->conns.live.oldest)
		finish(t, t->conns.live.oldest);
}

struct tw_tcp_counts tw_tcp_counts(const struct tw_tcp *t)
{
	return t->counts;
}

struct tw_tcp *tw_tcp_new(const struct tw_tcp_ops *ops, void *self, size_t max)
{
	struct tw_tcp *t = tw_alloc(sizeof *t);
	t->ops = ops;
	t->self = self;
	t->max = max ? max : TW_MAX_CAPTURE_MEMORY;
	t->now = TW_TIME_MIN;
	return t;
}

void tw_tcp_free(struct tw_tcp *t)
{
	if (!t)
		return;
	tw_tcp_end(t);
	tw_conns_free(&t->conns);
	free(t);
}
