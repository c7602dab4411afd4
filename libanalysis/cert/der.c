/* der.c: a bounded reader of DER elements (X.690). It never allocates, never
 * reads past its slice, and knows definite lengths and one-octet tags only. */
#include "base/bounds.h"
#include "cert/internal.h"

/* The length octets at d->s.p[1]: their number in *used. False: not readable. */
static bool read_length(const struct tw_slice *s, size_t *used, size_t *len, bool *nonminimal)
{
	uint8_t first = s->p[1];
	if (first < 0x80) {
		*used = 1;
		*len = first;
		return true;
	}
	/* 0x80 is the indefinite form (X.690 8.1.3.6), 0xff is reserved. */
	size_t k = first & 0x7f, v = 0;
	if (k == 0 || k == 0x7f || k > s->n - 2)
		return false;
	for (size_t i = 0; i < k; i++) {
		if (v > (SIZE_MAX >> 8))
			return false;
		v = v << 8 | s->p[2 + i];
	}
	if (s->p[2] == 0 || v < 0x80)
		*nonminimal = true;
	*used = 1 + k;
	*len = v;
	return true;
}

int tw_der_next(struct tw_der *d, struct tw_tlv *t)
{
	if (d->s.n == 0)
		return 0;
	size_t used, len;
	/* High tag numbers (X.690 8.1.2.4) occur in no certificate. */
	if (d->s.n < 2 || (d->s.p[0] & 0x1f) == 0x1f || !read_length(&d->s, &used, &len, &d->nonminimal))
		return -1;
	size_t head = 1 + used;
	if (len > d->s.n - head)
		return -1;
	t->tag = d->s.p[0];
	t->all.p = d->s.p;
	t->all.n = head + len;
	t->body.p = d->s.p + head;
	t->body.n = len;
	d->s.p += t->all.n;
	d->s.n -= t->all.n;
	return 1;
}

bool tw_der_only(struct tw_slice s, uint8_t tag, struct tw_slice *body)
{
	struct tw_der d = tw_der_in(s);
	return tw_der_take(&d, tag, body) && d.s.n == 0;
}

bool tw_oid_ok(struct tw_slice oid)
{
	uint8_t before = 0; /* the octet before; its top bit: the arc goes on */
	if (oid.n == 0 || (oid.p[oid.n - 1] & 0x80))
		return false;
	for (size_t i = 0; i < oid.n; i++) {
		if (oid.p[i] == 0x80 && !(before & 0x80))
			return false; /* X.690 8.19.2: no leading zeros in an arc */
		before = oid.p[i];
	}
	return true;
}

bool tw_int_minimal(struct tw_slice s)
{
	if (s.n == 0)
		return false;
	/* X.690 8.3.2: the first nine bits are not all equal. */
	return s.n == 1 || !((s.p[0] == 0 && !(s.p[1] & 0x80)) || (s.p[0] == 0xff && (s.p[1] & 0x80)));
}

bool tw_int_small(struct tw_slice s, int32_t *out)
{
	if (s.n == 0 || (s.p[0] & 0x80))
		return false;
	int64_t v = 0;
	for (size_t i = 0; i < s.n && v <= INT32_MAX; i++)
		v = v << 8 | s.p[i];
	*out = v > INT32_MAX ? INT32_MAX : (int32_t)v;
	return true;
}

bool tw_bits_whole(struct tw_slice body, struct tw_slice *out)
{
	if (body.n == 0 || body.p[0] != 0)
		return false;
	out->p = body.p + 1;
	out->n = body.n - 1;
	return true;
}

bool tw_bits_ok(struct tw_slice body)
{
	if (body.n == 0 || body.p[0] > 7 || (body.n == 1 && body.p[0]))
		return false;
	return body.n == 1 || !(body.p[body.n - 1] & ((1u << body.p[0]) - 1));
}

/* An element's own form; its content is looked at by scan(). */
static bool form_ok(const struct tw_tlv *t, const uint8_t *serial)
{
	unsigned number = t->tag & 0x1f;
	if ((t->tag & 0xc0) == 0) {
		/* X.690 10.2: strings are primitive; 8.9.1, 8.11.1: SEQUENCE and
		 * SET are constructed, as are EXTERNAL and EMBEDDED PDV. */
		bool structured = number == 16 || number == 17 || number == 8 || number == 11;
		if (structured != ((t->tag & 0x20) != 0))
			return false;
	}
	switch (t->tag) {
	case TW_BOOLEAN: /* 11.1 */
		return t->body.n == 1 && (t->body.p[0] == 0 || t->body.p[0] == 0xff);
	case TW_INTEGER:
		return t->body.p == serial || tw_int_minimal(t->body);
	case TW_BIT_STRING:
		return tw_bits_ok(t->body);
	case TW_OID:
		return tw_oid_ok(t->body);
	case TW_NULL:
		return t->body.n == 0;
	default:
		return true;
	}
}

static void scan(uint64_t *f, struct tw_slice s, const uint8_t *serial, bool in_set, int depth)
{
	struct tw_der d = tw_der_in(s);
	struct tw_slice last = { 0, 0 };
	struct tw_tlv t;
	int r;
	while ((r = tw_der_step(&d, &t)) == 1) {
		if (!form_ok(&t, serial))
			tw_fault(f, TW_FAULT_FORM);
		if (in_set && tw_slice_cmp(last, t.all) > 0) /* 11.6 */
			tw_fault(f, TW_FAULT_SET_ORDER);
		last = t.all;
		if (!(t.tag & 0x20))
			continue;
		if (depth >= TW_MAX_DER_DEPTH)
			tw_fault(f, TW_FAULT_FORM);
		else
			scan(f, t.body, serial, t.tag == TW_SET, depth + 1);
	}
	if (r < 0 || d.nonminimal)
		tw_fault(f, TW_FAULT_LENGTH);
}

void tw_der_scan(uint64_t *f, struct tw_slice s, const uint8_t *serial)
{
	scan(f, s, serial, false, 0);
}

struct tw_slice tw_der_shortest(struct tw_slice s)
{
	while (s.n > 1 && ((s.p[0] == 0 && s.p[1] < 0x80) || (s.p[0] == 0xff && s.p[1] >= 0x80))) {
		s.p++;
		s.n--;
	}
	return s;
}
