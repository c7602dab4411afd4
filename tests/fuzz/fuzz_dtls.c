/* Datagrams of one pair of addresses and ports: pieces of 0x8000 = direction,
 * 0x4000 = cut by the capture, 0x07ff = length, then so many bytes. No crash, no
 * fault, memory bounded; each datagram twice says the same as once, unless an
 * association ends another; what is told by the first bytes holds. */
#include "base/bounds.h"
#include "dump/tls/dtls.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

#define CUT 100 /* bytes that a cut datagram had besides */

static void expect(bool is)
{
	if (!is)
		abort();
}

/* All that rows are made of, of every association. */
struct said {
	struct tw_buf all;
	unsigned certs, others;
};

static int cert(void *self, const uint8_t sha256[TW_SHA256], struct tw_slice sent)
{
	uint8_t again[TW_SHA256];

	++((struct said *)self)->certs;
	tw_sha256(sent, again);
	expect(memcmp(sha256, again, sizeof again) == 0);
	return 0;
}

static void add(struct said *s, const struct tw_buf *b)
{
	tw_buf_addu(&s->all, b->n);
	tw_buf_addslice(&s->all, tw_buf_slice(b));
}

static void tell(struct said *s, const struct tw_wire *w, const struct tw_dtls *a)
{
	expect(!w->server_hello || w->has_suite);
	expect(!tw_wire_established(w) || tw_dtls_client(a) >= 0);
	tw_buf_addf(&s->all, "%d %d%d%d %x %x %x %x %u %d%d%d ", tw_dtls_client(a), w->client_hello, w->server_hello, w->retry, w->version,
	    w->suite, w->group, w->scheme, w->dh_bits, w->certificate, w->key_exchange, w->straight);
	for (unsigned i = 0; i < w->noffered; i++)
		tw_buf_addf(&s->all, "%x ", w->offered[i]);
	add(s, &w->suites);
	add(s, &w->sni);
	add(s, &w->hello);
	add(s, &w->chain[0]);
	add(s, &w->chain[1]);
	add(s, &w->ocsp);
	tw_buf_addf(&s->all, "%d\n", tw_wire_established(w));
	if (w->hello.n) {
		struct tw_buf ja4 = { 0 };
		tw_ja4_add(&ja4, tw_buf_slice(&w->hello), true);
		expect(ja4.n == 36 && ja4.p[0] == 'd');
		tw_buf_free(&ja4);
	}
}

static void start(struct tw_wire *w, struct said *s)
{
	*w = (struct tw_wire){ .cert = cert, .self = s, .keep_hello = true };
}

static void run(const uint8_t *p, size_t n, unsigned times, struct said *s)
{
	struct tw_dtls *a = tw_dtls_new();
	struct tw_wire w;

	start(&w, s);
	while (n >= 2) {
		unsigned head = (unsigned)p[0] << 8 | p[1];
		size_t k = head & 0x7ff, missing = head & 0x4000 ? CUT : 0;
		p += 2;
		n -= 2;
		k = k < n ? k : n;
		struct tw_slice b = { p, k };
		bool starts = tw_dtls_starts(b, missing);
		expect(!starts || (k >= 13 && p[0] >= 20 && p[0] <= 26));
		for (unsigned i = 0; i < times; i++) {
			if (!tw_dtls_take(a, &w, head >> 15, b, missing))
				continue;
			tell(s, &w, a);
			tw_wire_free(&w);
			start(&w, s);
			s->others++;
			tw_dtls_renew(a, &w);
		}
		expect(tw_dtls_memory(a) < 2 * TW_MAX_CONNECTION_HELD + 4 * TW_MAX_HANDSHAKE);
		p += k;
		n -= k;
	}
	tell(s, &w, a);
	tw_wire_free(&w);
	tw_dtls_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct said once = { 0 }, twice = { 0 };

	run(p, n, 1, &once);
	run(p, n, 2, &twice);
	expect(once.others || (tw_slice_eq(tw_buf_slice(&once.all), tw_buf_slice(&twice.all)) && once.certs == twice.certs));
	tw_buf_free(&once.all);
	tw_buf_free(&twice.all);
	return 0;
}
