/* Certificates without observations: PEM bundles, DER files, certs.der. */
#include "cert/cert.h"
#include "dump/format.h"

#include <stdlib.h>
#include <string.h>

enum { SEQUENCE = 0x30, OCTET_STRING = 0x04 };

void *tw_bundle_open(const struct tw_ingest_options *options)
{
	(void)options; /* they say nothing of certificates */
	return tw_alloc(sizeof(struct tw_buf));
}

void tw_bundle_close(void *self)
{
	tw_buf_free(self);
	free(self);
}

static enum tw_fate reject(const struct tw_record *r, const struct tw_sink *sink, const char *why)
{
	struct tw_slice none = { 0, 0 };
	return sink->reject(sink->self, r->input, r->number, r->offset, why, none) ? TW_FAILED : TW_REJECTED;
}

static enum tw_fate give(const struct tw_sink *sink, struct tw_slice sent)
{
	uint8_t digest[TW_SHA256];
	tw_sha256(sent, digest);
	return sink->cert(sink->self, digest, sent) ? TW_FAILED : TW_USED;
}

/* ---- PEM (RFC 7468) ---- */
bool tw_pem_detect(struct tw_slice s)
{
	static const char begin[] = "-----BEGIN ";
	return s.n && memmem(s.p, s.n, begin, sizeof begin - 1) != NULL;
}

/* A record ends behind the line with its END; text before a block is of it. */
size_t tw_pem_cut(struct tw_slice p, bool eof)
{
	static const char end[] = "-----END ";
	const uint8_t *at = p.n ? memmem(p.p, p.n, end, sizeof end - 1) : NULL;
	const uint8_t *lf = at ? memchr(at, '\n', p.n - (size_t)(at - p.p)) : NULL;
	return lf ? (size_t)(lf - p.p) + 1 : eof ? p.n : 0;
}

enum tw_fate tw_pem_read(void *self, const struct tw_record *r, const struct tw_sink *sink)
{
	struct tw_buf *der = self;
	const char *why = "";
	size_t pos = 0, at;

	der->n = 0;
	int got = tw_pem_next(r->text, &pos, der, &at, &why);
	if (got < 0)
		return reject(r, sink, why);
	/* Keys, parameters and words are no certificates. */
	return got == 0 ? TW_CONTEXT : give(sink, tw_buf_slice(der));
}

/* ---- DER ---- */

/* Length of header and content of the element at p. 0: the header is not whole
 * or no definite length; *more says which. */
static size_t element(struct tw_slice p, bool *more, size_t *head)
{
	*more = p.n < 2;
	if (p.n < 2)
		return 0;
	if (p.p[1] < 0x80) {
		*head = 2;
		return 2u + p.p[1];
	}
	size_t k = p.p[1] & 0x7f, len = 0;
	if (k == 0 || k > 4)
		return 0;
	*more = p.n < 2 + k;
	if (*more)
		return 0;
	for (size_t i = 0; i < k; i++)
		len = len << 8 | p.p[2 + i];
	*head = 2 + k;
	return 2 + k + len;
}

bool tw_der_detect(struct tw_slice s)
{
	bool more;
	size_t head;
	return s.n >= 2 && (s.p[0] == SEQUENCE || s.p[0] == OCTET_STRING) && s.p[1] >= 0x80 && element(s, &more, &head);
}

size_t tw_der_cut(struct tw_slice p, bool eof)
{
	bool more;
	size_t head, n = element(p, &more, &head);

	if (n && n <= p.n && (p.p[0] == SEQUENCE || p.p[0] == OCTET_STRING))
		return n;
	return eof ? p.n : 0;
}

enum tw_fate tw_der_read(void *self, const struct tw_record *r, const struct tw_sink *sink)
{
	struct tw_slice s = r->text;
	bool more;
	size_t head, n = element(s, &more, &head);

	(void)self;
	if (n != s.n)
		return reject(r, sink, n > s.n || more ? "the certificate is cut short" : "not DER: no certificate begins here");
	if (s.p[0] == OCTET_STRING) {
		s.p += head;
		s.n -= head;
	}
	return give(sink, s);
}
