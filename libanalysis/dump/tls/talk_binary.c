/* PostgreSQL (its protocol 3.0, SSLRequest), MySQL (protocol 10). */
#include "dump/tls/talk.h"

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
