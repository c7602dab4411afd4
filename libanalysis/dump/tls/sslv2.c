/* SSLv2 (Hickman, 1995), and ClientHellos in its framing (RFC 5246 appendix E.2). */
#include "base/bounds.h"
#include "dump/tls/messages.h"
#include "dump/tls/reader.h"

#include <string.h>

enum { CLIENT_HELLO = 1, MASTER_KEY = 2, SERVER_HELLO = 4, X509 = 1 };

static unsigned be16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

bool tw_sslv2_is_hello(const uint8_t *p)
{
	unsigned length = (unsigned)(p[0] & 0x7f) << 8 | p[1], suites = be16(p + 5), session = be16(p + 7), challenge = be16(p + 9);
	unsigned version = be16(p + 3);

	return p[0] & 0x80 && p[2] == CLIENT_HELLO && (version == 2 || (version >= 0x0300 && version <= 0x0304)) && suites && suites % 3 == 0 &&
	    session <= 32 && challenge >= 8 && challenge <= 32 && length == 9 + suites + session + challenge;
}

/* Bodies begin behind the type. */
static void client_hello(struct tw_wire *w, struct tw_slice body)
{
	struct tw_rd r = tw_rd_of(body);
	unsigned version = tw_rd_u(&r, 2), suites = tw_rd_u(&r, 2), session = tw_rd_u(&r, 2);

	tw_rd_u(&r, 2);
	struct tw_slice list = tw_rd_take(&r, suites), id = tw_rd_take(&r, session);
	if (r.bad || w->client_hello)
		return;
	w->client_hello = w->offered_v2 = true;
	w->offered[w->noffered++] = (uint16_t)version;
	tw_buf_addslice(&w->suites, list);
	tw_buf_addslice(&w->session, id);
}

static void server_hello(struct tw_wire *w, struct tw_slice body)
{
	struct tw_rd r = tw_rd_of(body);
	unsigned hit = tw_rd_u(&r, 1), type = tw_rd_u(&r, 1), version = tw_rd_u(&r, 2), certificate = tw_rd_u(&r, 2);

	tw_rd_u(&r, 2);
	tw_rd_u(&r, 2);
	struct tw_slice cert = tw_rd_take(&r, certificate);
	if (r.bad || w->server_hello || version != 2)
		return;
	w->server_hello = w->has_version = true;
	w->version = 2;
	w->session_hit = hit;
	if (type == X509 && cert.n) {
		w->certificate = true;
		tw_tls_chain_add(w, TW_SERVER, cert);
	}
}

/* The cipher is the client's choice. */
static void master_key(struct tw_wire *w, struct tw_slice body)
{
	struct tw_rd r = tw_rd_of(body);
	uint32_t kind = tw_rd_u(&r, 3);

	if (r.bad)
		return;
	w->suite = kind;
	w->suite_width = 3;
	w->has_suite = true;
}

/* One record's content: a message, or what is encrypted. */
static void message(struct tw_wire *w, enum tw_role role, struct tw_wire_side *s, struct tw_slice b)
{
	struct tw_slice body = { b.p + 1, b.n ? b.n - 1 : 0 };
	bool keyed = w->has_suite || w->session_hit;

	if (role == TW_CLIENT && b.n && b.p[0] == CLIENT_HELLO && !w->client_hello)
		client_hello(w, body);
	else if (role == TW_CLIENT && b.n && b.p[0] == MASTER_KEY && !keyed && w->server_hello)
		master_key(w, body);
	else if (role == TW_SERVER && b.n && b.p[0] == SERVER_HELLO && !w->server_hello)
		server_hello(w, body);
	else if (keyed)
		s->protected_ = s->done = true;
}

/* A header of two bytes, or of three where there is padding. */
static size_t record_header(struct tw_slice b, size_t *length)
{
	size_t head = b.p[0] & 0x80 ? 2 : 3;
	*length = (size_t)(b.p[0] & (head == 2 ? 0x7f : 0x3f)) << 8 | b.p[1];
	return head;
}

size_t tw_sslv2_take(struct tw_wire *w, enum tw_role role, struct tw_slice bytes)
{
	struct tw_wire_side *s = &w->side[role == TW_SERVER];
	size_t had = s->message.n, at = 0, length;

	tw_buf_addslice(&s->message, bytes);
	while (s->message.n - at >= 2 && !s->done) {
		struct tw_slice b = { s->message.p + at, s->message.n - at };
		size_t head = record_header(b, &length);
		if (length == 0) {
			s->broken = s->done = true;
			break;
		}
		if (b.n < head + length)
			break;
		message(w, role, s, (struct tw_slice){ b.p + head, length });
		at += head + length;
		/* What follows a hello to a newer server is TLS. */
		if (role == TW_CLIENT && w->offered_v2 && w->offered[0] != 2 && !w->server_hello)
			break;
	}
	bool tls = role == TW_CLIENT && at && w->offered_v2 && w->offered[0] != 2 && !w->server_hello;
	if (tls) {
		s->sslv2 = false;
		tw_buf_free(&s->message);
		return at - had;
	}
	s->message.n -= at;
	memmove(s->message.p, s->message.p + at, s->message.n);
	if (s->done)
		tw_buf_free(&s->message);
	return bytes.n;
}
