/* Rows and certificates to tuples. */
#include "report/internal.h"

#include <stdlib.h>
#include <string.h>

int tw_tuple_cmp(const struct tw_tuple *a, const struct tw_tuple *b)
{
	return tw_slice_cmp((struct tw_slice){ a->text, a->n }, (struct tw_slice){ b->text, b->n });
}

static bool same_text(const void *self, uint32_t i)
{
	const struct tw_report *r = self;
	return r->tuple[i].n == r->text.n && memcmp(r->tuple[i].text, r->text.p, r->text.n) == 0;
}

static struct tw_slice group_part(const struct tw_report *r, const struct tw_tuple *t, bool all, uint32_t k)
{
	if (k == 0)
		return tw_piece(t, TW_F_SOURCE);
	if (k == 1)
		return all ? (struct tw_slice){ NULL, 0 } : tw_piece(t, TW_F_PROTOCOL);
	return tw_piece(t, TW_F_N + TW_J_N * r->njudgement + k - 2);
}

struct group_key {
	const struct tw_report *r;
	uint32_t tuple;
	bool all;
};

static bool same_group(const void *self, uint32_t i)
{
	const struct group_key *k = self;
	uint32_t other = k->r->group_tuple[i];

	if ((other & 1) != k->all)
		return false;
	for (uint32_t p = 0; p < 2 + k->r->options.nby; p++)
		if (!tw_slice_eq(group_part(k->r, &k->r->tuple[k->tuple], k->all, p),
		    group_part(k->r, &k->r->tuple[other >> 1], k->all, p)))
			return false;
	return true;
}

static uint32_t group_of(struct tw_report *r, uint32_t tuple, bool all)
{
	struct group_key key = { r, tuple, all };
	uint64_t hash = all;
	bool fresh;

	for (uint32_t p = 0; p < 2 + r->options.nby; p++) {
		struct tw_slice s = group_part(r, &r->tuple[tuple], all, p);
		hash = tw_hash(s, hash);
	}
	uint32_t g = tw_intern(&r->groups, hash, same_group, &key, true, &fresh);
	if (fresh) {
		r->group_tuple = tw_realloc(r->group_tuple, r->groups.cap, sizeof *r->group_tuple);
		r->group_tuple[g] = tuple << 1 | all;
	}
	return g;
}

static void new_tuple(struct tw_report *r, uint32_t i)
{
	uint32_t *len = tw_realloc(NULL, r->npiece, sizeof *len), at = r->npiece * (uint32_t)sizeof *len;

	if (i >= 1u << 31)
		tw_die("too many distinct rows");
	if (i == r->tuple_cap) {
		r->tuple_cap = r->tuple_cap ? 2 * r->tuple_cap : 256;
		r->tuple = tw_realloc(r->tuple, r->tuple_cap, sizeof *r->tuple);
	}
	struct tw_tuple *t = &r->tuple[i];
	size_t pieces = r->npiece * sizeof(struct tw_piece);
	uint8_t *own = tw_alloc(pieces + r->text.n); /* one piece of memory for both */
	*t = (struct tw_tuple){ .text = own + pieces, .piece = (struct tw_piece *)(void *)own, .n = r->text.n, .report = r,
		.leaf = TW_NONE };
	memcpy(own + pieces, r->text.p, r->text.n);
	memcpy(len, r->text.p, r->npiece * sizeof *len);
	for (uint32_t k = 0; k < r->npiece; k++) {
		t->piece[k] = (struct tw_piece){ at, len[k] };
		at += len[k];
	}
	free(len);
	t->established = tw_tuple_is(t, TW_F_OUTCOME, "established");
	t->passive = tw_tuple_is(t, TW_F_SOURCE, "passive");
	if (tw_piece(t, TW_F_OFFERED).n && tw_has_starttls(t))
		t->offer = tw_tuple_is(t, TW_F_OFFERED, "yes") ? TW_OFFER_YES : TW_OFFER_MISSING;
	t->group[0] = group_of(r, i, false);
	t->group[1] = group_of(r, i, true);
}

