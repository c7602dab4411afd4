/* Records, alerts, and handshake messages cut out of them. */
#include "base/bounds.h"
#include "dump/tls/messages.h"

#include <string.h>

enum { CCS = 20, ALERT = 21, HANDSHAKE = 22, DATA = 23, HEARTBEAT = 24 };
enum { HELLO_REQUEST = 0, CLIENT_HELLO = 1, SERVER_HELLO = 2, HELLO_RETRY = 6, CERTIFICATE = 11, KEY_EXCHANGE = 12, STATUS = 22 };
enum { HEADER = 5, MESSAGE_HEADER = 4 };
#define LONGEST_RECORD (16384 + 2048) /* RFC 5246 section 6.2.3 */
#define LONGER_THAN_ALERT 37          /* an alert of TLS 1.3 with the longest tag and some padding is shorter */

bool tw_wire_is13(unsigned v)
{
	return v == 0x0304 || v == 0xfefc || v >> 8 == 0x7f || v >> 8 == 0x7e || v >> 8 == 0xfb;
}

/* ---- where TLS begins ---- */

/* A handshake record that begins with a message of this type. */
static enum tw_start starts(struct tw_slice s, uint8_t type)
{
	if (s.n >= 1 && s.p[0] != HANDSHAKE)
		return TW_START_NO;
	if ((s.n >= 2 && s.p[1] != 3) || (s.n >= 3 && s.p[2] > 4))
		return TW_START_NO;
	if (s.n >= 5) {
		unsigned n = (unsigned)s.p[3] << 8 | s.p[4];
		if (n == 0 || n > LONGEST_RECORD)
			return TW_START_NO;
		if (n < 6) /* a record this short holds no head of a message: its type must do */
			return s.n < 6 ? TW_START_MORE : s.p[5] == type ? TW_START_YES : TW_START_NO;
	}
	if (s.n >= 6 && s.p[5] != type)
		return TW_START_NO;
	if (type == HELLO_REQUEST)
		return s.n < 9 ? TW_START_MORE : s.p[6] | s.p[7] | s.p[8] ? TW_START_NO : TW_START_YES;
	if (s.n >= 7 && s.p[6] > TW_MAX_HANDSHAKE >> 16)
		return TW_START_NO;
	if (s.n >= 10 && s.p[9] != 3 && !(type == SERVER_HELLO && (s.p[9] == 0x7f || s.p[9] == 0x7e)))
		return TW_START_NO;
	return s.n < 11 ? TW_START_MORE : s.p[9] == 3 && s.p[10] > 4 ? TW_START_NO : TW_START_YES;
}

enum tw_start tw_wire_client_starts(struct tw_slice s)
{
	enum tw_start tls = starts(s, CLIENT_HELLO);

	if (tls != TW_START_NO || (s.n && !(s.p[0] & 0x80)))
		return tls;
	if (s.n >= 3 && s.p[2] != 1)
		return TW_START_NO;
	return s.n < 11 ? TW_START_MORE : tw_sslv2_is_hello(s.p) ? TW_START_YES : TW_START_NO;
}

enum tw_start tw_wire_server_starts(struct tw_slice s, bool asked, bool v2)
{
	enum tw_start is = starts(s, SERVER_HELLO);

	if (is == TW_START_NO)
		is = starts(s, HELLO_REQUEST);
	if (is != TW_START_NO || !asked)
		return is;
	if (v2 && (!s.n || s.p[0] & 0x80))
		return s.n < 3 ? TW_START_MORE : s.p[2] == 4 || s.p[2] == 0 ? TW_START_YES : TW_START_NO;
	static const uint8_t alert[] = { ALERT, 3 };
	if (memcmp(s.p, alert, s.n < 2 ? s.n : 2) != 0 || (s.n >= 3 && s.p[2] > 4) || (s.n >= 4 && s.p[3]) ||
	    (s.n >= 5 && s.p[4] != 2) || (s.n >= 6 && (s.p[5] < 1 || s.p[5] > 2)))
		return TW_START_NO;
	return s.n < 7 ? TW_START_MORE : TW_START_YES;
}

