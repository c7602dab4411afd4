/* Names by RFC 5280 section 7.1: string types do not matter, case and runs of
 * spaces do not matter, RDNs are sets. */
#include "chain/name.h"
#include "base/bounds.h"
#include "cert/cert.h"

#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

enum { UTF8 = 0x0c, NUMERIC = 0x12, PRINTABLE = 0x13, TELETEX = 0x14, IA5 = 0x16, VISIBLE = 0x1a,
	UNIVERSAL = 0x1c, BMP = 0x1e };

static void add32(struct tw_buf *b, size_t n)
{
	uint8_t be[4] = { (uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n };
	tw_buf_add(b, be, 4);
}

/* The value as UTF-8; false for a type that is no string or broken text. */
static bool to_utf8(struct tw_buf *b, uint8_t tag, struct tw_slice v)
{
	size_t width = tag == BMP ? 2 : tag == UNIVERSAL ? 4 : 1;

	switch (tag) {
	case UTF8: case NUMERIC: case PRINTABLE: case IA5: case VISIBLE:
		if (u8_check(v.p, v.n))
			return false;
		tw_buf_addslice(b, v);
		return true;
	case TELETEX: case BMP: case UNIVERSAL:
		break;
	default:
		return false;
	}
	if (v.n % width)
		return false;
	for (size_t i = 0; i < v.n; i += width) {
		ucs4_t c = 0;
		for (size_t k = 0; k < width; k++)
			c = c << 8 | v.p[i + k];
		uint8_t u[6];
		int n = u8_uctomb(u, c, sizeof u);
		if (n < 0)
			return false;
		tw_buf_add(b, u, (size_t)n);
	}
	return true;
}

/* RFC 4518 section 2.2: what maps to nothing, and what to a space, where NFKC
 * does not make one of it. */
static bool is_nothing(ucs4_t c)
{
	static const struct { ucs4_t from, to; } none[] = {
		{ 0, 8 }, { 0xe, 0x1f }, { 0x7f, 0x84 }, { 0x86, 0x9f }, { 0xad, 0xad }, { 0x34f, 0x34f },
		{ 0x6dd, 0x6dd }, { 0x70f, 0x70f }, { 0x1806, 0x1806 }, { 0x180b, 0x180e },
		{ 0x200b, 0x200f }, { 0x202a, 0x202e }, { 0x2060, 0x2063 }, { 0x206a, 0x206f },
		{ 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff }, { 0xfff9, 0xfffc }, { 0x1d173, 0x1d17a },
		{ 0xe0001, 0xe0001 }, { 0xe0020, 0xe007f },
	};
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		if (c >= none[i].from && c <= none[i].to)
			return true;
	return false;
}

static bool is_space(ucs4_t c)
{
	return (c >= 9 && c <= 0xd) || c == 0x85 || c == 0x1680 || c == 0x2028 || c == 0x2029;
}

/* The text begins with a combining mark. */
static bool is_marked(const uint8_t *p, size_t n)
{
	ucs4_t c = 0;

	if (n)
		u8_mbtouc(&c, p, n);
	return uc_is_general_category_withtable(c, UC_CATEGORY_MASK_M);
}

/* Runs of spaces become one; none leads or trails. What carries a combining mark
 * is no space (RFC 4518 2.6.1). */
static void collapse(struct tw_buf *b, const uint8_t *p, size_t n)
{
	bool gap = false;
	size_t begin = b->n;

	for (size_t i = 0; i < n; i++) {
		if (p[i] == ' ' && !is_marked(p + i + 1, n - i - 1)) {
			gap = b->n > begin;
			continue;
		}
		if (gap)
			tw_buf_addc(b, ' ');
		gap = false;
		tw_buf_addc(b, (char)p[i]);
	}
}

/* Text that is not ASCII: map, fold with NFKC. */
static bool fold(struct tw_buf *out, const struct tw_buf *text)
{
	struct tw_buf mapped = { 0, 0, 0 };

	for (size_t i = 0; i < text->n;) {
		ucs4_t c;
		int k = u8_mbtouc(&c, text->p + i, text->n - i);
		if (is_space(c))
			tw_buf_addc(&mapped, ' ');
		else if (!is_nothing(c))
			tw_buf_add(&mapped, text->p + i, (size_t)k);
		i += (size_t)k;
	}
	size_t n = 0;
	uint8_t *folded = u8_casefold(mapped.p, mapped.n, NULL, UNINORM_NFKC, NULL, &n);
	if (folded)
		collapse(out, folded, n);
	free(folded);
	tw_buf_free(&mapped);
	return folded != NULL;
}

/* One value, prepared, or its tag and bytes when it is no text. */
static void value(struct tw_buf *out, const struct tw_tlv *v)
{
	struct tw_buf text = { 0, 0, 0 }, low = { 0, 0, 0 };
	bool plain = true, ok = to_utf8(&text, v->tag, v->body);

	for (size_t i = 0; ok && plain && i < text.n; i++)
		plain = text.p[i] >= ' ' && text.p[i] < 0x7f;
	if (ok && plain) {
		for (size_t i = 0; i < text.n; i++)
			tw_buf_addc(&low, text.p[i] >= 'A' && text.p[i] <= 'Z' ? (char)(text.p[i] + 32) : (char)text.p[i]);
		tw_buf_addc(out, 't');
		collapse(out, low.p, low.n);
	} else {
		size_t mark = out->n;
		tw_buf_addc(out, 't');
		if (!ok || !fold(out, &text)) {
			out->n = mark;
			tw_buf_addc(out, 'b');
			tw_buf_addslice(out, v->all);
		}
	}
	tw_buf_free(&text);
	tw_buf_free(&low);
}

/* One AttributeTypeAndValue as length, type, length, value. */
static bool attribute(struct tw_buf *out, struct tw_slice ava)
{
	struct tw_der d = { ava, false };
	struct tw_tlv type, v;

	if (!tw_der_tagged(&d, 0x06, &type) || tw_der_next(&d, &v) != 1 || d.s.n)
		return false;
	add32(out, type.body.n);
	tw_buf_addslice(out, type.body);
	size_t at = out->n;
	add32(out, 0);
	value(out, &v);
	size_t n = out->n - at - 4;
	for (int k = 0; k < 4; k++)
		out->p[at + (size_t)k] = (uint8_t)(n >> (24 - 8 * k));
	return true;
}

static int by_bytes(const void *a, const void *b)
{
	return tw_slice_cmp(*(const struct tw_slice *)a, *(const struct tw_slice *)b);
}

/* The attributes in an order of their own. */
bool tw_name_normal_rdn(struct tw_buf *out, struct tw_slice set)
{
	struct tw_der d = { set, false };
	struct tw_tlv ava;
	struct tw_buf flat = { 0, 0, 0 };
	struct tw_slice part[TW_MAX_AVAS];
	size_t begin[TW_MAX_AVAS + 1];
	size_t n = 0;
	int got;
	bool ok = true;

	while (ok && (got = tw_der_next(&d, &ava)) == 1) {
		ok = ava.tag == 0x30 && n < TW_MAX_AVAS;
		if (!ok)
			break;
		begin[n++] = flat.n;
		ok = attribute(&flat, ava.body);
	}
	ok = ok && n && got == 0;
	if (ok) {
		begin[n] = flat.n;
		for (size_t i = 0; i < n; i++) {
			part[i].p = flat.p + begin[i];
			part[i].n = begin[i + 1] - begin[i];
		}
		qsort(part, n, sizeof *part, by_bytes);
		add32(out, flat.n);
		for (size_t i = 0; i < n; i++)
			tw_buf_addslice(out, part[i]);
	}
	tw_buf_free(&flat);
	return ok;
}

int tw_name_normal(struct tw_buf *b, struct tw_slice name)
{
	struct tw_der d = { name, false };
	struct tw_tlv seq, set;
	size_t mark = b->n;
	int got, n = 0;

	if (tw_der_tagged(&d, 0x30, &seq) && !d.s.n) {
		d.s = seq.body;
		while ((got = tw_der_next(&d, &set)) == 1 && set.tag == 0x31 && tw_name_normal_rdn(b, set.body))
			n++;
		if (got == 0)
			return n;
	}
	b->n = mark;
	tw_buf_adds(b, "\xff\xff\xff\xff"); /* no RDN is that long */
	tw_buf_addslice(b, name);
	return -1;
}
