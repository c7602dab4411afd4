/* Certificates without observations: PEM bundles, DER files, certs.der. */
#include "cert/cert.h"
#include "dump/format.h"

#include <stdlib.h>
#include <string.h>

enum { INTEGER = 0x02, BIT_STRING = 0x03, OCTET_STRING = 0x04, OID = 0x06, UTC_TIME = 0x17, GENERALIZED_TIME = 0x18,
	SEQUENCE = 0x30, CONTEXT_0 = 0xa0 };

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

static enum tw_fate reject(const struct tw_record *r, const struct tw_sink *sink, size_t at, const char *why)
{
	struct tw_slice none = { 0, 0 };
	return sink->reject(sink->self, r->input, r->number, r->offset + at, why, none) ? TW_FAILED : TW_REJECTED;
}

static enum tw_fate give(const struct tw_sink *sink, struct tw_slice sent)
{
	uint8_t digest[TW_SHA256];
	tw_sha256(sent, digest);
	return sink->cert(sink->self, digest, sent) ? TW_FAILED : TW_USED;
}

/* ---- what else a SEQUENCE may be ---- */

/* Enters the next element if it has this tag. */
static bool enter(struct tw_der *d, uint8_t tag, struct tw_der *in)
{
	struct tw_tlv t;

	if (tw_der_next(d, &t) != 1 || t.tag != tag)
		return false;
	*in = (struct tw_der){ t.body, false };
	return true;
}

/* The certificates of a SignedData (RFC 5652 section 5.1, "PKCS #7"), in its
 * order. Other kinds of certificate in it are passed over. */
static enum tw_fate give_cms(const struct tw_record *r, const struct tw_sink *sink, size_t at, struct tw_slice der)
{
	static const uint8_t signed_data[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02 };
	struct tw_der whole = { der, false }, info, oid, explicit, data, set;
	struct tw_tlv t = { 0 };
	enum tw_fate fate = TW_REJECTED;
	int got;

	if (!enter(&whole, SEQUENCE, &info) || !enter(&info, OID, &oid) || oid.s.n != sizeof signed_data ||
	    memcmp(oid.s.p, signed_data, sizeof signed_data) != 0 || !enter(&info, CONTEXT_0, &explicit) ||
	    !enter(&explicit, SEQUENCE, &data))
		return reject(r, sink, at, "CMS, but no SignedData in DER");
	do
		got = tw_der_next(&data, &t);
	while (got == 1 && t.tag != CONTEXT_0);
	set = (struct tw_der){ t.body, false };
	while (got == 1 && (got = tw_der_next(&set, &t)) == 1)
		if (t.tag == SEQUENCE && (fate = give(sink, t.all)) == TW_FAILED)
			return fate;
	if (got < 0)
		return reject(r, sink, at, "CMS that is damaged");
	return fate == TW_USED ? fate : reject(r, sink, at, "CMS without certificates");
}

/* What a TBS-like SEQUENCE is not: requests have attributes where a
 * certificate has its subject's key, lists have a time after the issuer. */
static const char *not_tbs(struct tw_der tbs)
{
	struct tw_tlv t;
	unsigned sequences = 0;

	while (tw_der_next(&tbs, &t) == 1) {
		if (t.tag == UTC_TIME || t.tag == GENERALIZED_TIME)
			return sequences == 2 ? "a list of revoked certificates, no certificate" : NULL;
		if (t.tag == CONTEXT_0 && sequences == 2)
			return "a certificate request, no certificate";
		sequences += t.tag == SEQUENCE;
	}
	return NULL;
}

/* Why der, a SEQUENCE, is surely something else than a certificate. A damaged
 * certificate is still one. */
static const char *not_certificate(struct tw_slice der)
{
	struct tw_der whole = { der, false }, outer;
	struct tw_tlv first, second;

	if (!enter(&whole, SEQUENCE, &outer) || tw_der_next(&outer, &first) != 1)
		return NULL;
	if (first.tag == INTEGER)
		return "a private key or a PKCS #12 store, no certificate";
	if (first.tag != SEQUENCE || tw_der_next(&outer, &second) != 1)
		return NULL;
	if (second.tag == BIT_STRING)
		return "a public key, no certificate";
	if (second.tag == OCTET_STRING)
		return "an encrypted key, no certificate";
	return not_tbs((struct tw_der){ first.body, false });
}

static bool is_cms(struct tw_slice der)
{
	struct tw_der whole = { der, false }, outer, oid;
	return enter(&whole, SEQUENCE, &outer) && enter(&outer, OID, &oid);
}

/* ---- PEM (RFC 7468) ---- */
static const char begin[] = "-----BEGIN ";

bool tw_pem_detect(struct tw_slice s)
{
	return s.n && memmem(s.p, s.n, begin, sizeof begin - 1) != NULL;
}

static const uint8_t *find(struct tw_slice s, const uint8_t *from, const char *what)
{
	size_t left = s.n - (size_t)(from - s.p);
	return left ? memmem(from, left, what, strlen(what)) : NULL;
}

/* A record ends behind the line with its END; text before a block is of it. A
 * block that has no END ends where the next one begins. */
size_t tw_pem_cut(struct tw_slice p, bool eof)
{
	const uint8_t *at = p.n ? find(p, p.p, begin) : NULL;
	if (!at)
		return eof ? p.n : 0;
	at += sizeof begin - 1;
	const uint8_t *next = find(p, at, begin);
	/* No farther, or many blocks without END would cost their square. */
	const uint8_t *end = find((struct tw_slice){ p.p, next ? (size_t)(next - p.p) : p.n }, at, "-----END ");
	if (next && !end)
		return (size_t)(next - p.p);
	const uint8_t *lf = end ? find(p, end, "\n") : NULL;
	return lf ? (size_t)(lf - p.p) + 1 : eof ? p.n : 0;
}

enum tw_fate tw_pem_read(void *self, const struct tw_record *r, const struct tw_sink *sink)
{
	static const char *const labels[] = { "CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE", "PKCS7", "CMS",
		"PKCS #7 SIGNED DATA", NULL };
	struct tw_buf *der = self;
	struct tw_slice label;
	const char *why = "";
	size_t pos = 0, at = 0;

	der->n = 0;
	int got = tw_pem_find(r->text, labels, &pos, &label, der, &at, &why);
	if (got < 0)
		return reject(r, sink, at, why);
	if (got == 0)
		return TW_CONTEXT; /* keys, parameters, requests and words */
	if (label.p[0] == 'P' || tw_slice_is(label, "CMS"))
		return give_cms(r, sink, at, tw_buf_slice(der));
	return give(sink, tw_buf_slice(der));
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
	/* Text may begin with 0, which is a SEQUENCE's tag; none is that short. */
	return s.n >= 2 && ((s.p[0] == SEQUENCE && s.p[1] >= 0x80) || s.p[0] == OCTET_STRING) && element(s, &more, &head);
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
		return reject(r, sink, 0, n > s.n || more ? "the certificate is cut short" : "not DER: no certificate begins here");
	if (s.p[0] == OCTET_STRING) {
		s.p += head;
		s.n -= head;
		return give(sink, s);
	}
	if (is_cms(s))
		return give_cms(r, sink, 0, s);
	const char *why = not_certificate(s);
	return why ? reject(r, sink, 0, why) : give(sink, s);
}
