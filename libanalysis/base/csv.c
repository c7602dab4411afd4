/* CSV between our own filters: RFC 4180 with LF (CRLF is read too). */
#include "base/base.h"

#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

void tw_csv_field(struct tw_buf *b, struct tw_slice v)
{
	static const bool special[256] = { [','] = true, ['"'] = true, ['\n'] = true, ['\r'] = true };
	size_t plain = 0;

	while (plain < v.n && !special[v.p[plain]])
		plain++;
	if (plain == v.n) {
		tw_buf_addslice(b, v);
		return;
	}
	tw_buf_addc(b, '"');
	for (size_t i = 0; i < v.n; i++) {
		if (v.p[i] == '"')
			tw_buf_addc(b, '"');
		tw_buf_addc(b, (char)v.p[i]);
	}
	tw_buf_addc(b, '"');
}

size_t tw_csv_record(const uint8_t *p, size_t n)
{
	const uint8_t *lf = memchr(p, '\n', n);

	/* The common case has no quote before the first line end. */
	if (!lf)
		return 0;
	const uint8_t *quote = memchr(p, '"', (size_t)(lf - p));
	if (!quote)
		return (size_t)(lf - p) + 1;
	bool in = false;
	for (size_t i = (size_t)(quote - p); i < n; i++) {
		if (p[i] == '"')
			in = !in;
		else if (p[i] == '\n' && !in)
			return i + 1;
	}
	return 0;
}

void tw_row_free(struct tw_row *r)
{
	free(r->f);
	tw_buf_free(&r->text);
	memset(r, 0, sizeof *r);
}

void tw_row_clear(struct tw_row *r)
{
	r->n = r->nraw = r->hashed = 0;
	r->text.n = 0;
	r->raw.p = NULL;
	r->raw.n = 0;
}

static void row_field(struct tw_row *r, struct tw_slice v)
{
	if (r->n == r->cap) {
		r->cap = r->cap ? r->cap * 2 : 64;
		r->f = tw_realloc(r->f, r->cap, sizeof *r->f);
	}
	r->f[r->n++] = v;
}

/* Copies v behind text. When text moves, the fields that lie in it move too. */
static struct tw_slice row_keep(struct tw_row *r, struct tw_slice v)
{
	uintptr_t old = (uintptr_t)r->text.p, end = old + r->text.n;
	struct tw_slice got;

	if (r->text.cap - r->text.n < v.n) {
		struct tw_buf grown = { 0, 0, 0 };
		tw_buf_room(&grown, 2 * (r->text.n + v.n) + 256);
		tw_buf_add(&grown, r->text.p, r->text.n);
		for (uint32_t i = 0; old && i < r->n; i++) {
			uintptr_t at = (uintptr_t)r->f[i].p;
			if (at >= old && at < end)
				r->f[i].p = grown.p + (at - old);
		}
		got.p = grown.p + grown.n;
		tw_buf_addslice(&grown, v); /* v may lie in the old text */
		free(r->text.p);
		r->text = grown;
	} else {
		got.p = r->text.p + r->text.n;
		tw_buf_addslice(&r->text, v);
	}
	got.n = v.n;
	return got;
}

void tw_row_add(struct tw_row *r, struct tw_slice v)
{
	struct tw_slice none = { NULL, 0 };
	row_field(r, v.n ? row_keep(r, v) : none);
}

const uint8_t *tw_row_digest(struct tw_row *r, uint32_t i)
{
	if (r->hashed != i + 1) {
		tw_sha256(tw_row_get(r, i), r->digest);
		r->hashed = i + 1;
	}
	return r->digest;
}

/* A quoted field that begins behind the quote at s.p[at]; doubled quotes
 * become one. Returns the offset behind the closing quote, or 0. */
