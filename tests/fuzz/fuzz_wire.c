/* Both sides of a TLS connection, from their first bytes on: pieces of 0x80 =
 * side, 0x7f = length, then so many bytes. No crash, no fault, memory bounded;
 * and each side byte by byte says the same as in its pieces. */
#include "dump/tls/wire.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void expect(bool is)
{
	if (!is)
		abort();
}

static int cert(void *self, const uint8_t sha256[TW_SHA256], struct tw_slice sent)
{
	uint8_t again[TW_SHA256];

	++*(unsigned *)self;
	tw_sha256(sent, again);
	expect(memcmp(sha256, again, sizeof again) == 0);
	return 0;
}

static void run(struct tw_wire *w, const uint8_t *p, size_t n, bool bytewise)
{
	bool more[2] = { true, true };

	while (n) {
		enum tw_role role = *p & 0x80 ? TW_SERVER : TW_CLIENT;
		size_t k = *p & 0x7f;
		p++;
		n--;
		k = k < n ? k : n;
		size_t step = bytewise ? 1 : k;
		for (size_t at = 0; at < k && more[role]; at += step)
			more[role] = tw_wire_take(w, role, (struct tw_slice){ p + at, step });
		p += k;
		n -= k;
	}
}

static bool same(const struct tw_buf *a, const struct tw_buf *b)
{
	return tw_slice_eq(tw_buf_slice(a), tw_buf_slice(b));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	unsigned certs[2] = { 0, 0 };
	struct tw_wire a = { .cert = cert, .self = &certs[0], .keep_hello = true }, b = { .cert = cert, .self = &certs[1], .keep_hello = true };
	struct tw_buf ja4 = { 0 };
	struct tw_slice all = { p, n };

	(void)tw_wire_client_starts(all);
	(void)tw_wire_server_starts(all, true, true);
	run(&a, p, n, false);
	run(&b, p, n, true);
	expect(tw_wire_memory(&a) < (4u << 20));
	expect(certs[0] == certs[1] && a.client_hello == b.client_hello && a.server_hello == b.server_hello && a.retry == b.retry);
	expect(a.version == b.version && a.suite == b.suite && a.group == b.group && a.scheme == b.scheme && a.dh_bits == b.dh_bits);
	expect(same(&a.chain[0], &b.chain[0]) && same(&a.chain[1], &b.chain[1]) && same(&a.sni, &b.sni) && same(&a.suites, &b.suites));
	expect(tw_wire_established(&a) == tw_wire_established(&b) && a.nalert == b.nalert);
	if (a.hello.n) {
		tw_ja4_add(&ja4, tw_buf_slice(&a.hello), false);
		expect(ja4.n == 36);
	}
	tw_buf_free(&ja4);
	tw_wire_free(&a);
	tw_wire_free(&b);
	return 0;
}