/* r->piece to a tuple. */
static uint32_t intern(struct tw_report *r, bool add)
{
	size_t n = r->npiece * sizeof(uint32_t);
	bool fresh;

	for (uint32_t k = 0; k < r->npiece; k++)
		n += r->piece[k].n;
	r->text.n = 0;
	uint8_t *len = tw_buf_room(&r->text, n), *to = len + r->npiece * sizeof(uint32_t);
	for (uint32_t k = 0; k < r->npiece; k++) {
		uint32_t one = (uint32_t)r->piece[k].n;
		memcpy(len + k * sizeof one, &one, sizeof one);
		if (one) {
			memcpy(to, r->piece[k].p, one);
			to += one;
		}
	}
	r->text.n = n;
	uint32_t i = tw_intern(&r->tuples, tw_hash(tw_buf_slice(&r->text), 0), same_text, r, add, &fresh);
	if (fresh)
		new_tuple(r, i);
	return i;
}

static int iso_week(int64_t day, int *year)
{
	/* Monday of the week, and the Thursday that owns it (ISO 8601). */
	int64_t monday = day - ((day + 3) % 7 + 7) % 7, thursday = monday + 3;
	struct tw_buf b = { 0 };
	uint64_t y = 0;

	tw_time_add(&b, thursday * 86400);
	bool ok = tw_slice_u64((struct tw_slice){ b.p, 4 }, 9999, &y);
	tw_buf_free(&b);
	*year = ok ? (int)y : 0;
	return (int)((thursday - tw_time_civil(*year, 1, 1, 0, 0, 0) / 86400) / 7) + 1;
}

static void add_period(struct tw_buf *b, enum tw_by_kind kind, struct tw_slice time)
{
	int64_t t;
	size_t from = b->n;
	int year;

	if (!tw_time_parse(time, &t))
		return;
	if (kind == TW_BY_WEEK) {
		int64_t day = t >= 0 ? t / 86400 : -((-t + 86399) / 86400);
		if (t < TW_TIME_MIN + 7 * 86400)
			return; /* its week may be of the year before 0000 */
		int week = iso_week(day, &year);
		tw_buf_addf(b, "%04d-W%02d", year, week);
		return;
	}
	tw_time_add(b, t);
	b->n = from + (kind == TW_BY_DAY ? 10 : 7);
}

static void by_pieces(struct tw_report *r, const struct tw_row *row, struct tw_slice *to)
{
	size_t end[TW_REPORT_BY];

	r->by_text.n = 0;
	tw_buf_room(&r->by_text, 1); /* a place to point at, whatever the times are */
	for (uint32_t k = 0; k < r->options.nby; k++) {
		if (r->by_kind[k] != TW_BY_COLUMN)
			add_period(&r->by_text, r->by_kind[k], tw_row_get(row, r->time));
		end[k] = r->by_text.n;
	}
	for (uint32_t k = 0; k < r->options.nby; k++) {
		size_t from = k ? end[k - 1] : 0;
		to[k] = r->by_kind[k] == TW_BY_COLUMN ? tw_row_get(row, r->by[k]) :
		    (struct tw_slice){ r->by_text.p + from, end[k] - from };
	}
}

static bool next(struct tw_slice *s, uint8_t sep, struct tw_slice *w)
{
	if (s->n == 0)
		return false;
	const uint8_t *stop = memchr(s->p, sep, s->n);
	w->p = s->p;
	w->n = stop ? (size_t)(stop - s->p) : s->n;
	size_t used = w->n + (stop != NULL);
	s->p += used;
	s->n -= used;
	return true;
}

/* The highest of the versions that a client offered, GREASE (RFC 8701) and what
 * has no name aside; "other" where nothing else was. */
static struct tw_slice highest(struct tw_slice offered)
{
	static const char *const order[] = { "SSLv2", "SSLv3", "DTLSv0.9", "TLSv1.0", "TLSv1.1", "DTLSv1.0", "TLSv1.2", "DTLSv1.2",
		"TLSv1.3-draft", "DTLSv1.3-draft", "TLSv1.3", "DTLSv1.3" };
	const int n = sizeof order / sizeof *order;
	struct tw_slice w;
	int best = -1;

	if (offered.n == 0)
		return offered;
	while (next(&offered, ' ', &w))
		for (int i = n - 1; i > best; i--) {
			size_t draft = strlen(order[i]) - strlen("draft"); /* of any number */
			if (tw_slice_is(w, order[i]) || (order[i][draft] == 'd' && w.n > draft && memcmp(w.p, order[i], draft) == 0))
				best = i;
		}
	return tw_str(best < 0 ? "other" : order[best]);
}

/* "1024" or "public_value:1024", and "1024:modp1024" or so, as tables have them.
 * TLS 1.3 has no parameters: its groups ffdheN are of N bits (RFC 7919). */
