/* PostgreSQL (its protocol 3.0, SSLRequest), MySQL (protocol 10), LDAP (RFC
 * 4511 section 4.14). */
#include "dump/tls/talk.h"
#include "base/bounds.h"

#include <string.h>

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* ---- PostgreSQL ---- */
enum { SSL_REQUEST = 80877103, GSS_REQUEST = 80877104 };

static size_t postgres_client(struct tw_talk *t, struct tw_slice b)
{
	if (b.n < 8)
		return 0;
	uint32_t n = be32(b.p), code = be32(b.p + 4);
	if (n == 8 && code == SSL_REQUEST) {
		tw_talk_ask(t);
		tw_talk_push(t, TW_CMD_STARTTLS);
	} else if (n == 8 && code == GSS_REQUEST) {
		tw_talk_push(t, TW_CMD_OTHER);
	} else {
		t->over[0] = t->over[1] = true; /* the session: nothing of it is read */
		return b.n;
	}
	return 8;
}

/* One byte answers: S or G yes, N no; E is an error, and no more. */
static size_t postgres_server(struct tw_talk *t, struct tw_slice b)
{
	bool known = b.p[0] == 'S' || b.p[0] == 'N' || b.p[0] == 'G' || b.p[0] == 'E';

	t->greeted = true;
	if (!known || !t->waiting) {
		t->over[t->server] = true;
		return b.n;
	}
	if (tw_talk_pop(t) == TW_CMD_STARTTLS) {
		t->offered = b.p[0] == 'S' ? "yes" : "no";
		tw_talk_answer(t, b.p[0] == 'S');
	}
	return b.p[0] == 'E' ? b.n : 1;
}

static size_t postgres(struct tw_talk *t, enum tw_role role, struct tw_slice b)
{
	return role == TW_CLIENT ? postgres_client(t, b) : postgres_server(t, b);
}

const struct tw_tongue tw_postgres = { "postgresql", 0, NULL, postgres };

/* ---- MySQL ---- */
enum { CLIENT_SSL = 0x0800 };

static size_t mysql_server(struct tw_talk *t, struct tw_slice b)
{
	size_t n = 4 + ((size_t)b.p[0] | (size_t)b.p[1] << 8 | (size_t)b.p[2] << 16);

	if (b.n < n)
		return 0;
	struct tw_slice version = { b.p + 5, n - 5 };
	const uint8_t *nul = memchr(version.p, 0, version.n);
	/* Thread, eight bytes of challenge and a filler stand before the flags. */
	if (nul && (size_t)(nul - b.p) + 1 + 4 + 8 + 1 + 2 <= n) {
		unsigned flags = (unsigned)nul[14] | (unsigned)nul[15] << 8;
		version.n = (size_t)(nul - version.p);
		tw_talk_banner(t, version);
		t->offered = flags & CLIENT_SSL ? "yes" : "no";
	}
	t->greeted = true;
	return n;
}

static size_t mysql(struct tw_talk *t, enum tw_role role, struct tw_slice b)
{
	if (b.n < 4)
		return 0;
	if (role == TW_SERVER && !t->greeted)
		return mysql_server(t, b);
	if (role == TW_CLIENT && !t->asked) {
		size_t n = 4 + ((size_t)b.p[0] | (size_t)b.p[1] << 8 | (size_t)b.p[2] << 16);
		if (b.n < 8)
			return 0;
		/* An SSLRequest is a login packet cut before the name; the server says
		 * nothing to it but TLS. */
		if (n == 36 && b.p[3] == 1 && b.p[5] & CLIENT_SSL >> 8) {
			if (b.n < n)
				return 0;
			tw_talk_ask(t);
			return n;
		}
	}
	t->over[0] = t->over[1] = true; /* the session, in clear */
	return b.n;
}

const struct tw_tongue tw_mysql = { "mysql", 0, NULL, mysql };

/* ---- LDAP ---- */
static const char starttls_oid[] = "1.3.6.1.4.1.1466.20037";
enum { INTEGER = 2, ENUMERATED = 10, EXTENDED_REQUEST = 0x77, EXTENDED_RESPONSE = 0x78, REQUEST_NAME = 0x80 };

/* An element of BER with definite length: its whole length, 0 where more bytes
 * are needed, SIZE_MAX where it is none. */
static size_t element(struct tw_slice b, size_t *head)
{
	if (b.n < 2)
		return 0;
	size_t n = b.p[1];
	*head = 2;
	if (n >= 0x80) {
		size_t k = n & 0x7f;
		if (k < 1 || k > 4)
			return SIZE_MAX;
		if (b.n < 2 + k)
			return 0;
		*head = 2 + k;
		n = 0;
		for (size_t i = 0; i < k; i++)
			n = n << 8 | b.p[2 + i];
	}
	return *head + n;
}

/* Enters the first element of b; what follows it stays in *after. */
static bool enter(struct tw_slice b, uint8_t tag, struct tw_slice *in, struct tw_slice *after)
{
	size_t head, n = element(b, &head);

	if (n == 0 || n == SIZE_MAX || n > b.n || b.p[0] != tag)
		return false;
	*in = (struct tw_slice){ b.p + head, n - head };
	*after = (struct tw_slice){ b.p + n, b.n - n };
	return true;
}

static void ldap_message(struct tw_talk *t, enum tw_role role, struct tw_slice m)
{
	struct tw_slice id, op, in, rest;

	if (!enter(m, INTEGER, &id, &op))
		return;
	if (role == TW_CLIENT && enter(op, EXTENDED_REQUEST, &in, &rest) && enter(in, REQUEST_NAME, &op, &rest) &&
	    tw_slice_is(op, starttls_oid) && id.n <= sizeof t->tag) {
		tw_talk_ask(t);
		memcpy(t->tag, id.p, id.n);
		t->ntag = (uint8_t)id.n;
	} else if (role == TW_SERVER && t->ntag && tw_slice_eq(id, (struct tw_slice){ t->tag, t->ntag }) &&
	    enter(op, EXTENDED_RESPONSE, &in, &rest) && enter(in, ENUMERATED, &op, &rest)) {
		tw_talk_answer(t, op.n == 1 && op.p[0] == 0);
	}
}

static size_t ldap(struct tw_talk *t, enum tw_role role, struct tw_slice b)
{
	size_t head = 0, n = element(b, &head);
	unsigned d = role == TW_SERVER ? t->server : !t->server;

	if (n == 0 || (n != SIZE_MAX && n > b.n && n <= TW_MAX_TEXT_LINE))
		return 0;
	if (n == SIZE_MAX || b.p[0] != 0x30) {
		t->over[d] = true;
		return b.n;
	}
	if (n > b.n) { /* a long answer to a search: passed over */
		t->raw[d] = (uint32_t)(n - b.n);
		return b.n;
	}
	if (role == TW_SERVER)
		t->greeted = true;
	ldap_message(t, role, (struct tw_slice){ b.p + head, n - head });
	return n;
}

const struct tw_tongue tw_ldap = { "ldap", 0, NULL, ldap };
