/* Names in vendors' files as UTF-8. */
#include "trust/text.h"

#include <stdlib.h>
#include <unistr.h>

/* One or two units to one character. */
static void put_units(struct tw_buf *b, const uint16_t *u, size_t n)
{
	while (n) {
		ucs4_t c;
		uint8_t utf8[6];
		int used = u16_mbtouc(&c, u, n); /* 0xfffd for what is none */
		int len = u8_uctomb(utf8, c ? c : 0xfffd, sizeof utf8);
		tw_buf_add(b, utf8, (size_t)len);
		u += used;
		n -= (size_t)used;
	}
}

void tw_text_utf16(struct tw_buf *b, struct tw_slice units, bool little_endian)
{
	size_t n = units.n / 2;
	uint16_t *u = tw_realloc(NULL, n + 1, sizeof *u);

	for (size_t i = 0; i < n; i++) {
		const uint8_t *p = units.p + 2 * i;
		u[i] = (uint16_t)(little_endian ? p[0] | p[1] << 8 : p[0] << 8 | p[1]);
	}
	put_units(b, u, n);
	free(u);
}

/* One unit from the n bytes at p; returns how many it took. */
static size_t java_unit(const uint8_t *p, size_t n, uint16_t *u)
{
	*u = 0xfffd;
	if (p[0] < 0x80) {
		*u = p[0];
		return 1;
	}
	if ((p[0] & 0xe0) == 0xc0 && n >= 2 && (p[1] & 0xc0) == 0x80) {
		*u = (uint16_t)((p[0] & 0x1f) << 6 | (p[1] & 0x3f));
		return 2;
	}
	if ((p[0] & 0xf0) == 0xe0 && n >= 3 && (p[1] & 0xc0) == 0x80 && (p[2] & 0xc0) == 0x80) {
		*u = (uint16_t)((p[0] & 0x0f) << 12 | (p[1] & 0x3f) << 6 | (p[2] & 0x3f));
		return 3;
	}
	return 1;
}

void tw_text_java(struct tw_buf *b, struct tw_slice bytes)
{
	uint16_t *u = tw_realloc(NULL, bytes.n + 1, sizeof *u);
	size_t n = 0;

	for (size_t i = 0; i < bytes.n; n++)
		i += java_unit(bytes.p + i, bytes.n - i, &u[n]);
	put_units(b, u, n);
	free(u);
}

bool tw_text_to_utf16(struct tw_buf *b, const char *text)
{
	const uint8_t *p = (const uint8_t *)text;
	size_t n = strlen(text);

	while (n) {
		ucs4_t c;
		uint16_t u[2];
		int used = u8_mbtoucr(&c, p, n);
		int len = used > 0 ? u16_uctomb(u, c, 2) : -1;
		if (len < 0)
			return false;
		for (int i = 0; i < len; i++) {
			tw_buf_addc(b, (char)(u[i] >> 8));
			tw_buf_addc(b, (char)(u[i] & 0xff));
		}
		p += used;
		n -= (size_t)used;
	}
	return true;
}
