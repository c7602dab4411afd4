/* JA4: the client's hello as a word that survives the shuffling of its
 * extensions (FoxIO, JA4 technical details: values that are GREASE (RFC 8701)
 * are left out, suites and extensions sorted). */
#include "dump/tls/reader.h"
#include "dump/tls/wire.h"

#include <stdlib.h>

enum { SERVER_NAME = 0, SIGNATURE_ALGORITHMS = 13, ALPN = 16, SUPPORTED_VERSIONS = 43 };
#define HASH_DIGITS 12
#define MOST 512 /* suites, extensions: those beyond are left out */

struct list {
	uint16_t v[MOST];
	unsigned n;
};

static bool grease(unsigned v)
{
	return (v & 0x0f0f) == 0x0a0a && v >> 8 == (v & 0xff);
}

static void add(struct list *l, unsigned v)
{
	if (!grease(v) && l->n < MOST)
		l->v[l->n++] = (uint16_t)v;
}

static int by_value(const void *a, const void *b)
{
	return (int)*(const uint16_t *)a - (int)*(const uint16_t *)b;
}

static void add_list(struct tw_buf *b, const struct list *l)
{
	for (unsigned i = 0; i < l->n; i++)
		tw_buf_addf(b, "%s%04x", i ? "," : "", l->v[i]);
}

static void add_hash(struct tw_buf *b, const struct tw_buf *text)
{
	uint8_t digest[TW_SHA256] = { 0 };

	if (text->n)
		tw_sha256(tw_buf_slice(text), digest);
	tw_buf_addhex(b, digest, HASH_DIGITS / 2);
}

struct hello {
	unsigned version;
	bool named, datagram;
	struct list suites, extensions, hashed, signatures;
	struct tw_slice alpn;
};

static void extension(struct hello *h, unsigned type, struct tw_rd r)
{
	struct tw_rd list;

	add(&h->extensions, type);
	switch (type) {
	case SERVER_NAME: h->named = true; return;
	case ALPN:
		list = tw_rd_of(tw_rd_vector(&r, 2));
		h->alpn = tw_rd_vector(&list, 1);
		return;
	case SIGNATURE_ALGORITHMS:
		for (list = tw_rd_of(tw_rd_vector(&r, 2)); list.n >= 2;)
			add(&h->signatures, tw_rd_u(&list, 2));
		break;
	case SUPPORTED_VERSIONS:
		h->version = 0;
		for (list = tw_rd_of(tw_rd_vector(&r, 1)); list.n >= 2;) {
			unsigned v = tw_rd_u(&list, 2);
			/* DTLS counts its versions down. */
			if (!grease(v) && (h->datagram && h->version ? v < h->version : v > h->version))
				h->version = v;
		}
		break;
	default: break;
	}
	add(&h->hashed, type);
}

static void read(struct hello *h, struct tw_slice body)
{
	struct tw_rd r = tw_rd_of(body);

	h->version = tw_rd_u(&r, 2);
	tw_rd_take(&r, 32);
	tw_rd_vector(&r, 1);
	if (h->datagram)
		tw_rd_vector(&r, 1); /* cookie */
	for (struct tw_rd suites = tw_rd_of(tw_rd_vector(&r, 2)); suites.n >= 2;)
		add(&h->suites, tw_rd_u(&suites, 2));
	tw_rd_vector(&r, 1);
	struct tw_rd all = tw_rd_of(tw_rd_vector(&r, 2));
	while (all.n) {
		unsigned type = tw_rd_u(&all, 2);
		struct tw_slice in = tw_rd_vector(&all, 2);
		if (all.bad)
			break;
		extension(h, type, tw_rd_of(in));
	}
}

static const char *version(unsigned v)
{
	static const char *const names[] = { "s3", "10", "11", "12", "13" };
	if (v >= 0xfefc)
		return v == 0xfeff ? "d1" : v == 0xfefd ? "d2" : v == 0xfefc ? "d3" : "00";
	return v == 2 ? "s2" : v >= 0x0300 && v <= 0x0304 ? names[v - 0x0300] : "00";
}

static bool alphanumeric(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Its first and last characters, or those of its hex where one is no letter or digit. */
static void add_alpn(struct tw_buf *b, struct tw_slice a)
{
	static const char hex[] = "0123456789abcdef";

	if (!a.n) {
		tw_buf_adds(b, "00");
		return;
	}
	bool plain = alphanumeric(a.p[0]) && alphanumeric(a.p[a.n - 1]);
	tw_buf_addc(b, plain ? (char)a.p[0] : hex[a.p[0] >> 4]);
	tw_buf_addc(b, plain ? (char)a.p[a.n - 1] : hex[a.p[a.n - 1] & 15]);
}

void tw_ja4_add(struct tw_buf *b, struct tw_slice body, bool datagram)
{
	struct hello h = { .datagram = datagram };
	struct tw_buf text = { 0 };

	read(&h, body);
	tw_buf_addf(b, "%c%s%c%02u%02u", datagram ? 'd' : 't', version(h.version), h.named ? 'd' : 'i', h.suites.n < 99 ? h.suites.n : 99,
	    h.extensions.n < 99 ? h.extensions.n : 99);
	add_alpn(b, h.alpn);
	qsort(h.suites.v, h.suites.n, sizeof *h.suites.v, by_value);
	qsort(h.hashed.v, h.hashed.n, sizeof *h.hashed.v, by_value);
	tw_buf_addc(b, '_');
	add_list(&text, &h.suites);
	add_hash(b, &text);
	text.n = 0;
	add_list(&text, &h.hashed);
	if (h.signatures.n) {
		tw_buf_addc(&text, '_');
		add_list(&text, &h.signatures);
	}
	tw_buf_addc(b, '_');
	add_hash(b, &text);
	tw_buf_free(&text);
}
