#include "dump/tls/dtls_record.h"
#include "base/bounds.h"
#include "dump/tls/dtls.h"

enum { HEADER = 13, MESSAGE_HEADER = 12 };
#define LONGEST_RECORD (16384 + 2048) /* RFC 6347 section 4.1.1 */

static unsigned be16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static uint32_t be24(const uint8_t *p)
{
	return (uint32_t)p[0] << 16 | be16(p + 1);
}

bool tw_dtls_version_known(const uint8_t *p)
{
	return (p[1] == 0xfe && p[2] >= 0xfc) || be16(p + 1) == 0x0100;
}

bool tw_dtls_fragment_next(struct tw_slice *b, size_t missing, struct tw_handshake *m)
{
	const uint8_t *p = b->p;

	if (b->n < MESSAGE_HEADER)
		return false;
	uint32_t n = be24(p + 9);
	*m = (struct tw_handshake){ p[0], (uint16_t)be16(p + 4), be24(p + 1), be24(p + 6), { p + MESSAGE_HEADER, b->n - MESSAGE_HEADER } };
	if (m->length > TW_MAX_HANDSHAKE || n > m->length || m->at > m->length - n || n > m->body.n + missing)
		return false;
	if (n < m->body.n)
		m->body.n = n;
	b->p += MESSAGE_HEADER + m->body.n;
	b->n -= MESSAGE_HEADER + m->body.n;
	return true;
}

bool tw_dtls_record_next(struct tw_slice *s, size_t missing, struct tw_dtls_record *r)
{
	const uint8_t *p = s->p;

	if (s->n < HEADER || p[0] < TW_DTLS_CCS || p[0] > TW_DTLS_ACK || p[0] == TW_DTLS_CID || !tw_dtls_version_known(p))
		return false;
	size_t n = be16(p + 11), here = s->n - HEADER;
	if (n > LONGEST_RECORD || n > here + missing)
		return false;
	*r = (struct tw_dtls_record){ p[0], be16(p + 3), (uint64_t)be16(p + 5) << 32 | (uint64_t)be16(p + 7) << 16 | be16(p + 9),
		{ p + HEADER, n < here ? n : here }, n < here ? 0 : n - here };
	s->p += HEADER + r->body.n;
	s->n -= HEADER + r->body.n;
	return true;
}

static bool plausible(const struct tw_dtls_record *r)
{
	size_t n = r->body.n + r->missing;
	struct tw_slice b = r->body;
	struct tw_handshake m;

	if (r->epoch)
		return r->type <= TW_DTLS_HEARTBEAT && n;
	switch (r->type) {
	case TW_DTLS_HANDSHAKE: return (b.n < MESSAGE_HEADER && n >= MESSAGE_HEADER) || tw_dtls_fragment_next(&b, r->missing, &m);
	case TW_DTLS_CCS: return n == 1 || n == 3; /* 0x0100 numbers it */
	case TW_DTLS_ALERT: return n == 2 && (!b.n || b.p[0] == 1 || b.p[0] == 2);
	case TW_DTLS_ACK: return n >= 2;
	default: return false;
	}
}

bool tw_dtls_starts(struct tw_slice s, size_t missing)
{
	struct tw_dtls_record r;
	bool any = false;

	while (s.n && !(any && (tw_dtls_unified(*s.p) || (missing && s.n < HEADER)))) {
		if (!tw_dtls_record_next(&s, missing, &r) || !plausible(&r))
			return false;
		any = true;
	}
	return any;
}