static size_t quoted(struct tw_row *r, struct tw_slice s, size_t at)
{
	size_t begin = at, doubled = 0;

	for (;;) {
		const uint8_t *q = at < s.n ? memchr(s.p + at, '"', s.n - at) : NULL;
		if (!q)
			return 0;
		at = (size_t)(q - s.p);
		if (at + 1 >= s.n || s.p[at + 1] != '"')
			break;
		doubled++;
		at += 2;
	}
	struct tw_slice v = { s.p + begin, at - begin };
	if (doubled) {
		struct tw_slice kept = row_keep(r, v);
		uint8_t *w = r->text.p + (kept.p - r->text.p);
		size_t n = 0;
		for (size_t i = 0; i < kept.n; i++) {
			w[n++] = kept.p[i];
			i += kept.p[i] == '"';
		}
		r->text.n -= doubled;
		v.p = w;
		v.n = n;
	}
	row_field(r, v);
	return at + 1;
}

/* The end of an unquoted field that begins at s.p[at]; -1: there is a quote in
 * it. Most are short: a call costs more than they do. */
static ssize_t plain_end(struct tw_slice s, size_t at)
{
	size_t end = at, near = s.n - at < 16 ? s.n : at + 16;

	while (end < near && s.p[end] != ',' && s.p[end] != '"')
		end++;
	if (end == near && end < s.n) {
		const uint8_t *c = memchr(s.p + end, ',', s.n - end);
		size_t stop = c ? (size_t)(c - s.p) : s.n;
		if (memchr(s.p + end, '"', stop - end))
			return -1;
		end = stop;
	}
	return end < s.n && s.p[end] == '"' ? -1 : (ssize_t)end;
}

int tw_row_split(struct tw_row *r, struct tw_slice s)
{
	tw_row_clear(r);
	if (s.n == 0) /* one empty field, and perhaps no pointer to add to */
		s.p = (const uint8_t *)"";
	r->raw = s;
	for (size_t at = 0;;) {
		if (at < s.n && s.p[at] == '"') {
			at = quoted(r, s, at + 1);
			if (at == 0 || (at < s.n && s.p[at] != ','))
				return -1;
		} else {
			ssize_t end = plain_end(s, at);
			if (end < 0)
				return -1;
			row_field(r, (struct tw_slice){ s.p + at, (size_t)end - at });
			at = (size_t)end;
		}
		if (at >= s.n)
			break;
		at++; /* the comma */
	}
	r->nraw = r->n;
	return 0;
}

void tw_header_free(struct tw_header *h)
{
	for (uint32_t i = 0; i < h->n; i++)
		free(h->name[i]);
	free(h->name);
	h->name = NULL;
	h->n = 0;
}

uint32_t tw_header_find(const struct tw_header *h, const char *name)
{
	for (uint32_t i = 0; i < h->n; i++)
		if (strcmp(h->name[i], name) == 0)
			return i;
	return TW_NONE;
}

int tw_header_add(struct tw_header *h, const char *name)
{
	if (tw_header_find(h, name) != TW_NONE) {
		tw_error("column %s is there already; give the rows without it", name);
		return -1;
	}
	h->name = tw_realloc(h->name, h->n + 1U, sizeof *h->name);
	h->name[h->n++] = tw_strdup(name);
	return 0;
}

int tw_header_parse(struct tw_header *h, struct tw_slice record)
{
	struct tw_row r = { 0 };
	int rc = -1;

	/* A byte order mark from a spreadsheet is no part of the first name. */
	if (record.n >= 3 && memcmp(record.p, "\xef\xbb\xbf", 3) == 0) {
		record.p += 3;
		record.n -= 3;
	}
	if (tw_row_split(&r, record)) {
		tw_error("the header line's quotes are broken");
		goto out;
	}
	for (uint32_t i = 0; i < r.n; i++) {
		if (r.f[i].n && memchr(r.f[i].p, 0, r.f[i].n)) {
			tw_error("NUL in the header line");
			goto out;
		}
		char *name = tw_alloc(r.f[i].n + 1);
		if (r.f[i].n)
			memcpy(name, r.f[i].p, r.f[i].n);
		int bad = tw_header_add(h, name);
		free(name);
		if (bad)
			goto out;
	}
	rc = 0;
out:
	tw_row_free(&r);
	return rc;
}
