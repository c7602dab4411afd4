/* Certificate, CertificateStatus, ServerKeyExchange. */
#include "base/bounds.h"
#include "crypto/suites.h"
#include "dump/tls/messages.h"
#include "dump/tls/reader.h"

#include <string.h>

enum { NAMED_CURVE = 3, OCSP = 1 };

void tw_tls_chain_add(struct tw_wire *w, enum tw_role role, struct tw_slice cert)
{
	uint8_t digest[TW_SHA256];

	if (w->failed || w->chain[role].n >= TW_MAX_PRESENTED * TW_SHA256)
		return;
	tw_sha256(cert, digest);
	if (w->cert && w->cert(w->self, digest, cert)) {
		w->failed = -1;
		return;
	}
	tw_buf_add(&w->chain[role], digest, sizeof digest);
}

/* RFC 5246 section 7.4.2. That of TLS 1.3 is encrypted and has another form. A
 * list that contradicts itself is none. */
void tw_tls_certificate(struct tw_wire *w, enum tw_role role, struct tw_slice body)
{
	struct tw_rd r = tw_rd_of(body);
	struct tw_slice list = tw_rd_vector(&r, 3);
	struct tw_rd check = tw_rd_of(list), each = check;

	if (w->chain[role].n || (w->has_version && tw_wire_is13(w->version)))
		return;
	while (check.n && !check.bad)
		tw_rd_vector(&check, 3);
	if (r.bad || check.bad)
		return;
	if (role == TW_SERVER)
		w->certificate = true;
	while (each.n) {
		struct tw_slice cert = tw_rd_vector(&each, 3);
		if (cert.n)
			tw_tls_chain_add(w, role, cert);
	}
}

/* RFC 6066 section 8. */
void tw_tls_certificate_status(struct tw_wire *w, struct tw_slice body)
{
	struct tw_rd r = tw_rd_of(body);
	unsigned type = tw_rd_u(&r, 1);
	struct tw_slice response = tw_rd_vector(&r, 3);

	if (type == OCSP && !r.bad && !w->ocsp.n)
		tw_buf_addslice(&w->ocsp, response);
}

/* The size is that of the prime, without leading zeros. */
static void dh(struct tw_wire *w, struct tw_rd *r)
{
	struct tw_slice p = tw_rd_vector(r, 2);

	tw_rd_vector(r, 2); /* g */
	tw_rd_vector(r, 2); /* Ys */
	while (p.n && !*p.p) {
		p.p++;
		p.n--;
	}
	if (r->bad || !p.n)
		return;
	w->dh_bits = (uint32_t)p.n * 8;
	for (uint8_t top = *p.p; !(top & 0x80); top = (uint8_t)(top << 1))
		w->dh_bits--;
	tw_sha256(p, w->dh_prime);
}

/* RFC 8422 section 5.4. */
static void ecdh(struct tw_wire *w, struct tw_rd *r)
{
	if (tw_rd_u(r, 1) != NAMED_CURVE) {
		r->bad = true; /* explicit curves are of no use to us, nor what follows them */
		return;
	}
	unsigned group = tw_rd_u(r, 2);
	tw_rd_vector(r, 1);
	if (r->bad)
		return;
	w->group = (uint16_t)group;
	w->has_group = true;
}

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static bool begins(const char *a, const char *b)
{
	return strncmp(a, b, strlen(b)) == 0;
}

/* RFC 5246 section 7.4.3, RFC 4279, RFC 5489 (a hint before all else). */
void tw_tls_key_exchange(struct tw_wire *w, struct tw_slice body)
{
	const struct tw_suite *suite = w->has_suite ? tw_suite_by_value(w->suite, w->suite_width) : NULL;
	struct tw_rd r = tw_rd_of(body);

	if (!suite || w->key_exchange)
		return;
	w->key_exchange = true;
	if (strstr(suite->name, "_PSK_"))
		tw_rd_vector(&r, 2);
	/* Suites without a signature are named DH and ECDH, but are ephemeral. */
	if (begins(suite->kex, "ECDHE") || (suite->anonymous && is(suite->kex, "ECDH")))
		ecdh(w, &r);
	else if (begins(suite->kex, "DHE") || (suite->anonymous && is(suite->kex, "DH")))
		dh(w, &r);
	else
		return; /* RSA_EXPORT, SRP: no size that a column has */
	if ((w->version != 0x0303 && w->version != 0xfefd) || suite->anonymous || !r.n)
		return;
	unsigned scheme = tw_rd_u(&r, 2);
	tw_rd_vector(&r, 2);
	if (r.bad)
		return;
	w->scheme = (uint16_t)scheme;
	w->has_scheme = true;
}
