/* Slices, buffers and memory. */
#include "base/base.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

int tw_slice_cmp(struct tw_slice a, struct tw_slice b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;

	if (c)
		return c;
	return a.n < b.n ? -1 : a.n > b.n;
}

bool tw_slice_u64(struct tw_slice s, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;

	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		uint64_t d = (uint64_t)(s.p[i] - '0');
		if (v > (UINT64_MAX - d) / 10)
			return false;
		v = v * 10 + d;
	}
	if (v > max)
		return false;
	*out = v;
	return true;
}

void *tw_alloc(size_t n)
{
	void *p = calloc(1, n ? n : 1);
	if (!p)
		tw_die("out of memory (%zu bytes)", n);
	return p;
}

void *tw_realloc(void *p, size_t count, size_t size)
{
	void *q = reallocarray(p, count ? count : 1, size ? size : 1);
	if (!q)
		tw_die("out of memory (%zu times %zu bytes)", count, size);
	return q;
}

char *tw_strdup(const char *s)
{
	size_t n = strlen(s) + 1;
	return memcpy(tw_alloc(n), s, n);
}

void tw_buf_free(struct tw_buf *b)
{
	free(b->p);
	memset(b, 0, sizeof *b);
}

uint8_t *tw_buf_room(struct tw_buf *b, size_t n)
{
	if (n > SIZE_MAX / 4 - b->n)
		tw_die("out of memory (buffer of %zu bytes)", n);
	if (b->n + n > b->cap) {
		size_t cap = b->cap ? b->cap : 256;
		while (cap < b->n + n)
			cap *= 2;
		b->p = tw_realloc(b->p, cap, 1);
		b->cap = cap;
	}
	return b->p ? b->p + b->n : NULL;
}

void tw_buf_add(struct tw_buf *b, const void *p, size_t n)
{
	if (n == 0)
		return;
	memcpy(tw_buf_room(b, n), p, n);
	b->n += n;
}

void tw_buf_addc(struct tw_buf *b, char c)
{
	*tw_buf_room(b, 1) = (uint8_t)c;
	b->n++;
}

void tw_buf_adds(struct tw_buf *b, const char *s)
{
	tw_buf_add(b, s, strlen(s));
}

void tw_buf_addslice(struct tw_buf *b, struct tw_slice s)
{
	tw_buf_add(b, s.p, s.n);
}

void tw_buf_addu(struct tw_buf *b, uint64_t v)
{
	char t[20];
	size_t i = sizeof t;

	do {
		t[--i] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	tw_buf_add(b, t + i, sizeof t - i);
}

void tw_buf_addf(struct tw_buf *b, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		tw_die("bad format");
	uint8_t *to = tw_buf_room(b, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf((char *)to, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->n += (size_t)n;
}

void tw_buf_addhex(struct tw_buf *b, const uint8_t *p, size_t n)
{
	static const char digit[] = "0123456789abcdef";

	if (n > SIZE_MAX / 8)
		tw_die("out of memory (hex of %zu bytes)", n);
	uint8_t *to = tw_buf_room(b, 2 * n);
	for (size_t i = 0; i < n; i++) {
		to[2 * i] = (uint8_t)digit[p[i] >> 4];
		to[2 * i + 1] = (uint8_t)digit[p[i] & 15];
	}
	b->n += 2 * n;
}

static int hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool tw_unhex(struct tw_slice hex, uint8_t *out, size_t n)
{
	if (hex.n % 2 || hex.n / 2 != n)
		return false;
	for (size_t i = 0; i < n; i++) {
		int hi = hex_value(hex.p[2 * i]), lo = hex_value(hex.p[2 * i + 1]);
		if (hi < 0 || lo < 0)
			return false;
		out[i] = (uint8_t)(hi << 4 | lo);
	}
	return true;
}
