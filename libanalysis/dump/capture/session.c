/* The bytes of a connection: talk, then TLS; or datagrams of DTLS. */
#include "dump/capture/session.h"

#include <stdlib.h>

static bool take_tls(struct tw_session *s, unsigned d, struct tw_slice bytes)
{
	enum tw_role role = d == s->client ? TW_CLIENT : TW_SERVER;
	bool more = true;

	if (s->talk.tongue != &tw_mssql)
		return tw_wire_take(&s->wire, role, bytes);
	while (bytes.n && more) {
		struct tw_slice part = tw_tds_next(&s->talk.tds[d], &bytes);
		if (part.n)
			more = tw_wire_take(&s->wire, role, part);
	}
	return more;
}

/* TLS begins in direction d with the bytes in rest. */
static bool begin_tls(struct tw_session *s, unsigned d, const struct tw_buf *rest)
{
	s->tls[d] = true;
	if (!s->has_client) {
		s->has_client = true;
		s->client = (uint8_t)(tw_wire_client_starts(tw_buf_slice(rest)) == TW_START_YES ? d : !d);
	}
	return take_tls(s, d, tw_buf_slice(rest));
}

static bool take_talk(struct tw_session *s, unsigned d, struct tw_slice bytes)
{
	struct tw_buf rest = { 0 };
	bool more = true;

	if (s->talk.over[d])
		return false;
	/* Only the server's side may begin once the client's has, and only by its own signs. */
	bool asked = s->tls[!d] && s->client != d;
	bool tls = tw_talk_take(&s->talk, d, bytes, asked, asked && s->wire.offered_v2, &rest);
	if (tls)
		more = begin_tls(s, d, &rest);
	else if (asked) {
		struct tw_slice line = tw_buf_slice(&s->talk.line[d]);
		s->stray |= !line.n || tw_wire_server_starts(line, asked, s->wire.offered_v2) == TW_START_NO;
	}
	tw_buf_free(&rest);
	return more && !(s->talk.over[d] && !s->tls[d]);
}

bool tw_session_take(struct tw_session *s, const struct tw_conn *c, unsigned d, struct tw_slice bytes)
{
	if (!s->talk.seen[0] && !s->talk.seen[1] && !s->tls[0] && !s->tls[1]) {
		s->talk.server = 1;
		s->talk.server_known = c->half[0].syn || c->half[1].syn;
		s->talk.port = c->port[1];
	}
	if (s->tls[d])
		return take_tls(s, d, bytes);
	return take_talk(s, d, bytes);
}

static void know_client(struct tw_session *s)
{
	int client = tw_dtls_client(s->dtls);

	s->has_client = client >= 0;
	s->client = (uint8_t)(client == 1);
}

bool tw_session_datagram(struct tw_session *s, unsigned d, struct tw_slice bytes, size_t missing)
{
	if (!s->dtls)
		s->dtls = tw_dtls_new();
	bool other = tw_dtls_take(s->dtls, &s->wire, d, bytes, missing);
	know_client(s);
	return other;
}

void tw_session_renew(struct tw_session *s)
{
	struct tw_wire fresh = { .cert = s->wire.cert, .self = s->wire.self, .keep_hello = s->wire.keep_hello, .failed = s->wire.failed };

	tw_wire_free(&s->wire);
	s->wire = fresh;
	tw_dtls_renew(s->dtls, &s->wire);
	know_client(s);
}

bool tw_session_observed(const struct tw_session *s)
{
	return s->wire.client_hello || s->wire.server_hello || s->wire.retry || tw_talk_upgrades(&s->talk);
}

size_t tw_session_memory(const struct tw_session *s)
{
	return sizeof *s + tw_talk_memory(&s->talk) + tw_wire_memory(&s->wire) + (s->dtls ? tw_dtls_memory(s->dtls) : 0);
}

void tw_session_free(struct tw_session *s)
{
	if (!s)
		return;
	tw_talk_free(&s->talk);
	tw_wire_free(&s->wire);
	tw_dtls_free(s->dtls);
	free(s);
}
