/* Rows of a snapshot. */
#include "trust/snapshot.h"

#include <stdlib.h>
#include <string.h>

void tw_snapshot_free(struct tw_snapshot *s)
{
	free(s->v);
	tw_buf_free(&s->text);
	memset(s, 0, sizeof *s);
}

struct tw_snapshot_row *tw_snapshot_add(struct tw_snapshot *s, enum tw_snapshot_kind kind)
{
	if (s->n == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 64;
		s->v = tw_realloc(s->v, s->cap, sizeof *s->v);
	}
	struct tw_snapshot_row *e = &s->v[s->n++];
	memset(e, 0, sizeof *e);
	e->kind = kind;
	e->cert = TW_NONE;
	e->distrust_after = TW_TIME_MAX;
	e->expiry = true;
	e->from = TW_TIME_MIN;
	e->until = TW_TIME_MAX;
	return e;
}

struct tw_snapshot_row *tw_snapshot_add_cert(struct tw_snapshot *s, enum tw_snapshot_kind kind, const struct tw_certs *certs,
	uint32_t cert)
{
	struct tw_snapshot_row *e = tw_snapshot_add(s, kind);

	e->cert = cert;
	e->by_cert = true;
	memcpy(e->sha256, certs->v[cert].sha256, TW_SHA256);
	return e;
}

uint32_t tw_snapshot_text(struct tw_snapshot *s, struct tw_slice bytes)
{
	if (!bytes.n)
		return 0;
	if (!s->text.n)
		tw_buf_addc(&s->text, 0);
	if (s->text.n + bytes.n >= UINT32_MAX)
		tw_die("a snapshot with over 4 GiB of text");
	uint32_t at = (uint32_t)s->text.n;
	tw_buf_addslice(&s->text, bytes);
	tw_buf_addc(&s->text, 0);
	return at;
}

static struct tw_slice serial_of(const struct tw_snapshot *s, const struct tw_snapshot_row *e)
{
	return (struct tw_slice){ e->nserial ? s->text.p + e->serial : NULL, e->nserial };
}

static int by_number(int64_t a, int64_t b)
{
	return a < b ? -1 : a > b;
}

/* Names first; behind them all else, so that rows that say the same lie together. */
static int by_word(const void *x, const void *y, void *self)
{
	const struct tw_snapshot *s = self;
	const struct tw_snapshot_row *a = x, *b = y;
	int d = by_number(a->kind, b->kind);

	d = d ? d : by_number(b->by_cert, a->by_cert);
	d = d ? d : memcmp(a->sha256, b->sha256, TW_SHA256);
	d = d ? d : memcmp(a->issuer, b->issuer, TW_SHA256);
	d = d ? d : tw_slice_cmp(serial_of(s, a), serial_of(s, b));
	d = d ? d : memcmp(a->spki, b->spki, TW_SHA256);
	d = d ? d : by_number(a->distrust_after, b->distrust_after);
	d = d ? d : by_number(a->purposes, b->purposes);
	d = d ? d : by_number(a->from, b->from);
	d = d ? d : by_number(a->until, b->until);
	d = d ? d : by_number(a->expiry, b->expiry);
	d = d ? d : strcmp(tw_snapshot_str(s, a->constraints), tw_snapshot_str(s, b->constraints));
	d = d ? d : strcmp(tw_snapshot_str(s, a->label), tw_snapshot_str(s, b->label));
	d = d ? d : strcmp(tw_snapshot_str(s, a->subject), tw_snapshot_str(s, b->subject));
	d = d ? d : by_number(a->by_serial, b->by_serial);
	return d ? d : by_number(a->by_key, b->by_key);
}

static int by_row(const void *x, const void *y, void *self)
{
	int d = by_word(x, y, self);

	return d ? d : by_number((int64_t)((const struct tw_snapshot_row *)x)->at, (int64_t)((const struct tw_snapshot_row *)y)->at);
}

uint32_t tw_snapshot_sort(struct tw_snapshot *s)
{
	uint32_t n = 0, dropped;

	if (!s->n)
		return 0;
	qsort_r(s->v, s->n, sizeof *s->v, by_row, s);
	for (uint32_t i = 0; i < s->n; i++)
		if (!i || by_word(&s->v[i], &s->v[n - 1], s) != 0)
			s->v[n++] = s->v[i];
	dropped = s->n - n;
	s->n = n;
	return dropped;
}
