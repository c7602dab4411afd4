#include "dump/capture/reassembly.h"

#include <stdlib.h>
#include <string.h>

static size_t insert(struct tw_held **at, const struct tw_segment *s, uint32_t seq, struct tw_slice b, bool cut)
{
	struct tw_held *h = tw_alloc(sizeof *h + b.n);

	h->next = *at;
	h->seq = seq;
	h->n = (uint32_t)b.n;
	h->ack = s->ack;
	h->acks = s->flags & TW_ACK;
	h->cut = cut;
	memcpy(h->bytes, b.p, b.n);
	*at = h;
	return sizeof *h + b.n;
}

size_t tw_reassembly_hold(struct tw_half *h, const struct tw_segment *s, uint32_t seq, struct tw_slice b)
{
	struct tw_held **at = &h->held;
	size_t took = 0;

	while (b.n) {
		/* Past all that ends before these bytes, or at their first. */
		while (*at && tw_seq_diff((*at)->seq + (*at)->n, seq) <= 0)
			at = &(*at)->next;
		struct tw_held *o = *at;
		size_t room = o && tw_seq_diff(o->seq, seq) < 0 ? 0 : o ? (size_t)(o->seq - seq) : b.n;
		if (room) {
			struct tw_slice part = { b.p, room < b.n ? room : b.n };
			took += insert(at, s, seq, part, s->missing && part.n == b.n);
			at = &(*at)->next;
			seq += (uint32_t)part.n;
			b.p += part.n;
			b.n -= part.n;
		}
		if (!b.n || !o)
			break;
		/* What o has already is not taken again. */
		size_t skip = (size_t)(o->seq + o->n - seq);
		skip = skip < b.n ? skip : b.n;
		seq += (uint32_t)skip;
		b.p += skip;
		b.n -= skip;
	}
	return took;
}

size_t tw_reassembly_drop(struct tw_half *h)
{
	struct tw_held *o = h->held;
	size_t n = sizeof *o + o->n;

	h->held = o->next;
	free(o);
	return n;
}

size_t tw_reassembly_clear(struct tw_half *h)
{
	size_t n = 0;
	while (h->held)
		n += tw_reassembly_drop(h);
	return n;
}