/* ---- messages ---- */
void tw_tls_message(struct tw_wire *w, enum tw_role role, uint8_t type, struct tw_slice body)
{
	if (role == TW_CLIENT) {
		if (type == CLIENT_HELLO)
			tw_tls_client_hello(w, body);
		else if (type == CERTIFICATE)
			tw_tls_certificate(w, role, body);
		return;
	}
	switch (type) {
	case SERVER_HELLO: tw_tls_server_hello(w, body); break;
	case HELLO_RETRY: tw_tls_hello_retry(w, body); break;
	case CERTIFICATE: tw_tls_certificate(w, role, body); break;
	case KEY_EXCHANGE: tw_tls_key_exchange(w, body); break;
	case STATUS: tw_tls_certificate_status(w, body); break;
	default: break;
	}
}

static size_t body_length(const uint8_t *p)
{
	return (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
}

/* All messages that are whole are taken out of m, the rest stays. */
static void messages(struct tw_wire *w, enum tw_role role, struct tw_wire_side *s)
{
	struct tw_buf *m = &s->message;
	size_t at = 0;

	while (!s->broken && m->n - at >= MESSAGE_HEADER) {
		size_t n = body_length(m->p + at);
		if (n > TW_MAX_HANDSHAKE) {
			s->broken = true;
			break;
		}
		if (m->n - at - MESSAGE_HEADER < n)
			break;
		tw_tls_message(w, role, m->p[at], (struct tw_slice){ m->p + at + MESSAGE_HEADER, n });
		at += MESSAGE_HEADER + n;
	}
	m->n -= at;
	if (m->n)
		memmove(m->p, m->p + at, m->n);
	else
		tw_buf_free(m);
}

static void alert(struct tw_wire *w, enum tw_role role, struct tw_wire_side *s)
{
	s->nalert = 0;
	if (s->alert[0] != 1 && s->alert[0] != 2)
		return;
	if (w->nalert < TW_WIRE_ALERTS)
		w->alert[w->nalert++] = (struct tw_wire_alert){ (uint8_t)role, s->alert[0], s->alert[1] };
}

/* ---- records ---- */

static uint32_t record_length(const struct tw_wire_side *s)
{
	return (uint32_t)s->head[3] << 8 | s->head[4];
}

/* A handshake record behind a ChangeCipherSpec is encrypted, but for a second
 * ClientHello: TLS 1.3's clients send the one before the other (RFC 8446
 * appendix D.4). Without the server's side its head must tell; b is that of the
 * record. */
static bool in_clear(const struct tw_wire *w, enum tw_role role, const struct tw_wire_side *s, struct tw_slice b)
{
	if (role == TW_SERVER)
		return !w->server_hello; /* a HelloRetryRequest and its ChangeCipherSpec came before */
	if (w->server_hello && !w->retry)
		return false;
	return b.n >= MESSAGE_HEADER && b.p[0] == CLIENT_HELLO && body_length(b.p) + MESSAGE_HEADER == record_length(s);
}

static void handshake(struct tw_wire *w, enum tw_role role, struct tw_wire_side *s, struct tw_slice b)
{
	if (s->ccs && s->left == record_length(s))
		s->undecided = !s->message.n;
	if (!s->undecided && s->encrypted)
		return;
	tw_buf_addslice(&s->message, b);
	if (s->undecided) {
		if (s->message.n < MESSAGE_HEADER && s->left > b.n)
			return;
		s->undecided = false;
		s->encrypted = !in_clear(w, role, s, tw_buf_slice(&s->message));
		if (s->encrypted) {
			s->protected_ = true;
			s->message.n = 0;
			return;
		}
	}
	messages(w, role, s);
}

static void content(struct tw_wire *w, enum tw_role role, struct tw_wire_side *s, struct tw_slice b)
{
	bool is13 = w->server_hello && tw_wire_is13(w->version);

	switch (s->type) {
	case HANDSHAKE: handshake(w, role, s, b); break;
	case CCS: s->ccs = true; break;
	case ALERT:
		/* One that is encrypted is longer. */
		for (size_t i = 0; i < b.n && record_length(s) == 2; i++) {
			s->alert[s->nalert++] = b.p[i];
			if (s->nalert == 2)
				alert(w, role, s);
		}
		break;
	case DATA:
		s->protected_ |= s->ccs;
		if (is13 && record_length(s) >= (role == TW_CLIENT ? LONGER_THAN_ALERT : 1))
			w->data_after_hello[role] = true;
		break;
	default: break;
	}
}

static void header(struct tw_wire_side *s)
{
	s->type = s->head[0];
	s->left = record_length(s);
	s->nhead = 0;
	s->in_record = s->left > 0;
	/* Versions of the record layer say little (RFC 8446 section 5.1). */
	if (s->type < CCS || s->type > HEARTBEAT || s->head[1] != 3 || s->left > LONGEST_RECORD)
		s->broken = true;
}

static void finish(struct tw_wire *w, enum tw_role role)
{
	struct tw_wire_side *s = &w->side[role];
	bool is13 = w->server_hello && tw_wire_is13(w->version);

	s->done = s->broken || w->failed || (is13 ? w->data_after_hello[role] : w->server_hello && s->ccs && s->protected_);
	if (s->done)
		tw_buf_free(&s->message);
}

static void records(struct tw_wire *w, enum tw_role role, struct tw_slice b)
{
	struct tw_wire_side *s = &w->side[role];

	while (b.n && !s->done) {
		if (!s->in_record) {
			s->head[s->nhead++] = *b.p;
			b.p++;
			b.n--;
			if (s->nhead < HEADER)
				continue;
			header(s);
		} else {
			struct tw_slice part = { b.p, b.n < s->left ? b.n : s->left };
			content(w, role, s, part);
			s->left -= (uint32_t)part.n;
			s->in_record = s->left > 0;
			b.p += part.n;
			b.n -= part.n;
		}
		finish(w, role);
	}
}

bool tw_wire_take(struct tw_wire *w, enum tw_role role, struct tw_slice b)
{
	struct tw_wire_side *s = &w->side[role];

	bool first = !s->nhead && !s->in_record && !s->head[0] && !(role == TW_CLIENT && w->client_hello);
	if (s->sslv2 || (first && b.n && b.p[0] & 0x80)) {
		s->sslv2 = true;
		size_t used = tw_sslv2_take(w, role, b);
		b.p += used;
		b.n -= used;
	}
	if (!s->sslv2)
		records(w, role, b);
	return !s->done && !s->broken;
}

bool tw_wire_established(const struct tw_wire *w)
{
	if (!w->server_hello)
		return false;
	if (w->version == 0x0002)
		return w->side[TW_CLIENT].protected_ && w->side[TW_SERVER].protected_;
	if (tw_wire_is13(w->version))
		return w->data_after_hello[TW_CLIENT] && w->data_after_hello[TW_SERVER];
	return w->side[TW_CLIENT].ccs && w->side[TW_SERVER].ccs && w->side[TW_CLIENT].protected_ && w->side[TW_SERVER].protected_;
}

size_t tw_wire_memory(const struct tw_wire *w)
{
	return w->side[0].message.cap + w->side[1].message.cap + w->suites.cap + w->sni.cap + w->alpn.cap + w->session.cap + w->hello.cap +
	    w->ocsp.cap + w->scts.cap + w->chain[0].cap + w->chain[1].cap;
}

void tw_wire_free(struct tw_wire *w)
{
	for (int r = 0; r < 2; r++) {
		tw_buf_free(&w->side[r].message);
		tw_buf_free(&w->chain[r]);
	}
	tw_buf_free(&w->suites);
	tw_buf_free(&w->sni);
	tw_buf_free(&w->alpn);
	tw_buf_free(&w->session);
	tw_buf_free(&w->hello);
	tw_buf_free(&w->ocsp);
	tw_buf_free(&w->scts);
}