static void dh_pieces(struct tw_report *r, struct tw_slice basis)
{
	struct tw_slice *bits = &r->piece[TW_F_DH_BITS], *prime = &r->piece[TW_F_DH_PRIME], group = r->piece[TW_F_GROUP];
	struct tw_buf *b = &r->dh_text;
	bool named = bits->n == 0 && group.n > 5 && memcmp(group.p, "ffdhe", 5) == 0;
	struct tw_slice size = named ? (struct tw_slice){ group.p + 5, group.n - 5 } : *bits, name = named ? group : *prime;

	if (size.n + name.n == 0)
		return;
	b->n = 0;
	if (tw_slice_is(basis, "public_value") && size.n)
		tw_buf_adds(b, "public_value:");
	tw_buf_addslice(b, size);
	size_t end = b->n;
	if (name.n) {
		tw_buf_addslice(b, size);
		tw_buf_addc(b, ':');
		tw_buf_addslice(b, name);
	}
	*bits = (struct tw_slice){ b->p, end };
	*prime = (struct tw_slice){ b->p + end, b->n - end };
}

uint32_t tw_report_tuple(struct tw_report *r, const struct tw_row *row, bool add)
{
	struct tw_slice *to = r->piece;

	for (int i = 0; i < TW_F_N; i++)
		*to++ = tw_row_get(row, r->col[i]);
	struct tw_slice chain = r->piece[TW_F_CHAIN];
	r->piece[TW_F_CHAIN] = tw_str(chain.n && !tw_slice_is(chain, "NONE") ? "yes" : "");
	dh_pieces(r, tw_row_get(row, r->dh_basis));
	r->piece[TW_F_OFFERED_VERSIONS] = highest(r->piece[TW_F_OFFERED_VERSIONS]);
	for (uint32_t j = 0; j < r->njudgement; j++)
		for (int k = 0; k < TW_J_N; k++)
			*to++ = tw_row_get(row, r->judgement[j].column[k]);
	tw_pairs_leave_out(r, chain);
	if (r->options.nby)
		by_pieces(r, row, to);
	return intern(r, add);
}

/* What a table knows of a certificate sent in a row of that tuple. */
static uint32_t certificate_tuple(struct tw_report *r, uint32_t row_tuple, struct tw_slice role, struct tw_slice key,
    struct tw_slice sig)
{
	const struct tw_tuple *t = &r->tuple[row_tuple];
	bool leaf = tw_slice_is(role, "leaf");

	memset(r->piece, 0, r->npiece * sizeof *r->piece);
	r->piece[TW_F_SOURCE] = tw_piece(t, TW_F_SOURCE);
	r->piece[TW_F_PROTOCOL] = tw_piece(t, TW_F_PROTOCOL);
	r->piece[TW_F_ROLE] = role;
	r->piece[TW_F_LEAF_KEY] = key;
	r->piece[TW_F_LEAF_SIG] = sig;
	if (leaf)
		r->piece[TW_F_LEAF_TIME] = tw_piece(t, TW_F_LEAF_TIME);
	for (uint32_t k = TW_F_N; k < r->npiece; k++)
		if (leaf || k >= TW_F_N + TW_J_N * r->njudgement)
			r->piece[k] = tw_piece(t, k);
	return intern(r, true);
}

void tw_report_certificates(struct tw_report *r, const struct tw_row *row, uint32_t tuple,
    void (*each)(struct tw_report *, uint64_t, uint32_t))
{
	struct tw_slice chain = tw_row_get(row, r->col[TW_F_CHAIN]), above = tw_row_get(row, r->col[TW_F_ABOVE]), word, w;

	if (!tw_tuple_is(&r->tuple[tuple], TW_F_CHAIN, "yes"))
		return;
	for (bool leaf = true; next(&chain, ' ', &w); leaf = false) {
		struct tw_slice role = tw_str("leaf"), key = { NULL, 0 };
		if (w.n == 0)
			continue;
		uint64_t name = tw_hash(w, 0);
		if (leaf) {
			uint32_t i = r->tuple[tuple].leaf;
			if (i == TW_NONE)
				i = certificate_tuple(r, tuple, role, tw_piece(&r->tuple[tuple], TW_F_LEAF_KEY),
				    tw_piece(&r->tuple[tuple], TW_F_LEAF_SIG));
			r->tuple[tuple].leaf = i;
			each(r, name, i);
			continue;
		}
		bool known = next(&above, ' ', &word) && next(&word, ':', &role) && next(&word, ':', &key);
		each(r, name, certificate_tuple(r, tuple, known ? role : tw_str("unknown"), key, known ? word : key));
	}
}
