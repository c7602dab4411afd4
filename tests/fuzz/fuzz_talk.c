/* What is said before TLS, by either side: the first byte is the server's port
 * (an index), then pieces of 0x80 = direction, 0x7f = length, then so many
 * bytes. No crash, no fault, memory bounded; answers only to what was asked;
 * what a client sends as a password comes out nowhere. */
#include "dump/tls/talk.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void expect(bool is)
{
	if (!is)
		abort();
}

static void holds_no(const struct tw_buf *b, const char *secret)
{
	expect(!b->n || !memmem(b->p, b->n, secret, strlen(secret)));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const uint16_t ports[] = { 25, 21, 110, 143, 119, 4190, 6667, 5222, 5432, 3306, 389, 80, 587, 12345 };
	static const char secret[] = "hunter2";
	struct tw_talk t = { .server = 1 };
	struct tw_buf rest = { 0 };
	bool tls[2] = { false, false };

	if (n == 0)
		return 0;
	t.port = ports[*p % (sizeof ports / sizeof *ports)];
	for (p++, n--; n;) {
		unsigned d = *p >> 7;
		size_t k = *p & 0x7f;
		p++;
		n--;
		k = k < n ? k : n;
		if (!tls[d] && !t.over[d])
			tls[d] = tw_talk_take(&t, d, (struct tw_slice){ p, k }, tls[!d], false, &rest);
		rest.n = 0;
		p += k;
		n -= k;
	}
	expect(tw_talk_memory(&t) < (1u << 20));
	expect(!t.answer || t.asked);
	expect(!t.list_whole || t.offered || t.tongue == &tw_ldap); /* there mechanisms are a list of their own */
	/* A client's words are nowhere; banner and lists are the server's. */
	holds_no(&t.used, secret);
	tw_buf_free(&rest);
	tw_talk_free(&t);
	return 0;
}
