#include "synth/cert.h"
#include "synth/der.h"

#include <string.h>

void cert_extension(struct tw_buf *extensions, const char *oid, bool critical, struct tw_buf *v)
{
	struct tw_buf body = { 0, 0, 0 };

	der_oid(&body, oid);
	if (critical)
		der_bool(&body, true);
	der_wrap(&body, 0x04, v);
	der_wrap(extensions, 0x30, &body);
	tw_buf_free(&body);
}

static void algorithm(struct tw_buf *out)
{
	struct tw_buf body = { 0, 0, 0 };

	der_oid(&body, "1.2.840.10045.4.3.2");
	der_wrap(out, 0x30, &body);
	tw_buf_free(&body);
}

static void issuer(struct tw_buf *out)
{
	struct tw_buf ava = { 0, 0, 0 }, one = { 0, 0, 0 };

	der_oid(&ava, "2.5.4.3");
	der_put(&ava, 0x0c, "issuer", 6);
	der_wrap(&one, 0x30, &ava);
	der_wrap(&ava, 0x31, &one);
	der_wrap(out, 0x30, &ava);
	tw_buf_free(&ava);
	tw_buf_free(&one);
}

static void key(struct tw_buf *out)
{
	struct tw_buf alg = { 0, 0, 0 }, body = { 0, 0, 0 };
	uint8_t point[65];

	memset(point, 0x5a, sizeof point);
	point[0] = 4;
	der_oid(&alg, "1.2.840.10045.2.1");
	der_oid(&alg, "1.2.840.10045.3.1.7");
	der_wrap(&body, 0x30, &alg);
	der_bits(&body, point, sizeof point);
	der_wrap(out, 0x30, &body);
	tw_buf_free(&alg);
	tw_buf_free(&body);
}

void cert_der(struct tw_buf *out, uint64_t serial, struct tw_slice subject, struct tw_buf *extensions)
{
	struct tw_buf tbs = { 0, 0, 0 }, body = { 0, 0, 0 }, cert = { 0, 0, 0 };

	der_int(&body, 2);
	der_wrap(&tbs, 0xa0, &body);
	der_int(&tbs, serial);
	algorithm(&tbs);
	issuer(&tbs);
	der_time(&body, 1262304000);
	der_time(&body, 1893456000);
	der_wrap(&tbs, 0x30, &body);
	der_put(&tbs, 0x30, subject.p, subject.n);
	key(&tbs);
	if (extensions->n) {
		der_wrap(&body, 0x30, extensions);
		der_wrap(&tbs, 0xa3, &body);
	}
	der_wrap(&cert, 0x30, &tbs);
	algorithm(&cert);
	der_bits(&cert, "signed", 6);
	der_wrap(out, 0x30, &cert);
	tw_buf_free(&tbs);
	tw_buf_free(&body);
	tw_buf_free(&cert);
}
