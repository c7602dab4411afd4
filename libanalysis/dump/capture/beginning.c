/* SYNs, the answers to them, and which sequence numbers hold (RFC 9293 section 3.5). */
#include "dump/capture/beginning.h"
#include "dump/capture/reassembly.h"

bool tw_is_other_syn(const struct tw_conn *c, const struct tw_segment *s, unsigned d)
{
	const struct tw_half *h = &c->half[d], *o = &c->half[!d];
	int32_t past = tw_seq_diff(h->next, s->seq); /* 1 and what was given since */

	if (h->begun && s->seq + 1 == (h->given ? h->base : h->next))
		return false; /* once more, or late */
	if (s->flags & TW_ACK) /* a second answer belongs to the connection, unless that is over */
		return c->closed && h->given && (past < 1 || past > TW_FAR);
	if (!h->begun)
		return c->closed || o->given;
	if (!h->given && h->syn)
		return past != 1;
	return c->closed || past < 1 || past > TW_FAR;
}

bool tw_is_other_data(const struct tw_conn *c, const struct tw_segment *s, unsigned d)
{
	int32_t off = tw_seq_diff(s->seq, c->half[d].next);
	return c->closed && c->half[d].begun && s->data.n && (off > TW_FAR || off < -TW_FAR);
}

/* fits: a SYN, or one that answers the SYN that was seen. */
static void begin_at(struct tw_half *h, uint32_t first, bool fits)
{
	if (h->given) {
		h->syn |= first == h->base; /* it comes late */
		return;
	}
	if (!h->begun || h->loose || !h->syn || (fits && !h->fits)) {
		h->begun = h->syn = true;
		h->loose = false;
		h->next = first;
		h->fits = fits;
	} else if (h->next != first && fits == h->fits && !h->sure) {
		h->two = true;
		h->other = first;
	}
}

static uint32_t first_of(const struct tw_half *h)
{
	return h->given ? h->base : h->next;
}

void tw_take_syn(struct tw_conn *c, const struct tw_segment *s, unsigned d)
{
	struct tw_half *h = &c->half[d], *o = &c->half[!d];
	bool fits = true;

	if (s->flags & TW_ACK && o->syn) {
		int32_t past = tw_seq_diff(s->ack, first_of(o)); /* more than 0: data came with the SYN (RFC 7413) */
		fits = past >= 0 && past < TW_FAR;
		h->odd |= !fits;
	}
	begin_at(h, s->seq + 1, fits);
	/* Who answers a SYN says where the other side begins. */
	if (s->flags & TW_ACK && !o->syn)
		begin_at(o, s->ack, true);
}

static bool is_far(uint32_t a, uint32_t b)
{
	int32_t off = tw_seq_diff(a, b);
	return off > TW_FAR || off < -TW_FAR;
}

bool tw_is_copy(const struct tw_conn *c, const struct tw_segment *s, unsigned d)
{
	const struct tw_half *h = &c->half[d];
	return h->odd && h->begun && !h->loose && is_far(s->seq, h->next);
}

bool tw_acks_another(const struct tw_conn *c, unsigned d, uint32_t ack)
{
	return c->half[d].odd && c->half[!d].begun && is_far(ack, c->half[!d].next);
}

void tw_half_settle(struct tw_half *h, uint32_t at)
{
	if (!h->two || h->given || at != h->other)
		return;
	h->other = h->next;
	h->next = at;
}

void tw_half_acked(struct tw_half *h, uint32_t ack)
{
	tw_half_settle(h, ack);
	if (h->syn && !h->given && ack == h->next) {
		h->sure = true; /* what the client took is the connection */
		h->two = false;
	}
	if (!h->has_acked || tw_seq_diff(ack, h->acked) > 0)
		h->acked = ack;
	if (!h->has_acked || tw_seq_diff(ack, h->low_ack) < 0)
		h->low_ack = ack;
	h->has_acked = true;
	if (!h->loose)
		return;
	int32_t before = tw_seq_diff(h->next, h->low_ack);
	if (before < 0 || before >= TW_FAR)
		return;
	h->next = h->low_ack;
	h->loose = false;
}
