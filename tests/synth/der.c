#include "synth/der.h"

#include <stdlib.h>
#include <string.h>

void der_put(struct tw_buf *b, uint8_t tag, const void *p, size_t n)
{
	uint8_t head[10];
	size_t k = 0, size = 0;

	head[k++] = tag;
	if (n < 128) {
		head[k++] = (uint8_t)n;
	} else {
		for (size_t v = n; v; v >>= 8)
			size++;
		head[k++] = (uint8_t)(0x80 | size);
		for (size_t i = size; i; i--)
			head[k++] = (uint8_t)(n >> (8 * (i - 1)));
	}
	tw_buf_add(b, head, k);
	tw_buf_add(b, p, n);
}

void der_wrap(struct tw_buf *b, uint8_t tag, struct tw_buf *body)
{
	der_put(b, tag, body->p, body->n);
	body->n = 0;
}

void der_oid(struct tw_buf *b, const char *dotted)
{
	uint8_t out[64];
	size_t n = 0;
	char *end;
	unsigned long first = strtoul(dotted, &end, 10), arc = strtoul(end + 1, &end, 10) + 40 * first;

	for (;; arc = strtoul(end + 1, &end, 10)) {
		int shift = 0;
		while (arc >> shift >> 7)
			shift += 7;
		for (; shift; shift -= 7)
			out[n++] = (uint8_t)(0x80 | (arc >> shift & 0x7f));
		out[n++] = (uint8_t)(arc & 0x7f);
		if (*end != '.')
			break;
	}
	der_put(b, 0x06, out, n);
}

void der_int(struct tw_buf *b, uint64_t v)
{
	uint8_t out[9];
	size_t n = 0;

	for (int shift = 64; shift >= 0; shift -= 8) {
		uint8_t byte = (uint8_t)(shift == 64 ? 0 : v >> shift);
		if (n || byte || shift == 0 || (v >> (shift - 8) & 0x80))
			out[n++] = byte;
	}
	der_put(b, 0x02, out, n);
}

void der_bool(struct tw_buf *b, bool v)
{
	uint8_t byte = v ? 0xff : 0;
	der_put(b, 0x01, &byte, 1);
}

void der_time(struct tw_buf *b, int64_t t)
{
	struct tw_buf text = { 0, 0, 0 };
	char out[16];
	size_t n = 0;

	tw_time_add(&text, t);
	bool utc = text.p[0] == '2' ? memcmp(text.p, "2050", 4) < 0 : memcmp(text.p, "1950", 4) >= 0;
	for (size_t i = utc ? 2 : 0; i < text.n - 1; i++)
		if (text.p[i] >= '0' && text.p[i] <= '9')
			out[n++] = (char)text.p[i];
	out[n++] = 'Z';
	der_put(b, utc ? 0x17 : 0x18, out, n);
	tw_buf_free(&text);
}

void der_bits(struct tw_buf *b, const void *p, size_t n)
{
	struct tw_buf body = { 0, 0, 0 };

	tw_buf_addc(&body, 0);
	tw_buf_add(&body, p, n);
	der_wrap(b, 0x03, &body);
	tw_buf_free(&body);
}
