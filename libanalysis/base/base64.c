/* RFC 4648 section 4, by table. */
#include "base/base.h"

/* 0 to 63, or 64 for what is no digit. */
static uint8_t value_of(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return (uint8_t)(c - 'A');
	if (c >= 'a' && c <= 'z')
		return (uint8_t)(c - 'a' + 26);
	if (c >= '0' && c <= '9')
		return (uint8_t)(c - '0' + 52);
	return c == '+' ? 62 : c == '/' ? 63 : 64;
}

static uint8_t table[256];
static bool ready;

__attribute__((constructor)) static void make_table(void)
{
	for (int i = 0; i < 256; i++)
		table[i] = value_of((uint8_t)i);
	ready = true;
}

bool tw_base64(struct tw_slice s, struct tw_buf *b)
{
	while (s.n && s.p[s.n - 1] == '=' && s.n % 4 == 0)
		s.n--;
	if (s.n && s.p[s.n - 1] == '=' && s.n % 4 == 3) /* the first of two */
		s.n--;
	if (!ready || s.n % 4 == 1)
		return false;
	uint8_t *to = tw_buf_room(b, s.n / 4 * 3 + 3), bad = 0;
	size_t i = 0, n = 0;
	for (; i + 4 <= s.n; i += 4) {
		uint8_t x = table[s.p[i]], y = table[s.p[i + 1]], z = table[s.p[i + 2]], w = table[s.p[i + 3]];
		bad |= x | y | z | w;
		to[n++] = (uint8_t)(x << 2 | y >> 4);
		to[n++] = (uint8_t)(y << 4 | z >> 2);
		to[n++] = (uint8_t)(z << 6 | w);
	}
	if (i < s.n) {
		uint8_t x = table[s.p[i]], y = table[s.p[i + 1]], z = i + 2 < s.n ? table[s.p[i + 2]] : 0;
		bad |= x | y | z;
		to[n++] = (uint8_t)(x << 2 | y >> 4);
		if (i + 2 < s.n)
			to[n++] = (uint8_t)(y << 4 | z >> 2);
	}
	if (bad & 64)
		return false;
	b->n += n;
	return true;
}

void tw_buf_addbase64(struct tw_buf *b, struct tw_slice s)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t n; s.n; s.p += n, s.n -= n) {
		uint32_t v = (uint32_t)s.p[0] << 16 | (s.n > 1 ? (uint32_t)s.p[1] << 8 : 0) | (s.n > 2 ? s.p[2] : 0);
		tw_buf_addc(b, digits[v >> 18]);
		tw_buf_addc(b, digits[v >> 12 & 63]);
		tw_buf_addc(b, s.n > 1 ? digits[v >> 6 & 63] : '=');
		tw_buf_addc(b, s.n > 2 ? digits[v & 63] : '=');
		n = s.n < 3 ? s.n : 3;
	}
}
